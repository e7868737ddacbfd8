-- Feeds of invoice validation: what they take, what they refuse and why, what is replaced by what. Files of a few lines, written here.
\set VERBOSITY terse
SET datestyle = 'ISO, DMY';
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('inv', 'invoice_validation', 2);
CREATE SCHEMA inv_test;
-- A file: the first line its header, no quoting.
CREATE FUNCTION inv_test.send(feed text, file text, received_on date DEFAULT '2024-10-01', kind text DEFAULT 'flex') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lines text[] := string_to_array(btrim(file, E'\n'), E'\n');
    o record;
BEGIN
    o := inv.open_submission(feed, feed || '.csv', md5(file || kind), string_to_array(lines[1], ','), kind, received_on => received_on);
    FOR i IN 2 .. cardinality(lines) LOOP
        EXECUTE format('INSERT INTO %s (%s) SELECT %s', o.landing_table, o.landing_columns,
            (SELECT string_agg(quote_literal(v), ', ' ORDER BY n) FROM unnest(string_to_array(lines[i], ',')) WITH ORDINALITY u(v, n)));
    END LOOP;
    PERFORM inv.close_submission(o.submission_id);
END $$;
CREATE VIEW inv_test.outcome AS
SELECT s.submission_id, s.feed, s.status, s.rows_received, s.rows_loaded, s.rows_rejected, s.message FROM inv.submission s;
CREATE VIEW inv_test.refused AS
SELECT s.feed, r.line_no, r.column_name, r.value_masked, r.reason FROM inv.reject r JOIN inv.submission s USING (submission_id);

INSERT INTO inv.contract (contract_id, title, basis, valid) VALUES ('K1', 'Trust 1', 'api', '[2024-04-01,2025-04-01)');

