-- Organisations, people, registrations, conditions, latent frailty.

-- Practices: list sizes lognormal, sigma 0.55 (NHS Payments to General Practice 2021-22: p5 2,805, median 8,174, p95 19,673).
CREATE TABLE county.practice AS
SELECT n, 'Z' || lpad((10000 + n)::text, 5, '0') AS practice_code,
       (ARRAY['90A', '90B', '90C'])[CASE WHEN p.practices < 6 THEN 1 + (n > 2)::integer ELSE 1 + n % 3 END] AS commissioner,
       CASE WHEN p.practices < 6 THEN 1.0 ELSE exp(0.55 * county.probit((n - 0.5) / p.practices)) END AS weight
FROM county.setting p, generate_series(1, p.practices) AS n;
-- Providers: volumes lognormal, sigma 0.45 (A&E monthly returns 2018-19: p10 60 k, median 105 k, p90 179 k). The smallest is
-- independent and has no published market forces factor. Contract bases: activity prices, variable elective element, block.
CREATE TABLE county.provider AS
SELECT n, CASE WHEN n = 1 THEN 'NTZ01' ELSE 'T' || chr(80 + n / 10) || n % 10 END AS provider_code,
       CASE WHEN p.providers < 10 THEN (ARRAY[0.06, 0.24, 0.30, 0.40])[n] ELSE exp(0.45 * county.probit((n - 0.5) / p.providers)) END AS weight,
       CASE WHEN n > 1 THEN round((1.01 + 0.27 * county.u(n, 12))::numeric, 4) END AS factor,
       (ARRAY['tariff', 'api', 'block'])[CASE WHEN n = 1 THEN 1 ELSE 1 + (n - 2) % 3 END] AS basis,
       0.70 + 0.28 * county.u(n, 13) AS coding_depth
FROM county.setting p, generate_series(1, p.providers) AS n;

CREATE TABLE county.share AS
SELECT 'practice' AS kind, array_agg(before / total ORDER BY n) AS cum
FROM (SELECT n, (sum(weight) OVER (ORDER BY n) - weight)::float8 AS before, sum(weight) OVER ()::float8 AS total FROM county.practice) q
UNION ALL
SELECT 'provider', array_agg(before / total ORDER BY n)
FROM (SELECT n, (sum(weight) OVER (ORDER BY n) - weight)::float8 AS before, sum(weight) OVER ()::float8 AS total FROM county.provider) q
UNION ALL
SELECT 'age', array_agg((before / total)::float8 ORDER BY lo) FROM (SELECT lo, sum(pct) OVER (ORDER BY lo) - pct AS before, sum(pct) OVER () AS total FROM county.age_band) q
UNION ALL
SELECT 'tfc', array_agg(before / total ORDER BY tfc)
FROM (SELECT tfc, sum(share) OVER (ORDER BY tfc) - share AS before, sum(share) OVER () AS total FROM county.treatment_function) q;

ANALYZE county.share;

-- NHS numbers of the test range 999 000 0000 to 999 999 9999, check digit by the published arithmetic (modulus 11).
CREATE TABLE county.nhs_number AS
SELECT row_number() OVER (ORDER BY i) AS n, number FROM (
    SELECT i, p * 10 + (11 - s % 11) % 11 AS number, s FROM (
        SELECT i, p, 9 * 10 + 9 * 9 + 9 * 8 + (p / 100000 % 10) * 7 + (p / 10000 % 10) * 6 + (p / 1000 % 10) * 5
                     + (p / 100 % 10) * 4 + (p / 10 % 10) * 3 + (p % 10) * 2 AS s
        FROM (SELECT i, 999000000 + (i * 617 + (SELECT seed FROM county.setting) * 4099) % 1000000 AS p
              FROM county.setting, generate_series(1, people * 1.25 + 3000) AS g, LATERAL (SELECT g::bigint AS i) x) a) b
    WHERE 11 - s % 11 <> 10) c;

-- People. Age is drawn at the end of the last year, so births within the years come by themselves. position: place in the county,
-- uniform, shared by all who live in one small area; it leads to practice and hospital. z: latent frailty.
CREATE TABLE county.person AS
WITH area AS (SELECT greatest(3, people / 1623) AS areas FROM county.setting),
draw AS (
    SELECT i AS person_id, s.first_day, s.last_day, s.years,
           width_bucket(county.u(i, 1), (SELECT cum FROM county.share WHERE kind = 'age')) AS band,
           county.u(i, 2) AS u_age, county.u(i, 3) < 0.505 AS female, 1 + floor(county.u(i, 4) * a.areas)::integer AS area, a.areas,
           county.probit(county.u(i, 5)) AS z
    FROM county.setting s, area a, generate_series(1, s.people) AS i),
aged AS (
    SELECT d.*, CASE WHEN b.lo = 85 THEN least(104.9, 85 - 4.2 * ln(1 - 0.98 * u_age)) ELSE b.lo + (b.hi - b.lo) * u_age END AS age_end
    FROM draw d JOIN (SELECT *, row_number() OVER (ORDER BY lo) AS band FROM county.age_band) b ON b.band = d.band),
