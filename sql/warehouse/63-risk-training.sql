-- Training on the warehouse's own people: cohorts with features and outcomes, models fitted to them, recalibration.

-- What happened after a day --------------------------------------------------------------------------

-- Inlined into its callers, so that a filter on person_id reaches the tables.
CREATE FUNCTION @icb@.outcomes_after(as_of date, days integer)
    RETURNS TABLE (person_id bigint, emergency_admissions bigint, admissions bigint, emergency_attendances bigint, bed_days bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.person_id,
           count(*) FILTER (WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%'),
           count(*) FILTER (WHERE a.dataset = 'APC'),
           count(*) FILTER (WHERE a.dataset = 'EC'),
           coalesce(sum(least(coalesce(a.end_date, as_of + days), as_of + days) - a.start_date) FILTER (WHERE a.dataset = 'APC'), 0)
    FROM @icb@.activity a
    WHERE a.start_date > as_of AND a.start_date <= as_of + days
    GROUP BY a.person_id;
END;
COMMENT ON FUNCTION @icb@.outcomes_after(date, integer) IS
    'What began in the days after a day, that day not included: emergency admissions (admission method 2x), admissions, emergency attendances, and the nights in hospital within those days. People without any have no row.';

CREATE FUNCTION @icb@.costs_after(as_of date, days integer)
    RETURNS TABLE (person_id bigint, cost numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.person_id, sum(c.cost)
    FROM @icb@.activity_cost c
    WHERE c.start_date > as_of AND c.start_date <= as_of + days
    GROUP BY c.person_id;
END;
COMMENT ON FUNCTION @icb@.costs_after(date, integer) IS
    'What the events cost that began in the days after a day, that day not included; NULL when none of them has a cost. People without events have no row.';

-- Cohorts ------------------------------------------------------------------------------------------

CREATE TABLE @icb@.cohort (
    name            text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    definition      text NOT NULL,
    definition_hash text NOT NULL,
    parameters      jsonb NOT NULL,
    content_hash    text NOT NULL,
    as_of           date[] NOT NULL,
    outcome         text,
    outcome_days    integer,
    outcome_end     date,
    lookback_days   integer,
    features        text[] NOT NULL,
    conditions      text[] NOT NULL,
    categories_of   text,
    categories      jsonb,
    row_count       bigint NOT NULL,
    people          bigint NOT NULL,
    training_rows   bigint NOT NULL,
    validation_rows bigint NOT NULL,
    events          bigint,
    left_out        jsonb NOT NULL,
    data_date       date,
    made_by         text NOT NULL DEFAULT session_user,
    made_at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.cohort IS 'Cohorts made by make_cohort: the rows of cohort NAME stand in the table cohort_NAME, one per person and day.';
COMMENT ON COLUMN @icb@.cohort.name IS 'Name of the cohort.';
COMMENT ON COLUMN @icb@.cohort.definition IS 'Who is in it, what is known of them and what is the outcome, in words.';
COMMENT ON COLUMN @icb@.cohort.definition_hash IS 'Fingerprint of the statements that made it.';
COMMENT ON COLUMN @icb@.cohort.parameters IS 'The arguments it was made with.';
COMMENT ON COLUMN @icb@.cohort.content_hash IS 'Fingerprint of its rows.';
COMMENT ON COLUMN @icb@.cohort.as_of IS 'Days as of which people were looked at.';
COMMENT ON COLUMN @icb@.cohort.outcome IS 'The outcome that models predict unless told otherwise, NULL without outcomes.';
COMMENT ON COLUMN @icb@.cohort.outcome_days IS 'Days after each day in which outcomes count.';
COMMENT ON COLUMN @icb@.cohort.outcome_end IS 'Last day of the outcomes.';
COMMENT ON COLUMN @icb@.cohort.lookback_days IS 'Days of history for conditions and categories, NULL for all.';
COMMENT ON COLUMN @icb@.cohort.features IS 'Columns that describe the person on the day.';
COMMENT ON COLUMN @icb@.cohort.conditions IS 'Columns that are 1 for people with the condition or category of that key.';
COMMENT ON COLUMN @icb@.cohort.categories_of IS 'Model whose categories are among them: name and version.';
COMMENT ON COLUMN @icb@.cohort.categories IS 'Those categories, as a model holds them.';
COMMENT ON COLUMN @icb@.cohort.row_count IS 'Rows.';
COMMENT ON COLUMN @icb@.cohort.people IS 'People; somebody looked at on two days is one.';
COMMENT ON COLUMN @icb@.cohort.training_rows IS 'Rows to train on.';
COMMENT ON COLUMN @icb@.cohort.validation_rows IS 'Rows to validate with.';
COMMENT ON COLUMN @icb@.cohort.events IS 'Rows with the outcome (above zero).';
COMMENT ON COLUMN @icb@.cohort.left_out IS 'Registered people who are not in it, counted by reason over all days.';
COMMENT ON COLUMN @icb@.cohort.data_date IS 'Latest event in the warehouse when it was made.';
COMMENT ON COLUMN @icb@.cohort.made_by IS 'Login that made it.';
COMMENT ON COLUMN @icb@.cohort.made_at IS 'When it was made.';

-- Which column of a cohort holds an outcome, and what kind of number it is.
CREATE FUNCTION @icb@.cohort_outcome(outcome text, OUT column_name text, OUT kind text, OUT meaning text) RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'outcome_' || o.outcome, o.kind, o.meaning
    FROM (VALUES
        ('emergency_admission', 'binary', 'an emergency admission (admission method 2x)'),
        ('emergency_admissions', 'count', 'emergency admissions (admission method 2x)'),
        ('admission', 'binary', 'an admission of any kind'),
        ('admissions', 'count', 'admissions of any kind'),
        ('emergency_attendances', 'count', 'emergency attendances'),
        ('bed_days', 'count', 'nights in hospital'),
        ('cost', 'amount', 'cost of the events that began, in pounds'),
        ('death', 'binary', 'death')) AS o (outcome, kind, meaning)
    WHERE o.outcome = cohort_outcome.outcome OR cohort_outcome.outcome IS NULL;
END;
COMMENT ON FUNCTION @icb@.cohort_outcome(text) IS
    'An outcome of cohorts: its column in cohort tables, its kind (binary, count or amount), its meaning; NULL lists all. No row for an unknown name.';

-- The statement behind a cohort of one day; also run without outcomes for a look at today's people. A category is found by the
-- diagnoses of events that ended in the look-back or by a condition key, as scoring finds it.
CREATE FUNCTION @icb@.cohort_query(as_of date, features text[], categories jsonb, lookback_days integer, min_age integer, max_age integer, practices text[],
                                   outcome_days integer, cost_cap numeric, drop_leavers boolean) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
WITH category AS (
    SELECT c.place, c.member ->> 'key' AS key, c.member ? 'prefixes' AS by_code,
           ARRAY(SELECT pg_catalog.jsonb_array_elements_text(c.member -> 'conditions')) AS conditions
    FROM pg_catalog.jsonb_array_elements(categories) WITH ORDINALITY AS c (member, place)
), found AS (
    SELECT pg_catalog.string_agg(pg_catalog.format(', (%s)::integer AS %I', pg_catalog.concat_ws(' OR ',
               CASE WHEN c.by_code THEN pg_catalog.format('coalesce(%L = ANY (g.found), false)', c.key) END,
               CASE WHEN c.conditions <> '{}' THEN pg_catalog.format('coalesce(%s && %L::text[], false)',
                                                                     CASE WHEN lookback_days IS NULL THEN 'f.conditions' ELSE 'c.found' END, c.conditions) END), c.key),
               '' ORDER BY c.place) AS columns,
           (SELECT pg_catalog.jsonb_build_object('name', 'cohort', 'version', '1', 'categories', pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('key', m.member -> 'key', 'points', 1, 'prefixes', m.member -> 'prefixes') ORDER BY m.place))
            FROM pg_catalog.jsonb_array_elements(categories) WITH ORDINALITY AS m (member, place) WHERE m.member ? 'prefixes') AS model,
           coalesce(bool_or(c.by_code), false) AS by_code, coalesce(bool_or(c.conditions <> '{}'), false) AS by_condition
    FROM category c
)
SELECT pg_catalog.concat(
    pg_catalog.format('SELECT f.person_id, %L::date AS as_of, f.practice_code', as_of),
    (SELECT pg_catalog.string_agg(pg_catalog.format(', f.%I', x.name), '' ORDER BY x.place) FROM pg_catalog.unnest(features) WITH ORDINALITY AS x (name, place)),
    d.columns,
    CASE WHEN outcome_days IS NOT NULL THEN pg_catalog.format(
        ', (coalesce(o.emergency_admissions, 0) > 0)::integer AS outcome_emergency_admission, coalesce(o.emergency_admissions, 0)::integer AS outcome_emergency_admissions'
        ', (coalesce(o.admissions, 0) > 0)::integer AS outcome_admission, coalesce(o.admissions, 0)::integer AS outcome_admissions'
        ', coalesce(o.emergency_attendances, 0)::integer AS outcome_emergency_attendances, coalesce(o.bed_days, 0)::integer AS outcome_bed_days'
        ', (CASE WHEN o.person_id IS NULL THEN 0 WHEN q.cost IS NOT NULL THEN least(q.cost, %s) END)::numeric(16,2) AS outcome_cost'
        ', coalesce(p.death_date <= %L::date, false)::integer AS outcome_death',
        coalesce(cost_cap::text, 'NULL'), as_of + outcome_days) END,
    ', CASE WHEN n.reason IS NOT NULL THEN n.reason',
    CASE WHEN practices IS NOT NULL THEN pg_catalog.format(' WHEN f.practice_code <> ALL (%L::text[]) THEN ''another practice''', practices) END,
    CASE WHEN min_age IS NOT NULL OR max_age IS NOT NULL THEN ' WHEN f.age IS NULL THEN ''age not known''' END,
    CASE WHEN min_age IS NOT NULL THEN pg_catalog.format(' WHEN f.age < %s THEN ''too young''', min_age) END,
    CASE WHEN max_age IS NOT NULL THEN pg_catalog.format(' WHEN f.age > %s THEN ''too old''', max_age) END,
    CASE WHEN drop_leavers AND outcome_days IS NOT NULL THEN pg_catalog.format(
        ' WHEN (p.death_date > %L::date) IS NOT FALSE AND l.person_id IS NULL THEN ''left before the end of the outcomes''', as_of + outcome_days) END,
    ' END AS left_out',
    pg_catalog.format(E'\nFROM @icb@.person_features(%L::date) f\nJOIN @icb@.person p ON p.person_id = f.person_id', as_of),
    pg_catalog.format(E'\nLEFT JOIN @icb@.not_scored(%L::date) n ON n.person_id = f.person_id', as_of),
    CASE WHEN lookback_days IS NOT NULL AND d.by_condition THEN pg_catalog.format(
        E'\nLEFT JOIN (SELECT x.person_id, pg_catalog.array_agg(DISTINCT x.condition) AS found FROM @icb@.condition_at(%L::date, %s) x GROUP BY x.person_id) c'
        ' ON c.person_id = f.person_id', as_of, lookback_days) END,
    CASE WHEN d.by_code THEN pg_catalog.format(
        E'\nLEFT JOIN (SELECT a.person_id, commissioning.risk_flags_categories(%1$L::commissioning.risk_model, commissioning.risk_flags_agg('
        'commissioning.risk_match_codes(%1$L::commissioning.risk_model, a.diagnoses))) AS found'
        ' FROM @icb@.activity a WHERE coalesce(a.end_date, a.start_date) <= %2$L::date%3$s GROUP BY a.person_id) g ON g.person_id = f.person_id',
        d.model, as_of,
        CASE WHEN lookback_days IS NOT NULL THEN pg_catalog.format(' AND coalesce(a.end_date, a.start_date) > %L::date', as_of - lookback_days) END) END,
    CASE WHEN outcome_days IS NOT NULL THEN pg_catalog.format(
        E'\nLEFT JOIN @icb@.outcomes_after(%1$L::date, %2$s) o ON o.person_id = f.person_id'
        '\nLEFT JOIN @icb@.costs_after(%1$L::date, %2$s) q ON q.person_id = f.person_id', as_of, outcome_days) END,
    CASE WHEN drop_leavers AND outcome_days IS NOT NULL THEN pg_catalog.format(
        E'\nLEFT JOIN (SELECT DISTINCT r.person_id FROM @icb@.registration r WHERE r.valid_from <= %1$L::date AND (r.valid_to > %1$L::date OR r.valid_to IS NULL)) l'
        ' ON l.person_id = f.person_id', as_of + outcome_days) END)
FROM found d
$$;
COMMENT ON FUNCTION @icb@.cohort_query(date, text[], jsonb, integer, integer, integer, text[], integer, numeric, boolean) IS
    'The statement that reads the rows of a cohort for one day, with the column left_out: why somebody is not in it, NULL for those who are. Without outcome_days there are no outcomes.';

-- The categories of a cohort: condition keys, then those of a model as it finds them in the codes, before any hierarchy.
CREATE FUNCTION @icb@.cohort_categories(conditions text[], body commissioning.risk_model) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    description jsonb := body::jsonb;
    edited text;
BEGIN
    SELECT pg_catalog.string_agg(c.member ->> 'key', ', ') INTO edited
    FROM pg_catalog.jsonb_array_elements(description -> 'categories') AS c (member)
    WHERE c.member ?| '{becomes,otherwise,only,needs}';
    IF edited IS NOT NULL OR coalesce(description ->> 'coding_system', 'icd10') <> 'icd10' THEN
        RAISE EXCEPTION 'the categories of model "%" cannot be columns of a cohort', description ->> 'name'
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = coalesce('Whether they count depends on more than codes: ' || edited || '.', 'Its codes are not ICD-10.');
    END IF;
    RETURN coalesce((
        SELECT pg_catalog.jsonb_agg(x.member ORDER BY x.part, x.place)
        FROM (SELECT 1 AS part, k.place, pg_catalog.jsonb_build_object('key', k.key, 'conditions', pg_catalog.jsonb_build_array(k.key)) AS member
              FROM pg_catalog.unnest(conditions) WITH ORDINALITY AS k (key, place)
              UNION ALL
              SELECT 2, c.place, c.member - '{points,average}'::text[]
              FROM pg_catalog.jsonb_array_elements(description -> 'categories') WITH ORDINALITY AS c (member, place)) x), '[]');
END
$$;
COMMENT ON FUNCTION @icb@.cohort_categories(text[], commissioning.risk_model) IS
    'Categories of a cohort as a model holds them, without points: one per condition key, then those of the model (NULL for none). 0A000 for a model whose categories depend on more than codes, or on codes other than ICD-10.';

CREATE FUNCTION @icb@.cohort_definition(parameters jsonb, cohort_rows bigint, left_out jsonb) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        'Everybody registered with a practice and alive on ',
        (SELECT pg_catalog.string_agg(d.day, ', ' ORDER BY d.day) FROM pg_catalog.jsonb_array_elements_text(parameters -> 'as_of') AS d (day)),
        CASE WHEN parameters ->> 'practices' IS NOT NULL THEN
            '; practices ' || (SELECT pg_catalog.string_agg(d.code, ', ') FROM pg_catalog.jsonb_array_elements_text(parameters -> 'practices') AS d (code)) END,
        CASE WHEN parameters ->> 'min_age' IS NOT NULL THEN '; aged ' || (parameters ->> 'min_age') || ' and over' END,
        CASE WHEN parameters ->> 'max_age' IS NOT NULL THEN '; aged up to ' || (parameters ->> 'max_age') END,
        '; without those who opted out or are on the local exclusion list. ',
        CASE WHEN parameters ->> 'lookback_days' IS NOT NULL THEN 'Conditions of the ' || (parameters ->> 'lookback_days') || ' days up to and including the day. '
             ELSE 'Conditions ever recorded up to and including the day. ' END,
        CASE WHEN parameters ->> 'outcome' IS NOT NULL THEN pg_catalog.concat(
            'Outcome: ', (SELECT o.meaning FROM @icb@.cohort_outcome(parameters ->> 'outcome') o), ' in the ', parameters ->> 'outcome_days', ' days after the day',
            CASE WHEN parameters ->> 'cost_cap' IS NOT NULL AND parameters ->> 'outcome' = 'cost' THEN ', at most ' || (parameters ->> 'cost_cap') || ' a person' END,
            CASE parameters ->> 'leavers' WHEN 'drop' THEN '; who left alive before the end is left out, who died counts with what happened until then. '
                 ELSE '; who left before the end counts with what happened until then. ' END) END,
        'Split: ', CASE parameters ->> 'split' WHEN 'time' THEN 'trained on the earlier days, validated on the last. '
                       ELSE pg_catalog.format('%s of people for training, by a hash of the person with seed %s. ', parameters ->> 'training_share', parameters ->> 'seed') END,
        cohort_rows, ' rows',
        (SELECT '; left out: ' || pg_catalog.string_agg(CASE WHEN l.value::bigint < 5 THEN 'fewer than 5' ELSE l.value END || ' ' || l.key, ', ' ORDER BY l.key COLLATE "C") FROM pg_catalog.jsonb_each_text(left_out) AS l (key, value)),
        '.');
END;
COMMENT ON FUNCTION @icb@.cohort_definition(jsonb, bigint, jsonb) IS 'The definition of a cohort in words, from the arguments it was made with.';

-- Runs with the rights of the owner, who alone makes tables here; who may call it is decided by the privilege to execute it.
CREATE FUNCTION @icb@.make_cohort(name text, as_of date[], outcome text DEFAULT 'emergency_admission', outcome_days integer DEFAULT 365,
                                  conditions text[] DEFAULT NULL, categories_of text DEFAULT NULL, categories_version text DEFAULT NULL,
                                  lookback_days integer DEFAULT NULL, min_age integer DEFAULT NULL, max_age integer DEFAULT NULL, practices text[] DEFAULT NULL,
                                  cost_cap numeric DEFAULT NULL, leavers text DEFAULT 'drop', split text DEFAULT NULL, training_share numeric DEFAULT 0.7,
                                  seed bigint DEFAULT 1, replace boolean DEFAULT false) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    known record;
    days date[] := ARRAY(SELECT DISTINCT d.day FROM unnest(as_of) AS d (day) WHERE d.day IS NOT NULL ORDER BY d.day);
    body commissioning.risk_model;
    features text[];
    categories jsonb;
    parameters jsonb;
    queries text[] := '{}';
    columns text[];
    day date;
    query text;
    clash text;
    data_date date := (SELECT max(coalesce(a.end_date, a.start_date)) FROM @icb@.activity a);
    reasons jsonb;
    left_out jsonb := '{}';
    made record;
    reader text;
BEGIN
    IF NOT @icb@.stage_allowed('fit') THEN
        RAISE EXCEPTION 'models are not trained in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF name IS NULL OR name !~ '^[a-z][a-z0-9_]{0,39}$' THEN
        RAISE EXCEPTION 'invalid cohort name "%"', name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use 1 to 40 lower-case letters, digits and underscores, the first a letter.';
    ELSIF cardinality(days) = 0 THEN
        RAISE EXCEPTION 'as_of must name at least one day' USING ERRCODE = 'invalid_parameter_value';
    ELSIF outcome IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.cohort_outcome(outcome)) THEN
        RAISE EXCEPTION 'unknown outcome "%"', outcome
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Outcomes are %s; NULL makes a cohort without outcomes.', (SELECT string_agg(substr(o.column_name, 9), ', ') FROM @icb@.cohort_outcome(NULL) o));
    ELSIF outcome IS NOT NULL AND (outcome_days IS NULL OR outcome_days NOT BETWEEN 1 AND 3660) THEN
        RAISE EXCEPTION 'outcome_days must be 1 to 3660' USING ERRCODE = 'invalid_parameter_value';
    ELSIF outcome IS NOT NULL AND days[cardinality(days)] + outcome_days > coalesce(data_date, '-infinity') THEN
        RAISE EXCEPTION 'the outcomes of % are not known yet: they end on %, the latest event is of %', days[cardinality(days)],
            days[cardinality(days)] + outcome_days, coalesce(data_date::text, 'no day')
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Choose an earlier day or fewer outcome_days, or load newer files.';
    ELSIF lookback_days < 1 OR min_age < 0 OR max_age < min_age OR cost_cap < 0 THEN
        RAISE EXCEPTION 'lookback_days, min_age, max_age and cost_cap must not be negative, nor max_age less than min_age' USING ERRCODE = 'invalid_parameter_value';
    ELSIF leavers IS NULL OR leavers NOT IN ('drop', 'keep') THEN
        RAISE EXCEPTION 'leavers must be drop or keep' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    split := coalesce(split, CASE WHEN cardinality(days) > 1 THEN 'time' ELSE 'person' END);
    IF split NOT IN ('time', 'person') OR (split = 'time' AND cardinality(days) = 1) THEN
        RAISE EXCEPTION 'split must be person, or time with two days or more' USING ERRCODE = 'invalid_parameter_value';
    ELSIF split = 'person' AND (training_share IS NULL OR training_share NOT BETWEEN 0 AND 1 OR seed IS NULL) THEN
        RAISE EXCEPTION 'training_share must be 0 to 1, and seed a number' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF categories_of IS NOT NULL THEN
        body := @icb@.registered_model(categories_of, categories_version);
        lookback_days := coalesce(lookback_days, commissioning.risk_lookback_days(body));
    END IF;
    conditions := coalesce(conditions, ARRAY(SELECT DISTINCT c.condition FROM @icb@.person_condition c UNION SELECT s.condition FROM @icb@.code_set s ORDER BY 1));
    categories := @icb@.cohort_categories(conditions, body);
    -- every plain column that person_features has
    SELECT array_agg(a.name ORDER BY a.place) INTO features
    FROM pg_proc p
    CROSS JOIN LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) WITH ORDINALITY AS a (name, type, mode, place)
    JOIN pg_type t ON t.oid = a.type
    WHERE p.pronamespace = '@icb@'::regnamespace AND p.proname = 'person_features' AND a.mode = 't' AND t.typelem = 0
      AND a.name NOT IN ('person_id', 'practice_code');
    SELECT string_agg(DISTINCT x.name, ', ') INTO clash
    FROM (SELECT c.key AS name, count(*) OVER (PARTITION BY c.key) AS uses
          FROM (SELECT m.member ->> 'key' AS key FROM jsonb_array_elements(categories) AS m (member)
                UNION ALL SELECT f.name FROM unnest(features || '{person_id,as_of,practice_code,split,training,left_out}'::text[]) AS f (name)) c) x
    WHERE x.uses > 1 OR x.name LIKE 'outcome\_%';
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'two columns of the cohort would have one name, or the name of an outcome: %', clash
            USING ERRCODE = 'duplicate_column', HINT = 'Leave the condition out, or the categories of the model.';
    END IF;
    parameters := jsonb_build_object('as_of', days, 'outcome', outcome, 'outcome_days', CASE WHEN outcome IS NOT NULL THEN outcome_days END,
        'conditions', conditions, 'categories_of', CASE WHEN body IS NOT NULL THEN (body::jsonb ->> 'name') || ' ' || (body::jsonb ->> 'version') END,
        'lookback_days', lookback_days, 'min_age', min_age, 'max_age', max_age, 'practices', practices, 'cost_cap', cost_cap,
        'leavers', CASE WHEN outcome IS NOT NULL THEN leavers END, 'split', split,
        'training_share', CASE split WHEN 'person' THEN training_share END, 'seed', CASE split WHEN 'person' THEN seed END);
    FOREACH day IN ARRAY days LOOP
        queries := queries || format('SELECT x.*, CASE WHEN x.training THEN ''train'' ELSE ''validate'' END AS split FROM (SELECT q.*, %s AS training FROM (%s) q) x',
            CASE split WHEN 'time' THEN (day < days[cardinality(days)])::text
                 ELSE format('commissioning.risk_split(q.person_id, %s, %s)', seed, training_share) END,
            @icb@.cohort_query(day, features, categories, lookback_days, min_age, max_age, practices,
                               CASE WHEN outcome IS NOT NULL THEN outcome_days END, cost_cap, leavers = 'drop'));
    END LOOP;

    SELECT c.definition_hash, c.row_count INTO known FROM @icb@.cohort c WHERE c.name = name;
    IF FOUND AND NOT coalesce(replace, false) THEN
        IF known.definition_hash = md5(queries::text || parameters::text) THEN
            RAISE NOTICE 'cohort "%" stands already', name;
            RETURN 0;
        END IF;
        RAISE EXCEPTION 'cohort "%" exists with another definition', name
            USING ERRCODE = 'duplicate_table', HINT = 'Choose another name, or give replace => true: models keep the definition and fingerprint they were trained on.';
    ELSIF FOUND THEN
        PERFORM @icb@.drop_cohort(name);
    END IF;
    EXECUTE format('CREATE TABLE @icb@.%I AS %s WITH NO DATA', 'cohort_' || name, queries[1]);
    EXECUTE format('ALTER TABLE @icb@.%1$I DROP COLUMN left_out, ADD PRIMARY KEY (person_id, as_of)', 'cohort_' || name);
    SELECT array_agg(quote_ident(a.attname) ORDER BY a.attnum) INTO columns
    FROM pg_attribute a WHERE a.attrelid = format('@icb@.%I', 'cohort_' || name)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    FOREACH query IN ARRAY queries LOOP
        EXECUTE format('WITH everybody AS MATERIALIZED (%s), kept AS (INSERT INTO @icb@.%I (%s) SELECT %2$s.* FROM (SELECT %3$s FROM everybody e WHERE e.left_out IS NULL) %2$s)
                        SELECT coalesce(jsonb_object_agg(r.reason, r.people), ''{}'')
                        FROM (SELECT e.left_out AS reason, count(*) AS people FROM everybody e WHERE e.left_out IS NOT NULL GROUP BY e.left_out) r',
                       query, 'cohort_' || name, array_to_string(columns, ', ')) INTO reasons;
        SELECT coalesce(jsonb_object_agg(b.reason, b.people), '{}') INTO left_out
        FROM (SELECT r.key AS reason, sum(r.value::bigint) AS people
              FROM (SELECT l.key, l.value FROM jsonb_each_text(left_out) l UNION ALL SELECT l.key, l.value FROM jsonb_each_text(reasons) l) r
              GROUP BY r.key) b;
    END LOOP;
    EXECUTE format('ANALYZE @icb@.%I', 'cohort_' || name);
    EXECUTE format('SELECT count(*) AS row_count, count(DISTINCT c.person_id) AS people, count(*) FILTER (WHERE c.training) AS training_rows,
                           %s AS events, md5(concat(count(*), sum(hash_record_extended(c, 0)::numeric))) AS content_hash
                    FROM @icb@.%I c',
                   CASE WHEN outcome IS NULL THEN 'NULL::bigint' ELSE format('count(*) FILTER (WHERE c.%I > 0)', 'outcome_' || outcome) END, 'cohort_' || name) INTO made;
    INSERT INTO @icb@.cohort (name, definition, definition_hash, parameters, content_hash, as_of, outcome, outcome_days, outcome_end, lookback_days, features, conditions,
                              categories_of, categories, row_count, people, training_rows, validation_rows, events, left_out, data_date)
    VALUES (name, @icb@.cohort_definition(parameters, made.row_count, left_out), md5(queries::text || parameters::text), parameters, made.content_hash, days, outcome,
            CASE WHEN outcome IS NOT NULL THEN outcome_days END, CASE WHEN outcome IS NOT NULL THEN days[cardinality(days)] + outcome_days END, lookback_days, features,
            ARRAY(SELECT m.member ->> 'key' FROM jsonb_array_elements(categories) WITH ORDINALITY AS m (member, place) ORDER BY m.place),
            parameters ->> 'categories_of', categories, made.row_count, made.people, made.training_rows, made.row_count - made.training_rows, made.events, left_out, data_date);
    EXECUTE format('COMMENT ON TABLE @icb@.%I IS %L', 'cohort_' || name, @icb@.cohort_definition(parameters, made.row_count, left_out));
    -- as every table about people, to practices their own
    EXECUTE format('ALTER TABLE @icb@.%I ENABLE ROW LEVEL SECURITY', 'cohort_' || name);
    EXECUTE format('CREATE POLICY own_practice ON @icb@.%I USING ((SELECT EXISTS (SELECT FROM @icb@.visible_practice v WHERE v.practice_code = ''*''))
                                                                 OR practice_code IN (SELECT v.practice_code FROM @icb@.visible_practice v))', 'cohort_' || name);
    FOREACH reader IN ARRAY '{@icb@_analyst,@icb@_admin}'::text[] LOOP
        IF to_regrole(reader) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON @icb@.%I TO %I', 'cohort_' || name, reader);
        END IF;
    END LOOP;
    RETURN made.row_count;
