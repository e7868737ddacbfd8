-- The ledger of settlements: runs, their statements, and append-only lines that sum to nothing over all parties.

CREATE TABLE @icb@.settlement_run (
    run_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id    text NOT NULL,
    terms_version  integer NOT NULL,
    period         daterange NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('illustrative', 'interim', 'flex', 'freeze', 'final', 'restated', 'on_account', 'upheld', 'interest')),
    input_hash     text NOT NULL,
    follows        bigint NOT NULL DEFAULT 0,
    data_cutoff    date,
    inputs         jsonb NOT NULL,
    amount         numeric(18,2) NOT NULL,
    engine_version text NOT NULL,
    created_by     text NOT NULL DEFAULT current_user,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    status         text NOT NULL DEFAULT 'posted' CHECK (status IN ('illustrative', 'prepared', 'reviewed', 'agreed', 'posted', 'withdrawn')),
    terms_hash     text,
    detail         jsonb,
    input_rows     integer,
    parties        jsonb,
    sign_off       text,
    prepared_by    text,
    reviewed_by    text,
    reviewed_at    timestamptz,
    posted_by      text,
    posted_at      timestamptz,
    posted_period  daterange,
    withdrawn_by   text,
    withdrawn_at   timestamptz,
    reason         text,
    FOREIGN KEY (contract_id, terms_version) REFERENCES @icb@.contract_terms,
    CONSTRAINT settlement_run_four_eyes CHECK (reviewed_by <> prepared_by)
);
-- the same settlement, right after itself, exists once; and each settlement of a year has one successor
CREATE UNIQUE INDEX settlement_run_live ON @icb@.settlement_run (contract_id, terms_version, period, kind, input_hash, follows)
    WHERE status NOT IN ('withdrawn', 'illustrative');
CREATE UNIQUE INDEX settlement_run_chain ON @icb@.settlement_run (contract_id, lower(period), follows)
    WHERE status = 'posted' AND kind IN ('interim', 'flex', 'freeze', 'final', 'restated');
CREATE INDEX settlement_run_year ON @icb@.settlement_run (contract_id, lower(period));
COMMENT ON TABLE @icb@.settlement_run IS 'One settlement: terms version, inputs, result and who signed it off. Append-only; only its status moves on.';
COMMENT ON COLUMN @icb@.settlement_run.kind IS
    'interim, flex, freeze, final, restated: a settlement; illustrative: one that never posts; on_account: a payment on account; upheld, interest: what a resolved dispute or late payment adds to what is settled.';
COMMENT ON COLUMN @icb@.settlement_run.follows IS 'The posted settlement of the same contract and settlement year that it restates, 0 for the first.';
COMMENT ON COLUMN @icb@.settlement_run.amount IS 'Cumulative settlement of the period in pounds; positive is due to the parties of the split, negative from them. on_account: paid on account so far; upheld, interest: what the run adds.';
COMMENT ON COLUMN @icb@.settlement_run.status IS 'prepared, reviewed, agreed (by every party), posted, withdrawn, or illustrative. Lines stand in the ledger from posted on.';
COMMENT ON COLUMN @icb@.settlement_run.terms_hash IS 'Fingerprint of the terms that it was computed with; NULL in runs before 0.4.';
COMMENT ON COLUMN @icb@.settlement_run.detail IS 'Cases, indicators, conditions and accounts as commissioning.settle took them.';
COMMENT ON COLUMN @icb@.settlement_run.input_rows IS 'Rows of input that it was computed from.';
COMMENT ON COLUMN @icb@.settlement_run.parties IS 'What each party stands at and what was posted to it before, as settlement_accounts gave it when the run was prepared.';
COMMENT ON COLUMN @icb@.settlement_run.sign_off IS 'Sign-off that the terms ask for: none, four_eyes or parties.';
COMMENT ON COLUMN @icb@.settlement_run.prepared_by IS 'Login that prepared it.';
COMMENT ON COLUMN @icb@.settlement_run.reviewed_by IS 'Login that reviewed it: another one.';
COMMENT ON COLUMN @icb@.settlement_run.reviewed_at IS 'When it was reviewed.';
COMMENT ON COLUMN @icb@.settlement_run.posted_by IS 'Login that posted it.';
COMMENT ON COLUMN @icb@.settlement_run.posted_at IS 'When it was posted.';
COMMENT ON COLUMN @icb@.settlement_run.posted_period IS 'Accounting period that took its lines.';
COMMENT ON COLUMN @icb@.settlement_run.withdrawn_by IS 'Login that withdrew it.';
COMMENT ON COLUMN @icb@.settlement_run.withdrawn_at IS 'When it was withdrawn.';
COMMENT ON COLUMN @icb@.settlement_run.reason IS 'Why it was withdrawn, or why a correction was made.';

