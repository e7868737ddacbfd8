-- Audit samples: reproducible, two reviewers, results worked by hand: 40 lines of 1,000 pounds, eight drawn.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
SELECT commissioning.create_warehouse('aud', 'invoice_validation', person_partitions => 2);
INSERT INTO aud.submission (feed, file_name, file_hash, status) VALUES ('plcm', 'a.csv', 'h1', 'loaded');
INSERT INTO aud.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, status)
VALUES (1, 'PLCM', 'RZ1', '00X', '2024/25', 3, 42, 'current');
INSERT INTO aud.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, hrg_sent,
    start_date, end_date, nhs_number_state, units, unit_price, total_cost, provider_event_id)
SELECT i, 1, i, 'key' || i, 'g' || i, 'RZ1', '00X', '2024/25', 3, CASE WHEN i > 40 THEN 'OPFASPCL' ELSE 'NEL' END, 'AA22C', '2024-06-01', '2024-06-05', 'valid', 1, 1000, 1000, 'S' || i
FROM generate_series(1, 42) i;

SELECT aud.draw_audit('Coding of emergency spells', 'RZ1', '[2024-06-01,2024-07-01)', 8, pod_class => 'emergency', seed => 7) AS audit_id;
SELECT aud.draw_audit('The same again', 'RZ1', '[2024-06-01,2024-07-01)', 8, pod_class => 'emergency', seed => 7) AS audit_id;
SELECT aud.draw_audit('Another seed', 'RZ1', '[2024-06-01,2024-07-01)', 8, pod_class => 'emergency', seed => 8) AS audit_id;
SELECT count(DISTINCT l.line_key) FILTER (WHERE l.audit_id IN (1, 2)) AS lines_of_one_seed, count(DISTINCT l.line_key) > 8 AS another_seed_differs FROM aud.audit_line l;
SELECT population_lines, population_amount FROM aud.audit WHERE audit_id = 1;
-- too few; a method nobody knows
SELECT aud.draw_audit('Too many', 'RZ1', '[2024-06-01,2024-07-01)', 41, pod_class => 'emergency');
SELECT aud.draw_audit('Unknown', 'RZ1', '[2024-06-01,2024-07-01)', 1, method => 'best');

-- five confirmed; one 200 too dear; one 100 too cheap after a final word; one that the notes do not prove
DO $$
BEGIN
    FOR i IN 1 .. 5 LOOP
        PERFORM aud.record_review(1, i, 'first', 'reviewer a', 'confirmed'), aud.record_review(1, i, 'second', 'reviewer b', 'confirmed');
    END LOOP;
    PERFORM aud.record_review(1, 6, 'first', 'reviewer a', 'changed', 800, 'AA22D'), aud.record_review(1, 6, 'second', 'reviewer b', 'changed', 800, 'AA22D');
    PERFORM aud.record_review(1, 7, 'first', 'reviewer a', 'changed', 1100), aud.record_review(1, 7, 'second', 'reviewer b', 'confirmed');
    PERFORM aud.record_review(1, 8, 'first', 'reviewer a', 'not_evidenced'), aud.record_review(1, 8, 'second', 'reviewer b', 'not_evidenced');
END $$;
SELECT sample_no, first_outcome, second_outcome, outcome, correct_gbp FROM aud_reporting.audit_list WHERE audit_id = 1 AND sample_no > 5 ORDER BY sample_no;
SELECT aud.record_review(1, 7, 'final', 'reviewer c', 'changed', 1100) > 0 AS final_word;
-- refused: one person twice, a final word too early, no amount, no such line
SELECT aud.record_review(2, 1, 'first', 'reviewer a', 'confirmed') > 0 AS first_review;
SELECT aud.record_review(2, 1, 'second', 'reviewer a', 'confirmed');
SELECT aud.record_review(2, 1, 'final', 'reviewer c', 'confirmed');
SELECT aud.record_review(2, 1, 'second', 'reviewer b', 'changed');
SELECT aud.record_review(2, 9, 'first', 'reviewer a', 'confirmed');

-- by hand: kappa (0.875 - 33/64) / (31/64) = 0.7419; 2 of 7, Wilson 0.0822 to 0.6411; gross 300/7,000, net 100/7,000;
-- net 40 x 100/8 = 500 +- 2.3646 x 40 x sqrt(6,964.29/8 x 0.8); gross 1,500, at least the 300 seen; disallowed 5,500
SELECT * FROM aud.audit_result(1);
SELECT title, population_lines, population_gbp, sample_lines, settled_lines, changed_lines, not_evidenced_lines, overcharged_gbp, undercharged_gbp FROM aud_reporting.audit_position ORDER BY audit_id;

-- a year on: two of eight in error, against two of seven; no difference beyond chance
DO $$
BEGIN
    FOR i IN 1 .. 8 LOOP
        PERFORM aud.record_review(3, i, 'first', 'reviewer a', CASE WHEN i > 6 THEN 'changed' ELSE 'confirmed' END, CASE WHEN i > 6 THEN 900 END),
                aud.record_review(3, i, 'second', 'reviewer b', CASE WHEN i > 6 THEN 'changed' ELSE 'confirmed' END, CASE WHEN i > 6 THEN 900 END);
    END LOOP;
END $$;
SELECT * FROM aud.compare_audits(1, 3);
SELECT * FROM aud.compare_audits(1, 9);

-- by risk: the dearest first, and no word about the rest
UPDATE aud.invoice_line SET total_cost = 5000 WHERE line_no IN (3, 4);
SELECT aud.draw_audit('By risk', 'RZ1', '[2024-06-01,2024-07-01)', 2, method => 'risk') AS audit_id;
SELECT line_key FROM aud.audit_line WHERE audit_id = (SELECT max(audit_id) FROM aud.audit) ORDER BY line_key;
SELECT measure, value, note FROM aud.audit_result((SELECT max(audit_id) FROM aud.audit)) WHERE place >= 11;
