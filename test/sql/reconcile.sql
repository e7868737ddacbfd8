-- Plan, aggregate claim, claims and record side by side, by hand; how they meet; unknown codes with what they may mean; the map applied.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('rec', 'invoice_validation', person_partitions => 2);

INSERT INTO rec.organisation (org_code, name, org_type) VALUES ('RZ1', 'Synthetic Trust 1', 'trust'), ('RZ101', 'Synthetic Site', 'site'), ('00X', 'Sub-ICB X', 'sub_icb'), ('00Y', 'Sub-ICB Y', 'sub_icb');
INSERT INTO rec.organisation_link VALUES ('00V', 'successor', '00X', '[2023-04-01,)');
INSERT INTO rec.contract (contract_id, title, basis, valid) VALUES ('K1', 'Trust 1', 'tariff', '[2024-04-01,2025-04-01)');
INSERT INTO rec.contract_party VALUES ('K1', 1, '00X', 'coordinating_commissioner'), ('K1', 2, 'RZ1', 'provider');
INSERT INTO rec.factor (provider_code, valid, value, source) VALUES ('RZ1', '[2024-04-01,2025-04-01)', 1, 'synthetic');
INSERT INTO rec.activity_plan VALUES ('K1', '00X', '2024/25', 1, 'NEL', 2, 4000), ('K1', '00X', '2024/25', 1, 'DC', 1, 100);
INSERT INTO rec.tariff_price (tariff_name, financial_year, kind, treatment_function, hrg, day_case, elective, elective_trim, non_elective, non_elective_trim, per_day, price, synthetic) VALUES
    ('list', '2024/25', 'spell', '', 'AA22C', 900, 1800, 8, 2000, 10, 200, NULL, true), ('list', '2024/25', 'spell', '', 'AA33C', 500, 500, 8, 600, 10, 200, NULL, true),
    ('list', '2024/25', 'attendance', '110', 'WF01B', NULL, NULL, NULL, NULL, NULL, NULL, 165, true), ('list', '2024/25', 'attendance', '110', 'WF01A', NULL, NULL, NULL, NULL, NULL, NULL, 78, true),
    ('list', '2024/25', 'emergency', '', 'VB08Z', NULL, NULL, NULL, NULL, NULL, NULL, 150, true);

-- a file as it would be copied: rows of texts under its headers
CREATE FUNCTION rec.test_file(feed text, file text, header text[], VARIADIC lines text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    opened record;
BEGIN
    SELECT * INTO opened FROM rec.open_submission(feed, file, md5(file), header);
    FOR i IN 1 .. cardinality(lines) LOOP
        EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', opened.landing_table, opened.landing_columns,
                       (SELECT string_agg(quote_nullable(nullif(w, '')), ', ' ORDER BY n) FROM string_to_table(lines[i], ',') WITH ORDINALITY t (w, n)));
    END LOOP;
    PERFORM rec.close_submission(opened.submission_id);
    RETURN opened.submission_id;
