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
    volume          numeric CHECK (volume >= 0),
    plan_volume     numeric CHECK (plan_volume > 0),
    risk            numeric CHECK (risk >= 0),
    plan_risk       numeric CHECK (plan_risk > 0),
    guardrail_benchmark numeric CHECK (guardrail_benchmark = round(guardrail_benchmark, 2)),
    fee             numeric CHECK (fee >= 0 AND fee = round(fee, 2)),
    baseline_version integer,
    excluded        numeric CHECK (excluded = round(excluded, 2)),
    PRIMARY KEY (contract_id, period),
    FOREIGN KEY (contract_id, baseline_version) REFERENCES @icb@.baseline
);
COMMENT ON TABLE @icb@.settlement_input IS
    'What a settlement is computed from, per contract and cumulative period, with its source. It may be corrected; each run keeps what it used.';
COMMENT ON COLUMN @icb@.settlement_input.period IS 'From the start of the settlement year; a longer period includes the shorter ones.';
COMMENT ON COLUMN @icb@.settlement_input.actual IS 'In pounds, at most 2 decimals; NULL: not known yet, and then nothing is settled.';
COMMENT ON COLUMN @icb@.settlement_input.volume IS 'Volume that the benchmark is adjusted by: activity, member months or heads.';
COMMENT ON COLUMN @icb@.settlement_input.plan_volume IS 'Volume that the benchmark was set for.';
COMMENT ON COLUMN @icb@.settlement_input.risk IS 'Average risk score of the year.';
COMMENT ON COLUMN @icb@.settlement_input.plan_risk IS 'Average risk score that the benchmark was set for.';
COMMENT ON COLUMN @icb@.settlement_input.guardrail_benchmark IS 'Second benchmark of the guardrail, in pounds.';
COMMENT ON COLUMN @icb@.settlement_input.fee IS 'Base fee, in pounds.';
COMMENT ON COLUMN @icb@.settlement_input.baseline_version IS 'Locked baseline that the benchmark comes from; the benchmark is then its amount plus excluded. NULL: none.';
COMMENT ON COLUMN @icb@.settlement_input.excluded IS 'Agreed effects of exclusions that are part of the benchmark, in pounds; see exclusion_event.';

CREATE TABLE @icb@.settlement_indicator_input (
    contract_id text NOT NULL,
    period      daterange NOT NULL,
    name        text NOT NULL,
    score       numeric CHECK (score >= 0),
    volume      numeric CHECK (volume >= 0),
    PRIMARY KEY (contract_id, period, name),
    FOREIGN KEY (contract_id, period) REFERENCES @icb@.settlement_input ON DELETE CASCADE
);
COMMENT ON TABLE @icb@.settlement_indicator_input IS 'Results of the quality indicators of a contract in a period.';
COMMENT ON COLUMN @icb@.settlement_indicator_input.period IS 'Cumulative period, as in settlement_input.';
COMMENT ON COLUMN @icb@.settlement_indicator_input.name IS 'Indicator, named as in the terms.';
COMMENT ON COLUMN @icb@.settlement_indicator_input.score IS 'Score reached; NULL: not known yet, and then nothing is settled.';
COMMENT ON COLUMN @icb@.settlement_indicator_input.volume IS 'Cases it was measured on.';

CREATE TABLE @icb@.settlement_condition_input (
    contract_id text NOT NULL,
    period      daterange NOT NULL,
    name        text NOT NULL,
    met         boolean,
    evidence    text,
    PRIMARY KEY (contract_id, period, name),
    FOREIGN KEY (contract_id, period) REFERENCES @icb@.settlement_input ON DELETE CASCADE
);
COMMENT ON TABLE @icb@.settlement_condition_input IS 'Were the conditions of payment met in a period, and what shows it?';
COMMENT ON COLUMN @icb@.settlement_condition_input.period IS 'Cumulative period, as in settlement_input.';
COMMENT ON COLUMN @icb@.settlement_condition_input.name IS 'Condition, named as in the terms.';
COMMENT ON COLUMN @icb@.settlement_condition_input.met IS 'Met or not; NULL: not decided, and then nothing is settled.';
COMMENT ON COLUMN @icb@.settlement_condition_input.evidence IS 'What shows it.';

