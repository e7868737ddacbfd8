-- CMS-HCC V24 and V28 of the 20,000 patients of risk.sql, computed a second time in plain SQL over text from the published tables
-- (hcc_dx, hcc_hierarchy, hcc_coefficient); the steps, the groups of the interactions and the edits are those of the publisher's
-- SAS programs (V2422P1M, V24I0ED2, V28I0ED1, V2823T2M; copies in yubin-park/hccpy b2e3c83), not those of the tables that the
-- product reads. Leaves hcc_code and hcc_answer.
CREATE TABLE hcc_code AS
WITH pool AS (
    SELECT array_agg(DISTINCT code_pattern ORDER BY code_pattern) AS codes,
           -- codes with an edit, heart failure, diabetes, kidney, lung, psychiatry: so that the rarer rules meet
           array_agg(DISTINCT code_pattern ORDER BY code_pattern) FILTER (WHERE code_pattern ~ '^(D66|D67|J4|J98[23]|F3481|C50|P04|P27|I50|Z9581|E11|N18|F20|F1[0-9]2|L89[0-9]*[34]|A41|Z93|J15)') AS rare
    FROM hcc_dx
), draw AS (
    SELECT p AS patient, n, oracle_draw(p, 'hcc' || n || 'a', 4294967296) AS a, oracle_draw(p, 'hcc' || n || 'b', 4294967296) AS b
    FROM generate_series(1, 20000) p CROSS JOIN generate_series(1, 24) n
    WHERE n <= CASE WHEN p % 5 = 0 THEN p % 25 ELSE p % 9 END
), plain AS (
    SELECT d.patient, d.n, d.a, CASE WHEN d.a % 10 < 7 THEN p.code WHEN d.a % 10 = 7 AND length(p.code) < 7 THEN p.code || (d.b / 100000 % 10)::text
                                     WHEN d.a % 10 = 8 THEN left(p.code, -1) ELSE p.code END AS code
    FROM draw d CROSS JOIN pool CROSS JOIN LATERAL (SELECT CASE WHEN d.a % 3 = 0 THEN pool.rare[1 + d.b % cardinality(pool.rare)] ELSE pool.codes[1 + d.b % cardinality(pool.codes)] END AS code) p
), sent AS (
    SELECT patient, n, CASE a / 10 % 8 WHEN 0 THEN lower(code) WHEN 1 THEN left(code, 3) || '.' || substr(code, 4) WHEN 2 THEN ' ' || code WHEN 3 THEN CASE WHEN a / 100 % 4 = 0 THEN '' ELSE code || ' ' END ELSE code END AS code
    FROM plain
), twice AS (
    SELECT patient, n, code FROM sent UNION ALL SELECT patient, n + 100, code FROM sent WHERE patient % 3 = 0 AND n % 2 = 0
)
SELECT patient, n, code, regexp_replace(upper(code), '[^A-Z0-9]', '', 'g') AS tidy FROM twice;
ANALYZE hcc_code;

-- Found: a listed code or a longer one; the edits set the category of a code anew or take it away.
CREATE TABLE hcc_found AS
WITH meaning AS MATERIALIZED (
    SELECT DISTINCT d.tidy, m.model, m.category, m.code_pattern AS listed
    FROM (SELECT DISTINCT tidy FROM hcc_code) d CROSS JOIN generate_series(3, 7) AS n
    JOIN hcc_dx m ON m.code_pattern = left(d.tidy, n) AND n <= length(d.tidy)
), edited AS (
    SELECT c.patient, m.model,
           CASE WHEN m.model = 'cms_hcc_v24' THEN
                CASE WHEN m.listed IN ('D66', 'D67') AND p.female = 1 THEN 'HCC48'
                     WHEN m.listed IN ('J410', 'J411', 'J418', 'J42', 'J430', 'J431', 'J432', 'J438', 'J439', 'J440', 'J441', 'J449', 'J982', 'J983') AND p.age < 18 THEN 'HCC112'
                     WHEN m.listed = 'F3481' AND (p.age < 6 OR p.age > 18) THEN NULL
                     ELSE m.category END
           ELSE CASE WHEN m.listed IN ('D66', 'D67') AND p.female = 1 THEN 'HCC112'
                     WHEN m.listed ~ '^J(41[018]|42|43[01289]|44[019]|448[19]|98[23])$' AND p.age < 18 THEN NULL
                     WHEN m.listed ~ '^C50' AND p.age < 50 THEN 'HCC22'
                     WHEN m.listed ~ '^P(04|27[0189]$|93[08]$|96[12]$)' AND p.age >= 2 THEN NULL
                     ELSE m.category END END AS category
    FROM hcc_code c JOIN meaning m ON m.tidy = c.tidy JOIN oracle_person p ON p.patient = c.patient
)
SELECT DISTINCT patient, model, category FROM edited WHERE category IS NOT NULL;
-- V28: HCC 223 needs another of heart failure
DELETE FROM hcc_found f WHERE f.model = 'cms_hcc_v28' AND f.category = 'HCC223'
    AND NOT EXISTS (SELECT FROM hcc_found o WHERE o.patient = f.patient AND o.model = f.model AND o.category IN ('HCC221', 'HCC222', 'HCC224', 'HCC225', 'HCC226'));
