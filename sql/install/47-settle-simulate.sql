-- What terms would do before they are signed: chance, two versions side by side, the point of break-even.

CREATE TYPE settlement_uncertainty AS (
    actual_mean  numeric,
    actual_sd    numeric,
    cv           numeric,
    distribution text,
    size_mean    numeric,
    size_sd      numeric,
    follow_size  boolean,
    score_mean   numeric,
    score_sd     numeric,
    correlation  numeric
);
COMMENT ON TYPE settlement_uncertainty IS 'How uncertain the results of a settlement are. A mean that is NULL is the input of that name; a spread that is NULL is none.';
COMMENT ON COLUMN settlement_uncertainty.actual_mean IS 'Expected actual, in pounds.';
COMMENT ON COLUMN settlement_uncertainty.actual_sd IS 'Standard deviation of actual, in pounds.';
COMMENT ON COLUMN settlement_uncertainty.cv IS 'In its place: coefficient of variation of the cost of one person, about 2 for a year of all care; the standard deviation is cv x mean / square root of the size.';
COMMENT ON COLUMN settlement_uncertainty.distribution IS 'normal (default), lognormal or gamma; the last two are skewed and never negative.';
COMMENT ON COLUMN settlement_uncertainty.size_mean IS 'Expected population.';
COMMENT ON COLUMN settlement_uncertainty.size_sd IS 'Standard deviation of the population; sizes are whole people, at least one.';
COMMENT ON COLUMN settlement_uncertainty.follow_size IS 'Expected actual and the input volume move with the drawn size.';
COMMENT ON COLUMN settlement_uncertainty.score_mean IS 'Expected quality score.';
COMMENT ON COLUMN settlement_uncertainty.score_sd IS 'Standard deviation of the score; scores have 4 decimals and are held within 0 and 1, or 0 and 100 where the mean is above 1.';
COMMENT ON COLUMN settlement_uncertainty.correlation IS 'Correlation of actual and score, between -1 and 1.';

CREATE FUNCTION to_settlement_uncertainty(uncertainty jsonb) RETURNS settlement_uncertainty
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN jsonb_populate_record(NULL::settlement_uncertainty, refuse_unknown_keys(uncertainty, 'settlement_uncertainty'::regtype));
COMMENT ON FUNCTION to_settlement_uncertainty(jsonb) IS 'Uncertainty written as a JSON object: {"cv": 2, "distribution": "lognormal"}. NULL for NULL; 42703 for a field there is not.';
CREATE CAST (jsonb AS settlement_uncertainty) WITH FUNCTION to_settlement_uncertainty(jsonb);

