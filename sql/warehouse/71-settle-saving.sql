-- Savings: identified -> agreed -> verified -> cash. Only verified ones settle, and each in one contract.

CREATE TABLE @icb@.saving (
    saving_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id       text NOT NULL REFERENCES @icb@.contract,
    scheme            text NOT NULL CHECK (scheme = btrim(scheme) AND scheme <> ''),
    scheme_period     daterange NOT NULL CHECK (NOT isempty(scheme_period) AND lower(scheme_period) IS NOT NULL AND upper(scheme_period) IS NOT NULL),
    title             text NOT NULL,
    originator        text NOT NULL,
    claimant          text NOT NULL,
    recurrent         boolean NOT NULL,
    full_year_amount  numeric CHECK (full_year_amount = round(full_year_amount, 2)),
    identified_amount numeric NOT NULL CHECK (identified_amount = round(identified_amount, 2)),
    agreed_amount     numeric CHECK (agreed_amount = round(agreed_amount, 2)),
    verified_amount   numeric CHECK (verified_amount = round(verified_amount, 2)),
    cash_amount       numeric CHECK (cash_amount = round(cash_amount, 2)),
    status            text NOT NULL DEFAULT 'identified' CHECK (status IN ('identified', 'agreed', 'verified', 'cash', 'rejected')),
    identified_by     text NOT NULL DEFAULT session_user,
    agreed_by         text,
    verified_by       text,
    CHECK (recurrent OR full_year_amount IS NULL),
    CHECK (verified_by <> identified_by AND verified_by <> agreed_by),
    CHECK (cash_amount <= verified_amount),
    CONSTRAINT saving_once EXCLUDE USING gist (lower(scheme) WITH =, scheme_period WITH &&) WHERE (status <> 'rejected')
);
CREATE INDEX saving_contract ON @icb@.saving (contract_id);
COMMENT ON TABLE @icb@.saving IS
    'Savings claimed under contracts, each by scheme and period in one contract alone. What is identified or agreed is a forecast; verified settles. Changed by its functions alone; saving_event keeps the history.';
COMMENT ON COLUMN @icb@.saving.saving_id IS 'Number of the saving.';
COMMENT ON COLUMN @icb@.saving.scheme IS 'Scheme that brings it; upper and lower case are alike.';
COMMENT ON COLUMN @icb@.saving.scheme_period IS 'Days in which it was made; it counts in settlement periods that hold all of them.';
COMMENT ON COLUMN @icb@.saving.title IS 'What was saved.';
COMMENT ON COLUMN @icb@.saving.originator IS 'Party that had the idea.';
COMMENT ON COLUMN @icb@.saving.claimant IS 'Party that claims it under the contract.';
COMMENT ON COLUMN @icb@.saving.recurrent IS 'Whether it comes again every year.';
COMMENT ON COLUMN @icb@.saving.full_year_amount IS 'What a recurrent saving comes to in a full year, in pounds.';
COMMENT ON COLUMN @icb@.saving.identified_amount IS 'What was claimed when it was identified, in pounds.';
COMMENT ON COLUMN @icb@.saving.agreed_amount IS 'What was agreed to be possible, in pounds.';
COMMENT ON COLUMN @icb@.saving.verified_amount IS 'What was verified, in pounds: this settles.';
COMMENT ON COLUMN @icb@.saving.cash_amount IS 'What has been released as cash, in pounds.';
COMMENT ON COLUMN @icb@.saving.status IS 'identified, agreed, verified, cash or rejected.';
COMMENT ON COLUMN @icb@.saving.identified_by IS 'Login that recorded the claim.';
COMMENT ON COLUMN @icb@.saving.agreed_by IS 'Login that agreed.';
COMMENT ON COLUMN @icb@.saving.verified_by IS 'Login that verified: neither of the two.';

