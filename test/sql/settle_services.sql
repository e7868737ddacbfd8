-- A block divided over services, and the value hidden in it.
SELECT commissioning.create_warehouse('svc', purpose => 'invoice_validation', person_partitions => 1);
SET search_path = '';
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset null '-'

-- predicates
SELECT commissioning.service_condition('{"pod_class": ["emergency"], "hrg": ["FZ", "F''D"], "age_from": 18, "age_to": 64}');
SELECT commissioning.service_condition('{"pod": ["A", "B,C"], "provider": ["R\"X1"], "diagnosis": ["I50"], "procedure": ["W37"], "contract": ["K1"], "treatment_function": ["320"]}');
SELECT commissioning.service_condition(NULL) IS NULL AS nothing;
SELECT commissioning.service_condition('{}');
SELECT commissioning.service_condition('["hrg"]');
SELECT commissioning.service_condition('{"hgr": ["FZ"]}');
SELECT commissioning.service_condition('{"hrg": "FZ"}');
SELECT commissioning.service_condition('{"hrg": []}');
SELECT commissioning.service_condition('{"hrg": ["FZ", 1]}');
SELECT commissioning.service_condition('{"age_from": "18"}');

INSERT INTO svc.contract (contract_id, title, basis, valid) VALUES ('K1', 'Block', 'block', '[2024-04-01,2026-04-01)');
INSERT INTO svc.block_amount VALUES ('K1', '[2024-04-01,2025-04-01)', 1000000.01, 'schedule 3'), ('K1', '[2025-04-01,2025-07-01)', 100.00, 'schedule 3');
INSERT INTO svc.service (service_id, version, title, predicate) VALUES
    ('heart', 1, 'Heart failure', '{"diagnosis": ["I50"]}'), ('emergency', 1, 'Emergency admissions', '{"pod_class": ["emergency"]}'), ('hip', 1, 'Hips of the over 64', '{"hrg": ["HN1"], "age_from": 65}');
INSERT INTO svc.service_weight_set (contract_id, weight_version, valid, basis, unallocated, reason) VALUES ('K1', 1, '[2024-04-01,2026-04-01)', 'schedule', 1, 'schedule 3 of the contract');
INSERT INTO svc.service_weight VALUES ('K1', 1, 1, 'heart', 1, 2, 'schedule 3'), ('K1', 1, 2, 'emergency', 1, 3, 'schedule 3'), ('K1', 1, 3, 'hip', 1, 3, 'schedule 3');
-- a draft divides nothing
SELECT count(*) FROM svc_reporting.block_split;
UPDATE svc.service_weight_set SET agreed_by = 'contract board', agreed_at = '2024-03-31';
-- 1,000,000.01 by 2 : 3 : 3 : 1 in ninths: 222,222.2244; 333,333.3367; 333,333.3367; 111,111.1122 - the odd pennies go to the two with .67
SELECT service_order, service_id, pct_of_block, allocated_gbp, block_gbp FROM svc_reporting.block_split WHERE period_from = '2024-04-01' ORDER BY service_order;
SELECT period_from, sum(allocated_gbp) = max(block_gbp) AS adds_up FROM svc_reporting.block_split GROUP BY period_from ORDER BY 1;
-- by month: services add up to the month, months to the year
SELECT count(*) AS months, count(*) FILTER (WHERE total <> commissioning.on_account_amount(1000000.01, 12, n::integer)) AS wrong
FROM (SELECT month, sum(allocated_gbp) AS total, row_number() OVER (ORDER BY month) AS n FROM svc_reporting.block_split_month WHERE month < '2025-04-01' GROUP BY month) m;
SELECT service_id, sum(allocated_gbp) FROM svc_reporting.block_split_month WHERE month < '2025-04-01' GROUP BY service_id, service_order ORDER BY service_order;
-- a quarter of 100.00 over three months
SELECT month, service_id, allocated_gbp FROM svc_reporting.block_split_month WHERE month >= '2025-04-01' ORDER BY month, service_order;

-- activity: no, contract, pod, day, charged, priced, hrg, age, diagnoses
CREATE FUNCTION pg_temp.line(no bigint, contract text, pod text, day date, charged numeric, priced numeric, hrg text, age integer, diagnoses text, units numeric DEFAULT 1) RETURNS void LANGUAGE sql AS $$
    INSERT INTO svc.person (person_id) VALUES (no);
    INSERT INTO svc.activity (person_id, activity_id, dataset, provider_code, start_date, diagnoses) VALUES (no, no, 'APC', 'RX1', day, diagnoses::commissioning.icd10[]);
    INSERT INTO svc.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, nhs_number_state, total_cost, hrg, age, units)
    VALUES (no, 1, no, no::text, no::text, 'RX1', 'C1', '2024/25', 1, pod, 'valid', charged, hrg::commissioning.hrg, age, units);
    INSERT INTO svc.line_price (person_id, submission_id, line_no, line_key, contract_id, price_date, expected_total, activity_id) VALUES (no, 1, no, no::text, contract, day, priced, no);
