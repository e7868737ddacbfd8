-- Effects, quick wins, practices compared, budgets and the pyramid over time, for readers. Counts only, small numbers hidden.

CREATE VIEW @icb_reporting@.programme_effect WITH (security_barrier = true) AS
SELECT s.programme::text AS programme,
       s.from_day::date AS from_day,
       s.to_day::date AS to_day,
       o.outcome::text AS outcome,
       s.treated::bigint AS treated,
       s.matched::bigint AS matched,
       CASE WHEN s.matched >= 10 THEN o.treated_before / s.matched END::numeric(16,4) AS before_per_person,
       CASE WHEN s.matched >= 10 THEN o.treated_after / s.matched END::numeric(16,4) AS after_per_person,
       CASE WHEN s.matched >= 10 THEN o.comparator_before / s.matched END::numeric(16,4) AS comparator_before_per_person,
       CASE WHEN s.matched >= 10 THEN o.comparator_after / s.matched END::numeric(16,4) AS comparator_after_per_person,
       CASE WHEN s.matched >= 10 THEN (o.treated_after - o.treated_before) / s.matched END::numeric(16,4) AS change_per_person,
       CASE WHEN s.matched >= 10 THEN o.expected_change END::numeric(16,4) AS expected_change_per_person,
       CASE WHEN s.matched >= 10 THEN o.difference END::numeric(16,4) AS effect_per_person,
       CASE WHEN s.matched >= 10 THEN o.difference - 1.959964 * o.std_error END::numeric(16,4) AS effect_lower,
       CASE WHEN s.matched >= 10 THEN o.difference + 1.959964 * o.std_error END::numeric(16,4) AS effect_upper,
       CASE WHEN s.matched < 10 THEN 'too few pairs to say anything'
            WHEN o.difference + 1.959964 * o.std_error < 0 THEN 'less than in comparators'
            WHEN o.difference - 1.959964 * o.std_error > 0 THEN 'more than in comparators'
            ELSE 'no difference shown' END::text AS reading,
       CASE WHEN s.matched >= 10 AND s.treated_died NOT BETWEEN 1 AND 4 THEN s.treated_died END::bigint AS treated_died,
       CASE WHEN s.matched >= 10 AND s.comparators_died NOT BETWEEN 1 AND 4 THEN s.comparators_died END::bigint AS comparators_died
FROM (SELECT DISTINCT ON (l.programme, l.from_day, l.to_day) l.* FROM @icb@.effect_study l ORDER BY l.programme, l.from_day, l.to_day, l.effect_id DESC) s
JOIN @icb@.effect_outcome o ON o.effect_id = s.effect_id;
COMMENT ON VIEW @icb_reporting@.programme_effect IS
    'What programmes did, latest measurement of each: use of hospital care per person before and after taking the programme up, beside matched comparators. expected_change_per_person is what happened to the comparators: the fall that would have come anyway, regression to the mean. effect_per_person is the change beyond it, with its 95 % interval; negative is less use. Nothing is shown of fewer than ten pairs.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.programme IS 'Programme.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.outcome IS 'emergency_admissions, emergency_attendances, bed_days, or cost in pounds.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.treated IS 'People who took it up.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.before_per_person IS 'Mean of those matched, in the days before.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.after_per_person IS 'The same in the days after.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.comparator_before_per_person IS 'Mean of the comparators, in the days before.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.comparator_after_per_person IS 'The same in the days after.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.change_per_person IS 'After less before: what a report without comparators would claim.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.expected_change_per_person IS 'The same of the comparators: what would have happened anyway.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.effect_per_person IS 'Change beyond that of the comparators.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.effect_lower IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.effect_upper IS 'Upper end.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.reading IS 'The interval in words.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.treated_died IS 'Those matched who died in the days after, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.programme_effect.comparators_died IS 'Comparators who died in the days after, NULL for 1 to 4: the dead use no care.';

