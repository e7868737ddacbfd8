-- What scoring takes in: people at every boundary of a day, conditions by any coding system, objections, costs, imported scores;
-- all with an empty search_path.
\pset null '(null)'
\set SHOW_CONTEXT never
SET datestyle = iso;
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('risk_in', 'risk_stratification', 3);
SET search_path = '';

-- The day is 30 June 2025: 365 days reach back to and include 1 July 2024, 30 days to 1 June 2025, 183 days to 30 December 2024.
INSERT INTO risk_in.area (lsoa_code, imd_decile, imd_rank, imd_score, imd_year) VALUES
    ('E01000001', 1, 120, 61.2, 2019), ('E01000002', 10, 32000, 2.345, 2019), ('E01000003', NULL, NULL, NULL, 2019);
INSERT INTO risk_in.person (person_id, sex, birth_month, death_date, lsoa_code) VALUES
    (1, '1', '1950-06-01', NULL, 'E01000001'),          -- birthday month reached: 75
    (2, '2', '1950-07-01', NULL, 'E01000002'),          -- not yet: 74
    (3, '9', NULL, NULL, 'E01000003'),                  -- sex indeterminate, age not known, area without a decile
    (4, '0', '2025-06-01', NULL, 'E01999999'),          -- sex not known, in the first month of life, area not known
    (5, NULL, '2025-07-01', NULL, NULL),                -- nothing stated, born after the day by the record
    (6, '1', '1940-01-01', '2025-06-29', NULL),         -- died the day before
    (7, '1', '1940-01-01', '2025-06-30', NULL),         -- died on the day
    (8, '1', '1940-01-01', '2025-07-01', NULL),         -- died the day after
    (9, '2', '1980-01-01', NULL, NULL),                 -- registration begins on the day
    (10, '2', '1980-01-01', NULL, NULL),                -- begins the day after
    (11, '2', '1980-01-01', NULL, NULL),                -- ends on the day: the day is the first without
    (12, '2', '1980-01-01', NULL, NULL),                -- ends the day after
    (13, '2', '1980-01-01', NULL, NULL),                -- never registered
    (14, '2', '1980-01-01', NULL, NULL);                -- two practices at once: the later one
INSERT INTO risk_in.registration (person_id, practice_code, valid_from, valid_to)
SELECT i, 'P81001', CASE i WHEN 9 THEN DATE '2025-06-30' WHEN 10 THEN DATE '2025-07-01' ELSE DATE '2015-04-01' END,
       CASE i WHEN 11 THEN DATE '2025-06-30' WHEN 12 THEN DATE '2025-07-01' END
FROM pg_catalog.generate_series(1, 14) i WHERE i <> 13;
INSERT INTO risk_in.registration (person_id, practice_code, valid_from) VALUES (14, 'P81002', '2025-01-01');
SELECT person_id, practice_code, age, female, male, imd_decile, imd_score FROM risk_in.person_features('2025-06-30') ORDER BY person_id;
SELECT person_id, age FROM risk_in.person_features('2025-06-01') WHERE person_id IN (1, 2, 4) ORDER BY person_id;
SELECT person_id, age, cost_12m, costed_by_fallback, events_without_cost, emergency_admissions_12m, bed_days_12m, conditions FROM risk_in.person_features('2025-06-30') WHERE person_id = 1;

