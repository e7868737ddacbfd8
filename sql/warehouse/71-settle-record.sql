-- Inputs that rest on something: a locked baseline with agreed exclusions, verified savings, measures.

CREATE FUNCTION @icb@.check_benchmark() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    b @icb@.baseline;
    effect numeric;
BEGIN
    IF NEW.baseline_version IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT x.* INTO b FROM @icb@.baseline x WHERE x.contract_id = NEW.contract_id AND x.baseline_version = NEW.baseline_version;
    IF b.approved_at IS NULL THEN
        RAISE EXCEPTION 'baseline version % of contract "%" is not locked', NEW.baseline_version, NEW.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Have another person approve it (approve_baseline).';
    ELSIF b.period <> NEW.period THEN
        RAISE EXCEPTION 'baseline version % of contract "%" is that of %, not of %', b.baseline_version, b.contract_id, b.period, NEW.period
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Have a baseline of this period approved (propose_baseline, approve_baseline).';
    END IF;
    effect := @icb@.exclusion_effect(b.contract_id, b.period);
    IF NEW.benchmark IS DISTINCT FROM b.amount + effect OR coalesce(NEW.excluded, 0) <> effect THEN
        RAISE EXCEPTION 'the benchmark of contract "%" for % is not that of baseline version %', NEW.contract_id, NEW.period, b.baseline_version
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = pg_catalog.format('The baseline is %s and exclusions signed by every party change it by %s: record benchmark %s and excluded %s.', b.amount, effect, b.amount + effect, effect);
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.check_benchmark() IS 'Trigger: inputs that name a baseline have its amount and the agreed exclusions for benchmark, nothing else (55000).';
CREATE TRIGGER check_benchmark BEFORE INSERT OR UPDATE ON @icb@.settlement_input FOR EACH ROW EXECUTE FUNCTION @icb@.check_benchmark();

CREATE FUNCTION @icb@.check_inputs(terms @icb@.contract_terms, inputs @icb@.settlement_input) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    effect numeric := @icb@.exclusion_effect((inputs).contract_id, (inputs).period);
    saved numeric := @icb@.verified_savings((inputs).contract_id, (inputs).period);
    locked numeric := (SELECT b.amount FROM @icb@.baseline b
                       WHERE b.contract_id = (inputs).contract_id AND b.baseline_version = (terms).baseline_version AND b.approved_at IS NOT NULL);
BEGIN
    IF (terms).baseline_version IS NOT NULL THEN
        IF (inputs).baseline_version IS DISTINCT FROM (terms).baseline_version OR locked IS NULL THEN
            RAISE EXCEPTION 'the inputs of contract "%" for % do not rest on baseline version %, which its terms name', (inputs).contract_id, (inputs).period, (terms).baseline_version
                USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Record them with record_inputs_from_measures, or give baseline_version.';
        ELSIF (inputs).benchmark IS DISTINCT FROM locked + effect THEN
            RAISE EXCEPTION 'the exclusions of contract "%" have changed since its inputs for % were recorded', (inputs).contract_id, (inputs).period
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = pg_catalog.format('Record benchmark %s and excluded %s (record_inputs_from_measures does).', locked + effect, effect);
        END IF;
    ELSIF coalesce((inputs).excluded, 0) <> effect THEN
        RAISE EXCEPTION 'the benchmark of contract "%" for % leaves out exclusions that every party has signed', (inputs).contract_id, (inputs).period
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = pg_catalog.format('They come to %s: add them to the benchmark, and record excluded %s (record_inputs_from_measures does).', effect, effect);
    END IF;
    IF (terms).actual_from = 'verified savings' AND (inputs).actual IS DISTINCT FROM saved THEN
        RAISE EXCEPTION 'actual of contract "%" for % is not what has been verified', (inputs).contract_id, (inputs).period
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = pg_catalog.format('Verified savings of the period come to %s: record them as actual (record_inputs_from_measures does).', saved);
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.check_inputs(@icb@.contract_terms, @icb@.settlement_input) IS
    'Refuses inputs (55000) that do not rest on the baseline and the agreed exclusions, or on the verified savings, that the terms ask for.';

CREATE FUNCTION @icb@.record_inputs_from_measures(contract_id text, period daterange) RETURNS @icb@.settlement_input
    LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    -- signed terms where there are any, else the draft
    terms @icb@.contract_terms := @icb@.terms_for(record_inputs_from_measures.contract_id, record_inputs_from_measures.period,
        CASE WHEN EXISTS (SELECT FROM @icb@.contract_terms t WHERE t.contract_id = record_inputs_from_measures.contract_id AND t.signed_at IS NOT NULL
                          AND t.valid @> (upper(record_inputs_from_measures.period) - 1)) THEN 'interim' ELSE 'illustrative' END);
    used record;
    result @icb@.measure_value;
    found_inputs jsonb := '{}';
    indicators jsonb := '{}';
    cutoff_days integer := 0;
    recorded @icb@.settlement_input;
