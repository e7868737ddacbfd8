-- Pools: contributions, year-end, schemes, waterfalls, funds that do not suffice, retained money.
SELECT commissioning.create_warehouse('pl', purpose => 'settlement', person_partitions => 1);
SET search_path = '';
SET datestyle = 'ISO';
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset null '-'

-- contributions and year-end of three commissioners (specialised commissioning, worked example)
INSERT INTO pl.pool VALUES ('SPEC', 'Specialised services', 'commissioners', 'north', 'pool agreement'), ('BCF', 'Better care', 'section_75', 'council', 'section 75 agreement');
INSERT INTO pl.pool_year (pool_id, pool_year, budget, actual, year_end, collar) VALUES
    ('SPEC', '[2024-04-01,2025-04-01)', 15000000, 16245678.91, 'pro rata', NULL), ('SPEC', '[2025-04-01,2026-04-01)', 15000000, 16245678.91, 'as used', NULL),
    ('SPEC', '[2026-04-01,2027-04-01)', 15000000, 16245678.91, 'as used', 0.1), ('SPEC', '[2027-04-01,2028-04-01)', 15000000, NULL, 'pro rata', NULL),
    ('BCF', '[2022-04-01,2023-04-01)', 18136342, 18636342.01, 'pro rata', NULL);
INSERT INTO pl.pool_member SELECT 'SPEC', y::daterange, m.* FROM unnest('{"[2024-04-01,2025-04-01)","[2025-04-01,2026-04-01)","[2026-04-01,2027-04-01)","[2027-04-01,2028-04-01)"}'::text[]) y
    CROSS JOIN (VALUES (1, 'north', 412345, 15100000), (2, 'south', 298765, 16900000), (3, 'west', 188890, 15145678.91)) m;
INSERT INTO pl.pool_member VALUES ('BCF', '[2022-04-01,2023-04-01)', 1, 'council', 10132342), ('BCF', '[2022-04-01,2023-04-01)', 2, 'icb', 8004000);
SELECT period_from, member, year_end, contribution_gbp, borne_gbp, balance_gbp FROM pl_reporting.pool_statement WHERE pool_id = 'SPEC' ORDER BY period_from, member_order;
SELECT pool_id, period_from, sum(contribution_gbp) AS contributions, sum(borne_gbp) AS borne, sum(balance_gbp) = max(pool_balance_gbp) AS adds_up FROM pl_reporting.pool_statement GROUP BY 1, 2 ORDER BY 1, 2;
-- Bracknell Forest 2022/23: council 279,338.09, ICB 220,661.92 of an overspend of 500,000.01
SELECT member, contribution_gbp, balance_gbp FROM pl_reporting.pool_statement WHERE pool_id = 'BCF' ORDER BY member_order;
-- with a collar of 10 % around 7,443,138.30 and 5,392,933.62 and 3,409,606.99 (the whole by weight): by use north would bear less than 90 % and west more than 110 %, so
-- they stand at 6,698,824.47 and 3,750,567.68 (whole pence within the limits) and south, between them, has the rest
SELECT member, borne_gbp, CASE member WHEN 'north' THEN ceil(7443138.30 * 90) / 100 WHEN 'west' THEN floor(3409606.99 * 110) / 100
       ELSE 16245678.91 - ceil(7443138.30 * 90) / 100 - floor(3409606.99 * 110) / 100 END AS by_hand
FROM pl_reporting.pool_statement WHERE period_from = '2026-04-01' ORDER BY member_order;
-- 100 by 6:3:1, at most 40 for the first: 60 by 3:1; at least 19 for the last: 81 by 6:3; limits that all bind leave a rest
SELECT commissioning.split_bounded(100, '{6,3,1}', NULL, '{40,NULL,NULL}') AS capped, commissioning.split_bounded(100, '{6,3,1}', '{0,0,19}', NULL) AS floored,
       commissioning.split_bounded(100, '{1,1}', NULL, '{30,30}') AS all_full, commissioning.split_bounded(0.01, '{1,1}', NULL, NULL) AS odd_penny;
SELECT commissioning.pay_as_used(100, '{90,10}') AS free, commissioning.pay_as_used(100, '{90,10}', '{1,1}', 0.1) AS collared, commissioning.pay_as_used(100, '{52,48}', '{1,1}', 0.1) AS within,
       commissioning.pay_as_used(100, '{90,10}', '{1,1}', 0) AS none, commissioning.pay_as_used(100, '{90,10}', '{1,1}', 2) AS wide;
