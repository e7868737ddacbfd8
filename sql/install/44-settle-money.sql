-- Money in time: interest on late payment, and payments on account by twelfths.

CREATE TABLE interest_rate_reference (
    reference_day date PRIMARY KEY CHECK (to_char(reference_day, 'MM-DD') IN ('06-30', '12-31')),
    rate          numeric(7,6) NOT NULL CHECK (rate BETWEEN 0 AND 1),
    verified      boolean NOT NULL DEFAULT true,
    source        text NOT NULL
);
COMMENT ON TABLE interest_rate_reference IS
    'Official dealing rate (Bank Rate) of the Bank of England on 30 June and 31 December: the reference rate of statutory interest that starts in the half-year after. Later ones, and others, stand in interest_rate of a warehouse.';
COMMENT ON COLUMN interest_rate_reference.reference_day IS '30 June (for interest that starts from 1 July to 31 December) or 31 December (1 January to 30 June).';
COMMENT ON COLUMN interest_rate_reference.rate IS 'Rate as a share: 0.0525 is 5.25 %.';
COMMENT ON COLUMN interest_rate_reference.verified IS 'Whether the rate was read in the source named; false: written down from memory, to be checked before it is charged.';
COMMENT ON COLUMN interest_rate_reference.source IS 'Where it stands.';

-- [first day, last day, percent]: between them the rate was the same on every reference day.
INSERT INTO interest_rate_reference (reference_day, rate, verified, source)
SELECT d::date, r.percent / 100, r.verified,
       CASE WHEN r.verified THEN 'table of reference rates, payontime.co.uk (read to January-June 2024)'
            ELSE 'from memory of the history of Bank Rate; check against bankofengland.co.uk' END
FROM (VALUES ('2008-12-31'::date, '2008-12-31'::date, 2.00, false), ('2009-06-30', '2010-06-30', 0.50, false), ('2010-12-31', '2016-06-30', 0.50, true),
             ('2016-12-31', '2017-06-30', 0.25, true), ('2017-12-31', '2018-06-30', 0.50, true), ('2018-12-31', '2019-12-31', 0.75, true),
             ('2020-06-30', '2021-06-30', 0.10, true), ('2021-12-31', '2021-12-31', 0.25, true), ('2022-06-30', '2022-06-30', 1.25, true),
             ('2022-12-31', '2022-12-31', 3.50, true), ('2023-06-30', '2023-06-30', 5.00, true), ('2023-12-31', '2023-12-31', 5.25, true),
             ('2024-06-30', '2024-06-30', 5.25, false), ('2024-12-31', '2024-12-31', 4.75, false), ('2025-06-30', '2025-06-30', 4.25, false)
     ) AS r (first_day, last_day, percent, verified)
CROSS JOIN LATERAL generate_series(r.first_day::timestamp, r.last_day::timestamp, interval '1 day') AS d
WHERE to_char(d, 'MM-DD') IN ('06-30', '12-31');

CREATE FUNCTION statutory_interest_rate(start_day date, own_rates jsonb DEFAULT '{}') RETURNS numeric
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    day date := CASE WHEN extract(month FROM start_day) <= 6 THEN make_date(extract(year FROM start_day)::integer - 1, 12, 31)
                     ELSE make_date(extract(year FROM start_day)::integer, 6, 30) END;
    rate numeric := coalesce((own_rates ->> to_char(day, 'YYYY-MM-DD'))::numeric, (SELECT r.rate FROM @extschema@.interest_rate_reference r WHERE r.reference_day = day));
BEGIN
    IF rate IS NULL THEN
        RAISE EXCEPTION 'the reference rate of % is not known', to_char(day, 'YYYY-MM-DD')
            USING ERRCODE = 'no_data_found',
                  HINT = format('Look up Bank Rate on that day (0.0525 is 5.25 %%) and give it as own_rates => ''{"%1$s": RATE}'', or add it to the warehouse: INSERT INTO interest_rate (reference_day, rate, source) VALUES (''%1$s'', RATE, SOURCE).', to_char(day, 'YYYY-MM-DD'));
    END IF;
    RETURN 0.08 + rate;
END
$$;
COMMENT ON FUNCTION statutory_interest_rate(date, jsonb) IS
    'Yearly rate of statutory interest that starts to run on a day, as a share: 8 % over the reference rate of the last 30 June or 31 December before it (SI 2002/1675). own_rates, such as {"2026-06-30": 0.04}, win over interest_rate_reference. NULL for NULL; P0002 when that reference rate is not known, naming the row to add.';

