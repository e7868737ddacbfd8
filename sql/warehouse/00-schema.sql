-- Three schemas: the commissioner's tables, the identifiers, the views for readers.
CREATE SCHEMA @icb@;
CREATE SCHEMA @icb_identity@;
CREATE SCHEMA @icb_reporting@;
COMMENT ON SCHEMA @icb@ IS 'Commissioning tables and procedures. No NHS numbers.';
COMMENT ON SCHEMA @icb_identity@ IS 'Identifiers, landing tables and raw refused values. Only validators and loaders read it.';
COMMENT ON SCHEMA @icb_reporting@ IS 'Views for analysts and BI tools: base types only, amounts in pounds.';

CREATE TABLE @icb@.meta (
    key   text PRIMARY KEY,
    value text NOT NULL
);
COMMENT ON TABLE @icb@.meta IS 'Name, purpose, version and deployment of this warehouse.';

COMMENT ON COLUMN @icb@.meta.key IS 'name, purpose, version, source_hash, person_partitions, created_at, upgraded_at, server_version; risk_stale_days: how old data may be that people are scored on.';
COMMENT ON COLUMN @icb@.meta.value IS 'Its value as text.';

CREATE TABLE @icb@.deployed_object (
    kind       text NOT NULL,
    name       text NOT NULL,
    definition_hash text NOT NULL,
    PRIMARY KEY (kind, name)
);
COMMENT ON TABLE @icb@.deployed_object IS
    'Every object as create_warehouse or upgrade_warehouse left it: an upgrade replaces only objects whose definition still has this hash.';
COMMENT ON COLUMN @icb@.deployed_object.kind IS 'table, column, constraint, index, view, function, procedure, ...';
COMMENT ON COLUMN @icb@.deployed_object.name IS 'Qualified name; arguments for routines; table for its columns and constraints.';
COMMENT ON COLUMN @icb@.deployed_object.definition_hash IS 'MD5 of the definition as the catalogue shows it.';

CREATE TABLE @icb@.run (
    run_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_run_id bigint,
    stage         text NOT NULL,
    parameters    jsonb NOT NULL DEFAULT '{}',
    version       text NOT NULL,
    started_by    text NOT NULL DEFAULT current_user,
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at   timestamptz,
    status        text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'failed', 'unchanged')),
    done_pct      numeric(5,1) NOT NULL DEFAULT 0 CHECK (done_pct BETWEEN 0 AND 100),
    rows_in       bigint,
    rows_out      bigint,
    amount_in     numeric(16,2),
    amount_out    numeric(16,2),
    message       text,
    backend_pid   integer,
    statement_at  timestamptz,
    client        text,
    CHECK ((status = 'running') = (finished_at IS NULL))
);
COMMENT ON TABLE @icb@.run IS 'One row per stage run: who, what, version, parameters, rows and money in and out, progress, status. Written by start_run, report_progress and finish_run.';
COMMENT ON COLUMN @icb@.run.run_id IS 'Number of the run.';
COMMENT ON COLUMN @icb@.run.parent_run_id IS 'Run of the pipeline around it.';
COMMENT ON COLUMN @icb@.run.stage IS 'pipeline, load, match, price, validate, score, settle, ...';
COMMENT ON COLUMN @icb@.run.parameters IS 'Arguments of the stage.';
COMMENT ON COLUMN @icb@.run.version IS 'Version of the extension that ran.';
COMMENT ON COLUMN @icb@.run.started_by IS 'Database role.';
COMMENT ON COLUMN @icb@.run.started_at IS 'Start.';
COMMENT ON COLUMN @icb@.run.finished_at IS 'End, NULL while it runs.';
COMMENT ON COLUMN @icb@.run.status IS 'running, done, unchanged (nothing to do) or failed; a run that died is marked failed by the next one.';
COMMENT ON COLUMN @icb@.run.done_pct IS 'Progress in percent.';
COMMENT ON COLUMN @icb@.run.rows_in IS 'Rows read.';
COMMENT ON COLUMN @icb@.run.rows_out IS 'Rows written.';
COMMENT ON COLUMN @icb@.run.amount_in IS 'Money read.';
COMMENT ON COLUMN @icb@.run.amount_out IS 'Money written.';
COMMENT ON COLUMN @icb@.run.message IS 'Last progress message or result; never identifiers.';
COMMENT ON COLUMN @icb@.run.backend_pid IS 'Server process of the run.';
COMMENT ON COLUMN @icb@.run.statement_at IS 'Start of the client statement: stages started by one statement belong together.';
COMMENT ON COLUMN @icb@.run.client IS 'application_name to restore at the end.';
CREATE INDEX run_stage ON @icb@.run (stage, run_id);
CREATE INDEX run_running ON @icb@.run (run_id) WHERE status = 'running';
