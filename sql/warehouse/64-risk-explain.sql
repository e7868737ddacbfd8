-- Why a person has a score: the terms with the events behind them, and the questions an analyst asks about it.

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

-- The same windows as person_features.
CREATE FUNCTION @icb@.feature_event(as_of date, person_id bigint)
    RETURNS TABLE (feature text, activity_id bigint, recorded date, what text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT f.feature, a.activity_id, a.start_date,
           CASE WHEN a.dataset = 'EC' THEN 'emergency attendance'
                WHEN a.dataset = 'OP' THEN CASE WHEN a.kind = 'missed' THEN 'missed appointment' ELSE 'outpatient attendance' END
                WHEN a.admission_method LIKE '2%' THEN 'emergency admission'
                WHEN a.admission_method LIKE '1%' THEN 'elective admission'
                ELSE 'admission' END
    FROM @icb@.activity_cost a
    CROSS JOIN LATERAL (VALUES
        ('emergency_admissions_12m', a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date > as_of - 365),
        ('emergency_admissions_30d', a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date > as_of - 30),
        ('admissions_12m', a.dataset = 'APC' AND a.start_date > as_of - 365),
        ('elective_admissions_12m', a.dataset = 'APC' AND a.admission_method LIKE '1%' AND a.kind <> 'regular' AND a.start_date > as_of - 365),
        ('emergency_attendances_12m', a.dataset = 'EC' AND a.start_date > as_of - 365),
        ('emergency_attendances_6m', a.dataset = 'EC' AND a.start_date > as_of - 183),
        ('outpatient_attendances_12m', a.dataset = 'OP' AND a.kind <> 'missed'),
        ('outpatient_missed_12m', a.kind = 'missed'),
        ('bed_days_12m', a.dataset = 'APC' AND a.end_date > greatest(a.start_date, as_of - 365)),
        ('cost_12m', a.cost <> 0),
        ('events_without_cost', a.cost IS NULL),
        ('costed_by_fallback', a.cost_method = 'fallback')) AS f (feature, counts)
    WHERE a.person_id = feature_event.person_id AND a.cost_date <= as_of AND a.cost_date > as_of - 365 AND f.counts;
END;
COMMENT ON FUNCTION @icb@.feature_event(date, bigint) IS
    'The events of one person behind each feature of person_features on a day.';

CREATE FUNCTION @icb@.risk_evidence(model commissioning.risk_model, as_of date, person_id bigint)
    RETURNS TABLE (term text, recorded date, what text, activity_id bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH category AS MATERIALIZED (
        SELECT c.member ->> 'key' AS key, c.member -> 'conditions' AS conditions, c.member ->> 'becomes' AS becomes, c.member ->> 'otherwise' AS otherwise
        FROM pg_catalog.jsonb_array_elements(model::jsonb -> 'categories') AS c (member)
    ), found AS (
        SELECT k.key, d.recorded, d.code::text AS what, d.activity_id
        FROM @icb@.risk_diagnosis(model, as_of, risk_evidence.person_id) d
        CROSS JOIN LATERAL pg_catalog.unnest(commissioning.risk_categories(model, ARRAY[d.code])) AS k (key)
        UNION
        SELECT c.key, r.recorded, n.condition || ' (' || n.source || ')', NULL::bigint
        FROM category c
        JOIN @icb@.condition_at(as_of, commissioning.risk_lookback_days(model)) n ON c.conditions ? n.condition
        CROSS JOIN LATERAL (VALUES (n.first_recorded), (n.last_recorded)) AS r (recorded)
        WHERE n.person_id = risk_evidence.person_id
    )
    SELECT f.key AS term, f.recorded, f.what, f.activity_id FROM found f
    UNION
    -- what becomes another category is the evidence for that one
    SELECT t.key, f.recorded, f.what, f.activity_id
    FROM found f JOIN category c ON c.key = f.key
    CROSS JOIN LATERAL (VALUES (c.becomes), (c.otherwise)) AS t (key)
    WHERE t.key IS NOT NULL
    UNION
    SELECT t.name, e.recorded, e.what, e.activity_id
    FROM (SELECT DISTINCT i.term ->> 'name' AS name, coalesce(i.term ->> 'input', i.term ->> 'name') AS source
          FROM pg_catalog.jsonb_array_elements(coalesce(model::jsonb -> 'inputs', '[]')) AS i (term)
          UNION
          SELECT DISTINCT 'probability: ' || (i.term ->> 'name'), coalesce(i.term ->> 'input', i.term ->> 'name')
          FROM pg_catalog.jsonb_array_elements(coalesce(model::jsonb -> 'probability' -> 'inputs', '[]')) AS i (term)) t
    JOIN @icb@.feature_event(as_of, risk_evidence.person_id) e ON e.feature = t.source;
END;
COMMENT ON FUNCTION @icb@.risk_evidence(commissioning.risk_model, date, bigint) IS
    'What stands behind each term of a score of one person: the term, the day, what was recorded on it (a code, a condition and who says so, an event that is counted), and the event. recorded NULL: a register without a date.';

-- The terms without the sum, those of the model that do not apply to the person included. No rows for a person who is not scored.
CREATE FUNCTION @icb@.risk_term_of(model commissioning.risk_model, as_of date, person_id bigint)
    RETURNS TABLE (place bigint, term text, label text, evidence text, events bigint, first_recorded date, last_recorded date,
                   value double precision, contribution double precision, average double precision, found boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    description jsonb := model::jsonb;
    members jsonb := coalesce(description -> 'categories', '[]') || coalesce(description -> 'inputs', '[]')
                     || coalesce(description -> 'interactions', '[]') || coalesce(description -> 'counts', '[]');
    codes commissioning.icd10[];
    inputs jsonb;
    -- the average person of the model, else the one of the latest kept scores
    own boolean := description @? '$.**.average';
    averages jsonb;
BEGIN
    SELECT p.inputs INTO inputs FROM @icb@.people_at_risk(model, as_of) p WHERE p.person_id = person_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT pg_catalog.array_agg(d.code) INTO codes FROM @icb@.risk_diagnosis(model, as_of, person_id) d;
    IF description @? '$.categories[*].conditions' THEN
        SELECT coalesce(inputs, '{}') || pg_catalog.jsonb_build_object('conditions', coalesce(pg_catalog.jsonb_agg(DISTINCT d.condition), '[]')) INTO inputs
        FROM @icb@.condition_at(as_of, commissioning.risk_lookback_days(model)) d WHERE d.person_id = person_id;
    END IF;
    IF own THEN
        SELECT pg_catalog.jsonb_object_agg(coalesce(d.member ->> 'key', d.member ->> 'name'), d.member -> 'average') INTO averages
        FROM pg_catalog.jsonb_array_elements(members) AS d (member)
        WHERE d.member ? 'average';
    ELSE
        SELECT pg_catalog.jsonb_object_agg(v.term, v.average) INTO averages
        FROM @icb@.risk_average v
        WHERE v.risk_run_id = (SELECT r.risk_run_id FROM @icb@.risk_run r
                               WHERE r.model = description ->> 'name' AND r.model_version = description ->> 'version' AND r.as_of <= as_of
                               ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1);
    END IF;
    RETURN QUERY
    WITH evidence AS MATERIALIZED (
        SELECT e.term, count(DISTINCT e.activity_id) AS events, min(e.recorded) AS first_recorded, max(e.recorded) AS last_recorded,
               pg_catalog.string_agg(DISTINCT e.what COLLATE "C", ', ') AS recorded_as
        FROM @icb@.risk_evidence(model, as_of, person_id) e GROUP BY e.term
    ), described AS (
        SELECT coalesce(d.member ->> 'key', d.member ->> 'name') AS term, d.member ->> 'label' AS label, row_number() OVER () AS place
        FROM pg_catalog.jsonb_array_elements(members) AS d (member)
    ), explained AS MATERIALIZED (
        SELECT row_number() OVER () AS place, x.term, x.evidence, x.value, x.contribution, x.label
        FROM commissioning.risk_explain(model, codes, inputs) x
    )
    SELECT t.place, t.term, coalesce(t.label, d.label),
           CASE WHEN t.term = 'cost_12m' AND t.evidence = 'given' THEN
                pg_catalog.format('%s of it stated prices, %s events without a cost', inputs ->> 'costed_by_fallback', inputs ->> 'events_without_cost')
                WHEN t.evidence LIKE 'from %' THEN pg_catalog.concat_ws(' ', e.recorded_as, t.evidence)
                ELSE t.evidence END,
           NULLIF(e.events, 0), e.first_recorded, e.last_recorded, t.value, t.contribution,
           CASE WHEN averages IS NOT NULL THEN
               coalesce((averages ->> t.term)::double precision, CASE WHEN t.term = 'intercept' THEN t.contribution WHEN NOT own THEN 0 END)
           END,
           -- what has an average in the model is listed where it is absent as well
           NOT coalesce(t.value = 0 AND t.contribution = 0 AND t.evidence IS NULL AND averages ? t.term, false)
    FROM explained t
    LEFT JOIN evidence e ON e.term = t.term
    LEFT JOIN described d ON d.term = t.term
    UNION ALL
    SELECT 100000 + coalesce(d.place, 0), a.key, d.label, NULL, NULL, NULL, NULL, 0, 0, (a.value #>> '{}')::double precision, false
    FROM pg_catalog.jsonb_each(averages) AS a (key, value)
    LEFT JOIN described d ON d.term = a.key
    WHERE NOT EXISTS (SELECT FROM explained t WHERE t.term = a.key);
END
$$;
COMMENT ON FUNCTION @icb@.risk_term_of(commissioning.risk_model, date, bigint) IS
    'The terms of the score of one person on a day with what stands behind them, beside those of the average person: of the population the model was made on where the model says it, else of the latest kept scores up to the day; found tells the terms that apply to the person from those that only the average person has. No rows for a person who is not scored on that day.';

CREATE FUNCTION @icb@.explained_model(model text, version text) RETURNS commissioning.risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
BEGIN
    IF NOT @icb@.stage_allowed('score') THEN
        RAISE EXCEPTION 'risk is not scored in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF EXISTS (SELECT FROM @icb@.current_risk_run c WHERE c.model = model AND c.provenance IS NOT NULL) THEN
        RAISE EXCEPTION 'scores of "%" are imported: what is behind them is not known here', model
            USING ERRCODE = 'feature_not_supported', HINT = 'Ask the system that computed them; explain_risk says which.';
    END IF;
    -- what is shown is explained: the version of the kept scores, else the newest
    RETURN @icb@.registered_model(model, coalesce(version, (SELECT c.model_version FROM @icb@.current_risk_run c WHERE c.model = model AND c.provenance IS NULL),
                                                  (SELECT k.version FROM @icb@.scoring_model k WHERE k.name = model AND k.unit = 'person' AND k.newest)));
END
$$;
COMMENT ON FUNCTION @icb@.explained_model(text, text) IS
    'The model to explain a score with: the given version, else that of the kept scores, else the newest that scores people. 42704 for an unknown model, 0A000 for imported scores, 55000 in a warehouse of another purpose.';

CREATE FUNCTION @icb@.refuse_person(person_id bigint, as_of date) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    reason text;
BEGIN
    IF NOT EXISTS (SELECT FROM @icb@.person p WHERE p.person_id = person_id) THEN
        RAISE EXCEPTION 'person % is not known in warehouse "@icb@"', person_id USING ERRCODE = 'undefined_object';
    END IF;
    SELECT n.reason INTO reason FROM @icb@.people_not_scored(as_of) n WHERE n.person_id = person_id;
    IF reason IN ('died', 'not registered') THEN
        RAISE EXCEPTION 'person % was not registered and alive on %', person_id, pg_catalog.to_char(as_of, 'YYYY-MM-DD')
            USING ERRCODE = 'no_data_found', HINT = 'Only the registered population is scored.';
    ELSIF reason IS NOT NULL THEN
        RAISE EXCEPTION 'person % is not scored on %: %', person_id, pg_catalog.to_char(as_of, 'YYYY-MM-DD'), reason
            USING ERRCODE = 'no_data_found', HINT = 'Who objects or stands on the local list is left out before scoring.';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.refuse_person(bigint, date) IS
    'Says why a person has no score on a day: 42704 when not known, P0002 when not registered, dead or left out. Nothing for a person who is scored.';

CREATE FUNCTION @icb@.explain_risk(person_id bigint, model text, as_of date DEFAULT NULL, version text DEFAULT NULL, all_terms boolean DEFAULT false)
    RETURNS TABLE (term text, label text, evidence text, events bigint, first_recorded date, last_recorded date, value double precision,
                   contribution double precision, average double precision, difference double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model;
    kept record;
BEGIN
    SELECT c.risk_run_id, c.model_version, c.as_of, c.provenance INTO kept FROM @icb@.current_risk_run c WHERE c.model = model;
    IF kept.provenance IS NOT NULL AND @icb@.stage_allowed('score') THEN
        RETURN QUERY
        SELECT 'score'::text, s.band, pg_catalog.format('%s version %s as of %s, imported: %s', model, kept.model_version, pg_catalog.to_char(kept.as_of, 'YYYY-MM-DD'), kept.provenance),
               NULL::bigint, NULL::date, NULL::date, s.score, NULL::double precision, NULL::double precision, NULL::double precision
        FROM @icb@.risk_score s WHERE s.risk_run_id = kept.risk_run_id AND s.person_id = person_id;
        RETURN;
    END IF;
    body := @icb@.explained_model(model, version);
    as_of := coalesce(as_of, kept.as_of, current_date);
    PERFORM @icb@.refuse_person(person_id, as_of);
    RETURN QUERY
    WITH terms AS MATERIALIZED (
        SELECT t.* FROM @icb@.risk_term_of(body, as_of, person_id) t
    )
    SELECT x.term, x.label, x.evidence, x.events, x.first_recorded, x.last_recorded, x.value, x.contribution, x.average, x.difference
    FROM (SELECT t.place, t.term, t.label, CASE WHEN t.found THEN t.evidence ELSE 'not found' END AS evidence, t.events, t.first_recorded, t.last_recorded,
                 t.value, t.contribution, t.average, round((t.contribution - t.average)::numeric, 10)::double precision AS difference
          FROM terms t WHERE t.found OR coalesce(all_terms, false)
          UNION ALL
          SELECT 200000, 'other terms', 'What the average person has and this one has not', NULL, NULL, NULL, NULL, NULL, 0, round(sum(t.average)::numeric, 10)::double precision, round(-sum(t.average)::numeric, 10)::double precision
          FROM terms t WHERE NOT t.found AND NOT coalesce(all_terms, false) AND NOT EXISTS (SELECT FROM terms v WHERE v.term = 'valid for')
          HAVING sum(t.average) <> 0
          UNION ALL
          SELECT 300000, 'score', s.band, pg_catalog.format('%s version %s as of %s', model, body::jsonb ->> 'version', pg_catalog.to_char(as_of, 'YYYY-MM-DD'))
                         || coalesce('; not assessed: ' || CASE WHEN s.score IS NULL THEN @icb@.not_assessed(body, s.inputs) END, ''),
                 NULL, NULL, NULL, s.score, NULL, NULL, NULL
          FROM (SELECT p.inputs, p.score, commissioning.risk_band(body, p.score) AS band
                FROM (SELECT r.inputs, commissioning.risk_score_flags(body, r.flags, r.inputs) AS score
                      FROM @icb@.people_at_risk(body, as_of) r WHERE r.person_id = person_id) p) s) x
    ORDER BY x.place;
END
$$;
COMMENT ON FUNCTION @icb@.explain_risk(bigint, text, date, text, boolean) IS
    'Why a person has a score: one row per term with the codes or conditions behind it, the number of events that recorded them, the first and last date, what it contributes (0 with the reason where the hierarchy removes it), what it contributes in the average person (of the population of the model where it says so, else of the latest kept scores) and the difference; what only the average person has stands in one row, or with all_terms in a row each; the last row is the score with its band. as_of NULL: the day of the latest kept scores of the model, else today. An imported score has its last row alone, with where it comes from. 42704 for an unknown person or model, P0002 for a person who is not scored on the day, 55000 in a warehouse of another purpose.';

-- Four questions ----------------------------------------------------------------------------------

CREATE FUNCTION @icb@.evidence_text(label text, term text, evidence text, events bigint, first_recorded date, last_recorded date, value double precision) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(label, term)
        || CASE WHEN evidence = 'given' OR events IS NOT NULL AND evidence IS NULL THEN pg_catalog.format(': %s', value)
                WHEN evidence LIKE '% of it stated prices%' THEN pg_catalog.format(': %s, %s', value, evidence)
                ELSE coalesce(': ' || evidence, '') END
        || CASE WHEN events > 0 THEN pg_catalog.format(', %s event%s', events, CASE WHEN events > 1 THEN 's' END) ELSE '' END
        || CASE WHEN first_recorded IS NULL THEN ''
                WHEN first_recorded = last_recorded THEN ', ' || pg_catalog.to_char(first_recorded, 'YYYY-MM-DD')
                ELSE pg_catalog.format(', %s to %s', pg_catalog.to_char(first_recorded, 'YYYY-MM-DD'), pg_catalog.to_char(last_recorded, 'YYYY-MM-DD')) END;
COMMENT ON FUNCTION @icb@.evidence_text(text, text, text, bigint, date, date, double precision) IS
    'A term of a score in one line for reading: label, what stands behind it, number of events and dates.';

CREATE FUNCTION @icb@.score_text(person_id bigint, model text, version text, as_of date, score double precision, band text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format('%s version %s as of %s: score %s', score_text.model, score_text.version, pg_catalog.to_char(score_text.as_of, 'YYYY-MM-DD'),
                             coalesce(round(score_text.score::numeric, 4)::text, 'not assessed'))
           || coalesce(', band ' || score_text.band, '')
           || coalesce((SELECT pg_catalog.format(', rank %s of %s, %s in practice %s', s.rank_overall, coalesce(r.assessed, r.people), s.rank_practice, s.practice_code)
                        FROM @icb@.risk_run r
                        JOIN @icb@.risk_score s ON s.risk_run_id = r.risk_run_id AND s.person_id = score_text.person_id
                        WHERE r.model = score_text.model AND r.model_version = score_text.version AND r.as_of = score_text.as_of AND s.rank_overall IS NOT NULL
                        ORDER BY r.risk_run_id DESC LIMIT 1), '');
END;
COMMENT ON FUNCTION @icb@.score_text(bigint, text, text, date, double precision, text) IS
    'A score in one line for reading, with the ranks it has among the kept scores of the day.';

CREATE FUNCTION @icb@.why_person(person_id bigint, model text, as_of date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (place bigint, term text, reason text, contribution double precision, average double precision, difference double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.explained_model(model, version);
BEGIN
    as_of := coalesce(as_of, (SELECT c.as_of FROM @icb@.current_risk_run c WHERE c.model = model), current_date);
    RETURN QUERY
    SELECT CASE WHEN x.term = 'score' THEN 0
                ELSE row_number() OVER (PARTITION BY x.term = 'score' ORDER BY x.term = 'intercept', coalesce(x.difference, x.contribution) DESC NULLS LAST, x.term) END,
           x.term,
           CASE WHEN x.term = 'score' THEN @icb@.score_text(person_id, model, body::jsonb ->> 'version', as_of, x.value, x.label)
                                           || coalesce(substring(x.evidence FROM '; not assessed: .*'), '')
                WHEN x.term = 'intercept' THEN 'Where the model starts'
                ELSE @icb@.evidence_text(x.label, x.term, x.evidence, x.events, x.first_recorded, x.last_recorded, x.value) END,
           x.contribution, x.average, x.difference
    FROM @icb@.explain_risk(person_id, model, as_of, body::jsonb ->> 'version') x
    ORDER BY 1;
END
$$;
COMMENT ON FUNCTION @icb@.why_person(bigint, text, date, text) IS
    'Why this person: the score with its ranks, then its terms in the order of what they add beyond the average person (beyond nothing where no average is known), each in one line with codes, events and dates. Errors as explain_risk; 0A000 for imported scores.';

CREATE FUNCTION @icb@.why_not(person_id bigint, model text, against bigint DEFAULT NULL, list_length bigint DEFAULT NULL, in_practice boolean DEFAULT false,
                              as_of date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (place bigint, term text, label text, reason text, contribution double precision, other_reason text, other_contribution double precision,
                   difference double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.explained_model(model, version);
    used text := body::jsonb ->> 'version';
    kept bigint;
    practice text;
BEGIN
    as_of := coalesce(as_of, (SELECT c.as_of FROM @icb@.current_risk_run c WHERE c.model = model), current_date);
    IF against IS NULL THEN
        IF list_length IS NULL OR list_length < 1 THEN
            RAISE EXCEPTION 'why_not compares with another person or with the last one on a list'
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Give against => person_id, or list_length => the number of places.';
        END IF;
        SELECT r.risk_run_id INTO kept FROM @icb@.risk_run r
        WHERE r.model = model AND r.model_version = used AND r.as_of = as_of ORDER BY r.risk_run_id DESC LIMIT 1;
        SELECT s.practice_code INTO practice FROM @icb@.risk_score s WHERE s.risk_run_id = kept AND s.person_id = person_id;
        SELECT s.person_id INTO against FROM @icb@.risk_score s
        WHERE s.risk_run_id = kept AND CASE WHEN in_practice THEN s.practice_code = practice AND s.rank_practice <= list_length ELSE s.rank_overall <= list_length END
        ORDER BY s.rank_overall DESC LIMIT 1;
        IF against IS NULL THEN
            RAISE EXCEPTION 'there are no kept scores of model "%" version "%" as of % to make a list of', model, used, pg_catalog.to_char(as_of, 'YYYY-MM-DD')
                USING ERRCODE = 'no_data_found', HINT = 'Run score_population first, or give against => person_id.';
        END IF;
    END IF;
    RETURN QUERY
    WITH this AS MATERIALIZED (
        SELECT x.* FROM @icb@.explain_risk(person_id, model, as_of, used) x WHERE x.term <> 'other terms'
    ), other AS MATERIALIZED (
        SELECT x.* FROM @icb@.explain_risk(against, model, as_of, used) x WHERE x.term <> 'other terms'
    ), pair AS (
        SELECT coalesce(t.term, o.term) AS term, coalesce(t.label, o.label) AS label,
               @icb@.evidence_text('', '', t.evidence, t.events, t.first_recorded, t.last_recorded, t.value) AS reason, coalesce(t.contribution, CASE WHEN t.term IS NULL THEN 0 END) AS contribution,
               @icb@.evidence_text('', '', o.evidence, o.events, o.first_recorded, o.last_recorded, o.value) AS other_reason, coalesce(o.contribution, CASE WHEN o.term IS NULL THEN 0 END) AS other_contribution,
               t.value, o.value AS other_value, t.label AS band, o.label AS other_band
        FROM this t FULL JOIN other o ON o.term = t.term
    )
    SELECT CASE WHEN p.term = 'score' THEN 0 ELSE row_number() OVER (PARTITION BY p.term = 'score' ORDER BY p.contribution - p.other_contribution, p.term) END,
           p.term,
           CASE WHEN p.term <> 'score' THEN p.label END,
           CASE WHEN p.term = 'score' THEN @icb@.score_text(person_id, model, used, as_of, p.value, p.band) ELSE coalesce(NULLIF(pg_catalog.ltrim(p.reason, ': '), ''), 'not found') END,
           CASE WHEN p.term = 'score' THEN p.value ELSE p.contribution END,
           CASE WHEN p.term = 'score' THEN @icb@.score_text(against, model, used, as_of, p.other_value, p.other_band) ELSE coalesce(NULLIF(pg_catalog.ltrim(p.other_reason, ': '), ''), 'not found') END,
           CASE WHEN p.term = 'score' THEN p.other_value ELSE p.other_contribution END,
           round((CASE WHEN p.term = 'score' THEN p.value - p.other_value ELSE p.contribution - p.other_contribution END)::numeric, 10)::double precision
    FROM pair p
    WHERE p.term = 'score' OR p.contribution <> p.other_contribution OR p.contribution IS NULL OR p.other_contribution IS NULL
    ORDER BY 1;
END
$$;
COMMENT ON FUNCTION @icb@.why_not(bigint, text, bigint, bigint, boolean, date, text) IS
    'Why not that one: a person beside another (against), or beside the last one on a list of list_length places by the kept scores of the day, overall or in the practice of the person. The scores, then the terms that differ, first what holds the person back most; difference is the person less the other. Errors as explain_risk; 22023 when there is nobody to compare with, P0002 when no scores of the day were kept.';

CREATE FUNCTION @icb@.first_condition(person_id bigint, model text, as_of date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (place bigint, first_recorded date, term text, label text, evidence text, contribution double precision,
                   score_before double precision, score_after double precision, contribution_now double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.explained_model(model, version);
    inputs jsonb;
BEGIN
    as_of := coalesce(as_of, (SELECT c.as_of FROM @icb@.current_risk_run c WHERE c.model = model), current_date);
    PERFORM @icb@.refuse_person(person_id, as_of);
    SELECT p.inputs INTO inputs FROM @icb@.people_at_risk(body, as_of) p WHERE p.person_id = person_id;
    inputs := coalesce(inputs, '{}');
    RETURN QUERY
    WITH category AS MATERIALIZED (
        SELECT c.member ->> 'key' AS key, c.member ->> 'label' AS label, c.n
        FROM pg_catalog.jsonb_array_elements(body::jsonb -> 'categories') WITH ORDINALITY AS c (member, n)
    ), code AS MATERIALIZED (
        SELECT d.code, min(d.recorded) AS recorded FROM @icb@.risk_diagnosis(body, as_of, person_id) d GROUP BY d.code
    ), seen AS (
        SELECT e.term, min(coalesce(e.recorded, '-infinity')) AS recorded, pg_catalog.string_agg(DISTINCT e.what COLLATE "C", ', ') AS recorded_as
        FROM @icb@.risk_evidence(body, as_of, person_id) e
        WHERE e.term IN (SELECT c.key FROM category c) GROUP BY e.term
    ), day AS (
        SELECT s.recorded, pg_catalog.lag(s.recorded) OVER (ORDER BY s.recorded) AS before FROM (SELECT DISTINCT s.recorded FROM seen s) s
    ), key AS MATERIALIZED (
        SELECT d.condition, min(coalesce(d.first_recorded, '-infinity')) AS recorded
        FROM @icb@.condition_at(as_of, commissioning.risk_lookback_days(body)) d
        WHERE d.person_id = person_id AND body::jsonb @? '$.categories[*].conditions' GROUP BY d.condition
    ), step AS MATERIALIZED (
        -- inputs stay as they are on the day: only the conditions are played back
        SELECT d.recorded, d.before,
               (SELECT pg_catalog.array_agg(c.code) FROM code c WHERE c.recorded <= d.recorded) AS codes,
               inputs || pg_catalog.jsonb_build_object('conditions', (SELECT coalesce(pg_catalog.jsonb_agg(k.condition), '[]') FROM key k WHERE k.recorded <= d.recorded)) AS known
        FROM day d
    ), scored AS MATERIALIZED (
        SELECT s.recorded, s.before, s.codes, s.known, commissioning.risk_score(body, s.codes, s.known) AS score FROM step s
    )
    SELECT 0::bigint, NULL::date, 'none'::text, 'No conditions'::text, NULL::text, NULL::double precision, NULL::double precision,
           commissioning.risk_score(body, NULL, inputs), NULL::double precision
    UNION ALL
    SELECT row_number() OVER (ORDER BY s.recorded, c.n), NULLIF(s.recorded, '-infinity'), c.key, c.label, x.evidence, x.contribution,
           coalesce((SELECT b.score FROM scored b WHERE b.recorded = t.before), commissioning.risk_score(body, NULL, inputs)), t.score,
           n.contribution
    FROM seen s
    JOIN category c ON c.key = s.term
    JOIN scored t ON t.recorded = s.recorded
    -- a category that is another one instead, or that another one is instead, stands there as that one
    CROSS JOIN LATERAL (SELECT CASE WHEN e.evidence LIKE 'from %' THEN pg_catalog.concat_ws(' ', s.recorded_as, e.evidence) ELSE e.evidence END AS evidence, e.contribution
                        FROM commissioning.risk_explain(body, t.codes, t.known) e
                        WHERE e.term = s.term AND e.value <> 0 AND coalesce(e.evidence, '') !~ '; becomes ') x
    LEFT JOIN LATERAL (SELECT e.contribution FROM @icb@.risk_term_of(body, as_of, person_id) e WHERE e.term = s.term AND e.found) n ON true
    ORDER BY 1;
END
$$;
COMMENT ON FUNCTION @icb@.first_condition(bigint, text, date, text) IS
    'Which condition first: the categories of the model in the order in which they were first recorded in its look-back, what each contributed on that day (0 where the hierarchy removes it), the score before and after the day with the inputs as they are now, and what it contributes now; place 0 is the score without conditions. Categories of one day share its scores. Errors as explain_risk.';

CREATE FUNCTION @icb@.what_changed(person_id bigint, model text, from_day date DEFAULT NULL, to_day date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (place bigint, term text, label text, change text, value_before double precision, value_after double precision,
                   contribution_before double precision, contribution_after double precision, difference double precision, because text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.explained_model(model, version);
    used text := body::jsonb ->> 'version';
    score_before double precision;
    score_after double precision;
    kept_before double precision;
    was_scored boolean;
BEGIN
    to_day := coalesce(to_day, (SELECT c.as_of FROM @icb@.current_risk_run c WHERE c.model = model), current_date);
    from_day := coalesce(from_day,
                         (SELECT r.as_of FROM @icb@.risk_run r WHERE r.model = model AND r.model_version = used AND r.as_of < to_day ORDER BY r.as_of DESC LIMIT 1),
                         (to_day - interval '1 month')::date);
    IF from_day >= to_day THEN
        RAISE EXCEPTION 'the first day % is not before the second, %', pg_catalog.to_char(from_day, 'YYYY-MM-DD'), pg_catalog.to_char(to_day, 'YYYY-MM-DD')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM @icb@.refuse_person(person_id, to_day);
    SELECT commissioning.risk_score_flags(body, p.flags, p.inputs) INTO score_after FROM @icb@.people_at_risk(body, to_day) p WHERE p.person_id = person_id;
    SELECT commissioning.risk_score_flags(body, p.flags, p.inputs) INTO score_before FROM @icb@.people_at_risk(body, from_day) p WHERE p.person_id = person_id;
    was_scored := FOUND;
    SELECT s.score INTO kept_before
    FROM @icb@.risk_score s
    WHERE s.person_id = person_id
      AND s.risk_run_id = (SELECT r.risk_run_id FROM @icb@.risk_run r WHERE r.model = model AND r.model_version = used AND r.as_of = from_day ORDER BY r.risk_run_id DESC LIMIT 1);
    RETURN QUERY
    WITH before AS MATERIALIZED (
        SELECT t.* FROM @icb@.risk_term_of(body, from_day, person_id) t WHERE t.found
    ), after AS MATERIALIZED (
        SELECT t.* FROM @icb@.risk_term_of(body, to_day, person_id) t WHERE t.found
    ), evidence_before AS MATERIALIZED (
        SELECT e.* FROM @icb@.risk_evidence(body, from_day, person_id) e
    ), evidence_after AS MATERIALIZED (
        SELECT e.* FROM @icb@.risk_evidence(body, to_day, person_id) e
    ), news AS (
        SELECT x.term, pg_catalog.string_agg(x.what || coalesce(' of ' || pg_catalog.to_char(x.recorded, 'YYYY-MM-DD'), ''), ', ' ORDER BY x.recorded, x.what COLLATE "C") AS came
        FROM (SELECT DISTINCT a.term, a.what, a.recorded FROM evidence_after a
              WHERE NOT EXISTS (SELECT FROM evidence_before b WHERE b.term = a.term AND b.what = a.what AND b.activity_id IS NOT DISTINCT FROM a.activity_id)) x
        GROUP BY x.term
    ), gone AS (
        SELECT x.term, pg_catalog.string_agg(x.what || coalesce(' of ' || pg_catalog.to_char(x.recorded, 'YYYY-MM-DD'), ''), ', ' ORDER BY x.recorded, x.what COLLATE "C") AS went
        FROM (SELECT DISTINCT b.term, b.what, b.recorded FROM evidence_before b
              WHERE NOT EXISTS (SELECT FROM evidence_after a WHERE b.term = a.term AND b.what = a.what AND b.activity_id IS NOT DISTINCT FROM a.activity_id)) x
        GROUP BY x.term
    ), changed AS (
        SELECT coalesce(a.term, b.term) AS term, coalesce(a.label, b.label) AS label,
               CASE WHEN b.term IS NULL THEN 'gained' WHEN a.term IS NULL THEN 'lost'
                    WHEN a.contribution > b.contribution THEN 'more' WHEN a.contribution < b.contribution THEN 'less' ELSE 'changed' END AS change,
               b.value AS value_before, a.value AS value_after, coalesce(b.contribution, CASE WHEN b.term IS NULL THEN 0 END) AS contribution_before,
               coalesce(a.contribution, CASE WHEN a.term IS NULL THEN 0 END) AS contribution_after,
               substring(a.evidence FROM 'removed by .*') AS removed_after, substring(b.evidence FROM 'removed by .*') AS removed_before
        FROM before b FULL JOIN after a ON a.term = b.term
        WHERE (a.term IS NULL OR b.term IS NULL OR a.contribution IS DISTINCT FROM b.contribution OR a.value IS DISTINCT FROM b.value)
          AND coalesce(a.evidence, b.evidence, '') !~ '; becomes '
    )
    SELECT 0::bigint, 'score'::text, NULL::text, NULL::text, score_before, score_after, NULL::double precision, NULL::double precision, round((score_after - score_before)::numeric, 10)::double precision,
           pg_catalog.format('%s version %s from %s to %s', model, used, pg_catalog.to_char(from_day, 'YYYY-MM-DD'), pg_catalog.to_char(to_day, 'YYYY-MM-DD'))
           || CASE WHEN NOT was_scored THEN '; not scored on the first day'
                   WHEN commissioning.risk_band(body, score_before) <> commissioning.risk_band(body, score_after)
                   THEN pg_catalog.format('; band %s to %s', commissioning.risk_band(body, score_before), commissioning.risk_band(body, score_after)) ELSE '' END
           || CASE WHEN kept_before <> score_before
                   THEN pg_catalog.format('; the score kept for the first day was %s: events from before it came in later', round(kept_before::numeric, 4)) ELSE '' END
    UNION ALL
    SELECT row_number() OVER (ORDER BY abs(c.contribution_after - c.contribution_before) DESC NULLS LAST, c.term), c.term, c.label, c.change, c.value_before, c.value_after,
           c.contribution_before, c.contribution_after, round((c.contribution_after - c.contribution_before)::numeric, 10)::double precision,
           coalesce(NULLIF(pg_catalog.concat_ws('; ', 'new: ' || n.came, 'no longer counted: ' || g.went, c.removed_after,
                                                CASE WHEN c.removed_after IS NULL THEN 'no longer ' || c.removed_before END), ''),
                    CASE WHEN NOT was_scored THEN 'not scored on the first day' WHEN c.change = 'gained' THEN 'applies now' WHEN c.change = 'lost' THEN 'applies no longer' ELSE pg_catalog.format('%s to %s', coalesce(c.value_before::text, 'not known'), coalesce(c.value_after::text, 'not known')) END)
    FROM changed c LEFT JOIN news n ON n.term = c.term LEFT JOIN gone g ON g.term = c.term
    ORDER BY 1;
END
$$;
COMMENT ON FUNCTION @icb@.what_changed(bigint, text, date, date, text) IS
    'What changed between two days (NULL: the day of the latest kept scores, and that of the set before or a month before): the score, then every term gained, lost, or worth more or less, with the events that came and those that are no longer counted. Both days are computed from the data as they stand now; a kept score that differs is told. Errors as explain_risk, for the second day; 22023 for days in the wrong order.';

-- Admissions --------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.spell_diagnosis(model commissioning.risk_model, person_id bigint, activity_id bigint, prior_admissions text)
    RETURNS TABLE (activity_id bigint, recorded date, code commissioning.icd10)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT b.activity_id, coalesce(b.end_date, b.start_date), c.code
    FROM @icb@.activity i
    JOIN @icb@.activity b ON b.person_id = i.person_id AND b.dataset = 'APC'
    CROSS JOIN LATERAL pg_catalog.unnest(b.diagnoses) AS c (code)
    WHERE i.person_id = spell_diagnosis.person_id AND i.activity_id = spell_diagnosis.activity_id
      AND CASE WHEN b.activity_id = i.activity_id THEN NOT coalesce((model::jsonb ->> 'excludes_index')::boolean, false)
               ELSE b.end_date < i.start_date
                    AND (b.end_date >= i.start_date - commissioning.risk_lookback_days(model) OR commissioning.risk_lookback_days(model) IS NULL)
                    AND (prior_admissions = 'any' OR (prior_admissions = 'emergency' AND b.admission_method LIKE '2%')) END;
END;
COMMENT ON FUNCTION @icb@.spell_diagnosis(commissioning.risk_model, bigint, bigint, text) IS
    'The diagnoses that the score of an admission is made of, by the same rule as spells_at_risk: spell, the day it ended, code.';

CREATE FUNCTION @icb@.explain_spell(person_id bigint, activity_id bigint, model text, prior_admissions text DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (term text, label text, evidence text, events bigint, first_recorded date, last_recorded date, value double precision,
                   contribution double precision, average double precision, difference double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model;
    spell record;
    reason text;
    codes commissioning.icd10[];
    known jsonb;
    rule text := coalesce(prior_admissions, (SELECT c.prior_admissions FROM @icb@.current_risk_spell_run c WHERE c.model = model), 'any');
BEGIN
    IF NOT @icb@.stage_allowed('score') THEN
        RAISE EXCEPTION 'risk is not scored in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    body := @icb@.registered_model(model, @icb@.model_to_use(model, version, 'spell', true));
    SELECT s.flags, s.inputs, s.admission_date INTO spell FROM @icb@.spells_at_risk(body, rule) s WHERE s.person_id = person_id AND s.activity_id = activity_id;
    IF NOT FOUND THEN
        SELECT x.reason INTO reason FROM @icb@.spells_not_scored(body, NULL, NULL) x WHERE x.person_id = person_id AND x.activity_id = activity_id;
        RAISE EXCEPTION 'admission % of person % is not scored by model "%": %', activity_id, person_id, model, coalesce(reason, 'there is no such spell')
            USING ERRCODE = 'no_data_found';
    END IF;
    SELECT pg_catalog.array_agg(d.code) INTO codes FROM @icb@.spell_diagnosis(body, person_id, activity_id, rule) d;
    known := spell.inputs;
    IF body::jsonb @? '$.categories[*].conditions' THEN
        SELECT coalesce(known, '{}') || pg_catalog.jsonb_build_object('conditions', coalesce(pg_catalog.jsonb_agg(DISTINCT c.condition), '[]')) INTO known
        FROM @icb@.condition_at(spell.admission_date, commissioning.risk_lookback_days(body)) c WHERE c.person_id = person_id;
    END IF;
    RETURN QUERY
    SELECT e.term, e.label, e.evidence, w.events, w.first_recorded, w.last_recorded, e.value, e.contribution, e.average,
           round((e.contribution - e.average)::numeric, 10)::double precision
    FROM commissioning.risk_explain(body, codes, known) e
    CROSS JOIN LATERAL (
        SELECT NULLIF(count(DISTINCT d.activity_id), 0) AS events, min(d.recorded) AS first_recorded, max(d.recorded) AS last_recorded
        FROM @icb@.spell_diagnosis(body, person_id, activity_id, rule) d
        WHERE e.term = ANY (commissioning.risk_categories(body, ARRAY[d.code]))) w
    UNION ALL
    SELECT 'score', commissioning.risk_band(body, x.score),
           pg_catalog.format('%s version %s, admission of %s, earlier admissions: %s', model, body::jsonb ->> 'version', pg_catalog.to_char(spell.admission_date, 'YYYY-MM-DD'), rule)
           || coalesce('; not assessed: ' || CASE WHEN x.score IS NULL THEN @icb@.not_assessed(body, spell.inputs) END, ''),
           NULL, NULL, NULL, x.score, NULL, NULL, NULL
    FROM (SELECT commissioning.risk_score_flags(body, spell.flags, spell.inputs) AS score) x;
END
$$;
COMMENT ON FUNCTION @icb@.explain_spell(bigint, bigint, text, text, text) IS
    'Why an admission has its score: rows as those of explain_risk, from the index spell and the earlier ones that count; prior_admissions NULL: by the rule of the latest kept scores, else any. 42704 for an unknown model, P0002 with the reason for an admission that the model does not score, 55000 for a model that scores people and in a warehouse of another purpose.';

-- Practices ---------------------------------------------------------------------------------------
-- A practice reads no records, but may ask about its own patients: these run with their owner's rights, and the login counts, as in nhs_number_of.

CREATE FUNCTION @icb@.refuse_stranger(person_id bigint) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF NOT EXISTS (
        SELECT FROM @icb@.registration g
        JOIN @icb@.row_reader r ON r.practice_code = g.practice_code
        WHERE g.person_id = person_id AND g.valid_from <= current_date AND (g.valid_to > current_date OR g.valid_to IS NULL)
          AND pg_has_role(session_user, to_regrole(quote_ident(r.role_name)), 'MEMBER')) THEN
        -- the same words whether or not the person exists
        RAISE EXCEPTION 'person % is not registered with a practice of role "%"', person_id, session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.refuse_stranger(bigint) IS
    'Raises 42501 unless the person is registered today with a practice whose role, by row_reader, the login is a member of.';

CREATE FUNCTION @icb@.why_my_patient(person_id bigint, model text)
    RETURNS TABLE (place bigint, term text, reason text, contribution double precision, average double precision, difference double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM @icb@.refuse_stranger(person_id);
    RETURN QUERY SELECT w.place, w.term, w.reason, w.contribution, w.average, w.difference FROM @icb@.why_person(person_id, model) w;
END
$$;
COMMENT ON FUNCTION @icb@.why_my_patient(bigint, text) IS
    'why_person for a role of the practice where the person is registered today; 42501 for anybody else and for unknown people.';

CREATE FUNCTION @icb@.what_changed_for_my_patient(person_id bigint, model text)
    RETURNS TABLE (place bigint, term text, label text, change text, value_before double precision, value_after double precision,
                   contribution_before double precision, contribution_after double precision, difference double precision, because text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM @icb@.refuse_stranger(person_id);
    RETURN QUERY
    SELECT w.place, w.term, w.label, w.change, w.value_before, w.value_after, w.contribution_before, w.contribution_after, w.difference, w.because
    FROM @icb@.what_changed(person_id, model) w;
END
$$;
COMMENT ON FUNCTION @icb@.what_changed_for_my_patient(bigint, text) IS
    'what_changed since the set of scores before, for a role of the practice where the person is registered today; 42501 for anybody else and for unknown people.';
