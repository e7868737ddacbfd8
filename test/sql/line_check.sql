-- Rules over lines: three-valued conditions, money in a waterfall, evidence.
CREATE SCHEMA line_check;
SET search_path = line_check, commissioning;
CREATE TABLE bill (
    id integer, pod text, hrg hrg, diagnosis icd10, units numeric(19,6), unit_price numeric(19,6), factor numeric(10,6), total numeric(19,6),
    rounding text DEFAULT 'penny', start_date date, death_date date, expected_units integer, expected_price numeric, expected_factor numeric,
    is_duplicate boolean, note varchar, code char(5), small smallint, big bigint, person nhs_number, f float8
);
CREATE FUNCTION rules(variadic r text[]) RETURNS rule_set LANGUAGE sql IMMUTABLE AS
$$ SELECT ('{"name": "test", "version": "1", "rules": [' || array_to_string(r, ',') || ']}')::rule_set $$;
CREATE FUNCTION rule(code text, priority integer, fails text, effect text, applies text DEFAULT '[]', evidence text DEFAULT '[]') RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('{"code": "%s", "version": "1", "name": "rule %s", "level": "line", "priority": %s, "applies": %s, "fails": %s, "effect": %s, "evidence": %s, "source": "test"}',
                 code, code, priority, applies, fails, effect, evidence) $$;

-- 2,000 + 600 excess at factor 1.05 (2,730); true excess 200, true factor 1.03: 2,266; 464 = 420 + 44
INSERT INTO bill (id, pod, units, unit_price, factor, total, expected_price, expected_factor)
VALUES (1, 'NEL', 1, 2600, 1.05, 2730, 2200, 1.03);
SELECT f.rule_code, f.outcome, f.identified, f.net, f.expected_total
FROM bill, line_check(rules(
    rule('FACTOR', 5, '[["factor", "<>", {"field": "expected_factor"}]]', '{"kind": "set", "factor": "expected_factor"}'),
    rule('DAYS', 4, '[["unit_price", "<>", {"field": "expected_price"}]]', '{"kind": "set", "unit_price": "expected_price"}')), bill) f;
-- the other order: 52 + 412
SELECT f.rule_code, f.identified, f.net, f.expected_total
FROM bill, line_check(rules(
    rule('FACTOR', 3, '[["factor", "<>", {"field": "expected_factor"}]]', '{"kind": "set", "factor": "expected_factor"}'),
    rule('DAYS', 4, '[["unit_price", "<>", {"field": "expected_price"}]]', '{"kind": "set", "unit_price": "expected_price"}')), bill) f;

-- what a rule may look at: texts, numbers, dates, booleans, codes
UPDATE bill SET hrg = 'UZ01Z', diagnosis = 'I10X', units = 1, start_date = '2024-05-10', death_date = '2024-05-08', is_duplicate = true, note = 'a note',
                code = 'ab', small = 7, big = 7000000000, expected_units = 3, person = '9434765919', f = 1.5;
SELECT f.rule_code, f.outcome, f.evidence
FROM bill, line_check(rules(
    rule('A', 1, '[["hrg", "=", "UZ01Z"]]', '{"kind": "hold"}', '[]', '["hrg", "units", "factor", "small", "big"]'),
    rule('B', 1, '[["diagnosis", "starts_with", "I1"]]', '{"kind": "hold"}', '[]', '["diagnosis", "start_date", "is_duplicate"]'),
    rule('C', 1, '[["code", "=", "ab"], ["note", "in", ["x", "a note"]]]', '{"kind": "hold"}', '[]', '["code", "note", "f", "person", "expected_price"]'),
    rule('D', 1, '[["small", "=", 7], ["big", ">", {"field": "small"}, {"plus": 6999999992}], ["expected_units", ">=", 3]]', '{"kind": "hold"}'),
    rule('E', 1, '[["start_date", ">", {"field": "death_date"}, {"plus": 1}], ["start_date", "<", "2024-05-11"]]', '{"kind": "hold"}'),
    rule('F', 1, '[["is_duplicate", "is_true"], ["person", "not_null"]]', '{"kind": "hold"}')), bill) f;
