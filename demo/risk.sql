-- The same county's people scored, in a warehouse of its own purpose: validation and risk stratification never share identifiers.
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('population', purpose => 'risk_stratification') \gset ignored_
\! for feed in organisations registrations sus_apc sus_ec; do commissioning-load -w population --feed $feed $feed.csv >/dev/null || exit 1; done
CALL population.load();
CALL population.score_population('charlson_quan2005_original', '2025-04-01');
CALL population.score_population('hfrs_gilbert2018', '2025-04-01');
\echo 'The pyramid:'
SELECT tier, patients, lowest_score, mean_score FROM population_reporting.risk_tier WHERE model = 'charlson_quan2005_original' ORDER BY tier_order DESC;
\echo 'The top of one practice''s list:'
SELECT practice_code FROM population_reporting.risk_register ORDER BY practice_code LIMIT 1 \gset
SELECT rank_practice, person_id, score, band, categories
FROM population_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND practice_code = :'practice_code' ORDER BY rank_practice LIMIT 5;
\echo 'Why the first of them:'
SELECT person_id FROM population_reporting.risk_register WHERE model = 'hfrs_gilbert2018' AND practice_code = :'practice_code' ORDER BY rank_practice LIMIT 1 \gset
SELECT term, label, evidence, events, first_recorded, contribution FROM population.explain_risk(:person_id, 'hfrs_gilbert2018');
