-- What the rules need to know beside claims and records: clauses, schedules, lists, approvals, wards, dates. All of it synthetic.

CREATE FUNCTION county.contract_of(k integer) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT 'C-' || provider_code FROM county.provider, county.setting WHERE n = providers + k);

CREATE TABLE county.contract_terms AS
SELECT county.contract_of(k) AS contract, term, context, value, county.day(first_day) AS valid_from, NULL::text AS valid_to, 'SYNTHETIC contract' AS source
FROM county.setting, (SELECT 13 AS k, 'readmission_rule' AS term, '' AS context, 1::numeric AS value UNION ALL SELECT k, 'ready_date_clause', '', 1 FROM generate_series(1, 8) AS k) t
UNION ALL SELECT contract, term, context, value, county.day(first_day), NULL, 'SYNTHETIC contract' FROM county.series_terms, county.setting;
-- the schedule of one contract: all of these specialties, one of them for part of the year, and not 130
CREATE TABLE county.contract_services AS
SELECT county.contract_of(11) AS contract, '' AS pod, tfc, '' AS local_code, 'Y' AS included, county.day(first_day) AS valid_from, CASE tfc WHEN '120' THEN county.day(first_day + 200) END AS valid_to
FROM county.setting, (SELECT tfc FROM county.treatment_function WHERE tfc <> '130' UNION ALL SELECT '180') t;
CREATE TABLE county.low_volume_pairs AS
SELECT p.provider_code, c AS commissioner, CASE p.n - s.providers WHEN 9 THEN '2024/25' ELSE '2023/24' END AS financial_year
FROM county.provider p, county.setting s, unnest(ARRAY['90A', '90B', '90C']) AS c WHERE p.n - s.providers IN (9, 10);
CREATE TABLE county.approval_policies AS
SELECT policy, code_system, code, title, county.day(first_day - 365) AS valid_from, NULL::text AS valid_to
FROM county.setting, (VALUES ('POL-S02', 'OPCS4', 'S02', 'Plastic excision of skin of abdominal wall'), ('9000002', 'DRUG', '9000002', 'Synthetic drug 2')) AS p (policy, code_system, code, title);
CREATE TABLE county.prior_approvals AS
SELECT s.nhs_number, 'AP' || s.event_id AS approval_id, s.w ->> 'policy' AS policy, s.w ->> 'indication' AS indication,
       county.day(s.start_date + (s.w ->> 'from')::integer) AS valid_from, county.day(s.start_date + (s.w ->> 'to')::integer) AS valid_to
FROM county.scene s WHERE s.dataset = 'AP';
CREATE TABLE county.recovered_lines AS
SELECT s.nhs_number, l.provider_code, county.day(l.start_date) AS start_date, county.day(l.end_date) AS end_date, l.pod, coalesce(s.w ->> 'hrg', l.hrg) AS hrg,
       county.day(l.start_date + 90) AS recovered_on, 'CR' || s.k AS reference
FROM county.scene s JOIN county.line l ON l.line_id = (12000000000 + s.k::bigint * 8 + (s.w ->> 'of')::integer) * 4 + 1 WHERE s.dataset = 'RL';
CREATE TABLE county.wards AS
SELECT provider_code, ward, kind, county.day(first_day - 365) AS valid_from, NULL::text AS valid_to
FROM county.provider, county.setting, (SELECT 'W' || k AS ward, 'ward' AS kind FROM generate_series(1, 20) AS k UNION ALL VALUES ('AMU1', 'assessment'), ('CDU1', 'cdu')) w;
CREATE TABLE county.area_commissioners AS
SELECT 'E01' || lpad((900000 + area)::text, 6, '0') AS lsoa, (ARRAY['90A', '90B', '90C'])[1 + area % 3] AS commissioner, county.day(first_day - 3650) AS valid_from, NULL::text AS valid_to
FROM county.setting, LATERAL (SELECT DISTINCT area FROM county.person UNION SELECT generate_series(1, 3)) a;
CREATE TABLE county.code_releases AS
SELECT system, code, county.day(first_day - 800) AS valid_from, CASE code WHEN 'A998' THEN county.day(first_day + 150) END AS valid_to
FROM county.setting, (SELECT 'ICD10' AS system, unnest(string_to_array(diagnoses, ' ')) AS code FROM (SELECT diagnoses FROM county.sus_apc UNION SELECT diagnoses FROM county.sus_op) d
                      UNION SELECT 'OPCS4', unnest(string_to_array(procedures, ' ')) FROM (SELECT procedures FROM county.sus_apc UNION SELECT procedures FROM county.sus_op) d) c