SELECT commissioning.split_bounded(100, '{0,0}', NULL, NULL);
SELECT commissioning.split_bounded(100, '{1,1}', '{60,50}', NULL);
SELECT commissioning.split_bounded(100, '{1,1}', '{60,0}', '{50,50}');
SELECT commissioning.split_bounded(-1, '{1,1}', NULL, NULL);
SELECT commissioning.pay_as_used(100, '{80,20}', NULL, 0.1);
-- 2,000 random pools: every part within its collar, all of them the whole
WITH p AS (
    SELECT f, round(abs(hashint8extended(f, 1)) / 1e13, 2) AS total, array_agg(1 + mod(abs(hashint8extended(f * 10 + n, 2)), 1000)::numeric ORDER BY n) AS used,
           array_agg(1 + mod(abs(hashint8extended(f * 10 + n, 3)), 1000)::numeric ORDER BY n) AS given, mod(f, 40) / 100.0 AS collar
    FROM generate_series(1, 2000) f, generate_series(1, 2 + f % 6) n GROUP BY f)
SELECT count(*) AS pools, count(*) FILTER (WHERE (SELECT sum(x) FROM unnest(d.parts) x) <> p.total) AS not_whole,
       count(*) FILTER (WHERE EXISTS (SELECT FROM unnest(d.parts, d.base) x (part, base) WHERE x.part NOT BETWEEN x.base * (1 - p.collar) AND x.base * (1 + p.collar))) AS outside,
       count(*) FILTER (WHERE d.parts = d.free) < 200 AS collar_matters
FROM p CROSS JOIN LATERAL (SELECT commissioning.pay_as_used(p.total, p.used, p.given, p.collar) AS parts, commissioning.split_list(p.total, p.given) AS base, commissioning.split_list(p.total, p.used) AS free) d;
INSERT INTO pl.pool_year VALUES ('SPEC', '[2024-06-01,2024-07-01)', 1, 1);

-- schemes: pro rata up to each partner's funding, fixed shares, own
INSERT INTO pl.pool_scheme VALUES ('BCF', '[2022-04-01,2023-04-01)', 'reablement', 1, 'variable', 'council', 900000, 1000000.01), ('BCF', '[2022-04-01,2023-04-01)', 'equipment', 2, 'fixed', 'council', 500000, 460000),
    ('BCF', '[2022-04-01,2023-04-01)', 'adaptations', 3, 'own', 'icb', 300000, 310000), ('BCF', '[2022-04-01,2023-04-01)', 'new', 4, 'variable', 'icb', 10, NULL);
INSERT INTO pl.pool_scheme_member VALUES
    ('BCF', '[2022-04-01,2023-04-01)', 'reablement', 'council', 600000, NULL, 50000), ('BCF', '[2022-04-01,2023-04-01)', 'reablement', 'icb', 300000, NULL, NULL),
    ('BCF', '[2022-04-01,2023-04-01)', 'equipment', 'council', 250000, NULL, NULL), ('BCF', '[2022-04-01,2023-04-01)', 'equipment', 'icb', 250000, NULL, NULL),
    ('BCF', '[2022-04-01,2023-04-01)', 'adaptations', 'council', 100000, 120000, NULL), ('BCF', '[2022-04-01,2023-04-01)', 'adaptations', 'icb', 200000, 190000, NULL),
    ('BCF', '[2022-04-01,2023-04-01)', 'new', 'icb', 10, NULL, NULL);
-- an underspend of 200 stays in the pool
INSERT INTO pl.pool_scheme VALUES ('BCF', '[2022-04-01,2023-04-01)', 'carers', 5, 'variable', 'icb', 1000, 800);
INSERT INTO pl.pool_scheme_member VALUES ('BCF', '[2022-04-01,2023-04-01)', 'carers', 'council', 400, NULL, NULL), ('BCF', '[2022-04-01,2023-04-01)', 'carers', 'icb', 600, NULL, NULL);
SELECT scheme, share, member, overspend, borne, unfunded FROM pl.pool_scheme_share ORDER BY scheme_order, member_order;
INSERT INTO pl.pool_scheme_member VALUES ('BCF', '[2022-04-01,2023-04-01)', 'new', 'nobody', 10);

-- waterfall: 500,000.01 met from underspends, the risk pool (Rotherham 0.5m), uncommitted schemes, outside
SELECT * FROM commissioning.waterfall(500000.01, '{40000,400000,0,1000000}');
SELECT count(*) FROM commissioning.waterfall(5, NULL);
SELECT commissioning.waterfall(-1, '{1}');
SELECT commissioning.waterfall(1, '{1,NULL}');
INSERT INTO pl.pool_step SELECT 'BCF', '[2022-04-01,2023-04-01)', n, s, c FROM (VALUES (1, 'underspends elsewhere in the pool', 40000), (2, 'risk pool', 400000), (3, 'uncommitted schemes', 0), (4, 'outside resources', 1000000)) v (n, s, c);
SELECT step_order, step, capacity_gbp, taken_gbp, remaining_gbp FROM pl_reporting.pool_waterfall ORDER BY step_order;
-- an underspend takes nothing
UPDATE pl.pool_year SET actual = 18000000 WHERE pool_id = 'BCF';
SELECT sum(taken_gbp) AS taken, max(remaining_gbp) AS remaining FROM pl_reporting.pool_waterfall;

