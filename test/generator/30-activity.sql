-- Risk and what comes of it: spells, outpatient appointments, emergency attendances.

CREATE FUNCTION county.event(person bigint, y integer, kind integer, k integer) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((person * 4 + y) * 8 + kind) * 16 + k;
COMMENT ON FUNCTION county.event(bigint, integer, integer, integer) IS
    'Number of an event: person, year, kind (0 emergency, 1 day case, 2 elective, 3 maternity, 4 birth, 5 regular, 6 referral, 7 emergency attendance), number. Below 2^32, as the hash folds to 32 bits.';

-- Days of a year with their seasons: emergencies +8 % in December and January, elective work -12 % in December and August and little of
-- it at weekends, clinics on working days. Two thousand slots per kind and year.
CREATE TABLE county.day_pick AS
WITH w AS (
    SELECT kind, y, d::date AS day,
           CASE kind WHEN 'E' THEN CASE WHEN extract(month FROM d) IN (12, 1) THEN 1.08 ELSE 1 END
                     WHEN 'P' THEN CASE WHEN extract(month FROM d) IN (12, 8) THEN 0.88 ELSE 1 END
                                 * CASE WHEN extract(isodow FROM d) > 5 THEN 0.08 ELSE 1 END
                     ELSE CASE WHEN extract(month FROM d) IN (12, 8) THEN 0.92 ELSE 1 END
                        * CASE WHEN extract(isodow FROM d) > 5 OR to_char(d, 'MMDD') IN ('1225', '1226', '0101') THEN 0 ELSE 1 END END AS weight
    FROM county.setting s, generate_series(1, s.years) AS y, unnest(ARRAY['E', 'P', 'O']) AS kind,
         LATERAL generate_series(s.first_day + (y - 1) * interval '1 year', s.first_day + y * interval '1 year' - interval '1 day', interval '1 day') AS d),
c AS (SELECT kind, y, day, ((sum(weight) OVER k - weight) / sum(weight) OVER (PARTITION BY kind, y))::float8 AS before,
             (sum(weight) OVER k / sum(weight) OVER (PARTITION BY kind, y))::float8 AS upto
      FROM w WHERE weight > 0 WINDOW k AS (PARTITION BY kind, y ORDER BY day))
SELECT kind, y, slot, day FROM c, generate_series(ceil(before * 2000 - 0.5)::integer, ceil(upto * 2000 - 0.5)::integer - 1) AS slot;
CREATE UNIQUE INDEX ON county.day_pick (kind, y, slot);
ANALYZE county.day_pick;

-- True risk of an emergency admission. lambda = exp(a + f(age) + 0.25 z + sum(beta x condition) + 0.06 (5.5 - decile)
-- + 0.55 min(prior admissions, 4) + 0.25 min(prior A&E attendances, 4) + 0.08 ln(1 + prior cost/1000)); a was solved for a mean of 0.115
-- a head a year (6.5 M emergency admissions in 56.55 M people). shift raises the base rate of the last year, for tests of drift. f: 1.1 at birth, 0 at 30, 0.5 at 65, 1.5 at 85.
CREATE TABLE county.risk_year (
    person_id bigint, y integer, age integer, exposure float8, base float8, prior_admissions integer, prior_attendances integer, prior_cost float8,
    lambda float8, lambda_observable float8, admissions integer, attendances integer);
CREATE VIEW county.risk_base AS
SELECT p.person_id, y, floor(a)::integer AS age, p.ghost,
       greatest(0, least(p.active_to, s.first_day + 365 * y) - greatest(p.active_from, s.first_day + 365 * (y - 1)) + 1)::float8 / 365 AS exposure,
       CASE WHEN a <= 30 THEN 1.1 * (30 - a) / 30 WHEN a <= 65 THEN 0.5 * (a - 30) / 35 ELSE 0.5 + (least(a, 95) - 65) / 20 END
       + coalesce(c.beta, 0) + 0.06 * (5.5 - p.decile) AS base, p.z