born AS (
    SELECT person_id, n.number AS nhs_number, CASE WHEN female THEN '2' ELSE '1' END AS sex, female, first_day, last_day, years,
           last_day - floor(age_end * 365.2425)::integer AS birth_date, age_end, area,
           least(10, 1 + floor(10 * county.u(area, 6)))::integer AS decile, z,
           (area - 1 + county.u(person_id, 7)) / areas AS position,
           county.u(person_id, 8) < 0.04 AS ghost
    FROM aged JOIN county.nhs_number n ON n.n = person_id),
hazard AS (SELECT 0.009 * count(*) / sum(exp(0.095 * age_end)) AS k FROM born),
fate AS (
    SELECT b.*, CASE WHEN age_end > 1 AND county.u(person_id, 9) < least(0.9, k * years * exp(0.095 * age_end))
                     THEN first_day + floor(county.u(person_id, 10) * (last_day - first_day + 1))::integer END AS dies,
           CASE WHEN county.u(person_id, 11) < 0.01 * years
                THEN first_day + floor(county.u(person_id, 14) * (last_day - first_day + 1))::integer END AS leaves
    FROM born b, hazard)
SELECT person_id, nhs_number, NULL::bigint AS other_number, sex, female, birth_date, area, decile, z, position, ghost,
       CASE WHEN dies > birth_date AND NOT ghost AND (leaves IS NULL OR dies < leaves) THEN dies END AS death_date,
       greatest(first_day, birth_date) AS active_from,
       least(last_day, CASE WHEN dies > birth_date AND NOT ghost THEN dies END, CASE WHEN leaves > birth_date THEN leaves - 1 END) AS active_to,
       age_end
FROM fate;
-- Linkage trap: a second number for three people in a thousand.
UPDATE county.person p SET other_number = n.number
FROM (SELECT person_id, row_number() OVER (ORDER BY person_id) AS k FROM county.person WHERE county.u(person_id, 15) < 0.003) d,
     county.setting s, county.nhs_number n
WHERE d.person_id = p.person_id AND n.n = s.people + d.k;
ALTER TABLE county.person ADD PRIMARY KEY (person_id);
ANALYZE county.person;

-- Registrations, half-open: the practice at the start, then 8 % of people a year move (a same-practice draw is no move).
CREATE TABLE county.registration AS
WITH moves AS (
    SELECT person_id, 0 AS k, greatest(birth_date, first_day - 400 - floor(county.u(person_id, 16) * 5000)::integer) AS day,
           width_bucket(CASE WHEN county.u(person_id, 17) < 0.7 THEN position ELSE county.u(person_id, 18) END, cum) AS practice
    FROM county.person, county.setting, county.share WHERE kind = 'practice'
    UNION ALL
    SELECT person_id, y, first_day + 365 * (y - 1) + floor(county.u(person_id, 20 + y) * 364)::integer,
           width_bucket(county.u(person_id, 25 + y), cum)
    FROM county.person, county.setting, county.share, generate_series(1, years) AS y
    WHERE kind = 'practice' AND county.u(person_id, 30 + y) < 0.08
      AND first_day + 365 * (y - 1) > birth_date + 30),
kept AS (
    SELECT m.*, lag(practice) OVER (PARTITION BY person_id ORDER BY k) AS previous
    FROM moves m JOIN county.person p USING (person_id)
    WHERE k = 0 OR m.day < p.active_to)
SELECT k.person_id, k.practice, k.day AS valid_from,
       coalesce(lead(k.day) OVER (PARTITION BY k.person_id ORDER BY k.k),
                CASE WHEN p.death_date IS NOT NULL THEN p.death_date + 14 WHEN p.active_to < s.last_day THEN p.active_to + 1 END) AS valid_to
FROM kept k JOIN county.person p USING (person_id), county.setting s
WHERE previous IS DISTINCT FROM practice;
CREATE INDEX ON county.registration (person_id);
ANALYZE county.registration;

-- Conditions: parents first, then those that depend on them.
CREATE TABLE county.person_condition AS
SELECT p.person_id, c.n
FROM county.person p, county.condition_fact c
WHERE c.parent IS NULL AND p.age_end >= c.min_age
  AND county.u(p.person_id, 100 + c.n) < 1 / (1 + exp(-(c.intercept + c.slope * (p.age_end - 50) / 10 + c.female * p.female::integer
                                                       + 0.05 * (5.5 - p.decile) + 0.45 * p.z)));
INSERT INTO county.person_condition
SELECT p.person_id, c.n
FROM county.condition_fact c
CROSS JOIN county.person p
LEFT JOIN (SELECT person_id, array_agg(n) AS has FROM county.person_condition GROUP BY person_id) h ON h.person_id = p.person_id
WHERE c.parent IS NOT NULL AND p.age_end >= c.min_age
  AND county.u(p.person_id, 100 + c.n) < 1 / (1 + exp(-(c.intercept + c.slope * (p.age_end - 50) / 10 + c.female * p.female::integer
        + 0.05 * (5.5 - p.decile) + 0.45 * p.z
        + CASE WHEN c.parent = ANY (h.has) THEN ln(c.odds) ELSE 0 END + CASE WHEN c.parent2 = ANY (h.has) THEN ln(c.odds2) ELSE 0 END)));
CREATE INDEX ON county.person_condition (person_id);
ANALYZE county.person_condition;
