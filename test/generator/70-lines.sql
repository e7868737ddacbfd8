-- Parts of a claim, line by line, before anything is planted. part: 1 base, 2 excess days, 3 critical care or imaging.
CREATE TABLE county.line AS
WITH spell AS (
    SELECT e.*, greatest(0, los - critical_care_days - rehabilitation_days + overlap_days - palliative_days) AS qualifying, pr.*,
           CASE WHEN kind = 1 THEN 'DC' WHEN kind = 2 THEN 'EL' WHEN kind = 0 THEN 'NEL' WHEN kind = 5 THEN 'RADAY' ELSE 'NELNE' END AS base_pod,
           CASE WHEN kind = 2 THEN elective_trim ELSE non_elective_trim END AS trim
    FROM county.event_fact e
    LEFT JOIN (SELECT financial_year, hrg AS price_hrg, combined, day_case, elective, elective_trim, non_elective, non_elective_trim, per_day, short_stay, short_stay_price FROM county.price_spell) pr
      ON pr.financial_year = e.price_year AND pr.price_hrg = e.hrg
    JOIN county.setting s ON e.end_date BETWEEN s.first_day AND s.last_day OR e.x IS NOT NULL
    WHERE e.dataset = 'APC'),
part AS (
    SELECT event_id, 1 AS part, base_pod AS pod, hrg, 1::numeric AS units,
           CASE base_pod WHEN 'DC' THEN coalesce(combined, day_case) WHEN 'EL' THEN coalesce(combined, elective) WHEN 'RADAY' THEN 214
                WHEN 'NEL' THEN CASE WHEN short_stay AND age >= 19 AND qualifying <= 1 THEN short_stay_price ELSE non_elective END ELSE non_elective END AS unit_price,
           base_pod <> 'RADAY' AS national, qualifying, trim,
           CASE WHEN base_pod = 'NEL' AND short_stay AND age >= 19 AND qualifying <= 1 THEN non_elective END AS full_price
    FROM spell
    UNION ALL
    SELECT event_id, 2, base_pod || 'XBD', hrg, qualifying - trim, per_day, true, qualifying, trim, NULL FROM spell WHERE qualifying > trim AND base_pod <> 'RADAY'
    UNION ALL
    SELECT event_id, 3, 'UNBACC', d.hrgs[width_bucket(county.u(event_id, 610), d.cum)], critical_care_days, NULL, true, NULL, NULL, NULL
    FROM spell, county.other_draw d WHERE d.setting = 'XC' AND critical_care_days > 0
    UNION ALL
    SELECT event_id, 1, CASE WHEN left(hrg, 2) <> 'WF' THEN 'OPPROC' ELSE CASE hrg WHEN 'WF01B' THEN 'OPFASPCL' WHEN 'WF01A' THEN 'OPFUPSPCL' WHEN 'WF02B' THEN 'OPFAMPCL'
                         WHEN 'WF02A' THEN 'OPFUPMPCL' WHEN 'WF01D' THEN 'NF2FFA' ELSE 'NF2FFUP' END END,
           hrg, 1, CASE WHEN tfc = '650' AND left(hrg, 2) = 'WF' THEN CASE WHEN first_attendance IN ('1', '3') THEN 74 ELSE 48 END END,
           NOT (tfc = '650' AND left(hrg, 2) = 'WF'), NULL, NULL, NULL
    FROM county.event_fact, county.setting WHERE dataset = 'OP' AND status IN ('5', '6') AND (end_date BETWEEN first_day AND last_day OR x IS NOT NULL)
    UNION ALL
    SELECT event_id, 3, 'UNBRAD', d.hrgs[width_bucket(county.u(event_id, 611), d.cum)], 1, NULL, true, NULL, NULL, NULL
    FROM county.event_fact, county.setting, county.other_draw d
    WHERE d.setting = 'RD' AND dataset = 'OP' AND status IN ('5', '6') AND left(hrg, 2) = 'WF' AND county.u(event_id, 612) < 0.115 AND x IS NULL AND end_date BETWEEN first_day AND last_day
    UNION ALL
    SELECT event_id, 1, 'AE', hrg, 1, NULL, true, NULL, NULL, NULL FROM county.event_fact, county.setting WHERE dataset = 'EC' AND end_date BETWEEN first_day AND last_day
    UNION ALL
    SELECT event_id, 1, w ->> 'pod', hrg, (w ->> 'units')::numeric, (w ->> 'price')::numeric, w ->> 'national' = 'Y', NULL, NULL, NULL FROM county.scene WHERE dataset = 'CL')
SELECT e.event_id * 4 + q.part AS line_id, e.event_id, q.part, e.dataset, e.person_id, e.provider, e.provider_code, e.site_code, e.commissioner, e.practice_code,
       e.nhs_number::text AS nhs_number, e.withheld, e.age, e.sex, e.tfc, q.pod, q.hrg, q.national, e.start_date, e.end_date, q.qualifying, q.trim, q.full_price,
       e.cds_id, e.provider_event_id, q.units, x.unit_price, f.factor, e.factor IS NOT NULL AS factor_published,
       county.amount(q.units, x.unit_price, f.factor) AS total, e.price_year, e.month
