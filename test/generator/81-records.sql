-- Hospital records. What a story makes the record say wins; else the record is complete and in order.

CREATE TABLE county.sus_apc AS
SELECT row_number() OVER (ORDER BY e.event_id) AS line_no, e.provider_event_id, e.cds_id, e.provider_code, e.site_code, county.told(x, 'commissioner', e.commissioner) AS commissioner,
       county.told(x, 'practice', e.practice_code) AS practice_code, CASE WHEN e.withheld IS NULL THEN e.nhs_number::text END AS nhs_number, e.withheld,
       county.told(x, 'age', e.age::text) AS age, county.told(x, 'sex', e.sex) AS sex, to_char(e.start_date, 'DD/MM/YYYY') AS start_date, o.end_date, e.classification, e.admission_method,
       county.told(x, 'admitted_from', '19') AS source, county.told(x, 'category', '01') AS category,
       CASE WHEN e.end_date <= s.last_day THEN CASE WHEN e.died THEN '4' ELSE '1' END END AS discharge_method,
       county.told(x, 'destination', CASE WHEN e.end_date <= s.last_day THEN CASE WHEN e.died THEN '79' ELSE '19' END END) AS destination,
       county.told(x, 'ready', CASE WHEN e.end_date <= s.last_day THEN o.end_date END) AS ready,
       county.told(x, 'tfc', e.tfc) AS tfc, e.tfc AS specialty, county.told(x, 'hrg', e.hrg) AS hrg, e.critical_care_days::text AS critical_care_days, e.rehabilitation_days::text AS rehabilitation_days,
       e.palliative_days::text AS palliative_days, e.overlap_days::text AS overlap_days,
       county.told(x, 'diagnoses', c.icd[1 + floor(county.u(e.event_id, 920) * 4)::integer] || coalesce(' ' || d.codes, '')) AS diagnoses,
       -- day cases are done under an anaesthetic
       county.told(x, 'procedures', CASE WHEN e.kind IN (1, 2, 3) OR county.u(e.event_id, 921) < 0.15 THEN c.opcs[1 + floor(county.u(e.event_id, 922) * 2)::integer] || CASE WHEN e.kind = 1 THEN ' Y801' ELSE '' END END) AS procedures,
       county.told(x, 'lsoa', 'E01' || lpad((900000 + p.area)::text, 6, '0')) AS lsoa, county.told(x, 'country', 'E') AS country, county.told(x, 'overseas', 'A') AS overseas,
       county.told(x, 'cam', e.commissioner) AS cam, x ->> 'service' AS service, x ->> 'programme' AS programme, x ->> 'ebi' AS ebi, county.told(x, 'best', 'N') AS best,
       county.told(x, 'intended', CASE WHEN e.kind = 1 THEN '2' WHEN e.kind = 5 THEN '3' ELSE '1' END) AS intended,
       county.told(x, 'decided', CASE WHEN e.kind IN (1, 2) THEN to_char(e.start_date - 20 - floor(county.u(e.event_id, 925) * 60)::integer, 'DD/MM/YYYY') END) AS decided,
       county.told(x, 'ward', CASE WHEN e.kind = 0 AND e.los = 0 THEN 'AMU1' ELSE 'W' || 1 + e.event_id % 20 END) AS ward, x ->> 'top_up' AS top_up_code
FROM county.event_fact e CROSS JOIN county.setting s JOIN county.person p USING (person_id)
CROSS JOIN LATERAL (SELECT county.told(x, 'end_date', CASE WHEN e.end_date <= s.last_day THEN to_char(e.end_date, 'DD/MM/YYYY') END) AS end_date) o
-- an HRG that says nothing has diagnoses of some chapter all the same
LEFT JOIN county.chapter c ON c.letter = CASE WHEN e.hrg IS NULL OR left(e.hrg, 1) = 'U' THEN 'W' ELSE left(e.hrg, 1) END
LEFT JOIN LATERAL (SELECT string_agg(f.icd10, ' ' ORDER BY county.u(e.event_id * 32 + f.n, 923)) AS codes FROM county.person_condition pc JOIN county.condition_fact f USING (n)
                   WHERE pc.person_id = e.person_id AND county.u(e.event_id * 32 + f.n, 924) < e.coding_depth) d ON true
WHERE e.dataset = 'APC' AND e.commissioner IS NOT NULL AND NOT coalesce(x ? 'unrecorded', false);
INSERT INTO truth.reject SELECT 'sus_apc.csv', n + k, 'sus_apc', 'spell.admission.date', v, 'admission date missing or impossible'
FROM (SELECT count(*) AS n FROM county.sus_apc) q, unnest(ARRAY['31/02/2025', '']) WITH ORDINALITY AS x (v, k);
INSERT INTO county.sus_apc (line_no, provider_event_id, cds_id, provider_code, start_date, hrg)
SELECT line_no, 'SZ' || line_no, 'BZ' || line_no, (SELECT max(provider_code) FROM county.provider, county.setting WHERE n <= providers), value, 'AA22C' FROM truth.reject WHERE feed = 'sus_apc';

