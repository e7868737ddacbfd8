-- Statements in full: every clause with numbers worked out by hand (one that fails, one that passes, the edge), what is
-- refused, and what always holds.
CREATE SCHEMA settle_engine;
SET search_path = settle_engine, commissioning, public;
\set VERBOSITY terse
\pset null '(null)'

-- The statement of clauses added to a curve that shares everything.
CREATE FUNCTION lines(terms jsonb, inputs jsonb, detail jsonb, OUT step integer, OUT line_code text, OUT clause text, OUT formula text, OUT quantity numeric, OUT rate text, OUT exact_text text, OUT amount numeric, OUT party text)
    RETURNS SETOF record LANGUAGE sql STABLE AS $$
    SELECT s.* FROM settle(('{"curve": "both 0..:100%"}'::jsonb || terms)::settlement_terms, inputs::settlement_inputs, detail::settlement_detail) s
$$;
-- One row: the amount of a line ("code", "code|clause", "code@party"), worked out by hand; NULL: there is no such line.
CREATE TABLE expected (n integer GENERATED ALWAYS AS IDENTITY, what text, terms jsonb, inputs jsonb, detail jsonb, line text, amount numeric);

-- 1. cases: (187,654.32 - 60,000) x 75 % and (300,000 - 60,000) x 75 %; both come off actual
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'stop-loss', '{"stop_loss": "gain 0..60000:0%, 60000..300000:75%, 300000..:0%"}', '{"benchmark": 1000000, "actual": 900000}', '{"cases": [1000, 187654.32, 60000, 412000]}', line, amount
FROM (VALUES ('case|stop_loss: case 2', 95740.74), ('case|stop_loss: case 4', 180000.00), ('case', 275740.74), ('stop_loss', 275740.74), ('difference', 375740.74), ('settlement', 375740.74),
             ('case|stop_loss: case 1', NULL), ('case|stop_loss: case 3', NULL)) v (line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('cases are rounded one by one: 3 x 0.0075', '{"stop_loss": "gain 0..60000:0%, 60000..:75%"}', '{"benchmark": 1, "actual": 1}', '{"cases": [60000.01, 60000.01, 60000.01]}', 'settlement', 0.03),
('a case of half a penny: 0.006 x 75 %', '{"stop_loss": "gain 0..60000:0%, 60000..:75%"}', '{"benchmark": 1, "actual": 1}', '{"cases": [60000.006]}', 'stop_loss', 0.00),
('and above it: 0.007 x 75 %', '{"stop_loss": "gain 0..60000:0%, 60000..:75%"}', '{"benchmark": 1, "actual": 1}', '{"cases": [60000.007]}', 'stop_loss', 0.01),
('a cap per case', '{"stop_loss": "gain 0..100:0%, 100..:80% max 50"}', '{"benchmark": 0, "actual": 0}', '{"cases": [162.50, 162.51, 500]}', 'stop_loss', 150.00),
('no case', '{"stop_loss": "gain 0..60000:0%, 60000..:75%"}', '{"benchmark": 5, "actual": 1}', '{"cases": []}', 'stop_loss', 0.00),
('nothing comes off', '{"stop_loss": "gain 0..60000:0%, 60000..:75%"}', '{"benchmark": 5, "actual": 1}', '{"cases": []}', 'difference', 4.00);
-- 21 cases of 1.00 to 21.00 at half: the 20 dearest are shown, all are paid: 231.00 / 2, and 0.50 less
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT '21 cases', '{"stop_loss": "gain 0..:50%"}', '{"benchmark": 0, "actual": 0}', (SELECT jsonb_build_object('cases', jsonb_agg(i)) FROM generate_series(1, 21) i), line, amount
FROM (VALUES ('stop_loss', 115.50), ('case', 115.00), ('case|stop_loss: case 1', NULL), ('case|stop_loss: case 2', 1.00)) v (line, amount);

-- 2. the benchmark: 1,000 x 110 / 100, x 1.03 (1.05 held), x 0.9, less 2 % x 20 %
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'adjustments', '{"adjust": "volume, risk", "risk_limit": 0.03, "discount": 0.1, "withhold": 0.02, "cap_gain": "1%"}', '{"benchmark": 1000, "actual": 1000, "volume": 110, "plan_volume": 100, "risk": 1.05, "plan_risk": 1, "score": 0.8}', NULL, line, amount
FROM (VALUES ('adjustment|adjust: volume', 1100.00), ('adjustment|adjust: risk', 1133.00), ('adjustment|discount', 1019.70), ('adjustment|withhold', 1015.62), ('difference', 15.62), ('cap', 10.16), ('settlement', 10.16)) v (line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('risk within the limit', '{"adjust": "risk", "risk_limit": 0.03}', '{"benchmark": 1000, "actual": 0, "risk": 2.04, "plan_risk": 2}', NULL, 'adjustment', 1020.00),
('risk at the limit', '{"adjust": "risk", "risk_limit": 0.03}', '{"benchmark": 1000, "actual": 0, "risk": 0.97, "plan_risk": 1}', NULL, 'adjustment', 970.00),
('risk below the limit', '{"adjust": "risk", "risk_limit": 0.03}', '{"benchmark": 1000, "actual": 0, "risk": 0.9, "plan_risk": 1}', NULL, 'adjustment', 970.00),
('risk without a limit', '{"adjust": " risk "}', '{"benchmark": 1000, "actual": 0, "risk": 0.9, "plan_risk": 1}', NULL, 'adjustment', 900.00),
('a third is exact: 300 x 1/3', '{"adjust": "volume"}', '{"benchmark": 300, "actual": 0, "volume": 1, "plan_volume": 3}', NULL, 'settlement', 100.00),
('no volume at all', '{"adjust": "volume"}', '{"benchmark": 300, "actual": 0, "volume": 0, "plan_volume": 3}', NULL, 'settlement', 0.00),
('a discount alone has no line', '{"discount": 0.1}', '{"benchmark": 300, "actual": 0}', NULL, 'adjustment', NULL),
('but counts', '{"discount": 0.1}', '{"benchmark": 300, "actual": 0}', NULL, 'difference', 270.00),
('withhold by scale: half of 2 % earned', '{"withhold": 0.02, "withhold_scale": "linear 60%:0%, 100%:100%"}', '{"benchmark": 1000, "actual": 0, "score": 0.8}', NULL, 'adjustment', 990.00),
('withhold earned in full', '{"withhold": 0.02}', '{"benchmark": 1000, "actual": 0, "score": 1}', NULL, 'adjustment', 1000.00),
('never more than in full', '{"withhold": 0.02}', '{"benchmark": 1000, "actual": 0, "score": 1.5}', NULL, 'adjustment', 1000.00),
('withhold not earned', '{"withhold": 0.02}', '{"benchmark": 1000, "actual": 0, "score": 0}', NULL, 'adjustment', 980.00);

-- 3. the difference
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('savings achieved, net of the fee: 3.6m - 0.1m - 3m', '{"measure": "actual - benchmark", "net_of_fee": true}', '{"benchmark": 3000000, "actual": 3600000, "fee": 100000}', NULL, 'difference', 500000.00),
('gross of it', '{"measure": "actual - benchmark", "net_of_fee": false}', '{"benchmark": 3000000, "actual": 3600000, "fee": 100000}', NULL, 'difference', 600000.00),
('spending with the fee: 100 - (80 + 5)', '{"net_of_fee": true}', '{"benchmark": 100, "actual": 80, "fee": 5}', NULL, 'difference', 15.00),
('guardrail holds: 112 - 120', '{"guardrail": true}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 112}', NULL, 'settlement', -8.00),
('guardrail takes the loss away', '{"guardrail": true}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 125}', NULL, 'settlement', 0.00),
('just', '{"guardrail": true}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 120}', NULL, 'guardrail', 0.00),
('guardrail beyond the loss', '{"guardrail": true}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 90}', NULL, 'settlement', -20.00),
('guardrail at the benchmark', '{"guardrail": true}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 100}', NULL, 'guardrail', -20.00),
('guardrail the other way round: 80 - 85', '{"guardrail": true, "measure": "actual - benchmark"}', '{"benchmark": 100, "actual": 80, "guardrail_benchmark": 85}', NULL, 'settlement', -5.00),
('guardrail with what is carried forward: 112 - 120 - 3', '{"guardrail": true}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 112, "carried_forward": -3}', NULL, 'settlement', -11.00),
('a gain needs no guardrail', '{"guardrail": true}', '{"benchmark": 100, "actual": 90}', NULL, 'guardrail', NULL),
('personal budget, two weeks kept: 20,800 - 15,123.40 - 800', '{"contingency": 800}', '{"benchmark": 20800, "actual": 15123.40}', NULL, 'settlement', 4876.60),
('all of it kept', '{"contingency": 5676.60}', '{"benchmark": 20800, "actual": 15123.40}', NULL, 'settlement', 0.00),
('more than all', '{"contingency": 6000}', '{"benchmark": 20800, "actual": 15123.40}', NULL, 'contingency', 0.00),
('a loss keeps nothing', '{"contingency": 800}', '{"benchmark": 100, "actual": 120}', NULL, 'settlement', -20.00),
('no line for it', '{"contingency": 800}', '{"benchmark": 100, "actual": 120}', NULL, 'contingency', NULL),
('credibility of 2,000 life-years: 9,250 - 6.2333 % x 185,000 is below nothing', '{"allowance": "linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 75000:0%"}', '{"benchmark": 185000, "actual": 175750, "size": 2000}', NULL, 'settlement', 0.00),
('10,000: 9,250 - 4,810', '{"allowance": "linear 1000:8.3%, 2500:5.2%, 5000:3.7%, 10000:2.6%, 75000:0%"}', '{"benchmark": 185000, "actual": 175750, "size": 10000}', NULL, 'settlement', 4440.00),
('of a loss likewise, of another base: -9,250 + 2.6 % x 100,000', '{"allowance": "linear 5000:3.7%, 10000:2.6%, 75000:0%"}', '{"benchmark": 185000, "actual": 194250, "size": 10000, "base": 100000}', NULL, 'allowance', -6650.00),
('exactly used up', '{"allowance": "linear 1:5%"}', '{"benchmark": 185000, "actual": 175750, "size": 10}', NULL, 'allowance', 0.00),
('75,000: nothing taken', '{"allowance": "linear 10000:2.6%, 75000:0%"}', '{"benchmark": 185000, "actual": 175750, "size": 75000}', NULL, 'settlement', 9250.00);

-- 4. size, conditions, gates: 2 % of 1,000 is 20
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('large enough', '{"minimum_size": 5000}', '{"benchmark": 100, "actual": 90, "size": 5000}', NULL, 'settlement', 10.00),
('too small', '{"minimum_size": 5000}', '{"benchmark": 100, "actual": 90, "size": 4999.9}', NULL, 'settlement', 0.00),
('too small for a loss too', '{"minimum_size": 5000, "under_size": "nothing"}', '{"benchmark": 100, "actual": 110, "size": 4999}', NULL, 'size', 0.00),
('all conditions met', '{}', '{"benchmark": 100, "actual": 90}', '{"conditions": [{"name": "a", "met": true}, {"name": "b", "met": true, "evidence": "minute 12"}]}', 'settlement', 10.00),
('one not met', '{}', '{"benchmark": 100, "actual": 90}', '{"conditions": [{"name": "a", "met": true}, {"name": "b", "met": false}]}', 'settlement', 0.00),
('until then it stands', '{}', '{"benchmark": 100, "actual": 90}', '{"conditions": [{"name": "a", "met": true}, {"name": "b", "met": false}]}', 'condition|condition: a', 10.00),
('a loss stands', '{}', '{"benchmark": 100, "actual": 110}', '{"conditions": [{"name": "b", "met": false}]}', 'settlement', -10.00),
('after that no gate', '{"gate_by": "minimum_rate"}', '{"benchmark": 100, "actual": 90, "minimum_rate": 0.02}', '{"conditions": [{"name": "b", "met": false}]}', 'gate', NULL),
('gate met', '{"gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 1000, "actual": 980, "minimum_rate": 0.02}', NULL, 'settlement', 20.00),
('gate missed, half', '{"gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 1000, "actual": 980.01, "minimum_rate": 0.02}', NULL, 'settlement', 10.00),
('the share before', '{"gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 1000, "actual": 980.01, "minimum_rate": 0.02}', NULL, 'share', 19.99),
('gate missed, nothing', '{"gate_by": "minimum_rate"}', '{"benchmark": 1000, "actual": 980.01, "minimum_rate": 0.02}', NULL, 'settlement', 0.00),
('of a loss nothing stands below', '{"gate_by": "minimum_rate", "below_gate": 0.5}', '{"benchmark": 1000, "actual": 1019.99, "minimum_rate": 0.02}', NULL, 'settlement', 0.00),
('the cliff of a curve likewise', '{"curve": "gain cliff 2% 0..:50%", "below_gate": 0.5}', '{"benchmark": 1000, "actual": 981}', NULL, 'settlement', 4.75),
('both missed: once', '{"curve": "gain cliff 2% 0..:50%", "below_gate": 0.5, "gate_by": "minimum_rate"}', '{"benchmark": 1000, "actual": 981, "minimum_rate": 0.05}', NULL, 'settlement', 4.75),
('reduced by nothing', '{"curve": "gain cliff 2% 0..:50%", "below_gate": 0}', '{"benchmark": 1000, "actual": 981}', NULL, 'below_gate', 0.00);

-- 5. fee at risk: 300,000 by actual over guarantee: 85 % and 70 % are steps
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'ladder at ' || actual, '{"measure": "actual - benchmark", "curve": "gain 0..:20%; loss cliff 50% 0..:100% max 5", "fee_at_risk": 300000, "loss_rate": ">=100%:0%, >=85%:25%, >=70%:50% else 100%", "loss_rate_by": "ratio"}', jsonb_build_object('benchmark', 3000000, 'actual', actual), NULL, 'settlement', amount
FROM (VALUES (3000000, 0.00), (2999999.99, -75000.00), (2550000, -75000.00), (2549999.99, -150000.00), (2100000, -150000.00), (2099999.99, -300000.00), (-50, -300000.00), (3100000, 20000.00)) v (actual, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('without a rate all of it', '{"fee_at_risk": 1000.01}', '{"benchmark": 1, "actual": 2}', NULL, 'share', -1000.01),
('the cap of the terms holds', '{"fee_at_risk": 1000, "cap_loss": "600"}', '{"benchmark": 1, "actual": 2}', NULL, 'settlement', -600.00),
('a gate holds', '{"fee_at_risk": 1000, "gate_by": "minimum_rate"}', '{"benchmark": 100, "actual": 102, "minimum_rate": 0.03}', NULL, 'settlement', 0.00),
('no band', '{"fee_at_risk": 1000}', '{"benchmark": 100, "actual": 102}', NULL, 'band', NULL),
('a gain is not touched', '{"fee_at_risk": 1000}', '{"benchmark": 102, "actual": 100}', NULL, 'settlement', 2.00);

-- 6. indicators: 50, 30, 20 of 100 at 100 %, 50 %, nothing; quality
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'capitated outcomes: 8 % of 53,650,827.01 withheld, 65 % earned', '{"curve": "gain 0..:100%", "pays": "fee + share"}', '{"benchmark": 4292066.16, "actual": 0, "fee": 49358760.85}',
    '{"indicators": [{"name": "a", "weight": 50, "score": 0.95, "scale": ">=90%:100%, >=60%:50% else 0%"}, {"name": "b", "weight": 30, "score": 0.6, "scale": ">=90%:100%, >=60%:50% else 0%"}, {"name": "c", "weight": 20, "score": 0.59, "scale": ">=90%:100%, >=60%:50% else 0%"}]}', line, amount
FROM (VALUES ('indicator|indicator: a', 2146033.08), ('indicator|indicator: b', 643809.92), ('indicator|indicator: c', 0.00), ('quality', 2789843.00), ('payment', 52148603.85), ('settlement', 52148603.85)) v (line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'five indicators over 1.25 % of 56,000,000, one between 60 and 85 at 77.5: 140,000 x 0.70', '{}', '{"benchmark": 700000, "actual": 0}',
    '{"indicators": [{"name": "a", "weight": 1, "score": 77.5, "scale": "linear 60:0%, 85:100%"}, {"name": "b", "weight": 1, "score": 1}, {"name": "c", "weight": 1, "score": 1}, {"name": "d", "weight": 1, "score": 1}, {"name": "e", "weight": 1, "score": 0}]}', line, amount
FROM (VALUES ('indicator|indicator: a', 98000.00), ('indicator|indicator: b', 140000.00), ('indicator|indicator: e', 0.00), ('settlement', 518000.00)) v (line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'under volume: ' || coalesce(rule, 'default'), '{}', '{"benchmark": 1000, "actual": 0}',
    jsonb_build_object('indicators', jsonb_build_array('{"name": "a", "weight": 50, "score": 1}'::jsonb, '{"name": "b", "weight": 30, "score": 0.5}'::jsonb, jsonb_build_object('name', 'c', 'weight', 20, 'score', score, 'volume', volume, 'minimum_volume', 10, 'under_volume', rule))), line, amount
FROM (VALUES (NULL, 9, NULL, 'quality', 812.50), (NULL, 9, NULL, 'indicator|indicator: c', 0.00), ('redistribute', 9, 1, 'quality', 812.50), ('redistribute', 10, 0.2, 'quality', 690.00), ('pay', 9, NULL, 'quality', 850.00), ('pay', 9, NULL, 'indicator|indicator: c', 200.00), ('pay', 10, 0, 'quality', 650.00),
             ('carry', 9, NULL, 'quality', 650.00), ('carry', 9, NULL, 'carried_over', 200.00), ('carry', 9, NULL, 'indicator|indicator: c', 0.00), ('carry', 10, 1, 'carried_over', NULL), ('carry', 10, 1, 'quality', 850.00)) v (rule, volume, score, line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('three equal ones of 100.00: the odd penny', '{}', '{"benchmark": 100, "actual": 0}', '{"indicators": [{"name": "a", "weight": 1, "score": 1}, {"name": "b", "weight": 1, "score": 1}, {"name": "c", "weight": 1, "score": 1}]}', 'indicator|indicator: a', 33.34),
('and the second', '{}', '{"benchmark": 100, "actual": 0}', '{"indicators": [{"name": "a", "weight": 1, "score": 1}, {"name": "b", "weight": 1, "score": 1}, {"name": "c", "weight": 1, "score": 1}]}', 'indicator|indicator: b', 33.33),
('all under volume, all paid', '{}', '{"benchmark": 100, "actual": 0}', '{"indicators": [{"name": "a", "weight": 1, "volume": 1, "minimum_volume": 2, "under_volume": "pay"}]}', 'settlement', 100.00),
('all carried', '{}', '{"benchmark": 100, "actual": 0}', '{"indicators": [{"name": "a", "weight": 1, "volume": 1, "minimum_volume": 2, "under_volume": "carry"}]}', 'settlement', 0.00),
('the scale of the terms makes half of 65 %', '{"quality": ">=80%:100%, >=60%:50% else 0%"}', '{"benchmark": 1000, "actual": 0}', '{"indicators": [{"name": "a", "weight": 65, "score": 1}, {"name": "b", "weight": 35, "score": 0}]}', 'settlement', 500.00),
('a weight of nothing', '{}', '{"benchmark": 1000, "actual": 0}', '{"indicators": [{"name": "a", "weight": 0, "score": 1}, {"name": "b", "weight": 35, "score": 0.5}]}', 'settlement', 500.00),
('no indicator at all', '{}', '{"benchmark": 1000, "actual": 0}', '{"indicators": []}', 'quality', NULL),
('a loss is not touched', '{}', '{"benchmark": 0, "actual": 1000}', '{"indicators": [{"name": "a", "weight": 1}]}', 'settlement', -1000.00),
('unless the terms say so', '{"quality_side": "both"}', '{"benchmark": 0, "actual": 1000}', '{"indicators": [{"name": "a", "weight": 1, "score": 0.3}, {"name": "b", "weight": 2, "score": 0.3}]}', 'indicator|indicator: b', -200.00),
('nothing left, nothing to score', '{}', '{"benchmark": 0, "actual": 0}', '{"indicators": [{"name": "a", "weight": 1}]}', 'settlement', 0.00),
('quality by size', '{"quality": ">=5000:100% else 60%", "quality_by": "size"}', '{"benchmark": 1000, "actual": 0, "size": 4999}', NULL, 'settlement', 600.00),
('at the step', '{"quality": ">=5000:100% else 60%", "quality_by": "size"}', '{"benchmark": 1000, "actual": 0, "size": 5000}', NULL, 'settlement', 1000.00),
('quality by ratio: 900 / 1,000', '{"quality": "linear 80%:0%, 100%:100%", "quality_by": "ratio"}', '{"benchmark": 1000, "actual": 900}', NULL, 'settlement', 50.00),
('of the adjusted benchmark: 900 / 2,000', '{"quality": "linear 40%:100%, 50%:0%", "quality_by": "ratio", "adjust": "volume"}', '{"benchmark": 1000, "actual": 900, "volume": 2, "plan_volume": 1}', NULL, 'settlement', 550.00),
('quality by score', '{"quality": "linear 0:0%, 1:100%", "quality_by": "score"}', '{"benchmark": 1000, "actual": 900, "score": 0.25}', NULL, 'settlement', 25.00);

-- 7. caps before and after quality, relief
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('cap after quality: 1,000 x 50 %, at most 600', '{"cap_gain": "600", "quality": ">=0:50%"}', '{"benchmark": 1000, "actual": 0, "score": 1}', NULL, 'settlement', 500.00),
('cap before: 600 x 50 %', '{"cap_gain": "600", "cap_when": "before quality", "quality": ">=0:50%"}', '{"benchmark": 1000, "actual": 0, "score": 1}', NULL, 'settlement', 300.00),
('the curve''s too', '{"curve": "gain 0..:100% max 60%", "cap_when": "before quality", "quality": ">=0:50%"}', '{"benchmark": 1000, "actual": 0, "score": 1}', NULL, 'settlement', 300.00),
('after, said', '{"curve": "gain 0..:100% max 40%", "cap_when": "after", "quality": ">=0:50%"}', '{"benchmark": 1000, "actual": 0, "score": 1}', NULL, 'settlement', 400.00),
('relief after the cap', '{"cap_loss": "600"}', '{"benchmark": 0, "actual": 1000, "loss_relief": 100.01}', NULL, 'settlement', -499.99);

-- 8. payment, what is retained, reopener
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('marginal rate 30 %: paid', '{"measure": "actual - benchmark", "curve": "gain 0..:30%; loss 0..:100%", "pays": "benchmark + share"}', '{"benchmark": 9876543.21, "actual": 11111111.11}', NULL, 'settlement', 10246913.58),
('and retained', '{"measure": "actual - benchmark", "curve": "gain 0..:30%; loss 0..:100%", "pays": "benchmark + share"}', '{"benchmark": 9876543.21, "actual": 11111111.11}', NULL, 'retained', 864197.53),
('below the plan', '{"measure": "actual - benchmark", "curve": "gain 0..:30%; loss 0..:100%", "pays": "benchmark + share"}', '{"benchmark": 9876543.21, "actual": 9000000}', NULL, 'settlement', 9000000.00),
('tolerance block', '{"measure": "actual - benchmark", "curve": "both 0..5%:0%, 5%..:50%", "pays": "benchmark + share"}', '{"benchmark": 8000000, "actual": 8765432.10}', NULL, 'settlement', 8182716.05),
('cap and collar: 8,000,000 + 2 %', '{"measure": "actual - benchmark", "curve": "both 0..2%:100%, 2%..:0%", "pays": "benchmark + share"}', '{"benchmark": 8000000, "actual": 8765432.10}', NULL, 'settlement', 8160000.00),
('guarantee: fee less what falls short', '{"measure": "actual - benchmark", "curve": "gain 0..:20%; loss 0..:1/10 max 300000", "pays": "fee + share"}', '{"benchmark": 3000000, "actual": 2900000, "fee": 500000}', NULL, 'settlement', 490000.00),
('no line of what is retained', '{"measure": "actual - benchmark", "pays": "fee + share"}', '{"benchmark": 3000000, "actual": 2900000, "fee": 500000}', NULL, 'retained', NULL),
('nor of spending below a benchmark', '{"pays": "benchmark + share"}', '{"benchmark": 100, "actual": 90}', NULL, 'retained', NULL),
('which pays 100 + 10', '{"pays": "benchmark + share"}', '{"benchmark": 100, "actual": 90}', NULL, 'settlement', 110.00),
('rounded once: 0.005 + 1/3 x 0.01', '{"curve": "gain 0..:1/3", "pays": "fee + share"}', '{"benchmark": 0.01, "actual": 0, "fee": 0.002}', NULL, 'settlement', 0.01);

-- 9 to 12. parties
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'alliance: 40 % of 888,777.67 over 50/30/20', '{"curve": "gain 0..5%:40%", "split": "acute 50%, community 30%, gp remaining", "counterparty": "commissioner"}', '{"benchmark": 25000000, "actual": 24111222.33}', '{"accounts": []}', line, amount
FROM (VALUES ('settlement', 355511.07), ('party@acute', 177755.54), ('party@community', 106653.32), ('party@gp', 71102.21), ('party@commissioner', -355511.07), ('due@acute', 177755.54), ('due@commissioner', -355511.07), ('posted', NULL), ('contested', NULL), ('interest', NULL)) v (line, amount);
-- 60/40 of 0.02 after 100.01: the total is divided, not the difference (which would give -59.99 and -40.00)
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'cumulative', '{"split": "a 60%, b 40%", "counterparty": "icb"}', '{"benchmark": 0.02, "actual": 0}', '{"accounts": [{"party": "a", "posted_before": 60.01}, {"party": "b", "posted_before": 40.00}]}', line, amount
FROM (VALUES ('party@a', 0.01), ('party@b', 0.01), ('posted@a', -60.00), ('posted@b', -39.99), ('posted@icb', 99.99), ('due@a', -60.00), ('due@icb', 99.99)) v (line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'a party that left, a contested part, interest on 250,000 for 75 days', '{"split": "a 60%, b 40%", "counterparty": "icb"}', '{"benchmark": 1000, "actual": 0}',
    '{"accounts": [{"party": "gone", "posted_before": 12.34}, {"party": "a", "posted_before": 100, "contested": 500, "overdue": 250000, "overdue_days": 75, "interest_rate": 0.1325}, {"party": "b", "posted_before": 410.01, "contested": 10.00, "overdue": -100, "overdue_days": 365, "interest_rate": 0.08}, {"party": "icb", "posted_before": -522.35}]}', line, amount
FROM (VALUES ('party@gone', 0.00), ('posted@gone', -12.34), ('due@gone', -12.34), ('posted@a', 500.00), ('contested@a', 0.00), ('interest@a', 6806.51), ('due@a', 6806.51), ('posted@b', -10.01), ('contested@b', -0.01), ('interest@b', -8.00), ('due@b', -8.01),
             ('posted@icb', -477.65), ('contested@icb', 12.35), ('interest@icb', -6798.51), ('due@icb', -6786.16)) v (line, amount);
-- without a counterparty each holds a part of the sum already: 130 over 50/30/20
INSERT INTO expected (what, terms, inputs, detail, line, amount)
SELECT 'among themselves', '{"split": "a 50%, b 30%, c 20%"}', '{"benchmark": 130, "actual": 0}', '{"accounts": [{"party": "a", "own_amount": 100}, {"party": "b", "own_amount": 50}, {"party": "c", "own_amount": -20}]}', line, amount
FROM (VALUES ('party@a', -35.00), ('party@b', -11.00), ('party@c', 46.00), ('due@c', 46.00), ('due', 0.00)) v (line, amount);
INSERT INTO expected (what, terms, inputs, detail, line, amount) VALUES
('hamilton', '{"split": "a 1/10, b 2/5, c 1/2", "counterparty": "icb"}', '{"benchmark": 0.11, "actual": 0}', NULL, 'party@a', 0.01),
('first', '{"split": "a 1/10, b 2/5, c 1/2", "counterparty": "icb", "split_method": "first"}', '{"benchmark": 0.11, "actual": 0}', NULL, 'party@a', 0.02),
('first, the last party', '{"split": "a 1/10, b 2/5, c 1/2", "counterparty": "icb", "split_method": "first"}', '{"benchmark": 0.11, "actual": 0}', NULL, 'party@c', 0.05),
('own amount with a counterparty', '{"split": "a 1", "counterparty": "icb"}', '{"benchmark": 10, "actual": 0}', '{"accounts": [{"party": "a", "own_amount": 4}]}', 'party@icb', -6.00),
('a loss is paid by the parties', '{"split": "a 60%, b 40%", "counterparty": "icb"}', '{"benchmark": 0, "actual": 0.05}', NULL, 'due@a', -0.03),
('nothing to pay among themselves', '{"split": "a 60%, b 40%"}', '{"benchmark": 0, "actual": 0}', NULL, 'due@a', 0.00),
('no split, no parties', '{}', '{"benchmark": 1, "actual": 0}', '{"accounts": []}', 'due', NULL),
('a contested part of all that is paid', '{"split": "a 1", "counterparty": "icb"}', '{"benchmark": 0, "actual": 5}', '{"accounts": [{"party": "a", "contested": 5}]}', 'due@a', 0.00),
('interest of 0.005 is a penny: 0.05 x 10 %', '{"split": "a 1", "counterparty": "icb"}', '{"benchmark": 0, "actual": 0}', '{"accounts": [{"party": "a", "overdue": 0.05, "overdue_days": 365, "interest_rate": 0.1}]}', 'due@icb', -0.01);

-- every row must be right
SELECT e.n, e.what, e.line, e.amount AS expected, got.amount AS got
FROM expected e CROSS JOIN LATERAL (SELECT sum(l.amount) AS amount FROM lines(e.terms, e.inputs, e.detail) l
    WHERE e.line IN (l.line_code, l.line_code || '|' || l.clause, l.line_code || '@' || l.party)) got
WHERE e.amount IS DISTINCT FROM got.amount ORDER BY e.n;
SELECT count(*) AS rows, count(DISTINCT split_part(split_part(line, '|', 1), '@', 1)) AS line_codes FROM expected;

-- how the lines speak
SELECT step, line_code, clause, formula, quantity, rate, exact_text, amount, party FROM lines(
    '{"curve": "gain cliff 1% 0..5%:50%, 5%..:25% max 10%", "stop_loss": "gain 0..60000:0%, 60000..300000:75%, 300000..:0%", "adjust": "risk, volume", "risk_limit": 0.03, "discount": 0.01, "withhold": 0.02, "minimum_size": 5000, "contingency": 100, "allowance": "linear 1:0.1%",
      "gate": "linear 5000:3.9%, 15000:2.9%", "gate_by": "size", "below_gate": 0.5, "cap_gain": "8%", "factor_gain": 0.98, "reopener": "5%", "pays": "fee + share", "split": "acute 45%, \"City Council\" 30%, gp remaining", "counterparty": "icb", "rounding": "unit 1.00"}',
    '{"benchmark": 10000000, "actual": 10500000, "volume": 10250, "plan_volume": 10000, "risk": 1.06, "plan_risk": 1, "size": 10000, "score": 0.75, "fee": 1000}',
    '{"cases": [187654.32, 412000, 1000], "conditions": [{"name": "plan signed", "met": true, "evidence": "minute 12"}],
      "indicators": [{"name": "falls", "weight": 50, "score": 77.5, "scale": "linear 60:0%, 85:100%"}, {"name": "waits", "weight": 30, "volume": 8, "minimum_volume": 10, "under_volume": "pay"}, {"name": "rare", "weight": 20, "volume": 9, "minimum_volume": 10, "under_volume": "carry"}, {"name": "odd", "weight": 7, "volume": 1, "minimum_volume": 10}],
      "accounts": [{"party": "acute", "posted_before": 1000, "contested": 500.55, "overdue": 250000, "overdue_days": 75, "interest_rate": 0.1325}, {"party": "gone", "posted_before": 12.34}]}');
SELECT line_code, clause, formula FROM lines('{"guardrail": true, "net_of_fee": true, "fee_at_risk": 50, "loss_rate": "linear 80%:0%, 120%:100%", "loss_rate_by": "ratio", "reopener": "31", "split": "a 1"}', '{"benchmark": 100, "actual": 120, "guardrail_benchmark": 110, "fee": 10}',
    '{"conditions": [{"name": "b", "met": false}], "accounts": [{"party": "a", "own_amount": -50}]}') WHERE line_code <> 'due';
SELECT formula FROM lines('{"reopener": "10%"}', '{"benchmark": 100, "actual": 110}', NULL) WHERE line_code = 'reopener' UNION ALL
SELECT formula FROM lines('{"reopener": "10%"}', '{"benchmark": 100, "actual": 90.01}', NULL) WHERE line_code = 'reopener' UNION ALL
SELECT formula FROM lines('{"reopener": "10"}', '{"benchmark": 100, "actual": 90}', NULL) WHERE line_code = 'reopener';

-- what is refused, and what the message says to do
CREATE FUNCTION refusal(terms jsonb, inputs jsonb, detail jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM count(*) FROM lines(terms, inputs, detail);
    RETURN 'accepted';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint <> '' THEN ' / ' || hint ELSE '' END;
END
$$;
\pset tuples_only on
\pset format unaligned
SELECT refusal(t::jsonb, '{"benchmark": 100, "actual": 90}'::jsonb || i::jsonb, d::jsonb) FROM (VALUES
    ('{"stop_loss": "gain 0..:1"}', '{}', NULL), ('{"stop_loss": "gain 0..:1"}', '{}', '{}'), ('{"stop_loss": "gain 0..:1"}', '{}', '{"cases": [1, null]}'), ('{"stop_loss": "gain 0..:1"}', '{}', '{"cases": [1, -0.01]}'), ('{"stop_loss": "gain 0..:1"}', '{}', '{"cases": [-0.001]}'),
    ('{"stop_loss": "gain 0..:1"}', '{}', '{"cases": ["NaN"]}'), ('{"stop_loss": "gain 0..5%:1"}', '{}', '{"cases": [1]}'), ('{"stop_loss": "gain 0..:1"}', '{}', '{"cases": [90000000000000000, 90000000000000000]}'),
    ('{"adjust": "luck"}', '{}', NULL), ('{"adjust": "volume"}', '{}', NULL), ('{"adjust": "volume"}', '{"volume": 1}', NULL), ('{"adjust": "volume"}', '{"volume": 1, "plan_volume": 0}', NULL), ('{"adjust": "risk"}', '{"risk": -1, "plan_risk": 1}', NULL), ('{"adjust": "risk"}', '{"plan_risk": 1}', NULL), ('{"adjust": "risk"}', '{"risk": 1, "plan_risk": 0}', NULL),
    ('{"risk_limit": 1.5}', '{}', NULL), ('{"withhold": 2}', '{}', NULL), ('{"withhold": 0.02}', '{}', NULL), ('{"withhold_scale": ">=1:1"}', '{}', NULL), ('{"withhold": 0.02, "withhold_scale": ">=1:1"}', '{"score": 0.5}', NULL), ('{"withhold": 0.02, "withhold_scale": ">=1:1"}', '{}', NULL),
    ('{"net_of_fee": true}', '{}', NULL), ('{"net_of_fee": true}', '{"fee": -1}', NULL), ('{"guardrail": true}', '{"actual": 110}', NULL), ('{"contingency": -1}', '{}', NULL), ('{"allowance": "linear 1:1%"}', '{}', NULL), ('{"allowance": "linear 1:1%"}', '{"base": 0, "size": 1}', NULL), ('{"allowance": ">=5:1%"}', '{"size": 1}', NULL),
    ('{"minimum_size": 5000}', '{}', NULL), ('{"minimum_size": 5000, "under_size": "refuse"}', '{"size": 4999}', NULL), ('{"minimum_size": 5000, "under_size": "refuse"}', '{"size": 5000}', NULL), ('{"under_size": "x"}', '{}', NULL), ('{"minimum_size": -1}', '{}', NULL),
    ('{}', '{}', '{"conditions": [{"name": "plan signed"}]}'), ('{}', '{}', '{"conditions": [{"met": true}]}'), ('{}', '{}', '{"conditions": [null]}'), ('{"below_gate": 1.1}', '{}', NULL), ('{"fee_at_risk": -1}', '{}', NULL),
    ('{"fee_at_risk": 1, "loss_rate": ">=1:1", "loss_rate_by": "ratio"}', '{"benchmark": 0}', NULL), ('{"quality": ">=100%:1", "quality_by": "ratio"}', '{}', NULL), ('{"quality": ">=1:1", "quality_by": "size"}', '{}', NULL), ('{"quality": ">=1:1", "quality_by": "luck"}', '{}', NULL),
    ('{"cap_when": "never"}', '{}', NULL), ('{"pays": "all"}', '{}', NULL), ('{"pays": "fee + share"}', '{}', NULL), ('{"reopener": "8% of revenue"}', '{}', NULL), ('{"reopener": "ten"}', '{}', NULL), ('{"reopener": "10%"}', '{"base": 0}', NULL), ('{"split_method": "hare"}', '{}', NULL)) v (t, i, d);
SELECT refusal('{}', '{"benchmark": 100, "actual": 90}', jsonb_build_object('indicators', i::jsonb)) FROM (VALUES
    ('[{"name": "falls", "weight": 1}]'), ('[{"name": "falls", "score": 1}]'), ('[{"weight": 1, "score": 1}]'), ('[{"name": "falls", "weight": -1, "score": 1}]'), ('[{"name": "falls", "weight": 0, "score": 1}]'), ('[{"name": "falls", "weight": 1, "score": 77.5}]'), ('[{"name": "falls", "weight": 1, "score": -0.1}]'),
    ('[{"name": "falls", "weight": 1, "score": 0.5, "scale": ">=60%:1"}]'), ('[{"name": "falls", "weight": 1, "score": 0.5, "minimum_volume": 10}]'), ('[{"name": "falls", "weight": 1, "volume": 9, "minimum_volume": 10}]'), ('[{"name": "falls", "weight": 1, "volume": 9, "minimum_volume": 10}, {"name": "waits", "weight": 0, "score": 1}]'),
    ('[{"name": "falls", "weight": 1, "score": 1, "under_volume": "drop"}]'), ('[{"name": "falls", "weight": "NaN", "score": 1}]'), ('[null]')) v (i);
SELECT refusal('{}', '{"benchmark": 100, "actual": 90}', jsonb_build_object('indicators', (SELECT jsonb_agg(jsonb_build_object('name', 'i' || i, 'weight', 1, 'score', 1)) FROM generate_series(1, n) i))) FROM (VALUES (64), (65)) v (n);
SELECT refusal('{"quality": ">=1:1", "quality_by": "size"}', '{"benchmark": 100, "actual": 90, "size": 1}', '{"indicators": [{"name": "falls", "weight": 1, "score": 1}]}');
SELECT refusal('{"quality": ">=100%:1"}', '{"benchmark": 100, "actual": 90}', '{"indicators": [{"name": "falls", "weight": 1, "score": 0.9}]}');
SELECT refusal(('{"split": "a 60%, b 40%", "counterparty": "icb"}'::jsonb || t::jsonb) - CASE WHEN t LIKE '%alone%' THEN 'counterparty' ELSE '' END - 'alone', '{"benchmark": 100, "actual": 90}', jsonb_build_object('accounts', a::jsonb)) FROM (VALUES
    ('{"counterparty": "b"}', '[]'), ('{}', '[{"party": "a"}, {"party": "a"}]'), ('{}', '[{"posted_before": 1}]'), ('{}', '[null]'), ('{}', '[{"party": "a", "posted_before": 0.001}]'), ('{}', '[{"party": "a", "own_amount": 1.005}]'), ('{}', '[{"party": "a", "contested": 1e30}]'), ('{}', '[{"party": "a", "overdue": "NaN"}]'),
    ('{}', '[{"party": "a", "contested": -1}]'), ('{}', '[{"party": "a", "contested": 6.00}]'), ('{}', '[{"party": "a", "contested": 6.01}]'), ('{}', '[{"party": "a", "posted_before": 16, "contested": 10.01}]'), ('{}', '[{"party": "icb", "contested": 1}]'), ('{}', '[{"party": "gone", "contested": 1}]'),
    ('{}', '[{"party": "a", "overdue": 1}]'), ('{}', '[{"party": "a", "overdue": 1, "overdue_days": 5}]'), ('{}', '[{"party": "a", "overdue": 1, "overdue_days": -5, "interest_rate": 0.1}]'), ('{}', '[{"party": "a", "overdue": 1, "overdue_days": 5, "interest_rate": -0.1}]'), ('{}', '[{"party": "icb", "overdue": 1, "overdue_days": 5, "interest_rate": 0.1}]'),
    ('{}', '[{"party": "a", "posted_before": 1}, {"party": "icb", "posted_before": -2}]'), ('{}', '[{"party": "a", "posted_before": 1}, {"party": "icb", "posted_before": 0}]'), ('{}', '[{"party": "gone", "own_amount": 1}]'), ('{}', '[{"party": "icb", "own_amount": 1}]'),
    ('{"alone": true}', '[]'), ('{"alone": true}', '[{"party": "a", "own_amount": 4}, {"party": "b", "own_amount": 5.99}]'), ('{"alone": true}', '[{"party": "a", "own_amount": 10}, {"party": "b", "posted_before": 1}]'),
    ('{}', '[{"party": "a", "posted_before": -90000000000000000}, {"party": "b", "posted_before": -90000000000000000}]'), ('{"split": null}', '[{"party": "a"}]')) v (t, a);
\pset tuples_only off
\pset format aligned
-- a name of 300 bytes is cut between characters
SELECT refusal('{}', '{"benchmark": 1, "actual": 1}', jsonb_build_object('conditions', jsonb_build_array(jsonb_build_object('name', 'x' || repeat('ß', 150)))));
-- the shorter form says what it cannot do, and leaves parties out
CREATE FUNCTION short_form(terms jsonb, inputs jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT s.line_code FROM settle(('{"curve": "both 0..:100%"}'::jsonb || terms)::settlement_terms, inputs::settlement_inputs) s;
EXCEPTION WHEN others THEN
    RETURN NEXT SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT short_form('{"stop_loss": "gain 0..:1"}', '{"benchmark": 1, "actual": 1}');
SELECT short_form('{"split": "a 1", "counterparty": "b", "reopener": "1", "fee_at_risk": 5}', '{"benchmark": 1, "actual": 2}');

-- what always holds, over all statements above and some thousands more
CREATE TABLE made AS
SELECT i, jsonb_strip_nulls(jsonb_build_object('curve', 'both 0..5%:50%, 5%..:1/3', 'measure', CASE WHEN i % 2 = 0 THEN 'actual - benchmark' END, 'adjust', CASE i % 3 WHEN 1 THEN 'volume' WHEN 2 THEN 'volume, risk' END, 'discount', CASE WHEN i % 5 = 0 THEN 0.015 END, 'quality_side', 'both',
        'below_gate', CASE WHEN i % 7 = 0 THEN 0.5 END, 'gate_by', CASE WHEN i % 7 < 2 THEN 'minimum_rate' END, 'pays', CASE i % 11 WHEN 0 THEN 'fee + share' WHEN 1 THEN 'benchmark + share' END, 'split', CASE i % 3 WHEN 0 THEN 'a 1/3, b 1/3, c 1/3' WHEN 1 THEN 'a 45.5%, b 30%, c remaining' ELSE 'a 1/7, b 6/7' END,
        'split_method', CASE WHEN i % 4 = 0 THEN 'first' END, 'counterparty', 'icb', 'net_of_fee', i % 6 = 0)) AS terms,
    jsonb_build_object('benchmark', 1000000 + h % 100000000 / 100.0, 'actual', 900000 + h / 7 % 100000000 / 100.0, 'volume', 90 + h % 20, 'plan_volume', 100, 'risk', 1.01, 'plan_risk', 1.03, 'fee', h % 10000, 'minimum_rate', 0.03) AS inputs,
    jsonb_build_object('indicators', jsonb_build_array(jsonb_build_object('name', 'x', 'weight', 1 + h % 5, 'score', (h % 101) / 100.0), jsonb_build_object('name', 'y', 'weight', 2, 'score', 0.5, 'volume', h % 20, 'minimum_volume', 10, 'under_volume', (ARRAY['redistribute', 'pay', 'carry'])[1 + i % 3])),
        'accounts', jsonb_build_array(jsonb_build_object('party', 'a', 'posted_before', h % 20000 / 100.0, 'overdue', h % 777 - 300, 'overdue_days', h % 90, 'interest_rate', 0.1325), jsonb_build_object('party', 'left', 'posted_before', -h % 999))) AS detail
FROM (SELECT i, hashint8extended(i, 7) & 2147483647 AS h FROM generate_series(1, 3000) i) v;
CREATE TABLE line AS SELECT m.i, s.* FROM made m, settle(m.terms::settlement_terms, m.inputs::settlement_inputs, m.detail::settlement_detail) s;
CREATE INDEX ON line (i, line_code);
ANALYZE line;
SELECT count(DISTINCT i) AS statements, count(*) > 40000 AS many_lines, count(*) FILTER (WHERE amount::text LIKE '-0.00') AS minus_zero FROM line;
SELECT line_code, count(*) FROM (SELECT i, line_code, sum(amount) AS s FROM line WHERE line_code IN ('party', 'due', 'interest', 'contested') GROUP BY i, line_code) q WHERE s <> 0 GROUP BY line_code;
SELECT count(*) AS parties_do_not_make_the_settlement FROM line s WHERE line_code = 'settlement' AND amount <> (SELECT sum(p.amount) FROM line p WHERE p.i = s.i AND p.line_code = 'party' AND p.party <> 'icb');
SELECT count(*) AS indicators_do_not_make_the_quality FROM line q WHERE line_code = 'quality' AND amount <> (SELECT sum(p.amount) FROM line p WHERE p.i = q.i AND p.line_code = 'indicator');
SELECT count(*) AS bands_do_not_make_the_share FROM line q WHERE line_code = 'share' AND amount <> (SELECT coalesce(sum(p.amount), 0) FROM line p WHERE p.i = q.i AND p.line_code = 'band');
SELECT count(*) AS posted_is_not_the_difference FROM made m JOIN line p ON p.i = m.i AND p.line_code = 'posted' AND p.party = 'a' JOIN line c ON c.i = m.i AND c.line_code = 'party' AND c.party = 'a' WHERE p.amount <> c.amount - (m.detail -> 'accounts' -> 0 ->> 'posted_before')::numeric;
-- the share worked out in plain numeric where its rates end: volume alone, no gate
SELECT count(*) AS compared, count(*) FILTER (WHERE l.amount <> w.settled) AS differ
FROM (SELECT m.i, (inputs ->> 'benchmark')::numeric AS b, (inputs ->> 'actual')::numeric AS a FROM made m WHERE i % 3 = 0 AND i % 2 = 1 AND i % 5 <> 0 AND i % 7 >= 2 AND i % 11 > 1) m
CROSS JOIN LATERAL (SELECT round(sign(b - a) * (least(abs(b - a), b * 0.05) * 0.5), 2) AS settled) w
JOIN line q ON q.i = m.i AND q.line_code = 'band' AND q.clause LIKE '%band 1'
CROSS JOIN LATERAL (SELECT round(abs(split_part(q.exact_text, '/', 1)::numeric / coalesce(nullif(split_part(q.exact_text, '/', 2), ''), '1')::numeric), 2) * sign(b - a) AS amount) l;
-- 10,000 made contracts with decimal rates, worked out once more in plain numeric, step by step
CREATE TABLE contract AS
SELECT i, k[1] % 2 = 0 AS excess, k[2] % 3 > 0 AS by_volume, k[3] % 3 > 0 AS by_risk, (k[4] % 4) * 0.01 AS discount, (k[5] % 3) * 0.01 AS withhold, k[6] % 2 = 0 AS net, k[7] % 2 = 0 AS rail, (k[8] % 3) * 1000.55 AS contingency, (k[9] % 3) * 0.001 AS allowance,
    k[10] % 4 > 0 AS gated, k[11] % 2 = 0 AS halved, k[12] % 2 = 0 AS both_sides, 0.9 + k[13] % 3 * 0.1 AS factor, (1 + k[14] % 9) * 0.001 AS cap, k[15] % 2 = 0 AS cap_first, k[16] % 3 AS pays, (k[17] % 3) * 250.25 AS relief, k[18] % 4 = 0 AS at_risk, k[19] % 5 = 0 AS unmet, k[20] % 5 = 0 AS small,
    1000000 + k[21] % 100000000 * 0.01 AS benchmark, 900000 + k[22] % 120000000 * 0.01 AS actual, 95 + k[23] % 11 AS volume, 0.95 + k[24] % 11 * 0.01 AS risk, k[25] % 11 * 0.1 AS score, 500 + k[26] % 500 AS fee, 950000 + k[27] % 60000000 * 0.01 AS rail_benchmark, (k[28] % 3 - 1) * 777.77 AS forward,
    k[29] % 6 * 0.01 AS minimum, k[30] % 101 * 0.01 AS first, k[31] % 101 * 0.01 AS second, 1 + k[32] % 9 AS weight, k[33] % 3 AS under
FROM (SELECT i, array_agg(hashint8extended(i * 100 + n, 11) & 1073741823 ORDER BY n) AS k FROM generate_series(1, 10000) i, generate_series(1, 33) n GROUP BY i) v;
CREATE TABLE settled AS
SELECT c.i, s.amount FROM contract c CROSS JOIN LATERAL settle(
    jsonb_strip_nulls(jsonb_build_object('measure', CASE WHEN excess THEN 'actual - benchmark' END, 'curve', 'both 0..2%:40%, 2%..10%:25%, 10%..:5%', 'adjust', CASE WHEN by_volume AND by_risk THEN 'risk, volume' WHEN by_volume THEN 'volume' WHEN by_risk THEN 'risk' END, 'risk_limit', CASE WHEN by_risk THEN 0.03 END,
        'discount', discount, 'withhold', withhold, 'net_of_fee', net, 'guardrail', rail, 'contingency', contingency, 'allowance', 'linear 1:' || allowance, 'minimum_size', 5000, 'gate_by', CASE WHEN gated THEN 'minimum_rate' END, 'below_gate', CASE WHEN halved THEN 0.5 END, 'quality_side', CASE WHEN both_sides THEN 'both' END,
        'factor_gain', factor, 'factor_loss', 2 - factor, 'cap_gain', cap * 100 || '%', 'cap_loss', cap * 200 || '%', 'cap_when', CASE WHEN cap_first THEN 'before quality' END, 'pays', CASE pays WHEN 1 THEN 'fee + share' WHEN 2 THEN 'benchmark + share' END, 'fee_at_risk', CASE WHEN at_risk THEN 30000.30 END))::settlement_terms,
    jsonb_build_object('benchmark', benchmark, 'actual', actual, 'carried_forward', forward, 'size', CASE WHEN small THEN 4999 ELSE 5000 END, 'minimum_rate', minimum, 'score', score, 'loss_relief', relief, 'volume', volume, 'plan_volume', 100, 'risk', risk, 'plan_risk', 1, 'guardrail_benchmark', rail_benchmark, 'fee', fee)::settlement_inputs,
    jsonb_build_object('conditions', jsonb_build_array(jsonb_build_object('name', 'plan', 'met', NOT unmet)),
        'indicators', jsonb_build_array(jsonb_build_object('name', 'a', 'weight', weight, 'score', first), jsonb_build_object('name', 'b', 'weight', 10 - weight, 'score', second, 'volume', 5, 'minimum_volume', CASE WHEN under = 0 THEN 5 ELSE 6 END, 'under_volume', CASE under WHEN 1 THEN 'pay' ELSE 'carry' END)))::settlement_detail) s
WHERE s.line_code = 'settlement';
CREATE TABLE worked AS
SELECT c.i, c.benchmark, x0.x AS difference, round(p.payment, 2) AS amount
FROM contract c
CROSS JOIN LATERAL (SELECT benchmark * CASE WHEN by_volume THEN volume * 0.01 ELSE 1 END * CASE WHEN by_risk THEN least(greatest(risk, 0.97), 1.03) ELSE 1 END * (1 - discount) * (1 - withhold * (1 - score)) AS b OFFSET 0) b
CROSS JOIN LATERAL (SELECT CASE WHEN excess THEN actual - b ELSE b - actual END - CASE WHEN net THEN fee ELSE 0 END + forward AS x OFFSET 0) x0
CROSS JOIN LATERAL (SELECT CASE WHEN rail AND x0.x < 0 THEN least(0, greatest(x0.x, CASE WHEN excess THEN actual - rail_benchmark ELSE rail_benchmark - actual END - CASE WHEN net THEN fee ELSE 0 END + forward)) WHEN x0.x > 0 THEN greatest(0, x0.x - contingency) ELSE x0.x END AS x OFFSET 0) x1
CROSS JOIN LATERAL (SELECT sign(x1.x) * greatest(0, abs(x1.x) - allowance * b) * CASE WHEN small OR (unmet AND x0.x >= 0) THEN 0 ELSE 1 END AS x OFFSET 0) x2
CROSS JOIN LATERAL (SELECT NOT gated OR abs(x2.x) >= minimum * b AS met OFFSET 0) g
CROSS JOIN LATERAL (SELECT CASE WHEN g.met OR (halved AND x2.x > 0) THEN x2.x ELSE 0 END AS x OFFSET 0) x3
CROSS JOIN LATERAL (SELECT CASE WHEN at_risk AND x0.x < 0 THEN CASE WHEN x3.x < 0 THEN -30000.30 ELSE 0 END
    ELSE sign(x3.x) * (least(abs(x3.x), 0.02 * b) * 0.40 + greatest(0, least(abs(x3.x), 0.10 * b) - 0.02 * b) * 0.25 + greatest(0, abs(x3.x) - 0.10 * b) * 0.05) END * CASE WHEN NOT g.met AND x3.x > 0 THEN 0.5 ELSE 1 END AS s OFFSET 0) s0
CROSS JOIN LATERAL (SELECT b * cap * CASE WHEN x0.x < 0 THEN 2 ELSE 1 END AS most, CASE WHEN x0.x >= 0 OR both_sides THEN (weight * first + (10 - weight) * CASE under WHEN 0 THEN second WHEN 1 THEN 1 ELSE 0 END) * 0.1 ELSE 1 END * CASE WHEN x0.x < 0 THEN 2 - factor ELSE factor END AS times OFFSET 0) m
CROSS JOIN LATERAL (SELECT CASE WHEN cap_first THEN sign(s0.s) * least(abs(s0.s), m.most) * m.times ELSE sign(s0.s) * least(abs(s0.s * m.times), m.most) END AS s OFFSET 0) s1
CROSS JOIN LATERAL (SELECT CASE WHEN s1.s < 0 THEN least(0, s1.s + relief) ELSE s1.s END AS s OFFSET 0) s2
CROSS JOIN LATERAL (SELECT s2.s + CASE pays WHEN 1 THEN fee WHEN 2 THEN b ELSE 0 END AS payment) p;
SELECT count(*) AS contracts, count(*) FILTER (WHERE w.amount <> s.amount) AS differ, count(*) FILTER (WHERE difference < 0) > 1000 AS losses, count(DISTINCT s.amount) > 2500 AS not_all_alike FROM worked w JOIN settled s USING (i);
-- without detail both forms say the same
SELECT count(*) AS forms_differ FROM (
    SELECT e.n, s.step, s.line_code, s.formula, s.amount FROM expected e, settle(('{"curve": "both 0..:100%"}'::jsonb || e.terms - 'split' - 'counterparty')::settlement_terms, e.inputs::settlement_inputs, NULL) s WHERE e.detail IS NULL
    EXCEPT
    SELECT e.n, s.step, s.line_code, s.formula, s.amount FROM expected e, settle(('{"curve": "both 0..:100%"}'::jsonb || e.terms)::settlement_terms, e.inputs::settlement_inputs) s WHERE e.detail IS NULL) d;
-- more parties than memory would like to hold on a stack, and cases by the thousand
SELECT count(*), sum(amount) FROM lines(jsonb_build_object('split', (SELECT string_agg(format('p%s 1/1024', i), ',') FROM generate_series(1, 1024) i), 'counterparty', 'icb'), '{"benchmark": 1000000.01, "actual": 0}', NULL) WHERE line_code = 'due';
SELECT quantity, formula, amount FROM lines('{"stop_loss": "gain 0..600:0%, 600..:75%"}', '{"benchmark": 0, "actual": 0}', (SELECT jsonb_build_object('cases', jsonb_agg(i)) FROM generate_series(1, 10000) i)) WHERE line_code = 'stop_loss';
SELECT refusal('{"split": "a 1", "counterparty": "b"}', '{"benchmark": 1, "actual": 0}', jsonb_build_object('accounts', (SELECT jsonb_agg(jsonb_build_object('party', 'p' || i)) FROM generate_series(1, 2049) i)));
-- rows as they were before version 0.4, whose functions still find what they call
CREATE TYPE old_terms AS (measure text, curve share_curve, gate sliding_scale, gate_by text, gate_side text, quality sliding_scale, quality_side text, loss_rate sliding_scale, factor_gain numeric, factor_loss numeric, discount numeric, cap_gain text, cap_loss text, rounding text);
CREATE TYPE old_inputs AS (benchmark numeric, actual numeric, carried_forward numeric, base numeric, size numeric, minimum_rate numeric, score numeric, revenue numeric, loss_relief numeric);
CREATE TYPE short_terms AS (measure text, curve share_curve);
CREATE FUNCTION old_settle(terms old_terms, inputs old_inputs, OUT step integer, OUT line_code text, OUT clause text, OUT formula text, OUT quantity numeric, OUT rate text, OUT exact_text text, OUT amount numeric) RETURNS SETOF record AS '$libdir/commissioning', 'settle' LANGUAGE C;
CREATE FUNCTION short_settle(terms short_terms, inputs old_inputs, OUT step integer, OUT line_code text, OUT clause text, OUT formula text, OUT quantity numeric, OUT rate text, OUT exact_text text, OUT amount numeric) RETURNS SETOF record AS '$libdir/commissioning', 'settle' LANGUAGE C;
SELECT step, line_code, formula, amount FROM old_settle(jsonb_populate_record(NULL::old_terms, '{"curve": "gain 0..:40% max 10%", "discount": 0.02, "rounding": "unit 1.00"}'), jsonb_populate_record(NULL::old_inputs, '{"benchmark": 1000, "actual": 900}'));
SELECT * FROM short_settle(ROW(NULL, 'gain 0..:1')::short_terms, jsonb_populate_record(NULL::old_inputs, '{"benchmark": 1000, "actual": 900}'));
DROP SCHEMA settle_engine CASCADE;