BEGIN
    FOR used IN
        SELECT u.measure_name, u.fills, u.indicator, m.cutoff_days FROM @icb@.terms_measure u
        JOIN @icb@.measure m ON m.contract_id = u.contract_id AND m.measure_name = u.measure_name AND m.measure_version = u.measure_version
        WHERE u.contract_id = terms.contract_id AND u.version = terms.version ORDER BY u.measure_name
    LOOP
        result := @icb@.compute_measure(terms.contract_id, used.measure_name, record_inputs_from_measures.period);
        cutoff_days := greatest(cutoff_days, used.cutoff_days);
        IF used.fills = 'indicator' THEN
            indicators := indicators || pg_catalog.jsonb_build_object(used.indicator, pg_catalog.jsonb_build_object('score', result.value, 'volume', result.n));
        ELSE
            -- money has pence in the inputs; what is not money keeps its decimals
            found_inputs := found_inputs || pg_catalog.jsonb_build_object(used.fills, CASE WHEN used.fills IN ('benchmark', 'actual', 'carried_forward', 'base', 'revenue', 'guardrail_benchmark')
                                                                                      THEN round(result.value, 2) ELSE result.value END);
        END IF;
    END LOOP;
    IF terms.actual_from = 'verified savings' THEN
        found_inputs := found_inputs || pg_catalog.jsonb_build_object('actual', @icb@.verified_savings(terms.contract_id, record_inputs_from_measures.period));
    END IF;
    IF terms.baseline_version IS NOT NULL THEN
        found_inputs := found_inputs || (
            SELECT pg_catalog.jsonb_build_object('baseline_version', b.baseline_version, 'excluded', x.effect, 'benchmark', b.amount + x.effect)
            FROM @icb@.baseline b CROSS JOIN LATERAL (SELECT @icb@.exclusion_effect(b.contract_id, record_inputs_from_measures.period) AS effect) x
            WHERE b.contract_id = terms.contract_id AND b.baseline_version = terms.baseline_version);
    END IF;
    SELECT i.* INTO recorded FROM @icb@.settlement_input i WHERE i.contract_id = terms.contract_id AND i.period = record_inputs_from_measures.period FOR UPDATE;
    IF terms.baseline_version IS NULL THEN
        -- what is measured or was recorded, and the exclusions of today in place of those of then
        found_inputs := found_inputs || (
            SELECT pg_catalog.jsonb_build_object('baseline_version', NULL, 'excluded', nullif(x.effect, 0),
                       'benchmark', coalesce((found_inputs ->> 'benchmark')::numeric, recorded.benchmark - coalesce(recorded.excluded, 0)) + x.effect)
            FROM (SELECT @icb@.exclusion_effect(terms.contract_id, record_inputs_from_measures.period) AS effect) x);
    END IF;
    recorded := pg_catalog.jsonb_populate_record(recorded, found_inputs);
    recorded.contract_id := terms.contract_id;
    recorded.period := record_inputs_from_measures.period;
    recorded.data_cutoff := least(upper(record_inputs_from_measures.period) - 1 + cutoff_days, @icb@.today());
    recorded.source := pg_catalog.format('measures of version %s of the terms', terms.version);
    recorded.recorded_by := current_user;
    recorded.recorded_at := pg_catalog.clock_timestamp();
    UPDATE @icb@.settlement_input i SET (benchmark, actual, carried_forward, base, size, minimum_rate, score, revenue, data_cutoff, source, recorded_by, recorded_at, volume, plan_volume, risk, plan_risk,
                                         guardrail_benchmark, baseline_version, excluded)
        = (recorded.benchmark, recorded.actual, recorded.carried_forward, recorded.base, recorded.size, recorded.minimum_rate, recorded.score, recorded.revenue, recorded.data_cutoff, recorded.source,
           recorded.recorded_by, recorded.recorded_at, recorded.volume, recorded.plan_volume, recorded.risk, recorded.plan_risk, recorded.guardrail_benchmark, recorded.baseline_version, recorded.excluded)
    WHERE i.contract_id = recorded.contract_id AND i.period = recorded.period;
    IF NOT FOUND THEN
        INSERT INTO @icb@.settlement_input SELECT recorded.*;
    END IF;
    INSERT INTO @icb@.settlement_indicator_input (contract_id, period, name, score, volume)
    SELECT recorded.contract_id, recorded.period, e.key, (e.value ->> 'score')::numeric, (e.value ->> 'volume')::numeric FROM pg_catalog.jsonb_each(indicators) e
    ON CONFLICT (contract_id, period, name) DO UPDATE SET score = EXCLUDED.score, volume = EXCLUDED.volume;
    RETURN recorded;
END
$$;
COMMENT ON FUNCTION @icb@.record_inputs_from_measures(text, daterange) IS
    'Records the inputs of a contract for a period: its measures are computed, the benchmark comes from the locked baseline and the exclusions that every party has signed, actual from verified savings, as the terms say. What they do not give stays as it was recorded. Returns the inputs. 55000 for a measure that cannot be computed, a baseline that is not locked, or terms that are not what was signed.';
REVOKE EXECUTE ON FUNCTION @icb@.record_inputs_from_measures(text, daterange) FROM PUBLIC;
