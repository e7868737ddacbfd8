-- Settlement runs: a statement is computed, stored, and posted at once or after sign-off.

-- What each party stands at under a cumulative amount, and what was posted before; a party that left stands at 0. Corrections
-- (upheld disputes, interest) stand beside what is computed: both what a party stands at and what was posted include them.
-- Payments on account for months after the period do not count yet.
CREATE FUNCTION @icb@.settlement_accounts(terms @icb@.contract_terms, period daterange, amount numeric)
    RETURNS TABLE (party_order integer, party text, role text, vat_treatment text, cumulative_amount numeric(18,2), posted_before numeric(18,2), corrected numeric(18,2))
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH share AS (
        SELECT s.party_order, s.party, coalesce(a.vat_treatment, 'outside_scope') AS vat_treatment, s.amount - coalesce(o.own_amount, 0) AS amount
        FROM commissioning.split_amount(settlement_accounts.amount, (settlement_accounts.terms).split, (settlement_accounts.terms).split_method) s
        LEFT JOIN @icb@.party_account a ON a.contract_id = (settlement_accounts.terms).contract_id AND a.party = s.party
        LEFT JOIN @icb@.settlement_own_input o ON o.contract_id = (settlement_accounts.terms).contract_id AND o.period = settlement_accounts.period AND o.party = s.party
    ), standing AS (
        SELECT s.party_order, s.party, s.vat_treatment, s.amount FROM share s
        UNION ALL
        SELECT 1000000, (settlement_accounts.terms).counterparty, s.vat_treatment, - sum(s.amount) FROM share s
        WHERE (settlement_accounts.terms).counterparty IS NOT NULL GROUP BY s.vat_treatment
    ), posted AS (
        SELECT l.party, l.vat_treatment, sum(l.amount) AS amount, sum(l.amount) FILTER (WHERE r.kind IN ('upheld', 'interest')) AS corrected
        FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
        WHERE r.contract_id = (settlement_accounts.terms).contract_id AND lower(r.period) = lower(settlement_accounts.period)
          AND (r.kind <> 'on_account' OR upper(r.period) <= upper(settlement_accounts.period))
        GROUP BY l.party, l.vat_treatment
    )
    SELECT coalesce(s.party_order, CASE WHEN p.party = (settlement_accounts.terms).counterparty THEN 1000000 END, o.party_order, 2000000), coalesce(s.party, p.party),
           CASE WHEN coalesce(s.party, p.party) = (settlement_accounts.terms).counterparty THEN 'counterparty' WHEN s.party IS NOT NULL OR o.party IS NOT NULL THEN 'party' ELSE 'former' END,
           coalesce(s.vat_treatment, p.vat_treatment), (coalesce(s.amount, 0) + coalesce(p.corrected, 0))::numeric(18,2), coalesce(p.amount, 0)::numeric(18,2), coalesce(p.corrected, 0)::numeric(18,2)
    FROM standing s FULL JOIN posted p ON p.party = s.party AND p.vat_treatment = s.vat_treatment
    LEFT JOIN (SELECT DISTINCT h.party, h.party_order FROM share h) o ON o.party = p.party;
END
$$;
COMMENT ON FUNCTION @icb@.settlement_accounts(@icb@.contract_terms, daterange, numeric) IS
    'A cumulative settlement over parties and counterparty, per VAT treatment, beside what earlier runs of the settlement year posted to each; corrected is the part of both that stands beside what is computed.';

-- Cases, indicators and conditions, and what the parties hold already; NULL when there is none of all that.
CREATE FUNCTION @icb@.detail_with_own(contract_id text, version integer, period daterange) RETURNS commissioning.settlement_detail
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    detail commissioning.settlement_detail;
    own commissioning.settlement_account[];
BEGIN
    -- most terms have no parts, and the plans of this function are kept
    IF EXISTS (SELECT FROM @icb@.contract_terms t WHERE t.contract_id = detail_with_own.contract_id AND t.version = detail_with_own.version AND t.stop_loss IS NOT NULL)
       OR EXISTS (SELECT FROM @icb@.terms_indicator i WHERE i.contract_id = detail_with_own.contract_id AND i.version = detail_with_own.version)
       OR EXISTS (SELECT FROM @icb@.terms_condition i WHERE i.contract_id = detail_with_own.contract_id AND i.version = detail_with_own.version) THEN
        detail := @icb@.detail_of(detail_with_own.contract_id, detail_with_own.version, detail_with_own.period);
    END IF;
    SELECT pg_catalog.array_agg(ROW(o.party, o.own_amount, NULL, NULL, NULL, NULL, NULL)::commissioning.settlement_account ORDER BY o.party) INTO own
    FROM @icb@.settlement_own_input o WHERE o.contract_id = detail_with_own.contract_id AND o.period = detail_with_own.period;
    IF own IS NOT NULL THEN
        detail.accounts := own;
    END IF;
    RETURN detail;
