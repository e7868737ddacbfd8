-- Settings and arithmetic. Every random value is u(entity id, stream): a hash, no state, so order, partition and degree of
-- parallelism change nothing. Two rounds of hashint8extended: one alone leaves neighbours correlated.

DROP SCHEMA IF EXISTS county CASCADE;
DROP SCHEMA IF EXISTS truth CASCADE;
CREATE SCHEMA county;
CREATE SCHEMA truth;
COMMENT ON SCHEMA county IS 'A synthetic county: people, hospital records, claims. Nothing in it is about a real person; prices are SYNTHETIC.';
COMMENT ON SCHEMA truth IS 'What was planted and what is true. The product never reads it.';

CREATE TABLE county.setting AS
SELECT :seed::bigint AS seed, :shift::float8 AS shift, t.*, make_date(2025 - t.years, 4, 1) AS first_day, date '2025-03-31' AS last_day,
       -- how many errors there are beyond the least of each kind: 0 few, 1 as audits report, 2 twice as many
       :errors::float8 AS errors
FROM (VALUES ('S', 3400, 3, 4, 1, 4, 0.22), ('M', 340000, 40, 60, 1, 60, 0.02), ('M3', 340000, 40, 60, 3, 60, 0.02))
    AS t (tier, people, practices, providers, years, plants, long_share)
WHERE t.tier = :'tier';

-- The seed is a literal in the body, so that the function is one expression and is inlined.
SELECT format($f$
CREATE FUNCTION county.u(id bigint, stream integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(hashint8extended(id, stream::bigint * 1000003 + %s), stream::bigint) >> 12) & 4503599627370495)::float8 / 4503599627370496
$f$, :seed::bigint) \gexec
COMMENT ON FUNCTION county.u(bigint, integer) IS 'Uniform on [0,1): a hash of entity and stream.';

-- The next two use their argument more than once, so they are no candidates for inlining; PL/pgSQL is then the faster language.
-- Normal quantile (Abramowitz and Stegun 26.2.23, error below 4.5e-4).
CREATE FUNCTION county.probit(p float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    t float8 := sqrt(-2 * ln(greatest(1e-12, least(p, 1 - p))));
    x float8 := t - (2.515517 + t * (0.802853 + 0.010328 * t)) / (1 + t * (1.432788 + t * (0.189269 + 0.001308 * t)));
BEGIN
    RETURN CASE WHEN p < 0.5 THEN -x ELSE x END;
END $$;

-- Poisson count with mean l for a uniform u, at most 12.
CREATE FUNCTION county.poisson(u float8, l float8) RETURNS integer LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    k integer := 0;
    p float8 := exp(-l);
    c float8 := p;
BEGIN
    WHILE u >= c AND k < 12 LOOP
        k := k + 1;
        p := p * l / k;
        c := c + p;
    END LOOP;
    RETURN k;
END $$;

-- Half away from zero to the penny: numeric's round does that. Every amount of the truth goes through this one place.
CREATE FUNCTION county.amount(units numeric, price numeric, factor numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN round(units * price * coalesce(factor, 1), 2);

-- Financial year of a date as the feeds spell it, and its month (1 = April).
CREATE FUNCTION county.fy(d date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(year FROM d - interval '3 months')::integer)::text || '/'
    || right((extract(year FROM d - interval '3 months')::integer + 1)::text, 2);
CREATE FUNCTION county.fm(d date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(month FROM d - interval '3 months')::integer;
