-- Columns that mean the same wherever they stand, said once: each gets this comment where its own part gave it none.
DO $comments$
DECLARE
    meanings jsonb := $json$ {
        "base_price": "Base price of the spell.", "basis": "Payment basis of the contract on the price date.", "best_practice_price": "Best practice price added to the base.",
        "event_kind": "APC, OP or EC of the matched record; NULL without one.", "excess_price": "Price of the excess days of the spell.",
        "factor_via": "Successor whose factor applies; NULL: the provider's own.", "price_kind": "Which price is expected: national, local, pathway or pass_through; NULL: none.",
        "record_top_up_code": "Specialised service codes of the record; NULL: none.", "price_note": "What a person should know about the price; NULL for most.", "top_up_payable": "Top-up codes of the record for which the provider is eligible on the day.",
        "top_up_price": "Specialised top-up of the spell.", "via": "Successor that it comes from; NULL: none.", "whole_price": "Price of the whole spell, excess days included, before the factor.",
        "activity_id": "Recorded event.", "activity_month": "First day of the month of activity.", "actual_activity": "Units delivered.",
        "actual_price": "Amount claimed for the month.", "admission_method": "NHS Data Dictionary ADMISSION METHOD.", "age": "Age in years as used for the price.",
        "amount": "Amount in pounds.", "amount_loaded": "Money in the rows taken.", "amount_rejected": "Money in the rows refused, where it can be read.",
        "attendance_status": "5 and 6 attended; 2, 3, 4 and 7 not.", "base": "Amount to which shares, caps and gates given in percent refer.",
        "benchmark": "Benchmark of the period in pounds.", "best_practice": "Price or flag of best practice.", "billed": "Amount claimed for the line, in pounds.",
        "cap_gain": "Most that can be gained, as an amount or a share of the base.", "cap_loss": "Most that can be lost, as an amount or a share of the base.",
        "carried_forward": "Amount brought from earlier periods.", "cds_id": "CDS unique identifier.", "claim_group": "Lines of one event: provider and event identifier.",
        "clause": "Clause of the contract.", "column_name": "Column of the file.", "combined": "Price of day case or elective care alike.",
        "commissioner_code": "Commissioner (sub-ICB code).", "consultation_medium": "NHS Data Dictionary CONSULTATION MEDIUM USED.",
        "content": "Fingerprint of the finding: equal content is the same finding.", "contested_amount": "Part of the line that is contested, in pounds.",
        "contract_id": "Contract.", "control_amount": "Total that the sender gave, NULL when none.", "control_rows": "Number of rows that the sender gave, NULL when none.",
        "created_at": "When it was made.", "created_by": "Role that made it.", "critical_care_days": "Days in critical care during the spell.",
        "cumulative_amount": "What the party has to get or pay for the whole period.", "curve": "How gain and loss are shared.", "data_cutoff": "Last day of the data used.",
        "dataset": "PLCM, ACM, PLAN, APC, OP, EC or another data set.", "day_case": "Price of a day case.", "discount": "Share kept back before sharing.",
        "elective": "Price of an elective spell.", "elective_trim": "Days of an elective spell that the price covers.", "end_date": "Discharge or attendance.",
        "engine_version": "Version of the extension that computed it.", "evidence": "Facts behind the finding, without identifiers.",
        "exact_text": "Exact value before rounding.", "excess_apart": "Whether excess days stand on a line of their own.", "excess_days": "Days beyond the trim point.",
        "excess_days_with_critical_care": "Excess days if critical care days were not taken off.", "expected_factor": "Market forces factor that should apply.",
        "expected_total": "Total that should have been billed, in pounds; NULL when not assessed.", "expected_unit_price": "Price of one unit that should apply.",
        "expected_units": "Units that should have been billed.", "extra": "What else the file held, by header.", "factor": "Market forces factor, as charged.", "factor_gain": "Multiplier of a gain, NULL for 1.",
        "factor_loss": "Multiplier of a loss, NULL for 1.", "feed": "Name of the feed.", "file_hash": "Hash of the content of the file.", "file_name": "Name of the file.",
        "financial_year": "Financial year, 2024/25.", "finding_ref": "Reference of the finding.", "first_attendance": "1 and 3 first, 2 and 4 follow-up.",
        "formula": "How the number came about.", "from_day": "First day.", "full_unit_price": "Price of one unit without the short-stay reduction.",
        "gate": "What must be reached before anything is shared.", "gate_by": "What the gate looks at.", "gate_side": "Whether the gate bars gains, losses or both.",
        "held_reason": "Why the slice is held.", "hrg": "Healthcare resource group.", "hrg_sent": "HRG as sent.", "identified": "Effect of this rule alone on the line, in pounds.",
        "input_hash": "Fingerprint of the inputs.", "inputs": "Inputs as they were used.", "is_local": "Whether the rule belongs to this warehouse, not to the release.",
        "kept_line_key": "Line of the pair that is paid.", "kind": "Which kind it is.", "landing_columns": "Names of the columns in the landing table.",
        "length_of_stay": "Days from admission to discharge.", "line_code": "Code of the statement line.", "line_count": "Number of lines.",
        "line_key": "Identity of the line across restatements.", "line_no": "Number of the line.", "loaded_at": "When it was loaded, NULL until then.",
        "local_pod": "Point of delivery as the provider calls it.", "loss_rate": "Rate of loss by score.", "loss_relief": "Relief that reduces a loss, in pounds.",
        "main_specialty": "Main specialty of the consultant.", "market_forces_factor": "Factor as sent.", "match_method": "Which keys of claim and record agreed.",
        "match_score": "How well claim and record agree, 1 to 100.", "message": "What happened, without identifiers.", "method": "Which keys agreed.",
        "minimum_rate": "Least rate that must be reached.", "month": "Month, 1 is April.", "multi_professional": "Whether several professions saw the patient.",
        "national_price": "Whether the provider says that the price is the national one.", "net": "Share of this rule in the correction of the line, in pounds.",
        "nhs_number_state": "What the NHS number was: valid, missing, invalid, placeholder or withheld.", "non_elective": "Price of a non-elective spell.",
        "non_elective_trim": "Days of a non-elective spell that the price covers.", "opened_at": "When it was opened.", "opened_by": "Role that opened it.",
        "outcome": "fail, hold or not_assessed.", "overlap_days": "Days counted both as critical care and as rehabilitation.", "palliative_days": "Days of specialist palliative care.",
        "party": "Party of the contract.", "patient_classification": "1 ordinary, 2 day case, 3 and 4 regular attender, 5 mother and baby.",
        "per_day": "Price of one excess day.", "period": "Days that are settled.", "person_id": "Person.", "decision_date": "Day on which it was decided to admit.", "top_up_claimed": "Specialised service top-up in the price of one unit, as charged.", "top_up_code_claimed": "Specialised service code for which a top-up is charged.", "planned_activity": "Planned units.",
        "planned_price": "Planned amount.", "pod": "Point of delivery code.", "pod_class": "Class under which contracts set recovery rates.",
        "pod_kind": "How the point of delivery is priced.", "pod_needs_hrg": "Whether it is priced by HRG.", "posted_before": "What was posted for the party before.",
        "prescribed_service": "Prescribed specialised service line, NULL when none.", "price": "Price.", "price_date": "Day that decides the price.",
        "price_reason": "Why no price could be computed, NULL when it could.", "price_tolerance": "Largest difference in pounds that counts as equal.",
        "priority": "Order in which rules take their share, 1 first.", "provider_code": "ODS code of the provider.",
        "provider_event_id": "Hospital provider spell number or attendance identifier.", "provider_factor": "Market forces factor of the provider on the day.",
        "qualifying_days": "Days that count against the trim point.", "quality": "Sliding scale of quality.", "quality_side": "Whether quality moves gains, losses or both.",
        "quantity": "Quantity that went in.", "rate": "Rate that was applied.", "raw": "The row as it was sent.", "reason": "Why.", "received_at": "When it was received.",
        "record_best_practice": "Whether the best practice criteria were met, NULL when not stated.", "record_hrg": "HRG of the record.", "recorded_at": "When it was recorded.", "recorded_by": "Role that recorded it.",
        "recoverable": "Part of the net amount that the contract lets the commissioner recover, in pounds.", "recovery_rate": "Share that the contract lets the commissioner recover.",
        "refused_amount": "Money in refused rows of the slice.", "refused_count": "Refused rows of the slice.", "rehabilitation_days": "Days of rehabilitation.",
        "relates_to_period": "Period that the amount belongs to.", "released_at": "When the held slice was released.", "released_by": "Role that released the held slice.",
        "resolved_at": "When it was resolved, NULL until then.", "resolved_by": "Role that resolved it.", "revenue": "Revenue of the period in pounds.",
        "role": "What the party is in the settlement.", "rounding": "Where amounts are rounded.", "rows_loaded": "Rows taken.", "rows_received": "Rows of the file.",
        "rows_rejected": "Rows refused.", "detectable": "full, or partial: a sign that needs the case notes.", "recovery_reason": "Why not all of net is recoverable; NULL when it is.",
        "rule_class": "money, data_quality, governance or redesign.", "rule_code": "Code of the rule.", "rule_name": "Name of the rule.", "rule_set": "Set of rules it was found with.",
        "rule_version": "Version of the rule.", "run_id": "Run.", "score": "Score.", "sex": "1 male, 2 female, 9 indeterminate, 0 not known.",
        "short_stay": "Whether the short-stay price applies.", "short_stay_applicable": "Whether the HRG has a short-stay price.", "short_stay_price": "Price of a short emergency stay.",
        "signed_by": "Who signed.", "site_code": "ODS code of the site of treatment.", "size": "Number of people or of events that the gate looks at.",
        "source": "Where it comes from.", "split_method": "How odd pennies are handed out.", "start_date": "Admission, attendance or arrival.", "status": "State.",
        "step": "Order of the step.", "submission_id": "File it came with.", "submission_kind": "flex, freeze or refresh.", "suspense_id": "Number of the objection.",
        "tariff": "Price list.", "tariff_name": "Name of the price list.", "tariff_year": "Financial year of the price list.", "terms_version": "Version of the terms.",
        "to_day": "Last day.", "total_cost": "Amount claimed, as sent.", "treatment_function": "Treatment function code.", "trim_point": "Days that the price covers.",
        "undercharged": "Amount by which the claim is too low, in pounds.", "unit_price": "Price of one unit before the factor, as charged.", "units": "Number of units.", "valid": "Days on which it holds.",
        "value_masked": "Value with letters and digits masked.", "version": "Version."
    } $json$;
    target record;
BEGIN
    FOR target IN
        SELECT c.oid::pg_catalog.regclass AS relation, a.attname, meanings ->> a.attname AS meaning, c.relkind
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace IN ('@icb@'::pg_catalog.regnamespace, '@icb_identity@'::pg_catalog.regnamespace)
          AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
          AND pg_catalog.col_description(c.oid, a.attnum) IS NULL AND meanings ? a.attname
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', target.relation, target.attname, target.meaning);
    END LOOP;
END
$comments$;
