-- Rules on lines of one person beside each other: fault and money, near miss, needed field absent. What must come out stands with each case,
-- computed by hand from prices of 2,000 (emergency), 1,800 (elective), 500 (day case), 165 and 78 (first, follow-up), 143 (procedure), 150
-- (emergency department), 118 (drug), 1,180 (pathway), 320 (regular day attendance).
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('prs', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/pairs_kit.psql

DO $$
BEGIN
    PERFORM pairs_test.about(31, 'DUP03 national and local line of one visit: the cheaper goes', '2:DUP03 fail 88.00');
    PERFORM pairs_test.line(31, 'PROC');
    PERFORM pairs_test.line(31, 'PROC', '{"national_price": false, "hrg": "LOC1", "unit_price": 88, "market_forces_factor": null, "site_code": "RZ102"}', NULL);
    PERFORM pairs_test.about(32, 'DUP03 the national line is the cheaper', '1:DUP03 fail 143.00');
    PERFORM pairs_test.line(32, 'PROC');
    PERFORM pairs_test.line(32, 'PROC', '{"national_price": false, "hrg": "LOC1", "unit_price": 150, "market_forces_factor": null, "site_code": "RZ102"}', NULL);
    PERFORM pairs_test.about(33, 'DUP03 near: two treatment functions');
    PERFORM pairs_test.line(33, 'PROC');
    PERFORM pairs_test.line(33, 'PROC', '{"national_price": false, "hrg": "LOC1", "unit_price": 88, "market_forces_factor": null, "treatment_function": "300"}', NULL);
    PERFORM pairs_test.about(34, 'DUP03 absent: treatment function', '2:DUP03 not_assessed treatment_function; 2:MAT01 not_assessed treatment_function; 2:OVL04 not_assessed treatment_function');
    PERFORM pairs_test.line(34, 'PROC');
    PERFORM pairs_test.line(34, 'PROC', '{"national_price": false, "hrg": "LOC1", "unit_price": 88, "market_forces_factor": null, "treatment_function": null}', NULL);

    PERFORM pairs_test.about(41, 'DUP04 credited before, billed under another number', '1:DUP04 fail 143.00'); PERFORM pairs_test.line(41, 'PROC');
    PERFORM pairs_test.about(42, 'DUP04 near: another HRG'); PERFORM pairs_test.line(42, 'PROC');
    PERFORM pairs_test.about(43, 'DUP04 near: the credited line itself is still there'); PERFORM pairs_test.line(43, 'PROC');
    PERFORM pairs_test.about(44, 'DUP04 near: stood beside the credited line in one file'); PERFORM pairs_test.line(44, 'PROC');
    PERFORM pairs_test.about(45, 'DUP04 absent: no date', '1:COD09 not_assessed start_date; 1:DUP03 not_assessed start_date; 1:DUP04 not_assessed start_date; 1:OVL03 not_assessed start_date; 1:OVL04 not_assessed start_date');
    PERFORM pairs_test.line(45, 'PROC', '{}', NULL); UPDATE prs.invoice_line SET start_date = NULL, end_date = NULL WHERE person_id = 45;

    PERFORM pairs_test.about(51, 'DUP05 same drug, day and quantity, another provider', '2:DUP05 fail 118.00');
    PERFORM pairs_test.line(51, 'DRUG'); PERFORM pairs_test.line(51, 'DRUG', '{"provider_code": "RZ2"}');
    PERFORM pairs_test.about(52, 'DUP05 near: another quantity'); PERFORM pairs_test.line(52, 'DRUG'); PERFORM pairs_test.line(52, 'DRUG', '{"units": 2}');
    PERFORM pairs_test.about(53, 'DUP05 absent: no code', '1:DUP05 not_assessed hrg_sent'); PERFORM pairs_test.line(53, 'DRUG', '{"hrg": null}');

    PERFORM pairs_test.about(61, 'OVL02 two trusts, equal prices: the earlier is paid', '1:OVL02 fail 0.00; 2:OVL02 fail 2000.00');
    PERFORM pairs_test.line(61, 'NEL'); PERFORM pairs_test.line(61, 'NEL', '{"provider_code": "RZ2", "start_date": "2024-06-04"}');
    PERFORM pairs_test.about(62, 'OVL02 transferred: the one that received the patient is paid, excess days go with their spell', '1:OVL02 fail 2000.00; 2:OVL02 fail 200.00; 3:OVL02 fail 0.00');
    PERFORM pairs_test.line(62, 'NEL', '{"claim_group": "RZ1|S62", "end_date": "2024-06-13"}', '{"discharge_destination": "51"}');
    PERFORM pairs_test.line(62, 'XBD', '{"claim_group": "RZ1|S62", "end_date": "2024-06-13"}');
    PERFORM pairs_test.line(62, 'NEL', '{"provider_code": "RZ2", "start_date": "2024-06-12", "hrg": "DZ11V", "unit_price": 1500}', '{"hrg": "DZ11V"}');
    PERFORM pairs_test.about(63, 'OVL02 near: discharged on the day of the next admission');
    PERFORM pairs_test.line(63, 'NEL'); PERFORM pairs_test.line(63, 'NEL', '{"provider_code": "RZ2", "start_date": "2024-06-06"}');
    PERFORM pairs_test.about(64, 'OVL02 absent: still in hospital', '1:OVL02 not_assessed end_date');
    PERFORM pairs_test.line(64, 'NEL', '{}', '{"end_date": null}'); UPDATE prs.invoice_line SET end_date = NULL WHERE person_id = 64;

    PERFORM pairs_test.about(71, 'OVL03 visit on the third day of a stay', '2:OVL03 fail 78.00'); PERFORM pairs_test.line(71, 'NEL'); PERFORM pairs_test.line(71, 'FU', '{"start_date": "2024-06-03"}');
    PERFORM pairs_test.about(72, 'OVL03 near: on the day of discharge'); PERFORM pairs_test.line(72, 'NEL'); PERFORM pairs_test.line(72, 'FU', '{"start_date": "2024-06-06"}');
    PERFORM pairs_test.about(73, 'OVL03 near: another provider'); PERFORM pairs_test.line(73, 'NEL'); PERFORM pairs_test.line(73, 'FU', '{"start_date": "2024-06-03", "provider_code": "RZ2"}');

    PERFORM pairs_test.about(81, 'OVL04 seen and admitted in the same specialty', '2:OVL04 fail 165.00'); PERFORM pairs_test.line(81, 'EL'); PERFORM pairs_test.line(81, 'OP');
    PERFORM pairs_test.about(82, 'OVL04 near: another specialty'); PERFORM pairs_test.line(82, 'NEL'); PERFORM pairs_test.line(82, 'OP');
    PERFORM pairs_test.about(83, 'OVL04, OVL06, CLS11, MAT01 absent: treatment function',
        '1:CLS11 not_assessed treatment_function; 1:DUP03 not_assessed treatment_function; 1:MAT01 not_assessed treatment_function; 1:OVL04 not_assessed treatment_function; 1:OVL06 not_assessed treatment_function');
    PERFORM pairs_test.line(83, 'OP', '{"treatment_function": null}');

    PERFORM pairs_test.about(91, 'OVL05 emergency attendance during a stay', '2:OVL05 fail 150.00'); PERFORM pairs_test.line(91, 'NEL'); PERFORM pairs_test.line(91, 'AE', '{"start_date": "2024-06-03"}');
    PERFORM pairs_test.about(92, 'OVL05 near: on the day of admission'); PERFORM pairs_test.line(92, 'NEL'); PERFORM pairs_test.line(92, 'AE');
    PERFORM pairs_test.about(93, 'OVL05 absent: no date', '1:COD09 not_assessed start_date; 1:DUP03 not_assessed start_date; 1:DUP04 not_assessed start_date; 1:OVL05 not_assessed start_date');
    PERFORM pairs_test.line(93, 'AE', '{}', NULL); UPDATE prs.invoice_line SET start_date = NULL, end_date = NULL WHERE person_id = 93;

    PERFORM pairs_test.about(101, 'OVL06 first and follow-up in one clinic: the dearer is kept', '2:OVL06 fail 78.00'); PERFORM pairs_test.line(101, 'OP'); PERFORM pairs_test.line(101, 'FU');
    PERFORM pairs_test.about(102, 'OVL06 near: another site'); PERFORM pairs_test.line(102, 'OP'); PERFORM pairs_test.line(102, 'FU', '{"site_code": "RZ102"}');
    PERFORM pairs_test.about(103, 'OVL06 near: another profession'); PERFORM pairs_test.line(103, 'OP'); PERFORM pairs_test.line(103, 'FU', '{}', '{"main_specialty": "950"}');

    PERFORM pairs_test.about(111, 'OVL08 one stay in two spells, equal prices: the later goes', '2:OVL08 fail 2000.00');
    PERFORM pairs_test.line(111, 'NEL', '{}', '{"discharge_destination": "51"}'); PERFORM pairs_test.line(111, 'NEL', '{"start_date": "2024-06-07"}', '{"admission_method": "2B"}');
    PERFORM pairs_test.about(112, 'OVL08 the first is the cheaper', '1:OVL08 fail 1500.00');
    PERFORM pairs_test.line(112, 'NEL', '{"hrg": "DZ11V", "unit_price": 1500}', '{"hrg": "DZ11V", "discharge_destination": "51"}'); PERFORM pairs_test.line(112, 'NEL', '{"start_date": "2024-06-06"}', '{"admission_method": "81"}');
    PERFORM pairs_test.about(113, 'OVL08 near: two days later');
    PERFORM pairs_test.line(113, 'NEL', '{}', '{"discharge_destination": "51"}'); PERFORM pairs_test.line(113, 'NEL', '{"start_date": "2024-06-08"}', '{"admission_method": "2B"}');
    PERFORM pairs_test.about(114, 'OVL08 absent: discharge destination', '1:OVL08 not_assessed discharge_destination'); PERFORM pairs_test.line(114, 'NEL', '{}', '{"discharge_destination": null}');

    PERFORM pairs_test.about(121, 'MAT01 clinic and admission on an antenatal pathway', '2:MAT01 fail 90.00; 3:MAT01 fail 400.00');
    PERFORM pairs_test.line(121, 'PATH', '{"start_date": "2024-06-01"}'); PERFORM pairs_test.line(121, 'FU', '{"start_date": "2024-06-20", "treatment_function": "501", "unit_price": 90}');
    PERFORM pairs_test.line(121, 'NEL', '{"start_date": "2024-07-20", "provider_code": "RZ2", "pod": "NELNE", "hrg": "NZ16Z", "unit_price": 400, "treatment_function": "501"}', '{"hrg": "NZ16Z", "admission_method": "31"}');
    PERFORM pairs_test.about(122, 'MAT01 near: before the booking'); PERFORM pairs_test.line(122, 'PATH'); PERFORM pairs_test.line(122, 'FU', '{"start_date": "2024-05-31", "treatment_function": "501", "unit_price": 90}');

    PERFORM pairs_test.about(131, 'MAT02 the module again at another provider, 280 days later', '2:MAT02 fail 1180.00'); PERFORM pairs_test.line(131, 'PATH'); PERFORM pairs_test.line(131, 'PATH', '{"start_date": "2025-03-08", "provider_code": "RZ2"}');
    PERFORM pairs_test.about(132, 'MAT02 near: 281 days later'); PERFORM pairs_test.line(132, 'PATH'); PERFORM pairs_test.line(132, 'PATH', '{"start_date": "2025-03-09", "provider_code": "RZ2"}');
    PERFORM pairs_test.about(133, 'MAT02 absent: no date', '1:DUP04 not_assessed start_date; 1:MAT02 not_assessed start_date');
    PERFORM pairs_test.line(133, 'PATH'); UPDATE prs.invoice_line SET start_date = NULL, end_date = NULL WHERE person_id = 133;

    PERFORM pairs_test.about(141, 'RDM01 after an elective stay: nothing is due', '2:RDM01 fail 2000.00'); PERFORM pairs_test.line(141, 'EL'); PERFORM pairs_test.line(141, 'NEL', '{"start_date": "2024-07-04"}');
    PERFORM pairs_test.about(142, 'RDM01 after an emergency: seven tenths are due', '2:RDM01 fail 600.00'); PERFORM pairs_test.line(142, 'NEL'); PERFORM pairs_test.line(142, 'NEL', '{"start_date": "2024-06-10"}');
    PERFORM pairs_test.about(143, 'RDM01 near: day 31'); PERFORM pairs_test.line(143, 'EL'); PERFORM pairs_test.line(143, 'NEL', '{"start_date": "2024-07-05"}');
    PERFORM pairs_test.about(144, 'RDM01 near: cancer'); PERFORM pairs_test.line(144, 'EL'); PERFORM pairs_test.line(144, 'NEL', '{"start_date": "2024-06-10"}', '{"diagnoses": "{C349,J189}"}');
    PERFORM pairs_test.about(145, 'RDM01 near: transferred in'); PERFORM pairs_test.line(145, 'EL'); PERFORM pairs_test.line(145, 'NEL', '{"start_date": "2024-06-10"}', '{"admission_method": "2B"}');
    PERFORM pairs_test.about(146, 'RDM01 near: a contract without the rule');
    PERFORM pairs_test.line(146, 'EL', '{"provider_code": "RZ2"}'); PERFORM pairs_test.line(146, 'NEL', '{"start_date": "2024-06-10", "provider_code": "RZ2"}');
    PERFORM pairs_test.about(147, 'RDM01 absent: age', '2:RDM01 not_assessed age'); PERFORM pairs_test.line(147, 'EL'); PERFORM pairs_test.line(147, 'NEL', '{"start_date": "2024-06-10", "age": null}', '{"age": null}');
    PERFORM pairs_test.about(148, 'RDM01 the stay before is recorded and not charged: nothing is due', '1:RDM01 fail 2000.00'); PERFORM pairs_test.line(148, 'NEL', '{"start_date": "2024-06-10"}');
    INSERT INTO prs.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, patient_classification, admission_method, hrg, diagnoses)
    VALUES (148, 9148, 'APC', 'RZ1', '2024-06-01', '2024-06-02', '1', '12', 'AA22C', '{J189}');

    PERFORM pairs_test.about(161, 'CLS02 followed up, no first in two years', '2:CLS02 fail 0.00');
    PERFORM pairs_test.line(161, 'NEL', '{"start_date": "2022-06-01"}'); PERFORM pairs_test.line(161, 'FU');
    UPDATE prs.submission_slice SET status = 'current';
    PERFORM pairs_test.about(162, 'CLS02 near: a first on the last day of the window, at another provider'); PERFORM pairs_test.line(162, 'NEL', '{"start_date": "2022-05-01"}');
    PERFORM pairs_test.line(162, 'OP', '{"start_date": "2022-06-02", "provider_code": "RZ2"}'); PERFORM pairs_test.line(162, 'FU');
    PERFORM pairs_test.about(163, 'CLS02 near: discharged from the specialty'); PERFORM pairs_test.line(163, 'EL', '{"start_date": "2022-06-05"}'); PERFORM pairs_test.line(163, 'NEL', '{"start_date": "2022-05-01"}'); PERFORM pairs_test.line(163, 'FU');
    PERFORM pairs_test.about(164, 'CLS02 near: the person has been known for a month'); PERFORM pairs_test.line(164, 'NEL', '{"start_date": "2024-05-01"}'); PERFORM pairs_test.line(164, 'FU');
    PERFORM pairs_test.about(165, 'CLS02 absent: treatment function', '2:CLS02 not_assessed treatment_function; 2:CLS11 not_assessed treatment_function; 2:DUP03 not_assessed treatment_function; 2:MAT01 not_assessed treatment_function; 2:OVL04 not_assessed treatment_function; 2:OVL06 not_assessed treatment_function');
    PERFORM pairs_test.line(165, 'NEL', '{"start_date": "2022-06-01"}'); PERFORM pairs_test.line(165, 'FU', '{"treatment_function": null}');

    PERFORM pairs_test.about(171, 'CLS10 four day cases in June: 500 less 320 each', '1:CLS10 fail 180.00; 2:CLS10 fail 180.00; 3:CLS10 fail 180.00; 4:CLS10 fail 180.00');
    PERFORM pairs_test.line(171, 'DC', '{"start_date": "2024-06-01"}'); PERFORM pairs_test.line(171, 'DC', '{"start_date": "2024-06-10"}'); PERFORM pairs_test.line(171, 'DC', '{"start_date": "2024-06-20"}');
    PERFORM pairs_test.line(171, 'DC', '{"start_date": "2024-06-30"}');
    PERFORM pairs_test.about(172, 'CLS10 near: three in June, one in July'); PERFORM pairs_test.line(172, 'DC', '{"start_date": "2024-06-02"}'); PERFORM pairs_test.line(172, 'DC', '{"start_date": "2024-06-10"}');
    PERFORM pairs_test.line(172, 'DC', '{"start_date": "2024-06-20"}'); PERFORM pairs_test.line(172, 'DC', '{"start_date": "2024-07-01"}');

    PERFORM pairs_test.about(181, 'CLS11 visit beside its procedure', '2:CLS11 fail 78.00'); PERFORM pairs_test.line(181, 'PROC'); PERFORM pairs_test.line(181, 'FU', '{"site_code": "RZ102"}');
    PERFORM pairs_test.about(182, 'CLS11 near: another specialty'); PERFORM pairs_test.line(182, 'PROC', '{"treatment_function": "300"}'); PERFORM pairs_test.line(182, 'FU');

    PERFORM pairs_test.about(191, 'COD09 two codes that belong together: the cheaper goes', '2:COD09 fail 143.00'); PERFORM pairs_test.line(191, 'PROC', '{"hrg": "AA22C", "unit_price": 210}', '{"hrg": "AA22C"}');
    PERFORM pairs_test.line(191, 'PROC', '{"treatment_function": "300"}');
    PERFORM pairs_test.about(192, 'COD09 near: on two days'); PERFORM pairs_test.line(192, 'PROC', '{"hrg": "AA22C", "unit_price": 210}', '{"hrg": "AA22C"}'); PERFORM pairs_test.line(192, 'PROC', '{"start_date": "2024-06-02", "treatment_function": "300"}');
    PERFORM pairs_test.about(193, 'COD09 near: the pair does not hold on this day'); PERFORM pairs_test.line(193, 'DC', '{"hrg": "DZ11V", "unit_price": 700}', '{"hrg": "DZ11V"}'); PERFORM pairs_test.line(193, 'PROC', '{"treatment_function": "300"}');