-- Activity, one event a line, at the edges of each window
INSERT INTO risk_in.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, patient_classification, admission_method) VALUES
    -- 1: emergency admissions begun 366, 365 and 364 days before, on the day, the day after; one that began before the window and ended in it
    (1, 101, 'APC', 'RXX', '2024-06-29', '2024-06-29', '1', '21'),
    (1, 102, 'APC', 'RXX', '2024-06-30', '2024-07-03', '1', '21'),
    (1, 103, 'APC', 'RXX', '2024-07-01', '2024-07-02', '1', '22'),
    (1, 104, 'APC', 'RXX', '2025-06-30', '2025-06-30', '1', '21'),
    (1, 105, 'APC', 'RXX', '2025-07-01', '2025-07-01', '1', '21'),
    -- ended the day after: not known on the day
    (1, 106, 'APC', 'RXX', '2025-06-28', '2025-07-01', '1', '21'),
    -- 2: 30 days; elective, day case, regular attender, maternity; an open spell
    (2, 201, 'APC', 'RXX', '2025-05-31', '2025-06-02', '1', '21'),
    (2, 202, 'APC', 'RXX', '2025-06-01', '2025-06-03', '1', '2A'),
    (2, 203, 'APC', 'RXX', '2025-01-10', '2025-01-15', '1', '11'),
    (2, 204, 'APC', 'RXX', '2025-02-10', '2025-02-10', '2', '12'),
    (2, 205, 'APC', 'RXX', '2025-02-11', '2025-02-11', '3', '12'),
    (2, 206, 'APC', 'RXX', '2025-03-01', '2025-03-03', '1', '31'),
    (2, 207, 'APC', 'RXX', '2025-06-20', NULL, '1', '21'),
    -- 8: in hospital for the whole window
    (8, 801, 'APC', 'RXX', '2023-01-01', '2025-06-30', '1', '21'),
    -- 14: a transfer, a method not sent
    (14, 1401, 'APC', 'RXX', '2025-06-01', '2025-06-02', '1', '81'),
    (14, 1402, 'APC', 'RXX', '2025-06-03', '2025-06-04', '1', NULL);
INSERT INTO risk_in.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, attendance_status, first_attendance, hrg) VALUES
    -- 3: emergency attendances 183 and 182 days before
    (3, 301, 'EC', 'RXX', '2024-12-29', '2024-12-29', NULL, NULL, 'VB08Z'),
    (3, 302, 'EC', 'RXX', '2024-12-30', '2024-12-30', NULL, NULL, 'VB08Z'),
    (3, 303, 'EC', 'RXX', '2024-06-30', '2024-06-30', NULL, NULL, 'VB08Z'),
    (3, 304, 'EC', 'RXX', '2025-06-30', '2025-07-01', NULL, NULL, 'VB08Z'),
    -- 9: seen late, seen, status not sent; missed, cancelled, yet to come; a procedure
    (9, 901, 'OP', 'RXX', '2025-06-30', '2025-06-30', '6', '1', 'WF01B'),
    (9, 902, 'OP', 'RXX', '2024-07-01', '2024-07-01', '5', '2', 'WF01A'),
    (9, 903, 'OP', 'RXX', '2025-01-01', '2025-01-01', NULL, NULL, NULL),
    (9, 904, 'OP', 'RXX', '2025-01-02', '2025-01-02', '3', '2', 'WF01A'),
    (9, 905, 'OP', 'RXX', '2025-01-03', '2025-01-03', '2', '2', 'WF01A'),
    (9, 906, 'OP', 'RXX', '2025-01-04', '2025-01-04', '5', '2', 'JC43C'),
    (9, 907, 'OP', 'RXX', '2024-06-30', '2024-06-30', '5', '2', 'WF01A'),
    (14, 1403, 'OP', 'RXX', '2025-06-30', '2025-06-30', '0', '2', 'WF01A');
SELECT person_id, emergency_admissions_12m AS em_12m, emergency_admissions_30d AS em_30d, admissions_12m AS adm_12m, elective_admissions_12m AS el_12m,
       emergency_attendances_12m AS ec_12m, emergency_attendances_6m AS ec_6m, outpatient_attendances_12m AS op_12m, outpatient_missed_12m AS missed, bed_days_12m AS nights
FROM risk_in.person_features('2025-06-30') WHERE person_id IN (1, 2, 3, 8, 9) ORDER BY person_id;
-- a day later every edge moves
SELECT person_id, emergency_admissions_12m AS em_12m, emergency_admissions_30d AS em_30d, admissions_12m AS adm_12m, elective_admissions_12m AS el_12m,
       emergency_attendances_12m AS ec_12m, emergency_attendances_6m AS ec_6m, outpatient_attendances_12m AS op_12m, outpatient_missed_12m AS missed, bed_days_12m AS nights
FROM risk_in.person_features('2025-07-01') WHERE person_id IN (1, 2, 3, 8, 9) ORDER BY person_id;

