-- Risk: scores of the registered population, and why a person has theirs.

-- Scores ------------------------------------------------------------------------------------------

CREATE TABLE @icb@.risk_run (
    risk_run_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    model             text NOT NULL,
    model_version     text NOT NULL,
    model_fingerprint text NOT NULL,
    as_of             date NOT NULL,
    lookback_days     integer,
    data_date         date,
    people            bigint NOT NULL,
    input_fingerprint text NOT NULL,
    scored_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    assessed          bigint,
    not_assessed      jsonb NOT NULL DEFAULT '{}',
    not_scored        jsonb NOT NULL DEFAULT '{}',
    data_dates        jsonb NOT NULL DEFAULT '{}',
    unapproved        text,
    provenance        text,
    costing           jsonb
);
CREATE INDEX risk_run_latest ON @icb@.risk_run (model, model_version, as_of, risk_run_id);
COMMENT ON TABLE @icb@.risk_run IS 'One row per set of scores that differs from the one before it: model, date, and what it was computed from.';
COMMENT ON COLUMN @icb@.risk_run.risk_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.risk_run.run_id IS 'Run that computed it.';
COMMENT ON COLUMN @icb@.risk_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.risk_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.risk_run.model_fingerprint IS 'Fingerprint of the content of the model.';
COMMENT ON COLUMN @icb@.risk_run.as_of IS 'Day as of which people are scored: registered and alive on it, with the history up to and including it.';
COMMENT ON COLUMN @icb@.risk_run.lookback_days IS 'Days of history that the model looks at, NULL for all.';
COMMENT ON COLUMN @icb@.risk_run.data_date IS 'Latest event that was seen, NULL when there was none: how fresh the data are.';
COMMENT ON COLUMN @icb@.risk_run.people IS 'People in the set, with a score or with the reason why there is none.';
COMMENT ON COLUMN @icb@.risk_run.input_fingerprint IS 'Fingerprint of model, people, practices, conditions and inputs: equal for equal data.';
COMMENT ON COLUMN @icb@.risk_run.scored_at IS 'When it was computed.';
COMMENT ON COLUMN @icb@.risk_run.assessed IS 'People with a score.';
COMMENT ON COLUMN @icb@.risk_run.not_assessed IS 'People without a score by reason, {"age not known": 12}: the model has no value for an input that is not known, or the person is outside of whom it is valid for.';
COMMENT ON COLUMN @icb@.risk_run.not_scored IS 'Known people who are not in the set, by reason, {"died": 40}: dead, not registered on the day, opted out, on a local list. Each person counts once.';
COMMENT ON COLUMN @icb@.risk_run.data_dates IS 'Latest event that was seen in each data set, {"APC": "2024-12-31"}.';
COMMENT ON COLUMN @icb@.risk_run.unapproved IS 'Why the model was not allowed when it was used all the same; NULL for a model that was approved.';
COMMENT ON COLUMN @icb@.risk_run.provenance IS 'Where imported scores come from; NULL for scores computed here.';
COMMENT ON COLUMN @icb@.risk_run.costing IS
    'For a model that reads cost_12m, in pounds over all people: {"cost", "by_fallback", "events_without_cost"}: the cost, the part of it that is a stated price because the activity has none of its own (activity_cost), the events for which no price is known at all. NULL for other models.';

