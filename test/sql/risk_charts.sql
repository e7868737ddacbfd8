-- Charts of risk draw their numbers to scale, escaped, and are well-formed whatever comes.
\set SHOW_CONTEXT never
-- multiples of 1, 2 or 5 times a power of ten that reach both bounds; nothing sensible asked for is 0 to 1
SELECT low, high, commissioning.chart_ticks(low, high) FROM (VALUES (0, 0.0123), (0, 0.2), (0, 0.272), (0, 0.5), (0, 1), (0, 99), (0, 1234567), (-0.0178, 0.0711), (0.4, 1.6), (-7, -2), (0, 0), (0, -1), (0, 0.0000001),
    (NULL, NULL), (0, 'NaN'), (0, 'Infinity'), ('-Infinity', 5)) v (low, high);
SELECT commissioning.chart_tick_label(0.000002, true), commissioning.chart_tick_label(0.05, false), commissioning.chart_tick_label(1500, false), commissioning.chart_tick_label(2000000, false), commissioning.chart_tick_label(5e12, false), commissioning.chart_tick_label(NULL, true);
SELECT commissioning.chart_signed(v) FROM unnest(ARRAY[0.62, -0.2512, 0, 0.0001, -0.0001, 1234.5, -5e12, NULL]::numeric[]) WITH ORDINALITY u (v, i) ORDER BY i;
SELECT commissioning.chart_percent(0.0123), commissioning.chart_percent(0.5), commissioning.chart_percent(0.12345), commissioning.chart_percent(0.00002), commissioning.chart_percent(0), commissioning.chart_percent(NULL);
-- twelve capitals are as wide as eighteen letters: of nine places they fill six, one of them for the ellipsis
SELECT commissioning.chart_shorten('nine char', 9), commissioning.chart_shorten('ten charac', 9), commissioning.chart_shorten('ABCDEFGHIJKL', 9), commissioning.chart_shorten('ABCDEFGHIJKL', 18), commissioning.chart_shorten(NULL, 9);
-- the plot is 440 wide from 80 and 380 high down to 430; the axes end at 50%: (0.1, 0.2) lies at 80 + 440 / 5 = 168 and 430 - 380 * 2 / 5 = 278
SELECT c LIKE '%<circle cx="168.0" cy="278.0" r="4"%' AS point_to_scale, c LIKE '%<path d="M168.0 354.0V126.0M164.0 354.0H172.0M164.0 126.0H172.0"%' AS interval_to_scale,
       c LIKE '%<polyline points="80.0,430.0 520.0,50.0"%' AS curve_to_scale, c LIKE '%<line x1="80" y1="430" x2="520" y2="50"%' AS diagonal, c LIKE '%>1,000 people, 260 events<%' AS people, c LIKE '%>10%</text>%>20%</text>%>10-40</text>%>400</text>%>50%</text>%>30%</text>%>not known</text>%' AS numbers, c LIKE '%>&lt;Title&gt;<%' AS escaped
FROM commissioning.chart_calibration('<Title>', '[{"predicted_mean":0.1,"observed":0.2,"observed_lower":0.1,"observed_upper":0.4,"n":400,"events":80},{"predicted_mean":0.5,"observed":0.3,"n":600,"events":180}]',
     '[{"predicted_value":0,"observed":0},{"predicted_value":0.5,"observed":0.5}]') c;
