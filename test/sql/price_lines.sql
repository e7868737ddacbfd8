-- Prices of attendances, emergencies, unbundled HRGs; reasons, NULLs and errors of all price functions.
CREATE SCHEMA price_lines;
SET search_path = price_lines, commissioning;
CREATE TABLE t AS SELECT $${"name": "synthetic list", "version": "1", "financial_year": "2024/25", "currency": "GBP", "synthetic": true,
  "spells": [{"hrg": "AA22C", "elective": 3000, "day_case": 2500, "elective_trim": 5, "per_day": 250}],
  "attendances": [{"treatment_function": "110", "hrg": "WF01B", "price": 165}, {"treatment_function": "110", "hrg": "WF01A", "price": 78}],
  "procedures": [{"hrg": "AA11A", "price": 143}], "emergency": [{"hrg": "VB08Z", "price": 84.5}],
  "unbundled": [{"hrg": "XC01Z", "price": 1000}, {"hrg": "SB13Z", "price": 299}, {"hrg": "RD20A", "price": 84}]}$$::tariff AS tariff;
SELECT (price_attendance(tariff, ('WF01B', '110', '5', '1', 1.1, 'penny'))).* FROM t;
SELECT (price_attendance(tariff, ('WF01A', '110', '3', '2', 1.1, 'penny'))).* FROM t;
SELECT (price_attendance(tariff, ('AA11A', NULL, '5', '1', 1.1, 'penny'))).* FROM t;
-- a procedure without a price is paid as the attendance it was
SELECT (price_attendance(tariff, ('AA12A', '110', '6', '2', 1.1, 'penny'))).* FROM t;
SELECT (price_attendance(tariff, ('WF01B', '120', '5', '1', 1.1, 'penny'))).* FROM t;
SELECT (price_emergency(tariff, ('VB08Z', 1.0642, 'sus'))).* FROM t;
SELECT (price_unbundled(tariff, ('XC01Z', 2.5, 1.0642, 'penny'))).* FROM t;
-- SB97Z carries no price of its own; SB13Z 299 * 1.0642 = 318.20
SELECT sum((price_unbundled(tariff, (h::hrg, 1, 1.0642, 'penny'))).final) FROM t, unnest('{SB97Z,SB13Z}'::text[]) h;
-- NULLs everywhere: a reason, never a guess
SELECT (price_attendance(tariff, NULL)).reason, (price_emergency(tariff, NULL)).reason, (price_unbundled(tariff, NULL)).reason, (price_spell(tariff, NULL)).reason FROM t;
SELECT f.field, (price_spell(t.tariff, jsonb_populate_record(NULL::spell_line, f.line))).reason
FROM t, (SELECT k AS field, jsonb_set(whole, ARRAY[k], 'null') AS line
         FROM (SELECT '{"hrg": "AA22C", "patient_classification": "1", "admission_method": "11", "admission_date": "2024-05-01", "discharge_date": "2024-05-08", "age": 40,
                        "critical_care_days": 1, "rehabilitation_days": 1, "overlap_days": 1, "palliative_days": 0, "best_practice": false,
                        "market_forces_factor": 1.1, "rounding": "penny"}'::jsonb AS whole) w, jsonb_object_keys(whole) k) f
ORDER BY f.field;
SELECT field, (price_attendance(t.tariff, jsonb_populate_record(NULL::attendance_line, jsonb_set(whole, ARRAY[field], 'null')))).reason
FROM t, (SELECT '{"hrg": "WF01B", "treatment_function": "110", "attendance_status": "5", "first_attendance": "1", "market_forces_factor": 1.1, "rounding": "penny"}'::jsonb AS whole) w,
     jsonb_object_keys(whole) field
ORDER BY field;
SELECT count(*) FROM t, price_steps(tariff, NULL);
-- errors
SELECT price_spell(NULL, NULL);
SELECT price_attendance(NULL, NULL);
SELECT price_emergency(NULL, NULL);
SELECT price_unbundled(NULL, NULL);
SELECT * FROM price_steps(NULL, NULL);
\set VERBOSITY sqlstate
SELECT price_spell(NULL, NULL);
SELECT price_emergency(tariff, ('VB08Z', 1, 'pence')) FROM t;
SELECT price_emergency(tariff, ('VB08Z', 'NaN', 'penny')) FROM t;
SELECT price_emergency(tariff, ('VB08Z', 'Infinity', 'penny')) FROM t;
SELECT price_emergency(tariff, ('VB08Z', 1e38, 'none')) FROM t;
SELECT price_unbundled(tariff, ('XC01Z', 1e35, 1, 'none')) FROM t;
SELECT price_spell(tariff, ('AA22C', '1', '11', '2024-05-01', '2024-05-08', 40, 0, 0, 0, 0, NULL, NULL, 1e37, 'penny')) FROM t;
SELECT * FROM t, price_steps(tariff, ('AA22C', '1', '11', '2024-05-01', '2024-05-08', 40, 0, 0, 0, 0, NULL, NULL, 1e37, 'penny'));
\set VERBOSITY default
-- extreme dates and integers
SELECT (price_spell(tariff, ('AA22C', '1', '11', '-infinity', '2024-05-08', 40, 0, 0, 0, 0, NULL, NULL, 1, 'penny'))).reason,
       (price_spell(tariff, ('AA22C', '1', '11', '2024-05-01', 'infinity', 40, 0, 0, 0, 0, NULL, NULL, 1, 'penny'))).reason,
       (price_spell(tariff, ('AA22C', '1', '11', '4713-01-01 BC', '2024-05-08', 40, 0, 0, 0, 0, NULL, NULL, 1, 'penny'))).reason,
       (price_spell(tariff, ('AA22C', '1', '11', '2024-05-01', '2024-05-08', 40, 2147483647, -2147483648, 0, 0, NULL, NULL, 1, 'penny'))).reason,
       (price_spell(tariff, ('AA22C', '1', '11', '2024-05-01', '2024-05-08', 40, 2147483647, 2147483647, 0, 2147483647, NULL, NULL, 1, 'penny'))).final FROM t;
-- numerics are written as the server writes them: 8,000 amounts of all sizes against its own arithmetic
SELECT count(*) AS tried, count(*) FILTER (WHERE (p).final <> a * f OR (p).final::text::numeric <> a * f OR (p).market_forces_factor <> f
                                               OR hash_numeric((p).final) <> hash_numeric(a * f)) AS different
FROM (SELECT units AS a, f, price_unbundled(t.tariff, ('RD20A', units / 84, f, 'none')) AS p
      FROM t, (SELECT 84 * trim_scale((n * 7919 % 100003)::numeric * 10::numeric ^ (n % 19 - 8)) AS units, round(1 + (n % 997)::numeric / 997, n % 7) AS f
               FROM generate_series(0, 7999) n) u OFFSET 0) x;
-- one tariff out of line, read once: many rows, several tariffs in turn
CREATE TABLE lists AS
SELECT y AS year, (jsonb_set(jsonb_set(tariff::jsonb, '{financial_year}', to_jsonb(y || '/' || lpad(((y + 1) % 100)::text, 2, '0'))),
                             '{spells}', (SELECT jsonb_agg(jsonb_build_object('hrg', chr(65 + n / 100) || 'A' || lpad((n % 100)::text, 2, '0') || 'A', 'elective', y + n)) FROM generate_series(0, 2000) n)))::tariff AS body
FROM t, generate_series(1999, 2038) y;
SELECT count(*) AS priced, sum((p).final) = sum(year) AS right_tariff
FROM (SELECT l.year, price_spell(l.body, ('AA00A', '1', '11', make_date(l.year, 6, 1), make_date(l.year, 6, 1), 40, 0, 0, 0, 0, NULL, NULL, 1, 'penny')) AS p
      FROM generate_series(1, 50) n, lists l OFFSET 0) x;
DROP SCHEMA price_lines CASCADE;
