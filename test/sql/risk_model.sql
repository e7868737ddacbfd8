-- risk_model: what is read, what is printed, what is refused and where.
\set SHOW_CONTEXT never
SET search_path = commissioning;

-- One printed form: order of members, numbers, defaults, sorted prefixes
SELECT '{"bands": [{"label": "low"}, {"from": 5.0, "label": "high"}], "points_scale": 1e1, "hierarchy": [{"removed_by": "b", "category": "a"}],
 "categories": [{"prefixes": ["I252", "I21"], "points": 1.50e0, "key": "a"}, {"key": "b", "label": "B \"quoted\" \u00e9 \\ \u0001", "points": -0.1, "prefixes": ["I21", "I2"]}],
 "version": "1", "name": "shape", "intercept": 0, "link": "identity", "title": null}'::risk_model;
SELECT '{"name":"n","version":"1","link":"logit","intercept":-2.918210,"inputs":[{"name":"x","coefficient":1e-7,"missing":0.1},{"name":"y","label":"Y","coefficient":123456789012345678}],"bands":[{"label":"a","from":0.05},{"label":"b","above":0.05},{"label":"c","from":0.333333333333333333}],
 "title":"t","source":"s","licence":"l","population":"p","lookback_days":365,"categories":[{"key":"k","points":3,"prefixes":["A"]}]}'::risk_model;
-- Round trips: text, jsonb, whatever the order of members
SELECT name, body::text::risk_model = body AS text, body::jsonb::risk_model = body AS jsonb, body::text::risk_model::text = body::text AS same_text,
       risk_fingerprint(body::jsonb::risk_model) = risk_fingerprint(body) AS same_fingerprint, risk_fingerprint(body), pg_column_size(body) AS bytes
FROM risk_model_reference r WHERE r.version = '1' AND r.name IN ('charlson_quan2005_original', 'charlson_quan2005_quan2011', 'hfrs_gilbert2018') ORDER BY name;
SELECT count(*) FILTER (WHERE body::text::risk_model = body AND body::jsonb::risk_model = body AND body::text::risk_model::text = body::text
                          AND risk_fingerprint(body::jsonb::risk_model) = risk_fingerprint(body)) = count(*) AS all_of_them
FROM risk_model_reference;
-- Identity
SELECT a.m = b.m AS equal, a.m <> b.m AS different, (a.m < b.m) <> (a.m > b.m) AS ordered, a.m <= a.m AND a.m >= a.m AS reflexive
FROM (SELECT registered_model('hfrs_gilbert2018')) a(m), (SELECT registered_model('charlson_quan2005_original')) b(m);
SELECT count(DISTINCT body) AS distinct_models, count(*) FILTER (WHERE risk_model_hash(body) = risk_model_hash(body::text::risk_model)) AS same_hash,
       count(*) FILTER (WHERE risk_model_hash_extended(body, 0)::bit(32) = risk_model_hash(body)::bit(32)) AS low_half
FROM risk_model_reference;
SELECT r.name, sum(risk_score_flags(r.body, risk_flags_agg(risk_match(r.body, c)))) OVER (PARTITION BY r.name) AS score
FROM risk_model_reference r, unnest('{I21,F00,C78}'::icd10[]) c WHERE r.version = '1' AND r.name IN ('charlson_quan2005_original', 'charlson_quan2005_quan2011', 'hfrs_gilbert2018')
GROUP BY r.name, r.body ORDER BY r.name;

