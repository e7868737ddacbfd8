-- The facts that rules may use: one row per line of the current position.

CREATE VIEW @icb@.claim_facts WITH (security_invoker = true) AS
SELECT c.person_id, c.submission_id, c.line_no, c.line_key, c.claim_group, c.provider_code, c.site_code, c.commissioner_code, c.contract_id,
       c.financial_year, c.month, c.pod, c.pod_kind, c.pod_class, c.pod_needs_hrg,
       c.pod_kind IN ('spell', 'excess', 'critical_care') AS spell_part,
       c.treatment_function, c.hrg_sent, c.hrg::text AS hrg, c.record_hrg::text AS record_hrg,
       coalesce(w.kind = 'ungroupable', false) OR coalesce(c.hrg_sent, '') = '' OR c.national_price AND c.hrg::text IS NULL AS hrg_ungroupable,
       b.hrg IS NOT NULL AS hrg_age_bounded, b.age_min AS hrg_age_min, b.age_max AS hrg_age_max,
       tw.hrg AS twin_hrg, tw.unit_price AS twin_unit_price,
       c.national_price, c.prescribed_service, c.provider_event_id, c.cds_id, c.nhs_number_state,
       c.activity_id, c.match_method, c.match_score,
       c.start_date, c.end_date, c.price_date, c.age, CASE WHEN c.sex IN ('1', '2') THEN c.sex END AS sex, c.patient_classification, c.admission_method, c.attendance_status,
       c.first_attendance, c.consultation_medium, c.multi_professional, c.main_specialty,
       c.has_record, c.admission_source, c.discharge_method, c.discharge_destination, c.ready_date, c.administrative_category, c.department_type,
       c.referral_id, c.diagnoses, c.procedures,
       coalesce(c.length_of_stay, CASE WHEN c.pod_kind IN ('spell', 'excess', 'critical_care') THEN c.end_date - c.start_date END) AS length_of_stay,
       c.critical_care_days, c.rehabilitation_days, c.palliative_days, c.qualifying_days, c.trim_point,
       c.short_stay, c.excess_days, c.excess_days_with_critical_care,
       c.responsible_practice, c.responsible_commissioner,
       CASE WHEN NOT c.person_known OR c.nhs_number_state <> 'valid' THEN NULL WHEN c.death_date IS NULL THEN 'alive' ELSE 'dead' END AS death_state,
       c.death_date, c.start_date - c.death_date AS days_after_death,
       CASE WHEN c.pod_kind IN ('attendance', 'procedure') OR c.pod_class = 'pass_through' THEN 1 ELSE 0 END AS death_grace_days,
       c.units, c.unit_price, c.market_forces_factor AS factor, c.total_cost AS total, c.rounding,
       a.product, abs(c.total_cost - a.product) AS arithmetic_difference, 0.01 * greatest(abs(c.units), 1) AS arithmetic_tolerance,
       c.tariff_name, c.tariff_year, c.expected_units, c.expected_unit_price, c.full_unit_price,
       c.expected_factor, c.per_day, c.price_reason,
       abs(c.unit_price - c.expected_unit_price) AS price_difference, c.price_tolerance,
       abs(c.market_forces_factor - c.expected_factor) AS factor_difference,
       CASE WHEN w.kind = 'ungroupable' OR coalesce(c.hrg_sent, '') = '' OR c.national_price AND (c.hrg::text IS NULL OR c.pod_kind IN ('other', 'regular', 'pass_through')) THEN false
            WHEN c.age < b.age_min OR c.age > b.age_max THEN false
            WHEN NOT c.national_price THEN c.expected_unit_price IS NOT NULL
            ELSE true END AS price_comparable,
       c.diagnosis_fault, c.unlisted_code, c.sex_of_codes, c.cc_rank, c.lowest_hrg, c.lowest_unit_price, c.max_units, c.cancelled_procedure,
       c.clinic_procedure, c.sdec_condition, c.unbundled_kind, c.event_kind, c.intended_management, c.days_since_decision, c.location_type, c.clinic_code,
       c.follow_up_unit_price, c.single_unit_price, c.remote_unit_price, c.procedure_unit_price, c.day_case_unit_price, c.elective_unit_price,
       c.regular_unit_price, c.sdec_unit_price, c.cdu_unit_price, c.ward_attender_unit_price,
       c.ready_date_clause, c.days_after_ready, c.units_before_ready,
       c.top_up_claimed AS top_up, c.top_up_code_claimed AS top_up_code, c.record_top_up_code, c.top_up_eligible, c.unit_price_without_top_up,
       c.record_best_practice, c.best_practice_unit_price, c.other_year, c.other_year_unit_price,
       NOT c.national_price OR c.pod_kind IN ('regular', 'pass_through') OR c.price_kind IS NOT DISTINCT FROM 'local' AS local_price,
       CASE WHEN abs(c.unit_price - c.expected_unit_price) > c.price_tolerance THEN
            CASE WHEN c.pod_kind = 'spell' AND c.short_stay AND abs(c.unit_price - c.full_unit_price) <= c.price_tolerance THEN 'full_price'
                 WHEN c.top_up_claimed > 0 AND c.top_up_eligible IS NOT TRUE
                  AND abs(c.unit_price_without_top_up - c.expected_unit_price) <= c.price_tolerance THEN 'top_up'
                 WHEN abs(c.unit_price - c.best_practice_unit_price) <= c.price_tolerance THEN 'best_practice'
                 WHEN c.other_year IS NOT NULL THEN 'other_year'
                 ELSE 'none' END
            ELSE 'none' END AS price_explained,
       -- the full price was charged where the short-stay price was due
       CASE WHEN c.pod_kind <> 'spell' THEN false
            WHEN NOT c.short_stay THEN false
            ELSE abs(c.unit_price - c.full_unit_price) <= c.price_tolerance AND abs(c.unit_price - c.expected_unit_price) > c.price_tolerance
       END AS short_stay_missed,
       -- the excess days are what they would be with the critical care days left in
       CASE WHEN c.pod_kind <> 'excess' THEN false
            WHEN c.excess_days IS NULL THEN NULL
            ELSE c.critical_care_days > 0 AND c.units = c.excess_days_with_critical_care AND c.units <> c.expected_units
       END AS critical_care_counted,
       c.duplicate_of, c.repeat_of, c.overlap_of, c.rebill_of, c.other_feed_of, c.same_drug_of,
       c.two_provider_of, c.two_provider_payee, CASE WHEN c.two_provider_paid THEN c.total_cost WHEN c.two_provider_of IS NOT NULL THEN 0 END AS two_provider_total,
       c.inside_spell_of, c.emergency_inside_spell_of, c.admission_same_day, c.same_day_attendance_of, c.emergency_same_day, c.transfer_pair_of,
       c.pathway_of, c.pathway_repeat_of, c.procedure_same_day, c.code_pair_of, coalesce(c.day_cases_in_month, 1) AS day_cases_in_month,
       -- 9999: there is none
       coalesce(c.days_since_same_first, 9999) AS days_since_same_first, coalesce(c.days_since_first, 9999) AS days_since_first, c.history_days,
       coalesce(c.days_since_discharge, 9999) AS days_since_discharge, coalesce(c.days_since_same_drug, 9999) AS days_since_same_drug,
       coalesce(c.days_to_event, 9999) AS days_to_event, c.lone_secondary,
       c.readmission_of, coalesce(c.readmission_days, 9999) AS readmission_days, c.readmission_index, c.readmission_exclusion,
       CASE WHEN c.price_date < '2011-04-01' THEN 14 ELSE 30 END AS readmission_window,
       coalesce(rr.value = 1, c.basis IN ('tariff', 'mret') AND c.price_date >= '2010-12-01' AND c.price_date < '2019-04-01', false) AS readmission_rule,
       CASE c.readmission_index WHEN 'elective' THEN 0 ELSE round(c.total_cost * coalesce(rp.value, 1), 2) END AS readmission_total,
       c.ward_code, CASE WHEN c.ward_code IS NOT NULL THEN coalesce(wd.kind, 'ward') END AS ward_kind,
       c.claim_dataset, c.pod_recorded, c.billed_practice, c.practice_known, c.residence_area, c.residence_commissioner, c.assigned_commissioner,
       c.billed_to_nhse, c.nhse_responsible, c.national_programme, c.other_payer, c.overseas_category, c.country, c.practice_open, c.low_volume_pair,
       c.local_code, c.service_state, c.approval_state, c.ebi_category, c.ebi_state, c.referral_source, c.c2c_allowed, c.public_health,
       c.final_date, c.first_seen_on, c.frozen_total, c.frozen_state, c.period_fault, c.record_found, c.healthy_baby,
       c.item_code, c.indication, c.commissioner_unit_price, c.drug_listed, c.drug_payer, c.reference_price, c.reference_unit_price, c.price_over_reference,
       c.vat_on_homecare, c.payer_by_indication, c.approval_required, c.drug_approval, c.max_quantity, c.min_interval_days,
       CASE WHEN c.days_since_same_drug < c.min_interval_days THEN 0 ELSE c.allowed_quantity END AS allowed_quantity, c.device_fault
