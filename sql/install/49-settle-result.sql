-- One result looked at from all sides: its main figures, how far it is from the gates, what the terms pay around it.

CREATE FUNCTION money_text(value numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.to_char(value, 'FM999,999,999,999,990.00');
COMMENT ON FUNCTION money_text(numeric) IS 'Pounds and pence as statements print them: 1,234,567.80, a loss with its sign. NULL gives NULL.';

CREATE FUNCTION settled(terms settlement_terms, inputs settlement_inputs, detail settlement_detail DEFAULT NULL,
    OUT difference numeric, OUT gate numeric, OUT before_gate numeric, OUT gate_met boolean, OUT cap numeric, OUT share numeric, OUT settlement numeric) RETURNS record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT max(s.amount) FILTER (WHERE s.line_code = 'difference'), max(s.quantity) FILTER (WHERE s.line_code = 'gate'), max(abs(s.before)) FILTER (WHERE s.line_code = 'gate'),
           bool_or(s.formula LIKE '%: met%') FILTER (WHERE s.line_code = 'gate'), min(s.quantity) FILTER (WHERE s.line_code = 'cap'),
           coalesce(max(s.before) FILTER (WHERE s.line_code = 'payment'), max(s.amount) FILTER (WHERE s.line_code = 'settlement')), max(s.amount) FILTER (WHERE s.line_code = 'settlement')
    INTO settled.difference, settled.gate, settled.before_gate, settled.gate_met, settled.cap, settled.share, settled.settlement
    FROM (SELECT t.line_code, t.amount, t.quantity, t.formula, lag(t.amount) OVER (ORDER BY t.step) AS before
          FROM @extschema@.settle(terms, inputs, detail) t WHERE t.line_code NOT IN ('reopener', 'retained', 'indicator', 'carried_over')) s;
END
$$;
COMMENT ON FUNCTION settled(settlement_terms, settlement_inputs, settlement_detail) IS
    'The main figures of a statement in one row: the difference, the gate in pounds with the size of what stood before it and whether it was met, the smallest cap, the share, and the settlement (which is the share where the terms pay nothing else). Figures that the statement does not have are NULL; errors as settle.';

CREATE FUNCTION gate_distance(terms settlement_terms, inputs settlement_inputs, detail settlement_detail DEFAULT NULL,
    OUT side text, OUT gate numeric, OUT difference numeric, OUT met boolean, OUT distance numeric, OUT settlement numeric, OUT actual_at_gate numeric, OUT settlement_at_gate numeric, OUT settlement_below numeric) RETURNS SETOF record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 2
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- which way actual moves the difference
    slope integer := CASE WHEN terms.measure = 'actual - benchmark' THEN 1 ELSE -1 END;
    direction integer;
    now_stands record;
    there record;
    below record;
    far @extschema@.settlement_inputs := inputs;
    nearer @extschema@.settlement_inputs := inputs;
BEGIN
    now_stands := @extschema@.settled(terms, inputs, detail);
    FOREACH direction IN ARRAY ARRAY[1, -1] LOOP
        BEGIN
            -- far out on this side the gate is surely reached; from there back to it
            far.actual := CASE WHEN slope * direction < 0 THEN 0 ELSE 2 * (inputs.benchmark + coalesce(inputs.base, inputs.benchmark)) + abs(coalesce(inputs.carried_forward, 0)) + coalesce(inputs.fee, 0) END;
            there := @extschema@.settled(terms, far, detail);
            CONTINUE WHEN there.gate IS NULL OR NOT there.gate_met;
            far.actual := far.actual - slope * direction * trunc(there.before_gate - there.gate, 2);
            -- what stands before a gate is shown to the penny: the edge is within two
            FOR step IN 1 .. 3 LOOP
                there := @extschema@.settled(terms, far, detail);
                EXIT WHEN there.gate_met;
                far.actual := far.actual + slope * direction * 0.01;
            END LOOP;
            CONTINUE WHEN there.gate IS NULL OR NOT there.gate_met;
            FOR step IN 1 .. 3 LOOP
                nearer.actual := far.actual - slope * direction * 0.01;
                below := @extschema@.settled(terms, nearer, detail);
                EXIT WHEN NOT coalesce(below.gate_met, false);
                far := nearer;
                there := below;
            END LOOP;
        EXCEPTION WHEN data_exception THEN
            -- terms that cannot be assessed so far out have no answer
            CONTINUE;
        END;
        side := CASE direction WHEN 1 THEN 'gain' ELSE 'loss' END;
        gate := there.gate;
        difference := now_stands.difference;
        distance := slope * direction * (far.actual - inputs.actual);
        met := distance <= 0;
        settlement := now_stands.settlement;
        actual_at_gate := far.actual;
        settlement_at_gate := there.settlement;
        settlement_below := below.settlement;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION gate_distance(settlement_terms, settlement_inputs, settlement_detail) IS
    'How far a result is from the gate of its terms and what lies there, one row for each side that has one: side gain or loss, the gate in pounds, the difference now, whether it is met, the distance (what is still missing, negative: by how much it is passed), the settlement now, actual and settlement exactly at the gate, to the penny, and the settlement a penny before it. No rows without a gate, or where the terms cannot be assessed at it. Errors as settle.';

CREATE FUNCTION settlement_points(terms settlement_terms, inputs settlement_inputs, detail settlement_detail DEFAULT NULL, reach numeric DEFAULT NULL, points integer DEFAULT 160,
    OUT difference numeric, OUT actual numeric, OUT share numeric, OUT settlement numeric) RETURNS SETOF record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE ROWS 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    slope integer := CASE WHEN terms.measure = 'actual - benchmark' THEN 1 ELSE -1 END;
    now_stands record := @extschema@.settled(terms, inputs, detail);
    there record;
    place numeric;
    at @extschema@.settlement_inputs := inputs;
BEGIN
    IF points NOT BETWEEN 2 AND 10000 OR NOT reach > 0 THEN
        RAISE EXCEPTION 'points must be 2 to 10,000 and reach above 0, not % and %', points, reach USING ERRCODE = 'invalid_parameter_value';
    END IF;
    reach := coalesce(reach, greatest(1.25 * abs(now_stands.difference),
        (SELECT max(c.x) FROM @extschema@.curve_corners(terms.curve, coalesce(inputs.base, inputs.benchmark)) c),
        (SELECT 1.5 * max(g.gate) FROM @extschema@.gate_distance(terms, inputs, detail) g)));
    FOR place IN
        SELECT DISTINCT round(inputs.actual + slope * (d.x - now_stands.difference), 2)
        FROM (SELECT reach * (2.0 * g / points - 1) AS x FROM generate_series(0, points) g
              UNION ALL SELECT c.x FROM @extschema@.curve_corners(terms.curve, coalesce(inputs.base, inputs.benchmark)) c WHERE abs(c.x) <= reach
              -- on both sides of a gate: at it, and a penny before
              UNION ALL SELECT now_stands.difference + slope * (g.actual_at_gate - inputs.actual) - p.penny FROM @extschema@.gate_distance(terms, inputs, detail) g
                        CROSS JOIN LATERAL (VALUES (0.00), (CASE g.side WHEN 'gain' THEN 0.01 ELSE -0.01 END)) p (penny) WHERE g.gate <= reach) d
        WHERE inputs.actual + slope * (d.x - now_stands.difference) >= 0
    LOOP
        at.actual := place;
        BEGIN
            there := @extschema@.settled(terms, at, detail);
        EXCEPTION WHEN data_exception THEN
            CONTINUE;
        END;
        difference := there.difference;
        actual := place;
        share := there.share;
        settlement := there.settlement;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION settlement_points(settlement_terms, settlement_inputs, settlement_detail, numeric, integer) IS
    'What the terms pay over a range of results, all inputs but actual as they are: points evenly spaced from -reach to reach of the difference (never an actual below 0), the corners of the curve, and both sides of each gate. reach is by default what shows today''s result, the corners and the gates. For a picture; results that cannot be assessed are left out. Errors as settle; 22023 for points or a reach that cannot be.';

-- Text ------------------------------------------------------------------------------------------

CREATE FUNCTION wrap_text(value text, width integer, indent integer DEFAULT 0) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    -- a word longer than a line is cut
    SELECT coalesce(string_agg(repeat(' ', greatest(indent, 0)) || rtrim(l.line), E'\n' ORDER BY l.i), '')
    FROM string_to_table(regexp_replace(regexp_replace(btrim(regexp_replace(value, '\s+', ' ', 'g')), format('(\S{%s})(?=\S)', greatest(width, 1)), '\1 ', 'g'),
                                        format('(.{1,%s})( +|$)', greatest(width, 1)), E'\\1\n', 'g'), E'\n') WITH ORDINALITY l (line, i)
    WHERE l.line <> ''
$$;
COMMENT ON FUNCTION wrap_text(text, integer, integer) IS 'A text in lines of at most width characters, each indented; blanks and line ends in it count as one blank. NULL gives NULL.';
