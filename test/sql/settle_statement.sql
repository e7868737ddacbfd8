-- The statement of a settlement as rows, text, page and bundle; what is told beside it; positions, forecast, money at risk.
SELECT commissioning.create_warehouse('st_w', purpose => 'settlement', person_partitions => 1);
SET search_path = '';
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset null '-'

INSERT INTO st_w.contract (contract_id, title, basis, valid) VALUES
    ('ALLIANCE', 'Community & <alliance>', 'risk_share', '[2024-04-01,2026-04-01)'), ('SAVER', 'Savings guarantee', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, clauses, source, sign_off)
VALUES ('ALLIANCE', 1, '[2024-04-01,2026-04-01)', 'alliance', 'gain cliff 1% 0..5%:40%, 5%..:0%; loss 0..5%:40% max 1000000',
        'acute 50%, community 30%, gp 20%', 'icb', '{"share": "Schedule 3, 2.1"}', 'signed contract', 'none');
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, measure, curve, split, counterparty, source, sign_off)
VALUES ('SAVER', 1, '[2024-04-01,2026-04-01)', 'guarantee', 'actual - benchmark', 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000', 'supplier 1', 'icb', 'signed contract', 'none');
SELECT st_w.sign_terms('ALLIANCE', 1, 'Chief finance officers'), st_w.sign_terms('SAVER', 1, 'Chief finance officers');
INSERT INTO st_w.settlement_input (contract_id, period, benchmark, actual, size, data_cutoff, source) VALUES
    ('ALLIANCE', '[2024-04-01,2024-10-01)', 25000000, 24111222.33, 12000, '2024-11-01', 'month 6 flex'),
    ('ALLIANCE', '[2024-04-01,2025-01-01)', 37500000, 37400000, 12000, '2025-02-01', 'month 9 <flex>'),
    ('SAVER', '[2024-04-01,2025-04-01)', 3000000, 2900000, NULL, '2025-05-01', 'verified savings');

-- 888,777.67 x 40 % = 355,511.068 -> 355,511.07, over 50/30/20: 177,755.535, 106,653.321, 71,102.214 -> the odd penny to acute
SELECT count(*) FROM st_w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'interim');
-- standard error 25,000,000 x 2 / sqrt(12,000) = 456,435.46; 1.959964 of it are 894,597.07; Phi(-1.94722) = 2.6 %
SELECT line_order, line_code, clause, words, formula, inputs, rounding, band, amount_gbp FROM st_w_reporting.settlement_statement WHERE run_id = 1 ORDER BY line_order;
SELECT party, amount_gbp, posted_before_gbp, posted_gbp, contested_gbp, due_gbp FROM st_w_reporting.settlement_statement WHERE run_id = 1 AND party IS NOT NULL ORDER BY line_order;
SELECT DISTINCT kind, status, terms_signed_by, data_cutoff, length(terms_hash) AS terms, length(input_hash) AS inputs, engine_version = commissioning.version() AS ours FROM st_w_reporting.settlement_statement WHERE run_id = 1;

-- the next result falls short of 1 % of 37,500,000 = 375,000 by 275,000; at the gate 40 % of it, 150,000, a penny before nothing; all is taken back
SELECT count(*) FROM st_w.settle_contract('ALLIANCE', '[2024-04-01,2025-01-01)', 'flex');
SELECT words, formula, amount_gbp, posted_before_gbp, posted_gbp, due_gbp FROM st_w_reporting.settlement_statement WHERE run_id = 2 AND line_order > 1000 ORDER BY line_order;
SELECT side, is_side_of_result, difference_gbp, gate_gbp, is_met, distance_gbp, settlement_gbp, settlement_at_gate_gbp, settlement_below_gbp, money_at_gate_gbp, actual_at_gate_gbp
FROM st_w_reporting.gate_distance ORDER BY run_id;
SELECT run_id, size, benchmark_gbp, saving_gbp, saving_pct, std_error_gbp, lower_gbp, upper_gbp, no_saving_pct, minimum_rate_pct FROM st_w_reporting.saving_confidence ORDER BY run_id;
-- a contested part is due to nobody yet, on both sides
SELECT st_w.contest_line(2, 1, 1000, 'double counted with another scheme');
SELECT party, posted_gbp, contested_gbp, due_gbp FROM st_w_reporting.settlement_statement WHERE run_id = 2 AND party IS NOT NULL ORDER BY line_order;
SELECT st_w.record_payment('ALLIANCE', 'acute', '2024-12-01', 177755.54, 'BACS 1');
SELECT contract_id, party, posted_gbp, contested_gbp, held_gbp, paid_gbp, due_gbp, runs FROM st_w_reporting.settlement_position ORDER BY contract_id, party;
SELECT sum(posted_gbp) AS posted, sum(held_gbp) AS held, sum(paid_gbp) AS paid, sum(due_gbp) AS due FROM st_w_reporting.settlement_position;

