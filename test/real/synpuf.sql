-- SynPUF samples as feed files: people as pseudonymised registrations, inpatient claims as admitted care.
-- psql -v data=DIR -v out=DIR. ICD-9-CM becomes ICD-10-CM by the General Equivalence Map (its first listed target).
\set ON_ERROR_STOP on
CREATE SCHEMA synpuf;
SET search_path = synpuf, pg_catalog;

CREATE UNLOGGED TABLE beneficiary_text (line text);
CREATE UNLOGGED TABLE flag_text (line text);
CREATE UNLOGGED TABLE claim_text (line text);
CREATE UNLOGGED TABLE gem (icd9cm text, icd10cm text, flags text, approximate text, no_map text, combination text, scenario text, choice_list text);
\setenv SYNPUF :data
\copy beneficiary_text FROM PROGRAM 'for f in "$SYNPUF"/real/synpuf/synpuf_s*_beneficiary_*.csv.gz; do gunzip -c "$f" | tail -n +2; done' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy flag_text FROM PROGRAM 'for f in "$SYNPUF"/real/synpuf/synpuf_s*_beneficiary_2008.csv.gz; do gunzip -c "$f" | tail -n +2; done' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy claim_text FROM PROGRAM 'for f in "$SYNPUF"/real/synpuf/synpuf_s*_inpatient.csv.gz; do gunzip -c "$f" | tail -n +2; done' (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')
\copy gem FROM PROGRAM 'gunzip -c "$SYNPUF/real/codes/icd9cm_to_icd10cm_gem.csv.gz"' (FORMAT csv, HEADER)

-- one row per person: the latest year wins, a death in any year counts
CREATE UNLOGGED TABLE person AS
SELECT f[1] AS pseudonym, max(f[2]) AS birth_date, max(coalesce(f[3], '')) AS death_date, max(f[4]) AS sex, max(f[7] || f[8]) AS county
FROM (SELECT string_to_array(replace(line, '"', ''), ',', '') AS f FROM beneficiary_text) b
GROUP BY f[1];

-- the first target in code order of each ICD-9-CM code; combinations would need two
CREATE UNLOGGED TABLE icd_map AS
SELECT icd9cm, min(icd10cm) AS icd10cm FROM gem WHERE no_map = '0' GROUP BY icd9cm;
CREATE UNIQUE INDEX ON icd_map (icd9cm);

CREATE UNLOGGED TABLE claim AS
SELECT row_number() OVER (ORDER BY f[2], f[3]) AS claim_no, f[1] AS pseudonym, f[2] || '-' || f[3] AS event_id,
       f[6] AS provider_code, f[12] AS admitted, f[19] AS discharged, f[7] AS paid, f[20] AS drg, f[21:30] AS icd9
FROM (SELECT string_to_array(replace(line, '"', ''), ',') AS f FROM claim_text) c;

CREATE UNLOGGED TABLE diagnosis AS
SELECT c.claim_no, d.place, d.icd9, m.icd10cm
FROM claim c, unnest(c.icd9) WITH ORDINALITY d(icd9, place) LEFT JOIN icd_map m ON m.icd9cm = d.icd9
WHERE d.icd9 <> '';

-- chronic conditions as flagged for 2008
CREATE VIEW conditions AS
SELECT f.columns[1] AS "PSEUDONYM", k.condition AS "CONDITION", 'beneficiary summary 2008' AS "SOURCE", '2008-12-31' AS "DATE RECORDED"
FROM (SELECT string_to_array(replace(line, '"', ''), ',', '') AS columns FROM flag_text) f
CROSS JOIN unnest('{alzheimers_dementia,heart_failure,chronic_kidney_disease,cancer,copd,depression,diabetes,ischaemic_heart_disease,osteoporosis,arthritis,stroke_tia}'::text[])
    WITH ORDINALITY AS k (condition, place)
WHERE f.columns[12 + k.place] = '1';

-- the claims begin in November 2007
CREATE VIEW registrations AS
SELECT pseudonym AS "PSEUDONYM", 'S' || county AS "GENERAL MEDICAL PRACTICE CODE", '2007-11-01' AS "REGISTRATION START DATE", death_date AS "REGISTRATION END DATE",
       birth_date AS "PERSON BIRTH DATE", sex AS "PERSON STATED GENDER CODE", death_date AS "PERSON DEATH DATE"
FROM person;

CREATE VIEW sus_apc AS
SELECT c.event_id AS "spell.hospital_provider_spell_number", c.provider_code AS "spell.commissioning.service_agreement.provider",
       c.pseudonym AS "PSEUDONYM", c.admitted AS "spell.admission.date", c.discharged AS "spell.discharge.date",
       c.drg AS "diagnosis related group", c.paid AS "claim payment amount",
       CASE WHEN c.paid::numeric >= 0 THEN c.paid END AS "spell.commissioning.tariff_calculation.final_price",
       (SELECT string_agg(d.icd10cm, ' ' ORDER BY d.place) FROM diagnosis d WHERE d.claim_no = c.claim_no) AS "spell.clinical_coding.diagnosis"
FROM claim c;
CREATE INDEX ON diagnosis (claim_no);
ANALYZE;
\setenv SYNPUF_OUT :out
\copy (SELECT * FROM registrations) TO PROGRAM 'cat > "$SYNPUF_OUT/registrations.csv"' (FORMAT csv, HEADER)
\copy (SELECT * FROM conditions) TO PROGRAM 'cat > "$SYNPUF_OUT/conditions.csv"' (FORMAT csv, HEADER)
\copy (SELECT * FROM sus_apc) TO PROGRAM 'cat > "$SYNPUF_OUT/sus_apc.csv"' (FORMAT csv, HEADER)
