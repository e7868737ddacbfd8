-- Acting on risk: which segment a person is in, whom a practice should see first, and what became of it.

-- Segments ----------------------------------------------------------------------------------------

CREATE TABLE @icb@.segment_scheme (
    scheme     text NOT NULL,
    version    text NOT NULL,
    valid      daterange NOT NULL CHECK (NOT isempty(valid)),
    note       text NOT NULL,
    changed_by text NOT NULL DEFAULT session_user,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scheme, version),
    EXCLUDE USING gist (scheme WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.segment_scheme IS
    'This warehouse''s own versions of a division into segments: on a day the version whose valid holds that day is used, and the shipped one (commissioning.segment_reference) where there is none. copy_segments makes one to change.';
COMMENT ON COLUMN @icb@.segment_scheme.scheme IS 'Key of the division: bridges_to_health, core20plus5.';
COMMENT ON COLUMN @icb@.segment_scheme.version IS 'Version; a shipped version of the same name is another one.';
COMMENT ON COLUMN @icb@.segment_scheme.valid IS 'Days as of which it is used.';
COMMENT ON COLUMN @icb@.segment_scheme.note IS 'What was changed and who agreed it.';
COMMENT ON COLUMN @icb@.segment_scheme.changed_by IS 'Login that made it.';
COMMENT ON COLUMN @icb@.segment_scheme.changed_at IS 'When it was made.';

CREATE TABLE @icb@.segment (
    scheme     text NOT NULL,
    version    text NOT NULL,
    precedence integer NOT NULL CHECK (precedence > 0),
    segment    text NOT NULL,
    label      text NOT NULL,
    source     text NOT NULL,
    PRIMARY KEY (scheme, version, segment),
    UNIQUE (scheme, version, precedence),
    FOREIGN KEY (scheme, version) REFERENCES @icb@.segment_scheme ON DELETE CASCADE
);
COMMENT ON TABLE @icb@.segment IS 'The segments of this warehouse''s own versions; where segments exclude each other the first by precedence wins.';
COMMENT ON COLUMN @icb@.segment.scheme IS 'Division it belongs to.';
COMMENT ON COLUMN @icb@.segment.version IS 'Version of the division.';
COMMENT ON COLUMN @icb@.segment.precedence IS 'Order, 1 first.';
COMMENT ON COLUMN @icb@.segment.segment IS 'Key of the segment or area.';
COMMENT ON COLUMN @icb@.segment.label IS 'What it is called.';

CREATE TABLE @icb@.segment_rule (
    scheme               text NOT NULL,
    version              text NOT NULL,
    rule_no              integer NOT NULL CHECK (rule_no > 0),
    segment              text NOT NULL,
    conditions           text[],
    prefixes             text[],
    within_days          integer CHECK (within_days > 0),
    without_conditions   text[],
    emergency_admissions integer CHECK (emergency_admissions > 0),
    admission_days       integer CHECK (admission_days > 0),
    model                text,
    least_score          double precision,
    age_from             integer,
    age_below            integer,
    sex                  text CHECK (sex IN ('1', '2')),
    note                 text,
    PRIMARY KEY (scheme, version, rule_no),
    FOREIGN KEY (scheme, version, segment) REFERENCES @icb@.segment ON DELETE CASCADE,
    CHECK ((emergency_admissions IS NULL) = (admission_days IS NULL)),
    CHECK ((model IS NULL) = (least_score IS NULL))
);
COMMENT ON TABLE @icb@.segment_rule IS
    'Whom a segment of this warehouse''s own versions holds, as commissioning.segment_rule_reference: a person who meets one of its rules; a rule is met where everything it states holds.';
COMMENT ON COLUMN @icb@.segment_rule.scheme IS 'Division it belongs to.';
COMMENT ON COLUMN @icb@.segment_rule.version IS 'Version of the division.';
COMMENT ON COLUMN @icb@.segment_rule.rule_no IS 'Number of the rule; the first that is met is shown as the reason.';
COMMENT ON COLUMN @icb@.segment_rule.segment IS 'Segment that the rule leads to.';
COMMENT ON COLUMN @icb@.segment_rule.conditions IS 'Condition keys, one of which is on record; NULL with prefixes NULL asks for none.';
COMMENT ON COLUMN @icb@.segment_rule.prefixes IS 'ICD-10 prefixes, one of which is among the diagnoses of a hospital event: instead of a condition.';
COMMENT ON COLUMN @icb@.segment_rule.within_days IS 'Days back from the day for the prefixes, NULL for ever.';
COMMENT ON COLUMN @icb@.segment_rule.without_conditions IS 'Condition keys none of which is on record.';
COMMENT ON COLUMN @icb@.segment_rule.emergency_admissions IS 'Least number of emergency admissions, NULL for any.';
COMMENT ON COLUMN @icb@.segment_rule.admission_days IS 'Days back from the day in which they are counted.';
COMMENT ON COLUMN @icb@.segment_rule.model IS 'Model whose latest kept score counts, NULL for none.';
COMMENT ON COLUMN @icb@.segment_rule.least_score IS 'Least score.';
COMMENT ON COLUMN @icb@.segment_rule.age_from IS 'Least age in years.';
COMMENT ON COLUMN @icb@.segment_rule.age_below IS 'Age in years from which it no longer holds.';
COMMENT ON COLUMN @icb@.segment_rule.sex IS '1 male, 2 female, NULL for any.';
COMMENT ON COLUMN @icb@.segment_rule.note IS 'Where it comes from, what is assumed.';

-- The version of a division that counts on a day: the warehouse's own, else the latest shipped.
CREATE FUNCTION @icb@.segment_rules_at(scheme text, as_of date)
    RETURNS TABLE (version text, local boolean, precedence integer, segment text, label text, rule_no integer, conditions text[], prefixes text[], within_days integer,
                   without_conditions text[], emergency_admissions integer, admission_days integer, model text, least_score double precision,
                   age_from integer, age_below integer, sex text, note text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.version, true, s.precedence, s.segment, s.label, r.rule_no, r.conditions, r.prefixes, r.within_days, r.without_conditions,
           r.emergency_admissions, r.admission_days, r.model, r.least_score, r.age_from, r.age_below, r.sex, r.note
    FROM @icb@.segment_scheme c
    JOIN @icb@.segment s ON s.scheme = c.scheme AND s.version = c.version
    JOIN @icb@.segment_rule r ON r.scheme = s.scheme AND r.version = s.version AND r.segment = s.segment
    WHERE c.scheme = segment_rules_at.scheme AND c.valid @> as_of
    UNION ALL
    SELECT r.version, false, s.precedence, s.segment, s.label, r.rule_no, r.conditions, r.prefixes, r.within_days, r.without_conditions,
           r.emergency_admissions, r.admission_days, r.model, r.least_score, r.age_from, r.age_below, r.sex, r.note
    FROM commissioning.segment_reference s
    JOIN commissioning.segment_rule_reference r ON r.scheme = s.scheme AND r.version = s.version AND r.segment = s.segment
    WHERE s.scheme = segment_rules_at.scheme
      AND s.version = (SELECT max(x.version) FROM commissioning.segment_reference x WHERE x.scheme = segment_rules_at.scheme)
      AND NOT EXISTS (SELECT FROM @icb@.segment_scheme c WHERE c.scheme = segment_rules_at.scheme AND c.valid @> as_of);
END;
COMMENT ON FUNCTION @icb@.segment_rules_at(text, date) IS
    'The segments and rules of a division that count on a day: this warehouse''s own version, else the shipped one. No rows for an unknown division.';

CREATE FUNCTION @icb@.copy_segments(scheme text, version text, valid daterange, note text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    start date := coalesce(lower(valid), DATE '-infinity');
BEGIN
    IF NOT EXISTS (SELECT FROM @icb@.segment_rules_at(scheme, start) r) THEN
        RAISE EXCEPTION 'there is no division into segments "%"', scheme
            USING ERRCODE = 'undefined_object',
                  HINT = pg_catalog.format('Known divisions: %s.', (SELECT pg_catalog.string_agg(DISTINCT s.scheme, ', ') FROM commissioning.segment_reference s));
    END IF;
    -- one statement: what is read is what stood before
    WITH old AS (
        SELECT r.* FROM @icb@.segment_rules_at(scheme, start) r
    ), new_scheme AS (
        INSERT INTO @icb@.segment_scheme (scheme, version, valid, note) VALUES (scheme, version, valid, note)
    ), new_segment AS (
        INSERT INTO @icb@.segment (scheme, version, precedence, segment, label, source)
        SELECT DISTINCT scheme, version, o.precedence, o.segment, o.label, 'copied from version ' || o.version FROM old o
    )
    INSERT INTO @icb@.segment_rule (scheme, version, rule_no, segment, conditions, prefixes, within_days, without_conditions, emergency_admissions, admission_days,
                                    model, least_score, age_from, age_below, sex, note)
    SELECT scheme, version, o.rule_no, o.segment, o.conditions, o.prefixes, o.within_days, o.without_conditions, o.emergency_admissions, o.admission_days,
           o.model, o.least_score, o.age_from, o.age_below, o.sex, o.note
    FROM old o;
END
$$;
COMMENT ON FUNCTION @icb@.copy_segments(text, text, daterange, text) IS
    'Makes a version of this warehouse''s own of a division into segments, valid on the given days, from the one that counts on the first of them: change the rows of segment and segment_rule then. 42704 for an unknown division; 23P01 where the days overlap another version.';

-- Who meets which rule. One row per person and rule.
CREATE FUNCTION @icb@.segment_matches(scheme text, as_of date)
    RETURNS TABLE (person_id bigint, practice_code text, precedence integer, segment text, rule_no integer, evidence text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (
        SELECT r.* FROM @icb@.segment_rules_at(segment_matches.scheme, segment_matches.as_of) r
    ), people AS MATERIALIZED (
        SELECT f.person_id, f.practice_code, f.age, f.female, f.male, f.conditions
        FROM @icb@.person_features(segment_matches.as_of) f
        WHERE NOT EXISTS (SELECT FROM @icb@.not_scored(segment_matches.as_of) n WHERE n.person_id = f.person_id)
    ), found AS (
        SELECT x.person_id, x.rule_no, min(x.evidence) AS evidence
        FROM (SELECT p.person_id, r.rule_no, 'condition ' || c.condition AS evidence
              FROM people p
              CROSS JOIN LATERAL pg_catalog.unnest(p.conditions) AS c (condition)
              JOIN rule r ON c.condition = ANY (r.conditions)
              UNION ALL
              SELECT a.person_id, r.rule_no, 'diagnosis in the hospital record' AS evidence
              FROM rule r
              JOIN @icb@.activity a ON coalesce(a.end_date, a.start_date) <= segment_matches.as_of
               AND (coalesce(a.end_date, a.start_date) > segment_matches.as_of - r.within_days OR r.within_days IS NULL)
               AND commissioning.has_code(a.diagnoses, VARIADIC r.prefixes)
              UNION ALL
              SELECT p.person_id, r.rule_no, NULL
              FROM people p JOIN rule r ON r.conditions IS NULL AND r.prefixes IS NULL) x
        GROUP BY x.person_id, x.rule_no
    ), admitted AS (
        SELECT a.person_id, r.rule_no, count(*) AS admissions
        FROM rule r
        JOIN @icb@.activity a ON a.dataset = 'APC' AND a.admission_method LIKE '2%'
         AND a.start_date <= segment_matches.as_of AND a.start_date > segment_matches.as_of - r.admission_days
        GROUP BY a.person_id, r.rule_no
    ), scored AS (
        SELECT s.person_id, m.model, s.score
        FROM (SELECT DISTINCT ON (k.model) k.model, k.risk_run_id
              FROM @icb@.risk_run k
              WHERE k.model IN (SELECT r.model FROM rule r) AND k.as_of <= segment_matches.as_of
              ORDER BY k.model, k.as_of DESC, k.risk_run_id DESC) m
        JOIN @icb@.risk_score s ON s.risk_run_id = m.risk_run_id
    )
    SELECT p.person_id, p.practice_code, r.precedence, r.segment, r.rule_no,
           NULLIF(pg_catalog.concat_ws('; ', f.evidence,
                                       CASE WHEN r.emergency_admissions IS NOT NULL THEN pg_catalog.format('emergency admissions in %s days: %s', r.admission_days, d.admissions) END,
                                       CASE WHEN r.model IS NOT NULL THEN pg_catalog.format('score of %s at least %s', r.model, r.least_score) END,
                                       CASE WHEN r.without_conditions IS NOT NULL THEN 'without ' || pg_catalog.array_to_string(r.without_conditions, ', ') END,
                                       CASE WHEN pg_catalog.num_nonnulls(r.age_from, r.age_below) > 0 THEN 'age ' || p.age END), '')
    FROM found f
    JOIN rule r ON r.rule_no = f.rule_no
    JOIN people p ON p.person_id = f.person_id
    LEFT JOIN admitted d ON d.person_id = p.person_id AND d.rule_no = r.rule_no
    LEFT JOIN scored s ON s.person_id = p.person_id AND s.model = r.model
    WHERE (r.emergency_admissions IS NULL OR d.admissions >= r.emergency_admissions)
      AND (r.model IS NULL OR s.score >= r.least_score)
      AND (r.without_conditions IS NULL OR NOT coalesce(p.conditions && r.without_conditions, false))
      AND (r.age_from IS NULL OR p.age >= r.age_from) AND (r.age_below IS NULL OR p.age < r.age_below)
      AND (r.sex IS NULL OR (r.sex = '1' AND p.male = 1) OR (r.sex = '2' AND p.female = 1));
END;
COMMENT ON FUNCTION @icb@.segment_matches(text, date) IS
    'Who meets which rule of a division on a day, of those registered and alive who may be looked at (no opt-out, no local exclusion): one row per person and rule, with what was found. An unknown age or sex meets no rule that asks for it.';

CREATE FUNCTION @icb@.segments_at(as_of date, scheme text DEFAULT 'bridges_to_health')
    RETURNS TABLE (person_id bigint, practice_code text, precedence integer, segment text, rule_no integer, evidence text, also text[])
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT x.person_id, x.practice_code, x.precedence, x.segment, x.rule_no, x.evidence,
           ARRAY(SELECT DISTINCT u.s FROM pg_catalog.unnest(x.every) AS u (s) WHERE u.s <> x.segment ORDER BY u.s)
    FROM (SELECT m.person_id, m.practice_code, m.precedence, m.segment, m.rule_no, m.evidence,
                 row_number() OVER (PARTITION BY m.person_id ORDER BY m.precedence, m.rule_no) AS place,
                 -- everybody fits where nothing is asked
                 pg_catalog.array_agg(m.segment) FILTER (WHERE m.evidence IS NOT NULL) OVER (PARTITION BY m.person_id) AS every
          FROM @icb@.segment_matches(scheme, as_of) m) x
    WHERE x.place = 1;
END;
COMMENT ON FUNCTION @icb@.segments_at(date, text) IS
    'The segment of everybody on a day, from the data as they stand: the first by precedence whose rules a person meets, the rule and what was found, and the other segments that would fit. One row per person.';

CREATE TABLE @icb@.plus_group (
    person_id  bigint NOT NULL,
    plus_group text NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    source     text NOT NULL,
    PRIMARY KEY (person_id, plus_group, valid_from),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);
COMMENT ON TABLE @icb@.plus_group IS
    'The PLUS of Core20PLUS: groups named locally whose members have poorer than average access, experience or outcomes (ethnic minority communities, inclusion health groups, ...). Half-open intervals.';
COMMENT ON COLUMN @icb@.plus_group.plus_group IS 'Key of the group.';
COMMENT ON COLUMN @icb@.plus_group.valid_from IS 'First day in the group.';
COMMENT ON COLUMN @icb@.plus_group.valid_to IS 'First day no longer in it, NULL while it lasts.';
COMMENT ON COLUMN @icb@.plus_group.source IS 'Who says so.';

CREATE FUNCTION @icb@.core20plus_at(as_of date)
    RETURNS TABLE (person_id bigint, practice_code text, imd_decile integer, core20 boolean, plus_groups text[], areas text[])
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT f.person_id, f.practice_code, f.imd_decile::integer, f.imd_decile <= 2, coalesce(g.plus_groups, '{}'), coalesce(m.areas, '{}')
    FROM @icb@.person_features(as_of) f
    LEFT JOIN (SELECT p.person_id, pg_catalog.array_agg(DISTINCT p.plus_group ORDER BY p.plus_group) AS plus_groups
               FROM @icb@.plus_group p
               WHERE p.valid_from <= as_of AND (p.valid_to > as_of OR p.valid_to IS NULL)
               GROUP BY p.person_id) g ON g.person_id = f.person_id
    LEFT JOIN (SELECT x.person_id, pg_catalog.array_agg(DISTINCT x.segment ORDER BY x.segment) AS areas
               FROM @icb@.segment_matches('core20plus5', as_of) x
               GROUP BY x.person_id) m ON m.person_id = f.person_id
    WHERE NOT EXISTS (SELECT FROM @icb@.not_scored(as_of) n WHERE n.person_id = f.person_id);
END;
COMMENT ON FUNCTION @icb@.core20plus_at(date) IS
    'Core20PLUS5 on a day, from the data as they stand: Core20 is living in an area of deciles 1 and 2 of the Index of Multiple Deprivation (NULL where the area or its decile is not known), PLUS the local groups, 5 the clinical areas of the division core20plus5. One row per person who may be looked at.';

CREATE TABLE @icb@.segment_run (
    segment_run_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    scheme            text NOT NULL,
    version           text NOT NULL,
    local             boolean NOT NULL,
    as_of             date NOT NULL,
    people            bigint NOT NULL,
    input_fingerprint text NOT NULL,
    made_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX segment_run_latest ON @icb@.segment_run (scheme, as_of, segment_run_id);
COMMENT ON TABLE @icb@.segment_run IS 'One row per set of segments that differs from the one before it.';
COMMENT ON COLUMN @icb@.segment_run.segment_run_id IS 'Number of the set.';
COMMENT ON COLUMN @icb@.segment_run.scheme IS 'Division.';
COMMENT ON COLUMN @icb@.segment_run.local IS 'Whether it is a version of this warehouse''s own.';
COMMENT ON COLUMN @icb@.segment_run.as_of IS 'Day as of which people were looked at.';
COMMENT ON COLUMN @icb@.segment_run.people IS 'People in it.';
COMMENT ON COLUMN @icb@.segment_run.input_fingerprint IS 'Fingerprint of who is in which segment and why.';
COMMENT ON COLUMN @icb@.segment_run.made_at IS 'When it was computed.';

CREATE TABLE @icb@.person_segment (
    person_id      bigint NOT NULL,
    segment_run_id bigint NOT NULL,
    practice_code  text NOT NULL,
    segment        text NOT NULL,
    rule_no        integer NOT NULL,
    evidence       text,
    also           text[] NOT NULL,
    imd_decile     integer,
    core20         boolean,
    plus_groups    text[] NOT NULL,
    areas          text[] NOT NULL,
    PRIMARY KEY (person_id, segment_run_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.person_segment IS 'Segments kept: everybody is in exactly one of a set, with the flags of Core20PLUS5.';
COMMENT ON COLUMN @icb@.person_segment.segment_run_id IS 'Set that it belongs to.';
COMMENT ON COLUMN @icb@.person_segment.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb@.person_segment.segment IS 'Segment: the first by precedence whose rules the person meets.';
COMMENT ON COLUMN @icb@.person_segment.rule_no IS 'The rule that was met.';
COMMENT ON COLUMN @icb@.person_segment.evidence IS 'What was found, NULL for a rule that asks for nothing.';
COMMENT ON COLUMN @icb@.person_segment.also IS 'Other segments that would fit.';
COMMENT ON COLUMN @icb@.person_segment.imd_decile IS 'Decile of deprivation of the area, 1 is the most deprived; NULL when unknown.';
COMMENT ON COLUMN @icb@.person_segment.core20 IS 'Whether the area is among the most deprived fifth nationally; NULL when unknown.';
COMMENT ON COLUMN @icb@.person_segment.plus_groups IS 'Local groups of Core20PLUS.';
COMMENT ON COLUMN @icb@.person_segment.areas IS 'Clinical areas of Core20PLUS5.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.person_segment_p%s PARTITION OF @icb@.person_segment FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE INDEX person_segment_run ON @icb@.person_segment (segment_run_id, segment);

CREATE FUNCTION @icb@.keep_segments(run_id bigint, scheme text, as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    kept bigint;
BEGIN
    WITH people AS MATERIALIZED (
        SELECT s.person_id, s.practice_code, s.segment, s.rule_no, s.evidence, s.also, c.imd_decile, c.core20, c.plus_groups, c.areas
        FROM @icb@.segments_at(as_of, scheme) s
        JOIN @icb@.core20plus_at(as_of) c ON c.person_id = s.person_id
    ), fingerprint AS (
        SELECT count(*) AS people,
               pg_catalog.md5(pg_catalog.concat_ws('|', count(*), sum(pg_catalog.hashtextextended(
                   pg_catalog.concat_ws('|', p.practice_code, p.segment, p.rule_no, p.evidence, p.also, p.imd_decile, p.plus_groups, p.areas), p.person_id)::numeric))) AS value
        FROM people p
    ), new_set AS (
        INSERT INTO @icb@.segment_run AS s (run_id, scheme, version, local, as_of, people, input_fingerprint)
        SELECT run_id, scheme, v.version, v.local, as_of, f.people, f.value
        FROM fingerprint f
        CROSS JOIN (SELECT r.version, r.local FROM @icb@.segment_rules_at(scheme, as_of) r LIMIT 1) v
        WHERE f.people > 0
          AND (v.version || '|' || f.value) IS DISTINCT FROM (
              SELECT l.version || '|' || l.input_fingerprint FROM @icb@.segment_run l
              WHERE l.scheme = scheme AND l.as_of = as_of ORDER BY l.segment_run_id DESC LIMIT 1)
        RETURNING s.segment_run_id
    )
    INSERT INTO @icb@.person_segment (person_id, segment_run_id, practice_code, segment, rule_no, evidence, also, imd_decile, core20, plus_groups, areas)
    SELECT p.person_id, n.segment_run_id, p.practice_code, p.segment, p.rule_no, p.evidence, p.also, p.imd_decile, p.core20, p.plus_groups, p.areas
    FROM people p CROSS JOIN new_set n;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_segments(bigint, text, date) IS
    'A step of segment_population: keeps the segments of a day unless the last set of that day is equal. Returns the number of people, 0 when nothing changed.';

CREATE PROCEDURE @icb@.segment_population(as_of date DEFAULT NULL, scheme text DEFAULT 'bridges_to_health')
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    id bigint;
    kept bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM @icb@.segment_rules_at(scheme, coalesce(as_of, current_date)) r) THEN
        RAISE EXCEPTION 'there is no division into segments "%"', scheme USING ERRCODE = 'undefined_object';
    END IF;
    IF as_of IS NULL THEN
        SELECT least(current_date, max(coalesce(a.end_date, a.start_date))) INTO as_of FROM @icb@.activity a;
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.segment_rules_at(scheme, as_of) r
                   WHERE pg_catalog.num_nonnulls(r.conditions, r.prefixes, r.without_conditions, r.emergency_admissions, r.model, r.age_from, r.age_below, r.sex) = 0) THEN
        RAISE EXCEPTION 'the division "%" would leave people in no segment', scheme
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give its last segment a rule that states nothing: everybody else.';
    END IF;
    id := @icb@.start_run('segment', pg_catalog.jsonb_build_object('scheme', scheme, 'as_of', as_of));
    COMMIT;
    kept := @icb@.keep_segments(id, scheme, as_of);
    PERFORM @icb@.finish_run(id, rows_out => kept, status => CASE WHEN kept = 0 THEN 'unchanged' ELSE 'done' END,
        message => pg_catalog.format('%s as of %s: %s', scheme, pg_catalog.to_char(as_of, 'YYYY-MM-DD'), CASE WHEN kept = 0 THEN 'unchanged' ELSE kept || ' people' END));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.segment_population(date, text) IS
    'Puts everybody registered and alive on a day (NULL: the day of the latest event, at most today) into exactly one segment and keeps it with the flags of Core20PLUS5. Data that have not changed add nothing. 42704 for an unknown division, 22023 for one that has no rule for everybody else, 55000 when the warehouse has another purpose.';

CREATE VIEW @icb@.current_segment_run AS
SELECT DISTINCT ON (r.scheme) r.segment_run_id, r.scheme, r.version, r.local, r.as_of, r.people
FROM @icb@.segment_run r
ORDER BY r.scheme, r.as_of DESC, r.segment_run_id DESC;
COMMENT ON VIEW @icb@.current_segment_run IS 'The latest kept segments of each division.';
