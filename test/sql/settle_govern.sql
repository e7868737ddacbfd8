-- What stands behind a settlement: baselines, signatures, variations, measures and exclusions, and every refusal.
-- Worked by hand: gain of a guarantee G with verified or measured result S: 20 % of the first 500,000 above G, then 30 %, at most 150,000.
--   G 3,000,000, S 3,600,000: 100,000 + 30 % of 100,000 = 130,000;  G 3,100,000: 20 % of 500,000 = 100,000;  G 2,950,000: 100,000 + 30 % of 150,000 = 145,000
--   20 % throughout: 600,000 x 20 % = 120,000, 10,000 less than 130,000
\set SHOW_CONTEXT never
\pset null '-'
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('govern_w', 'settlement', 1);
CREATE SCHEMA govern_data;
DROP ROLE IF EXISTS govern_anna, govern_ben, govern_clerk;
CREATE ROLE govern_anna SUPERUSER;
CREATE ROLE govern_ben SUPERUSER;
CREATE ROLE govern_clerk;
SET search_path = '';
SET govern_w.today = '2025-06-30';
INSERT INTO govern_w.contract (contract_id, title, basis, valid) VALUES
    ('GUARANTEE', 'Support with a guarantee', 'risk_share', '[2024-04-01,2026-04-01)'), ('ALLIANCE', 'Community alliance', 'risk_share', '[2024-04-01,2026-04-01)');
CREATE FUNCTION pg_temp.document(what text) RETURNS text LANGUAGE sql AS $$ SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(what, 'UTF8')), 'hex') $$;

-- Baselines -------------------------------------------------------------------------------------
SET SESSION AUTHORIZATION govern_anna;
SET govern_w.today = '2025-06-30';
SELECT govern_w.propose_baseline('NONE', '[2024-04-01,2025-04-01)', 3000000, 'guarantee of the tender', 'first year');
SELECT govern_w.propose_baseline('GUARANTEE', '[2024-04-01,2025-04-01)', 3000000, 'guarantee of the tender', ' ');
SELECT govern_w.propose_baseline('GUARANTEE', '[2024-04-01,2025-04-01)', 3000000.005, 'guarantee of the tender', 'first year');
SELECT govern_w.propose_baseline('GUARANTEE', '[2024-04-01,2025-04-01)', 3000000, 'guarantee of the tender', 'first year', '[2023-04-01,2024-04-01)', '2024-06-30') AS version;
-- terms on a baseline that is not locked cannot be signed, and inputs cannot rest on it
INSERT INTO govern_w.contract_terms (contract_id, version, valid, shape, measure, curve, split, counterparty, source, sign_off, required_signatures, baseline_version)
VALUES ('GUARANTEE', 1, '[2024-04-01,2026-04-01)', 'guarantee', 'actual - benchmark', 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000',
        'supplier 1', 'icb', 'agreement of 28 March 2024', 'none', '{*}', 1);
SELECT govern_w.sign_terms('GUARANTEE', 1, 'Chief finance officer');
INSERT INTO govern_w.settlement_input (contract_id, period, benchmark, actual, source, baseline_version) VALUES ('GUARANTEE', '[2024-04-01,2025-04-01)', 3000000, 3600000, 'schedule 2', 1);
-- who proposed it does not lock it, by no way
SELECT govern_w.approve_baseline('GUARANTEE', 1);
\set VERBOSITY terse
UPDATE govern_w.baseline SET approved_by = 'govern_anna', approved_at = now();
\set VERBOSITY default
SET SESSION AUTHORIZATION govern_ben;
SET govern_w.today = '2025-06-30';
SELECT govern_w.approve_baseline('GUARANTEE', 2);
SELECT govern_w.approve_baseline('GUARANTEE', 1);
SELECT govern_w.approve_baseline('GUARANTEE', 1);
UPDATE govern_w.baseline SET amount = 2900000;
DELETE FROM govern_w.baseline;

