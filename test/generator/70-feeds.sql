-- The feeds, as files and lines. Dates are UK style; the headers are in county.feed_header (some are longer than a column name may be).

-- The flex of month 6 came first: 3 % of its lines were not there yet, 1.5 % had another price, 0.4 % were withdrawn later.
CREATE TABLE county.plcm AS
WITH sent AS (
    SELECT 'plcm_' || CASE WHEN s.tier = 'S' THEN 'm' || lpad(l.month::text, 2, '0') ELSE replace(l.price_year, '/', '-') END || '_freeze.csv' AS file_name, 0 AS late, l.*
    FROM county.line l, county.setting s
    UNION ALL
    SELECT 'plcm_m06_flex.csv', 0, (l).* FROM (
        SELECT l FROM county.line l, county.setting s
        WHERE l.month = 6 AND l.price_year = county.fy(s.last_day) AND county.u(l.line_id, 900) >= 0.03 AND county.u(l.line_id, 901) >= 0.015) q
    UNION ALL
    SELECT 'plcm_m06_flex.csv', 1, line_id, event_id, part, dataset, person_id, provider, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, tfc, pod, hrg, national,
           start_date, end_date, qualifying, trim, full_price, cds_id, provider_event_id, units, unit_price + 25, factor, factor_published, county.amount(units, unit_price + 25, factor), price_year, month
    FROM county.line l, county.setting s
    WHERE l.month = 6 AND l.price_year = county.fy(s.last_day) AND county.u(l.line_id, 901) < 0.015 AND l.units IS NOT NULL
    UNION ALL
    SELECT 'plcm_m06_flex.csv', 2, line_id, event_id, part, dataset, person_id, provider, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, tfc, pod, hrg, national,
           start_date, end_date, qualifying, trim, full_price, cds_id || 'W', provider_event_id || 'W', units, unit_price, factor, factor_published, total, price_year, month
    FROM county.line l, county.setting s
    WHERE l.month = 6 AND l.price_year = county.fy(s.last_day) AND county.u(l.line_id, 902) < 0.004)
SELECT file_name, row_number() OVER (PARTITION BY file_name ORDER BY late, line_id >= 100000000000, provider, event_id, line_id) AS line_no, line_id, month::text AS month, price_year AS financial_year,
       CASE WHEN file_name LIKE '%flex%' THEN '2024-11-06T09:00:00' ELSE '2025-05-20T09:00:00' END AS created,
       provider_code, site_code, commissioner, practice_code, CASE WHEN withheld IS NULL THEN nhs_number END AS nhs_number, withheld, age::text AS age, sex, tfc, pod,
       NULL::text AS local_pod, hrg, CASE WHEN national THEN 'Y' ELSE 'N' END AS national, to_char(start_date, 'DD/MM/YYYY') AS start_date, to_char(end_date, 'DD/MM/YYYY') AS end_date,
       CASE WHEN dataset = 'APC' THEN qualifying::text END AS length_of_stay, cds_id, CASE WHEN dataset <> 'APC' THEN provider_event_id END AS attendance_id,
       CASE WHEN dataset = 'APC' THEN provider_event_id END AS spell_id, units::text AS units, unit_price::text AS unit_price, factor::text AS factor, total::text AS total
FROM sent;

UPDATE truth.planted t SET file_name = p.file_name, line_no = p.line_no FROM county.plcm p WHERE p.line_id = t.line_id AND p.file_name NOT LIKE '%flex%';
UPDATE truth.planted t SET seq = q.seq FROM (
    SELECT line_id, row_number() OVER (PARTITION BY file_name, provider_code, cds_id, coalesce(spell_id, attendance_id), pod, hrg ORDER BY line_no) AS seq
    FROM county.plcm WHERE file_name NOT LIKE '%flex%' AND line_id % 100000000000 IN (SELECT line_id % 100000000000 FROM truth.planted)) q
WHERE q.line_id = t.line_id;

-- Rows that no loader can take: appended to their files, listed in truth.reject with what is wrong.
CREATE TABLE truth.reject (file_name text, line_no bigint, feed text, field text, value text, why text);
CREATE TABLE county.spoilt AS
SELECT p.*, (ARRAY['TOTAL COST', 'TOTAL COST', 'FINANCIAL MONTH', 'ORGANISATION IDENTIFIER (CODE OF PROVIDER)', 'FINANCIAL YEAR', 'TOTAL COST'])[k] AS field,
       (ARRAY['TBC', '', '13', '', '215551', 'see email'])[k] AS value, max_line + row_number() OVER (PARTITION BY file_name ORDER BY k) AS new_line
