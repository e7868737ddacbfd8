-- Validation of risk predictions: aggregates over outcomes and predicted probabilities, and functions that read one named
-- table or view, write nothing and so run on a read-only standby. Rows without outcome or prediction are counted and left out.

-- Quantiles and tails ------------------------------------------------------------------------------------------------

CREATE FUNCTION normal_quantile(probability float8) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_normal_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION normal_quantile(float8) IS
    'Value below which the standard normal distribution has this probability; 22023 unless it lies between 0 and 1. NULL for NULL.';

CREATE FUNCTION chi_square_tail(statistic float8, degrees_of_freedom float8) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_chi_square_tail' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION chi_square_tail(float8, float8) IS
    'Probability that a chi-square variable exceeds the statistic: the p value of a test. 22023 for a negative statistic or degrees of freedom that are not positive. NULL for NULL.';

CREATE TYPE count_interval AS (events float8, lower float8, upper float8);
COMMENT ON TYPE count_interval IS 'A count of events with the ends of the confidence interval of its mean.';

CREATE FUNCTION poisson_ci(events bigint, confidence float8 DEFAULT 0.95) RETURNS count_interval
    AS '$libdir/commissioning_stats', 'commissioning_poisson_ci' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION poisson_ci(bigint, float8) IS
    'A count of events with the two-sided confidence interval of its Poisson mean: exact (Garwood, Biometrika 1936;28:437), Byar''s approximation (Breslow and Day 1987) above 100,000 events. 22023 for a negative count or a confidence outside 0 to 1. NULL for NULL.';

-- Area under the ROC curve -------------------------------------------------------------------------------------------

CREATE TYPE risk_auc_result AS (auc float8, std_error float8, lower float8, upper float8, events bigint, others bigint, skipped bigint);
COMMENT ON TYPE risk_auc_result IS
    'Area under the ROC curve, its standard error (DeLong), its 95% interval, the rows with and without event, and the rows skipped for want of an outcome or a prediction.';

CREATE FUNCTION risk_auc_add(float8[], boolean, float8) RETURNS float8[]
    AS '$libdir/commissioning_stats', 'commissioning_auc_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION risk_auc_final(float8[]) RETURNS risk_auc_result
    AS '$libdir/commissioning_stats', 'commissioning_auc_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE risk_auc(outcome boolean, predicted float8) (
    SFUNC = risk_auc_add, STYPE = float8[], INITCOND = '{0,0,0,0,0,0,0,0,0,0,0}', FINALFUNC = risk_auc_final, PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_auc(boolean, float8) IS
    'Area under the ROC curve with DeLong''s standard error and 95% interval (DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837): write risk_auc(outcome, predicted ORDER BY predicted). One sorted pass with a small state; ties count one half; any score will do, not only probabilities. NULL without both outcomes, no interval with fewer than two rows of either. Rows out of order and NaN raise 22023.';

-- What can be united -------------------------------------------------------------------------------------------------

CREATE TYPE risk_validation;
CREATE FUNCTION risk_validation_in(cstring) RETURNS risk_validation
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_validation_out(risk_validation) RETURNS cstring
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_validation_recv(internal) RETURNS risk_validation
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_validation_send(risk_validation) RETURNS bytea
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE risk_validation (
    INPUT = risk_validation_in, OUTPUT = risk_validation_out, RECEIVE = risk_validation_recv, SEND = risk_validation_send,
    INTERNALLENGTH = 96, ALIGNMENT = double
);
COMMENT ON TYPE risk_validation IS
    'Sums over outcomes and predicted probabilities from which risk_brier, risk_log_loss and the like are read. Integers (parts of 2^-64), so that any partition of the rows gives the same value; kept in a table, values can be united later by risk_validation_merge.';

CREATE FUNCTION risk_validation_add(risk_validation, boolean, float8) RETURNS risk_validation
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION risk_validation_unite(risk_validation, risk_validation) RETURNS risk_validation
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_unite' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE risk_validation(outcome boolean, predicted float8) (
    SFUNC = risk_validation_add, STYPE = risk_validation, INITCOND = '0 0 0 0 0 0 0 0', COMBINEFUNC = risk_validation_unite, PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_validation(boolean, float8) IS
    'How predicted probabilities meet their outcomes: read it with risk_brier, risk_scaled_brier, risk_log_loss, risk_observed_expected, risk_r2_mcfadden and so on. Rows without outcome or prediction are counted and left out; a prediction outside 0 to 1 raises 22023.';