-- a guarantee: 100,000 short is made good; no population, so no word on chance; at most 150,000 and 300,000
SELECT line_code, amount, party FROM st_w.settle_contract('SAVER', '[2024-04-01,2025-04-01)', 'final') WHERE line_code IN ('settlement', 'party', 'counterparty');
SELECT count(*) FILTER (WHERE line_code = 'chance') AS chance, count(*) FILTER (WHERE line_code = 'to_gate') AS to_gate FROM st_w_reporting.settlement_statement WHERE run_id = 3;
SELECT run_id, pot_order, pot, pot_gbp, kept_gbp, open_gbp, meaning FROM st_w_reporting.pot_at_risk ORDER BY run_id, pot_order;
-- steps joined end to end
SELECT step, step_kind, from_gbp, delta_gbp, to_gbp, formula FROM st_w_reporting.settlement_waterfall WHERE run_id = 1 ORDER BY step_order;
SELECT bool_and(from_gbp + delta_gbp = to_gbp) AS joined FROM st_w_reporting.settlement_waterfall;

-- nine months of the year: 275 of 365 days, 197 of 261 working days; benchmark 37,500,000 / share
SELECT contract_id, method, year_passed, benchmark_gbp, actual_gbp, difference_gbp, settlement_gbp, settled_so_far_gbp FROM st_w_reporting.settlement_forecast ORDER BY contract_id, method;
-- a profile: winter weighs twice as much, 9 of 12 months are 9 / 15 = 0.6 (January to March 2 each); the plan of the year where it is recorded
INSERT INTO st_w.plan_profile SELECT 'ALLIANCE', m, CASE WHEN extract(month FROM m) <= 3 THEN 2 ELSE 1 END, 'plan' FROM pg_catalog.generate_series('2024-04-01'::timestamp, '2025-03-01', '1 month') m;
INSERT INTO st_w.settlement_input (contract_id, period, benchmark, source) VALUES ('ALLIANCE', '[2024-04-01,2025-04-01)', 63000000, 'plan of the year');
SELECT method, year_passed, benchmark_gbp, actual_gbp, difference_gbp, settlement_gbp FROM st_w_reporting.settlement_forecast WHERE contract_id = 'ALLIANCE' AND method = 'plan profile';

-- a support contract: fee 250,000; of 3,400,000 identified 2,900,000 are verified and 2,000,000 cash; 100,000 made good: 2,900,000 / 250,000 = 11.6, / 150,000 = 19.33
INSERT INTO st_w.saving (contract_id, scheme, scheme_period, title, originator, claimant, recurrent, identified_amount, agreed_amount, verified_amount, cash_amount, status, identified_by, agreed_by, verified_by) VALUES
    ('SAVER', 'referrals', '[2024-04-01,2025-04-01)', 'Fewer referrals', 'commissioner', 'supplier', true, 2000000, 2000000, 2000000, 2000000, 'cash', 'a', 'b', 'c'),
    ('SAVER', 'prescribing', '[2024-04-01,2025-04-01)', 'Prescribing', 'supplier', 'supplier', false, 1200000, 1000000, 900000, NULL, 'verified', 'a', 'b', 'c'),
    ('SAVER', 'beds', '[2024-10-01,2025-04-01)', 'Beds', 'supplier', 'supplier', false, 200000, NULL, NULL, NULL, 'identified', 'a', NULL, NULL),
    ('SAVER', 'stock', '[2024-04-01,2025-04-01)', 'Stock', 'supplier', 'supplier', false, 999999, NULL, NULL, NULL, 'rejected', 'a', NULL, NULL);
