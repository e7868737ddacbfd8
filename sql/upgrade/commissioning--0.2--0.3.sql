\echo Use "ALTER EXTENSION commissioning UPDATE TO '0.3'" to load this file. \quit
-- 0.2 to 0.3: the whole of invoice validation. Lines "--@ FILE" are replaced by the file when the step is made.

-- What changed in place.
ALTER TABLE rule_reference
    ADD COLUMN class text NOT NULL DEFAULT 'money' CHECK (class IN ('money', 'data_quality', 'governance', 'redesign')),
    ADD COLUMN bases text[],
    ADD COLUMN detectable text NOT NULL DEFAULT 'full' CHECK (detectable IN ('full', 'partial')),
    ADD COLUMN needs text[] NOT NULL DEFAULT '{}',
    ADD COLUMN provider_text text NOT NULL DEFAULT '',
    ADD COLUMN clause text NOT NULL DEFAULT '',
    ADD COLUMN acceptance numeric(4,3) NOT NULL DEFAULT 0.5 CHECK (acceptance BETWEEN 0 AND 1),
    ADD COLUMN effort_minutes numeric(6,1) NOT NULL DEFAULT 5 CHECK (effort_minutes > 0);
COMMENT ON COLUMN rule_reference.class IS
    'money: a claim against the provider; data_quality: the data must be put right, nothing is deducted; governance: seen by the role governance alone, never priced; redesign: a question to the service.';
COMMENT ON COLUMN rule_reference.bases IS 'Contract bases for which the rule holds; NULL: all.';
COMMENT ON COLUMN rule_reference.detectable IS 'full: decided by the tables; partial: a sign that needs the case notes, so a sample and never a charge by itself.';
COMMENT ON COLUMN rule_reference.needs IS 'Inputs (view input_presence) without which the rule is not assessed as a whole.';
COMMENT ON COLUMN rule_reference.provider_text IS 'What the provider is told.';
COMMENT ON COLUMN rule_reference.clause IS 'Contract clause or guidance it rests on; empty where none is named.';
COMMENT ON COLUMN rule_reference.acceptance IS
    'Planning assumption of the share of value that providers finally accept, until own outcomes replace it: 0.9 mostly accepted, 0.5 mixed, 0.1 mostly rejected or a clinical argument.';
COMMENT ON COLUMN rule_reference.effort_minutes IS 'Planning assumption: minutes of a reviewer per line.';

COMMENT ON TYPE rule_set IS
    'Rules over invoice lines, read from and written as JSON: {"name", "version", "rules": [{"code", "version", "name", "level", "priority", "applies": [condition...], "fails": [condition...], "effect", "evidence": [field...], "source"}]}. A condition is [field, operator, operand]: = <> < <= > >= with a literal, or {"field": other} and optionally {"plus": N}; in, not_in with a list; starts_with with a text or a list; contains, contains_prefix with a text or a list, on an array or a text of values divided by commas; is_null, not_null, is_true, is_false without operand; {"any": [...]}, {"all": [...]}, {"not": ...} combine. Effects: {"kind": "void"}, {"kind": "hold"}, {"kind": "recompute"}, {"kind": "note"}, {"kind": "set", "units"|"unit_price"|"factor"|"total": field}. Texts compare byte by byte. Faults are 22P02 and name the JSON path.';
COMMENT ON TYPE rule_finding IS
    'What a rule found in a line. outcome: fail, hold (a query: the whole line is identified, nothing is taken off) or not_assessed (reason says which field is missing; amounts and evidence are NULL). A note is a fail that identifies nothing. identified: what this rule alone takes off the line as billed; net: what it takes off after the rules before it, so that the nets of a line add up to billed less expected exactly; expected_total: the line''s total after this finding and those before it. What one rule has set, a later one only lowers: of two right prices the lower holds. Negative amounts are undercharges. evidence: the fields the rule names; texts are cut at 1,000 bytes, NHS numbers are not shown.';
