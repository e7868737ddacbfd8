-- Charts of risk: how predictions met their outcomes, the tiers over time, one person's score. The rows are those of the
-- functions named in the comments, gathered by jsonb_agg; as in 60-chart.sql every chart is plain text with its numbers.

CREATE FUNCTION chart_ceiling(value numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN value > 0 AND value < 'Infinity' THEN
        (SELECT min(trim_scale(m * power(10::numeric, e))) FROM unnest(ARRAY[1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10]) m, floor(log(value)) e
         WHERE m * power(10::numeric, e) >= value) ELSE 1 END
$$;
COMMENT ON FUNCTION chart_ceiling(numeric) IS
    'Where an axis of five steps may end: the least of 1, 1.5, 2, 2.5, 3, 4, 5, 7.5 times a power of ten that is not below the value; 1 for NULL and what is not positive.';

CREATE FUNCTION chart_percent(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN value IS NULL THEN 'not known' ELSE trim_scale(round(value * 100, CASE WHEN abs(value) < 0.0995 THEN 2 ELSE 1 END)) || '%' END
$$;
COMMENT ON FUNCTION chart_percent(numeric) IS
    'A share between 0 and 1 as charts print it: two decimals below 10%, one above, none that are zero. NULL prints "not known".';

CREATE FUNCTION chart_axes(x_top numeric, y_from numeric, y_top numeric, x_label text, y_label text, y_percent boolean, body text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT string_agg(format('<line x1="%1$s" x2="%1$s" y1="50" y2="430" stroke="#d8dde0"/><text x="%1$s" y="448" font-size="12" text-anchor="middle">%2$s</text><line x1="80" x2="520" y1="%3$s" y2="%3$s" stroke="%4$s"/><text x="72" y="%5$s" font-size="12" text-anchor="end">%6$s</text>',
               80 + 88 * i, @extschema@.chart_percent(x_top * i / 5), 430 - 76 * i,
               CASE WHEN y_from + (y_top - y_from) * i / 5 = 0 THEN '#768692' ELSE '#d8dde0' END, 434 - 76 * i,
               CASE WHEN y_percent THEN @extschema@.chart_percent(y_from + (y_top - y_from) * i / 5) ELSE trim_scale(round(y_from + (y_top - y_from) * i / 5, 5))::text END), '' ORDER BY i)
        || format('<line x1="80" x2="80" y1="50" y2="430" stroke="#768692"/><line x1="80" x2="520" y1="430" y2="430" stroke="#768692"/><text x="300" y="474" text-anchor="middle">%s</text><text transform="translate(18 240) rotate(-90)" text-anchor="middle">%s</text>',
               @extschema@.chart_escape(x_label), @extschema@.chart_escape(y_label))
        -- what leaves the axes is cut off there
        || '<svg x="80" y="46" width="444" height="388" viewBox="80 46 444 388">' || body || '</svg>'
    FROM generate_series(0, 5) i
$$;
COMMENT ON FUNCTION chart_axes(numeric, numeric, numeric, text, text, boolean, text) IS
    'Axes with their ticks and names around a plot of 440 by 380 at (80, 50): x from 0 to x_top in percent, y from y_from to y_top. NULL without a body.';

CREATE FUNCTION chart_legend(entries text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(string_agg(CASE WHEN e.colour IS NULL THEN format('<text x="540" y="%s" font-size="12" fill="#4c6272">%s</text>', 65 + 24 * (e.i - 1), @extschema@.chart_escape(e.label))
        ELSE format('<line x1="540" x2="562" y1="%1$s" y2="%1$s" stroke="%2$s" stroke-width="3"%3$s/><text x="570" y="%4$s" font-size="12">%5$s</text>',
            61 + 24 * (e.i - 1), e.colour, CASE WHEN e.dashed THEN ' stroke-dasharray="5 4"' ELSE '' END, 65 + 24 * (e.i - 1), @extschema@.chart_escape(e.label)) END, '' ORDER BY e.i), '')
    FROM (SELECT u.i, nullif(split_part(u.entry, '|', 1), '') AS colour, split_part(u.entry, '|', 2) = 'dashed' AS dashed, split_part(u.entry, '|', 3) AS label
          FROM unnest(entries) WITH ORDINALITY u (entry, i) WHERE u.entry IS NOT NULL) e
$$;
COMMENT ON FUNCTION chart_legend(text[]) IS
    'Legend to the right of a plot. An entry reads colour|dashed|label; without colour it is a line of text. NULL entries are left out.';

CREATE FUNCTION chart_calibration(title text, rows jsonb, curve jsonb DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality AS i, (r.value ->> 'predicted_mean')::numeric AS x, (r.value ->> 'observed')::numeric AS y,
               (r.value ->> 'observed_lower')::numeric AS low, (r.value ->> 'observed_upper')::numeric AS high,
               (r.value ->> 'n')::numeric AS n, (r.value ->> 'events')::numeric AS events
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'predicted_mean', 'observed')) WITH ORDINALITY r
        WHERE r.value ->> 'predicted_mean' IS NOT NULL AND r.value ->> 'observed' IS NOT NULL
    ), smooth AS (
        SELECT r.ordinality AS i, (r.value ->> 'predicted_value')::numeric AS x, (r.value ->> 'observed')::numeric AS y
        FROM jsonb_array_elements(@extschema@.chart_rows(curve, 'predicted_value', 'observed')) WITH ORDINALITY r
    ), scale AS (
        SELECT @extschema@.chart_ceiling(max(greatest(p.x, p.y, p.high))) AS top, sum(p.n) AS n, sum(p.events) AS events, count(*) AS groups, count(p.low) AS intervals FROM point p
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(s.top, 0, s.top, 'predicted', 'observed', true,
            '<line x1="80" y1="430" x2="520" y2="50" stroke="#768692" stroke-dasharray="5 4"/>'
            || coalesce((SELECT format('<polyline points="%s" fill="none" stroke="#ed8b00" stroke-width="2"/>',
                                       string_agg(round(80 + 440 * c.x / s.top, 1) || ',' || round(430 - 380 * c.y / s.top, 1), ' ' ORDER BY c.i)) FROM smooth c), '')
            || (SELECT string_agg(CASE WHEN p.low IS NULL OR p.high IS NULL THEN '' ELSE
                           format('<path d="M%1$s %2$sV%3$sM%4$s %2$sH%5$sM%4$s %3$sH%5$s" stroke="#005eb8" fill="none"/>', round(80 + 440 * p.x / s.top, 1), round(430 - 380 * p.low / s.top, 1),
                                  round(430 - 380 * p.high / s.top, 1), round(76 + 440 * p.x / s.top, 1), round(84 + 440 * p.x / s.top, 1)) END
                       || format('<circle cx="%s" cy="%s" r="4" fill="#005eb8"><title>predicted %s, observed %s</title></circle>', round(80 + 440 * p.x / s.top, 1), round(430 - 380 * p.y / s.top, 1),
                                 @extschema@.chart_percent(p.x), @extschema@.chart_percent(p.y)), '' ORDER BY p.i) FROM point p))
        || @extschema@.chart_legend(ARRAY['#768692|dashed|perfect calibration', '#005eb8||' || s.groups || ' groups by risk',
               CASE WHEN s.intervals > 0 THEN '||bars: interval of the observed' END, CASE WHEN EXISTS (SELECT FROM smooth) THEN '#ed8b00||smoothed' END,
               '||' || @extschema@.chart_number(s.n) || ' people', '||' || @extschema@.chart_number(s.events) || ' events']))
    FROM scale s
$$;
COMMENT ON FUNCTION chart_calibration(text, jsonb, jsonb) IS
    'Calibration plot: observed against predicted risk with intervals and the diagonal of perfect calibration. rows: those of risk_deciles (predicted_mean, observed[, observed_lower, observed_upper, n, events]); curve: those of risk_calibration_curve, or NULL. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_roc(title text, rows jsonb, caption text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality AS i, 1 - (r.value ->> 'specificity')::numeric AS x, (r.value ->> 'sensitivity')::numeric AS y
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'sensitivity', 'specificity')) WITH ORDINALITY r
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(1, 0, 1, 'false positives of those without event (1 - specificity)', 'sensitivity', true,
            '<line x1="80" y1="430" x2="520" y2="50" stroke="#768692" stroke-dasharray="5 4"/>'
            || (SELECT format('<polyline points="%s" fill="none" stroke="#005eb8" stroke-width="2"/>',
                              string_agg(round(80 + 440 * p.x, 1) || ',' || round(430 - 380 * p.y, 1), ' ' ORDER BY p.i)) FROM point p WHERE p.x IS NOT NULL AND p.y IS NOT NULL HAVING count(*) > 0))
        || @extschema@.chart_legend(ARRAY['#005eb8||the prediction', '#768692|dashed|chance', '||' || caption]))