CREATE VIEW @icb_reporting@.programme_balance WITH (security_barrier = true) AS
SELECT s.programme::text AS programme,
       s.from_day::date AS from_day,
       s.to_day::date AS to_day,
       b.covariate::text AS covariate,
       CASE WHEN s.matched >= 10 THEN b.treated_mean END::numeric(16,4) AS treated_mean,
       CASE WHEN s.matched >= 10 THEN b.pool_mean END::numeric(16,4) AS pool_mean,
       CASE WHEN s.matched >= 10 THEN b.matched_mean END::numeric(16,4) AS matched_mean,
       CASE WHEN s.matched >= 10 THEN b.comparator_mean END::numeric(16,4) AS comparator_mean,
       CASE WHEN s.matched >= 10 THEN b.smd_before END::numeric(16,4) AS difference_before,
       CASE WHEN s.matched >= 10 THEN b.smd_after END::numeric(16,4) AS difference_after
FROM (SELECT DISTINCT ON (l.programme, l.from_day, l.to_day) l.* FROM @icb@.effect_study l ORDER BY l.programme, l.from_day, l.to_day, l.effect_id DESC) s
JOIN @icb@.effect_balance b ON b.effect_id = s.effect_id;
COMMENT ON VIEW @icb_reporting@.programme_balance IS 'How alike people in a programme and their comparators were, in standardised differences before and after matching: within 0.1 of 0 counts as alike.';
COMMENT ON COLUMN @icb_reporting@.programme_balance.difference_before IS 'Standardised difference of those in the programme and everybody else.';
COMMENT ON COLUMN @icb_reporting@.programme_balance.difference_after IS 'The same of those matched and their comparators.';

CREATE VIEW @icb_reporting@.quick_win WITH (security_barrier = true) AS
SELECT r.from_day::date AS from_day,
       r.to_day::date AS to_day,
       q.practice_code::text AS practice_code,
       q.condition::text AS condition,
       q.label::text AS label,
       q.kind::text AS kind,
       CASE WHEN NOT q.few THEN q.list_size END::bigint AS list_size,
       CASE WHEN NOT q.few THEN q.people END::bigint AS people,
       CASE WHEN NOT q.few THEN q.admissions END::bigint AS admissions,
       CASE WHEN NOT q.few THEN q.bed_days END::bigint AS bed_days,
       CASE WHEN NOT q.few THEN q.cost END::numeric(16,2) AS cost_gbp,
       CASE WHEN NOT q.few THEN q.admissions_without_cost END::bigint AS admissions_without_cost,
       CASE WHEN NOT q.few THEN q.rate END::numeric(16,4) AS admissions_per_1000,
       q.median_rate::numeric(16,4) AS median_per_1000,
       -- admissions above the median practice, at this practice's mean cost
       CASE WHEN NOT q.few AND q.admissions > 0 THEN greatest(q.rate - q.median_rate, 0) * q.list_size / 1000 * q.cost / q.admissions WHEN NOT q.few THEN 0 END::numeric(16,2) AS above_median_gbp,
       q.few::boolean AS suppressed
FROM (SELECT DISTINCT ON (l.from_day, l.to_day) l.* FROM @icb@.quick_win_run l ORDER BY l.from_day, l.to_day, l.quick_win_run_id DESC) r
JOIN (SELECT w.*, h.hidden OR w.list_size < 5 AS few, 1000.0 * w.admissions / NULLIF(w.list_size, 0) AS rate, m.median_rate
      FROM @icb@.quick_win w
      JOIN (SELECT x.quick_win_run_id, x.condition, (percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000.0 * x.admissions / x.list_size))::numeric AS median_rate
            FROM @icb@.quick_win x WHERE x.list_size > 0 GROUP BY x.quick_win_run_id, x.condition) m
        ON m.quick_win_run_id = w.quick_win_run_id AND m.condition = w.condition
      JOIN (SELECT a.quick_win_run_id, a.condition, u.practice_code, u.hidden
            FROM (SELECT x.quick_win_run_id, x.condition, pg_catalog.array_agg(x.practice_code ORDER BY x.practice_code) AS practices, pg_catalog.array_agg(x.people ORDER BY x.practice_code) AS counts
                  FROM @icb@.quick_win x GROUP BY x.quick_win_run_id, x.condition) a
            CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(a.practices), pg_catalog.unnest(commissioning.small_numbers_hidden(a.counts))) AS u (practice_code, hidden)) h
        ON h.quick_win_run_id = w.quick_win_run_id AND h.condition = w.condition AND h.practice_code = w.practice_code) q ON q.quick_win_run_id = r.quick_win_run_id;
