-- Why a person has a score.

CREATE FUNCTION @icb@.explain_risk(person_id bigint, model text, as_of date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (term text, label text, evidence text, events bigint, first_recorded date, last_recorded date, value double precision,
                   contribution double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, coalesce(version, (SELECT k.version FROM @icb@.scoring_model k WHERE k.name = model AND k.unit = 'person' AND k.newest)));
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
