-- Type opcs4: as icd10, with the dot on display.
CREATE SCHEMA opcs4_test;
SET search_path = opcs4_test, commissioning, public;
CREATE FUNCTION problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;

SELECT word, word::opcs4 AS code, to_opcs4(word) = word::opcs4 AS read, word::opcs4::text FROM (VALUES ('W37.1'), ('w371'), (' Z94.3 '), ('A000')) v (word);
SELECT word, problem(format('SELECT %L::opcs4', word)), to_opcs4(word) FROM (VALUES (''), ('-'), ('&'), ('W37'), ('W37.'), ('W3711'), ('W37A'), ('4010232137')) v (word);
SELECT problem('SELECT text ''X''::opcs4'), NULL::opcs4, to_opcs4(NULL), NULL::opcs4::text;

CREATE TABLE procedure AS SELECT (chr(65 + i % 26) || lpad((i / 26 % 100)::text, 2, '0') || i % 10)::opcs4 AS c FROM generate_series(0, 9999) i;
SELECT count(*) FROM procedure WHERE c::text !~ '^[A-Z][0-9]{2}[.][0-9]$' OR c::text::opcs4 <> c;
SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY c) - row_number() OVER (ORDER BY c::text COLLATE "C") AS d FROM (SELECT DISTINCT c FROM procedure) p) r WHERE d <> 0;
SELECT min(c), max(c) FROM procedure;
CREATE INDEX procedure_c ON procedure (c);
VACUUM ANALYZE procedure;
EXPLAIN (COSTS off) SELECT c FROM procedure WHERE c ^@ 'W37.';
SELECT count(*) FROM procedure WHERE c ^@ 'w3';
SELECT count(*) FROM procedure WHERE c::text LIKE 'W3%';
SELECT problem('SELECT opcs4 ''W371'' ^@ ''W3711'''), problem('SELECT opcs4 ''W371'' ^@ ''''');

SELECT has_code(ARRAY['W371', 'Z943']::opcs4[], 'Z94'), has_code(ARRAY['W371', NULL]::opcs4[], 'X', 'w37.1'), has_code(ARRAY['W371']::opcs4[], 'A'),
	has_code(NULL::opcs4[], 'A'), has_code('{}'::opcs4[], 'A');
SELECT problem('SELECT has_code(ARRAY[''W371'']::opcs4[], ''I2X'')');
SELECT count(*) > 0 AS joined FROM procedure a JOIN procedure b ON a.c = b.c WHERE a.c ^@ 'W30';
SELECT opcs4_hash('W371'), opcs4_hash_extended('W371', 0), opcs4_hash_extended('W371', 1), opcs4_send('W37.1');
SET client_min_messages = warning;
DROP SCHEMA opcs4_test CASCADE;