END
$$;
COMMENT ON FUNCTION @icb@.make_cohort(text, date[], text, integer, text[], text, text, integer, integer, integer, text[], numeric, text, text, numeric, bigint, boolean) IS
    'Makes the table cohort_NAME: one row per person and day with the features of person_features, a 0/1 column per condition key (NULL: every known one) and per category of a model, every outcome of the days after (outcome_*; NULL: none), and training (split time: the days before the last; person: a share by hash). leavers: drop those who left alive before the end, or keep them. Returns the rows; the same definition again adds nothing unless replace. 55000 in a warehouse of another purpose or when the outcomes are not known yet, 42P07 for a name with another definition, 42701 when two columns would have one name, 22023 for a wrong argument.';

CREATE FUNCTION @icb@.drop_cohort(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    DELETE FROM @icb@.cohort c WHERE c.name = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'cohort "%" does not exist in warehouse "@icb@"', name USING ERRCODE = 'undefined_object';
    END IF;
    EXECUTE format('DROP TABLE @icb@.%I', 'cohort_' || name);
END
$$;
COMMENT ON FUNCTION @icb@.drop_cohort(text) IS
    'Drops a cohort with its rows; models trained on it keep its definition and fingerprint. 42704 for an unknown cohort, 2BP01 when something of the user depends on the table.';

-- Training -------------------------------------------------------------------------------------------

-- What was fitted to columns of conditions becomes categories of the model, so that scores show the codes behind them. Points are
-- millionths; the first part of a two-part model has no categories of its own and takes them as interactions.
CREATE FUNCTION @icb@.model_with_categories(body jsonb, categories jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    keys text[] := ARRAY(SELECT c.member ->> 'key' FROM pg_catalog.jsonb_array_elements(categories) AS c (member));
    used text[] := ARRAY(SELECT DISTINCT u.name FROM (
        SELECT coalesce(i.term ->> 'input', i.term ->> 'name') AS name
        FROM pg_catalog.jsonb_array_elements(coalesce(body -> 'inputs', '[]') || coalesce(body -> 'probability' -> 'inputs', '[]')) AS i (term)
        UNION ALL
        SELECT t.name
        FROM pg_catalog.jsonb_array_elements(coalesce(body -> 'interactions', '[]') || coalesce(body -> 'probability' -> 'interactions', '[]')) AS i (term)
        CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(i.term -> 'times') AS t (name)) u
        WHERE u.name = ANY (keys));
    shaped text;
    part record;
    result jsonb := body;
BEGIN
    IF used = '{}' THEN
        RETURN body;
    END IF;
    SELECT pg_catalog.string_agg(i.term ->> 'name', ', ') INTO shaped
    FROM pg_catalog.jsonb_array_elements(coalesce(body -> 'inputs', '[]') || coalesce(body -> 'probability' -> 'inputs', '[]')) AS i (term)
    WHERE coalesce(i.term ->> 'input', i.term ->> 'name') = ANY (keys) AND (i.term -> 'coefficient' IS NULL OR i.term ? 'transform');
    IF shaped IS NOT NULL THEN
        RAISE EXCEPTION 'conditions enter a model as they are, without bins, levels, splines or transforms: %', shaped USING ERRCODE = 'feature_not_supported';
    END IF;
    FOR part IN SELECT '{}'::text[] AS path, body AS old, true AS has_categories
                UNION ALL SELECT '{probability}', body -> 'probability', false WHERE body ? 'probability' LOOP
        IF part.old ? 'interactions' OR NOT part.has_categories THEN
            result := pg_catalog.jsonb_set(result, part.path || 'interactions'::text, (
                SELECT coalesce(pg_catalog.jsonb_agg(x.term ORDER BY x.part, x.place), '[]')
                FROM (SELECT 1 AS part, i.place, pg_catalog.jsonb_strip_nulls(i.term - 'times' || pg_catalog.jsonb_build_object(
                                 'times', (SELECT pg_catalog.jsonb_agg(t.name ORDER BY t.place) FROM pg_catalog.jsonb_array_elements_text(i.term -> 'times') WITH ORDINALITY AS t (name, place)
                                           WHERE t.name <> ALL (keys)),
                                 'all', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(t.name) ORDER BY t.place)
                                         FROM pg_catalog.jsonb_array_elements_text(i.term -> 'times') WITH ORDINALITY AS t (name, place) WHERE t.name = ANY (keys)))) AS term
                      FROM pg_catalog.jsonb_array_elements(part.old -> 'interactions') WITH ORDINALITY AS i (term, place)
                      UNION ALL
                      SELECT 2, i.place, i.term - '{input,missing,missing_coefficient,min,max}'::text[]
                                         || pg_catalog.jsonb_build_object('all', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(coalesce(i.term ->> 'input', i.term ->> 'name'))))
                      FROM pg_catalog.jsonb_array_elements(part.old -> 'inputs') WITH ORDINALITY AS i (term, place)
                      WHERE NOT part.has_categories AND coalesce(i.term ->> 'input', i.term ->> 'name') = ANY (keys)) x));
        END IF;
        IF part.old ? 'inputs' THEN
            result := pg_catalog.jsonb_set(result, part.path || 'inputs'::text, (
                SELECT coalesce(pg_catalog.jsonb_agg(i.term ORDER BY i.place), '[]')
                FROM pg_catalog.jsonb_array_elements(part.old -> 'inputs') WITH ORDINALITY AS i (term, place)
                WHERE coalesce(i.term ->> 'input', i.term ->> 'name') <> ALL (keys)));
        END IF;
    END LOOP;
    RETURN result || pg_catalog.jsonb_build_object('points_scale', 1000000, 'categories', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(c.member || pg_catalog.jsonb_build_object(
                   'points', coalesce(round((i.term ->> 'coefficient')::numeric, 6), 0), 'average', i.term -> 'average', 'label', coalesce(i.term -> 'label', c.member -> 'label')))
               ORDER BY c.place)
        FROM pg_catalog.jsonb_array_elements(categories) WITH ORDINALITY AS c (member, place)
        LEFT JOIN pg_catalog.jsonb_array_elements(coalesce(body -> 'inputs', '[]')) AS i (term) ON coalesce(i.term ->> 'input', i.term ->> 'name') = c.member ->> 'key'
        WHERE c.member ->> 'key' = ANY (used)));