-- Signatures ------------------------------------------------------------------------------------
SELECT govern_w.sign_terms('GUARANTEE', 1, 'Chief finance officer');
UPDATE govern_w.contract_terms SET signed_by = 'nobody asked', signed_at = now();
SELECT govern_w.add_signature('GUARANTEE', 2, 'supplier', 'A. Signatory', 'director', '2024-03-28', pg_temp.document('v1'));
SELECT govern_w.add_signature('GUARANTEE', 1, 'acute', 'A. Signatory', 'director', '2024-03-28', pg_temp.document('v1'));
SELECT govern_w.add_signature('GUARANTEE', 1, 'supplier', 'A. Signatory', ' ', '2024-03-28', pg_temp.document('v1'));
SELECT govern_w.add_signature('GUARANTEE', 1, 'supplier', 'A. Signatory', 'director', '2025-07-01', pg_temp.document('v1'));
SELECT govern_w.add_signature('GUARANTEE', 1, 'supplier', 'A. Signatory', 'director', '2024-03-28', 'scan 1');
SELECT govern_w.add_signature('GUARANTEE', 1, 'supplier', 'A. Signatory', 'director', '2024-03-28', pg_temp.document('v1'));
\set VERBOSITY terse
SELECT govern_w.add_signature('GUARANTEE', 1, 'supplier', 'A. Signatory', 'director', '2024-03-28', pg_temp.document('v1'));
\set VERBOSITY default
SELECT govern_w.sign_terms('GUARANTEE', 1, 'Chief finance officer');
-- changed words are not the ones that were signed; put back, they are
UPDATE govern_w.contract_terms SET discount = 0.01;
SELECT govern_w.add_signature('GUARANTEE', 1, 'icb', 'B. Signatory', 'chief finance officer', '2024-03-29', pg_temp.document('v1'));
SELECT govern_w.sign_terms('GUARANTEE', 1, 'Chief finance officer');
UPDATE govern_w.contract_terms SET discount = NULL;
SELECT govern_w.add_signature('GUARANTEE', 1, 'icb', 'B. Signatory', 'chief finance officer', '2024-03-29', pg_temp.document('v1'));
SELECT govern_w.sign_terms('GUARANTEE', 1, 'Chief finance officer');
SELECT govern_w.add_signature('GUARANTEE', 1, 'icb', 'B. Signatory', 'chief finance officer', '2024-03-29', pg_temp.document('v1'));
SELECT t.signed_hash = govern_w.terms_hash(t) AS kept FROM govern_w.contract_terms t;
SELECT version, party, name, role, signed_on, holds, in_force_by FROM govern_w_reporting.contract_signature ORDER BY holds, party;
UPDATE govern_w.terms_signature SET name = 'C. Signatory';
-- without required signatures signing is as it was, and keeps the fingerprint too
INSERT INTO govern_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ALLIANCE', 1, '[2024-04-01,2025-04-01)', 'alliance', 'both 0..:50%', 'acute 1', 'icb', 'letter', 'none');
SELECT govern_w.sign_terms('ALLIANCE', 1, 'Chief finance officers');
INSERT INTO govern_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ALLIANCE', 2, '[2025-01-01,2026-04-01)', 'alliance', 'both 0..:40%', 'acute 1', 'icb', 'letter', 'none');
SELECT govern_w.sign_terms('ALLIANCE', 2, 'Chief finance officers');

-- Inputs rest on the baseline ---------------------------------------------------------------------
INSERT INTO govern_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('GUARANTEE', '[2024-04-01,2025-04-01)', 3000000, 3600000, 'schedule 2');
SELECT * FROM govern_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'final');
UPDATE govern_w.settlement_input SET baseline_version = 1, benchmark = 2999999.99;
INSERT INTO govern_w.settlement_input (contract_id, period, benchmark, actual, source, baseline_version) VALUES ('GUARANTEE', '[2024-04-01,2024-10-01)', 3000000, 1, 'half a year', 1);
UPDATE govern_w.settlement_input SET baseline_version = 1;
SELECT line_code, amount, party FROM govern_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'final') WHERE line_code = 'settlement' OR party IS NOT NULL;
-- what was signed is what settles
ALTER TABLE govern_w.contract_terms DISABLE TRIGGER ALL;
UPDATE govern_w.contract_terms SET cap_gain = '1000000' WHERE contract_id = 'GUARANTEE';
SELECT * FROM govern_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'restated');
UPDATE govern_w.contract_terms SET cap_gain = NULL WHERE contract_id = 'GUARANTEE';
ALTER TABLE govern_w.contract_terms ENABLE TRIGGER ALL;

