-- What terms would do before they are signed: simulation, break-even, two versions side by side, the shadow contract.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET search_path = commissioning, public;
\set basic '\'{"curve": "gain 0..:50% max 10%; loss 0..:30% max 4%", "gate_by": "minimum_rate"}\'::jsonb::settlement_terms'
\set hundred '\'{"benchmark": 100000000, "actual": 100000000, "size": 5000, "minimum_rate": 0.02}\'::jsonb::settlement_inputs'

-- the first draws of seed 1: the same for ever, on any machine (100,000,000 + 2 / sqrt(5,000) x 100,000,000 x z, z = inverse normal of the second of each three numbers)
SELECT * FROM simulated_draws(:basic, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 4, 1);
SELECT * FROM simulated_draws(:basic, :hundred, '{"cv": 2, "distribution": "lognormal", "size_sd": 50, "score_mean": 0.8, "score_sd": 0.1}'::jsonb::settlement_uncertainty, 4, -1);
SELECT * FROM simulated_draws(:basic, :hundred, '{"actual_sd": 5000000, "distribution": "gamma", "follow_size": true, "size_sd": 50, "score_mean": 80, "score_sd": 10, "correlation": -0.5}'::jsonb::settlement_uncertainty, 4, 9223372036854775807);
-- more draws begin with the same ones; another seed has others; other terms meet the same luck
SELECT count(*) FILTER (WHERE a IS DISTINCT FROM b) AS other, count(*) FILTER (WHERE a.actual = c.actual) AS seed_2, count(*) FILTER (WHERE a.actual <> d.actual) AS terms
FROM simulated_draws(:basic, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 1000, 1) a
JOIN simulated_draws(:basic, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 2000, 1) b USING (draw)
JOIN simulated_draws(:basic, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 1000, 2) c USING (draw)
JOIN simulated_draws('{"curve": "both 0..:50%"}'::jsonb::settlement_terms, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 1000, 1) d USING (draw);

-- every draw settled by itself gives what the simulation says
CREATE TEMP TABLE shape (name text, terms settlement_terms, inputs jsonb, uncertainty jsonb);
INSERT INTO shape
SELECT t.shape, template_terms(t.shape), '{"minimum_rate": 0.02, "size": 10000, "score": 0.77, "revenue": 5000000, "fee": 250000, "plan_volume": 10000, "plan_risk": 1, "risk": 1.01, "volume": 10000, "guardrail_benchmark": 10100000}'::jsonb || t.inputs || '{"benchmark": 10000000}',
       jsonb_build_object('actual_mean', 10000000, 'actual_sd', 700000, 'distribution', (ARRAY['normal', 'lognormal', 'gamma'])[1 + (row_number() OVER (ORDER BY t.shape))::integer % 3])
       || CASE WHEN row_number() OVER (ORDER BY t.shape) % 2 = 0 THEN '{"size_mean": 10000, "size_sd": 3000}' ELSE '{}' END::jsonb
       || CASE WHEN row_number() OVER (ORDER BY t.shape) % 4 < 2 THEN '{"score_mean": 0.8, "score_sd": 0.2, "correlation": -0.3}' ELSE '{}' END::jsonb
FROM contract_template t
WHERE t.terms ->> 'stop_loss' IS NULL;
SELECT count(*) > 17 AS shapes, count(*) FILTER (WHERE s.amount IS DISTINCT FROM d.settlement) AS differ, count(DISTINCT d.settlement) > 5000 AS various
FROM shape x, simulated_draws(x.terms, x.inputs::settlement_inputs, x.uncertainty::settlement_uncertainty, 500, 7) d,
     LATERAL (SELECT s.amount FROM settle(x.terms, (x.inputs || jsonb_strip_nulls(jsonb_build_object('actual', d.actual, 'size', d.size, 'score', d.score)))::settlement_inputs) s
              WHERE s.line_code = 'settlement') s;

