-- Cohorts, training, validation, recalibration, drift, a year later, the report: on people whose risk is known because it was made here.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('train_wh', 'risk_stratification', 2);
SET search_path = '';
-- a number between 0 and 1 for a person and a purpose, always the same
CREATE FUNCTION pg_temp.u(person bigint, purpose integer) RETURNS double precision LANGUAGE sql IMMUTABLE RETURN
    (pg_catalog.hashint8extended(person, purpose) & 1048575)::double precision / 1048576;
-- 6,000 people of two practices, and what is true of them on the last day of 2022
CREATE TEMP TABLE truth AS
SELECT i AS person_id, (20 + 70 * pg_temp.u(i, 1))::integer AS age, (pg_temp.u(i, 2) < 0.5)::integer AS female,
       (pg_temp.u(i, 3) < 0.15)::integer AS copd, (pg_temp.u(i, 4) < 0.08)::integer AS heart_failure
FROM pg_catalog.generate_series(1, 6000) AS i;
INSERT INTO train_wh.area (lsoa_code, imd_decile, imd_rank, imd_year)
SELECT 'E0100000' || d, d + 1, 1 + 3000 * d, 2019 FROM pg_catalog.generate_series(0, 9) AS d;
INSERT INTO train_wh.person (person_id, sex, birth_month, lsoa_code)
SELECT t.person_id, CASE t.female WHEN 1 THEN '2' ELSE '1' END, pg_catalog.make_date(2022 - t.age, 6, 1), 'E0100000' || t.person_id % 10 FROM truth t;
INSERT INTO train_wh.registration (person_id, practice_code, valid_from)
SELECT t.person_id, 'P8100' || 1 + t.person_id % 2, '2015-04-01' FROM truth t;
INSERT INTO train_wh.person_condition (person_id, condition, source, recorded_on)
SELECT t.person_id, 'copd', 'register', DATE '2018-01-01' FROM truth t WHERE t.copd = 1
UNION ALL SELECT t.person_id, 'heart_failure', 'register', DATE '2018-01-01' FROM truth t WHERE t.heart_failure = 1;
-- An emergency admission in a year: logit = -4 + 0.03 age + 0.8 copd + 1.0 heart failure. It costs 1000 exp(0.01 age + 0.5 heart failure)
-- times something between a half and one and a half. In 2025 the same people fare worse: logit + 1.
INSERT INTO train_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses, sent_price)
SELECT t.person_id, y * 10000 + t.person_id, 'APC', 'RXX', d.day, d.day + 3, '21', CASE t.person_id % 3 WHEN 0 THEN '{J440,I500}' WHEN 1 THEN '{N390}' ELSE '{E112,I252}' END::commissioning.icd10[],
       round((1000 * exp(0.01 * (t.age + y - 2023) + 0.5 * t.heart_failure) * (0.5 + pg_temp.u(t.person_id, 300 + y)))::numeric, 2)
FROM truth t CROSS JOIN pg_catalog.generate_series(2022, 2025) AS y
CROSS JOIN LATERAL (SELECT pg_catalog.make_date(y, 1, 1) + (350 * pg_temp.u(t.person_id, 100 + y))::integer AS day) d
WHERE pg_temp.u(t.person_id, 200 + y) < 1 / (1 + exp(-(-4 + 0.03 * (t.age + y - 2023) + 0.8 * t.copd + 1.0 * t.heart_failure + CASE y WHEN 2025 THEN 1 ELSE 0 END)));
-- who is told apart: moved away, died, objected, on the local list, dead before, another event without meaning here
UPDATE train_wh.registration SET valid_to = '2023-06-30' WHERE person_id = 5991;
UPDATE train_wh.person SET death_date = '2023-03-01' WHERE person_id = 5992;
INSERT INTO train_wh.opt_out (person_id, kind) VALUES (5993, 'type_1');
INSERT INTO train_wh.exclusion (person_id, reason) VALUES (5994, 'in a hospice');
UPDATE train_wh.person SET death_date = '2022-12-31' WHERE person_id = 5995;
DELETE FROM train_wh.activity WHERE person_id IN (5991, 5992) AND start_date > '2023-01-01';
INSERT INTO train_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, attendance_status, first_attendance, sent_price)
VALUES (1, 1, 'OP', 'RXX', '2026-01-05', '2026-01-05', '5', '1', 100);
ANALYZE train_wh.person, train_wh.registration, train_wh.person_condition, train_wh.activity, train_wh.area;

