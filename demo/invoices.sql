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
CALL icb.validate();
\echo 'Findings by rule:'
SELECT rule_code, rule_name, lines, identified_gbp, net_gbp, recoverable_gbp, undercharged_gbp, not_assessed_lines
FROM icb_reporting.finding_summary ORDER BY recoverable_gbp DESC, rule_code;
\echo 'One finding, step by step:'
SELECT finding_ref FROM icb_reporting.finding WHERE rule_code = 'PRC05' ORDER BY recoverable_gbp DESC, finding_ref LIMIT 1 \gset
SELECT step, rule, formula, billed_gbp, expected_gbp, source FROM icb.explain_finding(:'finding_ref');
