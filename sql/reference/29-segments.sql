-- Segments, Core20PLUS5 areas and conditions whose emergency admissions good care outside hospital can avoid: what to start from.
CREATE TABLE segment_reference (
    scheme     text NOT NULL,
    version    text NOT NULL,
    precedence integer NOT NULL CHECK (precedence > 0),
    segment    text NOT NULL,
    label      text NOT NULL,
    source     text NOT NULL,
    PRIMARY KEY (scheme, version, segment),
    UNIQUE (scheme, version, precedence)
);
COMMENT ON TABLE segment_reference IS
    'Shipped ways to divide a population. bridges_to_health: everybody is in exactly one segment, the first by precedence whose rules the person meets. core20plus5: five clinical areas, each person in any number. A warehouse may put its own version in their place (segment_scheme).';
COMMENT ON COLUMN segment_reference.scheme IS 'Key of the division: bridges_to_health, core20plus5.';
COMMENT ON COLUMN segment_reference.version IS 'Version of the division.';
COMMENT ON COLUMN segment_reference.precedence IS 'Order, 1 first: where segments exclude each other the first that fits wins.';
COMMENT ON COLUMN segment_reference.segment IS 'Key of the segment or area.';
COMMENT ON COLUMN segment_reference.label IS 'What it is called.';
COMMENT ON COLUMN segment_reference.source IS 'Where the segment and its place in the order come from.';

INSERT INTO segment_reference (scheme, version, precedence, segment, label, source) VALUES
('bridges_to_health', '1', 1, 'frailty_dementia', 'Frailty and dementia', 'Lynn and others, Milbank Quarterly 2007;85:185, segment 8; NHS England segmentation dataset; the order of segments is a working assumption: the publisher does not state it in the pages read'),
('bridges_to_health', '1', 2, 'organ_failure', 'Organ failure', 'Lynn 2007, segment 7; NHS England segmentation dataset'),
('bridges_to_health', '1', 3, 'incurable_cancer', 'Incurable cancer', 'Lynn 2007, segment 6; NHS England segmentation dataset'),
('bridges_to_health', '1', 4, 'disability', 'Disability', 'Lynn 2007, segment 5; NHS England segmentation dataset'),
('bridges_to_health', '1', 5, 'long_term_conditions', 'Long-term conditions', 'Lynn 2007, segment 4; NHS England segmentation dataset'),
('bridges_to_health', '1', 6, 'maternal', 'Maternal health', 'Lynn 2007, segment 2; NHS England segmentation dataset'),
('bridges_to_health', '1', 7, 'acutely_ill', 'Acutely ill', 'Lynn 2007, segment 3'),
('bridges_to_health', '1', 8, 'generally_well', 'Generally well', 'Lynn 2007, segment 1; NHS England segmentation dataset'),
('core20plus5', '1', 1, 'maternity', 'Maternity', 'NHS England, Core20PLUS5 (adults): continuity of carer'),
('core20plus5', '1', 2, 'severe_mental_illness', 'Severe mental illness', 'NHS England, Core20PLUS5 (adults): annual health checks for 60 % of those living with it'),
('core20plus5', '1', 3, 'chronic_respiratory', 'Chronic respiratory disease', 'NHS England, Core20PLUS5 (adults): vaccination of people with COPD'),
('core20plus5', '1', 4, 'early_cancer', 'Early cancer diagnosis', 'NHS England, Core20PLUS5 (adults): 75 % of cases diagnosed at stage 1 or 2 by 2028; the flag shows people with cancer'),
('core20plus5', '1', 5, 'hypertension', 'Hypertension case-finding', 'NHS England, Core20PLUS5 (adults): the flag shows people of 40 and over without hypertension on record, who are to be checked');

CREATE TABLE segment_rule_reference (
    scheme               text NOT NULL,
    version              text NOT NULL,
    rule_no              integer NOT NULL CHECK (rule_no > 0),
    segment              text NOT NULL,
    conditions           text[],
    prefixes             text[],
    within_days          integer CHECK (within_days > 0),
    without_conditions   text[],
    emergency_admissions integer CHECK (emergency_admissions > 0),
    admission_days       integer CHECK (admission_days > 0),
    model                text,
    least_score          double precision,
    age_from             integer,
    age_below            integer,
    sex                  text CHECK (sex IN ('1', '2')),
    note                 text,
    PRIMARY KEY (scheme, version, rule_no),
    FOREIGN KEY (scheme, version, segment) REFERENCES segment_reference,
    CHECK ((emergency_admissions IS NULL) = (admission_days IS NULL)),
    CHECK ((model IS NULL) = (least_score IS NULL))
);
COMMENT ON TABLE segment_rule_reference IS
    'Whom a segment holds: a person who meets one of its rules. A rule is met where everything it states holds: one of the conditions or one of the diagnosis prefixes is on record, none of without_conditions is, there were so many emergency admissions in so many days, the kept score of a model is high enough, age and sex fit. A rule that states nothing is met by everybody.';