UPDATE st_w.settlement_input SET fee = 250000 WHERE contract_id = 'SAVER';
SELECT count(*) FROM st_w.settle_contract('SAVER', '[2024-04-01,2025-04-01)', 'restated');
SELECT contract_id, fee_gbp, guaranteed_gbp, schemes, identified_gbp, agreed_gbp, verified_gbp, cash_gbp, settlement_gbp, cost_gbp, verified_per_pound_of_fee, cash_per_pound_of_fee, verified_per_pound_spent, net_return_gbp
FROM st_w_reporting.support_contract_return;

-- every other clause: 25,000,000 x 12,100 / 12,000 x 1.03 (risk held) x 0.97 = 25,185,645.83, of which 5 % = 1,259,282.29 withheld and 90 % earned back, 1,133,354.06;
-- a fee of 300,000 at risk, half of it lost at four fifths of the guarantee
INSERT INTO st_w.contract (contract_id, title, basis, valid) VALUES ('REACH', 'Capitated outcomes', 'risk_share', '[2024-04-01,2026-04-01)'), ('FEE', 'Fee at risk', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, curve, adjust, risk_limit, withhold, allowance, reopener, discount, split, counterparty, source, sign_off, contingency, minimum_size)
VALUES ('REACH', 1, '[2024-04-01,2026-04-01)', 'x', 'both 0..5%:50%, 5%..10%:35%, 10%..:15%', 'volume, risk', 0.03, 0.05, '>=0:0.5%', '2%', 0.03, 'acute 60%, community remaining', 'icb', 'signed contract', 'none', 1000, 100);
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, measure, curve, fee_at_risk, loss_rate, loss_rate_by, split, counterparty, source, sign_off)
VALUES ('FEE', 1, '[2024-04-01,2026-04-01)', 'guarantee_step', 'actual - benchmark', 'gain 0..:20% max 150000; loss 0..:0%', 300000, '>=85%:25%, >=70%:50% else 100%', 'ratio', 'supplier 1', 'icb', 'signed contract', 'none');
INSERT INTO st_w.terms_indicator (contract_id, version, indicator_order, name, weight, scale) VALUES ('REACH', 1, 1, 'falls', 3, 'linear 60%:0%, 85%:100%'), ('REACH', 1, 2, 'flow', 1, NULL);
SELECT st_w.sign_terms('REACH', 1, 'Chief finance officers'), st_w.sign_terms('FEE', 1, 'Chief finance officers');
INSERT INTO st_w.settlement_input (contract_id, period, benchmark, actual, size, score, volume, plan_volume, risk, plan_risk, data_cutoff, source) VALUES
    ('REACH', '[2024-04-01,2025-04-01)', 25000000, 24111222.33, 12000, 0.9, 12100, 12000, 1.08, 1.01, '2025-05-01', 'month 12'),
    ('FEE', '[2024-04-01,2025-04-01)', 3000000, 2400000, NULL, NULL, NULL, NULL, NULL, NULL, '2025-05-01', 'verified savings');
INSERT INTO st_w.settlement_indicator_input (contract_id, period, name, score) VALUES ('REACH', '[2024-04-01,2025-04-01)', 'falls', 0.775), ('REACH', '[2024-04-01,2025-04-01)', 'flow', 0.5);
SELECT count(*) FROM st_w.settle_contract('REACH', '[2024-04-01,2025-04-01)', 'final');
SELECT count(*) FROM st_w.settle_contract('FEE', '[2024-04-01,2025-04-01)', 'final');
SELECT line_order, line_code, clause, words, formula, inputs, amount_gbp FROM st_w_reporting.settlement_statement WHERE contract_id = 'REACH' AND party IS NULL ORDER BY line_order;
-- three quarters and one quarter of the share 411,098.34: 308,323.76 at 70 %, 102,774.59 at 50 %
SELECT contract_id, pot_order, pot, pot_gbp, kept_gbp, open_gbp FROM st_w_reporting.pot_at_risk WHERE contract_id IN ('REACH', 'FEE') AND pot <> 'gain' ORDER BY contract_id, pot_order;
SELECT step, from_gbp, delta_gbp, to_gbp FROM st_w_reporting.settlement_waterfall WHERE contract_id = 'REACH' ORDER BY step_order;

