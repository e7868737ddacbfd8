-- Charts of risk: how predictions met their outcomes, the tiers over time, one person's score. The rows are those of the
-- functions named in the comments, gathered by jsonb_agg; as in 60-chart.sql every chart is plain text with its numbers.

CREATE FUNCTION chart_ticks(low numeric, high numeric) RETURNS numeric[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT array_agg(trim_scale(i * s.step) ORDER BY i)
    FROM (SELECT b.low, b.high, (SELECT min(m * power(10::numeric, e)) FROM unnest(ARRAY[1, 2, 5, 10, 20]) m, floor(log((b.high - b.low) / 5)) e
                                 WHERE m * power(10::numeric, e) >= (b.high - b.low) / 5) AS step
          FROM (SELECT l.low, CASE WHEN high > l.low AND high < 'Infinity' THEN greatest(high, l.low + 0.00001) ELSE l.low + 1 END AS high
                FROM (SELECT CASE WHEN low > '-Infinity' AND low < 'Infinity' THEN low ELSE 0 END AS low) l) b) s,
         generate_series(floor(s.low / s.step), ceil(s.high / s.step)) i
$$;
COMMENT ON FUNCTION chart_ticks(numeric, numeric) IS
    'The ticks of an axis that covers both bounds: multiples of 1, 2 or 5 times a power of ten, three to seven of them, ascending. A low bound that is not known or not finite is 0, a high bound that is not, or is not above the low one, lies one above it.';

CREATE FUNCTION chart_percent(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN value IS NULL THEN 'not known' ELSE trim_scale(round(value * 100, CASE WHEN abs(value) < 0.000995 THEN 4 WHEN abs(value) < 0.0995 THEN 2 ELSE 1 END)) || '%' END
$$;
COMMENT ON FUNCTION chart_percent(numeric) IS
    'A share between 0 and 1 as charts print it: four decimals below 0.1%, two below 10%, one above, none that are zero. NULL prints "not known".';

CREATE FUNCTION chart_shorten(value text, places numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    -- a capital is about as wide as one and a half other letters
    SELECT CASE WHEN w.width > places THEN left(value, greatest(floor(places * length(value) / w.width)::integer - 1, 1)) || '…' ELSE value END
    FROM (SELECT length(value) + 0.5 * length(regexp_replace(value, '[^A-Z]', '', 'g')) AS width) w
$$;
COMMENT ON FUNCTION chart_shorten(text, numeric) IS 'A text that takes no more room than so many small letters, with an ellipsis where it was cut. NULL gives NULL.';

CREATE FUNCTION chart_tick_label(value numeric, percent boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN percent THEN trim_scale(value * 100) || '%'
                WHEN abs(value) >= 10000000 THEN trim(to_char(value, '9.99EEEE'))
                WHEN abs(value) >= 1000 THEN to_char(value, 'FM999,999,990')
                ELSE trim_scale(value)::text END
$$;
COMMENT ON FUNCTION chart_tick_label(numeric, boolean) IS 'A tick as an axis prints it: a share as percent, from ten million in powers of ten. NULL gives NULL.';

CREATE FUNCTION chart_axes(x_ticks numeric[], y_ticks numeric[], x_label text, y_label text, x_percent boolean, y_percent boolean, lines text, marks text DEFAULT '') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (SELECT string_agg(format('<line x1="%1$s" x2="%1$s" y1="50" y2="430" stroke="#d8dde0"/><text x="%1$s" y="448" font-size="12" text-anchor="middle">%2$s</text>',
                       round(80 + 440 * (t - x_ticks[1]) / (x_ticks[cardinality(x_ticks)] - x_ticks[1]), 1), @extschema@.chart_tick_label(t, x_percent)), '' ORDER BY t) FROM unnest(x_ticks) t)
        || (SELECT string_agg(format('<line x1="80" x2="520" y1="%1$s" y2="%1$s" stroke="%2$s"/><text x="72" y="%3$s" font-size="12" text-anchor="end">%4$s</text>',
                       round(430 - 380 * (t - y_ticks[1]) / (y_ticks[cardinality(y_ticks)] - y_ticks[1]), 1), CASE WHEN t = 0 THEN '#768692' ELSE '#d8dde0' END,
                       round(434 - 380 * (t - y_ticks[1]) / (y_ticks[cardinality(y_ticks)] - y_ticks[1]), 1), @extschema@.chart_tick_label(t, y_percent)), '' ORDER BY t) FROM unnest(y_ticks) t)
        || format('<line x1="80" x2="80" y1="50" y2="430" stroke="#768692"/><line x1="80" x2="520" y1="430" y2="430" stroke="#768692"/><text x="300" y="474" text-anchor="middle">%s</text><text transform="translate(18 240) rotate(-90)" text-anchor="middle">%s</text>',
               @extschema@.chart_escape(x_label), @extschema@.chart_escape(y_label))
        -- lines are cut off where they leave the axes; marks may stand on them
        || '<svg x="80" y="50" width="440" height="380" viewBox="80 50 440 380">' || lines || '</svg>'
        || '<svg x="73" y="43" width="454" height="394" viewBox="73 43 454 394">' || marks || '</svg>'
$$;
COMMENT ON FUNCTION chart_axes(numeric[], numeric[], text, text, boolean, boolean, text, text) IS
    'Axes from their first tick to their last, with names, around a plot of 440 by 380 at (80, 50). NULL lines or marks give NULL.';

CREATE FUNCTION chart_legend(entries text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    -- a text without a mark goes on in the next line where it is long
    WITH entry AS (
        SELECT u.i, nullif(split_part(u.entry, '|', 1), '') AS colour, split_part(u.entry, '|', 2) AS mark, substr(u.entry, length(split_part(u.entry, '|', 1)) + length(split_part(u.entry, '|', 2)) + 3) AS label
        FROM unnest(entries) WITH ORDINALITY u (entry, i) WHERE u.entry IS NOT NULL
    ), line AS (
        SELECT row_number() OVER (ORDER BY e.i, l.i) AS i, CASE WHEN l.i = 1 THEN e.colour END AS colour, e.mark, e.colour IS NOT NULL AS marked, trim(l.label) AS label
        FROM entry e, string_to_table(regexp_replace(e.label, '(.{1,30})(\s+|$)', E'\\1\n', 'g'), E'\n') WITH ORDINALITY l (label, i)
        WHERE l.label <> ''
    )
    SELECT coalesce(string_agg(CASE WHEN l.colour IS NULL THEN ''
            WHEN l.mark = 'dot' THEN format('<circle cx="551" cy="%s" r="4" fill="%s"/>', 42 + 19 * l.i, l.colour)
            WHEN l.mark = 'ring' THEN format('<circle cx="551" cy="%s" r="4" fill="#ffffff" stroke="%s" stroke-width="2"/>', 42 + 19 * l.i, l.colour)
            WHEN l.mark = 'diamond' THEN format('<path d="M551 %sl6 6l-6 6l-6 -6z" fill="%s"/>', 36 + 19 * l.i, l.colour)
            WHEN l.mark = 'interval' THEN format('<path d="M551 %sv10m-4 0h8m-8 -10h8" stroke="%s" fill="none"/>', 37 + 19 * l.i, l.colour)
            ELSE format('<line x1="540" x2="562" y1="%1$s" y2="%1$s" stroke="%2$s" stroke-width="2"%3$s/>', 42 + 19 * l.i, l.colour,
                        CASE l.mark WHEN 'dashed' THEN ' stroke-dasharray="6 4"' WHEN 'dotted' THEN ' stroke-dasharray="2 3"' ELSE '' END) END
        || format('<text x="%s" y="%s" font-size="12"%s>%s</text>', CASE WHEN l.marked THEN 570 ELSE 540 END, 46 + 19 * l.i, CASE WHEN l.marked THEN '' ELSE ' fill="#4c6272"' END,
                  @extschema@.chart_escape(l.label)), '' ORDER BY l.i), '')
    FROM line l
$$;
COMMENT ON FUNCTION chart_legend(text[]) IS
    'Legend to the right of a plot. An entry reads colour|mark|label, the mark one of dashed, dotted, dot, ring, diamond, interval, else a line; without colour it is a line of text. Long labels are wrapped, NULL entries left out.';

CREATE FUNCTION chart_table(head text[], ends integer[], cells text[], y integer) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT coalesce(string_agg(format('<text x="%s" y="%s" font-size="11" text-anchor="end"%s>%s</text>', ends[1 + (c.i - 1) % cardinality(ends)], y + 16 * ((c.i - 1) / cardinality(ends)),
               CASE WHEN c.i <= cardinality(ends) THEN ' fill="#4c6272"' ELSE '' END, @extschema@.chart_escape(c.cell)), '' ORDER BY c.i), '')
    FROM unnest(head || cells) WITH ORDINALITY c (cell, i) WHERE cells <> '{}'
$$;
COMMENT ON FUNCTION chart_table(text[], integer[], text[], integer) IS
    'A small table of numbers to the right of a plot: its head at the height y, where its columns end, its cells row after row. Nothing without cells.';

CREATE FUNCTION chart_signed(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN value IS NULL THEN 'not known'
                WHEN abs(value) >= 1000000000 THEN CASE WHEN value > 0 THEN '+' ELSE '' END || trim(to_char(value, '9.99EEEE'))
                WHEN abs(value) >= 1000 THEN CASE WHEN value > 0 THEN '+' ELSE '' END || to_char(value, 'FM999,999,990')
                ELSE CASE WHEN round(value, 3) > 0 THEN '+' ELSE '' END || trim_scale(round(value, 3)) END
$$;
COMMENT ON FUNCTION chart_signed(numeric) IS 'What a term adds as charts print it: with its sign, three decimals, none from 1,000. NULL prints "not known".';

CREATE FUNCTION chart_calibration(title text, rows jsonb, curve jsonb DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality AS i, (r.value ->> 'predicted_mean')::numeric AS x, (r.value ->> 'observed')::numeric AS y,
               (r.value ->> 'observed_lower')::numeric AS low, (r.value ->> 'observed_upper')::numeric AS high,
               (r.value ->> 'n')::numeric AS n, (r.value ->> 'events')::numeric AS events
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'predicted_mean', 'observed')) WITH ORDINALITY r
        WHERE r.value ->> 'predicted_mean' IS NOT NULL AND r.value ->> 'observed' IS NOT NULL
    ), scale AS (
        SELECT t.ticks, t.ticks[cardinality(t.ticks)] AS top, p.n, p.events, p.groups, p.intervals
        FROM (SELECT max(greatest(q.x, q.y, q.high)) AS most, sum(q.n) AS n, sum(q.events) AS events, count(*) AS groups, count(q.low + q.high) AS intervals FROM point q) p,
             LATERAL (SELECT @extschema@.chart_ticks(0, p.most) AS ticks) t
    ), smooth AS (
        SELECT r.ordinality AS i, (r.value ->> 'predicted_value')::numeric AS x, (r.value ->> 'observed')::numeric AS y
        FROM jsonb_array_elements(@extschema@.chart_rows(curve, 'predicted_value', 'observed')) WITH ORDINALITY r
        WHERE (r.value ->> 'predicted_value')::numeric <= (SELECT s.top FROM scale s)
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(s.ticks, s.ticks, 'predicted risk (mean of the group)', 'observed share with the event', true, true,
            '<line x1="80" y1="430" x2="520" y2="50" stroke="#768692" stroke-dasharray="6 4"/>'
            || coalesce((SELECT format('<polyline points="%s" fill="none" stroke="#ed8b00" stroke-width="2"/>',
                                       string_agg(round(80 + 440 * c.x / s.top, 1) || ',' || round(430 - 380 * c.y / s.top, 1), ' ' ORDER BY c.i)) FROM smooth c), ''),
            (SELECT string_agg(CASE WHEN p.low IS NULL OR p.high IS NULL THEN '' ELSE
                           format('<path d="M%1$s %2$sV%3$sM%4$s %2$sH%5$sM%4$s %3$sH%5$s" stroke="#005eb8" fill="none"/>', round(80 + 440 * p.x / s.top, 1), round(430 - 380 * p.low / s.top, 1),
                                  round(430 - 380 * p.high / s.top, 1), round(76 + 440 * p.x / s.top, 1), round(84 + 440 * p.x / s.top, 1)) END
                       || format('<circle cx="%s" cy="%s" r="4" fill="#005eb8"><title>predicted %s, observed %s</title></circle>', round(80 + 440 * p.x / s.top, 1), round(430 - 380 * p.y / s.top, 1),
                                 @extschema@.chart_percent(p.x), @extschema@.chart_percent(p.y)), '' ORDER BY p.i) FROM point p))
        || @extschema@.chart_legend(ARRAY['#768692|dashed|perfect calibration', '#005eb8|dot|' || s.groups || CASE s.groups WHEN 1 THEN ' group' ELSE ' groups by risk' END,
               CASE WHEN s.intervals > 0 THEN '#005eb8|interval|interval of the observed' END, CASE WHEN EXISTS (SELECT FROM smooth) THEN '#ed8b00||smoothed' END,
               '||' || @extschema@.chart_number(s.n) || ' people, ' || @extschema@.chart_number(s.events) || ' events'])
        -- more groups than fit are read off the plot
        || CASE WHEN s.groups > 14 THEN '' ELSE @extschema@.chart_table('{predicted,observed,interval %,people}', '{586,637,694,752}',
               (SELECT array_agg(c.cell ORDER BY p.i, c.i) FROM point p, LATERAL unnest(ARRAY[@extschema@.chart_percent(p.x), @extschema@.chart_percent(p.y),
                       CASE WHEN p.low IS NULL OR p.high IS NULL THEN 'not known' ELSE rtrim(@extschema@.chart_percent(p.low), '%') || '-' || rtrim(@extschema@.chart_percent(p.high), '%') END, @extschema@.chart_number(p.n)]) WITH ORDINALITY c (cell, i)), 194) END)
    FROM scale s
$$;
COMMENT ON FUNCTION chart_calibration(text, jsonb, jsonb) IS
    'Calibration plot: observed against predicted risk with intervals and the diagonal of perfect calibration, the numbers of up to 14 groups beside it. rows: those of risk_deciles (predicted_mean, observed[, observed_lower, observed_upper, n, events]); curve: those of risk_calibration_curve, or NULL. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_roc(title text, rows jsonb, caption text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality AS i, 1 - (r.value ->> 'specificity')::numeric AS x, (r.value ->> 'sensitivity')::numeric AS y
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'sensitivity', 'specificity')) WITH ORDINALITY r
    ), reached AS (
        SELECT c.i, c.cell
        FROM unnest(ARRAY[0.01, 0.05, 0.1, 0.2, 0.3, 0.5]) WITH ORDINALITY t (x, i), LATERAL (SELECT max(p.y) AS y FROM point p WHERE p.x <= t.x) q,
             LATERAL (VALUES (2 * t.i, @extschema@.chart_percent(t.x)), (2 * t.i + 1, @extschema@.chart_percent(q.y))) c (i, cell)
        WHERE q.y IS NOT NULL
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(@extschema@.chart_ticks(0, 1), @extschema@.chart_ticks(0, 1), 'false positives of those without event (1 - specificity)', 'sensitivity', true, true,
            '<line x1="80" y1="430" x2="520" y2="50" stroke="#768692" stroke-dasharray="6 4"/>'
            || (SELECT format('<polyline points="%s" fill="none" stroke="#005eb8" stroke-width="2"/>',
                              string_agg(round(80 + 440 * p.x, 1) || ',' || round(430 - 380 * p.y, 1), ' ' ORDER BY p.i)) FROM point p WHERE p.x IS NOT NULL AND p.y IS NOT NULL HAVING count(*) > 0))
        || @extschema@.chart_legend(ARRAY['#005eb8||the prediction', '#768692|dashed|chance', '||' || caption])
        || @extschema@.chart_table('{false positives at most,sensitivity}', '{652,730}', (SELECT array_agg(c.cell ORDER BY c.i) FROM reached c), 194))
$$;
COMMENT ON FUNCTION chart_roc(text, jsonb, text) IS
    'ROC curve with the diagonal of chance, and the sensitivity reached at some shares of false positives. rows: those of risk_roc (sensitivity, specificity) in its order; caption: a short text beside it, such as the area with its interval. Returns SVG; raises 22023 for rows of another shape.';

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
    ), axis AS (
        -- a quarter below nothing is enough: what harms more leaves the plot
        SELECT @extschema@.chart_ticks(0, m.x) AS x, @extschema@.chart_ticks(-greatest(m.y, 0) / 4, greatest(m.y, 0)) AS y
        FROM (SELECT max(p.x) AS x, max(greatest(p.model, p.everybody)) AS y FROM point p) m
    ), scale AS (
        SELECT a.x, a.y, a.x[cardinality(a.x)] AS right_end, a.y[1] AS low, a.y[cardinality(a.y)] - a.y[1] AS height FROM axis a
    ), line AS (
        SELECT string_agg(round(80 + 440 * p.x / s.right_end, 1) || ',' || round(430 - 380 * (p.model - s.low) / s.height, 1), ' ' ORDER BY p.x, p.i) AS model,
               string_agg(round(80 + 440 * p.x / s.right_end, 1) || ',' || round(430 - 380 * (p.everybody - s.low) / s.height, 1), ' ' ORDER BY p.x, p.i) AS everybody
        FROM point p, scale s
    ), shown AS (
        -- the numbers at the ticks, or nearest to them
        SELECT DISTINCT ON (n.x, n.i) n.* FROM scale s, unnest(s.x) t,
             LATERAL (SELECT p.* FROM point p WHERE p.x IS NOT NULL ORDER BY abs(p.x - t), p.i LIMIT 1) n
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(s.x, s.y, 'risk from which one would act', 'net benefit per person', true, false,
            format('<line x1="80" x2="520" y1="%1$s" y2="%1$s" stroke="#768692" stroke-width="2" stroke-dasharray="2 3"/><polyline points="%2$s" fill="none" stroke="#ed8b00" stroke-width="2" stroke-dasharray="6 4"/><polyline points="%3$s" fill="none" stroke="#005eb8" stroke-width="2"/>',
                   round(430 + 380 * s.low / s.height, 1), l.everybody, l.model))
        || @extschema@.chart_legend(ARRAY['#005eb8||act on the prediction', '#ed8b00|dashed|act on everybody', '#768692|dotted|act on nobody'])
        || @extschema@.chart_table('{risk,prediction,everybody}', '{580,660,740}',
               (SELECT array_agg(c.cell ORDER BY n.x, n.i, c.i)
                FROM shown n, LATERAL unnest(ARRAY[@extschema@.chart_percent(n.x), coalesce(round(n.model, 4)::text, 'not known'), coalesce(round(n.everybody, 4)::text, 'not known')]) WITH ORDINALITY c (cell, i)), 194))
    FROM line l, scale s WHERE l.model IS NOT NULL
    UNION ALL
    SELECT @extschema@.chart_frame(title, 490, NULL) FROM line l WHERE l.model IS NULL
