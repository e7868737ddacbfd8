-- Validation of predictions against R (test/oracle/validation: pROC, glm, loess) and against cases computed by hand.
\set SHOW_CONTEXT never
SET search_path = commissioning, public;
SET extra_float_digits = 0;
CREATE TABLE vr_expected (set_name text, metric text, value float8, lower float8, upper float8);
\copy vr_expected FROM 'test/oracle/validation/expected.csv' (FORMAT csv)
SELECT count(*) FROM vr_expected;

-- The rows of the R script, made of whole numbers
CREATE TABLE vr_person AS
SELECT i, (x.u < 1 / (1 + exp(-(-0.4 + 0.8 * ln(x.p / (1 - x.p)))))) AS y, x.p, round((x.p * 20)::numeric)::float8 / 20 * 0.9 + 0.02 AS q,
       (ARRAY['a', 'b', 'c'])[1 + (i * 31) % 3] AS g,
       ((i * 7907) % 5003) + CASE WHEN i % 10 = 0 THEN 20000 ELSE 0 END AS cost,
       1500 + 0.7 * ((i * 7907) % 5003) + ((i * 13) % 700) + CASE WHEN i % 20 = 0 THEN 5000 ELSE 0 END AS guess
FROM (SELECT i::bigint AS i, ((i::bigint * 7919) % 1000 + 0.5::float8) / 1000 * 0.6 + 0.002 AS p, ((i::bigint * 104729) % 10007 + 0.5::float8) / 10007 AS u FROM generate_series(1, 2000) i) x;
CREATE VIEW vr_first AS SELECT * FROM vr_person WHERE i <= 500;
CREATE VIEW vr_a AS SELECT * FROM vr_person WHERE g = 'a';
CREATE VIEW vr_b AS SELECT * FROM vr_person WHERE g = 'b';
CREATE VIEW vr_c AS SELECT * FROM vr_person WHERE g = 'c';
CREATE VIEW vr_psi_reference AS SELECT p AS v FROM vr_person WHERE i <= 1000;
CREATE VIEW vr_psi_current AS SELECT sqrt(p) AS v FROM vr_person WHERE i > 1000;

CREATE TABLE vr_got AS
SELECT 'p'::text AS set_name, metric, value, lower, upper FROM risk_performance('vr_person', 'y', 'p')
UNION ALL SELECT 'q', metric, value, lower, upper FROM risk_performance('vr_person', 'y', 'q')
UNION ALL SELECT 'p ' || subgroup_value, metric, value, lower, upper FROM risk_subgroups('vr_person', 'y', 'p', 'g')
UNION ALL SELECT s.set_name, 'hosmer_lemeshow_p_internal', value, NULL, NULL
          FROM (VALUES ('p'), ('q')) AS s (set_name), LATERAL risk_performance('vr_person', 'y', s.set_name, internal => true) WHERE metric = 'hosmer_lemeshow_p'
UNION ALL SELECT s.set_name, CASE WHEN m.metric = 'hosmer_lemeshow_p' THEN 'hosmer_lemeshow_p_internal' ELSE m.metric END, m.value, NULL, NULL
          FROM (VALUES ('p a', 'vr_a'), ('p b', 'vr_b'), ('p c', 'vr_c')) AS s (set_name, part), LATERAL risk_performance(s.part::regclass, 'y', 'p', internal => true) m
          WHERE m.metric IN ('hosmer_lemeshow_p', 'r2_cox_snell', 'r2_nagelkerke')
UNION ALL SELECT s.set_name, 'auc_std_error', (a.x).std_error, NULL, NULL
          FROM (SELECT 'p' AS set_name, risk_auc(y, p ORDER BY p) AS x FROM vr_person UNION ALL SELECT 'q', risk_auc(y, q ORDER BY q) FROM vr_person
                UNION ALL SELECT 'p ' || g, risk_auc(y, p ORDER BY p) FROM vr_person GROUP BY g) a, LATERAL (SELECT a.set_name) s