-- not known is a third answer and names the field
UPDATE bill SET death_date = NULL, is_duplicate = NULL;
SELECT f.rule_code, f.outcome, f.reason, f.evidence, f.identified, f.net, f.expected_total
FROM bill, line_check(rules(
    rule('A', 1, '[["start_date", ">", {"field": "death_date"}]]', '{"kind": "void"}', '[]', '["death_date"]'),
    rule('B', 1, '[["pod", "=", "NEL"]]', '{"kind": "void"}', '[["is_duplicate", "is_true"]]'),
    rule('C', 1, '[["pod", "=", "NEL"]]', '{"kind": "void"}', '[["pod", "=", "EL"], ["is_duplicate", "is_true"]]'),
    rule('D', 1, '[["pod", "=", "NEL"]]', '{"kind": "set", "units": "small"}')), bill) f;
-- odd values: evidence never fails
SELECT f.rule_code, f.outcome, f.reason, left(f.evidence::text, 140) AS evidence, length(f.evidence::text) AS length
FROM line_check(rules(rule('A', 1, '[["a", ">", 0]]', '{"kind": "void"}', '[]', '["a", "b", "c", "d", "e", "t", "x"]'),
                      rule('B', 1, '[["b", "not_null"]]', '{"kind": "void"}', '[]', '["f", "g", "h", "i"]'),
                      rule('C', 1, '[["b", "not_null"]]', '{"kind": "void"}', '[]', '["a", "b", "c", "d", "e", "t", "x"]')),
    (SELECT r FROM (SELECT 1::numeric AS units, 'NaN'::numeric AS unit_price, 1.0::numeric AS factor, 5::numeric AS total, 'penny'::text AS rounding, 'NaN'::numeric AS a,
                    'Infinity'::numeric AS b, 'infinity'::date AS c, '-infinity'::timestamp AS d, '4713-01-01 BC'::date AS e, repeat('é', 100000) AS t,
                    E'quote " backslash \\ tab \t' AS x, 'Infinity'::float8 AS f, ARRAY[1, NULL] AS g, '{"a": 1}'::jsonb AS h, 1e-40::numeric AS i) r)) f;
-- lists: arrays of texts and codes, and texts of values divided by commas; a note is found and worth nothing
SELECT f.rule_code, f.outcome, f.reason, f.evidence, f.identified, f.net, f.expected_total
FROM line_check(rules(rule('A', 1, '[["d", "contains", "I10X"]]', '{"kind": "note"}', '[]', '["d"]'),
                      rule('B', 1, '[["d", "contains", "I10"]]', '{"kind": "note"}'),
                      rule('C', 1, '[["d", "contains_prefix", ["J4", "E1"]]]', '{"kind": "note"}'),
                      rule('D', 1, '[["p", "contains_prefix", "W37"]]', '{"kind": "note"}', '[]', '["p"]'),
                      rule('E', 2, '[["flags", "contains", "late"]]', '{"kind": "void"}', '[]', '["flags", "names"]'),
                      rule('F', 3, '[["names", "contains", ["x", "a, b"]]]', '{"kind": "note"}'),
                      rule('G', 3, '[["names", "contains", "a"]]', '{"kind": "note"}'),
                      rule('H', 3, '[["none", "contains", "a"]]', '{"kind": "note"}'),
                      rule('I', 3, '[["nothing", "contains", "a"]]', '{"kind": "note"}'),
                      rule('J', 3, '[["nothing", "is_null"]]', '{"kind": "note"}')),
    (SELECT r FROM (SELECT 1::numeric AS units, 10::numeric AS unit_price, NULL::numeric AS factor, 10::numeric AS total, 'penny'::text AS rounding,
                    '{I10X,E119}'::icd10[] AS d, '{W371,NULL}'::opcs4[] AS p, 'early, late'::text AS flags, ARRAY['a, b', NULL, 'c'] AS names,
                    '{}'::text[] AS none, NULL::text[] AS nothing) r)) f;
