-- Rules on whole providers: each with a fault, a near miss and what cannot be assessed, counted by hand; regimes settled back to the lines.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET search_path = commissioning, public;

-- limits: a series by hand (mean 4, ranges 2 2 2 2 2), a constant one, too short; a share of 0.25 of 48: 0.25 +- 3 x 0.0625
SELECT mean, moving_range, round(lower::numeric, 9) AS lower, round(upper::numeric, 9) AS upper, round(range_upper::numeric, 9) AS range_upper FROM xmr_limits('{3,5,3,5,3,5}');
SELECT round(upper::numeric, 9) = round(7 / 3.0 + 2.66 * 1.5, 9) AS upper, round(lower::numeric, 9) = round(7 / 3.0 - 2.66 * 1.5, 9) AS lower FROM xmr_limits('{1,2,4}');
SELECT xmr_limits('{7,7,7}'), xmr_limits('{7}'), xmr_limits('{}'), xmr_limits(NULL);
SELECT xmr_limits('{1,NULL}');
SELECT xmr_limits('{1,NaN}');
SELECT * FROM proportion_limits(0.25, 48);
SELECT * FROM proportion_limits(0.25, 48, 2);
SELECT lower, round(upper::numeric, 9) = round(0.01 + 3 * sqrt(0.01 * 0.99 / 10), 9) AS upper FROM proportion_limits(0.01, 10);
SELECT * FROM proportion_limits(0.5, 0);
SELECT * FROM proportion_limits(NULL, 5);
SELECT * FROM proportion_limits(1.5, 5);
SELECT * FROM proportion_limits(0.5, 5, 0);

SELECT commissioning.create_warehouse('ser', 'invoice_validation', person_partitions => 2);
SET search_path = ser, commissioning, public;
INSERT INTO contract (contract_id, title, basis, valid) VALUES
    ('K1', 'Trust 1', 'tariff', '[2023-04-01,2025-04-01)'), ('K2', 'Trust 2', 'tariff', '[2024-04-01,2025-04-01)'), ('K3', 'Trust 3', 'tariff', '[2024-04-01,2025-04-01)'),
    ('K4', 'Trust 4', 'tariff', '[2024-04-01,2025-04-01)'), ('K5', 'Trust 5', 'tariff', '[2024-04-01,2025-04-01)'),
    ('M1', 'marginal rate', 'mret', '[2014-04-01,2015-04-01)'), ('M2', 'at the baseline', 'mret', '[2014-04-01,2015-04-01)'), ('M3', 'no baseline', 'mret', '[2015-04-01,2016-04-01)'),
    ('M4', 'marginal rate of 70 %', 'mret', '[2016-04-01,2017-04-01)'),
    ('B1', 'blended', 'blended', '[2019-04-01,2020-04-01)'), ('A1', 'aligned', 'api', '[2022-04-01,2023-04-01)'),
    ('P1', 'plan', 'tariff', '[2024-04-01,2025-04-01)'), ('S1', 'sepsis', 'tariff', '[2023-04-01,2024-04-01)'), ('S2', 'too short', 'tariff', '[2023-04-01,2024-04-01)');
INSERT INTO contract_party SELECT contract_id, 1, '00X', 'coordinating_commissioner' FROM contract;
INSERT INTO contract_party SELECT contract_id, 2, 'R' || contract_id, 'provider' FROM contract;
-- the rules on lines keep out of it but for one of our own, which takes off what stands on site VOID
INSERT INTO rule_switch (contract_id, rule_code, enabled) SELECT '*', code, false FROM commissioning.rule_reference WHERE level <> 'provider';
INSERT INTO rule (code, version, name, priority, body, source) VALUES
    ('LOC01', '1', 'On site VOID', 1, '{"fails": [["site_code", "=", "VOID"]], "effect": {"kind": "void"}}', 'test');