CREATE TABLE @icb@.settlement_step (
    run_id     bigint NOT NULL REFERENCES @icb@.settlement_run,
    step       integer NOT NULL,
    line_code  text NOT NULL,
    clause     text NOT NULL,
    formula    text NOT NULL,
    quantity   numeric,
    rate       text,
    exact_text text NOT NULL,
    amount     numeric(18,2) NOT NULL,
    party      text,
    PRIMARY KEY (run_id, step)
);
COMMENT ON TABLE @icb@.settlement_step IS 'The statement of a run, as commissioning.settle gave it: what stands after each step, in pounds, and the exact fraction before rounding. Append-only.';
COMMENT ON COLUMN @icb@.settlement_step.party IS 'Party of a line about one party, else NULL.';

CREATE TABLE @icb@.settlement_line (
    run_id            bigint NOT NULL REFERENCES @icb@.settlement_run,
    line_no           integer NOT NULL,
    party             text NOT NULL,
    role              text NOT NULL CHECK (role IN ('party', 'counterparty', 'former')),
    cumulative_amount numeric(18,2) NOT NULL,
    posted_before     numeric(18,2) NOT NULL,
    amount            numeric(18,2) NOT NULL CHECK (amount <> 0),
    relates_to_period daterange NOT NULL,
    vat_treatment     text NOT NULL DEFAULT 'outside_scope',
    posting_period    daterange,
    reason_code       text NOT NULL DEFAULT 'settlement' CHECK (reason_code IN ('settlement', 'change', 'left', 'on_account', 'upheld', 'interest', 'cancelled')),
    due_on            date,
    PRIMARY KEY (run_id, line_no),
    CONSTRAINT settlement_line_account UNIQUE (run_id, party, vat_treatment),
    CHECK (amount = cumulative_amount - posted_before)
);
COMMENT ON TABLE @icb@.settlement_line IS
    'The ledger: what each party gets (positive) or pays (negative) on top of what was posted before. Per run, and per VAT treatment in it, the lines sum to 0. Append-only; a correction is a new run.';
COMMENT ON COLUMN @icb@.settlement_line.cumulative_amount IS 'What the account of the party stands at for the period so far; for kind on_account what was paid on account so far.';
COMMENT ON COLUMN @icb@.settlement_line.posted_before IS 'What of it was posted before: on account up to the end of the period, and in earlier runs.';
COMMENT ON COLUMN @icb@.settlement_line.relates_to_period IS 'Period that the line is about, whenever it is posted.';
COMMENT ON COLUMN @icb@.settlement_line.vat_treatment IS 'VAT treatment under which it is posted; the counterparty has one line for each.';
COMMENT ON COLUMN @icb@.settlement_line.posting_period IS 'Accounting period that it was posted into; NULL before 0.4.';
COMMENT ON COLUMN @icb@.settlement_line.reason_code IS
    'settlement (the first of the year), change (difference to what was posted), left (a party that left returns to 0), on_account, upheld (a dispute was won), interest, cancelled (a correction taken back).';
COMMENT ON COLUMN @icb@.settlement_line.due_on IS 'Last day for payment; interest starts on the day after. NULL before 0.4.';

CREATE FUNCTION @icb@.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    before jsonb;
    after jsonb;
    may_move text[] := '{}';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := pg_catalog.to_jsonb(OLD);
        after := pg_catalog.to_jsonb(NEW);
        IF TG_TABLE_NAME = 'suspense' AND before ->> 'resolved_at' IS NULL
           AND (after ->> 'contested_amount')::numeric >= (before ->> 'contested_amount')::numeric THEN
            may_move := ARRAY['contested_amount', 'released_so_far', 'upheld_so_far', 'upheld_amount', 'resolved_by', 'resolved_at'];
        ELSIF TG_TABLE_NAME = 'settlement_run' AND (before ->> 'status', after ->> 'status') IN (('prepared', 'reviewed'), ('prepared', 'withdrawn'), ('prepared', 'posted'),
                  ('reviewed', 'agreed'), ('reviewed', 'withdrawn'), ('reviewed', 'posted'), ('agreed', 'withdrawn'), ('agreed', 'posted'))
              -- only what needs no sign-off goes from prepared to posted
              AND (after ->> 'status' <> 'posted' OR before ->> 'status' <> 'prepared' OR before ->> 'sign_off' = 'none') THEN
            may_move := ARRAY['status', 'reviewed_by', 'reviewed_at', 'posted_by', 'posted_at', 'posted_period', 'withdrawn_by', 'withdrawn_at', 'reason'];
        END IF;
        IF may_move <> '{}' AND before - may_move = after - may_move THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Correct the inputs or add a new version of the terms, and settle again: the difference is posted.';
