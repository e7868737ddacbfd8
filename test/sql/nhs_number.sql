-- Type nhs_number: published cases, text forms, errors, order, hash, binary form.
CREATE SCHEMA nhs_number_test;
SET search_path = nhs_number_test, commissioning, public;

-- The published cases: which numbers are valid, which of them are placeholders.
CREATE TABLE cases (digits text, valid boolean, placeholder boolean);
INSERT INTO cases VALUES
	('9434765919', true, false), ('9434765910', false, NULL), ('4010232137', true, false), ('6541003238', true, false),
	('9990000018', true, false), ('4501000090', true, false), ('4501000120', true, false), ('4501000041', false, NULL),
	('3459124359', false, NULL), ('4380590096', false, NULL), ('4446394339', true, false), ('4146515092', true, false),
	('8314495581', true, false), ('3417284996', true, false), ('4505577104', true, false), ('0000000000', true, true),
	('1111111111', true, true), ('2222222222', true, true), ('4874773259', false, NULL), ('7092823059', false, NULL);
SELECT digits, valid, placeholder, to_nhs_number(digits) FROM cases
	WHERE (to_nhs_number(digits) IS NOT NULL) <> (valid AND NOT placeholder) OR to_nhs_number(digits)::text <> digits;
SELECT count(to_nhs_number(digits)) AS usable, count(*) AS cases FROM cases;

-- What a statement reports: its SQLSTATE and message.
CREATE FUNCTION problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT digits, is_placeholder(digits::nhs_number) = placeholder AS agrees FROM cases WHERE valid;
SELECT right(digits, 3) AS ending, problem(format('SELECT %L::nhs_number', digits)) FROM cases WHERE NOT valid;

-- Text forms in and out.
SELECT '943 476 5919'::nhs_number, '943-476-5919'::nhs_number, '  9434765919 '::nhs_number, '943476 5919'::nhs_number,
	nhs_number '0000000000', text '9434765919'::nhs_number;
SELECT problem(format('SELECT %L::nhs_number', word)) FROM (VALUES (''), ('943476591'), ('94347659199'), ('943 4 765919'), ('943476591O'),
	('+943476591'), ('NULL')) v (word);
SELECT problem($q$SELECT text '9434765910'::nhs_number$q$), problem($q$SELECT text '12'::nhs_number$q$);
SELECT problem('SELECT 9434765910::nhs_number'), problem('SELECT (-1)::bigint::nhs_number'),
	problem('SELECT 4501000041::nhs_number'), problem('SELECT 99999999999::nhs_number');
SELECT 9434765919::nhs_number, 0::bigint::nhs_number, nhs_number '0000000000'::bigint, nhs_number '9434765919'::bigint,
	nhs_number '9434765919'::text;
SELECT format_nhs_number('0000000000'), format_nhs_number('9434765919');
SELECT is_placeholder('9434765919'), is_placeholder('7777777777'), is_placeholder('9999999999');

-- The casts are explicit only.
SELECT problem('CREATE TEMP TABLE a AS SELECT nhs_number ''9434765919'' = ''9434765919''::text'),
	problem('SELECT nhs_number ''9434765919'' + 1');

-- The reader takes what the type takes, less placeholders, and never fails.
SELECT ascii(word) AS first_character, length(word), translate(word, E'\uFEFF\u00A0', '') AS word, to_nhs_number(word) FROM (VALUES ('943 476 5919'), (' 943-476-5919'), ('9434765910'), ('0000000000'), ('9999999999'), (''),
	('none'), (NULL), ('9434765919.0'), ('9.43477E+09'), (E'\uFEFF9434765919'), (E'9434765919\u00A0')) v (word);

-- NULLs.
SELECT NULL::nhs_number, NULL::nhs_number::text, NULL::nhs_number::bigint, to_nhs_number(NULL), format_nhs_number(NULL), is_placeholder(NULL);

-- Random valid numbers: round trips, order, hash.
CREATE TABLE person (n nhs_number, i bigint);
INSERT INTO person
SELECT i::nhs_number, i
FROM (SELECT base * 10 + check_digit AS i
	FROM (SELECT base, (11 - (SELECT sum(substr(lpad(base::text, 9, '0'), p, 1)::int * (11 - p)) FROM generate_series(1, 9) p) % 11) % 11 AS check_digit
		FROM (SELECT (random() * 999999998)::bigint + 1 AS base FROM generate_series(1, 3000) s) r) c
	WHERE check_digit < 10) v;