COMMENT ON COLUMN segment_rule_reference.scheme IS 'Division it belongs to.';
COMMENT ON COLUMN segment_rule_reference.version IS 'Version of the division.';
COMMENT ON COLUMN segment_rule_reference.rule_no IS 'Number of the rule; the first that is met is shown as the reason.';
COMMENT ON COLUMN segment_rule_reference.segment IS 'Segment that the rule leads to.';
COMMENT ON COLUMN segment_rule_reference.conditions IS 'Condition keys, one of which is on record (registers, coded events, code sets).';
COMMENT ON COLUMN segment_rule_reference.prefixes IS 'ICD-10 prefixes, one of which is among the diagnoses of a hospital event.';
COMMENT ON COLUMN segment_rule_reference.within_days IS 'Days back from the day for the prefixes, NULL for ever.';
COMMENT ON COLUMN segment_rule_reference.without_conditions IS 'Condition keys none of which is on record.';
COMMENT ON COLUMN segment_rule_reference.emergency_admissions IS 'Least number of emergency admissions, NULL for any.';
COMMENT ON COLUMN segment_rule_reference.admission_days IS 'Days back from the day in which they are counted.';
COMMENT ON COLUMN segment_rule_reference.model IS 'Model whose latest kept score counts, NULL for none.';
COMMENT ON COLUMN segment_rule_reference.least_score IS 'Least score.';
COMMENT ON COLUMN segment_rule_reference.age_from IS 'Least age in years.';
COMMENT ON COLUMN segment_rule_reference.age_below IS 'Age in years from which it no longer holds.';
COMMENT ON COLUMN segment_rule_reference.sex IS '1 male, 2 female, NULL for any.';
COMMENT ON COLUMN segment_rule_reference.note IS 'Where the codes come from, what is assumed.';

INSERT INTO segment_rule_reference (scheme, version, rule_no, segment, conditions, prefixes, within_days, without_conditions, emergency_admissions, admission_days, age_from, sex, note) VALUES
('bridges_to_health', '1', 1, 'frailty_dementia', '{dementia}', '{F00,F01,F02,F03,F051,G30,G311}', NULL, NULL, NULL, NULL, NULL, NULL,
 'Diagnoses: dementia of Quan and others, Medical Care 2005;43:1130'),
('bridges_to_health', '1', 2, 'frailty_dementia', '{frailty,moderate_frailty,severe_frailty}', NULL, NULL, NULL, NULL, NULL, 65, NULL,
 'Frailty on record, from 65 as in the NHS England segmentation dataset, which uses intermediate risk and above of the Hospital Frailty Risk Score'),
('bridges_to_health', '1', 3, 'organ_failure', '{end_stage_renal_failure,ckd_5}', '{N185,Z490,Z491,Z492,Z992,Z940}', NULL, NULL, NULL, NULL, NULL, NULL,
 'End-stage renal failure; the codes of the publisher are not public, these are a reading of its definition'),
('bridges_to_health', '1', 4, 'organ_failure', '{liver_failure}', '{I850,I859,I864,I982,K704,K711,K721,K729,K765,K766,K767}', NULL, NULL, NULL, NULL, NULL, NULL,
 'Diagnoses: moderate or severe liver disease of Quan 2005'),
('bridges_to_health', '1', 5, 'organ_failure', '{heart_failure,copd}', '{I50,J44}', NULL, NULL, 2, 365, NULL, NULL,
 'Severe heart failure and COPD: on record and at least two emergency admissions in a year, an assumption'),
('bridges_to_health', '1', 6, 'organ_failure', '{ckd,ckd_4}', '{N184}', NULL, NULL, 4, 365, NULL, NULL,
 'Kidney disease with four or more emergency admissions in a year, as the NHS England segmentation dataset states for stage 4'),
('bridges_to_health', '1', 7, 'incurable_cancer', '{incurable_cancer,metastatic_cancer}', '{C77,C78,C79,C80}', 1826, NULL, NULL, NULL, NULL, NULL,
 'Diagnoses: metastatic cancer of Quan 2005, in the last five years'),
('bridges_to_health', '1', 8, 'disability', '{learning_disability,physical_disability,autism}', '{F70,F71,F72,F73,F78,F79,F84,Q90,G041,G114,G801,G802,G81,G82,G830,G831,G832,G833,G834,G839}', NULL, NULL, NULL, NULL, NULL, NULL,
 'Learning disability and autism by ICD-10 chapter; hemiplegia and paraplegia of Quan 2005'),