-- clauses that follow the drawn size and score: volume, withhold, allowance, minimum size, part below the gate, payment on top, caps before quality
CREATE TEMP TABLE clause (name text, terms jsonb);
INSERT INTO clause VALUES
('volume and risk', '{"curve": "both 0..5%:50%, 5%..:20%", "adjust": "volume, risk", "risk_limit": 0.03, "gate_by": "minimum_rate", "below_gate": 0.5}'),
('withhold', '{"curve": "both 0..25%:100%, 25%..:50%", "discount": 0.02, "withhold": 0.05, "withhold_scale": "linear 50%:0, 90%:1"}'),
('withhold by score', '{"curve": "both 0..:100%", "withhold": 0.02, "pays": "benchmark + share", "reopener": "5%"}'),
('allowance', '{"curve": "gain 0..:50% max 3%; loss cliff 1% 0..:40%", "allowance": "linear 5000:2%, 20000:1%", "minimum_size": 7000}'),
('guardrail', '{"curve": "both 0..:50%", "guardrail": true, "contingency": 25000, "cap_gain": "150000", "cap_when": "before quality", "quality": ">=80%:100%, >=60%:50% else 0%"}'),
('fee', '{"measure": "actual - benchmark", "curve": "gain 0..:20%; loss 0..:100%", "fee_at_risk": 300000, "loss_rate": ">=100%:0%, >=85%:25%, >=70%:50% else 100%", "loss_rate_by": "ratio", "net_of_fee": true, "pays": "fee + share"}'),
('ratio', '{"curve": "both 0..:60%", "quality": "linear 80%:100%, 100%:40%", "quality_by": "ratio", "quality_side": "both", "rounding": "half_even unit 1.00"}'),
('too wide to be short', '{"curve": "both 0..0.1%:1/3, 0.1%..:4611686018427387907/9223372036854775783"}');
SELECT c.name, count(*) AS draws, count(*) FILTER (WHERE s.amount IS DISTINCT FROM d.settlement) AS differ, count(DISTINCT d.settlement) > 100 AS various, count(*) FILTER (WHERE d.settlement < 0) > 0 AS losses
FROM clause c, (VALUES ('{"benchmark": 10000000, "minimum_rate": 0.02, "size": 10000, "score": 0.77, "fee": 250000, "plan_volume": 10000, "plan_risk": 1, "risk": 1.05, "guardrail_benchmark": 10100000, "loss_relief": 12.34}'::jsonb)) i (inputs),
     LATERAL simulated_draws(c.terms::settlement_terms, i.inputs::settlement_inputs, '{"actual_mean": 10000000, "actual_sd": 700000, "size_sd": 3000, "follow_size": true, "score_sd": 0.2}'::jsonb::settlement_uncertainty, 500, 17) d,
     LATERAL settle(c.terms::settlement_terms, (i.inputs || jsonb_build_object('actual', d.actual, 'size', d.size, 'volume', d.size, 'score', d.score))::settlement_inputs) s
WHERE s.line_code = 'settlement'
GROUP BY c.name ORDER BY c.name;
-- where the benchmark is paid with the share, gains and losses are those of the share: half of 200,000 saved on top of 1,000,000
SELECT mean, p_gain, p_loss, expected_gain, expected_loss
FROM simulate_settlement('{"curve": "both 0..:50%", "pays": "benchmark + share"}'::jsonb::settlement_terms, '{"benchmark": 1000000, "actual": 800000}'::jsonb::settlement_inputs, '{}'::jsonb::settlement_uncertainty, 3);

-- quantiles, mean, spread and parts against the draws
SELECT x.name, q.*
FROM shape x, simulate_settlement(x.terms, x.inputs::settlement_inputs, x.uncertainty::settlement_uncertainty, 997, 5) m,
     LATERAL (SELECT (m.minimum, m.p05, m.p10, m.p25, m.p50, m.p75, m.p90, m.p95, m.maximum) IS DISTINCT FROM
                     (min(d.settlement), percentile_disc(0.05) WITHIN GROUP (ORDER BY d.settlement), percentile_disc(0.1) WITHIN GROUP (ORDER BY d.settlement),
                      percentile_disc(0.25) WITHIN GROUP (ORDER BY d.settlement), percentile_disc(0.5) WITHIN GROUP (ORDER BY d.settlement),
                      percentile_disc(0.75) WITHIN GROUP (ORDER BY d.settlement), percentile_disc(0.9) WITHIN GROUP (ORDER BY d.settlement),
                      percentile_disc(0.95) WITHIN GROUP (ORDER BY d.settlement), max(d.settlement)) AS quantiles_differ,
                     m.mean <> round(avg(d.settlement), 2) OR abs(m.sd - stddev_samp(d.settlement)) > 0.01 AS moments_differ,
                     m.p_gate_not_met <> round(count(*) FILTER (WHERE NOT d.gate_met) / 997.0, 6) OR m.p_gate_met <> round(count(*) FILTER (WHERE d.gate_met) / 997.0, 6)
                         OR m.p_cap <> round(count(*) FILTER (WHERE d.capped) / 997.0, 6) AS parts_differ,
                     coalesce((x.terms).pays, 'share') = 'share'
                         AND (m.p_gain <> round(count(*) FILTER (WHERE d.settlement > 0) / 997.0, 6) OR m.p_loss <> round(count(*) FILTER (WHERE d.settlement < 0) / 997.0, 6)
                              OR m.p_nothing <> round(count(*) FILTER (WHERE d.settlement = 0) / 997.0, 6)
                              OR m.expected_gain <> round(avg(greatest(d.settlement, 0)), 2) OR m.expected_loss <> round(-avg(least(d.settlement, 0)), 2)) AS shares_differ,
                     m.bin_from <> min(d.settlement) OR m.bin_width * 20 <= max(d.settlement) - min(d.settlement)
                         OR m.histogram <> (SELECT array_agg((SELECT count(*) FROM simulated_draws(x.terms, x.inputs::settlement_inputs, x.uncertainty::settlement_uncertainty, 997, 5) e
                                                              WHERE floor((e.settlement - m.bin_from) / m.bin_width) = b)::numeric ORDER BY b) FROM generate_series(0, 19) b) AS bins_differ
              FROM simulated_draws(x.terms, x.inputs::settlement_inputs, x.uncertainty::settlement_uncertainty, 997, 5) d) q
