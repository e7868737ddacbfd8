-- Signatures of the parties, and what must be in place before terms are signed.

CREATE TABLE @icb@.terms_signature (
    contract_id   text NOT NULL,
    version       integer NOT NULL,
    party         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL,
    signed_on     date NOT NULL,
    document_hash text NOT NULL,
    terms_hash    text NOT NULL,
    recorded_by   text NOT NULL DEFAULT session_user,
    recorded_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (contract_id, version, party, terms_hash),
    FOREIGN KEY (contract_id, version) REFERENCES @icb@.contract_terms
);
COMMENT ON TABLE @icb@.terms_signature IS 'Signatures that parties gave outside, on paper or by an electronic service, to the words whose fingerprint stands beside them. Append-only.';
COMMENT ON COLUMN @icb@.terms_signature.version IS 'Version of the terms.';
COMMENT ON COLUMN @icb@.terms_signature.party IS 'Party that signed.';
COMMENT ON COLUMN @icb@.terms_signature.name IS 'Who signed for it.';
COMMENT ON COLUMN @icb@.terms_signature.role IS 'In what role.';
COMMENT ON COLUMN @icb@.terms_signature.signed_on IS 'Day of the signature.';
COMMENT ON COLUMN @icb@.terms_signature.document_hash IS 'SHA-256 of the signed document.';
COMMENT ON COLUMN @icb@.terms_signature.terms_hash IS 'terms_hash of what was signed; the signature counts while the terms have it.';
COMMENT ON COLUMN @icb@.terms_signature.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.terms_signature.recorded_at IS 'When it was recorded.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.terms_signature FOR EACH ROW EXECUTE FUNCTION @icb@.keep_as_recorded();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.terms_signature FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded();

CREATE FUNCTION @icb@.parties_to(t @icb@.contract_terms) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT pg_catalog.array_agg(s.party ORDER BY s.party_order) FROM commissioning.split_parties((t).split) s)
       || CASE WHEN (t).counterparty IS NOT NULL THEN ARRAY[(t).counterparty] ELSE '{}' END;
COMMENT ON FUNCTION @icb@.parties_to(@icb@.contract_terms) IS 'The parties to a contract: those of the split in their order, then the counterparty.';

CREATE FUNCTION @icb@.who_must_sign(t @icb@.contract_terms) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN (t).required_signatures = '{*}' THEN @icb@.parties_to(t) ELSE coalesce((t).required_signatures, '{}') END;
COMMENT ON FUNCTION @icb@.who_must_sign(@icb@.contract_terms) IS 'Parties whose signatures terms need before they are signed; empty where signed_by is enough.';

