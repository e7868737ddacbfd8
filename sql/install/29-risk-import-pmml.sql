-- PMML: RegressionModel and GeneralRegressionModel. Elements are found by their local names, so that every version of the format is read.

CREATE FUNCTION risk_pmml_refuse(document xml, path text, allowed text[], place text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found text;
BEGIN
    SELECT e.name INTO found FROM xmltable(path PASSING document COLUMNS name text PATH 'local-name(.)') AS e
    WHERE e.name <> ALL (allowed || 'Extension'::text) LIMIT 1;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'PMML: % in % is not understood', found, place USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION risk_pmml_refuse(xml, text, text[], text) IS
    'Raises 22023 for the first element at a path that is not among those allowed. Used by risk_import_pmml.';

-- What the data dictionary and the mining schema say of each field: levels, value for missing, caps.
CREATE FUNCTION risk_pmml_fields(document xml, model text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
    result jsonb;
BEGIN
    SELECT m.name || ' with outliers "' || m.outliers || '"' INTO fault
    FROM xmltable((model || '/*[local-name()="MiningSchema"]/*[local-name()="MiningField"]') PASSING document
                  COLUMNS name text PATH '@name', outliers text PATH '@outliers') AS m
    WHERE m.outliers NOT IN ('asIs', 'asExtremeValues') LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'PMML: field % is not understood', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT jsonb_object_agg(d.name, jsonb_strip_nulls(jsonb_build_object(
               'label', nullif(d.label, ''), 'numeric', d.optype = 'continuous',
               'values', (SELECT jsonb_agg(v.value ORDER BY v.place) FROM xmltable('/*/*[local-name()="Value" and not(@property="missing") and not(@property="invalid")]' PASSING d.body
                                                                                  COLUMNS place FOR ORDINALITY, value text PATH '@value') AS v),
               'missing', m.missing, 'min', CASE WHEN m.outliers = 'asExtremeValues' THEN m.low END, 'max', CASE WHEN m.outliers = 'asExtremeValues' THEN m.high END)))
    INTO result
    FROM xmltable('/*[local-name()="PMML"]/*[local-name()="DataDictionary"]/*[local-name()="DataField"]' PASSING document
                  COLUMNS name text PATH '@name', label text PATH '@displayName', optype text PATH '@optype', body xml PATH '.') AS d
    LEFT JOIN xmltable((model || '/*[local-name()="MiningSchema"]/*[local-name()="MiningField"]') PASSING document
                       COLUMNS name text PATH '@name', missing text PATH '@missingValueReplacement', outliers text PATH '@outliers',
                               low numeric PATH '@lowValue', high numeric PATH '@highValue') AS m ON m.name = d.name;
    RETURN coalesce(result, '{}');
END
$$;
COMMENT ON FUNCTION risk_pmml_fields(xml, text) IS
    'Fields of a PMML document with their levels, value for missing and caps. 22023 for an outlier rule that is not understood. Used by risk_import_pmml.';

-- Terms of one RegressionTable.
CREATE FUNCTION risk_pmml_table_terms(document xml, path text, fields jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
    result jsonb;
BEGIN
    PERFORM @extschema@.risk_pmml_refuse(document, path || '/*', '{NumericPredictor,CategoricalPredictor,PredictorTerm}', 'a RegressionTable');
    PERFORM @extschema@.risk_pmml_refuse(document, path || '/*[local-name()="PredictorTerm"]/*', '{FieldRef}', 'a PredictorTerm');
    SELECT n.name || ' with exponent ' || n.exponent INTO fault
    FROM xmltable((path || '/*[local-name()="NumericPredictor"]') PASSING document COLUMNS name text PATH '@name', exponent text PATH '@exponent') AS n
    WHERE n.exponent !~ '^[12](\.0*)?$' LIMIT 1;
    SELECT coalesce(fault, 'a product with ' || f.field) INTO fault
    FROM (VALUES (1)) v (x)
    LEFT JOIN xmltable((path || '/*[local-name()="PredictorTerm"]/*[local-name()="FieldRef"]') PASSING document COLUMNS field text PATH '@field') AS f
        ON NOT coalesce((fields->f.field->>'numeric')::boolean, false)
    LIMIT 1;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'PMML: % is not understood', fault
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Exponents are 1 and 2, products are of continuous fields.';
    END IF;
    SELECT coalesce(jsonb_agg(t.term ORDER BY t.place), '[]') INTO result
    FROM (
        SELECT e.place, CASE e.kind
                   WHEN 'NumericPredictor' THEN jsonb_build_object('input', e.name, 'coefficient', e.coefficient)
                                                || CASE WHEN e.exponent ~ '^2' THEN '{"transform": "square"}' ELSE '{}' END::jsonb
                   WHEN 'CategoricalPredictor' THEN jsonb_build_object('input', e.name, 'value', e.value, 'coefficient', e.coefficient)
                   ELSE jsonb_build_object('coefficient', e.coefficient, 'times',
                                           (SELECT jsonb_agg(f.field ORDER BY f.place) FROM xmltable('/*/*[local-name()="FieldRef"]' PASSING e.body COLUMNS place FOR ORDINALITY, field text PATH '@field') AS f))
               END AS term
        FROM xmltable((path || '/*') PASSING document
                      COLUMNS place FOR ORDINALITY, kind text PATH 'local-name(.)', name text PATH '@name', value text PATH '@value',
                              exponent text PATH '@exponent', coefficient numeric PATH '@coefficient', body xml PATH '.') AS e
        WHERE e.kind <> 'Extension') t;
    RETURN result;
END
$$;
COMMENT ON FUNCTION risk_pmml_table_terms(xml, text, jsonb) IS 'Terms of the RegressionTable at a path. 22023 for what is not understood. Used by risk_import_pmml.';

CREATE FUNCTION risk_pmml_regression(document xml, model text, fields jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    task text;
    scale text;
    tables jsonb;
    used integer;
BEGIN
    PERFORM @extschema@.risk_pmml_refuse(document, model || '/*', '{MiningSchema,Output,ModelStats,ModelExplanation,ModelVerification,RegressionTable}', 'a RegressionModel');
    SELECT m.task, coalesce(m.scale, 'none') INTO task, scale
    FROM xmltable(model PASSING document COLUMNS task text PATH '@functionName', scale text PATH '@normalizationMethod') AS m;
    SELECT jsonb_agg(jsonb_build_object('intercept', t.intercept, 'predictors', t.predictors) ORDER BY t.place) INTO tables
    FROM xmltable((model || '/*[local-name()="RegressionTable"]') PASSING document
                  COLUMNS place FOR ORDINALITY, intercept numeric PATH '@intercept', predictors integer PATH 'count(*[local-name()!="Extension"])') AS t;
    IF task = 'regression' AND jsonb_array_length(tables) = 1 AND scale IN ('none', 'exp', 'logit') THEN
        used := 1;
    ELSIF task = 'classification' AND jsonb_array_length(tables) = 2 AND scale IN ('logit', 'softmax') THEN
        -- the reference class has an empty table; with logit it is the second, which is 1 less the first
        used := CASE WHEN (tables->1->>'predictors')::integer = 0 AND (tables->1->>'intercept')::numeric = 0 THEN 1
                     WHEN scale = 'softmax' AND (tables->0->>'predictors')::integer = 0 AND (tables->0->>'intercept')::numeric = 0 THEN 2 END;
    END IF;
    IF used IS NULL OR tables->(used - 1)->>'intercept' IS NULL THEN
        RAISE EXCEPTION 'PMML: a RegressionModel for % with % tables and normalizationMethod "%" is not understood', coalesce(task, 'nothing'), coalesce(jsonb_array_length(tables), 0), scale
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Read are regression (none, exp, logit) with one table, and classification (logit, softmax) into two classes, the reference class with an empty table; a table has an intercept.';
    END IF;
    RETURN jsonb_build_object('intercept', tables->(used - 1)->'intercept',
                              'link', CASE WHEN scale = 'exp' THEN 'log' WHEN scale = 'none' THEN 'identity' ELSE 'logit' END,
                              'terms', @extschema@.risk_pmml_table_terms(document, format('(%s/*[local-name()="RegressionTable"])[%s]', model, used), fields));
END
$$;
COMMENT ON FUNCTION risk_pmml_regression(xml, text, jsonb) IS 'Terms, intercept and link of a PMML RegressionModel. 22023 for what is not understood. Used by risk_import_pmml.';

CREATE FUNCTION risk_pmml_general(document xml, model text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    head record;
    link text;
    fault text;
    result jsonb;
BEGIN
    PERFORM @extschema@.risk_pmml_refuse(document, model || '/*', '{MiningSchema,Output,ModelStats,ModelExplanation,ModelVerification,ParameterList,FactorList,CovariateList,PPMatrix,PCovMatrix,ParamMatrix}', 'a GeneralRegressionModel');
    SELECT * INTO head
    FROM xmltable(model PASSING document
                  COLUMNS kind text PATH '@modelType', link text PATH '@linkFunction', offset_variable text PATH '@offsetVariable',
                          offset_value numeric PATH '@offsetValue', trials text PATH '@trialsVariable | @trialsValue', link_parameter text PATH '@linkParameter',
                          targets integer PATH 'count(.//*[local-name()="PCell" and @targetCategory and not(@targetCategory=preceding::*[local-name()="PCell"]/@targetCategory)])') AS h;
    link := CASE WHEN head.kind IN ('regression', 'generalLinear') THEN 'identity' WHEN head.kind = 'multinomialLogistic' THEN 'logit'
                 WHEN head.kind = 'generalizedLinear' AND head.link IN ('identity', 'logit', 'log') THEN head.link END;
    IF link IS NULL OR head.targets > 1 OR head.trials IS NOT NULL THEN
        RAISE EXCEPTION 'PMML: a GeneralRegressionModel of type "%", link "%" and % target categories is not understood', head.kind, coalesce(head.link, 'none'), head.targets
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Read are regression, generalLinear, generalizedLinear (identity, logit, log) and multinomialLogistic of one category, without trials.';
    END IF;
    WITH factor AS (
        SELECT f.name FROM xmltable((model || '/*[local-name()="FactorList"]/*[local-name()="Predictor"]') PASSING document COLUMNS name text PATH '@name') AS f
    ), covariate AS (
        SELECT f.name FROM xmltable((model || '/*[local-name()="CovariateList"]/*[local-name()="Predictor"]') PASSING document COLUMNS name text PATH '@name') AS f
    ), cell AS (
        SELECT c.*, EXISTS (SELECT FROM factor f WHERE f.name = c.predictor) AS factor, EXISTS (SELECT FROM covariate f WHERE f.name = c.predictor) AS covariate
        FROM xmltable((model || '/*[local-name()="PPMatrix"]/*[local-name()="PPCell"]') PASSING document
                      COLUMNS place FOR ORDINALITY, predictor text PATH '@predictorName', parameter text PATH '@parameterName', value text PATH '@value') AS c
    ), parameter AS (
        SELECT p.place, p.parameter, p.beta, count(c.predictor) AS cells,
               count(*) FILTER (WHERE c.covariate AND NOT c.factor AND c.value ~ '^1(\.0*)?$') AS linear,
               jsonb_agg(c.predictor ORDER BY c.place) AS predictors, min(c.predictor) AS predictor, min(c.value) AS value, bool_and(c.factor) AS factor
        FROM xmltable((model || '/*[local-name()="ParamMatrix"]/*[local-name()="PCell"]') PASSING document
                      COLUMNS place FOR ORDINALITY, parameter text PATH '@parameterName', beta numeric PATH '@beta') AS p
        LEFT JOIN cell c ON c.parameter = p.parameter
        GROUP BY p.place, p.parameter, p.beta
    ), term AS (
        SELECT p.*, CASE WHEN p.cells = 1 AND p.linear = 1 THEN jsonb_build_object('input', p.predictor)
                         WHEN p.cells = 1 AND NOT p.factor AND p.value ~ '^2(\.0*)?$' THEN jsonb_build_object('input', p.predictor, 'transform', 'square')
                         WHEN p.cells = 1 AND p.factor THEN jsonb_build_object('input', p.predictor, 'value', p.value)
                         WHEN p.cells > 1 AND p.linear = p.cells THEN jsonb_build_object('times', p.predictors) END AS term
        FROM parameter p
    )
    SELECT coalesce(min(t.parameter) FILTER (WHERE t.cells > 0 AND t.term IS NULL OR t.beta IS NULL),
                    CASE WHEN count(*) FILTER (WHERE t.cells = 0) > 1 THEN max(t.parameter) FILTER (WHERE t.cells = 0) END),
           jsonb_build_object('link', link, 'intercept', coalesce(sum(t.beta) FILTER (WHERE t.cells = 0), 0) + coalesce(head.offset_value, 0),
                              'terms', coalesce(jsonb_agg(t.term || jsonb_build_object('coefficient', t.beta) ORDER BY t.place) FILTER (WHERE t.cells > 0), '[]')
                                       || CASE WHEN head.offset_variable IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('input', head.offset_variable, 'coefficient', 1)) END)
    INTO fault, result FROM term t;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'PMML: parameter "%" is not understood', fault
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A parameter is of one factor level, of one covariate to the power 1 or 2, or a product of covariates; one alone has no predictor.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION risk_pmml_general(xml, text) IS 'Terms, intercept and link of a PMML GeneralRegressionModel. 22023 for what is not understood. Used by risk_import_pmml.';

CREATE FUNCTION risk_import_pmml(document xml, name text, version text, properties jsonb DEFAULT '{}') RETURNS risk_model
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    kind text;
    model text;
    fields jsonb;
    body jsonb;
    terms jsonb;
    reference jsonb;
    missing jsonb;
BEGIN
    SELECT string_agg(m.name, ', ') INTO kind
    FROM xmltable('/*[local-name()="PMML"]/*' PASSING document COLUMNS name text PATH 'local-name(.)') AS m
    WHERE m.name NOT IN ('Header', 'DataDictionary', 'TransformationDictionary', 'MiningBuildTask', 'Extension');
    IF kind IS NULL OR kind NOT IN ('RegressionModel', 'GeneralRegressionModel') THEN
        RAISE EXCEPTION 'PMML: % cannot be read', coalesce(kind, 'a document without a model')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'One RegressionModel or GeneralRegressionModel is expected.';
    END IF;
    PERFORM @extschema@.risk_pmml_refuse(document, '/*[local-name()="PMML"]/*[local-name()="TransformationDictionary"]/*', '{}', 'the TransformationDictionary');
    model := format('/*[local-name()="PMML"]/*[local-name()="%s"]', kind);
    fields := @extschema@.risk_pmml_fields(document, model);
    body := CASE kind WHEN 'RegressionModel' THEN @extschema@.risk_pmml_regression(document, model, fields) ELSE @extschema@.risk_pmml_general(document, model) END;
    -- levels of the dictionary without a coefficient are the reference
    SELECT coalesce(jsonb_agg(t.term || CASE WHEN t.term ? 'value' THEN '{}' ELSE jsonb_strip_nulls(jsonb_build_object(
                        'label', fields->(t.term->>'input')->'label', 'min', fields->(t.term->>'input')->'min', 'max', fields->(t.term->>'input')->'max')) END
                    ORDER BY t.place), '[]') INTO terms
    FROM jsonb_array_elements(body->'terms') WITH ORDINALITY AS t(term, place);
    terms := terms || coalesce((
        SELECT jsonb_agg(jsonb_build_object('input', f.input, 'value', v.value, 'coefficient', 0) ORDER BY f.input, v.place)
        FROM (SELECT t.term->>'input' AS input, array_agg(t.term->>'value') AS known FROM jsonb_array_elements(terms) AS t(term) WHERE t.term ? 'value' GROUP BY 1) f
        CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(fields->f.input->'values', '[]')) WITH ORDINALITY AS v(value, place)
        WHERE v.value <> ALL (f.known)), '[]');
    SELECT jsonb_object_agg(f.key, CASE WHEN (f.value->>'numeric')::boolean THEN to_jsonb((f.value->>'missing')::numeric) ELSE f.value->'missing' END) INTO missing
    FROM jsonb_each(fields) AS f WHERE f.value ? 'missing';
    RETURN @extschema@.risk_import_terms(terms, (body->>'intercept')::numeric, name, version,
        jsonb_build_object('link', body->'link') || coalesce(properties, '{}')
        || jsonb_build_object('missing', coalesce(missing, '{}') || coalesce(properties->'missing', '{}')));
END
$$;
COMMENT ON FUNCTION risk_import_pmml(xml, text, text, jsonb) IS
$$A risk model from a PMML document of one RegressionModel (identity, exp, logit; two classes) or GeneralRegressionModel (linear, generalised linear with link identity, logit or log, logistic).
Read are numeric and categorical predictors, squares, products of numeric fields, values for missing and caps of the mining schema, offsets; levels of the data dictionary without a coefficient count 0.
Anything else (transformations, other models, other links) is refused by name, 22023. properties as for risk_import_coefficients.$$;