FROM @icb@.claim_coding c
LEFT JOIN @icb@.contract_term rr
  ON rr.contract_id = c.contract_id AND rr.term = 'readmission_rule' AND rr.context = '' AND rr.valid @> c.price_date AND c.readmission_of IS NOT NULL
LEFT JOIN @icb@.contract_term rp
  ON rp.contract_id = c.contract_id AND rp.term = 'readmission_payable' AND rp.context = '' AND rp.valid @> c.price_date AND c.readmission_of IS NOT NULL
LEFT JOIN @icb@.ward wd ON wd.provider_code = c.provider_code AND wd.ward_code = c.ward_code AND wd.valid @> c.start_date
LEFT JOIN commissioning.hrg_age_bound b ON b.hrg = c.hrg::text
LEFT JOIN commissioning.hrg_without_price w ON w.hrg = c.hrg::text
CROSS JOIN LATERAL (
    SELECT CASE c.rounding WHEN 'sus' THEN round(round(c.units * c.unit_price) * coalesce(c.market_forces_factor, 1))
                           WHEN 'none' THEN c.units * c.unit_price * coalesce(c.market_forces_factor, 1)
                           ELSE round(c.units * c.unit_price * coalesce(c.market_forces_factor, 1), 2) END AS product) a
LEFT JOIN LATERAL (
    -- what the line would cost under an HRG that fits the age: the record's own, else the twin that differs in the age alone
    SELECT t.hrg,
           CASE WHEN c.pod_kind IN ('spell', 'excess') THEN
                (SELECT CASE WHEN c.pod_kind = 'excess' THEN sp.per_day WHEN c.excess_apart THEN sp.pre_factor - sp.excess ELSE sp.pre_factor END
                 FROM commissioning.price_spell(c.tariff, ROW(t.hrg::commissioning.hrg, c.patient_classification, c.admission_method, c.start_date,
                          c.end_date, c.age, c.critical_care_days, c.rehabilitation_days, c.overlap_days, c.palliative_days, c.best_practice,
                          NULL::text, 1, c.rounding)::commissioning.spell_line) sp)
                WHEN c.pod_kind IN ('attendance', 'procedure') THEN
                (SELECT ap.unit_price
                 FROM commissioning.price_attendance(c.tariff, ROW(t.hrg::commissioning.hrg, c.treatment_function, '5', c.first_attendance,
                          1, c.rounding)::commissioning.attendance_line) ap)
           END AS unit_price
    FROM (SELECT c.record_hrg::text AS hrg, 1 AS place
          UNION ALL
          SELECT x.twin, 2 FROM commissioning.hrg_age_twin x JOIN commissioning.hrg_age_bound y ON y.hrg = x.twin WHERE x.hrg = c.hrg::text) t
    LEFT JOIN commissioning.hrg_age_bound tb ON tb.hrg = t.hrg
    WHERE (c.age < b.age_min OR c.age > b.age_max) AND c.tariff IS NOT NULL
      AND c.age BETWEEN coalesce(tb.age_min, 0) AND coalesce(tb.age_max, 150)
    -- lists of several years name other age limits: the one that begins or ends where this one does not
    ORDER BY t.place, tb.age_min = b.age_max + 1 OR tb.age_max = b.age_min - 1 DESC NULLS LAST, t.hrg
    LIMIT 1
) tw ON true;
COMMENT ON VIEW @icb@.claim_facts IS
    'One row per line of the current position: everything a rule may use. Live; needs icb.match() for the columns that depend on the hospital record or on other lines.';

