-- Payment regimes that settle an actual value against an agreed one: exact numerics, rounded once to the penny.

CREATE FUNCTION regime_amount(base numeric, actual numeric, agreed numeric, rate numeric, above boolean, below boolean) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    variance numeric := actual - agreed;
BEGIN
    IF rate NOT BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'rate % is not between 0 and 1', rate
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A rate of 70 % is written 0.7.';
    END IF;
    IF actual IN ('NaN', 'Infinity', '-Infinity') OR agreed IN ('NaN', 'Infinity', '-Infinity') OR base IN ('NaN', 'Infinity', '-Infinity') THEN
        RAISE EXCEPTION 'an amount is not a finite number' USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    RETURN round(base + CASE WHEN variance > 0 AND above OR variance < 0 AND below THEN rate * variance ELSE 0 END, 2);
END
$$;
COMMENT ON FUNCTION regime_amount(numeric, numeric, numeric, numeric, boolean, boolean) IS
    'base + rate * (actual - agreed), the variance counted only above or below what was agreed where so said; rounded once to the penny, half away from zero. NULL gives NULL. A rate outside 0 to 1 is 22023, an amount that is not finite 22003.';

CREATE FUNCTION mret_payable(actual numeric, baseline numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN @extschema@.regime_amount(least(actual, baseline), actual, baseline, rate, true, false);
COMMENT ON FUNCTION mret_payable(numeric, numeric, numeric) IS
    'Payable for emergency spells under the marginal rate: min(actual, baseline) + rate * max(0, actual - baseline). Both values include the market forces factor and are cumulative. NULL gives NULL. A rate outside 0 to 1 is 22023.';

CREATE FUNCTION blended_payable(fixed numeric, actual numeric, planned numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN @extschema@.regime_amount(fixed, actual, planned, rate, true, true);
COMMENT ON FUNCTION blended_payable(numeric, numeric, numeric, numeric) IS
    'Payable under a blended payment: fixed + rate * (actual - planned), above and below plan. NULL gives NULL. A rate outside 0 to 1 is 22023.';

CREATE FUNCTION api_variance(actual numeric, target numeric, rate numeric, both_signs boolean DEFAULT true) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN @extschema@.regime_amount(0, actual, target, rate, true, both_signs);
COMMENT ON FUNCTION api_variance(numeric, numeric, numeric, boolean) IS
    'Adjustment under an aligned payment and incentive contract: rate * (actual - target); without both_signs never below zero. NULL gives NULL. A rate outside 0 to 1 is 22023.';