ANALYZE hcc_found;

-- What counts: all that was found (raw), or what the hierarchy leaves.
CREATE TABLE hcc_kept AS
WITH removed AS MATERIALIZED (
    SELECT DISTINCT o.patient, o.model, h.code_pattern AS category FROM hcc_found o JOIN hcc_hierarchy h ON h.model = o.model AND h.category = o.category
)
SELECT f.patient, f.model, false AS hierarchical, f.category FROM hcc_found f
UNION ALL
SELECT f.patient, f.model, true, f.category
FROM hcc_found f LEFT JOIN removed r ON r.patient = f.patient AND r.model = f.model AND r.category = f.category
WHERE r.patient IS NULL;
ANALYZE hcc_kept;

-- Groups of the interactions, by number.
CREATE TABLE hcc_group (model text, name text, hccs integer[]);
INSERT INTO hcc_group VALUES
    ('cms_hcc_v24', 'CANCER', '{8,9,10,11,12}'), ('cms_hcc_v24', 'DIABETES', '{17,18,19}'), ('cms_hcc_v24', 'CARD_RESP_FAIL', '{82,83,84}'), ('cms_hcc_v24', 'CHF', '{85}'),
    ('cms_hcc_v24', 'gCopdCF', '{110,111,112}'), ('cms_hcc_v24', 'RENAL', '{134,135,136,137,138}'), ('cms_hcc_v24', 'SEPSIS', '{2}'), ('cms_hcc_v24', 'SUBSTANCE', '{54,55,56}'),
    ('cms_hcc_v24', 'PSYCH', '{57,58,59,60}'), ('cms_hcc_v24', 'ULCER', '{157,158,159}'), ('cms_hcc_v24', '47', '{47}'), ('cms_hcc_v24', '96', '{96}'), ('cms_hcc_v24', '188', '{188}'),
    ('cms_hcc_v24', '114', '{114}'), ('cms_hcc_v24', '57', '{57}'), ('cms_hcc_v24', '79', '{79}'), ('cms_hcc_v24', '161', '{161}'), ('cms_hcc_v24', '39', '{39}'), ('cms_hcc_v24', '77', '{77}'), ('cms_hcc_v24', '6', '{6}'),
    ('cms_hcc_v28', 'CANCER', '{17,18,19,20,21,22,23}'), ('cms_hcc_v28', 'DIABETES', '{35,36,37,38}'), ('cms_hcc_v28', 'CARD_RESP_FAIL', '{211,212,213}'), ('cms_hcc_v28', 'HF', '{221,222,223,224,225,226}'),
    ('cms_hcc_v28', 'LUNG', '{276,277,278,279,280}'), ('cms_hcc_v28', 'KIDNEY', '{326,327,328,329}'), ('cms_hcc_v28', 'SUBSTANCE', '{135,136,137,138,139}'), ('cms_hcc_v28', 'PSYCH', '{151,152,153,154,155}'),
    ('cms_hcc_v28', 'NEURO', '{180,181,182,190,191,192,195,196,198,199}'), ('cms_hcc_v28', 'ULCER', '{379,380,381,382}'), ('cms_hcc_v28', '238', '{238}');
