-- What a programme did, where avoidable cost sits, practices compared, budgets of a warehouse, the pyramid over time; all with an empty search_path.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('eff_wh', 'risk_stratification', 2);
SET search_path = '';
-- Men of 74, each with one emergency admission in 2023: even numbers score 3 by Charlson's original weights (heart failure, complicated
-- diabetes), odd ones 1 (infarction).
-- 1 to 20 take the programme up on 15 January 2024, 21 to 100 are never offered it, 101 is the only woman, 102 declines, 103 objects to the use of data
INSERT INTO eff_wh.area (lsoa_code, imd_decile, imd_year) VALUES ('E01000001', 3, 2019);
INSERT INTO eff_wh.person (person_id, sex, birth_month, lsoa_code) SELECT i, CASE i WHEN 101 THEN '2' ELSE '1' END, '1949-06-01', 'E01000001' FROM pg_catalog.generate_series(1, 120) g (i);
INSERT INTO eff_wh.registration (person_id, practice_code, valid_from) SELECT i, CASE WHEN i > 110 THEN 'P2' ELSE 'P1' END, '2015-04-01' FROM pg_catalog.generate_series(1, 120) g (i);
INSERT INTO eff_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses)
SELECT i, i, 'APC', 'RXX', '2023-06-01', '2023-06-03', '21', (CASE WHEN i % 2 = 0 THEN '{I500,E112}' ELSE '{I210}' END)::commissioning.icd10[] FROM pg_catalog.generate_series(1, 120) g (i);
-- in the year from 15 January 2024 on: 1 to 5 of the programme, and of the others the even ones
INSERT INTO eff_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, admission_method, diagnoses)
SELECT i, 1000 + i, 'APC', 'RXX', '2024-03-01', '2024-03-02', '21', '{J189}' FROM pg_catalog.generate_series(1, 120) g (i) WHERE i <= 5 OR i > 20 AND i % 2 = 0;
-- the first day after is the day itself, the last 364 days on; the day before it is before
INSERT INTO eff_wh.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, department_type) VALUES
    (1, 2001, 'EC', 'RXX', '2024-01-14', '2024-01-14', '01'), (1, 2002, 'EC', 'RXX', '2024-01-15', '2024-01-15', '01'), (1, 2003, 'EC', 'RXX', '2025-01-13', '2025-01-13', '01'),
    (1, 2004, 'EC', 'RXX', '2025-01-14', '2025-01-14', '01'), (1, 2005, 'EC', 'RXX', '2023-01-15', '2023-01-15', '01'), (1, 2006, 'EC', 'RXX', '2023-01-14', '2023-01-14', '01');