-- as text: read line by line, never wider than 100; what moves with the day is blanked
\pset format unaligned
\pset tuples_only on
SELECT pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(st_w.statement_text(1), 'on [0-9]+ [A-Z][a-z]+ 20[0-9]+', 'on DAY', 'g'), 'from 1 [A-Z][a-z]+ 20[0-9]+', 'from DAY'), '[0-9a-f]{64}', 'HASH', 'g'), '(Prepared|Posted)( +)\w+', '\1\2LOGIN', 'g');
\pset format aligned
\pset tuples_only off
SELECT r.run_id, max(length(l)) <= 100 AS fits FROM st_w.settlement_run r, LATERAL pg_catalog.string_to_table(st_w.statement_text(r.run_id), E'\n') l GROUP BY r.run_id ORDER BY r.run_id;
SELECT st_w.statement_text(99);
-- as a page: well-formed, everything escaped, four pictures: waterfall, curve, money at risk, positions
SELECT r.run_id, pg_catalog.regexp_count(p.page, '<svg ') AS pictures, p.page !~ '& <alliance>|<flex>' AS escaped, p.page ~ 'Community &amp; &lt;alliance&gt;' AS titled, xmlparse(document p.page) IS NOT NULL AS well_formed
FROM st_w.settlement_run r CROSS JOIN LATERAL (SELECT pg_catalog.replace(st_w.statement_page(r.run_id), '<!DOCTYPE html>', '') AS page) p ORDER BY r.run_id;
SELECT st_w.statement_page(99);
-- an illustration says so
SELECT count(*) FROM st_w.settle_contract('ALLIANCE', '[2024-04-01,2025-01-01)', 'illustrative');
SELECT st_w.statement_page(max(run_id)) LIKE '%An illustration: it posts nothing.%' AS page, st_w.statement_text(max(run_id)) LIKE '%an illustration, which posts nothing%' AS text,
       (SELECT pg_catalog.string_agg(DISTINCT s.status || ' ' || s.posted_gbp, ', ') FROM st_w_reporting.settlement_statement s WHERE s.run_id = max(r.run_id) AND s.party IS NOT NULL) AS rows
FROM st_w.settlement_run r;

