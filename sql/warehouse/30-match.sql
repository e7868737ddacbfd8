-- Claims meet the record.
--
-- Each result is defined by a view over the current position and persisted by icb.match(), one partition of persons at a time: the
-- same statement, with the tables replaced by their partitions.

-- The procedures run a view's own text over one partition, so that a memory setting bounds them and progress can be committed.
-- Views that it is built on are put in as sub-selects, for they name the tables.
CREATE FUNCTION @icb@.partition_query(source regclass, part integer, touched boolean DEFAULT false) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    statement text := rtrim(pg_get_viewdef(source), ';');
    inner_view text;
    relation text;
BEGIN
    LOOP
        inner_view := substring(statement FROM '\m@icb@\.(claim_facts|claim_coding|claim_entitlement|claim_price|claim_base)\M');
        EXIT WHEN inner_view IS NULL;
        -- one that has no alias gets its own name
        statement := regexp_replace(statement, '\m(@icb@\.' || inner_view || ')\M(?! [a-z_"])', '\1 ' || inner_view, 'g');
        statement := replace(statement, '@icb@.' || inner_view || ' ', '(' || rtrim(pg_get_viewdef(('@icb@.' || inner_view)::regclass), ';') || ') ');
    END LOOP;
    statement := regexp_replace(statement, '\m@icb@\.(invoice_line|pass_through_line|activity|line_match|claim_pair|claim_link|line_price|finding)\M', '@icb@.\1_p' || part, 'g');
    IF touched THEN
        -- every table of people is cut down to those whom the run has to do
        FOR relation IN
            SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = '@icb@'::regnamespace AND c.relkind IN ('r', 'p') AND statement ~ ('\m@icb@\.' || c.relname || '\M')
              AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped)
        LOOP
            statement := regexp_replace(statement, '\m@icb@\.' || relation || '\M(?! [a-z_"])', '@icb@.' || relation || ' ' || relation, 'g');
            statement := regexp_replace(statement, '\m@icb@\.' || relation || '\M ',
                                    '(SELECT cut.* FROM @icb_identity@.stage_touched done JOIN @icb@.' || relation || ' cut ON cut.person_id = done.person_id) ', 'g');
        END LOOP;
    END IF;
    RETURN statement;
END
$$;
COMMENT ON FUNCTION @icb@.partition_query(regclass, integer, boolean) IS
    'Text of a view with every table that is partitioned by person replaced by its partition number part; when touched, with every table of people cut down to those in stage_touched.';

CREATE FUNCTION @icb@.partition_count() RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.count(*)::integer FROM pg_catalog.pg_inherits i WHERE i.inhparent = '@icb@.invoice_line'::pg_catalog.regclass);
COMMENT ON FUNCTION @icb@.partition_count() IS 'Number of partitions of the tables that are keyed by person.';