-- The digits that a document is known by.
CREATE FUNCTION @icb@.expect_signature(name text, role text, signed_on date, document_hash text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    PERFORM @icb@.expect_text(expect_signature.name, 'the name of who signed'), @icb@.expect_text(expect_signature.role, 'the role of who signed');
    IF expect_signature.signed_on IS NULL OR expect_signature.signed_on > @icb@.today() THEN
        RAISE EXCEPTION 'a signature has a day, not after today' USING ERRCODE = 'invalid_parameter_value', HINT = 'Record it once it has been given.';
    END IF;
    IF expect_signature.document_hash IS NULL OR expect_signature.document_hash !~ '^[0-9a-f]{64}$' THEN
        RAISE EXCEPTION 'document_hash must be the SHA-256 of the signed document' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give its 64 hexadecimal digits in lower case, for example encode(sha256(document), ''hex'').';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.expect_signature(text, text, date, text) IS 'Refuses a signature without name, role, a day up to today and the SHA-256 of the document (22023).';

CREATE FUNCTION @icb@.add_signature(contract_id text, version integer, party text, name text, role text, signed_on date, document_hash text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    terms @icb@.contract_terms;
    missing text[];
BEGIN
    SELECT t.* INTO terms FROM @icb@.contract_terms t WHERE t.contract_id = add_signature.contract_id AND t.version = add_signature.version FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no version % of its terms', add_signature.contract_id, add_signature.version USING ERRCODE = 'undefined_object';
    ELSIF terms.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" is signed already', terms.version, terms.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Signatures are recorded before sign_terms, the last step.';
    END IF;
    IF add_signature.party IS NULL OR add_signature.party <> ALL (@icb@.parties_to(terms) || @icb@.who_must_sign(terms)) THEN
        RAISE EXCEPTION '"%" is no party to version % of the terms of contract "%"', add_signature.party, terms.version, terms.contract_id
            USING ERRCODE = 'undefined_object', HINT = format('Its parties are %s.', array_to_string(@icb@.parties_to(terms), ', '));
    END IF;
    PERFORM @icb@.expect_signature(add_signature.name, add_signature.role, add_signature.signed_on, add_signature.document_hash);
    INSERT INTO @icb@.terms_signature (contract_id, version, party, name, role, signed_on, document_hash, terms_hash, recorded_by)
    VALUES (terms.contract_id, terms.version, add_signature.party, btrim(add_signature.name), btrim(add_signature.role), add_signature.signed_on, add_signature.document_hash,
            @icb@.terms_hash(terms), session_user);
    missing := @icb@.missing_signatures(terms);
    RETURN CASE WHEN missing = '{}' THEN 'complete' ELSE 'waiting for ' || array_to_string(missing, ', ') END;
END
$$;
COMMENT ON FUNCTION @icb@.add_signature(text, integer, text, text, text, date, text) IS
    'Records that a party has signed a draft of the terms: who, in what role, when, and the SHA-256 of the document. It holds for the terms as they stand: a draft that changes afterwards must be signed again. Says which signatures are still missing. 42704 for unknown terms or party, 22023 for an incomplete signature, 23505 when the party has signed these words, 55000 when the terms are signed.';
REVOKE EXECUTE ON FUNCTION @icb@.add_signature(text, integer, text, text, text, date, text) FROM PUBLIC;

CREATE FUNCTION @icb@.missing_signatures(t @icb@.contract_terms) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT w.party FROM pg_catalog.unnest(@icb@.who_must_sign(t)) WITH ORDINALITY AS w (party, n)
             WHERE NOT EXISTS (SELECT FROM @icb@.terms_signature s WHERE s.contract_id = (t).contract_id AND s.version = (t).version AND s.party = w.party
                               AND s.terms_hash = @icb@.terms_hash(t))
             ORDER BY w.n);
COMMENT ON FUNCTION @icb@.missing_signatures(@icb@.contract_terms) IS 'Parties that have not signed the terms as they stand.';

CREATE FUNCTION @icb@.use_measure(contract_id text, version integer, measure_name text, fills text, indicator text DEFAULT NULL, measure_version integer DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO @icb@.terms_measure (contract_id, version, measure_name, measure_version, fills, indicator, sql_hash)
    SELECT use_measure.contract_id, use_measure.version, m.measure_name, m.measure_version, use_measure.fills, use_measure.indicator, m.sql_hash
    FROM @icb@.measure m
    WHERE m.contract_id = use_measure.contract_id AND m.measure_name = use_measure.measure_name AND m.measure_version = coalesce(use_measure.measure_version, m.measure_version)
    ORDER BY m.measure_version DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no measure "%"%', use_measure.contract_id, use_measure.measure_name, coalesce(' version ' || use_measure.measure_version, '')
            USING ERRCODE = 'undefined_object', HINT = 'Define it with define_measure.';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.use_measure(text, integer, text, text, text, integer) IS
    'Lets a draft of the terms use a measure, in its newest version unless one is given, for an input of the settlement (benchmark, actual, size, score ... or indicator). 42704 for an unknown measure, 55000 when the terms are signed.';
REVOKE EXECUTE ON FUNCTION @icb@.use_measure(text, integer, text, text, text, integer) FROM PUBLIC;

CREATE FUNCTION @icb@.compute_measure(contract_id text, measure_name text, period daterange) RETURNS @icb@.measure_value
    LANGUAGE plpgsql
AS $$
DECLARE
    used @icb@.terms_measure;
    measure @icb@.measure;
    result record;
    stored @icb@.measure_value;
BEGIN
    -- the version that the terms in force name, else the newest
    SELECT u.* INTO used FROM @icb@.terms_measure u
    JOIN @icb@.contract_terms t ON t.contract_id = u.contract_id AND t.version = u.version
    WHERE u.contract_id = compute_measure.contract_id AND u.measure_name = compute_measure.measure_name
      AND t.signed_at IS NOT NULL AND t.valid @> (upper(compute_measure.period) - 1);
    SELECT m.* INTO measure FROM @icb@.measure m
    WHERE m.contract_id = compute_measure.contract_id AND m.measure_name = compute_measure.measure_name
      AND m.measure_version = coalesce(used.measure_version, m.measure_version)
    ORDER BY m.measure_version DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no measure "%"', compute_measure.contract_id, compute_measure.measure_name
            USING ERRCODE = 'undefined_object', HINT = 'Define it with define_measure.';
    END IF;
    IF used.sql_hash <> measure.sql_hash OR used.sql_hash <> @icb@.text_hash(measure.sql_text) THEN
        RAISE EXCEPTION 'the text of measure "%" of contract "%" is not the one that was signed', measure.measure_name, measure.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = pg_catalog.format('Version %s of the terms was signed with the text whose SHA-256 is %s; put that text back, or have terms with another measure signed.', used.version, used.sql_hash);
    END IF;
    result := @icb@.measure_result(measure, compute_measure.period);
    IF result.failure IS NOT NULL THEN
        RAISE EXCEPTION 'measure "%" of contract "%" cannot be computed for %: %', measure.measure_name, measure.contract_id, compute_measure.period, result.failure
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Its text gives one row (n, value) for the period $1, with names qualified, reading alone.';
    END IF;
    INSERT INTO @icb@.measure_value (contract_id, measure_name, measure_version, period, n, value, sql_hash)
    VALUES (measure.contract_id, measure.measure_name, measure.measure_version, compute_measure.period, result.n, result.value, measure.sql_hash)
    RETURNING * INTO stored;
    RETURN stored;
END
$$;
COMMENT ON FUNCTION @icb@.compute_measure(text, text, daterange) IS
    'Computes a measure of a contract for a period and keeps the result: the version that the signed terms in force on its last day use, else the newest. 42704 for an unknown measure; 55000 when its text is not the one that was signed, or it gives an error, NULL or too small a number.';
REVOKE EXECUTE ON FUNCTION @icb@.compute_measure(text, text, daterange) FROM PUBLIC;

-- What measures do is taken back, so nothing of it stays.
CREATE FUNCTION @icb@.check_signable(t @icb@.contract_terms) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
AS $$
DECLARE
    used record;
    result record;
    missing text[];
BEGIN
    FOR used IN
        SELECT u.measure_name, u.sql_hash, m AS measure FROM @icb@.terms_measure u
        JOIN @icb@.measure m ON m.contract_id = u.contract_id AND m.measure_name = u.measure_name AND m.measure_version = u.measure_version
        WHERE u.contract_id = (t).contract_id AND u.version = (t).version ORDER BY u.measure_name
    LOOP
        result := @icb@.measure_result(used.measure, (used.measure).baseline_period);
        IF result.failure IS NOT NULL OR used.sql_hash <> (used.measure).sql_hash THEN
            RAISE EXCEPTION 'version % of the terms of contract "%" cannot be signed: measure "%" cannot be computed for %: %', (t).version, (t).contract_id, used.measure_name,
                            (used.measure).baseline_period, coalesce(result.failure, 'its text is not the one that was defined')
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'What cannot be measured on the baseline year cannot be settled: define the measure anew (define_measure), and have the draft use it (use_measure).';
        END IF;
    END LOOP;
    IF (t).baseline_version IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.baseline b
            WHERE b.contract_id = (t).contract_id AND b.baseline_version = (t).baseline_version AND b.approved_at IS NOT NULL) THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" cannot be signed: its baseline, version %, is not locked', (t).version, (t).contract_id, (t).baseline_version
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Have another person approve it (approve_baseline).';
    END IF;
    -- a contract that asks for signatures is changed by agreed variations alone
    IF @icb@.who_must_sign(t) <> '{}' AND EXISTS (SELECT FROM @icb@.contract_terms o WHERE o.contract_id = (t).contract_id AND o.version < (t).version AND o.signed_at IS NOT NULL)
       AND NOT EXISTS (SELECT FROM @icb@.variation v WHERE v.contract_id = (t).contract_id AND v.to_version = (t).version AND v.decision = 'agreed' AND v.to_hash = @icb@.terms_hash(t)) THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" cannot be signed: no variation that brings it has been agreed', (t).version, (t).contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Propose it with propose_variation, and have another person agree (decide_variation); changed words need a new proposal.';
    END IF;
    missing := @icb@.missing_signatures(t);
    IF missing <> '{}' THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" cannot be signed: signatures are missing of %', (t).version, (t).contract_id, pg_catalog.array_to_string(missing, ', ')
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = CASE WHEN EXISTS (SELECT FROM @icb@.terms_signature s WHERE s.contract_id = (t).contract_id AND s.version = (t).version AND s.party = ANY (missing))
                              THEN 'The terms have changed since they were signed: have them signed again, and record it with add_signature.'
                              ELSE 'Record each with add_signature: party, name, role, day and the SHA-256 of the document.' END;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.check_signable(@icb@.contract_terms) IS
    'Refuses the signing of terms (55000): a measure that cannot be computed on its baseline period, a baseline that is not locked, a change without agreed variation, missing signatures.';
REVOKE EXECUTE ON FUNCTION @icb@.check_signable(@icb@.contract_terms) FROM PUBLIC;

CREATE FUNCTION @icb@.sign_when_ready() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.signed_at IS NULL THEN
        NEW.signed_hash := NULL;
    ELSIF TG_OP = 'INSERT' OR OLD.signed_at IS NULL THEN
        PERFORM @icb@.check_signable(NEW);
        NEW.signed_hash := @icb@.terms_hash(NEW);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.sign_when_ready() IS 'Trigger: terms are signed only when nothing is missing, whatever way is taken; their fingerprint is kept (55000).';
CREATE TRIGGER sign_when_ready BEFORE INSERT OR UPDATE ON @icb@.contract_terms FOR EACH ROW EXECUTE FUNCTION @icb@.sign_when_ready();

CREATE FUNCTION @icb@.draft_terms(contract_id text, template text, parameters jsonb, valid daterange, split commissioning.party_split, counterparty text, source text) RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    draft @icb@.contract_terms;
BEGIN
    draft := pg_catalog.jsonb_populate_record(NULL::@icb@.contract_terms, pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(
        commissioning.new_terms(draft_terms.template, coalesce(draft_terms.parameters, '{}')))));
    draft.contract_id := draft_terms.contract_id;
    draft.version := 1 + coalesce((SELECT max(t.version) FROM @icb@.contract_terms t WHERE t.contract_id = draft_terms.contract_id), 0);
    draft.valid := draft_terms.valid;
    draft.shape := draft_terms.template;
    draft.measure := coalesce(draft.measure, 'benchmark - actual');
    draft.gate_by := coalesce(draft.gate_by, 'none');
    draft.gate_side := coalesce(draft.gate_side, 'both');
    draft.quality_side := coalesce(draft.quality_side, 'gain');
    draft.rounding := coalesce(draft.rounding, 'half_away');
    draft.split := coalesce(draft_terms.split, draft.split);
    draft.split_method := coalesce(draft.split_method, 'hamilton');
    draft.counterparty := coalesce(draft_terms.counterparty, draft.counterparty);
    draft.clauses := '{}';
    draft.source := draft_terms.source;
    draft.sign_off := 'four_eyes';
    draft.interest := 'statutory';
    -- every party signs what is made from a template
    draft.required_signatures := '{*}';
    INSERT INTO @icb@.contract_terms SELECT draft.*;
    RETURN draft.version;
END
$$;
COMMENT ON FUNCTION @icb@.draft_terms(text, text, jsonb, daterange, commissioning.party_split, text, text) IS
    'Adds a draft of terms made from a template (commissioning.new_terms), to be signed by every party. Returns its version. Errors as new_terms; 23503 for an unknown contract.';
REVOKE EXECUTE ON FUNCTION @icb@.draft_terms(text, text, jsonb, daterange, commissioning.party_split, text, text) FROM PUBLIC;
