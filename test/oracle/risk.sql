-- Charlson, Elixhauser, the Hospital Frailty Risk Score and LACE of 20,000 invented patients, computed a second time in plain SQL
-- over text: codes are tidied with regular expressions and joined by their beginnings to the lists of index_codes.sql; no type,
-- function or model of the product takes part. Leaves oracle_person, oracle_code and oracle_answer.

-- uniform numbers that are the same on every machine: from the digests of patient and place
CREATE FUNCTION oracle_draw(patient integer, what text, choices bigint) RETURNS bigint LANGUAGE sql IMMUTABLE
RETURN ('x' || substr(md5(format('risk %s %s', patient, what)), 1, 8))::bit(32)::bigint % choices;

-- ages, stays and visits at and around every edge; one in twenty is not known
CREATE TABLE oracle_person AS
SELECT p AS patient, CASE WHEN oracle_draw(p, 'age?', 20) > 0 THEN CASE WHEN p % 4 = 0 THEN oracle_draw(p, 'age', 100) ELSE 45 + oracle_draw(p, 'age', 56) END END AS age,
       oracle_draw(p, 'female', 2) AS female, CASE WHEN oracle_draw(p, 'stay?', 20) > 0 THEN oracle_draw(p, 'stay', 18) END AS stay,
       oracle_draw(p, 'acute', 2) AS acute, CASE WHEN oracle_draw(p, 'visits?', 20) > 0 THEN oracle_draw(p, 'visits', 7) END AS visits,
       oracle_draw(p, 'orec', 4) AS orec, oracle_draw(p, 'ltimcaid', 2) AS ltimcaid, oracle_draw(p, 'nemcaid', 2) AS nemcaid
FROM generate_series(1, 20000) p;

-- Codes drawn from the lists of one coding system: as listed, longer, shorter, beside themselves; then as they arrive. A patient has 0
-- to 24 codes, a fifth of them many, and of these half the codes of the frailty score alone; a third have some twice.
CREATE FUNCTION oracle_codes(family text, prefixes text[], frail text[]) RETURNS TABLE (patient integer, n integer, code text) LANGUAGE sql STABLE AS $$
WITH draw AS (
    SELECT p AS patient, n, oracle_draw(p, family || n || 'a', 4294967296) AS a, oracle_draw(p, family || n || 'b', 4294967296) AS b, oracle_draw(p, family || n || 'c', 4294967296) AS c
    FROM generate_series(1, 20000) p CROSS JOIN generate_series(1, 24) n
    WHERE n <= CASE WHEN p % 5 = 0 THEN p % 25 ELSE p % 9 END
), plain AS (
    SELECT d.patient, d.n, d.c,
           CASE WHEN d.a % 10 < 4 THEN p.prefix
                WHEN d.a % 10 < 6 THEN p.prefix || CASE WHEN length(p.prefix) < 5 THEN (d.b / 1000 % 10)::text ELSE '' END
                WHEN d.a % 10 = 6 THEN left(p.prefix, 3)
                WHEN d.a % 10 = 7 THEN left(p.prefix, -1) || (d.b / 1000 % 10)::text
                -- any code; the filler of three-character categories
                WHEN d.a % 10 = 8 THEN CASE WHEN family = 'icd9cm' THEN '' ELSE chr((65 + d.b % 26)::integer) END || lpad((d.b / 100 % 1000)::text, 3, '0')
                ELSE left(p.prefix, 3) || CASE WHEN family = 'icd9cm' THEN '0' ELSE 'X' END END AS code
    FROM draw d
    CROSS JOIN LATERAL (SELECT CASE WHEN d.patient % 10 = 0 AND cardinality(frail) > 0 THEN frail[1 + d.b % cardinality(frail)] ELSE prefixes[1 + d.b % cardinality(prefixes)] END AS listed) l
    -- no code is shorter than three
    CROSS JOIN LATERAL (SELECT rpad(l.listed, 3, (d.c % 10)::text) AS prefix) p
), sent AS (
    SELECT patient, n,
           CASE c % 12
               WHEN 0 THEN lower(code)
               WHEN 1 THEN ' ' || code || '  '
               WHEN 2 THEN CASE WHEN length(code) > 3 THEN left(code, 3) || '.' || substr(code, 4) ELSE code END
               WHEN 3 THEN CASE WHEN length(code) > 3 THEN lower(left(code, 3)) || '.' || substr(code, 4) || E'\t' ELSE code END
               WHEN 4 THEN CASE WHEN length(code) = 4 AND family = 'icd10' THEN code || 'D' ELSE code END
               WHEN 5 THEN CASE WHEN c / 12 % 8 = 0 THEN '' WHEN c / 12 % 8 = 1 THEN NULL WHEN c / 12 % 8 = 2 THEN '   ' ELSE code END
               ELSE code
           END AS code
    FROM plain)
SELECT patient, n, code FROM sent
UNION ALL
SELECT patient, n + 100, code FROM sent WHERE patient % 3 = 0 AND n % 2 = 0
$$;