-- Another baseline: a new version with its effect: 130,000 -> 100,000 ----------------------------------
SELECT govern_w.propose_baseline('GUARANTEE', '[2024-04-01,2025-04-01)', 3100000, 'guarantee with a service moved in', 'the scope grew') AS version;
SELECT baseline_version, amount_gbp, change_gbp, effect, effect_note, reason, locked, proposed_by, approved_by FROM govern_w_reporting.baseline_history ORDER BY baseline_version;

-- Exclusions: signed by both, they move the benchmark by a line of their own -------------------------------
SELECT govern_w.record_exclusion('GUARANTEE', '2026-09-01', 'icb', 'a ward was closed late', -50000);
SELECT govern_w.record_exclusion('GUARANTEE', '2024-09-01', 'acute', 'a ward was closed late', -50000);
SELECT govern_w.record_exclusion('GUARANTEE', '2024-09-01', 'icb', 'a ward was closed late', -50000, 'minutes of 5 September') AS exclusion_id \gset
SELECT govern_w.record_exclusion('GUARANTEE', '2024-11-11', 'supplier', 'two analysts left', 20000) AS unsigned_id \gset
SELECT govern_w.sign_exclusion(0, 'icb', 'B. Signatory', 'director', '2024-09-10', pg_temp.document('x1'));
SELECT govern_w.sign_exclusion(:exclusion_id, 'acute', 'B. Signatory', 'director', '2024-09-10', pg_temp.document('x1'));
SELECT govern_w.sign_exclusion(:exclusion_id, 'icb', 'B. Signatory', 'director', '2024-09-10', 'x1');
SELECT govern_w.sign_exclusion(:exclusion_id, 'icb', 'B. Signatory', 'director', '2024-09-10', pg_temp.document('x1'));
SELECT govern_w.exclusion_effect('GUARANTEE', '[2024-04-01,2025-04-01)') AS one_signature;
SELECT govern_w.sign_exclusion(:exclusion_id, 'supplier', 'A. Signatory', 'director', '2024-09-12', pg_temp.document('x1'));
SELECT govern_w.sign_exclusion(:unsigned_id, 'supplier', 'A. Signatory', 'director', '2024-11-12', pg_temp.document('x2'));
SELECT govern_w.exclusion_effect('GUARANTEE', '[2024-04-01,2025-04-01)') AS both_signed, govern_w.exclusion_effect('GUARANTEE', '[2024-04-01,2024-09-01)') AS before;
SELECT happened_on, owner, what, effect_gbp, counts, signed, waiting_for FROM govern_w_reporting.exclusion_register ORDER BY exclusion_id;
UPDATE govern_w.exclusion_event SET effect = 0;
SELECT * FROM govern_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'restated');
SELECT benchmark, excluded, actual, baseline_version FROM govern_w.record_inputs_from_measures('GUARANTEE', '[2024-04-01,2025-04-01)');
SELECT line_order, line_code, words, amount_gbp FROM govern_w_reporting.settlement_benchmark WHERE contract_id = 'GUARANTEE' ORDER BY line_order;
SELECT line_code, amount, party FROM govern_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'restated') WHERE line_code = 'settlement' OR party IS NOT NULL;

-- Variations ------------------------------------------------------------------------------------
INSERT INTO govern_w.contract_terms (contract_id, version, valid, shape, measure, curve, split, counterparty, source, sign_off, required_signatures, baseline_version)
VALUES ('GUARANTEE', 2, '[2025-04-01,2026-04-01)', 'guarantee', 'actual - benchmark', 'gain 0..:20% max 150000; loss 0..:100% max 300000',
        'supplier 1', 'icb', 'variation 1', 'none', '{*}', 1);
