-- Models from elsewhere: lists of coefficients, PMML, and the JSON of OHDSI patient-level prediction. Each reader turns what it is
-- given into terms; one function makes the model of them. What is not understood is refused by name: a model without it would score, wrongly.

-- Terms are objects with a coefficient and one of: input (with value for a level, or transform), times, prefixes, conditions, only.
CREATE FUNCTION risk_import_terms(terms jsonb, intercept numeric, name text, version text, properties jsonb DEFAULT '{}') RETURNS risk_model
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing jsonb := coalesce(properties->'missing', '{}');
    reference jsonb := coalesce(properties->'reference', '{}');
    fault text;
    result jsonb;
BEGIN
    IF name IS NULL OR version IS NULL THEN
        RAISE EXCEPTION 'an imported model needs a name and a version' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT string_agg(k, ', ') INTO fault FROM jsonb_object_keys(coalesce(properties, '{}')) AS k
    WHERE k IN ('name', 'version', 'intercept', 'inputs', 'interactions', 'categories', 'counts');
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'properties may not hold % of an imported model', fault
            USING ERRCODE = 'invalid_parameter_value', HINT = 'They are link, title, source, bands, lookback_days, ..., and missing and reference: {"input": value}.';
    END IF;
    WITH term AS (
        SELECT t.place, t.member, t.member->>'input' AS input, t.member->>'transform' AS transform,
               coalesce(t.member->>'name', t.member->>'transform' || '(' || (t.member->>'input') || ')', t.member->>'input',
                        (SELECT string_agg(u, ':') FROM jsonb_array_elements_text(t.member->'times') AS u),
                        (SELECT string_agg(u, '_') FROM jsonb_array_elements_text(coalesce(t.member->'conditions', t.member->'prefixes')) AS u)) AS name
        FROM jsonb_array_elements(terms) WITH ORDINALITY AS t(member, place)
    ), level AS (
        SELECT t.input, min(t.place) AS place,
               jsonb_agg(jsonb_build_object('value', t.member->'value', 'coefficient', t.member->'coefficient') ORDER BY t.place)
               || CASE WHEN reference ? t.input THEN jsonb_build_array(jsonb_build_object('value', reference->>t.input, 'coefficient', 0)) ELSE '[]' END AS levels,
               bool_or((t.member->>'coefficient')::numeric = 0) OR reference ? t.input AS complete
        FROM term t WHERE t.member ? 'value' GROUP BY t.input
    ), input AS (
        SELECT t.place, jsonb_build_object('name', t.name, 'coefficient', t.member->'coefficient') || (t.member - '{name,coefficient}'::text[])
                        || CASE WHEN missing ? t.input THEN jsonb_build_object('missing', missing->t.input) ELSE '{}' END AS member
        FROM term t WHERE t.input IS NOT NULL AND NOT t.member ? 'value'
        UNION ALL
        SELECT l.place, jsonb_build_object('name', l.input, 'levels', l.levels)
                        || CASE WHEN missing ? l.input THEN jsonb_build_object('missing', missing->l.input) ELSE '{}' END
        FROM level l
    )
    SELECT (SELECT string_agg(l.input, ', ') FROM level l WHERE NOT l.complete),
           jsonb_build_object(
               'name', risk_import_terms.name, 'version', risk_import_terms.version, 'intercept', coalesce(intercept, 0),
               'inputs', coalesce((SELECT jsonb_agg(i.member ORDER BY i.place) FROM input i), '[]'),
               -- coefficients have more digits than points may have, so a category scores through an interaction of its own
               'categories', coalesce((SELECT jsonb_agg((t.member - '{name,coefficient}'::text[]) || jsonb_build_object('key', t.name, 'points', 0) ORDER BY t.place)
                                       FROM term t WHERE t.member ?| '{prefixes,conditions}'), '[]'),
               'interactions', coalesce((SELECT jsonb_agg(CASE WHEN t.member ?| '{prefixes,conditions}'
                                                               THEN jsonb_build_object('name', t.name, 'all', jsonb_build_array(jsonb_build_array(t.name)), 'coefficient', t.member->'coefficient')
                                                               ELSE t.member || jsonb_build_object('name', t.name) END ORDER BY t.place)
                                         FROM term t WHERE t.member ?| '{prefixes,conditions,times,only}'), '[]'))
           || (coalesce(properties, '{}') - '{missing,reference}'::text[])
    INTO fault, result;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'the reference level of % is not known', fault
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name it in properties: {"reference": {"sex": "M"}}.';
    END IF;
    RETURN result::@extschema@.risk_model;
