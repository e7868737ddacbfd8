-- Prices of the maternity pathway, and the calculations of everything that is not a spell as rows for people.

CREATE TYPE pathway_line AS (module text, level text, market_forces_factor numeric, rounding text);
COMMENT ON TYPE pathway_line IS
    'A module of the maternity pathway to be priced: antenatal, delivery or postnatal, at the level that the price list names, such as STANDARD, INTERMEDIATE, INTENSIVE, WITHCC, WITHOUTCC. NULL means not known.';

CREATE FUNCTION price_pathway(tariff tariff, line pathway_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_pathway' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_pathway(tariff, pathway_line) IS
    'Price of a module of the maternity pathway by level of need. The tariff must be of the day. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION attendance_steps(tariff tariff, line attendance_line)
    RETURNS TABLE (step integer, part text, formula text, amount numeric, source text)
    AS 'MODULE_PATHNAME', 'commissioning_attendance_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION attendance_steps(tariff, attendance_line) IS
    'The calculation of price_attendance as rows for people: formula with its numbers, amount, source. A line without a price ends with the step "not assessed". Errors as price_attendance.';

CREATE FUNCTION emergency_steps(tariff tariff, line emergency_line)
    RETURNS TABLE (step integer, part text, formula text, amount numeric, source text)
    AS 'MODULE_PATHNAME', 'commissioning_emergency_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION emergency_steps(tariff, emergency_line) IS 'The calculation of price_emergency as rows for people; see attendance_steps.';

CREATE FUNCTION unbundled_steps(tariff tariff, line unbundled_line)
    RETURNS TABLE (step integer, part text, formula text, amount numeric, source text)
    AS 'MODULE_PATHNAME', 'commissioning_unbundled_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION unbundled_steps(tariff, unbundled_line) IS 'The calculation of price_unbundled as rows for people; see attendance_steps.';

CREATE FUNCTION pathway_steps(tariff tariff, line pathway_line)
    RETURNS TABLE (step integer, part text, formula text, amount numeric, source text)
    AS 'MODULE_PATHNAME', 'commissioning_pathway_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION pathway_steps(tariff, pathway_line) IS 'The calculation of price_pathway as rows for people; see attendance_steps.';
