-- risk_flags: values, order, union; the aggregate in every shape.
\pset null '(null)'
\set SHOW_CONTEXT never
SET search_path = commissioning;
CREATE TABLE risk_flags_codes (row_no integer, person_id bigint, code icd10);
-- 2,000 people with 0 to 12 codes, many of them without meaning for the model
INSERT INTO risk_flags_codes
SELECT row_number() OVER (), p, (ARRAY['I210', 'I252', 'K703', 'K704', 'E112', 'E119', 'C509', 'C780', 'F009', 'I500', 'Z999', 'R69X', 'A000', 'J180', NULL])[1 + (p * 7 + n * n * 3 + n * p) % 15]::icd10
FROM generate_series(1, 2000) p CROSS JOIN generate_series(1, 12) n WHERE n <= p % 13;
ANALYZE risk_flags_codes;

-- Values
SELECT risk_match(m, 'Z999') AS nothing, risk_match(m, 'I210')::text ~ '^1:[0-9a-f]{16}:0000000000000001$' AS first,
       risk_match(m, 'I210') = risk_match(m, 'I22') AS same, risk_match(m, 'I210') = risk_match(m, 'I50') AS other,
       risk_flags_categories(m, risk_flags_or(risk_match(m, 'I210'), risk_match(m, 'I50'))) AS united
FROM (SELECT registered_model('charlson_quan2005_original')) m(m);
SELECT f::text::risk_flags = f AS text_round_trip, risk_flags_or(f, '') = f AS right_neutral, risk_flags_or('', f) = f AS left_neutral,
       risk_flags_or(f, f) = f AS idempotent, risk_flags_or(f, NULL) AS with_null, pg_column_size(f) AS bytes,
       length(f::text) AS characters
FROM (SELECT risk_flags_or(risk_match(m, 'F00'), risk_match(m, 'Z99')) FROM (SELECT registered_model('hfrs_gilbert2018')) m(m)) f(f);
SELECT ''::risk_flags = '' AS neutral, '' < '1:0000000000000001:0000000000000000'::risk_flags AS before_all,
       '1:0000000000000001:0000000000000001'::risk_flags <= '1:0000000000000002:0000000000000000' AS by_model,
       '1:0000000000000001:0000000000000002'::risk_flags > '1:0000000000000001:0000000000000001' AS by_word,
       '1:0000000000000001:00000000000000020000000000000000'::risk_flags >= '1:0000000000000001:0000000000000003' AS by_length,
       '1:0000000000000001:0000000000000002'::risk_flags <> '1:0000000000000001:0000000000000001' AS not_equal,
       '1:ffffffffffffffff:ffffffffffffffff'::risk_flags AS all_bits;
SELECT risk_flags_hash('') AS neutral, risk_flags_hash('1:0000000000000001:0000000000000001') AS one,
       risk_flags_hash_extended('1:0000000000000001:0000000000000001', 0)::bit(32) = risk_flags_hash('1:0000000000000001:0000000000000001')::bit(32) AS low_half,
       risk_flags_hash_extended('1:0000000000000001:0000000000000001', 7) AS seeded;

-- Text that is none of ours
SELECT '1:0000000000000001'::risk_flags;
SELECT '1:0000000000000001:'::risk_flags;
SELECT '2:0000000000000001:0000000000000001'::risk_flags;
SELECT '1:000000000000000g:0000000000000001'::risk_flags;
SELECT '1:0000000000000001:000000000000000G'::risk_flags;
SELECT '1:0000000000000001;0000000000000001'::risk_flags;
SELECT '1:0000000000000001:00000000000000010'::risk_flags;
SELECT ('1:0000000000000001:' || repeat('0000000000000001', 17))::risk_flags;
SELECT length(('1:0000000000000001:' || repeat('0000000000000001', 16))::risk_flags::text) AS longest;

-- Flags of one model do not score by another, nor unite
SELECT risk_score_flags(registered_model('hfrs_gilbert2018'), risk_match(registered_model('charlson_quan2005_original'), 'I21'));
SELECT risk_score_flags(registered_model('charlson_quan2005_quan2011'), risk_match(registered_model('charlson_quan2005_original'), 'I21'));
SELECT risk_flags_categories(registered_model('hfrs_gilbert2018'), risk_match(registered_model('charlson_quan2005_original'), 'I21'));
SELECT risk_flags_or(risk_match(registered_model('hfrs_gilbert2018'), 'F00'), risk_match(registered_model('charlson_quan2005_original'), 'I21'));
SELECT risk_flags_agg(risk_match(registered_model(name), 'F00')) FROM risk_model_reference;

-- The aggregate: no rows, one row, all NULL, FILTER, DISTINCT
SELECT risk_flags_agg(risk_match(m, code)) AS no_rows FROM risk_flags_codes, (SELECT registered_model('hfrs_gilbert2018')) m(m) WHERE person_id = 0;
SELECT risk_flags_categories(m, risk_flags_agg(risk_match(m, code))) AS one_row
FROM (VALUES ('I210'::icd10)) v(code), (SELECT registered_model('charlson_quan2005_original')) m(m) GROUP BY m;
\set VERBOSITY default
SELECT risk_flags_agg(f) AS all_null, risk_flags_agg(NULL) AS null_literal FROM (VALUES (NULL::risk_flags), (NULL)) v(f);
PREPARE both_ways AS
SELECT count(*) AS people, sum(a) AS by_rows, sum(b) AS by_array, count(*) FILTER (WHERE a <> b) AS differ
FROM (SELECT person_id, risk_score_flags((SELECT registered_model('charlson_quan2005_original')), risk_flags_agg(risk_match((SELECT registered_model('charlson_quan2005_original')), code))) AS a,
             risk_score((SELECT registered_model('charlson_quan2005_original')), array_agg(code)) AS b
      FROM risk_flags_codes GROUP BY person_id) s;