CREATE TABLE county.sus_op AS
SELECT row_number() OVER (ORDER BY e.event_id) AS line_no, e.provider_event_id, e.cds_id, e.provider_code, e.site_code, county.told(x, 'commissioner', e.commissioner) AS commissioner,
       county.told(x, 'practice', e.practice_code) AS practice_code, CASE WHEN e.withheld IS NULL THEN e.nhs_number::text END AS nhs_number, e.withheld,
       county.told(x, 'age', e.age::text) AS age, county.told(x, 'sex', e.sex) AS sex, to_char(e.start_date, 'DD/MM/YYYY') AS start_date, county.told(x, 'tfc', e.tfc) AS tfc, county.told(x, 'tfc', e.tfc) AS specialty,
       county.told(x, 'first', e.first_attendance) AS first_attendance, e.status, county.told(x, 'multi', CASE WHEN e.type = 'M' THEN 'M' ELSE 'S' END) AS multi,
       county.told(x, 'medium', CASE WHEN e.first_attendance IN ('1', '2') THEN '01' ELSE '02' END) AS medium, county.told(x, 'category', '01') AS category,
       county.told(x, 'referral', 'R' || e.referral_id) AS referral, e.hrg,
       county.told(x, 'diagnoses', CASE WHEN left(e.hrg, 2) NOT IN ('WF', 'UZ') THEN c.icd[1 + floor(county.u(e.event_id, 920) * 4)::integer] END) AS diagnoses,
       county.told(x, 'procedures', CASE WHEN left(e.hrg, 2) NOT IN ('WF', 'UZ') THEN c.opcs[1 + floor(county.u(e.event_id, 922) * 2)::integer] END) AS procedures,
       county.told(x, 'lsoa', 'E01' || lpad((900000 + p.area)::text, 6, '0')) AS lsoa, county.told(x, 'country', 'E') AS country, county.told(x, 'overseas', 'A') AS overseas,
       county.told(x, 'cam', e.commissioner) AS cam, county.told(x, 'source', county.referral_source(e.event_id, e.tfc)) AS source,
       county.told(x, 'location', 'clinic') AS location, county.told(x, 'clinic', 'C' || e.tfc) AS clinic
FROM county.event_fact e JOIN county.person p USING (person_id) LEFT JOIN county.chapter c ON c.letter = left(e.hrg, 1)
WHERE e.dataset = 'OP' AND e.commissioner IS NOT NULL AND NOT coalesce(x ? 'unrecorded', false);

CREATE TABLE county.sus_ec AS
SELECT row_number() OVER (ORDER BY e.event_id) AS line_no, e.provider_event_id, e.cds_id, e.provider_code, e.site_code, county.told(x, 'commissioner', e.commissioner) AS commissioner,
       county.told(x, 'practice', e.practice_code) AS practice_code, CASE WHEN e.withheld IS NULL THEN e.nhs_number::text END AS nhs_number, e.withheld, e.age::text AS age, e.sex,
       to_char(e.start_date, 'DD/MM/YYYY') AS start_date, to_char(e.end_date, 'DD/MM/YYYY') AS end_date, e.type, '1' AS category, e.hrg,
       county.told(x, 'lsoa', 'E01' || lpad((900000 + p.area)::text, 6, '0')) AS lsoa, county.told(x, 'cam', e.commissioner) AS cam
FROM county.event_fact e JOIN county.person p USING (person_id)
WHERE e.dataset = 'EC' AND e.commissioner IS NOT NULL AND NOT coalesce(x ? 'unrecorded', false);

-- Episodes: one in 78 stays of a hundred, two in 14, three in 8. Critical care periods begin with the stay.
CREATE TABLE county.sus_apc_episode AS
SELECT e.provider_code, e.provider_event_id, k AS number, to_char(e.start_date + (e.end_date - e.start_date) * (k - 1) / n, 'DD/MM/YYYY') AS start_date, to_char(e.start_date + (e.end_date - e.start_date) * k / n, 'DD/MM/YYYY') AS end_date,
       a.tfc, a.diagnoses, CASE k WHEN 1 THEN a.procedures END AS procedures
FROM county.event_fact e JOIN county.sus_apc a USING (provider_event_id, provider_code) CROSS JOIN county.setting s
CROSS JOIN LATERAL (SELECT CASE WHEN e.end_date - e.start_date < 2 OR county.u(e.event_id, 930) < 0.78 THEN 1 WHEN county.u(e.event_id, 930) < 0.92 THEN 2 ELSE 3 END AS n) q
CROSS JOIN LATERAL generate_series(1, n) AS k
WHERE e.dataset = 'APC' AND e.end_date <= s.last_day AND a.end_date IS NOT NULL;
CREATE TABLE county.sus_critical_care AS
SELECT e.provider_code, e.provider_event_id, to_char(e.start_date, 'DD/MM/YYYY') AS start_date, to_char(e.start_date + e.critical_care_days - 1, 'DD/MM/YYYY') AS end_date, l.hrg, e.critical_care_days AS days
FROM county.event_fact e JOIN county.line l ON l.line_id = e.event_id * 4 + 3 AND l.pod = 'UNBACC' WHERE e.critical_care_days > 0;
