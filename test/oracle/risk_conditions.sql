-- Scores of conditions by name (Cambridge, eFI, AHRQ) of the 20,000 patients of risk.sql, computed a second time from the published
-- tables in plain SQL. Needs published(model, category, weight) with those tables; leaves condition_of and condition_answer.
CREATE TABLE condition_list AS
SELECT p.model, p.category, p.weight,
       CASE WHEN p.model LIKE 'cambridge%' THEN k.condition
            WHEN p.model = 'efi_clegg2016' THEN replace(replace(lower(p.category), ' ', '_'), '/', '_')
            ELSE CASE WHEN p.model LIKE 'ahrq_refined%' THEN 'cmr_' ELSE 'ahrq_' END || lower(p.category) END AS condition
FROM published p
LEFT JOIN (VALUES ('Hypertension', 'hypertension'), ('Anxiety or depression', 'depression'), ('Painful condition', 'painful_condition'), ('Hearing loss', 'hearing_loss'), ('Irritable bowel syndrome', 'irritable_bowel_syndrome'),
                  ('Asthma (currently treated)', 'asthma'), ('Diabetes', 'diabetes'), ('Coronary heart disease', 'chd'), ('Chronic kidney disease', 'ckd'), ('Atrial fibrillation', 'atrial_fibrillation'),
                  ('Constipation (treated)', 'constipation'), ('Stroke or TIA', 'stroke'), ('COPD', 'copd'), ('Connective tissue disorder (rheumatoid arthritis and related)', 'rheumatoid_arthritis'),
                  ('Cancer (new diagnosis in last 5 years)', 'cancer'), ('Alcohol problems', 'alcohol_problems'), ('Heart failure', 'heart_failure'), ('Dementia', 'dementia'),
                  ('Psychosis or bipolar disorder', 'mental_health'), ('Epilepsy (currently treated)', 'epilepsy')) k (label, condition) ON k.label = p.category
WHERE p.model ~ '^(cambridge|efi|ahrq_(elixhauser_29|refined))';

-- each condition of every second to ninth patient, so that few and many meet; one in three twice; some that no model knows
CREATE TABLE condition_of AS
SELECT p AS patient, c.condition
FROM generate_series(1, 20000) p CROSS JOIN (SELECT DISTINCT condition FROM condition_list UNION SELECT unnest('{nothing_known,Dementia,cop}'::text[])) c
CROSS JOIN generate_series(1, 2) AS n
WHERE oracle_draw(p, c.condition, 2 + p % 8) = 0 AND (n = 1 OR p % 3 = 0);
ANALYZE condition_of;

CREATE TABLE condition_answer AS
WITH found AS (
    SELECT p AS patient, m.model, coalesce(sum(l.weight), 0) AS points, count(l.condition) AS n
    FROM generate_series(1, 20000) p CROSS JOIN (SELECT DISTINCT model FROM condition_list) m
    LEFT JOIN (SELECT DISTINCT c.patient, l.model, l.condition, l.weight FROM condition_of c JOIN condition_list l ON l.condition = c.condition) l ON l.patient = p AND l.model = m.model
    GROUP BY p, m.model
)
-- the frailty index is a share of 36, of those of 65 and over
SELECT f.patient, f.model, CASE WHEN f.model <> 'efi_clegg2016' THEN f.points::float8 WHEN p.age < 65 THEN NULL ELSE f.n::float8 / 36 END AS score, f.n AS categories,
       CASE WHEN f.model = 'efi_clegg2016' AND p.age >= 65 IS NOT FALSE THEN
            CASE WHEN f.n / 36.0 < 0.12 THEN 'fit' WHEN f.n / 36.0 < 0.24 THEN 'mild' WHEN f.n / 36.0 < 0.36 THEN 'moderate' ELSE 'severe' END END AS band
FROM found f JOIN oracle_person p ON p.patient = f.patient;
