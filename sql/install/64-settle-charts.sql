-- Charts of settlements: what terms pay for every result, how a statement came about, where parties stand, what chance makes of it.
-- As in 60-chart.sql every chart is plain text with its numbers.

CREATE FUNCTION chart_pounds(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN value < 0 THEN '-' ELSE '' END || '£' ||
           CASE WHEN abs(value) >= 1000000000 THEN trim_scale(round(abs(value) / 1000000000, 2)) || 'bn'
                WHEN abs(value) >= 1000000 THEN trim_scale(round(abs(value) / 1000000, 2)) || 'm'
                WHEN abs(value) >= 1000 THEN trim_scale(round(abs(value) / 1000, 1)) || 'k'
                ELSE trim_scale(round(abs(value), 2))::text END
$$;
COMMENT ON FUNCTION chart_pounds(numeric) IS 'Pounds as an axis prints them: £250k, £1.25m, £2bn. NULL gives NULL.';

CREATE FUNCTION chart_money_axes(x_ticks numeric[], y_ticks numeric[], x_label text, y_label text, body text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (SELECT string_agg(format('<line x1="%1$s" x2="%1$s" y1="50" y2="350" stroke="%2$s"/><text x="%1$s" y="368" font-size="12" text-anchor="middle">%3$s</text>',
                       round(80 + 650 * (t - x_ticks[1]) / (x_ticks[cardinality(x_ticks)] - x_ticks[1]), 1), CASE WHEN t = 0 THEN '#768692' ELSE '#e8edee' END, @extschema@.chart_pounds(t)), '' ORDER BY t) FROM unnest(x_ticks) t)
        || (SELECT string_agg(format('<line x1="80" x2="730" y1="%1$s" y2="%1$s" stroke="%2$s"/><text x="73" y="%3$s" font-size="12" text-anchor="end">%4$s</text>',
                       round(350 - 300 * (t - y_ticks[1]) / (y_ticks[cardinality(y_ticks)] - y_ticks[1]), 1), CASE WHEN t = 0 THEN '#768692' ELSE '#e8edee' END,
                       round(354 - 300 * (t - y_ticks[1]) / (y_ticks[cardinality(y_ticks)] - y_ticks[1]), 1), @extschema@.chart_pounds(t)), '' ORDER BY t) FROM unnest(y_ticks) t)
        || format('<text x="405" y="390" text-anchor="middle">%s</text><text x="80" y="44" font-size="12" fill="#4c6272">%s</text>', @extschema@.chart_escape(x_label), @extschema@.chart_escape(y_label))
        || body
$$;
COMMENT ON FUNCTION chart_money_axes(numeric[], numeric[], text, text, text) IS
    'Axes in pounds from their first tick to their last around a plot of 650 by 300 at (80, 50). NULL ticks or body give NULL.';

CREATE FUNCTION chart_payment(title text, points jsonb, marks jsonb DEFAULT NULL, x_label text DEFAULT 'saving', y_label text DEFAULT 'payment to the parties') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH point AS (
        SELECT r.ordinality AS i, (r.value ->> 'x')::numeric AS x, (r.value ->> 'y')::numeric AS y
        FROM jsonb_array_elements(@extschema@.chart_rows(points, 'x', 'y')) WITH ORDINALITY r
    ), mark AS (
        SELECT r.ordinality AS i, r.value ->> 'kind' AS kind, r.value ->> 'label' AS label, (r.value ->> 'x')::numeric AS x, (r.value ->> 'y')::numeric AS y
        FROM jsonb_array_elements(@extschema@.chart_rows(marks, 'kind', 'label')) WITH ORDINALITY r
    ), axis AS (
        SELECT @extschema@.chart_ticks(min(x), max(x)) AS xs,
               @extschema@.chart_ticks(least(min(y), (SELECT min(m.y) FROM mark m WHERE m.kind <> 'cap'), 0), greatest(max(y), (SELECT max(m.y) FROM mark m WHERE m.kind <> 'cap'), 0)) AS ys
        FROM point HAVING count(*) > 0
    ), scale AS (
        SELECT xs, ys, 650 / (xs[cardinality(xs)] - xs[1]) AS kx, 300 / (ys[cardinality(ys)] - ys[1]) AS ky FROM axis
    ), placed AS (
        -- a gate or cap beyond the axes is told in words alone
        SELECT m.*, round(80 + (m.x - s.xs[1]) * s.kx, 1) AS px, round(350 - (m.y - s.ys[1]) * s.ky, 1) AS py,
               coalesce(m.x BETWEEN s.xs[1] AND s.xs[cardinality(s.xs)], true) AND coalesce(m.y BETWEEN s.ys[1] AND s.ys[cardinality(s.ys)], true) AS inside,
               row_number() OVER (ORDER BY m.i)::integer AS line
        FROM mark m CROSS JOIN scale s
    )
    SELECT @extschema@.chart_frame(title, 408 + 20 * (SELECT count(*) FROM mark)::integer,
        (SELECT @extschema@.chart_money_axes(s.xs, s.ys, x_label, y_label,
            coalesce((SELECT string_agg(CASE
                WHEN NOT p.inside THEN ''
                WHEN p.kind = 'gate' THEN format('<line x1="%1$s" x2="%1$s" y1="50" y2="350" stroke="#ed8b00" stroke-width="1.5" stroke-dasharray="6 4"/>', p.px)
                WHEN p.kind = 'cap' THEN format('<line x1="80" x2="730" y1="%1$s" y2="%1$s" stroke="#7c2855" stroke-width="1.5" stroke-dasharray="2 3"/>', p.py)
                ELSE '' END, '' ORDER BY p.i) FROM placed p), '')
            || (SELECT '<polyline fill="none" stroke="#005eb8" stroke-width="2.5" stroke-linejoin="round" points="'
                       || string_agg(round(80 + (p.x - s.xs[1]) * s.kx, 1) || ',' || round(350 - (p.y - s.ys[1]) * s.ky, 1), ' ' ORDER BY p.i) || '"/>' FROM point p)
            || coalesce((SELECT string_agg(CASE
                WHEN p.kind IN ('gate', 'cap') OR NOT p.inside THEN ''
                ELSE format('<circle cx="%s" cy="%s" r="6" fill="%s" stroke="#ffffff" stroke-width="2"/>', p.px, p.py, CASE WHEN p.kind = 'today' THEN '#da291c' ELSE '#007f3b' END) END, '' ORDER BY p.i) FROM placed p), '')
            || coalesce((SELECT string_agg(CASE
                WHEN p.kind IN ('gate', 'cap') THEN format('<line x1="80" x2="100" y1="%1$s" y2="%1$s" stroke="%2$s" stroke-width="1.5" stroke-dasharray="%3$s"/>', 408 + 20 * p.line - 8,
                    CASE p.kind WHEN 'gate' THEN '#ed8b00' ELSE '#7c2855' END, CASE p.kind WHEN 'gate' THEN '6 4' ELSE '2 3' END)
                ELSE format('<circle cx="90" cy="%s" r="5" fill="%s"/>', 408 + 20 * p.line - 8, CASE WHEN p.kind = 'today' THEN '#da291c' ELSE '#007f3b' END) END
                || format('<text x="110" y="%s">%s%s</text>', 408 + 20 * p.line - 4, @extschema@.chart_escape(p.label), CASE WHEN p.inside THEN '' ELSE ' (beyond this chart)' END), '' ORDER BY p.i) FROM placed p), ''))
         FROM scale s))
$$;
COMMENT ON FUNCTION chart_payment(text, jsonb, jsonb, text, text) IS
    'A line of payments in pounds, in drawing order, with marks. points: [{"x","y"}]; marks: [{"kind","label"[,"x"][,"y"]}], kind today (red point), point (green point), gate (vertical line at x) or cap (horizontal line at y); marks beyond the axes are named and not drawn. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION curve_corners(curve share_curve, base numeric, reach numeric DEFAULT NULL,
    OUT x numeric, OUT y numeric, OUT kind text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH band AS (
        SELECT s.side, b.band, b.lo * u.unit AS lo, b.hi * u.unit AS hi, b.rate_value AS rate,
               CASE WHEN b.gate LIKE '%\%' THEN trim(b.gate, '%')::numeric * base / 100 ELSE b.gate::numeric END AS gate,
               CASE WHEN b.cap LIKE '%\%' THEN trim(b.cap, '%')::numeric * base / 100 ELSE b.cap::numeric END AS cap
        FROM @extschema@.curve_bands(curve) b
        CROSS JOIN LATERAL (SELECT CASE WHEN b.unit = 'percent' THEN base / 100 ELSE 1 END AS unit) u
        CROSS JOIN LATERAL (SELECT unnest(CASE b.side WHEN 'gain' THEN '{1}' WHEN 'loss' THEN '{-1}' ELSE '{1,-1}' END::integer[]) AS side) s
    ), summed AS (
        SELECT b.*, coalesce(sum((b.hi - b.lo) * b.rate) OVER (PARTITION BY b.side ORDER BY b.band ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM band b
    ), corner AS (
        SELECT s.side, s.lo AS x, 'limit' AS kind FROM summed s WHERE s.lo > 0
        UNION SELECT s.side, s.hi, 'limit' FROM summed s WHERE s.hi IS NOT NULL
        UNION SELECT s.side, s.gate, 'gate' FROM summed s WHERE s.gate > 0
        -- where the cap begins to hold, not before the gate
        UNION SELECT s.side, greatest(s.lo + (s.cap - s.before) / s.rate, s.gate), 'cap' FROM summed s
              WHERE s.rate > 0 AND s.cap > s.before AND (s.hi IS NULL OR s.cap <= s.before + (s.hi - s.lo) * s.rate)
    ), edge AS (
        -- the range: a quarter more than the last corner, five hundredths of the base or a million where there is none
        SELECT greatest(curve_corners.reach, 1.25 * max(c.x), CASE WHEN max(c.x) IS NULL AND curve_corners.reach IS NULL THEN coalesce(nullif(base, 0) / 20, 1000000) END) AS x FROM corner c
    ), whole AS (
        SELECT c.side * round(c.x, 2) AS x, c.kind FROM corner c
        UNION ALL SELECT 0, 'zero' UNION ALL SELECT round(e.x * s.side, 2), 'end' FROM edge e CROSS JOIN (VALUES (1), (-1)) s (side)
    )
    SELECT w.x, v.y, w.kind
    FROM (SELECT DISTINCT ON (w.x) w.x, w.kind FROM whole w ORDER BY w.x, w.kind <> 'gate', w.kind <> 'cap') w
    -- before the gate nothing is paid, at it the share from the first pound
    CROSS JOIN LATERAL (SELECT 0.00 AS y, CASE WHEN w.x > 0 THEN 0 ELSE 2 END AS place WHERE w.kind = 'gate'
                        UNION ALL SELECT @extschema@.curve_share(curve, w.x, base), 1) v
    WHERE curve IS NOT NULL
    ORDER BY w.x, v.place
$$;
COMMENT ON FUNCTION curve_corners(share_curve, numeric, numeric) IS
    'The corners of a curve in pounds from left to right, enough to draw it: limits of bands, gates (once with nothing, once with the share), where caps begin to hold, both ends of a range that shows them all and at least reach on each side. kind limit, gate, cap, zero or end. No rows for a NULL curve.';

CREATE FUNCTION chart_share_curve(title text, curve share_curve, base numeric, x numeric DEFAULT NULL, x_label text DEFAULT 'saving (to the left of nothing: overspend)') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT @extschema@.chart_payment(title, p.points, CASE WHEN curve IS NOT NULL THEN p.marks END, x_label, 'share of the parties')
    FROM (SELECT jsonb_agg(jsonb_build_object('x', c.x, 'y', c.y)) AS points,
                 coalesce(jsonb_agg(jsonb_build_object('kind', 'gate', 'x', c.x, 'label', 'gate at ' || @extschema@.chart_number(c.x, 'gbp') || ': from here '
                             || @extschema@.chart_number(c.y, 'gbp')) ORDER BY c.x) FILTER (WHERE c.kind = 'gate' AND c.y <> 0), '[]')
                 || coalesce(jsonb_agg(jsonb_build_object('kind', 'cap', 'y', c.y, 'label', 'cap ' || @extschema@.chart_number(c.y, 'gbp') || ', reached at '
                             || @extschema@.chart_number(c.x, 'gbp')) ORDER BY c.x) FILTER (WHERE c.kind = 'cap'), '[]')
                 || CASE WHEN chart_share_curve.x IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('kind', 'today', 'x', chart_share_curve.x,
                             'y', @extschema@.curve_share(curve, chart_share_curve.x, base), 'label', 'today: ' || @extschema@.chart_number(chart_share_curve.x, 'gbp') || ' gives '
                             || @extschema@.chart_number(@extschema@.curve_share(curve, chart_share_curve.x, base), 'gbp'))) END AS marks
          FROM (SELECT k.* FROM @extschema@.curve_corners(curve, base, 1.25 * abs(chart_share_curve.x)) k) c) p
$$;
COMMENT ON FUNCTION chart_share_curve(text, share_curve, numeric, numeric, text) IS
    'What a curve pays for every result, gate and cap marked, with today''s difference x as a point where it is given. Percentages are of base. Returns SVG; errors as curve_share.';

CREATE FUNCTION chart_settlement_waterfall(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH step AS (
        SELECT r.ordinality::integer AS i, count(*) OVER ()::integer AS n, r.value ->> 'label' AS label, coalesce(r.value ->> 'note', '') AS note, r.value ->> 'kind' = 'total' AS is_total,
               CASE WHEN r.value ->> 'kind' = 'total' THEN 0 ELSE (r.value ->> 'from')::numeric END AS a, (r.value ->> 'to')::numeric AS b
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'kind', 'from', 'to')) WITH ORDINALITY r
    ), scale AS (
        SELECT least(min(least(a, b)), 0) AS lo, greatest(max(greatest(a, b)), 0) AS hi FROM step
    ), drawn AS (
        SELECT s.*, k.k, round(250 + (0 - c.lo) * k.k, 1) AS zero, round(250 + (least(a, b) - c.lo) * k.k, 1) AS x, greatest(round(abs(b - a) * k.k, 1), 1.5) AS width,
               round(250 + (b - c.lo) * k.k, 1) AS x_end
        FROM step s CROSS JOIN scale c CROSS JOIN LATERAL (SELECT 370 / CASE WHEN c.hi > c.lo THEN c.hi - c.lo ELSE 1 END AS k) k
    )
    SELECT @extschema@.chart_frame(title, (56 + 46 * count(*))::integer,
        format('<line x1="%1$s" x2="%1$s" y1="38" y2="%2$s" stroke="#768692"/>', max(zero), 40 + 46 * count(*))
        || string_agg(format('<text x="10" y="%s">%s</text><text x="10" y="%s" font-size="11" fill="#4c6272">%s</text><rect x="%s" y="%s" width="%s" height="26" fill="%s"/><text x="%s" y="%s" font-weight="bold">%s</text>',
            58 + 46 * (i - 1), @extschema@.chart_escape(@extschema@.chart_shorten(label, 34)), 73 + 46 * (i - 1), @extschema@.chart_escape(@extschema@.chart_shorten(note, 40)),
            x, 46 + 46 * (i - 1), width, CASE WHEN is_total THEN '#005eb8' WHEN b >= a THEN '#007f3b' ELSE '#da291c' END,
            x + width + 6, 64 + 46 * (i - 1), CASE WHEN NOT is_total AND b > a THEN '+' ELSE '' END || @extschema@.chart_number(CASE WHEN is_total THEN b ELSE b - a END, 'gbp'))
            -- what stands after a step is where the next one begins
            || CASE WHEN i < n THEN format('<line x1="%1$s" x2="%1$s" y1="%2$s" y2="%3$s" stroke="#768692" stroke-dasharray="2 3"/>', x_end, 72 + 46 * (i - 1), 92 + 46 * (i - 1)) ELSE '' END, '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_settlement_waterfall(text, jsonb) IS
    'How a settlement came about, one bar a step from top to bottom, each beginning where the last one ended. rows: [{"label","kind" (total or change),"from","to"[,"note"]}] in pounds. Totals are blue, what adds green, what takes red. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_distribution(title text, low numeric, high numeric, counts numeric[], marks jsonb DEFAULT NULL, x_label text DEFAULT 'settlement') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH bin AS (
        SELECT u.i::integer AS i, greatest(coalesce(u.count, 0), 0) AS count, cardinality(counts) AS n, sum(greatest(coalesce(u.count, 0), 0)) OVER () AS total, max(u.count) OVER () AS largest,
               low + (high - low) * (u.i - 1) / cardinality(counts) AS a, low + (high - low) * u.i / cardinality(counts) AS b
        FROM unnest(counts) WITH ORDINALITY u (count, i) WHERE high > low
    ), scale AS (
        SELECT t.ticks, t.ticks[1] AS lo, 650 / (t.ticks[cardinality(t.ticks)] - t.ticks[1]) AS k FROM (SELECT @extschema@.chart_ticks(low, high) AS ticks) t
    ), mark AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, (r.value ->> 'value')::numeric AS value
        FROM jsonb_array_elements(@extschema@.chart_rows(marks, 'label', 'value')) WITH ORDINALITY r
    )
    SELECT @extschema@.chart_frame(title, 328 + 18 * (SELECT count(*) FROM mark)::integer,
        (SELECT string_agg(format('<line x1="%1$s" x2="%1$s" y1="44" y2="270" stroke="%2$s"/><text x="%1$s" y="288" font-size="12" text-anchor="middle">%3$s</text>',
                round(80 + (t - s.lo) * s.k, 1), CASE WHEN t = 0 THEN '#768692' ELSE '#e8edee' END, @extschema@.chart_pounds(t)), '' ORDER BY t) FROM scale s, unnest(s.ticks) t)
        || string_agg(CASE WHEN b.count > 0 THEN format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>', round(80 + (b.a - s.lo) * s.k, 1), round(270 - 210 * b.count / b.largest, 1),
                greatest(round((b.b - b.a) * s.k, 1) - 1, 1), round(210 * b.count / b.largest, 1),
                CASE WHEN b.b <= 0 THEN '#da291c' ELSE '#005eb8' END) ELSE '' END, '' ORDER BY b.i)
        || format('<line x1="80" x2="730" y1="270" y2="270" stroke="#768692"/><text x="72" y="64" font-size="12" text-anchor="end">%s</text><text x="72" y="274" font-size="12" text-anchor="end">0%%</text><text x="405" y="310" text-anchor="middle">%s</text>',
                @extschema@.chart_percent(round(max(b.largest) / nullif(max(b.total), 0), 4)), @extschema@.chart_escape(x_label))
        || coalesce((SELECT string_agg(CASE WHEN m.value BETWEEN s.lo AND s.ticks[cardinality(s.ticks)] THEN format('<line x1="%1$s" x2="%1$s" y1="44" y2="270" stroke="#212b32" stroke-width="1.5" stroke-dasharray="%2$s"/>',
                round(80 + (m.value - s.lo) * s.k, 1), m.dash) ELSE '' END
                || format('<line x1="80" x2="100" y1="%1$s" y2="%1$s" stroke="#212b32" stroke-width="1.5" stroke-dasharray="%2$s"/><text x="110" y="%3$s">%4$s: %5$s</text>',
                    322 + 18 * m.i - 4, m.dash, 322 + 18 * m.i, @extschema@.chart_escape(m.label), @extschema@.chart_number(m.value, 'gbp')), '' ORDER BY m.i)
            FROM (SELECT k.*, (ARRAY['6 4', '2 3', '10 3', '10 3 2 3', '1 2'])[(k.i - 1) % 5 + 1] AS dash FROM mark k) m CROSS JOIN scale s), ''))
    FROM bin b CROSS JOIN scale s
$$;
COMMENT ON FUNCTION chart_distribution(text, numeric, numeric, numeric[], jsonb, text) IS
    'Histogram of outcomes in pounds: counts of equal bins from low to high; what lies below nothing is red. marks: [{"label","value"}], each a vertical line named below. The axis tells the share of the fullest bin. Returns SVG; raises 22023 for marks of another shape.';

CREATE FUNCTION chart_positions(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH account AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, coalesce((r.value ->> 'posted')::numeric, 0) AS posted, coalesce((r.value ->> 'paid')::numeric, 0) AS paid,
               coalesce((r.value ->> 'contested')::numeric, 0) AS contested
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'posted', 'paid')) WITH ORDINALITY r
    ), scale AS (
        SELECT 300 / greatest(max(greatest(posted, paid, 0)) - min(least(posted, paid, 0)), 1) AS k, min(least(posted, paid, 0)) AS lo FROM account
    ), drawn AS (
        SELECT a.*, s.k, round(190 + (0 - s.lo) * s.k, 1) AS zero FROM account a CROSS JOIN scale s
    )
    SELECT @extschema@.chart_frame(title, (92 + 50 * count(*))::integer,
        '<rect x="190" y="36" width="14" height="12" fill="#005eb8"/><text x="210" y="47">posted</text><rect x="290" y="36" width="14" height="12" fill="#99c7eb"/><text x="310" y="47">paid</text><rect x="380" y="36" width="14" height="12" fill="#ed8b00"/><text x="400" y="47">contested</text>'
        || string_agg(format('<text x="10" y="%s">%s</text><rect x="%s" y="%s" width="%s" height="16" fill="#005eb8"/><rect x="%s" y="%s" width="%s" height="16" fill="#99c7eb"/><rect x="%s" y="%s" width="%s" height="6" fill="#ed8b00"/>',
            84 + 50 * (i - 1), @extschema@.chart_escape(@extschema@.chart_shorten(label, 26)),
            zero + round(least(posted, 0) * k, 1), 66 + 50 * (i - 1), round(abs(posted) * k, 1),
            zero + round(least(paid, 0) * k, 1), 84 + 50 * (i - 1), round(abs(paid) * k, 1),
            -- held out of what was posted, counted from its end
            zero + CASE WHEN posted >= 0 THEN round((posted - contested) * k, 1) ELSE round(posted * k, 1) END, 71 + 50 * (i - 1), round(contested * k, 1))
            || format('<text x="510" y="%s" font-size="12">posted %s%s</text><text x="510" y="%s" font-size="12" fill="#4c6272">paid %s, open %s</text>',
            78 + 50 * (i - 1), @extschema@.chart_number(posted, 'gbp'), CASE WHEN contested > 0 THEN ', contested ' || @extschema@.chart_pounds(contested) ELSE '' END,
            96 + 50 * (i - 1), @extschema@.chart_number(paid, 'gbp'), @extschema@.chart_number(posted - paid, 'gbp')), '' ORDER BY i)
        || format('<line x1="%1$s" x2="%1$s" y1="58" y2="%2$s" stroke="#768692"/><text x="%1$s" y="%3$s" font-size="11" text-anchor="middle" fill="#4c6272">pays | receives</text>', max(zero), 62 + 50 * count(*), 78 + 50 * count(*)))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_positions(text, jsonb) IS
    'Where parties stand: posted above paid, to the right what a party receives, to the left what it pays; the contested part of what was posted is orange. rows: [{"label","posted","paid"[,"contested"]}] in pounds. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_pots(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH pot AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, greatest((r.value ->> 'pot')::numeric, 0) AS pot,
               CASE WHEN r.value ->> 'earned' IS NOT NULL THEN greatest((r.value ->> 'earned')::numeric, 0) END AS earned, coalesce(r.value ->> 'note', '') AS note
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'pot', 'earned')) WITH ORDINALITY r
    ), drawn AS (
        SELECT p.*, 330 / nullif(max(greatest(p.pot, p.earned)) OVER (), 0) AS k FROM pot p
    )
    SELECT @extschema@.chart_frame(title, (72 + 40 * count(*))::integer,
        '<rect x="190" y="36" width="14" height="12" fill="#007f3b"/><text x="210" y="47">earned</text><rect x="290" y="36.5" width="14" height="11" fill="#f0f4f5" stroke="#4c6272"/><text x="310" y="47">at risk</text>'
        || string_agg(format('<text x="10" y="%s">%s</text><text x="10" y="%s" font-size="11" fill="#4c6272">%s</text><rect x="190.5" y="%s" width="%s" height="20" fill="#f0f4f5" stroke="#4c6272"/><rect x="191" y="%s" width="%s" height="19" fill="#007f3b"/><text x="%s" y="%s" font-size="12">%s</text>',
            72 + 40 * (i - 1), @extschema@.chart_escape(@extschema@.chart_shorten(label, 26)), 86 + 40 * (i - 1), @extschema@.chart_escape(@extschema@.chart_shorten(note, 32)),
            62.5 + 40 * (i - 1), coalesce(round(pot * k, 1), 0), 63 + 40 * (i - 1), coalesce(round(earned * k, 1), 0),
            198 + coalesce(round(greatest(pot, earned) * k, 1), 0), 77 + 40 * (i - 1),
            CASE WHEN earned IS NULL THEN 'not known of ' ELSE @extschema@.chart_number(earned, 'gbp') || ' of ' END || @extschema@.chart_number(pot, 'gbp')
            || CASE WHEN pot > 0 AND earned IS NOT NULL THEN ', ' || @extschema@.chart_percent(round(earned / pot, 4)) ELSE '' END), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_pots(text, jsonb) IS
    'Money at risk and how much of it is earned, one pot a row in the order given. rows: [{"label","pot","earned"[,"note"]}] in pounds; an earned of NULL prints "not known". Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_settlement(title text, terms settlement_terms, inputs settlement_inputs, detail settlement_detail DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    now_stands record := @extschema@.settled(terms, inputs, detail);
    points jsonb;
    marks jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('x', p.difference, 'y', p.share) ORDER BY p.difference) INTO points FROM @extschema@.settlement_points(terms, inputs, detail) p;
    SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 'gate', 'x', g.difference + CASE g.side WHEN 'gain' THEN g.distance ELSE - g.distance END,
               'label', CASE g.side WHEN 'gain' THEN 'gate for gains at ' ELSE 'gate for losses at ' END || @extschema@.chart_number(g.gate, 'gbp')
                   || CASE WHEN g.met THEN ', passed by ' || @extschema@.chart_number(- g.distance, 'gbp')
                           WHEN (g.side = 'gain') = (g.difference > 0) THEN ', short by ' || @extschema@.chart_number(g.distance, 'gbp') ELSE '' END
                   || ': at the gate the settlement is ' || @extschema@.chart_number(g.settlement_at_gate, 'gbp')) ORDER BY g.side), '[]')
    INTO marks FROM @extschema@.gate_distance(terms, inputs, detail) g;
    IF now_stands.cap IS NOT NULL THEN
        marks := marks || jsonb_build_object('kind', 'cap', 'y', sign(now_stands.difference) * now_stands.cap, 'label', 'cap ' || @extschema@.chart_number(now_stands.cap, 'gbp'));
    END IF;
    RETURN @extschema@.chart_payment(title, points, marks || jsonb_build_object('kind', 'today', 'x', now_stands.difference, 'y', now_stands.share,
               'label', 'this statement: difference ' || @extschema@.chart_number(now_stands.difference, 'gbp') || ' gives ' || @extschema@.chart_number(now_stands.share, 'gbp')),
               CASE WHEN terms.measure = 'actual - benchmark' THEN 'actual less benchmark' ELSE 'benchmark less actual' END, 'share of the parties');
