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

CREATE TABLE @icb@.run (
    run_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stage       text NOT NULL,
    parameters  jsonb NOT NULL DEFAULT '{}',
    version     text NOT NULL,
    started_by  text NOT NULL DEFAULT current_user,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    status      text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'failed', 'unchanged')),
    done_pct    numeric(5,1) NOT NULL DEFAULT 0,
    rows_in     bigint,
    rows_out    bigint,
    amount_in   numeric(16,2),
    amount_out  numeric(16,2),
    message     text
);
COMMENT ON TABLE @icb@.run IS 'One row per stage run: who, what, version, parameters, rows and money in and out, progress, status.';
