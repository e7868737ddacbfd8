-- Readmission after a hospital spell: the LACE index and PARR-30. Their conditions are found with the code groups of Quan 2005, taken
-- from the Charlson model shipped here.
WITH code_group AS (
    SELECT c.member->>'key' AS key, c.member->'prefixes' AS prefixes
    FROM risk_model_reference r CROSS JOIN LATERAL jsonb_array_elements(r.body::jsonb->'categories') AS c(member)
    WHERE r.name = 'charlson_quan2005_original' AND r.version = '1'
), lace(place, key, label, points, groups) AS (
    VALUES
        (1, 'mi', 'Previous myocardial infarction', 1, '{mi}'::text[]),
        (2, 'cevd', 'Cerebrovascular disease', 1, '{cevd}'),
        (3, 'pvd', 'Peripheral vascular disease', 1, '{pvd}'),
        (4, 'diab', 'Diabetes without complications', 1, '{diab}'),
        (5, 'chf', 'Congestive heart failure', 2, '{chf}'),
        (6, 'diabwc', 'Diabetes with end organ damage', 2, '{diabwc}'),
        (7, 'cpd', 'Chronic pulmonary disease', 2, '{cpd}'),
        (8, 'mild_liver_renal', 'Mild liver or renal disease', 2, '{mld}'),
        (9, 'canc', 'Any tumour, lymphoma and leukaemia included', 2, '{canc}'),
        (10, 'dementia', 'Dementia', 3, '{dementia}'),
        (11, 'rheumd', 'Connective tissue disease', 3, '{rheumd}'),
        (12, 'aids', 'AIDS', 4, '{aids}'),
        (13, 'severe_liver_renal', 'Moderate or severe liver or renal disease', 4, '{msld,rend}'),
        (14, 'metacanc', 'Metastatic solid tumour', 6, '{metacanc}')
), model AS (
    SELECT jsonb_build_object(
               'name', 'lace', 'version', '1', 'title', 'LACE index: length of stay, acuity, comorbidity, emergency visits',
               'source', 'van Walraven C et al., CMAJ 2010;182:551-7. The comorbidity points of the index are restated from memory of its table. The authors name diseases, not ICD-10 codes: the code groups are those of Quan 2005 (Med Care 2005;43:1130-9), in which renal disease is the moderate or severe kind and no group is mild renal disease. A modified version used in England (stay of 14 days 6 points, comorbidity capped at 6) is another index.',
               'licence', 'Published points, used freely (open access article).',
               'population', 'Adults leaving hospital; death or unplanned readmission within 30 days. Emergency visits are those of the 6 months before the admission, its own visit not counted. Look-back of the diagnoses by custom 1 year.',
               'unit', 'spell', 'lookback_days', 365,
               'valid_for', '[{"input": "age", "from": 18}, {"input": "discharged_alive", "is": 1}]'::jsonb,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', l.key, 'label', l.label, 'points', l.points, 'prefixes', p.prefixes) ORDER BY l.place)
                              FROM lace l CROSS JOIN LATERAL (
                                  SELECT jsonb_agg(e.prefix ORDER BY e.prefix) AS prefixes
                                  FROM code_group g CROSS JOIN LATERAL jsonb_array_elements_text(g.prefixes) AS e(prefix)
                                  WHERE g.key = ANY (l.groups)) p),
               'hierarchy', '[{"category": "diab", "removed_by": "diabwc"}, {"category": "mild_liver_renal", "removed_by": "severe_liver_renal"},
                              {"category": "canc", "removed_by": "metacanc"}]'::jsonb,
               'category_steps', '[{"from": 0, "points": 0}, {"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 5}]'::jsonb,
               'inputs', '[{"name": "length_of_stay", "label": "Length of stay in days",
                            "bins": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3},
                                     {"from": 4, "points": 4, "label": "4-6"}, {"from": 7, "points": 5, "label": "7-13"}, {"from": 14, "points": 7, "label": "14 or more"}]},
                           {"name": "acute", "label": "Emergency admission", "bins": [{"from": 1, "points": 3}]},
                           {"name": "emergency_attendances_6m", "label": "Emergency visits in the 6 months before",
                            "bins": [{"from": 1, "points": 1}, {"from": 2, "points": 2}, {"from": 3, "points": 3}, {"from": 4, "points": 4, "label": "4 or more"}]}]'::jsonb,
               'bands', '[{"label": "low"}, {"label": "moderate", "from": 5}, {"label": "high", "from": 10}]'::jsonb) AS body
), parr30(place, key, label, points, code_group) AS (
    VALUES
        (1, 'chf', 'Congestive heart failure', 0.0950, 'chf'),
        (2, 'pvd', 'Peripheral vascular disease', 0.1043, 'pvd'),
        (3, 'cpd', 'Chronic pulmonary disease', 0.2243, 'cpd'),
        (4, 'diabwc', 'Diabetes with chronic complications', 0.1457, 'diabwc'),
        (5, 'rend', 'Renal disease', 0.1977, 'rend'),
        (6, 'metacanc', 'Metastatic cancer with solid tumour', 0.2762, 'metacanc'),
        (7, 'canc', 'Other malignant cancer', 0.5069, 'canc'),
        (8, 'msld', 'Moderate or severe liver disease', 0.2673, 'msld'),
        (9, 'mld', 'Other liver disease', 0.2133, 'mld'),
        (10, 'hp', 'Hemiplegia or paraplegia', 0.1061, 'hp'),
        (11, 'dementia', 'Dementia', 0.0467, 'dementia')
), model_parr30 AS (
    SELECT jsonb_build_object(
               'name', 'parr30_locally_recalibrated', 'version', '1', 'title', 'PARR-30, for local recalibration: emergency readmission within 30 days',
               'source', 'Billings J et al., BMJ Open 2012;2:e001667, as restated by one public implementation. Doubts: the coefficients of metastatic and of other cancer look transposed; the coefficients of the hospitals (2008/09) were not recovered and are out of date, so give hospital_offset or leave it 0; conditions add up without a hierarchy, which the article does not speak of; the code groups are those of Quan 2005.',
               'licence', 'Published coefficients, used freely (open access article).',
               'population', 'Admissions to English hospitals 2008/09; conditions of the two years before, the admission itself left out. Not to be used as published: re-estimate the intercept on local data first (risk_recalibrate). imd_score is a deprivation score, not a decile or rank; its bands were cut on that of 2007.',
               'unit', 'spell', 'lookback_days', 730, 'excludes_index', true,
               'points_scale', 10000, 'link', 'logit', 'intercept', -2.91821,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', p.key, 'label', p.label, 'points', p.points, 'prefixes', g.prefixes) ORDER BY p.place)
                              FROM parr30 p JOIN code_group g ON g.key = p.code_group),
               'inputs', '[{"name": "age_squared", "label": "Age squared", "input": "age", "transform": "square", "coefficient": 0.000060581},
                           {"name": "imd_score", "label": "Index of Multiple Deprivation, score",
                            "bins": [{"from": 10, "coefficient": 0.0209}, {"from": 15, "coefficient": 0.0239}, {"from": 25, "coefficient": 0.0661},
                                     {"from": 40, "coefficient": 0.1017}, {"from": 50, "coefficient": 0.0982}]},
                           {"name": "emergency_admissions_12m", "label": "Emergency admissions in the 12 months before", "coefficient": 0.1215},
                           {"name": "emergency_admission_30d", "label": "Any emergency admission in the 30 days before", "input": "emergency_admissions_30d",
                            "bins": [{"from": 1, "coefficient": 0.5258}]},
                           {"name": "acute", "label": "This admission is an emergency", "bins": [{"from": 1, "coefficient": 0.5565}]},
                           {"name": "hospital_offset", "label": "Offset of the hospital", "missing": 0, "coefficient": 1}]'::jsonb) AS body
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT m.body->>'name', m.body->>'version', m.body->>'title', m.body->>'source', m.body->>'licence', m.body::risk_model
FROM (TABLE model UNION ALL TABLE model_parr30) m;
