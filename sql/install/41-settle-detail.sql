-- What a statement in full takes besides terms and inputs, and terms, inputs and details written as JSON.

CREATE TYPE settlement_indicator AS (
    name           text,
    weight         numeric,
    scale          sliding_scale,
    score          numeric,
    volume         numeric,
    minimum_volume numeric,
    under_volume   text
);
COMMENT ON TYPE settlement_indicator IS 'One quality indicator with its result; all indicators together give the quality multiplier.';
COMMENT ON COLUMN settlement_indicator.name IS 'Name of the indicator.';
COMMENT ON COLUMN settlement_indicator.weight IS 'Weight, relative to the others.';
COMMENT ON COLUMN settlement_indicator.scale IS 'Part earned by score; the score itself where NULL.';
COMMENT ON COLUMN settlement_indicator.score IS 'Score reached.';
COMMENT ON COLUMN settlement_indicator.volume IS 'Cases it was measured on.';
COMMENT ON COLUMN settlement_indicator.minimum_volume IS 'Cases below which it is not assessable; NULL: always assessable.';
COMMENT ON COLUMN settlement_indicator.under_volume IS 'What then happens: redistribute (default: its weight goes to the others), pay (counts as earned in full) or carry (its part is left out of this settlement and shown as carried over).';

CREATE TYPE settlement_condition AS (
    name     text,
    met      boolean,
    evidence text
);
COMMENT ON TYPE settlement_condition IS 'A condition of payment that is met or not.';
COMMENT ON COLUMN settlement_condition.name IS 'Condition in the words of the contract.';
COMMENT ON COLUMN settlement_condition.met IS 'Is it met? NULL: not decided, and then nothing can be settled.';
COMMENT ON COLUMN settlement_condition.evidence IS 'What shows it.';

CREATE TYPE settlement_account AS (
    party         text,
    own_amount    numeric,
    posted_before numeric,
    contested     numeric,
    overdue       numeric,
    overdue_days  integer,
    interest_rate numeric
);
COMMENT ON TYPE settlement_account IS 'Where a party stands before a settlement; NULL amounts are 0. Amounts are in pounds, positive in favour of the party.';
COMMENT ON COLUMN settlement_account.party IS 'Party of the split, or the counterparty.';
COMMENT ON COLUMN settlement_account.own_amount IS 'Part of the shared sum that the party holds already; it gets its share less this.';
COMMENT ON COLUMN settlement_account.posted_before IS 'Posted to it so far, on account and in earlier runs; for the counterparty NULL is minus the sum of the others.';
COMMENT ON COLUMN settlement_account.contested IS 'Part of what is due that is in dispute, not negative: held, not paid.';
COMMENT ON COLUMN settlement_account.overdue IS 'Sum owed to the party and late, in pounds; negative when the party owes it.';
COMMENT ON COLUMN settlement_account.overdue_days IS 'Days it is late.';
COMMENT ON COLUMN settlement_account.interest_rate IS 'Simple interest a year as a share: 0.1325.';

CREATE TYPE settlement_detail AS (
    cases      numeric[],
    indicators settlement_indicator[],
    conditions settlement_condition[],
    accounts   settlement_account[]
);
COMMENT ON TYPE settlement_detail IS 'Cases, indicators, conditions and accounts of a settlement; NULL leaves them out.';
COMMENT ON COLUMN settlement_detail.cases IS 'Cost of each case, for stop_loss.';
COMMENT ON COLUMN settlement_detail.indicators IS 'Quality indicators.';
COMMENT ON COLUMN settlement_detail.conditions IS 'Conditions of payment.';
COMMENT ON COLUMN settlement_detail.accounts IS 'Accounts of the parties; a party without one starts at 0.';

-- jsonb_populate_record takes a misspelt clause for one that is absent; here it is an error.
CREATE FUNCTION refuse_unknown_keys(value jsonb, row_type regtype) RETURNS jsonb
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text[] := (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid
                     WHERE t.oid = row_type AND a.attnum > 0 AND NOT a.attisdropped);
    unknown text;
