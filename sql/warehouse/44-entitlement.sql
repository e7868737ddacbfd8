-- Who pays, and whether it was to be paid at all: what a line has to do with registration, residence, approvals, the contract's services,
-- published dates, lists of drugs and devices.

-- Approvals ------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.approval_state(person bigint, procedures commissioning.opcs4[], diagnoses commissioning.icd10[], hrg text, day date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN count(*) = 0 THEN 'not needed' WHEN bool_and(x.held) THEN 'held' ELSE 'missing' END
    FROM (SELECT DISTINCT a.policy,
                 EXISTS (SELECT FROM @icb@.prior_approval p
                         WHERE p.person_id = approval_state.person AND p.policy = a.policy AND p.valid @> approval_state.day) AS held
          FROM @icb@.approval_policy a
          WHERE a.policy <> 'IFR' AND a.valid @> approval_state.day
            AND CASE a.code_system WHEN 'OPCS4' THEN commissioning.has_code(approval_state.procedures, a.code_prefix)
                                   WHEN 'ICD10' THEN commissioning.has_code(approval_state.diagnoses, a.code_prefix)
                                   WHEN 'HRG' THEN approval_state.hrg ^@ a.code_prefix
                                   ELSE false END) x;
END;
COMMENT ON FUNCTION @icb@.approval_state(bigint, commissioning.opcs4[], commissioning.icd10[], text, date) IS
    'Whether care on a day needs an approval by the policies of its codes (individual funding requests apart), and whether the person has one under every policy: not needed, held or missing.';

-- Services of contracts --------------------------------------------------------------------------

-- The row that names most decides; of rows that name equally many, one that leaves the service out. A row holds once on a day for what it
-- names, so that every join finds at most one.
CREATE VIEW @icb@.contract_schedule AS
SELECT s.contract_id, coalesce(s.pod, '') AS pod, coalesce(s.treatment_function, '') AS treatment_function, coalesce(s.local_code, '') AS local_code,
       coalesce(lower(s.valid), '-infinity'::date) AS from_day, coalesce(upper(s.valid), 'infinity'::date) AS to_day, s.included
FROM @icb@.contract_service s;
COMMENT ON VIEW @icb@.contract_schedule IS 'contract_service with empty texts for what a row does not name.';
COMMENT ON COLUMN @icb@.contract_schedule.pod IS 'Point of delivery, empty for all.';
COMMENT ON COLUMN @icb@.contract_schedule.treatment_function IS 'Treatment function, empty for all.';
COMMENT ON COLUMN @icb@.contract_schedule.local_code IS 'Local contract code, empty for all.';
COMMENT ON COLUMN @icb@.contract_schedule.included IS 'Whether the contract covers it.';
COMMENT ON COLUMN @icb@.contract_schedule.from_day IS 'First day.';
COMMENT ON COLUMN @icb@.contract_schedule.to_day IS 'First day on which it no longer holds.';

-- The facts ----------------------------------------------------------------------------------------

-- The same body under another code is no other payer: a code is told as the one that was billed where both stand for one body on the day, or
-- where the one billed took the other over later. Where a code was split among several there is no telling.
CREATE VIEW @icb@.claim_entitlement WITH (security_invoker = true) AS
WITH succession AS MATERIALIZED (
    SELECT s.org_code, s.from_day, s.to_day, s.current_code, s.followers FROM @icb@.org_succession s
)
SELECT p.*,
       pe.person_id IS NOT NULL AS person_known, pe.death_date,
       g.practice_code AS responsible_practice,
       CASE WHEN o.parent = p.commissioner_code OR so.current_code = coalesce(sb.current_code, p.commissioner_code) OR p.commissioner_code = ANY (so.followers)
              OR (so.org_code IS NULL AND o.parent = sb.current_code) THEN p.commissioner_code
            WHEN so.org_code IS NULL THEN o.parent ELSE so.current_code END AS responsible_commissioner,
       g.practice_code IS NOT NULL OR coalesce(p.billed_practice, 'V81999') NOT IN ('V81997', 'V81998', 'V81999') AS practice_known,
       coalesce(p.lsoa_code, pe.lsoa_code) AS residence_area,
       CASE WHEN ac.commissioner_code = p.commissioner_code OR sa.current_code = coalesce(sb.current_code, p.commissioner_code) OR p.commissioner_code = ANY (sa.followers)
              OR (sa.org_code IS NULL AND ac.commissioner_code = sb.current_code) THEN p.commissioner_code
            WHEN sa.org_code IS NULL THEN ac.commissioner_code ELSE sa.current_code END AS residence_commissioner,
       CASE WHEN p.cam_commissioner = p.commissioner_code OR sc.current_code = coalesce(sb.current_code, p.commissioner_code) OR p.commissioner_code = ANY (sc.followers)
              OR (sc.org_code IS NULL AND p.cam_commissioner = sb.current_code) THEN p.commissioner_code
            WHEN sc.org_code IS NULL THEN p.cam_commissioner ELSE sc.current_code END AS assigned_commissioner,
       -- regions of NHS England buy as 13Q to 14Z; three clinical commissioning groups had such codes too
       coalesce(oc.org_type = 'region', false)
           OR (coalesce(oc.org_type, 'other') = 'other' AND p.commissioner_code ~ '^1[34][A-Z]$' AND p.commissioner_code >= '13Q'
               AND p.commissioner_code NOT IN ('13T', '14L', '14Y')) AS billed_to_nhse,
       CASE WHEN p.prescribed_service IS NOT NULL THEN true
            WHEN p.national_programme ^@ ANY ((SELECT array_agg(l.code_prefix) FROM @icb@.active_code_list l
                                               WHERE l.list = 'specialised_programme' AND l.code_system = 'PROGRAMME')::text[]) THEN true
            WHEN p.has_record THEN false END AS nhse_responsible,
       CASE WHEN p.administrative_category = '02' THEN 'private'
            -- an unknown category must not ask for the second half
            WHEN coalesce(p.overseas_category = ANY ((SELECT array_agg(l.code_prefix) FROM @icb@.active_code_list l
                                                      WHERE l.list = 'chargeable_overseas' AND l.code_system = 'OVERSEAS')::text[]), false)
             AND EXISTS (SELECT FROM @icb@.active_code_list l WHERE l.list = 'chargeable_overseas' AND l.code_system = 'OVERSEAS'
                         AND l.code_prefix = p.overseas_category AND l.valid @> p.start_date) THEN 'overseas'
            WHEN p.country IN ('W', 'S', 'N') OR coalesce(g.practice_code, p.billed_practice) ~ '^([WS][0-9]{5}|Z0[0-9]{4})$' THEN 'devolved'
            -- emergency attendances have no administrative category
            WHEN p.administrative_category IS NOT NULL OR p.event_kind = 'EC' THEN 'none' END AS other_payer,
       CASE WHEN p.billed_practice IN ('V81997', 'V81998', 'V81999') THEN true
            WHEN p.billed_practice IS NOT NULL AND p.start_date IS NOT NULL
            THEN bp.org_code IS NOT NULL AND coalesce(bp.open_date <= p.start_date, true) AND coalesce(p.start_date <= bp.close_date, true) END AS practice_open,
       CASE WHEN p.price_date IS NOT NULL THEN lv.days IS NOT NULL END AS low_volume_pair,
       CASE WHEN ns.contract_id IS NULL THEN 'no schedule'
            WHEN p.price_date IS NULL THEN NULL
            WHEN sv.included THEN 'in contract'
            -- without a treatment function a row about one may have been meant
            WHEN NOT sv.included OR p.treatment_function IS NOT NULL THEN 'not in contract' END AS service_state,
       CASE WHEN p.start_date IS NULL OR (p.has_record AND p.pod_class = 'elective' AND p.procedures IS NULL) THEN NULL
            WHEN coalesce(commissioning.has_code(p.procedures, VARIADIC (SELECT coalesce(array_agg(DISTINCT a.code_prefix), '{}') FROM @icb@.approval_policy a
                                                                         WHERE a.code_system = 'OPCS4' AND a.policy <> 'IFR')), false)
              OR coalesce(commissioning.has_code(p.diagnoses, VARIADIC (SELECT coalesce(array_agg(DISTINCT a.code_prefix), '{}') FROM @icb@.approval_policy a
                                                                        WHERE a.code_system = 'ICD10' AND a.policy <> 'IFR')), false)
              OR coalesce(p.hrg_sent ^@ ANY ((SELECT array_agg(DISTINCT a.code_prefix) FROM @icb@.approval_policy a
                                              WHERE a.code_system = 'HRG' AND a.policy <> 'IFR')::text[]), false)
            THEN @icb@.approval_state(p.person_id, p.procedures, p.diagnoses, p.hrg_sent, p.start_date)
            ELSE 'not needed' END AS approval_state,
       CASE WHEN p.ebi_category = '1'
            THEN CASE WHEN EXISTS (SELECT FROM @icb@.prior_approval a WHERE a.person_id = p.person_id AND a.policy = 'IFR' AND a.valid @> p.start_date)
                      THEN 'held' ELSE 'missing' END
            WHEN p.ebi_category IS NOT NULL OR p.procedures IS NOT NULL THEN 'not needed' END AS ebi_state,
       CASE WHEN p.treatment_function ^@ ANY ((SELECT array_agg(l.code_prefix) FROM @icb@.active_code_list l WHERE l.list = 'c2c_allowed' AND l.code_system = 'TFC')::text[])
            THEN EXISTS (SELECT FROM @icb@.active_code_list l WHERE l.list = 'c2c_allowed' AND l.code_system = 'TFC' AND l.valid @> p.start_date
                         AND p.treatment_function ^@ l.code_prefix)
            WHEN p.treatment_function IS NOT NULL THEN false END AS c2c_allowed,
       CASE WHEN p.treatment_function ^@ ANY ((SELECT array_agg(l.code_prefix) FROM @icb@.active_code_list l WHERE l.list = 'public_health' AND l.code_system = 'TFC')::text[])
              OR p.hrg_sent ^@ ANY ((SELECT array_agg(l.code_prefix) FROM @icb@.active_code_list l WHERE l.list = 'public_health' AND l.code_system = 'HRG')::text[])
            THEN EXISTS (SELECT FROM @icb@.active_code_list l WHERE l.list = 'public_health' AND l.valid @> p.start_date
                         AND CASE l.code_system WHEN 'TFC' THEN p.treatment_function ^@ l.code_prefix WHEN 'HRG' THEN p.hrg_sent ^@ l.code_prefix ELSE false END)
            WHEN p.treatment_function IS NOT NULL THEN false END AS public_health,
       mo.final_date,
       CASE WHEN b.received_on <= mo.final_date THEN b.received_on ELSE hi.first_seen_on END AS first_seen_on,
       CASE WHEN b.received_on <= mo.final_date THEN p.total_cost ELSE hi.frozen_total END AS frozen_total,
       CASE WHEN b.received_on <= mo.final_date OR hi.frozen_total IS NOT NULL THEN 'frozen' WHEN mo.final_date IS NOT NULL THEN 'new' END AS frozen_state,
       CASE WHEN p.pod_kind = 'spell' AND p.event_kind = 'APC' AND p.record_end_date IS NULL THEN 'open spell'
            WHEN p.price_date < mo.first_day OR p.price_date >= mo.next_day THEN 'other month'
            WHEN p.price_date IS NOT NULL THEN 'none' END AS period_fault,
       CASE WHEN p.has_record THEN true
            WHEN p.start_date IS NOT NULL OR p.cds_id IS NOT NULL OR p.provider_event_id IS NOT NULL THEN false END AS record_found,
       CASE WHEN coalesce(p.hrg::text, p.record_hrg::text) = 'PB03Z' THEN true
            WHEN p.hrg::text IS NOT NULL OR p.record_hrg::text IS NOT NULL OR p.pod <> 'NELNE' THEN false END AS healthy_baby,
       pt.item_code, pt.indication, pt.commissioner_unit_price, pt.support_charge,
       dr.listed AS drug_listed, CASE p.claim_dataset WHEN 'DRPLCM' THEN dr.payer ELSE 'none' END AS drug_payer, dr.reference_price, dr.max_quantity, dr.min_interval_days,
       dr.payer_by_indication, dr.approval_required, dr.approval AS drug_approval,
       CASE WHEN p.claim_dataset = 'DRPLCM' THEN least(p.units, dr.max_quantity) END AS allowed_quantity,
       CASE WHEN dr.reference_price > 0 THEN pt.commissioner_unit_price / dr.reference_price - 1 END AS price_over_reference,
       CASE WHEN p.claim_dataset = 'DRPLCM' THEN 
            coalesce(pt.vat_charged AND coalesce((SELECT m.standard_code FROM @icb@.code_map m
                                                  WHERE m.domain = 'dispensing_route' AND lower(m.local_code) = pt.route AND m.local_context IN ('', p.provider_code)
                                                  ORDER BY m.local_context DESC LIMIT 1), pt.route) = 'homecare', false) END AS vat_on_homecare,
       least(pt.commissioner_unit_price, dr.reference_price) + coalesce(pt.support_charge / nullif(p.units, 0), 0) AS reference_unit_price,
       CASE WHEN p.claim_dataset <> 'DEPLCM' THEN 'none'
            WHEN de.device_code IS NULL THEN NULL
            WHEN de.zero_cost THEN 'supplied nationally'
            WHEN cardinality(de.procedure_prefixes) = 0 THEN 'none'
            WHEN NOT commissioning.has_code(p.procedures, VARIADIC de.procedure_prefixes) THEN 'no procedure'
            WHEN p.procedures IS NOT NULL THEN 'none' END AS device_fault
FROM @icb@.claim_price p
JOIN (SELECT s.submission_id, coalesce(s.received_on, s.received_at::date) AS received_on FROM @icb@.submission s) b ON b.submission_id = p.submission_id
LEFT JOIN (SELECT s.financial_year, s.month, @icb@.financial_month_start(s.financial_year, s.month) AS first_day,
                  (@icb@.financial_month_start(s.financial_year, s.month) + interval '1 month')::date AS next_day, d.inclusion_date AS final_date
           FROM (SELECT DISTINCT c.financial_year, c.month FROM @icb@.submission_slice c WHERE c.status = 'current') s
           LEFT JOIN @icb@.submission_date d ON d.financial_year = s.financial_year AND d.month = s.month AND d.submission_kind = 'freeze') mo
  ON mo.financial_year = p.financial_year AND mo.month = p.month
LEFT JOIN @icb@.person pe ON pe.person_id = p.person_id
LEFT JOIN @icb@.registration g
  ON g.person_id = p.person_id AND g.valid_from <= p.start_date AND (g.valid_to IS NULL OR p.start_date < g.valid_to)
LEFT JOIN @icb@.organisation_link o ON o.child = g.practice_code AND o.kind = 'commissioned_by' AND o.valid @> p.start_date
LEFT JOIN @icb@.area_commissioner ac ON ac.lsoa_code = coalesce(p.lsoa_code, pe.lsoa_code) AND ac.valid @> p.start_date
CROSS JOIN LATERAL (SELECT greatest(p.start_date, p.price_date) AS day) e
LEFT JOIN succession so ON so.org_code = o.parent AND so.from_day <= e.day AND e.day < so.to_day
LEFT JOIN succession sa ON sa.org_code = ac.commissioner_code AND sa.from_day <= e.day AND e.day < sa.to_day
LEFT JOIN succession sb ON sb.org_code = p.commissioner_code AND sb.from_day <= e.day AND e.day < sb.to_day
LEFT JOIN succession sc ON sc.org_code = p.cam_commissioner AND sc.from_day <= e.day AND e.day < sc.to_day
LEFT JOIN @icb@.organisation oc ON oc.org_code = p.commissioner_code
LEFT JOIN @icb@.organisation bp ON bp.org_code = p.billed_practice
LEFT JOIN (SELECT v.provider_code, v.commissioner_code,
                  daterange(@icb@.financial_month_start(v.financial_year, 1), (@icb@.financial_month_start(v.financial_year, 1) + interval '1 year')::date) AS days
           FROM @icb@.low_volume_pair v) lv
  ON lv.provider_code = p.provider_code AND lv.commissioner_code = p.commissioner_code AND lv.days @> p.price_date
LEFT JOIN (SELECT DISTINCT c.contract_id FROM @icb@.contract_service c) ns ON ns.contract_id = p.contract_id
LEFT JOIN @icb@.contract_schedule s0
  ON s0.contract_id = p.contract_id AND s0.pod = '' AND s0.treatment_function = '' AND s0.local_code = '' AND s0.from_day <= p.price_date AND p.price_date < s0.to_day
LEFT JOIN @icb@.contract_schedule s1
  ON s1.contract_id = p.contract_id AND s1.pod = '' AND s1.treatment_function = '' AND s1.local_code = p.local_code AND s1.from_day <= p.price_date AND p.price_date < s1.to_day
LEFT JOIN @icb@.contract_schedule s2
  ON s2.contract_id = p.contract_id AND s2.pod = '' AND s2.treatment_function = p.treatment_function AND s2.local_code = '' AND s2.from_day <= p.price_date AND p.price_date < s2.to_day
LEFT JOIN @icb@.contract_schedule s3
  ON s3.contract_id = p.contract_id AND s3.pod = '' AND s3.treatment_function = p.treatment_function AND s3.local_code = p.local_code AND s3.from_day <= p.price_date AND p.price_date < s3.to_day
LEFT JOIN @icb@.contract_schedule s4
  ON s4.contract_id = p.contract_id AND s4.pod = p.pod AND s4.treatment_function = '' AND s4.local_code = '' AND s4.from_day <= p.price_date AND p.price_date < s4.to_day
LEFT JOIN @icb@.contract_schedule s5
  ON s5.contract_id = p.contract_id AND s5.pod = p.pod AND s5.treatment_function = '' AND s5.local_code = p.local_code AND s5.from_day <= p.price_date AND p.price_date < s5.to_day
LEFT JOIN @icb@.contract_schedule s6
  ON s6.contract_id = p.contract_id AND s6.pod = p.pod AND s6.treatment_function = p.treatment_function AND s6.local_code = '' AND s6.from_day <= p.price_date AND p.price_date < s6.to_day
LEFT JOIN @icb@.contract_schedule s7
  ON s7.contract_id = p.contract_id AND s7.pod = p.pod AND s7.treatment_function = p.treatment_function AND s7.local_code = p.local_code AND s7.from_day <= p.price_date AND p.price_date < s7.to_day
CROSS JOIN LATERAL (SELECT coalesce(s7.included, least(s6.included, s5.included, s3.included), least(s4.included, s2.included, s1.included), s0.included) AS included) sv
-- what an earlier file said of the line, where the one in force came after the final date
LEFT JOIN LATERAL (
    SELECT min(hb.received_on) AS first_seen_on,
           (array_agg(h.total_cost ORDER BY hb.received_on DESC, h.submission_id DESC, h.line_no) FILTER (WHERE hb.received_on <= mo.final_date))[1] AS frozen_total
    FROM @icb@.invoice_line h
    JOIN (SELECT s.submission_id, coalesce(s.received_on, s.received_at::date) AS received_on FROM @icb@.submission s) hb ON hb.submission_id = h.submission_id
    WHERE h.person_id = p.person_id AND h.line_key = p.line_key AND b.received_on > mo.final_date
) hi ON true
LEFT JOIN @icb@.pass_through_line pt ON pt.person_id = p.person_id AND pt.submission_id = p.submission_id AND pt.line_no = p.line_no
LEFT JOIN @icb@.device_list de ON p.claim_dataset = 'DEPLCM' AND de.device_code = pt.item_code AND de.valid @> p.start_date
-- the row of the indication goes before the one for any; where the list tells indications apart, one that is not sent is unknown
LEFT JOIN LATERAL (
    SELECT CASE WHEN pt.item_code IS NOT NULL AND p.start_date IS NOT NULL THEN d.rows > 0 END AS listed,
           d.payer, d.payers > 1 AS payer_by_indication, d.reference_price, d.max_quantity, d.min_interval_days, d.approval_required,
           CASE WHEN d.approval_required THEN
                CASE WHEN EXISTS (SELECT FROM @icb@.prior_approval a
                                  WHERE a.person_id = p.person_id AND a.policy = pt.item_code AND a.valid @> p.start_date
                                    AND (a.indication = '' OR a.indication = pt.indication))
                     THEN 'held' ELSE 'missing' END
                WHEN NOT d.approval_required THEN 'not needed' END AS approval
    FROM (SELECT count(*) AS rows, count(DISTINCT l.payer) AS payers,
                 CASE WHEN count(DISTINCT l.payer) = 1 THEN min(l.payer)
                      WHEN pt.indication IS NOT NULL THEN coalesce(min(l.payer) FILTER (WHERE l.indication = pt.indication), min(l.payer) FILTER (WHERE l.indication = '')) END AS payer,
                 coalesce(min(l.reference_price) FILTER (WHERE l.indication = pt.indication), min(l.reference_price) FILTER (WHERE l.indication = '')) AS reference_price,
                 coalesce(min(l.max_quantity) FILTER (WHERE l.indication = pt.indication), min(l.max_quantity) FILTER (WHERE l.indication = '')) AS max_quantity,
                 coalesce(min(l.min_interval_days) FILTER (WHERE l.indication = pt.indication), min(l.min_interval_days) FILTER (WHERE l.indication = '')) AS min_interval_days,
                 coalesce(bool_or(l.approval_required) FILTER (WHERE l.indication = pt.indication), bool_or(l.approval_required) FILTER (WHERE l.indication = ''),
                          bool_or(l.approval_required)) AS approval_required
          FROM @icb@.drug_list l
          WHERE l.drug_code = pt.item_code AND l.valid @> p.start_date) d
    WHERE p.claim_dataset = 'DRPLCM'
) dr ON true;
COMMENT ON VIEW @icb@.claim_entitlement IS
    'claim_price with who pays (practice, residence, NHS England, others), whether the contract covers it, approvals, published dates, and what lists say of drugs and devices.';