-- a note asks for no money
SELECT f.rule_code, f.outcome, f.identified, f.net, f.expected_total
FROM line_check(rules(rule('A', 1, '[["pod", "is_null"]]', '{"kind": "note"}')), (SELECT jsonb_populate_record(NULL::bill, '{}'))) f;
-- extreme money: out of range is not assessed, other rules go on
SELECT f.rule_code, f.outcome, f.reason, f.net
FROM line_check(rules(rule('A', 1, '[["total", ">", 0]]', '{"kind": "recompute"}'), rule('B', 2, '[["total", ">", 0]]', '{"kind": "void"}')),
    (SELECT r FROM (SELECT 1e30::numeric AS units, 1e30::numeric AS unit_price, 1e30::numeric AS factor, 5.5::numeric AS total, 'penny'::text AS rounding) r)) f;
-- lines, sets and rows that are NULL or empty
SELECT count(*) FROM line_check(rules(rule('A', 1, '[["pod", "is_null"]]', '{"kind": "void"}')), NULL::bill);
SELECT count(*) FROM bill, line_check(rules(VARIADIC ARRAY[]::text[]), bill);
SELECT f.rule_code, f.outcome, f.reason FROM line_check(rules(rule('A', 1, '[["pod", "is_null"]]', '{"kind": "void"}'), rule('B', 1, '[["pod", "=", "EL"]]', '{"kind": "void"}')),
                                  (SELECT jsonb_populate_record(NULL::bill, '{}'))) f;
-- errors name rule and field
SELECT line_check(NULL, bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["nowhere", "is_null"]]', '{"kind": "void"}')), bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["pod", "is_null"]]', '{"kind": "void"}', '[]', '["nowhere"]')), bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["f", "=", 1]]', '{"kind": "void"}')), bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["pod", "=", 1]]', '{"kind": "void"}')), bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["person", "=", "9434765919"]]', '{"kind": "void"}')), bill) FROM bill;
SELECT line_check(rules(VARIADIC ARRAY[]::text[]), ROW(1, 2)) FROM bill;
\set VERBOSITY sqlstate
SELECT line_check(NULL, bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["nowhere", "is_null"]]', '{"kind": "void"}')), bill) FROM bill;
SELECT line_check(rules(rule('A', 1, '[["f", "=", 1]]', '{"kind": "void"}')), bill) FROM bill;
\set VERBOSITY default
-- several rule sets and row types through one call site; a caller that stops early
CREATE TABLE sets AS SELECT n, rules(rule('R' || n, 1, '[["pod", "not_null"]]', '{"kind": "hold"}'), rule('S' || n, 2, '[["units", ">", ' || n || ']]', '{"kind": "void"}')) AS body FROM generate_series(0, 99) n;
SELECT count(*) AS findings, count(DISTINCT rule_code) AS codes, sum(net) AS net FROM generate_series(1, 3) g, sets s, bill, line_check(s.body, bill);
SELECT count(*) FROM (SELECT (SELECT f.rule_code FROM line_check(s.body, bill) f LIMIT 1) AS first FROM sets s, bill) x WHERE first LIKE 'R%';
SELECT count(*) FROM (SELECT (SELECT (line_check(s.body, bill)).rule_code LIMIT 1) AS first FROM sets s, bill) x WHERE first LIKE 'R%';
SELECT count(*) FROM (SELECT line_check(s.body, bill) FROM sets s, bill) x;
SELECT count(*) FROM (SELECT line_check(s.body, bill), generate_series(1, 3) FROM sets s, bill) x;
-- a domain is its base type; dropped columns do not matter
CREATE DOMAIN amount AS numeric(12,2);
ALTER TABLE bill ADD COLUMN agreed amount DEFAULT 2600;
ALTER TABLE bill DROP COLUMN note;
SELECT f.rule_code, f.net FROM bill, line_check(rules(rule('A', 1, '[["agreed", "<>", {"field": "expected_price"}]]', '{"kind": "set", "unit_price": "expected_price"}')), bill) f;

