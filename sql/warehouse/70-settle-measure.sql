-- Measures as contracts define them: the text of a query and its fingerprint, what it leaves out, and the least number it may rest on.

CREATE TABLE @icb@.measure (
    contract_id     text NOT NULL REFERENCES @icb@.contract,
    measure_name    text NOT NULL CHECK (btrim(measure_name) <> ''),
    measure_version integer NOT NULL CHECK (measure_version > 0),
    title           text NOT NULL,
    sql_text        text NOT NULL,
    sql_hash        text NOT NULL,
    exclusions      text NOT NULL DEFAULT '',
    minimum_n       bigint NOT NULL DEFAULT 1 CHECK (minimum_n > 0),
    baseline_period daterange NOT NULL CHECK (NOT isempty(baseline_period) AND lower(baseline_period) IS NOT NULL AND upper(baseline_period) IS NOT NULL),
    cutoff_days     integer NOT NULL DEFAULT 0 CHECK (cutoff_days >= 0),
    defined_by      text NOT NULL DEFAULT session_user,
    defined_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (contract_id, measure_name, measure_version)
);
COMMENT ON TABLE @icb@.measure IS 'Definitions of what contracts measure, one row per version. A definition never changes; another one is a new version.';
COMMENT ON COLUMN @icb@.measure.measure_name IS 'Name within the contract.';
COMMENT ON COLUMN @icb@.measure.measure_version IS 'Version of the definition, from 1.';
COMMENT ON COLUMN @icb@.measure.title IS 'What is measured, in words.';
COMMENT ON COLUMN @icb@.measure.sql_text IS
    'One SELECT that gives one row (n, value) for the period $1 (daterange). It runs read-only, with the rights of who computes it and an empty search_path, so its names are qualified.';
COMMENT ON COLUMN @icb@.measure.sql_hash IS 'SHA-256 of sql_text.';
COMMENT ON COLUMN @icb@.measure.exclusions IS 'What it leaves out, in words.';
COMMENT ON COLUMN @icb@.measure.minimum_n IS 'Least number that it may rest on.';
COMMENT ON COLUMN @icb@.measure.baseline_period IS 'Period for which it must be computable before terms that use it are signed.';
COMMENT ON COLUMN @icb@.measure.cutoff_days IS 'Days after the end of a period up to which data for it count.';
COMMENT ON COLUMN @icb@.measure.defined_by IS 'Login that defined it.';
COMMENT ON COLUMN @icb@.measure.defined_at IS 'When it was defined.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.measure FOR EACH ROW EXECUTE FUNCTION @icb@.keep_as_recorded();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.measure FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded();

CREATE TABLE @icb@.measure_value (
    measure_value_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id      text NOT NULL,
    measure_name     text NOT NULL,
    measure_version  integer NOT NULL,
    period           daterange NOT NULL,
    n                bigint NOT NULL,
    value            numeric NOT NULL,
    sql_hash         text NOT NULL,
    computed_by      text NOT NULL DEFAULT session_user,
    computed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (contract_id, measure_name, measure_version) REFERENCES @icb@.measure
);
COMMENT ON TABLE @icb@.measure_value IS 'What measures came to, each time one was computed. Append-only.';
COMMENT ON COLUMN @icb@.measure_value.measure_value_id IS 'Number of the computation.';
COMMENT ON COLUMN @icb@.measure_value.measure_name IS 'Measure.';
COMMENT ON COLUMN @icb@.measure_value.measure_version IS 'Version of its definition.';
COMMENT ON COLUMN @icb@.measure_value.period IS 'Period that was measured.';
COMMENT ON COLUMN @icb@.measure_value.n IS 'Number that the value rests on.';
COMMENT ON COLUMN @icb@.measure_value.value IS 'The value.';
COMMENT ON COLUMN @icb@.measure_value.sql_hash IS 'SHA-256 of the text that gave it.';
COMMENT ON COLUMN @icb@.measure_value.computed_by IS 'Login that computed it.';
COMMENT ON COLUMN @icb@.measure_value.computed_at IS 'When.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.measure_value FOR EACH ROW EXECUTE FUNCTION @icb@.keep_as_recorded();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.measure_value FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded();

