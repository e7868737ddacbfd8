-- Why did it move? From one statement of the claims to the next, line by line, to the penny.
--
-- A slice is one dataset, provider, commissioner and month. Amounts of lines are rounded to the penny first, so that everything adds up.
-- A line of the earlier position is found again in the later one by its key, else by its event: then with the same codes (in another
-- month), with the same point of delivery, in the same month, at all. What changed on it takes its part in this order:
--   moved commissioner, moved month, remapped   the old amount goes from one cell to the other
--   re-coded                                    the old amount follows the code; the new unit price at the old units and factor
--   re-priced                                   the rest: price under the same codes, units, factor, total
-- What is found on one side alone is new or withdrawn.

CREATE VIEW @icb@.accepted_slice AS
SELECT s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month, s.submission_id, s.status,
       coalesce(s.released_at, b.loaded_at, b.received_at) AS accepted_at
FROM @icb@.submission_slice s
JOIN @icb@.submission b ON b.submission_id = s.submission_id
WHERE s.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM') AND s.status IN ('current', 'superseded') AND s.held_reason IS NULL;
COMMENT ON VIEW @icb@.accepted_slice IS 'Statements of claims that are or were the current position: all but those held and never released.';
COMMENT ON COLUMN @icb@.accepted_slice.accepted_at IS 'When it became current: when its file was loaded, or when it was released.';

CREATE VIEW @icb@.latest_slice_pair AS
SELECT c.dataset, c.provider_code, c.commissioner_code, c.financial_year, c.month,
       (SELECT o.submission_id FROM @icb@.accepted_slice o
        WHERE o.dataset = c.dataset AND o.provider_code = c.provider_code AND o.commissioner_code = c.commissioner_code
          AND o.financial_year = c.financial_year AND o.month = c.month AND o.status = 'superseded'
        ORDER BY o.accepted_at DESC, o.submission_id DESC LIMIT 1) AS opening_submission,
       c.submission_id AS closing_submission,
       (SELECT max(h.submission_id) FROM @icb@.submission_slice h
        WHERE h.dataset = c.dataset AND h.provider_code = c.provider_code AND h.commissioner_code = c.commissioner_code
          AND h.financial_year = c.financial_year AND h.month = c.month AND h.status = 'held') AS held_submission,
       r.submission_id IS NOT NULL AS left_out
FROM @icb@.accepted_slice c
LEFT JOIN @icb@.slice_not_restated r
  ON r.submission_id = c.submission_id AND r.dataset = c.dataset AND r.provider_code = c.provider_code AND r.commissioner_code = c.commissioner_code
 AND r.financial_year = c.financial_year AND r.month = c.month
WHERE c.status = 'current';
COMMENT ON VIEW @icb@.latest_slice_pair IS 'For every slice of the current position the statement that holds and the one before it.';
COMMENT ON COLUMN @icb@.latest_slice_pair.opening_submission IS 'Statement of the earlier position; NULL: the slice was not stated yet.';
COMMENT ON COLUMN @icb@.latest_slice_pair.closing_submission IS 'Statement of the later position.';
COMMENT ON COLUMN @icb@.latest_slice_pair.held_submission IS 'Later statement that is held, NULL when there is none.';
COMMENT ON COLUMN @icb@.latest_slice_pair.left_out IS 'A later file restates other months of the same file and leaves this one out.';

