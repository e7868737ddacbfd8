-- Limits of series: what a measure may do by chance. Pure functions of numbers.

CREATE TYPE xmr_interval AS (mean float8, moving_range float8, lower float8, upper float8, range_upper float8);
COMMENT ON TYPE xmr_interval IS
    'Limits of a chart of individual values: mean, mean moving range, natural process limits of the values and upper limit of the moving range.';

CREATE FUNCTION xmr_limits(points float8[]) RETURNS xmr_interval
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result @extschema@.xmr_interval;
    n CONSTANT integer := cardinality(points);
BEGIN
    IF array_position(points, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'a point of a series must not be NULL' USING ERRCODE = 'null_value_not_allowed', HINT = 'Leave missing points out.';
    END IF;
    IF EXISTS (SELECT FROM unnest(points) AS u (x) WHERE u.x IN ('NaN', 'Infinity', '-Infinity')) THEN
        RAISE EXCEPTION 'points must be finite numbers' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF n < 2 THEN
        RETURN NULL;
    END IF;
    SELECT avg(u.x) INTO result.mean FROM unnest(points) AS u (x);
    SELECT avg(abs(points[i] - points[i - 1])) INTO result.moving_range FROM generate_series(2, n) AS g (i);
    result.lower := result.mean - 2.66 * result.moving_range;
    result.upper := result.mean + 2.66 * result.moving_range;
    result.range_upper := 3.267 * result.moving_range;
    RETURN result;
END
$$;
COMMENT ON FUNCTION xmr_limits(float8[]) IS
    'Natural process limits of a series in its order: mean +- 2.66 times the mean moving range, and 3.267 times it for the moving range itself (3 sigma; Wheeler and Chambers, Understanding Statistical Process Control; the charts of the NHS programme Making Data Count). Fewer than two points give NULL, NULL gives NULL; a NULL point is 22004, one that is not finite 22023.';

CREATE FUNCTION proportion_limits(proportion float8, trials float8, sigmas float8 DEFAULT 3, OUT lower float8, OUT upper float8)
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT proportion BETWEEN 0 AND 1 OR NOT (trials >= 0 AND trials < 'Infinity') OR NOT (sigmas > 0 AND sigmas < 'Infinity') THEN
        RAISE EXCEPTION 'a proportion lies between 0 and 1, trials are 0 or more, sigmas above 0; got %, % and %', proportion, trials, sigmas
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF trials = 0 THEN
        RETURN;
    END IF;
    lower := greatest(proportion - sigmas * sqrt(proportion * (1 - proportion) / trials), 0);
    upper := least(proportion + sigmas * sqrt(proportion * (1 - proportion) / trials), 1);
END
$$;
COMMENT ON FUNCTION proportion_limits(float8, float8, float8) IS
    'Limits within which the share of so many trials lies by chance around a true proportion: p +- sigmas times the root of p (1 - p) / n, kept within 0 and 1 (chart of proportions, Shewhart). No trials give NULL, NULL gives NULL; numbers out of range are 22023.';
