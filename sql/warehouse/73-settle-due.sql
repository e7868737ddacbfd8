-- What is to be paid: posted, less what is held, less what was paid; never across VAT treatments.

CREATE TABLE @icb@.payment (
    payment_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id    text NOT NULL REFERENCES @icb@.contract,
    party          text NOT NULL,
    counterparty   text NOT NULL,
    paid_on        date NOT NULL,
    amount         numeric(18,2) NOT NULL CHECK (amount <> 0),
    vat_treatment  text NOT NULL,
    reference      text NOT NULL UNIQUE CHECK (btrim(reference) <> ''),
    posting_period daterange NOT NULL,
    recorded_by    text NOT NULL DEFAULT session_user,
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (party <> counterparty)
);
COMMENT ON TABLE @icb@.payment IS 'Money that moved between a party and the counterparty. Append-only; a payment that bounced is one of the opposite amount.';
COMMENT ON COLUMN @icb@.payment.payment_id IS 'Number of the payment.';
COMMENT ON COLUMN @icb@.payment.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.payment.party IS 'Party that got the money (positive) or paid it (negative).';
COMMENT ON COLUMN @icb@.payment.counterparty IS 'The other side; clearing where the parties settle among themselves.';
COMMENT ON COLUMN @icb@.payment.paid_on IS 'Day on which it moved.';
COMMENT ON COLUMN @icb@.payment.amount IS 'In pounds; positive was paid to the party, negative was received from it.';
COMMENT ON COLUMN @icb@.payment.vat_treatment IS 'VAT treatment of the lines that it pays.';
COMMENT ON COLUMN @icb@.payment.reference IS 'Reference of the bank or the finance system: the same reference is the same payment.';
COMMENT ON COLUMN @icb@.payment.posting_period IS 'Accounting period that it was recorded in.';
COMMENT ON COLUMN @icb@.payment.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.payment.recorded_at IS 'When it was recorded.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.payment FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.payment FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change();
CREATE TRIGGER open_period BEFORE INSERT ON @icb@.payment FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_closed_period();