$$;
COMMENT ON FUNCTION chart_roc(text, jsonb, text) IS
    'ROC curve with the diagonal of chance. rows: those of risk_roc (sensitivity, specificity) in its order; caption: a short line beside it, such as the area with its interval. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_lift(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH cell AS (
        SELECT row_number() OVER (ORDER BY (r.value ->> 'decile')::integer DESC)::integer AS i, r.value ->> 'decile' AS decile,
               (r.value ->> 'observed')::numeric AS observed, (r.value ->> 'predicted_mean')::numeric AS predicted,
               (r.value ->> 'lift')::numeric AS lift, (r.value ->> 'events_share')::numeric AS share
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'decile', 'observed', 'predicted_mean', 'lift', 'events_share')) WITH ORDINALITY r
    ), scale AS (
        SELECT greatest(max(greatest(c.observed, c.predicted)), 1e-9) AS top, max(c.observed / nullif(c.lift, 0)) AS mean, count(*)::integer AS n FROM cell c
    )
    SELECT @extschema@.chart_frame(title, 74 + 30 * s.n,
        '<rect x="100" y="36" width="14" height="12" fill="#005eb8"/><text x="120" y="47" font-size="12">observed</text><line x1="200" x2="200" y1="34" y2="50" stroke="#ed8b00" stroke-width="3"/><text x="208" y="47" font-size="12">predicted</text>'
        || coalesce(format('<line x1="290" x2="290" y1="34" y2="50" stroke="#768692" stroke-dasharray="4 3"/><text x="298" y="47" font-size="12">everybody: %s</text>', @extschema@.chart_number(100 * s.mean, 'pct')), '')
        || '<text x="520" y="47" font-size="12" text-anchor="end">observed</text><text x="596" y="47" font-size="12" text-anchor="end">predicted</text><text x="650" y="47" font-size="12" text-anchor="end">lift</text><text x="750" y="47" font-size="12" text-anchor="end">of all events</text>'
        || (SELECT string_agg(format('<text x="10" y="%1$s">%2$s</text><rect x="100" y="%3$s" width="%4$s" height="20" fill="#005eb8"/><line x1="%5$s" x2="%5$s" y1="%6$s" y2="%7$s" stroke="#ed8b00" stroke-width="3"/><text x="520" y="%1$s" text-anchor="end" font-weight="bold">%8$s</text><text x="596" y="%1$s" text-anchor="end">%9$s</text><text x="650" y="%1$s" text-anchor="end">%10$s</text><text x="750" y="%1$s" text-anchor="end">%11$s</text>',
                   77 + 30 * (c.i - 1), 'group ' || @extschema@.chart_escape(c.decile), 62 + 30 * (c.i - 1), round(coalesce(c.observed, 0) * 340 / s.top, 1),
                   round(100 + coalesce(c.predicted, 0) * 340 / s.top, 1), 59 + 30 * (c.i - 1), 85 + 30 * (c.i - 1),
                   @extschema@.chart_number(100 * c.observed, 'pct'), @extschema@.chart_number(100 * c.predicted, 'pct'), coalesce(to_char(c.lift, 'FM9990.00'), 'not known'), @extschema@.chart_number(100 * c.share, 'pct')), '' ORDER BY c.i) FROM cell c)
        || coalesce(format('<line x1="%1$s" x2="%1$s" y1="56" y2="%2$s" stroke="#768692" stroke-dasharray="4 3"/>', round(100 + s.mean * 340 / s.top, 1), 58 + 30 * s.n), ''))
    FROM scale s
