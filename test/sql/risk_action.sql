-- Acting on risk: segments, lists with capacity and reasons, the ledger, uptake and equity; all with an empty search_path.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('act_wh', 'risk_stratification', 3);
SET search_path = '';
INSERT INTO act_wh.area (lsoa_code, imd_decile, imd_year) VALUES ('E01000001', 1, 2019), ('E01000002', 2, 2019), ('E01000003', 3, 2019), ('E01000010', 10, 2019), ('E01000099', NULL, 2019);
INSERT INTO act_wh.person (person_id, sex, birth_month, death_date, lsoa_code) VALUES
    (1, '2', '1940-01-01', NULL, 'E01000001'), (2, '1', '1945-01-01', NULL, 'E01000002'), (3, '1', '1964-06-01', NULL, 'E01000003'), (4, '2', '1944-06-01', NULL, 'E01000010'),
    (5, '1', '1950-01-01', NULL, 'E01000001'), (6, '2', '1950-01-01', NULL, 'E01000099'), (7, '1', '1950-01-01', NULL, NULL), (8, '2', '1950-01-01', NULL, 'E01000002'),
    (9, '1', '1990-01-01', NULL, 'E01000003'), (10, '2', '1990-01-01', NULL, 'E01000001'), (11, '1', '1990-01-01', NULL, 'E01000003'), (12, '0', '1990-01-01', NULL, 'E01000010'),
    (13, NULL, NULL, NULL, 'E01000010'), (14, '1', '1950-01-01', NULL, 'E01000001'), (15, '1', '1950-01-01', '2024-12-31', 'E01000001'), (16, '1', '1950-01-01', NULL, 'E01000001'),
    (17, '2', '1995-01-01', NULL, 'E01000002'), (18, '1', '1930-01-01', NULL, 'E01000003');
INSERT INTO act_wh.registration (person_id, practice_code, valid_from, valid_to)
SELECT p.person_id, CASE WHEN p.person_id % 2 = 0 THEN 'P81002' ELSE 'P81001' END, '2015-04-01', CASE p.person_id WHEN 16 THEN DATE '2024-12-31' END FROM act_wh.person p;
INSERT INTO act_wh.person_condition (person_id, condition, source, recorded_on) VALUES
    (1, 'dementia', 'register', '2020-01-01'), (3, 'frailty', 'register', '2020-01-01'), (4, 'frailty', 'register', '2020-01-01'), (5, 'heart_failure', 'register', '2020-01-01'),
    (6, 'heart_failure', 'register', '2020-01-01'), (9, 'learning_disability', 'register', '2020-01-01'), (14, 'dementia', 'register', '2020-01-01'),
    (17, 'pregnancy', 'register', '2024-10-01'), (17, 'diabetes', 'register', '2020-01-01'), (18, 'dementia', 'register', '2025-01-01'), (18, 'hypertension', 'register', NULL);
INSERT INTO act_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses) VALUES
    (2, 1, 'OP', 'RXX', '2019-05-01', '2019-05-01', NULL, '{F03X}'),
    (5, 2, 'APC', 'RXX', '2024-02-01', '2024-02-03', '21', '{I500}'), (5, 3, 'APC', 'RXX', '2024-08-01', '2024-08-03', '21', '{J189}'),
    (6, 4, 'APC', 'RXX', '2024-02-01', '2024-02-03', '21', '{I500}'), (6, 5, 'APC', 'RXX', '2024-08-01', '2024-08-03', '11', '{I500}'), (6, 6, 'APC', 'RXX', '2024-01-01', '2024-01-02', '21', '{I500}'),
    -- 1,826 days before 2024-12-31 and one day less
    (7, 7, 'APC', 'RXX', '2019-12-30', '2020-01-01', '11', '{C780}'), (8, 8, 'APC', 'RXX', '2020-01-01', '2020-01-02', '11', '{C780}'),
    (10, 9, 'APC', 'RXX', '2024-02-01', '2024-02-02', '31', '{O800}'), (11, 10, 'APC', 'RXX', '2024-02-01', '2024-02-02', '31', '{O800}'),
    (12, 11, 'APC', 'RXX', '2024-10-03', '2024-10-04', '21', '{S720}'), (13, 12, 'APC', 'RXX', '2024-10-02', '2024-10-03', '21', '{S720}'),
    (15, 13, 'APC', 'RXX', '2024-12-01', '2024-12-30', '21', '{C780}');
INSERT INTO act_wh.opt_out (person_id, kind, valid_from) VALUES (14, 'type_1', '2024-01-01');
INSERT INTO act_wh.plus_group (person_id, plus_group, valid_from, valid_to, source) VALUES
    (13, 'homeless', '2024-01-01', NULL, 'outreach team'), (9, 'homeless', '2023-01-01', '2024-12-31', 'outreach team'), (10, 'traveller', '2024-01-01', NULL, 'survey'), (10, 'homeless', '2024-01-01', NULL, 'outreach team');
