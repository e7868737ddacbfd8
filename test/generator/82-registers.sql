-- Registrations, prices, contracts, organisations; registers of people.

-- Registrations as intervals; the second number of a person is registered like the first. Half-open: the end is the first day without.
CREATE TABLE county.registrations AS
SELECT row_number() OVER (ORDER BY person_id, r.valid_from, k) AS line_no, n.number::text AS nhs_number, pr.practice_code, to_char(r.valid_from, 'DD/MM/YYYY') AS valid_from,
       to_char(r.valid_to, 'DD/MM/YYYY') AS valid_to, to_char(p.birth_date, 'DD/MM/YYYY') AS birth_date, p.sex, to_char(p.death_date, 'DD/MM/YYYY') AS death_date,
       'E01' || lpad((900000 + p.area)::text, 6, '0') AS lsoa
FROM county.registration r JOIN county.person p USING (person_id) JOIN county.practice pr ON pr.n = r.practice,
     LATERAL (VALUES (1, p.nhs_number), (2, p.other_number)) AS n (k, number)
WHERE n.number IS NOT NULL AND NOT EXISTS (SELECT FROM county.role x WHERE x.person_id = r.person_id AND x.kind = 'absent' AND x.variant = 'unregistered');
INSERT INTO truth.reject SELECT 'registrations.csv', n + k, 'registrations', 'NHS NUMBER', v, 'not an NHS number'
FROM (SELECT count(*) AS n FROM county.registrations) q, unnest(ARRAY['99912345', 'ABC DEF GHIJ', '0000000000', '']) WITH ORDINALITY AS x (v, k);
INSERT INTO county.registrations SELECT line_no, value, (SELECT min(practice_code) FROM county.practice), '01/04/2024', NULL, '01/01/1970', '1', NULL, 'E01900001' FROM truth.reject WHERE feed = 'registrations';

-- Prices, factors, contracts, plan, organisations.
CREATE TABLE county.prices AS
SELECT 'SYNTHETIC county list' AS tariff_name, financial_year, 'Y' AS synthetic, hrg, procedure_price, combined, day_case, elective, elective_trim, non_elective, non_elective_trim, per_day,
       CASE WHEN short_stay THEN 'Yes' ELSE 'No' END AS short_stay, CASE WHEN short_stay THEN short_stay_percent || '%' END AS short_stay_percent, short_stay_price,
       -- one HRG has a price for best practice
       CASE hrg WHEN 'EY21B' THEN round(elective * 1.1) END AS best_practice
FROM county.price_spell;
CREATE TABLE county.prices_attendance AS SELECT 'SYNTHETIC county list' AS tariff_name, financial_year, 'Y' AS synthetic, tfc, hrg, price FROM county.price_attendance;
CREATE TABLE county.prices_other AS SELECT 'SYNTHETIC county list' AS tariff_name, financial_year, 'Y' AS synthetic, kind, hrg, price FROM county.price_other;
CREATE TABLE county.factors AS SELECT provider_code, financial_year, factor FROM county.provider, county.price_year, county.setting WHERE factor IS NOT NULL AND n <> providers + 12;
CREATE TABLE county.contracts AS
SELECT 'C-' || provider_code AS contract, 'Acute services, ' || provider_code || ' (synthetic)' AS title, basis, to_char(first_day, 'DD/MM/YYYY') AS valid_from, to_char(last_day, 'DD/MM/YYYY') AS valid_to,
       'SYNTHETIC county list' AS tariff_name, 'penny' AS rounding, '1.00' AS tolerance
