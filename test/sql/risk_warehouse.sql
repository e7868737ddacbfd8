-- Risk in a warehouse: registry, population scores kept and live, explanation; all with an empty search_path.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('risk_wh', 'risk_stratification', 3);
SET search_path = '';
-- 1..3 worked examples, 4 no history, 5 dead, 6 left, 7 died after, 8 two practices, 9 no codes; 100..2099 a crowd
INSERT INTO risk_wh.person (person_id, sex, birth_month, death_date)
SELECT i, CASE i % 3 WHEN 0 THEN '1' WHEN 1 THEN '2' END, pg_catalog.make_date(1930 + i % 60, 1 + i % 12, 1),
       CASE i WHEN 5 THEN DATE '2024-06-30' WHEN 7 THEN DATE '2025-01-01' END
FROM (SELECT pg_catalog.generate_series(1, 9) UNION ALL SELECT pg_catalog.generate_series(100, 2099)) g (i);
INSERT INTO risk_wh.registration (person_id, practice_code, valid_from, valid_to)
SELECT p.person_id, 'P8100' || p.person_id % 4, '2015-04-01', CASE p.person_id WHEN 6 THEN DATE '2024-12-31' WHEN 8 THEN DATE '2024-10-01' END
FROM risk_wh.person p;
INSERT INTO risk_wh.registration (person_id, practice_code, valid_from) VALUES (8, 'P81009', '2024-10-01');
INSERT INTO risk_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses) VALUES
    (1, 1, 'APC', 'RXX', '2024-02-01', '2024-02-03', '21', '{I210,K700}'),
    (1, 2, 'APC', 'RXX', '2024-05-01', '2024-05-01', '11', '{K704,E112,E119}'),
    (1, 3, 'OP', 'RXX', '2024-06-01', '2024-06-01', NULL, '{C509,C78,NULL}'),
    (2, 4, 'APC', 'RXX', '2024-12-20', '2024-12-30', '21', '{N390,R296}'),
    (2, 5, 'APC', 'RXX', '2023-11-20', '2023-11-26', '21', '{F009,W190,N390}'),
    -- edges of 730 days before 2024-12-31: one day outside, the last day inside; discharged a day late; open; future
    (3, 6, 'APC', 'RXX', '2022-12-01', '2022-12-31', '21', '{F00}'),
    (3, 7, 'APC', 'RXX', '2023-01-01', '2023-01-01', '21', '{G81}'),
    (3, 8, 'APC', 'RXX', '2024-12-01', '2025-01-01', '21', '{N39}'),
    (3, 9, 'APC', 'RXX', '2024-12-31', NULL, '21', '{R29}'),
    (4, 10, 'EC', 'RXX', '2025-02-01', '2025-02-01', NULL, '{F00}'),
    (5, 11, 'APC', 'RXX', '2024-06-01', '2024-06-30', '21', '{I21}'),
    (6, 12, 'APC', 'RXX', '2024-06-01', '2024-06-30', '21', '{I21}'),
    (7, 13, 'APC', 'RXX', '2024-06-01', '2024-06-30', '21', '{C78,F00}'),
    (8, 14, 'APC', 'RXX', '2024-06-01', '2024-06-30', '21', '{I50}'),
    (9, 15, 'OP', 'RXX', '2024-06-01', '2024-06-01', NULL, NULL);
INSERT INTO risk_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, diagnoses)
SELECT p.person_id, 1000 + p.person_id * 10 + n, 'APC', 'RXX', DATE '2024-12-31' - (p.person_id * n)::integer % 900, DATE '2024-12-31' - (p.person_id * n)::integer % 900,
       (ARRAY['{I210,E119}', '{F009}', '{W190,R296}', '{N390,N179,I500}', '{Z999}', '{C780,C509}', '{G819,F03X,J189}', '{R54X,E112}'])[1 + (p.person_id * 3 + n * 5) % 8]::commissioning.icd10[]
FROM risk_wh.person p CROSS JOIN pg_catalog.generate_series(1, 6) n WHERE p.person_id >= 100 AND n <= p.person_id % 7;
ANALYZE risk_wh.activity;

-- The registry: shipped and local
SELECT name, version, local, newest FROM risk_wh.known_model ORDER BY name, version;
SELECT risk_wh.register_model('{"name": "attendance", "version": "1", "title": "Readmission, local", "source": "Local fit", "link": "logit", "intercept": -4, "points_scale": 100, "lookback_days": 100,
    "categories": [{"key": "heart", "label": "Heart failure", "points": 0.25, "prefixes": ["I50"]}],
    "inputs": [{"name": "age", "label": "Age in years", "coefficient": 0.03}, {"name": "male", "coefficient": 0.1, "missing": 0}, {"name": "emergency_admissions_12m", "coefficient": 0.5}],
    "bands": [{"label": "low"}, {"label": "high", "from": 0.3}]}', 'example');
