-- Where postings go: accounting periods that close, and the accounts of the parties.

CREATE TABLE @icb@.accounting_period (
    period    daterange PRIMARY KEY CHECK (NOT isempty(period) AND lower(period) IS NOT NULL AND upper(period) IS NOT NULL),
    opened_by text NOT NULL DEFAULT session_user,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_by text,
    closed_at timestamptz,
    CHECK ((closed_by IS NULL) = (closed_at IS NULL)),
    EXCLUDE USING gist (period WITH &&)
);
COMMENT ON TABLE @icb@.accounting_period IS
    'Accounting periods of the ledger. Postings go into the earliest open one, whatever period they are about; a closed one takes nothing more and stays closed. Without rows every calendar month is one, and none is closed.';
COMMENT ON COLUMN @icb@.accounting_period.period IS 'Days of the period.';
COMMENT ON COLUMN @icb@.accounting_period.opened_by IS 'Login that opened it.';
COMMENT ON COLUMN @icb@.accounting_period.opened_at IS 'When it was opened.';
COMMENT ON COLUMN @icb@.accounting_period.closed_by IS 'Login that closed it; NULL while it is open.';
COMMENT ON COLUMN @icb@.accounting_period.closed_at IS 'When it was closed.';

CREATE FUNCTION @icb@.keep_closed_period() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.closed_at IS NULL AND NEW.period = OLD.period AND NEW.closed_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'accounting period % stays as it is', OLD.period
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A period is opened once and closed once; corrections go into the period that is open.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_closed_period() IS 'Trigger: an accounting period is only ever closed (55000).';
CREATE TRIGGER keep_closed_period BEFORE UPDATE OR DELETE ON @icb@.accounting_period
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_closed_period();

CREATE FUNCTION @icb@.open_accounting_period(period daterange) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF open_accounting_period.period IS NULL OR lower(open_accounting_period.period) < (SELECT max(upper(a.period)) FROM @icb@.accounting_period a WHERE a.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'accounting period % does not lie after those that are closed', open_accounting_period.period
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Open the periods in their order.';
    END IF;
    INSERT INTO @icb@.accounting_period (period, opened_by) VALUES (open_accounting_period.period, session_user);
END
$$;
COMMENT ON FUNCTION @icb@.open_accounting_period(daterange) IS
    'Opens an accounting period. 22023 for NULL or a period that does not lie after the closed ones, 23P01 where it overlaps another.';
REVOKE EXECUTE ON FUNCTION @icb@.open_accounting_period(daterange) FROM PUBLIC;

CREATE FUNCTION @icb@.close_accounting_period(period daterange) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM @icb@.accounting_period a WHERE a.closed_at IS NULL AND a.period << close_accounting_period.period) THEN
        RAISE EXCEPTION 'an accounting period before % is still open', close_accounting_period.period
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Close the periods in their order.';
    END IF;
    UPDATE @icb@.accounting_period a SET closed_by = session_user, closed_at = clock_timestamp()
    WHERE a.period = close_accounting_period.period AND a.closed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no open accounting period %', close_accounting_period.period
            USING ERRCODE = 'undefined_object', HINT = 'Name it as it was opened; see accounting_period.';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.close_accounting_period(daterange) IS
    'Closes an accounting period for ever. It waits for postings under way. 42704 when it is not open, 55000 while an earlier one is.';
REVOKE EXECUTE ON FUNCTION @icb@.close_accounting_period(daterange) FROM PUBLIC;

-- Locks the period against closing until the posting is done.
CREATE FUNCTION @icb@.posting_period() RETURNS daterange
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_period daterange;
    month timestamp := pg_catalog.date_trunc('month', @icb@.today()::timestamp);
BEGIN
    SELECT a.period INTO found_period FROM @icb@.accounting_period a WHERE a.closed_at IS NULL ORDER BY lower(a.period) LIMIT 1 FOR SHARE;
    IF FOUND THEN
        RETURN found_period;
    ELSIF EXISTS (SELECT FROM @icb@.accounting_period) THEN
        RAISE EXCEPTION 'every accounting period is closed'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Open the next one with open_accounting_period.';
    END IF;
    RETURN pg_catalog.daterange(month::date, (month + interval '1 month')::date);
END
$$;
COMMENT ON FUNCTION @icb@.posting_period() IS
    'The accounting period that postings go into: the earliest open one; the calendar month where none are kept. 55000 when all are closed.';
REVOKE EXECUTE ON FUNCTION @icb@.posting_period() FROM PUBLIC;

CREATE FUNCTION @icb@.refuse_closed_period() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM @icb@.accounting_period a WHERE a.period && NEW.posting_period AND a.closed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'accounting period % is closed', NEW.posting_period
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Post into the open period; relates_to_period says what it is about.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.refuse_closed_period() IS 'Trigger: nothing is posted into a closed accounting period (55000).';

CREATE TABLE @icb@.party_account (
    contract_id   text NOT NULL REFERENCES @icb@.contract,
    party         text NOT NULL,
    vat_treatment text NOT NULL DEFAULT 'outside_scope' CHECK (vat_treatment IN ('outside_scope', 'exempt', 'zero', 'reduced', 'standard', 'contracted_out')),
    ledger_code   text,
    suspense_code text,
    bank_code     text,
    payment_days  integer NOT NULL DEFAULT 30 CHECK (payment_days BETWEEN 0 AND 365),
    source        text NOT NULL DEFAULT '',
    PRIMARY KEY (contract_id, party)
);
COMMENT ON TABLE @icb@.party_account IS
    'How what a party to a contract gets or pays is booked. A party without a row is outside the scope of VAT, has 30 days to pay and no ledger codes. All amounts of the ledger are net of VAT.';
COMMENT ON COLUMN @icb@.party_account.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.party_account.party IS 'Party of the split, or the counterparty.';
COMMENT ON COLUMN @icb@.party_account.vat_treatment IS
    'Treatment of what the party supplies: outside_scope, exempt, zero, reduced, standard or contracted_out (VAT refunded on contracted-out services). Lines of different treatment stand apart; when it changes, what was posted under the old one is taken back there and posted under the new one.';
COMMENT ON COLUMN @icb@.party_account.ledger_code IS 'Account of the general ledger for its lines.';
COMMENT ON COLUMN @icb@.party_account.suspense_code IS 'Account for its disputed sums.';
COMMENT ON COLUMN @icb@.party_account.bank_code IS 'Account that payments to it and from it are booked against.';
COMMENT ON COLUMN @icb@.party_account.payment_days IS 'Days after posting by which its lines are to be paid.';
COMMENT ON COLUMN @icb@.party_account.source IS 'Where the treatment and the codes were agreed.';

CREATE TABLE @icb@.settlement_own_input (
    contract_id text NOT NULL,
    period      daterange NOT NULL,
    party       text NOT NULL,
    own_amount  numeric(18,2) NOT NULL,
    PRIMARY KEY (contract_id, period, party),
    FOREIGN KEY (contract_id, period) REFERENCES @icb@.settlement_input ON DELETE CASCADE
);
COMMENT ON TABLE @icb@.settlement_own_input IS
    'Part of the shared sum that a party holds already: it gets its share less this. Without a counterparty the parties settle among themselves, and these amounts make up the settlement.';
COMMENT ON COLUMN @icb@.settlement_own_input.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.settlement_own_input.period IS 'Cumulative period, as in settlement_input.';
COMMENT ON COLUMN @icb@.settlement_own_input.party IS 'Party of the split.';
COMMENT ON COLUMN @icb@.settlement_own_input.own_amount IS 'What it holds, in pounds; negative for its part of a shared loss.';
