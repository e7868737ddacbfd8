-- Acting on risk for readers: segments, lists, uptake, equity; counts for commissioners, people for those who look after them.

-- Segments ----------------------------------------------------------------------------------------

CREATE VIEW @icb_reporting@.person_segment WITH (security_invoker = true) AS
SELECT s.person_id::bigint AS person_id,
       s.practice_code::text AS practice_code,
       r.scheme::text AS scheme,
       r.version::text AS version,
       r.as_of::date AS as_of,
       s.segment::text AS segment,
       s.rule_no::integer AS rule_no,
       s.evidence::text AS evidence,
       pg_catalog.array_to_string(s.also, ', ')::text AS also,
       s.imd_decile::integer AS imd_decile,
       s.core20::boolean AS core20,
       pg_catalog.array_to_string(s.plus_groups, ', ')::text AS plus_groups,
       pg_catalog.array_to_string(s.areas, ', ')::text AS areas
FROM @icb@.current_segment_run r
JOIN @icb@.person_segment s ON s.segment_run_id = r.segment_run_id;
COMMENT ON VIEW @icb_reporting@.person_segment IS 'The latest kept segments: one row per person and division, with the rule that was met and the flags of Core20PLUS5.';
COMMENT ON COLUMN @icb_reporting@.person_segment.scheme IS 'Division.';
COMMENT ON COLUMN @icb_reporting@.person_segment.as_of IS 'Day as of which people were looked at.';
COMMENT ON COLUMN @icb_reporting@.person_segment.also IS 'Other segments that would fit.';
COMMENT ON COLUMN @icb_reporting@.person_segment.version IS 'Version of the division.';

CREATE VIEW @icb@.known_segment AS
SELECT r.segment_run_id, s.precedence, s.segment, s.label
FROM @icb@.segment_run r
JOIN @icb@.segment s ON s.scheme = r.scheme AND s.version = r.version
WHERE r.local
UNION ALL
SELECT r.segment_run_id, s.precedence, s.segment, s.label
FROM @icb@.segment_run r
JOIN commissioning.segment_reference s ON s.scheme = r.scheme AND s.version = r.version
WHERE NOT r.local;
COMMENT ON VIEW @icb@.known_segment IS 'The segments of each kept set, empty ones included.';
COMMENT ON COLUMN @icb@.known_segment.segment_run_id IS 'Set.';
COMMENT ON COLUMN @icb@.known_segment.precedence IS 'Order of the segments.';
COMMENT ON COLUMN @icb@.known_segment.segment IS 'Segment.';
COMMENT ON COLUMN @icb@.known_segment.label IS 'What it is called.';

CREATE VIEW @icb_reporting@.segment_summary WITH (security_barrier = true) AS
SELECT r.scheme::text AS scheme,
       r.version::text AS version,
       r.as_of::date AS as_of,
       k.precedence::integer AS segment_order,
       k.segment::text AS segment,
       k.label::text AS label,
       CASE WHEN NOT k.hidden THEN k.patients END::bigint AS patients,
       CASE WHEN NOT k.hidden THEN 100.0 * k.patients / r.people END::numeric(7,3) AS pct,
       k.hidden::boolean AS suppressed
FROM (SELECT DISTINCT ON (x.scheme, x.as_of) x.segment_run_id, x.scheme, x.version, x.as_of, x.people
      FROM @icb@.segment_run x ORDER BY x.scheme, x.as_of, x.segment_run_id DESC) r
JOIN (SELECT a.segment_run_id, u.precedence, u.segment, u.label, u.patients, u.hidden
      FROM (SELECT k.segment_run_id, pg_catalog.array_agg(k.precedence ORDER BY k.precedence) AS precedences, pg_catalog.array_agg(k.segment ORDER BY k.precedence) AS segments,
                   pg_catalog.array_agg(k.label ORDER BY k.precedence) AS labels, pg_catalog.array_agg(coalesce(p.patients, 0) ORDER BY k.precedence) AS counts
            FROM @icb@.known_segment k
            LEFT JOIN (SELECT s.segment_run_id, s.segment, count(*) AS patients FROM @icb@.person_segment s GROUP BY s.segment_run_id, s.segment) p
              ON p.segment_run_id = k.segment_run_id AND p.segment = k.segment
            GROUP BY k.segment_run_id) a
      CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(a.precedences), pg_catalog.unnest(a.segments), pg_catalog.unnest(a.labels), pg_catalog.unnest(a.counts),
                                    pg_catalog.unnest(commissioning.small_numbers_hidden(a.counts))) AS u (precedence, segment, label, patients, hidden)) k
  ON k.segment_run_id = r.segment_run_id;