-- Cohorts: refused
SELECT train_wh.make_cohort('Bad name', '{2022-12-31}');
SELECT train_wh.make_cohort('c', '{}');
SELECT train_wh.make_cohort('c', '{2022-12-31}', 'happiness');
SELECT train_wh.make_cohort('c', '{2022-12-31,2025-12-31}');
SELECT train_wh.make_cohort('c', '{2022-12-31}', split => 'time');
SELECT train_wh.make_cohort('c', '{2022-12-31}', training_share => 2);
SELECT train_wh.make_cohort('c', '{2022-12-31}', min_age => 60, max_age => 50);
SELECT train_wh.make_cohort('c', '{2022-12-31}', leavers => 'some');
SELECT train_wh.make_cohort('c', '{2022-12-31}', conditions => '{age}');
SELECT train_wh.make_cohort('c', '{2022-12-31}', conditions => '{outcome_cost}');
SELECT train_wh.make_cohort('c', '{2022-12-31}', categories_of => 'nonesuch');
SELECT count(*) FROM train_wh.cohort;

-- Two days: trained on the first, validated on the second
SELECT train_wh.make_cohort('admissions', '{2023-12-31,2022-12-31}') AS cohort_rows;
SELECT train_wh.make_cohort('admissions', '{2022-12-31,2023-12-31}') AS the_same_again;
SELECT train_wh.make_cohort('admissions', '{2022-12-31}');
SELECT definition, as_of, outcome, outcome_end, conditions, row_count, people, training_rows, validation_rows, left_out, data_date FROM train_wh.cohort \gx
SELECT pg_catalog.obj_description('train_wh.cohort_admissions'::pg_catalog.regclass) = definition AS commented, relrowsecurity AS guarded
FROM train_wh.cohort, pg_catalog.pg_class WHERE oid = 'train_wh.cohort_admissions'::pg_catalog.regclass;
-- every column against the tables and the truth, counted anew
SELECT count(*) AS rows, count(*) FILTER (WHERE training = (as_of = '2022-12-31') AND split = CASE WHEN training THEN 'train' ELSE 'validate' END) AS split_right,
       count(*) FILTER (WHERE c.age = t.age + extract(year FROM c.as_of) - 2022 AND c.female = t.female AND c.male = 1 - t.female) AS person_right,
       count(*) FILTER (WHERE c.copd = t.copd AND c.heart_failure = t.heart_failure) AS conditions_right,
       count(*) FILTER (WHERE c.outcome_emergency_admissions = o.n AND c.outcome_emergency_admission = least(o.n, 1) AND c.outcome_admission = least(o.n, 1)
                          AND c.outcome_admissions = o.n AND c.outcome_emergency_attendances = 0 AND c.outcome_bed_days = o.days) AS outcomes_right,
       count(*) FILTER (WHERE c.outcome_cost = o.cost) AS cost_right, sum(c.outcome_death) AS deaths
FROM train_wh.cohort_admissions c JOIN truth t ON t.person_id = c.person_id
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE a.dataset = 'APC') AS n, coalesce(sum(a.sent_price), 0) AS cost,
                           coalesce(sum(least(a.end_date, c.as_of + 365) - a.start_date) FILTER (WHERE a.dataset = 'APC'), 0) AS days
                    FROM train_wh.activity a WHERE a.person_id = c.person_id AND a.start_date > c.as_of AND a.start_date <= c.as_of + 365) o;
SELECT count(*) AS people, count(*) FILTER (WHERE c.emergency_admissions_12m = f.emergency_admissions_12m AND c.cost_12m = f.cost_12m AND c.imd_decile = f.imd_decile
                                              AND c.practice_code = f.practice_code) AS as_person_features
FROM train_wh.cohort_admissions c JOIN train_wh.person_features('2022-12-31') f ON f.person_id = c.person_id WHERE c.as_of = '2022-12-31';
SELECT count(*) AS told_apart FROM train_wh.cohort_admissions WHERE person_id IN (5991, 5993, 5994, 5995);

