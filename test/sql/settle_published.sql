-- Published figures and worked examples that settle_examples and settle_templates leave out; each row must say ok.
-- source names where the rule or the figure stands; rates and thresholds are published there, amounts are worked out from them by hand. "worked" has no published figure.
CREATE SCHEMA settle_published;
SET search_path = settle_published, commissioning, public;
\set VERBOSITY terse
CREATE TABLE example (source text, name text, got numeric, expected numeric);

-- Medicare: both ends of each range of the minimum savings rate; knots are continuous, so the last size of a range is within 0.001 points of what is printed
INSERT INTO example SELECT '42 CFR 425.604', format('minimum rate at %s', n), scale_value(published_savings_rate(), n), rate / 100
FROM (VALUES (5000, 3.9), (6000, 3.6), (7000, 3.4), (8000, 3.2), (9000, 3.1), (10000, 3.0), (15000, 2.7), (20000, 2.5), (50000, 2.2), (60000, 2.0), (1000000, 2.0)) v (n, rate);
INSERT INTO example SELECT '42 CFR 425.604', format('minimum rate at %s, to 0.001 points', n), round(100 * scale_value(published_savings_rate(), n), 3), rate
FROM (VALUES (5999, 3.6), (6999, 3.4), (7999, 3.2), (8999, 3.1), (9999, 3.0), (14999, 2.7), (19999, 2.5), (49999, 2.2), (59999, 2.0)) v (n, rate);
INSERT INTO example VALUES
('42 CFR 425.610(f)(4)', 'loss rate as it is printed', round(100 * scale_value('linear 1/3:75%, 80%:40%', 0.7385), 2), 44.61),
('42 CFR 425.605', 'alternative quality standard: 75 % times a score of 60 %', curve_share('gain 0..:75% max 20%', 1000000, 50000000, 0.60), 450000.00),
('42 CFR 425.606', 'losses held at 5 % in the first year', curve_share('loss 0..:60% max 5%', -20000000, 100000000), -5000000.00),
('42 CFR 425.606', 'at 7.5 % in the second', curve_share('loss 0..:60% max 7.5%', -20000000, 100000000), -7500000.00),
('42 CFR 425.606', 'at 10 % in the third', curve_share('loss 0..:60% max 10%', -20000000, 100000000), -10000000.00);

-- ACO REACH Global, slice by slice, and its discount of 2 %
INSERT INTO example SELECT 'REACH Global', format('%s m of 100 m', x), curve_share('both 0..25%:100%,25%..35%:50%,35%..50%:25%,50%..:10%', x * 1000000, 100000000), e
FROM (VALUES (-12, -12000000.00), (30, 27500000.00), (45, 32500000.00), (-60, -34750000.00)) v (x, e);
INSERT INTO example SELECT 'REACH Global', 'discount of 2 %: 98 m less 95 m', amount, 3000000.00
FROM settle('{"curve": "both 0..25%:100%,25%..35%:50%,35%..50%:25%,50%..:10%", "discount": 0.02}'::jsonb::settlement_terms, '{"benchmark": 100000000, "actual": 95000000}'::jsonb::settlement_inputs) WHERE line_code = 'settlement';

-- Part D: the printed text names an upper limit on the lower side; with it the payment would jump. Each threshold joins, and the lower side is the mirror image.
INSERT INTO example SELECT '42 CFR 423.336', format('2006-07, %s', x), curve_share('both 0..2.5%:0%,2.5%..5%:75%,5%..:80%', x, 100000000), e
FROM (VALUES (2500000, 0), (-2500000, 0), (2500000.02, 0.02), (-2500000.02, -0.02), (4999999.99, 1874999.99), (-4999999.99, -1874999.99), (5000000, 1875000), (-5000000, -1875000), (5000000.01, 1875000.01), (-5000000.01, -1875000.01)) v (x, e);
INSERT INTO example VALUES ('42 CFR 423.336', '2006-07: what the plan bears of 7 m is 25 % of the middle and 20 % of the rest', 7000000 - curve_share('both 0..2.5%:0%,2.5%..5%:75%,5%..:80%', 7000000, 100000000), 2500000 + 625000 + 400000);
INSERT INTO example SELECT '42 CFR 423.336', format('2008-11, %s', x), curve_share('both 0..5%:0%,5%..10%:50%,10%..:80%', x, 100000000), e
FROM (VALUES (10000000, 2500000.00), (10000000.01, 2500000.01), (-10000000.01, -2500000.01), (-12000000, -4100000.00)) v (x, e);