SELECT risk_wh.register_model(body) AS again_is_nothing FROM risk_wh.model;
SELECT risk_wh.register_model((body::jsonb || '{"intercept": -3}')::commissioning.risk_model) FROM risk_wh.model;
SELECT risk_wh.register_model(NULL);
-- local versions of a shipped name: drafts do not displace what is approved
SELECT risk_wh.register_model((body::jsonb || '{"version": "9", "title": "local"}')::commissioning.risk_model),
       risk_wh.register_model((body::jsonb || '{"version": "10", "title": "local"}')::commissioning.risk_model)
FROM commissioning.risk_model_reference WHERE name = 'charlson_quan2005_quan2011';
SELECT name, version, local, newest FROM risk_wh.known_model ORDER BY name, version COLLATE "C";
DELETE FROM risk_wh.model WHERE name = 'charlson_quan2005_quan2011';
SELECT risk_wh.registered_model('nonesuch');
SELECT risk_wh.registered_model('attendance', '2');
SELECT (risk_wh.registered_model('attendance')::jsonb ->> 'version') AS version;

-- Nothing kept yet; live scores stand
SELECT count(*) FROM risk_wh_reporting.risk_register;
SELECT model, count(*) FROM risk_wh_reporting.risk_live GROUP BY model ORDER BY model;

-- What may not be used is refused, before anything is written
CALL risk_wh.score_population('attendance', '2024-12-31');
CALL risk_wh.score_population('attendance', '2024-12-31', '2');
SELECT risk_wh.approve_model('attendance', '1', 'for the tests', allow_same_person => true);
-- data that are too old: the latest admission of this history ended on 2025-01-01
CALL risk_wh.score_population('charlson_quan2005_icd9cm_original', '2024-12-31');
CALL risk_wh.score_population('hfrs_gilbert2018', '2025-03-05', '1');
CALL risk_wh.score_population('hfrs_gilbert2018', '2014-12-31', '1');
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31', '1', allow_stale_days => -1);
-- a warehouse may be stricter
INSERT INTO risk_wh.meta (key, value) VALUES ('risk_stale_days', '9');
CALL risk_wh.score_population('hfrs_gilbert2018', '2025-01-11', '1');
DELETE FROM risk_wh.meta WHERE key = 'risk_stale_days';
SELECT count(*) FROM risk_wh.run;

-- Score, keep, repeat
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31');
CALL risk_wh.score_population('charlson_quan2005_original', '2024-12-31');
SELECT person_id, practice_code, score, band, categories FROM risk_wh_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND person_id < 10 ORDER BY person_id;
SELECT person_id, practice_code, score, band, categories FROM risk_wh_reporting.risk_register WHERE model = 'charlson_quan2005_original' AND person_id < 10 ORDER BY person_id;
SELECT stage, status, rows_out, message FROM risk_wh_reporting.run_log ORDER BY run_id;
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31');
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31', '1');
SELECT stage, status, rows_out, message FROM risk_wh_reporting.run_log ORDER BY run_id DESC LIMIT 2;
SELECT model, as_of, lookback_days, data_date, people FROM risk_wh.risk_run ORDER BY risk_run_id;
-- kept and live agree, every column
SELECT count(*) AS kept, count(*) FILTER (WHERE l.score = r.score AND l.band = r.band AND l.practice_code = r.practice_code AND l.categories = r.categories
                                            AND l.as_of = r.as_of AND l.model_version = r.model_version) AS equal
FROM risk_wh_reporting.risk_register r LEFT JOIN risk_wh_reporting.risk_live l ON l.person_id = r.person_id AND l.model = r.model;
-- ranks: a permutation, by score, ties by person
SELECT model, count(*) AS people, count(DISTINCT rank_overall) AS ranks, min(rank_overall), max(rank_overall),
       count(*) FILTER (WHERE rank_overall <> expected) AS wrong, count(*) FILTER (WHERE rank_practice <> in_practice) AS wrong_in_practice,
       max(top_pct) AS last_pct
FROM (SELECT r.*, row_number() OVER (PARTITION BY model ORDER BY score DESC, person_id) AS expected,
             row_number() OVER (PARTITION BY model, practice_code ORDER BY score DESC, person_id) AS in_practice
      FROM risk_wh_reporting.risk_register r) x
