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
    scored_at         timestamptz NOT NULL DEFAULT clock_timestamp()
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
COMMENT ON COLUMN @icb@.risk_run.people IS 'People scored.';
COMMENT ON COLUMN @icb@.risk_run.input_fingerprint IS 'Fingerprint of model, people, practices, conditions and inputs: equal for equal data.';
COMMENT ON COLUMN @icb@.risk_run.scored_at IS 'When it was computed.';

CREATE TABLE @icb@.risk_score (
    person_id     bigint NOT NULL,
    risk_run_id   bigint NOT NULL,
    practice_code text NOT NULL,
    score         double precision,
    band          text,
    rank_overall  bigint,
    rank_practice bigint,
    categories    text[] NOT NULL,
    PRIMARY KEY (person_id, risk_run_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.risk_score IS 'Scores kept: one row per person and set of scores.';
COMMENT ON COLUMN @icb@.risk_score.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.risk_score.risk_run_id IS 'Set of scores: model, version and date stand in risk_run.';
COMMENT ON COLUMN @icb@.risk_score.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb@.risk_score.score IS 'Score; NULL when an input that the model needs is not known.';
COMMENT ON COLUMN @icb@.risk_score.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb@.risk_score.rank_overall IS 'Place among all people, 1 is the highest score; equal scores in the order of person_id. NULL without a score.';
COMMENT ON COLUMN @icb@.risk_score.rank_practice IS 'The same among the people of the practice.';
COMMENT ON COLUMN @icb@.risk_score.categories IS 'Categories of the model found in the look-back, before its hierarchy.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.risk_score_p%s PARTITION OF @icb@.risk_score FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE INDEX risk_score_run ON @icb@.risk_score (risk_run_id, rank_overall);

-- The one place that says who is scored on what; the live view, the procedure and the explanation all read it.
-- Inlined into its callers, so that a filter on person_id reaches the tables.
CREATE FUNCTION @icb@.people_at_risk(model commissioning.risk_model, as_of date)
    RETURNS TABLE (person_id bigint, practice_code text, flags commissioning.risk_flags, inputs jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.person_id, r.practice_code, coalesce(h.flags, ''::commissioning.risk_flags),
           CASE WHEN pg_catalog.cardinality(commissioning.risk_inputs(model)) > 0 THEN
               pg_catalog.jsonb_build_object(
                   'age', extract(year FROM pg_catalog.age(as_of, p.birth_month)),
                   'male', CASE WHEN p.sex IN ('1', '2') THEN (p.sex = '1')::integer END,
                   'female', CASE WHEN p.sex IN ('1', '2') THEN (p.sex = '2')::integer END,
                   'admissions_12m', coalesce(h.admissions, 0),
                   'emergency_admissions_12m', coalesce(h.emergency_admissions, 0),
                   'emergency_attendances_12m', coalesce(h.emergency_attendances, 0),
                   'outpatient_attendances_12m', coalesce(h.outpatient_attendances, 0))
           END
    FROM (SELECT DISTINCT ON (g.person_id) g.person_id, g.practice_code
          FROM @icb@.registration g
          WHERE g.valid_from <= as_of AND (g.valid_to > as_of OR g.valid_to IS NULL)
          ORDER BY g.person_id, g.valid_from DESC) r
    JOIN @icb@.person p ON p.person_id = r.person_id AND (p.death_date IS NULL OR p.death_date > as_of)
    LEFT JOIN (
        SELECT a.person_id,
               commissioning.risk_flags_agg(commissioning.risk_match_codes(model, a.diagnoses))
                   FILTER (WHERE coalesce(a.end_date, a.start_date) > as_of - commissioning.risk_lookback_days(model)
                              OR commissioning.risk_lookback_days(model) IS NULL) AS flags,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.start_date > as_of - 365) AS admissions,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.start_date > as_of - 365 AND a.admission_method LIKE '2%') AS emergency_admissions,
               count(*) FILTER (WHERE a.dataset = 'EC' AND a.start_date > as_of - 365) AS emergency_attendances,
               count(*) FILTER (WHERE a.dataset = 'OP' AND a.start_date > as_of - 365) AS outpatient_attendances
        FROM @icb@.activity a
        WHERE coalesce(a.end_date, a.start_date) <= as_of
          AND (coalesce(a.end_date, a.start_date) > as_of - greatest(commissioning.risk_lookback_days(model), 365)
               OR commissioning.risk_lookback_days(model) IS NULL)
        GROUP BY a.person_id) h ON h.person_id = r.person_id;
END;
COMMENT ON FUNCTION @icb@.people_at_risk(commissioning.risk_model, date) IS
    'Who a model scores on a day and on what: everybody registered and alive on it; the conditions from the diagnoses of events that ended in the look-back of the model, the day itself included (an open spell counts at its start); age in years and activity counts of 365 days for models with inputs.';

CREATE PROCEDURE @icb@.score_population(model text DEFAULT NULL, as_of date DEFAULT NULL, version text DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    known record;
    id bigint;
    models bigint;
    place bigint := 0;
    rows bigint;
    total bigint := 0;
BEGIN
    -- what can be refused is refused before the run begins
    IF @icb@.stage_allowed('score') AND model IS NOT NULL THEN
        PERFORM @icb@.registered_model(model, version);
    END IF;
    id := @icb@.start_run('score', pg_catalog.jsonb_build_object('model', model, 'version', version, 'as_of', as_of));
    COMMIT;
    IF as_of IS NULL THEN
        SELECT least(current_date, max(coalesce(a.end_date, a.start_date))) INTO as_of FROM @icb@.activity a;
        UPDATE @icb@.run r SET parameters = r.parameters || pg_catalog.jsonb_build_object('as_of', as_of) WHERE r.run_id = id;
    END IF;
    SELECT count(*) INTO models FROM @icb@.known_model k
    WHERE (k.name = model OR model IS NULL) AND (k.version = version OR (version IS NULL AND k.newest));
    FOR known IN
        SELECT k.name, k.version FROM @icb@.known_model k
        WHERE (k.name = model OR model IS NULL) AND (k.version = version OR (version IS NULL AND k.newest))
        ORDER BY k.name, k.version
    LOOP
        rows := @icb@.keep_scores(id, known.name, known.version, as_of);
        total := total + rows;
        place := place + 1;
        PERFORM @icb@.report_progress(id, 100.0 * place / models,
            pg_catalog.format('%s version %s as of %s: %s', known.name, known.version, pg_catalog.to_char(as_of, 'YYYY-MM-DD'),
                              CASE WHEN rows = 0 THEN 'unchanged' ELSE rows || ' people scored' END));
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, rows_out => total, status => CASE WHEN total = 0 THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.score_population(text, date, text) IS
    'Scores everybody registered and alive on a day (NULL: the day of the latest event, at most today) with a model (NULL: the newest version of each known one) and keeps scores, bands and ranks. Data that have not changed since the last time add nothing. 42704 for an unknown model, 55000 when the warehouse has another purpose.';

CREATE FUNCTION @icb@.keep_scores(run_id bigint, model text, version text, as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, version);
    data_date date;
    kept bigint;
BEGIN
    SELECT max(coalesce(a.end_date, a.start_date)) INTO data_date
    FROM @icb@.activity a WHERE coalesce(a.end_date, a.start_date) <= as_of;
    -- One pass: the people are found, compared with the last set by their fingerprint, and kept if that differs.
    WITH people AS MATERIALIZED (
        SELECT p.person_id, p.practice_code, p.flags, p.inputs,
               commissioning.risk_score_flags(body, p.flags, p.inputs) AS score
        FROM @icb@.people_at_risk(body, as_of) p
    ), fingerprint AS (
        SELECT count(*) AS people,
               pg_catalog.md5(pg_catalog.concat_ws('|', commissioning.risk_fingerprint(body), count(*),
                   sum(commissioning.risk_flags_hash_extended(p.flags, p.person_id)::numeric),
                   sum(pg_catalog.hashtextextended(p.practice_code, p.person_id)::numeric),
                   sum(pg_catalog.jsonb_hash_extended(p.inputs, p.person_id)::numeric))) AS value
        FROM people p
    ), last_set AS (
        SELECT s.input_fingerprint FROM @icb@.risk_run s
        WHERE s.model = model AND s.model_version = version AND s.as_of = as_of
        ORDER BY s.risk_run_id DESC LIMIT 1
    ), new_set AS (
        INSERT INTO @icb@.risk_run AS s (run_id, model, model_version, model_fingerprint, as_of, lookback_days, data_date, people, input_fingerprint)
        SELECT run_id, model, version, commissioning.risk_fingerprint(body), as_of, commissioning.risk_lookback_days(body), data_date, f.people, f.value
        FROM fingerprint f
        WHERE f.people > 0 AND NOT EXISTS (SELECT FROM last_set l WHERE l.input_fingerprint = f.value)
        RETURNING s.risk_run_id
    )
    INSERT INTO @icb@.risk_score (person_id, risk_run_id, practice_code, score, band, rank_overall, rank_practice, categories)
    SELECT p.person_id, n.risk_run_id, p.practice_code, p.score, commissioning.risk_band(body, p.score),
           CASE WHEN p.score IS NOT NULL THEN row_number() OVER (ORDER BY p.score DESC NULLS LAST, p.person_id) END,
           CASE WHEN p.score IS NOT NULL THEN row_number() OVER (PARTITION BY p.practice_code ORDER BY p.score DESC NULLS LAST, p.person_id) END,
           commissioning.risk_flags_categories(body, p.flags)
    FROM people p CROSS JOIN new_set n;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_scores(bigint, text, text, date) IS
    'A step of score_population: scores of one model and day, kept unless the last set of the same model, version and day was made from equal data. Returns the number of people scored, 0 when nothing changed.';

-- The view behind persisted results: the latest day of each model, and of it the latest set.
CREATE VIEW @icb@.current_risk_run AS
SELECT DISTINCT ON (r.model) r.risk_run_id, r.run_id, r.model, r.model_version, r.as_of, r.data_date, r.people, r.input_fingerprint, r.scored_at
FROM @icb@.risk_run r
ORDER BY r.model, r.as_of DESC, r.risk_run_id DESC;
COMMENT ON VIEW @icb@.current_risk_run IS 'The latest set of scores of each model: the latest day, and of that day the latest set.';
COMMENT ON COLUMN @icb@.current_risk_run.risk_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.current_risk_run.run_id IS 'Run that computed it.';
COMMENT ON COLUMN @icb@.current_risk_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.current_risk_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.current_risk_run.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb@.current_risk_run.data_date IS 'Latest event that was seen.';
COMMENT ON COLUMN @icb@.current_risk_run.people IS 'People scored.';
COMMENT ON COLUMN @icb@.current_risk_run.input_fingerprint IS 'Fingerprint of what it was computed from.';
COMMENT ON COLUMN @icb@.current_risk_run.scored_at IS 'When it was computed.';

CREATE FUNCTION @icb@.explain_risk(person_id bigint, model text, as_of date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (term text, label text, evidence text, events bigint, first_recorded date, last_recorded date, value double precision,
                   contribution double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, version);
    codes commissioning.icd10[];
    inputs jsonb;
    description jsonb := body::jsonb;
BEGIN
    IF NOT @icb@.stage_allowed('score') THEN
        RAISE EXCEPTION 'risk is not scored in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.person p WHERE p.person_id = person_id) THEN
        RAISE EXCEPTION 'person % is not known in warehouse "@icb@"', person_id USING ERRCODE = 'undefined_object';
    END IF;
    as_of := coalesce(as_of, (SELECT c.as_of FROM @icb@.current_risk_run c WHERE c.model = model), current_date);
    SELECT p.inputs INTO inputs FROM @icb@.people_at_risk(body, as_of) p WHERE p.person_id = person_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'person % was not registered and alive on %', person_id, pg_catalog.to_char(as_of, 'YYYY-MM-DD')
            USING ERRCODE = 'no_data_found', HINT = 'Only the registered population is scored.';
    END IF;
    SELECT pg_catalog.array_agg(d.code) INTO codes FROM @icb@.risk_diagnosis(body, as_of, person_id) d;
    RETURN QUERY
    SELECT e.term,
           coalesce((SELECT c.member ->> 'label' FROM pg_catalog.jsonb_array_elements(description -> 'categories') c (member) WHERE c.member ->> 'key' = e.term),
                    (SELECT c.member ->> 'label' FROM pg_catalog.jsonb_array_elements(description -> 'inputs') c (member) WHERE c.member ->> 'name' = e.term)),
           e.evidence, w.events, w.first_recorded, w.last_recorded, e.value, e.contribution
    FROM commissioning.risk_explain(body, codes, inputs) e
    CROSS JOIN LATERAL (
        SELECT NULLIF(count(DISTINCT d.activity_id), 0) AS events, min(d.recorded) AS first_recorded, max(d.recorded) AS last_recorded
        FROM @icb@.risk_diagnosis(body, as_of, person_id) d
        WHERE e.term = ANY (commissioning.risk_categories(body, ARRAY[d.code]))) w
    UNION ALL
    SELECT 'score', s.band, pg_catalog.format('%s version %s as of %s', model, description ->> 'version', pg_catalog.to_char(as_of, 'YYYY-MM-DD')), NULL, NULL, NULL, s.score, NULL
    FROM (SELECT x.score, commissioning.risk_band(body, x.score) AS band
          FROM (SELECT commissioning.risk_score(body, codes, inputs) AS score) x) s;
END
$$;
COMMENT ON FUNCTION @icb@.explain_risk(bigint, text, date, text) IS
    'Why a person has a score: one row per term with the codes behind it, the number of events that recorded them, the first and last date, and what it contributes (0 with the reason where the hierarchy removes it); the last row is the score with its band. as_of NULL: the day of the latest kept scores of the model, else today. 42704 for an unknown person or model, P0002 for a person not registered and alive on the day, 55000 in a warehouse of another purpose.';

CREATE FUNCTION @icb@.risk_diagnosis(model commissioning.risk_model, as_of date, person_id bigint)
    RETURNS TABLE (activity_id bigint, recorded date, code commissioning.icd10)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.activity_id, coalesce(a.end_date, a.start_date), c.code
    FROM @icb@.activity a
    CROSS JOIN LATERAL pg_catalog.unnest(a.diagnoses) AS c (code)
    WHERE a.person_id = risk_diagnosis.person_id AND coalesce(a.end_date, a.start_date) <= as_of
      AND (coalesce(a.end_date, a.start_date) > as_of - commissioning.risk_lookback_days(model)
           OR commissioning.risk_lookback_days(model) IS NULL);
END;
COMMENT ON FUNCTION @icb@.risk_diagnosis(commissioning.risk_model, date, bigint) IS
    'The diagnoses of one person in the look-back of a model: event, the date it counts at, code.';
