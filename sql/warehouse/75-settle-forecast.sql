-- Looking ahead: where an interim result would end the year, what money is at risk, and what a support contract returns.

CREATE TABLE @icb@.plan_profile (
    contract_id    text NOT NULL REFERENCES @icb@.contract,
    activity_month date NOT NULL CHECK (activity_month = date_trunc('month', activity_month)::date),
    weight         numeric NOT NULL CHECK (weight >= 0 AND weight < 'Infinity'),
    source         text NOT NULL,
    PRIMARY KEY (contract_id, activity_month)
);
COMMENT ON TABLE @icb@.plan_profile IS 'How the plan of a contract is spread over the months of a year: the forecast grosses an interim result up by it.';
COMMENT ON COLUMN @icb@.plan_profile.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.plan_profile.activity_month IS 'First day of the month.';
COMMENT ON COLUMN @icb@.plan_profile.weight IS 'Weight of the month: planned pounds, spells or anything that is in proportion.';
COMMENT ON COLUMN @icb@.plan_profile.source IS 'Where the profile comes from.';

-- The part of a settlement year that has passed, by each way of counting.
CREATE FUNCTION @icb@.year_passed(contract_id text, period daterange)
    RETURNS TABLE (method text, year_to date, share numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH day AS (
        SELECT d::date AS day, d < upper(year_passed.period) AS passed
        FROM generate_series(lower(year_passed.period)::timestamp, lower(year_passed.period) + interval '1 year' - interval '1 day', interval '1 day') d
    ), weighed AS (
        SELECT d.day, d.passed, p.weight / extract(day FROM date_trunc('month', d.day) + interval '1 month' - interval '1 day') AS weight
        FROM day d LEFT JOIN @icb@.plan_profile p ON p.contract_id = year_passed.contract_id AND p.activity_month = date_trunc('month', d.day)::date
    )
    SELECT m.method, max(w.day), m.passed / nullif(m.whole, 0)
    FROM weighed w
    JOIN (SELECT 'straight line' AS method, count(*) FILTER (WHERE d.passed)::numeric AS passed, count(*)::numeric AS whole FROM weighed d
          UNION ALL
          SELECT 'working days', count(*) FILTER (WHERE d.passed AND extract(isodow FROM d.day) < 6), count(*) FILTER (WHERE extract(isodow FROM d.day) < 6) FROM weighed d
          UNION ALL
          -- a profile that does not cover the year is no profile
          SELECT 'plan profile', sum(d.weight) FILTER (WHERE d.passed), sum(d.weight) FROM weighed d HAVING count(*) = count(d.weight)) m ON true
    GROUP BY m.method, m.passed, m.whole
    HAVING m.passed > 0
$$;
COMMENT ON FUNCTION @icb@.year_passed(text, daterange) IS
    'The part of the settlement year (from the first day of the period) that lies in the period: by calendar days, by working days (Monday to Friday) and, where plan_profile covers the year, by the profile of the plan. year_to is the last day of the year.';

CREATE FUNCTION @icb@.forecast_of(run_id bigint)
    RETURNS TABLE (method text, year_to date, share numeric, benchmark numeric, actual numeric, difference numeric, settlement numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.find_settlement(forecast_of.run_id);
    kept record;
    whole commissioning.settlement_inputs;
    result record;
    planned numeric;
BEGIN
    SELECT k.* INTO kept FROM @icb@.settled_with(forecast_of.run_id) k;
    IF (kept.terms).curve IS NULL THEN
        RETURN;
    END IF;
    FOR method, year_to, share IN SELECT y.method, y.year_to, y.share FROM @icb@.year_passed(run.contract_id, run.period) y LOOP
        -- the plan of the whole year where it is recorded
        SELECT i.benchmark INTO planned FROM @icb@.settlement_input i
        WHERE i.contract_id = run.contract_id AND lower(i.period) = lower(run.period) AND upper(i.period) = forecast_of.year_to + 1;
        whole := kept.inputs;
        whole.benchmark := coalesce(planned, round(whole.benchmark / share, 2));
        whole.actual := round(whole.actual / share, 2);
        whole.base := round(whole.base / share, 2);
        whole.revenue := round(whole.revenue / share, 2);
        whole.loss_relief := round(whole.loss_relief / share, 2);
        whole.guardrail_benchmark := round(whole.guardrail_benchmark / share, 2);
        whole.fee := round(whole.fee / share, 2);
        whole.volume := round(whole.volume / share, 6);
        whole.plan_volume := round(whole.plan_volume / share, 6);
        benchmark := whole.benchmark;
        actual := whole.actual;
        BEGIN
            result := commissioning.settled(kept.terms, whole, kept.detail);
            difference := result.difference;
            settlement := result.settlement;
        EXCEPTION WHEN data_exception THEN
            difference := NULL;
            settlement := NULL;
        END;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.forecast_of(bigint) IS
    'The year-end that a run points to by each way of year_passed: money and volumes grossed up, size, scores and cases as they are, the benchmark of the whole year where it is recorded, then settled under the terms of the run. 42704 for an unknown run.';

CREATE VIEW @icb_reporting@.settlement_forecast AS
WITH latest AS (
    SELECT DISTINCT ON (r.contract_id, lower(r.period)) r.run_id, r.contract_id, r.period, r.kind, r.status, r.amount
    FROM @icb@.settlement_run r
    WHERE r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated') AND r.status <> 'withdrawn'
    ORDER BY r.contract_id, lower(r.period), upper(r.period) DESC, r.run_id DESC
)
SELECT l.run_id,
       l.contract_id::text AS contract_id,
       lower(l.period)::date AS period_from,
       (upper(l.period) - 1)::date AS period_to,
       l.kind::text AS kind,
       l.status::text AS status,
       f.method::text AS method,
       f.year_to::date AS year_to,
       f.share::numeric(9,6) AS year_passed,
       f.benchmark::numeric(18,2) AS benchmark_gbp,
       f.actual::numeric(18,2) AS actual_gbp,
       f.difference::numeric(18,2) AS difference_gbp,
       f.settlement::numeric(18,2) AS settlement_gbp,
       l.amount::numeric(18,2) AS settled_so_far_gbp
FROM latest l
CROSS JOIN LATERAL @icb@.forecast_of(l.run_id) f;
COMMENT ON VIEW @icb_reporting@.settlement_forecast IS 'Where the latest settlement of each contract and year would end the year: one row for each way of grossing up.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.run_id IS 'Latest settlement run of the year.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.period_from IS 'First day of the year.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.period_to IS 'Last day of what is settled.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.kind IS 'Kind of the run.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.status IS 'Status of the run.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.method IS 'straight line (calendar days), working days, or plan profile.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.year_to IS 'Last day of the year.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.year_passed IS 'Part of the year that the run covers, by this method.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.benchmark_gbp IS 'Benchmark of the year.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.actual_gbp IS 'Forecast actual of the year.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.difference_gbp IS 'Forecast difference.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.settlement_gbp IS 'Forecast settlement; NULL when the terms cannot be assessed so.';
COMMENT ON COLUMN @icb_reporting@.settlement_forecast.settled_so_far_gbp IS 'Settlement of the run.';

CREATE FUNCTION @icb@.pots_of(run_id bigint)
    RETURNS TABLE (pot_order integer, pot text, amount numeric, kept numeric, meaning text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    used record;
    slope integer;
    stands record;
    near commissioning.settlement_inputs;
    far commissioning.settlement_inputs;
    a record;
    b record;
BEGIN
    SELECT k.* INTO used FROM @icb@.settled_with(pots_of.run_id) k;
    slope := CASE WHEN (used.terms).measure = 'actual - benchmark' THEN 1 ELSE -1 END;
    IF (used.terms).curve IS NULL THEN
        RETURN;
    END IF;
    stands := commissioning.settled(used.terms, used.inputs, used.detail);
    -- what the share can come to at most, where it is limited: it no longer moves far out
    FOR side IN 1 .. 2 LOOP
        pot_order := side;
        near := used.inputs;
        far := used.inputs;
        IF slope * (3 - 2 * pot_order) < 0 THEN
            near.actual := 0.01;
            far.actual := 0;
        ELSE
            near.actual := 3 * (near.benchmark + coalesce(near.base, near.benchmark));
            far.actual := 2 * near.actual;
        END IF;
        a := commissioning.settled(used.terms, near, used.detail);
        b := commissioning.settled(used.terms, far, used.detail);
        IF pot_order = 1 AND b.share > 0 AND a.share = b.share THEN
            pot := 'gain';
            amount := b.share;
            kept := greatest(stands.share, 0);
            meaning := 'the most that the parties may receive';
            RETURN NEXT;
        ELSIF pot_order = 2 AND b.share < 0 AND a.share = b.share THEN
            pot := CASE WHEN (used.terms).fee_at_risk IS NOT NULL THEN 'fee at risk' ELSE 'loss' END;
            amount := - b.share;
            kept := amount + least(stands.share, 0);
            meaning := 'the most that the parties may have to pay; kept is what they do not';
            RETURN NEXT;
        END IF;
    END LOOP;
    -- withheld from the benchmark and earned back
    FOR pot_order, amount, kept IN
        SELECT 3, round((used.terms).withhold * s.before, 2), round((used.terms).withhold * s.before, 2) - (s.before - s.amount)
        FROM (SELECT p.line_code, p.clause, p.amount, coalesce(lag(p.amount) OVER (ORDER BY p.step), (used.inputs).benchmark) AS before
              FROM @icb@.settlement_step p WHERE p.run_id = pots_of.run_id AND p.line_code = 'adjustment') s
        WHERE s.clause LIKE '%withhold%' AND (used.terms).withhold IS NOT NULL
    LOOP
        pot := 'withhold';
        meaning := 'withheld from the benchmark; kept is what quality earned back';
        RETURN NEXT;
    END LOOP;
    -- each indicator's part of the share
    FOR pot_order, pot, amount, kept IN
        SELECT 3 + row_number() OVER (ORDER BY i.step), 'indicator ' || substring(i.clause FROM 'indicator: (.*)$'), round(abs(i.share) * w.part, 2), abs(i.amount)
        FROM (SELECT p.step, p.line_code, p.clause, p.formula, p.amount, (SELECT h.amount FROM @icb@.settlement_step h WHERE h.run_id = p.run_id AND h.step < p.step AND h.line_code IN ('share', 'below_gate')
                                                                         ORDER BY h.step DESC LIMIT 1) AS share
              FROM @icb@.settlement_step p WHERE p.run_id = pots_of.run_id AND p.line_code = 'indicator') i
        CROSS JOIN LATERAL (SELECT substring(i.formula FROM 'weight ([0-9.]+)') AS a, substring(i.formula FROM 'weight [0-9.]+/([0-9]+)') AS b, i.formula ~ 'weight [0-9.]+%' AS pct) f
        CROSS JOIN LATERAL (SELECT f.a::numeric / CASE WHEN f.pct THEN 100 ELSE coalesce(f.b::numeric, 1) END AS part) w
        WHERE w.part IS NOT NULL AND i.share <> 0
    LOOP
        meaning := 'what the indicator could earn of the share';
        RETURN NEXT;
    END LOOP;
EXCEPTION WHEN data_exception THEN
    RETURN;
END
$$;
COMMENT ON FUNCTION @icb@.pots_of(bigint) IS 'Money at risk in a run and how much of it the parties kept: gain, loss or fee at risk, withhold, and each indicator. No rows for runs that settled nothing.';

CREATE VIEW @icb_reporting@.pot_at_risk AS
SELECT r.run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       r.status::text AS status,
       p.pot_order::integer AS pot_order,
       p.pot::text AS pot,
       p.amount::numeric(18,2) AS pot_gbp,
       p.kept::numeric(18,2) AS kept_gbp,
       (p.amount - p.kept)::numeric(18,2) AS open_gbp,
       p.meaning::text AS meaning
FROM @icb@.settlement_run r
CROSS JOIN LATERAL @icb@.pots_of(r.run_id) p;
COMMENT ON VIEW @icb_reporting@.pot_at_risk IS 'Money at risk in every settlement: what could be received, lost or withheld at most, and how much of it the parties have.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.kind IS 'Kind of the run.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.status IS 'Status of the run.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.pot_order IS 'Order of the pots.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.pot IS 'gain, loss, fee at risk, withhold, or an indicator with its name.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.pot_gbp IS 'Size of the pot.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.kept_gbp IS 'Earned of it, or not lost of it.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.open_gbp IS 'Not earned, or lost.';
COMMENT ON COLUMN @icb_reporting@.pot_at_risk.meaning IS 'What the pot is.';