SELECT govern_w.add_signature('GUARANTEE', 2, p.party, 'A. Signatory', 'director', '2025-03-28', pg_temp.document('v2')) FROM (VALUES ('supplier'), ('icb')) p (party);
SELECT govern_w.sign_terms('GUARANTEE', 2, 'Chief finance officer');
SELECT govern_w.propose_variation('GUARANTEE', 1, 3, 'icb', 'one rate is enough');
SELECT govern_w.propose_variation('GUARANTEE', 2, 1, 'icb', 'one rate is enough');
SELECT govern_w.propose_variation('GUARANTEE', 1, 2, 'icb', '');
SELECT govern_w.propose_variation('GUARANTEE', 1, 2, 'icb', 'one rate is enough') AS v \gset
SELECT govern_w.propose_variation('GUARANTEE', 1, 2, 'icb', 'twice');
SELECT govern_w.decide_variation(0, 'agreed');
SELECT govern_w.decide_variation(:v, 'perhaps');
SELECT govern_w.decide_variation(:v, 'agreed');
SET SESSION AUTHORIZATION govern_anna;
SET govern_w.today = '2025-06-30';
SELECT govern_w.decide_variation(:v, 'withdrawn');
UPDATE govern_w.contract_terms SET discount = 0.01 WHERE version = 2 AND contract_id = 'GUARANTEE';
SELECT govern_w.decide_variation(:v, 'agreed');
UPDATE govern_w.contract_terms SET discount = NULL WHERE version = 2 AND contract_id = 'GUARANTEE';
SELECT govern_w.decide_variation(:v, 'agreed', 'board of 2 April');
SELECT govern_w.decide_variation(:v, 'rejected');
UPDATE govern_w.variation SET effect = '{}';
-- 650,000 x 20 % = 130,000 in place of 145,000
SELECT from_version, to_version, proposing_party, reason, proposed_by, decision, decided_by, decision_note, party, effect_gbp, effect_note FROM govern_w_reporting.variation_log ORDER BY party;
-- the agreed variation makes room for itself
SELECT govern_w.sign_terms('GUARANTEE', 2, 'Chief finance officer');
SELECT version, valid, signed_by, signed_hash = govern_w.terms_hash(t) AS kept FROM govern_w.contract_terms t WHERE contract_id = 'GUARANTEE' ORDER BY version;

-- another baseline for the year that was settled comes by a variation too: 3,100,000 - 50,000 = 3,050,000, 550,000 x 20 % = 110,000 in place of 130,000
SELECT govern_w.approve_baseline('GUARANTEE', 2);
INSERT INTO govern_w.contract_terms (contract_id, version, valid, shape, measure, curve, split, counterparty, source, sign_off, required_signatures, baseline_version)
VALUES ('GUARANTEE', 3, '[2025-03-31,2026-04-01)', 'guarantee', 'actual - benchmark', 'gain 0..:20% max 150000; loss 0..:100% max 300000',
        'supplier 1', 'icb', 'variation 2', 'none', '{*}', 2);
SELECT govern_w.propose_variation('GUARANTEE', 2, 3, 'supplier', 'a service moved in') AS v \gset
SELECT proposing_party, decision, party, effect_gbp FROM govern_w_reporting.variation_log WHERE variation_id = :v ORDER BY party;
SELECT govern_w.decide_variation(:v, 'withdrawn');
SELECT decision, decided_by = proposed_by AS same FROM govern_w.variation WHERE variation_id = :v;

-- Measures --------------------------------------------------------------------------------------
CREATE TABLE govern_data.activity (day date, cost numeric, ready boolean);
INSERT INTO govern_data.activity VALUES ('2023-05-01', 100.10, true), ('2023-06-01', 200.20, true), ('2023-07-01', 300.30, false),
                                        ('2025-05-01', 110.11, true), ('2025-06-01', 90.09, true), ('2025-06-02', 50.505, false), ('2026-03-01', 40, true);