END $$;
INSERT INTO prs.price_rule (provider_code, pod, valid, unit_price, source) VALUES ('RZ1', 'RADAY', '(,)', 320, 'agreed');
INSERT INTO prs.code_pair VALUES ('HRG', 'AA33C', 'AA22C', '(,)'), ('HRG', 'AA33C', 'DZ11V', '[2024-06-02,)');
-- credits: of a line that was never here, of another HRG, of a line that is still there, of one that stood beside in the first file
INSERT INTO prs.recovered_line (person_id, provider_code, start_date, end_date, pod, hrg_sent, reference, line_key, recovered_on)
SELECT l.person_id, l.provider_code, l.start_date, l.end_date, l.pod, CASE l.person_id WHEN 42 THEN 'AA22C' ELSE l.hrg_sent END, 'CN' || l.person_id,
       CASE l.person_id WHEN 43 THEN l.line_key WHEN 44 THEN 'credited' ELSE '' END, '2024-09-01'
FROM prs.invoice_line l WHERE l.person_id BETWEEN 41 AND 44;
INSERT INTO prs.invoice_line SELECT (jsonb_populate_record(l, '{"submission_id": 2, "line_no": 9001, "line_key": "credited", "claim_group": "RZ1|c", "cds_id": "c", "provider_event_id": "c"}')).*
FROM prs.invoice_line l WHERE l.person_id = 44;
INSERT INTO prs.invoice_line SELECT (jsonb_populate_record(l, '{"submission_id": 2, "line_no": 9002}')).* FROM prs.invoice_line l WHERE l.person_id = 44 AND l.line_key <> 'credited';