INSERT INTO eff_wh.opt_out (person_id, kind, valid_from) VALUES (103, 'type_1', '2020-01-01');
CALL eff_wh.score_population('charlson_quan2005_original', '2023-06-30');
CALL eff_wh.score_population('charlson_quan2005_original', '2023-12-31', allow_stale_days => 400);
INSERT INTO eff_wh.programme (programme, title, model, capacity) VALUES ('coach', 'Health coaching', 'charlson_quan2005_original', 20);
SELECT count(eff_wh.record_intervention(i, 'coach', 'offered', '2024-01-10')) FROM pg_catalog.generate_series(1, 20) g (i);
SELECT count(eff_wh.record_intervention(i, 'coach', 'accepted', '2024-01-15')) FROM pg_catalog.generate_series(1, 20) g (i);
SELECT eff_wh.record_intervention(i, 'coach', 'offered', '2024-01-10') > 0 FROM (VALUES (101), (102), (103)) v (i);
SELECT eff_wh.record_intervention(101, 'coach', 'accepted', '2024-01-15') > 0, eff_wh.record_intervention(102, 'coach', 'declined', '2024-01-15') > 0, eff_wh.record_intervention(103, 'coach', 'accepted', '2024-01-15') > 0;
CALL eff_wh.measure_effect('nonesuch', '2024-01-01', '2024-01-31');
CALL eff_wh.measure_effect('coach', '2024-02-01', '2024-01-31');
CALL eff_wh.measure_effect('coach', '2024-01-01', '2024-01-31', follow_days => 700);
CALL eff_wh.measure_effect('coach', '2023-01-01', '2023-01-31');
CALL eff_wh.measure_effect('coach', '2024-01-01', '2024-01-14', follow_days => 365);
CALL eff_wh.measure_effect('coach', '2024-01-01', '2024-01-14', follow_days => 365);
-- nobody had taken it up by the 14th; then 22 had, of whom 103 has no score and 101 nobody like her
CALL eff_wh.measure_effect('coach', '2024-01-01', '2024-01-15', follow_days => 365);
SELECT to_day, treated, not_scored, matched, pool FROM eff_wh.effect_study ORDER BY effect_id;
-- the nearest is who has the same score, the first by number: 2 with 22, 1 with 21 and so on; nobody serves twice
SELECT count(*), count(DISTINCT comparator_id), bool_and(comparator_id = person_id + 20) AS as_expected, max(distance) FROM eff_wh.effect_pair;
-- Admissions by hand: before 20 and 20, after 5 and 10. Without comparators one would claim a fall of 0.75 each; 0.50 came anyway; 0.25 is the effect.
-- Pairs differ by +1 three times, -1 eight times, 0 nine times: error = sqrt((11 - 20 * 0.0625) / 19) / sqrt(20) = 0.160181
SELECT outcome, treated_before, treated_after, comparator_before, comparator_after, round(expected_change::numeric, 4) AS expected_change, round(difference::numeric, 4) AS difference, round(std_error::numeric, 6) AS std_error
FROM eff_wh.effect_outcome WHERE outcome <> 'cost' ORDER BY outcome;
SELECT outcome, matched, change_per_person, expected_change_per_person, effect_per_person, effect_lower, effect_upper, reading FROM eff_wh_reporting.programme_effect WHERE to_day = '2024-01-15' AND outcome = 'emergency_admissions';
-- cost: each admission costs the stated price of its kind
SELECT e.treated_before = sum(c.cost) FILTER (WHERE a.start_date < '2024-01-15' AND p.person_id = a.person_id) AS before_right, e.comparator_after = sum(c.cost) FILTER (WHERE a.start_date >= '2024-01-15' AND p.comparator_id = a.person_id) AS after_right
FROM eff_wh.effect_outcome e, eff_wh.effect_pair p, eff_wh.activity a JOIN eff_wh.activity_cost c ON c.person_id = a.person_id AND c.activity_id = a.activity_id
WHERE e.outcome = 'cost' AND a.person_id IN (p.person_id, p.comparator_id) AND a.start_date >= '2023-01-15' AND a.start_date < '2025-01-14' GROUP BY e.treated_before, e.comparator_after;
SELECT covariate, treated_mean, pool_mean, matched_mean, comparator_mean, difference_before, difference_after FROM eff_wh_reporting.programme_balance WHERE to_day = '2024-01-15' ORDER BY covariate;
CALL eff_wh.measure_effect('coach', '2024-01-01', '2024-01-15', follow_days => 365);
-- 22 died before the first day, 23 left on it: the others move up by one, 2 to 24 and so on. 24 died on the day of taking it up: 2 goes without.
-- Deaths in the days after are counted: 5 a day after, 26 on the last of them, 28 a day too late
BEGIN;
UPDATE eff_wh.person SET death_date = CASE person_id WHEN 22 THEN DATE '2023-12-31' WHEN 24 THEN DATE '2024-01-15' WHEN 5 THEN DATE '2024-01-16' WHEN 26 THEN DATE '2025-01-13' ELSE DATE '2025-01-14' END
WHERE person_id IN (22, 24, 5, 26, 28);
UPDATE eff_wh.registration SET valid_to = '2024-01-01' WHERE person_id = 23;
SELECT eff_wh.keep_effect(0, 'coach', (SELECT max(r.risk_run_id) FROM eff_wh.risk_run r WHERE r.as_of = '2023-12-31'), '2024-01-01', '2024-01-15', 365, 365, 0.2) > 0 AS kept;
SELECT treated, matched, pool, treated_died, comparators_died FROM eff_wh.effect_study ORDER BY effect_id DESC LIMIT 1;
SELECT p.comparator_id - p.person_id AS apart, count(*), min(p.person_id), max(p.person_id) FROM eff_wh.effect_pair p WHERE p.effect_id = (SELECT max(s.effect_id) FROM eff_wh.effect_study s) GROUP BY 1 ORDER BY 1;
SELECT treated_died, comparators_died FROM eff_wh_reporting.programme_effect WHERE to_day = '2024-01-15' AND outcome = 'bed_days';
ROLLBACK;
SELECT stage, status, rows_out FROM eff_wh_reporting.run_log WHERE stage = 'effect' ORDER BY run_id;

