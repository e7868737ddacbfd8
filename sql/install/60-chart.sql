-- Charts: chart-ready rows in, SVG text out, so that psql alone writes a report.
-- Every chart is plain text, deterministic, self-contained and labelled with its numbers.

CREATE FUNCTION chart_escape(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT replace(replace(replace(replace(coalesce(value, ''), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')
$$;
COMMENT ON FUNCTION chart_escape(text) IS 'Text made safe inside SVG and HTML. NULL becomes an empty string.';

CREATE FUNCTION chart_number(value numeric, unit text DEFAULT '') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN value IS NULL THEN 'not known'
        WHEN unit = 'gbp' THEN CASE WHEN value < 0 THEN '-' ELSE '' END || '£' ||
            CASE WHEN abs(value) < 10000000 THEN to_char(abs(value), 'FM999,999,990.00')
                 ELSE to_char(round(abs(value)), 'FM999,999,999,999,990') END
        WHEN unit = 'pct' THEN to_char(value, 'FM990.0') || '%'
        ELSE to_char(round(value), 'FM999,999,999,999,990')
    END
$$;
COMMENT ON FUNCTION chart_number(numeric, text) IS
    'A number as charts print it: unit gbp (pence shown below 10 million pounds), pct, or a whole count. NULL prints "not known".';

CREATE FUNCTION chart_rows(rows jsonb, VARIADIC required text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    missing text;
BEGIN
    IF rows IS NULL THEN
        RETURN '[]'::jsonb;
    END IF;
    IF jsonb_typeof(rows) <> 'array' THEN
        RAISE EXCEPTION 'chart rows must be a JSON array, not %', jsonb_typeof(rows)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use jsonb_agg over the chart-ready view.';
    END IF;
    SELECT format('row %s has no "%s"', r.ordinality, k.key) INTO missing
    FROM jsonb_array_elements(rows) WITH ORDINALITY r, unnest(required) WITH ORDINALITY k(key, place)
    WHERE jsonb_typeof(r.value) <> 'object' OR NOT r.value ? k.key
    ORDER BY r.ordinality, k.place
    LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'chart %', missing USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN rows;
END
$$;
COMMENT ON FUNCTION chart_rows(jsonb, text[]) IS
    'Checks that rows is an array of objects with the required keys and returns it; NULL counts as no rows. Raises 22023.';

CREATE FUNCTION chart_frame(title text, height integer, body text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %1$s" width="760" height="%1$s" role="img" font-family="Arial, Helvetica, sans-serif" font-size="13" fill="#212b32"><title>%2$s</title><text x="10" y="24" font-size="17" font-weight="bold">%2$s</text>%3$s</svg>',
        height, @extschema@.chart_escape(title),
        coalesce(body, '<text x="10" y="60">no data</text>'))
$$;
COMMENT ON FUNCTION chart_frame(text, integer, text) IS 'The frame of a chart: title, size and accessible name around an SVG body. A NULL body prints "no data".';

CREATE FUNCTION chart_funnel(title text, rows jsonb, unit text DEFAULT 'gbp') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH bar AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, (r.value ->> 'value')::numeric AS value,
               coalesce(r.value ->> 'note', '') AS note,
               max((r.value ->> 'value')::numeric) OVER () AS largest
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'value')) WITH ORDINALITY r
    ), drawn AS (
        SELECT *, CASE WHEN largest > 0 THEN round(greatest(coalesce(value, 0), 0) * 380 / largest, 1) ELSE 0 END AS width
        FROM bar
    )
    SELECT @extschema@.chart_frame(title, (60 + 44 * count(*))::integer,
        string_agg(format('<text x="10" y="%s">%s</text><rect x="190" y="%s" width="%s" height="26" fill="#005eb8"/><text x="%s" y="%s" font-weight="bold">%s</text><text x="10" y="%s" font-size="11" fill="#4c6272">%s</text>',
            56 + 44 * (i - 1), @extschema@.chart_escape(label),
            44 + 44 * (i - 1), width,
            198 + width, 62 + 44 * (i - 1), @extschema@.chart_number(value, unit),
            70 + 44 * (i - 1), @extschema@.chart_escape(note)), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_funnel(text, jsonb, text) IS
    'Horizontal bars in the order given, each with its number. rows: [{"label","value"[,"note"]}]; unit gbp, pct or empty. Negative values draw no bar. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_pyramid(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH band AS (
        SELECT r.ordinality::integer AS i, count(*) OVER ()::integer AS n, r.value ->> 'label' AS label,
               (r.value ->> 'patients')::numeric AS patients, (r.value ->> 'pct')::numeric AS pct
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'patients', 'pct')) WITH ORDINALITY r
    )
    -- bands are slices of one triangle, widest below; the numbers stand beside it
    SELECT @extschema@.chart_frame(title, (60 + 56 * count(*))::integer,
        string_agg(format('<polygon points="%s,%s %s,%s %s,%s %s,%s" fill="%s"/><text x="420" y="%s" font-weight="bold">%s</text><text x="420" y="%s">%s people, %s</text>',
            210 - 190 * (i - 1) / n, 44 + 56 * (i - 1), 210 + 190 * (i - 1) / n, 44 + 56 * (i - 1),
            210 + 190 * i / n, 96 + 56 * (i - 1), 210 - 190 * i / n, 96 + 56 * (i - 1),
            (ARRAY['#7c2855', '#ae2573', '#005eb8', '#41b6e6', '#99c7eb'])[least(i, 5)],
            66 + 56 * (i - 1), @extschema@.chart_escape(label),
            84 + 56 * (i - 1), @extschema@.chart_number(patients), @extschema@.chart_number(pct, 'pct')), '' ORDER BY i))
    FROM band
$$;
COMMENT ON FUNCTION chart_pyramid(text, jsonb) IS
    'Risk pyramid, highest band first. rows: [{"label","patients","pct"}]. Heights are equal: the numbers tell the size. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_waterfall(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH step AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, r.value ->> 'kind' AS kind,
               (r.value ->> 'from')::numeric AS a, (r.value ->> 'to')::numeric AS b
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'kind', 'from', 'to')) WITH ORDINALITY r
    ), scale AS (
        SELECT least(min(least(a, b)), 0) AS lo, greatest(max(greatest(a, b)), 0) AS hi FROM step
    ), drawn AS (
        SELECT step.*, 250 + round((least(a, b) - lo) * 360 / CASE WHEN hi > lo THEN hi - lo ELSE 1 END, 1) AS x,
               greatest(round(abs(b - a) * 360 / CASE WHEN hi > lo THEN hi - lo ELSE 1 END, 1), 1) AS width,
               250 + round((0 - lo) * 360 / CASE WHEN hi > lo THEN hi - lo ELSE 1 END, 1) AS zero
        FROM step, scale
    )
    SELECT @extschema@.chart_frame(title, (56 + 34 * count(*))::integer,
        format('<line x1="%1$s" x2="%1$s" y1="36" y2="%2$s" stroke="#768692"/>', max(zero), 44 + 34 * count(*)) ||
        string_agg(format('<text x="10" y="%s">%s</text><rect x="%s" y="%s" width="%s" height="22" fill="%s"/><text x="%s" y="%s" font-weight="bold">%s</text>',
            59 + 34 * (i - 1), @extschema@.chart_escape(label), x, 43 + 34 * (i - 1), width,
            CASE WHEN kind = 'total' THEN '#005eb8' WHEN b >= a THEN '#007f3b' ELSE '#da291c' END,
            x + width + 6, 59 + 34 * (i - 1),
            @extschema@.chart_number(CASE WHEN kind = 'total' THEN b ELSE b - a END, 'gbp')), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_waterfall(text, jsonb) IS
    'Waterfall of a settlement, one row per step from top to bottom. rows: [{"label","kind" (total or step),"from","to"}] in pounds. Totals are blue, gains green, losses red, each with its amount. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_comparison(title text, rows jsonb, first_name text, second_name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH pair AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label,
               (r.value ->> 'first')::numeric AS a, (r.value ->> 'second')::numeric AS b,
               max(greatest((r.value ->> 'first')::numeric, (r.value ->> 'second')::numeric)) OVER () AS largest
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'first', 'second')) WITH ORDINALITY r
    ), drawn AS (
        SELECT *, CASE WHEN largest > 0 THEN round(greatest(coalesce(a, 0), 0) * 400 / largest, 1) ELSE 0 END AS wa,
               CASE WHEN largest > 0 THEN round(greatest(coalesce(b, 0), 0) * 400 / largest, 1) ELSE 0 END AS wb
        FROM pair
    )
    SELECT @extschema@.chart_frame(title, (76 + 46 * count(*))::integer,
        format('<rect x="170" y="36" width="14" height="12" fill="#005eb8"/><text x="190" y="47">%s</text><rect x="350" y="36" width="14" height="12" fill="#ed8b00"/><text x="370" y="47">%s</text>',
            @extschema@.chart_escape(first_name), @extschema@.chart_escape(second_name)) ||
        string_agg(format('<text x="10" y="%s">%s</text><rect x="170" y="%s" width="%s" height="16" fill="#005eb8"/><text x="%s" y="%s" font-size="12">%s</text><rect x="170" y="%s" width="%s" height="16" fill="#ed8b00"/><text x="%s" y="%s" font-size="12">%s</text>',
            82 + 46 * (i - 1), @extschema@.chart_escape(label),
            62 + 46 * (i - 1), wa, 176 + wa, 75 + 46 * (i - 1), @extschema@.chart_number(a, 'gbp'),
            79 + 46 * (i - 1), wb, 176 + wb, 92 + 46 * (i - 1), @extschema@.chart_number(b, 'gbp')), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_comparison(text, jsonb, text, text) IS
    'Two bars per label, for example claimed against plan. rows: [{"label","first","second"}] in pounds. Returns SVG; raises 22023 for rows of another shape.';