COMMENT ON VIEW @icb_reporting@.quick_win IS
    'Where avoidable cost sits: emergency admissions that care outside hospital could have avoided, per practice and condition, beside the median practice. A pointer to where to look, no verdict: the lists of codes are what they are, and small practices vary by chance. Nothing is shown where 1 to 4 people were admitted, nor in the smallest other practice where the total of condition_quick_win would give them away.';
COMMENT ON COLUMN @icb_reporting@.quick_win.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb_reporting@.quick_win.label IS 'Condition.';
COMMENT ON COLUMN @icb_reporting@.quick_win.kind IS 'acute, chronic or vaccine_preventable.';
COMMENT ON COLUMN @icb_reporting@.quick_win.cost_gbp IS 'What the admissions cost, as far as it is known.';
COMMENT ON COLUMN @icb_reporting@.quick_win.admissions_per_1000 IS 'Admissions per thousand people registered.';
COMMENT ON COLUMN @icb_reporting@.quick_win.median_per_1000 IS 'The same of the median practice.';
COMMENT ON COLUMN @icb_reporting@.quick_win.above_median_gbp IS 'Cost of the admissions above the rate of the median practice, 0 below it.';
COMMENT ON COLUMN @icb_reporting@.quick_win.suppressed IS 'Whether the numbers are not shown because they are small.';

CREATE VIEW @icb_reporting@.condition_quick_win WITH (security_barrier = true) AS
SELECT r.from_day::date AS from_day,
       r.to_day::date AS to_day,
       row_number() OVER (PARTITION BY r.quick_win_run_id ORDER BY CASE WHEN NOT c.hidden THEN c.above_median END DESC NULLS LAST, CASE WHEN NOT c.hidden THEN c.cost END DESC NULLS LAST, c.condition)::integer AS condition_order,
       c.condition::text AS condition,
       c.label::text AS label,
       c.kind::text AS kind,
       CASE WHEN NOT c.hidden THEN c.people END::bigint AS people,
       CASE WHEN NOT c.hidden THEN c.admissions END::bigint AS admissions,
       CASE WHEN NOT c.hidden THEN c.bed_days END::bigint AS bed_days,
       CASE WHEN NOT c.hidden THEN c.cost END::numeric(16,2) AS cost_gbp,
       CASE WHEN NOT c.hidden THEN c.without_cost END::bigint AS admissions_without_cost,
       CASE WHEN NOT c.hidden THEN 1000.0 * c.admissions / NULLIF(c.list_size, 0) END::numeric(16,4) AS admissions_per_1000,
       c.median_rate::numeric(16,4) AS median_per_1000,
       CASE WHEN NOT c.hidden THEN c.practices_above END::bigint AS practices_above_median,
       CASE WHEN NOT c.hidden THEN c.above_median END::numeric(16,2) AS above_median_gbp,
       c.hidden::boolean AS suppressed
FROM (SELECT DISTINCT ON (l.from_day, l.to_day) l.* FROM @icb@.quick_win_run l ORDER BY l.from_day, l.to_day, l.quick_win_run_id DESC) r
JOIN (SELECT t.*, h.hidden
      FROM (SELECT w.quick_win_run_id, w.condition, w.label, w.kind, sum(w.list_size) AS list_size, sum(w.people) AS people, sum(w.admissions) AS admissions, sum(w.bed_days) AS bed_days,
                   sum(w.cost) AS cost, sum(w.admissions_without_cost) AS without_cost, min(m.median_rate) AS median_rate,
                   count(*) FILTER (WHERE 1000.0 * w.admissions / NULLIF(w.list_size, 0) > m.median_rate) AS practices_above,
                   -- what the admissions above the median of each practice cost, at its own mean cost
                   sum(CASE WHEN w.admissions > 0 THEN round(greatest(w.admissions - m.median_rate * w.list_size / 1000, 0) * w.cost / w.admissions, 2) ELSE 0 END) FILTER (WHERE w.list_size > 0) AS above_median
            FROM @icb@.quick_win w
            JOIN (SELECT x.quick_win_run_id, x.condition, (percentile_cont(0.5) WITHIN GROUP (ORDER BY 1000.0 * x.admissions / x.list_size))::numeric AS median_rate
                  FROM @icb@.quick_win x WHERE x.list_size > 0 GROUP BY x.quick_win_run_id, x.condition) m ON m.quick_win_run_id = w.quick_win_run_id AND m.condition = w.condition
            GROUP BY w.quick_win_run_id, w.condition, w.label, w.kind) t
      JOIN (SELECT a.quick_win_run_id, u.condition, u.hidden
            FROM (SELECT x.quick_win_run_id, pg_catalog.array_agg(x.condition ORDER BY x.condition) AS conditions, pg_catalog.array_agg(x.people ORDER BY x.condition) AS counts
                  FROM (SELECT y.quick_win_run_id, y.condition, sum(y.people)::bigint AS people FROM @icb@.quick_win y GROUP BY y.quick_win_run_id, y.condition) x
                  GROUP BY x.quick_win_run_id) a
            CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(a.conditions), pg_catalog.unnest(commissioning.small_numbers_hidden(a.counts))) AS u (condition, hidden)) h
        ON h.quick_win_run_id = t.quick_win_run_id AND h.condition = t.condition) c ON c.quick_win_run_id = r.quick_win_run_id;
