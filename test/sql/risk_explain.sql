-- Why a person has a score: terms with the events behind them, and the four questions of an analyst who did not build the model;
-- all with an empty search_path.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('why_wh', 'risk_stratification', 3);
SET search_path = '';

INSERT INTO why_wh.person (person_id, sex, birth_month, death_date)
SELECT i, CASE i % 2 WHEN 0 THEN '1' ELSE '2' END, pg_catalog.make_date(1935 + 5 * i, 12, 1), CASE i WHEN 7 THEN DATE '2024-12-20' END FROM pg_catalog.generate_series(1, 10) i;
INSERT INTO why_wh.registration (person_id, practice_code, valid_from)
SELECT i, 'P8100' || i % 2, CASE i WHEN 6 THEN DATE '2024-12-10' ELSE DATE '2015-04-01' END FROM pg_catalog.generate_series(1, 10) i;
INSERT INTO why_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, patient_classification, diagnoses) VALUES
    -- 1: mild liver disease and diabetes first, severe liver disease and heart failure in December
    (1, 11, 'APC', 'RXX', '2023-01-03', '2023-01-05', '11', '1', '{K700}'),
    (1, 12, 'OP', 'RXX', '2023-02-01', '2023-02-01', NULL, NULL, '{E119}'),
    (1, 13, 'APC', 'RXX', '2024-12-08', '2024-12-10', '21', '1', '{K704,E119}'),
    (1, 14, 'APC', 'RXX', '2024-12-12', '2024-12-15', '21', '1', '{I500,I501}'),
    -- 2: dementia; an emergency admission that leaves the 12 months in December
    (2, 21, 'APC', 'RXX', '2023-12-18', '2023-12-20', '21', '1', '{F009}'),
    -- 3: cancer that leaves the look-back of 1825 days on 2024-12-13
    (3, 31, 'APC', 'RXX', '2019-12-10', '2019-12-15', '11', '1', '{C509}'),
    (3, 32, 'EC', 'RXX', '2024-11-01', '2024-11-01', NULL, NULL, NULL),
    (4, 41, 'APC', 'RXX', '2024-12-30', '2024-12-31', '21', '1', '{C780,C509,I110}'),
    (5, 51, 'OP', 'RXX', '2024-06-01', '2024-06-01', NULL, NULL, '{I259}'),
    (6, 61, 'APC', 'RXX', '2024-10-01', '2024-10-02', '21', '1', '{I500}'),
    (8, 81, 'APC', 'RXX', '2024-11-29', '2024-11-30', '21', '1', '{J440}');
INSERT INTO why_wh.opt_out (person_id, kind, valid_from) VALUES (9, 'national', '2020-01-01');
SELECT why_wh.register_model('{"name": "emergency", "version": "1", "title": "Emergency admission in a year, made up", "link": "logit", "intercept": -5, "points_scale": 10, "lookback_days": 1825,
    "categories": [{"key": "chf", "label": "Heart failure", "points": 0.8, "prefixes": ["I50"]}, {"key": "cpd", "label": "Chronic pulmonary disease", "points": 0.4, "prefixes": ["J44"]},
                   {"key": "mld", "label": "Mild liver disease", "points": 0.3, "prefixes": ["K700"]}, {"key": "msld", "label": "Severe liver disease", "points": 0.9, "prefixes": ["K704"]}],
    "hierarchy": [{"category": "mld", "removed_by": "msld"}],
    "inputs": [{"name": "age", "label": "Age in years", "coefficient": 0.03}, {"name": "emergency_admissions_12m", "label": "Emergency admissions in 12 months", "coefficient": 0.5},
               {"name": "emergency_attendances_12m", "label": "Emergency attendances in 12 months", "coefficient": 0.2}, {"name": "cost_12m", "label": "Cost in 12 months", "coefficient": 0}],
    "bands": [{"label": "low"}, {"label": "high", "from": 0.2}]}');
SELECT why_wh.approve_model('emergency', '1', allow_same_person => true);
CALL why_wh.score_population('emergency', '2024-11-30');
CALL why_wh.score_population('charlson_quan2005_original', '2024-11-30');
CALL why_wh.score_population('emergency', '2024-12-31');
CALL why_wh.score_population('charlson_quan2005_original', '2024-12-31');
SELECT person_id, score, band, rank_overall, rank_practice, newly_risen FROM why_wh_reporting.risk_register WHERE model = 'emergency' ORDER BY rank_overall;

-- Terms: contributions add up to the score (logit: 1 / (1 + exp(-sum))), those behind a count are that count of events
SELECT * FROM why_wh.explain_risk(1, 'emergency');
SELECT r.model, count(*) AS people, count(r.score) AS assessed, count(*) FILTER (WHERE e.sum_is_score) AS add_up
FROM why_wh_reporting.risk_register r
CROSS JOIN LATERAL (SELECT abs(CASE r.model WHEN 'emergency' THEN 1 / (1 + exp(-sum(x.contribution))) ELSE coalesce(sum(x.contribution), 0) END - r.score) < 1e-6 AS sum_is_score
                    FROM why_wh.explain_risk(r.person_id, r.model) x) e