CREATE TYPE settlement_simulation AS (
    draws          integer,
    seed           bigint,
    mean           numeric,
    sd             numeric,
    minimum        numeric,
    p05            numeric,
    p10            numeric,
    p25            numeric,
    p50            numeric,
    p75            numeric,
    p90            numeric,
    p95            numeric,
    maximum        numeric,
    p_gain         numeric,
    p_loss         numeric,
    p_nothing      numeric,
    p_gate_met     numeric,
    p_gate_not_met numeric,
    p_cap          numeric,
    expected_gain  numeric,
    expected_loss  numeric,
    bin_from       numeric,
    bin_width      numeric,
    histogram      numeric[]
);
COMMENT ON TYPE settlement_simulation IS 'What many simulated settlements come to; amounts in pounds, probabilities as parts of all draws.';
COMMENT ON COLUMN settlement_simulation.draws IS 'Number of draws.';
COMMENT ON COLUMN settlement_simulation.seed IS 'Seed they were drawn with.';
COMMENT ON COLUMN settlement_simulation.mean IS 'Mean settlement, rounded to the penny.';
COMMENT ON COLUMN settlement_simulation.sd IS 'Standard deviation of the settlement; NULL for one draw.';
COMMENT ON COLUMN settlement_simulation.minimum IS 'Least settlement drawn.';
COMMENT ON COLUMN settlement_simulation.p05 IS 'Settlement that 5 % of the draws do not exceed (percentile_disc).';
COMMENT ON COLUMN settlement_simulation.p10 IS 'Settlement that 10 % of the draws do not exceed.';
COMMENT ON COLUMN settlement_simulation.p25 IS 'Settlement that 25 % of the draws do not exceed.';
COMMENT ON COLUMN settlement_simulation.p50 IS 'Settlement that half of the draws do not exceed.';
COMMENT ON COLUMN settlement_simulation.p75 IS 'Settlement that 75 % of the draws do not exceed.';
COMMENT ON COLUMN settlement_simulation.p90 IS 'Settlement that 90 % of the draws do not exceed.';
COMMENT ON COLUMN settlement_simulation.p95 IS 'Settlement that 95 % of the draws do not exceed.';
COMMENT ON COLUMN settlement_simulation.maximum IS 'Largest settlement drawn.';
COMMENT ON COLUMN settlement_simulation.p_gain IS 'Part of the draws with a share above 0; where the terms pay benchmark or fee with the share, the share counts.';
COMMENT ON COLUMN settlement_simulation.p_loss IS 'Part of the draws with a share below 0.';
COMMENT ON COLUMN settlement_simulation.p_nothing IS 'Part of the draws that share nothing.';
COMMENT ON COLUMN settlement_simulation.p_gate_met IS 'Part of the draws in which a gate was tested and met.';
COMMENT ON COLUMN settlement_simulation.p_gate_not_met IS 'Part of the draws in which a gate was tested and not met.';
COMMENT ON COLUMN settlement_simulation.p_cap IS 'Part of the draws in which a cap held the result.';
COMMENT ON COLUMN settlement_simulation.expected_gain IS 'Mean over all draws of the gains, 0 where there is none.';
COMMENT ON COLUMN settlement_simulation.expected_loss IS 'Mean over all draws of the losses, as a positive sum.';
COMMENT ON COLUMN settlement_simulation.bin_from IS 'Lower end of the histogram: the least settlement.';
COMMENT ON COLUMN settlement_simulation.bin_width IS 'Width of its bars; each takes its lower end and leaves out its upper.';
COMMENT ON COLUMN settlement_simulation.histogram IS 'Number of draws in each of 20 bars.';

CREATE FUNCTION simulate_settlement(terms settlement_terms, inputs settlement_inputs, uncertainty settlement_uncertainty, draws integer DEFAULT 10000, seed bigint DEFAULT 1)
    RETURNS settlement_simulation AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION simulate_settlement(settlement_terms, settlement_inputs, settlement_uncertainty, integer, bigint) IS
    'Settles many drawn results, each exactly as settle would: actual rounded to the penny, size to whole people, score to 4 decimals. Random numbers are xoshiro256** seeded by splitmix64, normal ones by the inverse distribution (Wichura, AS 241); the same seed gives the same draws for ever, and the same luck whatever the terms. draws: 1 to 1,000,000. 22004 for NULL arguments; 22023 for what settle refuses, saying what to do, and for spreads that make no sense; 22003 when a number does not fit.';

CREATE FUNCTION simulated_draws(terms settlement_terms, inputs settlement_inputs, uncertainty settlement_uncertainty, draws integer DEFAULT 10000, seed bigint DEFAULT 1,
    OUT draw integer, OUT actual numeric, OUT size numeric, OUT score numeric, OUT settlement numeric, OUT gate_met boolean, OUT capped boolean) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 10000;
COMMENT ON FUNCTION simulated_draws(settlement_terms, settlement_inputs, settlement_uncertainty, integer, bigint) IS
    'The draws that simulate_settlement sums up, one row each, with what they settle to; size and score are those of the inputs where they are not drawn. gate_met is NULL where no gate was tested. Errors as simulate_settlement.';

