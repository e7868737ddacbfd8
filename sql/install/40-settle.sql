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

