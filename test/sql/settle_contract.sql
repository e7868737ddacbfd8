-- Settlement of contracts in a warehouse: signed terms, inputs, runs, ledger, statements.
SELECT commissioning.create_warehouse('settle_w', purpose => 'settlement', person_partitions => 1);
SET search_path = '';
\set VERBOSITY terse
\pset null '-'
\set SHOW_CONTEXT never

INSERT INTO settle_w.contract (contract_id, title, basis, valid) VALUES
    ('ALLIANCE', 'Community alliance', 'risk_share', '[2024-04-01,2026-04-01)'), ('EMPTY', 'No terms yet', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO settle_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, clauses, source, sign_off)
VALUES ('ALLIANCE', 1, '[2024-04-01,2026-04-01)', 'alliance', 'gain cliff 1% 0..5%:40%, 5%..:0%; loss 0..5%:40% max 1000000',
        'acute 50%, community 30%, gp 20%', 'icb', '{"share": "Schedule 3, 2.1"}', 'signed contract', 'none');

-- refusals, each saying what to do
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT * FROM settle_w.settle_contract('NONE', '[2024-04-01,2024-10-01)', 'interim');
SELECT * FROM settle_w.settle_contract('EMPTY', '[2024-04-01,2024-10-01)', 'interim');
SELECT * FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'interim');
SELECT * FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'guess');
SELECT * FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,)', 'interim');
SELECT settle_w.sign_terms('ALLIANCE', 1, ' ');
SELECT settle_w.sign_terms('ALLIANCE', 2, 'Chief finance officers');
SELECT * FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'illustrative');
INSERT INTO settle_w.settlement_input (contract_id, period, benchmark, data_cutoff, source) VALUES ('ALLIANCE', '[2024-04-01,2024-10-01)', 25000000, '2024-11-01', 'month 6 flex');
SELECT * FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'illustrative');
\set VERBOSITY terse
INSERT INTO settle_w.settlement_input (contract_id, period, benchmark, source) VALUES ('ALLIANCE', '[2024-04-01,2024-09-01)', 1.005, 'three decimals');

-- illustrative: a draft may be looked at; it is stored, marked, and nothing is posted
UPDATE settle_w.settlement_input SET actual = 24111222.33;
SELECT line_order, line_code, clause, formula, amount, party FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'illustrative');
SELECT kind, status, amount, (SELECT count(*) FROM settle_w.settlement_line) AS lines FROM settle_w.settlement_run;

-- signed: posted once
SELECT settle_w.sign_terms('ALLIANCE', 1, 'Chief finance officers');
SELECT line_order, line_code, clause, formula, amount, party FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'interim');
SELECT count(*) AS again FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'interim');
SELECT count(*) AS runs, sum(amount), max(run_id) AS first_run FROM settle_w.settlement_run WHERE kind <> 'illustrative' \gset
\echo :runs :sum

-- later figures post differences; a restated lower result takes money back, mirrored to the penny
INSERT INTO settle_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('ALLIANCE', '[2024-04-01,2025-04-01)', 50000000, 49982098.77, 'month 12 freeze');
SELECT line_code, amount, party FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'freeze') WHERE line_code IN ('settlement', 'party', 'counterparty', 'gate');
UPDATE settle_w.settlement_input SET actual = 50017901.23 WHERE upper(period) = '2025-04-01';
SELECT line_code, formula, amount, party FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'final') WHERE party IS NOT NULL OR line_code = 'settlement';
-- the same result under another kind is a run without lines
SELECT count(*) FILTER (WHERE party IS NOT NULL) AS posted FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'restated');
-- back to an earlier input after another run: a new run
UPDATE settle_w.settlement_input SET actual = 49982098.77 WHERE upper(period) = '2025-04-01';
SELECT count(*) FILTER (WHERE party IS NOT NULL) AS posted FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'freeze');
SELECT * FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'interim');
SELECT run_id, kind, follows, amount FROM settle_w.settlement_run ORDER BY run_id;

