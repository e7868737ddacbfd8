-- Risk of admissions: HFRS with its look-back rule, LACE and PARR-30 at an index spell; kept and live; all with an empty search_path.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('spell_wh', 'risk_stratification', 3);
SET search_path = '';

INSERT INTO spell_wh.area (lsoa_code, imd_decile, imd_rank, imd_score, imd_year) VALUES ('E01000001', 2, 5000, 30, 2019);
INSERT INTO spell_wh.person (person_id, sex, birth_month, lsoa_code)
SELECT i, CASE i % 2 WHEN 0 THEN '1' ELSE '2' END, '1940-01-01', 'E01000001'
FROM (SELECT pg_catalog.generate_series(1, 20) UNION ALL SELECT pg_catalog.generate_series(100, 399)) g (i);
INSERT INTO spell_wh.registration (person_id, practice_code, valid_from) SELECT p.person_id, 'P8100' || p.person_id % 4, '2015-04-01' FROM spell_wh.person p WHERE p.person_id <> 2;
-- Index spells end in 0; all are emergencies at age 84 in December 2024 unless said otherwise.
INSERT INTO spell_wh.activity (person_id, activity_id, dataset, provider_code, practice_code, start_date, end_date, age, admission_method, discharge_method, diagnoses) VALUES
    -- 1: the worked example of the score, N39 3.2 + R29 3.6 + F00 7.1 + W19 3.2 = 17.1; N39 counts once
    (1, 10, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-30', 84, '21', '1', '{N390,R296}'),
    (1, 11, 'APC', 'RXX', NULL, '2023-11-10', '2023-11-16', 83, '21', '1', '{F009,W190,N390}'),
    -- 2: not registered; look-back 730 days before 2024-12-20: discharged on the last day in it (F00), one day before that (G81), on the day of
    -- admission itself (R29), the day before (R31)
    (2, 20, 'APC', 'RXX', 'P81099', '2024-12-20', '2024-12-21', 84, '21', '1', '{H259}'),
    (2, 21, 'APC', 'RXX', NULL, '2022-12-01', '2022-12-21', 82, '21', '1', '{F00}'),
    (2, 22, 'APC', 'RXX', NULL, '2022-12-01', '2022-12-20', 82, '21', '1', '{G81}'),
    (2, 23, 'APC', 'RXX', NULL, '2024-12-18', '2024-12-20', 84, '21', '1', '{R29}'),
    (2, 24, 'APC', 'RXX', NULL, '2024-12-18', '2024-12-19', 84, '21', '1', '{R31}'),
    -- 3: an elective spell before (F00), an emergency (R31), an outpatient visit (G81), a later spell (G30): 0, 3.0, 10.1
    (3, 30, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-20', 84, '2A', '1', '{H259}'),
    (3, 31, 'APC', 'RXX', NULL, '2024-06-01', '2024-06-05', 84, '11', '1', '{F00}'),
    (3, 32, 'APC', 'RXX', NULL, '2024-07-01', '2024-07-05', 84, '28', '1', '{R31}'),
    (3, 33, 'OP', 'RXX', NULL, '2024-07-10', '2024-07-10', 84, NULL, NULL, '{G81}'),
    (3, 34, 'APC', 'RXX', NULL, '2024-12-28', '2024-12-29', 84, '13', '1', '{G30}'),
    -- 4, 5, 6: exactly 5.0 is intermediate (3.0 + 2.0), exactly 15.0 is intermediate (7.1 + 4.4 + 0.3 + 3.2), 15.1 is high
    (4, 40, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 84, '21', '1', '{R31,F01}'),
    (5, 50, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 84, '21', '1', '{F00,G81,R11,F05.0}'),
    (6, 60, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 84, '21', '1', '{F00,G81,R11,F050,R50}'),
    -- 7 is 74 by the record, 8 elective, 9 in hospital still (84 by the month of birth), 10 has no admission method: no known emergency; 11 objects
    (7, 70, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 74, '21', '1', '{F00}'),
    (8, 80, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 84, '11', '1', '{F00}'),
    (9, 90, 'APC', 'RXX', NULL, '2024-12-20', NULL, NULL, '21', NULL, '{F00}'),
    (10, 100, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 75, NULL, '1', '{F00}'),
    (11, 110, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-21', 84, '21', '1', '{F00}'),
    -- 12: LACE: 5 days, acute, heart failure 2 + dementia 3 = 5 (5 points), two emergency visits: 4 + 3 + 5 + 2 = 14; visits 183 days before,
    -- 184 days before, and the one of the day
    (12, 120, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-25', 84, '21', '1', '{I500}'),
    (12, 121, 'APC', 'RXX', NULL, '2024-05-20', '2024-05-25', 84, '11', '1', '{F03}'),
    (12, 122, 'EC', 'RXX', NULL, '2024-06-20', '2024-06-20', 84, NULL, NULL, NULL),
    (12, 123, 'EC', 'RXX', NULL, '2024-12-19', '2024-12-19', 84, NULL, NULL, NULL),
    (12, 124, 'EC', 'RXX', NULL, '2024-06-19', '2024-06-19', 84, NULL, NULL, NULL),
    (12, 125, 'EC', 'RXX', NULL, '2024-12-20', '2024-12-20', 84, NULL, NULL, NULL),
    -- 13: died in hospital; 14: PARR-30 at age 80, two emergency admissions in 12 months, heart and renal disease in the two years before, dementia
    -- in the admission itself, which does not count
    (13, 130, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-25', 84, '21', '4', '{I500}'),
    (14, 140, 'APC', 'RXX', NULL, '2024-12-20', '2024-12-25', 80, '21', '1', '{F03}'),
    (14, 141, 'APC', 'RXX', NULL, '2023-12-21', '2023-12-23', 80, '21', '1', '{I500}'),
    (14, 142, 'APC', 'RXX', NULL, '2024-11-19', '2024-11-19', 80, '21', '1', '{N18}'),
    (14, 143, 'APC', 'RXX', NULL, '2023-12-20', '2023-12-20', 80, '21', '1', NULL);
INSERT INTO spell_wh.opt_out (person_id, kind, valid_from) VALUES (11, 'type_1', '2020-01-01');
-- a crowd: seven events each over three years, of every kind
INSERT INTO spell_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, age, admission_method, discharge_method, diagnoses)
SELECT p.person_id, 1000 + p.person_id * 10 + n, CASE WHEN (p.person_id + n) % 5 = 0 THEN 'EC' ELSE 'APC' END, 'RXX', d.day, d.day + ((p.person_id + n) % 6)::integer,
       (68 + p.person_id % 20)::integer, CASE (p.person_id + n) % 3 WHEN 0 THEN '11' ELSE '21' END, '1',
       (ARRAY['{I210,E119}', '{F009}', '{W190,R296}', '{N390,N179,I500}', '{Z999}', '{C780,C509}', '{G819,F03X,J189}', '{R54X,E112}'])[1 + (p.person_id * 3 + n * 5) % 8]::commissioning.icd10[]
FROM spell_wh.person p CROSS JOIN pg_catalog.generate_series(1, 7) n
CROSS JOIN LATERAL (SELECT DATE '2024-12-20' - ((p.person_id * 37 + n * n * 61) % 1000)::integer AS day) d
WHERE p.person_id >= 100;
ANALYZE spell_wh.activity;

-- The models: the frailty score of the release at an admission; the index of length of stay, acuity, comorbidity and visits, and the
-- readmission model with the conditions that the examples need
SELECT spell_wh.register_model((m.body::jsonb || '{"name": "frailty", "version": "1", "unit": "spell", "valid_for": [{"input": "age", "from": 75}, {"input": "emergency", "is": 1}]}')::commissioning.risk_model)
FROM (SELECT commissioning.registered_model('hfrs_gilbert2018', '1') AS body) m;
SELECT spell_wh.register_model('{"name": "lace_example", "version": "1", "unit": "spell", "lookback_days": 365,
    "valid_for": [{"input": "discharged_alive", "is": 1}],
    "categories": [{"key": "chf", "label": "Heart failure", "points": 2, "prefixes": ["I50"]}, {"key": "dementia", "label": "Dementia", "points": 3, "prefixes": ["F00", "F03"]}],
    "category_steps": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 5}],
    "inputs": [{"name": "length_of_stay", "label": "Days in hospital", "bins": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 4}, {"from": 7, "points": 5}, {"from": 14, "points": 7}]},
               {"name": "acute", "bins": [{"from": 1, "points": 3}]},
               {"name": "emergency_attendances_6m", "bins": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 4}]}],
    "bands": [{"label": "low"}, {"label": "moderate", "from": 5}, {"label": "high", "from": 10}]}');