WHERE quantiles_differ OR moments_differ OR parts_differ OR shares_differ OR bins_differ;

-- DeLia 2012: at 5,000 people and a minimum rate of 2 % chance alone rewards 0.24 of the contracts (2 % / (2 / sqrt(5,000)) = 0.7071 standard deviations: 0.23975);
-- at 50,000 people 0.01267; four standard errors of 200,000 draws
SELECT m.size, round(s.p_gain, 2) AS rewarded, round(s.p_loss, 2) AS penalised, abs(s.p_gain - m.p) < 4 * sqrt(m.p * (1 - m.p) / 200000) AS as_computed, s.p_gain + s.p_loss = s.p_gate_met AS gate
FROM (VALUES (5000, 0.239750), (50000, 0.012674)) m (size, p),
     simulate_settlement(:basic, jsonb_build_object('benchmark', 100000000, 'actual', 100000000, 'size', m.size, 'minimum_rate', 0.02)::settlement_inputs, '{"cv": 2}'::jsonb::settlement_uncertainty, 200000, 2012) s
ORDER BY 1;
-- half of everything, no gate, nothing to expect: the mean gain is sd / sqrt(2 pi) / 2 = 0.1994711 x sd
SELECT abs(s.expected_gain / 1000000 - 0.1994711) < 0.002 AS gain, abs(s.expected_loss / 1000000 - 0.1994711) < 0.002 AS loss, abs(s.mean) < 6000 AS nothing_on_average
FROM simulate_settlement('{"curve": "both 0..:50%"}'::jsonb::settlement_terms, '{"benchmark": 50000000, "actual": 50000000}'::jsonb::settlement_inputs, '{"actual_sd": 1000000}'::jsonb::settlement_uncertainty, 200000, 3) s;
-- skewed costs have the mean and spread asked for
SELECT d.distribution, abs(avg(s.actual) / 10000000 - 1) < 0.005 AS mean, abs(stddev(s.actual) / 3000000 - 1) < 0.02 AS sd, min(s.actual) > 0 AS above_nothing
FROM unnest('{normal,lognormal,gamma}'::text[]) d (distribution),
     simulated_draws(:basic, :hundred, jsonb_build_object('actual_mean', 10000000, 'actual_sd', 3000000, 'distribution', d.distribution)::settlement_uncertainty, 50000, 4) s
GROUP BY 1 ORDER BY 1;
-- a million draws that are settled the long way (a rate of 1 / 9223372036854775783) can be cancelled
SET statement_timeout = '300ms';
SELECT simulate_settlement('{"curve": "gain 0..5:1/3, 5..:1/9223372036854775783; loss 0..5:1/3, 5..:1/9223372036854775783"}'::jsonb::settlement_terms, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 1000000);
RESET statement_timeout;
-- nothing uncertain: every draw is the settlement; one draw has no spread
SELECT mean, sd, minimum, p50, maximum, p_gain, bin_width, histogram FROM simulate_settlement(:basic, '{"benchmark": 100000000, "actual": 96000000, "minimum_rate": 0.02}'::jsonb::settlement_inputs, '{}'::jsonb::settlement_uncertainty, 10);
SELECT mean, sd, p05, p95 FROM simulate_settlement(:basic, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty, 1, 1);