END
$$;
COMMENT ON FUNCTION @icb@.refuse_change() IS
    'Trigger: the ledger is append-only (55000). The status of a run moves forward, and an open suspense may be added to and resolved.';

CREATE FUNCTION @icb@.check_balance() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    balance numeric;
    treatment text;
BEGIN
    SELECT sum(l.amount), l.vat_treatment INTO balance, treatment FROM @icb@.settlement_line l WHERE l.run_id = NEW.run_id
    GROUP BY l.vat_treatment HAVING sum(l.amount) <> 0 ORDER BY l.vat_treatment LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settlement run % does not balance: its lines sum to %', NEW.run_id, balance
            USING ERRCODE = 'integrity_constraint_violation', DETAIL = 'VAT treatment: ' || treatment || '.';
    END IF;
    IF (SELECT r.status <> 'posted' FROM @icb@.settlement_run r WHERE r.run_id = NEW.run_id) THEN
        RAISE EXCEPTION 'settlement run % is not posted and has no lines', NEW.run_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.check_balance() IS 'Trigger: the lines of a settlement run sum to 0 over all parties, per VAT treatment, and only posted runs have lines.';

DO $triggers$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['settlement_run', 'settlement_step', 'settlement_line'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.%I FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.%I FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change()', name);
    END LOOP;
END
$triggers$;
CREATE TRIGGER open_period BEFORE INSERT ON @icb@.settlement_line FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_closed_period();
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON @icb@.settlement_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION @icb@.check_balance();

-- Everything that moves money of a contract does so one at a time.
CREATE FUNCTION @icb@.lock_contract(contract_id text) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
    SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('@icb@.settle ' || lock_contract.contract_id, 0));
END;
COMMENT ON FUNCTION @icb@.lock_contract(text) IS 'Waits until nobody else moves money of the contract, until the end of the transaction.';
REVOKE EXECUTE ON FUNCTION @icb@.lock_contract(text) FROM PUBLIC;

-- The one way into the ledger: accounts that differ from what was posted before get the difference.
CREATE FUNCTION @icb@.post_lines(run_id bigint) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    run @icb@.settlement_run := (SELECT r FROM @icb@.settlement_run r WHERE r.run_id = post_lines.run_id);
    into_period daterange := @icb@.posting_period();
    today date := @icb@.today();
BEGIN
    UPDATE @icb@.settlement_run r SET status = 'posted', posted_by = session_user, posted_at = pg_catalog.clock_timestamp(), posted_period = into_period
    WHERE r.run_id = run.run_id;
    INSERT INTO @icb@.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period, vat_treatment, posting_period, reason_code, due_on)
    SELECT run.run_id, pg_catalog.row_number() OVER (ORDER BY p.party_order, p.party, p.vat_treatment), p.party, p.role, p.cumulative_amount, p.posted_before,
           p.cumulative_amount - p.posted_before, run.period, p.vat_treatment, into_period,
           CASE WHEN run.kind IN ('on_account', 'upheld', 'interest') THEN coalesce(run.inputs ->> 'reason_code', run.kind) WHEN p.role = 'former' THEN 'left' WHEN run.follows > 0 THEN 'change' ELSE 'settlement' END,
           today + coalesce(a.payment_days, 30)
    FROM pg_catalog.jsonb_to_recordset(run.parties) AS p (party_order integer, party text, role text, vat_treatment text, cumulative_amount numeric, posted_before numeric)
    LEFT JOIN @icb@.party_account a ON a.contract_id = run.contract_id AND a.party = p.party
    WHERE p.cumulative_amount <> p.posted_before;
END
$$;
COMMENT ON FUNCTION @icb@.post_lines(bigint) IS 'Writes the lines of a run into the ledger, in the open accounting period, and marks it posted.';
REVOKE EXECUTE ON FUNCTION @icb@.post_lines(bigint) FROM PUBLIC;