END
$$;
COMMENT ON FUNCTION @icb@.model_with_categories(jsonb, jsonb) IS
    'A fitted model whose 0/1 columns of these categories are categories: coefficients as points in millionths, products as interactions. 0A000 when such a column was shaped by bins, levels, a spline or a transform.';

CREATE FUNCTION @icb@.train_model(name text, version text, cohort text, features text[], outcome text DEFAULT NULL, family text DEFAULT NULL,
                                  penalty double precision DEFAULT 0, rows_used text DEFAULT 'train', title text DEFAULT NULL, bands jsonb DEFAULT NULL,
                                  limitations text DEFAULT NULL, note text DEFAULT NULL)
    RETURNS TABLE (part text, term text, coefficient double precision, std_error double precision, lower double precision, upper double precision, p_value double precision)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    used @icb@.cohort;
    wanted record;
    reading text;
    document jsonb;
    body commissioning.risk_model;
BEGIN
    IF NOT @icb@.stage_allowed('fit') THEN
        RAISE EXCEPTION 'models are not trained in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT c.* INTO used FROM @icb@.cohort c WHERE c.name = cohort;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'cohort "%" does not exist in warehouse "@icb@"', cohort
            USING ERRCODE = 'undefined_object', HINT = 'Make it with @icb@.make_cohort.';
    END IF;
    SELECT o.* INTO wanted FROM @icb@.cohort_outcome(coalesce(outcome, used.outcome, '')) o;
    IF NOT FOUND OR used.outcome IS NULL THEN
        RAISE EXCEPTION 'cohort "%" has no outcome "%"', cohort, coalesce(outcome, 'at all') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM @icb@.known_model k WHERE k.name = name AND k.version = version) THEN
        RAISE EXCEPTION 'risk model "%" version "%" exists already', name, version USING ERRCODE = 'duplicate_object', HINT = 'Give the new fit a version of its own.';
    END IF;
    IF rows_used IS NULL OR rows_used NOT IN ('train', 'all') THEN
        RAISE EXCEPTION 'rows_used must be train or all' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT pg_catalog.string_agg(f.name, ', ') INTO reading
    FROM pg_catalog.unnest(features) AS f (name) WHERE f.name ~ 'outcome_|"(person_id|as_of|split|training)"|^(person_id|as_of|split|training)$';
    IF reading IS NOT NULL THEN
        RAISE EXCEPTION 'these are not known of a person on the day of scoring: %', reading
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Features describe the past: the columns named in features and conditions of the cohort.';
    END IF;
    outcome := pg_catalog.substr(wanted.column_name, 9);
    family := coalesce(family, CASE wanted.kind WHEN 'binary' THEN 'logistic' WHEN 'count' THEN 'negative_binomial' ELSE 'two_part' END);
    document := commissioning.risk_fit_document(pg_catalog.format('@icb@.%I', 'cohort_' || cohort)::pg_catalog.regclass, wanted.column_name, features, family,
                                                penalty => penalty, split => CASE rows_used WHEN 'train' THEN 'training' END);
    body := commissioning.risk_fit_model(document, name, version, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'title', coalesce(title, pg_catalog.format('%s in %s days, trained here', pg_catalog.replace(outcome, '_', ' '), used.outcome_days)),
        'source', pg_catalog.format('Trained in warehouse "@icb@" on cohort "%s"', cohort),
        'population', CASE WHEN used.parameters ->> 'min_age' IS NOT NULL OR used.parameters ->> 'max_age' IS NOT NULL THEN
            pg_catalog.concat_ws(' ', 'Registered people aged', 'from ' || (used.parameters ->> 'min_age'), 'to ' || (used.parameters ->> 'max_age')) ELSE 'Registered people' END)));
    body := (@icb@.model_with_categories(body::jsonb, coalesce(used.categories, '[]')) || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'lookback_days', used.lookback_days, 'bands', bands,
        'valid_for', CASE WHEN used.parameters ->> 'min_age' IS NOT NULL OR used.parameters ->> 'max_age' IS NOT NULL THEN
            pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('input', 'age', 'from', used.parameters -> 'min_age', 'upto', used.parameters -> 'max_age')) END)))
        ::commissioning.risk_model;
    INSERT INTO @icb@.model (name, version, body, note, trained_from, trained_to, cohort, cohort_definition, cohort_hash, outcome, outcome_days, outcome_definition,
                             fit, limitations)
    VALUES (name, version, body, note,
            used.as_of[1],
            CASE WHEN rows_used = 'train' AND used.parameters ->> 'split' = 'time' THEN used.as_of[pg_catalog.cardinality(used.as_of) - 1] + used.outcome_days ELSE used.outcome_end END,
            cohort, used.definition, used.content_hash, outcome, used.outcome_days,
            pg_catalog.format('%s in the %s days after the day of scoring', pg_catalog.upper(pg_catalog.left(wanted.meaning, 1)) || pg_catalog.substr(wanted.meaning, 2), used.outcome_days),
            document || pg_catalog.jsonb_build_object('features', features, 'rows', rows_used, 'cohort_rows', used.row_count, 'cohort_people', used.people,
                                                      'training_rows', used.training_rows, 'left_out', used.left_out),
            limitations);
    RETURN QUERY
    SELECT t.part, t.term, t.coefficient, t.std_error, t.lower, t.upper, t.p_value
    FROM pg_catalog.jsonb_to_recordset(document -> 'terms') AS t (part text, term text, coefficient double precision, std_error double precision, lower double precision,
                                                                  upper double precision, p_value double precision);
    FOR reading IN SELECT w.text FROM pg_catalog.jsonb_array_elements_text(document -> 'warnings') AS w (text) LOOP
        RAISE WARNING '%', reading;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.train_model(text, text, text, text[], text, text, double precision, text, text, jsonb, text, text) IS
    'Fits a model to the training rows of a cohort (rows_used all: to every row) with commissioning.risk_fit_document, whose features and families it takes, registers it as a draft with cohort, window, outcome and fit, and returns its terms. outcome NULL: that of the cohort; family NULL: logistic for what happens or not, negative_binomial for counts, two_part for cost. Conditions become categories with their codes; min_age and max_age of the cohort bound whom the model is valid for. 42704 for an unknown cohort, 42710 for a name and version that exist, 22023 for features that are not known on the day, 55000 in a warehouse of another purpose.';