COMMENT ON VIEW @icb_reporting@.condition_quick_win IS
    'With which condition to begin: avoidable emergency admissions of all practices per condition, what they cost, and how much of it lies above the median practice: the part that others show can be avoided. Ordered by that part. Counts of 1 to 4 people are not shown, nor the smallest other one where the total would give them away.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.condition_order IS 'Order, 1 is where most lies above the median.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.people IS 'People admitted, counted once in each practice; NULL when not shown.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.cost_gbp IS 'What the admissions cost, as far as it is known.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.admissions_per_1000 IS 'Admissions per 1,000 people registered.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.median_per_1000 IS 'The same of the median practice.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.practices_above_median IS 'Practices with more.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.above_median_gbp IS 'Cost of the admissions above the median, practice by practice, at the mean cost of each.';
COMMENT ON COLUMN @icb_reporting@.condition_quick_win.suppressed IS 'Whether the numbers are not shown.';

CREATE VIEW @icb_reporting@.practice_comparison WITH (security_barrier = true) AS
SELECT c.model::text AS model,
       c.model_version::text AS model_version,
       c.outcome::text AS outcome,
       c.from_day::date AS from_day,
       c.to_day::date AS to_day,
       r.practice_code::text AS practice_code,
       CASE WHEN NOT r.few THEN r.people END::bigint AS people,
       CASE WHEN NOT r.few THEN r.observed END::bigint AS observed,
       CASE WHEN NOT r.few THEN r.expected END::numeric(16,3) AS expected,
       CASE WHEN NOT r.few THEN r.ratio END::numeric(16,4) AS ratio,
       CASE WHEN NOT r.few THEN r.ratio_lower END::numeric(16,4) AS ratio_lower,
       CASE WHEN NOT r.few THEN r.ratio_upper END::numeric(16,4) AS ratio_upper,
       CASE WHEN NOT r.few THEN r.low_95 END::numeric(16,4) AS low_95,
       CASE WHEN NOT r.few THEN r.high_95 END::numeric(16,4) AS high_95,
       CASE WHEN NOT r.few THEN r.low_998 END::numeric(16,4) AS low_998,
       CASE WHEN NOT r.few THEN r.high_998 END::numeric(16,4) AS high_998,
       CASE WHEN NOT r.few THEN r.low_998_adjusted END::numeric(16,4) AS low_998_adjusted,
       CASE WHEN NOT r.few THEN r.high_998_adjusted END::numeric(16,4) AS high_998_adjusted,
       CASE WHEN NOT r.few THEN r.shrunk_ratio END::numeric(16,4) AS shrunk_ratio,
       c.phi::numeric(16,4) AS overdispersion,
       CASE WHEN r.few THEN 'not shown'
            WHEN r.ratio > r.high_998_adjusted THEN 'higher than expected, beyond the usual spread of practices'
            WHEN r.ratio < r.low_998_adjusted THEN 'lower than expected, beyond the usual spread of practices'
            WHEN r.ratio > r.high_998 OR r.ratio < r.low_998 THEN 'beyond chance, within the usual spread of practices'
            ELSE 'as expected' END::text AS reading