CREATE TABLE oracle_code AS
SELECT f.family, c.patient, c.n, c.code, regexp_replace(upper(c.code), '[^A-Z0-9]', '', 'g') AS tidy
FROM (SELECT CASE WHEN model LIKE '%icd9cm%' THEN 'icd9cm' ELSE 'icd10' END AS family, array_agg(DISTINCT prefix ORDER BY prefix) AS prefixes,
             coalesce(array_agg(DISTINCT prefix ORDER BY prefix) FILTER (WHERE model LIKE 'hfrs%'), '{}') AS frail FROM oracle_map GROUP BY 1) f
CROSS JOIN LATERAL oracle_codes(f.family, f.prefixes, f.frail) c;
ANALYZE oracle_code;

CREATE TABLE oracle_hit AS
WITH meaning AS MATERIALIZED (
    SELECT d.family, d.tidy, m.model, m.category, m.weight
    FROM (SELECT DISTINCT family, tidy FROM oracle_code) d CROSS JOIN generate_series(1, 5) AS n
    JOIN oracle_map m ON m.prefix = left(d.tidy, n) AND n <= length(d.tidy) AND (m.model LIKE '%icd9cm%') = (d.family = 'icd9cm')
)
SELECT DISTINCT c.patient, m.model, m.category, m.weight FROM oracle_code c JOIN meaning m ON m.family = c.family AND m.tidy = c.tidy;
ANALYZE oracle_hit;

CREATE TABLE oracle_sum AS
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

-- What each index adds to the sum of its categories.
CREATE TABLE oracle_answer AS
SELECT s.patient, s.model, s.raw, s.score, s.categories FROM oracle_sum s
WHERE s.model NOT IN ('charlson_shmi_uk', 'charlson_quan2005_age_adjusted', 'elixhauser_quan2005_ahrq_mortality', 'lace')
UNION ALL
-- SHMI: below 0 is 0
SELECT s.patient, s.model, greatest(s.raw, 0), greatest(s.score, 0), s.categories FROM oracle_sum s WHERE s.model = 'charlson_shmi_uk'
UNION ALL
-- AHRQ mortality: hypertension of either kind once
SELECT s.patient, s.model, s.raw + CASE WHEN s.categories @> '{hypunc,hypc}' THEN 1 ELSE 0 END, s.score, s.categories FROM oracle_sum s WHERE s.model = 'elixhauser_quan2005_ahrq_mortality'
UNION ALL
-- one point a decade from 50, at most 4
SELECT s.patient, s.model, s.raw + a.points, s.score + a.points, s.categories
FROM oracle_sum s JOIN oracle_person p ON p.patient = s.patient CROSS JOIN LATERAL (SELECT least(4, greatest(0, (p.age - 40) / 10)) AS points WHERE p.age IS NOT NULL UNION ALL SELECT NULL WHERE p.age IS NULL) a
WHERE s.model = 'charlson_quan2005_age_adjusted'
UNION ALL
-- the frailty score of version 2 is of those of 75 and over
SELECT s.patient, s.model || ' 2', CASE WHEN p.age < 75 THEN NULL ELSE s.raw END, CASE WHEN p.age < 75 THEN NULL ELSE s.score END, s.categories
FROM oracle_sum s JOIN oracle_person p ON p.patient = s.patient WHERE s.model = 'hfrs_gilbert2018'
UNION ALL
-- LACE: 4 and more of comorbidity is 5; adults
SELECT s.patient, s.model, l.points + CASE WHEN s.raw >= 4 THEN 5 ELSE s.raw END, l.points + CASE WHEN s.score >= 4 THEN 5 ELSE s.score END, s.categories
FROM oracle_sum s
JOIN (SELECT patient, CASE WHEN age < 18 OR stay IS NULL OR visits IS NULL THEN NULL
                           ELSE (CASE WHEN stay < 4 THEN stay WHEN stay <= 6 THEN 4 WHEN stay <= 13 THEN 5 ELSE 7 END) + 3 * acute + least(visits, 4) END AS points
      FROM oracle_person) l ON l.patient = s.patient
WHERE s.model = 'lace';
ALTER TABLE oracle_answer ADD band text;
UPDATE oracle_answer SET band = CASE
    WHEN model LIKE 'hfrs%' THEN CASE WHEN score < 5 THEN 'low' WHEN score <= 15 THEN 'intermediate' WHEN score > 15 THEN 'high' END
    WHEN model = 'charlson_quan2005_original' THEN CASE WHEN score = 0 THEN '0' WHEN score <= 2 THEN '1-2' WHEN score <= 4 THEN '3-4' ELSE '5 or more' END
    WHEN model = 'charlson_shmi_uk' THEN CASE WHEN score = 0 THEN '0' WHEN score <= 5 THEN '1-5' ELSE 'more than 5' END
    WHEN model = 'lace' THEN CASE WHEN score <= 4 THEN 'low' WHEN score <= 9 THEN 'moderate' WHEN score >= 10 THEN 'high' END END;
CREATE INDEX ON oracle_answer (model, patient);
ANALYZE oracle_answer;