COMMENT ON COLUMN @icb@.claim_facts.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.claim_facts.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.claim_facts.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.claim_facts.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.claim_facts.claim_group IS 'Lines charged together for one event.';
COMMENT ON COLUMN @icb@.claim_facts.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb@.claim_facts.site_code IS 'Site, NULL when not sent.';
COMMENT ON COLUMN @icb@.claim_facts.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb@.claim_facts.contract_id IS 'Contract that covers provider and commissioner on the price date; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.financial_year IS 'Financial year of the claim.';
COMMENT ON COLUMN @icb@.claim_facts.month IS 'Financial month of the claim, 1 = April.';
COMMENT ON COLUMN @icb@.claim_facts.pod IS 'Point of delivery as charged.';
COMMENT ON COLUMN @icb@.claim_facts.pod_kind IS 'spell, excess, critical_care, unbundled, attendance, procedure, emergency, regular, pathway, pass_through or other.';
COMMENT ON COLUMN @icb@.claim_facts.pod_class IS 'Class of care under which contracts set recovery rates.';
COMMENT ON COLUMN @icb@.claim_facts.pod_needs_hrg IS 'Whether this point of delivery is priced by HRG.';
COMMENT ON COLUMN @icb@.claim_facts.spell_part IS 'Whether the line is a spell, its excess days or its critical care.';
COMMENT ON COLUMN @icb@.claim_facts.treatment_function IS 'Treatment function as charged.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_sent IS 'Tariff code as sent.';
COMMENT ON COLUMN @icb@.claim_facts.hrg IS 'HRG as charged; NULL when the code sent is none.';
COMMENT ON COLUMN @icb@.claim_facts.record_hrg IS 'HRG on the hospital record.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_ungroupable IS 'No HRG, or one that says the data could not be grouped.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_age_bounded IS 'Whether the name of the HRG holds an age.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_age_min IS 'Youngest age that the HRG allows; NULL without bounds.';
COMMENT ON COLUMN @icb@.claim_facts.hrg_age_max IS 'Oldest age that the HRG allows; NULL without bounds.';
COMMENT ON COLUMN @icb@.claim_facts.twin_hrg IS 'HRG that fits the age where the one charged does not.';
COMMENT ON COLUMN @icb@.claim_facts.twin_unit_price IS 'Price of one unit under twin_hrg.';
COMMENT ON COLUMN @icb@.claim_facts.national_price IS 'Whether the price is a national one (else local).';
COMMENT ON COLUMN @icb@.claim_facts.prescribed_service IS 'Specialised service line, which another commissioner pays; NULL for the rest.';
COMMENT ON COLUMN @icb@.claim_facts.provider_event_id IS 'The provider''s number of the spell or attendance.';
COMMENT ON COLUMN @icb@.claim_facts.cds_id IS 'Record identifier sent with the claim.';
COMMENT ON COLUMN @icb@.claim_facts.nhs_number_state IS 'valid, missing, invalid, placeholder or withheld.';
COMMENT ON COLUMN @icb@.claim_facts.activity_id IS 'Hospital record that the line meets; NULL: none found.';
COMMENT ON COLUMN @icb@.claim_facts.match_method IS 'How the record was found.';
COMMENT ON COLUMN @icb@.claim_facts.match_score IS 'How well, 1 to 100.';
COMMENT ON COLUMN @icb@.claim_facts.start_date IS 'Admission, attendance or arrival: of the record where there is one. Decides commissioner and age.';
COMMENT ON COLUMN @icb@.claim_facts.end_date IS 'Discharge or attendance: of the record where there is one.';
COMMENT ON COLUMN @icb@.claim_facts.price_date IS 'Decides price, factor and contract: discharge for a spell and its parts, attendance otherwise.';
COMMENT ON COLUMN @icb@.claim_facts.age IS 'Completed years at the start: of the record where there is one.';
COMMENT ON COLUMN @icb@.claim_facts.sex IS '1 male, 2 female, on the record, else on the claim; NULL where it is not known or not specified.';
COMMENT ON COLUMN @icb@.claim_facts.patient_classification IS '1 ordinary, 2 day case, 3 and 4 regular; from the point of delivery without a record.';
COMMENT ON COLUMN @icb@.claim_facts.admission_method IS 'Admission method; from the point of delivery without a record.';
COMMENT ON COLUMN @icb@.claim_facts.attendance_status IS '5 and 6 attended, 2, 3, 4, 7 not; only from the record.';
COMMENT ON COLUMN @icb@.claim_facts.first_attendance IS 'First attendance code of the record.';
COMMENT ON COLUMN @icb@.claim_facts.consultation_medium IS 'Consultation medium of the record.';
COMMENT ON COLUMN @icb@.claim_facts.multi_professional IS 'Multi-professional indicator of the record.';
COMMENT ON COLUMN @icb@.claim_facts.main_specialty IS 'Main specialty of the record.';
COMMENT ON COLUMN @icb@.claim_facts.has_record IS 'Whether the hospital record was found.';
COMMENT ON COLUMN @icb@.claim_facts.admission_source IS 'NHS Data Dictionary SOURCE OF ADMISSION.';
COMMENT ON COLUMN @icb@.claim_facts.discharge_method IS 'NHS Data Dictionary METHOD OF DISCHARGE.';
COMMENT ON COLUMN @icb@.claim_facts.discharge_destination IS 'NHS Data Dictionary DESTINATION OF DISCHARGE.';
COMMENT ON COLUMN @icb@.claim_facts.ready_date IS 'Day from which the patient was fit to leave.';
COMMENT ON COLUMN @icb@.claim_facts.administrative_category IS '01 NHS, 02 private, 03 amenity, 04 category II; only from the record.';
COMMENT ON COLUMN @icb@.claim_facts.department_type IS 'Emergency department type 01 to 05.';
COMMENT ON COLUMN @icb@.claim_facts.referral_id IS 'Referral the event belongs to; only from the record.';
COMMENT ON COLUMN @icb@.claim_facts.diagnoses IS 'ICD-10 codes in recorded order, primary first.';
COMMENT ON COLUMN @icb@.claim_facts.procedures IS 'OPCS-4 codes in recorded order, primary first.';
COMMENT ON COLUMN @icb@.claim_facts.length_of_stay IS 'Nights from admission to discharge.';
COMMENT ON COLUMN @icb@.claim_facts.critical_care_days IS 'Critical care days of the record.';
COMMENT ON COLUMN @icb@.claim_facts.rehabilitation_days IS 'Rehabilitation days of the record.';
COMMENT ON COLUMN @icb@.claim_facts.palliative_days IS 'Palliative care days of the record.';
COMMENT ON COLUMN @icb@.claim_facts.qualifying_days IS 'Length of stay less critical care, rehabilitation and palliative days.';
COMMENT ON COLUMN @icb@.claim_facts.trim_point IS 'Days covered by the base price.';
COMMENT ON COLUMN @icb@.claim_facts.short_stay IS 'Whether the short-stay price is due.';
COMMENT ON COLUMN @icb@.claim_facts.excess_days IS 'Days over the trim point.';
COMMENT ON COLUMN @icb@.claim_facts.excess_days_with_critical_care IS 'What excess_days would be with the critical care days left in.';
COMMENT ON COLUMN @icb@.claim_facts.responsible_practice IS 'Practice of registration on the start date.';
COMMENT ON COLUMN @icb@.claim_facts.responsible_commissioner IS 'Commissioner of that practice on that date.';
COMMENT ON COLUMN @icb@.claim_facts.death_state IS 'alive or dead; NULL when the person could not be traced.';
COMMENT ON COLUMN @icb@.claim_facts.death_date IS 'Date of death.';
COMMENT ON COLUMN @icb@.claim_facts.days_after_death IS 'Days from death to start.';
COMMENT ON COLUMN @icb@.claim_facts.death_grace_days IS 'Days after death on which activity is let pass.';
COMMENT ON COLUMN @icb@.claim_facts.units IS 'Units charged.';
COMMENT ON COLUMN @icb@.claim_facts.unit_price IS 'Price of one unit before the factor, as charged.';
COMMENT ON COLUMN @icb@.claim_facts.factor IS 'Market forces factor as charged; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.total IS 'Amount charged.';
COMMENT ON COLUMN @icb@.claim_facts.rounding IS 'Rounding of the contract: sus, penny or none.';
COMMENT ON COLUMN @icb@.claim_facts.product IS 'units x unit_price x factor, rounded as the contract says.';
COMMENT ON COLUMN @icb@.claim_facts.arithmetic_difference IS 'Distance of total from product.';
COMMENT ON COLUMN @icb@.claim_facts.arithmetic_tolerance IS 'A penny for each unit.';
COMMENT ON COLUMN @icb@.claim_facts.tariff_name IS 'Price list.';
COMMENT ON COLUMN @icb@.claim_facts.tariff_year IS 'Financial year of the price list.';
COMMENT ON COLUMN @icb@.claim_facts.expected_units IS 'Units there should be; NULL: as charged.';
COMMENT ON COLUMN @icb@.claim_facts.expected_unit_price IS 'Price of one unit before the factor there should be.';
COMMENT ON COLUMN @icb@.claim_facts.full_unit_price IS 'Price without the short-stay reduction, where one is due.';
COMMENT ON COLUMN @icb@.claim_facts.expected_factor IS 'The provider''s factor on the price date.';
COMMENT ON COLUMN @icb@.claim_facts.per_day IS 'Price of an excess day.';
COMMENT ON COLUMN @icb@.claim_facts.price_reason IS 'Why there is no expected price.';
COMMENT ON COLUMN @icb@.claim_facts.price_difference IS 'Distance of unit_price from expected_unit_price.';
COMMENT ON COLUMN @icb@.claim_facts.price_tolerance IS 'Price difference that the contract lets pass.';
COMMENT ON COLUMN @icb@.claim_facts.factor_difference IS 'Distance of factor from expected_factor.';
COMMENT ON COLUMN @icb@.claim_facts.price_comparable IS 'Whether the price can be judged by itself: priced kind of care, HRG groupable and fit for the age.';
COMMENT ON COLUMN @icb@.claim_facts.diagnosis_fault IS 'What is wrong with the primary diagnosis of a spell: blank, unspecified (R69), external cause, asterisk; none.';
COMMENT ON COLUMN @icb@.claim_facts.unlisted_code IS 'First code of the record that no release holds on the price date; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.sex_of_codes IS 'Sex that HRG, primary diagnosis or procedures ask for, where it is not the one known; NULL: no conflict.';
COMMENT ON COLUMN @icb@.claim_facts.cc_rank IS 'Step of the HRG among those that differ in complications alone, 1 the lowest; NULL: not split so.';
COMMENT ON COLUMN @icb@.claim_facts.lowest_hrg IS 'HRG of the same root with the fewest complications.';
COMMENT ON COLUMN @icb@.claim_facts.lowest_unit_price IS 'Price of one unit under lowest_hrg, where the record has a single secondary diagnosis.';
COMMENT ON COLUMN @icb@.claim_facts.max_units IS 'Most units of this HRG, else of this point of delivery, that one line may charge; NULL: no limit.';
COMMENT ON COLUMN @icb@.claim_facts.cancelled_procedure IS 'Whether primary diagnosis or HRG of a stay without a night say that the procedure was not carried out.';
COMMENT ON COLUMN @icb@.claim_facts.clinic_procedure IS 'Whether a day case holds a procedure that an outpatient clinic can do, and no anaesthetic.';
COMMENT ON COLUMN @icb@.claim_facts.sdec_condition IS 'Whether an emergency stay without a night is for a condition that same-day emergency care treats.';
COMMENT ON COLUMN @icb@.claim_facts.unbundled_kind IS 'imaging, rehabilitation, critical_care or other; none for what is not unbundled.';
COMMENT ON COLUMN @icb@.claim_facts.event_kind IS 'Kind of the record that the line meets: APC, OP or EC.';
COMMENT ON COLUMN @icb@.claim_facts.intended_management IS 'NHS Data Dictionary INTENDED MANAGEMENT; 2: no night was planned.';
COMMENT ON COLUMN @icb@.claim_facts.days_since_decision IS 'Days from the decision to admit to the admission; 0 where none is recorded.';
COMMENT ON COLUMN @icb@.claim_facts.location_type IS 'Where the attendance took place.';
COMMENT ON COLUMN @icb@.claim_facts.clinic_code IS 'Clinic; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.follow_up_unit_price IS 'Price of the attendance as a follow-up.';
COMMENT ON COLUMN @icb@.claim_facts.single_unit_price IS 'Price of the attendance with one profession.';
COMMENT ON COLUMN @icb@.claim_facts.remote_unit_price IS 'Price of the attendance by telephone or video.';
COMMENT ON COLUMN @icb@.claim_facts.procedure_unit_price IS 'Price of the day case as an outpatient procedure.';
COMMENT ON COLUMN @icb@.claim_facts.day_case_unit_price IS 'Price of the ordinary admission as a day case.';
COMMENT ON COLUMN @icb@.claim_facts.elective_unit_price IS 'Price of the emergency admission as an elective one.';
COMMENT ON COLUMN @icb@.claim_facts.regular_unit_price IS 'Local price of a regular day attendance.';
COMMENT ON COLUMN @icb@.claim_facts.sdec_unit_price IS 'Local price of same-day emergency care (point of delivery SDEC).';
COMMENT ON COLUMN @icb@.claim_facts.cdu_unit_price IS 'Local price of a stay in a clinical decision unit (point of delivery CDU); 0 where none was agreed.';
COMMENT ON COLUMN @icb@.claim_facts.ward_attender_unit_price IS 'Local price of a ward attender (WAFA, WAFUP).';
COMMENT ON COLUMN @icb@.claim_facts.ready_date_clause IS '1: the contract does not pay excess days after the patient was fit to leave.';
COMMENT ON COLUMN @icb@.claim_facts.days_after_ready IS 'Days from the day fit to leave to discharge.';
COMMENT ON COLUMN @icb@.claim_facts.units_before_ready IS 'Excess days less those after the patient was fit to leave.';
COMMENT ON COLUMN @icb@.claim_facts.top_up IS 'Specialised service top-up in the price of one unit, as charged.';
COMMENT ON COLUMN @icb@.claim_facts.top_up_code IS 'Specialised service code for which a top-up is charged.';
COMMENT ON COLUMN @icb@.claim_facts.record_top_up_code IS 'Specialised service code of the record.';
COMMENT ON COLUMN @icb@.claim_facts.top_up_eligible IS 'Whether the provider may charge this top-up on the date and the record has its code; NULL: no code charged.';
COMMENT ON COLUMN @icb@.claim_facts.unit_price_without_top_up IS 'unit_price less top_up.';
COMMENT ON COLUMN @icb@.claim_facts.record_best_practice IS 'Whether the record says that the best practice criteria were met.';
COMMENT ON COLUMN @icb@.claim_facts.best_practice_unit_price IS 'Price had the criteria been met, where the price charged differs from the one due.';
COMMENT ON COLUMN @icb@.claim_facts.other_year IS 'Year whose price was charged: the one before or after, where the price charged differs from the one due.';
COMMENT ON COLUMN @icb@.claim_facts.other_year_unit_price IS 'Price of that year.';
COMMENT ON COLUMN @icb@.claim_facts.local_price IS 'Whether a local price holds, and no national one.';
COMMENT ON COLUMN @icb@.claim_facts.price_explained IS
    'Which rule tells why the price charged differs: full_price (PRC04), top_up (PRC08), best_practice (PRC09), other_year (PRC03); none.';