CREATE TABLE @icb@.saving_event (
    saving_id   bigint NOT NULL REFERENCES @icb@.saving,
    event_no    integer NOT NULL CHECK (event_no > 0),
    from_status text,
    to_status   text NOT NULL,
    amount      numeric,
    note        text NOT NULL DEFAULT '',
    recorded_by text NOT NULL DEFAULT session_user,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (saving_id, event_no)
);
COMMENT ON TABLE @icb@.saving_event IS 'History of savings, one row per step. Append-only.';
COMMENT ON COLUMN @icb@.saving_event.saving_id IS 'Saving.';
COMMENT ON COLUMN @icb@.saving_event.event_no IS 'Number of the step, from 1.';
COMMENT ON COLUMN @icb@.saving_event.from_status IS 'Status before; NULL for the first.';
COMMENT ON COLUMN @icb@.saving_event.to_status IS 'Status after.';
COMMENT ON COLUMN @icb@.saving_event.amount IS 'Pounds that the step is about.';
COMMENT ON COLUMN @icb@.saving_event.note IS 'Evidence, or the reason.';
COMMENT ON COLUMN @icb@.saving_event.recorded_by IS 'Login that took the step.';
COMMENT ON COLUMN @icb@.saving_event.recorded_at IS 'When.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.saving_event FOR EACH ROW EXECUTE FUNCTION @icb@.keep_as_recorded();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.saving_event FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded();

CREATE FUNCTION @icb@.keep_saving() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (OLD.status, NEW.status) IN (('identified', 'agreed'), ('agreed', 'verified'), ('verified', 'cash'), ('identified', 'rejected'), ('agreed', 'rejected'), ('verified', 'rejected'))
       AND (pg_catalog.to_jsonb(NEW) - ARRAY['status', 'agreed_amount', 'verified_amount', 'cash_amount', 'agreed_by', 'verified_by'])
         = (pg_catalog.to_jsonb(OLD) - ARRAY['status', 'agreed_amount', 'verified_amount', 'cash_amount', 'agreed_by', 'verified_by']) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'saving % stays as it is', OLD.saving_id
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A saving goes from identified to agreed, verified and cash, or is rejected; a wrong one is rejected and claimed again.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_saving() IS 'Trigger: a saving moves forward and nothing else of it changes (55000).';
CREATE TRIGGER keep_saving BEFORE UPDATE OR DELETE ON @icb@.saving FOR EACH ROW EXECUTE FUNCTION @icb@.keep_saving();

CREATE FUNCTION @icb@.write_saving_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO @icb@.saving_event (saving_id, event_no, from_status, to_status, amount, note, recorded_by)
    VALUES (NEW.saving_id, 1 + coalesce((SELECT max(e.event_no) FROM @icb@.saving_event e WHERE e.saving_id = NEW.saving_id), 0),
            CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, NEW.status,
            CASE NEW.status WHEN 'identified' THEN NEW.identified_amount WHEN 'agreed' THEN NEW.agreed_amount WHEN 'verified' THEN NEW.verified_amount WHEN 'cash' THEN NEW.cash_amount
                            ELSE coalesce(NEW.verified_amount, NEW.agreed_amount, NEW.identified_amount) END,
            coalesce(current_setting('@icb@.saving_note', true), ''), session_user);
    PERFORM set_config('@icb@.saving_note', '', true);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.write_saving_event() IS 'Trigger: every step of a saving leaves a row in saving_event.';
REVOKE EXECUTE ON FUNCTION @icb@.write_saving_event() FROM PUBLIC;
CREATE TRIGGER write_saving_event AFTER INSERT OR UPDATE ON @icb@.saving FOR EACH ROW EXECUTE FUNCTION @icb@.write_saving_event();