ANALYZE act_wh.activity;

-- Segments: everybody who may be looked at in exactly one; the dead (15), those who left (16) and objectors (14) in none
SELECT person_id, practice_code, segment, rule_no, evidence, also FROM act_wh.segments_at('2024-12-31') ORDER BY person_id;
SELECT * FROM act_wh.core20plus_at('2024-12-31') ORDER BY person_id;
CALL act_wh.segment_population('2024-12-31');
CALL act_wh.segment_population('2024-12-31');
SELECT stage, status, rows_out, message FROM act_wh_reporting.run_log ORDER BY run_id;
SELECT scheme, version, local, as_of, people FROM act_wh.segment_run;
SELECT person_id, segment, also, imd_decile, core20, plus_groups, areas FROM act_wh_reporting.person_segment ORDER BY person_id;
SELECT segment_order, segment, patients, pct, suppressed FROM act_wh_reporting.segment_summary ORDER BY 1;
-- a version of one's own from 2025: long-term conditions before frailty
SELECT act_wh.copy_segments('bridges_to_health', 'local 1', '[2025-01-01,)', 'agreed by the population health board');
UPDATE act_wh.segment SET precedence = 99 WHERE segment = 'long_term_conditions';
UPDATE act_wh.segment SET precedence = precedence + 100 WHERE precedence < 99;
UPDATE act_wh.segment SET precedence = 1 WHERE precedence = 99;
SELECT person_id, segment, also FROM act_wh.segments_at('2024-12-31') WHERE person_id IN (5, 17) ORDER BY 1;
SELECT person_id, segment, also FROM act_wh.segments_at('2025-01-01') WHERE person_id IN (5, 17) ORDER BY 1;
CALL act_wh.segment_population('2025-01-01');
SELECT scheme, version, local, as_of, people FROM act_wh.segment_run ORDER BY segment_run_id;
SELECT act_wh.copy_segments('bridges_to_health', 'local 2', '[2025-06-01,)', 'overlaps');
SELECT act_wh.copy_segments('nonesuch', '1', '(,)', 'none');
CALL act_wh.segment_population('2024-12-31', 'nonesuch');
CALL act_wh.segment_population('2024-12-31', 'core20plus5');

-- Lists: a crowd of 60 in two practices with scores by Charlson's index, and people to leave out for every reason
INSERT INTO act_wh.person (person_id, sex, birth_month, lsoa_code)
SELECT i, 1 + i % 2, pg_catalog.make_date(1930 + i % 40, 1, 1), 'E0100000' || 1 + i % 3 FROM pg_catalog.generate_series(101, 160) g (i);
INSERT INTO act_wh.registration (person_id, practice_code, valid_from)
SELECT i, CASE WHEN i % 3 = 0 THEN 'P81002' ELSE 'P81001' END, '2015-04-01' FROM pg_catalog.generate_series(101, 160) g (i);
INSERT INTO act_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses)
SELECT i, 1000 + i, 'APC', 'RXX', DATE '2024-03-01' + i - 101, DATE '2024-03-01' + i - 101, CASE WHEN i % 4 = 0 THEN '21' ELSE '11' END,
       (ARRAY['{I210}', '{I210,I500}', '{C780}', '{E112,F009}', '{C509,J440,G819}', '{Z000}', NULL])[1 + i % 7]::commissioning.icd10[]
FROM pg_catalog.generate_series(101, 160) g (i);
CALL act_wh.score_population('charlson_quan2005_original', '2024-06-30');
CALL act_wh.score_population('charlson_quan2005_original', '2024-12-31');
SELECT s.rank_overall, s.person_id, s.practice_code, s.score FROM act_wh.risk_score s JOIN act_wh.risk_run r ON r.risk_run_id = s.risk_run_id
WHERE r.as_of = '2024-12-31' AND s.rank_practice <= 8 ORDER BY s.practice_code, s.rank_practice;
SELECT * FROM act_wh.case_finding('nonesuch');
INSERT INTO act_wh.programme (programme, title, model, capacity) VALUES ('proactive_care', 'Proactive care', 'charlson_quan2005_original', 3), ('no_scores', 'Ranked by a model that has not scored', 'hfrs_gilbert2018', 3);
SELECT * FROM act_wh.case_finding('no_scores');
DELETE FROM act_wh.programme WHERE programme = 'no_scores';
SELECT practice_code, place, person_id, score, reason FROM act_wh.case_finding('proactive_care', '2024-12-31') WHERE decision = 'offer' ORDER BY 1, 2;