BEGIN
    IF jsonb_typeof(value) <> 'object' THEN
        RAISE EXCEPTION '% must be written as a JSON object', row_type USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT k INTO unknown FROM jsonb_object_keys(value) k WHERE k <> ALL (known) ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% has no field "%"', row_type, unknown
            USING ERRCODE = 'undefined_column', HINT = 'Its fields are ' || array_to_string(known, ', ') || '.';
    END IF;
    RETURN value;
END
$$;
COMMENT ON FUNCTION refuse_unknown_keys(jsonb, regtype) IS 'The JSON object as it came when all its keys are fields of the row type. 42703 names the first that is not, 22023 what is no object; NULL for NULL.';

CREATE FUNCTION to_settlement_terms(terms jsonb) RETURNS settlement_terms
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN jsonb_populate_record(NULL::settlement_terms, refuse_unknown_keys(terms, 'settlement_terms'::regtype));
COMMENT ON FUNCTION to_settlement_terms(jsonb) IS 'Terms written as a JSON object of their clauses: {"curve": "gain 0..:40%", "factor_gain": 0.98}. NULL for NULL; 42703 for a clause there is not; errors of the types as they are.';
CREATE CAST (jsonb AS settlement_terms) WITH FUNCTION to_settlement_terms(jsonb);

CREATE FUNCTION to_settlement_inputs(inputs jsonb) RETURNS settlement_inputs
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN jsonb_populate_record(NULL::settlement_inputs, refuse_unknown_keys(inputs, 'settlement_inputs'::regtype));
COMMENT ON FUNCTION to_settlement_inputs(jsonb) IS 'Inputs written as a JSON object: {"benchmark": 1000000, "actual": 950000}. NULL for NULL; 42703 for an input there is not.';
CREATE CAST (jsonb AS settlement_inputs) WITH FUNCTION to_settlement_inputs(jsonb);

CREATE FUNCTION to_settlement_detail(detail jsonb) RETURNS settlement_detail
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN jsonb_populate_record(NULL::settlement_detail, refuse_unknown_keys(detail, 'settlement_detail'::regtype));
COMMENT ON FUNCTION to_settlement_detail(jsonb) IS 'Details written as a JSON object: {"cases": [187654.32, 412000], "indicators": [{"name": "falls", "weight": 1, "score": 0.8}]}. NULL for NULL; 42703 for a detail there is not.';
CREATE CAST (jsonb AS settlement_detail) WITH FUNCTION to_settlement_detail(jsonb);

CREATE FUNCTION settle(terms settlement_terms, inputs settlement_inputs, detail settlement_detail,
    OUT step integer, OUT line_code text, OUT clause text, OUT formula text, OUT quantity numeric, OUT rate text, OUT exact_text text, OUT amount numeric, OUT party text) RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'settle_in_full' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 24;
COMMENT ON FUNCTION settle(settlement_terms, settlement_inputs, settlement_detail) IS
    'A statement in full. In order, each line only where the terms have it: case and stop_loss; adjustment (benchmark after volume, risk, discount, withhold); difference, guardrail, contingency, allowance; size, condition, gate; band, share, below_gate; indicator, carried_over, quality, loss_rate, factor; cap, relief; payment; settlement (the one rounding); retained, reopener; and per party of the split and the counterparty: party (cumulative), posted (less what was posted before), contested, interest, due (what is to be paid now, positive to the party). amount is what stands after the line in pounds, exact_text the unrounded fraction; for contested what is left, the held sum being quantity; for carried_over, retained and reopener the sum they speak of. Due lines sum to 0 over all parties where there is a counterparty. NULL detail is none. 22004 for NULL terms or inputs or no curve; 22023 for what is missing or unusable, saying what to do; 22003 when a number does not fit.';
