-- Run rows: every stage says who, what, how far, and with what result.
--
-- A stage is a procedure without SET clause:
--     id := icb.start_run('load', '{}');  COMMIT;
--     ... step;  PERFORM icb.report_progress(id, 40, 'admitted care');  COMMIT; ...
--     PERFORM icb.finish_run(id, rows_in, rows_out);  COMMIT;
-- One session-level advisory lock per warehouse serialises the stages; it survives COMMIT and ends with the session.

-- Which stages a purpose allows: the law keeps invoice validation and risk stratification apart.
CREATE FUNCTION @icb@.stage_allowed(stage text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN stage IN ('match', 'price', 'check', 'validate', 'challenge') THEN '@purpose@' = 'invoice_validation'
        WHEN stage IN ('score', 'fit', 'segment', 'list', 'quick_wins', 'effect', 'compare', 'budget') THEN '@purpose@' = 'risk_stratification'
        ELSE true
    END;
COMMENT ON FUNCTION @icb@.stage_allowed(text) IS
    'Whether a stage fits the purpose of this warehouse: identifiers cleared for invoice validation must not serve risk stratification, nor the reverse. NULL counts as allowed.';

CREATE FUNCTION @icb@.lock_held() RETURNS boolean
    LANGUAGE sql VOLATILE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
          AND l.classid = 20240731 AND l.objid = '@icb@'::pg_catalog.regnamespace::pg_catalog.oid AND l.objsubid = 2);
END;
COMMENT ON FUNCTION @icb@.lock_held() IS 'Whether this session holds the run lock of this warehouse.';

CREATE FUNCTION @icb@.take_lock() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    key integer := '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer;
    holder integer;
    idle_looks integer := 0;
BEGIN
    -- What a failed statement of this session left behind does not count.
    WHILE @icb@.lock_held() LOOP
        PERFORM pg_catalog.pg_advisory_unlock(20240731, key);
    END LOOP;
    IF pg_catalog.pg_try_advisory_lock(20240731, key) THEN
        RETURN;
    END IF;
    -- A session whose run failed keeps the lock while it stays connected: it has no transaction then, and waiting would be for ever.
    WHILE idle_looks < 3 LOOP
        SELECT l.pid INTO holder FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 20240731 AND l.objsubid = 2
          AND l.objid = '@icb@'::pg_catalog.regnamespace::pg_catalog.oid
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database());
        EXIT WHEN NOT FOUND
            OR EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = holder AND l.locktype = 'virtualxid' AND l.granted);
        idle_looks := idle_looks + 1;
        PERFORM pg_catalog.pg_sleep(0.2);
    END LOOP;
    IF idle_looks = 3 THEN
        RAISE EXCEPTION 'the run lock of warehouse "@icb@" is held by idle session %', holder
            USING ERRCODE = 'lock_not_available',
                  HINT = 'A run failed there. End that session, or start the run there again.';
    END IF;
    RAISE NOTICE 'waiting for session % to finish its run in warehouse "@icb@"', holder;
    PERFORM pg_catalog.pg_advisory_lock(20240731, key);
END
$$;
COMMENT ON FUNCTION @icb@.take_lock() IS
    'Takes the run lock of this warehouse for the session, waiting for a run of another session. Raises 55P03 when its holder is idle after a failed run.';

CREATE FUNCTION @icb@.start_run(stage text, parameters jsonb DEFAULT '{}') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    parent bigint;
    id bigint;
    application text := pg_catalog.current_setting('application_name');