-- Ratios and credibility
INSERT INTO example SELECT '45 CFR 158.232', format('credibility of %s life-years', n), scale_value('linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 25000:1.6%, 50000:1.2%, 75000:0%', n), e / 100
FROM (VALUES (1000, 8.3), (2500, 5.2), (5000, 3.7), (10000, 2.6), (25000, 1.6), (50000, 1.2), (75000, 0), (40000, 1.36)) v (n, e);
INSERT INTO example SELECT 'Michigan PIHP contract', format('spent %s of 100 m', s), curve_share('gain 0..5%:100%,5%..10%:50%,10%..:0%', 100000000 - s * 1000000, 100000000), e
FROM (VALUES (100, 0), (97, 3000000), (95, 5000000), (92, 6500000), (90, 7500000), (85, 7500000)) v (s, e);

-- NHS payment shapes, the other rates and the other side
INSERT INTO example VALUES
('HSJ 2014', 'marginal rate of 50 %', curve_share('gain 0..:50%; loss 0..:100%', 11111111.11 - 9876543.21, NULL), 617283.95),
('HFMA 2017', 'marginal rate of 70 %', curve_share('gain 0..:70%; loss 0..:100%', 11111111.11 - 9876543.21, NULL), 864197.53),
('HFMA June 2023', 'aligned payment: all elective activity', curve_share('both 0..:100%', -700000, NULL), -700000.00),
('NHS', 'cap and collar, below', 8000000 + curve_share('both 0..2%:100%,2%..:0%', -1000000, 8000000), 7840000.00),
('NHS', 'cap and collar, within', 8000000 + curve_share('both 0..2%:100%,2%..:0%', 100000, 8000000), 8100000.00),
('NHS', 'tolerance block, below', 8000000 + curve_share('both 0..5%:0%,5%..:50%', -1000000, 8000000), 7700000.00),
('HFMA Jan 2022', 'incentive pot of 1.25 %', curve_share('gain 0..:1.25%', 56000000, NULL), 700000.00);
INSERT INTO example SELECT 'HFMA Jan 2022', 'one of five indicators, ' || party, amount, 140000.00 FROM split_amount(700000.00, 'a 1/5, b 1/5, c 1/5, d 1/5, e remaining');
INSERT INTO example SELECT 'worked, terms unverified', format('score %s between 60 and 85', s), curve_share('gain 0..:100%', 140000.00, NULL, scale_value('linear 60:0%,85:100%', s)), e
FROM (VALUES (50, 0), (60, 0), (72.5, 70000.00), (85, 140000.00), (90, 140000.00)) v (s, e);
INSERT INTO example VALUES ('capitated outcomes', '987.65 for 54,321.7 weighted heads', round(987.65 * 54321.7, 2), 53650827.01);
INSERT INTO example SELECT 'worked, terms unverified', format('stop-loss from 45,000 to 250,000 at 80 %%: claim of %s', c), curve_share('gain 0..45000:0%,45000..250000:80%,250000..:0%', c, NULL), e
FROM (VALUES (45000, 0), (45000.01, 0.01), (250000, 164000.00), (1000000, 164000.00)) v (c, e);
INSERT INTO example VALUES ('Bracknell Forest 2022/23', 'what the council does not bring', 18136342 - 10132342, 8004000);

-- Traps
-- the difference of two cumulative amounts is posted, not the difference divided: -7,160.49 after 0.01
INSERT INTO example SELECT 'trap', 'a delta divided by itself, ' || party, amount, (CASE party WHEN 'a' THEN -4296.29 ELSE -2864.20 END) FROM split_amount(-7160.49, 'a 60%, b 40%');
INSERT INTO example SELECT 'trap', 'by cumulative amounts, ' || n.party, n.amount - b.amount, (CASE n.party WHEN 'a' THEN -4296.30 ELSE -2864.19 END) FROM split_amount(-7160.48, 'a 60%, b 40%') n JOIN split_amount(0.01, 'a 60%, b 40%') b USING (party);
INSERT INTO example SELECT 'trap', 'and so does a statement, ' || s.party, s.amount, e.amount
FROM settle('{"curve": "both 0..:100%", "split": "a 60%, b 40%", "counterparty": "c"}'::jsonb::settlement_terms, '{"benchmark": 0, "actual": 7160.48}'::jsonb::settlement_inputs,
            '{"accounts": [{"party": "a", "posted_before": 0.01}, {"party": "b", "posted_before": 0}]}'::jsonb::settlement_detail) s