$$;
COMMENT ON FUNCTION chart_decision_curve(text, jsonb) IS
    'Decision curve: net benefit of acting on the prediction, on everybody and on nobody, by the risk from which one would act, with the numbers at the ticks. rows: those of risk_decision_curve (threshold, net_benefit, treat_all). Returns SVG; raises 22023 for rows of another shape.';

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
               CASE WHEN s.largest > 0 THEN round(coalesce(s.patients, 0) * 62 / s.largest, 1) ELSE 0 END AS height, ceil(greatest(max(length(@extschema@.chart_number(s.patients))) OVER () * 6 + 3, 46) / s.step)::integer AS every
        FROM sized s
    )
    SELECT @extschema@.chart_frame(title, 80 + 110 * coalesce(max(d.tiers), 0),
        '<text x="10" y="46" font-size="12" fill="#4c6272">People in each tier; every tier has a scale of its own.' || CASE WHEN bool_or(d.patients IS NULL AND d.step < 52) THEN ' * is not shown.' ELSE '' END || '</text>'
        || string_agg(
            CASE WHEN d.at = 1 OR NOT EXISTS (SELECT FROM cell c WHERE c.tier = d.tier AND c.at < d.at) THEN
                format('<text x="10" y="%s" font-weight="bold">%s</text><line x1="180" x2="740" y1="%s" y2="%s" stroke="#768692"/>', d.base + 46, @extschema@.chart_escape(@extschema@.chart_shorten(d.label, 23)), d.base + 50, d.base + 50) ELSE '' END
            || format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"><title>%s: %s</title></rect>', round(d.middle - d.width / 2, 1), d.base + 50 - d.height, d.width, d.height,
                      (ARRAY['#7c2855', '#ae2573', '#005eb8', '#41b6e6', '#99c7eb'])[least(d.tier, 5)], @extschema@.chart_escape(d.as_of), CASE WHEN d.patients IS NULL THEN 'not shown' ELSE @extschema@.chart_number(d.patients) END)
            || CASE WHEN (d.last_at - d.at) % d.every = 0 THEN format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s</text>', d.middle, d.base + 45 - d.height,
                      CASE WHEN d.patients IS NOT NULL THEN @extschema@.chart_number(d.patients) WHEN d.step < 52 THEN '*' ELSE 'not shown' END) ELSE '' END
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
    WITH given AS (
        SELECT r.ordinality, r.value ->> 'term' AS term, coalesce(r.value ->> 'label', r.value ->> 'reason', r.value ->> 'term') AS label, r.value ->> 'evidence' AS evidence,
               (r.value ->> 'value')::numeric AS value, (r.value ->> 'contribution')::numeric AS contribution, (r.value ->> 'average')::numeric AS average,
               r.value ->> 'term' IN ('intercept', 'probability: intercept') AS base, r.value ->> 'term' LIKE 'probability: %' AS probable, r.value ->> 'reason' AS reason
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'term', 'contribution')) WITH ORDINALITY r
    ), term AS (
        -- a model of two parts has two sums
        SELECT row_number() OVER (ORDER BY g.probable, NOT g.base, g.ordinality)::integer AS i, g.base, g.contribution, coalesce(g.average, CASE WHEN g.base AND a.averages > 0 THEN g.contribution END) AS average, a.averages,
               CASE WHEN g.base THEN CASE WHEN g.probable THEN 'Base line of the probability' ELSE 'Base line' END
                    WHEN g.label = g.reason THEN split_part(g.label, ': ', 1) ELSE g.label END AS label,
               CASE WHEN g.base THEN 'where the model starts'
                    WHEN g.label = g.reason AND g.evidence IS NULL THEN substr(g.label, length(split_part(g.label, ': ', 1)) + 3) ELSE coalesce(g.evidence, '') END AS evidence
        FROM given g, (SELECT count(v.average) AS averages FROM given v) a WHERE g.term <> 'score'
    ), total AS (
        SELECT row_number() OVER (ORDER BY g.probable)::integer AS i, CASE WHEN g.probable THEN 'Total of the probability' ELSE 'Total' END AS label,
               CASE WHEN count(g.contribution) = count(*) THEN sum(g.contribution) END AS contribution,
               -- everybody has the base line
               CASE WHEN count(coalesce(g.average, CASE WHEN g.base THEN g.contribution END)) = count(*) THEN sum(coalesce(g.average, g.contribution)) END AS average, count(g.average) AS averages
        FROM given g WHERE g.term <> 'score' GROUP BY g.probable
    ), scale AS (
        SELECT least(min(least(t.contribution, t.average)), 0) AS low, greatest(max(greatest(t.contribution, t.average)), 0) AS high FROM term t WHERE NOT t.base
    ), drawn AS (
        SELECT t.*, 54 + 46 * t.i AS y, 310 + round((0 - s.low) * 280 / s.width, 1) AS zero, 310 + round((coalesce(t.contribution, 0) - s.low) * 280 / s.width, 1) AS x,
               310 + round((t.average - s.low) * 280 / s.width, 1) AS mean
        FROM term t, (SELECT c.low, CASE WHEN c.high > c.low THEN c.high - c.low ELSE 1 END AS width FROM scale c) s
    )
    SELECT @extschema@.chart_frame(title, (74 + 46 * count(*) + (SELECT 22 * count(*) FROM total) + (SELECT 20 * count(*) FROM given g WHERE g.term = 'score'))::integer,
        '<rect x="10" y="36" width="14" height="12" fill="#da291c"/><text x="30" y="47" font-size="12">raises the score</text><rect x="150" y="36" width="14" height="12" fill="#007f3b"/><text x="170" y="47" font-size="12">lowers it</text><text x="670" y="47" font-size="12" text-anchor="end">this person</text>'
        || CASE WHEN max(d.averages) > 0 THEN '<line x1="310" x2="310" y1="34" y2="50" stroke="#212b32" stroke-width="3"/><text x="318" y="47" font-size="12">the average person</text><text x="750" y="47" font-size="12" text-anchor="end">average</text>' ELSE '' END
        || string_agg(format('<text x="10" y="%s">%s</text>', d.y - 20, @extschema@.chart_escape(@extschema@.chart_shorten(d.label, 44)))
            || CASE WHEN d.base THEN '' ELSE format('<line x1="%1$s" x2="%1$s" y1="%2$s" y2="%3$s" stroke="#768692"/><rect x="%4$s" y="%5$s" width="%6$s" height="20" fill="%7$s"/>', d.zero, d.y - 40, d.y - 10,
                   least(d.x, d.zero), d.y - 35, abs(d.x - d.zero), CASE WHEN d.contribution < 0 THEN '#007f3b' ELSE '#da291c' END) END
            || CASE WHEN d.base OR d.mean IS NULL THEN '' ELSE format('<line x1="%1$s" x2="%1$s" y1="%2$s" y2="%3$s" stroke="#212b32" stroke-width="3"/>', d.mean, d.y - 38, d.y - 12) END
            || format('<text x="670" y="%s" text-anchor="end" font-weight="bold">%s</text>', d.y - 20, @extschema@.chart_signed(d.contribution))
            || CASE WHEN d.average IS NULL THEN '' ELSE format('<text x="750" y="%s" text-anchor="end">%s</text>', d.y - 20, @extschema@.chart_signed(d.average)) END
            || CASE WHEN d.evidence = '' THEN '' ELSE format('<text x="10" y="%s" font-size="11" fill="#4c6272">%s</text>', d.y - 3, @extschema@.chart_escape(@extschema@.chart_shorten(d.evidence, 125))) END,
            '' ORDER BY d.i)
        || format('<line x1="10" x2="750" y1="%1$s" y2="%1$s" stroke="#768692"/>', max(d.y) + 6)
        || (SELECT string_agg(format('<text x="10" y="%1$s" font-weight="bold">%2$s</text><text x="670" y="%1$s" text-anchor="end" font-weight="bold">%3$s</text>', max_y.y + 2 + 22 * t.i, t.label, @extschema@.chart_signed(t.contribution))
                   || CASE WHEN t.averages > 0 THEN format('<text x="750" y="%s" text-anchor="end">%s</text>', max_y.y + 2 + 22 * t.i, @extschema@.chart_signed(t.average)) ELSE '' END, '' ORDER BY t.i)
            FROM total t, (SELECT max(m.y) AS y FROM drawn m) max_y)
        || coalesce((SELECT string_agg(format('<text x="10" y="%s" font-size="12">%s</text>', max_y.y + 2 + 22 * (SELECT count(*) FROM total) + 20 * g.place,
                               @extschema@.chart_escape(coalesce(@extschema@.chart_shorten(g.reason, 115),
                                   'score ' || coalesce(trim_scale(round(g.value, 4))::text, 'not known') || CASE WHEN g.label <> 'score' THEN ', band ' || g.label ELSE '' END))), '' ORDER BY g.place)
            FROM (SELECT s.*, row_number() OVER (ORDER BY s.ordinality) AS place FROM given s WHERE s.term = 'score') g, (SELECT max(m.y) AS y FROM drawn m) max_y), ''))
    FROM drawn d
