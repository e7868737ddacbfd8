-- Changes of terms and of baselines: who proposed them, why, what they come to in pounds for each party, and who else decided.

CREATE TABLE @icb@.variation (
    variation_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id   text NOT NULL,
    from_version  integer NOT NULL,
    to_version    integer NOT NULL CHECK (to_version <> from_version),
    proposing_party text NOT NULL,
    reason        text NOT NULL,
    to_hash       text NOT NULL,
    period        daterange,
    effect        jsonb,
    effect_note   text NOT NULL,
    proposed_by   text NOT NULL DEFAULT session_user,
    proposed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    decision      text NOT NULL DEFAULT 'proposed' CHECK (decision IN ('proposed', 'agreed', 'rejected', 'withdrawn')),
    decided_by    text,
    decided_at    timestamptz,
    decision_note text NOT NULL DEFAULT '',
    FOREIGN KEY (contract_id, from_version) REFERENCES @icb@.contract_terms,
    FOREIGN KEY (contract_id, to_version) REFERENCES @icb@.contract_terms,
    CHECK ((decision = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (decision NOT IN ('agreed', 'rejected') OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX variation_open ON @icb@.variation (contract_id, to_version) WHERE decision IN ('proposed', 'agreed');
COMMENT ON TABLE @icb@.variation IS 'Changes of signed terms: from which version to which, why, and what they come to. Decided once, by another person than proposed them.';
COMMENT ON COLUMN @icb@.variation.variation_id IS 'Number of the variation.';
COMMENT ON COLUMN @icb@.variation.from_version IS 'Version of the terms that it changes.';
COMMENT ON COLUMN @icb@.variation.to_version IS 'Draft that it brings.';
COMMENT ON COLUMN @icb@.variation.proposing_party IS 'Party that asks for it.';
COMMENT ON COLUMN @icb@.variation.reason IS 'Why.';
COMMENT ON COLUMN @icb@.variation.to_hash IS 'terms_hash of the draft as it was proposed.';
COMMENT ON COLUMN @icb@.variation.period IS 'Period whose recorded inputs the effect was computed from.';
COMMENT ON COLUMN @icb@.variation.effect IS
    'What it changes for each party in pounds, {"party": pounds}: the latest recorded inputs settled under the new version, less the same under the old one. NULL: not known.';
COMMENT ON COLUMN @icb@.variation.effect_note IS 'What the effect was computed from, or why it is not known.';
COMMENT ON COLUMN @icb@.variation.proposed_by IS 'Login that recorded the proposal.';
COMMENT ON COLUMN @icb@.variation.proposed_at IS 'When.';
COMMENT ON COLUMN @icb@.variation.decision IS 'proposed, agreed, rejected or withdrawn.';
COMMENT ON COLUMN @icb@.variation.decided_by IS 'Login that decided; NULL until then.';
COMMENT ON COLUMN @icb@.variation.decided_at IS 'When.';
COMMENT ON COLUMN @icb@.variation.decision_note IS 'What was said.';

CREATE FUNCTION @icb@.keep_variation() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.decision = 'proposed' AND NEW.decision <> 'proposed'
       AND (pg_catalog.to_jsonb(NEW) - ARRAY['decision', 'decided_by', 'decided_at', 'decision_note']) = (pg_catalog.to_jsonb(OLD) - ARRAY['decision', 'decided_by', 'decided_at', 'decision_note']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'variation % stays as it is', OLD.variation_id
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A variation is decided once; propose another.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_variation() IS 'Trigger: a variation is only ever decided, once (55000).';
CREATE TRIGGER keep_variation BEFORE UPDATE OR DELETE ON @icb@.variation FOR EACH ROW EXECUTE FUNCTION @icb@.keep_variation();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.variation FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded();

-- Parties without the accounts that only a settlement run knows.
CREATE FUNCTION @icb@.party_amounts(terms @icb@.contract_terms, inputs commissioning.settlement_inputs, detail commissioning.settlement_detail)
    RETURNS TABLE (party text, amount numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    clauses commissioning.settlement_terms := @icb@.terms_of(party_amounts.terms);
    total numeric;
BEGIN
    clauses.split := NULL;
    clauses.counterparty := NULL;
    SELECT s.amount INTO total FROM commissioning.settle(clauses, party_amounts.inputs, party_amounts.detail) s WHERE s.line_code = 'settlement';
    RETURN QUERY SELECT s.party, s.amount FROM commissioning.split_amount(total, (party_amounts.terms).split, (party_amounts.terms).split_method) s;
    IF (party_amounts.terms).counterparty IS NOT NULL THEN
        RETURN QUERY SELECT (party_amounts.terms).counterparty, - total;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.party_amounts(@icb@.contract_terms, commissioning.settlement_inputs, commissioning.settlement_detail) IS
    'What each party, and the counterparty, would get (positive) or pay under terms for given inputs. Errors as settle.';

CREATE FUNCTION @icb@.change_effect(old_terms @icb@.contract_terms, old_inputs commissioning.settlement_inputs, new_terms @icb@.contract_terms, new_inputs commissioning.settlement_inputs, period daterange)
    RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT pg_catalog.jsonb_object_agg(coalesce(n.party, o.party), coalesce(n.amount, 0.00) - coalesce(o.amount, 0.00))
    FROM @icb@.party_amounts(change_effect.new_terms, change_effect.new_inputs, @icb@.detail_of((change_effect.new_terms).contract_id, (change_effect.new_terms).version, change_effect.period)) n
    FULL JOIN @icb@.party_amounts(change_effect.old_terms, change_effect.old_inputs, @icb@.detail_of((change_effect.old_terms).contract_id, (change_effect.old_terms).version, change_effect.period)) o
      ON o.party = n.party
$$;
COMMENT ON FUNCTION @icb@.change_effect(@icb@.contract_terms, commissioning.settlement_inputs, @icb@.contract_terms, commissioning.settlement_inputs, daterange) IS
    'What each party gets more (or less, negative) under new terms and inputs than under old ones: {"party": pounds}. Errors as settle.';

-- Terms that name a baseline of the very period settle from it.
CREATE FUNCTION @icb@.inputs_under(terms @icb@.contract_terms, recorded @icb@.settlement_input) RETURNS commissioning.settlement_inputs
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    inputs commissioning.settlement_inputs := @icb@.inputs_of(inputs_under.recorded);
BEGIN
    SELECT b.amount + @icb@.exclusion_effect(b.contract_id, b.period) INTO inputs.benchmark FROM @icb@.baseline b
    WHERE b.contract_id = (inputs_under.terms).contract_id AND b.baseline_version = (inputs_under.terms).baseline_version AND b.period = (inputs_under.recorded).period;
    IF NOT FOUND THEN
        inputs.benchmark := (inputs_under.recorded).benchmark;
    END IF;
    RETURN inputs;
END
$$;
COMMENT ON FUNCTION @icb@.inputs_under(@icb@.contract_terms, @icb@.settlement_input) IS
    'Recorded inputs as terms would settle them: with the baseline that the terms name, where it is one of that period, and the exclusions signed.';

CREATE FUNCTION @icb@.propose_variation(contract_id text, from_version integer, to_version integer, proposing_party text, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    old_terms @icb@.contract_terms := @icb@.terms_version(propose_variation.contract_id, propose_variation.from_version);
    new_terms @icb@.contract_terms := @icb@.terms_version(propose_variation.contract_id, propose_variation.to_version);
    recorded @icb@.settlement_input := @icb@.latest_inputs(propose_variation.contract_id);
    effect jsonb;
    note text := 'no inputs are recorded for the contract yet';
    id bigint;
BEGIN
    IF new_terms.signed_at IS NOT NULL THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" is signed already', new_terms.version, new_terms.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A variation brings a draft; add one.';
    END IF;
    IF recorded.contract_id IS NOT NULL THEN
        BEGIN
            effect := @icb@.change_effect(old_terms, @icb@.inputs_under(old_terms, recorded), new_terms, @icb@.inputs_under(new_terms, recorded), recorded.period);
            note := format('inputs recorded for %s to %s', to_char(lower(recorded.period), 'YYYY-MM-DD'), to_char(upper(recorded.period) - 1, 'YYYY-MM-DD'));
        EXCEPTION WHEN invalid_parameter_value OR null_value_not_allowed OR numeric_value_out_of_range THEN
            note := format('inputs recorded for %s to %s: %s', to_char(lower(recorded.period), 'YYYY-MM-DD'), to_char(upper(recorded.period) - 1, 'YYYY-MM-DD'), SQLERRM);
        END;
    END IF;
    INSERT INTO @icb@.variation (contract_id, from_version, to_version, proposing_party, reason, to_hash, period, effect, effect_note, proposed_by)
    VALUES (old_terms.contract_id, old_terms.version, new_terms.version, @icb@.expect_text(propose_variation.proposing_party, 'the party that asks for the variation'),
            @icb@.expect_text(propose_variation.reason, 'the reason of the variation'), @icb@.terms_hash(new_terms), recorded.period, effect, note, session_user)
    RETURNING variation.variation_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.propose_variation(text, integer, integer, text, text) IS
    'Proposes to replace one version of the terms by another, a draft: which party asks, why, and what it comes to for each party if the latest recorded inputs are settled under both. Returns its number. 42704 for unknown terms, 55000 when the draft is signed, 22023 without party or reason, 23505 when a variation that brings the draft is open or agreed.';
REVOKE EXECUTE ON FUNCTION @icb@.propose_variation(text, integer, integer, text, text) FROM PUBLIC;

CREATE FUNCTION @icb@.decide_variation(variation_id bigint, decision text, note text DEFAULT '') RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v @icb@.variation;
    terms @icb@.contract_terms;
BEGIN
    SELECT x.* INTO v FROM @icb@.variation x WHERE x.variation_id = decide_variation.variation_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no variation %', decide_variation.variation_id USING ERRCODE = 'undefined_object';
    ELSIF decide_variation.decision IS NULL OR decide_variation.decision NOT IN ('agreed', 'rejected', 'withdrawn') THEN
        RAISE EXCEPTION 'invalid decision "%"', decide_variation.decision
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A variation is agreed, rejected or withdrawn.';
    ELSIF v.decision <> 'proposed' THEN
        RAISE EXCEPTION 'variation % is % already', v.variation_id, v.decision
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A variation is decided once; propose another.';
    ELSIF decide_variation.decision = 'withdrawn' AND v.proposed_by <> session_user THEN
        RAISE EXCEPTION 'variation % was proposed by "%", who alone withdraws it', v.variation_id, v.proposed_by
            USING ERRCODE = 'insufficient_privilege', HINT = 'Others reject it.';
    ELSIF decide_variation.decision <> 'withdrawn' AND v.proposed_by = session_user THEN
        RAISE EXCEPTION 'variation % was proposed by "%", who cannot decide it', v.variation_id, v.proposed_by
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another person decides what one has proposed.';
    END IF;
    terms := @icb@.terms_version(v.contract_id, v.to_version);
    IF decide_variation.decision = 'agreed' AND @icb@.terms_hash(terms) <> v.to_hash THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" has changed since variation % was proposed', v.to_version, v.contract_id, v.variation_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Reject it, and have the draft proposed as it is now.';
    END IF;
    UPDATE @icb@.variation x SET decision = decide_variation.decision, decided_by = session_user, decided_at = clock_timestamp(), decision_note = coalesce(decide_variation.note, '')
    WHERE x.variation_id = v.variation_id;
END
$$;
COMMENT ON FUNCTION @icb@.decide_variation(bigint, text, text) IS
    'Decides a proposed variation: agreed or rejected, by another person than proposed it; withdrawn, by who proposed it. 42501 for the wrong person, 42704 for an unknown variation, 55000 when it is decided or the draft has changed since.';
REVOKE EXECUTE ON FUNCTION @icb@.decide_variation(bigint, text, text) FROM PUBLIC;

-- Baselines ------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.propose_baseline(contract_id text, period daterange, amount numeric, method text, reason text, measured_on daterange DEFAULT NULL, data_cutoff date DEFAULT NULL) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before @icb@.baseline;
    recorded @icb@.settlement_input;
    terms @icb@.contract_terms;
    old_inputs commissioning.settlement_inputs;
    new_inputs commissioning.settlement_inputs;
    effect jsonb;
    note text := 'the first baseline of the period';
    next_version integer;
BEGIN
    PERFORM FROM @icb@.contract c WHERE c.contract_id = propose_baseline.contract_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" does not exist', propose_baseline.contract_id USING ERRCODE = 'undefined_object';
    END IF;
    next_version := 1 + coalesce((SELECT max(b.baseline_version) FROM @icb@.baseline b WHERE b.contract_id = propose_baseline.contract_id), 0);
    SELECT b.* INTO before FROM @icb@.baseline b
    WHERE b.contract_id = propose_baseline.contract_id AND b.period = propose_baseline.period AND b.approved_at IS NOT NULL
    ORDER BY b.baseline_version DESC LIMIT 1;
    IF FOUND THEN
        SELECT i.* INTO recorded FROM @icb@.settlement_input i WHERE i.contract_id = before.contract_id AND i.period = before.period;
        SELECT t.* INTO terms FROM @icb@.contract_terms t WHERE t.contract_id = before.contract_id AND t.valid @> (upper(before.period) - 1)
        ORDER BY t.signed_at IS NULL, t.version DESC LIMIT 1;
        IF recorded.contract_id IS NULL OR terms.contract_id IS NULL THEN
            note := 'no inputs, or no terms, are recorded for the period yet';
        ELSE
            BEGIN
                old_inputs := @icb@.inputs_of(recorded);
                old_inputs.benchmark := before.amount + coalesce(recorded.excluded, 0);
                new_inputs := old_inputs;
                new_inputs.benchmark := propose_baseline.amount + coalesce(recorded.excluded, 0);
                effect := @icb@.change_effect(terms, old_inputs, terms, new_inputs, before.period);
                note := format('inputs recorded for the period, against version %s', before.baseline_version);
            EXCEPTION WHEN invalid_parameter_value OR null_value_not_allowed OR numeric_value_out_of_range THEN
                note := format('inputs recorded for the period: %s', SQLERRM);
            END;
        END IF;
    END IF;
    INSERT INTO @icb@.baseline (contract_id, baseline_version, period, amount, method, reason, measured_on, data_cutoff, proposed_by, effect, effect_note)
    VALUES (propose_baseline.contract_id, next_version, propose_baseline.period, @icb@.expect_pounds(propose_baseline.amount, 'a baseline'), @icb@.expect_text(propose_baseline.method, 'the method of the baseline'),
            @icb@.expect_text(propose_baseline.reason, 'the reason of the baseline'), propose_baseline.measured_on, propose_baseline.data_cutoff, session_user, effect, note);
    RETURN next_version;
END
$$;
COMMENT ON FUNCTION @icb@.propose_baseline(text, daterange, numeric, text, text, daterange, date) IS
    'Proposes a baseline for a settlement period: pounds, method, reason, and what it was measured on. Against the locked baseline before, its effect on each party in pounds is computed. Returns its version, which another person locks (approve_baseline). 42704 for an unknown contract, 22023 without method or reason or for an amount that is no pounds and pence.';
REVOKE EXECUTE ON FUNCTION @icb@.propose_baseline(text, daterange, numeric, text, text, daterange, date) FROM PUBLIC;

CREATE FUNCTION @icb@.approve_baseline(contract_id text, baseline_version integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    b @icb@.baseline;
BEGIN
    SELECT x.* INTO b FROM @icb@.baseline x WHERE x.contract_id = approve_baseline.contract_id AND x.baseline_version = approve_baseline.baseline_version FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no version % of its baseline', approve_baseline.contract_id, approve_baseline.baseline_version USING ERRCODE = 'undefined_object';
    ELSIF b.approved_at IS NOT NULL THEN
        RAISE EXCEPTION 'baseline version % of contract "%" is locked already', b.baseline_version, b.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A change is a new version: propose_baseline.';
    ELSIF b.proposed_by = session_user THEN
        RAISE EXCEPTION 'baseline version % of contract "%" was proposed by "%", who cannot approve it', b.baseline_version, b.contract_id, b.proposed_by
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another person approves what one has proposed.';
    END IF;
    UPDATE @icb@.baseline x SET approved_by = session_user, approved_at = clock_timestamp() WHERE x.contract_id = b.contract_id AND x.baseline_version = b.baseline_version;
END
$$;
COMMENT ON FUNCTION @icb@.approve_baseline(text, integer) IS
    'Locks a proposed baseline for ever. 42501 for who proposed it, 42704 for an unknown version, 55000 when it is locked.';
REVOKE EXECUTE ON FUNCTION @icb@.approve_baseline(text, integer) FROM PUBLIC;