-- a fund that does not suffice: 0.13 in the pound at first, obligations stay
INSERT INTO pl.fund_request (fund_id, request_no, party, obligation) VALUES ('CORRIDOR', 1, 'a', 1000000.00), ('CORRIDOR', 2, 'b', 333333.33), ('CORRIDOR', 3, 'c', 0.01), ('CORRIDOR', 4, 'd', 0);
SELECT pl.pay_fund_round('CORRIDOR', 173333.34, '2025-09-01') AS round;
SELECT request_no, party, obligation, paid, outstanding FROM pl.fund_position ORDER BY request_no;
SELECT request_no, obligation_gbp, paid_gbp, outstanding_gbp, pct_paid FROM pl_reporting.fund_position ORDER BY request_no;
SELECT pl.pay_fund_round('CORRIDOR', 500000, '2026-09-01') AS round;
SELECT pl.pay_fund_round('CORRIDOR', 660000, '2027-09-01') AS round;
SELECT request_no, obligation, paid, outstanding, paid + outstanding = obligation AS adds_up FROM pl.fund_position ORDER BY request_no;
SELECT round_no, sum(amount) FROM pl.fund_payment GROUP BY round_no ORDER BY round_no;
SELECT pl.pay_fund_round('CORRIDOR', 0.01, '2028-09-01');
SELECT pl.pay_fund_round('CORRIDOR', -1, '2028-09-01');
SELECT pl.pay_fund_round('NONE', 1, '2028-09-01');
UPDATE pl.fund_request SET obligation = 1;
DELETE FROM pl.fund_payment;
-- random funds: never more than is owed, every round paid out whole
INSERT INTO pl.fund_request (fund_id, request_no, party, obligation)
SELECT 'f' || f, n, 'p' || n, mod(abs(hashint8extended(f * 100 + n, 5)), 100000) / 100.0 + 0.01 FROM generate_series(1, 300) f, generate_series(1, 5) n;
SELECT count(pl.pay_fund_round(x.fund_id, round(x.total * 0.4, 2), '2025-01-01')) AS first FROM (SELECT fund_id, sum(outstanding) AS total FROM pl.fund_position WHERE fund_id LIKE 'f%' GROUP BY fund_id) x;
SELECT count(pl.pay_fund_round(x.fund_id, x.total, '2026-01-01')) AS rest FROM (SELECT fund_id, sum(outstanding) - 0.01 AS total FROM pl.fund_position WHERE fund_id LIKE 'f%' GROUP BY fund_id) x;
SELECT count(*) AS requests, count(*) FILTER (WHERE outstanding < 0 OR paid > obligation) AS overpaid, count(*) FILTER (WHERE outstanding > 0) AS a_penny_open FROM pl.fund_position WHERE fund_id LIKE 'f%';

-- retained money must be shown as spent: North Norfolk 2015/16, 1,336k retained, schemes 1,344k
INSERT INTO pl.contract (contract_id, title, basis, valid) VALUES ('K', 'Emergency care', 'mret', '[2015-04-01,2016-04-01)');
INSERT INTO pl.retained_fund VALUES ('K', '[2015-04-01,2016-04-01)', 1336000, 'plan');
INSERT INTO pl.retained_spend VALUES ('K', '[2015-04-01,2016-04-01)', 'admission avoidance', 844000, 'report'), ('K', '[2015-04-01,2016-04-01)', 'other schemes', 500000, 'report');
SELECT * FROM pl_reporting.retained_position;

-- lead provider, back to back: head gain 350,000.00; A 30 % of 600,123.45, B 25 % of 200,010.02; the lead keeps 119,960.45
INSERT INTO pl.contract (contract_id, title, basis, valid) SELECT c, c, 'risk_share', '[2024-04-01,2025-04-01)' FROM unnest('{HEAD,SUBA,SUBB,STOP}'::text[]) c;
INSERT INTO pl.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off, signed_by, signed_at)
SELECT c, 1, '[2024-04-01,2025-04-01)', 'subcontract', (commissioning.new_terms('subcontract', p::jsonb)).curve, s::commissioning.party_split, o, 'contract', 'none', 'both', '2024-03-31'
FROM (VALUES ('HEAD', '{"rate": "35%"}', 'lead 100%', 'icb'), ('SUBA', '{"rate": "30%"}', 'a 100%', 'lead'), ('SUBB', '{"rate": "25%"}', 'b 100%', 'lead')) v (c, p, s, o);
INSERT INTO pl.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('HEAD', '[2024-04-01,2025-04-01)', 1000000, 0, 'report'), ('SUBA', '[2024-04-01,2025-04-01)', 600123.45, 0, 'report'), ('SUBB', '[2024-04-01,2025-04-01)', 200010.02, 0, 'report');
INSERT INTO pl.contract_link VALUES ('HEAD', 'SUBA', 'lead'), ('HEAD', 'SUBB', 'lead');
SELECT count(*) FROM pl.settle_contract('HEAD', '[2024-04-01,2025-04-01)', 'final');
SELECT count(*) FROM pl.settle_contract('SUBA', '[2024-04-01,2025-04-01)', 'final');
-- a subcontract that is not settled leaves open what the lead keeps
SELECT line, contract_id, amount_gbp FROM pl_reporting.lead_position ORDER BY line_order, contract_id;
SELECT count(*) FROM pl.settle_contract('SUBB', '[2024-04-01,2025-04-01)', 'final');
SELECT line, contract_id, amount_gbp FROM pl_reporting.lead_position ORDER BY line_order, contract_id;