-- The ledger: one event after another, the same again changes nothing, what cannot follow is refused
SELECT act_wh.record_intervention(107, 'proactive_care', 'accepted', '2024-10-01');
SELECT act_wh.record_intervention(107, 'proactive_care', 'offered', '2024-10-01') AS entry, act_wh.record_intervention(107, 'proactive_care', 'offered', '2024-10-01') AS again;
SELECT act_wh.record_intervention(107, 'proactive_care', 'accepted', '2024-10-05', 'by telephone') AS entry;
SELECT act_wh.record_intervention(107, 'proactive_care', 'declined', '2024-10-06');
SELECT act_wh.record_intervention(107, 'proactive_care', 'started', '2024-10-02');
SELECT act_wh.record_intervention(107, 'proactive_care', 'cured', '2024-10-06');
SELECT act_wh.record_intervention(4711, 'proactive_care', 'offered', '2024-10-06');
SELECT act_wh.record_intervention(107, 'nonesuch', 'offered', '2024-10-06');
SELECT act_wh.record_intervention(107, 'proactive_care', 'contacted', current_date + 1);
SELECT act_wh.void_intervention(107, 1, 'not the last');
SELECT act_wh.void_intervention(107, 3, 'there is none');
SELECT act_wh.record_intervention(109, 'proactive_care', 'offered', '2024-10-01') AS entry, act_wh.record_intervention(109, 'proactive_care', 'accepted', '2024-10-01') AS entry_2;
SELECT act_wh.void_intervention(109, 4, 'another person was meant') AS entry;
SELECT act_wh.void_intervention(109, 4, 'again');
SELECT act_wh.record_intervention(121, 'proactive_care', 'offered', '2023-12-31') AS entry, act_wh.record_intervention(121, 'proactive_care', 'declined', '2024-01-02') AS entry_2;
SELECT act_wh.record_intervention(128, 'proactive_care', 'contacted', '2024-10-03') AS entry, act_wh.record_intervention(142, 'proactive_care', 'contacted', '2024-10-02') AS a_day_earlier;
SELECT person_id, event_id, event, event_date, practice_code, voids, note FROM act_wh.intervention_event ORDER BY event_id;
SELECT * FROM act_wh.intervention_state('2024-12-31') ORDER BY person_id;
SELECT * FROM act_wh.intervention_state('2024-10-04') ORDER BY person_id;

-- Every reason to be left out, and the day on which it no longer is one
INSERT INTO act_wh.person_condition (person_id, condition, source, recorded_on) VALUES (149, 'palliative_care', 'register', '2024-01-01');
INSERT INTO act_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, diagnoses) VALUES
    (116, 2000, 'OP', 'RXX', '2024-02-01', '2024-02-01', '{Z515}'), (130, 2001, 'OP', 'RXX', '2023-12-31', '2023-12-31', '{Z515}');
