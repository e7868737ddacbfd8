-- Practice budgets from need: a fair share of a total, held by limits on growth, exact to the penny. No tables are read.

CREATE FUNCTION practice_budget(practices text[], needs numeric[], budget numeric, baselines numeric[] DEFAULT NULL,
                                least_growth numeric DEFAULT NULL, most_growth numeric DEFAULT NULL, pace numeric DEFAULT 1,
    OUT place integer, OUT practice text, OUT need numeric, OUT share numeric, OUT target numeric, OUT baseline numeric,
    OUT opening_distance numeric, OUT lower_limit numeric, OUT upper_limit numeric, OUT amount numeric, OUT growth numeric,
    OUT closing_distance numeric, OUT held_by text) RETURNS SETOF record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    n CONSTANT integer := cardinality(practices);
    pence CONSTANT numeric := trunc(budget * 100);
    need_total numeric;
    baseline_total numeric;
    weights numeric[];
    lows numeric[];
    highs numeric[];
    held text[];
    parts numeric[];
    rest numeric;
    weight_total numeric;
    below numeric;
    above numeric;
BEGIN
    IF practices IS NULL OR needs IS NULL OR budget IS NULL OR pace IS NULL
       OR array_position(practices, NULL) IS NOT NULL OR array_position(needs, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'practices, needs, budget and pace must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF cardinality(needs) <> n OR cardinality(baselines) <> n THEN
        RAISE EXCEPTION 'practices, needs and baselines must have the same length, got %, % and %', n, cardinality(needs), cardinality(baselines)
            USING ERRCODE = 'array_subscript_error';
    END IF;
    IF n = 0 THEN
        RETURN;
    END IF;
    IF budget::text IN ('NaN', 'Infinity', '-Infinity') OR budget < 0 OR budget * 100 <> pence THEN
        RAISE EXCEPTION 'a budget must be an amount of 0 or more with at most 2 decimals, got %', budget USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM unnest(needs) AS u (x) WHERE u.x < 0 OR u.x::text IN ('NaN', 'Infinity', '-Infinity')) THEN
        RAISE EXCEPTION 'needs must be finite and not negative' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM unnest(baselines) AS u (x) WHERE u.x < 0 OR u.x::text IN ('NaN', 'Infinity', '-Infinity') OR u.x <> round(u.x, 2)) THEN
        RAISE EXCEPTION 'baselines must be amounts of 0 or more with at most 2 decimals' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT pace BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION 'pace must lie between 0 (equal growth) and 1 (straight to target), got %', pace USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF least_growth < -1 OR most_growth < -1 OR least_growth > most_growth
       OR least_growth::text IN ('NaN', 'Infinity') OR most_growth::text IN ('NaN', 'Infinity') THEN
        RAISE EXCEPTION 'growth limits must be -1 or more, the least not above the most, got % and %', least_growth, most_growth
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Growth is a share: 0.02 is two per cent.';
    END IF;
    IF (least_growth IS NOT NULL OR most_growth IS NOT NULL OR pace < 1) AND baselines IS NULL THEN
        RAISE EXCEPTION 'growth limits and a pace below 1 need baselines' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (SELECT count(DISTINCT u.x) FROM unnest(practices) AS u (x)) <> n THEN
        RAISE EXCEPTION 'every practice must be named once' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT sum(u.x) INTO need_total FROM unnest(needs) AS u (x);
    IF need_total = 0 THEN
        RAISE EXCEPTION 'needs add up to 0: there is nothing to share by' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT coalesce(sum(u.x), 0) INTO baseline_total FROM unnest(baselines) AS u (x);

    -- What each would get without limits, times baseline_total * need_total / budget, so that it stays a finite decimal:
    -- (1 - pace) of equal growth on the baseline and pace of the target; the target alone for who has no baseline.
    weights := ARRAY(
        SELECT CASE WHEN baseline_total = 0 THEN u.need
                    WHEN u.baseline IS NULL THEN u.need * baseline_total
                    ELSE (1 - pace) * u.baseline * need_total + pace * u.need * baseline_total END
        FROM unnest(needs, baselines) WITH ORDINALITY AS u (need, baseline, i) ORDER BY u.i);
    lows := ARRAY(SELECT coalesce(round(u.baseline * (1 + least_growth), 2) * 100, 0)
                  FROM unnest(needs, baselines) WITH ORDINALITY AS u (need, baseline, i) ORDER BY u.i);
    highs := ARRAY(SELECT round(u.baseline * (1 + most_growth), 2) * 100
                   FROM unnest(needs, baselines) WITH ORDINALITY AS u (need, baseline, i) ORDER BY u.i);
    SELECT sum(u.low), CASE WHEN bool_or(u.high IS NULL AND u.weight > 0) THEN NULL ELSE sum(CASE WHEN u.weight > 0 THEN u.high ELSE u.low END) END
    INTO below, above FROM unnest(weights, lows, highs) AS u (weight, low, high);
    IF pence < below OR pence > above THEN
        RAISE EXCEPTION 'a budget of % cannot be shared within the growth limits: they allow % to %',
            budget, round(below / 100, 2), coalesce(round(above / 100, 2)::text, 'any amount')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Widen the limits or change the budget.';
    END IF;

    -- One factor for all: what each would get, times the factor, held by the limits, adds up to the budget. Found by fixing
    -- those that break a limit on the side that weighs more, until nobody does. Who weighs nothing stays at the floor.
    held := ARRAY(SELECT CASE WHEN u.weight = 0 THEN 'floor' END FROM unnest(weights) WITH ORDINALITY AS u (weight, i) ORDER BY u.i);
    LOOP
        SELECT pence - coalesce(sum(CASE u.held WHEN 'floor' THEN u.low WHEN 'ceiling' THEN u.high END), 0),
               sum(u.weight) FILTER (WHERE u.held IS NULL)
        INTO rest, weight_total FROM unnest(weights, lows, highs, held) AS u (weight, low, high, held);
        EXIT WHEN weight_total IS NULL;
        SELECT coalesce(sum(u.low * weight_total - rest * u.weight) FILTER (WHERE rest * u.weight < u.low * weight_total), 0),
               coalesce(sum(rest * u.weight - u.high * weight_total) FILTER (WHERE rest * u.weight > u.high * weight_total), 0)
        INTO below, above FROM unnest(weights, lows, highs, held) AS u (weight, low, high, held) WHERE u.held IS NULL;
        EXIT WHEN below = 0 AND above = 0;
        held := ARRAY(
            SELECT CASE WHEN u.held IS NOT NULL THEN u.held
                        WHEN below >= above AND rest * u.weight < u.low * weight_total THEN 'floor'
                        WHEN above >= below AND rest * u.weight > u.high * weight_total THEN 'ceiling' END
            FROM unnest(weights, lows, highs, held) WITH ORDINALITY AS u (weight, low, high, held, i) ORDER BY u.i);
    END LOOP;

    -- Largest remainder over those that no limit holds; odd pennies go to the largest remainders, ties to the earlier practice.
    parts := ARRAY(
        SELECT CASE d.held WHEN 'floor' THEN d.low WHEN 'ceiling' THEN d.high
                    ELSE d.down + CASE WHEN row_number() OVER (PARTITION BY d.held IS NULL ORDER BY d.remainder DESC, d.i)
                                            <= rest - sum(d.down) OVER (PARTITION BY d.held IS NULL) THEN 1 ELSE 0 END END
        FROM (SELECT u.*, CASE WHEN u.held IS NULL AND weight_total > 0 THEN div(rest * u.weight, weight_total) ELSE 0 END AS down,
                     CASE WHEN u.held IS NULL AND weight_total > 0 THEN mod(rest * u.weight, weight_total) ELSE 0 END AS remainder
              FROM unnest(weights, lows, highs, held) WITH ORDINALITY AS u (weight, low, high, held, i)) d
        ORDER BY d.i);
    RETURN QUERY
    SELECT t.i::integer, t.practice, t.need, round(t.need / need_total, 12), round(t.target / 100, 2), t.baseline,
           CASE WHEN t.need > 0 AND baseline_total > 0 THEN round(t.baseline * need_total / (baseline_total * t.need) - 1, 6) END,
           CASE WHEN least_growth IS NOT NULL AND t.baseline IS NOT NULL THEN round(t.low / 100, 2) END,
           round(t.high / 100, 2), round(t.part / 100, 2),
           CASE WHEN t.baseline > 0 THEN round(t.part / (100 * t.baseline) - 1, 6) END,
           CASE WHEN t.need > 0 AND pence > 0 THEN round(t.part * need_total / (pence * t.need) - 1, 6) END,
           CASE WHEN t.held IS NULL OR (t.held = 'floor' AND t.low = 0) THEN 'none' ELSE t.held END
    FROM (SELECT u.*, div(pence * u.need, need_total)
                      + CASE WHEN row_number() OVER (ORDER BY mod(pence * u.need, need_total) DESC, u.i)
                                  <= pence - sum(div(pence * u.need, need_total)) OVER () THEN 1 ELSE 0 END AS target
          FROM unnest(practices, needs, baselines, lows, highs, held, parts) WITH ORDINALITY AS u (practice, need, baseline, low, high, held, part, i)) t
    ORDER BY t.i;
END
$$;
COMMENT ON FUNCTION practice_budget(text[], numeric[], numeric, numeric[], numeric, numeric, numeric) IS
    'Shares a budget (pounds, at most 2 decimals) over practices by need, adding up to the penny. target: budget * need / total need. With baselines (last amounts; NULL within for a practice without one) the amount moves a share pace of the way from equal growth to the target and grows by at least least_growth and at most most_growth (0.02 is two per cent; limits rounded to the penny): all amounts not held by a limit are scaled by one factor. Odd pennies go to the largest remainders, ties to the earlier practice. opening_distance and closing_distance are the distances of baseline share and amount from target, as shares; held_by is floor, ceiling or none. No rows for no practices. 22004 for NULLs, 2202E for arrays of different lengths, 22023 for negative or not finite numbers, needs that are all 0, a practice named twice, and limits that the budget cannot meet.';