-- payments on account, a dispute that was won in part, and the settlement between and after them: 120,000.07 / 12 = 10,000.01 a month;
-- 444,388.84 less 20,000.01 on account; 600 of 1,000 upheld against acute
INSERT INTO st_w.contract (contract_id, title, basis, valid) VALUES ('ACCOUNT', 'On account', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
VALUES ('ACCOUNT', 1, '[2024-04-01,2026-04-01)', 'x', 'both 0..:50%', 'acute 60%, community remaining', 'icb', 'signed contract', 'none');
SELECT st_w.sign_terms('ACCOUNT', 1, 'Chief finance officers');
INSERT INTO st_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('ACCOUNT', '[2024-04-01,2024-10-01)', 25000000, 24111222.33, 'month 6'), ('ACCOUNT', '[2024-04-01,2025-01-01)', 35000000, 34111222.33, 'month 9');
SELECT st_w.plan_on_account('ACCOUNT', '[2024-04-01,2025-04-01)', 120000.07);
SELECT count(st_w.post_on_account('ACCOUNT', m)) FROM (VALUES ('2024-04-01'::date), ('2024-05-01')) v (m);
SELECT count(*) FROM st_w.settle_contract('ACCOUNT', '[2024-04-01,2024-10-01)', 'interim');
SELECT st_w.resolve_suspense(st_w.contest_line(max(r.run_id), 1, 1000, 'double counted'), 400, 600, 'upheld in part') FROM st_w.settlement_run r;
SELECT count(*) FROM st_w.settle_contract('ACCOUNT', '[2024-04-01,2025-01-01)', 'interim');
SELECT kind, line_order, words, formula, amount_gbp, posted_before_gbp, posted_gbp, due_gbp FROM st_w_reporting.settlement_statement WHERE contract_id = 'ACCOUNT' AND party IS NOT NULL ORDER BY run_id, line_order;
SELECT r.kind, st_w.statement_text(r.run_id) LIKE E'%\nLINES %' AS lines, xmlparse(document pg_catalog.replace(st_w.statement_page(r.run_id), '<!DOCTYPE html>', '')) IS NOT NULL AS page FROM st_w.settlement_run r WHERE r.contract_id = 'ACCOUNT' ORDER BY r.run_id;
SELECT count(*) > 0 AS statement, (SELECT count(*) > 0 FROM st_w_reporting.gate_distance) AS gates, (SELECT count(*) > 0 FROM st_w_reporting.saving_confidence) AS chance, (SELECT count(*) > 0 FROM st_w_reporting.pot_at_risk) AS pots,
       (SELECT count(*) > 0 FROM st_w_reporting.settlement_forecast) AS forecast FROM st_w_reporting.settlement_statement;

-- parties that settle among themselves by what each holds: 100,000 over budget shared 60/40, a holds 70,000 of it and b 30,000: 10,000 move; signed by both
INSERT INTO st_w.contract (contract_id, title, basis, valid) VALUES ('POOL', 'Pool', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, curve, split, source, sign_off, required_signatures)
VALUES ('POOL', 1, '[2024-04-01,2026-04-01)', 'pool', 'both 0..:100%', 'a 60%, b 40%', 'signed contract', 'none', '{*}');
SELECT st_w.sign_terms('POOL', 1, 'nobody yet');
SELECT length(st_w.add_signature('POOL', 1, 'a', 'Finance', 'director of finance', '2024-03-28', pg_catalog.repeat('ab', 32))) > 0 AS a, length(st_w.add_signature('POOL', 1, 'b', 'Treasury', 'treasurer', '2024-03-29', pg_catalog.repeat('cd', 32))) > 0 AS b;
SELECT st_w.sign_terms('POOL', 1, 'Both members');
INSERT INTO st_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('POOL', '[2024-04-01,2025-04-01)', 1000000, 1100000, 'year end');
INSERT INTO st_w.settlement_own_input (contract_id, period, party, own_amount) VALUES ('POOL', '[2024-04-01,2025-04-01)', 'a', -70000), ('POOL', '[2024-04-01,2025-04-01)', 'b', -30000);
SELECT count(*) FROM st_w.settle_contract('POOL', '[2024-04-01,2025-04-01)', 'final');
SELECT party, words, inputs, formula, amount_gbp, due_gbp FROM st_w_reporting.settlement_statement WHERE contract_id = 'POOL' AND party IS NOT NULL ORDER BY line_order;
SELECT pg_catalog.regexp_replace(x.t, '.*\n(Signed[^\n]*).*', '\1') AS signed FROM (SELECT st_w.statement_text(max(run_id)) AS t FROM st_w.settlement_run WHERE contract_id = 'POOL') x;

-- a run as 0.3 kept it: no fingerprint of the terms, an MD5 of the inputs, parties in the ledger alone
INSERT INTO st_w.contract (contract_id, title, basis, valid) VALUES ('OLD', 'Settled before', 'risk_share', '[2023-04-01,2026-04-01)');
INSERT INTO st_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source) VALUES ('OLD', 1, '[2023-04-01,2026-04-01)', 'x', 'gain 0..:50%', 'acute 60%, community remaining', 'icb', 's');
WITH run AS (
    INSERT INTO st_w.settlement_run (contract_id, terms_version, period, kind, input_hash, inputs, amount, engine_version)
    VALUES ('OLD', 1, '[2023-04-01,2024-04-01)', 'final', pg_catalog.md5('x'), '{"benchmark": 1000, "actual": 900.01, "source": "year end"}', 50.00, '0.3') RETURNING run_id
), steps AS (
    INSERT INTO st_w.settlement_step (run_id, step, line_code, clause, formula, quantity, rate, exact_text, amount)
    SELECT run.run_id, s.step, s.line_code, s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount
    FROM run, commissioning.settle('{"curve": "gain 0..:50%"}'::jsonb::commissioning.settlement_terms, '{"benchmark": 1000, "actual": 900.01}'::jsonb::commissioning.settlement_inputs) s
)
INSERT INTO st_w.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period)
SELECT run.run_id, v.* FROM run, (VALUES (1, 'acute', 'party', 30.00, 0.00, 30.00, '[2023-04-01,2024-04-01)'::daterange), (2, 'community', 'party', 20.00, 0, 20.00, '[2023-04-01,2024-04-01)'), (3, 'icb', 'counterparty', -50.00, 0, -50.00, '[2023-04-01,2024-04-01)')) v;
SELECT line_order, words, formula, amount_gbp, posted_before_gbp, posted_gbp, due_gbp, status, terms_hash FROM st_w_reporting.settlement_statement WHERE contract_id = 'OLD' ORDER BY line_order;
SELECT pg_catalog.regexp_replace(x.t, '.*\n(Terms +no[^\n]*\nInputs[^\n]*).*', '\1') AS proof FROM (SELECT st_w.statement_text(max(run_id)) AS t FROM st_w.settlement_run WHERE contract_id = 'OLD') x;
SELECT count(*), bool_and(c.ok) AS all_right, pg_catalog.string_agg(c.item, ', ') FILTER (WHERE c.ok IS NULL) AS unjudged
FROM commissioning.check_bundle((SELECT st_w.settlement_bundle(max(run_id)) FROM st_w.settlement_run WHERE contract_id = 'OLD')) c;