CREATE FUNCTION @icb@.slice_pair(from_submission bigint, to_submission bigint) RETURNS SETOF @icb@.latest_slice_pair
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
AS $$
DECLARE
    unknown bigint := (SELECT u.id FROM pg_catalog.unnest(ARRAY[from_submission, to_submission]) AS u (id)
                       WHERE NOT EXISTS (SELECT FROM @icb@.submission b WHERE b.submission_id = u.id) LIMIT 1);
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown submission %', unknown
            USING ERRCODE = 'undefined_object', HINT = 'The view @icb_reporting@.load_file lists the files received.';
    END IF;
    RETURN QUERY
    SELECT g.dataset, g.provider_code, g.commissioner_code, g.financial_year, g.month, g.opening, g.closing,
           CASE WHEN g.held > coalesce(g.closing, 0) THEN g.held END,
           g.closing <> to_submission AND EXISTS (
               SELECT FROM @icb@.submission_slice e
               JOIN @icb@.submission_slice n ON n.dataset = e.dataset AND n.provider_code = e.provider_code AND n.commissioner_code = e.commissioner_code
                AND n.financial_year = e.financial_year AND n.month = e.month AND n.submission_id = to_submission
               WHERE e.submission_id = g.closing AND e.dataset = g.dataset AND e.provider_code = g.provider_code
                 AND e.commissioner_code = g.commissioner_code AND e.financial_year = g.financial_year)
           AND NOT EXISTS (
               SELECT FROM @icb@.submission_slice n
               WHERE n.submission_id = to_submission AND n.dataset = g.dataset AND n.provider_code = g.provider_code
                 AND n.commissioner_code = g.commissioner_code AND n.financial_year = g.financial_year AND n.month = g.month)
    FROM (SELECT s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month,
                 max(a.submission_id) FILTER (WHERE a.submission_id <= from_submission) AS opening, max(a.submission_id) AS closing,
                 max(s.submission_id) FILTER (WHERE s.status = 'held') AS held
          FROM @icb@.submission_slice s
          LEFT JOIN @icb@.accepted_slice a
            ON a.submission_id = s.submission_id AND a.dataset = s.dataset AND a.provider_code = s.provider_code
           AND a.commissioner_code = s.commissioner_code AND a.financial_year = s.financial_year AND a.month = s.month
          WHERE s.submission_id <= to_submission AND s.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM')
            AND EXISTS (SELECT FROM @icb@.submission_slice f
                        WHERE f.submission_id IN (from_submission, to_submission) AND f.dataset = s.dataset AND f.provider_code = s.provider_code)
          GROUP BY s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month) g
    WHERE g.opening IS NOT NULL OR g.closing IS NOT NULL OR g.held IS NOT NULL;
END
$$;
COMMENT ON FUNCTION @icb@.slice_pair(bigint, bigint) IS
    'The slices of the providers of two files as they stood when each of them had been loaded, in the order of the files. Raises 42704 for an unknown file.';

CREATE FUNCTION @icb@.slice_pair_at(opening_at timestamptz, closing_at timestamptz) RETURNS SETOF @icb@.latest_slice_pair
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    SELECT s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month, o.submission_id, c.submission_id,
           (SELECT max(h.submission_id)
            FROM @icb@.submission_slice h
            JOIN @icb@.submission b ON b.submission_id = h.submission_id
            WHERE h.dataset = s.dataset AND h.provider_code = s.provider_code AND h.commissioner_code = s.commissioner_code
              AND h.financial_year = s.financial_year AND h.month = s.month AND (h.status = 'held' OR h.released_at > closing_at)
              AND coalesce(b.loaded_at, b.received_at) <= closing_at),
           false
    FROM (SELECT DISTINCT x.dataset, x.provider_code, x.commissioner_code, x.financial_year, x.month FROM @icb@.accepted_slice x) s
    LEFT JOIN LATERAL (SELECT x.submission_id FROM @icb@.accepted_slice x
                       WHERE x.dataset = s.dataset AND x.provider_code = s.provider_code AND x.commissioner_code = s.commissioner_code
                         AND x.financial_year = s.financial_year AND x.month = s.month AND x.accepted_at <= opening_at
                       ORDER BY x.accepted_at DESC, x.submission_id DESC LIMIT 1) o ON true
    LEFT JOIN LATERAL (SELECT x.submission_id FROM @icb@.accepted_slice x
                       WHERE x.dataset = s.dataset AND x.provider_code = s.provider_code AND x.commissioner_code = s.commissioner_code
                         AND x.financial_year = s.financial_year AND x.month = s.month AND x.accepted_at <= closing_at
                       ORDER BY x.accepted_at DESC, x.submission_id DESC LIMIT 1) c ON true
    WHERE o.submission_id IS NOT NULL OR c.submission_id IS NOT NULL;
END;
COMMENT ON FUNCTION @icb@.slice_pair_at(timestamptz, timestamptz) IS 'All slices as they stood at two moments.';

