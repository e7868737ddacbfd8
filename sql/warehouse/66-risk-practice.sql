-- Where avoidable cost sits, practices compared for casemix, and budgets from predicted cost.

-- Quick wins --------------------------------------------------------------------------------------

CREATE TABLE @icb@.avoidable_condition (
    condition          text PRIMARY KEY,
    in_use             boolean NOT NULL DEFAULT true,
    kind               text NOT NULL CHECK (kind IN ('acute', 'chronic', 'vaccine_preventable')),
    label              text NOT NULL,
    prefixes           text[] NOT NULL,
    diagnosis_position text NOT NULL DEFAULT 'primary' CHECK (diagnosis_position IN ('primary', 'any')),
    needs_prefixes     text[],
    without_prefixes   text[],
    without_procedures text[],
    source             text NOT NULL
);
COMMENT ON TABLE @icb@.avoidable_condition IS
    'This warehouse''s own conditions whose emergency admissions count as avoidable; a row takes the place of the shipped one with the same key (commissioning.avoidable_condition_reference), or takes it out of use.';
COMMENT ON COLUMN @icb@.avoidable_condition.condition IS 'Key of the condition.';
COMMENT ON COLUMN @icb@.avoidable_condition.in_use IS 'Whether it counts at all.';
COMMENT ON COLUMN @icb@.avoidable_condition.label IS 'What it is called.';
COMMENT ON COLUMN @icb@.avoidable_condition.prefixes IS 'ICD-10 prefixes.';
COMMENT ON COLUMN @icb@.avoidable_condition.diagnosis_position IS 'primary: as the first diagnosis; any: as one of them.';
COMMENT ON COLUMN @icb@.avoidable_condition.needs_prefixes IS 'Counts only with one of these among the other diagnoses, NULL for no such need.';
COMMENT ON COLUMN @icb@.avoidable_condition.without_prefixes IS 'Does not count with one of these among the other diagnoses.';
COMMENT ON COLUMN @icb@.avoidable_condition.without_procedures IS 'Does not count with a procedure of these OPCS-4 prefixes.';
COMMENT ON COLUMN @icb@.avoidable_condition.source IS 'Where the codes come from, who agreed it.';

CREATE VIEW @icb@.known_avoidable_condition AS
SELECT c.condition, c.kind, c.label, c.prefixes, c.diagnosis_position, c.needs_prefixes, c.without_prefixes, c.without_procedures, c.source, true AS local
FROM @icb@.avoidable_condition c
WHERE c.in_use
UNION ALL
SELECT s.condition, s.kind, s.label, s.prefixes, s.diagnosis_position, s.needs_prefixes, s.without_prefixes, s.without_procedures, s.source, false
FROM commissioning.avoidable_condition_reference s
WHERE NOT EXISTS (SELECT FROM @icb@.avoidable_condition c WHERE c.condition = s.condition);
COMMENT ON VIEW @icb@.known_avoidable_condition IS 'Conditions whose emergency admissions count as avoidable, shipped or local.';
COMMENT ON COLUMN @icb@.known_avoidable_condition.local IS 'Whether it is this warehouse''s own.';

