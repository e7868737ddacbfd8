-- Type tariff: JSON in and out, faults by path, binary form, NULLs.
CREATE SCHEMA tariff_test;
SET search_path = tariff_test, commissioning;
CREATE FUNCTION fault(input text, kind text DEFAULT 'tariff') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT %L::commissioning.%I', input, kind);
    RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
-- exact round trip: the text written reads as the same value
CREATE TABLE list AS SELECT $${"name": "n", "version": "1", "financial_year": "2024/25", "currency": "GBP", "synthetic": true,
    "short_stay": {"max_days": 1, "min_age": 19},
    "spells": [{"hrg": "DZ11V", "combined": 2000.50, "non_elective": 2911, "elective_trim": 11, "non_elective_trim": 17, "per_day": 233.123456},
               {"hrg": "AA22C", "day_case": null, "elective": 0, "short_stay_percent": 45}],
    "attendances": [{"treatment_function": "110", "hrg": "WF01A", "price": 78}], "unbundled": [{"hrg": "XC01Z", "price": 1e3}]}$$::tariff AS t;
SELECT t FROM list;
SELECT t::text::tariff::text = t::text AS text_again, t::jsonb::tariff::text = t::text AS jsonb_again, t::json::tariff::text = t::text AS json_again,
       tariff_fingerprint(t::text::tariff) = tariff_fingerprint(t) AS same_fingerprint, tariff_fingerprint(t) ~ '^[0-9a-f]{32}$' AS hex FROM list;
SELECT t::jsonb -> 'spells' -> 1 ->> 'per_day' AS per_day FROM list;
-- binary form
CREATE TABLE copied (t tariff);
COPY list TO PROGRAM 'cat > commissioning_tariff.bin' (FORMAT binary);
COPY copied FROM PROGRAM 'cat commissioning_tariff.bin; rm commissioning_tariff.bin' (FORMAT binary);
SELECT count(*) AS copied, bool_and(c.t::text = l.t::text) AS same FROM copied c, list l;
-- faults
SELECT fault('');
SELECT fault('{');
SELECT fault('[]');
SELECT fault('{"name": "n", "version": "1", "financial_year": "2024/26", "currency": "GBP"}');
SELECT fault('{"name": "n", "version": "1", "financial_year": "2024/25", "currency": "GBP", "spells": [{"hrg": "AA22C"}, {"hrg": "AA22"}]}');
SELECT fault('{"name": "n", "version": "1", "financial_year": "2024/25", "currency": "GBP", "spells": [{"hrg": "AA22C", "elective": 1.0000001}]}');
SELECT fault('{"name": "n", "version": "1", "financial_year": "2024/25", "currency": "GBP", "spells": [{"hrg": "AA22C", "elektive": 1}]}');
SELECT fault('{"name": "n", "version": "1", "financial_year": "2024/25", "currency": "GBP", "emergency": [{"hrg": "VB08Z", "price": 1}, {"hrg": "VB08Z", "price": 1}]}');
SELECT fault(repeat('[', 100000));
SELECT fault(repeat('{"spells":', 1000));
-- random damage: a tariff or a fault with a path, never anything else
SELECT count(*) AS tried, count(*) FILTER (WHERE f NOT LIKE '22P02 invalid tariff at $%' AND f NOT LIKE '22003 invalid tariff at $%' AND f <> 'accepted') AS other
FROM (SELECT fault(overlay(t::text PLACING substr('{}[]",:019.eE-\ntfz', 1 + n * 7 % 18, 1) FROM 1 + n * 31 % length(t::text) FOR n % 3)) AS f
      FROM list, generate_series(1, 3000) n) x;
SELECT tariff_fingerprint(NULL) IS NULL AS null_fingerprint;
-- large values stay out of line
SELECT a.attname, t.typstorage FROM pg_type t JOIN pg_attribute a ON a.atttypid = t.oid WHERE a.attrelid = 'list'::regclass AND attnum > 0;
DROP SCHEMA tariff_test CASCADE;