SELECT spell_wh.register_model('{"name": "parr_example", "version": "1", "unit": "spell", "lookback_days": 730, "excludes_index": true, "link": "logit", "intercept": -2.91821, "points_scale": 10000,
    "categories": [{"key": "chf", "points": 0.0950, "prefixes": ["I50"]}, {"key": "rend", "points": 0.1977, "prefixes": ["N18"]}, {"key": "dementia", "points": 0.0467, "prefixes": ["F03"]}],
    "inputs": [{"name": "age_squared", "input": "age", "transform": "square", "coefficient": 0.000060581},
               {"name": "imd_score", "bins": [{"from": 10, "coefficient": 0.0209}, {"from": 15, "coefficient": 0.0239}, {"from": 25, "coefficient": 0.0661}, {"from": 40, "coefficient": 0.1017}, {"from": 50, "coefficient": 0.0982}]},
               {"name": "emergency_admissions_12m", "coefficient": 0.1215},
               {"name": "any_30d", "input": "emergency_admissions_30d", "bins": [{"from": 1, "coefficient": 0.5258}]},
               {"name": "acute", "bins": [{"from": 1, "coefficient": 0.5565}]}]}');
SELECT spell_wh.approve_model(m.name, m.version, allow_same_person => true) FROM spell_wh.model m ORDER BY m.name;

