# make_lines WAREHOUSE LINES: a warehouse with lines made straight into its tables, one fault in twenty, prices and contracts. For tests
# and benches of size and time, not of judgement.
make_lines() {
	psql -Xq -v ON_ERROR_STOP=1 -v n="$2" -v w="$1" <<'SQL'
SELECT commissioning.create_warehouse(:'w', 'invoice_validation');
SET search_path = :w, commissioning, public;
INSERT INTO organisation (org_code, name, org_type) SELECT 'RZ' || i, 'Synthetic Trust ' || i, 'trust' FROM generate_series(1, 9) i;
INSERT INTO organisation_link SELECT 'Y9' || lpad(i::text, 4, '0'), 'commissioned_by', CASE WHEN i % 20 = 0 THEN '00Y' ELSE '00X' END, '[2020-01-01,)' FROM generate_series(1, 40) i;
INSERT INTO contract (contract_id, title, basis, valid, tariff_name) SELECT 'K' || i, 'Trust ' || i, 'api', '[2024-04-01,2025-04-01)', 'synthetic' FROM generate_series(1, 60) i;
INSERT INTO contract_party SELECT 'K' || i, 1, '00X', 'coordinating_commissioner' FROM generate_series(1, 60) i;
INSERT INTO contract_party SELECT 'K' || i, 2, 'RZ' || i, 'provider' FROM generate_series(1, 60) i;
INSERT INTO contract_party SELECT 'K' || i, 2 + k, '00' || k, 'associate_commissioner' FROM generate_series(1, 60) i, generate_series(1, 2) k;
INSERT INTO recovery_rate SELECT 'K' || i, 'any', '[2024-04-01,2025-04-01)', 0.75 FROM generate_series(1, 9) i;
INSERT INTO factor (provider_code, valid, value, source) SELECT 'RZ' || i, '[2024-04-01,2025-04-01)', 1 + i / 100.0, 'synthetic' FROM generate_series(1, 9) i;
CREATE TEMP TABLE h AS SELECT hrg, row_number() OVER (ORDER BY hrg) - 1 AS i FROM commissioning.hrg_age_bound WHERE age_min = 19 AND age_max = 150 LIMIT 600;
INSERT INTO tariff (tariff_name, financial_year, valid, body, source, synthetic)
SELECT 'synthetic', '2024/25', '[2024-04-01,2025-04-01)', jsonb_build_object('name', 'synthetic', 'version', '1', 'financial_year', '2024/25', 'synthetic', true,
    'currency', 'GBP', 'short_stay', '{"max_days": 1, "min_age": 19}'::jsonb,
    'spells', (SELECT jsonb_agg(jsonb_build_object('hrg', hrg, 'day_case', 500 + i, 'elective', 1500 + i, 'elective_trim', 8, 'non_elective', 2000 + i, 'non_elective_trim', 10,
                                                   'per_day', 200, 'short_stay_price', 900)) FROM h),
    'attendances', '[{"treatment_function": "110", "hrg": "WF01B", "price": 165}, {"treatment_function": "110", "hrg": "WF01A", "price": 78}]'::jsonb,
    'procedures', '[]'::jsonb, 'emergency', '[{"hrg": "VB08Z", "price": 150}]'::jsonb, 'unbundled', '[]'::jsonb, 'top_ups', '[]'::jsonb)::text::commissioning.tariff, 'synthetic', true;
INSERT INTO submission (feed, file_name, file_hash, status) VALUES ('plcm', 'bench', 'bench', 'loaded');
INSERT INTO submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, status)
SELECT 1, 'PLCM', 'RZ' || i, '00X', '2024/25', m, 0, 'current' FROM generate_series(1, 9) i, generate_series(1, 12) m;
INSERT INTO person (person_id, sex) SELECT i, '2' FROM generate_series(1, :n / 3) i;
INSERT INTO registration SELECT i, 'Y9' || lpad((1 + i % 40)::text, 4, '0'), '2020-01-01' FROM generate_series(1, :n / 3) i;
CREATE TEMP TABLE e AS
SELECT i, 1 + i % (:n / 3) AS person_id, 'RZ' || 1 + i % 9 AS provider_code, CASE WHEN i % 10 = 0 THEN 'APC' WHEN i % 10 < 3 THEN 'EC' ELSE 'OP' END AS dataset,
       date '2024-04-01' + (i::bigint * 7919 % 360)::integer AS start_date, CASE WHEN i % 10 = 0 THEN (i / 10 % 9)::integer ELSE 0 END AS nights, 20 + (i % 70)::integer AS age,
       CASE WHEN i % 10 = 0 THEN (SELECT array_agg(hrg ORDER BY h.i) FROM h)[1 + i / 10 % 600] WHEN i % 10 < 3 THEN 'VB08Z' WHEN i % 2 = 0 THEN 'WF01B' ELSE 'WF01A' END AS hrg
FROM generate_series(1, :n) i;
INSERT INTO activity (person_id, activity_id, dataset, provider_code, provider_event_id, cds_id, commissioner_billed, start_date, end_date, age, patient_classification, admission_method,
    treatment_function, first_attendance, attendance_status, hrg, critical_care_days)
SELECT person_id, i, dataset, provider_code, 'E' || i, 'C' || lpad(i::text, 18, '0'), '00X', start_date, start_date + nights, age, '1', '21', '110', '1', CASE WHEN i % 400 = 7 THEN '3' ELSE '5' END, hrg::commissioning.hrg, 0
FROM e;
INSERT INTO invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, treatment_function, hrg_sent, hrg,
    start_date, end_date, age, nhs_number_state, units, unit_price, market_forces_factor, total_cost, cds_id, provider_event_id)
SELECT person_id, 1, i, md5(i::text), provider_code || '|E' || i, provider_code, '00X', '2024/25', 1 + (extract(month FROM start_date + nights)::integer + 8) % 12, pod, '110', hrg, hrg::commissioning.hrg,
       start_date, start_date + nights, age, 'valid', 1, p, f, round(p * f, 2) + CASE WHEN i % 500 = 1 THEN 10 ELSE 0 END, 'C' || lpad(i::text, 18, '0'), 'E' || i
FROM (SELECT e.*, CASE dataset WHEN 'APC' THEN 'NEL' WHEN 'EC' THEN 'AE' ELSE CASE hrg WHEN 'WF01B' THEN 'OPFASPCL' ELSE 'OPFUPSPCL' END END AS pod,
             1 + right(provider_code, 1)::integer / 100.0 + CASE WHEN i % 300 = 5 THEN 0.01 ELSE 0 END AS f,
             CASE dataset WHEN 'APC' THEN CASE WHEN nights <= 1 AND i % 200 <> 0 THEN 900 ELSE 2000 + i / 10 % 600 END WHEN 'EC' THEN 150 ELSE CASE hrg WHEN 'WF01B' THEN 165 ELSE 78 END END
             + CASE WHEN i % 250 = 3 THEN 40 ELSE 0 END AS p
      FROM e) x;
UPDATE submission_slice s SET line_count = c, amount = t FROM (SELECT provider_code, month, count(*) AS c, sum(total_cost) AS t FROM invoice_line GROUP BY 1, 2) x
WHERE x.provider_code = s.provider_code AND x.month = s.month;
ANALYZE activity; ANALYZE invoice_line; ANALYZE person; ANALYZE registration; ANALYZE organisation_link; ANALYZE submission_slice; ANALYZE contract; ANALYZE factor; ANALYZE tariff;
SQL
}