-- Line by line ----------------------------------------------------------------------------------

CREATE FUNCTION @icb@.restatement_change(slices @icb@.latest_slice_pair[])
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, part text,
                   amount_gbp numeric, line_key text, opening_submission bigint, opening_line bigint, closing_submission bigint, closing_line bigint,
                   opening_gbp numeric, closing_gbp numeric, what_changed text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000
    -- how much is left after a round cannot be foreseen; taken for nothing, it would be compared line by line
    SET enable_nestloop = off
AS $$
DECLARE
    -- what makes a line that was not found by its key and slice the same line; each round takes from what the ones before left
    keys text[] := ARRAY[
        'x.line_key',
        'pg_catalog.concat_ws(''|'', x.provider_code, x.event, x.pod_sent, x.hrg_was, x.treatment_function_was)',
        'pg_catalog.concat_ws(''|'', x.provider_code, x.event, x.pod_sent, x.financial_year, x.month)',
        'pg_catalog.concat_ws(''|'', x.provider_code, x.event, x.pod_sent)',
        'pg_catalog.concat_ws(''|'', x.provider_code, x.event, x.financial_year, x.month)',
        'pg_catalog.concat_ws(''|'', x.provider_code, x.event)'];
    rounds text := '';
    pairs text := 'SELECT s.* FROM same s';
    lines text := $q$
        SELECT l.submission_id, l.line_no, l.line_key, p.dataset, l.provider_code, l.commissioner_code, l.financial_year, l.month, l.pod,
               coalesce(l.codes_sent ->> 'pod', l.pod) AS pod_sent,
               coalesce(l.codes_sent ->> 'hrg', l.hrg_sent, '') AS hrg_was, coalesce(l.codes_sent ->> 'treatment_function', l.treatment_function, '') AS treatment_function_was,
               coalesce(l.hrg_sent, '') AS hrg_sent, coalesce(l.treatment_function, '') AS treatment_function,
               l.units, l.unit_price, l.market_forces_factor AS factor, pg_catalog.round(l.total_cost, 2) AS amount,
               coalesce(l.cds_id, l.provider_event_id, pg_catalog.concat_ws('|', l.person_id, l.start_date, l.site_code)) AS event
        FROM pair p
        JOIN @icb@.invoice_line l
          ON l.submission_id = p.%1$s_submission AND l.provider_code = p.provider_code AND l.commissioner_code = p.commissioner_code
         AND l.financial_year = p.financial_year AND l.month = p.month$q$;