FROM (SELECT *, row_number() OVER (ORDER BY county.u(line_id, 910), line_id) AS k, max(line_no) OVER (PARTITION BY file_name) AS max_line FROM county.plcm WHERE file_name NOT LIKE '%flex%') p
WHERE k <= 6;
INSERT INTO county.plcm
SELECT file_name, new_line, NULL, CASE k WHEN 3 THEN value ELSE month END, CASE k WHEN 5 THEN value ELSE financial_year END, created, CASE k WHEN 4 THEN value ELSE provider_code END, site_code, commissioner,
       practice_code, nhs_number, withheld, age, sex, tfc, pod, local_pod, hrg, national, start_date, end_date, length_of_stay, cds_id || 'Z', attendance_id || 'Z', spell_id || 'Z', units, unit_price, factor,
       CASE WHEN k IN (1, 2, 6) THEN value ELSE total END
FROM county.spoilt;
INSERT INTO truth.reject SELECT file_name, new_line, 'plcm', field, value, 'required value missing or unreadable' FROM county.spoilt;

-- Hospital records.
CREATE TABLE county.sus_apc AS
SELECT row_number() OVER (ORDER BY e.event_id) AS line_no, e.provider_event_id, e.cds_id, e.provider_code, e.site_code, e.commissioner, e.practice_code,
       CASE WHEN e.withheld IS NULL THEN e.nhs_number::text END AS nhs_number, e.withheld, e.age::text AS age, e.sex, to_char(e.start_date, 'DD/MM/YYYY') AS start_date,
       CASE WHEN e.end_date <= s.last_day THEN to_char(e.end_date, 'DD/MM/YYYY') END AS end_date, e.classification, e.admission_method, '19' AS source, '01' AS category,
       CASE WHEN e.end_date <= s.last_day THEN CASE WHEN e.died THEN '4' ELSE '1' END END AS discharge_method, CASE WHEN e.end_date <= s.last_day THEN CASE WHEN e.died THEN '79' ELSE '19' END END AS destination,
       e.tfc, e.tfc AS specialty, e.hrg, e.critical_care_days::text AS critical_care_days, e.rehabilitation_days::text AS rehabilitation_days, e.palliative_days::text AS palliative_days,
       e.overlap_days::text AS overlap_days,
       c.icd[1 + floor(county.u(e.event_id, 920) * 4)::integer] || coalesce(' ' || d.codes, '') AS diagnoses,
       CASE WHEN e.kind IN (1, 2, 3) OR county.u(e.event_id, 921) < 0.15 THEN c.opcs[1 + floor(county.u(e.event_id, 922) * 2)::integer] END AS procedures
FROM county.event_fact e CROSS JOIN county.setting s
LEFT JOIN county.chapter c ON c.letter = left(e.hrg, 1)
LEFT JOIN LATERAL (SELECT string_agg(f.icd10, ' ' ORDER BY county.u(e.event_id * 32 + f.n, 923)) AS codes FROM county.person_condition pc JOIN county.condition_fact f USING (n)
                   WHERE pc.person_id = e.person_id AND county.u(e.event_id * 32 + f.n, 924) < e.coding_depth) d ON true
WHERE e.dataset = 'APC' AND e.commissioner IS NOT NULL;
INSERT INTO truth.reject SELECT 'sus_apc.csv', n + k, 'sus_apc', 'spell.admission.date', v, 'admission date missing or impossible'
FROM (SELECT count(*) AS n FROM county.sus_apc) q, unnest(ARRAY['31/02/2025', '']) WITH ORDINALITY AS x (v, k);
INSERT INTO county.sus_apc (line_no, provider_event_id, cds_id, provider_code, start_date, hrg)
SELECT line_no, 'SZ' || line_no, 'BZ' || line_no, (SELECT max(provider_code) FROM county.provider), value, 'AA22C' FROM truth.reject WHERE feed = 'sus_apc';

