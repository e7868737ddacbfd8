-- The report: one self-contained page, written by psql from views and SVG functions.
\pset format unaligned
\pset tuples_only on
SELECT '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>commissioning: a synthetic county</title><style>
body{font-family:Arial,Helvetica,sans-serif;color:#212b32;max-width:820px;margin:24px auto;padding:0 16px;line-height:1.45}
h1{font-size:26px}h2{font-size:20px;margin-top:36px;border-top:4px solid #005eb8;padding-top:10px}
table{border-collapse:collapse;font-size:13px;margin:10px 0}th{text-align:left;border-bottom:2px solid #005eb8}td,th{padding:4px 10px 4px 0;vertical-align:top}
td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}p.note{color:#4c6272;font-size:13px}svg{max-width:100%;height:auto}</style></head><body>
<h1>A synthetic county: risk, invoices, settlement</h1>
<p class="note">Every person, hospital, price and claim on this page is invented. Version ' || commissioning.version() || '.</p>';

SELECT '<h2>Risk</h2>' || commissioning.chart_pyramid('People by Charlson score, registered on 1 April 2025',
    (SELECT jsonb_agg(jsonb_build_object('label', t.tier, 'patients', t.patients, 'pct', round(100.0 * t.patients / t.people, 1)) ORDER BY t.tier_order DESC)
     FROM (SELECT *, sum(patients) OVER () AS people FROM population_reporting.risk_tier WHERE model = 'charlson_quan2005_original') t));
SELECT '<p class="note">Tiers by rank. The mean score of the highest tier is ' || round(mean_score, 1) || '.</p>'
FROM population_reporting.risk_tier WHERE model = 'charlson_quan2005_original' ORDER BY tier_order DESC LIMIT 1;
SELECT commissioning.chart_pyramid_history('Bands of the frailty score over time',
    (SELECT jsonb_agg(b) FROM (SELECT r.as_of, s.band AS tier, s.band_order AS tier_order, count(*) AS patients
        FROM population.risk_score s JOIN population.risk_run r ON r.risk_run_id = s.risk_run_id
        WHERE r.model = 'hfrs_gilbert2018' AND s.band IS NOT NULL GROUP BY r.as_of, s.band, s.band_order) b));
SELECT commissioning.chart_contributions('Why the person with the highest score for frailty has it',
    (SELECT jsonb_agg(w ORDER BY w.place) FROM population.why_person((SELECT person_id FROM population_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND rank_overall = 1), 'hfrs_gilbert2018') w WHERE w.place > 0));
SELECT '<h2>A model trained here</h2>';
\set w population
\set model winter_admission
\ir model_charts.sql

SELECT '<h2>Invoices</h2>' || commissioning.chart_comparison('Claimed against plan by point of delivery',
    (SELECT jsonb_agg(jsonb_build_object('label', p.pod, 'first', p.plan_gbp, 'second', p.claimed_gbp) ORDER BY p.claimed_gbp DESC)
     FROM (SELECT pod, sum(plan_gbp) AS plan_gbp, sum(claimed_gbp) AS claimed_gbp FROM icb_reporting.reconciliation GROUP BY pod ORDER BY sum(claimed_gbp) DESC NULLS LAST LIMIT 8) p),
    'plan', 'claimed');
SET icb.today = '2025-06-12';
SELECT commissioning.chart_funnel('From identified to credited',
    (SELECT jsonb_agg(jsonb_build_object('label', f.label, 'value', f.amount, 'note', f.note) ORDER BY f.place)
     FROM (SELECT stage_order AS place, stage AS label, amount_gbp AS amount, to_char(lines, 'FM999,999,990') || ' lines' AS note FROM icb_reporting.money_funnel WHERE stage <> 'claimed'
           UNION ALL SELECT 10, 'raised', sum(raised_gbp), to_char(sum(lines), 'FM999,999,990') || ' lines' FROM icb_reporting.challenge_position
           UNION ALL SELECT 11, 'agreed', sum(agreed_gbp), '' FROM icb_reporting.challenge_position
           UNION ALL SELECT 12, 'credited', sum(credited_gbp), '' FROM icb_reporting.challenge_position) f));
SELECT '<p class="note">Identified: each rule alone. Net: after the waterfall, so that no pound counts twice. Recoverable: what the contracts let the commissioner take back.</p>';
SELECT commissioning.chart_ageing('Challenges by time to their deadline, on 12 June',
    (SELECT jsonb_agg(jsonb_build_object('label', a.bucket, 'value', a.amount, 'overdue', a.bucket <> 'not yet due', 'note', a.challenges || ' challenges') ORDER BY a.bucket_order)
     FROM (SELECT bucket, bucket_order, sum(amount_gbp) AS amount, sum(challenges) AS challenges FROM icb_reporting.challenge_ageing GROUP BY bucket, bucket_order) a));
SELECT commissioning.chart_pareto('Where the recoverable money comes from',
    (SELECT jsonb_agg(jsonb_build_object('label', c.provider_code || ' ' || c.pod || ': ' || c.rule_code || ' ' || c.rule_name, 'value', c.recoverable_gbp)) FROM icb_reporting.root_cause_pareto c WHERE c.cause_order <= 12));
SELECT commissioning.chart_intervals('How often rules were upheld',
    (SELECT jsonb_agg(jsonb_build_object('label', p.rule_code || ' ' || p.rule_name, 'value', (p.x).proportion, 'lower', (p.x).lower, 'upper', (p.x).upper, 'note', p.upheld || ' of ' || p.judged || ' lines') ORDER BY p.judged DESC, p.rule_code)
     FROM (SELECT r.rule_code, max(f.rule_name) AS rule_name, sum(r.upheld_lines + r.upheld_in_part_lines)::bigint AS upheld, sum(r.judged_lines)::bigint AS judged,
                  commissioning.proportion_ci(sum(r.upheld_lines + r.upheld_in_part_lines)::bigint, sum(r.judged_lines)::bigint) AS x
           FROM icb_reporting.rule_precision r JOIN icb_reporting.finding_summary f ON f.rule_code = r.rule_code
           WHERE r.judged_lines > 0 GROUP BY r.rule_code ORDER BY sum(r.judged_lines) DESC, r.rule_code LIMIT 10) p), 0.5);
SELECT commissioning.chart_bridge('Why September moved', jsonb_build_array(
    jsonb_build_object('label', 'opening', 'amount', sum(opening_gbp)), jsonb_build_object('label', 'new lines', 'amount', sum(new_gbp)), jsonb_build_object('label', 'withdrawn', 'amount', sum(withdrawn_gbp)),
    jsonb_build_object('label', 're-coded', 'amount', sum(recoded_gbp)), jsonb_build_object('label', 're-priced', 'amount', sum(repriced_gbp)),
    jsonb_build_object('label', 'moved, remapped', 'amount', sum(moved_commissioner_gbp + moved_month_gbp + remapped_gbp))), 'statement before', 'current statement')
FROM icb_reporting.restatement WHERE activity_month = '2024-09-01';
SELECT commissioning.chart_control('Secondary diagnoses per spell against all providers: ' || d.provider_code,
    jsonb_agg(jsonb_build_object('label', to_char(d.activity_month, 'Mon'), 'value', d.ratio, 'mean', d.mean_ratio, 'lower', greatest(d.lower_limit, 0), 'upper', d.upper_limit) ORDER BY d.activity_month))
FROM icb_reporting.coding_depth d
WHERE d.provider_code = (SELECT provider_code FROM icb_reporting.coding_depth GROUP BY provider_code ORDER BY sum(spells) DESC LIMIT 1) AND d.activity_month BETWEEN '2024-04-01' AND '2025-03-01'
GROUP BY d.provider_code;
SELECT '<h3>Providers</h3><table><tr><th>Provider</th><th>Lines</th><th>Claimed</th><th>Matched</th><th>Errors per 1,000</th><th>Gross</th><th>Net</th><th>Raised</th><th>Agreed</th><th>Credited</th></tr>'
    || string_agg(format('<tr><td>%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>', provider_code, claimed_lines,
        commissioning.chart_number(claimed_gbp, 'gbp'), commissioning.chart_percent(matched_share), errors_per_thousand, commissioning.chart_percent(gross_error), commissioning.chart_percent(net_error),
        commissioning.chart_number(raised_gbp, 'gbp'), commissioning.chart_number(agreed_gbp, 'gbp'), commissioning.chart_number(credited_gbp, 'gbp')), '' ORDER BY claimed_gbp DESC) || '</table>'
FROM (SELECT * FROM icb_reporting.provider_scorecard ORDER BY claimed_gbp DESC LIMIT 8) s;
SELECT '<h3>One line, from the day it was sent</h3><table><tr><th></th><th></th><th>Amount</th><th>Source</th></tr>'
    || string_agg(format('<tr><td>%s</td><td>%s</td><td class="n">%s</td><td>%s</td></tr>', e.chapter, commissioning.chart_escape(e.what),
        CASE WHEN e.amount_gbp IS NULL THEN '' ELSE commissioning.chart_number(e.amount_gbp, 'gbp') END, commissioning.chart_escape(e.source)), '' ORDER BY e.place) || '</table>'
FROM icb.explain_line((SELECT line_key FROM icb.challenge_line WHERE credit_notes > 0 ORDER BY credit_notes DESC, line_key LIMIT 1)) e;
SELECT '<h3>Rules</h3><table><tr><th>Rule</th><th></th><th>Lines</th><th>Identified</th><th>Net</th><th>Recoverable</th><th>Undercharged</th><th>Not assessed</th></tr>'
    || string_agg(format('<tr><td>%s</td><td>%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>', rule_code,
        commissioning.chart_escape(rule_name), lines, commissioning.chart_number(identified_gbp, 'gbp'), commissioning.chart_number(net_gbp, 'gbp'),
        commissioning.chart_number(recoverable_gbp, 'gbp'), commissioning.chart_number(undercharged_gbp, 'gbp'), not_assessed_lines), '' ORDER BY recoverable_gbp DESC, rule_code) || '</table>'
FROM icb_reporting.finding_summary;

SELECT '<h2>Settlement</h2>' || share.statement_pictures(r.run_id) FROM share.settlement_run r WHERE r.status = 'posted';
SELECT commissioning.chart_simulation('The terms before they were signed: cost around the plan, give or take 5 %',
    share.simulate_contract('ALLIANCE', 1, (SELECT jsonb_build_object('actual_mean', i.benchmark, 'actual_sd', round(i.benchmark * 0.05, 2)) FROM share.settlement_input i)::commissioning.settlement_uncertainty, 10000, 2024));
SELECT '<table><tr><th>Line</th><th>Clause</th><th>Formula</th><th>Amount</th></tr>'
    || string_agg(format('<tr><td>%s</td><td>%s</td><td>%s</td><td class="n">%s</td></tr>', commissioning.chart_escape(words), commissioning.chart_escape(clause),
        commissioning.chart_escape(formula), commissioning.chart_number(amount_gbp, 'gbp')), '' ORDER BY line_order) || '</table>'
FROM share_reporting.settlement_statement;
SELECT '</body></html>';
