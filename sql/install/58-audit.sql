-- Statistics of audits: agreement of reviewers, totals from samples, two audits compared.

CREATE FUNCTION t_quantile(p float8, df float8) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_t_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION t_quantile(float8, float8) IS
    'Quantile of Student''s t distribution. NULL gives NULL; a probability outside 0 to 1 (both excluded) or degrees of freedom that are not positive are 22023.';

CREATE TYPE kappa_interval AS (kappa float8, std_error float8, lower float8, upper float8, agreement float8, expected_agreement float8, n bigint);
COMMENT ON TYPE kappa_interval IS
    'Agreement of two reviewers beyond chance: kappa with its large-sample standard error and interval, the share on which they agree, the share expected by chance, the number judged by both.';

CREATE FUNCTION kappa(counts bigint[], confidence float8 DEFAULT 0.95) RETURNS kappa_interval
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    k integer := array_length(counts, 1);
    n float8 := 0;
    rows float8[];
    columns float8[];
    agreed float8 := 0;
    expected float8 := 0;
    r @extschema@.kappa_interval;
    spread float8 := 0;
    p float8;
BEGIN
    IF array_ndims(counts) IS DISTINCT FROM 2 OR k <> array_length(counts, 2) OR array_position(ARRAY(SELECT unnest(counts)), NULL) IS NOT NULL
       OR (SELECT min(c) FROM unnest(counts) c) < 0 THEN
        RAISE EXCEPTION 'kappa needs a square table of counts' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Row i, column j: how many the first reviewer put into class i and the second into class j.';
    END IF;
    FOR i IN 1 .. k LOOP
        rows[i] := 0;
        columns[i] := 0;
        FOR j IN 1 .. k LOOP
            rows[i] := rows[i] + counts[i][j];
            columns[i] := columns[i] + counts[j][i];
        END LOOP;
        n := n + rows[i];
        agreed := agreed + counts[i][i];
    END LOOP;
    r.n := n;
    IF n = 0 THEN
        RETURN r;
    END IF;
    FOR i IN 1 .. k LOOP
        rows[i] := rows[i] / n;
        columns[i] := columns[i] / n;
        expected := expected + rows[i] * columns[i];
    END LOOP;
    r.agreement := agreed / n;
    r.expected_agreement := expected;
    -- everything in one class: chance alone explains it, kappa has no value
    IF expected = 1 THEN
        RETURN r;
    END IF;
    r.kappa := (r.agreement - expected) / (1 - expected);
    FOR i IN 1 .. k LOOP
        FOR j IN 1 .. k LOOP
            p := counts[i][j] / n;
            spread := spread + p * CASE WHEN i = j THEN (1 - (rows[i] + columns[i]) * (1 - r.kappa)) ^ 2
                                        ELSE ((1 - r.kappa) * (columns[i] + rows[j])) ^ 2 END;
        END LOOP;
    END LOOP;
    spread := greatest(spread - (r.kappa - expected * (1 - r.kappa)) ^ 2, 0);
    r.std_error := sqrt(spread / n) / (1 - expected);
    p := @extschema@.normal_quantile((1 + confidence) / 2);
    r.lower := greatest(r.kappa - p * r.std_error, -1);
    r.upper := least(r.kappa + p * r.std_error, 1);
    RETURN r;
END
$$;
COMMENT ON FUNCTION kappa(bigint[], float8) IS
    'Cohen''s kappa of a square table of counts (row: first reviewer, column: second), with the large-sample standard error of Fleiss, Cohen and Everitt (Psychological Bulletin 1969;72:323). No counts, or all in one class, give a NULL kappa. NULL gives NULL; a table that is not square, has NULLs or negative counts is 22023.';

CREATE TYPE difference_interval AS (difference float8, lower float8, upper float8);
COMMENT ON TYPE difference_interval IS 'A difference of two proportions with the ends of its confidence interval, each between -1 and 1.';

CREATE FUNCTION proportion_difference(successes_1 bigint, trials_1 bigint, successes_2 bigint, trials_2 bigint, confidence float8 DEFAULT 0.95)
    RETURNS difference_interval
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(d.delta, d.delta - sqrt(((a.x).proportion - (a.x).lower) ^ 2 + ((b.x).upper - (b.x).proportion) ^ 2),
                        d.delta + sqrt(((a.x).upper - (a.x).proportion) ^ 2 + ((b.x).proportion - (b.x).lower) ^ 2))::@extschema@.difference_interval
    FROM (SELECT @extschema@.proportion_ci(successes_1, trials_1, confidence) AS x) a
    CROSS JOIN (SELECT @extschema@.proportion_ci(successes_2, trials_2, confidence) AS x) b
    CROSS JOIN LATERAL (SELECT (a.x).proportion - (b.x).proportion AS delta) d
$$;
COMMENT ON FUNCTION proportion_difference(bigint, bigint, bigint, bigint, float8) IS
    'Difference of two independent proportions, first less second, with the hybrid score interval (method 10 of Newcombe, Statistics in Medicine 1998;17:873). No trials give NULL parts; NULL gives NULL; impossible counts are 22023.';

CREATE TYPE total_interval AS (total numeric, std_error numeric, lower numeric, upper numeric);
COMMENT ON TYPE total_interval IS 'A total estimated from a sample, its standard error and the ends of its confidence interval, rounded to the penny.';

CREATE FUNCTION sample_total(sample_size bigint, sample_sum numeric, sample_sum_squares numeric, population bigint, confidence float8 DEFAULT 0.95)
    RETURNS total_interval
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r @extschema@.total_interval;
    variance numeric;
    reach numeric;
BEGIN
    IF sample_size < 0 OR sample_size > population OR sample_sum_squares < 0 THEN
        RAISE EXCEPTION 'a sample of % from a population of % is impossible', sample_size, population USING ERRCODE = 'invalid_parameter_value',
            HINT = 'The sample is part of the population; the third argument is the sum of the squares.';
    END IF;
    IF sample_size = 0 THEN
        RETURN r;
    END IF;
    r.total := round(population * sample_sum / sample_size, 2);
    IF sample_size = 1 AND population > 1 THEN
        RETURN r;
    END IF;
    variance := CASE WHEN sample_size = population THEN 0
                     ELSE greatest(sample_sum_squares - sample_sum * sample_sum / sample_size, 0) / (sample_size - 1) END;
    -- drawn without replacement: the part that was seen is certain
    r.std_error := population * sqrt(variance / sample_size * (1 - sample_size::numeric / population));
    reach := CASE WHEN sample_size = population THEN 0 ELSE @extschema@.t_quantile((1 + confidence) / 2, sample_size - 1)::numeric * r.std_error END;
    r.lower := round(r.total - reach, 2);
    r.upper := round(r.total + reach, 2);
    r.std_error := round(r.std_error, 2);
    RETURN r;
END
$$;
COMMENT ON FUNCTION sample_total(bigint, numeric, numeric, bigint, float8) IS
    'Total of a population from a simple random sample without replacement: population x mean, with the standard error and finite population correction of Cochran (Sampling Techniques, 1977, chapter 2) and Student''s t. One element of many has no interval, no element no total. NULL gives NULL; impossible sizes are 22023.';
