-- Programmes of care, the people each practice should offer them to first, and the ledger of what became of it.

-- Programmes --------------------------------------------------------------------------------------

CREATE TABLE @icb@.programme (
    programme          text PRIMARY KEY CHECK (octet_length(programme) BETWEEN 1 AND 63),
    title              text NOT NULL,
    model              text NOT NULL,
    capacity           integer CHECK (capacity >= 0),
    capacity_across    integer CHECK (capacity_across >= 0),
    choose_by          text NOT NULL DEFAULT 'risk' CHECK (choose_by IN ('risk', 'avoidable')),
    relative_reduction numeric(6,5) CHECK (relative_reduction BETWEEN 0 AND 1),
    least_score        double precision,
    age_from           integer,
    age_below          integer,
    segments           text[],
    only_new_risers    boolean NOT NULL DEFAULT false,
    only_without_admission boolean NOT NULL DEFAULT false,
    admission_days     integer NOT NULL DEFAULT 730 CHECK (admission_days > 0),
    riser_share        numeric(6,5) NOT NULL DEFAULT 0.05 CHECK (riser_share > 0 AND riser_share <= 1),
    exclude_caseload   text NOT NULL DEFAULT 'this' CHECK (exclude_caseload IN ('this', 'any', 'none')),
    exclude_conditions text[] NOT NULL DEFAULT '{palliative_care}',
    exclude_prefixes   text[] NOT NULL DEFAULT '{Z515}',
    exclude_prefix_days integer NOT NULL DEFAULT 365 CHECK (exclude_prefix_days > 0),
    declined_days      integer NOT NULL DEFAULT 365 CHECK (declined_days >= 0),
    contact_days       integer NOT NULL DEFAULT 90 CHECK (contact_days >= 0),
    note               text,
    CHECK (choose_by = 'risk' OR relative_reduction IS NOT NULL),
    CHECK (capacity IS NOT NULL OR capacity_across IS NOT NULL)
);
COMMENT ON TABLE @icb@.programme IS
    'Interventions that a list is made for: which model ranks, how many people can be taken, who is left out and why.';
COMMENT ON COLUMN @icb@.programme.programme IS 'Key of the programme.';
COMMENT ON COLUMN @icb@.programme.title IS 'What it is called.';
COMMENT ON COLUMN @icb@.programme.model IS 'Model whose kept scores rank people.';
COMMENT ON COLUMN @icb@.programme.capacity IS 'People that each practice can take, where programme_capacity names no other number; NULL: only capacity_across limits.';
COMMENT ON COLUMN @icb@.programme.capacity_across IS 'People that can be taken in all, wherever they are registered: the best over all practices within what each can take; NULL: the capacity of each practice is the only limit.';
COMMENT ON COLUMN @icb@.programme.choose_by IS 'risk: highest score first; avoidable: most expected avoidable events first (score times relative reduction).';
COMMENT ON COLUMN @icb@.programme.relative_reduction IS 'Share of the predicted events that the programme is expected to avoid, where programme_impact names no other; an assumption to be checked against the measured effect.';
COMMENT ON COLUMN @icb@.programme.least_score IS 'Score from which people are offered it, NULL for any.';
COMMENT ON COLUMN @icb@.programme.age_from IS 'Least age in years, NULL for any.';
COMMENT ON COLUMN @icb@.programme.age_below IS 'Age in years from which it is not offered, NULL for none.';
COMMENT ON COLUMN @icb@.programme.segments IS 'Segments that it is for, NULL for all; read from the latest kept segments.';
COMMENT ON COLUMN @icb@.programme.only_new_risers IS 'Whether it is only for people who have newly risen into the top riser_share.';
COMMENT ON COLUMN @icb@.programme.only_without_admission IS 'Whether it is only for people without an emergency admission in admission_days.';
COMMENT ON COLUMN @icb@.programme.admission_days IS 'Days back in which an emergency admission counts as a prior one.';
COMMENT ON COLUMN @icb@.programme.riser_share IS 'Top share by rank that a new riser has entered since the previous scores.';
COMMENT ON COLUMN @icb@.programme.exclude_caseload IS 'Leave out who is on the caseload of this programme, of any, or nobody for that.';
COMMENT ON COLUMN @icb@.programme.exclude_conditions IS 'Leave out who has one of these conditions on record.';
COMMENT ON COLUMN @icb@.programme.exclude_prefixes IS 'Leave out who has a hospital diagnosis with one of these ICD-10 prefixes.';
COMMENT ON COLUMN @icb@.programme.exclude_prefix_days IS 'Days back for those diagnoses.';
COMMENT ON COLUMN @icb@.programme.declined_days IS 'Leave out who declined it in so many days, 0 for nobody.';
COMMENT ON COLUMN @icb@.programme.contact_days IS 'Leave out who was contacted about it in so many days, 0 for nobody.';
COMMENT ON COLUMN @icb@.programme.note IS 'What it consists of, who agreed it.';

