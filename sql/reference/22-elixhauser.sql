-- The Elixhauser comorbidities on the code lists of Quan 2005 (ICD-10 and ICD-9-CM). Each row of the first list is category, label,
-- points of van Walraven, of the Swiss index and of AHRQ mortality, and prefixes. One code may hit several categories.
WITH category(key, label, van_walraven, swiss, ahrq_mortality, prefixes) AS (
    VALUES
        ('chf', 'Congestive heart failure', 7, 13, 9,
         'I099 I110 I130 I132 I255 I420 I425 I426 I427 I428 I429 I43 I50 P290'),
        ('carit', 'Cardiac arrhythmias', 5, 6, 0,
         'I441 I442 I443 I456 I459 I47 I48 I49 R000 R001 R008 T821 Z450 Z950'),
        ('valv', 'Valvular disease', -1, -1, 0,
         'A520 I05 I06 I07 I08 I091 I098 I34 I35 I36 I37 I38 I39 Q230 Q231 Q232 Q233 Z952 Z953 Z954'),
        ('pcd', 'Pulmonary circulation disorders', 4, 6, 6,
         'I26 I27 I280 I288 I289'),
        ('pvd', 'Peripheral vascular disease', 2, 3, 3,
         'I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959'),
        ('hypunc', 'Hypertension uncomplicated', 0, -4, -1,
         'I10'),
        ('hypc', 'Hypertension complicated', 0, -3, -1,
         'I11 I12 I13 I15'),
        ('para', 'Paralysis', 7, 11, 5,
         'G041 G114 G801 G802 G81 G82 G830 G831 G832 G833 G834 G839'),
        ('ond', 'Other neurological disorders', 6, 10, 5,
         'G10 G11 G12 G13 G20 G21 G22 G254 G255 G312 G318 G319 G32 G35 G36 G37 G40 G41 G931 G934 R470 R56'),
        ('cpd', 'Chronic pulmonary disease', 3, 3, 3,
         'I278 I279 J40 J41 J42 J43 J44 J45 J46 J47 J60 J61 J62 J63 J64 J65 J66 J67 J684 J701 J703'),
        ('diabunc', 'Diabetes uncomplicated', 0, 1, 0,
         'E100 E101 E109 E110 E111 E119 E120 E121 E129 E130 E131 E139 E140 E141 E149'),
        ('diabc', 'Diabetes complicated', 0, -1, -3,
         'E102 E103 E104 E105 E106 E107 E108 E112 E113 E114 E115 E116 E117 E118 E122 E123 E124 E125 E126 E127
          E128 E132 E133 E134 E135 E136 E137 E138 E142 E143 E144 E145 E146 E147 E148'),
        ('hypothy', 'Hypothyroidism', 0, -3, 0,
         'E00 E01 E02 E03 E890'),
        ('rf', 'Renal failure', 5, 8, 6,
         'I120 I131 N18 N19 N250 Z490 Z491 Z492 Z940 Z992'),
        ('ld', 'Liver disease', 11, 16, 4,
         'B18 I85 I864 I982 K70 K711 K713 K714 K715 K717 K72 K73 K74 K760 K762 K763 K764 K765 K766 K767 K768
          K769 Z944'),
        ('pud', 'Peptic ulcer disease', 0, 0, 0,
         'K257 K259 K267 K269 K277 K279 K287 K289'),
        ('aids', 'AIDS/HIV', 0, 0, 0,
         'B20 B21 B22 B24'),
        ('lymph', 'Lymphoma', 9, 9, 6,
         'C81 C82 C83 C84 C85 C88 C900 C902 C96'),
        ('metacanc', 'Metastatic solid tumour', 12, 17, 14,
         'C77 C78 C79 C80'),
        ('solidtum', 'Solid tumour without metastasis', 4, 10, 7,
         'C00 C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C15 C16 C17 C18 C19 C20 C21 C22 C23 C24
          C25 C26 C30 C31 C32 C33 C34 C37 C38 C39 C40 C41 C43 C45 C46 C47 C48 C49 C50 C51 C52 C53 C54 C55 C56
          C57 C58 C60 C61 C62 C63 C64 C65 C66 C67 C68 C69 C70 C71 C72 C73 C74 C75 C76 C97'),
        ('rheumd', 'Rheumatic or connective tissue disease', 0, -1, 0,
         'L940 L941 L943 M05 M06 M08 M120 M123 M30 M310 M311 M312 M313 M32 M33 M34 M35 M45 M461 M468 M469'),
        ('coag', 'Coagulopathy', 3, 9, 11,
         'D65 D66 D67 D68 D691 D693 D694 D695 D696'),
        ('obes', 'Obesity', -4, -6, -5,
         'E66'),
        ('wloss', 'Weight loss', 6, 6, 9,
         'E40 E41 E42 E43 E44 E45 E46 R634 R64'),
        ('fed', 'Fluid and electrolyte disorders', 5, 5, 11,
         'E222 E86 E87'),
        ('blane', 'Blood loss anaemia', -2, -5, -3,
         'D500'),
        ('dane', 'Deficiency anaemia', -2, -7, -2,
         'D508 D509 D51 D52 D53'),
        ('alcohol', 'Alcohol abuse', 0, -3, -1,
         'E52 F10 G621 I426 K292 K700 K703 K709 T51 Z502 Z714 Z721'),
        ('drug', 'Drug abuse', -7, -5, -7,
         'F11 F12 F13 F14 F15 F16 F18 F19 Z715 Z722'),
        ('psycho', 'Psychoses', 0, -4, -5,
         'F20 F22 F23 F24 F25 F28 F29 F302 F312 F315'),
        ('depre', 'Depression', -3, -3, -5,
         'F204 F313 F314 F315 F32 F33 F341 F412 F432')

), category_icd9cm(key, label, points, prefixes) AS (
    VALUES
        ('chf', 'Congestive heart failure', 7,
         '39891 40201 40211 40291 40401 40403 40411 40413 40491 40493 4254 4255 4256 4257 4258 4259 428'),
        ('carit', 'Cardiac arrhythmias', 5,
         '4260 42610 42612 42613 4267 4269 4270 4271 4272 4273 4274 4276 4277 4278 4279 7850 99601 99604 V450
          V533'),
        ('valv', 'Valvular disease', -1,
         '0932 394 395 396 397 424 7463 7464 7465 7466 V422 V433'),
        ('pcd', 'Pulmonary circulation disorders', 4,
         '4150 4151 416 4170 4178 4179'),
        ('pvd', 'Peripheral vascular disease', 2,
         '0930 4373 440 441 4431 4432 4433 4434 4435 4436 4437 4438 4439 4471 5571 5579 V434'),
        ('hypunc', 'Hypertension uncomplicated', 0,
         '401'),
        ('hypc', 'Hypertension complicated', 0,
         '402 403 404 405'),
        ('para', 'Paralysis', 7,
         '3341 342 343 3440 3441 3442 3443 3444 3445 3446 3449'),
        ('ond', 'Other neurological disorders', 6,
         '3319 3320 3321 3334 3335 33392 334 335 3362 340 341 345 3481 3483 7803 7843'),
        ('cpd', 'Chronic pulmonary disease', 3,
         '4168 4169 490 491 492 493 494 495 496 497 498 499 500 501 502 503 504 505 5064 5081 5088'),
        ('diabunc', 'Diabetes uncomplicated', 0,
         '2500 2501 2502 2503'),
        ('diabc', 'Diabetes complicated', 0,
         '2504 2505 2506 2507 2508 2509'),
        ('hypothy', 'Hypothyroidism', 0,
         '2409 243 244 2461 2468'),
        ('rf', 'Renal failure', 5,
         '40301 40311 40391 40402 40403 40412 40413 40492 40493 585 586 5880 V420 V451 V56'),
        ('ld', 'Liver disease', 11,
         '07022 07023 07032 07033 07044 07054 0706 0709 4560 4561 4562 570 571 5722 5723 5724 5725 5726 5727
          5728 5733 5734 5738 5739 V427'),
        ('pud', 'Peptic ulcer disease', 0,
         '5317 5319 5327 5329 5337 5339 5347 5349'),
        ('aids', 'AIDS/HIV', 0,
         '042 043 044'),
        ('lymph', 'Lymphoma', 9,
         '200 201 202 2030 2386'),
        ('metacanc', 'Metastatic solid tumour', 12,
         '196 197 198 199'),
        ('solidtum', 'Solid tumour without metastasis', 4,
         '140 141 142 143 144 145 146 147 148 149 150 151 152 153 154 155 156 157 158 159 160 161 162 163 164
          165 166 167 168 169 170 171 172 174 175 176 177 178 179 180 181 182 183 184 185 186 187 188 189 190
          191 192 193 194 195'),
        ('rheumd', 'Rheumatic or connective tissue disease', 0,
         '446 7010 7100 7101 7102 7103 7104 7108 7109 7112 714 7193 720 725 7285 72889 72930'),
        ('coag', 'Coagulopathy', 3,
         '286 2871 2873 2874 2875'),
        ('obes', 'Obesity', -4,
         '2780'),
        ('wloss', 'Weight loss', 6,
         '260 261 262 263 7832 7994'),
        ('fed', 'Fluid and electrolyte disorders', 5,
         '2536 276'),
        ('blane', 'Blood loss anaemia', -2,
         '2800'),
        ('dane', 'Deficiency anaemia', -2,
         '2801 2802 2803 2804 2805 2806 2807 2808 2809 281'),
        ('alcohol', 'Alcohol abuse', 0,
         '2652 2911 2912 2913 2915 2916 2917 2918 2919 3030 3039 3050 3575 4255 5353 5710 5711 5712 5713 980
          V113'),
        ('drug', 'Drug abuse', -7,
         '292 304 3052 3053 3054 3055 3056 3057 3058 3059 V6542'),
        ('psycho', 'Psychoses', 0,
         '2938 295 29604 29614 29644 29654 297 298'),
        ('depre', 'Depression', -3,
         '2962 2963 2965 3004 309 311')

), model(place, name, version, title, source, other) AS (
    VALUES
        (1, 'elixhauser_quan2005_vanwalraven', '1', 'Elixhauser comorbidities: Quan 2005 codes, van Walraven weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights: van Walraven C et al., Med Care 2009;47:626-33. Totals run from -19 to 89; a negative total is a result and is kept.',
         '{}'::jsonb),
        (2, 'elixhauser_quan2005_swiss', '1', 'Elixhauser comorbidities: Quan 2005 codes, Swiss weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights: Sharma N et al., BMC Health Serv Res 2021;21:13. A negative total is a result and is kept.',
         '{}'),
        (3, 'elixhauser_quan2005_ahrq_mortality', '1', 'Elixhauser comorbidities: Quan 2005 codes, AHRQ in-hospital mortality weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9. Weights: Moore BJ et al., Med Care 2017;55:698-705. A hybrid: the weights belong to the 29 code groups of AHRQ''s own software, with its exclusions, not to this code list. Hypertension of either kind scores -1 once.',
         '{"interactions": [{"name": "hypertension", "label": "Hypertension of either kind, once", "all": [["hypunc", "hypc"]], "points": -1}]}'),
        (4, 'elixhauser_quan2005_icd9cm_vanwalraven', '1', 'Elixhauser comorbidities: Quan 2005 ICD-9-CM codes, van Walraven weights',
         'Codes: Quan H et al., Med Care 2005;43:1130-9 (enhanced ICD-9-CM). Weights: van Walraven C et al., Med Care 2009;47:626-33. A negative total is a result and is kept.',
         '{"coding_system": "icd9cm"}')
), list AS (
    SELECT m.name, c.place, c.key, c.label, c.prefixes,
           CASE m.place WHEN 1 THEN c.van_walraven WHEN 2 THEN c.swiss
                        -- scored by the interaction, so that the score without the hierarchy counts it once too
                        ELSE CASE WHEN c.key IN ('hypunc', 'hypc') THEN 0 ELSE c.ahrq_mortality END END AS points
    FROM model m CROSS JOIN (SELECT row_number() OVER () AS place, * FROM category) c
    WHERE m.place < 4
    UNION ALL
    SELECT m.name, c.place, c.key, c.label, c.prefixes, c.points
    FROM model m CROSS JOIN (SELECT row_number() OVER () AS place, * FROM category_icd9cm) c
    WHERE m.place = 4
), body AS (
    SELECT jsonb_build_object(
               'name', m.name, 'version', m.version, 'title', m.title, 'source', m.source,
               'licence', 'Published code list and weights, used freely.',
               'population', 'Adults in hospital data; any diagnosis position, look-back by custom 1 to 5 years.',
               'lookback_days', 1825,
               'categories', (SELECT jsonb_agg(jsonb_build_object('key', l.key, 'label', l.label, 'points', l.points,
                                                                  'prefixes', to_jsonb(regexp_split_to_array(l.prefixes, '\s+'))) ORDER BY l.place)
                              FROM list l WHERE l.name = m.name),
               'hierarchy', '[{"category": "hypunc", "removed_by": "hypc"}, {"category": "diabunc", "removed_by": "diabc"},
                              {"category": "solidtum", "removed_by": "metacanc"}]'::jsonb) || m.other AS body
    FROM model m
)
INSERT INTO risk_model_reference (name, version, title, source, licence, body)
SELECT b.body->>'name', b.body->>'version', b.body->>'title', b.body->>'source', b.body->>'licence', b.body::risk_model
FROM body b;