INSERT INTO submission (feed, file_name, file_hash, status, loaded_at) VALUES ('plcm', 'first', 'h1', 'loaded', now());

-- n lines of one kind on a day, with a record where one is given
CREATE FUNCTION ser.test_lines(n integer, contract text, day date, pod text, price numeric, tf text DEFAULT NULL, hrg text DEFAULT NULL, record jsonb DEFAULT NULL, site text DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    at bigint := (SELECT coalesce(max(line_no), 0) FROM ser.invoice_line);
BEGIN
    INSERT INTO ser.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, site_code, commissioner_code, financial_year, month, pod, treatment_function, hrg_sent, hrg,
        start_date, end_date, nhs_number_state, national_price, units, unit_price, total_cost)
    SELECT at + i, 1, at + i, 'L' || lpad((at + i)::text, 6, '0'), 'g' || at + i, 'R' || contract, site, '00X', ser.financial_year_of(day), ser.financial_month_of(day), pod, tf, hrg, commissioning.to_hrg(hrg),
           day, day, 'valid', false, 1, price, price
    FROM generate_series(1, n) i;
    IF record IS NOT NULL THEN
        INSERT INTO ser.activity (person_id, activity_id, dataset, provider_code, start_date, end_date, referral_source, diagnoses)
        SELECT at + i, at + i, CASE WHEN pod LIKE 'OP%' THEN 'OP' ELSE 'APC' END, 'R' || contract, day - coalesce((record ->> 'nights')::integer, 0), day, record ->> 'source',
               (record ->> 'diagnoses')::commissioning.icd10[]
        FROM generate_series(1, n) i;
        INSERT INTO ser.line_match SELECT at + i, 'L' || lpad((at + i)::text, 6, '0'), at + i, 'cds_id', 100 FROM generate_series(1, n) i;
    END IF;
END $$;

-- CAP01: 110 one follow-up too many, 120 none under caps of two halves of the year, 130 no cap, 140 no firsts
INSERT INTO contract_term (contract_id, term, context, valid, value, source) VALUES
    ('K1', 'first_follow_up_cap', '110', '[2024-04-01,2025-04-01)', 2.5, 'test'), ('K1', 'first_follow_up_cap', '120', '[2024-04-01,2024-10-01)', 2, 'test'),
    ('K1', 'first_follow_up_cap', '120', '[2024-10-01,2025-04-01)', 3, 'test'), ('K1', 'first_follow_up_cap', '140', '[2024-04-01,2025-04-01)', 0.3, 'test');
SELECT test_lines(3, 'K1', '2024-04-10', 'OPFASPCL', 165, '110', NULL, '{"source": "03"}'), test_lines(2, 'K1', '2024-05-10', 'OPFASPCL', 165, '110', NULL, '{"source": "01"}'),
       test_lines(12, 'K1', '2024-04-20', 'OPFUPSPCL', 78, '110'), test_lines(1, 'K1', '2024-05-20', 'OPFUPSPCL', 91, '110'), test_lines(1, 'K1', '2024-05-21', 'OPFUPSPCL', 78, '110', NULL, NULL, 'VOID'),
       test_lines(2, 'K1', '2024-04-11', 'OPFASPCL', 165, '120', NULL, '{"source": "03"}'), test_lines(1, 'K1', '2024-10-11', 'OPFASPCL', 165, '120', NULL, '{"source": "05"}'),
       test_lines(7, 'K1', '2024-10-12', 'OPFUPSPCL', 78, '120'), test_lines(1, 'K1', '2024-04-12', 'OPFUPSPCL', 78, '130'), test_lines(1, 'K1', '2024-04-12', 'OPFUPSPCL', 80, '140');