-- One day: a share by hash; bounds, a cap, practices, categories of a model, those who left kept
SELECT train_wh.make_cohort('shared', '{2022-12-31}', 'cost', conditions => '{copd}', categories_of => 'charlson_quan2005_original', min_age => 40, max_age => 80, practices => '{P81002}',
                            cost_cap => 2000, leavers => 'keep', training_share => 0.6, seed => 7) AS cohort_rows;
SELECT definition, categories_of, lookback_days, left_out, training_rows::numeric / row_count BETWEEN 0.56 AND 0.64 AS about_six_tenths FROM train_wh.cohort WHERE name = 'shared' \gx
SELECT count(*) FILTER (WHERE training = commissioning.risk_split(person_id, 7, 0.6)) = count(*) AS by_hash, min(age), max(age), min(practice_code), max(practice_code),
       max(outcome_cost) FROM train_wh.cohort_shared;
SELECT count(*) AS people, count(*) FILTER (WHERE c.diabwc = (k.found @> '{diabwc}')::integer AND c.mi = (k.found @> '{mi}')::integer AND c.chf = (k.found @> '{chf}')::integer
                                              AND c.cpd = (k.found @> '{cpd}')::integer AND c.aids = 0) AS categories_right, sum(c.mi) > 0 AS some
FROM train_wh.cohort_shared c
CROSS JOIN LATERAL (SELECT commissioning.risk_categories(train_wh.registered_model('charlson_quan2005_original'), ARRAY(
                        SELECT d.code FROM train_wh.activity a CROSS JOIN LATERAL pg_catalog.unnest(a.diagnoses) AS d (code)
                        WHERE a.person_id = c.person_id AND coalesce(a.end_date, a.start_date) <= '2022-12-31')) AS found) k;
-- replaced when asked; without outcomes; the fingerprint follows the rows
SELECT train_wh.make_cohort('shared', '{2022-12-31}', NULL, replace => true) AS without_outcomes;
SELECT outcome, outcome_days, outcome_end, events, categories_of FROM train_wh.cohort WHERE name = 'shared';
CREATE TEMP TABLE before AS SELECT content_hash FROM train_wh.cohort WHERE name = 'shared';
SELECT train_wh.make_cohort('shared', '{2022-12-31}', NULL, replace => true) > 0 AS again;
SELECT c.content_hash = b.content_hash AS equal_rows FROM train_wh.cohort c, before b WHERE c.name = 'shared';
UPDATE train_wh.person SET sex = '1' WHERE person_id = 6 AND sex = '2' OR person_id = 5 AND sex = '2';
SELECT train_wh.make_cohort('shared', '{2022-12-31}', NULL, replace => true) > 0 AS again;
SELECT c.content_hash = b.content_hash AS equal_rows FROM train_wh.cohort c, before b WHERE c.name = 'shared';
SELECT train_wh.drop_cohort('shared');
SELECT train_wh.drop_cohort('shared');
SELECT pg_catalog.to_regclass('train_wh.cohort_shared');

-- Training: refused
SELECT train_wh.train_model('m', '1', 'nonesuch', '{age}');
SELECT train_wh.train_model('m', '1', 'admissions', '{age}', 'happiness');
SELECT train_wh.train_model('m', '1', 'admissions', '{age,outcome_bed_days}');
SELECT train_wh.train_model('m', '1', 'admissions', '{age,"{\"times\": [\"age\", \"outcome_cost\"]}"}');
SELECT train_wh.train_model('m', '1', 'admissions', '{age,person_id}');
SELECT train_wh.train_model('m', '1', 'admissions', '{age}', rows_used => 'validate');
SELECT train_wh.train_model('m', '1', 'admissions', '{age,"{\"input\": \"copd\", \"bins\": [{\"from\": 0}, {\"from\": 1}]}"}');
SELECT train_wh.train_model('charlson_quan2005_original', '1', 'admissions', '{age}');
SELECT train_wh.train_model('m', '1', 'admissions', '{age,no_such_column}');
SELECT count(*) FROM train_wh.model;