-- sensitivity 0.5 at specificity 0.75: 80 + 440 / 4 = 190, 430 - 190 = 240
SELECT c LIKE '%<polyline points="80.0,430.0 190.0,240.0 520.0,50.0"%' AS to_scale, c LIKE '%>AUC &lt; 1</text>%' AS caption, c LIKE '%>30%</text><text x="730" y="274" font-size="11" text-anchor="end">50%</text>%' AS reached
FROM commissioning.chart_roc('R', '[{"threshold":"Infinity","sensitivity":0,"specificity":1},{"threshold":0.3,"sensitivity":0.5,"specificity":0.75},{"threshold":0,"sensitivity":1,"specificity":0}]', 'AUC < 1') c;
-- the greatest of observed and predicted is 340 wide; the mean is observed / lift
SELECT regexp_replace(commissioning.chart_lift('L', '[{"decile":1,"observed":0.1,"predicted_mean":0.2,"lift":0.4,"events_share":0.2},{"decile":2,"observed":0.4,"predicted_mean":0.3,"lift":1.6,"events_share":0.8}]'), '><', E'>\n<', 'g');
-- net benefit from -0.1 to 0.4: 0.15 at 430 - 380 / 2 = 240, 0 at 354; threshold 0.1 of 0.2 at 300; all is drawn where it lies, below the axes too
SELECT c LIKE '%<polyline points="300.0,240.0 520.0,354.0" fill="none" stroke="#005eb8"%' AS model, c LIKE '%<polyline points="300.0,50.0 520.0,582.0" fill="none" stroke="#ed8b00"%' AS everybody, c LIKE '%>20%</text>%>0.0000</text>%>-0.3000</text>%' AS numbers
FROM commissioning.chart_decision_curve('D', '[{"threshold":0.1,"net_benefit":0.15,"treat_all":0.4},{"threshold":0.2,"net_benefit":0,"treat_all":-0.3}]') c;
SELECT regexp_replace(commissioning.chart_pyramid_history('H', '[{"as_of":"2025-04-01","tier":"low","tier_order":1,"patients":80},{"as_of":"2025-04-01","tier":"high","tier_order":2,"patients":null},{"as_of":"2025-05-01","tier":"low","tier_order":1,"patients":40},{"as_of":"2025-05-01","tier":"high","tier_order":2,"patients":31}]'), '><', E'>\n<', 'g');
-- numbers that would touch are left out, the last day is not: 24 days are 23.3 apart, seven figures and commas 57 wide, so every third; 24 and 3 are named, 1 is not
SELECT c LIKE '%>1,000,024</text>%' AS last_day, c LIKE '%>1,000,003</text>%' AS every_third, c LIKE '%>1,000,001</text>%' AS touching, c LIKE '%>a tier with a very lon…</text>%' AS shortened
FROM commissioning.chart_pyramid_history('H', (SELECT jsonb_agg(jsonb_build_object('as_of', '2025-01-01'::date + i, 'tier', 'a tier with a very long name', 'tier_order', 1, 'patients', 1000000 + i)) FROM generate_series(1, 24) i)) c;
-- one bar a term from -0.25 to 0.6 on 280: nothing is at 310 + 280 * 0.25 / 0.85 = 392.4, the average 0.1 at 425.3; -3 + 0.6 - 0.25 = -2.65 and -3 + 0.1 - 0.05 = -2.95
SELECT regexp_replace(commissioning.chart_contributions('C', '[{"term":"intercept","contribution":-3},{"term":"chf","label":"Heart & failure","evidence":"I50.0","contribution":0.6,"average":0.1},{"term":"care","contribution":-0.25,"average":-0.05},{"term":"score","label":"low","contribution":null,"value":0.06598}]'), '><', E'>\n<', 'g');
-- a term that is not known leaves the total unknown; the terms of a probability have a total of their own (-1 + 0.5)
SELECT c LIKE '%>Total</text><text x="670" y="%" text-anchor="end" font-weight="bold">not known</text>%' AS unknown, c LIKE '%>Total of the probability</text><text x="670" y="%" text-anchor="end" font-weight="bold">-0.5</text>%' AS own_total,
       c LIKE '%>average</text>%' AS average
