-- AHRQ's indices of readmission and of death in hospital over its own comorbidity categories. The code map (ICD-10-CM, with
-- exclusions by diagnosis group and present-on-admission rules) is not shipped: run AHRQ's software and supply its categories.
-- Each row is family, category, points for readmission and for death.
WITH category(family, key, readmission, mortality) AS (
    VALUES
        ('ahrq_elixhauser_29', 'AIDS', 19, 0), ('ahrq_elixhauser_29', 'ALCOHOL', 6, -1), ('ahrq_elixhauser_29', 'ANEMDEF', 9, -2),
        ('ahrq_elixhauser_29', 'ARTH', 4, 0), ('ahrq_elixhauser_29', 'BLDLOSS', 3, -3), ('ahrq_elixhauser_29', 'CHF', 13, 9),
        ('ahrq_elixhauser_29', 'CHRNLUNG', 8, 3), ('ahrq_elixhauser_29', 'COAG', 7, 11), ('ahrq_elixhauser_29', 'DEPRESS', 4, -5),
        ('ahrq_elixhauser_29', 'DM', 6, 0), ('ahrq_elixhauser_29', 'DMCX', 9, -3), ('ahrq_elixhauser_29', 'DRUG', 14, -7),
        ('ahrq_elixhauser_29', 'HTN_C', -1, -1), ('ahrq_elixhauser_29', 'HYPOTHY', 0, 0), ('ahrq_elixhauser_29', 'LIVER', 10, 4),
        ('ahrq_elixhauser_29', 'LYMPH', 16, 6), ('ahrq_elixhauser_29', 'LYTES', 8, 11), ('ahrq_elixhauser_29', 'METS', 21, 14),
        ('ahrq_elixhauser_29', 'NEURO', 7, 5), ('ahrq_elixhauser_29', 'OBESE', -3, -5), ('ahrq_elixhauser_29', 'PARA', 6, 5),
        ('ahrq_elixhauser_29', 'PERIVASC', 4, 3), ('ahrq_elixhauser_29', 'PSYCH', 10, -5), ('ahrq_elixhauser_29', 'PULMCIRC', 5, 6),
        ('ahrq_elixhauser_29', 'RENLFAIL', 15, 6), ('ahrq_elixhauser_29', 'TUMOR', 15, 7), ('ahrq_elixhauser_29', 'ULCER', 0, 0),
        ('ahrq_elixhauser_29', 'VALVE', 0, 0), ('ahrq_elixhauser_29', 'WGHTLOSS', 10, 9), ('ahrq_refined_v2023', 'AIDS', 5, -4),
        ('ahrq_refined_v2023', 'ALCOHOL', 3, -1), ('ahrq_refined_v2023', 'ANEMDEF', 5, -3), ('ahrq_refined_v2023', 'AUTOIMMUNE', 2, 0),
        ('ahrq_refined_v2023', 'BLDLOSS', 2, -4), ('ahrq_refined_v2023', 'CANCER_LEUK', 10, 9),
        ('ahrq_refined_v2023', 'CANCER_LYMPH', 7, 5), ('ahrq_refined_v2023', 'CANCER_METS', 11, 22),
        ('ahrq_refined_v2023', 'CANCER_NSITU', 0, 0), ('ahrq_refined_v2023', 'CANCER_SOLID', 7, 10), ('ahrq_refined_v2023', 'CBVD', 0, 5),
        ('ahrq_refined_v2023', 'HF', 7, 14), ('ahrq_refined_v2023', 'COAG', 3, 14), ('ahrq_refined_v2023', 'DEMENTIA', 1, 5),
        ('ahrq_refined_v2023', 'DEPRESS', 2, -8), ('ahrq_refined_v2023', 'DIAB_CX', 4, -2), ('ahrq_refined_v2023', 'DIAB_UNCX', 0, 0),
        ('ahrq_refined_v2023', 'DRUG_ABUSE', 6, -7), ('ahrq_refined_v2023', 'HTN_CX', 0, 1), ('ahrq_refined_v2023', 'HTN_UNCX', 0, 0),
        ('ahrq_refined_v2023', 'LIVER_MLD', 3, 2), ('ahrq_refined_v2023', 'LIVER_SEV', 10, 16),
        ('ahrq_refined_v2023', 'LUNG_CHRONIC', 4, 2), ('ahrq_refined_v2023', 'NEURO_MOVT', 1, -1),
        ('ahrq_refined_v2023', 'NEURO_OTH', 2, 22), ('ahrq_refined_v2023', 'NEURO_SEIZ', 5, 2), ('ahrq_refined_v2023', 'OBESE', -2, -7),
        ('ahrq_refined_v2023', 'PARALYSIS', 3, 4), ('ahrq_refined_v2023', 'PERIVASC', 1, 3), ('ahrq_refined_v2023', 'PSYCHOSES', 6, -9),
        ('ahrq_refined_v2023', 'PULMCIRC', 3, 4), ('ahrq_refined_v2023', 'RENLFL_MOD', 4, 3), ('ahrq_refined_v2023', 'RENLFL_SEV', 8, 7),
        ('ahrq_refined_v2023', 'THYROID_HYPO', 0, -3), ('ahrq_refined_v2023', 'THYROID_OTH', 0, -8),
        ('ahrq_refined_v2023', 'ULCER_PEPTIC', 2, 0), ('ahrq_refined_v2023', 'VALVE', 0, 0), ('ahrq_refined_v2023', 'WGHTLOSS', 6, 13)
), model(family, outcome, title, source, marker) AS (
    VALUES
        ('ahrq_elixhauser_29', 'readmission', 'AHRQ Elixhauser index, 29 categories supplied: readmission in 30 days',
         'Moore BJ et al., Med Care 2017;55:698-705, with the index program of the Agency for Healthcare Research and Quality. HTN_C is hypertension of either kind, once.', 'ahrq_'),
        ('ahrq_elixhauser_29', 'mortality', 'AHRQ Elixhauser index, 29 categories supplied: death in hospital',
         'Moore BJ et al., Med Care 2017;55:698-705, with the index program of the Agency for Healthcare Research and Quality. HTN_C is hypertension of either kind, once.', 'ahrq_'),
        ('ahrq_refined_v2023', 'readmission', 'AHRQ Elixhauser index refined for ICD-10-CM, v2023.1, 38 categories supplied: readmission in 30 days',
         'Elixhauser Comorbidity Software Refined for ICD-10-CM v2023.1, index program, Agency for Healthcare Research and Quality, as restated by one public copy.', 'cmr_'),
        ('ahrq_refined_v2023', 'mortality', 'AHRQ Elixhauser index refined for ICD-10-CM, v2023.1, 38 categories supplied: death in hospital',
         'Elixhauser Comorbidity Software Refined for ICD-10-CM v2023.1, index program, Agency for Healthcare Research and Quality, as restated by one public copy.', 'cmr_')
), body AS (
    SELECT jsonb_build_object(
               'name', m.family || '_' || m.outcome, 'version', '1', 'title', m.title, 'source', m.source,
               'licence', 'Work of the United States Government. The code map is not shipped.',
               'population', 'Adult hospital stays in the United States. The conditions are the categories as AHRQ''s software gives them, its exclusions applied: ' || m.marker || ' and the name of the category in lower case. Negative totals are results and are kept.',
               'unit', 'spell',
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', c.key, 'points', CASE m.outcome WHEN 'readmission' THEN c.readmission ELSE c.mortality END,
                                                                  'conditions', jsonb_build_array(m.marker || lower(c.key))) ORDER BY c.place)
                              FROM (SELECT row_number() OVER () AS place, * FROM category) c WHERE c.family = m.family)) AS body
    FROM model m
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT b.body->>'name', b.body->>'version', b.body->>'title', b.body->>'source', b.body->>'licence', b.body::risk_model
FROM body b;