CREATE FUNCTION late_payment_interest(amount numeric, due_on date, paid_on date, terms text DEFAULT 'statutory', own_rates jsonb DEFAULT '{}') RETURNS numeric
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- amount times rate times days, in pence, still to be divided by 365
    exact numeric := 0;
    percent numeric;
    start_day date := due_on + 1;
    next_day date;
BEGIN
    IF amount < 0 OR amount <> round(amount, 2) OR amount = 'NaN' THEN
        RAISE EXCEPTION 'interest is due on an amount in pence, not on %', amount
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give what was paid late, in pounds with at most 2 decimals, not negative.';
    ELSIF NOT isfinite(due_on) OR NOT isfinite(paid_on) THEN
        RAISE EXCEPTION 'interest needs a day on which payment was due and one on which it was made' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    percent := (substring(terms FROM '^\s*(\d{1,3}(?:\.\d{1,6})?)\s*%\s*$'))::numeric;
    IF percent IS NULL AND terms NOT IN ('none', 'statutory', 'statutory reset') THEN
        RAISE EXCEPTION 'interest cannot be "%"', terms
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say statutory, ''statutory reset'' (a new rate every half-year), a yearly rate such as 8%, or none.';
    END IF;
    IF paid_on <= due_on OR terms = 'none' THEN
        RETURN 0.00;
    END IF;
    IF percent IS NOT NULL THEN
        exact := amount * percent * (paid_on - due_on);
    ELSIF terms = 'statutory' THEN
        exact := amount * 100 * @extschema@.statutory_interest_rate(start_day, own_rates) * (paid_on - due_on);
    ELSE
        WHILE start_day <= paid_on LOOP
            next_day := least(paid_on + 1, (date_trunc('year', start_day::timestamp) + CASE WHEN extract(month FROM start_day) <= 6 THEN interval '6 months' ELSE interval '1 year' END)::date);
            exact := exact + amount * 100 * @extschema@.statutory_interest_rate(start_day, own_rates) * (next_day - start_day);
            start_day := next_day;
        END LOOP;
    END IF;
    -- the one rounding, half away from zero, in whole numbers
    RETURN round(div(2 * exact + 365, 730) / 100, 2);
END
$$;
COMMENT ON FUNCTION late_payment_interest(numeric, date, date, text, jsonb) IS
    'Simple interest on a sum paid late, rounded once to the penny: amount x rate x days / 365, from the day after due_on to paid_on inclusive. terms: statutory (8 % over the reference rate, fixed by the day on which interest starts), ''statutory reset'' (a new rate from each 1 January and 1 July), a yearly rate such as 8%, or none. 0.00 when paid in time; NULL for NULL. Raises 22023 for a negative amount or unknown terms, P0002 for a reference rate that is not known.';

CREATE FUNCTION late_payment_fixed_sum(amount numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN amount <= 0 THEN 0.00 WHEN amount < 1000 THEN 40.00 WHEN amount < 10000 THEN 70.00 ELSE 100.00 END;
COMMENT ON FUNCTION late_payment_fixed_sum(numeric) IS
    'Fixed sum that a creditor may claim beside statutory interest, per debt: 40 pounds below 1,000, 70 below 10,000, 100 from 10,000 on. NULL for NULL, 0 for no debt.';

CREATE FUNCTION on_account_amount(total numeric, months integer, k integer) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF months < 1 OR months > 120 OR k < 1 OR k > months THEN
        RAISE EXCEPTION 'there is no payment % of %', k, months
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Payments are numbered from 1; there are at most 120.';
    ELSIF total <> round(total, 2) OR total = 'NaN' THEN
        RAISE EXCEPTION 'a total paid on account has at most 2 decimals, not %', total USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN round(sign(total) * (div(200 * abs(total) * k + months, 2 * months) - div(200 * abs(total) * (k - 1) + months, 2 * months)) / 100, 2);
END
$$;
COMMENT ON FUNCTION on_account_amount(numeric, integer, integer) IS
    'Payment number k of months equal payments on account that sum to total: round(total x k / months) - round(total x (k - 1) / months), to the penny. NULL for NULL; 22023 for a payment that there is not, or a total with more than 2 decimals.';