CREATE TABLE county.sus_op AS
SELECT row_number() OVER (ORDER BY e.event_id) AS line_no, e.provider_event_id, e.cds_id, e.provider_code, e.site_code, e.commissioner, e.practice_code,
       CASE WHEN e.withheld IS NULL THEN e.nhs_number::text END AS nhs_number, e.withheld, e.age::text AS age, e.sex, to_char(e.start_date, 'DD/MM/YYYY') AS start_date, e.tfc, e.tfc AS specialty,
       e.first_attendance, e.status, CASE WHEN e.type = 'M' THEN '1' ELSE '2' END AS multi, CASE WHEN e.first_attendance IN ('1', '2') THEN '01' ELSE '02' END AS medium, '01' AS category,
       'R' || e.referral_id AS referral, e.hrg, CASE WHEN left(e.hrg, 2) NOT IN ('WF', 'UZ') THEN c.icd[1 + floor(county.u(e.event_id, 920) * 4)::integer] END AS diagnoses,
       CASE WHEN left(e.hrg, 2) NOT IN ('WF', 'UZ') THEN c.opcs[1 + floor(county.u(e.event_id, 922) * 2)::integer] END AS procedures
FROM county.event_fact e LEFT JOIN county.chapter c ON c.letter = left(e.hrg, 1)
WHERE e.dataset = 'OP' AND e.commissioner IS NOT NULL;

CREATE TABLE county.sus_ec AS
SELECT row_number() OVER (ORDER BY e.event_id) AS line_no, e.provider_event_id, e.cds_id, e.provider_code, e.site_code, e.commissioner, e.practice_code,
       CASE WHEN e.withheld IS NULL THEN e.nhs_number::text END AS nhs_number, e.withheld, e.age::text AS age, e.sex, to_char(e.start_date, 'DD/MM/YYYY') AS start_date,
       to_char(e.end_date, 'DD/MM/YYYY') AS end_date, e.type, '1' AS category, e.hrg
FROM county.event_fact e
WHERE e.dataset = 'EC' AND e.commissioner IS NOT NULL;

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
       CASE WHEN short_stay THEN 'Yes' ELSE 'No' END AS short_stay, CASE WHEN short_stay THEN short_stay_percent || '%' END AS short_stay_percent, short_stay_price
FROM county.price_spell;
CREATE TABLE county.prices_attendance AS SELECT 'SYNTHETIC county list' AS tariff_name, financial_year, 'Y' AS synthetic, tfc, hrg, price FROM county.price_attendance;
CREATE TABLE county.prices_other AS SELECT 'SYNTHETIC county list' AS tariff_name, financial_year, 'Y' AS synthetic, kind, hrg, price FROM county.price_other;
CREATE TABLE county.factors AS SELECT provider_code, financial_year, factor FROM county.provider, county.price_year WHERE factor IS NOT NULL;
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
GROUP BY provider_code, commissioner, price_year, month, pod, f.f;
CREATE TABLE county.organisations AS
SELECT code, name, type, parent, kind, '01/04/2013' AS opened, NULL::text AS closed
FROM (SELECT 'QZZ' AS code, 'Synthetic county ICB' AS name, 'icb' AS type, NULL AS parent, NULL AS kind
      UNION ALL SELECT c, 'Synthetic sub-ICB location ' || c, 'sub_icb', 'QZZ', 'member_of' FROM unnest(ARRAY['90A', '90B', '90C']) AS c
      UNION ALL SELECT provider_code, 'Synthetic provider ' || provider_code, CASE WHEN factor IS NULL THEN 'independent' ELSE 'trust' END, NULL, NULL FROM county.provider
      UNION ALL SELECT provider_code || site, 'Synthetic site ' || provider_code || site, 'site', provider_code, 'site_of' FROM county.provider, unnest(ARRAY['01', '02']) AS site
      UNION ALL SELECT practice_code, 'Synthetic practice ' || practice_code, 'practice', commissioner, 'commissioned_by' FROM county.practice) o;

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