CREATE AGGREGATE risk_validation_merge(risk_validation) (
    SFUNC = risk_validation_unite, STYPE = risk_validation, INITCOND = '0 0 0 0 0 0 0 0', COMBINEFUNC = risk_validation_unite, PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_validation_merge(risk_validation) IS
    'Results of risk_validation over parts of a population united to that over the whole. NULLs are ignored.';

CREATE FUNCTION risk_validation_rows(validation risk_validation) RETURNS bigint
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_rows' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_validation_rows(risk_validation) IS 'Rows with outcome and prediction. NULL for NULL.';
CREATE FUNCTION risk_validation_events(validation risk_validation) RETURNS bigint
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_events' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_validation_events(risk_validation) IS 'Rows whose outcome was true. NULL for NULL.';
CREATE FUNCTION risk_validation_skipped(validation risk_validation) RETURNS bigint
    AS '$libdir/commissioning_stats', 'commissioning_risk_validation_skipped' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_validation_skipped(risk_validation) IS 'Rows left out because outcome or prediction was NULL. NULL for NULL.';
CREATE FUNCTION risk_observed(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_observed' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_observed(risk_validation) IS 'Share of rows whose outcome was true. NULL without rows.';
CREATE FUNCTION risk_expected(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_expected' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_expected(risk_validation) IS 'Events expected: the sum of the predictions. NULL for NULL.';
CREATE FUNCTION risk_brier(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_brier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_brier(risk_validation) IS 'Brier score: mean squared difference of outcome and prediction, 0 is perfect. NULL without rows.';
CREATE FUNCTION risk_brier_error(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_brier_error' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_brier_error(risk_validation) IS 'Standard error of the Brier score as a mean. NULL with fewer than two rows.';
CREATE FUNCTION risk_scaled_brier(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_scaled_brier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_scaled_brier(risk_validation) IS
    '1 - Brier score / Brier score of the prevalence: 1 is perfect, 0 no better than the prevalence, below 0 worse. NULL when all outcomes are the same.';
CREATE FUNCTION risk_log_loss(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_log_loss' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_log_loss(risk_validation) IS
    'Mean of minus the natural logarithm of the probability given to what happened. Infinity when something happened that had probability 0; NULL without rows.';
CREATE FUNCTION risk_r2_mcfadden(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_r2_mcfadden' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_r2_mcfadden(risk_validation) IS
    'Pseudo R2 of McFadden: 1 - log likelihood of the predictions / that of the prevalence. NULL when all outcomes are the same or the log loss is infinite.';
CREATE FUNCTION risk_r2_cox_snell(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_r2_cox_snell' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_r2_cox_snell(risk_validation) IS
    'Pseudo R2 of Cox and Snell. NULL when all outcomes are the same or the log loss is infinite.';
CREATE FUNCTION risk_r2_nagelkerke(validation risk_validation) RETURNS float8
    AS '$libdir/commissioning_stats', 'commissioning_risk_r2_nagelkerke' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_r2_nagelkerke(risk_validation) IS
    'Pseudo R2 of Nagelkerke: that of Cox and Snell as a share of its greatest possible value. NULL when all outcomes are the same or the log loss is infinite.';

CREATE TYPE risk_ratio AS (ratio float8, lower float8, upper float8);
COMMENT ON TYPE risk_ratio IS 'A ratio with the ends of its confidence interval.';
CREATE FUNCTION risk_observed_expected(validation risk_validation, confidence float8 DEFAULT 0.95) RETURNS risk_ratio
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT ROW(c.events / e.expected, c.lower / e.expected, c.upper / e.expected)::@extschema@.risk_ratio
    FROM @extschema@.poisson_ci(@extschema@.risk_validation_events(validation), confidence) c,
         (SELECT nullif(@extschema@.risk_expected(validation), 0) AS expected) e
$$;
COMMENT ON FUNCTION risk_observed_expected(risk_validation, float8) IS
    'Events observed / expected with the interval of poisson_ci: above 1 the predictions are too low. NULL members when nothing was expected.';

-- The rows of a named source -----------------------------------------------------------------------------------------

CREATE FUNCTION risk_validation_column(source regclass, name text, categories text, meaning text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    category text := (SELECT t.typcategory FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                      WHERE a.attrelid = source AND a.attname = name AND a.attnum > 0 AND NOT a.attisdropped);
BEGIN
    IF source IS NULL OR name IS NULL THEN
        RAISE EXCEPTION 'a source and the name of its column for the % are needed', meaning USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF category IS NULL THEN
        RAISE EXCEPTION 'column "%" for the % does not exist in %', name, meaning, source USING ERRCODE = 'undefined_column';
    END IF;
    IF position(category IN categories) = 0 THEN
        RAISE EXCEPTION 'column "%" of % cannot be the %', name, source, meaning
            USING ERRCODE = 'datatype_mismatch', HINT = CASE categories WHEN 'BN' THEN 'It must be boolean, or a number that is 0 or 1.' ELSE 'It must be a number.' END;
    END IF;
    RETURN category;
END
$$;
COMMENT ON FUNCTION risk_validation_column(regclass, text, text, text) IS
    'Category of the type of a column (pg_type.typcategory) that must be one of categories. 42703 for a column that does not exist, 42804 for another type; meaning names it in the error.';

CREATE FUNCTION risk_validation_query(source regclass, outcome text, predicted text, subgroup text DEFAULT NULL, probability boolean DEFAULT true) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_boolean boolean := @extschema@.risk_validation_column(source, outcome, 'BN', 'outcome') = 'B';
    bad record;
BEGIN
    PERFORM @extschema@.risk_validation_column(source, predicted, 'N', 'prediction');
    IF subgroup IS NOT NULL AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = source AND a.attname = subgroup AND a.attnum > 0 AND NOT a.attisdropped) THEN
        RAISE EXCEPTION 'column "%" for the subgroup does not exist in %', subgroup, source USING ERRCODE = 'undefined_column';
    END IF;
    EXECUTE format('SELECT count(*) FILTER (WHERE NOT (s.%1$I::float8 BETWEEN 0 AND 1)) AS outside, count(*) FILTER (WHERE s.%1$I::float8 = ''NaN'') AS nan, %3$s AS other FROM %2$s s',
                   predicted, source,
                   CASE WHEN is_boolean THEN '0::bigint' ELSE format('count(*) FILTER (WHERE s.%I::float8 NOT IN (0, 1))', outcome) END) INTO bad;
    IF bad.other > 0 THEN
        RAISE EXCEPTION '% rows of % have an outcome "%" that is neither 0 nor 1', bad.other, source, outcome USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF bad.nan > 0 OR (probability AND bad.outside > 0) THEN
        RAISE EXCEPTION '% rows of % have a prediction "%" that is not a probability', CASE WHEN probability THEN bad.outside ELSE bad.nan END, source, predicted
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Predictions must lie between 0 and 1; NULL stands for not known.';
    END IF;
    RETURN format('SELECT %s AS y, s.%I::float8 AS p, %s AS g FROM %s s',
                  CASE WHEN is_boolean THEN format('s.%I', outcome) ELSE format('s.%I::float8 = 1', outcome) END, predicted,
                  CASE WHEN subgroup IS NULL THEN '''all''::text' ELSE format('coalesce(s.%I::text, ''not known'')', subgroup) END, source);
END
$$;
COMMENT ON FUNCTION risk_validation_query(regclass, text, text, text, boolean) IS
    'Checks a source of outcomes and predictions and returns the query that reads it as y (outcome), p (prediction) and g (subgroup, "all" without one, "not known" for NULL). Outcomes are boolean, or numbers 0 and 1; predictions lie between 0 and 1 unless probability is false; anything else is 22023 with the count of rows.';

-- Calibration --------------------------------------------------------------------------------------------------------

CREATE FUNCTION risk_calibration_fit(query text, OUT subgroup text, OUT used bigint, OUT left_out bigint,
    OUT in_the_large float8, OUT in_the_large_error float8, OUT intercept float8, OUT intercept_error float8, OUT slope float8, OUT slope_error float8, OUT note text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    groups text[];
    used_rows bigint[];
    events bigint[];
    left_rows bigint[];
    level float8[];     -- calibration in the large: outcome on the offset logit(p)
    a float8[];         -- outcome on logit(p): intercept and slope
    b float8[];
    level_error float8[];
    a_error float8[];
    b_error float8[];
    notes text[];
    level_done boolean[];
    slope_done boolean[];
    -- score and information of one pass
    w0 float8[];
    r0 float8[];
    w float8[];
    wx float8[];
    wxx float8[];
    r float8[];
    rx float8[];
    step0 float8;
    step_a float8;
    step_b float8;
    determinant float8;
BEGIN
    EXECUTE format($q$
        SELECT array_agg(s.g ORDER BY s.g), array_agg(s.n ORDER BY s.g), array_agg(s.events ORDER BY s.g), array_agg(s.outside ORDER BY s.g),
               array_agg(CASE WHEN s.mixed THEN ln(s.observed / (1 - s.observed)) - ln(s.expected / (1 - s.expected)) ELSE 0 END ORDER BY s.g),
               array_agg(CASE WHEN s.mixed THEN ln(s.observed / (1 - s.observed)) ELSE 0 END ORDER BY s.g),
               array_agg(0::float8 ORDER BY s.g), array_agg(NOT s.mixed ORDER BY s.g), array_agg(NOT s.mixed OR s.same ORDER BY s.g),
               array_agg(CASE WHEN s.n = 0 THEN 'no predictions between 0 and 1' WHEN NOT s.mixed THEN 'all outcomes are the same' WHEN s.same THEN 'all predictions are equal: no slope' END ORDER BY s.g),
               array_agg(NULL::float8), array_agg(NULL::float8), array_agg(NULL::float8)
        FROM (SELECT q.g, q.n, q.events, q.outside, q.n > 0 AND q.events BETWEEN 1 AND q.n - 1 AS mixed, q.events::float8 / nullif(q.n, 0) AS observed, q.expected, q.same
              FROM (SELECT r.g, count(*) FILTER (WHERE r.inside) AS n, count(*) FILTER (WHERE r.inside AND r.y) AS events,
                           count(*) FILTER (WHERE NOT r.inside) AS outside, avg(r.p) FILTER (WHERE r.inside) AS expected,
                           min(r.p) FILTER (WHERE r.inside) = max(r.p) FILTER (WHERE r.inside) AS same
                    FROM (SELECT r.*, r.p > 0 AND r.p < 1 AS inside FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL) r GROUP BY r.g) q) s
        $q$, query) INTO groups, used_rows, events, left_rows, level, a, b, level_done, slope_done, notes, level_error, a_error, b_error;

    FOR pass IN 1 .. 40 LOOP
        EXIT WHEN groups IS NULL OR (true = ALL (level_done) AND true = ALL (slope_done));
        -- Newton's step for both fits of every subgroup in one pass over the rows
        EXECUTE format($q$
            SELECT array_agg(s.w0 ORDER BY s.i), array_agg(s.r0 ORDER BY s.i), array_agg(s.w ORDER BY s.i), array_agg(s.wx ORDER BY s.i),
                   array_agg(s.wxx ORDER BY s.i), array_agg(s.r ORDER BY s.i), array_agg(s.rx ORDER BY s.i)
            FROM (SELECT t.i, sum(t.m0 * (1 - t.m0)) AS w0, sum(t.y - t.m0) AS r0, sum(t.m * (1 - t.m)) AS w, sum(t.m * (1 - t.m) * t.x) AS wx,
                         sum(t.m * (1 - t.m) * t.x * t.x) AS wxx, sum(t.y - t.m) AS r, sum((t.y - t.m) * t.x) AS rx
                  FROM (SELECT c.i, v.y, v.x, 1 / (1 + exp(-least(700, greatest(-700, c.level + v.x)))) AS m0,
                               1 / (1 + exp(-least(700, greatest(-700, c.a + c.b * v.x)))) AS m
                        FROM (SELECT r.g, r.y::integer AS y, ln(r.p / (1 - r.p)) AS x FROM (%s) r WHERE r.y IS NOT NULL AND r.p > 0 AND r.p < 1) v
                        JOIN unnest($1, $2, $3, $4) WITH ORDINALITY AS c (g, level, a, b, i) ON c.g = v.g) t
                  GROUP BY t.i
                  UNION ALL
                  SELECT i, 0, 0, 0, 0, 0, 0, 0 FROM generate_subscripts($5, 1) i WHERE $5[i] = 0) s
            $q$, query) INTO w0, r0, w, wx, wxx, r, rx USING groups, level, a, b, used_rows;
        FOR i IN 1 .. cardinality(groups) LOOP
            IF NOT level_done[i] THEN
                step0 := r0[i] / nullif(w0[i], 0);
                level_done[i] := abs(step0) <= 1e-10 * (1 + abs(level[i]));
                level_error[i] := 1 / sqrt(nullif(w0[i], 0));
                level[i] := level[i] + least(2, greatest(-2, step0));
            END IF;
            CONTINUE WHEN slope_done[i];
            determinant := w[i] * wxx[i] - wx[i] * wx[i];
            -- the weights vanish when the fitted probabilities go to 0 and 1
            IF w[i] < 1e-7 * events[i] OR NOT determinant > 1e-13 * w[i] * wxx[i] THEN
                slope_done[i] := true;
                a[i] := NULL; b[i] := NULL; a_error[i] := NULL; b_error[i] := NULL;
                notes[i] := 'the prediction separates the outcomes: no finite slope';
                CONTINUE;
            END IF;
            step_a := (wxx[i] * r[i] - wx[i] * rx[i]) / determinant;
            step_b := (w[i] * rx[i] - wx[i] * r[i]) / determinant;
            slope_done[i] := abs(step_a) + abs(step_b) <= 1e-10 * (1 + abs(a[i]) + abs(b[i]));
            a_error[i] := sqrt(wxx[i] / determinant);
            b_error[i] := sqrt(w[i] / determinant);
            a[i] := a[i] + step_a;
            b[i] := b[i] + step_b;
        END LOOP;
    END LOOP;

    FOR i IN 1 .. coalesce(cardinality(groups), 0) LOOP
        subgroup := groups[i];
        used := used_rows[i];
        left_out := left_rows[i];
        note := coalesce(notes[i], CASE WHEN NOT slope_done[i] THEN 'the fit did not converge: no slope' END);
        in_the_large := CASE WHEN level_done[i] AND level_error[i] IS NOT NULL THEN level[i] END;
        in_the_large_error := CASE WHEN in_the_large IS NOT NULL THEN level_error[i] END;
        intercept := CASE WHEN note IS NULL THEN a[i] END;
        intercept_error := CASE WHEN note IS NULL THEN a_error[i] END;
        slope := CASE WHEN note IS NULL THEN b[i] END;
        slope_error := CASE WHEN note IS NULL THEN b_error[i] END;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION risk_calibration_fit(text) IS
    'Calibration of each subgroup of a query made by risk_validation_query: in the large (intercept of the outcome with logit(prediction) as offset), and intercept and slope of the outcome on logit(prediction), by maximum likelihood (Cox, Biometrika 1958;45:562), with standard errors. Predictions of exactly 0 or 1 have no logit and are counted in left_out. note says why there is no slope.';

CREATE FUNCTION risk_hosmer_lemeshow(query text, groups integer, OUT subgroup text, OUT cells bigint, OUT statistic float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        SELECT c.g, count(*), CASE WHEN bool_and(c.variance > 0 OR c.observed = c.expected)
                                   THEN coalesce(sum((c.observed - c.expected) ^ 2 / nullif(c.variance, 0)), 0) END
        FROM (SELECT b.g, b.cell, count(*) FILTER (WHERE b.y) AS observed, sum(b.p) AS expected, sum(b.p) * (1 - sum(b.p) / count(*)) AS variance
              FROM (SELECT r.*, $1::bigint * (rank() OVER (PARTITION BY r.g ORDER BY r.p) - 1) / count(*) OVER (PARTITION BY r.g) AS cell
                    FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL) b
              GROUP BY b.g, b.cell) c
        GROUP BY c.g
        $q$, query) USING groups;
END
$$;
COMMENT ON FUNCTION risk_hosmer_lemeshow(text, integer) IS
    'Statistic of Hosmer and Lemeshow of each subgroup of a query made by risk_validation_query, over groups of equal size by rank of the prediction (equal predictions stay together, so that fewer cells may remain). NULL when something happened that had probability 0.';

CREATE FUNCTION risk_measures(query text, confidence float8, groups integer, internal boolean, threshold float8,
    OUT subgroup text, OUT place integer, OUT metric text, OUT n bigint, OUT events bigint, OUT value float8, OUT lower float8, OUT upper float8, OUT note text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(confidence > 0 AND confidence < 1, false) THEN
        RAISE EXCEPTION 'confidence must lie between 0 and 1, both excluded' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT coalesce(groups BETWEEN 3 AND 1000, false) THEN
        RAISE EXCEPTION 'the number of groups must lie between 3 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH base AS (
            SELECT r.g, @extschema@.risk_validation(r.y, r.p) AS v, @extschema@.risk_auc(r.y, r.p ORDER BY r.p) AS a,
                   count(*) FILTER (WHERE r.p >= $5 AND r.y IS NOT NULL) AS flagged, count(*) FILTER (WHERE r.p >= $5 AND r.y) AS hits
            FROM (%1$s) r GROUP BY r.g
        ), measured AS (
            SELECT b.g, b.flagged, b.hits, b.v, (b.a).auc, (b.a).std_error AS auc_error, f.*, h.cells, h.statistic, h.cells - CASE WHEN $4 THEN 2 ELSE 0 END AS df,
                   @extschema@.risk_validation_rows(b.v) AS n, @extschema@.risk_validation_events(b.v) AS events, @extschema@.risk_validation_skipped(b.v) AS skipped,
                   @extschema@.normal_quantile((1 + $2) / 2) AS z, @extschema@.risk_observed_expected(b.v, $2) AS oe,
                   @extschema@.proportion_ci(@extschema@.risk_validation_events(b.v), @extschema@.risk_validation_rows(b.v), $2) AS rate
            FROM base b
            LEFT JOIN @extschema@.risk_calibration_fit($1) f ON f.subgroup = b.g
            LEFT JOIN @extschema@.risk_hosmer_lemeshow($1, $3) h ON h.subgroup = b.g
        ), worded AS (
            SELECT m.*, CASE WHEN m.n = 0 THEN 'no rows' WHEN m.events = 0 OR m.events = m.n THEN 'all outcomes are the same' END AS single,
                   CASE WHEN m.left_out > 0 THEN format('%%s predictions of exactly 0 or 1 left out', m.left_out) END AS out_note,
                   @extschema@.risk_log_loss(m.v) = 'Infinity' AS impossible
            FROM measured m
        )
        SELECT w.g, x.place, x.metric, w.n, w.events, x.value, x.lower, x.upper, nullif(x.note, '')
        FROM worded w
        CROSS JOIN LATERAL (VALUES
            (1, 'rows', w.n::float8, NULL::float8, NULL::float8, CASE WHEN w.skipped > 0 THEN format('%%s rows without outcome or prediction left out', w.skipped) END),
            (2, 'events', w.events::float8, NULL, NULL, NULL),
            (3, 'observed', (w.rate).proportion, (w.rate).lower, (w.rate).upper, w.single),
            (4, 'predicted', @extschema@.risk_expected(w.v) / nullif(w.n, 0), NULL, NULL, NULL),
            (5, 'auc', w.auc, CASE WHEN w.auc_error IS NOT NULL THEN greatest(w.auc - w.z * w.auc_error, 0) END, CASE WHEN w.auc_error IS NOT NULL THEN least(w.auc + w.z * w.auc_error, 1) END,
                coalesce(w.single, CASE WHEN w.auc_error IS NULL THEN 'too few rows for an interval' END)),
            (6, 'brier', @extschema@.risk_brier(w.v), CASE WHEN @extschema@.risk_brier_error(w.v) IS NOT NULL THEN greatest(@extschema@.risk_brier(w.v) - w.z * @extschema@.risk_brier_error(w.v), 0) END,
                @extschema@.risk_brier(w.v) + w.z * @extschema@.risk_brier_error(w.v), NULL),
            (7, 'scaled_brier', @extschema@.risk_scaled_brier(w.v), NULL, NULL, w.single),
            (8, 'log_loss', @extschema@.risk_log_loss(w.v), NULL, NULL, CASE WHEN w.impossible THEN 'something happened that had probability 0' END),
            (9, 'oe', (w.oe).ratio, (w.oe).lower, (w.oe).upper, NULL),
            (10, 'citl', w.in_the_large, w.in_the_large - w.z * w.in_the_large_error, w.in_the_large + w.z * w.in_the_large_error,
                concat_ws('; ', CASE WHEN w.in_the_large IS NULL THEN coalesce(w.single, w.note) END, w.out_note)),
            (11, 'intercept', w.intercept, w.intercept - w.z * w.intercept_error, w.intercept + w.z * w.intercept_error, concat_ws('; ', coalesce(w.single, w.note), w.out_note)),
            (12, 'slope', w.slope, w.slope - w.z * w.slope_error, w.slope + w.z * w.slope_error, concat_ws('; ', coalesce(w.single, w.note), w.out_note)),
            (13, 'hosmer_lemeshow', CASE WHEN w.single IS NULL THEN w.statistic END, NULL, NULL,
                coalesce(w.single, CASE WHEN w.statistic IS NULL THEN 'something happened that had probability 0' ELSE
                    format('%%s groups by rank, equal predictions together; %%s degrees of freedom (%%s)', w.cells, w.df, CASE WHEN $4 THEN 'groups less 2: the data the model was fitted to' ELSE 'one a group: data new to the model' END) END)),
            (14, 'hosmer_lemeshow_p', CASE WHEN w.single IS NULL AND w.df > 0 THEN @extschema@.chi_square_tail(w.statistic, w.df) END, NULL, NULL,
                coalesce(w.single, CASE WHEN w.df <= 0 THEN 'too few groups' END)),
            (15, 'r2_mcfadden', @extschema@.risk_r2_mcfadden(w.v), NULL, NULL, w.single),
            (16, 'r2_cox_snell', @extschema@.risk_r2_cox_snell(w.v), NULL, NULL, w.single),
            (17, 'r2_nagelkerke', @extschema@.risk_r2_nagelkerke(w.v), NULL, NULL, w.single),
            (18, 'flagged', w.flagged::float8 / nullif(w.n, 0), NULL, NULL, NULL),
            (19, 'sensitivity', w.hits::float8 / nullif(w.events, 0), (@extschema@.proportion_ci(w.hits, w.events, $2)).lower, (@extschema@.proportion_ci(w.hits, w.events, $2)).upper,
                CASE WHEN w.events = 0 THEN w.single END),
            (20, 'ppv', w.hits::float8 / nullif(w.flagged, 0), (@extschema@.proportion_ci(w.hits, w.flagged, $2)).lower, (@extschema@.proportion_ci(w.hits, w.flagged, $2)).upper,
                CASE WHEN w.flagged = 0 THEN 'nobody reaches the threshold' END)) x (place, metric, value, lower, upper, note)
        WHERE x.place < 18 OR $5 IS NOT NULL
        ORDER BY w.g, x.place
        $q$, query) USING query, confidence, groups, internal, threshold;
END
$$;
COMMENT ON FUNCTION risk_measures(text, float8, integer, boolean, float8) IS
    'All measures of each subgroup of a query made by risk_validation_query; behind risk_performance and risk_subgroups, which explain them.';

CREATE FUNCTION risk_performance(source regclass, outcome text, predicted text, confidence float8 DEFAULT 0.95, groups integer DEFAULT 10, internal boolean DEFAULT false,
    OUT metric text, OUT value float8, OUT lower float8, OUT upper float8, OUT note text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 17
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.metric, m.value, m.lower, m.upper, m.note
    FROM @extschema@.risk_measures(@extschema@.risk_validation_query(source, outcome, predicted), confidence, groups, internal, NULL) m
    ORDER BY m.place
$$;
COMMENT ON FUNCTION risk_performance(regclass, text, text, float8, integer, boolean) IS
$$How well predicted probabilities in a table or view meet their outcomes, one row per metric with interval and a note where there is something to say:
rows, events, observed (share, Wilson interval), predicted (mean); auc (DeLong); brier, scaled_brier, log_loss; oe (observed/expected, Poisson interval); citl (calibration in the large), intercept and slope (of the outcome on logit(prediction));
hosmer_lemeshow and its p value, over groups of equal size by rank of the prediction in which equal predictions stay together, with groups - 2 degrees of freedom when internal (the data the model was fitted to), else one a group; r2_mcfadden, r2_cox_snell, r2_nagelkerke.
The outcome is boolean or 0/1. NULLs are counted and left out; a prediction outside 0 to 1 is 22023. With one outcome only, what cannot be known is NULL.$$;

CREATE FUNCTION risk_subgroups(source regclass, outcome text, predicted text, subgroup text, confidence float8 DEFAULT 0.95, threshold float8 DEFAULT NULL,
    OUT subgroup_value text, OUT metric text, OUT n bigint, OUT events bigint, OUT value float8, OUT lower float8, OUT upper float8, OUT note text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.subgroup, m.metric, m.n, m.events, m.value, m.lower, m.upper, m.note
    FROM @extschema@.risk_measures(@extschema@.risk_validation_query(source, outcome, predicted, subgroup), confidence, 10, false, threshold) m
    WHERE m.metric NOT IN ('rows', 'events', 'r2_cox_snell', 'r2_nagelkerke')
    ORDER BY m.subgroup, m.place
$$;
COMMENT ON FUNCTION risk_subgroups(regclass, text, text, text, float8, float8) IS
    'The metrics of risk_performance for each value of a column (sex, age band, deprivation, practice), each with the rows and events it rests on; with a threshold also flagged (share of people), sensitivity and ppv there. NULL is the subgroup "not known".';

-- Groups, thresholds and curves --------------------------------------------------------------------------------------

CREATE FUNCTION risk_deciles(source regclass, outcome text, predicted text, groups integer DEFAULT 10, confidence float8 DEFAULT 0.95,
    OUT decile integer, OUT n bigint, OUT events bigint, OUT expected float8, OUT predicted_mean float8, OUT predicted_min float8, OUT predicted_max float8,
    OUT observed float8, OUT observed_lower float8, OUT observed_upper float8, OUT lift float8, OUT events_share float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(groups BETWEEN 1 AND 1000, false) THEN
        RAISE EXCEPTION 'the number of groups must lie between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        SELECT c.cell, c.n, c.events, c.expected, c.expected / c.n, c.low, c.high, (i.x).proportion, (i.x).lower, (i.x).upper,
               (c.events::float8 / c.n) / nullif(c.all_events::float8 / c.all_n, 0), c.events::float8 / nullif(c.all_events, 0)
        FROM (SELECT (1 + b.cell)::integer AS cell, count(*) AS n, count(*) FILTER (WHERE b.y) AS events, sum(b.p) AS expected, min(b.p) AS low, max(b.p) AS high,
                     (sum(count(*)) OVER ())::bigint AS all_n, (sum(count(*) FILTER (WHERE b.y)) OVER ())::bigint AS all_events
              FROM (SELECT r.*, $1::bigint * (rank() OVER (ORDER BY r.p) - 1) / count(*) OVER () AS cell
                    FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL) b
              GROUP BY b.cell) c
        CROSS JOIN LATERAL (SELECT @extschema@.proportion_ci(c.events, c.n, $2) AS x) i
        ORDER BY c.cell
        $q$, @extschema@.risk_validation_query(source, outcome, predicted)) USING groups, confidence;
END
$$;
COMMENT ON FUNCTION risk_deciles(regclass, text, text, integer, float8) IS
    'Calibration table: groups of equal size by rank of the prediction, 1 the lowest, with rows, events, events expected, mean, least and greatest prediction, observed share with its Wilson interval, lift over the whole and share of all events. Equal predictions stay in one group, so that groups may differ in size and fewer may remain.';

CREATE FUNCTION risk_calibration_curve(source regclass, outcome text, predicted text, points integer DEFAULT 50, span float8 DEFAULT 0.75,
    OUT predicted_value float8, OUT observed float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 50
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT coalesce(points BETWEEN 2 AND 1000, false) THEN
        RAISE EXCEPTION 'the number of points must lie between 2 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT coalesce(span > 0 AND span <= 1, false) THEN
        RAISE EXCEPTION 'the span must lie above 0 and not above 1' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH bin AS MATERIALIZED (
            SELECT count(*) AS n, avg(b.p) AS x, avg(b.y::integer)::float8 AS y, sum(count(*)) OVER () AS all_n
            FROM (SELECT r.*, 1000 * (rank() OVER (ORDER BY r.p) - 1) / count(*) OVER () AS cell
                  FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL) b
            GROUP BY b.cell
        ), place AS (
            SELECT m.low + (m.high - m.low) * i / ($1 - 1) AS x0 FROM (SELECT min(b.x) AS low, max(b.x) AS high FROM bin b) m, generate_series(0, $1 - 1) i
            WHERE m.low < m.high OR i = 0
        ), near AS (
            SELECT p.x0, b.n, b.x - p.x0 AS d, b.y, floor(b.all_n * $2 + 1e-5) AS wanted,
                   sum(b.n) OVER (PARTITION BY p.x0 ORDER BY abs(b.x - p.x0)) AS reached
            FROM place p CROSS JOIN bin b
        ), width AS (
            SELECT k.*, min(abs(k.d)) FILTER (WHERE k.reached >= k.wanted) OVER (PARTITION BY k.x0) AS h FROM near k
        ), weighed AS (
            SELECT v.x0, v.d, v.y, v.n * CASE WHEN v.h > 0 THEN (1 - (abs(v.d) / v.h) ^ 3) ^ 3 ELSE 1 END AS w
            FROM width v WHERE abs(v.d) < v.h OR v.d = 0
        ), sums AS (
            SELECT s.x0, sum(s.w) AS w, sum(s.w * s.d) AS wd, sum(s.w * s.d * s.d) AS wdd, sum(s.w * s.y) AS wy, sum(s.w * s.d * s.y) AS wdy
            FROM weighed s GROUP BY s.x0
        )
        SELECT s.x0, least(1, greatest(0, CASE WHEN s.w * s.wdd - s.wd * s.wd > 1e-12 * s.w * s.wdd THEN (s.wdd * s.wy - s.wd * s.wdy) / (s.w * s.wdd - s.wd * s.wd) ELSE s.wy / s.w END))
        FROM sums s ORDER BY s.x0
        $q$, @extschema@.risk_validation_query(source, outcome, predicted)) USING points, span;
END
$$;
COMMENT ON FUNCTION risk_calibration_curve(regclass, text, text, integer, float8) IS
    'Smoothed calibration curve: the observed share at evenly spaced predictions, by local linear regression over the span nearest share of rows with tricube weights (loess of degree 1: Cleveland 1979), held within 0 and 1. Above 1,000 rows the rows are first brought into 1,000 groups by rank of the prediction.';

CREATE FUNCTION risk_thresholds(source regclass, outcome text, predicted text, thresholds float8[], confidence float8 DEFAULT 0.95,
    OUT threshold float8, OUT flagged bigint, OUT flagged_share float8, OUT true_positives bigint, OUT false_positives bigint, OUT false_negatives bigint, OUT true_negatives bigint,
    OUT sensitivity float8, OUT sensitivity_lower float8, OUT sensitivity_upper float8, OUT specificity float8, OUT ppv float8, OUT ppv_lower float8, OUT ppv_upper float8, OUT npv float8, OUT lift float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF thresholds IS NULL OR array_position(thresholds, NULL) IS NOT NULL OR array_position(thresholds, 'NaN') IS NOT NULL OR array_ndims(thresholds) > 1 THEN
        RAISE EXCEPTION 'thresholds must be a list of numbers' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH t AS (SELECT array_agg(DISTINCT x ORDER BY x) AS list FROM unnest($1) x
        ), counted AS (
            SELECT width_bucket(r.p, (SELECT t.list FROM t)) AS bucket, count(*) AS n, count(*) FILTER (WHERE r.y) AS events
            FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL AND cardinality($1) > 0 GROUP BY 1
        ), cut AS (
            SELECT x.threshold, coalesce(sum(c.n), 0)::bigint AS all_n, coalesce(sum(c.events), 0)::bigint AS all_events,
                   coalesce(sum(c.n) FILTER (WHERE c.bucket >= x.i), 0)::bigint AS flagged, coalesce(sum(c.events) FILTER (WHERE c.bucket >= x.i), 0)::bigint AS hits
            FROM t CROSS JOIN LATERAL unnest(t.list) WITH ORDINALITY x (threshold, i) LEFT JOIN counted c ON true GROUP BY x.threshold
        )
        SELECT c.threshold, c.flagged, c.flagged::float8 / nullif(c.all_n, 0), c.hits, c.flagged - c.hits, c.all_events - c.hits, c.all_n - c.flagged - c.all_events + c.hits,
               (i.sensitivity).proportion, (i.sensitivity).lower, (i.sensitivity).upper,
               (c.all_n - c.flagged - c.all_events + c.hits)::float8 / nullif(c.all_n - c.all_events, 0),
               (i.ppv).proportion, (i.ppv).lower, (i.ppv).upper,
               (c.all_n - c.flagged - c.all_events + c.hits)::float8 / nullif(c.all_n - c.flagged, 0),
               (i.ppv).proportion / nullif(c.all_events::float8 / nullif(c.all_n, 0), 0)
        FROM cut c
        CROSS JOIN LATERAL (SELECT @extschema@.proportion_ci(c.hits, c.all_events, $2) AS sensitivity, @extschema@.proportion_ci(c.hits, c.flagged, $2) AS ppv) i
        ORDER BY c.threshold
        $q$, @extschema@.risk_validation_query(source, outcome, predicted, NULL, false)) USING thresholds, confidence;
END
$$;
COMMENT ON FUNCTION risk_thresholds(regclass, text, text, float8[], float8) IS
    'What flagging everybody at or above each threshold would have meant: people flagged, true and false positives and negatives, sensitivity, specificity, positive and negative predictive value (Wilson intervals) and lift over the whole. Any score will do, not only probabilities. Measures without a denominator are NULL.';

CREATE FUNCTION risk_top(source regclass, outcome text, predicted text, counts bigint[],
    OUT top bigint, OUT flagged bigint, OUT threshold float8, OUT tied bigint, OUT tied_taken bigint, OUT true_positives float8,
    OUT sensitivity float8, OUT specificity float8, OUT ppv float8, OUT npv float8, OUT lift float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF counts IS NULL OR array_position(counts, NULL) IS NOT NULL OR EXISTS (SELECT FROM unnest(counts) c WHERE c < 1) THEN
        RAISE EXCEPTION 'counts must be a list of whole numbers of people, 1 or more' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH step AS (
            SELECT r.p, count(*) AS n, count(*) FILTER (WHERE r.y) AS events, (sum(count(*)) OVER w)::bigint AS reached, (sum(count(*) FILTER (WHERE r.y)) OVER w)::bigint AS hits,
                   (sum(count(*)) OVER ())::bigint AS all_n, (sum(count(*) FILTER (WHERE r.y)) OVER ())::bigint AS all_events
            FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL GROUP BY r.p WINDOW w AS (ORDER BY r.p DESC)
        ), border AS (
            SELECT DISTINCT ON (c.top) c.top, s.*, least(c.top, s.all_n) AS flagged FROM unnest($1) c (top) JOIN step s ON s.reached >= least(c.top, s.all_n) ORDER BY c.top, s.reached
        ), counted AS (
            SELECT b.*, b.n - (b.reached - b.flagged) AS taken, (b.hits - b.events) + b.events::float8 * (b.n - (b.reached - b.flagged)) / b.n AS tp FROM border b
        )
        SELECT c.top, c.flagged, c.p, c.n, c.taken, c.tp, c.tp / nullif(c.all_events, 0),
               (c.all_n - c.all_events - c.flagged + c.tp) / nullif(c.all_n - c.all_events, 0), c.tp / c.flagged,
               (c.all_n - c.all_events - c.flagged + c.tp) / nullif(c.all_n - c.flagged, 0), (c.tp / c.flagged) / nullif(c.all_events::float8 / c.all_n, 0)
        FROM counted c ORDER BY c.top
        $q$, @extschema@.risk_validation_query(source, outcome, predicted, NULL, false)) USING counts;
END
$$;
COMMENT ON FUNCTION risk_top(regclass, text, text, bigint[]) IS
    'What flagging the people with the highest predictions, as many as counts says, would have meant: threshold is the prediction of the last one taken, tied the people who share it, tied_taken how many of those are taken. True positives are what a fair draw among the tied gives on average. Lists longer than the population take everybody.';

CREATE FUNCTION risk_roc(source regclass, outcome text, predicted text, points integer DEFAULT 200,
    OUT threshold float8, OUT sensitivity float8, OUT specificity float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 200
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF points < 2 THEN
        RAISE EXCEPTION 'a curve needs at least 2 points' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH step AS (
            SELECT r.p, sum(count(*) FILTER (WHERE r.y)) OVER w AS hits, sum(count(*) FILTER (WHERE NOT r.y)) OVER w AS misses, row_number() OVER w AS i, count(*) OVER () AS steps,
                   sum(count(*) FILTER (WHERE r.y)) OVER () AS events, sum(count(*) FILTER (WHERE NOT r.y)) OVER () AS others
            FROM (%s) r WHERE r.y IS NOT NULL AND r.p IS NOT NULL GROUP BY r.p WINDOW w AS (ORDER BY r.p DESC)
        )
        SELECT 'Infinity'::float8, 0::float8, 1::float8 FROM step s WHERE s.i = 1 AND s.events > 0 AND s.others > 0
        UNION ALL
        (SELECT s.p, (s.hits / s.events)::float8, (1 - s.misses / s.others)::float8 FROM step s
         WHERE s.events > 0 AND s.others > 0 AND ($1 IS NULL OR s.steps < $1 OR s.i = s.steps OR ($1 - 1) * s.i / s.steps > ($1 - 1) * (s.i - 1) / s.steps)
         ORDER BY s.i)
        $q$, @extschema@.risk_validation_query(source, outcome, predicted, NULL, false)) USING points;
END
$$;
COMMENT ON FUNCTION risk_roc(regclass, text, text, integer) IS
    'Points of the ROC curve from nobody flagged (threshold infinity) to everybody, thinned to about as many as asked (NULL gives every distinct prediction). No rows without both outcomes.';

CREATE FUNCTION risk_decision_curve(source regclass, outcome text, predicted text, thresholds float8[] DEFAULT NULL,
    OUT threshold float8, OUT flagged bigint, OUT net_benefit float8, OUT treat_all float8, OUT treat_none float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 99
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    list float8[] := coalesce(thresholds, ARRAY(SELECT i / 100.0::float8 FROM generate_series(1, 99) i));
BEGIN
    IF EXISTS (SELECT FROM unnest(list) t WHERE NOT coalesce(t > 0 AND t < 1, false)) THEN
        RAISE EXCEPTION 'thresholds of a decision curve must lie between 0 and 1, both excluded' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- a probability is asked for here, a score would do in risk_thresholds
    PERFORM @extschema@.risk_validation_query(source, outcome, predicted);
    RETURN QUERY
        SELECT t.threshold, t.flagged, (t.true_positives - t.false_positives * (t.threshold / (1 - t.threshold))) / nullif(c.n, 0),
               (c.events - (c.n - c.events) * (t.threshold / (1 - t.threshold))) / nullif(c.n, 0), 0::float8
        FROM @extschema@.risk_thresholds(source, outcome, predicted, list) t
        CROSS JOIN LATERAL (SELECT t.true_positives + t.false_negatives AS events, t.true_positives + t.false_positives + t.false_negatives + t.true_negatives AS n) c
        ORDER BY t.threshold;
END
$$;
COMMENT ON FUNCTION risk_decision_curve(regclass, text, text, float8[]) IS
    'Decision curve (Vickers and Elkin, Medical Decision Making 2006;26:565): net benefit of acting on everybody at or above each threshold, TP/n - FP/n * t/(1 - t), beside acting on all and on none. Without thresholds 0.01 to 0.99.';

-- Cost ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION risk_cost_performance(source regclass, actual text, predicted text, groups integer DEFAULT 10,
    OUT decile integer, OUT n bigint, OUT skipped bigint, OUT actual_total numeric, OUT predicted_total numeric, OUT actual_mean float8, OUT predicted_mean float8,
    OUT predictive_ratio float8, OUT r2 float8, OUT mae float8, OUT rmse float8, OUT cpm float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 11
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.risk_validation_column(source, actual, 'N', 'actual cost');
    PERFORM @extschema@.risk_validation_column(source, predicted, 'N', 'predicted cost');
    IF NOT coalesce(groups BETWEEN 1 AND 1000, false) THEN
        RAISE EXCEPTION 'the number of groups must lie between 1 and 1000' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH r AS MATERIALIZED (
            SELECT s.%2$I::numeric AS a, s.%3$I::numeric AS e, s.%2$I::float8 AS y, s.%3$I::float8 AS p FROM %1$s s
        ), missing AS (SELECT count(*) AS skipped FROM r WHERE r.a IS NULL OR r.e IS NULL
        ), centred AS (
            SELECT r.*, r.y - avg(r.y) OVER () AS off, $1::bigint * (rank() OVER (ORDER BY r.p) - 1) / count(*) OVER () AS cell
            FROM r WHERE r.a IS NOT NULL AND r.e IS NOT NULL
        )
        SELECT (1 + c.cell)::integer, count(*), CASE WHEN GROUPING(c.cell) = 1 THEN max(m.skipped) END, sum(c.a), sum(c.e), avg(c.y), avg(c.p), sum(c.p) / nullif(sum(c.y), 0),
               CASE WHEN GROUPING(c.cell) = 1 THEN 1 - sum((c.y - c.p) ^ 2) / nullif(sum(c.off ^ 2), 0) END, avg(abs(c.y - c.p)), sqrt(avg((c.y - c.p) ^ 2)),
               CASE WHEN GROUPING(c.cell) = 1 THEN 1 - sum(abs(c.y - c.p)) / nullif(sum(abs(c.off)), 0) END
        FROM missing m LEFT JOIN centred c ON true GROUP BY GROUPING SETS ((), (c.cell)) HAVING count(c.y) > 0
        ORDER BY c.cell NULLS FIRST
        $q$, source, actual, predicted) USING groups;
END
$$;
COMMENT ON FUNCTION risk_cost_performance(regclass, text, text, integer) IS
    'Predicted against actual cost: first one row with decile NULL for the whole (R2 = 1 - squared errors / squared deviations from the mean, mean absolute error, root mean square error, Cumming''s prediction measure = 1 - absolute errors / absolute deviations from the mean, rows skipped for a NULL), then one per group of equal size by predicted cost. The predictive ratio is predicted / actual: above 1 is too high. Totals are exact.';

-- Drift --------------------------------------------------------------------------------------------------------------

CREATE FUNCTION risk_psi_bins(reference regclass, reference_column text, current regclass, current_column text, bins integer DEFAULT 10,
    OUT bin integer, OUT label text, OUT reference_rows bigint, OUT current_rows bigint, OUT reference_share float8, OUT current_share float8, OUT contribution float8)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbers boolean := @extschema@.risk_validation_column(reference, reference_column, 'ABCDEGINPRSTUVXZ', 'reference') = 'N'
                   AND @extschema@.risk_validation_column(current, current_column, 'ABCDEGINPRSTUVXZ', 'comparison') = 'N';
    cuts float8[];
BEGIN
    IF NOT coalesce(bins BETWEEN 2 AND 100, false) THEN
        RAISE EXCEPTION 'the number of bins must lie between 2 and 100' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF numbers THEN
        EXECUTE format('SELECT percentile_disc(ARRAY(SELECT i::float8 / $1 FROM generate_series(1, $1 - 1) i)) WITHIN GROUP (ORDER BY s.%I::float8) FROM %s s', reference_column, reference)
            INTO cuts USING bins;
        cuts := ARRAY(SELECT DISTINCT c FROM unnest(cuts) c WHERE c IS NOT NULL ORDER BY c);
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH counted AS (
            SELECT x.bin, sum(x.a) AS a, sum(x.b) AS b
            FROM (SELECT %3$s AS bin, count(*) AS a, 0::bigint AS b FROM (SELECT s.%1$I AS value FROM %2$s s) v GROUP BY 1
                  UNION ALL
                  SELECT %3$s, 0, count(*) FROM (SELECT s.%4$I AS value FROM %5$s s) v GROUP BY 1) x
            GROUP BY x.bin
        ), total AS (
            SELECT c.*, sum(c.a) OVER () AS all_a, sum(c.b) OVER () AS all_b, row_number() OVER (ORDER BY c.bin) AS i FROM counted c
        ), share AS (
            SELECT t.*, (greatest(t.a, 0.5) / nullif(t.all_a, 0))::float8 AS share_a, (greatest(t.b, 0.5) / nullif(t.all_b, 0))::float8 AS share_b FROM total t
        )
        SELECT s.i::integer, coalesce(%6$s, 'not known'), s.a::bigint, s.b::bigint, (s.a / nullif(s.all_a, 0))::float8, (s.b / nullif(s.all_b, 0))::float8, (s.share_b - s.share_a) * ln(s.share_b / s.share_a)
        FROM share s ORDER BY s.i
        $q$, reference_column, reference,
             CASE WHEN numbers THEN 'width_bucket(v.value::float8, $1)' ELSE 'v.value::text' END, current_column, current,
             CASE WHEN numbers THEN 'CASE WHEN s.bin IS NULL THEN NULL WHEN s.bin = 0 THEN format(''below %s'', $1[1]) WHEN s.bin = cardinality($1) THEN format(''%s and more'', $1[s.bin]) ELSE format(''%s to below %s'', $1[s.bin], $1[s.bin + 1]) END'
                  ELSE 's.bin' END) USING cuts;
END
$$;
COMMENT ON FUNCTION risk_psi_bins(regclass, text, regclass, text, integer) IS
    'Population stability by bin: shares of a column in a reference and in current data and what each bin adds to risk_psi. Numbers are binned at the quantiles of the reference (fewer bins where those coincide), other columns by their values; NULL is a bin of its own. A bin that is empty on one side counts as half a row there; bins empty on both sides do not exist.';

CREATE FUNCTION risk_psi(reference regclass, reference_column text, current regclass, current_column text, bins integer DEFAULT 10) RETURNS float8
    LANGUAGE sql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sum(b.contribution) FROM @extschema@.risk_psi_bins(reference, reference_column, current, current_column, bins) b
$$;
COMMENT ON FUNCTION risk_psi(regclass, text, regclass, text, integer) IS
    'Population stability index between a reference and current data: sum over bins of (current share - reference share) * ln(current share / reference share); below 0.1 is commonly read as stable, 0.1 to 0.25 as worth watching, above as a reason to act. Bins as in risk_psi_bins. NULL when either side has no rows.';

-- Recalibration ------------------------------------------------------------------------------------------------------

CREATE FUNCTION risk_recalibrate(model risk_model, source regclass, outcome text, predicted text, method text, version text) RETURNS risk_model
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parent jsonb := model::text::jsonb;
    fit record;
    a float8;
    b float8;
    old_a float8 := coalesce((parent #>> '{calibration,intercept}')::float8, 0);
    old_b float8 := coalesce((parent #>> '{calibration,slope}')::float8, 1);
BEGIN
    IF model IS NULL OR method IS NULL OR version IS NULL THEN
        RAISE EXCEPTION 'risk_recalibrate needs a model, a method and the version of the new model' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF method NOT IN ('intercept', 'intercept_slope') THEN
        RAISE EXCEPTION 'unknown method "%": expected intercept or intercept_slope', method USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF coalesce(parent ->> 'link', 'identity') <> 'logit' OR parent ? 'probability' THEN
        RAISE EXCEPTION 'only models with the link "logit" can be recalibrated to an outcome' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF version = parent ->> 'version' THEN
        RAISE EXCEPTION 'the recalibrated model needs a version of its own, "%" is that of its parent', version USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT f.* INTO fit FROM @extschema@.risk_calibration_fit(@extschema@.risk_validation_query(source, outcome, predicted)) f;
    a := CASE method WHEN 'intercept' THEN fit.in_the_large ELSE fit.intercept END;
    b := CASE method WHEN 'intercept' THEN 1 ELSE fit.slope END;
    IF a IS NULL OR b IS NULL THEN
        RAISE EXCEPTION 'the model cannot be recalibrated: %', coalesce(fit.note, 'no rows with outcome and prediction')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- the predictions carry the parent's own calibration: new = a + b * (old_a + old_b * linear predictor)
    RETURN (parent || jsonb_build_object('version', version, 'parent', concat_ws(' ', parent ->> 'name', parent ->> 'version'),
                                         'calibration', jsonb_build_object('intercept', a + b * old_a, 'slope', b * old_b)))::text::@extschema@.risk_model;
END
$$;
COMMENT ON FUNCTION risk_recalibrate(risk_model, regclass, text, text, text, text) IS
    'The model with a new intercept, or intercept and slope, of its linear predictor, so that its predictions (the column predicted: its own, over the rows of source) meet the outcomes; its parent is named and nothing else changes. Method intercept (calibration in the large) or intercept_slope. 22023 for models without the link logit, rows it cannot be fitted to, and the version of the parent.';
