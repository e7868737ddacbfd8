-- Settlement functions: rows, NULLs, bad arguments, numbers at the edge.
CREATE SCHEMA settle_functions;
SET search_path = settle_functions, commissioning, public;
\set VERBOSITY terse
\pset null '(null)'

-- unfolding
SELECT * FROM curve_bands('gain cliff 3% 0..5%:50%, 5%..:1/3 max 10%; loss 0..1000.50:100%');
SELECT * FROM curve_bands('both 0..:2/7');
SELECT * FROM scale_rows('>=90%:100%, >=1/3:50% else 1/7');
SELECT * FROM scale_rows('linear 5000:3.9%, 6000:3.6%');
SELECT * FROM split_parties('acute 45%, "City Council" 1/3, gp remaining');
SELECT * FROM curve_lines('gain 0..5%:50%, 5%..10%:35%, 10%..:15%', 12000000, 100000000);
SELECT * FROM curve_lines('both 0..100.10:35%, 100.10..200.20:35%, 200.20..:35%', -300.30, NULL, 0.5);
SELECT * FROM curve_lines('gain cliff 1% 0..:50%', 1, 1000);
SELECT * FROM curve_lines('gain 0..1%:50%, 1%..:50%', 1, 33.33);
SELECT * FROM split_amount(100, 'a 1/3, b 1/3, c 1/3');
SELECT * FROM split_amount(-0.05, 'a 0%, b 1/2, c 1/2', method => 'first');

-- NULL: unknown in, unknown out; only the base has a meaning of its own
SELECT curve_share(NULL, 1, 1), curve_share('gain 0..:1', NULL, 1), curve_share('gain 0..:1', 1, 1, NULL), curve_share('gain 0..:1', 1, NULL), scale_value(NULL, 1), scale_value('>=1:1', NULL), scale_value('>=1:1', 0.5);
SELECT count(*) FROM curve_lines('gain 0..:1', NULL, 1);
SELECT count(*) FROM split_amount(NULL, 'a 1');
SELECT count(*) FROM split_amount(1, NULL);
SELECT count(*) FROM curve_bands(NULL);

