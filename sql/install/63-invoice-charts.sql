-- Charts of invoice validation: where the money goes wrong, how old challenges are, how often rules are right, why a position moved.
-- As in 60-chart.sql every chart is plain text with its numbers.

CREATE FUNCTION chart_pareto(title text, rows jsonb, unit text DEFAULT 'gbp') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH cause AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, greatest((r.value ->> 'value')::numeric, 0) AS value
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'value')) WITH ORDINALITY r
    ), ranked AS (
        SELECT c.*, row_number() OVER (ORDER BY c.value DESC NULLS LAST, c.i)::integer AS n, max(c.value) OVER () AS largest,
               sum(c.value) OVER () AS total, sum(c.value) OVER (ORDER BY c.value DESC NULLS LAST, c.i ROWS UNBOUNDED PRECEDING) AS running
        FROM cause c
    ), drawn AS (
        SELECT r.*, CASE WHEN largest > 0 THEN round(coalesce(value, 0) * 250 / largest, 1) ELSE 0 END AS width,
               CASE WHEN total > 0 THEN running / total END AS share,
               CASE WHEN total > 0 THEN 600 + round(140 * running / total, 1) END AS x
        FROM ranked r
    )
    SELECT @extschema@.chart_frame(title, (84 + 28 * count(*))::integer,
        format('<text x="600" y="48" font-size="11" fill="#4c6272">cumulative share</text><line x1="712" x2="712" y1="54" y2="%s" stroke="#768692" stroke-dasharray="2 3"/><text x="712" y="%s" font-size="11" text-anchor="middle" fill="#4c6272">80%%</text>',
            58 + 28 * count(*), 72 + 28 * count(*)) ||
        string_agg(format('<text x="10" y="%s">%s</text><rect x="240" y="%s" width="%s" height="18" fill="%s"/><text x="%s" y="%s" font-size="12">%s</text>',
            70 + 28 * (n - 1), @extschema@.chart_escape(@extschema@.chart_shorten(label, 34)), 56 + 28 * (n - 1), width,
            -- the causes that make the first four fifths
            CASE WHEN share - value / nullif(total, 0) < 0.8 THEN '#005eb8' ELSE '#99c7eb' END,
            246 + width, 70 + 28 * (n - 1), @extschema@.chart_number(value, unit))
            || coalesce(format('<circle cx="%s" cy="%s" r="3.5" fill="#ed8b00"/><text x="%s" y="%s" font-size="11" text-anchor="end" fill="#4c6272">%s</text>',
                               x, 65 + 28 * (n - 1), x - 8, 69 + 28 * (n - 1), @extschema@.chart_percent(round(share, 3))), ''), '' ORDER BY n)
        || coalesce('<polyline fill="none" stroke="#ed8b00" points="' || string_agg(x || ',' || 65 + 28 * (n - 1), ' ' ORDER BY n) || '"/>', ''))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_pareto(text, jsonb, text) IS
    'Causes by size with their cumulative share; those that make the first four fifths are dark. rows: [{"label","value"}] in any order; negative values count as nothing. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_ageing(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH bucket AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, greatest((r.value ->> 'value')::numeric, 0) AS value,
               coalesce((r.value ->> 'overdue')::boolean, false) AS overdue, coalesce(r.value ->> 'note', '') AS note,
               max((r.value ->> 'value')::numeric) OVER () AS largest
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'value', 'overdue')) WITH ORDINALITY r
    ), drawn AS (
        SELECT b.*, CASE WHEN largest > 0 THEN round(coalesce(value, 0) * 380 / largest, 1) ELSE 0 END AS width FROM bucket b
    )
    SELECT @extschema@.chart_frame(title, (70 + 34 * count(*))::integer,
        '<rect x="190" y="36" width="14" height="12" fill="#005eb8"/><text x="210" y="47">within the deadline</text><rect x="370" y="36" width="14" height="12" fill="#da291c"/><text x="390" y="47">overdue</text>' ||
        string_agg(format('<text x="10" y="%s">%s</text><rect x="190" y="%s" width="%s" height="20" fill="%s"/><text x="%s" y="%s" font-weight="bold">%s</text><text x="%s" y="%s" font-size="11" fill="#4c6272">%s</text>',
            76 + 34 * (i - 1), @extschema@.chart_escape(label), 60 + 34 * (i - 1), width, CASE WHEN overdue THEN '#da291c' ELSE '#005eb8' END,
            198 + width, 71 + 34 * (i - 1), @extschema@.chart_number(value, 'gbp'), 198 + width, 84 + 34 * (i - 1), @extschema@.chart_escape(note)), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_ageing(text, jsonb) IS
    'Money by age against its deadline, one bar a bucket in the order given. rows: [{"label","value","overdue" (boolean)[,"note"]}] in pounds. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_intervals(title text, rows jsonb, line numeric DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH entry AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, (r.value ->> 'value')::numeric AS value, (r.value ->> 'lower')::numeric AS low,
               (r.value ->> 'upper')::numeric AS high, coalesce(r.value ->> 'note', '') AS note, 52 + 24 * count(*) OVER () AS foot
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'value', 'lower', 'upper')) WITH ORDINALITY r
    )
    SELECT @extschema@.chart_frame(title, (80 + 24 * count(*))::integer,
        (SELECT string_agg(format('<line x1="%1$s" x2="%1$s" y1="44" y2="%2$s" stroke="#d8dde0"/><text x="%1$s" y="%3$s" font-size="11" text-anchor="middle" fill="#4c6272">%4$s%%</text>',
                230 + 3 * t, f.foot, f.foot + 16, t), '' ORDER BY t) FROM unnest('{0,25,50,75,100}'::integer[]) t CROSS JOIN (SELECT max(e.foot) AS foot FROM entry e) f)
        || coalesce(format('<line x1="%1$s" x2="%1$s" y1="44" y2="%2$s" stroke="#da291c" stroke-dasharray="6 4"/>', 230 + round(300 * line, 1), 52 + 24 * count(*)), '')
        || string_agg(format('<text x="10" y="%s">%s</text>', 62 + 24 * (i - 1), @extschema@.chart_escape(@extschema@.chart_shorten(label, 32)))
            || CASE WHEN value IS NULL THEN format('<text x="240" y="%s" font-size="12" fill="#4c6272">not known</text>', 62 + 24 * (i - 1))
                    ELSE coalesce(format('<line x1="%s" x2="%s" y1="%3$s" y2="%3$s" stroke="#005eb8" stroke-width="2"/>', 230 + round(300 * low, 1), 230 + round(300 * high, 1), 58 + 24 * (i - 1)), '')
                         || format('<circle cx="%s" cy="%s" r="4" fill="#005eb8"/>', 230 + round(300 * value, 1), 58 + 24 * (i - 1)) END
            || format('<text x="546" y="%s" font-size="12">%s</text>', 62 + 24 * (i - 1),
                      @extschema@.chart_escape(concat_ws(', ', CASE WHEN value IS NOT NULL THEN @extschema@.chart_percent(value) END, nullif(note, '')))), '' ORDER BY i))
    FROM entry
