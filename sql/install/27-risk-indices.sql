-- What published indices say beyond their score.

CREATE FUNCTION charlson_survival(score double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- beyond 11.8 the answer is below 1e-300, and exp would leave its range
RETURN CASE WHEN score = 'NaN' THEN NULL WHEN score > 11.8 THEN 0 ELSE exp(ln(0.983::double precision) * exp(0.9::double precision * score)) END;
COMMENT ON FUNCTION charlson_survival(double precision) IS
    'Ten-year survival that Charlson''s formula gives for an age-adjusted score with the original weights: 0.983 to the power of exp(0.9 * score) (Charlson ME et al., J Chronic Dis 1987;40:373-83). Not for other weights. NULL for NULL.';