GROUP BY r.model ORDER BY r.model;
SELECT x.term, count(*) AS people, count(*) FILTER (WHERE x.value <> coalesce(x.events, 0)) AS wrong
FROM pg_catalog.generate_series(1, 10) i CROSS JOIN LATERAL why_wh.explain_risk(i, 'emergency', '2024-12-31') x
WHERE i NOT IN (7, 9) AND x.term IN ('emergency_admissions_12m', 'emergency_attendances_12m') GROUP BY x.term ORDER BY x.term;
-- the average person is the mean over all who have a score, term by term, and the differences add up too
WITH term AS (
    SELECT r.person_id, r.risk_run_id, r.model, x.term, x.contribution, x.average, x.difference
    FROM why_wh_reporting.risk_register r CROSS JOIN LATERAL why_wh.explain_risk(r.person_id, r.model, all_terms => true) x
    WHERE r.score IS NOT NULL AND x.term <> 'score'
)
SELECT t.model, count(*) AS terms, count(*) FILTER (WHERE abs(t.mean - t.average) > 1e-9 OR t.average <> t.least) AS wrong, round(sum(t.total_difference)::numeric, 6) AS all_differences
FROM (SELECT t.model, t.term, sum(t.contribution) / (SELECT count(DISTINCT p.person_id) FROM term p WHERE p.model = t.model) AS mean, max(t.average) AS average, min(t.average) AS least,
             sum(t.difference) AS total_difference
      FROM term t GROUP BY t.model, t.term) t
GROUP BY t.model ORDER BY t.model;
-- every feature that counts events, for everybody and several days
SELECT f.feature, count(*) AS people, count(*) FILTER (WHERE f.counted <> (SELECT count(*) FROM why_wh.feature_event(d.day, f.person_id) e WHERE e.feature = f.feature)) AS wrong
FROM (VALUES (DATE '2024-11-30'), (DATE '2024-12-17'), (DATE '2024-12-18'), (DATE '2024-12-31'), (DATE '2025-01-07')) AS d (day)
CROSS JOIN LATERAL (
    SELECT p.person_id, v.feature, v.counted FROM why_wh.person_features(d.day) p
    CROSS JOIN LATERAL (VALUES ('emergency_admissions_12m', p.emergency_admissions_12m), ('emergency_admissions_30d', p.emergency_admissions_30d), ('admissions_12m', p.admissions_12m),
        ('elective_admissions_12m', p.elective_admissions_12m), ('emergency_attendances_12m', p.emergency_attendances_12m), ('emergency_attendances_6m', p.emergency_attendances_6m),
        ('outpatient_attendances_12m', p.outpatient_attendances_12m), ('outpatient_missed_12m', p.outpatient_missed_12m), ('events_without_cost', p.events_without_cost)) AS v (feature, counted)) f
GROUP BY f.feature ORDER BY f.feature COLLATE "C";

-- 1. Why this person?
SELECT * FROM why_wh.why_person(1, 'emergency');
SELECT place, reason, contribution, difference FROM why_wh.why_person(1, 'charlson_quan2005_original');
SELECT place, reason, contribution, difference FROM why_wh.why_person(10, 'emergency', '2024-11-30');

-- 2. Why not that one? One beside another, and beside the last on a list, overall and in the practice
SELECT place, label, reason, contribution, other_reason, other_contribution, difference FROM why_wh.why_not(2, 'emergency', against => 1);
SELECT place, term, reason, other_reason, difference FROM why_wh.why_not(10, 'charlson_quan2005_original', list_length => 3);
SELECT place, reason, other_reason, difference FROM why_wh.why_not(10, 'emergency', list_length => 2, in_practice => true) WHERE place = 0;
-- somebody on the list is told so by the ranks
SELECT place, reason, other_reason FROM why_wh.why_not(1, 'emergency', list_length => 3) WHERE place = 0;
SELECT * FROM why_wh.why_not(10, 'emergency');
SELECT * FROM why_wh.why_not(10, 'emergency', list_length => 3, as_of => '2024-12-24');

-- 3. Which condition first?
SELECT * FROM why_wh.first_condition(1, 'charlson_quan2005_original');
SELECT place, first_recorded, label, contribution, score_before, score_after, contribution_now FROM why_wh.first_condition(1, 'emergency');
SELECT * FROM why_wh.first_condition(10, 'charlson_quan2005_original');

-- 4. What changed since last month?
SELECT place, term, change, value_before, value_after, difference, because FROM why_wh.what_changed(1, 'emergency');
SELECT place, term, change, contribution_before, contribution_after, because FROM why_wh.what_changed(1, 'charlson_quan2005_original');
SELECT place, term, change, value_before, value_after, because FROM why_wh.what_changed(2, 'emergency');
SELECT place, term, change, contribution_before, contribution_after, because FROM why_wh.what_changed(3, 'charlson_quan2005_original');
-- registered in between; nothing changed; days of one's own choice
SELECT place, term, change, value_before, value_after, because FROM why_wh.what_changed(6, 'emergency');
SELECT place, term, change, value_before, value_after, because FROM why_wh.what_changed(5, 'charlson_quan2005_original');
SELECT place, term, change, because FROM why_wh.what_changed(1, 'charlson_quan2005_original', '2023-01-31', '2023-02-28');
-- an event that came in late is told
INSERT INTO why_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses) VALUES (8, 82, 'APC', 'RXX', '2024-11-01', '2024-11-02', '21', '{I500}');
SELECT place, term, change, value_before, value_after, because FROM why_wh.what_changed(8, 'emergency');
SELECT * FROM why_wh.what_changed(1, 'emergency', '2024-12-31', '2024-11-30');