CREATE TABLE @icb@.programme_capacity (
    programme     text NOT NULL REFERENCES @icb@.programme,
    practice_code text NOT NULL,
    valid         daterange NOT NULL CHECK (NOT isempty(valid)),
    capacity      integer NOT NULL CHECK (capacity >= 0),
    PRIMARY KEY (programme, practice_code, valid),
    EXCLUDE USING gist (programme WITH =, practice_code WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.programme_capacity IS 'How many people a practice can take, where it is not the capacity of the programme.';
COMMENT ON COLUMN @icb@.programme_capacity.programme IS 'Programme.';
COMMENT ON COLUMN @icb@.programme_capacity.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb@.programme_capacity.valid IS 'Days on which a list may be made with it.';
COMMENT ON COLUMN @icb@.programme_capacity.capacity IS 'People.';

CREATE TABLE @icb@.programme_impact (
    programme          text NOT NULL REFERENCES @icb@.programme,
    segment            text NOT NULL,
    relative_reduction numeric(6,5) NOT NULL CHECK (relative_reduction BETWEEN 0 AND 1),
    source             text NOT NULL,
    PRIMARY KEY (programme, segment)
);
COMMENT ON TABLE @icb@.programme_impact IS 'Impactability: the share of the predicted events that a programme is expected to avoid in a segment.';
COMMENT ON COLUMN @icb@.programme_impact.programme IS 'Programme.';
COMMENT ON COLUMN @icb@.programme_impact.segment IS 'Segment of the latest kept segments.';
COMMENT ON COLUMN @icb@.programme_impact.relative_reduction IS 'Share avoided.';
COMMENT ON COLUMN @icb@.programme_impact.source IS 'Where the share comes from.';

-- The ledger --------------------------------------------------------------------------------------

CREATE TABLE @icb@.intervention_event (
    person_id     bigint NOT NULL,
    event_id      bigint GENERATED ALWAYS AS IDENTITY,
    programme     text NOT NULL,
    event         text NOT NULL CHECK (event IN ('contacted', 'offered', 'accepted', 'declined', 'started', 'done', 'withdrawn', 'void')),
    event_date    date NOT NULL,
    practice_code text,
    voids         bigint,
    note          text,
    recorded_by   text NOT NULL DEFAULT session_user,
    recorded_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person_id, event_id),
    CHECK ((voids IS NOT NULL) = (event = 'void'))
);
CREATE INDEX intervention_event_programme ON @icb@.intervention_event (programme, event_date);
COMMENT ON TABLE @icb@.intervention_event IS
    'What became of people on the lists: one row per event, written by record_intervention. Append-only: a wrong entry is voided by a later one, never changed.';
COMMENT ON COLUMN @icb@.intervention_event.event_id IS 'Number of the entry.';
COMMENT ON COLUMN @icb@.intervention_event.programme IS 'Programme.';
COMMENT ON COLUMN @icb@.intervention_event.event IS 'contacted, offered, accepted, declined, started, done, withdrawn; void takes an earlier entry back.';
COMMENT ON COLUMN @icb@.intervention_event.event_date IS 'Day on which it happened.';
COMMENT ON COLUMN @icb@.intervention_event.practice_code IS 'Practice where the person was registered on that day, NULL when none was known.';
COMMENT ON COLUMN @icb@.intervention_event.voids IS 'Entry that it takes back.';
COMMENT ON COLUMN @icb@.intervention_event.note IS 'What else is to be known; never identifiers.';
COMMENT ON COLUMN @icb@.intervention_event.recorded_by IS 'Login that wrote it.';

CREATE VIEW @icb@.valid_intervention WITH (security_invoker = true) AS
SELECT e.person_id, e.event_id, e.programme, e.event, e.event_date, e.practice_code, e.note, e.recorded_by, e.recorded_at
FROM @icb@.intervention_event e
WHERE e.event <> 'void'
  AND NOT EXISTS (SELECT FROM @icb@.intervention_event v WHERE v.person_id = e.person_id AND v.voids = e.event_id);
COMMENT ON VIEW @icb@.valid_intervention IS 'The ledger without entries that were taken back.';

CREATE FUNCTION @icb@.intervention_state(as_of date)
    RETURNS TABLE (person_id bigint, programme text, state text, since date, on_caseload boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (e.person_id, e.programme) e.person_id, e.programme, e.event, e.event_date, e.event IN ('accepted', 'started')
    FROM @icb@.valid_intervention e
    WHERE e.event_date <= as_of AND e.event <> 'contacted'
    ORDER BY e.person_id, e.programme, e.event_date DESC, e.event_id DESC;
END;
COMMENT ON FUNCTION @icb@.intervention_state(date) IS
    'Where each person stands with each programme at the end of a day: the last event other than a contact, and whether it puts them on its caseload (accepted or started).';

CREATE FUNCTION @icb@.record_intervention(person_id bigint, programme text, event text, event_date date DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    before text;
    allowed text[];
    later date;
    id bigint;
BEGIN
    event_date := coalesce(event_date, current_date);
    IF NOT @icb@.stage_allowed('list') THEN
        RAISE EXCEPTION 'interventions are not recorded in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF event IS NULL OR event NOT IN ('contacted', 'offered', 'accepted', 'declined', 'started', 'done', 'withdrawn') THEN
        RAISE EXCEPTION 'unknown event "%"', event
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Events are contacted, offered, accepted, declined, started, done and withdrawn; void_intervention takes one back.';
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.programme p WHERE p.programme = programme) THEN
        RAISE EXCEPTION 'programme "%" is not known in warehouse "@icb@"', programme USING ERRCODE = 'undefined_object';
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.person p WHERE p.person_id = person_id) THEN
        RAISE EXCEPTION 'person % is not known in warehouse "@icb@"', person_id USING ERRCODE = 'undefined_object';
    END IF;
    IF event_date > current_date THEN
        RAISE EXCEPTION 'an event cannot be recorded before it happens' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- two sessions with the same person take turns
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('@icb@ ' || programme, person_id));
    SELECT e.event_id INTO id FROM @icb@.valid_intervention e
    WHERE e.person_id = person_id AND e.programme = programme AND e.event = event AND e.event_date = event_date;
    IF FOUND THEN
        RETURN id;
    END IF;
    IF event <> 'contacted' THEN
        SELECT max(e.event_date) INTO later FROM @icb@.valid_intervention e
        WHERE e.person_id = person_id AND e.programme = programme AND e.event <> 'contacted' AND e.event_date > event_date;
        IF later IS NOT NULL THEN
            RAISE EXCEPTION 'an event of % stands in the ledger already', pg_catalog.to_char(later, 'YYYY-MM-DD')
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Events of one person and programme are recorded in their order: take the later ones back first.';
        END IF;
        SELECT s.state INTO before FROM @icb@.intervention_state(event_date) s WHERE s.person_id = person_id AND s.programme = programme;
        allowed := CASE event
            WHEN 'offered' THEN '{nothing,declined,done,withdrawn}'
            WHEN 'accepted' THEN '{offered}'
            WHEN 'declined' THEN '{offered}'
            WHEN 'started' THEN '{accepted}'
            WHEN 'done' THEN '{accepted,started}'
            WHEN 'withdrawn' THEN '{offered,accepted,started}' END;
        IF coalesce(before, 'nothing') <> ALL (allowed) THEN
            RAISE EXCEPTION '"%" cannot follow "%" in programme "%"', event, coalesce(before, 'nothing'), programme
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = pg_catalog.format('It can follow %s.', pg_catalog.array_to_string(allowed, ' or '));
        END IF;
    END IF;
    INSERT INTO @icb@.intervention_event AS e (person_id, programme, event, event_date, practice_code, note)
    VALUES (person_id, programme, event, event_date,
            (SELECT g.practice_code FROM @icb@.registration g
             WHERE g.person_id = person_id AND g.valid_from <= event_date AND (g.valid_to > event_date OR g.valid_to IS NULL)
             ORDER BY g.valid_from DESC LIMIT 1), note)
    RETURNING e.event_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.record_intervention(bigint, text, text, date, text) IS
    'Writes an event to the ledger and returns its number; the same event on the same day again changes nothing. offered, then accepted or declined, then started, done or withdrawn; contacted at any time. 42704 for an unknown person or programme, 22023 for an unknown event or a day to come, 55000 for an event that cannot follow the last one.';