END
$$;
COMMENT ON FUNCTION chart_settlement(text, settlement_terms, settlement_inputs, settlement_detail) IS
    'What terms pay for every result, all their clauses applied, with gates, cap and the result of these inputs marked. Returns SVG; errors as settle.';

CREATE FUNCTION chart_simulation(title text, simulation settlement_simulation, x_label text DEFAULT 'settlement') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT @extschema@.chart_distribution(title, (simulation).bin_from, (simulation).bin_from + cardinality((simulation).histogram) * greatest((simulation).bin_width, 0.01), (simulation).histogram,
        jsonb_build_array(jsonb_build_object('label', 'one in twenty is below', 'value', (simulation).p05), jsonb_build_object('label', 'half are below', 'value', (simulation).p50),
                          jsonb_build_object('label', 'mean', 'value', (simulation).mean), jsonb_build_object('label', 'one in twenty is above', 'value', (simulation).p95)),
        x_label || ': gain in ' || @extschema@.chart_percent((simulation).p_gain) || ', loss in ' || @extschema@.chart_percent((simulation).p_loss) || ', nothing in ' || @extschema@.chart_percent((simulation).p_nothing)
        || ' of ' || to_char((simulation).draws, 'FM9,999,990') || ' draws')
$$;
COMMENT ON FUNCTION chart_simulation(text, settlement_simulation, text) IS
    'The outcome of simulate_settlement as a histogram with its mean, median and the ends of nine tenths, and how often there is a gain, a loss or nothing. Returns SVG; "no data" for NULL.';