-- new terms in the year: one party left, everything is restated
UPDATE settle_w.contract_terms SET valid = '[2024-04-01,2025-01-01)' WHERE version = 1;
INSERT INTO settle_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ALLIANCE', 2, '[2025-01-01,2026-04-01)', 'alliance', 'gain 0..:50%; loss 0..:50%', 'acute 2/3, community remaining', 'icb', 'variation 1', 'none');
SELECT settle_w.sign_terms('ALLIANCE', 2, 'Chief finance officers');
UPDATE settle_w.settlement_input SET actual = 49900000.00 WHERE upper(period) = '2025-04-01';
SELECT line_code, formula, amount, party FROM settle_w.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'restated') WHERE party IS NOT NULL;
SELECT party, sum(amount) FROM settle_w.settlement_line GROUP BY party ORDER BY party;
-- every run balances, and the ledger equals the latest cumulative settlement
SELECT bool_and(balance = 0) AS balanced FROM (SELECT sum(amount) AS balance FROM settle_w.settlement_line GROUP BY run_id) b;

-- what is posted stays; signed terms stay
UPDATE settle_w.settlement_line SET amount = amount + 1;
DELETE FROM settle_w.settlement_line;
TRUNCATE settle_w.settlement_step;
UPDATE settle_w.settlement_run SET amount = 0;
UPDATE settle_w.contract_terms SET curve = 'gain 0..:60%' WHERE version = 2;
UPDATE settle_w.contract_terms SET valid = '[2025-01-01,2027-04-01)' WHERE version = 2;
DELETE FROM settle_w.contract_terms WHERE version = 2;
INSERT INTO settle_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, signed_by, signed_at)
VALUES ('ALLIANCE', 3, '[2025-06-01,2025-07-01)', 'x', 'gain 0..:50%', 'a 1', 'icb', 's', 'x', now());
BEGIN;
INSERT INTO settle_w.settlement_line VALUES (:first_run, 99, 'nobody', 'party', 5, 0, 5, '[2024-04-01,2024-10-01)');
COMMIT;
INSERT INTO settle_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('EMPTY', 1, '[2024-04-01,2025-04-01)', 'x', 'gain 0..:50%', 'icb 1', 'icb', 's', 'none');
INSERT INTO settle_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('EMPTY', '[2024-04-01,2025-04-01)', 2, 1, 's');
SELECT * FROM settle_w.settle_contract('EMPTY', '[2024-04-01,2025-04-01)', 'illustrative');

-- a contested part is held, and resolved once
INSERT INTO settle_w.suspense (run_id, line_no, contested_amount, reason) VALUES (:first_run, 1, 100.00, 'double counted with another scheme');
UPDATE settle_w.suspense SET contested_amount = 50;
UPDATE settle_w.suspense SET upheld_amount = 101, resolved_by = 'panel', resolved_at = now();
SELECT * FROM settle_w_reporting.settlement_position WHERE contested_gbp > 0;
UPDATE settle_w.suspense SET upheld_amount = 40, resolved_by = 'panel', resolved_at = now();
UPDATE settle_w.suspense SET upheld_amount = 100, resolved_by = 'panel', resolved_at = now();
SELECT * FROM settle_w_reporting.settlement_position ORDER BY contract_id, party;

-- read aloud, and drawn
SELECT line_order, clause, words, formula, amount_gbp, party, posted_gbp FROM settle_w_reporting.settlement_statement WHERE run_id = :first_run ORDER BY line_order;
SELECT line_order, words, formula, amount_gbp, posted_gbp FROM settle_w_reporting.settlement_statement WHERE run_id = (SELECT max(run_id) FROM settle_w.settlement_run) ORDER BY line_order;
SELECT step_order, step, step_kind, delta_gbp, from_gbp, to_gbp FROM settle_w_reporting.settlement_waterfall WHERE run_id = :first_run ORDER BY step_order;
SELECT bool_and(from_gbp + delta_gbp = to_gbp) AS joined FROM settle_w_reporting.settlement_waterfall;

-- all contracts in one stage; a repeat posts nothing; what cannot be settled says why
CALL settle_w.settle_contracts('final');
CALL settle_w.settle_contracts('final');
SELECT stage, status, rows_in, rows_out, amount_out, message FROM settle_w.run ORDER BY run_id;
SET client_min_messages = error;
DROP SCHEMA settle_w, settle_w_identity, settle_w_reporting CASCADE;
