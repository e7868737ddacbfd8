-- Type hrg: five characters; and the binary form of all four types through COPY.
CREATE SCHEMA hrg_test;
SET search_path = hrg_test, commissioning, public;
CREATE FUNCTION problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

SELECT word, word::hrg AS code, to_hrg(word) = word::hrg AS read, word::hrg::text FROM (VALUES ('AA22C'), ('wf01b'), (' UZ01Z ')) v (word);
SELECT word, problem(format('SELECT %L::hrg', word)), to_hrg(word) FROM (VALUES (''), ('AA22'), ('A01'), ('AA22CC'), ('AA2.2C'), ('none'), ('4010232137')) v (word);
SELECT problem('SELECT text ''X''::hrg'), NULL::hrg, to_hrg(NULL), NULL::hrg::text;

CREATE TABLE spell AS SELECT (chr(65 + i % 26) || chr(65 + i / 26 % 26) || lpad((i % 100)::text, 2, '0') || chr(65 + i % 3))::hrg AS c FROM generate_series(0, 9999) i;
SELECT count(*) FROM spell WHERE c::text !~ '^[A-Z]{2}[0-9]{2}[A-Z]$' OR c::text::hrg <> c;
SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY c) - row_number() OVER (ORDER BY c::text COLLATE "C") AS d FROM (SELECT DISTINCT c FROM spell) p) r WHERE d <> 0;
SELECT min(c), max(c) FROM spell;
CREATE INDEX spell_c ON spell (c);
VACUUM ANALYZE spell;
EXPLAIN (COSTS off) SELECT c FROM spell WHERE c ^@ 'AA22';
SELECT (SELECT count(*) FROM spell WHERE c ^@ 'aa') = (SELECT count(*) FROM spell WHERE c::text LIKE 'AA%');
SELECT problem('SELECT hrg ''AA22C'' ^@ ''A2''');
SELECT hrg_hash('AA22C'), hrg_hash_extended('AA22C', 0), hrg_hash_extended('AA22C', 1), hrg_send('AA22C');

-- Binary COPY brings back every value, and refuses bytes that are none.
CREATE TABLE original (n nhs_number, i icd10, o opcs4, h hrg, codes icd10[]);
INSERT INTO original VALUES ('9434765919', 'S72001A', 'W371', 'AA22C', '{I21,NULL,E112}'), ('0000000000', 'I10X', 'A00.0', 'ZZ99Z', '{}'), (NULL, NULL, NULL, NULL, NULL);
SELECT current_setting('data_directory') || '/commissioning_types_test.bin' AS file \gset
COPY original TO :'file' (FORMAT binary);
CREATE TABLE again (LIKE original);
COPY again FROM :'file' (FORMAT binary);
SELECT count(*) AS differences FROM ((TABLE original EXCEPT ALL TABLE again) UNION ALL (TABLE again EXCEPT ALL TABLE original)) d;
-- One column of eight chosen bytes, read as the type: "PGCOPY" header, one row of one field, trailer.
CREATE FUNCTION receive(type text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file text := current_setting('data_directory') || '/commissioning_types_test.bin';
	result text;
	large oid;
BEGIN
	large := lo_from_bytea(0, '\x5047434f50590aff0d0a00' || '\x0000000000000000'::bytea || '\x0001'::bytea || int4send(length(bytes)) || bytes || '\xffff'::bytea);
	PERFORM lo_export(large, file), lo_unlink(large);
	EXECUTE format('CREATE TEMP TABLE received (v %s)', type);
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	SELECT v::text INTO result FROM received;
	DROP TABLE received;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT receive('nhs_number', '\x00000002325b1a5f'), receive('hrg', '\x4141323243000000'), receive('icd10', '\x4932313900000000'), receive('opcs4', '\x5733373100000000');
SELECT bytes, receive('nhs_number', bytes) FROM (VALUES ('\xffffffffffffffff'::bytea), ('\x00000002325b1a56'), ('\x00000002540be400'), ('\x000000010c47cf69'), ('\x00000002')) v (bytes);
SELECT bytes, receive('icd10', bytes) FROM (VALUES ('\x0000000000000000'::bytea), ('\x6932313900000000'), ('\x4932313900000031'), ('\xffffffffffffffff'), ('\x4932')) v (bytes);
SELECT receive('opcs4', '\x5733370000000000'), receive('hrg', '\x4932313900000000');
DO $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM %L', format('cat >/dev/null; rm -f %L', current_setting('data_directory') || '/commissioning_types_test.bin')); END $$;
SET client_min_messages = warning;
DROP SCHEMA hrg_test CASCADE;
