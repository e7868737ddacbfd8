-- Does the county look as it should? One row per check: name, what was got, what is wanted, whether it is near enough. Tier M.
-- The people of the stories are not counted.
-- Sources of the wanted figures: NHS Digital and ONS figures restated in 10-facts.sql and README.md.
WITH person AS (SELECT p.* FROM county.person p, county.setting s WHERE p.person_id <= s.people),
n AS (SELECT count(*)::float8 AS people, max(years) AS years FROM person, county.setting),
rate AS (SELECT people * years AS py FROM n),
c AS (
    SELECT 1 AS o, 'emergency spells a head' AS name, (SELECT count(*) FROM county.spell WHERE kind = 0) / py AS got, 0.115 AS want, 0.01 * 0.115 AS tolerance FROM rate
    UNION ALL SELECT 2, 'spells a head, regular attenders apart', (SELECT count(*) FROM county.spell WHERE kind <> 5) / py, 0.31, 0.0031 FROM rate
    UNION ALL SELECT 3, 'appointments a head', (SELECT count(*) FROM county.appointment) / py, 2.2, 0.022 FROM rate
    UNION ALL SELECT 4, 'emergency attendances a head', (SELECT count(*) FROM county.emergency) / py, 0.44, 0.0044 FROM rate
    UNION ALL SELECT 5, 'appointments attended', avg((status IN ('5', '6'))::integer)::float8, 0.772, 0.005 FROM county.appointment
    UNION ALL SELECT 6, 'follow-ups to a first appointment', count(*) FILTER (WHERE j > 0)::float8 / count(*) FILTER (WHERE j = 0), 2.3, 0.03 FROM county.appointment
    UNION ALL SELECT 7, 'emergencies without a night', avg((los = 0)::integer)::float8, 0.45, 0.02 FROM county.spell WHERE kind = 0
    UNION ALL SELECT 10 + lo, 'age ' || lo || ' to ' || hi - 1 || ', per cent', 100 * count(p.person_id) / people, pct * 100 / sum(pct) OVER (), 0.2
              FROM n, county.age_band LEFT JOIN person p ON p.age_end >= lo AND p.age_end < hi GROUP BY lo, hi, pct, people
    UNION ALL SELECT 100 + f.n, 'register of ' || condition || ', per cent',
                     100.0 * (SELECT count(*) FROM county.person_condition pc WHERE pc.n = f.n) / (SELECT count(*) FROM person WHERE age_end >= f.min_age), prevalence, greatest(0.1, 0.02 * prevalence)
              FROM county.condition_fact f
    UNION ALL SELECT 130 + k, 'odds ratio of ' || a || ' given ' || b || ', by age', mh, want, 0.3 * want
              FROM (VALUES (1, 'ckd', 'diabetes', 3), (2, 'heart_failure', 'chd', 8), (3, 'stroke', 'atrial_fibrillation', 4), (4, 'heart_failure', 'copd', 3)) AS v (k, a, b, want),
                   LATERAL (SELECT sum(x * w / t) / sum(y * z / t) AS mh FROM (
                       SELECT count(*) FILTER (WHERE ha AND hb)::float8 AS x, count(*) FILTER (WHERE NOT ha AND NOT hb)::float8 AS w, count(*) FILTER (WHERE ha AND NOT hb)::float8 AS y,
                              count(*) FILTER (WHERE NOT ha AND hb)::float8 AS z, count(*)::float8 AS t
                       FROM (SELECT floor(p.age_end / 5) AS band, ca.n IS NOT NULL AS ha, cb.n IS NOT NULL AS hb FROM person p
                             LEFT JOIN county.person_condition ca ON ca.person_id = p.person_id AND ca.n = (SELECT n FROM county.condition_fact WHERE condition = v.a)
                             LEFT JOIN county.person_condition cb ON cb.person_id = p.person_id AND cb.n = (SELECT n FROM county.condition_fact WHERE condition = v.b)
                             WHERE p.age_end >= 18) q GROUP BY band) s) m
    UNION ALL SELECT 140 + row_number() OVER (ORDER BY setting), 'mean unit cost, ' || setting, avg(f.cost)::float8, (SELECT sum(weight * cost)::float8 / sum(weight) FROM county.hrg_fact w WHERE w.setting = s.setting),
                     0.015 * (SELECT sum(weight * cost)::float8 / sum(weight) FROM county.hrg_fact w WHERE w.setting = s.setting)
              FROM (SELECT setting, hrg FROM county.spell WHERE kind < 4 UNION ALL SELECT 'OP', hrg FROM county.procedure_deal) s JOIN county.hrg_fact f USING (setting, hrg) GROUP BY setting
    -- chi-square over the HRGs of the setting against the restated weights; critical value at p = 0.001 by Wilson and Hilferty
    UNION ALL SELECT 150 + row_number() OVER (ORDER BY setting), 'HRG mix, ' || setting || ', chi-square over its 0.1 % point', chi / critical, 0.5, 0.5
              FROM (SELECT setting, sum((coalesce(o.k, 0) - t.total * f.p) ^ 2 / (t.total * f.p)) AS chi, (count(*) - 1) * (1 - 2.0 / (9 * (count(*) - 1)) + 3.0902 * sqrt(2.0 / (9 * (count(*) - 1)))) ^ 3 AS critical
                    FROM (SELECT setting, hrg, weight::float8 / sum(weight) OVER (PARTITION BY setting) AS p FROM county.hrg_fact WHERE weight > 0
                          UNION ALL SELECT 'VB', hrg, weight::float8 / sum(weight) OVER () FROM county.other_fact WHERE kind = 'emergency') f
                    JOIN (SELECT setting, sum(k)::float8 AS total FROM (SELECT setting, count(*) AS k FROM county.spell WHERE kind < 5 GROUP BY setting UNION ALL SELECT 'OP', count(*) FROM county.procedure_deal
                          UNION ALL SELECT 'VB', count(*) FROM county.emergency) z GROUP BY setting) t USING (setting)
                    LEFT JOIN (SELECT setting, hrg, count(*) AS k FROM county.spell GROUP BY 1, 2 UNION ALL SELECT 'OP', hrg, count(*) FROM county.procedure_deal GROUP BY 2
                               UNION ALL SELECT 'VB', hrg, count(*) FROM county.emergency GROUP BY 2) o USING (setting, hrg)
                    GROUP BY setting) x
    UNION ALL SELECT 170, 'provider volume, p10 over median', p10 / p50, 60.0 / 105, 0.0571 FROM (SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY k) AS p10, percentile_cont(0.5) WITHIN GROUP (ORDER BY k) AS p50 FROM (SELECT count(*) AS k FROM county.event_fact, county.setting WHERE provider <= providers GROUP BY provider) v) q
    UNION ALL SELECT 171, 'provider volume, p90 over median', p90 / p50, 179.0 / 105, 0.17 FROM (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY k) AS p90, percentile_cont(0.5) WITHIN GROUP (ORDER BY k) AS p50 FROM (SELECT count(*) AS k FROM county.event_fact, county.setting WHERE provider <= providers GROUP BY provider) v) q
    UNION ALL SELECT 180 + decile, 'emergency share of admissions, decile ' || decile || ', per cent', 100 * avg((kind = 0)::integer), CASE decile WHEN 1 THEN 50 ELSE 37.1 END, 2
              FROM county.spell WHERE kind < 3 AND decile IN (1, 10) GROUP BY decile)
SELECT name, round(got::numeric, 4) AS got, round(want::numeric, 4) AS want, abs(got - want) <= tolerance AS near FROM c ORDER BY o;
