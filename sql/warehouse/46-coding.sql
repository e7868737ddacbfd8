-- What codes and classes of care say about a claim, and what the same care would cost under another reading of it: as day case or ordinary
-- admission, first or follow-up, face to face or not, at last year's price, under a local price.
--
-- Another price is asked for only where a rule may need it: most lines pay for the question alone.

-- Lists of codes as arrays. A line is held against the codes of all days first, and only one that meets them against the days of each row.
CREATE VIEW @icb@.code_list_arrays AS
SELECT array_agg(l.code_prefix) FILTER (WHERE l.list = 'female' AND l.code_system = 'HRG') AS female_hrg,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'female' AND l.code_system = 'ICD10') AS female_icd10,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'female' AND l.code_system = 'OPCS4') AS female_opcs4,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'male' AND l.code_system = 'HRG') AS male_hrg,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'male' AND l.code_system = 'ICD10') AS male_icd10,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'male' AND l.code_system = 'OPCS4') AS male_opcs4,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'cancelled_procedure' AND l.code_system = 'HRG') AS cancelled_procedure_hrg,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'cancelled_procedure' AND l.code_system = 'ICD10') AS cancelled_procedure_icd10,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'outpatient_procedure' AND l.code_system = 'OPCS4') AS outpatient_procedure_opcs4,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'anaesthetic' AND l.code_system = 'OPCS4') AS anaesthetic_opcs4,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'sdec' AND l.code_system = 'HRG') AS sdec_hrg,
       array_agg(l.code_prefix) FILTER (WHERE l.list = 'sdec' AND l.code_system = 'ICD10') AS sdec_icd10
FROM @icb@.active_code_list l;
COMMENT ON VIEW @icb@.code_list_arrays IS 'One row: the leading characters of the codes on the lists that ask for diagnoses, procedures or HRGs, of all days together; NULL where a list is empty.';
COMMENT ON COLUMN @icb@.code_list_arrays.female_hrg IS 'HRG codes of the list female.';
COMMENT ON COLUMN @icb@.code_list_arrays.female_icd10 IS 'ICD-10 codes of the list female.';
COMMENT ON COLUMN @icb@.code_list_arrays.female_opcs4 IS 'OPCS-4 codes of the list female.';
COMMENT ON COLUMN @icb@.code_list_arrays.male_hrg IS 'HRG codes of the list male.';
COMMENT ON COLUMN @icb@.code_list_arrays.male_icd10 IS 'ICD-10 codes of the list male.';
COMMENT ON COLUMN @icb@.code_list_arrays.male_opcs4 IS 'OPCS-4 codes of the list male.';
COMMENT ON COLUMN @icb@.code_list_arrays.cancelled_procedure_hrg IS 'HRG codes of the list cancelled_procedure.';
COMMENT ON COLUMN @icb@.code_list_arrays.cancelled_procedure_icd10 IS 'ICD-10 codes of the list cancelled_procedure.';
COMMENT ON COLUMN @icb@.code_list_arrays.outpatient_procedure_opcs4 IS 'OPCS-4 codes of the list outpatient_procedure.';
COMMENT ON COLUMN @icb@.code_list_arrays.anaesthetic_opcs4 IS 'OPCS-4 codes of the list anaesthetic.';
COMMENT ON COLUMN @icb@.code_list_arrays.sdec_hrg IS 'HRG codes of the list sdec.';
COMMENT ON COLUMN @icb@.code_list_arrays.sdec_icd10 IS 'ICD-10 codes of the list sdec.';

CREATE FUNCTION @icb@.on_code_list(list text, diagnoses commissioning.icd10[], procedures commissioning.opcs4[], hrg text, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM @icb@.active_code_list l
        WHERE l.list = on_code_list.list AND l.valid OPERATOR(pg_catalog.@>) on_code_list.day
          AND CASE l.code_system WHEN 'ICD10' THEN commissioning.has_code(on_code_list.diagnoses, VARIADIC ARRAY[l.code_prefix])
                                 WHEN 'OPCS4' THEN commissioning.has_code(on_code_list.procedures, VARIADIC ARRAY[l.code_prefix])
                                 WHEN 'HRG' THEN pg_catalog.starts_with(on_code_list.hrg, l.code_prefix) END);
