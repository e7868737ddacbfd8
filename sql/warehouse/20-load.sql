-- Loading: files into all-text landing tables, landing rows into typed rows, refused rows with every reason.
--
-- A file arrives by bin/commissioning-load or, from any client, by
--     SELECT * FROM icb.open_submission('plcm', 'm06.csv', md5 of the file, ARRAY['FINANCIAL MONTH', ...]) \gset
--     \copy :landing_table (:landing_columns) FROM 'm06.csv' WITH (FORMAT csv, HEADER)      -- names pasted: \copy takes no variables
--     SELECT icb.close_submission(:submission_id);
-- CALL icb.load() then makes, per file and in one transaction each: a stage table of typed values beside the faults of every
-- row (build_stage), the rows of the target tables, the rejects, the slices and the totals (apply_submission).

INSERT INTO @icb@.meta (key, value) VALUES ('slice_fall_share', '0.5'), ('keep_landing', 'no');

CREATE TABLE @icb_identity@.line_extra (
    submission_id bigint NOT NULL,
    line_no       bigint NOT NULL,
    extra         jsonb NOT NULL,
    PRIMARY KEY (submission_id, line_no)
);
COMMENT ON TABLE @icb_identity@.line_extra IS
    'Columns no preset knows whose name or content may identify a person; other unknown columns stand in extra of the row itself.';

CREATE TABLE @icb@.tariff_price (
    tariff_name        text NOT NULL,
    financial_year     text NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('spell', 'attendance', 'procedure', 'emergency', 'unbundled')),
    treatment_function text NOT NULL DEFAULT '',
    hrg                commissioning.hrg NOT NULL,
    combined           numeric(16,2),
    day_case           numeric(16,2),
    elective           numeric(16,2),
    elective_trim      integer,
    non_elective       numeric(16,2),
    non_elective_trim  integer,
    per_day            numeric(16,2),
    short_stay_applicable boolean,
    short_stay_percent numeric(7,6),
    short_stay_price   numeric(16,2),
    best_practice      numeric(16,2),
    price              numeric(16,2),
    synthetic          boolean NOT NULL DEFAULT false,
    submission_id      bigint,
    -- within the financial year; a row that begins later goes before one that begins earlier
    valid_from         date NOT NULL DEFAULT '-infinity',
    valid_to           date NOT NULL DEFAULT 'infinity',
    best_practice_addition numeric(16,2),
    PRIMARY KEY (tariff_name, financial_year, kind, treatment_function, hrg, valid_from),
    CHECK (valid_from <= valid_to)
);
COMMENT ON TABLE @icb@.tariff_price IS
    'Price lists as loaded, one row per list, year, kind, treatment function (attendances only) and HRG. Spells use the spell columns, the other kinds use price.';
COMMENT ON COLUMN @icb@.tariff_price.short_stay_percent IS 'Share of the non-elective price paid for a short stay, 0.3 for 30 %.';
COMMENT ON COLUMN @icb@.tariff_price.best_practice IS 'Price that stands in place of the base price when best practice is earned.';
COMMENT ON COLUMN @icb@.tariff_price.best_practice_addition IS 'Amount added to the base price when best practice is earned.';
COMMENT ON COLUMN @icb@.tariff_price.valid_from IS 'First day; -infinity: from the beginning of the financial year.';
COMMENT ON COLUMN @icb@.tariff_price.valid_to IS 'Last day; infinity: to the end of the financial year.';
COMMENT ON COLUMN @icb@.tariff_price.synthetic IS 'Invented prices, for demonstration only.';

CREATE TABLE @icb@.aggregate_line (
    submission_id     bigint NOT NULL REFERENCES @icb@.submission,
    line_no           bigint NOT NULL,
    provider_code     text NOT NULL,
    site_code         text,
    commissioner_code text NOT NULL,
    financial_year    text NOT NULL,
    month             integer NOT NULL,
    pod               text NOT NULL,
    local_pod         text,
    treatment_function text,
    hrg_sent          text,
    planned_activity  numeric(19,6),
    planned_price     numeric(19,6),
    actual_activity   numeric(19,6),
    actual_price      numeric(19,6) NOT NULL,
    extra             jsonb,
    codes_sent        jsonb,
    PRIMARY KEY (submission_id, line_no)
);
COMMENT ON TABLE @icb@.aggregate_line IS 'Aggregate contract monitoring: plan and actual as the provider reports them.';
COMMENT ON COLUMN @icb@.aggregate_line.codes_sent IS 'Codes as sent that code_map reads as others, by domain; NULL where nothing was mapped.';

-- Rows of one submission lie together: a range index of a few pages finds them.
CREATE INDEX activity_submission ON @icb@.activity USING brin (submission_id);
CREATE INDEX invoice_line_submission ON @icb@.invoice_line USING brin (submission_id);

-- Readers ------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.header_key(header text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(lower(header), '\mpseudo\s*$', ''), '[^a-z0-9]+', '', 'g');
COMMENT ON FUNCTION @icb@.header_key(text) IS 'Header without case, blanks and punctuation; a trailing "Pseudo" (SUS+ pseudonymised field) is dropped.';