CREATE FUNCTION @icb@.void_intervention(person_id bigint, event_id bigint, note text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    wrong @icb@.intervention_event;
    id bigint;
BEGIN
    SELECT e.* INTO wrong FROM @icb@.intervention_event e WHERE e.person_id = person_id AND e.event_id = event_id AND e.event <> 'void';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'person % has no entry % in the ledger', person_id, event_id USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('@icb@ ' || wrong.programme, person_id));
    IF EXISTS (SELECT FROM @icb@.intervention_event v WHERE v.person_id = person_id AND v.voids = event_id) THEN
        RAISE EXCEPTION 'entry % was taken back before', event_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF wrong.event <> 'contacted'
       AND event_id <> (SELECT e.event_id FROM @icb@.valid_intervention e
                        WHERE e.person_id = person_id AND e.programme = wrong.programme AND e.event <> 'contacted'
                        ORDER BY e.event_date DESC, e.event_id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'entry % is not the last of its programme', event_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Take the later ones back first.';
    END IF;
    INSERT INTO @icb@.intervention_event AS e (person_id, programme, event, event_date, practice_code, voids, note)
    VALUES (person_id, wrong.programme, 'void', wrong.event_date, wrong.practice_code, event_id, note)
    RETURNING e.event_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.void_intervention(bigint, bigint, text) IS
    'Takes back an entry of the ledger by a new one, with the reason, and returns its number. 42704 for an unknown entry, 55000 for one that was taken back before or is not the last of its programme.';

-- Case finding ------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.case_finding(programme text, as_of date DEFAULT NULL)
    RETURNS TABLE (person_id bigint, practice_code text, risk_run_id bigint, decision text, reason text, place bigint, capacity integer, score double precision, band text,
                   rank_practice bigint, rank_overall bigint, score_before double precision, rank_before bigint, new_riser boolean, segment text,
                   expected_avoidable numeric, known_in text[], emergency_admissions bigint, last_contact date, last_event date)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    terms @icb@.programme;
    latest @icb@.risk_run;
    previous @icb@.risk_run;
    people bigint;
    people_before bigint;
BEGIN
    IF NOT @icb@.stage_allowed('list') THEN
        RAISE EXCEPTION 'lists are not made in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT p.* INTO terms FROM @icb@.programme p WHERE p.programme = programme;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'programme "%" is not known in warehouse "@icb@"', programme
            USING ERRCODE = 'undefined_object',
                  HINT = coalesce('Known programmes: ' || (SELECT pg_catalog.string_agg(p.programme, ', ' ORDER BY p.programme) FROM @icb@.programme p) || '.', 'There are none: add a row to @icb@.programme.');
    END IF;
    SELECT r.* INTO latest FROM @icb@.risk_run r
    WHERE r.model = terms.model AND (r.as_of <= as_of OR as_of IS NULL) ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there are no kept scores of model "%"%', terms.model, coalesce(' up to ' || pg_catalog.to_char(as_of, 'YYYY-MM-DD'), '')
            USING ERRCODE = 'no_data_found', HINT = 'Score the population first: CALL @icb@.score_population(...).';
    END IF;
    as_of := coalesce(as_of, latest.as_of);
    SELECT r.* INTO previous FROM @icb@.risk_run r
    WHERE r.model = terms.model AND r.as_of < latest.as_of ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1;
    SELECT max(s.rank_overall) INTO people FROM @icb@.risk_score s WHERE s.risk_run_id = latest.risk_run_id;
    SELECT max(s.rank_overall) INTO people_before FROM @icb@.risk_score s WHERE s.risk_run_id = previous.risk_run_id;
    RETURN QUERY
    WITH state AS (
        SELECT t.person_id,
               max(t.since) FILTER (WHERE t.on_caseload AND t.programme = terms.programme) AS here_since,
               pg_catalog.array_agg(t.programme ORDER BY t.programme) FILTER (WHERE t.on_caseload) AS known_in
        FROM @icb@.intervention_state(as_of) t
        GROUP BY t.person_id
    ), contact AS (
        SELECT e.person_id, max(e.event_date) FILTER (WHERE e.programme = terms.programme) AS here, max(e.event_date) AS anywhere,
               max(e.event_date) FILTER (WHERE e.programme = terms.programme AND e.event = 'declined') AS declined
        FROM @icb@.valid_intervention e
        WHERE e.event_date <= as_of
        GROUP BY e.person_id
    ), history AS (
        SELECT a.person_id, max(a.start_date) AS last_event,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date > as_of - terms.admission_days) AS emergency_admissions,
               max(coalesce(a.end_date, a.start_date)) FILTER (WHERE coalesce(a.end_date, a.start_date) > as_of - terms.exclude_prefix_days
                                                                 AND commissioning.has_code(a.diagnoses, VARIADIC terms.exclude_prefixes)) AS excluding_code
        FROM @icb@.activity a
        WHERE a.start_date <= as_of
        GROUP BY a.person_id
    ), placed AS (
        SELECT g.segment, g.person_id
        FROM @icb@.person_segment g
        WHERE g.segment_run_id = (SELECT c.segment_run_id FROM @icb@.segment_run c
                                  WHERE c.scheme = 'bridges_to_health' AND c.as_of <= as_of ORDER BY c.as_of DESC, c.segment_run_id DESC LIMIT 1)
    ), sick AS (
        SELECT x.person_id, min(x.condition) AS condition
        FROM @icb@.condition_at(as_of) x
        WHERE x.condition = ANY (terms.exclude_conditions)
        GROUP BY x.person_id
    ), candidate AS (
        SELECT s.person_id, s.practice_code, s.score, s.band, s.rank_practice, s.rank_overall, b.score AS score_before, b.rank_overall AS rank_before,
               previous.risk_run_id IS NOT NULL AND s.rank_overall <= ceil(terms.riser_share * people)
                   AND (b.rank_overall IS NULL OR b.rank_overall > ceil(terms.riser_share * people_before)) AS new_riser,
               g.segment, t.known_in, coalesce(h.emergency_admissions, 0) AS emergency_admissions, c.anywhere AS last_contact, h.last_event,
               round(s.score::numeric * coalesce(i.relative_reduction, terms.relative_reduction), 9) AS expected_avoidable,
               CASE
                   WHEN p.death_date <= as_of THEN 'died since the scores'
                   WHEN NOT EXISTS (SELECT FROM @icb@.registration r WHERE r.person_id = s.person_id AND r.practice_code = s.practice_code
                                      AND r.valid_from <= as_of AND (r.valid_to > as_of OR r.valid_to IS NULL)) THEN 'no longer registered with the practice'
                   WHEN o.person_id IS NOT NULL THEN 'must not be looked at: ' || o.reason
                   WHEN s.score IS NULL THEN 'not assessed: an input of the model is not known'
                   WHEN terms.exclude_caseload <> 'none' AND t.here_since IS NOT NULL THEN pg_catalog.format('already on the caseload, since %s', pg_catalog.to_char(t.here_since, 'YYYY-MM-DD'))
                   WHEN terms.exclude_caseload = 'any' AND t.known_in IS NOT NULL THEN pg_catalog.format('already on the caseload of %s', pg_catalog.array_to_string(t.known_in, ', '))
                   WHEN k.condition IS NOT NULL THEN 'condition that excludes: ' || k.condition
                   WHEN h.excluding_code IS NOT NULL THEN pg_catalog.format('diagnosis that excludes, on %s', pg_catalog.to_char(h.excluding_code, 'YYYY-MM-DD'))
                   WHEN c.declined > as_of - terms.declined_days THEN pg_catalog.format('declined on %s', pg_catalog.to_char(c.declined, 'YYYY-MM-DD'))
                   WHEN c.here > as_of - terms.contact_days THEN pg_catalog.format('contacted on %s', pg_catalog.to_char(c.here, 'YYYY-MM-DD'))
                   WHEN (terms.age_from IS NOT NULL OR terms.age_below IS NOT NULL) AND p.birth_month IS NULL THEN 'age not known'
                   WHEN extract(year FROM pg_catalog.age(as_of, p.birth_month)) < terms.age_from THEN pg_catalog.format('younger than %s', terms.age_from)
                   WHEN extract(year FROM pg_catalog.age(as_of, p.birth_month)) >= terms.age_below THEN pg_catalog.format('%s or older', terms.age_below)
                   WHEN s.score < terms.least_score THEN pg_catalog.format('score below %s', terms.least_score)
                   WHEN terms.segments IS NOT NULL AND (g.segment = ANY (terms.segments)) IS NOT TRUE THEN pg_catalog.format('in segment %s', coalesce(g.segment, 'unknown'))
                   WHEN terms.only_new_risers AND (previous.risk_run_id IS NULL OR s.rank_overall > ceil(terms.riser_share * people) OR b.rank_overall <= ceil(terms.riser_share * people_before))
                       THEN 'not newly risen'
                   WHEN terms.only_without_admission AND h.emergency_admissions > 0 THEN pg_catalog.format('%s emergency admissions in %s days', h.emergency_admissions, terms.admission_days)
               END AS left_out
        FROM @icb@.risk_score s
        JOIN @icb@.person p ON p.person_id = s.person_id
        LEFT JOIN @icb@.risk_score b ON b.person_id = s.person_id AND b.risk_run_id = previous.risk_run_id
        LEFT JOIN state t ON t.person_id = s.person_id
        LEFT JOIN contact c ON c.person_id = s.person_id
        LEFT JOIN history h ON h.person_id = s.person_id
        LEFT JOIN placed g ON g.person_id = s.person_id
        LEFT JOIN sick k ON k.person_id = s.person_id
        LEFT JOIN (SELECT n.person_id, min(n.reason) AS reason FROM @icb@.not_scored(as_of) n GROUP BY n.person_id) o ON o.person_id = s.person_id
        LEFT JOIN @icb@.programme_impact i ON i.programme = terms.programme AND i.segment = g.segment
        WHERE s.risk_run_id = latest.risk_run_id
    ), ranked AS (
        SELECT d.*, coalesce(y.capacity, terms.capacity) AS practice_capacity,
               CASE WHEN d.left_out IS NULL THEN row_number() OVER (
                   PARTITION BY d.practice_code, d.left_out IS NULL
                   ORDER BY CASE WHEN terms.choose_by = 'avoidable' THEN d.expected_avoidable END DESC NULLS LAST, d.score DESC, d.person_id) END AS place
        FROM candidate d
        LEFT JOIN @icb@.programme_capacity y ON y.programme = terms.programme AND y.practice_code = d.practice_code AND y.valid @> as_of
    ), across AS (
        SELECT r.*, (r.place <= coalesce(r.practice_capacity, r.place)) AS fits,
               row_number() OVER (
                   PARTITION BY r.place <= coalesce(r.practice_capacity, r.place)
                   ORDER BY CASE WHEN terms.choose_by = 'avoidable' THEN r.expected_avoidable END DESC NULLS LAST, r.score DESC, r.person_id) AS place_across
        FROM ranked r
    )
    SELECT x.person_id, x.practice_code, latest.risk_run_id,
           CASE WHEN x.left_out IS NOT NULL THEN 'excluded'
                WHEN x.fits AND (terms.capacity_across IS NULL OR x.place_across <= terms.capacity_across) THEN 'offer'
                ELSE 'beyond capacity' END,
           coalesce(x.left_out,
               CASE WHEN NOT x.fits THEN pg_catalog.format('place %s of the practice, which can take %s', x.place, x.practice_capacity)
                    WHEN x.place_across > terms.capacity_across THEN pg_catalog.format('place %s over all practices, which can take %s', x.place_across, terms.capacity_across)
                    ELSE pg_catalog.concat_ws('; ', pg_catalog.format('place %s of the practice by %s', x.place, CASE terms.choose_by WHEN 'risk' THEN 'risk' ELSE 'expected avoidable events' END),
                         CASE WHEN x.new_riser THEN pg_catalog.format('newly risen into the top %s%%', pg_catalog.trim_scale(100 * terms.riser_share)) END,
                         CASE WHEN x.emergency_admissions = 0 THEN pg_catalog.format('no emergency admission in %s days', terms.admission_days) END,
                         CASE WHEN x.known_in IS NOT NULL THEN 'known to ' || pg_catalog.array_to_string(x.known_in, ', ') END) END),
           x.place, x.practice_capacity, x.score, x.band, x.rank_practice, x.rank_overall, x.score_before, x.rank_before, x.new_riser, x.segment,
           x.expected_avoidable, coalesce(x.known_in, '{}'), x.emergency_admissions, x.last_contact, x.last_event
    FROM across x;