-- Conditions from a register, from coded entries and from hospital codes; a code that becomes another category; an interaction; averages that
-- the model says itself
INSERT INTO why_wh.person_condition (person_id, condition, source, recorded_on) VALUES (2, 'copd', 'register', '2022-05-01'), (8, 'copd', 'register', NULL), (10, 'ckd', 'register', '2025-01-10');
INSERT INTO why_wh.code_set (condition, coding_system, code) VALUES ('ckd', 'snomed', '709044004');
INSERT INTO why_wh.coded_event (person_id, event_date, coding_system, code) VALUES (2, '2024-12-03', 'snomed', '709044004'), (2, '2024-12-30', 'snomed', '709044004'), (3, '2010-01-01', 'snomed', '709044004');
INSERT INTO why_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses) VALUES (2, 22, 'APC', 'RXX', '2024-12-05', '2024-12-06', '11', '{D66,J449}');
SELECT why_wh.register_model('{"name": "keys", "version": "1", "points_scale": 10, "lookback_days": 3650, "valid_for": [{"input": "age", "from": 40}],
    "categories": [{"key": "copd", "label": "Obstructive lung disease", "points": 1, "prefixes": ["J44"], "conditions": ["copd"], "average": 0.25},
                   {"key": "ckd", "label": "Kidney disease", "points": 2, "conditions": ["ckd"], "average": 0.5},
                   {"key": "clotting", "label": "Clotting disorder", "points": 0.5, "prefixes": ["D68"], "average": 0.1},
                   {"key": "haemophilia", "label": "Haemophilia", "points": 3, "prefixes": ["D67"], "average": 0.01},
                   {"key": "edit_d66", "prefixes": ["D66"], "only": [{"input": "female", "is": 1}], "becomes": "clotting", "otherwise": "haemophilia"}],
    "interactions": [{"name": "lung_kidney", "label": "Lung and kidney together", "all": [["copd"], ["ckd"]], "points": 0.7, "average": 0.05}],
    "bands": [{"label": "low"}, {"label": "high", "from": 3}]}');
SELECT why_wh.approve_model('keys', '1', allow_same_person => true);
CALL why_wh.score_population('keys', '2024-11-30');
CALL why_wh.score_population('keys', '2024-12-31');
SELECT person_id, score, band, categories, not_assessed FROM why_wh_reporting.risk_register WHERE model = 'keys' ORDER BY person_id;
SELECT count(*) AS kept, count(*) FILTER (WHERE (l.score, l.band, l.categories, l.not_assessed) IS NOT DISTINCT FROM (r.score, r.band, r.categories, r.not_assessed)) AS live_agrees
FROM why_wh_reporting.risk_register r JOIN why_wh_reporting.risk_live l ON l.person_id = r.person_id AND l.model = r.model WHERE r.model = 'keys';
SELECT * FROM why_wh.explain_risk(2, 'keys');
SELECT term, evidence, value, contribution, average, difference FROM why_wh.explain_risk(8, 'keys', all_terms => true);
SELECT * FROM why_wh.explain_risk(10, 'keys');
SELECT * FROM why_wh.first_condition(2, 'keys');
SELECT place, term, change, contribution_before, contribution_after, because FROM why_wh.what_changed(2, 'keys');
SELECT count(*) FROM why_wh.risk_average a JOIN why_wh.risk_run r ON r.risk_run_id = a.risk_run_id WHERE r.model = 'keys';

-- A score of another system can be shown but not taken apart
INSERT INTO why_wh.imported_score_set (model, version, as_of, provenance, licence) VALUES ('acg', '13', '2024-12-31', 'ACG system of the trust', 'licensed to the commissioner');
INSERT INTO why_wh.imported_score_value (imported_score_set_id, person_id, score, band) VALUES (1, 1, 0.5, 'high');
CALL why_wh.score_population('acg', '2024-12-31');
SELECT * FROM why_wh.explain_risk(1, 'acg');
SELECT * FROM why_wh.why_person(1, 'acg');

-- Who cannot be explained
SELECT * FROM why_wh.why_person(4711, 'emergency');
SELECT * FROM why_wh.why_person(7, 'emergency');
SELECT * FROM why_wh.why_person(9, 'emergency');
SELECT * FROM why_wh.why_person(1, 'nonesuch');
SELECT * FROM why_wh.what_changed(6, 'emergency', '2024-10-31', '2024-11-30');

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA why_wh, why_wh_identity, why_wh_reporting CASCADE;
RESET client_min_messages;
