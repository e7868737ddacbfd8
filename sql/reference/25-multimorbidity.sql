-- Scores of conditions and deficits by name, whatever coding system found them: the Cambridge Multimorbidity Score and the
-- electronic frailty index.

-- Cambridge Multimorbidity Score: 20 conditions, weights for the general outcome and for death.
WITH condition(key, label, general, mortality, conditions) AS (
    VALUES
        ('hypertension', 'Hypertension', 0.08, -2.09, '{hypertension}'::text[]),
        ('anxiety_depression', 'Anxiety or depression', 0.5, 7.04, '{anxiety_depression,anxiety,depression}'),
        ('painful_condition', 'Painful condition', 0.92, 16.46, '{painful_condition}'),
        ('hearing_loss', 'Hearing loss', 0.09, -3.94, '{hearing_loss}'),
        ('irritable_bowel_syndrome', 'Irritable bowel syndrome', 0.21, -1.33, '{irritable_bowel_syndrome}'),
        ('asthma', 'Asthma (currently treated)', 0.19, -2.73, '{asthma}'),
        ('diabetes', 'Diabetes', 0.75, 10.23, '{diabetes}'),
        ('chd', 'Coronary heart disease', 0.49, 4.22, '{chd}'),
        ('ckd', 'Chronic kidney disease', 0.53, 16.61, '{ckd}'),
        ('atrial_fibrillation', 'Atrial fibrillation', 1.34, 22.14, '{atrial_fibrillation}'),
        ('constipation', 'Constipation (treated)', 1.12, 35.42, '{constipation}'),
        ('stroke_tia', 'Stroke or TIA', 0.8, 20.63, '{stroke_tia,stroke,tia}'),
        ('copd', 'COPD', 1.46, 42.5, '{copd}'),
        ('connective_tissue_disorder', 'Connective tissue disorder (rheumatoid arthritis and related)', 0.43, -0.39, '{connective_tissue_disorder,rheumatoid_arthritis}'),
        ('cancer', 'Cancer (new diagnosis in last 5 years)', 1.53, 62.0, '{cancer}'),
        ('alcohol_problems', 'Alcohol problems', 0.65, 12.72, '{alcohol_problems}'),
        ('heart_failure', 'Heart failure', 1.18, 43.47, '{heart_failure}'),
        ('dementia', 'Dementia', 2.5, 124.42, '{dementia}'),
        ('psychosis_bipolar', 'Psychosis or bipolar disorder', 0.64, 7.2, '{psychosis_bipolar,mental_health}'),
        ('epilepsy', 'Epilepsy (currently treated)', 0.92, 18.26, '{epilepsy}')
), model(name, title, source) AS (
    VALUES
        ('cambridge_general_20', 'Cambridge Multimorbidity Score, 20 conditions, general outcome',
         'Payne RA et al., CMAJ 2020;192:E107-14; weights for the general outcome as in two public restatements, which agree.'),
        ('cambridge_mortality_20', 'Cambridge Multimorbidity Score, 20 conditions, mortality',
         'Payne RA et al., CMAJ 2020;192:E107-14; weights for death as in one public restatement.')
), body AS (
    SELECT jsonb_build_object(
               'name', m.name, 'version', '1', 'title', m.title, 'source', m.source,
               'licence', 'Published weights, used freely. The code sets of the conditions are not shipped.',
               'population', 'Adults registered with an English general practice. Conditions as the authors define them: asthma and epilepsy currently treated, constipation treated, cancer first recorded in the last 5 years. Negative totals are results and are kept.',
               'points_scale', 100,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', c.key, 'label', c.label,
                                                                  'points', CASE WHEN m.name LIKE '%mortality%' THEN c.mortality ELSE c.general END,
                                                                  'conditions', to_jsonb(c.conditions)) ORDER BY c.place)
                              FROM (SELECT row_number() OVER () AS place, * FROM condition) c)) AS body
    FROM model m
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT b.body->>'name', b.body->>'version', b.body->>'title', b.body->>'source', b.body->>'licence', b.body::risk_model
FROM body b;

-- Electronic frailty index: the share of 36 deficits that are present. The condition key is the name in lower case with underscores.
WITH deficit(label) AS (
    VALUES
        ('Activity limitation'),
        ('Anaemia and haematinic deficiency'),
        ('Arthritis'),
        ('Atrial fibrillation'),
        ('Cerebrovascular disease'),
        ('Chronic kidney disease'),
        ('Diabetes'),
        ('Dizziness'),
        ('Dyspnoea'),
        ('Falls'),
        ('Foot problems'),
        ('Fragility fracture'),
        ('Hearing impairment'),
        ('Heart failure'),
        ('Heart valve disease'),
        ('Housebound'),
        ('Hypertension'),
        ('Hypotension/syncope'),
        ('Ischaemic heart disease'),
        ('Memory and cognitive problems'),
        ('Mobility and transfer problems'),
        ('Osteoporosis'),
        ('Parkinsonism and tremor'),
        ('Peptic ulcer'),
        ('Peripheral vascular disease'),
        ('Polypharmacy'),
        ('Requirement for care'),
        ('Respiratory disease'),
        ('Skin ulcer'),
        ('Sleep disturbance'),
        ('Social vulnerability'),
        ('Thyroid disease'),
        ('Urinary incontinence'),
        ('Urinary system disease'),
        ('Visual impairment'),
        ('Weight loss and anorexia')
), body AS (
    SELECT jsonb_build_object(
               'name', 'efi_clegg2016', 'version', '1', 'title', 'Electronic frailty index, from deficits supplied',
               'source', 'Clegg A et al., Age Ageing 2016;45:353-60: names of the deficits and cut-offs 0.12, 0.24 and 0.36 of the share itself, so that 13 of 36 is severe. Other publications cut the count at 4, 8 and 12 or 13.',
               'licence', 'Names and cut-offs as published. The code sets are not public, the rights in the index are held by the University of Leeds: a score made from deficits supplied is not a certified eFI.',
               'population', 'Aged 65 and over, registered with a general practice; deficits ever recorded. Polypharmacy is five prescribed medicines or more (BNF chapters 1 to 15).',
               'valid_for', '[{"input": "age", "from": 65}]'::jsonb,
               'points_divisor', 36,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', d.key, 'label', d.label, 'points', 1, 'conditions', jsonb_build_array(d.key)) ORDER BY d.key)
                              FROM (SELECT regexp_replace(lower(label), '[^a-z]+', '_', 'g') AS key, label FROM deficit) d),
               'bands', '[{"label": "fit"}, {"label": "mild", "from": 0.12}, {"label": "moderate", "from": 0.24}, {"label": "severe", "from": 0.36}]'::jsonb) AS body
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT b.body->>'name', b.body->>'version', b.body->>'title', b.body->>'source', b.body->>'licence', b.body::risk_model
FROM body b;