-- Costs: by kind, own rates by date before the shipped ones, a price sent, a price from a list
SELECT activity_id, dataset, kind, cost_date, cost, cost_method FROM risk_in.activity_cost ORDER BY activity_id;
INSERT INTO risk_in.cost_rate (dataset, kind, valid, unit_cost, source) VALUES
    ('OP', 'outpatient_follow_up', '[2025-01-01,)', 90.00, 'local'), ('OP', 'outpatient_first', '[2024-07-01,2025-06-30)', 180.00, 'local'),
    ('OP', 'other', '(,)', 0, 'local'), ('APC', 'day_case', '[2025-02-10,2025-02-11)', 999.99, 'local'), ('EC', 'emergency_care', '[2024-12-30,2025-01-01)', 300.10, 'local');
UPDATE risk_in.activity SET sent_price = 4321.09 WHERE activity_id = 203;
INSERT INTO risk_in.record_price (person_id, activity_id, provider_code, amount, reason) VALUES (2, 201, 'RXX', 3210.98, NULL), (2, 203, 'RXX', 1.00, NULL), (2, 206, 'RXX', NULL, 'no price');
SELECT activity_id, kind, cost, cost_method FROM risk_in.activity_cost WHERE person_id IN (2, 3, 9) ORDER BY activity_id;
SELECT person_id, cost_12m, costed_by_fallback, events_without_cost FROM risk_in.person_features('2025-06-30') ORDER BY person_id;
-- nothing of a person's activity has a cost: not known, not nothing
INSERT INTO risk_in.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, attendance_status, first_attendance) VALUES
    (12, 1201, 'OP', 'RXX', '2024-07-02', '2024-07-02', '5', '2');
SELECT person_id, cost_12m, costed_by_fallback, events_without_cost FROM risk_in.person_features('2025-06-30') WHERE person_id = 12;
INSERT INTO risk_in.cost_rate (dataset, kind, valid, unit_cost, source) VALUES ('OP', 'outpatient_follow_up', '[2025-12-01,)', 91.00, 'overlaps');
INSERT INTO risk_in.cost_rate (dataset, kind, valid, unit_cost, source) VALUES ('OP', 'missed', '(,)', 91.00, 'no such kind');
SELECT dataset, kind, unit_cost, price_year FROM commissioning.cost_rate_reference ORDER BY 1, 2;

-- A claim that is matched says what an event cost
SELECT commissioning.create_warehouse('risk_claim', 'invoice_validation', 2);
INSERT INTO risk_claim.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, patient_classification, admission_method, sent_price) VALUES
    (1, 1, 'APC', 'RXX', '2025-06-28', '2025-06-30', '1', '21', 5.00), (1, 2, 'APC', 'RXX', '2025-06-28', '2025-06-30', '1', '21', 6.00);
INSERT INTO risk_claim.submission (feed, file_name, file_hash, status) VALUES ('plcm', 'a', 'a', 'loaded'), ('plcm', 'b', 'b', 'loaded');
INSERT INTO risk_claim.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, status) VALUES
    (1, 'PLCM', 'RXX', '07P', '2025/26', 3, 3, 'superseded'), (2, 'PLCM', 'RXX', '07P', '2025/26', 3, 2, 'current');
INSERT INTO risk_claim.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, nhs_number_state, total_cost)
SELECT 1, s, l, 'k' || l, 'g', 'RXX', '07P', '2025/26', 3, CASE l WHEN 2 THEN 'NEL' ELSE 'NELXBD' END, 'valid', CASE s WHEN 1 THEN 9999 ELSE 1000.005 * (l - 1) END
FROM (VALUES (1, 2), (2, 2), (2, 3)) v (s, l);
INSERT INTO risk_claim.line_match (person_id, line_key, activity_id, method, score) VALUES (1, 'k2', 1, 'cds_id', 100), (1, 'k3', 1, 'cds_id', 100);
SELECT activity_id, cost, cost_method FROM risk_claim.activity_cost ORDER BY activity_id;