UNION ALL SELECT 'curve', 'point ' || row_number() OVER (ORDER BY predicted_value), observed, NULL, NULL FROM risk_calibration_curve('vr_first', 'y', 'p', 5)
UNION ALL SELECT 'cost', m.metric, m.value, NULL, NULL FROM risk_cost_performance('vr_person', 'cost', 'guess') c,
          LATERAL (VALUES ('r2', c.r2), ('mae', c.mae), ('rmse', c.rmse), ('cpm', c.cpm), ('predictive_ratio', c.predictive_ratio)) AS m (metric, value) WHERE c.decile IS NULL
UNION ALL SELECT 'cost', 'predictive_ratio ' || decile, predictive_ratio, NULL, NULL FROM risk_cost_performance('vr_person', 'cost', 'guess') WHERE decile IN (1, 10)
UNION ALL SELECT 'psi', 'psi', risk_psi('vr_psi_reference', 'v', 'vr_psi_current', 'v'), NULL, NULL
UNION ALL SELECT 'poisson', x::text, x, (poisson_ci(x)).lower, (poisson_ci(x)).upper FROM unnest(ARRAY[0, 1, 3, 10, 100, 12345, 99999]::bigint[]) x
UNION ALL SELECT 'poisson 0.998', '7', 7, (poisson_ci(7, 0.998)).lower, (poisson_ci(7, 0.998)).upper
UNION ALL SELECT 'normal', x, normal_quantile(x::float8), NULL, NULL FROM unnest(ARRAY['0.5', '0.001', '0.025', '0.975', '1e-10']) x
UNION ALL SELECT 'chi_square 8', x, chi_square_tail(x::float8, 8), NULL, NULL FROM unnest(ARRAY['0.1', '5', '15.5073', '300']) x;
-- every number that R printed is met to nine digits
CREATE FUNCTION pg_temp.near(a float8, b float8) RETURNS boolean LANGUAGE sql AS $$ SELECT a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1e-3) $$;
SELECT count(*) AS compared, count(g.metric) AS found FROM vr_expected e LEFT JOIN vr_got g ON g.set_name = e.set_name AND g.metric = e.metric;
SELECT e.set_name, e.metric, e.value AS expected, g.value AS got, e.lower AS expected_lower, g.lower AS got_lower, e.upper AS expected_upper, g.upper AS got_upper
FROM vr_expected e LEFT JOIN vr_got g ON g.set_name = e.set_name AND g.metric = e.metric
WHERE NOT (pg_temp.near(e.value, g.value) AND (e.lower IS NULL OR pg_temp.near(e.lower, g.lower)) AND (e.upper IS NULL OR pg_temp.near(e.upper, g.upper)))
   OR g.metric IS NULL
ORDER BY 1, 2;

-- By hand: scores 1, 2, 2, 3 with outcomes no, no, yes, yes. Pairs: 2>1 yes, 2=2 half, 3>1, 3>2: 3.5 of 4. Events placed at 1.5 and 2 (variance 0.125),
-- others at 0 and 0.5 events below (variance 0.125): error = sqrt(0.125/2^2/2 + 0.125/2^2/2) = 0.176777.
SELECT (a.x).auc, round((a.x).std_error::numeric, 6) AS std_error, (a.x).events, (a.x).others, (a.x).skipped
FROM (SELECT risk_auc(y, s ORDER BY s) AS x FROM (VALUES (false, 1), (false, 2), (true, 2), (true, 3), (NULL, 9), (true, NULL)) AS r (y, s)) a;
SELECT (a.x).auc, (a.x).std_error, (a.x).events, (a.x).others FROM (SELECT risk_auc(y, s ORDER BY s) AS x FROM (VALUES (true, 1), (true, 2)) AS r (y, s)) a;
SELECT (a.x).auc, (a.x).std_error FROM (SELECT risk_auc(y, s ORDER BY s) AS x FROM (VALUES (true, 2), (false, 1)) AS r (y, s)) a;
SELECT (a.x).auc, (a.x).events, (a.x).others FROM (SELECT risk_auc(y, s ORDER BY s) AS x FROM (SELECT true AS y, 1::float8 AS s WHERE false) r) a;
SELECT risk_auc(y, s ORDER BY s DESC) FROM (VALUES (true, 2), (false, 1)) AS r (y, s);
SELECT risk_auc(y, s ORDER BY s) FROM (VALUES (true, 2), (false, 'NaN'::float8)) AS r (y, s);

