-- Risk for readers: lists with ranks, today's scores, the pyramid.

CREATE VIEW @icb_reporting@.risk_register WITH (security_invoker = true) AS
SELECT s.person_id::bigint AS person_id,
       s.practice_code::text AS practice_code,
       r.model::text AS model,
       r.model_version::text AS model_version,
       r.as_of::date AS as_of,
       r.data_date::date AS data_date,
       s.score::numeric(20,6) AS score,
       s.band::text AS band,
       s.rank_overall::bigint AS rank_overall,
       s.rank_practice::bigint AS rank_practice,
       (100.0 * s.rank_overall / NULLIF(r.assessed, 0))::numeric(7,3) AS top_pct,
       pg_catalog.array_to_string(s.categories, ', ')::text AS categories,
       s.risk_run_id::bigint AS risk_run_id,
       s.not_assessed::text AS not_assessed,
       r.unapproved::text AS unapproved,
       r.provenance::text AS provenance,
       r.as_of_before::date AS as_of_before,
       b.score::numeric(20,6) AS score_before,
       b.band::text AS band_before,
       b.rank_overall::bigint AS rank_before,
       (s.score::numeric(20,6) - b.score::numeric(20,6))::numeric(20,6) AS score_change,
       (b.rank_overall - s.rank_overall)::bigint AS rank_change,
       -- a higher band; a model without bands: into the highest 5%
       CASE WHEN s.score IS NOT NULL AND b.score IS NOT NULL THEN
           CASE WHEN s.band_order IS NOT NULL AND b.band_order IS NOT NULL THEN s.band_order > b.band_order
                ELSE s.rank_overall <= ceil(0.05 * r.assessed) AND b.rank_overall > ceil(0.05 * r.assessed_before) END
       END::boolean AS newly_risen
FROM @icb@.current_risk_run r
JOIN @icb@.risk_score s ON s.risk_run_id = r.risk_run_id
LEFT JOIN @icb@.risk_score b ON b.risk_run_id = r.risk_run_before AND b.person_id = s.person_id;
COMMENT ON VIEW @icb_reporting@.risk_register IS
    'The latest kept scores of each model, computed here or imported, with ranks and the change since the set before. One row per person and model.';
COMMENT ON COLUMN @icb_reporting@.risk_register.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.risk_register.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb_reporting@.risk_register.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_register.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_register.as_of IS 'Day as of which the person was scored.';
COMMENT ON COLUMN @icb_reporting@.risk_register.data_date IS 'Latest event that was seen.';
COMMENT ON COLUMN @icb_reporting@.risk_register.score IS 'Score; NULL when not assessed.';
COMMENT ON COLUMN @icb_reporting@.risk_register.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb_reporting@.risk_register.rank_overall IS 'Place among all people, 1 is the highest score; equal scores in the order of person_id.';
COMMENT ON COLUMN @icb_reporting@.risk_register.rank_practice IS 'Place among the people of the practice.';
COMMENT ON COLUMN @icb_reporting@.risk_register.top_pct IS 'The rank in percent of the people with a score: 0.5 or less is the top half percent.';
COMMENT ON COLUMN @icb_reporting@.risk_register.categories IS 'Categories of the model found in the look-back, before its hierarchy.';
COMMENT ON COLUMN @icb_reporting@.risk_register.risk_run_id IS 'Set of scores it belongs to.';
COMMENT ON COLUMN @icb_reporting@.risk_register.not_assessed IS 'Why there is no score: the inputs that are not known, or the one that is outside of what the model is valid for. NULL with a score.';
COMMENT ON COLUMN @icb_reporting@.risk_register.unapproved IS 'Why the model was not allowed when it was tried out, NULL for an approved one.';
COMMENT ON COLUMN @icb_reporting@.risk_register.provenance IS 'Where an imported score comes from, NULL for one computed here.';
COMMENT ON COLUMN @icb_reporting@.risk_register.as_of_before IS 'Day of the set before of the same version, NULL for the first.';
COMMENT ON COLUMN @icb_reporting@.risk_register.score_before IS 'Score in the set before; NULL when the person was not in it.';
COMMENT ON COLUMN @icb_reporting@.risk_register.band_before IS 'Band in the set before.';
COMMENT ON COLUMN @icb_reporting@.risk_register.rank_before IS 'Place among all people in the set before.';
COMMENT ON COLUMN @icb_reporting@.risk_register.score_change IS 'Score less the score before.';
COMMENT ON COLUMN @icb_reporting@.risk_register.rank_change IS 'Places gained since the set before; negative for places lost.';
COMMENT ON COLUMN @icb_reporting@.risk_register.newly_risen IS
    'Whether the person is in a higher band than before; for a model without bands, among the highest 5% and not so before. NULL without a score then or now.';

