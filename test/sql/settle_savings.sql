-- Savings under a guarantee: identified, agreed, verified, cash; each counted once; only what is verified settles.
-- Worked by hand: guarantee 3,000,000; gain 20 % of the first 500,000 above it, then 30 %, at most 150,000; a shortfall is made good up to 300,000.
--   verified 2,900,000: -100,000;  verified 3,600,000: 100,000 + 30 % of 100,000 = 130,000
\set SHOW_CONTEXT never
\pset null '-'
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('saving_w', 'settlement', 1);
DROP ROLE IF EXISTS saving_anna, saving_ben, saving_carla, saving_reader;
CREATE ROLE saving_anna SUPERUSER;
CREATE ROLE saving_ben SUPERUSER;
CREATE ROLE saving_carla SUPERUSER;
SET search_path = '';
INSERT INTO saving_w.contract (contract_id, title, basis, valid) VALUES
    ('GUARANTEE', 'Support with a guarantee', 'risk_share', '[2024-04-01,2026-04-01)'), ('ALLIANCE', 'Community alliance', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO saving_w.contract_terms (contract_id, version, valid, shape, measure, curve, split, counterparty, source, sign_off, actual_from)
VALUES ('GUARANTEE', 1, '[2024-04-01,2026-04-01)', 'guarantee', 'actual - benchmark', 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000',
        'supplier 1', 'icb', 'agreement', 'none', 'verified savings');
SELECT saving_w.sign_terms('GUARANTEE', 1, 'Chief finance officer');

-- claims, and what a claim must say
SET SESSION AUTHORIZATION saving_anna;
SELECT saving_w.claim_saving('NONE', 'Falls', '[2024-04-01,2025-04-01)', 'Falls clinic', 'icb', 'supplier', 1);
SELECT saving_w.claim_saving('GUARANTEE', ' ', '[2024-04-01,2025-04-01)', 'Falls clinic', 'icb', 'supplier', 1);
SELECT saving_w.claim_saving('GUARANTEE', 'Falls', '[2024-04-01,2025-04-01)', 'Falls clinic', 'icb', '', 1);
SELECT saving_w.claim_saving('GUARANTEE', 'Falls', '[2024-04-01,)', 'Falls clinic', 'icb', 'supplier', 1);
SELECT saving_w.claim_saving('GUARANTEE', 'Falls', '[2024-04-01,2025-04-01)', 'Falls clinic', 'icb', 'supplier', 1.005);
SELECT saving_w.claim_saving('GUARANTEE', 'Falls', '[2024-04-01,2025-04-01)', 'Falls clinic', 'icb', 'supplier', 1, false, 2);
SELECT saving_w.claim_saving('GUARANTEE', 'Falls clinic', '[2024-04-01,2025-04-01)', 'Fewer admissions after a fall', 'icb', 'supplier', 3100000, true, 4000000) AS falls \gset
SELECT saving_w.claim_saving('GUARANTEE', 'Biosimilars', '[2024-10-01,2025-04-01)', 'Switch to biosimilars', 'supplier', 'supplier', 900000) AS drugs \gset

-- the same scheme and days count once, however it is written and wherever it is claimed
SELECT saving_w.claim_saving('ALLIANCE', 'FALLS clinic ', '[2025-03-01,2025-06-01)', 'Fewer admissions after a fall', 'acute', 'acute', 500000);
SELECT saving_w.claim_saving('GUARANTEE', 'Falls clinic', '[2024-04-01,2024-05-01)', 'again', 'icb', 'supplier', 1);
INSERT INTO saving_w.saving (contract_id, scheme, scheme_period, title, originator, claimant, recurrent, identified_amount) VALUES ('ALLIANCE', 'falls CLINIC', '[2025-03-31,2025-04-01)', 't', 'o', 'c', false, 1);
SELECT saving_w.claim_saving('ALLIANCE', 'Falls clinic', '[2025-04-01,2025-06-01)', 'Days that the other claim leaves', 'acute', 'acute', 500000) AS later \gset

-- step by step, by several people
SELECT saving_w.verify_saving(:falls, 2900000, 'counts of admissions');
SELECT saving_w.cash_saving(:falls, 1);
SELECT saving_w.agree_saving(0);
SET SESSION AUTHORIZATION saving_ben;
SELECT saving_w.agree_saving(:falls, 3000000, 'minutes of 4 May');
SELECT saving_w.agree_saving(:falls);
SELECT saving_w.agree_saving(:drugs);
SELECT saving_w.verify_saving(:falls, 2900000, 'counts of admissions');
SET SESSION AUTHORIZATION saving_anna;
SELECT saving_w.verify_saving(:falls, 2900000, 'counts of admissions');
SET SESSION AUTHORIZATION saving_carla;
SELECT saving_w.verify_saving(:falls, NULL, 'counts of admissions');
SELECT saving_w.verify_saving(:falls, 'NaN', 'counts of admissions');
SELECT saving_w.verify_saving(:falls, 2900000, ' ');
-- nothing is verified yet, whatever is identified and agreed
SELECT saving_w.verified_savings('GUARANTEE', '[2024-04-01,2025-04-01)') AS verified;
SELECT saving_w.verify_saving(:falls, 2900000, 'counts of admissions');
SELECT saving_w.verified_savings('GUARANTEE', '[2024-04-01,2025-04-01)') AS year, saving_w.verified_savings('GUARANTEE', '[2024-04-01,2025-03-31)') AS too_short,
       saving_w.verified_savings('ALLIANCE', '[2024-04-01,2026-04-01)') AS elsewhere;

-- what is identified or agreed does not settle
INSERT INTO saving_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('GUARANTEE', '[2024-04-01,2025-04-01)', 3000000, 4000000, 'as claimed');
SELECT * FROM saving_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'interim');
SELECT benchmark, actual, source FROM saving_w.record_inputs_from_measures('GUARANTEE', '[2024-04-01,2025-04-01)');
SELECT line_code, amount, party FROM saving_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'interim') WHERE line_code = 'settlement' OR party IS NOT NULL;
-- another saving is verified: inputs recorded before no longer settle; the difference is posted
SELECT saving_w.verify_saving(:drugs, 700000, 'price list and volumes');
SELECT * FROM saving_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'final');
SELECT actual FROM saving_w.record_inputs_from_measures('GUARANTEE', '[2024-04-01,2025-04-01)');
SELECT line_code, amount, party FROM saving_w.settle_contract('GUARANTEE', '[2024-04-01,2025-04-01)', 'final') WHERE line_code = 'settlement' OR party IS NOT NULL;

