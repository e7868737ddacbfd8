-- Loading of contracts' changing terms and of price books.

-- Of rows that overlap in one file the first stands, by key (SQL over row a) and days.
CREATE FUNCTION @icb@.refuse_overlaps(submission_id bigint, key text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier row of the file']
        FROM (SELECT a.line_no, a.valid_from, max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY %2$s ORDER BY a.valid_from, a.line_no
                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from <= d.busy_to $q$, submission_id, key);
END
$$;
COMMENT ON FUNCTION @icb@.refuse_overlaps(bigint, text) IS
    'Refuses stage rows that end before they start, or whose days overlap those of another row of the file with the same key (SQL over row a).';

CREATE FUNCTION @icb@.apply_contract_dates(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'contract_id', 'no contract of this name', 'NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)');
    IF feed = 'contract_bases' THEN
        PERFORM @icb@.refuse(submission_id, 'basis', 'not a basis of payment',
            $q$s.basis NOT IN ('tariff', 'activity', 'api', 'block', 'blended', 'mret', 'lva', 'local', 'nca', 'risk_share')$q$);
        PERFORM @icb@.refuse_overlaps(submission_id, 'a.contract_id');
        -- the file names all bases of the contracts in it
        EXECUTE format('DELETE FROM @icb@.contract_basis b USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND b.contract_id = s.contract_id', submission_id);
        EXECUTE format($q$
            WITH ins AS (
                INSERT INTO @icb@.contract_basis (contract_id, valid, basis)
                SELECT s.contract_id, daterange(s.valid_from, s.valid_to, '[]'), s.basis FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL RETURNING 1
            ) SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
        RETURN loaded;
    END IF;
    PERFORM @icb@.refuse(submission_id, 'kind', 'not mret_baseline, blended_fixed, blended_plan or api_target',
        $q$lower(s.kind) NOT IN ('mret_baseline', 'blended_fixed', 'blended_plan', 'api_target')$q$);
    PERFORM @icb@.refuse(submission_id, 'amount', 'below zero', 's.amount < 0');
    PERFORM @icb@.refuse_overlaps(submission_id, 'a.contract_id, lower(a.kind)');
    EXECUTE format($q$
        DELETE FROM @icb@.contract_baseline b USING @icb_identity@.stage_%s s
        WHERE s.faults IS NULL AND b.contract_id = s.contract_id AND b.kind = lower(s.kind) AND b.valid && daterange(s.valid_from, s.valid_to, '[]') $q$, submission_id);
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.contract_baseline (contract_id, kind, valid, amount, source)
            SELECT s.contract_id, lower(s.kind), daterange(s.valid_from, s.valid_to, '[]'), s.amount,
                   coalesce(s.source, (SELECT b.file_name FROM @icb@.submission b WHERE b.submission_id = %1$s))
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL RETURNING 1
        ) SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_contract_dates(bigint, text) IS
    'Loads dated payment bases (the file names all of its contracts) or agreed values (one sent again replaces those whose days it touches). Rows loaded.';
