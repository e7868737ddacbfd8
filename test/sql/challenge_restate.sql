-- Restatements: corrected at source, re-billed, lapsed, found again, grown; credited and corrected at once; a new version of a rule.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('chal', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/lib/challenge_claims.sql
\set ECHO all
SET chal.today = '2024-08-05';
INSERT INTO chal.challenge_policy (setting, value) VALUES ('least_line', 0), ('least_batch', 0), ('weekly_minutes', NULL);
CREATE VIEW chal_test.book AS
SELECT l.line_key, l.state, l.reason, l.raised, l.accepted, l.corrected, l.lapsed, l.rebilled, l.open, l.credit_notes AS notes, l.returnable AS back
FROM chal.challenge_line l WHERE l.challenge_id IS NOT NULL ORDER BY l.line_key, l.rule_code;

INSERT INTO chal_test.claim (line_key, person, event, billed) VALUES
    ('a all corrected', 1, 'E1', 1000), ('b part corrected', 2, 'E2', 1000), ('c rebilled lower', 3, 'E3', 300), ('d rebilled same', 4, 'E4', 300), ('e withdrawn', 5, 'E5', 300),
    ('f no longer found', 6, 'E6', 500), ('g grown', 7, 'E7', 500), ('h accepted first', 8, 'E8', 500), ('i credited first', 9, 'E9', 500), ('j two rules', 10, 'E10', 300),
    ('k half recoverable', 11, 'E11', 100), ('l moved away', 12, 'E12', 700);
INSERT INTO chal_test.wrong (line_key, rule, amount, rate) VALUES
    ('a all corrected', 'PRC01', 100, 1), ('b part corrected', 'PRC01', 100, 1), ('c rebilled lower', 'PRC01', 100, 1), ('d rebilled same', 'PRC01', 100, 1), ('e withdrawn', 'PRC01', 100, 1),
    ('f no longer found', 'PRC01', 100, 1), ('g grown', 'PRC01', 100, 1), ('h accepted first', 'PRC01', 100, 1), ('i credited first', 'PRC01', 100, 1),
    ('j two rules', 'PRC01', 100, 1), ('j two rules', 'PRC05', 50, 1), ('k half recoverable', 'PRC01', 100, 0.5), ('l moved away', 'PRC01', 700, 1);
SELECT chal_test.submit('RZ1', 'flex');
CALL chal.raise_challenges();
SELECT count(DISTINCT challenge_id) AS challenges, sum(raised) AS raised FROM chal.challenge_line;
SELECT challenge_id AS ch FROM chal_reporting.challenge WHERE rule_code = 'PRC01' \gset
SELECT chal.respond_challenge(:ch, 'accept', NULL, ARRAY(SELECT challenge_line_id FROM chal.challenge_line WHERE line_key ~ '^[hi]')) > 0 AS posted;
SELECT chal.credit_challenge(:ch, 'CN1', 100, ARRAY(SELECT challenge_line_id FROM chal.challenge_line WHERE line_key ~ '^i')) > 0 AS posted;

-- the same again changes nothing
SELECT chal_test.submit('RZ1', 'freeze');
CALL chal.sync_challenges('2024-09-02');
SELECT status, rows_in, rows_out FROM chal.run ORDER BY run_id DESC LIMIT 1;

-- freeze: what each line's name says
UPDATE chal_test.claim SET billed = 900 WHERE line_key ~ '^a';
UPDATE chal_test.claim SET billed = 970 WHERE line_key ~ '^b';
UPDATE chal_test.claim SET billed = 400 WHERE line_key ~ '^[hi]';
UPDATE chal_test.claim SET billed = 550 WHERE line_key ~ '^g';
UPDATE chal_test.claim SET billed = 250 WHERE line_key ~ '^j';
UPDATE chal_test.claim SET billed = 60 WHERE line_key ~ '^k';
UPDATE chal_test.claim SET commissioner = '00Y' WHERE line_key ~ '^l';
DELETE FROM chal_test.claim WHERE line_key ~ '^[cde]';
INSERT INTO chal_test.claim (line_key, person, event, billed) VALUES ('c2', 3, 'E3', 220), ('d2', 4, 'E4', 300);
DELETE FROM chal_test.wrong WHERE line_key ~ '^[acdefhi]' OR (line_key ~ '^j' AND rule = 'PRC01');
UPDATE chal_test.wrong SET amount = 70 WHERE line_key ~ '^b';
UPDATE chal_test.wrong SET amount = 150 WHERE line_key ~ '^g';
UPDATE chal_test.wrong SET amount = 60 WHERE line_key ~ '^k';
DELETE FROM chal_test.wrong WHERE line_key ~ '^l';
SELECT chal_test.submit('RZ1', 'freeze');
CALL chal.sync_challenges('2024-09-03');
-- c: 300 came back as 220, so 80 of the 100 are saved and 20 are asked of the new line; j: the bill fell by 50, the rest of the 100 is our own change;
-- k: 40 less at a rate of one half; i: credited and corrected, 100 go back
TABLE chal_test.book;
CALL chal.sync_challenges('2024-09-03');
SELECT status, rows_out FROM chal.run ORDER BY run_id DESC LIMIT 1;
SELECT chal.return_credit(:ch, 'DN1') > 0 AS posted;
SELECT * FROM chal_test.book WHERE line_key ~ '^i';

-- refresh: the error of a and f is back, that of g grows while the provider looks at it
UPDATE chal_test.claim SET billed = 1000 WHERE line_key ~ '^a';
INSERT INTO chal_test.wrong (line_key, rule, amount) VALUES ('a all corrected', 'PRC01', 110), ('f no longer found', 'PRC01', 100);
UPDATE chal_test.claim SET billed = 560 WHERE line_key ~ '^g';
UPDATE chal_test.wrong SET amount = 160 WHERE line_key ~ '^g';
SELECT chal_test.submit('RZ1', 'refresh');
CALL chal.raise_challenges('2024-10-01');
SELECT * FROM chal_test.book WHERE line_key ~ '^[afg]';
SELECT count(*) AS lines, count(DISTINCT line_key || rule_code) AS issues FROM chal.challenge_line;

-- a new version of the rule finds the same: the same line, nothing new
UPDATE chal_test.wrong SET version = '2';
SELECT chal_test.find('RZ1', max(submission_id)) FROM chal.submission;
CALL chal.raise_challenges('2024-10-02');
SELECT count(*) AS lines FROM chal.challenge_line;
SELECT status, rows_out FROM chal.run ORDER BY run_id DESC LIMIT 1;

-- a finding about the provider as a whole: it grows with the year, after it was agreed too, and falls by our own count alone
INSERT INTO chal.series_finding (finding_ref, opened_run, rule_code, rule_version, rule_name, rule_class, provider_code, commissioner_code, contract_id, series_key, period, outcome,
    evidence, billed, identified, net, recovery_rate, recoverable, content)
VALUES ('S1', 1, 'CAP01', '1', 'Follow-ups above the cap', 'money', 'RZ1', '00X', 'K1', '110', '[2024-04-01,2024-07-01)', 'fail', '{"excess": 12}', 9000, 1000, 1000, 1, 1000, 'a');
CALL chal.raise_challenges('2024-10-03');
SELECT challenge_id AS cap FROM chal_reporting.challenge WHERE rule_code = 'CAP01' \gset
SELECT substr(l, 1, 120) AS letter FROM string_to_table(chal.challenge_letter(:cap), E'\n') l WHERE l ~ '^(We ask|Line|  )';
SELECT chal.respond_challenge(:cap, 'part', 600, happened_on => '2024-10-04') > 0 AS posted;
SELECT chal.review_challenge(:cap, 'agree', happened_on => '2024-10-04') > 0 AS posted;
SELECT chal.credit_challenge(:cap, 'CN9', happened_on => '2024-10-05') > 0 AS posted;
UPDATE chal.series_finding SET period = '[2024-04-01,2024-08-01)', net = 1300, recoverable = 1300, billed = 12000;
CALL chal.sync_challenges('2024-11-01');
SELECT state, reason, raised, accepted, rejected, open, credit_notes FROM chal.challenge_line WHERE challenge_id = :cap;
UPDATE chal.series_finding SET net = 1100, recoverable = 1100, billed = 11000;
CALL chal.sync_challenges('2024-11-02');
SELECT state, reason, raised, accepted, corrected, lapsed, open, credit_notes FROM chal.challenge_line WHERE challenge_id = :cap;
UPDATE chal.series_finding SET closed_run = 2, closed_at = now(), closed_reason = 'no longer found';
INSERT INTO chal.series_finding (finding_ref, opened_run, rule_code, rule_version, rule_name, rule_class, provider_code, commissioner_code, contract_id, series_key, period, outcome,
    evidence, billed, identified, net, recovery_rate, recoverable, content)
VALUES ('S1v2', 2, 'CAP01', '2', 'Follow-ups above the cap', 'money', 'RZ1', '00X', 'K1', '110', '[2024-04-01,2024-08-01)', 'fail', '{}', 11000, 1100, 1100, 1, 1100, 'b');
CALL chal.raise_challenges('2024-11-03');
SELECT count(*), max(finding_ref) AS ref FROM chal.challenge_line WHERE rule_code = 'CAP01';

SELECT action, reason, lines, open_before_gbp, open_after_gbp, agreed_after_gbp, credited_after_gbp FROM chal_reporting.challenge_history WHERE challenge_id = :ch ORDER BY event_id;
SELECT count(*) FILTER (WHERE difference <> 0 OR ledger_difference <> 0 OR credited > agreed) AS off, sum(raised) AS raised,
       sum(agreed + withdrawn + rejected + time_barred + waived + open) AS parts, sum(agreed) AS agreed, sum(credited) AS credited FROM chal.challenge_balance;
DROP SCHEMA chal_reporting, chal, chal_identity, chal_test CASCADE;