FROM (SELECT DISTINCT ON (k.model, l.outcome) l.comparison_id, k.model, k.model_version, l.outcome, l.from_day, l.to_day, l.phi
      FROM @icb@.practice_comparison l JOIN @icb@.risk_run k ON k.risk_run_id = l.risk_run_id
      ORDER BY k.model, l.outcome, l.to_day DESC, l.comparison_id DESC) c
JOIN (SELECT x.*, x.observed BETWEEN 1 AND 4 OR x.people < 5 AS few FROM @icb@.practice_ratio x) r ON r.comparison_id = c.comparison_id;
COMMENT ON VIEW @icb_reporting@.practice_comparison IS
    'Practices compared for casemix, latest comparison of each model and outcome: observed over expected with its 95 % interval, the limits of the funnel for chance alone (95 and 99.8 %) and with the spread between practices (overdispersion above 1 says that chance alone does not explain it). Rank by shrunk_ratio, not by ratio. Small numbers are not shown, nor the limits, which would give the expected number away.';
COMMENT ON COLUMN @icb_reporting@.practice_comparison.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.practice_comparison.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.practice_comparison.practice_code IS 'Practice.';
COMMENT ON COLUMN @icb_reporting@.practice_comparison.overdispersion IS 'Mean squared deviation between practices where 1 is chance alone.';
COMMENT ON COLUMN @icb_reporting@.practice_comparison.reading IS 'Where the practice stands, in words.';

CREATE VIEW @icb_reporting@.budget_statement WITH (security_barrier = true) AS
SELECT b.budget::text AS budget,
       x.line_order::integer AS line_order,
       x.practice_code::text AS practice_code,
       x.people::bigint AS people,
       x.predicted::numeric(16,2) AS predicted_gbp,
       x.need::numeric(16,2) AS need_gbp,
       (100 * x.share)::numeric(12,6) AS share_pct,
       x.target::numeric(16,2) AS target_gbp,
       x.baseline::numeric(16,2) AS baseline_gbp,
       (100 * x.opening_distance)::numeric(12,3) AS opening_distance_pct,
       x.amount::numeric(16,2) AS budget_gbp,
       (100 * x.growth)::numeric(12,3) AS growth_pct,
       (100 * x.closing_distance)::numeric(12,3) AS closing_distance_pct,
       x.held_by::text AS held_by,
       x.formula::text AS formula,
       b.source::text AS source
FROM (SELECT DISTINCT ON (l.budget) l.* FROM @icb@.budget l ORDER BY l.budget, l.budget_id DESC) b
CROSS JOIN LATERAL (
    SELECT row_number() OVER (ORDER BY l.practice_code COLLATE "C") AS line_order, l.practice_code, l.people, l.predicted, l.need, l.share, l.target, l.baseline, l.opening_distance,
           l.amount, l.growth, l.closing_distance, l.held_by, l.formula
    FROM @icb@.budget_line l WHERE l.budget_id = b.budget_id
    UNION ALL
    SELECT 100000, 'pool for high-cost patients', b.people_capped, b.excess, NULL, NULL, NULL, NULL, NULL, b.pool, NULL, NULL, 'none',
           pg_catalog.format('%s x %s predicted above the cap of %s / %s predicted', b.amount, pg_catalog.trim_scale(b.excess), b.cost_cap, pg_catalog.trim_scale(b.predicted))
    WHERE b.hold_pool AND b.pool > 0
    UNION ALL
    SELECT 100001, 'total', b.people, b.predicted, NULL, NULL, NULL, NULL, NULL, b.amount, NULL, NULL, 'none', 'sum of the lines') x;
COMMENT ON VIEW @icb_reporting@.budget_statement IS
    'Budgets of practices, the latest of each name: what each is predicted to need, its fair share, the limits on growth that held it, and the formula. Lines and pool add up to the total, to the penny.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.budget IS 'Name of the budget.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.line_order IS 'Order of the lines; pool and total come last.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.practice_code IS 'Practice, or pool, or total.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.people IS 'People registered; in the line of the pool those above the cap.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.predicted_gbp IS 'Predicted cost; in the line of the pool the part above the cap.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.need_gbp IS 'Predicted cost up to the cap, with the average for people without a score.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.share_pct IS 'Share in the need of all, in percent.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.target_gbp IS 'Fair share.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.baseline_gbp IS 'What the practice had.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.opening_distance_pct IS 'How far that was from its fair share, in percent of it.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.budget_gbp IS 'The budget.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.growth_pct IS 'Growth on the baseline in percent.';
