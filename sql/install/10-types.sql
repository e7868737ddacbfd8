-- Value types nhs_number, icd10, opcs4, hrg: eight bytes by value each. Their binary layouts are documented in
-- src/types/nhs_number_core.h and src/types/code_core.h, their order and hash in src/types/word_core.h; all are stable for ever.


-- nhs_number
CREATE TYPE nhs_number;
CREATE FUNCTION nhs_number_in(cstring) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION nhs_number_out(nhs_number) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION nhs_number_recv(internal) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION nhs_number_send(nhs_number) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE nhs_number (
    INPUT = nhs_number_in, OUTPUT = nhs_number_out, RECEIVE = nhs_number_recv, SEND = nhs_number_send,
    LIKE = pg_catalog.int8, CATEGORY = 'U'
);
COMMENT ON TYPE nhs_number IS
    'NHS number: ten digits with a check digit modulo 11, eight bytes by value. Text in plain or as 3-3-4 with blanks or hyphens, out plain; anything else is 22P02, and no message shows more than the last three digits. Numbers of one repeated digit are values, but placeholders: see is_placeholder. Order is numeric.';

CREATE FUNCTION nhs_number_eq(nhs_number, nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_ne(nhs_number, nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_lt(nhs_number, nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_le(nhs_number, nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_gt(nhs_number, nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_ge(nhs_number, nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_cmp(nhs_number, nhs_number) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_hash(nhs_number) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION nhs_number_hash_extended(nhs_number, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_word_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR = (LEFTARG = nhs_number, RIGHTARG = nhs_number, FUNCTION = nhs_number_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = nhs_number, RIGHTARG = nhs_number, FUNCTION = nhs_number_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = nhs_number, RIGHTARG = nhs_number, FUNCTION = nhs_number_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = nhs_number, RIGHTARG = nhs_number, FUNCTION = nhs_number_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = nhs_number, RIGHTARG = nhs_number, FUNCTION = nhs_number_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = nhs_number, RIGHTARG = nhs_number, FUNCTION = nhs_number_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);

-- The server's own support functions for int8 words sort and deduplicate.
CREATE OPERATOR CLASS nhs_number_ops DEFAULT FOR TYPE nhs_number USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 nhs_number_cmp(nhs_number, nhs_number),
    FUNCTION 2 pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS nhs_number_ops DEFAULT FOR TYPE nhs_number USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 nhs_number_hash(nhs_number),
    FUNCTION 2 nhs_number_hash_extended(nhs_number, bigint);

CREATE FUNCTION nhs_number_smaller(nhs_number, nhs_number) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_word_smaller' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION nhs_number_larger(nhs_number, nhs_number) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_word_larger' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE min(nhs_number) (SFUNC = nhs_number_smaller, STYPE = nhs_number, COMBINEFUNC = nhs_number_smaller, SORTOP = <, PARALLEL = SAFE);
CREATE AGGREGATE max(nhs_number) (SFUNC = nhs_number_larger, STYPE = nhs_number, COMBINEFUNC = nhs_number_larger, SORTOP = >, PARALLEL = SAFE);
COMMENT ON AGGREGATE min(nhs_number) IS 'Least of the NHS numbers; NULLs are ignored, no value gives NULL.';
COMMENT ON AGGREGATE max(nhs_number) IS 'Greatest of the NHS numbers; NULLs are ignored, no value gives NULL.';

CREATE FUNCTION nhs_number_to_text(nhs_number) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION nhs_number_from_text(text) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (nhs_number AS text) WITH FUNCTION nhs_number_to_text(nhs_number);
CREATE CAST (text AS nhs_number) WITH FUNCTION nhs_number_from_text(text);
CREATE FUNCTION nhs_number_to_int8(nhs_number) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_to_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION nhs_number_from_int8(bigint) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_from_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (nhs_number AS bigint) WITH FUNCTION nhs_number_to_int8(nhs_number);
CREATE CAST (bigint AS nhs_number) WITH FUNCTION nhs_number_from_int8(bigint);

CREATE FUNCTION format_nhs_number(nhs_number) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_spaced' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION format_nhs_number(nhs_number) IS
    'The number as printed on letters, 3-3-4 with blanks. NULL gives NULL.';
CREATE FUNCTION is_placeholder(nhs_number) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_nhs_number_is_placeholder' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION is_placeholder(nhs_number) IS
    'True for numbers of one repeated digit (0000000000 to 9999999999): they pass the check digit and are nobody. NULL gives NULL.';

-- icd10
CREATE TYPE icd10;
CREATE FUNCTION icd10_in(cstring) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_icd10_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION icd10_out(icd10) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_icd10_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION icd10_recv(internal) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_icd10_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION icd10_send(icd10) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_code_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE icd10 (
    INPUT = icd10_in, OUTPUT = icd10_out, RECEIVE = icd10_recv, SEND = icd10_send,
    LIKE = pg_catalog.int8, CATEGORY = 'U'
);
COMMENT ON TYPE icd10 IS
    'ICD-10 code, UK 5th edition or ICD-10-CM: a letter, a digit, a digit or A or B, then up to four letters or digits; eight bytes by value. Case is folded, the dot dropped; three-character categories, the filler X (I10X) and the dagger and asterisk letters D and A are kept as they come. Anything else is 22P02. Order is the byte order of the text.';

CREATE FUNCTION icd10_eq(icd10, icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_ne(icd10, icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_lt(icd10, icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_le(icd10, icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_gt(icd10, icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_ge(icd10, icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_cmp(icd10, icd10) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_hash(icd10) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION icd10_hash_extended(icd10, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_word_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR = (LEFTARG = icd10, RIGHTARG = icd10, FUNCTION = icd10_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = icd10, RIGHTARG = icd10, FUNCTION = icd10_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = icd10, RIGHTARG = icd10, FUNCTION = icd10_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = icd10, RIGHTARG = icd10, FUNCTION = icd10_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = icd10, RIGHTARG = icd10, FUNCTION = icd10_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = icd10, RIGHTARG = icd10, FUNCTION = icd10_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);

-- The server's own support functions for int8 words sort and deduplicate.
CREATE OPERATOR CLASS icd10_ops DEFAULT FOR TYPE icd10 USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 icd10_cmp(icd10, icd10),
    FUNCTION 2 pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS icd10_ops DEFAULT FOR TYPE icd10 USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 icd10_hash(icd10),
    FUNCTION 2 icd10_hash_extended(icd10, bigint);

CREATE FUNCTION icd10_smaller(icd10, icd10) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_word_smaller' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION icd10_larger(icd10, icd10) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_word_larger' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE min(icd10) (SFUNC = icd10_smaller, STYPE = icd10, COMBINEFUNC = icd10_smaller, SORTOP = <, PARALLEL = SAFE);
CREATE AGGREGATE max(icd10) (SFUNC = icd10_larger, STYPE = icd10, COMBINEFUNC = icd10_larger, SORTOP = >, PARALLEL = SAFE);
COMMENT ON AGGREGATE min(icd10) IS 'Least of the ICD-10 codes; NULLs are ignored, no value gives NULL.';
COMMENT ON AGGREGATE max(icd10) IS 'Greatest of the ICD-10 codes; NULLs are ignored, no value gives NULL.';

CREATE FUNCTION icd10_to_text(icd10) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_icd10_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION icd10_from_text(text) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_icd10_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (icd10 AS text) WITH FUNCTION icd10_to_text(icd10);
CREATE CAST (text AS icd10) WITH FUNCTION icd10_from_text(text);

CREATE FUNCTION icd10_prefix_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'commissioning_icd10_prefix_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION icd10_starts_with(icd10, text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_icd10_starts_with' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    SUPPORT icd10_prefix_support;
CREATE OPERATOR ^@ (LEFTARG = icd10, RIGHTARG = text, FUNCTION = icd10_starts_with,
    RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR ^@ (icd10, text) IS
    'Does the code begin with the prefix? Case and the dot do not matter; a btree index on the code is used. A prefix that no code can have, and the empty one, is 22023. NULL gives NULL.';
CREATE FUNCTION has_code(codes icd10[], VARIADIC prefixes text[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_icd10_array_has' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION has_code(icd10[], text[]) IS
    'Does any code of the array begin with any of the prefixes? NULL elements are ignored; a NULL array gives NULL, no codes or no prefixes give false. A prefix that no code can have, and the empty one, is 22023.';

-- opcs4
CREATE TYPE opcs4;
CREATE FUNCTION opcs4_in(cstring) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION opcs4_out(opcs4) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION opcs4_recv(internal) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION opcs4_send(opcs4) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_code_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE opcs4 (
    INPUT = opcs4_in, OUTPUT = opcs4_out, RECEIVE = opcs4_recv, SEND = opcs4_send,
    LIKE = pg_catalog.int8, CATEGORY = 'U'
);
COMMENT ON TYPE opcs4 IS
    'OPCS-4 procedure code: a letter and three digits, with or without the dot in, with the dot out (W37.1); eight bytes by value. Anything else is 22P02. Order is the byte order of the text.';

CREATE FUNCTION opcs4_eq(opcs4, opcs4) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_ne(opcs4, opcs4) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_lt(opcs4, opcs4) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_le(opcs4, opcs4) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_gt(opcs4, opcs4) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_ge(opcs4, opcs4) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_cmp(opcs4, opcs4) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_hash(opcs4) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION opcs4_hash_extended(opcs4, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_word_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR = (LEFTARG = opcs4, RIGHTARG = opcs4, FUNCTION = opcs4_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = opcs4, RIGHTARG = opcs4, FUNCTION = opcs4_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = opcs4, RIGHTARG = opcs4, FUNCTION = opcs4_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = opcs4, RIGHTARG = opcs4, FUNCTION = opcs4_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = opcs4, RIGHTARG = opcs4, FUNCTION = opcs4_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = opcs4, RIGHTARG = opcs4, FUNCTION = opcs4_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);

-- The server's own support functions for int8 words sort and deduplicate.
CREATE OPERATOR CLASS opcs4_ops DEFAULT FOR TYPE opcs4 USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 opcs4_cmp(opcs4, opcs4),
    FUNCTION 2 pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS opcs4_ops DEFAULT FOR TYPE opcs4 USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 opcs4_hash(opcs4),
    FUNCTION 2 opcs4_hash_extended(opcs4, bigint);

CREATE FUNCTION opcs4_smaller(opcs4, opcs4) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_word_smaller' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION opcs4_larger(opcs4, opcs4) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_word_larger' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE min(opcs4) (SFUNC = opcs4_smaller, STYPE = opcs4, COMBINEFUNC = opcs4_smaller, SORTOP = <, PARALLEL = SAFE);
CREATE AGGREGATE max(opcs4) (SFUNC = opcs4_larger, STYPE = opcs4, COMBINEFUNC = opcs4_larger, SORTOP = >, PARALLEL = SAFE);
COMMENT ON AGGREGATE min(opcs4) IS 'Least of the OPCS-4 codes; NULLs are ignored, no value gives NULL.';
COMMENT ON AGGREGATE max(opcs4) IS 'Greatest of the OPCS-4 codes; NULLs are ignored, no value gives NULL.';

CREATE FUNCTION opcs4_to_text(opcs4) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION opcs4_from_text(text) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (opcs4 AS text) WITH FUNCTION opcs4_to_text(opcs4);
CREATE CAST (text AS opcs4) WITH FUNCTION opcs4_from_text(text);

CREATE FUNCTION opcs4_prefix_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_prefix_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION opcs4_starts_with(opcs4, text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_starts_with' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    SUPPORT opcs4_prefix_support;
CREATE OPERATOR ^@ (LEFTARG = opcs4, RIGHTARG = text, FUNCTION = opcs4_starts_with,
    RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR ^@ (opcs4, text) IS
    'Does the code begin with the prefix? Case and the dot do not matter; a btree index on the code is used. A prefix that no code can have, and the empty one, is 22023. NULL gives NULL.';
CREATE FUNCTION has_code(codes opcs4[], VARIADIC prefixes text[]) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_opcs4_array_has' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION has_code(opcs4[], text[]) IS
    'Does any code of the array begin with any of the prefixes? NULL elements are ignored; a NULL array gives NULL, no codes or no prefixes give false. A prefix that no code can have, and the empty one, is 22023.';

-- hrg
CREATE TYPE hrg;
CREATE FUNCTION hrg_in(cstring) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_hrg_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hrg_out(hrg) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_hrg_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hrg_recv(internal) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_hrg_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hrg_send(hrg) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_code_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE hrg (
    INPUT = hrg_in, OUTPUT = hrg_out, RECEIVE = hrg_recv, SEND = hrg_send,
    LIKE = pg_catalog.int8, CATEGORY = 'U'
);
COMMENT ON TYPE hrg IS
    'HRG4+ code: two letters, two digits, a letter (AA22C); eight bytes by value. The first four characters are the root. Anything else is 22P02. Order is the byte order of the text.';

CREATE FUNCTION hrg_eq(hrg, hrg) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_eq' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_ne(hrg, hrg) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ne' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_lt(hrg, hrg) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_lt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_le(hrg, hrg) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_le' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_gt(hrg, hrg) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_gt' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_ge(hrg, hrg) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_word_ge' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_cmp(hrg, hrg) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_cmp' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_hash(hrg) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_word_hash' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
CREATE FUNCTION hrg_hash_extended(hrg, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'commissioning_word_hash_extended' LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;

CREATE OPERATOR = (LEFTARG = hrg, RIGHTARG = hrg, FUNCTION = hrg_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR <> (LEFTARG = hrg, RIGHTARG = hrg, FUNCTION = hrg_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR < (LEFTARG = hrg, RIGHTARG = hrg, FUNCTION = hrg_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR <= (LEFTARG = hrg, RIGHTARG = hrg, FUNCTION = hrg_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR > (LEFTARG = hrg, RIGHTARG = hrg, FUNCTION = hrg_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR >= (LEFTARG = hrg, RIGHTARG = hrg, FUNCTION = hrg_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel);

-- The server's own support functions for int8 words sort and deduplicate.
CREATE OPERATOR CLASS hrg_ops DEFAULT FOR TYPE hrg USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 hrg_cmp(hrg, hrg),
    FUNCTION 2 pg_catalog.btint8sortsupport(internal),
    FUNCTION 4 pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS hrg_ops DEFAULT FOR TYPE hrg USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 hrg_hash(hrg),
    FUNCTION 2 hrg_hash_extended(hrg, bigint);

CREATE FUNCTION hrg_smaller(hrg, hrg) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_word_smaller' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hrg_larger(hrg, hrg) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_word_larger' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE AGGREGATE min(hrg) (SFUNC = hrg_smaller, STYPE = hrg, COMBINEFUNC = hrg_smaller, SORTOP = <, PARALLEL = SAFE);
CREATE AGGREGATE max(hrg) (SFUNC = hrg_larger, STYPE = hrg, COMBINEFUNC = hrg_larger, SORTOP = >, PARALLEL = SAFE);
COMMENT ON AGGREGATE min(hrg) IS 'Least of the HRG codes; NULLs are ignored, no value gives NULL.';
COMMENT ON AGGREGATE max(hrg) IS 'Greatest of the HRG codes; NULLs are ignored, no value gives NULL.';

CREATE FUNCTION hrg_to_text(hrg) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_hrg_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hrg_from_text(text) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_hrg_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (hrg AS text) WITH FUNCTION hrg_to_text(hrg);
CREATE CAST (text AS hrg) WITH FUNCTION hrg_from_text(text);

CREATE FUNCTION hrg_prefix_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'commissioning_hrg_prefix_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION hrg_starts_with(hrg, text) RETURNS boolean
    AS 'MODULE_PATHNAME', 'commissioning_hrg_starts_with' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
    SUPPORT hrg_prefix_support;
CREATE OPERATOR ^@ (LEFTARG = hrg, RIGHTARG = text, FUNCTION = hrg_starts_with,
    RESTRICT = matchingsel, JOIN = matchingjoinsel);
COMMENT ON OPERATOR ^@ (hrg, text) IS
    'Does the code begin with the prefix? Case and the dot do not matter; a btree index on the code is used. A prefix that no code can have, and the empty one, is 22023. NULL gives NULL.';
