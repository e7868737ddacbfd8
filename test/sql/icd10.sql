-- Type icd10: forms, errors, order, prefixes, arrays of codes, planner support.
CREATE SCHEMA icd10_test;
SET search_path = icd10_test, commissioning, public;
CREATE FUNCTION problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

-- Text forms: UK and CM codes, case, dot, filler, dagger and asterisk, fixed width.
SELECT word, word::icd10 AS code, to_icd10(word) = word::icd10 AS read, word::icd10::text AS text FROM (VALUES ('I21'), ('i21.9'), ('I10X'), ('I10.X'), ('M54.56'),
	(' G01.XA '), ('E10.2D'), ('E102 D'), ('S72.001A'), ('E083599'), ('c7a.00'), ('U07.1')) v (word);
SELECT problem(format('SELECT %L::icd10', word)), to_icd10(word) FROM (VALUES (''), ('I2'), ('I2%'), ('I21-9'), ('I219.'), ('219'), ('E0835999'),
	('É21'), ('9434765919'), ('Acute myocardial infarction'), ('I21.9 I25.1')) v (word);
SELECT problem('SELECT text ''X''::icd10');
SELECT NULL::icd10, NULL::icd10::text, to_icd10(NULL), NULL::icd10 ^@ 'I', icd10 'I21' ^@ NULL;

-- The order is the byte order of the text.
CREATE TABLE code (c icd10, t text);
INSERT INTO code SELECT t::icd10, t FROM (
	SELECT chr(65 + (random() * 3)::int) || (random() * 9)::int || substr('019AB', 1 + (random() * 4)::int, 1) || substr('0129ADXZ', 1 + (random() * 7)::int, (random() * 4)::int) AS t
	FROM generate_series(1, 3000)) s;
SELECT count(*) FROM code WHERE c::text <> t OR to_icd10(lower(t)) <> c OR to_icd10(left(t, 3) || '.' || substr(t, 4)) <> c;
SELECT count(*) FROM code a, code b WHERE a.t LIKE 'A0%' AND ((a.c < b.c) <> (a.t COLLATE "C" < b.t COLLATE "C") OR (a.c <= b.c) <> (a.t COLLATE "C" <= b.t COLLATE "C")
	OR (a.c > b.c) <> (a.t COLLATE "C" > b.t COLLATE "C") OR (a.c >= b.c) <> (a.t COLLATE "C" >= b.t COLLATE "C") OR (a.c = b.c) <> (a.t = b.t) OR (a.c <> b.c) <> (a.t <> b.t));
SELECT min(c)::text = min(t COLLATE "C"), max(c)::text = max(t COLLATE "C") FROM code;
SELECT min(c), max(c) FROM code WHERE false;
SELECT (SELECT count(*) FROM (SELECT DISTINCT c FROM code) a) = (SELECT count(*) FROM (SELECT DISTINCT t FROM code) b) AS distinct_agree;
SELECT count(*) FROM code WHERE icd10_hash(c) <> ((icd10_hash_extended(c, 0)::bit(64) << 32)::bit(32))::int;
SELECT icd10_hash('I219'), icd10_hash_extended('I219', 0), icd10_hash_extended('I219', 1);

-- Prefixes.
SELECT count(*) FROM code, (VALUES ('A'), ('a0'), ('B1A'), ('C01.'), ('C01.2'), ('D9'), ('A00XX')) p (prefix)
	WHERE (c ^@ prefix) <> starts_with(t, replace(upper(prefix), '.', ''));
SELECT prefix, problem(format('SELECT icd10 ''I21'' ^@ %L', prefix)) FROM (VALUES (''), (' '), ('2'), ('I2%'), ('I21-I25'), ('E0835999'), ('9434765919')) v (prefix);

