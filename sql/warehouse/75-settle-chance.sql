-- What a settlement hides in one number: how near its gate was, and how much of it chance may be.

CREATE FUNCTION @icb@.settled_with(run_id bigint, OUT terms commissioning.settlement_terms, OUT inputs commissioning.settlement_inputs, OUT detail commissioning.settlement_detail) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT @icb@.terms_of(t), pg_catalog.jsonb_populate_record(NULL::commissioning.settlement_inputs, r.inputs),
           CASE WHEN pg_catalog.jsonb_typeof(r.detail) = 'object' THEN pg_catalog.jsonb_populate_record(NULL::commissioning.settlement_detail, r.detail) END
    FROM @icb@.settlement_run r JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version
    WHERE r.run_id = settled_with.run_id AND r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated', 'illustrative')
$$;
COMMENT ON FUNCTION @icb@.settled_with(bigint) IS 'Terms, inputs and detail of a run as commissioning.settle took them; NULL for runs that settled nothing.';

CREATE FUNCTION @icb@.gates_of(run_id bigint)
    RETURNS TABLE (side text, gate numeric, difference numeric, met boolean, distance numeric, settlement numeric, actual_at_gate numeric, settlement_at_gate numeric,
                   settlement_below numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    kept record;
BEGIN
    SELECT k.* INTO kept FROM @icb@.settled_with(gates_of.run_id) k;
    IF (kept.terms).curve IS NOT NULL THEN
        RETURN QUERY SELECT g.* FROM commissioning.gate_distance(kept.terms, kept.inputs, kept.detail) g;
    END IF;
EXCEPTION WHEN data_exception THEN
    -- what this version of the engine would not settle has no gate either
    RETURN;
END
$$;
COMMENT ON FUNCTION @icb@.gates_of(bigint) IS 'The gates of a run, as commissioning.gate_distance.';

CREATE VIEW @icb_reporting@.gate_distance AS
SELECT r.run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       r.status::text AS status,
       g.side::text AS side,
       (CASE g.side WHEN 'gain' THEN g.difference >= 0 ELSE g.difference < 0 END)::boolean AS is_side_of_result,
       g.difference::numeric(18,2) AS difference_gbp,
       g.gate::numeric(18,2) AS gate_gbp,
       g.met AS is_met,
       g.distance::numeric(18,2) AS distance_gbp,
       g.settlement::numeric(18,2) AS settlement_gbp,
       g.settlement_at_gate::numeric(18,2) AS settlement_at_gate_gbp,
       g.settlement_below::numeric(18,2) AS settlement_below_gbp,
       (g.settlement_at_gate - g.settlement_below)::numeric(18,2) AS money_at_gate_gbp,
       g.actual_at_gate::numeric(18,2) AS actual_at_gate_gbp
FROM @icb@.settlement_run r
CROSS JOIN LATERAL @icb@.gates_of(r.run_id) g;
COMMENT ON VIEW @icb_reporting@.gate_distance IS 'How far each settlement is from the gates of its terms, and what lies there: one row for each side that has a gate.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.kind IS 'Kind of the run.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.status IS 'Status of the run.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.side IS 'gain or loss.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.is_side_of_result IS 'Does the result stand on this side?';
COMMENT ON COLUMN @icb_reporting@.gate_distance.difference_gbp IS 'Difference of benchmark and actual, a loss with its sign.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.gate_gbp IS 'Size that the difference must reach.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.is_met IS 'Is it reached?';
COMMENT ON COLUMN @icb_reporting@.gate_distance.distance_gbp IS 'What is still missing to the gate; negative: by how much it is passed.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.settlement_gbp IS 'Settlement of the run.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.settlement_at_gate_gbp IS 'Settlement if the difference were exactly the gate.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.settlement_below_gbp IS 'Settlement if the difference were a penny short of the gate.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.money_at_gate_gbp IS 'Money that hangs on the last penny before the gate.';
COMMENT ON COLUMN @icb_reporting@.gate_distance.actual_at_gate_gbp IS 'Actual at which the gate is just reached.';

CREATE FUNCTION @icb@.chance_of(run_id bigint, OUT size numeric, OUT benchmark numeric, OUT estimate commissioning.saving_estimate) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    kept record;
    difference numeric;
BEGIN
    SELECT k.* INTO kept FROM @icb@.settled_with(chance_of.run_id) k;
    IF (kept.terms).curve IS NULL OR coalesce((kept.terms).measure, 'benchmark - actual') <> 'benchmark - actual' OR NOT (kept.inputs).size > 0 THEN
        RETURN;
    END IF;
    size := (kept.inputs).size;
    SELECT coalesce((pg_catalog.array_agg(s.amount ORDER BY s.step DESC) FILTER (WHERE s.line_code = 'adjustment'))[1], (kept.inputs).benchmark),
           max(s.amount) FILTER (WHERE s.line_code = 'difference') - coalesce((kept.inputs).carried_forward, 0)
    INTO benchmark, difference
    FROM @icb@.settlement_step s WHERE s.run_id = chance_of.run_id;
    IF benchmark > 0 THEN
        estimate := commissioning.saving_interval(benchmark, benchmark - difference, size);
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.chance_of(bigint) IS
    'Size, adjusted benchmark and commissioning.saving_interval (effective coefficient of variation 2.0, 95 %) of a run that measures savings over a known population; NULL for others.';

CREATE VIEW @icb_reporting@.saving_confidence AS
SELECT r.run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       r.status::text AS status,
       c.size::numeric(18,2) AS size,
       c.benchmark::numeric(18,2) AS benchmark_gbp,
       (c.estimate).saving::numeric(18,2) AS saving_gbp,
       (100 * (c.estimate).saving_rate)::numeric(9,4) AS saving_pct,
       (c.estimate).std_error::numeric(18,2) AS std_error_gbp,
       (c.estimate).lower::numeric(18,2) AS lower_gbp,
       (c.estimate).upper::numeric(18,2) AS upper_gbp,
       (100 * (c.estimate).p_no_saving)::numeric(9,4) AS no_saving_pct,
       (100 * commissioning.minimum_savings_rate(c.size))::numeric(9,4) AS minimum_rate_pct
FROM @icb@.settlement_run r
CROSS JOIN LATERAL @icb@.chance_of(r.run_id) c
WHERE (c.estimate).saving IS NOT NULL;
COMMENT ON VIEW @icb_reporting@.saving_confidence IS 'What chance leaves of a saving, for every run that measures one over a population of known size; effective coefficient of variation 2.0.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.kind IS 'Kind of the run.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.status IS 'Status of the run.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.size IS 'People, or person-years, in the population.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.benchmark_gbp IS 'Benchmark after adjustments.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.saving_gbp IS 'Measured saving, before gate and sharing.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.saving_pct IS 'Measured saving in percent of the benchmark.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.std_error_gbp IS 'Standard error of the saving.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.lower_gbp IS 'Lower end of its 95 % confidence interval.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.upper_gbp IS 'Upper end of its 95 % confidence interval.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.no_saving_pct IS 'Probability that there is no true saving, in percent.';
COMMENT ON COLUMN @icb_reporting@.saving_confidence.minimum_rate_pct IS 'Saving, in percent of the benchmark, that chance alone reaches one time in ten in a population of this size.';
