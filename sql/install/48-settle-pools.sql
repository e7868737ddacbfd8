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

CREATE FUNCTION split_list(total numeric, weights numeric[]) RETURNS numeric[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(p.part ORDER BY p.n)
    FROM (SELECT w.n, split_weighted(split_list.total, w.weight) OVER (ORDER BY w.n) AS part FROM unnest(split_list.weights) WITH ORDINALITY AS w (weight, n)) p;
END;
COMMENT ON FUNCTION split_list(numeric, numeric[]) IS
    'split_weighted over a list: the parts of a total by weights in stored order, adding up to the penny. NULL for an empty list; 22004 for NULL, 22023 for negative weights or weights that are all 0.';

CREATE FUNCTION split_bounded(total numeric, weights numeric[], least_part numeric[], most_part numeric[]) RETURNS numeric[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n integer := cardinality(weights);
    part numeric[] := array_fill(0::numeric, ARRAY[n]);
    held boolean[] := array_fill(false, ARRAY[n]);
    low numeric[] := coalesce(least_part, array_fill(0::numeric, ARRAY[n]));
    high numeric[] := coalesce(most_part, array_fill(NULL::numeric, ARRAY[n]));
    open_total numeric := round(total, 2);
    trial numeric[];
    over numeric;
BEGIN
    IF total IS NULL OR total < 0 OR total <> round(total, 2) THEN
        RAISE EXCEPTION 'a total to be divided within limits must be at least 0 with at most 2 decimals, not %', coalesce(total::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Divide what there is as a positive amount.';
    ELSIF n IS NULL OR n = 0 OR cardinality(low) <> n OR cardinality(high) <> n
       OR EXISTS (SELECT FROM unnest(low, high) AS b (l, h) WHERE b.l IS NULL OR b.l < 0 OR b.h < b.l OR b.l <> round(b.l, 2) OR b.h <> round(b.h, 2)) THEN
        RAISE EXCEPTION 'every member needs a weight, a least and a most part in whole pence, least not above most'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give three lists of one length; NULL as a most part means no limit.';
    ELSIF open_total < (SELECT sum(b.l) FROM unnest(low) AS b (l)) THEN
        RAISE EXCEPTION 'a total of % does not reach the least parts, which come to %', total, (SELECT sum(b.l) FROM unnest(low) AS b (l))
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Lower the least parts.';
    END IF;
    -- weights are looked at whole first: wrong ones are refused whatever the limits
    PERFORM @extschema@.split_list(total, weights);
    LOOP
        trial := (SELECT array_agg(CASE WHEN held[i] THEN 0 ELSE weights[i] END ORDER BY i) FROM generate_series(1, n) AS i);
        EXIT WHEN 0 = ALL (trial);
        trial := @extschema@.split_list(open_total, trial);
        over := (SELECT sum(least(greatest(trial[i], low[i]), high[i]) - trial[i]) FROM generate_series(1, n) AS i WHERE NOT held[i]);
        -- those on the side that weighs more keep their limit, the others share what that leaves
        FOR i IN 1 .. n LOOP
            CONTINUE WHEN held[i];
            part[i] := least(greatest(trial[i], low[i]), high[i]);
            held[i] := over = 0 OR over > 0 AND part[i] > trial[i] OR over < 0 AND part[i] < trial[i];
        END LOOP;
        EXIT WHEN true = ALL (held);
        open_total := total - (SELECT sum(part[i]) FROM generate_series(1, n) AS i WHERE held[i]);
    END LOOP;
    RETURN (SELECT array_agg(round(CASE WHEN held[i] THEN part[i] ELSE low[i] END, 2) ORDER BY i) FROM generate_series(1, n) AS i);
END
$$;
COMMENT ON FUNCTION split_bounded(numeric, numeric[], numeric[], numeric[]) IS
    'A total over members by weights, each part held between a least and a most one (NULL lists: 0, and no limit); what a limit takes or leaves goes to the others by weight. Adds up to the penny, or to less where every limit is reached: the rest is nobody''s. 22023 for a total below 0 or below the least parts, and for lists that do not fit.';

CREATE FUNCTION pay_as_used(total numeric, used numeric[], contributions numeric[] DEFAULT NULL, collar numeric DEFAULT NULL) RETURNS numeric[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    base numeric[];
BEGIN
    IF collar IS NULL THEN
        RETURN @extschema@.split_bounded(total, used, NULL, NULL);
    ELSIF contributions IS NULL OR collar < 0 OR collar IN ('NaN', 'Infinity') THEN
        RAISE EXCEPTION 'a collar is a share of at least 0 around what the contributions would give'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give the contributions of all members, and the collar as 0.05 for 5 %.';
    END IF;
    base := @extschema@.split_list(total, contributions);
    RETURN @extschema@.split_bounded(total, used,
        (SELECT array_agg(ceil(b.part * greatest(1 - collar, 0) * 100) / 100 ORDER BY b.n) FROM unnest(base) WITH ORDINALITY AS b (part, n)),
        (SELECT array_agg(floor(b.part * (1 + collar) * 100) / 100 ORDER BY b.n) FROM unnest(base) WITH ORDINALITY AS b (part, n)));
END
$$;
COMMENT ON FUNCTION pay_as_used(numeric, numeric[], numeric[], numeric) IS
    'What each member bears of a total by what it used (the sum of the years counted). With a collar no part leaves 1 - collar .. 1 + collar of what the contributions would give; what that takes or leaves goes to the others by use. 22023 for a collar without contributions or below 0.';