-- Conditions: registers, coded events and hospital diagnoses
INSERT INTO risk_in.person_condition (person_id, condition, source, recorded_on, ended_on) VALUES
    (1, 'copd', 'QOF', '2025-06-30', NULL), (1, 'diabetes', 'QOF', '2025-07-01', NULL), (1, 'asthma', 'QOF', NULL, NULL),
    (1, 'dementia', 'QOF', '2010-01-01', '2025-06-30'), (1, 'cancer', 'QOF', '2010-01-01', '2025-07-01');
INSERT INTO risk_in.code_set (condition, version, coding_system, code, match, valid) VALUES
    -- version 1 until the day before, version 2 from the day
    ('copd', '1', 'snomed', '13645005', 'exact', '(,2025-06-30)'), ('copd', '1', 'read2', 'H3', 'prefix', '(,2025-06-30)'),
    ('copd', '2', 'snomed', '13645005', 'exact', '[2025-06-30,)'), ('copd', '2', 'read2', 'H31', 'prefix', '[2025-06-30,)'), ('copd', '2', 'icd10', 'J44', 'prefix', '[2025-06-30,)'),
    ('asthma', '1', 'read2', 'H33', 'prefix', '(,)'), ('asthma', '1', 'read2', 'H3', 'exact', '(,)'),
    ('airways', '1', 'read2', 'H3', 'prefix', '(,)'), ('airways', '1', 'icd10', 'J4', 'prefix', '(,)'), ('airways', '1', 'icd10', 'J459', 'exact', '(,)'),
    ('smoker', 'x', 'local', 'SMOKES', 'exact', '(,)'), ('smoker', 'old', 'local', 'SMOKED', 'exact', 'empty');
INSERT INTO risk_in.coded_event (person_id, event_date, coding_system, code) VALUES
    (1, '2025-06-30', 'snomed', '13645005'), (1, '2020-01-01', 'snomed', '13645005'), (1, '2025-07-01', 'read2', 'H33'),
    (2, '2024-06-30', 'read2', 'H330'), (2, '2024-07-01', 'read2', 'H31'), (2, '2025-06-30', 'read2', 'H3'), (2, '2025-01-01', 'read2', 'h33'),
    (3, '2024-01-01', 'snomed', 'H33'), (3, '2024-01-01', 'read2', 'H'), (3, '2024-01-01', 'local', 'SMOKED'), (3, '2023-01-01', 'local', 'SMOKES'),
    (7, '2024-01-01', 'local', 'SMOKES');
UPDATE risk_in.activity SET diagnoses = '{J441,J459,I10}' WHERE activity_id IN (104, 106);
UPDATE risk_in.activity SET diagnoses = '{J459,NULL}' WHERE activity_id IN (101, 303, 901);
SELECT * FROM risk_in.condition_at('2025-06-30') ORDER BY 1, 2, 3;
SELECT * FROM risk_in.condition_at('2025-06-29') ORDER BY 1, 2, 3;
-- 365 days: the first is 1 July 2024; registers stand whatever the look-back
SELECT * FROM risk_in.condition_at('2025-06-30', 365) ORDER BY 1, 2, 3;
SELECT person_id, conditions FROM risk_in.person_features('2025-06-30') WHERE conditions <> '{}' ORDER BY 1;
INSERT INTO risk_in.code_set (condition, version, coding_system, code) VALUES ('copd', '3', 'snomed', '1');
INSERT INTO risk_in.code_set (condition, coding_system, code, match) VALUES ('new', 'snomed', '1', 'prefix');

-- Who is not scored
INSERT INTO risk_in.opt_out (person_id, kind, valid_from, valid_to) VALUES
    (1, 'type_1', '2025-06-30', '2025-07-01'), (2, 'type_1', '2025-07-01', '2025-07-02'), (3, 'national', '2020-01-01', '2025-06-30'),
    (4, 'local', '-infinity', '2025-07-01'), (8, 'national', '2025-06-01', '2025-07-15'), (8, 'type_1', '2025-06-01', '2025-07-15'),
    -- who objects today is left out of a look back
    (9, 'national', current_date, NULL), (12, 'national', current_date + 1, NULL), (14, 'type_1', '2019-01-01', '2020-01-01');
