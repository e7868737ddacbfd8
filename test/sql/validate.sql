-- Every rule on hand-made lines: fault, near miss, boundary, needed field absent; the waterfall; repeat, restatement, local rule.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('val', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/validate_lines.psql
\set ECHO all

CALL val.match();
CALL val.price();
CALL val.validate();

-- what each case was made for, and what was found
SELECT c.case_no, c.note, coalesce(string_agg(concat_ws(' ', f.rule_code, f.outcome, f.identified, f.net, f.recoverable, f.reason), '; ' ORDER BY l.line_no, f.rule_code), '-') AS found
FROM val_test.case c
JOIN val.invoice_line l ON l.person_id = c.case_no
LEFT JOIN val.finding f ON f.person_id = l.person_id AND f.line_key = l.line_key AND f.closed_run IS NULL
GROUP BY c.case_no, c.note
ORDER BY c.case_no;

-- billed less expected is the sum of the shares, on every line
SELECT count(*) AS lines_off
FROM (SELECT f.line_key, max(f.billed) - sum(f.net) AS left_over, (array_agg(f.expected_total ORDER BY f.priority DESC, f.rule_code DESC))[1] AS expected
      FROM val.finding f WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' GROUP BY f.line_key) x
WHERE x.left_over <> x.expected;

-- the worked example: 2,000 + 600 at 1.05 billed, 2,266 right: 464 = 420 + 44
SELECT f.rule_code, sum(f.net)::numeric(16,2) AS net, sum(f.recoverable) AS recoverable FROM val.finding f WHERE f.person_id = 161 GROUP BY f.rule_code ORDER BY 1;
SELECT x.* FROM val.explain_finding((SELECT f.finding_ref FROM val.finding f WHERE f.person_id = 161 AND f.rule_code = 'PRC05')) x;
SELECT x.* FROM val.explain_price((SELECT l.line_key FROM val.invoice_line l WHERE l.person_id = 161 AND l.pod = 'NELXBD')) x;
SELECT x.* FROM val.explain_finding('nothing') x;
SELECT x.* FROM val.explain_price('nothing') x;

-- live and persisted agree
SELECT count(*) FROM (SELECT finding_ref, content FROM val.finding_live EXCEPT SELECT finding_ref, content FROM val.finding WHERE closed_run IS NULL) x;
SELECT count(*) FROM ((TABLE val.line_price_live EXCEPT TABLE val.line_price) UNION ALL (TABLE val.line_price EXCEPT TABLE val.line_price_live)) x;
SELECT count(*) FROM ((TABLE val.record_price_live EXCEPT TABLE val.record_price) UNION ALL (TABLE val.record_price EXCEPT TABLE val.record_price_live)) x;

-- matching: how, and what is left over on both sides
SELECT method, score, count(*) FROM val.line_match GROUP BY 1, 2 ORDER BY 2 DESC;
SELECT line_key, pod, nhs_number_state FROM val_reporting.unmatched_claim ORDER BY line_key COLLATE "C";
SELECT activity_id, dataset, start_date, hrg FROM val_reporting.unmatched_record ORDER BY activity_id;
SELECT line_key, duplicate_of, repeat_of, overlap_of FROM val.claim_link WHERE num_nonnulls(duplicate_of, repeat_of, overlap_of) > 0 ORDER BY line_key COLLATE "C";

-- the views
SELECT * FROM val_reporting.finding_summary ORDER BY rule_code;
SELECT * FROM val_reporting.money_funnel ORDER BY stage_order;
SELECT * FROM val_reporting.reconciliation ORDER BY 1, 2, 3, 4;
SELECT count(*) AS rows_that_do_not_add_up FROM val_reporting.reconciliation
WHERE claimed_gbp <> record_gbp + claimed_only_gbp - record_only_gbp + price_difference_gbp;
SELECT provider_code, rule_code, pod, lines, net_gbp FROM val_reporting.root_cause ORDER BY 1, 2, 3;

-- a repeat changes nothing, with an empty search_path too
SET search_path = '';
CALL val.match();
CALL val.price();
CALL val.validate();
SELECT stage, status, rows_out FROM val.run ORDER BY run_id;
RESET search_path;

-- nothing in what a finding shows has the length of an NHS number
SELECT count(*) FROM val.finding f WHERE concat(f.evidence, f.reason, f.rule_name) ~ '\m[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\M';

-- a local rule is one row; a contract may switch it off, or set its parameters
INSERT INTO val.rule (code, version, name, priority, body, source) VALUES
('LOC01', '1', 'Price above the local ceiling', 5, '{
    "applies": [["pod_kind", "=", "attendance"]],
    "fails": [["unit_price", ">", {"parameter": "ceiling"}]],
    "effect": {"kind": "hold"},
    "evidence": ["unit_price"],
    "parameters": {"ceiling": 160}}', 'local agreement');
CALL val.validate();
SELECT rule_code, outcome, count(*), sum(identified), sum(recoverable) FROM val.finding WHERE rule_code = 'LOC01' AND closed_run IS NULL GROUP BY 1, 2;
INSERT INTO val.rule_switch (contract_id, rule_code, parameters) VALUES ('K1', 'LOC01', '{"ceiling": 1000}');
CALL val.validate();
SELECT count(*) FROM val.finding WHERE rule_code = 'LOC01' AND closed_run IS NULL;
INSERT INTO val.rule_switch (contract_id, rule_code, enabled) VALUES ('K1', 'PRC12', false);
CALL val.validate();
SELECT closed_reason, count(*) FROM val.finding WHERE rule_code IN ('LOC01', 'PRC12') GROUP BY 1 ORDER BY 1;
INSERT INTO val.rule (code, version, name, priority, body, source) VALUES
('LOC02', '1', 'Names a parameter without a value', 5, '{"fails": [["unit_price", ">", {"parameter": "ceiling"}]], "effect": {"kind": "hold"}}', 'local agreement');
CALL val.validate();
DELETE FROM val.rule;
DELETE FROM val.rule_switch WHERE enabled IS NOT FALSE OR contract_id <> '*';
CALL val.validate();

-- restatement: the provider sends the month again with one price put right and one line gone
SELECT val_test.restate();
CALL val.match();
CALL val.price();
CALL val.validate();
SELECT f.person_id, f.rule_code, f.closed_reason, count(*) FROM val.finding f WHERE f.person_id IN (131, 151, 134) AND f.rule_code LIKE 'PRC%' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT x.* FROM val.explain_finding((SELECT f.finding_ref FROM val.finding f WHERE f.person_id = 131 AND f.rule_code = 'PRC01' AND f.closed_run IS NOT NULL)) x;

-- a shipped rule is replaced by a local row of its code
INSERT INTO val.rule SELECT code, '2', 'Price differs from tariff, strictly', level, priority, valid, replace(body::text, '{"field": "price_tolerance"}', '0')::jsonb, source
FROM commissioning.rule_reference WHERE code = 'PRC01';
CALL val.validate();
SELECT f.person_id, f.rule_version, f.rule_name, f.net::numeric(16,2), f.closed_reason FROM val.finding f WHERE f.person_id IN (132, 134) AND f.rule_code = 'PRC01' ORDER BY 1, 2;

-- a rule over a field that is not there, or of another type, is refused when it is compiled; a switch that switches nothing is told
INSERT INTO val.rule (code, version, name, priority, body, source) VALUES
    ('LOC09', '1', 'Misspelt field', 2, '{"fails": [["podd", "=", "NEL"]], "effect": {"kind": "hold"}}', 'test');
SELECT val.compile_rules();
UPDATE val.rule SET body = '{"fails": [["age", "=", "old"]], "effect": {"kind": "hold"}}' WHERE code = 'LOC09';
SELECT val.compile_rules();
DELETE FROM val.rule WHERE code = 'LOC09';
INSERT INTO val.rule_switch (contract_id, rule_code, enabled) VALUES ('K9', 'PRC12', false), ('*', 'LOC09', false);
SELECT val.compile_rules();

DROP SCHEMA val_reporting CASCADE;
DROP SCHEMA val CASCADE;
DROP SCHEMA val_identity CASCADE;
DROP SCHEMA val_test CASCADE;
