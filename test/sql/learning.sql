-- Error rates, data quality, coding depth, Pareto and service reviews on numbers worked by hand.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
SELECT commissioning.create_warehouse('lea', 'invoice_validation', person_partitions => 1);
INSERT INTO lea.submission (feed, file_name, file_hash, status) VALUES ('plcm', 'a.csv', 'h1', 'loaded');
-- 100 lines of 1,000 pounds a month at RZ1 from April 2024 on, in twelve months
INSERT INTO lea.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, status)
SELECT 1, 'PLCM', 'RZ1', '00X', '2024/25', m, 100, 'current' FROM generate_series(1, 12) m;
INSERT INTO lea.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, nhs_number_state, units, unit_price, total_cost)
SELECT (m * 100 + i), 1, m * 100 + i, 'k' || m * 100 + i, 'g', 'RZ1', '00X', '2024/25', m, 'NEL', 'valid', 1, 1000, 1000 FROM generate_series(1, 12) m, generate_series(0, 99) i;
CREATE FUNCTION pg_temp.found(no integer, rule text, outcome text, net numeric, class text DEFAULT 'money', month date DEFAULT '2024-06-01', reason text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO lea.finding (person_id, finding_ref, opened_run, line_key, submission_id, line_no, rule_code, rule_version, rule_name, priority, outcome, reason, evidence, provider_code,
        commissioner_code, rule_set, pod, pod_class, activity_month, billed, identified, net, recovery_rate, recoverable, undercharged, content, rule_class)
    VALUES (no, no || rule, 1, 'k' || no, 1, no, rule, '1', 'Rule ' || rule, 1, outcome, reason, '{}', 'RZ1', '00X', 'x', 'NEL', 'emergency', month, 1000, net, net, 1, greatest(net, 0), greatest(-net, 0), 'c', class)
$$;
SELECT count(*) FROM (SELECT pg_temp.found(n.no, n.rule, n.outcome, n.net) FROM (VALUES
    -- one line with two rules counts once with 70; one undercharge of 50; one overcharge of 200; one of nothing
    (100, 'A', 'fail', 100), (100, 'B', 'fail', -30), (101, 'A', 'fail', -50), (102, 'A', 'fail', 200), (103, 'N', 'fail', 0), (104, 'H', 'hold', 0)) n (no, rule, outcome, net)) x;
SELECT pg_temp.found(105, 'Q', 'fail', 0, 'data_quality'), pg_temp.found(106, 'A', 'not_assessed', 0, 'money', '2024-06-01', 'field "age" is NULL');
-- gross (270 + 50) / 1,200,000, net (270 - 50) / 1,200,000
SELECT * FROM lea_reporting.error_rate;
SELECT rule_code, problem, lines, billed_gbp FROM lea_reporting.data_quality ORDER BY rule_code;
-- A 300 of 300 recoverable: 100 + 200; B and the others none
SELECT provider_code, rule_code, lines, recoverable_gbp, cause_order, cumulative_share FROM lea_reporting.root_cause_pareto;

-- a review of rule R: 60 found in 600 lines from April to September, decided from 15 October, 10 in 500 from November to March
SELECT count(*) FROM (SELECT pg_temp.found(m * 100 + i, 'R', 'fail', 10, 'money', make_date(2024, m + 3, 1)) FROM generate_series(1, 6) m, generate_series(0, 9) i
                      UNION ALL SELECT pg_temp.found(m * 100 + i, 'R', 'fail', 10, 'money', (date '2024-11-01' + (m - 8) * interval '1 month')::date) FROM generate_series(8, 12) m, generate_series(0, 1) i
                      UNION ALL SELECT pg_temp.found(700, 'R', 'fail', 10, 'money', '2024-10-01')) x;
SELECT lea.open_service_review('RZ1', 'R', 'NEL', 'head of emergency care', (CURRENT_DATE + 30)::date) AS review_id;
SELECT question, state, effect FROM lea_reporting.service_review;
SELECT lea.open_service_review('RZ1', 'R', 'NEL', 'somebody else', (CURRENT_DATE + 30)::date);
SELECT lea.open_service_review('RZ1', 'R', 'OP', 'somebody', (CURRENT_DATE + 30)::date);
SELECT lea.decide_service_review(1, NULL, '2024-10-15');
SELECT lea.decide_service_review(1, 'streaming at the front door', '2024-10-15');
-- 100 a thousand became 20; the interval excludes nothing
SELECT lines_before, found_before, lines_after, found_after, per_thousand_before, per_thousand_after, change, change_upper < 0 AS interval_below_nothing, effect, state FROM lea_reporting.service_review;
SELECT lea.decide_service_review(1, 'kept', '2024-10-15', true);
SELECT state FROM lea_reporting.service_review;
SELECT lea.decide_service_review(1, 'again', '2024-10-15');

-- coding depth: all providers code 2 secondary diagnoses a spell of this kind; RZ1 3 in June and 2 in July: ratios 1.5 and 1.0,
-- mean 1.25, moving range 0.5, limits 1.25 -+ 2.66 x 0.5; one spell of RZ2 is not coded at all
INSERT INTO lea.activity (person_id, dataset, provider_code, start_date, end_date, patient_classification, admission_method, hrg, diagnoses) VALUES
    (1, 'APC', 'RZ1', '2024-06-01', '2024-06-05', '1', '21', 'AA22C', '{A00,B00,C00}'), (2, 'APC', 'RZ1', '2024-06-01', '2024-06-06', '1', '21', 'AA22C', '{A00,B00,C00,D00,E00}'),
    (3, 'APC', 'RZ1', '2024-07-01', '2024-07-06', '1', '21', 'AA22C', '{A00,B00,C00}'), (4, 'APC', 'RZ2', '2024-06-01', '2024-06-06', '1', '21', 'AA22C', '{A00}'),
    (5, 'APC', 'RZ2', '2024-06-01', '2024-06-06', '1', '21', 'AA22C', '{A00,B00,C00}'), (6, 'APC', 'RZ2', '2024-06-01', '2024-06-06', '1', '21', NULL, '{}');
SELECT * FROM lea_reporting.coding_depth ORDER BY provider_code, activity_month;

-- precision: of twelve lines raised in May six are upheld, two in part, two not; one was waived, one is open: 8 of 10, Wilson 0.4902 to 0.9433
INSERT INTO lea.challenge (provider_code, commissioner_code, rule_code, rule_version, rule_name, pod_class) VALUES ('RZ1', '00X', 'R', '1', 'Rule R', 'emergency');
INSERT INTO lea.challenge_line (challenge_id, finding_ref, line_key, rule_code, provider_code, commissioner_code, pod, state, raised_on, billed, billed_now, recoverable, recoverable_now, raised, accepted, rejected, waived, open, credit_notes)
SELECT 1, 'f' || n, 'k' || n, 'R', 'RZ1', '00X', 'NEL', s, '2024-05-15', 100, 100, 100, 100, 100, a, r, w, o, least(a, 50)
FROM generate_series(1, 12) n, LATERAL (SELECT CASE WHEN n <= 6 THEN 'agreed' WHEN n <= 8 THEN 'agreed' WHEN n <= 10 THEN 'closed' WHEN n = 11 THEN 'waived' ELSE 'raised' END AS s,
    CASE WHEN n <= 6 THEN 100 WHEN n <= 8 THEN 40 ELSE 0 END AS a, CASE WHEN n IN (7, 8) THEN 60 WHEN n IN (9, 10) THEN 100 ELSE 0 END AS r,
    CASE WHEN n = 11 THEN 100 ELSE 0 END AS w, CASE WHEN n = 12 THEN 100 ELSE 0 END AS o) x;
SELECT * FROM lea_reporting.rule_precision;
-- 1,200 raised, 680 agreed, 6 x 50 + 2 x 40 credited
SELECT provider_code, claimed_lines, lines_in_error, gross_error, net_error, held_lines, raised_gbp, agreed_gbp, credited_gbp, upheld_share, days_to_answer FROM lea_reporting.provider_scorecard;

-- the story of a line
SELECT place, chapter, regexp_replace(what, '20[0-9-]{8}', 'DAY', 'g') AS what, amount_gbp FROM lea.explain_line('k100');
SELECT * FROM lea.explain_line('nothing');