-- Terms and services of contracts ------------------------------------------------------------
SELECT inv_test.send('contract_terms', 'CONTRACT,TERM,CONTEXT,VALUE,VALID FROM,VALID TO,SOURCE
K1,First_follow_up_cap,110,2.5,01/04/2024,31/03/2025,schedule 3
K1,first_follow_up_cap,110,2.7,31/03/2025,,schedule 3
K1,first_follow_up_cap,110,2.7,01/04/2025,,
K1,first_follow_up_cap,,3,,,
K9,readmission_rule,,1,,,
K1,Bad term,,1,,,
K1,readmission_rule,,yes,,,
K1,readmission_rule,,1,01/04/2025,31/03/2025,');
SELECT inv_test.send('contract_services', 'CONTRACT,POINT OF DELIVERY CODE,TREATMENT FUNCTION CODE,LOCAL CODE,INCLUDED,VALID FROM,VALID TO
K1,,110,,,,
K1,DC,110,,no,01/10/2024,
K1,,,X1,yes,,
K1,XX,,,,,
K1,,110,,,01/01/2024,
K9,,,,,,');
SELECT inv_test.send('low_volume_pairs', 'PROVIDER CODE,COMMISSIONER CODE,FINANCIAL YEAR
RZ9,00X,2024/25
RZ9,00X,202425
RZ8,00X,2023/24');
CALL inv.load();
SELECT feed, status, rows_received, rows_loaded, rows_rejected FROM inv_test.outcome ORDER BY submission_id;
SELECT * FROM inv_test.refused ORDER BY 1, 2, 3;
SELECT term, context, valid, value, source FROM inv.contract_term ORDER BY term, context, valid;
SELECT pod, treatment_function, local_code, included, valid FROM inv.contract_service ORDER BY contract_service_id;
TABLE inv.low_volume_pair;
-- a contract's term sent again replaces what was there under that name, in every context; the others stay
INSERT INTO inv.contract_term (contract_id, term, value, source) VALUES ('K1', 'ready_date_clause', 1, 'by hand');
SELECT inv_test.send('contract_terms', 'CONTRACT,TERM,CONTEXT,VALUE,VALID FROM,VALID TO,SOURCE
K1,first_follow_up_cap,110,2,,,schedule 4');
CALL inv.load();
SELECT term, context, valid, value, source FROM inv.contract_term ORDER BY term, context, valid;
-- a commissioner's pairs of a year are replaced whole
SELECT inv_test.send('low_volume_pairs', 'PROVIDER CODE,COMMISSIONER CODE,FINANCIAL YEAR
RZ7,00X,2024/25');
CALL inv.load();
TABLE inv.low_volume_pair ORDER BY 3, 1;

-- Lists of codes, drugs, devices, wards, areas ------------------------------------------------
SELECT inv_test.send('code_lists', 'LIST,CODE SYSTEM,CODE,VALID FROM,VALID TO,SOURCE
SDEC,icd-10,J18.9,,,local
sdec,ICD10,j18.9,01/04/2024,,local
sdec,OPCS-4,J189,,,
sdec,OPCS-4,J18X,,,
sdec,READ,x,,,
sdec,HRG,,,,
c2c_allowed,TFC,303,01/04/2024,30/09/2024,');
SELECT inv_test.send('approval_policies', 'POLICY,CODE SYSTEM,CODE,TITLE,VALID FROM,VALID TO
Varicose veins,OPCS4,L84,Surgery for varicose veins,01/04/2024,
Varicose veins,OPCS4,L85.1,,01/04/2024,
IFR,HRG,AA22C,,,
Sinus,ICD10,Q!,,,
Sinus,SNOMED,1,,,');
SELECT inv_test.send('drug_list', 'DRUG CODE,INDICATION,PAYER,REFERENCE PRICE,MAXIMUM QUANTITY,MINIMUM INTERVAL,APPROVAL REQUIRED,VALID FROM,VALID TO
D1,,ICB,£352.00,10,14,yes,01/04/2024,31/03/2025
D1,RA,NHSE,334.84,,,,,
D2,,icb,-1,,,,,
D3,,CCG,1,,,,,
D4,,ICB,1,0,,,,
D5,,ICB,-,,,,,');
SELECT inv_test.send('device_list', 'DEVICE CODE,PROCEDURE CODES,ZERO COST,REFERENCE PRICE,VALID FROM,VALID TO
V1,W37 W38.1,no,500,,
V2,,yes,-,,
V3,W3X7,no,5,,');
SELECT inv_test.send('wards', 'PROVIDER CODE,WARD CODE,KIND,VALID FROM,VALID TO
RZ1,w 1,CDU,01/04/2024,
RZ1,W2,theatre,,');
SELECT inv_test.send('area_commissioners', 'LSOA,COMMISSIONER CODE,VALID FROM,VALID TO
E01000001,00X,01/04/2024,30/06/2024
E01000001,00Y,30/06/2024,
E01000001,00Y,01/07/2024,
X01,00Y,,');
SELECT inv_test.send('code_releases', 'CODE SYSTEM,CODE,VALID FROM,VALID TO
OPCS4,W37.1,,31/03/2024
OPCS-4,W371,01/04/2024,
ICD10,W371,,
ICD10,99,,
CPT,99213,,');
SELECT inv_test.send('code_pairs', 'CODE SYSTEM,CODE 1,CODE 2,VALID FROM,VALID TO
HRG,AA22C,AA23C,,
HRG,AA22C,AA22C,,
TFC,1,2,,');
SELECT inv_test.send('unit_limits', 'CODE,MAXIMUM UNITS,VALID FROM,VALID TO
XC01Z,30,,
RD20A,0,,');
SELECT inv_test.send('top_up_eligibility', 'PROVIDER CODE,TOP-UP CODE,VALID FROM,VALID TO
RZ1,34,01/04/2024,');
SELECT inv_test.send('submission_dates', 'FINANCIAL YEAR,FINANCIAL MONTH,KIND,INCLUSION DATE,PUBLICATION DATE
2024/25,3,Flex,18/07/2024,25/07/2024
2024/25,3,freeze,20/08/2024,29/08/2024
2024/25,3,freeze,21/08/2024,29/08/2024
2024/25,4,freeze,20/09/2024,19/09/2024
2024/25,5,draft,20/09/2024,29/09/2024');
CALL inv.load();
SELECT feed, status, rows_received, rows_loaded, rows_rejected, message FROM inv_test.outcome WHERE submission_id > 5 ORDER BY submission_id;
SELECT * FROM inv_test.refused WHERE feed NOT LIKE 'contract%' AND feed <> 'low_volume_pairs' ORDER BY 1, 2, 3;
SELECT list, code_system, code_prefix, valid, source, is_local FROM inv.active_code_list WHERE is_local OR list = 'c2c_allowed' ORDER BY 1, 2, 3;
TABLE inv.approval_policy ORDER BY policy, code_prefix;
TABLE inv.drug_list ORDER BY drug_code, indication;
TABLE inv.device_list ORDER BY device_code;
TABLE inv.ward;
TABLE inv.area_commissioner ORDER BY valid;
TABLE inv.code_release ORDER BY code_system, code, valid;
TABLE inv.code_pair;
TABLE inv.unit_limit;
TABLE inv.top_up_eligibility;
TABLE inv.submission_date ORDER BY month, submission_kind;
-- what no code can begin with is refused by the tables too, for rules ask them
INSERT INTO inv.code_list (list, code_system, code_prefix) VALUES ('sdec', 'ICD10', 'j18');
INSERT INTO inv.approval_policy (policy, code_system, code_prefix) VALUES ('x', 'OPCS4', '');
INSERT INTO inv.device_list (device_code, procedure_prefixes) VALUES ('V9', '{W37,""}');
INSERT INTO inv.device_list (device_code, procedure_prefixes) VALUES ('V9', '{W37,NULL}');

-- What is about people -------------------------------------------------------------------------
SELECT inv_test.send('prior_approvals', 'NHS NUMBER,APPROVAL IDENTIFIER,POLICY,INDICATION,VALID FROM,VALID TO
9990000018,A1,Varicose veins,,01/04/2024,30/09/2024
9990000018,A1,Varicose veins,,01/04/2024,31/12/2024
9990000026,A2,D1,RA,01/04/2024,
9990000026,A3,9990000026,,01/04/2024,
,A4,D1,,01/04/2024,
9990000018,A5,D1,,01/04/2024,31/03/2024
9990000018,A6,D1,,,');
SELECT inv_test.send('recovered_lines', 'NHS NUMBER,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ACTIVITY START DATE (CONTRACT MONITORING),ACTIVITY END DATE (CONTRACT MONITORING),POINT OF DELIVERY CODE,TARIFF CODE,DATE RECOVERED,REFERENCE
9990000018,RZ1,01/05/2024,03/05/2024,NEL,AA22C,01/09/2024,CN1
9990000018,RZ1,01/05/2024,03/05/2024,NEL,AA22C,01/09/2024,CN1
9990000018,RZ1,01/05/2024,,OPFASPCL,,01/04/2024,CN2');
CALL inv.load();
SELECT feed, line_no, column_name, value_masked, reason FROM inv_test.refused WHERE feed IN ('prior_approvals', 'recovered_lines') ORDER BY 1, 2, 3;
SELECT i.value, p.approval_id, p.policy, p.indication, p.valid FROM inv.prior_approval p JOIN inv_identity.person_identifier i USING (person_id) ORDER BY 2;
SELECT i.value, r.provider_code, r.start_date, r.end_date, r.pod, r.hrg_sent, r.reference, r.recovered_on FROM inv.recovered_line r JOIN inv_identity.person_identifier i USING (person_id);
-- an approval sent again is replaced
SELECT inv_test.send('prior_approvals', 'NHS NUMBER,APPROVAL IDENTIFIER,POLICY,INDICATION,VALID FROM,VALID TO
9990000018,A1,Varicose veins,,01/04/2024,');
CALL inv.load();
SELECT p.approval_id, p.policy, p.valid FROM inv.prior_approval p ORDER BY 1;

-- Claims: what is new in the file of care, drugs, devices ---------------------------------------
SELECT inv_test.send('plcm', 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),NHS NUMBER,POINT OF DELIVERY CODE,TARIFF CODE,ACTIVITY START DATE (CONTRACT MONITORING),HOSPITAL PROVIDER SPELL IDENTIFIER,ACTIVITY COUNT (POINT OF DELIVERY),TOTAL COST,WARD CODE,ORGANISATION IDENTIFIER (RESIDENCE RESPONSIBILITY),LOCAL CONTRACT CODE,SPECIALISED SERVICE TOP-UP CODE,SPECIALISED SERVICE TOP-UP,BEST PRACTICE INDICATOR
3,2024/25,RZ1,00X,9990000018,NEL,AA22C,01/06/2024,S1,1,2000,w1,00Y00,lc 7,34,110.50,Y', '2024-07-20');
SELECT inv_test.send('drplcm', 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),NHS NUMBER,HIGH COST TARIFF EXCLUDED DRUG CODE (SNOMED CT DM+D),DRUG NAME (HIGH COST TARIFF EXCLUDED DRUG),THERAPEUTIC INDICATION CODE (SNOMED CT),DRUG QUANTITY OR WEIGHT PROPORTION (HIGH COST TARIFF EXCLUDED DRUG),DISPENSING ROUTE (HIGH COST TARIFF EXCLUDED DRUG),VALUE ADDED TAX CHARGED INDICATOR (CONTRACT MONITORING),CLINICAL INTERVENTION DATE (DRUG DISPENSED),HOSPITAL PROVIDER SPELL IDENTIFIER,OUT-PATIENT ATTENDANCE IDENTIFIER,UNIT PRICE (COMMISSIONER),UNIT PRICE (SUPPLIER),COMMISSIONER SUPPORT CHARGE,TOTAL COST,DRUG STRENGTH (HIGH COST TARIFF EXCLUDED DRUG)
3,2024/25,RZ1,00X,9990000018,D1,Drugimab,RA,12,Homecare,Y,02/06/2024,S1,,352.00,334.84,25.00,4249.00,50mg
3,2024/25,RZ1,00X,9990000018,D1,Drugimab,RA,6,,,02/06/2024,S1,,352.00,,,2112.00,50mg
3,2024/25,RZ1,00X,9990000018,D1,Drugimab,RA,6,,,09/06/2024,S1,,352.00,,,2112.00,50mg
3,2024/25,RZ1,00X,,,,,1,,,09/06/2024,,A7,100,,,100.00,
3,2024/25,RZ1,00X,9990000018,D1,,,0,,,09/06/2024,,,100,,5,5.00,
3,2024/25,RZ1,00X,9990000018,9990000018,,,1,,,09/06/2024,,,100,,,100.00,
3,2024/25,RZ1,00X,9990000018,D1,,,1,,,soon,,,100,,,TBC,', '2024-07-20');
SELECT inv_test.send('deplcm', 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),NHS NUMBER,DEVICE CODE,DEVICE DESCRIPTION,SERIAL NUMBER,DEVICE QUANTITY,UNIT PRICE,TOTAL COST,ACTIVITY START DATE (CONTRACT MONITORING),HOSPITAL PROVIDER SPELL IDENTIFIER
3,2024/25,RZ1,00X,9990000018,V1,Hip,SN1,1,500,500.00,01/06/2024,S1
3,2024/25,RZ1,00X,9990000018,V1,Hip,SN2,1,500,500.00,01/06/2024,S1', '2024-07-20');
CALL inv.load();
SELECT feed, status, rows_received, rows_loaded, rows_rejected, message FROM inv_test.outcome WHERE feed LIKE '%plcm' ORDER BY submission_id;
SELECT feed, line_no, column_name, value_masked, reason FROM inv_test.refused WHERE feed LIKE '%plcm' ORDER BY 1, 2, 3;
SELECT dataset, pod, hrg_sent, hrg, start_date, end_date, units, unit_price, total_cost, national_price, round(units * unit_price, 2) = total_cost AS adds_up, nhs_number_state, provider_event_id FROM inv.invoice_line ORDER BY submission_id, line_no;
SELECT ward_code, residence_commissioner, local_code, top_up_code, top_up, best_practice_claimed, extra FROM inv.invoice_line ORDER BY submission_id, line_no LIMIT 2;
SELECT line_no, item_code, item_name, indication, commissioner_unit_price, supplier_unit_price, support_charge, vat_charged, route, serial_number FROM inv.pass_through_line ORDER BY submission_id, line_no;
SELECT dataset, provider_code, commissioner_code, financial_year, month, line_count, amount, status FROM inv.submission_slice ORDER BY dataset;
SELECT count(*) AS lines, count(DISTINCT line_key) AS keys FROM inv.current_invoice_line;
-- the key of a line of care is what it was before there were others
SELECT line_key = md5('RZ1|S1|NEL|AA22C|2024/25|3') AS same_key FROM inv.invoice_line WHERE dataset = 'PLCM';
-- several drugs and devices in one spell are no repeats; they meet the record of the spell
INSERT INTO inv.activity (person_id, activity_id, dataset, provider_code, provider_event_id, start_date, end_date)
SELECT i.person_id, 1000, 'APC', 'RZ1', 'S1', '2024-06-01', '2024-06-10' FROM inv_identity.person_identifier i WHERE i.value = '9990000018';
CALL inv.match();
SELECT line_key, duplicate_of, repeat_of, overlap_of FROM inv.claim_link WHERE num_nonnulls(duplicate_of, repeat_of, overlap_of) > 0;
SELECT l.dataset, m.method, count(*) FROM inv.line_match m JOIN inv.invoice_line l USING (person_id, line_key) GROUP BY 1, 2 ORDER BY 1;
-- a restatement of the drugs with a price put right keeps keys, and leaves care and devices where they stand
SELECT inv_test.send('drplcm', 'FINANCIAL MONTH,FINANCIAL YEAR,ORGANISATION IDENTIFIER (CODE OF PROVIDER),ORGANISATION IDENTIFIER (CODE OF COMMISSIONER),NHS NUMBER,HIGH COST TARIFF EXCLUDED DRUG CODE (SNOMED CT DM+D),DRUG QUANTITY OR WEIGHT PROPORTION (HIGH COST TARIFF EXCLUDED DRUG),CLINICAL INTERVENTION DATE (DRUG DISPENSED),HOSPITAL PROVIDER SPELL IDENTIFIER,UNIT PRICE (COMMISSIONER),TOTAL COST
3,2024/25,RZ1,00X,9990000018,D1,6,09/06/2024,S1,340.00,2040.00
3,2024/25,RZ1,00X,9990000018,D1,6,02/06/2024,S1,340.00,2040.00', '2024-08-20', 'freeze');
CALL inv.load();
SELECT s.dataset, s.submission_kind, s.line_count, s.amount, s.status, s.held_reason, b.received_on FROM inv.submission_slice s JOIN inv.submission b USING (submission_id) ORDER BY s.dataset, s.submission_id;
SELECT inv.release_slice(max(submission_id)) FROM inv.submission;
SELECT dataset, start_date, total_cost, (SELECT count(*) FROM inv.invoice_line o WHERE o.line_key = l.line_key) AS stated FROM inv.current_invoice_line l ORDER BY dataset, start_date, total_cost;
SELECT dataset, value_gbp FROM inv_reporting.load_position ORDER BY dataset;

-- The record: what is new, episodes, critical care ----------------------------------------------
SELECT inv_test.send('sus_apc', 'spell.hospital_provider_spell_number,spell.commissioning.service_agreement.provider,spell.commissioning.service_agreement.commissioner,spell.patient.identity.nhs_number.value,spell.admission.date,spell.discharge.date,spell.patient.residence_derived.lsoa_11,spell.patient.residence_derived.country,spell.patient.overseas_visitor.classification,spell.commissioning.commissioner_assignment.commissioner,spell.commissioning.pss_grouping.national_programme_code,spell.commissioning.evidence_based_intervention.category,spell.admission.intended_management,spell.referral.decided_to_admit_date,spell.commissioning.tariff_calculation.top_up_code,local.ward_code
S1,RZ1,00X,9990000018,01/06/2024,10/06/2024,E01000001,W92000004,8,00y,NPOC_B,1,2,20/05/2024,34,w1
S2,RZ1,00X,9990000018,01/07/2024,10/07/2024,,Scotland,,,,,,,,
9990000018,RZ1,00X,9990000018,01/08/2024,02/08/2024,,,,,,,,,,');
SELECT inv_test.send('sus_op', 'appointment.identifier,appointment.commissioning.service_agreement.provider,appointment.date,appointment.patient.identity.nhs_number.value,appointment.referral.source_op,appointment.care_location.type,local.clinic_code,appointment.patient.residence_derived.lsoa_11,appointment.commissioning.commissioner_assignment.commissioner,appointment.commissioning.pss_grouping.national_programme_code
A1,RZ1,01/06/2024,9990000026,1,Ward,c9,E01000002,00X,NPOC_A');
SELECT inv_test.send('sus_ec', 'attendance.unique_identifier,commissioning.service_agreement.provider,attendance.arrival.date,patient.nhs_number.value,patient.usual_address.lsoa_11,patient.usual_address.country,patient.overseas_visitor_charging_category,commissioning.commissioner_assignment.commissioner
E1,RZ1,01/06/2024,9990000026,E01000002,E92000001,A,00X');
SELECT inv_test.send('sus_apc_episode', 'commissioning.service_agreement.provider,spell.hospital_provider_spell_number,number,start_date,end_date,care_professional.treatment_function,clinical_coding.diagnosis,clinical_coding.procedure
RZ1,S1,1,01/06/2024,03/06/2024,100,I10X E119,W371
RZ1,S1,2,03/06/2024,10/06/2024,300,,
RZ1,S1,2,03/06/2024,10/06/2024,300,,
RZ1,S9,1,03/06/2024,10/06/2024,300,,
RZ1,S2,0,03/06/2024,10/06/2024,300,,
RZ1,S2,1,03/07/2024,02/07/2024,300,,
RZ1,9990000018,1,01/08/2024,02/08/2024,300,,');
SELECT inv_test.send('sus_critical_care', 'commissioning.service_agreement.provider,spell.hospital_provider_spell_number,admission.date,discharge.date,commissioning.grouping.unbundled_hrg,local.critical_care_days
RZ1,S1,02/06/2024,04/06/2024,XC05Z,
RZ1,S1,06/06/2024,,XC05Z,2
RZ1,S8,06/06/2024,,XC05Z,2');
CALL inv.load();
SELECT feed, status, rows_received, rows_loaded, rows_rejected, message FROM inv_test.outcome WHERE feed LIKE 'sus%' ORDER BY submission_id;
SELECT feed, line_no, column_name, value_masked, reason FROM inv_test.refused WHERE feed LIKE 'sus%' ORDER BY 1, 2, 3;
SELECT dataset, start_date, lsoa_code, country, overseas_category, cam_commissioner, national_programme, ebi_category, intended_management, decision_date, ward_code, top_up_code, referral_source, location_type, clinic_code
FROM inv.activity ORDER BY dataset, start_date;
SELECT a.start_date AS admitted, e.episode_no, e.start_date, e.end_date, e.treatment_function, e.diagnoses, e.procedures FROM inv.episode e JOIN inv.activity a USING (person_id, activity_id) ORDER BY 1, 2;
SELECT c.seq, c.kind, c.code, c.days, c.start_date, c.end_date FROM inv.activity_component c ORDER BY 1;
-- a spell sent again keeps its episodes; one that is gone takes them with it
SELECT inv_test.send('sus_apc', 'spell.hospital_provider_spell_number,spell.commissioning.service_agreement.provider,spell.commissioning.service_agreement.commissioner,spell.patient.identity.nhs_number.value,spell.admission.date,spell.discharge.date
S1,RZ1,00X,9990000018,01/06/2024,11/06/2024
S3,RZ1,00X,9990000018,05/08/2024,06/08/2024');
CALL inv.load();
SELECT a.start_date AS admitted, a.end_date, e.episode_no FROM inv.activity a LEFT JOIN inv.episode e USING (person_id, activity_id) WHERE a.dataset = 'APC' ORDER BY 1, 3;
SELECT count(*) AS episodes, (SELECT count(*) FROM inv.activity_component) AS components FROM inv.episode;
-- an episode sent again is replaced with its spell's others
SELECT inv_test.send('sus_apc_episode', 'commissioning.service_agreement.provider,spell.hospital_provider_spell_number,number,start_date,end_date
RZ1,S1,1,01/06/2024,11/06/2024');
SELECT inv_test.send('sus_critical_care', 'commissioning.service_agreement.provider,spell.hospital_provider_spell_number,admission.date,discharge.date
RZ1,S1,02/06/2024,02/06/2024');
CALL inv.load();
SELECT e.episode_no, e.start_date, e.end_date FROM inv.episode e;
SELECT c.seq, c.days FROM inv.activity_component c;

-- which inputs there are
SELECT input, rows FROM inv.input_presence ORDER BY input COLLATE "C";
-- what was given for checking invoices serves nothing else
SELECT commissioning.create_warehouse('inv_risk', 'risk_stratification', 1);
SELECT submission_id FROM inv_risk.open_submission('prior_approvals', 'a.csv', 'h', ARRAY['NHS NUMBER', 'APPROVAL IDENTIFIER', 'POLICY', 'VALID FROM']) \gset
SELECT inv_risk.close_submission(:submission_id);
CALL inv_risk.load();
SELECT status, message FROM inv_risk.submission;

-- Organisations that gave way -------------------------------------------------------------------
SELECT inv_test.send('organisations', 'ORGANISATION CODE,NAME,TYPE,PARENT CODE,LINK KIND,OPEN DATE,CLOSE DATE
00A,Old A,sub_icb,00M,successor,01/04/2013,31/03/2020
00B,Old B,sub_icb,00M,successor,01/04/2013,31/03/2020
00M,Middle,sub_icb,00N,successor,01/04/2020,31/03/2024
00N,New,sub_icb,,,01/04/2024,
00S,Split,sub_icb,00N,successor,01/04/2013,31/03/2024
00S,Split,sub_icb,00Z,successor,01/04/2013,31/03/2024
00Z,Other,sub_icb,,,01/04/2024,');
CALL inv.load();
SELECT child, parent, valid FROM inv.organisation_link ORDER BY 1, 2;
SELECT c AS code, d AS day, inv.current_org(c, d) FROM unnest('{00A,00M,00N,00S}'::text[]) c, unnest('{2020-03-31,2020-04-01,2024-03-31,2024-04-01}'::date[]) d ORDER BY 1, 2;
SELECT inv.current_org(NULL, '2024-04-01'), inv.current_org('00A', NULL), inv.current_org('none', '2024-04-01');
-- a circle of successors ends
INSERT INTO inv.organisation_link VALUES ('00N', 'successor', '00A', '[2024-04-01,)');
SELECT inv.current_org('00A', '2024-05-01') IS NOT NULL AS ends;

DROP SCHEMA inv_test CASCADE;
DROP SCHEMA inv_reporting, inv_identity, inv, inv_risk_reporting, inv_risk_identity, inv_risk CASCADE;