CREATE FUNCTION @icb@.avoidable_admissions(from_day date, to_day date)
    RETURNS TABLE (person_id bigint, activity_id bigint, practice_code text, condition text, start_date date, bed_days integer, cost numeric, cost_method text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (a.person_id, a.activity_id) a.person_id, a.activity_id,
           coalesce((SELECT g.practice_code FROM @icb@.registration g
                     WHERE g.person_id = a.person_id AND g.valid_from <= a.start_date AND (g.valid_to > a.start_date OR g.valid_to IS NULL)
                     ORDER BY g.valid_from DESC LIMIT 1), a.practice_code),
           k.condition, a.start_date, a.end_date - a.start_date, c.cost, c.cost_method
    FROM @icb@.known_avoidable_condition k
    JOIN @icb@.activity a
      ON a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date BETWEEN from_day AND to_day
     AND commissioning.has_code(CASE k.diagnosis_position WHEN 'primary' THEN a.diagnoses[1:1] ELSE a.diagnoses END, VARIADIC k.prefixes)
     AND (k.needs_prefixes IS NULL OR commissioning.has_code(a.diagnoses[2:], VARIADIC k.needs_prefixes))
     AND (k.without_prefixes IS NULL OR NOT commissioning.has_code(a.diagnoses[2:], VARIADIC k.without_prefixes))
     AND (k.without_procedures IS NULL OR a.procedures IS NULL OR NOT commissioning.has_code(a.procedures, VARIADIC k.without_procedures))
    LEFT JOIN @icb@.activity_cost c ON c.person_id = a.person_id AND c.activity_id = a.activity_id
    -- an admission counts once: by its first diagnosis where that says something
    ORDER BY a.person_id, a.activity_id, k.diagnosis_position DESC, k.condition COLLATE "C";
END;
COMMENT ON FUNCTION @icb@.avoidable_admissions(date, date) IS
    'Emergency admissions of a period that care outside hospital could have avoided, each for one condition (one found by the first diagnosis before one found by any, then by key), with the practice where the person was registered then, nights and cost. cost NULL: not known.';

CREATE TABLE @icb@.quick_win_run (
    quick_win_run_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    from_day          date NOT NULL,
    to_day            date NOT NULL,
    input_fingerprint text NOT NULL,
    made_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.quick_win_run IS 'One row per set of quick wins that differs from the one before it.';
COMMENT ON COLUMN @icb@.quick_win_run.quick_win_run_id IS 'Number of the set.';
COMMENT ON COLUMN @icb@.quick_win_run.from_day IS 'First day of admission.';
COMMENT ON COLUMN @icb@.quick_win_run.to_day IS 'Last day of admission.';
COMMENT ON COLUMN @icb@.quick_win_run.input_fingerprint IS 'Fingerprint of its rows.';
COMMENT ON COLUMN @icb@.quick_win_run.made_at IS 'When it was computed.';

CREATE TABLE @icb@.quick_win (
    quick_win_run_id  bigint NOT NULL REFERENCES @icb@.quick_win_run,
    run_id            bigint NOT NULL,
    practice_code     text NOT NULL,
    condition         text NOT NULL,
    kind              text NOT NULL,
    label             text NOT NULL,
    list_size         bigint NOT NULL,
    people            bigint NOT NULL,
    admissions        bigint NOT NULL,
    bed_days          bigint NOT NULL,
    cost              numeric(16,2) NOT NULL,
    admissions_by_fallback bigint NOT NULL,
    admissions_without_cost bigint NOT NULL,
    PRIMARY KEY (quick_win_run_id, practice_code, condition)
);
COMMENT ON TABLE @icb@.quick_win IS 'Avoidable emergency admissions per practice and condition, none included.';
COMMENT ON COLUMN @icb@.quick_win.quick_win_run_id IS 'Set.';
COMMENT ON COLUMN @icb@.quick_win.practice_code IS 'Practice where people were registered at admission.';
COMMENT ON COLUMN @icb@.quick_win.condition IS 'Condition.';
COMMENT ON COLUMN @icb@.quick_win.label IS 'What it is called.';
COMMENT ON COLUMN @icb@.quick_win.list_size IS 'People registered with the practice and alive on the last day.';
COMMENT ON COLUMN @icb@.quick_win.people IS 'People admitted.';
COMMENT ON COLUMN @icb@.quick_win.admissions IS 'Admissions.';
COMMENT ON COLUMN @icb@.quick_win.bed_days IS 'Nights in hospital of those that have ended.';
COMMENT ON COLUMN @icb@.quick_win.cost IS 'What they cost, in pounds, as far as it is known.';
COMMENT ON COLUMN @icb@.quick_win.admissions_by_fallback IS 'Admissions whose cost is a stated price.';
COMMENT ON COLUMN @icb@.quick_win.admissions_without_cost IS 'Admissions whose cost is not known: they are not in cost.';

CREATE FUNCTION @icb@.keep_quick_wins(run_id bigint, from_day date, to_day date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    kept bigint;
BEGIN
    WITH admission AS (
        SELECT a.practice_code, a.condition, count(DISTINCT a.person_id) AS people, count(*) AS admissions, coalesce(sum(a.bed_days), 0) AS bed_days,
               coalesce(sum(a.cost), 0) AS cost, count(*) FILTER (WHERE a.cost_method = 'fallback') AS by_fallback, count(*) FILTER (WHERE a.cost IS NULL) AS without_cost
        FROM @icb@.avoidable_admissions(from_day, to_day) a
        WHERE a.practice_code IS NOT NULL
        GROUP BY a.practice_code, a.condition
    ), practice AS (
        SELECT r.practice_code, count(*) AS list_size
        FROM @icb@.person_features(to_day) r
        GROUP BY r.practice_code
    ), cell AS MATERIALIZED (
        SELECT p.practice_code, k.condition, k.kind, k.label, p.list_size, coalesce(a.people, 0) AS people, coalesce(a.admissions, 0) AS admissions,
               coalesce(a.bed_days, 0) AS bed_days, coalesce(a.cost, 0) AS cost, coalesce(a.by_fallback, 0) AS by_fallback, coalesce(a.without_cost, 0) AS without_cost
        FROM (SELECT q.practice_code, q.list_size FROM practice q
              UNION SELECT DISTINCT x.practice_code, 0 FROM admission x WHERE x.practice_code NOT IN (SELECT q.practice_code FROM practice q)) p
        CROSS JOIN @icb@.known_avoidable_condition k
        LEFT JOIN admission a ON a.practice_code = p.practice_code AND a.condition = k.condition
    ), fingerprint AS (
        SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg(pg_catalog.concat_ws('|', c.practice_code, c.condition, c.kind, c.label, c.list_size, c.people, c.admissions, c.bed_days, c.cost,
                                                                                  c.by_fallback, c.without_cost), E'\n' ORDER BY c.practice_code, c.condition), '')) AS value
        FROM cell c
    ), new_set AS (
        INSERT INTO @icb@.quick_win_run AS q (run_id, from_day, to_day, input_fingerprint)
        SELECT run_id, from_day, to_day, f.value
        FROM fingerprint f
        WHERE EXISTS (SELECT FROM cell c)
          AND f.value IS DISTINCT FROM (SELECT l.input_fingerprint FROM @icb@.quick_win_run l
                                        WHERE l.from_day = from_day AND l.to_day = to_day ORDER BY l.quick_win_run_id DESC LIMIT 1)
        RETURNING q.quick_win_run_id
    )
    INSERT INTO @icb@.quick_win (quick_win_run_id, run_id, practice_code, condition, kind, label, list_size, people, admissions, bed_days, cost, admissions_by_fallback, admissions_without_cost)
    SELECT n.quick_win_run_id, run_id, c.practice_code, c.condition, c.kind, c.label, c.list_size, c.people, c.admissions, c.bed_days, c.cost, c.by_fallback, c.without_cost
    FROM cell c CROSS JOIN new_set n;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_quick_wins(bigint, date, date) IS
    'A step of find_quick_wins: keeps the avoidable admissions of a period per practice and condition unless the last set of that period is equal. Returns the number of rows, 0 when nothing changed.';

CREATE PROCEDURE @icb@.find_quick_wins(to_day date DEFAULT NULL, days integer DEFAULT 365)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    id bigint;
    kept bigint;
BEGIN
    IF days IS NULL OR days < 1 THEN
        RAISE EXCEPTION 'a period has at least one day, got %', days USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_day IS NULL THEN
        SELECT least(current_date, max(coalesce(a.end_date, a.start_date))) INTO to_day FROM @icb@.activity a;
    END IF;
    id := @icb@.start_run('quick_wins', pg_catalog.jsonb_build_object('to_day', to_day, 'days', days));
    COMMIT;
    kept := @icb@.keep_quick_wins(id, to_day - days + 1, to_day);
    PERFORM @icb@.finish_run(id, rows_out => kept, status => CASE WHEN kept = 0 THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.find_quick_wins(date, integer) IS
    'Finds where avoidable cost sits: emergency admissions for the conditions of known_avoidable_condition in so many days up to a day (NULL: the day of the latest event, at most today), per practice and condition. Data that have not changed add nothing. 22023 for a period without days, 55000 when the warehouse has another purpose.';

-- Practices compared ------------------------------------------------------------------------------

CREATE TABLE @icb@.practice_comparison (
    comparison_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    risk_run_id       bigint NOT NULL,
    outcome           text NOT NULL CHECK (outcome IN ('any_emergency_admission', 'emergency_admissions')),
    from_day          date NOT NULL,
    to_day            date NOT NULL,
    practices         bigint NOT NULL,
    observed          bigint NOT NULL,
    predicted         double precision NOT NULL,
    factor            double precision NOT NULL,
    phi               double precision,
    tau2              double precision NOT NULL,
    input_fingerprint text NOT NULL,
    made_at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.practice_comparison IS 'Comparisons of practices standardised for casemix: one row per comparison that differs from the one before it.';
COMMENT ON COLUMN @icb@.practice_comparison.comparison_id IS 'Number of the comparison.';
COMMENT ON COLUMN @icb@.practice_comparison.risk_run_id IS 'Scores that say what is expected.';
COMMENT ON COLUMN @icb@.practice_comparison.outcome IS 'any_emergency_admission: people with at least one; emergency_admissions: their number.';
COMMENT ON COLUMN @icb@.practice_comparison.from_day IS 'First day of the outcome.';
COMMENT ON COLUMN @icb@.practice_comparison.to_day IS 'Last day of the outcome.';
COMMENT ON COLUMN @icb@.practice_comparison.practices IS 'Practices compared.';
COMMENT ON COLUMN @icb@.practice_comparison.observed IS 'Observed in all of them.';
COMMENT ON COLUMN @icb@.practice_comparison.predicted IS 'Sum of scores.';
COMMENT ON COLUMN @icb@.practice_comparison.factor IS 'What scores are multiplied by to be expected numbers: 1, or observed over predicted where the comparison is within the area.';
COMMENT ON COLUMN @icb@.practice_comparison.phi IS 'Overdispersion: mean of the squared deviations on the square-root scale, the outer tenths brought in; 1 is chance alone. NULL with fewer than two practices.';
COMMENT ON COLUMN @icb@.practice_comparison.tau2 IS 'Variance between practices beyond chance on the square-root scale; 0 where phi says chance suffices.';
COMMENT ON COLUMN @icb@.practice_comparison.input_fingerprint IS 'Fingerprint of its rows.';
COMMENT ON COLUMN @icb@.practice_comparison.made_at IS 'When it was computed.';

CREATE TABLE @icb@.practice_ratio (
    comparison_id bigint NOT NULL REFERENCES @icb@.practice_comparison,
    run_id        bigint NOT NULL,
    practice_code text NOT NULL,
    people        bigint NOT NULL,
    observed      bigint NOT NULL,
    expected      double precision NOT NULL,
    ratio         double precision,
    ratio_lower   double precision,
    ratio_upper   double precision,
    low_95        double precision,
    high_95       double precision,
    low_998       double precision,
    high_998      double precision,
    low_998_adjusted  double precision,
    high_998_adjusted double precision,
    shrunk_ratio  double precision,
    PRIMARY KEY (comparison_id, practice_code)
);
COMMENT ON TABLE @icb@.practice_ratio IS 'Observed against expected, per practice.';
COMMENT ON COLUMN @icb@.practice_ratio.comparison_id IS 'Comparison.';
COMMENT ON COLUMN @icb@.practice_ratio.practice_code IS 'Practice where people were registered on the day of the scores.';
COMMENT ON COLUMN @icb@.practice_ratio.people IS 'People with a score.';
COMMENT ON COLUMN @icb@.practice_ratio.observed IS 'Observed among them.';
COMMENT ON COLUMN @icb@.practice_ratio.expected IS 'Expected of them: sum of scores times the factor.';
COMMENT ON COLUMN @icb@.practice_ratio.ratio IS 'Observed over expected: 1 is what the model expects of such people.';
COMMENT ON COLUMN @icb@.practice_ratio.ratio_lower IS 'Lower end of its 95 % interval (Byar, exact below 10 events).';
COMMENT ON COLUMN @icb@.practice_ratio.ratio_upper IS 'Upper end.';
COMMENT ON COLUMN @icb@.practice_ratio.low_95 IS 'Lower 95 % limit of the funnel.';
COMMENT ON COLUMN @icb@.practice_ratio.high_95 IS 'Upper 95 % limit of the funnel.';
COMMENT ON COLUMN @icb@.practice_ratio.low_998 IS 'Lower 99.8 % limit of the funnel.';
COMMENT ON COLUMN @icb@.practice_ratio.high_998 IS 'Upper 99.8 % limit of the funnel.';
COMMENT ON COLUMN @icb@.practice_ratio.low_998_adjusted IS 'Lower 99.8 % limit with the variance between practices.';
COMMENT ON COLUMN @icb@.practice_ratio.high_998_adjusted IS 'Upper 99.8 % limit with the variance between practices.';
COMMENT ON COLUMN @icb@.practice_ratio.shrunk_ratio IS 'The ratio drawn towards 1 as far as the size of the list cannot carry it (empirical Bayes): for ranking.';

CREATE FUNCTION @icb@.keep_comparison(run_id bigint, risk_run_id bigint, outcome text, days integer, within_area boolean) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    scores @icb@.risk_run;
    kept bigint;
BEGIN
    SELECT r.* INTO scores FROM @icb@.risk_run r WHERE r.risk_run_id = risk_run_id;
    WITH unit AS (
        SELECT s.practice_code, count(*) AS people, sum(s.score) AS predicted,
               sum(CASE outcome WHEN 'emergency_admissions' THEN coalesce(h.admissions, 0) ELSE (h.admissions IS NOT NULL)::integer END) AS observed
        FROM @icb@.risk_score s
        LEFT JOIN (SELECT a.person_id, count(*) AS admissions FROM @icb@.activity a
                   WHERE a.dataset = 'APC' AND a.admission_method LIKE '2%' AND a.start_date > scores.as_of AND a.start_date <= scores.as_of + days
                   GROUP BY a.person_id) h ON h.person_id = s.person_id
        WHERE s.risk_run_id = risk_run_id AND s.score IS NOT NULL
        GROUP BY s.practice_code
    ), whole AS (
        SELECT count(*) AS practices, sum(u.observed)::bigint AS observed, sum(u.predicted) AS predicted,
               CASE WHEN within_area AND sum(u.predicted) > 0 THEN sum(u.observed)::double precision / sum(u.predicted) ELSE 1 END AS factor
        FROM unit u
    ), deviation AS (
        SELECT u.practice_code, u.predicted * w.factor AS expected, 2 * (sqrt(u.observed::double precision) - sqrt(u.predicted * w.factor)) AS z
        FROM unit u CROSS JOIN whole w
        WHERE u.predicted * w.factor > 0
    ), bounds AS (
        SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY d.z) AS low, percentile_cont(0.9) WITHIN GROUP (ORDER BY d.z) AS high FROM deviation d
    ), spread AS (
        SELECT CASE WHEN count(*) > 1 THEN avg(greatest(least(d.z, b.high), b.low) ^ 2) END AS phi, count(*) AS k,
               sum(4 * d.expected) AS weight, sum((4 * d.expected) ^ 2) AS weight_2
        FROM deviation d CROSS JOIN bounds b
    ), between_units AS (
        SELECT s.phi, CASE WHEN s.k > 1 AND s.k * s.phi > s.k - 1 AND s.weight > s.weight_2 / s.weight
                           THEN (s.k * s.phi - (s.k - 1)) / (s.weight - s.weight_2 / s.weight) ELSE 0 END AS tau2
        FROM spread s
    ), ratio AS MATERIALIZED (
        SELECT u.practice_code, u.people, u.observed::bigint AS observed, u.predicted * w.factor AS expected,
               commissioning.rate_ci(u.observed::bigint, u.predicted * w.factor, 0.95) AS interval,
               commissioning.funnel_limits(u.predicted * w.factor, 0.95) AS limits_95, commissioning.funnel_limits(u.predicted * w.factor, 0.998) AS limits_998,
               commissioning.funnel_limits(u.predicted * w.factor, 0.998, b.tau2) AS limits_adjusted,
               -- the ratio varies about 1 with four times the variance on the square-root scale
               CASE WHEN b.tau2 > 0 THEN (u.observed + 1 / (4 * b.tau2)) / (u.predicted * w.factor + 1 / (4 * b.tau2)) ELSE 1 END AS shrunk
        FROM unit u CROSS JOIN whole w CROSS JOIN between_units b
    ), fingerprint AS (
        SELECT pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('|', r.practice_code, r.people, r.observed, r.expected), E'\n' ORDER BY r.practice_code)) AS value FROM ratio r
    ), new_set AS (
        INSERT INTO @icb@.practice_comparison AS c (run_id, risk_run_id, outcome, from_day, to_day, practices, observed, predicted, factor, phi, tau2, input_fingerprint)
        SELECT run_id, risk_run_id, outcome, scores.as_of + 1, scores.as_of + days, w.practices, w.observed, w.predicted, w.factor, b.phi, b.tau2, f.value
        FROM whole w CROSS JOIN between_units b CROSS JOIN fingerprint f
        WHERE w.practices > 0
          AND f.value IS DISTINCT FROM (SELECT l.input_fingerprint FROM @icb@.practice_comparison l
                                        WHERE l.risk_run_id = risk_run_id AND l.outcome = outcome AND l.to_day = scores.as_of + days ORDER BY l.comparison_id DESC LIMIT 1)
        RETURNING c.comparison_id
    )
    INSERT INTO @icb@.practice_ratio (comparison_id, run_id, practice_code, people, observed, expected, ratio, ratio_lower, ratio_upper, low_95, high_95, low_998, high_998,
                                      low_998_adjusted, high_998_adjusted, shrunk_ratio)
    SELECT n.comparison_id, run_id, r.practice_code, r.people, r.observed, r.expected, (r.interval).rate, (r.interval).lower, (r.interval).upper,
           (r.limits_95).lower, (r.limits_95).upper, (r.limits_998).lower, (r.limits_998).upper, (r.limits_adjusted).lower, (r.limits_adjusted).upper, r.shrunk
    FROM ratio r CROSS JOIN new_set n;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_comparison(bigint, bigint, text, integer, boolean) IS
    'A step of compare_practices: keeps observed against expected of every practice unless the last comparison of the same scores is equal. Returns the number of practices, 0 when nothing changed.';

