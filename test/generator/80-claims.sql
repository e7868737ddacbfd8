-- The claim files. Dates are UK style. A third column of the story wins over what the line says.

-- The flex of month 6 came first: 3 % of its lines were not there yet, 1.5 % had another price, 0.4 % were withdrawn later. The stories'
-- providers sent the month a third time, after the final date: what only stands there was seen too late, what stands in both may have changed.
CREATE TABLE county.plcm AS
WITH sent AS (
    SELECT 'plcm_' || CASE WHEN s.tier = 'S' THEN 'm' || lpad(l.month::text, 2, '0') ELSE replace(l.price_year, '/', '-') END || '_freeze.csv' AS file_name, 0 AS late,
           NOT (l.provider > s.providers AND l.month = 6 AND l.price_year = county.fy(s.last_day)) AS current, l.*
    FROM county.line l, county.setting s WHERE l.pod NOT IN ('DRUG', 'DEVICE') AND county.told(l.x, 'file', '') <> 'refresh'
    UNION ALL
    SELECT 'plcm_m06_refresh.csv', 0, true, l.*
    FROM county.line l, county.setting s WHERE l.pod NOT IN ('DRUG', 'DEVICE') AND l.provider > s.providers AND l.month = 6 AND l.price_year = county.fy(s.last_day)
    UNION ALL
    SELECT 'plcm_m06_flex.csv', 0, false, (l).* FROM (
        SELECT l FROM county.line l, county.setting s
        WHERE l.month = 6 AND l.price_year = county.fy(s.last_day) AND l.provider <= s.providers AND county.u(l.line_id, 900) >= 0.03 AND county.u(l.line_id, 901) >= 0.015) q
    UNION ALL
    SELECT 'plcm_m06_flex.csv', 1, false, line_id, event_id, part, dataset, person_id, provider, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, tfc, pod, hrg, national,
           start_date, end_date, qualifying, trim, full_price, cds_id, provider_event_id, units, unit_price + 25, factor, factor_published, county.amount(units, unit_price + 25, factor), price_year, month, x
    FROM county.line l, county.setting s
    WHERE l.month = 6 AND l.price_year = county.fy(s.last_day) AND l.provider <= s.providers AND county.u(l.line_id, 901) < 0.015 AND l.units IS NOT NULL
    UNION ALL
    SELECT 'plcm_m06_flex.csv', 2, false, line_id, event_id, part, dataset, person_id, provider, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, tfc, pod, hrg, national,
           start_date, end_date, qualifying, trim, full_price, cds_id || 'W', provider_event_id || 'W', units, unit_price, factor, factor_published, total, price_year, month, x
    FROM county.line l, county.setting s
    WHERE l.month = 6 AND l.price_year = county.fy(s.last_day) AND l.provider <= s.providers AND county.u(l.line_id, 902) < 0.004)
SELECT file_name, row_number() OVER (PARTITION BY file_name ORDER BY late, line_id >= 100000000000, provider, event_id, line_id) AS line_no, current, line_id, month::text AS month, price_year AS financial_year,
       CASE WHEN file_name LIKE '%flex%' THEN '2024-11-06T09:00:00' ELSE '2025-05-20T09:00:00' END AS created,
       provider_code, site_code, commissioner, county.told(x, 'practice', practice_code) AS practice_code, CASE WHEN withheld IS NULL THEN nhs_number END AS nhs_number, withheld,
       county.told(x, 'age', age::text) AS age, county.told(x, 'sex', sex) AS sex, county.told(x, 'tfc', tfc) AS tfc, pod,
       NULL::text AS local_pod, county.told(x, 'hrg', hrg) AS hrg, county.told(x, 'national', CASE WHEN national THEN 'Y' ELSE 'N' END) AS national,
       to_char(start_date, 'DD/MM/YYYY') AS start_date, to_char(end_date, 'DD/MM/YYYY') AS end_date,
       CASE WHEN dataset = 'APC' THEN qualifying::text END AS length_of_stay, county.told(x, 'cds_id', cds_id) AS cds_id,
       CASE WHEN dataset <> 'APC' THEN county.told(x, 'event', provider_event_id) END AS attendance_id,
       CASE WHEN dataset = 'APC' THEN county.told(x, 'event', provider_event_id) END AS spell_id, units::text AS units,
       CASE WHEN NOT current AND x ? 'frozen_price' THEN x ->> 'frozen_price' ELSE unit_price::text END AS unit_price, factor::text AS factor,
       CASE WHEN NOT current AND x ? 'frozen_price' THEN county.amount(units, (x ->> 'frozen_price')::numeric, factor) ELSE total END::text AS total,
       x ->> 'ward' AS ward, x ->> 'service' AS service, x ->> 'top_up_code' AS top_up_code, x ->> 'top_up' AS top_up, x ->> 'best' AS best, x ->> 'local_code' AS local_code
