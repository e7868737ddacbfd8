-- The language of risk models beyond points and linear inputs: every feature by a case computed by hand, and what is refused.
\pset null '(null)'
\set SHOW_CONTEXT never
SET search_path = commissioning;
CREATE TABLE risk_language_model (name text PRIMARY KEY, m risk_model NOT NULL);

-- LACE: 5 days (4), acute (3), comorbidity 2 + 3 = 5 (5), two visits (2): 14, high
INSERT INTO risk_language_model VALUES ('lace', '{"name": "lace", "version": "1", "unit": "spell", "excludes_index": true,
 "categories": [{"key": "mi", "points": 1, "prefixes": ["I21"]}, {"key": "chf", "label": "Heart failure", "points": 2, "prefixes": ["I50"], "conditions": ["heart_failure", "chf"]}, {"key": "dementia", "points": 3, "conditions": ["dementia"]}],
 "category_steps": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 5}],
 "inputs": [{"name": "stay_days", "label": "Length of stay", "bins": [{"points": 0}, {"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 4}, {"from": 7, "points": 5}, {"from": 14, "points": 7, "label": "14 days and more"}]},
            {"name": "emergency", "bins": [{"points": 0}, {"from": 1, "points": 3}]},
            {"name": "visits", "missing": 0, "bins": [{"points": 0}, {"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 4}]}],
 "bands": [{"label": "low"}, {"label": "moderate", "from": 5}, {"label": "high", "from": 10}]}');
SELECT m FROM risk_language_model;
SELECT risk_inputs(m) AS inputs, risk_score(m, '{I500}', i) AS score, risk_band(m, risk_score(m, '{I500}', i)) AS band,
       risk_score_text(m, '{" i50.0",xyz,NULL}', i) AS by_text, risk_score_flags(m, risk_flags_or(risk_match_condition(m, 'chf'), risk_match_conditions(m, '{dementia,NULL,other}')), i - 'conditions') AS by_flags,
       risk_score_raw(m, '{I500}', i) AS raw, risk_score(m, '{I500}', i - 'visits') AS rule_for_missing, risk_score(m, '{I500}', i - 'emergency') AS not_assessed
FROM risk_language_model, (SELECT '{"stay_days": 5, "emergency": true, "visits": 2, "conditions": ["dementia", "unheard_of", null]}'::jsonb) v(i);
SELECT s AS stay_days, risk_score(m, NULL, jsonb_build_object('stay_days', s, 'emergency', 0)) AS points
FROM risk_language_model, unnest('{0,0.9,1,2,3,4,6,7,13,14,400}'::numeric[]) s;
SELECT e.* FROM risk_language_model, risk_explain(m, '{I500,I21}', '{"stay_days": 14, "emergency": true, "conditions": ["dementia", "heart_failure", "chf", "chf"]}') e;
SELECT e.* FROM risk_language_model, risk_explain_flags(m, risk_match(m, 'I50'), '{"stay_days": 14, "conditions": ["dementia"]}') e;
SELECT e.* FROM risk_language_model, risk_explain_flags(m, NULL, '{"stay_days": 1, "emergency": false}') e;

-- Nothing to match is neutral; a NULL model is an error
SELECT risk_match_condition(m, NULL) AS null_condition, risk_match_condition(m, 'unheard_of') AS unknown, risk_match_conditions(m, NULL) AS null_list, risk_match_conditions(m, '{}') AS none,
       risk_match_text(m, NULL) AS null_code, risk_match_text(m, '. -') AS no_code, risk_match_text(m, 'i21.0') = risk_match(m, 'I210') AS same, risk_score_text(m, NULL, '{"stay_days": 1, "emergency": 0}') AS no_codes
FROM risk_language_model;
\set VERBOSITY sqlstate
SELECT risk_match_condition(NULL, 'a');
SELECT risk_match_conditions(NULL, '{a}');
SELECT risk_match_text(NULL, 'a');
SELECT risk_score_text(NULL, '{a}');
SELECT risk_explain_flags(NULL, '');
SELECT risk_explain_flags(m, risk_match(registered_model('hfrs_gilbert2018'), 'F00')) FROM risk_language_model;
\set VERBOSITY default
-- Condition keys among the inputs
SELECT risk_score(m, '{}', '{"conditions": "dementia"}') FROM risk_language_model;
SELECT risk_score(m, '{}', '{"conditions": [1]}') FROM risk_language_model;
SELECT risk_score(m, '{}', '{"conditions": [["dementia"]]}') FROM risk_language_model;
SELECT risk_score(m, '{}', '{"conditions": {"dementia": 1}}') FROM risk_language_model;
SELECT risk_score(m, '{}', '{"conditions": null, "stay_days": 1, "emergency": 0}') AS json_null, risk_score(m, '{}', '{"conditions": [], "stay_days": 1, "emergency": 0}') AS empty FROM risk_language_model;
SELECT risk_score(registered_model('charlson_quan2005_original'), '{I21}', '{"conditions": 3}') AS model_without_conditions;

-- Electronic frailty index: bands decided on whole deficits, 5/36 is the first at 0.12, 9/36 at 0.24, 13/36 at 0.36
INSERT INTO risk_language_model
SELECT 'efi', jsonb_build_object('name', 'efi', 'version', '1', 'points_divisor', 36,
    'categories', (SELECT jsonb_agg(jsonb_build_object('key', 'd' || d, 'points', 1, 'conditions', ARRAY['d' || d])) FROM generate_series(1, 36) d),
    'bands', '[{"label": "fit"}, {"label": "mild", "from": 0.12}, {"label": "moderate", "from": 0.24}, {"label": "severe", "from": 0.36}]'::jsonb)::risk_model;
SELECT band, min(n) AS from_deficits, max(n) AS to_deficits, bool_and(score = n / 36.0::float8) AS divided_once
FROM (SELECT n, risk_band(m, s) AS band, s AS score FROM risk_language_model, generate_series(0, 36) n,
             LATERAL risk_score_flags(m, risk_match_conditions(m, ARRAY(SELECT 'd' || d FROM generate_series(1, n) d))) s WHERE name = 'efi') x
GROUP BY band ORDER BY 2;
SELECT s, risk_band(m, s) FROM risk_language_model, unnest(ARRAY[4/36.0, 0.1199999, 0.12, 9/36.0, 0.24, 0.36, 1]::float8[]) s WHERE name = 'efi';

-- A model of two parts: cost = probability of any * amount
INSERT INTO risk_language_model VALUES ('cost', '{"name": "cost", "version": "2", "parent": "cost 1", "link": "log", "intercept": 5, "calibration": {"intercept": 0.1, "slope": 0.9},
 "valid_for": [{"input": "age", "from": 18, "below": 110}],
 "inputs": [{"name": "age", "spline": {"knots": [40, 65, 80], "coefficients": [0.01, 0.02, -0.01, 0.03]}, "missing": 50, "missing_coefficient": 0.5, "average": 0.6},
            {"name": "visits", "transform": "log1p", "min": 0, "max": 20, "coefficient": 0.4},
            {"name": "sex", "levels": [{"value": "F", "coefficient": 0}, {"value": "M", "coefficient": 0.2}], "other": "F", "missing": "F"}],
 "interactions": [{"name": "old_visits", "only": [{"input": "age", "above": 80}], "times": ["visits"], "coefficient": 0.05}],
 "probability": {"intercept": -1, "inputs": [{"name": "visits", "coefficient": 0.3}]}}');
-- lp = 5 + 0.01 * 85 + 0.02 * 45 - 0.01 * 20 + 0.03 * 5 + 0.4 * ln(4) + 0.2 + 0.05 * 3, calibrated 0.1 + 0.9 lp; probability -1 + 0.9
SELECT risk_inputs(m) AS inputs, abs(risk_score(m, NULL, i) / (exp(0.1 + 0.9 * (5 + 0.85 + 0.9 - 0.2 + 0.15 + 0.4 * ln(4::float8) + 0.2 + 0.15)) / (1 + exp(0.1::float8))) - 1) < 1e-12 AS as_by_hand,
       risk_predict(m, ARRAY[85, 3, 1]) = risk_score(m, NULL, i || '{"sex": 1}') AS other_level, risk_predict(m, ARRAY[85, 3, NULL]) = risk_predict(m, ARRAY[85, 3, 1]) AS level_for_missing,
       risk_score(m, NULL, i || '{"age": 17}') AS too_young, risk_score(m, NULL, i || '{"age": 110}') AS too_old, risk_predict(m, '{85,NULL,NULL}') AS unknown
FROM risk_language_model, (SELECT '{"age": 85, "visits": 3, "sex": "M"}'::jsonb) v(i) WHERE name = 'cost';
SELECT term, evidence, round(value::numeric, 6) AS value, round(contribution::numeric, 6) AS contribution, average, label FROM risk_language_model, risk_explain(m, NULL, '{"age": 85, "visits": 3, "sex": "M"}') e WHERE name = 'cost';
SELECT term, evidence, value, contribution FROM risk_language_model, risk_explain(m, NULL, '{"age": 12, "visits": 0}') e WHERE name = 'cost';
SELECT risk_score(m, NULL, '{"age": 85, "visits": "3"}') FROM risk_language_model WHERE name = 'cost';
SELECT risk_score(m, NULL, '{"age": 85, "visits": 3, "sex": ["M"]}') FROM risk_language_model WHERE name = 'cost';

-- Restricted cubic spline against its formula in numeric
WITH spline AS (
    SELECT '{"name": "s", "version": "1", "inputs": [{"name": "x", "spline": {"kind": "restricted_cubic", "knots": [20, 40, 55, 70, 90], "coefficients": [0.02, -0.3, 0.7, -0.45]}}]}'::risk_model AS m,
           '{20,40,55,70,90}'::numeric[] AS t, '{0.02,-0.3,0.7,-0.45}'::numeric[] AS c
), by_formula AS (
    SELECT x, m, c[1] * x + (SELECT sum(c[j + 1] * (greatest(x - t[j], 0) ^ 3 - greatest(x - t[4], 0) ^ 3 * (t[5] - t[j]) / (t[5] - t[4]) + greatest(x - t[5], 0) ^ 3 * (t[4] - t[j]) / (t[5] - t[4]))
                                        / (t[5] - t[1]) ^ 2) FROM generate_series(1, 3) j) AS expected
    FROM spline, generate_series(0::numeric, 120, 0.5) x
)
SELECT count(*) AS points, count(*) FILTER (WHERE abs(risk_score(m, NULL, jsonb_build_object('x', x)) - expected) < 1e-9) AS equal,
       count(*) FILTER (WHERE abs(risk_predict(m, ARRAY[x::float8]) - expected) < 1e-9) AS by_array, round(max(expected), 4) AS highest, round(min(expected), 4) AS lowest
FROM by_formula;

-- Edits as in the CMS models: haemophilia by sex, COPD by age; what a category needs; the count of what is kept
INSERT INTO risk_language_model VALUES ('hcc', '{"name": "hcc", "version": "1", "points_scale": 1000, "coding_system": "icd10cm",
 "categories": [{"key": "edit_d66", "prefixes": ["D66", "D67"], "only": [{"input": "female", "is": 1}], "becomes": "HCC112", "otherwise": "HCC48"},
  {"key": "HCC48", "points": 0.25, "prefixes": ["D68"]}, {"key": "HCC112", "points": 0.5},
  {"key": "HCC280", "points": 0.3, "prefixes": ["J41", "J42"], "only": [{"input": "age", "from": 18}]},
  {"key": "HCC221", "points": 1, "prefixes": ["I09"]}, {"key": "HCC223", "points": 0.4, "prefixes": ["I99"], "needs": ["HCC221"]}],
 "hierarchy": [{"category": "HCC223", "removed_by": "HCC221"}],
 "interactions": [{"name": "HF_LUNG", "all": [["HCC221", "HCC223"], ["HCC280"]], "points": 0.1}],
 "counts": [{"name": "payment_count", "bins": [{"from": 2, "points": 0.05}, {"from": 3, "points": 0.125}]}]}');
SELECT codes, inputs, risk_score_text(m, codes, inputs) AS score, risk_score(m, codes::icd10[], inputs) AS as_icd10, risk_score_raw(m, codes::icd10[], inputs) AS raw, risk_categories(m, codes::icd10[]) AS found
FROM risk_language_model, (VALUES
    (1, '{D66}'::text[], '{"female": 1}'::jsonb), (2, '{D67}', '{"female": false}'), (3, '{D66}', '{}'), (4, '{D66,D682}', '{"female": 0}'), (5, '{J42}', '{"age": 17}'), (6, '{J42}', '{"age": 18}'), (7, '{J42}', NULL),
    (8, '{I998}', NULL), (9, '{I998,I091}', NULL), (10, '{I998,I091,J410}', '{"age": 60}'), (11, '{I091,J410,D66}', '{"age": 60, "female": true}'), (12, '{}', NULL)) v(n, codes, inputs)
WHERE name = 'hcc' ORDER BY n;
SELECT e.* FROM risk_language_model, risk_explain(m, '{D66,J42,I998}', '{"age": 17, "female": 0}') e WHERE name = 'hcc';
SELECT e.* FROM risk_language_model, risk_explain(m, '{D66,J42,I091,I998}', '{"age": 70}') e WHERE name = 'hcc';
-- Contributions add up to the score
SELECT count(*) AS people, count(*) FILTER (WHERE abs(score - total) < 1e-12) AS equal, count(*) FILTER (WHERE score IS NULL AND unknown) AS not_assessed
FROM risk_language_model, generate_series(0, 255) n,
     LATERAL (SELECT ARRAY(SELECT c FROM unnest('{D66,D68,J42,I09,I99}'::icd10[]) WITH ORDINALITY u(c, i) WHERE n >> (i::integer - 1) & 1 = 1), CASE WHEN n & 32 = 0 THEN '{"age": 40}'::jsonb ELSE '{}' END || CASE WHEN n & 64 = 0 THEN jsonb_build_object('female', n >> 7) ELSE '{}' END) p(codes, inputs),
     LATERAL (SELECT risk_score(m, codes, inputs), sum(contribution), bool_or(contribution IS NULL) FROM risk_explain(m, codes, inputs)) x(score, total, unknown)
WHERE name = 'hcc';

-- Levels by the text of numbers and booleans; values that are none
INSERT INTO risk_language_model VALUES ('levels', '{"name": "levels", "version": "1", "inputs": [{"name": "x", "levels": [{"value": "1", "points": 1}, {"value": "2.5", "points": 2}, {"value": "true", "points": 4}]}]}');
SELECT i, risk_score(m, NULL, jsonb_build_object('x', i)) AS score FROM risk_language_model, unnest('{1,1.0,2.50,true,"1",null}'::jsonb[]) WITH ORDINALITY v(i, n) WHERE name = 'levels' ORDER BY n;
SELECT risk_predict(m, '{2.5}') AS by_array FROM risk_language_model WHERE name = 'levels';
SELECT risk_score(m, NULL, '{"x": "3"}') FROM risk_language_model WHERE name = 'levels';
SELECT risk_explain(m, NULL, '{"x": false}') FROM risk_language_model WHERE name = 'levels';
-- Transforms outside their domain, numbers that are none
SELECT risk_score('{"name": "t", "version": "1", "inputs": [{"name": "x", "transform": "log", "coefficient": 1}]}', NULL, '{"x": 0}');
SELECT risk_predict('{"name": "t", "version": "1", "inputs": [{"name": "x", "bins": [{"points": 1}]}]}', '{NaN}');
SELECT risk_predict('{"name": "t", "version": "1", "inputs": [{"name": "x", "transform": "square", "coefficient": 1}]}', '{1e200}');
SELECT risk_predict('{"name": "t", "version": "1", "inputs": [{"name": "x", "transform": "square", "coefficient": 1}]}', '{1,2}');
-- An unknown element of an array follows the rule of the input, in models of 0.1 too
SELECT risk_predict('{"name": "p", "version": "1", "inputs": [{"name": "x", "coefficient": 2, "missing": 3}, {"name": "y", "coefficient": 1}]}', '{NULL,1}') AS rule, risk_predict('{"name": "p", "version": "1", "inputs": [{"name": "x", "coefficient": 2, "missing": 3}, {"name": "y", "coefficient": 1}]}', '{1,NULL}') AS no_rule;

-- Round trips, and storage of every kind: in line, compressed, out of line, many in one query
SELECT name, m::text::risk_model = m AS text, m::jsonb::risk_model = m AS jsonb, m::text::risk_model::text = m::text AS same_text FROM risk_language_model ORDER BY name COLLATE "C";
CREATE TABLE risk_language_stored (kind text, m risk_model);
ALTER TABLE risk_language_stored ALTER m SET STORAGE extended;
INSERT INTO risk_language_stored SELECT 'compressed', m FROM risk_language_model;
ALTER TABLE risk_language_stored ALTER m SET STORAGE external;
INSERT INTO risk_language_stored SELECT 'external', m FROM risk_language_model;
ALTER TABLE risk_language_stored ALTER m SET STORAGE main;
INSERT INTO risk_language_stored SELECT 'in line', m FROM risk_language_model;
SELECT s.kind, count(*) AS models, count(*) FILTER (WHERE risk_fingerprint(s.m) = risk_fingerprint(o.m) AND s.m::text = o.m::text) AS same,
       count(*) FILTER (WHERE risk_score(s.m, '{I21,D68}', i) IS NOT DISTINCT FROM risk_score(o.m, '{I21,D68}', i)) AS same_score
FROM risk_language_stored s JOIN risk_language_model o ON o.m = s.m, (SELECT '{"stay_days": 3, "emergency": 1, "age": 50, "visits": 1, "female": 0, "x": 1}'::jsonb) v(i) GROUP BY s.kind ORDER BY 1;

-- Refused, with the place (every fault is in the unit tests)
CREATE FUNCTION pg_temp.refused(model text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM model::commissioning.risk_model;
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT pg_temp.refused('{"name": "n", "version": "1", ' || m || '}') FROM (VALUES
 (1, '"unit": "household"'), (2, '"excludes_index": 0'), (3, '"points_divisor": 0'), (4, '"calibration": {"slope": "1"}'), (5, '"valid_for": [{"input": "age", "from": 5, "below": 5}]'),
 (6, '"categories": [{"key": "a", "becomes": "b", "prefixes": ["A"]}]'), (7, '"categories": [{"key": "a", "points": 1, "conditions": ["x", "x"]}]'), (8, '"categories": [{"key": "a", "points": 1, "prefixes": ["A"], "needs": ["a", "z"]}]'),
 (9, '"inputs": [{"name": "conditions", "coefficient": 1}]'), (10, '"inputs": [{"name": "x", "bins": [{"from": 2, "points": 1}, {"from": 1, "points": 1}]}]'), (11, '"inputs": [{"name": "x", "spline": {"kind": "restricted_cubic", "knots": [1, 2], "coefficients": [1]}}]'),
 (12, '"inputs": [{"name": "x", "levels": [{"value": "a", "points": 1}], "other": "b"}]'), (13, '"inputs": [{"name": "x", "coefficient": 1}], "interactions": [{"name": "i", "times": ["x"], "points": 1}]'),
 (14, '"inputs": [{"name": "x", "coefficient": 1}], "counts": [{"name": "i", "bins": [{"points": 1}]}]'), (15, '"inputs": [{"name": "x", "coefficient": 1}], "probability": {"inputs": [{"name": "y", "bins": [{"points": 1}]}]}'),
 (16, '"inputs": [{"name": "x", "levels": [' || repeat('{"value": "a", "points": 1},', 1000) || '{}]}]'), (17, '"inputs": [{"name": "x", "missing": 0, "transform": "log", "coefficient": 1}]'), (18, '"probability": {}')
) v(n, m) ORDER BY n;
DROP TABLE risk_language_stored, risk_language_model;
RESET search_path;