CREATE PROCEDURE @icb@.compare_practices(model text, as_of date DEFAULT NULL, outcome text DEFAULT 'any_emergency_admission', days integer DEFAULT 365,
                                         within_area boolean DEFAULT true, allow_unapproved boolean DEFAULT false)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    scores @icb@.risk_run;
    refusal text;
    seen date;
    id bigint;
    kept bigint;
BEGIN
    IF outcome IS NULL OR outcome NOT IN ('any_emergency_admission', 'emergency_admissions') THEN
        RAISE EXCEPTION 'unknown outcome "%"', outcome USING ERRCODE = 'invalid_parameter_value', HINT = 'Outcomes are any_emergency_admission and emergency_admissions.';
    END IF;
    IF days IS NULL OR days < 1 THEN
        RAISE EXCEPTION 'a period has at least one day, got %', days USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT least(current_date, max(a.start_date)) INTO seen FROM @icb@.activity a;
    SELECT r.* INTO scores FROM @icb@.risk_run r
    WHERE r.model = model AND (r.as_of = as_of OR (as_of IS NULL AND r.as_of + days <= seen)) ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there are no kept scores of model "%"%', model, coalesce(' as of ' || pg_catalog.to_char(as_of, 'YYYY-MM-DD'), pg_catalog.format(' with %s days after them', days))
            USING ERRCODE = 'no_data_found', HINT = 'Score the population as of a day in the past first.';
    END IF;
    IF scores.as_of + days > seen THEN
        RAISE EXCEPTION 'the outcome is not complete: it ends on %, data reach to %', pg_catalog.to_char(scores.as_of + days, 'YYYY-MM-DD'), pg_catalog.to_char(seen, 'YYYY-MM-DD')
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Take earlier scores or fewer days.';
    END IF;
    refusal := @icb@.model_allowed(scores.model, scores.model_version);
    IF refusal IS NOT NULL AND NOT allow_unapproved THEN
        RAISE EXCEPTION 'practices are not compared by model "%" version "%": %', scores.model, scores.model_version, refusal USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    id := @icb@.start_run('compare', pg_catalog.jsonb_build_object('model', model, 'as_of', scores.as_of, 'outcome', outcome, 'days', days, 'within_area', within_area));
    COMMIT;
    kept := @icb@.keep_comparison(id, scores.risk_run_id, outcome, days, within_area);
    PERFORM @icb@.finish_run(id, rows_out => kept, status => CASE WHEN kept = 0 THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.compare_practices(text, date, text, integer, boolean, boolean) IS
    'Compares practices by what was observed in so many days after a day against what the kept scores of a model expected of the same people (as_of NULL: the latest scores with that many days after them): indirect standardisation. within_area: expected numbers are scaled to add up to those observed, so that practices are compared with each other; else with the model. 22023 for an unknown outcome, P0002 without scores, 55000 for an outcome that is not complete, a model that is not approved (unless allowed), or another purpose.';

-- Budgets -----------------------------------------------------------------------------------------

CREATE TABLE @icb@.budget_baseline (
    baseline      text NOT NULL,
    practice_code text NOT NULL,
    amount        numeric(16,2) NOT NULL CHECK (amount >= 0),
    source        text NOT NULL,
    PRIMARY KEY (baseline, practice_code)
);
COMMENT ON TABLE @icb@.budget_baseline IS 'What practices had before: the amounts that growth is counted from.';
COMMENT ON COLUMN @icb@.budget_baseline.baseline IS 'Name of the set of amounts.';
COMMENT ON COLUMN @icb@.budget_baseline.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb@.budget_baseline.amount IS 'Amount in pounds.';

CREATE TABLE @icb@.budget (
    budget_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id        bigint NOT NULL,
    budget        text NOT NULL,
    amount        numeric(16,2) NOT NULL,
    risk_run_id   bigint NOT NULL,
    cost_cap      numeric(16,2),
    hold_pool     boolean NOT NULL,
    pool          numeric(16,2) NOT NULL,
    baseline      text,
    least_growth  numeric(9,6),
    most_growth   numeric(9,6),
    pace          numeric(7,6) NOT NULL,
    people        bigint NOT NULL,
    not_assessed  bigint NOT NULL,
    people_capped bigint NOT NULL,
    predicted     numeric(20,6) NOT NULL,
    excess        numeric(20,6) NOT NULL,
    input_fingerprint text NOT NULL,
    source        text NOT NULL,
    made_by       text NOT NULL DEFAULT session_user,
    made_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.budget IS 'Budgets shared over practices by predicted cost: terms and totals. Append-only; a budget set again under its name is a new row.';
COMMENT ON COLUMN @icb@.budget.budget_id IS 'Number of the budget.';
COMMENT ON COLUMN @icb@.budget.budget IS 'Name, the latest of a name counts.';
COMMENT ON COLUMN @icb@.budget.amount IS 'What is shared, in pounds.';
COMMENT ON COLUMN @icb@.budget.risk_run_id IS 'Scores: predicted cost per person.';
COMMENT ON COLUMN @icb@.budget.cost_cap IS 'Predicted cost per person that counts for the practice at most; NULL for no cap.';
COMMENT ON COLUMN @icb@.budget.hold_pool IS 'Whether the share of predicted cost above the cap is held back as a pool for high-cost patients.';
COMMENT ON COLUMN @icb@.budget.pool IS 'The pool, in pounds: 0 where none is held.';
COMMENT ON COLUMN @icb@.budget.baseline IS 'Amounts that growth is counted from: a set of budget_baseline, or an earlier budget; NULL for none.';
COMMENT ON COLUMN @icb@.budget.least_growth IS 'Least growth as a share, NULL for no floor.';
COMMENT ON COLUMN @icb@.budget.most_growth IS 'Most growth as a share, NULL for no ceiling.';
COMMENT ON COLUMN @icb@.budget.pace IS 'How much of the way from equal growth to target is gone: 1 is all of it.';
COMMENT ON COLUMN @icb@.budget.people IS 'People registered on the day of the scores.';
COMMENT ON COLUMN @icb@.budget.not_assessed IS 'People without a score: they count with the average of the others.';
COMMENT ON COLUMN @icb@.budget.people_capped IS 'People whose predicted cost is above the cap.';
COMMENT ON COLUMN @icb@.budget.predicted IS 'Predicted cost of all.';
COMMENT ON COLUMN @icb@.budget.excess IS 'The part of it above the cap.';
COMMENT ON COLUMN @icb@.budget.input_fingerprint IS 'Fingerprint of terms and lines.';
COMMENT ON COLUMN @icb@.budget.source IS 'Where the amount comes from, who agreed the terms.';
COMMENT ON COLUMN @icb@.budget.made_by IS 'Login that set it.';
COMMENT ON COLUMN @icb@.budget.made_at IS 'When it was set.';

CREATE TABLE @icb@.budget_line (
    budget_id        bigint NOT NULL REFERENCES @icb@.budget,
    run_id           bigint NOT NULL,
    practice_code    text NOT NULL,
    people           bigint NOT NULL,
    not_assessed     bigint NOT NULL,
    predicted        numeric(20,6) NOT NULL,
    excess           numeric(20,6) NOT NULL,
    need             numeric(20,6) NOT NULL,
    share            numeric(14,12) NOT NULL,
    target           numeric(16,2) NOT NULL,
    baseline         numeric(16,2),
    opening_distance numeric(16,6),
    lower_limit      numeric(16,2),
    upper_limit      numeric(16,2),
    amount           numeric(16,2) NOT NULL,
    growth           numeric(16,6),
    closing_distance numeric(16,6),
    held_by          text NOT NULL CHECK (held_by IN ('floor', 'ceiling', 'none')),
    formula          text NOT NULL,
    PRIMARY KEY (budget_id, practice_code)
);
COMMENT ON TABLE @icb@.budget_line IS 'The budget of each practice, with everything that made it. Lines and pool add up to the budget. Append-only.';
COMMENT ON COLUMN @icb@.budget_line.budget_id IS 'Budget.';
COMMENT ON COLUMN @icb@.budget_line.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb@.budget_line.people IS 'People registered on the day of the scores.';
COMMENT ON COLUMN @icb@.budget_line.not_assessed IS 'Those without a score.';
COMMENT ON COLUMN @icb@.budget_line.predicted IS 'Predicted cost of the others.';
COMMENT ON COLUMN @icb@.budget_line.excess IS 'The part of it above the cap.';
COMMENT ON COLUMN @icb@.budget_line.need IS 'What the target is shared by: predicted cost up to the cap, and the average for those without a score.';
COMMENT ON COLUMN @icb@.budget_line.share IS 'Its share in the need of all.';
COMMENT ON COLUMN @icb@.budget_line.target IS 'Fair share, in pounds.';
COMMENT ON COLUMN @icb@.budget_line.baseline IS 'What the practice had, NULL for a practice without.';
COMMENT ON COLUMN @icb@.budget_line.opening_distance IS 'How far its share of the baselines is from its fair share, as a share of that.';
COMMENT ON COLUMN @icb@.budget_line.lower_limit IS 'Least amount by the floor on growth.';
COMMENT ON COLUMN @icb@.budget_line.upper_limit IS 'Most by the ceiling on growth.';
COMMENT ON COLUMN @icb@.budget_line.amount IS 'The budget, in pounds.';
COMMENT ON COLUMN @icb@.budget_line.growth IS 'Growth on the baseline, as a share.';
COMMENT ON COLUMN @icb@.budget_line.closing_distance IS 'How far the budget is from the fair share, as a share of that.';
COMMENT ON COLUMN @icb@.budget_line.held_by IS 'Which limit decided: floor, ceiling or none.';

CREATE FUNCTION @icb@.keep_budget_lines() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Set the budget again under its name: the latest counts.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_budget_lines() IS 'Trigger: budgets are append-only (55000).';
CREATE TRIGGER keep_budget_lines BEFORE UPDATE OR DELETE ON @icb@.budget FOR EACH ROW EXECUTE FUNCTION @icb@.keep_budget_lines();
CREATE TRIGGER keep_budget_lines BEFORE UPDATE OR DELETE ON @icb@.budget_line FOR EACH ROW EXECUTE FUNCTION @icb@.keep_budget_lines();

CREATE FUNCTION @icb@.baseline_amounts(baseline text) RETURNS TABLE (practice_code text, amount numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT b.practice_code, b.amount FROM @icb@.budget_baseline b WHERE b.baseline = baseline_amounts.baseline
    UNION ALL
    SELECT l.practice_code, l.amount
    FROM @icb@.budget_line l
    WHERE l.budget_id = (SELECT max(x.budget_id) FROM @icb@.budget x WHERE x.budget = baseline_amounts.baseline)
      AND NOT EXISTS (SELECT FROM @icb@.budget_baseline b WHERE b.baseline = baseline_amounts.baseline);
END;
COMMENT ON FUNCTION @icb@.baseline_amounts(text) IS 'What practices had: the set of budget_baseline of this name, else the latest budget of this name. No rows for an unknown one.';

CREATE FUNCTION @icb@.keep_budget(run_id bigint, budget text, amount numeric, risk_run_id bigint, cost_cap numeric, hold_pool boolean, baseline text,
                                  least_growth numeric, most_growth numeric, pace numeric, source text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    totals record;
    average numeric;
    pool numeric := 0;
    lines jsonb;
    fingerprint text;
    id bigint;
BEGIN
    -- numeric from here on: sums do not depend on the order of rows
    CREATE TEMP TABLE budget_need ON COMMIT DROP AS
    SELECT s.practice_code, count(*) AS people, count(*) FILTER (WHERE s.cost IS NULL) AS not_assessed, count(*) FILTER (WHERE s.cost > cost_cap) AS people_capped,
           coalesce(sum(s.cost), 0) AS predicted, coalesce(sum(greatest(s.cost - cost_cap, 0)), 0) AS excess
    FROM (SELECT x.practice_code, CASE WHEN x.score <> 'NaN' AND x.score < 'Infinity' AND x.score > '-Infinity' THEN round(greatest(x.score, 0)::numeric, 6) END AS cost
          FROM @icb@.risk_score x WHERE x.risk_run_id = risk_run_id) s
    GROUP BY s.practice_code;
    SELECT sum(n.people) AS people, sum(n.not_assessed) AS not_assessed, sum(n.people_capped) AS people_capped, sum(n.predicted) AS predicted, sum(n.excess) AS excess
    INTO totals FROM pg_temp.budget_need n;
    IF totals.people IS NULL OR totals.predicted = 0 THEN
        RAISE EXCEPTION 'the scores predict no cost: there is nothing to share by' USING ERRCODE = 'no_data_found';
    END IF;
    average := round((totals.predicted - totals.excess) / (totals.people - totals.not_assessed), 6);
    IF hold_pool THEN
        pool := round(amount * totals.excess / totals.predicted, 2);
    END IF;
    WITH need AS (
        SELECT n.*, n.predicted - n.excess + n.not_assessed * average AS need FROM pg_temp.budget_need n
    ), shared AS (
        SELECT (commissioning.practice_budget(
                   pg_catalog.array_agg(n.practice_code ORDER BY n.practice_code COLLATE "C"), pg_catalog.array_agg(n.need ORDER BY n.practice_code COLLATE "C"), amount - pool,
                   CASE WHEN baseline IS NOT NULL THEN pg_catalog.array_agg(b.amount ORDER BY n.practice_code COLLATE "C") END, least_growth, most_growth, pace)).*
        FROM need n LEFT JOIN @icb@.baseline_amounts(baseline) b ON b.practice_code = n.practice_code
    )
    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) || pg_catalog.to_jsonb(n) ORDER BY s.place) INTO lines
    FROM shared s JOIN need n ON n.practice_code = s.practice;
    DROP TABLE pg_temp.budget_need;
    fingerprint := pg_catalog.md5(pg_catalog.concat_ws('|', amount, risk_run_id, cost_cap, hold_pool, pool, baseline, least_growth, most_growth, pace, lines));
    IF fingerprint = (SELECT l.input_fingerprint FROM @icb@.budget l WHERE l.budget = budget ORDER BY l.budget_id DESC LIMIT 1) THEN
        RETURN NULL;
    END IF;
    INSERT INTO @icb@.budget AS b (run_id, budget, amount, risk_run_id, cost_cap, hold_pool, pool, baseline, least_growth, most_growth, pace, people, not_assessed, people_capped,
                                   predicted, excess, input_fingerprint, source)
    VALUES (run_id, budget, amount, risk_run_id, cost_cap, hold_pool, pool, baseline, least_growth, most_growth, pace, totals.people, totals.not_assessed, totals.people_capped,
            totals.predicted, totals.excess, fingerprint, source)
    RETURNING b.budget_id INTO id;
    INSERT INTO @icb@.budget_line (budget_id, run_id, practice_code, people, not_assessed, predicted, excess, need, share, target, baseline, opening_distance, lower_limit, upper_limit,
                                   amount, growth, closing_distance, held_by, formula)
    SELECT id, run_id, r.practice, r.people, r.not_assessed, r.predicted, r.excess, r.need, r.share, r.target, r.baseline, r.opening_distance, r.lower_limit, r.upper_limit,
           r.amount, r.growth, r.closing_distance, r.held_by,
           pg_catalog.concat_ws('; ',
               pg_catalog.format('need %s = %s predicted%s%s', pg_catalog.trim_scale(r.need), pg_catalog.trim_scale(r.predicted),
                                 CASE WHEN r.excess > 0 THEN pg_catalog.format(' - %s above the cap', pg_catalog.trim_scale(r.excess)) END,
                                 CASE WHEN r.not_assessed > 0 THEN pg_catalog.format(' + %s x %s average', r.not_assessed, pg_catalog.trim_scale(average)) END),
               pg_catalog.format('target %s = %s x need / %s', r.target, amount - pool, pg_catalog.trim_scale(sum(r.need) OVER ())),
               CASE WHEN r.held_by = 'floor' THEN pg_catalog.format('held at %s = baseline %s x (1 + %s)', r.amount, r.baseline, coalesce(pg_catalog.trim_scale(least_growth), 0))
                    WHEN r.held_by = 'ceiling' THEN pg_catalog.format('held at %s = baseline %s x (1 + %s)', r.amount, r.baseline, pg_catalog.trim_scale(most_growth))
                    WHEN baseline IS NOT NULL THEN pg_catalog.format('%s after the limits of the others%s', r.amount, CASE WHEN pace < 1 THEN pg_catalog.format(', pace %s', pg_catalog.trim_scale(pace)) END) END)
    FROM pg_catalog.jsonb_to_recordset(lines) AS r (practice text, people bigint, not_assessed bigint, predicted numeric, excess numeric, need numeric, share numeric, target numeric,
                                                    baseline numeric, opening_distance numeric, lower_limit numeric, upper_limit numeric, amount numeric, growth numeric,
                                                    closing_distance numeric, held_by text);
    IF (SELECT sum(l.amount) FROM @icb@.budget_line l WHERE l.budget_id = id) + pool <> amount THEN
        RAISE EXCEPTION 'budget "%" does not add up', budget USING ERRCODE = 'internal_error';
    END IF;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.keep_budget(bigint, text, numeric, bigint, numeric, boolean, text, numeric, numeric, numeric, text) IS
    'A step of set_budget: computes and keeps a budget unless the latest of its name is equal. Returns its number, NULL when nothing changed; errors as commissioning.practice_budget.';

CREATE PROCEDURE @icb@.set_budget(budget text, amount numeric, model text, source text, as_of date DEFAULT NULL, cost_cap numeric DEFAULT NULL, hold_pool boolean DEFAULT true,
                                  baseline text DEFAULT NULL, least_growth numeric DEFAULT NULL, most_growth numeric DEFAULT NULL, pace numeric DEFAULT 1,
                                  allow_unapproved boolean DEFAULT false)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    scores @icb@.risk_run;
    refusal text;
    id bigint;
    kept bigint;
BEGIN
    IF budget IS NULL OR amount IS NULL OR source IS NULL OR hold_pool IS NULL OR pace IS NULL THEN
        RAISE EXCEPTION 'a budget needs a name, an amount, a source, hold_pool and a pace' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF cost_cap <= 0 OR cost_cap = 'NaN' THEN
        RAISE EXCEPTION 'the cap must be above 0, got %', cost_cap USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF baseline IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.baseline_amounts(baseline) b) THEN
        RAISE EXCEPTION 'baseline "%" is not known', baseline USING ERRCODE = 'undefined_object', HINT = 'Name a set of amounts in @icb@.budget_baseline or an earlier budget.';
    END IF;
    SELECT r.* INTO scores FROM @icb@.risk_run r
    WHERE r.model = model AND (r.as_of = as_of OR as_of IS NULL) ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there are no kept scores of model "%"%', model, coalesce(' as of ' || pg_catalog.to_char(as_of, 'YYYY-MM-DD'), '')
            USING ERRCODE = 'no_data_found', HINT = 'Score the population first: CALL @icb@.score_population(...).';
    END IF;
    refusal := @icb@.model_allowed(scores.model, scores.model_version);
    IF refusal IS NOT NULL AND NOT allow_unapproved THEN
        RAISE EXCEPTION 'budgets are not set by model "%" version "%": %', scores.model, scores.model_version, refusal USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    id := @icb@.start_run('budget', pg_catalog.jsonb_build_object('budget', budget, 'amount', amount, 'model', model, 'as_of', scores.as_of));
    COMMIT;
    kept := @icb@.keep_budget(id, budget, amount, scores.risk_run_id, cost_cap, hold_pool, baseline, least_growth, most_growth, pace, source);
    PERFORM @icb@.finish_run(id, amount_out => CASE WHEN kept IS NOT NULL THEN amount END, status => CASE WHEN kept IS NULL THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.set_budget(text, numeric, text, text, date, numeric, boolean, text, numeric, numeric, numeric, boolean) IS
    'Shares an amount over practices by the predicted cost of their people (kept scores of a model of cost, as_of NULL: the latest), to the penny, as commissioning.practice_budget does: predicted cost of a person counts up to cost_cap; the share above it is held back as a pool (hold_pool) or shared like the rest; growth on a baseline is held between least_growth and most_growth. Terms, totals and a line per practice with its formula are kept; the same again adds nothing. 22004 for NULLs, 22023 for amounts and limits that cannot be met, 42704 for an unknown baseline, P0002 without scores or cost, 55000 for a model that is not approved (unless allowed) or another purpose.';
