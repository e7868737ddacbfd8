-- Parameters of contract templates: checked by unit, filled into the pattern.

-- Each unit is read by the type that will read it in the terms.
CREATE FUNCTION check_parameter(template text, name text, unit text, value text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    example text := CASE unit WHEN 'money' THEN '150000 or 150000.50' WHEN 'amount' THEN '150000 or 5%' WHEN 'rate' THEN '40%, 0.4 or 2/5' WHEN 'whole' THEN '300000'
                              WHEN 'number' THEN '0.98' WHEN 'scale' THEN '>=90%:100%, >=80%:75% else 0%' ELSE 'benchmark + share' END;
BEGIN
    IF value !~ (CASE unit
        WHEN 'money' THEN '^[0-9]+([.][0-9]+)?$'
        WHEN 'amount' THEN '^[0-9]+([.][0-9]+)? ?%?$'
        WHEN 'rate' THEN '^[0-9]+([.][0-9]+)?( ?%| ?/ ?[0-9]+)?$'
        WHEN 'whole' THEN '^[1-9][0-9]{0,17}$'
        WHEN 'number' THEN '^[0-9]+([.][0-9]+)?$'
        WHEN 'scale' THEN ''
        ELSE '^[A-Za-z0-9_ +.-]+$' END) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_text_representation';
    END IF;
    CASE unit
        WHEN 'money', 'amount' THEN PERFORM ('gain 0..:0% max ' || value)::@extschema@.share_curve;
        WHEN 'rate' THEN PERFORM ('gain 0..:' || value)::@extschema@.share_curve;
        WHEN 'scale' THEN PERFORM value::@extschema@.sliding_scale;
        ELSE NULL;
    END CASE;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range OR program_limit_exceeded THEN
    RAISE EXCEPTION 'parameter "%" of template "%" is no %: "%"', name, template,
        CASE unit WHEN 'money' THEN 'sum of money' WHEN 'amount' THEN 'sum of money or percentage' WHEN 'whole' THEN 'whole number' ELSE unit END, value
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Give it as in ' || example || '.';
END
$$;
COMMENT ON FUNCTION check_parameter(text, text, text, text) IS 'Is a value of the unit that a parameter of a template asks for? 22023 with an example when not. Used by fill_template.';

CREATE FUNCTION fill_template(template text, pattern jsonb, parameters jsonb, given jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parameter jsonb;
    filled jsonb := pattern;
    clause record;
    result jsonb := '{}';
    mark text;
    value text;
BEGIN
    IF jsonb_typeof(given) <> 'object' THEN
        RAISE EXCEPTION 'the parameters of template "%" must be written as a JSON object', template USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT k INTO mark FROM jsonb_object_keys(given) k WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(parameters) p WHERE p ->> 'name' = k) ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'template "%" has no parameter "%"', template, mark
            USING ERRCODE = 'undefined_column',
                  HINT = coalesce((SELECT 'Its parameters are ' || string_agg(p.value ->> 'name', ', ' ORDER BY p.n) || '.' FROM jsonb_array_elements(parameters) WITH ORDINALITY p (value, n)), 'It has none.');
    END IF;
    FOR parameter IN SELECT p FROM jsonb_array_elements(parameters) p LOOP
        mark := '{' || (parameter ->> 'name') || '}';
        value := btrim(coalesce(given ->> (parameter ->> 'name'), parameter ->> 'default'));
        IF value IS NULL AND NOT coalesce((parameter ->> 'optional')::boolean, false) THEN
            RAISE EXCEPTION 'template "%" needs the parameter "%": %', template, parameter ->> 'name', parameter ->> 'meaning'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF value IS NOT NULL THEN
            PERFORM @extschema@.check_parameter(template, parameter ->> 'name', parameter ->> 'unit', value);
        END IF;
        FOR clause IN SELECT e.key, e.value FROM jsonb_each_text(filled) e WHERE position(mark IN e.value) > 0 LOOP
            IF value IS NULL THEN
                filled := filled || jsonb_build_object(clause.key, regexp_replace(clause.value, '\[[^][]*' || replace(replace(mark, '{', '\{'), '}', '\}') || '[^][]*\]', '', 'g'));
            ELSE
                filled := filled || jsonb_build_object(clause.key, replace(clause.value, mark, value));
            END IF;
        END LOOP;
    END LOOP;
    FOR clause IN SELECT e.key, btrim(translate(e.value, '[]', '')) AS value FROM jsonb_each_text(filled) e LOOP
        result := CASE WHEN clause.value = '' THEN result ELSE result || jsonb_build_object(clause.key, clause.value) END;
    END LOOP;
    RETURN result;
END
$$;
COMMENT ON FUNCTION fill_template(text, jsonb, jsonb, jsonb) IS
    'The pattern of a template with its parameters filled in, as fields of settlement_terms. 42703 for a parameter it does not have, 22023 for one that is missing or of the wrong kind. A clause left empty is left out. Used by new_terms.';

-- Rows are written without the terms of the example: they follow from pattern and example.
CREATE FUNCTION example_terms() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.terms := @extschema@.fill_template(NEW.shape, NEW.pattern, NEW.parameters, NEW.example);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION example_terms() IS 'Trigger: terms of the worked example of a contract template.';
CREATE TRIGGER example_terms BEFORE INSERT ON contract_template FOR EACH ROW EXECUTE FUNCTION example_terms();

CREATE FUNCTION new_terms(template text, parameters jsonb DEFAULT '{}') RETURNS settlement_terms
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shape @extschema@.contract_template;
BEGIN
    SELECT t.* INTO shape FROM @extschema@.contract_template t WHERE t.shape = new_terms.template;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract template "%" does not exist', template USING ERRCODE = 'undefined_object',
            HINT = 'The table contract_template lists them.';
    END IF;
    RETURN jsonb_populate_record(NULL::@extschema@.settlement_terms, @extschema@.fill_template(template, shape.pattern, shape.parameters, new_terms.parameters));
END
$$;
COMMENT ON FUNCTION new_terms(text, jsonb) IS
    'Terms of a shipped contract shape with one''s own parameters: new_terms(''marginal_rate'', ''{"rate": "50%"}''). contract_template.parameters lists them with unit, default and meaning. NULL for NULL; 42704 for an unknown template, 42703 for a parameter it does not have, 22023 for one that is missing or of the wrong kind.';