FROM county.setting s CROSS JOIN generate_series(1, s.years) AS y CROSS JOIN county.person p
CROSS JOIN LATERAL (SELECT greatest(0, p.age_end - (s.years - y) - 0.5) AS a) x
LEFT JOIN (SELECT person_id, sum(beta) AS beta FROM county.person_condition JOIN county.condition_fact USING (n) GROUP BY person_id) c USING (person_id);
SELECT format($q$
INSERT INTO county.risk_year
SELECT person_id, %1$s, age, least(1, exposure), base, pa, pt, pc, l, lo,
       CASE WHEN ghost THEN 0 ELSE county.poisson(county.u(person_id, 200 + %1$s), l * least(1, exposure)) END,
       CASE WHEN ghost THEN 0 ELSE county.poisson(county.u(person_id, 210 + %1$s), least(4.5, exp(-1.463 + 0.6 * (base + 0.25 * z))) * least(1, exposure)) END
FROM (SELECT q.*, least(4, exp(-3.595 + %3$s + base + 0.25 * z + h)) AS l, least(4, exp(-3.595 + %3$s + base + 0.03125 + h)) AS lo
      FROM (SELECT b.*, pa, pt, pc, 0.55 * least(pa, 4) + 0.25 * least(pt, 4) + 0.08 * ln(1 + pc / 1000) AS h
            FROM county.risk_base b%2$s WHERE b.y = %1$s) q OFFSET 0) r$q$, y,
    CASE WHEN y = 1 THEN $q$, LATERAL (SELECT CASE WHEN ghost THEN 0 ELSE county.poisson(county.u(b.person_id, 220), least(4, exp(-3.14 + base + 0.25 * z))) END AS pa,
                 CASE WHEN ghost THEN 0 ELSE county.poisson(county.u(b.person_id, 221), least(4.5, exp(-1.27 + 0.6 * (base + 0.25 * z)))) END AS pt OFFSET 0) v,
                 LATERAL (SELECT v.pa * 3000 + v.pt * 250 + 900 * county.u(b.person_id, 222) ^ 3 AS pc) w$q$
    ELSE format($q$ JOIN (SELECT person_id, admissions AS pa, attendances + admissions AS pt,
                 admissions * 3000 + attendances * 250 + 900 * county.u(person_id, 222) ^ 3 AS pc FROM county.risk_year WHERE y = %s) v USING (person_id)$q$, y - 1) END,
    CASE WHEN y = years THEN ln(1 + shift) ELSE 0 END)
FROM county.setting, generate_series(1, years) AS y \gexec
ANALYZE county.risk_year;

CREATE TABLE truth.risk AS
SELECT r.person_id, p.nhs_number, s.first_day + (r.y - 1) * 365 AS year_from, r.age, p.sex, p.decile, p.z, r.prior_admissions, r.prior_attendances,
       r.prior_cost, r.lambda, 1 - exp(-r.lambda) AS p_true, 1 - exp(-r.lambda_observable) AS p_observable, r.exposure, r.admissions, p.ghost
FROM county.risk_year r JOIN county.person p USING (person_id), county.setting s;
COMMENT ON TABLE truth.risk IS
    'True expected emergency admissions per person-year and the probability of one at least, with and without the latent part; conditions stand in county.person_condition.';

-- Spells: number per person-year by kind.
CREATE TABLE county.spell_draw AS
WITH n AS (
    SELECT r.person_id, r.y, r.age, p.sex, p.decile, p.position, p.birth_date, p.death_date, p.active_from, p.active_to, r.admissions, e.rate, r.exposure, p.ghost,
           s.first_day + (r.y - 1) * 365 AS y_from, s.first_day
    FROM county.risk_year r JOIN county.person p USING (person_id), county.setting s,
         LATERAL (SELECT 1.042 * 1.0007 * exp(-0.0248 * (p.decile - 5.5)) * CASE WHEN r.age < 15 THEN 0.03 WHEN r.age < 45 THEN 0.08 WHEN r.age < 65 THEN 0.17 WHEN r.age < 85 THEN 0.33 ELSE 0.25 END AS rate) e
    WHERE NOT p.ghost AND r.exposure > 0),