COMMENT ON COLUMN @icb_reporting@.budget_statement.closing_distance_pct IS 'How far the budget is from the fair share, in percent of it.';

CREATE VIEW @icb_reporting@.risk_tier_history WITH (security_barrier = true) AS
SELECT c.model::text AS model,
       c.model_version::text AS model_version,
       c.as_of::date AS as_of,
       c.tier_order::integer AS tier_order,
       c.tier::text AS tier,
       CASE WHEN NOT c.few THEN c.patients END::bigint AS patients,
       CASE WHEN NOT c.few THEN c.lowest_score END::numeric(20,6) AS lowest_score,
       CASE WHEN NOT c.few THEN c.tied END::bigint AS tied_at_border,
       CASE WHEN NOT c.few AND c.came NOT BETWEEN 1 AND 4 THEN c.came END::bigint AS came_from_lower,
       c.few::boolean AS suppressed
FROM (SELECT t.model, t.model_version, t.as_of, t.tier_order, t.tier, count(*) AS patients, min(s.score) AS lowest_score, count(*) BETWEEN 1 AND 4 AS few,
             -- people with the lowest score of the tier, where the next one begins with the same: the border cuts through them
             CASE WHEN max(t.score_below) = min(t.last_score) THEN count(*) FILTER (WHERE s.score = t.last_score) END AS tied,
             count(*) FILTER (WHERE b.rank_overall > ceil(t.upto * t.assessed_before)) AS came
      FROM (SELECT r.*, l.tier_order, l.tier, l.upto, ceil(l.above * r.assessed)::bigint AS above_rank, ceil(l.upto * r.assessed)::bigint AS last_rank,
                   -- once per tier, not per person
                   (SELECT n.score FROM @icb@.risk_score n WHERE n.risk_run_id = r.risk_run_id AND n.rank_overall = ceil(l.upto * r.assessed)::bigint) AS last_score,
                   (SELECT n.score FROM @icb@.risk_score n WHERE n.risk_run_id = r.risk_run_id AND n.rank_overall = ceil(l.upto * r.assessed)::bigint + 1) AS score_below
            FROM (SELECT k.*, lag(k.risk_run_id) OVER w AS run_before, lag(k.assessed) OVER w AS assessed_before
                  FROM (SELECT DISTINCT ON (q.model, q.model_version, q.as_of) q.risk_run_id, q.model, q.model_version, q.as_of, q.assessed
                        FROM @icb@.risk_run q ORDER BY q.model, q.model_version, q.as_of, q.risk_run_id DESC) k
                  WINDOW w AS (PARTITION BY k.model, k.model_version ORDER BY k.as_of)) r
            CROSS JOIN (VALUES (4, 'very high (top 0.5%)', 0, 0.005), (3, 'high (0.5-5%)', 0.005, 0.05), (2, 'moderate (5-20%)', 0.05, 0.20), (1, 'low (80%)', 0.20, 1.0)) AS l (tier_order, tier, above, upto)) t
      JOIN @icb@.risk_score s ON s.risk_run_id = t.risk_run_id AND s.rank_overall > t.above_rank AND s.rank_overall <= t.last_rank
      LEFT JOIN @icb@.risk_score b ON b.risk_run_id = t.run_before AND b.person_id = s.person_id
      GROUP BY t.model, t.model_version, t.as_of, t.tier_order, t.tier) c;
COMMENT ON VIEW @icb_reporting@.risk_tier_history IS
    'The pyramid by rank over time: every day on which a model scored the population. A tier ends at the rank ceil(share * people with a score); tied_at_border counts the people of the tier who have the same score as the first of the next one. Counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.as_of IS 'Day of the scores.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.tier_order IS 'Order of the tiers, 1 is the lowest.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.tier IS 'Tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.patients IS 'People in the tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.lowest_score IS 'Lowest score in the tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.tied_at_border IS 'People of the tier with the score of the first of the next one; NULL when the border cuts through no tie.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.came_from_lower IS 'People who were in a lower tier on the day before it that was scored, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.risk_tier_history.suppressed IS 'Whether the numbers are not shown because they are small.';