$$;
COMMENT ON FUNCTION chart_contributions(text, jsonb) IS
    'What adds to and takes from one person''s score: the base line, one bar a term in the order given with the codes behind it and a mark where the average person stands, the total and the score. rows: those of risk_explain, or of explain_risk or why_person of a warehouse (term, contribution[, label or reason, evidence, average, value]). On the scale of the linear predictor; the terms of a probability come last and have a total of their own; a total with a term that is not known is not known. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_funnel_plot(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH RECURSIVE given AS (
        SELECT r.ordinality AS i, r.value ->> 'practice_code' AS practice, (r.value ->> 'observed')::numeric AS observed, (r.value ->> 'expected')::numeric AS expected,
               (r.value ->> 'low_998_adjusted')::numeric AS adjusted_low, (r.value ->> 'high_998_adjusted')::numeric AS adjusted_high
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'practice_code', 'observed', 'expected')) WITH ORDINALITY r
    ), practice AS (
        SELECT g.i, g.practice, g.observed, g.expected, g.observed / g.expected AS ratio, l.low, l.high, g.adjusted_low, g.adjusted_high,
               g.observed / g.expected NOT BETWEEN l.low AND l.high AS beyond_chance,
               g.observed / g.expected NOT BETWEEN l.low AND l.high AND coalesce(g.observed / g.expected NOT BETWEEN g.adjusted_low AND g.adjusted_high, true) AS beyond
        FROM given g, LATERAL (SELECT (f.x).lower::numeric AS low, (f.x).upper::numeric AS high FROM (SELECT @extschema@.funnel_limits(g.expected::double precision, 0.998) AS x) f) l
        WHERE g.observed IS NOT NULL AND g.expected > 0
    ), axis AS (
        -- as far as the practices reach, and the limits of the smallest as long as they are not far wider
        SELECT @extschema@.chart_ticks(0, m.x) AS x, @extschema@.chart_ticks(greatest(1 - m.spread * 1.05, 0), 1 + m.spread * 1.05) AS y
        FROM (SELECT max(p.expected) AS x, greatest(max(abs(p.ratio - 1)), least(max(greatest(p.high, p.adjusted_high)) - 1, 1)) AS spread FROM practice p) m
    ), scale AS (
        SELECT a.x, a.y, 440 / a.x[cardinality(a.x)] AS across, a.y[1] AS low, 380 / (a.y[cardinality(a.y)] - a.y[1]) AS up FROM axis a
    ), line AS (
        -- the limits bend most where little is expected
        SELECT k.i AS confidence, side.i AS side, string_agg(round(80 + 440 * (g / 60.0) ^ 2, 1) || ',' || round(430 - s.up * (least(side.ratio, s.y[cardinality(s.y)] * 2) - s.low), 1), ' ' ORDER BY g) AS points
        FROM scale s, generate_series(1, 60) g, (VALUES (1, 0.95), (2, 0.998)) k (i, level),
             LATERAL (SELECT @extschema@.funnel_limits((440 * (g / 60.0) ^ 2 / s.across)::double precision, k.level::double precision) AS x) f,
             LATERAL (VALUES (1, (f.x).lower::numeric), (2, (f.x).upper::numeric)) side (i, ratio)
        GROUP BY k.i, side.i
    ), placed AS (
        SELECT p.*, round(80 + s.across * p.expected, 1) AS x, round(430 - s.up * (p.ratio - s.low), 1) AS y, row_number() OVER (PARTITION BY p.beyond ORDER BY abs(p.ratio - 1) DESC, p.i) AS place
        FROM practice p, scale s
    ), named AS (
        SELECT p.*, @extschema@.chart_shorten(p.practice, 9) AS name, 7 * least(length(p.practice), 9) AS width
        FROM placed p WHERE p.beyond AND p.place <= 10
    ), written (place, lefts, rights, bases) AS (
        -- each name takes the first place beside its mark where it lies on no other name and on the fewest marks
        SELECT 0::bigint, '{}'::numeric[], '{}'::numeric[], '{}'::numeric[]
        UNION ALL
        SELECT n.place, w.lefts || c.x, w.rights || (c.x + n.width), w.bases || c.y
        FROM written w JOIN named n ON n.place = w.place + 1
        LEFT JOIN LATERAL (
            SELECT b.x, b.y
            FROM (VALUES (1, n.x + 9, n.y + 4), (2, n.x - 9 - n.width, n.y + 4), (3, n.x - n.width / 2, n.y - 9), (4, n.x - n.width / 2, n.y + 17),
                         (5, n.x + 5, n.y - 8), (6, n.x + 5, n.y + 16), (7, n.x - 5 - n.width, n.y - 8), (8, n.x - 5 - n.width, n.y + 16)) b (i, x, y)
            WHERE b.x >= 82 AND b.x + n.width <= 520 AND b.y BETWEEN 59 AND 428
              AND NOT EXISTS (SELECT FROM unnest(w.lefts, w.rights, w.bases) o (l, r, y) WHERE o.l < b.x + n.width AND o.r > b.x AND abs(o.y - b.y) < 11)
            ORDER BY (SELECT count(*) FROM placed o WHERE o.i <> n.i AND o.x + 6 > b.x AND o.x - 6 < b.x + n.width AND o.y + 6 > b.y - 9 AND o.y - 6 < b.y), b.i
            LIMIT 1) c ON true
    )
    SELECT @extschema@.chart_frame(title, 490,
        @extschema@.chart_axes(s.x, s.y, 'expected number', 'observed / expected', false, false,
            format('<line x1="80" x2="520" y1="%1$s" y2="%1$s" stroke="#212b32"/>', round(430 - s.up * (1 - s.low), 1))
            || (SELECT string_agg(format('<polyline points="%s" fill="none" stroke="#4c6272"%s/>', l.points, CASE l.confidence WHEN 1 THEN ' stroke-dasharray="6 4"' ELSE ' stroke-width="1.5"' END), '' ORDER BY l.confidence, l.side) FROM line l)
            || coalesce((SELECT format('<polyline points="%s" fill="none" stroke="#ed8b00" stroke-width="1.5" stroke-dasharray="2 3"/><polyline points="%s" fill="none" stroke="#ed8b00" stroke-width="1.5" stroke-dasharray="2 3"/>',
                           string_agg(p.x || ',' || round(430 - s.up * (p.adjusted_low - s.low), 1), ' ' ORDER BY p.expected, p.i), string_agg(p.x || ',' || round(430 - s.up * (p.adjusted_high - s.low), 1), ' ' ORDER BY p.expected, p.i))
                         FROM placed p WHERE p.adjusted_low IS NOT NULL AND p.adjusted_high IS NOT NULL HAVING count(*) > 0), ''),
            (SELECT string_agg(format(CASE WHEN p.beyond THEN '<path d="M%1$s %5$sl6 6l-6 6l-6 -6z" fill="#da291c"><title>%3$s: %4$s</title></path>'
                                              WHEN p.beyond_chance THEN '<circle cx="%1$s" cy="%2$s" r="4" fill="#ffffff" stroke="#005eb8" stroke-width="2"><title>%3$s: %4$s</title></circle>'
                                              ELSE '<circle cx="%1$s" cy="%2$s" r="3.5" fill="#005eb8"><title>%3$s: %4$s</title></circle>' END,
                                         p.x, p.y, @extschema@.chart_escape(p.practice), round(p.ratio, 2), p.y - 6), '' ORDER BY p.beyond, p.i) FROM placed p)
            || coalesce((SELECT string_agg(format('<text x="%s" y="%s" font-size="11" stroke="#ffffff" stroke-width="3" paint-order="stroke">%s</text>', round(u.x, 1), round(u.y, 1), @extschema@.chart_escape(n.name)), '' ORDER BY n.place)
                         FROM (SELECT w.* FROM written w ORDER BY w.place DESC LIMIT 1) l, unnest(l.lefts, l.bases) WITH ORDINALITY u (x, y, place) JOIN named n ON n.place = u.place
                         -- where there is no room the table alone names it
                         WHERE u.x IS NOT NULL), ''))
        || @extschema@.chart_legend(ARRAY['#4c6272|dashed|95% limits of chance', '#4c6272||99.8% limits of chance', CASE WHEN a.adjusted THEN '#ed8b00|dotted|99.8% with the usual spread' END,
               '#005eb8|dot|' || (a.practices - a.beyond_chance) || ' practices within', CASE WHEN a.beyond_chance > a.beyond THEN '#005eb8|ring|' || (a.beyond_chance - a.beyond) || ' beyond chance, not spread' END,
               '#da291c|diamond|' || a.beyond || CASE WHEN a.adjusted THEN ' beyond both' ELSE ' beyond 99.8%' END, CASE WHEN a.left_out > 0 THEN '||' || a.left_out || ' not shown' END])
        || @extschema@.chart_table('{practice,ratio,observed,expected}', '{600,644,698,752}',
               (SELECT array_agg(c.cell ORDER BY n.place, c.i)
                FROM named n, LATERAL unnest(ARRAY[n.name, CASE WHEN n.ratio < 100 THEN round(n.ratio, 2)::text ELSE @extschema@.chart_tick_label(round(n.ratio), false) END, @extschema@.chart_number(n.observed), @extschema@.chart_number(n.expected)]) WITH ORDINALITY c (cell, i)), 214)
        || CASE WHEN a.beyond > 10 THEN format('<text x="752" y="390" font-size="11" text-anchor="end" fill="#4c6272">and %s more</text>', a.beyond - 10) ELSE '' END)
    FROM scale s, (SELECT count(*) AS practices, count(*) FILTER (WHERE p.beyond_chance) AS beyond_chance, count(*) FILTER (WHERE p.beyond) AS beyond, bool_or(p.adjusted_low + p.adjusted_high IS NOT NULL) AS adjusted,
                          (SELECT count(*) FROM given) - count(*) AS left_out FROM practice p) a
$$;
COMMENT ON FUNCTION chart_funnel_plot(text, jsonb) IS
    'Practices compared: observed over expected against expected, one mark each, with the limits of chance of 95 and 99.8 % (funnel_limits). rows: those of the view practice_comparison of a warehouse, of one model and outcome (practice_code, observed, expected[, low_998_adjusted, high_998_adjusted: the limits with the spread between practices]). Practices beyond 99.8 % of chance and of the spread are named, the ten farthest from 1 with their numbers. Practices without numbers, or with nothing expected, are counted as not shown. Returns SVG; raises 22023 for rows of another shape.';