END;
COMMENT ON FUNCTION @icb@.on_code_list(text, commissioning.icd10[], commissioning.opcs4[], text, date) IS
    'Whether one of the codes is on the named list on that day. NULL codes are on none.';

-- A code may be written with filler, fifth character, dagger or asterisk that its release leaves out.
CREATE FUNCTION @icb@.unlisted_code(diagnoses commissioning.icd10[], procedures commissioning.opcs4[], day date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.code
    FROM (SELECT 'ICD10' AS code_system, d.code::text AS code, 1 AS kind, d.place
          FROM pg_catalog.unnest(unlisted_code.diagnoses) WITH ORDINALITY AS d(code, place)
          UNION ALL
          SELECT 'OPCS4', pg_catalog.replace(p.code::text, '.', ''), 2, p.place
          FROM pg_catalog.unnest(unlisted_code.procedures) WITH ORDINALITY AS p(code, place)) c
    WHERE EXISTS (SELECT FROM @icb@.code_release r WHERE r.code_system = c.code_system)
      AND NOT EXISTS (
          SELECT FROM @icb@.code_release r
          WHERE r.code_system = c.code_system AND r.valid OPERATOR(pg_catalog.@>) unlisted_code.day
            AND r.code IN (c.code, pg_catalog.rtrim(pg_catalog.left(c.code, 4), 'X'), pg_catalog.rpad(c.code, 4, 'X')))
    ORDER BY c.kind, c.place
    LIMIT 1;
END;
COMMENT ON FUNCTION @icb@.unlisted_code(commissioning.icd10[], commissioning.opcs4[], date) IS
    'The first code that no release holds on that day, NULL when there is none. A system without releases is not judged.';

-- Codes that hold on every day of the years claimed need no look at the day.
CREATE VIEW @icb@.code_release_steady AS
SELECT y.days,
       (SELECT coalesce(pg_catalog.jsonb_object_agg(r.code, 1) FILTER (WHERE r.valid @> y.days), '{}')
        FROM @icb@.code_release r WHERE r.code_system = 'ICD10' HAVING count(*) > 0) AS icd10,
       (SELECT coalesce(pg_catalog.jsonb_object_agg(coalesce(commissioning.to_opcs4(r.code)::text, r.code), 1) FILTER (WHERE r.valid @> y.days), '{}')
        FROM @icb@.code_release r WHERE r.code_system = 'OPCS4' HAVING count(*) > 0) AS opcs4
FROM (SELECT daterange(make_date(left(min(s.financial_year), 4)::integer, 4, 1), make_date(left(max(s.financial_year), 4)::integer + 1, 4, 1)) AS days
      FROM @icb@.submission_slice s WHERE s.status = 'current') y;
COMMENT ON VIEW @icb@.code_release_steady IS
    'Keys of icd10 and opcs4: codes that their releases hold on all days of the financial years claimed. NULL where no release of the system is loaded.';
COMMENT ON COLUMN @icb@.code_release_steady.days IS 'From the first to the last financial year claimed.';
COMMENT ON COLUMN @icb@.code_release_steady.icd10 IS 'Diagnoses, as keys.';
COMMENT ON COLUMN @icb@.code_release_steady.opcs4 IS 'Procedures as their type writes them, as keys.';

CREATE VIEW @icb@.claim_coding AS
SELECT e.*,
       -- what the sweep of the person found
       k.duplicate_of, k.repeat_of, k.overlap_of, k.rebill_of, k.other_feed_of, k.same_drug_of, k.two_provider_of, k.two_provider_payee,
       k.two_provider_paid, k.inside_spell_of, k.emergency_inside_spell_of, k.admission_same_day, k.same_day_attendance_of, k.emergency_same_day,
       k.transfer_pair_of, k.pathway_of, k.pathway_repeat_of, k.procedure_same_day, k.code_pair_of, k.day_cases_in_month, k.days_since_same_first,
       k.days_since_first, k.history_days, k.days_since_discharge, k.days_since_same_drug, k.days_to_event, k.lone_secondary, k.readmission_of,
       k.readmission_days, k.readmission_index, k.readmission_exclusion,
       -- codes
       CASE WHEN e.pod_kind <> 'spell' OR NOT e.has_record THEN 'none'
            WHEN e.diagnoses[1] IS NULL THEN 'blank'
            WHEN commissioning.has_code(e.diagnoses[1:1], 'R69') THEN 'unspecified'
            WHEN commissioning.has_code(e.diagnoses[1:1], 'V', 'W', 'X', 'Y') THEN 'external cause'
            -- the mark of its own, or one of the 83 asterisk categories of ICD-10
            WHEN e.diagnoses[1]::text ~ '^.{4,5}A$'
              OR commissioning.has_code(e.diagnoses[1:1], 'D63', 'D77', 'E35', 'E90', 'F00', 'F02', 'G01', 'G02', 'G05', 'G07', 'G13', 'G22', 'G26',
                     'G32', 'G46', 'G53', 'G55', 'G59', 'G63', 'G73', 'G94', 'G99', 'H03', 'H06', 'H13', 'H19', 'H22', 'H28', 'H32', 'H36', 'H42',
                     'H45', 'H48', 'H58', 'H62', 'H67', 'H75', 'H82', 'H94', 'I32', 'I39', 'I41', 'I43', 'I52', 'I68', 'I79', 'I98', 'J17', 'J91',
                     'J99', 'K23', 'K67', 'K77', 'K87', 'K93', 'L14', 'L45', 'L54', 'L62', 'L86', 'L99', 'M01', 'M03', 'M07', 'M09', 'M14', 'M36',
                     'M49', 'M63', 'M68', 'M73', 'M82', 'M90', 'N08', 'N16', 'N22', 'N29', 'N33', 'N37', 'N51', 'N74', 'N77', 'P75')
            THEN 'asterisk'
            ELSE 'none' END AS diagnosis_fault,
       CASE WHEN e.has_record AND (e.diagnoses IS NOT NULL OR e.procedures IS NOT NULL)
             AND NOT coalesce((SELECT s.days FROM @icb@.code_release_steady s) @> e.price_date
                              AND (e.diagnoses IS NULL OR coalesce((SELECT s.icd10 FROM @icb@.code_release_steady s) ?& e.diagnoses::text[], true))
                              AND (e.procedures IS NULL OR coalesce((SELECT s.opcs4 FROM @icb@.code_release_steady s) ?& e.procedures::text[], true)),
                              false)
            THEN @icb@.unlisted_code(e.diagnoses, e.procedures, e.price_date) END AS unlisted_code,
       -- the sex that the codes ask for, where it is not the one known
       CASE WHEN coalesce(e.sex, '') <> '2'
             AND (e.pod_kind <> ALL ('{attendance,emergency}'::text[]) AND e.hrg_sent ^@ ANY ((SELECT a.female_hrg FROM @icb@.code_list_arrays a)::text[])
                  OR commissioning.has_code(e.diagnoses[1:1], VARIADIC (SELECT a.female_icd10 FROM @icb@.code_list_arrays a))
                  OR commissioning.has_code(e.procedures, VARIADIC (SELECT a.female_opcs4 FROM @icb@.code_list_arrays a))) IS TRUE
             AND @icb@.on_code_list('female', e.diagnoses[1:1], e.procedures, e.hrg_sent, e.price_date) THEN '2'
            WHEN coalesce(e.sex, '') <> '1'
             AND (e.pod_kind <> ALL ('{attendance,emergency}'::text[]) AND e.hrg_sent ^@ ANY ((SELECT a.male_hrg FROM @icb@.code_list_arrays a)::text[])
                  OR commissioning.has_code(e.diagnoses[1:1], VARIADIC (SELECT a.male_icd10 FROM @icb@.code_list_arrays a))
                  OR commissioning.has_code(e.procedures, VARIADIC (SELECT a.male_opcs4 FROM @icb@.code_list_arrays a))) IS TRUE
             AND @icb@.on_code_list('male', e.diagnoses[1:1], e.procedures, e.hrg_sent, e.price_date) THEN '1' END AS sex_of_codes,
       h.cc_rank, h.lowest AS lowest_hrg,
       coalesce(uh.max_units, up.max_units) AS max_units,
       CASE WHEN NOT q.same_day_spell THEN false
            WHEN (e.hrg_sent ^@ ANY ((SELECT a.cancelled_procedure_hrg FROM @icb@.code_list_arrays a)::text[])
                  OR commissioning.has_code(e.diagnoses[1:1], VARIADIC (SELECT a.cancelled_procedure_icd10 FROM @icb@.code_list_arrays a))) IS TRUE
             AND @icb@.on_code_list('cancelled_procedure', e.diagnoses[1:1], NULL, e.hrg_sent, e.price_date) THEN true
            WHEN e.diagnoses IS NOT NULL THEN false END AS cancelled_procedure,
       c.clinic_procedure, c.sdec_condition,
       CASE WHEN e.pod_kind = 'critical_care' THEN 'critical_care'
            WHEN e.pod_kind <> 'unbundled' THEN 'none'
            WHEN e.pod = 'UNBREHAB' OR starts_with(e.hrg_sent, 'VC') THEN 'rehabilitation'
            WHEN e.pod = 'UNBRAD' OR e.hrg_sent ^@ ANY ('{RD,RN}'::text[]) THEN 'imaging'
            ELSE 'other' END AS unbundled_kind,
       greatest(e.start_date - e.decision_date, 0) AS days_since_decision,
       -- excess days
       CASE WHEN e.pod_kind = 'excess' THEN
            (SELECT t.value FROM @icb@.contract_term t
             WHERE t.contract_id = e.contract_id AND t.term = 'ready_date_clause' AND t.context = '' AND t.valid @> e.price_date) END AS ready_date_clause,
       e.end_date - e.ready_date AS days_after_ready,
       CASE WHEN e.pod_kind = 'excess' AND e.ready_date IS NOT NULL
            THEN greatest(coalesce(e.expected_units, e.units) - greatest(e.end_date - e.ready_date, 0), 0) END AS units_before_ready,
       -- what it would cost otherwise
       o.follow_up_unit_price, o.single_unit_price, o.remote_unit_price, o.procedure_unit_price,
       o.day_case_unit_price, o.elective_unit_price, o.best_practice_unit_price, o.lowest_unit_price, o.regular_unit_price, o.sdec_unit_price,
       -- part of the emergency attendance unless a price of its own was agreed
       CASE WHEN n.short THEN coalesce(o.cdu_unit_price, 0) END AS cdu_unit_price, o.ward_attender_unit_price, o.other_year, o.other_year_unit_price,
       e.unit_price - e.top_up_claimed AS unit_price_without_top_up,
       CASE WHEN e.top_up_code_claimed IS NOT NULL
            THEN coalesce(e.top_up_code_claimed = ANY (pg_catalog.string_to_array(e.top_up_payable, ' ')), false) END AS top_up_eligible
FROM @icb@.claim_entitlement e
LEFT JOIN @icb@.claim_link k ON k.person_id = e.person_id AND k.submission_id = e.submission_id AND k.line_no = e.line_no
LEFT JOIN commissioning.hrg_split h ON h.hrg = e.hrg_sent
LEFT JOIN @icb@.unit_limit uh ON uh.code = e.hrg_sent AND uh.valid @> e.price_date
LEFT JOIN @icb@.unit_limit up ON up.code = e.pod AND up.valid @> e.price_date
-- which questions the line raises
CROSS JOIN LATERAL (
    SELECT e.has_record AND e.pod_kind = 'spell' AND e.end_date = e.start_date AS same_day_spell,
           e.has_record AND e.pod_class = 'emergency' AND e.pod_kind = 'spell' AS emergency_spell,
           e.national_price AND e.tariff IS NOT NULL AS has_list,
           e.national_price AND e.tariff IS NOT NULL AND e.has_record AND e.pod_kind = 'attendance' AS attendance) q
CROSS JOIN LATERAL (
    SELECT -- a procedure that a clinic can do, without an anaesthetic, charged as a day case
           CASE WHEN e.pod <> 'DC' OR NOT q.same_day_spell THEN false
                WHEN e.procedures IS NOT NULL THEN commissioning.has_code(e.procedures, VARIADIC coalesce((SELECT a.outpatient_procedure_opcs4 FROM @icb@.code_list_arrays a), '{}'))
                     AND NOT coalesce(commissioning.has_code(e.procedures, VARIADIC (SELECT a.anaesthetic_opcs4 FROM @icb@.code_list_arrays a))
                                      AND @icb@.on_code_list('anaesthetic', NULL, e.procedures, NULL, e.price_date), false)
                     AND @icb@.on_code_list('outpatient_procedure', NULL, e.procedures, NULL, e.price_date) END AS clinic_procedure,
           CASE WHEN NOT q.same_day_spell OR NOT q.emergency_spell THEN false
                WHEN (e.hrg_sent ^@ ANY ((SELECT a.sdec_hrg FROM @icb@.code_list_arrays a)::text[])
                      OR commissioning.has_code(e.diagnoses[1:1], VARIADIC (SELECT a.sdec_icd10 FROM @icb@.code_list_arrays a))) IS TRUE
                 AND @icb@.on_code_list('sdec', e.diagnoses[1:1], NULL, e.hrg_sent, e.price_date) THEN true
                WHEN e.diagnoses IS NOT NULL THEN false END AS sdec_condition) c
CROSS JOIN LATERAL (
    SELECT q.attendance AND k.days_since_same_first IS NOT NULL AND e.hrg_sent IN ('WF01B', 'WF01D', 'WF02B', 'WF02D') AS as_follow_up,
           q.attendance AND e.hrg_sent ^@ 'WF02' AND e.multi_professional <> ALL ('{M,D,1,2}'::text[]) AS as_single,
           q.attendance AND e.hrg_sent IN ('WF01A', 'WF01B', 'WF02A', 'WF02B')
             AND (e.consultation_medium <> '01' OR e.first_attendance IN ('3', '4')) AS as_remote,
           q.has_list AND c.clinic_procedure IS NOT FALSE AS as_procedure,
           q.has_list AND q.same_day_spell AND e.pod = 'EL' AND e.patient_classification = '1' AND e.intended_management = '2' AS as_day_case,
           q.has_list AND q.emergency_spell AND (e.admission_source = '51' OR e.decision_date < e.start_date) AS as_elective,
           q.has_list AND e.pod_kind = 'spell' AND e.record_best_practice IS NOT TRUE
             AND abs(e.unit_price - e.expected_unit_price) > e.price_tolerance AS as_best_practice,
           q.has_list AND h.cc_rank > 1 AND e.pod_kind = 'spell' AND e.has_record AND k.lone_secondary IS NOT NULL AS as_lowest,
           q.has_list AND e.pod_kind IN ('spell', 'excess', 'attendance', 'procedure', 'emergency', 'critical_care', 'unbundled')
             AND abs(e.unit_price - e.expected_unit_price) > e.price_tolerance AS in_other_year,
           q.same_day_spell AND e.pod = 'DC' AND k.day_cases_in_month > 1 AS regular,
           q.same_day_spell AND q.emergency_spell AND e.procedures IS NULL AS short,
           e.has_record AND e.pod_kind IN ('attendance', 'procedure') AND e.location_type = 'ward' AND e.clinic_code IS NULL AS on_ward) n
-- asked at all only where one of the questions stands
LEFT JOIN LATERAL (
    SELECT ap.*, sp.*, lp.*, yp.*
    FROM (
        SELECT max(x.unit_price) FILTER (WHERE x.kind = 'follow_up') AS follow_up_unit_price,
               max(x.unit_price) FILTER (WHERE x.kind = 'single') AS single_unit_price,
               max(x.unit_price) FILTER (WHERE x.kind = 'remote') AS remote_unit_price,
               max(x.unit_price) FILTER (WHERE x.kind = 'procedure') AS procedure_unit_price
        FROM (SELECT p.kind, (p.price).unit_price
              FROM (SELECT v.kind, commissioning.price_attendance(e.tariff, ROW(commissioning.to_hrg(v.hrg), v.treatment_function, '5', '1', 1,
                                       e.rounding)::commissioning.attendance_line) AS price
                    FROM (VALUES ('follow_up', n.as_follow_up, translate(e.hrg_sent, 'BD', 'AC'), e.treatment_function),
                                 ('single', n.as_single, overlay(e.hrg_sent PLACING '1' FROM 4), e.treatment_function),
                                 ('remote', n.as_remote, translate(e.hrg_sent, 'AB', 'CD'), e.treatment_function),
                                 -- without a treatment function it is a procedure or nothing
                                 ('procedure', n.as_procedure, e.hrg_sent, NULL)) AS v(kind, asked, hrg, treatment_function)
                    WHERE v.asked AND (n.as_follow_up OR n.as_single OR n.as_remote OR n.as_procedure)
                    OFFSET 0) p) x
    ) ap
    CROSS JOIN (
        SELECT max(x.unit_price) FILTER (WHERE x.kind = 'day_case') AS day_case_unit_price,
               max(x.unit_price) FILTER (WHERE x.kind = 'elective') AS elective_unit_price,
               max(x.unit_price) FILTER (WHERE x.kind = 'best_practice') AS best_practice_unit_price,
               max(x.unit_price) FILTER (WHERE x.kind = 'lowest') AS lowest_unit_price
        FROM (SELECT p.kind, CASE WHEN e.excess_apart THEN (p.price).pre_factor - (p.price).excess ELSE (p.price).pre_factor END AS unit_price
              FROM (SELECT v.kind, commissioning.price_spell(e.tariff, ROW(v.hrg, v.classification, v.method, e.start_date, e.end_date, e.age,
                                       e.critical_care_days, e.rehabilitation_days, e.overlap_days, e.palliative_days, v.best_practice,
                                       e.top_up_payable, 1, e.rounding)::commissioning.spell_line) AS price
                    FROM (VALUES ('day_case', n.as_day_case, e.hrg, '2', e.admission_method, e.best_practice),
                                 ('elective', n.as_elective, e.hrg, '1', '11', e.best_practice),
                                 ('best_practice', n.as_best_practice, e.hrg, e.patient_classification, e.admission_method, true),
                                 ('lowest', n.as_lowest, commissioning.to_hrg(h.lowest), e.patient_classification, e.admission_method, e.best_practice))
                         AS v(kind, asked, hrg, classification, method, best_practice)
                    WHERE v.asked AND (n.as_day_case OR n.as_elective OR n.as_best_practice OR n.as_lowest)
                    OFFSET 0) p) x
    ) sp
    CROSS JOIN (
        SELECT max(r.unit_price) FILTER (WHERE v.kind = 'regular') AS regular_unit_price,
               max(r.unit_price) FILTER (WHERE v.kind = 'sdec') AS sdec_unit_price,
               max(r.unit_price) FILTER (WHERE v.kind = 'cdu') AS cdu_unit_price,
               max(r.unit_price) FILTER (WHERE v.kind = 'ward_attender') AS ward_attender_unit_price
        FROM (VALUES ('regular', n.regular, 'RADAY'), ('sdec', n.short, 'SDEC'), ('cdu', n.short, 'CDU'),
                     ('ward_attender', n.on_ward, CASE e.pod_class WHEN 'outpatient_first' THEN 'WAFA' ELSE 'WAFUP' END)) AS v(kind, asked, pod)
        LEFT JOIN LATERAL (
            SELECT r.unit_price
            FROM @icb@.price_rule r
            WHERE r.pod = v.pod AND r.valid @> e.price_date
              AND (r.contract_id IS NULL OR r.contract_id = e.contract_id) AND (r.provider_code IS NULL OR r.provider_code = e.provider_code)
              AND (r.hrg_prefix IS NULL OR starts_with(e.hrg_sent, r.hrg_prefix))
              AND (r.treatment_function IS NULL OR r.treatment_function = e.treatment_function)
            ORDER BY pg_catalog.num_nonnulls(r.contract_id, r.provider_code, r.hrg_prefix, r.treatment_function) DESC,
                     pg_catalog.length(r.hrg_prefix) DESC NULLS LAST, r.price_rule_id
            LIMIT 1) r ON true
        WHERE v.asked AND (n.regular OR n.short OR n.on_ward)
    ) lp
    -- the same list a year before and after, the stay moved with its last day
    LEFT JOIN (
        SELECT x.financial_year AS other_year, x.unit_price AS other_year_unit_price
        FROM (SELECT y.financial_year, y.day,
                     CASE WHEN e.pod_kind IN ('spell', 'excess') THEN
                          (SELECT CASE WHEN e.pod_kind = 'excess' THEN (p.price).per_day WHEN e.excess_apart THEN (p.price).pre_factor - (p.price).excess
                                       ELSE (p.price).pre_factor END
                           FROM (SELECT commissioning.price_spell(y.body, ROW(e.hrg, e.patient_classification, e.admission_method,
                                            e.start_date + (y.day - e.end_date), y.day, e.age, e.critical_care_days, e.rehabilitation_days, e.overlap_days,
                                            e.palliative_days, e.best_practice, e.top_up_payable, 1, e.rounding)::commissioning.spell_line) AS price OFFSET 0) p)
                          WHEN e.pod_kind IN ('attendance', 'procedure') THEN
                          (commissioning.price_attendance(y.body, ROW(e.hrg, e.treatment_function, '5', nullif(e.first_attendance, '5'), 1,
                               e.rounding)::commissioning.attendance_line)).unit_price
                          WHEN e.pod_kind = 'emergency' THEN
                          (commissioning.price_emergency(y.body, ROW(e.hrg, 1, e.rounding)::commissioning.emergency_line)).unit_price
                          ELSE (commissioning.price_unbundled(y.body, ROW(e.hrg, e.units, 1, e.rounding)::commissioning.unbundled_line)).unit_price
                     END AS unit_price
              FROM (SELECT z.financial_year, z.body, d.day
                    FROM (VALUES ((e.price_date - '1 year'::interval)::date), ((e.price_date + '1 year'::interval)::date)) AS d(day)
                    JOIN @icb@.tariff z ON z.tariff_name = e.tariff_name AND z.valid @> d.day
                    WHERE n.in_other_year) y) x
        WHERE abs(e.unit_price - x.unit_price) <= e.price_tolerance
        ORDER BY x.day
        LIMIT 1
    ) yp ON true
    WHERE n.as_follow_up OR n.as_single OR n.as_remote OR n.as_procedure OR n.as_day_case OR n.as_elective OR n.as_best_practice OR n.as_lowest
       OR n.in_other_year OR n.regular OR n.short OR n.on_ward
    OFFSET 0
) o ON true;
COMMENT ON VIEW @icb@.claim_coding IS
    'What is known of a line with the facts about its codes and its class of care, and with the prices it would have under another reading. A price stays NULL where no rule can need it.';