CREATE VIEW @icb_reporting@.risk_live WITH (security_invoker = true) AS
SELECT p.person_id AS person_id,
       p.practice_code::text AS practice_code,
       m.name AS model,
       m.version::text AS model_version,
       m.as_of::date AS as_of,
       commissioning.risk_score_flags(m.body, p.flags, p.inputs)::numeric(20,6) AS score,
       commissioning.risk_band(m.body, commissioning.risk_score_flags(m.body, p.flags, p.inputs))::text AS band,
       pg_catalog.array_to_string(commissioning.risk_flags_categories(m.body, p.flags), ', ')::text AS categories,
       CASE WHEN commissioning.risk_score_flags(m.body, p.flags, p.inputs) IS NULL THEN @icb@.not_assessed(m.body, p.inputs) END::text AS not_assessed
FROM (SELECT k.name, k.version, k.body, coalesce(c.as_of, current_date) AS as_of
      FROM @icb@.scoring_model k
      LEFT JOIN @icb@.current_risk_run c ON c.model = k.name
      WHERE k.newest AND k.unit = 'person' AND @icb@.stage_allowed('score')) m
CROSS JOIN LATERAL @icb@.people_at_risk(m.body, m.as_of) p;
COMMENT ON VIEW @icb_reporting@.risk_live IS
    'Scores from the data as they stand now, by the newest version of each model, as of the day of its latest kept scores (today when there are none). One row per person and model. Filter by model, and by person_id where one person is asked for. Empty in a warehouse of another purpose.';
COMMENT ON COLUMN @icb_reporting@.risk_live.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.risk_live.practice_code IS 'Practice where the person is registered on the day.';
COMMENT ON COLUMN @icb_reporting@.risk_live.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_live.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_live.as_of IS 'Day as of which the person is scored.';
COMMENT ON COLUMN @icb_reporting@.risk_live.score IS 'Score; NULL when not assessed.';
COMMENT ON COLUMN @icb_reporting@.risk_live.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb_reporting@.risk_live.categories IS 'Categories of the model found in the look-back, before its hierarchy.';
COMMENT ON COLUMN @icb_reporting@.risk_live.not_assessed IS 'Why there is no score, NULL with one.';

-- Counts only: runs with its owner's rights, so that a dashboard needs no person rows; small numbers are not shown.
CREATE VIEW @icb_reporting@.risk_pyramid WITH (security_barrier = true) AS
SELECT c.model::text AS model,
       c.model_version::text AS model_version,
       c.as_of::date AS as_of,
       c.band_order::integer AS band_order,
       c.band::text AS band,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.patients END::bigint AS patients,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN 100.0 * c.patients / c.people END::numeric(7,3) AS pct,
       (c.patients BETWEEN 1 AND 4)::boolean AS suppressed
