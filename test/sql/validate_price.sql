-- Rules on price on hand-made lines, the worked numbers of the payment rules as lines, and lines hit by several rules whose shares add up.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('cod', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/coding_kit.psql
\set ECHO all
INSERT INTO cod.contract_term (contract_id, term, valid, value, source) VALUES ('K1', 'ready_date_clause', '[2024-04-01,2025-04-01)', 1, 'schedule 2');
INSERT INTO cod.top_up_eligibility VALUES ('RZ1', '34', '[2024-04-01,2025-04-01)'), ('RZ1', '8', '[2020-04-01,2024-06-06)');
INSERT INTO cod.price_rule (contract_id, pod, treatment_function, valid, unit_price, factor_applies, source) VALUES
    ('K1', 'OPFUPHOME', '110', '[2024-04-01,2025-04-01)', 55, false, 'schedule 3'), ('K1', 'OPFUPHOME', '300', '[2024-04-01,2025-04-01)', 90, true, 'schedule 3');

DO $$
BEGIN
    -- next year's 2,150 for 2,000; last year's 170 for 165 (5.25, three quarters 3.94); last year's 1,900 is an undercharge
    PERFORM cod_test.case_of(401, 'PRC03', 'fail 157.50 157.50 157.50', 'price of the next year', 'NEL', '{"unit_price": 2150}');
    PERFORM cod_test.case_of(402, 'PRC03', 'fail 5.25 5.25 3.94', 'price of the year before', 'OP', '{"unit_price": 170}');
    PERFORM cod_test.case_of(403, 'PRC03', 'fail -105.00 -105.00 0.00', 'undercharge at the price of the year before', 'NEL', '{"unit_price": 1900}');
    PERFORM cod_test.case_of(404, 'PRC03', 'pass', 'near: another price altogether', 'NEL', '{"unit_price": 2100}');
    PERFORM cod_test.case_of(405, 'PRC03', 'pass', 'near: both years have this price', 'MP');
    PERFORM cod_test.case_of(406, 'PRC03', 'pass', 'near: stay over 1 April at the price of its end', 'NEL', '{"start_date": "2024-03-28", "end_date": "2024-04-03"}', '{"start_date": "2024-03-28", "end_date": "2024-04-03"}');
    PERFORM cod_test.case_of(407, 'PRC03', 'fail -105.00 -105.00 0.00', 'stay over 1 April at the price of its start', 'NEL', '{"start_date": "2024-03-28", "end_date": "2024-04-03", "unit_price": 1900}', '{"start_date": "2024-03-28", "end_date": "2024-04-03"}');
    PERFORM cod_test.case_of(408, 'PRC03', 'field "price_date" is NULL', 'absent: no date', 'OP', '{"start_date": null, "end_date": null, "unit_price": 170}', NULL);
    PERFORM cod_test.case_of(409, 'PRC01', 'pass', 'explained by the year: not by PRC01 too', 'NEL', '{"unit_price": 2150}');
    PERFORM cod_test.case_of(410, 'PRC01', 'fail 105.00 105.00 105.00', 'not explained', 'NEL', '{"unit_price": 2100}');

    -- fifteen nights, trim point ten, ready two days before the end: 5 days become 3, 2 x 200 x 1.05
    PERFORM cod_test.case_of(421, 'PRC07', 'fail 420.00 420.00 420.00', 'two days after the patient was fit to leave', 'XBD', '{}', '{"discharge_ready_date": "2024-06-14"}');
    PERFORM cod_test.case_of(422, 'PRC07', 'pass', 'near: ready on the day of discharge', 'XBD', '{}', '{"discharge_ready_date": "2024-06-16"}');
    PERFORM cod_test.case_of(423, 'PRC07', 'field "ready_date" is NULL', 'absent: no such day recorded', 'XBD');
    PERFORM cod_test.case_of(424, 'PRC07', 'pass', 'near: a contract without the clause', 'XBD', '{"provider_code": "RZ2"}', '{"discharge_ready_date": "2024-06-14"}');
    PERFORM cod_test.case_of(425, 'PRC07', 'fail 1050.00 1050.00 1050.00', 'ready before the trim point: nothing is left', 'XBD', '{}', '{"discharge_ready_date": "2024-06-05"}');

    -- 220 x 1.05
    PERFORM cod_test.case_of(431, 'PRC08', 'fail 231.00 231.00 231.00', 'provider not eligible any more', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "8"}', '{"top_up_code": "8"}');
    PERFORM cod_test.case_of(432, 'PRC08', 'fail 231.00 231.00 231.00', 'code not on the record', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "34"}', '{"top_up_code": null}');
    PERFORM cod_test.case_of(433, 'PRC08', 'pass', 'near: eligible until that day', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "8", "end_date": "2024-06-05"}', '{"top_up_code": "8", "end_date": "2024-06-05"}');
    PERFORM cod_test.case_of(434, 'PRC08', 'field "top_up_code" is NULL', 'absent: no code charged', 'NEL', '{"unit_price": 2220, "top_up": 220}', '{"top_up_code": "34"}');
    PERFORM cod_test.case_of(435, 'PRC01', 'pass', 'explained by the top-up: not by PRC01 too', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "8"}', '{"top_up_code": "8"}');

    -- (2,450 - 2,000) x 1.05
    PERFORM cod_test.case_of(441, 'PRC09', 'fail 472.50 472.50 472.50', 'best practice price, criteria not met', 'NEL', '{"unit_price": 2450}');
    PERFORM cod_test.case_of(442, 'PRC09', 'pass', 'near: criteria met', 'NEL', '{"unit_price": 2450}', '{"best_practice": true}');
    PERFORM cod_test.case_of(443, 'PRC09', 'field "record_best_practice" is NULL', 'absent: not stated', 'NEL', '{"unit_price": 2450}', '{"best_practice": null}');
    PERFORM cod_test.case_of(444, 'PRC01', 'pass', 'explained by best practice: not by PRC01 too', 'NEL', '{"unit_price": 2450}');

    PERFORM cod_test.case_of(451, 'PRC10', 'fail 88.20 88.20 88.20', 'imaging during an admission', 'IMG');
    PERFORM cod_test.case_of(452, 'PRC10', 'fail 88.20 88.20 88.20', 'imaging in the emergency department', 'IMG', '{}', '{"dataset": "EC"}');
    PERFORM cod_test.case_of(453, 'PRC10', 'pass', 'near: imaging for outpatients', 'IMG', '{}', '{"dataset": "OP"}');
    PERFORM cod_test.case_of(454, 'PRC10', 'field "event_kind" is NULL', 'absent: no record says where', 'IMG', '{}', NULL);
    PERFORM cod_test.case_of(455, 'PRC10', 'fail 8820.00 8820.00 8820.00', 'six critical care days in five nights', 'CC', '{"units": 6}');
    PERFORM cod_test.case_of(456, 'PRC10', 'pass', 'near: five in five', 'CC', '{"units": 5}');
    PERFORM cod_test.case_of(457, 'PRC10', 'field "length_of_stay" is NULL', 'absent: not discharged', 'CC', '{"units": 6, "end_date": null}', '{"end_date": null}');
    PERFORM cod_test.case_of(458, 'PRC10', 'fail 378.00 378.00 378.00', 'rehabilitation in an acute spell', 'RHB');
    PERFORM cod_test.case_of(459, 'PRC10', 'pass', 'near: the spell records rehabilitation days', 'RHB', '{}', '{"rehabilitation_days": 2}');

    PERFORM cod_test.case_of(461, 'PRC11', 'fail 5.00 5.00 5.00', 'five pounds over the local price', 'LOC');
    PERFORM cod_test.case_of(462, 'PRC11', 'pass', 'near: a penny over', 'LOC', '{"unit_price": 55.01}');
    PERFORM cod_test.case_of(463, 'PRC11', 'fail 0.02 0.02 0.02', 'two pence over', 'LOC', '{"unit_price": 55.02}');
    PERFORM cod_test.case_of(464, 'PRC11', 'fail -5.00 -5.00 0.00', 'undercharge', 'LOC', '{"unit_price": 50}');
    PERFORM cod_test.case_of(465, 'PRC11', 'field "price_difference" is NULL', 'absent: no local price of this specialty', 'LOC', '{"treatment_function": "120"}');
    PERFORM cod_test.case_of(466, 'PRC01', 'pass', 'a local price is not judged by PRC01', 'LOC');

    -- 55 x 0.05
    PERFORM cod_test.case_of(471, 'PRC13', 'fail 2.75 2.75 2.75', 'factor on a local price', 'LOC', '{"unit_price": 55, "market_forces_factor": 1.05}');
    PERFORM cod_test.case_of(472, 'PRC13', 'pass', 'near: factor agreed', 'LOC', '{"unit_price": 90, "market_forces_factor": 1.05, "treatment_function": "300"}');
    PERFORM cod_test.case_of(473, 'PRC13', 'pass', 'near: a factor of one', 'LOC', '{"unit_price": 55, "market_forces_factor": 1}');
    PERFORM cod_test.case_of(474, 'PRC13', 'field "expected_factor" is NULL', 'absent: no local price', 'LOC', '{"market_forces_factor": 1.05, "treatment_function": "120"}');

    -- The worked numbers of the payment rules, rounded as SUS does (contract K2, factor 1.0733 unless said).
    -- 29 nights, 4 of critical care, trim point 17: 8 days and not 12. 2,911 + 8 x 233 = 4,775 -> 5,125; with 12 days 6,125: 1,000 too much
    PERFORM cod_test.case_of(501, 'PRC06', 'fail 1000.00 1000.00 1000.00', '12 excess days for 8', 'XBD', '{"provider_code": "RZ2", "hrg": "DZ11V", "unit_price": 233, "units": 12, "end_date": "2024-06-30"}', '{"end_date": "2024-06-30", "critical_care_days": 4}');
    -- 1,402 x 45 % = 630.9 -> 631; x 1.0733 = 677; charged 1,402 x 1.0733 = 1,505
    PERFORM cod_test.case_of(502, 'PRC04', 'fail 828.00 828.00 828.00', 'short stay at the full price', 'NEL', '{"provider_code": "RZ2", "hrg": "EB07E", "unit_price": 1402, "end_date": "2024-06-02"}', '{"hrg": "EB07E", "end_date": "2024-06-02"}');
    -- base 5,000, conditional part 1,335: unmet -> 5,000. 6,335 x 1.0733 = 6,799; 5,367
    PERFORM cod_test.case_of(503, 'PRC09', 'fail 1432.00 1432.00 1432.00', 'conditional part of the best practice price', 'NEL', '{"provider_code": "RZ2", "hrg": "HE11A", "unit_price": 6335}', '{"hrg": "HE11A"}');
    -- 3,000 + 11 % + 2 x 250 = 3,830 -> 4,170 at 1.0888; without the top-up 3,500 -> 3,811
    PERFORM cod_test.case_of(504, 'PRC08', 'fail 359.00 359.00 359.00', 'top-up of 11 % by a provider that is not eligible', 'NEL', '{"provider_code": "RZ2", "market_forces_factor": 1.0888, "unit_price": 3830, "top_up": 330, "top_up_code": "34"}', '{"top_up_code": "34"}');
    -- outpatient attendance 78 and imaging 84 = 162; the same scan in a spell: 0
    PERFORM cod_test.case_of(505, 'PRC10', 'fail 84.00 84.00 84.00', 'the scan of 84 in a spell', 'IMG', '{"market_forces_factor": 1}');
    -- SB97Z at 0 and SB13Z 299 x 1.0642 = 318.20: right to the penny
    PERFORM cod_test.case_of(506, 'PRC10', 'pass', 'chemotherapy delivered', 'IMG', '{"pod": "UNBCHEMO", "hrg": "SB13Z", "unit_price": 299, "market_forces_factor": 1.0642, "total_cost": 318.20}');
    PERFORM cod_test.case_of(507, 'PRC12', 'pass', 'chemotherapy delivered, total', 'IMG', '{"pod": "UNBCHEMO", "hrg": "SB13Z", "unit_price": 299, "market_forces_factor": 1.0642, "total_cost": 318.20}');

    -- 2,000 base and 600 excess in one price at 1.05 is 2,730; excess 200 and 1.03 are right: 2,266. 464 = 420 + 44, not 472
    PERFORM cod_test.case_of(601, 'PRC01', 'fail 420.00 420.00 420.00', 'waterfall: price first', 'NEL', '{"unit_price": 2600, "end_date": "2024-06-12", "market_forces_factor": 1.05}', '{"end_date": "2024-06-12"}');
    PERFORM cod_test.case_of(602, 'PRC02', 'fail 52.00 44.00 44.00', 'waterfall: then the factor', 'NEL', '{"unit_price": 2600, "end_date": "2024-06-12", "market_forces_factor": 1.05}', '{"end_date": "2024-06-12"}');
    UPDATE cod.invoice_line SET provider_code = 'RZ3', claim_group = replace(claim_group, 'RZ1', 'RZ3') WHERE person_id IN (601, 602);
    UPDATE cod.activity SET provider_code = 'RZ3' WHERE person_id IN (601, 602);

    -- two rules: top-up not due, and a factor of 1.06 for 1.05. 2,220 x 1.06 = 2,353.20 -> 2,120 -> 2,100
    PERFORM cod_test.case_of(611, 'PRC08', 'fail 233.20 233.20 233.20', 'two rules: top-up', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "34", "market_forces_factor": 1.06}');
    PERFORM cod_test.case_of(612, 'PRC02', 'fail 22.20 20.00 20.00', 'two rules: factor', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "34", "market_forces_factor": 1.06}');
    -- three: and a total of 2,400 that its parts do not give. 2,400 -> 2,120 -> 2,100
    PERFORM cod_test.case_of(621, 'PRC08', 'fail 280.00 280.00 280.00', 'three rules: top-up', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "34", "market_forces_factor": 1.06, "total_cost": 2400}');
    PERFORM cod_test.case_of(622, 'PRC02', 'fail 69.00 20.00 20.00', 'three rules: factor', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "34", "market_forces_factor": 1.06, "total_cost": 2400}');
    PERFORM cod_test.case_of(623, 'PRC12', 'fail 46.80 0.00 0.00', 'three rules: arithmetic', 'NEL', '{"unit_price": 2220, "top_up": 220, "top_up_code": "34", "market_forces_factor": 1.06, "total_cost": 2400}');
    -- five: 8 days for 5, of which 2 after the patient was fit to leave, at 210 for 200, at 1.06 for 1.05, 2,000 in all.
    -- 2,000 -> 5 x 210 x 1.06 = 1,113 -> 3 x 210 x 1.06 = 667.80 -> 3 x 200 x 1.06 = 636 -> 630
    PERFORM cod_test.case_of(631, 'PRC05', 'fail 887.00 887.00 887.00', 'five rules: days over the trim point', 'XBD', '{"units": 8, "unit_price": 210, "market_forces_factor": 1.06, "total_cost": 2000}', '{"discharge_ready_date": "2024-06-14"}');
    PERFORM cod_test.case_of(632, 'PRC07', 'fail 1332.20 445.20 445.20', 'five rules: days after ready', 'XBD', '{"units": 8, "unit_price": 210, "market_forces_factor": 1.06, "total_cost": 2000}', '{"discharge_ready_date": "2024-06-14"}');
    PERFORM cod_test.case_of(633, 'PRC01', 'fail 304.00 31.80 31.80', 'five rules: price of a day', 'XBD', '{"units": 8, "unit_price": 210, "market_forces_factor": 1.06, "total_cost": 2000}', '{"discharge_ready_date": "2024-06-14"}');
    PERFORM cod_test.case_of(634, 'PRC02', 'fail 236.00 6.00 6.00', 'five rules: factor', 'XBD', '{"units": 8, "unit_price": 210, "market_forces_factor": 1.06, "total_cost": 2000}', '{"discharge_ready_date": "2024-06-14"}');
    PERFORM cod_test.case_of(635, 'PRC12', 'fail 219.20 0.00 0.00', 'five rules: arithmetic', 'XBD', '{"units": 8, "unit_price": 210, "market_forces_factor": 1.06, "total_cost": 2000}', '{"discharge_ready_date": "2024-06-14"}');
END $$;
-- the provider of the waterfall has a contract like the first, and a factor of 1.03
INSERT INTO cod.contract (contract_id, title, basis, valid, tariff_name) VALUES ('K3', 'Trust 3, acute', 'activity', '[2023-04-01,2026-04-01)', 'list');
INSERT INTO cod.contract_party VALUES ('K3', 1, '00X', 'coordinating_commissioner'), ('K3', 2, 'RZ3', 'provider');
INSERT INTO cod.recovery_rate VALUES ('K3', 'any', '[2023-04-01,2026-04-01)', 1);
INSERT INTO cod.factor (provider_code, valid, value, source) VALUES ('RZ3', '[2023-04-01,2026-04-01)', 1.03, 'synthetic');
INSERT INTO cod.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, status) VALUES (1, 'PLCM', 'RZ3', '00X', '2024/25', 3, 2, 'current');

