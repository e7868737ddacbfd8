-- Risk of admissions: models whose score belongs to an index spell, from that spell and what was recorded before it.

CREATE TABLE @icb@.risk_spell_run (
    risk_spell_run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    model             text NOT NULL,
    model_version     text NOT NULL,
    model_fingerprint text NOT NULL,
    from_day          date NOT NULL,
    to_day            date NOT NULL,
    prior_admissions  text NOT NULL CHECK (prior_admissions IN ('any', 'emergency', 'none')),
    lookback_days     integer,
    data_dates        jsonb NOT NULL,
    admissions        bigint NOT NULL,
    assessed          bigint NOT NULL,
    not_assessed      jsonb NOT NULL,
    not_scored        jsonb NOT NULL,
    unapproved        text,
    input_fingerprint text NOT NULL,
    scored_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (to_day >= from_day)
);
CREATE INDEX risk_spell_run_latest ON @icb@.risk_spell_run (model, model_version, to_day, risk_spell_run_id);
COMMENT ON TABLE @icb@.risk_spell_run IS 'One row per set of scores of admissions that differs from the one before it: model, days, rules, and what it was computed from.';
COMMENT ON COLUMN @icb@.risk_spell_run.risk_spell_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.risk_spell_run.run_id IS 'Run that computed it.';
COMMENT ON COLUMN @icb@.risk_spell_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.risk_spell_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.risk_spell_run.model_fingerprint IS 'Fingerprint of the content of the model.';
COMMENT ON COLUMN @icb@.risk_spell_run.from_day IS 'First day of admission.';
COMMENT ON COLUMN @icb@.risk_spell_run.to_day IS 'Last day of admission.';
COMMENT ON COLUMN @icb@.risk_spell_run.prior_admissions IS 'Which earlier spells lend their diagnoses: any, emergency alone, or none.';
COMMENT ON COLUMN @icb@.risk_spell_run.lookback_days IS 'Days before the admission in which an earlier spell must have ended, NULL for all.';
COMMENT ON COLUMN @icb@.risk_spell_run.data_dates IS 'Latest event that was seen in each data set.';
COMMENT ON COLUMN @icb@.risk_spell_run.admissions IS 'Admissions in the set, with a score or with the reason why there is none.';
COMMENT ON COLUMN @icb@.risk_spell_run.assessed IS 'Admissions with a score.';
COMMENT ON COLUMN @icb@.risk_spell_run.not_assessed IS 'Admissions in the set without a score by reason, {"length_of_stay not known": 12}.';
COMMENT ON COLUMN @icb@.risk_spell_run.not_scored IS 'Admissions of these days that are not in the set, by reason: the bound of what the model is valid for that they are outside of, an opt-out, the reason of a local list.';
COMMENT ON COLUMN @icb@.risk_spell_run.unapproved IS 'Why the model was not allowed when it was used all the same; NULL for a model that was approved.';
COMMENT ON COLUMN @icb@.risk_spell_run.input_fingerprint IS 'Fingerprint of model, admissions, conditions and inputs: equal for equal data.';
COMMENT ON COLUMN @icb@.risk_spell_run.scored_at IS 'When it was computed.';

