-- Sign-off: prepared -> reviewed by another person -> agreed by each party -> posted.

CREATE TABLE @icb@.run_agreement (
    run_id      bigint NOT NULL REFERENCES @icb@.settlement_run,
    party       text NOT NULL,
    name        text NOT NULL CHECK (btrim(name) <> ''),
    role        text NOT NULL CHECK (btrim(role) <> ''),
    recorded_by text NOT NULL DEFAULT session_user,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, party)
);
COMMENT ON TABLE @icb@.run_agreement IS 'Who agreed to a prepared and reviewed settlement for a party. Append-only.';
COMMENT ON COLUMN @icb@.run_agreement.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb@.run_agreement.party IS 'Party of the split, or the counterparty.';
COMMENT ON COLUMN @icb@.run_agreement.name IS 'Who agreed.';
COMMENT ON COLUMN @icb@.run_agreement.role IS 'In what role.';
COMMENT ON COLUMN @icb@.run_agreement.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.run_agreement.recorded_at IS 'When it was recorded.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.run_agreement FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.run_agreement FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change();

CREATE FUNCTION @icb@.lock_settlement(run_id bigint) RETURNS @icb@.settlement_run
    LANGUAGE plpgsql
AS $$
DECLARE
    run @icb@.settlement_run;
BEGIN
    PERFORM @icb@.lock_contract(r.contract_id) FROM @icb@.settlement_run r WHERE r.run_id = lock_settlement.run_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no settlement run %', lock_settlement.run_id USING ERRCODE = 'undefined_object';
    END IF;
    SELECT r.* INTO run FROM @icb@.settlement_run r WHERE r.run_id = lock_settlement.run_id FOR UPDATE;
    RETURN run;
END
$$;
COMMENT ON FUNCTION @icb@.lock_settlement(bigint) IS 'A run, held until the end of the transaction; nothing else moves money of its contract meanwhile. 42704 for an unknown run.';
REVOKE EXECUTE ON FUNCTION @icb@.lock_settlement(bigint) FROM PUBLIC;