WHERE code NOT IN ('A999', 'F999');
CREATE TABLE county.code_pairs AS SELECT 'HRG' AS system, 'EY51Z' AS code_1, 'EY11Z' AS code_2, county.day(first_day) AS valid_from, NULL::text AS valid_to FROM county.setting;
CREATE TABLE county.unit_limits AS SELECT code, 1 AS most, county.day(first_day) AS valid_from, NULL::text AS valid_to FROM county.setting, unnest(ARRAY['DZ57Z', 'OPFAMPCL']) AS code;
CREATE TABLE county.code_lists AS
SELECT list, code_system, code, county.day(first_day - 365) AS valid_from, NULL::text AS valid_to
FROM county.setting, (VALUES ('public_health', 'TFC', '360'), ('outpatient_procedure', 'OPCS4', 'Q18'), ('c2c_allowed', 'TFC', '301'), ('sdec', 'ICD10', 'R07'), ('female', 'HRG', 'M'), ('female', 'ICD10', 'N92'),
    ('male', 'HRG', 'LB25'), ('male', 'ICD10', 'N40'), ('anaesthetic', 'OPCS4', 'Y80'), ('chargeable_overseas', 'OVERSEAS', 'F'), ('cancelled_procedure', 'ICD10', 'Z53')) AS l (list, code_system, code);
CREATE TABLE county.top_up_eligibility AS
SELECT provider_code, 'SP02' AS code, county.day(first_day) AS valid_from, NULL::text AS valid_to FROM county.provider, county.setting WHERE n = providers + 2;
-- Published dates: 18 days after the end of the month and a month later. The one file of the larger tiers comes at the end of all of them.
CREATE TABLE county.submission_dates AS
SELECT county.fy(first_day) AS financial_year, m AS month, kind, CASE WHEN tier = 'S' THEN d::date ELSE last_day + 49 END AS inclusion, CASE WHEN tier = 'S' THEN d::date ELSE last_day + 49 END + 7 AS publication
FROM county.setting, generate_series(1, 12) AS m, (VALUES ('flex', 1), ('freeze', 2)) AS k (kind, months),
     LATERAL (SELECT first_day + (m - 1 + months) * interval '1 month' + interval '18 days' AS d) x WHERE years = 1;