-- p 0.8 and happened, 0.4 and not, 0.5 and happened: Brier (0.04 + 0.16 + 0.25) / 3 = 0.15; prevalence 2/3: 1 - 0.15 / (2/9) = 0.325;
-- log loss -(ln 0.8 + ln 0.6 + ln 0.5) / 3 = 0.475705; expected 1.7
CREATE TABLE vr_small (y boolean, n integer, p float8, place text);
INSERT INTO vr_small VALUES (true, 1, 0.8, 'a'), (false, 0, 0.4, 'a'), (true, 1, 0.5, 'b'), (NULL, NULL, 0.5, 'b'), (true, 1, NULL, NULL);
SELECT risk_validation_rows(v), risk_validation_events(v), risk_validation_skipped(v), risk_expected(v), risk_brier(v), risk_scaled_brier(v), round(risk_log_loss(v)::numeric, 6) AS log_loss,
       round((risk_observed_expected(v)).ratio::numeric, 6) AS oe
FROM (SELECT risk_validation(y, p) AS v FROM vr_small) s;
-- no rows, one row, all NULL, certainty that failed
SELECT name, risk_validation_rows(v) AS rows, risk_brier(v), risk_scaled_brier(v), risk_log_loss(v), risk_r2_mcfadden(v), risk_observed_expected(v)
FROM (SELECT 1 AS i, 'none' AS name, risk_validation(y, p) AS v FROM vr_small WHERE false
      UNION ALL SELECT 2, 'one', risk_validation(true, 0.25)
      UNION ALL SELECT 3, 'all null', risk_validation(NULL, NULL) FROM vr_small
      UNION ALL SELECT 4, 'impossible', risk_validation(y, p) FROM (VALUES (true, 0::float8), (false, 0.5)) AS r (y, p)) s ORDER BY i;
SELECT risk_validation(true, 1.1);
SELECT risk_validation(true, 'NaN');
-- any partition of the rows gives the same state, to the last bit; so do parallel workers and the text and binary forms
SELECT count(DISTINCT v::text) AS states FROM (
    SELECT risk_validation(y, p) AS v FROM vr_person
    UNION ALL SELECT risk_validation(y, p ORDER BY p) FROM vr_person
    UNION ALL SELECT risk_validation_merge(v) FROM (SELECT risk_validation(y, p) AS v FROM vr_person GROUP BY i % 7) q
    UNION ALL SELECT (risk_validation(y, p)::text)::risk_validation FROM vr_person) s;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
ALTER TABLE vr_person SET (parallel_workers = 2);
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT count(*) FILTER (WHERE l LIKE '%Partial Aggregate%') AS partial FROM pg_temp.plan('SELECT risk_validation(y, p) FROM vr_person') l;
SELECT a.v::text = b.v::text AS parallel_equals_serial FROM (SELECT risk_validation(y, p) AS v FROM vr_person) a, (SELECT risk_validation(y, p ORDER BY i) AS v FROM vr_person) b;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT 'x'::risk_validation;
SELECT '1 2 0 0 0 0 0 0'::risk_validation;

-- Named sources: what is skipped, what is refused
SELECT metric, round(value::numeric, 6) AS value, note FROM risk_performance('vr_small', 'y', 'p') ORDER BY metric;
SELECT metric, value, note FROM risk_performance('vr_small', 'n', 'p') WHERE metric IN ('rows', 'brier', 'auc') ORDER BY metric;
CREATE VIEW vr_one AS SELECT true AS y, 0.5::float8 AS p FROM generate_series(1, 3);
SELECT metric, value, lower, upper, note FROM risk_performance('vr_one', 'y', 'p') WHERE metric IN ('rows', 'events', 'auc', 'slope', 'citl', 'scaled_brier') ORDER BY metric;
CREATE VIEW vr_bad AS SELECT true AS y, 1.5::float8 AS p, 2 AS n, 'x'::text AS t;
SELECT * FROM risk_performance('vr_bad', 'y', 'p');
SELECT * FROM risk_performance('vr_bad', 'n', 'p');
SELECT * FROM risk_performance('vr_bad', 't', 'p');
SELECT * FROM risk_performance('vr_bad', 'nothing', 'p');
SELECT * FROM risk_performance('vr_bad', 'y', NULL);
SELECT * FROM risk_deciles('vr_person', 'y', 'p', 0);
-- a column named like an attack is a column
CREATE TABLE vr_odd (y boolean, "p""; DROP TABLE vr_small; --" float8);
INSERT INTO vr_odd VALUES (true, 0.5), (false, 0.25);
SELECT n, events FROM risk_deciles('vr_odd', 'y', 'p"; DROP TABLE vr_small; --', 1);

