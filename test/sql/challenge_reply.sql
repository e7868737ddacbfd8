-- The letter, the export and the reply: the provider's own numbers out, answers in its own words back, nothing about patients either way.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('chal', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/lib/challenge_claims.sql
\set ECHO all
SET chal.today = '2024-08-05';
SET timezone = 'Europe/London';
INSERT INTO chal.provider_contact (provider_code, contact_name, email) VALUES ('RZ1', 'Income and contracts', 'income@rz1.example');
INSERT INTO chal.rule (code, version, name, priority, body, source, acceptance, clause, provider_text) VALUES
    ('MAD1', '1', 'Charged twice', 1, '{}', 'test', 0.9, 'SC36.1', 'The same event is charged twice; please credit the second charge.');
-- keys of lines as loading makes them; one event number is an NHS number
INSERT INTO chal_test.claim (line_key, person, event, billed) VALUES
    (md5('a'), 1, 'E1', 1000), (md5('b'), 2, 'E2', 1000), (md5('c'), 3, '4010232137', 1000), (md5('d'), 4, 'E4', 1000), (md5('e'), 5, 'E4', 500);
INSERT INTO chal_test.claim (line_key, person, provider, contract, event, billed) VALUES (md5('z'), 9, 'RZ2', 'K2', 'Z9', 700);
INSERT INTO chal_test.wrong (line_key, rule, amount, evidence) VALUES
    (md5('a'), 'MAD1', 100.01, jsonb_build_object('start_date', '2024-06-03', 'duplicate_of', md5('d'), 'overlap_of', md5('z'))),
    (md5('b'), 'MAD1', 200, '{"death_date": "2024-05-01", "days_after_death": 33, "nhs_number_state": "valid", "nhs_number": "401 023 2137", "found": "4010232137", "nothing": null}'),
    (md5('c'), 'MAD1', 300, '{}'), (md5('d'), 'MAD1', 400, '{}'), (md5('e'), 'MAD1', 50, '{}');
SELECT chal_test.submit('RZ2', 'freeze'), chal_test.submit('RZ1', 'freeze');
CALL chal.raise_challenges();
\pset format unaligned
\pset tuples_only on
SELECT chal.challenge_letter(1);
\pset tuples_only off
\pset format aligned
SELECT chal.challenge_letter(99);
SELECT line_reference, respond_by, provider_event_id, cds_id, file_name, file_line, billed_gbp, challenged_gbp, evidence FROM chal_reporting.challenge_export ORDER BY 1;
-- nothing anywhere in the ledger has the form of an NHS number
SELECT count(*) FROM (SELECT l::text AS t FROM chal.challenge_line l UNION ALL SELECT c::text FROM chal.challenge c UNION ALL SELECT e::text FROM chal_reporting.challenge_export e) x
WHERE x.t ~ '\m401 ?023 ?2137\M';

-- words
SELECT w.answer, chal.reply_meaning(w.answer, 'RZ1') AS means
FROM (VALUES ('Accept'), ('ACCEPTED.'), ('agreed in full'), ('Yes'), ('Not agreed'), ('not accepted'), ('rejected'), ('Partially accepted'), ('Part'), ('More info required'), ('query'),
    ('not a chance'), ('accepted subject to review'), (''), ('in principle')) AS w (answer);
INSERT INTO chal.reply_map (provider_code, pattern, response) VALUES ('RZ1', 'in principle.*', 'part'), ('*', 'not a chance', 'reject'), ('RZ2', 'in principle', 'accept');
SELECT w.answer, w.provider, chal.reply_meaning(w.answer, w.provider) AS means
FROM (VALUES ('In principle - see letter', 'RZ1'), ('in principle', 'RZ2'), ('in principle', 'RZ3'), ('Not a chance!', 'RZ3')) AS w (answer, provider);
SELECT chal.reply_meaning('x', NULL);

-- a reply: headers of their own, a column nobody knows, comments with a number that must not be shown
SELECT submission_id AS sub, landing_table AS landing FROM chal.open_submission('challenge_reply', 'reply.csv', 'reply 1',
    ARRAY['Challenge Reference', 'Line Reference', 'Provider Event Identifier', 'Provider Response', 'Amount Accepted', 'Comment', 'Response Date', 'Reviewer grade', 'Document Reference']) \gset
SELECT challenge_line_id AS a FROM chal.challenge_line WHERE line_key = md5('a') \gset
SELECT challenge_line_id AS c FROM chal.challenge_line WHERE line_key = md5('c') \gset
INSERT INTO :landing ("Challenge Reference", "Line Reference", "Provider Event Identifier", "Provider Response", "Amount Accepted", "Comment", "Response Date", "Reviewer grade", "Document Reference") VALUES
    ('1', :'a', NULL, 'Partially accepted', '£40.00', 'see 401 023 2137', '12/08/2024', 'Band 6', 'L1'),
    ('1', NULL, 'E2', 'ACCEPTED', NULL, NULL, '12/08/2024', NULL, NULL),
    ('1', :'c', NULL, 'no idea', NULL, NULL, NULL, NULL, NULL),
    ('1', :'c', NULL, 'accept', '300.01', NULL, NULL, NULL, NULL),
    ('1', :'a', NULL, 'accept', NULL, NULL, NULL, NULL, NULL),
    ('1', NULL, 'E4', 'accept', NULL, NULL, NULL, NULL, NULL),
    ('1', NULL, 'E9', 'accept', NULL, NULL, NULL, NULL, NULL),
    ('1', '9999', NULL, 'accept', NULL, NULL, NULL, NULL, NULL),
    ('77', NULL, NULL, 'accept', NULL, NULL, NULL, NULL, NULL),
    ('1', :'c', NULL, 'part', NULL, NULL, NULL, NULL, NULL),
    ('1', :'c', NULL, 'reject', '5', NULL, NULL, NULL, NULL),
    ('1', NULL, NULL, 'More info required', NULL, 'send the notes', '13/08/2024', NULL, NULL),
    ('1', NULL, NULL, 'reject', NULL, 'and again', '13/08/2024', NULL, NULL);
SELECT chal.close_submission(:sub);
CALL chal.load();
SELECT status, rows_received, rows_loaded, rows_rejected FROM chal.submission WHERE submission_id = :sub;
SELECT line_no, column_name, value_masked, reason FROM chal.reject WHERE submission_id = :sub ORDER BY line_no;
SELECT line_no, challenge_line_id IS NOT NULL AS line, answer, response, accepted, comment, responded_on, document_ref, extra FROM chal.challenge_reply ORDER BY line_no;
SELECT provider_event_id, state, response, raised, accepted, open, state_since FROM chal.challenge_line ORDER BY challenge_line_id;
-- the same file again is nothing
SELECT submission_id = :sub AS same, landing_table FROM chal.open_submission('challenge_reply', 'reply.csv', 'reply 1', ARRAY['Challenge Reference', 'Provider Response']);
SELECT count(*) FILTER (WHERE difference <> 0 OR ledger_difference <> 0 OR credited > agreed) AS off FROM chal.challenge_balance;
DROP SCHEMA chal_reporting, chal, chal_identity, chal_test CASCADE;