END
$$;
COMMENT ON FUNCTION @icb@.detail_with_own(text, integer, daterange) IS
    'The detail of a settlement with what each party holds already (settlement_own_input); NULL when there is none.';

CREATE FUNCTION @icb@.settlement_hash(inputs @icb@.settlement_input, detail commissioning.settlement_detail) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
           'inputs', pg_catalog.to_jsonb(@icb@.inputs_of(inputs)), 'data_cutoff', (inputs).data_cutoff, 'detail', pg_catalog.to_jsonb(detail)))::text, 'UTF8')), 'hex');
COMMENT ON FUNCTION @icb@.settlement_hash(@icb@.settlement_input, commissioning.settlement_detail) IS
    'SHA-256 of everything that a settlement is computed from besides its terms, cut-off of the data included.';

-- What is settled when one asks for it now; nothing is written.
CREATE FUNCTION @icb@.settlement_draft(contract_id text, period daterange, kind text) RETURNS @icb@.settlement_run
    LANGUAGE plpgsql
AS $$
DECLARE
    terms @icb@.contract_terms := @icb@.terms_for(settlement_draft.contract_id, settlement_draft.period, settlement_draft.kind);
    inputs @icb@.settlement_input;
    detail commissioning.settlement_detail;
    draft @icb@.settlement_run;
BEGIN
    -- against a change while it is being posted
    IF settlement_draft.kind = 'illustrative' THEN
        SELECT i.* INTO inputs FROM @icb@.settlement_input i WHERE i.contract_id = settlement_draft.contract_id AND i.period = settlement_draft.period;
    ELSE
        PERFORM FROM @icb@.contract_terms t
        WHERE t.contract_id = terms.contract_id AND t.version = terms.version AND t.valid @> (upper(settlement_draft.period) - 1) FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'version % of the terms of contract "%" was ended meanwhile', terms.version, terms.contract_id
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Settle again, under the terms that are in force now.';
        END IF;
        SELECT i.* INTO inputs FROM @icb@.settlement_input i WHERE i.contract_id = settlement_draft.contract_id AND i.period = settlement_draft.period FOR SHARE;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no inputs for %', settlement_draft.contract_id, settlement_draft.period
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Record benchmark and actual of exactly this period in settlement_input.';
    END IF;
    IF settlement_draft.kind <> 'illustrative' THEN
        PERFORM @icb@.check_inputs(terms, inputs);
    END IF;
    IF EXISTS (SELECT 1 FROM commissioning.split_parties(terms.split) s WHERE s.party = terms.counterparty) THEN
        RAISE EXCEPTION 'counterparty "%" of contract "%" is also a party of the split', terms.counterparty, terms.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'What the counterparty keeps is what the curve does not share; leave it out of the split.';
    END IF;
    detail := @icb@.detail_with_own(settlement_draft.contract_id, terms.version, settlement_draft.period);
    draft.contract_id := settlement_draft.contract_id;
    draft.terms_version := terms.version;
    draft.period := settlement_draft.period;
    draft.kind := settlement_draft.kind;
    draft.input_hash := @icb@.settlement_hash(inputs, detail);
    draft.follows := coalesce((SELECT max(r.run_id) FROM @icb@.settlement_run r
        WHERE r.contract_id = settlement_draft.contract_id AND lower(r.period) = lower(settlement_draft.period) AND r.status = 'posted'
          AND r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated')), 0);
    draft.data_cutoff := inputs.data_cutoff;
    -- the row, with the numbers as the statement takes them
    draft.inputs := pg_catalog.to_jsonb(inputs) || pg_catalog.to_jsonb(@icb@.inputs_of(inputs));
    draft.detail := pg_catalog.to_jsonb(detail);
    draft.input_rows := 1 + coalesce(pg_catalog.cardinality(detail.cases), 0) + coalesce(pg_catalog.cardinality(detail.indicators), 0)
                        + coalesce(pg_catalog.cardinality(detail.conditions), 0) + coalesce(pg_catalog.cardinality(detail.accounts), 0);
    draft.sign_off := terms.sign_off;
    draft.terms_hash := @icb@.terms_hash(terms);
    RETURN draft;
END
$$;
COMMENT ON FUNCTION @icb@.settlement_draft(text, daterange, text) IS
    'The run that a settlement would be now, without its result: terms version and hash, inputs and hash, and the run it follows. 55000 for unsigned or missing terms, or missing inputs.';
REVOKE EXECUTE ON FUNCTION @icb@.settlement_draft(text, daterange, text) FROM PUBLIC;

CREATE FUNCTION @icb@.parties_of(terms @icb@.contract_terms, period daterange, amount numeric) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(a) ORDER BY a.party_order, a.party, a.vat_treatment)
            FROM @icb@.settlement_accounts(parties_of.terms, parties_of.period, parties_of.amount) a);
