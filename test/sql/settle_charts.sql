-- Charts of settlements: drawn to scale at points worked by hand, well-formed, "no data" without rows, other shapes refused.
\set SHOW_CONTEXT never
\set VERBOSITY terse
-- gate 2 % of 1,000 = 20; half of every pound; cap 100, reached at 200; range a quarter more: 250
SELECT * FROM commissioning.curve_corners('gain cliff 2% 0..:50% max 10%', 1000);
-- x: 650 over -300 to 300, nothing at 405; y: 300 over 0 to 100. Gate 426.7, cap from 621.7, today (50, 25) at (459.2, 275)
SELECT regexp_replace(commissioning.chart_share_curve('Curve', 'gain cliff 2% 0..:50% max 10%', 1000, 50), '><', E'>\n<', 'g');
-- both sides: slices of 25, 25 at 50 %, 25 %: 12.5 and 18.75; loss cap 15 begins at 25 + (15 - 12.5) / 0.25 = 35
SELECT * FROM commissioning.curve_corners('gain 0..2.5%:50%, 2.5%..5%:25%; loss 0..2.5%:50%, 2.5%..:25% max 15', 1000);
-- a mirrored curve, a curve without corners, a range that is asked for, a cap that binds at once at the gate
SELECT * FROM commissioning.curve_corners('both 0..3%:0%, 3%..:60%', 100);
SELECT * FROM commissioning.curve_corners('gain 0..:40%', 100);
SELECT * FROM commissioning.curve_corners('gain 0..:40%', NULL, 10);
SELECT * FROM commissioning.curve_corners('gain cliff 30 0..:50% max 10', 100);
SELECT count(*) FROM commissioning.curve_corners(NULL, 100);
SELECT * FROM commissioning.curve_corners('gain 0..5%:40%', NULL);
-- every corner lies on the curve; between two neighbours the curve is a straight line: 40 points of each stretch of five curves
SELECT c.curve, count(*) AS points, max(abs(commissioning.curve_share(c.curve, p.x, 1000) - (a.y + (b.y - a.y) * (p.x - a.x) / (b.x - a.x)))) <= 0.02 AS on_line
FROM unnest(ARRAY['gain cliff 2% 0..:50% max 10%; loss cliff 2% 0..:30% max 4%', 'both 0..2%:50%, 2%..5%:25%, 5%..:0%', 'gain 0..500:20%, 500..:30% max 150; loss 0..:1/10 max 30',
                  'gain 0..5%:50%,5%..:25%; loss 0..5%:50%,5%..:25% max 100', 'loss 0..10:100% max 5']::commissioning.share_curve[]) c (curve)
CROSS JOIN LATERAL (SELECT k.*, row_number() OVER () AS i, lead(k.x) OVER () AS x_next, lead(k.y) OVER () AS y_next FROM commissioning.curve_corners(c.curve, 1000) k) a
CROSS JOIN LATERAL (SELECT a.x_next AS x, a.y_next AS y) b
CROSS JOIN LATERAL (SELECT round(a.x + (b.x - a.x) * g / 41.0, 2) AS x FROM generate_series(1, 40) g) p
WHERE b.x > a.x AND p.x > a.x AND p.x < b.x
GROUP BY c.curve ORDER BY c.curve::text COLLATE "C";

-- 370 over 100: 40 are 148; the total 60 is 222
SELECT regexp_replace(commissioning.chart_settlement_waterfall('Fall', '[{"label":"Difference","kind":"total","from":0,"to":100,"note":"a < b"},{"label":"Share","kind":"change","from":100,"to":60},{"label":"Settlement","kind":"total","from":60,"to":60}]'), '><', E'>\n<', 'g');
-- one of four and three of four: heights 70 and 210, 325 wide each less a gap of 1
SELECT regexp_replace(commissioning.chart_distribution('Chance', 0, 100, '{1,3}', '[{"label":"median","value":60}]'), '><', E'>\n<', 'g');
-- 300 over -100 to 100, nothing at 340; contested 20 of 100 from 460
SELECT regexp_replace(commissioning.chart_positions('Positions', '[{"label":"acute","posted":100,"paid":50,"contested":20},{"label":"commissioner","posted":-100,"paid":-50}]'), '><', E'>\n<', 'g');
-- 330 over 200: a quarter is 82.5
SELECT regexp_replace(commissioning.chart_pots('Pots', '[{"label":"falls","pot":200,"earned":50,"note":"score 0.25"},{"label":"ulcers","pot":100,"earned":null}]'), '><', E'>\n<', 'g');
-- a gate beyond the axes is told, not drawn
SELECT commissioning.chart_payment('p', '[{"x":0,"y":0},{"x":10,"y":5}]', '[{"kind":"gate","x":99,"label":"far"}]') LIKE '%far (beyond this chart)%' AS told;