END $$;
\set plcm_header 'ARRAY[''FINANCIAL MONTH'', ''FINANCIAL YEAR'', ''ORGANISATION IDENTIFIER (CODE OF PROVIDER)'', ''ORGANISATION SITE IDENTIFIER (OF TREATMENT)'', ''ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)'', ''NHS NUMBER'', ''ACTIVITY START DATE (CONTRACT MONITORING)'', ''ACTIVITY END DATE (CONTRACT MONITORING)'', ''ACTIVITY TREATMENT FUNCTION CODE'', ''POINT OF DELIVERY CODE'', ''LOCAL POINT OF DELIVERY CODE'', ''TARIFF CODE'', ''ACTIVITY COUNT (POINT OF DELIVERY)'', ''ACTIVITY UNIT PRICE'', ''TOTAL COST'', ''CDS UNIQUE IDENTIFIER'', ''HOSPITAL PROVIDER SPELL IDENTIFIER'']'
SELECT rec.test_file('plcm', 'm01', :plcm_header,
    '1,2024/25,RZ1,RZ101,00X,9990000018,01/04/2024,06/04/2024,100,NEL,,AA22C,1,2000,2000,C1,S1',
    '1,2024/25,RZ1,RZ101,00X,9990000018,01/04/2024,06/04/2024,100,NEL,,AA22C,1,2000,2000,C1,S1',
    '1,2024/25,RZ1,RZ101,00X,9990000026,01/04/2024,06/04/2024,100,NEL,,AA22C,1,2050,2050,C2,S2',
    '1,2024/25,RZ1,RZ101,00X,9990000026,03/04/2024,03/04/2024,110,OPFASPCL,,WF01B,1,165,165,C3,A3',
    '1,2024/25,RZ1,RZ101,00X,9990000034,04/04/2024,04/04/2024,100,XDAY,Daycase,AA33C,1,500,500,C4,S4',
    '1,2024/25,RZ1,RZ101,00X,9990000034,05/04/2024,05/04/2024,100,XDAY,Daycase,AA33C,1,510,510,,S5',
    '1,2024/25,RZ1,RZ101,00X,9990000042,06/04/2024,06/04/2024,110A,OPFASPCL,,WF01B,1,165,165,C6,A6',
    '1,2024/25,RZ1,RZ199,00Z,9990000042,07/04/2024,07/04/2024,180,AE,,VB08Z,1,150,150,C8,A8',
    '1,2024/25,RZ1,RZ199,00Z,9990000042,08/04/2024,08/04/2024,180,AE,,VB08Z,1,150,150,C7,A7',
    '1,2024/25,RZ1,RZ101,00X,9990000050,09/04/2024,09/04/2024,100,DC,,AA33,1,500,500,C9,S9',
    '1,2024/25,RZ1,RZ101,00X,9990000050,10/04/2024,10/04/2024,100,DC,,AA33,1,500,500,C10,S10',
    '1,2024/25,RZ1,RZ101,00X,9990000050,11/04/2024,11/04/2024,100,DC,,ZZ99Z,1,70.005,70.005,,',
    '1,2024/25,RZ1,RZ101,00X,9990000050,12/04/2024,12/04/2024,100,CARDIAC,Blood test,,1,3,3,,') AS file;
SELECT rec.test_file('acm', 'a01', ARRAY['FINANCIAL MONTH', 'FINANCIAL YEAR', 'ORGANISATION IDENTIFIER (CODE OF PROVIDER)', 'ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)', 'POINT OF DELIVERY CODE', 'CONTRACT MONITORING ACTUAL PRICE'],
    '1,2024/25,RZ1,00X,NEL,4100', '1,2024/25,RZ1,00X,OPFASPCL,330', '1,2024/25,RZ1,00X,DALAB,40', '1,2024/25,RZ1,00X,XDAY,1010') AS file;
CALL rec.load();
INSERT INTO rec.activity (person_id, activity_id, dataset, provider_code, site_code, provider_event_id, cds_id, commissioner_billed, start_date, end_date, age, hrg, patient_classification,
                          admission_method, treatment_function, first_attendance, attendance_status, critical_care_days)
SELECT l.person_id, r.id, r.dataset, 'RZ1', 'RZ101', r.event, r.cds, '00X', r.day, r.day + r.nights, 50, r.hrg::commissioning.hrg, r.class, r.method, r.tf, r.first, '5', 0
FROM (VALUES (1, 'APC', 'S1', 'C1', date '2024-04-01', 5, 'AA22C', '1', '21', '100', NULL), (2, 'APC', 'S2', 'C2', '2024-04-01', 5, 'AA22C', '1', '21', '100', NULL),
             (4, 'APC', 'S4', 'C4', '2024-04-04', 0, 'AA33C', '2', '11', '100', NULL), (5, 'APC', 'S5', 'X5', '2024-04-05', 0, 'AA33C', '2', '11', '100', NULL),
             (6, 'OP', 'A6', 'C6', '2024-04-06', 0, 'WF01B', NULL, NULL, '110', '1'), (7, 'EC', 'A7', 'C7', '2024-04-08', 0, 'VB08Z', NULL, NULL, '180', '1'),
             (8, 'EC', 'A8', 'C8', '2024-04-07', 0, 'VB08Z', NULL, NULL, '180', '1'), (9, 'APC', 'S9', 'C9', '2024-04-09', 0, 'AA33C', '2', '11', '100', NULL),
             (10, 'APC', 'S10', 'C10', '2024-04-10', 0, 'AA33C', '2', '11', '100', NULL)) r (id, dataset, event, cds, day, nights, hrg, class, method, tf, first)
