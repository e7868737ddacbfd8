-- Prices and line checks: types tariff and rule_set, composites, price_* and line_check.

-- tariff ---------------------------------------------------------------------------------------

CREATE TYPE tariff;
CREATE FUNCTION tariff_in(cstring) RETURNS tariff
    AS 'MODULE_PATHNAME', 'commissioning_tariff_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tariff_out(tariff) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_tariff_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tariff_recv(internal) RETURNS tariff
    AS 'MODULE_PATHNAME', 'commissioning_tariff_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tariff_send(tariff) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_tariff_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE tariff (
    INPUT = tariff_in, OUTPUT = tariff_out, RECEIVE = tariff_recv, SEND = tariff_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external, CATEGORY = 'U'
);
COMMENT ON TYPE tariff IS
    'A price list valid in one financial year or a part of it, read from and written as JSON: name, version, financial_year ("2024/25"), currency; optional valid_from and valid_to (last day), synthetic, short_stay {max_days, min_age, length_of_stay "adjusted"|"actual"}, admission_method_81 "NELNE"|"EL"; rows in spells, attendances, procedures, emergency, unbundled, top_ups, pathways. Prices have at most six decimals; a missing or null price means there is none. Faults are 22P02 and name the JSON path.';
CREATE CAST (json AS tariff) WITH INOUT;
CREATE CAST (jsonb AS tariff) WITH INOUT;
CREATE CAST (tariff AS json) WITH INOUT;
CREATE CAST (tariff AS jsonb) WITH INOUT;

CREATE FUNCTION tariff_fingerprint(tariff tariff) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_tariff_fingerprint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tariff_fingerprint(tariff) IS
    '32 hexadecimal digits that name the content of a tariff: equal content, equal fingerprint. NULL gives NULL.';

-- lines and prices -----------------------------------------------------------------------------

CREATE TYPE spell_line AS (
    hrg hrg,
    patient_classification text,
    admission_method text,
    admission_date date,
    discharge_date date,
    age integer,
    critical_care_days integer,
    rehabilitation_days integer,
    overlap_days integer,
    palliative_days integer,
    best_practice boolean,
    top_up_code text,
    market_forces_factor numeric,
    rounding text
);
COMMENT ON TYPE spell_line IS
    'An admitted spell to be priced. Age is at admission; overlap_days are days that are both critical care and rehabilitation; best_practice says whether the criteria were met; rounding is sus (whole pounds before and after the factor), penny or none, always half away from zero. top_up_code may hold several codes, blanks between them: the highest is paid. NULL means not known, except top_up_code, where it means none.';

CREATE TYPE attendance_line AS (
    hrg hrg,
    treatment_function text,
    attendance_status text,
    first_attendance text,
    market_forces_factor numeric,
    rounding text
);
COMMENT ON TYPE attendance_line IS
    'An outpatient attendance or procedure to be priced: attendance_status 5 and 6 pay, 2, 3, 4 and 7 pay nothing; first_attendance 5 is an administrative event. NULL means not known.';

CREATE TYPE emergency_line AS (hrg hrg, market_forces_factor numeric, rounding text);
COMMENT ON TYPE emergency_line IS 'An emergency care attendance to be priced. NULL means not known.';

CREATE TYPE unbundled_line AS (hrg hrg, units numeric, market_forces_factor numeric, rounding text);
COMMENT ON TYPE unbundled_line IS 'Units of an unbundled HRG to be priced, such as critical care days. NULL means not known.';

CREATE TYPE spell_price AS (
    pod text,
    length_of_stay integer,
    qualifying_days integer,
    trim_point integer,
    full_base numeric,
    short_stay boolean,
    base numeric,
    top_up numeric,
    excess_days integer,
    per_day numeric,
    excess numeric,
    best_practice numeric,
    pre_factor numeric,
    market_forces_factor numeric,
    final numeric,
    excess_days_with_critical_care integer,
    reason text
);
COMMENT ON TYPE spell_price IS
    'The parts of a spell''s price. qualifying_days is the stay less critical care, rehabilitation and palliative days; full_base the price before a short stay reduction, which is the best practice price where the tariff gives one in place of the base and it was earned; best_practice an amount added when earned; base what is paid; pre_factor = base + top_up + excess + best_practice, rounded; final = pre_factor * market_forces_factor, rounded. excess_days_with_critical_care is what excess_days would be had critical care days not been taken off. trim_point is NULL where the tariff has none. reason is NULL for a price; otherwise it says what is missing and every amount is NULL.';

CREATE TYPE attendance_price AS (pod text, unit_price numeric, market_forces_factor numeric, final numeric, reason text);
COMMENT ON TYPE attendance_price IS
    'The price of an attendance, emergency attendance or unbundled HRG: final = units * unit_price * market_forces_factor, rounded. reason is NULL for a price; otherwise it says what is missing and every amount is NULL.';