-- stop-loss: 75 % of what lies between 60,000 and 300,000 of each case
INSERT INTO pl.contract_terms (contract_id, version, valid, shape, curve, stop_loss, measure, split, counterparty, source, signed_by, signed_at)
SELECT 'STOP', 1, '[2024-04-01,2025-04-01)', 'stop_loss_aggregate', t.curve, t.stop_loss, t.measure, 'provider 100%', 'icb', 'contract', 'both', '2024-03-31' FROM commissioning.template_terms('stop_loss_aggregate') t;
INSERT INTO pl.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('STOP', '[2024-04-01,2025-04-01)', 10000000, 10500000, 'report');
INSERT INTO pl.settlement_case_input VALUES ('STOP', '[2024-04-01,2025-04-01)', 1, 187654.32), ('STOP', '[2024-04-01,2025-04-01)', 2, 412000), ('STOP', '[2024-04-01,2025-04-01)', 3, 60000);
SELECT case_no, cost_gbp, covered_gbp, retained_gbp FROM pl_reporting.stop_loss_case ORDER BY case_no;
SELECT line_code, amount FROM pl.settle_contract('STOP', '[2024-04-01,2025-04-01)', 'illustrative') WHERE line_code IN ('stop_loss', 'difference', 'settlement') ORDER BY line_order;

-- personal health budgets: 20,800.00 a year, 400.00 a week, 15,123.40 spent, two weeks kept: 4,876.60 back; nobody pays for another
INSERT INTO pl.person (person_id) SELECT generate_series(1, 6);
INSERT INTO pl.personal_budget (person_id, budget_no, valid, budget, weekly, contingency_weeks) VALUES
    (1, 1, '[2024-04-01,2025-04-01)', 20800, 400, 2), (2, 1, '[2024-04-01,2025-04-01)', 20800, 400, 2), (3, 1, '[2024-04-01,2025-04-01)', 5200, 100, 4), (4, 1, '[2025-04-01,2026-04-01)', 5200, 100, 4);
INSERT INTO pl.personal_spend VALUES (1, 1, 1, '2024-06-01', 15000, 'carer'), (1, 1, 2, '2024-07-01', 200, 'equipment'), (1, 1, 3, '2024-08-01', -76.60, 'returned'), (2, 1, 1, '2024-06-01', 21000, 'carer'), (3, 1, 1, '2024-06-01', 4800, 'carer');
SELECT person_id, budget, spent, kept, clawback, overspent FROM pl.personal_budget_position ORDER BY person_id, budget_no;
SELECT * FROM pl_reporting.personal_budget_total ORDER BY year_from;
INSERT INTO pl.personal_budget (person_id, budget_no, valid, budget, weekly) VALUES (5, 1, '[2024-04-01,2025-04-01)', 100, 0), (6, 1, '[2024-04-01,2025-04-01)', 100, 0);
SELECT * FROM pl_reporting.personal_budget_total ORDER BY year_from;
-- who may read reporting reads totals and not people
CREATE ROLE pools_reader;
GRANT USAGE ON SCHEMA pl, pl_reporting TO pools_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA pl_reporting TO pools_reader;
SET ROLE pools_reader;
SELECT people, clawback_gbp, suppressed FROM pl_reporting.personal_budget_total ORDER BY year_from;
SELECT count(*) > 0 AS pools FROM pl_reporting.pool_statement;
SELECT count(*) > 0 AS funds FROM pl_reporting.fund_position;
SELECT count(*) FROM pl.personal_budget_position;
RESET ROLE;
DROP OWNED BY pools_reader;
DROP ROLE pools_reader;
INSERT INTO pl.personal_budget (person_id, budget_no, valid, budget, weekly) VALUES (99, 1, '[2024-04-01,2025-04-01)', 100, 0);
SET client_min_messages = error;
DROP SCHEMA pl, pl_identity, pl_reporting CASCADE;