-- parties: their parts add up in every draw, so that means nearly do; quantiles against split_amount over the draws
\set alliance '\'{"curve": "gain 0..5%:40%, 5%..:0%; loss 0..5%:40%, 5%..:0% max 1000000", "split": "acute 50%, community 30%, gp remaining", "counterparty": "icb"}\'::jsonb::settlement_terms'
\set target '\'{"benchmark": 25000000, "actual": 24500000}\'::jsonb::settlement_inputs'
SELECT party_order, party, role, mean, p05, p50, p95, p_receives, p_pays FROM simulated_parties(:alliance, :target, '{"actual_sd": 800000}'::jsonb::settlement_uncertainty, 5000, 11);
SELECT count(*) AS parties, count(*) FILTER (WHERE q.differ) AS differ
FROM simulated_parties(:alliance, :target, '{"actual_sd": 800000}'::jsonb::settlement_uncertainty, 5000, 11) p
JOIN LATERAL (SELECT (p.minimum, p.p05, p.p10, p.p25, p.p50, p.p75, p.p90, p.p95, p.maximum, p.mean, p.p_receives, p.p_pays) IS DISTINCT FROM
                     (min(a.amount), percentile_disc(0.05) WITHIN GROUP (ORDER BY a.amount), percentile_disc(0.1) WITHIN GROUP (ORDER BY a.amount),
                      percentile_disc(0.25) WITHIN GROUP (ORDER BY a.amount), percentile_disc(0.5) WITHIN GROUP (ORDER BY a.amount), percentile_disc(0.75) WITHIN GROUP (ORDER BY a.amount),
                      percentile_disc(0.9) WITHIN GROUP (ORDER BY a.amount), percentile_disc(0.95) WITHIN GROUP (ORDER BY a.amount), max(a.amount), round(avg(a.amount), 2),
                      round(count(*) FILTER (WHERE a.amount > 0) / 5000.0, 6), round(count(*) FILTER (WHERE a.amount < 0) / 5000.0, 6)) AS differ
              FROM simulated_draws(:alliance, :target, '{"actual_sd": 800000}'::jsonb::settlement_uncertainty, 5000, 11) d,
                   LATERAL (SELECT s.amount FROM split_amount(d.settlement, (:alliance).split) s WHERE s.party = p.party
                            UNION ALL SELECT -d.settlement WHERE p.role = 'counterparty') a) q ON true;

-- shares too wide for the short way, and odd pennies to the first parties
SELECT m.split_method, count(*) AS parties, count(*) FILTER (WHERE (p.minimum, p.mean, p.maximum) IS DISTINCT FROM (q.minimum, q.mean, q.maximum)) AS differ
FROM (VALUES ('hamilton', 'a 1/9223372036854775783, b 1/3, c remaining'), ('first', 'a 1/7, b 1/7, c remaining')) m (split_method, split),
     LATERAL (SELECT jsonb_build_object('curve', 'both 0..:50%', 'split', m.split, 'split_method', m.split_method)::settlement_terms AS terms) t,
     LATERAL simulated_parties(t.terms, :target, '{"actual_sd": 800000}'::jsonb::settlement_uncertainty, 300, 12) p
JOIN LATERAL (SELECT min(a.amount) AS minimum, round(avg(a.amount), 2) AS mean, max(a.amount) AS maximum
              FROM simulated_draws(t.terms, :target, '{"actual_sd": 800000}'::jsonb::settlement_uncertainty, 300, 12) d, split_amount(d.settlement, m.split::party_split, m.split_method) a
              WHERE a.party = p.party) q ON true
GROUP BY 1 ORDER BY 1;

-- break-even ----------------------------------------------------------------------------------
-- 40 % of what is saved below 1,000,000: 100,000 from 249,999.99 (99,999.996), which is an actual of 750,000.01
SELECT break_even('{"curve": "gain 0..:40%"}'::jsonb::settlement_terms, '{"benchmark": 1000000}'::jsonb::settlement_inputs, 100000);
-- a gain share of 20 % that comes to 100,000: verified savings of 499,999.98 (99,999.996)
SELECT break_even('{"measure": "actual - benchmark", "curve": "gain 0..:20%"}'::jsonb::settlement_terms, '{"benchmark": 0}'::jsonb::settlement_inputs, 100000);
-- a cliff of 3 %: nothing below 30,000, 12,000 at once: 5,000 is jumped over at 970,000; 12,000 is met there; 12,000.01 needs a little more; 400,000.01 is beyond all that can be saved
\set cliff '\'{"curve": "gain cliff 3% 0..:40%; loss 0..10%:20%"}\'::jsonb::settlement_terms, \'{"benchmark": 1000000}\'::jsonb::settlement_inputs'
SELECT break_even(:cliff, 5000) AS jumped, break_even(:cliff, 12000) AS met, break_even(:cliff, 12000.01) AS more, break_even(:cliff, 400000) AS all_of_it, break_even(:cliff, 400000.01) AS never;
-- losses up to 20,000: the first penny that rounds to it, and never beyond; nothing at the benchmark itself
SELECT break_even(:cliff, -20000) AS most, break_even(:cliff, -20000.01) AS never, break_even(:cliff) AS nothing, break_even(:cliff, NULL) AS unknown;
-- a discount of 3.5 % moves the point of nothing
SELECT break_even('{"curve": "both 0..:50%", "discount": 0.035}'::jsonb::settlement_terms, '{"benchmark": 1000000}'::jsonb::settlement_inputs);
-- one penny nearer to the benchmark the target is not reached yet
SELECT count(b.actual) > 50 AS found, count(*) FILTER (WHERE s.at_it IS DISTINCT FROM 'reached' OR s.before IS NOT DISTINCT FROM 'reached') AS wrong
FROM shape x CROSS JOIN unnest('{-150000.01,-20000,77777.77,300000}'::numeric[]) t (target)
CROSS JOIN LATERAL (SELECT (x.inputs || '{"benchmark": 10000000, "actual": 0}')::settlement_inputs AS inputs) i
CROSS JOIN LATERAL (SELECT break_even(x.terms, i.inputs, t.target) AS actual) b
CROSS JOIN LATERAL (SELECT (SELECT s.amount FROM settle(x.terms, (x.inputs || jsonb_build_object('benchmark', 10000000, 'actual', 10000000))::settlement_inputs) s WHERE s.line_code = 'settlement') AS start) z
CROSS JOIN LATERAL (SELECT max(CASE WHEN sign(s.amount - t.target) <> sign(z.start - t.target) THEN 'reached' ELSE 'not yet' END) FILTER (WHERE p.step = 0) AS at_it,
                           max(CASE WHEN sign(s.amount - t.target) <> sign(z.start - t.target) THEN 'reached' ELSE 'not yet' END) FILTER (WHERE p.step = 1) AS before
                    FROM generate_series(0, 1) p (step),
                         LATERAL settle(x.terms, (x.inputs || jsonb_build_object('benchmark', 10000000, 'actual', b.actual + p.step * 0.01 * sign(10000000 - b.actual)))::settlement_inputs) s
                    WHERE s.line_code = 'settlement') s