INSERT INTO risk_in.exclusion (person_id, reason, valid_from, valid_to) VALUES
    (1, 'in the hospice', '2020-01-01', NULL), (12, 'in the hospice', '2025-06-30', NULL), (12, 'already in the service', '2025-06-30', '2025-07-01'), (14, 'in the hospice', current_date, NULL);
SELECT * FROM risk_in.not_scored('2025-06-30') ORDER BY 1;
SELECT * FROM risk_in.not_scored('2025-07-01') ORDER BY 1;
INSERT INTO risk_in.opt_out (person_id, kind) VALUES (1, 'type1');
INSERT INTO risk_in.exclusion (person_id, reason, valid_from, valid_to) VALUES (1, 'x', '2025-01-01', '2025-01-01');

-- Scores computed elsewhere
INSERT INTO risk_in.imported_score_set (model, version, as_of, provenance, licence, imported_by, imported_at) VALUES
    ('efi2', '1.0', '2025-06-01', 'practice system', 'free to suppliers of records', 'somebody', '2025-06-02 10:00+00') RETURNING imported_score_set_id;
INSERT INTO risk_in.imported_score_value (person_id, imported_score_set_id, score, band) VALUES (1, 1, 0.25, 'severe'), (2, 1, NULL, 'fit');
SELECT model, version, provenance, person_id, as_of, score, band, licence, imported_by FROM risk_in.imported_score ORDER BY person_id;
INSERT INTO risk_in.imported_score_value (person_id, imported_score_set_id) VALUES (3, 1);

-- A filter on one person reaches the tables, and a whole population is one pass over activity
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT count(*) FILTER (WHERE l ~ ' on activity_p[0-9]+ ') AS activity, count(*) FILTER (WHERE l ~ ' on coded_event_p[0-9]+ ') AS coded, count(*) FILTER (WHERE l ~ ' on record_price_p[0-9]+ ') AS prices,
       count(*) FILTER (WHERE l ~ 'Seq Scan on (activity|coded_event|record_price|registration|person|line_match|invoice_line)') AS read_whole,
       count(*) FILTER (WHERE l LIKE '%person_id = 2)%') AS by_person, count(*) FILTER (WHERE l LIKE '%Function Scan on%person_features%' OR l LIKE '%condition_at%') AS not_inlined
FROM pg_temp.plan('SELECT * FROM risk_in.person_features(''2025-06-30'') WHERE person_id = 2') l;
SELECT count(*) FILTER (WHERE l ~ ' on coded_event_p[0-9]+ ') AS coded, count(*) FILTER (WHERE l LIKE '%Seq Scan on coded_event%') AS read_whole
FROM pg_temp.plan('SELECT * FROM risk_in.condition_at(''2025-06-30'') WHERE person_id = 2') l;
CREATE FUNCTION pg_temp.scans(query text) RETURNS TABLE (relation text, scans bigint) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format($q$SELECT m[1], count(*) FROM pg_temp.run(%L) l CROSS JOIN LATERAL pg_catalog.regexp_match(l, 'Scan.* on (activity|coded_event)_p[0-9]+ .*loops=1\)$') m
        WHERE m IS NOT NULL GROUP BY 1 ORDER BY 1$q$, query);