JOIN (VALUES ('a', -4296.30), ('b', -2864.19), ('c', 7160.49)) e (party, amount) ON e.party = s.party WHERE s.line_code = 'due';
-- bands rounded one by one make a penny
INSERT INTO example VALUES
('trap', 'three bands at 35 % rounded one by one', 3 * round(0.35 * 100.10, 2), 105.12),
('trap', 'rounded once', curve_share('gain 0..100.10:35%,100.10..200.20:35%,200.20..:35%', 300.30, NULL), 105.11);
-- the cliff: nothing a penny below; at the gate all at once, rate x gate; from there on no jump
INSERT INTO example SELECT 'trap', format('cliff at 3,000,000: saving of %s', x), curve_share('gain cliff 3% 0..:40% max 10%', x, 100000000), e
FROM (VALUES (2999999.99, 0), (3000000, 1200000.00), (3000000.01, 1200000.00), (3000000.02, 1200000.01), (25000000, 10000000.00), (25000000.05, 10000000.00)) v (x, e);
-- a party may lose by a larger total, and whose turn it is depends on the order
INSERT INTO example SELECT 'trap', format('6, 6, 2 of %s: party %s', t, n), split_weighted(t, w) OVER (PARTITION BY t ORDER BY n), e
FROM (VALUES (0.10, 1, 6, 0.04), (0.10, 2, 6, 0.04), (0.10, 3, 2, 0.02), (0.11, 1, 6, 0.05), (0.11, 2, 6, 0.05), (0.11, 3, 2, 0.01)) v (t, n, w, e);

-- Medicare, what other years add, by terms alone: reduced share below the minimum rate, second benchmark, disaster relief, quality-scaled rates, waived losses
CREATE FUNCTION comes_to(terms jsonb, inputs jsonb, line text DEFAULT 'settlement') RETURNS numeric LANGUAGE sql AS $$
    SELECT l.amount FROM settle(terms::settlement_terms, inputs::settlement_inputs) l WHERE l.line_code = line
$$;
INSERT INTO example VALUES
('42 CFR 425.605', '2.5 % saved, 3 % needed: half of 40 %', comes_to('{"curve": "gain 0..:40% max 10%", "gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 120000000, "actual": 117000000, "minimum_rate": 0.03}'), 600000.00),
('42 CFR 425.605', '3 % saved: all of it', comes_to('{"curve": "gain 0..:40% max 10%", "gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 120000000, "actual": 116400000, "minimum_rate": 0.03}'), 1440000.00),
('42 CFR 425.605', 'half of 50 %, times 80 % quality, times 98 %', comes_to('{"curve": "gain 0..:50% max 10%", "gate_by": "minimum_rate", "below_gate": 0.5, "quality": "linear 0%:0%, 100%:100%", "factor_gain": 0.98}', '{"benchmark": 120000000, "actual": 117000000, "minimum_rate": 0.03, "score": 0.8}'), 588000.00),
('42 CFR 425.605', 'a loss below the minimum stays nothing', comes_to('{"curve": "gain 0..:40% max 10%; loss 0..:30%", "gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 120000000, "actual": 123000000, "minimum_rate": 0.03}'), 0.00),
('worked, second benchmark', 'a loss of 4 m counts as 1.5 m', comes_to('{"curve": "gain 0..:50%; loss 0..:30% max 4%", "gate_by": "minimum_rate", "guardrail": true}', '{"benchmark": 100000000, "actual": 104000000, "minimum_rate": 0.01, "guardrail_benchmark": 102500000}'), -450000.00),
('worked, second benchmark', 'which is below a minimum of 2 %', comes_to('{"curve": "gain 0..:50%; loss 0..:30% max 4%", "gate_by": "minimum_rate", "guardrail": true}', '{"benchmark": 100000000, "actual": 104000000, "minimum_rate": 0.02, "guardrail_benchmark": 102500000}'), 0.00),
('worked, second benchmark', 'a gain against it is no gain', comes_to('{"curve": "gain 0..:50%; loss 0..:30% max 4%", "gate_by": "minimum_rate", "guardrail": true}', '{"benchmark": 100000000, "actual": 104000000, "minimum_rate": 0.01, "guardrail_benchmark": 106000000}'), 0.00),
('worked, disaster relief', '41.7 % of an uncapped loss of 1.6 m', comes_to('{"curve": "gain 0..:75% max 20%; loss 0..:100% max 15%", "gate_by": "minimum_rate", "loss_rate": "linear 1/3:75%, 80%:40%"}', '{"benchmark": 100000000, "actual": 104000000, "minimum_rate": 0, "score": 0.9, "loss_relief": 667200}'), -932800.00),
('worked, disaster relief', 'never beyond nothing', comes_to('{"curve": "loss 0..:40%", "gate_by": "minimum_rate"}', '{"benchmark": 100000000, "actual": 104000000, "minimum_rate": 0, "loss_relief": 2000000}'), 0.00),
('worked, disaster relief', 'comes after the cap: 1 m less 250,000', comes_to('{"curve": "loss 0..:40% max 1%"}', '{"benchmark": 100000000, "actual": 104000000, "loss_relief": 250000}'), -750000.00),
('42 CFR 425.606', 'loss rate of 1 less 60 % of quality: 1 - 0.6 x 0.9', comes_to('{"curve": "loss 0..:100% max 10%", "loss_rate": "linear 2/3:60%, 100%:40%"}', '{"benchmark": 100000000, "actual": 105000000, "score": 0.9}'), -2300000.00),
('worked, pandemic', 'losses of 2022 waived', comes_to('{"curve": "gain 0..:75%; loss 0..:0%", "gate_by": "minimum_rate"}', '{"benchmark": 100000000, "actual": 105000000, "minimum_rate": 0.02, "loss_relief": 100}'), 0.00);