BEGIN
    FOR i IN 1 .. pg_catalog.cardinality(keys) LOOP
        rounds := rounds || pg_catalog.format($q$,
        pair%1$s AS MATERIALIZED (
            SELECT o.submission_id AS o_submission, o.line_no AS o_line, c.submission_id AS c_submission, c.line_no AS c_line
            FROM (SELECT x.*, %3$s AS key, pg_catalog.row_number() OVER (PARTITION BY %3$s ORDER BY x.amount, x.submission_id, x.line_no) AS n FROM gone%2$s x) o
            JOIN (SELECT x.*, %3$s AS key, pg_catalog.row_number() OVER (PARTITION BY %3$s ORDER BY x.amount, x.submission_id, x.line_no) AS n FROM come%2$s x) c
              ON c.key = o.key AND c.n = o.n
        ), gone%1$s AS MATERIALIZED (
            SELECT x.* FROM gone%2$s x WHERE NOT EXISTS (SELECT FROM pair%1$s m WHERE m.o_submission = x.submission_id AND m.o_line = x.line_no)
        ), come%1$s AS MATERIALIZED (
            SELECT x.* FROM come%2$s x WHERE NOT EXISTS (SELECT FROM pair%1$s m WHERE m.c_submission = x.submission_id AND m.c_line = x.line_no)
        )$q$, i, i - 1, keys[i]);
        pairs := pairs || pg_catalog.format(' UNION ALL SELECT m.* FROM pair%s m', i);
    END LOOP;
    RETURN QUERY EXECUTE
        'WITH pair AS MATERIALIZED (SELECT u.* FROM pg_catalog.unnest($1) AS u
                                    WHERE coalesce(u.opening_submission, 0) <> coalesce(u.closing_submission, 0)),
              opening AS MATERIALIZED (' || pg_catalog.format(lines, 'opening') || '),
              closing AS MATERIALIZED (' || pg_catalog.format(lines, 'closing') || '),' || $q$
        same AS MATERIALIZED (
            SELECT o.submission_id AS o_submission, o.line_no AS o_line, c.submission_id AS c_submission, c.line_no AS c_line
            FROM opening o
            JOIN closing c ON c.line_key = o.line_key AND c.dataset = o.dataset AND c.commissioner_code = o.commissioner_code
        ), gone0 AS MATERIALIZED (
            SELECT x.* FROM opening x WHERE NOT EXISTS (SELECT FROM same m WHERE m.o_submission = x.submission_id AND m.o_line = x.line_no)
        ), come0 AS MATERIALIZED (
            SELECT x.* FROM closing x WHERE NOT EXISTS (SELECT FROM same m WHERE m.c_submission = x.submission_id AND m.c_line = x.line_no)
        )$q$ || rounds || ', matched AS (' || pairs || $q$), changed AS (
            SELECT o.dataset, o.provider_code, c.line_key,
                   o.commissioner_code AS commissioner_0, c.commissioner_code AS commissioner_1, o.financial_year AS year_0, c.financial_year AS year_1,
                   o.month AS month_0, c.month AS month_1, o.pod AS pod_0, c.pod AS pod_1, o.submission_id AS o_submission, o.line_no AS o_line,
                   c.submission_id AS c_submission, c.line_no AS c_line, o.amount AS amount_0, c.amount AS amount_1,
                   o.commissioner_code <> c.commissioner_code AS moved, (o.financial_year, o.month) <> (c.financial_year, c.month) AS month_moved,
                   o.pod_sent = c.pod_sent AND o.pod <> c.pod OR o.hrg_was = c.hrg_was AND o.hrg_sent <> c.hrg_sent
                   OR o.treatment_function_was = c.treatment_function_was AND o.treatment_function <> c.treatment_function AS remapped,
                   o.pod_sent <> c.pod_sent AS pod_changed,
                   o.pod_sent <> c.pod_sent OR o.hrg_was <> c.hrg_was OR o.treatment_function_was <> c.treatment_function_was AS recoded,
                   coalesce(pg_catalog.round((c.unit_price - o.unit_price) * o.units * coalesce(o.factor, 1), 2), c.amount - o.amount) AS code_effect,
                   pg_catalog.concat_ws('; ',
                       CASE WHEN o.commissioner_code <> c.commissioner_code THEN pg_catalog.format('commissioner %s to %s', o.commissioner_code, c.commissioner_code) END,
                       CASE WHEN (o.financial_year, o.month) <> (c.financial_year, c.month)
                            THEN pg_catalog.format('month %s of %s to %s of %s', o.month, o.financial_year, c.month, c.financial_year) END,
                       CASE WHEN o.pod_sent <> c.pod_sent THEN pg_catalog.format('point of delivery %s to %s', o.pod_sent, c.pod_sent)
                            WHEN o.pod <> c.pod THEN pg_catalog.format('point of delivery %s read as %s, then %s', o.pod_sent, o.pod, c.pod) END,
                       CASE WHEN o.hrg_was <> c.hrg_was THEN pg_catalog.format('HRG %s to %s', nullif(o.hrg_was, ''), nullif(c.hrg_was, ''))
                            WHEN o.hrg_sent <> c.hrg_sent THEN pg_catalog.format('HRG %s read as %s, then %s', o.hrg_was, o.hrg_sent, c.hrg_sent) END,
                       CASE WHEN o.treatment_function_was <> c.treatment_function_was
                            THEN pg_catalog.format('treatment function %s to %s', nullif(o.treatment_function_was, ''), nullif(c.treatment_function_was, ''))
                            WHEN o.treatment_function <> c.treatment_function
                            THEN pg_catalog.format('treatment function %s read as %s, then %s', o.treatment_function_was, o.treatment_function, c.treatment_function) END,
                       CASE WHEN coalesce(o.units, 0) <> coalesce(c.units, 0) THEN pg_catalog.format('units %s to %s', pg_catalog.trim_scale(o.units), pg_catalog.trim_scale(c.units)) END,
                       CASE WHEN coalesce(o.unit_price, 0) <> coalesce(c.unit_price, 0)
                            THEN pg_catalog.format('unit price %s to %s', pg_catalog.trim_scale(o.unit_price), pg_catalog.trim_scale(c.unit_price)) END,
                       CASE WHEN coalesce(o.factor, 0) <> coalesce(c.factor, 0) THEN pg_catalog.format('factor %s to %s', pg_catalog.trim_scale(o.factor), pg_catalog.trim_scale(c.factor)) END,
                       CASE WHEN o.amount <> c.amount THEN pg_catalog.format('total %s to %s', o.amount, c.amount) END) AS what_changed
            FROM matched m
            JOIN opening o ON o.submission_id = m.o_submission AND o.line_no = m.o_line
            JOIN closing c ON c.submission_id = m.c_submission AND c.line_no = m.c_line
            WHERE o.commissioner_code <> c.commissioner_code OR o.financial_year <> c.financial_year
               OR o.month <> c.month OR o.pod_sent <> c.pod_sent OR o.pod <> c.pod OR o.hrg_was <> c.hrg_was OR o.hrg_sent <> c.hrg_sent
               OR o.treatment_function_was <> c.treatment_function_was OR o.treatment_function <> c.treatment_function OR o.amount <> c.amount
        )
        SELECT k.dataset, k.provider_code, v.commissioner_code, v.financial_year, v.month, v.pod, v.part, v.amount, k.line_key,
               k.o_submission, k.o_line, k.c_submission, k.c_line, k.amount_0, k.amount_1, k.what_changed
        FROM changed k
        CROSS JOIN LATERAL (SELECT CASE WHEN k.pod_changed THEN k.pod_0 ELSE k.pod_1 END AS pod_m,
                                   CASE WHEN k.recoded THEN k.code_effect ELSE 0 END AS code_effect) t
        CROSS JOIN LATERAL (VALUES
            ('moved commissioner', k.moved, k.commissioner_0, k.year_0, k.month_0, k.pod_0, -k.amount_0),
            ('moved commissioner', k.moved, k.commissioner_1, k.year_0, k.month_0, k.pod_0, k.amount_0),
            ('moved month', k.month_moved, k.commissioner_1, k.year_0, k.month_0, k.pod_0, -k.amount_0),
            ('moved month', k.month_moved, k.commissioner_1, k.year_1, k.month_1, k.pod_0, k.amount_0),
            ('remapped', k.remapped, k.commissioner_1, k.year_1, k.month_1, k.pod_0, -k.amount_0),
            ('remapped', k.remapped, k.commissioner_1, k.year_1, k.month_1, t.pod_m, k.amount_0),
            ('re-coded', k.pod_changed, k.commissioner_1, k.year_1, k.month_1, k.pod_0, -k.amount_0),
            ('re-coded', k.recoded, k.commissioner_1, k.year_1, k.month_1, k.pod_1, CASE WHEN k.pod_changed THEN k.amount_0 ELSE 0 END + t.code_effect),
            ('re-priced', k.amount_1 - k.amount_0 <> t.code_effect, k.commissioner_1, k.year_1, k.month_1, k.pod_1, k.amount_1 - k.amount_0 - t.code_effect)
            ) AS v (part, applies, commissioner_code, financial_year, month, pod, amount)
        WHERE v.applies
        UNION ALL
        SELECT x.dataset, x.provider_code, x.commissioner_code, x.financial_year, x.month, x.pod, 'withdrawn', -x.amount, x.line_key,
               x.submission_id, x.line_no, NULL, NULL, x.amount, NULL, NULL
        FROM gone$q$ || pg_catalog.cardinality(keys) || $q$ x
        UNION ALL
        SELECT x.dataset, x.provider_code, x.commissioner_code, x.financial_year, x.month, x.pod, 'new', x.amount, x.line_key,
               NULL, NULL, x.submission_id, x.line_no, NULL, x.amount, NULL
        FROM come$q$ || pg_catalog.cardinality(keys) || ' x' USING slices;