CREATE TABLE @icb@.risk_score (
    person_id     bigint NOT NULL,
    risk_run_id   bigint NOT NULL,
    practice_code text NOT NULL,
    score         double precision,
    band          text,
    rank_overall  bigint,
    rank_practice bigint,
    categories    text[] NOT NULL,
    band_order    integer,
    not_assessed  text,
    PRIMARY KEY (person_id, risk_run_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.risk_score IS 'Scores kept: one row per person and set of scores.';
COMMENT ON COLUMN @icb@.risk_score.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.risk_score.risk_run_id IS 'Set of scores: model, version and date stand in risk_run.';
COMMENT ON COLUMN @icb@.risk_score.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb@.risk_score.score IS 'Score; NULL when not assessed.';
COMMENT ON COLUMN @icb@.risk_score.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb@.risk_score.rank_overall IS 'Place among all people, 1 is the highest score; equal scores in the order of person_id. NULL without a score.';
COMMENT ON COLUMN @icb@.risk_score.rank_practice IS 'The same among the people of the practice.';
COMMENT ON COLUMN @icb@.risk_score.categories IS 'Categories of the model found in the look-back, before its hierarchy.';
COMMENT ON COLUMN @icb@.risk_score.band_order IS 'Place of the band among those of the model, 1 is the lowest; NULL without a band.';
COMMENT ON COLUMN @icb@.risk_score.not_assessed IS 'Why there is no score: the inputs that are not known, or the one that is outside of what the model is valid for. NULL with a score.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.risk_score_p%s PARTITION OF @icb@.risk_score FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE INDEX risk_score_run ON @icb@.risk_score (risk_run_id, rank_overall);

CREATE TABLE @icb@.risk_average (
    risk_run_id bigint NOT NULL,
    term        text NOT NULL,
    people      bigint NOT NULL,
    average     double precision NOT NULL,
    PRIMARY KEY (risk_run_id, term)
);
COMMENT ON TABLE @icb@.risk_average IS 'The average person of a set of scores: what each term contributes in the mean of all people with a score.';
COMMENT ON COLUMN @icb@.risk_average.risk_run_id IS 'Set of scores.';
COMMENT ON COLUMN @icb@.risk_average.term IS 'Term as explain_risk names it.';
COMMENT ON COLUMN @icb@.risk_average.people IS 'People in whom the term was found.';
COMMENT ON COLUMN @icb@.risk_average.average IS 'Mean contribution over all people with a score, those without the term at 0.';

-- Models ------------------------------------------------------------------------------------------

CREATE VIEW @icb@.scoring_model AS
SELECT u.name, u.version, u.unit, u.body, row_number() OVER (PARTITION BY u.name, u.unit ORDER BY u.place) = 1 AS newest
FROM (SELECT k.name, k.version, k.body, k.place,
             -- diagnoses here are ICD-10: a model of other codes would find nothing and score everybody 0
             CASE WHEN k.body::jsonb ->> 'coding_system' NOT LIKE 'icd10%' THEN 'other codes' ELSE coalesce(k.body::jsonb ->> 'unit', 'person') END AS unit
      FROM @icb@.known_model k) u;
COMMENT ON VIEW @icb@.scoring_model IS
    'The known models with what they score: people or admissions. One name may have versions of either kind; where no version is asked for, the newest of the kind is used.';
COMMENT ON COLUMN @icb@.scoring_model.name IS 'Name of the model.';
COMMENT ON COLUMN @icb@.scoring_model.version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.scoring_model.unit IS 'person, or spell: the score belongs to an admission; other codes: not to be scored from the diagnoses here, which are ICD-10.';
COMMENT ON COLUMN @icb@.scoring_model.body IS 'The model.';
COMMENT ON COLUMN @icb@.scoring_model.newest IS 'Whether it is the version of its kind that is used where none is asked for.';

CREATE FUNCTION @icb@.model_to_use(name text, version text, unit text, allow_unapproved boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    chosen record;
    refused text;
BEGIN
    SELECT k.version, k.unit INTO chosen FROM @icb@.scoring_model k
    WHERE k.name = name AND (k.version = version OR (version IS NULL AND k.newest))
    ORDER BY (k.unit = unit) DESC LIMIT 1;
    IF NOT FOUND THEN
        -- says which are known
        PERFORM @icb@.registered_model(name, version);
    END IF;
    IF chosen.unit = 'other codes' THEN
        RAISE EXCEPTION 'model "%" version "%" reads codes of another system than the diagnoses here', name, chosen.version
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Score its codes with commissioning.risk_score_text.';
    ELSIF chosen.unit <> unit THEN
        RAISE EXCEPTION 'model "%" version "%" scores %', name, chosen.version, CASE unit WHEN 'person' THEN 'admissions, not people' ELSE 'people, not admissions' END
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = pg_catalog.format('Use @icb@.%s.', CASE unit WHEN 'person' THEN 'score_spells' ELSE 'score_population' END);
    END IF;
    refused := @icb@.model_allowed(name, chosen.version);
    IF refused IS NOT NULL AND NOT coalesce(allow_unapproved, false) THEN
        RAISE EXCEPTION 'model "%" version "%" may not be used: %', name, chosen.version, refused
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Have it approved, or give allow_unapproved => true to try it out: its scores then carry this reason.';
    END IF;
    RETURN chosen.version;
END
$$;
COMMENT ON FUNCTION @icb@.model_to_use(text, text, text, boolean) IS
    'The version of a model to score with: the given one, else the newest of the unit (person, spell). 42704 for an unknown model; 55000 for one of the other unit, and for one that may not be used unless allow_unapproved.';

-- People ------------------------------------------------------------------------------------------

-- The one place that says who is scored on what; the live view, the procedure and the explanation all read it.
-- Inlined into its callers, so that a filter on person_id reaches the tables.
CREATE FUNCTION @icb@.people_at_risk(model commissioning.risk_model, as_of date)
    RETURNS TABLE (person_id bigint, practice_code text, flags commissioning.risk_flags, inputs jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.person_id, r.practice_code, commissioning.risk_flags_or(coalesce(h.flags, ''::commissioning.risk_flags), coalesce(c.flags, ''::commissioning.risk_flags)),
           CASE WHEN pg_catalog.cardinality(commissioning.risk_inputs(model)) > 0 THEN
               pg_catalog.jsonb_build_object(
                   'age', f.age, 'male', f.male, 'female', f.female, 'imd_decile', f.imd_decile, 'imd_score', f.imd_score,
                   'admissions_12m', f.admissions_12m, 'emergency_admissions_12m', f.emergency_admissions_12m,
                   'emergency_admissions_30d', f.emergency_admissions_30d, 'elective_admissions_12m', f.elective_admissions_12m,
                   'emergency_attendances_12m', f.emergency_attendances_12m, 'emergency_attendances_6m', f.emergency_attendances_6m,
                   'outpatient_attendances_12m', f.outpatient_attendances_12m, 'outpatient_missed_12m', f.outpatient_missed_12m,
                   'bed_days_12m', f.bed_days_12m, 'cost_12m', f.cost_12m, 'costed_by_fallback', f.costed_by_fallback,
                   'events_without_cost', f.events_without_cost) - u.unused
           END
    -- what a model does not read is no part of its inputs: a change there adds no set of scores
    FROM (SELECT ARRAY(SELECT n.name
                       FROM pg_catalog.unnest('{age,male,female,imd_decile,imd_score,admissions_12m,emergency_admissions_12m,emergency_admissions_30d,elective_admissions_12m,emergency_attendances_12m,emergency_attendances_6m,outpatient_attendances_12m,outpatient_missed_12m,bed_days_12m,cost_12m,costed_by_fallback,events_without_cost}'::text[]) AS n (name)
                       WHERE n.name <> ALL (commissioning.risk_inputs(model))
                         -- a cost comes with what is known of how it was found
                         AND NOT (n.name IN ('costed_by_fallback', 'events_without_cost') AND 'cost_12m' = ANY (commissioning.risk_inputs(model)))) AS unused
          OFFSET 0) u
    CROSS JOIN (SELECT DISTINCT ON (g.person_id) g.person_id, g.practice_code
                FROM @icb@.registration g
                WHERE g.valid_from <= as_of AND (g.valid_to > as_of OR g.valid_to IS NULL)
                ORDER BY g.person_id, g.valid_from DESC) r
    JOIN @icb@.person p ON p.person_id = r.person_id AND (p.death_date IS NULL OR p.death_date > as_of)
    LEFT JOIN (
        SELECT a.person_id, commissioning.risk_flags_agg(commissioning.risk_match_codes(model, a.diagnoses)) AS flags
        FROM @icb@.activity a
        WHERE coalesce(a.end_date, a.start_date) <= as_of
          AND (coalesce(a.end_date, a.start_date) > as_of - commissioning.risk_lookback_days(model)
               OR commissioning.risk_lookback_days(model) IS NULL)
        GROUP BY a.person_id) h ON h.person_id = r.person_id
    LEFT JOIN (
        SELECT d.person_id, commissioning.risk_flags_agg(commissioning.risk_match_condition(model, d.condition)) AS flags
        FROM @icb@.condition_at(as_of, commissioning.risk_lookback_days(model)) d
        -- a model without condition keys looks at none
        WHERE model::jsonb @? '$.categories[*].conditions'
        GROUP BY d.person_id) c ON c.person_id = r.person_id
    LEFT JOIN (
        SELECT x.person_id, x.age, x.male, x.female, x.imd_decile, x.imd_score, x.admissions_12m, x.emergency_admissions_12m,
               x.emergency_admissions_30d, x.elective_admissions_12m, x.emergency_attendances_12m, x.emergency_attendances_6m,
               x.outpatient_attendances_12m, x.outpatient_missed_12m, x.bed_days_12m, x.cost_12m, x.costed_by_fallback, x.events_without_cost
        FROM @icb@.person_features(as_of) x
        WHERE pg_catalog.cardinality(commissioning.risk_inputs(model)) > 0) f ON f.person_id = r.person_id
    WHERE NOT EXISTS (SELECT FROM @icb@.not_scored(as_of) n WHERE n.person_id = r.person_id);
END;
COMMENT ON FUNCTION @icb@.people_at_risk(commissioning.risk_model, date) IS
    'Who a model scores on a day and on what: everybody registered and alive on it who does not have to be left out (not_scored); the conditions from the diagnoses of events that ended in the look-back of the model, the day itself included (an open spell counts at its start); the condition keys that condition_at tells in the same look-back, for a model that names some; of person_features what the model reads.';

-- With people_at_risk it covers every known person once.
CREATE FUNCTION @icb@.people_not_scored(as_of date) RETURNS TABLE (person_id bigint, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.person_id,
           CASE WHEN p.death_date <= as_of THEN 'died' WHEN r.person_id IS NULL THEN 'not registered' ELSE n.reason END
    FROM @icb@.person p
    LEFT JOIN (SELECT DISTINCT g.person_id
               FROM @icb@.registration g
               WHERE g.valid_from <= as_of AND (g.valid_to > as_of OR g.valid_to IS NULL)) r ON r.person_id = p.person_id
    LEFT JOIN @icb@.not_scored(as_of) n ON n.person_id = p.person_id
    WHERE p.death_date <= as_of OR r.person_id IS NULL OR n.person_id IS NOT NULL;
END;
COMMENT ON FUNCTION @icb@.people_not_scored(date) IS
    'Known people whom no model scores on a day, each once, with the first reason that holds: died, not registered, an opt-out, the reason of the local exclusion list.';

-- Not assessed ------------------------------------------------------------------------------------

-- A test is written as a path expression over the inputs, so that one place says what makes a score impossible.
CREATE FUNCTION @icb@.input_needs(description jsonb) RETURNS TABLE (place bigint, kind text, name text, test jsonpath)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT b.n AS place, 'outside' AS kind, b.bound ->> 'input' AS name,
           (SELECT pg_catalog.string_agg(pg_catalog.format('$.%s %s %s', pg_catalog.to_json(b.bound ->> 'input'), o.operator, b.bound ->> o.member), ' || ')
                   || pg_catalog.format(' && $.%s != null', pg_catalog.to_json(b.bound ->> 'input'))
            FROM (VALUES ('from', '<'), ('above', '<='), ('below', '>='), ('upto', '>'), ('is', '!=')) AS o (member, operator)
            WHERE b.bound -> o.member IS NOT NULL)::jsonpath AS test
    FROM pg_catalog.jsonb_array_elements(description -> 'valid_for') WITH ORDINALITY AS b (bound, n)
    UNION ALL
    SELECT t.place, t.kind, t.name, pg_catalog.format('!exists($.%s ? (@ != null))', pg_catalog.to_json(t.name))::jsonpath
    FROM (SELECT min(i.n) AS place, 'unknown' AS kind, coalesce(i.term ->> 'input', i.term ->> 'name') AS name
          FROM pg_catalog.jsonb_array_elements(coalesce(description -> 'inputs', '[]') || coalesce(description -> 'probability' -> 'inputs', '[]'))
               WITH ORDINALITY AS i (term, n)
          WHERE i.term -> 'missing' IS NULL
          GROUP BY 3
          UNION ALL
          -- a product takes the value for missing of a term over the same input
          SELECT 10000 AS place, 'unknown' AS kind, x.factor #>> '{}' AS name
          FROM pg_catalog.jsonb_path_query(description, '$.**.interactions[*].times[*]') AS x (factor)
          WHERE NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(coalesce(description -> 'inputs', '[]') || coalesce(description -> 'probability' -> 'inputs', '[]')) AS i (term)
                            WHERE coalesce(i.term ->> 'input', i.term ->> 'name') = x.factor #>> '{}')
          GROUP BY 3
          UNION ALL
          SELECT DISTINCT 0 AS place, 'bound' AS kind, b.bound ->> 'input' AS name
          FROM pg_catalog.jsonb_path_query(description, '$.**.only[*]') AS b (bound)) t;
END;
COMMENT ON FUNCTION @icb@.input_needs(jsonb) IS
    'What a model, given as its JSON, needs of its inputs, as tests that say when there is no score: kind outside (a bound of valid_for is not kept), unknown (an input without a value for missing), bound (an input that decides whether a category counts).';

CREATE FUNCTION @icb@.not_assessed(model commissioning.risk_model, inputs jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce((pg_catalog.array_agg(n.name ORDER BY n.place) FILTER (WHERE n.kind = 'outside'))[1] || ' outside of what the model is valid for',
                    pg_catalog.string_agg(n.name, ', ' ORDER BY n.place) FILTER (WHERE n.kind = 'unknown') || ' not known',
                    pg_catalog.string_agg(n.name, ', ' ORDER BY n.name) FILTER (WHERE n.kind = 'bound') || ' not known',
                    'not computable from the inputs')
    FROM @icb@.input_needs(model::jsonb) n
    WHERE inputs @@ n.test;
END;
COMMENT ON FUNCTION @icb@.not_assessed(commissioning.risk_model, jsonb) IS
    'Why a model has no score for these inputs: the input that is outside of what the model is valid for, else the inputs that are not known and for which it has no value.';

-- Freshness ---------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.data_dates(as_of date) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(pg_catalog.jsonb_object_agg(d.dataset, d.latest), '{}')
    FROM (SELECT a.dataset, max(coalesce(a.end_date, a.start_date)) AS latest
          FROM @icb@.activity a
          WHERE coalesce(a.end_date, a.start_date) <= as_of
          GROUP BY a.dataset
          UNION ALL
          SELECT 'coded events' AS dataset, max(e.event_date) AS latest
          FROM @icb@.coded_event e
          WHERE e.event_date <= as_of
          HAVING count(*) > 0) d;
END;
COMMENT ON FUNCTION @icb@.data_dates(date) IS
    'Latest event up to a day in each data set, {"APC": "2024-12-31", "coded events": "2024-12-29"}: how fresh the data are. An empty object without events.';

CREATE FUNCTION @icb@.refuse_stale(data_dates jsonb, as_of date, allow_stale_days integer DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    allowed integer := coalesce(allow_stale_days, (SELECT m.value::integer FROM @icb@.meta m WHERE m.key = 'risk_stale_days'), 62);
    -- admitted care carries the diagnoses: a fresh feed of something else does not make up for it
    kind text := CASE WHEN data_dates ? 'APC' THEN 'admission' WHEN data_dates ? 'imported score' THEN 'imported score' ELSE 'event' END;
    latest date := CASE WHEN data_dates ? 'APC' THEN (data_dates ->> 'APC')::date
                        ELSE (SELECT max(d.value::date) FROM pg_catalog.jsonb_each_text(data_dates) d) END;
BEGIN
    IF allow_stale_days < 0 THEN
        RAISE EXCEPTION 'allow_stale_days must not be negative' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF latest IS NULL AND allow_stale_days IS NULL THEN
        RAISE EXCEPTION 'warehouse "@icb@" holds no event up to %', pg_catalog.to_char(as_of, 'YYYY-MM-DD')
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Load activity first, or give allow_stale_days to score without it.';
    END IF;
    IF latest < as_of - allowed THEN
        RAISE EXCEPTION 'the data are too old to score as of %: the latest % is of %, % days before, and % are allowed',
            pg_catalog.to_char(as_of, 'YYYY-MM-DD'), kind, pg_catalog.to_char(latest, 'YYYY-MM-DD'), as_of - latest, allowed
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Load newer files, score as of an earlier day, or give allow_stale_days; risk_stale_days in @icb@.meta changes what is allowed.';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.refuse_stale(jsonb, date, integer) IS
    'Raises 55000 when the latest admission (the latest event where there is none) ended more days before a day than allowed: the argument, else risk_stale_days in meta, else 62; or when there is no event at all and the argument is NULL. 22023 for a negative number.';

-- Keeping -----------------------------------------------------------------------------------------

-- Scores of another system are kept like our own, so that ranks, changes and objections work for them too.
CREATE FUNCTION @icb@.imported_sets(as_of date) RETURNS TABLE (model text, version text, imported_score_set_id bigint, scored_as_of date)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (s.model, s.version) s.model, s.version, s.imported_score_set_id, s.as_of
    FROM @icb@.imported_score_set s
    WHERE s.as_of <= imported_sets.as_of AND NOT EXISTS (SELECT FROM @icb@.known_model k WHERE k.name = s.model)
    ORDER BY s.model, s.version, s.as_of DESC, s.imported_score_set_id DESC;
END;
COMMENT ON FUNCTION @icb@.imported_sets(date) IS
    'The imported scores to keep as of a day: of each model and version the latest set up to it. A name that is a known model here is scored here.';

CREATE PROCEDURE @icb@.score_population(model text DEFAULT NULL, as_of date DEFAULT NULL, version text DEFAULT NULL,
                                        allow_unapproved boolean DEFAULT false, allow_stale_days integer DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    step record;
    id bigint;
    models bigint;
    place bigint := 0;
    rows bigint;
    total bigint := 0;
    used text := version;
    dates jsonb;
BEGIN
    -- what can be refused is refused before the run begins
    IF @icb@.stage_allowed('score') THEN
        as_of := coalesce(as_of, (SELECT least(current_date, max(coalesce(a.end_date, a.start_date))) FROM @icb@.activity a));
        SELECT pg_catalog.jsonb_build_object('imported score', max(i.scored_as_of)) INTO dates
        FROM @icb@.imported_sets(as_of) i WHERE i.model = model AND (i.version = version OR version IS NULL) HAVING count(*) > 0;
        IF model IS NOT NULL AND dates IS NULL THEN
            used := @icb@.model_to_use(model, version, 'person', allow_unapproved);
        END IF;
        IF EXISTS (SELECT FROM @icb@.registration) THEN
            PERFORM @icb@.refuse_stale(coalesce(dates, @icb@.data_dates(as_of)), as_of, allow_stale_days);
        END IF;
    END IF;
    id := @icb@.start_run('score', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'model', model, 'version', version, 'as_of', as_of, 'allow_unapproved', NULLIF(allow_unapproved, false), 'allow_stale_days', allow_stale_days)));
    COMMIT;
    FOR step IN
        SELECT x.name, x.version, x.imported_score_set_id, x.scored_as_of, x.refused, count(*) OVER () AS steps
        FROM (SELECT k.name, k.version, NULL::bigint AS imported_score_set_id, as_of AS scored_as_of,
                     CASE WHEN NOT coalesce(allow_unapproved, false) THEN @icb@.model_allowed(k.name, k.version) END AS refused
              FROM @icb@.scoring_model k
              WHERE k.unit = 'person' AND (k.name = model AND k.version = used OR model IS NULL AND k.newest)
              UNION ALL
              SELECT i.model, i.version, i.imported_score_set_id, i.scored_as_of, NULL
              FROM @icb@.imported_sets(as_of) i
              WHERE (i.model = model OR model IS NULL) AND (i.version = used OR used IS NULL)) x
        ORDER BY x.name, x.version
    LOOP
        rows := CASE WHEN step.refused IS NOT NULL THEN 0
                     WHEN step.imported_score_set_id IS NOT NULL THEN @icb@.keep_imported(id, step.imported_score_set_id)
                     ELSE @icb@.keep_scores(id, step.name, step.version, as_of) END;
        total := total + rows;
        place := place + 1;
        PERFORM @icb@.report_progress(id, 100.0 * place / step.steps,
            pg_catalog.format('%s version %s as of %s: %s', step.name, step.version, pg_catalog.to_char(step.scored_as_of, 'YYYY-MM-DD'),
                              CASE WHEN step.refused IS NOT NULL THEN 'left out, ' || step.refused WHEN rows = 0 THEN 'unchanged' ELSE rows || ' people scored' END));
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, rows_out => total, status => CASE WHEN total = 0 THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.score_population(text, date, text, boolean, integer) IS
    'Scores everybody registered and alive on a day (NULL: the day of the latest event, at most today) with a model (NULL: the newest version of each known one that scores people and may be used, and every imported one) and keeps scores, bands and ranks, with counts of the people not scored and not assessed. Imported scores are kept as of their own day. Data that have not changed since the last time add nothing. 42704 for an unknown model; 55000 for a model that is not approved (unless allow_unapproved) or scores admissions, for data older than allow_stale_days (refuse_stale), and when the warehouse has another purpose.';

CREATE FUNCTION @icb@.keep_imported(run_id bigint, imported_score_set_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    source @icb@.imported_score_set;
    kept bigint;
BEGIN
    SELECT s.* INTO STRICT source FROM @icb@.imported_score_set s WHERE s.imported_score_set_id = imported_score_set_id;
    WITH people AS MATERIALIZED (
        SELECT v.person_id, r.practice_code, v.score, v.band
        FROM @icb@.imported_score_value v
        JOIN (SELECT DISTINCT ON (g.person_id) g.person_id, g.practice_code
              FROM @icb@.registration g
              WHERE g.valid_from <= source.as_of AND (g.valid_to > source.as_of OR g.valid_to IS NULL)
              ORDER BY g.person_id, g.valid_from DESC) r ON r.person_id = v.person_id
        JOIN @icb@.person p ON p.person_id = v.person_id AND (p.death_date IS NULL OR p.death_date > source.as_of)
        WHERE v.imported_score_set_id = imported_score_set_id
          AND NOT EXISTS (SELECT FROM @icb@.not_scored(source.as_of) n WHERE n.person_id = v.person_id)
    ), bands AS (
        SELECT p.band, row_number() OVER (ORDER BY min(p.score) NULLS LAST, p.band COLLATE "C") AS band_order
        FROM people p WHERE p.band IS NOT NULL GROUP BY p.band
    ), fingerprint AS (
        SELECT count(*) AS people, count(p.score) AS assessed,
               pg_catalog.md5(pg_catalog.concat_ws('|', count(*), sum(pg_catalog.hashfloat8extended(p.score, p.person_id)::numeric),
                   sum(pg_catalog.hashtextextended(p.band, p.person_id)::numeric),
                   sum(pg_catalog.hashtextextended(p.practice_code, p.person_id)::numeric), source.provenance)) AS value
        FROM people p
    ), new_set AS (
        INSERT INTO @icb@.risk_run AS s (run_id, model, model_version, model_fingerprint, as_of, data_date, people, input_fingerprint,
                                         assessed, not_assessed, not_scored, data_dates, provenance)
        SELECT run_id, source.model, source.version, 'imported', source.as_of, source.as_of, f.people, f.value, f.assessed,
               CASE WHEN f.people > f.assessed THEN pg_catalog.jsonb_build_object('only a band was imported', f.people - f.assessed) ELSE '{}' END,
               (SELECT coalesce(pg_catalog.jsonb_object_agg(c.reason, c.people), '{}')
                FROM (SELECT n.reason, count(*) AS people
                      FROM @icb@.people_not_scored(source.as_of) n
                      JOIN @icb@.imported_score_value v ON v.person_id = n.person_id AND v.imported_score_set_id = imported_score_set_id
                      GROUP BY n.reason) c),
               pg_catalog.jsonb_build_object('imported score', source.as_of), source.provenance
        FROM fingerprint f
        WHERE f.people > 0 AND f.value IS DISTINCT FROM (
            SELECT l.input_fingerprint FROM @icb@.risk_run l
            WHERE l.model = source.model AND l.model_version = source.version AND l.as_of = source.as_of
            ORDER BY l.risk_run_id DESC LIMIT 1)
        RETURNING s.risk_run_id
    )
    INSERT INTO @icb@.risk_score (person_id, risk_run_id, practice_code, score, band, rank_overall, rank_practice, categories, band_order, not_assessed)
    SELECT p.person_id, n.risk_run_id, p.practice_code, p.score, p.band,
           CASE WHEN p.score IS NOT NULL THEN row_number() OVER (ORDER BY p.score DESC NULLS LAST, p.person_id) END,
           CASE WHEN p.score IS NOT NULL THEN row_number() OVER (PARTITION BY p.practice_code ORDER BY p.score DESC NULLS LAST, p.person_id) END,
           '{}', b.band_order, CASE WHEN p.score IS NULL THEN 'only a band was imported' END
    FROM people p CROSS JOIN new_set n LEFT JOIN bands b ON b.band = p.band;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_imported(bigint, bigint) IS
    'A step of score_population: a set of imported scores, of the people registered, alive and not to be left out on its day, kept with ranks unless the last such set was made from equal data. Bands are ordered by their lowest score. Returns the number of people in the set, 0 when nothing changed.';

CREATE FUNCTION @icb@.keep_scores(run_id bigint, model text, version text, as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, version);
    description jsonb := body::jsonb;
    says_average boolean := description @? '$.**.average';
    band_labels text[] := ARRAY(SELECT b.band ->> 'label' FROM pg_catalog.jsonb_array_elements(description -> 'bands') WITH ORDINALITY AS b (band, n) ORDER BY b.n);
    unapproved text := @icb@.model_allowed(model, version);
    data_dates jsonb := @icb@.data_dates(as_of);
    data_date date := (SELECT max(d.value::date) FROM pg_catalog.jsonb_each_text(data_dates) d);
    kept bigint;
BEGIN
    -- One pass: the people are found, compared with the last set by their fingerprint, and kept if that differs.
    WITH needs AS MATERIALIZED (
        SELECT n.place, n.kind, n.name, n.test FROM @icb@.input_needs(description) n
    ), people AS MATERIALIZED (
        SELECT p.person_id, p.practice_code, p.flags, p.inputs, p.score,
               CASE WHEN p.score IS NULL THEN
                   (SELECT coalesce((pg_catalog.array_agg(n.name ORDER BY n.place) FILTER (WHERE n.kind = 'outside'))[1] || ' outside of what the model is valid for',
                                    pg_catalog.string_agg(n.name, ', ' ORDER BY n.place) FILTER (WHERE n.kind = 'unknown') || ' not known',
                                    pg_catalog.string_agg(n.name, ', ' ORDER BY n.name) FILTER (WHERE n.kind = 'bound') || ' not known',
                                    'not computable from the inputs')
                    FROM needs n WHERE p.inputs @@ n.test)
               END AS not_assessed
        FROM (SELECT a.person_id, a.practice_code, a.flags, a.inputs, commissioning.risk_score_flags(body, a.flags, a.inputs) AS score
              FROM @icb@.people_at_risk(body, as_of) a
              OFFSET 0) p
    ), fingerprint AS (
        SELECT count(*) AS people, count(p.score) AS assessed,
               pg_catalog.md5(pg_catalog.concat_ws('|', commissioning.risk_fingerprint(body), count(*),
                   sum(commissioning.risk_flags_hash_extended(p.flags, p.person_id)::numeric),
                   sum(pg_catalog.hashtextextended(p.practice_code, p.person_id)::numeric),
                   sum(pg_catalog.jsonb_hash_extended(p.inputs, p.person_id)::numeric), unapproved)) AS value
        FROM people p
    ), new_set AS (
        INSERT INTO @icb@.risk_run AS s (run_id, model, model_version, model_fingerprint, as_of, lookback_days, data_date, people, input_fingerprint,
                                         assessed, not_assessed, not_scored, data_dates, unapproved, costing)
        SELECT run_id, model, version, commissioning.risk_fingerprint(body), as_of, commissioning.risk_lookback_days(body), data_date, f.people, f.value,
               f.assessed,
               (SELECT coalesce(pg_catalog.jsonb_object_agg(c.not_assessed, c.people), '{}')
                FROM (SELECT p.not_assessed, count(*) AS people FROM people p WHERE p.score IS NULL GROUP BY p.not_assessed) c),
               (SELECT coalesce(pg_catalog.jsonb_object_agg(c.reason, c.people), '{}')
                FROM (SELECT n.reason, count(*) AS people FROM @icb@.people_not_scored(as_of) n GROUP BY n.reason) c),
               data_dates, unapproved,
               (SELECT pg_catalog.jsonb_build_object('cost', sum((p.inputs ->> 'cost_12m')::numeric), 'by_fallback', sum((p.inputs ->> 'costed_by_fallback')::numeric),
                                                     'events_without_cost', sum((p.inputs ->> 'events_without_cost')::bigint))
                FROM people p WHERE p.inputs ? 'cost_12m' HAVING count(*) > 0)
        FROM fingerprint f
        WHERE f.people > 0 AND f.value IS DISTINCT FROM (
            SELECT l.input_fingerprint FROM @icb@.risk_run l
            WHERE l.model = model AND l.model_version = version AND l.as_of = as_of
            ORDER BY l.risk_run_id DESC LIMIT 1)
        RETURNING s.risk_run_id
    ), average_person AS (
        -- where the model does not say what its terms are worth in the average person, these people are the average
        INSERT INTO @icb@.risk_average (risk_run_id, term, people, average)
        SELECT n.risk_run_id, e.term, count(*), round((sum(e.contribution) / f.assessed)::numeric, 10)::double precision
        FROM new_set n CROSS JOIN fingerprint f CROSS JOIN people p
        CROSS JOIN LATERAL commissioning.risk_explain_flags(body, p.flags, p.inputs) e
        WHERE p.score IS NOT NULL AND e.contribution IS NOT NULL AND NOT says_average
        GROUP BY n.risk_run_id, e.term, f.assessed
    )
    INSERT INTO @icb@.risk_score (person_id, risk_run_id, practice_code, score, band, rank_overall, rank_practice, categories, band_order, not_assessed)
    SELECT r.person_id, r.risk_run_id, r.practice_code, r.score, r.band, r.rank_overall, r.rank_practice, r.categories,
           pg_catalog.array_position(band_labels, r.band), r.not_assessed
    FROM (SELECT p.person_id, n.risk_run_id, p.practice_code, p.score, commissioning.risk_band(body, p.score) AS band,
                 CASE WHEN p.score IS NOT NULL THEN row_number() OVER (ORDER BY p.score DESC NULLS LAST, p.person_id) END AS rank_overall,
                 CASE WHEN p.score IS NOT NULL THEN row_number() OVER (PARTITION BY p.practice_code ORDER BY p.score DESC NULLS LAST, p.person_id) END AS rank_practice,
                 commissioning.risk_flags_categories(body, p.flags) AS categories, p.not_assessed
          FROM people p CROSS JOIN new_set n) r;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_scores(bigint, text, text, date) IS
    'A step of score_population: scores of one model and day, kept unless the last set of the same model, version and day was made from equal data. Returns the number of people in the set, 0 when nothing changed.';

-- The view behind persisted results: the latest day of each model, and of it the latest set; sets of a model that was not allowed stand back.
CREATE VIEW @icb@.current_risk_run AS
SELECT c.risk_run_id, c.run_id, c.model, c.model_version, c.as_of, c.data_date, c.people, c.input_fingerprint, c.scored_at,
       c.assessed, c.unapproved, c.provenance, b.risk_run_id AS risk_run_before, b.as_of AS as_of_before, b.assessed AS assessed_before
FROM (SELECT DISTINCT ON (r.model) r.risk_run_id, r.run_id, r.model, r.model_version, r.as_of, r.data_date, r.people, r.input_fingerprint, r.scored_at,
             coalesce(r.assessed, r.people) AS assessed, r.unapproved, r.provenance
      FROM @icb@.risk_run r
      ORDER BY r.model, (r.unapproved IS NULL) DESC, r.as_of DESC, r.risk_run_id DESC) c
LEFT JOIN LATERAL (
    SELECT p.risk_run_id, p.as_of, coalesce(p.assessed, p.people) AS assessed
    FROM @icb@.risk_run p
    WHERE p.model = c.model AND p.model_version = c.model_version AND p.as_of < c.as_of
    ORDER BY p.as_of DESC, p.risk_run_id DESC LIMIT 1) b ON true;
COMMENT ON VIEW @icb@.current_risk_run IS
    'The latest set of scores of each model: the latest day, and of that day the latest set; one of a model that was not approved only where there is no other. Beside it the set before: the latest set of the latest earlier day of the same version.';
COMMENT ON COLUMN @icb@.current_risk_run.risk_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.current_risk_run.run_id IS 'Run that computed it.';
COMMENT ON COLUMN @icb@.current_risk_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.current_risk_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.current_risk_run.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb@.current_risk_run.data_date IS 'Latest event that was seen.';
COMMENT ON COLUMN @icb@.current_risk_run.people IS 'People in the set, with a score or with the reason why there is none.';
COMMENT ON COLUMN @icb@.current_risk_run.input_fingerprint IS 'Fingerprint of what it was computed from.';
COMMENT ON COLUMN @icb@.current_risk_run.scored_at IS 'When it was computed.';
COMMENT ON COLUMN @icb@.current_risk_run.assessed IS 'People with a score.';
COMMENT ON COLUMN @icb@.current_risk_run.unapproved IS 'Why the model was not allowed when it was used all the same, NULL for an approved one.';
COMMENT ON COLUMN @icb@.current_risk_run.provenance IS 'Where imported scores come from, NULL for scores computed here.';
COMMENT ON COLUMN @icb@.current_risk_run.risk_run_before IS 'The set before, NULL for the first.';
COMMENT ON COLUMN @icb@.current_risk_run.as_of_before IS 'Day of the set before.';
COMMENT ON COLUMN @icb@.current_risk_run.assessed_before IS 'People with a score in the set before.';