-- the bundle is right in every line
SELECT line, item, expected, found, ok FROM commissioning.check_bundle(st_w.settlement_bundle(2)) WHERE line < 2000;
SELECT r.run_id, count(*) > 5 AS checked, bool_and(c.ok) AS all_right FROM st_w.settlement_run r CROSS JOIN LATERAL commissioning.check_bundle(st_w.settlement_bundle(r.run_id)) c GROUP BY r.run_id ORDER BY r.run_id;
-- one penny more anywhere is noticed, even by who makes the hash anew
CREATE TEMP TABLE penny AS
SELECT b.run_id, k.list || ' ' || e.i || ' ' || f.field AS place,
       (SELECT pg_catalog.count(*) FILTER (WHERE NOT c.ok) FROM commissioning.check_bundle(t.bundle || pg_catalog.jsonb_build_object('bundle_hash', commissioning.document_hash(t.bundle - 'bundle_hash'))) c) AS noticed
FROM (SELECT r.run_id, st_w.settlement_bundle(r.run_id) AS bundle FROM st_w.settlement_run r WHERE r.run_id <= 3 OR r.contract_id IN ('ACCOUNT', 'POOL')) b
CROSS JOIN LATERAL (VALUES ('lines'), ('parties'), ('postings'), ('posted_before')) k (list)
CROSS JOIN LATERAL (SELECT a.ordinality - 1 AS i, a.value FROM pg_catalog.jsonb_array_elements(b.bundle -> k.list) WITH ORDINALITY a) e
CROSS JOIN LATERAL (SELECT o.key AS field FROM pg_catalog.jsonb_each(e.value) o WHERE o.key IN ('amount', 'cumulative_amount', 'posted_before', 'quantity') AND pg_catalog.jsonb_typeof(o.value) = 'number') f
CROSS JOIN LATERAL (SELECT pg_catalog.jsonb_set(b.bundle, ARRAY[k.list, e.i::text, f.field], pg_catalog.to_jsonb((e.value ->> f.field)::numeric + 0.01)) AS bundle) t;
SELECT count(*) > 60 AS places, count(*) FILTER (WHERE noticed = 0) AS unnoticed, pg_catalog.string_agg(run_id || ' ' || place, ', ') FILTER (WHERE noticed = 0) AS which FROM pg_temp.penny;
-- so are other inputs, other terms, and terms that are not those that were signed
SELECT item, expected, found FROM commissioning.check_bundle(pg_catalog.jsonb_set(st_w.settlement_bundle(1), '{inputs,actual}', '24111222.34')) c WHERE NOT ok AND line < 2000 ORDER BY line, item;
SELECT item, expected, found FROM commissioning.check_bundle(pg_catalog.jsonb_set(st_w.settlement_bundle(3), '{terms,curve}', '"gain 0..:20%; loss 0..:50% max 300000"')) c WHERE NOT ok AND line < 2000 OR item LIKE 'clause%' ORDER BY line, item;
SELECT item, found FROM commissioning.check_bundle(pg_catalog.jsonb_set(st_w.settlement_bundle(3), '{terms,curve}', '"gain 0..:20% nonsense"')) c WHERE item = 'settle';
-- refused: what is no bundle, or half of one
SELECT * FROM commissioning.check_bundle(NULL);
SELECT * FROM commissioning.check_bundle('[1]');
SELECT * FROM commissioning.check_bundle('{"format": "other"}');
SELECT * FROM commissioning.check_bundle(st_w.settlement_bundle(1) - 'postings');
SELECT st_w.settlement_bundle(99);
-- nothing about persons: the keys that there are
SELECT pg_catalog.string_agg(k, ' ' ORDER BY k) FROM pg_catalog.jsonb_object_keys(st_w.settlement_bundle(1)) k;
SELECT st_w.settlement_bundle(1)::text ~* 'person|nhs_number|birth|postcode' AS personal;
SET client_min_messages = error;
DROP SCHEMA st_w, st_w_identity, st_w_reporting CASCADE;