END
$$;
COMMENT ON FUNCTION @icb@.restatement_change(@icb@.latest_slice_pair[]) IS
    'What changed between two positions, one row per line, part and cell (commissioner, month, point of delivery): new, withdrawn, moved commissioner, moved month, remapped (code_map reads the same code differently), re-coded, re-priced. The parts of a cell add up to its closing less its opening amount. Lines that are equal have no row.';

CREATE FUNCTION @icb@.restatement_cell(slices @icb@.latest_slice_pair[])
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, state text,
                   opening_lines bigint, opening_gbp numeric, new_gbp numeric, withdrawn_gbp numeric, recoded_gbp numeric, repriced_gbp numeric,
                   moved_commissioner_gbp numeric, moved_month_gbp numeric, remapped_gbp numeric, closing_gbp numeric, closing_lines bigint, held_gbp numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
    SET enable_nestloop = off
BEGIN ATOMIC
    WITH pair AS MATERIALIZED (
        SELECT u.* FROM pg_catalog.unnest(slices) AS u
    ), part AS (
        SELECT p.dataset, p.provider_code, p.commissioner_code, p.financial_year, p.month, l.pod, s.side, NULL::text AS part,
               pg_catalog.count(*) AS lines, pg_catalog.sum(pg_catalog.round(l.total_cost, 2)) AS amount
        FROM pair p
        CROSS JOIN LATERAL (VALUES ('opening', p.opening_submission), ('closing', p.closing_submission), ('held', p.held_submission)) AS s (side, submission_id)
        JOIN @icb@.invoice_line l
          ON l.submission_id = s.submission_id AND l.provider_code = p.provider_code AND l.commissioner_code = p.commissioner_code
         AND l.financial_year = p.financial_year AND l.month = p.month
        GROUP BY p.dataset, p.provider_code, p.commissioner_code, p.financial_year, p.month, l.pod, s.side
        UNION ALL
        SELECT c.dataset, c.provider_code, c.commissioner_code, c.financial_year, c.month, c.pod, 'change', c.part, 0, pg_catalog.sum(c.amount_gbp)
        FROM @icb@.restatement_change(slices) c
        GROUP BY c.dataset, c.provider_code, c.commissioner_code, c.financial_year, c.month, c.pod, c.part
    ), cell AS (
        SELECT x.dataset, x.provider_code, x.commissioner_code, x.financial_year, x.month, x.pod,
               coalesce(pg_catalog.sum(x.lines) FILTER (WHERE x.side = 'opening'), 0)::bigint AS opening_lines,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.side = 'opening'), 0) AS opening_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 'new'), 0) AS new_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 'withdrawn'), 0) AS withdrawn_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 're-coded'), 0) AS recoded_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 're-priced'), 0) AS repriced_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 'moved commissioner'), 0) AS moved_commissioner_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 'moved month'), 0) AS moved_month_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.part = 'remapped'), 0) AS remapped_gbp,
               coalesce(pg_catalog.sum(x.amount) FILTER (WHERE x.side = 'closing'), 0) AS closing_gbp,
               coalesce(pg_catalog.sum(x.lines) FILTER (WHERE x.side = 'closing'), 0)::bigint AS closing_lines,
               pg_catalog.sum(x.amount) FILTER (WHERE x.side = 'held') AS held_gbp
        FROM part x
        GROUP BY x.dataset, x.provider_code, x.commissioner_code, x.financial_year, x.month, x.pod
    )
    SELECT c.dataset, c.provider_code, c.commissioner_code, c.financial_year, c.month, c.pod,
           CASE WHEN p.held_submission IS NOT NULL THEN 'held'
                WHEN p.left_out THEN 'left out'
                WHEN p.dataset IS NULL OR p.opening_submission <> p.closing_submission THEN 'restated'
                WHEN p.opening_submission IS NULL THEN 'first statement'
                ELSE 'not restated' END,
           c.opening_lines, c.opening_gbp, c.new_gbp, c.withdrawn_gbp, c.recoded_gbp, c.repriced_gbp, c.moved_commissioner_gbp, c.moved_month_gbp,
           c.remapped_gbp, c.closing_gbp, c.closing_lines, c.held_gbp
    FROM cell c
    LEFT JOIN pair p ON p.dataset = c.dataset AND p.provider_code = c.provider_code AND p.commissioner_code = c.commissioner_code
                    AND p.financial_year = c.financial_year AND p.month = c.month;