END $$;
CREATE FUNCTION pg_temp.run(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query; END $$;
SET max_parallel_workers_per_gather = 0;
ANALYZE risk_in.activity, risk_in.coded_event, risk_in.person, risk_in.registration;
-- each of the three partitions once, and once more for the diagnoses only where a code set in use has ICD-10 codes
SELECT * FROM pg_temp.scans('SELECT * FROM risk_in.person_features(''2025-06-30'')');
-- the same for a crowd
INSERT INTO risk_in.person (person_id, sex, birth_month, death_date, lsoa_code)
SELECT i, (ARRAY['0', '1', '2', '9', NULL])[1 + i % 5], CASE WHEN i % 11 > 0 THEN pg_catalog.make_date(1930 + i % 90, 1 + i % 12, 1) END,
       CASE WHEN i % 50 = 0 THEN DATE '2024-01-01' + i % 700 END, 'E0100000' || 1 + i % 4
FROM pg_catalog.generate_series(1001, 3000) i;
INSERT INTO risk_in.registration (person_id, practice_code, valid_from, valid_to)
SELECT i, 'P8100' || i % 5, '2015-04-01', CASE WHEN i % 20 = 0 THEN DATE '2024-06-01' + i % 500 END FROM pg_catalog.generate_series(1001, 3000) i;
INSERT INTO risk_in.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, patient_classification, admission_method, attendance_status, first_attendance, hrg, diagnoses, sent_price)
SELECT 1001 + (h % 2000), 10000 + i, d, 'RXX', DATE '2024-05-01' + h / 7 % 500, CASE WHEN i % 40 > 0 THEN DATE '2024-05-01' + h / 7 % 500 + CASE d WHEN 'APC' THEN h / 3 % 12 ELSE 0 END END,
       (ARRAY['1', '1', '2', '3'])[1 + h % 4], (ARRAY['21', '2D', '11', '31', NULL])[1 + h / 5 % 5], (ARRAY['5', '6', '3', NULL])[1 + h / 11 % 4], (ARRAY['1', '2', NULL])[1 + h / 13 % 3],
       CASE d WHEN 'OP' THEN (ARRAY['WF01A', 'JC43C', 'UZ01Z', NULL])[1 + h / 17 % 4] END::commissioning.hrg,
       CASE WHEN d = 'APC' THEN (ARRAY['{J441,I10}', '{J459}', '{I509,E112}', '{}'])[1 + h / 19 % 4]::commissioning.icd10[] END, CASE WHEN i % 30 = 0 THEN h % 1000 + 0.01 END
FROM (SELECT i, pg_catalog.abs(pg_catalog.hashint4(i) / 2) AS h, (ARRAY['APC', 'OP', 'EC'])[1 + i % 3] AS d FROM pg_catalog.generate_series(1, 8000) i) x;
INSERT INTO risk_in.coded_event (person_id, event_date, coding_system, code)
SELECT DISTINCT 1001 + (h % 2000), DATE '2020-01-01' + h / 7 % 2200, (ARRAY['snomed', 'read2', 'read2', 'local'])[1 + h % 4], (ARRAY['13645005', 'H3', 'H331', 'SMOKES', 'H31', 'A'])[1 + h / 3 % 6]
FROM (SELECT pg_catalog.abs(pg_catalog.hashint4(i) / 2) AS h FROM pg_catalog.generate_series(1, 6000) i) x;
ANALYZE risk_in.activity, risk_in.coded_event, risk_in.person, risk_in.registration;
SELECT * FROM pg_temp.scans('SELECT * FROM risk_in.person_features(''2025-06-30'')');
-- and equal to what is counted person by person, column by column, on three days
CREATE FUNCTION pg_temp.spells(who bigint, since date, upto date) RETURNS SETOF risk_in.activity LANGUAGE sql STABLE AS
    'SELECT a.* FROM risk_in.activity a WHERE a.person_id = who AND a.start_date > since AND CASE WHEN a.end_date IS NULL THEN a.start_date ELSE a.end_date END <= upto';
