-- Tolerant readers of money and dates.
CREATE SCHEMA readers_test;
SET search_path = readers_test, commissioning, public;
SET datestyle = 'ISO, MDY';

SELECT word, to_amount(word) FROM (VALUES
	('12'), ('12.50'), ('-12.50'), ('12.50-'), ('(12.50)'), ('£1,234.50'), ('-£1,234.50'), ('£-1,234.50'), ('(£1,234.50)'), ('£(1,234.50)'), (' 1,234,567.89 '),
	(E'\uFFFD1,234.50'), (E'\uFFFD\uFFFD12'), ('Â£12'), ('Ł12'), ('ú12'), ('GBP 12'), (E'\u221212'), ('+.5'), ('0'), ('-0.00'), ('0.123456'), ('0.1234565'), ('-0.1234565'),
	('999999999999.999999'), ('1234567890123'), ('TBC'), ('tbc'), ('N/A'), (''), ('-'), ('£'), ('1,23'), ('1.234,56'), ('12 34'), ('(12'), ('--12'), ('(-12)'), ('1.2E+05'),
	('$12'), ('NaN'), ('12p'), ('£1,234.50 CR'), (NULL)) v (word);
SELECT pg_typeof(to_amount('1')), scale(to_amount('12.50')), scale(to_amount('12')), to_amount('-0.00') = 0 AS zero;
-- Any amount the server prints reads as itself.
SELECT count(*) FROM (SELECT round(((random() - 0.5) * 10 ^ (random() * 12))::numeric, (random() * 6)::int) AS x FROM generate_series(1, 5000)) r
	WHERE to_amount(x::text) <> x OR scale(to_amount(x::text)) <> scale(x)
	OR to_amount(to_char(x, 'FM999,999,999,999,990.000000')) <> x OR to_amount(to_char(x, 'FM999,999,999,999,990.000000PR')) IS NOT NULL AND x < 0
	OR to_amount(translate(to_char(x, 'FM£999,999,999,999,990.000000PR'), '<>', '()')) <> x;

SELECT word, to_date_uk(word) FROM (VALUES
	('01/04/2024'), ('1/4/2024'), ('01-04-2024'), ('01.04.2024'), ('2024-04-01'), ('2024/4/1'), ('20240401'), ('01-Apr-2024'), ('01-APR-24'), ('1 April 2024'), ('01Apr2024'),
	('01 Sept 2024'), ('01/04/24'), ('01/04/49'), ('01/04/50'), ('01/04/2024 10:30'), ('2024-04-01T10:30:00.123Z'), ('2024-04-01 10:30:00+01'), ('01/04/2024 10:30 PM'), ('04/01/2024'),
	('13/12/2024'), ('12/13/2024'), ('29/02/2024'), ('29/02/2023'), ('31/04/2024'), ('00/00/0000'), ('01/01/1850'), ('31/12/1849'), ('31/12/2199'), ('01/01/2200'), ('01/04/0224'),
	('01/04/20244'), ('202404'), ('45383'), ('Apr 2024'), ('01/04'), ('01/04-2024'), ('01/04/2024 25:00'), ('01/04/2024 noon'), (''), ('n/a'), ('infinity'), ('today'), (NULL)) v (word);
-- Every day of the range, whatever the datestyle.
SELECT count(*) AS days, count(*) FILTER (WHERE to_date_uk(to_char(d, 'DD/MM/YYYY')) = d::date AND to_date_uk(to_char(d, 'YYYYMMDD')) = d::date
	AND to_date_uk(to_char(d, 'FMDD-Mon-YYYY HH24:MI:SS')) = d::date AND to_date_uk(to_char(d, 'YYYY-MM-DD')) = d::date) AS read
	FROM generate_series('1850-01-01'::timestamp, '2199-12-31', '1 day') d;
SET datestyle = 'German, YMD';
SELECT to_date_uk('03/04/2024');
SET datestyle = 'ISO, DMY';

-- They can be indexed and run in parallel.
SELECT proname, provolatile, proparallel, proisstrict FROM pg_proc WHERE proname ~ '^to_(nhs_number|icd10|opcs4|hrg|amount|date_uk)$' ORDER BY 1;
SET client_min_messages = warning;
DROP SCHEMA readers_test CASCADE;
