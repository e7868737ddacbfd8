-- AHRQ's indices of readmission and of death in hospital over its own comorbidity categories. The code map (ICD-10-CM, with
-- exclusions by diagnosis group and present-on-admission rules) is not shipped: run AHRQ's software and supply its categories.
-- Lists are of category, points for readmission, points for death.
WITH list(family, categories) AS (
    VALUES
        ('ahrq_elixhauser_29',
         'AIDS 19 0, ALCOHOL 6 -1, ANEMDEF 9 -2, ARTH 4 0, BLDLOSS 3 -3, CHF 13 9, CHRNLUNG 8 3, COAG 7 11, DEPRESS 4 -5,
          DM 6 0, DMCX 9 -3, DRUG 14 -7, HTN_C -1 -1, HYPOTHY 0 0, LIVER 10 4, LYMPH 16 6, LYTES 8 11, METS 21 14,
          NEURO 7 5, OBESE -3 -5, PARA 6 5, PERIVASC 4 3, PSYCH 10 -5, PULMCIRC 5 6, RENLFAIL 15 6, TUMOR 15 7,
          ULCER 0 0, VALVE 0 0, WGHTLOSS 10 9'),
        ('ahrq_refined_v2023',
         'AIDS 5 -4, ALCOHOL 3 -1, ANEMDEF 5 -3, AUTOIMMUNE 2 0, BLDLOSS 2 -4, CANCER_LEUK 10 9, CANCER_LYMPH 7 5,
          CANCER_METS 11 22, CANCER_NSITU 0 0, CANCER_SOLID 7 10, CBVD 0 5, HF 7 14, COAG 3 14, DEMENTIA 1 5,
          DEPRESS 2 -8, DIAB_CX 4 -2, DIAB_UNCX 0 0, DRUG_ABUSE 6 -7, HTN_CX 0 1, HTN_UNCX 0 0, LIVER_MLD 3 2,
          LIVER_SEV 10 16, LUNG_CHRONIC 4 2, NEURO_MOVT 1 -1, NEURO_OTH 2 22, NEURO_SEIZ 5 2, OBESE -2 -7, PARALYSIS 3 4,
          PERIVASC 1 3, PSYCHOSES 6 -9, PULMCIRC 3 4, RENLFL_MOD 4 3, RENLFL_SEV 8 7, THYROID_HYPO 0 -3,
          THYROID_OTH 0 -8, ULCER_PEPTIC 2 0, VALVE 0 0, WGHTLOSS 6 13')
), category AS (
    SELECT l.family, c.place, split_part(c.item, ' ', 1) AS key, split_part(c.item, ' ', 2)::integer AS readmission, split_part(c.item, ' ', 3)::integer AS mortality
    FROM list l CROSS JOIN LATERAL regexp_split_to_table(l.categories, ',\s+') WITH ORDINALITY AS c(item, place)
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
                              FROM category c WHERE c.family = m.family)) AS body
    FROM model m
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT b.body->>'name', b.body->>'version', b.body->>'title', b.body->>'source', b.body->>'licence', b.body::risk_model
FROM body b;