JOIN rec.invoice_line l ON l.provider_event_id = r.event AND l.line_key NOT LIKE '%#%';
-- recorded and not claimed, by a person whom the claims know
INSERT INTO rec.activity (person_id, activity_id, dataset, provider_code, cds_id, commissioner_billed, start_date, end_date, hrg, treatment_function, first_attendance, attendance_status)
SELECT l.person_id, 20, 'OP', 'RZ1', 'X20', '00X', '2024-04-20', '2024-04-20', 'WF01A', '110', '2', '5' FROM rec.invoice_line l WHERE l.cds_id = 'C2';
INSERT INTO rec.activity (person_id, activity_id, dataset, provider_code, cds_id, start_date, end_date, hrg, treatment_function, first_attendance, attendance_status)
SELECT l.person_id, 21, 'OP', 'RZ1', 'X21', '2024-05-20', '2024-05-20', 'WF01A', '110', '2', '5' FROM rec.invoice_line l WHERE l.cds_id = 'C2';
CALL rec.match();
CALL rec.price();

-- by hand: plan, aggregate, claimed, record, matched, claimed only, record only, price difference, unpriced, unexplained
CREATE TABLE rec.want (commissioner_code text, activity_month date, pod text, plan numeric, aggregate numeric, claimed numeric, record numeric, matched numeric,
                       claimed_only numeric, record_only numeric, price_difference numeric, unpriced numeric, unexplained numeric);
INSERT INTO rec.want VALUES
    ('00X', '2024-04-01', 'NEL',      4000, 4100, 6050,    4000,  4050,  2000,  0,  50, 0,    -1950),
    ('00X', '2024-04-01', 'OPFASPCL', 0,    330,  330,     165,   165,   165,   0,  0,  165,  0),
    ('00X', '2024-04-01', 'XDAY',     0,    1010, 1010,    1010,  1010,  0,     0,  0,  1010, 0),
    ('00X', '2024-04-01', 'DC',       100,  0,    1070.01, 1000,  1000,  70.01, 0,  0,  1000, -1070.01),
    ('00X', '2024-04-01', 'CARDIAC',  0,    0,    3,       0,     0,     3,     0,  0,  0,    -3),
    ('00X', '2024-04-01', 'DALAB',    0,    40,   0,       0,     0,     0,     0,  0,  0,    40),
    ('00X', '2024-04-01', 'OPFUPSPCL', 0,   0,    0,       78,    0,     0,     78, 0,  0,    0),
    ('00Z', '2024-04-01', 'AE',       0,    NULL, 300,     300,   300,   0,     0,  0,  0,    NULL),
    ('-',   '2024-05-01', 'OPFUPSPCL', 0,   NULL, 0,       78,    0,     0,     78, 0,  0,    NULL);
CREATE VIEW rec.got AS
SELECT commissioner_code, activity_month, pod, plan_gbp, aggregate_gbp, claimed_gbp, record_gbp, matched_gbp, claimed_only_gbp, record_only_gbp, price_difference_gbp, unpriced_gbp, unexplained_gbp
FROM rec_reporting.reconciliation;
SELECT 'got' AS side, x.* FROM (TABLE rec.got EXCEPT TABLE rec.want) x UNION ALL SELECT 'want', x.* FROM (TABLE rec.want EXCEPT TABLE rec.got) x;
SELECT count(*) AS rows, count(*) FILTER (WHERE claimed_gbp <> matched_gbp + claimed_only_gbp) AS sides_off,
       count(*) FILTER (WHERE matched_gbp <> record_gbp - record_only_gbp + price_difference_gbp) AS price_off,
       count(*) FILTER (WHERE aggregate_gbp <> claimed_gbp + unexplained_gbp OR (aggregate_gbp IS NULL) <> (unexplained_gbp IS NULL)) AS aggregate_off
FROM rec_reporting.reconciliation;
SELECT sum(claimed_gbp) FROM rec_reporting.reconciliation;
SELECT sum(amount) FROM rec.submission_slice WHERE dataset = 'PLCM';

-- the keys by which claims met the record
SELECT method, lines, claimed_gbp, lines_pct, claimed_pct FROM rec_reporting.match_quality WHERE method IN ('cds_id', 'event_id', 'none') ORDER BY method_order;

-- what nobody knows, dearest first, with what it may mean
SELECT domain, code, called_by_provider, lines, claimed_gbp, suggestion, reason FROM rec_reporting.unmapped;
INSERT INTO rec.code_map VALUES ('pod', 'CARDIAC', 'RZ9', 'DALAB'), ('pod', 'XDAY', 'RZ1', 'DC');
SELECT domain, code, suggestion, reason FROM rec_reporting.unmapped WHERE domain = 'pod';
DELETE FROM rec.code_map WHERE local_code = 'CARDIAC';

