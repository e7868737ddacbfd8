-- The life of a challenge: batches, thresholds, answers to the penny, reviews, disputes, credits, waivers; what is refused and why.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('chal', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/lib/challenge_claims.sql
\set ECHO all
SET chal.today = '2024-08-05';

-- three lines of one cause at one trust, one of another cause, one at another trust, one below the threshold of a line, one below that of a batch
INSERT INTO chal_test.claim (line_key, person, provider, contract, event, pod, billed) VALUES
    ('a', 1, 'RZ1', 'K1', 'E1', 'NEL', 1000), ('b', 2, 'RZ1', 'K1', 'E2', 'NEL', 2000), ('c', 3, 'RZ1', 'K1', 'E3', 'NEL', 3000.10), ('d', 4, 'RZ1', 'K1', 'E4', 'OPFASPCL', 165),
    ('e', 5, 'RZ2', 'K2', 'E5', 'NEL', 400), ('f', 6, 'RZ1', 'K1', 'E6', 'NEL', 900), ('g', 7, 'RZ2', 'K2', '401 023 2137', 'DC', 90);
INSERT INTO chal_test.wrong (line_key, rule, amount, evidence) VALUES
    ('a', 'PRC01', 100, '{"unit_price": 1000, "expected_unit_price": 900}'), ('b', 'PRC01', 100, '{}'), ('c', 'PRC01', 100.01, '{}'),
    ('d', 'ENT06', 165, '{"days_after_death": 40, "death_date": "2024-05-01"}'), ('e', 'PRC01', 400, '{}'), ('f', 'PRC01', 5, '{}'), ('g', 'PRC01', 90, '{}');
SELECT chal_test.submit('RZ1', 'flex'), chal_test.submit('RZ2', 'flex');
CALL chal.raise_challenges();
SELECT challenge_id, provider_code, rule_code, pod_class, state, lines, raised_on, due_on, raised_gbp, open_gbp FROM chal_reporting.challenge ORDER BY 1;
SELECT finding_ref = md5(f.line_key || '|' || f.rule_code || '|1') AS same_ref, f.line_key, l.challenge_id, l.provider_event_id, l.cds_id, l.file_line, l.state, l.reason, l.recoverable, l.raised
FROM chal.challenge_line l JOIN chal.finding f USING (finding_ref) ORDER BY f.line_key;
-- a repeat adds nothing
CALL chal.raise_challenges();
SELECT stage, status, rows_out, amount_out, message FROM chal.run ORDER BY run_id;

SELECT challenge_id AS one FROM chal_reporting.challenge WHERE provider_code = 'RZ1' AND rule_code = 'PRC01' \gset

-- what is refused
SELECT chal.review_challenge(:one, 'agree');
SELECT chal.credit_challenge(:one, 'CN1');
SELECT chal.escalate_challenge(:one, 'mediation');
SELECT chal.determine_challenge(:one, 10, 'D1');
SELECT chal.send_challenge(:one);
SELECT chal.acknowledge_challenge(99);
SELECT chal.acknowledge_challenge(:one, ARRAY[999]);
SELECT chal.respond_challenge(:one, 'maybe');
SELECT chal.respond_challenge(:one, 'part');
SELECT chal.respond_challenge(:one, 'part', 300.01);
SELECT chal.respond_challenge(:one, 'part', 0.001);
SELECT chal.respond_challenge(:one, 'accept', 300);
SELECT chal.respond_challenge(:one, 'reject', 1);
SELECT chal.withdraw_challenge(:one, '');
UPDATE chal.challenge_event SET note = 'x';
DELETE FROM chal.challenge_line_event;
TRUNCATE chal.challenge_event CASCADE;
UPDATE chal.challenge SET rule_name = 'x';
-- the table itself keeps to the amounts, whoever writes
\set VERBOSITY terse
UPDATE chal.challenge_line SET accepted = accepted + 1 WHERE challenge_line_id = 1;
UPDATE chal.challenge_line SET raised = 100.02, open = 100.02 WHERE recoverable = 100.01;
UPDATE chal.challenge_line SET credit_notes = 1 WHERE challenge_line_id = 1;
UPDATE chal.challenge_line SET recoverable = billed + 0.01 WHERE challenge_line_id = 1;

\set VERBOSITY default

-- 100.00 of 300.01 accepted on three lines: 33.33 each and the odd penny to the largest remainder, 33.3355 of the line of 100.01
SELECT chal.acknowledge_challenge(:one, happened_on => '2024-08-06');
SELECT chal.respond_challenge(:one, 'part', 100.00, happened_on => '2024-08-12', document_ref => 'letter 7');
SELECT l.line_key, l.state, l.response, l.raised, l.accepted, l.open, l.due_on FROM chal.challenge_line l WHERE challenge_id = :one ORDER BY 1;
-- one line is reviewed on its own: it is rejected with our agreement; the others are sustained
SELECT chal.review_challenge(:one, 'agree', ARRAY[(SELECT challenge_line_id FROM chal.challenge_line WHERE line_key = 'a')]);
SELECT chal.review_challenge(:one, 'sustain', reason_code => 'price list is clear', happened_on => '2024-08-14');
SELECT l.line_key, l.state, l.accepted, l.rejected, l.open, l.due_on FROM chal.challenge_line l WHERE challenge_id = :one ORDER BY 1;
-- credit notes come for what is agreed, in part, while the rest is argued about
SELECT chal.credit_challenge(:one, 'CN1', 50);
SELECT l.line_key, l.state, l.accepted, l.credit_notes FROM chal.challenge_line l WHERE challenge_id = :one ORDER BY 1;
SELECT chal.credit_challenge(:one, 'CN2', 50.01);
-- a waiver has a reason, a second login, and the provider's exposure in that moment: 165.00 and 133.34 open, 50.00 agreed and not credited
SELECT challenge_id AS third FROM chal_reporting.challenge WHERE rule_code = 'ENT06' \gset
SELECT chal.propose_waiver(:third, '');
SELECT chal.propose_waiver(:third, 'goodwill at year end') AS waiver \gset
SELECT chal.decide_waiver(:waiver, true);
CREATE ROLE chal_approver SUPERUSER;
SET SESSION AUTHORIZATION chal_approver;
SELECT chal.decide_waiver(:waiver, true, 'minute 12');
SELECT chal.decide_waiver(:waiver, false);
RESET SESSION AUTHORIZATION;
DROP ROLE chal_approver;
SELECT reason, proposed_by <> decided_by AS two_people, decision, document_ref, waived, provider_exposure FROM chal.challenge_waiver;
SELECT state, waived_gbp, open_gbp FROM chal_reporting.challenge WHERE challenge_id = :third;

-- the dispute: negotiation, mediation, an expert who upholds 33.34 of what is left
SELECT chal.escalate_challenge(:one, happened_on => '2024-08-30');
SELECT chal.escalate_challenge(:one, 'mediation', happened_on => '2024-09-16');
SELECT l.line_key, l.state, l.due_on FROM chal.challenge_line l WHERE challenge_id = :one ORDER BY 1;
SELECT chal.determine_challenge(:one, 133.35, 'expert 1');
SELECT chal.determine_challenge(:one, 33.34, 'expert 1');
SELECT l.line_key, l.state, l.raised, l.accepted, l.rejected, l.open, l.credit_notes FROM chal.challenge_line l WHERE challenge_id = :one ORDER BY 1;
SELECT chal.credit_challenge(:one, 'CN3');
SELECT chal.close_challenge(:one);
SELECT action, outcome, happened_on, reason, document_ref, lines, open_before_gbp, open_after_gbp, agreed_before_gbp, agreed_after_gbp, credited_after_gbp
FROM chal_reporting.challenge_history WHERE challenge_id = :one ORDER BY event_id;

-- accepted in full is agreed at once; a question is answered, not agreed with
SELECT challenge_id AS other FROM chal_reporting.challenge WHERE provider_code = 'RZ2' \gset
SELECT chal.respond_challenge(:other, 'more_information', happened_on => '2024-08-12');
SELECT chal.review_challenge(:other, 'agree');
SELECT chal.inform_challenge(:other, happened_on => '2024-08-23');
SELECT state, due_on FROM chal_reporting.challenge WHERE challenge_id = :other;
SELECT chal.respond_challenge(:other, 'accept');
SELECT state, agreed_gbp, open_gbp FROM chal_reporting.challenge WHERE challenge_id = :other;
SELECT chal.respond_challenge(:other, 'reject');

-- accepted and credited whole, the line is remembered: nobody may charge it again under another number
INSERT INTO chal_test.claim (line_key, person, event, pod, billed) VALUES ('v', 8, 'E8', 'DC', 800);
INSERT INTO chal_test.wrong (line_key, rule, amount) VALUES ('v', 'DUP01', 800), ('v', 'PRC12', 0);
SELECT chal_test.submit('RZ1', 'freeze');
UPDATE chal.invoice_line SET start_date = '2024-06-03', end_date = '2024-06-03', hrg_sent = 'AA33C' WHERE line_key = 'v';
CALL chal.raise_challenges();
SELECT challenge_id AS void FROM chal_reporting.challenge WHERE rule_code = 'DUP01' \gset
SELECT chal.respond_challenge(:void, 'accept') > 0 AS posted;
SELECT chal.credit_challenge(:void, 'CN7', 799.99, happened_on => '2024-08-20') > 0 AS posted;
SELECT count(*) FROM chal.recovered_line;
SELECT chal.credit_challenge(:void, 'CN8', 0.01, happened_on => '2024-08-21') > 0 AS posted;
SELECT person_id, provider_code, start_date, pod, hrg_sent, reference, line_key, recovered_on FROM chal.recovered_line;
SELECT stage_order, stage, lines, amount_gbp FROM chal_reporting.recovery_funnel WHERE stage_order > 4 ORDER BY 1;

-- everything adds up, per line and in total
SELECT count(*) FILTER (WHERE difference <> 0 OR ledger_difference <> 0 OR credited > agreed) AS off, sum(raised) AS raised,
       sum(agreed + withdrawn + rejected + time_barred + waived + open) AS parts, sum(credited) AS credited FROM chal.challenge_balance;
SELECT * FROM chal_reporting.challenge_position ORDER BY 1, 2;
SELECT provider_code, rule_code, upheld, share::numeric(6,4), decided, agreed FROM chal.challenge_outcome ORDER BY challenge_line_id;

DROP SCHEMA chal_reporting CASCADE;
DROP SCHEMA chal CASCADE;
DROP SCHEMA chal_identity CASCADE;
DROP SCHEMA chal_test CASCADE;