INSERT INTO govern_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ALLIANCE', 3, '[2025-04-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 1', 'icb', 'letter', 'none');
INSERT INTO govern_w.terms_indicator (contract_id, version, indicator_order, name, weight) VALUES ('ALLIANCE', 3, 1, 'ready on time', 1);
SELECT govern_w.define_measure('ALLIANCE', 'cost', 'Cost of the cohort', 'SELECT count(*), sum(cost) FROM activity WHERE $1 @> day', '[2023-04-01,2024-04-01)') AS version;
SELECT govern_w.use_measure('ALLIANCE', 3, 'costs', 'actual');
SELECT govern_w.use_measure('ALLIANCE', 3, 'cost', 'actual');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
CREATE FUNCTION pg_temp.again(body text, minimum_n bigint DEFAULT 1) RETURNS integer LANGUAGE sql AS $$
    DELETE FROM govern_w.terms_measure WHERE measure_name = 'cost';
    SELECT govern_w.define_measure('ALLIANCE', 'cost', 'Cost of the cohort', body, '[2023-04-01,2024-04-01)', 'non-contract activity', minimum_n, 10);
    SELECT govern_w.use_measure('ALLIANCE', 3, 'cost', 'actual');
    SELECT max(measure_version) FROM govern_w.measure $$;
-- an error, no row, two rows, NULL, too few, a change of data, a second statement, one column
SELECT pg_temp.again('SELECT 0, 1 / 0');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT pg_temp.again('SELECT 1, 1 WHERE false');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT pg_temp.again('SELECT 1, 1 UNION ALL SELECT 1, 1');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT pg_temp.again('SELECT count(*), sum(cost) FROM govern_data.activity WHERE $1 @> day AND cost < 0');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT pg_temp.again('SELECT count(*), sum(cost) FROM govern_data.activity WHERE $1 @> day', 4);
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
CREATE FUNCTION govern_data.spend() RETURNS numeric LANGUAGE sql AS $$ DELETE FROM govern_data.activity; SELECT 1.0 $$;
SELECT pg_temp.again('SELECT 5, govern_data.spend()');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT pg_temp.again('SELECT 5, 1) AS m (n, value); DELETE FROM govern_data.activity; SELECT 1, 2 FROM (SELECT 1, 2');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT pg_temp.again('SELECT 5');
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
SELECT count(*) AS still_there, current_setting('transaction_read_only') AS read_only FROM govern_data.activity;
-- one that works: 100.10 + 200.20 + 300.30 in the baseline year, on n = 3
SELECT pg_temp.again('SELECT count(*), sum(cost) FROM govern_data.activity WHERE $1 @> day;', 3);
SELECT govern_w.define_measure('ALLIANCE', 'ready', 'Ready on the day', 'SELECT count(*), avg(ready::integer) FROM govern_data.activity WHERE $1 @> day', '[2023-04-01,2024-04-01)');
SELECT govern_w.use_measure('ALLIANCE', 3, 'ready', 'indicator', 'ready on time');
-- version 1 runs to the end of March: this one follows it
SELECT govern_w.sign_terms('ALLIANCE', 3, 'Chief finance officers');
-- the fingerprint does not depend on how a session writes dates
SET datestyle = 'German';
SELECT t.signed_hash = govern_w.terms_hash(t) AS kept FROM govern_w.contract_terms t WHERE (contract_id, version) = ('ALLIANCE', 3);
RESET datestyle;
SELECT govern_w.use_measure('ALLIANCE', 3, 'ready', 'score');
UPDATE govern_w.measure SET minimum_n = 1;
SELECT n, value FROM govern_w.compute_measure('ALLIANCE', 'cost', '[2023-04-01,2024-04-01)');
SELECT govern_w.compute_measure('ALLIANCE', 'costs', '[2025-04-01,2025-07-01)');
SELECT govern_w.compute_measure('ALLIANCE', 'cost', '[2025-05-01,2025-06-01)');
-- the inputs of a quarter: 110.11 + 90.09 + 50.505 = 250.705, 250.71 in pence; two of three ready
INSERT INTO govern_w.settlement_input (contract_id, period, benchmark, source) VALUES ('ALLIANCE', '[2025-04-01,2025-07-01)', 350.71, 'plan');
SELECT benchmark, actual, data_cutoff, source FROM govern_w.record_inputs_from_measures('ALLIANCE', '[2025-04-01,2025-07-01)');
SELECT name, round(score, 6) AS score, volume FROM govern_w.settlement_indicator_input;
-- half of 100.00, two thirds of it: 33.33
SELECT line_code, amount FROM govern_w.settle_contract('ALLIANCE', '[2025-04-01,2025-07-01)', 'interim') WHERE line_code = 'settlement' OR party IS NOT NULL;
-- an exclusion that both have signed counts without a baseline too: 350.71 - 50.71 = 300.00, half of 49.29 and two thirds of that: 16.43
SELECT govern_w.record_exclusion('ALLIANCE', '2025-06-11', 'icb', 'a list was closed', -50.71) AS exclusion_id \gset
SELECT count(govern_w.sign_exclusion(:exclusion_id, p.party, 'A. Signatory', 'director', '2025-06-20', pg_temp.document('x3'))) AS signatures FROM (VALUES ('acute'), ('icb')) p (party);
SELECT * FROM govern_w.settle_contract('ALLIANCE', '[2025-04-01,2025-07-01)', 'flex');
SELECT benchmark, excluded, actual FROM govern_w.record_inputs_from_measures('ALLIANCE', '[2025-04-01,2025-07-01)');
SELECT benchmark, excluded, actual FROM govern_w.record_inputs_from_measures('ALLIANCE', '[2025-04-01,2025-07-01)');
SELECT line_order, line_code, words, amount_gbp FROM govern_w_reporting.settlement_benchmark WHERE contract_id = 'ALLIANCE' ORDER BY line_order;
SELECT line_code, amount FROM govern_w.settle_contract('ALLIANCE', '[2025-04-01,2025-07-01)', 'flex') WHERE line_code = 'settlement' OR party IS NOT NULL;
-- a newer definition does not settle terms that name an older one; a text that was changed does not at all
SELECT govern_w.define_measure('ALLIANCE', 'cost', 'Other cost', 'SELECT 100, 1', '[2023-04-01,2024-04-01)') > 1 AS newer;
SELECT n, value FROM govern_w.compute_measure('ALLIANCE', 'cost', '[2025-04-01,2025-07-01)');
ALTER TABLE govern_w.measure DISABLE TRIGGER ALL;
UPDATE govern_w.measure SET sql_text = 'SELECT 100, 1' WHERE measure_name = 'ready';
SELECT govern_w.compute_measure('ALLIANCE', 'ready', '[2025-04-01,2025-07-01)');
UPDATE govern_w.measure SET sql_hash = govern_w.text_hash(sql_text) WHERE measure_name = 'ready';
SELECT govern_w.compute_measure('ALLIANCE', 'ready', '[2025-04-01,2025-07-01)');
ALTER TABLE govern_w.measure ENABLE TRIGGER ALL;
SELECT measure_name, measure_version, exclusions, minimum_n, period_from, period_to, n, result FROM govern_w_reporting.measure_history WHERE n IS NOT NULL ORDER BY measure_name, computed_at;
-- with the rights of who asks
GRANT USAGE ON SCHEMA govern_w TO govern_clerk;
GRANT SELECT ON ALL TABLES IN SCHEMA govern_w TO govern_clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA govern_w TO govern_clerk;
SET ROLE govern_clerk;
SELECT govern_w.compute_measure('ALLIANCE', 'cost', '[2025-04-01,2025-07-01)');
RESET ROLE;

-- Terms from a template, and every clause in words --------------------------------------------------
SELECT govern_w.draft_terms('ALLIANCE', 'no such shape', '{}', '[2026-04-01,2027-04-01)', 'acute 1', 'icb', 'offer');
SELECT govern_w.draft_terms('ALLIANCE', 'cap_and_collar', '{}', '[2026-04-01,2027-04-01)', 'acute 1', 'icb', 'offer') AS version;
SELECT govern_w.sign_terms('ALLIANCE', 4, 'Chief finance officers');
SELECT version, signed, clause_order, clause, words, value, spoken FROM govern_w_reporting.contract_term_list WHERE (contract_id, version) IN (('GUARANTEE', 1), ('ALLIANCE', 3), ('ALLIANCE', 4))
ORDER BY contract_id, version, clause_order;

DROP FUNCTION pg_temp.again(text, bigint);
RESET SESSION AUTHORIZATION;
DROP SCHEMA govern_w, govern_w_identity, govern_w_reporting, govern_data CASCADE;
DROP ROLE govern_anna, govern_ben, govern_clerk;
