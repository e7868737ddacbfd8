-- Statistics that need special functions, from the second module commissioning_stats (GNU Scientific Library).

CREATE TYPE proportion_interval AS (proportion float8, lower float8, upper float8);
COMMENT ON TYPE proportion_interval IS
    'A proportion with the ends of its confidence interval, each between 0 and 1.';

CREATE FUNCTION proportion_ci(successes bigint, trials bigint, confidence float8 DEFAULT 0.95, method text DEFAULT 'wilson')
    RETURNS proportion_interval
    AS '$libdir/commissioning_stats', 'commissioning_proportion_ci' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION proportion_ci(bigint, bigint, float8, text) IS
    'Proportion successes / trials with its two-sided confidence interval. Method wilson (score interval: Wilson 1927; method 3 of Newcombe, Statistics in Medicine 1998;17:857) or exact (Clopper and Pearson 1934). No trials give NULL, NULL gives NULL; impossible counts, a confidence outside 0 to 1 and an unknown method are 22023; counts for which no exact interval can be computed are 22P01.';