INSERT INTO act_wh.opt_out (person_id, kind, valid_from) VALUES (114, 'national', '2025-01-01');
UPDATE act_wh.person SET death_date = '2025-01-15' WHERE person_id = 135;
UPDATE act_wh.registration SET valid_to = '2025-01-01' WHERE person_id = 156;
INSERT INTO act_wh.registration VALUES (156, 'P81001', '2025-01-01');
SELECT practice_code, rank_practice, person_id, score, decision, place, reason FROM act_wh.case_finding('proactive_care', '2024-12-31') WHERE rank_practice <= 12 ORDER BY practice_code, rank_practice;
SELECT practice_code, rank_practice, person_id, decision, place, reason FROM act_wh.case_finding('proactive_care', '2025-01-20') WHERE rank_practice <= 9 AND practice_code = 'P81002' ORDER BY rank_practice;
SELECT practice_code, decision, count(*), sum(place) AS places, min(capacity) AS capacity FROM act_wh.case_finding('proactive_care', '2024-12-31') GROUP BY 1, 2 ORDER BY 1, 2;
-- other rules, one at a time, inside a transaction
CREATE FUNCTION pg_temp.offered(change text) RETURNS TABLE (practice_code text, people text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'UPDATE act_wh.programme SET ' || change;
    RETURN QUERY SELECT f.practice_code, pg_catalog.string_agg(f.person_id::text, ' ' ORDER BY f.place) FROM act_wh.case_finding('proactive_care', '2024-12-31') f WHERE f.decision = 'offer' GROUP BY 1;
END $$;
BEGIN; SELECT * FROM pg_temp.offered('capacity = 0') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('exclude_caseload = ''none'', declined_days = 0, contact_days = 0, exclude_conditions = ''{}'', exclude_prefixes = ''{}''') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('age_from = 80') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('age_below = 75, least_score = 5') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('only_without_admission = true') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('only_new_risers = true, riser_share = 0.1') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('segments = ''{frailty_dementia}''') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('capacity = 2, capacity_across = 3') ORDER BY 1; ROLLBACK;
BEGIN; SELECT * FROM pg_temp.offered('capacity = NULL, capacity_across = 6') ORDER BY 1; ROLLBACK;
-- most expected avoidable events first: twice the effect in frailty and dementia
INSERT INTO act_wh.programme_impact VALUES ('proactive_care', 'frailty_dementia', 0.5, 'assumed');
SELECT act_wh.keep_segments(0, 'bridges_to_health', '2024-12-31') AS people;
BEGIN; SELECT * FROM pg_temp.offered('choose_by = ''avoidable'', relative_reduction = 0.1, capacity = 4') ORDER BY 1; ROLLBACK;
SELECT person_id, segment, score, expected_avoidable FROM act_wh.case_finding('proactive_care', '2024-12-31') WHERE segment = 'frailty_dementia' AND rank_practice < 15 ORDER BY 1;
INSERT INTO act_wh.programme_capacity VALUES ('proactive_care', 'P81002', '[2024-12-01,2025-01-01)', 5);
SELECT practice_code, count(*), max(capacity) AS capacity FROM act_wh.case_finding('proactive_care', '2024-12-31') WHERE decision = 'offer' GROUP BY 1 ORDER BY 1;

-- The kept list: those offered, and those left out above the last of them
CALL act_wh.make_list('proactive_care', '2024-12-31');
CALL act_wh.make_list('proactive_care', '2024-12-31');
SELECT stage, status, rows_out, message FROM act_wh_reporting.run_log WHERE stage = 'list' ORDER BY run_id;
SELECT programme, as_of, people, offered, excluded, terms ->> 'capacity' AS capacity FROM act_wh.case_list;
SELECT practice_code, place, person_id, decision, reason, already_known, without_prior_admission, state FROM act_wh_reporting.case_list ORDER BY practice_code, rank_practice;
SELECT person_id, practice_code, as_of, previous_as_of, score, score_before, rank_overall, rank_before, top_pct, not_scored_before FROM act_wh_reporting.new_riser ORDER BY rank_overall;
CALL act_wh.make_list('nonesuch');

-- Equity: every dimension adds up to the people and the list, and shares to 100
INSERT INTO act_wh.equity_group SELECT p.person_id, 'ethnicity', CASE p.person_id % 5 WHEN 0 THEN 'Asian or Asian British' ELSE 'White' END, 'register' FROM act_wh.person p WHERE p.person_id % 7 > 0;
UPDATE act_wh.programme SET capacity = 20;
DELETE FROM act_wh.programme_capacity;
CALL act_wh.make_list();
SELECT e.dimension, sum(e.population) = c.people AS all_people, sum(e.offered) = c.offered AS all_offered, sum(e.observed) AS observed, sum(e.predicted) AS predicted
FROM act_wh.list_equity e JOIN act_wh.current_case_list c ON c.list_id = e.list_id GROUP BY e.dimension, c.people, c.offered ORDER BY 1;
SELECT e.dimension, e.group_order, e.group_label, e.population, e.offered, e.observed, e.predicted FROM act_wh.list_equity e JOIN act_wh.current_case_list c ON c.list_id = e.list_id ORDER BY 1, 2, 3;
SELECT dimension, group_order, group_label, population, offered, population_pct, list_pct, observed_need_pct, predicted_need_pct, list_to_need, suppressed FROM act_wh_reporting.list_equity ORDER BY 1, 2, 3;
SELECT practice_code, event, patients, suppressed FROM act_wh_reporting.programme_uptake ORDER BY practice_code, event_order;
SELECT area, population_group, patients, suppressed FROM act_wh_reporting.core20plus5 ORDER BY 1, 2;

CALL act_wh.segment_population('2025-01-02');
SELECT segment_order, segment, patients, pct, suppressed FROM act_wh_reporting.segment_summary WHERE as_of = '2025-01-02' ORDER BY 1;
SELECT practice_code, segment, patients, pct, suppressed FROM act_wh_reporting.segment_practice ORDER BY practice_code, segment_order;
SELECT segment, practice_code, count(*) FROM act_wh_reporting.person_segment GROUP BY 1, 2 ORDER BY 1, 2;

-- Another purpose: refused
RESET search_path;
SELECT commissioning.create_warehouse('act_iv', 'invoice_validation', 1);
CALL act_iv.segment_population('2024-12-31');
SELECT * FROM act_iv.case_finding('proactive_care');
SELECT act_iv.record_intervention(1, 'x', 'offered');
CALL act_iv.make_list();
SET client_min_messages = warning;
DROP SCHEMA act_iv, act_iv_identity, act_iv_reporting CASCADE;
DROP SCHEMA act_wh, act_wh_identity, act_wh_reporting CASCADE;
RESET client_min_messages;
