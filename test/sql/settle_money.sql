-- Money in time: interest, payments on account, VAT, disputes, payments and the journal.
SELECT commissioning.create_warehouse('money_w', purpose => 'settlement', person_partitions => 1);
SET search_path = '';
SET datestyle = 'ISO, YMD';
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset null '-'

-- statutory interest: 250,000 x 13.25 % x 75/365 = 6,806.5068.. (8 % over 5.25 % of 31 December 2023)
SELECT commissioning.statutory_interest_rate('2024-01-11') AS rate, commissioning.late_payment_interest(250000, '2024-01-10', '2024-03-25') AS interest;
-- 13.00 % for what starts in the second half of 2023, also when it is paid in 2024; the rate turns on the day after the due day
SELECT commissioning.statutory_interest_rate('2023-12-31') AS h2_2023, commissioning.statutory_interest_rate('2024-01-01') AS h1_2024, commissioning.statutory_interest_rate('2024-06-30') AS h1_last,
       commissioning.statutory_interest_rate('2023-07-01') AS h2_first;
-- 100,000 from 1 December 2023, 62 days: fixed 100,000 x 13 % x 62/365 = 2,208.219..; reset: 31 days at 13 % and 31 at 13.25 % = 100,000 x (4.03 + 4.1075)/365 = 2,229.452..
SELECT commissioning.late_payment_interest(100000, '2023-11-30', '2024-01-31') AS fixed, commissioning.late_payment_interest(100000, '2023-11-30', '2024-01-31', 'statutory reset') AS reset;
-- due on the last day of a half-year: interest starts in the next one
SELECT commissioning.late_payment_interest(365000, '2023-12-31', '2024-01-01') AS one_day, commissioning.late_payment_interest(365000, '2023-12-30', '2023-12-31') AS one_day_before;
SELECT commissioning.late_payment_interest(1000, '2024-01-10', '2024-01-10') AS in_time, commissioning.late_payment_interest(1000, '2024-01-10', '2025-01-09', '8%') AS eight, commissioning.late_payment_interest(1000, '2024-01-10', '2025-01-09', 'none') AS none,
       commissioning.late_payment_interest(NULL, '2024-01-10', '2025-01-09') AS of_null;
-- 36.50 x 5 % x 1/365 is half a penny exactly: away from zero; 22.8125 x 8 % x 1/365 would be
SELECT commissioning.late_payment_interest(22.81, '2024-01-10', '2024-01-11', '8%') AS below, commissioning.late_payment_interest(22.82, '2024-01-10', '2024-01-11', '8%') AS above,
       commissioning.late_payment_interest(36.50, '2024-01-10', '2024-01-11', '5%') AS half;
SELECT commissioning.late_payment_fixed_sum(x) FROM unnest(ARRAY[0, 0.01, 999.99, 1000, 9999.99, 10000]) x;
\set VERBOSITY default
SELECT commissioning.late_payment_interest(1000, '2031-01-10', '2031-02-10');
SELECT commissioning.late_payment_interest(1000, '2031-01-10', '2031-02-10', 'monthly');
\set VERBOSITY terse
SELECT commissioning.late_payment_interest(36500, '2031-01-10', '2031-01-11', own_rates => '{"2030-12-31": 0.02}') AS own_rate;
SELECT commissioning.late_payment_interest(-1, '2024-01-10', '2024-02-10');
SELECT commissioning.late_payment_interest(1.005, '2024-01-10', '2024-02-10');
SELECT commissioning.late_payment_interest(1, '2024-01-10', 'infinity');
SELECT count(*) AS reference_days, count(*) FILTER (WHERE verified) AS read, min(reference_day), max(reference_day) FROM commissioning.interest_rate_reference;

-- twelfths: 1,000,000 gives 83,333.33, 83,333.34, 83,333.33; any total adds up
SELECT k, commissioning.on_account_amount(1000000, 12, k) FROM generate_series(1, 4) k;
SELECT bool_and(x.total = x.parts) AS adds_up, count(*) FROM (
    SELECT t.total, (SELECT sum(commissioning.on_account_amount(t.total, 12, k)) FROM generate_series(1, 12) k) AS parts
    FROM (SELECT (n * 7919 % 1000003 - 500000) / 100.00 AS total FROM generate_series(1, 500) n) t) x;
SELECT bool_and(commissioning.on_account_amount(t.total, t.months, k) = round(t.total * k / t.months, 2) - round(t.total * (k - 1) / t.months, 2)) AS as_written
FROM (VALUES (100.01, 12), (-0.07, 12), (9999999999.99, 11), (0.05, 10)) t (total, months) CROSS JOIN LATERAL generate_series(1, t.months) k;
SELECT commissioning.on_account_amount(100, 12, 13);
SELECT commissioning.on_account_amount(100.001, 12, 1);