SELECT source, name, got, expected, CASE WHEN got = expected THEN 'ok' ELSE 'WRONG' END AS verdict FROM example ORDER BY ctid;
SELECT count(*) AS examples, count(*) FILTER (WHERE got IS DISTINCT FROM expected) AS wrong FROM example;

-- Supplier guarantee: the net payment lies between fee less fee at risk and fee plus capped gain, and more savings never pay less
SELECT kind, count(*) AS savings, count(*) FILTER (WHERE NOT net BETWEEN 600000 - 300000 AND 600000 + 150000) AS out_of_bounds, count(*) FILTER (WHERE net < before) AS falling, min(net), max(net)
FROM (SELECT kind, net, lag(net) OVER (PARTITION BY kind ORDER BY s) AS before
      FROM generate_series(-1000000, 10000000, 1333.71) s, LATERAL (VALUES
          ('make good', 600000 + curve_share('gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000', s - 3000000, NULL)),
          ('pro rata', 600000 + curve_share('gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000', s - 3000000, NULL))) v (kind, net)) n
GROUP BY kind ORDER BY kind;

-- Every text by which the shapes of contracts are written: canonical print, and back
SELECT shape, coalesce(c::text, s::text) AS print, (c::text::share_curve = c OR s::text::sliding_scale = s) AS reads_back FROM (VALUES
    ('guarantee, make good', 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000'::share_curve, NULL::sliding_scale), ('guarantee, pro rata', 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000', NULL),
    ('MSSP BASIC A', 'gain cliff 3% 0..:40% max 10%', NULL), ('MSSP BASIC E', 'gain cliff 2% 0..:50% max 10%; loss cliff 2% 0..:30% max 4%', NULL), ('MSSP ENHANCED', NULL, 'linear 1/3:75%,80%:40%'),
    ('REACH Professional', 'both 0..5%:50%,5%..10%:35%,10%..15%:15%,15%..:5%', NULL), ('REACH Global', 'both 0..25%:100%,25%..35%:50%,35%..50%:25%,50%..:10%', NULL), ('ACA', 'both 0..3%:0%,3%..8%:50%,8%..:80%', NULL),
    ('marginal rate', 'gain 0..:30%; loss 0..:100%', NULL), ('blended', 'both 0..:20%', NULL), ('aligned', 'gain 0..:75%; loss 0..:50%', NULL), ('cap and collar', 'both 0..2%:100%,2%..:0%', NULL), ('tolerance block', 'both 0..3%:0%,3%..:60%', NULL),
    ('stop-loss', 'gain 0..45000:0%,45000..250000:80%,250000..:0%', NULL), ('alliance', 'gain 0..5%:50%,5%..:25%; loss 0..5%:50%,5%..:25% max 1000000', NULL), ('section 75', 'both 0..:100%', NULL),
    ('outcomes', NULL, '>=90%:100%,>=80%:75%,>=60%:50% else 0%'), ('incentive', NULL, 'linear 70%:0%,90%:100%')) v (shape, c, s);
SELECT 'acute 45%, community 30%, gp remaining'::party_split AS alliance;
DROP SCHEMA settle_published CASCADE;
