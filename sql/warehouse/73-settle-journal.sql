-- The journal that the general ledger takes: debits and credits, balanced entry by entry.

-- Positive amounts are credits: what a party is owed. Each entry adds up to 0.
CREATE VIEW @icb@.journal_entry AS
WITH line AS (
    SELECT 'run ' || r.run_id AS entry_ref, l.line_no * 2 AS entry_no, coalesce(r.posted_at, r.created_at)::date AS entry_day, l.posting_period, r.contract_id, l.party, l.vat_treatment,
           'ledger_code' AS account, l.amount, l.relates_to_period, r.kind || ', ' || l.reason_code AS narrative
    FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
), dispute AS (
    SELECT 'dispute ' || e.suspense_id || '.' || e.event_no AS entry_ref, pg_catalog.row_number() OVER (PARTITION BY e.suspense_id, e.event_no ORDER BY s.party) * 2 + a.place AS entry_no,
           e.recorded_at::date AS entry_day, e.posting_period, r.contract_id, s.party, s.vat_treatment, a.account,
           a.sign * s.amount * CASE WHEN e.action IN ('open', 'add') THEN -1 ELSE 1 END AS amount, r.period AS relates_to_period, 'dispute: ' || e.action AS narrative
    FROM @icb@.suspense_event e
    JOIN @icb@.suspense b ON b.suspense_id = e.suspense_id
    JOIN @icb@.settlement_run r ON r.run_id = b.run_id
    CROSS JOIN LATERAL @icb@.suspense_sides(b.run_id, b.line_no, e.amount) s
    CROSS JOIN (VALUES ('ledger_code', 1, 0), ('suspense_code', -1, 1)) AS a (account, sign, place)
), paid AS (
    SELECT 'payment ' || p.payment_id AS entry_ref, a.place AS entry_no, p.paid_on AS entry_day, p.posting_period, p.contract_id, p.party, p.vat_treatment, a.account,
           a.sign * p.amount AS amount, p.posting_period AS relates_to_period, 'payment ' || p.reference AS narrative
    FROM @icb@.payment p CROSS JOIN (VALUES ('ledger_code', -1, 0), ('bank_code', 1, 1)) AS a (account, sign, place)
)
SELECT e.entry_ref, e.entry_no::integer AS entry_no, e.entry_day, e.posting_period, e.contract_id, e.party, e.vat_treatment, e.account,
       CASE e.account WHEN 'ledger_code' THEN a.ledger_code WHEN 'suspense_code' THEN a.suspense_code ELSE a.bank_code END AS ledger_code,
       e.amount::numeric(18,2) AS amount, e.relates_to_period, e.narrative
FROM (SELECT * FROM line UNION ALL SELECT * FROM dispute UNION ALL SELECT * FROM paid) e
LEFT JOIN @icb@.party_account a ON a.contract_id = e.contract_id AND a.party = e.party;
COMMENT ON VIEW @icb@.journal_entry IS 'Postings, disputes and payments as entries of a general ledger; the rows of an entry add up to 0, positive amounts are credits.';
COMMENT ON COLUMN @icb@.journal_entry.entry_ref IS 'The posting, step of a dispute, or payment that it books.';
COMMENT ON COLUMN @icb@.journal_entry.entry_no IS 'Order of the rows of an entry.';
COMMENT ON COLUMN @icb@.journal_entry.entry_day IS 'Day of posting; of a payment the day on which the money moved.';
COMMENT ON COLUMN @icb@.journal_entry.posting_period IS 'Accounting period; NULL before 0.4.';
COMMENT ON COLUMN @icb@.journal_entry.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.journal_entry.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb@.journal_entry.vat_treatment IS 'VAT treatment.';
COMMENT ON COLUMN @icb@.journal_entry.account IS 'Which code of party_account it is booked under: ledger_code, suspense_code or bank_code.';
COMMENT ON COLUMN @icb@.journal_entry.ledger_code IS 'That code; NULL where party_account has none.';
COMMENT ON COLUMN @icb@.journal_entry.amount IS 'Credit (positive) or debit (negative) in pounds.';
COMMENT ON COLUMN @icb@.journal_entry.relates_to_period IS 'Period that it is about.';
COMMENT ON COLUMN @icb@.journal_entry.narrative IS 'Text of the booking.';

CREATE FUNCTION @icb@.journal(from_day date, to_day date)
    RETURNS TABLE (entry_ref text, entry_day date, posting_period daterange, contract_id text, party text, vat_treatment text, ledger_code text,
                   debit numeric(18,2), credit numeric(18,2), relates_to_period daterange, prior_period boolean, narrative text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    missing text := (SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%s of contract %s (%s)', e.party, e.contract_id, e.account), ', ')
                     FROM @icb@.journal_entry e WHERE e.entry_day BETWEEN journal.from_day AND journal.to_day AND e.ledger_code IS NULL);
BEGIN
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'the journal has no account for %', missing
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Add ledger_code, suspense_code or bank_code to party_account.';
    END IF;
    RETURN QUERY
    SELECT e.entry_ref, e.entry_day, e.posting_period, e.contract_id, e.party, e.vat_treatment, e.ledger_code,
           greatest(- e.amount, 0)::numeric(18,2), greatest(e.amount, 0)::numeric(18,2), e.relates_to_period,
           coalesce(upper(e.relates_to_period) <= lower(e.posting_period), false), e.narrative
    FROM @icb@.journal_entry e
    WHERE e.entry_day BETWEEN journal.from_day AND journal.to_day
    ORDER BY e.entry_day, e.entry_ref, e.entry_no;
END
$$;
COMMENT ON FUNCTION @icb@.journal(date, date) IS
    'Debits and credits of the days given, for the general ledger: postings (the party credited, the counterparty debited), disputes (from the account into suspense and back) and payments (against the bank). Each entry_ref balances, under each VAT treatment. prior_period marks what is about a period before the one it is posted in. No rows for NULL; 55000 when a party lacks a code, naming it.';