CREATE FUNCTION simulated_parties(terms settlement_terms, inputs settlement_inputs, uncertainty settlement_uncertainty, draws integer DEFAULT 10000, seed bigint DEFAULT 1,
    OUT party_order integer, OUT party text, OUT role text, OUT mean numeric, OUT sd numeric, OUT minimum numeric, OUT p05 numeric, OUT p10 numeric, OUT p25 numeric, OUT p50 numeric,
    OUT p75 numeric, OUT p90 numeric, OUT p95 numeric, OUT maximum numeric, OUT p_receives numeric, OUT p_pays numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION simulated_parties(settlement_terms, settlement_inputs, settlement_uncertainty, integer, bigint) IS
    'What each party of terms.split gets (positive) or pays over the draws of simulate_settlement, each settlement divided to the penny; the counterparty, where there is one, gets the opposite of their sum. Errors as simulate_settlement; 22023 without a split.';

CREATE FUNCTION break_even(terms settlement_terms, inputs settlement_inputs, target numeric DEFAULT 0) RETURNS numeric
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION break_even(settlement_terms, settlement_inputs, numeric) IS
    'The actual, 0 or more and to the penny, at which the settlement reaches the target (pounds, at most 2 decimals) or jumps over it at a cliff; of several the one nearest to the benchmark, of two equally near ones the lower. NULL when no actual does, and for NULL. Errors of settle as they are.';

-- Side by side: lines that both have are compared, the others stand alone; money that a party or band does not get counts as 0.
CREATE FUNCTION compare_terms(a settlement_terms, b settlement_terms, inputs settlement_inputs, detail settlement_detail DEFAULT NULL, b_detail settlement_detail DEFAULT NULL,
    OUT line_order integer, OUT line_code text, OUT clause text, OUT party text, OUT a_amount numeric, OUT b_amount numeric, OUT difference numeric, OUT a_formula text, OUT b_formula text)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 12
BEGIN ATOMIC
    WITH known AS (
        SELECT k.code, k.place FROM unnest('{case,stop_loss,adjustment,difference,guardrail,contingency,allowance,size,condition,gate,band,share,below_gate,indicator,carried_over,quality,loss_rate,factor,cap,relief,payment,settlement,retained,reopener,party,posted,contested,interest,due}'::text[])
            WITH ORDINALITY k (code, place)
    ), a_line AS (
        SELECT s.*, coalesce(s.party, '') AS whose, row_number() OVER (PARTITION BY s.line_code, s.clause, s.party ORDER BY s.step) AS n FROM settle(a, inputs, detail) s
    ), b_line AS (
        SELECT s.*, coalesce(s.party, '') AS whose, row_number() OVER (PARTITION BY s.line_code, s.clause, s.party ORDER BY s.step) AS n FROM settle(b, inputs, coalesce(b_detail, detail)) s
    ), both_lines AS (
        SELECT coalesce(x.line_code, y.line_code) AS line_code, coalesce(x.clause, y.clause) AS clause, coalesce(x.party, y.party) AS party, x.amount AS a_amount, y.amount AS b_amount,
               x.formula AS a_formula, y.formula AS b_formula, coalesce(x.step, y.step) AS step
        FROM a_line x
        FULL JOIN b_line y ON y.line_code = x.line_code AND y.clause = x.clause AND y.whose = x.whose AND y.n = x.n
    )
    SELECT row_number() OVER (ORDER BY k.place, l.clause = 'counterparty', l.step, l.clause, l.party)::integer, l.line_code, l.clause, l.party, l.a_amount, l.b_amount,
           CASE WHEN l.party IS NOT NULL OR l.line_code IN ('band', 'case') THEN coalesce(l.b_amount, 0) - coalesce(l.a_amount, 0) ELSE l.b_amount - l.a_amount END, l.a_formula, l.b_formula
    FROM both_lines l
    LEFT JOIN known k ON k.code = l.line_code
    ORDER BY 1;
END;
COMMENT ON FUNCTION compare_terms(settlement_terms, settlement_terms, settlement_inputs, settlement_detail, settlement_detail) IS
    'Two terms over the same inputs, line by line: what stands after each line under a and under b, and b less a. Lines are the same when code, clause and party are; one that only the other has is NULL, and without a difference unless it is money of a band, case or party. b_detail: what b is settled with, detail where NULL. Errors as settle.';