END
$$;
COMMENT ON FUNCTION @icb@.parties_of(@icb@.contract_terms, daterange, numeric) IS 'The rows of settlement_accounts as one value, to be kept with a run.';

-- The statement divides the settlement over the parties by itself; the ledger never posts anything else.
CREATE FUNCTION @icb@.check_parties(parties jsonb, stands jsonb) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    differs text := (
        SELECT pg_catalog.format('%s stands at %s, not at %s', p.party, s.value, p.amount)
        FROM (SELECT x.party, sum(x.cumulative_amount - x.corrected) AS amount
              FROM pg_catalog.jsonb_to_recordset(parties) AS x (party text, cumulative_amount numeric, corrected numeric) GROUP BY x.party) p
        FULL JOIN pg_catalog.jsonb_each_text(stands) s ON s.key = p.party
        WHERE coalesce(s.value::numeric, 0) <> coalesce(p.amount, 0) LIMIT 1);
BEGIN
    IF differs IS NOT NULL THEN
        RAISE EXCEPTION 'statement and ledger disagree: %', differs USING ERRCODE = 'internal_error';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.check_parties(jsonb, jsonb) IS 'Refuses to post what the statement does not say (XX000): accounts of the parties, corrections aside, against its party lines.';

CREATE FUNCTION @icb@.prepare_settlement(contract_id text, period daterange, kind text) RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    draft @icb@.settlement_run;
    last @icb@.settlement_run;
    terms @icb@.contract_terms;
    steps jsonb;
    stands jsonb;
    id bigint;
BEGIN
    PERFORM @icb@.lock_contract(prepare_settlement.contract_id);
    draft := @icb@.settlement_draft(prepare_settlement.contract_id, prepare_settlement.period, prepare_settlement.kind);
    SELECT t.* INTO terms FROM @icb@.contract_terms t WHERE t.contract_id = draft.contract_id AND t.version = draft.terms_version;
    -- lines about one party are not kept as steps: they stand with the parties and in the ledger, which must say the same
    SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) ORDER BY s.step) FILTER (WHERE s.party IS NULL),
           (pg_catalog.array_agg(s.amount ORDER BY s.step DESC) FILTER (WHERE s.line_code = 'settlement'))[1],
           pg_catalog.jsonb_object_agg(s.party, s.amount) FILTER (WHERE s.line_code = 'party')
    INTO steps, draft.amount, stands
    FROM commissioning.settle(@icb@.terms_of(terms), pg_catalog.jsonb_populate_record(NULL::commissioning.settlement_inputs, draft.inputs),
                              coalesce(CASE WHEN draft.detail IS NOT NULL THEN pg_catalog.jsonb_populate_record(NULL::commissioning.settlement_detail, draft.detail) END,
                                       ROW(NULL, NULL, NULL, NULL)::commissioning.settlement_detail)) s;
    draft.parties := @icb@.parties_of(terms, draft.period, draft.amount);
    PERFORM @icb@.check_parties(draft.parties, stands);

    SELECT r.* INTO last FROM @icb@.settlement_run r WHERE r.run_id = draft.follows;
    IF draft.kind <> 'illustrative' THEN
        IF last.terms_version = draft.terms_version AND last.period = draft.period AND last.kind = draft.kind AND last.input_hash = draft.input_hash
           AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_to_recordset(draft.parties) AS p (cumulative_amount numeric, posted_before numeric) WHERE p.cumulative_amount <> p.posted_before) THEN
            -- the very same settlement again: nothing new to post
            RETURN last.run_id;
        END IF;
        IF upper(last.period) > upper(draft.period) THEN
            RAISE EXCEPTION 'contract "%" has been settled up to %, beyond the end of %', draft.contract_id, upper(last.period) - 1, draft.period
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'Periods are cumulative: settle the longer period again.';
        END IF;
    END IF;
    -- what was prepared in the same way waits still
    SELECT r.run_id INTO id FROM @icb@.settlement_run r
    WHERE r.contract_id = draft.contract_id AND lower(r.period) = lower(draft.period) AND r.period = draft.period AND r.kind = draft.kind
      AND r.status IN ('illustrative', 'prepared', 'reviewed', 'agreed') AND r.terms_version = draft.terms_version AND r.terms_hash = draft.terms_hash
      AND r.input_hash = draft.input_hash AND r.follows = draft.follows AND r.parties = draft.parties AND r.engine_version = commissioning.version()
    ORDER BY r.run_id DESC LIMIT 1;
    IF FOUND THEN
        RETURN id;
    END IF;
    IF draft.kind <> 'illustrative' THEN
        UPDATE @icb@.settlement_run r SET status = 'withdrawn', withdrawn_by = session_user, withdrawn_at = pg_catalog.clock_timestamp(), reason = 'prepared again'
        WHERE r.contract_id = draft.contract_id AND lower(r.period) = lower(draft.period) AND r.period = draft.period AND r.kind = draft.kind
          AND r.status IN ('prepared', 'reviewed', 'agreed');
    END IF;
    INSERT INTO @icb@.settlement_run (contract_id, terms_version, period, kind, input_hash, follows, data_cutoff, inputs, amount, engine_version, created_by,
                                      status, terms_hash, detail, input_rows, parties, sign_off, prepared_by)
    VALUES (draft.contract_id, draft.terms_version, draft.period, draft.kind, draft.input_hash, draft.follows, draft.data_cutoff, draft.inputs, draft.amount,
            commissioning.version(), session_user, CASE draft.kind WHEN 'illustrative' THEN 'illustrative' ELSE 'prepared' END, draft.terms_hash, draft.detail,
            draft.input_rows, draft.parties, draft.sign_off, session_user)
    RETURNING settlement_run.run_id INTO id;
    INSERT INTO @icb@.settlement_step (run_id, step, line_code, clause, formula, quantity, rate, exact_text, amount)
    SELECT id, s.step, s.line_code, coalesce(terms.clauses ->> s.line_code || ', ', '') || s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount
    FROM pg_catalog.jsonb_to_recordset(steps) AS s (step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric);
    IF draft.sign_off = 'none' AND draft.kind <> 'illustrative' THEN
        PERFORM @icb@.post_lines(id);
    END IF;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.prepare_settlement(text, daterange, text) IS
    'Computes and stores a settlement, and posts it where the terms ask for no sign-off. The run; an earlier one where the same settlement is posted or waits already. Used by settle_contract.';