$$;
COMMENT ON FUNCTION chart_intervals(text, jsonb, numeric) IS
    'Shares between 0 and 1 with their intervals, one line each in the order given; line draws a policy as a dashed line. rows: [{"label","value","lower","upper"[,"note"]}]; a NULL value prints "not known". Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_bridge(title text, rows jsonb, opening_label text, closing_label text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH part AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, coalesce((r.value ->> 'amount')::numeric, 0) AS amount
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'amount')) WITH ORDINALITY r
    ), step AS (
        -- the first row is the position it begins with; what follows adds up to the one it ends with
        SELECT p.i, CASE WHEN p.i = 1 THEN opening_label ELSE p.label END AS label, p.i = 1 AS is_total, p.amount,
               CASE WHEN p.i = 1 THEN 0 ELSE sum(p.amount) OVER (ORDER BY p.i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS a,
               sum(p.amount) OVER (ORDER BY p.i) AS b
        FROM part p
        UNION ALL
        SELECT max(p.i) + 1, closing_label, true, sum(p.amount), 0, sum(p.amount) FROM part p HAVING count(*) > 0
    ), scale AS (
        -- parts are small beside the position: the axis begins below the lowest of them
        SELECT s.lo - (s.hi - s.lo) * 0.25 AS lo, s.hi
        FROM (SELECT min(least(a, b)) FILTER (WHERE NOT is_total) AS low_part, min(b) AS low_total, max(greatest(a, b)) AS hi,
                     least(min(least(a, b)) FILTER (WHERE NOT is_total), min(b)) AS lo FROM step) s
    ), drawn AS (
        SELECT s.*, 250 + round((CASE WHEN is_total THEN c.lo ELSE least(a, b) END - c.lo) * 340 / CASE WHEN c.hi > c.lo THEN c.hi - c.lo ELSE 1 END, 1) AS x,
               greatest(round(CASE WHEN is_total THEN b - c.lo ELSE abs(b - a) END * 340 / CASE WHEN c.hi > c.lo THEN c.hi - c.lo ELSE 1 END, 1), 1) AS width, c.lo
        FROM step s CROSS JOIN scale c
    )
    SELECT @extschema@.chart_frame(title, (74 + 34 * count(*))::integer,
        string_agg(format('<text x="10" y="%s">%s</text><rect x="%s" y="%s" width="%s" height="22" fill="%s"/><text x="%s" y="%s" font-weight="bold">%s</text>',
            59 + 34 * (i - 1), @extschema@.chart_escape(label), x, 43 + 34 * (i - 1), width,
            CASE WHEN is_total THEN '#005eb8' WHEN amount >= 0 THEN '#ed8b00' ELSE '#00a499' END,
            x + width + 6, 59 + 34 * (i - 1),
            CASE WHEN NOT is_total AND amount > 0 THEN '+' ELSE '' END || @extschema@.chart_number(amount, 'gbp')), '' ORDER BY i)
        || format('<text x="250" y="%s" font-size="11" fill="#4c6272">the axis begins at %s</text>', 60 + 34 * count(*), @extschema@.chart_number(max(lo), 'gbp')))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_bridge(text, jsonb, text, text) IS
    'Why a position moved: the opening position, its parts, the closing position as their sum; what raises it is orange, what lowers it green. The axis does not begin at nothing and says where. rows: [{"label","amount"}] in pounds, the opening position first. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_control(title text, rows jsonb, unit text DEFAULT '') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, (r.value ->> 'value')::numeric AS value, (r.value ->> 'mean')::numeric AS mean,
               (r.value ->> 'lower')::numeric AS low, (r.value ->> 'upper')::numeric AS high, count(*) OVER ()::integer AS n
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'value', 'mean', 'lower', 'upper')) WITH ORDINALITY r
    ), scale AS (
        SELECT @extschema@.chart_ticks(CASE WHEN min(least(value, low)) > 0 AND min(least(value, low)) < 0.5 * max(greatest(value, high)) THEN 0 ELSE min(least(value, low)) END,
                                       max(greatest(value, high))) AS ticks FROM point
    ), drawn AS (
        SELECT p.*, s.ticks, round(90 + 620 * (p.i - 0.5) / p.n, 1) AS x, s.ticks[1] AS lo, s.ticks[cardinality(s.ticks)] - s.ticks[1] AS span FROM point p CROSS JOIN scale s
    ), placed AS (
        SELECT d.*, round(250 - 200 * (value - lo) / span, 1) AS y, round(250 - 200 * (mean - lo) / span, 1) AS y_mean, round(250 - 200 * (low - lo) / span, 1) AS y_low,
               round(250 - 200 * (high - lo) / span, 1) AS y_high FROM drawn d
    )
    SELECT @extschema@.chart_frame(title, 312,
        (SELECT string_agg(format('<line x1="90" x2="710" y1="%1$s" y2="%1$s" stroke="#d8dde0"/><text x="84" y="%2$s" font-size="11" text-anchor="end">%3$s</text>',
                round(250 - 200 * (t - ticks[1]) / (ticks[cardinality(ticks)] - ticks[1]), 1), round(254 - 200 * (t - ticks[1]) / (ticks[cardinality(ticks)] - ticks[1]), 1),
                @extschema@.chart_escape(@extschema@.chart_tick_label(t, unit = 'pct'))), '' ORDER BY t) FROM scale, unnest(ticks) t)
        || format('<polyline fill="none" stroke="#768692" points="%s"/><polyline fill="none" stroke="#da291c" stroke-dasharray="6 4" points="%s"/><polyline fill="none" stroke="#da291c" stroke-dasharray="6 4" points="%s"/><polyline fill="none" stroke="#005eb8" stroke-width="2" points="%s"/>',
               string_agg(x || ',' || y_mean, ' ' ORDER BY i), string_agg(x || ',' || y_low, ' ' ORDER BY i), string_agg(x || ',' || y_high, ' ' ORDER BY i), string_agg(x || ',' || y, ' ' ORDER BY i))
        || string_agg(coalesce(format('<circle cx="%s" cy="%s" r="4" fill="%s"/>', x, y, CASE WHEN value < low OR value > high THEN '#da291c' ELSE '#005eb8' END), '')
            || CASE WHEN n <= 14 OR (n - i) % ceil(n / 14.0)::integer = 0
                    THEN format('<text x="%s" y="270" font-size="11" text-anchor="middle">%s</text>', x, @extschema@.chart_escape(label)) ELSE '' END, '' ORDER BY i)
        || format('<text x="90" y="296" font-size="11" fill="#4c6272">dashed: limits of chance; grey: mean; red points lie outside (%s of %s)</text>', count(*) FILTER (WHERE value < low OR value > high), count(*)))
    FROM placed
$$;
COMMENT ON FUNCTION chart_control(text, jsonb, text) IS
    'A series with its mean and limits of chance; points outside are red. rows: [{"label","value","mean","lower","upper"}] in order of time; unit pct for shares. A NULL value leaves a gap. Returns SVG; raises 22023 for rows of another shape.';
