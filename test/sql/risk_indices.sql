-- Worked examples of the published indices, and what they say beyond their score.
\pset null '(null)'
SET search_path = commissioning;

-- Every shipped model says where it is from, under which licence and for whom; a score of nothing is 0 or not assessed.
SELECT name, version, title, coalesce(body::jsonb->>'coding_system', 'icd10') AS codes, coalesce(body::jsonb->>'unit', 'person') AS unit,
       body::jsonb->>'lookback_days' AS days, body::jsonb->'valid_for' AS valid_for, risk_inputs(body) AS inputs
FROM risk_model_reference WHERE name !~ '^(charlson_quan2005_(original|quan2011)|hfrs)' ORDER BY 1, 2;
SELECT count(*) FROM risk_model_reference r WHERE length(r.source) < 40 OR length(r.licence) < 20 OR length(coalesce(r.body::jsonb->>'population', '')) < 40;

-- Charlson: codes I21.0 K70.0 K70.4 E11.2 E11.9 C50.9 C78. Raw 16, with the hierarchy 12, Quan 2011 11; SHMI 5 - 1 + 14 = 18 (K70.0 and K70.4 are not in its list).
CREATE TEMP TABLE patient AS SELECT '{I21.0,K70.0,k704,E112,E119,C509,C78}'::icd10[] AS codes;
SELECT r.name, risk_score_raw(r.body, p.codes) AS raw, risk_score(r.body, p.codes) AS score, risk_band(r.body, risk_score(r.body, p.codes)) AS band, risk_categories(r.body, p.codes) AS categories
FROM patient p, risk_model_reference r WHERE r.name LIKE 'charlson%' AND r.name <> 'charlson_quan2005_age_adjusted' AND r.name NOT LIKE '%icd9cm%' ORDER BY 1;
-- SHMI: complicated diabetes is -1, so that alone counts 0, and it takes 3 for the uncomplicated away
SELECT code, risk_score(m, code), risk_band(m, risk_score(m, code)) AS band
FROM (SELECT registered_model('charlson_shmi_uk')) s(m), (VALUES ('{E102}'::icd10[]), ('{E109}'), ('{E102,E109}'), ('{E102,I71}'), ('{I71}')) v(code);
SELECT * FROM risk_explain(registered_model('charlson_shmi_uk'), '{E102}');
-- One code in two categories: F02.4 (Sweden), C80 (Australia, where metastatic takes it), 404.03 and 437.3 (ICD-9-CM)
SELECT risk_categories(registered_model('charlson_se_original'), '{F024}') AS sweden, risk_score(registered_model('charlson_se_original'), '{F024}') AS points,
       risk_categories(registered_model('charlson_am_original'), '{C80}') AS australia, risk_score_raw(registered_model('charlson_am_original'), '{C80}') AS raw,
       risk_score(registered_model('charlson_am_original'), '{C80}') AS points;
SELECT risk_score_text(m, '{404.03}') AS "404.03", risk_score_text(m, '{ 437.3}') AS "437.3", risk_score_text(m, '{v42.7,"",NULL,42731}') AS "V42.7"
FROM (SELECT registered_model('charlson_quan2005_icd9cm_original')) s(m);

-- Age-adjusted: one point a decade from 50, at most 4; not assessed without an age
SELECT age, risk_score(m, '{I21}', jsonb_build_object('age', age)) AS score
FROM (SELECT registered_model('charlson_quan2005_age_adjusted')) s(m), unnest('{0,49,49.9,50,59,60,69,70,79,80,89,110,NULL}'::numeric[]) age;
-- Ten-year survival of Charlson's formula, 0.983 to the power of exp(0.9 * score), computed apart
SELECT score, round(charlson_survival(score)::numeric, 6) AS survival FROM unnest('{0,1,3,5,8,40,NULL,NaN}'::float8[]) score;

-- Elixhauser: I42.6 K70.3 E11.9 E11.2 C50.9 -> six categories, five with the hierarchy; van Walraven 22
SELECT r.name, risk_categories(r.body, e.codes) AS categories, cardinality(risk_categories(r.body, e.codes)) AS found, risk_score_raw(r.body, e.codes) AS raw, risk_score(r.body, e.codes) AS score
FROM risk_model_reference r, (SELECT '{I426,K703,E119,E112,C509}'::icd10[]) e(codes) WHERE r.name LIKE 'elixhauser%' AND r.name NOT LIKE '%icd9cm%' ORDER BY 1;
-- negative totals are kept; hypertension of both kinds counts once, also without the hierarchy
SELECT risk_score(registered_model('elixhauser_quan2005_vanwalraven'), '{F11,E66,F32}') AS negative, risk_score(m, '{I10}') AS uncomplicated, risk_score(m, '{I10,I15}') AS both_kinds, risk_score_raw(m, '{I10,I15}') AS raw
FROM (SELECT registered_model('elixhauser_quan2005_ahrq_mortality')) s(m);
SELECT risk_score_text(registered_model('elixhauser_quan2005_icd9cm_vanwalraven'), '{428.0,305.92,278.0}') AS icd9cm;
-- least and greatest totals of van Walraven: -19 and 89
SELECT sum(least((c->>'points')::numeric, 0)) AS least, sum(greatest((c->>'points')::numeric, 0)) AS greatest
FROM jsonb_array_elements(registered_model('elixhauser_quan2005_vanwalraven')::jsonb->'categories') c;

