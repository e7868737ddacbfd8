-- Worked examples of the shipped models, and what NULL means.
\pset null '(null)'
SET search_path = commissioning;
SELECT name, version, jsonb_array_length(body::jsonb->'categories') AS categories,
       (SELECT sum(jsonb_array_length(c->'prefixes')) FROM jsonb_array_elements(body::jsonb->'categories') c) AS prefixes,
       (SELECT sum((c->>'points')::numeric) FROM jsonb_array_elements(body::jsonb->'categories') c) AS points,
       title, body::jsonb->>'lookback_days' AS lookback_days
FROM risk_model_reference WHERE name IN ('charlson_quan2005_original', 'charlson_quan2005_quan2011', 'hfrs_gilbert2018') ORDER BY 1, 2;

-- Charlson: 16 raw, 12 with the hierarchy, 11 with the weights of 2011
CREATE TEMP TABLE patient AS
SELECT ARRAY['I21.0', 'K70.0', 'k704', 'E112', 'E119', 'C509', 'C78']::icd10[] AS codes;
SELECT risk_score_raw(registered_model('charlson_quan2005_original'), codes) AS raw,
       risk_score(registered_model('charlson_quan2005_original'), codes) AS original,
       risk_score_raw(registered_model('charlson_quan2005_quan2011'), codes) AS quan2011_raw,
       risk_score(registered_model('charlson_quan2005_quan2011'), codes) AS quan2011,
       risk_categories(registered_model('charlson_quan2005_original'), codes) AS categories
FROM patient;
SELECT e.* FROM patient, risk_explain(registered_model('charlson_quan2005_original'), codes) e;

-- Hospital Frailty Risk Score: 17.1, high
SELECT s AS score, risk_band(m, s) AS band
FROM (SELECT registered_model('hfrs_gilbert2018')) m(m),
     LATERAL risk_score(m, '{N390,R296,F009,W190,N390}') s;
SELECT e.* FROM risk_explain(registered_model('hfrs_gilbert2018'), '{N390,R296,F009,W190,N390}') e;

-- Bands at their edges: exactly 5 is intermediate, exactly 15 is intermediate
SELECT s, risk_band(registered_model('hfrs_gilbert2018'), s) AS band
FROM unnest(ARRAY[-1, 0, 4.9, 4.95, 5, 14.9, 15, 15.04, 15.1, 1e20, 'NaN', NULL]::float8[]) s;
-- Tenths that binary fractions would add to a hair above 5 and 15
SELECT codes, risk_score(m, codes) AS score, risk_band(m, risk_score(m, codes)) AS band
FROM (SELECT registered_model('hfrs_gilbert2018')) m(m),
     (VALUES ('{F32,E53,K92,J18,J22}'::icd10[]), ('{F03,E16,N39,S32,R41,E87,H54}'), ('{F03,E16,N39,S32,R41,E87,H54,R50}'), ('{R50}')) v(codes);
SELECT s, risk_band(registered_model('charlson_quan2005_original'), s) AS band FROM unnest(ARRAY[-1, 0, 1, 2, 3, 4, 5, 40]::float8[]) s;
SELECT risk_band(registered_model('charlson_quan2005_quan2011'), 3) AS no_bands;

-- A prefix: I25 is not I252, I2520 is; the filler X is no obstacle
SELECT code, risk_categories(registered_model('charlson_quan2005_original'), ARRAY[code]) FROM unnest('{I25,I251,I252,I2520,I259,B20,B21,B20X,C97,C77,C80,Z99}'::icd10[]) code;

-- No codes are no conditions; NULL elements are ignored; a NULL model is an error
SELECT risk_score(m, NULL) AS null_codes, risk_score(m, '{}') AS no_codes, risk_score(m, '{NULL,I21,NULL}') AS null_elements,
       risk_score(m, '{{I21,I22},{I50,NULL}}') AS two_dimensions, risk_score(m, '{I21}', NULL) AS null_inputs,
       risk_categories(m, NULL) AS null_categories, risk_score_flags(m, NULL) AS null_flags, risk_band(m, NULL) AS null_band,
       risk_match(m, NULL) AS null_match, risk_score_flags(m, '') AS neutral
FROM (SELECT registered_model('charlson_quan2005_original')) m(m);
\set SHOW_CONTEXT never
\set VERBOSITY sqlstate
SELECT risk_score(NULL, '{I21}');
\set VERBOSITY default
SELECT risk_match(NULL, 'I21');
SELECT risk_score_flags(NULL, '');
SELECT risk_categories(NULL, '{I21}');
SELECT risk_band(NULL, 1);
SELECT risk_explain(NULL, '{I21}');
SELECT risk_inputs(NULL);
SELECT risk_predict(NULL, '{1}');
SELECT risk_fingerprint(NULL);

-- Arrays and models as PL/pgSQL variables (expanded arrays), compressed, long, stored with every header
DO $$
DECLARE
    m risk_model := registered_model('charlson_quan2005_original');
    codes icd10[] := '{I21}';
    found text[];
