-- What a programme did: people who took it up beside comparators who were as much at risk and were not offered it. People are put on
-- lists when they have just been ill, so most of them would have got better anyway; what happened to the comparators shows how much.

CREATE TABLE @icb@.effect_study (
    effect_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        bigint NOT NULL,
    programme     text NOT NULL REFERENCES @icb@.programme,
    risk_run_id   bigint NOT NULL,
    from_day      date NOT NULL,
    to_day        date NOT NULL,
    before_days   integer NOT NULL,
    follow_days   integer NOT NULL,
    caliper       double precision NOT NULL,
    treated       bigint NOT NULL,
    not_scored    bigint NOT NULL,
    matched       bigint NOT NULL,
    pool          bigint NOT NULL,
    treated_died  bigint NOT NULL,
    comparators_died bigint NOT NULL,
    input_fingerprint text NOT NULL,
    made_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.effect_study IS 'Measurements of what a programme did, one row per measurement that differs from the one before it.';
COMMENT ON COLUMN @icb@.effect_study.effect_id IS 'Number of the measurement.';
COMMENT ON COLUMN @icb@.effect_study.programme IS 'Programme.';
COMMENT ON COLUMN @icb@.effect_study.risk_run_id IS 'Scores that people are matched by: the last of the programme''s model before the first day.';
COMMENT ON COLUMN @icb@.effect_study.from_day IS 'First day of taking the programme up.';
COMMENT ON COLUMN @icb@.effect_study.to_day IS 'Last day of taking it up.';
COMMENT ON COLUMN @icb@.effect_study.before_days IS 'Days before the day of taking it up that count as before.';
COMMENT ON COLUMN @icb@.effect_study.follow_days IS 'Days after it that count as after.';
COMMENT ON COLUMN @icb@.effect_study.caliper IS 'Greatest difference of scores within a pair.';
COMMENT ON COLUMN @icb@.effect_study.treated IS 'People who took the programme up in that time.';
COMMENT ON COLUMN @icb@.effect_study.not_scored IS 'Those of them without a score, who cannot be matched.';
COMMENT ON COLUMN @icb@.effect_study.matched IS 'Those who were matched: the others have nobody like them left.';
COMMENT ON COLUMN @icb@.effect_study.pool IS 'People with a score, alive and registered on the first day, who were never offered the programme.';
COMMENT ON COLUMN @icb@.effect_study.treated_died IS 'Those matched who died in the days after.';
COMMENT ON COLUMN @icb@.effect_study.comparators_died IS 'Comparators who died in the days after: where they are more, less use of care is no merit.';
COMMENT ON COLUMN @icb@.effect_study.input_fingerprint IS 'Fingerprint of pairs and outcomes.';
COMMENT ON COLUMN @icb@.effect_study.made_at IS 'When it was computed.';

CREATE TABLE @icb@.effect_pair (
    person_id     bigint NOT NULL,
    effect_id     bigint NOT NULL,
    practice_code text NOT NULL,
    comparator_id bigint NOT NULL,
    index_date    date NOT NULL,
    stratum       text NOT NULL,
    distance      double precision NOT NULL,
    PRIMARY KEY (person_id, effect_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.effect_pair IS 'Who was compared with whom.';
COMMENT ON COLUMN @icb@.effect_pair.effect_id IS 'Measurement.';
COMMENT ON COLUMN @icb@.effect_pair.practice_code IS 'Practice of the person who took the programme up.';
COMMENT ON COLUMN @icb@.effect_pair.comparator_id IS 'Person compared with; each serves once.';
COMMENT ON COLUMN @icb@.effect_pair.index_date IS 'Day on which the first of them took the programme up; before and after are counted from it for both.';
COMMENT ON COLUMN @icb@.effect_pair.stratum IS 'What is equal in both: sex, age in tens of years, emergency admissions in the year before the scores (2 stands for more).';
COMMENT ON COLUMN @icb@.effect_pair.distance IS 'Difference of their scores.';
DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.effect_pair_p%s PARTITION OF @icb@.effect_pair FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

CREATE TABLE @icb@.effect_outcome (
    effect_id         bigint NOT NULL REFERENCES @icb@.effect_study,
    run_id            bigint NOT NULL,
    outcome           text NOT NULL,
    treated_before    numeric NOT NULL,
    treated_after     numeric NOT NULL,
    comparator_before numeric NOT NULL,
    comparator_after  numeric NOT NULL,
    expected_change   double precision NOT NULL,
    difference        double precision NOT NULL,
    std_error         double precision,
    PRIMARY KEY (effect_id, outcome)
);
COMMENT ON TABLE @icb@.effect_outcome IS 'Outcomes of a measurement, before and after, of both groups.';
COMMENT ON COLUMN @icb@.effect_outcome.effect_id IS 'Measurement.';
COMMENT ON COLUMN @icb@.effect_outcome.outcome IS 'emergency_admissions, emergency_attendances, bed_days, or cost in pounds (as far as it is known).';
COMMENT ON COLUMN @icb@.effect_outcome.treated_before IS 'Sum over those who took the programme up, in the days before.';
COMMENT ON COLUMN @icb@.effect_outcome.treated_after IS 'The same in the days after.';
COMMENT ON COLUMN @icb@.effect_outcome.comparator_before IS 'Sum over their comparators, in the days before.';
COMMENT ON COLUMN @icb@.effect_outcome.comparator_after IS 'The same in the days after.';
COMMENT ON COLUMN @icb@.effect_outcome.expected_change IS 'Change per comparator: what would have happened without the programme, regression to the mean included.';
COMMENT ON COLUMN @icb@.effect_outcome.difference IS 'Change per person less expected_change: the effect of the programme per person.';
COMMENT ON COLUMN @icb@.effect_outcome.std_error IS 'Standard error of the difference over pairs; NULL for fewer than two.';

CREATE TABLE @icb@.effect_balance (
    effect_id       bigint NOT NULL REFERENCES @icb@.effect_study,
    run_id          bigint NOT NULL,
    covariate       text NOT NULL,
    treated_mean    double precision,
    pool_mean       double precision,
    matched_mean    double precision,
    comparator_mean double precision,
    smd_before      double precision,
    smd_after       double precision,
    PRIMARY KEY (effect_id, covariate)
);
COMMENT ON TABLE @icb@.effect_balance IS 'How alike the groups were on the day of the scores, before and after matching.';
COMMENT ON COLUMN @icb@.effect_balance.effect_id IS 'Measurement.';
COMMENT ON COLUMN @icb@.effect_balance.covariate IS 'score, age, female, imd_decile, emergency_admissions_12m, cost_12m or conditions (their number).';
COMMENT ON COLUMN @icb@.effect_balance.treated_mean IS 'Mean over all who took the programme up.';
COMMENT ON COLUMN @icb@.effect_balance.pool_mean IS 'Mean over all who were never offered it.';
COMMENT ON COLUMN @icb@.effect_balance.matched_mean IS 'Mean over those who were matched.';
COMMENT ON COLUMN @icb@.effect_balance.comparator_mean IS 'Mean over their comparators.';
COMMENT ON COLUMN @icb@.effect_balance.smd_before IS 'Standardised difference of treated and pool: difference of means over the root of the mean variance. Within 0.1 of 0 counts as alike.';
COMMENT ON COLUMN @icb@.effect_balance.smd_after IS 'The same of matched and comparators.';

CREATE FUNCTION @icb@.utilisation(people bigint[], days date[], before_days integer, follow_days integer)
    RETURNS TABLE (place bigint, after boolean, emergency_admissions bigint, emergency_attendances bigint, bed_days bigint, cost numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.place, w.after,
           count(a.activity_id) FILTER (WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%'), count(a.activity_id) FILTER (WHERE a.dataset = 'EC'),
           coalesce(sum(coalesce(a.end_date, a.start_date) - a.start_date) FILTER (WHERE a.dataset = 'APC'), 0), coalesce(sum(c.cost), 0)
    FROM ROWS FROM (pg_catalog.unnest(people), pg_catalog.unnest(days)) WITH ORDINALITY AS p (person_id, index_date, place)
    CROSS JOIN (VALUES (false), (true)) AS w (after)
    LEFT JOIN @icb@.activity a ON a.person_id = p.person_id
        AND a.start_date >= CASE WHEN w.after THEN p.index_date ELSE p.index_date - before_days END
        AND a.start_date < CASE WHEN w.after THEN p.index_date + follow_days ELSE p.index_date END
    LEFT JOIN @icb@.activity_cost c ON c.person_id = a.person_id AND c.activity_id = a.activity_id
    GROUP BY p.place, w.after;
END;
COMMENT ON FUNCTION @icb@.utilisation(bigint[], date[], integer, integer) IS
    'Use of hospital care in the days before a day of one''s own and in the days from it on, person by person in the order given: events that began then, nights of those admissions, their cost as far as it is known.';

CREATE FUNCTION @icb@.keep_effect(run_id bigint, programme text, risk_run_id bigint, from_day date, to_day date, follow_days integer, before_days integer, caliper_sd double precision)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    scores @icb@.risk_run;
    caliper double precision;
    fingerprint text;
    kept bigint;
    matched bigint;
BEGIN
    SELECT r.* INTO scores FROM @icb@.risk_run r WHERE r.risk_run_id = risk_run_id;
    CREATE TEMP TABLE effect_person ON COMMIT DROP AS
    SELECT s.person_id, s.practice_code, s.score, t.index_date,
           pg_catalog.concat_ws(', ', CASE f.female WHEN 1 THEN 'female' WHEN 0 THEN 'male' ELSE 'sex not known' END, coalesce('age ' || f.age / 10 * 10, 'age not known'),
                                least(f.emergency_admissions_12m, 2) || ' emergency admissions') AS stratum,
           f.age, f.female, f.imd_decile, f.emergency_admissions_12m, f.cost_12m, pg_catalog.cardinality(f.conditions) AS conditions
    FROM @icb@.risk_score s
    JOIN @icb@.person_features(scores.as_of) f ON f.person_id = s.person_id
    JOIN @icb@.person b ON b.person_id = s.person_id
    LEFT JOIN (SELECT e.person_id, min(e.event_date) AS index_date FROM @icb@.valid_intervention e
               WHERE e.programme = programme AND e.event IN ('accepted', 'started') GROUP BY e.person_id) t
      ON t.person_id = s.person_id AND t.index_date BETWEEN from_day AND to_day
    WHERE s.risk_run_id = risk_run_id AND s.score IS NOT NULL
      -- who was offered it and did not take it up, or took it up at another time, is neither
      AND (t.index_date IS NOT NULL OR NOT EXISTS (SELECT FROM @icb@.valid_intervention o WHERE o.person_id = s.person_id AND o.programme = programme
                                                                                            AND o.event IN ('offered', 'accepted', 'declined', 'started', 'done')))
      -- the dead and those who moved away use no care: nobody is compared with them
      AND (t.index_date IS NOT NULL
           OR ((b.death_date > from_day OR b.death_date IS NULL)
               AND EXISTS (SELECT FROM @icb@.registration g WHERE g.person_id = s.person_id AND g.valid_from <= from_day AND (g.valid_to > from_day OR g.valid_to IS NULL))));
    SELECT coalesce(caliper_sd * stddev_samp(p.score), 0) INTO caliper FROM pg_temp.effect_person p;
    CREATE TEMP TABLE effect_match ON COMMIT DROP AS
    SELECT m.treated_id, m.comparator_id, m.distance, s.stratum, row_number() OVER (ORDER BY m.treated_id) AS place
    FROM (SELECT p.stratum, pg_catalog.array_agg(p.person_id ORDER BY p.person_id) FILTER (WHERE p.index_date IS NOT NULL) AS treated,
                 pg_catalog.array_agg(p.score ORDER BY p.person_id) FILTER (WHERE p.index_date IS NOT NULL) AS treated_scores,
                 pg_catalog.array_agg(p.person_id ORDER BY p.person_id) FILTER (WHERE p.index_date IS NULL) AS pool,
                 pg_catalog.array_agg(p.score ORDER BY p.person_id) FILTER (WHERE p.index_date IS NULL) AS pool_scores
          FROM pg_temp.effect_person p GROUP BY p.stratum) s
    CROSS JOIN LATERAL commissioning.match_nearest(s.treated, s.treated_scores, s.pool, s.pool_scores, caliper) m
    JOIN pg_temp.effect_person i ON i.person_id = m.treated_id
    JOIN @icb@.person b ON b.person_id = m.comparator_id
    WHERE s.treated IS NOT NULL AND s.pool IS NOT NULL
      -- the comparator must still be there on the day of taking it up
      AND (b.death_date > i.index_date OR b.death_date IS NULL)
      AND EXISTS (SELECT FROM @icb@.registration g WHERE g.person_id = m.comparator_id AND g.valid_from <= i.index_date AND (g.valid_to > i.index_date OR g.valid_to IS NULL));
    CREATE TEMP TABLE effect_use ON COMMIT DROP AS
    SELECT m.place, g.treated, u.after, u.emergency_admissions::numeric, u.emergency_attendances::numeric, u.bed_days::numeric, u.cost
    FROM (VALUES (true), (false)) AS g (treated)
    CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(CASE WHEN g.treated THEN m.treated_id ELSE m.comparator_id END ORDER BY m.place) AS people,
                               pg_catalog.array_agg(p.index_date ORDER BY m.place) AS days
                        FROM pg_temp.effect_match m JOIN pg_temp.effect_person p ON p.person_id = m.treated_id) x
    CROSS JOIN LATERAL @icb@.utilisation(x.people, x.days, before_days, follow_days) u
    JOIN pg_temp.effect_match m ON m.place = u.place;
    SELECT count(*), pg_catalog.md5(pg_catalog.concat_ws('|', risk_run_id, caliper, before_days, follow_days,
               (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(',', m.treated_id, m.comparator_id), ';' ORDER BY m.place) FROM pg_temp.effect_match m),
               (SELECT pg_catalog.string_agg(u::text, ';' ORDER BY u.place, u.treated, u.after) FROM pg_temp.effect_use u)))
    INTO matched, fingerprint FROM pg_temp.effect_match m;
    INSERT INTO @icb@.effect_study AS s (run_id, programme, risk_run_id, from_day, to_day, before_days, follow_days, caliper, treated, not_scored, matched, pool, treated_died, comparators_died, input_fingerprint)
    SELECT run_id, programme, risk_run_id, from_day, to_day, before_days, follow_days, caliper, t.treated, t.treated - p.treated, matched, p.pool, d.treated_died, d.comparators_died, fingerprint
    FROM (SELECT count(*) AS treated
          FROM (SELECT e.person_id, min(e.event_date) AS index_date FROM @icb@.valid_intervention e
                WHERE e.programme = programme AND e.event IN ('accepted', 'started') GROUP BY e.person_id) e
          WHERE e.index_date BETWEEN from_day AND to_day) t
    CROSS JOIN (SELECT count(*) FILTER (WHERE x.index_date IS NOT NULL) AS treated, count(*) FILTER (WHERE x.index_date IS NULL) AS pool FROM pg_temp.effect_person x) p
    CROSS JOIN (SELECT count(*) FILTER (WHERE a.death_date < i.index_date + follow_days) AS treated_died, count(*) FILTER (WHERE b.death_date < i.index_date + follow_days) AS comparators_died
                FROM pg_temp.effect_match x
                JOIN pg_temp.effect_person i ON i.person_id = x.treated_id
                JOIN @icb@.person a ON a.person_id = x.treated_id
                JOIN @icb@.person b ON b.person_id = x.comparator_id) d
    WHERE fingerprint IS DISTINCT FROM (SELECT l.input_fingerprint FROM @icb@.effect_study l
                                        WHERE l.programme = programme AND l.from_day = from_day AND l.to_day = to_day ORDER BY l.effect_id DESC LIMIT 1)
    RETURNING s.effect_id INTO kept;
    IF kept IS NOT NULL THEN
        INSERT INTO @icb@.effect_pair (person_id, effect_id, practice_code, comparator_id, index_date, stratum, distance)
        SELECT m.treated_id, kept, p.practice_code, m.comparator_id, p.index_date, m.stratum, m.distance
        FROM pg_temp.effect_match m JOIN pg_temp.effect_person p ON p.person_id = m.treated_id;
        INSERT INTO @icb@.effect_outcome (effect_id, run_id, outcome, treated_before, treated_after, comparator_before, comparator_after, expected_change, difference, std_error)
        SELECT kept, run_id, d.outcome, sum(d.tb), sum(d.ta), sum(d.cb), sum(d.ca), avg((d.ca - d.cb)::double precision), avg((d.ta - d.tb - d.ca + d.cb)::double precision),
               stddev_samp((d.ta - d.tb - d.ca + d.cb)::double precision) / sqrt(count(*))
        FROM (SELECT u.place, o.outcome, sum(o.amount) FILTER (WHERE u.treated AND NOT u.after) AS tb, sum(o.amount) FILTER (WHERE u.treated AND u.after) AS ta,
                     sum(o.amount) FILTER (WHERE NOT u.treated AND NOT u.after) AS cb, sum(o.amount) FILTER (WHERE NOT u.treated AND u.after) AS ca
              FROM pg_temp.effect_use u
              CROSS JOIN LATERAL (VALUES ('emergency_admissions', u.emergency_admissions), ('emergency_attendances', u.emergency_attendances), ('bed_days', u.bed_days), ('cost', u.cost)) AS o (outcome, amount)
              GROUP BY u.place, o.outcome) d
        GROUP BY d.outcome;
        PERFORM @icb@.keep_balance(run_id, kept);
    END IF;
    DROP TABLE pg_temp.effect_use, pg_temp.effect_match, pg_temp.effect_person;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_effect(bigint, text, bigint, date, date, integer, integer, double precision) IS
    'A step of measure_effect: matches, counts and keeps, unless the last measurement of the same programme and days is equal. Returns its number, NULL when nothing changed.';

CREATE FUNCTION @icb@.keep_balance(run_id bigint, effect_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO @icb@.effect_balance (effect_id, run_id, covariate, treated_mean, pool_mean, matched_mean, comparator_mean, smd_before, smd_after)
    SELECT effect_id, run_id, b.covariate, b.t, b.p, b.m, b.c,
           CASE WHEN b.tv + b.pv > 0 THEN (b.t - b.p) / sqrt((b.tv + b.pv) / 2) WHEN b.t = b.p THEN 0 END, CASE WHEN b.mv + b.cv > 0 THEN (b.m - b.c) / sqrt((b.mv + b.cv) / 2) WHEN b.m = b.c THEN 0 END
    FROM (SELECT v.covariate,
                 avg(v.x) FILTER (WHERE x.index_date IS NOT NULL) AS t, var_samp(v.x) FILTER (WHERE x.index_date IS NOT NULL) AS tv,
                 avg(v.x) FILTER (WHERE x.index_date IS NULL) AS p, var_samp(v.x) FILTER (WHERE x.index_date IS NULL) AS pv,
                 avg(v.x) FILTER (WHERE x.is_matched) AS m, var_samp(v.x) FILTER (WHERE x.is_matched) AS mv,
                 avg(v.x) FILTER (WHERE x.is_comparator) AS c, var_samp(v.x) FILTER (WHERE x.is_comparator) AS cv
          FROM (SELECT q.*, t.treated_id IS NOT NULL AS is_matched, k.comparator_id IS NOT NULL AS is_comparator
                FROM pg_temp.effect_person q
                LEFT JOIN pg_temp.effect_match t ON t.treated_id = q.person_id
                LEFT JOIN pg_temp.effect_match k ON k.comparator_id = q.person_id) x
          CROSS JOIN LATERAL (VALUES ('score', x.score), ('age', x.age::double precision), ('female', x.female::double precision), ('imd_decile', x.imd_decile::double precision),
                                     ('emergency_admissions_12m', x.emergency_admissions_12m::double precision), ('cost_12m', x.cost_12m::double precision),
                                     ('conditions', x.conditions::double precision)) AS v (covariate, x)
          GROUP BY v.covariate) b;
END
$$;
COMMENT ON FUNCTION @icb@.keep_balance(bigint, bigint) IS 'A step of keep_effect: how alike the groups are before and after matching.';

CREATE PROCEDURE @icb@.measure_effect(programme text, from_day date, to_day date, follow_days integer DEFAULT 365, before_days integer DEFAULT 365, caliper_sd double precision DEFAULT 0.2)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    model text := (SELECT g.model FROM @icb@.programme g WHERE g.programme = programme);
    scores @icb@.risk_run;
    seen date;
    id bigint;
    kept bigint;
BEGIN
    IF model IS NULL THEN
        RAISE EXCEPTION 'programme "%" is not known in warehouse "@icb@"', programme USING ERRCODE = 'undefined_object',
            HINT = coalesce('Known programmes: ' || (SELECT pg_catalog.string_agg(g.programme, ', ' ORDER BY g.programme) FROM @icb@.programme g) || '.', 'There are none: add a row to @icb@.programme.');
    END IF;
    IF NOT coalesce(from_day <= to_day AND follow_days > 0 AND before_days > 0 AND caliper_sd >= 0, false) THEN
        RAISE EXCEPTION 'from_day must not be after to_day, days must be 1 or more, and the caliper 0 or more' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT least(current_date, max(a.start_date)) INTO seen FROM @icb@.activity a;
    IF to_day + follow_days > seen OR seen IS NULL THEN
        RAISE EXCEPTION 'what happened in % days after % is not known yet: data reach to %', follow_days, pg_catalog.to_char(to_day, 'YYYY-MM-DD'), coalesce(pg_catalog.to_char(seen, 'YYYY-MM-DD'), 'no day')
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Take an earlier to_day or fewer follow_days.';
    END IF;
    SELECT r.* INTO scores FROM @icb@.risk_run r WHERE r.model = model AND r.as_of <= from_day ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there are no kept scores of model "%" as of % or before', model, pg_catalog.to_char(from_day, 'YYYY-MM-DD')
            USING ERRCODE = 'no_data_found', HINT = 'People are matched by what was known before: score the population as of the first day or earlier.';
    END IF;
    id := @icb@.start_run('effect', pg_catalog.jsonb_build_object('programme', programme, 'from_day', from_day, 'to_day', to_day, 'follow_days', follow_days, 'before_days', before_days, 'caliper_sd', caliper_sd));
    COMMIT;
    kept := @icb@.keep_effect(id, programme, scores.risk_run_id, from_day, to_day, follow_days, before_days, caliper_sd);
    PERFORM @icb@.finish_run(id, rows_out => (SELECT s.matched FROM @icb@.effect_study s WHERE s.effect_id = kept), status => CASE WHEN kept IS NULL THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.measure_effect(text, date, date, integer, integer, double precision) IS
    'Measures what a programme did for the people who accepted or started it from one day to another. Each is paired with somebody never offered it: same sex, age group and number of emergency admissions, nearest score (at most caliper_sd standard deviations away), no one twice, alive and registered on that day. Use of hospital care in before_days and follow_days around the day of taking it up is counted for both, whether or not they lived or stayed afterwards (intention to treat; deaths are counted beside); the effect is the change of the one less that of the other. The same again adds nothing. 42704 for an unknown programme, 22023 for impossible days, P0002 without scores from before, 55000 while the days after are not over or in a warehouse of another purpose.';