CREATE FUNCTION @icb@.text_hash(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex');
COMMENT ON FUNCTION @icb@.text_hash(text) IS 'SHA-256 of a text, in hexadecimal digits.';

CREATE FUNCTION @icb@.define_measure(contract_id text, measure_name text, title text, sql_text text, baseline_period daterange, exclusions text DEFAULT '',
                                     minimum_n bigint DEFAULT 1, cutoff_days integer DEFAULT 0) RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    next_version integer := 1 + coalesce((SELECT max(m.measure_version) FROM @icb@.measure m
        WHERE m.contract_id = define_measure.contract_id AND m.measure_name = define_measure.measure_name), 0);
BEGIN
    INSERT INTO @icb@.measure (contract_id, measure_name, measure_version, title, sql_text, sql_hash, exclusions, minimum_n, baseline_period, cutoff_days)
    VALUES (define_measure.contract_id, define_measure.measure_name, next_version, @icb@.expect_text(define_measure.title, 'the title of a measure'),
            @icb@.expect_text(define_measure.sql_text, 'the text of a measure'), @icb@.text_hash(pg_catalog.btrim(define_measure.sql_text)),
            define_measure.exclusions, define_measure.minimum_n, define_measure.baseline_period, define_measure.cutoff_days);
    RETURN next_version;
END
$$;
COMMENT ON FUNCTION @icb@.define_measure(text, text, text, text, daterange, text, bigint, integer) IS
    'Defines a measure of a contract, or its next version: one SELECT of (n, value) for the period $1. Terms use it through use_measure. Returns the version.';
REVOKE EXECUTE ON FUNCTION @icb@.define_measure(text, text, text, text, daterange, text, bigint, integer) FROM PUBLIC;

-- Everything that the query does is taken back: the block is left by an error of its own, whatever came of it.
CREATE FUNCTION @icb@.measure_result(measure @icb@.measure, period daterange, OUT n bigint, OUT value numeric, OUT failure text)
    LANGUAGE plpgsql
AS $$
DECLARE
    result pg_catalog.refcursor;
    another record;
BEGIN
    IF @icb@.text_hash((measure).sql_text) <> (measure).sql_hash THEN
        RAISE EXCEPTION 'the text of measure "%" of contract "%" is not the one that was defined as version %', (measure).measure_name, (measure).contract_id, (measure).measure_version
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Define another version (define_measure), and have terms that use it signed.';
    END IF;
    BEGIN
        PERFORM pg_catalog.set_config('transaction_read_only', 'on', true), pg_catalog.set_config('search_path', '', true);
        -- a cursor takes one query and nothing else
        OPEN result NO SCROLL FOR EXECUTE pg_catalog.format(E'SELECT m.n::pg_catalog.int8, m.value::pg_catalog.numeric FROM (%s\n) AS m (n, value)',
                                                            pg_catalog.rtrim((measure).sql_text, E'; \n\t')) USING measure_result.period;
        FETCH result INTO n, value;
        IF NOT FOUND THEN
            failure := 'it gives no row';
        ELSE
            FETCH result INTO another;
            failure := CASE WHEN FOUND THEN 'it gives more than one row'
                            WHEN n IS NULL OR value IS NULL THEN 'it gives NULL'
                            WHEN value = 'NaN' OR value IN ('Infinity', '-Infinity') THEN 'it gives no number'
                            WHEN n < (measure).minimum_n THEN pg_catalog.format('it rests on n = %s, fewer than %s', n, (measure).minimum_n) END;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'CM001';
    EXCEPTION
        WHEN SQLSTATE 'CM001' THEN NULL;
        WHEN OTHERS THEN failure := SQLERRM;
    END;
END
$$;
COMMENT ON FUNCTION @icb@.measure_result(@icb@.measure, daterange) IS
    'Runs a measure for a period, read-only and with the rights of the caller: n and value, and why they cannot be used (NULL: they can). 55000 when its text is not the one that was defined.';
REVOKE EXECUTE ON FUNCTION @icb@.measure_result(@icb@.measure, daterange) FROM PUBLIC;