BEGIN
    FOR i IN 1..3 LOOP
        codes := codes || '{C78,C509}'::icd10[];
        SELECT array_agg(e.term) INTO found FROM risk_explain(m, codes) e;
        RAISE NOTICE '% % % %', risk_score(m, codes), risk_categories(m, codes), found, risk_flags_categories(m, risk_match_codes(m, codes));
    END LOOP;
END $$;
CREATE TEMP TABLE stored (id integer, codes icd10[], m risk_model);
ALTER TABLE stored ALTER codes SET STORAGE extended, ALTER m SET STORAGE extended;
INSERT INTO stored SELECT n, array_fill('C78'::icd10, ARRAY[n]), registered_model('charlson_quan2005_original') FROM unnest(ARRAY[0, 1, 10, 13, 14, 100, 1000, 20000]) n;
SELECT id, pg_column_size(codes) < id * 8 AS compressed, risk_score(m, codes) AS score, risk_score_flags(m, risk_match_codes(m, codes)) AS by_flags, pg_column_size(m) < 6900 AS model_compressed FROM stored ORDER BY id;

-- The registry
SELECT risk_fingerprint(registered_model('hfrs_gilbert2018')) = risk_fingerprint(registered_model('hfrs_gilbert2018', '2')) AS newest;
\set VERBOSITY sqlstate
SELECT registered_model('nonesuch');
SELECT registered_model('hfrs_gilbert2018', '0');
SELECT registered_model(NULL);
\set VERBOSITY default
SELECT registered_model('hfrs_gilbert2018', '0');

-- Numeric inputs, links, unknown inputs
CREATE TEMP TABLE local_model (m risk_model);
INSERT INTO local_model VALUES ('{"name": "readmission", "version": "1", "link": "logit", "intercept": -2.91821, "points_scale": 10000,
    "categories": [{"key": "chf", "points": 0.0950, "prefixes": ["I50"]}, {"key": "renal", "points": 0.1977, "prefixes": ["N18"]}],
    "inputs": [{"name": "age_squared", "coefficient": 0.000060581}, {"name": "imd_30", "coefficient": 0.0661},
               {"name": "emergency_12m", "coefficient": 0.1215, "missing": 0}, {"name": "emergency_now", "coefficient": 0.5565}],
    "bands": [{"label": "low"}, {"label": "high", "from": 0.5}]}');
SELECT round(risk_score(m, '{I500,N189}', '{"age_squared": 6400, "imd_30": true, "emergency_12m": 2, "emergency_now": 1, "other": "x"}')::numeric, 5) AS p FROM local_model;
SELECT risk_score(m, '{I500}', '{"age_squared": 6400}') AS unknown, risk_score(m, '{I500}') AS none_given,
       round(risk_score(m, NULL, '{"age_squared": 0, "imd_30": false, "emergency_now": false}')::numeric, 5) AS rule_for_missing,
       risk_inputs(m), risk_band(m, 0.5), risk_band(m, 0.4999999) AS below FROM local_model;
SELECT e.* FROM local_model, risk_explain(m, '{I500}', '{"age_squared": 6400, "imd_30": null}') e;
SELECT risk_score(m, '{}', '{"age_squared": "80"}') FROM local_model;
SELECT risk_score(m, '{}', '[1]') FROM local_model;
SELECT risk_explain(m, '{}', '3') FROM local_model;

CREATE TEMP TABLE wide_model (m risk_model);
INSERT INTO wide_model VALUES
    ('{"name": "linear", "version": "1", "intercept": 1, "inputs": [{"name": "a", "coefficient": 2}, {"name": "b", "coefficient": -0.5}]}'),
    ('{"name": "logit", "version": "1", "link": "logit", "inputs": [{"name": "a", "coefficient": 2}, {"name": "b", "coefficient": -0.5}]}'),
    ('{"name": "log", "version": "1", "link": "log", "inputs": [{"name": "a", "coefficient": 2}, {"name": "b", "coefficient": -0.5}]}');
SELECT m::jsonb->>'name' AS model, risk_predict(m, '{3,4}') AS p, risk_score(m, NULL, '{"a": 3, "b": 4}') = risk_predict(m, '{3,4}') AS same,
       risk_predict(m, NULL) AS null_array, risk_predict(m, '{3,NULL}') AS null_element, risk_predict(m, '{-400,0}') AS small FROM wide_model;
SELECT risk_predict(m, '{400,0}') FROM wide_model WHERE m::jsonb->>'name' = 'logit';
SELECT risk_predict(m, '{400,0}') FROM wide_model WHERE m::jsonb->>'name' = 'log';
SELECT risk_score(m, NULL, '{"a": 400, "b": 0}') FROM wide_model WHERE m::jsonb->>'name' = 'log';
SELECT risk_predict(m, '{1}') FROM wide_model LIMIT 1;
SELECT risk_predict(m, '{}') FROM wide_model LIMIT 1;
SELECT risk_predict(registered_model('hfrs_gilbert2018'), '{}');
RESET search_path;