-- Deciles: 2,000 people in ten groups of 200; the parts are the whole
SELECT count(*), min(n), max(n), sum(n), sum(events) = (SELECT count(*) FILTER (WHERE y) FROM vr_person) AS events, round(sum(expected)::numeric, 9) = round((SELECT sum(p) FROM vr_person)::numeric, 9) AS expected,
       round(sum(events_share)::numeric, 9) AS shares, bool_and(observed BETWEEN observed_lower AND observed_upper) AS inside FROM risk_deciles('vr_person', 'y', 'p');
-- ties stay together
SELECT count(*) AS groups, sum(n) FROM risk_deciles('vr_person', 'y', 'q');
-- Thresholds, by hand on the small table: at 0.5 flagged 0.8 (yes) and 0.5 (yes); at 0.4 all three
SELECT threshold, flagged, true_positives AS tp, false_positives AS fp, false_negatives AS fn, true_negatives AS tn, sensitivity, specificity, ppv, npv, lift FROM risk_thresholds('vr_small', 'y', 'p', '{0.5,0.4,0.9}');
SELECT * FROM risk_top('vr_small', 'y', 'p', '{1,2,10}');
-- a tie at the border: one of two is taken, on average half an event
SELECT top, flagged, threshold, tied, tied_taken, true_positives FROM risk_top('vr_small', 'y', 'p', '{1}') UNION ALL
SELECT top, flagged, threshold, tied, tied_taken, true_positives FROM (SELECT 1) x, LATERAL (SELECT * FROM risk_top('vr_one', 'y', 'p', '{2}')) t;
SELECT * FROM risk_top('vr_small', 'y', 'p', '{0}');
-- Net benefit at 0.4: all three flagged: 2/3 - 1/3 * 0.4/0.6 = 4/9; treat all the same
SELECT threshold, flagged, round(net_benefit::numeric, 9) AS net_benefit, round(treat_all::numeric, 9) AS treat_all, treat_none FROM risk_decision_curve('vr_small', 'y', 'p', '{0.4,0.5}');
SELECT count(*) FROM risk_decision_curve('vr_person', 'y', 'p');
SELECT * FROM risk_decision_curve('vr_small', 'y', 'p', '{1}');
-- ROC from (0,0) to (1,1), rising; the area under all its points is the AUC
SELECT count(*) AS points, bool_and(sensitivity >= before AND specificity <= specificity_before) AS monotone,
       round(sum((specificity_before - specificity) * (sensitivity + before) / 2)::numeric, 9) = (SELECT round(value::numeric, 9) FROM vr_expected WHERE set_name = 'q' AND metric = 'auc') AS area
FROM (SELECT *, lag(sensitivity, 1, 0::float8) OVER w AS before, lag(specificity, 1, 1::float8) OVER w AS specificity_before
      FROM risk_roc('vr_person', 'y', 'q', NULL) WINDOW w AS (ORDER BY threshold DESC)) r;
SELECT min(sensitivity), max(sensitivity), min(specificity), max(specificity), count(*) BETWEEN 40 AND 60 AS thinned FROM risk_roc('vr_person', 'y', 'p', 50);
-- Cost: deciles carry the whole, exactly
SELECT sum(actual_total) FILTER (WHERE decile IS NOT NULL) = max(actual_total) FILTER (WHERE decile IS NULL) AS adds_up,
       sum(n) FILTER (WHERE decile IS NOT NULL) = max(n) FILTER (WHERE decile IS NULL) AS rows_add_up, max(skipped) AS skipped FROM risk_cost_performance('vr_person', 'cost', 'guess');