-- CAP02: 7 of 10 planned spells as day cases where 8 are due; 4 procedures of 34 where 3 may be, without a clause; 3 of 8 firsts from consultants where 2 may be;
-- 13 of 25 emergency spells without a night, nothing agreed: others show 28 of 115; 10 of 25 at Trust 5 are within what others show
INSERT INTO contract_term (contract_id, term, valid, value, source) VALUES
    ('K1', 'day_case_share', '(,)', 0.8, 'test'), ('K1', 'day_case_clause', '(,)', 200, 'test'), ('K1', 'op_procedure_share', '(,)', 0.1, 'test'),
    ('K1', 'consultant_referral_share', '(,)', 0.25, 'test'), ('K1', 'consultant_referral_clause', '(,)', 165, 'test');
SELECT test_lines(7, 'K1', '2024-06-01', 'DC', 500), test_lines(3, 'K1', '2024-06-01', 'EL', 700), test_lines(4, 'K1', '2024-06-02', 'OPPROC', 143),
       test_lines(13, 'K1', '2024-06-03', 'NEL', 900, NULL, NULL, '{"nights": 0}'), test_lines(12, 'K1', '2024-06-03', 'NEL', 2000, NULL, NULL, '{"nights": 3}'),
       test_lines(10, 'K5', '2024-06-03', 'NEL', 900, NULL, NULL, '{"nights": 0}'), test_lines(15, 'K5', '2024-06-03', 'NEL', 2000, NULL, NULL, '{"nights": 3}');
SELECT test_lines(6, k, '2024-06-03', 'NEL', 900, NULL, NULL, '{"nights": 0}'), test_lines(24, k, '2024-06-03', 'NEL', 2000, NULL, NULL, '{"nights": 3}') FROM unnest('{K2,K3,K4}'::text[]) k;
-- CAP03: the worked numbers of the regimes; three findings of 100.01 together that lie above the baseline
INSERT INTO contract_baseline VALUES
    ('M1', 'mret_baseline', '[2014-04-01,2015-04-01)', 2000000, 'test'), ('M2', 'mret_baseline', '[2014-04-01,2015-04-01)', 2350000, 'test'), ('M4', 'mret_baseline', '[2016-04-01,2017-04-01)', 2000000, 'test'),
    ('B1', 'blended_plan', '[2019-04-01,2020-04-01)', 8000000, 'test'), ('B1', 'blended_fixed', '[2019-04-01,2020-04-01)', 8000000, 'test'), ('A1', 'api_target', '[2022-04-01,2023-04-01)', 10000000, 'test');
SELECT test_lines(2, 'M1', '2014-06-01', 'NEL', 33.33, NULL, NULL, NULL, 'VOID'), test_lines(1, 'M1', '2014-07-01', 'NEL', 33.35, NULL, NULL, NULL, 'VOID'),
       test_lines(1, 'M1', '2014-07-01', 'NEL', 349899.99), test_lines(20, 'M1', '2014-08-01', 'NEL', 100000), test_lines(1, 'M1', '2014-08-01', 'DC', 500, NULL, NULL, NULL, 'VOID'),
       test_lines(1, 'M2', '2014-06-01', 'NEL', 2350000), test_lines(1, 'M3', '2015-06-01', 'NEL', 2000),
       -- the baseline lies in the middle of what was void: 20,000 above at 0.7 and 30,000 below
       test_lines(1, 'M4', '2016-06-01', 'NEL', 1970000), test_lines(1, 'M4', '2016-06-01', 'NEL', 50000, NULL, NULL, NULL, 'VOID'),
       test_lines(1, 'B1', '2019-06-01', 'NEL', 8000000), test_lines(1, 'B1', '2019-06-01', 'AE', 499999.98), test_lines(2, 'B1', '2019-06-01', 'AE', 0.01, NULL, NULL, NULL, 'VOID'),
       test_lines(1, 'A1', '2022-06-01', 'EL', 10600000);