FROM commissioning.chart_contributions('C', '[{"term":"intercept","contribution":2},{"term":"probability: intercept","contribution":-1},{"term":"bmi","contribution":null},{"term":"probability: age","contribution":0.5}]') c;
-- as why_person puts it: the reason is the label and what stands behind it
SELECT c LIKE '%>Heart failure</text>%>I500, 2 events</text>%' AS reason, c LIKE '%>m version 1 as of 2025-04-01: score 0.2</text></svg>' AS score, c LIKE '%>Base line</text>%>Heart failure</text>%' AS base_first
FROM commissioning.chart_contributions('C', '[{"term":"score","reason":"m version 1 as of 2025-04-01: score 0.2","contribution":null},{"term":"chf","reason":"Heart failure: I500, 2 events","contribution":0.6,"average":0.1},{"term":"intercept","reason":"Where the model starts","contribution":-2,"average":-2}]') c;
-- the exact Poisson limits of 99.8 % at 100 expected are 0.7192 and 1.3492: 134 are within, 135 beyond. The axes end at 100 and 3 (2.5 and a twentieth of the way to it): 2.5 lies at
-- 430 - 380 * 2.5 / 3 = 113.3 in the plot, the upper limit ends at 430 - 380 * 1.3492 / 3 = 259.1
SELECT c LIKE '%<path d="M520.0 107.3l6 6l-6 6l-6 -6z" fill="#da291c"><title>&lt;D&gt;: 2.50</title>%' AS beyond_to_scale, c LIKE '%<circle cx="520.0" cy="303.3" r="3.5" fill="#005eb8"><title>A: 1.00</title>%' AS within_to_scale,
       c LIKE '%<title>B: 1.34</title></circle>%' AS at_134, c LIKE '%<title>C: 1.35</title></path>%' AS at_135, c LIKE '% 520.0,259.1" fill="none" stroke="#4c6272" stroke-width="1.5"%' AS limit_to_scale,
       c LIKE '%>2 practices within</text>%>2 beyond 99.8%</text>%>2 not shown</text>%' AS counted, c LIKE '%paint-order="stroke">&lt;D&gt;</text>%' AS named, c LIKE '%paint-order="stroke">B</text>%' AS named_within,
       c LIKE '%>2.50</text>%>250</text>%>100</text>%' AS numbers
FROM commissioning.chart_funnel_plot('F', '[{"practice_code":"A","observed":100,"expected":100},{"practice_code":"B","observed":134,"expected":100},{"practice_code":"C","observed":135,"expected":100},{"practice_code":"<D>","observed":250,"expected":100},{"practice_code":"E","observed":null,"expected":null},{"practice_code":"F","observed":3,"expected":0}]') c;
-- beyond chance but not beyond the spread between practices is a ring, and no name; practices at one place are named apart
SELECT c LIKE '%stroke="#005eb8" stroke-width="2"><title>A: 1.40</title></circle>%' AS ring, c LIKE '%paint-order="stroke">A</text>%' AS named_within, c LIKE '%>1 beyond chance, not spread</text>%>2 beyond both</text>%' AS counted,
       (SELECT count(DISTINCT m) FROM regexp_matches(c, '<text x="[0-9.]+" y="[0-9.]+" font-size="11" stroke', 'g') m) AS names_apart
FROM commissioning.chart_funnel_plot('F', '[{"practice_code":"A","observed":140,"expected":100,"low_998_adjusted":0.5,"high_998_adjusted":1.5},{"practice_code":"B","observed":170,"expected":100,"low_998_adjusted":0.5,"high_998_adjusted":1.5},{"practice_code":"C","observed":170,"expected":100,"low_998_adjusted":0.5,"high_998_adjusted":1.5}]') c;
-- a name that is long is continued in the legend
SELECT commissioning.chart_legend('{#005eb8|dot|one & two,"||the area under the curve is a|b 0.7 (0.6 to 0.8)",NULL}');
SELECT commissioning.chart_table('{a,b}', '{600,700}', '{1,2,3,4}', 10), commissioning.chart_table('{a,b}', '{600,700}', NULL, 10) = '' AS nothing;
-- the rows of the functions fit
CREATE TEMP TABLE charted AS SELECT i, (i % 97 + 1) / 100.0::float8 AS p, (i * 7919) % 101 < i % 97 AS y FROM generate_series(1, 500) i;
SELECT count(xmlparse(document d)), bool_or(d LIKE '%no data%') AS empty FROM (VALUES
    (commissioning.chart_calibration('a', (SELECT jsonb_agg(x) FROM commissioning.risk_deciles('charted', 'y', 'p') x), (SELECT jsonb_agg(x) FROM commissioning.risk_calibration_curve('charted', 'y', 'p') x))),
    (commissioning.chart_roc('b', (SELECT jsonb_agg(x) FROM commissioning.risk_roc('charted', 'y', 'p') x))),
    (commissioning.chart_lift('c', (SELECT jsonb_agg(x) FROM commissioning.risk_deciles('charted', 'y', 'p') x))),
    (commissioning.chart_decision_curve('d', (SELECT jsonb_agg(x) FROM commissioning.risk_decision_curve('charted', 'y', 'p') x))),
    (commissioning.chart_funnel_plot('f', (SELECT jsonb_agg(jsonb_build_object('practice_code', x.decile, 'observed', x.events, 'expected', x.expected)) FROM commissioning.risk_deciles('charted', 'y', 'p') x))),
    (commissioning.chart_contributions('e', (SELECT jsonb_agg(x) FROM commissioning.risk_explain(commissioning.registered_model('charlson_quan2005_original'), '{I210,K704}') x)))) v (d);