CREATE TABLE county.input_header (load_order integer, feed text, file_name text, header text, body text);
INSERT INTO county.input_header VALUES
(23, 'contract_terms', 'contract_terms.csv', 'CONTRACT,TERM,CONTEXT,VALUE,VALID FROM,VALID TO,SOURCE', 'SELECT contract, term, context, value, valid_from, valid_to, source FROM county.contract_terms ORDER BY contract, term, context'),
(24, 'local_prices', 'local_prices.csv', 'PROVIDER CODE,POINT OF DELIVERY CODE,HRG PREFIX,TREATMENT FUNCTION CODE,UNIT PRICE,FACTOR APPLIES,VALID FROM,VALID TO,SOURCE', 'SELECT provider_code, pod, hrg_prefix, tfc, unit_price, CASE WHEN factor_applies THEN ''Y'' ELSE ''N'' END, ''01/04/2013'', NULL, ''SYNTHETIC agreement'' FROM county.local_price ORDER BY pod, tfc'),
(24, 'contract_baselines', 'contract_baselines.csv', 'CONTRACT,KIND,AMOUNT,VALID FROM,VALID TO,SOURCE', 'SELECT contract, kind, amount, county.day(first_day), county.day(last_day), ''SYNTHETIC contract'' FROM county.contract_baselines, county.setting ORDER BY 1'),
(24, 'contract_services', 'contract_services.csv', 'CONTRACT,POINT OF DELIVERY CODE,TREATMENT FUNCTION CODE,LOCAL CODE,INCLUDED,VALID FROM,VALID TO', 'SELECT * FROM county.contract_services ORDER BY contract, tfc'),
(24, 'low_volume_pairs', 'low_volume_pairs.csv', 'PROVIDER CODE,COMMISSIONER CODE,FINANCIAL YEAR', 'SELECT * FROM county.low_volume_pairs ORDER BY 1, 2'),
(24, 'approval_policies', 'approval_policies.csv', 'POLICY,CODE SYSTEM,CODE,TITLE,VALID FROM,VALID TO', 'SELECT * FROM county.approval_policies ORDER BY 1'),
(45, 'prior_approvals', 'prior_approvals.csv', 'NHS NUMBER,APPROVAL IDENTIFIER,POLICY,INDICATION,VALID FROM,VALID TO', 'SELECT * FROM county.prior_approvals ORDER BY 2'),
(45, 'recovered_lines', 'recovered_lines.csv', 'NHS NUMBER,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ACTIVITY START DATE (CONTRACT MONITORING),ACTIVITY END DATE (CONTRACT MONITORING),POINT OF DELIVERY CODE,TARIFF CODE,DATE RECOVERED,REFERENCE', 'SELECT * FROM county.recovered_lines ORDER BY reference'),
(24, 'wards', 'wards.csv', 'PROVIDER CODE,WARD CODE,KIND,VALID FROM,VALID TO', 'SELECT * FROM county.wards ORDER BY 1, 2'),
(24, 'area_commissioners', 'area_commissioners.csv', 'LSOA,COMMISSIONER CODE,VALID FROM,VALID TO', 'SELECT * FROM county.area_commissioners ORDER BY 1'),
(24, 'drug_list', 'drug_list.csv', 'DRUG CODE,INDICATION,PAYER,REFERENCE PRICE,MAXIMUM QUANTITY,MINIMUM INTERVAL,APPROVAL REQUIRED,VALID FROM,VALID TO', 'SELECT code, indication, payer, price, most, every, approval, county.day(valid_from), county.day(valid_to) FROM county.drug_list ORDER BY 1, 2'),
(24, 'device_list', 'device_list.csv', 'DEVICE CODE,PROCEDURE CODES,ZERO COST,REFERENCE PRICE,VALID FROM,VALID TO', 'SELECT d.*, county.day(first_day), NULL FROM county.device_list d, county.setting ORDER BY 1'),
(24, 'code_releases', 'code_releases.csv', 'CODE SYSTEM,CODE,VALID FROM,VALID TO', 'SELECT * FROM county.code_releases ORDER BY 1, 2'),
(24, 'code_pairs', 'code_pairs.csv', 'CODE SYSTEM,CODE 1,CODE 2,VALID FROM,VALID TO', 'SELECT * FROM county.code_pairs'),
(24, 'unit_limits', 'unit_limits.csv', 'CODE,MAXIMUM UNITS,VALID FROM,VALID TO', 'SELECT * FROM county.unit_limits ORDER BY 1'),
(24, 'code_lists', 'code_lists.csv', 'LIST,CODE SYSTEM,CODE,VALID FROM,VALID TO', 'SELECT * FROM county.code_lists ORDER BY 1, 2, 3'),
(24, 'top_up_eligibility', 'top_up_eligibility.csv', 'PROVIDER CODE,TOP-UP CODE,VALID FROM,VALID TO', 'SELECT * FROM county.top_up_eligibility ORDER BY 1'),
(32, 'price_book', 'top_ups.csv', 'TARIFF NAME,FINANCIAL YEAR,SYNTHETIC,KIND,CODE,MEASURE,PRICE', 'SELECT ''SYNTHETIC county list'', financial_year, ''Y'', ''top_up'', ''SP02'', ''percent'', 10 FROM county.price_year ORDER BY 2'),
(53, 'sus_apc_episode', 'sus_apc_episode.csv', 'commissioning.service_agreement.provider,spell.hospital_provider_spell_number,number,start_date,end_date,care_professional.treatment_function,clinical_coding.diagnosis,clinical_coding.procedure',
    'SELECT * FROM county.sus_apc_episode ORDER BY provider_code, provider_event_id, number'),