-- What is refused, before anything is written
CALL spell_wh.score_spells('charlson_quan2005_original', '2024-12-20', '2024-12-31');
CALL spell_wh.score_population('frailty', '2024-12-31');
CALL spell_wh.score_spells('nonesuch', '2024-12-20', '2024-12-31');
CALL spell_wh.score_spells('frailty', '2024-12-20', '2024-12-19');
CALL spell_wh.score_spells('frailty', '2024-12-20', NULL);
CALL spell_wh.score_spells('frailty', '2024-12-20', '2024-12-31', 'elective');
CALL spell_wh.score_spells('frailty', '2024-12-20', '2025-06-30');
SELECT count(*) FROM spell_wh.run;

-- The frailty score: which earlier admissions count
CALL spell_wh.score_spells('frailty', '2024-12-20', '2024-12-31');
SELECT person_id, activity_id, practice_code, score, band, categories, not_assessed FROM spell_wh_reporting.risk_spell_register WHERE model = 'frailty' AND person_id < 100 ORDER BY person_id;
CALL spell_wh.score_spells('frailty', '2024-12-20', '2024-12-31', 'emergency');
SELECT person_id, score, categories FROM spell_wh_reporting.risk_spell_register WHERE model = 'frailty' AND person_id IN (1, 2, 3) ORDER BY person_id;
CALL spell_wh.score_spells('frailty', '2024-12-20', '2024-12-31', 'none');
SELECT person_id, score, categories FROM spell_wh_reporting.risk_spell_register WHERE model = 'frailty' AND person_id IN (1, 2, 3) ORDER BY person_id;
CALL spell_wh.score_spells('frailty', '2024-12-20', '2024-12-31', 'none');
SELECT status, rows_out, message FROM spell_wh_reporting.run_log ORDER BY run_id;
SELECT prior_admissions, admissions, assessed, not_assessed, not_scored,
       (SELECT count(*) FROM spell_wh.activity a WHERE a.dataset = 'APC' AND a.start_date BETWEEN r.from_day AND r.to_day) AS spells_of_the_days
FROM spell_wh.risk_spell_run r ORDER BY risk_spell_run_id;

-- The same by a plain join over the table of points, for every emergency spell at 75 and over of two years and each rule
CALL spell_wh.score_spells('frailty', '2023-01-01', '2024-12-31', 'any');
CALL spell_wh.score_spells('frailty', '2023-01-01', '2024-12-31', 'emergency');
CALL spell_wh.score_spells('frailty', '2023-01-01', '2024-12-31', 'none');
WITH points AS (
    SELECT c.member ->> 'key' AS code, (c.member ->> 'points')::numeric AS points
    FROM pg_catalog.jsonb_array_elements(commissioning.registered_model('hfrs_gilbert2018', '1')::jsonb -> 'categories') AS c (member)
), expected AS (
    SELECT r.prior_admissions, i.person_id, i.activity_id,
           coalesce((SELECT sum(p.points) FROM points p WHERE p.code IN (
                SELECT "left"(d.code::text, 3)
                FROM spell_wh.activity b CROSS JOIN LATERAL pg_catalog.unnest(b.diagnoses) AS d (code)
                WHERE b.person_id = i.person_id
                  AND (b.activity_id = i.activity_id
                       OR (b.dataset = 'APC' AND b.end_date < i.start_date AND i.start_date <= b.end_date + 730
                           AND (r.prior_admissions = 'any' OR (r.prior_admissions = 'emergency' AND b.admission_method LIKE '2%')))))), 0) AS score
    FROM (VALUES ('any'), ('emergency'), ('none')) AS r (prior_admissions)
    CROSS JOIN spell_wh.activity i
    WHERE i.dataset = 'APC' AND i.admission_method LIKE '2%' AND coalesce(i.age, 84) >= 75 AND i.start_date BETWEEN '2023-01-01' AND '2024-12-31' AND i.person_id <> 11
)
SELECT e.prior_admissions, count(*) AS expected, count(s.score) AS scored, count(*) FILTER (WHERE s.score::numeric IS DISTINCT FROM e.score) AS wrong,
       count(*) FILTER (WHERE s.band IS DISTINCT FROM CASE WHEN e.score < 5 THEN 'low' WHEN e.score <= 15 THEN 'intermediate' ELSE 'high' END) AS wrong_bands