-- cash is at most what was verified, and changes nothing in the settlement
SELECT saving_w.cash_saving(:drugs, 700000.01);
SELECT saving_w.cash_saving(:drugs, 650000, 'budget reduced in month 9');
SELECT saving_w.verified_savings('GUARANTEE', '[2024-04-01,2025-04-01)') AS year;
SELECT saving_w.reject_saving(:drugs, 'too late');
-- a rejected claim frees its scheme and days
SELECT saving_w.reject_saving(:later, '');
SELECT saving_w.reject_saving(:later, 'the clinic closed');
SELECT saving_w.reject_saving(:later, 'twice');
SELECT saving_w.claim_saving('GUARANTEE', 'falls clinic', '[2025-04-01,2026-04-01)', 'Second year', 'icb', 'supplier', 1000000, true) > :later AS claimed;
-- what is recorded stays
UPDATE saving_w.saving SET verified_amount = 1 WHERE saving_id = :falls;
UPDATE saving_w.saving SET status = 'identified' WHERE saving_id = :falls;
DELETE FROM saving_w.saving;
UPDATE saving_w.saving_event SET amount = 0;
TRUNCATE saving_w.saving_event;

SELECT event_no, from_status, to_status, amount, note, recorded_by FROM saving_w.saving_event WHERE saving_id = :falls ORDER BY event_no;
SELECT event_no, from_status, to_status, amount, note, recorded_by FROM saving_w.saving_event WHERE saving_id IN (:drugs, :later) ORDER BY saving_id, event_no;
SELECT scheme, contract_id, period_from, period_to, originator, claimant, recurrent, status, identified_gbp, agreed_gbp, verified_gbp, cash_gbp, full_year_gbp, verified_by
FROM saving_w_reporting.saving_register ORDER BY saving_id;
SELECT * FROM saving_w_reporting.saving_position ORDER BY contract_id, claimant;

RESET SESSION AUTHORIZATION;
DROP SCHEMA saving_w, saving_w_identity, saving_w_reporting CASCADE;
DROP ROLE saving_anna, saving_ben, saving_carla;
