-- Runs: sign-off by two people and by the parties, what makes a prepared settlement stale, once is once, restatement, a party that left, periods.
SELECT commissioning.create_warehouse('runs_w', purpose => 'settlement', person_partitions => 1);
SET search_path = '';
SET datestyle = 'ISO, YMD';
SET runs_w.today = '2024-11-20';
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset null '-'
CREATE ROLE runs_maker; CREATE ROLE runs_checker;
GRANT USAGE ON SCHEMA runs_w, runs_w_reporting TO runs_maker, runs_checker;
GRANT SELECT ON ALL TABLES IN SCHEMA runs_w, runs_w_reporting TO runs_maker, runs_checker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA runs_w TO runs_maker, runs_checker;

INSERT INTO runs_w.contract (contract_id, title, basis, valid) VALUES
    ('FOUR', 'Reviewed by another', 'risk_share', '[2024-04-01,2026-04-01)'), ('ALL', 'Agreed by all', 'risk_share', '[2024-04-01,2026-04-01)'),
    ('ONCE', 'Posted at once', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO runs_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off) VALUES
    ('FOUR', 1, '[2024-04-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 60%, community 40%', 'icb', 'contract', DEFAULT),
    ('ALL', 1, '[2024-04-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 60%, community 40%', 'icb', 'contract', 'parties'),
    ('ONCE', 1, '[2024-04-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 60%, community 40%', 'icb', 'contract', 'none');
SELECT runs_w.sign_terms(t.contract_id, 1, 'Chief finance officers') FROM runs_w.contract_terms t;
INSERT INTO runs_w.settlement_input (contract_id, period, benchmark, actual, data_cutoff, source)
SELECT t.contract_id, '[2024-04-01,2024-10-01)', 1000000, 985679.02, '2024-11-01', 'month 6 flex' FROM runs_w.contract_terms t;
CREATE VIEW runs_w.ledger AS
SELECT r.contract_id, r.run_id, r.kind, l.party, l.amount, l.reason_code, l.posting_period, l.relates_to_period, l.due_on
FROM runs_w.settlement_line l JOIN runs_w.settlement_run r ON r.run_id = l.run_id ORDER BY r.run_id, l.line_no;
GRANT SELECT ON runs_w.ledger TO runs_maker, runs_checker;

-- two people: 14,320.98 x 50 % = 7,160.49, of which 4,296.294 and 2,864.196
SET SESSION AUTHORIZATION runs_maker;
SELECT run_id, line_code, formula, amount, party FROM runs_w.settle_contract('FOUR', '[2024-04-01,2024-10-01)', 'flex') WHERE line_code IN ('settlement', 'party', 'counterparty');
SELECT count(*) AS lines FROM runs_w.ledger;
SELECT runs_w.post_run(1);
SELECT runs_w.review_run(1);
-- asked for again it is the same run, which waits
SELECT DISTINCT run_id FROM runs_w.settle_contract('FOUR', '[2024-04-01,2024-10-01)', 'flex');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION runs_checker;
SELECT runs_w.review_run(1);
SELECT runs_w.review_run(1);
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION runs_maker;
SELECT runs_w.post_run(1);
SELECT runs_w.post_run(1);
RESET SESSION AUTHORIZATION;
SELECT party, amount, reason_code, posting_period, relates_to_period, due_on FROM runs_w.ledger;
SELECT run_id, status, sign_off, amount_gbp, prepared_by, reviewed_by, waiting_for, posted_by FROM runs_w_reporting.settlement_sign_off;
-- once it is posted it is the last run: the same again posts nothing
SELECT DISTINCT run_id FROM runs_w.settle_contract('FOUR', '[2024-04-01,2024-10-01)', 'flex');
SELECT runs_w.withdraw_run(1, 'too late');
-- nobody reviews by hand, and nobody jumps a step
UPDATE runs_w.settlement_run SET reviewed_by = 'x' WHERE run_id = 1;
INSERT INTO runs_w.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period)
SELECT r.run_id, 9, 'acute', 'party', 1, 0, 1, r.period FROM runs_w.settlement_run r WHERE r.run_id = 1;

-- everybody agrees: each party, once, by name and role
SET SESSION AUTHORIZATION runs_maker;
SELECT DISTINCT run_id FROM runs_w.settle_contract('ALL', '[2024-04-01,2024-10-01)', 'flex');
SELECT runs_w.agree_run(2, 'acute', 'A. Director', 'director of finance');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION runs_checker;
SELECT runs_w.review_run(2);
SELECT runs_w.post_run(2);
SELECT runs_w.agree_run(2, 'acute', 'A. Director', 'director of finance');
SELECT runs_w.agree_run(2, 'acute', 'A. Director', 'director of finance');
SELECT runs_w.agree_run(2, 'gp', 'A. Partner', 'partner');
SELECT runs_w.agree_run(2, 'icb', ' ', 'chief finance officer');
SELECT waiting_for FROM runs_w_reporting.settlement_sign_off WHERE run_id = 2;
SELECT runs_w.agree_run(2, 'icb', 'A. Officer', 'chief finance officer');
SELECT runs_w.agree_run(2, 'community', 'A. Manager', 'contract manager');
RESET SESSION AUTHORIZATION;