-- Refused, with the place
CREATE FUNCTION pg_temp.refused(model text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM model::commissioning.risk_model;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT pg_temp.refused(m) FROM (VALUES
 (1, ''), (2, '[]'), (3, '{}'), (4, '{"name": "n"'), (5, '{"name" "n"}'), (6, '{"name": "n",}'), (7, '{name: "n"}'), (8, '{"name": "n", "version": "1"} x'),
 (9, '{"name": "n", "version": 1}'), (10, '{"name": "", "version": "1"}'), (11, '{"name": "n", "version": "1"}'),
 (12, '{"name": "n", "version": "1", "weights": []}'), (13, '{"name": "n", "name": "m", "version": "1"}'),
 (14, '{"name": "n", "version": "1", "categories": {}}'), (15, '{"name": "n", "version": "1", "categories": [1]}'),
 (16, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}, {"key": "b", "points": "1", "prefixes": ["B"]}]}'),
 (17, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1.5, "prefixes": ["A"]}]}'),
 (18, '{"name": "n", "version": "1", "points_scale": 10, "categories": [{"key": "a", "points": 0.25, "prefixes": ["A"]}]}'),
 (19, '{"name": "n", "version": "1", "points_scale": 20, "categories": [{"key": "a", "points": 0.25, "prefixes": ["A"]}]}'),
 (20, '{"name": "n", "version": "1", "points_scale": 0.5, "categories": []}'),
 (21, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1000000001, "prefixes": ["A"]}]}'),
 (22, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": []}]}'),
 (23, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A", "b1"]}]}'),
 (24, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["I25.2"]}]}'),
 (25, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A12345678"]}]}'),
 (26, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": [null]}]}'),
 (27, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A1", "A2", "A1"]}]}'),
 (28, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}, {"key": "a", "points": 1, "prefixes": ["B"]}]}'),
 (29, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}], "hierarchy": [{"category": "a", "removed_by": "z"}]}'),
 (30, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}], "hierarchy": [{"category": "a", "removed_by": "a"}]}'),
 (31, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}], "hierarchy": [{"category": "a"}]}'),
 (32, '{"name": "n", "version": "1", "inputs": [{"name": "x"}]}'),
 (33, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 1e400}]}'),
 (34, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 1}, {"name": "x", "coefficient": 1}]}'),
 (35, '{"name": "n", "version": "1", "link": "probit", "inputs": [{"name": "x", "coefficient": 1}]}'),
 (36, '{"name": "n", "version": "1", "link": 1, "inputs": [{"name": "x", "coefficient": 1}]}'),
 (37, '{"name": "n", "version": "1", "lookback_days": 0, "inputs": [{"name": "x", "coefficient": 1}]}'),
 (38, '{"name": "n", "version": "1", "lookback_days": 1.5, "inputs": [{"name": "x", "coefficient": 1}]}'),
 (39, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 1}], "bands": [{"label": "a"}, {"label": "b"}]}'),
 (40, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 1}], "bands": [{"label": "a", "from": 2}, {"label": "b", "from": 2}]}'),
 (41, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 1}], "bands": [{"label": "a", "above": 2}, {"label": "b", "from": 2}]}'),
 (42, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 1}], "bands": [{"label": "a", "above": 2, "from": 2}]}'),
 (43, '{"name": "n", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}], "bands": [{"label": "a", "from": 0.5}]}'),
 (44, '{"name": "n", "version": "1", "inputs": [{"name": "x", "coefficient": 01}]}'), (45, '{"name": "n\q", "version": "1"}'), (46, '{"name": "n\ud800", "version": "1"}'), (47, '{"name": "\u0000", "version": "1"}'),
 (48, repeat('[', 100)), (49, '{"name": "' || repeat('n', 64) || '", "version": "1"}'), (50, '{"' || repeat('é', 100) || '": 1}'),
 (51, '{"name": "n", "version": "1", "categories": [' || repeat('{},', 1024) || '{}]}'), (52, '{"name": tru}'), (53, '{"name": "n'), (54, '{"name": "n' || chr(10) || '"}')
) v(n, m) ORDER BY n;
-- 1,024 categories, 8 characters
SELECT cardinality(risk_categories(m, '{A001B2C}')) AS found, risk_score(m, '{A001B2C}') AS score
FROM (SELECT ('{"name": "big", "version": "1", "categories": [' || string_agg(format('{"key": "c%s", "points": 1, "prefixes": ["%s"]}', i, left('A001B2C', 1 + i % 7)), ',') || ']}')::risk_model
      FROM generate_series(1, 1024) i) b(m);
RESET search_path;
