-- A run of validation: the facts of one partition of persons at a time, judged, and what was found kept.
--
-- Findings that hang on an unknown field wait until all partitions are done: only then is it known which fields a provider never sends
-- at all, which is told once.

-- The facts of one partition, with the columns that findings and rules read: what is judged, and what is counted.
CREATE FUNCTION @icb@.stage_facts(part integer, touched boolean) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    fields text[] := ARRAY(
        SELECT a.attname::pg_catalog.text
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = '@icb@.claim_facts'::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped
          AND (a.attname IN ('person_id', 'submission_id', 'line_no', 'line_key', 'provider_code', 'commissioner_code', 'contract_id', 'pod', 'pod_class',
                             'price_date', 'start_date', 'financial_year', 'month')
               OR a.attname IN (SELECT f.field FROM @icb@.fields_in_force() AS f (field)))
        ORDER BY a.attnum);
    kept bigint;
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_facts') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_facts;
    END IF;
    EXECUTE pg_catalog.format('CREATE UNLOGGED TABLE @icb_identity@.stage_facts AS SELECT %s, %s AS local_rules, NULL::boolean AS predicate FROM (%s) line',
                              (SELECT pg_catalog.string_agg('line.' || pg_catalog.quote_ident(f.name), ', ' ORDER BY f.place) FROM pg_catalog.unnest(fields) WITH ORDINALITY AS f (name, place)),
                              @icb@.local_rules_sql(), @icb@.partition_query('@icb@.claim_facts', part, touched));
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.stage_facts(integer, boolean) IS
    'One step of icb.validate(): the facts of one partition of persons, or of those touched, into the table stage_facts of the identity schema. Number of lines.';

CREATE FUNCTION @icb@.fields_in_force() RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT f.field
    FROM (SELECT DISTINCT s.fingerprint FROM @icb@.contract_rule_set s) s
    JOIN @icb@.compiled_rule_set b ON b.fingerprint = s.fingerprint
    CROSS JOIN LATERAL unnest(commissioning.rule_set_fields(b.body)) AS f (field);
END;
COMMENT ON FUNCTION @icb@.fields_in_force() IS 'Columns that the rules in force read.';

