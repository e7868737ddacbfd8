-- Who is touched: the people about whom something came in or changed since a stage last finished. A stage that is asked not to do
-- everything does these alone, and comes to the same result as one that does all.
--
-- A stage remembers, from the start of its last finished run, the current slices and the submissions it saw, and a digest of every
-- table without people that its view reads. A slice that is current now and was not, or was and is no longer, touches the people with
-- lines in it; a new submission those it has rows about; a merged number both; and matching those whose matches it changed. A digest
-- that differs (rules, prices, contracts, factors, organisations, lists) touches everybody.

CREATE TABLE @icb@.touched_person (
    person_id bigint NOT NULL,
    stage     text NOT NULL,
    run_id    bigint,
    PRIMARY KEY (person_id, stage)
);
COMMENT ON TABLE @icb@.touched_person IS 'People whom a stage still has to do.';
COMMENT ON COLUMN @icb@.touched_person.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.touched_person.stage IS 'match, price or validate.';
COMMENT ON COLUMN @icb@.touched_person.run_id IS 'Run that has taken them up; they stand here until it has finished.';

CREATE TABLE @icb@.stage_position (
    stage  text NOT NULL,
    run_id bigint NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('slice', 'submission', 'setting')),
    key    text NOT NULL,
    PRIMARY KEY (stage, run_id, kind, key)
);
COMMENT ON TABLE @icb@.stage_position IS 'What a stage saw when it began: current slices, submissions, and digests of the tables without people.';
COMMENT ON COLUMN @icb@.stage_position.stage IS 'match, price or validate.';
COMMENT ON COLUMN @icb@.stage_position.kind IS 'slice, submission or setting.';
COMMENT ON COLUMN @icb@.stage_position.key IS 'Slice (submission, data set, provider, commissioner, year, month), submission, or table with its digest.';

CREATE INDEX registration_submission ON @icb@.registration USING brin (submission_id);

CREATE FUNCTION @icb@.tables_behind(sources regclass[]) RETURNS TABLE (relation regclass, name text, of_people boolean, of_submissions boolean)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE behind AS (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS class, u.source::pg_catalog.oid AS id FROM unnest(sources) AS u (source)
        UNION
        SELECT d.refclassid, d.refobjid
        FROM behind b
        LEFT JOIN pg_catalog.pg_rewrite w ON b.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND w.ev_class = b.id
        JOIN pg_catalog.pg_depend d
          ON d.classid = CASE WHEN w.oid IS NULL THEN b.class ELSE 'pg_catalog.pg_rewrite'::pg_catalog.regclass END AND d.objid = coalesce(w.oid, b.id)
         AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
        -- views and routines read on, tables do not
        WHERE b.class = 'pg_catalog.pg_proc'::pg_catalog.regclass OR w.oid IS NOT NULL
    )
    SELECT c.oid::pg_catalog.regclass, concat_ws('.', c.relnamespace::pg_catalog.regnamespace, c.relname),
           EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped),
           EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'submission_id' AND NOT a.attisdropped)
    FROM behind b
    JOIN pg_catalog.pg_class c ON c.oid = b.id
    WHERE b.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.relkind IN ('r', 'p');
END;
COMMENT ON FUNCTION @icb@.tables_behind(regclass[]) IS
    'The tables that views read, through other views and through routines whose bodies the server knows.';

-- Digest of a table, whatever the order of its rows.
CREATE FUNCTION @icb@.table_digest(relation regclass) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    -- values are digested as text, which these settings shape
    SET datestyle = 'ISO, DMY' SET intervalstyle = 'postgres' SET timezone = 'UTC' SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $$
DECLARE
    digest text;
BEGIN
    EXECUTE pg_catalog.format('SELECT pg_catalog.concat_ws('':'', pg_catalog.count(*), pg_catalog.sum(pg_catalog.hashtextextended(t::pg_catalog.text, 0))) FROM %s t',
                              relation) INTO digest;
    RETURN digest;
END
$$;
COMMENT ON FUNCTION @icb@.table_digest(regclass) IS 'Number of rows and sum of their hashes: equal for equal content, in any order.';