END;
COMMENT ON FUNCTION @icb@.restatement_cell(@icb@.latest_slice_pair[]) IS
    'The bridge between two positions by provider, commissioner, month and point of delivery: opening amount, the parts of restatement_change, closing amount. Opening and parts add up to closing in every row.';

-- What is asked for -------------------------------------------------------------------------------

CREATE FUNCTION @icb@.restatement_lines(from_submission bigint, to_submission bigint)
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, part text,
                   amount_gbp numeric, line_key text, opening_submission bigint, opening_line bigint, closing_submission bigint, closing_line bigint,
                   opening_gbp numeric, closing_gbp numeric, what_changed text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    SELECT c.* FROM @icb@.restatement_change(ARRAY(SELECT p FROM @icb@.slice_pair(from_submission, to_submission) p)) c;
END;
COMMENT ON FUNCTION @icb@.restatement_lines(bigint, bigint) IS
    'The lines behind restatement_bridge of the same two files: what changed on each, and what it did to which cell. Raises 42704 for an unknown file.';

CREATE FUNCTION @icb@.restatement_lines_at(opening_at timestamptz, closing_at timestamptz)
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, part text,
                   amount_gbp numeric, line_key text, opening_submission bigint, opening_line bigint, closing_submission bigint, closing_line bigint,
                   opening_gbp numeric, closing_gbp numeric, what_changed text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10000