-- the inputs changed after everybody had agreed: not posted, whoever asks
BEGIN;
UPDATE runs_w.settlement_input SET actual = 985679.00 WHERE contract_id = 'ALL';
\set VERBOSITY default
SELECT runs_w.post_run(2);
\set VERBOSITY terse
ROLLBACK;
BEGIN;
UPDATE runs_w.settlement_input SET data_cutoff = '2024-11-02' WHERE contract_id = 'ALL';
SELECT runs_w.post_run(2);
ROLLBACK;
-- other terms came into force
BEGIN;
UPDATE runs_w.contract_terms SET valid = '[2024-04-01,2024-09-01)' WHERE contract_id = 'ALL';
INSERT INTO runs_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ALL', 2, '[2024-09-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 50%, community 50%', 'icb', 'variation 1', 'parties');
SELECT runs_w.sign_terms('ALL', 2, 'Chief finance officers');
SELECT runs_w.post_run(2);
ROLLBACK;
-- the ledger moved: an amount was paid on account
BEGIN;
UPDATE runs_w.settlement_input SET actual = actual WHERE contract_id = 'ALL';
SELECT runs_w.plan_on_account('ALL', '[2024-04-01,2025-04-01)', 12000);
INSERT INTO runs_w.on_account_plan SELECT contract_id, year, 2, total, method, months, from_month, paid_before, reason, 'somebody', planned_at, 'somebody else', now() FROM runs_w.on_account_plan;
SELECT runs_w.post_on_account('ALL', '2024-04-15') AS run;
SELECT runs_w.post_run(2);
ROLLBACK;
-- the VAT treatment of a party changed
BEGIN;
INSERT INTO runs_w.party_account (contract_id, party, vat_treatment) VALUES ('ALL', 'community', 'exempt');
SELECT runs_w.post_run(2);
ROLLBACK;
-- another settlement was posted in between: it needs to be prepared, and agreed, again
SELECT DISTINCT run_id FROM runs_w.settle_contract('ALL', '[2024-04-01,2024-10-01)', 'freeze') \gset
SET SESSION AUTHORIZATION runs_checker;
SELECT runs_w.review_run(:run_id);
SELECT count(runs_w.agree_run(:run_id, p, 'x', 'y')) FROM unnest('{acute,community,icb}'::text[]) p;
SELECT runs_w.post_run(:run_id);
SELECT runs_w.post_run(2);
RESET SESSION AUTHORIZATION;
SELECT DISTINCT run_id AS again FROM runs_w.settle_contract('ALL', '[2024-04-01,2024-10-01)', 'flex') \gset
SELECT run_id - :again AS from_new, kind, status, follows = :run_id AS after_freeze, reason FROM runs_w.settlement_run WHERE contract_id = 'ALL' ORDER BY run_id;
SELECT runs_w.withdraw_run(:again, '');
SELECT runs_w.withdraw_run(:again, 'nothing changed');
SELECT status, reason FROM runs_w_reporting.settlement_sign_off WHERE run_id = :again;
SELECT party, sum(amount) FROM runs_w.ledger WHERE contract_id = 'ALL' GROUP BY party ORDER BY party;

-- posted at once: 0.01, then -7,160.48, a change of -7,160.49: divided cumulatively, -4,296.30 and -2,864.19; the change itself would give -4,296.29 and -2,864.20
UPDATE runs_w.settlement_input SET actual = 999999.98 WHERE contract_id = 'ONCE';
SELECT line_code, amount, party FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'interim') WHERE line_order > 1000;
UPDATE runs_w.settlement_input SET actual = 1014320.96 WHERE contract_id = 'ONCE';
SELECT line_code, amount, party FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'interim') WHERE line_order > 1000;
SELECT party, amount FROM commissioning.split_amount(-7160.49, 'acute 60%, community 40%');
-- repeated: the same run, nothing posted
SELECT count(*) AS lines FROM runs_w.ledger WHERE contract_id = 'ONCE';
SELECT count(DISTINCT run_id) AS runs, count(*) AS rows FROM (SELECT * FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'interim') UNION ALL SELECT * FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'interim')) x;
SELECT count(*) AS lines FROM runs_w.ledger WHERE contract_id = 'ONCE';