-- An admissions model: the truth lies within three standard errors of every coefficient
SELECT f.term, x.truth, abs(f.coefficient - x.truth) < 3 * f.std_error AS near, f.std_error < 0.2 AS precise, f.lower < f.coefficient AND f.coefficient < f.upper AS inside
FROM train_wh.train_model('admission', '1', 'admissions', '{age,copd,heart_failure}', bands => '[{"label": "low"}, {"label": "high", "from": 0.2}]', note => 'first fit',
                          limitations => 'Made-up people.') f
JOIN (VALUES ('intercept', -4.0), ('age', 0.03), ('copd', 0.8), ('heart_failure', 1.0)) AS x (term, truth) ON x.term = f.term ORDER BY f.term;
SELECT status, trained_from, trained_to, cohort, cohort_hash = (SELECT c.content_hash FROM train_wh.cohort c WHERE c.name = m.cohort) AS hash_kept, outcome, outcome_days, outcome_definition,
       fit ->> 'rows' AS rows, fit #>> '{summary,rows_used}' AS used, body::jsonb -> 'bands' AS bands, train_wh.model_allowed(name, version)
FROM train_wh.model m \gx
-- conditions are categories, with the fitted coefficients in millionths and the mean contribution
SELECT c.member ->> 'key' AS key, c.member -> 'conditions' AS conditions,
       abs((c.member ->> 'points')::numeric - (f.term ->> 'coefficient')::numeric) <= 0.0000005 AS points_fitted,
       round((c.member ->> 'average')::numeric - (c.member ->> 'points')::numeric * x.share, 6) AS average_off