$$;
COMMENT ON FUNCTION chart_lift(text, jsonb) IS
    'Observed and predicted risk by group, the highest first, with lift over everybody and share of all events. rows: those of risk_deciles. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_decision_curve(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality AS i, (r.value ->> 'threshold')::numeric AS x, (r.value ->> 'net_benefit')::numeric AS model, (r.value ->> 'treat_all')::numeric AS everybody
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'threshold', 'net_benefit', 'treat_all')) WITH ORDINALITY r
    ), top AS (
        SELECT @extschema@.chart_ceiling(max(p.x)) AS x, 4 * @extschema@.chart_ceiling(max(greatest(p.model, p.everybody)) / 4) AS y FROM point p
    ), line AS (
        SELECT string_agg(round(80 + 440 * p.x / t.x, 1) || ',' || round(430 - 380 * (p.model + t.y / 4) / (t.y * 1.25), 1), ' ' ORDER BY p.x, p.i) AS model,
               -- far below the axis is far enough
               string_agg(round(80 + 440 * p.x / t.x, 1) || ',' || round(430 - 380 * (p.everybody + t.y / 4) / (t.y * 1.25), 1), ' ' ORDER BY p.x, p.i) AS everybody
        FROM point p, top t
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(t.x, -t.y / 4, t.y, 'risk from which one would act', 'net benefit per person', false,
            format('<polyline points="%s" fill="none" stroke="#ed8b00" stroke-width="2" stroke-dasharray="5 4"/><line x1="80" x2="520" y1="354" y2="354" stroke="#768692" stroke-width="2"/><polyline points="%s" fill="none" stroke="#005eb8" stroke-width="2"/>', l.everybody, l.model))
        || @extschema@.chart_legend(ARRAY['#005eb8||act on the prediction', '#ed8b00|dashed|act on everybody', '#768692||act on nobody']))
    FROM line l, top t WHERE l.model IS NOT NULL
    UNION ALL
    SELECT @extschema@.chart_frame(title, 490, NULL) FROM line l WHERE l.model IS NULL
