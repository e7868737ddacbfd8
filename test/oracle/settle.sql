-- An independent settlement in plain numeric: whole numbers over one common denominator, nothing of the product.
CREATE SCHEMA oracle;

-- r(id, k, n): a pseudo-random whole number from 0 to n - 1.
CREATE FUNCTION oracle.r(id bigint, k integer, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN mod(mod(hashint8extended(hashint8extended(id * 1000 + k, 7), 11), n) + n, n);

-- The share in pence. Limits are in units of 0.001 % of the base, or in pence; rates are num/den with den dividing 2,520,000;
-- gate and cap are in the same units as the limits; the factor is in hundred-millionths.
CREATE FUNCTION oracle.share(x numeric, base numeric, percent boolean, upper_limits numeric[], nums integer[], dens integer[], gate numeric, cap numeric, factor numeric)
    RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    unit CONSTANT numeric := 100000;
    common CONSTANT numeric := 2520000;
    per_limit numeric := CASE WHEN percent THEN base ELSE unit END;
    size numeric := abs(x) * unit;
    lower_limit numeric := 0;
    upper_limit numeric;
    total numeric := 0;
    whole numeric := unit * common * 100000000;
BEGIN
    IF gate IS NOT NULL AND size < gate * per_limit THEN
        RETURN 0;
    END IF;
    FOR i IN 1 .. cardinality(nums) LOOP
        upper_limit := coalesce(upper_limits[i] * per_limit, greatest(size, lower_limit));
        total := total + greatest(least(size, upper_limit) - lower_limit, 0) * nums[i] * div(common, dens[i]);
        lower_limit := upper_limit;
    END LOOP;
    total := total * factor;
    IF cap IS NOT NULL THEN
        total := least(total, cap * per_limit * common * 100000000);
    END IF;
    RETURN sign(x) * div(2 * total + whole, 2 * whole);
END
$$;

-- Hamilton's method: the part of party i in a total of pence.
CREATE FUNCTION oracle.parts(total numeric, weights numeric[]) RETURNS numeric[] LANGUAGE sql IMMUTABLE AS $$
    WITH w AS (SELECT i, weight, sum(weight) OVER () AS whole FROM unnest(weights) WITH ORDINALITY AS u (weight, i)),
         f AS (SELECT i, div(abs(total) * weight, whole) AS down, mod(abs(total) * weight, whole) AS rest FROM w),
         o AS (SELECT i, down, row_number() OVER (ORDER BY rest DESC, i) AS place, abs(total) - sum(down) OVER () AS spare FROM f)
    SELECT array_agg(sign(total) * (down + CASE WHEN place <= spare THEN 1 ELSE 0 END) ORDER BY i) FROM o
$$;

-- An amount as terms write it: thousandths of a percent, or pence.
CREATE FUNCTION oracle.amount(a numeric, percent boolean) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN percent THEN round(a / 1000, 3) || '%' ELSE round(a / 100, 2)::text END;

-- 20,000 curves with a difference each: money and percent, gates, caps, closed and open ends, even and odd rates.
CREATE TABLE oracle.made AS
WITH shape AS (
    SELECT id, oracle.r(id, 1, 2) = 0 AS percent, 1 + oracle.r(id, 2, 5)::integer AS bands, oracle.r(id, 3, 3) AS ends,
           CASE oracle.r(id, 4, 3) WHEN 0 THEN 1 + oracle.r(id, 5, 3000) END AS gate,
           CASE oracle.r(id, 6, 3) WHEN 0 THEN oracle.r(id, 7, 20000) END AS cap,
           (1 + oracle.r(id, 8, CASE WHEN id % 10 = 0 THEN 999000000000000 ELSE 100000000 END))::numeric AS base,
           CASE WHEN id % 3 = 0 THEN 100000000 ELSE CASE WHEN id % 3 = 1 THEN 10000 * oracle.r(id, 9, 10001) ELSE oracle.r(id, 9, 100000001) END END AS factor,
           oracle.r(id, 10, 2) * 2 - 1 AS side
    FROM generate_series(1, 20000) id
), limits AS (
    SELECT shape.*, l.upper_limits, l.nums, l.dens
    FROM shape CROSS JOIN LATERAL (
        SELECT array_agg(CASE WHEN i = bands AND ends > 0 THEN NULL ELSE u END ORDER BY i) AS upper_limits, array_agg(num ORDER BY i) AS nums, array_agg(den ORDER BY i) AS dens
        FROM (SELECT i, sum(1 + oracle.r(id, 20 + i, 9999)) OVER (ORDER BY i) AS u, d AS den, oracle.r(id, 40 + i, d + 1)::integer AS num
              FROM generate_series(1, bands) i CROSS JOIN LATERAL (SELECT (ARRAY[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 1000])[1 + oracle.r(id, 30 + i, 12)] AS d) den) b) l
)
SELECT id, percent, base, factor, side, upper_limits, nums, dens, gate, cap,
       side * CASE WHEN percent THEN div(base * oracle.r(id, 50, 60000), 100000) ELSE oracle.r(id, 50, 60000) END AS x,
       'both ' || coalesce('cliff ' || oracle.amount(gate, percent) || ' ', '')
       || (SELECT string_agg(coalesce(oracle.amount(upper_limits[i - 1], percent), '0') || '..' || coalesce(oracle.amount(upper_limits[i], percent), '') || ':' || nums[i] || '/' || dens[i], ',' ORDER BY i)
           FROM generate_series(1, cardinality(nums)) i)
       || coalesce(' max ' || oracle.amount(cap, percent), '') AS text
FROM limits;