-- CAP04: 1,100 on a plan of 1,000 with 2 % and 50 agreed, signed late; just at the limit; nothing planned; what is not signed, or for another year, does not count
INSERT INTO contract_term (contract_id, term, context, valid, value, source) VALUES ('P1', 'plan_tolerance', '', '(,)', 0.02, 'test'), ('P1', 'activity_plan_cap', '', '(,)', 1, 'test'),
    ('P1', 'activity_plan_cap', 'DALAB', '(,)', 0, 'test');
INSERT INTO activity_plan SELECT 'P1', '00X', '2024/25', m, pod, 10, 500 FROM generate_series(1, 12) m, unnest('{DAIMG,CRD,DALAB,ARD}'::text[]) pod;
INSERT INTO activity_variation (contract_id, variation_id, pod, signed_on, effective, amount, source) VALUES
    ('P1', 'V1', 'DAIMG', '2025-01-15', '2024-05-01', 50, 'test'), ('P1', 'V2', 'DAIMG', NULL, '2024-05-01', 1000, 'test'), ('P1', 'V3', 'DAIMG', '2024-01-01', '2023-05-01', 1000, 'test'),
    ('P1', 'V4', 'DAIMG', '2024-01-01', '2024-06-01', 1000, 'test');
SELECT test_lines(1, 'P1', '2024-04-01', 'DAIMG', 600), test_lines(1, 'P1', '2024-05-01', 'DAIMG', 500), test_lines(1, 'P1', '2024-05-01', 'CRD', 1020), test_lines(1, 'P1', '2024-05-01', 'DALAB', 1020.01),
       test_lines(1, 'P1', '2024-05-01', 'DEVICE', 10), test_lines(1, 'P1', '2024-05-01', 'ARD', 1000), test_lines(1, 'P1', '2024-05-01', 'ARD', 500, NULL, NULL, NULL, 'VOID');
-- COD06: own year before 10 of 40: 25 of 50 is above 0.433712, 21 of 50 is not; others 10 of 40: 20 of 30 is above 0.487171; 29 spells are too few; nobody to compare with
SELECT test_lines(10, 'K1', '2023-06-01', 'NELNE', 3000, NULL, 'AA12C'), test_lines(15, 'K1', '2023-06-01', 'NELNE', 2000, NULL, 'AA12D'), test_lines(15, 'K1', '2023-06-01', 'NELNE', 2000, NULL, 'AA12E'),
       test_lines(25, 'K1', '2024-06-01', 'NELNE', 3000, NULL, 'AA12C'), test_lines(25, 'K1', '2024-06-01', 'NELNE', 2000, NULL, 'AA12E'),
       test_lines(10, 'K1', '2023-06-01', 'NELNE', 3000, NULL, 'AA03C'), test_lines(30, 'K1', '2023-06-01', 'NELNE', 2000, NULL, 'AA03D'),
       test_lines(21, 'K1', '2024-06-01', 'NELNE', 3000, NULL, 'AA03C'), test_lines(29, 'K1', '2024-06-01', 'NELNE', 2000, NULL, 'AA03D'),
       test_lines(20, 'K2', '2024-06-01', 'NELNE', 3000, NULL, 'AA05C'), test_lines(10, 'K2', '2024-06-01', 'NELNE', 2500, NULL, 'AA05D'),
       test_lines(5, 'K3', '2024-06-01', 'NELNE', 3000, NULL, 'AA05C'), test_lines(15, 'K3', '2024-06-01', 'NELNE', 2500, NULL, 'AA05D'),
       test_lines(5, 'K4', '2024-06-01', 'NELNE', 3000, NULL, 'AA05C'), test_lines(15, 'K4', '2024-06-01', 'NELNE', 2500, NULL, 'AA05D'),
       test_lines(29, 'K2', '2024-06-01', 'NELNE', 3000, NULL, 'AA08C'), test_lines(30, 'K5', '2024-06-01', 'NELNE', 3000, NULL, 'AA17C');