BEGIN ATOMIC
    SELECT c.* FROM @icb@.restatement_change(ARRAY(SELECT p FROM @icb@.slice_pair_at(opening_at, closing_at) p)) c;
END;
COMMENT ON FUNCTION @icb@.restatement_lines_at(timestamptz, timestamptz) IS 'The lines behind restatement_bridge_at of the same two moments.';

CREATE FUNCTION @icb@.restatement_bridge(from_submission bigint, to_submission bigint)
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, state text,
                   opening_lines bigint, opening_gbp numeric, new_gbp numeric, withdrawn_gbp numeric, recoded_gbp numeric, repriced_gbp numeric,
                   moved_commissioner_gbp numeric, moved_month_gbp numeric, remapped_gbp numeric, closing_gbp numeric, closing_lines bigint, held_gbp numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    SELECT c.* FROM @icb@.restatement_cell(ARRAY(SELECT p FROM @icb@.slice_pair(from_submission, to_submission) p)) c
    ORDER BY c.dataset, c.provider_code, c.commissioner_code, c.financial_year, c.month, c.pod;
END;
COMMENT ON FUNCTION @icb@.restatement_bridge(bigint, bigint) IS
    'Why the claims of the providers of two files moved from the position after the first file to that after the second: restatement_cell. A month that the second file leaves out stays as it was and is told as left out; a held one shows what it would be. Raises 42704 for an unknown file.';

CREATE FUNCTION @icb@.restatement_bridge_at(opening_at timestamptz, closing_at timestamptz)
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, state text,
                   opening_lines bigint, opening_gbp numeric, new_gbp numeric, withdrawn_gbp numeric, recoded_gbp numeric, repriced_gbp numeric,
                   moved_commissioner_gbp numeric, moved_month_gbp numeric, remapped_gbp numeric, closing_gbp numeric, closing_lines bigint, held_gbp numeric)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
BEGIN ATOMIC
    SELECT c.* FROM @icb@.restatement_cell(ARRAY(SELECT p FROM @icb@.slice_pair_at(opening_at, closing_at) p)) c
    ORDER BY c.dataset, c.provider_code, c.commissioner_code, c.financial_year, c.month, c.pod;
END;
COMMENT ON FUNCTION @icb@.restatement_bridge_at(timestamptz, timestamptz) IS
    'Why the claims of all providers moved from the position at one moment to that at another: restatement_cell.';

