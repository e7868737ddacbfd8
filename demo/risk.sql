-- The same county's people scored, in a warehouse of its own purpose: validation and risk stratification never share identifiers.
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('population', purpose => 'risk_stratification') \gset ignored_
\! while read -r feed file; do commissioning-load -w population --feed $feed $file >/dev/null || exit 1; done < population_order.txt
CALL population.load();
\echo 'Who must not be scored:'
SELECT reason, count(*) AS people FROM population.not_scored('2025-04-01') GROUP BY reason ORDER BY reason;
CALL population.score_population('charlson_quan2005_original', '2025-04-01');
CALL population.score_population('hfrs_gilbert2018', '2024-10-01');
CALL population.score_population('hfrs_gilbert2018', '2025-01-01');
CALL population.score_population('hfrs_gilbert2018', '2025-04-01');
\echo 'The pyramid:'
SELECT tier, patients, lowest_score, mean_score FROM population_reporting.risk_tier WHERE model = 'charlson_quan2005_original' ORDER BY tier_order DESC;
\echo 'The top of one practice''s list:'
SELECT practice_code FROM population_reporting.risk_register ORDER BY practice_code LIMIT 1 \gset
SELECT rank_practice, person_id, score, band, categories
FROM population_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND practice_code = :'practice_code' ORDER BY rank_practice LIMIT 5;
\echo 'Why the first of them:'
SELECT person_id FROM population_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND practice_code = :'practice_code' ORDER BY rank_practice LIMIT 1 \gset
SELECT place, reason, contribution, round(average::numeric, 3) AS average FROM population.why_person(:person_id, 'hfrs_gilbert2018');

\echo 'A model of emergency admission in a winter half-year, trained on two thirds of the people and held against the others:'
SELECT population.make_cohort('winter', '{2024-09-30}', 'emergency_admission', outcome_days => 182, conditions => '{copd,heart_failure,dementia,diabetes}') \gset ignored_
SELECT term, round(coefficient::numeric, 4) AS coefficient, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM population.train_model('winter_admission', '1', 'winter', '{age,emergency_attendances_12m,copd,heart_failure,dementia}',
    title => 'Emergency admission in the winter half-year', limitations => 'Invented people.');
SELECT metric, round(value::numeric, 3) AS value, round(lower::numeric, 3) AS lower, round(upper::numeric, 3) AS upper
FROM population.validate_model('winter_admission', '1', 'winter') WHERE metric IN ('auc', 'oe', 'slope');
SELECT population.approve_model('winter_admission', '1', 'demonstration', allow_same_person => true) \gset ignored_
CALL population.score_population('winter_admission', '2025-04-01');
\echo 'A list of four people a practice, without an emergency admission in half a year:'
INSERT INTO population.programme (programme, title, model, capacity, age_from, only_without_admission, admission_days)
VALUES ('proactive_care', 'Proactive care', 'winter_admission', 4, 18, true, 182);
CALL population.make_list('proactive_care', '2025-04-01');
SELECT practice_code, place, person_id, round(score::numeric, 3) AS score, reason FROM population_reporting.case_list
WHERE programme = 'proactive_care' AND decision = 'offer' ORDER BY practice_code, place LIMIT 4;
