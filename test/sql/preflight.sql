-- A provider runs its commissioner's rules on a file before it sends it: the same findings, nothing kept, what only the payer has told once.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('val', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/validate_lines.psql
\set ECHO all
SELECT * FROM val.preflight(99);
CALL val.match();
-- a rule that needs a list which only the payer keeps
INSERT INTO val.rule (code, version, name, priority, body, source, needs) VALUES
    ('LOC77', '1', 'Drug not on the list', 2, '{"fails": [["units", ">", 100]], "effect": {"kind": "hold"}}', 'local agreement', '{drug_list}');
CREATE TEMP TABLE told AS SELECT * FROM val.preflight(1);
SELECT count(*) AS kept FROM val.finding;
-- what validation finds afterwards is what was told
CALL val.validate();
SELECT count(*) AS differences FROM (
    (SELECT rule_code, outcome, reason, lines, identified, net FROM told WHERE lines IS NOT NULL
     EXCEPT SELECT rule_code, outcome, reason, count(*), sum(identified)::numeric(16,2), sum(net)::numeric(16,2) FROM val.finding WHERE closed_run IS NULL GROUP BY 1, 2, 3)
    UNION ALL
    (SELECT rule_code, outcome, reason, count(*), sum(identified)::numeric(16,2), sum(net)::numeric(16,2) FROM val.finding WHERE closed_run IS NULL GROUP BY 1, 2, 3
     EXCEPT SELECT rule_code, outcome, reason, lines, identified, net FROM told)) x;
SELECT count(*) > 10 AS something, count(*) FILTER (WHERE outcome = 'fail') > 5 AS faults FROM told;
-- a file line behind each, the dearest first, and words for the people who put it right
SELECT rule_code, lines, net, first_lines, told FROM told WHERE rule_code IN ('PRC12', 'ENT06', 'DUP01') AND outcome = 'fail' ORDER BY 1;
-- what the payer alone has is told once a rule, without lines
SELECT rule_code, rule_name, outcome, reason, lines, told FROM told WHERE rule_code = 'LOC77';
SELECT count(*) FILTER (WHERE lines IS NULL) = count(DISTINCT rule_code) FILTER (WHERE lines IS NULL) AS once, count(*) FILTER (WHERE lines IS NULL) > 0 AS some,
       bool_and(reason LIKE 'no data: %') FILTER (WHERE lines IS NULL) AS why FROM told;
-- a warehouse of the provider without the payer's registrations: the rule about the commissioner cannot be judged, and says so once
DELETE FROM val.registration;
SELECT rule_code, outcome, reason, lines IS NULL OR lines > 50 AS everywhere, told FROM val.preflight(1) WHERE rule_code = 'ENT01';
DROP SCHEMA val_reporting, val, val_identity, val_test CASCADE;