$$;
COMMENT ON FUNCTION chart_decision_curve(text, jsonb) IS
    'Decision curve: net benefit of acting on the prediction, on everybody and on nobody, by the risk from which one would act. rows: those of risk_decision_curve (threshold, net_benefit, treat_all). Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_pyramid_history(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH cell AS (
        SELECT dense_rank() OVER (ORDER BY (r.value ->> 'tier_order')::numeric DESC)::integer AS tier, dense_rank() OVER (ORDER BY r.value ->> 'as_of')::integer AS at,
               r.value ->> 'tier' AS label, r.value ->> 'as_of' AS as_of, (r.value ->> 'patients')::numeric AS patients
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'as_of', 'tier', 'tier_order', 'patients')) r
    ), sized AS (
        SELECT c.*, max(c.at) OVER () AS last_at, max(c.tier) OVER () AS tiers, max(c.patients) OVER (PARTITION BY c.tier) AS largest,
               560.0 / max(c.at) OVER () AS step, 100 + 110 * (c.tier - 1) AS base
        FROM cell c
    ), drawn AS (
        SELECT s.*, round(180 + s.step * (s.at - 0.5), 1) AS middle, round(least(s.step * 0.6, 60), 1) AS width,
               CASE WHEN s.largest > 0 THEN round(coalesce(s.patients, 0) * 62 / s.largest, 1) ELSE 0 END AS height, ceil(s.last_at / 12.0)::integer AS every
        FROM sized s
    )
    SELECT @extschema@.chart_frame(title, 80 + 110 * coalesce(max(d.tiers), 0),
        '<text x="10" y="46" font-size="12" fill="#4c6272">People in each tier; every tier has a scale of its own.</text>'
        || string_agg(
            CASE WHEN d.at = 1 OR NOT EXISTS (SELECT FROM cell c WHERE c.tier = d.tier AND c.at < d.at) THEN
                format('<text x="10" y="%s" font-weight="bold">%s</text><line x1="180" x2="740" y1="%s" y2="%s" stroke="#768692"/>', d.base + 46, @extschema@.chart_escape(d.label), d.base + 50, d.base + 50) ELSE '' END
            || format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"><title>%s: %s</title></rect>', round(d.middle - d.width / 2, 1), d.base + 50 - d.height, d.width, d.height,
                      (ARRAY['#7c2855', '#ae2573', '#005eb8', '#41b6e6', '#99c7eb'])[least(d.tier, 5)], @extschema@.chart_escape(d.as_of), CASE WHEN d.patients IS NULL THEN 'not shown' ELSE @extschema@.chart_number(d.patients) END)
            || CASE WHEN (d.last_at - d.at) % d.every = 0 THEN format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s</text>', d.middle, d.base + 45 - d.height,
                      CASE WHEN d.patients IS NULL THEN 'not shown' ELSE @extschema@.chart_number(d.patients) END) ELSE '' END
            || CASE WHEN d.tier = d.tiers AND (d.last_at - d.at) % d.every = 0
                    THEN format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s</text>', d.middle, d.base + 68, @extschema@.chart_escape(CASE WHEN d.last_at > 8 THEN left(d.as_of, 7) ELSE d.as_of END)) ELSE '' END,
            '' ORDER BY d.tier, d.at))
    FROM drawn d