CALL cod.match();
CALL cod.price();
CALL cod.validate();

SELECT j.case_no, j.rule, j.note, j.found FROM cod_test.judged j ORDER BY 1;
SELECT j.case_no, j.rule, j.note, j.expected, j.found FROM cod_test.judged j WHERE j.found <> j.expected;
-- no other rule on price speaks on a line made for one
SELECT f.person_id, f.rule_code, f.outcome, f.net FROM cod.finding f JOIN cod_test.case c ON c.case_no = f.person_id
WHERE f.rule_code LIKE 'PRC%' AND f.rule_code <> c.rule AND f.outcome <> 'not_assessed' AND c.case_no < 600 ORDER BY 1, 2;
-- billed less expected is the sum of the shares, on every line
SELECT count(*) AS lines_off
FROM (SELECT f.line_key, max(f.billed) - sum(f.net) AS left_over, (array_agg(f.expected_total ORDER BY f.priority DESC, f.rule_code DESC))[1] AS expected
      FROM cod.finding f WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' GROUP BY f.line_key) x
WHERE x.left_over <> x.expected;
SELECT f.person_id, count(*) FILTER (WHERE f.outcome = 'fail') AS rules, max(f.billed)::numeric(16,2) AS billed, sum(f.net)::numeric(16,2) AS net
FROM cod.finding f WHERE f.person_id IN (601, 611, 621, 631) AND f.outcome = 'fail' GROUP BY 1 ORDER BY 1;
SELECT x.step, x.rule, x.formula, x.billed_gbp, x.expected_gbp FROM cod.explain_finding((SELECT f.finding_ref FROM cod.finding f WHERE f.person_id = 631 AND f.rule_code = 'PRC07')) x;
-- the evidence shows the price of the other reading
SELECT f.rule_code, f.evidence FROM cod.finding f WHERE f.person_id IN (401, 431, 441) AND f.rule_code IN ('PRC03', 'PRC08', 'PRC09') ORDER BY 1;

-- the order is policy: with the factor before the price the same 464 is 52 + 412
INSERT INTO cod.rule (code, version, name, level, priority, body, source)
SELECT r.code, '1a', r.name, r.level, 4, r.body, 'local policy' FROM commissioning.rule_reference r WHERE r.code = 'PRC02';
CALL cod.validate();
SELECT f.rule_code, f.identified, f.net::numeric(16,2) FROM cod.finding f WHERE f.person_id = 601 AND f.closed_run IS NULL AND f.rule_code LIKE 'PRC%' ORDER BY f.priority;

DROP SCHEMA cod_reporting CASCADE;
DROP SCHEMA cod CASCADE;
DROP SCHEMA cod_identity CASCADE;
DROP SCHEMA cod_test CASCADE;