CREATE TABLE @icb@.risk_spell_score (
    person_id         bigint NOT NULL,
    activity_id       bigint NOT NULL,
    risk_spell_run_id bigint NOT NULL,
    admission_date    date NOT NULL,
    discharge_date    date,
    provider_code     text NOT NULL,
    practice_code     text,
    score             double precision,
    band              text,
    band_order        integer,
    rank_overall      bigint,
    categories        text[] NOT NULL,
    not_assessed      text,
    PRIMARY KEY (person_id, activity_id, risk_spell_run_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.risk_spell_score IS 'Scores of admissions kept: one row per index spell and set of scores.';
COMMENT ON COLUMN @icb@.risk_spell_score.activity_id IS 'The index spell.';
COMMENT ON COLUMN @icb@.risk_spell_score.risk_spell_run_id IS 'Set of scores: model, version and days stand in risk_spell_run.';
COMMENT ON COLUMN @icb@.risk_spell_score.admission_date IS 'Day of admission.';
COMMENT ON COLUMN @icb@.risk_spell_score.discharge_date IS 'Day of discharge, NULL while in hospital.';
COMMENT ON COLUMN @icb@.risk_spell_score.practice_code IS 'Practice where the person was registered on the day of admission, else the one recorded with the spell.';
COMMENT ON COLUMN @icb@.risk_spell_score.score IS 'Score; NULL when not assessed.';
COMMENT ON COLUMN @icb@.risk_spell_score.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb@.risk_spell_score.band_order IS 'Place of the band among those of the model, 1 is the lowest.';
COMMENT ON COLUMN @icb@.risk_spell_score.rank_overall IS 'Place among the admissions of the set, 1 is the highest score; equal scores in the order of person and spell.';
COMMENT ON COLUMN @icb@.risk_spell_score.categories IS 'Categories of the model found in the spell and its look-back, before the hierarchy.';
COMMENT ON COLUMN @icb@.risk_spell_score.not_assessed IS 'Why there is no score: the inputs that are not known. NULL with a score.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.risk_spell_score_p%s PARTITION OF @icb@.risk_spell_score FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE INDEX risk_spell_score_run ON @icb@.risk_spell_score (risk_spell_run_id, rank_overall);

-- Inlined into its callers, so that a filter on person_id reaches the tables.
CREATE FUNCTION @icb@.index_spells(from_day date DEFAULT NULL, to_day date DEFAULT NULL)
    RETURNS TABLE (person_id bigint, activity_id bigint, admission_date date, discharge_date date, provider_code text, practice_code text,
                   diagnoses commissioning.icd10[], known jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.person_id, a.activity_id, a.start_date, a.end_date, a.provider_code, a.practice_code, a.diagnoses,
           pg_catalog.jsonb_build_object(
               'age', coalesce(a.age, CASE WHEN p.birth_month <= a.start_date THEN extract(year FROM pg_catalog.age(a.start_date, p.birth_month))::integer END),
               'male', CASE p.sex WHEN '1' THEN 1 WHEN '2' THEN 0 END, 'female', CASE p.sex WHEN '2' THEN 1 WHEN '1' THEN 0 END,
               'imd_decile', d.imd_decile, 'imd_rank', d.imd_rank, 'imd_score', d.imd_score,
               'emergency', coalesce(e.acute, 0), 'acute', e.acute, 'length_of_stay', a.end_date - a.start_date,
               'discharged_alive', CASE WHEN a.discharge_method IN ('4', '5') THEN 0 WHEN a.end_date IS NOT NULL THEN 1 END)
    FROM @icb@.activity a
    CROSS JOIN LATERAL (SELECT CASE WHEN a.admission_method LIKE '2%' THEN 1 WHEN a.admission_method IS NOT NULL THEN 0 END AS acute) e
    JOIN @icb@.person p ON p.person_id = a.person_id
    LEFT JOIN @icb@.area d ON d.lsoa_code = p.lsoa_code
    WHERE a.dataset = 'APC' AND (a.start_date >= from_day OR from_day IS NULL) AND (a.start_date <= to_day OR to_day IS NULL);
END;
COMMENT ON FUNCTION @icb@.index_spells(date, date) IS
    'The spells admitted in a period (NULL: without bound) with what is known of them alone: age (as recorded, else from the month of birth), sex, deprivation of the area, emergency and acute (1 for admission methods that begin with 2; where none is recorded emergency is 0 and acute not known), length_of_stay in days and discharged_alive, both not known while in hospital.';

-- The one place that says which admissions are scored on what; the live view, the procedure and the explanation all read it. What is out of
-- the model's bounds goes first, so that nobody looks back for it. Inlined like the above.
CREATE FUNCTION @icb@.spells_at_risk(model commissioning.risk_model, prior_admissions text DEFAULT 'any', from_day date DEFAULT NULL, to_day date DEFAULT NULL)
    RETURNS TABLE (person_id bigint, activity_id bigint, admission_date date, discharge_date date, provider_code text, practice_code text,
                   flags commissioning.risk_flags, inputs jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT i.person_id, i.activity_id, i.admission_date, i.discharge_date, i.provider_code, coalesce(g.practice_code, i.practice_code),
           commissioning.risk_flags_or(coalesce(k.flags, ''::commissioning.risk_flags),
               CASE WHEN u.excludes_index THEN h.flags ELSE commissioning.risk_flags_or(h.flags, commissioning.risk_match_codes(model, i.diagnoses)) END),
           CASE WHEN pg_catalog.cardinality(commissioning.risk_inputs(model)) > 0 THEN
               (i.known || pg_catalog.jsonb_build_object(
                    'admissions_12m', h.admissions_12m, 'emergency_admissions_12m', h.emergency_admissions_12m,
                    'emergency_admissions_30d', h.emergency_admissions_30d, 'elective_admissions_12m', h.elective_admissions_12m,
                    'emergency_attendances_6m', h.emergency_attendances_6m, 'emergency_attendances_12m', h.emergency_attendances_12m)) - u.unused
           END
    FROM (SELECT coalesce((model::jsonb ->> 'excludes_index')::boolean, false) AS excludes_index,
                 model::jsonb @? '$.categories[*].conditions' AS has_conditions,
                 ARRAY(SELECT n.name
                       FROM pg_catalog.unnest('{age,male,female,imd_decile,imd_rank,imd_score,emergency,acute,length_of_stay,discharged_alive,admissions_12m,emergency_admissions_12m,emergency_admissions_30d,elective_admissions_12m,emergency_attendances_6m,emergency_attendances_12m}'::text[]) AS n (name)
                       WHERE n.name <> ALL (commissioning.risk_inputs(model))) AS unused,
                 (SELECT pg_catalog.string_agg('(' || n.test::text || ')', ' || ')
                  FROM @icb@.input_needs(model::jsonb) n WHERE n.kind = 'outside')::jsonpath AS outside
          OFFSET 0) u
    CROSS JOIN @icb@.index_spells(from_day, to_day) i
    CROSS JOIN LATERAL (
        SELECT coalesce(commissioning.risk_flags_agg(commissioning.risk_match_codes(model, b.diagnoses)) FILTER (
                   -- an earlier spell ended before the day of the index admission, within the look-back
                   WHERE b.dataset = 'APC' AND b.end_date < i.admission_date
                     AND (b.end_date >= i.admission_date - commissioning.risk_lookback_days(model) OR commissioning.risk_lookback_days(model) IS NULL)
                     AND (prior_admissions = 'any' OR (prior_admissions = 'emergency' AND b.admission_method LIKE '2%'))), ''::commissioning.risk_flags) AS flags,
               count(*) FILTER (WHERE b.dataset = 'APC' AND b.start_date >= i.admission_date - 365) AS admissions_12m,
               count(*) FILTER (WHERE b.dataset = 'APC' AND b.start_date >= i.admission_date - 365 AND b.admission_method LIKE '2%') AS emergency_admissions_12m,
               count(*) FILTER (WHERE b.dataset = 'APC' AND b.start_date >= i.admission_date - 30 AND b.admission_method LIKE '2%') AS emergency_admissions_30d,
               count(*) FILTER (WHERE b.dataset = 'APC' AND b.start_date >= i.admission_date - 365 AND b.admission_method LIKE '1%'
                                  AND coalesce(b.patient_classification, '') NOT IN ('3', '4')) AS elective_admissions_12m,
               count(*) FILTER (WHERE b.dataset = 'EC' AND b.start_date >= i.admission_date - 183) AS emergency_attendances_6m,
               count(*) FILTER (WHERE b.dataset = 'EC' AND b.start_date >= i.admission_date - 365) AS emergency_attendances_12m
        FROM @icb@.activity b
        WHERE b.person_id = i.person_id AND b.activity_id <> i.activity_id AND b.dataset IN ('APC', 'EC') AND b.start_date < i.admission_date) h
    LEFT JOIN LATERAL (
        SELECT commissioning.risk_flags_agg(commissioning.risk_match_condition(model, c.condition)) AS flags
        FROM @icb@.condition_at(i.admission_date, commissioning.risk_lookback_days(model)) c
        WHERE u.has_conditions AND c.person_id = i.person_id) k ON true
    LEFT JOIN LATERAL (
        SELECT r.practice_code FROM @icb@.registration r
        WHERE r.person_id = i.person_id AND r.valid_from <= i.admission_date AND (r.valid_to > i.admission_date OR r.valid_to IS NULL)
        ORDER BY r.valid_from DESC LIMIT 1) g ON true
    WHERE (i.known @@ u.outside) IS NOT TRUE
      AND NOT EXISTS (SELECT FROM @icb@.not_scored(current_date) n WHERE n.person_id = i.person_id);
END;
COMMENT ON FUNCTION @icb@.spells_at_risk(commissioning.risk_model, text, date, date) IS
    'Which admissions a model scores and on what: index_spells within the bounds of the model, of people who do not have to be left out today (not_scored). Conditions: the diagnoses of the index spell, unless the model excludes it, and those of earlier spells that ended before its day within the look-back: prior_admissions any, emergency (such admissions alone) or none; and, for a model that names condition keys, those of condition_at the day of admission. Counts before the admission: admissions_12m, emergency_admissions_12m, elective_admissions_12m (365 days), emergency_admissions_30d, emergency_attendances_6m (183 days), emergency_attendances_12m; what began on the day itself, such as the attendance that led to it, does not count.';

CREATE FUNCTION @icb@.spells_not_scored(model commissioning.risk_model, from_day date, to_day date)
    RETURNS TABLE (person_id bigint, activity_id bigint, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH needs AS MATERIALIZED (
        SELECT n.place, n.name, n.test FROM @icb@.input_needs(model::jsonb) n WHERE n.kind = 'outside'
    )
    SELECT x.person_id, x.activity_id, x.reason
    FROM (SELECT i.person_id, i.activity_id,
                 coalesce(s.reason, (SELECT n.name FROM needs n WHERE i.known @@ n.test ORDER BY n.place LIMIT 1) || ' outside of what the model is valid for') AS reason
          FROM @icb@.index_spells(from_day, to_day) i
          LEFT JOIN @icb@.not_scored(current_date) s ON s.person_id = i.person_id) x
    WHERE x.reason IS NOT NULL;
END;
COMMENT ON FUNCTION @icb@.spells_not_scored(commissioning.risk_model, date, date) IS
    'Admissions of a period that spells_at_risk leaves out, with the first reason: an opt-out, the reason of the local exclusion list, the bound of what the model is valid for that the admission is outside of.';

CREATE PROCEDURE @icb@.score_spells(model text, from_day date, to_day date, prior_admissions text DEFAULT 'any', version text DEFAULT NULL,
                                    allow_unapproved boolean DEFAULT false, allow_stale_days integer DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    id bigint;
    used text;
    kept bigint;
BEGIN
    IF @icb@.stage_allowed('score') THEN
        IF model IS NULL OR from_day IS NULL OR to_day IS NULL OR prior_admissions IS NULL THEN
            RAISE EXCEPTION 'score_spells needs a model, a first and a last day of admission, and which earlier admissions count'
                USING ERRCODE = 'null_value_not_allowed';
        END IF;
        IF to_day < from_day THEN
            RAISE EXCEPTION 'the last day of admission % is before the first, %', pg_catalog.to_char(to_day, 'YYYY-MM-DD'), pg_catalog.to_char(from_day, 'YYYY-MM-DD')
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF prior_admissions NOT IN ('any', 'emergency', 'none') THEN
            RAISE EXCEPTION 'unknown prior_admissions "%"', prior_admissions
                USING ERRCODE = 'invalid_parameter_value', HINT = 'any, emergency or none: the earlier spells whose diagnoses count.';
        END IF;
        used := @icb@.model_to_use(model, version, 'spell', allow_unapproved);
        PERFORM @icb@.refuse_stale(@icb@.data_dates(to_day), to_day, allow_stale_days);
    END IF;
    id := @icb@.start_run('score', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'model', model, 'version', version, 'from_day', from_day, 'to_day', to_day, 'prior_admissions', prior_admissions,
        'allow_unapproved', NULLIF(allow_unapproved, false), 'allow_stale_days', allow_stale_days)));
    COMMIT;
    kept := @icb@.keep_spell_scores(id, model, used, from_day, to_day, prior_admissions);
    PERFORM @icb@.report_progress(id, 100,
        pg_catalog.format('%s version %s, admissions from %s to %s: %s', model, used, pg_catalog.to_char(from_day, 'YYYY-MM-DD'), pg_catalog.to_char(to_day, 'YYYY-MM-DD'),
                          CASE WHEN kept = 0 THEN 'unchanged' ELSE kept || ' admissions scored' END));
    PERFORM @icb@.finish_run(id, rows_out => kept, status => CASE WHEN kept = 0 THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.score_spells(text, date, date, text, text, boolean, integer) IS
    'Scores the admissions of a period with a model that scores admissions (HFRS, LACE, PARR-30) and keeps scores, bands and ranks; prior_admissions says which earlier spells lend their diagnoses: any, emergency or none. Data that have not changed since the last time add nothing. 42704 for an unknown model; 55000 for a model that is not approved (unless allow_unapproved) or scores people, for data older than allow_stale_days (refuse_stale), and when the warehouse has another purpose; 22023 for a wrong period or rule, 22004 for NULL.';

CREATE FUNCTION @icb@.keep_spell_scores(run_id bigint, model text, version text, from_day date, to_day date, prior_admissions text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, version);
    description jsonb := body::jsonb;
    band_labels text[] := ARRAY(SELECT b.band ->> 'label' FROM pg_catalog.jsonb_array_elements(description -> 'bands') WITH ORDINALITY AS b (band, n) ORDER BY b.n);
    unapproved text := @icb@.model_allowed(model, version);
    data_dates jsonb := @icb@.data_dates(to_day);
    kept bigint;
BEGIN
    -- One pass, as for people.
    WITH needs AS MATERIALIZED (
        SELECT n.place, n.kind, n.name, n.test FROM @icb@.input_needs(description) n
    ), spells AS MATERIALIZED (
        SELECT s.person_id, s.activity_id, s.admission_date, s.discharge_date, s.provider_code, s.practice_code, s.flags, s.inputs, s.score,
               CASE WHEN s.score IS NULL THEN
                   (SELECT coalesce((pg_catalog.array_agg(n.name ORDER BY n.place) FILTER (WHERE n.kind = 'outside'))[1] || ' outside of what the model is valid for',
                                    pg_catalog.string_agg(n.name, ', ' ORDER BY n.place) FILTER (WHERE n.kind = 'unknown') || ' not known',
                                    pg_catalog.string_agg(n.name, ', ' ORDER BY n.name) FILTER (WHERE n.kind = 'bound') || ' not known',
                                    'not computable from the inputs')
                    FROM needs n WHERE s.inputs @@ n.test)
               END AS not_assessed
        FROM (SELECT a.person_id, a.activity_id, a.admission_date, a.discharge_date, a.provider_code, a.practice_code, a.flags, a.inputs,
                     commissioning.risk_score_flags(body, a.flags, a.inputs) AS score
              FROM @icb@.spells_at_risk(body, prior_admissions, from_day, to_day) a
              OFFSET 0) s
    ), fingerprint AS (
        SELECT count(*) AS admissions, count(s.score) AS assessed,
               pg_catalog.md5(pg_catalog.concat_ws('|', commissioning.risk_fingerprint(body), count(*),
                   sum(commissioning.risk_flags_hash_extended(s.flags, s.activity_id)::numeric),
                   sum(pg_catalog.hashtextextended(pg_catalog.concat_ws('|', s.person_id, s.admission_date, s.discharge_date, s.provider_code, s.practice_code), s.activity_id)::numeric),
                   sum(pg_catalog.jsonb_hash_extended(s.inputs, s.activity_id)::numeric), unapproved)) AS value
        FROM spells s
    ), new_set AS (
        INSERT INTO @icb@.risk_spell_run AS n (run_id, model, model_version, model_fingerprint, from_day, to_day, prior_admissions, lookback_days, data_dates,
                                               admissions, assessed, not_assessed, not_scored, unapproved, input_fingerprint)
        SELECT run_id, model, version, commissioning.risk_fingerprint(body), from_day, to_day, prior_admissions, commissioning.risk_lookback_days(body), data_dates,
               f.admissions, f.assessed,
               (SELECT coalesce(pg_catalog.jsonb_object_agg(c.not_assessed, c.spells), '{}')
                FROM (SELECT s.not_assessed, count(*) AS spells FROM spells s WHERE s.score IS NULL GROUP BY s.not_assessed) c),
               (SELECT coalesce(pg_catalog.jsonb_object_agg(c.reason, c.spells), '{}')
                FROM (SELECT x.reason, count(*) AS spells FROM @icb@.spells_not_scored(body, from_day, to_day) x GROUP BY x.reason) c),
               unapproved, f.value
        FROM fingerprint f
        WHERE f.admissions > 0 AND f.value IS DISTINCT FROM (
            SELECT l.input_fingerprint FROM @icb@.risk_spell_run l
            WHERE l.model = model AND l.model_version = version AND l.from_day = from_day AND l.to_day = to_day AND l.prior_admissions = prior_admissions
            ORDER BY l.risk_spell_run_id DESC LIMIT 1)
        RETURNING n.risk_spell_run_id
    )
    INSERT INTO @icb@.risk_spell_score (person_id, activity_id, risk_spell_run_id, admission_date, discharge_date, provider_code, practice_code, score, band, band_order,
                                        rank_overall, categories, not_assessed)
    SELECT r.person_id, r.activity_id, r.risk_spell_run_id, r.admission_date, r.discharge_date, r.provider_code, r.practice_code, r.score, r.band,
           pg_catalog.array_position(band_labels, r.band), r.rank_overall, r.categories, r.not_assessed
    FROM (SELECT s.person_id, s.activity_id, k.risk_spell_run_id, s.admission_date, s.discharge_date, s.provider_code, s.practice_code, s.score,
                 commissioning.risk_band(body, s.score) AS band,
                 CASE WHEN s.score IS NOT NULL THEN row_number() OVER (ORDER BY s.score DESC NULLS LAST, s.person_id, s.activity_id) END AS rank_overall,
                 commissioning.risk_flags_categories(body, s.flags) AS categories, s.not_assessed
          FROM spells s CROSS JOIN new_set k) r;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_spell_scores(bigint, text, text, date, date, text) IS
    'A step of score_spells: scores of the admissions of a period, kept unless the last set of the same model, version, period and rule was made from equal data. Returns the number of admissions in the set, 0 when nothing changed.';

CREATE VIEW @icb@.current_risk_spell_run AS
SELECT DISTINCT ON (r.model) r.risk_spell_run_id, r.run_id, r.model, r.model_version, r.from_day, r.to_day, r.prior_admissions, r.data_dates, r.admissions, r.assessed,
       r.not_assessed, r.not_scored, r.unapproved, r.scored_at
FROM @icb@.risk_spell_run r
ORDER BY r.model, (r.unapproved IS NULL) DESC, r.to_day DESC, r.risk_spell_run_id DESC;
COMMENT ON VIEW @icb@.current_risk_spell_run IS
    'The latest set of scores of admissions of each model: the latest last day, and of that the latest set; one of a model that was not approved only where there is no other.';

CREATE VIEW @icb_reporting@.risk_spell WITH (security_invoker = true) AS
SELECT s.person_id AS person_id,
       s.activity_id AS activity_id,
       m.name AS model,
       m.version::text AS model_version,
       s.admission_date::date AS admission_date,
       s.discharge_date::date AS discharge_date,
       s.provider_code::text AS provider_code,
       s.practice_code::text AS practice_code,
       m.prior_admissions::text AS prior_admissions,
       commissioning.risk_score_flags(m.body, s.flags, s.inputs)::numeric(20,6) AS score,
       commissioning.risk_band(m.body, commissioning.risk_score_flags(m.body, s.flags, s.inputs))::text AS band,
       pg_catalog.array_to_string(commissioning.risk_flags_categories(m.body, s.flags), ', ')::text AS categories,
       CASE WHEN commissioning.risk_score_flags(m.body, s.flags, s.inputs) IS NULL THEN @icb@.not_assessed(m.body, s.inputs) END::text AS not_assessed
FROM (SELECT k.name, k.version, k.body, coalesce(c.prior_admissions, 'any') AS prior_admissions
      FROM @icb@.scoring_model k
      LEFT JOIN @icb@.current_risk_spell_run c ON c.model = k.name
      WHERE k.newest AND k.unit = 'spell' AND @icb@.stage_allowed('score')) m
CROSS JOIN LATERAL @icb@.spells_at_risk(m.body, m.prior_admissions) s;
COMMENT ON VIEW @icb_reporting@.risk_spell IS
    'Scores of admissions from the data as they stand now, by the newest version of each model that scores admissions, with the rule for earlier admissions of its latest kept set (any when there is none). One row per admission within the bounds of the model, and model. Filter by model, and by person_id where one person is asked for. Empty in a warehouse of another purpose.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.activity_id IS 'The index spell.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.admission_date IS 'Day of admission.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.discharge_date IS 'Day of discharge, NULL while in hospital.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.provider_code IS 'ODS code of the provider.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.practice_code IS 'Practice where the person was registered on the day of admission, else the one recorded with the spell.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.prior_admissions IS 'Which earlier spells lend their diagnoses: any, emergency alone, or none.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.score IS 'Score; NULL when not assessed.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.categories IS 'Categories of the model found in the spell and its look-back, before the hierarchy.';
COMMENT ON COLUMN @icb_reporting@.risk_spell.not_assessed IS 'Why there is no score, NULL with one.';

CREATE VIEW @icb_reporting@.risk_spell_register WITH (security_invoker = true) AS
SELECT s.person_id::bigint AS person_id,
       s.activity_id::bigint AS activity_id,
       r.model::text AS model,
       r.model_version::text AS model_version,
       s.admission_date::date AS admission_date,
       s.discharge_date::date AS discharge_date,
       s.provider_code::text AS provider_code,
       s.practice_code::text AS practice_code,
       r.prior_admissions::text AS prior_admissions,
       s.score::numeric(20,6) AS score,
       s.band::text AS band,
       s.rank_overall::bigint AS rank_overall,
       pg_catalog.array_to_string(s.categories, ', ')::text AS categories,
       s.not_assessed::text AS not_assessed,
       r.unapproved::text AS unapproved,
       r.from_day::date AS from_day,
       r.to_day::date AS to_day,
       r.risk_spell_run_id::bigint AS risk_spell_run_id
FROM @icb@.current_risk_spell_run r
JOIN @icb@.risk_spell_score s ON s.risk_spell_run_id = r.risk_spell_run_id;
COMMENT ON VIEW @icb_reporting@.risk_spell_register IS 'The latest kept scores of admissions of each model, with ranks. One row per admission and model.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.activity_id IS 'The index spell.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.admission_date IS 'Day of admission.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.discharge_date IS 'Day of discharge, NULL while in hospital.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.provider_code IS 'ODS code of the provider.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.practice_code IS 'Practice where the person was registered on the day of admission, else the one recorded with the spell.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.prior_admissions IS 'Which earlier spells lend their diagnoses: any, emergency alone, or none.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.score IS 'Score; NULL when not assessed.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.rank_overall IS 'Place among the admissions of the set, 1 is the highest score; equal scores in the order of person and spell.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.categories IS 'Categories of the model found in the spell and its look-back, before the hierarchy.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.not_assessed IS 'Why there is no score, NULL with one.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.unapproved IS 'Why the model was not allowed when it was tried out, NULL for an approved one.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.from_day IS 'First day of admission of the set.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.to_day IS 'Last day of admission of the set.';
COMMENT ON COLUMN @icb_reporting@.risk_spell_register.risk_spell_run_id IS 'Set of scores it belongs to.';
