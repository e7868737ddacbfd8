-- Creating, upgrading and detaching warehouses: arguments, ownership, run rows, pipeline.
\set VERBOSITY terse

-- bad arguments
SELECT commissioning.create_warehouse(NULL, 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh_t', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh_t', 'settlement', NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('', 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('Wh', 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('1wh', 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh"; DROP TABLE x; --', 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh' || chr(10), 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse(repeat('w', 41), 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('select', 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('pg_wh', 'settlement');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh_t', 'insurance');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh_t', 'settlement', 0);
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_warehouse('wh_t', 'settlement', 1025);
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.upgrade_warehouse('nowhere');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.upgrade_warehouse(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.detach_warehouse('nowhere');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.detach_warehouse('pg_catalog');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.create_roles('nowhere');
\echo :LAST_ERROR_SQLSTATE
SELECT commissioning.warehouse_changes('nowhere');
\echo :LAST_ERROR_SQLSTATE

-- an existing schema of any of the three names is refused
CREATE SCHEMA wh_t_reporting;
SELECT commissioning.create_warehouse('wh_t', 'settlement');
\echo :LAST_ERROR_SQLSTATE
DROP SCHEMA wh_t_reporting;
SELECT commissioning.create_warehouse('commissioning', 'settlement');
\echo :LAST_ERROR_SQLSTATE

-- what is made: the longest name, one partition
SELECT commissioning.create_warehouse(repeat('w', 40), 'settlement', 1);
SELECT nspname, obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname LIKE 'wwww%' ORDER BY 1;
SELECT max(length(relname)) <= 63 AS names_fit FROM pg_class WHERE relnamespace = repeat('w', 40)::regnamespace;
SELECT count(*) FROM commissioning.warehouse_changes(repeat('w', 40));
DO $$
DECLARE
    s text;
BEGIN
    SET LOCAL client_min_messages = warning;
    FOREACH s IN ARRAY ARRAY['_reporting', '_identity', ''] LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', repeat('w', 40) || s);
    END LOOP;
END
$$;

SELECT commissioning.create_warehouse('wh_t', 'risk_stratification', 2);
SELECT key, value FROM wh_t.meta WHERE key IN ('name', 'purpose', 'person_partitions') ORDER BY 1;
SELECT value = commissioning.version() AS this_version FROM wh_t.meta WHERE key = 'version';
-- ordinary objects: none belongs to the extension, all to the caller
SELECT count(*) FILTER (WHERE d.objid IS NOT NULL) AS members, count(*) FILTER (WHERE c.relowner <> current_user::regrole) AS foreign_owners
FROM pg_class c LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.relnamespace::regnamespace::text LIKE 'wh\_t%';
SELECT count(*) AS granted_to_public
FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid LEFT JOIN pg_proc p ON p.pronamespace = n.oid
WHERE n.nspname LIKE 'wh\_t%'
  AND EXISTS (SELECT FROM (SELECT (aclexplode(n.nspacl)).grantee UNION SELECT (aclexplode(c.relacl)).grantee
                           UNION SELECT (aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))).grantee) a WHERE a.grantee = 0);
SELECT count(*) FROM pg_inherits WHERE inhparent = 'wh_t.activity'::regclass;
SELECT count(*) = 0 AS unchanged FROM commissioning.warehouse_changes('wh_t');
-- nothing to do
SELECT * FROM commissioning.upgrade_warehouse('wh_t');
-- the extension stays while a warehouse stands
DROP EXTENSION commissioning;
\echo :LAST_ERROR_SQLSTATE
-- help reaches the extension and the warehouses
SELECT object, kind FROM commissioning.help('wh_t.run_pipeline');
SELECT object FROM commissioning.help('Brings a warehouse to the installed');
SELECT count(*) > 50 AS many FROM commissioning.help();

-- run rows -------------------------------------------------------------------------------------
SET application_name = 'psql';
SELECT wh_t.start_run('load', '{"files": 1}');
SELECT stage, parameters, status, done_pct, version = commissioning.version() AS version, started_by = current_user AS me FROM wh_t.run;
SHOW application_name;
SELECT wh_t.report_progress(1, 33.333, 'a third');
SELECT status, done_pct, message FROM wh_t_reporting.run_log;
SHOW application_name;
SELECT wh_t.finish_run(1, 10, 9, 100.00, 90.00, message => 'one refused');
SHOW application_name;
SELECT stage, status, done_pct, rows_in, rows_out, amount_in, amount_out, message, finished_at IS NOT NULL AS finished FROM wh_t.run;
SELECT wh_t.lock_held();
SELECT wh_t.finish_run(1);
\echo :LAST_ERROR_SQLSTATE
SELECT wh_t.report_progress(99, 1);
\echo :LAST_ERROR_SQLSTATE
-- the purposes stay apart
SELECT wh_t.start_run('validate');
\echo :LAST_ERROR_SQLSTATE
SELECT wh_t.start_run(NULL);
\echo :LAST_ERROR_SQLSTATE
-- a run left behind is marked by the next one, and its lock is let go
SELECT wh_t.start_run('load');
SELECT wh_t.start_run('score');
SELECT run_id, stage, status, message FROM wh_t.run ORDER BY 1;
SELECT wh_t.finish_run(3, status => 'unchanged');
SELECT wh_t.lock_held();

-- pipeline: the stages of the purpose, in order; these stand in for the real ones -------------------
CREATE TABLE wh_t.fault (stage text);
CREATE OR REPLACE PROCEDURE wh_t.load() LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    id := wh_t.start_run('load'); COMMIT;
    PERFORM wh_t.finish_run(id, 5, 5); COMMIT;
END $$;
CREATE SCHEMA wh_t_kept;
DO $$
BEGIN
    -- the shipped procedure, out of the way
    IF to_regproc('wh_t.score_population') IS NOT NULL THEN
        EXECUTE (SELECT string_agg(format('ALTER ROUTINE %s SET SCHEMA wh_t_kept', p.oid::regprocedure), '; ')
                 FROM pg_proc p WHERE p.pronamespace = 'wh_t'::regnamespace AND p.proname = 'score_population');
    END IF;
END
$$;
CREATE PROCEDURE wh_t.score_population() LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    id := wh_t.start_run('score'); COMMIT;
    IF EXISTS (SELECT FROM wh_t.fault f WHERE f.stage = 'score') THEN RAISE EXCEPTION 'no model'; END IF;
    PERFORM wh_t.finish_run(id, 5, 5); COMMIT;
END $$;
TRUNCATE wh_t.run RESTART IDENTITY;
INSERT INTO wh_t.fault VALUES ('score');
CALL wh_t.run_pipeline();
-- the lock stays with the session, the rows stay open, until the next run
SELECT wh_t.lock_held();
SELECT run_id, parent_run_id, stage, status FROM wh_t.run ORDER BY 1;
DELETE FROM wh_t.fault;
-- continues with the stage that failed
CALL wh_t.run_pipeline();
SELECT run_id, parent_run_id, stage, status, done_pct, message FROM wh_t.run ORDER BY 1;
SELECT parameters FROM wh_t.run WHERE run_id = 4;
SELECT wh_t.lock_held();
-- from the beginning when the last one was complete
CALL wh_t.run_pipeline();
SELECT string_agg(stage, ',' ORDER BY run_id) FROM wh_t.run WHERE run_id > 5;
SHOW application_name;

-- detach: data stay, the extension is no longer needed ----------------------------------------------
INSERT INTO wh_t.person (person_id, sex) VALUES (7, '1');
INSERT INTO wh_t.activity (person_id, dataset, provider_code, start_date, hrg, diagnoses, procedures)
VALUES (7, 'APC', 'RXX', '2024-05-01', 'AA22C', '{I10,E11.9}', '{K45.1}');
CREATE VIEW wh_t_kept.mine AS SELECT diagnoses FROM wh_t.activity;
SELECT commissioning.detach_warehouse('wh_t');
\echo :LAST_ERROR_SQLSTATE
DROP VIEW wh_t_kept.mine;
DROP TABLE wh_t.fault;
SELECT commissioning.detach_warehouse('wh_t');
SELECT hrg, pg_typeof(hrg), diagnoses, pg_typeof(diagnoses), procedures FROM wh_t.activity;
SELECT commissioning.upgrade_warehouse('wh_t');
\echo :LAST_ERROR_SQLSTATE
-- nothing of it needs the extension any more
SELECT count(*) FROM pg_depend d
JOIN pg_depend m ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e' AND m.refclassid = 'pg_extension'::regclass
JOIN pg_extension e ON e.oid = m.refobjid AND e.extname = 'commissioning'
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
WHERE i.schema IN ('wh_t', 'wh_t_identity', 'wh_t_reporting');
SET client_min_messages = warning;
DROP SCHEMA wh_t, wh_t_identity, wh_t_reporting, wh_t_kept CASCADE;