k AS (
    SELECT n.*, 0 AS kind, generate_series(1, admissions) AS k FROM n WHERE admissions > 0
    UNION ALL SELECT n.*, 1, generate_series(1, county.poisson(county.u(person_id, 230 + y), rate * exposure)) FROM n
    UNION ALL SELECT n.*, 2, generate_series(1, county.poisson(county.u(person_id, 240 + y), rate * 0.1647 * exposure)) FROM n
    UNION ALL SELECT n.*, 3, 1 FROM n WHERE sex = '2' AND age BETWEEN 15 AND 49 AND county.u(person_id, 250 + y) < 0.125 * exposure
    UNION ALL SELECT n.*, 4, 1 FROM n WHERE birth_date >= y_from AND birth_date < y_from + 365),
d AS (
    SELECT k.*, county.event(person_id, y, kind, k) AS spell_id FROM k),
t AS (
    SELECT d.*, pick.day, CASE WHEN d.kind = 4 THEN birth_date
             ELSE greatest(active_from, y_from) + floor((pick.day - y_from)::float8 / 365.5 * (least(active_to, y_from + 364) - greatest(active_from, y_from) + 1))::integer END AS start_date,
           county.u(spell_id, 300) AS u_los
    FROM d JOIN county.day_pick pick ON pick.kind = CASE WHEN d.kind IN (1, 2) THEN 'P' ELSE 'E' END AND pick.y = d.y AND pick.slot = floor(county.u(spell_id, 301) * 2000)::integer),
l AS (
    -- long_share: some stays past the trim point, so that there are excess days to get wrong at tier S too
    -- 45 % of emergencies stay no night, 14 % one (cost collection: short to long stays 6.6 : 4.6), the rest lognormal from two nights on
    SELECT t.*, CASE kind WHEN 1 THEN 0
             WHEN 0 THEN CASE WHEN u_los < 0.45 THEN 0 WHEN u_los < 0.59 THEN 1
                         WHEN county.u(spell_id, 305) < long_share AND age >= 19 THEN 21 + floor(county.u(spell_id, 306) * 20)::integer
                         ELSE least(180, 2 + floor(exp(ln(3.4) + 0.012 * (age - 60) + 0.85 * county.probit(county.u(spell_id, 302)))))::integer END
             WHEN 2 THEN least(90, floor(exp(0.75 + 0.9 * county.probit(county.u(spell_id, 302)))))::integer
             WHEN 3 THEN least(20, floor(exp(0.4 + 0.7 * county.probit(county.u(spell_id, 302)))))::integer
             ELSE least(30, floor(exp(0.4 + 0.8 * county.probit(county.u(spell_id, 302)))))::integer END AS nights
    FROM t, county.setting),
x AS (
    -- a few long stays begin before the year: priced by the year of discharge; who dies in the year after an admission may die in hospital
    SELECT l.*, CASE WHEN kind = 0 AND k = 1 AND death_date BETWEEN y_from AND y_from + 364 AND death_date - nights > greatest(birth_date, first_day) THEN death_date - nights
                     WHEN kind IN (0, 2) AND nights >= 3 AND y = 1 AND birth_date < first_day - 200 AND county.u(spell_id, 303) < 0.035
                          THEN first_day - 1 - floor(county.u(spell_id, 304) * (nights - 1))::integer
                     ELSE start_date END AS begin_date
    FROM l)
SELECT x.spell_id, person_id, y, kind, sex, position, birth_date, death_date, decile, begin_date AS start_date,
       -- no two spells of a person overlap: the next admission ends the stay at the latest; death too
       least(begin_date + nights, lead(begin_date) OVER w, death_date) AS end_date
FROM x WINDOW w AS (PARTITION BY person_id ORDER BY begin_date, kind, spell_id);
DELETE FROM county.spell_draw WHERE end_date < start_date;

-- HRGs are drawn per setting from the national mix and dealt to spells so that each fits age and sex: children's to children, men's to
-- men, women's to women, everyone's to fill up. The mix is exact whatever the ages are.
CREATE TABLE county.spell AS
WITH s AS (
    SELECT *, CASE kind WHEN 1 THEN 'DC' WHEN 2 THEN 'EL' WHEN 3 THEN 'MT' WHEN 4 THEN 'BB' ELSE CASE WHEN end_date - start_date <= 1 THEN 'NS' ELSE 'NL' END END AS setting,
           extract(year FROM age(start_date, birth_date))::integer AS age, end_date - start_date AS los FROM county.spell_draw),