-- COD08: 2 and 4 of 20 in turn for nine months, then 4, 9, 4 (sepsis: above 0.410444), 4, 8, 4 (pneumonia: not above), 4, 9, 4 with notice in time (kidney injury);
-- a month of 19 spells is no point
SELECT test_lines(n, 'S1', ('2023-04-15'::date + make_interval(months => m))::date, 'NEL', 1000, NULL, NULL, jsonb_build_object('nights', 2, 'diagnoses', d))
FROM (SELECT m, CASE WHEN m < 9 THEN CASE WHEN m % 2 = 0 THEN 2 ELSE 4 END WHEN m = 10 THEN 8 ELSE 4 END AS n, '{R69X,A419,J189,N179}' AS d FROM generate_series(0, 11) m
      UNION ALL SELECT 10, 1, '{A40,N17}'
      UNION ALL SELECT m, CASE WHEN m < 9 THEN CASE WHEN m % 2 = 0 THEN 18 ELSE 16 END WHEN m = 10 THEN 11 ELSE 16 END, '{I10X}' FROM generate_series(0, 11) m) x;
INSERT INTO counting_change VALUES ('S1', 'kidney_injury', '2023-08-01', '2024-02-01', '', 'test'), ('S1', 'sepsis', '2023-08-02', '2024-02-01', '', 'test');
SELECT test_lines(CASE m WHEN 5 THEN 19 ELSE 20 END, 'S2', ('2023-04-15'::date + make_interval(months => m))::date, 'NEL', 1000, NULL, NULL, '{"nights": 2, "diagnoses": "{A419}"}') FROM generate_series(0, 11) m;

INSERT INTO submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, amount, status)
SELECT 1, 'PLCM', provider_code, commissioner_code, financial_year, month, count(*), sum(total_cost), 'current' FROM invoice_line GROUP BY 2, 3, 4, 5, 6;
CALL ser.validate();
SELECT stage, status, message FROM run ORDER BY run_id;

-- what was found: by hand
CREATE TABLE ser.want (rule_code text, contract_id text, series_key text, outcome text, statistic numeric, lower_limit numeric, upper_limit numeric, identified numeric, recoverable numeric);
INSERT INTO want VALUES
    ('CAP01', 'K1', '110', 'fail', 13, NULL, 12, 79.00, 79.00),          -- 1 x (12 x 78 + 91) / 13
    ('CAP01', 'K1', '130', 'not_assessed', 1, NULL, NULL, 0, 0),
    ('CAP01', 'K1', '140', 'fail', 1, NULL, 0, 80.00, 80.00),
    ('CAP02', 'K1', 'day_case', 'fail', 0.7, 0.8, NULL, 200, 200),
    ('CAP02', 'K1', 'op_procedure', 'fail', 0.117647, NULL, 0.1, 0, 0),  -- 4 / 34
    ('CAP02', 'K1', 'consultant_referral', 'fail', 0.375, NULL, 0.25, 165, 165),
    ('CAP02', 'K1', 'zero_night', 'fail', 0.52, NULL, round(28 / 115.0 + 3 * sqrt(28 / 115.0 * 87 / 115 / 25), 6), 0, 0),
    ('CAP03', 'M1', 'mret', 'fail', 2350000, NULL, 2105000, 245000, 245000),
    ('CAP03', 'M3', 'mret', 'not_assessed', 2000, NULL, NULL, 0, 0),
    ('CAP03', 'M4', 'mret', 'fail', 2020000, NULL, 2014000, 6000, 6000),
    ('CAP03', 'B1', 'blended', 'fail', 8500000, NULL, 8100000, 400000, 400000),
    ('CAP03', 'A1', 'api', 'fail', 10600000, NULL, 10450000, 150000, 150000),
    ('CAP04', 'P1', 'DAIMG', 'fail', 1100, NULL, 1070, 30, 30),
    ('CAP04', 'P1', 'DALAB', 'fail', 1020.01, NULL, 1020, 0.01, 0),
    ('CAP04', 'P1', 'DEVICE', 'not_assessed', 10, NULL, NULL, 0, 0),
    ('COD06', 'K1', 'AA12E', 'fail', 0.5, 0.066288, 0.433712, 0, 0),     -- 0.25 +- 3 x sqrt(0.25 x 0.75 / 50)
    ('COD06', 'K2', 'AA05D', 'fail', 0.666667, 0.012829, 0.487171, 0, 0),
    ('COD06', 'K5', 'AA17D', 'not_assessed', 1, NULL, NULL, 0, 0),
    ('COD08', 'S1', 'sepsis', 'fail', 0.45, 0, 0.410444, 0, 0),          -- 26 / 180 + 2.66 x 0.1
    ('COD08', 'S2', 'sepsis', 'not_assessed', NULL, NULL, NULL, 0, 0), ('COD08', 'S2', 'pneumonia', 'not_assessed', NULL, NULL, NULL, 0, 0), ('COD08', 'S2', 'kidney_injury', 'not_assessed', NULL, NULL, NULL, 0, 0);
