-- What a settlement is computed from, with its source.

CREATE TABLE @icb@.settlement_input (
    contract_id     text NOT NULL REFERENCES @icb@.contract,
    period          daterange NOT NULL CHECK (NOT isempty(period) AND lower(period) IS NOT NULL AND upper(period) IS NOT NULL),
    benchmark       numeric CHECK (benchmark = round(benchmark, 2)),
    actual          numeric CHECK (actual = round(actual, 2)),
    carried_forward numeric CHECK (carried_forward = round(carried_forward, 2)),
    base            numeric CHECK (base > 0 AND base = round(base, 2)),
    size            numeric CHECK (size >= 0),
    minimum_rate    numeric CHECK (minimum_rate >= 0),
    score           numeric CHECK (score >= 0),
    revenue         numeric CHECK (revenue >= 0 AND revenue = round(revenue, 2)),
    loss_relief     numeric CHECK (loss_relief >= 0 AND loss_relief = round(loss_relief, 2)),
    data_cutoff     date,
    source          text NOT NULL,
    recorded_by     text NOT NULL DEFAULT current_user,
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (contract_id, period)
);
COMMENT ON TABLE @icb@.settlement_input IS
    'What a settlement is computed from, per contract and cumulative period, with its source. It may be corrected; each run keeps what it used.';
COMMENT ON COLUMN @icb@.settlement_input.period IS 'From the start of the settlement year; a longer period includes the shorter ones.';
COMMENT ON COLUMN @icb@.settlement_input.actual IS 'In pounds, at most 2 decimals; NULL: not known yet, and then nothing is settled.';

CREATE FUNCTION @icb@.inputs_of(i @icb@.settlement_input) RETURNS commissioning.settlement_inputs
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((i).benchmark, (i).actual, (i).carried_forward, (i).base, (i).size, (i).minimum_rate, (i).score, (i).revenue, (i).loss_relief, NULL, NULL, NULL, NULL, NULL, NULL)::commissioning.settlement_inputs;
COMMENT ON FUNCTION @icb@.inputs_of(@icb@.settlement_input) IS 'The numbers of an input row as commissioning.settle takes them.';