BEGIN
    IF stage IS NULL OR NOT @icb@.stage_allowed(stage) THEN
        RAISE EXCEPTION 'stage "%" does not fit the purpose of warehouse "@icb@", which is @purpose@', stage
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Create a warehouse of the other purpose: each has its own people and its own identifiers.';
    END IF;
    -- A run of this very statement is the pipeline around us.
    SELECT r.run_id INTO parent FROM @icb@.run r
    WHERE r.status = 'running' AND r.backend_pid = pg_catalog.pg_backend_pid() AND r.statement_at = pg_catalog.statement_timestamp()
    ORDER BY r.run_id DESC LIMIT 1;
    IF parent IS NULL THEN
        PERFORM @icb@.take_lock();
        -- A run of this session that failed could not put the name back.
        application := coalesce((
            SELECT r.client FROM @icb@.run r
            WHERE r.status = 'running' AND r.backend_pid = pg_catalog.pg_backend_pid() AND application LIKE '@icb@ %'
            ORDER BY r.run_id LIMIT 1), application);
        -- With the lock ours nobody else is running. Waits here too for the commit of a run that has just let the lock go.
        UPDATE @icb@.run r
        SET status = 'failed', finished_at = pg_catalog.clock_timestamp(), message = pg_catalog.concat_ws('; ', r.message, 'interrupted')
        WHERE r.status = 'running';
    ELSE
        PERFORM pg_catalog.pg_advisory_lock(20240731, '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer);
    END IF;
    INSERT INTO @icb@.run AS r (stage, parameters, version, parent_run_id, backend_pid, statement_at, client)
    VALUES (stage, coalesce(parameters, '{}'), commissioning.version(), parent, pg_catalog.pg_backend_pid(),
            pg_catalog.statement_timestamp(), application)
    RETURNING r.run_id INTO id;
    PERFORM pg_catalog.set_config('application_name', pg_catalog.format('%s %s', '@icb@', stage), false);
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.start_run(text, jsonb) IS
    'Opens a run row and takes the run lock; COMMIT afterwards makes it visible. Runs left open by sessions that died are marked failed. Raises 55000 when the stage does not fit the purpose, 55P03 when the lock is held by an idle session.';

CREATE FUNCTION @icb@.report_progress(run_id bigint, pct numeric, message text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    done numeric := round(least(greatest(pct, 0), 100), 1);
    this_stage text;
BEGIN
    UPDATE @icb@.run r SET done_pct = coalesce(done, r.done_pct), message = coalesce(message, r.message)
    WHERE r.run_id = run_id AND r.status = 'running'
    RETURNING r.stage INTO this_stage;
    IF this_stage IS NULL THEN
        RAISE EXCEPTION 'run % of warehouse "@icb@" is not running', run_id USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM pg_catalog.set_config('application_name', pg_catalog.format('%s %s %s%%', '@icb@', this_stage, done), false);
    RAISE NOTICE '%', pg_catalog.format('%s %5s%%  %s', this_stage, done, message);
END
$$;
COMMENT ON FUNCTION @icb@.report_progress(bigint, numeric, text) IS
    'Publishes progress in percent: in the run row (after the next COMMIT), as application_name and as a NOTICE. The message never holds identifiers. Raises 42704 when the run is not running.';

CREATE FUNCTION @icb@.finish_run(run_id bigint, rows_in bigint DEFAULT NULL, rows_out bigint DEFAULT NULL, amount_in numeric DEFAULT NULL,
                                 amount_out numeric DEFAULT NULL, status text DEFAULT 'done', message text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    closed @icb@.run;
BEGIN
    UPDATE @icb@.run r
    SET finished_at = pg_catalog.clock_timestamp(), status = status, message = coalesce(message, r.message),
        done_pct = CASE WHEN status IN ('done', 'unchanged') THEN 100 ELSE r.done_pct END,
        rows_in = rows_in, rows_out = rows_out, amount_in = amount_in, amount_out = amount_out
    WHERE r.run_id = run_id AND r.status = 'running'
    RETURNING r.* INTO closed;
    IF closed.run_id IS NULL THEN
        RAISE EXCEPTION 'run % of warehouse "@icb@" is not running', run_id USING ERRCODE = 'undefined_object';
    END IF;
    IF closed.backend_pid = pg_catalog.pg_backend_pid() THEN
        PERFORM pg_catalog.set_config('application_name', closed.client, false);
        IF @icb@.lock_held() THEN
            PERFORM pg_catalog.pg_advisory_unlock(20240731, '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer);
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.finish_run(bigint, bigint, bigint, numeric, numeric, text, text) IS
    'Closes a run row (status done, failed or unchanged) with rows and money in and out, and lets the run lock go. Raises 42704 when the run is not running.';

CREATE VIEW @icb_reporting@.run_log AS
SELECT r.run_id::bigint AS run_id,
       r.parent_run_id::bigint AS parent_run_id,
       r.stage::text AS stage,
       CASE WHEN r.status <> 'running' THEN r.status
            -- its session holds the run lock and is in a transaction
            WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_locks x ON x.pid = l.pid AND x.locktype = 'virtualxid' AND x.granted
                         WHERE l.locktype = 'advisory' AND l.classid = 20240731 AND l.objsubid = 2 AND l.granted AND l.pid = r.backend_pid)
            THEN 'running' ELSE 'interrupted' END::text AS status,
       r.done_pct::numeric(5,1) AS done_pct,
       r.message::text AS message,
       r.started_by::text AS started_by,
       r.started_at::timestamptz AS started_at,
       r.finished_at::timestamptz AS finished_at,
       round(extract(epoch FROM coalesce(r.finished_at, pg_catalog.clock_timestamp()) - r.started_at), 1)::numeric(12,1) AS seconds,
       r.rows_in::bigint AS rows_in,
       r.rows_out::bigint AS rows_out,
       r.amount_in::numeric(16,2) AS amount_in_gbp,
       r.amount_out::numeric(16,2) AS amount_out_gbp,
       r.version::text AS version
FROM @icb@.run r;
COMMENT ON VIEW @icb_reporting@.run_log IS 'Every run of every stage, newest run_id last; interrupted means that its session failed or is gone.';
COMMENT ON COLUMN @icb_reporting@.run_log.run_id IS 'Number of the run.';
COMMENT ON COLUMN @icb_reporting@.run_log.parent_run_id IS 'Run of the pipeline that started it, NULL for a run of its own.';
COMMENT ON COLUMN @icb_reporting@.run_log.stage IS 'pipeline, load, match, price, validate, score, settle, ...';
COMMENT ON COLUMN @icb_reporting@.run_log.status IS 'running, done, unchanged (nothing to do), failed, or interrupted.';
COMMENT ON COLUMN @icb_reporting@.run_log.done_pct IS 'Progress in percent.';
COMMENT ON COLUMN @icb_reporting@.run_log.message IS 'Last progress message or result, without identifiers.';
COMMENT ON COLUMN @icb_reporting@.run_log.started_by IS 'Database role that started the run.';
COMMENT ON COLUMN @icb_reporting@.run_log.started_at IS 'Start.';
COMMENT ON COLUMN @icb_reporting@.run_log.finished_at IS 'End, NULL while it runs.';
COMMENT ON COLUMN @icb_reporting@.run_log.seconds IS 'Duration so far, in seconds.';
COMMENT ON COLUMN @icb_reporting@.run_log.rows_in IS 'Rows read.';
COMMENT ON COLUMN @icb_reporting@.run_log.rows_out IS 'Rows written.';
COMMENT ON COLUMN @icb_reporting@.run_log.amount_in_gbp IS 'Money read, in pounds.';
COMMENT ON COLUMN @icb_reporting@.run_log.amount_out_gbp IS 'Money written, in pounds.';
COMMENT ON COLUMN @icb_reporting@.run_log.version IS 'Version of the extension that ran.';