CREATE TABLE county.feed_header (load_order integer, feed text, file_name text, header text, body text);
INSERT INTO county.feed_header VALUES
(10, 'organisations', 'organisations.csv', 'ORGANISATION CODE,NAME,TYPE,PARENT CODE,LINK KIND,OPEN DATE,CLOSE DATE', 'SELECT * FROM county.organisations ORDER BY type, code'),
(20, 'contracts', 'contracts.csv', 'CONTRACT,TITLE,BASIS,VALID FROM,VALID TO,TARIFF NAME,ROUNDING,PRICE TOLERANCE', 'SELECT * FROM county.contracts ORDER BY contract'),
(21, 'contract_parties', 'contract_parties.csv', 'CONTRACT,PARTY ORDER,ORGANISATION CODE,ROLE', 'SELECT * FROM county.contract_parties ORDER BY contract, party_order'),
(22, 'recovery_rates', 'recovery_rates.csv', 'CONTRACT,POINT OF DELIVERY CLASS,RATE,VALID FROM,VALID TO', 'SELECT * FROM county.recovery_rates ORDER BY contract, pod_class'),
(30, 'prices', 'prices.csv', 'TARIFF NAME,FINANCIAL YEAR,SYNTHETIC,HRG code,Outpatient procedure tariff (£),Combined day case / ordinary elective spell tariff (£),Day case spell tariff (£),Ordinary elective spell tariff (£),Ordinary elective long stay trim point (days),Non-elective spell tariff (£),Non-elective long stay trim point (days),Per day long stay payment (for days exceeding trim point) (£),Reduced short stay emergency tariff _applicable?,% applied in calculation of reduced short stay emergency tariff,Reduced short stay emergency tariff (£)', 'SELECT * FROM county.prices ORDER BY financial_year, hrg'),
(31, 'prices_attendance', 'prices_attendance.csv', 'TARIFF NAME,FINANCIAL YEAR,SYNTHETIC,TREATMENT FUNCTION CODE,HRG CODE,PRICE', 'SELECT * FROM county.prices_attendance ORDER BY financial_year, tfc, hrg'),
(32, 'prices_other', 'prices_other.csv', 'TARIFF NAME,FINANCIAL YEAR,SYNTHETIC,KIND,HRG CODE,PRICE', 'SELECT * FROM county.prices_other ORDER BY financial_year, kind, hrg'),
(33, 'factors', 'factors.csv', 'PROVIDER CODE,FINANCIAL YEAR,MARKET FORCES FACTOR', 'SELECT * FROM county.factors ORDER BY provider_code, financial_year'),
(34, 'plan', 'plan.csv', 'CONTRACT,COMMISSIONER CODE,FINANCIAL YEAR,FINANCIAL MONTH,POINT OF DELIVERY CODE,PLANNED ACTIVITY,PLANNED PRICE', 'SELECT * FROM county.plan ORDER BY contract, commissioner, financial_year, month, pod'),
(35, 'areas', 'areas.csv', 'LSOA,IMD DECILE,IMD YEAR', 'SELECT lsoa, decile, year FROM county.areas ORDER BY lsoa'),
(42, 'opt_outs', 'opt_outs.csv', 'NHS NUMBER,OPT-OUT TYPE,START DATE,END DATE', 'SELECT nhs_number, kind, valid_from, valid_to FROM county.opt_outs ORDER BY nhs_number, kind'),
(43, 'exclusions', 'exclusions.csv', 'NHS NUMBER,REASON,START DATE', 'SELECT nhs_number, reason, valid_from FROM county.exclusions ORDER BY nhs_number'),
(44, 'conditions', 'conditions.csv', 'NHS NUMBER,CONDITION,SOURCE,DATE RECORDED', 'SELECT nhs_number, condition, source, recorded_on FROM county.conditions ORDER BY nhs_number, condition'),
(40, 'registrations', 'registrations.csv', 'NHS NUMBER,GENERAL MEDICAL PRACTICE CODE,REGISTRATION START DATE,REGISTRATION END DATE,PERSON BIRTH DATE,PERSON STATED GENDER CODE,PERSON DEATH DATE,LSOA', 'SELECT nhs_number, practice_code, valid_from, valid_to, birth_date, sex, death_date, lsoa FROM county.registrations ORDER BY line_no'),
(50, 'sus_apc', 'sus_apc.csv', 'spell.hospital_provider_spell_number,system.transaction.cds_unique_identifier,spell.commissioning.service_agreement.provider,spell.care_location.site_code_of_treatment,spell.commissioning.service_agreement.commissioner,spell.patient.registration.general_practice,spell.patient.identity.nhs_number.value,spell.patient.identity.withheld_reason,spell.patient.identity.age_on_admission,spell.patient.identity.gender,spell.admission.date,spell.discharge.date,spell.admission.patient_classification,spell.admission.method,spell.admission.source,spell.admission.administrative_category,spell.discharge.method,spell.discharge.destination,care_professional.treatment_function,care_professional.main_specialty,spell.commissioning.grouping.core_hrg,spell.commissioning.tariff_calculation.pbr_length_of_stay.critical_care_days,spell.commissioning.tariff_calculation.pbr_length_of_stay.rehabilitation_days,spell.commissioning.tariff_calculation.pbr_length_of_stay.palliative_care_days,local.overlap_days,spell.clinical_coding.diagnosis,spell.clinical_coding.procedure',
 'SELECT provider_event_id, cds_id, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, start_date, end_date, classification, admission_method, source, category, discharge_method, destination, tfc, specialty, hrg, critical_care_days, rehabilitation_days, palliative_days, overlap_days, diagnoses, procedures FROM county.sus_apc ORDER BY line_no'),