GROUP BY model ORDER BY model;
SELECT model, band_order, band, patients, pct, suppressed FROM risk_wh_reporting.risk_pyramid ORDER BY 1, 2;
SELECT model, tier_order, tier, patients, lowest_score, suppressed FROM risk_wh_reporting.risk_tier ORDER BY 1, 2 DESC;
SELECT model, model_version, title, lookback_days, categories, inputs, local, newest FROM risk_wh_reporting.risk_model ORDER BY 1, 2;

-- Why
SELECT * FROM risk_wh.explain_risk(1, 'charlson_quan2005_original');
SELECT * FROM risk_wh.explain_risk(2, 'hfrs_gilbert2018', '2024-12-31');
SELECT * FROM risk_wh.explain_risk(9, 'hfrs_gilbert2018', '2024-12-31');
SELECT * FROM risk_wh.explain_risk(8, 'attendance', '2024-07-15');
SELECT count(*) AS people, count(*) FILTER (WHERE e.total = r.score AND e.score = r.score AND coalesce(e.band, '') = coalesce(r.band, '')) AS explained
FROM risk_wh_reporting.risk_register r
CROSS JOIN LATERAL (SELECT round(coalesce(sum(x.contribution), 0)::numeric, 6) AS total, round(max(x.value) FILTER (WHERE x.term = 'score')::numeric, 6) AS score,
                           max(x.label) FILTER (WHERE x.term = 'score') AS band
                    FROM risk_wh.explain_risk(r.person_id, r.model) x) e
WHERE r.person_id < 300;
SELECT risk_wh.explain_risk(4711, 'hfrs_gilbert2018');
SELECT risk_wh.explain_risk(5, 'hfrs_gilbert2018');
SELECT risk_wh.explain_risk(1, 'nonesuch');

-- Changed data add a set, and only then; an earlier one is kept
INSERT INTO risk_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, diagnoses) VALUES (4, 16, 'APC', 'RXX', '2024-12-30', '2024-12-31', '{F00}');
SELECT score FROM risk_wh_reporting.risk_live WHERE model = 'hfrs_gilbert2018' AND person_id = 4;
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31');
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31');
-- an event without meaning for the model changes nothing
INSERT INTO risk_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, diagnoses) VALUES (4, 17, 'APC', 'RXX', '2024-12-30', '2024-12-31', '{L200}');
CALL risk_wh.score_population('hfrs_gilbert2018', '2024-12-31');
SELECT r.risk_run_id, r.model, count(*) AS people, max(s.score) FILTER (WHERE s.person_id = 4) AS person_4 FROM risk_wh.risk_run r JOIN risk_wh.risk_score s ON s.risk_run_id = r.risk_run_id GROUP BY 1, 2 ORDER BY 1;
SELECT score FROM risk_wh_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND person_id = 4;
-- all models, the day of the latest event
CALL risk_wh.score_population();
CALL risk_wh.score_population();
SELECT model, model_version, as_of, people FROM risk_wh.current_risk_run ORDER BY model;
SELECT count(*) AS kept, count(*) FILTER (WHERE l.score IS NOT DISTINCT FROM r.score AND l.band IS NOT DISTINCT FROM r.band) AS equal
FROM risk_wh_reporting.risk_register r LEFT JOIN risk_wh_reporting.risk_live l ON l.person_id = r.person_id AND l.model = r.model;
CALL risk_wh.score_population('nonesuch');

-- What changed since the set before: 3 was discharged on 2025-01-01 with N39 (3.2); recomputed from the sets
SELECT person_id, as_of_before, score_before, score, score_change, band_before, band, newly_risen, rank_before - rank_overall = rank_change AS ranks_agree
FROM risk_wh_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND person_id < 10 ORDER BY person_id;
SELECT count(*) AS people, count(*) FILTER (WHERE r.newly_risen) AS risen, count(*) FILTER (WHERE r.newly_risen IS DISTINCT FROM
           array_position(ARRAY['low', 'intermediate', 'high'], n.band) > array_position(ARRAY['low', 'intermediate', 'high'], b.band)) AS wrong,
       count(*) FILTER (WHERE r.score_change IS DISTINCT FROM (n.score - b.score)::numeric(20,6) OR r.rank_change <> b.rank_overall - n.rank_overall) AS wrong_change
FROM risk_wh_reporting.risk_register r
JOIN risk_wh.risk_score n ON n.person_id = r.person_id AND n.risk_run_id = r.risk_run_id
LEFT JOIN risk_wh.risk_score b ON b.person_id = r.person_id AND b.risk_run_id = 3
WHERE r.model = 'hfrs_gilbert2018';

