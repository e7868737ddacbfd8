-- Charts print the numbers they are given, escaped, and draw to scale.
SELECT commissioning.chart_number(1234.5, 'gbp'), commissioning.chart_number(-10000000.49, 'gbp'), commissioning.chart_number(12.34, 'pct'),
       commissioning.chart_number(1234567), commissioning.chart_number(NULL, 'gbp');
SELECT commissioning.chart_escape('<a href="x">&'), commissioning.chart_escape(NULL) = '' AS null_is_empty;
SELECT regexp_replace(commissioning.chart_funnel('Money & time', '[{"label":"<claimed>","value":200},{"label":"net","value":50,"note":"after overlap"}]'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_waterfall('W', '[{"label":"saving","kind":"total","from":0,"to":100},{"label":"cap","kind":"step","from":100,"to":-20}]'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_pyramid('P', '[{"label":"high","patients":5,"pct":0.5},{"label":"low","patients":995,"pct":99.5}]'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_comparison('C', '[{"label":"EL","first":10,"second":40}]', 'plan', 'claimed'), '><', E'>\n<', 'g');
-- no rows
SELECT commissioning.chart_funnel('empty', NULL) LIKE '%no data%', commissioning.chart_waterfall('empty', '[]') LIKE '%no data%',
       commissioning.chart_pyramid('empty', '[]') LIKE '%no data%', commissioning.chart_comparison('empty', '[]', 'a', 'b') LIKE '%no data%';
-- every chart is well-formed XML
SELECT count(xmlparse(document d)) FROM (VALUES
    (commissioning.chart_funnel('&<>"', '[{"label":"&<>","value":-1}]')),
    (commissioning.chart_waterfall('&<>"', '[{"label":"&","kind":"total","from":0,"to":0}]')),
    (commissioning.chart_pyramid('&<>"', '[{"label":"&","patients":0,"pct":0}]')),
    (commissioning.chart_comparison('&<>"', '[{"label":"&","first":0,"second":null}]', '<', '>'))) v(d);
-- wrong shapes
\set SHOW_CONTEXT never
SELECT commissioning.chart_funnel('x', '{"label":1}');
SELECT commissioning.chart_waterfall('x', '[{"label":"a"}]');
SELECT commissioning.chart_pyramid('x', '[1]');
