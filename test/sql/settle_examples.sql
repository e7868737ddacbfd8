-- Published and worked examples: each row must say ok.
CREATE SCHEMA settle_examples;
SET search_path = settle_examples, commissioning, public;
CREATE TABLE example (source text, name text, got numeric, expected numeric);

-- Published: statutes, regulations, actuaries
INSERT INTO example VALUES
('45 CFR 158.240(c)(2)', 'rebate: 5 points of 185,000', curve_share('gain 0..:100%', 0.05 * 185000, NULL), 9250.00),
('45 CFR 158.240(c)(2)', 'rebate of an enrollee with 1 % of premium', (SELECT amount FROM split_amount(9250.00, 'enrollee 1%, others remaining') LIMIT 1), 92.50),
('Axene', 'without a minimum savings rate', curve_share('gain 0..:50%', (500.00 - 495.50) * 125000, 500.00 * 125000), 281250.00),
('Axene', 'with a minimum savings rate of 1 %', curve_share('gain cliff 1% 0..:50%', (500.00 - 495.50) * 125000, 500.00 * 125000), 0.00),
('Axene', 'the cliff: 495.00', curve_share('gain cliff 1% 0..:50%', (500.00 - 495.00) * 125000, 500.00 * 125000), 312500.00),
('45 CFR 153.510', '108 % of target is exactly 2.5 % of target', curve_share('both 0..3%:0%, 3%..8%:50%, 8%..:80%', 8000000, 100000000), 2500000.00),
('45 CFR 153.510', '92 % of target', curve_share('both 0..3%:0%, 3%..8%:50%, 8%..:80%', -8000000, 100000000), -2500000.00),
('45 CFR 153.510', 'worked', curve_share('both 0..3%:0%, 3%..8%:50%, 8%..:80%', 107654321.09 - 100000000, 100000000), 2327160.55),
('42 CFR 425.610(f)(4)', 'loss rate at quality 73.85 %', scale_value('linear 1/3:75%, 80%:40%', 0.7385), 0.446125),
('42 CFR 425.610(f)(4)', 'loss rate never above 75 %', scale_value('linear 1/3:75%, 80%:40%', 0.1), 0.75),
('42 CFR 425.610(f)(4)', 'loss rate never below 40 %', scale_value('linear 1/3:75%, 80%:40%', 0.95), 0.40),
('CMS-1345-P', 'minimum savings rate at 7,500', scale_value('linear 7000:3.4%, 8000:3.2%', 7500), 0.033),
('Part D 2006-07', '2.5 to 5 % at 75 %, beyond at 80 %: payer side', curve_share('both 0..2.5%:0%, 2.5%..5%:75%, 5%..:80%', 7000000, 100000000), 3475000.00),
('Part D 2006-07', 'the mirrored side joins as well', curve_share('both 0..2.5%:0%, 2.5%..5%:75%, 5%..:80%', -5000000.01, 100000000), -1875000.01),
('45 CFR 158.232', 'credibility of 2,000 life-years', scale_value('linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 25000:1.6%, 50000:1.2%, 75000:0%', 2000), 0.06233333333333333333),
('45 CFR 158.232', 'fully credible', scale_value('linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 25000:1.6%, 50000:1.2%, 75000:0%', 80000), 0);