-- Hospital Frailty Risk Score: index N39.0 R29.6, before it F00.9 W19.0 N39.0 -> 17.1, high; version 2 is of those of 75 and over
SELECT r.version, age, risk_score(r.body, '{N390,R296,F009,W190,N390}', jsonb_build_object('age', age)) AS score
FROM risk_model_reference r, unnest('{74,74.99,75,90,NULL}'::numeric[]) age WHERE r.name = 'hfrs_gilbert2018' ORDER BY 1, 2;

-- LACE: 5 days, acute, comorbidity 5 (4 and more), 2 visits: 4 + 3 + 5 + 2 = 14
SELECT risk_score(m, '{I21,I50,E102}', '{"length_of_stay": 5, "acute": 1, "emergency_attendances_6m": 2}') AS score, risk_band(m, 14) AS band,
       risk_score(m, '{C78,F03,B20}', '{"length_of_stay": 14, "acute": 1, "emergency_attendances_6m": 9}') AS greatest,
       risk_score(m, '{}', '{"length_of_stay": 0, "acute": 0, "emergency_attendances_6m": 0}') AS least,
       risk_score(m, '{I21}', '{"length_of_stay": 5, "acute": 1}') AS not_assessed, risk_score(m, '{}', '{"length_of_stay": 1, "acute": 1, "emergency_attendances_6m": 0, "age": 17}') AS child
FROM (SELECT registered_model('lace')) s(m);
SELECT term, evidence, value, contribution FROM risk_explain(registered_model('lace'), '{I21,I50,E102,E109}', '{"length_of_stay": 5, "acute": 1, "emergency_attendances_6m": 2}');
SELECT days, risk_score(m, '{}', jsonb_build_object('length_of_stay', days, 'acute', 0, 'emergency_attendances_6m', 0)) AS points
FROM (SELECT registered_model('lace')) s(m), unnest('{0,1,2,3,4,6,7,13,14,200}'::int[]) days;

-- PARR-30: age 80, deprivation 30, 2 admissions in 12 months, none in 30 days, an emergency, heart failure and renal disease: -1.37219, 0.20227
SELECT round(risk_score(m, '{I50,N18}', i)::numeric, 5) AS p, (SELECT round(sum(contribution)::numeric, 5) FROM risk_explain(m, '{I50,N18}', i)) AS logit,
       round(risk_score(m, '{I50,N18}', i || '{"hospital_offset": 0.5}')::numeric, 5) AS with_offset, risk_score(m, '{I50,N18}', i - 'imd_score') AS not_assessed
FROM (SELECT registered_model('parr30_locally_recalibrated')) s(m),
     (SELECT '{"age": 80, "imd_score": 30, "emergency_admissions_12m": 2, "emergency_admissions_30d": 0, "acute": 1}'::jsonb) v(i);

-- Cambridge: diabetes, COPD and dementia: 0.75 + 1.46 + 2.50 = 4.71; either of two keys of one condition, once
SELECT r.name, risk_score(r.body, NULL, '{"conditions": ["diabetes", "copd", "dementia"]}') AS score, risk_score(r.body, NULL, '{"conditions": ["anxiety", "depression", "no such"]}') AS once,
       risk_score(r.body, NULL, '{"conditions": ["hypertension"]}') AS alone
FROM risk_model_reference r WHERE r.name LIKE 'cambridge%' ORDER BY 1;

-- Electronic frailty index: the share itself is cut, so 4 of 36 is fit, 5 mild, 9 moderate, 13 severe
SELECT n, risk_score(m, NULL, i) AS score, risk_band(m, risk_score(m, NULL, i)) AS band
FROM (SELECT registered_model('efi_clegg2016')) s(m), unnest('{0,4,5,8,9,12,13,36}'::int[]) n
CROSS JOIN LATERAL (SELECT jsonb_build_object('age', 80, 'conditions', (SELECT jsonb_agg(c->'conditions'->0) FILTER (WHERE place <= n) FROM jsonb_array_elements(m::jsonb->'categories') WITH ORDINALITY AS u(c, place))) AS i) x;
SELECT risk_score(registered_model('efi_clegg2016'), NULL, '{"age": 64, "conditions": ["falls"]}') AS too_young;

-- AHRQ's indices over categories supplied
SELECT r.name, risk_score(r.body, NULL, '{"conditions": ["ahrq_chf", "ahrq_htn_c", "ahrq_obese", "cmr_hf", "cmr_obese", "cmr_thyroid_oth"]}') AS score
FROM risk_model_reference r WHERE r.name LIKE 'ahrq%' ORDER BY 1;
