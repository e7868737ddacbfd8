-- Risk models, the categories they find, and scores. The models themselves are data: sql/reference/20-charlson.sql and the files after it
-- ship the published ones, a warehouse keeps its own. The language of models stands in 21-risk-language.sql.

CREATE TYPE risk_model;
CREATE FUNCTION risk_model_in(cstring) RETURNS risk_model
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_out(risk_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_recv(internal) RETURNS risk_model
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_send(risk_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE risk_model (
    INPUT = risk_model_in, OUTPUT = risk_model_out, RECEIVE = risk_model_recv, SEND = risk_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external
);

-- Identity of models, so that queries can group by one; the order is that of their fingerprints.
CREATE FUNCTION risk_model_eq(risk_model, risk_model) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_ne(risk_model, risk_model) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_lt(risk_model, risk_model) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_le(risk_model, risk_model) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_gt(risk_model, risk_model) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_ge(risk_model, risk_model) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_cmp(risk_model, risk_model) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_hash(risk_model) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_model_hash_extended(risk_model, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_risk_model_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR = (LEFTARG = risk_model, RIGHTARG = risk_model, FUNCTION = risk_model_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = risk_model, RIGHTARG = risk_model, FUNCTION = risk_model_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = risk_model, RIGHTARG = risk_model, FUNCTION = risk_model_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = risk_model, RIGHTARG = risk_model, FUNCTION = risk_model_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = risk_model, RIGHTARG = risk_model, FUNCTION = risk_model_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = risk_model, RIGHTARG = risk_model, FUNCTION = risk_model_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);
CREATE OPERATOR CLASS risk_model_ops DEFAULT FOR TYPE risk_model USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 risk_model_cmp(risk_model, risk_model);
CREATE OPERATOR CLASS risk_model_ops DEFAULT FOR TYPE risk_model USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 risk_model_hash(risk_model),
    FUNCTION 2 risk_model_hash_extended(risk_model, bigint);

CREATE CAST (jsonb AS risk_model) WITH INOUT;
CREATE CAST (risk_model AS jsonb) WITH INOUT;

CREATE FUNCTION risk_fingerprint(risk_model) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_risk_fingerprint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_fingerprint(risk_model) IS
    'The 128 bits that identify the content of a model, as 32 hexadecimal digits: equal for equal models, stable for ever. NULL for NULL.';

CREATE TYPE risk_flags;
CREATE FUNCTION risk_flags_in(cstring) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_flags_out(risk_flags) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_flags_recv(internal) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_flags_send(risk_flags) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE risk_flags (
    INPUT = risk_flags_in, OUTPUT = risk_flags_out, RECEIVE = risk_flags_recv, SEND = risk_flags_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = plain
);
COMMENT ON TYPE risk_flags IS
    'The categories of one risk model found for one person, with the fingerprint of the model. The empty text is the neutral element: no categories, of no model in particular. Made by risk_match and risk_flags_agg; at most 144 bytes.';

CREATE FUNCTION risk_flags_eq(risk_flags, risk_flags) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_ne(risk_flags, risk_flags) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_lt(risk_flags, risk_flags) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_le(risk_flags, risk_flags) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_gt(risk_flags, risk_flags) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_ge(risk_flags, risk_flags) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_cmp(risk_flags, risk_flags) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_hash(risk_flags) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE FUNCTION risk_flags_hash_extended(risk_flags, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;

CREATE OPERATOR = (LEFTARG = risk_flags, RIGHTARG = risk_flags, FUNCTION = risk_flags_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = risk_flags, RIGHTARG = risk_flags, FUNCTION = risk_flags_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = risk_flags, RIGHTARG = risk_flags, FUNCTION = risk_flags_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = risk_flags, RIGHTARG = risk_flags, FUNCTION = risk_flags_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = risk_flags, RIGHTARG = risk_flags, FUNCTION = risk_flags_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = risk_flags, RIGHTARG = risk_flags, FUNCTION = risk_flags_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);
CREATE OPERATOR CLASS risk_flags_ops DEFAULT FOR TYPE risk_flags USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 risk_flags_cmp(risk_flags, risk_flags);
CREATE OPERATOR CLASS risk_flags_ops DEFAULT FOR TYPE risk_flags USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 risk_flags_hash(risk_flags),
    FUNCTION 2 risk_flags_hash_extended(risk_flags, bigint);

CREATE FUNCTION risk_match(model risk_model, code icd10) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_match' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_match(risk_model, icd10) IS
    'The categories of the model that one code hits. A NULL code, or one that hits none, gives the neutral element. A NULL model raises 22004.';

CREATE FUNCTION risk_match_codes(model risk_model, codes icd10[]) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_match_codes' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_match_codes(risk_model, icd10[]) IS
    'The categories of the model that a list of codes hits, for tables that keep the codes of an event in an array. NULL, no codes, or codes that hit none give the neutral element; NULL elements are ignored. A NULL model raises 22004.';

CREATE FUNCTION risk_flags_or(risk_flags, risk_flags) RETURNS risk_flags
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_or' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION risk_flags_or(risk_flags, risk_flags) IS
    'Union of two sets of categories of the same model; 22023 for different models. NULL for NULL.';

CREATE AGGREGATE risk_flags_agg(risk_flags) (
    SFUNC = risk_flags_or, STYPE = risk_flags, INITCOND = '', COMBINEFUNC = risk_flags_or, PARALLEL = SAFE
);
COMMENT ON AGGREGATE risk_flags_agg(risk_flags) IS
    'Union of sets of categories of one model; NULLs are ignored, no rows give the neutral element. Its results can be united again.';

CREATE FUNCTION risk_score(model risk_model, codes icd10[], inputs jsonb DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'commissioning_risk_score' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION risk_score_raw(model risk_model, codes icd10[], inputs jsonb DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'commissioning_risk_score_raw' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_score_raw(risk_model, icd10[], jsonb) IS
    'As risk_score, without the hierarchy of the model: every category found counts.';

CREATE FUNCTION risk_score_flags(model risk_model, flags risk_flags, inputs jsonb DEFAULT NULL) RETURNS double precision
    AS 'MODULE_PATHNAME', 'commissioning_risk_score_flags' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_score_flags(risk_model, risk_flags, jsonb) IS
    'As risk_score, for categories found before by risk_match and risk_flags_agg with the same model; 22023 for flags of another model. NULL flags are no conditions.';

CREATE FUNCTION risk_categories(model risk_model, codes icd10[]) RETURNS text[]
    AS 'MODULE_PATHNAME', 'commissioning_risk_categories' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_categories(risk_model, icd10[]) IS
    'Keys of the categories found in the codes, in the order of the model, before the hierarchy. An empty array for none, NULL codes included.';

CREATE FUNCTION risk_flags_categories(model risk_model, flags risk_flags) RETURNS text[]
    AS 'MODULE_PATHNAME', 'commissioning_risk_flags_categories' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_flags_categories(risk_model, risk_flags) IS
    'Keys of the categories in the flags, in the order of the model, before the hierarchy; 22023 for flags of another model.';

CREATE FUNCTION risk_band(model risk_model, score double precision) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_risk_band' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_band(risk_model, double precision) IS
    'Label of the band of a score; scores of points are compared as integers. NULL for a NULL score, NaN, a score below the lowest band, or a model without bands.';

CREATE TYPE risk_term AS (term text, evidence text, value double precision, contribution double precision, average double precision, label text);

CREATE FUNCTION risk_explain(model risk_model, codes icd10[], inputs jsonb DEFAULT NULL) RETURNS SETOF risk_term
    AS 'MODULE_PATHNAME', 'commissioning_risk_explain' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;

CREATE FUNCTION risk_inputs(model risk_model) RETURNS text[]
    AS 'MODULE_PATHNAME', 'commissioning_risk_inputs' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION risk_predict(model risk_model, inputs double precision[]) RETURNS double precision
    AS 'MODULE_PATHNAME', 'commissioning_risk_predict' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION risk_lookback_days(model risk_model) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_risk_lookback_days' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_lookback_days(risk_model) IS
    'Days of history that a model looks at, up to and including the day as of which it is scored. NULL: all history.';
