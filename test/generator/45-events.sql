-- Claims: what each event is worth, line by line, before anything is planted.
-- total = round(units x price x factor, 2); a NULL factor counts as 1.

-- What no hospital could have done, or would be one event: a visit while the patient lies in hospital, two at one provider on one day.
-- Such visits move by whole weeks; the few that find no place go.
CREATE TABLE county.clash AS
SELECT a.appointment_id FROM county.appointment a JOIN county.spell s USING (person_id) WHERE s.kind <> 5 AND a.day >= s.start_date AND (a.day < s.end_date OR a.day = s.start_date)
UNION
SELECT appointment_id FROM (SELECT appointment_id, row_number() OVER (PARTITION BY person_id, day, provider ORDER BY appointment_id) AS n FROM county.appointment) q WHERE n > 1;
CREATE INDEX ON county.appointment (person_id);
UPDATE county.appointment a SET day = m.day
FROM county.clash c JOIN county.appointment o USING (appointment_id) JOIN county.person p USING (person_id), county.setting s,
     LATERAL (SELECT o.day + 7 * w AS day FROM unnest(ARRAY[1, -1, 2, -2, 3, -3, 4, -4, 6, -6, 8, -8]) WITH ORDINALITY AS k (w, n)
              WHERE o.day + 7 * w BETWEEN greatest(p.active_from, s.first_day + 365 * (o.y - 1)) AND least(p.active_to, s.first_day + 365 * o.y - 1)
                AND NOT EXISTS (SELECT FROM county.spell b WHERE b.person_id = o.person_id AND o.day + 7 * w BETWEEN b.start_date AND b.end_date)
                AND NOT EXISTS (SELECT FROM county.appointment b WHERE b.person_id = o.person_id AND b.day = o.day + 7 * w)
              ORDER BY n LIMIT 1) m
WHERE a.appointment_id = c.appointment_id;
DELETE FROM county.appointment a USING county.spell s
WHERE s.person_id = a.person_id AND s.kind <> 5 AND a.day >= s.start_date AND (a.day < s.end_date OR a.day = s.start_date);
DELETE FROM county.appointment a USING county.appointment b
WHERE b.person_id = a.person_id AND b.day = a.day AND b.provider = a.provider AND b.appointment_id < a.appointment_id;
DELETE FROM county.emergency e USING county.spell s WHERE e.spell_id IS NULL AND s.person_id = e.person_id AND s.kind <> 5 AND e.day > s.start_date AND e.day < s.end_date;

-- Events as both the record and the claim see them. The practice is that of the start date; its sub-ICB pays.
CREATE TABLE county.event_fact AS
WITH e AS (
    SELECT 'APC' AS dataset, spell_id AS event_id, person_id, kind, start_date, end_date, provider, hrg, sex, age, los, critical_care_days, rehabilitation_days, overlap_days,
           palliative_days, classification, admission_method, c.tfc, NULL::text AS first_attendance, NULL::text AS status, NULL::text AS type, died,
           NULL::bigint AS referral_id
    FROM county.spell JOIN county.chapter c ON c.letter = left(hrg, 1)
    UNION ALL
    SELECT 'OP', a.appointment_id, person_id, NULL, day, day, provider,
           coalesce(d.hrg, CASE first_attendance WHEN '1' THEN CASE WHEN multi THEN 'WF02B' ELSE 'WF01B' END WHEN '2' THEN CASE WHEN multi THEN 'WF02A' ELSE 'WF01A' END
                           WHEN '3' THEN 'WF01D' ELSE 'WF01C' END),
           sex, age, 0, NULL, NULL, NULL, NULL, NULL, NULL, t.tfc, first_attendance, status, CASE WHEN multi THEN 'M' END, false, a.referral_id
    FROM county.appointment a LEFT JOIN county.procedure_deal d USING (appointment_id)
    JOIN (SELECT tfc, row_number() OVER (ORDER BY tfc) AS n FROM county.treatment_function) t ON t.n = a.tfc
    UNION ALL
    SELECT 'EC', attendance_id, person_id, NULL, day, day, provider, hrg, sex, age, 0, NULL, NULL, NULL, NULL, NULL, NULL, '180', '1', NULL, type, false, NULL
    FROM county.emergency)
SELECT e.*, v.provider_code, v.provider_code || CASE WHEN county.u(e.event_id, 600) < 0.8 THEN '01' ELSE '02' END AS site_code, v.factor, v.coding_depth,
       CASE WHEN county.u(e.event_id, 601) < 0.33 THEN coalesce(p.other_number, p.nhs_number) ELSE p.nhs_number END AS nhs_number,
       CASE WHEN county.u(e.event_id, 602) < 0.004 THEN '03' END AS withheld,
       r.practice_code, r.commissioner,
       'B' || v.provider_code || lpad(e.event_id::text, 12, '0') AS cds_id,
       CASE e.dataset WHEN 'APC' THEN 'S' WHEN 'OP' THEN 'A' ELSE 'E' END || e.event_id::text AS provider_event_id,
       e.end_date AS price_date, county.fy(e.end_date) AS price_year, county.fm(e.end_date) AS month
FROM e
JOIN county.provider v ON v.n = e.provider
JOIN county.person p USING (person_id)
LEFT JOIN (SELECT r.*, pr.practice_code, pr.commissioner FROM county.registration r JOIN county.practice pr ON pr.n = r.practice) r
       ON r.person_id = e.person_id AND r.valid_from <= e.start_date AND (r.valid_to IS NULL OR r.valid_to > e.start_date);
ALTER TABLE county.event_fact ADD PRIMARY KEY (event_id);
-- what a story makes the record say instead; unclaimed, unrecorded: only one of the two exists
ALTER TABLE county.event_fact ADD x jsonb;
ANALYZE county.event_fact;
-- Referred by a general practitioner, another professional, or, where that is agreed, another consultant.
CREATE FUNCTION county.referral_source(event bigint, tfc text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN tfc = '301' AND county.u(event, 927) < 0.4 THEN '05' WHEN county.u(event, 926) < 0.7 THEN '03' ELSE '92' END;