$$;
COMMENT ON FUNCTION chart_pyramid_history(text, jsonb) IS
    'The risk pyramid over time: people in each tier at each date, the highest tier (greatest tier_order) first, every tier to its own scale. rows: [{"as_of" (YYYY-MM-DD),"tier","tier_order","patients"}], as in the view risk_tier_history of a warehouse; patients null prints "not shown". Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_contributions(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH term AS (
        SELECT row_number() OVER (ORDER BY r.ordinality)::integer AS i, coalesce(r.value ->> 'label', r.value ->> 'term') AS label,
               coalesce(r.value ->> 'evidence', '') AS evidence, (r.value ->> 'contribution')::numeric AS contribution, (r.value ->> 'average')::numeric AS average
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'term', 'contribution')) WITH ORDINALITY r
        WHERE r.value ->> 'term' NOT IN ('score', 'intercept')
    ), scale AS (
        SELECT least(min(least(t.contribution, t.average)), 0) AS low, greatest(max(greatest(t.contribution, t.average)), 0) AS high, count(*)::integer AS n, count(t.average) AS averages FROM term t
    ), drawn AS (
        SELECT t.*, s.n, s.averages, 310 + round((0 - s.low) * 340 / CASE WHEN s.high > s.low THEN s.high - s.low ELSE 1 END, 1) AS zero,
               310 + round((coalesce(t.contribution, 0) - s.low) * 340 / CASE WHEN s.high > s.low THEN s.high - s.low ELSE 1 END, 1) AS x,
               310 + round((t.average - s.low) * 340 / CASE WHEN s.high > s.low THEN s.high - s.low ELSE 1 END, 1) AS mean
        FROM term t, scale s
    )
    SELECT @extschema@.chart_frame(title, (74 + 48 * count(*))::integer,
        CASE WHEN max(d.averages) > 0 THEN '<line x1="310" x2="310" y1="34" y2="50" stroke="#212b32" stroke-width="3"/><text x="318" y="47" font-size="12">the average person</text>' ELSE '' END
        || '<rect x="10" y="36" width="14" height="12" fill="#da291c"/><text x="30" y="47" font-size="12">raises the risk</text><rect x="150" y="36" width="14" height="12" fill="#007f3b"/><text x="170" y="47" font-size="12">lowers it</text>'
        || string_agg(format('<text x="10" y="%s">%s</text><line x1="%s" x2="%s" y1="%s" y2="%s" stroke="#768692"/><rect x="%s" y="%s" width="%s" height="20" fill="%s"/>%s<text x="%s" y="%s" font-weight="bold">%s</text><text x="10" y="%s" font-size="11" fill="#4c6272">%s</text>',
               78 + 48 * (d.i - 1), @extschema@.chart_escape(CASE WHEN length(d.label) > 42 THEN left(d.label, 41) || '…' ELSE d.label END),
               d.zero, d.zero, 58 + 48 * (d.i - 1), 88 + 48 * (d.i - 1), least(d.x, d.zero), 63 + 48 * (d.i - 1), abs(d.x - d.zero), CASE WHEN d.contribution < 0 THEN '#007f3b' ELSE '#da291c' END,
               CASE WHEN d.mean IS NULL THEN '' ELSE format('<line x1="%1$s" x2="%1$s" y1="%2$s" y2="%3$s" stroke="#212b32" stroke-width="3"/>', d.mean, 60 + 48 * (d.i - 1), 86 + 48 * (d.i - 1)) END,
               greatest(d.x, d.zero, d.mean) + 8, 78 + 48 * (d.i - 1), CASE WHEN d.contribution IS NULL THEN 'not known' ELSE CASE WHEN d.contribution > 0 THEN '+' ELSE '' END || trim_scale(round(d.contribution, 3)) END,
               98 + 48 * (d.i - 1), @extschema@.chart_escape(CASE WHEN length(d.evidence) > 110 THEN left(d.evidence, 109) || '…' ELSE d.evidence END)), '' ORDER BY d.i))
    FROM drawn d
$$;
COMMENT ON FUNCTION chart_contributions(text, jsonb) IS
    'What adds to and takes from one person''s score, one bar a term in the order given, with the codes behind it and a mark where the average person stands. rows: those of risk_explain or explain_risk of a warehouse (term, contribution[, label, evidence, average]); intercept and score are left out. On the scale of the linear predictor. Returns SVG; raises 22023 for rows of another shape.';
