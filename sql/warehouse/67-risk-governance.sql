-- Models after they were made: validation, recalibration, drift, what came true a year later, and the report that says it all.

-- Validations --------------------------------------------------------------------------------------

CREATE TABLE @icb@.validation (
    validation_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model             text NOT NULL,
    model_version     text NOT NULL,
    model_fingerprint text NOT NULL,
    cohort            text NOT NULL,
    cohort_hash       text NOT NULL,
    cohort_definition text NOT NULL,
    rows_used         text NOT NULL CHECK (rows_used IN ('train', 'validate', 'all')),
    same_rows         boolean NOT NULL,
    outcome           text NOT NULL,
    outcome_kind      text NOT NULL CHECK (outcome_kind IN ('binary', 'count', 'amount')),
    outcome_days      integer NOT NULL,
    first_day         date NOT NULL,
    last_day          date NOT NULL,
    row_count         bigint NOT NULL,
    events            bigint NOT NULL,
    not_assessed      bigint NOT NULL,
    validated_by      text NOT NULL DEFAULT session_user,
    validated_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    note              text
);
CREATE INDEX validation_model ON @icb@.validation (model, model_version, validation_id);
COMMENT ON TABLE @icb@.validation IS 'One row per time that a model was held against what happened in a cohort.';
COMMENT ON COLUMN @icb@.validation.validation_id IS 'Number of the validation.';
COMMENT ON COLUMN @icb@.validation.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.validation.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.validation.model_fingerprint IS 'Fingerprint of its content.';
COMMENT ON COLUMN @icb@.validation.cohort IS 'Cohort it was validated on.';
COMMENT ON COLUMN @icb@.validation.cohort_hash IS 'Fingerprint of the rows of the cohort.';
COMMENT ON COLUMN @icb@.validation.cohort_definition IS 'Who was in the cohort.';
COMMENT ON COLUMN @icb@.validation.rows_used IS 'train, validate or all: which rows of the cohort.';
COMMENT ON COLUMN @icb@.validation.same_rows IS 'Whether the model was fitted to these very rows: its performance then looks better than it is.';
COMMENT ON COLUMN @icb@.validation.outcome IS 'Outcome, see cohort_outcome.';
COMMENT ON COLUMN @icb@.validation.outcome_kind IS 'binary, count or amount.';
COMMENT ON COLUMN @icb@.validation.outcome_days IS 'Days in which the outcome counts.';
COMMENT ON COLUMN @icb@.validation.first_day IS 'First day as of which people were scored.';
COMMENT ON COLUMN @icb@.validation.last_day IS 'Last day as of which people were scored.';
COMMENT ON COLUMN @icb@.validation.row_count IS 'Rows with outcome and prediction.';
COMMENT ON COLUMN @icb@.validation.events IS 'Of those, rows with the outcome (above zero).';
COMMENT ON COLUMN @icb@.validation.not_assessed IS 'Rows without prediction or outcome.';
COMMENT ON COLUMN @icb@.validation.validated_by IS 'Login that validated it.';
COMMENT ON COLUMN @icb@.validation.validated_at IS 'When.';
COMMENT ON COLUMN @icb@.validation.note IS 'What was said.';

CREATE TABLE @icb@.validation_measure (
    validation_id  bigint NOT NULL REFERENCES @icb@.validation,
    subgroup       text NOT NULL,
    subgroup_value text NOT NULL,
    place          integer NOT NULL,
    metric         text NOT NULL,
    people         bigint,
    events         bigint,
    value          double precision,
    lower          double precision,
    upper          double precision,
    note           text,
    PRIMARY KEY (validation_id, subgroup, subgroup_value, metric)
);
COMMENT ON TABLE @icb@.validation_measure IS 'Measures of a validation, for everybody and by sex, age band, deprivation and practice; see commissioning.risk_performance and risk_cost_performance.';
COMMENT ON COLUMN @icb@.validation_measure.validation_id IS 'Validation.';
COMMENT ON COLUMN @icb@.validation_measure.subgroup IS 'all, sex, age band, deprivation or practice.';
COMMENT ON COLUMN @icb@.validation_measure.subgroup_value IS 'Which of them.';
COMMENT ON COLUMN @icb@.validation_measure.place IS 'Order of the measures.';
COMMENT ON COLUMN @icb@.validation_measure.metric IS 'Name of the measure.';
COMMENT ON COLUMN @icb@.validation_measure.people IS 'Rows it rests on.';
COMMENT ON COLUMN @icb@.validation_measure.events IS 'Rows with the outcome among them.';
COMMENT ON COLUMN @icb@.validation_measure.value IS 'Its value, NULL when it cannot be known.';
COMMENT ON COLUMN @icb@.validation_measure.lower IS 'Lower end of its 95% interval.';
COMMENT ON COLUMN @icb@.validation_measure.upper IS 'Upper end of its 95% interval.';
COMMENT ON COLUMN @icb@.validation_measure.note IS 'What there is to say about it.';

CREATE TABLE @icb@.validation_decile (
    validation_id  bigint NOT NULL REFERENCES @icb@.validation,
    decile         integer NOT NULL,
    people         bigint NOT NULL,
    events         bigint,
    predicted_mean double precision,
    predicted_least double precision,
    predicted_most double precision,
    observed       double precision,
    observed_lower double precision,
    observed_upper double precision,
    lift           double precision,
    events_share   double precision,
    PRIMARY KEY (validation_id, decile)
);
COMMENT ON TABLE @icb@.validation_decile IS 'Predicted against observed in ten groups of equal size by prediction.';
COMMENT ON COLUMN @icb@.validation_decile.validation_id IS 'Validation.';
COMMENT ON COLUMN @icb@.validation_decile.decile IS 'Group, 1 has the lowest predictions.';
COMMENT ON COLUMN @icb@.validation_decile.people IS 'Rows.';
COMMENT ON COLUMN @icb@.validation_decile.events IS 'Rows with the outcome; NULL for counts and costs.';
COMMENT ON COLUMN @icb@.validation_decile.predicted_mean IS 'Mean prediction.';
COMMENT ON COLUMN @icb@.validation_decile.predicted_least IS 'Least prediction.';
COMMENT ON COLUMN @icb@.validation_decile.predicted_most IS 'Greatest prediction.';
COMMENT ON COLUMN @icb@.validation_decile.observed IS 'Share with the outcome, or mean count or cost.';
COMMENT ON COLUMN @icb@.validation_decile.observed_lower IS 'Lower end of the 95% interval of the share.';
COMMENT ON COLUMN @icb@.validation_decile.observed_upper IS 'Upper end of the 95% interval of the share.';
COMMENT ON COLUMN @icb@.validation_decile.lift IS 'Observed in the group over observed in all.';
COMMENT ON COLUMN @icb@.validation_decile.events_share IS 'Share of all events, counts or costs that fell in the group.';

CREATE TABLE @icb@.validation_list (
    validation_id  bigint NOT NULL REFERENCES @icb@.validation,
    rule           text NOT NULL CHECK (rule IN ('threshold', 'top')),
    cutoff         double precision NOT NULL,
    flagged        bigint NOT NULL,
    threshold      double precision,
    true_positives double precision,
    sensitivity    double precision,
    specificity    double precision,
    ppv            double precision,
    npv            double precision,
    lift           double precision,
    PRIMARY KEY (validation_id, rule, cutoff)
);
COMMENT ON TABLE @icb@.validation_list IS 'What a list of everybody above a threshold, or of the people with the highest scores, would have found.';
COMMENT ON COLUMN @icb@.validation_list.validation_id IS 'Validation.';
COMMENT ON COLUMN @icb@.validation_list.rule IS 'threshold: everybody at or above it; top: so many people with the highest scores.';
COMMENT ON COLUMN @icb@.validation_list.cutoff IS 'The threshold, or how many people.';
COMMENT ON COLUMN @icb@.validation_list.flagged IS 'People on the list.';
COMMENT ON COLUMN @icb@.validation_list.threshold IS 'Score of the last person on the list.';
COMMENT ON COLUMN @icb@.validation_list.true_positives IS 'People on the list who had the outcome; among equal scores what a fair draw gives.';
COMMENT ON COLUMN @icb@.validation_list.sensitivity IS 'Share of those with the outcome who are on the list.';
COMMENT ON COLUMN @icb@.validation_list.specificity IS 'Share of those without the outcome who are not.';
COMMENT ON COLUMN @icb@.validation_list.ppv IS 'Share of the list who had the outcome.';
COMMENT ON COLUMN @icb@.validation_list.npv IS 'Share of the others who did not have it.';
COMMENT ON COLUMN @icb@.validation_list.lift IS 'Share of the list who had the outcome over the share of all.';

CREATE TABLE @icb@.validation_curve (
    validation_id bigint NOT NULL REFERENCES @icb@.validation,
    curve         text NOT NULL CHECK (curve IN ('roc', 'decision')),
    place         integer NOT NULL,
    threshold     double precision NOT NULL,
    x             double precision NOT NULL,
    y             double precision NOT NULL,
    reference     double precision NOT NULL,
    PRIMARY KEY (validation_id, curve, place)
);
COMMENT ON TABLE @icb@.validation_curve IS 'Points of the ROC and the decision curve of a validation.';
COMMENT ON COLUMN @icb@.validation_curve.validation_id IS 'Validation.';
COMMENT ON COLUMN @icb@.validation_curve.curve IS 'roc: x is 1 - specificity, y sensitivity; decision: x is the threshold, y the net benefit.';
COMMENT ON COLUMN @icb@.validation_curve.place IS 'Order of the points.';
COMMENT ON COLUMN @icb@.validation_curve.threshold IS 'Threshold of the point.';
COMMENT ON COLUMN @icb@.validation_curve.x IS 'Horizontal.';
COMMENT ON COLUMN @icb@.validation_curve.y IS 'Vertical.';
COMMENT ON COLUMN @icb@.validation_curve.reference IS 'What a model without knowledge gives: the diagonal; the net benefit of acting on all.';

-- The model scores the people of a cohort as it scores the population: through people_at_risk, day by day.
CREATE FUNCTION @icb@.fill_predictions(model commissioning.risk_model, cohort text, rows_used text, outcome text) RETURNS regclass
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    day date;
    kind text := (SELECT o.kind FROM @icb@.cohort_outcome(outcome) o);
