-- Charts of invoice validation print their numbers, draw to scale, are well-formed, say "no data" and refuse other shapes.
\set SHOW_CONTEXT never
-- three causes of 600, 300 and 100: the first two make four fifths (60 %, 90 %)
SELECT regexp_replace(commissioning.chart_pareto('Causes', '[{"label":"small","value":100},{"label":"large","value":600},{"label":"middle","value":300}]'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_ageing('Age', '[{"label":"due in 10 days","value":200,"overdue":false,"note":"2 challenges"},{"label":"overdue","value":50,"overdue":true}]'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_intervals('Precision', '[{"label":"DUP01","value":0.9,"lower":0.8,"upper":0.95,"note":"45 of 50"},{"label":"new","value":null,"lower":null,"upper":null}]', 0.5), '><', E'>\n<', 'g');
-- 1,000 + 200 - 50 = 1,150
SELECT regexp_replace(commissioning.chart_bridge('Bridge', '[{"label":"","amount":1000},{"label":"new","amount":200},{"label":"withdrawn","amount":-50}]', 'flex', 'freeze'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_control('Depth', '[{"label":"Apr","value":4,"mean":4,"lower":3,"upper":5},{"label":"May","value":6,"mean":4,"lower":3,"upper":5}]'), '><', E'>\n<', 'g');
-- no rows
SELECT commissioning.chart_pareto('e', NULL) LIKE '%no data%' AS pareto, commissioning.chart_ageing('e', '[]') LIKE '%no data%' AS ageing, commissioning.chart_intervals('e', '[]') LIKE '%no data%' AS intervals,
       commissioning.chart_bridge('e', '[]', 'a', 'b') LIKE '%no data%' AS bridge, commissioning.chart_control('e', '[]') LIKE '%no data%' AS control;
-- well-formed whatever the texts and numbers are
SELECT count(xmlparse(document d)) FROM (VALUES
    (commissioning.chart_pareto('&<>"', '[{"label":"&<>","value":-1}]')), (commissioning.chart_pareto('&', '[{"label":"&<>","value":null}]')),
    (commissioning.chart_ageing('&<>"', '[{"label":"&","value":0,"overdue":true,"note":"<"}]')),
    (commissioning.chart_intervals('&<>"', '[{"label":"&","value":0,"lower":0,"upper":1,"note":"<"}]')),
    (commissioning.chart_bridge('&<>"', '[{"label":"&","amount":0}]', '<', '>')),
    (commissioning.chart_control('&<>"', '[{"label":"&","value":null,"mean":1,"lower":1,"upper":1}]', 'pct'))) v (d);
SELECT commissioning.chart_pareto('x', '{"label":1}');
SELECT commissioning.chart_ageing('x', '[{"label":"a","value":1}]');
SELECT commissioning.chart_intervals('x', '[1]');
SELECT commissioning.chart_bridge('x', '[{"label":"a"}]', 'a', 'b');
SELECT commissioning.chart_control('x', '[{"label":"a","value":1}]');