COMMENT ON VIEW @icb_reporting@.segment_summary IS
    'People per segment for every day on which segments were kept (the latest set of the day), empty segments included: how the population moves between them. Counts of 1 to 4 are not shown, nor the smallest other one where the total would give them away.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.scheme IS 'Division.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.version IS 'Version of the division.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.as_of IS 'Day as of which people were looked at.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.segment_order IS 'Precedence: the order of the segments, 1 first.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.segment IS 'Segment.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.label IS 'What it is called.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.patients IS 'People in the segment, NULL when not shown.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.pct IS 'Share of the people looked at in percent.';
COMMENT ON COLUMN @icb_reporting@.segment_summary.suppressed IS 'Whether the numbers are not shown.';

CREATE VIEW @icb_reporting@.segment_practice WITH (security_barrier = true) AS
SELECT a.scheme::text AS scheme,
       a.as_of::date AS as_of,
       u.practice_code::text AS practice_code,
       k.precedence::integer AS segment_order,
       u.segment::text AS segment,
       k.label::text AS label,
       CASE WHEN NOT u.hidden THEN u.patients END::bigint AS patients,
       CASE WHEN NOT u.hidden THEN 100.0 * u.patients / sum(u.patients) OVER (PARTITION BY a.segment_run_id, u.practice_code) END::numeric(7,3) AS pct,
       u.hidden::boolean AS suppressed
FROM (SELECT c.segment_run_id, c.scheme, c.as_of, pg_catalog.array_agg(c.practice_code ORDER BY c.practice_code, c.segment) AS practices,
             pg_catalog.array_agg(c.segment ORDER BY c.practice_code, c.segment) AS segments, pg_catalog.array_agg(c.patients ORDER BY c.practice_code, c.segment) AS counts
      FROM (SELECT r.segment_run_id, r.scheme, r.as_of, q.practice_code, k.segment, coalesce(p.patients, 0) AS patients
            FROM @icb@.current_segment_run r
            JOIN @icb@.known_segment k ON k.segment_run_id = r.segment_run_id
            JOIN (SELECT DISTINCT s.segment_run_id, s.practice_code FROM @icb@.person_segment s) q ON q.segment_run_id = r.segment_run_id
            LEFT JOIN (SELECT s.segment_run_id, s.practice_code, s.segment, count(*) AS patients FROM @icb@.person_segment s GROUP BY s.segment_run_id, s.practice_code, s.segment) p
              ON p.segment_run_id = r.segment_run_id AND p.practice_code = q.practice_code AND p.segment = k.segment) c
      GROUP BY c.segment_run_id, c.scheme, c.as_of) a
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(a.practices), pg_catalog.unnest(a.segments), pg_catalog.unnest(a.counts),
                              pg_catalog.unnest(commissioning.small_numbers_hidden(a.practices, a.segments, a.counts))) AS u (practice_code, segment, patients, hidden)
JOIN @icb@.known_segment k ON k.segment_run_id = a.segment_run_id AND k.segment = u.segment;
COMMENT ON VIEW @icb_reporting@.segment_practice IS
    'People per practice and segment in the latest kept segments. Counts of 1 to 4 are not shown, nor others that would give them away by the totals of practice and segment.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.scheme IS 'Division.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.as_of IS 'Day as of which people were looked at.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.segment_order IS 'Precedence: the order of the segments, 1 first.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.segment IS 'Segment.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.label IS 'What it is called.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.patients IS 'People of the practice in the segment, NULL when not shown.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.pct IS 'Share of the people of the practice in percent.';
COMMENT ON COLUMN @icb_reporting@.segment_practice.suppressed IS 'Whether the numbers are not shown.';

CREATE VIEW @icb_reporting@.core20plus5 WITH (security_barrier = true) AS
SELECT a.as_of::date AS as_of,
       u.area::text AS area,
       u.population_group::text AS population_group,
       CASE WHEN NOT u.hidden THEN u.patients END::bigint AS patients,
       u.hidden::boolean AS suppressed
