-- Training in the database: generalised linear models by Newton's method. Each step is one aggregate query over the source,
-- which the server may run in parallel; nothing but sums, p squared of them, leaves the rows. The second module
-- commissioning_stats does the arithmetic, this file says which rows and columns, and what to do when something is wrong.

CREATE FUNCTION risk_split(key bigint, seed bigint, share float8) RETURNS boolean
    AS '$libdir/commissioning_stats', 'commissioning_risk_split' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_split(bigint, bigint, float8) IS
    'Whether a key belongs to the share that is trained on: a hash of key and seed, the same for ever and everywhere, falls below the share. A greater share keeps all keys of a smaller one. NULL for NULL; 22023 for a share outside 0 to 1.';

-- The aggregate and what is read from its state.
CREATE FUNCTION risk_fit_row(state float8[], control float8[], outcome float8, weight float8, "offset" float8, VARIADIC columns "any") RETURNS float8[]
    AS '$libdir/commissioning_stats', 'commissioning_risk_fit_row' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
CREATE FUNCTION risk_fit_combine(float8[], float8[]) RETURNS float8[]
    AS '$libdir/commissioning_stats', 'commissioning_risk_fit_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE AGGREGATE risk_fit_pass(control float8[], outcome float8, weight float8, "offset" float8, VARIADIC columns "any") (
    SFUNC = risk_fit_row, STYPE = float8[], COMBINEFUNC = risk_fit_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_fit_pass(float8[], float8, float8, float8, "any") IS
    'One pass of risk_fit over its rows: sums of log likelihood, gradient and information at the coefficients in control, or means and spreads. Columns are float8 or float8[]. Rows with a NULL or not finite argument, or weight 0, are counted and left out. NULL for no rows; 22023 for a control or columns that do not fit.';

CREATE TYPE risk_fit_sums AS (
    rows_seen bigint, rows_used bigint, extreme bigint, bad_outcomes bigint, bad_weights bigint, zero_weights bigint, fractions bigint,
    least float8, greatest float8, fitted_log_likelihood float8, weight float8, outcome float8, "offset" float8, log_likelihood float8, deviance float8, pearson float8,
    log_weight float8, log_outcome float8, outcome_over_mean float8, predictor float8, theta_moment float8, theta_score float8, theta_information float8,
    unknown bigint[], not_finite bigint[], mean float8[], spread float8[], column_least float8[], column_greatest float8[], centre float8[], factor float8[]
);
COMMENT ON TYPE risk_fit_sums IS
    'What a pass of risk_fit added up: rows seen and used, rows that cannot be used by reason, sums, and of a first pass what is known of each column.';
CREATE FUNCTION risk_fit_totals(state float8[]) RETURNS risk_fit_sums
    AS '$libdir/commissioning_stats', 'commissioning_risk_fit_totals' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_fit_totals(float8[]) IS 'A state of risk_fit_pass as named counts and sums; sums that are not finite are NULL. 22023 for another array.';

CREATE TYPE risk_fit_step AS (step float8[], decrement float8, theta_step float8, aliased integer, dependence float8[], failed boolean);
COMMENT ON TYPE risk_fit_step IS
    'A step of Newton''s method on the centred and scaled columns: its elements, the likelihood it promises (twice), the step of log(theta), the first column that depends on those before it (0 is the intercept) and by what multiples, and whether there is none.';
CREATE FUNCTION risk_fit_newton(state float8[], ridge float8[]) RETURNS risk_fit_step
    AS '$libdir/commissioning_stats', 'commissioning_risk_fit_newton' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_fit_newton(float8[], float8[]) IS
    'The step from the coefficients of a pass towards the greatest (penalised) likelihood. ridge is added to the diagonal of the information; an infinite element leaves its column out. 22023 for a state without coefficients.';

CREATE TYPE risk_fit_estimates AS (
    coefficient float8[], std_error float8[], statistic float8[], p_value float8[], lower float8[], upper float8[], condition_number float8, effective_parameters float8
);
COMMENT ON TYPE risk_fit_estimates IS
    'Coefficients of the columns as given, intercept first, with Wald statistics; NULL where a column was left out or a value is not finite.';
CREATE FUNCTION risk_fit_inference(state float8[], ridge float8[], coefficients float8[], dispersion float8, confidence float8, degrees float8) RETURNS risk_fit_estimates
    AS '$libdir/commissioning_stats', 'commissioning_risk_fit_inference' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_fit_inference(float8[], float8[], float8[], float8, float8, float8) IS
    'Standard errors, statistics and intervals from the information of a pass: normal, or Student''s t where degrees of freedom are given. NULL for any other NULL; 22023 for arrays that do not fit or information without inverse.';

-- Columns of the source, by name and type.
CREATE FUNCTION risk_fit_column(source regclass, name text, kinds text) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    type_oid oid;
    kind text;
BEGIN
    SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END INTO type_oid
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = source AND a.attname = name AND a.attnum > 0 AND NOT a.attisdropped;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% has no column "%"', source, name
            USING ERRCODE = 'undefined_column', HINT = 'Names are compared as written, without folding to lower case.';
    END IF;
    kind := CASE
        WHEN type_oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN 'integer'
        WHEN type_oid IN ('float4'::regtype, 'float8'::regtype, 'numeric'::regtype) THEN 'number'
        WHEN type_oid = 'bool'::regtype THEN 'boolean'
        WHEN type_oid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN 'time'
        WHEN (SELECT t.typcategory FROM pg_type t WHERE t.oid = type_oid) IN ('S', 'E', 'U') THEN 'text'
        ELSE 'other' END;
    IF kind <> ALL (string_to_array(kinds, ' ')) THEN
        RAISE EXCEPTION 'column "%" of % is of type %, expected %', name, source, format_type(type_oid, NULL), replace(kinds, ' ', ' or ')
            USING ERRCODE = 'datatype_mismatch', HINT = 'Make a view whose columns are numbers, booleans or text, and fit over it.';
    END IF;
    RETURN kind;
END
$$;
COMMENT ON FUNCTION risk_fit_column(regclass, text, text) IS
    'The kind of a column (integer, number, boolean, time, text), which must be one of kinds, a list parted by blanks. 42703 where the source has no such column, 42804 for another type. NULL for NULL.';

CREATE FUNCTION risk_fit_number(source regclass, name text) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN @extschema@.risk_fit_column(source, name, 'integer number boolean') = 'boolean' THEN format('r.%I::int4::float8', name) ELSE format('r.%I::float8', name) END
$$;
COMMENT ON FUNCTION risk_fit_number(regclass, text) IS
    'SQL text of a column as float8, quoted, for rows named r; true is 1. 42703 and 42804 as risk_fit_column. NULL for NULL.';

CREATE FUNCTION risk_fit_source(source regclass) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text;
BEGIN
    SELECT format('%I.%I', n.nspname, c.relname) INTO name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = source AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is no table or view', source USING ERRCODE = 'wrong_object_type';
    END IF;
    RETURN name;
END
$$;
COMMENT ON FUNCTION risk_fit_source(regclass) IS 'The quoted name of a table or view with its schema; 42809 for anything else. NULL for NULL.';