-- Stability: the same data is 0; a value that has gone counts half a row. Shares 1/2, 1/2 against 1/4 (half a row of two), 1 : ln terms by hand:
-- (0.25 - 0.5) ln(0.25/0.5) + (1 - 0.5) ln(1/0.5) = 0.173287 + 0.346574 = 0.519860
SELECT risk_psi('vr_person', 'p', 'vr_person', 'p') AS same;
CREATE VIEW vr_before AS SELECT unnest('{a,b}'::text[]) AS v;
CREATE VIEW vr_after AS SELECT unnest('{b,b}'::text[]) AS v;
SELECT round(risk_psi('vr_before', 'v', 'vr_after', 'v')::numeric, 6) AS gone;
SELECT bin, label, reference_rows, current_rows, round(contribution::numeric, 6) AS contribution FROM risk_psi_bins('vr_before', 'v', 'vr_after', 'v');

-- Recalibration: predictions of a model on known inputs; after it the fit is level, and the slope one
CREATE TABLE vr_model AS SELECT '{"name": "m", "version": "1", "link": "logit", "intercept": -1, "inputs": [{"name": "x", "coefficient": 1}]}'::risk_model AS body;
CREATE TABLE vr_scored AS SELECT i, y, ln(p / (1 - p)) + 1 AS x, p FROM vr_person;
SELECT max(abs(risk_predict(m.body, ARRAY[s.x]) - s.p)) < 1e-12 AS predicts_p FROM vr_scored s, vr_model m;
SELECT body::jsonb ->> 'parent' AS parent, body::jsonb ->> 'version' AS version,
       abs((body::jsonb #>> '{calibration,intercept}')::float8 - (SELECT value FROM vr_expected WHERE set_name = 'p' AND metric = 'intercept')) < 1e-9 AS intercept_as_r,
       abs((body::jsonb #>> '{calibration,slope}')::float8 - (SELECT value FROM vr_expected WHERE set_name = 'p' AND metric = 'slope')) < 1e-9 AS slope_as_r
FROM (SELECT risk_recalibrate(m.body, 'vr_scored', 'y', 'p', 'intercept_slope', '2') AS body FROM vr_model m) r;
SELECT abs((body::jsonb #>> '{calibration,intercept}')::float8 - (SELECT value FROM vr_expected WHERE set_name = 'p' AND metric = 'citl')) < 1e-9 AS intercept_as_r, body::jsonb #> '{calibration,slope}' AS slope
FROM (SELECT risk_recalibrate(m.body, 'vr_scored', 'y', 'p', 'intercept', '2') AS body FROM vr_model m) r;
CREATE TABLE vr_recalibrated AS SELECT s.y, risk_predict((SELECT risk_recalibrate(m.body, 'vr_scored', 'y', 'p', 'intercept_slope', '2') FROM vr_model m), ARRAY[s.x]) AS p FROM vr_scored s;
SELECT metric, round(value::numeric, 6) AS value FROM risk_performance('vr_recalibrated', 'y', 'p') WHERE metric IN ('oe', 'citl', 'slope', 'intercept') ORDER BY metric;
-- twice recalibrated: calibrations are applied one after the other
SELECT round((r.body::jsonb #>> '{calibration,slope}')::numeric, 6) = round((SELECT value FROM vr_expected WHERE set_name = 'p' AND metric = 'slope')::numeric, 6) AS unchanged
FROM (SELECT risk_recalibrate((SELECT risk_recalibrate(m.body, 'vr_scored', 'y', 'p', 'intercept_slope', '2') FROM vr_model m), 'vr_recalibrated', 'y', 'p', 'intercept_slope', '3') AS body) r;
SELECT risk_recalibrate((SELECT body FROM vr_model), 'vr_scored', 'y', 'p', 'slope', '2');
SELECT risk_recalibrate((SELECT body FROM vr_model), 'vr_scored', 'y', 'p', 'intercept', '1');
SELECT risk_recalibrate((SELECT body FROM vr_model), 'vr_one', 'y', 'p', 'intercept', '2');
SELECT risk_recalibrate(registered_model('charlson_quan2005_original'), 'vr_scored', 'y', 'p', 'intercept', '2');
-- reads only
BEGIN READ ONLY;
SELECT count(*) FROM risk_performance('vr_person', 'y', 'p');
COMMIT;
DROP VIEW vr_a, vr_b, vr_c, vr_first, vr_psi_reference, vr_psi_current, vr_one, vr_bad, vr_before, vr_after;
DROP TABLE vr_expected, vr_got, vr_person, vr_small, vr_odd, vr_model, vr_scored, vr_recalibrated;