FROM (SELECT c.as_of, c.area, pg_catalog.array_agg(c.population_group ORDER BY c.population_group) AS groups, pg_catalog.array_agg(c.patients ORDER BY c.population_group) AS counts
      FROM (SELECT r.as_of, a.area, g.population_group, coalesce(n.patients, 0) AS patients
            FROM @icb@.current_segment_run r
            CROSS JOIN (SELECT 'everybody' AS area
                        UNION SELECT k.segment FROM commissioning.segment_reference k WHERE k.scheme = 'core20plus5'
                        UNION SELECT k.segment FROM @icb@.segment k WHERE k.scheme = 'core20plus5') a
            CROSS JOIN (VALUES ('core20'), ('neither'), ('not known'), ('plus only')) AS g (population_group)
            LEFT JOIN (SELECT s.segment_run_id, v.area,
                              CASE WHEN s.core20 THEN 'core20' WHEN pg_catalog.cardinality(s.plus_groups) > 0 THEN 'plus only' WHEN s.core20 IS NULL THEN 'not known' ELSE 'neither' END AS population_group,
                              count(*) AS patients
                       FROM @icb@.person_segment s
                       CROSS JOIN LATERAL pg_catalog.unnest('everybody'::text || s.areas) AS v (area)
                       GROUP BY 1, 2, 3) n
              ON n.segment_run_id = r.segment_run_id AND n.area = a.area AND n.population_group = g.population_group
            WHERE r.scheme = 'bridges_to_health') c
      GROUP BY c.as_of, c.area) a
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(pg_catalog.array_fill(a.area, ARRAY[pg_catalog.cardinality(a.groups)])), pg_catalog.unnest(a.groups), pg_catalog.unnest(a.counts),
                              pg_catalog.unnest(commissioning.small_numbers_hidden(a.counts))) AS u (area, population_group, patients, hidden);
COMMENT ON VIEW @icb_reporting@.core20plus5 IS
    'Core20PLUS5 in the latest kept segments: people in Core20 (the most deprived fifth), in a PLUS group only, in neither, or where the area is not known, all of them and those in each clinical area. Counts of 1 to 4 are not shown, nor the smallest other one where the total would give them away.';
COMMENT ON COLUMN @icb_reporting@.core20plus5.as_of IS 'Day as of which people were looked at.';
COMMENT ON COLUMN @icb_reporting@.core20plus5.area IS 'Clinical area, or everybody.';
COMMENT ON COLUMN @icb_reporting@.core20plus5.population_group IS 'core20, plus only, neither, not known.';
COMMENT ON COLUMN @icb_reporting@.core20plus5.patients IS 'People, NULL when not shown.';
COMMENT ON COLUMN @icb_reporting@.core20plus5.suppressed IS 'Whether the number is not shown.';

-- Lists -------------------------------------------------------------------------------------------

CREATE VIEW @icb@.current_case_list AS
SELECT DISTINCT ON (c.programme) c.list_id, c.programme, c.terms, c.risk_run_id, c.as_of, c.people, c.offered, c.excluded, c.made_at
FROM @icb@.case_list c
ORDER BY c.programme, c.as_of DESC, c.list_id DESC;
COMMENT ON VIEW @icb@.current_case_list IS 'The latest list of each programme.';

CREATE VIEW @icb_reporting@.case_list WITH (security_invoker = true) AS
SELECT m.practice_code::text AS practice_code,
       c.programme::text AS programme,
       c.as_of::date AS as_of,
       r.data_date::date AS data_date,
       m.place::bigint AS place,
       m.person_id::bigint AS person_id,
       m.decision::text AS decision,
       m.reason::text AS reason,
       m.score::numeric(20,6) AS score,
       m.band::text AS band,
       m.rank_practice::bigint AS rank_practice,
       m.rank_overall::bigint AS rank_overall,
       m.score_before::numeric(20,6) AS score_before,
       m.rank_before::bigint AS rank_before,
       m.new_riser::boolean AS new_riser,
       (pg_catalog.cardinality(m.known_in) > 0)::boolean AS already_known,
       pg_catalog.array_to_string(m.known_in, ', ')::text AS known_in,
       m.emergency_admissions::bigint AS emergency_admissions,
       (m.emergency_admissions = 0)::boolean AS without_prior_admission,
       m.segment::text AS segment,
       m.expected_avoidable::numeric(16,9) AS expected_avoidable,
       m.last_contact::date AS last_contact,
       m.last_event::date AS last_event,
       i.state::text AS state,
       i.since::date AS state_since,
       c.list_id::bigint AS list_id
