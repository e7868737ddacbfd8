-- Module commissioning_stats: intervals against published values.
CREATE SCHEMA stats_test;
SET search_path = stats_test, commissioning, public;
CREATE FUNCTION problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- Newcombe 1998, Statistics in Medicine 17:857, table I, methods 3 (Wilson) and 5 (Clopper-Pearson).
CREATE TABLE published (x bigint, n bigint, method text, lower numeric, upper numeric);
INSERT INTO published VALUES
	(81, 263, 'wilson', 0.2553, 0.3662), (15, 148, 'wilson', 0.0624, 0.1605), (0, 20, 'wilson', 0, 0.1611), (1, 29, 'wilson', 0.0061, 0.1718),
	(81, 263, 'exact', 0.2527, 0.3676), (15, 148, 'exact', 0.0578, 0.1617), (0, 20, 'exact', 0, 0.1684), (1, 29, 'exact', 0.0009, 0.1776);
SELECT x, n, p.method, round(c.lower::numeric, 4) AS lower, round(c.upper::numeric, 4) AS upper,
	round(c.lower::numeric, 4) = p.lower AND round(c.upper::numeric, 4) = p.upper AS as_published
	FROM published p, LATERAL proportion_ci(x, n, method => p.method) c;
-- Mendel's peas as in the manual of R's binom.test: 682 of 925.
SELECT round(proportion::numeric, 7), round(lower::numeric, 7), round(upper::numeric, 7) FROM proportion_ci(682, 925, 0.95, 'exact');

-- Clopper-Pearson by its definition: the tails of the binomial, summed in numeric.
CREATE FUNCTION tail(x int, n int, p numeric, above boolean) RETURNS numeric LANGUAGE sql AS $$
	SELECT sum(factorial(n) / factorial(k) / factorial(n - k) * p ^ k * (1 - p) ^ (n - k)) FROM generate_series(CASE WHEN above THEN x ELSE 0 END, CASE WHEN above THEN n ELSE x END) k
$$;
SELECT count(*) AS intervals, count(*) FILTER (WHERE (x = 0 AND lower = 0 OR abs(tail(x, n, lower::numeric, true) - (1 - confidence) / 2) < 1e-9)
	AND (x = n AND upper = 1 OR abs(tail(x, n, upper::numeric, false) - (1 - confidence) / 2) < 1e-9)) AS right
	FROM (VALUES (1), (2), (7), (25)) a (n), (VALUES (0.5), (0.95), (0.998)) b (confidence), LATERAL generate_series(0, n) x,
	LATERAL proportion_ci(x, n, confidence, 'exact');

-- Symmetry, order, large counts.
SELECT count(*) FROM (VALUES (10), (1000), (100000)) a (n), (VALUES ('wilson'), ('exact')) m (method), LATERAL (VALUES (0), (1), (n / 3), (n / 2), (n)) s (x),
	LATERAL proportion_ci(x, n, 0.95, m.method) c, LATERAL proportion_ci(n - x, n, 0.95, m.method) d
	WHERE NOT (0 <= c.lower AND c.lower <= c.proportion AND c.proportion <= c.upper AND c.upper <= 1
		AND abs(c.lower - (1 - d.upper)) < 1e-12 AND abs(c.upper - (1 - d.lower)) < 1e-12);
SELECT n, round(e.lower::numeric, 8) AS exact_lower, round(e.upper::numeric, 8) AS exact_upper, abs(e.lower - w.lower) < 1.0 / n AND abs(e.upper - w.upper) < 2.0 / n AS near_wilson
	FROM (VALUES (1000000), (100000000), (1000000000)) v (n), proportion_ci(n / 10, n, 0.95, 'exact') e, proportion_ci(n / 10, n) w;
SELECT proportion_ci(0, 1), proportion_ci(1, 1);

-- NULLs, no trials, bad arguments.
SELECT proportion_ci(0, 0), proportion_ci(NULL, 1), proportion_ci(1, NULL), proportion_ci(1, 2, NULL), proportion_ci(1, 2, 0.95, NULL);
SELECT problem(s) FROM unnest(ARRAY['SELECT proportion_ci(100000000000, 1000000000000, 0.95, ''exact'')', 'SELECT proportion_ci(2, 1)', 'SELECT proportion_ci(-1, 1)', 'SELECT proportion_ci(0, -1)', 'SELECT proportion_ci(1, 2, 0)',
	'SELECT proportion_ci(1, 2, 1)', 'SELECT proportion_ci(1, 2, -1)', 'SELECT proportion_ci(1, 2, 95)', 'SELECT proportion_ci(1, 2, ''NaN'')',
	'SELECT proportion_ci(1, 2, 0.95, ''wald'')', 'SELECT proportion_ci(1, 2, 0.95, '''')']) s;
SET client_min_messages = warning;
DROP SCHEMA stats_test CASCADE;
