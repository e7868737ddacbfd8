-- How much of a measured saving may be chance.

-- By size: 42 CFR 425.604 to 425.610; between the knots on a line.
CREATE FUNCTION published_savings_rate() RETURNS sliding_scale
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'linear 5000:3.9%, 6000:3.6%, 7000:3.4%, 8000:3.2%, 9000:3.1%, 10000:3%, 15000:2.7%, 20000:2.5%, 50000:2.2%, 60000:2%'::sliding_scale;
COMMENT ON FUNCTION published_savings_rate() IS
    'Minimum savings rate by number of people as Medicare publishes it (42 CFR 425.604, one-sided), the alternative to minimum_savings_rate; flat outside 5,000 to 60,000. Use it as the gate of terms, or look a rate up with scale_value.';

CREATE FUNCTION normal_probability(z float8) RETURNS float8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN z < 0 THEN @extschema@.chi_square_tail(z * z, 1) / 2 ELSE 1 - @extschema@.chi_square_tail(z * z, 1) / 2 END
$$;
COMMENT ON FUNCTION normal_probability(float8) IS 'Probability that a standard normal variable lies below z. NULL for NULL; 22023 for NaN.';

CREATE FUNCTION check_chance(n numeric, cv float8, confidence float8) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (n > 0 AND n < 'Infinity'::numeric) THEN
        RAISE EXCEPTION 'the size of the population must be above 0, not %', n USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give the number of people, or person-years, whose cost was measured.';
    END IF;
    IF NOT (cv > 0 AND cv < 'Infinity'::float8) THEN
        RAISE EXCEPTION 'the coefficient of variation must be above 0, not %', cv USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give the standard deviation of a person''s yearly cost divided by its mean; 2.0 fits the published minimum rates.';
    END IF;
    IF NOT (confidence > 0 AND confidence < 1) THEN
        RAISE EXCEPTION 'confidence must lie between 0 and 1, not %', confidence USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Write 90 % as 0.90.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_chance(numeric, float8, float8) IS 'Refuses sizes, coefficients of variation and confidences that cannot be (22023). NULL passes.';

CREATE FUNCTION minimum_savings_rate(n numeric, cv float8 DEFAULT 2.0, confidence float8 DEFAULT 0.90) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.check_chance(n, cv, confidence);
    RETURN round((@extschema@.normal_quantile(confidence) * cv / sqrt(n::float8))::numeric, 6);
END
$$;
COMMENT ON FUNCTION minimum_savings_rate(numeric, float8, float8) IS
    'The rate of saving, as a share of the benchmark to 6 decimals, that chance alone reaches with probability 1 - confidence in a population of n people: z x cv / sqrt(n), one-sided. cv is the effective coefficient of variation of a person''s cost against its benchmark; 2.0 gives 3.6 % at 90 % for 5,000 people. NULL for NULL; 22023 for a size, cv or confidence that cannot be.';

CREATE FUNCTION minimum_population(rate numeric, cv float8 DEFAULT 2.0, confidence float8 DEFAULT 0.90) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.check_chance(1, cv, confidence);
    IF NOT (rate > 0 AND rate <= 1) OR confidence <= 0.5 THEN
        RAISE EXCEPTION 'a rate between 0 and 1 and a confidence above one half are needed, not % and %', rate, confidence
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Write 2 % as 0.02.';
    END IF;
    RETURN ceil((@extschema@.normal_quantile(confidence) * cv / rate::float8) ^ 2);
END
$$;
COMMENT ON FUNCTION minimum_population(numeric, float8, float8) IS
    'People needed for a saving of this rate to stand out from chance: (z x cv / rate) squared, rounded up; the reverse of minimum_savings_rate. NULL for NULL; 22023 for a rate, cv or confidence that cannot be.';

CREATE FUNCTION gate_probability(n numeric, gate_rate numeric, true_rate numeric DEFAULT 0, cv float8 DEFAULT 2.0) RETURNS float8
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.check_chance(n, cv, 0.5);
    RETURN @extschema@.normal_probability(((true_rate - gate_rate)::float8) * sqrt(n::float8) / cv);
END
$$;
COMMENT ON FUNCTION gate_probability(numeric, numeric, numeric, float8) IS
    'Probability that the measured saving reaches the gate when the true saving is true_rate (both shares of the benchmark): with true_rate 0 that of paying for nothing; 1 less it, with a true saving, that of denying what was earned. NULL for NULL; 22023 for a size or cv that cannot be.';

CREATE TYPE saving_estimate AS (
    saving_rate float8, rate_std_error float8, rate_lower float8, rate_upper float8,
    saving numeric, std_error numeric, lower numeric, upper numeric, p_no_saving float8
);
COMMENT ON TYPE saving_estimate IS 'A measured saving and what chance leaves of it.';
COMMENT ON COLUMN saving_estimate.saving_rate IS 'Saving as a share of the benchmark.';
COMMENT ON COLUMN saving_estimate.rate_std_error IS 'Its standard error: cv / sqrt(n).';
COMMENT ON COLUMN saving_estimate.rate_lower IS 'Lower end of its confidence interval.';
COMMENT ON COLUMN saving_estimate.rate_upper IS 'Upper end of its confidence interval.';
COMMENT ON COLUMN saving_estimate.saving IS 'Saving in pounds: benchmark less actual.';
COMMENT ON COLUMN saving_estimate.std_error IS 'Its standard error in pounds.';
COMMENT ON COLUMN saving_estimate.lower IS 'Lower end of its confidence interval in pounds.';
COMMENT ON COLUMN saving_estimate.upper IS 'Upper end of its confidence interval in pounds.';
COMMENT ON COLUMN saving_estimate.p_no_saving IS 'Probability that there is no true saving: that of a result this good by chance alone, which it also is when nothing was known before.';

CREATE FUNCTION saving_interval(benchmark numeric, actual numeric, n numeric, cv float8 DEFAULT 2.0, confidence float8 DEFAULT 0.95) RETURNS saving_estimate
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r @extschema@.saving_estimate;
    reach float8;
BEGIN
    PERFORM @extschema@.check_chance(n, cv, confidence);
    IF NOT (benchmark > 0 AND benchmark < 'Infinity'::numeric) OR NOT abs(actual) < 'Infinity'::numeric THEN
        RAISE EXCEPTION 'the benchmark must be above 0 and the actual cost a number, not % and %', benchmark, actual
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Both are in pounds, for the same people and period.';
    END IF;
    r.saving := round(benchmark - actual, 2);
    r.saving_rate := (benchmark - actual) / benchmark;
    r.rate_std_error := cv / sqrt(n::float8);
    reach := @extschema@.normal_quantile((1 + confidence) / 2) * r.rate_std_error;
    r.rate_lower := r.saving_rate - reach;
    r.rate_upper := r.saving_rate + reach;
    r.std_error := round(benchmark * r.rate_std_error::numeric, 2);
    r.lower := round(benchmark - actual - benchmark * reach::numeric, 2);
    r.upper := round(benchmark - actual + benchmark * reach::numeric, 2);
    r.p_no_saving := @extschema@.normal_probability(- r.saving_rate / r.rate_std_error);
    RETURN r;
END
$$;
COMMENT ON FUNCTION saving_interval(numeric, numeric, numeric, float8, float8) IS
    'Saving (benchmark less actual) of n people with its standard error, two-sided confidence interval and the probability that there is no true saving, in closed form: the standard error of the rate is cv / sqrt(n), cv the effective coefficient of variation of a person''s cost against its benchmark. Regression to the mean and a wrong benchmark are not in it. NULL for NULL; 22023 for numbers that cannot be.';