FROM @icb@.current_case_list c
JOIN @icb@.case_list_member m ON m.list_id = c.list_id
JOIN @icb@.risk_run r ON r.risk_run_id = c.risk_run_id
LEFT JOIN @icb@.intervention_state(current_date) i ON i.person_id = m.person_id AND i.programme = c.programme;
COMMENT ON VIEW @icb_reporting@.case_list IS
    'The latest list of each programme, person by person: who is to be offered it and why, who was left out though high enough, and what has become of it since. Filter by practice and programme, order by place.';
COMMENT ON COLUMN @icb_reporting@.case_list.programme IS 'Programme.';
COMMENT ON COLUMN @icb_reporting@.case_list.data_date IS 'Latest event that the scores saw.';
COMMENT ON COLUMN @icb_reporting@.case_list.already_known IS 'Whether the person is on the caseload of any programme.';
COMMENT ON COLUMN @icb_reporting@.case_list.without_prior_admission IS 'Whether there was no emergency admission in the days that the programme looks back.';
COMMENT ON COLUMN @icb_reporting@.case_list.state IS 'Last event of the programme in the ledger, today.';
COMMENT ON COLUMN @icb_reporting@.case_list.state_since IS 'Day of that event.';

CREATE VIEW @icb_reporting@.new_riser WITH (security_invoker = true) AS
SELECT n.person_id::bigint AS person_id,
       n.practice_code::text AS practice_code,
       n.model::text AS model,
       n.as_of::date AS as_of,
       n.previous_as_of::date AS previous_as_of,
       n.score::numeric(20,6) AS score,
       n.score_before::numeric(20,6) AS score_before,
       (n.score - n.score_before)::numeric(20,6) AS score_change,
       n.rank_overall::bigint AS rank_overall,
       n.rank_before::bigint AS rank_before,
       (100.0 * n.rank_overall / n.people)::numeric(7,3) AS top_pct,
       (100.0 * n.rank_before / n.people_before)::numeric(7,3) AS top_pct_before,
       n.band::text AS band,
       n.band_before::text AS band_before,
       (n.rank_before IS NULL)::boolean AS not_scored_before
FROM (SELECT s.person_id, s.practice_code, c.model, c.as_of, b.as_of AS previous_as_of, s.score, p.score AS score_before, s.rank_overall, p.rank_overall AS rank_before,
             s.band, p.band AS band_before, c.ranked AS people, b.ranked AS people_before
      FROM (SELECT DISTINCT ON (r.model) r.model, r.risk_run_id, r.as_of,
                   (SELECT max(x.rank_overall) FROM @icb@.risk_score x WHERE x.risk_run_id = r.risk_run_id) AS ranked
            FROM @icb@.risk_run r ORDER BY r.model, r.as_of DESC, r.risk_run_id DESC) c
      CROSS JOIN LATERAL (
            SELECT q.risk_run_id, q.as_of, (SELECT max(x.rank_overall) FROM @icb@.risk_score x WHERE x.risk_run_id = q.risk_run_id) AS ranked
            FROM @icb@.risk_run q WHERE q.model = c.model AND q.as_of < c.as_of ORDER BY q.as_of DESC, q.risk_run_id DESC LIMIT 1) b
      JOIN @icb@.risk_score s ON s.risk_run_id = c.risk_run_id AND s.rank_overall <= ceil(0.05 * c.ranked)
      LEFT JOIN @icb@.risk_score p ON p.risk_run_id = b.risk_run_id AND p.person_id = s.person_id) n
WHERE n.rank_before IS NULL OR n.rank_before > ceil(0.05 * n.people_before);
COMMENT ON VIEW @icb_reporting@.new_riser IS
    'People among the top 5 % of a model in its latest kept scores who were not in the set before (an earlier day): those whom a list of last month does not know. One row per person and model.';
