-- Blocks divided over services, and pools: what can be said without tables.

CREATE FUNCTION service_condition(predicate jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known CONSTANT text[] := '{pod,pod_class,treatment_function,hrg,provider,contract,diagnosis,procedure,age_from,age_to}';
    key text;
    texts text[];
    parts text[] := '{}';
BEGIN
    IF jsonb_typeof(predicate) <> 'object' OR predicate = '{}' THEN
        RAISE EXCEPTION 'the predicate of a service must be a JSON object with at least one condition'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"pod_class": ["emergency"], "hrg": ["FZ", "FD"]}.';
    END IF;
    FOR key IN SELECT k FROM jsonb_object_keys(predicate) k ORDER BY k LOOP
        IF key <> ALL (known) THEN
            RAISE EXCEPTION 'a service has no condition "%"', key USING ERRCODE = 'undefined_column', HINT = 'There are ' || array_to_string(known, ', ') || '.';
        END IF;
        IF key IN ('age_from', 'age_to') THEN
            IF jsonb_typeof(predicate -> key) <> 'number' OR predicate ->> key !~ '^[0-9]{1,3}$' THEN
                RAISE EXCEPTION 'condition "%" of a service must be an age in whole years', key USING ERRCODE = 'invalid_parameter_value';
            END IF;
            parts := parts || format('l.age %s %s', CASE key WHEN 'age_from' THEN '>=' ELSE '<=' END, (predicate ->> key)::integer);
            CONTINUE;
        END IF;
        IF jsonb_typeof(predicate -> key) <> 'array' OR predicate -> key = '[]' OR jsonb_path_exists(predicate -> key, '$[*] ? (@.type() != "string" || @ == "")') THEN
            RAISE EXCEPTION 'condition "%" of a service must be a list of codes', key USING ERRCODE = 'invalid_parameter_value',
                HINT = format('For example {"%s": ["..."]}; one of them must fit.', key);
        END IF;
        texts := ARRAY(SELECT jsonb_array_elements_text(predicate -> key));
        parts := parts || CASE key
            WHEN 'pod' THEN format('l.pod = ANY (%L::text[])', texts)
            WHEN 'pod_class' THEN format('r.pod_class = ANY (%L::text[])', texts)
            WHEN 'treatment_function' THEN format('l.treatment_function = ANY (%L::text[])', texts)
            WHEN 'provider' THEN format('l.provider_code = ANY (%L::text[])', texts)
            WHEN 'contract' THEN format('p.contract_id = ANY (%L::text[])', texts)
            WHEN 'hrg' THEN '(' || (SELECT string_agg(format('starts_with(l.hrg::text, %L)', t), ' OR ') FROM unnest(texts) t) || ')'
            WHEN 'diagnosis' THEN format('@extschema@.has_code(a.diagnoses, VARIADIC %L::text[])', texts)
            ELSE format('@extschema@.has_code(a.procedures, VARIADIC %L::text[])', texts) END;
    END LOOP;
    RETURN array_to_string(parts, ' AND ');
END
$$;
COMMENT ON FUNCTION service_condition(jsonb) IS
    'The predicate of a service as a condition in SQL over l (invoice_line), p (line_price), r (pod_reference) and a (activity), with every literal quoted. All its conditions must hold; of a list one must fit. pod, pod_class, treatment_function, provider and contract compare whole; hrg, diagnosis and procedure are prefixes; age_from and age_to are whole years, both included. NULL for NULL; 42703 for a condition there is not, 22023 for one that is badly written.';

CREATE FUNCTION monthly_part(total numeric, month integer, months integer DEFAULT 12) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN round(total * month / months, 2) - round(total * (month - 1) / months, 2);
COMMENT ON FUNCTION monthly_part(numeric, integer, integer) IS
    'Part of a yearly total that falls to month 1 to 12: the total so far, rounded to the penny, less that of the month before, so that the months add up to the total. NULL for NULL.';

CREATE FUNCTION waterfall(amount numeric, capacities numeric[],
    OUT step integer, OUT capacity numeric, OUT taken numeric, OUT remaining numeric) RETURNS SETOF record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 5
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF amount IS NULL OR amount < 0 OR amount <> round(amount, 2) THEN
        RAISE EXCEPTION 'a waterfall needs an amount of at least 0 with at most 2 decimals' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    remaining := amount;
    FOREACH capacity IN ARRAY coalesce(capacities, '{}') LOOP
        step := coalesce(step, 0) + 1;
        IF capacity IS NULL OR capacity < 0 OR capacity <> round(capacity, 2) THEN
            RAISE EXCEPTION 'step % of the waterfall needs a capacity of at least 0 with at most 2 decimals', step USING ERRCODE = 'invalid_parameter_value';
        END IF;
        taken := least(capacity, remaining);
        remaining := remaining - taken;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION waterfall(numeric, numeric[]) IS
    'An amount taken from capacities in their order: what each step gives, and what remains after it. No capacities give no rows. 22023 for amounts that are NULL, negative or finer than a penny.';