REVOKE EXECUTE ON FUNCTION @icb@.prepare_settlement(text, daterange, text) FROM PUBLIC;

CREATE FUNCTION @icb@.settlement_lines(run_id bigint)
    RETURNS TABLE (run_id_out bigint, line_order integer, line_code text, clause text, formula text, quantity numeric, rate text,
                   exact_text text, amount numeric, party text)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT s.run_id, s.step, s.line_code, s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount, s.party
    FROM @icb@.settlement_step s WHERE s.run_id = settlement_lines.run_id
    UNION ALL
    SELECT l.run_id, 1000 + l.line_no, l.role, 'split', l.cumulative_amount || ' less ' || l.posted_before || ' posted before',
           NULL, NULL, NULL, l.amount, l.party
    FROM @icb@.settlement_line l WHERE l.run_id = settlement_lines.run_id
    UNION ALL
    -- not posted: what would be
    SELECT r.run_id, (1000 + pg_catalog.row_number() OVER (ORDER BY p.party_order, p.party, p.vat_treatment))::integer, p.role, 'split',
           p.cumulative_amount || ' less ' || p.posted_before || ' posted before', NULL, NULL, NULL, p.cumulative_amount - p.posted_before, p.party
    FROM @icb@.settlement_run r
    CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(r.parties) AS p (party_order integer, party text, role text, vat_treatment text, cumulative_amount numeric(18,2), posted_before numeric(18,2))
    WHERE r.run_id = settlement_lines.run_id AND r.status <> 'posted'
    ORDER BY 2
$$;
COMMENT ON FUNCTION @icb@.settlement_lines(bigint) IS 'The statement of a run: its steps, then one row per party with the amount posted, or, for a run that is not posted, what would be.';