-- what is refused
CREATE FUNCTION refusal(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'accepted';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint <> '' THEN ' / ' || hint ELSE '' END;
END
$$;
CREATE FUNCTION settled(terms text, inputs text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT * FROM settle(jsonb_populate_record(NULL::settlement_terms, %L), jsonb_populate_record(NULL::settlement_inputs, %L))', terms, inputs)
$$;
SELECT q, refusal('SELECT ' || q) FROM unnest(ARRAY[
    'curve_share(''gain 0..5%:1'', 1, NULL)', 'curve_share(''gain 0..5%:1'', 1, 0)', 'curve_share(''gain 0..5%:1'', 1, -1)', 'curve_share(''gain 0..5%:1'', 1, ''NaN'')', 'curve_share(''gain 0..5%:1'', 1, ''Infinity'')',
    'curve_share(''gain 0..5%:1'', 1, -0.001)', 'curve_share(''gain 0..5:1'', 1, -1)', 'curve_share(''gain 0..:1'', ''NaN'', 1)', 'curve_share(''gain 0..:1'', ''-Infinity'', 1)', 'curve_share(''gain 0..:1'', 1, 1, ''NaN'')',
    'curve_share(''gain 0..:1'', 1, 1, -1)', 'curve_share(''gain 0..:1'', 1, 1, -0.00001)', 'curve_share(''gain 0..:1'', 92233720368547758.07, 1)', 'curve_share(''gain 0..:1'', 92233720368547758.08, 1)', 'curve_share(''gain 0..:1'', 1e400, 1)', 'curve_share(''gain 0..:1'', 1e280, 1)',
    'curve_lines(''gain 0..5%:1'', 1, NULL)', 'scale_value(''>=1:1'', ''NaN'')', 'split_amount(1.001, ''a 1'')', 'split_amount(1.000, ''a 1'')', 'split_amount(''NaN'', ''a 1'')', 'split_amount(1e20, ''a 1'')', 'split_amount(1, ''a 1'', ''hare'')',
    'template_terms(''x'')']) q;
SELECT q, refusal(q) FROM unnest(ARRAY[
    'SELECT split_weighted(1, w) OVER () FROM (VALUES (1), (2)) v(w)', 'SELECT split_weighted(1, w) OVER (ORDER BY 1) FROM (VALUES (1), (2)) v(w)', 'SELECT split_weighted(w, w) OVER (ORDER BY w) FROM (VALUES (1), (2)) v(w)',
    'SELECT split_weighted(1, w) OVER (ORDER BY w) FROM (VALUES (1), (-2)) v(w)', 'SELECT split_weighted(1, 0) OVER (ORDER BY w) FROM (VALUES (1), (2)) v(w)', 'SELECT split_weighted(1, NULL) OVER (ORDER BY w) FROM (VALUES (1), (2)) v(w)',
    'SELECT split_weighted(NULL, w) OVER (ORDER BY w) FROM (VALUES (1), (2)) v(w)', 'SELECT split_weighted(0.001, w) OVER (ORDER BY w) FROM (VALUES (1), (2)) v(w)', 'SELECT split_weighted(1, ''NaN'') OVER (ORDER BY w) FROM (VALUES (1), (2)) v(w)',
    'SELECT split_weighted(1, 1)']) q;
SELECT t, i, refusal(settled(t, i)) FROM (VALUES
    ('{}', '{}'), ('{"curve": "gain 0..:1"}', '{}'), ('{"curve": "gain 0..:1"}', '{"benchmark": 1}'), ('{"curve": "gain 0..5%:1"}', '{"benchmark": 0, "actual": 0}'), ('{"curve": "gain 0..5%:1"}', '{"benchmark": 0, "actual": 0, "base": 5}'),
    ('{"curve": "gain 0..:1", "measure": "x"}', '{"benchmark": 1, "actual": 1}'), ('{"curve": "gain 0..:1", "gate_by": "size"}', '{"benchmark": 1, "actual": 1}'), ('{"curve": "gain 0..:1", "gate": ">=1:1"}', '{"benchmark": 1, "actual": 1}'),
    ('{"curve": "gain 0..:1", "gate_by": "luck"}', '{"benchmark": 1, "actual": 1}'), ('{"curve": "gain 0..:1", "gate": ">=1000:1%", "gate_by": "size"}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "gate": ">=1000:1%", "gate_by": "size"}', '{"benchmark": 2, "actual": 1, "size": 999}'),
    ('{"curve": "gain 0..:1", "gate_by": "minimum_rate"}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "gate_by": "minimum_rate"}', '{"benchmark": 2, "actual": 1, "minimum_rate": -1}'), ('{"curve": "gain 0..:1", "gate_side": "up"}', '{"benchmark": 2, "actual": 1}'),
    ('{"curve": "gain 0..:1", "quality": ">=1:1"}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "quality": ">=1:1"}', '{"benchmark": 2, "actual": 1, "score": 0.99}'), ('{"curve": "gain 0..:1", "quality": ">=1:1"}', '{"benchmark": 1, "actual": 1}'),
    ('{"curve": "gain 0..:1", "factor_gain": -1}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "discount": 1.1}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "cap_gain": "10"}', '{"benchmark": 2, "actual": 1}'),
    ('{"curve": "gain 0..:1", "cap_gain": "ten"}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "cap_gain": "10% of revenue"}', '{"benchmark": 2, "actual": 1}'), ('{"curve": "gain 0..:1", "rounding": "up"}', '{"benchmark": 2, "actual": 1}'),
    ('{"curve": "gain 0..:1"}', '{"benchmark": "NaN", "actual": 1}'), ('{"curve": "gain 0..:1"}', '{"benchmark": 1e30, "actual": 1}'), ('{"curve": "gain 0..:1"}', '{"benchmark": 1e300, "actual": 1}'), ('{"curve": "gain 0..:1"}', '{"benchmark": 1, "actual": 1, "loss_relief": -1}')) v(t, i);
SELECT refusal('SELECT settle(NULL, NULL)');

-- rounding, once: modes and units
SELECT r, amount FROM unnest(ARRAY[NULL, 'half_away', 'half_even', 'truncate', 'unit 1.00', 'half_even unit 1.00', 'truncate unit 10']) r,
    settle(jsonb_build_object('curve', 'both 0..:50%', 'rounding', r)::settlement_terms, jsonb_build_object('benchmark', 0, 'actual', 45.01)::settlement_inputs)
WHERE line_code = 'settlement';
SELECT curve_share('gain 0..:50%', -5, NULL)::text AS never_minus_zero, curve_share('both 0..:1', 0.004, NULL)::text AS below_half, curve_share('both 0..:1', -0.005, NULL)::text AS half;
-- sides of clauses
SELECT q, step, line_code, formula, amount FROM unnest(ARRAY['gain', 'loss', 'both']) q,
    settle(jsonb_build_object('curve', 'both 0..:50%', 'gate_by', 'minimum_rate', 'gate_side', q, 'quality', '>=0%:60%', 'quality_side', q)::settlement_terms, jsonb_build_object('benchmark', 100, 'actual', 110, 'minimum_rate', 0.11, 'score', 0)::settlement_inputs);

-- windows: partitions, no rows, one row, a numeric in every form
SELECT g, n, split_weighted(total, w) OVER (PARTITION BY g ORDER BY n) FROM (VALUES ('a', 1, 10.00, 1), ('a', 2, 10.00, 1), ('a', 3, 10.00, 1), ('b', 1, -0.01, 5), ('c', 1, 0, 1), ('c', 2, 0.00, 0)) v(g, n, total, w);
SELECT split_weighted(1, 1) OVER (ORDER BY 1) WHERE false;
SELECT sum(part), count(DISTINCT part), min(part), max(part) FROM (SELECT split_weighted(1000000.01, 1 / n::numeric) OVER (ORDER BY n) AS part FROM generate_series(1, 40) n) p;
SELECT curve_share('both 0..:100%', x, NULL) FROM unnest(ARRAY[0, 0.00, 1e0, 10000, 9999.99, 0.01, 0.0100, -0.01, 123456789012.34, 99990000, 1e15, 0.0001, 12345.6749999]) x;
-- nothing depends on the session
SET extra_float_digits = 0;
SELECT curve_share('gain 0..:1/3', 100, NULL), scale_value('linear 0:0, 3:1', 1);
DROP SCHEMA settle_functions CASCADE;