CREATE TABLE hcc_pair (model text, name text, a text, b text);
INSERT INTO hcc_pair VALUES
    ('cms_hcc_v24', 'HCC47_gCancer', '47', 'CANCER'), ('cms_hcc_v24', 'DIABETES_CHF', 'DIABETES', 'CHF'), ('cms_hcc_v24', 'CHF_gCopdCF', 'CHF', 'gCopdCF'), ('cms_hcc_v24', 'HCC85_gRenal_V24', 'CHF', 'RENAL'),
    ('cms_hcc_v24', 'gCopdCF_CARD_RESP_FAIL', 'gCopdCF', 'CARD_RESP_FAIL'), ('cms_hcc_v24', 'HCC85_HCC96', 'CHF', '96'), ('cms_hcc_v24', 'gSubstanceUseDisorder_gPsych', 'SUBSTANCE', 'PSYCH'),
    ('cms_hcc_v24', 'SEPSIS_PRESSURE_ULCER', 'SEPSIS', 'ULCER'), ('cms_hcc_v24', 'SEPSIS_ARTIF_OPENINGS', 'SEPSIS', '188'), ('cms_hcc_v24', 'ART_OPENINGS_PRESS_ULCER', '188', 'ULCER'),
    ('cms_hcc_v24', 'gCopdCF_ASP_SPEC_B_PNEUM', 'gCopdCF', '114'), ('cms_hcc_v24', 'ASP_SPEC_B_PNEUM_PRES_ULC', '114', 'ULCER'), ('cms_hcc_v24', 'SEPSIS_ASP_SPEC_BACT_PNEUM', 'SEPSIS', '114'),
    ('cms_hcc_v24', 'SCHIZOPHRENIA_gCopdCF', '57', 'gCopdCF'), ('cms_hcc_v24', 'SCHIZOPHRENIA_CHF', '57', 'CHF'), ('cms_hcc_v24', 'SCHIZOPHRENIA_SEIZURES', '57', '79'), ('cms_hcc_v24', 'DISABLED_HCC85', 'disabled', 'CHF'),
    ('cms_hcc_v24', 'DISABLED_PRESSURE_ULCER', 'disabled', 'ULCER'), ('cms_hcc_v24', 'DISABLED_HCC161', 'disabled', '161'), ('cms_hcc_v24', 'DISABLED_HCC39', 'disabled', '39'), ('cms_hcc_v24', 'DISABLED_HCC77', 'disabled', '77'),
    ('cms_hcc_v24', 'DISABLED_HCC6', 'disabled', '6'),
    ('cms_hcc_v28', 'DIABETES_HF_V28', 'DIABETES', 'HF'), ('cms_hcc_v28', 'HF_CHR_LUNG_V28', 'HF', 'LUNG'), ('cms_hcc_v28', 'HF_KIDNEY_V28', 'HF', 'KIDNEY'), ('cms_hcc_v28', 'CHR_LUNG_CARD_RESP_FAIL_V28', 'LUNG', 'CARD_RESP_FAIL'),
    ('cms_hcc_v28', 'HF_HCC238_V28', 'HF', '238'), ('cms_hcc_v28', 'gSubUseDisorder_gPsych_V28', 'SUBSTANCE', 'PSYCH'), ('cms_hcc_v28', 'DISABLED_CANCER_V28', 'disabled', 'CANCER'), ('cms_hcc_v28', 'DISABLED_NEURO_V28', 'disabled', 'NEURO'),
    ('cms_hcc_v28', 'DISABLED_HF_V28', 'disabled', 'HF'), ('cms_hcc_v28', 'DISABLED_CHR_LUNG_V28', 'disabled', 'LUNG'), ('cms_hcc_v28', 'DISABLED_ULCER_V28', 'disabled', 'ULCER');