-- Unknown inputs: a value of the model's own, or not assessed, with the inputs named and counted; every known person is accounted for
SELECT risk_wh.register_model('{"name": "gaps", "version": "1", "inputs": [{"name": "age", "coefficient": 1}, {"name": "male", "coefficient": 10},
    {"name": "shoe_size", "coefficient": 1, "missing": 0.5}]}');
CALL risk_wh.score_population('gaps', '2024-12-31', allow_unapproved => true);
SELECT people, assessed, not_assessed, not_scored, unapproved, (SELECT count(*) FROM risk_wh.person) AS known FROM risk_wh.risk_run WHERE model = 'gaps';
SELECT count(*) AS people, count(*) FILTER (WHERE p.sex IS NULL) AS without_sex FROM risk_wh.person p WHERE p.person_id NOT IN (5, 6);
SELECT person_id, score, rank_overall IS NULL AS no_rank, top_pct IS NULL AS no_share, not_assessed, unapproved FROM risk_wh_reporting.risk_register
WHERE model = 'gaps' AND person_id < 4 ORDER BY person_id;
SELECT max(rank_overall) AS last, max(top_pct) AS last_pct FROM risk_wh_reporting.risk_register WHERE model = 'gaps';
SELECT person_id, score, not_assessed FROM risk_wh_reporting.risk_live WHERE model = 'gaps' AND person_id < 4 ORDER BY person_id;
-- approved, the same data are another set; a set of a draft stands back behind it, however new
SELECT risk_wh.approve_model('gaps', '1', 'for the tests', allow_same_person => true);
CALL risk_wh.score_population('gaps', '2024-12-31');
CALL risk_wh.score_population('gaps', '2024-12-31');
SELECT risk_wh.register_model('{"name": "gaps", "version": "2", "inputs": [{"name": "age", "coefficient": 2}]}');
CALL risk_wh.score_population('gaps', '2025-01-01', '2');
CALL risk_wh.score_population('gaps', '2025-01-01', '2', true);
CALL risk_wh.score_population(as_of => '2025-01-01');
SELECT model_version, as_of, unapproved FROM risk_wh.risk_run WHERE model = 'gaps' ORDER BY risk_run_id;
SELECT model_version, as_of, unapproved FROM risk_wh.current_risk_run WHERE model = 'gaps';

-- Who objects or stands on a local list is left out before scoring, here and in the live view, and counted once: type 1 (8, also
-- on the local list), national (9), local list (100..109); an objection that ended (1), one made after the day but before today (2), one that
-- begins in future (3), an exclusion that ended (4)
INSERT INTO risk_wh.opt_out (person_id, kind, valid_from, valid_to) VALUES (8, 'type_1', '2020-01-01', NULL), (9, 'national', '-infinity', NULL),
    (1, 'type_1', '2020-01-01', '2023-01-01'), (2, 'national', '2025-03-01', NULL), (3, 'national', '2999-01-01', NULL);
INSERT INTO risk_wh.exclusion (person_id, reason, valid_from, valid_to) SELECT i, 'in a care home', '2024-01-01', NULL FROM pg_catalog.generate_series(100, 109) i;
INSERT INTO risk_wh.exclusion (person_id, reason, valid_from, valid_to) VALUES (8, 'in a care home', '2024-01-01', NULL), (4, 'in a care home', '2024-01-01', '2024-12-31');
CALL risk_wh.score_population('hfrs_gilbert2018', '2025-02-01');
CALL risk_wh.score_population('hfrs_gilbert2018', '2025-02-01');
SELECT person_id FROM risk_wh_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND person_id < 112 ORDER BY person_id;
SELECT person_id FROM risk_wh_reporting.risk_live WHERE model = 'hfrs_gilbert2018' AND person_id < 112 ORDER BY person_id;
SELECT people, assessed, not_scored, people + (SELECT sum(n.value::bigint) FROM pg_catalog.jsonb_each_text(not_scored) n) AS accounted_for, (SELECT count(*) FROM risk_wh.person) AS known
FROM risk_wh.risk_run WHERE model = 'hfrs_gilbert2018' ORDER BY risk_run_id DESC LIMIT 1;
SELECT outcome, reason, patients, suppressed FROM risk_wh_reporting.risk_coverage WHERE is_current AND model IN ('hfrs_gilbert2018', 'gaps') ORDER BY model, outcome_order, reason;

-- Scores of another system stand beside our own: as of their own day, without those who died, left or object, with ranks and changes
INSERT INTO risk_wh.imported_score_set (model, version, as_of, provenance, licence) VALUES
    ('acg', '13', '2024-11-30', 'ACG system of the trust', 'licensed to the commissioner'), ('acg', '13', '2024-12-31', 'ACG system of the trust', 'licensed to the commissioner'),
    ('rub', '13', '2024-12-31', 'ACG system of the trust', 'licensed to the commissioner');