FROM (SELECT b.model, b.model_version, b.as_of, b.people, b.band_order, b.band, count(s.person_id) AS patients
      FROM (SELECT r.risk_run_id, r.model, r.model_version, r.as_of, r.people, l.band_order, l.band
            FROM @icb@.current_risk_run r
            LEFT JOIN @icb@.known_model k ON k.name = r.model AND k.version = r.model_version
            CROSS JOIN LATERAL (
                SELECT e.band_order::integer AS band_order, e.member ->> 'label' AS band
                FROM pg_catalog.jsonb_array_elements(k.body::jsonb -> 'bands') WITH ORDINALITY AS e (member, band_order)
                UNION ALL SELECT 0, 'no band'
                -- bands of imported scores are those that came
                UNION ALL SELECT DISTINCT i.band_order, i.band FROM @icb@.risk_score i
                          WHERE i.risk_run_id = r.risk_run_id AND r.provenance IS NOT NULL AND i.band IS NOT NULL
            ) l) b
      LEFT JOIN @icb@.risk_score s ON s.risk_run_id = b.risk_run_id AND coalesce(s.band, 'no band') = b.band
      GROUP BY b.model, b.model_version, b.as_of, b.people, b.band_order, b.band) c
WHERE c.band_order > 0 OR c.patients > 0;
COMMENT ON VIEW @icb_reporting@.risk_pyramid IS
    'People per band of each model in its latest kept scores; one row per model and band, empty bands included. Counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.band_order IS 'Order of the bands, 1 is the lowest risk; 0 is for people without a band.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.band IS 'Band of the model; no band where the score or the bands are missing.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.patients IS 'People in the band, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.pct IS 'Share of the people scored in percent, NULL for 1 to 4 people.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.suppressed IS 'Whether the count is not shown because it is small.';

CREATE VIEW @icb_reporting@.risk_coverage WITH (security_barrier = true) AS
SELECT r.risk_run_id::bigint AS risk_run_id,
       r.model::text AS model,
       r.model_version::text AS model_version,
       r.as_of::date AS as_of,
       r.data_date::date AS data_date,
       r.scored_at::timestamptz AS scored_at,
       (c.risk_run_id IS NOT NULL)::boolean AS is_current,
       k.outcome_order::integer AS outcome_order,
       k.outcome::text AS outcome,
       k.reason::text AS reason,
       CASE WHEN k.patients NOT BETWEEN 1 AND 4 THEN k.patients END::bigint AS patients,
       (k.patients BETWEEN 1 AND 4)::boolean AS suppressed
FROM @icb@.risk_run r
LEFT JOIN @icb@.current_risk_run c ON c.risk_run_id = r.risk_run_id
CROSS JOIN LATERAL (
    SELECT 1 AS outcome_order, 'scored' AS outcome, NULL::text AS reason, coalesce(r.assessed, r.people) AS patients
    UNION ALL
    SELECT 2, 'not assessed', n.key, n.value::bigint FROM pg_catalog.jsonb_each_text(r.not_assessed) n
    UNION ALL
    SELECT 3, 'not scored', n.key, n.value::bigint FROM pg_catalog.jsonb_each_text(r.not_scored) n) k;
COMMENT ON VIEW @icb_reporting@.risk_coverage IS
    'What became of every known person in each set of scores: scored, not assessed or not scored, by reason. One row per set, outcome and reason. Counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.risk_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.data_date IS 'Latest event that was seen.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.scored_at IS 'When it was computed.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.is_current IS 'Whether it is the set that risk_register shows.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.outcome_order IS 'Order of the outcomes.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.outcome IS 'scored, not assessed (in the list without a score) or not scored (left out before scoring).';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.reason IS 'Why; NULL for people with a score.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.patients IS 'People, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.risk_coverage.suppressed IS 'Whether the count is not shown because it is small.';

CREATE VIEW @icb_reporting@.risk_tier WITH (security_barrier = true) AS
SELECT c.model::text AS model,
       c.model_version::text AS model_version,
       c.as_of::date AS as_of,
       c.tier_order::integer AS tier_order,
       c.tier::text AS tier,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.patients END::bigint AS patients,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.lowest_score END::numeric(20,6) AS lowest_score,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.mean_score END::numeric(20,6) AS mean_score,
       (c.patients BETWEEN 1 AND 4)::boolean AS suppressed
