-- A risk share on the county's emergency admissions: the plan is the target, the validated claims are the cost.
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('share', purpose => 'settlement', person_partitions => 1) \gset ignored_
INSERT INTO share.contract (contract_id, title, basis, valid)
VALUES ('ALLIANCE', 'Emergency care alliance', 'risk_share', '[2024-04-01,2025-04-01)');
INSERT INTO share.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, clauses, source)
VALUES ('ALLIANCE', 1, '[2024-04-01,2025-04-01)', 'alliance', 'both 0..2%:50%, 2%..5%:25%, 5%..:0%', 'acute 50%, community 30%, primary remaining', 'commissioner',
        '{"share": "Schedule 3, clause 2"}', 'demonstration terms');
SELECT share.sign_terms('ALLIANCE', 1, 'commissioner and alliance') \gset ignored_
INSERT INTO share.settlement_input (contract_id, period, benchmark, actual, data_cutoff, source)
SELECT 'ALLIANCE', '[2024-04-01,2025-04-01)', sum(plan_gbp), sum(claimed_gbp) - (SELECT sum(net_gbp) FROM icb_reporting.finding WHERE pod LIKE 'NEL%'), '2025-05-31',
       'activity plan; claims less net findings'
FROM icb_reporting.reconciliation WHERE pod LIKE 'NEL%';
SELECT count(*) FROM share.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'final') \gset ignored_
\echo 'The statement, as both sides read it:'
SELECT line_order, words, clause, formula, amount_gbp FROM share_reporting.settlement_statement ORDER BY line_order;
