-- What is raised, when and in which order: policy per contract, chance of acceptance, precision, capacity, deadlines, the work queue.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('chal', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/lib/challenge_claims.sql
\set ECHO all
-- freeze of June 2024 is published on Thursday 22 August; ten operational days later, past the bank holiday, is 6 September
INSERT INTO chal.submission_date VALUES ('2024/25', 3, 'flex', '2024-07-17', '2024-07-24'), ('2024/25', 3, 'freeze', '2024-08-15', '2024-08-22');
SELECT policy.contract, p.raise_within, p.least_batch, p.weekly_minutes, p.bar_unless_escalated
FROM (VALUES (NULL), ('K1')) AS policy (contract) CROSS JOIN LATERAL chal.challenge_policy_of(policy.contract) p;
INSERT INTO chal.challenge_policy (contract_id, setting, value, note) VALUES ('*', 'least_batch', 50, 'test'), ('K1', 'raise_within', 5, 'test'), ('K2', 'raise_within', NULL, 'no limit');
INSERT INTO chal.challenge_policy (setting, value) VALUES ('raise_wthin', 5);
SELECT policy.contract, p.raise_within, p.least_batch FROM (VALUES (NULL), ('K1'), ('K2'), ('K9')) AS policy (contract) CROSS JOIN LATERAL chal.challenge_policy_of(policy.contract) p;

-- 40 lines each of two rules at RZ1, one of 500 pounds under a rule that is hardly ever accepted, five at RZ2
INSERT INTO chal_test.claim (line_key, person, event, billed) SELECT 'p' || lpad(n::text, 2, '0'), n, 'P' || n, 1000 FROM generate_series(1, 40) n;
INSERT INTO chal_test.claim (line_key, person, event, billed) SELECT 'q' || lpad(n::text, 2, '0'), 100 + n, 'Q' || n, 1000 FROM generate_series(1, 40) n;
INSERT INTO chal_test.claim (line_key, person, event, billed) VALUES ('r01', 201, 'R1', 1000);
INSERT INTO chal_test.claim (line_key, person, provider, contract, event, billed) SELECT 's' || n, 300 + n, 'RZ2', 'K2', 'S' || n, 1000 FROM generate_series(1, 5) n;
INSERT INTO chal_test.wrong (line_key, rule, amount) SELECT line_key, CASE left(line_key, 1) WHEN 'p' THEN 'MAD1' WHEN 'q' THEN 'MAD2' WHEN 'r' THEN 'MAD3' ELSE 'MAD1' END,
    CASE left(line_key, 1) WHEN 'p' THEN 100 WHEN 'q' THEN 60 WHEN 'r' THEN 500 ELSE 100 END FROM chal_test.claim;
INSERT INTO chal.rule (code, version, name, priority, body, source, acceptance, effort_minutes, clause, provider_text) VALUES
    ('MAD1', '1', 'Made rule 1', 5, '{}', 'test', 0.5, 5, 'SC36.1', 'The price is not the agreed one.'), ('MAD2', '1', 'Made rule 2', 5, '{}', 'test', 0.9, 5, '', ''),
    ('MAD3', '1', 'Made rule 3', 5, '{}', 'test', 0.1, 10, '', '');
SELECT chal_test.submit('RZ1', 'freeze', '2024-08-14'), chal_test.submit('RZ2', 'freeze', '2024-08-14');

-- on 12 August nothing is urgent: MAD2 60 x 0.9 / 5 = 10.80 a minute, MAD1 100 x 0.5 / 5 = 10.00, MAD3 500 x 0.1 / 10 = 5.00
SET chal.today = '2024-08-12';
SELECT queue_order, action, provider_code, rule_code, lines, amount_gbp, chance, expected_gbp, minutes, per_hour_gbp, due_on, urgent, minutes_so_far, this_week FROM chal_reporting.work_queue ORDER BY 1;
-- a capacity of 210 minutes is 42 lines: all 40 of MAD2 and two of MAD1
INSERT INTO chal.challenge_policy (setting, value) VALUES ('weekly_minutes', 210);
CALL chal.raise_challenges();
SELECT provider_code, rule_code, lines, raised_gbp FROM chal_reporting.challenge ORDER BY challenge_id;
-- nothing is left of the week on Friday; the next Monday has minutes again
CALL chal.raise_challenges('2024-08-16');
CALL chal.raise_challenges('2024-08-19', send => false);
SELECT provider_code, rule_code, state, lines, raised_gbp FROM chal_reporting.challenge ORDER BY challenge_id;
-- what was selected is looked at again before it is sent: one line is found no more, one has grown
SELECT challenge_id AS waiting FROM chal_reporting.challenge WHERE state = 'selected' AND provider_code = 'RZ1' \gset
UPDATE chal_test.wrong w SET amount = CASE l.n WHEN 1 THEN 0 ELSE 130 END
FROM (SELECT line_key, row_number() OVER (ORDER BY line_key) AS n FROM chal.challenge_line WHERE challenge_id = :waiting) l WHERE l.line_key = w.line_key AND l.n <= 2;
SELECT chal_test.find('RZ1', 1);
SELECT count(*), sum(recoverable) FROM chal.challenge_line WHERE challenge_id = :waiting;
SELECT chal.send_challenge(:waiting, '2024-08-20') > 0 AS sent;
SELECT state, reason, count(*), sum(raised) AS raised FROM chal.challenge_line WHERE challenge_id = :waiting GROUP BY 1, 2 ORDER BY 1;

-- K1 gives five days after 22 August: 30 August. From 22 August it is urgent, and comes first whatever it is worth
SELECT rule_code, raise_by, count(*) FROM chal.challenge_candidate GROUP BY 1, 2 ORDER BY 1;
SET chal.today = '2024-08-21';
SELECT action, rule_code, provider_code, urgent, due_on FROM chal_reporting.work_queue WHERE action = 'raise' ORDER BY queue_order;
SET chal.today = '2024-08-27';
SELECT action, rule_code, provider_code, urgent, due_on FROM chal_reporting.work_queue WHERE action = 'raise' ORDER BY queue_order;
SELECT action, party, rule_code, status, days_left FROM chal_reporting.challenge_due WHERE rule_code = 'MAD3' OR action = 'acknowledge' ORDER BY 1, 3, 4, 5;

-- nothing expires silently: the last day is still good, the next one writes an event and says so
SET client_min_messages = notice;
CALL chal.check_deadlines('2024-08-30');
CALL chal.check_deadlines('2024-09-02');
CALL chal.check_deadlines('2024-09-02');
SET client_min_messages = warning;
SELECT state, reason, count(*), sum(recoverable) AS lost, sum(raised) AS raised FROM chal.challenge_line WHERE challenge_id IS NULL GROUP BY 1, 2 ORDER BY 1, 2;
SET chal.today = '2024-09-02';
CALL chal.raise_challenges(minutes => 100000);
SELECT provider_code, rule_code, lines FROM chal_reporting.challenge ORDER BY challenge_id DESC LIMIT 1;

-- outcomes: of MAD2's 40 lines the provider rejects all but three; the lower limit of 3 of 40 is 2.6 %
SELECT challenge_id AS two FROM chal_reporting.challenge WHERE rule_code = 'MAD2' \gset
SELECT chal.respond_challenge(:two, 'accept', NULL, ARRAY(SELECT challenge_line_id FROM chal.challenge_line WHERE challenge_id = :two ORDER BY line_key LIMIT 3)) > 0 AS ok;
SELECT chal.respond_challenge(:two, 'reject', NULL, ARRAY(SELECT challenge_line_id FROM chal.challenge_line WHERE challenge_id = :two ORDER BY line_key OFFSET 3)) > 0 AS ok;
SELECT chal.review_challenge(:two, 'agree') > 0 AS ok;
-- chance of the rule (3 + 20 x 0.9) / (40 + 20) = 0.35; at the provider (3 + 20 x 0.35) / (40 + 20) = 0.1667; elsewhere the rule's
SELECT rule_code, provider_code, decided, upheld, planned, round(rule_chance, 4) AS rule_chance, round(chance, 4) AS chance FROM chal.challenge_rate WHERE rule_code LIKE 'MAD%' ORDER BY 1, 2;
INSERT INTO chal_test.claim (line_key, person, event, billed) VALUES ('q91', 491, 'Q91', 1000);
INSERT INTO chal_test.wrong (line_key, rule, amount) VALUES ('q91', 'MAD2', 500);
INSERT INTO chal_test.claim (line_key, person, provider, contract, event, billed) VALUES ('t1', 501, 'RZ2', 'K2', 'T1', 1000);
INSERT INTO chal_test.wrong (line_key, rule, amount) VALUES ('t1', 'MAD2', 500);
SELECT chal_test.submit('RZ1', 'refresh', '2024-09-02'), chal_test.submit('RZ2', 'refresh', '2024-09-02');
SELECT line_key, provider_code, round(chance, 4) AS chance, round(lower::numeric, 4) AS lower, suppress_reason FROM chal.challenge_candidate WHERE line_key IN ('q91', 't1') ORDER BY 1;
CALL chal.raise_challenges();
SELECT line_key, state, reason FROM chal.challenge_line WHERE line_key IN ('q91', 't1') ORDER BY 1;
-- when the contract lowers its bar the line is taken up again
INSERT INTO chal.challenge_policy (contract_id, setting, value) VALUES ('K1', 'least_precision', 0.01), ('K1', 'raise_within', 5) ON CONFLICT DO NOTHING;
CALL chal.raise_challenges(minutes => 1000);
SELECT l.line_key, l.state, l.reason, e.action, v.from_state, v.to_state FROM chal.challenge_line l JOIN chal.challenge_line_event v USING (challenge_line_id) JOIN chal.challenge_event e USING (event_id)
WHERE line_key = 'q91' ORDER BY event_id;

-- what is neither settled nor escalated lapses where the policy says so: MAD1 was raised on 12 August, twenty days later is 10 September
INSERT INTO chal.challenge_policy (contract_id, setting, value) VALUES ('K1', 'bar_unless_escalated', 1);
SELECT challenge_id AS one FROM chal_reporting.challenge WHERE rule_code = 'MAD1' AND raised_on = '2024-08-12' \gset
SELECT chal.respond_challenge(:one, 'part', 30, happened_on => '2024-08-20') > 0 AS ok;
SET client_min_messages = notice;
CALL chal.check_deadlines('2024-09-10');
CALL chal.check_deadlines('2024-09-11');
SET client_min_messages = warning;
SELECT state, agreed_gbp, time_barred_gbp, open_gbp FROM chal_reporting.challenge WHERE challenge_id = :one;
SET chal.today = '2024-10-15';
SELECT provider_code, state, bucket, bucket_order, challenges, lines, amount_gbp FROM chal_reporting.challenge_ageing ORDER BY provider_code, state_order, bucket_order;
SELECT action, challenge_id IS NOT NULL AS known, provider_code, rule_code, minutes FROM chal_reporting.work_queue WHERE action = 'chase' ORDER BY queue_order;
SELECT count(*) FILTER (WHERE difference <> 0 OR ledger_difference <> 0 OR credited > agreed) AS off FROM chal.challenge_balance;
DROP SCHEMA chal_reporting, chal, chal_identity, chal_test CASCADE;