-- on account: 1,000,000 of the year, 60 : 40, months 1 and 2; then the total becomes 1,200,000
INSERT INTO money_w.contract (contract_id, title, basis, valid) VALUES
    ('CATCH', 'Caught up', 'risk_share', '[2024-04-01,2026-04-01)'), ('SPREAD', 'Spread', 'risk_share', '[2024-04-01,2026-04-01)'), ('VAT', 'Two treatments', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO money_w.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
SELECT c.contract_id, 1, '[2024-04-01,2026-04-01)', 'alliance', 'both 0..:50%', 'acute 60%, community 40%', 'icb', 'contract', CASE c.contract_id WHEN 'SPREAD' THEN 'four_eyes' ELSE 'none' END FROM money_w.contract c;
SELECT count(money_w.sign_terms(t.contract_id, 1, 'Chief finance officers')) FROM money_w.contract_terms t;
SELECT money_w.post_on_account('CATCH', '2024-04-10');
SELECT money_w.plan_on_account('CATCH', '[2024-04-01,2025-04-01)', 1000000), money_w.plan_on_account('SPREAD', '[2024-04-01,2025-04-01)', 1000000);
SELECT money_w.plan_on_account('CATCH', '[2024-04-02,2025-04-01)', 1000000);
SELECT money_w.plan_on_account('CATCH', '[2024-04-01,2025-04-01)', 1000000, 'now');
-- a plan is approved by another person where settlements are
SELECT money_w.post_on_account('SPREAD', '2024-04-10');
SELECT money_w.approve_on_account('SPREAD', '[2024-04-01,2025-04-01)', 1);
CREATE ROLE money_checker;
GRANT USAGE ON SCHEMA money_w TO money_checker; GRANT EXECUTE ON FUNCTION money_w.approve_on_account TO money_checker;
SET SESSION AUTHORIZATION money_checker;
SELECT money_w.approve_on_account('SPREAD', '[2024-04-01,2025-04-01)', 1);
RESET SESSION AUTHORIZATION;
SELECT count(money_w.post_on_account(c, m)) FROM unnest('{CATCH,SPREAD}'::text[]) c, unnest('{2024-04-10,2024-05-10,2024-05-20}'::date[]) m;
SELECT r.contract_id, r.inputs ->> 'month' AS month, l.party, l.amount, l.relates_to_period FROM money_w.settlement_line l JOIN money_w.settlement_run r ON r.run_id = l.run_id WHERE r.contract_id = 'CATCH' ORDER BY r.run_id, l.line_no;
SELECT money_w.post_on_account('CATCH', '2024-04-30') = (SELECT min(run_id) FROM money_w.settlement_run WHERE contract_id = 'CATCH') AS same_run;
-- caught up: month 3 is 300,000.00 - 166,666.67 = 133,333.33; spread: 1,033,333.33 over ten months, 103,333.33 first
SELECT money_w.plan_on_account('CATCH', '[2024-04-01,2025-04-01)', 1200000, 'catch_up', 'variation 1'), money_w.plan_on_account('SPREAD', '[2024-04-01,2025-04-01)', 1200000, 'spread', 'variation 1');
SET SESSION AUTHORIZATION money_checker;
SELECT money_w.approve_on_account('SPREAD', '[2024-04-01,2025-04-01)', 2);
RESET SESSION AUTHORIZATION;
SELECT month_no, max(amount_gbp) FILTER (WHERE contract_id = 'CATCH') AS caught_up, max(amount_gbp) FILTER (WHERE contract_id = 'SPREAD') AS spread FROM money_w_reporting.on_account_schedule GROUP BY month_no ORDER BY month_no;
SELECT count(money_w.post_on_account(c, (date '2024-03-15' + make_interval(months => k))::date)) FROM unnest('{CATCH,SPREAD}'::text[]) c, generate_series(3, 12) k;
SELECT r.contract_id, l.party, sum(l.amount), max(l.amount) FROM money_w.settlement_line l JOIN money_w.settlement_run r ON r.run_id = l.run_id GROUP BY r.contract_id, l.party ORDER BY 1, 2;
SELECT money_w.plan_on_account('CATCH', '[2024-04-01,2025-04-01)', 1300000);
-- what the year comes to is settled less what was paid on account: 1,216,666.67 by 50 % of 2,433,333.34
INSERT INTO money_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('CATCH', '[2024-04-01,2025-04-01)', 10000000, 7566666.66, 'month 12');
SELECT line_code, formula, amount, party FROM money_w.settle_contract('CATCH', '[2024-04-01,2025-04-01)', 'final') WHERE line_order > 1000;
-- a settlement of half a year leaves the payments for later months alone
INSERT INTO money_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('SPREAD', '[2024-04-01,2024-10-01)', 10000000, 8800000, 'month 6');
SELECT line_code, formula, amount, party FROM money_w.settle_contract('SPREAD', '[2024-04-01,2024-10-01)', 'interim') WHERE line_order > 1000;

-- VAT: parties under different treatments are never netted, the counterparty has a line for each
INSERT INTO money_w.party_account (contract_id, party, vat_treatment, ledger_code, suspense_code, bank_code, payment_days) VALUES
    ('VAT', 'acute', 'contracted_out', '2100', '2190', '1000', 10), ('VAT', 'community', 'exempt', '2200', '2290', '1000', 10), ('VAT', 'icb', 'outside_scope', '5000', '5090', '1000', 10);
SET money_w.today = '2023-12-31';
INSERT INTO money_w.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('VAT', '[2024-04-01,2024-10-01)', 10000000, 9166666.67, 'month 6');
SELECT DISTINCT run_id AS vat_run FROM money_w.settle_contract('VAT', '[2024-04-01,2024-10-01)', 'interim') \gset
SELECT party, vat_treatment, amount, due_on FROM money_w.settlement_line WHERE run_id = :vat_run ORDER BY line_no;
SELECT vat_treatment, sum(amount) FROM money_w.settlement_line WHERE run_id = :vat_run GROUP BY vat_treatment ORDER BY 1;

-- a dispute: 50,000 of the 250,000.00 is held on both sides, more is added, part is released, part upheld
SELECT money_w.contest_line(:vat_run, 1, 250000.01, 'double counted');
SELECT money_w.contest_line(:vat_run, 1, 0, 'double counted');
SELECT money_w.contest_line(:vat_run, 1, 50000, ' ');
SELECT money_w.contest_line(:vat_run, 9, 50000, 'double counted');
SELECT money_w.contest_line(:vat_run, 1, 50000, 'double counted with another scheme') AS dispute \gset
SELECT party, vat_treatment, posted_gbp, held_gbp, due_gbp FROM money_w_reporting.payment_due WHERE contract_id = 'VAT' ORDER BY 2, 1;
SELECT money_w.contest_more(:dispute, 200000.01, 'and more');
SELECT money_w.contest_more(:dispute, 10000, 'and more');
SELECT money_w.resolve_suspense(:dispute, 60000, 0.01, 'panel');
SELECT money_w.resolve_suspense(:dispute, 0, 0, 'panel');
SELECT money_w.resolve_suspense(:dispute, 20000, 0, 'evidence was given') AS still_open;
SELECT money_w.resolve_suspense(:dispute, 15000, 25000, 'panel') AS still_open;
SELECT money_w.resolve_suspense(:dispute, 1, 0, 'panel');
SELECT contested_amount, open_amount, released_amount, upheld_amount, corrected_amount FROM money_w.suspense_balance WHERE suspense_id = :dispute;
SELECT event_no, action, amount, correction_run IS NOT NULL AS corrected FROM money_w.suspense_event WHERE suspense_id = :dispute ORDER BY event_no;
SELECT party, vat_treatment, posted_gbp, held_gbp, due_gbp FROM money_w_reporting.payment_due WHERE contract_id = 'VAT' ORDER BY 2, 1;
-- what was upheld stays when the contract is settled again with other figures (600,000.00 of 1,200,000.00)
UPDATE money_w.settlement_input SET actual = 8800000 WHERE contract_id = 'VAT';
SELECT formula, amount, party FROM money_w.settle_contract('VAT', '[2024-04-01,2024-10-01)', 'freeze') WHERE line_order > 1000;
-- the inputs now say what was upheld: the correction is taken back, once
SELECT max(run_id) AS upheld FROM money_w.settlement_run WHERE kind = 'upheld' \gset
SELECT money_w.cancel_correction(:upheld, 'the figures say it now') AS cancelled \gset
SELECT money_w.cancel_correction(:upheld, 'the figures say it now');
SELECT money_w.cancel_correction(:cancelled, 'no');
SELECT money_w.cancel_correction(:vat_run, 'no');
SELECT party, vat_treatment, posted_gbp, held_gbp, due_gbp FROM money_w_reporting.payment_due WHERE contract_id = 'VAT' ORDER BY 2, 1;

-- payments: under one treatment, once per reference
SELECT money_w.record_payment('VAT', 'acute', '2024-01-10', 250000, 'BACS 1') = money_w.record_payment('VAT', 'acute', '2024-01-10', 250000, 'BACS 1') AS once;
SELECT money_w.record_payment('VAT', 'acute', '2024-01-10', 250001, 'BACS 1');
SELECT money_w.record_payment('VAT', 'icb', '2024-01-10', 1, 'BACS 2');
SELECT money_w.record_payment('VAT', 'acute', '2024-01-10', 1, 'BACS 2', 'exempt');
SELECT money_w.record_payment('VAT', 'acute', '2024-01-10', 1.001, 'BACS 2');
UPDATE money_w.payment SET amount = 1;
-- the treatment of a party changes: taken back under the old one, posted under the new one, and a payment must say which it is for
BEGIN;
UPDATE money_w.party_account SET vat_treatment = 'standard' WHERE contract_id = 'VAT' AND party = 'community';
SELECT party, amount FROM money_w.settle_contract('VAT', '[2024-04-01,2024-10-01)', 'freeze') WHERE line_order > 1000 ORDER BY line_order;
SELECT party, vat_treatment, posted_gbp, due_gbp FROM money_w_reporting.payment_due WHERE contract_id = 'VAT' ORDER BY 2, 1;
SELECT money_w.record_payment('VAT', 'community', '2024-01-10', 1, 'BACS 2');
ROLLBACK;

-- interest: acute was due 360,000.00 by 10 January 2024 and had 250,000 in time; 110,000 is paid on 25 March: 110,000 x 13.25 % x 75/365 = 2,994.863..
-- community was due 240,000.00 and has nothing by then: 240,000 x 13.25 % x 75/365 = 6,534.246..
SELECT money_w.record_payment('VAT', 'acute', '2024-03-25', 110000, 'BACS 3') > 0 AS paid;
SELECT party, amount, due_on, paid_on, days, interest FROM money_w.late_payments('VAT', '2024-03-25') ORDER BY party, amount;
SELECT money_w.charge_interest('VAT', '2024-03-25') AS interest_run \gset
SELECT money_w.charge_interest('VAT', '2024-03-25') AS again;
SELECT party, vat_treatment, amount, reason_code FROM money_w.settlement_line WHERE run_id = :interest_run ORDER BY line_no;
-- ten days later: 240,000 x 13.25 % x 85/365 = 7,405.479.. less what was charged; and, claimed, 100 for each of two debts to either party
SELECT money_w.charge_interest('VAT', '2024-04-04', true) AS interest_run \gset
SELECT party, vat_treatment, amount FROM money_w.settlement_line WHERE run_id = :interest_run ORDER BY line_no;
SELECT party, vat_treatment, posted_gbp, interest_gbp, held_gbp, paid_gbp, due_gbp FROM money_w_reporting.payment_due WHERE contract_id = 'VAT' ORDER BY 2, 1;
SELECT vat_treatment, sum(posted_gbp) AS posted, sum(interest_gbp) AS interest, sum(held_gbp) AS held, sum(paid_gbp) AS paid, sum(due_gbp) AS due FROM money_w_reporting.payment_due WHERE contract_id = 'VAT' GROUP BY 1 ORDER BY 1;

-- the journal: each entry balances, under each treatment; a party without an account is named
SELECT count(*) FROM money_w.journal('2000-01-01', '2100-01-01');
INSERT INTO money_w.party_account (contract_id, party, ledger_code, suspense_code, bank_code)
SELECT c, p, '9999', '9998', '1000' FROM unnest('{CATCH,SPREAD}'::text[]) c, unnest('{acute,community,icb}'::text[]) p;
SELECT count(*) > 100 AS rows, sum(debit) = sum(credit) AS balanced, bool_and((debit = 0) <> (credit = 0)) AS one_side FROM money_w.journal('2000-01-01', '2100-01-01');
SELECT count(*) AS unbalanced FROM (SELECT entry_ref FROM money_w.journal('2000-01-01', '2100-01-01') GROUP BY entry_ref, vat_treatment HAVING sum(debit) <> sum(credit)) x;
SELECT party, vat_treatment, ledger_code, debit, credit, narrative FROM money_w.journal('2000-01-01', '2100-01-01') WHERE entry_ref IN (format('run %s', :vat_run), format('dispute %s.1', :dispute), 'payment 1') ORDER BY entry_ref, ledger_code, vat_treatment;
SELECT prior_period, count(*) > 0 AS some FROM money_w.journal('2000-01-01', '2100-01-01') GROUP BY 1;
-- the account of a party in the journal is what it is still due
SELECT j.ledger_code, sum(j.credit - j.debit) AS balance, (SELECT sum(b.due) FROM money_w.account_balance b WHERE b.contract_id = 'VAT' AND b.party = min(j.party)) AS due
FROM money_w.journal('2000-01-01', '2100-01-01') j WHERE j.contract_id = 'VAT' AND j.ledger_code IN ('2100', '2200') GROUP BY j.ledger_code ORDER BY 1;
SELECT count(*) AS faults FROM money_w.settlement_check;

SET client_min_messages = error;
DROP SCHEMA money_w, money_w_identity, money_w_reporting CASCADE;
DROP ROLE money_checker;