-- Supplier savings guarantee: 3,000,000, at risk 300,000
INSERT INTO example SELECT 'guarantee', format('%s of %s', kind, s), curve_share(c, s - 3000000, NULL), e
FROM (VALUES ('make good', 3600000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000'::share_curve, 130000.00),
             ('make good', 2900000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000', -100000.00),
             ('make good', 1250000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000', -300000.00),
             ('make good', 3000000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000', 0),
             ('make good', 9000000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000', 150000.00),
             ('pro rata', 2900000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000', -10000.00),
             ('pro rata', 1250000, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000', -175000.00),
             ('pro rata', -50, 'gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000', -300000.00)) v(kind, s, c, e);

-- Medicare Shared Savings: minimum savings rate by size
INSERT INTO example SELECT 'shared savings', format('BASIC B, actual %s', a), l.amount, e
FROM (VALUES (116000000, 1600000.00), (116500000, 0.00), (116400000, 1440000.00)) v(a, e),
LATERAL settle(jsonb_build_object('measure', 'benchmark - actual', 'curve', 'gain 0..:40% max 10%', 'gate', 'linear 5000:3.9%, 6000:3.6%, 7000:3.4%, 8000:3.2%, 9000:3.1%, 10000:3.0%, 15000:2.7%, 20000:2.5%, 50000:2.2%, 60000:2.0%', 'gate_by', 'size')::settlement_terms, jsonb_build_object('benchmark', 120000000, 'actual', a, 'size', 10000)::settlement_inputs) l
WHERE line_code = 'settlement';
-- rows of the public-use files
INSERT INTO example VALUES
('shared savings 2023', 'A1001', round(curve_share('gain cliff 2% 0..:75% max 20%', 99899684, 1098668352, 0.98)), 73426268),
('shared savings 2016', 'A00755 capped after the 2 %', curve_share('gain cliff 2% 0..:100% max 10%', 28231243, 119763000, 0.4433 * 0.98), 11976300.00);
INSERT INTO example SELECT 'shared savings 2023', 'A2029 with disaster relief', amount, -3704703
FROM settle(jsonb_build_object('measure', 'benchmark - actual', 'curve', 'gain 0..:75% max 20%; loss 0..:100% max 15%', 'gate_by', 'minimum_rate', 'loss_rate', 'linear 1/3:75%, 80%:40%', 'factor_gain', 0.98, 'rounding', 'unit 1.00')::settlement_terms,
    jsonb_build_object('benchmark', 411787704, 'actual', 427672702, 'minimum_rate', 0, 'score', 0.8245, 'loss_relief', 2649296)::settlement_inputs) WHERE line_code = 'settlement';

-- ACO REACH corridors
INSERT INTO example VALUES
('REACH', 'Professional', curve_share('both 0..5%:50%,5%..10%:35%,10%..15%:15%,15%..:5%', 12000000, 100000000), 4550000.00),
('REACH', 'Professional, loss', curve_share('both 0..5%:50%,5%..10%:35%,10%..15%:15%,15%..:5%', -12000000, 100000000), -4550000.00),
('REACH', 'Global, 60 %', curve_share('both 0..25%:100%,25%..35%:50%,35%..50%:25%,50%..:10%', 60000000, 100000000), 34750000.00);

-- NHS payment shapes: payment = plan + share of (value - plan)
INSERT INTO example VALUES
('NHS', 'marginal rate: paid', 9876543.21 + curve_share('gain 0..:30%; loss 0..:100%', 11111111.11 - 9876543.21, NULL), 10246913.58),
('NHS', 'marginal rate: retained', 11111111.11 - 9876543.21 - curve_share('gain 0..:30%; loss 0..:100%', 11111111.11 - 9876543.21, NULL), 864197.53),
('NHS', 'blended payment, above', curve_share('both 0..:20%', 1000000, NULL), 200000.00),
('NHS', 'aligned payment above', curve_share('gain 0..:75%; loss 0..:50%', 800000, NULL), 600000.00),
('NHS', 'aligned payment below', curve_share('gain 0..:75%; loss 0..:50%', -700000, NULL), -350000.00),
('NHS', 'cap and collar', 8000000 + curve_share('both 0..2%:100%, 2%..:0%', 765432.10, 8000000), 8160000.00),
('NHS', 'tolerance block', 8000000 + curve_share('both 0..5%:0%, 5%..:50%', 8765432.10 - 8000000, 8000000), 8182716.05);

-- Pools and stop-loss
INSERT INTO example VALUES
('stop-loss', '187,654.32', curve_share('gain 0..60000:0%, 60000..300000:75%, 300000..:0%', 187654.32, NULL), 95740.74),
('stop-loss', '412,000', curve_share('gain 0..60000:0%, 60000..300000:75%, 300000..:0%', 412000, NULL), 180000.00),
('personal budget', 'clawback after 2 weeks kept', curve_share('gain 0..800:0%, 800..:100%', 20800.00 - 15123.40, NULL), 4876.60);
INSERT INTO example SELECT 'section 75', party, split_weighted(500000.01, w) OVER (ORDER BY n), e
FROM (VALUES (1, 'council', 10132342, 279338.09), (2, 'ICB', 8004000, 220661.92)) v(n, party, w, e);
INSERT INTO example SELECT 'pool', 'contribution ' || n, split_weighted(15000000.00, w) OVER (ORDER BY n), e
FROM (VALUES (1, 412345, 6872416.67), (2, 298765, 4979416.67), (3, 188890, 3148166.66)) v(n, w, e);
INSERT INTO example SELECT 'pool', 'deficit ' || n, split_weighted(1245678.91, w) OVER (ORDER BY n), e
FROM (VALUES (1, 412345, 570721.63), (2, 298765, 413516.96), (3, 188890, 261440.32)) v(n, w, e);
INSERT INTO example SELECT 'pool', 'pay as used ' || n, split_weighted(16245678.91, w) OVER (ORDER BY n), e
FROM (VALUES (1, 15100000.00, 5203228.74), (2, 16900000.00, 5823481.17), (3, 15145678.91, 5218969.00)) v(n, w, e);

-- Alliance: providers take 40 % of the first 5 %
INSERT INTO example VALUES ('alliance', 'share', curve_share('gain 0..5%:40%, 5%..:0%', 25000000 - 24111222.33, 25000000), 355511.07);
INSERT INTO example SELECT 'alliance', party, amount, e
FROM split_amount(355511.07, 'a 50%, b 30%, c 20%') JOIN (VALUES ('a', 177755.54), ('b', 106653.32), ('c', 71102.21)) v(p, e) ON p = party;
INSERT INTO example VALUES ('alliance', 'commissioner', 888777.67 - 355511.07, 533266.60);

-- Lead provider, back to back
INSERT INTO example VALUES
('lead provider', 'sub A', curve_share('gain 0..:30%', 600123.45, NULL), 180037.04),
('lead provider', 'sub B', curve_share('gain 0..:25%', 200010.02, NULL), 50002.51),
('lead provider', 'residual', 350000.00 - curve_share('gain 0..:30%', 600123.45, NULL) - curve_share('gain 0..:25%', 200010.02, NULL), 119960.45);

-- Outcomes: withhold earned by three indicators, and one indicator between two values
INSERT INTO example SELECT 'capitated outcomes', 'earned', sum(w * scale_value('>=90%:100%, >=80%:75%, >=60%:50% else 0%', score)) * 100, 65
FROM (VALUES (0.5, 0.95), (0.3, 0.6), (0.2, 0.59)) v(w, score);
INSERT INTO example VALUES
('capitated outcomes', 'withhold', round(53650827.01 * 0.08, 2), 4292066.16),
('capitated outcomes', 'earned', curve_share('gain 0..:65%', 4292066.16, NULL), 2789843.00),
('capitated outcomes', 'total', 53650827.01 - 4292066.16 + curve_share('gain 0..:65%', 4292066.16, NULL), 52148603.85),
('indicator', '77.5 between 60 and 85', curve_share('gain 0..:100%', 140000.00, NULL, scale_value('linear 60:0%, 85:100%', 77.5)), 98000.00);

-- Money rules
INSERT INTO example VALUES
('rounding', '15 % of 2.90', curve_share('gain 0..:15%', 2.90, NULL), 0.44),
('rounding', '35 % of 2.70', curve_share('gain 0..:35%', 2.70, NULL), 0.95),
('rounding', 'half away', curve_share('both 0..:50%', 0.25, NULL), 0.13),
('rounding', 'half away, loss', curve_share('both 0..:50%', -0.25, NULL), -0.13),
('rounding', 'a third of three', curve_share('gain 0..:1/3', 3, NULL), 1.00),
('rounding', 'two thirds of a million', curve_share('gain 0..:2/3', 1000000, NULL), 666666.67),
('lines', 'total of three bands at 35 %', curve_share('gain 0..100.10:35%, 100.10..200.20:35%, 200.20..:35%', 300.30, NULL), 105.11),
('lines', 'they add up', (SELECT sum(amount) FROM curve_lines('gain 0..100.10:35%, 100.10..200.20:35%, 200.20..:35%', 300.30, NULL)), 105.11);
INSERT INTO example SELECT 'paradox', format('%s party %s', t, party_order), amount, (CASE t WHEN 0.10 THEN '{0.04,0.04,0.02}' ELSE '{0.05,0.05,0.01}' END::numeric[])[party_order]
FROM (VALUES (0.10), (0.11)) v(t), split_amount(t, 'a 6/14, b 6/14, c 2/14');
INSERT INTO example SELECT 'cumulative', party, amount, e FROM split_amount(-7160.49, 'a 60%, b 40%') JOIN (VALUES ('a', -4296.29), ('b', -2864.20)) v(p, e) ON p = party;
INSERT INTO example SELECT 'order-biased method', party, amount, e FROM split_amount(0.11, 'a 6/14, b 6/14, c 2/14', 'first') JOIN (VALUES ('a', 0.05), ('b', 0.05), ('c', 0.01)) v(p, e) ON p = party;

SELECT source, name, got, expected, CASE WHEN got = expected THEN 'ok' ELSE 'WRONG' END AS verdict FROM example ORDER BY ctid;
SELECT count(*) AS examples, count(*) FILTER (WHERE got IS DISTINCT FROM expected) AS wrong FROM example;
\set VERBOSITY terse
DROP SCHEMA settle_examples CASCADE;