-- no rows, odd rows
SELECT count(xmlparse(document d)), bool_and(d LIKE '%no data%') AS empty FROM (VALUES
    (commissioning.chart_calibration('&<>"', NULL)), (commissioning.chart_roc('&<>"', '[]')), (commissioning.chart_lift('&<>"', NULL)), (commissioning.chart_decision_curve('&<>"', '[]')),
    (commissioning.chart_pyramid_history('&<>"', NULL)), (commissioning.chart_contributions('&<>"', '[]')), (commissioning.chart_funnel_plot('&<>"', NULL)), (commissioning.chart_funnel_plot('x', '[{"practice_code":"A","observed":null,"expected":5}]'))) v (d);
SELECT count(xmlparse(document d)) FROM (VALUES
    (commissioning.chart_calibration('x', '[{"predicted_mean":null,"observed":null}]')), (commissioning.chart_calibration('x', '[{"predicted_mean":0,"observed":0}]')),
    (commissioning.chart_lift('x', '[{"decile":1,"observed":null,"predicted_mean":null,"lift":null,"events_share":null}]')),
    (commissioning.chart_decision_curve('x', '[{"threshold":0.1,"net_benefit":-0.1,"treat_all":-0.2}]')), (commissioning.chart_decision_curve('x', '[{"threshold":null,"net_benefit":null,"treat_all":null}]')),
    (commissioning.chart_pyramid_history('x', '[{"as_of":"<","tier":"&","tier_order":1,"patients":0}]')), (commissioning.chart_contributions('x', '[{"term":"<&>","contribution":0,"evidence":"\"<"}]')),
    -- far out
    (commissioning.chart_calibration('x', '[{"predicted_mean":1e-300,"observed":1e-9,"observed_lower":0,"observed_upper":1e-8}]')), (commissioning.chart_contributions('x', '[{"term":"a","contribution":1e300},{"term":"b","contribution":-1e-300,"average":1e12}]')),
    (commissioning.chart_decision_curve('x', '[{"threshold":1e-9,"net_benefit":1e-12,"treat_all":-1e30}]')), (commissioning.chart_pyramid_history('x', '[{"as_of":"2025-01-01","tier":"a","tier_order":1,"patients":8000000000}]')),
    (commissioning.chart_funnel_plot('x', '[{"practice_code":"&","observed":1000000,"expected":0.001},{"practice_code":null,"observed":0,"expected":10000000}]')), (commissioning.chart_roc('x', '[{"sensitivity":null,"specificity":1}]')),
    (commissioning.chart_lift('x', '[{"decile":1,"observed":1e-12,"predicted_mean":1,"lift":1e6,"events_share":1}]'))) v (d);
SELECT commissioning.chart_calibration('x', '[{"observed":1}]');
SELECT commissioning.chart_roc('x', '{}');
SELECT commissioning.chart_lift('x', '[{"decile":1}]');
SELECT commissioning.chart_decision_curve('x', '[1]');
SELECT commissioning.chart_pyramid_history('x', '[{"as_of":1}]');
SELECT commissioning.chart_contributions('x', '[{"label":"a"}]');
SELECT commissioning.chart_funnel_plot('x', '[{"practice_code":"A","observed":1}]');