FROM train_wh.model m CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(m.body::jsonb -> 'categories') AS c (member)
JOIN LATERAL pg_catalog.jsonb_array_elements(m.fit -> 'terms') AS f (term) ON f.term ->> 'term' = c.member ->> 'key'
CROSS JOIN LATERAL (SELECT avg(CASE c.member ->> 'key' WHEN 'copd' THEN a.copd ELSE a.heart_failure END) AS share FROM train_wh.cohort_admissions a WHERE a.training) x ORDER BY 1;
-- scoring the population gives what the fit gives on the rows of the cohort
SELECT count(*) AS people, count(*) FILTER (WHERE abs(commissioning.risk_score_flags(m.body, p.flags, p.inputs) - 1 / (1 + exp(-x.predictor))) < 0.0000005) AS equal
FROM train_wh.model m
CROSS JOIN LATERAL (SELECT c.person_id, (m.fit #>> '{terms,0,coefficient}')::double precision + (m.fit #>> '{terms,1,coefficient}')::double precision * c.age
                           + (m.fit #>> '{terms,2,coefficient}')::double precision * c.copd + (m.fit #>> '{terms,3,coefficient}')::double precision * c.heart_failure AS predictor
                    FROM train_wh.cohort_admissions c WHERE c.as_of = '2023-12-31') x
JOIN train_wh.people_at_risk(m.body, '2023-12-31') p ON p.person_id = x.person_id;
SELECT train_wh.train_model('admission', '1', 'admissions', '{age}');

-- Validation a year on: the area by counting pairs, observed and expected by adding up
CREATE TEMP TABLE held_out AS
SELECT p.person_id, c.outcome_emergency_admission AS y, commissioning.risk_score_flags(m.body, p.flags, p.inputs) AS p
FROM train_wh.model m CROSS JOIN LATERAL train_wh.people_at_risk(m.body, '2023-12-31') p
JOIN train_wh.cohort_admissions c ON c.person_id = p.person_id AND c.as_of = '2023-12-31';
CREATE TEMP TABLE counted AS
SELECT (SELECT (sum((a.p > b.p)::integer) + 0.5 * sum((a.p = b.p)::integer)) / count(*) FROM held_out a JOIN held_out b ON a.y = 1 AND b.y = 0)::double precision AS auc,
       (SELECT sum(h.y) / sum(h.p) FROM held_out h) AS oe, (SELECT avg((h.y - h.p) ^ 2) FROM held_out h) AS brier;
SELECT v.metric, CASE v.metric WHEN 'rows' THEN v.value WHEN 'events' THEN v.value END AS count, abs(v.value - x.value) < 0.000000001 AS as_counted, v.lower < v.value AND v.value < v.upper AS inside
FROM train_wh.validate_model('admission', '1', 'admissions') v
LEFT JOIN (SELECT k.metric, k.value FROM counted c CROSS JOIN LATERAL (VALUES ('auc', c.auc), ('oe', c.oe), ('brier', c.brier)) AS k (metric, value)) x ON x.metric = v.metric;
SELECT estimate BETWEEN 0.85 AND 1.15 AS slope_about_one FROM train_wh_reporting.validation_metric WHERE metric = 'slope';
SELECT rows_used, same_rows, outcome, first_day, last_day, row_count, events, not_assessed, latest FROM train_wh_reporting.validation;
SELECT metrics ->> 'validation_id' AS validation_id, metrics ->> 'cohort' AS cohort, abs((metrics ->> 'auc')::double precision - c.auc) < 0.000000001 AS auc FROM train_wh.model, counted c;
SELECT sum(people) AS people, sum(events) AS events, count(*) AS deciles, bool_and(observed BETWEEN observed_lower AND observed_upper) AS inside FROM train_wh_reporting.validation_decile;
SELECT subgroup, count(DISTINCT subgroup_value) AS groups, sum(people) FILTER (WHERE metric = 'auc') AS people, bool_or(suppressed) AS suppressed FROM train_wh_reporting.validation_subgroup GROUP BY 1 ORDER BY 1;
SELECT s.subgroup_value, s.estimate = round(avg(h.y), 6) AS observed_right FROM train_wh_reporting.validation_subgroup s
JOIN truth t ON s.subgroup_value = CASE t.female WHEN 1 THEN 'female' ELSE 'male' END JOIN held_out h ON h.person_id = t.person_id
WHERE s.subgroup = 'sex' AND s.metric = 'observed' GROUP BY 1, s.estimate ORDER BY 1;
-- lists: everybody above a threshold; of those who share the last place as many as there is room, with a fair draw
SELECT t.rule, t.cutoff, t.flagged = CASE t.rule WHEN 'top' THEN t.cutoff ELSE h.above + h.tied END AS flagged_right,
       abs(t.true_positives - (h.hits_above + h.hits_tied * CASE t.rule WHEN 'top' THEN (t.cutoff - h.above) / h.tied ELSE 1 END)) < 0.000001 AS hits_right, t.flagged > 0 AS some
FROM train_wh.validation_list t
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE h.p > t.threshold) AS above, count(*) FILTER (WHERE h.p = t.threshold) AS tied,
                           count(*) FILTER (WHERE h.p > t.threshold AND h.y = 1) AS hits_above, count(*) FILTER (WHERE h.p = t.threshold AND h.y = 1) AS hits_tied FROM held_out h) h
ORDER BY 1, 2;
SELECT curve, count(*) > 20 AS points, min(x) >= 0 AND max(x) <= 1 AS inside FROM train_wh_reporting.validation_curve GROUP BY curve ORDER BY curve;
-- on the rows it was fitted to; a shipped score that only ranks; another outcome; nobody
SELECT metric FROM train_wh.validate_model('admission', '1', 'admissions', 'train') WHERE metric = 'citl' AND abs(value) < 0.000001;
SELECT rows_used, same_rows FROM train_wh.validation ORDER BY validation_id DESC LIMIT 1;
SELECT metric, round(value::numeric, 3) AS value, remark FROM train_wh.validate_model('charlson_quan2005_original', NULL, 'admissions') WHERE metric = 'auc';
SELECT train_wh.validate_model('nonesuch', '1', 'admissions');
SELECT train_wh.validate_model('admission', '1', 'nonesuch');
SELECT train_wh.validate_model('admission', '1', 'admissions', 'some');
SELECT train_wh.make_cohort('nobody', '{2022-12-31}', min_age => 200) AS rows;
SELECT train_wh.validate_model('admission', '1', 'nobody', 'all');
-- what was found stays
UPDATE train_wh.validation SET events = 0;
DELETE FROM train_wh.validation_measure;
-- small groups are not shown: 30 people, few of them admitted
SELECT train_wh.make_cohort('few', '{2022-12-31}', min_age => 40, max_age => 40) BETWEEN 5 AND 200 AS few;
SELECT count(*) > 0 AS validated FROM train_wh.validate_model('admission', '1', 'few', 'all');
SELECT bool_or(suppressed) AS some_suppressed, count(*) FILTER (WHERE suppressed AND coalesce(estimate, people, events) IS NOT NULL) AS shown_all_the_same
FROM train_wh_reporting.validation_subgroup WHERE validation_id = (SELECT max(v.validation_id) FROM train_wh.validation v);
SELECT bool_or(suppressed) AS some_suppressed, count(*) FILTER (WHERE suppressed AND coalesce(observed, people, events) IS NOT NULL) AS shown_all_the_same
FROM train_wh_reporting.validation_decile WHERE validation_id = (SELECT max(v.validation_id) FROM train_wh.validation v);

