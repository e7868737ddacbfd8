-- The registry of models: drafts, approval by another person, retirement, the history, what counts as approved.
\pset null '(null)'
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('gov_wh', 'risk_stratification', 2);
SET search_path = '';
DROP ROLE IF EXISTS gov_anna, gov_ben;
CREATE ROLE gov_anna SUPERUSER;
CREATE ROLE gov_ben SUPERUSER;
CREATE FUNCTION pg_temp.model(version text, intercept numeric) RETURNS commissioning.risk_model LANGUAGE sql AS $$
    SELECT pg_catalog.jsonb_build_object('name', 'local', 'version', version, 'title', 'Local', 'link', 'logit', 'intercept', intercept,
        'inputs', '[{"name": "age", "coefficient": 0.03}]'::jsonb)::commissioning.risk_model $$;

-- A new model is a draft, however it came in
SET SESSION AUTHORIZATION gov_anna;
SELECT gov_wh.register_model(pg_temp.model('1', -4), 'first fit');
INSERT INTO gov_wh.model (name, version, body, registered_by, registered_at, status, approved_by, approved_at, self_approved)
VALUES ('local', '2', pg_temp.model('2', -3), 'gov_ben', '2020-01-01', 'approved', 'gov_ben', '2020-01-01', true);
SELECT name, version, registered_by, registered_at > '2021-01-01' AS now, status, approved_by, approved_at, self_approved FROM gov_wh.model ORDER BY version;
SELECT gov_wh.model_allowed('local', '1'), gov_wh.model_allowed('local'), gov_wh.model_allowed('nonesuch'), gov_wh.model_allowed('hfrs_gilbert2018');
-- its own maker does not approve it, by no way
SELECT gov_wh.approve_model('local', '1');
UPDATE gov_wh.model SET status = 'approved' WHERE version = '1';
UPDATE gov_wh.model SET status = NULL WHERE version = '1';
UPDATE gov_wh.model SET registered_by = 'gov_ben' WHERE version = '1';
SET ROLE gov_ben;
SELECT gov_wh.approve_model('local', '1');
RESET ROLE;
-- another person does
SET SESSION AUTHORIZATION gov_ben;
SELECT gov_wh.approve_model('local', '1', 'minutes of the risk group, item 4', '2999-12-31');
SELECT status, status_note, approved_by, approved_at IS NOT NULL AS dated, self_approved, review_due FROM gov_wh.model WHERE version = '1';
SELECT gov_wh.model_allowed('local', '1'), gov_wh.model_allowed('local', '2');
-- a draft does not displace what is approved; approved itself it does
SELECT version, status, newest FROM gov_wh.known_model WHERE name = 'local' ORDER BY version;
SELECT gov_wh.registered_model('local')::jsonb ->> 'version' AS used;
SELECT gov_wh.approve_model('local', '2', 'better calibrated');
SELECT version, status, newest, review_due = (current_date + interval '1 year')::date AS in_a_year FROM gov_wh.known_model WHERE name = 'local' ORDER BY version;
-- openly by the same person
SELECT gov_wh.register_model(pg_temp.model('3', -2));
SELECT gov_wh.approve_model('local', '3', 'urgent', allow_same_person => true);
SELECT version, approved_by, self_approved FROM gov_wh.model WHERE version = '3';
-- content never changes; facts of an approved model are completed, not rewritten
UPDATE gov_wh.model SET body = pg_temp.model('1', 0) WHERE version = '1';
UPDATE gov_wh.model SET version = '1a' WHERE version = '1';
SELECT gov_wh.document_model('local', '1', trained_from => '2022-04-01', trained_to => '2024-03-31', outcome => 'emergency_admission', metrics => '{"auc": 0.74}');
SELECT gov_wh.document_model('local', '1', metrics => '{"auc": 0.94}');
SELECT gov_wh.document_model('local', '1', limitations => 'Adults only.');
SELECT gov_wh.document_model('local', '1', trained_to => '2021-03-31');
SELECT gov_wh.document_model('nonesuch', '1', outcome => 'death');
SELECT trained_from, trained_to, outcome, metrics, limitations FROM gov_wh.model WHERE version = '1';
-- review: overdue is stale, a review sets it right, not by its maker
SET SESSION AUTHORIZATION gov_anna;
SELECT gov_wh.approve_model('local', '1', review_due => '2020-01-01');
UPDATE gov_wh.model SET review_due = '2999-01-01' WHERE version = '1';
SET SESSION AUTHORIZATION gov_ben;
UPDATE gov_wh.model SET review_due = '2020-06-30' WHERE version = '1';
SELECT gov_wh.model_allowed('local', '1');
SELECT gov_wh.approve_model('local', '1', 'reviewed', '2999-06-30');
SELECT gov_wh.model_allowed('local', '1');
-- retired: not used, not deleted, never a draft again, may come back
SELECT gov_wh.retire_model('local', '2', ' ');
SELECT gov_wh.retire_model('local', '2', 'drifted');
SELECT gov_wh.retire_model('local', '2', 'drifted');
SELECT gov_wh.retire_model('local', '9', 'unknown');
SELECT gov_wh.model_allowed('local', '2');
SELECT approved_by, self_approved, review_due IS NOT NULL AS review_kept FROM gov_wh.model WHERE version = '2';
UPDATE gov_wh.model SET status = 'draft' WHERE version = '2';
DELETE FROM gov_wh.model WHERE version = '2';
TRUNCATE gov_wh.model;
SELECT gov_wh.approve_model('local', '2', 'recalibration was worse');
SELECT gov_wh.model_allowed('local', '2');
-- shipped models are approved, can be retired here and taken back
SELECT gov_wh.retire_model('charlson_quan2005_original', (SELECT k.version FROM gov_wh.known_model k WHERE k.name = 'charlson_quan2005_original' AND k.newest), 'not used by this ICB');
SELECT gov_wh.model_allowed('charlson_quan2005_original');
SELECT gov_wh.approve_model('charlson_quan2005_original', (SELECT k.version FROM gov_wh.known_model k WHERE k.name = 'charlson_quan2005_original' AND k.newest));
SELECT gov_wh.model_allowed('charlson_quan2005_original');
SELECT DISTINCT status, approved_by, review_due FROM gov_wh.known_model WHERE NOT local ORDER BY approved_by;
-- a draft may go; the history remembers it, and is only written by what happens
SELECT gov_wh.register_model(pg_temp.model('4', -1));
DELETE FROM gov_wh.model WHERE version = '4';
INSERT INTO gov_wh.model_status (model, model_version, status) VALUES ('local', '1', 'retired');
UPDATE gov_wh.model_status SET changed_by = 'nobody';
DELETE FROM gov_wh.model_status;
TRUNCATE gov_wh.model_status;
SELECT status_id, model, model_version, status, changed_by, same_person, note FROM gov_wh_reporting.model_history ORDER BY status_id;
-- registered before models had a status: in use, so approved by the upgrade
RESET SESSION AUTHORIZATION;
ALTER TABLE gov_wh.model DISABLE TRIGGER USER;
INSERT INTO gov_wh.model (name, version, body, registered_by) VALUES ('old', '1', '{"name": "old", "version": "1", "categories": [{"key": "a", "points": 1, "prefixes": ["A"]}]}', 'gov_anna');
ALTER TABLE gov_wh.model ENABLE TRIGGER USER;
SELECT status, approved_by, approved_at, review_due, newest FROM gov_wh.known_model WHERE name = 'old';
SELECT gov_wh.model_allowed('old');
DELETE FROM gov_wh.model WHERE name = 'old';
SELECT gov_wh.approve_model('old', '1', 'reviewed');
SELECT gov_wh.retire_model('old', '1', 'replaced');
SELECT status FROM gov_wh.known_model WHERE name = 'old';

DROP SCHEMA gov_wh, gov_wh_identity, gov_wh_reporting CASCADE;
DROP ROLE gov_anna, gov_ben;
RESET client_min_messages;