-- What the planner knows of the tables, and of their partitions, after a load: brought up to date where a tenth has changed. Only an owner may.
CREATE FUNCTION @icb@.refresh_statistics(VARIADIC names text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    leaf record;
BEGIN
    FOR leaf IN
        SELECT c.oid::pg_catalog.regclass AS relid
        FROM pg_catalog.unnest(names) AS n
        -- a table without partitions has no tree
        LEFT JOIN LATERAL pg_catalog.pg_partition_tree(('@icb@.' || n)::pg_catalog.regclass) t ON t.isleaf
        JOIN pg_catalog.pg_class c ON c.oid = coalesce(t.relid, ('@icb@.' || n)::pg_catalog.regclass)
        WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
          AND (c.reltuples < 0
               OR pg_catalog.pg_stat_get_mod_since_analyze(c.oid) > 0.1 * greatest(c.reltuples, 100))
    LOOP
        EXECUTE pg_catalog.format('ANALYZE %s', leaf.relid);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.refresh_statistics(text[]) IS
    'Analyses the named tables of this warehouse, partition by partition, where statistics are missing or a tenth of the rows has changed since. Skips what the caller does not own.';

-- Makes target hold the rows of a query, touching only rows that differ: a repeat changes nothing.
CREATE FUNCTION @icb@.replace_rows(target text, keys text[], query text, touched boolean DEFAULT false, tells text[] DEFAULT '{}',
                                   OUT added bigint, OUT removed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    same text := (SELECT pg_catalog.string_agg(pg_catalog.format('s.%1$I = t.%1$I', k), ' AND ') FROM pg_catalog.unnest(keys) AS k);
    loops text := pg_catalog.current_setting('enable_nestloop');
    bound text := CASE WHEN touched THEN 't.person_id IN (SELECT d.person_id FROM @icb_identity@.stage_touched d) AND' ELSE '' END;
    watched text[] := @icb@.watching(tells);
    told text := '';
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_rows') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_rows;
    END IF;
    IF pg_catalog.cardinality(watched) > 0 THEN
        told := ', told AS (INSERT INTO @icb@.touched_person AS p (person_id, stage) SELECT DISTINCT c.person_id, w.stage FROM changed c CROSS JOIN pg_catalog.unnest($1) AS w (stage) ON CONFLICT (person_id, stage) DO UPDATE SET run_id = NULL WHERE p.run_id IS NOT NULL)';
    END IF;
    EXECUTE 'CREATE UNLOGGED TABLE @icb_identity@.stage_rows AS ' || query;
    ANALYZE @icb_identity@.stage_rows;
    -- A target believed empty would be scanned once for each row, and grows while it is; a few people are looked up.
    PERFORM pg_catalog.set_config('enable_nestloop', CASE WHEN touched THEN 'on' ELSE 'off' END, true);
    -- the comparison of whole rows holds NULLs equal
    EXECUTE pg_catalog.format('WITH changed AS (DELETE FROM %1$s t WHERE %3$s NOT EXISTS (SELECT FROM @icb_identity@.stage_rows s WHERE %2$s AND s = t) RETURNING t.*) %4$s SELECT pg_catalog.count(*) FROM changed',
                              target, same, bound, told) INTO removed USING watched;
    EXECUTE pg_catalog.format('WITH changed AS (INSERT INTO %1$s SELECT s.* FROM @icb_identity@.stage_rows s WHERE NOT EXISTS (SELECT FROM %1$s t WHERE %2$s AND s = t) RETURNING *) %3$s SELECT pg_catalog.count(*) FROM changed',
                              target, same, told) INTO added USING watched;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
    DROP TABLE @icb_identity@.stage_rows;
END
$$;
COMMENT ON FUNCTION @icb@.replace_rows(text, text[], text, boolean, text[]) IS
    'Makes the table target hold exactly the rows of a query (same columns, same order; keys identify a row) and says how many rows it added and removed. Rows that are there already stay untouched. When touched, only rows of the people in stage_touched are taken away; the stages named in tells learn whose rows changed.';

-- Claims and record ---------------------------------------------------------------------------

CREATE VIEW @icb@.line_match_live WITH (security_invoker = true) AS
WITH line AS MATERIALIZED (
    SELECT l.person_id, l.line_key, l.provider_code, l.cds_id, l.provider_event_id, l.pod, l.start_date, l.treatment_function, l.hrg::text AS hrg,
           p.dataset
    FROM @icb@.invoice_line l
    JOIN @icb@.submission_slice s
      ON s.submission_id = l.submission_id AND s.dataset = l.dataset AND s.provider_code = l.provider_code
     AND s.commissioner_code = l.commissioner_code AND s.financial_year = l.financial_year AND s.month = l.month
    LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
    WHERE s.status = 'current'
), by_cds AS MATERIALIZED (
    SELECT l.person_id, l.line_key, min(a.activity_id) AS activity_id, count(DISTINCT a.activity_id)::integer AS candidates
    FROM line l
    JOIN @icb@.activity a ON a.person_id = l.person_id AND a.cds_id = l.cds_id
    GROUP BY l.person_id, l.line_key
), left_by_cds AS MATERIALIZED (
    SELECT l.* FROM line l WHERE NOT EXISTS (SELECT FROM by_cds m WHERE m.person_id = l.person_id AND m.line_key = l.line_key)
), by_event AS MATERIALIZED (
    SELECT l.person_id, l.line_key, min(a.activity_id) AS activity_id, count(DISTINCT a.activity_id)::integer AS candidates
    FROM left_by_cds l
    JOIN @icb@.activity a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.provider_event_id = l.provider_event_id
     AND a.dataset = coalesce(l.dataset, a.dataset)
    GROUP BY l.person_id, l.line_key
), left_by_event AS MATERIALIZED (
    SELECT l.* FROM left_by_cds l
    WHERE l.dataset IS NOT NULL AND l.start_date IS NOT NULL
      AND NOT EXISTS (SELECT FROM by_event m WHERE m.person_id = l.person_id AND m.line_key = l.line_key)
), free_record AS MATERIALIZED (
    SELECT a.person_id, a.activity_id, a.provider_code, a.dataset, a.start_date, a.treatment_function, a.hrg::text AS hrg
    FROM @icb@.activity a
    WHERE EXISTS (SELECT FROM left_by_event l WHERE l.person_id = a.person_id)
      AND NOT EXISTS (SELECT FROM by_cds m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id)
      AND NOT EXISTS (SELECT FROM by_event m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id)
), by_specialty AS MATERIALIZED (
    -- The first of two equal claims meets the first of two equal records, the second the second: equal HRGs first.
    SELECT l.person_id, l.line_key, a.activity_id, a.n_records AS candidates
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date, x.treatment_function ORDER BY x.hrg, x.line_key) AS n
          FROM left_by_event x) l
    JOIN (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date, x.treatment_function ORDER BY x.hrg, x.activity_id) AS n,
                 count(*) OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date, x.treatment_function)::integer AS n_records
          FROM free_record x) a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.dataset = l.dataset
     AND a.start_date = l.start_date AND a.treatment_function = l.treatment_function AND a.n = l.n
), left_by_specialty AS MATERIALIZED (
    SELECT l.* FROM left_by_event l WHERE NOT EXISTS (SELECT FROM by_specialty m WHERE m.person_id = l.person_id AND m.line_key = l.line_key)
), record_left AS MATERIALIZED (
    SELECT a.* FROM free_record a WHERE NOT EXISTS (SELECT FROM by_specialty m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id)
), by_hrg AS MATERIALIZED (
    SELECT l.person_id, l.line_key, a.activity_id, a.n_records AS candidates
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.pod, x.start_date, x.hrg ORDER BY x.line_key) AS n
          FROM left_by_specialty x) l
    JOIN (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date, x.hrg ORDER BY x.activity_id) AS n,
                 count(*) OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date, x.hrg)::integer AS n_records
          FROM record_left x) a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.dataset = l.dataset
     AND a.start_date = l.start_date AND a.hrg = l.hrg AND a.n = l.n
), by_date AS (
    SELECT l.person_id, l.line_key, a.activity_id, a.n_records AS candidates
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.pod, x.start_date ORDER BY x.line_key) AS n
          FROM left_by_specialty x
          WHERE NOT EXISTS (SELECT FROM by_hrg m WHERE m.person_id = x.person_id AND m.line_key = x.line_key)) l
    JOIN (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date ORDER BY x.activity_id) AS n,
                 count(*) OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date)::integer AS n_records
          FROM record_left x
          WHERE NOT EXISTS (SELECT FROM by_hrg m WHERE m.person_id = x.person_id AND m.activity_id = x.activity_id)) a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.dataset = l.dataset
     AND a.start_date = l.start_date AND a.n = l.n
)
SELECT m.person_id, m.line_key, m.activity_id, 'cds_id'::text AS method, 100 AS score, m.candidates FROM by_cds m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'event_id'::text, 90, m.candidates FROM by_event m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'person_date_specialty'::text, 80, m.candidates FROM by_specialty m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'person_date_hrg'::text, 70, m.candidates FROM by_hrg m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'person_date'::text, 50, m.candidates FROM by_date m;
COMMENT ON VIEW @icb@.line_match_live IS
    'The one record each current line meets: by record identifier, else by the provider''s event identifier, else by person, provider, date and treatment function, else by person, provider, date and HRG, else by person, provider and date. candidates says how many records would have done as well. icb.match() persists it in line_match.';