cells AS (SELECT *, CASE WHEN age < 19 THEN 1 WHEN sex = '1' THEN 2 ELSE 3 END AS cell FROM s),
place AS (SELECT spell_id, setting, row_number() OVER (PARTITION BY setting ORDER BY cell, county.u(spell_id, 310), spell_id) AS rank,
                 count(*) FILTER (WHERE cell = 1) OVER (PARTITION BY setting) AS children FROM cells),
draw AS (SELECT spell_id, c.setting, d.hrgs[b] AS hrg, d.cells[b] AS hcell, count(*) FILTER (WHERE c.cell = 1) OVER (PARTITION BY c.setting) AS children
         FROM cells c JOIN county.hrg_draw d USING (setting), LATERAL (SELECT width_bucket(county.u(spell_id, 311), d.cum) AS b) x),
nth AS (SELECT *, count(*) FILTER (WHERE hcell = 'C') OVER (PARTITION BY setting) AS child_hrgs,
               row_number() OVER (PARTITION BY setting, hcell ORDER BY county.u(spell_id, 312), spell_id) AS k FROM draw),
dealt AS (SELECT setting, hrg, row_number() OVER (PARTITION BY setting ORDER BY
              CASE hcell WHEN 'C' THEN 1 WHEN 'M' THEN 3 WHEN 'F' THEN 5 WHEN 'X' THEN CASE WHEN k <= children - child_hrgs THEN 2 ELSE 4 END ELSE 4 END,
              county.u(spell_id, 313), spell_id) AS rank FROM nth)
SELECT c.spell_id, c.person_id, c.y, c.kind, c.setting, c.sex, c.age, c.decile, c.start_date, c.end_date, c.los, d.hrg,
       width_bucket(CASE WHEN county.u(c.spell_id, 320) < 0.65 THEN c.position ELSE county.u(c.spell_id, 321) END, share.cum) AS provider,
       CASE c.kind WHEN 0 THEN CASE WHEN county.u(c.spell_id, 322) < 0.72 THEN '21' ELSE (ARRAY['22', '24', '2A', '2D'])[1 + floor(county.u(c.spell_id, 323) * 4)::integer] END
                   WHEN 3 THEN CASE WHEN county.u(c.spell_id, 322) < 0.9 THEN '31' ELSE '32' END WHEN 4 THEN '82'
                   ELSE (ARRAY['11', '12', '13'])[1 + floor(county.u(c.spell_id, 322) * 3)::integer] END AS admission_method,
       CASE c.kind WHEN 1 THEN '2' ELSE '1' END AS classification,
       cc.days AS critical_care_days, rehab.days AS rehabilitation_days,
       CASE WHEN cc.days > 0 AND rehab.days > 0 THEN least(2, cc.days, rehab.days) ELSE 0 END AS overlap_days,
       0 AS palliative_days, c.end_date = c.death_date AS died
FROM cells c
JOIN place p USING (spell_id)
JOIN dealt d ON d.setting = p.setting AND d.rank = p.rank
CROSS JOIN county.share
CROSS JOIN LATERAL (SELECT CASE WHEN c.kind IN (0, 2) AND c.age >= 19 AND c.los >= 3 AND county.u(c.spell_id, 330) < 0.09
                              THEN least(c.los - 1, 1 + floor(county.u(c.spell_id, 331) * 8)::integer)
                              WHEN c.kind = 0 AND c.age >= 19 AND c.los > 20 AND county.u(c.spell_id, 334) < 0.5 THEN 2 + floor(county.u(c.spell_id, 331) * 3)::integer ELSE 0 END AS days) cc
CROSS JOIN LATERAL (SELECT CASE WHEN c.kind = 0 AND c.age >= 19 AND c.los >= 8 AND county.u(c.spell_id, 332) < 0.06
                              THEN least(c.los - cc.days - 1, 2 + floor(county.u(c.spell_id, 333) * 6)::integer) ELSE 0 END AS days) rehab