CREATE VIEW ser.got AS
SELECT rule_code, contract_id, series_key, outcome, statistic, CASE WHEN lower_limit < 0 THEN 0 ELSE lower_limit END AS lower_limit, upper_limit, identified, recoverable
FROM series_finding WHERE closed_run IS NULL AND NOT (rule_code = 'COD08' AND contract_id NOT IN ('S1', 'S2')) AND NOT (rule_code = 'CAP02' AND outcome = 'not_assessed');
SELECT 'got' AS side, x.* FROM (TABLE got EXCEPT TABLE want) x UNION ALL SELECT 'want', x.* FROM (TABLE want EXCEPT TABLE got) x ORDER BY 2, 3, 4, 1;
SELECT rule_code, contract_id, series_key, period, reason, recovery_reason, evidence FROM series_finding WHERE rule_code <> 'CAP02' OR outcome = 'fail' ORDER BY rule_code, contract_id, series_key;
SELECT contract_id, series_key, reason FROM series_finding WHERE rule_code = 'CAP02' AND outcome = 'not_assessed' ORDER BY 1, 2;

-- what the findings on lines recover is what the regime pays less: M1 30.00 (each line by itself 10.00 + 10.00 + 10.01), the day case whole,
-- M4 30,000 + 0.7 x 20,000, B1 a penny for two of a penny at 20 % (100,000.00 less 99,999.996, rounded: nothing)
SELECT f.contract_id, f.pod, f.net::numeric(16,2) AS net, f.recoverable, f.recovery_reason FROM finding f WHERE f.rule_code = 'LOC01' AND f.outcome = 'fail' ORDER BY f.contract_id, f.line_key;
SELECT s.contract_id, s.payable_billed, s.payable_validated, s.payable_billed - s.payable_validated AS due, sum(f.recoverable) AS lines,
       bool_and(f.recoverable <= f.net) AS none_above_net
FROM regime_settlement s LEFT JOIN finding f ON f.contract_id = s.contract_id AND f.pod_class = ANY (s.pod_classes) AND f.closed_run IS NULL
WHERE s.reason IS NULL GROUP BY 1, 2, 3, 4 HAVING count(f.net) > 0 ORDER BY 1;
-- all of it: charged, less what is recovered, is what the regime pays for what is left
SELECT s.contract_id, s.billed - sum(f.recoverable) - (SELECT coalesce(sum(x.recoverable), 0) FROM series_finding x WHERE x.contract_id = s.contract_id AND x.rule_code = 'CAP03') - s.payable_validated AS left_over
FROM regime_settlement s JOIN finding f ON f.contract_id = s.contract_id AND f.pod_class = ANY (s.pod_classes) AND f.closed_run IS NULL
WHERE s.billed >= s.agreed GROUP BY s.contract_id, s.billed, s.payable_validated ORDER BY 1;