('bridges_to_health', '1', 9, 'long_term_conditions',
 '{atrial_fibrillation,asthma,cancer,chd,ckd,copd,depression,diabetes,epilepsy,heart_failure,hypertension,mental_health,osteoporosis,palliative_care,peripheral_arterial_disease,rheumatoid_arthritis,stroke}',
 '{C,E10,E11,E12,E13,E14,F2,F30,F31,F32,F33,G20,G35,G40,I10,I11,I12,I13,I20,I21,I25,I48,I50,I6,I70,I73,J43,J44,J45,J47,K50,K51,K703,K74,M05,M06,M80,M81,N03,N18}', NULL, NULL, NULL, NULL, NULL, NULL,
 'The registers of the Quality and Outcomes Framework, and the same conditions by ICD-10 chapter'),
('bridges_to_health', '1', 10, 'maternal', '{pregnancy}', '{O,Z33,Z34,Z35,Z36,Z37,Z38,Z39}', 365, NULL, NULL, NULL, NULL, '2',
 'Pregnancy, childbirth and the puerperium in the last year'),
('bridges_to_health', '1', 11, 'acutely_ill', NULL, NULL, NULL, NULL, 1, 90, NULL, NULL,
 'An emergency admission in the last 90 days, an assumption'),
('bridges_to_health', '1', 12, 'generally_well', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'Everybody else'),
('core20plus5', '1', 1, 'maternity', '{pregnancy}', '{O,Z33,Z34,Z35,Z36,Z37}', 365, NULL, NULL, NULL, NULL, '2', 'Pregnancy and childbirth in the last year'),
('core20plus5', '1', 2, 'severe_mental_illness', '{mental_health}', '{F20,F21,F22,F23,F24,F25,F28,F29,F30,F31,F323,F333}', NULL, NULL, NULL, NULL, NULL, NULL,
 'Schizophrenia, bipolar affective disorder and other psychoses, as on the mental health register'),
('core20plus5', '1', 3, 'chronic_respiratory', '{copd}', '{J41,J42,J43,J44}', NULL, NULL, NULL, NULL, NULL, NULL, 'Chronic obstructive pulmonary disease'),
('core20plus5', '1', 4, 'early_cancer', '{cancer}', '{C0,C1,C2,C3,C40,C41,C43,C45,C46,C47,C48,C49,C5,C6,C7,C8,C9}', 1826, NULL, NULL, NULL, NULL, NULL,
 'Cancer other than of the skin (C44), in the last five years or on the register'),
('core20plus5', '1', 5, 'hypertension', NULL, NULL, NULL, '{hypertension}', NULL, NULL, 40, NULL, 'From 40 as in the NHS Health Check');

CREATE TABLE avoidable_condition_reference (
    condition          text PRIMARY KEY,
    kind               text NOT NULL CHECK (kind IN ('acute', 'chronic', 'vaccine_preventable')),
    label              text NOT NULL,
    prefixes           text[] NOT NULL,
    diagnosis_position text NOT NULL DEFAULT 'primary' CHECK (diagnosis_position IN ('primary', 'any')),
    needs_prefixes     text[],
    without_prefixes   text[],
    without_procedures text[],
    source             text NOT NULL
);
COMMENT ON TABLE avoidable_condition_reference IS
    'Ambulatory care sensitive conditions: emergency admissions for them that care outside hospital could have avoided. A warehouse may put its own in their place (avoidable_condition).';
COMMENT ON COLUMN avoidable_condition_reference.condition IS 'Key of the condition.';
COMMENT ON COLUMN avoidable_condition_reference.kind IS 'acute, chronic or vaccine_preventable.';
COMMENT ON COLUMN avoidable_condition_reference.label IS 'What it is called.';
COMMENT ON COLUMN avoidable_condition_reference.prefixes IS 'ICD-10 prefixes.';
COMMENT ON COLUMN avoidable_condition_reference.diagnosis_position IS 'primary: as the first diagnosis; any: as one of them.';
COMMENT ON COLUMN avoidable_condition_reference.needs_prefixes IS 'Counts only with one of these among the other diagnoses, NULL for no such need.';
COMMENT ON COLUMN avoidable_condition_reference.without_prefixes IS 'Does not count with one of these among the other diagnoses.';
COMMENT ON COLUMN avoidable_condition_reference.without_procedures IS 'Does not count with a procedure of these OPCS-4 prefixes.';
COMMENT ON COLUMN avoidable_condition_reference.source IS 'Where the codes come from.';

INSERT INTO avoidable_condition_reference (condition, kind, label, prefixes, diagnosis_position, needs_prefixes, without_prefixes, without_procedures, source)
SELECT v.condition, v.kind, v.label, v.prefixes::text[], v.diagnosis_position, v.needs::text[], v.without::text[], v.procedures::text[],
       'NHS Institute for Innovation and Improvement, 19 ambulatory care sensitive conditions (NHS Digital, Demand on Healthcare, appendix A), as read in the Strategy Unit''s nhp_data and in the documentation of the HDR UK avoidable admissions collaboration; where the two differ the former is followed'