$$;
SELECT count(pg_temp.line(v.no, v.contract, v.pod, v.day::date, v.charged, v.priced, v.hrg, v.age, v.d, v.units)) FROM (VALUES
    (1, 'K1', 'NEL', '2024-04-10', 3100, 3000, 'EB03A', 80, '{I50,I10}', 1),     -- heart failure and emergency: counts once, for the first
    (2, 'K1', 'NEL', '2024-05-10', 2000, 2000, 'FZ90A', 30, '{K35}', 1),         -- emergency
    (3, 'K1', 'EL', '2024-05-11', 6000, 6500, 'HN12A', 65, '{M16}', 1),          -- hip, on the birthday
    (4, 'K1', 'EL', '2024-05-12', 6000, 6500, 'HN12A', 64, '{M16}', 1),          -- too young: nobody's
    (5, 'K1', 'EL', '2024-06-01', 123.45, NULL, 'HN13A', 90, NULL, 2),           -- hip without a price: as charged
    (6, 'K1', 'EL', '2025-03-31', 1000, 1000, 'HN12A', NULL, '{M16}', 1),        -- age unknown: nobody's
    (7, 'K1', 'NEL', '2025-04-01', 7000, 7000, 'FZ90A', 30, '{K35}', 1),         -- next year's block
    (8, 'K2', 'NEL', '2024-05-10', 9000, 9000, 'FZ90A', 30, '{K35}', 1)) v (no, contract, pod, day, charged, priced, hrg, age, d, units);
SELECT svc.count_services('K1', 1) AS rows;
SELECT service_id, allocated_gbp, priced_gbp, hidden_gbp, lines, units, unpriced_lines, claimed_twice_gbp, implied_price_gbp, unit_price_gbp FROM svc_reporting.block_value WHERE period_from = '2024-04-01' ORDER BY service_order;
-- a repeat gives the same; every line is somewhere, once
SELECT svc.count_services('K1', 1) AS rows, (SELECT sum(lines) FROM svc.service_value) AS lines, (SELECT sum(value) FROM svc.service_value) AS value;
SELECT svc.count_services('K1', 2);

-- weights from the activity of a base year: 3,000.00 and 2,000.00 and 6,623.45, nobody's 7,500.00; or 1, 1, 3 and 2 units
INSERT INTO svc.service_weight_set (contract_id, weight_version, valid, basis, reason) VALUES ('K1', 3, '[2026-04-01,2027-04-01)', 'priced activity', 'rebased'), ('K1', 4, '[2027-04-01,2028-04-01)', 'count', 'compared');
INSERT INTO svc.service_weight SELECT 'K1', v, w.service_order, w.service_id, 1, 0, 'to be filled' FROM svc.service_weight w, generate_series(3, 4) v WHERE w.weight_version = 1;
SELECT svc.fill_weights('K1', 3, '[2024-04-01,2025-04-01)') AS priced, svc.fill_weights('K1', 4, '[2024-04-01,2025-04-01)') AS counts;
SELECT s.weight_version, s.unallocated::float8 AS unallocated, w.service_id, w.weight::float8 AS weight, w.source FROM svc.service_weight_set s
JOIN svc.service_weight w ON w.contract_id = s.contract_id AND w.weight_version = s.weight_version WHERE s.weight_version > 2 ORDER BY 1, w.service_order;
SELECT svc.fill_weights('K1', 1, '[2024-04-01,2025-04-01)');
-- a service that cannot be read is not agreed, and one that is agreed stays
INSERT INTO svc.service VALUES ('misspelt', 1, 'Misspelt', '{"hgr": ["FZ"]}');
INSERT INTO svc.service_weight VALUES ('K1', 4, 9, 'misspelt', 1, 1, 'wrong');
UPDATE svc.service_weight_set SET agreed_by = 'contract board', agreed_at = '2024-03-31' WHERE weight_version = 4;
UPDATE svc.service SET predicate = '{"hrg": ["FZ"]}' WHERE service_id = 'misspelt';
UPDATE svc.service SET predicate = '{"hrg": ["FZ"]}' WHERE service_id = 'hip';
DELETE FROM svc.service WHERE service_id = 'heart';

-- agreed weights stay
UPDATE svc.service_weight SET weight = 5 WHERE service_id = 'hip';
INSERT INTO svc.service_weight VALUES ('K1', 1, 4, 'heart', 1, 2, 'late');
DELETE FROM svc.service_weight_set WHERE weight_version = 1;
UPDATE svc.service_weight_set SET valid = '[2024-04-01,2025-04-01)' WHERE weight_version = 1;
UPDATE svc.service_weight_set SET valid = '[2024-04-01,2026-04-01)' WHERE weight_version = 1;
-- weights of nothing
INSERT INTO svc.service_weight_set (contract_id, weight_version, valid, basis, reason) VALUES ('K1', 2, '[2025-04-01,2026-04-01)', 'count', 'none');
INSERT INTO svc.service_weight VALUES ('K1', 2, 1, 'heart', 1, 0, 'none');
UPDATE svc.service_weight_set SET agreed_by = 'x', agreed_at = now() WHERE weight_version = 2;
SELECT count(*) FROM svc_reporting.block_split WHERE period_from = '2025-04-01';
SET client_min_messages = error;
DROP SCHEMA svc, svc_identity, svc_reporting CASCADE;
