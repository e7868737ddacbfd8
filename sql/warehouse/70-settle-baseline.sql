-- Baselines: the benchmark of a settlement period, proposed with method and reason, locked by another person, never edited.

CREATE FUNCTION @icb@.keep_as_recorded() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'What was recorded stays; add a new version or a new row.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_as_recorded() IS 'Trigger: a register is append-only (55000).';

CREATE FUNCTION @icb@.expect_text(value text, what text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF value IS NULL OR pg_catalog.btrim(value) = '' THEN
        RAISE EXCEPTION '% must be given', what USING ERRCODE = 'invalid_parameter_value', HINT = 'Whoever reads the record later must be able to tell.';
    END IF;
    RETURN pg_catalog.btrim(value);
END
$$;
COMMENT ON FUNCTION @icb@.expect_text(text, text) IS 'The text without blanks around it; 22023 where it is missing or empty, naming what it is.';

CREATE FUNCTION @icb@.expect_pounds(value numeric, what text) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF value IS NULL OR value IN ('NaN', 'Infinity', '-Infinity') OR value <> round(value, 2) OR abs(value) >= 1e13 THEN
        RAISE EXCEPTION '% must be pounds with at most 2 decimals, not %', what, coalesce(value::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Round it before it is recorded.';
    END IF;
    RETURN round(value, 2);
END
$$;
COMMENT ON FUNCTION @icb@.expect_pounds(numeric, text) IS 'The amount in pounds and pence; 22023 where it is missing or has more than 2 decimals, naming what it is.';

CREATE TABLE @icb@.baseline (
    contract_id      text NOT NULL REFERENCES @icb@.contract,
    baseline_version integer NOT NULL CHECK (baseline_version > 0),
    period           daterange NOT NULL CHECK (NOT isempty(period) AND lower(period) IS NOT NULL AND upper(period) IS NOT NULL),
    amount           numeric NOT NULL CHECK (amount = round(amount, 2)),
    method           text NOT NULL,
    reason           text NOT NULL,
    measured_on      daterange,
    data_cutoff      date,
    proposed_by      text NOT NULL DEFAULT session_user,
    proposed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    effect           jsonb,
    effect_note      text NOT NULL DEFAULT '',
    approved_by      text,
    approved_at      timestamptz,
    PRIMARY KEY (contract_id, baseline_version),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK (approved_by <> proposed_by)
);
COMMENT ON TABLE @icb@.baseline IS
    'Baselines of a contract, one row per version. Locked once another person has approved it; a change is a new version, never an edit.';
COMMENT ON COLUMN @icb@.baseline.baseline_version IS 'Number of the version, from 1.';
COMMENT ON COLUMN @icb@.baseline.period IS 'Settlement period that it is the benchmark of.';
COMMENT ON COLUMN @icb@.baseline.amount IS 'Benchmark of that period in pounds, before exclusions.';
COMMENT ON COLUMN @icb@.baseline.method IS 'How it was worked out.';
COMMENT ON COLUMN @icb@.baseline.reason IS 'Why it is set, or why it differs from the version before.';
COMMENT ON COLUMN @icb@.baseline.measured_on IS 'Period whose data it was measured on.';
COMMENT ON COLUMN @icb@.baseline.proposed_by IS 'Login that proposed it.';
COMMENT ON COLUMN @icb@.baseline.proposed_at IS 'When it was proposed.';
COMMENT ON COLUMN @icb@.baseline.effect IS
    'What it changes for each party in pounds, {"party": pounds}: the recorded inputs of the period settled with it, less the same with the baseline before. NULL: not known, see effect_note.';
COMMENT ON COLUMN @icb@.baseline.effect_note IS 'What the effect was computed from, or why it is not known.';
COMMENT ON COLUMN @icb@.baseline.approved_by IS 'Login that approved it, another than proposed it; NULL: not locked.';
COMMENT ON COLUMN @icb@.baseline.approved_at IS 'When it was approved, and so locked.';

CREATE FUNCTION @icb@.keep_baseline() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    -- approval is the one change
    IF TG_OP = 'UPDATE' AND OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL
       AND (pg_catalog.to_jsonb(NEW) - ARRAY['approved_by', 'approved_at']) = (pg_catalog.to_jsonb(OLD) - ARRAY['approved_by', 'approved_at']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'baseline version % of contract "%" stays as it is', OLD.baseline_version, OLD.contract_id
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Propose another baseline (propose_baseline): it becomes a new version.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_baseline() IS 'Trigger: a baseline is only ever approved (55000).';
CREATE TRIGGER keep_baseline BEFORE UPDATE OR DELETE ON @icb@.baseline FOR EACH ROW EXECUTE FUNCTION @icb@.keep_baseline();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.baseline FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded();