SELECT count(*) > 2000 AS enough FROM person;
SELECT count(*) FROM person WHERE n::bigint <> i OR n::text <> lpad(i::text, 10, '0') OR n::text::nhs_number <> n
	OR format_nhs_number(n)::nhs_number <> n OR replace(format_nhs_number(n), ' ', '') <> n::text OR to_nhs_number(n::text) <> n;
SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY n) - row_number() OVER (ORDER BY i) AS d FROM (SELECT DISTINCT n, i FROM person) p) r WHERE d <> 0;
SELECT min(n)::bigint = min(i), max(n)::bigint = max(i) FROM person;
SELECT min(n), max(n) FROM person WHERE false;
SELECT count(*) FROM person a, person b WHERE a.i % 100 = 0 AND ((a.n < b.n) <> (a.i < b.i) OR (a.n <= b.n) <> (a.i <= b.i)
	OR (a.n > b.n) <> (a.i > b.i) OR (a.n >= b.n) <> (a.i >= b.i) OR (a.n = b.n) <> (a.i = b.i) OR (a.n <> b.n) <> (a.i <> b.i));
SELECT count(*) FROM person WHERE nhs_number_hash(n) <> ((nhs_number_hash_extended(n, 0)::bit(64) << 32)::bit(32))::int;
-- The hashes are part of the format: these three numbers never change.
SELECT nhs_number_hash('9434765919'), nhs_number_hash_extended('9434765919', 0), nhs_number_hash_extended('9434765919', 1);

-- Hash, merge and index plans give the same answer.
CREATE INDEX person_btree ON person (n);
CREATE INDEX person_hash ON person USING hash (n);
ANALYZE person;
CREATE FUNCTION plan(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || statement LOOP RETURN NEXT line; END LOOP;
END
$$;
SET enable_nestloop = off; SET enable_mergejoin = off;
SELECT plan('SELECT count(*) FROM person a JOIN (SELECT DISTINCT n FROM person) b ON a.n = b.n') LIKE '%Hash Join%' AS hashed OFFSET 1 LIMIT 1;
SELECT count(*) = (SELECT count(*) FROM person) FROM person a JOIN (SELECT DISTINCT n FROM person) b ON a.n = b.n;
RESET enable_mergejoin; SET enable_hashjoin = off;
SELECT plan('SELECT count(*) FROM person a JOIN (SELECT DISTINCT n FROM person) b ON a.n = b.n') LIKE '%Merge Join%' AS merged OFFSET 1 LIMIT 1;
SELECT count(*) = (SELECT count(*) FROM person) FROM person a JOIN (SELECT DISTINCT n FROM person) b ON a.n = b.n;
RESET enable_hashjoin; RESET enable_nestloop;
SET enable_seqscan = off;
SELECT plan('SELECT 1 FROM person WHERE n = ''9434765919''');
SELECT count(*) = 1 FROM person WHERE n = (SELECT max(n) FROM person);
RESET enable_seqscan;
SELECT opcname, bool_and(amvalidate(c.oid)) AS valid FROM pg_opclass c WHERE opcname ~ '^(nhs_number|icd10|opcs4|hrg)_ops$' GROUP BY opcname ORDER BY 1;
SELECT count(*) AS comparisons, bool_and(proleakproof) AS leakproof FROM pg_proc WHERE proname ~ '^(nhs_number|icd10|opcs4|hrg)_(eq|ne|lt|le|gt|ge|cmp|hash|hash_extended)$';

-- A hash-partitioned table keeps its rows where they are.
CREATE TABLE spread (n nhs_number PRIMARY KEY) PARTITION BY HASH (n);
CREATE TABLE spread0 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE spread1 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO spread SELECT digits::nhs_number FROM cases WHERE valid;
SELECT tableoid::regclass AS partition, array_agg(n ORDER BY n) FROM spread GROUP BY 1 ORDER BY 1;

-- Binary form: eight bytes, most significant first.
SELECT nhs_number_send('9434765919'), nhs_number_send('0000000000');
SELECT length(nhs_number_send(n)) AS bytes, count(*) > 2000 AS all FROM person GROUP BY 1;

SET client_min_messages = warning;
DROP SCHEMA nhs_number_test CASCADE;
