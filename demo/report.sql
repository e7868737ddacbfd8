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
SELECT commissioning.chart_funnel('From identified to recoverable',
    (SELECT jsonb_agg(jsonb_build_object('label', f.stage, 'value', f.amount_gbp, 'note', to_char(f.lines, 'FM999,999,990') || ' lines') ORDER BY f.stage_order)
     FROM icb_reporting.money_funnel f WHERE f.stage <> 'claimed'));
SELECT '<p class="note">Identified: each rule alone. Net: after the waterfall, so that no pound counts twice. Recoverable: what the contracts let the commissioner take back.</p>';
SELECT '<table><tr><th>Rule</th><th></th><th>Lines</th><th>Identified</th><th>Net</th><th>Recoverable</th><th>Undercharged</th><th>Not assessed</th></tr>'
    || string_agg(format('<tr><td>%s</td><td>%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>', rule_code,
        commissioning.chart_escape(rule_name), lines, commissioning.chart_number(identified_gbp, 'gbp'), commissioning.chart_number(net_gbp, 'gbp'),
        commissioning.chart_number(recoverable_gbp, 'gbp'), commissioning.chart_number(undercharged_gbp, 'gbp'), not_assessed_lines), '' ORDER BY recoverable_gbp DESC, rule_code) || '</table>'
FROM icb_reporting.finding_summary;

SELECT '<h2>Settlement</h2>' || commissioning.chart_waterfall('Emergency care alliance, 2024/25',
    (SELECT jsonb_agg(jsonb_build_object('label', w.step, 'kind', CASE WHEN w.step_kind = 'change' THEN 'step' ELSE 'total' END,
                                         'from', CASE WHEN w.step_kind = 'change' THEN w.from_gbp ELSE 0 END, 'to', w.to_gbp) ORDER BY w.step_order)
     FROM share_reporting.settlement_waterfall w));
SELECT '<table><tr><th>Line</th><th>Clause</th><th>Formula</th><th>Amount</th></tr>'
    || string_agg(format('<tr><td>%s</td><td>%s</td><td>%s</td><td class="n">%s</td></tr>', commissioning.chart_escape(words), commissioning.chart_escape(clause),
        commissioning.chart_escape(formula), commissioning.chart_number(amount_gbp, 'gbp')), '' ORDER BY line_order) || '</table>'
FROM share_reporting.settlement_statement;
SELECT '</body></html>';
