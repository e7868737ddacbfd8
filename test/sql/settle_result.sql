-- One result looked at: main figures, distance to the gates, points around it, text in lines. Numbers worked by hand.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET search_path = commissioning, public;
CREATE FUNCTION pg_temp.terms(t jsonb) RETURNS commissioning.settlement_terms LANGUAGE sql AS 'SELECT t::commissioning.settlement_terms';
CREATE FUNCTION pg_temp.inputs(i jsonb) RETURNS commissioning.settlement_inputs LANGUAGE sql AS 'SELECT i::commissioning.settlement_inputs';

-- 120,000,000 less 116,000,000; gate 3.75 % at 5,500 people = 4,500,000: not met
\set t 'pg_temp.terms(\'{"curve": "gain 0..:40% max 10%; loss 0..:30% max 4%", "gate": "linear 5000:3.9%, 6000:3.6%", "gate_by": "size", "quality": "linear 0:0%, 1:100%"}\')'
\set i 'pg_temp.inputs(\'{"benchmark": 120000000, "actual": 116000000, "size": 5500, "score": 0.9}\')'
SELECT * FROM settled(:t, :i);
-- at the gate 4,500,000 x 40 % x 90 % = 1,620,000; on the loss side 4,500,000 x 30 % = 1,350,000, 8,500,000 away
SELECT * FROM gate_distance(:t, :i);
-- met: passed by 1,500,000
SELECT side, met, distance, settlement, settlement_at_gate, settlement_below FROM gate_distance(:t, pg_temp.inputs('{"benchmark": 120000000, "actual": 114000000, "size": 5500, "score": 0.9}'));
-- a gate that ends within a penny: 33.333333333 % of 1,000.01 is 333.33667: 333.34 reaches it, 40 % of that is 133.34
SELECT * FROM gate_distance(pg_temp.terms('{"curve": "gain cliff 33.333333333% 0..:40%", "measure": "actual - benchmark"}'), pg_temp.inputs('{"benchmark": 1000.01, "actual": 1200}'));
-- half below the gate: no cliff to nothing
SELECT gate, met, distance, settlement, settlement_at_gate, settlement_below FROM gate_distance(pg_temp.terms('{"curve": "gain cliff 3% 0..:40%", "below_gate": 0.5}'), pg_temp.inputs('{"benchmark": 1000000, "actual": 980000}'));
-- with a contingency, an allowance and money carried forward the gate is as far as what is left of the difference: 100,000 - 20,000 - 10,000 (1 %) = 70,000 before a gate of 50,000
SELECT gate, difference, met, distance, actual_at_gate, settlement_at_gate FROM gate_distance(
    pg_temp.terms('{"curve": "gain cliff 5% 0..:50%", "contingency": 20000, "allowance": ">=0:1%"}'), pg_temp.inputs('{"benchmark": 1000000, "actual": 930000, "carried_forward": 30000, "size": 10}'));
-- no gate, no rows; a gate that is never reached neither
SELECT count(*) FROM gate_distance(pg_temp.terms('{"curve": "gain 0..:40%"}'), pg_temp.inputs('{"benchmark": 100, "actual": 90}'));
SELECT count(*) FROM gate_distance(pg_temp.terms('{"curve": "gain cliff 200% 0..:40%"}'), pg_temp.inputs('{"benchmark": 100, "actual": 90}'));
-- a score that is missing is an error here as in settle
SELECT * FROM gate_distance(:t, pg_temp.inputs('{"benchmark": 120000000, "actual": 110000000, "size": 5500}'));
-- a thousand results, three terms: at the gate it is met, a penny before it is not, and both are what settle says
SELECT count(*) AS gates, bool_and((s.a).gate_met AND NOT (s.b).gate_met) AS on_the_edge, bool_and((s.a).settlement = g.settlement_at_gate AND (s.b).settlement = g.settlement_below) AS as_settled
FROM generate_series(1, 333) k
CROSS JOIN unnest(ARRAY['{"curve": "gain cliff 1.7% 0..:40%; loss cliff 2.3% 0..:30%"}', '{"curve": "both 0..2%:50%, 2%..:10%", "gate": "linear 1000:3.9%, 9000:2%", "gate_by": "size", "discount": 0.013}',
                        '{"curve": "gain cliff 12345.67 0..:1/3 max 90000", "measure": "actual - benchmark", "factor_gain": 0.97}']::jsonb[]) t
CROSS JOIN LATERAL (SELECT pg_temp.inputs(jsonb_build_object('benchmark', 1000000.01 + k * 7919.13, 'actual', 1000000 + (k * 104729) % 900001, 'size', 900 + 31 * k)) AS i) i
CROSS JOIN LATERAL gate_distance(pg_temp.terms(t), i.i) g
CROSS JOIN LATERAL (SELECT settled(pg_temp.terms(t), jsonb_populate_record(i.i, jsonb_build_object('actual', g.actual_at_gate))) AS a,
    settled(pg_temp.terms(t), jsonb_populate_record(i.i, jsonb_build_object('actual', g.actual_at_gate + CASE WHEN (g.side = 'gain') = (t ->> 'measure' IS NULL) THEN 0.01 ELSE -0.01 END))) AS b) s;

-- points lie where settle puts them, reach both ends, and never ask for an actual below 0
SELECT count(*), min(difference), max(difference), bool_and(p.settlement = (settled(:t, jsonb_populate_record(:i, jsonb_build_object('actual', p.actual)))).settlement) AS as_settled,
       bool_and(p.difference = 120000000 - p.actual) AS differences
FROM settlement_points(:t, :i, NULL, 10000000, 20) p;
SELECT min(actual), max(difference) FROM settlement_points(pg_temp.terms('{"curve": "gain 0..:40%"}'), pg_temp.inputs('{"benchmark": 100, "actual": 90}'), NULL, 1000, 10);
SELECT * FROM settlement_points(:t, :i, NULL, 0);
SELECT * FROM settlement_points(:t, :i, NULL, 10, 1);
-- the picture: 4,000,000 of -40m to 40m at 405 + 650 x 4 / 80 = 437.5, nothing at 275 (y from -5m to 15m)
SELECT chart_settlement('Terms', :t, :i) LIKE '%<circle cx="437.5" cy="275.0" r="6" fill="#da291c"%' AS today,
       chart_settlement('Terms', :t, :i) LIKE '%gate for gains at £4,500,000.00, short by £500,000.00: at the gate the settlement is £1,620,000.00%' AS gate,
       xmlparse(document chart_settlement('<&>', :t, :i)) IS NOT NULL AS well_formed;
-- terms that pay the benchmark too: the picture is of the share
SELECT (s).difference, (s).share, (s).settlement FROM settled(pg_temp.terms('{"curve": "both 0..:20%", "measure": "actual - benchmark", "pays": "benchmark + share"}'), pg_temp.inputs('{"benchmark": 1000000, "actual": 1100000}')) s;

SELECT money_text(v) FROM unnest('{0,-0.005,1234567.8,-1234.5,NULL}'::numeric[]) v;
SELECT wrap_text('one two three four', 9, 2), wrap_text('abcdefghij', 4), wrap_text('', 4) = '' AS nothing, wrap_text(NULL, 4) IS NULL AS unknown, wrap_text(E'a\n  b', 10);