-- Which fields the lines at hand have, by provider and the data set that records such care.
CREATE FUNCTION @icb@.count_fields() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    list text := (
        SELECT pg_catalog.string_agg(pg_catalog.format('CASE WHEN pg_catalog.bool_or(f.%I IS NOT NULL) THEN %L END', a.attname, a.attname), ', ' ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = '@icb_identity@.stage_facts'::pg_catalog.regclass AND a.attnum > 0
          AND a.attname IN (SELECT x.field FROM @icb@.fields_in_force() AS x (field)));
BEGIN
    EXECUTE pg_catalog.format($q$
        INSERT INTO @icb_identity@.stage_known (provider_code, dataset, known)
        SELECT f.provider_code, coalesce(d.dataset, 'other'), pg_catalog.array_remove(ARRAY[%s]::text[], NULL)
        FROM @icb_identity@.stage_facts f
        LEFT JOIN commissioning.pod_reference d ON d.pod = f.pod
        GROUP BY f.provider_code, coalesce(d.dataset, 'other')$q$, list);
END
$$;
COMMENT ON FUNCTION @icb@.count_fields() IS 'One step of icb.validate(): adds to stage_known which of the columns that rules read some line in stage_facts has.';

-- The view's own text over what was staged. With the path fixed every name in it is qualified.
CREATE FUNCTION @icb@.judge_query() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
    RETURN replace(rtrim(pg_get_viewdef('@icb@.finding_all_live'::regclass), ';'), '@icb@.checked_facts ', '@icb_identity@.stage_facts ');
COMMENT ON FUNCTION @icb@.judge_query() IS 'Text of finding_all_live over stage_facts.';

-- Makes target hold what was found in one partition: closes what no longer holds, opens what is new. Rows that wait are neither.
CREATE FUNCTION @icb@.keep_findings(target text, belongs text, run bigint, touched boolean, OUT opened bigint, OUT closed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loops text := pg_catalog.current_setting('enable_nestloop');
BEGIN
    PERFORM pg_catalog.set_config('enable_nestloop', CASE WHEN touched THEN 'on' ELSE 'off' END, true);
    EXECUTE pg_catalog.format($q$
        UPDATE %1$s f
        SET closed_run = $1, closed_at = pg_catalog.clock_timestamp(),
            closed_reason = CASE
                WHEN EXISTS (SELECT FROM @icb_identity@.stage_finding s WHERE s.finding_ref = f.finding_ref) THEN 'restated'
                WHEN EXISTS (SELECT FROM @icb@.current_invoice_line l WHERE l.person_id = f.person_id AND l.line_key = f.line_key) THEN 'no longer found'
                ELSE 'line no longer claimed' END
        WHERE f.closed_run IS NULL %3$s
          AND NOT EXISTS (SELECT FROM @icb_identity@.stage_finding s WHERE s.finding_ref = f.finding_ref AND s.content = f.content AND s.%2$s)$q$,
        target, belongs, CASE WHEN touched THEN 'AND f.person_id IN (SELECT d.person_id FROM @icb_identity@.stage_touched d)' ELSE '' END) USING run;
    GET DIAGNOSTICS closed = ROW_COUNT;
    EXECUTE pg_catalog.format($q$
        INSERT INTO %1$s (opened_run, person_id, finding_ref, line_key, submission_id, line_no, rule_code, rule_version, rule_name, priority, outcome,
            reason, evidence, provider_code, commissioner_code, contract_id, rule_set, pod, pod_class, activity_month, units, unit_price, factor,
            billed, expected_total, identified, net, recovery_rate, recoverable, undercharged, rule_class, recovery_reason, detectable, content)
        SELECT $1, s.person_id, s.finding_ref, s.line_key, s.submission_id, s.line_no, s.rule_code, s.rule_version, s.rule_name, s.priority, s.outcome,
            s.reason, s.evidence, s.provider_code, s.commissioner_code, s.contract_id, s.rule_set, s.pod, s.pod_class, s.activity_month, s.units, s.unit_price,
            s.factor, s.billed, s.expected_total, s.identified, s.net, s.recovery_rate, s.recoverable, s.undercharged, s.rule_class, s.recovery_reason,
            s.detectable, s.content
        FROM @icb_identity@.stage_finding s
        WHERE s.%2$s AND s.unknown_field IS NULL
          AND NOT EXISTS (SELECT FROM %1$s f WHERE f.finding_ref = s.finding_ref AND f.person_id = s.person_id AND f.closed_run IS NULL)$q$,
        target, belongs) USING run;
    GET DIAGNOSTICS opened = ROW_COUNT;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
END
$$;
COMMENT ON FUNCTION @icb@.keep_findings(text, text, bigint, boolean) IS
    'One step of icb.validate(): closes in a partition of findings those that no longer hold and opens the new ones, but for those that hang on an unknown field. belongs names the column of stage_finding that says which rows belong there.';

CREATE FUNCTION @icb@.validate_partition(run bigint, part integer, touched boolean DEFAULT false, OUT opened bigint, OUT closed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    money record;
    governance record;
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_finding') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_finding;
    END IF;
    PERFORM @icb@.stage_facts(part, touched);
    ANALYZE @icb_identity@.stage_facts (contract_id, provider_code, pod, pod_class);
    PERFORM @icb@.count_fields();
    EXECUTE 'CREATE UNLOGGED TABLE @icb_identity@.stage_finding AS SELECT x.*, x.rule_class <> ''governance'' AS is_finding, x.rule_class = ''governance'' AS is_governance FROM ('
            || @icb@.judge_query() || ') x';
    ANALYZE @icb_identity@.stage_finding;
    money := @icb@.keep_findings('@icb@.finding_p' || part, 'is_finding', run, touched);
    governance := @icb@.keep_findings('@icb@.governance_finding_p' || part, 'is_governance', run, touched);
    opened := money.opened + governance.opened;
    closed := money.closed + governance.closed;
    INSERT INTO @icb_identity@.stage_waiting SELECT part, s.* FROM @icb_identity@.stage_finding s WHERE s.unknown_field IS NOT NULL;
    DROP TABLE @icb_identity@.stage_finding;
    DROP TABLE @icb_identity@.stage_facts;
END
$$;
COMMENT ON FUNCTION @icb@.validate_partition(bigint, integer, boolean) IS
    'One step of icb.validate(): computes the findings of one partition of persons, or of those touched, closes those that no longer hold and opens the new ones. Those that hang on an unknown field wait in stage_waiting.';

-- The rows that waited: told once where the provider never sends the field, line by line elsewhere.
CREATE FUNCTION @icb@.keep_waiting(run bigint, part integer, OUT opened bigint, OUT closed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    target text;
    belongs text;
    n bigint;
BEGIN
    opened := 0;
    closed := 0;
    FOREACH target IN ARRAY ARRAY['finding', 'governance_finding'] LOOP
        belongs := CASE target WHEN 'finding' THEN 'is_finding' ELSE 'is_governance' END;
        EXECUTE pg_catalog.format($q$
            UPDATE @icb@.%1$I_p%3$s f
            SET closed_run = $1, closed_at = pg_catalog.clock_timestamp(), closed_reason = 'no longer found'
            FROM @icb_identity@.stage_settled s
            WHERE f.closed_run IS NULL AND s.part = %3$s AND s.%2$I AND f.person_id = s.person_id AND f.finding_ref = s.finding_ref
              AND s.never_sent$q$,
            target, belongs, part) USING run;
        GET DIAGNOSTICS n = ROW_COUNT;
        closed := closed + n;
        EXECUTE pg_catalog.format($q$
            INSERT INTO @icb@.%1$I_p%3$s (opened_run, person_id, finding_ref, line_key, submission_id, line_no, rule_code, rule_version, rule_name, priority, outcome,
                reason, evidence, provider_code, commissioner_code, contract_id, rule_set, pod, pod_class, activity_month, units, unit_price, factor,
                billed, expected_total, identified, net, recovery_rate, recoverable, undercharged, rule_class, recovery_reason, detectable, content)
            SELECT $1, s.person_id, s.finding_ref, s.line_key, s.submission_id, s.line_no, s.rule_code, s.rule_version, s.rule_name, s.priority, s.outcome,
                s.reason, s.evidence, s.provider_code, s.commissioner_code, s.contract_id, s.rule_set, s.pod, s.pod_class, s.activity_month, s.units, s.unit_price,
                s.factor, s.billed, s.expected_total, s.identified, s.net, s.recovery_rate, s.recoverable, s.undercharged, s.rule_class, s.recovery_reason,
                s.detectable, s.content
            FROM @icb_identity@.stage_settled s
            WHERE s.part = %3$s AND s.%2$I
              AND NOT s.never_sent
              AND NOT EXISTS (SELECT FROM @icb@.%1$I_p%3$s f WHERE f.finding_ref = s.finding_ref AND f.person_id = s.person_id AND f.closed_run IS NULL)$q$,
            target, belongs, part) USING run;
        GET DIAGNOSTICS n = ROW_COUNT;
        opened := opened + n;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.keep_waiting(bigint, integer) IS
    'One step of icb.validate(): opens the findings of one partition that hang on an unknown field, and closes those whose field the provider never sends.';

CREATE FUNCTION @icb@.begin_waiting() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_known') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_known;
    END IF;
    IF pg_catalog.to_regclass('@icb_identity@.stage_waiting') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_waiting;
    END IF;
    CREATE UNLOGGED TABLE @icb_identity@.stage_known (provider_code text, dataset text, known text[]);
    CREATE UNLOGGED TABLE @icb_identity@.stage_waiting AS
    SELECT 0 AS part, f.*, true AS is_finding, true AS is_governance FROM @icb@.finding_all_live f WITH NO DATA;
END
$$;
COMMENT ON FUNCTION @icb@.begin_waiting() IS 'One step of icb.validate(): empty tables for what is known only when all partitions are done.';

-- What the run learnt of the fields that providers send. Returns true when a provider that never sent a field does now: then lines that
-- nobody touched are to be told line by line.
CREATE FUNCTION @icb@.learn_fields(touched boolean) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    looked text[] := ARRAY(SELECT f.field FROM @icb@.fields_in_force() AS f (field) ORDER BY 1);
    news boolean;
BEGIN
    news := touched AND EXISTS (
        SELECT FROM @icb_identity@.stage_known s
        JOIN @icb@.never_sent n ON n.provider_code = s.provider_code AND n.dataset = s.dataset AND n.field = ANY (s.known));
    IF NOT touched THEN
        DELETE FROM @icb@.field_known k
        WHERE NOT EXISTS (SELECT FROM @icb_identity@.stage_known s WHERE s.provider_code = k.provider_code AND s.dataset = k.dataset);
    END IF;
    INSERT INTO @icb@.field_known AS k (provider_code, dataset, provider_lines, looked_at, known)
    SELECT s.provider_code, s.dataset, coalesce(l.lines, 0), looked,
           coalesce((SELECT pg_catalog.array_agg(DISTINCT x.field ORDER BY x.field)
                     FROM (SELECT pg_catalog.unnest(a.known) AS field FROM @icb_identity@.stage_known a WHERE a.provider_code = s.provider_code AND a.dataset = s.dataset
                           UNION ALL
                           SELECT pg_catalog.unnest(o.known) FROM @icb@.field_known o WHERE touched AND o.provider_code = s.provider_code AND o.dataset = s.dataset) x), '{}')
    FROM (SELECT DISTINCT s.provider_code, s.dataset FROM @icb_identity@.stage_known s) s
    LEFT JOIN (SELECT c.provider_code, pg_catalog.sum(c.line_count)::bigint AS lines FROM @icb@.submission_slice c
               WHERE c.status = 'current' AND c.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM') GROUP BY c.provider_code) l ON l.provider_code = s.provider_code
    ON CONFLICT (provider_code, dataset) DO UPDATE
    SET provider_lines = excluded.provider_lines, looked_at = excluded.looked_at, known = excluded.known
    WHERE (k.provider_lines, k.looked_at, k.known) IS DISTINCT FROM (excluded.provider_lines, excluded.looked_at, excluded.known);
    RETURN news;
END
$$;
COMMENT ON FUNCTION @icb@.learn_fields(boolean) IS
    'One step of icb.validate(): brings field_known up to date from stage_known. True when a field that a provider never sent has come, in a run over some people only.';

CREATE FUNCTION @icb@.settle_waiting() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_never') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_never;
    END IF;
    IF pg_catalog.to_regclass('@icb_identity@.stage_settled') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_settled;
    END IF;
    CREATE UNLOGGED TABLE @icb_identity@.stage_never AS SELECT n.provider_code, n.dataset, n.field FROM @icb@.never_sent n;
    ANALYZE @icb_identity@.stage_never;
    -- of those that are told once only the ones that stand open from before have anything done to them
    CREATE UNLOGGED TABLE @icb_identity@.stage_settled AS
    SELECT w.*, v.field IS NOT NULL AS never_sent
    FROM @icb_identity@.stage_waiting w
    LEFT JOIN @icb_identity@.stage_never v ON v.provider_code = w.provider_code AND v.dataset = w.dataset AND v.field = w.unknown_field
    WHERE v.field IS NULL
       OR w.finding_ref IN (SELECT f.finding_ref FROM @icb@.finding f WHERE f.closed_run IS NULL AND f.outcome = 'not_assessed'
                            UNION ALL
                            SELECT f.finding_ref FROM @icb@.governance_finding f WHERE f.closed_run IS NULL AND f.outcome = 'not_assessed');
    ANALYZE @icb_identity@.stage_settled (part, person_id, finding_ref);
END
$$;
COMMENT ON FUNCTION @icb@.settle_waiting() IS 'One step of icb.validate(): writes down which fields providers never send, by which the findings that waited are told.';

CREATE PROCEDURE @icb@.validate(everything boolean DEFAULT true)
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    parts integer := @icb@.partition_count();
    why text;
    touched boolean;
    people bigint := 0;
    step record;
    opened bigint := 0;
    closed bigint := 0;
    lines bigint;
    claimed numeric;
    result record;
BEGIN
    run := @icb@.start_run('validate', pg_catalog.jsonb_build_object('everything', coalesce(everything, true)));
    COMMIT;
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.compile_rules();
    PERFORM @icb@.refresh_statistics('invoice_line', 'activity', 'line_match', 'claim_link', 'person', 'registration', 'tariff', 'compiled_rule_set',
                                     'contract_rule_set', 'recovery_rate', 'compiled_rule');
    why := @icb@.begin_touched('validate', run, '{@icb@.finding_all_live}', everything);
    touched := why IS NULL;
    PERFORM @icb@.begin_waiting();
    UPDATE @icb@.run r
    SET parameters = r.parameters || pg_catalog.jsonb_build_object('everybody', why, 'rule_sets',
        (SELECT pg_catalog.jsonb_object_agg(s.contract_id, s.fingerprint) FROM @icb@.contract_rule_set s))
    WHERE r.run_id = run;
    PERFORM @icb@.report_progress(run, 2, coalesce('everybody: ' || why, 'people touched since the last run'));
    COMMIT;
    LOOP
        FOR part IN 0 .. parts - 1 LOOP
            IF touched THEN
                people := people + @icb@.stage_touched('validate', run, part);
            END IF;
            step := @icb@.validate_partition(run, part, touched);
            opened := opened + step.opened;
            closed := closed + step.closed;
            PERFORM @icb@.report_progress(run, 2 + 88.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
            COMMIT;
        END LOOP;
        EXIT WHEN NOT @icb@.learn_fields(touched);
        -- a provider sends now what it never sent: its other lines are told line by line from now on
        touched := false;
        PERFORM @icb@.begin_waiting();
        UPDATE @icb@.run r SET parameters = r.parameters || '{"everybody": "a field that a provider never sent"}' WHERE r.run_id = run;
        COMMIT;
    END LOOP;
    PERFORM @icb@.settle_waiting();
    PERFORM @icb@.tell_not_assessed(run, touched);
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        step := @icb@.keep_waiting(run, part);
        opened := opened + step.opened;
        closed := closed + step.closed;
        PERFORM @icb@.report_progress(run, 90 + 10.0 * (part + 1) / parts, pg_catalog.format('not assessed, partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.drop_stages();
    PERFORM @icb@.refresh_statistics('finding');
    step := @icb@.validate_series(run, touched);
    opened := opened + step.opened;
    closed := closed + step.closed;
    COMMIT;
    SELECT pg_catalog.sum(s.line_count), pg_catalog.sum(s.amount) INTO lines, claimed
    FROM @icb@.submission_slice s WHERE s.status = 'current' AND s.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM');
    SELECT pg_catalog.sum(f.recoverable) AS recoverable INTO result
    FROM @icb@.finding f WHERE f.closed_run IS NULL;
    PERFORM @icb@.finish_run(run, lines, opened, claimed, result.recoverable, CASE WHEN opened + closed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s%s findings opened, %s closed', CASE WHEN touched THEN pg_catalog.format('%s people touched: ', people) END, opened, closed));
    PERFORM @icb@.finish_touched('validate', run);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.validate(boolean) IS
    'Compiles price lists and rules, applies all rules to every line of the current position and keeps the findings; with everything => false only to the lines of people touched since the last finished run, unless rules, prices, contracts, factors, organisations or lists have changed (the run row says which). Run icb.match() first. Commits per partition of persons; a repeat adds nothing.';

CREATE FUNCTION @icb@.drop_stages() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['stage_known', 'stage_never', 'stage_settled', 'stage_waiting', 'stage_touched', 'stage_facts', 'stage_finding'] LOOP
        IF pg_catalog.to_regclass('@icb_identity@.' || name) IS NOT NULL THEN
            EXECUTE 'DROP TABLE @icb_identity@.' || name;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.drop_stages() IS 'Drops what a run of validation kept between its steps.';