CREATE TABLE @icb@.settlement_case_input (
    contract_id text NOT NULL,
    period      daterange NOT NULL,
    case_no     integer NOT NULL CHECK (case_no > 0),
    cost        numeric NOT NULL CHECK (cost >= 0 AND cost = round(cost, 2)),
    PRIMARY KEY (contract_id, period, case_no),
    FOREIGN KEY (contract_id, period) REFERENCES @icb@.settlement_input ON DELETE CASCADE
);
COMMENT ON TABLE @icb@.settlement_case_input IS 'Costs of single cases for stop-loss, numbered within contract and period; nothing here tells who they are.';
COMMENT ON COLUMN @icb@.settlement_case_input.period IS 'Cumulative period, as in settlement_input.';
COMMENT ON COLUMN @icb@.settlement_case_input.case_no IS 'Number of the case.';
COMMENT ON COLUMN @icb@.settlement_case_input.cost IS 'Cost of the case, in pounds.';

CREATE FUNCTION @icb@.inputs_of(i @icb@.settlement_input) RETURNS commissioning.settlement_inputs
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((i).benchmark, (i).actual, (i).carried_forward, (i).base, (i).size, (i).minimum_rate, (i).score, (i).revenue, (i).loss_relief,
           (i).volume, (i).plan_volume, (i).risk, (i).plan_risk, (i).guardrail_benchmark, (i).fee)::commissioning.settlement_inputs;
COMMENT ON FUNCTION @icb@.inputs_of(@icb@.settlement_input) IS 'The numbers of an input row as commissioning.settle takes them.';

CREATE FUNCTION @icb@.detail_of(contract_id text, version integer, period daterange) RETURNS commissioning.settlement_detail
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH part AS (
        SELECT (SELECT coalesce(pg_catalog.array_agg(c.cost ORDER BY c.case_no), '{}') FROM @icb@.settlement_case_input c
                WHERE c.contract_id = detail_of.contract_id AND c.period = detail_of.period AND t.stop_loss IS NOT NULL) AS cases,
               (SELECT pg_catalog.array_agg(ROW(i.name, i.weight, i.scale, r.score, r.volume, i.minimum_volume, i.under_volume)::commissioning.settlement_indicator ORDER BY i.indicator_order)
                FROM @icb@.terms_indicator i
                LEFT JOIN @icb@.settlement_indicator_input r ON r.contract_id = i.contract_id AND r.period = detail_of.period AND r.name = i.name
                WHERE i.contract_id = detail_of.contract_id AND i.version = detail_of.version) AS indicators,
               (SELECT pg_catalog.array_agg(ROW(i.name, r.met, r.evidence)::commissioning.settlement_condition ORDER BY i.condition_order)
                FROM @icb@.terms_condition i
                LEFT JOIN @icb@.settlement_condition_input r ON r.contract_id = i.contract_id AND r.period = detail_of.period AND r.name = i.name
                WHERE i.contract_id = detail_of.contract_id AND i.version = detail_of.version) AS conditions,
               t.stop_loss IS NOT NULL AS has_cases
        FROM @icb@.contract_terms t WHERE t.contract_id = detail_of.contract_id AND t.version = detail_of.version
    )
    SELECT CASE WHEN p.has_cases OR p.indicators IS NOT NULL OR p.conditions IS NOT NULL
                THEN ROW(CASE WHEN p.has_cases THEN p.cases END, p.indicators, p.conditions, NULL)::commissioning.settlement_detail END
    FROM part p
$$;
COMMENT ON FUNCTION @icb@.detail_of(text, integer, daterange) IS
    'Cases, indicators and conditions of a settlement as commissioning.settle takes them, without accounts; NULL where the terms have none of them. An indicator or condition without a recorded result comes without score or decision, which settle refuses.';