-- restated in the next year, when the half-year's accounts are closed: posted into the open period, about the old one; one party left, and another came
SELECT runs_w.open_accounting_period('[2024-11-01,2024-12-01)');
SELECT runs_w.open_accounting_period('[2024-12-01,2025-01-01)');
SELECT runs_w.open_accounting_period('[2024-12-15,2025-02-01)');
SELECT runs_w.close_accounting_period('[2024-12-01,2025-01-01)');
SELECT runs_w.close_accounting_period('[2024-11-01,2024-12-01)');
SELECT runs_w.close_accounting_period('[2024-11-01,2024-12-01)');
SELECT runs_w.open_accounting_period('[2024-10-01,2024-11-01)');
UPDATE runs_w.accounting_period SET closed_at = NULL, closed_by = NULL WHERE lower(period) = '2024-11-01';
UPDATE runs_w.contract_terms SET valid = '[2024-04-01,2024-08-01)' WHERE contract_id = 'ONCE';
INSERT INTO runs_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ONCE', 2, '[2024-08-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 1/3, gp remaining', 'icb', 'variation 1', 'none');
SELECT runs_w.sign_terms('ONCE', 2, 'Chief finance officers');
-- -7,160.48 anew: a third is 2,386.8266.., the rest 4,773.6533..: the odd penny goes to the larger remainder
SELECT count(*) AS rows FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'restated');
SELECT party, amount, reason_code, posting_period, relates_to_period FROM runs_w.ledger WHERE contract_id = 'ONCE' AND kind = 'restated';
SELECT party, sum(amount) FROM runs_w.ledger WHERE contract_id = 'ONCE' GROUP BY party ORDER BY party;
-- a closed period takes nothing, not even by hand
INSERT INTO runs_w.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period, posting_period)
SELECT r.run_id, 9, 'acute', 'party', 1, 0, 1, r.period, '[2024-11-05,2024-11-06)' FROM runs_w.settlement_run r WHERE r.run_id = 1;
SELECT runs_w.close_accounting_period('[2024-12-01,2025-01-01)');
UPDATE runs_w.settlement_input SET actual = 1014320.00 WHERE contract_id = 'ONCE';
\set VERBOSITY default
SELECT * FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'restated');
\set VERBOSITY terse
SELECT runs_w.open_accounting_period('[2025-01-01,2025-02-01)');

-- illustrative: stored and marked; it neither posts nor can be signed off, and nothing follows it
SELECT DISTINCT run_id FROM runs_w.settle_contract('ONCE', '[2024-04-01,2024-10-01)', 'illustrative') \gset
SELECT kind, status FROM runs_w.settlement_run WHERE run_id = :run_id;
SELECT runs_w.post_run(:run_id);
SELECT runs_w.review_run(:run_id);
SELECT runs_w.withdraw_run(:run_id, 'x');
SELECT runs_w.post_run(0);

-- parties among themselves: no counterparty, each has its share of what all hold, 50,000.00 + 10,000.00 - 45,000.00 = 15,000.00 at 50/30/20, less its own
INSERT INTO runs_w.contract (contract_id, title, basis, valid) VALUES ('POOL', 'Among themselves', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO runs_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('POOL', 1, '[2024-04-01,2026-04-01)', 'pool', 'both 0..:100%', 'acute 50%, community 30%, gp 20%', NULL, 'contract', 'none');
SELECT runs_w.sign_terms('POOL', 1, 'all three');
INSERT INTO runs_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('POOL', '[2024-04-01,2024-10-01)', 1000000, 985000, 's');
\set VERBOSITY default
SELECT * FROM runs_w.settle_contract('POOL', '[2024-04-01,2024-10-01)', 'interim');
\set VERBOSITY terse
INSERT INTO runs_w.settlement_own_input (contract_id, period, party, own_amount) VALUES ('POOL', '[2024-04-01,2024-10-01)', 'acute', 50000), ('POOL', '[2024-04-01,2024-10-01)', 'community', 10000), ('POOL', '[2024-04-01,2024-10-01)', 'gp', -45000);
SELECT line_code, formula, amount, party FROM runs_w.settle_contract('POOL', '[2024-04-01,2024-10-01)', 'interim') WHERE line_order > 1000;
-- an own amount is an input like others: changed, it is another run
UPDATE runs_w.settlement_own_input SET own_amount = own_amount + CASE party WHEN 'acute' THEN 1000 WHEN 'gp' THEN -1000 ELSE 0 END;
SELECT line_code, formula, amount, party FROM runs_w.settle_contract('POOL', '[2024-04-01,2024-10-01)', 'interim') WHERE line_order > 1000;
SELECT runs_w.record_payment('POOL', 'acute', '2025-01-20', -43500, 'BACS 1') > 0 AS paid, runs_w.record_payment('POOL', 'gp', '2025-01-20', 49000, 'BACS 2') > 0 AS paid, runs_w.record_payment('POOL', 'community', '2025-01-20', -5500, 'BACS 3') > 0 AS paid;
SELECT party, posted_gbp, paid_gbp, due_gbp FROM runs_w_reporting.payment_due WHERE contract_id = 'POOL' ORDER BY party;

-- all contracts: posts where it may, prepares where it must
CALL runs_w.settle_contracts('final');
SELECT status, rows_in, rows_out, message FROM runs_w.run ORDER BY run_id;
CALL runs_w.settle_contracts('final');
SELECT status, rows_in, rows_out, message FROM runs_w.run ORDER BY run_id DESC LIMIT 1;
-- what stands: every run balances, and the ledger agrees with itself
SELECT count(*) AS unbalanced FROM (SELECT run_id FROM runs_w.settlement_line GROUP BY run_id, vat_treatment HAVING sum(amount) <> 0) x;
SELECT count(*) AS faults FROM runs_w.settlement_check;

SET client_min_messages = error;
DROP SCHEMA runs_w, runs_w_identity, runs_w_reporting CASCADE;
DROP ROLE runs_maker, runs_checker;