EXECUTE both_ways;
WITH m AS MATERIALIZED (SELECT registered_model('charlson_quan2005_original') AS m)
SELECT risk_flags_categories(m.m, risk_flags_agg(risk_match(m.m, code)) FILTER (WHERE person_id % 2 = 0)) AS some,
       risk_flags_agg(risk_match(m.m, code)) FILTER (WHERE false) AS none,
       risk_flags_agg(DISTINCT risk_match(m.m, code)) = risk_flags_agg(risk_match(m.m, code)) AS distinct_is_same
FROM m, risk_flags_codes GROUP BY m.m;

-- Hash and sort, a spill, parallel workers: the same
SET enable_hashagg = off;
EXECUTE both_ways;
RESET enable_hashagg;
SET enable_sort = off;
SET work_mem = '64kB';
EXECUTE both_ways;
RESET enable_sort;
RESET work_mem;
SET min_parallel_table_scan_size = 0;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT risk_flags_agg(risk_match('{"name":"x","version":"1","categories":[{"key":"a","points":1,"prefixes":["I21"]}]}', code)) FROM risk_flags_codes;
SELECT risk_flags_agg(risk_match('{"name":"x","version":"1","categories":[{"key":"a","points":1,"prefixes":["I21"]}]}', code)) FROM risk_flags_codes;
EXECUTE both_ways;
RESET min_parallel_table_scan_size;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET max_parallel_workers_per_gather;

-- Any partition of the rows gives the same state, also through text
WITH m AS MATERIALIZED (SELECT registered_model('hfrs_gilbert2018') AS m),
     whole AS (SELECT person_id, risk_flags_agg(risk_match(m.m, code)) AS flags FROM risk_flags_codes, m GROUP BY person_id)
SELECT k AS parts, bool_and(whole.flags = parts.flags) AS same, count(*) AS people
FROM generate_series(1, 7) k
CROSS JOIN LATERAL (
    SELECT person_id, risk_flags_agg(part::text::risk_flags) AS flags
    FROM (SELECT person_id, risk_flags_agg(risk_match(m.m, code)) AS part FROM risk_flags_codes, m GROUP BY person_id, hashint4(row_no) % k) p
    GROUP BY person_id) parts
JOIN whole ON whole.person_id = parts.person_id
GROUP BY k ORDER BY k;

-- As a window function: each row keeps its own result
WITH m AS MATERIALIZED (SELECT registered_model('charlson_quan2005_original') AS m)
SELECT n, code, risk_flags_categories(m.m, risk_flags_agg(risk_match(m.m, code)) OVER (ORDER BY n)) AS so_far,
       risk_flags_categories(m.m, risk_flags_agg(risk_match(m.m, code)) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS last_two
FROM m, (VALUES (1, 'Z999'::icd10), (2, 'I210'), (3, 'I500'), (4, NULL), (5, 'C78'), (6, 'I219')) v(n, code) ORDER BY n;
-- kept aside and read again after all have been computed
WITH m AS MATERIALIZED (SELECT registered_model('charlson_quan2005_original') AS m),
     kept AS MATERIALIZED (SELECT person_id, row_no, m.m, risk_flags_agg(risk_match(m.m, code)) OVER (PARTITION BY person_id ORDER BY row_no) AS flags,
                                  array_agg(code) OVER (PARTITION BY person_id ORDER BY row_no) AS codes
                           FROM risk_flags_codes, m)
SELECT count(*) AS rows, count(*) FILTER (WHERE risk_flags_categories(m, flags) = risk_categories(m, codes)) AS equal FROM kept;

-- Several models in turn at one call site
SELECT r.name, round(sum(risk_score(r.body, ARRAY[c.code]))::numeric, 1) AS total FROM risk_flags_codes c CROSS JOIN risk_model_reference r
WHERE r.version = '1' AND r.name IN ('charlson_quan2005_original', 'charlson_quan2005_quan2011', 'hfrs_gilbert2018') GROUP BY r.name ORDER BY r.name;
SELECT sum(risk_score(m, ARRAY[code])) AS in_turn
FROM (SELECT format('{"name":"m%s","version":"1","categories":[{"key":"a","points":%s,"prefixes":["I"]}]}', k, k)::risk_model AS m FROM generate_series(1, 20) k) s
CROSS JOIN risk_flags_codes WHERE person_id <= 100;
SELECT sum((1 + 20) * 20 / 2) AS expected FROM risk_flags_codes WHERE person_id <= 100 AND code ^@ 'I';

-- Keys: grouping, joins, indexes
SELECT count(DISTINCT f) = count(*) AS distinct_groups FROM (SELECT f FROM (SELECT risk_match(registered_model('charlson_quan2005_original'), code) AS f FROM risk_flags_codes WHERE person_id < 100) s GROUP BY f) g;
CREATE TEMP TABLE flags AS SELECT person_id, risk_flags_agg(risk_match((SELECT registered_model('charlson_quan2005_original')), code)) AS f FROM risk_flags_codes GROUP BY person_id;
CREATE INDEX ON flags (f);
CREATE INDEX ON flags USING hash (f);
SELECT count(*), count(*) FILTER (WHERE a.person_id = b.person_id) AS self FROM flags a JOIN flags b ON a.f = b.f AND a.person_id = b.person_id;
DROP TABLE risk_flags_codes;
RESET search_path;