CREATE FUNCTION price_spell(tariff tariff, line spell_line) RETURNS spell_price
    AS 'MODULE_PATHNAME', 'commissioning_price_spell' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_spell(tariff, spell_line) IS
    'Price of an admitted spell with every part of it, after the national payment rules: point of delivery, qualifying days, base or short stay price, top-up, excess days, best practice, market forces factor. What is missing is told by reason, never guessed. A tariff of another financial year than the discharge gives a reason. Over many rows write LATERAL (SELECT price_spell(...) AS p OFFSET 0) and use (p).final: a composite function straight in FROM copies its row type for every row. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_attendance(tariff tariff, line attendance_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_attendance' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_attendance(tariff, attendance_line) IS
    'Price of an outpatient attendance by treatment function and HRG, or of a procedure by HRG; a procedure without a price is paid as the attendance it was. The tariff must be of the year of the attendance. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_emergency(tariff tariff, line emergency_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_emergency' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_emergency(tariff, emergency_line) IS
    'Price of an emergency care attendance by HRG. The tariff must be of the year of the attendance. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_unbundled(tariff tariff, line unbundled_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_unbundled' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_unbundled(tariff, unbundled_line) IS
    'Price of units of an unbundled HRG (critical care days, imaging, chemotherapy, ...). pod is NULL for a chapter without a point of delivery. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_steps(tariff tariff, line spell_line)
    RETURNS TABLE (step integer, part text, formula text, amount numeric, source text)
    AS 'MODULE_PATHNAME', 'commissioning_price_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION price_steps(tariff, spell_line) IS
    'The calculation of price_spell as rows for people: formula with its numbers, amount, source. A spell without a price ends with the step "not assessed". Errors as price_spell.';

-- rule_set -------------------------------------------------------------------------------------

CREATE TYPE rule_set;
CREATE FUNCTION rule_set_in(cstring) RETURNS rule_set
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rule_set_out(rule_set) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rule_set_recv(internal) RETURNS rule_set
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rule_set_send(rule_set) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE rule_set (
    INPUT = rule_set_in, OUTPUT = rule_set_out, RECEIVE = rule_set_recv, SEND = rule_set_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external, CATEGORY = 'U'
);
COMMENT ON TYPE rule_set IS
    'Rules over invoice lines, read from and written as JSON: {"name", "version", "rules": [{"code", "version", "name", "level", "priority", "applies": [condition...], "fails": [condition...], "effect", "evidence": [field...], "source"}]}. A condition is [field, operator, operand]: = <> < <= > >= with a literal, or {"field": other} and optionally {"plus": N}; in, not_in with a list; starts_with with a text or a list; contains, contains_prefix with a text or a list, on an array or a text of values divided by commas; is_null, not_null, is_true, is_false without operand; {"any": [...]}, {"all": [...]}, {"not": ...} combine. Effects: {"kind": "void"}, {"kind": "hold"}, {"kind": "recompute"}, {"kind": "note"}, {"kind": "set", "units"|"unit_price"|"factor"|"total": field}. Texts compare byte by byte. Faults are 22P02 and name the JSON path.';
CREATE CAST (json AS rule_set) WITH INOUT;
CREATE CAST (jsonb AS rule_set) WITH INOUT;
CREATE CAST (rule_set AS json) WITH INOUT;
CREATE CAST (rule_set AS jsonb) WITH INOUT;

CREATE FUNCTION rule_set_fingerprint(rules rule_set) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_fingerprint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rule_set_fingerprint(rule_set) IS
    '32 hexadecimal digits that name the JSON of a rule set. NULL gives NULL.';

CREATE TYPE rule_finding AS (
    rule_code text,
    rule_version text,
    rule_name text,
    priority integer,
    outcome text,
    reason text,
    evidence jsonb,
    identified numeric,
    net numeric,
    expected_total numeric
);
COMMENT ON TYPE rule_finding IS
    'What a rule found in a line. outcome: fail, hold (a query: the whole line is identified, nothing is taken off) or not_assessed (reason says which field is missing; amounts and evidence are NULL). A note is a fail that identifies nothing. identified: what this rule alone takes off the line as billed; net: what it takes off after the rules before it, so that the nets of a line add up to billed less expected exactly; expected_total: the line''s total after this finding and those before it. What one rule has set, a later one only lowers: of two right prices the lower holds. Negative amounts are undercharges. evidence: the fields the rule names; texts are cut at 1,000 bytes, NHS numbers are not shown.';

CREATE FUNCTION line_check(rules rule_set, line record) RETURNS SETOF rule_finding
    AS 'MODULE_PATHNAME', 'commissioning_line_check' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 1;
COMMENT ON FUNCTION line_check(rule_set, record) IS
    'All rules over one invoice line, in order of priority. The line is any row with the fields the rules name and units, unit_price, factor (NULL is 1), total and rounding; its total should be round(units * unit_price * factor). A condition on a NULL field is unknown, and so is a rule that depends on it. The line is copied per call, so it must not hold large values such as a tariff. Fields may be text, varchar, char, smallint, integer, bigint, numeric, date, boolean, icd10, opcs4, hrg, and arrays of text, icd10 and opcs4. A field the line does not have is 42703, one of the wrong type 42804, both naming rule and field; a NULL rule set is 22004; a NULL line has no findings.';