\set ECHO all

CALL prs.match();
CALL prs.price();
CALL prs.validate();

SELECT * FROM pairs_test.found('{DUP03,DUP04,DUP05,OVL02,OVL03,OVL04,OVL05,OVL06,OVL07,OVL08,MAT01,MAT02,RDM01,CLS01,CLS02,CLS10,CLS11,COD07,COD09}');

-- the payee is named
SELECT f.rule_code, f.evidence -> 'two_provider_payee' AS payee, f.evidence -> 'two_provider_of' AS other FROM prs.finding f WHERE f.rule_code = 'OVL02' AND f.person_id = 62 ORDER BY f.line_key;
SELECT f.evidence FROM prs.finding f WHERE f.rule_code = 'RDM01' AND f.person_id IN (141, 148) ORDER BY f.person_id;

-- live and persisted agree; a repeat changes nothing
SELECT count(*) FROM ((TABLE prs.claim_link_live EXCEPT TABLE prs.claim_link) UNION ALL (TABLE prs.claim_link EXCEPT TABLE prs.claim_link_live)) x;
CALL prs.match();
SELECT status, rows_out FROM prs.run WHERE stage = 'match' ORDER BY run_id DESC LIMIT 1;

-- how claims meet records, and where a match is ambiguous
SELECT pairs_test.line(201, 'FU'), pairs_test.line(201, 'FU', '{"site_code": "RZ102"}'), pairs_test.line(202, 'FU'), pairs_test.line(203, 'FU');
UPDATE prs.invoice_line SET cds_id = NULL, provider_event_id = NULL WHERE person_id IN (201, 202, 203);
UPDATE prs.activity SET treatment_function = '300' WHERE person_id IN (202, 203);
UPDATE prs.activity SET hrg = 'WF01B' WHERE person_id = 203;
CALL prs.match();
SELECT person_id, method, score, candidates FROM prs.line_match WHERE person_id > 200 ORDER BY 1, line_key;
SELECT provider_code, method, score, lines, ambiguous_lines FROM prs_reporting.match_quality WHERE method LIKE 'person%' ORDER BY provider_code, method_order;

-- the function by itself: nobody, no lines, a kind that is not known
SELECT count(*) FROM commissioning.claim_sweep(NULL);
SELECT count(*) FROM commissioning.claim_sweep(ARRAY[NULL, ROW(false, 'spell', 1, 'RZ1', NULL, NULL, '2024-06-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::commissioning.claim_event]);
SELECT * FROM commissioning.claim_sweep(ARRAY[jsonb_populate_record(NULL::commissioning.claim_event, '{"kind": "surgery"}')]);
SELECT line_key, duplicate_of FROM commissioning.claim_sweep(ARRAY[
    jsonb_populate_record(NULL::commissioning.claim_event, '{"is_line": true, "kind": "attendance", "start_date": "2024-06-01", "line_key": "a", "line_no": 1}'),
    jsonb_populate_record(NULL::commissioning.claim_event, '{"is_line": true, "kind": "attendance", "start_date": "2024-06-01", "line_key": "b", "line_no": 2}')]);

DROP SCHEMA prs_reporting CASCADE;
DROP SCHEMA prs CASCADE;
DROP SCHEMA prs_identity CASCADE;
DROP SCHEMA pairs_test CASCADE;