INSERT INTO risk_wh.imported_score_value (imported_score_set_id, person_id, score, band)
VALUES (1, 1, 0.5, 'high'), (1, 3, 0.1, 'low'), (1, 4, 0.2, 'low'), (1, 8, 0.9, 'high'),
       (2, 1, 0.4, 'high'), (2, 3, 0.6, 'high'), (2, 4, 0.2, 'low'), (2, 5, 0.9, 'high'), (2, 6, 0.9, 'high'), (2, 7, 0.3, 'low'), (2, 8, 0.9, 'high'),
       (3, 1, NULL, 'RUB 3'), (3, 3, NULL, 'RUB 5');
CALL risk_wh.score_population('acg', '2024-12-15');
CALL risk_wh.score_population('acg', '2025-01-15');
CALL risk_wh.score_population('acg', '2025-01-15');
CALL risk_wh.score_population('rub', '2025-01-15', '13');
CALL risk_wh.score_population('acg', '2025-01-15', '12');
CALL risk_wh.score_population('acg', '2024-11-29');
CALL risk_wh.score_population('acg', '2025-06-30');
SELECT model, person_id, practice_code, as_of, score, band, rank_overall, rank_practice, top_pct, score_change, newly_risen, not_assessed, provenance
FROM risk_wh_reporting.risk_register WHERE provenance IS NOT NULL ORDER BY model, person_id;
SELECT model, as_of, people, assessed, not_assessed, not_scored FROM risk_wh.risk_run WHERE provenance IS NOT NULL ORDER BY risk_run_id;
SELECT model, band_order, band, patients, suppressed FROM risk_wh_reporting.risk_pyramid WHERE model IN ('acg', 'rub') ORDER BY 1, 2;

-- A cost says how much of it is a stated price: two day cases and an attendance without one, one event priced by the record
SELECT risk_wh.register_model('{"name": "costly", "version": "1", "inputs": [{"name": "cost_12m", "coefficient": 1}]}');
SELECT risk_wh.approve_model('costly', '1', allow_same_person => true);
UPDATE risk_wh.activity SET sent_price = 100 WHERE person_id = 1 AND activity_id = 1;
CALL risk_wh.score_population('costly', '2024-12-31');
SELECT r.costing = pg_catalog.jsonb_build_object('cost', sum(c.cost), 'by_fallback', sum(c.cost) FILTER (WHERE c.cost_method = 'fallback'), 'events_without_cost', count(*) FILTER (WHERE c.cost IS NULL)) AS recomputed,
       (SELECT f.cost_12m = s.score FROM risk_wh.person_features('2024-12-31') f JOIN risk_wh.risk_score s ON s.person_id = f.person_id AND s.risk_run_id = r.risk_run_id WHERE f.person_id = 1) AS person_1
FROM risk_wh.risk_run r
JOIN risk_wh.risk_score p ON p.risk_run_id = r.risk_run_id
JOIN risk_wh.activity_cost c ON c.person_id = p.person_id AND c.cost_date <= r.as_of AND c.cost_date > r.as_of - 365
WHERE r.model = 'costly' GROUP BY r.risk_run_id;

-- A filter on one person reaches the tables
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT count(DISTINCT substring(l FROM ' on (activity_p[0-9]+) ')) AS partitions_read, count(*) FILTER (WHERE l LIKE '%Seq Scan on activity%') AS read_whole,
       count(*) FILTER (WHERE l LIKE '%Index Cond: (%person_id = 4)%') >= 3 AS by_person, count(*) FILTER (WHERE l ~ 'Function Scan on (people|person|condition_at|not_scored)') AS not_inlined
FROM pg_temp.plan('SELECT score FROM risk_wh_reporting.risk_live WHERE model = ''hfrs_gilbert2018'' AND person_id = 4') l;

-- Another purpose: refused, and nothing shown
RESET search_path;
SELECT commissioning.create_warehouse('risk_iv', 'invoice_validation', 1);
CALL risk_iv.score_population('hfrs_gilbert2018', '2024-12-31');
SELECT risk_iv.explain_risk(1, 'hfrs_gilbert2018');
SELECT count(*) FROM risk_iv_reporting.risk_live;
SELECT count(*) FROM risk_iv.run;
SET client_min_messages = warning;
DROP SCHEMA risk_iv, risk_iv_identity, risk_iv_reporting CASCADE;
DROP SCHEMA risk_wh, risk_wh_identity, risk_wh_reporting CASCADE;
RESET client_min_messages;