-- Recalibration: a model that says too little and too steeply
SELECT train_wh.register_model((body::jsonb || '{"version": "steep", "calibration": {"intercept": -1, "slope": 1.5}}')::commissioning.risk_model) FROM train_wh.model WHERE name = 'admission' AND version = '1';
SELECT train_wh.recalibrate_model('admission', 'steep', 'steep.1', 'admissions') ->> 'slope' AS slope_kept;
SELECT train_wh.recalibrate_model('admission', 'steep', 'steep.2', 'admissions', 'intercept_slope') IS NOT NULL AS recalibrated;
SELECT m.version, m.status, m.parent, m.body::jsonb ->> 'parent' AS in_body, m.trained_to, m.cohort, m.fit ->> 'recalibrated' AS method FROM train_wh.model m WHERE version ~ 'steep\.' ORDER BY 1;
-- both are right in the large where they were recalibrated; 1.5 times too steep stays so without the slope; with it the first fit comes back
SELECT x.version, v.metric, abs(v.value - CASE v.metric WHEN 'slope' THEN x.slope ELSE 0 END) < 0.00001 AS right
FROM (VALUES ('steep.1', 1 / 1.5), ('steep.2', 1)) AS x (version, slope) CROSS JOIN LATERAL train_wh.validate_model('admission', x.version, 'admissions', 'train') v WHERE v.metric IN ('citl', 'slope') ORDER BY 1, 2;
SELECT max(abs(commissioning.risk_score(a.body, NULL, i.inputs) - commissioning.risk_score(b.body, NULL, i.inputs))) < 0.00001 AS the_first_fit_again
FROM train_wh.model a, train_wh.model b, (VALUES ('{"age": 50}'::jsonb), ('{"age": 80, "conditions": ["copd"]}'), ('{"age": 90, "conditions": ["copd", "heart_failure"]}')) AS i (inputs)
WHERE a.version = '1' AND b.version = 'steep.2';
SELECT train_wh.recalibrate_model('admission', 'steep', 'steep.2', 'admissions');
SELECT train_wh.recalibrate_model('admission', 'steep', 'steep.3', 'admissions', 'both');
SELECT train_wh.recalibrate_model('admission', 'steep', 'steep.3', 'admissions', outcome => 'cost');
SELECT train_wh.recalibrate_model('charlson_quan2005_original', NULL, 'local', 'admissions');

-- A cost model of two parts: the first is the admissions model, the second the cost of who has any
SELECT train_wh.make_cohort('costs', '{2022-12-31,2023-12-31}', 'cost', min_age => 18) AS cohort_rows;
SELECT f.part, f.term, x.truth, abs(f.coefficient - x.truth) < 3 * f.std_error AS near
FROM train_wh.train_model('cost', '1', 'costs', '{age,copd,heart_failure}') f
JOIN (VALUES ('probability', 'age', 0.03), ('probability', 'copd', 0.8), ('probability', 'heart_failure', 1.0), ('amount', 'age', 0.01), ('amount', 'copd', 0.0), ('amount', 'heart_failure', 0.5))
     AS x (part, term, truth) ON x.part = f.part AND x.term = f.term ORDER BY 1 DESC, 2;
SELECT body::jsonb -> 'valid_for' AS valid_for, body::jsonb -> 'categories' -> 0 ->> 'key' AS category, pg_catalog.jsonb_path_query_array(body::jsonb, '$.probability.interactions[*].all') AS first_part,
       pg_catalog.jsonb_path_query_array(body::jsonb, '$.probability.inputs[*].name') AS inputs