FROM county.provider, county.setting;
CREATE TABLE county.contract_parties AS
SELECT 'C-' || provider_code AS contract, k AS party_order, org, role
FROM county.provider, LATERAL (VALUES (1, '90A', 'coordinating_commissioner'), (2, '90B', 'associate_commissioner'), (3, '90C', 'associate_commissioner'), (4, provider_code, 'provider')) AS p (k, org, role);
CREATE TABLE county.recovery_rates AS
SELECT 'C-' || provider_code AS contract, pod_class, 100 * rate || ' %' AS rate, to_char(first_day, 'DD/MM/YYYY') AS valid_from, to_char(last_day, 'DD/MM/YYYY') AS valid_to
FROM county.provider JOIN county.recovery USING (basis), county.setting;
CREATE TABLE county.plan AS
SELECT 'C-' || provider_code AS contract, commissioner, price_year AS financial_year, month, pod, round(count(*) * f.f, 1) AS activity, round(sum(total) * f.f, 2) AS price
FROM county.line, LATERAL (SELECT (0.9 + 0.2 * county.u(hashtext(pod)::bigint + provider, 930))::numeric AS f) f
WHERE 'C-' || provider_code NOT IN (SELECT contract FROM county.plan_series)
GROUP BY provider_code, commissioner, price_year, month, pod, f.f
-- of some contracts the year's plan of a point of delivery is agreed as one sum
UNION ALL
SELECT contract, '90A', county.fy(s.last_day), 1, pod, 1, planned FROM county.plan_series, county.setting s WHERE planned IS NOT NULL;
CREATE TABLE county.organisations AS
SELECT *
FROM (SELECT 'QZZ' AS code, 'Synthetic county ICB' AS name, 'icb' AS type, NULL AS parent, NULL AS kind, '01/04/2013' AS opened, NULL::text AS closed
      UNION ALL SELECT c, 'Synthetic sub-ICB location ' || c, 'sub_icb', 'QZZ', 'member_of', '01/04/2013', NULL FROM unnest(ARRAY['90A', '90B', '90C']) AS c
      -- merged into 90A before the year; a region for specialised services
      UNION ALL SELECT '90D', 'Synthetic sub-ICB location 90D', 'sub_icb', '90A', 'successor', '01/04/2013', county.day(first_day - 1) FROM county.setting
      UNION ALL SELECT '13Q', 'Synthetic region', 'region', NULL, NULL, '01/04/2013', NULL
      UNION ALL SELECT provider_code, 'Synthetic provider ' || provider_code, CASE WHEN factor IS NULL THEN 'independent' ELSE 'trust' END, NULL, NULL, '01/04/2013', NULL FROM county.provider, county.setting WHERE n <> providers + 12
      -- taken over in the middle of the year
      UNION ALL SELECT o.provider_code, 'Synthetic provider ' || o.provider_code, 'trust', n.provider_code, 'successor', '01/04/2013', county.day(first_day + 182)
                FROM county.setting s JOIN county.provider o ON o.n = s.providers + 12 JOIN county.provider n ON n.n = s.providers + 1
      UNION ALL SELECT provider_code || site, 'Synthetic site ' || provider_code || site, 'site', provider_code, 'site_of', '01/04/2013', NULL FROM county.provider, unnest(ARRAY['01', '02']) AS site
      UNION ALL SELECT practice_code, 'Synthetic practice ' || practice_code, 'practice', commissioner, 'commissioned_by', '01/04/2013', NULL FROM county.practice
      UNION ALL SELECT 'Z1999' || k, 'Synthetic practice Z1999' || k, 'practice', '90A', 'commissioned_by', '01/04/2013', county.day(first_day + CASE k WHEN 8 THEN 150 ELSE 30 END) FROM county.setting, unnest(ARRAY[8, 9]) AS k) o;

-- What risk stratification needs beside the records: registers, areas, objections, and a local list of people left out. Diagnosed some time
-- in the ten years before the county begins; the objections stand, a few have ended.
CREATE TABLE county.registered AS
SELECT DISTINCT p.person_id, p.nhs_number, p.birth_date, p.area, p.decile FROM county.registrations r JOIN county.person p ON p.nhs_number::text = r.nhs_number;
CREATE TABLE county.conditions AS
SELECT r.nhs_number::text AS nhs_number, f.condition, 'register' AS source,
       to_char(greatest(r.birth_date, s.first_day - 1 - floor(county.u(r.person_id * 32 + f.n, 940) * 3650)::integer), 'DD/MM/YYYY') AS recorded_on
FROM county.registered r JOIN county.person_condition c USING (person_id) JOIN county.condition_fact f USING (n), county.setting s;
CREATE TABLE county.areas AS
SELECT DISTINCT 'E01' || lpad((900000 + area)::text, 6, '0') AS lsoa, decile, 2019 AS year FROM county.registered;
CREATE TABLE county.opt_outs AS
SELECT nhs_number::text AS nhs_number, kind, to_char(s.first_day - 1 - floor(county.u(person_id, 942) * 1500)::integer, 'DD/MM/YYYY') AS valid_from,
       CASE WHEN county.u(person_id, 943) < 0.05 THEN to_char(s.last_day - 100, 'DD/MM/YYYY') END AS valid_to
FROM county.registered, county.setting s, LATERAL (VALUES ('type_1', 0.00, 0.02), ('national', 0.02, 0.06)) AS o (kind, lo, hi)
WHERE county.u(person_id, 941) >= lo AND county.u(person_id, 941) < hi;
CREATE TABLE county.exclusions AS
SELECT nhs_number::text AS nhs_number, 'asked to be left out of lists' AS reason, to_char(s.last_day - 200, 'DD/MM/YYYY') AS valid_from
FROM county.registered, county.setting s WHERE county.u(person_id, 944) < 0.002;