WHERE share.kind = 'provider';
-- Dialysis: three sessions a week for five people in ten thousand, regular day attenders at a local price.
INSERT INTO county.spell
SELECT 3000000000 + (p.person_id * 4 + y) * 160 + k, p.person_id, y, 5, 'RD', p.sex, extract(year FROM age(day, p.birth_date))::integer, p.decile, day, day, 0, 'LD06A',
       width_bucket(p.position, share.cum), '13', '3', 0, 0, 0, 0, false
FROM (SELECT * FROM county.person WHERE NOT ghost AND age_end >= 22 ORDER BY county.u(person_id, 340), person_id
      LIMIT (SELECT round(0.0005 * people) FROM county.setting)) p,
     county.setting s, county.share, generate_series(1, s.years) AS y, generate_series(0, 155) AS k,
     LATERAL (SELECT s.first_day + 365 * (y - 1) + (k / 3) * 7 + (k % 3) * 2 AS day) d
WHERE share.kind = 'provider' AND day BETWEEN p.active_from AND p.active_to;
ANALYZE county.spell;

-- Outpatients: referrals, one first appointment and a geometric number of follow-ups (mean 2.3) each; follow-ups past the year's end
-- stand for those of last year's referrals. 77.2 % attended, 6.2 % missed, 16.2 % cancelled (NHS Digital outpatient activity 2019-20).
CREATE TABLE county.appointment AS
WITH r AS (
    SELECT r.person_id, r.y, p.position, p.birth_date, p.sex, greatest(p.active_from, s.first_day + 365 * (r.y - 1)) AS from_day,
           least(p.active_to, s.first_day + 365 * r.y - 1) AS to_day, s.first_day + 365 * (r.y - 1) AS y_from,
           generate_series(1, county.poisson(county.u(r.person_id, 400 + r.y), 0.6667 / 1.0255 * 1.067 * r.exposure
               * CASE WHEN r.age < 15 THEN 0.5 WHEN r.age < 45 THEN 0.75 WHEN r.age < 65 THEN 1.2 WHEN r.age < 85 THEN 1.9 ELSE 1.6 END)) AS k
    FROM county.risk_year r JOIN county.person p USING (person_id), county.setting s WHERE NOT p.ghost AND r.exposure > 0),
f AS (
    SELECT r.*, e.referral_id, pick.day - y_from AS first_offset,
           width_bucket(county.u(e.referral_id, 411), t.cum) AS tfc, width_bucket(CASE WHEN county.u(e.referral_id, 412) < 0.65 THEN position ELSE county.u(e.referral_id, 413) END, v.cum) AS provider,
           generate_series(0, least(15, floor(ln(1 - county.u(e.referral_id, 414)) / ln(0.69697)))::integer) AS j
    FROM r, LATERAL (SELECT county.event(person_id, y, 6, k) AS referral_id) e, county.share t, county.share v, county.day_pick pick
    WHERE t.kind = 'tfc' AND v.kind = 'provider' AND pick.kind = 'O' AND pick.y = r.y AND pick.slot = floor(county.u(e.referral_id, 410) * 2000)::integer),
g AS (
    SELECT f.*, referral_id * 16 + j AS id,
           from_day + ((first_offset + CASE WHEN j = 0 THEN 0 ELSE j * (35 + floor(county.u(referral_id, 415) * 60)::integer) END) % (to_day - from_day + 1)) AS raw_day
    FROM f),
h AS (
    SELECT g.*, CASE WHEN j = 0 AND raw_day <> y_from + first_offset OR j > 0 OR extract(isodow FROM raw_day) > 5
                THEN CASE WHEN extract(isodow FROM raw_day) > 5 AND raw_day - 2 >= from_day THEN raw_day - (extract(isodow FROM raw_day)::integer - 5) ELSE raw_day END
                ELSE raw_day END AS day, county.u(id, 420) AS u_status, county.u(id, 421) AS u_mode
    FROM g)
SELECT id AS appointment_id, person_id, y, referral_id, j, day, provider, tfc, sex, extract(year FROM age(day, birth_date))::integer AS age,
       CASE WHEN u_status < 0.06 THEN '6' WHEN u_status < 0.774 THEN '5' WHEN u_status < 0.826 THEN '3' WHEN u_status < 0.836 THEN '7' WHEN u_status < 0.92 THEN '2' ELSE '4' END AS status,
       CASE WHEN u_mode < 0.20 THEN CASE WHEN j = 0 THEN '3' ELSE '4' END ELSE CASE WHEN j = 0 THEN '1' ELSE '2' END END AS first_attendance,
       u_mode > 0.96 AS multi, NULL::text AS procedure_hrg