FROM train_wh.model WHERE name = 'cost';
SELECT count(*) AS people, count(*) FILTER (WHERE abs(commissioning.risk_score_flags(m.body, p.flags, p.inputs) - x.expected) < 0.01) AS equal, min(x.expected) > 0 AS all_positive
FROM train_wh.model m
CROSS JOIN LATERAL (SELECT pg_catalog.jsonb_object_agg((f.term ->> 'part') || ' ' || (f.term ->> 'term'), f.term -> 'coefficient') AS b FROM pg_catalog.jsonb_array_elements(m.fit -> 'terms') AS f (term)) k
CROSS JOIN LATERAL (SELECT c.person_id,
           exp((k.b ->> 'amount intercept')::double precision + (k.b ->> 'amount age')::double precision * c.age + (k.b ->> 'amount copd')::double precision * c.copd
               + (k.b ->> 'amount heart_failure')::double precision * c.heart_failure)
           / (1 + exp(-((k.b ->> 'probability intercept')::double precision + (k.b ->> 'probability age')::double precision * c.age + (k.b ->> 'probability copd')::double precision * c.copd
               + (k.b ->> 'probability heart_failure')::double precision * c.heart_failure))) AS expected
    FROM train_wh.cohort_costs c WHERE c.as_of = '2023-12-31') x
JOIN train_wh.people_at_risk(m.body, '2023-12-31') p ON p.person_id = x.person_id
WHERE m.name = 'cost';
SELECT metric, CASE metric WHEN 'rows' THEN round(value::numeric) END AS count, CASE metric WHEN 'predictive_ratio' THEN value BETWEEN 0.85 AND 1.15 WHEN 'r2' THEN value > 0.02 WHEN 'actual_mean' THEN value > 100 END AS plausible
FROM train_wh.validate_model('cost', '1', 'costs');
SELECT count(*) AS deciles, sum(people) AS people, round(sum(events_pct)) AS pct, bool_and(suppressed) AS suppressed FROM train_wh_reporting.validation_decile WHERE model = 'cost';
-- counts
SELECT f.term, f.coefficient > 0 AS positive FROM train_wh.train_model('nights', '1', 'admissions', '{age,copd,heart_failure}', 'emergency_admissions', 'poisson') f WHERE f.term <> 'intercept' ORDER BY 1;

-- Approved, it scores; what it said in 2023 came true
SET SESSION AUTHORIZATION DEFAULT;
CALL train_wh.score_population('admission', '2023-12-31', '1');
SELECT train_wh.approve_model('admission', '1', 'test', allow_same_person => true), train_wh.approve_model('cost', '1', 'test', allow_same_person => true);
CALL train_wh.score_population('admission', '2023-12-31', '1');
CALL train_wh.score_population('cost', '2023-12-31', '1');
SELECT model, scored_by IS NOT NULL AS by_somebody, people, not_scored, unapproved FROM train_wh_reporting.scoring_log ORDER BY 1;
SELECT g.grouping_name, count(*) AS groups, sum(g.people) AS people, bool_and(abs(g.actual_over_predicted - 1) < 0.5) AS about_right FROM train_wh_reporting.predicted_actual g
WHERE g.model = 'admission' AND NOT g.suppressed GROUP BY 1 ORDER BY 1;
SELECT g.people, g.predicted = round(avg(h.p)::numeric, 6) AS predicted_right, g.actual = round(avg(h.y), 6) AS actual_right, g.left_early, g.outcome_end
FROM train_wh_reporting.predicted_actual g CROSS JOIN held_out h WHERE g.model = 'admission' AND g.grouping_name = 'all' GROUP BY 1, g.predicted, g.actual, 4, 5;
SELECT g.actual = round(x.cost, 6) AS cost_right, g.outcome FROM train_wh_reporting.predicted_actual g, (SELECT avg(c.outcome_cost) AS cost FROM train_wh.cohort_costs c WHERE NOT c.training) x
WHERE g.model = 'cost' AND g.grouping_name = 'all';
-- a reader sees counts without seeing people
SELECT commissioning.create_roles('train_wh');
SET ROLE train_wh_reader;
SELECT count(*) > 0 AS seen FROM train_wh_reporting.predicted_actual;
SELECT count(*) > 0 AS seen FROM train_wh_reporting.model_card;
SELECT count(*) > 0 AS seen FROM train_wh_reporting.validation_subgroup;
SELECT count(*) FROM train_wh.cohort_admissions;
SET ROLE train_wh_operator;
SELECT train_wh.make_cohort('by_operator', '{2022-12-31}', conditions => '{}') > 0 AS made;
SELECT count(*) FROM train_wh.train_model('by_operator', '1', 'by_operator', '{age}');
SELECT count(*) > 0 AS validated FROM train_wh.validate_model('by_operator', '1', 'by_operator');
RESET ROLE;