CREATE FUNCTION @icb@.expect_status(run @icb@.settlement_run, expected text[], what text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    IF (run).status <> ALL (expected) THEN
        RAISE EXCEPTION 'settlement run % is % and cannot be %', (run).run_id, (run).status, what
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = CASE (run).status WHEN 'prepared' THEN 'Have it reviewed first (review_run).'
                                           WHEN 'reviewed' THEN 'Have each party agree first (agree_run).'
                                           WHEN 'illustrative' THEN 'An illustrative settlement never posts: settle the contract under another kind.'
                                           WHEN 'withdrawn' THEN 'Prepare it again with settle_contract.'
                                           ELSE 'What is posted is corrected by settling again.' END;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.expect_status(@icb@.settlement_run, text[], text) IS 'Refuses a step that the status of a run does not allow (55000), saying which comes first.';

-- Has anything moved since the run was prepared? The reason, or NULL.
CREATE FUNCTION @icb@.run_outdated(run @icb@.settlement_run) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    now_draft @icb@.settlement_run := @icb@.settlement_draft((run).contract_id, (run).period, (run).kind);
    terms @icb@.contract_terms;
BEGIN
    IF now_draft.terms_version <> (run).terms_version OR now_draft.terms_hash <> (run).terms_hash THEN
        RETURN pg_catalog.format('version %s of the terms is in force, not version %s', now_draft.terms_version, (run).terms_version)
               || CASE WHEN now_draft.terms_version = (run).terms_version THEN ' as it was' ELSE '' END;
    ELSIF now_draft.input_hash <> (run).input_hash THEN
        RETURN 'the inputs are not what they were';
    ELSIF now_draft.follows <> (run).follows THEN
        RETURN pg_catalog.format('settlement run %s was posted', now_draft.follows);
    END IF;
    SELECT t.* INTO terms FROM @icb@.contract_terms t WHERE t.contract_id = (run).contract_id AND t.version = (run).terms_version;
    IF @icb@.parties_of(terms, (run).period, (run).amount) <> (run).parties THEN
        RETURN 'the accounts of the parties moved';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.run_outdated(@icb@.settlement_run) IS
    'Why a prepared settlement can no longer be posted: other terms in force, changed inputs, a later settlement, or accounts that moved (payments on account, corrections, VAT treatment). NULL when nothing changed.';
REVOKE EXECUTE ON FUNCTION @icb@.run_outdated(@icb@.settlement_run) FROM PUBLIC;

CREATE FUNCTION @icb@.review_run(run_id bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.lock_settlement(review_run.run_id);
BEGIN
    PERFORM @icb@.expect_status(run, ARRAY['prepared'], 'reviewed');
    IF run.prepared_by = session_user THEN
        RAISE EXCEPTION 'settlement run % was prepared by "%", who cannot review it', run.run_id, run.prepared_by
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another person reviews what one has prepared.';
    END IF;
    UPDATE @icb@.settlement_run r SET status = 'reviewed', reviewed_by = session_user, reviewed_at = clock_timestamp() WHERE r.run_id = run.run_id;
END
$$;
COMMENT ON FUNCTION @icb@.review_run(bigint) IS 'Marks a prepared settlement reviewed. 42501 for who prepared it, 55000 when it is not waiting for review, 42704 for an unknown run.';
REVOKE EXECUTE ON FUNCTION @icb@.review_run(bigint) FROM PUBLIC;

CREATE FUNCTION @icb@.agree_run(run_id bigint, party text, name text, role text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.lock_settlement(agree_run.run_id);
    missing text[];
BEGIN
    PERFORM @icb@.expect_status(run, ARRAY['reviewed'], 'agreed');
    IF NOT EXISTS (SELECT FROM jsonb_to_recordset(run.parties) AS p (party text) WHERE p.party = agree_run.party) THEN
        RAISE EXCEPTION '"%" is no party of settlement run %', agree_run.party, run.run_id
            USING ERRCODE = 'undefined_object',
                  HINT = 'Its parties are ' || (SELECT string_agg(DISTINCT p.party, ', ') FROM jsonb_to_recordset(run.parties) AS p (party text)) || '.';
    END IF;
    IF coalesce(btrim(agree_run.name), '') = '' OR coalesce(btrim(agree_run.role), '') = '' THEN
        RAISE EXCEPTION 'an agreement names who agreed and in what role' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO @icb@.run_agreement (run_id, party, name, role, recorded_by) VALUES (run.run_id, agree_run.party, agree_run.name, agree_run.role, session_user);
    SELECT array_agg(DISTINCT p.party) INTO missing FROM jsonb_to_recordset(run.parties) AS p (party text)
    WHERE NOT EXISTS (SELECT FROM @icb@.run_agreement a WHERE a.run_id = run.run_id AND a.party = p.party);
    IF missing IS NULL THEN
        UPDATE @icb@.settlement_run r SET status = 'agreed' WHERE r.run_id = run.run_id;
        RETURN 'agreed';
    END IF;
    RETURN 'waiting for ' || array_to_string(missing, ', ');
END
$$;
COMMENT ON FUNCTION @icb@.agree_run(bigint, text, text, text) IS
    'Records that a party agrees to a reviewed settlement: who, in what role. Says which parties are still missing; the last one makes the run agreed. 42704 for an unknown run or party, 23505 when the party has agreed, 55000 when it is not waiting for agreement.';
REVOKE EXECUTE ON FUNCTION @icb@.agree_run(bigint, text, text, text) FROM PUBLIC;

CREATE FUNCTION @icb@.post_run(run_id bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.lock_settlement(post_run.run_id);
    outdated text;
BEGIN
    -- once posted, it is posted
    IF run.status = 'posted' THEN
        RETURN;
    END IF;
    PERFORM @icb@.expect_status(run, CASE run.sign_off WHEN 'parties' THEN ARRAY['agreed'] WHEN 'none' THEN ARRAY['prepared', 'reviewed', 'agreed'] ELSE ARRAY['reviewed', 'agreed'] END, 'posted');
    outdated := @icb@.run_outdated(run);
    IF outdated IS NOT NULL THEN
        RAISE EXCEPTION 'settlement run % cannot be posted: %', run.run_id, outdated
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Prepare it again with settle_contract, and have it signed off again.';
    END IF;
    PERFORM @icb@.post_lines(run.run_id);
END
$$;
COMMENT ON FUNCTION @icb@.post_run(bigint) IS
    'Posts a settlement that has been signed off as its terms ask: writes its lines into the ledger. Does nothing for a run that is posted. 55000 when sign-off is missing, or when terms, inputs or the ledger have changed since it was prepared; 42704 for an unknown run.';
REVOKE EXECUTE ON FUNCTION @icb@.post_run(bigint) FROM PUBLIC;

CREATE FUNCTION @icb@.withdraw_run(run_id bigint, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.lock_settlement(withdraw_run.run_id);
BEGIN
    PERFORM @icb@.expect_status(run, ARRAY['prepared', 'reviewed', 'agreed'], 'withdrawn');
    IF coalesce(btrim(withdraw_run.reason), '') = '' THEN
        RAISE EXCEPTION 'a settlement is withdrawn for a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE @icb@.settlement_run r SET status = 'withdrawn', withdrawn_by = session_user, withdrawn_at = clock_timestamp(), reason = withdraw_run.reason
    WHERE r.run_id = run.run_id;
END
$$;
COMMENT ON FUNCTION @icb@.withdraw_run(bigint, text) IS 'Withdraws a settlement that is not posted yet. 55000 once it is, 22023 without a reason, 42704 for an unknown run.';
REVOKE EXECUTE ON FUNCTION @icb@.withdraw_run(bigint, text) FROM PUBLIC;

CREATE VIEW @icb_reporting@.settlement_sign_off AS
SELECT r.run_id::bigint AS run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       r.status::text AS status,
       r.sign_off::text AS sign_off,
       r.amount::numeric(18,2) AS amount_gbp,
       r.prepared_by::text AS prepared_by,
       r.created_at::timestamptz AS prepared_at,
       r.reviewed_by::text AS reviewed_by,
       r.reviewed_at::timestamptz AS reviewed_at,
       (SELECT string_agg(format('%s (%s, %s)', a.party, a.name, a.role), '; ' ORDER BY a.recorded_at) FROM @icb@.run_agreement a WHERE a.run_id = r.run_id)::text AS agreed,
       (SELECT string_agg(DISTINCT p.party, ', ') FROM jsonb_to_recordset(r.parties) AS p (party text)
        WHERE r.sign_off = 'parties' AND r.status IN ('prepared', 'reviewed')
          AND NOT EXISTS (SELECT FROM @icb@.run_agreement a WHERE a.run_id = r.run_id AND a.party = p.party))::text AS waiting_for,
       r.posted_by::text AS posted_by,
       r.posted_at::timestamptz AS posted_at,
       r.reason::text AS reason
FROM @icb@.settlement_run r
WHERE r.status <> 'illustrative' AND r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated');
COMMENT ON VIEW @icb_reporting@.settlement_sign_off IS 'Where each settlement stands between preparation and posting, and who signed it off.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.kind IS 'interim, flex, freeze, final or restated.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.status IS 'prepared, reviewed, agreed, posted or withdrawn.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.sign_off IS 'What the terms ask for: none, four_eyes or parties.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.amount_gbp IS 'Cumulative settlement.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.prepared_by IS 'Login that prepared it.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.prepared_at IS 'When it was prepared.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.reviewed_by IS 'Login that reviewed it.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.reviewed_at IS 'When it was reviewed.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.agreed IS 'Parties that agreed, with name and role.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.waiting_for IS 'Parties whose agreement is missing, where the terms ask for it.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.posted_by IS 'Login that posted it.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.posted_at IS 'When it was posted.';
COMMENT ON COLUMN @icb_reporting@.settlement_sign_off.reason IS 'Why it was withdrawn.';