-- An index is used for a constant prefix, as operator and as function, also in a prepared statement.
CREATE TABLE activity AS SELECT (chr(65 + i % 26) || lpad((i / 26 % 100)::text, 2, '0') || i % 10)::icd10 AS c FROM generate_series(0, 9999) i;
CREATE INDEX activity_c ON activity (c);
VACUUM ANALYZE activity;
EXPLAIN (COSTS off) SELECT c FROM activity WHERE c ^@ 'I2';
EXPLAIN (COSTS off) SELECT c FROM activity WHERE icd10_starts_with(c, 'i25.1') ORDER BY c;
PREPARE by_prefix(text) AS SELECT count(*) FROM activity WHERE c ^@ $1;
EXPLAIN (COSTS off) EXECUTE by_prefix('I2');
EXECUTE by_prefix('I2');
SELECT count(*) FROM activity WHERE c::text LIKE 'I2%';
-- No range: a bad prefix fails when the query runs, a column prefix is tested row by row, a hash index has no order.
SELECT problem('SELECT count(*) FROM activity WHERE c ^@ ''I2%''');
EXPLAIN (COSTS off) SELECT count(*) FROM activity WHERE c ^@ NULL;
SELECT count(*) FROM activity JOIN (VALUES ('I2'), ('I20')) p (prefix) ON c ^@ prefix;
DROP INDEX activity_c;
CREATE INDEX activity_hash ON activity USING hash (c);
EXPLAIN (COSTS off) SELECT c FROM activity WHERE c ^@ 'I2';
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT c FROM activity WHERE c = 'I200';
DROP INDEX activity_hash;
CREATE INDEX activity_desc ON activity (c DESC NULLS LAST);
EXPLAIN (COSTS off) SELECT c FROM activity WHERE c ^@ 'I2';
SELECT count(*) FROM activity WHERE c ^@ 'I2';
RESET enable_seqscan;
-- The estimate is of the right size.
CREATE FUNCTION estimate(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || statement INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END
$$;
SELECT estimate('SELECT * FROM activity WHERE c ^@ ''I''') BETWEEN 192 AND 769 AS within_factor_two;

-- has_code.
SELECT has_code(ARRAY['I219', 'E112']::icd10[], 'I20', 'E11.'), has_code(ARRAY['I219']::icd10[], 'J'),
	has_code(ARRAY['I219', 'E112']::icd10[], VARIADIC ARRAY['J', 'i2']), has_code(ARRAY[NULL, 'I219']::icd10[], 'I21'),
	has_code(ARRAY[NULL]::icd10[], 'I21'), has_code('{}'::icd10[], 'I21'), has_code(ARRAY['I219']::icd10[], VARIADIC '{}'),
	has_code(ARRAY['I219']::icd10[], NULL, 'I21'), has_code(ARRAY[['I219', 'J440'], ['E112', NULL]]::icd10[], 'E');
SELECT has_code(NULL::icd10[], 'I21'), has_code(ARRAY['I219']::icd10[], VARIADIC NULL::text[]), has_code(ARRAY['I219']::icd10[], NULL);
SELECT problem('SELECT has_code(ARRAY[''I219'']::icd10[], ''I2%'')'), problem('SELECT has_code(ARRAY[''I219'']::icd10[], '''')'),
	problem('SELECT has_code(''{}''::icd10[], ''?'')');
-- Prefixes that change from row to row, and many codes against plain text.
CREATE TABLE person AS SELECT i, (SELECT array_agg(nullif(t, 'A01')::icd10) FROM (SELECT t FROM code WHERE i >= 0 ORDER BY random() LIMIT i % 12) s) AS codes FROM generate_series(1, 600) i;
CREATE TABLE list (prefixes text[]);
INSERT INTO list VALUES ('{A}'), ('{A0,B12,C}'), ('{A01,A0,A,A019}'), ('{D9,C99,B1A,A00}'), ('{Z}'), ('{}');
SELECT count(*) AS differences FROM person, list
	WHERE has_code(codes, VARIADIC prefixes) <> EXISTS (SELECT FROM unnest(codes) c, unnest(prefixes) p WHERE starts_with(c::text, p));
SELECT count(*) FILTER (WHERE codes IS NULL) AS none, count(*) FILTER (WHERE has_code(codes, 'A') IS NULL) AS unknown FROM person;

-- Codes as elements and keys: arrays, containment, groups, joins.
SELECT ARRAY['I219', 'E112']::icd10[] @> ARRAY['E11.2']::icd10[], ARRAY['I219']::icd10[] && ARRAY['I21']::icd10[], 'i21.9' = ANY (ARRAY['I219']::icd10[]);
CREATE INDEX person_codes ON person USING gin (codes);
SELECT count(*) > 0 AS found FROM person WHERE codes @> ARRAY[(SELECT max(c) FROM person, unnest(codes) c)];
SET enable_hashagg = off;
SELECT c ^@ 'A' AS a, count(DISTINCT c) > 0 AS some FROM code GROUP BY 1 ORDER BY 1;
RESET enable_hashagg;

-- Binary form: the characters of the code, then zero bytes.
SELECT icd10_send('I219'), icd10_send('E083599');

SET client_min_messages = warning;
DROP SCHEMA icd10_test CASCADE;