BEGIN
    IF coalesce(model::jsonb ->> 'unit', 'person') <> 'person' THEN
        RAISE EXCEPTION 'model "%" scores admissions, cohorts are of people', model::jsonb ->> 'name' USING ERRCODE = 'feature_not_supported';
    END IF;
    IF pg_catalog.to_regclass('pg_temp.risk_prediction') IS NOT NULL THEN
        EXECUTE 'DROP TABLE pg_temp.risk_prediction';
    END IF;
    EXECUTE pg_catalog.format('CREATE TEMP TABLE risk_prediction (person_id bigint, as_of date, practice text, sex text, age_band text, deprivation text, actual %s, predicted double precision) ON COMMIT DROP',
                              CASE kind WHEN 'binary' THEN 'boolean' WHEN 'amount' THEN 'numeric' ELSE 'bigint' END);
    FOR day IN SELECT d.day FROM @icb@.cohort c CROSS JOIN LATERAL pg_catalog.unnest(c.as_of) AS d (day) WHERE c.name = cohort ORDER BY d.day LOOP
        EXECUTE pg_catalog.format(
            -- scored apart from the cohort, so that the plan is that of scoring the population
            'WITH scored AS MATERIALIZED (
                 SELECT p.person_id, commissioning.risk_score_flags(m.body, p.flags, p.inputs) AS predicted
                 FROM (SELECT %2$L::commissioning.risk_model AS body OFFSET 0) m
                 CROSS JOIN @icb@.people_at_risk(%2$L::commissioning.risk_model, %4$L::date) p)
             INSERT INTO pg_temp.risk_prediction
             SELECT c.person_id, c.as_of, c.practice_code, CASE c.female WHEN 1 THEN ''female'' WHEN 0 THEN ''male'' END,
                    CASE WHEN c.age < 18 THEN ''0-17'' WHEN c.age < 45 THEN ''18-44'' WHEN c.age < 65 THEN ''45-64'' WHEN c.age < 75 THEN ''65-74'' WHEN c.age < 85 THEN ''75-84'' WHEN c.age >= 85 THEN ''85 and over'' END,
                    ''quintile '' || (c.imd_decile + 1) / 2 || CASE (c.imd_decile + 1) / 2 WHEN 1 THEN '' (most deprived)'' WHEN 5 THEN '' (least deprived)'' ELSE '''' END,
                    %1$s, p.predicted
             FROM @icb@.%3$I c
             LEFT JOIN scored p ON p.person_id = c.person_id
             WHERE c.as_of = %4$L::date%5$s',
            CASE kind WHEN 'binary' THEN pg_catalog.format('c.%I = 1', 'outcome_' || outcome) WHEN 'amount' THEN pg_catalog.format('c.%I', 'outcome_' || outcome)
                      WHEN 'count' THEN pg_catalog.format('c.%I::bigint', 'outcome_' || outcome) ELSE 'NULL' END,
            model, 'cohort_' || cohort, day, CASE rows_used WHEN 'train' THEN ' AND c.training' WHEN 'validate' THEN ' AND NOT c.training' ELSE '' END);
    END LOOP;
    EXECUTE 'ANALYZE pg_temp.risk_prediction';
    RETURN 'pg_temp.risk_prediction'::pg_catalog.regclass;
END
$$;
COMMENT ON FUNCTION @icb@.fill_predictions(commissioning.risk_model, text, text, text) IS
    'Fills the temporary table risk_prediction with what a model says of the people of a cohort, through people_at_risk, beside what happened; rows_used: train, validate or all. Dropped at the end of the transaction. 0A000 for a model of admissions.';

-- What validating, recalibrating and looking for drift ask of a cohort.
CREATE FUNCTION @icb@.cohort_to_use(cohort text, outcome text, rows_used text, OUT used @icb@.cohort, OUT outcome_name text, OUT kind text, OUT column_name text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
BEGIN
    SELECT c.* INTO used FROM @icb@.cohort c WHERE c.name = cohort;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'cohort "%" does not exist in warehouse "@icb@"', cohort USING ERRCODE = 'undefined_object', HINT = 'Make it with @icb@.make_cohort.';
    END IF;
    IF rows_used IS NULL OR rows_used NOT IN ('train', 'validate', 'all') THEN
        RAISE EXCEPTION 'rows_used must be train, validate or all' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF used.outcome IS NOT NULL THEN
        SELECT o.kind, o.column_name INTO kind, column_name FROM @icb@.cohort_outcome(coalesce(outcome, used.outcome)) o;
        outcome_name := pg_catalog.substr(column_name, 9);
    END IF;
    IF outcome_name IS NULL AND outcome IS NOT NULL THEN
        RAISE EXCEPTION 'cohort "%" has no outcome "%"', cohort, outcome USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.cohort_to_use(text, text, text) IS
    'A cohort and one of its outcomes (NULL: its own). 42704 for an unknown cohort, 22023 for an outcome that it has not, or unknown rows_used.';

CREATE FUNCTION @icb@.validate_model(name text, version text, cohort text, rows_used text DEFAULT 'validate', outcome text DEFAULT NULL,
                                     thresholds double precision[] DEFAULT '{0.05,0.1,0.2,0.3,0.5}', list_sizes bigint[] DEFAULT NULL, note text DEFAULT NULL)
    RETURNS TABLE (metric text, value double precision, lower double precision, upper double precision, remark text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(name, version);
    target record := @icb@.cohort_to_use(cohort, outcome, rows_used);
    used @icb@.cohort := target.used;
    source regclass;
    counted record;
    made bigint;
    grouping text;
    probability boolean;
    same boolean;
BEGIN
    IF target.kind IS NULL THEN
        RAISE EXCEPTION 'cohort "%" has no outcomes to validate against', cohort USING ERRCODE = 'invalid_parameter_value';
    END IF;
    version := body::jsonb ->> 'version';
    source := @icb@.fill_predictions(body, cohort, rows_used, target.outcome_name);
    EXECUTE pg_catalog.format('SELECT count(*) FILTER (WHERE s.predicted IS NOT NULL AND s.actual IS NOT NULL) AS rows, count(*) FILTER (WHERE s.predicted IS NULL OR s.actual IS NULL) AS missing,
                                      count(*) FILTER (WHERE s.predicted IS NOT NULL AND %s) AS events, min(s.as_of) AS first_day, max(s.as_of) AS last_day,
                                      coalesce(bool_and(s.predicted BETWEEN 0 AND 1), false) AS inside, count(DISTINCT s.actual) AS outcomes
                               FROM %s s', CASE target.kind WHEN 'binary' THEN 's.actual' ELSE 's.actual > 0' END, source) INTO counted;
    IF counted.rows = 0 THEN
        RAISE EXCEPTION 'nobody in the % rows of cohort "%" has both a score of model "%" and an outcome', rows_used, cohort, name USING ERRCODE = 'no_data_found';
    END IF;
    probability := target.kind = 'binary' AND coalesce(body::jsonb ->> 'link', 'identity') = 'logit' AND NOT body::jsonb ? 'probability';
    same := EXISTS (SELECT FROM @icb@.model m WHERE m.name = name AND m.version = version AND m.cohort_hash = used.content_hash
                    AND (rows_used <> 'validate' OR m.fit ->> 'rows' = 'all'));
    INSERT INTO @icb@.validation AS v (model, model_version, model_fingerprint, cohort, cohort_hash, cohort_definition, rows_used, same_rows, outcome, outcome_kind, outcome_days,
                                       first_day, last_day, row_count, events, not_assessed, note)
    VALUES (name, version, commissioning.risk_fingerprint(body), cohort, used.content_hash, used.definition, rows_used, same, target.outcome_name, target.kind, used.outcome_days,
            counted.first_day, counted.last_day, counted.rows, counted.events, counted.missing, note)
    RETURNING v.validation_id INTO made;

    IF probability THEN
        INSERT INTO @icb@.validation_measure (validation_id, subgroup, subgroup_value, place, metric, people, events, value, lower, upper, note)
        SELECT made, 'all', 'all', p.place, p.metric, counted.rows, counted.events, p.value, p.lower, p.upper, p.note
        FROM commissioning.risk_performance(source, 'actual', 'predicted', internal => same) WITH ORDINALITY AS p (metric, value, lower, upper, note, place);
        FOREACH grouping IN ARRAY '{sex,age_band,deprivation,practice}'::text[] LOOP
            INSERT INTO @icb@.validation_measure (validation_id, subgroup, subgroup_value, place, metric, people, events, value, lower, upper, note)
            SELECT made, pg_catalog.replace(grouping, '_', ' '), p.subgroup_value, p.place, p.metric, p.n, p.events, p.value, p.lower, p.upper, p.note
            FROM commissioning.risk_subgroups(source, 'actual', 'predicted', grouping)
                 WITH ORDINALITY AS p (subgroup_value, metric, n, events, value, lower, upper, note, place);
        END LOOP;
        INSERT INTO @icb@.validation_decile (validation_id, decile, people, events, predicted_mean, predicted_least, predicted_most, observed, observed_lower, observed_upper, lift, events_share)
        SELECT made, d.decile, d.n, d.events, d.predicted_mean, d.predicted_min, d.predicted_max, d.observed, d.observed_lower, d.observed_upper, d.lift, d.events_share
        FROM commissioning.risk_deciles(source, 'actual', 'predicted') d;
        INSERT INTO @icb@.validation_curve (validation_id, curve, place, threshold, x, y, reference)
        SELECT made, 'decision', row_number() OVER (ORDER BY c.threshold), c.threshold, c.threshold, c.net_benefit, c.treat_all
        FROM commissioning.risk_decision_curve(source, 'actual', 'predicted') c;
    ELSIF target.kind = 'binary' THEN
        EXECUTE pg_catalog.format('INSERT INTO @icb@.validation_measure (validation_id, subgroup, subgroup_value, place, metric, people, events, value, lower, upper, note)
            SELECT $1, ''all'', ''all'', x.place, x.metric, $2, $3, x.value, x.lower, x.upper, x.note
            FROM (SELECT commissioning.risk_auc(s.actual, s.predicted ORDER BY s.predicted) AS a FROM %s s) r
            CROSS JOIN LATERAL (VALUES (1, ''rows'', $2::double precision, NULL::double precision, NULL::double precision, NULL),
                                       (2, ''events'', $3, NULL, NULL, NULL), (3, ''observed'', $3::double precision / $2, NULL, NULL, NULL),
                                       (5, ''auc'', (r.a).auc, (r.a).lower, (r.a).upper, ''the score is not a probability: it ranks people, and is not calibrated''))
                 AS x (place, metric, value, lower, upper, note)', source) USING made, counted.rows, counted.events;
    ELSE
        INSERT INTO @icb@.validation_measure (validation_id, subgroup, subgroup_value, place, metric, people, events, value)
        SELECT made, 'all', 'all', x.place, x.metric, counted.rows, counted.events, x.value
        FROM commissioning.risk_cost_performance(source, 'actual', 'predicted') c
        CROSS JOIN LATERAL (VALUES (1, 'rows', c.n::double precision), (2, 'actual_mean', c.actual_mean), (3, 'predicted_mean', c.predicted_mean), (4, 'predictive_ratio', c.predictive_ratio),
                                   (5, 'r2', c.r2), (6, 'mae', c.mae), (7, 'rmse', c.rmse), (8, 'cpm', c.cpm)) AS x (place, metric, value)
        WHERE c.decile IS NULL;
        FOREACH grouping IN ARRAY '{sex,age_band,deprivation,practice}'::text[] LOOP
            EXECUTE pg_catalog.format('INSERT INTO @icb@.validation_measure (validation_id, subgroup, subgroup_value, place, metric, people, events, value)
                SELECT $1, $2, g.label, x.place, x.metric, g.people, g.events, x.value
                FROM (SELECT coalesce(s.%1$I, ''not known'') AS label, count(*) AS people, count(*) FILTER (WHERE s.actual > 0) AS events, avg(s.actual)::double precision AS actual_mean,
                             avg(s.predicted) AS predicted_mean, avg(abs(s.actual::double precision - s.predicted)) AS mae
                      FROM %2$s s WHERE s.actual IS NOT NULL AND s.predicted IS NOT NULL GROUP BY 1) g
                CROSS JOIN LATERAL (VALUES (2, ''actual_mean'', g.actual_mean), (3, ''predicted_mean'', g.predicted_mean),
                                           (4, ''predictive_ratio'', g.predicted_mean / NULLIF(g.actual_mean, 0)), (6, ''mae'', g.mae)) AS x (place, metric, value)',
                grouping, source) USING made, pg_catalog.replace(grouping, '_', ' ');
        END LOOP;
        INSERT INTO @icb@.validation_decile (validation_id, decile, people, predicted_mean, observed, lift, events_share)
        SELECT made, c.decile, c.n, c.predicted_mean, c.actual_mean, c.actual_mean / NULLIF(w.actual_mean, 0), (c.actual_total / NULLIF(w.actual_total, 0))::double precision
        FROM commissioning.risk_cost_performance(source, 'actual', 'predicted') c
        JOIN commissioning.risk_cost_performance(source, 'actual', 'predicted') w ON w.decile IS NULL
        WHERE c.decile IS NOT NULL;
    END IF;
    IF target.kind = 'binary' AND counted.outcomes = 2 THEN
        INSERT INTO @icb@.validation_curve (validation_id, curve, place, threshold, x, y, reference)
        SELECT made, 'roc', row_number() OVER (ORDER BY c.threshold DESC), c.threshold, 1 - c.specificity, c.sensitivity, 1 - c.specificity
        FROM commissioning.risk_roc(source, 'actual', 'predicted') c;
        IF probability THEN
            INSERT INTO @icb@.validation_list (validation_id, rule, cutoff, flagged, threshold, true_positives, sensitivity, specificity, ppv, npv, lift)
            SELECT DISTINCT ON (t.threshold) made, 'threshold', t.threshold, t.flagged, t.threshold, t.true_positives, t.sensitivity, t.specificity, t.ppv, t.npv, t.lift
            FROM commissioning.risk_thresholds(source, 'actual', 'predicted', thresholds) t
            ORDER BY t.threshold;
        END IF;
        -- the tiers of the pyramid unless sizes are given
        INSERT INTO @icb@.validation_list (validation_id, rule, cutoff, flagged, threshold, true_positives, sensitivity, specificity, ppv, npv, lift)
        SELECT DISTINCT ON (t.top) made, 'top', t.top, t.flagged, t.threshold, t.true_positives, t.sensitivity, t.specificity, t.ppv, t.npv, t.lift
        FROM commissioning.risk_top(source, 'actual', 'predicted', coalesce(list_sizes, ARRAY(
            SELECT DISTINCT ceil(counted.rows * s.share)::bigint FROM (VALUES (0.005), (0.05), (0.2)) AS s (share)))) t
        ORDER BY t.top;
    END IF;
    UPDATE @icb@.model m
    SET metrics = (SELECT pg_catalog.jsonb_object_agg(x.metric, x.value) FROM @icb@.validation_measure x WHERE x.validation_id = made AND x.subgroup = 'all' AND x.value IS NOT NULL
                   AND x.value NOT IN ('Infinity', '-Infinity', 'NaN'))
                  || pg_catalog.jsonb_build_object('cohort', cohort, 'rows_used', rows_used, 'validation_id', made)
    WHERE m.name = name AND m.version = version AND m.status = 'draft';
    EXECUTE 'DROP TABLE pg_temp.risk_prediction';
    RETURN QUERY
    SELECT x.metric, x.value, x.lower, x.upper, x.note FROM @icb@.validation_measure x WHERE x.validation_id = made AND x.subgroup = 'all' ORDER BY x.place;
END
$$;
COMMENT ON FUNCTION @icb@.validate_model(text, text, text, text, text, double precision[], bigint[], text) IS
    'Holds a model, shipped ones too, against what happened in a cohort and keeps the result: measures for everybody and by sex, age band, deprivation and practice, deciles, lists above thresholds and of the highest scores (list_sizes; NULL: the tiers), ROC and decision curve; returns the measures for everybody. A score that is no probability is judged by its ranking alone; counts and costs by risk_cost_performance. A draft keeps the measures as its metrics. version NULL: the one used where none is asked for. 42704 for an unknown model or cohort, 22023 for an outcome the cohort has not, P0002 when nobody can be compared.';

-- Recalibration ------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.recalibrate_model(name text, version text, new_version text, cohort text, method text DEFAULT 'intercept', rows_used text DEFAULT 'train',
                                        outcome text DEFAULT NULL, note text DEFAULT NULL) RETURNS jsonb
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(name, version);
    target record := @icb@.cohort_to_use(cohort, outcome, rows_used);
    used @icb@.cohort := target.used;
    parent @icb@.model;
    source regclass;
    recalibrated commissioning.risk_model;
BEGIN
    IF NOT @icb@.stage_allowed('fit') THEN
        RAISE EXCEPTION 'models are not trained in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF target.kind IS NULL OR target.kind <> 'binary' THEN
        RAISE EXCEPTION 'a model is recalibrated to an outcome that happens or not' USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM @icb@.known_model k WHERE k.name = name AND k.version = new_version) THEN
        RAISE EXCEPTION 'risk model "%" version "%" exists already', name, new_version USING ERRCODE = 'duplicate_object';
    END IF;
    source := @icb@.fill_predictions(body, cohort, rows_used, target.outcome_name);
    recalibrated := commissioning.risk_recalibrate(body, source, 'actual', 'predicted', method, new_version);
    SELECT m.* INTO parent FROM @icb@.model m WHERE m.name = name AND m.version = body::jsonb ->> 'version';
    INSERT INTO @icb@.model (name, version, body, note, trained_from, trained_to, cohort, cohort_definition, cohort_hash, outcome, outcome_days, outcome_definition, fit, parent, limitations)
    VALUES (name, new_version, recalibrated, note, used.as_of[1], used.outcome_end, cohort, used.definition, used.content_hash, target.outcome_name, used.outcome_days,
            (SELECT pg_catalog.format('%s in the %s days after the day of scoring', pg_catalog.upper(pg_catalog.left(o.meaning, 1)) || pg_catalog.substr(o.meaning, 2), used.outcome_days)
             FROM @icb@.cohort_outcome(target.outcome_name) o),
            coalesce(parent.fit, '{}') || pg_catalog.jsonb_build_object('recalibrated', method, 'rows', rows_used, 'calibration', recalibrated::jsonb -> 'calibration'),
            recalibrated::jsonb ->> 'parent', parent.limitations);
    EXECUTE 'DROP TABLE pg_temp.risk_prediction';
    RETURN recalibrated::jsonb -> 'calibration';
END
$$;
COMMENT ON FUNCTION @icb@.recalibrate_model(text, text, text, text, text, text, text, text) IS
    'A new version of a model, shipped ones too, whose intercept (method intercept) or intercept and slope (intercept_slope) meet the outcomes of a cohort, registered as a draft that names its parent; returns the calibration. 42704 for an unknown model or cohort, 42710 for a version that exists, 22023 for a model without the link logit, an outcome that is a count or an amount, or rows it cannot be fitted to.';

-- Drift --------------------------------------------------------------------------------------------

CREATE TABLE @icb@.drift_check (
    drift_check_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model          text NOT NULL,
    model_version  text NOT NULL,
    reference      text NOT NULL,
    reference_hash text NOT NULL,
    compared_with  text NOT NULL,
    compared_days  date[] NOT NULL,
    checked_by     text NOT NULL DEFAULT session_user,
    checked_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX drift_check_model ON @icb@.drift_check (model, model_version, drift_check_id);
COMMENT ON TABLE @icb@.drift_check IS 'One row per time that the people a model is used on were compared with those it was trained on.';
COMMENT ON COLUMN @icb@.drift_check.drift_check_id IS 'Number of the check.';
COMMENT ON COLUMN @icb@.drift_check.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.drift_check.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.drift_check.reference IS 'Cohort compared with, its training rows.';
COMMENT ON COLUMN @icb@.drift_check.reference_hash IS 'Fingerprint of its rows.';
COMMENT ON COLUMN @icb@.drift_check.compared_with IS 'The population scored, or a later cohort.';
COMMENT ON COLUMN @icb@.drift_check.compared_days IS 'Its days.';
COMMENT ON COLUMN @icb@.drift_check.checked_by IS 'Login that checked it.';
COMMENT ON COLUMN @icb@.drift_check.checked_at IS 'When.';

CREATE TABLE @icb@.drift_measure (
    drift_check_id bigint NOT NULL REFERENCES @icb@.drift_check,
    subject        text NOT NULL,
    measure        text NOT NULL CHECK (measure IN ('psi', 'observed/expected', 'slope')),
    value          double precision,
    lower          double precision,
    upper          double precision,
    reading        text NOT NULL CHECK (reading IN ('stable', 'watch', 'act', 'not known')),
    reference_mean double precision,
    compared_mean  double precision,
    PRIMARY KEY (drift_check_id, subject, measure)
);
COMMENT ON TABLE @icb@.drift_measure IS 'What a check found: the score, every input and category of the model, and where outcomes are known its calibration.';
COMMENT ON COLUMN @icb@.drift_measure.drift_check_id IS 'Check.';
COMMENT ON COLUMN @icb@.drift_measure.subject IS 'score, an input, a category, or calibration.';
COMMENT ON COLUMN @icb@.drift_measure.measure IS 'psi (population stability index), observed/expected or slope.';
COMMENT ON COLUMN @icb@.drift_measure.value IS 'Its value, NULL when it cannot be known.';
COMMENT ON COLUMN @icb@.drift_measure.lower IS 'Lower end of its 95% interval, NULL for the index.';
COMMENT ON COLUMN @icb@.drift_measure.upper IS 'Upper end of its 95% interval, NULL for the index.';
COMMENT ON COLUMN @icb@.drift_measure.reading IS 'stable, watch or act.';
COMMENT ON COLUMN @icb@.drift_measure.reference_mean IS 'Mean in the reference.';
COMMENT ON COLUMN @icb@.drift_measure.compared_mean IS 'Mean in what was compared.';

CREATE FUNCTION @icb@.keep_validation() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Validate or check again: the latest one is shown.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_validation() IS 'Trigger: validations and checks of drift are append-only (55000).';
DO $triggers$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['validation', 'validation_measure', 'validation_decile', 'validation_list', 'validation_curve', 'drift_check', 'drift_measure'] LOOP
        EXECUTE pg_catalog.format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.%I FOR EACH ROW EXECUTE FUNCTION @icb@.keep_validation()', name);
        EXECUTE pg_catalog.format('CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.%I FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_validation()', name);
    END LOOP;
END
$triggers$;

-- Which columns of a cohort a model looks at: inputs, whatever their part, and categories.
CREATE FUNCTION @icb@.model_subjects(body commissioning.risk_model, columns text[]) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT ARRAY(SELECT c.name FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, place)
                 WHERE c.name = ANY (commissioning.risk_inputs(body))
                    OR EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(body::jsonb -> 'categories') AS k (member) WHERE k.member ->> 'key' = c.name)
                 ORDER BY c.place);
END;
COMMENT ON FUNCTION @icb@.model_subjects(commissioning.risk_model, text[]) IS 'Those of the columns of a cohort that a model looks at: its inputs and categories.';

CREATE FUNCTION @icb@.check_drift(name text, version text DEFAULT NULL, reference text DEFAULT NULL, compared_with text DEFAULT NULL)
    RETURNS TABLE (subject text, measure text, value double precision, lower double precision, upper double precision, reading text,
                   reference_mean double precision, compared_mean double precision)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(name, version);
    old @icb@.cohort;
    new @icb@.cohort;
    latest_run bigint;
    latest_day date;
    kind text;
    old_rows text;
    one text;
    psi double precision;
    means double precision[];
    calibrated record;
    made bigint;
BEGIN
    version := body::jsonb ->> 'version';
    reference := coalesce(reference, (SELECT m.cohort FROM @icb@.model m WHERE m.name = name AND m.version = version));
    IF reference IS NULL THEN
        RAISE EXCEPTION 'model "%" version "%" was not trained on a cohort of this warehouse', name, version
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name the cohort to compare with in reference.';
    END IF;
    old := (@icb@.cohort_to_use(reference, NULL, 'train')).used;
    old_rows := CASE WHEN old.training_rows > 0 THEN 'train' ELSE 'all' END;
    IF compared_with IS NOT NULL THEN
        new := (@icb@.cohort_to_use(compared_with, NULL, 'all')).used;
        kind := (SELECT o.kind FROM @icb@.cohort_outcome(new.outcome) o WHERE new.outcome IS NOT NULL);
    ELSE
        SELECT r.risk_run_id, r.as_of INTO latest_run, latest_day FROM @icb@.risk_run r
        WHERE r.model = name AND r.model_version = version ORDER BY r.as_of DESC, r.risk_run_id DESC LIMIT 1;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'model "%" version "%" has not scored the population yet', name, version
                USING ERRCODE = 'no_data_found', HINT = 'Score it, or name a later cohort in compared_with.';
        END IF;
    END IF;
    PERFORM @icb@.fill_predictions(body, reference, old_rows, old.outcome);
    EXECUTE pg_catalog.format('CREATE TEMP TABLE risk_reference ON COMMIT DROP AS SELECT c.*, s.predicted AS score FROM @icb@.%I c
                               JOIN pg_temp.risk_prediction s ON s.person_id = c.person_id AND s.as_of = c.as_of', 'cohort_' || reference);
    IF compared_with IS NOT NULL THEN
        PERFORM @icb@.fill_predictions(body, compared_with, 'all', new.outcome);
        EXECUTE pg_catalog.format('CREATE TEMP TABLE risk_compared ON COMMIT DROP AS SELECT c.*, s.predicted AS score FROM @icb@.%I c
                                   JOIN pg_temp.risk_prediction s ON s.person_id = c.person_id AND s.as_of = c.as_of', 'cohort_' || compared_with);
    ELSE
        EXECUTE pg_catalog.format('CREATE TEMP TABLE risk_compared ON COMMIT DROP AS SELECT c.*, s.score FROM (%s) c
                                   JOIN @icb@.risk_score s ON s.person_id = c.person_id AND s.risk_run_id = %s WHERE c.left_out IS NULL',
            @icb@.cohort_query(latest_day, old.features, old.categories, old.lookback_days, (old.parameters ->> 'min_age')::integer, (old.parameters ->> 'max_age')::integer,
                               CASE WHEN old.parameters ->> 'practices' IS NOT NULL THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(old.parameters -> 'practices')) END, NULL, NULL, false),
            latest_run);
    END IF;
    INSERT INTO @icb@.drift_check AS d (model, model_version, reference, reference_hash, compared_with, compared_days)
    VALUES (name, version, reference, old.content_hash, coalesce('cohort ' || compared_with, 'population scored'), coalesce(new.as_of, ARRAY[latest_day]))
    RETURNING d.drift_check_id INTO made;
    FOREACH one IN ARRAY '{score}'::text[] || @icb@.model_subjects(body, old.features || old.conditions) LOOP
        -- a later cohort may lack a column
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = 'pg_temp.risk_compared'::pg_catalog.regclass AND a.attname = one AND NOT a.attisdropped);
        psi := commissioning.risk_psi('pg_temp.risk_reference', one, 'pg_temp.risk_compared', one);
        means := NULL;
        IF EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                   WHERE a.attrelid = 'pg_temp.risk_reference'::pg_catalog.regclass AND a.attname = one AND t.typcategory = 'N') THEN
            EXECUTE pg_catalog.format('SELECT ARRAY[(SELECT avg(x.%1$I::double precision) FROM pg_temp.risk_reference x), (SELECT avg(x.%1$I::double precision) FROM pg_temp.risk_compared x)]', one) INTO means;
        END IF;
        INSERT INTO @icb@.drift_measure (drift_check_id, subject, measure, value, reading, reference_mean, compared_mean)
        VALUES (made, one, 'psi', psi, CASE WHEN psi < 0.1 THEN 'stable' WHEN psi < 0.25 THEN 'watch' WHEN psi >= 0.25 THEN 'act' ELSE 'not known' END, means[1], means[2]);
    END LOOP;
    -- who is scored may look as before and fare otherwise
    IF kind = 'binary' AND coalesce(body::jsonb ->> 'link', 'identity') = 'logit' AND NOT body::jsonb ? 'probability' THEN
        FOR calibrated IN
            SELECT CASE p.metric WHEN 'oe' THEN 'observed/expected' ELSE p.metric END AS metric, p.value, p.lower, p.upper
            FROM commissioning.risk_performance('pg_temp.risk_prediction', 'actual', 'predicted') p WHERE p.metric IN ('oe', 'slope')
        LOOP
            -- chance alone is no drift: the whole interval must be beyond the bound
            INSERT INTO @icb@.drift_measure (drift_check_id, subject, measure, value, lower, upper, reading)
            VALUES (made, 'calibration', calibrated.metric, calibrated.value, calibrated.lower, calibrated.upper,
                    CASE WHEN calibrated.lower IS NULL THEN 'not known'
                         WHEN calibrated.lower > 1.2 OR calibrated.upper < 0.8 THEN 'act'
                         WHEN calibrated.lower > 1.05 OR calibrated.upper < 0.95 THEN 'watch' ELSE 'stable' END);
        END LOOP;
    END IF;
    EXECUTE 'DROP TABLE pg_temp.risk_reference, pg_temp.risk_compared, pg_temp.risk_prediction';
    RETURN QUERY
    SELECT d.subject, d.measure, d.value, d.lower, d.upper, d.reading, d.reference_mean, d.compared_mean FROM @icb@.drift_measure d WHERE d.drift_check_id = made
    ORDER BY CASE d.subject WHEN 'calibration' THEN 1 WHEN 'score' THEN 2 ELSE 3 END, d.value DESC NULLS LAST, d.subject;
END
$$;
COMMENT ON FUNCTION @icb@.check_drift(text, text, text, text) IS
    'Compares the people of today with those a model was trained on, and keeps the result: the population stability index of the score and of every input and category (below 0.1 stable, to 0.25 watch, then act), and for a later cohort whose outcomes are known observed/expected and the calibration slope (watch when the whole 95% interval lies outside 0.95 to 1.05, act outside 0.8 to 1.2). reference NULL: the cohort of its training; compared_with NULL: the population it scored last. 42704 for an unknown model or cohort, 22023 without a cohort to compare with, P0002 when nothing was scored.';

-- A year later -------------------------------------------------------------------------------------

-- The kept sets whose outcomes are known by now; of one model, version and day the latest.
CREATE VIEW @icb@.matured_risk_run AS
SELECT DISTINCT ON (r.model, r.model_version, r.as_of) r.risk_run_id, r.model, r.model_version, r.as_of, r.as_of + x.days AS outcome_end, x.days AS outcome_days, x.outcome,
       coalesce(r.assessed, r.people) AS assessed, x.predicts
FROM @icb@.risk_run r
JOIN @icb@.known_model k ON k.name = r.model AND k.version = r.model_version
LEFT JOIN @icb@.model m ON m.name = r.model AND m.version = r.model_version
CROSS JOIN LATERAL (SELECT coalesce(m.outcome, 'emergency_admission') AS outcome, coalesce(m.outcome_days, 365) AS days,
                           m.outcome IS NOT NULL OR coalesce(k.body::jsonb ->> 'link', 'identity') = 'logit' AS predicts) x
WHERE r.as_of + x.days <= (SELECT max(a.start_date) FROM @icb@.activity a)
ORDER BY r.model, r.model_version, r.as_of, r.risk_run_id DESC;
COMMENT ON VIEW @icb@.matured_risk_run IS
    'Sets of scores whose outcomes lie in the past: the outcome that the model was trained for, else an emergency admission within 365 days; of one model, version and day the latest set.';
COMMENT ON COLUMN @icb@.matured_risk_run.risk_run_id IS 'Set of scores.';
COMMENT ON COLUMN @icb@.matured_risk_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.matured_risk_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.matured_risk_run.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb@.matured_risk_run.outcome_end IS 'Last day of the outcome.';
COMMENT ON COLUMN @icb@.matured_risk_run.outcome_days IS 'Days in which the outcome counts.';
COMMENT ON COLUMN @icb@.matured_risk_run.outcome IS 'Outcome that is counted.';
COMMENT ON COLUMN @icb@.matured_risk_run.assessed IS 'People with a score.';
COMMENT ON COLUMN @icb@.matured_risk_run.predicts IS 'Whether scores are probabilities or expected amounts; others rank only.';

-- With the rights of the owner, because readers of the counts may not see the people; what leaves it is counts, none of them small.
CREATE FUNCTION @icb@.outcome_groups(risk_run_id bigint)
    RETURNS TABLE (grouping_name text, group_order integer, group_label text, people bigint, left_early bigint, predicted double precision, actual double precision, small boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    r record;
BEGIN
    SELECT m.* INTO r FROM @icb@.matured_risk_run m WHERE m.risk_run_id = risk_run_id;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT c.grouping_name, c.group_order, c.group_label, CASE WHEN NOT c.small THEN c.people END, CASE WHEN NOT c.small AND c.left_early NOT BETWEEN 1 AND 4 THEN c.left_early END,
           CASE WHEN NOT c.small THEN c.predicted END, CASE WHEN NOT c.small THEN c.actual END, c.small
    FROM (
        SELECT l.grouping_name, l.group_order, l.group_label,
               count(*) FILTER (WHERE p.followed) AS people, count(*) FILTER (WHERE NOT p.followed) AS left_early,
               avg(p.score) FILTER (WHERE p.followed AND r.predicts) AS predicted, avg(p.actual) FILTER (WHERE p.followed)::double precision AS actual,
               count(*) FILTER (WHERE p.followed) < 5 OR count(*) FILTER (WHERE p.followed AND p.actual > 0) BETWEEN 1 AND 4
               OR count(*) FILTER (WHERE p.followed AND p.actual = 0) BETWEEN 1 AND 4 AS small
        FROM (
            SELECT s.score, s.rank_overall, s.practice_code,
                   -- alive and registered at the end, or dead by then
                   e.person_id IS NOT NULL OR coalesce(d.death_date <= r.outcome_end, false) AS followed,
                   CASE r.outcome
                        WHEN 'emergency_admission' THEN (coalesce(o.emergency_admissions, 0) > 0)::integer
                        WHEN 'emergency_admissions' THEN coalesce(o.emergency_admissions, 0)
                        WHEN 'admission' THEN (coalesce(o.admissions, 0) > 0)::integer
                        WHEN 'admissions' THEN coalesce(o.admissions, 0)
                        WHEN 'emergency_attendances' THEN coalesce(o.emergency_attendances, 0)
                        WHEN 'bed_days' THEN coalesce(o.bed_days, 0)
                        WHEN 'cost' THEN CASE WHEN o.person_id IS NULL THEN 0 ELSE c.cost END
                        WHEN 'death' THEN coalesce(d.death_date <= r.outcome_end, false)::integer END::numeric AS actual
            FROM @icb@.risk_score s
            JOIN @icb@.person d ON d.person_id = s.person_id
            LEFT JOIN (SELECT DISTINCT g.person_id FROM @icb@.registration g
                       WHERE g.valid_from <= r.outcome_end AND (g.valid_to > r.outcome_end OR g.valid_to IS NULL)) e ON e.person_id = s.person_id
            LEFT JOIN @icb@.outcomes_after(r.as_of, r.outcome_days) o ON o.person_id = s.person_id
            LEFT JOIN @icb@.costs_after(r.as_of, CASE WHEN r.outcome = 'cost' THEN r.outcome_days ELSE 0 END) c ON c.person_id = s.person_id
            WHERE s.risk_run_id = risk_run_id AND s.score IS NOT NULL) p
        CROSS JOIN LATERAL (VALUES
            ('all', 1, 'all'),
            ('decile', (10 - (p.rank_overall - 1) * 10 / r.assessed)::integer, 'decile ' || (10 - (p.rank_overall - 1) * 10 / r.assessed)),
            ('tier', CASE WHEN p.rank_overall <= ceil(r.assessed * 0.005) THEN 4 WHEN p.rank_overall <= ceil(r.assessed * 0.05) THEN 3
                          WHEN p.rank_overall <= ceil(r.assessed * 0.20) THEN 2 ELSE 1 END,
                     CASE WHEN p.rank_overall <= ceil(r.assessed * 0.005) THEN 'very high (top 0.5%)' WHEN p.rank_overall <= ceil(r.assessed * 0.05) THEN 'high (0.5-5%)'
                          WHEN p.rank_overall <= ceil(r.assessed * 0.20) THEN 'moderate (5-20%)' ELSE 'low (80%)' END),
            ('practice', 1, p.practice_code)) AS l (grouping_name, group_order, group_label)
        GROUP BY l.grouping_name, l.group_order, l.group_label) c;
END
$$;
COMMENT ON FUNCTION @icb@.outcome_groups(bigint) IS
    'What one kept set of scores predicted against what happened, for everybody and by decile, tier and practice; behind the view predicted_actual. Groups of fewer than 5 people, or with 1 to 4 with or without the outcome, have no numbers. No rows for a set whose outcome is not known yet.';

CREATE VIEW @icb_reporting@.predicted_actual WITH (security_barrier = true) AS
SELECT r.model::text AS model,
       r.model_version::text AS model_version,
       r.as_of::date AS as_of,
       r.outcome_end::date AS outcome_end,
       r.outcome::text AS outcome,
       g.grouping_name::text AS grouping_name,
       g.group_order::integer AS group_order,
       g.group_label::text AS group_label,
       g.people::bigint AS people,
       g.predicted::numeric(20,6) AS predicted,
       g.actual::numeric(20,6) AS actual,
       CASE WHEN g.predicted <> 0 THEN g.actual / g.predicted END::numeric(12,4) AS actual_over_predicted,
       g.left_early::bigint AS left_early,
       g.small::boolean AS suppressed
FROM @icb@.matured_risk_run r
CROSS JOIN LATERAL @icb@.outcome_groups(r.risk_run_id) g;
COMMENT ON VIEW @icb_reporting@.predicted_actual IS
    'What kept scores predicted against what happened until the end of their outcome, for everybody and by decile, tier and practice; only sets whose outcome lies in the past. Who left alive before the end is counted apart. Groups of fewer than 5 people, or with 1 to 4 with or without the outcome, are not shown. Filter by model.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.outcome_end IS 'Last day of the outcome.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.outcome IS 'Outcome: that the model was trained for, else an emergency admission within 365 days.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.grouping_name IS 'all, decile, tier or practice.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.group_order IS 'Order of the groups, 1 is the lowest risk.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.group_label IS 'Group.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.people IS 'People followed to the end, NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.predicted IS 'Mean score; NULL for scores that are neither probabilities nor expected amounts.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.actual IS 'Share with the outcome, or mean count or cost in pounds.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.actual_over_predicted IS 'Above 1 the scores were too low.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.left_early IS 'People who left alive before the end, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.predicted_actual.suppressed IS 'Whether the numbers are not shown because they are small.';

-- Reporting ----------------------------------------------------------------------------------------

CREATE VIEW @icb_reporting@.validation WITH (security_barrier = true) AS
SELECT v.validation_id::bigint AS validation_id,
       v.model::text AS model,
       v.model_version::text AS model_version,
       v.cohort::text AS cohort,
       v.cohort_definition::text AS cohort_definition,
       v.rows_used::text AS rows_used,
       v.same_rows::boolean AS same_rows,
       v.outcome::text AS outcome,
       v.outcome_days::integer AS outcome_days,
       v.first_day::date AS first_day,
       v.last_day::date AS last_day,
       CASE WHEN v.row_count NOT BETWEEN 1 AND 4 THEN v.row_count END::bigint AS row_count,
       CASE WHEN v.events NOT BETWEEN 1 AND 4 THEN v.events END::bigint AS events,
       CASE WHEN v.not_assessed NOT BETWEEN 1 AND 4 THEN v.not_assessed END::bigint AS not_assessed,
       (v.validation_id = (SELECT max(l.validation_id) FROM @icb@.validation l WHERE l.model = v.model AND l.model_version = v.model_version))::boolean AS latest,
       v.validated_by::text AS validated_by,
       v.validated_at::timestamptz AS validated_at,
       v.note::text AS note
FROM @icb@.validation v;
COMMENT ON VIEW @icb_reporting@.validation IS 'When which model was held against what happened, and on whom; counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.validation.row_count IS 'Rows with outcome and prediction, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.validation.latest IS 'Whether it is the last one of the version of the model.';

CREATE VIEW @icb_reporting@.validation_metric WITH (security_barrier = true) AS
SELECT v.model::text AS model,
       v.model_version::text AS model_version,
       m.validation_id::bigint AS validation_id,
       v.cohort::text AS cohort,
       v.rows_used::text AS rows_used,
       m.place::integer AS place,
       m.metric::text AS metric,
       CASE WHEN m.value NOT IN ('NaN', 'Infinity', '-Infinity') THEN m.value END::numeric(20,6) AS estimate,
       CASE WHEN m.lower NOT IN ('NaN', 'Infinity', '-Infinity') THEN m.lower END::numeric(20,6) AS lower,
       CASE WHEN m.upper NOT IN ('NaN', 'Infinity', '-Infinity') THEN m.upper END::numeric(20,6) AS upper,
       m.note::text AS note
FROM @icb@.validation_measure m
JOIN @icb@.validation v ON v.validation_id = m.validation_id
WHERE m.subgroup = 'all' AND m.people > 4 AND m.events NOT BETWEEN 1 AND 4;
COMMENT ON VIEW @icb_reporting@.validation_metric IS
    'Performance of models for everybody in a validation, one row per measure; nothing about fewer than 5 people or 1 to 4 events.';
COMMENT ON COLUMN @icb_reporting@.validation_metric.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_metric.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_metric.cohort IS 'Cohort it was validated on.';
COMMENT ON COLUMN @icb_reporting@.validation_metric.rows_used IS 'train, validate or all: which rows of the cohort.';
COMMENT ON COLUMN @icb_reporting@.validation_metric.place IS 'Order of the measures.';
COMMENT ON COLUMN @icb_reporting@.validation_metric.estimate IS 'Value of the measure, NULL when it cannot be known.';

CREATE VIEW @icb_reporting@.validation_subgroup WITH (security_barrier = true) AS
SELECT v.model::text AS model,
       v.model_version::text AS model_version,
       m.validation_id::bigint AS validation_id,
       m.subgroup::text AS subgroup,
       m.subgroup_value::text AS subgroup_value,
       m.place::integer AS place,
       m.metric::text AS metric,
       CASE WHEN NOT x.small THEN m.people END::bigint AS people,
       CASE WHEN NOT x.small THEN m.events END::bigint AS events,
       CASE WHEN NOT x.small AND m.value NOT IN ('NaN', 'Infinity', '-Infinity') THEN m.value END::numeric(20,6) AS estimate,
       CASE WHEN NOT x.small AND m.lower NOT IN ('NaN', 'Infinity', '-Infinity') THEN m.lower END::numeric(20,6) AS lower,
       CASE WHEN NOT x.small AND m.upper NOT IN ('NaN', 'Infinity', '-Infinity') THEN m.upper END::numeric(20,6) AS upper,
       m.note::text AS note,
       x.small::boolean AS suppressed
FROM @icb@.validation_measure m
JOIN @icb@.validation v ON v.validation_id = m.validation_id
CROSS JOIN LATERAL (SELECT m.people < 5 OR m.events BETWEEN 1 AND 4 OR m.people - m.events BETWEEN 1 AND 4 AS small) x
WHERE m.subgroup <> 'all';
COMMENT ON VIEW @icb_reporting@.validation_subgroup IS
    'Performance of models by sex, age band, deprivation and practice, one row per group and measure; groups of fewer than 5 people, or with 1 to 4 with or without the outcome, are not shown.';
COMMENT ON COLUMN @icb_reporting@.validation_subgroup.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_subgroup.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_subgroup.place IS 'Order of the measures.';
COMMENT ON COLUMN @icb_reporting@.validation_subgroup.estimate IS 'Value of the measure, NULL when it is suppressed or cannot be known.';
COMMENT ON COLUMN @icb_reporting@.validation_subgroup.suppressed IS 'Whether the numbers are not shown because they are small.';

CREATE VIEW @icb_reporting@.validation_decile WITH (security_barrier = true) AS
SELECT v.model::text AS model,
       v.model_version::text AS model_version,
       d.validation_id::bigint AS validation_id,
       d.decile::integer AS decile,
       CASE WHEN NOT x.small THEN d.people END::bigint AS people,
       CASE WHEN NOT x.small THEN d.events END::bigint AS events,
       d.predicted_mean::numeric(20,6) AS predicted_mean,
       CASE WHEN NOT x.small THEN d.observed END::numeric(20,6) AS observed,
       CASE WHEN NOT x.small THEN d.observed_lower END::numeric(20,6) AS observed_lower,
       CASE WHEN NOT x.small THEN d.observed_upper END::numeric(20,6) AS observed_upper,
       CASE WHEN NOT x.small THEN d.lift END::numeric(12,4) AS lift,
       CASE WHEN NOT x.small THEN 100 * d.events_share END::numeric(7,3) AS events_pct,
       x.small::boolean AS suppressed
FROM @icb@.validation_decile d
JOIN @icb@.validation v ON v.validation_id = d.validation_id
CROSS JOIN LATERAL (SELECT d.people < 5 OR coalesce(d.events BETWEEN 1 AND 4 OR d.people - d.events BETWEEN 1 AND 4, false) AS small) x;
COMMENT ON VIEW @icb_reporting@.validation_decile IS
    'Calibration: predicted against observed in ten groups by prediction, 1 the lowest; groups of fewer than 5 people, or with 1 to 4 with or without the outcome, are not shown.';
COMMENT ON COLUMN @icb_reporting@.validation_decile.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_decile.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_decile.events_pct IS 'Share of all events, counts or costs that fell in the group, in percent.';
COMMENT ON COLUMN @icb_reporting@.validation_decile.suppressed IS 'Whether the numbers are not shown because they are small.';

CREATE VIEW @icb_reporting@.validation_threshold WITH (security_barrier = true) AS
SELECT v.model::text AS model,
       v.model_version::text AS model_version,
       t.validation_id::bigint AS validation_id,
       t.rule::text AS rule,
       t.cutoff::numeric(20,6) AS cutoff,
       CASE WHEN NOT x.small THEN t.flagged END::bigint AS flagged,
       CASE WHEN NOT x.small THEN t.threshold END::numeric(20,6) AS threshold,
       CASE WHEN NOT x.small THEN t.true_positives END::numeric(20,2) AS true_positives,
       CASE WHEN NOT x.small THEN 100 * t.sensitivity END::numeric(7,3) AS sensitivity_pct,
       CASE WHEN NOT x.small THEN 100 * t.specificity END::numeric(7,3) AS specificity_pct,
       CASE WHEN NOT x.small THEN 100 * t.ppv END::numeric(7,3) AS ppv_pct,
       CASE WHEN NOT x.small THEN 100 * t.npv END::numeric(7,3) AS npv_pct,
       CASE WHEN NOT x.small THEN t.lift END::numeric(12,4) AS lift,
       x.small::boolean AS suppressed
FROM @icb@.validation_list t
JOIN @icb@.validation v ON v.validation_id = t.validation_id
CROSS JOIN LATERAL (SELECT t.flagged BETWEEN 1 AND 4 OR (t.true_positives > 0 AND t.true_positives < 5)
                           OR (t.flagged - t.true_positives > 0 AND t.flagged - t.true_positives < 5) AS small) x;
COMMENT ON VIEW @icb_reporting@.validation_threshold IS
    'What lists of everybody above a threshold, or of the people with the highest scores, would have found; lists of 1 to 4 people, or with fewer than 5 with or without the outcome on them, are not shown.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.sensitivity_pct IS 'Percent of those with the outcome who are on the list.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.specificity_pct IS 'Percent of those without the outcome who are not.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.ppv_pct IS 'Percent of the list who had the outcome.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.npv_pct IS 'Percent of the others who did not have it.';
COMMENT ON COLUMN @icb_reporting@.validation_threshold.suppressed IS 'Whether the numbers are not shown because they are small.';

CREATE VIEW @icb_reporting@.validation_curve AS
SELECT v.model::text AS model,
       v.model_version::text AS model_version,
       c.validation_id::bigint AS validation_id,
       c.curve::text AS curve,
       c.place::integer AS place,
       CASE WHEN c.threshold <> 'Infinity' THEN c.threshold END::numeric(20,6) AS threshold,
       c.x::numeric(12,6) AS x,
       c.y::numeric(20,6) AS y,
       c.reference::numeric(20,6) AS reference
FROM @icb@.validation_curve c
JOIN @icb@.validation v ON v.validation_id = c.validation_id
WHERE v.events > 4 AND v.row_count - v.events > 4;
COMMENT ON VIEW @icb_reporting@.validation_curve IS 'ROC and decision curves, for charts; only of validations with 5 people or more with and without the outcome.';
COMMENT ON COLUMN @icb_reporting@.validation_curve.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_curve.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.validation_curve.place IS 'Order of the points.';
COMMENT ON COLUMN @icb_reporting@.validation_curve.threshold IS 'Threshold of the point; NULL where nobody is on the list.';

CREATE VIEW @icb_reporting@.model_drift AS
SELECT d.model::text AS model,
       d.model_version::text AS model_version,
       d.drift_check_id::bigint AS drift_check_id,
       d.reference::text AS reference,
       d.compared_with::text AS compared_with,
       pg_catalog.array_to_string(d.compared_days, ', ')::text AS compared_days,
       m.subject::text AS subject,
       m.measure::text AS measure,
       m.value::numeric(20,6) AS estimate,
       m.lower::numeric(20,6) AS lower,
       m.upper::numeric(20,6) AS upper,
       m.reading::text AS reading,
       m.reference_mean::numeric(20,6) AS reference_mean,
       m.compared_mean::numeric(20,6) AS compared_mean,
       (d.drift_check_id = (SELECT max(l.drift_check_id) FROM @icb@.drift_check l WHERE l.model = d.model AND l.model_version = d.model_version))::boolean AS latest,
       d.checked_by::text AS checked_by,
       d.checked_at::timestamptz AS checked_at
FROM @icb@.drift_check d
JOIN @icb@.drift_measure m ON m.drift_check_id = d.drift_check_id;
COMMENT ON VIEW @icb_reporting@.model_drift IS 'How the people a model is used on differ from those it was trained on: one row per check and subject.';
COMMENT ON COLUMN @icb_reporting@.model_drift.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.model_drift.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.model_drift.compared_days IS 'Days as of which people were looked at.';
COMMENT ON COLUMN @icb_reporting@.model_drift.estimate IS 'Value of the measure, NULL when it cannot be known.';
COMMENT ON COLUMN @icb_reporting@.model_drift.latest IS 'Whether it is the last check of the version of the model.';

CREATE VIEW @icb_reporting@.scoring_log WITH (security_barrier = true) AS
SELECT s.risk_run_id::bigint AS risk_run_id,
       s.run_id::bigint AS run_id,
       r.started_by::text AS scored_by,
       s.scored_at::timestamptz AS scored_at,
       s.model::text AS model,
       s.model_version::text AS model_version,
       s.model_fingerprint::text AS model_fingerprint,
       s.as_of::date AS as_of,
       s.data_date::date AS data_date,
       s.people::bigint AS people,
       s.assessed::bigint AS assessed,
       (SELECT pg_catalog.string_agg(x.key || ': ' || CASE WHEN x.value::bigint BETWEEN 1 AND 4 THEN '1 to 4' ELSE x.value END, ', ' ORDER BY x.key COLLATE "C")
        FROM pg_catalog.jsonb_each_text(s.not_scored) AS x (key, value))::text AS not_scored,
       (SELECT pg_catalog.string_agg(x.key || ': ' || CASE WHEN x.value::bigint BETWEEN 1 AND 4 THEN '1 to 4' ELSE x.value END, ', ' ORDER BY x.key COLLATE "C")
        FROM pg_catalog.jsonb_each_text(s.not_assessed) AS x (key, value))::text AS not_assessed,
       s.unapproved::text AS unapproved,
       s.provenance::text AS provenance
FROM @icb@.risk_run s
JOIN @icb@.run r ON r.run_id = s.run_id;
COMMENT ON VIEW @icb_reporting@.scoring_log IS 'Who scored whom with which model: one row per kept set of scores, with counts of the people not scored and not assessed by reason.';
COMMENT ON COLUMN @icb_reporting@.scoring_log.scored_by IS 'Database role that ran it.';
COMMENT ON COLUMN @icb_reporting@.scoring_log.not_scored IS 'Known people who are not in the set, by reason; counts of 1 to 4 are not told apart.';
COMMENT ON COLUMN @icb_reporting@.scoring_log.not_assessed IS 'People in the set without a score, by reason; counts of 1 to 4 are not told apart.';

-- Model cards and the report -------------------------------------------------------------------------

CREATE VIEW @icb_reporting@.model_card WITH (security_barrier = true) AS
SELECT k.name::text AS model,
       k.version::text AS model_version,
       (d.description ->> 'title')::text AS title,
       k.status::text AS status,
       CASE WHEN k.status = 'draft' THEN 'it is a draft that nobody has approved' WHEN k.status = 'retired' THEN 'it is retired'
            WHEN k.review_due < current_date THEN 'its review was due on ' || pg_catalog.to_char(k.review_due, 'YYYY-MM-DD') END::text AS refused_because,
       k.newest::boolean AS newest,
       k.local::boolean AS local,
       m.registered_by::text AS registered_by,
       m.registered_at::timestamptz AS registered_at,
       k.approved_by::text AS approved_by,
       k.approved_at::timestamptz AS approved_at,
       m.self_approved::boolean AS self_approved,
       k.review_due::date AS review_due,
       (d.description ->> 'source')::text AS source,
       (d.description ->> 'licence')::text AS licence,
       (d.description ->> 'population')::text AS population,
       coalesce(m.parent, d.description ->> 'parent')::text AS parent,
       m.outcome::text AS outcome,
       m.outcome_definition::text AS outcome_definition,
       m.trained_from::date AS trained_from,
       m.trained_to::date AS trained_to,
       m.cohort_definition::text AS cohort_definition,
       m.cohort_hash::text AS cohort_hash,
       pg_catalog.array_to_string(ARRAY(
           SELECT coalesce(t.term ->> 'label', t.term ->> 'name', t.term ->> 'key')
           FROM pg_catalog.jsonb_array_elements(coalesce(d.description -> 'inputs', '[]') || coalesce(d.description -> 'probability' -> 'inputs', '[]')
                                                || coalesce(d.description -> 'categories', '[]')) WITH ORDINALITY AS t (term, place)
           WHERE t.place <= 40 ORDER BY t.place), ', ')::text AS predictors,
       v.validation_id::bigint AS validation_id,
       v.cohort::text AS validated_on,
       v.validated_at::timestamptz AS validated_at,
       v.auc::numeric(12,6) AS auc,
       v.auc_lower::numeric(12,6) AS auc_lower,
       v.auc_upper::numeric(12,6) AS auc_upper,
       v.slope::numeric(12,6) AS calibration_slope,
       v.oe::numeric(12,6) AS observed_expected,
       v.brier::numeric(12,6) AS brier,
       v.r2::numeric(12,6) AS r2,
       v.predictive_ratio::numeric(12,6) AS predictive_ratio,
       c.reading::text AS drift,
       c.checked_at::timestamptz AS drift_checked_at,
       u.sets::bigint AS times_scored,
       u.last_day::date AS last_scored_as_of,
       m.limitations::text AS limitations,
       m.note::text AS note,
       commissioning.risk_fingerprint(k.body)::text AS model_fingerprint
FROM @icb@.known_model k
CROSS JOIN LATERAL (SELECT k.body::jsonb AS description) d
LEFT JOIN @icb@.model m ON m.name = k.name AND m.version = k.version
LEFT JOIN LATERAL (
    SELECT x.validation_id, x.cohort, x.validated_at,
           max(q.value) FILTER (WHERE q.metric = 'auc') AS auc, max(q.lower) FILTER (WHERE q.metric = 'auc') AS auc_lower, max(q.upper) FILTER (WHERE q.metric = 'auc') AS auc_upper,
           max(q.value) FILTER (WHERE q.metric = 'slope') AS slope, max(q.value) FILTER (WHERE q.metric = 'oe') AS oe, max(q.value) FILTER (WHERE q.metric = 'brier') AS brier,
           max(q.value) FILTER (WHERE q.metric = 'r2') AS r2, max(q.value) FILTER (WHERE q.metric = 'predictive_ratio') AS predictive_ratio
    FROM @icb@.validation x
    JOIN @icb@.validation_measure q ON q.validation_id = x.validation_id AND q.subgroup = 'all' AND q.people > 4 AND q.events NOT BETWEEN 1 AND 4
    WHERE x.model = k.name AND x.model_version = k.version
    GROUP BY x.validation_id
    -- what it was not fitted to tells more
    ORDER BY x.same_rows, x.validation_id DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (
    SELECT h.checked_at, (pg_catalog.array_agg(q.reading ORDER BY CASE q.reading WHEN 'act' THEN 1 WHEN 'watch' THEN 2 WHEN 'stable' THEN 3 ELSE 4 END))[1] AS reading
    FROM @icb@.drift_check h
    JOIN @icb@.drift_measure q ON q.drift_check_id = h.drift_check_id AND q.subject IN ('score', 'calibration')
    WHERE h.model = k.name AND h.model_version = k.version
    GROUP BY h.drift_check_id ORDER BY h.drift_check_id DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS sets, max(r.as_of) AS last_day FROM @icb@.risk_run r WHERE r.model = k.name AND r.model_version = k.version) u ON true;
COMMENT ON VIEW @icb_reporting@.model_card IS
    'A card per model: what it is, who answers for it, whether it may be used, whom it was trained on, how well it does on people it was not fitted to, whether it drifts, how often it was used. One row per model and version.';
COMMENT ON COLUMN @icb_reporting@.model_card.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.model_card.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.model_card.title IS 'Title.';
COMMENT ON COLUMN @icb_reporting@.model_card.refused_because IS 'Why it may not be used, NULL when it may.';
COMMENT ON COLUMN @icb_reporting@.model_card.source IS 'Publication or other origin.';
COMMENT ON COLUMN @icb_reporting@.model_card.licence IS 'Terms of use.';
COMMENT ON COLUMN @icb_reporting@.model_card.population IS 'Whom the model is meant for.';
COMMENT ON COLUMN @icb_reporting@.model_card.parent IS 'Model it was recalibrated from: name and version.';
COMMENT ON COLUMN @icb_reporting@.model_card.predictors IS 'What it looks at, at most 40.';
COMMENT ON COLUMN @icb_reporting@.model_card.validation_id IS 'Validation shown: the latest on people it was not fitted to, where there is one.';
COMMENT ON COLUMN @icb_reporting@.model_card.validated_on IS 'Cohort of that validation.';
COMMENT ON COLUMN @icb_reporting@.model_card.auc IS 'Area under the ROC curve.';
COMMENT ON COLUMN @icb_reporting@.model_card.auc_lower IS 'Lower end of its 95% interval.';
COMMENT ON COLUMN @icb_reporting@.model_card.auc_upper IS 'Upper end of its 95% interval.';
COMMENT ON COLUMN @icb_reporting@.model_card.calibration_slope IS 'Calibration slope, 1 is right.';
COMMENT ON COLUMN @icb_reporting@.model_card.observed_expected IS 'Events observed over expected, 1 is right.';
COMMENT ON COLUMN @icb_reporting@.model_card.brier IS 'Brier score, 0 is perfect.';
COMMENT ON COLUMN @icb_reporting@.model_card.r2 IS 'R2 of counts and costs.';
COMMENT ON COLUMN @icb_reporting@.model_card.predictive_ratio IS 'Predicted over actual, for counts and costs.';
COMMENT ON COLUMN @icb_reporting@.model_card.drift IS 'Worst reading of score and calibration in the last check of drift: stable, watch or act; NULL without a check.';
COMMENT ON COLUMN @icb_reporting@.model_card.drift_checked_at IS 'When drift was checked last.';
COMMENT ON COLUMN @icb_reporting@.model_card.times_scored IS 'Sets of scores kept.';
COMMENT ON COLUMN @icb_reporting@.model_card.last_scored_as_of IS 'Latest day as of which it scored the population.';
COMMENT ON COLUMN @icb_reporting@.model_card.model_fingerprint IS 'Fingerprint of its content.';

-- A number as reports write it.
CREATE FUNCTION @icb@.report_number(value double precision, places integer DEFAULT 3) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN value IN ('NaN', 'Infinity', '-Infinity') THEN value::text ELSE coalesce(round(value::numeric, places)::text, '-') END;
END;
COMMENT ON FUNCTION @icb@.report_number(double precision, integer) IS 'A number rounded to so many places; a dash for NULL.';

-- The coefficients of a model, one line each, from its own text: what scores people, not what was fitted.
CREATE FUNCTION @icb@.report_terms(description jsonb, fit jsonb) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH part AS (
        SELECT '' AS name, description AS body, 1 AS place
        UNION ALL SELECT 'probability: ', description -> 'probability', 2 WHERE description ? 'probability'
    ), term AS (
        SELECT p.place AS a, 1 AS b, 0::bigint AS c, 0::bigint AS d, p.name || '(intercept)' AS name, p.body ->> 'intercept' AS value, '(Intercept)' AS fitted
        FROM part p WHERE p.body ? 'intercept'
        UNION ALL
        SELECT p.place, 2, k.place, 0, p.name || coalesce(k.member ->> 'label' || ' (' || (k.member ->> 'key') || ')', k.member ->> 'key'),
               coalesce(k.member ->> 'points', 'becomes ' || (k.member ->> 'becomes')), k.member ->> 'key'
        FROM part p CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(p.body -> 'categories') WITH ORDINALITY AS k (member, place)
        UNION ALL
        SELECT p.place, 3, i.place, s.place, p.name || coalesce(i.term ->> 'label' || ' (' || (i.term ->> 'name') || ')', i.term ->> 'name') || s.name, s.value, (i.term ->> 'name') || s.name
        FROM part p CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(p.body -> 'inputs') WITH ORDINALITY AS i (term, place)
        CROSS JOIN LATERAL (
            SELECT 0::bigint AS place, '' AS name, i.term ->> 'coefficient' AS value WHERE i.term ? 'coefficient'
            UNION ALL SELECT l.place, '=' || (l.member ->> 'value'), coalesce(l.member ->> 'coefficient', l.member ->> 'points')
            FROM pg_catalog.jsonb_array_elements(i.term -> 'levels') WITH ORDINALITY AS l (member, place)
            UNION ALL SELECT l.place, ' ' || coalesce(l.member ->> 'label', 'from ' || (l.member ->> 'from'), 'above ' || (l.member ->> 'above'), 'lowest'),
                             coalesce(l.member ->> 'coefficient', l.member ->> 'points')
            FROM pg_catalog.jsonb_array_elements(i.term -> 'bins') WITH ORDINALITY AS l (member, place)
            UNION ALL SELECT l.place, pg_catalog.format(' spline %s of knots %s', l.place, i.term -> 'spline' ->> 'knots'), l.value
            FROM pg_catalog.jsonb_array_elements_text(i.term -> 'spline' -> 'coefficients') WITH ORDINALITY AS l (value, place)
            UNION ALL SELECT 1000, ' unknown', i.term ->> 'missing_coefficient' WHERE i.term ? 'missing_coefficient') s
        UNION ALL
        SELECT p.place, 4, i.place, 0, p.name || coalesce(i.term ->> 'label' || ' (' || (i.term ->> 'name') || ')', i.term ->> 'name'),
               coalesce(i.term ->> 'coefficient', i.term ->> 'points'), i.term ->> 'name'
        FROM part p CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(p.body -> 'interactions') WITH ORDINALITY AS i (term, place)
        UNION ALL
        SELECT 3, 1, 0, 0, 'calibration of the linear predictor: ' || c.key, c.value, NULL
        FROM pg_catalog.jsonb_each_text(description -> 'calibration') AS c (key, value)
    )
    SELECT pg_catalog.format('  %s %s%s', pg_catalog.rpad(t.name, 44),
                             -- seven digits, enough to check a score by hand; the model itself has them all
                             CASE WHEN t.value ~ '^-?[0-9.]+(e-?[0-9]+)?$' AND pg_catalog.length(t.value) > 10 AND t.value::numeric <> 0
                                  THEN round(t.value::numeric, 6 - floor(pg_catalog.log(abs(t.value::numeric)))::integer)::text ELSE t.value END,
                             (SELECT pg_catalog.format('  (95%% %s to %s)', @icb@.report_number((f.term ->> 'lower')::double precision, 4), @icb@.report_number((f.term ->> 'upper')::double precision, 4))
                              FROM pg_catalog.jsonb_array_elements(fit -> 'terms') AS f (term)
                              WHERE f.term ->> 'term' = t.fitted AND f.term -> 'lower' <> 'null'
                                AND (NOT description ? 'probability' OR (f.term ->> 'part' = 'probability') = (t.a = 2))
                              LIMIT 1))
    FROM term t
    ORDER BY t.a, t.b, t.c, t.d
$$;
COMMENT ON FUNCTION @icb@.report_terms(jsonb, jsonb) IS 'The terms of a model with their coefficients or points, as lines of its report, with the intervals of the fit where there was one here.';

CREATE FUNCTION @icb@.model_report(name text, version text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(name, version);
    description jsonb := body::jsonb;
    card @icb_reporting@.model_card;
    m @icb@.model;
    summary jsonb;
    unstated text := 'not recorded';
    n_terms bigint := (SELECT count(*) FROM @icb@.report_terms(body::jsonb, NULL));
    fitted jsonb;
    events double precision;
    n_fitted double precision;
BEGIN
    version := description ->> 'version';
    SELECT c.* INTO card FROM @icb_reporting@.model_card c WHERE c.model = name AND c.model_version = version;
    SELECT r.* INTO m FROM @icb@.model r WHERE r.name = name AND r.version = version;
    summary := m.fit -> 'summary';
    -- the part of a model of two parts that is about whether, not about how much
    fitted := coalesce(summary -> 'probability', summary);
    IF coalesce(fitted ->> 'family', 'logistic') = 'logistic' THEN
        events := round((fitted ->> 'outcome_mean')::double precision * (fitted ->> 'rows_used')::double precision);
        n_fitted := NULLIF((fitted ->> 'parameters')::double precision, 0);
    END IF;
    RETURN pg_catalog.concat_ws(E'\n',
        pg_catalog.format('MODEL REPORT  %s, version %s', name, version), description ->> 'title', '',
        '1 STATUS',
        '  ' || pg_catalog.upper(card.status) || CASE WHEN card.refused_because IS NOT NULL THEN '; may not be used: ' || card.refused_because ELSE '; may be used' END,
        CASE WHEN card.local THEN pg_catalog.format('  registered by %s on %s', card.registered_by, pg_catalog.to_char(card.registered_at, 'YYYY-MM-DD')) ELSE '  published with this release' END,
        CASE WHEN card.status <> 'draft' AND card.approved_by IS NOT NULL AND card.local THEN
            pg_catalog.format('  approved by %s%s%s', card.approved_by, ' on ' || pg_catalog.to_char(card.approved_at, 'YYYY-MM-DD'),
                              CASE WHEN card.self_approved THEN ', who registered it: nobody else looked at it' END) END,
        '  review due ' || pg_catalog.to_char(card.review_due, 'YYYY-MM-DD'),
        '  recalibrated from ' || card.parent,
        '  fingerprint ' || card.model_fingerprint, '',
        '2 SOURCE OF DATA',
        '  ' || coalesce(card.source, unstated), '  licence: ' || card.licence,
        CASE WHEN m.trained_from IS NOT NULL THEN pg_catalog.format('  people as of %s and later, outcomes until %s', pg_catalog.to_char(m.trained_from, 'YYYY-MM-DD'), coalesce(pg_catalog.to_char(m.trained_to, 'YYYY-MM-DD'), unstated)) END,
        '  cohort ' || m.cohort || ', fingerprint of its rows ' || m.cohort_hash, '',
        '3 PARTICIPANTS',
        '  ' || coalesce(m.cohort_definition, card.population, unstated), '',
        '4 OUTCOME',
        '  ' || coalesce(m.outcome_definition, m.outcome, unstated), '',
        '5 PREDICTORS',
        '  ' || coalesce(NULLIF(card.predictors, ''), 'none'),
        '  history looked at: ' || coalesce(commissioning.risk_lookback_days(body) || ' days', 'all there is'), '',
        '6 SAMPLE SIZE',
        CASE WHEN summary IS NULL THEN '  ' || unstated
             ELSE pg_catalog.format('  %s rows used of %s in the cohort (%s people)%s', summary ->> 'rows_used', m.fit ->> 'cohort_rows', m.fit ->> 'cohort_people',
                  CASE WHEN events IS NOT NULL THEN pg_catalog.format('; %s with the outcome, %s for each of %s coefficients', events,
                      @icb@.report_number(events / n_fitted, 1), n_fitted) END) END, '',
        '7 MISSING DATA',
        CASE WHEN summary ->> 'rows_skipped' IS NOT NULL THEN pg_catalog.format('  training left out %s rows%s', summary ->> 'rows_skipped',
            (SELECT ': ' || pg_catalog.string_agg(s.key || ' ' || s.value, ', ' ORDER BY s.key COLLATE "C") FROM pg_catalog.jsonb_each_text(summary -> 'skipped') AS s (key, value))) END,
        coalesce((SELECT pg_catalog.string_agg(pg_catalog.format('  %s: %s', i.term ->> 'name',
                      CASE WHEN i.term ? 'missing' THEN 'taken as ' || (i.term ->> 'missing') || CASE WHEN i.term ? 'missing_coefficient' THEN ', with a term of its own' ELSE '' END
                           ELSE 'people for whom it is not known are not assessed' END), E'\n' ORDER BY i.place)
                  FROM pg_catalog.jsonb_array_elements(coalesce(description -> 'inputs', '[]') || coalesce(description -> 'probability' -> 'inputs', '[]'))
                       WITH ORDINALITY AS i (term, place)), '  a condition that is not recorded counts as absent'), '',
        '8 MODEL',
        '  ' || CASE WHEN description ? 'probability' THEN 'two parts: the probability of any, times the amount expected then'
                     ELSE 'link ' || coalesce(description ->> 'link', 'identity') END
             || CASE WHEN summary IS NOT NULL THEN pg_catalog.format('; fitted as %s, penalty %s', summary ->> 'family', coalesce(fitted ->> 'penalty', '0')) ELSE '' END,
        CASE WHEN coalesce((description ->> 'points_scale')::integer, 1) > 1 AND description ? 'categories' AND m.fit IS NOT NULL THEN '  coefficients of conditions are kept as points in millionths' END,
        (SELECT pg_catalog.string_agg(t.line, E'\n' ORDER BY t.place) FROM @icb@.report_terms(description, m.fit) WITH ORDINALITY AS t (line, place) WHERE t.place <= 200),
        CASE WHEN n_terms > 200 THEN pg_catalog.format('  and %s more terms', n_terms - 200) END,
        (SELECT pg_catalog.string_agg('  warning: ' || w.text, E'\n') FROM pg_catalog.jsonb_array_elements_text(m.fit -> 'warnings') AS w (text)), '',
        '9 PERFORMANCE',
        coalesce((SELECT pg_catalog.string_agg(pg_catalog.concat_ws(E'\n',
                      pg_catalog.format('  %s, rows %s of cohort %s, as of %s%s', pg_catalog.to_char(v.validated_at, 'YYYY-MM-DD'), v.rows_used, v.cohort, pg_catalog.to_char(v.first_day, 'YYYY-MM-DD'),
                          CASE WHEN v.same_rows THEN ' (the rows it was fitted to: looks better than it is)' ELSE '' END),
                      CASE WHEN v.row_count < 5 OR v.events BETWEEN 1 AND 4 THEN '    not shown, small numbers' END,
                      (SELECT pg_catalog.string_agg(pg_catalog.format('    %s %s%s%s', pg_catalog.rpad(q.metric, 20), @icb@.report_number(q.value, CASE WHEN q.metric IN ('rows', 'events') THEN 0 ELSE 4 END),
                                  CASE WHEN q.lower IS NOT NULL THEN pg_catalog.format('  (95%% %s to %s)', @icb@.report_number(q.lower, 4), @icb@.report_number(q.upper, 4)) END,
                                  '  ' || q.note), E'\n' ORDER BY q.place)
                       FROM @icb@.validation_measure q WHERE q.validation_id = v.validation_id AND q.subgroup = 'all' AND q.people > 4 AND q.events NOT BETWEEN 1 AND 4)),
                      E'\n' ORDER BY v.validation_id)
                  FROM @icb@.validation v WHERE v.model = name AND v.model_version = version), '  not validated here'), '',
        '10 CALIBRATION',
        coalesce((SELECT pg_catalog.string_agg(pg_catalog.format('  group %s: predicted %s, observed %s', pg_catalog.lpad(q.decile::text, 2), @icb@.report_number(q.predicted_mean::double precision, 4),
                             CASE WHEN q.suppressed THEN 'not shown, small numbers' ELSE @icb@.report_number(q.observed::double precision, 4) END), E'\n' ORDER BY q.decile)
                  FROM @icb_reporting@.validation_decile q WHERE q.validation_id = card.validation_id), '  not known'), '',
        '11 GROUPS OF PEOPLE',
        coalesce((SELECT pg_catalog.string_agg(pg_catalog.format('  %s %s: %s', q.subgroup, q.subgroup_value, q.measures), E'\n' ORDER BY q.subgroup, q.subgroup_value)
                  FROM (SELECT s.subgroup, s.subgroup_value, pg_catalog.string_agg(CASE WHEN s.suppressed THEN s.metric || ' not shown' ELSE s.metric || ' ' || @icb@.report_number(s.estimate::double precision) END,
                                                                                  ', ' ORDER BY s.place) AS measures
                        FROM @icb_reporting@.validation_subgroup s
                        WHERE s.validation_id = card.validation_id AND s.subgroup <> 'practice' AND s.metric IN ('observed', 'auc', 'oe', 'actual_mean', 'predictive_ratio')
                        GROUP BY s.subgroup, s.subgroup_value) q), '  not known'), '',
        '12 DRIFT',
        coalesce((SELECT pg_catalog.string_agg(pg_catalog.format('  %s %s %s: %s', d.subject, d.measure, @icb@.report_number(d.estimate::double precision), d.reading), E'\n'
                                               ORDER BY d.subject <> 'calibration', d.subject <> 'score', d.estimate DESC, d.subject)
                  FROM @icb_reporting@.model_drift d WHERE d.model = name AND d.model_version = version AND d.latest), '  not checked'), '',
        '13 LIMITATIONS',
        '  ' || coalesce(m.limitations, 'none stated'),
        CASE WHEN m.fit IS NOT NULL AND card.validation_id IS NULL THEN '  not validated' END,
        CASE WHEN m.fit IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.validation v WHERE v.model = name AND v.model_version = version AND v.cohort_hash <> m.cohort_hash)
             THEN '  not validated on a cohort other than that of its training' END,
        CASE WHEN m.cohort_definition LIKE '%left alive before the end is left out%' THEN '  people who moved away during the outcome are not represented' END, '',
        '14 USE AND HISTORY',
        pg_catalog.format('  sets of scores kept: %s%s', card.times_scored, ', the last as of ' || pg_catalog.to_char(card.last_scored_as_of, 'YYYY-MM-DD')),
        (SELECT pg_catalog.string_agg(pg_catalog.format('  %s %s by %s%s', pg_catalog.to_char(h.changed_at, 'YYYY-MM-DD'), h.status, h.changed_by, ': ' || h.note), E'\n' ORDER BY h.status_id)
         FROM @icb@.model_status h WHERE h.model = name AND h.model_version = version)) || E'\n';
END
$$;
COMMENT ON FUNCTION @icb@.model_report(text, text) IS
    'What there is to say of a model as plain text, in the order of TRIPOD: status, source of data, participants, outcome, predictors, sample size, missing data, the model with its coefficients, performance, calibration, groups of people, drift, limitations, use and history; from the registry alone, small numbers not shown. version NULL: the one used where none is asked for. 42704 for an unknown model.';