FROM sent;
-- High-cost drugs and devices have files of their own.
CREATE TABLE county.drplcm AS
SELECT 'drplcm_2024-25_freeze.csv' AS file_name, row_number() OVER (ORDER BY line_id) AS line_no, line_id, month, price_year AS financial_year, provider_code, site_code, commissioner, practice_code, nhs_number, age, sex, tfc,
       pod, county.told(x, 'hrg', hrg) AS code, 'SYNTHETIC drug ' || hrg AS name, county.told(x, 'indication', 'OTH') AS indication, county.told(x, 'route', 'outpatient') AS route, county.told(x, 'vat', 'N') AS vat,
       to_char(start_date, 'DD/MM/YYYY') AS day, provider_event_id, units, unit_price, total
FROM county.line WHERE pod = 'DRUG';
CREATE TABLE county.deplcm AS
SELECT 'deplcm_2024-25_freeze.csv' AS file_name, row_number() OVER (ORDER BY line_id) AS line_no, line_id, month, price_year AS financial_year, provider_code, site_code, commissioner, practice_code, nhs_number, age, sex, tfc,
       pod, county.told(x, 'hrg', hrg) AS code, 'SYNTHETIC device ' || hrg AS name, 'SN' || line_id AS serial, units, unit_price, total,
       to_char(start_date, 'DD/MM/YYYY') AS day, provider_event_id, cds_id
FROM county.line WHERE pod = 'DEVICE';

UPDATE truth.planted t SET file_name = p.file_name, line_no = p.line_no
FROM (SELECT file_name, line_no, line_id FROM county.plcm WHERE current UNION ALL SELECT file_name, line_no, line_id FROM county.drplcm UNION ALL SELECT file_name, line_no, line_id FROM county.deplcm) p
WHERE p.line_id = t.line_id;
UPDATE truth.planted t SET seq = q.seq FROM (
    SELECT line_id, row_number() OVER (PARTITION BY file_name, provider_code, cds_id, coalesce(spell_id, attendance_id), pod, hrg ORDER BY line_no) AS seq
    FROM county.plcm WHERE current AND line_id % 100000000000 IN (SELECT line_id % 100000000000 FROM truth.planted)) q
WHERE q.line_id = t.line_id;
UPDATE truth.planted SET seq = 1 WHERE seq IS NULL AND pod IN ('DRUG', 'DEVICE');

-- Rows that no loader can take: appended to their files, listed in truth.reject with what is wrong.
CREATE TABLE truth.reject (file_name text, line_no bigint, feed text, field text, value text, why text);
CREATE TABLE county.spoilt AS
SELECT p.*, (ARRAY['TOTAL COST', 'TOTAL COST', 'FINANCIAL MONTH', 'ORGANISATION IDENTIFIER (CODE OF PROVIDER)', 'FINANCIAL YEAR', 'TOTAL COST'])[k] AS field,
       (ARRAY['TBC', '', '13', '', '215551', 'see email'])[k] AS value, max_line + row_number() OVER (PARTITION BY file_name ORDER BY k) AS new_line
FROM (SELECT *, row_number() OVER (ORDER BY county.u(line_id, 910), line_id) AS k, (SELECT max(m.line_no) FROM county.plcm m WHERE m.file_name = plcm.file_name) AS max_line FROM county.plcm WHERE current AND line_id < 40000000000) p
WHERE k <= 6;
INSERT INTO county.plcm
SELECT file_name, new_line, true, NULL, CASE k WHEN 3 THEN value ELSE month END, CASE k WHEN 5 THEN value ELSE financial_year END, created, CASE k WHEN 4 THEN value ELSE provider_code END, site_code, commissioner,
       practice_code, nhs_number, withheld, age, sex, tfc, pod, local_pod, hrg, national, start_date, end_date, length_of_stay, cds_id || 'Z', attendance_id || 'Z', spell_id || 'Z', units, unit_price, factor,
       CASE WHEN k IN (1, 2, 6) THEN value ELSE total END, ward, service, top_up_code, top_up, best, local_code
FROM county.spoilt;
INSERT INTO truth.reject SELECT file_name, new_line, 'plcm', field, value, 'required value missing or unreadable' FROM county.spoilt;