FROM expected e
LEFT JOIN (spell_wh.risk_spell_score s
           JOIN spell_wh.risk_spell_run r ON r.risk_spell_run_id = s.risk_spell_run_id AND r.from_day = '2023-01-01')
  ON s.person_id = e.person_id AND s.activity_id = e.activity_id AND r.prior_admissions = e.prior_admissions
GROUP BY e.prior_admissions ORDER BY e.prior_admissions;
SELECT max(s.rank_overall) AS last, count(DISTINCT s.rank_overall) AS ranks, count(*) FILTER (WHERE s.rank_overall <> x.place) AS wrong
FROM spell_wh_reporting.risk_spell_register s
JOIN (SELECT activity_id, row_number() OVER (ORDER BY score DESC, person_id, activity_id) AS place FROM spell_wh_reporting.risk_spell_register WHERE model = 'frailty') x ON x.activity_id = s.activity_id
WHERE s.model = 'frailty';

-- Length of stay, acuity, comorbidity, emergency visits; one in hospital still is not assessed, one who died there is out of bounds
CALL spell_wh.score_spells('lace_example', '2024-12-20', '2024-12-31');
SELECT person_id, score, band, categories, not_assessed FROM spell_wh_reporting.risk_spell_register WHERE model = 'lace_example' AND person_id IN (1, 3, 9, 10, 12, 13) ORDER BY person_id;
SELECT admissions, assessed, not_assessed, not_scored FROM spell_wh.current_risk_spell_run WHERE model = 'lace_example';
-- Readmission: -2.91821 + .000060581 * 80^2 + .0661 + 2 * .1215 + .5565 + .0950 + .1977 = -1.3722: probability 0.20227, none of it from the admission itself
CALL spell_wh.score_spells('parr_example', '2024-12-20', '2024-12-31');
SELECT person_id, round(score, 5) AS score, categories FROM spell_wh_reporting.risk_spell_register WHERE model = 'parr_example' AND person_id = 14;

-- The models of the release by their names: the version that scores admissions is taken.
CALL spell_wh.score_spells('hfrs_gilbert2018', '2024-12-20', '2024-12-31', 'emergency');
CALL spell_wh.score_spells('lace', '2024-12-20', '2024-12-31');
CALL spell_wh.score_spells('parr30_locally_recalibrated', '2024-12-20', '2024-12-31');
CALL spell_wh.score_population('hfrs_gilbert2018', '2024-12-31');
SELECT k.model, k.model_version, count(*) AS admissions, count(k.score) AS scored, min(k.not_assessed) AS not_assessed,
       count(*) FILTER (WHERE k.score = e.score) AS as_the_example
FROM spell_wh_reporting.risk_spell_register k
LEFT JOIN spell_wh.risk_spell_score e ON e.person_id = k.person_id AND e.activity_id = k.activity_id
     AND e.risk_spell_run_id = CASE k.model WHEN 'hfrs_gilbert2018' THEN 2 WHEN 'lace' THEN (SELECT r.risk_spell_run_id FROM spell_wh.risk_spell_run r WHERE r.model = 'lace_example') END
WHERE k.model IN ('hfrs_gilbert2018', 'lace', 'parr30_locally_recalibrated') GROUP BY k.model, k.model_version ORDER BY k.model;
SELECT DISTINCT model_version FROM spell_wh_reporting.risk_register WHERE model = 'hfrs_gilbert2018';