COMMENT ON COLUMN @icb_reporting@.new_riser.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.new_riser.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb_reporting@.new_riser.as_of IS 'Day of the latest scores.';
COMMENT ON COLUMN @icb_reporting@.new_riser.previous_as_of IS 'Day of the scores before.';
COMMENT ON COLUMN @icb_reporting@.new_riser.score_before IS 'Score then, NULL when the person was not scored.';
COMMENT ON COLUMN @icb_reporting@.new_riser.score_change IS 'Difference of the scores.';
COMMENT ON COLUMN @icb_reporting@.new_riser.rank_overall IS 'Place among all people.';
COMMENT ON COLUMN @icb_reporting@.new_riser.rank_before IS 'Place then.';
COMMENT ON COLUMN @icb_reporting@.new_riser.top_pct IS 'Place in percent of the people with a score.';
COMMENT ON COLUMN @icb_reporting@.new_riser.top_pct_before IS 'The same then.';
COMMENT ON COLUMN @icb_reporting@.new_riser.band IS 'Band of the model.';
COMMENT ON COLUMN @icb_reporting@.new_riser.band_before IS 'Band then.';
COMMENT ON COLUMN @icb_reporting@.new_riser.not_scored_before IS 'Whether the person had no score then: newly registered, or an input was not known.';

CREATE VIEW @icb_reporting@.list_equity WITH (security_barrier = true) AS
SELECT e.programme::text AS programme,
       e.as_of::date AS as_of,
       e.dimension::text AS dimension,
       u.group_order::integer AS group_order,
       u.group_label::text AS group_label,
       CASE WHEN NOT (u.few_people OR u.few_listed) THEN u.population END::bigint AS population,
       CASE WHEN NOT (u.few_people OR u.few_listed) THEN u.offered END::bigint AS offered,
       CASE WHEN NOT (u.few_people OR u.few_listed) THEN 100.0 * u.population / NULLIF(e.all_people, 0) END::numeric(7,3) AS population_pct,
       CASE WHEN NOT (u.few_people OR u.few_listed) THEN 100.0 * u.offered / NULLIF(e.all_offered, 0) END::numeric(7,3) AS list_pct,
       CASE WHEN NOT (u.few_people OR u.few_observed) THEN 100.0 * u.observed / NULLIF(e.all_observed, 0) END::numeric(7,3) AS observed_need_pct,
       CASE WHEN NOT (u.few_people OR u.few_listed) THEN 100.0 * u.predicted / NULLIF(e.all_predicted, 0) END::numeric(7,3) AS predicted_need_pct,
       CASE WHEN NOT (u.few_people OR u.few_listed OR u.few_observed) AND u.observed > 0 AND e.all_offered > 0
            THEN u.offered::numeric * e.all_observed / (e.all_offered * u.observed::numeric) END::numeric(10,4) AS list_to_need,
       (u.few_people OR u.few_listed OR u.few_observed)::boolean AS suppressed
FROM (SELECT c.programme, c.as_of, q.dimension, sum(q.population)::bigint AS all_people, sum(q.offered)::bigint AS all_offered, sum(q.predicted)::numeric AS all_predicted,
             sum(q.observed)::bigint AS all_observed,
             pg_catalog.array_agg(q.group_order ORDER BY q.group_order, q.group_label) AS orders, pg_catalog.array_agg(q.group_label ORDER BY q.group_order, q.group_label) AS labels,
             pg_catalog.array_agg(q.population ORDER BY q.group_order, q.group_label) AS populations, pg_catalog.array_agg(q.offered ORDER BY q.group_order, q.group_label) AS offers,
             pg_catalog.array_agg(q.predicted::numeric ORDER BY q.group_order, q.group_label) AS predictions, pg_catalog.array_agg(q.observed ORDER BY q.group_order, q.group_label) AS observations
      FROM @icb@.current_case_list c
      JOIN @icb@.list_equity q ON q.list_id = c.list_id
      GROUP BY c.programme, c.as_of, q.dimension) e
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(e.orders), pg_catalog.unnest(e.labels), pg_catalog.unnest(e.populations), pg_catalog.unnest(e.offers), pg_catalog.unnest(e.predictions),
                              pg_catalog.unnest(e.observations), pg_catalog.unnest(commissioning.small_numbers_hidden(e.populations)),
                              pg_catalog.unnest(commissioning.small_numbers_hidden(e.offers)), pg_catalog.unnest(commissioning.small_numbers_hidden(e.observations)))
    AS u (group_order, group_label, population, offered, predicted, observed, few_people, few_listed, few_observed);
COMMENT ON VIEW @icb_reporting@.list_equity IS
    'Equity of the latest list of each programme: the share of each group in the list beside its share in the population and in need, observed (emergency admissions of the year before, whatever the model says) and predicted. list_to_need below 1: the list gives the group less than its share of observed need. Small counts are not shown, nor others that would give them away.';