-- Names of the variables that are 1 for a person, demographic ones and those of conditions; a score is the sum of the coefficients
-- of a segment over them.
CREATE TABLE hcc_variable AS
WITH person AS (
    SELECT patient, age, orec, CASE female WHEN 1 THEN 'F' ELSE 'M' END AS sex, age < 65 AND orec <> 0 AS disabled, ltimcaid, nemcaid,
           CASE WHEN age <= 34 THEN '0_34' WHEN age <= 44 THEN '35_44' WHEN age <= 54 THEN '45_54' WHEN age <= 59 THEN '55_59' WHEN age <= 64 THEN '60_64' WHEN age >= 95 THEN '95_GT'
                ELSE (age / 5 * 5) || '_' || (age / 5 * 5 + 4) END AS band
    FROM oracle_person WHERE age IS NOT NULL
), new_enrollee AS (
    SELECT *, CASE WHEN age = 64 AND orec = 0 THEN '65' WHEN age BETWEEN 65 AND 69 THEN age::text ELSE band END AS new_band, age >= 65 AND orec = 1 AS originally FROM person
), grouped AS (
    SELECT DISTINCT k.patient, k.model, k.hierarchical, g.name FROM hcc_kept k JOIN hcc_group g ON g.model = k.model AND substr(k.category, 4)::integer = ANY (g.hccs)
    UNION ALL
    SELECT p.patient, m.model, h.hierarchical, 'disabled' FROM person p CROSS JOIN (VALUES ('cms_hcc_v24'), ('cms_hcc_v28')) m (model) CROSS JOIN (VALUES (true), (false)) h (hierarchical) WHERE p.disabled
)
SELECT v.patient, NULL::text AS model, NULL::boolean AS hierarchical, v.name
FROM (SELECT patient, sex || band AS name FROM person
      UNION ALL SELECT patient, 'OriginallyDisabled_' || CASE sex WHEN 'F' THEN 'Female' ELSE 'Male' END FROM person WHERE age >= 65 AND orec = 1
      UNION ALL SELECT patient, 'ORIGDS' FROM person WHERE orec = 1 AND NOT disabled
      UNION ALL SELECT patient, 'LTIMCAID' FROM person WHERE ltimcaid = 1
      UNION ALL SELECT patient, CASE nemcaid WHEN 1 THEN 'MCAID_' ELSE 'NMCAID_' END || CASE WHEN originally THEN 'ORIGDIS_NE' ELSE 'NORIGDIS_NE' END || sex || new_band FROM new_enrollee) v
UNION ALL
SELECT patient, model, hierarchical, category FROM hcc_kept
UNION ALL
SELECT patient, model, hierarchical, CASE WHEN count(*) >= 10 THEN 'D10P' ELSE 'D' || count(*) END FROM hcc_kept GROUP BY patient, model, hierarchical
UNION ALL
SELECT a.patient, a.model, a.hierarchical, p.name FROM hcc_pair p JOIN grouped a ON a.model = p.model AND a.name = p.a
JOIN grouped b ON b.patient = a.patient AND b.model = a.model AND b.hierarchical = a.hierarchical AND b.name = p.b;
ANALYZE hcc_variable;

CREATE TABLE hcc_answer AS
WITH coefficient AS (
    SELECT c.model, split_part(c.category, '_', 1) AS segment, substr(c.category, strpos(c.category, '_') + 1) AS name, c.weight::numeric AS weight FROM hcc_coefficient c
), total AS (
    SELECT v.patient, c.model, c.segment, coalesce(sum(c.weight) FILTER (WHERE v.hierarchical IS NOT TRUE), 0) AS raw, coalesce(sum(c.weight) FILTER (WHERE v.hierarchical IS NOT FALSE), 0) AS score
    FROM hcc_variable v JOIN coefficient c ON c.name = v.name AND (v.model IS NULL OR v.model = c.model)
    GROUP BY v.patient, c.model, c.segment
)
SELECT p.patient, s.model || '_' || lower(s.segment) AS model, CASE WHEN a.assessed THEN coalesce(t.raw, 0) END AS raw, CASE WHEN a.assessed THEN coalesce(t.score, 0) END AS score,
       -- the edits need the age
       CASE WHEN s.segment IN ('NE', 'SNPNE') THEN '{}' WHEN p.age IS NOT NULL THEN coalesce(f.categories, '{}') END AS categories
FROM oracle_person p
CROSS JOIN (SELECT DISTINCT model, segment FROM coefficient) s
-- without an age, or with the age of another segment, there is no score
CROSS JOIN LATERAL (SELECT p.age IS NOT NULL AND CASE WHEN s.segment ~ '^C.A' THEN p.age >= 65 WHEN s.segment ~ '^C.D' THEN p.age < 65 ELSE true END AS assessed) a
LEFT JOIN (SELECT patient, model, array_agg(category ORDER BY category COLLATE "C") AS categories FROM hcc_found GROUP BY patient, model) f ON f.patient = p.patient AND f.model = s.model
LEFT JOIN total t ON t.patient = p.patient AND t.model = s.model AND t.segment = s.segment;
CREATE INDEX ON hcc_answer (model, patient);
ANALYZE hcc_answer;