FROM (VALUES
    ('angina', 'chronic', 'Angina', '{I20,I240,I248,I249}', 'primary', NULL, NULL, '{A,B,C,D,E,F,G,H,J,K,L,M,N,O,P,Q,R,S,T,V,W,X01,X02,X04,X05}'),
    ('asthma', 'chronic', 'Asthma', '{J45,J46}', 'primary', NULL, NULL, NULL),
    ('cellulitis', 'acute', 'Cellulitis', '{L03,L04,L080,L088,L089,L88,L980}', 'primary', NULL, NULL,
     '{A,B,C,D,E,F,G,H,J,K,L,M,N,O,P,Q,R,S1,S2,S3,S41,S42,S43,S44,S45,S48,S49,T,V,W,X01,X02,X04,X05}'),
    ('heart_failure', 'chronic', 'Congestive heart failure', '{I110,I50,J81}', 'primary', NULL, NULL,
     '{K0,K1,K2,K3,K4,K50,K52,K55,K56,K57,K60,K61,K66,K67,K68,K69,K71}'),
    ('convulsions_epilepsy', 'acute', 'Convulsions and epilepsy', '{G40,G41,O15,R56}', 'primary', NULL, NULL, NULL),
    ('copd', 'chronic', 'Chronic obstructive pulmonary disease', '{J41,J42,J43,J44,J47}', 'primary', NULL, NULL, NULL),
    ('copd_bronchitis', 'chronic', 'Acute bronchitis with chronic obstructive pulmonary disease', '{J20}', 'primary', '{J41,J42,J43,J44,J47}', NULL, NULL),
    ('dehydration_gastroenteritis', 'acute', 'Dehydration and gastroenteritis', '{E86,K522,K528,K529}', 'primary', NULL, NULL, NULL),
    ('dental', 'acute', 'Dental conditions', '{A690,K02,K03,K04,K05,K06,K08,K098,K099,K12,K13}', 'primary', NULL, NULL, NULL),
    ('diabetes_complications', 'chronic', 'Diabetes complications',
     '{E100,E101,E102,E103,E104,E105,E106,E107,E108,E110,E111,E112,E113,E114,E115,E116,E117,E118,E120,E121,E122,E123,E124,E125,E126,E127,E128,E130,E131,E132,E133,E134,E135,E136,E137,E138,E140,E141,E142,E143,E144,E145,E146,E147,E148}',
     'any', NULL, NULL, NULL),
    ('ear_nose_throat', 'acute', 'Ear, nose and throat infections', '{H66,H67,J02,J03,J06,J312}', 'primary', NULL, NULL, NULL),
    ('gangrene', 'acute', 'Gangrene', '{R02}', 'any', NULL, NULL, NULL),
    ('hypertension', 'chronic', 'Hypertension', '{I10,I119}', 'primary', NULL, NULL,
     '{K0,K1,K2,K3,K4,K50,K52,K55,K56,K57,K60,K61,K66,K67,K68,K69,K71}'),
    ('influenza_pneumonia', 'vaccine_preventable', 'Influenza and pneumonia', '{J10,J11,J13,J14,J153,J154,J157,J159,J168,J181,J188}', 'any', NULL, '{D57}', NULL),
    ('iron_deficiency_anaemia', 'chronic', 'Iron-deficiency anaemia', '{D501,D508,D509}', 'primary', NULL, NULL, NULL),
    ('nutritional_deficiency', 'chronic', 'Nutritional deficiencies', '{E40,E41,E42,E43,E550,E643}', 'primary', NULL, NULL, NULL),
    ('other_vaccine_preventable', 'vaccine_preventable', 'Other vaccine-preventable diseases', '{A35,A36,A37,A80,B05,B06,B161,B169,B180,B181,B26,G000,M014}', 'any', NULL, NULL, NULL),
    ('pelvic_inflammatory', 'acute', 'Pelvic inflammatory disease', '{N70,N73,N74}', 'primary', NULL, NULL, NULL),
    ('perforated_ulcer', 'acute', 'Perforated or bleeding ulcer',
     '{K250,K251,K252,K254,K255,K256,K260,K261,K262,K264,K265,K266,K270,K271,K272,K274,K275,K276,K280,K281,K282,K284,K285,K286}', 'primary', NULL, NULL, NULL),
    ('pyelonephritis', 'acute', 'Pyelonephritis', '{N10,N11,N12,N136}', 'primary', NULL, NULL, NULL)
) AS v (condition, kind, label, prefixes, diagnosis_position, needs, without, procedures);