(51, 'sus_op', 'sus_op.csv', 'appointment.identifier,system.transaction.cds_unique_identifier,appointment.commissioning.service_agreement.provider,appointment.care_location.site_code_of_treatment,appointment.commissioning.service_agreement.commissioner,appointment.patient.registration.general_practice,appointment.patient.identity.nhs_number.value,appointment.patient.identity.withheld_reason,appointment.patient.identity.age_at_cds_activity_date,appointment.patient.identity.gender,appointment.date,appointment.care_professional.treatment_function,appointment.care_professional.main_specialty,appointment.first_attendance,appointment.attended_or_dna,appointment.care_professional.multiple_professional_or_discipline_indicator,appointment.consultation_medium,appointment.administrative_category,appointment.referral.service_request_identifier,appointment.commissioning.grouping.core_hrg,appointment.clinical_coding.diagnosis,appointment.clinical_coding.procedure',
 'SELECT provider_event_id, cds_id, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, start_date, tfc, specialty, first_attendance, status, multi, medium, category, referral, hrg, diagnoses, procedures FROM county.sus_op ORDER BY line_no'),
(52, 'sus_ec', 'sus_ec.csv', 'attendance.arrival.attendance_identifier,system.transaction.cds_unique_identifier,commissioning.service_agreement.provider,attendance.location.site,commissioning.service_agreement.commissioner,patient.gp_registration.general_practice,patient.nhs_number.value,patient.withheld_reason,patient.age_at_arrival,patient.stated_gender,attendance.arrival.date,attendance.departure.date,attendance.location.department_type,attendance.arrival.attendance_category,commissioning.grouping.health_resource_group',
 'SELECT provider_event_id, cds_id, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, start_date, end_date, type, category, hrg FROM county.sus_ec ORDER BY line_no');
INSERT INTO county.feed_header
SELECT CASE WHEN file_name LIKE '%flex%' THEN 61 ELSE 62 END, 'plcm', file_name, 'FINANCIAL MONTH,FINANCIAL YEAR,DATE AND TIME DATA SET CREATED,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION SITE IDENTIFIER (OF TREATMENT),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION),NHS NUMBER,WITHHELD IDENTITY REASON,AGE AT ACTIVITY DATE (CONTRACT MONITORING),PERSON STATED GENDER CODE,ACTIVITY TREATMENT FUNCTION CODE,POINT OF DELIVERY CODE,LOCAL POINT OF DELIVERY CODE,TARIFF CODE,NATIONAL TARIFF INDICATOR,ACTIVITY START DATE (CONTRACT MONITORING),ACTIVITY END DATE (CONTRACT MONITORING),ADJUSTED LENGTH OF STAY,CDS UNIQUE IDENTIFIER,OUT-PATIENT ATTENDANCE IDENTIFIER,HOSPITAL PROVIDER SPELL IDENTIFIER,ACTIVITY COUNT (POINT OF DELIVERY),ACTIVITY UNIT PRICE,MARKET FORCES FACTOR,TOTAL COST',
       format('SELECT month, financial_year, created, provider_code, site_code, commissioner, practice_code, nhs_number, withheld, age, sex, tfc, pod, local_pod, hrg, national, start_date, end_date, length_of_stay, cds_id, attendance_id, spell_id, units, unit_price, factor, total FROM county.plcm WHERE file_name = %L ORDER BY line_no', file_name)
FROM (SELECT DISTINCT file_name FROM county.plcm) f;
-- Control totals of all claim files but the last: rows as sent, and the amounts that are amounts.
INSERT INTO county.feed_header
SELECT 90, 'control', 'control.csv', 'FILE NAME,RECORD COUNT,TOTAL AMOUNT', $$SELECT file_name, count(*), sum(CASE WHEN total ~ '^-?[0-9.]+$' THEN total::numeric END) FROM county.plcm WHERE file_name <> (SELECT max(file_name) FROM county.plcm) GROUP BY file_name ORDER BY file_name$$;
