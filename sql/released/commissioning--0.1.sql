-- commissioning: install script, joined by make from sql/install, sql/reference and sql/warehouse.
\echo Use "CREATE EXTENSION commissioning CASCADE" to load this file. \quit

CREATE FUNCTION library_version() RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_library_version'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION library_version() IS
    'Version compiled into the loaded library. Never NULL.';

-- One statement tells whether the files of two releases were mixed on this server.
CREATE FUNCTION version() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sql_version text := (SELECT extversion FROM pg_extension WHERE extname = 'commissioning');
    library text := @extschema@.library_version();
BEGIN
    IF library IS DISTINCT FROM sql_version THEN
        RAISE EXCEPTION 'commissioning library is version %, the installed SQL objects are version %', library, sql_version
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Run ALTER EXTENSION commissioning UPDATE, or install the library of the same release.';
    END IF;
    RETURN sql_version;
END
$$;
COMMENT ON FUNCTION @extschema@.version() IS
    'Version of the extension. Raises 55000 when the loaded library and the installed SQL objects come from different releases. Never NULL.';
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
-- Tolerant readers: text as senders write it to a value, NULL for what cannot be read without guessing. They never fail.

CREATE FUNCTION to_nhs_number(text) RETURNS nhs_number
    AS 'MODULE_PATHNAME', 'commissioning_to_nhs_number' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_nhs_number(text) IS
    'NHS number from text: ten digits, blanks or hyphens as 3-3-4, a right check digit. NULL for anything else and for placeholders of one repeated digit.';

CREATE FUNCTION to_icd10(text) RETURNS icd10
    AS 'MODULE_PATHNAME', 'commissioning_to_icd10' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_icd10(text) IS
    'ICD-10 code from text in any case, with or without the dot. NULL for anything else.';

CREATE FUNCTION to_opcs4(text) RETURNS opcs4
    AS 'MODULE_PATHNAME', 'commissioning_to_opcs4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_opcs4(text) IS
    'OPCS-4 code from text in any case, with or without the dot. NULL for anything else, such as - for no procedure.';

CREATE FUNCTION to_hrg(text) RETURNS hrg
    AS 'MODULE_PATHNAME', 'commissioning_to_hrg' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_hrg(text) IS
    'HRG4+ code from text in any case. NULL for anything else.';

CREATE FUNCTION to_amount(text) RETURNS numeric
    AS 'MODULE_PATHNAME', 'commissioning_to_amount' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_amount(text) IS
    'Amount of money from text: pound signs (also broken ones), thousands commas, sign on either side, brackets for negatives, blanks; up to twelve digits before the point, six decimals kept, the rest rounded half away from zero. NULL for anything else, such as TBC.';

CREATE FUNCTION to_date_uk(text) RETURNS date
    AS 'MODULE_PATHNAME', 'commissioning_to_date_uk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION to_date_uk(text) IS
    'Date from text whatever the datestyle: dd/mm/yyyy, dd-Mon-yyyy, dd.mm.yy, yyyy-mm-dd, yyyymmdd; a clock time behind it is dropped. Two-digit years mean 1950 to 2049. NULL for anything else, for impossible dates and for years outside 1850 to 2199.';
-- Risk models, the categories they find, and scores. The models themselves are data: sql/reference/20-risk-models.sql
-- ships the published ones, a warehouse keeps its own.

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
COMMENT ON TYPE risk_model IS
$$A risk model as one JSON object, checked when it is read and printed again in one fixed form. Members:
name, version (text, required); title, source, licence, population (text: whom the model is valid for); lookback_days (1 to 73000; without it all history counts);
points_scale (1, 10, ... 1000000; default 1): points are multiples of 1/points_scale and are added as integers;
categories: [{"key", "label", "points", "prefixes": ["I21", "I252", ...]}], at most 1024: a category is present when a code begins with one of its prefixes (A-Z and 0-9, no dots), counts once, and one code may hit several;
hierarchy: [{"category", "removed_by"}]: the category scores nothing where the other is present;
inputs: [{"name", "label", "coefficient", "missing"}]: numeric inputs; missing is the value taken when it is not known, without it the score is then NULL;
link: "identity" (default), "logit" or "log"; intercept (default 0); score = inverse link of intercept + points + sum of coefficient * input;
bands: [{"label", "from"} or {"label", "above"}], ascending; from includes the score, above does not; the first may have neither.
Errors 22P02 name the JSON path of the fault.$$;

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
COMMENT ON FUNCTION risk_score(risk_model, icd10[], jsonb) IS
    'Score of a list of codes and of inputs {"name": number}. NULL or no codes are no conditions, NULL elements are ignored, unknown input names too. NULL (not assessed) when an input without a value for missing is not given. A NULL model raises 22004.';

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

CREATE TYPE risk_term AS (term text, evidence text, value double precision, contribution double precision);
COMMENT ON TYPE risk_term IS
    'One term of a score: a category key or input name (or intercept), the codes or the origin behind it, its value, and what it adds to the linear predictor.';

CREATE FUNCTION risk_explain(model risk_model, codes icd10[], inputs jsonb DEFAULT NULL) RETURNS SETOF risk_term
    AS 'MODULE_PATHNAME', 'commissioning_risk_explain' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION risk_explain(risk_model, icd10[], jsonb) IS
    'The terms of a score: intercept, every category found with its codes (contribution 0 and the reason where the hierarchy removes it), every input. Contributions add up to the score under the identity link, else to its linear predictor; NULL = not assessed.';

CREATE FUNCTION risk_inputs(model risk_model) RETURNS text[]
    AS 'MODULE_PATHNAME', 'commissioning_risk_inputs' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_inputs(risk_model) IS
    'Names of the numeric inputs of a model, in the order in which risk_predict takes them; an empty array for none.';

CREATE FUNCTION risk_predict(model risk_model, inputs double precision[]) RETURNS double precision
    AS 'MODULE_PATHNAME', 'commissioning_risk_predict' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_predict(risk_model, double precision[]) IS
    'Score of a model of numeric inputs only, given as an array in the order of risk_inputs; for wide tables. A NULL array or element gives NULL. 22023 for a wrong number of inputs or a model that scores codes, 22003 for overflow.';

CREATE FUNCTION risk_lookback_days(model risk_model) RETURNS integer
    AS 'MODULE_PATHNAME', 'commissioning_risk_lookback_days' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION risk_lookback_days(risk_model) IS
    'Days of history that a model looks at, up to and including the day as of which it is scored. NULL: all history.';
-- Prices and line checks: types tariff and rule_set, composites, price_* and line_check.

-- tariff ---------------------------------------------------------------------------------------

CREATE TYPE tariff;
CREATE FUNCTION tariff_in(cstring) RETURNS tariff
    AS 'MODULE_PATHNAME', 'commissioning_tariff_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tariff_out(tariff) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_tariff_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tariff_recv(internal) RETURNS tariff
    AS 'MODULE_PATHNAME', 'commissioning_tariff_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tariff_send(tariff) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_tariff_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE tariff (
    INPUT = tariff_in, OUTPUT = tariff_out, RECEIVE = tariff_recv, SEND = tariff_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external, CATEGORY = 'U'
);
COMMENT ON TYPE tariff IS
    'A price list valid in one financial year, read from and written as JSON: name, version, financial_year ("2024/25"), currency; optional synthetic, short_stay {max_days, min_age, length_of_stay "adjusted"|"actual"}, admission_method_81 "NELNE"|"EL"; rows in spells, attendances, procedures, emergency, unbundled, top_ups. Prices have at most six decimals; a missing or null price means there is none. Faults are 22P02 and name the JSON path.';
CREATE CAST (json AS tariff) WITH INOUT;
CREATE CAST (jsonb AS tariff) WITH INOUT;
CREATE CAST (tariff AS json) WITH INOUT;
CREATE CAST (tariff AS jsonb) WITH INOUT;

CREATE FUNCTION tariff_fingerprint(tariff tariff) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_tariff_fingerprint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tariff_fingerprint(tariff) IS
    '32 hexadecimal digits that name the content of a tariff: equal content, equal fingerprint. NULL gives NULL.';

-- lines and prices -----------------------------------------------------------------------------

CREATE TYPE spell_line AS (
    hrg hrg,
    patient_classification text,
    admission_method text,
    admission_date date,
    discharge_date date,
    age integer,
    critical_care_days integer,
    rehabilitation_days integer,
    overlap_days integer,
    palliative_days integer,
    best_practice boolean,
    top_up_code text,
    market_forces_factor numeric,
    rounding text
);
COMMENT ON TYPE spell_line IS
    'An admitted spell to be priced. Age is at admission; overlap_days are days that are both critical care and rehabilitation; best_practice says whether the criteria were met; rounding is sus (whole pounds before and after the factor), penny or none, always half away from zero. NULL means not known, except top_up_code, where it means none.';

CREATE TYPE attendance_line AS (
    hrg hrg,
    treatment_function text,
    attendance_status text,
    first_attendance text,
    market_forces_factor numeric,
    rounding text
);
COMMENT ON TYPE attendance_line IS
    'An outpatient attendance or procedure to be priced: attendance_status 5 and 6 pay, 2, 3, 4 and 7 pay nothing; first_attendance 5 is an administrative event. NULL means not known.';

CREATE TYPE emergency_line AS (hrg hrg, market_forces_factor numeric, rounding text);
COMMENT ON TYPE emergency_line IS 'An emergency care attendance to be priced. NULL means not known.';

CREATE TYPE unbundled_line AS (hrg hrg, units numeric, market_forces_factor numeric, rounding text);
COMMENT ON TYPE unbundled_line IS 'Units of an unbundled HRG to be priced, such as critical care days. NULL means not known.';

CREATE TYPE spell_price AS (
    pod text,
    length_of_stay integer,
    qualifying_days integer,
    trim_point integer,
    full_base numeric,
    short_stay boolean,
    base numeric,
    top_up numeric,
    excess_days integer,
    per_day numeric,
    excess numeric,
    best_practice numeric,
    pre_factor numeric,
    market_forces_factor numeric,
    final numeric,
    excess_days_with_critical_care integer,
    reason text
);
COMMENT ON TYPE spell_price IS
    'The parts of a spell''s price. qualifying_days is the stay less critical care, rehabilitation and palliative days; full_base the price before a short stay reduction, which is the best practice price where the tariff gives one in place of the base and it was earned; best_practice an amount added when earned; base what is paid; pre_factor = base + top_up + excess + best_practice, rounded; final = pre_factor * market_forces_factor, rounded. excess_days_with_critical_care is what excess_days would be had critical care days not been taken off. trim_point is NULL where the tariff has none. reason is NULL for a price; otherwise it says what is missing and every amount is NULL.';

CREATE TYPE attendance_price AS (pod text, unit_price numeric, market_forces_factor numeric, final numeric, reason text);
COMMENT ON TYPE attendance_price IS
    'The price of an attendance, emergency attendance or unbundled HRG: final = units * unit_price * market_forces_factor, rounded. reason is NULL for a price; otherwise it says what is missing and every amount is NULL.';

CREATE FUNCTION price_spell(tariff tariff, line spell_line) RETURNS spell_price
    AS 'MODULE_PATHNAME', 'commissioning_price_spell' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_spell(tariff, spell_line) IS
    'Price of an admitted spell with every part of it, after the national payment rules: point of delivery, qualifying days, base or short stay price, top-up, excess days, best practice, market forces factor. What is missing is told by reason, never guessed. A tariff of another financial year than the discharge gives a reason. Over many rows write LATERAL (SELECT price_spell(...) AS p OFFSET 0) and use (p).final: a composite function straight in FROM copies its row type for every row. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_attendance(tariff tariff, line attendance_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_attendance' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_attendance(tariff, attendance_line) IS
    'Price of an outpatient attendance by treatment function and HRG, or of a procedure by HRG; a procedure without a price is paid as the attendance it was. The tariff must be of the year of the attendance. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_emergency(tariff tariff, line emergency_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_emergency' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_emergency(tariff, emergency_line) IS
    'Price of an emergency care attendance by HRG. The tariff must be of the year of the attendance. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_unbundled(tariff tariff, line unbundled_line) RETURNS attendance_price
    AS 'MODULE_PATHNAME', 'commissioning_price_unbundled' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION price_unbundled(tariff, unbundled_line) IS
    'Price of units of an unbundled HRG (critical care days, imaging, chemotherapy, ...). pod is NULL for a chapter without a point of delivery. Missing inputs give a reason. NULL tariff is 22004, an unknown rounding 22023, an amount that does not fit 22003.';

CREATE FUNCTION price_steps(tariff tariff, line spell_line)
    RETURNS TABLE (step integer, part text, formula text, amount numeric, source text)
    AS 'MODULE_PATHNAME', 'commissioning_price_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION price_steps(tariff, spell_line) IS
    'The calculation of price_spell as rows for people: formula with its numbers, amount, source. A spell without a price ends with the step "not assessed". Errors as price_spell.';

-- rule_set -------------------------------------------------------------------------------------

CREATE TYPE rule_set;
CREATE FUNCTION rule_set_in(cstring) RETURNS rule_set
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rule_set_out(rule_set) RETURNS cstring
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rule_set_recv(internal) RETURNS rule_set
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rule_set_send(rule_set) RETURNS bytea
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE rule_set (
    INPUT = rule_set_in, OUTPUT = rule_set_out, RECEIVE = rule_set_recv, SEND = rule_set_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = external, CATEGORY = 'U'
);
COMMENT ON TYPE rule_set IS
    'Rules over invoice lines, read from and written as JSON: {"name", "version", "rules": [{"code", "version", "name", "level", "priority", "applies": [condition...], "fails": [condition...], "effect", "evidence": [field...], "source"}]}. A condition is [field, operator, operand]: = <> < <= > >= with a literal, or {"field": other} and optionally {"plus": N}; in, not_in with a list; starts_with; is_null, not_null, is_true, is_false without operand; {"any": [...]}, {"all": [...]}, {"not": ...} combine. Effects: {"kind": "void"}, {"kind": "hold"}, {"kind": "recompute"}, {"kind": "set", "units"|"unit_price"|"factor"|"total": field}. Texts compare byte by byte. Faults are 22P02 and name the JSON path.';
CREATE CAST (json AS rule_set) WITH INOUT;
CREATE CAST (jsonb AS rule_set) WITH INOUT;
CREATE CAST (rule_set AS json) WITH INOUT;
CREATE CAST (rule_set AS jsonb) WITH INOUT;

CREATE FUNCTION rule_set_fingerprint(rules rule_set) RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_rule_set_fingerprint' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION rule_set_fingerprint(rule_set) IS
    '32 hexadecimal digits that name the JSON of a rule set. NULL gives NULL.';

CREATE TYPE rule_finding AS (
    rule_code text,
    rule_version text,
    rule_name text,
    priority integer,
    outcome text,
    reason text,
    evidence jsonb,
    identified numeric,
    net numeric,
    expected_total numeric
);
COMMENT ON TYPE rule_finding IS
    'What a rule found in a line. outcome: fail, hold (a query: the whole line is identified, nothing is taken off) or not_assessed (reason says which field is missing; amounts are NULL). identified: what this rule alone takes off the line as billed; net: what it takes off after the rules before it, so that the nets of a line add up to billed less expected exactly; expected_total: the line''s total after this finding and those before it. Negative amounts are undercharges. evidence: the fields the rule names; texts are cut at 1,000 bytes, NHS numbers are not shown.';

CREATE FUNCTION line_check(rules rule_set, line record) RETURNS SETOF rule_finding
    AS 'MODULE_PATHNAME', 'commissioning_line_check' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 1;
COMMENT ON FUNCTION line_check(rule_set, record) IS
    'All rules over one invoice line, in order of priority. The line is any row with the fields the rules name and units, unit_price, factor (NULL is 1), total and rounding; its total should be round(units * unit_price * factor). A condition on a NULL field is unknown, and so is a rule that depends on it. The line is copied per call, so it must not hold large values such as a tariff. Fields may be text, varchar, char, smallint, integer, bigint, numeric, date, boolean, icd10, opcs4 and hrg. A field the line does not have is 42703, one of the wrong type 42804, both naming rule and field; a NULL rule set is 22004; a NULL line has no findings.';
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
    rounding     text
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

CREATE TYPE settlement_inputs AS (
    benchmark       numeric,
    actual          numeric,
    carried_forward numeric,
    base            numeric,
    size            numeric,
    minimum_rate    numeric,
    score           numeric,
    revenue         numeric,
    loss_relief     numeric
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

CREATE FUNCTION settle(terms settlement_terms, inputs settlement_inputs,
    OUT step integer, OUT line_code text, OUT clause text, OUT formula text, OUT quantity numeric, OUT rate text, OUT exact_text text, OUT amount numeric) RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 8;
COMMENT ON FUNCTION settle(settlement_terms, settlement_inputs) IS
    'The lines of a settlement: difference, gate, bands, share, quality, loss_rate, factor, cap, relief, settlement. amount is what stands after the line in pounds (for a band: its part of the share), exact_text the unrounded fraction; the last amount is the settlement, rounded once, negative when it is owed by the sharing side. Steps the terms do not have, and steps after nothing is left, are left out. 22004 for NULL arguments or no curve; 22023 for an input that is missing or unusable, saying what to do; 22003 when a number does not fit.';
-- Statistics that need special functions, from the second module commissioning_stats (GNU Scientific Library).

CREATE TYPE proportion_interval AS (proportion float8, lower float8, upper float8);
COMMENT ON TYPE proportion_interval IS
    'A proportion with the ends of its confidence interval, each between 0 and 1.';

CREATE FUNCTION proportion_ci(successes bigint, trials bigint, confidence float8 DEFAULT 0.95, method text DEFAULT 'wilson')
    RETURNS proportion_interval
    AS '$libdir/commissioning_stats', 'commissioning_proportion_ci' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION proportion_ci(bigint, bigint, float8, text) IS
    'Proportion successes / trials with its two-sided confidence interval. Method wilson (score interval: Wilson 1927; method 3 of Newcombe, Statistics in Medicine 1998;17:857) or exact (Clopper and Pearson 1934). No trials give NULL, NULL gives NULL; impossible counts, a confidence outside 0 to 1 and an unknown method are 22023; counts for which no exact interval can be computed are 22P01.';
-- Charts: chart-ready rows in, SVG text out, so that psql alone writes a report.
-- Every chart is plain text, deterministic, self-contained and labelled with its numbers.

CREATE FUNCTION chart_escape(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT replace(replace(replace(replace(coalesce(value, ''), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;')
$$;
COMMENT ON FUNCTION chart_escape(text) IS 'Text made safe inside SVG and HTML. NULL becomes an empty string.';

CREATE FUNCTION chart_number(value numeric, unit text DEFAULT '') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE
        WHEN value IS NULL THEN 'not known'
        WHEN unit = 'gbp' THEN CASE WHEN value < 0 THEN '-' ELSE '' END || '£' ||
            CASE WHEN abs(value) < 10000000 THEN to_char(abs(value), 'FM999,999,990.00')
                 ELSE to_char(round(abs(value)), 'FM999,999,999,999,990') END
        WHEN unit = 'pct' THEN to_char(value, 'FM990.0') || '%'
        ELSE to_char(round(value), 'FM999,999,999,999,990')
    END
$$;
COMMENT ON FUNCTION chart_number(numeric, text) IS
    'A number as charts print it: unit gbp (pence shown below 10 million pounds), pct, or a whole count. NULL prints "not known".';

CREATE FUNCTION chart_rows(rows jsonb, VARIADIC required text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    missing text;
BEGIN
    IF rows IS NULL THEN
        RETURN '[]'::jsonb;
    END IF;
    IF jsonb_typeof(rows) <> 'array' THEN
        RAISE EXCEPTION 'chart rows must be a JSON array, not %', jsonb_typeof(rows)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use jsonb_agg over the chart-ready view.';
    END IF;
    SELECT format('row %s has no "%s"', r.ordinality, k.key) INTO missing
    FROM jsonb_array_elements(rows) WITH ORDINALITY r, unnest(required) WITH ORDINALITY k(key, place)
    WHERE jsonb_typeof(r.value) <> 'object' OR NOT r.value ? k.key
    ORDER BY r.ordinality, k.place
    LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'chart %', missing USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN rows;
END
$$;
COMMENT ON FUNCTION chart_rows(jsonb, text[]) IS
    'Checks that rows is an array of objects with the required keys and returns it; NULL counts as no rows. Raises 22023.';

CREATE FUNCTION chart_frame(title text, height integer, body text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 %1$s" width="760" height="%1$s" role="img" font-family="Arial, Helvetica, sans-serif" font-size="13" fill="#212b32"><title>%2$s</title><text x="10" y="24" font-size="17" font-weight="bold">%2$s</text>%3$s</svg>',
        height, @extschema@.chart_escape(title),
        coalesce(body, '<text x="10" y="60">no data</text>'))
$$;
COMMENT ON FUNCTION chart_frame(text, integer, text) IS 'The frame of a chart: title, size and accessible name around an SVG body. A NULL body prints "no data".';

CREATE FUNCTION chart_funnel(title text, rows jsonb, unit text DEFAULT 'gbp') RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH bar AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, (r.value ->> 'value')::numeric AS value,
               coalesce(r.value ->> 'note', '') AS note,
               max((r.value ->> 'value')::numeric) OVER () AS largest
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'value')) WITH ORDINALITY r
    ), drawn AS (
        SELECT *, CASE WHEN largest > 0 THEN round(greatest(coalesce(value, 0), 0) * 380 / largest, 1) ELSE 0 END AS width
        FROM bar
    )
    SELECT @extschema@.chart_frame(title, (60 + 44 * count(*))::integer,
        string_agg(format('<text x="10" y="%s">%s</text><rect x="190" y="%s" width="%s" height="26" fill="#005eb8"/><text x="%s" y="%s" font-weight="bold">%s</text><text x="10" y="%s" font-size="11" fill="#4c6272">%s</text>',
            56 + 44 * (i - 1), @extschema@.chart_escape(label),
            44 + 44 * (i - 1), width,
            198 + width, 62 + 44 * (i - 1), @extschema@.chart_number(value, unit),
            70 + 44 * (i - 1), @extschema@.chart_escape(note)), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_funnel(text, jsonb, text) IS
    'Horizontal bars in the order given, each with its number. rows: [{"label","value"[,"note"]}]; unit gbp, pct or empty. Negative values draw no bar. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_pyramid(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH band AS (
        SELECT r.ordinality::integer AS i, count(*) OVER ()::integer AS n, r.value ->> 'label' AS label,
               (r.value ->> 'patients')::numeric AS patients, (r.value ->> 'pct')::numeric AS pct
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'patients', 'pct')) WITH ORDINALITY r
    )
    -- bands are slices of one triangle, widest below; the numbers stand beside it
    SELECT @extschema@.chart_frame(title, (60 + 56 * count(*))::integer,
        string_agg(format('<polygon points="%s,%s %s,%s %s,%s %s,%s" fill="%s"/><text x="420" y="%s" font-weight="bold">%s</text><text x="420" y="%s">%s people, %s</text>',
            210 - 190 * (i - 1) / n, 44 + 56 * (i - 1), 210 + 190 * (i - 1) / n, 44 + 56 * (i - 1),
            210 + 190 * i / n, 96 + 56 * (i - 1), 210 - 190 * i / n, 96 + 56 * (i - 1),
            (ARRAY['#7c2855', '#ae2573', '#005eb8', '#41b6e6', '#99c7eb'])[least(i, 5)],
            66 + 56 * (i - 1), @extschema@.chart_escape(label),
            84 + 56 * (i - 1), @extschema@.chart_number(patients), @extschema@.chart_number(pct, 'pct')), '' ORDER BY i))
    FROM band
$$;
COMMENT ON FUNCTION chart_pyramid(text, jsonb) IS
    'Risk pyramid, highest band first. rows: [{"label","patients","pct"}]. Heights are equal: the numbers tell the size. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_waterfall(title text, rows jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH step AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label, r.value ->> 'kind' AS kind,
               (r.value ->> 'from')::numeric AS a, (r.value ->> 'to')::numeric AS b
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'kind', 'from', 'to')) WITH ORDINALITY r
    ), scale AS (
        SELECT least(min(least(a, b)), 0) AS lo, greatest(max(greatest(a, b)), 0) AS hi FROM step
    ), drawn AS (
        SELECT step.*, 250 + round((least(a, b) - lo) * 360 / CASE WHEN hi > lo THEN hi - lo ELSE 1 END, 1) AS x,
               greatest(round(abs(b - a) * 360 / CASE WHEN hi > lo THEN hi - lo ELSE 1 END, 1), 1) AS width,
               250 + round((0 - lo) * 360 / CASE WHEN hi > lo THEN hi - lo ELSE 1 END, 1) AS zero
        FROM step, scale
    )
    SELECT @extschema@.chart_frame(title, (56 + 34 * count(*))::integer,
        format('<line x1="%1$s" x2="%1$s" y1="36" y2="%2$s" stroke="#768692"/>', max(zero), 44 + 34 * count(*)) ||
        string_agg(format('<text x="10" y="%s">%s</text><rect x="%s" y="%s" width="%s" height="22" fill="%s"/><text x="%s" y="%s" font-weight="bold">%s</text>',
            59 + 34 * (i - 1), @extschema@.chart_escape(label), x, 43 + 34 * (i - 1), width,
            CASE WHEN kind = 'total' THEN '#005eb8' WHEN b >= a THEN '#007f3b' ELSE '#da291c' END,
            x + width + 6, 59 + 34 * (i - 1),
            @extschema@.chart_number(CASE WHEN kind = 'total' THEN b ELSE b - a END, 'gbp')), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_waterfall(text, jsonb) IS
    'Waterfall of a settlement, one row per step from top to bottom. rows: [{"label","kind" (total or step),"from","to"}] in pounds. Totals are blue, gains green, losses red, each with its amount. Returns SVG; raises 22023 for rows of another shape.';

CREATE FUNCTION chart_comparison(title text, rows jsonb, first_name text, second_name text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    WITH pair AS (
        SELECT r.ordinality::integer AS i, r.value ->> 'label' AS label,
               (r.value ->> 'first')::numeric AS a, (r.value ->> 'second')::numeric AS b,
               max(greatest((r.value ->> 'first')::numeric, (r.value ->> 'second')::numeric)) OVER () AS largest
        FROM jsonb_array_elements(@extschema@.chart_rows(rows, 'label', 'first', 'second')) WITH ORDINALITY r
    ), drawn AS (
        SELECT *, CASE WHEN largest > 0 THEN round(greatest(coalesce(a, 0), 0) * 400 / largest, 1) ELSE 0 END AS wa,
               CASE WHEN largest > 0 THEN round(greatest(coalesce(b, 0), 0) * 400 / largest, 1) ELSE 0 END AS wb
        FROM pair
    )
    SELECT @extschema@.chart_frame(title, (76 + 46 * count(*))::integer,
        format('<rect x="170" y="36" width="14" height="12" fill="#005eb8"/><text x="190" y="47">%s</text><rect x="350" y="36" width="14" height="12" fill="#ed8b00"/><text x="370" y="47">%s</text>',
            @extschema@.chart_escape(first_name), @extschema@.chart_escape(second_name)) ||
        string_agg(format('<text x="10" y="%s">%s</text><rect x="170" y="%s" width="%s" height="16" fill="#005eb8"/><text x="%s" y="%s" font-size="12">%s</text><rect x="170" y="%s" width="%s" height="16" fill="#ed8b00"/><text x="%s" y="%s" font-size="12">%s</text>',
            82 + 46 * (i - 1), @extschema@.chart_escape(label),
            62 + 46 * (i - 1), wa, 176 + wa, 75 + 46 * (i - 1), @extschema@.chart_number(a, 'gbp'),
            79 + 46 * (i - 1), wb, 176 + wb, 92 + 46 * (i - 1), @extschema@.chart_number(b, 'gbp')), '' ORDER BY i))
    FROM drawn
$$;
COMMENT ON FUNCTION chart_comparison(text, jsonb, text, text) IS
    'Two bars per label, for example claimed against plan. rows: [{"label","first","second"}] in pounds. Returns SVG; raises 22023 for rows of another shape.';
-- Feeds: which header of a submitted file fills which target, and by which reader.
-- Field names: NHS Data Dictionary (contract monitoring), SUS+ extract field list, ODS epraccur file layout, Annex A of the
-- national tariff workbook. Headers are compared without case, blanks and punctuation; a trailing "Pseudo" is ignored.

CREATE TABLE feed_reference (
    feed        text PRIMARY KEY,
    dataset     text,
    load_order  integer NOT NULL,
    has_header  boolean NOT NULL DEFAULT true,
    description text NOT NULL
);
COMMENT ON TABLE feed_reference IS
    'Feeds that the loader knows. load_order: contracts and organisations before what refers to them. dataset: slices are kept per dataset (NULL: the feed has no slices).';

INSERT INTO feed_reference (feed, dataset, load_order, has_header, description) VALUES
('organisations',          NULL,   10, true,  'Organisations and their dated links, one row per link'),
('epraccur',               NULL,   11, false, 'General practices as the Organisation Data Service publishes them: 27 columns, no header'),
('contracts',              NULL,   20, true,  'Contracts'),
('contract_parties',       NULL,   21, true,  'Parties of contracts'),
('recovery_rates',         NULL,   22, true,  'Share of a finding that a contract lets the commissioner recover'),
('prices',                 NULL,   30, true,  'Spell and outpatient procedure prices, Annex A columns'),
('prices_attendance',      NULL,   31, true,  'Outpatient attendance prices by treatment function'),
('prices_other',           NULL,   32, true,  'Emergency, unbundled and procedure prices'),
('factors',                NULL,   33, true,  'Market forces factors'),
('plan',                   NULL,   34, true,  'Planned activity and amounts'),
('registrations',          NULL,   40, true,  'General practice registrations as dated intervals'),
('registrations_snapshot', NULL,   41, true,  'General practice registrations as monthly snapshots'),
('sus_apc',                'APC',  50, true,  'SUS+ admitted patient care, one row per spell'),
('sus_op',                 'OP',   51, true,  'SUS+ outpatient appointments'),
('sus_ec',                 'EC',   52, true,  'SUS+ emergency care attendances'),
('acm',                    'ACM',  60, true,  'Aggregate contract monitoring'),
('plcm',                   'PLCM', 61, true,  'Patient-level contract monitoring: the claim'),
('control',                NULL,   90, true,  'Control totals: rows and amount of other files, by file name');

CREATE TABLE feed_column_reference (
    feed          text NOT NULL REFERENCES feed_reference,
    target        text NOT NULL,
    source_header text NOT NULL,
    reader        text NOT NULL,
    required      boolean NOT NULL DEFAULT false,
    preference    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (feed, target, source_header)
);
COMMENT ON TABLE feed_column_reference IS
    'Column presets per feed. Several headers of one target are alternatives: the first that is not blank, in order of preference, fills it. A warehouse adds or overrides by rows in its own feed_column.';
COMMENT ON COLUMN feed_column_reference.source_header IS
    'Header as the standard names it; "column 3" is the third column of a file without header.';
COMMENT ON COLUMN feed_column_reference.reader IS
    'text, id (identifier of a record), code (upper case, no blanks), org (organisation code), practice (first six characters), integer, number, factor (above 0, below 100), price, days and percent (30 % or 0.3; a dash is none), amount, date, yes_no, '
    'nhs_number, hrg, year (2024/25, 202425, 2425), month (1 = April, M06, September, 2024-09), sex, icd10_list, opcs4_list (blank-separated, or repeated columns numbered at the end).';
COMMENT ON COLUMN feed_column_reference.required IS 'A row without a readable value is refused; a file without the column is refused whole.';

INSERT INTO feed_column_reference (feed, target, source_header, reader, required, preference) VALUES
-- pseudonym: the person's key where the sender pseudonymises and no NHS number is given (icb_identity.person_identifier, system 'pseudonym');
-- a registration needs one of the two
-- Patient-level contract monitoring (DCB3003); the market forces factor and the reason for withholding are common local additions
('plcm', 'month', 'FINANCIAL MONTH', 'month', true, 1),
('plcm', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('plcm', 'provider_code', 'ORGANISATION IDENTIFIER (CODE OF PROVIDER)', 'org', true, 1),
('plcm', 'site_code', 'ORGANISATION SITE IDENTIFIER (OF TREATMENT)', 'code', false, 1),
('plcm', 'commissioner_code', 'ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)', 'org', true, 1),
('plcm', 'practice_code', 'GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION)', 'practice', false, 1),
('plcm', 'nhs_number', 'NHS NUMBER', 'nhs_number', false, 1),
('plcm', 'pseudonym', 'PSEUDONYM', 'id', false, 1),
('plcm', 'withheld_reason', 'WITHHELD IDENTITY REASON', 'code', false, 1),
('plcm', 'age', 'AGE AT ACTIVITY DATE (CONTRACT MONITORING)', 'integer', false, 1),
('plcm', 'sex', 'PERSON STATED GENDER CODE', 'sex', false, 1),
('plcm', 'treatment_function', 'ACTIVITY TREATMENT FUNCTION CODE', 'code', false, 1),
('plcm', 'pod', 'POINT OF DELIVERY CODE', 'code', true, 1),
('plcm', 'local_pod', 'LOCAL POINT OF DELIVERY CODE', 'text', false, 1),
('plcm', 'hrg_sent', 'TARIFF CODE', 'code', false, 1),
('plcm', 'national_price', 'NATIONAL TARIFF INDICATOR', 'yes_no', false, 1),
('plcm', 'start_date', 'ACTIVITY START DATE (CONTRACT MONITORING)', 'date', false, 1),
('plcm', 'end_date', 'ACTIVITY END DATE (CONTRACT MONITORING)', 'date', false, 1),
('plcm', 'length_of_stay', 'ADJUSTED LENGTH OF STAY', 'integer', false, 1),
('plcm', 'cds_id', 'CDS UNIQUE IDENTIFIER', 'id', false, 1),
('plcm', 'provider_event_id', 'HOSPITAL PROVIDER SPELL IDENTIFIER', 'id', false, 1),
('plcm', 'provider_event_id', 'OUT-PATIENT ATTENDANCE IDENTIFIER', 'id', false, 2),
('plcm', 'provider_event_id', 'NON CDS UNIQUE IDENTIFIER', 'id', false, 3),
('plcm', 'units', 'ACTIVITY COUNT (POINT OF DELIVERY)', 'number', false, 1),
('plcm', 'unit_price', 'ACTIVITY UNIT PRICE', 'amount', false, 1),
('plcm', 'market_forces_factor', 'MARKET FORCES FACTOR', 'factor', false, 1),
('plcm', 'total_cost', 'TOTAL COST', 'amount', true, 1),
('plcm', 'prescribed_service', 'SERVICE CODE', 'code', false, 1),
-- Aggregate contract monitoring
('acm', 'month', 'FINANCIAL MONTH', 'month', true, 1),
('acm', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('acm', 'provider_code', 'ORGANISATION IDENTIFIER (CODE OF PROVIDER)', 'org', true, 1),
('acm', 'site_code', 'ORGANISATION SITE IDENTIFIER (OF TREATMENT)', 'code', false, 1),
('acm', 'commissioner_code', 'ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)', 'org', true, 1),
('acm', 'treatment_function', 'ACTIVITY TREATMENT FUNCTION CODE', 'code', false, 1),
('acm', 'pod', 'POINT OF DELIVERY CODE', 'code', true, 1),
('acm', 'local_pod', 'LOCAL POINT OF DELIVERY CODE', 'text', false, 1),
('acm', 'hrg_sent', 'TARIFF CODE', 'code', false, 1),
('acm', 'planned_activity', 'CONTRACT MONITORING PLANNED ACTIVITY', 'number', false, 1),
('acm', 'planned_price', 'CONTRACT MONITORING PLANNED PRICE', 'amount', false, 1),
('acm', 'actual_activity', 'CONTRACT MONITORING ACTUAL ACTIVITY', 'number', false, 1),
('acm', 'actual_price', 'CONTRACT MONITORING ACTUAL PRICE', 'amount', true, 1),
-- SUS+ admitted patient care, spell level
('sus_apc', 'provider_event_id', 'spell.hospital_provider_spell_number', 'id', true, 1),
('sus_apc', 'cds_id', 'system.transaction.cds_unique_identifier', 'id', false, 1),
('sus_apc', 'provider_code', 'spell.commissioning.service_agreement.provider', 'org', true, 1),
('sus_apc', 'site_code', 'spell.care_location.site_code_of_treatment', 'code', false, 1),
('sus_apc', 'commissioner_billed', 'spell.commissioning.service_agreement.commissioner', 'org', false, 1),
('sus_apc', 'practice_code', 'spell.patient.registration.general_practice', 'practice', false, 1),
('sus_apc', 'nhs_number', 'spell.patient.identity.nhs_number.value', 'nhs_number', false, 1),
('sus_apc', 'pseudonym', 'PSEUDONYM', 'id', false, 1),
('sus_apc', 'withheld_reason', 'spell.patient.identity.withheld_reason', 'code', false, 1),
('sus_apc', 'age', 'spell.patient.identity.age_on_admission', 'integer', false, 1),
('sus_apc', 'sex', 'spell.patient.identity.gender', 'sex', false, 1),
('sus_apc', 'death_date', 'spell.patient.identity.pds_date_of_death', 'date', false, 1),
('sus_apc', 'start_date', 'spell.admission.date', 'date', true, 1),
('sus_apc', 'end_date', 'spell.discharge.date', 'date', false, 1),
('sus_apc', 'patient_classification', 'spell.admission.patient_classification', 'code', false, 1),
('sus_apc', 'admission_method', 'spell.admission.method', 'code', false, 1),
('sus_apc', 'admission_source', 'spell.admission.source', 'code', false, 1),
('sus_apc', 'administrative_category', 'spell.admission.administrative_category', 'code', false, 1),
('sus_apc', 'discharge_method', 'spell.discharge.method', 'code', false, 1),
('sus_apc', 'discharge_destination', 'spell.discharge.destination', 'code', false, 1),
('sus_apc', 'discharge_ready_date', 'spell.discharge.ready_date', 'date', false, 1),
('sus_apc', 'treatment_function', 'care_professional.treatment_function', 'code', false, 1),
('sus_apc', 'main_specialty', 'care_professional.main_specialty', 'code', false, 1),
('sus_apc', 'referral_id', 'spell.referral_to_treatment.patient_pathway_identifier.value', 'id', false, 1),
('sus_apc', 'prescribed_service', 'spell.commissioning.pss_grouping.prescribed_service_line_code', 'code', false, 1),
('sus_apc', 'best_practice', 'spell.commissioning.grouping.best_practice_flag', 'yes_no', false, 1),
('sus_apc', 'hrg', 'spell.commissioning.grouping.core_hrg', 'hrg', false, 1),
('sus_apc', 'critical_care_days', 'spell.commissioning.tariff_calculation.pbr_length_of_stay.critical_care_days', 'integer', false, 1),
('sus_apc', 'rehabilitation_days', 'spell.commissioning.tariff_calculation.pbr_length_of_stay.rehabilitation_days', 'integer', false, 1),
('sus_apc', 'palliative_days', 'spell.commissioning.tariff_calculation.pbr_length_of_stay.palliative_care_days', 'integer', false, 1),
-- not a SUS+ field: days counted under both heads
('sus_apc', 'overlap_days', 'local.overlap_days', 'integer', false, 1),
('sus_apc', 'diagnoses', 'spell.clinical_coding.diagnosis', 'icd10_list', false, 1),
('sus_apc', 'procedures', 'spell.clinical_coding.procedure', 'opcs4_list', false, 1),
-- SUS+ outpatients
('sus_op', 'provider_event_id', 'appointment.identifier', 'id', true, 1),
('sus_op', 'cds_id', 'system.transaction.cds_unique_identifier', 'id', false, 1),
('sus_op', 'provider_code', 'appointment.commissioning.service_agreement.provider', 'org', true, 1),
('sus_op', 'site_code', 'appointment.care_location.site_code_of_treatment', 'code', false, 1),
('sus_op', 'commissioner_billed', 'appointment.commissioning.service_agreement.commissioner', 'org', false, 1),
('sus_op', 'practice_code', 'appointment.patient.registration.general_practice', 'practice', false, 1),
('sus_op', 'nhs_number', 'appointment.patient.identity.nhs_number.value', 'nhs_number', false, 1),
('sus_op', 'pseudonym', 'PSEUDONYM', 'id', false, 1),
('sus_op', 'withheld_reason', 'appointment.patient.identity.withheld_reason', 'code', false, 1),
('sus_op', 'age', 'appointment.patient.identity.age_at_cds_activity_date', 'integer', false, 1),
('sus_op', 'sex', 'appointment.patient.identity.gender', 'sex', false, 1),
('sus_op', 'death_date', 'appointment.patient.identity.pds_date_of_death', 'date', false, 1),
('sus_op', 'start_date', 'appointment.date', 'date', true, 1),
('sus_op', 'treatment_function', 'appointment.care_professional.treatment_function', 'code', false, 1),
('sus_op', 'main_specialty', 'appointment.care_professional.main_specialty', 'code', false, 1),
('sus_op', 'first_attendance', 'appointment.first_attendance', 'code', false, 1),
('sus_op', 'attendance_status', 'appointment.attended_or_dna', 'code', false, 1),
('sus_op', 'multi_professional', 'appointment.care_professional.multiple_professional_or_discipline_indicator', 'code', false, 1),
('sus_op', 'consultation_medium', 'appointment.consultation_medium', 'code', false, 1),
('sus_op', 'administrative_category', 'appointment.administrative_category', 'code', false, 1),
('sus_op', 'referral_id', 'appointment.referral.service_request_identifier', 'id', false, 1),
('sus_op', 'referral_id', 'appointment.referral_to_treatment.patient_pathway_identifier.value', 'id', false, 2),
('sus_op', 'prescribed_service', 'appointment.commissioning.pss_grouping.prescribed_service_line_code', 'code', false, 1),
('sus_op', 'hrg', 'appointment.commissioning.grouping.core_hrg', 'hrg', false, 1),
('sus_op', 'diagnoses', 'appointment.clinical_coding.diagnosis', 'icd10_list', false, 1),
('sus_op', 'procedures', 'appointment.clinical_coding.procedure', 'opcs4_list', false, 1),
-- SUS+ emergency care
('sus_ec', 'provider_event_id', 'attendance.arrival.attendance_identifier', 'id', true, 1),
('sus_ec', 'provider_event_id', 'attendance.unique_identifier', 'id', true, 2),
('sus_ec', 'cds_id', 'system.transaction.cds_unique_identifier', 'id', false, 1),
('sus_ec', 'provider_code', 'commissioning.service_agreement.provider', 'org', true, 1),
('sus_ec', 'site_code', 'attendance.location.site', 'code', false, 1),
('sus_ec', 'commissioner_billed', 'commissioning.service_agreement.commissioner', 'org', false, 1),
('sus_ec', 'practice_code', 'patient.gp_registration.general_practice', 'practice', false, 1),
('sus_ec', 'nhs_number', 'patient.nhs_number.value', 'nhs_number', false, 1),
('sus_ec', 'pseudonym', 'PSEUDONYM', 'id', false, 1),
('sus_ec', 'withheld_reason', 'patient.withheld_reason', 'code', false, 1),
('sus_ec', 'age', 'patient.age_at_arrival', 'integer', false, 1),
('sus_ec', 'sex', 'patient.stated_gender', 'sex', false, 1),
('sus_ec', 'start_date', 'attendance.arrival.date', 'date', true, 1),
('sus_ec', 'end_date', 'attendance.departure.date', 'date', false, 1),
('sus_ec', 'department_type', 'attendance.location.department_type', 'code', false, 1),
('sus_ec', 'first_attendance', 'attendance.arrival.attendance_category', 'code', false, 1),
('sus_ec', 'discharge_method', 'attendance.discharge.status.code', 'code', false, 1),
('sus_ec', 'discharge_destination', 'attendance.discharge.destination.code', 'code', false, 1),
('sus_ec', 'hrg', 'commissioning.grouping.health_resource_group', 'hrg', false, 1),
('sus_ec', 'diagnoses', 'clinical.coding.diagnosis', 'icd10_list', false, 1),
('sus_ec', 'procedures', 'clinical.coding.procedure', 'opcs4_list', false, 1),
-- Registrations
('registrations', 'nhs_number', 'NHS NUMBER', 'nhs_number', false, 1),
('registrations', 'pseudonym', 'PSEUDONYM', 'id', false, 1),
('registrations', 'practice_code', 'GENERAL MEDICAL PRACTICE CODE', 'practice', true, 1),
('registrations', 'valid_from', 'REGISTRATION START DATE', 'date', true, 1),
('registrations', 'valid_to', 'REGISTRATION END DATE', 'date', false, 1),
('registrations', 'birth_date', 'PERSON BIRTH DATE', 'date', false, 1),
('registrations', 'sex', 'PERSON STATED GENDER CODE', 'sex', false, 1),
('registrations', 'death_date', 'PERSON DEATH DATE', 'date', false, 1),
('registrations', 'lsoa_code', 'LSOA', 'code', false, 1),
('registrations_snapshot', 'snapshot_date', 'SNAPSHOT DATE', 'date', false, 1),
('registrations_snapshot', 'nhs_number', 'NHS NUMBER', 'nhs_number', false, 1),
('registrations_snapshot', 'pseudonym', 'PSEUDONYM', 'id', false, 1),
('registrations_snapshot', 'practice_code', 'GENERAL MEDICAL PRACTICE CODE', 'practice', true, 1),
('registrations_snapshot', 'birth_date', 'PERSON BIRTH DATE', 'date', false, 1),
('registrations_snapshot', 'sex', 'PERSON STATED GENDER CODE', 'sex', false, 1),
('registrations_snapshot', 'death_date', 'PERSON DEATH DATE', 'date', false, 1),
('registrations_snapshot', 'lsoa_code', 'LSOA', 'code', false, 1),
-- Prices: Annex A workbook columns and the list they belong to
('prices', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('prices', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('prices', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('prices', 'hrg', 'HRG code', 'hrg', true, 1),
('prices', 'procedure_price', 'Outpatient procedure tariff (£)', 'price', false, 1),
('prices', 'combined', 'Combined day case / ordinary elective spell tariff (£)', 'price', false, 1),
('prices', 'day_case', 'Day case spell tariff (£)', 'price', false, 1),
('prices', 'elective', 'Ordinary elective spell tariff (£)', 'price', false, 1),
('prices', 'elective_trim', 'Ordinary elective long stay trim point (days)', 'days', false, 1),
('prices', 'non_elective', 'Non-elective spell tariff (£)', 'price', false, 1),
('prices', 'non_elective_trim', 'Non-elective long stay trim point (days)', 'days', false, 1),
('prices', 'per_day', 'Per day long stay payment (for days exceeding trim point) (£)', 'price', false, 1),
('prices', 'short_stay_applicable', 'Reduced short stay emergency tariff _applicable?', 'yes_no', false, 1),
('prices', 'short_stay_percent', '% applied in calculation of reduced short stay emergency tariff', 'percent', false, 1),
('prices', 'short_stay_price', 'Reduced short stay emergency tariff (£)', 'price', false, 1),
('prices', 'best_practice', 'BEST PRACTICE PRICE', 'price', false, 1),
('prices_attendance', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('prices_attendance', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('prices_attendance', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('prices_attendance', 'treatment_function', 'TREATMENT FUNCTION CODE', 'code', true, 1),
('prices_attendance', 'hrg', 'HRG CODE', 'hrg', true, 1),
('prices_attendance', 'price', 'PRICE', 'amount', true, 1),
('prices_other', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('prices_other', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('prices_other', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('prices_other', 'kind', 'KIND', 'text', true, 1),
('prices_other', 'hrg', 'HRG CODE', 'hrg', true, 1),
('prices_other', 'price', 'PRICE', 'amount', true, 1),
('factors', 'provider_code', 'PROVIDER CODE', 'org', true, 1),
('factors', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('factors', 'value', 'MARKET FORCES FACTOR', 'factor', true, 1),
('plan', 'contract_id', 'CONTRACT', 'text', true, 1),
('plan', 'commissioner_code', 'COMMISSIONER CODE', 'org', true, 1),
('plan', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('plan', 'month', 'FINANCIAL MONTH', 'month', true, 1),
('plan', 'pod', 'POINT OF DELIVERY CODE', 'code', true, 1),
('plan', 'planned_activity', 'PLANNED ACTIVITY', 'number', true, 1),
('plan', 'planned_amount', 'PLANNED PRICE', 'amount', true, 1),
-- Contracts
('contracts', 'contract_id', 'CONTRACT', 'text', true, 1),
('contracts', 'title', 'TITLE', 'text', true, 1),
('contracts', 'basis', 'BASIS', 'text', true, 1),
('contracts', 'valid_from', 'VALID FROM', 'date', true, 1),
('contracts', 'valid_to', 'VALID TO', 'date', false, 1),
('contracts', 'tariff_name', 'TARIFF NAME', 'text', false, 1),
('contracts', 'rounding', 'ROUNDING', 'text', false, 1),
('contracts', 'price_tolerance', 'PRICE TOLERANCE', 'amount', false, 1),
('contract_parties', 'contract_id', 'CONTRACT', 'text', true, 1),
('contract_parties', 'party_order', 'PARTY ORDER', 'integer', true, 1),
('contract_parties', 'org_code', 'ORGANISATION CODE', 'org', true, 1),
('contract_parties', 'role', 'ROLE', 'text', true, 1),
('recovery_rates', 'contract_id', 'CONTRACT', 'text', true, 1),
('recovery_rates', 'pod_class', 'POINT OF DELIVERY CLASS', 'text', true, 1),
('recovery_rates', 'rate', 'RATE', 'percent', true, 1),
('recovery_rates', 'valid_from', 'VALID FROM', 'date', true, 1),
('recovery_rates', 'valid_to', 'VALID TO', 'date', false, 1),
-- Organisations; VALID TO, CLOSE DATE and the left-parent date are the last day on which it held
('organisations', 'org_code', 'ORGANISATION CODE', 'org', true, 1),
('organisations', 'name', 'NAME', 'text', true, 1),
('organisations', 'org_type', 'TYPE', 'text', true, 1),
('organisations', 'postcode', 'POSTCODE', 'text', false, 1),
('organisations', 'parent', 'PARENT CODE', 'org', false, 1),
('organisations', 'link_kind', 'LINK KIND', 'text', false, 1),
('organisations', 'open_date', 'OPEN DATE', 'date', false, 1),
('organisations', 'close_date', 'CLOSE DATE', 'date', false, 1),
('epraccur', 'org_code', 'column 1', 'org', true, 1),
('epraccur', 'name', 'column 2', 'text', true, 1),
('epraccur', 'icb_code', 'column 4', 'org', false, 1),
('epraccur', 'postcode', 'column 10', 'text', false, 1),
('epraccur', 'open_date', 'column 11', 'date', false, 1),
('epraccur', 'close_date', 'column 12', 'date', false, 1),
('epraccur', 'parent', 'column 15', 'org', false, 1),
('epraccur', 'link_from', 'column 16', 'date', false, 1),
('epraccur', 'link_to', 'column 17', 'date', false, 1),
('epraccur', 'setting', 'column 26', 'code', false, 1),
-- Control totals sent in a file of their own
('control', 'file_name', 'FILE NAME', 'text', true, 1),
('control', 'control_rows', 'RECORD COUNT', 'integer', true, 1),
('control', 'control_amount', 'TOTAL AMOUNT', 'amount', false, 1);
-- Published risk models. Facts restated from the publications named in each source; no descriptions of ICD-10 codes.
--
-- Lists of prefixes are blank-separated. A model is written as rows and assembled into its JSON here, so that the
-- type's own checks run at installation.

CREATE TABLE risk_model_reference (
    name    text NOT NULL,
    version text NOT NULL,
    title   text NOT NULL,
    source  text NOT NULL,
    licence text NOT NULL,
    body    risk_model NOT NULL,
    PRIMARY KEY (name, version)
);
COMMENT ON TABLE risk_model_reference IS
    'Published risk models as shipped with this release. A warehouse adds its own in its table model, which take precedence.';
COMMENT ON COLUMN risk_model_reference.name IS 'Index, code list and weights, for example charlson_quan2005_original.';
COMMENT ON COLUMN risk_model_reference.version IS 'Version of our restatement; changes whenever a score could.';
COMMENT ON COLUMN risk_model_reference.body IS 'The model: see the comment of the type risk_model.';

-- Charlson: 17 categories, 289 prefixes; two sets of weights on one code list.
WITH category(key, label, original, quan2011, prefixes) AS (
    VALUES
        ('mi', 'Myocardial infarction', 1, 0,
         'I21 I22 I252'),
        ('chf', 'Congestive heart failure', 1, 2,
         'I099 I110 I130 I132 I255 I420 I425 I426 I427 I428 I429 I43 I50 P290'),
        ('pvd', 'Peripheral vascular disease', 1, 0,
         'I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959'),
        ('cevd', 'Cerebrovascular disease', 1, 0,
         'G45 G46 H340 I60 I61 I62 I63 I64 I65 I66 I67 I68 I69'),
        ('dementia', 'Dementia', 1, 2,
         'F00 F01 F02 F03 F051 G30 G311'),
        ('cpd', 'Chronic pulmonary disease', 1, 1,
         'I278 I279 J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67 J684 J701 J703'),
        ('rheumd', 'Rheumatic or connective tissue disease', 1, 1,
         'M05 M06 M315 M32 M33 M34 M351 M353 M360'),
        ('pud', 'Peptic ulcer disease', 1, 0,
         'K25 K26 K27 K28'),
        ('mld', 'Mild liver disease', 1, 2,
         'B18 K700 K701 K702 K703 K709 K713 K714 K715 K717 K73 K74 K760 K762 K763 K764 K768 K769 Z944'),
        ('diab', 'Diabetes without chronic complication', 1, 0,
         'E100 E101 E106 E108 E109 E110 E111 E116 E118 E119 E120 E121 E126 E128 E129 E130 E131 E136 E138 E139
         E140 E141 E146 E148 E149'),
        ('diabwc', 'Diabetes with chronic complication', 2, 1,
         'E102 E103 E104 E105 E107 E112 E113 E114 E115 E117 E122 E123 E124 E125 E127 E132 E133 E134 E135 E137
         E142 E143 E144 E145 E147'),
        ('hp', 'Hemiplegia or paraplegia', 2, 2,
         'G041 G114 G801 G802 G81 G82 G830 G831 G832 G833 G834 G839'),
        ('rend', 'Renal disease', 2, 1,
         'I120 I131 N032 N033 N034 N035 N036 N037 N052 N053 N054 N055 N056 N057 N18 N19 N250 Z490 Z491 Z492
         Z940 Z992'),
        ('canc', 'Malignancy including lymphoma and leukaemia, except skin', 2, 2,
         'C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 C21 C22 C23 C24
         C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C45 C46 C47 C48 C49 C50 C51 C52 C53 C54 C55 C56
         C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 C68 C69 C70 C71 C72 C73 C74 C75 C76 C81 C82 C83 C84 C85 C88
         C90 C91 C92 C93 C94 C95 C96 C97'),
        ('msld', 'Moderate or severe liver disease', 3, 4,
         'I850 I859 I864 I982 K704 K711 K721 K729 K765 K766 K767'),
        ('metacanc', 'Metastatic solid tumour', 6, 6,
         'C77 C78 C79 C80'),
        ('aids', 'AIDS/HIV', 6, 4,
         'B20 B21 B22 B24')
), hierarchy(list) AS (
    VALUES ('[{"category": "mld", "removed_by": "msld"}, {"category": "diab", "removed_by": "diabwc"},
              {"category": "canc", "removed_by": "metacanc"}]'::jsonb)
), weights(name, title, source, bands) AS (
    VALUES
        ('charlson_quan2005_original', 'Charlson comorbidity index: Quan 2005 codes, original weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights and groups: Charlson ME et al., J Chronic Dis 1987;40:373-83.',
         '[{"label": "0", "from": 0}, {"label": "1-2", "from": 1}, {"label": "3-4", "from": 3}, {"label": "5 or more", "from": 5}]'::jsonb),
        ('charlson_quan2005_quan2011', 'Charlson comorbidity index: Quan 2005 codes, Quan 2011 weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights: Quan H et al., Am J Epidemiol 2011;173:676-82.',
         NULL)
), model AS (
    SELECT jsonb_build_object(
               'name', w.name, 'version', '1', 'title', w.title, 'source', w.source,
               'licence', 'Published code list and weights, used freely.',
               'population', 'Adults in hospital data; any diagnosis position, look-back by custom 1 to 5 years.',
               'lookback_days', 1825,
               'categories', (SELECT jsonb_agg(jsonb_build_object(
                                         'key', c.key, 'label', c.label,
                                         'points', CASE WHEN w.name LIKE '%quan2011' THEN c.quan2011 ELSE c.original END,
                                         'prefixes', to_jsonb(regexp_split_to_array(c.prefixes, '\s+'))) ORDER BY c.place)
                              FROM (SELECT row_number() OVER () AS place, * FROM category) c),
               'hierarchy', h.list,
               'bands', w.bands) AS body
    FROM weights w CROSS JOIN hierarchy h
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT m.body->>'name', m.body->>'version', m.body->>'title', m.body->>'source', m.body->>'licence', m.body::risk_model
FROM model m;

-- Hospital Frailty Risk Score: 109 three-character codes, points in tenths.
WITH points(points, codes) AS (
    VALUES
        (7.1, 'F00'),
        (4.4, 'G81'),
        (4.0, 'G30'),
        (3.7, 'I69'),
        (3.6, 'R29'),
        (3.2, 'F05 N39 S00 W19'),
        (3.0, 'R31'),
        (2.9, 'B96'),
        (2.7, 'R41'),
        (2.6, 'I67 R26 R56'),
        (2.5, 'R40'),
        (2.4, 'S06 T83'),
        (2.3, 'E86 E87 M25 S42'),
        (2.2, 'R54'),
        (2.1, 'F03 W18 Z50'),
        (2.0, 'F01 L03 S80 Z75'),
        (1.9, 'E53 H54'),
        (1.8, 'G20 K59 N17 R55 S22 Z60'),
        (1.7, 'B95 L89 Z22'),
        (1.6, 'A41 I95 K26 L97 N19 R44'),
        (1.5, 'G40 J96 M19 X59 Z87'),
        (1.4, 'E16 M81 N18 R94 S32 S72'),
        (1.3, 'N28 R33 R69'),
        (1.2, 'G31 G45 R32 R45 S09 Y95'),
        (1.1, 'A04 A09 J18 M79 S01 W06 Z74'),
        (1.0, 'E55 J69 R02 R47 Z93'),
        (0.9, 'E05 H91 M41 R63 W01 W10'),
        (0.8, 'I63 K92 M80 R13 U80 Z99'),
        (0.7, 'F10 J22 N20 R00 Y84'),
        (0.6, 'R79 Z73'),
        (0.5, 'F32 M48 S51 Z91'),
        (0.4, 'D64 E83 L08 M15'),
        (0.3, 'K52 R11'),
        (0.1, 'R50')
), model AS (
    SELECT jsonb_build_object(
               'name', 'hfrs_gilbert2018', 'version', '1', 'title', 'Hospital Frailty Risk Score',
               'source', 'Gilbert T et al., Lancet 2018;391:1775-82, with its appendix.',
               'licence', 'Published points, used freely (open access article).',
               'population', 'Aged 75 and over at an emergency admission; the index spell and the spells of the two years before it. Discriminates weakly: no predictor for one person.',
               'lookback_days', 730, 'points_scale', 10,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', c.code, 'points', p.points, 'prefixes', jsonb_build_array(c.code)) ORDER BY c.code)
                              FROM points p CROSS JOIN LATERAL regexp_split_to_table(p.codes, ' ') AS c(code)),
               'bands', '[{"label": "low"}, {"label": "intermediate", "from": 5}, {"label": "high", "above": 15}]'::jsonb) AS body
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT m.body->>'name', m.body->>'version', m.body->>'title', m.body->>'source', m.body->>'licence', m.body::risk_model
FROM model m;

-- For people at psql; shipped SQL joins a registry instead, so that nothing reads a table per row.
CREATE FUNCTION registered_model(name text, version text DEFAULT NULL) RETURNS risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result @extschema@.risk_model;
BEGIN
    SELECT r.body INTO result
    FROM @extschema@.risk_model_reference r
    WHERE r.name = $1 AND (r.version = $2 OR $2 IS NULL)
    -- the newest: dotted numbers by value, anything else after them
    ORDER BY CASE WHEN r.version ~ '^[0-9]{1,9}(\.[0-9]{1,9})*$' THEN string_to_array(r.version, '.')::integer[] END DESC NULLS LAST,
             r.version COLLATE "C" DESC
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" %is not known', $1, coalesce('version "' || $2 || '" ', '')
            USING ERRCODE = 'undefined_object',
                  HINT = format('Shipped models: %s.', (SELECT string_agg(DISTINCT r.name, ', ' ORDER BY r.name) FROM @extschema@.risk_model_reference r));
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION registered_model(text, text) IS
    'A shipped risk model by name and version (NULL = the newest). 42704 for an unknown one. In queries over many rows write (SELECT registered_model(...)), which is evaluated once. A warehouse has its own function of this name that also knows its local models.';
-- The rule catalogue: facts about invoices that make a line wrong, as data. Each rule reads the columns of a warehouse's claim_facts
-- view and says what a right line would have been. Codes, names, priorities and tolerances: national payment rules and common contract
-- practice in England; the sources stand per rule.
--
-- Body: {"applies": [condition...], "fails": [condition...], "effect": {...}, "evidence": [field...], "parameters": {name: value}}
-- in the language of the type rule_set; {"parameter": name} stands for a value that a contract may set in rule_switch. A condition that
-- every known value meets, such as ["start_date", ">=", "1900-01-01"], says what must be known: without it the rule is not assessed.

CREATE TABLE rule_reference (
    code     text NOT NULL,
    version  text NOT NULL,
    name     text NOT NULL,
    level    text NOT NULL CHECK (level IN ('line', 'spell', 'pair', 'provider')),
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 6),
    valid    daterange NOT NULL DEFAULT '(,)',
    body     jsonb NOT NULL,
    source   text NOT NULL,
    note     text NOT NULL,
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE rule_reference IS
    'Rules that ship with the extension. A row of the same code in a warehouse''s rule table replaces the shipped one there; rule_switch turns a rule off, or sets its parameters, for one contract.';
COMMENT ON COLUMN rule_reference.level IS 'line, spell, pair (several lines of one person) or provider.';
COMMENT ON COLUMN rule_reference.priority IS
    'Order in which overlapping findings take their share of the money: 1 void identity, 2 void entitlement, 3 reclassify, 4 component, 5 price arithmetic, 6 statistical.';
COMMENT ON COLUMN rule_reference.valid IS 'Activity dates (price_date) for which the rule holds.';
COMMENT ON COLUMN rule_reference.body IS 'Conditions, effect and evidence in the language of the type rule_set.';

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note) VALUES
('DUP01', '1', 'Exact duplicate line', 'pair', 1, '{
    "applies": [["start_date", ">=", "1900-01-01"]],
    "fails": [["duplicate_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["duplicate_of", "start_date", "end_date", "pod", "hrg_sent", "unit_price"]}',
 'SUS+ record fields; contract practice',
 'Same provider, site, person, point of delivery, dates, treatment function, HRG and unit price, with the same record identifier or none; the first line sent is kept.'),
('DUP02', '1', 'Same attendance or spell number twice', 'pair', 1, '{
    "applies": [["provider_event_id", ">", ""]],
    "fails": [["repeat_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["repeat_of", "start_date", "end_date", "pod", "hrg_sent", "unit_price"]}',
 'SUS+ hospital provider spell number, attendance identifier; contract practice',
 'The same part (spell, excess days, critical care, attendance) of one provider event claimed twice with differing content; the first line sent is kept.'),
('OVL01', '1', 'Overlapping spells at one provider', 'pair', 1, '{
    "applies": [["spell_part", "=", true], ["start_date", ">=", "1900-01-01"], ["end_date", ">=", "1900-01-01"]],
    "fails": [["overlap_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["overlap_of", "start_date", "end_date", "pod", "hrg_sent"]}',
 'SUS+ admission and discharge dates; contract practice',
 'Two spells of one person at one provider share at least one night; dates are half-open, so a discharge on the day of the next admission is no overlap. The longer, then dearer, then first spell is kept.'),
('ENT06', '1', 'Deceased before activity', 'line', 1, '{
    "applies": [["death_state", "=", "dead"], ["start_date", ">=", "1900-01-01"]],
    "fails": [["days_after_death", ">", {"field": "death_grace_days"}]],
    "effect": {"kind": "void"},
    "evidence": ["start_date", "death_date", "days_after_death", "death_grace_days"]}',
 'Personal Demographics Service date of death',
 'Start date after the date of death; one day of grace for outpatient activity. A person who could not be traced is not assessed.'),
('ENT01', '1', 'Wrong commissioner', 'line', 2, '{
    "applies": [["prescribed_service", "is_null"]],
    "fails": [["responsible_commissioner", "<>", {"field": "commissioner_code"}]],
    "effect": {"kind": "void"},
    "evidence": ["start_date", "commissioner_code", "responsible_commissioner", "responsible_practice"]}',
 'Who Pays? (NHS England): practice of registration on the date of treatment',
 'The commissioner of the practice at which the person was registered on the start date differs from the one charged. No registration on that day: not assessed.'),
('ENT07', '1', 'Invalid or missing NHS number', 'line', 2, '{
    "applies": [["nhs_number_state", "<>", "withheld"]],
    "fails": [["nhs_number_state", "in", ["missing", "invalid", "placeholder"]]],
    "effect": {"kind": "hold"},
    "evidence": ["nhs_number_state"]}',
 'NHS number check digit (modulus 11); NHS Data Dictionary',
 'A query, not a deduction: the line cannot be validated until the person is traced. Withheld identities are exempt.'),
('CLS05', '1', 'Missed or cancelled appointment charged', 'line', 2, '{
    "applies": [["pod_kind", "in", ["attendance", "procedure"]], ["total", "<>", 0]],
    "fails": [["attendance_status", "in", ["2", "3", "4", "7"]]],
    "effect": {"kind": "void"},
    "evidence": ["attendance_status", "start_date", "total"]}',
 'NHS Data Dictionary ATTENDED OR DID NOT ATTEND CODE: 5 and 6 are paid',
 'The hospital''s own record says the patient did not attend or the appointment was cancelled.'),
('COD01', '1', 'Ungroupable HRG', 'line', 3, '{
    "applies": [["pod_needs_hrg", "=", true], ["national_price", "=", true], ["total", "<>", 0]],
    "fails": [["hrg_ungroupable", "=", true]],
    "effect": {"kind": "void"},
    "evidence": ["hrg_sent", "pod", "total"]}',
 'HRG4+ UZ01Z; national prices hold none for it',
 'HRG UZ01Z, or none, with a national price charged.'),
('COD05', '1', 'Age outside the HRG', 'line', 3, '{
    "applies": [["hrg_age_bounded", "=", true]],
    "fails": [{"any": [["age", "<", {"field": "hrg_age_min"}], ["age", ">", {"field": "hrg_age_max"}]]}],
    "effect": {"kind": "set", "unit_price": "twin_unit_price"},
    "evidence": ["age", "hrg_sent", "hrg_age_min", "hrg_age_max", "twin_hrg", "twin_unit_price"]}',
 'HRG4+ names',
 'Age at admission or attendance outside the ages in the name of the HRG; repriced to the HRG on the record where that fits the age, else to the twin that differs in the age alone. A birthday counts as the new age.'),
('PRC04', '1', 'Short-stay price not applied', 'spell', 4, '{
    "applies": [["pod", "=", "NEL"]],
    "fails": [["short_stay_missed", "=", true]],
    "effect": {"kind": "set", "unit_price": "expected_unit_price"},
    "evidence": ["length_of_stay", "age", "hrg_sent", "unit_price", "full_unit_price", "expected_unit_price"]}',
 'National tariff guidance, short stay emergency adjustment',
 'Emergency stay of at most one day (after critical care), adult, HRG with a short-stay price, charged at the full price.'),
('PRC05', '1', 'Excess-day arithmetic', 'spell', 4, '{
    "applies": [["pod_kind", "=", "excess"]],
    "fails": [["units", "<>", {"field": "expected_units"}], ["critical_care_counted", "=", false]],
    "effect": {"kind": "set", "units": "expected_units"},
    "evidence": ["length_of_stay", "critical_care_days", "trim_point", "units", "expected_units"]}',
 'National tariff guidance: days over the trim point',
 'Billed excess days differ from the days over the trim point.'),
('PRC06', '1', 'Critical care days not removed', 'spell', 4, '{
    "applies": [["pod_kind", "=", "excess"]],
    "fails": [["critical_care_counted", "=", true]],
    "effect": {"kind": "set", "units": "expected_units"},
    "evidence": ["length_of_stay", "critical_care_days", "trim_point", "units", "expected_units"]}',
 'National tariff guidance: critical care days are paid as unbundled bed days',
 'Billed excess days are what they would be had the critical care days been left in the length of stay.'),
('PRC01', '1', 'Price differs from tariff', 'line', 5, '{
    "applies": [["price_comparable", "=", true]],
    "fails": [["price_difference", ">", {"field": "price_tolerance"}], ["short_stay_missed", "=", false]],
    "effect": {"kind": "set", "unit_price": "expected_unit_price"},
    "evidence": ["hrg_sent", "treatment_function", "pod", "price_date", "tariff_name", "unit_price", "expected_unit_price", "price_tolerance"]}',
 'The contract''s price list in force on the date of discharge or attendance',
 'Price of one unit before the factor; differences up to the contract''s tolerance are let pass. Undercharges are found too.'),
('PRC02', '1', 'Wrong market forces factor', 'line', 5, '{
    "applies": [["national_price", "=", true], ["factor", ">", 0]],
    "fails": [["factor", "<>", {"field": "expected_factor"}], ["factor_difference", ">", {"parameter": "tolerance"}]],
    "effect": {"kind": "set", "factor": "expected_factor"},
    "evidence": ["factor", "expected_factor", "price_date"],
    "parameters": {"tolerance": 0.000001}}',
 'Published market forces factor of the provider',
 'The factor billed differs from the provider''s own on the price date.'),
('PRC12', '1', 'Units x price differs from total', 'line', 5, '{
    "applies": [["units", ">=", -1000000000], ["unit_price", ">=", -1000000000]],
    "fails": [["arithmetic_difference", ">", {"field": "arithmetic_tolerance"}]],
    "effect": {"kind": "recompute"},
    "evidence": ["units", "unit_price", "factor", "total", "product"]}',
 'Contract monitoring data set',
 'The total is not units x price x factor, by more than a penny per unit. Without units or price: not assessed.');

CREATE TABLE pod_reference (
    pod       text PRIMARY KEY,
    dataset   text CHECK (dataset IN ('APC', 'OP', 'EC')),
    unit      text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('spell', 'excess', 'critical_care', 'unbundled', 'attendance', 'procedure', 'emergency', 'other')),
    pod_class text NOT NULL,
    needs_hrg boolean NOT NULL
);
COMMENT ON TABLE pod_reference IS
    'Points of delivery as charged: the data set in which the hospital records such care (NULL: none of the three), what one unit is, how it is priced, and the class under which contracts set recovery rates.';

INSERT INTO pod_reference VALUES
    ('NEL', 'APC', 'spell', 'spell', 'emergency', true),
    ('NELST', 'APC', 'spell', 'spell', 'emergency', true),
    ('NELXBD', 'APC', 'bed day', 'excess', 'emergency', false),
    ('NELOBD', 'APC', 'bed day', 'other', 'emergency', false),
    ('NELNE', 'APC', 'spell', 'spell', 'non_elective', true),
    ('NELNEXBD', 'APC', 'bed day', 'excess', 'non_elective', false),
    ('NELNEOBD', 'APC', 'bed day', 'other', 'non_elective', false),
    ('DC', 'APC', 'spell', 'spell', 'elective', true),
    ('EL', 'APC', 'spell', 'spell', 'elective', true),
    ('RADAY', 'APC', 'spell', 'other', 'elective', false),
    ('RANIGHT', 'APC', 'spell', 'other', 'elective', false),
    ('ELXBD', 'APC', 'bed day', 'excess', 'elective', false),
    ('ELOBD', 'APC', 'bed day', 'other', 'elective', false),
    ('IPOBD', 'APC', 'bed day', 'other', 'any', false),
    ('IPFCE', 'APC', 'episode', 'other', 'any', false),
    ('OPFASPCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFASPNCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAMPCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAMPNCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('NF2FFA', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAHOME', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAPREOP', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('WAFA', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFUPSPCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPSPNCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPMPCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPMPNCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('NF2FFUP', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPHOME', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPPREOP', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('WAFUP', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPPROCFA', 'OP', 'attendance', 'procedure', 'outpatient_procedure', true),
    ('OPPROCFUP', 'OP', 'attendance', 'procedure', 'outpatient_procedure', true),
    ('OPPROC', 'OP', 'attendance', 'procedure', 'outpatient_procedure', true),
    ('DAIMG', NULL, 'test', 'other', 'any', false),
    ('DALAB', NULL, 'test', 'other', 'any', false),
    ('AE', 'EC', 'attendance', 'emergency', 'emergency_care', true),
    ('DRUG', NULL, 'cost', 'other', 'pass_through', false),
    ('DEVICE', NULL, 'cost', 'other', 'pass_through', false),
    ('UNBCHEMO', NULL, 'HRG', 'unbundled', 'any', true),
    ('UNBRAD', NULL, 'HRG', 'unbundled', 'any', true),
    ('UNBRTHPY', NULL, 'HRG', 'unbundled', 'any', true),
    ('UNBREHAB', 'APC', 'bed day', 'unbundled', 'any', true),
    ('UNBPALL', 'APC', 'HRG', 'unbundled', 'any', true),
    ('UNBACC', 'APC', 'bed day', 'critical_care', 'any', true),
    ('UNBPCC', 'APC', 'bed day', 'critical_care', 'any', true),
    ('UNBNCC', 'APC', 'cot day', 'critical_care', 'any', true),
    ('MATPATHAN', NULL, 'pathway', 'other', 'any', false),
    ('MATPATHPN', NULL, 'pathway', 'other', 'any', false),
    ('ARD', NULL, 'session', 'other', 'any', false),
    ('CRD', NULL, 'session', 'other', 'any', false);
-- Facts about HRG codes that rules need: age bounds and age twins (read from the published HRG names), codes without a price of their own.
-- Source: HRG4+ code list, The-Strategy-Unit/nhp_data (MIT; names: NHS England, Open Government Licence v3); the reading of the names is ours
-- and is not the official grouper's logic. "19 years and over" has age_min 19, "18 years and under" has age_max 18, both inclusive.

CREATE TABLE hrg_age_bound (
    hrg     text PRIMARY KEY,
    age_min integer NOT NULL,
    age_max integer NOT NULL,
    CHECK (age_min <= age_max)
);
COMMENT ON TABLE hrg_age_bound IS
    'Ages that the name of an HRG allows, in completed years at admission or attendance, both ends included; 0 and 150 stand for no bound. HRGs without an age in their name have no row.';

INSERT INTO hrg_age_bound
SELECT code, g.age_min, g.age_max
FROM (VALUES
    (0, 3, 'BZ45D BZ72C BZ87C CA60D'),
    (0, 4, 'CA37C FE23D FE37D'),
    (0, 5, 'HC72C HN14H HN16C HN24F HN26C HN44D HN45C HN64D HT43E HT44E HT63F HT64D RA01C RA02C RA08C RA09C RA60C RD01C RD02C RD20C RD21C RD51C RN01C RN04C RN07C
        RN08C RN16C RN23C RN25C RN27C RN29C RN30C RN34C YR40D YR42D YR43D YR44D'),
    (0, 12, 'JC42B JC43B JC45B JC47B'),
    (0, 15, 'JB50A JB50B JB51A JB51B JB52Z JB53Z JB54Z JB55Z JB56Z JB57Z JB58Z JB60B JB61B JB70B JB71B'),
    (0, 18, 'AA33D AA34D AA34F AA50D AA50E AA50F AA51E AA51F AA51G AA52E AA52F AA52G AA53E AA53F AA53G AA56A AA56B AA57B AA60B AA61B BZ06B BZ07B BZ08B BZ09B BZ10B
        BZ14B BZ15B BZ16B BZ24B BZ43Z BZ44C BZ46B BZ52Z BZ55Z BZ56C BZ57B BZ71B BZ73B BZ74B BZ82Z BZ85Z BZ86C BZ88B BZ89B CA04B CA05B CA10B CA11B CA13B CA24B
        CA25B CA30B CA32B CA34B CA36B CA38B CA51B CA52B CA53B CA54B CA55B CA60B CA66B CA68B CA71B CA83C CA84C CA93C CD01B CD02B CD03B CD04B CD05B CD06B CD07B
        CD09B CD10B CD11B CD12B CZ01S CZ01T CZ02S CZ02T CZ03U CZ05S CZ05T CZ08S CZ08T CZ09U CZ10U CZ12U CZ13U CZ14U CZ17U CZ18U CZ21U CZ22S CZ22T CZ23U CZ30U
        CZ31U CZ32U CZ33U CZ34U CZ35U CZ36U CZ37U CZ38U CZ39U CZ40U CZ41U CZ42U DX01B DX11B DX21B DZ06B DZ07B DZ37B DZ69B EA36B ED02B ED03B FE02F FE03B FE12B
        FE46Z FE48B FE50B FF03A FF03B FF20D FF37E FF37F FF37G FF40C FF41D FF42B FF52D FF53B FF61D FF70C FZ01C FZ03B FZ12G FZ13D FZ17D FZ18D FZ20C FZ20D FZ20E
        FZ20K FZ20L FZ20M FZ21B FZ22B FZ23B FZ24D FZ25B FZ26B FZ27D FZ28C FZ42B FZ58Z FZ62Z FZ64B FZ68A FZ68B FZ69B FZ82A FZ82B FZ82C FZ82D FZ88B FZ93B GA10G
        GB04E HA56B HA73B HB15F HB15G HB25G HB25H HB25J HB32B HB33F HB33G HB34F HB34G HC50B HC51D HC51E HN13G HN13H HN15B HN23D HN23E HN25B HN33D HN34D HN35B
        HN43C HN54D HR06B HT23E HT24D HT33E HT34E HT53E JC19U JC42D JC43D LA01B LA02B LA03B LA09D LA12B LA13B LA97B LB02D LB05D LB09C LB10B LB14D LB15D LB29B
        LB30C LB32C LB34C LB42D LB53B LB54B LB55B LB56B LB63A LB63B LB63C LB63D LB66Z LB72B LC01B LC02B LC03B LC04B LD01B LD02B LD03B LD04B LD05B LD06B LD07B
        LD08B LD09B LD10B LD11B LD12B LD13B LE01B LE02B MA13C NZ01C NZ01D NZ03B NZ04B NZ05B NZ07B RN02B RN03B RN05B RN06B RN12B RN15B RN17B RN18B RN32B SA13B
        SA19B SA20B SA21B SA22B SA23B SA26B SA27B SA28B SA38B SA39B SA44B SA45B SD01B SD02B SD03B SD04B SD05B YF01B YG11B YH30B YH31B YH32B YL20B YR40B YR41B
        YR42B YR43B YR44B YR45B'),
    (0, 69, 'KB01B KB02D KB02E KB02F KC02D KC02E KC02F KC05D KC05E KC05F'),
    (0, 84, 'KC03B KC03C'),
    (2, 17, 'GA01B GA15B'),
    (2, 18, 'CA35B CA69B CA81C CA82C CA85B CA86B DZ02L DZ63D DZ64D FE02D FE23A FE37A FF04E FF04F FF23A FF23B FF35A FF35B FF51F FF51G FF62E FZ12H FZ12I FZ12R FZ12S
        FZ18E FZ24E FZ58A FZ62A FZ68C FZ68D FZ68G FZ68H FZ78A FZ78B FZ83C FZ83D LB29C LB42B LB54C LB56C'),
    (2, 150, 'FF63A FZ05A FZ05B FZ19A'),
    (4, 18, 'BZ45C BZ72B BZ87B'),
    (4, 150, 'CA60C'),
    (5, 18, 'CA37B FE23C FE37C'),
    (6, 18, 'HC72B HN14F HN14G HN16B HN24D HN24E HN26B HN44C HN45B HN64C HT43D HT44D HT63E HT64C RD01B RD02B RD20B RD21B RD51B RN01B RN04B RN07B RN08B RN16B RN23B
        RN25B RN27B RN29B RN30B RN34B YR40C YR42C YR43C YR44C'),
    (13, 150, 'JC42A JC43A JC45A JC47A'),
    (16, 40, 'NZ01E NZ01F NZ03D NZ04C NZ05C NZ07C NZ08C'),
    (16, 150, 'JB40A JB40B JB41A JB41B JB42A JB42B JB42C JB43Z JB44A JB44B JB45A JB45B JB46A JB46B JB47A JB47B JB48A JB48B JB49Z JB60A JB61A JB70A JB71A'),
    (18, 150, 'GA01C GA15A'),
    (19, 69, 'WD22Z'),
    (19, 150, 'AA33C AA34C AA34E AA50A AA50B AA50C AA51A AA51B AA51C AA51D AA52A AA52B AA52C AA52D AA53A AA53B AA53C AA53D AA54A AA54B AA54C AA55A AA55B AA55C AA57A
        AA60A AA61A BZ06A BZ06C BZ06D BZ07A BZ07C BZ07D BZ07E BZ08A BZ08C BZ08D BZ09A BZ09C BZ09D BZ10A BZ10C BZ10D BZ14A BZ15A BZ15C BZ15D BZ16A BZ41A BZ41B
        BZ42A BZ42B BZ44A BZ44B BZ45A BZ45B BZ46A BZ50Z BZ51A BZ51B BZ53A BZ53B BZ54A BZ54B BZ56A BZ56B BZ57A BZ71A BZ72A BZ73A BZ74A BZ80A BZ80B BZ81A BZ81B
        BZ83A BZ83B BZ84A BZ84B BZ86A BZ86B BZ87A BZ88A BZ89A CA04A CA05A CA10A CA11A CA13A CA24A CA25A CA30A CA32A CA34A CA35A CA36A CA37A CA38A CA51A CA52A
        CA53A CA54A CA55A CA60A CA66A CA68A CA69A CA71A CA81A CA81B CA82A CA82B CA83A CA83B CA84A CA84B CA85A CA86A CA93A CA93B CD01A CD02A CD03A CD04A CD05A
        CD06A CD07A CD09A CD10A CD11A CD12A CZ01V CZ01Y CZ02W CZ02X CZ02Y CZ03V CZ03Y CZ05V CZ05Y CZ08V CZ08Y CZ09V CZ09Y CZ10V CZ10Y CZ12V CZ12Y CZ13V CZ13Y
        CZ14V CZ14Y CZ17V CZ17Y CZ18R CZ30Y CZ31Y CZ32Y CZ33Y CZ34Y CZ35Y CZ36Y CZ37Y CZ38Y CZ39Y CZ40Y CZ41Y CZ42Y DX01A DX11A DX21A DZ02H DZ02J DZ02K DZ06A
        DZ07A DZ37A DZ63A DZ63B DZ63C DZ64A DZ64B DZ64C DZ69A EA36A ED02A ED03A FE02A FE02B FE02C FE03A FE12A FE20Z FE21Z FE22Z FE30Z FE31Z FE32Z FE33Z FE34Z
        FE35Z FE36Z FE40Z FE41Z FE42Z FE43Z FE44Z FE45Z FE48A FE50A FF01A FF01B FF01C FF02A FF02B FF02C FF04A FF04B FF04C FF04D FF05Z FF20A FF20B FF20C FF21A
        FF21B FF21C FF21D FF22A FF22B FF22C FF22D FF31A FF31B FF31C FF31D FF32A FF32B FF32C FF33A FF33B FF34A FF34B FF34C FF36Z FF37A FF37B FF37C FF37D FF40A
        FF40B FF41A FF41B FF41C FF42A FF51A FF51B FF51C FF51D FF51E FF52A FF52B FF52C FF53A FF61A FF61B FF61C FF62A FF62B FF62C FF62D FF70A FF70B FZ01A FZ01B
        FZ03A FZ12D FZ12E FZ12F FZ12L FZ12M FZ12N FZ12P FZ12Q FZ13C FZ17A FZ17B FZ17C FZ17E FZ17F FZ17G FZ18A FZ18B FZ18C FZ18G FZ18H FZ18J FZ18K FZ20A FZ20B
        FZ20F FZ20G FZ20H FZ20J FZ21A FZ21C FZ21D FZ22A FZ22C FZ22D FZ22E FZ23A FZ24A FZ24B FZ24C FZ24G FZ24H FZ24J FZ25A FZ26A FZ27A FZ27B FZ27C FZ27E FZ27F
        FZ27G FZ28A FZ28B FZ42A FZ50Z FZ51Z FZ52Z FZ53Z FZ54Z FZ55Z FZ56Z FZ57Z FZ59Z FZ60Z FZ61Z FZ64A FZ66A FZ66B FZ66C FZ66D FZ66E FZ66F FZ67A FZ67B FZ67C
        FZ67D FZ67E FZ67F FZ69A FZ69C FZ69D FZ69E FZ70Z FZ74A FZ74B FZ74C FZ74D FZ74E FZ74F FZ75A FZ75B FZ75C FZ75D FZ75E FZ76A FZ76B FZ76C FZ76D FZ77A FZ77B
        FZ77C FZ77D FZ77E FZ80A FZ80B FZ80C FZ80D FZ80E FZ81A FZ81B FZ81C FZ81D FZ81E FZ83A FZ83B FZ83G FZ83H FZ83J FZ83K FZ84Z FZ88A FZ93A GA10C GA10D GA10E
        GA10F GA10H GA10J GA10K GA10L GA10M GA10N GB04D HA56A HA73C HB15D HB15E HB25D HB25E HB25F HB32A HB33D HB33E HB34D HB34E HC50A HC51A HC51B HC51C HC72A
        HN13A HN13B HN13C HN13D HN13E HN13F HN14A HN14B HN14C HN14D HN14E HN15A HN16A HN23A HN23B HN23C HN24A HN24B HN24C HN25A HN26A HN33A HN33B HN33C HN34A
        HN34B HN34C HN35A HN43A HN43B HN44A HN44B HN45A HN54A HN54B HN54C HN64A HN64B HR06A HT23A HT23B HT23C HT23D HT24A HT24B HT24C HT33A HT33B HT33C HT33D
        HT34A HT34B HT34C HT34D HT43A HT43B HT43C HT44A HT44B HT44C HT53A HT53B HT53C HT53D HT63A HT63B HT63C HT63D HT64A HT64B JC19D JC42C JC43C LA01A LA02A
        LA03A LA09A LA09B LA09C LA12A LA13A LA97A LB02A LB02B LB02C LB05A LB05B LB05C LB05E LB05F LB05G LB09A LB09B LB09D LB10A LB10C LB10D LB14A LB14B LB14C
        LB14E LB15A LB15B LB15C LB15E LB29A LB30A LB30B LB32A LB32B LB34A LB34B LB42A LB53A LB53C LB53D LB54A LB55A LB56A LB61A LB61B LB61C LB61D LB61E LB61F
        LB61G LB62A LB62B LB62C LB62D LB64A LB64B LB64C LB64D LB64E LB65A LB65B LB65C LB65D LB65E LB72A LC01A LC02A LC03A LC04A LD01A LD02A LD03A LD04A LD05A
        LD06A LD07A LD08A LD09A LD10A LD11A LD12A LD13A LE01A LE02A MA13A MA13B NZ01A NZ01B NZ03A NZ04A NZ05A NZ07A NZ08A RA01A RA02A RA08A RA09A RA60A RD01A
        RD02A RD20A RD21A RD51A RN01A RN02A RN03A RN04A RN05A RN06A RN07A RN08A RN12A RN15A RN16A RN17A RN18A RN23A RN25A RN27A RN29A RN30A RN32A RN34A SA13A
        SA19A SA20A SA21A SA22A SA23A SA26A SA27A SA28A SA38A SA39A SA44A SA45A SD01A SD02A SD03A SD04A SD05A YF01A YG11A YH30A YH31A YH32A YL20A YR40A YR41A
        YR42A YR43A YR44A YR45A'),
    (70, 150, 'KB01A KB02A KB02B KB02C KC02A KC02B KC02C KC05A KC05B KC05C'),
    (85, 150, 'KC03A')
) AS g(age_min, age_max, codes), pg_catalog.regexp_split_to_table(g.codes, '\s+') AS code;

CREATE TABLE hrg_age_twin (
    hrg  text NOT NULL,
    twin text NOT NULL,
    PRIMARY KEY (hrg, twin)
);
COMMENT ON TABLE hrg_age_twin IS
    'HRGs of one root whose names differ in the age alone: what a line with an impossible age would have been had the age been read rightly.';

-- One group of twins per word.
INSERT INTO hrg_age_twin
SELECT a.code, b.code
FROM pg_catalog.regexp_split_to_table('AA33C/AA33D AA34C/AA34D AA34E/AA34F AA50A/AA50D AA50B/AA50E AA50C/AA50F AA51C/AA51F AA51D/AA51G AA52C/AA52F AA52D/AA52G AA53C/AA53F AA53D/AA53G
    AA57A/AA57B AA60A/AA60B AA61A/AA61B BZ06A/BZ06B BZ07A/BZ07B BZ08A/BZ08B BZ09A/BZ09B BZ10A/BZ10B BZ14A/BZ14B BZ15A/BZ15B BZ16A/BZ16B BZ45C/BZ45D
    BZ46A/BZ46B BZ57A/BZ57B BZ71A/BZ71B BZ72A/BZ72B/BZ72C BZ73A/BZ73B BZ74A/BZ74B/BZ74Z BZ87A/BZ87B/BZ87C BZ88A/BZ88B BZ89A/BZ89B CA04A/CA04B CA05A/CA05B
    CA10A/CA10B CA11A/CA11B CA13A/CA13B CA24A/CA24B CA25A/CA25B CA30A/CA30B CA32A/CA32B CA34A/CA34B CA35A/CA35B/CA35C CA36A/CA36B CA37A/CA37B/CA37C
    CA38A/CA38B CA51A/CA51B CA52A/CA52B CA53A/CA53B CA54A/CA54B CA55A/CA55B CA60A/CA60B/CA60C/CA60D CA66A/CA66B CA68A/CA68B CA69A/CA69B/CA69C CA71A/CA71B
    CA81C/CA81D CA82C/CA82D CA85A/CA85B/CA85C CA86A/CA86B/CA86C CD01A/CD01B CD02A/CD02B CD03A/CD03B CD04A/CD04B CD05A/CD05B CD06A/CD06B CD07A/CD07B
    CD09A/CD09B CD10A/CD10B CD11A/CD11B CD12A/CD12B CZ01S/CZ01V CZ01T/CZ01Y CZ02T/CZ02Y CZ05S/CZ05V CZ05T/CZ05Y CZ08S/CZ08V CZ08T/CZ08Y CZ18R/CZ18U
    CZ22T/CZ22Y CZ30U/CZ30Y CZ31U/CZ31Y CZ32U/CZ32Y CZ33U/CZ33Y CZ34U/CZ34Y CZ35U/CZ35Y CZ36U/CZ36Y CZ37U/CZ37Y CZ38U/CZ38Y CZ39U/CZ39Y CZ40U/CZ40Y
    CZ41U/CZ41Y CZ42U/CZ42Y DX01A/DX01B DX11A/DX11B DX21A/DX21B DZ02L/DZ02M DZ06A/DZ06B/DZ06Z DZ07A/DZ07B DZ37A/DZ37B/DZ37Z DZ63D/DZ63E DZ64D/DZ64E
    DZ69A/DZ69B EA36A/EA36B ED02A/ED02B ED03A/ED03B FE02D/FE02E/FE02F FE03A/FE03B FE12A/FE12B FE23A/FE23B/FE23C/FE23D FE37A/FE37B/FE37C/FE37D FE48A/FE48B
    FE50A/FE50B FF04E/FF04G FF04F/FF04H FF35A/FF35C FF35B/FF35D FF37C/FF37F FF37D/FF37G FF42A/FF42B/FF42Z FF51E/FF51G FF53A/FF53B FF62E/FF62F FF63A/FF63B
    FZ03A/FZ03B FZ12D/FZ12J FZ12F/FZ12I FZ12Q/FZ12S FZ13C/FZ13D FZ18E/FZ18F FZ19A/FZ19B/FZ19Z FZ20A/FZ20D FZ20B/FZ20E FZ20H/FZ20L FZ20J/FZ20M
    FZ21A/FZ21B/FZ21Z FZ22A/FZ22B FZ23A/FZ23B/FZ23Z FZ24E/FZ24F FZ25A/FZ25B FZ26A/FZ26B FZ42A/FZ42B/FZ42Z FZ58A/FZ58B FZ62A/FZ62B FZ64A/FZ64B FZ68C/FZ68E
    FZ68D/FZ68F FZ69A/FZ69B FZ78A/FZ78C FZ78B/FZ78D FZ83C/FZ83E FZ83D/FZ83F FZ88A/FZ88B FZ93A/FZ93B GA01A/GA01B/GA01C/GA01Z GA15A/GA15B/GA15C GB04D/GB04E
    HA56A/HA56B HA73B/HA73C HB15B/HB15D/HB15F HB15C/HB15E/HB15G HB25A/HB25D/HB25G HB25C/HB25F/HB25J HB25E/HB25H HB32A/HB32B/HB32Z HB33B/HB33D/HB33F
    HB33C/HB33E/HB33G HB34B/HB34D/HB34F HB34C/HB34E/HB34G HC50A/HC50B HC51C/HC51E HC72A/HC72B/HC72C HN13E/HN13G HN13F/HN13H HN14D/HN14F HN14E/HN14G
    HN15A/HN15B HN16A/HN16B/HN16C HN25A/HN25B HN26A/HN26B/HN26C HN35A/HN35B HN44C/HN44D HN45A/HN45B/HN45C HN64C/HN64D HR06A/HR06B HT43D/HT43E HT44D/HT44E
    HT63E/HT63F HT64C/HT64D JB60A/JB60B JB61A/JB61B JB70A/JB70B JB71A/JB71B JC19D/JC19U JC42A/JC42B/JC42C/JC42D JC43A/JC43B/JC43C/JC43D JC45A/JC45B
    JC47A/JC47B KB01A/KB01B KB02A/KB02D KB02B/KB02E KB02C/KB02F KC02A/KC02D KC02B/KC02E KC02C/KC02F KC05A/KC05D KC05B/KC05E KC05C/KC05F LA01A/LA01B
    LA02A/LA02B LA03A/LA03B LA12A/LA12B LA13A/LA13B LA97A/LA97B LB09C/LB09D LB10A/LB10B LB14D/LB14E LB15D/LB15E LB29A/LB29C/LB29D
    LB42A/LB42B/LB42C/LB42D/LB42Z LB53A/LB53B LB54A/LB54C/LB54D LB55A/LB55B LB56A/LB56C/LB56D LB72A/LB72B LC01A/LC01B LC02A/LC02B LC03A/LC03B LC04A/LC04B
    LD01A/LD01B LD02A/LD02B LD03A/LD03B LD04A/LD04B LD05A/LD05B LD06A/LD06B LD07A/LD07B LD08A/LD08B LD09A/LD09B LD10A/LD10B LD11A/LD11B LD12A/LD12B
    LD13A/LD13B LE01A/LE01B LE02A/LE02B NZ01A/NZ01C/NZ01E NZ01B/NZ01D/NZ01F NZ03A/NZ03B/NZ03D NZ04A/NZ04B NZ05A/NZ05B NZ07A/NZ07B RA01A/RA01B/RA01C/RA01Z
    RA02A/RA02B/RA02C/RA02Z RA08A/RA08B/RA08C/RA08Z RA09A/RA09B/RA09C/RA09Z RA60A/RA60B/RA60C/RA60Z RD01A/RD01B/RD01C RD02A/RD02B/RD02C RD20A/RD20B/RD20C
    RD21A/RD21B/RD21C RD51A/RD51B/RD51C RN01A/RN01B/RN01C RN02A/RN02B RN03A/RN03B RN04A/RN04B/RN04C RN05A/RN05B RN06A/RN06B RN07A/RN07B/RN07C
    RN08A/RN08B/RN08C RN12A/RN12B RN15A/RN15B RN16A/RN16B/RN16C RN17A/RN17B RN18A/RN18B RN23A/RN23B/RN23C RN25A/RN25B/RN25C RN27A/RN27B/RN27C
    RN29A/RN29B/RN29C RN30A/RN30B/RN30C RN32A/RN32B RN34A/RN34B/RN34C SA13A/SA13B/SA13Z SA19A/SA19B SA20A/SA20B SA21A/SA21B SA22A/SA22B SA23A/SA23B
    SA26A/SA26B SA27A/SA27B SA28A/SA28B SA38A/SA38B SA39A/SA39B SA44A/SA44B SA45A/SA45B SD01A/SD01B SD02A/SD02B SD03A/SD03B SD04A/SD04B SD05A/SD05B
    YF01A/YF01B YG11A/YG11B YH30A/YH30B YH31A/YH31B YH32A/YH32B YL20A/YL20B YR40A/YR40B/YR40C/YR40D YR41A/YR41B YR42A/YR42B/YR42C/YR42D
    YR43A/YR43B/YR43C/YR43D YR44A/YR44B/YR44C/YR44D YR45A/YR45B/YR45Z', '\s+') AS twins,
    pg_catalog.string_to_table(twins, '/') AS a(code), pg_catalog.string_to_table(twins, '/') AS b(code)
WHERE a.code <> b.code;

CREATE TABLE hrg_without_price (
    hrg  text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('ungroupable', 'zero_price')),
    note text NOT NULL
);
COMMENT ON TABLE hrg_without_price IS 'HRG codes that carry no price of their own: data that could not be grouped, and wrappers whose unbundled part is priced.';

INSERT INTO hrg_without_price VALUES
    ('UZ01Z', 'ungroupable', 'data invalid for grouping'),
    ('PB03Z', 'zero_price', 'healthy baby'),
    ('SB97Z', 'zero_price', 'same-day chemotherapy admission or attendance; the delivery HRG is priced'),
    ('SC97Z', 'zero_price', 'same-day external beam radiotherapy; the delivery HRG is priced'),
    ('LA97A', 'zero_price', 'same-day dialysis admission or attendance, 19 years and over'),
    ('LA97B', 'zero_price', 'same-day dialysis admission or attendance, 18 years and under');
-- Named contract shapes: terms to start from, each with a worked example that a test settles.
CREATE TABLE contract_template (
    shape    text PRIMARY KEY,
    title    text NOT NULL,
    terms    jsonb NOT NULL,
    split    party_split,
    inputs   jsonb NOT NULL,
    expected numeric(18,2) NOT NULL,
    note     text NOT NULL,
    source   text NOT NULL
);
COMMENT ON TABLE contract_template IS
    'Contract shapes as terms: copy the columns of template_terms into contract_terms and put your own numbers in. The example inputs settle to expected.';
COMMENT ON COLUMN contract_template.shape IS 'Key of the shape.';
COMMENT ON COLUMN contract_template.title IS 'What the shape is called in the field.';
COMMENT ON COLUMN contract_template.terms IS 'Fields of settlement_terms that are not NULL.';
COMMENT ON COLUMN contract_template.split IS 'Example split, where the shape has one by nature.';
COMMENT ON COLUMN contract_template.inputs IS 'Worked example: fields of settlement_inputs.';
COMMENT ON COLUMN contract_template.expected IS 'What the worked example settles to, in pounds (or the scheme''s own currency).';
COMMENT ON COLUMN contract_template.note IS 'How to read the result.';
COMMENT ON COLUMN contract_template.source IS 'Where the shape and its numbers come from.';

INSERT INTO contract_template (shape, title, terms, split, inputs, expected, note, source) VALUES
('guarantee_make_good', 'Savings guarantee, shortfall made good',
 '{"measure": "actual - benchmark", "curve": "gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000"}', NULL,
 '{"benchmark": 3000000, "actual": 3600000}', 130000.00,
 'benchmark is the guarantee, actual the verified savings; a gain goes to the supplier on top of the fee, a loss comes off it.',
 'Framework for procuring External Support for Commissioners (2007): fees at risk and gain share; numbers are illustrative'),
('guarantee_pro_rata', 'Savings guarantee, fee at risk pro rata',
 '{"measure": "actual - benchmark", "curve": "gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000"}', NULL,
 '{"benchmark": 3000000, "actual": 1250000}', -175000.00,
 'The loss rate is the fee at risk over the guarantee, here 300,000 / 3,000,000.',
 'Framework for procuring External Support for Commissioners (2007): fees at risk and gain share; numbers are illustrative'),
('mssp_basic_a', 'Medicare Shared Savings, BASIC A and B (one-sided)',
 '{"curve": "gain 0..:40% max 10%", "gate_by": "size", "gate": "linear 5000:3.9%, 6000:3.6%, 7000:3.4%, 8000:3.2%, 9000:3.1%, 10000:3%, 15000:2.7%, 20000:2.5%, 50000:2.2%, 60000:2%"}', NULL,
 '{"benchmark": 120000000, "actual": 116000000, "size": 10000}', 1600000.00,
 'Savings count from the first dollar once the minimum rate for the number of beneficiaries is met.',
 '42 CFR 425.604 and 425.605'),
('mssp_basic_e', 'Medicare Shared Savings, BASIC E (two-sided)',
 '{"curve": "gain 0..:50% max 10%; loss 0..:30% max 4%", "gate_by": "minimum_rate", "cap_loss": "8% of revenue"}', NULL,
 '{"benchmark": 100000000, "actual": 103000000, "minimum_rate": 0.02, "revenue": 10000000}', -800000.00,
 'The participant chooses the minimum rate; a loss is held by 8 % of revenue or 4 % of the benchmark, whichever is less.',
 '42 CFR 425.605'),
('mssp_enhanced', 'Medicare Shared Savings, ENHANCED (two-sided, loss rate by quality)',
 '{"curve": "gain 0..:75% max 20%; loss 0..:100% max 15%", "gate_by": "minimum_rate", "loss_rate": "linear 1/3:75%, 80%:40%"}', NULL,
 '{"benchmark": 100000000, "actual": 110000000, "minimum_rate": 0.005, "score": 0.7385}', -4461250.00,
 'loss_rate is 1 - 0.75 x quality, held between 40 % and 75 %; the caps come after it.',
 '42 CFR 425.610'),
('reach_professional', 'ACO REACH, Professional',
 '{"curve": "both 0..5%:50%, 5%..10%:35%, 10%..15%:15%, 15%..:5%"}', NULL,
 '{"benchmark": 100000000, "actual": 88000000}', 4550000.00,
 'Corridors by slice of the benchmark, the same for savings and losses.',
 'ACO REACH and Direct Contracting risk corridors, published summaries'),
('reach_global', 'ACO REACH, Global',
 '{"curve": "both 0..25%:100%, 25%..35%:50%, 35%..50%:25%, 50%..:10%", "discount": 0.035}', NULL,
 '{"benchmark": 100000000, "actual": 96000000}', 500000.00,
 'The discount comes off the benchmark first.',
 'ACO REACH and Direct Contracting risk corridors, published summaries'),
('corridor', 'Symmetric corridors around a target',
 '{"measure": "actual - benchmark", "curve": "both 0..3%:0%, 3%..8%:50%, 8%..:80%"}', NULL,
 '{"benchmark": 100000000, "actual": 107654321.09}', 2327160.55,
 'A positive result is paid to the plan, a negative one by it.',
 '45 CFR 153.510; 42 CFR 423.336 has the same form'),
('marginal_rate', 'Marginal rate above a baseline',
 '{"measure": "actual - benchmark", "curve": "gain 0..:30%; loss 0..:100%"}', NULL,
 '{"benchmark": 9876543.21, "actual": 11111111.11}', 370370.37,
 'Payment is baseline plus the result; what is above both is retained for demand management.',
 'Marginal rate emergency rule, HFMA briefings 2013 to 2018'),
('blended', 'Blended payment',
 '{"measure": "actual - benchmark", "curve": "both 0..:20%"}', NULL,
 '{"benchmark": 10000000, "actual": 9000000}', -200000.00,
 'Payment is plan plus the result.',
 'Blended payment for emergency care 2019/20, HSJ'),
('aligned_2022', 'Aligned payment and incentive, 2022/23 rates',
 '{"measure": "actual - benchmark", "curve": "gain 0..:75%; loss 0..:50%"}', NULL,
 '{"benchmark": 5000000, "actual": 5800000}', 600000.00,
 'Payment is the fixed element plus the result; the rates differ above and below.',
 'HFMA, January 2022'),
('cap_and_collar', 'Cap and collar',
 '{"measure": "actual - benchmark", "curve": "both 0..2%:100%, 2%..:0%"}', NULL,
 '{"benchmark": 8000000, "actual": 8765432.10}', 160000.00,
 'Payment is plan plus the result: actual value held within 2 % of plan.',
 'NHS contract practice; numbers are illustrative'),
('tolerance_block', 'Block with tolerance',
 '{"measure": "actual - benchmark", "curve": "both 0..5%:0%, 5%..:50%"}', NULL,
 '{"benchmark": 8000000, "actual": 8765432.10}', 182716.05,
 'Payment is plan plus the result: nothing within 5 %, half beyond.',
 'NHS contract practice; numbers are illustrative'),
('stop_loss', 'Individual stop-loss',
 '{"measure": "actual - benchmark", "curve": "gain 0..60000:0%, 60000..300000:75%, 300000..:0%"}', NULL,
 '{"benchmark": 0, "actual": 187654.32}', 95740.74,
 'One case at a time: actual is the cost of the person-year, benchmark 0.',
 '45 CFR 153.230 wording; numbers are illustrative'),
('alliance', 'Alliance, pain and gain',
 '{"curve": "gain 0..5%:40%, 5%..:0%; loss 0..5%:40%, 5%..:0% max 1000000"}', 'acute 50%, community 30%, gp 20%',
 '{"benchmark": 25000000, "actual": 24111222.33}', 355511.07,
 'The split divides the providers'' share; the commissioner keeps the rest.',
 'Alliance contracting practice; numbers are illustrative'),
('pooled_fund', 'Section 75 pooled fund, pro rata to contributions',
 '{"curve": "both 0..:100%"}', 'council 10132342/18136342, icb remaining',
 '{"benchmark": 18136342, "actual": 18636342.01}', -500000.01,
 'An overspend is negative: the partners pay it in proportion to their contributions.',
 'NHS Act 2006 section 75; Better Care Fund, Bracknell Forest 2022/23 contributions'),
('outcomes', 'Capitated outcomes: a withhold earned by quality',
 '{"curve": "gain 0..:100%", "quality": ">=90%:100%, >=80%:75%, >=60%:50% else 0%"}', NULL,
 '{"benchmark": 4292066.16, "actual": 0, "score": 0.65}', 2146033.08,
 'benchmark is the withhold of the indicator group, actual 0.',
 'Capitated outcomes-based contracts; numbers are illustrative'),
('indicator', 'Indicator paid between a minimum and a maximum',
 '{"curve": "gain 0..:100%", "quality": "linear 60%:0%, 85%:100%"}', NULL,
 '{"benchmark": 140000.00, "actual": 0, "score": 0.775}', 98000.00,
 'benchmark is the value of the indicator.',
 'CQUIN 2022/23: 1.25 % of 56,000,000 over five indicators');

CREATE FUNCTION template_terms(shape text) RETURNS settlement_terms
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    terms jsonb := (SELECT t.terms FROM @extschema@.contract_template t WHERE t.shape = template_terms.shape);
BEGIN
    IF terms IS NULL THEN
        RAISE EXCEPTION 'contract template "%" does not exist', shape USING ERRCODE = 'undefined_object',
            HINT = 'The table contract_template lists them.';
    END IF;
    RETURN jsonb_populate_record(NULL::@extschema@.settlement_terms, terms);
END
$$;
COMMENT ON FUNCTION template_terms(text) IS 'The terms of a shipped contract shape, ready for settle. NULL for NULL; 42704 for an unknown shape.';
CREATE TABLE warehouse_source (
    part text PRIMARY KEY,
    body text NOT NULL
);
COMMENT ON TABLE warehouse_source IS
    'SQL text of the warehouse, one row per part, run in order of part by create_warehouse. Placeholders: @icb@, @icb_identity@, @icb_reporting@, @purpose@, @person_partitions@.';
INSERT INTO warehouse_source VALUES ('00-schema', $commissioning_part$-- Three schemas: the commissioner's tables, the identifiers, the views for readers.
CREATE SCHEMA @icb@;
CREATE SCHEMA @icb_identity@;
CREATE SCHEMA @icb_reporting@;
COMMENT ON SCHEMA @icb@ IS 'Commissioning tables and procedures. No NHS numbers.';
COMMENT ON SCHEMA @icb_identity@ IS 'Identifiers, landing tables and raw refused values. Only validators and loaders read it.';
COMMENT ON SCHEMA @icb_reporting@ IS 'Views for analysts and BI tools: base types only, amounts in pounds.';

CREATE TABLE @icb@.meta (
    key   text PRIMARY KEY,
    value text NOT NULL
);
COMMENT ON TABLE @icb@.meta IS 'Name, purpose, version and deployment of this warehouse.';

COMMENT ON COLUMN @icb@.meta.key IS 'name, purpose, version, source_hash, person_partitions, created_at, upgraded_at, server_version.';
COMMENT ON COLUMN @icb@.meta.value IS 'Its value as text.';

CREATE TABLE @icb@.deployed_object (
    kind       text NOT NULL,
    name       text NOT NULL,
    definition_hash text NOT NULL,
    PRIMARY KEY (kind, name)
);
COMMENT ON TABLE @icb@.deployed_object IS
    'Every object as create_warehouse or upgrade_warehouse left it: an upgrade replaces only objects whose definition still has this hash.';
COMMENT ON COLUMN @icb@.deployed_object.kind IS 'table, column, constraint, index, view, function, procedure, ...';
COMMENT ON COLUMN @icb@.deployed_object.name IS 'Qualified name; arguments for routines; table for its columns and constraints.';
COMMENT ON COLUMN @icb@.deployed_object.definition_hash IS 'MD5 of the definition as the catalogue shows it.';

CREATE TABLE @icb@.run (
    run_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_run_id bigint,
    stage         text NOT NULL,
    parameters    jsonb NOT NULL DEFAULT '{}',
    version       text NOT NULL,
    started_by    text NOT NULL DEFAULT current_user,
    started_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at   timestamptz,
    status        text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'failed', 'unchanged')),
    done_pct      numeric(5,1) NOT NULL DEFAULT 0 CHECK (done_pct BETWEEN 0 AND 100),
    rows_in       bigint,
    rows_out      bigint,
    amount_in     numeric(16,2),
    amount_out    numeric(16,2),
    message       text,
    backend_pid   integer,
    statement_at  timestamptz,
    client        text,
    CHECK ((status = 'running') = (finished_at IS NULL))
);
COMMENT ON TABLE @icb@.run IS 'One row per stage run: who, what, version, parameters, rows and money in and out, progress, status. Written by start_run, report_progress and finish_run.';
COMMENT ON COLUMN @icb@.run.run_id IS 'Number of the run.';
COMMENT ON COLUMN @icb@.run.parent_run_id IS 'Run of the pipeline around it.';
COMMENT ON COLUMN @icb@.run.stage IS 'pipeline, load, match, price, validate, score, settle, ...';
COMMENT ON COLUMN @icb@.run.parameters IS 'Arguments of the stage.';
COMMENT ON COLUMN @icb@.run.version IS 'Version of the extension that ran.';
COMMENT ON COLUMN @icb@.run.started_by IS 'Database role.';
COMMENT ON COLUMN @icb@.run.started_at IS 'Start.';
COMMENT ON COLUMN @icb@.run.finished_at IS 'End, NULL while it runs.';
COMMENT ON COLUMN @icb@.run.status IS 'running, done, unchanged (nothing to do) or failed; a run that died is marked failed by the next one.';
COMMENT ON COLUMN @icb@.run.done_pct IS 'Progress in percent.';
COMMENT ON COLUMN @icb@.run.rows_in IS 'Rows read.';
COMMENT ON COLUMN @icb@.run.rows_out IS 'Rows written.';
COMMENT ON COLUMN @icb@.run.amount_in IS 'Money read.';
COMMENT ON COLUMN @icb@.run.amount_out IS 'Money written.';
COMMENT ON COLUMN @icb@.run.message IS 'Last progress message or result; never identifiers.';
COMMENT ON COLUMN @icb@.run.backend_pid IS 'Server process of the run.';
COMMENT ON COLUMN @icb@.run.statement_at IS 'Start of the client statement: stages started by one statement belong together.';
COMMENT ON COLUMN @icb@.run.client IS 'application_name to restore at the end.';
CREATE INDEX run_stage ON @icb@.run (stage, run_id);
CREATE INDEX run_running ON @icb@.run (run_id) WHERE status = 'running';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('05-run', $commissioning_part$-- Run rows: every stage says who, what, how far, and with what result.
--
-- A stage is a procedure without SET clause:
--     id := icb.start_run('load', '{}');  COMMIT;
--     ... step;  PERFORM icb.report_progress(id, 40, 'admitted care');  COMMIT; ...
--     PERFORM icb.finish_run(id, rows_in, rows_out);  COMMIT;
-- One session-level advisory lock per warehouse serialises the stages; it survives COMMIT and ends with the session.

-- Which stages a purpose allows: the law keeps invoice validation and risk stratification apart.
CREATE FUNCTION @icb@.stage_allowed(stage text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN stage IN ('match', 'price', 'check', 'validate', 'challenge') THEN '@purpose@' = 'invoice_validation'
        WHEN stage IN ('score', 'fit') THEN '@purpose@' = 'risk_stratification'
        ELSE true
    END;
COMMENT ON FUNCTION @icb@.stage_allowed(text) IS
    'Whether a stage fits the purpose of this warehouse: identifiers cleared for invoice validation must not serve risk stratification, nor the reverse. NULL counts as allowed.';

CREATE FUNCTION @icb@.lock_held() RETURNS boolean
    LANGUAGE sql VOLATILE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
          AND l.classid = 20240731 AND l.objid = '@icb@'::pg_catalog.regnamespace::pg_catalog.oid AND l.objsubid = 2);
END;
COMMENT ON FUNCTION @icb@.lock_held() IS 'Whether this session holds the run lock of this warehouse.';

CREATE FUNCTION @icb@.take_lock() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    key integer := '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer;
    holder integer;
    idle_looks integer := 0;
BEGIN
    -- What a failed statement of this session left behind does not count.
    WHILE @icb@.lock_held() LOOP
        PERFORM pg_catalog.pg_advisory_unlock(20240731, key);
    END LOOP;
    IF pg_catalog.pg_try_advisory_lock(20240731, key) THEN
        RETURN;
    END IF;
    -- A session whose run failed keeps the lock while it stays connected: it has no transaction then, and waiting would be for ever.
    WHILE idle_looks < 3 LOOP
        SELECT l.pid INTO holder FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 20240731 AND l.objsubid = 2
          AND l.objid = '@icb@'::pg_catalog.regnamespace::pg_catalog.oid
          AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database());
        EXIT WHEN NOT FOUND
            OR EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = holder AND l.locktype = 'virtualxid' AND l.granted);
        idle_looks := idle_looks + 1;
        PERFORM pg_catalog.pg_sleep(0.2);
    END LOOP;
    IF idle_looks = 3 THEN
        RAISE EXCEPTION 'the run lock of warehouse "@icb@" is held by idle session %', holder
            USING ERRCODE = 'lock_not_available',
                  HINT = 'A run failed there. End that session, or start the run there again.';
    END IF;
    RAISE NOTICE 'waiting for session % to finish its run in warehouse "@icb@"', holder;
    PERFORM pg_catalog.pg_advisory_lock(20240731, key);
END
$$;
COMMENT ON FUNCTION @icb@.take_lock() IS
    'Takes the run lock of this warehouse for the session, waiting for a run of another session. Raises 55P03 when its holder is idle after a failed run.';

CREATE FUNCTION @icb@.start_run(stage text, parameters jsonb DEFAULT '{}') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    parent bigint;
    id bigint;
    application text := pg_catalog.current_setting('application_name');
BEGIN
    IF stage IS NULL OR NOT @icb@.stage_allowed(stage) THEN
        RAISE EXCEPTION 'stage "%" does not fit the purpose of warehouse "@icb@", which is @purpose@', stage
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Create a warehouse of the other purpose: each has its own people and its own identifiers.';
    END IF;
    -- A run of this very statement is the pipeline around us.
    SELECT r.run_id INTO parent FROM @icb@.run r
    WHERE r.status = 'running' AND r.backend_pid = pg_catalog.pg_backend_pid() AND r.statement_at = pg_catalog.statement_timestamp()
    ORDER BY r.run_id DESC LIMIT 1;
    IF parent IS NULL THEN
        PERFORM @icb@.take_lock();
        -- A run of this session that failed could not put the name back.
        application := coalesce((
            SELECT r.client FROM @icb@.run r
            WHERE r.status = 'running' AND r.backend_pid = pg_catalog.pg_backend_pid() AND application LIKE '@icb@ %'
            ORDER BY r.run_id LIMIT 1), application);
        -- With the lock ours nobody else is running. Waits here too for the commit of a run that has just let the lock go.
        UPDATE @icb@.run r
        SET status = 'failed', finished_at = pg_catalog.clock_timestamp(), message = pg_catalog.concat_ws('; ', r.message, 'interrupted')
        WHERE r.status = 'running';
    ELSE
        PERFORM pg_catalog.pg_advisory_lock(20240731, '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer);
    END IF;
    INSERT INTO @icb@.run AS r (stage, parameters, version, parent_run_id, backend_pid, statement_at, client)
    VALUES (stage, coalesce(parameters, '{}'), commissioning.version(), parent, pg_catalog.pg_backend_pid(),
            pg_catalog.statement_timestamp(), application)
    RETURNING r.run_id INTO id;
    PERFORM pg_catalog.set_config('application_name', pg_catalog.format('%s %s', '@icb@', stage), false);
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.start_run(text, jsonb) IS
    'Opens a run row and takes the run lock; COMMIT afterwards makes it visible. Runs left open by sessions that died are marked failed. Raises 55000 when the stage does not fit the purpose, 55P03 when the lock is held by an idle session.';

CREATE FUNCTION @icb@.report_progress(run_id bigint, pct numeric, message text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    done numeric := round(least(greatest(pct, 0), 100), 1);
    this_stage text;
BEGIN
    UPDATE @icb@.run r SET done_pct = coalesce(done, r.done_pct), message = coalesce(message, r.message)
    WHERE r.run_id = run_id AND r.status = 'running'
    RETURNING r.stage INTO this_stage;
    IF this_stage IS NULL THEN
        RAISE EXCEPTION 'run % of warehouse "@icb@" is not running', run_id USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM pg_catalog.set_config('application_name', pg_catalog.format('%s %s %s%%', '@icb@', this_stage, done), false);
    RAISE NOTICE '%', pg_catalog.format('%s %5s%%  %s', this_stage, done, message);
END
$$;
COMMENT ON FUNCTION @icb@.report_progress(bigint, numeric, text) IS
    'Publishes progress in percent: in the run row (after the next COMMIT), as application_name and as a NOTICE. The message never holds identifiers. Raises 42704 when the run is not running.';

CREATE FUNCTION @icb@.finish_run(run_id bigint, rows_in bigint DEFAULT NULL, rows_out bigint DEFAULT NULL, amount_in numeric DEFAULT NULL,
                                 amount_out numeric DEFAULT NULL, status text DEFAULT 'done', message text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    closed @icb@.run;
BEGIN
    UPDATE @icb@.run r
    SET finished_at = pg_catalog.clock_timestamp(), status = status, message = coalesce(message, r.message),
        done_pct = CASE WHEN status IN ('done', 'unchanged') THEN 100 ELSE r.done_pct END,
        rows_in = rows_in, rows_out = rows_out, amount_in = amount_in, amount_out = amount_out
    WHERE r.run_id = run_id AND r.status = 'running'
    RETURNING r.* INTO closed;
    IF closed.run_id IS NULL THEN
        RAISE EXCEPTION 'run % of warehouse "@icb@" is not running', run_id USING ERRCODE = 'undefined_object';
    END IF;
    IF closed.backend_pid = pg_catalog.pg_backend_pid() THEN
        PERFORM pg_catalog.set_config('application_name', closed.client, false);
        IF @icb@.lock_held() THEN
            PERFORM pg_catalog.pg_advisory_unlock(20240731, '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer);
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.finish_run(bigint, bigint, bigint, numeric, numeric, text, text) IS
    'Closes a run row (status done, failed or unchanged) with rows and money in and out, and lets the run lock go. Raises 42704 when the run is not running.';

CREATE VIEW @icb_reporting@.run_log AS
SELECT r.run_id::bigint AS run_id,
       r.parent_run_id::bigint AS parent_run_id,
       r.stage::text AS stage,
       CASE WHEN r.status <> 'running' THEN r.status
            -- its session holds the run lock and is in a transaction
            WHEN EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_locks x ON x.pid = l.pid AND x.locktype = 'virtualxid' AND x.granted
                         WHERE l.locktype = 'advisory' AND l.classid = 20240731 AND l.objsubid = 2 AND l.granted AND l.pid = r.backend_pid)
            THEN 'running' ELSE 'interrupted' END::text AS status,
       r.done_pct::numeric(5,1) AS done_pct,
       r.message::text AS message,
       r.started_by::text AS started_by,
       r.started_at::timestamptz AS started_at,
       r.finished_at::timestamptz AS finished_at,
       round(extract(epoch FROM coalesce(r.finished_at, pg_catalog.clock_timestamp()) - r.started_at), 1)::numeric(12,1) AS seconds,
       r.rows_in::bigint AS rows_in,
       r.rows_out::bigint AS rows_out,
       r.amount_in::numeric(16,2) AS amount_in_gbp,
       r.amount_out::numeric(16,2) AS amount_out_gbp,
       r.version::text AS version
FROM @icb@.run r;
COMMENT ON VIEW @icb_reporting@.run_log IS 'Every run of every stage, newest run_id last; interrupted means that its session failed or is gone.';
COMMENT ON COLUMN @icb_reporting@.run_log.run_id IS 'Number of the run.';
COMMENT ON COLUMN @icb_reporting@.run_log.parent_run_id IS 'Run of the pipeline that started it, NULL for a run of its own.';
COMMENT ON COLUMN @icb_reporting@.run_log.stage IS 'pipeline, load, match, price, validate, score, settle, ...';
COMMENT ON COLUMN @icb_reporting@.run_log.status IS 'running, done, unchanged (nothing to do), failed, or interrupted.';
COMMENT ON COLUMN @icb_reporting@.run_log.done_pct IS 'Progress in percent.';
COMMENT ON COLUMN @icb_reporting@.run_log.message IS 'Last progress message or result, without identifiers.';
COMMENT ON COLUMN @icb_reporting@.run_log.started_by IS 'Database role that started the run.';
COMMENT ON COLUMN @icb_reporting@.run_log.started_at IS 'Start.';
COMMENT ON COLUMN @icb_reporting@.run_log.finished_at IS 'End, NULL while it runs.';
COMMENT ON COLUMN @icb_reporting@.run_log.seconds IS 'Duration so far, in seconds.';
COMMENT ON COLUMN @icb_reporting@.run_log.rows_in IS 'Rows read.';
COMMENT ON COLUMN @icb_reporting@.run_log.rows_out IS 'Rows written.';
COMMENT ON COLUMN @icb_reporting@.run_log.amount_in_gbp IS 'Money read, in pounds.';
COMMENT ON COLUMN @icb_reporting@.run_log.amount_out_gbp IS 'Money written, in pounds.';
COMMENT ON COLUMN @icb_reporting@.run_log.version IS 'Version of the extension that ran.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('10-tables', $commissioning_part$-- Organisations ------------------------------------------------------------------------------

CREATE TABLE @icb@.organisation (
    org_code   text PRIMARY KEY,
    name       text NOT NULL,
    org_type   text NOT NULL,
    postcode   text,
    open_date  date,
    close_date date
);
COMMENT ON TABLE @icb@.organisation IS 'Organisations as the Organisation Data Service publishes them.';
COMMENT ON COLUMN @icb@.organisation.org_code IS 'ODS code.';
COMMENT ON COLUMN @icb@.organisation.name IS 'Name as published.';
COMMENT ON COLUMN @icb@.organisation.postcode IS 'Postcode, NULL when unknown.';
COMMENT ON COLUMN @icb@.organisation.open_date IS 'First day, NULL when unknown.';
COMMENT ON COLUMN @icb@.organisation.close_date IS 'Last day, NULL while open.';
COMMENT ON COLUMN @icb@.organisation.org_type IS 'trust, site, practice, sub_icb, icb, region, independent, supplier or other.';

CREATE TABLE @icb@.organisation_link (
    child  text NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('member_of', 'commissioned_by', 'site_of', 'successor')),
    parent text NOT NULL,
    valid  daterange NOT NULL CHECK (NOT isempty(valid)),
    PRIMARY KEY (child, kind, parent, valid),
    -- a code may split into several successors; everything else has one parent at a time
    EXCLUDE USING gist (child WITH =, kind WITH =, valid WITH &&) WHERE (kind <> 'successor')
);
COMMENT ON TABLE @icb@.organisation_link IS
    'Dated links: practice commissioned_by sub-ICB, sub-ICB member_of ICB, site site_of trust, closed code successor new code.';
COMMENT ON COLUMN @icb@.organisation_link.child IS 'Code of the organisation that is linked.';
COMMENT ON COLUMN @icb@.organisation_link.kind IS 'member_of, commissioned_by, site_of or successor.';
COMMENT ON COLUMN @icb@.organisation_link.parent IS 'Code of the organisation it is linked to.';
COMMENT ON COLUMN @icb@.organisation_link.valid IS 'Days on which the link holds.';

-- People -------------------------------------------------------------------------------------

CREATE TABLE @icb_identity@.person_identifier (
    system    text NOT NULL,
    value     text NOT NULL,
    person_id bigint NOT NULL,
    PRIMARY KEY (system, value)
);
COMMENT ON TABLE @icb_identity@.person_identifier IS
    'NHS number or pseudonym, per system, to person_id. Withheld and invalid identities get a person_id of their own, keyed by their record.';
COMMENT ON COLUMN @icb_identity@.person_identifier.system IS 'nhs_number, or the name of a pseudonym system.';
COMMENT ON COLUMN @icb_identity@.person_identifier.value IS 'The identifier as text; for persons without one, the key of their record.';
COMMENT ON COLUMN @icb_identity@.person_identifier.person_id IS 'Person in this warehouse.';
CREATE INDEX ON @icb_identity@.person_identifier (person_id);

CREATE TABLE @icb_identity@.person_supersedes (
    old_person_id bigint PRIMARY KEY,
    person_id     bigint NOT NULL,
    recorded_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (old_person_id <> person_id)
);
COMMENT ON TABLE @icb_identity@.person_supersedes IS 'Merged numbers: records of old_person_id belong to person_id.';
COMMENT ON COLUMN @icb_identity@.person_supersedes.old_person_id IS 'Person that was merged away.';
COMMENT ON COLUMN @icb_identity@.person_supersedes.person_id IS 'Person that stays.';
COMMENT ON COLUMN @icb_identity@.person_supersedes.recorded_at IS 'When the merger was recorded.';

CREATE TABLE @icb@.person (
    person_id   bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    sex         text CHECK (sex IN ('0', '1', '2', '9')),
    birth_month date CHECK (extract(day FROM birth_month) = 1),
    death_date  date,
    lsoa_code   text
);
COMMENT ON TABLE @icb@.person IS 'One row per person, no identifiers: sex (NHS Data Dictionary PERSON STATED GENDER CODE), month of birth, date of death, area.';
COMMENT ON COLUMN @icb@.person.person_id IS 'Number of the person in this warehouse; says nothing elsewhere.';
COMMENT ON COLUMN @icb@.person.sex IS '1 male, 2 female, 9 indeterminate, 0 not known; NULL when not sent.';
COMMENT ON COLUMN @icb@.person.birth_month IS 'First day of the month of birth, NULL when unknown.';
COMMENT ON COLUMN @icb@.person.death_date IS 'Date of death, NULL while alive or unknown.';
COMMENT ON COLUMN @icb@.person.lsoa_code IS 'Lower layer super output area of residence, NULL when unknown.';

CREATE TABLE @icb@.registration (
    person_id     bigint NOT NULL,
    practice_code text NOT NULL,
    valid_from    date NOT NULL,
    valid_to      date,
    submission_id bigint,
    PRIMARY KEY (person_id, valid_from),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);
COMMENT ON TABLE @icb@.registration IS
    'General practice registrations, half-open: valid_to is the first day on which it no longer holds, NULL while it does.';
COMMENT ON COLUMN @icb@.registration.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.registration.practice_code IS 'ODS code of the general practice.';
COMMENT ON COLUMN @icb@.registration.valid_from IS 'First day.';
COMMENT ON COLUMN @icb@.registration.valid_to IS 'First day on which it no longer holds, NULL while it does.';
COMMENT ON COLUMN @icb@.registration.submission_id IS 'File it came with.';

CREATE TABLE @icb@.person_condition (
    person_id   bigint NOT NULL,
    condition   text NOT NULL,
    source      text NOT NULL,
    recorded_on date,
    PRIMARY KEY (person_id, condition, source)
);
COMMENT ON TABLE @icb@.person_condition IS 'Conditions from registers and primary care, by condition key.';
COMMENT ON COLUMN @icb@.person_condition.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.person_condition.condition IS 'Key of the condition.';
COMMENT ON COLUMN @icb@.person_condition.source IS 'Register or system that says so.';
COMMENT ON COLUMN @icb@.person_condition.recorded_on IS 'Date of the record, NULL when unknown.';

-- Submissions --------------------------------------------------------------------------------

CREATE TABLE @icb@.submission (
    submission_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    feed           text NOT NULL,
    file_name      text NOT NULL,
    file_hash      text NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    loaded_at      timestamptz,
    rows_received  bigint NOT NULL DEFAULT 0,
    rows_loaded    bigint NOT NULL DEFAULT 0,
    rows_rejected  bigint NOT NULL DEFAULT 0,
    amount_loaded  numeric(19,6) NOT NULL DEFAULT 0,
    amount_rejected numeric(19,6) NOT NULL DEFAULT 0,
    control_rows   bigint,
    control_amount numeric(19,6),
    status         text NOT NULL DEFAULT 'landing' CHECK (status IN ('landing', 'landed', 'loading', 'held', 'loaded', 'failed')),
    submission_kind text NOT NULL DEFAULT 'flex' CHECK (submission_kind IN ('flex', 'freeze', 'refresh')),
    snapshot_date  date,
    header         text[] NOT NULL DEFAULT '{}',
    landing_columns text[] NOT NULL DEFAULT '{}',
    amounts_unreadable bigint NOT NULL DEFAULT 0,
    released       boolean NOT NULL DEFAULT false,
    message        text,
    UNIQUE (feed, file_hash)
);
COMMENT ON TABLE @icb@.submission IS 'One row per file received. The same file twice is one row: its content hash is the key.';
COMMENT ON COLUMN @icb@.submission.status IS 'landing (being copied), landed, loading, held (falls too far: to be released), loaded or failed.';
COMMENT ON COLUMN @icb@.submission.snapshot_date IS 'Date of a snapshot file that does not carry one.';
COMMENT ON COLUMN @icb@.submission.header IS 'Column headers as sent; landing_columns are their names in the landing table.';
COMMENT ON COLUMN @icb@.submission.amounts_unreadable IS 'Refused rows whose amount cannot be read, so that no amount total contains them.';
COMMENT ON COLUMN @icb@.submission.released IS 'A held file was released: it is loaded however far it falls.';

CREATE TABLE @icb@.submission_slice (
    submission_id   bigint NOT NULL REFERENCES @icb@.submission,
    dataset         text NOT NULL,
    provider_code   text NOT NULL,
    commissioner_code text NOT NULL,
    financial_year  text NOT NULL CHECK (financial_year ~ '^[0-9]{4}/[0-9]{2}$'),
    month           integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    submission_kind text NOT NULL DEFAULT 'flex' CHECK (submission_kind IN ('flex', 'freeze', 'refresh')),
    line_count      bigint NOT NULL,
    amount          numeric(19,6) NOT NULL DEFAULT 0,
    status          text NOT NULL CHECK (status IN ('current', 'superseded', 'held')),
    held_reason     text,
    refused_count   bigint NOT NULL DEFAULT 0,
    refused_amount  numeric(19,6) NOT NULL DEFAULT 0,
    released_by     text,
    released_at     timestamptz,
    PRIMARY KEY (submission_id, dataset, provider_code, commissioner_code, financial_year, month)
);
-- The current position of a slice is one submission, whatever was sent before.
CREATE UNIQUE INDEX submission_slice_current ON @icb@.submission_slice
    (dataset, provider_code, commissioner_code, financial_year, month) WHERE status = 'current';
COMMENT ON TABLE @icb@.submission_slice IS
    'What a submission says about one dataset, provider, commissioner and month (1 = April). Exactly one is current.';

CREATE TABLE @icb@.reject (
    submission_id bigint NOT NULL REFERENCES @icb@.submission,
    line_no       bigint NOT NULL,
    column_name   text NOT NULL,
    value_masked  text,
    reason        text NOT NULL,
    amount        numeric(19,6),
    PRIMARY KEY (submission_id, line_no, column_name)
);
COMMENT ON TABLE @icb@.reject IS 'Refused rows, one row per fault: file (submission), line, column, value with letters and digits masked, reason. Raw values stand in the identity schema.';
COMMENT ON COLUMN @icb@.reject.line_no IS 'Line of the file on which the row begins; the header is line 1.';
COMMENT ON COLUMN @icb@.reject.amount IS 'Amount of the row where it can be read, on its first fault only, so that sums count it once.';

CREATE TABLE @icb_identity@.reject_raw (
    submission_id bigint NOT NULL,
    line_no       bigint NOT NULL,
    raw           jsonb NOT NULL,
    PRIMARY KEY (submission_id, line_no)
);
COMMENT ON TABLE @icb_identity@.reject_raw IS 'The refused rows as they were sent.';

CREATE TABLE @icb@.feed_column (
    feed          text NOT NULL,
    target        text NOT NULL,
    source_header text NOT NULL,
    reader        text NOT NULL,
    required      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (feed, target, source_header)
);
COMMENT ON TABLE @icb@.feed_column IS
    'Column presets per feed: which header of the file (compared without case, blanks and punctuation) fills which target, by which reader. Local rows may be added.';
COMMENT ON COLUMN @icb@.feed_column.feed IS 'Name of the feed.';
COMMENT ON COLUMN @icb@.feed_column.target IS 'Column that is filled.';
COMMENT ON COLUMN @icb@.feed_column.source_header IS 'Header in the file, compared without case, blanks and punctuation.';
COMMENT ON COLUMN @icb@.feed_column.reader IS 'How the text is read: text, date, amount, integer, nhs_number, icd10, ...';
COMMENT ON COLUMN @icb@.feed_column.required IS 'Whether a row without a readable value is refused.';

CREATE TABLE @icb@.code_map (
    domain        text NOT NULL,
    local_code    text NOT NULL,
    local_context text NOT NULL DEFAULT '',
    standard_code text NOT NULL,
    PRIMARY KEY (domain, local_code, local_context)
);
COMMENT ON TABLE @icb@.code_map IS 'Local codes to standard ones, for example point of delivery by provider.';
COMMENT ON COLUMN @icb@.code_map.domain IS 'What kind of code: pod, treatment_function, condition, ...';
COMMENT ON COLUMN @icb@.code_map.local_code IS 'Code as sent.';
COMMENT ON COLUMN @icb@.code_map.local_context IS 'Provider or source that uses it; empty means everywhere.';
COMMENT ON COLUMN @icb@.code_map.standard_code IS 'Standard code it stands for.';

-- Activity -----------------------------------------------------------------------------------

CREATE TABLE @icb@.activity (
    person_id            bigint NOT NULL,
    activity_id          bigint GENERATED BY DEFAULT AS IDENTITY,
    submission_id        bigint,
    dataset              text NOT NULL CHECK (dataset IN ('APC', 'OP', 'EC')),
    provider_code        text NOT NULL,
    site_code            text,
    provider_event_id    text,
    cds_id               text,
    commissioner_billed  text,
    practice_code        text,
    start_date           date NOT NULL,
    end_date             date,
    age                  integer,
    sex                  text,
    patient_classification text,
    admission_method     text,
    admission_source     text,
    discharge_method     text,
    discharge_destination text,
    discharge_ready_date date,
    administrative_category text,
    treatment_function   text,
    main_specialty       text,
    first_attendance     text,
    attendance_status    text,
    multi_professional   text,
    consultation_medium  text,
    department_type      text,
    referral_id          text,
    prescribed_service   text,
    best_practice        boolean,
    hrg                  commissioning.hrg,
    critical_care_days   integer,
    rehabilitation_days  integer,
    overlap_days         integer,
    palliative_days      integer,
    diagnoses            commissioning.icd10[],
    procedures           commissioning.opcs4[],
    extra                jsonb,
    PRIMARY KEY (person_id, activity_id),
    CHECK (end_date IS NULL OR end_date >= start_date)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.activity IS
    'One row per billable event as recorded by the hospital: spell (APC), attendance (OP), emergency attendance (EC). Codes in recorded order, primary first.';
COMMENT ON COLUMN @icb@.activity.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.activity.activity_id IS 'Number of the event in this warehouse.';
COMMENT ON COLUMN @icb@.activity.submission_id IS 'File it came with.';
COMMENT ON COLUMN @icb@.activity.dataset IS 'APC admitted care, OP outpatients, EC emergency care.';
COMMENT ON COLUMN @icb@.activity.provider_code IS 'ODS code of the provider as submitted.';
COMMENT ON COLUMN @icb@.activity.site_code IS 'ODS code of the site of treatment as submitted.';
COMMENT ON COLUMN @icb@.activity.cds_id IS 'CDS unique identifier.';
COMMENT ON COLUMN @icb@.activity.commissioner_billed IS 'Commissioner as submitted, not the one derived from the registration.';
COMMENT ON COLUMN @icb@.activity.practice_code IS 'Practice as submitted, not the one of the register.';
COMMENT ON COLUMN @icb@.activity.start_date IS 'Admission, attendance or arrival.';
COMMENT ON COLUMN @icb@.activity.age IS 'Age in years at the start as submitted.';
COMMENT ON COLUMN @icb@.activity.sex IS 'As submitted.';
COMMENT ON COLUMN @icb@.activity.patient_classification IS '1 ordinary, 2 day case, 3 and 4 regular attender, 5 mother and baby.';
COMMENT ON COLUMN @icb@.activity.admission_method IS 'NHS Data Dictionary ADMISSION METHOD.';
COMMENT ON COLUMN @icb@.activity.admission_source IS 'NHS Data Dictionary SOURCE OF ADMISSION.';
COMMENT ON COLUMN @icb@.activity.discharge_method IS 'NHS Data Dictionary METHOD OF DISCHARGE.';
COMMENT ON COLUMN @icb@.activity.discharge_destination IS 'NHS Data Dictionary DESTINATION OF DISCHARGE.';
COMMENT ON COLUMN @icb@.activity.discharge_ready_date IS 'Day from which the patient was fit to leave.';
COMMENT ON COLUMN @icb@.activity.administrative_category IS '01 NHS, 02 private, 03 amenity, 04 category II.';
COMMENT ON COLUMN @icb@.activity.treatment_function IS 'Treatment function of the event; of the dominant episode for a spell.';
COMMENT ON COLUMN @icb@.activity.main_specialty IS 'Main specialty of the consultant.';
COMMENT ON COLUMN @icb@.activity.first_attendance IS '1 and 3 first, 2 and 4 follow-up; 3 and 4 by telephone or video.';
COMMENT ON COLUMN @icb@.activity.attendance_status IS '5 and 6 attended; 2, 3, 4 and 7 not.';
COMMENT ON COLUMN @icb@.activity.multi_professional IS 'Whether several professions saw the patient.';
COMMENT ON COLUMN @icb@.activity.consultation_medium IS 'NHS Data Dictionary CONSULTATION MEDIUM USED.';
COMMENT ON COLUMN @icb@.activity.department_type IS 'Emergency department type 01 to 05.';
COMMENT ON COLUMN @icb@.activity.referral_id IS 'Referral the event belongs to.';
COMMENT ON COLUMN @icb@.activity.prescribed_service IS 'Prescribed specialised service line, NULL when none.';
COMMENT ON COLUMN @icb@.activity.best_practice IS 'Whether the best practice criteria were met, NULL when not stated.';
COMMENT ON COLUMN @icb@.activity.hrg IS 'HRG as supplied by the grouper, NULL when ungrouped or unreadable.';
COMMENT ON COLUMN @icb@.activity.critical_care_days IS 'Days in critical care during the spell.';
COMMENT ON COLUMN @icb@.activity.rehabilitation_days IS 'Days of rehabilitation.';
COMMENT ON COLUMN @icb@.activity.palliative_days IS 'Days of specialist palliative care.';
COMMENT ON COLUMN @icb@.activity.diagnoses IS 'ICD-10 codes in recorded order, primary first.';
COMMENT ON COLUMN @icb@.activity.procedures IS 'OPCS-4 codes in recorded order, primary first.';
COMMENT ON COLUMN @icb@.activity.extra IS 'What else the file held, by header.';
COMMENT ON COLUMN @icb@.activity.provider_event_id IS 'Hospital provider spell number or attendance identifier.';
COMMENT ON COLUMN @icb@.activity.end_date IS 'Discharge date or date of attendance; NULL while the spell is open.';
COMMENT ON COLUMN @icb@.activity.overlap_days IS 'Days counted both as critical care and as rehabilitation; taken off the length of stay once.';

CREATE TABLE @icb@.episode (
    person_id   bigint NOT NULL,
    activity_id bigint NOT NULL,
    episode_no  integer NOT NULL,
    start_date  date,
    end_date    date,
    treatment_function text,
    diagnoses   commissioning.icd10[],
    procedures  commissioning.opcs4[],
    PRIMARY KEY (person_id, activity_id, episode_no)
);
COMMENT ON TABLE @icb@.episode IS 'Finished consultant episodes of a spell.';
COMMENT ON COLUMN @icb@.episode.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.episode.activity_id IS 'Spell.';
COMMENT ON COLUMN @icb@.episode.episode_no IS 'Order within the spell.';
COMMENT ON COLUMN @icb@.episode.start_date IS 'First day.';
COMMENT ON COLUMN @icb@.episode.end_date IS 'Last day.';
COMMENT ON COLUMN @icb@.episode.treatment_function IS 'Treatment function of the episode.';
COMMENT ON COLUMN @icb@.episode.diagnoses IS 'ICD-10 codes in recorded order, primary first.';
COMMENT ON COLUMN @icb@.episode.procedures IS 'OPCS-4 codes in recorded order, primary first.';

CREATE TABLE @icb@.activity_component (
    person_id   bigint NOT NULL,
    activity_id bigint NOT NULL,
    seq         integer NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('critical_care', 'rehabilitation', 'palliative', 'unbundled', 'device', 'drug')),
    code        text,
    units       numeric(12,3),
    days        integer,
    start_date  date,
    end_date    date,
    PRIMARY KEY (person_id, activity_id, seq)
);
COMMENT ON TABLE @icb@.activity_component IS 'Critical care periods, unbundled HRGs, rehabilitation, palliative care, devices and drugs of an event, with units and days.';
COMMENT ON COLUMN @icb@.activity_component.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.activity_component.activity_id IS 'Event.';
COMMENT ON COLUMN @icb@.activity_component.seq IS 'Order within the event.';
COMMENT ON COLUMN @icb@.activity_component.kind IS 'critical_care, rehabilitation, palliative, unbundled, device or drug.';
COMMENT ON COLUMN @icb@.activity_component.code IS 'Unbundled HRG, device or drug code.';
COMMENT ON COLUMN @icb@.activity_component.units IS 'Units provided.';
COMMENT ON COLUMN @icb@.activity_component.days IS 'Days, for what is counted in days.';
COMMENT ON COLUMN @icb@.activity_component.start_date IS 'First day.';
COMMENT ON COLUMN @icb@.activity_component.end_date IS 'Last day.';

CREATE TABLE @icb@.referral (
    person_id     bigint NOT NULL,
    referral_id   text NOT NULL,
    issuer        text NOT NULL,
    pathway_id    text,
    source        text,
    received_on   date,
    treatment_function text,
    PRIMARY KEY (person_id, referral_id, issuer)
);
COMMENT ON TABLE @icb@.referral IS 'Referrals and pathway identifiers.';
COMMENT ON COLUMN @icb@.referral.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.referral.referral_id IS 'Identifier given by the issuer.';
COMMENT ON COLUMN @icb@.referral.issuer IS 'Organisation that issued the identifier.';
COMMENT ON COLUMN @icb@.referral.pathway_id IS 'Patient pathway identifier.';
COMMENT ON COLUMN @icb@.referral.source IS 'NHS Data Dictionary SOURCE OF REFERRAL FOR OUT-PATIENTS.';
COMMENT ON COLUMN @icb@.referral.received_on IS 'Day on which the referral was received.';
COMMENT ON COLUMN @icb@.referral.treatment_function IS 'Treatment function asked for.';

-- Invoices -----------------------------------------------------------------------------------

CREATE TABLE @icb@.invoice_line (
    person_id         bigint NOT NULL,
    submission_id     bigint NOT NULL,
    line_no           bigint NOT NULL,
    line_key          text NOT NULL,
    claim_group       text NOT NULL,
    provider_code     text NOT NULL,
    site_code         text,
    commissioner_code text NOT NULL,
    practice_code     text,
    financial_year    text NOT NULL,
    month             integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    pod               text NOT NULL,
    local_pod         text,
    treatment_function text,
    hrg_sent          text,
    hrg               commissioning.hrg,
    start_date        date,
    end_date          date,
    age               integer,
    sex               text,
    nhs_number_state  text NOT NULL CHECK (nhs_number_state IN ('valid', 'missing', 'invalid', 'placeholder', 'withheld')),
    national_price    boolean NOT NULL DEFAULT true,
    units             numeric(19,6),
    unit_price        numeric(19,6),
    market_forces_factor numeric(10,6),
    total_cost        numeric(19,6) NOT NULL,
    length_of_stay    integer,
    cds_id            text,
    provider_event_id text,
    prescribed_service text,
    extra             jsonb,
    PRIMARY KEY (person_id, submission_id, line_no)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.invoice_line IS
    'What the provider claims, money as sent. A spell may arrive as several lines (base, excess days, components): one claim_group.';
COMMENT ON COLUMN @icb@.invoice_line.person_id IS 'Person; a number of its own where the identity is withheld or invalid.';
COMMENT ON COLUMN @icb@.invoice_line.submission_id IS 'File it came with.';
COMMENT ON COLUMN @icb@.invoice_line.line_no IS 'Line of the file.';
COMMENT ON COLUMN @icb@.invoice_line.claim_group IS 'Lines of one event: provider and event identifier.';
COMMENT ON COLUMN @icb@.invoice_line.provider_code IS 'ODS code of the provider as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.site_code IS 'ODS code of the site of treatment as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.commissioner_code IS 'Commissioner billed (sub-ICB code).';
COMMENT ON COLUMN @icb@.invoice_line.practice_code IS 'Practice as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.financial_year IS 'Financial year of the claim, 2024/25.';
COMMENT ON COLUMN @icb@.invoice_line.month IS 'Month of the claim, 1 is April.';
COMMENT ON COLUMN @icb@.invoice_line.pod IS 'Point of delivery code, standard after mapping.';
COMMENT ON COLUMN @icb@.invoice_line.local_pod IS 'Point of delivery as the provider calls it.';
COMMENT ON COLUMN @icb@.invoice_line.treatment_function IS 'Treatment function as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.hrg IS 'The same as an HRG.';
COMMENT ON COLUMN @icb@.invoice_line.start_date IS 'ACTIVITY START DATE as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.end_date IS 'ACTIVITY END DATE as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.age IS 'Age at the activity date as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.sex IS 'As submitted.';
COMMENT ON COLUMN @icb@.invoice_line.nhs_number_state IS 'What the NHS number was: valid, missing, invalid, placeholder or withheld.';
COMMENT ON COLUMN @icb@.invoice_line.national_price IS 'Whether the provider says that the price is the national one.';
COMMENT ON COLUMN @icb@.invoice_line.units IS 'Number of units as sent, NULL when not sent.';
COMMENT ON COLUMN @icb@.invoice_line.market_forces_factor IS 'Factor as sent, NULL where none applies.';
COMMENT ON COLUMN @icb@.invoice_line.length_of_stay IS 'Adjusted length of stay in days as submitted.';
COMMENT ON COLUMN @icb@.invoice_line.cds_id IS 'CDS unique identifier.';
COMMENT ON COLUMN @icb@.invoice_line.provider_event_id IS 'Hospital provider spell number or attendance identifier.';
COMMENT ON COLUMN @icb@.invoice_line.prescribed_service IS 'Prescribed specialised service line, NULL when none.';
COMMENT ON COLUMN @icb@.invoice_line.extra IS 'What else the file held, by header.';
COMMENT ON COLUMN @icb@.invoice_line.line_key IS
    'Identity of the line across restatements, from provider, event, point of delivery, HRG and its number among equal lines; findings attach to it.';
COMMENT ON COLUMN @icb@.invoice_line.hrg_sent IS 'TARIFF CODE as sent; hrg is NULL where it is not an HRG.';
COMMENT ON COLUMN @icb@.invoice_line.unit_price IS 'Price of one unit before the market forces factor, as sent.';
COMMENT ON COLUMN @icb@.invoice_line.total_cost IS 'Amount claimed, as sent; credits are negative.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.activity_p%s PARTITION OF @icb@.activity FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
        EXECUTE format('CREATE TABLE @icb@.invoice_line_p%s PARTITION OF @icb@.invoice_line FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE INDEX activity_event ON @icb@.activity (provider_code, provider_event_id);
CREATE INDEX activity_cds ON @icb@.activity (cds_id);
CREATE INDEX invoice_line_key ON @icb@.invoice_line (line_key);

CREATE VIEW @icb@.current_invoice_line WITH (security_invoker = true) AS
SELECT l.*
FROM @icb@.invoice_line l
JOIN @icb@.submission_slice s
  ON s.submission_id = l.submission_id AND s.dataset = 'PLCM'
 AND s.provider_code = l.provider_code AND s.commissioner_code = l.commissioner_code
 AND s.financial_year = l.financial_year AND s.month = l.month
WHERE s.status = 'current';
COMMENT ON VIEW @icb@.current_invoice_line IS 'The lines of the current position: the latest accepted submission of every slice.';

CREATE TABLE @icb@.line_match (
    person_id   bigint NOT NULL,
    line_key    text NOT NULL,
    activity_id bigint NOT NULL,
    method      text NOT NULL CHECK (method IN ('cds_id', 'event_id', 'person_date_hrg', 'person_date')),
    score       integer NOT NULL CHECK (score BETWEEN 1 AND 100),
    PRIMARY KEY (person_id, line_key, activity_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.line_match IS 'How and how well a claimed line meets the record (score 100: the record identifier).';
COMMENT ON COLUMN @icb@.line_match.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.line_match.line_key IS 'Claimed line.';
COMMENT ON COLUMN @icb@.line_match.activity_id IS 'Recorded event.';
COMMENT ON COLUMN @icb@.line_match.method IS 'Which keys agreed.';
COMMENT ON COLUMN @icb@.line_match.score IS 'How well, 1 to 100.';

-- Matching, pricing and validation work one partition of persons at a time: what belongs to a person is cut alike.
DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.line_match_p%s PARTITION OF @icb@.line_match FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

-- Contracts and prices -----------------------------------------------------------------------

CREATE TABLE @icb@.contract (
    contract_id   text PRIMARY KEY,
    title         text NOT NULL,
    basis         text NOT NULL CHECK (basis IN ('tariff', 'activity', 'api', 'block', 'blended', 'mret', 'local', 'nca', 'risk_share')),
    currency      text NOT NULL DEFAULT 'GBP',
    valid         daterange NOT NULL CHECK (NOT isempty(valid)),
    tariff_name   text,
    rounding      text NOT NULL DEFAULT 'penny' CHECK (rounding IN ('sus', 'penny', 'none')),
    price_tolerance numeric(10,2) NOT NULL DEFAULT 1.00
);
COMMENT ON TABLE @icb@.contract IS 'Contracts: what they pay for and how, when, and how prices are compared.';
COMMENT ON COLUMN @icb@.contract.contract_id IS 'Key of the contract.';
COMMENT ON COLUMN @icb@.contract.title IS 'Name of the contract.';
COMMENT ON COLUMN @icb@.contract.basis IS 'How it pays: tariff, activity, api, block, blended, mret, local, nca or risk_share.';
COMMENT ON COLUMN @icb@.contract.currency IS 'ISO 4217 code of its amounts.';
COMMENT ON COLUMN @icb@.contract.valid IS 'Days on which it is in force.';
COMMENT ON COLUMN @icb@.contract.tariff_name IS 'Price list it refers to, NULL when it has none.';
COMMENT ON COLUMN @icb@.contract.price_tolerance IS 'Largest difference in pounds between two prices that counts as equal.';
COMMENT ON COLUMN @icb@.contract.rounding IS 'Where a price is rounded: sus = whole pounds before and after the factor, penny = once to the penny, none = compared unrounded.';

CREATE TABLE @icb@.contract_party (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    party_order integer NOT NULL,
    org_code    text NOT NULL,
    role        text NOT NULL CHECK (role IN ('coordinating_commissioner', 'associate_commissioner', 'provider', 'supplier')),
    PRIMARY KEY (contract_id, party_order),
    UNIQUE (contract_id, org_code, role)
);
COMMENT ON TABLE @icb@.contract_party IS 'Who is party to a contract and as what.';
COMMENT ON COLUMN @icb@.contract_party.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.contract_party.party_order IS 'Order of the parties: ties and odd pennies follow it.';
COMMENT ON COLUMN @icb@.contract_party.org_code IS 'ODS code of the party.';
COMMENT ON COLUMN @icb@.contract_party.role IS 'coordinating_commissioner, associate_commissioner, provider or supplier.';

CREATE TABLE @icb@.recovery_rate (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    pod_class   text NOT NULL CHECK (pod_class IN ('elective', 'emergency', 'non_elective', 'outpatient_first', 'outpatient_follow_up', 'outpatient_procedure', 'emergency_care', 'pass_through', 'any')),
    valid       daterange NOT NULL CHECK (NOT isempty(valid)),
    rate        numeric(7,6) NOT NULL CHECK (rate BETWEEN 0 AND 1),
    PRIMARY KEY (contract_id, pod_class, valid),
    EXCLUDE USING gist (contract_id WITH =, pod_class WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.recovery_rate IS
    'Share of a valid finding that the contract lets the commissioner recover: 1 under activity prices, 0 for a block, in between under a variable element.';
COMMENT ON COLUMN @icb@.recovery_rate.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.recovery_rate.pod_class IS 'Class of points of delivery it is about; any for all others.';
COMMENT ON COLUMN @icb@.recovery_rate.valid IS 'Days on which it holds.';
COMMENT ON COLUMN @icb@.recovery_rate.rate IS 'Share from 0 to 1.';

CREATE TABLE @icb@.activity_plan (
    contract_id      text NOT NULL REFERENCES @icb@.contract,
    commissioner_code text NOT NULL,
    financial_year   text NOT NULL CHECK (financial_year ~ '^[0-9]{4}/[0-9]{2}$'),
    month            integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    pod              text NOT NULL,
    planned_activity numeric(14,3) NOT NULL,
    planned_amount   numeric(16,2) NOT NULL,
    PRIMARY KEY (contract_id, commissioner_code, financial_year, month, pod)
);
COMMENT ON TABLE @icb@.activity_plan IS 'Planned activity and money per contract, commissioner, month and point of delivery.';
COMMENT ON COLUMN @icb@.activity_plan.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.activity_plan.commissioner_code IS 'Commissioner.';
COMMENT ON COLUMN @icb@.activity_plan.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb@.activity_plan.month IS 'Month, 1 is April.';
COMMENT ON COLUMN @icb@.activity_plan.pod IS 'Point of delivery code.';
COMMENT ON COLUMN @icb@.activity_plan.planned_activity IS 'Planned units.';
COMMENT ON COLUMN @icb@.activity_plan.planned_amount IS 'Planned amount in the currency of the contract.';

CREATE TABLE @icb@.tariff (
    tariff_name    text NOT NULL,
    financial_year text NOT NULL CHECK (financial_year ~ '^[0-9]{4}/[0-9]{2}$'),
    valid          daterange NOT NULL CHECK (NOT isempty(valid)),
    body           commissioning.tariff NOT NULL,
    source         text NOT NULL,
    synthetic      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tariff_name, valid),
    EXCLUDE USING gist (tariff_name WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.tariff IS 'Compiled price lists, one per name and validity. synthetic marks invented prices.';
COMMENT ON COLUMN @icb@.tariff.tariff_name IS 'Name of the price list.';
COMMENT ON COLUMN @icb@.tariff.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb@.tariff.valid IS 'Days of discharge or attendance that it prices.';
COMMENT ON COLUMN @icb@.tariff.body IS 'The compiled price list.';
COMMENT ON COLUMN @icb@.tariff.source IS 'Where the prices come from.';
COMMENT ON COLUMN @icb@.tariff.synthetic IS 'Whether the prices are invented.';

CREATE TABLE @icb@.price_rule (
    price_rule_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    contract_id   text REFERENCES @icb@.contract,
    provider_code text,
    pod           text,
    hrg_prefix    text,
    treatment_function text,
    valid         daterange NOT NULL CHECK (NOT isempty(valid)),
    unit_price    numeric(19,6) NOT NULL,
    factor_applies boolean NOT NULL DEFAULT false,
    source        text NOT NULL,
    -- equally specific rules never hold on one day
    CONSTRAINT price_rule_tie EXCLUDE USING gist (coalesce(contract_id, '') WITH =, coalesce(provider_code, '') WITH =, coalesce(pod, '') WITH =,
                        coalesce(hrg_prefix, '') WITH =, coalesce(treatment_function, '') WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.price_rule IS 'Local prices: the most specific rule wins; equally specific overlapping rules are refused.';
COMMENT ON COLUMN @icb@.price_rule.price_rule_id IS 'Number of the rule.';
COMMENT ON COLUMN @icb@.price_rule.contract_id IS 'Contract it belongs to, NULL for all.';
COMMENT ON COLUMN @icb@.price_rule.provider_code IS 'Provider it is about, NULL for all.';
COMMENT ON COLUMN @icb@.price_rule.pod IS 'Point of delivery it is about, NULL for all.';
COMMENT ON COLUMN @icb@.price_rule.hrg_prefix IS 'Leading characters of the HRGs it is about, NULL for all.';
COMMENT ON COLUMN @icb@.price_rule.treatment_function IS 'Treatment function it is about, NULL for all.';
COMMENT ON COLUMN @icb@.price_rule.valid IS 'Days on which it holds.';
COMMENT ON COLUMN @icb@.price_rule.unit_price IS 'Price of one unit before the factor.';
COMMENT ON COLUMN @icb@.price_rule.factor_applies IS 'Whether the market forces factor applies to it.';
COMMENT ON COLUMN @icb@.price_rule.source IS 'Document that agrees the price.';

CREATE TABLE @icb@.factor (
    kind           text NOT NULL DEFAULT 'market_forces',
    provider_code  text NOT NULL,
    valid          daterange NOT NULL CHECK (NOT isempty(valid)),
    value          numeric(10,6) NOT NULL CHECK (value > 0),
    source         text NOT NULL,
    PRIMARY KEY (provider_code, kind, valid),
    EXCLUDE USING gist (kind WITH =, provider_code WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.factor IS 'Market forces factor by provider and date, six decimals.';
COMMENT ON COLUMN @icb@.factor.kind IS 'market_forces, or another multiplier.';
COMMENT ON COLUMN @icb@.factor.provider_code IS 'ODS code of the provider.';
COMMENT ON COLUMN @icb@.factor.valid IS 'Days on which it holds.';
COMMENT ON COLUMN @icb@.factor.value IS 'The factor.';
COMMENT ON COLUMN @icb@.factor.source IS 'Where it comes from.';

CREATE TABLE @icb@.calendar (
    day         date PRIMARY KEY,
    bank_holiday text
);
COMMENT ON TABLE @icb@.calendar IS 'English bank holidays and published timetable days; operational days are the others from Monday to Friday.';
COMMENT ON COLUMN @icb@.calendar.day IS 'Day.';
COMMENT ON COLUMN @icb@.calendar.bank_holiday IS 'Name of the bank holiday, NULL on other days.';

CREATE TABLE @icb@.submission_date (
    financial_year text NOT NULL CHECK (financial_year ~ '^[0-9]{4}/[0-9]{2}$'),
    month          integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    submission_kind text NOT NULL CHECK (submission_kind IN ('flex', 'freeze')),
    inclusion_date date NOT NULL,
    publication_date date NOT NULL,
    PRIMARY KEY (financial_year, month, submission_kind)
);
COMMENT ON TABLE @icb@.submission_date IS 'Published flex and freeze dates; stored, never computed.';
COMMENT ON COLUMN @icb@.submission_date.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb@.submission_date.month IS 'Month of activity, 1 is April.';
COMMENT ON COLUMN @icb@.submission_date.submission_kind IS 'flex or freeze.';
COMMENT ON COLUMN @icb@.submission_date.inclusion_date IS 'Last day on which data are taken in.';
COMMENT ON COLUMN @icb@.submission_date.publication_date IS 'Day on which the data are published.';

CREATE TABLE @icb@.service (
    service_id text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    title      text NOT NULL,
    predicate  jsonb NOT NULL,
    PRIMARY KEY (service_id, version)
);
COMMENT ON TABLE @icb@.service IS 'Parcels of care: predicates over specialty, HRG, codes, providers, contracts.';
COMMENT ON COLUMN @icb@.service.service_id IS 'Key of the parcel of care.';
COMMENT ON COLUMN @icb@.service.version IS 'Version, 1 upwards.';
COMMENT ON COLUMN @icb@.service.title IS 'Name of the parcel.';
COMMENT ON COLUMN @icb@.service.predicate IS 'Conditions over specialty, HRG, codes, providers, contracts, as JSON.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('20-load', $commissioning_part$-- Loading: files into all-text landing tables, landing rows into typed rows, refused rows with every reason.
--
-- A file arrives by bin/commissioning-load or, from any client, by
--     SELECT * FROM icb.open_submission('plcm', 'm06.csv', md5 of the file, ARRAY['FINANCIAL MONTH', ...]) \gset
--     \copy :landing_table (:landing_columns) FROM 'm06.csv' WITH (FORMAT csv, HEADER)      -- names pasted: \copy takes no variables
--     SELECT icb.close_submission(:submission_id);
-- CALL icb.load() then makes, per file and in one transaction each: a stage table of typed values beside the faults of every
-- row (build_stage), the rows of the target tables, the rejects, the slices and the totals (apply_submission).

INSERT INTO @icb@.meta (key, value) VALUES ('slice_fall_share', '0.5'), ('keep_landing', 'no');

CREATE TABLE @icb_identity@.line_extra (
    submission_id bigint NOT NULL,
    line_no       bigint NOT NULL,
    extra         jsonb NOT NULL,
    PRIMARY KEY (submission_id, line_no)
);
COMMENT ON TABLE @icb_identity@.line_extra IS
    'Columns no preset knows whose name or content may identify a person; other unknown columns stand in extra of the row itself.';

CREATE TABLE @icb@.tariff_price (
    tariff_name        text NOT NULL,
    financial_year     text NOT NULL,
    kind               text NOT NULL CHECK (kind IN ('spell', 'attendance', 'procedure', 'emergency', 'unbundled')),
    treatment_function text NOT NULL DEFAULT '',
    hrg                commissioning.hrg NOT NULL,
    combined           numeric(16,2),
    day_case           numeric(16,2),
    elective           numeric(16,2),
    elective_trim      integer,
    non_elective       numeric(16,2),
    non_elective_trim  integer,
    per_day            numeric(16,2),
    short_stay_applicable boolean,
    short_stay_percent numeric(7,6),
    short_stay_price   numeric(16,2),
    best_practice      numeric(16,2),
    price              numeric(16,2),
    synthetic          boolean NOT NULL DEFAULT false,
    submission_id      bigint,
    PRIMARY KEY (tariff_name, financial_year, kind, treatment_function, hrg)
);
COMMENT ON TABLE @icb@.tariff_price IS
    'Price lists as loaded, one row per list, year, kind, treatment function (attendances only) and HRG. Spells use the spell columns, the other kinds use price.';
COMMENT ON COLUMN @icb@.tariff_price.short_stay_percent IS 'Share of the non-elective price paid for a short stay, 0.3 for 30 %.';
COMMENT ON COLUMN @icb@.tariff_price.synthetic IS 'Invented prices, for demonstration only.';

CREATE TABLE @icb@.aggregate_line (
    submission_id     bigint NOT NULL REFERENCES @icb@.submission,
    line_no           bigint NOT NULL,
    provider_code     text NOT NULL,
    site_code         text,
    commissioner_code text NOT NULL,
    financial_year    text NOT NULL,
    month             integer NOT NULL,
    pod               text NOT NULL,
    local_pod         text,
    treatment_function text,
    hrg_sent          text,
    planned_activity  numeric(19,6),
    planned_price     numeric(19,6),
    actual_activity   numeric(19,6),
    actual_price      numeric(19,6) NOT NULL,
    extra             jsonb,
    PRIMARY KEY (submission_id, line_no)
);
COMMENT ON TABLE @icb@.aggregate_line IS 'Aggregate contract monitoring: plan and actual as the provider reports them.';

-- Rows of one submission lie together: a range index of a few pages finds them.
CREATE INDEX activity_submission ON @icb@.activity USING brin (submission_id);
CREATE INDEX invoice_line_submission ON @icb@.invoice_line USING brin (submission_id);

-- Readers ------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.header_key(header text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(lower(header), '\mpseudo\s*$', ''), '[^a-z0-9]+', '', 'g');
COMMENT ON FUNCTION @icb@.header_key(text) IS 'Header without case, blanks and punctuation; a trailing "Pseudo" (SUS+ pseudonymised field) is dropped.';

CREATE FUNCTION @icb@.mask_value(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN left(regexp_replace(regexp_replace(value, '[[:alpha:]]', 'x', 'g'), '[[:digit:]]', '9', 'g'), 60);
COMMENT ON FUNCTION @icb@.mask_value(text) IS 'Shape of a value: letters as x, digits as 9, at most 60 characters.';

CREATE FUNCTION @icb@.read_year(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    digits text;
    first integer;
BEGIN
    IF value !~ '^(FY ?)?([0-9]{4} ?[/-]? ?([0-9]{4}|[0-9]{2})|[0-9]{2} ?[/-]? ?[0-9]{2})$' THEN
        RETURN NULL;
    END IF;
    digits := regexp_replace(value, '[^0-9]', '', 'g');
    first := CASE WHEN length(digits) = 4 THEN 2000 + left(digits, 2)::integer ELSE left(digits, 4)::integer END;
    IF first NOT BETWEEN 1990 AND 2098 OR lpad(((first + 1) % 100)::text, 2, '0') <> right(digits, 2)
       OR (length(digits) = 8 AND right(digits, 4)::integer <> first + 1) THEN
        RETURN NULL;
    END IF;
    RETURN first || '/' || right(digits, 2);
END
$$;
COMMENT ON FUNCTION @icb@.read_year(text) IS 'Financial year as 2024/25 from 2024/25, 202425, 2425, 2024-25 or 2024/2025. NULL for anything else, such as 215551.';

CREATE FUNCTION @icb@.read_month(value text) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    v text := upper(value);
    n integer;
    day date;
BEGIN
    IF v ~ '^(M|MTH ?|MONTH ?|P|PERIOD ?)?[0-9]{1,2}(\.0+)?$' THEN
        n := substring(v FROM '[0-9]{1,2}')::integer;
        RETURN CASE WHEN n BETWEEN 1 AND 12 THEN n END;
    END IF;
    v := substring(v FROM '^(APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEP(?:T(?:EMBER)?)?|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?|JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?)(?:[ /-]?(?:[0-9]{2}|[0-9]{4}))?$');
    IF v IS NOT NULL THEN
        RETURN (position(left(v, 3) IN 'APRMAYJUNJULAUGSEPOCTNOVDECJANFEBMAR') + 2) / 3;
    END IF;
    IF value ~ '^(19|20)[0-9]{2}[/-]?(0[1-9]|1[0-2])$' THEN
        RETURN (right(value, 2)::integer + 8) % 12 + 1;
    END IF;
    day := commissioning.to_date_uk(value);
    RETURN (extract(month FROM day)::integer + 8) % 12 + 1;
END
$$;
COMMENT ON FUNCTION @icb@.read_month(text) IS
    'Financial month, 1 = April, from 6, 06, M06, Month 6, September, Sep-24, 2024-09 (calendar month) or a date. NULL for anything else.';

CREATE FUNCTION @icb@.reader_sql(reader text, OUT type text, OUT expression text, OUT fault text)
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
    -- a number of ten digits with the right check digit in a code column is a shifted column or a leak, never a code
    named text := 'octet_length(%1$s) BETWEEN 10 AND 12 AND commissioning.to_nhs_number(%1$s) IS NOT NULL';
BEGIN
    type := CASE reader
        WHEN 'integer' THEN 'integer' WHEN 'days' THEN 'integer' WHEN 'month' THEN 'integer'
        WHEN 'number' THEN 'numeric' WHEN 'factor' THEN 'numeric' WHEN 'price' THEN 'numeric' WHEN 'percent' THEN 'numeric' WHEN 'amount' THEN 'numeric'
        WHEN 'date' THEN 'date' WHEN 'yes_no' THEN 'boolean'
        WHEN 'hrg' THEN 'commissioning.hrg' WHEN 'icd10_list' THEN 'commissioning.icd10[]' WHEN 'opcs4_list' THEN 'commissioning.opcs4[]'
        ELSE 'text' END;
    expression := CASE reader
        WHEN 'text' THEN 'CASE WHEN NOT (' || named || ') THEN %1$s END'
        WHEN 'id' THEN '%1$s'
        WHEN 'code' THEN 'CASE WHEN NOT (' || named || ') THEN (upper(replace(%1$s, '' '', '''') COLLATE "C")) COLLATE "default" END'
        -- old extracts pad three-character codes with 00
        WHEN 'org' THEN 'CASE WHEN %1$s ~ ''^[A-Za-z0-9]{2,9}$'' THEN CASE WHEN octet_length(%1$s) = 5 AND right(%1$s, 2) = ''00'' THEN (upper(left(%1$s, 3) COLLATE "C")) COLLATE "default" ELSE (upper(%1$s COLLATE "C")) COLLATE "default" END END'
        WHEN 'practice' THEN 'CASE WHEN %1$s ~ ''^[A-Za-z0-9]{3,9}$'' THEN (upper(left(%1$s, 6) COLLATE "C")) COLLATE "default" END'
        WHEN 'integer' THEN 'CASE WHEN %1$s ~ ''^[+-]?[0-9]{1,9}(\.0*)?$'' THEN %1$s::numeric::integer END'
        WHEN 'days' THEN 'CASE WHEN %1$s ~ ''^[0-9]{1,5}(\.0*)?$'' THEN %1$s::numeric::integer END'
        WHEN 'number' THEN 'CASE WHEN replace(%1$s, '','', '''') ~ ''^[+-]?[0-9]{1,12}(\.[0-9]{0,12})?$'' THEN replace(%1$s, '','', '''')::numeric END'
        WHEN 'factor' THEN 'CASE WHEN %1$s ~ ''^[0-9]{1,2}(\.[0-9]{0,12})?$'' AND %1$s ~ ''[1-9]'' THEN %1$s::numeric END'
        WHEN 'amount' THEN 'commissioning.to_amount(%1$s)'
        WHEN 'price' THEN 'commissioning.to_amount(%1$s)'
        WHEN 'percent' THEN 'CASE WHEN %1$s ~ ''^[0-9]{1,3}(\.[0-9]{0,9})? ?%%$'' THEN rtrim(%1$s, '' %%'')::numeric / 100 WHEN %1$s ~ ''^(0?\.[0-9]{1,9}|[01](\.0*)?)$'' THEN %1$s::numeric END'
        WHEN 'date' THEN 'commissioning.to_date_uk(%1$s)'
        WHEN 'yes_no' THEN 'CASE WHEN lower(%1$s) IN (''y'', ''yes'', ''true'', ''t'', ''1'') THEN true WHEN lower(%1$s) IN (''n'', ''no'', ''false'', ''f'', ''0'') THEN false END'
        WHEN 'sex' THEN 'CASE WHEN lower(%1$s) IN (''1'', ''m'', ''male'') THEN ''1'' WHEN lower(%1$s) IN (''2'', ''f'', ''female'') THEN ''2'' WHEN lower(%1$s) IN (''9'', ''i'', ''x'', ''indeterminate'') THEN ''9'' WHEN lower(%1$s) IN (''0'', ''u'', ''unknown'', ''not known'') THEN ''0'' END'
        WHEN 'year' THEN '@icb@.read_year(%1$s)'
        WHEN 'month' THEN '@icb@.read_month(%1$s)'
        WHEN 'nhs_number' THEN 'lpad(commissioning.to_nhs_number(%1$s)::bigint::text, 10, ''0'')'
        WHEN 'hrg' THEN 'commissioning.to_hrg(%1$s)'
        WHEN 'icd10_list' THEN '(SELECT array_agg(c.code ORDER BY c.n) FROM (SELECT commissioning.to_icd10(w.word) AS code, w.n FROM string_to_table(translate(%1$s, '',;|'', ''   ''), '' '') WITH ORDINALITY w(word, n) OFFSET 0) c WHERE c.code IS NOT NULL)'
        WHEN 'opcs4_list' THEN '(SELECT array_agg(c.code ORDER BY c.n) FROM (SELECT commissioning.to_opcs4(w.word) AS code, w.n FROM string_to_table(translate(%1$s, '',;|'', ''   ''), '' '') WITH ORDINALITY w(word, n) OFFSET 0) c WHERE c.code IS NOT NULL)'
        END;
    IF expression IS NULL THEN
        RAISE EXCEPTION 'unknown reader "%"', reader
            USING ERRCODE = 'undefined_object', HINT = 'commissioning.feed_column_reference lists the readers.';
    END IF;
    fault := CASE reader
        WHEN 'amount' THEN 'not an amount of money' WHEN 'price' THEN 'not an amount of money' WHEN 'date' THEN 'not a date (day first)'
        WHEN 'integer' THEN 'not a whole number' WHEN 'days' THEN 'not a number of days' WHEN 'number' THEN 'not a number'
        WHEN 'factor' THEN 'not a factor above 0 and below 100' WHEN 'percent' THEN 'not a percentage' WHEN 'yes_no' THEN 'not yes or no'
        WHEN 'sex' THEN 'not a gender code' WHEN 'year' THEN 'not a financial year' WHEN 'month' THEN 'not a financial month'
        WHEN 'nhs_number' THEN 'not a valid NHS number' WHEN 'org' THEN 'not an organisation code' WHEN 'practice' THEN 'not a practice code'
        WHEN 'hrg' THEN 'not an HRG' ELSE 'looks like an NHS number' END;
END
$$;
COMMENT ON FUNCTION @icb@.reader_sql(text) IS
    'How a reader of feed_column is done: SQL type, expression over the raw value (%1$s), and the reason given when it cannot be read. Raises 42704 for an unknown reader.';

-- Receiving ----------------------------------------------------------------------------------

CREATE FUNCTION @icb@.open_submission(feed text, file_name text, file_hash text, header text[], submission_kind text DEFAULT 'flex',
    control_rows bigint DEFAULT NULL, control_amount numeric DEFAULT NULL, snapshot_date date DEFAULT NULL, received_at timestamptz DEFAULT NULL,
    OUT submission_id bigint, OUT landing_table text, OUT landing_columns text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    names text[] := '{}';
    name text;
    stem text;
    n integer;
    found_status text;
    known commissioning.feed_reference;
    hash text := file_hash || coalesce('@' || snapshot_date::text, '');
BEGIN
    IF feed IS NULL OR file_name IS NULL OR file_hash IS NULL OR header IS NULL THEN
        RAISE EXCEPTION 'open_submission needs feed, file_name, file_hash and header' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT r.* INTO known FROM commissioning.feed_reference r WHERE r.feed = feed;
    IF known.feed IS NULL THEN
        RAISE EXCEPTION 'unknown feed "%"', feed
            USING ERRCODE = 'undefined_object',
                  HINT = 'Feeds are ' || (SELECT string_agg(r.feed, ', ' ORDER BY r.load_order) FROM commissioning.feed_reference r) || '.';
    END IF;
    IF cardinality(header) = 0 THEN
        RAISE EXCEPTION 'file "%" has no columns', file_name USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF submission_kind NOT IN ('flex', 'freeze', 'refresh') THEN
        RAISE EXCEPTION 'invalid submission kind "%"', submission_kind
            USING ERRCODE = 'invalid_parameter_value', HINT = 'The kind is flex, freeze or refresh.';
    END IF;

    INSERT INTO @icb@.submission AS s (feed, file_name, file_hash, submission_kind, control_rows, control_amount, snapshot_date, received_at, header)
    VALUES (feed, file_name, hash, submission_kind, control_rows, control_amount, snapshot_date, coalesce(received_at, clock_timestamp()), header)
    ON CONFLICT ON CONSTRAINT submission_feed_file_hash_key DO NOTHING
    RETURNING s.submission_id INTO submission_id;
    IF submission_id IS NULL THEN
        SELECT s.submission_id, s.status INTO submission_id, found_status
        FROM @icb@.submission s WHERE s.feed = feed AND s.file_hash = hash FOR UPDATE;
        IF found_status NOT IN ('failed', 'landing') THEN
            RAISE NOTICE 'file "%" was received before as submission % (%); nothing to do', file_name, submission_id, found_status;
            RETURN;
        END IF;
        IF found_status = 'landing' THEN
            RAISE EXCEPTION 'submission % of this file is open', submission_id
                USING ERRCODE = 'object_in_use',
                      HINT = format('If its copy broke off, run SELECT @icb@.discard_submission(%s) and send the file again.', submission_id);
        END IF;
        PERFORM @icb@.drop_work_tables(submission_id);
        UPDATE @icb@.submission s
        SET status = 'landing', header = header, submission_kind = submission_kind, message = NULL,
            control_rows = coalesce(control_rows, s.control_rows), control_amount = coalesce(control_amount, s.control_amount)
        WHERE s.submission_id = submission_id;
    END IF;

    -- Column names of the landing table: the headers, one line each, short enough, all different.
    FOR i IN 1 .. cardinality(header) LOOP
        stem := btrim(regexp_replace(replace(coalesce(header[i], ''), chr(65279), ''), '\s+', ' ', 'g'));
        IF stem = '' THEN
            stem := 'column ' || i;
        END IF;
        WHILE octet_length(stem) > 56 LOOP
            stem := left(stem, -1);
        END LOOP;
        name := stem;
        n := 1;
        WHILE name = ANY (names) OR name IN ('line_no', 'line_fault') LOOP
            n := n + 1;
            name := stem || ' ' || n;
        END LOOP;
        names := names || name;
    END LOOP;
    UPDATE @icb@.submission s SET landing_columns = names WHERE s.submission_id = submission_id;
    landing_table := format('@icb_identity@.landing_%s', submission_id);
    landing_columns := (SELECT string_agg(quote_ident(u.name), ', ' ORDER BY u.i) FROM unnest(names) WITH ORDINALITY u(name, i));
    EXECUTE format('CREATE TABLE %s (line_no bigint GENERATED BY DEFAULT AS IDENTITY (START WITH %s), line_fault text, %s) WITH (autovacuum_enabled = false)',
        landing_table, CASE WHEN known.has_header THEN 2 ELSE 1 END,
        (SELECT string_agg(quote_ident(u.name) || ' text', ', ' ORDER BY u.i) FROM unnest(names) WITH ORDINALITY u(name, i)));
END
$$;
COMMENT ON FUNCTION @icb@.open_submission(text, text, text, text[], text, bigint, numeric, date, timestamptz) IS
    'Registers a file by name and content hash and creates its landing table, one text column per header. landing_table is NULL, with a notice, when this content was received before. control_rows and control_amount are what the sender says the file holds. Raises 22004 for NULL, 22023 for a bad kind or an empty header, 42704 for an unknown feed, 55006 while the file is being copied.';

CREATE FUNCTION @icb@.drop_work_tables(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    work_table text;
BEGIN
    FOREACH work_table IN ARRAY ARRAY['landing_', 'stage_', 'replaced_'] LOOP
        work_table := format('@icb_identity@.%s%s', work_table, submission_id);
        IF to_regclass(work_table) IS NOT NULL THEN
            EXECUTE 'DROP TABLE ' || work_table;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.drop_work_tables(bigint) IS 'Drops landing and work tables of a submission where they stand.';

CREATE FUNCTION @icb@.close_submission(submission_id bigint, control_rows bigint DEFAULT NULL, control_amount numeric DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    received bigint;
    found_status text := (SELECT s.status FROM @icb@.submission s WHERE s.submission_id = submission_id);
BEGIN
    IF found_status IS DISTINCT FROM 'landing' THEN
        RAISE EXCEPTION 'submission % is not open', submission_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    EXECUTE format('SELECT count(*) FROM @icb_identity@.landing_%s', submission_id) INTO received;
    UPDATE @icb@.submission s
    SET status = 'landed', rows_received = received,
        control_rows = coalesce(control_rows, s.control_rows), control_amount = coalesce(control_amount, s.control_amount)
    WHERE s.submission_id = submission_id;
    RETURN received;
END
$$;
COMMENT ON FUNCTION @icb@.close_submission(bigint, bigint, numeric) IS
    'Ends the copy of a file: counts its rows and hands it to load. Control totals may be given here too, from a trailer. Raises 55000 when the submission is not open.';

CREATE FUNCTION @icb@.discard_submission(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    PERFORM FROM @icb@.submission s WHERE s.submission_id = submission_id AND s.status IN ('landing', 'landed', 'held', 'failed') FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'submission % cannot be discarded', submission_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Only a file that has not been loaded can be; a loaded one is superseded by a restatement.';
    END IF;
    PERFORM @icb@.drop_work_tables(submission_id);
    DELETE FROM @icb_identity@.reject_raw r WHERE r.submission_id = submission_id;
    DELETE FROM @icb_identity@.line_extra e WHERE e.submission_id = submission_id;
    DELETE FROM @icb@.reject r WHERE r.submission_id = submission_id;
    DELETE FROM @icb@.submission s WHERE s.submission_id = submission_id;
END
$$;
COMMENT ON FUNCTION @icb@.discard_submission(bigint) IS 'Forgets a file that has not been loaded. Raises 55000 for any other.';

CREATE FUNCTION @icb@.retry_submission(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE @icb@.submission s SET status = 'landed', message = NULL WHERE s.submission_id = submission_id AND s.status = 'failed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'submission % has not failed', submission_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.retry_submission(bigint) IS 'Lets the next load take up a failed file again, for example after its header was added to feed_column. Raises 55000 for any other.';

-- From landing to stage ----------------------------------------------------------------------

CREATE FUNCTION @icb@.feed_mapping(submission_id bigint, OUT target text, OUT reader text, OUT required boolean, OUT expected text, OUT columns text[], OUT headers text[])
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH sent AS (
        SELECT u.n, u.header, u.col, @icb@.header_key(coalesce(nullif(btrim(u.header), ''), u.col)) AS key
        FROM @icb@.submission s
        CROSS JOIN LATERAL unnest(s.header, s.landing_columns) WITH ORDINALITY u(header, col, n)
        WHERE s.submission_id = feed_mapping.submission_id
    ), feed AS (
        SELECT s.feed FROM @icb@.submission s WHERE s.submission_id = feed_mapping.submission_id
    ), local AS (
        SELECT c.target, c.source_header, @icb@.header_key(c.source_header) AS key, c.reader, c.required
        FROM @icb@.feed_column c JOIN feed f ON f.feed = c.feed
    ), preset AS (
        SELECT l.target, l.source_header, l.key, l.reader, l.required, 0 AS preference FROM local l
        UNION ALL
        -- a header that a local row gives to another target is no longer the shipped one (key NULL: the target stays, without it)
        SELECT c.target, c.source_header,
               CASE WHEN NOT EXISTS (SELECT FROM local l WHERE l.key = @icb@.header_key(c.source_header)) THEN @icb@.header_key(c.source_header) END,
               c.reader, c.required, c.preference
        FROM commissioning.feed_column_reference c JOIN feed f ON f.feed = c.feed
    ), target AS (
        SELECT p.target, (array_agg(p.reader ORDER BY p.preference, p.source_header))[1] AS reader, bool_or(p.required) AS required,
               (array_agg(p.source_header ORDER BY p.preference, p.source_header))[1] AS expected
        FROM preset p GROUP BY p.target
    ), found AS (
        SELECT t.target, s.col, s.header, p.preference, p.source_header, s.n,
               row_number() OVER (PARTITION BY t.target, p.source_header ORDER BY s.n) AS repeated, t.reader
        FROM target t JOIN preset p ON p.target = t.target
        JOIN sent s ON s.key = p.key OR (right(t.reader, 5) = '_list' AND s.key ~ ('^' || p.key || '[0-9]+$'))
    )
    SELECT t.target, t.reader, t.required, t.expected,
           coalesce(array_agg(f.col ORDER BY f.preference, f.source_header, f.n) FILTER (WHERE f.col IS NOT NULL), '{}'),
           coalesce(array_agg(coalesce(f.header, f.col) ORDER BY f.preference, f.source_header, f.n) FILTER (WHERE f.col IS NOT NULL), '{}')
    FROM target t
    LEFT JOIN found f ON f.target = t.target AND (f.repeated = 1 OR right(t.reader, 5) = '_list')
    GROUP BY t.target, t.reader, t.required, t.expected;
END;
COMMENT ON FUNCTION @icb@.feed_mapping(bigint) IS
    'Which landing columns of a submission fill which target, in order of preference: rows of feed_column first, then the shipped presets.';

CREATE FUNCTION @icb@.build_stage(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    sub @icb@.submission;
    landing text := format('@icb_identity@.landing_%s', submission_id);
    stage text := format('@icb_identity@.stage_%s', submission_id);
    m record;
    how record;
    missing text;
    mapped text[] := '{}';
    raws text[] := '{}';
    typed text[] := '{}';
    kept text[] := '{}';
    faulty text[] := '{}';
    faults text[] := '{}';
    leftover text[];
    sensitive boolean[];
    extra_open text[] := '{}';
    extra_shut text[] := '{}';
    unread text[] := '{}';
    targets text[] := '{}';
    raw text;
    test text;
    known_values text;
    blank constant text := $q$E' \t\r\n\f' || chr(160)$q$;
BEGIN
    SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = submission_id;
    SELECT c.target INTO missing FROM @icb@.feed_column c
    WHERE c.feed = sub.feed AND NOT EXISTS (SELECT FROM commissioning.feed_column_reference r WHERE r.feed = c.feed AND r.target = c.target);
    IF FOUND THEN
        RAISE EXCEPTION 'feed_column names target "%", which feed "%" does not have', missing, sub.feed
            USING ERRCODE = 'undefined_column', HINT = 'commissioning.feed_column_reference lists the targets.';
    END IF;
    SELECT string_agg(format('"%s"', f.expected), ', ' ORDER BY f.expected) INTO missing
    FROM @icb@.feed_mapping(submission_id) f WHERE f.required AND cardinality(f.columns) = 0;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'file "%" has no column %', sub.file_name, missing
            USING ERRCODE = 'undefined_column', HINT = 'Add the header that the file uses to @icb@.feed_column.';
    END IF;
    IF to_regclass(stage) IS NOT NULL THEN
        EXECUTE 'DROP TABLE ' || stage;
    END IF;
    EXECUTE format('ANALYZE %s (line_no)', landing);

    FOR m IN SELECT f.* FROM @icb@.feed_mapping(submission_id) f ORDER BY f.target COLLATE "C" LOOP
        how := @icb@.reader_sql(m.reader);
        mapped := mapped || m.columns;
        targets := targets || m.target;
        IF cardinality(m.columns) = 0 THEN
            typed := typed || format('NULL::text AS %I', 'r_' || m.target) || format('NULL::%s AS %I', how.type, m.target);
            kept := kept || format('t.%I', m.target);
            CONTINUE;
        END IF;
        raw := (SELECT string_agg(format('nullif(btrim(l.%I, %s), '''')', c.col, blank), ', ' ORDER BY c.n) FROM unnest(m.columns) WITH ORDINALITY c(col, n));
        raw := CASE WHEN right(m.reader, 5) = '_list' THEN format('nullif(concat_ws('' '', %s), '''')', raw)
                    WHEN cardinality(m.columns) > 1 THEN format('coalesce(%s)', raw) ELSE raw END;
        IF m.reader IN ('price', 'days', 'percent') THEN
            raw := format('nullif(nullif(%s, ''-''), %L)', raw, chr(8211));
        END IF;
        raws := raws || format('%s AS %I', raw, 'r_' || m.target);
        IF m.reader IN ('year', 'month') THEN
            -- few values, many rows: each value is read once
            EXECUTE format('SELECT string_agg(format(''WHEN %%L THEN %%L'', d.v, d.read), '' '') FROM (SELECT v.v, %s AS read FROM (SELECT DISTINCT %s AS v FROM %s l LIMIT 100) v) d WHERE d.read IS NOT NULL',
                format(how.expression, 'v.v'), raw, landing) INTO known_values;
            IF known_values IS NOT NULL THEN
                how.expression := format('CASE %%1$s %s ELSE %s END', replace(known_values, '%', '%%'), how.expression);
            END IF;
        END IF;
        typed := typed || format('r.%I', 'r_' || m.target)
                       || (format(how.expression, format('r.%I', 'r_' || m.target)) || format(' AS %I', m.target));
        kept := kept || format('t.%I', m.target);
        test := CASE
            WHEN m.required THEN format('t.%I IS NULL', m.target)
            WHEN m.reader NOT IN ('id', 'nhs_number', 'hrg', 'icd10_list', 'opcs4_list') THEN format('t.%I IS NULL AND t.%I IS NOT NULL', m.target, 'r_' || m.target)
            END;
        IF test IS NOT NULL THEN
            faulty := faulty || format('(%s)', test);
            faults := faults || format('CASE WHEN %s THEN %L END', test, m.target);
        ELSIF m.reader IN ('hrg', 'icd10_list', 'opcs4_list') THEN
            -- codes that cannot be read do not refuse the row: the text as sent is kept beside it
            unread := unread || format('%L, CASE WHEN %s THEN t.%I END', 'unread ' || m.headers[1],
                CASE WHEN m.reader = 'hrg' THEN format('t.%I IS NULL', m.target)
                     ELSE format('coalesce(cardinality(t.%I), 0) <> (SELECT count(*) FROM string_to_table(translate(t.%I, '',;|'', ''   ''), '' '') w(word) WHERE w.word NOT IN ('''', ''-''))', m.target, 'r_' || m.target) END,
                'r_' || m.target);
        END IF;
    END LOOP;

    -- Unknown columns are kept; where name or content may identify a person, in the identity schema.
    leftover := ARRAY(SELECT c.col FROM unnest(sub.landing_columns) WITH ORDINALITY c(col, n) WHERE c.col <> ALL (mapped) ORDER BY c.n);
    IF cardinality(leftover) > 0 THEN
        EXECUTE format('SELECT ARRAY[%s] FROM %s l',
            (SELECT string_agg(CASE WHEN @icb@.header_key(c.col) ~ '(nhs|forename|surname|patientname|givenname|familyname|address|postcode|birth|dob|phone|email|localpatient|patientid|hospitalnumber|casenote)'
                               THEN 'true'
                               ELSE format($q$coalesce(bool_or(octet_length(l.%1$I) >= 10 AND l.%1$I ~ '(^|[^0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}([^0-9]|$)'), false)$q$, c.col) END,
                               ', ' ORDER BY c.n)
             FROM unnest(leftover) WITH ORDINALITY c(col, n)), landing) INTO sensitive;
        FOR i IN 1 .. cardinality(leftover) LOOP
            raws := raws || format('nullif(btrim(l.%I, %s), '''') AS %I', leftover[i], blank, 'u_' || i);
            typed := typed || format('r.%I', 'u_' || i);
            IF sensitive[i] THEN
                extra_shut := extra_shut || format('%L, t.%I', leftover[i], 'u_' || i);
            ELSE
                extra_open := extra_open || format('%L, t.%I', leftover[i], 'u_' || i);
            END IF;
        END LOOP;
    END IF;
    kept := kept || (@icb@.json_expression(extra_open || unread) || ' AS extra') || (@icb@.json_expression(extra_shut) || ' AS extra_identity');

    IF 'nhs_number' = ANY (targets) THEN
        kept := kept || format($q$CASE WHEN coalesce(t.nhs_number, t.pseudonym) IS NOT NULL THEN 'valid' WHEN %s THEN 'withheld' WHEN t.r_nhs_number IS NULL THEN 'missing'
                    WHEN translate(t.r_nhs_number, ' -', '') ~ '^([0-9])\1{9}$' THEN 'placeholder' ELSE 'invalid' END AS nhs_number_state$q$,
                CASE WHEN 'withheld_reason' = ANY (targets) THEN 't.withheld_reason IS NOT NULL' ELSE 'false' END)
            || $q$CASE WHEN t.nhs_number IS NOT NULL THEN 'nhs_number' WHEN t.pseudonym IS NOT NULL THEN 'pseudonym' ELSE 'record' END AS person_system$q$::text;
        IF 'provider_event_id' = ANY (targets) THEN
            kept := kept || format('coalesce(t.nhs_number, t.pseudonym, t.provider_code || coalesce(''|e:'' || t.provider_event_id, ''|c:'' || t.cds_id, ''|s:%s:'' || t.line_no)) AS person_value', submission_id);
        ELSE
            -- without a record to stand for it, a person must be named
            kept := kept || 'coalesce(t.nhs_number, t.pseudonym) AS person_value'::text;
            faulty := faulty || '(t.nhs_number IS NULL AND t.pseudonym IS NULL)'::text;
            faults := faults || $q$CASE WHEN t.nhs_number IS NULL AND t.pseudonym IS NULL THEN 'nhs_number' END$q$::text;
        END IF;
    END IF;

    EXECUTE format(
        'CREATE UNLOGGED TABLE %s WITH (autovacuum_enabled = false) AS
         SELECT t.line_no, t.line_fault,
                CASE WHEN t.line_fault IS NOT NULL THEN ARRAY[''(row)''] WHEN %s THEN array_remove(ARRAY[%s]::text[], NULL) END AS faults,
                %s
         FROM (SELECT r.line_no, r.line_fault, %s
               FROM (SELECT l.line_no, l.line_fault, %s FROM %s l OFFSET 0) r OFFSET 0) t',
        stage, coalesce(array_to_string(nullif(faulty, '{}'), ' OR '), 'false'), coalesce(array_to_string(nullif(faults, '{}'), ', '), ''),
        array_to_string(kept, ', '), array_to_string(typed, ', '), array_to_string(raws, ', '), landing);
    EXECUTE format('ANALYZE %s (line_no, faults%s)', stage, CASE WHEN 'nhs_number' = ANY (targets) THEN ', person_system, person_value' ELSE '' END);
END
$$;
COMMENT ON FUNCTION @icb@.build_stage(bigint) IS
    'Reads a landing table into typed values beside the faults of each row, in one set-based statement. Raises 42703 when a required column has no header or feed_column names an unknown target.';

-- jsonb_build_object takes at most 100 arguments.
CREATE FUNCTION @icb@.json_expression(pairs text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN cardinality(pairs) = 0 THEN 'NULL::jsonb'
           ELSE format('nullif(jsonb_strip_nulls(%s), ''{}''::jsonb)',
                       (SELECT string_agg(format('jsonb_build_object(%s)', g.list), ' || ' ORDER BY g.block)
                        FROM (SELECT (u.n - 1) / 40 AS block, string_agg(u.pair, ', ' ORDER BY u.n) AS list
                              FROM unnest(pairs) WITH ORDINALITY u(pair, n) GROUP BY 1) g)) END;
END;
COMMENT ON FUNCTION @icb@.json_expression(text[]) IS 'SQL expression of the JSON object of the pairs given, without nulls; NULL when nothing is left.';

-- A condition over stage rows s becomes a fault of a target.
CREATE FUNCTION @icb@.refuse(submission_id bigint, target text, reason text, condition text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET faults = array_append(s.faults, %L) WHERE s.faults IS NULL AND (%s)',
        submission_id, target || '|' || reason, condition);
END
$$;
COMMENT ON FUNCTION @icb@.refuse(bigint, text, text, text) IS 'Refuses the stage rows s for which the condition holds, with the reason. Used by the loaders; the condition is their SQL.';

CREATE FUNCTION @icb@.write_rejects(submission_id bigint, amount text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        WITH mapping AS MATERIALIZED (
            SELECT f.target, f.columns, coalesce(f.headers[1], f.expected) AS header, how.fault
            FROM @icb@.feed_mapping(%1$s) f CROSS JOIN LATERAL @icb@.reader_sql(f.reader) how
        ), refused AS MATERIALIZED (
            SELECT s.line_no, s.line_fault, s.faults, %2$s AS amount, to_jsonb(l) - 'line_no' - 'line_fault' AS raw
            FROM @icb_identity@.stage_%1$s s JOIN @icb_identity@.landing_%1$s l ON l.line_no = s.line_no
            WHERE s.faults IS NOT NULL
        ), kept AS (
            INSERT INTO @icb_identity@.reject_raw (submission_id, line_no, raw)
            SELECT %1$s, r.line_no, jsonb_strip_nulls(r.raw) FROM refused r
        )
        INSERT INTO @icb@.reject (submission_id, line_no, column_name, value_masked, reason, amount)
        SELECT %1$s, r.line_no, coalesce(m.header, '(row)'), @icb@.mask_value(v.value),
               CASE WHEN m.target IS NULL THEN r.line_fault
                    WHEN f.fault LIKE '%%|%%' THEN split_part(f.fault, '|', 2)
                    WHEN v.value IS NULL THEN 'missing'
                    WHEN octet_length(v.value) BETWEEN 10 AND 12 AND commissioning.to_nhs_number(v.value) IS NOT NULL THEN 'looks like an NHS number'
                    ELSE m.fault END,
               CASE WHEN f.n = 1 AND m.target IS NOT NULL THEN r.amount END
        FROM refused r
        CROSS JOIN LATERAL unnest(r.faults) WITH ORDINALITY f(fault, n)
        LEFT JOIN mapping m ON m.target = split_part(f.fault, '|', 1)
        LEFT JOIN LATERAL (SELECT btrim(r.raw ->> c.col) AS value FROM unnest(m.columns) WITH ORDINALITY c(col, n)
                           WHERE btrim(r.raw ->> c.col) <> '' ORDER BY c.n LIMIT 1) v ON true
        ON CONFLICT DO NOTHING $q$, submission_id, amount);
END
$$;
COMMENT ON FUNCTION @icb@.write_rejects(bigint, text) IS 'Writes every fault of every refused row to reject, its value masked, and the row as sent to the identity schema.';

-- People -------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.resolve_people(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        WITH fresh AS MATERIALIZED (
            SELECT d.person_system, d.person_value, nextval(%2$L::regclass) AS person_id
            FROM (SELECT DISTINCT s.person_system, s.person_value
                  FROM @icb_identity@.stage_%1$s s
                  WHERE s.faults IS NULL
                    AND NOT EXISTS (SELECT FROM @icb_identity@.person_identifier i WHERE i.system = s.person_system AND i.value = s.person_value)
                  ORDER BY 1, 2) d
        ), people AS (
            INSERT INTO @icb@.person (person_id) SELECT f.person_id FROM fresh f
        )
        INSERT INTO @icb_identity@.person_identifier (system, value, person_id)
        SELECT f.person_system, f.person_value, f.person_id FROM fresh f $q$, submission_id, pg_get_serial_sequence('@icb@.person', 'person_id'));
    ANALYZE @icb_identity@.person_identifier;
END
$$;
COMMENT ON FUNCTION @icb@.resolve_people(bigint) IS
    'Gives every identity of a stage table a person_id. Where the number is missing, invalid or withheld, the record is a person of its own.';

-- Some hospitals use the NHS number as number of the spell: outside the identity schema the person stands for it.
CREATE FUNCTION @icb@.hide_numbers(submission_id bigint, target text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET %2$I = 'person-' || i.person_id
        FROM @icb_identity@.person_identifier i
        WHERE octet_length(s.%2$I) BETWEEN 10 AND 12 AND i.system = 'nhs_number' AND i.value = translate(s.%2$I, ' -', '') $q$, submission_id, target);
END
$$;
COMMENT ON FUNCTION @icb@.hide_numbers(bigint, text) IS 'Replaces record identifiers that are the NHS number of a known person by "person-" and the person_id.';

CREATE FUNCTION @icb@.update_people(submission_id bigint, facts text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    -- facts: column of person = expression over the stage row; what the file leaves blank stays as it is
    EXECUTE format($q$
        UPDATE @icb@.person p SET %2$s
        FROM (SELECT DISTINCT ON (i.person_id) i.person_id, s.*
              FROM @icb_identity@.stage_%1$s s
              JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
              WHERE s.faults IS NULL ORDER BY i.person_id, s.line_no DESC) s
        WHERE p.person_id = s.person_id AND (%3$s) $q$, submission_id,
        (SELECT string_agg(format('%1$s = coalesce(%2$s, p.%1$s)', split_part(f, '=', 1), split_part(f, '=', 2)), ', ') FROM unnest(facts) f),
        (SELECT string_agg(format('%2$s <> p.%1$s OR (p.%1$s IS NULL AND %2$s IS NOT NULL)', split_part(f, '=', 1), split_part(f, '=', 2)), ' OR ') FROM unnest(facts) f));
END
$$;
COMMENT ON FUNCTION @icb@.update_people(bigint, text[]) IS 'Brings sex, month of birth, date of death and area of people up to date from a stage table.';

-- Slices -------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.financial_month_start(financial_year text, month integer) RETURNS date
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (make_date(left(financial_year, 4)::integer, 4, 1) + make_interval(months => month - 1))::date;
COMMENT ON FUNCTION @icb@.financial_month_start(text, integer) IS 'First day of a financial month: 2024/25, 1 is 1 April 2024.';

CREATE FUNCTION @icb@.financial_year_of(day date) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_char(day - interval '3 months', 'YYYY') || '/' || to_char(day + interval '9 months', 'YY');
COMMENT ON FUNCTION @icb@.financial_year_of(date) IS 'Financial year of a day, as 2024/25.';

CREATE FUNCTION @icb@.financial_month_of(day date) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (extract(month FROM day)::integer + 8) % 12 + 1;
COMMENT ON FUNCTION @icb@.financial_month_of(date) IS 'Financial month of a day, 1 = April.';

-- New slices stand as held until here: each becomes current and supersedes, or stays held with its reason.
CREATE FUNCTION @icb@.settle_slices(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    share numeric := (SELECT m.value::numeric FROM @icb@.meta m WHERE m.key = 'slice_fall_share');
BEGIN
    UPDATE @icb@.submission_slice n
    SET held_reason = format('amount falls from %s to %s, by more than %s %%', o.amount::numeric(16,2), n.amount::numeric(16,2), round(share * 100))
    FROM @icb@.submission_slice o
    WHERE n.submission_id = submission_id AND n.status = 'held' AND n.dataset IN ('PLCM', 'ACM')
      AND o.status = 'current' AND o.dataset = n.dataset AND o.provider_code = n.provider_code AND o.commissioner_code = n.commissioner_code
      AND o.financial_year = n.financial_year AND o.month = n.month
      AND o.amount > 0 AND n.amount < o.amount * (1 - share);
    PERFORM @icb@.make_current(submission_id);
END
$$;
COMMENT ON FUNCTION @icb@.settle_slices(bigint) IS
    'Makes the slices of a new submission current, except those whose amount falls by more than meta slice_fall_share: they are held, with a reason.';

CREATE FUNCTION @icb@.make_current(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    made bigint;
BEGIN
    UPDATE @icb@.submission_slice o SET status = 'superseded'
    FROM @icb@.submission_slice n
    WHERE n.submission_id = submission_id AND n.status = 'held' AND n.held_reason IS NULL
      AND o.submission_id <> submission_id AND o.status IN ('current', 'held') AND o.dataset = n.dataset AND o.provider_code = n.provider_code
      AND o.commissioner_code = n.commissioner_code AND o.financial_year = n.financial_year AND o.month = n.month;
    UPDATE @icb@.submission_slice n SET status = 'current' WHERE n.submission_id = submission_id AND n.status = 'held' AND n.held_reason IS NULL;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;
COMMENT ON FUNCTION @icb@.make_current(bigint) IS 'Makes the slices of a submission that nothing holds current; what they replace is superseded. Number of slices.';

CREATE FUNCTION @icb@.release_slice(submission_id bigint, provider_code text DEFAULT NULL, commissioner_code text DEFAULT NULL,
                                    financial_year text DEFAULT NULL, month integer DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    released bigint;
BEGIN
    UPDATE @icb@.submission s SET status = 'landed', released = true, message = 'released by ' || current_user
    WHERE s.submission_id = submission_id AND s.status = 'held';
    IF FOUND THEN
        RAISE NOTICE 'submission % is released; CALL @icb@.load() loads it', submission_id;
        RETURN 0;
    END IF;
    UPDATE @icb@.submission_slice n
    SET held_reason = NULL, released_by = current_user, released_at = clock_timestamp()
    WHERE n.submission_id = submission_id AND n.status = 'held'
      AND n.provider_code = coalesce(provider_code, n.provider_code) AND n.commissioner_code = coalesce(commissioner_code, n.commissioner_code)
      AND n.financial_year = coalesce(financial_year, n.financial_year) AND n.month = coalesce(month, n.month);
    released := @icb@.make_current(submission_id);
    IF released = 0 THEN
        RAISE EXCEPTION 'submission % has no such slice on hold', submission_id
            USING ERRCODE = 'undefined_object', HINT = 'View @icb_reporting@.slice_history shows what is held; a later file may have superseded it.';
    END IF;
    RETURN released;
END
$$;
COMMENT ON FUNCTION @icb@.release_slice(bigint, text, text, text, integer) IS
    'Accepts held slices of a submission (all of them, or those of the provider, commissioner, year and month given): they become current. A submission held whole is loaded by the next load. Number of slices; raises 42704 when none is held.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('21-load-feeds', $commissioning_part$-- What each feed does with its stage table: checks, typed rows, slices. Each returns the number of rows it accepted.

CREATE FUNCTION @icb@.apply_plcm(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.hide_numbers(submission_id, 'provider_event_id');
    PERFORM @icb@.hide_numbers(submission_id, 'cds_id');
    -- The line key leaves out amounts and units: a corrected price is still the same line. Rows go in by person and date,
    -- so that readers of one person touch few pages.
    EXECUTE format($q$
        WITH keyed AS (
            SELECT s.*, coalesce(x.person_id, i.person_id) AS person_id,
                   md5(concat(s.provider_code, '|', coalesce(s.cds_id, s.provider_event_id, concat(i.system = 'record', s.start_date, '|', s.site_code, '|', CASE WHEN i.system <> 'record' THEN i.person_id END)),
                              '|', s.pod, '|', s.hrg_sent, '|', s.financial_year, '|', s.month)) AS key
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
            LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
            WHERE s.faults IS NULL
        ), numbered AS (
            SELECT k.*, k.key || CASE WHEN row_number() OVER equal_lines > 1 THEN '#' || row_number() OVER equal_lines ELSE '' END AS line_key
            FROM keyed k
            WINDOW equal_lines AS (PARTITION BY k.key COLLATE "C" ORDER BY k.start_date, k.units, k.unit_price, k.line_no)
        ), ins AS (
            INSERT INTO @icb@.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, site_code, commissioner_code,
                practice_code, financial_year, month, pod, local_pod, treatment_function, hrg_sent, hrg, start_date, end_date, age, sex,
                nhs_number_state, national_price, units, unit_price, market_forces_factor, total_cost, length_of_stay, cds_id,
                provider_event_id, prescribed_service, extra)
            SELECT n.person_id, %1$s, n.line_no, n.line_key, coalesce(n.provider_code || '|' || n.provider_event_id, n.line_key), n.provider_code,
                n.site_code, n.commissioner_code, n.practice_code, n.financial_year, n.month, n.pod, n.local_pod, n.treatment_function, n.hrg_sent,
                commissioning.to_hrg(n.hrg_sent), n.start_date, n.end_date, n.age, n.sex, n.nhs_number_state, coalesce(n.national_price, true), n.units,
                n.unit_price, n.market_forces_factor, n.total_cost, n.length_of_stay, n.cds_id, n.provider_event_id, n.prescribed_service, n.extra
            FROM numbered n
            ORDER BY n.person_id, n.start_date
            RETURNING invoice_line.provider_code, invoice_line.commissioner_code, invoice_line.financial_year, invoice_line.month, invoice_line.total_cost
        ), slices AS (
            INSERT INTO @icb@.submission_slice AS t (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status)
            SELECT %1$s, 'PLCM', i.provider_code, i.commissioner_code, i.financial_year, i.month,
                   (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), sum(i.total_cost), 'held'
            FROM ins i GROUP BY 1, 2, 3, 4, 5, 6
            RETURNING t.line_count
        )
        SELECT coalesce(sum(s.line_count), 0) FROM slices s $q$, submission_id) INTO loaded;
    PERFORM @icb@.settle_slices(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_plcm(bigint) IS 'Loads a patient-level contract monitoring file: people, lines with key and claim group, slices. Rows loaded.';

CREATE FUNCTION @icb@.apply_acm(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.aggregate_line AS t (submission_id, line_no, provider_code, site_code, commissioner_code, financial_year, month, pod, local_pod,
                treatment_function, hrg_sent, planned_activity, planned_price, actual_activity, actual_price, extra)
            SELECT %1$s, s.line_no, s.provider_code, s.site_code, s.commissioner_code, s.financial_year, s.month, s.pod, s.local_pod, s.treatment_function,
                s.hrg_sent, s.planned_activity, s.planned_price, s.actual_activity, s.actual_price, s.extra
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL
            RETURNING t.provider_code, t.commissioner_code, t.financial_year, t.month, t.actual_price
        ), slices AS (
            INSERT INTO @icb@.submission_slice AS t (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status)
            SELECT %1$s, 'ACM', i.provider_code, i.commissioner_code, i.financial_year, i.month,
                   (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), sum(i.actual_price), 'held'
            FROM ins i GROUP BY 1, 2, 3, 4, 5, 6
            RETURNING t.line_count
        )
        SELECT coalesce(sum(s.line_count), 0) FROM slices s $q$, submission_id) INTO loaded;
    PERFORM @icb@.settle_slices(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_acm(bigint) IS 'Loads an aggregate contract monitoring file and its slices. Rows loaded.';

CREATE FUNCTION @icb@.apply_activity(submission_id bigint, dataset text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    loaded bigint;
    share numeric := (SELECT m.value::numeric FROM @icb@.meta m WHERE m.key = 'slice_fall_share');
    falling text;
BEGIN
    IF dataset <> 'OP' THEN
        PERFORM @icb@.refuse(submission_id, 'end_date', 'ends before it starts', 's.end_date < s.start_date');
    END IF;
    -- the same record twice in one file is one record
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['cds_id|same record as line ' || d.first_line]
        FROM (SELECT a.line_no, min(a.line_no) OVER (PARTITION BY a.provider_code, a.cds_id) AS first_line
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL AND a.cds_id IS NOT NULL) d
        WHERE s.line_no = d.line_no AND d.line_no > d.first_line $q$, submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, status)
        SELECT %1$s, %2$L, s.provider_code, coalesce(s.commissioner_billed, '-'), @icb@.financial_year_of(%3$s),
               @icb@.financial_month_of(%3$s),
               (SELECT b.submission_kind FROM @icb@.submission b WHERE b.submission_id = %1$s), count(*), 'held'
        FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL GROUP BY 1, 2, 3, 4, 5, 6 $q$, submission_id, dataset,
        CASE dataset WHEN 'OP' THEN 's.start_date' ELSE 'coalesce(s.end_date, s.start_date)' END);
    -- The record is replaced, not versioned: a file that falls too far waits whole, before anything is replaced.
    SELECT string_agg(format('%s %s month %s from %s to %s rows', n.provider_code, n.financial_year, n.month, o.line_count, n.line_count), '; '
                      ORDER BY n.provider_code, n.financial_year, n.month) INTO falling
    FROM @icb@.submission_slice n JOIN @icb@.submission_slice o
      ON o.status = 'current' AND o.dataset = n.dataset AND o.provider_code = n.provider_code AND o.commissioner_code = n.commissioner_code
     AND o.financial_year = n.financial_year AND o.month = n.month
    WHERE n.submission_id = submission_id AND n.line_count < o.line_count * (1 - share);
    IF falling IS NOT NULL AND NOT (SELECT s.released FROM @icb@.submission s WHERE s.submission_id = submission_id) THEN
        DELETE FROM @icb@.submission_slice n WHERE n.submission_id = submission_id;
        UPDATE @icb@.submission s SET status = 'held', message = 'held: ' || left(falling, 500) WHERE s.submission_id = submission_id;
        RETURN NULL;
    END IF;

    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.hide_numbers(submission_id, 'provider_event_id');
    PERFORM @icb@.hide_numbers(submission_id, 'cds_id');
    IF dataset <> 'EC' THEN
        PERFORM @icb@.hide_numbers(submission_id, 'referral_id');
    END IF;
    -- What the file restates goes: the rows of its months, and earlier versions of its records wherever they stood.
    -- A record keeps its activity_id, so that what refers to it holds.
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT DISTINCT a.person_id, a.activity_id, a.provider_code, a.provider_event_id, a.cds_id
        FROM @icb@.activity a
        JOIN @icb@.submission_slice o ON o.submission_id = a.submission_id AND o.dataset = a.dataset AND o.provider_code = a.provider_code
         AND o.commissioner_code = coalesce(a.commissioner_billed, '-') AND o.status = 'current'
         AND o.financial_year = @icb@.financial_year_of(coalesce(a.end_date, a.start_date)) AND o.month = @icb@.financial_month_of(coalesce(a.end_date, a.start_date))
        JOIN @icb@.submission_slice n ON n.submission_id = %1$s AND n.dataset = o.dataset AND n.provider_code = o.provider_code
         AND n.commissioner_code = o.commissioner_code AND n.financial_year = o.financial_year AND n.month = o.month
        WHERE a.dataset = %2$L
        UNION
        SELECT a.person_id, a.activity_id, a.provider_code, a.provider_event_id, a.cds_id
        FROM @icb_identity@.stage_%1$s s JOIN @icb@.activity a ON a.cds_id = s.cds_id AND a.provider_code = s.provider_code
        WHERE a.dataset = %2$L AND s.faults IS NULL
        UNION
        SELECT a.person_id, a.activity_id, a.provider_code, a.provider_event_id, a.cds_id
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        JOIN @icb@.activity a ON a.provider_code = s.provider_code AND a.provider_event_id = s.provider_event_id
         AND a.person_id = i.person_id AND (a.dataset = 'APC' OR a.start_date = s.start_date)
        WHERE a.dataset = %2$L AND s.faults IS NULL $q$, submission_id, dataset);
    EXECUTE format($q$
        DELETE FROM @icb@.activity a USING @icb_identity@.replaced_%1$s r WHERE a.person_id = r.person_id AND a.activity_id = r.activity_id $q$, submission_id);
    EXECUTE format($q$
        WITH numbered AS (
            SELECT s.*, coalesce(x.person_id, i.person_id) AS person_id,
                   row_number() OVER (PARTITION BY coalesce(x.person_id, i.person_id), s.provider_code, coalesce(s.cds_id, s.provider_event_id) ORDER BY s.line_no) AS n
            FROM @icb_identity@.stage_%1$s s
            JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
            LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
            WHERE s.faults IS NULL
        ), former AS (
            SELECT DISTINCT ON (r.person_id, r.provider_code, coalesce(r.cds_id, r.provider_event_id))
                   r.person_id, r.provider_code, coalesce(r.cds_id, r.provider_event_id) AS record, r.activity_id
            FROM @icb_identity@.replaced_%1$s r
            ORDER BY r.person_id, r.provider_code, coalesce(r.cds_id, r.provider_event_id), r.activity_id
        ), ins AS (
            INSERT INTO @icb@.activity (person_id, activity_id, submission_id, dataset, provider_code, site_code, provider_event_id, cds_id,
                commissioner_billed, practice_code, start_date, end_date, age, sex, %3$s hrg, diagnoses, procedures, referral_id, prescribed_service, extra)
            SELECT n.person_id, coalesce(f.activity_id, nextval(%8$L::regclass)), %1$s, %2$L, n.provider_code,
                n.site_code, n.provider_event_id, n.cds_id, n.commissioner_billed, n.practice_code, n.start_date, %4$s, n.age, n.sex, %5$s n.hrg,
                n.diagnoses, n.procedures, %6$s, %7$s, n.extra
            FROM numbered n
            LEFT JOIN former f ON f.person_id = n.person_id AND f.provider_code = n.provider_code AND f.record = coalesce(n.cds_id, n.provider_event_id) AND n.n = 1
            ORDER BY n.person_id, n.start_date
            RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id, dataset,
        CASE dataset
            WHEN 'APC' THEN 'patient_classification, admission_method, admission_source, administrative_category, discharge_method, discharge_destination, discharge_ready_date, treatment_function, main_specialty, best_practice, critical_care_days, rehabilitation_days, overlap_days, palliative_days,'
            WHEN 'OP' THEN 'treatment_function, main_specialty, first_attendance, attendance_status, multi_professional, consultation_medium, administrative_category,'
            ELSE 'department_type, first_attendance, discharge_method, discharge_destination,' END,
        CASE dataset WHEN 'OP' THEN 'n.start_date' WHEN 'EC' THEN 'coalesce(n.end_date, n.start_date)' ELSE 'n.end_date' END,
        CASE dataset
            WHEN 'APC' THEN 'n.patient_classification, n.admission_method, n.admission_source, n.administrative_category, n.discharge_method, n.discharge_destination, n.discharge_ready_date, n.treatment_function, n.main_specialty, n.best_practice, n.critical_care_days, n.rehabilitation_days, n.overlap_days, n.palliative_days,'
            WHEN 'OP' THEN 'n.treatment_function, n.main_specialty, n.first_attendance, n.attendance_status, n.multi_professional, n.consultation_medium, n.administrative_category,'
            ELSE 'n.department_type, n.first_attendance, n.discharge_method, n.discharge_destination,' END,
        CASE dataset WHEN 'EC' THEN 'NULL' ELSE 'n.referral_id' END,
        CASE dataset WHEN 'EC' THEN 'NULL' ELSE 'n.prescribed_service' END,
        pg_get_serial_sequence('@icb@.activity', 'activity_id')) INTO loaded;
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    IF dataset <> 'EC' THEN
        PERFORM @icb@.update_people(submission_id, ARRAY['death_date=s.death_date']);
    END IF;
    PERFORM @icb@.make_current(submission_id);
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_activity(bigint, text) IS
    'Loads the hospital record (APC, OP, EC): its months and its records replace what stood there before. NULL when the file falls too far and is held whole; else rows loaded.';

-- Registrations ------------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_registrations(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier row of the same person']
        FROM (SELECT a.line_no, a.valid_from,
                     max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY a.person_system, a.person_value ORDER BY a.valid_from, a.line_no
                                                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.valid_from < d.busy_to $q$, submission_id);
    -- a registration of no day says nothing
    PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends on the day it starts', 's.valid_to = s.valid_from');
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.update_people(submission_id, ARRAY['sex=s.sex', 'birth_month=date_trunc(''month'', s.birth_date)::date', 'death_date=s.death_date', 'lsoa_code=s.lsoa_code']);
    -- The file wins for the days it speaks of: older rows keep what lies before, rows that begin inside give way.
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT coalesce(x.person_id, i.person_id) AS person_id, s.practice_code, s.valid_from, s.valid_to
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL $q$, submission_id);
    EXECUTE format($q$
        DELETE FROM @icb@.registration r USING @icb_identity@.replaced_%1$s n
        WHERE r.person_id = n.person_id AND r.valid_from >= n.valid_from AND (n.valid_to IS NULL OR r.valid_from < n.valid_to) $q$, submission_id);
    EXECUTE format($q$
        UPDATE @icb@.registration r SET valid_to = n.valid_from
        FROM (SELECT a.person_id, b.valid_from AS old_from, min(a.valid_from) AS valid_from
              FROM @icb_identity@.replaced_%1$s a
              JOIN @icb@.registration b ON b.person_id = a.person_id AND a.valid_from > b.valid_from AND (b.valid_to IS NULL OR a.valid_from < b.valid_to)
              GROUP BY 1, 2) n
        WHERE r.person_id = n.person_id AND r.valid_from = n.old_from $q$, submission_id);
    EXECUTE format($q$
        INSERT INTO @icb@.registration (person_id, practice_code, valid_from, valid_to, submission_id)
        SELECT n.person_id, n.practice_code, n.valid_from, n.valid_to, %1$s
        FROM (SELECT DISTINCT ON (a.person_id, a.valid_from) a.* FROM @icb_identity@.replaced_%1$s a ORDER BY a.person_id, a.valid_from, a.valid_to) n
        ORDER BY n.person_id, n.valid_from $q$, submission_id);
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_registrations(bigint) IS
    'Loads registrations as intervals, end date excluded. The file wins for the days it speaks of; rows of one person that overlap within the file are refused. Rows accepted.';

CREATE FUNCTION @icb@.apply_snapshot(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    loaded bigint;
    day date;
BEGIN
    EXECUTE format('UPDATE @icb_identity@.stage_%s s SET snapshot_date = b.snapshot_date FROM @icb@.submission b WHERE b.submission_id = %s AND s.snapshot_date IS NULL AND s.faults IS NULL',
        submission_id, submission_id);
    PERFORM @icb@.refuse(submission_id, 'snapshot_date', 'no snapshot date in the row or with the file', 's.snapshot_date IS NULL');
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['practice_code|a second practice on the same day']
        FROM (SELECT a.line_no, row_number() OVER (PARTITION BY a.person_system, a.person_value, a.snapshot_date ORDER BY a.line_no) AS n
              FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.n > 1 $q$, submission_id);
    PERFORM @icb@.resolve_people(submission_id);
    PERFORM @icb@.update_people(submission_id, ARRAY['sex=s.sex', 'birth_month=date_trunc(''month'', s.birth_date)::date', 'death_date=s.death_date', 'lsoa_code=s.lsoa_code']);
    EXECUTE format($q$
        CREATE UNLOGGED TABLE @icb_identity@.replaced_%1$s AS
        SELECT coalesce(x.person_id, i.person_id) AS person_id, s.practice_code, s.snapshot_date
        FROM @icb_identity@.stage_%1$s s
        JOIN @icb_identity@.person_identifier i ON i.system = s.person_system AND i.value = s.person_value
        LEFT JOIN @icb_identity@.person_supersedes x ON x.old_person_id = i.person_id
        WHERE s.faults IS NULL $q$, submission_id);
    FOR day IN EXECUTE format('SELECT DISTINCT r.snapshot_date FROM @icb_identity@.replaced_%s r ORDER BY 1', submission_id) LOOP
        -- who is elsewhere now, or gone from a practice that reports, left by this day; a row that began on this very day gives way
        EXECUTE format($q$
            DELETE FROM @icb@.registration r
            WHERE r.valid_from = %2$L AND EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.person_id = r.person_id AND n.practice_code <> r.practice_code) $q$,
            submission_id, day);
        EXECUTE format($q$
            UPDATE @icb@.registration r SET valid_to = %2$L
            WHERE r.valid_from < %2$L AND (r.valid_to IS NULL OR r.valid_to > %2$L)
              AND (EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.person_id = r.person_id AND n.practice_code <> r.practice_code)
                   OR (EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.practice_code = r.practice_code)
                       AND NOT EXISTS (SELECT FROM @icb_identity@.replaced_%1$s n WHERE n.snapshot_date = %2$L AND n.person_id = r.person_id))) $q$,
            submission_id, day);
        EXECUTE format($q$
            INSERT INTO @icb@.registration (person_id, practice_code, valid_from, valid_to, submission_id)
            SELECT n.person_id, n.practice_code, n.snapshot_date,
                   (SELECT min(l.valid_from) FROM @icb@.registration l WHERE l.person_id = n.person_id AND l.valid_from > n.snapshot_date), %1$s
            FROM @icb_identity@.replaced_%1$s n
            WHERE n.snapshot_date = %2$L
              AND NOT EXISTS (SELECT FROM @icb@.registration r WHERE r.person_id = n.person_id AND r.valid_from <= %2$L AND (r.valid_to IS NULL OR r.valid_to > %2$L)) $q$,
            submission_id, day);
    END LOOP;
    EXECUTE format('DROP TABLE @icb_identity@.replaced_%s', submission_id);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_snapshot(bigint) IS
    'Turns monthly snapshots into intervals: a practice holds from the first snapshot that shows it to the first that shows another one, or that lists the practice without the person. Rows accepted.';

-- Prices, plans, contracts -------------------------------------------------------------------

-- Rows with the same key in one file: the first stands, the others are refused.
CREATE FUNCTION @icb@.refuse_repeats(submission_id bigint, target text, key text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY[%2$L || d.first_line]
        FROM (SELECT a.line_no, min(a.line_no) OVER (PARTITION BY %3$s) AS first_line FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
        WHERE s.line_no = d.line_no AND d.line_no > d.first_line $q$, submission_id, target || '|same key as line ', key);
END
$$;
COMMENT ON FUNCTION @icb@.refuse_repeats(bigint, text, text) IS 'Refuses stage rows whose key (SQL over row a) stands on an earlier line of the file.';

CREATE FUNCTION @icb@.apply_prices(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    source text;
BEGIN
    IF feed = 'prices_other' THEN
        PERFORM @icb@.refuse(submission_id, 'kind', 'not emergency, unbundled or procedure', $q$lower(s.kind) NOT IN ('emergency', 'unbundled', 'procedure')$q$);
    END IF;
    PERFORM @icb@.refuse_repeats(submission_id, 'hrg', 'a.tariff_name, a.financial_year, a.hrg::text'
        || CASE feed WHEN 'prices_attendance' THEN ', a.treatment_function' WHEN 'prices_other' THEN ', lower(a.kind)' ELSE '' END);
    source := CASE feed
        WHEN 'prices' THEN $q$
            SELECT s.tariff_name, s.financial_year, 'spell' AS kind, '' AS treatment_function, s.hrg, s.combined, s.day_case, s.elective, s.elective_trim, s.non_elective,
                   s.non_elective_trim, s.per_day, s.short_stay_applicable, s.short_stay_percent, s.short_stay_price, s.best_practice, NULL::numeric AS price, s.synthetic
            FROM stage s WHERE s.faults IS NULL AND coalesce(s.combined, s.day_case, s.elective, s.non_elective, s.per_day) IS NOT NULL
            UNION ALL
            SELECT s.tariff_name, s.financial_year, 'procedure', '', s.hrg, NULL::numeric, NULL::numeric, NULL::numeric, NULL::integer, NULL::numeric, NULL::integer, NULL::numeric, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric, s.procedure_price, s.synthetic
            FROM stage s WHERE s.faults IS NULL AND s.procedure_price IS NOT NULL $q$
        WHEN 'prices_attendance' THEN $q$
            SELECT s.tariff_name, s.financial_year, 'attendance', s.treatment_function, s.hrg, NULL::numeric, NULL::numeric, NULL::numeric, NULL::integer, NULL::numeric, NULL::integer, NULL::numeric, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric, s.price, s.synthetic
            FROM stage s WHERE s.faults IS NULL $q$
        ELSE $q$
            SELECT s.tariff_name, s.financial_year, lower(s.kind), '', s.hrg, NULL::numeric, NULL::numeric, NULL::numeric, NULL::integer, NULL::numeric, NULL::integer, NULL::numeric, NULL::boolean, NULL::numeric, NULL::numeric, NULL::numeric, s.price, s.synthetic
            FROM stage s WHERE s.faults IS NULL $q$ END;
    source := replace(source, 'FROM stage s', format('FROM @icb_identity@.stage_%s s', submission_id));
    EXECUTE format($q$
        INSERT INTO @icb@.tariff_price AS t (tariff_name, financial_year, kind, treatment_function, hrg, combined, day_case, elective, elective_trim, non_elective,
            non_elective_trim, per_day, short_stay_applicable, short_stay_percent, short_stay_price, best_practice, price, synthetic, submission_id)
        SELECT r.tariff_name, r.financial_year, r.kind, r.treatment_function, r.hrg, r.combined, r.day_case, r.elective, r.elective_trim, r.non_elective,
            r.non_elective_trim, r.per_day, r.short_stay_applicable, r.short_stay_percent, r.short_stay_price, r.best_practice, r.price, coalesce(r.synthetic, false), %1$s
        FROM (%2$s) r (tariff_name, financial_year, kind, treatment_function, hrg, combined, day_case, elective, elective_trim, non_elective,
            non_elective_trim, per_day, short_stay_applicable, short_stay_percent, short_stay_price, best_practice, price, synthetic)
        ON CONFLICT ON CONSTRAINT tariff_price_pkey DO UPDATE
        SET combined = excluded.combined, day_case = excluded.day_case, elective = excluded.elective, elective_trim = excluded.elective_trim,
            non_elective = excluded.non_elective, non_elective_trim = excluded.non_elective_trim, per_day = excluded.per_day,
            short_stay_applicable = excluded.short_stay_applicable, short_stay_percent = excluded.short_stay_percent, short_stay_price = excluded.short_stay_price,
            best_practice = excluded.best_practice, price = excluded.price, synthetic = excluded.synthetic, submission_id = excluded.submission_id $q$,
        submission_id, source);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_prices(bigint, text) IS 'Loads a price list into tariff_price; a price sent again replaces the earlier one. Rows accepted.';

CREATE FUNCTION @icb@.apply_factors(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse_repeats(submission_id, 'provider_code', 'a.provider_code, a.financial_year');
    PERFORM @icb@.refuse(submission_id, 'provider_code', 'overlaps a factor of another period', $q$EXISTS (
        SELECT FROM @icb@.factor f WHERE f.kind = 'market_forces' AND f.provider_code = s.provider_code
          AND f.valid && daterange(@icb@.financial_month_start(s.financial_year, 1), (@icb@.financial_month_start(s.financial_year, 1) + interval '1 year')::date)
          AND f.valid <> daterange(@icb@.financial_month_start(s.financial_year, 1), (@icb@.financial_month_start(s.financial_year, 1) + interval '1 year')::date))$q$);
    EXECUTE format($q$
        DELETE FROM @icb@.factor f USING @icb_identity@.stage_%1$s s
        WHERE s.faults IS NULL AND f.kind = 'market_forces' AND f.provider_code = s.provider_code AND lower(f.valid) = @icb@.financial_month_start(s.financial_year, 1) $q$,
        submission_id);
    EXECUTE format($q$
        WITH ins AS (
            INSERT INTO @icb@.factor (provider_code, valid, value, source)
            SELECT s.provider_code, daterange(@icb@.financial_month_start(s.financial_year, 1), (@icb@.financial_month_start(s.financial_year, 1) + interval '1 year')::date),
                   s.value, (SELECT b.file_name FROM @icb@.submission b WHERE b.submission_id = %1$s)
            FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL RETURNING 1
        )
        SELECT count(*) FROM ins $q$, submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_factors(bigint) IS 'Loads market forces factors, one per provider and financial year; a year sent again replaces the earlier value. Rows loaded.';

CREATE FUNCTION @icb@.apply_contract_feed(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    statement text;
BEGIN
    IF feed <> 'contracts' THEN
        PERFORM @icb@.refuse(submission_id, 'contract_id', 'no contract of this name', 'NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)');
    END IF;
    IF feed = 'contracts' THEN
        PERFORM @icb@.refuse(submission_id, 'basis', 'not a basis of payment', $q$s.basis NOT IN ('tariff', 'activity', 'api', 'block', 'blended', 'mret', 'local', 'nca', 'risk_share')$q$);
        PERFORM @icb@.refuse(submission_id, 'rounding', 'not sus, penny or none', $q$s.rounding NOT IN ('sus', 'penny', 'none')$q$);
        PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
        PERFORM @icb@.refuse_repeats(submission_id, 'contract_id', 'a.contract_id');
        statement := $q$
            INSERT INTO @icb@.contract (contract_id, title, basis, valid, tariff_name, rounding, price_tolerance)
            SELECT s.contract_id, s.title, s.basis, daterange(s.valid_from, s.valid_to, '[]'), s.tariff_name, coalesce(s.rounding, 'penny'), coalesce(s.price_tolerance, 1)
            FROM stage s WHERE s.faults IS NULL
            ON CONFLICT ON CONSTRAINT contract_pkey DO UPDATE SET title = excluded.title, basis = excluded.basis, valid = excluded.valid, tariff_name = excluded.tariff_name,
                rounding = excluded.rounding, price_tolerance = excluded.price_tolerance RETURNING 1$q$;
    ELSIF feed = 'contract_parties' THEN
        PERFORM @icb@.refuse(submission_id, 'role', 'not a role of a party', $q$s.role NOT IN ('coordinating_commissioner', 'associate_commissioner', 'provider', 'supplier')$q$);
        PERFORM @icb@.refuse_repeats(submission_id, 'party_order', 'a.contract_id, a.party_order');
        PERFORM @icb@.refuse_repeats(submission_id, 'org_code', 'a.contract_id, a.org_code, a.role');
        -- the file names all parties of the contracts in it
        EXECUTE format('DELETE FROM @icb@.contract_party p USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND p.contract_id = s.contract_id', submission_id);
        statement := $q$
            INSERT INTO @icb@.contract_party (contract_id, party_order, org_code, role)
            SELECT s.contract_id, s.party_order, s.org_code, s.role FROM stage s WHERE s.faults IS NULL RETURNING 1$q$;
    ELSIF feed = 'recovery_rates' THEN
        PERFORM @icb@.refuse(submission_id, 'pod_class', 'not a class of points of delivery',
            $q$s.pod_class NOT IN ('elective', 'emergency', 'non_elective', 'outpatient_first', 'outpatient_follow_up', 'outpatient_procedure', 'emergency_care', 'pass_through', 'any')$q$);
        PERFORM @icb@.refuse(submission_id, 'rate', 'not between 0 and 1', 's.rate NOT BETWEEN 0 AND 1');
        PERFORM @icb@.refuse(submission_id, 'valid_to', 'ends before it starts', 's.valid_to < s.valid_from');
        EXECUTE format($q$
            UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['valid_from|overlaps an earlier rate of the file']
            FROM (SELECT a.line_no, a.valid_from, max(coalesce(a.valid_to, 'infinity'::date)) OVER (PARTITION BY a.contract_id, a.pod_class ORDER BY a.valid_from, a.line_no
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
                  FROM @icb_identity@.stage_%1$s a WHERE a.faults IS NULL) d
            WHERE s.line_no = d.line_no AND d.valid_from <= d.busy_to $q$, submission_id);
        EXECUTE format('DELETE FROM @icb@.recovery_rate r USING @icb_identity@.stage_%s s WHERE s.faults IS NULL AND r.contract_id = s.contract_id AND r.pod_class = s.pod_class', submission_id);
        statement := $q$
            INSERT INTO @icb@.recovery_rate (contract_id, pod_class, valid, rate)
            SELECT s.contract_id, s.pod_class, daterange(s.valid_from, s.valid_to, '[]'), s.rate FROM stage s WHERE s.faults IS NULL RETURNING 1$q$;
    ELSE
        PERFORM @icb@.refuse_repeats(submission_id, 'pod', 'a.contract_id, a.commissioner_code, a.financial_year, a.month, a.pod');
        statement := $q$
            INSERT INTO @icb@.activity_plan (contract_id, commissioner_code, financial_year, month, pod, planned_activity, planned_amount)
            SELECT s.contract_id, s.commissioner_code, s.financial_year, s.month, s.pod, s.planned_activity, s.planned_amount
            FROM stage s WHERE s.faults IS NULL
            ON CONFLICT ON CONSTRAINT activity_plan_pkey DO UPDATE SET planned_activity = excluded.planned_activity, planned_amount = excluded.planned_amount RETURNING 1$q$;
    END IF;
    EXECUTE format('WITH ins AS (%s) SELECT count(*) FROM ins', replace(statement, 'FROM stage s', format('FROM @icb_identity@.stage_%s s', submission_id))) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_contract_feed(bigint, text) IS 'Loads contracts, their parties, recovery rates or plans; what is sent again replaces the earlier rows. Rows loaded.';

CREATE FUNCTION @icb@.apply_organisations(submission_id bigint, feed text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
    source text := CASE feed
        WHEN 'epraccur' THEN $q$SELECT s.line_no, s.faults, s.org_code, s.name, CASE WHEN s.setting = '4' THEN 'practice' ELSE 'other' END AS org_type, s.postcode, s.open_date, s.close_date,
                                       s.parent, 'commissioned_by' AS kind, s.link_from, s.link_to FROM @icb_identity@.stage_%s s$q$
        ELSE $q$SELECT s.line_no, s.faults, s.org_code, s.name, lower(s.org_type) AS org_type, s.postcode, s.open_date, s.close_date,
                       s.parent, lower(s.link_kind) AS kind, s.open_date AS link_from, s.close_date AS link_to FROM @icb_identity@.stage_%s s$q$ END;
BEGIN
    IF feed = 'organisations' THEN
        PERFORM @icb@.refuse(submission_id, 'link_kind', 'not member_of, commissioned_by, site_of or successor',
            $q$s.parent IS NOT NULL AND coalesce(lower(s.link_kind), '') NOT IN ('member_of', 'commissioned_by', 'site_of', 'successor')$q$);
    END IF;
    PERFORM @icb@.refuse(submission_id, 'close_date', 'closes before it opens', 's.close_date < s.open_date');
    source := format(source, submission_id);
    IF feed = 'epraccur' THEN
        PERFORM @icb@.refuse(submission_id, 'link_to', 'ends before it starts', 's.link_to < s.link_from');
    END IF;
    EXECUTE format($q$
        UPDATE @icb_identity@.stage_%1$s s SET faults = ARRAY['parent|overlaps an earlier link of the file']
        FROM (SELECT a.line_no, coalesce(a.link_from, '-infinity'::date) AS link_from,
                     max(coalesce(a.link_to, 'infinity'::date)) OVER (PARTITION BY a.org_code, a.kind ORDER BY a.link_from NULLS FIRST, a.line_no
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_to
              FROM (%2$s) a WHERE a.faults IS NULL AND a.parent IS NOT NULL AND a.kind <> 'successor') d
        WHERE s.line_no = d.line_no AND d.link_from <= d.busy_to $q$, submission_id, source);
    EXECUTE format($q$
        INSERT INTO @icb@.organisation (org_code, name, org_type, postcode, open_date, close_date)
        SELECT DISTINCT ON (a.org_code) a.org_code, a.name, a.org_type, a.postcode, min(a.open_date) OVER (PARTITION BY a.org_code),
               CASE WHEN count(*) FILTER (WHERE a.close_date IS NULL) OVER (PARTITION BY a.org_code) = 0 THEN max(a.close_date) OVER (PARTITION BY a.org_code) END
        FROM (%s) a WHERE a.faults IS NULL ORDER BY a.org_code, a.line_no DESC
        ON CONFLICT ON CONSTRAINT organisation_pkey DO UPDATE
        SET name = excluded.name, org_type = excluded.org_type, postcode = coalesce(excluded.postcode, organisation.postcode),
            open_date = excluded.open_date, close_date = excluded.close_date $q$, source);
    -- the file names all links of its organisations, kind by kind
    EXECUTE format('DELETE FROM @icb@.organisation_link l USING (%s) a WHERE a.faults IS NULL AND a.parent IS NOT NULL AND l.child = a.org_code AND l.kind = a.kind', source);
    EXECUTE format($q$
        INSERT INTO @icb@.organisation_link (child, kind, parent, valid)
        SELECT DISTINCT a.org_code, a.kind, a.parent, daterange(a.link_from, a.link_to, '[]') FROM (%s) a WHERE a.faults IS NULL AND a.parent IS NOT NULL $q$, source);
    EXECUTE format('SELECT count(*) FROM (%s) a WHERE a.faults IS NULL', source) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_organisations(bigint, text) IS 'Loads organisations and their dated links; end dates are the last day. Rows accepted.';

CREATE FUNCTION @icb@.apply_control(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    loaded bigint;
BEGIN
    PERFORM @icb@.refuse(submission_id, 'file_name', 'no file of this name was received', format('NOT EXISTS (SELECT FROM @icb@.submission b WHERE b.file_name = s.file_name AND b.submission_id <> %s)', submission_id));
    PERFORM @icb@.refuse_repeats(submission_id, 'file_name', 'a.file_name');
    EXECUTE format($q$
        UPDATE @icb@.submission b SET control_rows = s.control_rows, control_amount = s.control_amount
        FROM @icb_identity@.stage_%1$s s
        WHERE s.faults IS NULL AND b.submission_id = (SELECT max(c.submission_id) FROM @icb@.submission c WHERE c.file_name = s.file_name AND c.submission_id <> %1$s) $q$, submission_id);
    EXECUTE format('SELECT count(*) FROM @icb_identity@.stage_%s s WHERE s.faults IS NULL', submission_id) INTO loaded;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_control(bigint) IS 'Attaches control totals to the latest file of each name. Rows accepted.';

-- All together -------------------------------------------------------------------------------

CREATE FUNCTION @icb@.apply_submission(submission_id bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    sub @icb@.submission;
    known commissioning.feed_reference;
    amount text;
    slice text;
    loaded bigint;
    received bigint;
    refused bigint;
    refused_amount numeric;
    unreadable bigint;
BEGIN
    SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = submission_id;
    SELECT r.* INTO known FROM commissioning.feed_reference r WHERE r.feed = sub.feed;
    amount := CASE sub.feed WHEN 'plcm' THEN 's.total_cost' WHEN 'acm' THEN 's.actual_price' WHEN 'plan' THEN 's.planned_amount' ELSE 'NULL::numeric' END;
    loaded := CASE sub.feed
        WHEN 'plcm' THEN @icb@.apply_plcm(submission_id)
        WHEN 'acm' THEN @icb@.apply_acm(submission_id)
        WHEN 'sus_apc' THEN @icb@.apply_activity(submission_id, 'APC')
        WHEN 'sus_op' THEN @icb@.apply_activity(submission_id, 'OP')
        WHEN 'sus_ec' THEN @icb@.apply_activity(submission_id, 'EC')
        WHEN 'registrations' THEN @icb@.apply_registrations(submission_id)
        WHEN 'registrations_snapshot' THEN @icb@.apply_snapshot(submission_id)
        WHEN 'factors' THEN @icb@.apply_factors(submission_id)
        WHEN 'organisations' THEN @icb@.apply_organisations(submission_id, sub.feed)
        WHEN 'epraccur' THEN @icb@.apply_organisations(submission_id, sub.feed)
        WHEN 'control' THEN @icb@.apply_control(submission_id)
        WHEN 'prices' THEN @icb@.apply_prices(submission_id, sub.feed)
        WHEN 'prices_attendance' THEN @icb@.apply_prices(submission_id, sub.feed)
        WHEN 'prices_other' THEN @icb@.apply_prices(submission_id, sub.feed)
        ELSE @icb@.apply_contract_feed(submission_id, sub.feed) END;
    IF loaded IS NULL THEN
        RETURN;
    END IF;
    PERFORM @icb@.write_rejects(submission_id, amount);
    -- Unknown columns: beside the row where its table has a place for them, else here; those of epraccur are known and not used.
    IF sub.feed <> 'epraccur' THEN
        EXECUTE format($q$
            INSERT INTO @icb_identity@.line_extra (submission_id, line_no, extra)
            SELECT %1$s, s.line_no, x.extra
            FROM @icb_identity@.stage_%1$s s
            CROSS JOIN LATERAL (SELECT CASE WHEN %2$L THEN s.extra_identity ELSE coalesce(s.extra || s.extra_identity, s.extra, s.extra_identity) END AS extra) x
            WHERE s.faults IS NULL AND x.extra IS NOT NULL $q$, submission_id, known.dataset IS NOT NULL);
    END IF;
    -- A row of wrong length has its values in the wrong columns: its amount is not readable.
    EXECUTE format($q$
        SELECT count(*), count(*) FILTER (WHERE s.faults IS NOT NULL), coalesce(sum(%2$s) FILTER (WHERE s.faults IS NOT NULL AND s.line_fault IS NULL), 0),
               count(*) FILTER (WHERE s.faults IS NOT NULL AND (%2$s IS NULL OR s.line_fault IS NOT NULL) AND %3$L)
        FROM @icb_identity@.stage_%1$s s $q$, submission_id, amount, amount <> 'NULL::numeric') INTO received, refused, refused_amount, unreadable;
    IF received <> loaded + refused OR received <> sub.rows_received THEN
        RAISE EXCEPTION 'submission % does not reconcile: % received, % staged, % loaded, % refused', submission_id, sub.rows_received, received, loaded, refused
            USING ERRCODE = 'data_exception';
    END IF;
    IF known.dataset IN ('PLCM', 'ACM') THEN
        EXECUTE format($q$
            UPDATE @icb@.submission_slice t SET refused_count = r.n, refused_amount = r.amount
            FROM (SELECT s.provider_code, s.commissioner_code, s.financial_year, s.month, count(*) AS n, coalesce(sum(%2$s), 0) AS amount
                  FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NOT NULL AND s.line_fault IS NULL GROUP BY 1, 2, 3, 4) r
            WHERE t.submission_id = %1$s AND t.provider_code = r.provider_code AND t.commissioner_code = r.commissioner_code
              AND t.financial_year = r.financial_year AND t.month = r.month $q$, submission_id, amount);
    END IF;
    UPDATE @icb@.submission s
    SET status = 'loaded', loaded_at = clock_timestamp(), rows_loaded = loaded, rows_rejected = refused, amount_rejected = refused_amount,
        amounts_unreadable = unreadable, message = CASE WHEN s.released THEN s.message END
    WHERE s.submission_id = submission_id;
    IF amount <> 'NULL::numeric' THEN
        EXECUTE format('UPDATE @icb@.submission b SET amount_loaded = (SELECT coalesce(sum(%2$s), 0) FROM @icb_identity@.stage_%1$s s WHERE s.faults IS NULL) WHERE b.submission_id = %1$s', submission_id, amount);
    END IF;
    IF known.dataset IN ('PLCM', 'ACM') THEN
        -- money is counted twice, as read and as inserted
        PERFORM FROM @icb@.submission s
        WHERE s.submission_id = submission_id
          AND s.amount_loaded <> (SELECT coalesce(sum(t.amount), 0) FROM @icb@.submission_slice t WHERE t.submission_id = s.submission_id);
        IF FOUND THEN
            RAISE EXCEPTION 'submission % does not reconcile: the amounts of its slices differ from the amounts read', submission_id USING ERRCODE = 'data_exception';
        END IF;
    END IF;
    EXECUTE format('DROP TABLE @icb_identity@.stage_%s', submission_id);
    IF (SELECT m.value FROM @icb@.meta m WHERE m.key = 'keep_landing') IS DISTINCT FROM 'yes' THEN
        PERFORM @icb@.drop_work_tables(submission_id);
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.apply_submission(bigint) IS
    'Loads a staged submission into its tables, writes rejects, totals and slices, and drops stage and landing (meta keep_landing = yes keeps the landing table). Raises 22000 when rows or money do not reconcile.';

CREATE PROCEDURE @icb@.load()
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    run bigint;
    sub record;
    waiting bigint[];
    failed integer := 0;
    text_of_error text;
BEGIN
    run := @icb@.start_run('load');
    COMMIT;
    waiting := ARRAY(
        SELECT s.submission_id FROM @icb@.submission s JOIN commissioning.feed_reference r ON r.feed = s.feed
        WHERE s.status IN ('landed', 'loading')
        ORDER BY r.load_order, s.submission_id);
    FOR i IN 1 .. cardinality(waiting) LOOP
        SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = waiting[i];
        PERFORM @icb@.report_progress(run, 100.0 * (i - 1) / cardinality(waiting), format('%s %s: reading %s rows', sub.feed, sub.file_name, sub.rows_received));
        text_of_error := NULL;
        BEGIN
            -- leftovers of a load that broke off
            DELETE FROM @icb@.reject r WHERE r.submission_id = waiting[i];
            DELETE FROM @icb_identity@.reject_raw r WHERE r.submission_id = waiting[i];
            PERFORM @icb@.build_stage(waiting[i]);
            UPDATE @icb@.submission s SET status = 'loading' WHERE s.submission_id = waiting[i];
        EXCEPTION WHEN OTHERS THEN
            text_of_error := SQLERRM;
        END;
        COMMIT;
        IF text_of_error IS NULL THEN
            PERFORM @icb@.report_progress(run, 100.0 * (i - 0.6) / cardinality(waiting), format('%s %s: loading', sub.feed, sub.file_name));
            COMMIT;
            BEGIN
                PERFORM @icb@.apply_submission(waiting[i]);
            EXCEPTION WHEN OTHERS THEN
                text_of_error := SQLERRM;
            END;
        END IF;
        IF text_of_error IS NOT NULL THEN
            failed := failed + 1;
            -- an unforeseen message might quote a value
            text_of_error := regexp_replace(text_of_error, '[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}', '##########', 'g');
            UPDATE @icb@.submission s SET status = 'failed', message = text_of_error WHERE s.submission_id = waiting[i];
            RAISE WARNING 'submission % (%) was not loaded: %', waiting[i], sub.file_name, text_of_error;
        END IF;
        COMMIT;
        SELECT s.* INTO sub FROM @icb@.submission s WHERE s.submission_id = waiting[i];
        PERFORM @icb@.report_progress(run, 100.0 * i / cardinality(waiting),
            format('%s %s: %s', sub.feed, sub.file_name,
                   CASE WHEN sub.status = 'loaded' THEN format('%s rows loaded, %s refused', sub.rows_loaded, sub.rows_rejected) ELSE sub.status END));
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(run,
        (SELECT coalesce(sum(s.rows_received), 0)::bigint FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        (SELECT coalesce(sum(s.rows_loaded), 0)::bigint FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        (SELECT sum(s.amount_loaded + s.amount_rejected) FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        (SELECT sum(s.amount_loaded) FROM @icb@.submission s WHERE s.submission_id = ANY (waiting)),
        CASE WHEN failed > 0 THEN 'failed' WHEN cardinality(waiting) = 0 THEN 'unchanged' ELSE 'done' END,
        format('%s files, %s failed', cardinality(waiting), failed));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.load() IS
    'Loads every landed submission, each in its own transactions, so that a load that broke off goes on where it stood. A file that cannot be loaded is marked failed with the reason, with a warning, and the others go on.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('25-load-reporting', $commissioning_part$-- Where the data stand, what was refused, how files restate one another, how fast feedback is.

-- A cumulative file restates months that an earlier file brought. A month of that earlier file which it leaves out stays current
-- although its sender may have dropped it: it is reported, never guessed. Files split by month restate none of each other's months.
CREATE VIEW @icb@.slice_not_restated AS
SELECT o.submission_id, o.dataset, o.provider_code, o.commissioner_code, o.financial_year, o.month, max(n.submission_id) AS left_out_by
FROM @icb@.submission_slice o
JOIN @icb@.submission_slice e ON e.submission_id = o.submission_id AND e.dataset = o.dataset AND e.provider_code = o.provider_code AND e.commissioner_code = o.commissioner_code AND e.financial_year = o.financial_year AND e.month <> o.month
JOIN @icb@.submission_slice n ON n.submission_id > e.submission_id AND n.dataset = e.dataset AND n.provider_code = e.provider_code AND n.commissioner_code = e.commissioner_code AND n.financial_year = e.financial_year AND n.month = e.month
WHERE o.status = 'current' AND o.dataset IN ('PLCM', 'ACM')
  AND NOT EXISTS (SELECT FROM @icb@.submission_slice x WHERE x.submission_id = n.submission_id AND x.dataset = o.dataset AND x.provider_code = o.provider_code AND x.commissioner_code = o.commissioner_code AND x.financial_year = o.financial_year AND x.month = o.month)
GROUP BY o.submission_id, o.dataset, o.provider_code, o.commissioner_code, o.financial_year, o.month;
COMMENT ON VIEW @icb@.slice_not_restated IS 'Current slices that a later file, restating other months of the same file, left out.';
COMMENT ON COLUMN @icb@.slice_not_restated.left_out_by IS 'Latest submission that left the month out.';

-- What the sender says against what came, per file.
CREATE VIEW @icb@.submission_control AS
SELECT s.submission_id,
       s.rows_received - s.control_rows AS rows_difference,
       s.amount_loaded + s.amount_rejected - s.control_amount AS amount_difference,
       CASE WHEN s.control_rows IS NULL AND s.control_amount IS NULL THEN 'no control'
            WHEN s.rows_received <> s.control_rows OR s.amount_loaded + s.amount_rejected <> s.control_amount THEN 'differs'
            ELSE 'ok' END AS status
FROM @icb@.submission s
WHERE s.status = 'loaded';
COMMENT ON VIEW @icb@.submission_control IS 'Loaded files against control totals: no control, ok or differs. Amounts that cannot be read are in no total; submission.amounts_unreadable counts them.';
COMMENT ON COLUMN @icb@.submission_control.rows_difference IS 'Rows received less control rows; NULL without control.';
COMMENT ON COLUMN @icb@.submission_control.amount_difference IS 'Readable amounts received, loaded and refused, less the control amount; NULL without control.';

CREATE VIEW @icb_reporting@.load_position AS
SELECT g.dataset::text AS dataset,
       g.provider_code::text AS provider_code,
       @icb@.financial_month_start(g.financial_year, g.month)::date AS activity_month,
       g.financial_year::text AS financial_year,
       g.month::integer AS financial_month,
       g.submission_kind::text AS submission_kind,
       (g.line_count + g.refused_count)::bigint AS rows_received,
       g.refused_count::bigint AS rows_rejected,
       (CASE WHEN g.dataset IN ('PLCM', 'ACM') THEN g.amount END)::numeric(16,2) AS value_gbp,
       (CASE WHEN g.dataset IN ('PLCM', 'ACM') THEN g.refused_amount END)::numeric(16,2) AS refused_gbp,
       (CASE WHEN g.parts = 1 THEN s.control_amount END)::numeric(16,2) AS control_gbp,
       (CASE WHEN g.parts = 1 THEN c.amount_difference END)::numeric(16,2) AS difference_gbp,
       (CASE WHEN g.status = 'held' THEN 'held' ELSE c.status END)::text AS status,
       nullif(concat_ws('; ', g.held_reason,
              CASE WHEN g.left_out_by IS NOT NULL THEN 'not restated by submission ' || g.left_out_by END,
              CASE WHEN s.amounts_unreadable > 0 THEN s.amounts_unreadable || ' refused rows of the file have no readable amount' END,
              CASE WHEN c.rows_difference <> 0 THEN 'rows of the file differ from control by ' || c.rows_difference END,
              CASE WHEN g.parts > 1 AND c.amount_difference <> 0 THEN 'amount of the file differs from control by ' || c.amount_difference::numeric(16,2) END), '')::text AS note,
       s.submission_id::bigint AS submission_id,
       s.file_name::text AS file_name,
       s.loaded_at::timestamptz AS loaded_at
FROM (SELECT t.submission_id, t.dataset, t.provider_code, t.financial_year, t.month, t.submission_kind, t.status,
             sum(t.line_count) AS line_count, sum(t.refused_count) AS refused_count, sum(t.amount) AS amount, sum(t.refused_amount) AS refused_amount,
             min(t.held_reason) AS held_reason, max(r.left_out_by) AS left_out_by,
             count(*) OVER (PARTITION BY t.submission_id) AS parts
      FROM @icb@.submission_slice t
      LEFT JOIN @icb@.slice_not_restated r ON r.submission_id = t.submission_id AND r.dataset = t.dataset AND r.provider_code = t.provider_code
           AND r.commissioner_code = t.commissioner_code AND r.financial_year = t.financial_year AND r.month = t.month
      WHERE t.status IN ('current', 'held')
      GROUP BY t.submission_id, t.dataset, t.provider_code, t.financial_year, t.month, t.submission_kind, t.status) g
JOIN @icb@.submission s ON s.submission_id = g.submission_id
LEFT JOIN @icb@.submission_control c ON c.submission_id = g.submission_id
UNION ALL
SELECT f.dataset, NULL, NULL, NULL, NULL, s.submission_kind, s.rows_received, NULL, NULL::numeric(16,2), NULL::numeric(16,2), s.control_amount::numeric(16,2), NULL::numeric(16,2),
       CASE WHEN s.status IN ('held', 'failed') THEN s.status ELSE 'waiting' END, s.message, s.submission_id, s.file_name, s.loaded_at
FROM @icb@.submission s
JOIN commissioning.feed_reference f ON f.feed = s.feed
WHERE f.dataset IS NOT NULL AND s.status <> 'loaded';
COMMENT ON VIEW @icb_reporting@.load_position IS 'Where the data stand: one row per dataset, provider and month of the current position, with what was refused, and per held month or file that waits. Status: ok, differs or no control (against the control totals of the file), held, failed or waiting.';
COMMENT ON COLUMN @icb_reporting@.load_position.dataset IS 'PLCM (patient-level claim), ACM (aggregate claim), APC, OP or EC (hospital record).';
COMMENT ON COLUMN @icb_reporting@.load_position.provider_code IS 'Provider; NULL for a file that is not loaded.';
COMMENT ON COLUMN @icb_reporting@.load_position.activity_month IS 'First day of the month of activity; NULL for a file that is not loaded.';
COMMENT ON COLUMN @icb_reporting@.load_position.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb_reporting@.load_position.financial_month IS 'Month in the financial year, 1 is April.';
COMMENT ON COLUMN @icb_reporting@.load_position.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.load_position.rows_received IS 'Rows of this provider and month that came, loaded or refused. Refused rows whose provider or month cannot be read are counted in load_file only.';
COMMENT ON COLUMN @icb_reporting@.load_position.rows_rejected IS 'Rows refused.';
COMMENT ON COLUMN @icb_reporting@.load_position.value_gbp IS 'Amount of the rows loaded, in pounds; NULL for the hospital record.';
COMMENT ON COLUMN @icb_reporting@.load_position.refused_gbp IS 'Readable amount of the rows refused, in pounds.';
COMMENT ON COLUMN @icb_reporting@.load_position.control_gbp IS 'Amount the sender says the file holds; NULL without control or where the file covers several providers or months (see load_file).';
COMMENT ON COLUMN @icb_reporting@.load_position.difference_gbp IS 'Readable amount of the file, loaded and refused, less the control amount; NULL where control_gbp is NULL.';
COMMENT ON COLUMN @icb_reporting@.load_position.status IS 'ok, differs or no control: the file against its control totals; held: waits to be released; failed or waiting: a file not loaded.';
COMMENT ON COLUMN @icb_reporting@.load_position.note IS 'Why it is held, which later file left the month out, what differs; NULL when there is nothing to say.';
COMMENT ON COLUMN @icb_reporting@.load_position.submission_id IS 'File it came with.';
COMMENT ON COLUMN @icb_reporting@.load_position.file_name IS 'Its name.';
COMMENT ON COLUMN @icb_reporting@.load_position.loaded_at IS 'When it was loaded.';

CREATE VIEW @icb_reporting@.load_file AS
SELECT s.submission_id::bigint AS submission_id,
       s.feed::text AS feed,
       s.file_name::text AS file_name,
       s.submission_kind::text AS submission_kind,
       s.received_at::timestamptz AS received_at,
       s.loaded_at::timestamptz AS loaded_at,
       s.rows_received::bigint AS rows_received,
       s.rows_loaded::bigint AS rows_loaded,
       s.rows_rejected::bigint AS rows_rejected,
       (CASE WHEN s.feed IN ('plcm', 'acm', 'plan') THEN s.amount_loaded END)::numeric(16,2) AS value_gbp,
       (CASE WHEN s.feed IN ('plcm', 'acm', 'plan') THEN s.amount_rejected END)::numeric(16,2) AS refused_gbp,
       s.amounts_unreadable::bigint AS amounts_unreadable,
       s.control_rows::bigint AS control_rows,
       s.control_amount::numeric(16,2) AS control_gbp,
       c.rows_difference::bigint AS rows_difference,
       c.amount_difference::numeric(16,2) AS difference_gbp,
       coalesce(c.status, s.status)::text AS status,
       s.message::text AS message
FROM @icb@.submission s
LEFT JOIN @icb@.submission_control c ON c.submission_id = s.submission_id;
COMMENT ON VIEW @icb_reporting@.load_file IS 'Every file received: rows and money in, refused and against control totals.';
COMMENT ON COLUMN @icb_reporting@.load_file.submission_id IS 'Number of the file.';
COMMENT ON COLUMN @icb_reporting@.load_file.feed IS 'Feed, such as plcm.';
COMMENT ON COLUMN @icb_reporting@.load_file.file_name IS 'Name as sent.';
COMMENT ON COLUMN @icb_reporting@.load_file.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.load_file.received_at IS 'When it was received.';
COMMENT ON COLUMN @icb_reporting@.load_file.loaded_at IS 'When it was loaded, NULL before.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_received IS 'Rows in the file.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_loaded IS 'Rows loaded.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_rejected IS 'Rows refused; received = loaded + refused once it is loaded.';
COMMENT ON COLUMN @icb_reporting@.load_file.value_gbp IS 'Amount of the rows loaded, in pounds; NULL for feeds without amounts.';
COMMENT ON COLUMN @icb_reporting@.load_file.refused_gbp IS 'Readable amount of the rows refused, in pounds.';
COMMENT ON COLUMN @icb_reporting@.load_file.amounts_unreadable IS 'Refused rows whose amount cannot be read: no total contains them.';
COMMENT ON COLUMN @icb_reporting@.load_file.control_rows IS 'Rows the sender says the file holds, NULL without control.';
COMMENT ON COLUMN @icb_reporting@.load_file.control_gbp IS 'Amount the sender says the file holds, NULL without control.';
COMMENT ON COLUMN @icb_reporting@.load_file.rows_difference IS 'Rows received less control rows.';
COMMENT ON COLUMN @icb_reporting@.load_file.difference_gbp IS 'Readable amount received less control amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.load_file.status IS 'ok, differs or no control once loaded; before that landing, landed, loading, held or failed.';
COMMENT ON COLUMN @icb_reporting@.load_file.message IS 'Why it is held or failed.';

CREATE VIEW @icb_reporting@.load_reject AS
SELECT r.submission_id::bigint AS submission_id,
       s.feed::text AS feed,
       s.file_name::text AS file_name,
       r.line_no::bigint AS line_no,
       r.column_name::text AS column_name,
       r.value_masked::text AS value_masked,
       r.reason::text AS reason,
       r.amount::numeric(16,2) AS amount_gbp
FROM @icb@.reject r
JOIN @icb@.submission s ON s.submission_id = r.submission_id;
COMMENT ON VIEW @icb_reporting@.load_reject IS 'Every fault of every refused row, values masked. The rows as sent stand in the identity schema.';
COMMENT ON COLUMN @icb_reporting@.load_reject.submission_id IS 'File it came with.';
COMMENT ON COLUMN @icb_reporting@.load_reject.feed IS 'Feed, such as plcm.';
COMMENT ON COLUMN @icb_reporting@.load_reject.file_name IS 'Name of the file.';
COMMENT ON COLUMN @icb_reporting@.load_reject.line_no IS 'Line of the file on which the row begins; the header is line 1.';
COMMENT ON COLUMN @icb_reporting@.load_reject.column_name IS 'Header of the column; (row) when the row as a whole cannot be read.';
COMMENT ON COLUMN @icb_reporting@.load_reject.value_masked IS 'Shape of the value: letters as x, digits as 9.';
COMMENT ON COLUMN @icb_reporting@.load_reject.reason IS 'What is wrong.';
COMMENT ON COLUMN @icb_reporting@.load_reject.amount_gbp IS 'Amount of the row where it can be read, on its first fault only, in pounds.';

CREATE VIEW @icb_reporting@.slice_history AS
SELECT t.submission_id::bigint AS submission_id,
       s.file_name::text AS file_name,
       t.dataset::text AS dataset,
       t.provider_code::text AS provider_code,
       t.commissioner_code::text AS commissioner_code,
       @icb@.financial_month_start(t.financial_year, t.month)::date AS activity_month,
       t.financial_year::text AS financial_year,
       t.month::integer AS financial_month,
       t.submission_kind::text AS submission_kind,
       t.line_count::bigint AS rows_loaded,
       (CASE WHEN t.dataset IN ('PLCM', 'ACM') THEN t.amount END)::numeric(16,2) AS value_gbp,
       (t.amount - lag(t.amount) OVER (PARTITION BY t.dataset, t.provider_code, t.commissioner_code, t.financial_year, t.month ORDER BY t.submission_id))::numeric(16,2) AS change_gbp,
       t.status::text AS status,
       t.held_reason::text AS held_reason,
       t.released_by::text AS released_by,
       t.released_at::timestamptz AS released_at,
       s.loaded_at::timestamptz AS loaded_at
FROM @icb@.submission_slice t
JOIN @icb@.submission s ON s.submission_id = t.submission_id
UNION ALL
SELECT n.left_out_by, s.file_name, n.dataset, n.provider_code, n.commissioner_code, @icb@.financial_month_start(n.financial_year, n.month), n.financial_year, n.month,
       s.submission_kind, 0, NULL::numeric(16,2), NULL::numeric(16,2), 'not restated', 'submission ' || n.submission_id || ' stays current', NULL, NULL, s.loaded_at
FROM @icb@.slice_not_restated n
JOIN @icb@.submission s ON s.submission_id = n.left_out_by;
COMMENT ON VIEW @icb_reporting@.slice_history IS 'What every file said about every slice (dataset, provider, commissioner, month), with the change against the statement before it, and the months that a later file left out.';
COMMENT ON COLUMN @icb_reporting@.slice_history.submission_id IS 'File.';
COMMENT ON COLUMN @icb_reporting@.slice_history.file_name IS 'Its name.';
COMMENT ON COLUMN @icb_reporting@.slice_history.dataset IS 'PLCM, ACM, APC, OP or EC.';
COMMENT ON COLUMN @icb_reporting@.slice_history.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.slice_history.commissioner_code IS 'Commissioner as billed; - when none was given.';
COMMENT ON COLUMN @icb_reporting@.slice_history.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.slice_history.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb_reporting@.slice_history.financial_month IS 'Month in the financial year, 1 is April.';
COMMENT ON COLUMN @icb_reporting@.slice_history.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.slice_history.rows_loaded IS 'Rows the file holds for the slice.';
COMMENT ON COLUMN @icb_reporting@.slice_history.value_gbp IS 'Their amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.slice_history.change_gbp IS 'Change against the file before it, in pounds; NULL for the first.';
COMMENT ON COLUMN @icb_reporting@.slice_history.status IS 'current, superseded, held, or not restated: the file leaves the month out although it restates others.';
COMMENT ON COLUMN @icb_reporting@.slice_history.held_reason IS 'Why it is held, or what stays current.';
COMMENT ON COLUMN @icb_reporting@.slice_history.released_by IS 'Who released a held slice.';
COMMENT ON COLUMN @icb_reporting@.slice_history.released_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.slice_history.loaded_at IS 'When the file was loaded.';

CREATE VIEW @icb_reporting@.feedback_timeliness AS
SELECT g.dataset::text AS dataset,
       g.provider_code::text AS provider_code,
       g.month_start::date AS activity_month,
       g.submission_kind::text AS submission_kind,
       g.received_at::timestamptz AS received_at,
       g.loaded_at::timestamptz AS loaded_at,
       v.finished_at::timestamptz AS feedback_at,
       (g.received_at::date - g.month_end)::integer AS days_to_receipt,
       (g.loaded_at::date - g.month_end)::integer AS days_to_load,
       (v.finished_at::date - g.month_end)::integer AS days_to_feedback
FROM (SELECT t.dataset, t.provider_code, t.submission_kind, @icb@.financial_month_start(t.financial_year, t.month) AS month_start,
             (@icb@.financial_month_start(t.financial_year, t.month) + interval '1 month - 1 day')::date AS month_end,
             min(s.received_at) AS received_at, min(s.loaded_at) AS loaded_at
      FROM @icb@.submission_slice t
      JOIN @icb@.submission s ON s.submission_id = t.submission_id
      GROUP BY t.dataset, t.provider_code, t.submission_kind, t.financial_year, t.month) g
LEFT JOIN LATERAL (SELECT min(r.finished_at) AS finished_at FROM @icb@.run r
                   WHERE r.stage = 'validate' AND r.status IN ('done', 'unchanged') AND r.started_at >= g.loaded_at) v ON true;
COMMENT ON VIEW @icb_reporting@.feedback_timeliness IS 'Days from the end of a month to its data and to feedback on them, per dataset, provider, month and kind of submission: the first file of each kind.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.dataset IS 'PLCM, ACM, APC, OP or EC.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.submission_kind IS 'flex, freeze or refresh.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.received_at IS 'When the first file with this month came.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.loaded_at IS 'When it was loaded.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.feedback_at IS 'End of the first validation after that, NULL before.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.days_to_receipt IS 'Days from the end of the month to the file; negative when it came before the end.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.days_to_load IS 'Days from the end of the month to the load.';
COMMENT ON COLUMN @icb_reporting@.feedback_timeliness.days_to_feedback IS 'Days from the end of the month to the first validation that saw the data; NULL before.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('30-match', $commissioning_part$-- Claims meet the record and each other.
--
-- Each result is defined by a view over the current position and persisted by icb.match(), one partition of persons at a time: the
-- same statement, with the tables replaced by their partitions.

-- The procedures run a view's own text over one partition, so that a memory setting bounds them and progress can be committed.
-- Views that it is built on are put in as sub-selects, for they name the tables.
CREATE FUNCTION @icb@.partition_query(source regclass, part integer) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    query text := rtrim(pg_get_viewdef(source), ';');
    inner_view text;
BEGIN
    LOOP
        inner_view := substring(query FROM '\m@icb@\.(claim_facts|claim_price|claim_base)\M');
        EXIT WHEN inner_view IS NULL;
        query := replace(query, '@icb@.' || inner_view || ' ', '(' || rtrim(pg_get_viewdef(('@icb@.' || inner_view)::regclass), ';') || ') ');
    END LOOP;
    RETURN regexp_replace(query, '\m@icb@\.(invoice_line|activity|line_match|claim_pair|line_price|finding)\M', '@icb@.\1_p' || part, 'g');
END
$$;
COMMENT ON FUNCTION @icb@.partition_query(regclass, integer) IS
    'Text of a view with every table that is partitioned by person replaced by its partition number part.';

CREATE FUNCTION @icb@.partition_count() RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT pg_catalog.count(*)::integer FROM pg_catalog.pg_inherits i WHERE i.inhparent = '@icb@.invoice_line'::pg_catalog.regclass);
COMMENT ON FUNCTION @icb@.partition_count() IS 'Number of partitions of the tables that are keyed by person.';

-- What the planner knows of the tables, and of their partitions, after a load: brought up to date where a tenth has changed. Only an owner may.
CREATE FUNCTION @icb@.refresh_statistics(VARIADIC names text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    leaf record;
BEGIN
    FOR leaf IN
        SELECT c.oid::pg_catalog.regclass AS relid
        FROM pg_catalog.unnest(names) AS n
        -- a table without partitions has no tree
        LEFT JOIN LATERAL pg_catalog.pg_partition_tree(('@icb@.' || n)::pg_catalog.regclass) t ON t.isleaf
        JOIN pg_catalog.pg_class c ON c.oid = coalesce(t.relid, ('@icb@.' || n)::pg_catalog.regclass)
        WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE')
          AND (c.reltuples < 0
               OR pg_catalog.pg_stat_get_mod_since_analyze(c.oid) > 0.1 * greatest(c.reltuples, 100))
    LOOP
        EXECUTE pg_catalog.format('ANALYZE %s', leaf.relid);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.refresh_statistics(text[]) IS
    'Analyses the named tables of this warehouse, partition by partition, where statistics are missing or a tenth of the rows has changed since. Skips what the caller does not own.';

-- Makes target hold the rows of a query, touching only rows that differ: a repeat changes nothing.
CREATE FUNCTION @icb@.replace_rows(target text, keys text[], query text, OUT added bigint, OUT removed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    same text := (SELECT pg_catalog.string_agg(pg_catalog.format('s.%1$I = t.%1$I', k), ' AND ') FROM pg_catalog.unnest(keys) AS k);
    loops text := pg_catalog.current_setting('enable_nestloop');
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_rows') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_rows;
    END IF;
    EXECUTE 'CREATE UNLOGGED TABLE @icb_identity@.stage_rows AS ' || query;
    ANALYZE @icb_identity@.stage_rows;
    -- A target believed empty would be scanned once for each row, and grows while it is.
    PERFORM pg_catalog.set_config('enable_nestloop', 'off', true);
    -- the comparison of whole rows holds NULLs equal
    EXECUTE pg_catalog.format('DELETE FROM %1$s t WHERE NOT EXISTS (SELECT FROM @icb_identity@.stage_rows s WHERE %2$s AND s = t)', target, same);
    GET DIAGNOSTICS removed = ROW_COUNT;
    EXECUTE pg_catalog.format('INSERT INTO %1$s SELECT s.* FROM @icb_identity@.stage_rows s WHERE NOT EXISTS (SELECT FROM %1$s t WHERE %2$s AND s = t)', target, same);
    GET DIAGNOSTICS added = ROW_COUNT;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
    DROP TABLE @icb_identity@.stage_rows;
END
$$;
COMMENT ON FUNCTION @icb@.replace_rows(text, text[], text) IS
    'Makes the table target hold exactly the rows of a query (same columns, same order; keys identify a row) and says how many rows it added and removed. Rows that are there already stay untouched.';

-- Claims and record ---------------------------------------------------------------------------

CREATE VIEW @icb@.line_match_live WITH (security_invoker = true) AS
WITH line AS MATERIALIZED (
    SELECT l.person_id, l.line_key, l.provider_code, l.cds_id, l.provider_event_id, l.pod, l.start_date, l.hrg::text AS hrg,
           p.dataset
    FROM @icb@.invoice_line l
    JOIN @icb@.submission_slice s
      ON s.submission_id = l.submission_id AND s.dataset = 'PLCM' AND s.provider_code = l.provider_code
     AND s.commissioner_code = l.commissioner_code AND s.financial_year = l.financial_year AND s.month = l.month
    LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
    WHERE s.status = 'current'
), by_cds AS MATERIALIZED (
    SELECT l.person_id, l.line_key, min(a.activity_id) AS activity_id
    FROM line l
    JOIN @icb@.activity a ON a.person_id = l.person_id AND a.cds_id = l.cds_id
    GROUP BY l.person_id, l.line_key
), left_by_cds AS MATERIALIZED (
    SELECT l.* FROM line l WHERE NOT EXISTS (SELECT FROM by_cds m WHERE m.person_id = l.person_id AND m.line_key = l.line_key)
), by_event AS MATERIALIZED (
    SELECT l.person_id, l.line_key, min(a.activity_id) AS activity_id
    FROM left_by_cds l
    JOIN @icb@.activity a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.provider_event_id = l.provider_event_id
     AND a.dataset = coalesce(l.dataset, a.dataset)
    GROUP BY l.person_id, l.line_key
), left_by_event AS MATERIALIZED (
    SELECT l.* FROM left_by_cds l WHERE NOT EXISTS (SELECT FROM by_event m WHERE m.person_id = l.person_id AND m.line_key = l.line_key)
), free_record AS MATERIALIZED (
    SELECT a.person_id, a.activity_id, a.provider_code, a.dataset, a.start_date, a.hrg::text AS hrg
    FROM @icb@.activity a
    WHERE EXISTS (SELECT FROM left_by_event l WHERE l.person_id = a.person_id)
      AND NOT EXISTS (SELECT FROM by_cds m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id)
      AND NOT EXISTS (SELECT FROM by_event m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id)
), by_hrg AS MATERIALIZED (
    -- The first of two equal claims meets the first of two equal records, the second the second.
    SELECT l.person_id, l.line_key, a.activity_id
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.pod, x.start_date, x.hrg ORDER BY x.line_key) AS n
          FROM left_by_event x) l
    JOIN (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date, x.hrg ORDER BY x.activity_id) AS n
          FROM free_record x) a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.dataset = l.dataset
     AND a.start_date = l.start_date AND a.hrg = l.hrg AND a.n = l.n
), by_date AS (
    SELECT l.person_id, l.line_key, a.activity_id
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.pod, x.start_date ORDER BY x.line_key) AS n
          FROM left_by_event x
          WHERE NOT EXISTS (SELECT FROM by_hrg m WHERE m.person_id = x.person_id AND m.line_key = x.line_key)) l
    JOIN (SELECT x.*, row_number() OVER (PARTITION BY x.person_id, x.provider_code, x.dataset, x.start_date ORDER BY x.activity_id) AS n
          FROM free_record x
          WHERE NOT EXISTS (SELECT FROM by_hrg m WHERE m.person_id = x.person_id AND m.activity_id = x.activity_id)) a
      ON a.person_id = l.person_id AND a.provider_code = l.provider_code AND a.dataset = l.dataset
     AND a.start_date = l.start_date AND a.n = l.n
)
SELECT m.person_id, m.line_key, m.activity_id, 'cds_id'::text AS method, 100 AS score FROM by_cds m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'event_id'::text, 90 FROM by_event m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'person_date_hrg'::text, 70 FROM by_hrg m
UNION ALL
SELECT m.person_id, m.line_key, m.activity_id, 'person_date'::text, 50 FROM by_date m;
COMMENT ON VIEW @icb@.line_match_live IS
    'The one record each current line meets: by record identifier, else by the provider''s event identifier, else by person, provider, date and HRG, else by person, provider and date. icb.match() persists it in line_match.';

-- Claims and other claims ---------------------------------------------------------------------

CREATE TABLE @icb@.claim_pair (
    person_id     bigint NOT NULL,
    submission_id bigint NOT NULL,
    line_no       bigint NOT NULL,
    line_key      text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('duplicate', 'repeat', 'overlap')),
    kept_line_key text NOT NULL,
    PRIMARY KEY (person_id, submission_id, line_no)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.claim_pair IS
    'Lines that claim what another line of the same person and provider claims already, and the one line that is kept. A line stands in at most one pair, and a kept line in none of the same kind.';
COMMENT ON COLUMN @icb@.claim_pair.kind IS
    'duplicate: all of it is equal; repeat: the same part of the same provider event with other content; overlap: spells that share a night.';

COMMENT ON COLUMN @icb@.claim_pair.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.claim_pair.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.claim_pair.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.claim_pair.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.claim_pair.kept_line_key IS 'The line that is kept.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.claim_pair_p%s PARTITION OF @icb@.claim_pair FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

CREATE VIEW @icb@.claim_pair_live WITH (security_invoker = true) AS
WITH line AS (
    SELECT l.person_id, l.submission_id, l.line_no, l.line_key, l.claim_group, l.provider_code, l.site_code, l.financial_year, l.month, l.pod,
           l.treatment_function, l.hrg_sent, l.start_date, l.end_date, l.unit_price, l.total_cost, l.cds_id, l.provider_event_id,
           p.kind AS pod_kind
    FROM @icb@.invoice_line l
    JOIN @icb@.submission_slice s
      ON s.submission_id = l.submission_id AND s.dataset = 'PLCM' AND s.provider_code = l.provider_code
     AND s.commissioner_code = l.commissioner_code AND s.financial_year = l.financial_year AND s.month = l.month
    LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
    WHERE s.status = 'current'
), equal AS (
    -- Lines equal in everything fall into those with the same record identifier; one without an identifier goes with any of them.
    SELECT l.*,
           l.start_date IS NOT NULL AND (row_number() OVER same_record > 1
               OR l.cds_id IS NULL AND first_value(l.cds_id) OVER same_content IS NOT NULL) AS is_duplicate,
           CASE WHEN l.cds_id IS NULL THEN first_value(l.line_key) OVER same_content ELSE first_value(l.line_key) OVER same_record END AS first_key
    FROM line l
    WINDOW same_content AS (PARTITION BY l.person_id, l.provider_code, l.start_date, l.pod, l.site_code, l.end_date, l.treatment_function,
                                         l.hrg_sent, l.unit_price
                            ORDER BY l.cds_id, l.financial_year, l.month, l.submission_id, l.line_no),
           same_record AS (PARTITION BY l.person_id, l.provider_code, l.start_date, l.pod, l.site_code, l.end_date, l.treatment_function,
                                        l.hrg_sent, l.unit_price, l.cds_id
                           ORDER BY l.financial_year, l.month, l.submission_id, l.line_no)
), part AS (
    SELECT e.*, row_number() OVER same_part > 1 AND e.provider_event_id IS NOT NULL AS is_repeat, first_value(e.line_key) OVER same_part AS event_key
    FROM (SELECT x.*, CASE WHEN x.pod_kind IN ('spell', 'excess', 'emergency') THEN x.pod_kind
                           WHEN x.pod_kind IN ('attendance', 'procedure') THEN 'attendance'
                           ELSE concat_ws('/', x.pod, x.hrg_sent) END AS part
          FROM equal x WHERE NOT x.is_duplicate) e
    WINDOW same_part AS (PARTITION BY e.person_id, e.provider_code, e.provider_event_id, e.part
                         ORDER BY e.financial_year, e.month, e.submission_id, e.line_no)
), spell AS (
    SELECT p.*, p.start_date >= max(p.end_date) OVER before AS starts_new
    FROM part p
    WHERE NOT p.is_repeat AND p.pod_kind = 'spell' AND p.end_date > p.start_date
    WINDOW before AS (PARTITION BY p.person_id, p.provider_code ORDER BY p.start_date, p.end_date, p.submission_id, p.line_no
                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), stretch AS (
    SELECT s.*, count(*) FILTER (WHERE s.starts_new) OVER (PARTITION BY s.person_id, s.provider_code
                                                           ORDER BY s.start_date, s.end_date, s.submission_id, s.line_no) AS stretch_no
    FROM spell s
), held AS (
    -- In a stretch of overlapping spells the longest, then dearest, then first is kept.
    SELECT s.*, first_value(s.line_key) OVER best AS kept_key, first_value(s.start_date) OVER best AS kept_start,
           first_value(s.end_date) OVER best AS kept_end, row_number() OVER best AS place
    FROM stretch s
    WINDOW best AS (PARTITION BY s.person_id, s.provider_code, s.stretch_no
                    ORDER BY s.end_date - s.start_date DESC, s.total_cost DESC, s.financial_year, s.month, s.submission_id, s.line_no)
), overlap AS (
    SELECT h.* FROM held h WHERE h.place > 1 AND h.start_date < h.kept_end AND h.end_date > h.kept_start
)
SELECT e.person_id, e.submission_id, e.line_no, e.line_key, 'duplicate'::text AS kind, e.first_key AS kept_line_key
FROM equal e WHERE e.is_duplicate
UNION ALL
SELECT p.person_id, p.submission_id, p.line_no, p.line_key, 'repeat'::text, p.event_key
FROM part p WHERE p.is_repeat
UNION ALL
SELECT p.person_id, p.submission_id, p.line_no, p.line_key, 'overlap'::text, o.kept_key
FROM overlap o
JOIN part p ON p.person_id = o.person_id AND p.claim_group = o.claim_group AND p.provider_code = o.provider_code AND NOT p.is_repeat;
COMMENT ON VIEW @icb@.claim_pair_live IS
    'Duplicates, repeated events and overlapping spells of the current position, found by one sort per question inside each person, never by joining lines with lines. icb.match() persists it in claim_pair.';

-- Procedure -----------------------------------------------------------------------------------

CREATE PROCEDURE @icb@.match()
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    parts integer := @icb@.partition_count();
    matched record;
    paired record;
    added bigint := 0;
    removed bigint := 0;
    lines bigint;
BEGIN
    run := @icb@.start_run('match');
    COMMIT;
    -- the reconciliation that one looks at next is priced live
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.refresh_statistics('invoice_line', 'activity', 'person', 'registration', 'organisation_link', 'submission_slice', 'contract',
                                     'contract_party', 'factor', 'tariff');
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        -- What is left over after each way of matching cannot be foreseen; taken for nothing, it would be scanned once for each line.
        PERFORM pg_catalog.set_config('enable_nestloop', 'off', true);
        matched := @icb@.replace_rows('@icb@.line_match_p' || part, '{person_id,line_key}', @icb@.partition_query('@icb@.line_match_live', part));
        paired := @icb@.replace_rows('@icb@.claim_pair_p' || part, '{person_id,submission_id,line_no}', @icb@.partition_query('@icb@.claim_pair_live', part));
        added := added + matched.added + paired.added;
        removed := removed + matched.removed + paired.removed;
        PERFORM @icb@.report_progress(run, 100.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.refresh_statistics('line_match', 'claim_pair');
    SELECT pg_catalog.sum(s.line_count) INTO lines FROM @icb@.submission_slice s WHERE s.status = 'current' AND s.dataset = 'PLCM';
    PERFORM @icb@.finish_run(run, lines, added, NULL, NULL, CASE WHEN added + removed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s matches and pairs added, %s removed', added, removed));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.match() IS
    'Joins the lines of the current position to the hospital record (line_match) and finds duplicates, repeats and overlaps among them (claim_pair). Commits per partition of persons; a repeat changes nothing.';

CREATE VIEW @icb_reporting@.unmatched_claim WITH (security_invoker = true) AS
SELECT l.line_key::text AS line_key, l.provider_code::text AS provider_code, l.commissioner_code::text AS commissioner_code,
       l.financial_year::text AS financial_year, l.month::integer AS month, l.pod::text AS pod, l.start_date::date AS start_date,
       l.nhs_number_state::text AS nhs_number_state, l.total_cost::numeric(16,2) AS claimed_gbp
FROM @icb@.current_invoice_line l
WHERE NOT EXISTS (SELECT FROM @icb@.line_match m WHERE m.person_id = l.person_id AND m.line_key = l.line_key);
COMMENT ON VIEW @icb_reporting@.unmatched_claim IS 'Claimed lines of the current position for which no hospital record was found.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.financial_year IS 'Financial year of the claim, as 2024/25.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.month IS 'Financial month, 1 = April.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.start_date IS 'Date of admission or attendance as claimed.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.nhs_number_state IS 'valid, missing, invalid, placeholder or withheld.';
COMMENT ON COLUMN @icb_reporting@.unmatched_claim.claimed_gbp IS 'Amount claimed, in pounds.';

CREATE VIEW @icb_reporting@.unmatched_record WITH (security_invoker = true) AS
SELECT a.activity_id::bigint AS activity_id, a.dataset::text AS dataset, a.provider_code::text AS provider_code,
       a.commissioner_billed::text AS commissioner_billed, a.start_date::date AS start_date, a.end_date::date AS end_date, a.hrg::text AS hrg
FROM @icb@.activity a
WHERE NOT EXISTS (SELECT FROM @icb@.line_match m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id);
COMMENT ON VIEW @icb_reporting@.unmatched_record IS 'Recorded activity that no line of the current position claims.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.activity_id IS 'Number of the activity in this warehouse.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.dataset IS 'APC (admitted), OP (outpatient) or EC (emergency care).';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.provider_code IS 'Provider as submitted.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.commissioner_billed IS 'Commissioner on the record.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.start_date IS 'Date of admission or attendance.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.end_date IS 'Date of discharge, NULL while open.';
COMMENT ON COLUMN @icb_reporting@.unmatched_record.hrg IS 'HRG on the record.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('40-price', $commissioning_part$-- What a claim should have cost: price lists compiled, every line priced by the contract's list, the price kept with its parts.

-- One value per price list and year, from the loaded rows. Returns how many lists changed.
CREATE FUNCTION @icb@.compile_tariffs() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    list record;
    first_year integer;
    changed integer := 0;
BEGIN
    FOR list IN
        SELECT t.tariff_name, t.financial_year, pg_catalog.bool_or(t.synthetic) AS synthetic,
               pg_catalog.jsonb_build_object(
                   'name', t.tariff_name, 'version', '1', 'financial_year', t.financial_year,
                   'synthetic', pg_catalog.bool_or(t.synthetic), 'currency', 'GBP',
                   'short_stay', pg_catalog.jsonb_build_object('max_days', 1, 'min_age', 19),
                   'spells', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                           'hrg', t.hrg::text, 'combined', t.combined, 'day_case', t.day_case, 'elective', t.elective,
                           'elective_trim', t.elective_trim, 'non_elective', t.non_elective, 'non_elective_trim', t.non_elective_trim,
                           'per_day', t.per_day, 'best_practice_base', t.best_practice,
                           'short_stay_price', CASE WHEN t.short_stay_applicable THEN t.short_stay_price END,
                           'short_stay_percent', CASE WHEN t.short_stay_applicable AND t.short_stay_price IS NULL THEN t.short_stay_percent * 100 END))
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'spell'), '[]'),
                   'attendances', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                           'treatment_function', t.treatment_function, 'hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.treatment_function, t.hrg::text) FILTER (WHERE t.kind = 'attendance'), '[]'),
                   'procedures', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'procedure'), '[]'),
                   'emergency', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'emergency'), '[]'),
                   'unbundled', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'unbundled'), '[]')) AS body
        FROM @icb@.tariff_price t
        GROUP BY t.tariff_name, t.financial_year
        ORDER BY t.tariff_name, t.financial_year
    LOOP
        first_year := pg_catalog.left(list.financial_year, 4)::integer;
        IF NOT EXISTS (SELECT FROM @icb@.tariff x
                       WHERE x.tariff_name = list.tariff_name AND x.financial_year = list.financial_year
                         AND x.body::text = (list.body::text)::commissioning.tariff::text) THEN
            DELETE FROM @icb@.tariff x WHERE x.tariff_name = list.tariff_name AND x.financial_year = list.financial_year;
            INSERT INTO @icb@.tariff (tariff_name, financial_year, valid, body, source, synthetic)
            VALUES (list.tariff_name, list.financial_year,
                    pg_catalog.daterange(pg_catalog.make_date(first_year, 4, 1), pg_catalog.make_date(first_year + 1, 4, 1)),
                    (list.body::text)::commissioning.tariff, 'price rows loaded', coalesce(list.synthetic, false));
            changed := changed + 1;
        END IF;
    END LOOP;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_tariffs() IS
    'Turns the loaded price rows (tariff_price) into one value per price list and financial year in the table tariff. Returns how many values changed; a repeat changes none.';

-- Contracts -----------------------------------------------------------------------------------
--
-- The views that the reconciliation is built on run with their owner's rights, as it does: the server checks the views inside a
-- security_invoker view against the reader, who sees sums only.

CREATE VIEW @icb@.contract_cover_live AS
WITH pair AS (
    SELECT p.org_code AS provider_code, c.org_code AS commissioner_code, k.contract_id, k.tariff_name, k.rounding, k.price_tolerance, k.basis,
           coalesce(lower(k.valid), '-infinity'::date) AS from_day, coalesce(upper(k.valid), 'infinity'::date) AS to_day
    FROM @icb@.contract k
    JOIN @icb@.contract_party p ON p.contract_id = k.contract_id AND p.role = 'provider'
    JOIN @icb@.contract_party c ON c.contract_id = k.contract_id AND c.role IN ('coordinating_commissioner', 'associate_commissioner')
    -- a risk share settles money among parties; its members' activity is priced by their other contracts
    WHERE k.basis <> 'risk_share'
), edge AS (
    SELECT p.provider_code, p.commissioner_code, p.from_day AS day FROM pair p
    UNION
    SELECT p.provider_code, p.commissioner_code, p.to_day FROM pair p
), segment AS (
    SELECT e.provider_code, e.commissioner_code, e.day AS from_day,
           lead(e.day) OVER (PARTITION BY e.provider_code, e.commissioner_code ORDER BY e.day) AS to_day
    FROM edge e
)
SELECT DISTINCT ON (s.provider_code, s.commissioner_code, s.from_day)
       s.provider_code, s.commissioner_code, s.from_day, s.to_day, p.contract_id, p.tariff_name, p.rounding, p.price_tolerance, p.basis
FROM segment s
JOIN pair p ON p.provider_code = s.provider_code AND p.commissioner_code = s.commissioner_code
           AND p.from_day <= s.from_day AND p.to_day >= s.to_day
WHERE s.to_day IS NOT NULL
ORDER BY s.provider_code, s.commissioner_code, s.from_day, p.from_day DESC, p.contract_id;
COMMENT ON VIEW @icb@.contract_cover_live IS
    'The one contract that covers a provider and commissioner from one day (included) to another (excluded); of several the one that began last, then the first by name. Risk shares price nothing.';

-- Every line is joined to it: as a table it has statistics, and the planner does not compare each line with each contract.
CREATE TABLE @icb@.contract_cover (
    provider_code     text NOT NULL,
    commissioner_code text NOT NULL,
    from_day          date NOT NULL,
    to_day            date NOT NULL,
    contract_id       text NOT NULL,
    tariff_name       text,
    rounding          text NOT NULL,
    price_tolerance   numeric(10,2) NOT NULL,
    basis             text NOT NULL,
    PRIMARY KEY (provider_code, commissioner_code, from_day)
);
COMMENT ON TABLE @icb@.contract_cover IS 'What contract_cover_live says; match, price and validate bring it up to date first.';
COMMENT ON COLUMN @icb@.contract_cover.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb@.contract_cover.commissioner_code IS 'Commissioner.';
COMMENT ON COLUMN @icb@.contract_cover.from_day IS 'First day.';
COMMENT ON COLUMN @icb@.contract_cover.to_day IS 'First day on which it no longer holds.';
COMMENT ON COLUMN @icb@.contract_cover.contract_id IS 'Contract that covers both.';
COMMENT ON COLUMN @icb@.contract_cover.tariff_name IS 'Its price list; NULL: the default one.';
COMMENT ON COLUMN @icb@.contract_cover.rounding IS 'sus, penny or none.';
COMMENT ON COLUMN @icb@.contract_cover.price_tolerance IS 'Price difference let pass, in pounds.';
COMMENT ON COLUMN @icb@.contract_cover.basis IS 'Payment basis.';

CREATE FUNCTION @icb@.compile_contracts() RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    changed record;
BEGIN
    changed := @icb@.replace_rows('@icb@.contract_cover', '{provider_code,commissioner_code,from_day}', 'SELECT * FROM @icb@.contract_cover_live');
    PERFORM @icb@.refresh_statistics('contract_cover');
    RETURN changed.added + changed.removed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_contracts() IS
    'Brings contract_cover up to date with contract and contract_party. Returns how many rows came and went; a repeat changes none.';

-- Without a contract the warehouse's default list prices: the one named in meta, or the only one there is.
CREATE VIEW @icb@.default_tariff AS
SELECT coalesce((SELECT m.value FROM @icb@.meta m WHERE m.key = 'default_tariff'),
                (SELECT CASE WHEN count(DISTINCT t.tariff_name) = 1 THEN min(t.tariff_name) END FROM @icb@.tariff t)) AS tariff_name;
COMMENT ON VIEW @icb@.default_tariff IS
    'Price list for activity without a contract: meta key default_tariff, else the only list there is, else NULL.';

-- One row per current line -------------------------------------------------------------------
--
-- Which date decides what:
--   price, factor, contract   discharge for a spell and everything charged with it; attendance date otherwise
--   commissioner              start of the event (admission, attendance, arrival)
--   age                       start of the event
-- Where the record was found it decides dates, age, length of stay and days; the claim decides HRG, units, price, factor and total.

CREATE VIEW @icb@.claim_base AS
SELECT l.person_id, l.submission_id, l.line_no, l.line_key, l.claim_group, l.provider_code, l.site_code, l.commissioner_code, l.financial_year,
       l.month, l.pod, coalesce(p.kind, 'other') AS pod_kind, coalesce(p.pod_class, 'any') AS pod_class, coalesce(p.needs_hrg, false) AS pod_needs_hrg,
       l.treatment_function, l.hrg_sent, l.hrg, l.nhs_number_state, l.national_price, coalesce(a.prescribed_service, l.prescribed_service) AS prescribed_service,
       l.units, l.unit_price, l.market_forces_factor, l.total_cost, l.cds_id, l.provider_event_id,
       a.activity_id, m.method AS match_method, m.score AS match_score,
       coalesce(a.start_date, l.start_date) AS start_date,
       coalesce(a.end_date, l.end_date) AS end_date,
       d.price_date,
       coalesce(a.age, l.age) AS age, coalesce(a.sex, l.sex) AS sex,
       coalesce(a.patient_classification, CASE l.pod WHEN 'DC' THEN '2' ELSE '1' END) AS patient_classification,
       coalesce(a.admission_method, CASE WHEN l.pod IN ('DC', 'EL', 'ELXBD') THEN '11' WHEN l.pod IN ('NEL', 'NELST', 'NELXBD') THEN '21'
                                         WHEN l.pod IN ('NELNE', 'NELNEXBD') THEN '31' END) AS admission_method,
       a.attendance_status, a.first_attendance, a.consultation_medium, a.multi_professional, a.main_specialty,
       a.hrg AS record_hrg, a.critical_care_days,
       -- the record leaves out what there was none of; critical care is always stated
       CASE WHEN a.activity_id IS NOT NULL THEN coalesce(a.rehabilitation_days, 0) END AS rehabilitation_days,
       CASE WHEN a.activity_id IS NOT NULL THEN coalesce(a.overlap_days, 0) END AS overlap_days,
       CASE WHEN a.activity_id IS NOT NULL THEN coalesce(a.palliative_days, 0) END AS palliative_days,
       coalesce(a.best_practice, false) AS best_practice,
       x.claim_group IS NOT NULL AS excess_apart,
       k.contract_id, coalesce(k.tariff_name, n.tariff_name) AS tariff_name, t.body AS tariff, t.financial_year AS tariff_year,
       coalesce(k.rounding, 'penny') AS rounding, coalesce(k.price_tolerance, 1.00) AS price_tolerance,
       f.value AS provider_factor
FROM @icb@.invoice_line l
JOIN @icb@.submission_slice s
  ON s.submission_id = l.submission_id AND s.dataset = 'PLCM' AND s.provider_code = l.provider_code
 AND s.commissioner_code = l.commissioner_code AND s.financial_year = l.financial_year AND s.month = l.month AND s.status = 'current'
CROSS JOIN @icb@.default_tariff n
LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
LEFT JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
LEFT JOIN @icb@.activity a ON a.person_id = m.person_id AND a.activity_id = m.activity_id
-- spells whose excess days are charged on a line of their own
LEFT JOIN (SELECT DISTINCT e.person_id, e.provider_code, e.claim_group FROM @icb@.invoice_line e
           WHERE e.pod IN (SELECT r.pod FROM commissioning.pod_reference r WHERE r.kind = 'excess')) x
  ON x.person_id = l.person_id AND x.provider_code = l.provider_code AND x.claim_group = l.claim_group
CROSS JOIN LATERAL (SELECT CASE WHEN p.dataset = 'APC' THEN coalesce(a.end_date, l.end_date)
                                ELSE coalesce(a.start_date, l.start_date, l.end_date) END AS price_date) d
LEFT JOIN @icb@.contract_cover k
  ON k.provider_code = l.provider_code AND k.commissioner_code = l.commissioner_code AND k.from_day <= d.price_date AND d.price_date < k.to_day
LEFT JOIN @icb@.tariff t ON t.tariff_name = coalesce(k.tariff_name, n.tariff_name) AND t.valid @> d.price_date
LEFT JOIN @icb@.factor f ON f.kind = 'market_forces' AND f.provider_code = l.provider_code AND f.valid @> d.price_date;
COMMENT ON VIEW @icb@.claim_base IS
    'One row per line of the current position with what pricing needs: the matched record, the contract, the price list and the provider''s factor on the price date.';

-- Each kind of line is priced by its own function; a missing price is told apart from a price of zero by price_reason. The price of one
-- unit does not depend on the factor, so it is asked for with a factor of 1: a provider without a factor row still has its prices checked.
CREATE VIEW @icb@.claim_price AS
SELECT b.*,
       q.expected_units, q.expected_unit_price, q.full_unit_price, q.expected_factor,
       CASE b.rounding WHEN 'sus' THEN round(round(coalesce(q.expected_units, b.units) * q.expected_unit_price) * q.expected_factor)
                       ELSE round(coalesce(q.expected_units, b.units) * q.expected_unit_price * q.expected_factor, 2) END::numeric(16,2) AS expected_total,
       q.length_of_stay, q.qualifying_days, q.trim_point, q.short_stay, q.excess_days, q.excess_days_with_critical_care, q.per_day, q.price_reason
FROM @icb@.claim_base b
LEFT JOIN LATERAL (
    SELECT CASE WHEN b.pod_kind = 'excess' THEN sp.excess_days ELSE 1 END::numeric AS expected_units,
           CASE WHEN b.pod_kind = 'excess' THEN sp.per_day WHEN b.excess_apart THEN sp.pre_factor - sp.excess ELSE sp.pre_factor END AS expected_unit_price,
           CASE WHEN b.pod_kind = 'spell' AND sp.short_stay
                THEN sp.pre_factor - sp.base - sp.top_up + sp.full_base
                     + CASE WHEN sp.top_up = 0 OR sp.base = 0 THEN 0 ELSE round(sp.top_up * sp.full_base / sp.base, 2) END END AS full_unit_price,
           b.provider_factor AS expected_factor, sp.length_of_stay, sp.qualifying_days, sp.trim_point, sp.short_stay, sp.excess_days,
           sp.excess_days_with_critical_care, sp.per_day, sp.reason AS price_reason
    FROM commissioning.price_spell(b.tariff, ROW(b.hrg, b.patient_classification, b.admission_method, b.start_date, b.end_date, b.age,
             b.critical_care_days, b.rehabilitation_days, b.overlap_days, b.palliative_days, b.best_practice, NULL::text, 1,
             b.rounding)::commissioning.spell_line) sp
    WHERE b.national_price AND b.pod_kind IN ('spell', 'excess') AND b.tariff IS NOT NULL
    UNION ALL
    SELECT NULL::numeric, ap.unit_price, NULL::numeric, b.provider_factor, NULL::integer, NULL::integer, NULL::integer, NULL::boolean, NULL::integer,
           NULL::integer, NULL::numeric, ap.reason
    -- whether the patient came is a rule of its own: here the attendance is priced as attended
    FROM commissioning.price_attendance(b.tariff, ROW(b.hrg, b.treatment_function, '5', b.first_attendance, 1,
             b.rounding)::commissioning.attendance_line) ap
    WHERE b.national_price AND b.pod_kind IN ('attendance', 'procedure') AND b.tariff IS NOT NULL
    UNION ALL
    SELECT NULL::numeric, ep.unit_price, NULL::numeric, b.provider_factor, NULL::integer, NULL::integer, NULL::integer, NULL::boolean, NULL::integer,
           NULL::integer, NULL::numeric, ep.reason
    FROM commissioning.price_emergency(b.tariff, ROW(b.hrg, 1, b.rounding)::commissioning.emergency_line) ep
    WHERE b.national_price AND b.pod_kind = 'emergency' AND b.tariff IS NOT NULL
    UNION ALL
    SELECT NULL::numeric, up.unit_price, NULL::numeric, b.provider_factor, NULL::integer, NULL::integer, NULL::integer, NULL::boolean, NULL::integer,
           NULL::integer, NULL::numeric, up.reason
    FROM commissioning.price_unbundled(b.tariff, ROW(b.hrg, b.units, 1, b.rounding)::commissioning.unbundled_line) up
    WHERE b.national_price AND b.pod_kind IN ('critical_care', 'unbundled') AND b.tariff IS NOT NULL
    UNION ALL
    (SELECT NULL::numeric, r.unit_price, NULL::numeric, CASE WHEN r.factor_applies THEN b.provider_factor ELSE 1 END, NULL::integer, NULL::integer,
            NULL::integer, NULL::boolean, NULL::integer, NULL::integer, NULL::numeric, NULL::text
     FROM @icb@.price_rule r
     WHERE NOT b.national_price AND r.valid @> b.price_date
       AND (r.contract_id IS NULL OR r.contract_id = b.contract_id) AND (r.provider_code IS NULL OR r.provider_code = b.provider_code)
       AND (r.pod IS NULL OR r.pod = b.pod) AND (r.hrg_prefix IS NULL OR pg_catalog.starts_with(b.hrg_sent, r.hrg_prefix))
       AND (r.treatment_function IS NULL OR r.treatment_function = b.treatment_function)
     ORDER BY pg_catalog.num_nonnulls(r.contract_id, r.provider_code, r.pod, r.hrg_prefix, r.treatment_function) DESC,
              pg_catalog.length(r.hrg_prefix) DESC NULLS LAST, r.price_rule_id
     LIMIT 1)
) q ON true;
COMMENT ON VIEW @icb@.claim_price IS
    'claim_base with the expected parts of each line: units, price of one unit before the factor, factor. NULL with a price_reason where it could not be priced.';

CREATE VIEW @icb@.line_price_live WITH (security_invoker = true) AS
SELECT c.person_id, c.submission_id, c.line_no, c.line_key, c.activity_id, c.contract_id, c.tariff_name, c.price_date,
       c.expected_units::numeric(19,6) AS expected_units, c.expected_unit_price::numeric(19,6) AS expected_unit_price,
       c.expected_factor::numeric(10,6) AS expected_factor,
       c.expected_total,
       c.length_of_stay, c.qualifying_days, c.trim_point, c.short_stay, c.excess_days,
       CASE WHEN c.expected_unit_price IS NOT NULL AND c.expected_factor IS NULL THEN 'no factor for this provider and date'
            WHEN c.expected_unit_price IS NOT NULL THEN NULL
            WHEN c.tariff IS NULL AND c.national_price THEN 'no price list for this contract and date'
            WHEN NOT c.national_price THEN 'no local price for this line'
            ELSE coalesce(c.price_reason, 'not priced at this point of delivery') END AS reason
FROM @icb@.claim_price c;
COMMENT ON VIEW @icb@.line_price_live IS 'What line_price holds, computed from today''s data.';

CREATE TABLE @icb@.line_price (
    person_id           bigint NOT NULL,
    submission_id       bigint NOT NULL,
    line_no             bigint NOT NULL,
    line_key            text NOT NULL,
    activity_id         bigint,
    contract_id         text,
    tariff_name         text,
    price_date          date,
    expected_units      numeric(19,6),
    expected_unit_price numeric(19,6),
    expected_factor     numeric(10,6),
    expected_total      numeric(16,2),
    length_of_stay      integer,
    qualifying_days     integer,
    trim_point          integer,
    short_stay          boolean,
    excess_days         integer,
    reason              text,
    PRIMARY KEY (person_id, submission_id, line_no)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.line_price IS
    'What each line of the current position should have cost, with its parts: units (NULL: as claimed), price of one unit before the factor, factor. Written by icb.price().';
COMMENT ON COLUMN @icb@.line_price.reason IS 'Why there is no price; NULL where there is one.';

CREATE TABLE @icb@.record_price (
    person_id   bigint NOT NULL,
    activity_id bigint NOT NULL,
    provider_code text NOT NULL,
    pod         text,
    price_date  date,
    amount      numeric(16,2),
    reason      text,
    PRIMARY KEY (person_id, activity_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.record_price IS 'What recorded activity that no line claims would cost. Written by icb.price().';

COMMENT ON COLUMN @icb@.line_price.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.line_price.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.line_price.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.line_price.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.line_price.activity_id IS 'Hospital record that decided; NULL: none found.';
COMMENT ON COLUMN @icb@.line_price.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb@.line_price.tariff_name IS 'Price list.';
COMMENT ON COLUMN @icb@.line_price.price_date IS 'Date that decided price and factor.';
COMMENT ON COLUMN @icb@.line_price.expected_units IS 'Units there should be; NULL: as charged.';
COMMENT ON COLUMN @icb@.line_price.expected_unit_price IS 'Price of one unit before the factor.';
COMMENT ON COLUMN @icb@.line_price.expected_factor IS 'The provider''s factor.';
COMMENT ON COLUMN @icb@.line_price.expected_total IS 'What the line should have cost.';
COMMENT ON COLUMN @icb@.line_price.length_of_stay IS 'Nights.';
COMMENT ON COLUMN @icb@.line_price.qualifying_days IS 'Nights that count towards excess days.';
COMMENT ON COLUMN @icb@.line_price.trim_point IS 'Days covered by the base price.';
COMMENT ON COLUMN @icb@.line_price.short_stay IS 'Whether the short-stay price is due.';
COMMENT ON COLUMN @icb@.line_price.excess_days IS 'Days over the trim point.';
COMMENT ON COLUMN @icb@.record_price.person_id IS 'Person in this warehouse.';
COMMENT ON COLUMN @icb@.record_price.activity_id IS 'Hospital record.';
COMMENT ON COLUMN @icb@.record_price.provider_code IS 'Provider as recorded.';
COMMENT ON COLUMN @icb@.record_price.pod IS 'Point of delivery that the record amounts to.';
COMMENT ON COLUMN @icb@.record_price.price_date IS 'Discharge or attendance.';
COMMENT ON COLUMN @icb@.record_price.amount IS 'What it would cost; 0 for a missed appointment.';
COMMENT ON COLUMN @icb@.record_price.reason IS 'Why there is no price; NULL where there is one.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.line_price_p%s PARTITION OF @icb@.line_price FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
        EXECUTE format('CREATE TABLE @icb@.record_price_p%s PARTITION OF @icb@.record_price FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

CREATE VIEW @icb@.record_price_live AS
SELECT a.person_id, a.activity_id, a.provider_code, q.pod, d.price_date, q.amount::numeric(16,2) AS amount,
       CASE WHEN q.amount IS NULL THEN coalesce(q.reason, 'no price list for this contract and date') END AS reason
FROM @icb@.activity a
CROSS JOIN @icb@.default_tariff n
CROSS JOIN LATERAL (SELECT CASE a.dataset WHEN 'APC' THEN a.end_date ELSE a.start_date END AS price_date) d
LEFT JOIN @icb@.contract_cover k
  ON k.provider_code = a.provider_code AND k.commissioner_code = a.commissioner_billed AND k.from_day <= d.price_date AND d.price_date < k.to_day
LEFT JOIN @icb@.tariff t ON t.tariff_name = coalesce(k.tariff_name, n.tariff_name) AND t.valid @> d.price_date
LEFT JOIN @icb@.factor f ON f.kind = 'market_forces' AND f.provider_code = a.provider_code AND f.valid @> d.price_date
LEFT JOIN LATERAL (
    SELECT sp.pod, sp.final AS amount, sp.reason
    FROM commissioning.price_spell(t.body, ROW(a.hrg, a.patient_classification, a.admission_method, a.start_date, a.end_date, a.age,
             a.critical_care_days, coalesce(a.rehabilitation_days, 0), coalesce(a.overlap_days, 0), coalesce(a.palliative_days, 0),
             coalesce(a.best_practice, false), NULL::text, f.value,
             coalesce(k.rounding, 'penny'))::commissioning.spell_line) sp
    WHERE a.dataset = 'APC' AND t.body IS NOT NULL
    UNION ALL
    SELECT ap.pod, ap.final, ap.reason
    FROM commissioning.price_attendance(t.body, ROW(a.hrg, a.treatment_function, a.attendance_status, a.first_attendance, f.value,
             coalesce(k.rounding, 'penny'))::commissioning.attendance_line) ap
    WHERE a.dataset = 'OP' AND t.body IS NOT NULL
    UNION ALL
    SELECT ep.pod, ep.final, ep.reason
    FROM commissioning.price_emergency(t.body, ROW(a.hrg, f.value, coalesce(k.rounding, 'penny'))::commissioning.emergency_line) ep
    WHERE a.dataset = 'EC' AND t.body IS NOT NULL
) q ON true
WHERE NOT EXISTS (SELECT FROM @icb@.line_match m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id);
COMMENT ON VIEW @icb@.record_price_live IS 'What record_price holds, computed from today''s data.';

CREATE PROCEDURE @icb@.price()
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    parts integer := @icb@.partition_count();
    line record;
    rec record;
    added bigint := 0;
    removed bigint := 0;
    priced record;
BEGIN
    run := @icb@.start_run('price');
    COMMIT;
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.refresh_statistics('invoice_line', 'activity', 'line_match', 'tariff');
    PERFORM @icb@.report_progress(run, 5, 'price lists compiled');
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        line := @icb@.replace_rows('@icb@.line_price_p' || part, '{person_id,submission_id,line_no}', @icb@.partition_query('@icb@.line_price_live', part));
        rec := @icb@.replace_rows('@icb@.record_price_p' || part, '{person_id,activity_id}', @icb@.partition_query('@icb@.record_price_live', part));
        added := added + line.added + rec.added;
        removed := removed + line.removed + rec.removed;
        PERFORM @icb@.report_progress(run, 5 + 95.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.refresh_statistics('line_price', 'record_price');
    SELECT pg_catalog.count(*) AS lines, pg_catalog.count(*) FILTER (WHERE p.reason IS NOT NULL) AS unpriced, pg_catalog.sum(p.expected_total) AS expected
    INTO priced FROM @icb@.line_price p;
    PERFORM @icb@.finish_run(run, priced.lines, added, NULL, priced.expected, CASE WHEN added + removed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s lines, %s without a price', priced.lines, priced.unpriced));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.price() IS
    'Compiles the price lists, prices every line of the current position and all recorded activity that was not claimed. Commits per partition of persons; a repeat changes nothing.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('50-validate', $commissioning_part$-- Validation: the facts that rules may use, the rules in force per contract, findings with their money, and their explanation.

-- Rules ---------------------------------------------------------------------------------------

CREATE TABLE @icb@.rule (
    code     text NOT NULL,
    version  text NOT NULL,
    name     text NOT NULL,
    level    text NOT NULL DEFAULT 'line' CHECK (level IN ('line', 'spell', 'pair', 'provider')),
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 6),
    valid    daterange NOT NULL DEFAULT '(,)',
    body     jsonb NOT NULL,
    source   text NOT NULL,
    note     text NOT NULL DEFAULT '',
    PRIMARY KEY (code)
);
COMMENT ON TABLE @icb@.rule IS
    'Local rules, in the form of commissioning.rule_reference. One row adds a rule; a row with the code of a shipped rule replaces it.';
COMMENT ON COLUMN @icb@.rule.body IS
    '{"applies": [condition...], "fails": [condition...], "effect": {...}, "evidence": [column...], "parameters": {...}}; the columns are those of the view claim_facts.';

CREATE TABLE @icb@.rule_switch (
    contract_id text NOT NULL DEFAULT '*',
    rule_code   text NOT NULL,
    enabled     boolean NOT NULL DEFAULT true,
    parameters  jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    PRIMARY KEY (contract_id, rule_code)
);
COMMENT ON TABLE @icb@.rule_switch IS
    'Turns a rule off, or sets its parameters, for one contract, or for all and for activity without a contract where contract_id is *. The contract''s own row wins.';

COMMENT ON COLUMN @icb@.rule.code IS 'Short name of the rule.';
COMMENT ON COLUMN @icb@.rule.version IS 'Version; part of finding_ref.';
COMMENT ON COLUMN @icb@.rule.name IS 'Name for people.';
COMMENT ON COLUMN @icb@.rule.level IS 'line, spell, pair or provider.';
COMMENT ON COLUMN @icb@.rule.priority IS '1 void identity, 2 void entitlement, 3 reclassify, 4 component, 5 price arithmetic, 6 statistical.';
COMMENT ON COLUMN @icb@.rule.valid IS 'Price dates for which it holds.';
COMMENT ON COLUMN @icb@.rule.source IS 'Where it comes from.';
COMMENT ON COLUMN @icb@.rule.note IS 'Remarks.';
COMMENT ON COLUMN @icb@.rule_switch.contract_id IS 'Contract, or * for all.';
COMMENT ON COLUMN @icb@.rule_switch.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.rule_switch.enabled IS 'false turns it off.';
COMMENT ON COLUMN @icb@.rule_switch.parameters IS 'Values for the parameters named in the body.';

CREATE VIEW @icb@.active_rule WITH (security_invoker = true) AS
SELECT l.code, l.version, l.name, l.level, l.priority, l.valid, l.body, l.source, l.note, true AS is_local
FROM @icb@.rule l
UNION ALL
SELECT r.code, r.version, r.name, r.level, r.priority, r.valid, r.body, r.source, r.note, false
FROM commissioning.rule_reference r
WHERE NOT EXISTS (SELECT FROM @icb@.rule l WHERE l.code = r.code);
COMMENT ON VIEW @icb@.active_rule IS 'Shipped and local rules; the local row of a code replaces the shipped one.';

CREATE TABLE @icb@.compiled_rule_set (
    fingerprint text PRIMARY KEY,
    body        commissioning.rule_set NOT NULL,
    compiled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.compiled_rule_set IS 'Every rule set that was ever in force here, by the md5 of its text; never changed.';

CREATE TABLE @icb@.contract_rule_set (
    contract_id text PRIMARY KEY,
    fingerprint text NOT NULL REFERENCES @icb@.compiled_rule_set
);
COMMENT ON TABLE @icb@.contract_rule_set IS 'The rule set in force per contract; * is activity without a contract. Contracts with the same rules share one value.';

COMMENT ON COLUMN @icb@.compiled_rule_set.fingerprint IS 'md5 of the rules as JSON.';
COMMENT ON COLUMN @icb@.compiled_rule_set.body IS 'The rules.';
COMMENT ON COLUMN @icb@.compiled_rule_set.compiled_at IS 'When it was first in force.';
COMMENT ON COLUMN @icb@.contract_rule_set.contract_id IS 'Contract, or * for activity without one.';
COMMENT ON COLUMN @icb@.contract_rule_set.fingerprint IS 'Rule set in force.';

-- {"parameter": name} becomes the contract's value, else the rule's own; a bounded validity becomes conditions on the price date.
CREATE FUNCTION @icb@.rule_json(r @icb@.active_rule, parameters jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    body text := (r.body - 'parameters')::text;
    p record;
    applies jsonb := '[]';
    filled jsonb;
BEGIN
    FOR p IN SELECT * FROM jsonb_each(coalesce(r.body -> 'parameters', '{}') || parameters) LOOP
        body := replace(body, format('{"parameter": %s}', to_jsonb(p.key)), p.value::text);
    END LOOP;
    filled := body::jsonb;
    IF strpos(body, '{"parameter": ') > 0 THEN
        RAISE EXCEPTION 'rule "%" names a parameter that has no value', r.code
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give it a default under "parameters" in the rule''s body.';
    END IF;
    IF NOT lower_inf(r.valid) THEN
        applies := applies || jsonb_build_array(jsonb_build_array('price_date', '>=', lower(r.valid)));
    END IF;
    IF NOT upper_inf(r.valid) THEN
        applies := applies || jsonb_build_array(jsonb_build_array('price_date', '<', upper(r.valid)));
    END IF;
    RETURN filled || jsonb_build_object('code', r.code, 'version', r.version, 'name', r.name, 'level', r.level, 'priority', r.priority,
                                        'source', r.source, 'applies', applies || coalesce(filled -> 'applies', '[]'));
END
$$;
COMMENT ON FUNCTION @icb@.rule_json(@icb@.active_rule, jsonb) IS
    'A rule as an element of a rule_set, parameters filled in. Raises 22023 when a parameter has no value.';

CREATE FUNCTION @icb@.compile_rules() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    k record;
    rules jsonb;
    mark text;
    changed integer := 0;
BEGIN
    FOR k IN SELECT '*' AS contract_id UNION SELECT c.contract_id FROM @icb@.contract c ORDER BY 1 LOOP
        SELECT pg_catalog.jsonb_agg(@icb@.rule_json(r, coalesce(common.parameters, '{}') || coalesce(own.parameters, '{}'))
                                    ORDER BY r.priority, r.code)
        INTO rules
        FROM @icb@.active_rule r
        LEFT JOIN @icb@.rule_switch common ON common.rule_code = r.code AND common.contract_id = '*'
        LEFT JOIN @icb@.rule_switch own ON own.rule_code = r.code AND own.contract_id = k.contract_id
        WHERE coalesce(own.enabled, common.enabled, true);
        mark := pg_catalog.md5(coalesce(rules, '[]')::text);
        IF NOT EXISTS (SELECT FROM @icb@.compiled_rule_set c WHERE c.fingerprint = mark) THEN
            INSERT INTO @icb@.compiled_rule_set (fingerprint, body)
            VALUES (mark, pg_catalog.jsonb_build_object('name', '@icb@', 'version', mark, 'rules', coalesce(rules, '[]'))::text::commissioning.rule_set);
            -- tried on an empty line: a field that is not there, or of another type, is refused now and not in the night
            PERFORM c.rule_code
            FROM @icb@.compiled_rule_set s
            CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::@icb@.claim_facts, '{}') f
            CROSS JOIN LATERAL commissioning.line_check(s.body, f) c
            WHERE s.fingerprint = mark;
        END IF;
        INSERT INTO @icb@.contract_rule_set AS s (contract_id, fingerprint) VALUES (k.contract_id, mark)
        ON CONFLICT (contract_id) DO UPDATE SET fingerprint = excluded.fingerprint WHERE s.fingerprint <> excluded.fingerprint;
        IF FOUND THEN
            changed := changed + 1;
        END IF;
    END LOOP;
    DELETE FROM @icb@.contract_rule_set s
    WHERE s.contract_id <> '*' AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id);
    FOR k IN
        SELECT s.contract_id, s.rule_code FROM @icb@.rule_switch s
        WHERE NOT EXISTS (SELECT FROM @icb@.active_rule r WHERE r.code = s.rule_code)
           OR s.contract_id <> '*' AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)
        ORDER BY 1, 2
    LOOP
        RAISE WARNING 'rule_switch of contract "%" and rule "%" switches nothing', k.contract_id, k.rule_code
            USING HINT = 'There is no such contract or no such rule.';
    END LOOP;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_rules() IS
    'Puts the active rules, less those switched off and with the parameters set, into one rule_set value per contract. Returns for how many contracts the rules changed. Raises 22P02 with the path of the fault when a rule is not well formed, 42703 or 42804 when it names a field that claim_facts does not have or has in another type; warns of switches that switch nothing.';

-- Facts ---------------------------------------------------------------------------------------

CREATE VIEW @icb@.claim_facts WITH (security_invoker = true) AS
SELECT c.person_id, c.submission_id, c.line_no, c.line_key, c.claim_group, c.provider_code, c.site_code, c.commissioner_code, c.contract_id,
       c.financial_year, c.month, c.pod, c.pod_kind, c.pod_class, c.pod_needs_hrg,
       c.pod_kind IN ('spell', 'excess', 'critical_care') AS spell_part,
       c.treatment_function, c.hrg_sent, c.hrg::text AS hrg, c.record_hrg::text AS record_hrg,
       coalesce(w.kind = 'ungroupable', false) OR coalesce(c.hrg_sent, '') = '' OR c.national_price AND c.hrg::text IS NULL AS hrg_ungroupable,
       b.hrg IS NOT NULL AS hrg_age_bounded, b.age_min AS hrg_age_min, b.age_max AS hrg_age_max,
       tw.hrg AS twin_hrg, tw.unit_price AS twin_unit_price,
       c.national_price, c.prescribed_service, c.provider_event_id, c.cds_id, c.nhs_number_state,
       c.activity_id, c.match_method, c.match_score,
       c.start_date, c.end_date, c.price_date, c.age, c.sex, c.patient_classification, c.admission_method, c.attendance_status,
       c.first_attendance, c.consultation_medium, c.multi_professional, c.main_specialty,
       c.length_of_stay, c.critical_care_days, c.rehabilitation_days, c.palliative_days, c.qualifying_days, c.trim_point,
       c.short_stay, c.excess_days, c.excess_days_with_critical_care,
       g.practice_code AS responsible_practice, o.parent AS responsible_commissioner,
       CASE WHEN pe.person_id IS NULL OR c.nhs_number_state <> 'valid' THEN NULL WHEN pe.death_date IS NULL THEN 'alive' ELSE 'dead' END AS death_state,
       pe.death_date, c.start_date - pe.death_date AS days_after_death,
       CASE WHEN c.pod_kind IN ('attendance', 'procedure') OR c.pod_class = 'pass_through' THEN 1 ELSE 0 END AS death_grace_days,
       c.units, c.unit_price, c.market_forces_factor AS factor, c.total_cost AS total, c.rounding,
       a.product, abs(c.total_cost - a.product) AS arithmetic_difference, 0.01 * greatest(abs(c.units), 1) AS arithmetic_tolerance,
       c.tariff_name, c.tariff_year, c.expected_units, c.expected_unit_price, c.full_unit_price, c.expected_factor, c.per_day, c.price_reason,
       abs(c.unit_price - c.expected_unit_price) AS price_difference, c.price_tolerance,
       abs(c.market_forces_factor - c.expected_factor) AS factor_difference,
       CASE WHEN w.kind = 'ungroupable' OR coalesce(c.hrg_sent, '') = '' OR c.national_price AND (c.hrg::text IS NULL OR c.pod_kind = 'other') THEN false
            WHEN c.age < b.age_min OR c.age > b.age_max THEN false
            WHEN NOT c.national_price THEN c.expected_unit_price IS NOT NULL
            ELSE true END AS price_comparable,
       -- the full price was charged where the short-stay price was due
       CASE WHEN c.pod_kind <> 'spell' THEN false
            WHEN NOT c.short_stay THEN false
            ELSE abs(c.unit_price - c.full_unit_price) <= c.price_tolerance AND abs(c.unit_price - c.expected_unit_price) > c.price_tolerance
       END AS short_stay_missed,
       -- the excess days are what they would be with the critical care days left in
       CASE WHEN c.pod_kind <> 'excess' THEN false
            WHEN c.excess_days IS NULL THEN NULL
            ELSE c.critical_care_days > 0 AND c.units = c.excess_days_with_critical_care AND c.units <> c.expected_units
       END AS critical_care_counted,
       CASE WHEN q.kind = 'duplicate' THEN q.kept_line_key END AS duplicate_of,
       CASE WHEN q.kind = 'repeat' THEN q.kept_line_key END AS repeat_of,
       CASE WHEN q.kind = 'overlap' THEN q.kept_line_key END AS overlap_of
FROM @icb@.claim_price c
LEFT JOIN @icb@.claim_pair q ON q.person_id = c.person_id AND q.submission_id = c.submission_id AND q.line_no = c.line_no
LEFT JOIN @icb@.person pe ON pe.person_id = c.person_id
LEFT JOIN @icb@.registration g
  ON g.person_id = c.person_id AND g.valid_from <= c.start_date AND (g.valid_to IS NULL OR c.start_date < g.valid_to)
LEFT JOIN @icb@.organisation_link o ON o.child = g.practice_code AND o.kind = 'commissioned_by' AND o.valid @> c.start_date
LEFT JOIN commissioning.hrg_age_bound b ON b.hrg = c.hrg::text
LEFT JOIN commissioning.hrg_without_price w ON w.hrg = c.hrg::text
CROSS JOIN LATERAL (
    SELECT CASE c.rounding WHEN 'sus' THEN round(round(c.units * c.unit_price) * coalesce(c.market_forces_factor, 1))
                           WHEN 'none' THEN c.units * c.unit_price * coalesce(c.market_forces_factor, 1)
                           ELSE round(c.units * c.unit_price * coalesce(c.market_forces_factor, 1), 2) END AS product) a
LEFT JOIN LATERAL (
    -- what the line would cost under an HRG that fits the age: the record's own, else the twin that differs in the age alone
    SELECT t.hrg,
           CASE WHEN c.pod_kind IN ('spell', 'excess') THEN
                (SELECT CASE WHEN c.pod_kind = 'excess' THEN sp.per_day WHEN c.excess_apart THEN sp.pre_factor - sp.excess ELSE sp.pre_factor END
                 FROM commissioning.price_spell(c.tariff, ROW(t.hrg::commissioning.hrg, c.patient_classification, c.admission_method, c.start_date,
                          c.end_date, c.age, c.critical_care_days, c.rehabilitation_days, c.overlap_days, c.palliative_days, c.best_practice,
                          NULL::text, 1, c.rounding)::commissioning.spell_line) sp)
                WHEN c.pod_kind IN ('attendance', 'procedure') THEN
                (SELECT ap.unit_price
                 FROM commissioning.price_attendance(c.tariff, ROW(t.hrg::commissioning.hrg, c.treatment_function, '5', c.first_attendance,
                          1, c.rounding)::commissioning.attendance_line) ap)
           END AS unit_price
    FROM (SELECT c.record_hrg::text AS hrg, 1 AS place
          UNION ALL
          SELECT x.twin, 2 FROM commissioning.hrg_age_twin x JOIN commissioning.hrg_age_bound y ON y.hrg = x.twin WHERE x.hrg = c.hrg::text) t
    LEFT JOIN commissioning.hrg_age_bound tb ON tb.hrg = t.hrg
    WHERE (c.age < b.age_min OR c.age > b.age_max) AND c.tariff IS NOT NULL
      AND c.age BETWEEN coalesce(tb.age_min, 0) AND coalesce(tb.age_max, 150)
    -- lists of several years name other age limits: the one that begins or ends where this one does not
    ORDER BY t.place, tb.age_min = b.age_max + 1 OR tb.age_max = b.age_min - 1 DESC NULLS LAST, t.hrg
    LIMIT 1
) tw ON true;
COMMENT ON VIEW @icb@.claim_facts IS
    'One row per line of the current position: everything a rule may use. Live; needs icb.match() for the columns that depend on the hospital record or on other lines.';

COMMENT ON COLUMN @icb@.claim_facts.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.claim_facts.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.claim_facts.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.claim_facts.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.claim_facts.claim_group IS 'Lines charged together for one event.';
COMMENT ON COLUMN @icb@.claim_facts.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb@.claim_facts.site_code IS 'Site, NULL when not sent.';
COMMENT ON COLUMN @icb@.claim_facts.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb@.claim_facts.contract_id IS 'Contract that covers provider and commissioner on the price date; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.financial_year IS 'Financial year of the claim.';
COMMENT ON COLUMN @icb@.claim_facts.month IS 'Financial month of the claim, 1 = April.';
COMMENT ON COLUMN @icb@.claim_facts.pod IS 'Point of delivery as charged.';
COMMENT ON COLUMN @icb@.claim_facts.pod_kind IS 'spell, excess, critical_care, unbundled, attendance, procedure, emergency or other.';
COMMENT ON COLUMN @icb@.claim_facts.pod_class IS 'Class of care under which contracts set recovery rates.';
COMMENT ON COLUMN @icb@.claim_facts.pod_needs_hrg IS 'Whether this point of delivery is priced by HRG.';
COMMENT ON COLUMN @icb@.claim_facts.spell_part IS 'Whether the line is a spell, its excess days or its critical care.';
COMMENT ON COLUMN @icb@.claim_facts.treatment_function IS 'Treatment function as charged.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_sent IS 'Tariff code as sent.';
COMMENT ON COLUMN @icb@.claim_facts.hrg IS 'HRG as charged; NULL when the code sent is none.';
COMMENT ON COLUMN @icb@.claim_facts.record_hrg IS 'HRG on the hospital record.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_ungroupable IS 'No HRG, or one that says the data could not be grouped.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_age_bounded IS 'Whether the name of the HRG holds an age.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_age_min IS 'Youngest age that the HRG allows; NULL without bounds.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_age_max IS 'Oldest age that the HRG allows; NULL without bounds.';
COMMENT ON COLUMN @icb@.claim_facts.twin_hrg IS 'HRG that fits the age where the one charged does not.';
COMMENT ON COLUMN @icb@.claim_facts.twin_unit_price IS 'Price of one unit under twin_hrg.';
COMMENT ON COLUMN @icb@.claim_facts.national_price IS 'Whether the price is a national one (else local).';
COMMENT ON COLUMN @icb@.claim_facts.prescribed_service IS 'Specialised service line, which another commissioner pays; NULL for the rest.';
COMMENT ON COLUMN @icb@.claim_facts.provider_event_id IS 'The provider''s number of the spell or attendance.';
COMMENT ON COLUMN @icb@.claim_facts.cds_id IS 'Record identifier sent with the claim.';
COMMENT ON COLUMN @icb@.claim_facts.nhs_number_state IS 'valid, missing, invalid, placeholder or withheld.';
COMMENT ON COLUMN @icb@.claim_facts.activity_id IS 'Hospital record that the line meets; NULL: none found.';
COMMENT ON COLUMN @icb@.claim_facts.match_method IS 'How the record was found.';
COMMENT ON COLUMN @icb@.claim_facts.match_score IS 'How well, 1 to 100.';
COMMENT ON COLUMN @icb@.claim_facts.start_date IS 'Admission, attendance or arrival: of the record where there is one. Decides commissioner and age.';
COMMENT ON COLUMN @icb@.claim_facts.end_date IS 'Discharge or attendance: of the record where there is one.';
COMMENT ON COLUMN @icb@.claim_facts.price_date IS 'Decides price, factor and contract: discharge for a spell and its parts, attendance otherwise.';
COMMENT ON COLUMN @icb@.claim_facts.age IS 'Completed years at the start: of the record where there is one.';
COMMENT ON COLUMN @icb@.claim_facts.sex IS 'Sex on the record, else on the claim.';
COMMENT ON COLUMN @icb@.claim_facts.patient_classification IS '1 ordinary, 2 day case, 3 and 4 regular; from the point of delivery without a record.';
COMMENT ON COLUMN @icb@.claim_facts.admission_method IS 'Admission method; from the point of delivery without a record.';
COMMENT ON COLUMN @icb@.claim_facts.attendance_status IS '5 and 6 attended, 2, 3, 4, 7 not; only from the record.';
COMMENT ON COLUMN @icb@.claim_facts.first_attendance IS 'First attendance code of the record.';
COMMENT ON COLUMN @icb@.claim_facts.consultation_medium IS 'Consultation medium of the record.';
COMMENT ON COLUMN @icb@.claim_facts.multi_professional IS 'Multi-professional indicator of the record.';
COMMENT ON COLUMN @icb@.claim_facts.main_specialty IS 'Main specialty of the record.';
COMMENT ON COLUMN @icb@.claim_facts.length_of_stay IS 'Nights from admission to discharge.';
COMMENT ON COLUMN @icb@.claim_facts.critical_care_days IS 'Critical care days of the record.';
COMMENT ON COLUMN @icb@.claim_facts.rehabilitation_days IS 'Rehabilitation days of the record.';
COMMENT ON COLUMN @icb@.claim_facts.palliative_days IS 'Palliative care days of the record.';
COMMENT ON COLUMN @icb@.claim_facts.qualifying_days IS 'Length of stay less critical care, rehabilitation and palliative days.';
COMMENT ON COLUMN @icb@.claim_facts.trim_point IS 'Days covered by the base price.';
COMMENT ON COLUMN @icb@.claim_facts.short_stay IS 'Whether the short-stay price is due.';
COMMENT ON COLUMN @icb@.claim_facts.excess_days IS 'Days over the trim point.';
COMMENT ON COLUMN @icb@.claim_facts.excess_days_with_critical_care IS 'What excess_days would be with the critical care days left in.';
COMMENT ON COLUMN @icb@.claim_facts.responsible_practice IS 'Practice of registration on the start date.';
COMMENT ON COLUMN @icb@.claim_facts.responsible_commissioner IS 'Commissioner of that practice on that date.';
COMMENT ON COLUMN @icb@.claim_facts.death_state IS 'alive or dead; NULL when the person could not be traced.';
COMMENT ON COLUMN @icb@.claim_facts.death_date IS 'Date of death.';
COMMENT ON COLUMN @icb@.claim_facts.days_after_death IS 'Days from death to start.';
COMMENT ON COLUMN @icb@.claim_facts.death_grace_days IS 'Days after death on which activity is let pass.';
COMMENT ON COLUMN @icb@.claim_facts.units IS 'Units charged.';
COMMENT ON COLUMN @icb@.claim_facts.unit_price IS 'Price of one unit before the factor, as charged.';
COMMENT ON COLUMN @icb@.claim_facts.factor IS 'Market forces factor as charged; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.total IS 'Amount charged.';
COMMENT ON COLUMN @icb@.claim_facts.rounding IS 'Rounding of the contract: sus, penny or none.';
COMMENT ON COLUMN @icb@.claim_facts.product IS 'units x unit_price x factor, rounded as the contract says.';
COMMENT ON COLUMN @icb@.claim_facts.arithmetic_difference IS 'Distance of total from product.';
COMMENT ON COLUMN @icb@.claim_facts.arithmetic_tolerance IS 'A penny for each unit.';
COMMENT ON COLUMN @icb@.claim_facts.tariff_name IS 'Price list.';
COMMENT ON COLUMN @icb@.claim_facts.tariff_year IS 'Financial year of the price list.';
COMMENT ON COLUMN @icb@.claim_facts.expected_units IS 'Units there should be; NULL: as charged.';
COMMENT ON COLUMN @icb@.claim_facts.expected_unit_price IS 'Price of one unit before the factor there should be.';
COMMENT ON COLUMN @icb@.claim_facts.full_unit_price IS 'Price without the short-stay reduction, where one is due.';
COMMENT ON COLUMN @icb@.claim_facts.expected_factor IS 'The provider''s factor on the price date.';
COMMENT ON COLUMN @icb@.claim_facts.per_day IS 'Price of an excess day.';
COMMENT ON COLUMN @icb@.claim_facts.price_reason IS 'Why there is no expected price.';
COMMENT ON COLUMN @icb@.claim_facts.price_difference IS 'Distance of unit_price from expected_unit_price.';
COMMENT ON COLUMN @icb@.claim_facts.price_tolerance IS 'Price difference that the contract lets pass.';
COMMENT ON COLUMN @icb@.claim_facts.factor_difference IS 'Distance of factor from expected_factor.';
COMMENT ON COLUMN @icb@.claim_facts.price_comparable IS 'Whether the price can be judged by itself: priced kind of care, HRG groupable and fit for the age.';
COMMENT ON COLUMN @icb@.claim_facts.short_stay_missed IS 'The full price was charged where the short-stay price is due.';
COMMENT ON COLUMN @icb@.claim_facts.critical_care_counted IS 'The excess days charged are what they would be with critical care days left in.';
COMMENT ON COLUMN @icb@.claim_facts.duplicate_of IS 'Line that claims the very same; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.repeat_of IS 'Line that claims the same part of the same event with other content.';
COMMENT ON COLUMN @icb@.claim_facts.overlap_of IS 'Spell, kept, with which this one shares a night.';

-- Findings ------------------------------------------------------------------------------------

CREATE TABLE @icb@.finding (
    person_id      bigint NOT NULL,
    finding_ref    text NOT NULL,
    opened_run     bigint NOT NULL,
    line_key       text NOT NULL,
    submission_id  bigint NOT NULL,
    line_no        bigint NOT NULL,
    rule_code      text NOT NULL,
    rule_version   text NOT NULL,
    rule_name      text NOT NULL,
    priority       integer NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('fail', 'hold', 'not_assessed')),
    reason         text,
    evidence       jsonb NOT NULL,
    provider_code  text NOT NULL,
    commissioner_code text NOT NULL,
    contract_id    text,
    rule_set       text NOT NULL,
    pod            text NOT NULL,
    pod_class      text NOT NULL,
    activity_month date,
    units          numeric(19,6),
    unit_price     numeric(19,6),
    factor         numeric(10,6),
    billed         numeric(19,6) NOT NULL,
    expected_total numeric(16,2),
    identified     numeric(16,2) NOT NULL,
    net            numeric(19,6) NOT NULL,
    recovery_rate  numeric(7,6) NOT NULL,
    recoverable    numeric(16,2) NOT NULL,
    undercharged   numeric(16,2) NOT NULL,
    content        text NOT NULL,
    opened_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_run     bigint,
    closed_at      timestamptz,
    closed_reason  text CHECK (closed_reason IN ('line no longer claimed', 'no longer found', 'restated')),
    PRIMARY KEY (person_id, finding_ref, opened_run),
    CHECK ((closed_run IS NULL) = (closed_at IS NULL) AND (closed_run IS NULL) = (closed_reason IS NULL))
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.finding IS
    'What rules found, with money. A row is never changed but for being closed once: by a run in which its line is gone, in order, or found with other content (which opens a new row of the same finding_ref). Open rows have closed_run NULL.';
COMMENT ON COLUMN @icb@.finding.finding_ref IS 'Stable over re-runs and restatements: hash of line_key, rule and version.';
COMMENT ON COLUMN @icb@.finding.outcome IS 'fail, hold (a query about the whole line) or not_assessed (a needed field is missing).';
COMMENT ON COLUMN @icb@.finding.identified IS 'What this rule alone would take off the line as billed; negative: an undercharge.';
COMMENT ON COLUMN @icb@.finding.net IS 'Share of this rule in billed less expected, after the rules before it; the shares of a line add up exactly.';
COMMENT ON COLUMN @icb@.finding.recoverable IS 'net x recovery_rate where net is positive, rounded to the penny; 0 for a hold.';
COMMENT ON COLUMN @icb@.finding.undercharged IS '-net where net is negative.';
COMMENT ON COLUMN @icb@.finding.evidence IS 'Values of the columns that the rule names as evidence. No identifiers of persons.';
COMMENT ON COLUMN @icb@.finding.content IS 'Hash of everything a run computed, to tell whether it changed.';

COMMENT ON COLUMN @icb@.finding.person_id IS 'Person in this warehouse.';
COMMENT ON COLUMN @icb@.finding.opened_run IS 'Run that opened the row.';
COMMENT ON COLUMN @icb@.finding.line_key IS 'Line it is about, across restatements.';
COMMENT ON COLUMN @icb@.finding.submission_id IS 'Submission that brought the line when the row was opened; a later one may have sent it again unchanged.';
COMMENT ON COLUMN @icb@.finding.line_no IS 'Row of that file.';
COMMENT ON COLUMN @icb@.finding.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.finding.rule_version IS 'Version of the rule.';
COMMENT ON COLUMN @icb@.finding.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb@.finding.priority IS 'Order in which rules share the money.';
COMMENT ON COLUMN @icb@.finding.reason IS 'What is missing, when not assessed.';
COMMENT ON COLUMN @icb@.finding.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb@.finding.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb@.finding.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb@.finding.rule_set IS 'Fingerprint of the rule set that judged.';
COMMENT ON COLUMN @icb@.finding.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb@.finding.pod_class IS 'Class of care for the recovery rate.';
COMMENT ON COLUMN @icb@.finding.activity_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb@.finding.units IS 'Units as charged.';
COMMENT ON COLUMN @icb@.finding.unit_price IS 'Price of one unit as charged.';
COMMENT ON COLUMN @icb@.finding.factor IS 'Factor as charged.';
COMMENT ON COLUMN @icb@.finding.billed IS 'Amount charged.';
COMMENT ON COLUMN @icb@.finding.expected_total IS 'What is left of the line after this rule and those before it; after the last, what it should have cost.';
COMMENT ON COLUMN @icb@.finding.recovery_rate IS 'Share the contract lets be recovered for this class and date.';
COMMENT ON COLUMN @icb@.finding.opened_at IS 'When the row was written.';
COMMENT ON COLUMN @icb@.finding.closed_run IS 'Run that closed it; NULL: open.';
COMMENT ON COLUMN @icb@.finding.closed_at IS 'When it was closed.';
COMMENT ON COLUMN @icb@.finding.closed_reason IS 'line no longer claimed, no longer found, or restated (found with other content).';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.finding_p%s PARTITION OF @icb@.finding FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE UNIQUE INDEX finding_open ON @icb@.finding (person_id, finding_ref) WHERE closed_run IS NULL;
CREATE INDEX finding_by_ref ON @icb@.finding (finding_ref);
CREATE INDEX finding_by_line ON @icb@.finding (line_key);

CREATE VIEW @icb@.finding_live WITH (security_invoker = true) AS
SELECT x.person_id,
       pg_catalog.md5(pg_catalog.concat_ws('|', x.line_key, x.rule_code, x.rule_version,
           -- one key claimed in two slices of the position at once
           CASE WHEN x.n > 1 THEN x.n END)) AS finding_ref,
       x.line_key, x.submission_id, x.line_no, x.rule_code, x.rule_version, x.rule_name, x.priority, x.outcome, x.reason, x.evidence,
       x.provider_code, x.commissioner_code, x.contract_id, x.rule_set, x.pod, x.pod_class, x.activity_month, x.units, x.unit_price, x.factor,
       x.billed, x.expected_total, x.identified, x.net, x.recovery_rate, x.recoverable, x.undercharged,
       pg_catalog.md5(pg_catalog.concat_ws('|', x.outcome, x.reason, x.evidence, x.billed, x.identified, x.net, x.recoverable, x.contract_id, x.pod,
                                           x.activity_month)) AS content
FROM (
    SELECT f.person_id, f.line_key, f.submission_id, f.line_no, r.rule_code, r.rule_version, r.rule_name, r.priority, r.outcome, r.reason,
           coalesce(r.evidence, '{}'::jsonb) AS evidence, f.provider_code, f.commissioner_code, f.contract_id, s.fingerprint AS rule_set, f.pod, f.pod_class,
           pg_catalog.date_trunc('month', coalesce(f.price_date, f.start_date)::timestamp)::date AS activity_month,
           f.units, f.unit_price, f.factor, f.total AS billed, r.expected_total::numeric(16,2) AS expected_total,
           coalesce(r.identified, 0)::numeric(16,2) AS identified, coalesce(r.net, 0)::numeric(19,6) AS net,
           rate.value AS recovery_rate,
           CASE WHEN r.outcome = 'fail' THEN round(greatest(r.net, 0) * rate.value, 2) ELSE 0 END::numeric(16,2) AS recoverable,
           CASE WHEN r.outcome = 'fail' THEN greatest(-r.net, 0) ELSE 0 END::numeric(16,2) AS undercharged,
           row_number() OVER (PARTITION BY f.person_id, f.line_key, r.rule_code ORDER BY f.financial_year, f.month, f.submission_id, f.line_no) AS n
    FROM @icb@.claim_facts f
    JOIN @icb@.contract_rule_set s ON s.contract_id = coalesce(f.contract_id, '*')
    JOIN @icb@.compiled_rule_set b ON b.fingerprint = s.fingerprint
    CROSS JOIN LATERAL commissioning.line_check(b.body, f) r
    LEFT JOIN @icb@.recovery_rate own ON own.contract_id = f.contract_id AND own.pod_class = f.pod_class AND own.valid @> f.price_date
    LEFT JOIN @icb@.recovery_rate other ON other.contract_id = f.contract_id AND other.pod_class = 'any' AND other.valid @> f.price_date
    CROSS JOIN LATERAL (SELECT coalesce(own.rate, other.rate, 1)::numeric(7,6) AS value) rate
) x;
COMMENT ON VIEW @icb@.finding_live IS
    'The findings of today''s data under the rules in force. icb.validate() persists them in finding. Without a recovery rate for the contract, class and date all of the net is recoverable.';

CREATE FUNCTION @icb@.validate_partition(run bigint, part integer, OUT opened bigint, OUT closed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    held text := '@icb@.finding_p' || part;
    loops text := pg_catalog.current_setting('enable_nestloop');
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_finding') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_finding;
    END IF;
    EXECUTE 'CREATE UNLOGGED TABLE @icb_identity@.stage_finding AS ' || @icb@.partition_query('@icb@.finding_live', part);
    ANALYZE @icb_identity@.stage_finding;
    PERFORM pg_catalog.set_config('enable_nestloop', 'off', true);
    EXECUTE pg_catalog.format($q$
        UPDATE %1$s f
        SET closed_run = $1, closed_at = pg_catalog.clock_timestamp(),
            closed_reason = CASE
                WHEN EXISTS (SELECT FROM @icb_identity@.stage_finding s WHERE s.finding_ref = f.finding_ref) THEN 'restated'
                WHEN EXISTS (SELECT FROM @icb@.current_invoice_line l WHERE l.person_id = f.person_id AND l.line_key = f.line_key) THEN 'no longer found'
                ELSE 'line no longer claimed' END
        WHERE f.closed_run IS NULL
          AND NOT EXISTS (SELECT FROM @icb_identity@.stage_finding s WHERE s.finding_ref = f.finding_ref AND s.content = f.content)$q$, held) USING run;
    GET DIAGNOSTICS closed = ROW_COUNT;
    EXECUTE pg_catalog.format($q$
        INSERT INTO %1$s (opened_run, person_id, finding_ref, line_key, submission_id, line_no, rule_code, rule_version, rule_name, priority, outcome,
            reason, evidence, provider_code, commissioner_code, contract_id, rule_set, pod, pod_class, activity_month, units, unit_price, factor,
            billed, expected_total, identified, net, recovery_rate, recoverable, undercharged, content)
        SELECT $1, s.*
        FROM @icb_identity@.stage_finding s
        WHERE NOT EXISTS (SELECT FROM %1$s f WHERE f.finding_ref = s.finding_ref AND f.person_id = s.person_id AND f.closed_run IS NULL)$q$, held) USING run;
    GET DIAGNOSTICS opened = ROW_COUNT;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
    DROP TABLE @icb_identity@.stage_finding;
END
$$;
COMMENT ON FUNCTION @icb@.validate_partition(bigint, integer) IS
    'One step of icb.validate(): computes the findings of one partition of persons, closes those that no longer hold and opens the new ones.';

CREATE PROCEDURE @icb@.validate()
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    parts integer := @icb@.partition_count();
    step record;
    opened bigint := 0;
    closed bigint := 0;
    lines bigint;
    claimed numeric;
    result record;
BEGIN
    run := @icb@.start_run('validate');
    COMMIT;
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.compile_rules();
    PERFORM @icb@.refresh_statistics('invoice_line', 'activity', 'line_match', 'claim_pair', 'person', 'registration', 'tariff', 'compiled_rule_set',
                                     'contract_rule_set', 'recovery_rate');
    PERFORM @icb@.report_progress(run, 2, 'price lists and rules compiled');
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        step := @icb@.validate_partition(run, part);
        opened := opened + step.opened;
        closed := closed + step.closed;
        PERFORM @icb@.report_progress(run, 2 + 98.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.refresh_statistics('finding');
    SELECT pg_catalog.sum(s.line_count), pg_catalog.sum(s.amount) INTO lines, claimed
    FROM @icb@.submission_slice s WHERE s.status = 'current' AND s.dataset = 'PLCM';
    SELECT pg_catalog.count(*) FILTER (WHERE f.outcome = 'fail') AS failed, pg_catalog.sum(f.recoverable) AS recoverable INTO result
    FROM @icb@.finding f WHERE f.closed_run IS NULL;
    PERFORM @icb@.finish_run(run, lines, opened, claimed, result.recoverable, CASE WHEN opened + closed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s findings opened, %s closed', opened, closed));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.validate() IS
    'Compiles price lists and rules, applies all rules to every line of the current position and keeps the findings. Run icb.match() first. Commits per partition of persons; a repeat adds nothing.';

-- Explanation ---------------------------------------------------------------------------------

-- The waterfall of a finding's line as it stood in the run that opened the finding: each rule takes its share of what the earlier ones left.
CREATE FUNCTION @icb@.explain_finding(ref text)
    RETURNS TABLE (step integer, rule text, formula text, billed_gbp numeric, expected_gbp numeric, source text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
DECLARE
    asked record;
    f record;
    effect jsonb;
    u numeric;
    p numeric;
    k numeric;
    value text;
    running numeric;
BEGIN
    SELECT x.* INTO asked FROM @icb@.finding x WHERE x.finding_ref = ref ORDER BY x.opened_run DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown finding "%"', ref
            USING ERRCODE = 'undefined_object', HINT = 'The column finding_ref of the view finding lists them.';
    END IF;
    u := asked.units;
    p := asked.unit_price;
    k := asked.factor;
    running := asked.billed;
    step := 1;
    rule := 'as billed';
    formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(u), pg_catalog.trim_scale(p), pg_catalog.trim_scale(k));
    billed_gbp := round(running, 2);
    expected_gbp := round(running, 2);
    source := pg_catalog.format('claim of %s, %s', asked.provider_code, asked.pod);
    RETURN NEXT;
    FOR f IN
        SELECT x.*, coalesce(b.element -> 'effect', '{}') AS effect, b.element ->> 'source' AS rule_source
        FROM @icb@.finding x
        LEFT JOIN LATERAL (
            SELECT r.element
            FROM @icb@.compiled_rule_set s, pg_catalog.jsonb_array_elements(s.body::text::jsonb -> 'rules') WITH ORDINALITY AS r(element, place)
            WHERE s.fingerprint = x.rule_set AND r.element ->> 'code' = x.rule_code
            LIMIT 1) b ON true
        WHERE x.person_id = asked.person_id AND x.line_key = asked.line_key AND x.commissioner_code = asked.commissioner_code
          AND x.opened_run <= coalesce(asked.closed_run - 1, x.opened_run)
          AND coalesce(x.closed_run, asked.opened_run + 1) > asked.opened_run
          AND (x.outcome <> 'not_assessed' OR x.finding_ref = ref)
        ORDER BY x.priority, x.rule_code
    LOOP
        step := step + 1;
        rule := f.rule_code || ' ' || f.rule_name;
        source := f.rule_source;
        billed_gbp := round(running, 2);
        running := running - f.net;
        expected_gbp := round(running, 2);
        effect := f.effect;
        IF f.outcome = 'not_assessed' THEN
            formula := 'not assessed: ' || f.reason;
        ELSIF f.outcome = 'hold' THEN
            formula := 'held until answered; nothing deducted';
        ELSIF effect ->> 'kind' = 'void' THEN
            formula := 'claim removed';
            u := 0;
        ELSIF effect ? 'total' THEN
            formula := pg_catalog.format('total becomes %s', f.evidence ->> (effect ->> 'total'));
        ELSE
            IF effect ? 'units' THEN u := coalesce((f.evidence ->> (effect ->> 'units'))::numeric, u); END IF;
            IF effect ? 'unit_price' THEN p := coalesce((f.evidence ->> (effect ->> 'unit_price'))::numeric, p); END IF;
            IF effect ? 'factor' THEN k := coalesce((f.evidence ->> (effect ->> 'factor'))::numeric, k); END IF;
            formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(u), pg_catalog.trim_scale(p), pg_catalog.trim_scale(k));
        END IF;
        RETURN NEXT;
    END LOOP;
    IF asked.outcome = 'fail' THEN
        step := step + 1;
        rule := asked.rule_code || ', recoverable';
        formula := CASE WHEN asked.net > 0 THEN pg_catalog.format('%s x %s', pg_catalog.trim_scale(asked.net), pg_catalog.trim_scale(asked.recovery_rate))
                        ELSE 'an undercharge is reported, not recovered' END;
        billed_gbp := round(asked.net, 2);
        expected_gbp := asked.recoverable;
        source := 'recovery rate of the contract for this class of care and date';
        RETURN NEXT;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.explain_finding(text) IS
    'How a finding''s money came about, as rows: the line as billed, then each rule that found something on it in order of priority, from what was left before (billed_gbp) to what is left after (expected_gbp), and the recoverable part of the finding asked for. Raises 42704 for an unknown reference.';

CREATE FUNCTION @icb@.explain_price(line text)
    RETURNS TABLE (step integer, part text, formula text, amount_gbp numeric, source text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
DECLARE
    c record;
    person bigint;
    s record;
BEGIN
    -- a key alone would scan every partition of persons
    SELECT l.person_id INTO person FROM @icb@.current_invoice_line l WHERE l.line_key = line ORDER BY l.submission_id, l.line_no LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown line "%"', line
            USING ERRCODE = 'undefined_object', HINT = 'The current position holds no line with this key.';
    END IF;
    SELECT x.* INTO c FROM @icb@.claim_price x WHERE x.person_id = person AND x.line_key = line ORDER BY x.submission_id, x.line_no LIMIT 1;
    step := 1;
    part := 'as billed';
    formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(c.units), pg_catalog.trim_scale(c.unit_price), pg_catalog.trim_scale(c.market_forces_factor));
    amount_gbp := round(c.total_cost, 2);
    source := pg_catalog.format('claim of %s, %s, HRG %s', c.provider_code, c.pod, coalesce(c.hrg_sent, 'none'));
    RETURN NEXT;
    IF c.pod_kind IN ('spell', 'excess') AND c.national_price AND c.tariff IS NOT NULL THEN
        FOR s IN
            SELECT x.part, x.formula, x.amount, x.source
            FROM commissioning.price_steps(c.tariff, ROW(c.hrg, c.patient_classification, c.admission_method, c.start_date, c.end_date, c.age,
                     c.critical_care_days, c.rehabilitation_days, c.overlap_days, c.palliative_days, c.best_practice, NULL::text, 1,
                     c.rounding)::commissioning.spell_line) x
            ORDER BY x.step
        LOOP
            step := step + 1;
            part := s.part;
            formula := s.formula;
            amount_gbp := s.amount;
            source := s.source;
            RETURN NEXT;
        END LOOP;
    END IF;
    step := step + 1;
    part := 'this line';
    formula := CASE WHEN c.expected_unit_price IS NULL THEN 'not priced: ' || coalesce(c.price_reason, 'no price list or local price for this line')
                    ELSE pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(coalesce(c.expected_units, c.units)), pg_catalog.trim_scale(c.expected_unit_price),
                                              pg_catalog.trim_scale(c.expected_factor)) END;
    amount_gbp := c.expected_total;
    source := pg_catalog.concat_ws(' ', 'price list', c.tariff_name, c.tariff_year, 'on', c.price_date);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION @icb@.explain_price(text) IS
    'How the expected price of a line of the current position came about, step by step. Raises 42704 for an unknown line.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('55-validate-reporting', $commissioning_part$-- What analysts and BI tools see of validation. Amounts in pounds; no identifiers of persons. Sums over many lines run with their owner's
-- rights, so that a dashboard needs no rights on lines; what shows single lines, or few of them, runs with the reader's.

CREATE VIEW @icb_reporting@.finding WITH (security_invoker = true) AS
SELECT f.finding_ref::text AS finding_ref, f.line_key::text AS line_key, f.rule_code::text AS rule_code, f.rule_name::text AS rule_name,
       f.outcome::text AS outcome, f.reason::text AS reason, f.provider_code::text AS provider_code, f.commissioner_code::text AS commissioner_code,
       f.contract_id::text AS contract_id, f.pod::text AS pod, f.activity_month::date AS activity_month,
       f.billed::numeric(16,2) AS billed_gbp, f.identified::numeric(16,2) AS identified_gbp, f.net::numeric(16,2) AS net_gbp,
       f.recoverable::numeric(16,2) AS recoverable_gbp, f.undercharged::numeric(16,2) AS undercharged_gbp,
       f.evidence::jsonb AS evidence, f.opened_run::bigint AS opened_run, f.opened_at::timestamptz AS opened_at
FROM @icb@.finding f
WHERE f.closed_run IS NULL;
COMMENT ON VIEW @icb_reporting@.finding IS 'Open findings of the current position, one row per line and rule.';
COMMENT ON COLUMN @icb_reporting@.finding.finding_ref IS 'Stable reference; explain_finding() unfolds it.';
COMMENT ON COLUMN @icb_reporting@.finding.line_key IS 'Identity of the claimed line across restatements.';
COMMENT ON COLUMN @icb_reporting@.finding.rule_code IS 'Rule that found it.';
COMMENT ON COLUMN @icb_reporting@.finding.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.finding.outcome IS 'fail, hold (a query about the whole line) or not_assessed (a needed field is missing).';
COMMENT ON COLUMN @icb_reporting@.finding.reason IS 'What is missing where it was not assessed.';
COMMENT ON COLUMN @icb_reporting@.finding.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.finding.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.finding.contract_id IS 'Contract that covers the line, NULL without one.';
COMMENT ON COLUMN @icb_reporting@.finding.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.finding.activity_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb_reporting@.finding.billed_gbp IS 'Total of the line as claimed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding.identified_gbp IS 'What this rule alone would take off, in pounds; negative: an undercharge.';
COMMENT ON COLUMN @icb_reporting@.finding.net_gbp IS 'Share of this rule after the rules before it, in pounds; the shares of a line add up to claimed less expected.';
COMMENT ON COLUMN @icb_reporting@.finding.recoverable_gbp IS 'Positive net times the contract''s recovery rate, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding.undercharged_gbp IS 'Negative net turned round, in pounds: what the provider could have charged.';
COMMENT ON COLUMN @icb_reporting@.finding.evidence IS 'Values that the rule shows as evidence.';
COMMENT ON COLUMN @icb_reporting@.finding.opened_run IS 'Run that found it first in this form.';
COMMENT ON COLUMN @icb_reporting@.finding.opened_at IS 'When it was found in this form.';

CREATE VIEW @icb_reporting@.finding_summary WITH (security_barrier = true) AS
SELECT f.rule_code::text AS rule_code, max(f.rule_name)::text AS rule_name,
       (count(*) FILTER (WHERE f.outcome <> 'not_assessed'))::bigint AS lines,
       (coalesce(sum(f.identified) FILTER (WHERE f.outcome <> 'not_assessed'), 0))::numeric(16,2) AS identified_gbp,
       coalesce(sum(f.net), 0)::numeric(16,2) AS net_gbp,
       coalesce(sum(f.recoverable), 0)::numeric(16,2) AS recoverable_gbp,
       coalesce(sum(f.undercharged), 0)::numeric(16,2) AS undercharged_gbp,
       (count(*) FILTER (WHERE f.outcome = 'not_assessed'))::bigint AS not_assessed_lines
FROM @icb@.finding f
WHERE f.closed_run IS NULL
GROUP BY f.rule_code;
COMMENT ON VIEW @icb_reporting@.finding_summary IS 'Open findings by rule.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.lines IS 'Lines found at fault or held.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.identified_gbp IS 'Sum of what the rule alone would take off each line, in pounds; overlaps with other rules count twice here, never in net_gbp.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.net_gbp IS 'Sum of the rule''s shares after earlier rules, in pounds, undercharges included as negative.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.recoverable_gbp IS 'Sum of what the contracts let the commissioner recover, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.undercharged_gbp IS 'Sum of undercharges, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.not_assessed_lines IS 'Lines that the rule could not judge because a needed field is missing.';

CREATE VIEW @icb_reporting@.root_cause WITH (security_invoker = true) AS
SELECT f.provider_code::text AS provider_code, f.rule_code::text AS rule_code, max(f.rule_name)::text AS rule_name, f.pod::text AS pod,
       count(*)::bigint AS lines, sum(f.identified)::numeric(16,2) AS identified_gbp, sum(f.net)::numeric(16,2) AS net_gbp,
       sum(f.recoverable)::numeric(16,2) AS recoverable_gbp, sum(f.undercharged)::numeric(16,2) AS undercharged_gbp
FROM @icb@.finding f
WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed'
GROUP BY f.provider_code, f.rule_code, f.pod;
COMMENT ON VIEW @icb_reporting@.root_cause IS 'Where errors come from: open findings by provider, rule and point of delivery, one conversation each.';
COMMENT ON COLUMN @icb_reporting@.root_cause.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.root_cause.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.root_cause.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.root_cause.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.root_cause.lines IS 'Lines found at fault or held.';
COMMENT ON COLUMN @icb_reporting@.root_cause.identified_gbp IS 'What the rule alone would take off, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause.net_gbp IS 'Share after earlier rules, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause.recoverable_gbp IS 'Recoverable under the contracts, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause.undercharged_gbp IS 'Undercharges, in pounds.';

CREATE VIEW @icb_reporting@.money_funnel WITH (security_barrier = true) AS
WITH claimed AS (
    SELECT sum(s.line_count) AS lines, sum(s.amount) AS amount
    FROM @icb@.submission_slice s WHERE s.dataset = 'PLCM' AND s.status = 'current'
), line AS (
    SELECT f.person_id, f.line_key, f.submission_id, f.line_no,
           bool_or(f.net > 0) AS has_net, bool_or(f.recoverable > 0) AS has_recoverable,
           -- one line found by several rules counts once, at most with what was billed
           least(greatest(sum(greatest(f.identified, 0)), 0), max(f.billed)) AS identified, sum(f.net) AS net, sum(f.recoverable) AS recoverable
    FROM @icb@.finding f
    WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' AND f.identified > 0
    GROUP BY f.person_id, f.line_key, f.submission_id, f.line_no
), stage AS (
    SELECT 1 AS stage_order, 'claimed' AS stage, c.lines, c.amount FROM claimed c
    UNION ALL
    SELECT 2, 'identified', count(*), sum(l.identified) FROM line l WHERE l.identified > 0
    UNION ALL
    SELECT 3, 'net', count(*) FILTER (WHERE l.has_net), sum(greatest(l.net, 0)) FROM line l
    UNION ALL
    SELECT 4, 'recoverable', count(*) FILTER (WHERE l.has_recoverable), sum(l.recoverable) FROM line l
)
SELECT s.stage_order::integer AS stage_order, s.stage::text AS stage, coalesce(s.lines, 0)::bigint AS lines, coalesce(s.amount, 0)::numeric(16,2) AS amount_gbp
FROM stage s;
COMMENT ON VIEW @icb_reporting@.money_funnel IS
    'From claimed to recoverable: identified counts a line once, at most with what was billed for it; net is what is left after overlaps; undercharges are not netted off.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.stage_order IS 'Order of the stages.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.stage IS 'claimed, identified, net or recoverable.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.lines IS 'Lines that reach the stage.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.amount_gbp IS 'Money that reaches the stage, in pounds.';

-- claimed = record + claimed only - record only + price difference, in every row: a matched line without a price counts as priced as claimed.
CREATE VIEW @icb_reporting@.reconciliation WITH (security_barrier = true) AS
WITH line AS (
    SELECT c.provider_code, pg_catalog.date_trunc('month', coalesce(c.price_date, c.end_date, c.start_date)::timestamp)::date AS activity_month, c.pod,
           c.total_cost AS claimed, coalesce(c.expected_total, c.total_cost) AS expected,
           c.activity_id IS NOT NULL AND q.person_id IS NULL AS on_record
    FROM @icb@.claim_price c
    LEFT JOIN @icb@.claim_pair q ON q.person_id = c.person_id AND q.submission_id = c.submission_id AND q.line_no = c.line_no
), part AS (
    SELECT l.provider_code, l.activity_month, l.pod, 0::numeric AS plan, sum(l.claimed) AS claimed,
           coalesce(sum(l.expected) FILTER (WHERE l.on_record), 0) AS record, coalesce(sum(l.claimed) FILTER (WHERE NOT l.on_record), 0) AS claimed_only,
           0::numeric AS record_only, coalesce(sum(l.claimed - l.expected) FILTER (WHERE l.on_record), 0) AS price_difference
    FROM line l
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT r.provider_code, pg_catalog.date_trunc('month', r.price_date::timestamp)::date, r.pod, 0, 0, sum(r.amount), 0, sum(r.amount), 0
    FROM @icb@.record_price_live r
    WHERE r.amount <> 0
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT c.org_code, (pg_catalog.make_date(pg_catalog.left(a.financial_year, 4)::integer, 4, 1) + (a.month - 1) * interval '1 month')::date, a.pod,
           sum(a.planned_amount), 0, 0, 0, 0, 0
    FROM @icb@.activity_plan a
    JOIN @icb@.contract_party c ON c.contract_id = a.contract_id AND c.role = 'provider'
    GROUP BY 1, 2, 3
)
SELECT p.provider_code::text AS provider_code, p.activity_month::date AS activity_month, p.pod::text AS pod,
       sum(p.plan)::numeric(16,2) AS plan_gbp, sum(p.claimed)::numeric(16,2) AS claimed_gbp, sum(p.record)::numeric(16,2) AS record_gbp,
       sum(p.claimed_only)::numeric(16,2) AS claimed_only_gbp, sum(p.record_only)::numeric(16,2) AS record_only_gbp,
       sum(p.price_difference)::numeric(16,2) AS price_difference_gbp
FROM part p
GROUP BY p.provider_code, p.activity_month, p.pod;
COMMENT ON VIEW @icb_reporting@.reconciliation IS
    'Plan, claim and hospital record by provider, month and point of delivery: claimed = record + claimed only - record only + price difference. Priced live; needs @icb@.match(). A claim that repeats another is claimed only.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.activity_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.plan_gbp IS 'Planned value, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.claimed_gbp IS 'Claimed in the current position, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.record_gbp IS 'The hospital record at the contract''s prices, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.claimed_only_gbp IS 'Claims that meet no record, or repeat a claim that does, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.record_only_gbp IS 'Records that no claim meets, at the contract''s prices, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.price_difference_gbp IS 'Claims less expected price where both are there, in pounds.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('60-risk', $commissioning_part$-- Risk: the warehouse's own models, scores of the registered population, and why a person has theirs.

CREATE TABLE @icb@.model (
    name          text NOT NULL,
    version       text NOT NULL,
    body          commissioning.risk_model NOT NULL,
    note          text,
    registered_by text NOT NULL DEFAULT current_user,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version)
);
COMMENT ON TABLE @icb@.model IS
    'Risk models of this warehouse, beside the shipped ones in commissioning.risk_model_reference; a row here wins over a shipped model of the same name and version. Never change a body in place: add a version.';
COMMENT ON COLUMN @icb@.model.name IS 'Name of the model, as in its body.';
COMMENT ON COLUMN @icb@.model.version IS 'Version of the model, as in its body.';
COMMENT ON COLUMN @icb@.model.body IS 'The model; see the comment of the type commissioning.risk_model.';
COMMENT ON COLUMN @icb@.model.note IS 'Why it is here: where its weights come from, who agreed it.';
COMMENT ON COLUMN @icb@.model.registered_by IS 'Database role that registered it.';
COMMENT ON COLUMN @icb@.model.registered_at IS 'When it was registered; the latest version of a name is used where none is asked for.';

CREATE VIEW @icb@.known_model AS
SELECT k.name, k.version, k.body, k.local,
       row_number() OVER (
           PARTITION BY k.name
           -- own models first, the latest registered; shipped ones by dotted number
           ORDER BY k.local DESC, k.registered_at DESC NULLS LAST,
                    CASE WHEN k.version ~ '^[0-9]{1,9}(\.[0-9]{1,9})*$' THEN pg_catalog.string_to_array(k.version, '.')::integer[] END DESC NULLS LAST,
                    k.version COLLATE "C" DESC) = 1 AS newest
FROM (SELECT m.name, m.version, m.body, true AS local, m.registered_at
      FROM @icb@.model m
      UNION ALL
      SELECT s.name, s.version, s.body, false, NULL::timestamptz
      FROM commissioning.risk_model_reference s
      WHERE NOT EXISTS (SELECT FROM @icb@.model m WHERE m.name = s.name AND m.version = s.version)) k;
COMMENT ON VIEW @icb@.known_model IS 'Every risk model that can be used here, shipped or local, with the version used where none is asked for.';
COMMENT ON COLUMN @icb@.known_model.name IS 'Name of the model.';
COMMENT ON COLUMN @icb@.known_model.version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.known_model.body IS 'The model.';
COMMENT ON COLUMN @icb@.known_model.local IS 'Whether it is registered in this warehouse, not shipped.';
COMMENT ON COLUMN @icb@.known_model.newest IS 'Whether it is the version used where none is asked for.';

CREATE FUNCTION @icb@.registered_model(name text, version text DEFAULT NULL) RETURNS commissioning.risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    result commissioning.risk_model;
BEGIN
    SELECT k.body INTO result FROM @icb@.known_model k
    WHERE k.name = name AND (k.version = version OR (version IS NULL AND k.newest));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" %is not known in warehouse "@icb@"', name, coalesce('version "' || version || '" ', '')
            USING ERRCODE = 'undefined_object',
                  HINT = pg_catalog.format('Known models: %s.', (SELECT pg_catalog.string_agg(k.name, ', ' ORDER BY k.name) FROM @icb@.known_model k WHERE k.newest));
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION @icb@.registered_model(text, text) IS
    'A risk model of this warehouse or a shipped one, by name and version (NULL = the newest). 42704 for an unknown one.';

CREATE FUNCTION @icb@.register_model(body commissioning.risk_model, note text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    description jsonb := body::jsonb;
    known commissioning.risk_model;
BEGIN
    IF body IS NULL THEN
        RAISE EXCEPTION 'risk model must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT m.body INTO known FROM @icb@.model m
    WHERE m.name = description ->> 'name' AND m.version = description ->> 'version';
    IF FOUND THEN
        IF known OPERATOR(commissioning.=) body THEN
            RETURN;
        END IF;
        RAISE EXCEPTION 'risk model "%" version "%" is registered with another content', description ->> 'name', description ->> 'version'
            USING ERRCODE = 'duplicate_object', HINT = 'Give the model a new version: scores already refer to this one.';
    END IF;
    INSERT INTO @icb@.model (name, version, body, note)
    VALUES (description ->> 'name', description ->> 'version', body, note);
END
$$;
COMMENT ON FUNCTION @icb@.register_model(commissioning.risk_model, text) IS
    'Adds a model to the registry under the name and version in its body; the same model again changes nothing. 42710 when that version stands there with another content, 22004 for NULL.';

-- Scores ------------------------------------------------------------------------------------------

CREATE TABLE @icb@.risk_run (
    risk_run_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id            bigint NOT NULL,
    model             text NOT NULL,
    model_version     text NOT NULL,
    model_fingerprint text NOT NULL,
    as_of             date NOT NULL,
    lookback_days     integer,
    data_date         date,
    people            bigint NOT NULL,
    input_fingerprint text NOT NULL,
    scored_at         timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX risk_run_latest ON @icb@.risk_run (model, model_version, as_of, risk_run_id);
COMMENT ON TABLE @icb@.risk_run IS 'One row per set of scores that differs from the one before it: model, date, and what it was computed from.';
COMMENT ON COLUMN @icb@.risk_run.risk_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.risk_run.run_id IS 'Run that computed it.';
COMMENT ON COLUMN @icb@.risk_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.risk_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.risk_run.model_fingerprint IS 'Fingerprint of the content of the model.';
COMMENT ON COLUMN @icb@.risk_run.as_of IS 'Day as of which people are scored: registered and alive on it, with the history up to and including it.';
COMMENT ON COLUMN @icb@.risk_run.lookback_days IS 'Days of history that the model looks at, NULL for all.';
COMMENT ON COLUMN @icb@.risk_run.data_date IS 'Latest event that was seen, NULL when there was none: how fresh the data are.';
COMMENT ON COLUMN @icb@.risk_run.people IS 'People scored.';
COMMENT ON COLUMN @icb@.risk_run.input_fingerprint IS 'Fingerprint of model, people, practices, conditions and inputs: equal for equal data.';
COMMENT ON COLUMN @icb@.risk_run.scored_at IS 'When it was computed.';

CREATE TABLE @icb@.risk_score (
    person_id     bigint NOT NULL,
    risk_run_id   bigint NOT NULL,
    practice_code text NOT NULL,
    score         double precision,
    band          text,
    rank_overall  bigint,
    rank_practice bigint,
    categories    text[] NOT NULL,
    PRIMARY KEY (person_id, risk_run_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.risk_score IS 'Scores kept: one row per person and set of scores.';
COMMENT ON COLUMN @icb@.risk_score.person_id IS 'Person.';
COMMENT ON COLUMN @icb@.risk_score.risk_run_id IS 'Set of scores: model, version and date stand in risk_run.';
COMMENT ON COLUMN @icb@.risk_score.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb@.risk_score.score IS 'Score; NULL when an input that the model needs is not known.';
COMMENT ON COLUMN @icb@.risk_score.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb@.risk_score.rank_overall IS 'Place among all people, 1 is the highest score; equal scores in the order of person_id. NULL without a score.';
COMMENT ON COLUMN @icb@.risk_score.rank_practice IS 'The same among the people of the practice.';
COMMENT ON COLUMN @icb@.risk_score.categories IS 'Categories of the model found in the look-back, before its hierarchy.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.risk_score_p%s PARTITION OF @icb@.risk_score FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE INDEX risk_score_run ON @icb@.risk_score (risk_run_id, rank_overall);

-- The one place that says who is scored on what; the live view, the procedure and the explanation all read it.
-- Inlined into its callers, so that a filter on person_id reaches the tables.
CREATE FUNCTION @icb@.people_at_risk(model commissioning.risk_model, as_of date)
    RETURNS TABLE (person_id bigint, practice_code text, flags commissioning.risk_flags, inputs jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.person_id, r.practice_code, coalesce(h.flags, ''::commissioning.risk_flags),
           CASE WHEN pg_catalog.cardinality(commissioning.risk_inputs(model)) > 0 THEN
               pg_catalog.jsonb_build_object(
                   'age', extract(year FROM pg_catalog.age(as_of, p.birth_month)),
                   'male', CASE WHEN p.sex IN ('1', '2') THEN (p.sex = '1')::integer END,
                   'female', CASE WHEN p.sex IN ('1', '2') THEN (p.sex = '2')::integer END,
                   'admissions_12m', coalesce(h.admissions, 0),
                   'emergency_admissions_12m', coalesce(h.emergency_admissions, 0),
                   'emergency_attendances_12m', coalesce(h.emergency_attendances, 0),
                   'outpatient_attendances_12m', coalesce(h.outpatient_attendances, 0))
           END
    FROM (SELECT DISTINCT ON (g.person_id) g.person_id, g.practice_code
          FROM @icb@.registration g
          WHERE g.valid_from <= as_of AND (g.valid_to > as_of OR g.valid_to IS NULL)
          ORDER BY g.person_id, g.valid_from DESC) r
    JOIN @icb@.person p ON p.person_id = r.person_id AND (p.death_date IS NULL OR p.death_date > as_of)
    LEFT JOIN (
        SELECT a.person_id,
               commissioning.risk_flags_agg(commissioning.risk_match_codes(model, a.diagnoses))
                   FILTER (WHERE coalesce(a.end_date, a.start_date) > as_of - commissioning.risk_lookback_days(model)
                              OR commissioning.risk_lookback_days(model) IS NULL) AS flags,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.start_date > as_of - 365) AS admissions,
               count(*) FILTER (WHERE a.dataset = 'APC' AND a.start_date > as_of - 365 AND a.admission_method LIKE '2%') AS emergency_admissions,
               count(*) FILTER (WHERE a.dataset = 'EC' AND a.start_date > as_of - 365) AS emergency_attendances,
               count(*) FILTER (WHERE a.dataset = 'OP' AND a.start_date > as_of - 365) AS outpatient_attendances
        FROM @icb@.activity a
        WHERE coalesce(a.end_date, a.start_date) <= as_of
          AND (coalesce(a.end_date, a.start_date) > as_of - greatest(commissioning.risk_lookback_days(model), 365)
               OR commissioning.risk_lookback_days(model) IS NULL)
        GROUP BY a.person_id) h ON h.person_id = r.person_id;
END;
COMMENT ON FUNCTION @icb@.people_at_risk(commissioning.risk_model, date) IS
    'Who a model scores on a day and on what: everybody registered and alive on it; the conditions from the diagnoses of events that ended in the look-back of the model, the day itself included (an open spell counts at its start); age in years and activity counts of 365 days for models with inputs.';

CREATE PROCEDURE @icb@.score_population(model text DEFAULT NULL, as_of date DEFAULT NULL, version text DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    known record;
    id bigint;
    models bigint;
    place bigint := 0;
    rows bigint;
    total bigint := 0;
BEGIN
    -- what can be refused is refused before the run begins
    IF @icb@.stage_allowed('score') AND model IS NOT NULL THEN
        PERFORM @icb@.registered_model(model, version);
    END IF;
    id := @icb@.start_run('score', pg_catalog.jsonb_build_object('model', model, 'version', version, 'as_of', as_of));
    COMMIT;
    IF as_of IS NULL THEN
        SELECT least(current_date, max(coalesce(a.end_date, a.start_date))) INTO as_of FROM @icb@.activity a;
        UPDATE @icb@.run r SET parameters = r.parameters || pg_catalog.jsonb_build_object('as_of', as_of) WHERE r.run_id = id;
    END IF;
    SELECT count(*) INTO models FROM @icb@.known_model k
    WHERE (k.name = model OR model IS NULL) AND (k.version = version OR (version IS NULL AND k.newest));
    FOR known IN
        SELECT k.name, k.version FROM @icb@.known_model k
        WHERE (k.name = model OR model IS NULL) AND (k.version = version OR (version IS NULL AND k.newest))
        ORDER BY k.name, k.version
    LOOP
        rows := @icb@.keep_scores(id, known.name, known.version, as_of);
        total := total + rows;
        place := place + 1;
        PERFORM @icb@.report_progress(id, 100.0 * place / models,
            pg_catalog.format('%s version %s as of %s: %s', known.name, known.version, pg_catalog.to_char(as_of, 'YYYY-MM-DD'),
                              CASE WHEN rows = 0 THEN 'unchanged' ELSE rows || ' people scored' END));
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, rows_out => total, status => CASE WHEN total = 0 THEN 'unchanged' ELSE 'done' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.score_population(text, date, text) IS
    'Scores everybody registered and alive on a day (NULL: the day of the latest event, at most today) with a model (NULL: the newest version of each known one) and keeps scores, bands and ranks. Data that have not changed since the last time add nothing. 42704 for an unknown model, 55000 when the warehouse has another purpose.';

CREATE FUNCTION @icb@.keep_scores(run_id bigint, model text, version text, as_of date) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, version);
    data_date date;
    kept bigint;
BEGIN
    SELECT max(coalesce(a.end_date, a.start_date)) INTO data_date
    FROM @icb@.activity a WHERE coalesce(a.end_date, a.start_date) <= as_of;
    -- One pass: the people are found, compared with the last set by their fingerprint, and kept if that differs.
    WITH people AS MATERIALIZED (
        SELECT p.person_id, p.practice_code, p.flags, p.inputs,
               commissioning.risk_score_flags(body, p.flags, p.inputs) AS score
        FROM @icb@.people_at_risk(body, as_of) p
    ), fingerprint AS (
        SELECT count(*) AS people,
               pg_catalog.md5(pg_catalog.concat_ws('|', commissioning.risk_fingerprint(body), count(*),
                   sum(commissioning.risk_flags_hash_extended(p.flags, p.person_id)::numeric),
                   sum(pg_catalog.hashtextextended(p.practice_code, p.person_id)::numeric),
                   sum(pg_catalog.jsonb_hash_extended(p.inputs, p.person_id)::numeric))) AS value
        FROM people p
    ), last_set AS (
        SELECT s.input_fingerprint FROM @icb@.risk_run s
        WHERE s.model = model AND s.model_version = version AND s.as_of = as_of
        ORDER BY s.risk_run_id DESC LIMIT 1
    ), new_set AS (
        INSERT INTO @icb@.risk_run AS s (run_id, model, model_version, model_fingerprint, as_of, lookback_days, data_date, people, input_fingerprint)
        SELECT run_id, model, version, commissioning.risk_fingerprint(body), as_of, commissioning.risk_lookback_days(body), data_date, f.people, f.value
        FROM fingerprint f
        WHERE f.people > 0 AND NOT EXISTS (SELECT FROM last_set l WHERE l.input_fingerprint = f.value)
        RETURNING s.risk_run_id
    )
    INSERT INTO @icb@.risk_score (person_id, risk_run_id, practice_code, score, band, rank_overall, rank_practice, categories)
    SELECT p.person_id, n.risk_run_id, p.practice_code, p.score, commissioning.risk_band(body, p.score),
           CASE WHEN p.score IS NOT NULL THEN row_number() OVER (ORDER BY p.score DESC NULLS LAST, p.person_id) END,
           CASE WHEN p.score IS NOT NULL THEN row_number() OVER (PARTITION BY p.practice_code ORDER BY p.score DESC NULLS LAST, p.person_id) END,
           commissioning.risk_flags_categories(body, p.flags)
    FROM people p CROSS JOIN new_set n;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;
COMMENT ON FUNCTION @icb@.keep_scores(bigint, text, text, date) IS
    'A step of score_population: scores of one model and day, kept unless the last set of the same model, version and day was made from equal data. Returns the number of people scored, 0 when nothing changed.';

-- The view behind persisted results: the latest day of each model, and of it the latest set.
CREATE VIEW @icb@.current_risk_run AS
SELECT DISTINCT ON (r.model) r.risk_run_id, r.run_id, r.model, r.model_version, r.as_of, r.data_date, r.people, r.input_fingerprint, r.scored_at
FROM @icb@.risk_run r
ORDER BY r.model, r.as_of DESC, r.risk_run_id DESC;
COMMENT ON VIEW @icb@.current_risk_run IS 'The latest set of scores of each model: the latest day, and of that day the latest set.';
COMMENT ON COLUMN @icb@.current_risk_run.risk_run_id IS 'Number of the set of scores.';
COMMENT ON COLUMN @icb@.current_risk_run.run_id IS 'Run that computed it.';
COMMENT ON COLUMN @icb@.current_risk_run.model IS 'Name of the model.';
COMMENT ON COLUMN @icb@.current_risk_run.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.current_risk_run.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb@.current_risk_run.data_date IS 'Latest event that was seen.';
COMMENT ON COLUMN @icb@.current_risk_run.people IS 'People scored.';
COMMENT ON COLUMN @icb@.current_risk_run.input_fingerprint IS 'Fingerprint of what it was computed from.';
COMMENT ON COLUMN @icb@.current_risk_run.scored_at IS 'When it was computed.';

CREATE FUNCTION @icb@.explain_risk(person_id bigint, model text, as_of date DEFAULT NULL, version text DEFAULT NULL)
    RETURNS TABLE (term text, label text, evidence text, events bigint, first_recorded date, last_recorded date, value double precision,
                   contribution double precision)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    body commissioning.risk_model := @icb@.registered_model(model, version);
    codes commissioning.icd10[];
    inputs jsonb;
    description jsonb := body::jsonb;
BEGIN
    IF NOT @icb@.stage_allowed('score') THEN
        RAISE EXCEPTION 'risk is not scored in warehouse "@icb@", whose purpose is @purpose@' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.person p WHERE p.person_id = person_id) THEN
        RAISE EXCEPTION 'person % is not known in warehouse "@icb@"', person_id USING ERRCODE = 'undefined_object';
    END IF;
    as_of := coalesce(as_of, (SELECT c.as_of FROM @icb@.current_risk_run c WHERE c.model = model), current_date);
    SELECT p.inputs INTO inputs FROM @icb@.people_at_risk(body, as_of) p WHERE p.person_id = person_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'person % was not registered and alive on %', person_id, pg_catalog.to_char(as_of, 'YYYY-MM-DD')
            USING ERRCODE = 'no_data_found', HINT = 'Only the registered population is scored.';
    END IF;
    SELECT pg_catalog.array_agg(d.code) INTO codes FROM @icb@.risk_diagnosis(body, as_of, person_id) d;
    RETURN QUERY
    SELECT e.term,
           coalesce((SELECT c.member ->> 'label' FROM pg_catalog.jsonb_array_elements(description -> 'categories') c (member) WHERE c.member ->> 'key' = e.term),
                    (SELECT c.member ->> 'label' FROM pg_catalog.jsonb_array_elements(description -> 'inputs') c (member) WHERE c.member ->> 'name' = e.term)),
           e.evidence, w.events, w.first_recorded, w.last_recorded, e.value, e.contribution
    FROM commissioning.risk_explain(body, codes, inputs) e
    CROSS JOIN LATERAL (
        SELECT NULLIF(count(DISTINCT d.activity_id), 0) AS events, min(d.recorded) AS first_recorded, max(d.recorded) AS last_recorded
        FROM @icb@.risk_diagnosis(body, as_of, person_id) d
        WHERE e.term = ANY (commissioning.risk_categories(body, ARRAY[d.code]))) w
    UNION ALL
    SELECT 'score', s.band, pg_catalog.format('%s version %s as of %s', model, description ->> 'version', pg_catalog.to_char(as_of, 'YYYY-MM-DD')), NULL, NULL, NULL, s.score, NULL
    FROM (SELECT x.score, commissioning.risk_band(body, x.score) AS band
          FROM (SELECT commissioning.risk_score(body, codes, inputs) AS score) x) s;
END
$$;
COMMENT ON FUNCTION @icb@.explain_risk(bigint, text, date, text) IS
    'Why a person has a score: one row per term with the codes behind it, the number of events that recorded them, the first and last date, and what it contributes (0 with the reason where the hierarchy removes it); the last row is the score with its band. as_of NULL: the day of the latest kept scores of the model, else today. 42704 for an unknown person or model, P0002 for a person not registered and alive on the day, 55000 in a warehouse of another purpose.';

CREATE FUNCTION @icb@.risk_diagnosis(model commissioning.risk_model, as_of date, person_id bigint)
    RETURNS TABLE (activity_id bigint, recorded date, code commissioning.icd10)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.activity_id, coalesce(a.end_date, a.start_date), c.code
    FROM @icb@.activity a
    CROSS JOIN LATERAL pg_catalog.unnest(a.diagnoses) AS c (code)
    WHERE a.person_id = risk_diagnosis.person_id AND coalesce(a.end_date, a.start_date) <= as_of
      AND (coalesce(a.end_date, a.start_date) > as_of - commissioning.risk_lookback_days(model)
           OR commissioning.risk_lookback_days(model) IS NULL);
END;
COMMENT ON FUNCTION @icb@.risk_diagnosis(commissioning.risk_model, date, bigint) IS
    'The diagnoses of one person in the look-back of a model: event, the date it counts at, code.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('65-risk-reporting', $commissioning_part$-- Risk for readers: lists with ranks, today's scores, the pyramid.

CREATE VIEW @icb_reporting@.risk_register WITH (security_invoker = true) AS
SELECT s.person_id::bigint AS person_id,
       s.practice_code::text AS practice_code,
       r.model::text AS model,
       r.model_version::text AS model_version,
       r.as_of::date AS as_of,
       r.data_date::date AS data_date,
       s.score::numeric(20,6) AS score,
       s.band::text AS band,
       s.rank_overall::bigint AS rank_overall,
       s.rank_practice::bigint AS rank_practice,
       (100.0 * s.rank_overall / r.people)::numeric(7,3) AS top_pct,
       pg_catalog.array_to_string(s.categories, ', ')::text AS categories,
       s.risk_run_id::bigint AS risk_run_id
FROM @icb@.current_risk_run r
JOIN @icb@.risk_score s ON s.risk_run_id = r.risk_run_id;
COMMENT ON VIEW @icb_reporting@.risk_register IS 'The latest kept scores of each model, with ranks. One row per person and model.';
COMMENT ON COLUMN @icb_reporting@.risk_register.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.risk_register.practice_code IS 'Practice where the person was registered on the day.';
COMMENT ON COLUMN @icb_reporting@.risk_register.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_register.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_register.as_of IS 'Day as of which the person was scored.';
COMMENT ON COLUMN @icb_reporting@.risk_register.data_date IS 'Latest event that was seen.';
COMMENT ON COLUMN @icb_reporting@.risk_register.score IS 'Score; NULL when an input that the model needs is not known.';
COMMENT ON COLUMN @icb_reporting@.risk_register.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb_reporting@.risk_register.rank_overall IS 'Place among all people, 1 is the highest score; equal scores in the order of person_id.';
COMMENT ON COLUMN @icb_reporting@.risk_register.rank_practice IS 'Place among the people of the practice.';
COMMENT ON COLUMN @icb_reporting@.risk_register.top_pct IS 'The rank in percent of the people scored: 0.5 or less is the top half percent.';
COMMENT ON COLUMN @icb_reporting@.risk_register.categories IS 'Categories of the model found in the look-back, before its hierarchy.';
COMMENT ON COLUMN @icb_reporting@.risk_register.risk_run_id IS 'Set of scores it belongs to.';

CREATE VIEW @icb_reporting@.risk_live WITH (security_invoker = true) AS
SELECT p.person_id AS person_id,
       p.practice_code::text AS practice_code,
       m.name AS model,
       m.version::text AS model_version,
       m.as_of::date AS as_of,
       commissioning.risk_score_flags(m.body, p.flags, p.inputs)::numeric(20,6) AS score,
       commissioning.risk_band(m.body, commissioning.risk_score_flags(m.body, p.flags, p.inputs))::text AS band,
       pg_catalog.array_to_string(commissioning.risk_flags_categories(m.body, p.flags), ', ')::text AS categories
FROM (SELECT k.name, k.version, k.body, coalesce(c.as_of, current_date) AS as_of
      FROM @icb@.known_model k
      LEFT JOIN @icb@.current_risk_run c ON c.model = k.name
      WHERE k.newest AND @icb@.stage_allowed('score')) m
CROSS JOIN LATERAL @icb@.people_at_risk(m.body, m.as_of) p;
COMMENT ON VIEW @icb_reporting@.risk_live IS
    'Scores from the data as they stand now, by the newest version of each model, as of the day of its latest kept scores (today when there are none). One row per person and model. Filter by model, and by person_id where one person is asked for. Empty in a warehouse of another purpose.';
COMMENT ON COLUMN @icb_reporting@.risk_live.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.risk_live.practice_code IS 'Practice where the person is registered on the day.';
COMMENT ON COLUMN @icb_reporting@.risk_live.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_live.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_live.as_of IS 'Day as of which the person is scored.';
COMMENT ON COLUMN @icb_reporting@.risk_live.score IS 'Score; NULL when an input that the model needs is not known.';
COMMENT ON COLUMN @icb_reporting@.risk_live.band IS 'Band of the model, NULL when it has none.';
COMMENT ON COLUMN @icb_reporting@.risk_live.categories IS 'Categories of the model found in the look-back, before its hierarchy.';

-- Counts only: runs with its owner's rights, so that a dashboard needs no person rows; small numbers are not shown.
CREATE VIEW @icb_reporting@.risk_pyramid WITH (security_barrier = true) AS
SELECT c.model::text AS model,
       c.model_version::text AS model_version,
       c.as_of::date AS as_of,
       c.band_order::integer AS band_order,
       c.band::text AS band,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.patients END::bigint AS patients,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN 100.0 * c.patients / c.people END::numeric(7,3) AS pct,
       (c.patients BETWEEN 1 AND 4)::boolean AS suppressed
FROM (SELECT b.model, b.model_version, b.as_of, b.people, b.band_order, b.band, count(s.person_id) AS patients
      FROM (SELECT r.risk_run_id, r.model, r.model_version, r.as_of, r.people, l.band_order, l.band
            FROM @icb@.current_risk_run r
            JOIN @icb@.known_model k ON k.name = r.model AND k.version = r.model_version
            CROSS JOIN LATERAL (
                SELECT e.band_order::integer AS band_order, e.member ->> 'label' AS band
                FROM pg_catalog.jsonb_array_elements(k.body::jsonb -> 'bands') WITH ORDINALITY AS e (member, band_order)
                UNION ALL SELECT 0, 'no band'
            ) l) b
      LEFT JOIN @icb@.risk_score s ON s.risk_run_id = b.risk_run_id AND coalesce(s.band, 'no band') = b.band
      GROUP BY b.model, b.model_version, b.as_of, b.people, b.band_order, b.band) c
WHERE c.band_order > 0 OR c.patients > 0;
COMMENT ON VIEW @icb_reporting@.risk_pyramid IS
    'People per band of each model in its latest kept scores; one row per model and band, empty bands included. Counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.band_order IS 'Order of the bands, 1 is the lowest risk; 0 is for people without a band.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.band IS 'Band of the model; no band where the score or the bands are missing.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.patients IS 'People in the band, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.pct IS 'Share of the people scored in percent, NULL for 1 to 4 people.';
COMMENT ON COLUMN @icb_reporting@.risk_pyramid.suppressed IS 'Whether the count is not shown because it is small.';

CREATE VIEW @icb_reporting@.risk_tier WITH (security_barrier = true) AS
SELECT c.model::text AS model,
       c.model_version::text AS model_version,
       c.as_of::date AS as_of,
       c.tier_order::integer AS tier_order,
       c.tier::text AS tier,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.patients END::bigint AS patients,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.lowest_score END::numeric(20,6) AS lowest_score,
       CASE WHEN c.patients NOT BETWEEN 1 AND 4 THEN c.mean_score END::numeric(20,6) AS mean_score,
       (c.patients BETWEEN 1 AND 4)::boolean AS suppressed
FROM (SELECT t.model, t.model_version, t.as_of, t.tier_order, t.tier,
             count(*) AS patients, min(t.score) AS lowest_score, avg(t.score) AS mean_score
      FROM (SELECT r.model, r.model_version, r.as_of, s.score, l.tier_order, l.tier
            FROM @icb@.current_risk_run r
            JOIN @icb@.risk_score s ON s.risk_run_id = r.risk_run_id
            JOIN (VALUES (4, 'very high (top 0.5%)', 0, 0.005), (3, 'high (0.5-5%)', 0.005, 0.05),
                         (2, 'moderate (5-20%)', 0.05, 0.20), (1, 'low (80%)', 0.20, 1.0)) AS l (tier_order, tier, above, upto)
              ON s.rank_overall > ceil(l.above * r.people) AND s.rank_overall <= ceil(l.upto * r.people)) t
      GROUP BY t.model, t.model_version, t.as_of, t.tier_order, t.tier) c;
COMMENT ON VIEW @icb_reporting@.risk_tier IS
    'The pyramid by rank: the highest 0.5%, the next to 5%, to 20%, the rest; a tier ends at the rank ceil(share * people). One row per model and tier. Counts of 1 to 4 are not shown.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.as_of IS 'Day as of which people were scored.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.tier_order IS 'Order of the tiers, 1 is the lowest.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.tier IS 'Tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.patients IS 'People in the tier, NULL for 1 to 4.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.lowest_score IS 'Lowest score in the tier; people with an equal score may stand in the next one.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.mean_score IS 'Mean score of the tier.';
COMMENT ON COLUMN @icb_reporting@.risk_tier.suppressed IS 'Whether the numbers are not shown because the count is small.';

CREATE VIEW @icb_reporting@.risk_model AS
SELECT k.name::text AS model,
       k.version::text AS model_version,
       (d.description ->> 'title')::text AS title,
       (d.description ->> 'source')::text AS source,
       (d.description ->> 'licence')::text AS licence,
       (d.description ->> 'population')::text AS population,
       commissioning.risk_lookback_days(k.body)::integer AS lookback_days,
       coalesce(pg_catalog.jsonb_array_length(d.description -> 'categories'), 0)::integer AS categories,
       pg_catalog.cardinality(commissioning.risk_inputs(k.body))::integer AS inputs,
       k.local::boolean AS local,
       k.newest::boolean AS newest,
       commissioning.risk_fingerprint(k.body)::text AS model_fingerprint
FROM @icb@.known_model k
CROSS JOIN LATERAL (SELECT k.body::jsonb AS description) d;
COMMENT ON VIEW @icb_reporting@.risk_model IS 'The models that can be used here, with source, licence and whom they are valid for.';
COMMENT ON COLUMN @icb_reporting@.risk_model.model IS 'Name of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_model.model_version IS 'Version of the model.';
COMMENT ON COLUMN @icb_reporting@.risk_model.title IS 'Title.';
COMMENT ON COLUMN @icb_reporting@.risk_model.source IS 'Publication or other origin.';
COMMENT ON COLUMN @icb_reporting@.risk_model.licence IS 'Terms of use.';
COMMENT ON COLUMN @icb_reporting@.risk_model.population IS 'Whom the model is valid for; scoring does not enforce it.';
COMMENT ON COLUMN @icb_reporting@.risk_model.lookback_days IS 'Days of history it looks at, NULL for all.';
COMMENT ON COLUMN @icb_reporting@.risk_model.categories IS 'Number of categories.';
COMMENT ON COLUMN @icb_reporting@.risk_model.inputs IS 'Number of numeric inputs.';
COMMENT ON COLUMN @icb_reporting@.risk_model.local IS 'Whether it is registered in this warehouse, not shipped.';
COMMENT ON COLUMN @icb_reporting@.risk_model.newest IS 'Whether it is the version used where none is asked for.';
COMMENT ON COLUMN @icb_reporting@.risk_model.model_fingerprint IS 'Fingerprint of its content.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('70-settle', $commissioning_part$-- Settlement: terms as signed rows, inputs with their source, runs that post differences to an append-only ledger.

CREATE TABLE @icb@.contract_terms (
    contract_id  text NOT NULL REFERENCES @icb@.contract,
    version      integer NOT NULL CHECK (version > 0),
    valid        daterange NOT NULL CHECK (NOT isempty(valid)),
    shape        text NOT NULL,
    measure      text NOT NULL DEFAULT 'benchmark - actual' CHECK (measure IN ('benchmark - actual', 'actual - benchmark')),
    curve        commissioning.share_curve NOT NULL,
    gate         commissioning.sliding_scale,
    gate_by      text NOT NULL DEFAULT 'none' CHECK (gate_by IN ('none', 'size', 'minimum_rate')),
    gate_side    text NOT NULL DEFAULT 'both' CHECK (gate_side IN ('gain', 'loss', 'both')),
    quality      commissioning.sliding_scale,
    quality_side text NOT NULL DEFAULT 'gain' CHECK (quality_side IN ('gain', 'loss', 'both')),
    loss_rate    commissioning.sliding_scale,
    factor_gain  numeric CHECK (factor_gain >= 0),
    factor_loss  numeric CHECK (factor_loss >= 0),
    discount     numeric CHECK (discount BETWEEN 0 AND 1),
    cap_gain     text,
    cap_loss     text,
    rounding     text NOT NULL DEFAULT 'half_away',
    split        commissioning.party_split NOT NULL,
    split_method text NOT NULL DEFAULT 'hamilton' CHECK (split_method IN ('hamilton', 'first')),
    counterparty text NOT NULL,
    clauses      jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(clauses) = 'object'),
    source       text NOT NULL,
    signed_by    text,
    signed_at    timestamptz,
    PRIMARY KEY (contract_id, version),
    CHECK ((gate IS NULL) = (gate_by <> 'size')),
    CHECK ((signed_by IS NULL) = (signed_at IS NULL)),
    EXCLUDE USING gist (contract_id WITH =, valid WITH &&) WHERE (signed_at IS NOT NULL)
);
COMMENT ON TABLE @icb@.contract_terms IS
    'The risk-share terms of a contract, one row per version, one column per clause. A signed row never changes, except that its validity may end earlier to make room for a successor.';
COMMENT ON COLUMN @icb@.contract_terms.shape IS 'Name of the template it was made from (commissioning.contract_template), or a name of your own.';
COMMENT ON COLUMN @icb@.contract_terms.measure IS 'What is shared: savings (benchmark - actual) or excess (actual - benchmark).';
COMMENT ON COLUMN @icb@.contract_terms.split IS 'How the settlement is divided over the parties that receive a gain and bear a loss, in contract order.';
COMMENT ON COLUMN @icb@.contract_terms.counterparty IS 'The party on the other side: pays what the others receive; not one of the split.';
COMMENT ON COLUMN @icb@.contract_terms.clauses IS 'Clause of the written contract per line code, for example {"share": "Schedule 3, 2.1"}.';
COMMENT ON COLUMN @icb@.contract_terms.signed_at IS 'NULL: a draft, which can be illustrated but not settled.';

CREATE FUNCTION @icb@.keep_signed_terms() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.signed_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    -- Ending early is the one change: everything else of the row stays as signed.
    IF TG_OP = 'UPDATE' AND lower(NEW.valid) = lower(OLD.valid) AND NEW.valid <@ OLD.valid
       AND (pg_catalog.to_jsonb(NEW) - 'valid') = (pg_catalog.to_jsonb(OLD) - 'valid') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'version % of the terms of contract "%" is signed and cannot be changed', OLD.version, OLD.contract_id
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Add a new version with its own validity; the signed one may only end earlier.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_signed_terms() IS 'Trigger: signed terms stay as they are (55000).';
CREATE TRIGGER keep_signed_terms BEFORE UPDATE OR DELETE ON @icb@.contract_terms
    FOR EACH ROW EXECUTE FUNCTION @icb@.keep_signed_terms();

CREATE FUNCTION @icb@.terms_of(t @icb@.contract_terms) RETURNS commissioning.settlement_terms
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((t).measure, (t).curve, (t).gate, (t).gate_by, (t).gate_side, (t).quality, (t).quality_side, (t).loss_rate,
           (t).factor_gain, (t).factor_loss, (t).discount, (t).cap_gain, (t).cap_loss, (t).rounding)::commissioning.settlement_terms;
COMMENT ON FUNCTION @icb@.terms_of(@icb@.contract_terms) IS 'The clauses of a terms row as commissioning.settle takes them.';

CREATE TABLE @icb@.settlement_input (
    contract_id     text NOT NULL REFERENCES @icb@.contract,
    period          daterange NOT NULL CHECK (NOT isempty(period) AND lower(period) IS NOT NULL AND upper(period) IS NOT NULL),
    benchmark       numeric CHECK (benchmark = round(benchmark, 2)),
    actual          numeric CHECK (actual = round(actual, 2)),
    carried_forward numeric CHECK (carried_forward = round(carried_forward, 2)),
    base            numeric CHECK (base > 0 AND base = round(base, 2)),
    size            numeric CHECK (size >= 0),
    minimum_rate    numeric CHECK (minimum_rate >= 0),
    score           numeric CHECK (score >= 0),
    revenue         numeric CHECK (revenue >= 0 AND revenue = round(revenue, 2)),
    loss_relief     numeric CHECK (loss_relief >= 0 AND loss_relief = round(loss_relief, 2)),
    data_cutoff     date,
    source          text NOT NULL,
    recorded_by     text NOT NULL DEFAULT current_user,
    recorded_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (contract_id, period)
);
COMMENT ON TABLE @icb@.settlement_input IS
    'What a settlement is computed from, per contract and cumulative period, with its source. It may be corrected; each run keeps what it used.';
COMMENT ON COLUMN @icb@.settlement_input.period IS 'From the start of the settlement year; a longer period includes the shorter ones.';
COMMENT ON COLUMN @icb@.settlement_input.actual IS 'In pounds, at most 2 decimals; NULL: not known yet, and then nothing is settled.';

CREATE FUNCTION @icb@.inputs_of(i @icb@.settlement_input) RETURNS commissioning.settlement_inputs
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW((i).benchmark, (i).actual, (i).carried_forward, (i).base, (i).size, (i).minimum_rate, (i).score, (i).revenue, (i).loss_relief)::commissioning.settlement_inputs;
COMMENT ON FUNCTION @icb@.inputs_of(@icb@.settlement_input) IS 'The numbers of an input row as commissioning.settle takes them.';

CREATE TABLE @icb@.settlement_run (
    run_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id    text NOT NULL,
    terms_version  integer NOT NULL,
    period         daterange NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('interim', 'flex', 'freeze', 'final', 'restated')),
    input_hash     text NOT NULL,
    follows        bigint NOT NULL DEFAULT 0,
    data_cutoff    date,
    inputs         jsonb NOT NULL,
    amount         numeric(18,2) NOT NULL,
    engine_version text NOT NULL,
    created_by     text NOT NULL DEFAULT current_user,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (contract_id, terms_version) REFERENCES @icb@.contract_terms,
    -- the same settlement, right after itself, exists once
    CONSTRAINT settlement_run_once UNIQUE (contract_id, terms_version, period, kind, input_hash, follows)
);
COMMENT ON TABLE @icb@.settlement_run IS 'One posted settlement: terms version, inputs and result. Append-only.';
COMMENT ON COLUMN @icb@.settlement_run.follows IS 'The run of the same contract and settlement year that it restates, 0 for the first.';
COMMENT ON COLUMN @icb@.settlement_run.amount IS 'Cumulative settlement of the period in pounds; positive is due to the parties of the split, negative from them.';

CREATE TABLE @icb@.settlement_step (
    run_id     bigint NOT NULL REFERENCES @icb@.settlement_run,
    step       integer NOT NULL,
    line_code  text NOT NULL,
    clause     text NOT NULL,
    formula    text NOT NULL,
    quantity   numeric,
    rate       text,
    exact_text text NOT NULL,
    amount     numeric(18,2) NOT NULL,
    PRIMARY KEY (run_id, step)
);
COMMENT ON TABLE @icb@.settlement_step IS 'The statement of a run, as commissioning.settle gave it: what stands after each step, in pounds, and the exact fraction before rounding. Append-only.';

CREATE TABLE @icb@.settlement_line (
    run_id            bigint NOT NULL REFERENCES @icb@.settlement_run,
    line_no           integer NOT NULL,
    party             text NOT NULL,
    role              text NOT NULL CHECK (role IN ('party', 'counterparty', 'former')),
    cumulative_amount numeric(18,2) NOT NULL,
    posted_before     numeric(18,2) NOT NULL,
    amount            numeric(18,2) NOT NULL CHECK (amount <> 0),
    relates_to_period daterange NOT NULL,
    PRIMARY KEY (run_id, line_no),
    UNIQUE (run_id, party),
    CHECK (amount = cumulative_amount - posted_before)
);
COMMENT ON TABLE @icb@.settlement_line IS
    'The ledger: what each party gets (positive) or pays (negative) on top of what was posted before. Per run the lines sum to 0. Append-only; a correction is a new run.';

CREATE TABLE @icb@.suspense (
    suspense_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id           bigint NOT NULL,
    line_no          integer NOT NULL,
    contested_amount numeric(18,2) NOT NULL CHECK (contested_amount > 0),
    reason           text NOT NULL,
    opened_by        text NOT NULL DEFAULT current_user,
    opened_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    upheld_amount    numeric(18,2) CHECK (upheld_amount BETWEEN 0 AND contested_amount),
    resolved_by      text,
    resolved_at      timestamptz,
    FOREIGN KEY (run_id, line_no) REFERENCES @icb@.settlement_line,
    CHECK ((upheld_amount IS NULL) = (resolved_at IS NULL) AND (resolved_by IS NULL) = (resolved_at IS NULL))
);
COMMENT ON TABLE @icb@.suspense IS 'The contested part of a posted line: held until it is resolved, once. The uncontested part is paid.';
COMMENT ON COLUMN @icb@.suspense.upheld_amount IS 'How much of the contested amount the objection was right about; the rest is released for payment.';

CREATE FUNCTION @icb@.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_TABLE_NAME = 'suspense' AND TG_OP = 'UPDATE' THEN
        IF pg_catalog.to_jsonb(OLD) ->> 'resolved_at' IS NULL
           AND (pg_catalog.to_jsonb(NEW) - ARRAY['upheld_amount', 'resolved_by', 'resolved_at'])
             = (pg_catalog.to_jsonb(OLD) - ARRAY['upheld_amount', 'resolved_by', 'resolved_at']) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Correct the inputs or add a new version of the terms, and settle again: the difference is posted.';
END
$$;
COMMENT ON FUNCTION @icb@.refuse_change() IS 'Trigger: the ledger is append-only (55000); an open suspense may be resolved once.';

CREATE FUNCTION @icb@.check_balance() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    balance numeric := (SELECT sum(l.amount) FROM @icb@.settlement_line l WHERE l.run_id = NEW.run_id);
BEGIN
    IF balance <> 0 THEN
        RAISE EXCEPTION 'settlement run % does not balance: its lines sum to %', NEW.run_id, balance
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.check_balance() IS 'Trigger: the lines of a settlement run sum to 0 over all parties.';

DO $triggers$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['settlement_run', 'settlement_step', 'settlement_line', 'suspense'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.%I FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.%I FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change()', name);
    END LOOP;
END
$triggers$;
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON @icb@.settlement_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION @icb@.check_balance();

CREATE FUNCTION @icb@.sign_terms(contract_id text, version integer, signed_by text) RETURNS void
    LANGUAGE plpgsql
AS $$
BEGIN
    IF pg_catalog.btrim(sign_terms.signed_by) = '' OR sign_terms.signed_by IS NULL THEN
        RAISE EXCEPTION 'signed_by must name who signed' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE @icb@.contract_terms t SET signed_by = sign_terms.signed_by, signed_at = pg_catalog.clock_timestamp()
    WHERE t.contract_id = sign_terms.contract_id AND t.version = sign_terms.version AND t.signed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no unsigned version % of its terms', sign_terms.contract_id, sign_terms.version
            USING ERRCODE = 'undefined_object';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.sign_terms(text, integer, text) IS
    'Signs a draft of the terms; from then on it cannot change. 42704 when there is no such draft, 23P01 when a signed version is valid in the same time.';
REVOKE EXECUTE ON FUNCTION @icb@.sign_terms(text, integer, text) FROM PUBLIC;

-- The terms in force on the last day of the period: new terms restate the whole cumulative amount.
CREATE FUNCTION @icb@.terms_for(contract_id text, period daterange, kind text) RETURNS @icb@.contract_terms
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    terms @icb@.contract_terms;
BEGIN
    SELECT t.* INTO terms FROM @icb@.contract_terms t
    WHERE t.contract_id = terms_for.contract_id AND t.valid @> (upper(terms_for.period) - 1)
      AND (t.signed_at IS NOT NULL OR terms_for.kind = 'illustrative')
    ORDER BY t.version DESC LIMIT 1;
    IF FOUND THEN
        RETURN terms;
    END IF;
    SELECT t.* INTO terms FROM @icb@.contract_terms t
    WHERE t.contract_id = terms_for.contract_id AND t.valid @> (upper(terms_for.period) - 1)
    ORDER BY t.version DESC LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'version % of the terms of contract "%" is not signed', terms.version, terms_for.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Sign it with sign_terms, or ask for an illustrative settlement, which posts nothing.';
    END IF;
    RAISE EXCEPTION 'contract "%" has no terms in force on %', terms_for.contract_id, upper(terms_for.period) - 1
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Add a version of its terms that is valid on the last day of the period.';
END
$$;
COMMENT ON FUNCTION @icb@.terms_for(text, daterange, text) IS
    'The terms that settle a period: the signed version in force on its last day (for kind illustrative also a draft). 55000 when there is none.';

-- What each party stands at under a cumulative amount, and what was posted before; a party that left stands at 0.
CREATE FUNCTION @icb@.settlement_parties(terms @icb@.contract_terms, period daterange, amount numeric)
    RETURNS TABLE (party_order integer, party text, role text, cumulative_amount numeric, posted_before numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH share AS (
        SELECT s.party_order, s.party, 'party' AS role, s.amount
        FROM commissioning.split_amount(settlement_parties.amount, (settlement_parties.terms).split, (settlement_parties.terms).split_method) s
        UNION ALL
        SELECT 1000000, (settlement_parties.terms).counterparty, 'counterparty', - settlement_parties.amount
    ), posted AS (
        SELECT l.party, sum(l.amount) AS amount
        FROM @icb@.settlement_line l JOIN @icb@.settlement_run r ON r.run_id = l.run_id
        WHERE r.contract_id = (settlement_parties.terms).contract_id AND lower(r.period) = lower(settlement_parties.period)
        GROUP BY l.party
    )
    SELECT coalesce(share.party_order, 2000000), coalesce(share.party, posted.party), coalesce(share.role, 'former'),
           coalesce(share.amount, 0), coalesce(posted.amount, 0)
    FROM share FULL JOIN posted ON posted.party = share.party
$$;
COMMENT ON FUNCTION @icb@.settlement_parties(@icb@.contract_terms, daterange, numeric) IS
    'A cumulative settlement over parties and counterparty, beside what earlier runs of the settlement year posted to each.';

CREATE FUNCTION @icb@.settle_contract(contract_id text, period daterange, kind text)
    RETURNS TABLE (run_id bigint, line_order integer, line_code text, clause text, formula text, quantity numeric, rate text,
                   exact_text text, amount numeric, party text)
    LANGUAGE plpgsql
AS $$
DECLARE
    terms @icb@.contract_terms;
    inputs @icb@.settlement_input;
    last @icb@.settlement_run;
    hash text;
    total numeric;
    steps jsonb;
    parties jsonb;
    new_run bigint;
BEGIN
    IF settle_contract.kind IS NULL OR settle_contract.kind NOT IN ('interim', 'flex', 'freeze', 'final', 'restated', 'illustrative') THEN
        RAISE EXCEPTION 'unknown kind "%"', settle_contract.kind USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use interim, flex, freeze, final or restated, or illustrative, which posts nothing.';
    END IF;
    IF settle_contract.period IS NULL OR lower(settle_contract.period) IS NULL OR upper(settle_contract.period) IS NULL THEN
        RAISE EXCEPTION 'period must have a first and a last day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM @icb@.contract c WHERE c.contract_id = settle_contract.contract_id) THEN
        RAISE EXCEPTION 'contract "%" does not exist', settle_contract.contract_id USING ERRCODE = 'undefined_object';
    END IF;
    -- two settlements of one contract wait for each other
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('@icb@.settle ' || settle_contract.contract_id, 0));
    terms := @icb@.terms_for(settle_contract.contract_id, settle_contract.period, settle_contract.kind);
    SELECT i.* INTO inputs FROM @icb@.settlement_input i
    WHERE i.contract_id = settle_contract.contract_id AND i.period = settle_contract.period;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no inputs for %', settle_contract.contract_id, settle_contract.period
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Record benchmark and actual of exactly this period in settlement_input.';
    END IF;
    IF EXISTS (SELECT 1 FROM commissioning.split_parties(terms.split) s WHERE s.party = terms.counterparty) THEN
        RAISE EXCEPTION 'counterparty "%" of contract "%" is also a party of the split', terms.counterparty, terms.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'What the counterparty keeps is what the curve does not share; leave it out of the split.';
    END IF;

    SELECT jsonb_agg(pg_catalog.to_jsonb(s) ORDER BY s.step) INTO steps
    FROM commissioning.settle(@icb@.terms_of(terms), @icb@.inputs_of(inputs)) s;
    total := (steps -> -1 ->> 'amount')::numeric;

    SELECT r.* INTO last FROM @icb@.settlement_run r
    WHERE r.contract_id = settle_contract.contract_id AND lower(r.period) = lower(settle_contract.period)
    ORDER BY r.run_id DESC LIMIT 1;
    hash := pg_catalog.md5((pg_catalog.to_jsonb(@icb@.inputs_of(inputs)) || pg_catalog.jsonb_build_object('data_cutoff', inputs.data_cutoff))::text);

    IF settle_contract.kind = 'illustrative' THEN
        new_run := NULL;
    ELSIF last.terms_version = terms.version AND last.period = settle_contract.period AND last.kind = settle_contract.kind AND last.input_hash = hash THEN
        -- the very same settlement again: nothing new to post
        RETURN QUERY SELECT * FROM @icb@.settlement_lines(last.run_id);
        RETURN;
    ELSE
        IF upper(last.period) > upper(settle_contract.period) THEN
            RAISE EXCEPTION 'contract "%" has been settled up to %, beyond the end of %', settle_contract.contract_id, upper(last.period) - 1, settle_contract.period
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'Periods are cumulative: settle the longer period again.';
        END IF;
        INSERT INTO @icb@.settlement_run (contract_id, terms_version, period, kind, input_hash, follows, data_cutoff, inputs, amount, engine_version)
        VALUES (settle_contract.contract_id, terms.version, settle_contract.period, settle_contract.kind, hash, coalesce(last.run_id, 0), inputs.data_cutoff,
                pg_catalog.to_jsonb(inputs), total, commissioning.version())
        RETURNING settlement_run.run_id INTO new_run;
        INSERT INTO @icb@.settlement_step (run_id, step, line_code, clause, formula, quantity, rate, exact_text, amount)
        SELECT new_run, s.step, s.line_code, coalesce(terms.clauses ->> s.line_code || ', ', '') || s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount
        FROM pg_catalog.jsonb_to_recordset(steps) AS s(step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric);
        INSERT INTO @icb@.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period)
        SELECT new_run, pg_catalog.row_number() OVER (ORDER BY p.party_order, p.party), p.party, p.role, p.cumulative_amount, p.posted_before,
               p.cumulative_amount - p.posted_before, settle_contract.period
        FROM @icb@.settlement_parties(terms, settle_contract.period, total) p
        WHERE p.cumulative_amount <> p.posted_before;
        RETURN QUERY SELECT * FROM @icb@.settlement_lines(new_run);
        RETURN;
    END IF;

    RETURN QUERY
    SELECT NULL::bigint, s.step, s.line_code, coalesce(terms.clauses ->> s.line_code || ', ', '') || s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount, NULL::text
    FROM pg_catalog.jsonb_to_recordset(steps) AS s(step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric)
    UNION ALL
    SELECT NULL, (1000 + pg_catalog.row_number() OVER (ORDER BY p.party_order, p.party))::integer, p.role, 'split',
           p.cumulative_amount || ' less ' || p.posted_before || ' posted before', NULL, NULL, NULL, p.cumulative_amount - p.posted_before, p.party
    FROM @icb@.settlement_parties(terms, settle_contract.period, total) p
    ORDER BY 2;
END
$$;
COMMENT ON FUNCTION @icb@.settle_contract(text, daterange, text) IS
    'Settles a contract for a cumulative period and posts, per party, the difference to what was posted before; the lines of a run sum to 0. The same terms, inputs and kind right after themselves return the earlier run and post nothing. kind: interim, flex, freeze, final, restated, or illustrative (posts nothing; drafts allowed). Returns the statement: steps, then one row per party with the amount posted. 42704 for an unknown contract; 55000 for unsigned or missing terms, missing inputs, or a period shorter than one already settled; 22023 for a missing actual, score or other input, saying what to record.';
REVOKE EXECUTE ON FUNCTION @icb@.settle_contract(text, daterange, text) FROM PUBLIC;

CREATE FUNCTION @icb@.settlement_lines(run_id bigint)
    RETURNS TABLE (run_id_out bigint, line_order integer, line_code text, clause text, formula text, quantity numeric, rate text,
                   exact_text text, amount numeric, party text)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT s.run_id, s.step, s.line_code, s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount, NULL::text
    FROM @icb@.settlement_step s WHERE s.run_id = settlement_lines.run_id
    UNION ALL
    SELECT l.run_id, 1000 + l.line_no, l.role, 'split', l.cumulative_amount || ' less ' || l.posted_before || ' posted before',
           NULL, NULL, NULL, l.amount, l.party
    FROM @icb@.settlement_line l WHERE l.run_id = settlement_lines.run_id
    ORDER BY 2
$$;
COMMENT ON FUNCTION @icb@.settlement_lines(bigint) IS 'The statement of a posted run: its steps, then one row per party with the amount posted.';

CREATE PROCEDURE @icb@.settle_contracts(kind text DEFAULT 'interim')
    LANGUAGE plpgsql
AS $$
DECLARE
    id bigint := @icb@.start_run('settle', pg_catalog.jsonb_build_object('kind', settle_contracts.kind));
    todo @icb@.settlement_input[];
    item @icb@.settlement_input;
    refused text[] := '{}';
    n integer := 0;
    before bigint := (SELECT coalesce(max(r.run_id), 0) FROM @icb@.settlement_run r);
BEGIN
    COMMIT;
    -- the longest period of each settlement year includes the others
    SELECT pg_catalog.array_agg(i.input ORDER BY (i.input).contract_id, (i.input).period) INTO todo
    FROM (SELECT DISTINCT ON (s.contract_id, lower(s.period)) s AS input FROM @icb@.settlement_input s
          ORDER BY s.contract_id, lower(s.period), upper(s.period) DESC) i;
    FOREACH item IN ARRAY coalesce(todo, '{}') LOOP
        BEGIN
            PERFORM @icb@.settle_contract(item.contract_id, item.period, settle_contracts.kind);
        EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_parameter_value OR numeric_value_out_of_range THEN
            refused := refused || pg_catalog.format('%s: %s', item.contract_id, SQLERRM);
        END;
        n := n + 1;
        PERFORM @icb@.report_progress(id, 100.0 * n / pg_catalog.cardinality(todo), item.contract_id);
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, rows_in => n,
        rows_out => (SELECT count(*) FROM @icb@.settlement_line l WHERE l.run_id > before),
        amount_out => (SELECT coalesce(sum(l.amount), 0) FROM @icb@.settlement_line l WHERE l.run_id > before AND l.role <> 'counterparty'),
        status => CASE WHEN EXISTS (SELECT FROM @icb@.settlement_run r WHERE r.run_id > before) THEN 'done' ELSE 'unchanged' END,
        message => pg_catalog.format('%s settled, %s refused', n - pg_catalog.cardinality(refused), pg_catalog.cardinality(refused))
                   || CASE WHEN pg_catalog.cardinality(refused) > 0 THEN ': ' || pg_catalog.array_to_string(refused, '; ') ELSE '' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.settle_contracts(text) IS
    'Settles every contract for which inputs are recorded, each for the longest period of each settlement year, committing after each. A contract that cannot be settled is left, with the reason in the message of the run. A repeat posts nothing.';
REVOKE EXECUTE ON PROCEDURE @icb@.settle_contracts(text) FROM PUBLIC;
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('75-settle-reporting', $commissioning_part$-- What a settlement meeting reads aloud, and what a chart draws.

CREATE VIEW @icb_reporting@.settlement_statement AS
WITH line AS (
    SELECT s.run_id, s.step AS line_order, s.line_code, s.clause, s.formula, s.rate, s.exact_text, s.amount, NULL::text AS party, NULL::numeric AS posted,
           CASE s.line_code
               WHEN 'difference' THEN 'Difference between benchmark and actual'
               WHEN 'gate' THEN 'Minimum before anything is shared'
               WHEN 'band' THEN 'Part of the share: ' || s.rate || ' of ' || to_char(s.quantity, 'FM999,999,999,999,990.00')
               WHEN 'share' THEN 'Share before adjustments'
               WHEN 'quality' THEN 'After quality'
               WHEN 'loss_rate' THEN 'After the loss rate for the score'
               WHEN 'factor' THEN 'After the payment factor'
               WHEN 'cap' THEN 'Held within the limit'
               WHEN 'relief' THEN 'After relief'
               WHEN 'settlement' THEN 'Settlement, rounded once'
           END AS words
    FROM @icb@.settlement_step s
    UNION ALL
    SELECT r.run_id, 1000 + row_number() OVER (PARTITION BY r.run_id ORDER BY bool_or(l.role = 'counterparty'), min(l.line_no), l.party), 'party', 'split', 'posted in this run ' || to_char(coalesce(sum(l.amount) FILTER (WHERE l.run_id = r.run_id), 0), 'FM999,999,999,999,990.00'),
           NULL, NULL, sum(l.amount), l.party, coalesce(sum(l.amount) FILTER (WHERE l.run_id = r.run_id), 0),
           l.party || CASE WHEN sum(l.amount) > 0 THEN ' receives for the period so far' WHEN sum(l.amount) < 0 THEN ' pays for the period so far' ELSE ' is square for the period so far' END
    FROM @icb@.settlement_run r
    JOIN @icb@.settlement_run e ON e.contract_id = r.contract_id AND lower(e.period) = lower(r.period) AND e.run_id <= r.run_id
    JOIN @icb@.settlement_line l ON l.run_id = e.run_id
    GROUP BY r.run_id, l.party
)
SELECT r.run_id,
       r.contract_id::text AS contract_id,
       c.title::text AS contract_title,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       r.terms_version::integer AS terms_version,
       t.signed_by::text AS terms_signed_by,
       line.line_order::integer AS line_order,
       line.line_code::text AS line_code,
       line.clause::text AS clause,
       line.words::text AS words,
       line.formula::text AS formula,
       line.rate::text AS rate,
       line.exact_text::text AS exact_amount,
       line.amount::numeric(18,2) AS amount_gbp,
       line.party::text AS party,
       line.posted::numeric(18,2) AS posted_gbp
FROM line
JOIN @icb@.settlement_run r ON r.run_id = line.run_id
JOIN @icb@.contract c ON c.contract_id = r.contract_id
JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version;
COMMENT ON VIEW @icb_reporting@.settlement_statement IS 'The statement of every posted settlement, one row per line in line_order: what clause, in words, with what numbers, what stands after it, and what each party gets or pays.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contract_title IS 'Title of the contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.kind IS 'interim, flex, freeze, final or restated.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_version IS 'Version of the signed terms.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_signed_by IS 'Who signed the terms.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.line_order IS 'Order of the line in its statement; parties from 1001.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.line_code IS 'difference, gate, band, share, quality, loss_rate, factor, cap, relief, settlement or party.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.clause IS 'Clause of the contract and column of the terms that the line applies.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.words IS 'The line in words.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.formula IS 'The calculation with its numbers.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.rate IS 'Rate applied, where there is one.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.exact_amount IS 'Amount before rounding, as an exact fraction of pounds; NULL for parties.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.amount_gbp IS 'What stands after the line; for a band its part of the share; for a party what it gets (or pays, negative) for the period so far.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.party IS 'Party of a party line, else NULL.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.posted_gbp IS 'Part of a party''s amount that this run posted; the rest was posted before.';

CREATE VIEW @icb_reporting@.settlement_waterfall AS
SELECT s.run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       s.step::integer AS step_order,
       (CASE s.line_code
            WHEN 'difference' THEN 'Difference'
            WHEN 'gate' THEN 'Minimum'
            WHEN 'share' THEN 'Share'
            WHEN 'quality' THEN 'Quality'
            WHEN 'loss_rate' THEN 'Loss rate'
            WHEN 'factor' THEN 'Payment factor'
            WHEN 'cap' THEN 'Limit'
            WHEN 'relief' THEN 'Relief'
            WHEN 'settlement' THEN 'Settlement'
        END)::text AS step,
       (CASE s.line_code WHEN 'difference' THEN 'start' WHEN 'settlement' THEN 'total' ELSE 'change' END)::text AS step_kind,
       (s.amount - lag(s.amount, 1, 0.00) OVER (PARTITION BY s.run_id ORDER BY s.step))::numeric(18,2) AS delta_gbp,
       (lag(s.amount, 1, 0.00) OVER (PARTITION BY s.run_id ORDER BY s.step))::numeric(18,2) AS from_gbp,
       s.amount::numeric(18,2) AS to_gbp
FROM @icb@.settlement_step s
JOIN @icb@.settlement_run r ON r.run_id = s.run_id
WHERE s.line_code <> 'band';
COMMENT ON VIEW @icb_reporting@.settlement_waterfall IS 'From the difference to the settlement, one bar per step of every posted settlement; the last to_gbp is the settlement.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.kind IS 'Kind of the run: interim, flex, freeze, final or restated.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.step_order IS 'Order of the bars.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.step IS 'Name of the bar.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.step_kind IS 'start, change or total.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.delta_gbp IS 'What the step adds or takes.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.from_gbp IS 'Where the bar starts.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.to_gbp IS 'Where the bar ends: what stands after the step.';

CREATE VIEW @icb_reporting@.settlement_position AS
WITH held AS (
    SELECT s.run_id, s.line_no,
           sum(s.contested_amount) FILTER (WHERE s.resolved_at IS NULL) AS contested,
           sum(s.upheld_amount) AS upheld
    FROM @icb@.suspense s GROUP BY s.run_id, s.line_no
)
SELECT r.contract_id::text AS contract_id,
       l.party::text AS party,
       sum(l.amount)::numeric(18,2) AS posted_gbp,
       coalesce(sum(h.contested), 0)::numeric(18,2) AS contested_gbp,
       coalesce(sum(h.upheld), 0)::numeric(18,2) AS upheld_gbp,
       count(DISTINCT r.run_id)::bigint AS runs
FROM @icb@.settlement_line l
JOIN @icb@.settlement_run r ON r.run_id = l.run_id
LEFT JOIN held h ON h.run_id = l.run_id AND h.line_no = l.line_no
GROUP BY r.contract_id, l.party;
COMMENT ON VIEW @icb_reporting@.settlement_position IS 'Where each party to each contract stands: posted, still contested, and upheld objections.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.posted_gbp IS 'Sum of all posted lines; positive is due to the party.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contested_gbp IS 'Held in suspense, not yet resolved.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.upheld_gbp IS 'Contested amounts on which the objection was upheld.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.runs IS 'Runs that posted to the party.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('90-pipeline', $commissioning_part$-- All stages that fit the purpose, in order.

CREATE PROCEDURE @icb@.run_pipeline(restart boolean DEFAULT false)
    LANGUAGE plpgsql
AS $$
DECLARE
    stages text[] := CASE '@purpose@'
        WHEN 'invoice_validation' THEN '{load,match,price,validate}'
        WHEN 'risk_stratification' THEN '{load,score}'
        ELSE '{load,settle}'
    END;
    id bigint;
    earlier bigint;
    done text[] := '{}';
    stage text;
    n integer := 0;
BEGIN
    id := @icb@.start_run('pipeline', pg_catalog.jsonb_build_object('stages', stages, 'restart', restart));
    -- Continue the last pipeline where it stopped, unless it was asked to begin again or files came in meanwhile.
    SELECT r.run_id INTO earlier FROM @icb@.run r
    WHERE r.stage = 'pipeline' AND r.status = 'failed' AND NOT coalesce(restart, false)
      AND r.run_id = (SELECT max(p.run_id) FROM @icb@.run p WHERE p.stage = 'pipeline' AND p.run_id < id)
      AND NOT EXISTS (SELECT FROM @icb@.submission s WHERE s.status IN ('landed', 'loading'));
    IF earlier IS NOT NULL THEN
        SELECT coalesce(pg_catalog.array_agg(s.stage), '{}') INTO done
        FROM (SELECT r.stage FROM @icb@.run r WHERE r.parent_run_id = earlier AND r.status IN ('done', 'unchanged')
              UNION
              SELECT e.stage FROM @icb@.run r CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(r.parameters -> 'done_before') AS e (stage)
              WHERE r.run_id = earlier) s;
        RAISE NOTICE 'continuing run %, which had done: %', earlier, coalesce(pg_catalog.array_to_string(done, ', '), '');
    END IF;
    UPDATE @icb@.run r SET parameters = r.parameters || pg_catalog.jsonb_build_object('continues', earlier, 'done_before', done) WHERE r.run_id = id;
    COMMIT;

    FOREACH stage IN ARRAY stages LOOP
        IF stage <> ALL (done) THEN
            -- static calls: only these may COMMIT
            IF stage = 'load' THEN
                CALL @icb@.load();
            ELSIF stage = 'match' THEN
                CALL @icb@.match();
            ELSIF stage = 'price' THEN
                CALL @icb@.price();
            ELSIF stage = 'validate' THEN
                CALL @icb@.validate();
            ELSIF stage = 'score' THEN
                CALL @icb@.score_population();
            ELSIF stage = 'settle' THEN
                CALL @icb@.settle_contracts();
            END IF;
        END IF;
        n := n + 1;
        PERFORM @icb@.report_progress(id, 100.0 * n / pg_catalog.cardinality(stages), stage);
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, status => CASE WHEN EXISTS (
        SELECT FROM @icb@.run r WHERE r.parent_run_id = id AND r.status = 'done') THEN 'done' ELSE 'unchanged' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.run_pipeline(boolean) IS
    'Runs every stage that fits the purpose of the warehouse, in order, committing after each: load, match, price, validate; or load, score; or load, settle. A pipeline that was interrupted continues after its last finished stage, unless restart is true or new files have landed. Raises 55P03 when the run lock is held by an idle session.';
$commissioning_part$);
INSERT INTO warehouse_source VALUES ('95-comments', $commissioning_part$-- Columns that mean the same wherever they stand, said once: each gets this comment where its own part gave it none.
DO $comments$
DECLARE
    meanings jsonb := $json$ {
        "activity_id": "Recorded event.", "activity_month": "First day of the month of activity.", "actual_activity": "Units delivered.",
        "actual_price": "Amount claimed for the month.", "admission_method": "NHS Data Dictionary ADMISSION METHOD.", "age": "Age in years as used for the price.",
        "amount": "Amount in pounds.", "amount_loaded": "Money in the rows taken.", "amount_rejected": "Money in the rows refused, where it can be read.",
        "attendance_status": "5 and 6 attended; 2, 3, 4 and 7 not.", "base": "Amount to which shares, caps and gates given in percent refer.",
        "benchmark": "Benchmark of the period in pounds.", "best_practice": "Price or flag of best practice.", "billed": "Amount claimed for the line, in pounds.",
        "cap_gain": "Most that can be gained, as an amount or a share of the base.", "cap_loss": "Most that can be lost, as an amount or a share of the base.",
        "carried_forward": "Amount brought from earlier periods.", "cds_id": "CDS unique identifier.", "claim_group": "Lines of one event: provider and event identifier.",
        "clause": "Clause of the contract.", "column_name": "Column of the file.", "combined": "Price of day case or elective care alike.",
        "commissioner_code": "Commissioner (sub-ICB code).", "consultation_medium": "NHS Data Dictionary CONSULTATION MEDIUM USED.",
        "content": "Fingerprint of the finding: equal content is the same finding.", "contested_amount": "Part of the line that is contested, in pounds.",
        "contract_id": "Contract.", "control_amount": "Total that the sender gave, NULL when none.", "control_rows": "Number of rows that the sender gave, NULL when none.",
        "created_at": "When it was made.", "created_by": "Role that made it.", "critical_care_days": "Days in critical care during the spell.",
        "cumulative_amount": "What the party has to get or pay for the whole period.", "curve": "How gain and loss are shared.", "data_cutoff": "Last day of the data used.",
        "dataset": "PLCM, ACM, PLAN, APC, OP, EC or another data set.", "day_case": "Price of a day case.", "discount": "Share kept back before sharing.",
        "elective": "Price of an elective spell.", "elective_trim": "Days of an elective spell that the price covers.", "end_date": "Discharge or attendance.",
        "engine_version": "Version of the extension that computed it.", "evidence": "Facts behind the finding, without identifiers.",
        "exact_text": "Exact value before rounding.", "excess_apart": "Whether excess days stand on a line of their own.", "excess_days": "Days beyond the trim point.",
        "excess_days_with_critical_care": "Excess days if critical care days were not taken off.", "expected_factor": "Market forces factor that should apply.",
        "expected_total": "Total that should have been billed, in pounds; NULL when not assessed.", "expected_unit_price": "Price of one unit that should apply.",
        "expected_units": "Units that should have been billed.", "extra": "What else the file held, by header.", "factor_gain": "Multiplier of a gain, NULL for 1.",
        "factor_loss": "Multiplier of a loss, NULL for 1.", "feed": "Name of the feed.", "file_hash": "Hash of the content of the file.", "file_name": "Name of the file.",
        "financial_year": "Financial year, 2024/25.", "finding_ref": "Reference of the finding.", "first_attendance": "1 and 3 first, 2 and 4 follow-up.",
        "formula": "How the number came about.", "from_day": "First day.", "full_unit_price": "Price of one unit without the short-stay reduction.",
        "gate": "What must be reached before anything is shared.", "gate_by": "What the gate looks at.", "gate_side": "Whether the gate bars gains, losses or both.",
        "held_reason": "Why the slice is held.", "hrg": "Healthcare resource group.", "hrg_sent": "HRG as sent.", "identified": "Effect of this rule alone on the line, in pounds.",
        "input_hash": "Fingerprint of the inputs.", "inputs": "Inputs as they were used.", "is_local": "Whether the rule belongs to this warehouse, not to the release.",
        "kept_line_key": "Line of the pair that is paid.", "kind": "Which kind it is.", "landing_columns": "Names of the columns in the landing table.",
        "length_of_stay": "Days from admission to discharge.", "line_code": "Code of the statement line.", "line_count": "Number of lines.",
        "line_key": "Identity of the line across restatements.", "line_no": "Number of the line.", "loaded_at": "When it was loaded, NULL until then.",
        "local_pod": "Point of delivery as the provider calls it.", "loss_rate": "Rate of loss by score.", "loss_relief": "Relief that reduces a loss, in pounds.",
        "main_specialty": "Main specialty of the consultant.", "market_forces_factor": "Factor as sent.", "match_method": "Which keys of claim and record agreed.",
        "match_score": "How well claim and record agree, 1 to 100.", "message": "What happened, without identifiers.", "method": "Which keys agreed.",
        "minimum_rate": "Least rate that must be reached.", "month": "Month, 1 is April.", "multi_professional": "Whether several professions saw the patient.",
        "national_price": "Whether the provider says that the price is the national one.", "net": "Share of this rule in the correction of the line, in pounds.",
        "nhs_number_state": "What the NHS number was: valid, missing, invalid, placeholder or withheld.", "non_elective": "Price of a non-elective spell.",
        "non_elective_trim": "Days of a non-elective spell that the price covers.", "opened_at": "When it was opened.", "opened_by": "Role that opened it.",
        "outcome": "fail, hold or not_assessed.", "overlap_days": "Days counted both as critical care and as rehabilitation.", "palliative_days": "Days of specialist palliative care.",
        "party": "Party of the contract.", "patient_classification": "1 ordinary, 2 day case, 3 and 4 regular attender, 5 mother and baby.",
        "per_day": "Price of one excess day.", "period": "Days that are settled.", "person_id": "Person.", "planned_activity": "Planned units.",
        "planned_price": "Planned amount.", "pod": "Point of delivery code.", "pod_class": "Class under which contracts set recovery rates.",
        "pod_kind": "How the point of delivery is priced.", "pod_needs_hrg": "Whether it is priced by HRG.", "posted_before": "What was posted for the party before.",
        "prescribed_service": "Prescribed specialised service line, NULL when none.", "price": "Price.", "price_date": "Day that decides the price.",
        "price_reason": "Why no price could be computed, NULL when it could.", "price_tolerance": "Largest difference in pounds that counts as equal.",
        "priority": "Order in which rules take their share, 1 first.", "provider_code": "ODS code of the provider.",
        "provider_event_id": "Hospital provider spell number or attendance identifier.", "provider_factor": "Market forces factor of the provider on the day.",
        "qualifying_days": "Days that count against the trim point.", "quality": "Sliding scale of quality.", "quality_side": "Whether quality moves gains, losses or both.",
        "quantity": "Quantity that went in.", "rate": "Rate that was applied.", "raw": "The row as it was sent.", "reason": "Why.", "received_at": "When it was received.",
        "record_hrg": "HRG of the record.", "recorded_at": "When it was recorded.", "recorded_by": "Role that recorded it.",
        "recoverable": "Part of the net amount that the contract lets the commissioner recover, in pounds.", "recovery_rate": "Share that the contract lets the commissioner recover.",
        "refused_amount": "Money in refused rows of the slice.", "refused_count": "Refused rows of the slice.", "rehabilitation_days": "Days of rehabilitation.",
        "relates_to_period": "Period that the amount belongs to.", "released_at": "When the held slice was released.", "released_by": "Role that released the held slice.",
        "resolved_at": "When it was resolved, NULL until then.", "resolved_by": "Role that resolved it.", "revenue": "Revenue of the period in pounds.",
        "role": "What the party is in the settlement.", "rounding": "Where amounts are rounded.", "rows_loaded": "Rows taken.", "rows_received": "Rows of the file.",
        "rows_rejected": "Rows refused.", "rule_code": "Code of the rule.", "rule_name": "Name of the rule.", "rule_set": "Set of rules it was found with.",
        "rule_version": "Version of the rule.", "run_id": "Run.", "score": "Score.", "sex": "1 male, 2 female, 9 indeterminate, 0 not known.",
        "short_stay": "Whether the short-stay price applies.", "short_stay_applicable": "Whether the HRG has a short-stay price.", "short_stay_price": "Price of a short emergency stay.",
        "signed_by": "Who signed.", "site_code": "ODS code of the site of treatment.", "size": "Number of people or of events that the gate looks at.",
        "source": "Where it comes from.", "split_method": "How odd pennies are handed out.", "start_date": "Admission, attendance or arrival.", "status": "State.",
        "step": "Order of the step.", "submission_id": "File it came with.", "submission_kind": "flex, freeze or refresh.", "suspense_id": "Number of the objection.",
        "tariff": "Price list.", "tariff_name": "Name of the price list.", "tariff_year": "Financial year of the price list.", "terms_version": "Version of the terms.",
        "to_day": "Last day.", "total_cost": "Amount claimed, as sent.", "treatment_function": "Treatment function code.", "trim_point": "Days that the price covers.",
        "undercharged": "Amount by which the claim is too low, in pounds.", "units": "Number of units.", "valid": "Days on which it holds.",
        "value_masked": "Value with letters and digits masked.", "version": "Version."
    } $json$;
    target record;
BEGIN
    FOR target IN
        SELECT c.oid::pg_catalog.regclass AS relation, a.attname, meanings ->> a.attname AS meaning, c.relkind
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace IN ('@icb@'::pg_catalog.regnamespace, '@icb_identity@'::pg_catalog.regnamespace)
          AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
          AND pg_catalog.col_description(c.oid, a.attnum) IS NULL AND meanings ? a.attname
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', target.relation, target.attname, target.meaning);
    END LOOP;
END
$comments$;
$commissioning_part$);
-- Deployment of warehouses: ordinary objects owned by the caller, outside the extension.
--
-- create_warehouse runs the text of sql/warehouse. What stands afterwards is read back from the catalogue as definitions
-- (warehouse_objects): their hashes tell an upgrade what the user changed, their text is what an upgrade applies.

CREATE FUNCTION warehouse_objects(name text, OUT kind text, OUT object text, OUT definition text, OUT ddl text, OUT created oid, OUT place integer)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
WITH schemas AS (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE n.nspname IN ($1, $1 || '_identity', $1 || '_reporting')
), relations AS (
    -- partitions follow their parent
    SELECT c.*, format('%I.%I', s.nspname, c.relname) AS qualified
    FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    WHERE NOT c.relispartition
), columns AS (
    SELECT r.oid, r.qualified, a.attnum, a.attname, a.attnotnull,
           format_type(a.atttypid, a.atttypmod)
           || CASE WHEN a.attcollation <> t.typcollation
                   THEN (SELECT format(' COLLATE %I.%I', cn.nspname, co.collname)
                         FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation)
                   ELSE '' END
           || CASE a.attidentity WHEN 'a' THEN ' GENERATED ALWAYS AS IDENTITY' WHEN 'd' THEN ' GENERATED BY DEFAULT AS IDENTITY' ELSE '' END
           || CASE a.attgenerated WHEN 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid)) ELSE '' END AS type,
           CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default_value
    FROM relations r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p')
)
SELECT 'schema', quote_ident(s.nspname), '', format('CREATE SCHEMA %I', s.nspname), s.oid, 0
FROM schemas s
UNION ALL
SELECT 'table', r.qualified, details.text,
       format('CREATE %sTABLE %s (%s)%s', CASE r.relpersistence WHEN 'u' THEN 'UNLOGGED ' ELSE '' END, r.qualified,
              (SELECT string_agg(format('%I %s%s%s', c.attname, c.type, ' DEFAULT ' || c.default_value, CASE WHEN c.attnotnull THEN ' NOT NULL' ELSE '' END),
                                 ', ' ORDER BY c.attnum) FROM columns c WHERE c.oid = r.oid),
              details.text),
       r.oid, 0
FROM relations r
CROSS JOIN LATERAL (SELECT concat(CASE WHEN r.relkind = 'p' THEN ' PARTITION BY ' || pg_get_partkeydef(r.oid) END,
                                  ' WITH (' || array_to_string(r.reloptions, ', ') || ')') AS text) details
WHERE r.relkind IN ('r', 'p')
UNION ALL
SELECT 'column', format('%s.%I', c.qualified, c.attname), c.type,
       format('ALTER TABLE %s ADD COLUMN %I %s%s', c.qualified, c.attname, c.type, ' DEFAULT ' || c.default_value), c.oid, c.attnum
FROM columns c
UNION ALL
SELECT 'default', format('%s.%I', c.qualified, c.attname), c.default_value,
       format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.qualified, c.attname, c.default_value), c.oid, c.attnum + 10000
FROM columns c WHERE c.default_value IS NOT NULL
UNION ALL
SELECT 'not null', format('%s.%I', c.qualified, c.attname), '',
       format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', c.qualified, c.attname), c.oid, c.attnum + 20000
FROM columns c WHERE c.attnotnull
UNION ALL
SELECT 'constraint', format('%s.%I', r.qualified, k.conname), pg_get_constraintdef(k.oid),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', r.qualified, k.conname, pg_get_constraintdef(k.oid)), k.oid, 0
FROM pg_constraint k JOIN relations r ON r.oid = k.conrelid
WHERE k.contype IN ('c', 'p', 'u', 'f', 'x') AND k.conparentid = 0
UNION ALL
SELECT 'index', r.qualified, pg_get_indexdef(r.oid), pg_get_indexdef(r.oid), r.oid, 0
FROM relations r
WHERE r.relkind IN ('i', 'I') AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = r.oid)
UNION ALL
SELECT 'statistics', format('%I.%I', s.nspname, x.stxname), pg_get_statisticsobjdef(x.oid), pg_get_statisticsobjdef(x.oid), x.oid, 0
FROM pg_statistic_ext x JOIN schemas s ON s.oid = x.stxnamespace
UNION ALL
SELECT CASE r.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, r.qualified, details.text,
       format('CREATE %s %s%s', CASE r.relkind WHEN 'v' THEN 'OR REPLACE VIEW' ELSE 'MATERIALIZED VIEW' END, r.qualified, details.text), r.oid, 0
FROM relations r
CROSS JOIN LATERAL (SELECT concat(' WITH (' || array_to_string(r.reloptions, ', ') || ')', ' AS ', pg_get_viewdef(r.oid)) AS text) details
WHERE r.relkind IN ('v', 'm')
UNION ALL
SELECT 'type', format_type(t.oid, NULL), details.text, format('CREATE TYPE %s AS %s', format_type(t.oid, NULL), details.text), t.oid, 0
FROM pg_type t JOIN schemas s ON s.oid = t.typnamespace
CROSS JOIN LATERAL (
    SELECT CASE t.typtype
           WHEN 'e' THEN (SELECT format('ENUM (%s)', string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)) FROM pg_enum e WHERE e.enumtypid = t.oid)
           ELSE (SELECT format('(%s)', string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum))
                 FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
           END AS text) details
WHERE t.typtype = 'e' OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
UNION ALL
SELECT 'trigger', format('%s.%I', r.qualified, t.tgname), pg_get_triggerdef(t.oid), pg_get_triggerdef(t.oid), t.oid, 0
FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid
WHERE NOT t.tgisinternal
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure::text, pg_get_functiondef(p.oid), pg_get_functiondef(p.oid), p.oid, 0
FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p', 'w')
$$;
COMMENT ON FUNCTION warehouse_objects(text) IS
    'Every object of a warehouse as the catalogue shows it: kind, qualified name, definition, the statement that makes it, and its place in the order of creation. No rows for an unknown name.';

CREATE FUNCTION warehouse_comments(name text, OUT object text, OUT comment text) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
WITH schemas AS (
    SELECT n.oid FROM pg_namespace n WHERE n.nspname IN ($1, $1 || '_identity', $1 || '_reporting')
)
SELECT format('%s %s', CASE i.type WHEN 'table column' THEN 'COLUMN' WHEN 'view column' THEN 'COLUMN' WHEN 'materialized view column' THEN 'COLUMN'
                                   WHEN 'composite type' THEN 'TYPE' WHEN 'table constraint' THEN 'CONSTRAINT' ELSE upper(i.type) END, i.identity),
       d.description
FROM pg_description d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE (d.classoid = 'pg_namespace'::regclass AND d.objoid IN (SELECT s.oid FROM schemas s))
   OR (d.classoid = 'pg_class'::regclass AND d.objoid IN (SELECT c.oid FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace WHERE NOT c.relispartition))
   OR (d.classoid = 'pg_proc'::regclass AND d.objoid IN (SELECT p.oid FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace))
   OR (d.classoid = 'pg_type'::regclass AND d.objoid IN (SELECT t.oid FROM pg_type t JOIN schemas s ON s.oid = t.typnamespace))
   OR (d.classoid = 'pg_constraint'::regclass AND d.objoid IN (SELECT k.oid FROM pg_constraint k JOIN schemas s ON s.oid = k.connamespace))
$$;
COMMENT ON FUNCTION warehouse_comments(text) IS
    'Comments in a warehouse: object as COMMENT ON takes it, and the comment. No rows for an unknown name.';

CREATE FUNCTION warehouse_source_hash() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT md5(string_agg(s.part || s.body, '' ORDER BY s.part COLLATE "C")) FROM @extschema@.warehouse_source s
$$;
COMMENT ON FUNCTION warehouse_source_hash() IS 'Fingerprint of the warehouse text that this release deploys.';

CREATE FUNCTION record_warehouse(name text, ours text[] DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('DELETE FROM %I.deployed_object', name);
    EXECUTE format($insert$
        INSERT INTO %I.deployed_object (kind, name, definition_hash)
        SELECT o.kind, o.object, md5(o.definition) FROM @extschema@.warehouse_objects($1) o
        WHERE $2 IS NULL OR o.kind || ' ' || o.object = ANY ($2)
        $insert$, name) USING name, ours;
    EXECUTE format($insert$
        INSERT INTO %I.meta AS m (key, value) VALUES ('version', $1), ('source_hash', $2), ('server_version', $3)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        $insert$, name) USING @extschema@.version(), @extschema@.warehouse_source_hash(), current_setting('server_version_num');
END
$$;
REVOKE EXECUTE ON FUNCTION record_warehouse(text, text[]) FROM PUBLIC;
COMMENT ON FUNCTION record_warehouse(text, text[]) IS
    'Writes version and object hashes of a warehouse as it stands; ours limits them to these objects ("kind name"), NULL means all. Used by create_warehouse and upgrade_warehouse.';

-- Schemas are closed to PUBLIC by default; routines and types are not.
CREATE FUNCTION close_warehouse(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text;
BEGIN
    FOREACH part IN ARRAY ARRAY[name, name || '_identity', name || '_reporting'] LOOP
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', part);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM PUBLIC', part);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM PUBLIC', part);
        EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM PUBLIC', part);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION close_warehouse(text) FROM PUBLIC;
COMMENT ON FUNCTION close_warehouse(text) IS 'Takes every privilege on a warehouse from PUBLIC.';


-- The text of the warehouse with its placeholders filled in. The name is a checked plain identifier, so replacing is safe.
CREATE FUNCTION deploy_warehouse_text(name text, purpose text, person_partitions integer) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source record;
    body text;
BEGIN
    FOR source IN SELECT s.part, s.body FROM @extschema@.warehouse_source s ORDER BY s.part COLLATE "C" LOOP
        body := replace(source.body, '@icb_identity@', name || '_identity');
        body := replace(body, '@icb_reporting@', name || '_reporting');
        body := replace(body, '@icb@', name);
        body := replace(body, '@purpose@', purpose);
        body := replace(body, '@person_partitions@', person_partitions::text);
        EXECUTE body;
    END LOOP;
    -- What a view reads back as is not always what it was made from. Made from what it reads back as, it survives dump and restore unchanged.
    FOR source IN SELECT o.ddl FROM @extschema@.warehouse_objects(name) o WHERE o.kind = 'view' LOOP
        EXECUTE source.ddl;
    END LOOP;
    -- A view column without a comment of its own means what the column of that name means in the table it is read from.
    FOR source IN
        SELECT DISTINCT ON (v.oid, a.attnum) v.oid::regclass AS view, a.attname, col_description(t.oid, b.attnum) AS description
        FROM pg_class v
        JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_rewrite r ON r.ev_class = v.oid
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute b ON b.attrelid = t.oid AND b.attname = a.attname
        WHERE v.relkind = 'v' AND v.relnamespace IN (name::regnamespace, (name || '_reporting')::regnamespace)
          AND col_description(v.oid, a.attnum) IS NULL AND col_description(t.oid, b.attnum) IS NOT NULL
        -- the first view made comes first: later views read it
        ORDER BY v.oid, a.attnum, t.oid
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', source.view, source.attname, source.description);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION deploy_warehouse_text(text, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION deploy_warehouse_text(text, text, integer) IS
    'Runs the text of the warehouse. Used by create_warehouse and upgrade_warehouse, which check the arguments.';

CREATE FUNCTION create_warehouse(name text, purpose text, person_partitions integer DEFAULT 8) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    taken text;
BEGIN
    IF name IS NULL OR purpose IS NULL OR person_partitions IS NULL THEN
        RAISE EXCEPTION 'create_warehouse needs a name, a purpose and a number of partitions'
            USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF name !~ '^[a-z][a-z0-9_]{0,39}$' THEN
        RAISE EXCEPTION 'invalid warehouse name "%"', name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Use 1 to 40 lower-case letters, digits and underscores, the first a letter.';
    END IF;
    IF quote_ident(name) <> name OR name ~ '^pg_' THEN
        RAISE EXCEPTION 'warehouse name "%" is a reserved word', name
            USING ERRCODE = 'reserved_name', HINT = 'Choose another name, for example "icb".';
    END IF;
    IF purpose NOT IN ('invoice_validation', 'risk_stratification', 'settlement') THEN
        RAISE EXCEPTION 'invalid warehouse purpose "%"', purpose
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The purpose is invoice_validation, risk_stratification or settlement: each needs a warehouse of its own.';
    END IF;
    IF person_partitions NOT BETWEEN 1 AND 1024 THEN
        RAISE EXCEPTION 'invalid number of partitions %', person_partitions
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Use 1 to 1024; 8 to 32 serve most warehouses.';
    END IF;
    SELECT string_agg(format('"%s"', n.nspname), ', ' ORDER BY n.nspname) INTO taken
    FROM pg_namespace n WHERE n.nspname IN (name, name || '_identity', name || '_reporting');
    IF taken IS NOT NULL THEN
        RAISE EXCEPTION 'schema % already exists', taken
            USING ERRCODE = 'duplicate_schema',
                  HINT = 'A warehouse never takes over an existing schema. Choose another name; upgrade_warehouse brings an existing warehouse up to date.';
    END IF;
    IF NOT has_database_privilege(current_database(), 'CREATE') THEN
        RAISE EXCEPTION 'permission denied to create schemas in database "%"', current_database()
            USING ERRCODE = 'insufficient_privilege', HINT = format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user);
    END IF;
    BEGIN
        PERFORM @extschema@.deploy_warehouse_text(name, purpose, person_partitions);
    EXCEPTION WHEN out_of_memory THEN
        -- every partition is a table with indexes, and each is locked until the end
        RAISE EXCEPTION 'cannot create warehouse "%" with % partitions: %', name, person_partitions, sqlerrm
            USING ERRCODE = 'out_of_memory', HINT = 'Use fewer partitions, or raise max_locks_per_transaction.';
    END;
    PERFORM @extschema@.close_warehouse(name);
    EXECUTE format('INSERT INTO %1$I.meta (key, value) VALUES (''name'', %1$L), (''purpose'', %2$L), (''person_partitions'', %3$L), (''created_at'', %4$L)',
                   name, purpose, person_partitions, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
    PERFORM @extschema@.record_warehouse(name);
END
$$;
REVOKE EXECUTE ON FUNCTION create_warehouse(text, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION create_warehouse(text, text, integer) IS
    'Creates a warehouse in schemas NAME, NAME_identity and NAME_reporting: ordinary objects owned by the caller, nothing granted to PUBLIC. Purpose is invoice_validation, risk_stratification or settlement. Raises 22023 for a bad name, purpose or number of partitions, 22004 for NULL, 42939 for a reserved word, 42P06 when a schema exists.';

CREATE FUNCTION owned_warehouse(name text) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner oid := (SELECT c.relowner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname = owned_warehouse.name AND c.relname = 'deployed_object' AND c.relkind = 'r');
BEGIN
    IF owner IS NULL THEN
        RAISE EXCEPTION 'warehouse "%" does not exist', name USING ERRCODE = 'undefined_object';
    END IF;
    IF owner <> (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'must be owner of warehouse "%"', name
            USING ERRCODE = 'insufficient_privilege', HINT = format('Run SET ROLE %s first.', owner::regrole);
    END IF;
END
$$;
COMMENT ON FUNCTION owned_warehouse(text) IS
    'Checks that a warehouse exists (42704) and belongs to the current role (42501), which keeps all its objects under one owner.';

CREATE FUNCTION drop_in_order(objects text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    object text;
    left_over text[];
BEGIN
    WHILE cardinality(objects) > 0 LOOP
        left_over := '{}';
        FOREACH object IN ARRAY objects LOOP
            BEGIN
                EXECUTE 'DROP ' || object;
            EXCEPTION WHEN dependent_objects_still_exist THEN
                left_over := left_over || object;
            END;
        END LOOP;
        IF cardinality(left_over) = cardinality(objects) THEN
            -- something that is not ours needs it: let the server say what
            EXECUTE 'DROP ' || left_over[1];
        END IF;
        objects := left_over;
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION drop_in_order(text[]) FROM PUBLIC;
COMMENT ON FUNCTION drop_in_order(text[]) IS
    'Drops objects ("view a.b"), dependent ones first and never with CASCADE. Raises 2BP01 when an object that is not listed depends on one of them.';

CREATE FUNCTION warehouse_changes(name text, OUT kind text, OUT object text, OUT change text) RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass(format('%I.deployed_object', name)) IS NULL THEN
        RAISE EXCEPTION 'warehouse "%" does not exist', name USING ERRCODE = 'undefined_object';
    END IF;
    RETURN QUERY EXECUTE format($changes$
        SELECT d.kind, d.name, CASE WHEN o.object IS NULL THEN 'dropped' ELSE 'changed' END
        FROM %I.deployed_object d
        LEFT JOIN @extschema@.warehouse_objects($1) o ON o.kind = d.kind AND o.object = d.name
        WHERE o.object IS NULL OR md5(o.definition) <> d.definition_hash
        ORDER BY 1, 2
        $changes$, name) USING name;
END
$$;
COMMENT ON FUNCTION warehouse_changes(text) IS
    'What was changed or dropped in a warehouse since it was deployed: kind, object, change. Objects added by the user do not count. Raises 42704 for an unknown warehouse.';

-- The new text is deployed beside the warehouse and rolled back; its definitions survive in variables.
CREATE FUNCTION warehouse_as_released(name text, purpose text, person_partitions integer, OUT objects jsonb, OUT comments jsonb)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    scratch text := name || '__upgrade';
BEGIN
    PERFORM @extschema@.deploy_warehouse_text(scratch, purpose, person_partitions);
    SELECT replace(jsonb_agg(to_jsonb(o) ORDER BY o.created, o.place)::text, scratch, name)::jsonb INTO objects
    FROM @extschema@.warehouse_objects(scratch) o;
    SELECT replace(jsonb_agg(to_jsonb(c))::text, scratch, name)::jsonb INTO comments
    FROM @extschema@.warehouse_comments(scratch) c;
    RAISE EXCEPTION USING ERRCODE = 'CMROL', MESSAGE = 'scratch deployment';
EXCEPTION WHEN SQLSTATE 'CMROL' THEN
    RETURN;
END
$$;
REVOKE EXECUTE ON FUNCTION warehouse_as_released(text, text, integer) FROM PUBLIC;
COMMENT ON FUNCTION warehouse_as_released(text, text, integer) IS
    'Objects and comments that a fresh warehouse of this name would have, without creating it. Used by upgrade_warehouse.';

CREATE FUNCTION upgrade_warehouse(name text, replace_changed text[] DEFAULT '{}', OUT action text, OUT object text) RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    warehouse text := name;
    meta jsonb;
    partitions integer;
    wanted record;
    step record;
    complaint text;
    new_tables text[] := '{}';
    obsolete text[] := '{}';
BEGIN
    PERFORM @extschema@.owned_warehouse(warehouse);
    -- the run lock: no stage runs meanwhile
    PERFORM pg_advisory_xact_lock(20240731, warehouse::regnamespace::oid::integer);
    EXECUTE format('SELECT jsonb_object_agg(m.key, m.value) FROM %I.meta m', warehouse) INTO meta;
    partitions := meta ->> 'person_partitions';
    IF meta ? 'detached_at' THEN
        RAISE EXCEPTION 'warehouse "%" was detached', warehouse USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Create a new warehouse and copy the data into it.';
    END IF;
    IF meta ->> 'version' = @extschema@.version() AND meta ->> 'source_hash' = @extschema@.warehouse_source_hash() THEN
        RAISE NOTICE 'warehouse "%" is at version % already', warehouse, meta ->> 'version';
        RETURN;
    END IF;
    SELECT string_agg(format('%s %s (%s)', c.kind, c.object, c.change), ', ') INTO complaint
    FROM @extschema@.warehouse_changes(warehouse) c WHERE c.object <> ALL (replace_changed);
    IF complaint IS NOT NULL THEN
        RAISE EXCEPTION 'warehouse "%" has objects that were changed since it was deployed: %', warehouse, complaint
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Keep your versions under names of your own, then name the originals in replace_changed to have them put back.';
    END IF;
    wanted := @extschema@.warehouse_as_released(warehouse, meta ->> 'purpose', partitions);

    FOR step IN
        SELECT e.kind, e.object AS name, e.definition, e.ddl, o.definition AS present, regexp_replace(e.object, '[.][^.]+$', '') AS parent
        FROM jsonb_to_recordset(wanted.objects) AS e (kind text, object text, definition text, ddl text, created bigint, place integer)
        LEFT JOIN @extschema@.warehouse_objects(warehouse) o ON o.kind = e.kind AND o.object = e.object
        WHERE o.object IS NULL OR o.definition <> e.definition
        ORDER BY e.created, e.place
    LOOP
        CONTINUE WHEN step.kind IN ('column', 'default', 'not null') AND step.parent = ANY (new_tables);
        action := CASE WHEN step.present IS NULL THEN 'created' ELSE 'replaced' END;
        object := step.kind || ' ' || step.name;
        CASE
            WHEN step.kind IN ('table', 'column', 'type') AND step.present IS NOT NULL THEN
                RAISE EXCEPTION 'cannot change % in place', object USING ERRCODE = 'feature_not_supported',
                    DETAIL = format('It is "%s" and should be "%s".', step.present, step.definition);
            WHEN step.kind = 'table' THEN
                EXECUTE step.ddl;
                new_tables := new_tables || step.name;
                IF step.definition LIKE ' PARTITION BY HASH%' THEN
                    FOR i IN 0 .. partitions - 1 LOOP
                        EXECUTE format('CREATE TABLE %s_p%s PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                                       step.name, i, step.name, partitions, i);
                    END LOOP;
                END IF;
            WHEN step.kind = 'constraint' AND step.present IS NOT NULL THEN
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %s', step.parent, substr(step.name, length(step.parent) + 2));
                EXECUTE step.ddl;
            WHEN step.kind = 'trigger' AND step.present IS NOT NULL THEN
                EXECUTE format('DROP TRIGGER %s ON %s', substr(step.name, length(step.parent) + 2), step.parent);
                EXECUTE step.ddl;
            WHEN step.kind IN ('index', 'statistics', 'materialized view') AND step.present IS NOT NULL THEN
                EXECUTE format('DROP %s %s', step.kind, step.name);
                EXECUTE step.ddl;
            WHEN step.kind = 'view' AND step.name = ANY (replace_changed) AND step.present IS NOT NULL THEN
                -- the user's version may have columns of its own, which OR REPLACE would refuse to lose
                EXECUTE format('DROP VIEW %s', step.name);
                EXECUTE step.ddl;
            ELSE
                EXECUTE step.ddl;
        END CASE;
        IF step.kind IN ('function', 'procedure') AND step.present IS NULL THEN
            EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', step.name);
        END IF;
        RETURN NEXT;
    END LOOP;

    -- What this release no longer has. Tables, columns and types stay: data are never dropped.
    FOR step IN EXECUTE format($gone$
        SELECT d.kind, d.name, regexp_replace(d.name, '[.][^.]+$', '') AS parent
        FROM %I.deployed_object d
        JOIN @extschema@.warehouse_objects($2) o ON o.kind = d.kind AND o.object = d.name
        WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset($1) AS e (kind text, object text) WHERE e.kind = d.kind AND e.object = d.name)
        ORDER BY d.kind <> 'trigger', d.kind, d.name
        $gone$, warehouse) USING wanted.objects, warehouse
    LOOP
        IF step.kind = 'index' THEN
            step.parent := (SELECT x.indrelid::regclass::text FROM pg_index x WHERE x.indexrelid = step.name::regclass);
        END IF;
        -- a table that stays, stays whole
        CONTINUE WHEN step.kind = 'function' AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgfoid = step.name::regprocedure);
        CONTINUE WHEN step.kind IN ('column', 'default', 'not null', 'constraint', 'index', 'trigger')
            AND NOT wanted.objects @> jsonb_build_array(jsonb_build_object('kind', 'table', 'object', step.parent));
        action := 'dropped';
        object := step.kind || ' ' || step.name;
        CASE
            WHEN step.kind IN ('table', 'column', 'type') THEN
                action := 'kept';
            WHEN step.kind IN ('default', 'not null') THEN
                EXECUTE format('ALTER TABLE %s ALTER COLUMN %s DROP %s', step.parent, substr(step.name, length(step.parent) + 2), step.kind);
            WHEN step.kind = 'constraint' THEN
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %s', step.parent, substr(step.name, length(step.parent) + 2));
            WHEN step.kind = 'trigger' THEN
                EXECUTE format('DROP TRIGGER %s ON %s', substr(step.name, length(step.parent) + 2), step.parent);
            ELSE
                obsolete := obsolete || object;
        END CASE;
        RETURN NEXT;
    END LOOP;
    PERFORM @extschema@.drop_in_order(obsolete);

    FOR step IN
        SELECT e.object AS name, e.comment
        FROM jsonb_to_recordset(wanted.comments) AS e (object text, comment text)
        LEFT JOIN @extschema@.warehouse_comments(warehouse) c ON c.object = e.object
        WHERE c.comment IS DISTINCT FROM e.comment
    LOOP
        EXECUTE format('COMMENT ON %s IS %L', step.name, step.comment);
    END LOOP;

    SELECT string_agg(e.kind || ' ' || e.object, ', ' ORDER BY e.created, e.place) INTO complaint
    FROM jsonb_to_recordset(wanted.objects) AS e (kind text, object text, definition text, created bigint, place integer)
    LEFT JOIN @extschema@.warehouse_objects(warehouse) o ON o.kind = e.kind AND o.object = e.object
    WHERE o.definition IS DISTINCT FROM e.definition;
    IF complaint IS NOT NULL THEN
        RAISE EXCEPTION 'the upgrade of warehouse "%" did not reach %', warehouse, complaint USING ERRCODE = 'internal_error';
    END IF;
    IF meta ? 'roles' AND to_regrole(warehouse || '_reader') IS NOT NULL THEN
        PERFORM @extschema@.grant_roles(warehouse);
    END IF;
    PERFORM @extschema@.record_warehouse(warehouse, ARRAY(
        SELECT e.kind || ' ' || e.object FROM jsonb_to_recordset(wanted.objects) AS e (kind text, object text)));
    EXECUTE format('INSERT INTO %I.meta AS m (key, value) VALUES (''upgraded_at'', $1) ON CONFLICT (key) DO UPDATE SET value = excluded.value', warehouse)
        USING to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
END
$$;
REVOKE EXECUTE ON FUNCTION upgrade_warehouse(text, text[]) FROM PUBLIC;
COMMENT ON FUNCTION upgrade_warehouse(text, text[]) IS
    'Brings a warehouse to the installed version and lists what it did; no rows when it is current. Objects changed by the user are refused (55000) unless named in replace_changed; nothing is dropped with CASCADE, tables and columns never. Raises 42704 for an unknown warehouse, 42501 unless called by its owner.';

CREATE FUNCTION detach_warehouse(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schemas oid[] := ARRAY(SELECT n.oid FROM pg_namespace n
                           WHERE n.nspname IN (detach_warehouse.name, detach_warehouse.name || '_identity', detach_warehouse.name || '_reporting'));
    deployed text[];
    types oid[];
    routines oid[];
    doomed oid[];
    complaint text;
    step record;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    PERFORM pg_advisory_xact_lock(20240731, name::regnamespace::oid::integer);
    EXECUTE format('SELECT array_agg(d.kind || '' '' || d.name) FROM %I.deployed_object d', name) INTO deployed;

    types := ARRAY(SELECT m.objid FROM pg_depend m WHERE m.classid = 'pg_type'::regclass AND m.refclassid = 'pg_extension'::regclass
                   AND m.deptype = 'e' AND m.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'commissioning'));
    types := types || ARRAY(SELECT t.typarray FROM pg_type t WHERE t.oid = ANY (types) AND t.typarray <> 0);
    -- Trigger functions need nothing of the extension and go on guarding the ledger.
    routines := ARRAY(SELECT p.oid FROM pg_proc p WHERE p.pronamespace = ANY (schemas) AND p.prorettype <> 'trigger'::regtype
                      AND CASE p.prokind WHEN 'p' THEN 'procedure ' ELSE 'function ' END || p.oid::regprocedure = ANY (deployed));

    -- Views that need the extension, a typed column or a routine of the warehouse, and the views upon them.
    doomed := ARRAY(
        WITH RECURSIVE uses AS (
            SELECT r.ev_class AS view, d.refclassid, d.refobjid, d.refobjsubid
            FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
            WHERE NOT (d.refclassid = 'pg_class'::regclass AND d.refobjid = r.ev_class)
        ), needing AS (
            SELECT u.view FROM uses u
            WHERE EXISTS (SELECT FROM pg_depend m WHERE m.classid = u.refclassid AND m.objid = u.refobjid AND m.deptype = 'e'
                          AND m.refclassid = 'pg_extension'::regclass
                          AND m.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'commissioning'))
               OR (u.refclassid = 'pg_type'::regclass AND u.refobjid = ANY (types))
               OR (u.refclassid = 'pg_proc'::regclass AND u.refobjid = ANY (routines))
               OR (u.refclassid = 'pg_class'::regclass AND EXISTS (
                       SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                       WHERE a.attrelid = u.refobjid AND a.attnum = u.refobjsubid AND a.atttypid = ANY (types) AND c.relnamespace = ANY (schemas)))
            UNION
            SELECT u.view FROM needing n JOIN uses u ON u.refclassid = 'pg_class'::regclass AND u.refobjid = n.view
        )
        SELECT n.view FROM needing n JOIN pg_class c ON c.oid = n.view
        -- views elsewhere that use the extension alone are no concern of this warehouse
        WHERE c.relnamespace = ANY (schemas) OR EXISTS (
            SELECT FROM uses u JOIN pg_class t ON t.oid = u.refobjid
            WHERE u.view = n.view AND u.refclassid = 'pg_class'::regclass AND t.relnamespace = ANY (schemas)));
    SELECT string_agg(v::regclass::text, ', ' ORDER BY v::regclass::text) INTO complaint
    FROM unnest(doomed) v WHERE 'view ' || v::regclass <> ALL (deployed) AND 'materialized view ' || v::regclass <> ALL (deployed);
    IF complaint IS NOT NULL THEN
        RAISE EXCEPTION 'views that are not part of warehouse "%" use what must go: %', name, complaint
            USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Drop or rewrite them first.';
    END IF;

    -- Indexes and constraints upon functions, operators or special operator classes of the extension.
    FOR step IN
        SELECT DISTINCT i.type, i.identity, pg_describe_object(d.classid, d.objid, 0), k.conname, k.conrelid
        FROM pg_depend d
        JOIN pg_depend m ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e' AND m.refclassid = 'pg_extension'::regclass
                        AND m.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'commissioning')
        LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
        LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('i', 'I')
        CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
        WHERE coalesce(k.connamespace, c.relnamespace) = ANY (schemas) AND coalesce(k.conparentid, 0) = 0
          AND NOT coalesce(c.relispartition, false)
          AND (d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
               OR EXISTS (SELECT FROM pg_opclass o WHERE d.refclassid = 'pg_opclass'::regclass AND o.oid = d.refobjid AND NOT o.opcdefault))
    LOOP
        IF step.conname IS NOT NULL THEN
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', step.conrelid::regclass, step.conname);
        ELSE
            EXECUTE format('DROP INDEX %s', step.identity);
        END IF;
    END LOOP;

    PERFORM @extschema@.drop_in_order(
        ARRAY(SELECT CASE c.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END || c.oid::regclass
              FROM pg_class c WHERE c.oid = ANY (doomed) ORDER BY c.oid DESC)
        || ARRAY(SELECT 'routine ' || p.oid::regprocedure FROM pg_proc p WHERE p.oid = ANY (routines) ORDER BY p.oid DESC)
        || ARRAY(SELECT DISTINCT 'type ' || c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                 WHERE c.relkind = 'c' AND c.relnamespace = ANY (schemas) AND a.atttypid = ANY (types) AND 'type ' || c.oid::regclass = ANY (deployed)));

    FOR step IN
        SELECT c.oid::regclass AS relation,
               string_agg(format('%sALTER COLUMN %I TYPE %s USING %I::%s',
                                 CASE WHEN a.atthasdef THEN format('ALTER COLUMN %I DROP DEFAULT, ', a.attname) ELSE '' END,
                                 a.attname, x.text_type, a.attname, x.text_type), ', ' ORDER BY a.attnum) AS changes
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (SELECT CASE WHEN t.typcategory = 'A' THEN 'text[]' ELSE 'text' END AS text_type) x
        WHERE c.relnamespace = ANY (schemas) AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.atttypid = ANY (types)
        GROUP BY c.oid
    LOOP
        EXECUTE format('ALTER TABLE %s %s', step.relation, step.changes);
    END LOOP;

    SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ') INTO complaint
    FROM pg_depend d
    JOIN pg_depend m ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.deptype = 'e' AND m.refclassid = 'pg_extension'::regclass
                    AND m.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'commissioning')
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
    WHERE i.schema IN (SELECT n.nspname FROM pg_namespace n WHERE n.oid = ANY (schemas));
    IF complaint IS NOT NULL THEN
        RAISE EXCEPTION 'warehouse "%" still needs the extension: %', name, complaint
            USING ERRCODE = 'dependent_objects_still_exist', HINT = 'Drop or rewrite these objects first.';
    END IF;
    PERFORM @extschema@.record_warehouse(name, deployed);
    EXECUTE format('INSERT INTO %I.meta (key, value) VALUES (''detached_at'', $1)', name)
        USING to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
END
$$;
REVOKE EXECUTE ON FUNCTION detach_warehouse(text) FROM PUBLIC;
COMMENT ON FUNCTION detach_warehouse(text) IS
    'Frees a warehouse from the extension, so that DROP EXTENSION leaves its tables and data: typed columns become text, its routines and the views that need them are dropped. Raises 42704 for an unknown warehouse, 42501 unless called by its owner, 2BP01 when objects of the user need what must go.';
-- Group roles of a warehouse, on request only. Roles belong to the cluster, so nothing here happens by itself.
--
--   NAME_reader     aggregate views of NAME_reporting
--   NAME_analyst    + all views, tables and read-only functions of NAME (people by person_id, no identifiers)
--   NAME_validator  + reads NAME_identity: alone among those who work with results
--   NAME_operator   analyst + loads files and runs the stages: writes everywhere, NAME_identity included, because loading is about identifiers
--   NAME_admin      what an analyst sees + keeps contracts, prices, rules, code maps; hands out the other roles. It does not see
--                   identity: the role does not inherit, so what it hands out it does not have in passing.

CREATE FUNCTION grant_roles(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    step record;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    FOR step IN
        SELECT replace(statement, 'NAME', name) AS statement FROM unnest(ARRAY[
            'GRANT NAME_reader TO NAME_analyst',
            'GRANT NAME_analyst TO NAME_validator, NAME_operator',
            'GRANT NAME_reader, NAME_analyst, NAME_validator, NAME_operator TO NAME_admin WITH ADMIN OPTION',
            'GRANT USAGE ON SCHEMA NAME_reporting TO NAME_reader, NAME_admin',
            'GRANT USAGE ON SCHEMA NAME TO NAME_analyst, NAME_admin',
            'GRANT USAGE ON SCHEMA NAME_identity TO NAME_validator',
            'GRANT USAGE, CREATE ON SCHEMA NAME_identity TO NAME_operator',
            'GRANT SELECT ON ALL TABLES IN SCHEMA NAME, NAME_reporting TO NAME_analyst, NAME_admin',
            'GRANT SELECT ON ALL TABLES IN SCHEMA NAME_identity TO NAME_validator',
            'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA NAME, NAME_identity TO NAME_operator',
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON NAME.meta, NAME.deployed_object FROM NAME_operator',
            'GRANT USAGE ON ALL SEQUENCES IN SCHEMA NAME, NAME_identity TO NAME_operator',
            'GRANT EXECUTE ON ALL ROUTINES IN SCHEMA NAME, NAME_identity TO NAME_operator'
        ]) WITH ORDINALITY AS s (statement, n)
        ORDER BY s.n
    LOOP
        EXECUTE step.statement;
    END LOOP;
    -- views that run with their owner's rights show aggregates alone
    FOR step IN
        SELECT c.oid::regclass AS view FROM pg_class c
        WHERE c.relnamespace = (name || '_reporting')::regnamespace AND c.relkind IN ('v', 'm')
          AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO %I', step.view, name || '_reader');
    END LOOP;
    -- Without USAGE on the schema a reader cannot call these; views that use them can.
    FOR step IN
        SELECT p.oid::regprocedure AS routine FROM pg_proc p
        WHERE p.pronamespace = name::regnamespace AND p.prokind <> 'p' AND p.provolatile <> 'v'
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I, %I', step.routine, name || '_reader', name || '_admin');
    END LOOP;
    -- configuration: tables that hold neither people nor what was received or computed
    FOR step IN
        SELECT c.oid::regclass AS relation FROM pg_class c
        WHERE c.relnamespace = name::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT IN ('meta', 'deployed_object')
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('person_id', 'submission_id', 'run_id'))
    LOOP
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO %I', step.relation, name || '_admin');
    END LOOP;
    -- Landing tables are made by the operator (SET ROLE) or by the owner, file by file.
    EXECUTE format('GRANT %I TO %I', name || '_operator', current_user);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO %I', name || '_identity', name || '_validator');
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO %I', name || '_identity', name || '_operator');
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I', name || '_operator', name || '_identity', name || '_validator');
END
$$;
REVOKE EXECUTE ON FUNCTION grant_roles(text) FROM PUBLIC;
COMMENT ON FUNCTION grant_roles(text) IS
    'Gives the group roles of a warehouse their privileges on its objects as they stand. Used by create_roles and upgrade_warehouse. Raises 42704 when the warehouse or a role does not exist.';

CREATE FUNCTION create_roles(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    suffix text;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    FOREACH suffix IN ARRAY ARRAY['reader', 'analyst', 'validator', 'operator', 'admin'] LOOP
        IF to_regrole(name || '_' || suffix) IS NOT NULL THEN
            RAISE NOTICE 'role "%" exists already, its privileges are extended to this database', name || '_' || suffix;
        ELSE
            EXECUTE format('CREATE ROLE %I NOLOGIN %s', name || '_' || suffix, CASE suffix WHEN 'admin' THEN 'NOINHERIT' ELSE 'INHERIT' END);
        END IF;
    END LOOP;
    PERFORM @extschema@.grant_roles(name);
    EXECUTE format('INSERT INTO %I.meta (key, value) VALUES (''roles'', ''created'') ON CONFLICT (key) DO NOTHING', name);
END
$$;
REVOKE EXECUTE ON FUNCTION create_roles(text) FROM PUBLIC;
COMMENT ON FUNCTION create_roles(text) IS
    'Creates the group roles NAME_reader, NAME_analyst, NAME_validator (who alone sees identity, beside the operator who loads it), NAME_operator and NAME_admin of a warehouse, without login, and grants them their privileges. Needs CREATEROLE. Raises 42704 for an unknown warehouse, 42501 unless called by its owner.';
-- The manual inside the database: the comments of the extension and of the warehouses.

CREATE FUNCTION help(pattern text DEFAULT NULL, OUT object text, OUT kind text, OUT comment text) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
WITH warehouses AS (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'deployed_object' AND c.relkind = 'r')
), schemas AS (
    SELECT n.oid FROM pg_namespace n
    WHERE n.nspname = 'commissioning'
       OR EXISTS (SELECT FROM warehouses w WHERE n.nspname IN (w.nspname, w.nspname || '_identity', w.nspname || '_reporting'))
), described AS (
    SELECT d.classoid, d.objoid, d.objsubid, d.description
    FROM pg_description d
    LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
    LEFT JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
    LEFT JOIN pg_type t ON d.classoid = 'pg_type'::regclass AND t.oid = d.objoid
    LEFT JOIN pg_operator o ON d.classoid = 'pg_operator'::regclass AND o.oid = d.objoid
    WHERE coalesce(c.relnamespace, p.pronamespace, t.typnamespace, o.oprnamespace, CASE WHEN d.classoid = 'pg_namespace'::regclass THEN d.objoid END)
          IN (SELECT s.oid FROM schemas s)
)
SELECT replace(i.identity, 'pg_catalog.', '') AS identity, i.type, d.description
FROM described d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE $1 IS NULL OR i.identity ILIKE '%' || $1 || '%' OR d.description ILIKE '%' || $1 || '%'
ORDER BY 1, 2
$$;
COMMENT ON FUNCTION help(text) IS
    'Comments of everything in the extension and in the warehouses of this database whose name or comment contains the pattern (without case; percent sign and underscore as in LIKE). NULL lists everything.';
-- Columns of the shipped facts.
COMMENT ON COLUMN feed_reference.feed IS 'Name of the feed.';
COMMENT ON COLUMN feed_reference.dataset IS 'Data set whose slices it states, NULL when it has none.';
COMMENT ON COLUMN feed_reference.load_order IS 'Feeds are loaded in this order.';
COMMENT ON COLUMN feed_reference.has_header IS 'Whether the first line of the file names the columns.';
COMMENT ON COLUMN feed_reference.description IS 'What the feed holds.';
COMMENT ON COLUMN feed_column_reference.feed IS 'Name of the feed.';
COMMENT ON COLUMN feed_column_reference.target IS 'Column that is filled.';
COMMENT ON COLUMN feed_column_reference.preference IS 'Which header wins where a file has several of them, 1 first.';
COMMENT ON COLUMN hrg_age_bound.hrg IS 'HRG.';
COMMENT ON COLUMN hrg_age_bound.age_min IS 'Least age in completed years.';
COMMENT ON COLUMN hrg_age_bound.age_max IS 'Greatest age in completed years.';
COMMENT ON COLUMN hrg_age_twin.hrg IS 'HRG.';
COMMENT ON COLUMN hrg_age_twin.twin IS 'HRG for the other age.';
COMMENT ON COLUMN hrg_without_price.hrg IS 'HRG.';
COMMENT ON COLUMN hrg_without_price.kind IS 'ungroupable, or zero_price.';
COMMENT ON COLUMN hrg_without_price.note IS 'Why.';
COMMENT ON COLUMN pod_reference.pod IS 'Point of delivery code.';
COMMENT ON COLUMN pod_reference.dataset IS 'APC, OP or EC; NULL for none.';
COMMENT ON COLUMN pod_reference.unit IS 'What one unit is.';
COMMENT ON COLUMN pod_reference.kind IS 'How it is priced.';
COMMENT ON COLUMN pod_reference.pod_class IS 'Class under which contracts set recovery rates.';
COMMENT ON COLUMN pod_reference.needs_hrg IS 'Whether a line must carry an HRG.';
COMMENT ON COLUMN risk_model_reference.title IS 'Title of the model.';
COMMENT ON COLUMN risk_model_reference.source IS 'Publication and what was changed.';
COMMENT ON COLUMN risk_model_reference.licence IS 'Licence of the source.';
COMMENT ON COLUMN rule_reference.code IS 'Code of the rule.';
COMMENT ON COLUMN rule_reference.version IS 'Version of the rule.';
COMMENT ON COLUMN rule_reference.name IS 'Name of the rule.';
COMMENT ON COLUMN rule_reference.source IS 'Where the rule comes from.';
COMMENT ON COLUMN rule_reference.note IS 'What to know when using it.';
COMMENT ON COLUMN warehouse_source.part IS 'Name of the part; parts run in this order.';
COMMENT ON COLUMN warehouse_source.body IS 'Its SQL text with placeholders.';
-- Everybody may use the values and read the shipped facts.
GRANT USAGE ON SCHEMA @extschema@ TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA @extschema@ TO PUBLIC;

-- What writes was revoked from PUBLIC where it was made. The owner of the extension may use it and pass it on, also where
-- the server lets him install a trusted extension whose functions then belong to the superuser.
DO $grants$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT p.oid FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = '@extschema@'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a WHERE a.grantee = 0)
    LOOP
        EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %s WITH GRANT OPTION', routine, $owner$@extowner@$owner$);
    END LOOP;
END
$grants$;