END
$$;
COMMENT ON FUNCTION risk_import_terms(jsonb, numeric, text, text, jsonb) IS
    'A risk model from terms as the importers read them. properties holds other members of the model, and missing and reference by input. Used by risk_import_coefficients, risk_import_csv, risk_import_pmml and risk_import_ohdsi.';

CREATE FUNCTION risk_import_term(term text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plain text := regexp_replace(trim(trim(term), '`'), '\s*([:=^*])\s*', '\1', 'g');
    part text[];
BEGIN
    IF lower(plain) IN ('(intercept)', 'intercept', '_cons', 'const', '(constant)', 'constant') THEN
        RETURN '{"intercept": true}';
    ELSIF plain ~ '^[A-Za-z_][A-Za-z0-9_.]*$' THEN
        RETURN jsonb_build_object('input', plain);
    END IF;
    part := regexp_match(plain, '^code:([A-Z0-9]{1,8}(?:\|[A-Z0-9]{1,8})*)$');
    IF part IS NOT NULL THEN
        RETURN jsonb_build_object('prefixes', string_to_array(part[1], '|'));
    END IF;
    part := regexp_match(plain, '^condition:([^\s|]+(?:\|[^\s|]+)*)$');
    IF part IS NOT NULL THEN
        RETURN jsonb_build_object('conditions', string_to_array(part[1], '|'));
    END IF;
    part := coalesce(regexp_match(plain, '^([A-Za-z_][A-Za-z0-9_.]*)=(.+)$'), regexp_match(plain, '^([A-Za-z_][A-Za-z0-9_.]*)\[T\.(.+)\]$'));
    IF part IS NOT NULL THEN
        RETURN jsonb_build_object('input', part[1], 'value', part[2]);
    END IF;
    part := regexp_match(plain, '^(log|log1p|sqrt|logit)\(([A-Za-z_][A-Za-z0-9_.]*)\)$');
    IF part IS NOT NULL THEN
        RETURN jsonb_build_object('input', part[2], 'transform', part[1]);
    END IF;
    part := regexp_match(plain, '^(?:I\()?([A-Za-z_][A-Za-z0-9_.]*)(?:\^|\*\*)2\)?$');
    IF part IS NOT NULL THEN
        RETURN jsonb_build_object('input', part[1], 'transform', 'square');
    ELSIF plain !~ '^(code|condition):' AND plain ~ '^[A-Za-z_][A-Za-z0-9_.]*([:*][A-Za-z_][A-Za-z0-9_.]*)+$' THEN
        RETURN jsonb_build_object('times', regexp_split_to_array(plain, '[:*]'));
    END IF;
    RAISE EXCEPTION 'term "%" is not understood', term
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'Terms are (Intercept), age, sex=F, age^2, log(cost), age:chf, code:I50|I110 and condition:copd.';
END
$$;
COMMENT ON FUNCTION risk_import_term(text) IS
    'Reads one term of a list of coefficients; 22023 for one that is not understood. Used by risk_import_coefficients.';

CREATE FUNCTION risk_import_coefficients(terms text[], coefficients text[], name text, version text, properties jsonb DEFAULT '{}') RETURNS risk_model
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    term jsonb;
    list jsonb := '[]';
    intercept numeric;
BEGIN
    IF coalesce(cardinality(terms), 0) = 0 OR cardinality(terms) IS DISTINCT FROM cardinality(coefficients) THEN
        RAISE EXCEPTION 'terms and coefficients must be lists of one length, not empty' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR place IN 1 .. cardinality(terms) LOOP
        IF coalesce(trim(coefficients[place]), '') !~ '^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$' THEN
            RAISE EXCEPTION 'coefficient "%" of term "%" is not a number', coefficients[place], terms[place] USING ERRCODE = 'invalid_parameter_value';
        ELSIF coalesce(trim(terms[place]), '') = '' THEN
            RAISE EXCEPTION 'term % has no name', place USING ERRCODE = 'invalid_parameter_value';
        END IF;
        term := @extschema@.risk_import_term(terms[place]);
        IF NOT term ? 'intercept' THEN
            list := list || jsonb_build_array(term || jsonb_build_object('coefficient', trim(coefficients[place])::numeric));
        ELSIF intercept IS NOT NULL THEN
            RAISE EXCEPTION 'there are two intercepts' USING ERRCODE = 'invalid_parameter_value';
        ELSE
            intercept := trim(coefficients[place])::numeric;
        END IF;
    END LOOP;
    RETURN @extschema@.risk_import_terms(list, intercept, name, version, properties);
END
$$;
COMMENT ON FUNCTION risk_import_coefficients(text[], text[], text, text, jsonb) IS
$$A risk model from a list of terms and their coefficients, as statistics packages print them: risk_import_coefficients(array_agg(term), array_agg(coefficient), 'name', '1', '{"link": "logit"}').
Terms: (Intercept); age (a numeric input); sex=F or sex[T.F] (a level); age^2, log(x), log1p(x), sqrt(x), logit(x); age:chf (a product of inputs); code:I50|I110 (codes that begin so); condition:copd (a condition key).
properties: other members of the model (link, title, source, population, lookback_days, bands, ...), missing {"input": value taken where unknown} and reference {"sex": "M"}, which every input of levels needs. 22023 names what is not understood.$$;

CREATE FUNCTION risk_import_csv(content text, name text, version text, properties jsonb DEFAULT '{}') RETURNS risk_model
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    line text;
    place bigint;
    fields text[];
    term_at integer;
    coefficient_at integer;
    terms text[] := '{}';
    coefficients text[] := '{}';
BEGIN
    FOR line, place IN SELECT l.line, l.place FROM regexp_split_to_table(ltrim(content, U&'\FEFF'), '\r\n|\n|\r') WITH ORDINALITY AS l(line, place) LOOP
        CONTINUE WHEN line !~ '\S';
        IF line !~ '^(\s*"([^"]|"")*"\s*|[^",]*)(,(\s*"([^"]|"")*"\s*|[^",]*))*$' THEN
            RAISE EXCEPTION 'line %: a quotation mark is not closed or stands inside a field', place USING ERRCODE = 'invalid_parameter_value';
        END IF;
        SELECT array_agg(trim(coalesce(replace(m[1], '""', '"'), m[2])) ORDER BY n) INTO fields
        FROM regexp_matches(line, '(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^",]*))', 'g') WITH ORDINALITY AS r(m, n);
        IF term_at IS NULL THEN
            SELECT min(n) FILTER (WHERE lower(f) IN ('term', 'variable', 'name', 'parameter', 'feature')),
                   min(n) FILTER (WHERE lower(f) IN ('coefficient', 'coef', 'estimate', 'beta', 'weight')) INTO term_at, coefficient_at
            FROM unnest(fields) WITH ORDINALITY AS u(f, n);
            IF term_at IS NULL OR coefficient_at IS NULL THEN
                RAISE EXCEPTION 'the header "%" names no term and no coefficient', line
                    USING ERRCODE = 'invalid_parameter_value', HINT = 'The first line names the columns, two of them term and coefficient.';
            END IF;
            CONTINUE;
        ELSIF cardinality(fields) < greatest(term_at, coefficient_at) THEN
            RAISE EXCEPTION 'line %: % fields, the header names more', place, cardinality(fields) USING ERRCODE = 'invalid_parameter_value';
        END IF;
        terms := terms || fields[term_at];
        coefficients := coefficients || fields[coefficient_at];
    END LOOP;
    RETURN @extschema@.risk_import_coefficients(terms, coefficients, name, version, properties);
END
$$;
COMMENT ON FUNCTION risk_import_csv(text, text, text, jsonb) IS
    'A risk model from the text of a CSV file whose header names a term and a coefficient (or estimate, coef, beta, weight); other columns are passed over. Terms and properties as for risk_import_coefficients. 22023 names the line or term at fault.';