SELECT step, rule, formula, billed_gbp, expected_gbp, source FROM ser.explain_finding((SELECT finding_ref FROM finding WHERE rule_code = 'LOC01' AND contract_id = 'M4' AND outcome = 'fail'));
SELECT rule_code, contract_id, series_key, pod, activity_month, recoverable FROM any_finding WHERE line_key IS NULL AND rule_code IN ('CAP03', 'CAP04') AND outcome = 'fail' ORDER BY 1, 2, 3;
-- a repeat changes nothing, with an empty search_path too
SET search_path = '';
CALL ser.validate();
SELECT status, rows_out FROM ser.run ORDER BY run_id DESC LIMIT 1;
SET search_path = ser, commissioning, public;
-- live and persisted agree
SELECT count(*) FROM (SELECT finding_ref, content FROM series_finding_live EXCEPT SELECT finding_ref, content FROM series_finding WHERE closed_run IS NULL) x;
SELECT count(*) FROM ((TABLE series_point_live EXCEPT TABLE series_point) UNION ALL (TABLE series_point EXCEPT TABLE series_point_live)) x;
-- a variation is signed, a notice given in time, a line voided: findings close or change; the same finding keeps its reference
UPDATE activity_variation SET signed_on = '2025-02-01' WHERE variation_id = 'V2';
UPDATE counting_change SET notified_on = '2023-07-31' WHERE measure = 'sepsis';
UPDATE invoice_line SET site_code = 'VOID' WHERE pod = 'OPFUPSPCL' AND unit_price = 80;
UPDATE invoice_line SET total_cost = 92, unit_price = 92 WHERE unit_price = 91;
CALL ser.validate();
SELECT rule_code, contract_id, series_key, closed_reason, identified, count(*) OVER (PARTITION BY finding_ref) AS versions FROM series_finding
WHERE closed_run IS NOT NULL OR finding_ref IN (SELECT finding_ref FROM series_finding WHERE closed_run IS NOT NULL) ORDER BY 1, 2, 3, opened_run;
-- a file that comes in is counted with what stands already, in its year alone
INSERT INTO submission (feed, file_name, file_hash, status, loaded_at) VALUES ('plcm', 'second', 'h2', 'loaded', clock_timestamp());
SELECT test_lines(2, 'K1', '2025-03-01', 'EL', 700);
UPDATE invoice_line SET submission_id = 2 WHERE month = 12 AND financial_year = '2024/25';
INSERT INTO submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, amount, status) VALUES (2, 'PLCM', 'RK1', '00X', '2024/25', 12, 2, 1400, 'current');
CALL ser.validate(everything => false);
SELECT message FROM run ORDER BY run_id DESC LIMIT 1;
SELECT identified, evidence FROM series_finding WHERE closed_run IS NULL AND series_key = 'day_case';
SELECT count(*) FROM ((TABLE series_point_live EXCEPT TABLE series_point) UNION ALL (TABLE series_point EXCEPT TABLE series_point_live)) x;
-- switched off, and with other parameters for one contract
INSERT INTO rule_switch (contract_id, rule_code, enabled) VALUES ('*', 'COD08', false);
INSERT INTO rule_switch (contract_id, rule_code, parameters) VALUES ('K1', 'COD06', '{"sigmas": 2}');
CALL ser.validate();
SELECT rule_code, contract_id, series_key, upper_limit FROM series_finding WHERE closed_run IS NULL AND rule_code IN ('COD06', 'COD08') AND outcome = 'fail' ORDER BY 1, 2, 3;
-- what a reader sees
SELECT count(*), count(*) FILTER (WHERE period_to < period_from) AS turned FROM ser_reporting.series_finding;
SELECT count(*) FROM pg_attribute WHERE attrelid = 'ser_reporting.series_finding'::regclass AND attname = 'person_id';

DROP SCHEMA ser_reporting CASCADE;
DROP SCHEMA ser CASCADE;
DROP SCHEMA ser_identity CASCADE;