CREATE FUNCTION @icb@.claim_saving(contract_id text, scheme text, scheme_period daterange, title text, originator text, claimant text, amount numeric,
                                   recurrent boolean DEFAULT false, full_year_amount numeric DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    name text := @icb@.expect_text(claim_saving.scheme, 'the scheme of a saving');
    other @icb@.saving;
    id bigint;
BEGIN
    IF claim_saving.full_year_amount IS NOT NULL THEN
        PERFORM @icb@.expect_pounds(claim_saving.full_year_amount, 'the full-year effect of a saving');
        IF NOT coalesce(claim_saving.recurrent, false) THEN
            RAISE EXCEPTION 'a saving that does not come again has no full-year effect' USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave full_year_amount out, or say recurrent.';
        END IF;
    END IF;
    -- one claim at a time for a scheme
    PERFORM pg_advisory_xact_lock(hashtext('@icb@.saving'), hashtext(lower(name)));
    SELECT s.* INTO other FROM @icb@.saving s
    WHERE lower(s.scheme) = lower(name) AND s.scheme_period && claim_saving.scheme_period AND s.status <> 'rejected' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'scheme "%" is claimed for % under contract "%" already (saving %)', other.scheme, other.scheme_period, other.contract_id, other.saving_id
            USING ERRCODE = 'unique_violation', HINT = 'A saving counts once: have that claim rejected first, or claim the days that it leaves.';
    END IF;
    INSERT INTO @icb@.saving (contract_id, scheme, scheme_period, title, originator, claimant, recurrent, full_year_amount, identified_amount, identified_by)
    VALUES (claim_saving.contract_id, name, claim_saving.scheme_period, @icb@.expect_text(claim_saving.title, 'what was saved'),
            @icb@.expect_text(claim_saving.originator, 'the originator of a saving'), @icb@.expect_text(claim_saving.claimant, 'the claimant of a saving'),
            claim_saving.recurrent, claim_saving.full_year_amount, @icb@.expect_pounds(claim_saving.amount, 'a saving'), session_user)
    RETURNING saving.saving_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.claim_saving(text, text, daterange, text, text, text, numeric, boolean, numeric) IS
    'Claims a saving of a scheme in a period under a contract: identified. Returns its number. 23505 when the scheme is claimed for any of these days already, naming the contract; 22023 without scheme, title, originator or claimant, or for amounts that are no pounds and pence; 23503 for an unknown contract.';
REVOKE EXECUTE ON FUNCTION @icb@.claim_saving(text, text, daterange, text, text, text, numeric, boolean, numeric) FROM PUBLIC;

CREATE FUNCTION @icb@.lock_saving(saving_id bigint, expected text[], what text) RETURNS @icb@.saving
    LANGUAGE plpgsql
AS $$
DECLARE
    s @icb@.saving;
BEGIN
    SELECT x.* INTO s FROM @icb@.saving x WHERE x.saving_id = lock_saving.saving_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no saving %', lock_saving.saving_id USING ERRCODE = 'undefined_object';
    ELSIF s.status <> ALL (expected) THEN
        RAISE EXCEPTION 'saving % is % and cannot be %', s.saving_id, s.status, what
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = CASE s.status WHEN 'identified' THEN 'Have it agreed first (agree_saving).' WHEN 'agreed' THEN 'Have it verified first (verify_saving).'
                                       WHEN 'rejected' THEN 'Claim it again (claim_saving).' ELSE 'What is done stays done; a wrong verified saving is rejected.' END;
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION @icb@.lock_saving(bigint, text[], text) IS 'A saving, held until the end of the transaction. 42704 for an unknown one, 55000 where its status does not allow the step, saying which comes first.';
REVOKE EXECUTE ON FUNCTION @icb@.lock_saving(bigint, text[], text) FROM PUBLIC;

CREATE FUNCTION @icb@.agree_saving(saving_id bigint, amount numeric DEFAULT NULL, note text DEFAULT '') RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @icb@.saving := @icb@.lock_saving(agree_saving.saving_id, ARRAY['identified'], 'agreed');
BEGIN
    PERFORM set_config('@icb@.saving_note', coalesce(agree_saving.note, ''), true);
    UPDATE @icb@.saving x SET status = 'agreed', agreed_amount = @icb@.expect_pounds(coalesce(agree_saving.amount, s.identified_amount), 'a saving'), agreed_by = session_user WHERE x.saving_id = s.saving_id;
END
$$;
COMMENT ON FUNCTION @icb@.agree_saving(bigint, numeric, text) IS
    'The parties agree that an identified saving is possible, at the amount claimed or another. 42704 for an unknown saving, 55000 when it is not identified.';
REVOKE EXECUTE ON FUNCTION @icb@.agree_saving(bigint, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.verify_saving(saving_id bigint, amount numeric, evidence text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @icb@.saving := @icb@.lock_saving(verify_saving.saving_id, ARRAY['agreed'], 'verified');
BEGIN
    IF session_user IN (s.identified_by, s.agreed_by) THEN
        RAISE EXCEPTION 'saving % was claimed or agreed by "%", who cannot verify it', s.saving_id, session_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another person verifies what one has claimed or agreed.';
    END IF;
    PERFORM set_config('@icb@.saving_note', @icb@.expect_text(verify_saving.evidence, 'the evidence of a verified saving'), true);
    UPDATE @icb@.saving x SET status = 'verified', verified_amount = @icb@.expect_pounds(verify_saving.amount, 'a saving'), verified_by = session_user WHERE x.saving_id = s.saving_id;
END
$$;
COMMENT ON FUNCTION @icb@.verify_saving(bigint, numeric, text) IS
    'Verifies an agreed saving at an amount, with its evidence: from now on it settles. 42501 for who claimed or agreed it, 22023 without amount or evidence, 42704 for an unknown saving, 55000 when it is not agreed.';
REVOKE EXECUTE ON FUNCTION @icb@.verify_saving(bigint, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.cash_saving(saving_id bigint, amount numeric, note text DEFAULT '') RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @icb@.saving := @icb@.lock_saving(cash_saving.saving_id, ARRAY['verified'], 'released as cash');
BEGIN
    IF cash_saving.amount IS NULL OR cash_saving.amount > s.verified_amount THEN
        RAISE EXCEPTION 'saving % is verified at % pounds, so % cannot be released as cash', s.saving_id, s.verified_amount, coalesce(cash_saving.amount::text, 'nothing')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give at most what is verified.';
    END IF;
    PERFORM set_config('@icb@.saving_note', coalesce(cash_saving.note, ''), true);
    UPDATE @icb@.saving x SET status = 'cash', cash_amount = @icb@.expect_pounds(cash_saving.amount, 'cash released') WHERE x.saving_id = s.saving_id;
END
$$;
COMMENT ON FUNCTION @icb@.cash_saving(bigint, numeric, text) IS
    'Records what of a verified saving has been taken out of a budget. It settles at what was verified, as before. 22023 for more than that, 42704 for an unknown saving, 55000 when it is not verified.';
REVOKE EXECUTE ON FUNCTION @icb@.cash_saving(bigint, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.reject_saving(saving_id bigint, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    s @icb@.saving := @icb@.lock_saving(reject_saving.saving_id, ARRAY['identified', 'agreed', 'verified'], 'rejected');
BEGIN
    PERFORM set_config('@icb@.saving_note', @icb@.expect_text(reject_saving.reason, 'the reason of a rejection'), true);
    UPDATE @icb@.saving x SET status = 'rejected' WHERE x.saving_id = s.saving_id;
END
$$;
COMMENT ON FUNCTION @icb@.reject_saving(bigint, text) IS
    'Rejects a saving, a verified one too: it no longer counts, and its scheme and days are free to be claimed again. 22023 without reason, 42704 for an unknown saving, 55000 when cash has been released or it is rejected.';
REVOKE EXECUTE ON FUNCTION @icb@.reject_saving(bigint, text) FROM PUBLIC;

CREATE FUNCTION @icb@.verified_savings(contract_id text, period daterange) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT round(coalesce(sum(s.verified_amount), 0), 2) FROM @icb@.saving s
        WHERE s.contract_id = verified_savings.contract_id AND s.scheme_period <@ verified_savings.period AND s.status IN ('verified', 'cash'));
COMMENT ON FUNCTION @icb@.verified_savings(text, daterange) IS
    'Savings of a contract that were verified, released as cash or not, and made within a period; what is identified or agreed counts nothing.';