COMMENT ON COLUMN @icb@.claim_facts.short_stay_missed IS 'The full price was charged where the short-stay price is due.';
COMMENT ON COLUMN @icb@.claim_facts.critical_care_counted IS 'The excess days charged are what they would be with critical care days left in.';
COMMENT ON COLUMN @icb@.claim_facts.duplicate_of IS 'Line that claims the very same; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.repeat_of IS 'Line that claims the same part of the same event with other content.';
COMMENT ON COLUMN @icb@.claim_facts.overlap_of IS 'Spell, kept, with which this one shares a night.';
COMMENT ON COLUMN @icb@.claim_facts.rebill_of IS 'Credit that already gave back the money of the same care under another number.';
COMMENT ON COLUMN @icb@.claim_facts.other_feed_of IS 'Line, kept, that charges the same event at a national price where this one has a local price, or the other way round.';
COMMENT ON COLUMN @icb@.claim_facts.same_drug_of IS 'Line, kept, with the same drug, day and quantity.';
COMMENT ON COLUMN @icb@.claim_facts.two_provider_of IS 'Spell of another provider with which this one, or the spell it is charged with, shares a night.';
COMMENT ON COLUMN @icb@.claim_facts.two_provider_payee IS 'Of the two spells, the one that is paid.';
COMMENT ON COLUMN @icb@.claim_facts.two_provider_total IS 'What is due of this line: its total where its spell is the one that is paid, else 0.';
COMMENT ON COLUMN @icb@.claim_facts.inside_spell_of IS 'Spell of the same provider, charged, inside which an outpatient attendance falls.';
COMMENT ON COLUMN @icb@.claim_facts.emergency_inside_spell_of IS 'Spell of the same provider, charged, inside which an emergency attendance falls.';
COMMENT ON COLUMN @icb@.claim_facts.admission_same_day IS 'Spell of the same provider and treatment function, charged, that begins on the day of the attendance.';
COMMENT ON COLUMN @icb@.claim_facts.same_day_attendance_of IS 'Attendance, kept, of the same day, treatment function, provider, site and main specialty.';
COMMENT ON COLUMN @icb@.claim_facts.emergency_same_day IS 'Emergency attendance at the same provider on the day of admission.';
COMMENT ON COLUMN @icb@.claim_facts.transfer_pair_of IS 'Spell, kept, that is one stay with this one, split by a transfer inside the provider.';
COMMENT ON COLUMN @icb@.claim_facts.pathway_of IS 'Antenatal pathway that pays for this attendance or admission.';
COMMENT ON COLUMN @icb@.claim_facts.pathway_repeat_of IS 'Line of another provider, kept, with the same module of the maternity pathway.';
COMMENT ON COLUMN @icb@.claim_facts.procedure_same_day IS 'Procedure of the same day, provider and treatment function, whose price holds the attendance.';
COMMENT ON COLUMN @icb@.claim_facts.code_pair_of IS 'Line, kept, of the same day and provider with an HRG that is not paid beside this one.';
COMMENT ON COLUMN @icb@.claim_facts.day_cases_in_month IS 'Day cases of the same provider, HRG and treatment function in the calendar month, this one included.';
COMMENT ON COLUMN @icb@.claim_facts.days_since_same_first IS 'Days since an earlier first attendance of the same provider, treatment function and referral; 9999: none.';
COMMENT ON COLUMN @icb@.claim_facts.days_since_first IS 'Days since the last first attendance, or discharge, in the treatment function; 9999: none is known.';
COMMENT ON COLUMN @icb@.claim_facts.history_days IS 'Days for which the records of the person reach back from this follow-up; NULL for other lines.';
COMMENT ON COLUMN @icb@.claim_facts.days_since_discharge IS 'Days since the last discharge from the same provider; 9999: none.';
COMMENT ON COLUMN @icb@.claim_facts.days_since_same_drug IS 'Days since the drug was supplied before; 9999: never.';
COMMENT ON COLUMN @icb@.claim_facts.days_to_event IS 'Days from the supply of a drug to the nearest stay or attendance, before or after; 9999: there is none.';
COMMENT ON COLUMN @icb@.claim_facts.lone_secondary IS 'Only secondary diagnosis of the spell, where no other record of the person within 24 months holds it.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_of IS 'Stay that ended within 30 days before this emergency admission at the same provider: a line, or a record by its number.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_days IS 'Days from that discharge to this admission; 9999: none.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_index IS 'How the stay before was admitted: elective, emergency or other.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_exclusion IS 'none, or why the readmission is paid all the same; NULL: age or diagnoses are not known.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_window IS 'Days within which an emergency admission counts as a readmission: 14 before April 2011, 30 since.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_rule IS 'Whether readmissions are withheld: the contract''s term readmission_rule, else national prices or marginal rate from December 2010 to March 2019.';
COMMENT ON COLUMN @icb@.claim_facts.readmission_total IS 'What is due of a readmission: nothing after an elective stay, else the share of the contract''s term readmission_payable.';
COMMENT ON COLUMN @icb@.claim_facts.ward_code IS 'Ward, on the record or else on the claim.';
COMMENT ON COLUMN @icb@.claim_facts.ward_kind IS 'cdu (clinical decision unit), observation, assessment or ward; NULL: no ward is told.';

-- The views beneath have the same columns: each gets the comment it has here where its own part gave it none.
DO $comments$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT c.oid::pg_catalog.regclass AS relation, a.attname, pg_catalog.col_description(f.attrelid, f.attnum) AS meaning
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_attribute f ON f.attrelid = '@icb@.claim_facts'::pg_catalog.regclass AND f.attname = a.attname
        WHERE c.relnamespace = '@icb@'::pg_catalog.regnamespace AND c.relname IN ('claim_base', 'claim_price', 'claim_entitlement', 'claim_coding')
          AND pg_catalog.col_description(c.oid, a.attnum) IS NULL AND pg_catalog.col_description(f.attrelid, f.attnum) IS NOT NULL
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', target.relation, target.attname, target.meaning);
    END LOOP;
END
$comments$;