FROM (SELECT t.model, t.model_version, t.as_of, t.tier_order, t.tier,
             count(*) AS patients, min(t.score) AS lowest_score, avg(t.score) AS mean_score
      FROM (SELECT r.model, r.model_version, r.as_of, s.score, l.tier_order, l.tier
            FROM @icb@.current_risk_run r
            JOIN @icb@.risk_score s ON s.risk_run_id = r.risk_run_id
            JOIN (VALUES (4, 'very high (top 0.5%)', 0, 0.005), (3, 'high (0.5-5%)', 0.005, 0.05),
                         (2, 'moderate (5-20%)', 0.05, 0.20), (1, 'low (80%)', 0.20, 1.0)) AS l (tier_order, tier, above, upto)
              ON s.rank_overall > ceil(l.above * r.assessed) AND s.rank_overall <= ceil(l.upto * r.assessed)) t
      GROUP BY t.model, t.model_version, t.as_of, t.tier_order, t.tier) c;
COMMENT ON VIEW @icb_reporting@.risk_tier IS
    'The pyramid by rank: the highest 0.5%, the next to 5%, to 20%, the rest; a tier ends at the rank ceil(share * people with a score). One row per model and tier. Counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.tier_order IS 'Order of the tiers, 1 is the lowest.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.tier IS 'Tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.patients IS 'People in the tier, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.lowest_score IS 'Lowest score in the tier; people with an equal score may stand in the next one.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.mean_score IS 'Mean score of the tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.suppressed IS 'Whether the numbers are not shown because the count is small.';

CREATE VIEW @icb_reporting@.risk_model AS
SELECT k.name::text AS model,
       k.version::text AS model_version,
       (d.description ->> 'title')::text AS title,
       (d.description ->> 'source')::text AS source,
       (d.description ->> 'licence')::text AS licence,
       (d.description ->> 'population')::text AS population,
       commissioning.risk_lookback_days(k.body)::integer AS lookback_days,
       coalesce(pg_catalog.jsonb_array_length(d.description -> 'categories'), 0)::integer AS categories,
       pg_catalog.cardinality(commissioning.risk_inputs(k.body))::integer AS inputs,
       k.local::boolean AS local,
       k.newest::boolean AS newest,
       commissioning.risk_fingerprint(k.body)::text AS model_fingerprint
FROM @icb@.known_model k
CROSS JOIN LATERAL (SELECT k.body::jsonb AS description) d;
COMMENT ON VIEW @icb_reporting@.risk_model IS 'The models that can be used here, with source, licence and whom they are valid for.';
COMMENT ON COLUMN @icb_reporting@.risk_model.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_model.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_model.title IS 'Title.';
COMMENT ON COLUMN @icb_reporting@.risk_model.source IS 'Publication or other origin.';
COMMENT ON COLUMN @icb_reporting@.risk_model.licence IS 'Terms of use.';
COMMENT ON COLUMN @icb_reporting@.risk_model.population IS 'Whom the model is valid for; scoring does not enforce it.';
COMMENT ON COLUMN @icb_reporting@.risk_model.lookback_days IS 'Days of history it looks at, NULL for all.';
COMMENT ON COLUMN @icb_reporting@.risk_model.categories IS 'Number of categories.';
COMMENT ON COLUMN @icb_reporting@.risk_model.inputs IS 'Number of numeric inputs.';
COMMENT ON COLUMN @icb_reporting@.risk_model.local IS 'Whether it is registered in this warehouse, not shipped.';
COMMENT ON COLUMN @icb_reporting@.risk_model.newest IS 'Whether it is the version used where none is asked for.';
COMMENT ON COLUMN @icb_reporting@.risk_model.model_fingerprint IS 'Fingerprint of its content.';