-- Sums over many lines: a dashboard needs no rights on lines.
CREATE FUNCTION @icb@.restatement_latest()
    RETURNS TABLE (dataset text, provider_code text, commissioner_code text, financial_year text, month integer, pod text, state text,
                   opening_lines bigint, opening_gbp numeric, new_gbp numeric, withdrawn_gbp numeric, recoded_gbp numeric, repriced_gbp numeric,
                   moved_commissioner_gbp numeric, moved_month_gbp numeric, remapped_gbp numeric, closing_gbp numeric, closing_lines bigint, held_gbp numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT c.* FROM @icb@.restatement_cell(ARRAY(SELECT p FROM @icb@.latest_slice_pair p)) c;
END
$$;
COMMENT ON FUNCTION @icb@.restatement_latest() IS 'restatement_cell between the last two statements of every slice of the current position.';

CREATE VIEW @icb_reporting@.restatement WITH (security_barrier = true) AS
SELECT r.dataset::text AS dataset, r.provider_code::text AS provider_code, r.commissioner_code::text AS commissioner_code,
       @icb@.financial_month_start(r.financial_year, r.month)::date AS activity_month, r.pod::text AS pod, r.state::text AS state,
       r.opening_lines::bigint AS opening_lines, r.opening_gbp::numeric(16,2) AS opening_gbp, r.new_gbp::numeric(16,2) AS new_gbp,
       r.withdrawn_gbp::numeric(16,2) AS withdrawn_gbp, r.recoded_gbp::numeric(16,2) AS recoded_gbp, r.repriced_gbp::numeric(16,2) AS repriced_gbp,
       r.moved_commissioner_gbp::numeric(16,2) AS moved_commissioner_gbp, r.moved_month_gbp::numeric(16,2) AS moved_month_gbp,
       r.remapped_gbp::numeric(16,2) AS remapped_gbp, r.closing_gbp::numeric(16,2) AS closing_gbp, r.closing_lines::bigint AS closing_lines,
       r.held_gbp::numeric(16,2) AS held_gbp
FROM @icb@.restatement_latest() r;
COMMENT ON VIEW @icb_reporting@.restatement IS
    'Why did it move? The last two statements of every slice: opening + new + withdrawn + re-coded + re-priced + moved commissioner + moved month + remapped = closing, in every row. Two other files: function restatement_bridge; line by line: restatement_lines.';
COMMENT ON COLUMN @icb_reporting@.restatement.dataset IS 'PLCM, DRPLCM or DEPLCM.';
COMMENT ON COLUMN @icb_reporting@.restatement.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.restatement.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.restatement.activity_month IS 'First day of the month claimed.';
COMMENT ON COLUMN @icb_reporting@.restatement.pod IS 'Point of delivery, after mapping.';
COMMENT ON COLUMN @icb_reporting@.restatement.state IS 'first statement, restated, not restated, left out (a later file states other months and not this one) or held (a later statement waits).';
COMMENT ON COLUMN @icb_reporting@.restatement.opening_lines IS 'Lines before.';
COMMENT ON COLUMN @icb_reporting@.restatement.opening_gbp IS 'Claimed before, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.new_gbp IS 'Lines that were not claimed before, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.withdrawn_gbp IS 'Lines no longer claimed, in pounds, negative.';
COMMENT ON COLUMN @icb_reporting@.restatement.recoded_gbp IS 'Lines with another point of delivery, HRG or treatment function, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.repriced_gbp IS 'Other price, units, factor or total under the same codes, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.moved_commissioner_gbp IS 'Lines charged to another commissioner, at their old amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.moved_month_gbp IS 'Lines charged in another month, at their old amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.remapped_gbp IS 'Lines whose codes as sent are read differently since code_map changed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.closing_gbp IS 'Claimed now, in pounds.';
COMMENT ON COLUMN @icb_reporting@.restatement.closing_lines IS 'Lines now.';
COMMENT ON COLUMN @icb_reporting@.restatement.held_gbp IS 'What the held statement says, in pounds; NULL when none is held.';
