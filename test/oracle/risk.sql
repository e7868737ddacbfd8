-- Charlson and the Hospital Frailty Risk Score of 20,000 invented patients, computed a second time in plain SQL over text:
-- codes are tidied with regular expressions and joined to the published prefixes with LIKE; no type, function or model of
-- the product takes part. Needs oracle_map(model, category, prefix, weight) and oracle_hierarchy(model, category, removed_by).

CREATE TABLE oracle_code AS
WITH draw AS (
    -- uniform numbers that are the same on every machine: from the digests of patient and place
    SELECT p AS patient, n, ('x' || substr(md5(format('risk %s %s', p, n)), 1, 8))::bit(32)::bigint AS a,
           ('x' || substr(md5(format('risk %s %s', p, n)), 9, 8))::bit(32)::bigint AS b,
           ('x' || substr(md5(format('risk %s %s', p, n)), 17, 8))::bit(32)::bigint AS c
    FROM generate_series(1, 20000) p CROSS JOIN generate_series(1, 24) n
    -- 0 to 24 codes: a fifth of the patients have many
    WHERE n <= CASE WHEN p % 5 = 0 THEN p % 25 ELSE p % 9 END
), prefix AS (
    SELECT row_number() OVER (ORDER BY prefix) - 1 AS i, prefix FROM (SELECT DISTINCT prefix FROM oracle_map) d
), plain AS (
    SELECT d.patient, d.n, d.c,
           CASE
               -- a listed prefix as it is, longer, shorter, or beside itself in the last place
               WHEN d.a % 10 < 4 THEN p.prefix
               WHEN d.a % 10 < 6 THEN p.prefix || CASE WHEN length(p.prefix) < 5 THEN (d.b / 1000 % 10)::text ELSE '' END
               WHEN d.a % 10 = 6 THEN left(p.prefix, 3)
               WHEN d.a % 10 = 7 THEN left(p.prefix, -1) || (d.b / 1000 % 10)::text
               -- any code; the filler of three-character categories
               WHEN d.a % 10 = 8 THEN chr((65 + d.b % 26)::integer) || lpad((d.b / 100 % 100)::text, 2, '0') || (d.b / 10000 % 10)::text
               ELSE left(p.prefix, 3) || 'X'
           END AS code
    FROM draw d JOIN prefix p ON p.i = d.b % (SELECT count(*) FROM prefix)
)
SELECT patient, n,
       -- as it arrives: dotted, in lower case, with blanks, with a dagger, repeated, empty
       CASE c % 12
           WHEN 0 THEN lower(code)
           WHEN 1 THEN ' ' || code || '  '
           WHEN 2 THEN CASE WHEN length(code) > 3 THEN left(code, 3) || '.' || substr(code, 4) ELSE code END
           WHEN 3 THEN CASE WHEN length(code) > 3 THEN lower(left(code, 3)) || '.' || substr(code, 4) || E'\t' ELSE code END
           WHEN 4 THEN CASE WHEN length(code) = 4 THEN code || 'D' ELSE code END
           WHEN 5 THEN CASE WHEN c / 12 % 8 = 0 THEN '' WHEN c / 12 % 8 = 1 THEN NULL WHEN c / 12 % 8 = 2 THEN '   ' ELSE code END
           ELSE code
       END AS code
FROM plain;
-- a third of the patients have some codes twice
INSERT INTO oracle_code SELECT patient, n + 100, code FROM oracle_code WHERE patient % 3 = 0 AND n % 2 = 0;

CREATE TABLE oracle_hit AS
WITH tidy AS (
    SELECT patient, regexp_replace(upper(code), '[^A-Z0-9]', '', 'g') AS code FROM oracle_code
), meaning AS MATERIALIZED (
    SELECT d.code, m.model, m.category, m.weight
    FROM (SELECT DISTINCT code FROM tidy) d JOIN oracle_map m ON d.code LIKE m.prefix || '%'
)
SELECT DISTINCT t.patient, m.model, m.category, m.weight FROM tidy t JOIN meaning m ON m.code = t.code;
ANALYZE oracle_hit;

CREATE TABLE oracle_answer AS
WITH removed AS (
    SELECT DISTINCT h.patient, h.model, h.category
    FROM oracle_hit h
    JOIN oracle_hierarchy r ON r.model = h.model AND r.category = h.category
    JOIN oracle_hit o ON o.patient = h.patient AND o.model = h.model AND o.category = r.removed_by
), counted AS (
    SELECT h.*, r.patient IS NOT NULL AS removed
    FROM oracle_hit h LEFT JOIN removed r ON r.patient = h.patient AND r.model = h.model AND r.category = h.category
)
SELECT p.patient, k.model, coalesce(sum(c.weight), 0) AS raw, coalesce(sum(c.weight) FILTER (WHERE NOT c.removed), 0) AS score,
       coalesce(array_agg(c.category ORDER BY c.category COLLATE "C") FILTER (WHERE c.category IS NOT NULL), '{}') AS categories
FROM generate_series(1, 20000) p (patient)
CROSS JOIN (SELECT DISTINCT model FROM oracle_map) k
LEFT JOIN counted c ON c.patient = p.patient AND c.model = k.model
GROUP BY p.patient, k.model;
ALTER TABLE oracle_answer ADD band text;
UPDATE oracle_answer SET band = CASE WHEN model LIKE 'hfrs%' THEN CASE WHEN score < 5 THEN 'low' WHEN score <= 15 THEN 'intermediate' ELSE 'high' END
                                     WHEN model LIKE '%original' THEN CASE WHEN score = 0 THEN '0' WHEN score <= 2 THEN '1-2' WHEN score <= 4 THEN '3-4' ELSE '5 or more' END END;