COMMENT ON COLUMN @icb_reporting@.list_equity.programme IS 'Programme.';
COMMENT ON COLUMN @icb_reporting@.list_equity.as_of IS 'Day of the list.';
COMMENT ON COLUMN @icb_reporting@.list_equity.population IS 'People of the group with scores.';
COMMENT ON COLUMN @icb_reporting@.list_equity.offered IS 'People of the group on the list.';
COMMENT ON COLUMN @icb_reporting@.list_equity.population_pct IS 'Share of the group in the population in percent.';
COMMENT ON COLUMN @icb_reporting@.list_equity.list_pct IS 'Share of the group in the list in percent.';
COMMENT ON COLUMN @icb_reporting@.list_equity.observed_need_pct IS 'Share of the group in the emergency admissions of the year before in percent.';
COMMENT ON COLUMN @icb_reporting@.list_equity.predicted_need_pct IS 'Share of the group in the sum of scores in percent.';
COMMENT ON COLUMN @icb_reporting@.list_equity.list_to_need IS 'Share in the list over share in observed need.';
COMMENT ON COLUMN @icb_reporting@.list_equity.suppressed IS 'Whether some of the numbers are not shown.';

CREATE VIEW @icb_reporting@.programme_uptake WITH (security_barrier = true) AS
SELECT u.programme::text AS programme,
       u.practice_code::text AS practice_code,
       u.event_order::integer AS event_order,
       u.event::text AS event,
       CASE WHEN NOT u.hidden THEN u.patients END::bigint AS patients,
       u.hidden::boolean AS suppressed
FROM (SELECT c.programme, pg_catalog.array_agg(c.practice_code ORDER BY c.practice_code, c.event_order) AS practices, pg_catalog.array_agg(c.event_order ORDER BY c.practice_code, c.event_order) AS orders,
             pg_catalog.array_agg(c.event ORDER BY c.practice_code, c.event_order) AS events, pg_catalog.array_agg(c.patients ORDER BY c.practice_code, c.event_order) AS counts
      FROM (SELECT q.programme, q.practice_code, v.event_order, v.event, coalesce(n.patients, 0) AS patients
            FROM (SELECT DISTINCT e.programme, coalesce(e.practice_code, 'not known') AS practice_code FROM @icb@.intervention_event e) q
            CROSS JOIN (VALUES (1, 'contacted'), (2, 'offered'), (3, 'accepted'), (4, 'declined'), (5, 'started'), (6, 'done'), (7, 'withdrawn')) AS v (event_order, event)
            LEFT JOIN (SELECT e.programme, coalesce(e.practice_code, 'not known') AS practice_code, e.event, count(DISTINCT e.person_id) AS patients
                       FROM @icb@.intervention_event e
                       WHERE e.event <> 'void' AND NOT EXISTS (SELECT FROM @icb@.intervention_event x WHERE x.person_id = e.person_id AND x.voids = e.event_id)
                       GROUP BY 1, 2, 3) n ON n.programme = q.programme AND n.practice_code = q.practice_code AND n.event = v.event) c
      GROUP BY c.programme) a
CROSS JOIN LATERAL (SELECT a.programme, t.practice_code, t.event_order, t.event, t.patients, t.hidden
                    FROM ROWS FROM (pg_catalog.unnest(a.practices), pg_catalog.unnest(a.orders), pg_catalog.unnest(a.events), pg_catalog.unnest(a.counts),
                                    pg_catalog.unnest(commissioning.small_numbers_hidden(a.practices, a.events, a.counts))) AS t (practice_code, event_order, event, patients, hidden)) u;
COMMENT ON VIEW @icb_reporting@.programme_uptake IS
    'What practices make of their lists: people per programme, practice and event in the ledger, zeros included. Counts of 1 to 4 are not shown, nor others that would give them away by the totals of practice and event.';
COMMENT ON COLUMN @icb_reporting@.programme_uptake.practice_code IS 'Practice where people were registered at the time; not known where none was.';
COMMENT ON COLUMN @icb_reporting@.programme_uptake.event_order IS 'Order of the events.';
COMMENT ON COLUMN @icb_reporting@.programme_uptake.patients IS 'People with such an entry, NULL when not shown.';
COMMENT ON COLUMN @icb_reporting@.programme_uptake.suppressed IS 'Whether the number is not shown.';
