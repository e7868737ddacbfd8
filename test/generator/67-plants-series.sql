-- Series: providers whose months tell something. Three groups of providers of emergency care: A codes more and more, B stays within its
-- limits or gave notice, C has too few months and HRGs that nobody else has. Small providers under an aligned payment come for its settlement.

CREATE TABLE county.series_provider AS
SELECT s.providers + 13 + row_number() OVER (ORDER BY g.grp, i) AS n, g.grp, i, row_number() OVER (PARTITION BY g.grp IN ('over', 'on', 'none') ORDER BY g.grp, i) AS k
FROM county.setting s, (VALUES ('A', 1, 10), ('B', 2, 10), ('C', 1, 10), ('over', 3, 30), ('on', 3, 30), ('none', 3, 30)) AS g (grp, small, large),
     LATERAL generate_series(1, CASE WHEN s.tier = 'S' THEN g.small ELSE g.large END) AS i;
INSERT INTO county.provider
SELECT n, CASE WHEN grp IN ('A', 'B', 'C') THEN 'R' ELSE 'T' || 'A' END || CASE WHEN grp IN ('A', 'B', 'C') THEN lpad(k::text, 2, '0') ELSE chr(64 + 1 + (k::integer - 1) / 10) END
              || CASE WHEN grp IN ('A', 'B', 'C') THEN '' ELSE ((k - 1) % 10)::text END,
       0, round((1.02 + 0.25 * county.u(2000 + n, 12))::numeric, 4), CASE WHEN grp IN ('A', 'B', 'C') THEN 'tariff' ELSE 'api' END, 0.9
FROM county.series_provider;

-- Their people: 21 to a provider, a stay each month; the small ones have four, a day case each.
CREATE TABLE county.series_event AS
SELECT p.n::integer AS provider, p.grp, p.i, slot, m, 14000000000 + p.n::bigint * 1000 + slot * 20 + m AS event_id, p.n * 100 + slot AS person,
       (s.first_day + (m - 1) * interval '1 month')::date + slot % 20 + 2 AS start_date, CASE WHEN p.grp IN ('A', 'B', 'C') THEN 2 ELSE 0 END AS los, p.grp IN ('A', 'B', 'C') AS emergency
FROM county.setting s, county.series_provider p, generate_series(1, 21) AS slot, generate_series(1, 12) AS m
WHERE CASE WHEN p.grp IN ('A', 'B', 'C') THEN NOT (p.grp = 'C' AND m = 12) ELSE slot <= 4 AND m = 5 END;
-- HRG roots in turn; A has the most complicated split six times in ten, B every fourth time. C: a root of its own.
CREATE FUNCTION county.series_hrg(grp text, i integer, slot integer, m integer) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN grp = 'C' THEN (string_to_array('AA10 AA11 AA14 AA16 AA27 BZ03 BZ04 BZ05 BZ11 BZ12 BZ13 BZ17 BZ18 BZ19 BZ20 BZ22 BZ30 BZ35 BZ60 BZ61 BZ62 BZ63 BZ64 BZ91 BZ92 BZ93 BZ94 CA02 CA67 DZ03', ' '))[(i - 1) * 3 + 1 + slot % 3]
                                || CASE WHEN (slot + m) % 2 = 0 THEN 'A' ELSE 'B' END
            WHEN grp IN ('A', 'B') THEN (ARRAY['EB03', 'EB07', 'EB10'])[1 + slot % 3] || CASE WHEN (slot / 3 + m) % 20 < CASE grp WHEN 'A' THEN 12 ELSE 5 END THEN 'A' WHEN (slot + m) % 2 = 0 THEN 'C' ELSE 'D' END
            ELSE 'AB16Z' END;
-- Diagnoses: heart failure with two old companions, and in two or three of 21 stays a month sepsis, pneumonia, kidney injury. In the last three
-- months A has seven of each, of the B providers every second as well (with notice in time), the others three.
CREATE FUNCTION county.series_count(grp text, i integer, m integer) RETURNS integer LANGUAGE sql IMMUTABLE
RETURN CASE WHEN m >= 10 AND (grp = 'A' OR grp = 'B' AND i % 2 = 0) THEN 7 WHEN m >= 10 THEN 3 ELSE 2 + m % 2 END;
CREATE FUNCTION county.series_diagnoses(grp text, i integer, slot integer, m integer) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN grp NOT IN ('A', 'B', 'C') THEN 'J342'
            ELSE 'I500 I10X E119' || CASE WHEN slot <= county.series_count(grp, i, m) THEN ' A419' ELSE '' END
                                  || CASE WHEN slot BETWEEN 8 AND 7 + county.series_count(grp, i, m) THEN ' J189' ELSE '' END
                                  || CASE WHEN slot BETWEEN 15 AND 14 + county.series_count(grp, i, m) THEN ' N179' ELSE '' END END;

INSERT INTO county.person
SELECT 2 * s.people + e.person, n.number, NULL, CASE WHEN county.u(e.person, 860) < 0.5 THEN '1' ELSE '2' END, county.u(e.person, 860) >= 0.5,
       s.first_day - 18000 - floor(county.u(e.person, 861) * 9000)::integer, 1 + (e.person % 3)::integer, 5, 0, 0, false, NULL, s.first_day, s.last_day, 60
FROM (SELECT DISTINCT person FROM county.series_event) e JOIN (SELECT person, row_number() OVER (ORDER BY person) AS k FROM (SELECT DISTINCT person FROM county.series_event) d) k USING (person)
CROSS JOIN county.setting s JOIN county.nhs_number n ON n.n = floor(s.people * 1.13) + 1900 + k.k;
INSERT INTO county.registration
SELECT 2 * s.people + e.person, pr.n, s.first_day - 5000, NULL
FROM county.setting s, (SELECT DISTINCT person FROM county.series_event) e, LATERAL (SELECT n FROM county.practice ORDER BY county.u(e.person * 100 + n, 862) LIMIT 1) pr;
INSERT INTO county.event_fact
SELECT 'APC', e.event_id, p.person_id, CASE WHEN e.emergency THEN 0 ELSE 1 END, e.start_date, e.start_date + e.los, e.provider, h.hrg, p.sex, extract(year FROM age(e.start_date, p.birth_date))::integer,
       e.los, 0, 0, 0, 0, CASE WHEN e.emergency THEN '1' ELSE '2' END, CASE WHEN e.emergency THEN '22' ELSE '11' END, c.tfc, NULL, NULL, NULL, false, NULL, v.provider_code, v.provider_code || '01', v.factor, 0.9,
       p.nhs_number, NULL, pr.practice_code, pr.commissioner, 'B' || v.provider_code || lpad(e.event_id::text, 12, '0'), 'S' || e.event_id, e.start_date + e.los, county.fy(e.start_date + e.los),
       county.fm(e.start_date + e.los), county.j('diagnoses', county.series_diagnoses(e.grp, e.i, e.slot, e.m))
FROM county.series_event e CROSS JOIN county.setting s JOIN county.person p ON p.person_id = 2 * s.people + e.person
JOIN county.registration r ON r.person_id = p.person_id JOIN county.practice pr ON pr.n = r.practice JOIN county.provider v ON v.n = e.provider
CROSS JOIN LATERAL (SELECT county.series_hrg(e.grp, e.i, e.slot, e.m) AS hrg) h JOIN county.chapter c ON c.letter = left(h.hrg, 1);
ANALYZE county.event_fact;
ANALYZE county.person;
