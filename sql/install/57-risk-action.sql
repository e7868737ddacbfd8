-- Pure functions behind acting on risk: numbers too small to show, comparators for who was treated.

CREATE FUNCTION small_numbers_hidden(rows text[], columns text[], counts bigint[], shown_from bigint DEFAULT 5) RETURNS boolean[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    hidden boolean[];
    lines text[];
    others text[];
    more bigint[];
    quiet integer := 0;
BEGIN
    IF rows IS NULL OR columns IS NULL OR counts IS NULL OR shown_from IS NULL THEN
        RETURN NULL;
    END IF;
    IF cardinality(rows) <> cardinality(counts) OR cardinality(columns) <> cardinality(counts) THEN
        RAISE EXCEPTION 'every count needs a row and a column' USING ERRCODE = 'array_subscript_error';
    END IF;
    IF EXISTS (SELECT FROM unnest(counts) AS u (n) WHERE u.n < 0) OR shown_from < 1 THEN
        RAISE EXCEPTION 'counts must not be negative, and the least count shown is 1 or more' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    hidden := ARRAY(SELECT coalesce(u.n BETWEEN 1 AND shown_from - 1, true) FROM unnest(counts) WITH ORDINALITY AS u (n, i) ORDER BY u.i);
    -- Rows and columns in turn, until neither asks for more. What is hidden in a line adds up to its total less what is shown: alone
    -- it is known, and so is each of several small ones that can only all be 1 or all be the most.
    lines := rows;
    others := columns;
    WHILE quiet < 2 LOOP
        more := ARRAY(
            SELECT x.i
            FROM (SELECT c.*, row_number() OVER (PARTITION BY c.line, c.hides ORDER BY c.n = 0, NOT c.crossed, c.n, c.i) AS place
                  FROM (SELECT u.line, u.n, u.i, u.hides,
                               bool_or(u.hides) OVER (PARTITION BY u.other) AS crossed,
                               count(*) FILTER (WHERE u.hides) OVER (PARTITION BY u.line) AS cells,
                               bool_and(u.n IS NOT NULL AND u.n BETWEEN 1 AND shown_from - 1) FILTER (WHERE u.hides) OVER (PARTITION BY u.line) AS all_small,
                               sum(u.n) FILTER (WHERE u.hides) OVER (PARTITION BY u.line) AS total
                        FROM unnest(lines, others, counts, hidden) WITH ORDINALITY AS u (line, other, n, hides, i)) c
                  WHERE c.cells = 1 OR (c.all_small AND c.total IN (c.cells, c.cells * (shown_from - 1)))) x
            WHERE NOT x.hides AND x.place = 1);
        hidden := ARRAY(SELECT u.hides OR u.i = ANY (more) FROM unnest(hidden) WITH ORDINALITY AS u (hides, i) ORDER BY u.i);
        quiet := CASE WHEN cardinality(more) = 0 THEN quiet + 1 ELSE 0 END;
        more := NULL;
        IF lines = rows THEN
            lines := columns;
            others := rows;
        ELSE
            lines := rows;
            others := columns;
        END IF;
    END LOOP;
    RETURN hidden;
END
$$;
COMMENT ON FUNCTION small_numbers_hidden(text[], text[], bigint[], bigint) IS
    'Which counts of a table, given cell by cell, must not be shown when the totals of its rows and columns are: those of 1 to shown_from - 1, and others until no row or column has one hidden count alone (or small ones that can only all be 1 or all be the most); the smallest that will do, a 0 only where nothing else is left. NULL counts are hidden. NULL for NULL, 2202E for arrays of different lengths, 22023 for negative counts.';

CREATE FUNCTION small_numbers_hidden(counts bigint[], shown_from bigint DEFAULT 5) RETURNS boolean[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN counts IS NOT NULL THEN
        @extschema@.small_numbers_hidden(array_fill(''::text, ARRAY[cardinality(counts)]), ARRAY(SELECT i::text FROM generate_series(1, cardinality(counts)) AS g (i)),
                                         counts, shown_from) END;
COMMENT ON FUNCTION small_numbers_hidden(bigint[], bigint) IS
    'The same for the counts of one group whose total is shown.';

CREATE FUNCTION match_nearest(treated bigint[], treated_scores double precision[], pool bigint[], pool_scores double precision[], caliper double precision,
    OUT treated_id bigint, OUT comparator_id bigint, OUT distance double precision) RETURNS SETOF record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    ids bigint[];
    scores double precision[];
    above integer[];
    below integer[];
    n integer;
    person record;
    low integer;
    high integer;
    middle integer;
    place integer;
    gap_low double precision;
    gap_high double precision;
BEGIN
    IF treated IS NULL OR treated_scores IS NULL OR pool IS NULL OR pool_scores IS NULL OR caliper IS NULL THEN
        RAISE EXCEPTION 'people, scores and caliper must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF cardinality(treated) <> cardinality(treated_scores) OR cardinality(pool) <> cardinality(pool_scores) THEN
        RAISE EXCEPTION 'every person needs a score' USING ERRCODE = 'array_subscript_error';
    END IF;
    IF NOT caliper >= 0 OR caliper = 'NaN' THEN
        RAISE EXCEPTION 'the caliper must be 0 or more, got %', caliper USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT coalesce(array_agg(u.id ORDER BY u.score, u.id), '{}'), coalesce(array_agg(u.score ORDER BY u.score, u.id), '{}'), count(*)
    INTO ids, scores, n FROM unnest(pool, pool_scores) AS u (id, score) WHERE u.score IS NOT NULL AND u.score <> 'NaN';
    -- where to look on, above and below, from a place that is taken; shortened as they are walked
    above := ARRAY(SELECT i FROM generate_series(1, n + 1) AS g (i));
    below := above;
    FOR person IN
        SELECT u.id, u.score FROM unnest(treated, treated_scores) AS u (id, score)
        WHERE u.score IS NOT NULL AND u.score <> 'NaN' ORDER BY u.score DESC, u.id
    LOOP
        -- the first of the pool whose score is not below
        low := 1;
        high := n + 1;
        WHILE low < high LOOP
            middle := (low + high) / 2;
            IF scores[middle] < person.score THEN
                low := middle + 1;
            ELSE
                high := middle;
            END IF;
        END LOOP;
        low := high - 1;
        WHILE above[high] <> high LOOP
            above[high] := above[above[high]];
            high := above[high];
        END LOOP;
        WHILE low > 0 AND below[low] <> low LOOP
            below[low] := CASE WHEN below[low] > 0 THEN below[below[low]] ELSE 0 END;
            low := below[low];
        END LOOP;
        gap_high := CASE WHEN high <= n THEN scores[high] - person.score END;
        gap_low := CASE WHEN low >= 1 THEN person.score - scores[low] END;
        IF gap_low IS NOT NULL AND low > 1 AND scores[low - 1] = scores[low] THEN
            -- of equal scores the first person that is left
            middle := low;
            low := 1;
            WHILE low < middle LOOP
                IF scores[(low + middle) / 2] < scores[middle] THEN
                    low := (low + middle) / 2 + 1;
                ELSE
                    middle := (low + middle) / 2;
                END IF;
            END LOOP;
            WHILE above[low] <> low LOOP
                above[low] := above[above[low]];
                low := above[low];
            END LOOP;
        END IF;
        IF gap_low <= caliper AND (gap_high IS NULL OR gap_low < gap_high OR (gap_low = gap_high AND ids[low] < ids[high])) THEN
            place := low;
            distance := gap_low;
        ELSIF gap_high <= caliper THEN
            place := high;
            distance := gap_high;
        ELSE
            CONTINUE;
        END IF;
        above[place] := place + 1;
        below[place] := place - 1;
        treated_id := person.id;
        comparator_id := ids[place];
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION match_nearest(bigint[], double precision[], bigint[], double precision[], double precision) IS
    'Pairs treated people with the nearest score in a pool, without replacement: the treated in order of score, highest first, each takes whoever is nearest of those left, ties by number; nobody farther away than the caliper. Deterministic. People without a score are left out. 22004 for NULLs, 2202E for arrays of different lengths, 22023 for a negative caliper.';

-- Comparing practices -----------------------------------------------------------------------------

CREATE TYPE rate_interval AS (rate float8, lower float8, upper float8);
COMMENT ON TYPE rate_interval IS 'A rate with the ends of its confidence interval.';

CREATE FUNCTION rate_ci(events bigint, exposure float8 DEFAULT 1, confidence float8 DEFAULT 0.95, method text DEFAULT 'byar') RETURNS rate_interval
    AS '$libdir/commissioning_stats', 'commissioning_rate_ci' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION rate_ci(bigint, float8, float8, text) IS
    'Events over exposure (person-years, or the events expected: then the rate is a ratio) with its two-sided confidence interval, the exposure taken as known. Method byar (Byar''s approximation in Breslow and Day 1987 from 10 events on, exact below) or exact (Garwood 1936). No exposure gives NULL, NULL gives NULL; negative numbers, a confidence outside 0 to 1 and an unknown method are 22023.';

CREATE TYPE funnel_interval AS (lower float8, upper float8);
COMMENT ON TYPE funnel_interval IS 'Limits of a funnel, as ratios of observed to expected.';

CREATE FUNCTION funnel_limits(expected float8, confidence float8 DEFAULT 0.95, tau2 float8 DEFAULT 0) RETURNS funnel_interval
    AS '$libdir/commissioning_stats', 'commissioning_funnel_limits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION funnel_limits(float8, float8, float8) IS
    'Limits around 1 within which the ratio of observed to expected events lies with this confidence where nothing but chance makes it differ: the exact Poisson interval of the expected number over itself. With tau2 above 0 (variance between units beyond chance, on the square-root scale) the limits (1 +- z * sqrt(1 / (4 * expected) + tau2)) squared of Spiegelhalter (Quality and Safety in Health Care 2005;14:347) as used for overdispersed ratios. Nothing expected gives NULL, NULL gives NULL; 22023 for negative numbers and a confidence outside 0 to 1.';