-- Drift: the same people a year on are stable; the old alone are not; in 2025 all fare worse, which the score cannot know
SELECT subject, measure, reading FROM train_wh.check_drift('admission', '1') ORDER BY subject;
SELECT train_wh.make_cohort('old', '{2023-12-31}', min_age => 75) > 0 AS made;
SELECT subject, measure, reading FROM train_wh.check_drift('admission', '1', compared_with => 'old') WHERE subject IN ('score', 'age') ORDER BY 1;
SELECT train_wh.make_cohort('later', '{2024-12-31}') > 0 AS made;
SELECT subject, measure, reading, value > 1.5 AS much_worse FROM train_wh.check_drift('admission', '1', compared_with => 'later') WHERE subject IN ('score', 'calibration') AND measure <> 'slope' ORDER BY 1;
SELECT d.subject, abs(d.estimate - commissioning.risk_psi('train_wh.cohort_admissions', 'age', 'train_wh.cohort_later', 'age')) < 0.05 AS near FROM train_wh_reporting.model_drift d WHERE d.latest AND d.subject = 'age';
SELECT train_wh.check_drift('hfrs_gilbert2018');
SELECT train_wh.check_drift('nights', '1');
DELETE FROM train_wh.drift_measure;

-- The card and the report
SELECT model, model_version, status, refused_because, self_approved, outcome, trained_from, trained_to, predictors, validated_on, abs(m.auc - c.auc) < 0.000001 AS auc_right, drift, times_scored, last_scored_as_of, limitations
FROM train_wh_reporting.model_card m, counted c WHERE model = 'admission' AND model_version = '1' \gx
SELECT pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(r.report, pg_catalog.to_char(current_date, 'YYYY-MM-DD'), 'TODAY', 'g'),
       pg_catalog.to_char(current_date + interval '1 year', 'YYYY-MM-DD'), 'IN A YEAR', 'g'), '[0-9a-f]{32}', 'FINGERPRINT', 'g'), 'by ' || session_user, 'by SOMEBODY', 'g')
FROM (SELECT train_wh.model_report('admission', '1') AS report) r \g (format=unaligned tuples_only=on)
SELECT train_wh.model_report('cost') ~ 'two parts' AS two_parts, train_wh.model_report('admission', 'steep.2') ~ 'recalibrated from admission steep' AS parent,
       train_wh.model_report('charlson_quan2005_original') ~ 'published with this release' AS shipped;
SELECT train_wh.model_report('nonesuch');
-- the model outlives its cohort
SELECT train_wh.drop_cohort('admissions');
SELECT train_wh.model_report('admission', '1') ~ 'Everybody registered' AS still_told;

-- Another purpose
SELECT commissioning.create_warehouse('train_iv', 'invoice_validation', 1);
SELECT train_iv.make_cohort('c', '{2022-12-31}');
SELECT train_iv.train_model('m', '1', 'c', '{age}');
DROP SCHEMA train_iv, train_iv_identity, train_iv_reporting CASCADE;
DROP SCHEMA train_wh, train_wh_identity, train_wh_reporting CASCADE;
DO $$ DECLARE r text; BEGIN
    FOREACH r IN ARRAY '{reader,analyst,validator,operator,practice,admin}'::text[] LOOP
        EXECUTE pg_catalog.format('DROP OWNED BY %1$I; DROP ROLE %1$I', 'train_wh_' || r);
    END LOOP;
END $$;
RESET client_min_messages;
