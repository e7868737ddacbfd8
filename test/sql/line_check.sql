-- Rules over lines: three-valued conditions, money in a waterfall, evidence.
CREATE SCHEMA line_check;
SET search_path = line_check, commissioning;
CREATE TABLE line (
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
INSERT INTO line (id, pod, units, unit_price, factor, total, expected_price, expected_factor)
VALUES (1, 'NEL', 1, 2600, 1.05, 2730, 2200, 1.03);
SELECT f.rule_code, f.outcome, f.identified, f.net, f.expected_total
FROM line, line_check(rules(
    rule('FACTOR', 5, '[["factor", "<>", {"field": "expected_factor"}]]', '{"kind": "set", "factor": "expected_factor"}'),
    rule('DAYS', 4, '[["unit_price", "<>", {"field": "expected_price"}]]', '{"kind": "set", "unit_price": "expected_price"}')), line) f;
-- the other order: 52 + 412
SELECT f.rule_code, f.identified, f.net, f.expected_total
FROM line, line_check(rules(
    rule('FACTOR', 3, '[["factor", "<>", {"field": "expected_factor"}]]', '{"kind": "set", "factor": "expected_factor"}'),
    rule('DAYS', 4, '[["unit_price", "<>", {"field": "expected_price"}]]', '{"kind": "set", "unit_price": "expected_price"}')), line) f;
DROP SCHEMA line_check CASCADE;
