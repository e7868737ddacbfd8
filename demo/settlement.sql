-- A risk share on the county's emergency admissions: the plan is the target, the validated claims are the cost.
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('share', purpose => 'settlement', person_partitions => 1) \gset ignored_
INSERT INTO share.contract (contract_id, title, basis, valid)
VALUES ('ALLIANCE', 'Emergency care alliance', 'risk_share', '[2024-04-01,2025-04-01)');
SELECT share.draft_terms('ALLIANCE', 'alliance', '{"corridor": "5%"}', '[2024-04-01,2025-04-01)', 'acute 50%, community 30%, primary remaining', 'commissioner',
                         'demonstration terms') \gset ignored_
UPDATE share.contract_terms SET curve = 'both 0..2%:50%, 2%..5%:25%, 5%..:0%', clauses = '{"share": "Schedule 3, clause 2"}', sign_off = 'none';
INSERT INTO share.settlement_input (contract_id, period, benchmark, actual, data_cutoff, source)
SELECT 'ALLIANCE', '[2024-04-01,2025-04-01)', sum(plan_gbp), sum(claimed_gbp) - (SELECT sum(net_gbp) FROM icb_reporting.finding WHERE pod LIKE 'NEL%'), '2025-05-31',
       'activity plan; claims less net findings'
FROM icb_reporting.reconciliation WHERE pod LIKE 'NEL%';
\echo 'The terms, read aloud:'
\pset format unaligned
\pset tuples_only on
SELECT commissioning.describe(share.terms_of(t)) FROM share.contract_terms t;
\pset tuples_only off
\pset format aligned
\echo
\echo 'What they would do if the cost came out around the plan, give or take 5 %, ten thousand times:'
SELECT s.p05, s.p50, s.p95, s.p_loss FROM share.simulate_contract('ALLIANCE', 1, (SELECT jsonb_build_object('actual_mean', i.benchmark, 'actual_sd', round(i.benchmark * 0.05, 2)) FROM share.settlement_input i)::commissioning.settlement_uncertainty, 10000, 2024) s;
SELECT count(share.add_signature('ALLIANCE', 1, party, 'director of finance', 'signatory', '2024-03-28', encode(sha256('contract'), 'hex'))) FROM unnest('{acute,community,primary,commissioner}'::text[]) party \gset ignored_
SELECT share.sign_terms('ALLIANCE', 1, 'commissioner and alliance') \gset ignored_
SELECT run_id FROM share.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'final') LIMIT 1 \gset
\echo 'The statement, as both sides read it:'
\pset format unaligned
\pset tuples_only on
SELECT share.statement_text(:run_id);
\pset tuples_only off
\pset format aligned
\echo 'Recomputed line by line from its bundle, as another database would:'
SELECT count(*) AS checks, count(*) FILTER (WHERE ok) AS right FROM commissioning.check_bundle(share.settlement_bundle(:run_id));