-- Matching alone: nearest first, none twice, none beyond the caliper, ties by number
SELECT * FROM commissioning.match_nearest('{1,2,3}', '{5,5,9}', '{11,12,13}', '{5.4,4.9,5}', 1);
SELECT * FROM commissioning.match_nearest('{1}', '{5}', '{12,11}', '{5,5}', 0);
SELECT count(*) FROM commissioning.match_nearest('{1}', '{5}', '{}', '{}', 1);
SELECT * FROM commissioning.match_nearest('{1}', '{5}', '{2}', '{5}', -1);
-- beside an exhaustive search over random people
WITH people AS (SELECT i, pg_catalog.hashint4(i) % 50 AS treated_score, pg_catalog.hashint4(i + 5000) % 200 AS pool_score FROM pg_catalog.generate_series(1, 300) g (i)),
m AS (SELECT m.* FROM (SELECT pg_catalog.array_agg(i::bigint ORDER BY i) FILTER (WHERE i <= 60) AS t, pg_catalog.array_agg(treated_score::double precision ORDER BY i) FILTER (WHERE i <= 60) AS ts,
                              pg_catalog.array_agg(1000 + i::bigint ORDER BY i) AS p, pg_catalog.array_agg(pool_score::double precision ORDER BY i) AS ps FROM people) a, commissioning.match_nearest(a.t, a.ts, a.p, a.ps, 3) m)
SELECT count(*) = count(DISTINCT comparator_id) AS none_twice, count(*) = count(DISTINCT treated_id) AS each_once, max(distance) <= 3 AS within,
       -- whoever was not matched has nobody left within the caliper
       NOT EXISTS (SELECT FROM people t, people p WHERE t.i <= 60 AND t.i NOT IN (SELECT treated_id FROM m) AND 1000 + p.i NOT IN (SELECT comparator_id FROM m) AND abs(t.treated_score - p.pool_score) <= 3) AS nobody_left
FROM m;

-- Quick wins: heart failure as first diagnosis in 2023, half of the people of each practice: 55 of 110 and 5 of 10
CALL eff_wh.find_quick_wins('2023-12-31');
CALL eff_wh.find_quick_wins('2023-12-31');
SELECT practice_code, condition, list_size, people, admissions, bed_days, cost_gbp, admissions_per_1000, median_per_1000, above_median_gbp, suppressed
FROM eff_wh_reporting.quick_win WHERE admissions > 0 OR suppressed ORDER BY 1, 2;
-- all practices together: 60 people of 120, at 500 per thousand each practice is the median
SELECT condition_order, condition, people, admissions, bed_days, cost_gbp, admissions_per_1000, median_per_1000, practices_above_median, above_median_gbp, suppressed
FROM eff_wh_reporting.condition_quick_win WHERE condition_order = 1 OR people > 0 OR suppressed ORDER BY 1;
-- where one practice has few, another is hidden with it, and the total stays
BEGIN;
UPDATE eff_wh.quick_win SET people = 3 WHERE practice_code = 'P2' AND condition = 'heart_failure';
SELECT practice_code, people, suppressed FROM eff_wh_reporting.quick_win WHERE condition = 'heart_failure' ORDER BY 1;
SELECT people, suppressed FROM eff_wh_reporting.condition_quick_win WHERE condition = 'heart_failure';
ROLLBACK;
SELECT stage, status FROM eff_wh_reporting.run_log WHERE stage = 'quick_wins' ORDER BY run_id;
CALL eff_wh.find_quick_wins('2023-12-31', 0);

