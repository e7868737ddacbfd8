-- A settlement as one value that travels: another database recomputes every line of it, without a warehouse.

CREATE FUNCTION document_hash(document jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(document::text, 'UTF8')), 'hex');
COMMENT ON FUNCTION document_hash(jsonb) IS 'SHA-256 of a JSON document in its canonical text, as 64 hexadecimal digits: equal documents have equal hashes. NULL for NULL.';

CREATE FUNCTION check_bundle_shape(bundle jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
BEGIN
    IF bundle IS NULL OR jsonb_typeof(bundle) <> 'object' OR bundle ->> 'format' IS DISTINCT FROM 'commissioning settlement 1' THEN
        RAISE EXCEPTION 'this is no settlement bundle' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give what settlement_bundle returned: a JSON object whose "format" is "commissioning settlement 1".';
    END IF;
    SELECT k.key INTO missing FROM unnest(ARRAY['run', 'terms', 'inputs', 'lines', 'parties', 'posted_before', 'postings']) WITH ORDINALITY k (key, place)
    WHERE jsonb_typeof(bundle -> k.key) IS DISTINCT FROM CASE WHEN k.key IN ('run', 'terms', 'inputs') THEN 'object' ELSE 'array' END ORDER BY k.place LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'the bundle has no usable "%"', missing USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Ask for the bundle again; nothing in it may be left out.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_bundle_shape(jsonb) IS 'Refuses what is no whole settlement bundle (22023).';

CREATE FUNCTION check_bundle_lines(bundle jsonb, OUT line integer, OUT item text, OUT expected text, OUT found text, OUT ok boolean) RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 40
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    steps jsonb;
    same_engine boolean := bundle -> 'run' ->> 'engine_version' = @extschema@.version();
BEGIN
    BEGIN
        SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') INTO steps
        FROM @extschema@.settle(@extschema@.to_settlement_terms(bundle -> 'terms'), @extschema@.to_settlement_inputs(bundle -> 'inputs'),
                                coalesce(@extschema@.to_settlement_detail(nullif(bundle -> 'detail', 'null')), ROW(NULL, NULL, NULL, NULL)::@extschema@.settlement_detail)) s;
    EXCEPTION WHEN data_exception OR undefined_column OR program_limit_exceeded THEN
        RETURN QUERY SELECT 0, 'settle', 'a statement', SQLERRM, false;
        RETURN;
    END;
    RETURN QUERY
    WITH ours AS (
        SELECT s.* FROM jsonb_to_recordset(steps) AS s (step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric, party text)
    ), theirs AS (
        SELECT s.* FROM jsonb_to_recordset(bundle -> 'lines') AS s (step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric, party text)
    ), pair AS (
        SELECT coalesce(a.step, b.step) AS step, coalesce(b.line_code, a.line_code) || coalesce(' ' || coalesce(b.party, a.party), '') AS name, a AS ours, b AS theirs
        FROM (SELECT o.* FROM ours o
              -- a statement that was kept without the lines of the parties has them in its postings
              WHERE o.line_code NOT IN ('party', 'posted', 'contested', 'interest', 'due') OR EXISTS (SELECT FROM theirs t WHERE t.line_code = 'party')) a
        FULL JOIN theirs b ON b.step = a.step
    ), field AS (
        SELECT p.step, p.name, f.field, f.place, f.expected, f.found, f.same
        FROM pair p
        CROSS JOIN LATERAL (VALUES
            (1, 'amount', to_char((p.ours).amount, 'FM999999999999990.00'), to_char((p.theirs).amount, 'FM999999999999990.00'), (p.ours).amount IS NOT DISTINCT FROM (p.theirs).amount),
            (2, 'exact amount', (p.ours).exact_text, (p.theirs).exact_text, (p.ours).exact_text IS NOT DISTINCT FROM (p.theirs).exact_text),
            (3, 'line', (p.ours).line_code || coalesce(' ' || (p.ours).party, ''), (p.theirs).line_code || coalesce(' ' || (p.theirs).party, ''),
                (p.ours).line_code IS NOT DISTINCT FROM (p.theirs).line_code AND (p.ours).party IS NOT DISTINCT FROM (p.theirs).party),
            (4, 'quantity', (p.ours).quantity::text, (p.theirs).quantity::text, (p.ours).quantity IS NOT DISTINCT FROM (p.theirs).quantity),
            (5, 'rate', (p.ours).rate, (p.theirs).rate, (p.ours).rate IS NOT DISTINCT FROM (p.theirs).rate),
            -- words may be put otherwise by another version; numbers may not
            (6, 'formula', (p.ours).formula, (p.theirs).formula, NOT same_engine OR (p.ours).formula IS NOT DISTINCT FROM (p.theirs).formula),
            (7, 'clause', coalesce(bundle -> 'clauses' ->> (p.ours).line_code || ', ', '') || (p.ours).clause, (p.theirs).clause,
                NOT same_engine OR coalesce(bundle -> 'clauses' ->> (p.ours).line_code || ', ', '') || (p.ours).clause IS NOT DISTINCT FROM (p.theirs).clause)
        ) f (place, field, expected, found, same)
    )
    -- one row for a line that is right, one for each thing that is wrong with one
    SELECT f.step, CASE WHEN f.same THEN f.name ELSE f.name || ': ' || f.field END, f.expected, f.found, f.same
    FROM (SELECT g.*, bool_and(g.same) OVER (PARTITION BY g.step) AS whole FROM field g) f
    WHERE CASE WHEN f.whole THEN f.place = 1 ELSE NOT f.same END
    ORDER BY f.step, f.place;
END
$$;
COMMENT ON FUNCTION check_bundle_lines(jsonb) IS
    'The statement of a settlement bundle against what its terms, inputs and detail settle to here, one row a line; a line that differs has one row for each field that does. Used by check_bundle.';

CREATE FUNCTION check_bundle_parties(bundle jsonb, OUT line integer, OUT item text, OUT expected text, OUT found text, OUT ok boolean) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 40
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH account AS (
        SELECT p.* FROM jsonb_to_recordset(bundle -> 'parties') AS p (party_order integer, party text, role text, vat_treatment text, cumulative_amount numeric, posted_before numeric, amount numeric)
    ), before AS (
        SELECT b.party, coalesce(b.vat_treatment, '') AS vat_treatment, sum(b.amount) AS amount, coalesce(sum(b.amount) FILTER (WHERE b.kind IN ('upheld', 'interest')), 0) AS corrected
        FROM jsonb_to_recordset(bundle -> 'posted_before') AS b (run_id bigint, kind text, party text, vat_treatment text, amount numeric)
        GROUP BY b.party, coalesce(b.vat_treatment, '')
    ), posting AS (
        SELECT l.* FROM jsonb_to_recordset(bundle -> 'postings') AS l (line_no integer, party text, role text, vat_treatment text, cumulative_amount numeric, posted_before numeric, amount numeric)
    ), own AS (
        -- part of the shared sum that a party holds already
        SELECT o.party, sum(o.own_amount) AS amount
        FROM jsonb_to_recordset(CASE WHEN jsonb_typeof(bundle #> '{detail,accounts}') = 'array' THEN bundle #> '{detail,accounts}' ELSE '[]' END) AS o (party text, own_amount numeric)
        GROUP BY o.party
    ), part AS (
        SELECT s.party, s.amount - coalesce(o.amount, 0) AS amount
        FROM @extschema@.split_amount((bundle -> 'run' ->> 'amount')::numeric, (bundle -> 'terms' ->> 'split')::@extschema@.party_split, bundle -> 'terms' ->> 'split_method') s
        LEFT JOIN own o ON o.party = s.party
    ), share AS (
        SELECT p.party, p.amount FROM part p
        UNION ALL SELECT bundle -> 'terms' ->> 'counterparty', - sum(p.amount) FROM part p WHERE bundle -> 'terms' ->> 'counterparty' IS NOT NULL
    ), checked AS (
        -- what a party stands at is its share, and what was awarded to it beside
        SELECT 1 AS place, a.party, 'stands at' AS what, coalesce(max(s.amount), 0) + coalesce((SELECT sum(b.corrected) FROM before b WHERE b.party = a.party), 0) AS expected, sum(a.cumulative_amount) AS found
        FROM account a LEFT JOIN share s ON s.party = a.party
        WHERE bundle -> 'run' ->> 'kind' NOT IN ('on_account', 'upheld', 'interest')
        GROUP BY a.party
        UNION ALL
        SELECT 2, a.party, 'posted before' || coalesce(' (' || nullif(a.vat_treatment, '') || ')', ''), coalesce(b.amount, 0), a.posted_before
        FROM account a LEFT JOIN before b ON b.party = a.party AND b.vat_treatment = coalesce(a.vat_treatment, '')
        WHERE bundle -> 'run' ->> 'kind' NOT IN ('on_account', 'upheld', 'interest')
        UNION ALL
        SELECT 3, l.party, 'posted' || coalesce(' (' || nullif(l.vat_treatment, '') || ')', ''), a.cumulative_amount - a.posted_before, l.amount
        FROM posting l LEFT JOIN account a ON a.party = l.party AND coalesce(a.vat_treatment, '') = coalesce(l.vat_treatment, '')
        UNION ALL
        -- what is kept twice is the same twice
        SELECT 3, a.party, 'to be posted', a.cumulative_amount - a.posted_before, a.amount FROM account a WHERE a.amount IS DISTINCT FROM a.cumulative_amount - a.posted_before
        UNION ALL
        SELECT 3, l.party, v.what, v.account, v.line
        FROM posting l JOIN account a ON a.party = l.party AND coalesce(a.vat_treatment, '') = coalesce(l.vat_treatment, '')
        CROSS JOIN LATERAL (VALUES ('stands at, in the ledger', a.cumulative_amount, l.cumulative_amount), ('posted before, in the ledger', a.posted_before, l.posted_before)) v (what, account, line)
        WHERE v.account IS DISTINCT FROM v.line
        UNION ALL
        SELECT 4, a.party, 'not posted', 0, a.cumulative_amount - a.posted_before
        FROM account a
        WHERE bundle -> 'run' ->> 'status' = 'posted' AND NOT EXISTS (SELECT FROM posting l WHERE l.party = a.party AND coalesce(l.vat_treatment, '') = coalesce(a.vat_treatment, ''))
        UNION ALL
        SELECT 5, 'all parties', 'sum', 0, coalesce(sum(l.amount), 0) FROM posting l
        UNION ALL
        SELECT 6, 'all parties', 'sum of what was posted before', 0, coalesce(sum(b.amount), 0) FROM before b
    )
    SELECT (1000 + row_number() OVER (ORDER BY c.place, c.party, c.what))::integer, c.party || ': ' || c.what, to_char(c.expected, 'FM999999999999990.00'), to_char(c.found, 'FM999999999999990.00'),
           c.expected IS NOT DISTINCT FROM c.found
    FROM checked c
$$;
COMMENT ON FUNCTION check_bundle_parties(jsonb) IS
    'Parties of a settlement bundle: what each stands at is its part of the settlement, what was posted before is the sum of the earlier lines, what is posted the difference, and all of it sums to 0. Used by check_bundle.';

CREATE FUNCTION check_bundle(bundle jsonb, OUT line integer, OUT item text, OUT expected text, OUT found text, OUT ok boolean) RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 80
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.check_bundle_shape(bundle);
    IF bundle -> 'run' ->> 'kind' NOT IN ('on_account', 'upheld', 'interest') THEN
        RETURN QUERY SELECT c.* FROM @extschema@.check_bundle_lines(bundle) c;
        RETURN QUERY SELECT 999, 'settlement of the run', s.amount, bundle -> 'run' ->> 'amount', s.amount::numeric = (bundle -> 'run' ->> 'amount')::numeric
                     FROM (SELECT (l.value ->> 'amount') AS amount FROM jsonb_array_elements(bundle -> 'lines') l WHERE l.value ->> 'line_code' = 'settlement' LIMIT 1) s;
    END IF;
    RETURN QUERY SELECT c.* FROM @extschema@.check_bundle_parties(bundle) c;
    RETURN QUERY
    SELECT 2000 + h.place, h.what, h.expected, h.found, CASE WHEN h.found IS NOT NULL THEN h.expected IS NOT DISTINCT FROM h.found END
    FROM (VALUES
        (1, 'hash of the terms', @extschema@.document_hash(bundle -> 'terms_document'), bundle -> 'run' ->> 'terms_hash'),
        (2, 'hash of the inputs', @extschema@.document_hash(jsonb_strip_nulls(jsonb_build_object('inputs', bundle -> 'inputs', 'data_cutoff', bundle -> 'run' -> 'data_cutoff', 'detail', bundle -> 'detail'))),
            bundle -> 'run' ->> 'input_hash'),
        (3, 'hash of the bundle', @extschema@.document_hash(bundle - 'bundle_hash'), bundle ->> 'bundle_hash')) h (place, what, expected, found)
    -- hashes of before 0.4 were made of something else
    WHERE h.place <> 2 OR length(h.found) = 64;
    -- every clause that is settled by is one of the document that was signed
    RETURN QUERY
    SELECT 2004, 'clause ' || t.key, bundle -> 'terms_document' ->> t.key, t.value, bundle -> 'terms_document' ->> t.key IS NOT DISTINCT FROM t.value
    FROM jsonb_each_text(bundle -> 'terms') t
    WHERE jsonb_typeof(bundle -> 'terms_document') = 'object' AND t.value IS NOT NULL AND bundle -> 'terms_document' ->> t.key IS DISTINCT FROM t.value
    ORDER BY t.key;
    -- told, not judged
    RETURN QUERY SELECT 2005, 'engine', @extschema@.version(), bundle -> 'run' ->> 'engine_version', CASE WHEN bundle -> 'run' ->> 'engine_version' = @extschema@.version() THEN true END;
END
$$;
COMMENT ON FUNCTION check_bundle(jsonb) IS
    'Recomputes a settlement from its bundle (settlement_bundle of a warehouse) and compares everything: each line of the statement, what each party stands at and what was posted to it, sums, hashes, and whether the terms are those that were signed. line: step of the statement, 1001 on for parties, 2001 on for hashes. ok is false where found is not what is expected, NULL where it cannot be judged: the hash of runs before 0.4, another version of the engine. Needs no warehouse. 22023 for what is no whole bundle.';
