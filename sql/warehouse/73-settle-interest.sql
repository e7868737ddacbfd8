-- Interest on what was paid late, debt by debt.

CREATE TABLE @icb@.interest_rate (
    reference_day date PRIMARY KEY CHECK (to_char(reference_day, 'MM-DD') IN ('06-30', '12-31')),
    rate          numeric(7,6) NOT NULL CHECK (rate BETWEEN 0 AND 1),
    source        text NOT NULL,
    recorded_by   text NOT NULL DEFAULT session_user,
    recorded_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.interest_rate IS 'Bank Rate on 30 June and 31 December where commissioning.interest_rate_reference does not have it, or has another; these rows win.';
COMMENT ON COLUMN @icb@.interest_rate.reference_day IS '30 June (for interest that starts from 1 July to 31 December) or 31 December (1 January to 30 June).';
COMMENT ON COLUMN @icb@.interest_rate.rate IS 'Rate as a share: 0.0525 is 5.25 %.';
COMMENT ON COLUMN @icb@.interest_rate.source IS 'Where it stands.';
COMMENT ON COLUMN @icb@.interest_rate.recorded_by IS 'Login that added it.';
COMMENT ON COLUMN @icb@.interest_rate.recorded_at IS 'When it was added.';

-- Debts and payments of an account in the order of their days. What is owed is paid off oldest first; at any moment the account
-- is owed to the party or by it, never both. Interest does not bear interest, and money paid ahead earns none.
CREATE FUNCTION @icb@.late_payments(contract_id text, as_of date)
    RETURNS TABLE (party text, vat_treatment text, run_id bigint, line_no integer, amount numeric, due_on date, paid_on date, days integer, terms text, interest numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    own_rates jsonb := coalesce((SELECT pg_catalog.jsonb_object_agg(pg_catalog.to_char(i.reference_day, 'YYYY-MM-DD'), i.rate) FROM @icb@.interest_rate i), '{}');
    item record;
    account text := '';
    -- the queue of open debts: amount, day, run, line, terms of interest (NULL: bears none)
    amounts numeric[];
    due_days date[];
    runs bigint[];
    lines integer[];
    terms_of_debt text[];
    rest numeric;
    part numeric;
BEGIN
    FOR item IN
        SELECT e.*, pg_catalog.concat_ws(pg_catalog.chr(1), e.party, e.vat_treatment) AS account FROM (
            SELECT l.party, l.vat_treatment, coalesce(o.due_on, l.due_on) AS day, l.amount - coalesce(h.amount, 0) AS amount, l.run_id, l.line_no,
                   CASE WHEN r.kind <> 'interest' THEN t.interest END AS interest
            FROM @icb@.settlement_run r
            JOIN @icb@.settlement_line l ON l.run_id = r.run_id
            JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version
            -- what an upheld objection takes off was never owed
            LEFT JOIN @icb@.suspense_event v ON v.correction_run = r.run_id
            LEFT JOIN @icb@.suspense s ON s.suspense_id = v.suspense_id
            LEFT JOIN @icb@.settlement_line o ON o.run_id = s.run_id AND o.line_no = s.line_no
            LEFT JOIN (SELECT x.run_id, x.party, x.vat_treatment, sum(x.amount) AS amount FROM @icb@.suspense_held x
                       WHERE x.contract_id = late_payments.contract_id GROUP BY x.run_id, x.party, x.vat_treatment) h
                   ON h.run_id = l.run_id AND h.party = l.party AND h.vat_treatment = l.vat_treatment
            WHERE r.contract_id = late_payments.contract_id AND l.role <> 'counterparty' AND coalesce(o.due_on, l.due_on) <= late_payments.as_of
            UNION ALL
            SELECT p.party, p.vat_treatment, p.paid_on, - p.amount, NULL, NULL, NULL FROM @icb@.payment p
            WHERE p.contract_id = late_payments.contract_id AND p.paid_on <= late_payments.as_of
            UNION ALL
            -- the end, which closes the last account
            SELECT NULL, NULL, 'infinity', 0, NULL, NULL, NULL
        ) e
        ORDER BY e.party IS NULL, e.party, e.vat_treatment, e.day, e.run_id NULLS LAST, e.line_no, e.amount
    LOOP
        IF item.account <> account THEN
            -- what is still open on the day asked for
            FOR i IN 1 .. coalesce(pg_catalog.cardinality(amounts), 0) LOOP
                IF terms_of_debt[i] IS NOT NULL AND late_payments.as_of > due_days[i] THEN
                    SELECT pg_catalog.split_part(account, pg_catalog.chr(1), 1), pg_catalog.split_part(account, pg_catalog.chr(1), 2), runs[i], lines[i], amounts[i], due_days[i], NULL, late_payments.as_of - due_days[i], terms_of_debt[i],
                           sign(amounts[i]) * commissioning.late_payment_interest(abs(amounts[i]), due_days[i], late_payments.as_of, terms_of_debt[i], own_rates)
                    INTO party, vat_treatment, run_id, line_no, amount, due_on, paid_on, days, terms, interest;
                    RETURN NEXT;
                END IF;
            END LOOP;
            account := item.account;
            amounts := '{}'; due_days := '{}'; runs := '{}'; lines := '{}'; terms_of_debt := '{}';
        END IF;
        rest := item.amount;
        WHILE rest <> 0 AND pg_catalog.cardinality(amounts) > 0 AND sign(amounts[1]) = - sign(rest) LOOP
            part := sign(amounts[1]) * least(abs(amounts[1]), abs(rest));
            IF terms_of_debt[1] IS NOT NULL AND item.day > due_days[1] THEN
                SELECT item.party, item.vat_treatment, runs[1], lines[1], part, due_days[1], item.day, item.day - due_days[1], terms_of_debt[1],
                       sign(part) * commissioning.late_payment_interest(abs(part), due_days[1], item.day, terms_of_debt[1], own_rates)
                INTO party, vat_treatment, run_id, line_no, amount, due_on, paid_on, days, terms, interest;
                RETURN NEXT;
            END IF;
            rest := rest + part;
            amounts[1] := amounts[1] - part;
            IF amounts[1] = 0 THEN
                amounts := amounts[2:]; due_days := due_days[2:]; runs := runs[2:]; lines := lines[2:]; terms_of_debt := terms_of_debt[2:];
            END IF;
        END LOOP;
        IF rest <> 0 THEN
            amounts := amounts || rest; due_days := due_days || item.day; runs := runs || item.run_id; lines := lines || item.line_no;
            terms_of_debt := terms_of_debt || item.interest;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.late_payments(text, date) IS
    'What was or is paid late under a contract as of a day: each part of a line with the day it was due, the day it was paid (NULL: still open) and the interest on it under the terms of its run. Positive: owed to the party, negative: by it. Sums held in dispute do not count until they are released, and then from the day the line was due.';

CREATE FUNCTION @icb@.charge_interest(contract_id text, as_of date, fixed_sums boolean DEFAULT false) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    latest @icb@.settlement_run;
    other text;
    entries jsonb;
    key text;
BEGIN
    PERFORM @icb@.lock_contract(charge_interest.contract_id);
    SELECT r.* INTO latest FROM @icb@.settlement_run r
    WHERE r.contract_id = charge_interest.contract_id AND r.status = 'posted' ORDER BY r.run_id DESC LIMIT 1;
    IF NOT FOUND OR charge_interest.as_of IS NULL THEN
        RAISE EXCEPTION 'contract "%" has nothing posted, or no day is given', charge_interest.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Settle the contract, and say up to which day interest is charged.';
    END IF;
    SELECT t.counterparty INTO other FROM @icb@.contract_terms t WHERE t.contract_id = latest.contract_id AND t.version = latest.terms_version;
    IF other IS NULL THEN
        RAISE EXCEPTION 'contract "%" has no counterparty that interest is owed by', latest.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'late_payments shows what was late; agree between the parties who bears it.';
    END IF;
    WITH owed AS (
        SELECT p.party, p.vat_treatment, sum(p.interest + p.fixed_sum) AS amount
        FROM (SELECT l.party, l.vat_treatment, l.interest,
                     -- one fixed sum per debt, however many payments it took
                     CASE WHEN charge_interest.fixed_sums AND l.terms LIKE 'statutory%' AND row_number() OVER debt = 1
                          THEN sign(l.amount) * commissioning.late_payment_fixed_sum(sum(abs(l.amount)) OVER whole) ELSE 0 END AS fixed_sum
              FROM @icb@.late_payments(charge_interest.contract_id, charge_interest.as_of) l
              WINDOW debt AS (PARTITION BY l.run_id, l.line_no, l.party ORDER BY l.due_on, l.paid_on NULLS LAST), whole AS (PARTITION BY l.run_id, l.line_no, l.party)) p
        GROUP BY p.party, p.vat_treatment
        UNION ALL
        SELECT l.party, l.vat_treatment, - sum(l.amount)
        FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
        WHERE r.contract_id = charge_interest.contract_id AND r.kind = 'interest' AND l.role <> 'counterparty'
        GROUP BY l.party, l.vat_treatment
    ), new AS (
        SELECT o.party, o.vat_treatment, sum(o.amount) AS amount FROM owed o GROUP BY o.party, o.vat_treatment HAVING sum(o.amount) <> 0
    )
    SELECT jsonb_agg(jsonb_build_object('party', e.party, 'role', e.role, 'vat_treatment', e.vat_treatment, 'amount', e.amount) ORDER BY e.role DESC, e.party, e.vat_treatment)
    INTO entries
    FROM (SELECT n.party, 'party' AS role, n.vat_treatment, n.amount FROM new n
          UNION ALL
          SELECT other, 'counterparty', n.vat_treatment, - sum(n.amount) FROM new n GROUP BY n.vat_treatment HAVING sum(n.amount) <> 0) e;
    IF entries IS NULL THEN
        RETURN NULL;
    END IF;
    key := format('interest to %s after run %s', charge_interest.as_of, latest.run_id);
    RETURN @icb@.post_correction(latest.contract_id, latest.terms_version, latest.period, 'interest', key, 'interest', format('interest on late payment up to %s', charge_interest.as_of), entries);
END
$$;
COMMENT ON FUNCTION @icb@.charge_interest(text, date, boolean) IS
    'Posts the interest on late payment up to a day, less what was charged before; with fixed_sums also 40, 70 or 100 pounds per debt under statutory terms. The run; NULL when there is nothing to charge. 55000 when nothing is posted, P0002 for a reference rate that is not known.';
REVOKE EXECUTE ON FUNCTION @icb@.charge_interest(text, date, boolean) FROM PUBLIC;
