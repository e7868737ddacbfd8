-- The county's people, registrations, conditions and hospital events as rows of a warehouse, without the detour over files (the loader has
-- tests of its own). psql -v w=WAREHOUSE. Keeps the county's numbers for people and events, so that the truth can be joined.
\set ON_ERROR_STOP on
INSERT INTO :"w".person (person_id, sex, birth_month, death_date, lsoa_code)
SELECT p.person_id, p.sex, date_trunc('month', p.birth_date)::date, p.death_date, 'E01' || lpad((900000 + p.area)::text, 6, '0') FROM county.person p;
INSERT INTO :"w".registration (person_id, practice_code, valid_from, valid_to)
SELECT DISTINCT ON (r.person_id, r.valid_from) r.person_id, pr.practice_code, r.valid_from, r.valid_to
FROM county.registration r JOIN county.practice pr ON pr.n = r.practice
WHERE r.valid_to IS NULL OR r.valid_to > r.valid_from
ORDER BY r.person_id, r.valid_from, r.valid_to NULLS LAST;
INSERT INTO :"w".area (lsoa_code, imd_decile, imd_year)
SELECT DISTINCT 'E01' || lpad((900000 + p.area)::text, 6, '0'), p.decile, 2019 FROM county.person p;
INSERT INTO :"w".person_condition (person_id, condition, source)
SELECT c.person_id, f.condition, 'register' FROM county.person_condition c JOIN county.condition_fact f ON f.n = c.n;
INSERT INTO :"w".activity (person_id, activity_id, dataset, provider_code, start_date, end_date, patient_classification, admission_method, hrg, diagnoses)
SELECT s.person_id, s.spell_id, 'APC', v.provider_code, s.start_date, s.end_date, s.classification, s.admission_method, s.hrg::commissioning.hrg, d.codes
FROM county.spell s
JOIN county.provider v ON v.n = s.provider
LEFT JOIN LATERAL (SELECT array_agg(f.icd10::commissioning.icd10 ORDER BY f.n) AS codes
                   FROM county.person_condition c JOIN county.condition_fact f ON f.n = c.n
                   WHERE c.person_id = s.person_id AND county.u(s.spell_id * 32 + f.n, 924) < v.coding_depth) d ON true;
INSERT INTO :"w".activity (person_id, activity_id, dataset, provider_code, start_date, end_date, attendance_status, first_attendance, treatment_function)
SELECT a.person_id, 4000000000000 + a.appointment_id, 'OP', v.provider_code, a.day, a.day, a.status, a.first_attendance, a.tfc::text
FROM county.appointment a JOIN county.provider v ON v.n = a.provider WHERE a.status IN ('5', '6');
INSERT INTO :"w".activity (person_id, activity_id, dataset, provider_code, start_date, end_date, department_type, hrg)
SELECT e.person_id, 8000000000000 + e.attendance_id, 'EC', v.provider_code, e.day, e.day, e.type, e.hrg::commissioning.hrg
FROM county.emergency e JOIN county.provider v ON v.n = e.provider;
-- attendances have no published mean: one agreed here, so that nobody's cost is unknown
INSERT INTO :"w".cost_rate (dataset, kind, valid, unit_cost, source) VALUES ('OP', 'outpatient_first', '(,)', 200, 'agreed for the county'), ('OP', 'outpatient_follow_up', '(,)', 100, 'agreed for the county');
ANALYZE;
