-- Rules on coding and the class of care on hand-made lines: fault, near miss, needed field absent, to the penny under a contract that
-- recovers three quarters.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('cod', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/coding_kit.psql
\set ECHO all
INSERT INTO cod.code_release (code_system, code, valid)
SELECT 'ICD10', c, '(,)'::daterange FROM unnest('{J189,E119,I10X,I489,Z531,R69X,V031,G63X,G632,N40X,N809,Z380,R072}'::text[]) AS c UNION ALL
SELECT 'OPCS4', c, '(,)' FROM unnest('{H221,M451,Y801,M653,Q181,W903}'::text[]) AS c;
INSERT INTO cod.code_release VALUES ('ICD10', 'U071', '[2020-04-01,2024-06-07)');
INSERT INTO cod.unit_limit VALUES ('XC01Z', 3, '[2024-04-01,2025-04-01)'), ('AE', 1, '(,)');
INSERT INTO cod.price_rule (contract_id, pod, valid, unit_price, source) VALUES
    ('K1', 'SDEC', '[2024-04-01,2025-04-01)', 450, 'schedule 3'), ('K1', 'WAFA', '[2024-04-01,2025-04-01)', 50, 'schedule 3'),
    ('K1', 'RADAY', '[2024-04-01,2025-04-01)', 210, 'schedule 3');
INSERT INTO cod.ward (provider_code, ward_code, kind) VALUES ('RZ1', 'CDU1', 'cdu'), ('RZ1', 'W7', 'ward');

DO $$
BEGIN
    -- 2,000 x 1.05: a query about all of it
    PERFORM cod_test.case_of(101, 'COD02', 'hold 2100.00 0.00 0.00', 'no diagnosis', 'NEL', '{}', '{"diagnoses": null}');
    PERFORM cod_test.case_of(102, 'COD02', 'hold 2100.00 0.00 0.00', 'illness unspecified', 'NEL', '{}', '{"diagnoses": ["R69X"]}');
    PERFORM cod_test.case_of(103, 'COD02', 'hold 2100.00 0.00 0.00', 'external cause first', 'NEL', '{}', '{"diagnoses": ["V031", "J189"]}');
    PERFORM cod_test.case_of(104, 'COD02', 'hold 2100.00 0.00 0.00', 'asterisk category first', 'NEL', '{}', '{"diagnoses": ["G632", "E119"]}');
    PERFORM cod_test.case_of(105, 'COD02', 'hold 2100.00 0.00 0.00', 'asterisk written', 'NEL', '{}', '{"diagnoses": ["I489A", "E119"]}');
    PERFORM cod_test.case_of(106, 'COD02', 'pass', 'near: external cause second', 'NEL', '{}', '{"diagnoses": ["J189", "V031"]}');
    PERFORM cod_test.case_of(107, 'COD02', 'pass', 'near: symptom, Z code', 'NEL', '{}', '{"diagnoses": ["Z380"]}');
    PERFORM cod_test.case_of(108, 'COD02', 'field "end_date" is NULL', 'absent: not discharged', 'NEL', '{"end_date": null}', '{"end_date": null, "diagnoses": null}');
    PERFORM cod_test.case_of(109, 'COD02', 'pass', 'near: no record at all', 'NEL', '{}', NULL);

    PERFORM cod_test.case_of(111, 'COD03', 'hold 2100.00 0.00 0.00', 'diagnosis in no release', 'NEL', '{}', '{"diagnoses": ["J189", "J990"]}');
    PERFORM cod_test.case_of(112, 'COD03', 'hold 525.00 0.00 0.00', 'procedure in no release', 'DC', '{}', '{"procedures": ["H999"]}');
    PERFORM cod_test.case_of(113, 'COD03', 'hold 2100.00 0.00 0.00', 'withdrawn on the day of discharge', 'NEL', '{"end_date": "2024-06-07"}', '{"end_date": "2024-06-07", "diagnoses": ["U071"]}');
    PERFORM cod_test.case_of(114, 'COD03', 'pass', 'near: valid until that day', 'NEL', '{}', '{"diagnoses": ["U071"]}');
    PERFORM cod_test.case_of(115, 'COD03', 'pass', 'near: written without filler, with a dagger', 'NEL', '{}', '{"diagnoses": ["I10", "E119D", "G63"]}');
    PERFORM cod_test.case_of(116, 'COD03', 'field "price_date" is NULL', 'absent: not discharged', 'NEL', '{"end_date": null}', '{"end_date": null, "diagnoses": ["J990"]}');

    PERFORM cod_test.case_of(121, 'COD04', 'hold 630.00 0.00 0.00', 'HRG of women, a man', 'DC', '{"hrg": "MA36Z", "unit_price": 600}', '{"sex": "1", "hrg": "MA36Z"}');
    PERFORM cod_test.case_of(122, 'COD04', 'hold 2100.00 0.00 0.00', 'prostate, a woman', 'NEL', '{}', '{"diagnoses": ["N40X"]}');
    PERFORM cod_test.case_of(123, 'COD04', 'hold 525.00 0.00 0.00', 'procedure of men, a woman', 'DC', '{}', '{"procedures": ["M653"]}');
    PERFORM cod_test.case_of(124, 'COD04', 'pass', 'near: a woman', 'DC', '{"hrg": "MA36Z", "unit_price": 600}', '{"hrg": "MA36Z", "diagnoses": ["N809"], "procedures": ["Q181"]}');
    PERFORM cod_test.case_of(125, 'COD04', 'pass', 'near: prostate as a secondary diagnosis', 'NEL', '{}', '{"diagnoses": ["J189", "N40X"]}');
    PERFORM cod_test.case_of(126, 'COD04', 'field "sex" is NULL', 'absent: sex not specified', 'NEL', '{}', '{"diagnoses": ["N40X"], "sex": "9"}');

    -- 5 x 1,400 x 1.05 less 3 x 1,400 x 1.05
    PERFORM cod_test.case_of(131, 'COD10', 'fail 2940.00 2940.00 2940.00', 'five days, three allowed', 'CC', '{"units": 5}', '{"critical_care_days": 3}');
    PERFORM cod_test.case_of(132, 'COD10', 'pass', 'near: three', 'CC', '{}', '{"critical_care_days": 3}');
    PERFORM cod_test.case_of(133, 'COD10', 'field "units" is NULL', 'absent: no units', 'CC', '{"units": null, "total_cost": 4410}', '{"critical_care_days": 3}');
    PERFORM cod_test.case_of(134, 'COD10', 'fail 157.50 157.50 157.50', 'limit of the point of delivery', 'AE', '{"units": 2}');
    PERFORM cod_test.case_of(135, 'COD10', 'pass', 'near: the limit does not hold yet', 'CC', '{"units": 5, "start_date": "2024-03-10", "end_date": "2024-03-20"}', '{"start_date": "2024-03-10", "end_date": "2024-03-20", "critical_care_days": 3}');

    PERFORM cod_test.case_of(141, 'COD11', 'hold 525.00 0.00 0.00', 'not carried out', 'DC', '{}', '{"diagnoses": ["Z531"]}');
    PERFORM cod_test.case_of(142, 'COD11', 'hold 315.00 0.00 0.00', 'HRG says so, no diagnosis', 'DC', '{"hrg": "WA14Z", "unit_price": 300}', '{"hrg": "WA14Z", "diagnoses": null}');
    PERFORM cod_test.case_of(143, 'COD11', 'pass', 'near: as a secondary diagnosis', 'DC', '{}', '{"diagnoses": ["J189", "Z531"]}');
    PERFORM cod_test.case_of(144, 'COD11', 'pass', 'near: a night was spent', 'DC', '{"end_date": "2024-06-02"}', '{"end_date": "2024-06-02", "diagnoses": ["Z531"]}');
    PERFORM cod_test.case_of(145, 'COD11', 'field "diagnoses" is NULL', 'absent: no diagnosis', 'DC', '{}', '{"diagnoses": null}');

    -- (212 - 165) x 1.05 = 49.35, three quarters 37.01
    PERFORM cod_test.case_of(201, 'CLS03', 'fail 49.35 49.35 37.01', 'one profession', 'MP', '{}', '{"multi_professional": "N"}');
    PERFORM cod_test.case_of(202, 'CLS03', 'pass', 'near: several', 'MP');
    PERFORM cod_test.case_of(203, 'CLS03', 'field "multi_professional" is NULL', 'absent: no indicator', 'MP', '{}', '{"multi_professional": null}');
    PERFORM cod_test.case_of(204, 'CLS03', 'fail 23.10 23.10 23.10', 'follow-up: 100 less 78', 'FU', '{"pod": "OPFUPMPCL", "hrg": "WF02A", "unit_price": 100}');

    -- (165 - 120) x 1.05 = 47.25, three quarters 35.44; (78 - 41) x 1.05 = 38.85
    PERFORM cod_test.case_of(211, 'CLS04', 'fail 47.25 47.25 35.44', 'by telephone', 'OP', '{}', '{"consultation_medium": "02"}');
    PERFORM cod_test.case_of(212, 'CLS04', 'fail 38.85 38.85 38.85', 'first attendance code says so', 'FU', '{}', '{"consultation_medium": null, "first_attendance": "4"}');
    PERFORM cod_test.case_of(213, 'CLS04', 'pass', 'near: face to face, code not sent', 'OP', '{}', '{"first_attendance": null}');
    PERFORM cod_test.case_of(214, 'CLS04', 'pass', 'near: charged as remote', 'OP', '{"pod": "NF2FFA", "hrg": "WF01D", "unit_price": 120}', '{"consultation_medium": "02", "first_attendance": "3"}');
    PERFORM cod_test.case_of(215, 'CLS04', 'field "consultation_medium" is NULL', 'absent: neither sent', 'OP', '{}', '{"consultation_medium": null, "first_attendance": null}');

    PERFORM cod_test.case_of(221, 'CLS06', 'fail 173.25 173.25 129.94', 'administrative event', 'OP', '{}', '{"first_attendance": "5"}');
    PERFORM cod_test.case_of(222, 'CLS06', 'pass', 'near: first by telephone', 'OP', '{"pod": "NF2FFA", "hrg": "WF01D", "unit_price": 120}', '{"first_attendance": "3", "consultation_medium": "02"}');
    PERFORM cod_test.case_of(223, 'CLS06', 'pass', 'near: nothing charged', 'OP', '{"units": 0}', '{"first_attendance": "5"}');
    PERFORM cod_test.case_of(224, 'CLS06', 'field "first_attendance" is NULL', 'absent: not sent', 'OP', '{}', '{"first_attendance": null}');

    -- (500 - 143) x 1.05 = 374.85, three quarters 281.14
    PERFORM cod_test.case_of(231, 'CLS08', 'fail 374.85 374.85 281.14', 'a procedure of the clinic', 'DC', '{}', '{"procedures": ["M451"]}');
    PERFORM cod_test.case_of(232, 'CLS08', 'pass', 'near: under an anaesthetic', 'DC', '{}', '{"procedures": ["M451", "Y801"]}');
    PERFORM cod_test.case_of(233, 'CLS08', 'pass', 'near: a procedure of the theatre', 'DC');
    PERFORM cod_test.case_of(234, 'CLS08', 'pass', 'near: no outpatient price', 'DC', '{"hrg": "MA36Z", "unit_price": 600}', '{"hrg": "MA36Z", "procedures": ["Q181"]}');
    PERFORM cod_test.case_of(235, 'CLS08', 'field "procedures" is NULL', 'absent: no procedures', 'DC', '{}', '{"procedures": null}');

    -- (1,800 - 900) x 1.05 = 945, three quarters 708.75
    PERFORM cod_test.case_of(241, 'CLS09', 'fail 945.00 945.00 708.75', 'no night planned, none spent', 'EL', '{}', '{"intended_management": "2"}');
    PERFORM cod_test.case_of(242, 'CLS09', 'pass', 'near: a night was planned', 'EL');
    PERFORM cod_test.case_of(243, 'CLS09', 'pass', 'near: a night was spent', 'EL', '{"end_date": "2024-06-02"}', '{"end_date": "2024-06-02", "intended_management": "2"}');
    PERFORM cod_test.case_of(244, 'CLS09', 'pass', 'near: one price for both', 'EL', '{"hrg": "FE22Z", "unit_price": 500}', '{"hrg": "FE22Z", "intended_management": "2"}');
    PERFORM cod_test.case_of(245, 'CLS09', 'field "intended_management" is NULL', 'absent: not sent', 'EL', '{}', '{"intended_management": null}');

    -- (2,000 - 1,800) x 1.05
    PERFORM cod_test.case_of(251, 'CLS12', 'fail 210.00 210.00 210.00', 'decided five days before', 'NEL', '{}', '{"decision_date": "2024-05-27"}');
    PERFORM cod_test.case_of(252, 'CLS12', 'fail 210.00 210.00 210.00', 'from a ward of another hospital', 'NEL', '{}', '{"admission_source": "51"}');
    PERFORM cod_test.case_of(253, 'CLS12', 'pass', 'near: decided that day', 'NEL', '{}', '{"decision_date": "2024-06-01"}');
    PERFORM cod_test.case_of(254, 'CLS12', 'pass', 'near: emergency transfer', 'NEL', '{}', '{"admission_source": "51", "admission_method": "2B"}');
    PERFORM cod_test.case_of(255, 'CLS12', 'field "admission_source" is NULL', 'absent: no source', 'NEL', '{}', '{"admission_source": null}');

    -- one day at the short-stay price: (900 - 450) x 1.05; a sign for a sample of notes recovers nothing by itself
    PERFORM cod_test.case_of(261, 'CLS13', 'fail 472.50 472.50 0.00', 'chest pain, home the same day', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01", "diagnoses": ["R072"]}');
    PERFORM cod_test.case_of(262, 'CLS13', 'pass', 'near: with a procedure', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01", "diagnoses": ["R072"], "procedures": ["H221"]}');
    PERFORM cod_test.case_of(263, 'CLS13', 'pass', 'near: a night', 'NEL', '{"unit_price": 900, "end_date": "2024-06-02"}', '{"end_date": "2024-06-02", "diagnoses": ["R072"]}');
    PERFORM cod_test.case_of(264, 'CLS13', 'pass', 'near: pneumonia', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01"}');
    PERFORM cod_test.case_of(265, 'CLS13', 'field "diagnoses" is NULL', 'absent: no diagnosis', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01", "diagnoses": null}');

    -- the HRG above the lowest of its root, one secondary diagnosis that nothing else holds: a sample of notes, worth nothing
    PERFORM cod_test.case_of(151, 'COD07', 'fail 0.00 0.00 0.00', 'one secondary diagnosis, nowhere else', 'NEL', '{}', '{"diagnoses": ["J189", "E119"]}');
    PERFORM cod_test.case_of(152, 'COD07', 'pass', 'near: recorded a year before', 'NEL', '{}', '{"diagnoses": ["J189", "E119"]}');
    PERFORM cod_test.line(152, 'NEL', '{"start_date": "2023-06-01", "end_date": "2023-06-06", "unit_price": 1900}', '{"start_date": "2023-06-01", "end_date": "2023-06-06", "diagnoses": ["J189", "I10X", "E119"]}');
    PERFORM cod_test.case_of(153, 'COD07', 'pass', 'near: the lowest of the root', 'NEL', '{"hrg": "AA22G", "unit_price": 1600}', '{"hrg": "AA22G", "diagnoses": ["J189", "E119"]}');
    PERFORM cod_test.case_of(154, 'COD07', 'field "diagnoses" is NULL', 'absent: no diagnosis', 'NEL', '{}', '{"diagnoses": null}');

    -- (165 - 78) x 1.05 = 91.35, three quarters 68.51
    PERFORM cod_test.case_of(271, 'CLS01', 'fail 91.35 91.35 68.51', 'a second first on one referral', 'OP', '{}', '{"referral_id": "R1"}');
    PERFORM cod_test.line(271, 'OP', '{"start_date": "2024-04-10", "end_date": "2024-04-10"}', '{"start_date": "2024-04-10", "end_date": "2024-04-10", "referral_id": "R1"}');
    PERFORM cod_test.case_of(272, 'CLS01', 'pass', 'near: another referral', 'OP', '{}', '{"referral_id": "R2"}');
    PERFORM cod_test.line(272, 'OP', '{"start_date": "2024-04-10", "end_date": "2024-04-10"}', '{"start_date": "2024-04-10", "end_date": "2024-04-10", "referral_id": "R1"}');
    PERFORM cod_test.case_of(273, 'CLS01', 'pass', 'near: half a year and a day', 'OP', '{"start_date": "2024-10-11", "end_date": "2024-10-11"}', '{"start_date": "2024-10-11", "end_date": "2024-10-11", "referral_id": "R1"}');
    PERFORM cod_test.line(273, 'OP', '{"start_date": "2024-04-10", "end_date": "2024-04-10"}', '{"start_date": "2024-04-10", "end_date": "2024-04-10", "referral_id": "R1"}');
    PERFORM cod_test.case_of(274, 'CLS01', 'field "referral_id" is NULL', 'absent: no referral', 'OP', '{}', '{"referral_id": null}');

    -- (165 - 50) x 1.05 = 120.75, three quarters 90.56
    PERFORM cod_test.case_of(281, 'CLS07', 'fail 120.75 120.75 90.56', 'on a ward thirty days after discharge', 'OP', '{}', '{"location_type": "ward"}');
    PERFORM cod_test.line(281, 'NEL', '{"start_date": "2024-04-28", "end_date": "2024-05-02"}', '{"start_date": "2024-04-28", "end_date": "2024-05-02"}');
    PERFORM cod_test.case_of(282, 'CLS07', 'pass', 'near: thirty-one days', 'OP', '{}', '{"location_type": "ward"}');
    PERFORM cod_test.line(282, 'NEL', '{"start_date": "2024-04-27", "end_date": "2024-05-01"}', '{"start_date": "2024-04-27", "end_date": "2024-05-01"}');
    PERFORM cod_test.case_of(283, 'CLS07', 'pass', 'near: in a clinic on the ward', 'OP', '{}', '{"location_type": "ward", "clinic_code": "C7"}');
    PERFORM cod_test.line(283, 'NEL', '{"start_date": "2024-04-28", "end_date": "2024-05-02"}', '{"start_date": "2024-04-28", "end_date": "2024-05-02"}');
    PERFORM cod_test.case_of(284, 'CLS07', 'field "location_type" is NULL', 'absent: place not sent', 'OP', '{}', '{"location_type": null}');
    PERFORM cod_test.line(284, 'NEL', '{"start_date": "2024-04-28", "end_date": "2024-05-02"}', '{"start_date": "2024-04-28", "end_date": "2024-05-02"}');

    -- four day cases in June, each (500 - 210) x 1.05 = 304.50, three quarters 228.38
    PERFORM cod_test.case_of(291, 'CLS10', 'fail 304.50 304.50 228.38; fail 304.50 304.50 228.38; fail 304.50 304.50 228.38; fail 304.50 304.50 228.38', 'four in a month', 'DC');
    PERFORM cod_test.line(291, 'DC', d, d) FROM (SELECT jsonb_build_object('start_date', x::date, 'end_date', x::date) FROM generate_series('2024-06-08', '2024-06-22', '7 days'::interval) x) y(d);
    PERFORM cod_test.case_of(292, 'CLS10', 'pass', 'near: three in a month, a fourth in the next', 'DC');
    PERFORM cod_test.line(292, 'DC', d, d) FROM (SELECT jsonb_build_object('start_date', x::date, 'end_date', x::date) FROM generate_series('2024-06-15', '2024-07-01', '8 days'::interval) x) y(d);
    PERFORM cod_test.case_of(293, 'CLS10', 'field "treatment_function" is NULL', 'absent: no treatment function', 'DC', '{"treatment_function": null}');

    -- a day case price of 900 x 1.05; no price of its own for the unit: part of the emergency attendance
    PERFORM cod_test.case_of(295, 'OVL07', 'fail 945.00 945.00 945.00', 'emergency attendance and clinical decision unit', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01", "ward_code": "CDU1"}');
    PERFORM cod_test.line(295, 'AE');
    PERFORM cod_test.case_of(296, 'OVL07', 'pass', 'near: another ward', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01", "ward_code": "W7"}');
    PERFORM cod_test.line(296, 'AE');
    PERFORM cod_test.case_of(297, 'OVL07', 'pass', 'near: no emergency attendance', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01", "ward_code": "CDU1"}');
    PERFORM cod_test.case_of(298, 'OVL07', 'field "ward_code" is NULL', 'absent: ward not sent', 'NEL', '{"unit_price": 900, "end_date": "2024-06-01"}', '{"end_date": "2024-06-01"}');
    PERFORM cod_test.line(298, 'AE');

    -- two on one line: one profession and by telephone. 212 -> 165 -> 150, not 165 + 62
    PERFORM cod_test.case_of(301, 'CLS03', 'fail 49.35 49.35 37.01', 'two rules: one profession', 'MP', '{}', '{"multi_professional": "N", "consultation_medium": "02"}');
    PERFORM cod_test.case_of(302, 'CLS04', 'fail 65.10 15.75 11.81', 'two rules: by telephone', 'MP', '{}', '{"multi_professional": "N", "consultation_medium": "02"}');
END $$;

CALL cod.match();
CALL cod.price();
CALL cod.validate();

SELECT j.case_no, j.rule, j.note, j.found FROM cod_test.judged j ORDER BY 1;
SELECT j.case_no, j.rule, j.note, j.expected, j.found FROM cod_test.judged j WHERE j.found <> j.expected;
-- nothing but what was meant: no other rule of this family speaks on a line made for one, but for a blank diagnosis
SELECT f.person_id, f.rule_code, f.outcome, f.reason FROM cod.finding f JOIN cod_test.case c ON c.case_no = f.person_id
WHERE f.rule_code ~ '^(COD0[234]|COD1|CLS0[34689]|CLS1[23]|PRC)' AND f.rule_code <> c.rule AND f.outcome <> 'not_assessed' AND c.case_no < 300
ORDER BY 1, 2;
-- billed less expected is the sum of the shares
SELECT count(*) AS lines_off
FROM (SELECT f.line_key, max(f.billed) - sum(f.net) AS left_over, (array_agg(f.expected_total ORDER BY f.priority DESC, f.rule_code DESC))[1] AS expected
      FROM cod.finding f WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' GROUP BY f.line_key) x
WHERE x.left_over <> x.expected;
-- the evidence shows the other price, the explanation how it came about
SELECT f.rule_code, f.evidence FROM cod.finding f WHERE f.person_id IN (211, 231, 241, 251, 131) AND f.rule_code IN ('CLS04', 'CLS08', 'CLS09', 'CLS12', 'COD10') ORDER BY 1;
SELECT x.step, x.rule, x.formula, x.billed_gbp, x.expected_gbp FROM cod.explain_finding((SELECT f.finding_ref FROM cod.finding f WHERE f.person_id = 302 AND f.rule_code = 'CLS04')) x;
-- a sign that needs the case notes says so; what has no input is not asked line by line
SELECT r.code, r.class, r.detectable, r.needs, r.acceptance FROM commissioning.rule_reference r
WHERE r.code ~ '^(COD|CLS)' AND (r.detectable = 'partial' OR r.needs <> '{}' OR r.class <> 'money') ORDER BY 1;

-- HRGs that differ in complications alone
SELECT h.* FROM commissioning.hrg_split h WHERE h.hrg IN ('AA22C', 'AA22G', 'AA22A', 'DZ11V', 'DZ11R', 'LA07H') ORDER BY h.hrg;
SELECT count(*) AS lowest_that_are_not FROM commissioning.hrg_split h WHERE NOT EXISTS (SELECT FROM commissioning.hrg_split l WHERE l.hrg = h.lowest AND l.root = h.root AND l.cc_rank = 1);
SELECT count(*) AS steps_missing FROM commissioning.hrg_split h
WHERE (SELECT count(DISTINCT l.cc_rank) FROM commissioning.hrg_split l WHERE l.root = h.root) <> h.cc_ranks;

DROP SCHEMA cod_reporting CASCADE;
DROP SCHEMA cod CASCADE;
DROP SCHEMA cod_identity CASCADE;
DROP SCHEMA cod_test CASCADE;
