-- Settlement: contract terms as values, and the exact arithmetic over them.

-- share_curve -------------------------------------------------------------------------------

CREATE TYPE share_curve;
CREATE FUNCTION share_curve_in(cstring) RETURNS share_curve AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION share_curve_out(share_curve) RETURNS cstring AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION share_curve_recv(internal) RETURNS share_curve AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION share_curve_send(share_curve) RETURNS bytea AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_in(cstring) IS 'Reads a share_curve from text. NULL for NULL.';
COMMENT ON FUNCTION share_curve_out(share_curve) IS 'The canonical text of a share_curve. NULL for NULL.';
COMMENT ON FUNCTION share_curve_recv(internal) IS 'Reads a share_curve from its binary form: a version byte (1) and the text.';
COMMENT ON FUNCTION share_curve_send(share_curve) IS 'The binary form of a share_curve: a version byte (1) and the canonical text.';
CREATE TYPE share_curve (
    INPUT = share_curve_in, OUTPUT = share_curve_out, RECEIVE = share_curve_recv, SEND = share_curve_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE share_curve IS 'How a difference is shared: bands with rates on the gain side, the loss side or both, an optional gate (cliff) and cap (max), in money or in percent of a base. Example: gain cliff 2% 0..5%:50%, 5%..:25% max 10%; loss 0..:30%. Equal by value: 50%, 0.5 and 1/2 are one rate. Text that is no curve raises 22P02, a number out of range 22003, more than 64 bands 54000.';
CREATE CAST (share_curve AS text) WITH INOUT;
CREATE CAST (text AS share_curve) WITH INOUT;

CREATE FUNCTION share_curve_cmp(share_curve, share_curve) RETURNS integer AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION share_curve_hash(share_curve) RETURNS integer AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION share_curve_hash_extended(share_curve, bigint) RETURNS bigint AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_cmp(share_curve, share_curve) IS 'Order of two values for indexes and sorting: -1, 0 or 1. It has no meaning in contracts.';
COMMENT ON FUNCTION share_curve_hash(share_curve) IS 'Hash of a value, the same for ever.';
COMMENT ON FUNCTION share_curve_hash_extended(share_curve, bigint) IS 'Hash of a value with a seed, the same for ever.';
CREATE FUNCTION share_curve_eq(share_curve, share_curve) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_eq(share_curve, share_curve) IS 'Equal by value.';
CREATE OPERATOR = (LEFTARG = share_curve, RIGHTARG = share_curve, FUNCTION = share_curve_eq, COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR = (share_curve, share_curve) IS 'Equal by value.';
CREATE FUNCTION share_curve_ne(share_curve, share_curve) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_ne(share_curve, share_curve) IS 'Different by value.';
CREATE OPERATOR <> (LEFTARG = share_curve, RIGHTARG = share_curve, FUNCTION = share_curve_ne, COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR <> (share_curve, share_curve) IS 'Different by value.';
CREATE FUNCTION share_curve_lt(share_curve, share_curve) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_lt(share_curve, share_curve) IS 'Before, in index order.';
CREATE OPERATOR < (LEFTARG = share_curve, RIGHTARG = share_curve, FUNCTION = share_curve_lt, COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR < (share_curve, share_curve) IS 'Before, in index order.';
CREATE FUNCTION share_curve_le(share_curve, share_curve) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_le(share_curve, share_curve) IS 'Before or equal, in index order.';
CREATE OPERATOR <= (LEFTARG = share_curve, RIGHTARG = share_curve, FUNCTION = share_curve_le, COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR <= (share_curve, share_curve) IS 'Before or equal, in index order.';
CREATE FUNCTION share_curve_gt(share_curve, share_curve) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_gt(share_curve, share_curve) IS 'After, in index order.';
CREATE OPERATOR > (LEFTARG = share_curve, RIGHTARG = share_curve, FUNCTION = share_curve_gt, COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR > (share_curve, share_curve) IS 'After, in index order.';
CREATE FUNCTION share_curve_ge(share_curve, share_curve) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION share_curve_ge(share_curve, share_curve) IS 'After or equal, in index order.';
CREATE OPERATOR >= (LEFTARG = share_curve, RIGHTARG = share_curve, FUNCTION = share_curve_ge, COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR >= (share_curve, share_curve) IS 'After or equal, in index order.';
CREATE OPERATOR CLASS share_curve_ops DEFAULT FOR TYPE share_curve USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 share_curve_cmp(share_curve, share_curve);
CREATE OPERATOR CLASS share_curve_ops DEFAULT FOR TYPE share_curve USING hash AS
    OPERATOR 1 =, FUNCTION 1 share_curve_hash(share_curve), FUNCTION 2 share_curve_hash_extended(share_curve, bigint);

-- sliding_scale -----------------------------------------------------------------------------

CREATE TYPE sliding_scale;
CREATE FUNCTION sliding_scale_in(cstring) RETURNS sliding_scale AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION sliding_scale_out(sliding_scale) RETURNS cstring AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION sliding_scale_recv(internal) RETURNS sliding_scale AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION sliding_scale_send(sliding_scale) RETURNS bytea AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_in(cstring) IS 'Reads a sliding_scale from text. NULL for NULL.';
COMMENT ON FUNCTION sliding_scale_out(sliding_scale) IS 'The canonical text of a sliding_scale. NULL for NULL.';
COMMENT ON FUNCTION sliding_scale_recv(internal) IS 'Reads a sliding_scale from its binary form: a version byte (1) and the text.';
COMMENT ON FUNCTION sliding_scale_send(sliding_scale) IS 'The binary form of a sliding_scale: a version byte (1) and the canonical text.';
CREATE TYPE sliding_scale (
    INPUT = sliding_scale_in, OUTPUT = sliding_scale_out, RECEIVE = sliding_scale_recv, SEND = sliding_scale_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE sliding_scale IS 'A rate looked up by a value: steps (>=90%:100%, >=80%:75% else 0%) or a line between knots (linear 5000:3.9%, 6000:3.6%), flat outside them. Text that is no scale raises 22P02, a number out of range 22003, more than 64 rows 54000.';
CREATE CAST (sliding_scale AS text) WITH INOUT;
CREATE CAST (text AS sliding_scale) WITH INOUT;

CREATE FUNCTION sliding_scale_cmp(sliding_scale, sliding_scale) RETURNS integer AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION sliding_scale_hash(sliding_scale) RETURNS integer AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION sliding_scale_hash_extended(sliding_scale, bigint) RETURNS bigint AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_cmp(sliding_scale, sliding_scale) IS 'Order of two values for indexes and sorting: -1, 0 or 1. It has no meaning in contracts.';
COMMENT ON FUNCTION sliding_scale_hash(sliding_scale) IS 'Hash of a value, the same for ever.';
COMMENT ON FUNCTION sliding_scale_hash_extended(sliding_scale, bigint) IS 'Hash of a value with a seed, the same for ever.';
CREATE FUNCTION sliding_scale_eq(sliding_scale, sliding_scale) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_eq(sliding_scale, sliding_scale) IS 'Equal by value.';
CREATE OPERATOR = (LEFTARG = sliding_scale, RIGHTARG = sliding_scale, FUNCTION = sliding_scale_eq, COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR = (sliding_scale, sliding_scale) IS 'Equal by value.';
CREATE FUNCTION sliding_scale_ne(sliding_scale, sliding_scale) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_ne(sliding_scale, sliding_scale) IS 'Different by value.';
CREATE OPERATOR <> (LEFTARG = sliding_scale, RIGHTARG = sliding_scale, FUNCTION = sliding_scale_ne, COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR <> (sliding_scale, sliding_scale) IS 'Different by value.';
CREATE FUNCTION sliding_scale_lt(sliding_scale, sliding_scale) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_lt(sliding_scale, sliding_scale) IS 'Before, in index order.';
CREATE OPERATOR < (LEFTARG = sliding_scale, RIGHTARG = sliding_scale, FUNCTION = sliding_scale_lt, COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR < (sliding_scale, sliding_scale) IS 'Before, in index order.';
CREATE FUNCTION sliding_scale_le(sliding_scale, sliding_scale) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_le(sliding_scale, sliding_scale) IS 'Before or equal, in index order.';
CREATE OPERATOR <= (LEFTARG = sliding_scale, RIGHTARG = sliding_scale, FUNCTION = sliding_scale_le, COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR <= (sliding_scale, sliding_scale) IS 'Before or equal, in index order.';
CREATE FUNCTION sliding_scale_gt(sliding_scale, sliding_scale) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_gt(sliding_scale, sliding_scale) IS 'After, in index order.';
CREATE OPERATOR > (LEFTARG = sliding_scale, RIGHTARG = sliding_scale, FUNCTION = sliding_scale_gt, COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR > (sliding_scale, sliding_scale) IS 'After, in index order.';
CREATE FUNCTION sliding_scale_ge(sliding_scale, sliding_scale) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION sliding_scale_ge(sliding_scale, sliding_scale) IS 'After or equal, in index order.';
CREATE OPERATOR >= (LEFTARG = sliding_scale, RIGHTARG = sliding_scale, FUNCTION = sliding_scale_ge, COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR >= (sliding_scale, sliding_scale) IS 'After or equal, in index order.';
CREATE OPERATOR CLASS sliding_scale_ops DEFAULT FOR TYPE sliding_scale USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 sliding_scale_cmp(sliding_scale, sliding_scale);
CREATE OPERATOR CLASS sliding_scale_ops DEFAULT FOR TYPE sliding_scale USING hash AS
    OPERATOR 1 =, FUNCTION 1 sliding_scale_hash(sliding_scale), FUNCTION 2 sliding_scale_hash_extended(sliding_scale, bigint);

-- party_split -------------------------------------------------------------------------------

CREATE TYPE party_split;
CREATE FUNCTION party_split_in(cstring) RETURNS party_split AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION party_split_out(party_split) RETURNS cstring AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION party_split_recv(internal) RETURNS party_split AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION party_split_send(party_split) RETURNS bytea AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION party_split_in(cstring) IS 'Reads a party_split from text. NULL for NULL.';
COMMENT ON FUNCTION party_split_out(party_split) IS 'The canonical text of a party_split. NULL for NULL.';
COMMENT ON FUNCTION party_split_recv(internal) IS 'Reads a party_split from its binary form: a version byte (1) and the text.';
COMMENT ON FUNCTION party_split_send(party_split) IS 'The binary form of a party_split: a version byte (1) and the canonical text.';
CREATE TYPE party_split (
    INPUT = party_split_in, OUTPUT = party_split_out, RECEIVE = party_split_recv, SEND = party_split_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended
);
COMMENT ON TYPE party_split IS 'Shares of the parties to a contract, in contract order: RXX 50%, RYY 1/3, "City Council" remaining. They make exactly one. Text that is no split raises 22P02, a number out of range 22003, more than 1,024 parties 54000.';
CREATE CAST (party_split AS text) WITH INOUT;
CREATE CAST (text AS party_split) WITH INOUT;

CREATE FUNCTION party_split_cmp(party_split, party_split) RETURNS integer AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION party_split_hash(party_split) RETURNS integer AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION party_split_hash_extended(party_split, bigint) RETURNS bigint AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_cmp(party_split, party_split) IS 'Order of two values for indexes and sorting: -1, 0 or 1. It has no meaning in contracts.';
COMMENT ON FUNCTION party_split_hash(party_split) IS 'Hash of a value, the same for ever.';
COMMENT ON FUNCTION party_split_hash_extended(party_split, bigint) IS 'Hash of a value with a seed, the same for ever.';
CREATE FUNCTION party_split_eq(party_split, party_split) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_eq(party_split, party_split) IS 'Equal by value.';
CREATE OPERATOR = (LEFTARG = party_split, RIGHTARG = party_split, FUNCTION = party_split_eq, COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
COMMENT ON OPERATOR = (party_split, party_split) IS 'Equal by value.';
CREATE FUNCTION party_split_ne(party_split, party_split) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_ne(party_split, party_split) IS 'Different by value.';
CREATE OPERATOR <> (LEFTARG = party_split, RIGHTARG = party_split, FUNCTION = party_split_ne, COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR <> (party_split, party_split) IS 'Different by value.';
CREATE FUNCTION party_split_lt(party_split, party_split) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_lt(party_split, party_split) IS 'Before, in index order.';
CREATE OPERATOR < (LEFTARG = party_split, RIGHTARG = party_split, FUNCTION = party_split_lt, COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR < (party_split, party_split) IS 'Before, in index order.';
CREATE FUNCTION party_split_le(party_split, party_split) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_le(party_split, party_split) IS 'Before or equal, in index order.';
CREATE OPERATOR <= (LEFTARG = party_split, RIGHTARG = party_split, FUNCTION = party_split_le, COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR <= (party_split, party_split) IS 'Before or equal, in index order.';
CREATE FUNCTION party_split_gt(party_split, party_split) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_gt(party_split, party_split) IS 'After, in index order.';
CREATE OPERATOR > (LEFTARG = party_split, RIGHTARG = party_split, FUNCTION = party_split_gt, COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR > (party_split, party_split) IS 'After, in index order.';
CREATE FUNCTION party_split_ge(party_split, party_split) RETURNS boolean AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION party_split_ge(party_split, party_split) IS 'After or equal, in index order.';
CREATE OPERATOR >= (LEFTARG = party_split, RIGHTARG = party_split, FUNCTION = party_split_ge, COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR >= (party_split, party_split) IS 'After or equal, in index order.';
CREATE OPERATOR CLASS party_split_ops DEFAULT FOR TYPE party_split USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 party_split_cmp(party_split, party_split);
CREATE OPERATOR CLASS party_split_ops DEFAULT FOR TYPE party_split USING hash AS
    OPERATOR 1 =, FUNCTION 1 party_split_hash(party_split), FUNCTION 2 party_split_hash_extended(party_split, bigint);

-- Curves, scales and splits at work -----------------------------------------------------------

CREATE FUNCTION curve_share(curve share_curve, x numeric, base numeric, factor numeric DEFAULT 1) RETURNS numeric
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION curve_share(share_curve, numeric, numeric, numeric) IS
    'Share of the difference x (pounds; negative falls on the loss side and gives a negative share) under the curve: bands, times factor, held by the cap, exact until one rounding to the penny, half away from zero. Percentages are of base, which must then be above 0 (22023); curves in money alone ignore it. NULL when curve, x or factor is NULL. Rounded: do not compose, use settle. 22003 when a number does not fit.';

CREATE FUNCTION curve_lines(curve share_curve, x numeric, base numeric, factor numeric DEFAULT 1,
    OUT side text, OUT band integer, OUT lo numeric, OUT hi numeric, OUT rate text, OUT amount numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION curve_lines(share_curve, numeric, numeric, numeric) IS
    'The bands that x touches, limits in pounds, with amounts that add up to curve_share exactly (largest remainder over the exact band amounts). hi is NULL for an open band. No rows when curve, x or factor is NULL; errors as curve_share.';

CREATE FUNCTION curve_bands(curve share_curve,
    OUT side text, OUT band integer, OUT lo numeric, OUT hi numeric, OUT unit text, OUT rate text, OUT rate_value numeric, OUT gate text, OUT cap text) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION curve_bands(share_curve) IS
    'The bands of a curve as rows: side gain, loss or both; limits in unit money (pounds) or percent (of the base), hi NULL when open; rate as written and as a number to 20 decimals; gate and cap of the side, NULL when it has none. NULL gives no rows.';

CREATE FUNCTION scale_value(scale sliding_scale, v numeric) RETURNS numeric
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scale_value(sliding_scale, numeric) IS
    'The rate of a scale at v: the first step that v reaches, or the line between two knots; exact, or to 20 decimals where it does not end. NULL for NULL, and below the lowest step of a scale without else (not assessed).';

CREATE FUNCTION scale_rows(scale sliding_scale,
    OUT row_number integer, OUT kind text, OUT value numeric, OUT rate text, OUT rate_value numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 6;
COMMENT ON FUNCTION scale_rows(sliding_scale) IS
    'The rows of a scale: kind step, knot or else (value NULL), the rate as written and as a number to 20 decimals. NULL gives no rows.';

CREATE FUNCTION split_amount(total numeric, split party_split, method text DEFAULT 'hamilton',
    OUT party_order integer, OUT party text, OUT amount numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 3;
COMMENT ON FUNCTION split_amount(numeric, party_split, text) IS
    'The total (pounds, at most 2 decimals, else 22023) over the parties, adding up to the penny. hamilton: odd pennies go to the largest remainders, ties to the earlier party; first: to the first parties. Negative totals are the mirror image; a party of share 0 gets 0. No rows when an argument is NULL.';

CREATE FUNCTION split_parties(split party_split,
    OUT party_order integer, OUT party text, OUT share text, OUT share_value numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 3;
COMMENT ON FUNCTION split_parties(party_split) IS
    'The parties of a split in order, with their share as written and as a number to 20 decimals. NULL gives no rows.';

CREATE FUNCTION split_weighted(total numeric, weight numeric) RETURNS numeric
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE WINDOW PARALLEL SAFE;
COMMENT ON FUNCTION split_weighted(numeric, numeric) IS
    'Window function: the part of this row in a total (pounds, at most 2 decimals, the same in every row of the partition) divided by weights, adding up to the penny. OVER (PARTITION BY ... ORDER BY party order): odd pennies go to the largest remainders, ties to the earlier party, so ties in the order are refused. 22004 for NULL, 22023 for negative weights or weights that are all 0.';

-- Statements ----------------------------------------------------------------------------------

CREATE TYPE settlement_terms AS (
    measure      text,
    curve        share_curve,
    gate         sliding_scale,
    gate_by      text,
    gate_side    text,
    quality      sliding_scale,
    quality_side text,
    loss_rate    sliding_scale,
    factor_gain  numeric,
    factor_loss  numeric,
    discount     numeric,
    cap_gain     text,
    cap_loss     text,
    rounding     text,
    stop_loss    share_curve,
    adjust       text,
    risk_limit   numeric,
    withhold     numeric,
    withhold_scale sliding_scale,
    allowance    sliding_scale,
    minimum_size numeric,
    under_size   text,
    below_gate   numeric,
    guardrail    boolean,
    quality_by   text,
    loss_rate_by text,
    fee_at_risk  numeric,
    net_of_fee   boolean,
    pays         text,
    reopener     text,
    cap_when     text,
    split        party_split,
    split_method text,
    counterparty text,
    contingency  numeric
);
COMMENT ON TYPE settlement_terms IS 'The clauses that settle takes; NULL leaves a clause out.';
COMMENT ON COLUMN settlement_terms.measure IS '''benchmark - actual'' (savings, the default) or ''actual - benchmark'' (excess).';
COMMENT ON COLUMN settlement_terms.curve IS 'How the difference is shared; required.';
COMMENT ON COLUMN settlement_terms.gate IS 'Minimum rate (share of the base) by size; the difference counts from the first pound once it reaches rate x base.';
COMMENT ON COLUMN settlement_terms.gate_by IS 'none (default), size (look the rate up in gate), minimum_rate (the input of that name).';
COMMENT ON COLUMN settlement_terms.gate_side IS 'gain, loss or both (default).';
COMMENT ON COLUMN settlement_terms.quality IS 'Multiplier by score.';
COMMENT ON COLUMN settlement_terms.quality_side IS 'gain (default), loss or both.';
COMMENT ON COLUMN settlement_terms.loss_rate IS 'Multiplier of losses by score.';
COMMENT ON COLUMN settlement_terms.factor_gain IS 'Multiplier of gains after quality, for example 0.98.';
COMMENT ON COLUMN settlement_terms.factor_loss IS 'Multiplier of losses after quality.';
COMMENT ON COLUMN settlement_terms.discount IS 'Share taken off the benchmark before anything else, between 0 and 1.';
COMMENT ON COLUMN settlement_terms.cap_gain IS 'Most that a gain may come to: 150000, 10% (of the base) or 8% of revenue; after the factor, unrounded.';
COMMENT ON COLUMN settlement_terms.cap_loss IS 'Most that a loss may come to, likewise.';
COMMENT ON COLUMN settlement_terms.rounding IS 'half_away (default), half_even or truncate, and unit 1.00 (default 0.01).';
COMMENT ON COLUMN settlement_terms.stop_loss IS 'Part of the cost of one case that is taken off actual, case by case, each rounded: gain 0..60000:0%, 60000..300000:75%, 300000..:0%.';
COMMENT ON COLUMN settlement_terms.adjust IS 'What moves the benchmark with the population: ''volume'' (times volume / plan_volume), ''risk'' (times risk / plan_risk) or ''volume, risk''.';
COMMENT ON COLUMN settlement_terms.risk_limit IS 'Largest relative change that risk may make: 0.03 holds it between 0.97 and 1.03.';
COMMENT ON COLUMN settlement_terms.withhold IS 'Share of the benchmark that is withheld and earned back by quality, between 0 and 1.';
COMMENT ON COLUMN settlement_terms.withhold_scale IS 'Part of the withhold earned, by score; the score itself where NULL.';
COMMENT ON COLUMN settlement_terms.allowance IS 'Allowance for chance by size, as a share of the base: takes the difference towards 0.';
COMMENT ON COLUMN settlement_terms.minimum_size IS 'Size below which the result is not assessed; see under_size.';
COMMENT ON COLUMN settlement_terms.under_size IS '''nothing'' (default): below minimum_size nothing is shared; ''refuse'': an error.';
COMMENT ON COLUMN settlement_terms.below_gate IS 'Multiplier of a gain that does not reach the gate, in place of nothing: 0.5 gives half.';
COMMENT ON COLUMN settlement_terms.guardrail IS 'A loss counts only as far as it is one against guardrail_benchmark too.';
COMMENT ON COLUMN settlement_terms.quality_by IS 'What quality is looked up by: score (default), size, or ratio (actual / benchmark, as they are compared).';
COMMENT ON COLUMN settlement_terms.loss_rate_by IS 'What loss_rate is looked up by, likewise.';
COMMENT ON COLUMN settlement_terms.fee_at_risk IS 'In pounds: a loss costs this amount times loss_rate, whatever its size; the bands of the loss side are then not used.';
COMMENT ON COLUMN settlement_terms.net_of_fee IS 'The fee counts before the comparison: off what was saved, or onto what was spent.';
COMMENT ON COLUMN settlement_terms.pays IS 'What the settlement is: share (default), ''benchmark + share'' or ''fee + share''.';
COMMENT ON COLUMN settlement_terms.reopener IS 'Difference (150000, or 10% of the base) from which the statement says that the contract may be opened again.';
COMMENT ON COLUMN settlement_terms.cap_when IS '''after'' (default): caps hold what stands after quality and factor; ''before quality''.';
COMMENT ON COLUMN settlement_terms.split IS 'Who receives a gain and bears a loss, in contract order.';
COMMENT ON COLUMN settlement_terms.split_method IS 'hamilton (default) or first: where odd pennies go.';
COMMENT ON COLUMN settlement_terms.counterparty IS 'The party on the other side, which pays what the others receive; NULL where the parties settle among themselves (own_amount).';
COMMENT ON COLUMN settlement_terms.contingency IS 'In pounds: kept before a gain counts, for example some weeks of a personal budget.';

CREATE TYPE settlement_inputs AS (
    benchmark       numeric,
    actual          numeric,
    carried_forward numeric,
    base            numeric,
    size            numeric,
    minimum_rate    numeric,
    score           numeric,
    revenue         numeric,
    loss_relief     numeric,
    volume          numeric,
    plan_volume     numeric,
    risk            numeric,
    plan_risk       numeric,
    guardrail_benchmark numeric,
    fee             numeric
);
COMMENT ON TYPE settlement_inputs IS 'What a settlement is computed from; NULL is unknown. benchmark and actual are always needed, the others where the terms use them.';
COMMENT ON COLUMN settlement_inputs.benchmark IS 'Plan, target, guarantee or benchmark, in pounds.';
COMMENT ON COLUMN settlement_inputs.actual IS 'What was spent, achieved or verified, in pounds.';
COMMENT ON COLUMN settlement_inputs.carried_forward IS 'Added to the difference.';
COMMENT ON COLUMN settlement_inputs.base IS 'What percentages are taken of; the benchmark (after discount) where NULL.';
COMMENT ON COLUMN settlement_inputs.size IS 'Population or volume that the gate is looked up by.';
COMMENT ON COLUMN settlement_inputs.minimum_rate IS 'Agreed minimum rate, as a share of the base.';
COMMENT ON COLUMN settlement_inputs.score IS 'Quality score that quality and loss_rate are looked up by.';
COMMENT ON COLUMN settlement_inputs.revenue IS 'What "of revenue" in a cap is taken of.';
COMMENT ON COLUMN settlement_inputs.loss_relief IS 'Taken off a loss after the caps, never beyond nothing.';
COMMENT ON COLUMN settlement_inputs.volume IS 'Volume that the benchmark is adjusted by: activity, member months or heads.';
COMMENT ON COLUMN settlement_inputs.plan_volume IS 'Volume that the benchmark was set for.';
COMMENT ON COLUMN settlement_inputs.risk IS 'Average risk score of the year.';
COMMENT ON COLUMN settlement_inputs.plan_risk IS 'Average risk score that the benchmark was set for.';
COMMENT ON COLUMN settlement_inputs.guardrail_benchmark IS 'Second benchmark of the guardrail, in pounds.';
COMMENT ON COLUMN settlement_inputs.fee IS 'Base fee, in pounds.';

CREATE FUNCTION settle(terms settlement_terms, inputs settlement_inputs,
    OUT step integer, OUT line_code text, OUT clause text, OUT formula text, OUT quantity numeric, OUT rate text, OUT exact_text text, OUT amount numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION settle(settlement_terms, settlement_inputs) IS
    'The lines of a settlement without its parties: what settle(terms, inputs, detail) gives for a NULL detail up to reopener. amount is what stands after the line in pounds (for a band: its part of the share), exact_text the unrounded fraction; the amount of the line settlement is the settlement, rounded once, negative when it is owed by the sharing side. Steps the terms do not have, and steps after nothing is left, are left out. A stop_loss needs cases, hence the longer form. 22004 for NULL arguments or no curve; 22023 for an input that is missing or unusable, saying what to do; 22003 when a number does not fit.';
