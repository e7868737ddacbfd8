-- The county's twelve months of claims: loaded, matched to the hospital record, validated, explained.
SET client_min_messages = warning;
CREATE EXTENSION commissioning CASCADE;
SELECT commissioning.create_warehouse('icb', purpose => 'invoice_validation') \gset ignored_
\! while read -r feed file day; do commissioning-load -w icb --feed $feed ${day:+--received-on $day} $file >/dev/null || exit 1; done < load_order.txt
CALL icb.load();
CALL icb.match();
\echo 'What arrived, and what was refused:'
SELECT dataset, count(*) AS slices, sum(rows_received) AS rows_received, sum(rows_rejected) AS rows_rejected, sum(value_gbp) AS value_gbp, sum(control_gbp) AS control_gbp, status
FROM icb_reporting.load_position GROUP BY dataset, status ORDER BY dataset, status;
\echo 'Plan, claim and record, where claim and record differ most:'
SELECT provider_code, activity_month, pod, plan_gbp, claimed_gbp, record_gbp, claimed_only_gbp, record_only_gbp, price_difference_gbp
FROM icb_reporting.reconciliation ORDER BY abs(price_difference_gbp) DESC, provider_code, activity_month, pod LIMIT 5;
CALL icb.price();
CALL icb.validate();
\echo 'Findings by rule:'
SELECT rule_code, rule_name, lines, identified_gbp, net_gbp, recoverable_gbp, undercharged_gbp, not_assessed_lines
FROM icb_reporting.finding_summary ORDER BY recoverable_gbp DESC, rule_code LIMIT 20;
\echo 'One finding, step by step:'
SELECT finding_ref FROM icb_reporting.finding WHERE rule_code = 'PRC05' ORDER BY recoverable_gbp DESC, finding_ref LIMIT 1 \gset
SELECT step, rule, formula, billed_gbp, expected_gbp, source FROM icb.explain_finding(:'finding_ref');

\echo 'Challenged on 20 May, answered, credited:'
SET icb.today = '2025-05-20';
CALL icb.raise_challenges();
-- the provider's answers: most accept, some in part, some reject, one says nothing
SELECT c.challenge_id, c.raised_gbp, row_number() OVER (ORDER BY c.challenge_id) % 5 AS kind INTO TEMP answer FROM icb_reporting.challenge c;
SELECT count(icb.respond_challenge(a.challenge_id, CASE a.kind WHEN 1 THEN 'reject' WHEN 2 THEN 'part' ELSE 'accept' END,
                                   accepted => CASE a.kind WHEN 2 THEN round(a.raised_gbp / 3, 2) END, happened_on => '2025-05-30', document_ref => 'reply of 30 May')) AS answered
FROM answer a WHERE a.kind > 0;
SELECT count(icb.review_challenge(a.challenge_id, CASE a.kind WHEN 1 THEN 'agree' ELSE 'sustain' END, happened_on => '2025-06-03', reason_code => 'read the evidence again')) AS reviewed
FROM answer a WHERE a.kind IN (1, 2);
SELECT count(icb.credit_challenge(a.challenge_id, 'credit notes of June', happened_on => '2025-06-10')) AS credited FROM answer a WHERE a.kind IN (3, 4);
SELECT state, count(*) AS challenges, sum(raised_gbp) AS raised_gbp, sum(agreed_gbp) AS agreed_gbp, sum(credited_gbp) AS credited_gbp, sum(open_gbp) AS open_gbp
FROM icb_reporting.challenge GROUP BY state ORDER BY raised_gbp DESC;
\echo 'This week, dearest minute first:'
SET icb.today = '2025-06-12';
SELECT queue_order, action, provider_code, rule_code, lines, amount_gbp, per_hour_gbp, due_on FROM icb_reporting.work_queue ORDER BY queue_order LIMIT 5;
