-- Corrections beside what is computed: an upheld dispute, interest. They stand until they are taken back, however often the contract is settled again.

-- entries: [{"party", "role", "vat_treatment", "amount"}], which sum to 0.
CREATE FUNCTION @icb@.post_correction(contract_id text, terms_version integer, period daterange, kind text, key text, reason_code text, reason text, entries jsonb)
    RETURNS bigint
    LANGUAGE plpgsql
AS $$
DECLARE
    id bigint;
    found_parties jsonb;
BEGIN
    PERFORM @icb@.lock_contract(post_correction.contract_id);
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('party_order', e.n, 'party', e.party, 'role', e.role, 'vat_treatment', e.vat_treatment,
               'cumulative_amount', coalesce(p.amount, 0) + e.amount, 'posted_before', coalesce(p.amount, 0)) ORDER BY e.n)
    INTO found_parties
    FROM (SELECT min(x.n) AS n, x.entry ->> 'party' AS party, max(x.entry ->> 'role') AS role, x.entry ->> 'vat_treatment' AS vat_treatment, sum((x.entry ->> 'amount')::numeric(18,2)) AS amount
          FROM pg_catalog.jsonb_array_elements(post_correction.entries) WITH ORDINALITY AS x (entry, n) GROUP BY x.entry ->> 'party', x.entry ->> 'vat_treatment') e
    LEFT JOIN (SELECT l.party, l.vat_treatment, sum(l.amount) AS amount
               FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
               WHERE r.contract_id = post_correction.contract_id AND lower(r.period) = lower(post_correction.period)
               GROUP BY l.party, l.vat_treatment) p ON p.party = e.party AND p.vat_treatment = e.vat_treatment;
    INSERT INTO @icb@.settlement_run (contract_id, terms_version, period, kind, input_hash, follows, inputs, amount, engine_version, created_by, status, sign_off, parties, prepared_by, reason)
    VALUES (post_correction.contract_id, post_correction.terms_version, post_correction.period, post_correction.kind, post_correction.key,
            coalesce((SELECT max(r.run_id) FROM @icb@.settlement_run r WHERE r.contract_id = post_correction.contract_id AND lower(r.period) = lower(post_correction.period)
                      AND r.status = 'posted' AND r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated')), 0),
            pg_catalog.jsonb_build_object('reason_code', post_correction.reason_code),
            (SELECT coalesce(sum((p.entry ->> 'amount')::numeric), 0) FROM pg_catalog.jsonb_array_elements(post_correction.entries) AS p (entry) WHERE p.entry ->> 'role' <> 'counterparty'),
            commissioning.version(), session_user, 'prepared', 'none', found_parties, session_user, post_correction.reason)
    RETURNING settlement_run.run_id INTO id;
    PERFORM @icb@.post_lines(id);
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.post_correction(text, integer, daterange, text, text, text, text, jsonb) IS
    'Posts balanced lines beside what is computed, in the open accounting period, once per key. The run.';
REVOKE EXECUTE ON FUNCTION @icb@.post_correction(text, integer, daterange, text, text, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION @icb@.cancel_correction(run_id bigint, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.lock_settlement(cancel_correction.run_id);
BEGIN
    IF run.kind NOT IN ('upheld', 'interest') OR run.inputs ->> 'reason_code' = 'cancelled' THEN
        RAISE EXCEPTION 'settlement run % is no correction', run.run_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Runs of kind upheld and interest can be taken back; a settlement is corrected by settling again.';
    ELSIF coalesce(btrim(cancel_correction.reason), '') = '' THEN
        RAISE EXCEPTION 'a correction is taken back for a reason' USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM @icb@.settlement_run r WHERE r.contract_id = run.contract_id AND r.input_hash = 'cancels ' || run.run_id) THEN
        RAISE EXCEPTION 'settlement run % has been taken back', run.run_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN @icb@.post_correction(run.contract_id, run.terms_version, run.period, run.kind, 'cancels ' || run.run_id, 'cancelled', cancel_correction.reason,
        (SELECT jsonb_agg(jsonb_build_object('party', l.party, 'role', l.role, 'vat_treatment', l.vat_treatment, 'amount', - l.amount) ORDER BY l.line_no)
         FROM @icb@.settlement_line l WHERE l.run_id = run.run_id));
END
$$;
COMMENT ON FUNCTION @icb@.cancel_correction(bigint, text) IS
    'Takes a correction back by opposite lines, once: for example when the inputs now say what was upheld. Interest taken back is charged again by the next charge_interest, unless what was late has changed. The new run. 55000 for a run that is no correction or was taken back, 22023 without a reason, 42704 for an unknown run.';
REVOKE EXECUTE ON FUNCTION @icb@.cancel_correction(bigint, text) FROM PUBLIC;