-- read again by the map: once, and what was sent is kept
CREATE TABLE rec.before AS SELECT line_key, pod, hrg_sent FROM rec.invoice_line;
INSERT INTO rec.code_map VALUES ('hrg', 'AA33', '', 'AA33C'), ('treatment_function', '110A', 'RZ1', '110'), ('pod', 'Blood test', '', 'DALAB'), ('site', 'RZ199', 'RZ1', 'RZ101');
SELECT rec.remap_codes();
SELECT rec.remap_codes();
SELECT pod, hrg_sent, hrg, treatment_function, site_code, codes_sent, count(*) FROM rec.invoice_line WHERE codes_sent IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 6;
SELECT pod, codes_sent FROM rec.aggregate_line WHERE codes_sent IS NOT NULL;
SELECT count(*) AS keys_changed FROM (SELECT line_key FROM rec.invoice_line EXCEPT SELECT line_key FROM rec.before) x;
CALL rec.match();
CALL rec.price();
SELECT activity_month, pod, aggregate_gbp, claimed_gbp, record_gbp, price_difference_gbp, unpriced_gbp, unexplained_gbp FROM rec_reporting.reconciliation
WHERE commissioner_code = '00X' AND activity_month = '2024-04-01' AND pod IN ('DC', 'XDAY', 'DALAB', 'OPFASPCL') ORDER BY pod;
SELECT domain, code, suggestion, reason FROM rec_reporting.unmapped;
-- a commissioner that is out of use is known by its successor
INSERT INTO rec.organisation_link VALUES ('00Z', 'successor', '00X', '[2023-04-01,)');
SELECT domain, code, suggestion, reason FROM rec_reporting.unmapped;
-- a file loaded now is read by the map at once, its lines have the keys they had, and the bridge tells what the map did
SELECT rec.test_file('plcm', 'm02', :plcm_header, '2,2024/25,RZ1,RZ101,00Y,9990000034,04/05/2024,04/05/2024,100,LAB2,,,1,5,5,C21,', '2,2024/25,RZ1,RZ101,00Y,9990000034,05/05/2024,05/05/2024,100,XDAY,,AA33C,1,500,500,C22,') AS file;
CALL rec.load();
INSERT INTO rec.code_map VALUES ('pod', 'LAB2', '', 'DALAB'), ('pod', 'LAB2', 'RZ9', 'DAIMG'), ('hrg', 'AA33C', 'RZ1', 'AA33D');
SELECT rec.test_file('plcm', 'm02 again', :plcm_header, '2,2024/25,RZ1,RZ101,00Y,9990000034,04/05/2024,04/05/2024,100,LAB2,,,1,5,5,C21,', '2,2024/25,RZ1,RZ101,00Y,9990000034,05/05/2024,05/05/2024,100,XDAY,,AA33C,1,520,520,C22,') AS file;
CALL rec.load();
SELECT part, pod, amount_gbp, what_changed FROM rec.restatement_lines(3, 4) ORDER BY what_changed, part, amount_gbp;
SELECT pod, opening_gbp, repriced_gbp, remapped_gbp, closing_gbp FROM rec.restatement_bridge(3, 4) WHERE month = 2 ORDER BY pod;
SELECT count(*) AS same_keys FROM rec.invoice_line l WHERE l.submission_id = 4 AND EXISTS (SELECT FROM rec.invoice_line b WHERE b.submission_id = 3 AND b.line_key = l.line_key);
-- taken off the map, codes read as sent
DELETE FROM rec.code_map WHERE domain = 'pod';
SELECT rec.remap_codes() > 0 AS changed;
SELECT pod, codes_sent FROM rec.invoice_line WHERE submission_id = 4 ORDER BY pod;

-- likeness: none, all, some by hand (day case: _d da ay y_ _c ca as se e_; daycase: _d da ay yc ca as se e_: 7 of 17 pairs shared)
SELECT commissioning.text_likeness('abc', 'xyz'), commissioning.text_likeness('Day case', 'day-CASE'), round(commissioning.text_likeness('day case', 'daycase')::numeric, 6) = round(2 * 7 / 17.0, 6),
       commissioning.text_likeness('', 'x'), commissioning.text_likeness(NULL, 'x');

DROP SCHEMA rec_reporting CASCADE;
DROP SCHEMA rec CASCADE;
DROP SCHEMA rec_identity CASCADE;