WHERE b.actual IS NOT NULL AND z.start <> t.target;

-- savings count in full from 90 % of the benchmark up and half below it: 60,000 at 940,000, 110,000 not before 780,000.01
SELECT break_even(r.terms, r.inputs, 60000) AS near, break_even(r.terms, r.inputs, 110000) AS far
FROM (SELECT '{"curve": "both 0..:100%", "quality": ">=90%:100% else 50%", "quality_by": "ratio"}'::jsonb::settlement_terms AS terms, '{"benchmark": 1000000}'::jsonb::settlement_inputs AS inputs) r;

-- side by side ----------------------------------------------------------------------------------
-- 40 % of 888,777.67 with a quality of 90 %; 50 % of it from a gate of 2 % on, quality not asked, held at 400,000
SELECT * FROM compare_terms('{"curve": "gain 0..5%:40%, 5%..:0%", "quality": "linear 0:0, 1:1", "split": "acute 60%, gp remaining", "counterparty": "icb"}'::jsonb::settlement_terms,
    '{"curve": "gain cliff 2% 0..5%:50%, 5%..:0% max 400000", "split": "acute 50%, community remaining", "counterparty": "icb"}'::jsonb::settlement_terms,
    '{"benchmark": 25000000, "actual": 24111222.33, "score": 0.9}'::jsonb::settlement_inputs);
-- the same terms differ nowhere; other indicators on the other side
SELECT count(*) AS lines, count(*) FILTER (WHERE difference <> 0 OR difference IS NULL OR a_formula IS DISTINCT FROM b_formula) AS differ FROM compare_terms(:basic, :basic, :hundred);
SELECT line_code, clause, a_amount, b_amount, difference FROM compare_terms('{"curve": "gain 0..:50%"}'::jsonb::settlement_terms, '{"curve": "gain 0..:50%"}'::jsonb::settlement_terms,
    '{"benchmark": 1000, "actual": 900}'::jsonb::settlement_inputs, '{"indicators": [{"name": "falls", "weight": 1, "score": 0.5}]}'::jsonb::settlement_detail, '{"indicators": [{"name": "falls", "weight": 1, "score": 0.75}]}'::jsonb::settlement_detail)
WHERE line_code IN ('indicator', 'quality', 'settlement');
SELECT * FROM compare_terms(:basic, '{"curve": "gain 0..:50%", "quality": "linear 0:0, 1:1"}'::jsonb::settlement_terms, '{"benchmark": 1000, "actual": 900, "minimum_rate": 0}'::jsonb::settlement_inputs);

