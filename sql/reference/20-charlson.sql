-- The Charlson comorbidity index on the code list of Quan 2005. Facts restated from the publications named in each source; no
-- descriptions of codes.
--
-- Lists of prefixes are blank-separated. A model is written as rows and assembled into its JSON here, so that the
-- type's own checks run at installation.

-- Charlson: 17 categories, 289 prefixes; two sets of weights, and points for age, on one code list.
WITH category(key, label, original, quan2011, prefixes) AS (
    VALUES
        ('mi', 'Myocardial infarction', 1, 0,
         'I21 I22 I252'),
        ('chf', 'Congestive heart failure', 1, 2,
         'I099 I110 I130 I132 I255 I420 I425 I426 I427 I428 I429 I43 I50 P290'),
        ('pvd', 'Peripheral vascular disease', 1, 0,
         'I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959'),
        ('cevd', 'Cerebrovascular disease', 1, 0,
         'G45 G46 H340 I60 I61 I62 I63 I64 I65 I66 I67 I68 I69'),
        ('dementia', 'Dementia', 1, 2,
         'F00 F01 F02 F03 F051 G30 G311'),
        ('cpd', 'Chronic pulmonary disease', 1, 1,
         'I278 I279 J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67 J684 J701 J703'),
        ('rheumd', 'Rheumatic or connective tissue disease', 1, 1,
         'M05 M06 M315 M32 M33 M34 M351 M353 M360'),
        ('pud', 'Peptic ulcer disease', 1, 0,
         'K25 K26 K27 K28'),
        ('mld', 'Mild liver disease', 1, 2,
         'B18 K700 K701 K702 K703 K709 K713 K714 K715 K717 K73 K74 K760 K762 K763 K764 K768 K769 Z944'),
        ('diab', 'Diabetes without chronic complication', 1, 0,
         'E100 E101 E106 E108 E109 E110 E111 E116 E118 E119 E120 E121 E126 E128 E129 E130 E131 E136 E138 E139
         E140 E141 E146 E148 E149'),
        ('diabwc', 'Diabetes with chronic complication', 2, 1,
         'E102 E103 E104 E105 E107 E112 E113 E114 E115 E117 E122 E123 E124 E125 E127 E132 E133 E134 E135 E137
         E142 E143 E144 E145 E147'),
        ('hp', 'Hemiplegia or paraplegia', 2, 2,
         'G041 G114 G801 G802 G81 G82 G830 G831 G832 G833 G834 G839'),
        ('rend', 'Renal disease', 2, 1,
         'I120 I131 N032 N033 N034 N035 N036 N037 N052 N053 N054 N055 N056 N057 N18 N19 N250 Z490 Z491 Z492
         Z940 Z992'),
        ('canc', 'Malignancy including lymphoma and leukaemia, except skin', 2, 2,
         'C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 C21 C22 C23 C24
         C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C45 C46 C47 C48 C49 C50 C51 C52 C53 C54 C55 C56
         C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 C68 C69 C70 C71 C72 C73 C74 C75 C76 C81 C82 C83 C84 C85 C88
         C90 C91 C92 C93 C94 C95 C96 C97'),
        ('msld', 'Moderate or severe liver disease', 3, 4,
         'I850 I859 I864 I982 K704 K711 K721 K729 K765 K766 K767'),
        ('metacanc', 'Metastatic solid tumour', 6, 6,
         'C77 C78 C79 C80'),
        ('aids', 'AIDS/HIV', 6, 4,
         'B20 B21 B22 B24')
), hierarchy(list) AS (
    VALUES ('[{"category": "mld", "removed_by": "msld"}, {"category": "diab", "removed_by": "diabwc"},
              {"category": "canc", "removed_by": "metacanc"}]'::jsonb)
), weights(name, title, source, other) AS (
    VALUES
        ('charlson_quan2005_original', 'Charlson comorbidity index: Quan 2005 codes, original weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights and groups: Charlson ME et al., J Chronic Dis 1987;40:373-83.',
         '{"bands": [{"label": "0", "from": 0}, {"label": "1-2", "from": 1}, {"label": "3-4", "from": 3}, {"label": "5 or more", "from": 5}]}'::jsonb),
        ('charlson_quan2005_quan2011', 'Charlson comorbidity index: Quan 2005 codes, Quan 2011 weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights: Quan H et al., Am J Epidemiol 2011;173:676-82.',
         '{}'),
        ('charlson_quan2005_age_adjusted', 'Age-adjusted Charlson comorbidity index: Quan 2005 codes, original weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights: Charlson ME et al., J Chronic Dis 1987;40:373-83; one point for each decade of age from 50, at most 4: Charlson M et al., J Clin Epidemiol 1994;47:1245-51.',
         '{"inputs": [{"name": "age_points", "label": "Age", "input": "age",
                       "bins": [{"from": 50, "points": 1, "label": "50-59"}, {"from": 60, "points": 2, "label": "60-69"},
                                {"from": 70, "points": 3, "label": "70-79"}, {"from": 80, "points": 4, "label": "80 and over"}]}]}')
), model AS (
    SELECT jsonb_build_object(
               'name', w.name, 'version', '1', 'title', w.title, 'source', w.source,
               'licence', 'Published code list and weights, used freely.',
               'population', 'Adults in hospital data; any diagnosis position, look-back by custom 1 to 5 years.',
               'lookback_days', 1825,
               'categories', (SELECT jsonb_agg(jsonb_build_object(
                                         'key', c.key, 'label', c.label,
                                         'points', CASE WHEN w.name LIKE '%quan2011' THEN c.quan2011 ELSE c.original END,
                                         'prefixes', to_jsonb(regexp_split_to_array(c.prefixes, '\s+'))) ORDER BY c.place)
                              FROM (SELECT row_number() OVER () AS place, * FROM category) c),
               'hierarchy', h.list) || w.other AS body
    FROM weights w CROSS JOIN hierarchy h
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT m.body->>'name', m.body->>'version', m.body->>'title', m.body->>'source', m.body->>'licence', m.body::risk_model
FROM model m;