-- Practices compared: everybody is given one half; observed by plain count
SELECT eff_wh.register_model('{"name": "half", "version": "1", "link": "logit", "intercept": 0, "inputs": [{"name": "age", "coefficient": 0}]}');
CALL eff_wh.score_population('half', '2023-12-31', allow_unapproved => true, allow_stale_days => 400);
CALL eff_wh.compare_practices('half', '2023-12-31');
SELECT eff_wh.approve_model('half', '1', allow_same_person => true);
CALL eff_wh.compare_practices('half', '2023-12-31', 'happiness');
CALL eff_wh.compare_practices('half', '2023-12-31', days => 900);
CALL eff_wh.compare_practices('half', '2023-12-31', within_area => false);
SELECT practice_code, people, observed, expected, ratio, reading FROM eff_wh_reporting.practice_comparison ORDER BY 1;
SELECT r.practice_code, count(DISTINCT a.person_id) AS observed, count(DISTINCT r.person_id) / 2.0 AS expected
FROM eff_wh.registration r LEFT JOIN eff_wh.activity a ON a.person_id = r.person_id AND a.dataset = 'APC' AND a.start_date > '2023-12-31' AND a.start_date <= DATE '2023-12-31' + 365
WHERE r.person_id <> 103 GROUP BY 1 ORDER BY 1;
CALL eff_wh.compare_practices('half', '2023-12-31');
SELECT sum(observed) = round(sum(expected)) AS within_the_area, min(ratio) <= 1 AND max(ratio) >= 1 AS around_one FROM eff_wh_reporting.practice_comparison;
-- limits of the funnel: exact Poisson for chance; published formula with spread
SELECT (f).lower, (f).upper FROM (SELECT commissioning.funnel_limits(10, 0.95) AS f) x;
SELECT round((f).lower::numeric, 6) AS lower, round((1 - 1.959963984540054 * sqrt(1 / 40.0 + 0.01)) ^ 2, 6) AS by_formula FROM (SELECT commissioning.funnel_limits(10, 0.95, 0.01) AS f) x;

-- Budgets: scores of 1 and 3 stand for predicted cost. P1 has 55 even and 54 odd people with a score, P2 five of each:
-- predicted 219 and 20. A cap of 1.5 cuts 1.5 off each even one: 82.5 and 7.5 above it, the pool is 100,000 x 90 / 239 = 37,656.90
CALL eff_wh.set_budget('care_2024', 100000, 'charlson_quan2005_original', 'board paper', cost_cap => 1.5);
CALL eff_wh.set_budget('care_2024', 100000, 'charlson_quan2005_original', 'board paper', cost_cap => 1.5);
SELECT practice_code, people, predicted_gbp, need_gbp, share_pct, target_gbp, budget_gbp, held_by, formula FROM eff_wh_reporting.budget_statement ORDER BY line_order;
INSERT INTO eff_wh.budget_baseline VALUES ('last', 'P1', 90000, 'ledger'), ('last', 'P2', 10000, 'ledger');
CALL eff_wh.set_budget('care_2025', 103000, 'charlson_quan2005_original', 'board paper', baseline => 'last', least_growth => 0.01, most_growth => 0.04, hold_pool => false);
SELECT practice_code, target_gbp, baseline_gbp, opening_distance_pct, budget_gbp, growth_pct, closing_distance_pct, held_by, formula FROM eff_wh_reporting.budget_statement WHERE budget = 'care_2025' ORDER BY line_order;
CALL eff_wh.set_budget('care_2025', 200000, 'charlson_quan2005_original', 'board paper', baseline => 'last', most_growth => 0.04);
CALL eff_wh.set_budget('care_2026', 103000, 'charlson_quan2005_original', 'board paper', baseline => 'nonesuch');
CALL eff_wh.set_budget('care_2026', 103000, 'nonesuch', 'board paper');
UPDATE eff_wh.budget_line SET amount = 0;
SELECT budget, count(*) AS lines FROM eff_wh_reporting.budget_statement GROUP BY 1 ORDER BY 1;

-- The pyramid over time: one row per day and tier; ceil(0.005 x 119) = 1, ceil(0.05 x 119) = 6, ceil(0.2 x 119) = 24
SELECT as_of, tier_order, patients, lowest_score, tied_at_border, came_from_lower, suppressed FROM eff_wh_reporting.risk_tier_history WHERE model = 'charlson_quan2005_original' ORDER BY 1, 2 DESC;
DROP SCHEMA eff_wh, eff_wh_identity, eff_wh_reporting CASCADE;
