-- Rules on who pays, approvals, dates, drugs, devices: every case with what a hand computation expects, beside what was found.
-- Each case is a line that is right but for one thing. Prices are SYNTHETIC, organisations invented.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SELECT commissioning.create_warehouse('ent', 'invoice_validation', person_partitions => 2);
CREATE SCHEMA ent_test;
\i test/sql/validate_entitlement_lines.psql

CALL ent.match();
CALL ent.validate();

CREATE VIEW ent_test.outcome AS
SELECT c.case_no, c.note, c.expected,
       coalesce(string_agg(concat_ws(' ', f.rule_code, f.outcome, CASE WHEN f.outcome <> 'not_assessed' THEN concat_ws(' ', f.identified, f.net::numeric(16,2), f.recoverable) END,
                                     substring(f.reason FROM '"(.*)"')), '; ' ORDER BY f.priority, f.rule_code) FILTER (WHERE f.rule_code IS NOT NULL), '-') AS found
FROM ent_test.case c
-- other rules have tests of their own
LEFT JOIN ent.finding f ON f.person_id = c.case_no AND f.closed_run IS NULL AND f.rule_code ~ '^(ENT|TIM|DRG|DEV|MAT03)'
GROUP BY c.case_no, c.note, c.expected;

-- what differs from the hand computation
SELECT case_no, note, expected, found FROM ent_test.outcome WHERE found <> expected ORDER BY 1;
-- every rule has its cases: fault, near miss, field absent
SELECT r.code, count(*) FILTER (WHERE o.found ~ (r.code || ' (fail|hold)')) AS faults, count(*) FILTER (WHERE o.note ~ ('^' || r.code || ' near')) AS near_misses,
       count(*) FILTER (WHERE o.found ~ (r.code || ' not_assessed')) AS absent
FROM commissioning.rule_reference r CROSS JOIN ent_test.outcome o
WHERE r.code ~ '^(ENT0[234589]|ENT1|TIM|DRG|DEV|MAT03)'
GROUP BY r.code ORDER BY r.code;
SELECT case_no, note, found FROM ent_test.outcome ORDER BY 1;

-- one row per line, whatever the tables hold
SELECT (SELECT count(*) FROM ent.current_invoice_line) - (SELECT count(*) FROM ent.claim_facts) AS rows_lost_or_made;
-- billed less expected is the sum of the shares, on every line
SELECT count(*) AS lines_off
FROM (SELECT f.line_key, max(f.billed) - sum(f.net) AS left_over, (array_agg(f.expected_total ORDER BY f.priority DESC, f.rule_code DESC))[1] AS expected
      FROM ent.finding f WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' GROUP BY f.line_key) x
WHERE x.left_over <> x.expected;
-- live and persisted agree, with an empty search_path too
SET search_path = '';
SELECT count(*) FROM (SELECT finding_ref, content FROM ent.finding_live EXCEPT SELECT finding_ref, content FROM ent.finding WHERE closed_run IS NULL) x;
CALL ent.validate();
SELECT stage, status, rows_out FROM ent.run ORDER BY run_id DESC LIMIT 1;
RESET search_path;

-- without an input the rules that need it are not assessed as a whole
DELETE FROM ent.area_commissioner;
DELETE FROM ent.submission_date;
DELETE FROM ent.contract_service;
DELETE FROM ent.drug_list;
CALL ent.validate();
SELECT f.rule_code, count(*) FROM ent.finding f WHERE f.closed_run IS NULL AND f.rule_code ~ '^(ENT02|TIM0[12]|ENT10|DRG)' GROUP BY 1;
SELECT DISTINCT s.rule_code, s.missing_inputs FROM ent.rule_status s WHERE s.missing_inputs IS NOT NULL AND s.rule_code ~ '^(ENT|TIM|DRG|DEV)' ORDER BY 1;

DROP SCHEMA ent_reporting, ent, ent_identity, ent_test CASCADE;
