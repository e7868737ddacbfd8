-- Charts of risk draw their numbers to scale, escaped, and are well-formed whatever comes.
\set SHOW_CONTEXT never
SELECT v, commissioning.chart_ceiling(v) FROM unnest(ARRAY[0.0123, 0.2, 0.21, 0.51, 0.76, 1, 7.5, 7.6, 99, 0, -1, NULL]::numeric[]) WITH ORDINALITY u (v, i) ORDER BY i;
SELECT commissioning.chart_percent(0.0123), commissioning.chart_percent(0.5), commissioning.chart_percent(0.12345), commissioning.chart_percent(0), commissioning.chart_percent(NULL);
-- the plot is 440 wide from 80 and 380 high down to 430; the axes end at 50%: (0.1, 0.2) lies at 80 + 440 / 5 = 168 and 430 - 380 * 2 / 5 = 278
SELECT c LIKE '%<circle cx="168.0" cy="278.0" r="4"%' AS point_to_scale, c LIKE '%<path d="M168.0 354.0V126.0M164.0 354.0H172.0M164.0 126.0H172.0"%' AS interval_to_scale,
       c LIKE '%<polyline points="80.0,430.0 520.0,50.0"%' AS curve_to_scale, c LIKE '%<line x1="80" y1="430" x2="520" y2="50"%' AS diagonal, c LIKE '%>1,000 people<%' AS people, c LIKE '%>&lt;Title&gt;<%' AS escaped
FROM commissioning.chart_calibration('<Title>', '[{"predicted_mean":0.1,"observed":0.2,"observed_lower":0.1,"observed_upper":0.4,"n":400,"events":80},{"predicted_mean":0.5,"observed":0.3,"n":600,"events":180}]',
     '[{"predicted_value":0,"observed":0},{"predicted_value":0.5,"observed":0.5}]') c;
-- sensitivity 0.5 at specificity 0.75: 80 + 440 / 4 = 190, 430 - 190 = 240
SELECT c LIKE '%<polyline points="80.0,430.0 190.0,240.0 520.0,50.0"%' AS to_scale, c LIKE '%AUC &lt; 1%' AS caption
FROM commissioning.chart_roc('R', '[{"threshold":"Infinity","sensitivity":0,"specificity":1},{"threshold":0.3,"sensitivity":0.5,"specificity":0.75},{"threshold":0,"sensitivity":1,"specificity":0}]', 'AUC < 1') c;
-- the greatest of observed and predicted is 340 wide; the mean is observed / lift
SELECT regexp_replace(commissioning.chart_lift('L', '[{"decile":1,"observed":0.1,"predicted_mean":0.2,"lift":0.4,"events_share":0.2},{"decile":2,"observed":0.4,"predicted_mean":0.3,"lift":1.6,"events_share":0.8}]'), '><', E'>\n<', 'g');
-- net benefit from -0.1 to 0.4: 0.15 at 430 - 380 / 2 = 240, 0 at 354; threshold 0.1 of 0.2 at 300; all is drawn where it lies, below the axes too
SELECT c LIKE '%<polyline points="300.0,240.0 520.0,354.0" fill="none" stroke="#005eb8"%' AS model, c LIKE '%<polyline points="300.0,50.0 520.0,582.0" fill="none" stroke="#ed8b00"%' AS everybody
FROM commissioning.chart_decision_curve('D', '[{"threshold":0.1,"net_benefit":0.15,"treat_all":0.4},{"threshold":0.2,"net_benefit":0,"treat_all":-0.3}]') c;
SELECT regexp_replace(commissioning.chart_pyramid_history('H', '[{"as_of":"2025-04-01","tier":"low","tier_order":1,"patients":80},{"as_of":"2025-04-01","tier":"high","tier_order":2,"patients":null},{"as_of":"2025-05-01","tier":"low","tier_order":1,"patients":40},{"as_of":"2025-05-01","tier":"high","tier_order":2,"patients":31}]'), '><', E'>\n<', 'g');
SELECT regexp_replace(commissioning.chart_contributions('C', '[{"term":"intercept","contribution":-3},{"term":"chf","label":"Heart & failure","evidence":"I50.0","contribution":0.6,"average":0.1},{"term":"care","contribution":-0.25},{"term":"bmi","contribution":null},{"term":"score","contribution":null}]'), '><', E'>\n<', 'g');
-- the rows of the functions fit
CREATE TEMP TABLE charted AS SELECT i, (i % 97 + 1) / 100.0::float8 AS p, (i * 7919) % 101 < i % 97 AS y FROM generate_series(1, 500) i;
SELECT count(xmlparse(document d)), bool_or(d LIKE '%no data%') AS empty FROM (VALUES
    (commissioning.chart_calibration('a', (SELECT jsonb_agg(x) FROM commissioning.risk_deciles('charted', 'y', 'p') x), (SELECT jsonb_agg(x) FROM commissioning.risk_calibration_curve('charted', 'y', 'p') x))),
    (commissioning.chart_roc('b', (SELECT jsonb_agg(x) FROM commissioning.risk_roc('charted', 'y', 'p') x))),
    (commissioning.chart_lift('c', (SELECT jsonb_agg(x) FROM commissioning.risk_deciles('charted', 'y', 'p') x))),
    (commissioning.chart_decision_curve('d', (SELECT jsonb_agg(x) FROM commissioning.risk_decision_curve('charted', 'y', 'p') x))),
    (commissioning.chart_contributions('e', (SELECT jsonb_agg(x) FROM commissioning.risk_explain(commissioning.registered_model('charlson_quan2005_original'), '{I210,K704}') x)))) v (d);
-- no rows, odd rows
SELECT count(xmlparse(document d)), bool_and(d LIKE '%no data%') AS empty FROM (VALUES
    (commissioning.chart_calibration('&<>"', NULL)), (commissioning.chart_roc('&<>"', '[]')), (commissioning.chart_lift('&<>"', NULL)), (commissioning.chart_decision_curve('&<>"', '[]')),
    (commissioning.chart_pyramid_history('&<>"', NULL)), (commissioning.chart_contributions('&<>"', '[]'))) v (d);
SELECT count(xmlparse(document d)) FROM (VALUES
    (commissioning.chart_calibration('x', '[{"predicted_mean":null,"observed":null}]')), (commissioning.chart_calibration('x', '[{"predicted_mean":0,"observed":0}]')),
    (commissioning.chart_lift('x', '[{"decile":1,"observed":null,"predicted_mean":null,"lift":null,"events_share":null}]')),
    (commissioning.chart_decision_curve('x', '[{"threshold":0.1,"net_benefit":-0.1,"treat_all":-0.2}]')), (commissioning.chart_decision_curve('x', '[{"threshold":null,"net_benefit":null,"treat_all":null}]')),
    (commissioning.chart_pyramid_history('x', '[{"as_of":"<","tier":"&","tier_order":1,"patients":0}]')), (commissioning.chart_contributions('x', '[{"term":"<&>","contribution":0,"evidence":"\"<"}]'))) v (d);
SELECT commissioning.chart_calibration('x', '[{"observed":1}]');
SELECT commissioning.chart_roc('x', '{}');
SELECT commissioning.chart_lift('x', '[{"decile":1}]');
SELECT commissioning.chart_decision_curve('x', '[1]');
SELECT commissioning.chart_pyramid_history('x', '[{"as_of":1}]');
SELECT commissioning.chart_contributions('x', '[{"label":"a"}]');