CREATE FUNCTION risk_fit_split(source regclass, split text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text[];
BEGIN
    IF split IS NULL THEN
        RETURN NULL;
    END IF;
    part := regexp_match(split, '^train (\d+(?:\.\d+)?)% by (\S+)(?: seed (-?\d+))?$');
    IF part IS NOT NULL THEN
        PERFORM @extschema@.risk_fit_column(source, part[2], 'integer');
        IF part[1]::numeric NOT BETWEEN 0 AND 100 THEN
            RAISE EXCEPTION 'a split trains on 0%% to 100%% of the rows, got "%"', split USING ERRCODE = 'invalid_parameter_value';
        END IF;
        RETURN format('@extschema@.risk_split(r.%I::int8, %L::int8, %L::float8)', part[2], coalesce(part[3], '0'), part[1]::numeric / 100);
    END IF;
    part := regexp_match(split, '^train before (\S+(?: \d\S*)?) by (\S+)$');
    IF part IS NOT NULL THEN
        PERFORM @extschema@.risk_fit_column(source, part[2], 'time');
        RETURN format('r.%I < %L', part[2], part[1]);
    END IF;
    IF split ~ '^train\s' THEN
        RAISE EXCEPTION 'cannot read the split "%"', split
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Expected "train 70% by person_id seed 1", "train before 2024-04-01 by as_of", or the name of a boolean column that is true for the rows to train on.';
    END IF;
    PERFORM @extschema@.risk_fit_column(source, split, 'boolean');
    RETURN format('r.%I', split);
END
$$;
COMMENT ON FUNCTION risk_fit_split(regclass, text) IS
    'SQL condition on rows named r that says which are trained on: "train 70% by KEY seed 1" (risk_split), "train before DATE by COLUMN", or a boolean column. NULL for no split; 22023, 42703, 42804 for what cannot be read.';

-- Features: what the model language calls inputs, without coefficients, as columns of the design.
CREATE FUNCTION risk_fit_fault(feature jsonb, message text, hint text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'feature %: %', feature, message
        USING ERRCODE = 'invalid_parameter_value', HINT = coalesce(hint, 'A feature is a column name, or an input of the model language without coefficients.');
END
$$;
COMMENT ON FUNCTION risk_fit_fault(jsonb, text, text) IS 'Refuses a feature of risk_fit with 22023.';

CREATE FUNCTION risk_fit_value(feature jsonb, value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bound text;
BEGIN
    FOREACH bound IN ARRAY ARRAY['min', 'max'] LOOP
        IF feature ? bound AND jsonb_typeof(feature -> bound) <> 'number' THEN
            PERFORM @extschema@.risk_fit_fault(feature, format('%s must be a number', bound));
        END IF;
    END LOOP;
    -- caps leave NULL, NaN and the infinities as they are, so that such rows are seen
    IF feature ? 'min' THEN
        value := format('CASE WHEN %1$s < %2$L::float8 AND %1$s > ''-Infinity'' THEN %2$L::float8 ELSE %1$s END', value, feature ->> 'min');
    END IF;
    IF feature ? 'max' THEN
        value := format('CASE WHEN %1$s > %2$L::float8 AND %1$s < ''Infinity'' THEN %2$L::float8 ELSE %1$s END', value, feature ->> 'max');
    END IF;
    RETURN value;
END
$$;
COMMENT ON FUNCTION risk_fit_value(jsonb, text) IS 'SQL text of a value within the min and max of its feature.';

CREATE FUNCTION risk_fit_transform(feature jsonb, value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    domain text;
    result text;
BEGIN
    CASE feature ->> 'transform'
        WHEN 'log1p' THEN domain := '%1$s > -1'; result := 'ln(1 + %1$s)';
        WHEN 'log' THEN domain := '%1$s > 0'; result := 'ln(%1$s)';
        WHEN 'sqrt' THEN domain := '%1$s >= 0'; result := 'sqrt(%1$s)';
        WHEN 'square' THEN domain := 'abs(%1$s) < 1e150'; result := '%1$s * %1$s';
        WHEN 'logit' THEN domain := '%1$s > 0 AND %1$s < 1'; result := 'ln(%1$s / (1 - %1$s))';
        ELSE
            IF feature ? 'transform' THEN
                PERFORM @extschema@.risk_fit_fault(feature, 'transform must be log1p, log, sqrt, square or logit');
            END IF;
            RETURN value;
    END CASE;
    RETURN format('CASE WHEN ' || domain || ' THEN ' || result || ' WHEN %1$s IS NOT NULL THEN ''NaN''::float8 END', value);
END
$$;
COMMENT ON FUNCTION risk_fit_transform(jsonb, text) IS 'SQL text of a transformed value; not a number outside the domain of the transform. 22023 for an unknown one.';

CREATE FUNCTION risk_fit_levels(source regclass, feature jsonb, rows_text text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    input text := feature ->> 'input';
    name text := feature ->> 'name';
    value text := format('r.%I::text COLLATE "C"', input);
    levels text[];
    columns jsonb;
BEGIN
    PERFORM @extschema@.risk_fit_column(source, input, 'integer number boolean text');
    IF feature ? 'levels' THEN
        IF jsonb_typeof(feature -> 'levels') <> 'array' OR EXISTS (SELECT FROM jsonb_array_elements(feature -> 'levels') e WHERE jsonb_typeof(e) <> 'string') THEN
            PERFORM @extschema@.risk_fit_fault(feature, 'levels must be an array of texts');
        END IF;
        levels := ARRAY(SELECT e FROM jsonb_array_elements_text(feature -> 'levels') WITH ORDINALITY l (e, place) ORDER BY place);
    ELSE
        -- one more than can be used tells that there are too many
        EXECUTE format('SELECT array_agg(v ORDER BY v COLLATE "C") FROM (SELECT DISTINCT %s AS v %s AND r.%I IS NOT NULL LIMIT 201) d', value, rows_text, input) INTO levels;
        levels := coalesce(levels, '{}');
        IF cardinality(levels) > 200 THEN
            RAISE EXCEPTION 'column "%" of % has more than 200 levels', input, source
                USING ERRCODE = 'program_limit_exceeded', HINT = 'Name the levels wanted and the one that stands for the others: {"input": "practice", "levels": ["A", "B"], "other": "A"}.';
        END IF;
    END IF;
    IF feature ? 'missing' AND NOT feature ->> 'missing' = ANY (levels) THEN
        levels := levels || (feature ->> 'missing');
    END IF;
    IF feature ? 'reference' THEN
        IF NOT feature ->> 'reference' = ANY (levels) THEN
            PERFORM @extschema@.risk_fit_fault(feature, 'reference is not among the levels');
        END IF;
        levels := ARRAY[feature ->> 'reference'] || array_remove(levels, feature ->> 'reference');
    END IF;
    IF cardinality(levels) < 2 OR cardinality(levels) <> (SELECT count(DISTINCT l) FROM unnest(levels) l) THEN
        RAISE EXCEPTION 'feature "%": it needs two different levels at least, has %', name, to_jsonb(levels)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave out a column that has one value only.';
    END IF;
    IF feature ? 'other' AND NOT feature ->> 'other' = ANY (levels) THEN
        PERFORM @extschema@.risk_fit_fault(feature, 'other is not among the levels');
    END IF;
    IF feature ? 'missing' THEN
        value := format('coalesce(%s, %L)', value, feature ->> 'missing');
    END IF;
    IF feature ? 'other' THEN
        value := format('CASE WHEN %1$s <> ALL (%2$L::text[]) THEN %3$L ELSE %1$s END', value, levels, feature ->> 'other');
    END IF;
    -- the first column sees to what is unknown or no level, and has the row left out
    SELECT jsonb_agg(jsonb_build_object('term', format('%s=%s', name, l), 'into', 'levels', 'at', place - 1,
               'sql', CASE WHEN place = 2 THEN format('CASE WHEN %1$s = %2$L THEN 1::float8 WHEN %1$s = ANY (%3$L::text[]) THEN 0::float8 WHEN %1$s IS NOT NULL THEN ''NaN''::float8 END', value, l, levels)
                           ELSE format('CASE WHEN %s = %L THEN 1::float8 ELSE 0::float8 END', value, l) END) ORDER BY place) INTO columns
    FROM unnest(levels) WITH ORDINALITY u (l, place) WHERE place > 1;
    RETURN jsonb_build_object('columns', columns, 'odd', 'no level of the model',
        'model', jsonb_build_object('levels', (SELECT jsonb_agg(jsonb_build_object('value', l, 'coefficient', 0) ORDER BY place) FROM unnest(levels) WITH ORDINALITY u (l, place)))
            || CASE WHEN feature ? 'missing' THEN jsonb_build_object('missing', feature ->> 'missing') ELSE '{}' END
            || CASE WHEN feature ? 'other' THEN jsonb_build_object('other', feature ->> 'other') ELSE '{}' END);
END
$$;
COMMENT ON FUNCTION risk_fit_levels(regclass, jsonb, text) IS
    'The columns of a feature of levels: one for each but the first. rows_text is the FROM and WHERE of the rows in which levels are looked for where none are given.';

CREATE FUNCTION risk_fit_bins(feature jsonb, value text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bins jsonb := feature -> 'bins';
    bin jsonb;
    place integer := 0;
    edge text[];
    kind text[];
    term text[];
    columns jsonb := '[]';
    inside text;
BEGIN
    IF jsonb_typeof(bins) <> 'array' OR jsonb_array_length(bins) < 2 THEN
        PERFORM @extschema@.risk_fit_fault(feature, 'bins must be an array of two at least');
    END IF;
    FOR bin IN SELECT e FROM jsonb_array_elements(bins) WITH ORDINALITY b (e, n) ORDER BY n LOOP
        place := place + 1;
        kind := kind || CASE WHEN bin ? 'above' THEN 'above' WHEN bin ? 'from' THEN 'from' ELSE 'none' END;
        edge := edge || (bin ->> kind[place]);
        IF kind[place] = 'none' AND place > 1 OR kind[place] <> 'none' AND jsonb_typeof(bin -> kind[place]) <> 'number'
            OR place > 1 AND edge[place]::numeric < edge[place - 1]::numeric THEN
            PERFORM @extschema@.risk_fit_fault(feature, 'every bin but the first needs a number "from" or "above", ascending');
        END IF;
        term := term || format('%s %s', feature ->> 'name', coalesce(bin ->> 'label', concat_ws(' ', nullif(kind[place], 'none'), edge[place])));
    END LOOP;
    FOR n IN 2 .. place LOOP
        inside := format('%s %s %L::float8', value, CASE kind[n] WHEN 'from' THEN '>=' ELSE '>' END, edge[n]);
        IF n < place THEN
            inside := format('%s AND NOT %s %s %L::float8', inside, value, CASE kind[n + 1] WHEN 'from' THEN '>=' ELSE '>' END, edge[n + 1]);
        END IF;
        columns := columns || jsonb_build_object('term', term[n], 'into', 'bins', 'at', n - 1,
            'sql', format('CASE WHEN %1$s IS NULL THEN NULL WHEN NOT (%1$s > ''-Infinity'' AND %1$s < ''Infinity'') THEN ''NaN''::float8 WHEN %2$s THEN 1::float8 ELSE 0::float8 END', value, inside));
    END LOOP;
    RETURN jsonb_build_object('columns', columns,
        'model', jsonb_build_object('bins', (SELECT jsonb_agg(e || jsonb_build_object('coefficient', 0) ORDER BY n) FROM jsonb_array_elements(bins) WITH ORDINALITY b (e, n))));
END
$$;
COMMENT ON FUNCTION risk_fit_bins(jsonb, text) IS 'The columns of a feature of bins: one for each but the first, which like all below it counts nothing.';

CREATE FUNCTION risk_fit_spline(feature jsonb, value text, rows_text text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    spline jsonb := feature -> 'spline';
    kind text := coalesce(spline ->> 'kind', 'linear');
    name text := feature ->> 'name';
    knots float8[];
    n integer;
    columns jsonb := jsonb_build_array(jsonb_build_object('term', feature ->> 'name', 'into', 'spline', 'at', 0, 'sql', value));
BEGIN
    IF kind NOT IN ('linear', 'restricted_cubic') THEN
        PERFORM @extschema@.risk_fit_fault(feature, 'the kind of a spline must be linear or restricted_cubic');
    END IF;
    IF jsonb_typeof(spline -> 'knots') = 'number' AND spline ->> 'knots' IN ('3', '4', '5') THEN
        -- Harrell, Regression Modeling Strategies, table 2.3
        EXECUTE format('SELECT percentile_cont(%L::float8[]) WITHIN GROUP (ORDER BY %s) %s AND %s < ''Infinity''', CASE spline ->> 'knots'
            WHEN '3' THEN '{0.1,0.5,0.9}' WHEN '4' THEN '{0.05,0.35,0.65,0.95}' ELSE '{0.05,0.275,0.5,0.725,0.95}' END, value, rows_text, value) INTO knots;
    ELSIF jsonb_typeof(spline -> 'knots') = 'array' AND NOT EXISTS (SELECT FROM jsonb_array_elements(spline -> 'knots') e WHERE jsonb_typeof(e) <> 'number') THEN
        knots := ARRAY(SELECT e::float8 FROM jsonb_array_elements_text(spline -> 'knots') WITH ORDINALITY k (e, place) ORDER BY place);
    END IF;
    n := cardinality(knots);
    IF n IS NULL OR n < (CASE kind WHEN 'linear' THEN 1 ELSE 3 END) OR EXISTS (SELECT FROM generate_series(2, n) i WHERE knots[i] <= knots[i - 1]) THEN
        PERFORM @extschema@.risk_fit_fault(feature, format('knots must ascend, %s at least: %s', CASE kind WHEN 'linear' THEN 'one' ELSE 'three' END, coalesce(knots::text, spline ->> 'knots', 'none')),
            'Give the knots as numbers, or 3, 4 or 5 for that many at the usual percentiles.');
    END IF;
    IF kind = 'linear' THEN
        SELECT columns || jsonb_agg(jsonb_build_object('term', format('%s above %s', name, knots[j]), 'into', 'spline', 'at', j,
            'sql', format('CASE WHEN %1$s > %2$L::float8 THEN %1$s - %2$L::float8 ELSE 0::float8 END', value, knots[j])) ORDER BY j) INTO columns
        FROM generate_series(1, n) j;
    ELSE
        SELECT columns || jsonb_agg(jsonb_build_object('term', format('%s cubic %s', name, j), 'into', 'spline', 'at', j,
            'sql', format('(power(greatest(%1$s - %2$L::float8, 0), 3) - power(greatest(%1$s - %3$L::float8, 0), 3) * %5$L::float8 + power(greatest(%1$s - %4$L::float8, 0), 3) * %6$L::float8) / %7$L::float8',
                value, knots[j], knots[n - 1], knots[n], (knots[n] - knots[j]) / (knots[n] - knots[n - 1]), (knots[n - 1] - knots[j]) / (knots[n] - knots[n - 1]), (knots[n] - knots[1]) * (knots[n] - knots[1]))) ORDER BY j) INTO columns
        FROM generate_series(1, n - 2) j;
    END IF;
    RETURN jsonb_build_object('columns', columns,
        'model', jsonb_build_object('spline', CASE kind WHEN 'linear' THEN '{}'::jsonb ELSE '{"kind": "restricted_cubic"}' END
            || jsonb_build_object('knots', to_jsonb(knots), 'coefficients', (SELECT jsonb_agg(0) FROM jsonb_array_elements(columns)))));
END
$$;
COMMENT ON FUNCTION risk_fit_spline(jsonb, text, text) IS
    'The columns of a linear or restricted cubic spline; 3, 4 or 5 knots may be placed at percentiles of the rows in rows_text.';

CREATE FUNCTION risk_fit_input(source regclass, feature jsonb, rows_text text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    input text := feature ->> 'input';
    name text := feature ->> 'name';
    shapes integer := (feature ? 'levels')::integer + (feature ? 'bins')::integer + (feature ? 'spline')::integer;
    value text;
    fill float8;
    result jsonb;
BEGIN
    IF shapes > 1 THEN
        PERFORM @extschema@.risk_fit_fault(feature, 'levels, bins and spline exclude each other');
    END IF;
    IF feature ? 'levels' OR shapes = 0 AND @extschema@.risk_fit_column(source, input, 'integer number boolean text') = 'text' THEN
        RETURN @extschema@.risk_fit_levels(source, feature, rows_text);
    END IF;
    value := @extschema@.risk_fit_number(source, input);
    IF feature -> 'missing_indicator' = 'true' AND NOT feature ? 'missing' THEN
        feature := feature || '{"missing": "mean"}';
    END IF;
    IF feature ->> 'missing' = 'mean' THEN
        EXECUTE format('SELECT avg(%s) %s AND %s > ''-Infinity'' AND %s < ''Infinity''', @extschema@.risk_fit_value(feature, value), rows_text, value, value) INTO fill;
        IF fill IS NULL THEN
            PERFORM @extschema@.risk_fit_fault(feature, 'there are no known values to take the mean of');
        END IF;
    ELSIF feature ? 'missing' THEN
        IF jsonb_typeof(feature -> 'missing') <> 'number' THEN
            PERFORM @extschema@.risk_fit_fault(feature, 'missing must be a number or "mean"');
        END IF;
        fill := (feature ->> 'missing')::float8;
    END IF;
    IF fill IS NOT NULL THEN
        value := format('coalesce(%s, %L::float8)', value, fill);
    END IF;
    value := @extschema@.risk_fit_transform(feature, @extschema@.risk_fit_value(feature, value));
    result := CASE WHEN feature ? 'bins' THEN @extschema@.risk_fit_bins(feature, value)
        WHEN feature ? 'spline' THEN @extschema@.risk_fit_spline(feature, value, rows_text)
        ELSE jsonb_build_object('columns', jsonb_build_array(jsonb_build_object('term', name, 'into', 'coefficient', 'sql', value)), 'model', '{"coefficient": 0}'::jsonb) END;
    IF feature -> 'missing_indicator' = 'true' THEN
        result := jsonb_set(result, '{columns}', (result -> 'columns') || jsonb_build_object('term', format('%s unknown', name), 'into', 'missing_coefficient',
            'sql', format('CASE WHEN r.%I IS NULL THEN 1::float8 ELSE 0::float8 END', input)));
        result := jsonb_set(result, '{model,missing_coefficient}', '0');
    END IF;
    IF fill IS NOT NULL THEN
        result := jsonb_set(result, '{model,missing}', to_jsonb(fill));
    END IF;
    SELECT jsonb_set(result, '{model}', (result -> 'model') || coalesce(jsonb_object_agg(k, feature -> k), '{}')) INTO result
    FROM unnest(ARRAY['min', 'max', 'transform']) k WHERE feature ? k;
    RETURN result;
END
$$;
COMMENT ON FUNCTION risk_fit_input(regclass, jsonb, text) IS
    'One feature of one input as columns of the design and as an input of the model language whose coefficients are still 0.';

CREATE FUNCTION risk_fit_design(source regclass, features text[], rows_text text) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item text;
    feature jsonb;
    part jsonb;
    design jsonb := '[]';
    unknown text;
BEGIN
    IF cardinality(features) IS NULL OR cardinality(features) = 0 THEN
        RAISE EXCEPTION 'a fit needs one feature at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOREACH item IN ARRAY features LOOP
        feature := CASE WHEN item ~ '^\s*\{' THEN item::jsonb ELSE jsonb_build_object('input', item) END;
        SELECT k INTO unknown FROM jsonb_object_keys(feature) k
        WHERE k <> ALL (ARRAY['name', 'label', 'input', 'missing', 'missing_indicator', 'min', 'max', 'transform', 'bins', 'levels', 'other', 'reference', 'spline', 'times']) ORDER BY k COLLATE "C" LIMIT 1;
        IF FOUND THEN
            PERFORM @extschema@.risk_fit_fault(feature, format('unknown member "%s"', unknown));
        END IF;
        IF feature ? 'times' THEN
            IF jsonb_typeof(feature -> 'times') <> 'array' OR jsonb_array_length(feature -> 'times') = 0 OR feature ? 'input' THEN
                PERFORM @extschema@.risk_fit_fault(feature, 'times must be an array of column names, without input');
            END IF;
            feature := jsonb_build_object('name', (SELECT string_agg(e, ':' ORDER BY n) FROM jsonb_array_elements_text(feature -> 'times') WITH ORDINALITY t (e, n))) || feature;
            part := jsonb_build_object('columns', jsonb_build_array(jsonb_build_object('term', feature ->> 'name', 'into', 'coefficient',
                    'sql', (SELECT string_agg(@extschema@.risk_fit_number(source, e), ' * ' ORDER BY n) FROM jsonb_array_elements_text(feature -> 'times') WITH ORDINALITY t (e, n)))),
                'model', jsonb_build_object('times', feature -> 'times', 'coefficient', 0));
        ELSE
            IF jsonb_typeof(feature -> 'input') IS DISTINCT FROM 'string' THEN
                PERFORM @extschema@.risk_fit_fault(feature, 'input must be the name of a column');
            END IF;
            feature := jsonb_build_object('name', feature -> 'input') || feature;
            part := @extschema@.risk_fit_input(source, feature, rows_text);
            IF feature ->> 'name' <> feature ->> 'input' THEN
                part := jsonb_set(part, '{model,input}', feature -> 'input');
            END IF;
        END IF;
        part := jsonb_set(part, '{model}', jsonb_build_object('name', feature -> 'name') || CASE WHEN feature ? 'label' THEN jsonb_build_object('label', feature -> 'label') ELSE '{}' END || (part -> 'model'));
        design := design || jsonb_build_array(part || jsonb_build_object('interaction', feature ? 'times'));
    END LOOP;
    SELECT e -> 'model' ->> 'name' INTO unknown FROM jsonb_array_elements(design) e GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'two features have the name "%"', unknown
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give one of them a "name" of its own.';
    END IF;
    RETURN design;
END
$$;
COMMENT ON FUNCTION risk_fit_design(regclass, text[], text) IS
    'The features of a fit in order, each with the quoted SQL of its columns and its input of the model language. Columns and types are checked; 22023 for what cannot be read.';

-- Newton's method over the rows.
CREATE TYPE risk_fit_result AS (
    state float8[], coefficients float8[], theta float8, ridge float8[], iterations integer, first_deviance float8, dropped text[]
);
COMMENT ON TYPE risk_fit_result IS
    'Where Newton''s method ended: the last pass, the coefficients of the centred and scaled columns, theta, the ridge with what was left out, passes, the deviance of the first, and what was left out, in words.';

CREATE FUNCTION risk_fit_stop(message text, hint text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '%', message USING ERRCODE = 'invalid_parameter_value', HINT = hint;
END
$$;
COMMENT ON FUNCTION risk_fit_stop(text, text) IS 'Ends a fit that cannot be made with 22023.';

CREATE FUNCTION risk_fit_separated(step float8[], factor float8[], span float8[], terms text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    -- what a step changes over the whole span of a column, on the scale of the linear predictor
    SELECT string_agg(format('"%s"', term), ', ' ORDER BY change DESC, term COLLATE "C")
    FROM (SELECT u.term, abs(u.step * u.factor * u.span) AS change, max(abs(u.step * u.factor * u.span)) OVER () AS most
          FROM unnest(step[2:], factor, span, terms) AS u (step, factor, span, term)) c
    WHERE change > 0.5 AND change > most / 3
$$;
COMMENT ON FUNCTION risk_fit_separated(float8[], float8[], float8[], text[]) IS
    'Terms whose coefficients still run away, in a step that promises no likelihood any more; NULL for none.';

CREATE FUNCTION risk_fit_iterate(query text, family integer, start float8[], theta float8, ridge float8[], profile risk_fit_sums, terms text[], aliased text, max_passes integer, far boolean DEFAULT false)
    RETURNS risk_fit_result
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    p integer := cardinality(start) - 1;
    fit @extschema@.risk_fit_result;
    totals @extschema@.risk_fit_sums;
    newton @extschema@.risk_fit_step;
    span float8[] := ARRAY(SELECT g - l FROM unnest(profile.column_least, profile.column_greatest) WITH ORDINALITY u (l, g, n) ORDER BY n);
    origin float8[] := start;
    step float8[];
    theta_origin float8 := theta;
    theta_step float8 := 0;
    goal float8;
    best float8 := '-Infinity';
    share float8 := 1;
    unit float8;
    culprits text;
BEGIN
    fit.coefficients := start;
    fit.theta := theta;
    fit.ridge := ridge;
    fit.iterations := 0;
    fit.dropped := '{}';
    LOOP
        IF fit.iterations >= max_passes THEN
            PERFORM @extschema@.risk_fit_stop(format('the fit has not converged after %s passes over the rows', fit.iterations),
                'Rescale or transform features that span many orders of magnitude, use a penalty, or allow more passes with max_iterations.');
        END IF;
        EXECUTE query INTO fit.state USING ARRAY[1, family, p, coalesce(fit.theta, 0), 0] || fit.coefficients || profile.centre || profile.factor;
        fit.iterations := fit.iterations + 1;
        totals := @extschema@.risk_fit_totals(fit.state);
        IF totals.rows_used IS DISTINCT FROM profile.rows_used THEN
            RAISE EXCEPTION 'the source gave % rows in one pass and % in another', profile.rows_used, totals.rows_used
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A view over random() or clock_timestamp() cannot be fitted: store its rows first.';
        END IF;
        fit.first_deviance := coalesce(fit.first_deviance, totals.deviance);
        goal := totals.log_likelihood - (SELECT coalesce(sum(r * b * b), 0) / 2 FROM unnest(fit.ridge, fit.coefficients) u (r, b) WHERE r < 'Infinity');
        IF goal IS NULL OR totals.deviance IS NULL OR goal < best - 1e-10 * (abs(best) + 1) THEN
            -- too far: half the way
            share := share / 2;
            IF share < 1e-9 OR step IS NULL THEN
                PERFORM @extschema@.risk_fit_stop('the fit has not converged: no step leads further', 'Look for outcomes or features of extreme size; top_code limits the outcome, min and max a feature.');
            END IF;
        ELSE
            best := goal;
            share := 1;
            newton := @extschema@.risk_fit_newton(fit.state, fit.ridge);
            WHILE newton.aliased > 0 AND step IS NULL LOOP
                SELECT string_agg(CASE n WHEN 1 THEN 'the intercept' ELSE format('"%s"', terms[n - 1]) END, ', ' ORDER BY n) INTO culprits
                FROM unnest(newton.dependence) WITH ORDINALITY d (d, n) WHERE abs(d) > 1e-5 AND (n > 1 OR newton.dependence[2:] = array_fill(0::float8, ARRAY[p]));
                culprits := format('term "%s" is aliased: a linear combination of %s', terms[newton.aliased], coalesce(culprits, 'terms before it'));
                IF aliased = 'error' THEN
                    PERFORM @extschema@.risk_fit_stop(culprits, 'Leave out one of them, use a penalty, or have such terms left out with aliased => ''drop''.');
                END IF;
                fit.dropped := fit.dropped || culprits;
                fit.ridge[newton.aliased + 1] := 'Infinity';
                newton := @extschema@.risk_fit_newton(fit.state, fit.ridge);
            END LOOP;
            IF newton.failed OR newton.aliased >= 0 THEN
                PERFORM @extschema@.risk_fit_stop(CASE WHEN newton.aliased > 0 THEN format('the outcome is separated by term "%s", or its values are lost in rounding', terms[newton.aliased])
                    ELSE 'the information of the fit is not finite' END, 'Leave the term out, merge its levels, or use a penalty.');
            END IF;
            unit := CASE WHEN family IN (3, 4) THEN greatest(totals.pearson / greatest(totals.rows_used - p - 1, 1),
                        1e-12 * CASE family WHEN 4 THEN fit.first_deviance / totals.rows_used ELSE 1 END) ELSE 1 END;
            IF newton.decrement < 1e-6 AND family <> 4 THEN
                culprits := @extschema@.risk_fit_separated(newton.step, profile.factor, span, terms);
                IF culprits IS NOT NULL THEN
                    PERFORM @extschema@.risk_fit_stop(format('the outcome is separated: the coefficient of %s has no finite estimate', culprits),
                        'Where the term is at one end nobody, or everybody, has the outcome. Leave it out, merge its levels, or use a penalty.');
                END IF;
            END IF;
            origin := fit.coefficients;
            step := newton.step;
            theta_origin := fit.theta;
            theta_step := newton.theta_step;
        END IF;
        fit.coefficients := ARRAY(SELECT o + share * s FROM unnest(origin, step) WITH ORDINALITY u (o, s, n) ORDER BY n);
        fit.theta := theta_origin * exp(share * theta_step);
        IF family = 2 AND fit.theta > 1e7 * greatest(1, totals.outcome / totals.weight) THEN
            PERFORM @extschema@.risk_fit_stop('theta has no finite estimate: the counts do not vary more than a Poisson distribution has it', 'Use family => ''poisson''.');
        END IF;
        EXIT WHEN share = 1 AND newton.decrement <= CASE WHEN far THEN 1 ELSE 1e-14 END * unit;
    END LOOP;
    RETURN fit;
END
$$;
COMMENT ON FUNCTION risk_fit_iterate(text, integer, float8[], float8, float8[], risk_fit_sums, text[], text, integer, boolean) IS
    'Newton''s method with one query per step, halving steps that lose likelihood. Separation, aliasing and what does not converge are 22023 with the terms named. far: stop when about one standard error away. The query runs with the rights of the caller.';

CREATE FUNCTION risk_fit_skipped(totals risk_fit_sums, design jsonb, weight text, offset_column text, outcome text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH argument (name, odd, place) AS (
        VALUES (outcome, 'not finite', 1), (coalesce(weight, 'weight'), 'not finite', 2), (coalesce(offset_column, 'offset'), 'not finite', 3)
        UNION ALL
        SELECT f.f -> 'model' ->> 'name', coalesce(f.f ->> 'odd', 'not finite, or outside its transform'), (3 + row_number() OVER (ORDER BY f.n, c.n))::integer
        FROM jsonb_array_elements(design) WITH ORDINALITY f (f, n) CROSS JOIN LATERAL jsonb_array_elements(f.f -> 'columns') WITH ORDINALITY c (c, n)
    ), reason (reason, n) AS (
        SELECT name || ' missing', sum(totals.unknown[place]) FROM argument GROUP BY name
        UNION ALL SELECT name || ' ' || odd, sum(totals.not_finite[place]) FROM argument GROUP BY name, odd
        UNION ALL SELECT 'weight is zero', totals.zero_weights
    )
    SELECT coalesce(jsonb_object_agg(reason, n ORDER BY reason COLLATE "C"), '{}') FROM reason WHERE n > 0
$$;
COMMENT ON FUNCTION risk_fit_skipped(risk_fit_sums, jsonb, text, text, text) IS 'Rows left out of a fit, by reason.';

CREATE FUNCTION risk_fit_check(totals risk_fit_sums, family text, outcome text, terms text[], non_finite text, skipped jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used text := format('%s rows can be used', coalesce(totals.rows_used, 0)) || CASE WHEN skipped <> '{}' THEN format(' (left out: %s)', skipped) ELSE '' END;
BEGIN
    IF totals.bad_outcomes > 0 THEN
        PERFORM @extschema@.risk_fit_stop(format('outcome "%s" has %s values that the family %s does not have', outcome, totals.bad_outcomes, family),
            CASE family WHEN 'logistic' THEN 'Expected true and false, or numbers from 0 to 1.' WHEN 'gamma' THEN 'Expected numbers above 0; two_part takes zeros too.' ELSE 'Expected numbers of 0 and more.' END);
    END IF;
    IF totals.bad_weights > 0 THEN
        PERFORM @extschema@.risk_fit_stop(format('%s weights are negative', totals.bad_weights), 'Expected numbers of 0 and more; 0 leaves the row out.');
    END IF;
    IF non_finite = 'refuse' AND EXISTS (SELECT FROM unnest(totals.not_finite) n WHERE n > 0) THEN
        RAISE EXCEPTION 'there are rows with values that are not finite or not allowed: %', skipped
            USING ERRCODE = 'numeric_value_out_of_range', HINT = 'They are left out and counted with non_finite => ''skip''.';
    END IF;
    IF coalesce(totals.rows_used, 0) <= cardinality(terms) + 1 THEN
        PERFORM @extschema@.risk_fit_stop(format('too few rows: %s, for %s coefficients', used, cardinality(terms) + 1),
            'Use fewer terms, or state a rule for missing values so that fewer rows are left out.');
    END IF;
    IF totals.least = totals.greatest THEN
        PERFORM @extschema@.risk_fit_stop(format('outcome "%s" has one value only, %s: %s', outcome, totals.least, used), 'There is nothing to learn from an outcome that everybody has, or nobody.');
    END IF;
END
$$;
COMMENT ON FUNCTION risk_fit_check(risk_fit_sums, text, text, text[], text, jsonb) IS
    'Refuses outcomes and weights that the family does not have, too few rows, an outcome of one value (22023), and on demand values that are not finite (22003).';

CREATE FUNCTION risk_fit_fill(design jsonb, coefficients float8[], mean float8[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- every coefficient goes to its place in the model; what was left out counts nothing
    WITH RECURSIVE placed AS (
        SELECT f.n, (row_number() OVER (ORDER BY f.n, c.n))::integer AS place, row_number() OVER (PARTITION BY f.n ORDER BY c.n) AS step,
               CASE c.c ->> 'into' WHEN 'bins' THEN ARRAY['bins', c.c ->> 'at', 'coefficient'] WHEN 'levels' THEN ARRAY['levels', c.c ->> 'at', 'coefficient']
                    WHEN 'spline' THEN ARRAY['spline', 'coefficients', c.c ->> 'at'] ELSE ARRAY[c.c ->> 'into'] END AS path
        FROM jsonb_array_elements(design) WITH ORDINALITY f (f, n) CROSS JOIN LATERAL jsonb_array_elements(f.f -> 'columns') WITH ORDINALITY c (c, n)
    ), filled AS (
        SELECT f.n, 0::bigint AS step, f.f -> 'model' AS model, 0::float8 AS average, (f.f -> 'interaction')::boolean AS interaction
        FROM jsonb_array_elements(design) WITH ORDINALITY f (f, n)
        UNION ALL
        SELECT filled.n, placed.step, jsonb_set(filled.model, placed.path, to_jsonb(coalesce(coefficients[placed.place + 1], 0))),
               filled.average + coalesce(coefficients[placed.place + 1], 0) * mean[placed.place], filled.interaction
        FROM filled JOIN placed ON placed.n = filled.n AND placed.step = filled.step + 1
    ), finished AS (
        SELECT DISTINCT ON (n) n, model || jsonb_build_object('average', average) AS model, interaction FROM filled ORDER BY n, step DESC
    )
    SELECT jsonb_build_object('intercept', coefficients[1], 'inputs', coalesce(jsonb_agg(model ORDER BY n) FILTER (WHERE NOT interaction), '[]'))
        || CASE WHEN bool_or(interaction) THEN jsonb_build_object('interactions', jsonb_agg(model ORDER BY n) FILTER (WHERE interaction)) ELSE '{}' END
    FROM finished
$$;
COMMENT ON FUNCTION risk_fit_fill(jsonb, float8[], float8[]) IS
    'The inputs and interactions of the model language with their coefficients and their mean contributions in the rows of the fit.';

CREATE FUNCTION risk_fit_null_deviance(query text, fit risk_fit_result, profile risk_fit_sums, start float8[], has_offset boolean, max_passes integer) RETURNS float8
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    width CONSTANT float8 := 1e-3;
    p integer := cardinality(start) - 1;
    intercept float8 := ln(profile.outcome / profile.weight) - profile."offset" / profile.weight;
    state float8[];
    deviances float8[];
    step float8;
BEGIN
    -- Theta stays what it is, so the step of the fit, which moves theta too, is of no use: the bottom of a parabola through three
    -- deviances is. Without an offset the mean is the null model.
    FOR pass IN 1 .. max_passes LOOP
        deviances := '{}';
        FOR side IN -1 .. 1 LOOP
            EXECUTE query INTO state USING ARRAY[1, 2, p, fit.theta, 1] || (intercept + side * width) || array_fill(0::float8, ARRAY[p]) || profile.centre || profile.factor;
            deviances := deviances || (@extschema@.risk_fit_totals(state)).deviance;
        END LOOP;
        EXIT WHEN NOT has_offset;
        step := width * (deviances[1] - deviances[3]) / (2 * (deviances[1] - 2 * deviances[2] + deviances[3]));
        EXIT WHEN NOT abs(step) > 1e-6;
        intercept := intercept + greatest(least(step, 1), -1);
    END LOOP;
    RETURN deviances[2];
END
$$;
COMMENT ON FUNCTION risk_fit_null_deviance(text, risk_fit_result, risk_fit_sums, float8[], boolean, integer) IS
    'Deviance of a negative binomial model without features, at the theta of the fit.';

CREATE FUNCTION risk_fit_report(fit risk_fit_result, profile risk_fit_sums, design jsonb, terms text[], family text, part text, confidence float8, penalty float8, standardise boolean,
    null_deviance float8, passes integer) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
AS $$
DECLARE
    totals @extschema@.risk_fit_sums := @extschema@.risk_fit_totals(fit.state);
    rank integer := (SELECT count(*) FROM unnest(fit.ridge) r WHERE r < 'Infinity');
    degrees float8 := totals.rows_used - rank;
    pearson float8 := totals.pearson / degrees;
    has_dispersion boolean := family IN ('gamma', 'gaussian');
    estimates @extschema@.risk_fit_estimates;
    parameters float8;
BEGIN
    estimates := @extschema@.risk_fit_inference(fit.state, fit.ridge, fit.coefficients, CASE WHEN has_dispersion THEN pearson ELSE 1 END, confidence, CASE WHEN has_dispersion THEN degrees END);
    parameters := estimates.effective_parameters + (family IN ('gamma', 'gaussian', 'negative_binomial'))::integer;
    RETURN jsonb_build_object(
        'terms', (SELECT jsonb_agg(jsonb_build_object('term', t, 'coefficient', c, 'std_error', e, 'z', z, 'p_value', v, 'lower', l, 'upper', u, 'part', part) ORDER BY n)
                  FROM unnest('intercept'::text || terms, estimates.coefficient, estimates.std_error, estimates.statistic, estimates.p_value, estimates.lower, estimates.upper) WITH ORDINALITY q (t, c, e, z, v, l, u, n)),
        'model', @extschema@.risk_fit_fill(design, estimates.coefficient, profile.mean),
        'summary', jsonb_build_object('family', family, 'link', CASE family WHEN 'logistic' THEN 'logit' WHEN 'gaussian' THEN 'identity' ELSE 'log' END,
            'rows_used', totals.rows_used, 'weight', totals.weight, 'outcome_mean', totals.outcome / totals.weight,
            'deviance', totals.deviance, 'null_deviance', null_deviance, 'degrees_of_freedom', degrees, 'null_degrees_of_freedom', totals.rows_used - 1,
            'log_likelihood', totals.fitted_log_likelihood, 'aic', 2 * parameters - 2 * totals.fitted_log_likelihood, 'parameters', parameters,
            'dispersion', pearson, 'statistic', CASE WHEN has_dispersion THEN 't' ELSE 'z' END, 'iterations', fit.iterations, 'passes', passes,
            'condition_number', estimates.condition_number, 'confidence', confidence, 'penalty', penalty, 'standardise', standardise)
            || CASE WHEN family = 'negative_binomial' THEN jsonb_build_object('theta', fit.theta, 'theta_std_error', 1 / sqrt(totals.theta_information)) ELSE '{}' END,
        'extreme', totals.extreme, 'fractions', totals.fractions);
END
$$;
COMMENT ON FUNCTION risk_fit_report(risk_fit_result, risk_fit_sums, jsonb, text[], text, text, float8, float8, boolean, float8, integer) IS
    'A finished fit as terms, the inputs of its model, and a summary.';

CREATE FUNCTION risk_fit_part(source regclass, outcome text, features text[], family text, part text, offset_column text, weight text, penalty float8, confidence float8,
    split text, standardise boolean, aliased text, non_finite text, top_code float8, max_iterations integer) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    code integer := array_position(ARRAY['logistic', 'poisson', 'negative_binomial', 'gamma', 'gaussian'], family) - 1;
    from_text text := format('FROM %s AS r', @extschema@.risk_fit_source(source));
    train text := coalesce(@extschema@.risk_fit_split(source, split), 'true');
    y text := @extschema@.risk_fit_number(source, outcome);
    design jsonb;
    terms text[];
    pass text;
    held_out bigint;
    p integer;
    state float8[];
    profile @extschema@.risk_fit_sums;
    skipped jsonb;
    dropped text[];
    ridge float8[];
    start float8[];
    nothing float8[];
    fit @extschema@.risk_fit_result;
    null_deviance float8;
    passes integer := 1;
    theta float8;
BEGIN
    IF top_code IS NOT NULL THEN
        y := format('CASE WHEN %1$s > %2$L::float8 AND %1$s < ''Infinity'' THEN %2$L::float8 ELSE %1$s END', y, top_code);
    END IF;
    design := @extschema@.risk_fit_design(source, features, format('%s WHERE (%s)', from_text, train));
    IF part = 'probability' THEN
        y := format('CASE WHEN %1$s > 0 AND %1$s < ''Infinity'' THEN 1::float8 ELSE %1$s END', y);
    ELSIF part = 'amount' THEN
        train := format('(%s) AND %s > 0', train, y);
    END IF;
    SELECT array_agg(c ->> 'term' ORDER BY f.n, c.n),
           CASE WHEN count(*) <= 90 THEN string_agg(c ->> 'sql', ', ' ORDER BY f.n, c.n) END, count(*)
    INTO terms, pass, p
    FROM jsonb_array_elements(design) WITH ORDINALITY f (f, n) CROSS JOIN LATERAL jsonb_array_elements(f -> 'columns') WITH ORDINALITY c (c, n);
    IF p > 500 THEN
        RAISE EXCEPTION 'the features make % columns, at most 500 can be fitted', p USING ERRCODE = 'program_limit_exceeded';
    END IF;
    IF pass IS NULL THEN
        -- a function takes 100 arguments: wide designs go in arrays
        SELECT string_agg(format('ARRAY[%s]', s), ', ' ORDER BY g) INTO pass
        FROM (SELECT (row_number - 1) / 50 AS g, string_agg(sql, ', ' ORDER BY row_number) AS s
              FROM (SELECT c ->> 'sql' AS sql, row_number() OVER (ORDER BY f.n, c.n)
                    FROM jsonb_array_elements(design) WITH ORDINALITY f (f, n) CROSS JOIN LATERAL jsonb_array_elements(f -> 'columns') WITH ORDINALITY c (c, n)) q GROUP BY 1) q;
    END IF;
    pass := format('@extschema@.risk_fit_pass($1, %s, %s, %s, %s)', y, coalesce(@extschema@.risk_fit_number(source, weight), '1::float8'),
        coalesce(@extschema@.risk_fit_number(source, offset_column), '0::float8'), pass);

    -- the first pass says what there is
    IF split IS NULL OR part = 'amount' THEN
        EXECUTE format('SELECT %s %s WHERE %s', pass, from_text, train) INTO state USING ARRAY[0, code, p, 0, 0]::float8[];
    ELSE
        EXECUTE format('SELECT %s FILTER (WHERE %s), count(*) FILTER (WHERE (%s) IS NOT TRUE) %s', pass, train, train, from_text) INTO state, held_out USING ARRAY[0, code, p, 0, 0]::float8[];
    END IF;
    pass := format('SELECT %s %s WHERE %s', pass, from_text, train);
    profile := @extschema@.risk_fit_totals(state);
    skipped := CASE WHEN state IS NULL THEN '{}' ELSE @extschema@.risk_fit_skipped(profile, design, weight, offset_column, outcome) END;
    PERFORM @extschema@.risk_fit_check(profile, family, outcome, terms, non_finite, skipped);
    ridge := ARRAY[0] || ARRAY(SELECT CASE WHEN l = g THEN 'Infinity' WHEN standardise THEN penalty * f * f * s * s ELSE penalty * f * f END
        FROM unnest(profile.factor, profile.spread, profile.column_least, profile.column_greatest) WITH ORDINALITY u (f, s, l, g, n) ORDER BY n);
    SELECT array_agg(format('term "%s" has one value only, %s, in the %s rows used', t, l, profile.rows_used) ORDER BY n) INTO dropped
    FROM unnest(terms, profile.column_least, profile.column_greatest) WITH ORDINALITY u (t, l, g, n) WHERE l = g;
    IF dropped IS NOT NULL AND aliased = 'error' THEN
        PERFORM @extschema@.risk_fit_stop(dropped[1], 'Leave it out, or have such terms left out with aliased => ''drop''.');
    END IF;

    -- from the mean, first without the columns where that is not the null model yet
    start := ARRAY[CASE family WHEN 'gaussian' THEN profile.outcome / profile.weight WHEN 'logistic' THEN ln(profile.outcome / (profile.weight - profile.outcome)) ELSE ln(profile.outcome / profile.weight) END
        - profile."offset" / profile.weight] || array_fill(0::float8, ARRAY[p]);
    nothing := ARRAY[0] || array_fill('Infinity'::float8, ARRAY[p]);
    IF offset_column IS NOT NULL AND family <> 'negative_binomial' THEN
        fit := @extschema@.risk_fit_iterate(pass, code, start, NULL, nothing, profile, terms, aliased, max_iterations);
        passes := passes + fit.iterations;
        null_deviance := (@extschema@.risk_fit_totals(fit.state)).deviance;
        start := fit.coefficients;
    END IF;
    IF family = 'negative_binomial' THEN
        fit := @extschema@.risk_fit_iterate(pass, 1, start, NULL, ridge, profile, terms, aliased, max_iterations, true);
        passes := passes + fit.iterations;
        SELECT t.weight / t.theta_moment INTO theta FROM @extschema@.risk_fit_totals(fit.state) t;
        theta := least(greatest(theta, 1e-3), 1e4);
        dropped := dropped || fit.dropped;
        start := fit.coefficients;
        ridge := fit.ridge;
    END IF;
    fit := @extschema@.risk_fit_iterate(pass, code, start, theta, ridge, profile, terms, aliased, max_iterations);
    passes := passes + fit.iterations;
    dropped := dropped || fit.dropped;
    IF family IN ('negative_binomial', 'gamma') THEN
        -- standard errors come from the information as expected, as published fits have them
        EXECUTE pass INTO state USING ARRAY[1, code, p, coalesce(fit.theta, 0), 1] || fit.coefficients || profile.centre || profile.factor;
        fit.state := state;
        passes := passes + 1;
    END IF;
    IF family = 'negative_binomial' THEN
        null_deviance := @extschema@.risk_fit_null_deviance(pass, fit, profile, start, offset_column IS NOT NULL, max_iterations);
    END IF;
    null_deviance := coalesce(null_deviance, fit.first_deviance);
    RETURN @extschema@.risk_fit_report(fit, profile, design, terms, family, part, confidence, penalty, standardise, null_deviance, passes)
        || jsonb_build_object('skipped', skipped, 'held_out', coalesce(held_out, 0), 'dropped', coalesce(to_jsonb(dropped), '[]'));
END
$$;
COMMENT ON FUNCTION risk_fit_part(regclass, text, text[], text, text, text, text, float8, float8, text, boolean, text, text, float8, integer) IS
    'One generalised linear model of risk_fit_document; a two-part model has two of them.';

CREATE FUNCTION risk_fit_document(source regclass, outcome text, features text[], family text DEFAULT 'logistic', offset_column text DEFAULT NULL, weight text DEFAULT NULL,
    penalty float8 DEFAULT 0, confidence float8 DEFAULT 0.95, split text DEFAULT NULL, standardise boolean DEFAULT false, aliased text DEFAULT 'error', non_finite text DEFAULT 'skip',
    top_code float8 DEFAULT NULL, max_iterations integer DEFAULT 50) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
    SET synchronize_seqscans = off
AS $$
DECLARE
    parts text[] := CASE family WHEN 'two_part' THEN ARRAY['probability', 'amount'] ELSE ARRAY['model'] END;
    done jsonb[] := '{}';
    terms jsonb := '[]';
    warnings jsonb := '[]';
    summary jsonb;
    design jsonb;
BEGIN
    IF source IS NULL OR outcome IS NULL OR features IS NULL OR array_position(features, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'source, outcome and features must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF family IS NULL OR family NOT IN ('logistic', 'poisson', 'negative_binomial', 'gamma', 'gaussian', 'two_part') THEN
        PERFORM @extschema@.risk_fit_stop(format('unknown family "%s"', family), 'Expected logistic, poisson, negative_binomial, gamma, gaussian or two_part.');
    END IF;
    IF NOT coalesce(penalty >= 0 AND penalty < 'Infinity', false) OR NOT coalesce(confidence > 0 AND confidence < 1, false) OR NOT coalesce(max_iterations > 0, false)
        OR standardise IS NULL OR NOT coalesce(aliased IN ('error', 'drop'), false) OR NOT coalesce(non_finite IN ('skip', 'refuse'), false) OR top_code = 'NaN' THEN
        PERFORM @extschema@.risk_fit_stop('an option of the fit is outside its range',
            'penalty is 0 or more, confidence between 0 and 1, max_iterations 1 or more, standardise true or false, aliased error or drop, non_finite skip or refuse.');
    END IF;
    FOR n IN 1 .. cardinality(parts) LOOP
        done := done || @extschema@.risk_fit_part(source, outcome, features, CASE parts[n] WHEN 'probability' THEN 'logistic' WHEN 'amount' THEN 'gamma' ELSE family END, parts[n],
            offset_column, weight, penalty, confidence, split, standardise, aliased, non_finite, top_code, max_iterations);
        terms := terms || (done[n] -> 'terms');
        warnings := warnings || (done[n] -> 'dropped');
        IF (done[n] -> 'extreme')::bigint > 0 THEN
            warnings := warnings || to_jsonb(format('%s fitted probabilities are within 1e-8 of 0 or 1', done[n] -> 'extreme'));
        END IF;
        IF family IN ('poisson', 'negative_binomial') AND (done[n] -> 'fractions')::bigint > 0 THEN
            warnings := warnings || to_jsonb(format('%s outcomes are not whole numbers', done[n] -> 'fractions'));
        END IF;
    END LOOP;
    IF family = 'poisson' AND (done[1] -> 'summary' ->> 'dispersion')::float8 > 1.5 THEN
        warnings := warnings || to_jsonb(format('the counts vary %s times as much as a Poisson distribution has it: standard errors are too small, try negative_binomial', round((done[1] -> 'summary' ->> 'dispersion')::numeric, 1)));
    END IF;
    IF penalty > 0 THEN
        warnings := warnings || '"coefficients are shrunk by the penalty: intervals and p values are those of the penalised likelihood"'::jsonb;
    END IF;
    IF family = 'two_part' THEN
        summary := jsonb_build_object('family', family, 'link', 'log', 'rows_used', done[1] -> 'summary' -> 'rows_used', 'probability', done[1] -> 'summary', 'amount', done[2] -> 'summary',
            'log_likelihood', (done[1] -> 'summary' ->> 'log_likelihood')::float8 + (done[2] -> 'summary' ->> 'log_likelihood')::float8,
            'aic', (done[1] -> 'summary' ->> 'aic')::float8 + (done[2] -> 'summary' ->> 'aic')::float8);
        design := (done[2] -> 'model') || jsonb_build_object('probability', done[1] -> 'model');
    ELSE
        summary := done[1] -> 'summary';
        design := done[1] -> 'model';
    END IF;
    RETURN jsonb_build_object('terms', terms, 'design', design, 'warnings', warnings,
        'summary', summary || jsonb_build_object('source', @extschema@.risk_fit_source(source), 'outcome', outcome, 'features', to_jsonb(features), 'offset', offset_column, 'weight_column', weight, 'split', split,
            'top_code', top_code, 'rows_held_out', done[1] -> 'held_out', 'skipped', done[1] -> 'skipped',
            'rows_skipped', (SELECT coalesce(sum(v::bigint), 0) FROM jsonb_each_text(done[1] -> 'skipped') s (k, v))));
END
$$;
COMMENT ON FUNCTION risk_fit_document(regclass, text, text[], text, text, text, float8, float8, text, boolean, text, text, float8, integer) IS
$c$A generalised linear model of the outcome on the features, fitted to the rows of a table or view, as one document: terms, summary, design (intercept, inputs and interactions of the model language with coefficients and mean contributions) and warnings.
family: logistic (outcome boolean or 0 to 1; a weight is then the number of trials), poisson, negative_binomial (theta by maximum likelihood), gamma (log link), gaussian, or two_part (logistic for any amount, gamma for how much).
features: names of columns, or JSON objects as inputs of the model language without coefficients: {"input", "name", "label", "missing" (number or "mean"; a level), "missing_indicator", "min", "max", "transform"} with one of "bins", "levels" (the first is the reference; also "reference", "other"), "spline" (knots may be 3, 4 or 5), or {"times": [columns]}. Text columns are levels found in the rows.
penalty: half of it times the sum of squared coefficients, intercept free, is added to minus the log likelihood (gaussian and gamma: at dispersion 1); standardise: of coefficients per standard deviation. split: "train 70% by KEY seed 1", "train before DATE by COLUMN" or a boolean column. top_code caps the outcome.
Rows with missing values are left out and counted by reason. Statistics are z, or t for gamma and gaussian. 22023 names separation, aliased terms (unless aliased is drop), an outcome of one value, too few rows, no convergence; 22003 values that are not finite if non_finite is refuse; 42703 and 42804 columns.$c$;

CREATE TYPE risk_fit_term AS (term text, coefficient float8, std_error float8, z float8, p_value float8, lower float8, upper float8, part text);
COMMENT ON TYPE risk_fit_term IS
    'One coefficient of a fit: standard error, Wald statistic (t for gamma and gaussian), its two-sided p value, confidence interval, and the part of a two-part model (else model). NULL for a term that was left out.';

CREATE FUNCTION risk_fit_terms(document jsonb) RETURNS SETOF risk_fit_term
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
AS $$
    SELECT r.term, r.coefficient, r.std_error, r.z, r.p_value, r.lower, r.upper, r.part
    FROM jsonb_array_elements(document -> 'terms') WITH ORDINALITY t (t, n)
    CROSS JOIN LATERAL jsonb_to_record(t.t) AS r (term text, coefficient float8, std_error float8, z float8, p_value float8, lower float8, upper float8, part text)
    ORDER BY t.n
$$;
COMMENT ON FUNCTION risk_fit_terms(jsonb) IS 'The terms of a document of risk_fit_document as rows. No rows for NULL.';

CREATE FUNCTION risk_fit(source regclass, outcome text, features text[], family text DEFAULT 'logistic', offset_column text DEFAULT NULL, weight text DEFAULT NULL,
    penalty float8 DEFAULT 0, confidence float8 DEFAULT 0.95, split text DEFAULT NULL, standardise boolean DEFAULT false, aliased text DEFAULT 'error', non_finite text DEFAULT 'skip',
    top_code float8 DEFAULT NULL, max_iterations integer DEFAULT 50) RETURNS SETOF risk_fit_term
    LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 20
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.term, t.coefficient, t.std_error, t.z, t.p_value, t.lower, t.upper, t.part
    FROM @extschema@.risk_fit_terms(@extschema@.risk_fit_document(source, outcome, features, family, offset_column, weight, penalty, confidence, split, standardise, aliased, non_finite, top_code, max_iterations)) t
$$;
COMMENT ON FUNCTION risk_fit(regclass, text, text[], text, text, text, float8, float8, text, boolean, text, text, float8, integer) IS
    'The terms of a model fitted to the rows of a table or view; arguments and errors as risk_fit_document, which gives the whole.';

CREATE FUNCTION risk_fit_model(document jsonb, name text, version text, properties jsonb DEFAULT '{}') RETURNS risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET extra_float_digits = 1
AS $$
BEGIN
    IF jsonb_typeof(document -> 'design') IS DISTINCT FROM 'object' OR jsonb_typeof(document -> 'summary' -> 'link') IS DISTINCT FROM 'string' THEN
        RAISE EXCEPTION 'this is no document of risk_fit_document' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF document -> 'summary' ->> 'offset' IS NOT NULL THEN
        RAISE EXCEPTION 'a model has no place for the offset "%" of the fit', document -> 'summary' ->> 'offset'
            USING ERRCODE = 'feature_not_supported', HINT = 'Fit without it, or take its logarithm in as a feature.';
    END IF;
    RETURN (coalesce(properties, '{}') || (document -> 'design') || jsonb_build_object('link', document -> 'summary' -> 'link', 'name', name, 'version', version))::@extschema@.risk_model;
END
$$;
COMMENT ON FUNCTION risk_fit_model(jsonb, text, text, jsonb) IS
    'The fitted model of a document of risk_fit_document as a risk_model, with fill values, levels and mean contributions; properties are further members of the model language (title, population, bands, ...). 22023 for another document, 0A000 for a fit with an offset, 22P02 as the type.';