SELECT commissioning.chart_pounds(v) FROM unnest('{0,0.5,999.99,1000,-1250,250000,1000000,-1234567,2000000000,NULL}'::numeric[]) v;
-- a simulation: 5,000 people without a true saving, gate 2 %: about 0.2398 are rewarded and as many penalised (published: 0.24 and 0.26), within three standard errors of 10,000 draws
SELECT abs((x.s).p_gain - 0.2398) < 0.0129 AS rewarded, abs((x.s).p_loss - 0.2398) < 0.0129 AS penalised, c.svg LIKE '%' || commissioning.chart_percent((x.s).p_nothing) || ' of 10,000 draws%' AS told,
       commissioning.chart_simulation('x', NULL) LIKE '%no data%' AS nothing, xmlparse(document c.svg) IS NOT NULL AS well_formed
FROM (SELECT commissioning.simulate_settlement('{"curve":"gain cliff 2% 0..:50%; loss cliff 2% 0..:30%"}'::jsonb::commissioning.settlement_terms,
    '{"benchmark":60000000,"actual":60000000,"size":5000}'::jsonb::commissioning.settlement_inputs, '{"cv": 2}'::jsonb::commissioning.settlement_uncertainty) AS s) x
CROSS JOIN LATERAL (SELECT commissioning.chart_simulation('<&>', x.s, '<&') AS svg) c;
-- no rows
SELECT commissioning.chart_payment('e', NULL) LIKE '%no data%' AS payment, commissioning.chart_share_curve('e', NULL, 1) LIKE '%no data%' AS curve, commissioning.chart_settlement_waterfall('e', '[]') LIKE '%no data%' AS waterfall,
       commissioning.chart_distribution('e', 0, 1, '{}') LIKE '%no data%' AS distribution, commissioning.chart_distribution('e', NULL, 1, '{1}') LIKE '%no data%' AS bounds,
       commissioning.chart_positions('e', '[]') LIKE '%no data%' AS positions, commissioning.chart_pots('e', NULL) LIKE '%no data%' AS pots;
-- well-formed whatever the texts and numbers are
SELECT count(xmlparse(document d)) FROM (VALUES
    (commissioning.chart_payment('&<>"', '[{"x":0,"y":0}]', '[{"kind":"today","label":"<&\"","x":0,"y":0},{"kind":"cap","label":"<","y":1},{"kind":"gate","label":"&","x":null}]', '<x>', '&y')),
    (commissioning.chart_share_curve('&<>"', 'both 0..:0%', 100, 0, '<&')),
    (commissioning.chart_settlement_waterfall('&<>"', '[{"label":"&<>","kind":"total","from":0,"to":0,"note":"<&>"}]')),
    (commissioning.chart_settlement_waterfall('&', '[{"label":"&","kind":"change","from":null,"to":null}]')),
    (commissioning.chart_distribution('&<>"', -1, 1, '{0,0}', '[{"label":"<&","value":0}]', '<')),
    (commissioning.chart_positions('&<>"', '[{"label":"&<","posted":0,"paid":null}]')),
    (commissioning.chart_pots('&<>"', '[{"label":"&<","pot":0,"earned":0,"note":"<&"}]'))) v (d);
SELECT commissioning.chart_payment('x', '[{"x":1}]');
SELECT commissioning.chart_payment('x', '[{"x":1,"y":1}]', '[{"kind":"gate"}]');
SELECT commissioning.chart_settlement_waterfall('x', '[{"label":"a","kind":"total","to":1}]');
SELECT commissioning.chart_distribution('x', 0, 1, '{1}', '[{"label":"a"}]');
SELECT commissioning.chart_positions('x', '{"label":1}');
SELECT commissioning.chart_pots('x', '[{"label":"a"}]');
SELECT commissioning.chart_share_curve('x', 'gain 0..5%:40%', 0);