-- Procedure -----------------------------------------------------------------------------------

CREATE PROCEDURE @icb@.match(everything boolean DEFAULT true)
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    why text;
    touched boolean;
    parts integer := @icb@.partition_count();
    matched record;
    linked record;
    added bigint := 0;
    removed bigint := 0;
    lines bigint;
BEGIN
    run := @icb@.start_run('match', pg_catalog.jsonb_build_object('everything', coalesce(everything, true)));
    COMMIT;
    -- the reconciliation that one looks at next is priced live
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.refresh_statistics('invoice_line', 'pass_through_line', 'activity', 'person', 'registration', 'organisation_link', 'submission_slice', 'contract',
                                     'contract_party', 'factor', 'tariff');
    why := @icb@.begin_touched('match', run, '{@icb@.line_match_live,@icb@.claim_link_live}', everything);
    touched := why IS NULL;
    UPDATE @icb@.run r SET parameters = r.parameters || pg_catalog.jsonb_build_object('everybody', why) WHERE r.run_id = run;
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        -- What is left over after each way of matching cannot be foreseen; taken for nothing, it would be scanned once for each line.
        IF touched THEN
            PERFORM @icb@.stage_touched('match', run, part);
        END IF;
        PERFORM pg_catalog.set_config('enable_nestloop', CASE WHEN touched THEN 'on' ELSE 'off' END, true);
        matched := @icb@.replace_rows('@icb@.line_match_p' || part, '{person_id,line_key}', @icb@.partition_query('@icb@.line_match_live', part, touched),
                                      touched, tells => '{price,validate}');
        linked := @icb@.replace_rows('@icb@.claim_link_p' || part, '{person_id,submission_id,line_no}', @icb@.partition_query('@icb@.claim_link_live', part, touched),
                                     touched, tells => '{price,validate}');
        PERFORM @icb@.replace_rows('@icb@.claim_pair_p' || part, '{person_id,submission_id,line_no}', @icb@.partition_query('@icb@.claim_pair_live', part, touched), touched);
        added := added + matched.added + linked.added;
        removed := removed + matched.removed + linked.removed;
        PERFORM @icb@.report_progress(run, 100.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.refresh_statistics('line_match', 'claim_link');
    SELECT pg_catalog.sum(s.line_count) INTO lines FROM @icb@.submission_slice s WHERE s.status = 'current' AND s.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM');
    PERFORM @icb@.finish_run(run, lines, added, NULL, NULL, CASE WHEN added + removed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s matches and links added, %s removed', added, removed));
    PERFORM @icb@.finish_touched('match', run);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.match(boolean) IS
    'Joins the lines of the current position to the hospital record (line_match) and finds what they have to do with other lines and records of the same person (claim_link); with everything => false only for the people about whom something came in or changed. Commits per partition of persons; a repeat changes nothing.';

CREATE VIEW @icb_reporting@.unmatched_claim WITH (security_invoker = true) AS
SELECT l.line_key::text AS line_key, l.provider_code::text AS provider_code, l.commissioner_code::text AS commissioner_code,
       l.financial_year::text AS financial_year, l.month::integer AS month, l.pod::text AS pod, l.start_date::date AS start_date,
       l.nhs_number_state::text AS nhs_number_state, l.total_cost::numeric(16,2) AS claimed_gbp
FROM @icb@.current_invoice_line l
WHERE NOT EXISTS (SELECT FROM @icb@.line_match m WHERE m.person_id = l.person_id AND m.line_key = l.line_key);
COMMENT ON VIEW @icb_reporting@.unmatched_claim IS 'Claimed lines of the current position for which no hospital record was found.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.financial_year IS 'Financial year of the claim, as 2024/25.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.month IS 'Financial month, 1 = April.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.start_date IS 'Date of admission or attendance as claimed.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.nhs_number_state IS 'valid, missing, invalid, placeholder or withheld.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.claimed_gbp IS 'Amount claimed, in pounds.';

CREATE VIEW @icb_reporting@.unmatched_record WITH (security_invoker = true) AS
SELECT a.activity_id::bigint AS activity_id, a.dataset::text AS dataset, a.provider_code::text AS provider_code,
       a.commissioner_billed::text AS commissioner_billed, a.start_date::date AS start_date, a.end_date::date AS end_date, a.hrg::text AS hrg
FROM @icb@.activity a
WHERE NOT EXISTS (SELECT FROM @icb@.line_match m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id);
COMMENT ON VIEW @icb_reporting@.unmatched_record IS 'Recorded activity that no line of the current position claims.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.activity_id IS 'Number of the activity in this warehouse.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.dataset IS 'APC (admitted), OP (outpatient) or EC (emergency care).';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.provider_code IS 'Provider as submitted.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.commissioner_billed IS 'Commissioner on the record.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.start_date IS 'Date of admission or attendance.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.end_date IS 'Date of discharge, NULL while open.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.hrg IS 'HRG on the record.';