END
$$;
COMMENT ON FUNCTION @icb@.case_finding(text, date) IS
    'Everybody in the latest kept scores of the model of a programme up to a day (NULL: the day of the scores), with the decision and its reason: offer, excluded, or beyond capacity; the place among those who may be offered it in the practice, what changed since the previous scores, where the person is known already, and the last contact and hospital event. 42704 for an unknown programme, P0002 where there are no scores, 55000 in a warehouse of another purpose.';

CREATE TABLE @icb@.case_list (
    list_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    programme         text NOT NULL,
    terms             jsonb NOT NULL,
    risk_run_id       bigint NOT NULL,
    as_of             date NOT NULL,
    people            bigint NOT NULL,
    offered           bigint NOT NULL,
    excluded          bigint NOT NULL,
    input_fingerprint text NOT NULL,
    made_by           text NOT NULL DEFAULT session_user,
    made_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX case_list_latest ON @icb@.case_list (programme, as_of, list_id);
COMMENT ON TABLE @icb@.case_list IS 'Lists made for practices: one row per list that differs from the one before it.';
COMMENT ON COLUMN @icb@.case_list.list_id IS 'Number of the list.';
COMMENT ON COLUMN @icb@.case_list.programme IS 'Programme.';
COMMENT ON COLUMN @icb@.case_list.terms IS 'The row of programme as it was.';
COMMENT ON COLUMN @icb@.case_list.risk_run_id IS 'Scores that it was made from.';
COMMENT ON COLUMN @icb@.case_list.as_of IS 'Day as of which it was made.';
COMMENT ON COLUMN @icb@.case_list.people IS 'People considered.';
COMMENT ON COLUMN @icb@.case_list.offered IS 'People on the list.';
COMMENT ON COLUMN @icb@.case_list.excluded IS 'People left out by a rule.';
COMMENT ON COLUMN @icb@.case_list.input_fingerprint IS 'Fingerprint of who is on it and why.';
COMMENT ON COLUMN @icb@.case_list.made_by IS 'Login that made it.';
COMMENT ON COLUMN @icb@.case_list.made_at IS 'When it was made.';

CREATE TABLE @icb@.case_list_member (
    person_id            bigint NOT NULL,
    list_id              bigint NOT NULL,
    practice_code        text NOT NULL,
    decision             text NOT NULL CHECK (decision IN ('offer', 'excluded')),
    reason               text NOT NULL,
    place                bigint,
    score                double precision,
    band                 text,
    rank_practice        bigint,
    rank_overall         bigint,
    score_before         double precision,
    rank_before          bigint,
    new_riser            boolean NOT NULL,
    segment              text,
    expected_avoidable   numeric(16,9),
    known_in             text[] NOT NULL,
    emergency_admissions bigint NOT NULL,
    last_contact         date,
    last_event           date,
    PRIMARY KEY (person_id, list_id)
);
CREATE INDEX case_list_member_list ON @icb@.case_list_member (list_id, practice_code, place);
COMMENT ON TABLE @icb@.case_list_member IS
    'The lists: who is to be offered the programme, and who was left out by a rule though they rank above the last one offered in their practice (or places were left).';
COMMENT ON COLUMN @icb@.case_list_member.list_id IS 'List.';
COMMENT ON COLUMN @icb@.case_list_member.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb@.case_list_member.decision IS 'offer or excluded.';
COMMENT ON COLUMN @icb@.case_list_member.place IS 'Place on the list of the practice, 1 first; NULL for who was left out.';
COMMENT ON COLUMN @icb@.case_list_member.band IS 'Band of the model.';
COMMENT ON COLUMN @icb@.case_list_member.rank_practice IS 'Place by score in the practice.';
COMMENT ON COLUMN @icb@.case_list_member.rank_overall IS 'Place by score among all people.';
COMMENT ON COLUMN @icb@.case_list_member.score_before IS 'Score in the previous set, NULL when there was none.';
COMMENT ON COLUMN @icb@.case_list_member.rank_before IS 'Place among all people in the previous set.';
COMMENT ON COLUMN @icb@.case_list_member.new_riser IS 'Whether the person entered the top share since the previous scores.';
COMMENT ON COLUMN @icb@.case_list_member.segment IS 'Segment, NULL when none was kept.';
COMMENT ON COLUMN @icb@.case_list_member.expected_avoidable IS 'Score times the relative reduction of the programme in the segment, NULL where none is stated.';
COMMENT ON COLUMN @icb@.case_list_member.known_in IS 'Programmes on whose caseload the person is.';
COMMENT ON COLUMN @icb@.case_list_member.emergency_admissions IS 'Emergency admissions in the days that the programme looks back.';
COMMENT ON COLUMN @icb@.case_list_member.last_contact IS 'Last entry in the ledger, of any programme.';
COMMENT ON COLUMN @icb@.case_list_member.last_event IS 'Start of the last hospital event.';

CREATE FUNCTION @icb@.keep_list(run_id bigint, programme text, as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    id bigint;
BEGIN
    WITH everybody AS MATERIALIZED (
        SELECT f.* FROM @icb@.case_finding(programme, as_of) f
    ), last_offered AS (
        SELECT e.practice_code, CASE WHEN count(*) FILTER (WHERE e.decision = 'beyond capacity') > 0 THEN max(e.rank_practice) FILTER (WHERE e.decision = 'offer') END AS rank
        FROM everybody e
        GROUP BY e.practice_code
    ), kept AS (
        SELECT e.*
        FROM everybody e
        JOIN last_offered l ON l.practice_code = e.practice_code
        WHERE e.decision = 'offer' OR (e.decision = 'excluded' AND (e.rank_practice < l.rank OR l.rank IS NULL))
    ), fingerprint AS (
        SELECT pg_catalog.md5(pg_catalog.concat_ws('|', count(*), sum(pg_catalog.hashtextextended(pg_catalog.concat_ws('|', k.practice_code, k.decision, k.reason, k.place, k.score,
                   k.rank_overall, k.score_before, k.rank_before, k.segment, k.expected_avoidable, k.known_in, k.emergency_admissions, k.last_contact, k.last_event), k.person_id)::numeric))) AS value
        FROM kept k
    ), new_list AS (
        INSERT INTO @icb@.case_list AS c (run_id, programme, terms, risk_run_id, as_of, people, offered, excluded, input_fingerprint)
        SELECT run_id, programme, pg_catalog.to_jsonb(p), e.risk_run_id, as_of, e.people, e.offered, e.excluded, f.value
        FROM (SELECT max(x.risk_run_id) AS risk_run_id, count(*) AS people, count(*) FILTER (WHERE x.decision = 'offer') AS offered,
                     count(*) FILTER (WHERE x.decision = 'excluded') AS excluded FROM everybody x) e
        CROSS JOIN fingerprint f
        JOIN @icb@.programme p ON p.programme = programme
        WHERE NOT EXISTS (
            SELECT FROM (SELECT c.input_fingerprint, c.terms FROM @icb@.case_list c
                         WHERE c.programme = programme AND c.as_of = as_of ORDER BY c.list_id DESC LIMIT 1) l
            WHERE l.input_fingerprint = f.value AND l.terms = pg_catalog.to_jsonb(p))
        RETURNING c.list_id
    ), members AS (
        INSERT INTO @icb@.case_list_member (person_id, list_id, practice_code, decision, reason, place, score, band, rank_practice, rank_overall, score_before, rank_before,
                                            new_riser, segment, expected_avoidable, known_in, emergency_admissions, last_contact, last_event)
        SELECT k.person_id, n.list_id, k.practice_code, k.decision, k.reason, k.place, k.score, k.band, k.rank_practice, k.rank_overall, k.score_before, k.rank_before,
               k.new_riser, k.segment, k.expected_avoidable, k.known_in, k.emergency_admissions, k.last_contact, k.last_event
        FROM kept k CROSS JOIN new_list n
    )
    SELECT n.list_id INTO id FROM new_list n;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.keep_list(bigint, text, date) IS
    'A step of make_list: keeps the list of a programme and day unless the last one is equal. Returns its number, NULL when nothing changed.';

CREATE PROCEDURE @icb@.make_list(programme text DEFAULT NULL, as_of date DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    known record;
    id bigint;
    list bigint;
    lists bigint := 0;
BEGIN
    IF programme IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.programme p WHERE p.programme = programme) THEN
        RAISE EXCEPTION 'programme "%" is not known in warehouse "@icb@"', programme USING ERRCODE = 'undefined_object';
    END IF;
    id := @icb@.start_run('list', pg_catalog.jsonb_build_object('programme', programme, 'as_of', as_of));
    COMMIT;
    FOR known IN
        SELECT p.programme, coalesce(as_of, (SELECT max(r.as_of) FROM @icb@.risk_run r WHERE r.model = p.model)) AS day
        FROM @icb@.programme p WHERE p.programme = programme OR programme IS NULL ORDER BY p.programme
    LOOP
        list := @icb@.keep_list(id, known.programme, known.day);
        IF list IS NOT NULL THEN
            lists := lists + 1;
            PERFORM @icb@.keep_equity(list);
        END IF;
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, rows_out => lists, status => CASE WHEN lists = 0 THEN 'unchanged' ELSE 'done' END,
                             message => pg_catalog.format('lists kept: %s', lists));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.make_list(text, date) IS
    'Makes and keeps the lists of a programme (NULL: of all) for a day (NULL: the day of the latest scores of its model), with who shares in them (list_equity). Lists that have not changed add nothing. 42704 for an unknown programme, P0002 where there are no scores, 55000 in a warehouse of another purpose.';

-- Who shares in a list ----------------------------------------------------------------------------

CREATE TABLE @icb@.equity_group (
    person_id bigint NOT NULL,
    dimension text NOT NULL CHECK (dimension NOT IN ('imd_quintile', 'sex', 'age_band')),
    member_of text NOT NULL,
    source    text NOT NULL,
    PRIMARY KEY (person_id, dimension)
);
COMMENT ON TABLE @icb@.equity_group IS 'Further groups by which the equity of lists is shown, ethnicity above all: supplied where it may be used, one value per person and dimension.';
COMMENT ON COLUMN @icb@.equity_group.dimension IS 'ethnicity or another dimension; deprivation, sex and age are known already.';
COMMENT ON COLUMN @icb@.equity_group.member_of IS 'The group of the person.';
COMMENT ON COLUMN @icb@.equity_group.source IS 'Where it comes from.';

CREATE TABLE @icb@.list_equity (
    list_id     bigint NOT NULL REFERENCES @icb@.case_list,
    run_id      bigint NOT NULL,
    dimension   text NOT NULL,
    group_order integer NOT NULL,
    group_label text NOT NULL,
    population  bigint NOT NULL,
    offered     bigint NOT NULL,
    predicted   double precision NOT NULL,
    observed    bigint NOT NULL,
    PRIMARY KEY (list_id, dimension, group_label)
);
COMMENT ON TABLE @icb@.list_equity IS 'Per list and group: its people, those on the list, and its need.';
COMMENT ON COLUMN @icb@.list_equity.list_id IS 'List.';
COMMENT ON COLUMN @icb@.list_equity.dimension IS 'imd_quintile, sex, age_band, or a dimension of equity_group.';
COMMENT ON COLUMN @icb@.list_equity.group_order IS 'Order of the groups.';
COMMENT ON COLUMN @icb@.list_equity.group_label IS 'Group; not known where it is not.';
COMMENT ON COLUMN @icb@.list_equity.population IS 'People with scores.';
COMMENT ON COLUMN @icb@.list_equity.offered IS 'People on the list.';
COMMENT ON COLUMN @icb@.list_equity.predicted IS 'Need as the model sees it: the sum of scores.';
COMMENT ON COLUMN @icb@.list_equity.observed IS 'Need as observed, whatever the model says: emergency admissions in the 365 days up to the day.';

CREATE FUNCTION @icb@.keep_equity(list_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    made @icb@.case_list;
    kept bigint;
BEGIN
    SELECT c.* INTO made FROM @icb@.case_list c WHERE c.list_id = list_id;
    INSERT INTO @icb@.list_equity (list_id, run_id, dimension, group_order, group_label, population, offered, predicted, observed)
    SELECT list_id, made.run_id, g.dimension, min(g.group_order), g.group_label, count(*), count(m.person_id), coalesce(sum(s.score), 0), coalesce(sum(h.admissions), 0)
    FROM @icb@.risk_score s
    JOIN @icb@.person p ON p.person_id = s.person_id
    LEFT JOIN @icb@.area d ON d.lsoa_code = p.lsoa_code
    LEFT JOIN @icb@.case_list_member m ON m.list_id = list_id AND m.person_id = s.person_id AND m.decision = 'offer'
    LEFT JOIN (SELECT a.person_id, count(*) AS admissions FROM @icb@.activity a
               WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date <= made.as_of AND a.start_date > made.as_of - 365
               GROUP BY a.person_id) h ON h.person_id = s.person_id
    CROSS JOIN LATERAL (
        SELECT 'imd_quintile' AS dimension, coalesce((d.imd_decile + 1) / 2, 9) AS group_order,
               CASE WHEN d.imd_decile IS NULL THEN 'not known' WHEN d.imd_decile <= 2 THEN '1 (most deprived)' WHEN d.imd_decile > 8 THEN '5 (least deprived)' ELSE ((d.imd_decile + 1) / 2)::text END AS group_label
        UNION ALL
        SELECT 'sex', CASE p.sex WHEN '2' THEN 1 WHEN '1' THEN 2 ELSE 9 END, CASE p.sex WHEN '2' THEN 'female' WHEN '1' THEN 'male' ELSE 'not known' END
        UNION ALL
        SELECT 'age_band', coalesce(b.band_order, 9), coalesce(b.band, 'not known')
        FROM (SELECT extract(year FROM pg_catalog.age(made.as_of, p.birth_month))::integer AS years) y
        LEFT JOIN (VALUES (1, '0 to 17', 0, 17), (2, '18 to 39', 18, 39), (3, '40 to 64', 40, 64), (4, '65 to 74', 65, 74), (5, '75 to 84', 75, 84), (6, '85 and over', 85, 200))
            AS b (band_order, band, low, high) ON y.years BETWEEN b.low AND b.high
        UNION ALL
        SELECT x.dimension, 1, coalesce(e.member_of, 'not known')
        FROM (SELECT DISTINCT q.dimension FROM @icb@.equity_group q) x
        LEFT JOIN @icb@.equity_group e ON e.person_id = s.person_id AND e.dimension = x.dimension
    ) g
    WHERE s.risk_run_id = made.risk_run_id
    GROUP BY g.dimension, g.group_label;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_equity(bigint) IS 'A step of make_list: people, list and need of a list by deprivation, sex, age and supplied groups. Returns the number of groups.';