(54, 'sus_critical_care', 'sus_critical_care.csv', 'commissioning.service_agreement.provider,spell.hospital_provider_spell_number,admission.date,discharge.date,commissioning.grouping.unbundled_hrg,local.critical_care_days',
    'SELECT * FROM county.sus_critical_care ORDER BY provider_code, provider_event_id'),
(25, 'submission_dates', 'submission_dates.csv', 'FINANCIAL YEAR,FINANCIAL MONTH,KIND,INCLUSION DATE,PUBLICATION DATE', 'SELECT financial_year, month, kind, county.day(inclusion), county.day(publication) FROM county.submission_dates ORDER BY 1, 2, 3'),
(64, 'drplcm', 'drplcm_2024-25_freeze.csv', 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION SITE IDENTIFIER (OF TREATMENT),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION),NHS NUMBER,AGE AT ACTIVITY DATE (CONTRACT MONITORING),PERSON STATED GENDER CODE,ACTIVITY TREATMENT FUNCTION CODE,POINT OF DELIVERY CODE,VALUE ADDED TAX CHARGED INDICATOR (CONTRACT MONITORING),DRUG NAME (HIGH COST TARIFF EXCLUDED DRUG),DRUG QUANTITY OR WEIGHT PROPORTION (HIGH COST TARIFF EXCLUDED DRUG),DISPENSING ROUTE (HIGH COST TARIFF EXCLUDED DRUG),HIGH COST TARIFF EXCLUDED DRUG CODE (SNOMED CT DM+D),THERAPEUTIC INDICATION CODE (SNOMED CT),CLINICAL INTERVENTION DATE (DRUG DISPENSED),NON CDS UNIQUE IDENTIFIER,UNIT PRICE (COMMISSIONER),TOTAL COST',
    'SELECT month, financial_year, provider_code, site_code, commissioner, practice_code, nhs_number, age, sex, tfc, pod, vat, name, units, route, code, indication, day, provider_event_id, unit_price, total FROM county.drplcm ORDER BY line_no'),
(65, 'deplcm', 'deplcm_2024-25_freeze.csv', 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION SITE IDENTIFIER (OF TREATMENT),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION),NHS NUMBER,AGE AT ACTIVITY DATE (CONTRACT MONITORING),PERSON STATED GENDER CODE,ACTIVITY TREATMENT FUNCTION CODE,POINT OF DELIVERY CODE,DEVICE CODE,DEVICE DESCRIPTION,SERIAL NUMBER,DEVICE QUANTITY,UNIT PRICE,TOTAL COST,ACTIVITY START DATE (CONTRACT MONITORING),CDS UNIQUE IDENTIFIER,HOSPITAL PROVIDER SPELL IDENTIFIER',
    'SELECT month, financial_year, provider_code, site_code, commissioner, practice_code, nhs_number, age, sex, tfc, pod, code, name, serial, units, unit_price, total, day, cds_id, provider_event_id FROM county.deplcm ORDER BY line_no');