FROM h;
CREATE UNIQUE INDEX ON county.appointment (appointment_id);
-- One attended face-to-face appointment in four is a procedure (19.3 M of 96.4 M attended in all), HRG dealt as for spells.
CREATE TABLE county.procedure_deal AS
WITH c AS (SELECT appointment_id, CASE WHEN age < 19 THEN 1 WHEN sex = '1' THEN 2 ELSE 3 END AS cell FROM county.appointment
           WHERE status IN ('5', '6') AND first_attendance IN ('1', '2') AND NOT multi AND county.u(appointment_id, 430) < 0.2632),
place AS (SELECT appointment_id, row_number() OVER (ORDER BY cell, county.u(appointment_id, 431), appointment_id) AS rank FROM c),
draw AS (SELECT appointment_id, d.hrgs[b] AS hrg, d.cells[b] AS hcell, count(*) FILTER (WHERE c.cell = 1) OVER () AS children
         FROM c, county.hrg_draw d, LATERAL (SELECT width_bucket(county.u(appointment_id, 432), d.cum) AS b) x WHERE d.setting = 'OP'),
nth AS (SELECT *, count(*) FILTER (WHERE hcell = 'C') OVER () AS child_hrgs, row_number() OVER (PARTITION BY hcell ORDER BY county.u(appointment_id, 433), appointment_id) AS k FROM draw),
dealt AS (SELECT hrg, row_number() OVER (ORDER BY
              CASE hcell WHEN 'C' THEN 1 WHEN 'M' THEN 3 WHEN 'F' THEN 5 WHEN 'X' THEN CASE WHEN k <= children - child_hrgs THEN 2 ELSE 4 END ELSE 4 END,
              county.u(appointment_id, 434), appointment_id) AS rank FROM nth)
SELECT appointment_id, hrg FROM place JOIN dealt USING (rank);
ANALYZE county.appointment;
ANALYZE county.procedure_deal;

-- Emergency attendances: those that led to an admission (method 21), and the rest. Types 63 / 2 / 35 % (monthly returns 2018-19).
CREATE TABLE county.emergency AS
WITH e AS (
    SELECT county.event(person_id, y, 7, 8 + (spell_id % 16)::integer) AS id, person_id, y, start_date AS day, provider, spell_id, '01' AS type
    FROM county.spell WHERE admission_method = '21'
    UNION ALL
    SELECT id, person_id, q.y, greatest(active_from, y_from) + floor((pick.day - y_from)::float8 / 365.5 * (least(active_to, y_from + 364) - greatest(active_from, y_from) + 1))::integer,
           width_bucket(CASE WHEN county.u(id, 500) < 0.65 THEN position ELSE county.u(id, 501) END, v.cum), NULL,
           CASE WHEN county.u(id, 502) < 0.551 THEN '01' WHEN county.u(id, 502) < 0.58 THEN '02' ELSE '03' END
    FROM (SELECT county.event(person_id, r.y, 7, k) AS id, r.person_id, r.y, p.position, p.active_from, p.active_to, s.first_day + 365 * (r.y - 1) AS y_from
          FROM county.risk_year r JOIN county.person p USING (person_id), county.setting s, generate_series(0, r.attendances - 1) AS k WHERE k < 8) q
    JOIN county.day_pick pick ON pick.kind = 'E' AND pick.y = q.y AND pick.slot = floor(county.u(id, 503) * 2000)::integer, county.share v
    WHERE v.kind = 'provider')
SELECT e.id AS attendance_id, e.person_id, e.y, e.day, e.provider, e.spell_id, e.type, d.hrgs[width_bucket(county.u(e.id, 510), d.cum)] AS hrg, p.sex,
       extract(year FROM age(e.day, p.birth_date))::integer AS age
FROM e JOIN county.person p USING (person_id), county.other_draw d, county.setting s
WHERE d.setting = 'VB' AND e.day >= p.birth_date;
ANALYZE county.emergency;
