-- 200,000 spell lines of 50,000 persons, a tariff of 2,000 HRGs, registrations, factors; one line in fifty is wrong.
CREATE SCHEMA bench;
SET search_path = bench, commissioning;
CREATE TABLE hrg_list AS
SELECT n, (chr(65 + n / 400) || chr(65 + n / 100 % 4) || lpad((n % 100)::text, 2, '0') || 'A')::hrg AS hrg FROM generate_series(0, 1999) n;
CREATE TABLE tariff_list AS
SELECT '2024/25'::text AS financial_year, jsonb_build_object('name', 'bench', 'version', '1', 'financial_year', '2024/25', 'currency', 'GBP', 'synthetic', true,
    'short_stay', '{"max_days": 1, "min_age": 19}'::jsonb,
    'spells', (SELECT jsonb_agg(jsonb_build_object('hrg', hrg::text, 'combined', 1000 + n, 'non_elective', 2000 + n, 'elective_trim', 5, 'non_elective_trim', 10,
                                                   'per_day', 200 + n % 50, 'short_stay_percent', 45)) FROM hrg_list))::tariff AS body;
CREATE TABLE rules AS SELECT $${"name": "bench", "version": "1", "rules": [
 {"code": "DUP01", "version": "1", "name": "Exact duplicate line", "level": "line", "priority": 1, "applies": [["start_date", ">=", "1900-01-01"]], "fails": [["duplicate_of", "not_null"]], "effect": {"kind": "void"}, "evidence": ["duplicate_of"]},
 {"code": "OVL01", "version": "1", "name": "Overlapping spells", "level": "line", "priority": 1, "applies": [["end_date", ">=", "1900-01-01"]], "fails": [["overlap_of", "not_null"]], "effect": {"kind": "void"}, "evidence": ["overlap_of"]},
 {"code": "ENT06", "version": "1", "name": "Deceased", "level": "line", "priority": 1, "applies": [["death_state", "=", "dead"]], "fails": [["start_date", ">", {"field": "death_date"}]], "effect": {"kind": "void"}, "evidence": ["start_date", "death_date"]},
 {"code": "ENT01", "version": "1", "name": "Wrong commissioner", "level": "line", "priority": 2, "applies": [["prescribed_service", "is_null"]], "fails": [["responsible_commissioner", "<>", {"field": "commissioner_code"}]], "effect": {"kind": "void"}, "evidence": ["commissioner_code", "responsible_commissioner"]},
 {"code": "ENT07", "version": "1", "name": "Invalid NHS number", "level": "line", "priority": 2, "applies": [["nhs_number_state", "<>", "withheld"]], "fails": [["nhs_number_state", "in", ["missing", "invalid", "placeholder"]]], "effect": {"kind": "hold"}, "evidence": ["nhs_number_state"]},
 {"code": "COD01", "version": "1", "name": "Ungroupable", "level": "line", "priority": 3, "applies": [["total", "<>", 0]], "fails": [["hrg", "=", "UZ01Z"]], "effect": {"kind": "void"}, "evidence": ["hrg"]},
 {"code": "COD05", "version": "1", "name": "Age", "level": "line", "priority": 3, "applies": [["hrg_age_min", "not_null"]], "fails": [["age", "<", {"field": "hrg_age_min"}]], "effect": {"kind": "hold"}, "evidence": ["age"]},
 {"code": "PRC04", "version": "1", "name": "Short stay", "level": "line", "priority": 4, "applies": [["short_stay", "=", true]], "fails": [["unit_price", "=", {"field": "full_unit_price"}], ["unit_price", "<>", {"field": "expected_unit_price"}]], "effect": {"kind": "set", "unit_price": "expected_unit_price"}, "evidence": ["unit_price", "expected_unit_price"]},
 {"code": "PRC05", "version": "1", "name": "Excess days", "level": "line", "priority": 4, "applies": [["pod", "in", ["ELXBD", "NELXBD"]]], "fails": [["units", "<>", {"field": "expected_units"}]], "effect": {"kind": "set", "units": "expected_units"}, "evidence": ["units"]},
 {"code": "PRC01", "version": "1", "name": "Price", "level": "line", "priority": 5, "applies": [["pod", "not_in", ["ELXBD", "NELXBD"]]], "fails": [{"any": [["unit_price", ">", {"field": "expected_unit_price"}, {"plus": 1}], ["unit_price", "<", {"field": "expected_unit_price"}, {"plus": -1}]]}, {"not": ["short_stay", "=", true]}], "effect": {"kind": "set", "unit_price": "expected_unit_price"}, "evidence": ["unit_price", "expected_unit_price"]},
 {"code": "PRC02", "version": "1", "name": "Factor", "level": "line", "priority": 5, "fails": [["factor", "<>", {"field": "expected_factor"}]], "effect": {"kind": "set", "factor": "expected_factor"}, "evidence": ["factor", "expected_factor"]},
 {"code": "PRC12", "version": "1", "name": "Arithmetic", "level": "line", "priority": 5, "fails": [{"any": [["total", ">", {"field": "expected_product"}, {"plus": 0.01}], ["total", "<", {"field": "expected_product"}, {"plus": -0.01}]]}], "effect": {"kind": "recompute"}, "evidence": ["total"]}
]}$$::rule_set AS body;
CREATE TABLE factor AS SELECT 'R' || lpad(n::text, 2, '0') AS provider_code, (1 + n / 1000.0)::numeric(10,6) AS value FROM generate_series(0, 19) n;
CREATE TABLE registration AS SELECT p::bigint AS person_id, 'A' || lpad((p % 100)::text, 5, '0') AS practice_code, '0' || p % 9 || 'P' AS commissioner_code FROM generate_series(1, 50000) p;
CREATE TABLE line AS
SELECT (s / 4 + 1)::bigint AS person_id, s AS line_no, f.provider_code, CASE WHEN s % 50 = 3 THEN 'XXX' ELSE '0' || (s / 4 + 1) % 9 || 'P' END AS commissioner_code,
       '2024/25'::text AS financial_year, h.hrg, CASE WHEN s % 3 = 0 THEN 'EL' ELSE 'NEL' END AS pod, CASE WHEN s % 3 = 0 THEN '11' ELSE '21' END AS admission_method,
       '1'::text AS patient_classification, date '2024-05-01' + s % 200 AS start_date, date '2024-05-01' + s % 200 + s % 9 AS end_date, 20 + s % 60 AS age,
       0 AS critical_care_days, 'valid'::text AS nhs_number_state, 1::numeric(19,6) AS units,
       (CASE WHEN s % 3 = 0 THEN 1000 + h.n WHEN s % 9 <= 1 THEN round((2000 + h.n) * 0.45, 2) ELSE 2000 + h.n END)::numeric(19,6) AS unit_price,
       f.value AS factor,
       round((CASE WHEN s % 3 = 0 THEN 1000 + h.n WHEN s % 9 <= 1 THEN round((2000 + h.n) * 0.45, 2) ELSE 2000 + h.n END) * f.value, 2)::numeric(19,6) AS total,
       NULL::text AS prescribed_service, NULL::date AS death_date, NULL::text AS duplicate_of, NULL::text AS overlap_of
FROM generate_series(0, 199999) s
JOIN hrg_list h ON h.n = s * 7 % 2000
JOIN factor f ON f.provider_code = 'R' || lpad((s % 20)::text, 2, '0');
VACUUM ANALYZE line, registration, factor, tariff_list, rules;