-- Conditions of a register on the day of admission: on it before (1), ended (2), from the day after (3)
INSERT INTO spell_wh.person_condition (person_id, condition, source, recorded_on, ended_on) VALUES (1, 'copd', 'register', '2020-01-01', NULL), (2, 'copd', 'register', '2020-01-01', '2024-12-20'), (3, 'copd', 'register', '2024-12-21', NULL);
SELECT spell_wh.register_model('{"name": "keys", "version": "1", "unit": "spell", "valid_for": [{"input": "emergency", "is": 1}], "categories": [{"key": "copd", "points": 1, "conditions": ["copd"]}, {"key": "falls", "points": 2, "prefixes": ["R29"]}]}');
SELECT spell_wh.approve_model('keys', '1', allow_same_person => true);
CALL spell_wh.score_spells('keys', '2024-12-20', '2024-12-20', 'none');
SELECT person_id, score, categories FROM spell_wh_reporting.risk_spell_register WHERE model = 'keys' AND person_id < 4 ORDER BY person_id;
SELECT term, evidence, contribution FROM spell_wh.explain_spell(1, 10, 'keys');

-- Live and kept agree, every column
SELECT k.model, count(*) AS kept, count(*) FILTER (WHERE (l.score, l.band, l.categories, l.not_assessed, l.practice_code, l.provider_code, l.admission_date, l.discharge_date, l.prior_admissions, l.model_version)
                                                   IS NOT DISTINCT FROM (k.score, k.band, k.categories, k.not_assessed, k.practice_code, k.provider_code, k.admission_date, k.discharge_date, k.prior_admissions, k.model_version)) AS equal
FROM spell_wh_reporting.risk_spell_register k
LEFT JOIN spell_wh_reporting.risk_spell l ON l.person_id = k.person_id AND l.activity_id = k.activity_id AND l.model = k.model
GROUP BY k.model ORDER BY k.model;
SELECT count(*) AS live_in_the_days, count(*) FILTER (WHERE k.activity_id IS NULL) AS not_kept
FROM spell_wh_reporting.risk_spell l
LEFT JOIN spell_wh_reporting.risk_spell_register k ON l.person_id = k.person_id AND l.activity_id = k.activity_id AND l.model = k.model
WHERE l.model = 'frailty' AND l.admission_date BETWEEN '2023-01-01' AND '2024-12-31';

-- Why an admission has its score; the terms add up to it, for every one
SELECT term, evidence, events, first_recorded, last_recorded, value, contribution FROM spell_wh.explain_spell(1, 10, 'frailty', 'any');
SELECT term, label, evidence, value, contribution FROM spell_wh.explain_spell(12, 120, 'lace_example');
SELECT term, evidence, value, round(contribution::numeric, 6) AS contribution FROM spell_wh.explain_spell(14, 140, 'parr_example');
SELECT k.model, count(*) AS admissions, count(*) FILTER (WHERE e.sum_is_score) AS add_up
FROM spell_wh_reporting.risk_spell_register k
CROSS JOIN LATERAL (SELECT abs(CASE k.model WHEN 'parr_example' THEN 1 / (1 + exp(-sum(x.contribution))) ELSE coalesce(sum(x.contribution), 0) END - k.score) < 1e-6 AS sum_is_score
                    FROM spell_wh.explain_spell(k.person_id, k.activity_id, k.model) x) e
WHERE k.score IS NOT NULL AND k.admission_date >= '2024-09-01' GROUP BY k.model ORDER BY k.model;
SELECT term, evidence FROM spell_wh.explain_spell(9, 90, 'lace_example') WHERE term = 'score';
SELECT * FROM spell_wh.explain_spell(7, 70, 'frailty');
SELECT * FROM spell_wh.explain_spell(11, 110, 'frailty');
SELECT * FROM spell_wh.explain_spell(7, 71, 'frailty');
SELECT * FROM spell_wh.explain_spell(7, 70, 'hfrs_gilbert2018', version => '1');

-- A filter on one person reaches the tables
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query; END $$;
SELECT count(DISTINCT substring(l FROM ' on (activity_p[0-9]+) ')) FILTER (WHERE l NOT LIKE '%(never executed)%') AS partitions_read, count(*) FILTER (WHERE l LIKE '%Seq Scan on activity%') AS read_whole,
       count(*) FILTER (WHERE l LIKE '%Index Cond: (%person_id = %4)%') >= 2 AS by_person, count(*) FILTER (WHERE l ~ 'Function Scan on (spells|index_spells|not_scored)') AS not_inlined
FROM pg_temp.plan('SELECT score FROM spell_wh_reporting.risk_spell WHERE model = ''frailty'' AND person_id = 4') l;

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA spell_wh, spell_wh_identity, spell_wh_reporting CASCADE;
RESET client_min_messages;