CREATE FUNCTION @icb@.record_payment(contract_id text, party text, paid_on date, amount numeric, reference text, vat_treatment text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    other text;
    treatments text[];
    known @icb@.payment;
    id bigint;
BEGIN
    PERFORM @icb@.lock_contract(record_payment.contract_id);
    IF record_payment.amount IS NULL OR record_payment.amount = 0 OR record_payment.amount = 'NaN' OR record_payment.amount <> round(record_payment.amount, 2)
       OR record_payment.paid_on IS NULL OR coalesce(btrim(record_payment.reference), '') = '' THEN
        RAISE EXCEPTION 'a payment has a day, a reference and an amount in pence' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Positive: paid to the party. Negative: received from it.';
    END IF;
    SELECT array_agg(DISTINCT l.vat_treatment ORDER BY l.vat_treatment) INTO treatments
    FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
    WHERE r.contract_id = record_payment.contract_id AND l.party = record_payment.party AND l.role <> 'counterparty';
    IF treatments IS NULL THEN
        RAISE EXCEPTION 'contract "%" has nothing posted to party "%"', record_payment.contract_id, record_payment.party
            USING ERRCODE = 'undefined_object', HINT = 'Record a payment under the party that got the money or paid it, not under the counterparty.';
    ELSIF record_payment.vat_treatment IS NULL AND cardinality(treatments) > 1 THEN
        RAISE EXCEPTION 'lines of party "%" stand under VAT treatments %, which are not netted', record_payment.party, array_to_string(treatments, ', ')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say which of them the payment is for.';
    ELSIF record_payment.vat_treatment <> ALL (treatments) THEN
        RAISE EXCEPTION 'party "%" has no lines under VAT treatment "%"', record_payment.party, record_payment.vat_treatment
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It has lines under ' || array_to_string(treatments, ', ') || '.';
    END IF;
    SELECT p.* INTO known FROM @icb@.payment p WHERE p.reference = record_payment.reference;
    IF FOUND THEN
        IF (known.contract_id, known.party, known.paid_on, known.amount) = (record_payment.contract_id, record_payment.party, record_payment.paid_on, record_payment.amount)
           AND known.vat_treatment = coalesce(record_payment.vat_treatment, known.vat_treatment) THEN
            RETURN known.payment_id;
        END IF;
        RAISE EXCEPTION 'reference "%" belongs to another payment', record_payment.reference USING ERRCODE = 'unique_violation',
            DETAIL = format('%s pounds on %s for party %s of contract %s.', known.amount, known.paid_on, known.party, known.contract_id);
    END IF;
    SELECT l.party INTO other FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
    WHERE r.contract_id = record_payment.contract_id AND l.role = 'counterparty' ORDER BY l.run_id DESC LIMIT 1;
    IF other IS NULL THEN
        SELECT t.counterparty INTO other FROM @icb@.contract_terms t WHERE t.contract_id = record_payment.contract_id AND t.signed_at IS NOT NULL ORDER BY t.version DESC LIMIT 1;
        -- among themselves the parties pay into an account that ends at 0
        other := coalesce(other, 'clearing');
    END IF;
    INSERT INTO @icb@.payment (contract_id, party, counterparty, paid_on, amount, vat_treatment, reference, posting_period, recorded_by)
    VALUES (record_payment.contract_id, record_payment.party, other, record_payment.paid_on, record_payment.amount, coalesce(record_payment.vat_treatment, treatments[1]),
            record_payment.reference, @icb@.posting_period(), session_user)
    RETURNING payment_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.record_payment(text, text, date, numeric, text, text) IS
    'Records money paid to a party (positive) or received from it (negative). Its number; the same reference again with the same content is the same payment, with another content 23505. 22023 where it must say which VAT treatment it is for, 42704 for a party nothing was posted to.';
REVOKE EXECUTE ON FUNCTION @icb@.record_payment(text, text, date, numeric, text, text) FROM PUBLIC;

CREATE VIEW @icb@.account_balance AS
WITH entry AS (
    SELECT r.contract_id, l.party, l.role, l.vat_treatment, CASE r.kind WHEN 'interest' THEN 0 ELSE l.amount END AS posted,
           CASE r.kind WHEN 'interest' THEN l.amount ELSE 0 END AS interest, 0 AS held, 0 AS paid, l.due_on
    FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
    UNION ALL
    SELECT h.contract_id, h.party, h.role, h.vat_treatment, 0, 0, h.amount, 0, NULL FROM @icb@.suspense_held h
    UNION ALL
    SELECT p.contract_id, p.party, 'party', p.vat_treatment, 0, 0, 0, p.amount, NULL FROM @icb@.payment p
    UNION ALL
    SELECT p.contract_id, p.counterparty, 'counterparty', p.vat_treatment, 0, 0, 0, - p.amount, NULL FROM @icb@.payment p
)
SELECT e.contract_id, e.party, bool_or(e.role = 'counterparty') AS is_counterparty, e.vat_treatment,
       sum(e.posted)::numeric(18,2) AS posted, sum(e.interest)::numeric(18,2) AS interest, sum(e.held)::numeric(18,2) AS held, sum(e.paid)::numeric(18,2) AS paid,
       (sum(e.posted) + sum(e.interest) - sum(e.held) - sum(e.paid))::numeric(18,2) AS due, max(e.due_on) AS due_on
FROM entry e
GROUP BY e.contract_id, e.party, e.vat_treatment;
COMMENT ON VIEW @icb@.account_balance IS
    'Account of each party to each contract under each VAT treatment: due = posted + interest - held - paid. Per contract and treatment each column adds up to 0.';
COMMENT ON COLUMN @icb@.account_balance.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.account_balance.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb@.account_balance.is_counterparty IS 'Whether it is the counterparty.';
COMMENT ON COLUMN @icb@.account_balance.vat_treatment IS 'VAT treatment.';
COMMENT ON COLUMN @icb@.account_balance.posted IS 'Posted, corrections included, interest not.';
COMMENT ON COLUMN @icb@.account_balance.interest IS 'Interest posted.';
COMMENT ON COLUMN @icb@.account_balance.held IS 'Held in dispute.';
COMMENT ON COLUMN @icb@.account_balance.paid IS 'Paid to the party (positive) or received from it (negative).';
COMMENT ON COLUMN @icb@.account_balance.due IS 'To be paid to the party (positive) or by it (negative).';
COMMENT ON COLUMN @icb@.account_balance.due_on IS 'Last day for payment of its latest line.';

CREATE VIEW @icb_reporting@.payment_due AS
SELECT b.contract_id::text AS contract_id,
       c.title::text AS contract_title,
       b.party::text AS party,
       b.vat_treatment::text AS vat_treatment,
       b.posted::numeric(18,2) AS posted_gbp,
       b.interest::numeric(18,2) AS interest_gbp,
       b.held::numeric(18,2) AS held_gbp,
       b.paid::numeric(18,2) AS paid_gbp,
       b.due::numeric(18,2) AS due_gbp,
       b.due_on::date AS due_on
FROM @icb@.account_balance b JOIN @icb@.contract c ON c.contract_id = b.contract_id;
COMMENT ON VIEW @icb_reporting@.payment_due IS
    'What is to be paid under each contract, one row per party and VAT treatment (they are never netted). Positive: to the party, negative: by it; per contract and treatment the rows add up to 0.';
COMMENT ON COLUMN @icb_reporting@.payment_due.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.payment_due.contract_title IS 'Title of the contract.';
COMMENT ON COLUMN @icb_reporting@.payment_due.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb_reporting@.payment_due.vat_treatment IS 'VAT treatment; amounts are net of VAT.';
COMMENT ON COLUMN @icb_reporting@.payment_due.posted_gbp IS 'Posted so far, corrections included.';
COMMENT ON COLUMN @icb_reporting@.payment_due.interest_gbp IS 'Interest on late payment.';
COMMENT ON COLUMN @icb_reporting@.payment_due.held_gbp IS 'Held in dispute, on both sides.';
COMMENT ON COLUMN @icb_reporting@.payment_due.paid_gbp IS 'Paid or received.';
COMMENT ON COLUMN @icb_reporting@.payment_due.due_gbp IS 'Posted and interest, less held and paid.';
COMMENT ON COLUMN @icb_reporting@.payment_due.due_on IS 'Last day for payment of the latest line.';

-- The ledger asserts its own balance: what is posted is what the latest settlement says, what was corrected, and what was paid on account ahead.
CREATE VIEW @icb@.settlement_check AS
WITH latest AS (
    SELECT DISTINCT ON (r.contract_id, lower(r.period)) r.run_id, r.contract_id, r.period, r.parties
    FROM @icb@.settlement_run r
    WHERE r.status = 'posted' AND r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated') AND r.parties IS NOT NULL
    ORDER BY r.contract_id, lower(r.period), r.run_id DESC
), expected AS (
    SELECT l.contract_id, l.period, l.run_id, p.party, p.vat_treatment, p.cumulative_amount AS amount
    FROM latest l CROSS JOIN LATERAL jsonb_to_recordset(l.parties) AS p (party text, vat_treatment text, cumulative_amount numeric(18,2))
    UNION ALL
    SELECT l.contract_id, l.period, l.run_id, s.party, s.vat_treatment, s.amount
    FROM latest l
    JOIN @icb@.settlement_run r ON r.contract_id = l.contract_id AND lower(r.period) = lower(l.period) AND r.run_id > l.run_id
    JOIN @icb@.settlement_line s ON s.run_id = r.run_id
    UNION ALL
    SELECT l.contract_id, l.period, l.run_id, s.party, s.vat_treatment, s.amount
    FROM latest l
    JOIN @icb@.settlement_run r ON r.contract_id = l.contract_id AND lower(r.period) = lower(l.period) AND r.run_id < l.run_id
                               AND r.kind = 'on_account' AND upper(r.period) > upper(l.period)
    JOIN @icb@.settlement_line s ON s.run_id = r.run_id
), posted AS (
    SELECT l.run_id, s.party, s.vat_treatment, sum(s.amount) AS amount
    FROM latest l
    JOIN @icb@.settlement_run r ON r.contract_id = l.contract_id AND lower(r.period) = lower(l.period)
    JOIN @icb@.settlement_line s ON s.run_id = r.run_id
    GROUP BY l.run_id, s.party, s.vat_treatment
)
SELECT e.contract_id, lower(e.period) AS year_from, e.run_id, e.party, e.vat_treatment, sum(e.amount)::numeric(18,2) AS expected, coalesce(max(p.amount), 0)::numeric(18,2) AS posted
FROM expected e LEFT JOIN posted p ON p.run_id = e.run_id AND p.party = e.party AND p.vat_treatment = e.vat_treatment
GROUP BY e.contract_id, e.period, e.run_id, e.party, e.vat_treatment
HAVING sum(e.amount) <> coalesce(max(p.amount), 0);
COMMENT ON VIEW @icb@.settlement_check IS 'Balance assertion: accounts on which what is posted differs from what the latest settlement says plus what was posted beside it. There are none.';
COMMENT ON COLUMN @icb@.settlement_check.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.settlement_check.year_from IS 'First day of the settlement year.';
COMMENT ON COLUMN @icb@.settlement_check.run_id IS 'Latest settlement of the year.';
COMMENT ON COLUMN @icb@.settlement_check.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb@.settlement_check.vat_treatment IS 'VAT treatment.';
COMMENT ON COLUMN @icb@.settlement_check.expected IS 'What should be posted.';
COMMENT ON COLUMN @icb@.settlement_check.posted IS 'What is posted.';