-- Tables of people whose changes are told by those who write them: matching, and the loaders.
CREATE FUNCTION @icb@.tells_itself(relation regclass) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM pg_catalog.pg_class c
                   WHERE c.oid = relation AND c.relnamespace = '@icb@'::pg_catalog.regnamespace
                     AND c.relname IN ('person', 'line_match', 'claim_pair', 'claim_link', 'line_price', 'record_price', 'episode', 'activity_component'));
END;
COMMENT ON FUNCTION @icb@.tells_itself(regclass) IS 'Whether changes of this table are entered in touched_person by those who write it.';

-- Which of these stages have finished once, so that it matters whom they have still to do.
CREATE FUNCTION @icb@.watching(stages text[]) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(s.stage), '{}'::text[])
    FROM unnest(stages) AS s (stage)
    WHERE EXISTS (SELECT FROM @icb@.stage_position p WHERE p.stage = s.stage);
END;
COMMENT ON FUNCTION @icb@.watching(text[]) IS 'Those of the stages that keep a position, so that they may do only the people touched since.';

-- The loaders keep whom they replace in a work table.
CREATE FUNCTION @icb@.touch_replaced(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    watched text[] := @icb@.watching('{match,price,validate}');
BEGIN
    IF pg_catalog.cardinality(watched) > 0 THEN
        EXECUTE pg_catalog.format('INSERT INTO @icb@.touched_person (person_id, stage) SELECT DISTINCT r.person_id, w.stage FROM @icb_identity@.replaced_%s r CROSS JOIN pg_catalog.unnest($1) AS w (stage) ON CONFLICT DO NOTHING',
                                  submission_id) USING watched;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.touch_replaced(bigint) IS
    'Enters the people in the work table of a load among those whom matching, pricing and validation have still to do. Used by the loaders.';

CREATE FUNCTION @icb@.begin_touched(stage text, run bigint, sources regclass[], everything boolean) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    last bigint := (SELECT max(p.run_id) FROM @icb@.stage_position p JOIN @icb@.run r ON r.run_id = p.run_id
                    WHERE p.stage = stage AND r.status IN ('done', 'unchanged'));
    why text;
    t record;
    fresh bigint[];
BEGIN
    -- what runs that did not finish saw
    DELETE FROM @icb@.stage_position p WHERE p.stage = stage AND p.run_id IS DISTINCT FROM last;
    INSERT INTO @icb@.stage_position (stage, run_id, kind, key)
    SELECT stage, run, 'slice', concat_ws('|', s.submission_id, s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month)
    FROM @icb@.submission_slice s WHERE s.status = 'current'
    UNION ALL
    SELECT stage, run, 'submission', s.submission_id::text FROM @icb@.submission s WHERE s.status = 'loaded';
    FOR t IN SELECT b.* FROM @icb@.tables_behind(sources) b
             WHERE b.relation NOT IN ('@icb@.submission'::pg_catalog.regclass, '@icb@.submission_slice'::pg_catalog.regclass)
               AND NOT (b.of_people AND b.of_submissions) AND NOT @icb@.tells_itself(b.relation) LOOP
        INSERT INTO @icb@.stage_position (stage, run_id, kind, key)
        VALUES (stage, run, 'setting', concat_ws(' ', t.name, @icb@.table_digest(t.relation)));
    END LOOP;
    INSERT INTO @icb@.stage_position (stage, run_id, kind, key) VALUES (stage, run, 'setting', 'version ' || commissioning.version());
    IF coalesce(everything, true) THEN
        why := 'asked for';
    ELSIF last IS NULL THEN
        why := 'never finished before';
    ELSE
        SELECT string_agg(DISTINCT split_part(n.key, ' ', 1), ', ') INTO why
        FROM (SELECT p.key FROM @icb@.stage_position p WHERE p.stage = stage AND p.run_id = run AND p.kind = 'setting') n
        WHERE NOT EXISTS (SELECT FROM @icb@.stage_position p WHERE p.stage = stage AND p.run_id = last AND p.kind = 'setting' AND p.key = n.key);
        why := why || ' changed';
    END IF;
    IF why IS NOT NULL THEN
        UPDATE @icb@.touched_person p SET run_id = run WHERE p.stage = stage;
        RETURN why;
    END IF;
    -- lines of slices that came or went
    INSERT INTO @icb@.touched_person AS p (person_id, stage)
    SELECT DISTINCT l.person_id, stage
    FROM (SELECT split_part(k.key, '|', 1)::bigint AS submission_id, split_part(k.key, '|', 3) AS provider_code, split_part(k.key, '|', 4) AS commissioner_code,
                 split_part(k.key, '|', 5) AS financial_year, split_part(k.key, '|', 6)::integer AS month
          FROM @icb@.stage_position k
          WHERE k.stage = stage AND k.kind = 'slice' AND k.run_id IN (last, run)
          GROUP BY k.key HAVING count(*) = 1) d
    JOIN @icb@.invoice_line l ON l.submission_id = d.submission_id AND l.provider_code = d.provider_code AND l.commissioner_code = d.commissioner_code
                             AND l.financial_year = d.financial_year AND l.month = d.month
    ON CONFLICT ON CONSTRAINT touched_person_pkey DO NOTHING;
    -- rows of new submissions
    fresh := ARRAY(SELECT k.key::bigint FROM @icb@.stage_position k
                   WHERE k.stage = stage AND k.kind = 'submission' AND k.run_id IN (last, run)
                   GROUP BY k.key HAVING max(k.run_id) = run AND count(*) = 1);
    FOR t IN SELECT b.* FROM @icb@.tables_behind(sources) b
             WHERE b.of_people AND b.of_submissions AND NOT @icb@.tells_itself(b.relation) AND cardinality(fresh) > 0 LOOP
        EXECUTE format('INSERT INTO @icb@.touched_person (person_id, stage) SELECT DISTINCT t.person_id, $1 FROM %s t WHERE t.submission_id = ANY ($2) ON CONFLICT ON CONSTRAINT touched_person_pkey DO NOTHING',
                       t.relation) USING stage, fresh;
    END LOOP;
    -- merged numbers
    INSERT INTO @icb@.touched_person (person_id, stage)
    SELECT DISTINCT u.person_id, stage
    FROM @icb_identity@.person_supersedes x
    CROSS JOIN LATERAL unnest(ARRAY[x.old_person_id, x.person_id]) AS u (person_id)
    WHERE x.recorded_at >= (SELECT r.started_at FROM @icb@.run r WHERE r.run_id = last)
    ON CONFLICT ON CONSTRAINT touched_person_pkey DO NOTHING;
    UPDATE @icb@.touched_person p SET run_id = run WHERE p.stage = stage;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.begin_touched(text, bigint, regclass[], boolean) IS
    'Begins a run of a stage: remembers what it sees, and enters the people touched since its last finished run. Returns NULL when they alone need doing, else why everybody does.';

CREATE FUNCTION @icb@.finish_touched(stage text, run bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    DELETE FROM @icb@.touched_person p WHERE p.stage = stage AND p.run_id = run;
    DELETE FROM @icb@.stage_position p WHERE p.stage = stage AND p.run_id <> run;
END
$$;
COMMENT ON FUNCTION @icb@.finish_touched(text, bigint) IS
    'Ends a run of a stage, in the transaction that finishes its run row: its people are done, and what it saw is what the next one compares with.';

-- The people of one partition whom a run has still to do, as a table that queries can be cut down to.
CREATE FUNCTION @icb@.stage_touched(stage text, run bigint, part integer) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    people bigint;
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_touched') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_touched;
    END IF;
    CREATE UNLOGGED TABLE @icb_identity@.stage_touched AS
    SELECT p.person_id FROM @icb@.touched_person p
    WHERE p.stage = stage AND p.run_id = run
      AND pg_catalog.satisfies_hash_partition('@icb@.invoice_line'::pg_catalog.regclass, @icb@.partition_count(), part, p.person_id);
    GET DIAGNOSTICS people = ROW_COUNT;
    ANALYZE @icb_identity@.stage_touched;
    RETURN people;
END
$$;
COMMENT ON FUNCTION @icb@.stage_touched(text, bigint, integer) IS
    'Makes the table stage_touched of the identity schema hold the people of one partition whom a run has to do; says how many.';