COMMENT ON FUNCTION line_check(rule_set, record) IS
    'All rules over one invoice line, in order of priority. The line is any row with the fields the rules name and units, unit_price, factor (NULL is 1), total and rounding; its total should be round(units * unit_price * factor). A condition on a NULL field is unknown, and so is a rule that depends on it. The line is copied per call, so it must not hold large values such as a tariff. Fields may be text, varchar, char, smallint, integer, bigint, numeric, date, boolean, icd10, opcs4, hrg, and arrays of text, icd10 and opcs4. A field the line does not have is 42703, one of the wrong type 42804, both naming rule and field; a NULL rule set is 22004; a NULL line has no findings.';

ALTER TABLE pod_reference DROP CONSTRAINT pod_reference_kind_check,
    ADD CONSTRAINT pod_reference_kind_check
        CHECK (kind IN ('spell', 'excess', 'critical_care', 'unbundled', 'attendance', 'procedure', 'emergency', 'regular', 'pathway', 'pass_through', 'other'));
UPDATE pod_reference SET kind = 'regular' WHERE pod IN ('RADAY', 'RANIGHT');
UPDATE pod_reference SET kind = 'pass_through' WHERE pod IN ('DRUG', 'DEVICE');
UPDATE pod_reference SET kind = 'pathway', pod_class = 'non_elective' WHERE pod IN ('MATPATHAN', 'MATPATHPN');
INSERT INTO pod_reference VALUES ('MATPATHDEL', NULL, 'pathway', 'pathway', 'non_elective', false);

COMMENT ON TYPE tariff IS
    'A price list valid in one financial year or a part of it, read from and written as JSON: name, version, financial_year ("2024/25"), currency; optional valid_from and valid_to (last day), synthetic, short_stay {max_days, min_age, length_of_stay "adjusted"|"actual"}, admission_method_81 "NELNE"|"EL"; rows in spells, attendances, procedures, emergency, unbundled, top_ups, pathways. Prices have at most six decimals; a missing or null price means there is none. Faults are 22P02 and name the JSON path.';
COMMENT ON TYPE spell_line IS
    'An admitted spell to be priced. Age is at admission; overlap_days are days that are both critical care and rehabilitation; best_practice says whether the criteria were met; rounding is sus (whole pounds before and after the factor), penny or none, always half away from zero. top_up_code may hold several codes, blanks between them: the highest is paid. NULL means not known, except top_up_code, where it means none.';

-- What is new.
--@ sql/reference/18-invoice-feeds.sql
--@ sql/reference/35-code-lists.sql
--@ sql/install/31-regime.sql
--@ sql/install/32-price-pathway.sql
--@ sql/install/32-sweep.sql
--@ sql/reference/19-price-feeds.sql
--@ sql/reference/34-payment-parameters.sql
--@ sql/install/34-rule-fields.sql
--@ sql/install/58-audit.sql
--@ sql/install/63-invoice-charts.sql
--@ sql/reference/36-hrg-splits.sql
--@ sql/install/33-series.sql
--@ sql/install/34-likeness.sql
--@ sql/reference/32-pod-titles.sql
--@ sql/reference/19-bank-holidays.sql
--@ sql/reference/34-challenge.sql

-- Rules are replaced as a whole.
DELETE FROM rule_reference;
--@ sql/reference/33-rules-coding.sql
--@ sql/reference/33-rules-drugs.sql
--@ sql/reference/33-rules-duplicates.sql
--@ sql/reference/33-rules-entitlement.sql
--@ sql/reference/33-rules-pathway.sql
--@ sql/reference/33-rules-plan.sql
--@ sql/reference/33-rules-price.sql
--@ sql/reference/36-hrg-splits.sql

-- Warehouses: these files say CREATE OR REPLACE.
--@ sql/install/80-warehouse.sql
--@ sql/install/81-contract-role.sql
--@ sql/install/82-roles.sql

-- Privileges on what is new, at the very end.
--@ sql/install/95-grants.sql