-- 20,000 random lines: the nets add up to billed less expected, whatever the order; a repeat is the same; what is fixed is not found again
CREATE TABLE many AS
SELECT n AS id, (n * 31 % 7)::numeric AS units, round((n * 7919 % 100003) / 37.0, n::integer % 5) AS unit_price, CASE WHEN n % 11 > 0 THEN round(1 + n % 89 / 997.0, 6) END AS factor,
       round((n * 104729 % 1000003) / 29.0, n::integer % 4) AS total, (ARRAY['sus', 'penny', 'none'])[1 + n % 3] AS rounding, (n * 17 % 5)::integer AS expected_units,
       round((n * 15485863 % 100003) / 41.0, n::integer % 3) AS expected_price, round(1 + n % 83 / 983.0, 6) AS expected_factor, n % 13 = 0 AS is_void, n % 7 = 0 AS is_held
FROM (SELECT n::bigint FROM generate_series(1, 20000) n) g;
CREATE FUNCTION money_rules(a integer, b integer, c integer, d integer) RETURNS rule_set LANGUAGE sql AS $$
    SELECT rules(rule('UNITS', a, '[["units", "<>", {"field": "expected_units"}]]', '{"kind": "set", "units": "expected_units"}'),
                 rule('PRICE', b, '[["unit_price", "<>", {"field": "expected_price"}]]', '{"kind": "set", "unit_price": "expected_price"}'),
                 rule('FACTOR', c, '[["factor", "<>", {"field": "expected_factor"}]]', '{"kind": "set", "factor": "expected_factor"}'),
                 rule('VOID', d, '[["is_void", "is_true"]]', '{"kind": "void"}'), rule('HOLD', 3, '[["is_held", "is_true"]]', '{"kind": "hold"}'),
                 rule('SUM', 9, '[["total", "not_null"]]', '{"kind": "recompute"}'))
$$;
CREATE TABLE orders AS
SELECT a, b, c, d, m.id, m.total, sum(f.net) AS net, (array_agg(f.expected_total ORDER BY f.priority DESC))[1] AS expected,
       bool_and(f.outcome = 'hold' OR f.rule_code = 'VOID' OR f.identified IS NOT NULL) AS valued, count(*) FILTER (WHERE f.outcome = 'not_assessed') AS unknown
FROM (VALUES (1, 2, 4, 5), (5, 4, 2, 1), (2, 5, 1, 4), (4, 1, 5, 2)) o(a, b, c, d), LATERAL (SELECT money_rules(a, b, c, d) AS body) s, many m, line_check(s.body, m) f
GROUP BY a, b, c, d, m.id, m.total;
SELECT count(*) AS lines, count(*) FILTER (WHERE o.net <> o.total - o.expected) AS do_not_add_up FROM orders o;
SELECT count(*) AS lines, count(*) FILTER (WHERE orders > 1) AS depend_on_order FROM (SELECT o.id, count(DISTINCT o.expected) AS orders FROM orders o JOIN many m ON m.id = o.id WHERE m.factor IS NOT NULL GROUP BY o.id) x;
-- independently, in numeric: the expected total
SELECT count(*) AS lines, count(*) FILTER (WHERE o.expected <> e.expected) AS different
FROM orders o JOIN many m ON m.id = o.id
CROSS JOIN LATERAL (SELECT CASE WHEN m.is_void THEN 0
         WHEN m.rounding = 'sus' THEN round(round(m.expected_units * m.expected_price) * m.expected_factor)
         WHEN m.rounding = 'penny' THEN round(m.expected_units * m.expected_price * m.expected_factor, 2)
         ELSE m.expected_units * m.expected_price * m.expected_factor END AS expected) e
WHERE m.factor IS NOT NULL;
SELECT count(*) AS still_found
FROM (SELECT m.id, m.expected_units::numeric AS units, m.expected_price AS unit_price, m.expected_factor AS factor, o.expected AS total, m.rounding, m.expected_units, m.expected_price,
             m.expected_factor, false AS is_void, false AS is_held
      FROM many m JOIN orders o ON o.id = m.id AND o.a = 1 WHERE NOT m.is_void AND m.factor IS NOT NULL) m, line_check(money_rules(1, 2, 4, 5), m) f
WHERE f.rule_code <> 'SUM' OR f.net <> 0;
DROP SCHEMA line_check CASCADE;