SELECT d.day, count(*) AS people, count(*) FILTER (WHERE f.age IS DISTINCT FROM
           ((extract(year FROM d.day) * 12 + extract(month FROM d.day) - extract(year FROM p.birth_month) * 12 - extract(month FROM p.birth_month))::integer / 12)) AS age,
       count(*) FILTER (WHERE f.emergency_admissions_12m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 365, d.day) a WHERE a.dataset = 'APC' AND pg_catalog.left(a.admission_method, 1) = '2')) AS em_12m,
       count(*) FILTER (WHERE f.emergency_admissions_30d <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 30, d.day) a WHERE a.dataset = 'APC' AND pg_catalog.left(a.admission_method, 1) = '2')) AS em_30d,
       count(*) FILTER (WHERE f.admissions_12m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 365, d.day) a WHERE a.dataset = 'APC')) AS adm_12m,
       count(*) FILTER (WHERE f.elective_admissions_12m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 365, d.day) a WHERE a.dataset = 'APC' AND pg_catalog.left(a.admission_method, 1) = '1' AND a.patient_classification < '3')) AS el_12m,
       count(*) FILTER (WHERE f.emergency_attendances_12m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 365, d.day) a WHERE a.dataset = 'EC')) AS ec_12m,
       count(*) FILTER (WHERE f.emergency_attendances_6m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 183, d.day) a WHERE a.dataset = 'EC')) AS ec_6m,
       count(*) FILTER (WHERE f.outpatient_attendances_12m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 365, d.day) a WHERE a.dataset = 'OP' AND coalesce(a.attendance_status, '5') <> '3')) AS op_12m,
       count(*) FILTER (WHERE f.outpatient_missed_12m <> (SELECT count(*) FROM pg_temp.spells(p.person_id, d.day - 365, d.day) a WHERE a.dataset = 'OP' AND a.attendance_status = '3')) AS missed,
       count(*) FILTER (WHERE f.bed_days_12m <> (SELECT count(*) FROM risk_in.activity a CROSS JOIN pg_catalog.generate_series(0, 364) n
                                                 WHERE a.person_id = p.person_id AND a.dataset = 'APC' AND a.end_date <= d.day AND a.start_date < d.day - n AND d.day - n <= a.end_date)) AS nights,
       count(*) FILTER (WHERE f.cost_12m IS DISTINCT FROM (SELECT CASE WHEN count(*) = 0 THEN 0 ELSE sum(a.cost) END FROM risk_in.activity_cost a WHERE a.person_id = p.person_id AND a.cost_date BETWEEN d.day - 364 AND d.day)) AS cost,
       count(*) FILTER (WHERE f.costed_by_fallback <> (SELECT coalesce(sum(a.cost), 0) FROM risk_in.activity_cost a WHERE a.person_id = p.person_id AND a.cost_method = 'fallback' AND a.cost_date BETWEEN d.day - 364 AND d.day)) AS fallback,
       count(*) FILTER (WHERE f.conditions <> ARRAY(
           SELECT DISTINCT s.condition COLLATE "C" FROM risk_in.code_set s WHERE s.valid @> d.day AND (
               EXISTS (SELECT FROM risk_in.coded_event e WHERE e.person_id = p.person_id AND e.event_date <= d.day AND e.coding_system = s.coding_system
                       AND CASE s.match WHEN 'prefix' THEN pg_catalog.starts_with(e.code, s.code) ELSE e.code = s.code END)
            OR EXISTS (SELECT FROM pg_temp.spells(p.person_id, '-infinity', d.day) a CROSS JOIN pg_catalog.unnest(a.diagnoses) c (code) WHERE s.coding_system = 'icd10'
                       AND CASE s.match WHEN 'prefix' THEN pg_catalog.starts_with(c.code::text, s.code) ELSE c.code::text = s.code END)) ORDER BY 1)) AS conditions
FROM (VALUES (DATE '2025-06-30'), (DATE '2025-03-01'), (DATE '2024-12-31')) d (day)
CROSS JOIN LATERAL risk_in.person_features(d.day) f
JOIN risk_in.person p ON p.person_id = f.person_id
WHERE p.person_id > 1000
GROUP BY d.day ORDER BY d.day;
SELECT d.day, count(*) AS people FROM (VALUES (DATE '2025-06-30'), (DATE '2025-03-01'), (DATE '2024-12-31')) d (day)
JOIN risk_in.person p ON p.person_id > 1000 AND coalesce(p.death_date > d.day, true)
JOIN risk_in.registration r ON r.person_id = p.person_id AND coalesce(r.valid_to > d.day, true)
GROUP BY d.day ORDER BY d.day;
DELETE FROM risk_in.code_set WHERE coding_system = 'icd10';
SELECT * FROM pg_temp.scans('SELECT * FROM risk_in.person_features(''2025-06-30'')');

RESET search_path;
DROP SCHEMA risk_in, risk_in_identity, risk_in_reporting CASCADE;
DROP SCHEMA risk_claim, risk_claim_identity, risk_claim_reporting CASCADE;
RESET client_min_messages;