CREATE FUNCTION @icb@.mask_value(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN left(regexp_replace(regexp_replace(value, '[[:alpha:]]', 'x', 'g'), '[[:digit:]]', '9', 'g'), 60);
COMMENT ON FUNCTION @icb@.mask_value(text) IS 'Shape of a value: letters as x, digits as 9, at most 60 characters.';

CREATE FUNCTION @icb@.read_year(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    digits text;
    first integer;
BEGIN
    IF value !~ '^(FY ?)?([0-9]{4} ?[/-]? ?([0-9]{4}|[0-9]{2})|[0-9]{2} ?[/-]? ?[0-9]{2})$' THEN
        RETURN NULL;
    END IF;
    digits := regexp_replace(value, '[^0-9]', '', 'g');
    first := CASE WHEN length(digits) = 4 THEN 2000 + left(digits, 2)::integer ELSE left(digits, 4)::integer END;
    IF first NOT BETWEEN 1990 AND 2098 OR lpad(((first + 1) % 100)::text, 2, '0') <> right(digits, 2)
       OR (length(digits) = 8 AND right(digits, 4)::integer <> first + 1) THEN
        RETURN NULL;
    END IF;
    RETURN first || '/' || right(digits, 2);
END
$$;
COMMENT ON FUNCTION @icb@.read_year(text) IS 'Financial year as 2024/25 from 2024/25, 202425, 2425, 2024-25 or 2024/2025. NULL for anything else, such as 215551.';

CREATE FUNCTION @icb@.read_month(value text) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    v text := upper(value);
    n integer;
    day date;
BEGIN
    IF v ~ '^(M|MTH ?|MONTH ?|P|PERIOD ?)?[0-9]{1,2}(\.0+)?$' THEN
        n := substring(v FROM '[0-9]{1,2}')::integer;
        RETURN CASE WHEN n BETWEEN 1 AND 12 THEN n END;
    END IF;
    v := substring(v FROM '^(APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEP(?:T(?:EMBER)?)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?|JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?)(?:[ /-]?(?:[0-9]{2}|[0-9]{4}))?$');
    IF v IS NOT NULL THEN
        RETURN (position(left(v, 3) IN 'APRMAYJUNJULAUGSEPOCTNOVDECJANFEBMAR') + 2) / 3;
    END IF;
    IF value ~ '^(19|20)[0-9]{2}[/-]?(0[1-9]|1[0-2])$' THEN
        RETURN (right(value, 2)::integer + 8) % 12 + 1;
    END IF;
    day := commissioning.to_date_uk(value);
    RETURN (extract(month FROM day)::integer + 8) % 12 + 1;
END
$$;
COMMENT ON FUNCTION @icb@.read_month(text) IS
    'Financial month, 1 = April, from 6, 06, M06, Month 6, September, Sep-24, 2024-09 (calendar month) or a date. NULL for anything else.';

CREATE FUNCTION @icb@.reader_sql(reader text, OUT type text, OUT expression text, OUT fault text)
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- a number of ten digits with the right check digit in a code column is a shifted column or a leak, never a code
    named text := 'octet_length(%1$s) BETWEEN 10 AND 12 AND commissioning.to_nhs_number(%1$s) IS NOT NULL';
BEGIN
    type := CASE reader
        WHEN 'integer' THEN 'integer' WHEN 'days' THEN 'integer' WHEN 'month' THEN 'integer'
        WHEN 'number' THEN 'numeric' WHEN 'factor' THEN 'numeric' WHEN 'price' THEN 'numeric' WHEN 'percent' THEN 'numeric' WHEN 'amount' THEN 'numeric'
        WHEN 'date' THEN 'date' WHEN 'yes_no' THEN 'boolean'
        WHEN 'hrg' THEN 'commissioning.hrg' WHEN 'icd10_list' THEN 'commissioning.icd10[]' WHEN 'opcs4_list' THEN 'commissioning.opcs4[]'
        ELSE 'text' END;
    expression := CASE reader
        WHEN 'text' THEN 'CASE WHEN NOT (' || named || ') THEN %1$s END'
        WHEN 'id' THEN '%1$s'
        WHEN 'code' THEN 'CASE WHEN NOT (' || named || ') THEN (upper(replace(%1$s, '' '', '''') COLLATE "C")) COLLATE "default" END'
        -- case matters in Read codes; SNOMED CT numbers of ten digits have a check digit of their own
        WHEN 'clinical_code' THEN 'CASE WHEN NOT (' || named || ') OR @icb@.is_snomed_id(%1$s) THEN replace(%1$s, '' '', '''') END'
        -- old extracts pad three-character codes with 00
        WHEN 'org' THEN 'CASE WHEN %1$s ~ ''^[A-Za-z0-9]{2,9}$'' THEN CASE WHEN octet_length(%1$s) = 5 AND right(%1$s, 2) = ''00'' THEN (upper(left(%1$s, 3) COLLATE "C")) COLLATE "default" ELSE (upper(%1$s COLLATE "C")) COLLATE "default" END END'
        WHEN 'practice' THEN 'CASE WHEN %1$s ~ ''^[A-Za-z0-9]{3,9}$'' THEN (upper(left(%1$s, 6) COLLATE "C")) COLLATE "default" END'
        WHEN 'integer' THEN 'CASE WHEN %1$s ~ ''^[+-]?[0-9]{1,9}(\.0*)?$'' THEN %1$s::numeric::integer END'
        WHEN 'days' THEN 'CASE WHEN %1$s ~ ''^[0-9]{1,5}(\.0*)?$'' THEN %1$s::numeric::integer END'
        WHEN 'number' THEN 'CASE WHEN replace(%1$s, '','', '''') ~ ''^[+-]?[0-9]{1,12}(\.[0-9]{0,12})?$'' THEN replace(%1$s, '','', '''')::numeric END'
        WHEN 'factor' THEN 'CASE WHEN %1$s ~ ''^[0-9]{1,2}(\.[0-9]{0,12})?$'' AND %1$s ~ ''[1-9]'' THEN %1$s::numeric END'
        WHEN 'amount' THEN 'commissioning.to_amount(%1$s)'
        WHEN 'price' THEN 'commissioning.to_amount(%1$s)'
        WHEN 'percent' THEN 'CASE WHEN %1$s ~ ''^[0-9]{1,3}(\.[0-9]{0,9})? ?%%$'' THEN rtrim(%1$s, '' %%'')::numeric / 100 WHEN %1$s ~ ''^(0?\.[0-9]{1,9}|[01](\.0*)?)$'' THEN %1$s::numeric END'
        WHEN 'date' THEN 'commissioning.to_date_uk(%1$s)'
        WHEN 'yes_no' THEN 'CASE WHEN lower(%1$s) IN (''y'', ''yes'', ''true'', ''t'', ''1'') THEN true WHEN lower(%1$s) IN (''n'', ''no'', ''false'', ''f'', ''0'') THEN false END'
        WHEN 'sex' THEN 'CASE WHEN lower(%1$s) IN (''1'', ''m'', ''male'') THEN ''1'' WHEN lower(%1$s) IN (''2'', ''f'', ''female'') THEN ''2'' WHEN lower(%1$s) IN (''9'', ''i'', ''x'', ''indeterminate'') THEN ''9'' WHEN lower(%1$s) IN (''0'', ''u'', ''unknown'', ''not known'') THEN ''0'' END'
        WHEN 'year' THEN '@icb@.read_year(%1$s)'
        WHEN 'month' THEN '@icb@.read_month(%1$s)'
        WHEN 'nhs_number' THEN 'lpad(commissioning.to_nhs_number(%1$s)::bigint::text, 10, ''0'')'
        WHEN 'hrg' THEN 'commissioning.to_hrg(%1$s)'
        WHEN 'icd10_list' THEN '(SELECT array_agg(c.code ORDER BY c.n) FROM (SELECT commissioning.to_icd10(w.word) AS code, w.n FROM string_to_table(translate(%1$s, '',;|'', ''   ''), '' '') WITH ORDINALITY w(word, n) OFFSET 0) c WHERE c.code IS NOT NULL)'
        WHEN 'opcs4_list' THEN '(SELECT array_agg(c.code ORDER BY c.n) FROM (SELECT commissioning.to_opcs4(w.word) AS code, w.n FROM string_to_table(translate(%1$s, '',;|'', ''   ''), '' '') WITH ORDINALITY w(word, n) OFFSET 0) c WHERE c.code IS NOT NULL)'
        END;
    IF expression IS NULL THEN
        RAISE EXCEPTION 'unknown reader "%"', reader
            USING ERRCODE = 'undefined_object', HINT = 'commissioning.feed_column_reference lists the readers.';
    END IF;
    fault := CASE reader
        WHEN 'amount' THEN 'not an amount of money' WHEN 'price' THEN 'not an amount of money' WHEN 'date' THEN 'not a date (day first)'
        WHEN 'integer' THEN 'not a whole number' WHEN 'days' THEN 'not a number of days' WHEN 'number' THEN 'not a number'
        WHEN 'factor' THEN 'not a factor above 0 and below 100' WHEN 'percent' THEN 'not a percentage' WHEN 'yes_no' THEN 'not yes or no'
        WHEN 'sex' THEN 'not a gender code' WHEN 'year' THEN 'not a financial year' WHEN 'month' THEN 'not a financial month'
        WHEN 'nhs_number' THEN 'not a valid NHS number' WHEN 'org' THEN 'not an organisation code' WHEN 'practice' THEN 'not a practice code'
        WHEN 'hrg' THEN 'not an HRG' ELSE 'looks like an NHS number' END;
END
$$;
COMMENT ON FUNCTION @icb@.reader_sql(text) IS
    'How a reader of feed_column is done: SQL type, expression over the raw value (%1$s), and the reason given when it cannot be read. Raises 42704 for an unknown reader.';

-- Receiving ----------------------------------------------------------------------------------

CREATE FUNCTION @icb@.open_submission(feed text, file_name text, file_hash text, header text[], submission_kind text DEFAULT 'flex',
    control_rows bigint DEFAULT NULL, control_amount numeric DEFAULT NULL, snapshot_date date DEFAULT NULL, received_at timestamptz DEFAULT NULL,
    received_on date DEFAULT NULL,
    OUT submission_id bigint, OUT landing_table text, OUT landing_columns text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    names text[] := '{}';
    name text;
    stem text;
    n integer;
    found_status text;
    known commissioning.feed_reference;
    hash text := file_hash || coalesce('@' || snapshot_date::text, '');
BEGIN
    IF feed IS NULL OR file_name IS NULL OR file_hash IS NULL OR header IS NULL THEN
        RAISE EXCEPTION 'open_submission needs feed, file_name, file_hash and header' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT r.* INTO known FROM commissioning.feed_reference r WHERE r.feed = feed;
    IF known.feed IS NULL THEN
        RAISE EXCEPTION 'unknown feed "%"', feed
            USING ERRCODE = 'undefined_object',
                  HINT = 'Feeds are ' || (SELECT string_agg(r.feed, ', ' ORDER BY r.load_order) FROM commissioning.feed_reference r) || '.';
    END IF;
    IF cardinality(header) = 0 THEN
        RAISE EXCEPTION 'file "%" has no columns', file_name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF submission_kind NOT IN ('flex', 'freeze', 'refresh') THEN
        RAISE EXCEPTION 'invalid submission kind "%"', submission_kind
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The kind is flex, freeze or refresh.';
    END IF;

    INSERT INTO @icb@.submission AS s (feed, file_name, file_hash, submission_kind, control_rows, control_amount, snapshot_date, received_at, received_on, header)
    VALUES (feed, file_name, hash, submission_kind, control_rows, control_amount, snapshot_date, coalesce(received_at, clock_timestamp()),
            coalesce(received_on, received_at::date, current_date), header)
    ON CONFLICT ON CONSTRAINT submission_feed_file_hash_key DO NOTHING
    RETURNING s.submission_id INTO submission_id;
    IF submission_id IS NULL THEN
        SELECT s.submission_id, s.status INTO submission_id, found_status
        FROM @icb@.submission s WHERE s.feed = feed AND s.file_hash = hash FOR UPDATE;
        IF found_status NOT IN ('failed', 'landing') THEN
            RAISE NOTICE 'file "%" was received before as submission % (%); nothing to do', file_name, submission_id, found_status;
            RETURN;
        END IF;
        IF found_status = 'landing' THEN
            RAISE EXCEPTION 'submission % of this file is open', submission_id
                USING ERRCODE = 'object_in_use',
                      HINT = format('If its copy broke off, run SELECT @icb@.discard_submission(%s) and send the file again.', submission_id);
        END IF;
        PERFORM @icb@.drop_work_tables(submission_id);
        UPDATE @icb@.submission s
        SET status = 'landing', header = header, submission_kind = submission_kind, message = NULL, received_on = coalesce(received_on, s.received_on),
            control_rows = coalesce(control_rows, s.control_rows), control_amount = coalesce(control_amount, s.control_amount)
        WHERE s.submission_id = submission_id;
    END IF;

    -- Column names of the landing table: the headers, one line each, short enough, all different.
    FOR i IN 1 .. cardinality(header) LOOP
        stem := btrim(regexp_replace(replace(coalesce(header[i], ''), chr(65279), ''), '\s+', ' ', 'g'));
        IF stem = '' THEN
            stem := 'column ' || i;
        END IF;
        WHILE octet_length(stem) > 56 LOOP
            stem := left(stem, -1);
        END LOOP;
        name := stem;
        n := 1;
        WHILE name = ANY (names) OR name IN ('line_no', 'line_fault') LOOP
            n := n + 1;
            name := stem || ' ' || n;
        END LOOP;
        names := names || name;
    END LOOP;
    UPDATE @icb@.submission s SET landing_columns = names WHERE s.submission_id = submission_id;
    landing_table := format('@icb_identity@.landing_%s', submission_id);
    landing_columns := (SELECT string_agg(quote_ident(u.name), ', ' ORDER BY u.i) FROM unnest(names) WITH ORDINALITY u(name, i));
    EXECUTE format('CREATE TABLE %s (line_no bigint GENERATED BY DEFAULT AS IDENTITY (START WITH %s), line_fault text, %s) WITH (autovacuum_enabled = false)',
        landing_table, CASE WHEN known.has_header THEN 2 ELSE 1 END,
        (SELECT string_agg(quote_ident(u.name) || ' text', ', ' ORDER BY u.i) FROM unnest(names) WITH ORDINALITY u(name, i)));
END
$$;
COMMENT ON FUNCTION @icb@.open_submission(text, text, text, text[], text, bigint, numeric, date, timestamptz, date) IS
    'Registers a file by name and content hash and creates its landing table, one text column per header. landing_table is NULL, with a notice, when this content was received before. control_rows and control_amount are what the sender says the file holds; received_on is the day that counts against the published dates (default: that of received_at). Raises 22004 for NULL, 22023 for a bad kind or an empty header, 42704 for an unknown feed, 55006 while the file is being copied.';

CREATE FUNCTION @icb@.drop_work_tables(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    work_table text;
BEGIN
    FOREACH work_table IN ARRAY ARRAY['landing_', 'stage_', 'replaced_'] LOOP
        work_table := format('@icb_identity@.%s%s', work_table, submission_id);
        IF to_regclass(work_table) IS NOT NULL THEN
            EXECUTE 'DROP TABLE ' || work_table;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.drop_work_tables(bigint) IS 'Drops landing and work tables of a submission where they stand.';

CREATE FUNCTION @icb@.close_submission(submission_id bigint, control_rows bigint DEFAULT NULL, control_amount numeric DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    received bigint;
    found_status text := (SELECT s.status FROM @icb@.submission s WHERE s.submission_id = submission_id);
BEGIN
    IF found_status IS DISTINCT FROM 'landing' THEN
        RAISE EXCEPTION 'submission % is not open', submission_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    EXECUTE format('SELECT count(*) FROM @icb_identity@.landing_%s', submission_id) INTO received;
    UPDATE @icb@.submission s
    SET status = 'landed', rows_received = received,
        control_rows = coalesce(control_rows, s.control_rows), control_amount = coalesce(control_amount, s.control_amount)
    WHERE s.submission_id = submission_id;
    RETURN received;
END
$$;
COMMENT ON FUNCTION @icb@.close_submission(bigint, bigint, numeric) IS
    'Ends the copy of a file: counts its rows and hands it to load. Control totals may be given here too, from a trailer. Raises 55000 when the submission is not open.';

CREATE FUNCTION @icb@.discard_submission(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM FROM @icb@.submission s WHERE s.submission_id = submission_id AND s.status IN ('landing', 'landed', 'held', 'failed') FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'submission % cannot be discarded', submission_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Only a file that has not been loaded can be; a loaded one is superseded by a restatement.';
    END IF;
    PERFORM @icb@.drop_work_tables(submission_id);
    DELETE FROM @icb_identity@.reject_raw r WHERE r.submission_id = submission_id;
    DELETE FROM @icb_identity@.line_extra e WHERE e.submission_id = submission_id;
    DELETE FROM @icb@.reject r WHERE r.submission_id = submission_id;
    DELETE FROM @icb@.submission s WHERE s.submission_id = submission_id;
END
$$;
COMMENT ON FUNCTION @icb@.discard_submission(bigint) IS 'Forgets a file that has not been loaded. Raises 55000 for any other.';

CREATE FUNCTION @icb@.retry_submission(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE @icb@.submission s SET status = 'landed', message = NULL WHERE s.submission_id = submission_id AND s.status = 'failed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'submission % has not failed', submission_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.retry_submission(bigint) IS 'Lets the next load take up a failed file again, for example after its header was added to feed_column. Raises 55000 for any other.';

-- From landing to stage ----------------------------------------------------------------------

CREATE FUNCTION @icb@.feed_mapping(submission_id bigint, OUT target text, OUT reader text, OUT required boolean, OUT expected text, OUT columns text[], OUT headers text[])
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH sent AS (
        SELECT u.n, u.header, u.col, @icb@.header_key(coalesce(nullif(btrim(u.header), ''), u.col)) AS key
        FROM @icb@.submission s
        CROSS JOIN LATERAL unnest(s.header, s.landing_columns) WITH ORDINALITY u(header, col, n)
        WHERE s.submission_id = feed_mapping.submission_id
    ), feed AS (
        SELECT s.feed FROM @icb@.submission s WHERE s.submission_id = feed_mapping.submission_id
    ), local AS (
        SELECT c.target, c.source_header, @icb@.header_key(c.source_header) AS key, c.reader, c.required
        FROM @icb@.feed_column c JOIN feed f ON f.feed = c.feed
    ), preset AS (
        SELECT l.target, l.source_header, l.key, l.reader, l.required, 0 AS preference FROM local l
        UNION ALL
        -- a header that a local row gives to another target is no longer the shipped one (key NULL: the target stays, without it)
        SELECT c.target, c.source_header,
               CASE WHEN NOT EXISTS (SELECT FROM local l WHERE l.key = @icb@.header_key(c.source_header)) THEN @icb@.header_key(c.source_header) END,
               c.reader, c.required, c.preference
        FROM commissioning.feed_column_reference c JOIN feed f ON f.feed = c.feed
    ), target AS (
        SELECT p.target, (array_agg(p.reader ORDER BY p.preference, p.source_header))[1] AS reader, bool_or(p.required) AS required,
               (array_agg(p.source_header ORDER BY p.preference, p.source_header))[1] AS expected
        FROM preset p GROUP BY p.target
    ), found AS (
        SELECT t.target, s.col, s.header, p.preference, p.source_header, s.n,
               row_number() OVER (PARTITION BY t.target, p.source_header ORDER BY s.n) AS repeated, t.reader
        FROM target t JOIN preset p ON p.target = t.target
        JOIN sent s ON s.key = p.key OR (right(t.reader, 5) = '_list' AND s.key ~ ('^' || p.key || '[0-9]+$'))
    )
    SELECT t.target, t.reader, t.required, t.expected,
           coalesce(array_agg(f.col ORDER BY f.preference, f.source_header, f.n) FILTER (WHERE f.col IS NOT NULL), '{}'),
           coalesce(array_agg(coalesce(f.header, f.col) ORDER BY f.preference, f.source_header, f.n) FILTER (WHERE f.col IS NOT NULL), '{}')
    FROM target t
    LEFT JOIN found f ON f.target = t.target AND (f.repeated = 1 OR right(t.reader, 5) = '_list')
    GROUP BY t.target, t.reader, t.required, t.expected;
END;
COMMENT ON FUNCTION @icb@.feed_mapping(bigint) IS
    'Which landing columns of a submission fill which target, in order of preference: rows of feed_column first, then the shipped presets.';

CREATE FUNCTION @icb@.build_stage(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    sub @icb@.submission;
    landing text := format('@icb_identity@.landing_%s', submission_id);
    stage text := format('@icb_identity@.stage_%s', submission_id);
    m record;
    how record;
    missing text;
    mapped text[] := '{}';
    raws text[] := '{}';
    typed text[] := '{}';
    kept text[] := '{}';
    faulty text[] := '{}';
    faults text[] := '{}';
    leftover text[];
    sensitive boolean[];
    extra_open text[] := '{}';
    extra_shut text[] := '{}';
    unread text[] := '{}';
    targets text[] := '{}';
    raw text;
    test text;
    known_values text;
    blank constant text := $q$E' \t\r\n\f' || chr(160)$q$;
BEGIN
    SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = submission_id;
    SELECT c.target INTO missing FROM @icb@.feed_column c
    WHERE c.feed = sub.feed AND NOT EXISTS (SELECT FROM commissioning.feed_column_reference r WHERE r.feed = c.feed AND r.target = c.target);
    IF FOUND THEN
        RAISE EXCEPTION 'feed_column names target "%", which feed "%" does not have', missing, sub.feed
            USING ERRCODE = 'undefined_column', HINT = 'commissioning.feed_column_reference lists the targets.';
    END IF;
    SELECT string_agg(format('"%s"', f.expected), ', ' ORDER BY f.expected) INTO missing
    FROM @icb@.feed_mapping(submission_id) f
    WHERE cardinality(f.columns) = 0
      AND (f.required OR EXISTS (SELECT FROM commissioning.feed_layout_reference r WHERE r.feed = sub.feed AND r.target = f.target));
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'file "%" has no column %', sub.file_name, missing
            USING ERRCODE = 'undefined_column', HINT = 'Add the header that the file uses to @icb@.feed_column.';
    END IF;
    IF to_regclass(stage) IS NOT NULL THEN
        EXECUTE 'DROP TABLE ' || stage;
    END IF;
    EXECUTE format('ANALYZE %s (line_no)', landing);

    FOR m IN SELECT f.* FROM @icb@.feed_mapping(submission_id) f ORDER BY f.target COLLATE "C" LOOP
        how := @icb@.reader_sql(m.reader);
        mapped := mapped || m.columns;
        targets := targets || m.target;
        IF cardinality(m.columns) = 0 THEN
            typed := typed || format('NULL::text AS %I', 'r_' || m.target) || format('NULL::%s AS %I', how.type, m.target);
            kept := kept || format('t.%I', m.target);
            CONTINUE;
        END IF;
        raw := (SELECT string_agg(format('nullif(btrim(l.%I, %s), '''')', c.col, blank), ', ' ORDER BY c.n) FROM unnest(m.columns) WITH ORDINALITY c(col, n));
        raw := CASE WHEN right(m.reader, 5) = '_list' THEN format('nullif(concat_ws('' '', %s), '''')', raw)
                    WHEN cardinality(m.columns) > 1 THEN format('coalesce(%s)', raw) ELSE raw END;
        IF m.reader IN ('price', 'days', 'percent') THEN
            raw := format('nullif(nullif(%s, ''-''), %L)', raw, chr(8211));
        END IF;
        raws := raws || format('%s AS %I', raw, 'r_' || m.target);
        IF m.reader IN ('year', 'month') THEN
            -- few values, many rows: each value is read once
            EXECUTE format('SELECT string_agg(format(''WHEN %%L THEN %%L'', d.v, d.read), '' '') FROM (SELECT v.v, %s AS read FROM (SELECT DISTINCT %s AS v FROM %s l LIMIT 100) v) d WHERE d.read IS NOT NULL',
                format(how.expression, 'v.v'), raw, landing) INTO known_values;
            IF known_values IS NOT NULL THEN
                how.expression := format('CASE %%1$s %s ELSE %s END', replace(known_values, '%', '%%'), how.expression);
            END IF;
        END IF;
        typed := typed || format('r.%I', 'r_' || m.target)
                       || (format(how.expression, format('r.%I', 'r_' || m.target)) || format(' AS %I', m.target));
        kept := kept || format('t.%I', m.target);
        test := CASE
            WHEN m.required THEN format('t.%I IS NULL', m.target)
            WHEN m.reader NOT IN ('id', 'nhs_number', 'hrg', 'icd10_list', 'opcs4_list') THEN format('t.%I IS NULL AND t.%I IS NOT NULL', m.target, 'r_' || m.target)
            END;
        IF test IS NOT NULL THEN
            faulty := faulty || format('(%s)', test);
            faults := faults || format('CASE WHEN %s THEN %L END', test, m.target);
        ELSIF m.reader IN ('hrg', 'icd10_list', 'opcs4_list') THEN
            -- codes that cannot be read do not refuse the row: the text as sent is kept beside it
            unread := unread || format('%L, CASE WHEN %s THEN t.%I END', 'unread ' || m.headers[1],
                CASE WHEN m.reader = 'hrg' THEN format('t.%I IS NULL', m.target)
                     ELSE format('coalesce(cardinality(t.%I), 0) <> (SELECT count(*) FROM string_to_table(translate(t.%I, '',;|'', ''   ''), '' '') w(word) WHERE w.word NOT IN ('''', ''-''))', m.target, 'r_' || m.target) END,
                'r_' || m.target);
        END IF;
    END LOOP;

    -- Unknown columns are kept; where name or content may identify a person, in the identity schema.
    leftover := ARRAY(SELECT c.col FROM unnest(sub.landing_columns) WITH ORDINALITY c(col, n) WHERE c.col <> ALL (mapped) ORDER BY c.n);
    IF cardinality(leftover) > 0 THEN
        EXECUTE format('SELECT ARRAY[%s] FROM %s l',
            (SELECT string_agg(CASE WHEN @icb@.header_key(c.col) ~ '(nhs|forename|surname|patientname|givenname|familyname|address|postcode|birth|dob|phone|email|localpatient|patientid|hospitalnumber|casenote)'
                               THEN 'true'
                               ELSE format($q$coalesce(bool_or(octet_length(l.%1$I) >= 10 AND l.%1$I ~ '(^|[^0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}([^0-9]|$)'), false)$q$, c.col) END,
                               ', ' ORDER BY c.n)
             FROM unnest(leftover) WITH ORDINALITY c(col, n)), landing) INTO sensitive;
        FOR i IN 1 .. cardinality(leftover) LOOP
            raws := raws || format('nullif(btrim(l.%I, %s), '''') AS %I', leftover[i], blank, 'u_' || i);
            typed := typed || format('r.%I', 'u_' || i);
            IF sensitive[i] THEN
                extra_shut := extra_shut || format('%L, t.%I', leftover[i], 'u_' || i);
            ELSE
                extra_open := extra_open || format('%L, t.%I', leftover[i], 'u_' || i);
            END IF;
        END LOOP;
    END IF;
    kept := kept || (@icb@.json_expression(extra_open || unread) || ' AS extra') || (@icb@.json_expression(extra_shut) || ' AS extra_identity');

    IF 'nhs_number' = ANY (targets) THEN
        kept := kept || format($q$CASE WHEN coalesce(t.nhs_number, t.pseudonym) IS NOT NULL THEN 'valid' WHEN %s THEN 'withheld' WHEN t.r_nhs_number IS NULL THEN 'missing'
                    WHEN translate(t.r_nhs_number, ' -', '') ~ '^([0-9])\1{9}$' THEN 'placeholder' ELSE 'invalid' END AS nhs_number_state$q$,
                CASE WHEN 'withheld_reason' = ANY (targets) THEN 't.withheld_reason IS NOT NULL' ELSE 'false' END)
            || $q$CASE WHEN t.nhs_number IS NOT NULL THEN 'nhs_number' WHEN t.pseudonym IS NOT NULL THEN 'pseudonym' ELSE 'record' END AS person_system$q$::text;
        IF 'provider_event_id' = ANY (targets) THEN
            kept := kept || format('coalesce(t.nhs_number, t.pseudonym, t.provider_code || coalesce(''|e:'' || t.provider_event_id, ''|c:'' || t.cds_id, ''|s:%s:'' || t.line_no)) AS person_value', submission_id);
        ELSE
            -- without a record to stand for it, a person must be named
            kept := kept || 'coalesce(t.nhs_number, t.pseudonym) AS person_value'::text;
            faulty := faulty || '(t.nhs_number IS NULL AND t.pseudonym IS NULL)'::text;
            faults := faults || $q$CASE WHEN t.nhs_number IS NULL AND t.pseudonym IS NULL THEN 'nhs_number' END$q$::text;
        END IF;
    END IF;

    EXECUTE format(
        'CREATE UNLOGGED TABLE %s WITH (autovacuum_enabled = false) AS
         SELECT t.line_no, t.line_fault,
                CASE WHEN t.line_fault IS NOT NULL THEN ARRAY[''(row)''] WHEN %s THEN array_remove(ARRAY[%s]::text[], NULL) END AS faults,
                %s
         FROM (SELECT r.line_no, r.line_fault, %s
               FROM (SELECT l.line_no, l.line_fault, %s FROM %s l OFFSET 0) r OFFSET 0) t',
        stage, coalesce(array_to_string(nullif(faulty, '{}'), ' OR '), 'false'), coalesce(array_to_string(nullif(faults, '{}'), ', '), ''),
        array_to_string(kept, ', '), array_to_string(typed, ', '), array_to_string(raws, ', '), landing);
    EXECUTE format('ANALYZE %s (line_no, faults%s)', stage, CASE WHEN 'nhs_number' = ANY (targets) THEN ', person_system, person_value' ELSE '' END);
END
$$;
COMMENT ON FUNCTION @icb@.build_stage(bigint) IS
    'Reads a landing table into typed values beside the faults of each row, in one set-based statement. Raises 42703 when a required column has no header or feed_column names an unknown target.';

-- jsonb_build_object takes at most 100 arguments.
CREATE FUNCTION @icb@.json_expression(pairs text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN cardinality(pairs) = 0 THEN 'NULL::jsonb'
           ELSE format('nullif(jsonb_strip_nulls(%s), ''{}''::jsonb)',
                       (SELECT string_agg(format('jsonb_build_object(%s)', g.list), ' || ' ORDER BY g.block)
                        FROM (SELECT (u.n - 1) / 40 AS block, string_agg(u.pair, ', ' ORDER BY u.n) AS list
                              FROM unnest(pairs) WITH ORDINALITY u(pair, n) GROUP BY 1) g)) END;
END;
COMMENT ON FUNCTION @icb@.json_expression(text[]) IS 'SQL expression of the JSON object of the pairs given, without nulls; NULL when nothing is left.';

-- A condition over stage rows s becomes a fault of a target.
CREATE FUNCTION @icb@.refuse(submission_id bigint, target text, reason text, condition text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET faults = array_append(s.faults, %L) WHERE s.faults IS NULL AND (%s)',
        submission_id, target || '|' || reason, condition);
END
$$;
COMMENT ON FUNCTION @icb@.refuse(bigint, text, text, text) IS 'Refuses the stage rows s for which the condition holds, with the reason. Used by the loaders; the condition is their SQL.';

CREATE FUNCTION @icb@.write_rejects(submission_id bigint, amount text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        WITH mapping AS MATERIALIZED (
            SELECT f.target, f.columns, coalesce(f.headers[1], f.expected) AS header, how.fault
            FROM @icb@.feed_mapping(%1$s) f CROSS JOIN LATERAL @icb@.reader_sql(f.reader) how
        ), refused AS MATERIALIZED (
            SELECT s.line_no, s.line_fault, s.faults, %2$s AS amount, to_jsonb(l) - 'line_no' - 'line_fault' AS raw
            FROM @icb_identity@.stage_%1$s s JOIN @icb_identity@.landing_%1$s l ON l.line_no = s.line_no
            WHERE s.faults IS NOT NULL
        ), kept AS (
            INSERT INTO @icb_identity@.reject_raw (submission_id, line_no, raw)
            SELECT %1$s, r.line_no, jsonb_strip_nulls(r.raw) FROM refused r
        )
        INSERT INTO @icb@.reject (submission_id, line_no, column_name, value_masked, reason, amount)
        SELECT %1$s, r.line_no, coalesce(m.header, '(row)'), @icb@.mask_value(v.value),
               CASE WHEN m.target IS NULL THEN r.line_fault
                    WHEN f.fault LIKE '%%|%%' THEN split_part(f.fault, '|', 2)
                    WHEN v.value IS NULL THEN 'missing'
                    WHEN octet_length(v.value) BETWEEN 10 AND 12 AND commissioning.to_nhs_number(v.value) IS NOT NULL THEN 'looks like an NHS number'
                    ELSE m.fault END,
               CASE WHEN f.n = 1 AND m.target IS NOT NULL THEN r.amount END
        FROM refused r
        CROSS JOIN LATERAL unnest(r.faults) WITH ORDINALITY f(fault, n)
        LEFT JOIN mapping m ON m.target = split_part(f.fault, '|', 1)
        LEFT JOIN LATERAL (SELECT btrim(r.raw ->> c.col) AS value FROM unnest(m.columns) WITH ORDINALITY c(col, n)
                           WHERE btrim(r.raw ->> c.col) <> '' ORDER BY c.n LIMIT 1) v ON true
        ON CONFLICT DO NOTHING $q$, submission_id, amount);
END
$$;
COMMENT ON FUNCTION @icb@.write_rejects(bigint, text) IS 'Writes every fault of every refused row to reject, its value masked, and the row as sent to the identity schema.';

-- People -------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.resolve_people(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        WITH fresh AS MATERIALIZED (
            SELECT d.person_system, d.person_value, nextval(%2$L::regclass) AS person_id
            FROM (SELECT DISTINCT s.person_system, s.person_value
                  FROM @icb_identity@.stage_%1$s s
                  WHERE s.faults IS NULL
                    AND NOT EXISTS (SELECT FROM @icb_identity@.person_identifier i WHERE i.system = s.person_system AND i.value = s.person_value)
                  ORDER BY 1, 2) d
        ), people AS (
            INSERT INTO @icb@.person (person_id) SELECT f.person_id FROM fresh f
        )
        INSERT INTO @icb_identity@.person_identifier (system, value, person_id)
        SELECT f.person_system, f.person_value, f.person_id FROM fresh f $q$, submission_id, pg_get_serial_sequence('@icb@.person', 'person_id'));
    ANALYZE @icb_identity@.person_identifier;
END
$$;
COMMENT ON FUNCTION @icb@.resolve_people(bigint) IS
    'Gives every identity of a stage table a person_id. Where the number is missing, invalid or withheld, the record is a person of its own.';

-- Some hospitals use the NHS number as number of the spell: outside the identity schema the person stands for it.
CREATE FUNCTION @icb@.hide_numbers(submission_id bigint, target text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET %2$I = 'person-' || i.person_id
        FROM @icb_identity@.person_identifier i
        WHERE octet_length(s.%2$I) BETWEEN 10 AND 12 AND i.system = 'nhs_number' AND i.value = translate(s.%2$I, ' -', '') $q$, submission_id, target);
END
$$;
COMMENT ON FUNCTION @icb@.hide_numbers(bigint, text) IS 'Replaces record identifiers that are the NHS number of a known person by "person-" and the person_id.';

CREATE FUNCTION @icb@.update_people(submission_id bigint, facts text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    -- facts: column of person = expression over the stage row; what the file leaves blank stays as it is
    EXECUTE format($q$
        WITH changed AS (
        UPDATE @icb@.person p SET %2$s
        FROM (SELECT DISTINCT ON (i.person_id) i.person_id, s.*
              FROM @icb_identity@.stage_%1$s s
              JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
              WHERE s.faults IS NULL ORDER BY i.person_id, s.line_no DESC) s
        WHERE p.person_id = s.person_id AND (%3$s)
        RETURNING p.person_id)
        INSERT INTO @icb@.touched_person (person_id, stage)
        SELECT c.person_id, w.stage FROM changed c CROSS JOIN unnest(@icb@.watching('{match,price,validate}')) AS w (stage)
        ON CONFLICT (person_id, stage) DO NOTHING $q$, submission_id,
        (SELECT string_agg(format('%1$s = coalesce(%2$s, p.%1$s)', split_part(f, '=', 1), split_part(f, '=', 2)), ', ') FROM unnest(facts) f),
        (SELECT string_agg(format('%2$s <> p.%1$s OR (p.%1$s IS NULL AND %2$s IS NOT NULL)', split_part(f, '=', 1), split_part(f, '=', 2)), ' OR ') FROM unnest(facts) f));
END
$$;
COMMENT ON FUNCTION @icb@.update_people(bigint, text[]) IS 'Brings sex, month of birth, date of death and area of people up to date from a stage table.';

-- Slices -------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.financial_month_start(financial_year text, month integer) RETURNS date
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (make_date(left(financial_year, 4)::integer, 4, 1) + make_interval(months => month - 1))::date;
COMMENT ON FUNCTION @icb@.financial_month_start(text, integer) IS 'First day of a financial month: 2024/25, 1 is 1 April 2024.';

CREATE FUNCTION @icb@.financial_year_of(day date) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char(day - interval '3 months', 'YYYY') || '/' || to_char(day + interval '9 months', 'YY');
COMMENT ON FUNCTION @icb@.financial_year_of(date) IS 'Financial year of a day, as 2024/25.';

CREATE FUNCTION @icb@.financial_month_of(day date) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (extract(month FROM day)::integer + 8) % 12 + 1;
COMMENT ON FUNCTION @icb@.financial_month_of(date) IS 'Financial month of a day, 1 = April.';

-- New slices stand as held until here: each becomes current and supersedes, or stays held with its reason.
CREATE FUNCTION @icb@.settle_slices(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    share numeric := (SELECT m.value::numeric FROM @icb@.meta m WHERE m.key = 'slice_fall_share');
BEGIN
    UPDATE @icb@.submission_slice n
    SET held_reason = format('amount falls from %s to %s, by more than %s %%', o.amount::numeric(16,2), n.amount::numeric(16,2), round(share * 100))
    FROM @icb@.submission_slice o
    WHERE n.submission_id = submission_id AND n.status = 'held' AND n.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM', 'ACM')
      AND o.status = 'current' AND o.dataset = n.dataset AND o.provider_code = n.provider_code AND o.commissioner_code = n.commissioner_code
      AND o.financial_year = n.financial_year AND o.month = n.month
      AND o.amount > 0 AND n.amount < o.amount * (1 - share);
    PERFORM @icb@.make_current(submission_id);
END
$$;
COMMENT ON FUNCTION @icb@.settle_slices(bigint) IS
    'Makes the slices of a new submission current, except those whose amount falls by more than meta slice_fall_share: they are held, with a reason.';

CREATE FUNCTION @icb@.make_current(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    made bigint;
BEGIN
    UPDATE @icb@.submission_slice o SET status = 'superseded'
    FROM @icb@.submission_slice n
    WHERE n.submission_id = submission_id AND n.status = 'held' AND n.held_reason IS NULL
      AND o.submission_id <> submission_id AND o.status IN ('current', 'held') AND o.dataset = n.dataset AND o.provider_code = n.provider_code
      AND o.commissioner_code = n.commissioner_code AND o.financial_year = n.financial_year AND o.month = n.month;
    UPDATE @icb@.submission_slice n SET status = 'current' WHERE n.submission_id = submission_id AND n.status = 'held' AND n.held_reason IS NULL;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;
COMMENT ON FUNCTION @icb@.make_current(bigint) IS 'Makes the slices of a submission that nothing holds current; what they replace is superseded. Number of slices.';

CREATE FUNCTION @icb@.release_slice(submission_id bigint, provider_code text DEFAULT NULL, commissioner_code text DEFAULT NULL,
                                    financial_year text DEFAULT NULL, month integer DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    released bigint;
BEGIN
    UPDATE @icb@.submission s SET status = 'landed', released = true, message = 'released by ' || current_user
    WHERE s.submission_id = submission_id AND s.status = 'held';
    IF FOUND THEN
        RAISE NOTICE 'submission % is released; CALL @icb@.load() loads it', submission_id;
        RETURN 0;
    END IF;
    UPDATE @icb@.submission_slice n
    SET held_reason = NULL, released_by = current_user, released_at = clock_timestamp()
    WHERE n.submission_id = submission_id AND n.status = 'held'
      AND n.provider_code = coalesce(provider_code, n.provider_code) AND n.commissioner_code = coalesce(commissioner_code, n.commissioner_code)
      AND n.financial_year = coalesce(financial_year, n.financial_year) AND n.month = coalesce(month, n.month);
    released := @icb@.make_current(submission_id);
    IF released = 0 THEN
        RAISE EXCEPTION 'submission % has no such slice on hold', submission_id
            USING ERRCODE = 'undefined_object', HINT = 'View @icb_reporting@.slice_history shows what is held; a later file may have superseded it.';
    END IF;
    RETURN released;
END
$$;
COMMENT ON FUNCTION @icb@.release_slice(bigint, text, text, text, integer) IS
    'Accepts held slices of a submission (all of them, or those of the provider, commissioner, year and month given): they become current. A submission held whole is loaded by the next load. Number of slices; raises 42704 when none is held.';
