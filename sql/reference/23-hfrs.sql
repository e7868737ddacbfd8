-- Hospital Frailty Risk Score: 109 three-character codes, points in tenths. Version 2 says whom it is valid for and that it belongs to
-- an admission; the points are those of version 1.
WITH points(points, codes) AS (
    VALUES
        (7.1, 'F00'),
        (4.4, 'G81'),
        (4.0, 'G30'),
        (3.7, 'I69'),
        (3.6, 'R29'),
        (3.2, 'F05 N39 S00 W19'),
        (3.0, 'R31'),
        (2.9, 'B96'),
        (2.7, 'R41'),
        (2.6, 'I67 R26 R56'),
        (2.5, 'R40'),
        (2.4, 'S06 T83'),
        (2.3, 'E86 E87 M25 S42'),
        (2.2, 'R54'),
        (2.1, 'F03 W18 Z50'),
        (2.0, 'F01 L03 S80 Z75'),
        (1.9, 'E53 H54'),
        (1.8, 'G20 K59 N17 R55 S22 Z60'),
        (1.7, 'B95 L89 Z22'),
        (1.6, 'A41 I95 K26 L97 N19 R44'),
        (1.5, 'G40 J96 M19 X59 Z87'),
        (1.4, 'E16 M81 N18 R94 S32 S72'),
        (1.3, 'N28 R33 R69'),
        (1.2, 'G31 G45 R32 R45 S09 Y95'),
        (1.1, 'A04 A09 J18 M79 S01 W06 Z74'),
        (1.0, 'E55 J69 R02 R47 Z93'),
        (0.9, 'E05 H91 M41 R63 W01 W10'),
        (0.8, 'I63 K92 M80 R13 U80 Z99'),
        (0.7, 'F10 J22 N20 R00 Y84'),
        (0.6, 'R79 Z73'),
        (0.5, 'F32 M48 S51 Z91'),
        (0.4, 'D64 E83 L08 M15'),
        (0.3, 'K52 R11'),
        (0.1, 'R50')
), version(version, population, other) AS (
    VALUES
        ('1', 'Aged 75 and over at an emergency admission; the index spell and the spells of the two years before it. Discriminates weakly: no predictor for one person.',
         '{}'::jsonb),
        ('2', 'Aged 75 and over at an emergency admission; the index spell and the spells discharged in the 730 days before it, each three-character code once. Whether earlier elective spells count is not said by the authors and changes one score in five: the caller chooses. Discriminates weakly (c-statistic 0.60 for death in 30 days, 0.56 for readmission): no predictor for one person.',
         '{"unit": "spell", "valid_for": [{"input": "age", "from": 75}, {"input": "emergency", "is": 1}]}')
), model AS (
    SELECT jsonb_build_object(
               'name', 'hfrs_gilbert2018', 'version', v.version, 'title', 'Hospital Frailty Risk Score',
               'source', 'Gilbert T et al., Lancet 2018;391:1775-82, with its appendix.',
               'licence', 'Published points, used freely (open access article).',
               'population', v.population,
               'lookback_days', 730, 'points_scale', 10,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', c.code, 'points', p.points, 'prefixes', jsonb_build_array(c.code)) ORDER BY c.code)
                              FROM points p CROSS JOIN LATERAL regexp_split_to_table(p.codes, ' ') AS c(code)),
               'bands', '[{"label": "low"}, {"label": "intermediate", "from": 5}, {"label": "high", "above": 15}]'::jsonb) || v.other AS body
    FROM version v
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT m.body->>'name', m.body->>'version', m.body->>'title', m.body->>'source', m.body->>'licence', m.body::risk_model
FROM model m;
