-- Runs: classes of rules, rules by basis and by the data they need, predicates in SQL, what is never sent, and runs over the people touched.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('val', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/validate_lines.psql
\set ECHO all
SET search_path = val, commissioning, public;
CALL match();
CALL price();
CALL validate();
RESET search_path;

-- classes: a note, data quality that says void, conduct, a sign that needs the notes; emergency attendances cost 150 x 1.05 = 157.50
INSERT INTO val.rule (code, version, name, priority, body, source, class, detectable) VALUES
('T01', '1', 'A note', 3, '{"applies": [["pod", "=", "AE"]], "fails": [["total", ">", 100]], "effect": {"kind": "note"}, "evidence": ["total"]}', 'test', 'money', 'full'),
('T02', '1', 'Data quality', 3, '{"applies": [["pod", "=", "AE"]], "fails": [["total", ">", 100]], "effect": {"kind": "void"}}', 'test', 'data_quality', 'full'),
('T03', '1', 'Conduct', 1, '{"applies": [["pod", "=", "AE"]], "fails": [["total", ">", 100]], "effect": {"kind": "void"}, "evidence": ["pod"]}', 'test', 'governance', 'full'),
('T04', '1', 'A sign', 4, '{"applies": [["pod", "=", "AE"]], "fails": [["total", ">", 100]], "effect": {"kind": "void"}}', 'test', 'money', 'partial'),
('T05', '1', 'A query to the service', 3, '{"applies": [["pod", "=", "AE"]], "fails": [["total", ">", 100]], "effect": {"kind": "hold"}}', 'test', 'redesign', 'full');
CALL val.validate();
SELECT rule_code, outcome, count(*), sum(identified) AS identified, sum(net)::numeric(16,2) AS net, sum(recoverable) AS recoverable, min(recovery_reason) AS recovery_reason,
       min(rule_class) AS class, min(detectable) AS detectable, count(DISTINCT evidence) AS evidence
FROM val.finding WHERE rule_code LIKE 'T0_' AND closed_run IS NULL GROUP BY 1, 2 ORDER BY 1;
SELECT rule_code, outcome, count(*), sum(identified) AS identified, sum(net) AS net, sum(recoverable) AS recoverable, min(evidence::text) AS evidence
FROM val.governance_finding WHERE closed_run IS NULL GROUP BY 1, 2;
SELECT count(*) AS governance_elsewhere FROM (SELECT rule_code FROM val.finding UNION ALL SELECT rule_code FROM val.any_finding) x WHERE rule_code = 'T03';
SELECT rule_code, provider_code, billed_gbp FROM val_reporting.governance_finding LIMIT 1;
SELECT x.step, x.rule, x.formula, x.billed_gbp, x.expected_gbp, x.source
FROM val.explain_finding((SELECT finding_ref FROM val.finding WHERE rule_code = 'T04' AND closed_run IS NULL ORDER BY 1 LIMIT 1)) x;
-- the shares still add up to billed less expected
SELECT count(*) AS lines_off
FROM (SELECT f.line_key, max(f.billed) - sum(f.net) AS left_over, (array_agg(f.expected_total ORDER BY f.priority DESC, f.rule_code DESC))[1] AS expected
      FROM val.finding f WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' GROUP BY f.line_key) x
WHERE x.left_over <> x.expected;
-- the order in which they took their share stands with the run
SELECT string_agg(c.rule_code, ' ' ORDER BY c.place) FILTER (WHERE c.rule_code LIKE 'T%' OR c.rule_code IN ('DUP01', 'PRC12')) AS order_of_shares
FROM val.run r JOIN val.compiled_rule c ON c.fingerprint = r.parameters -> 'rule_sets' ->> 'K1'
WHERE r.run_id = (SELECT max(run_id) FROM val.run WHERE stage = 'validate');
DELETE FROM val.rule;

-- bases: K1 pays by API, from 1 June 2024 by block; RZ3 and RZ2 have no contract
INSERT INTO val.rule (code, version, name, priority, body, source, bases) VALUES
('B01', '1', 'Block alone', 5, '{"fails": [["pod", "=", "AE"]], "effect": {"kind": "note"}}', 'test', '{block}'),
('B02', '1', 'API and tariff', 5, '{"fails": [["pod", "=", "AE"]], "effect": {"kind": "note"}}', 'test', '{api,tariff}'),
('B03', '1', 'Without contract', 5, '{"fails": [["provider_code", "=", "RZ3"]], "effect": {"kind": "note"}}', 'test', '{nca}');
SELECT contract_id, basis, rule_code, status, days FROM val.rule_status WHERE rule_code LIKE 'B0_' ORDER BY 1, 3;
CALL val.validate();
SELECT rule_code, count(*) FROM val.finding WHERE rule_code LIKE 'B0_' AND closed_run IS NULL GROUP BY 1 ORDER BY 1;
INSERT INTO val.contract_basis (contract_id, basis, valid) VALUES ('K1', 'block', '[2024-06-01,2025-04-01)');
SELECT contract_id, basis, rule_code, status, days FROM val.rule_status WHERE rule_code LIKE 'B0_' AND contract_id = 'K1' ORDER BY 1, 3;
CALL val.validate();
SELECT rule_code, count(*), min(activity_month) FROM val.finding WHERE rule_code LIKE 'B0_' AND closed_run IS NULL GROUP BY 1 ORDER BY 1;
DELETE FROM val.contract_basis;
DELETE FROM val.rule;

-- needs: without the data the rule is told once, with all lines
INSERT INTO val.rule (code, version, name, priority, body, source, needs) VALUES
('N01', '1', 'Needs a list', 5, '{"fails": [["pod", "=", "AE"]], "effect": {"kind": "hold"}}', 'test', '{a_list_that_is_not_there}');
CALL val.validate();
SELECT count(*) AS findings FROM val.finding WHERE rule_code = 'N01';
SELECT rule_code, provider_code, reason, lines, value, closed_run IS NULL AS stands FROM val.rule_not_assessed WHERE rule_code = 'N01';
CALL val.validate();
SELECT count(*) AS told FROM val.rule_not_assessed WHERE rule_code = 'N01';
SELECT rule_code, provider_code, needs, readiness, lines, not_assessed_lines, reason FROM val_reporting.rule_readiness WHERE rule_code = 'N01' ORDER BY provider_code;
DELETE FROM val.rule;
CALL val.validate();
SELECT rule_code, reason, closed_run IS NULL AS stands FROM val.rule_not_assessed WHERE rule_code = 'N01';

-- never sent: no outpatient record has a consultation medium; of fewer lines than the threshold nobody says so
INSERT INTO val.rule (code, version, name, priority, body, source) VALUES
('S01', '1', 'Telephone', 5, '{"applies": [["pod_kind", "=", "attendance"], ["has_record", "is_true"]], "fails": [["consultation_medium", "=", "02"]], "effect": {"kind": "hold"}}', 'test');
CALL val.validate();
SELECT outcome, reason, count(*) AS lines, sum(billed)::numeric(16,2) AS value FROM val.finding WHERE rule_code = 'S01' AND closed_run IS NULL GROUP BY 1, 2;
UPDATE val.meta SET value = '20' WHERE key = 'never_sent_lines';
CALL val.validate();
SELECT provider_code, outcome, count(*) FROM val.finding WHERE rule_code = 'S01' AND closed_run IS NULL GROUP BY 1, 2 ORDER BY 1;
SELECT provider_code, reason, lines, value FROM val.rule_not_assessed WHERE rule_code = 'S01' AND closed_run IS NULL;
SELECT count(*) AS live_differs FROM ((SELECT finding_ref, content FROM val.finding_live EXCEPT SELECT finding_ref, content FROM val.finding WHERE closed_run IS NULL)
    UNION ALL (SELECT finding_ref, content FROM val.finding WHERE closed_run IS NULL EXCEPT SELECT finding_ref, content FROM val.finding_live)) x;
SELECT readiness, lines, not_assessed_lines, reason FROM val_reporting.rule_readiness WHERE rule_code = 'S01' AND provider_code = 'RZ1';
-- once one line has it, the others are told one by one again
UPDATE val.activity SET consultation_medium = '02', submission_id = 1 WHERE person_id = 21;
CALL val.validate();
SELECT provider_code, outcome, count(*) FROM val.finding WHERE rule_code = 'S01' AND closed_run IS NULL GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) AS stands FROM val.rule_not_assessed WHERE rule_code = 'S01' AND closed_run IS NULL;
CALL val.validate();
SELECT status FROM val.run ORDER BY run_id DESC LIMIT 1;
UPDATE val.meta SET value = '1000' WHERE key = 'never_sent_lines';
DELETE FROM val.rule;

-- predicates: one expression over the columns of a line
INSERT INTO val.rule (code, version, name, priority, body, source, predicate) VALUES
('P01', '1', 'Dear attendance', 5, '{"effect": {"kind": "hold"}, "evidence": ["total"]}', 'test', $$pod = 'OPFASPCL' AND total > 173.25$$),
('P02', '1', 'Older than ninety, or not known', 5, '{"applies": [["pod", "=", "DC"]], "effect": {"kind": "note"}}', 'test', $$age > 90$$),
('P03', '1', 'Both', 5, '{"applies": [["pod", "=", "NEL"]], "fails": [["total", ">", 2150]], "effect": {"kind": "note"}}', 'test', $$start_date >= date '2024-06-01' -- from June$$);
CALL val.validate();
SELECT f.rule_code, f.outcome, f.reason, count(*), sum(f.identified) AS identified, min(f.person_id) AS person, min(f.evidence::text) AS evidence
FROM val.finding f WHERE f.rule_code LIKE 'P0_' AND f.closed_run IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT count(*) AS expected_p01 FROM val.current_invoice_line WHERE pod = 'OPFASPCL' AND total_cost > 173.25;
SELECT count(*) AS live_differs FROM ((SELECT finding_ref, content FROM val.finding_live EXCEPT SELECT finding_ref, content FROM val.finding WHERE closed_run IS NULL)
    UNION ALL (SELECT finding_ref, content FROM val.finding WHERE closed_run IS NULL EXCEPT SELECT finding_ref, content FROM val.finding_live)) x;
DELETE FROM val.rule;
CREATE FUNCTION val_test.refused(predicate text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    DELETE FROM val.rule;
    INSERT INTO val.rule (code, version, name, priority, body, source, predicate) VALUES ('P09', '1', 'Refused', 5, '{"effect": {"kind": "hold"}}', 'test', predicate);
    PERFORM val.compile_rules();
    RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint LIKE '%boolean expression%' THEN ' (hint)' ELSE '' END;
END $$;
SELECT p.predicate, val_test.refused(p.predicate) FROM unnest(ARRAY[
    $$pod = 'AE'$$, $$pod =$$, $$podd = 'AE'$$, $$total$$, $$pod = 'AE'; DELETE FROM val.rule$$, $$true) OR (true$$, $$EXISTS (SELECT FROM val_identity.person_identifier)$$,
    $$random() > 0.5$$, $$now() > start_date$$, $$count(*) > 1$$, $$total > 'many'$$, $$nothing(total)$$, $$pod = 'AE' /* open$$]) AS p (predicate);
DELETE FROM val.rule;

-- the warehouse's own schema on the path changes nothing
SET search_path = val, commissioning, public;
CALL validate();
CALL validate(everything => false);
SELECT status, parameters ->> 'everybody' AS everybody FROM run ORDER BY run_id DESC LIMIT 1;
RESET search_path;

-- only the people touched: after each change a run over them leaves nothing for a run over everybody
CALL val.validate();
CALL val.validate(everything => false);
SELECT status, parameters ->> 'everybody' AS everybody, message FROM val.run ORDER BY run_id DESC LIMIT 1;
CREATE FUNCTION val_test.new_submission(feed text) RETURNS bigint LANGUAGE sql AS
$$ INSERT INTO val.submission (feed, file_name, file_hash, status) VALUES ($1, 'f', 'r' || (SELECT count(*) FROM val.submission), 'loaded') RETURNING submission_id $$;
CREATE FUNCTION val_test.change(kind integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    sub bigint := val_test.new_submission('any');
    who bigint[] := ARRAY(SELECT l.person_id FROM (SELECT DISTINCT c.person_id FROM val.current_invoice_line c WHERE c.provider_code = 'RZ1') l ORDER BY random() LIMIT 4);
    from_slice val.submission_slice;
BEGIN
    CASE kind
    WHEN 0 THEN -- the month again: prices change, a line goes
        SELECT * INTO from_slice FROM val.submission_slice WHERE provider_code = 'RZ1' AND status = 'current';
        UPDATE val.submission_slice SET status = 'superseded' WHERE provider_code = 'RZ1' AND status = 'current';
        INSERT INTO val.submission_slice SELECT (jsonb_populate_record(from_slice, jsonb_build_object('submission_id', sub))).*;
        INSERT INTO val.invoice_line
        SELECT (jsonb_populate_record(l, jsonb_build_object('submission_id', sub) || CASE WHEN l.person_id = ANY (who[1:2]) THEN jsonb_build_object('unit_price', l.unit_price + 7, 'total_cost', l.total_cost + 7.35) ELSE '{}' END)).*
        FROM val.invoice_line l WHERE l.submission_id = from_slice.submission_id AND l.provider_code = 'RZ1' AND l.person_id <> who[3];
    WHEN 1 THEN -- records again, of a few people
        UPDATE val.activity a SET submission_id = sub, attendance_status = CASE a.attendance_status WHEN '5' THEN '3' ELSE '5' END, age = 17 + (random() * 3)::integer
        WHERE a.person_id IN (SELECT o.person_id FROM val.activity o JOIN val.line_match m ON m.person_id = o.person_id AND m.activity_id = o.activity_id
                              WHERE o.dataset = 'OP' ORDER BY random() LIMIT 4);
    WHEN 2 THEN -- they move
        UPDATE val.registration r SET practice_code = CASE r.practice_code WHEN 'Y90001' THEN 'Y90002' ELSE 'Y90001' END, submission_id = sub WHERE r.person_id = ANY (who[1:2]);
    WHEN 3 THEN -- two numbers are one person
        INSERT INTO val_identity.person_supersedes VALUES (who[1], who[2]) ON CONFLICT DO NOTHING;
        INSERT INTO val.person_condition VALUES (who[2], 'any', 'test') ON CONFLICT DO NOTHING;
        UPDATE val.registration r SET practice_code = 'Y90002' WHERE r.person_id = who[2];
    WHEN 4 THEN -- a record goes, as the loader tells it: its line meets nothing any more
        EXECUTE format('CREATE TABLE val_identity.replaced_%s AS SELECT %s::bigint AS person_id', sub, who[1]);
        DELETE FROM val.activity a WHERE a.person_id = who[1];
        PERFORM val.touch_replaced(sub);
        EXECUTE format('DROP TABLE val_identity.replaced_%s', sub);
    WHEN 5 THEN -- another factor: everybody
        UPDATE val.factor SET value = value + 0.01 WHERE provider_code = 'RZ1';
    ELSE -- nothing about lines
        NULL;
    END CASE;
END $$;
CREATE TABLE val_test.round (n integer, kind integer, people text, incremental text, full_after text, opened bigint);
SELECT setseed(0.5);
DO $$
DECLARE
    n integer;
    kind integer;
BEGIN
    FOR n IN 1 .. 7 LOOP
        kind := n % 7;
        PERFORM val_test.change(kind);
        CALL val.match(everything => false);
        CALL val.price(everything => false);
        CALL val.validate(everything => false);
        INSERT INTO val_test.round
        SELECT n, kind, coalesce(r.parameters ->> 'everybody', 'touched'), r.status, NULL, r.rows_out FROM val.run r ORDER BY r.run_id DESC LIMIT 1;
        CALL val.match();
        CALL val.price();
        CALL val.validate();
        UPDATE val_test.round t
        SET full_after = (SELECT string_agg(DISTINCT x.status, ' ') FROM (SELECT r.status FROM val.run r ORDER BY r.run_id DESC LIMIT 3) x)
        WHERE t.full_after IS NULL;
    END LOOP;
END $$;
SELECT kind, people, count(*) AS rounds, bool_or(incremental = 'done') AS found_something, count(*) FILTER (WHERE full_after <> 'unchanged') AS left_for_everybody
FROM val_test.round GROUP BY 1, 2 ORDER BY 1;
-- what was touched and not done stands until a run finishes: a run that fails leaves it
SELECT val_test.change(2);
UPDATE val.submission_slice SET line_count = line_count WHERE status = 'current';
INSERT INTO val.rule (code, version, name, priority, body, source) VALUES ('X01', '1', 'Broken', 5, '{"fails": [["podd", "=", "AE"]], "effect": {"kind": "hold"}}', 'test');
CALL val.validate(everything => false);
DELETE FROM val.rule;
CALL val.validate(everything => false);
SELECT status, parameters ->> 'everybody' AS everybody FROM val.run ORDER BY run_id DESC LIMIT 1;
CALL val.validate();
SELECT status FROM val.run ORDER BY run_id DESC LIMIT 1;
SELECT count(*) AS left_over FROM val.touched_person;
SELECT count(*) AS stages_left FROM pg_class WHERE relnamespace = 'val_identity'::regnamespace AND relname LIKE 'stage%';

DROP SCHEMA val_reporting CASCADE;
DROP SCHEMA val CASCADE;
DROP SCHEMA val_identity CASCADE;
DROP SCHEMA val_test CASCADE;