FROM part q
JOIN county.event_fact e USING (event_id)
LEFT JOIN county.price_attendance a ON a.financial_year = e.price_year AND a.tfc = e.tfc AND a.hrg = q.hrg
LEFT JOIN county.price_other o ON o.financial_year = e.price_year AND o.hrg = q.hrg AND q.pod IN ('AE', 'UNBACC', 'UNBRAD')
LEFT JOIN county.scene sc ON sc.event_id = q.event_id AND sc.w ? 'factor'
LEFT JOIN county.price_spell op ON op.financial_year = e.price_year AND op.hrg = q.hrg AND q.pod = 'OPPROC'
CROSS JOIN LATERAL (SELECT coalesce(q.unit_price, a.price, o.price, op.procedure_price, CASE WHEN e.x IS NOT NULL THEN 3000 END)::numeric AS unit_price) x
-- the independent provider bills a factor of its own making: none is published for it
CROSS JOIN LATERAL (SELECT CASE WHEN q.national OR sc.event_id IS NOT NULL THEN coalesce(e.factor, 1.0421) END AS factor) f
-- who is registered nowhere in the county on the day is nobody's charge here
WHERE e.commissioner IS NOT NULL;
ALTER TABLE county.line ADD PRIMARY KEY (line_id);
-- what a story makes the claim say instead
ALTER TABLE county.line ADD x jsonb;
ANALYZE county.line;

-- Drugs and devices of the population: a dose at most follow-ups in rheumatology, a pacemaker where one was implanted. Bought at the list's price.
INSERT INTO county.line
SELECT l.event_id * 4 + 2, l.event_id, 2, 'CL', l.person_id, l.provider, l.provider_code, l.site_code, l.commissioner, l.practice_code, l.nhs_number, l.withheld, l.age, l.sex, l.tfc,
       'DRUG', '9000006', false, l.start_date, l.end_date, NULL, NULL, NULL, l.cds_id, l.provider_event_id, 1 + floor(county.u(l.event_id, 621) * 3)::integer, 118, NULL, l.factor_published,
       county.amount(1 + floor(county.u(l.event_id, 621) * 3)::integer, 118, NULL), l.price_year, l.month
FROM county.line l WHERE l.tfc = '410' AND l.pod = 'OPFUPSPCL' AND l.withheld IS NULL AND l.event_id < 4000000000 AND county.u(l.event_id, 620) < 0.6;
INSERT INTO county.line
SELECT l.event_id * 4 + 3, l.event_id, 3, 'CL', l.person_id, l.provider, l.provider_code, l.site_code, l.commissioner, l.practice_code, l.nhs_number, l.withheld, l.age, l.sex, l.tfc,
       'DEVICE', '9100001', false, l.start_date, l.start_date, NULL, NULL, NULL, l.cds_id, l.provider_event_id, 1, 2400, NULL, l.factor_published, 2400, county.fy(l.start_date), county.fm(l.start_date)
FROM county.line l, county.setting s WHERE l.pod = 'EL' AND l.start_date >= s.first_day AND left(l.hrg, 1) = 'E' AND l.withheld IS NULL AND l.event_id < 4000000000 AND floor(county.u(l.event_id, 922) * 2) = 1
  AND NOT EXISTS (SELECT FROM county.line o WHERE o.line_id = l.event_id * 4 + 3);
-- Maternity pathways: booked 150 days before a delivery, and care after it. Local prices; nothing of them is in a hospital record.
INSERT INTO county.line
SELECT e.event_id * 4 + m.part, e.event_id, m.part, 'CL', e.person_id, e.provider, e.provider_code, e.site_code, pr.commissioner, pr.practice_code, e.nhs_number::text, NULL,
       extract(year FROM age(m.day, p.birth_date))::integer, e.sex, '501', m.pod, NULL, false, m.day, m.day, NULL, NULL, NULL, NULL, 'P' || e.event_id || m.part, 1, m.price, NULL, e.factor IS NOT NULL,
       m.price, county.fy(m.day), county.fm(m.day)
FROM county.event_fact e JOIN county.person p USING (person_id) CROSS JOIN county.setting s
CROSS JOIN LATERAL (VALUES (0, e.start_date - 150, 'MATPATHAN', 1180), (3, e.end_date + 10, 'MATPATHPN', 260)) AS m (part, day, pod, price)
JOIN county.registration r ON r.person_id = e.person_id AND r.valid_from <= m.day AND (r.valid_to IS NULL OR r.valid_to > m.day)
JOIN county.practice pr ON pr.n = r.practice
WHERE e.kind = 3 AND e.hrg ~ '^NZ[345]' AND e.x IS NULL AND e.withheld IS NULL AND m.day BETWEEN s.first_day AND s.last_day AND (p.death_date IS NULL OR p.death_date > m.day);
ANALYZE county.line;