-- what makes no sense is refused
SELECT simulate_settlement(NULL, :hundred, '{}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{}'::jsonb::settlement_uncertainty, 0);
SELECT simulate_settlement(:basic, :hundred, '{}'::jsonb::settlement_uncertainty, 1000001);
SELECT simulate_settlement(:basic, :hundred, '{"actual_sd": 5, "cv": 2}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"actual_sd": -5}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"cv": "NaN"}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"spread": 5}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"distribution": "pareto"}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"distribution": "gamma", "actual_mean": 0}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"correlation": 1.5}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, :hundred, '{"actual_mean": 1e14}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, '{"benchmark": 100, "minimum_rate": 0.02}'::jsonb::settlement_inputs, '{"actual_sd": 5}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, '{"benchmark": 100, "actual": 100, "minimum_rate": 0.02}'::jsonb::settlement_inputs, '{"cv": 2}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement(:basic, '{"benchmark": 100, "actual": 100}'::jsonb::settlement_inputs, '{"actual_sd": 2}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement('{"curve": "gain 0..:50%", "quality": ">=90%:100%"}'::jsonb::settlement_terms, :hundred, '{"cv": 2, "score_mean": 0.9, "score_sd": 0.1}'::jsonb::settlement_uncertainty);
SELECT simulate_settlement('{"curve": "gain 0..:50%", "stop_loss": "gain 0..:0%"}'::jsonb::settlement_terms, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty);
SELECT * FROM simulated_parties(:basic, :hundred, '{"cv": 2}'::jsonb::settlement_uncertainty);
SELECT break_even(:cliff, 0.001);
SELECT break_even('{"curve": "gain 0..:40%", "quality": "linear 0:0, 1:1"}'::jsonb::settlement_terms, '{"benchmark": 100}'::jsonb::settlement_inputs, 10);

-- in a warehouse ------------------------------------------------------------------------------
SELECT create_warehouse('what', 'invoice_validation', 1);
INSERT INTO what.contract (contract_id, title, basis, valid) VALUES
('ALL', 'alliance', 'risk_share', '[2024-04-01,2027-04-01)'), ('K1', 'acute', 'api', '[2024-04-01,2025-04-01)'), ('K2', 'acute, years ago', 'mret', '[2018-04-01,2019-04-01)'),
('K3', 'without a plan', 'block', '[2024-04-01,2025-04-01)');
INSERT INTO what.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source) VALUES
('ALL', 1, '[2024-04-01,2025-04-01)', 'alliance', 'gain 0..5%:40%, 5%..:0%; loss 0..5%:40%, 5%..:0% max 1000000', 'acute 50%, community 30%, gp 20%', 'icb', 'draft of March'),
('ALL', 2, '[2024-04-01,2025-04-01)', 'alliance', 'gain cliff 2% 0..5%:50%, 5%..:0% max 400000; loss 0..5%:50%, 5%..:0% max 300000', 'acute 50%, community 30%, gp 20%', 'icb', 'draft of May');
INSERT INTO what.settlement_input (contract_id, period, benchmark, actual, source) VALUES
('ALL', '[2023-04-01,2024-04-01)', 1, 1, 'the year before'), ('ALL', '[2024-04-01,2024-07-01)', 2, 2, 'a quarter'),
('ALL', '[2024-04-01,2025-04-01)', 25000000, 24111222.33, 'forecast');
-- the worked alliance as what is expected: 355,511.07 over three; a loss of 1,000,000 at 40 %; a gain beyond 5 % at 1,250,000 x 40 %
SELECT * FROM what.scenario_range('ALL', 1, '{"actual": 26000000}', NULL, '{"actual": 23000000}');
-- version 2 in the same scenarios: losses up to 300,000, gains up to 400,000
SELECT scenario, settlement, string_agg(party || ' ' || amount, ', ' ORDER BY party_order) AS parties, sum(amount) AS together
FROM what.scenario_range('ALL', 2, '{"actual": 26000000}', NULL, '{"actual": 23000000}') GROUP BY 1, 2 ORDER BY 2;
SELECT what.simulate_contract('ALL', 2, '{"actual_sd": 500000}'::jsonb::settlement_uncertainty, 2000, 8)
       = simulate_settlement(what.terms_of(t), '{"benchmark": 25000000, "actual": 24111222.33}'::jsonb::settlement_inputs, '{"actual_sd": 500000}'::jsonb::settlement_uncertainty, 2000, 8) AS the_same
FROM what.contract_terms t WHERE t.contract_id = 'ALL' AND t.version = 2;
SELECT p.party_order, p.party, p.role, p.p05, p.p50, p.p95, p.maximum FROM what.simulate_contract_parties('ALL', 2, '{"actual_sd": 500000}'::jsonb::settlement_uncertainty, 2000, 8) p;
-- version 2 against version 1, and with an indicator each
SELECT line_order, line_code, clause, party, a_amount, b_amount, difference FROM what.compare_versions('ALL', 1, 2, '[2024-04-01,2025-04-01)');
SELECT * FROM what.compare_versions('ALL', 1, 2, '[2024-04-01,2025-03-01)');
INSERT INTO what.terms_indicator (contract_id, version, indicator_order, name, weight) VALUES ('ALL', 1, 1, 'falls', 1);
INSERT INTO what.settlement_indicator_input (contract_id, period, name, score) VALUES ('ALL', '[2024-04-01,2025-04-01)', 'falls', 0.5);
SELECT line_code, party, a_amount, b_amount, difference FROM what.compare_versions('ALL', 1, 2, '[2024-04-01,2025-04-01)') WHERE line_code IN ('indicator', 'quality', 'settlement');
-- expected: half of 355,511.068 is 177,755.534; parts of 88,877.765, 53,326.659 and 35,551.106: the two odd pennies go to the larger remainders
SELECT settlement, string_agg(party || ' ' || amount, ', ' ORDER BY party_order) AS parties FROM what.scenario_range('ALL', 1, NULL, NULL, NULL) WHERE scenario = 'expected' GROUP BY 1;
SELECT mean FROM what.simulate_contract('ALL', 1, '{"score_mean": 0.5}'::jsonb::settlement_uncertainty, 10);
SELECT mean FROM what.simulate_contract('ALL', 1, '{}'::jsonb::settlement_uncertainty, 10);
-- parties that settle among themselves: what each is to hold, and no lines of parties side by side; all of it with nothing on the search path
INSERT INTO what.contract_terms (contract_id, version, valid, shape, curve, split, source) VALUES ('ALL', 3, '[2024-04-01,2025-04-01)', 'gain share', 'both 0..:100%', 'acute 60%, icb 40%', 'draft');
SET search_path = '';
SELECT line_code, a_amount, b_amount FROM what.compare_versions('ALL', 2, 3, '[2024-04-01,2025-04-01)') WHERE line_code IN ('settlement', 'due') AND party IS NULL OR party = 'icb';
SELECT party, role, amount FROM what.scenario_range('ALL', 3, NULL, '{"actual": 24999999.99}', NULL) WHERE scenario = 'expected';
SELECT p.party, p.mean FROM what.simulate_contract_parties('ALL', 3, ROW(24000000, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::commissioning.settlement_uncertainty, 10) p;
SET search_path = commissioning, public;
SELECT what.simulate_contract('ALL', 9, '{"actual_sd": 500000}'::jsonb::settlement_uncertainty);
SELECT * FROM what.scenario_range('ALL', 1, '{"actual": 26000000}', '{"actuall": 1}', NULL);

-- the shadow contract: planned 2,400,000.00, priced 2,685,000.75 (a line without a price counts as charged)
INSERT INTO what.activity_plan (contract_id, commissioner_code, financial_year, month, pod, planned_activity, planned_amount) VALUES
('K1', 'C1', '2024/25', 1, 'EL', 1, 600000), ('K1', 'C2', '2024/25', 12, 'EL', 1, 400000), ('K1', 'C1', '2024/25', 9, 'OPFASPCL', 1, 200000), ('K1', 'C1', '2024/25', 10, 'OPFUPSPCL', 1, 100000),
('K1', 'C1', '2024/25', 2, 'NEL', 1, 800000), ('K1', 'C1', '2024/25', 3, 'AE', 1, 300000), ('K1', 'C1', '2025/26', 1, 'AE', 1, 999999), ('K1', 'C1', '2023/24', 12, 'AE', 1, 999999),
('K2', 'C1', '2018/19', 4, 'NEL', 1, 2400000);
CREATE FUNCTION pg_temp.line(no bigint, contract text, pod text, day date, charged numeric, priced numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO what.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, nhs_number_state, total_cost)
    VALUES (no, 1, no, no::text, no::text, 'RX1', 'C1', '2024/25', 1, pod, 'valid', charged);
    INSERT INTO what.line_price (person_id, submission_id, line_no, line_key, contract_id, price_date, expected_total) VALUES (no, 1, no, no::text, contract, day, priced);
$$;
SELECT pg_temp.line(l.no, l.contract, l.pod, l.day, l.charged, l.priced)
FROM (VALUES (1, 'K1', 'EL', '2024-04-01'::date, 1160000, 1100000), (2, 'K1', 'EL', '2025-03-31', 50000, 50000), (3, 'K1', 'OPFASPCL', '2024-10-10', 190000, 190000), (4, 'K1', 'OPFUPSPCL', '2024-10-10', 120000, 120000),
             (5, 'K1', 'NEL', '2024-10-10', 900000, 900000), (6, 'K1', 'AE', '2024-10-10', 320000.50, 320000.50), (7, 'K1', 'LOCALPOD', '2024-10-10', 5000.25, NULL),
             (8, 'K1', 'EL', '2025-04-01', 7777, 7777), (9, 'K1', 'EL', '2024-03-31', 7777, 7777), (10, 'K2', 'NEL', '2018-08-01', 2350000, 2350000), (11, 'K3', 'NEL', '2024-08-01', 100, 100)) l (no, contract, pod, day, charged, priced);
SELECT * FROM what.priced_by_class('K1', '[2024-04-01,2025-04-01)') ORDER BY 1;
-- api of 2024/25: elective and first outpatients at 100 % (1,340,000), the rest as planned (1,200,000); of 2022: 1,300,000 + 75 % of 160,000, and 1,100,000;
-- cap 2 %: 48,000; tolerance 5 %: half of 285,000.75 - 120,000, rounded half away; blended: 1,100,000 + 20 % of 120,000.50, the rest at its price; marginal rate: 800,000 + 30 % of 100,000, likewise
SELECT basis, is_present, value_gbp, difference_gbp, formula, reason FROM what.shadow_contract('K1', '[2024-04-01,2025-04-01)');
SELECT basis, p ->> 'part' AS part, p -> 'terms' ->> 'curve' AS curve FROM what.shadow_contract('K1', '[2024-04-01,2025-04-01)'), jsonb_array_elements(parts) p ORDER BY basis_order, 2;
SET search_path = '';
SELECT count(*), sum(value_gbp) FROM what.shadow_contract('K1', '[2024-04-01,2025-04-01)');
SET search_path = commissioning, public;
-- terms of one's own: 10 % either way leaves 240,000 of 285,000.75; nothing free, 40 % of it 114,000.30
SELECT basis, value_gbp FROM what.shadow_contract('K1', '[2024-04-01,2025-04-01)', '{"cap_and_collar": {"curve": "both 0..10%:100%, 10%..:0%"}, "tolerance_block": {"curve": "both 0..:40%"}}')
WHERE basis IN ('cap_and_collar', 'tolerance_block');
-- the marginal rate of 2018/19 was 70 % of what is above the baseline: 2,245,000; below plan a cap and collar holds at 98 %
INSERT INTO what.contract_baseline VALUES ('K2', 'mret_baseline', '[2018-04-01,2019-04-01)', 2000000, 'schedule 3'), ('K2', 'blended_plan', '[2018-04-01,2019-04-01)', 2300000, 'schedule 3'),
('K2', 'blended_fixed', '[2018-04-01,2019-04-01)', 2250000, 'schedule 3');
SELECT basis, is_present, value_gbp, difference_gbp, formula, reason FROM what.shadow_contract('K2', '[2018-04-01,2019-04-01)');
-- the regime functions agree
SELECT basis, value_gbp = CASE basis WHEN 'mret' THEN mret_payable(2350000, 2000000, 0.7) ELSE blended_payable(2250000, 2350000, 2300000, 0.2) END AS agrees
FROM what.shadow_contract('K2', '[2018-04-01,2019-04-01)') WHERE basis IN ('mret', 'blended');
-- half of the year has 183 of 365 days of the agreed value: 1,002,739.73 + 70 % of 1,347,260.27
SELECT basis, value_gbp FROM what.shadow_contract('K2', '[2018-04-01,2018-10-01)') WHERE basis = 'mret';
-- without emergencies, planned or done, blended payment and marginal rate pay the activity
INSERT INTO what.contract (contract_id, title, basis, valid) VALUES ('K4', 'elective', 'blended', '[2024-04-01,2025-04-01)');
INSERT INTO what.activity_plan (contract_id, commissioner_code, financial_year, month, pod, planned_activity, planned_amount) VALUES ('K4', 'C1', '2024/25', 4, 'EL', 1, 1000);
SELECT pg_temp.line(12, 'K4', 'EL', '2024-08-01', 900, 900.50);
SELECT basis, is_present, value_gbp, difference_gbp, formula, reason FROM what.shadow_contract('K4', '[2024-04-01,2025-04-01)') WHERE basis IN ('activity', 'blended', 'mret');
-- what cannot be valued says why, and no difference is made up
SELECT basis, is_present, value_gbp, difference_gbp, formula, reason FROM what.shadow_contract('K3', '[2024-04-01,2025-04-01)');
SELECT * FROM what.shadow_contract('none', '[2024-04-01,2025-04-01)');
SELECT * FROM what.shadow_contract('K1', '[2024-04-01,)');
SELECT * FROM what.shadow_contract('K1', '[2020-04-01,2021-04-01)');
SELECT * FROM what.shadow_contract('K1', '[2024-04-01,2025-04-01)', '{"block": {"curve": "both 0..:40%"}}');
SELECT * FROM what.shadow_contract('K1', '[2024-04-01,2025-04-01)', '{"blended": {"curv": "both 0..:40%"}}');
DROP SCHEMA what CASCADE;
DROP SCHEMA what_identity CASCADE;
DROP SCHEMA what_reporting CASCADE;