CREATE FUNCTION @icb@.settle_contract(contract_id text, period daterange, kind text)
    RETURNS TABLE (run_id bigint, line_order integer, line_code text, clause text, formula text, quantity numeric, rate text,
                   exact_text text, amount numeric, party text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    id bigint;
BEGIN
    IF settle_contract.kind IS NULL OR settle_contract.kind NOT IN ('interim', 'flex', 'freeze', 'final', 'restated', 'illustrative') THEN
        RAISE EXCEPTION 'unknown kind "%"', settle_contract.kind USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use interim, flex, freeze, final or restated, or illustrative, which posts nothing.';
    END IF;
    IF settle_contract.period IS NULL OR lower(settle_contract.period) IS NULL OR upper(settle_contract.period) IS NULL THEN
        RAISE EXCEPTION 'period must have a first and a last day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM @icb@.contract c WHERE c.contract_id = settle_contract.contract_id) THEN
        RAISE EXCEPTION 'contract "%" does not exist', settle_contract.contract_id USING ERRCODE = 'undefined_object';
    END IF;
    id := @icb@.prepare_settlement(settle_contract.contract_id, settle_contract.period, settle_contract.kind);
    RETURN QUERY SELECT * FROM @icb@.settlement_lines(id);
END
$$;
COMMENT ON FUNCTION @icb@.settle_contract(text, daterange, text) IS
    'Settles a contract for a cumulative period. Where the terms ask for no sign-off it posts, per party, the difference to what was posted before; else the run is prepared, and posted by post_run once it is signed off. The lines of a run sum to 0. The same terms, inputs and kind right after themselves return the earlier run and post nothing. kind: interim, flex, freeze, final, restated, or illustrative (stored, never posted; drafts allowed). Returns the statement: steps, then one row per party with the amount posted or to be posted. 42704 for an unknown contract; 55000 for unsigned or missing terms, missing inputs, or a period shorter than one already settled; 22023 for a missing actual, score or other input, saying what to record.';
REVOKE EXECUTE ON FUNCTION @icb@.settle_contract(text, daterange, text) FROM PUBLIC;

CREATE PROCEDURE @icb@.settle_contracts(kind text DEFAULT 'interim')
    LANGUAGE plpgsql
AS $$
DECLARE
    id bigint := @icb@.start_run('settle', pg_catalog.jsonb_build_object('kind', settle_contracts.kind));
    todo @icb@.settlement_input[];
    item @icb@.settlement_input;
    refused text[] := '{}';
    n integer := 0;
    before bigint := (SELECT coalesce(max(r.run_id), 0) FROM @icb@.settlement_run r);
    waiting bigint;
BEGIN
    COMMIT;
    -- the longest period of each settlement year includes the others
    SELECT pg_catalog.array_agg(i.input ORDER BY (i.input).contract_id, (i.input).period) INTO todo
    FROM (SELECT DISTINCT ON (s.contract_id, lower(s.period)) s AS input FROM @icb@.settlement_input s
          ORDER BY s.contract_id, lower(s.period), upper(s.period) DESC) i;
    FOREACH item IN ARRAY coalesce(todo, '{}') LOOP
        BEGIN
            PERFORM @icb@.settle_contract(item.contract_id, item.period, settle_contracts.kind);
        EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_parameter_value OR numeric_value_out_of_range THEN
            refused := refused || pg_catalog.format('%s: %s', item.contract_id, SQLERRM);
        END;
        n := n + 1;
        PERFORM @icb@.report_progress(id, 100.0 * n / pg_catalog.cardinality(todo), item.contract_id);
        COMMIT;
    END LOOP;
    waiting := (SELECT count(*) FROM @icb@.settlement_run r WHERE r.kind = settle_contracts.kind AND r.status IN ('prepared', 'reviewed', 'agreed'));
    PERFORM @icb@.finish_run(id, rows_in => n,
        rows_out => (SELECT count(*) FROM @icb@.settlement_line l WHERE l.run_id > before),
        amount_out => (SELECT coalesce(sum(l.amount), 0) FROM @icb@.settlement_line l WHERE l.run_id > before AND l.role <> 'counterparty'),
        status => CASE WHEN EXISTS (SELECT FROM @icb@.settlement_run r WHERE r.run_id > before) THEN 'done' ELSE 'unchanged' END,
        message => pg_catalog.format('%s settled, %s refused', n - pg_catalog.cardinality(refused), pg_catalog.cardinality(refused))
                   || CASE WHEN waiting > 0 THEN pg_catalog.format(', %s prepared and waiting for sign-off', waiting) ELSE '' END
                   || CASE WHEN pg_catalog.cardinality(refused) > 0 THEN ': ' || pg_catalog.array_to_string(refused, '; ') ELSE '' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.settle_contracts(text) IS
    'Settles every contract for which inputs are recorded, each for the longest period of each settlement year, committing after each: posts where the terms ask for no sign-off, prepares where they do, and says how many wait. A contract that cannot be settled is left, with the reason in the message of the run. A repeat posts nothing.';
REVOKE EXECUTE ON PROCEDURE @icb@.settle_contracts(text) FROM PUBLIC;
