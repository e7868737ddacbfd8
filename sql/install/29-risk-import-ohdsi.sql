-- The JSON of OHDSI patient-level prediction: an intercept and coefficients by covariate, absent covariates being 0.

-- Covariates of demographics are read as what they are, all others as an input of their own.
CREATE FUNCTION risk_ohdsi_term(id text, label text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN id = '1002' THEN '{"input": "age", "label": "Age in years"}'::jsonb
    WHEN id = '8507001' THEN '{"name": "male", "label": "Male", "only": [{"input": "female", "is": 0}]}'
    WHEN id = '8532001' THEN '{"name": "female", "label": "Female", "only": [{"input": "female", "is": 1}]}'
    -- age groups of five years
    WHEN id ~ '^[0-9]{1,2}003$' THEN jsonb_build_object('name', 'covariate_' || id, 'label', coalesce(label, 'Age group'),
        'only', jsonb_build_array(jsonb_build_object('input', 'age', 'from', left(id, -3)::integer * 5, 'below', left(id, -3)::integer * 5 + 5)))
    ELSE jsonb_strip_nulls(jsonb_build_object('input', 'covariate_' || id, 'label', label, 'missing', 0)) END;
COMMENT ON FUNCTION risk_ohdsi_term(text, text) IS 'One covariate of OHDSI as a term. Used by risk_import_ohdsi.';

CREATE FUNCTION risk_import_ohdsi(document jsonb, name text, version text, properties jsonb DEFAULT '{}') RETURNS risk_model
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kind text := lower(coalesce(document->>'modelType', document->'model'->>'modelType'));
    list jsonb := coalesce(document->'coefficients', document->'model'->'coefficients');
    factors jsonb := coalesce(document->'normFactors', document->'model'->'normFactors');
    link text := CASE WHEN kind = 'logistic' THEN 'logit' WHEN kind = 'poisson' THEN 'log' WHEN kind IN ('linear', 'gaussian') THEN 'identity' END;
    intercept jsonb := coalesce(document->'intercept', document->'model'->'intercept');
    fault text;
    terms jsonb;
    intercepts integer;
BEGIN
    IF link IS NULL THEN
        RAISE EXCEPTION 'modelType "%" is not understood', coalesce(kind, 'none') USING ERRCODE = 'invalid_parameter_value', HINT = 'Read are logistic, poisson and linear.';
    ELSIF jsonb_typeof(list) IS DISTINCT FROM 'array' OR jsonb_typeof(coalesce(factors, '[]')) <> 'array' THEN
        RAISE EXCEPTION 'coefficients (and normFactors) must be a list of objects' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Each has covariateId (or covariateIds), betas (or coefficient, value) and perhaps covariateName.';
    END IF;
    WITH item AS (
        SELECT c.place, c.member, coalesce(c.member->>'covariateIds', c.member->>'covariateId') AS id, coalesce(c.member->>'covariateName', c.member->>'name') AS label,
               coalesce(c.member->'betas', c.member->'coefficient', c.member->'value') AS beta
        FROM jsonb_array_elements(list) WITH ORDINALITY AS c(member, place)
    ), scaled AS (
        SELECT i.*, i.id ~* '^\(?intercept\)?$' AS is_intercept, coalesce(f.factor, 1) AS factor
        FROM item i
        LEFT JOIN (SELECT n->>'covariateId' AS id, (n->>'maxValue')::numeric AS factor FROM jsonb_array_elements(factors) AS n) f ON f.id = i.id
    )
    SELECT min(left(s.member::text, 80)) FILTER (WHERE jsonb_typeof(s.beta) IS DISTINCT FROM 'number' OR s.factor <= 0 OR s.id IS NULL OR s.id !~* '^(\(?intercept\)?|[0-9]{1,18})$'),
           count(*) FILTER (WHERE s.is_intercept),
           coalesce(intercept, min(s.beta::text) FILTER (WHERE s.is_intercept)::jsonb),
           coalesce(jsonb_agg(@extschema@.risk_ohdsi_term(s.id, s.label)
                              -- scored on values as they are, not divided by their greatest
                              || jsonb_build_object('coefficient', CASE WHEN s.factor = 1 THEN s.beta ELSE to_jsonb(((s.beta #>> '{}')::float8 / s.factor::float8)) END) ORDER BY s.place)
                    FILTER (WHERE NOT s.is_intercept AND s.beta <> '0'), '[]')
    INTO fault, intercepts, intercept, terms FROM scaled s;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'coefficient % is not understood', fault USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Each has covariateId (or covariateIds) and betas (or coefficient, value), a number.';
    ELSIF intercepts > 1 OR intercept IS NULL OR jsonb_typeof(intercept) <> 'number' THEN
        RAISE EXCEPTION 'the document must have one intercept' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN @extschema@.risk_import_terms(terms, (intercept #>> '{}')::numeric, name, version, jsonb_build_object('link', link) || coalesce(properties, '{}'));
END
$$;
COMMENT ON FUNCTION risk_import_ohdsi(jsonb, text, text, jsonb) IS
$$A risk model from the JSON of an OHDSI patient-level prediction model: {"modelType": "logistic", "intercept": -3.2, "coefficients": [{"covariateId": 201820209, "covariateName": "...", "betas": 0.41}, ...], "normFactors": [{"covariateId", "maxValue"}]}.
Age (1002), age groups (n003) and gender (8507001, 8532001) read the inputs age and female; every other covariate is an input covariate_ID that counts 0 where it is not given. properties as for risk_import_coefficients. 22023 names what is not understood.$$;
