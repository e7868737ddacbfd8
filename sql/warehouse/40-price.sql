-- What a claim should have cost: every line priced by the contract's list, the price kept with its parts.

-- Without a contract the warehouse's default list prices: the one named in meta, or the only one there is.
CREATE VIEW @icb@.default_tariff AS
SELECT coalesce((SELECT m.value FROM @icb@.meta m WHERE m.key = 'default_tariff'),
                (SELECT CASE WHEN count(DISTINCT t.tariff_name) = 1 THEN min(t.tariff_name) END FROM @icb@.tariff t)) AS tariff_name;
COMMENT ON VIEW @icb@.default_tariff IS
    'Price list for activity without a contract: meta key default_tariff, else the only list there is, else NULL.';

-- One row per current line -------------------------------------------------------------------
--
-- Which date decides what:
--   price, factor, contract   discharge for a spell and everything charged with it; attendance date otherwise
--   commissioner              start of the event (admission, attendance, arrival)
--   age                       start of the event
-- Where the record was found it decides dates, age, length of stay and days; the claim decides HRG, units, price, factor and total.

-- Strict: what has no code, which is nearly everything, does not ask.
CREATE FUNCTION @icb@.payable_top_ups(codes text, provider text, successor text, day date) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(w.code, ' ' ORDER BY w.n)
    FROM regexp_split_to_table(payable_top_ups.codes, '[ ,;|]+') WITH ORDINALITY w(code, n)
    WHERE EXISTS (SELECT FROM @icb@.top_up_eligibility e
                  WHERE e.top_up_code = w.code AND e.provider_code IN (payable_top_ups.provider, payable_top_ups.successor) AND e.valid @> payable_top_ups.day);
END;
COMMENT ON FUNCTION @icb@.payable_top_ups(text, text, text, date) IS
    'Of the specialised service codes of a record (blanks, commas or semicolons between them) those for which a provider, or its successor, may charge a top-up on a day; NULL when none.';

CREATE VIEW @icb@.claim_base AS
SELECT l.person_id, l.submission_id, l.line_no, l.line_key, l.claim_group, l.provider_code, l.site_code, l.commissioner_code, l.financial_year,
       l.month, l.pod, coalesce(p.kind, 'other') AS pod_kind, coalesce(p.pod_class, 'any') AS pod_class, coalesce(p.needs_hrg, false) AS pod_needs_hrg,
       l.treatment_function, l.hrg_sent, l.hrg, l.nhs_number_state, l.national_price, coalesce(a.prescribed_service, l.prescribed_service) AS prescribed_service,
       l.units, l.unit_price, l.market_forces_factor, l.total_cost, l.cds_id, l.provider_event_id,
       a.activity_id, m.method AS match_method, m.score AS match_score,
       -- a drug, a device or a pathway has a day of its own, whatever stay it was charged with
       CASE WHEN p.dataset IS NULL THEN coalesce(l.start_date, a.start_date) ELSE coalesce(a.start_date, l.start_date) END AS start_date,
       CASE WHEN p.dataset IS NULL THEN coalesce(l.end_date, a.end_date) ELSE coalesce(a.end_date, l.end_date) END AS end_date,
       d.price_date,
       coalesce(a.age, l.age) AS age, coalesce(a.sex, l.sex) AS sex,
       coalesce(a.patient_classification, CASE l.pod WHEN 'DC' THEN '2' ELSE '1' END) AS patient_classification,
       coalesce(a.admission_method, CASE WHEN l.pod IN ('DC', 'EL', 'ELXBD') THEN '11' WHEN l.pod IN ('NEL', 'NELST', 'NELXBD') THEN '21'
                                         WHEN l.pod IN ('NELNE', 'NELNEXBD') THEN '31' END) AS admission_method,
       a.attendance_status, a.first_attendance, a.consultation_medium, a.multi_professional, a.main_specialty,
       a.hrg AS record_hrg, a.critical_care_days,
       -- the record leaves out what there was none of; critical care is always stated
       CASE WHEN a.activity_id IS NOT NULL THEN coalesce(a.rehabilitation_days, 0) END AS rehabilitation_days,
       CASE WHEN a.activity_id IS NOT NULL THEN coalesce(a.overlap_days, 0) END AS overlap_days,
       CASE WHEN a.activity_id IS NOT NULL THEN coalesce(a.palliative_days, 0) END AS palliative_days,
       coalesce(a.best_practice, false) AS best_practice,
       -- what only the record says
       a.activity_id IS NOT NULL AS has_record, a.best_practice AS record_best_practice, a.admission_source, a.discharge_method, a.discharge_destination,
       a.discharge_ready_date AS ready_date, a.administrative_category, a.department_type, coalesce(a.ward_code, l.ward_code) AS ward_code, a.referral_id, a.diagnoses, a.procedures,
       a.intended_management, a.decision_date, a.location_type, a.clinic_code, l.top_up AS top_up_claimed, l.top_up_code AS top_up_code_claimed,
       x.claim_group IS NOT NULL AS excess_apart,
       k.contract_id, coalesce(k.tariff_name, n.tariff_name) AS tariff_name, t.body AS tariff, t.financial_year AS tariff_year,
       -- SUS rounds what it prices: national prices alone
       CASE WHEN k.rounding = 'sus' AND (NOT l.national_price OR coalesce(p.kind, 'other') IN ('regular', 'pass_through', 'other') AND NOT (l.pod = 'DAIMG' AND l.hrg IS NOT NULL)) THEN 'penny'
            ELSE coalesce(k.rounding, 'penny') END AS rounding, coalesce(k.price_tolerance, 1.00) AS price_tolerance,
       f.value AS provider_factor, f.via AS factor_via, k.basis, a.dataset AS event_kind, a.top_up_code AS record_top_up_code,
       @icb@.payable_top_ups(a.top_up_code, l.provider_code, coalesce(f.via, l.provider_code), d.price_date) AS top_up_payable,
       l.dataset AS claim_dataset, p.dataset IS NOT NULL AS pod_recorded, l.practice_code AS billed_practice, l.local_code, a.end_date AS record_end_date,
       a.lsoa_code, a.country, a.overseas_category, a.cam_commissioner, a.national_programme, a.ebi_category, a.referral_source
FROM @icb@.invoice_line l
CROSS JOIN @icb@.default_tariff n
LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
LEFT JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
LEFT JOIN @icb@.activity a ON a.person_id = m.person_id AND a.activity_id = m.activity_id
-- spells whose excess days are charged on a line of their own
LEFT JOIN (SELECT DISTINCT e.person_id, e.provider_code, e.claim_group FROM @icb@.invoice_line e
           WHERE e.pod IN (SELECT r.pod FROM commissioning.pod_reference r WHERE r.kind = 'excess')) x
  ON x.person_id = l.person_id AND x.provider_code = l.provider_code AND x.claim_group = l.claim_group
CROSS JOIN LATERAL (SELECT CASE WHEN p.dataset = 'APC' THEN coalesce(a.end_date, l.end_date)
                                WHEN p.dataset IS NULL THEN coalesce(l.start_date, l.end_date, a.start_date)
                                ELSE coalesce(a.start_date, l.start_date, l.end_date) END AS price_date) d
LEFT JOIN @icb@.contract_cover k
  ON k.provider_code = l.provider_code AND k.commissioner_code = l.commissioner_code
 -- a stay that has not ended has no price yet, but a contract
 AND k.from_day <= coalesce(d.price_date, a.start_date, l.start_date) AND coalesce(d.price_date, a.start_date, l.start_date) < k.to_day
LEFT JOIN @icb@.tariff t ON t.tariff_name = coalesce(k.tariff_name, n.tariff_name) AND t.valid @> d.price_date
LEFT JOIN @icb@.provider_factor f
  ON f.kind = 'market_forces' AND f.provider_code = l.provider_code AND f.from_day <= d.price_date AND d.price_date < f.to_day
-- A list that is looked into, not a join: columns that go together make the planner expect one row of a join and do the rest line by line,
-- or all lines once for each slice.
WHERE coalesce(concat_ws('|', l.submission_id, l.dataset, l.provider_code, l.commissioner_code, l.financial_year, l.month)
               IN (SELECT concat_ws('|', s.submission_id, s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month)
                   FROM @icb@.submission_slice s WHERE s.status = 'current'), false);
COMMENT ON VIEW @icb@.claim_base IS
    'One row per line of the current position with what pricing needs: the matched record, the contract, the price list and the provider''s factor on the price date.';

-- Each kind of line is priced by its own function; a missing price is told apart from a price of zero by price_reason. The price of one
-- unit does not depend on the factor, so it is asked for with a factor of 1: a provider without a factor row still has its prices checked.
CREATE VIEW @icb@.claim_price AS
SELECT b.*,
       q.expected_units, q.expected_unit_price, q.full_unit_price, q.expected_factor,
       CASE b.rounding WHEN 'sus' THEN round(round(coalesce(q.expected_units, b.units) * q.expected_unit_price) * q.expected_factor)
                       ELSE round(coalesce(q.expected_units, b.units) * q.expected_unit_price * q.expected_factor, 2) END::numeric(16,2) AS expected_total,
       (s.p).length_of_stay, (s.p).qualifying_days, (s.p).trim_point, (s.p).short_stay, (s.p).excess_days, (s.p).excess_days_with_critical_care,
       (s.p).per_day, coalesce((s.p).reason, (o.p).reason) AS price_reason,
       CASE WHEN q.expected_unit_price IS NULL THEN NULL
            WHEN b.pod_kind = 'pass_through' THEN 'pass_through'
            WHEN (s.p).pre_factor IS NULL AND (o.p).unit_price IS NULL THEN 'local'
            WHEN b.pod_kind = 'pathway' THEN 'pathway'
            ELSE 'national' END AS price_kind,
       (s.p).base AS base_price, (s.p).top_up AS top_up_price, (s.p).excess AS excess_price, (s.p).best_practice AS best_practice_price,
       (s.p).pre_factor AS whole_price,
       CASE WHEN i.in_core THEN 'in core price' END AS price_note
FROM @icb@.claim_base b
LEFT JOIN LATERAL (
    SELECT commissioning.price_spell(b.tariff, ROW(b.hrg, b.patient_classification, b.admission_method, b.start_date, b.end_date, b.age,
               b.critical_care_days, b.rehabilitation_days, b.overlap_days, b.palliative_days, b.best_practice, b.top_up_payable, 1,
               b.rounding)::commissioning.spell_line) AS p, true AS asked
    WHERE b.national_price AND b.pod_kind IN ('spell', 'excess') AND b.tariff IS NOT NULL OFFSET 0
) s ON true
LEFT JOIN LATERAL (
    SELECT CASE b.pod_kind
               WHEN 'emergency' THEN commissioning.price_emergency(b.tariff, ROW(b.hrg, 1, b.rounding)::commissioning.emergency_line)
               WHEN 'critical_care' THEN commissioning.price_unbundled(b.tariff, ROW(b.hrg, b.units, 1, b.rounding)::commissioning.unbundled_line)
               WHEN 'unbundled' THEN commissioning.price_unbundled(b.tariff, ROW(b.hrg, b.units, 1, b.rounding)::commissioning.unbundled_line)
               -- imaging by direct access
               WHEN 'other' THEN commissioning.price_unbundled(b.tariff, ROW(b.hrg, b.units, 1, b.rounding)::commissioning.unbundled_line)
               WHEN 'pathway' THEN commissioning.price_pathway(b.tariff, ROW(
                   CASE b.pod WHEN 'MATPATHAN' THEN 'antenatal' WHEN 'MATPATHDEL' THEN 'delivery' ELSE 'postnatal' END, b.hrg_sent, 1,
                   b.rounding)::commissioning.pathway_line)
               -- whether the patient came, and whether it was an attendance at all, are rules of their own: here it is priced as attended
               ELSE commissioning.price_attendance(b.tariff, ROW(b.hrg, b.treatment_function, '5', nullif(b.first_attendance, '5'), 1,
                   b.rounding)::commissioning.attendance_line) END AS p, true AS asked
    WHERE b.national_price AND b.tariff IS NOT NULL
      AND (b.pod_kind IN ('attendance', 'procedure', 'emergency', 'critical_care', 'unbundled', 'pathway') OR b.pod = 'DAIMG' AND b.hrg IS NOT NULL) OFFSET 0
) o ON true
LEFT JOIN LATERAL (
    -- what has no national price has a local one, whatever the claim says
    SELECT r.unit_price, r.factor_applies
    FROM @icb@.price_rule r
    WHERE (NOT b.national_price OR b.pod_kind IN ('regular', 'pathway', 'pass_through', 'other')) AND r.valid @> b.price_date
      AND (r.contract_id IS NULL OR r.contract_id = b.contract_id) AND (r.provider_code IS NULL OR r.provider_code = b.provider_code)
      AND (r.pod IS NULL OR r.pod = b.pod) AND (r.hrg_prefix IS NULL OR pg_catalog.starts_with(b.hrg_sent, r.hrg_prefix))
      AND (r.treatment_function IS NULL OR r.treatment_function = b.treatment_function)
    ORDER BY pg_catalog.num_nonnulls(r.contract_id, r.provider_code, r.pod, r.hrg_prefix, r.treatment_function) DESC,
             pg_catalog.length(r.hrg_prefix) DESC NULLS LAST, r.price_rule_id
    LIMIT 1
) r ON true
-- drugs and devices are paid at what they cost, up to the reference price
LEFT JOIN LATERAL (
    SELECT CASE WHEN x.supplier_unit_price IS NULL AND c.price IS NULL THEN NULL
                ELSE least(coalesce(x.supplier_unit_price, x.commissioner_unit_price, b.unit_price), c.price) END
           + coalesce(round(x.support_charge / nullif(b.units, 0), 6), 0) AS unit_price
    FROM (SELECT) one
    LEFT JOIN @icb@.pass_through_line x ON x.person_id = b.person_id AND x.submission_id = b.submission_id AND x.line_no = b.line_no
    CROSS JOIN LATERAL (
        -- a price agreed with the provider goes before the list
        SELECT coalesce(r.unit_price, CASE WHEN b.pod = 'DEVICE' THEN
                   (SELECT min(d.reference_price) FROM @icb@.device_list d WHERE d.device_code = b.hrg_sent AND d.valid @> b.price_date)
               ELSE (SELECT min(d.reference_price) FROM @icb@.drug_list d
                     WHERE d.drug_code = b.hrg_sent AND d.valid @> b.price_date AND d.indication IN ('', x.indication)) END) AS price) c
    WHERE b.pod_kind = 'pass_through'
) t ON true
-- imaging is paid on top of outpatients and direct access alone
CROSS JOIN LATERAL (SELECT b.pod_kind = 'unbundled' AND b.event_kind IN ('APC', 'EC') AND pg_catalog.left(b.hrg_sent, 2) IN ('RD', 'RN') AS in_core) i
CROSS JOIN LATERAL (
    SELECT CASE WHEN i.in_core THEN 0
                WHEN b.pod_kind = 'excess' THEN (s.p).excess_days
                WHEN b.pod_kind = 'spell' AND s.asked THEN 1 END::numeric AS expected_units,
           CASE WHEN b.pod_kind = 'pass_through' THEN t.unit_price
                ELSE coalesce(CASE WHEN b.pod_kind = 'excess' THEN (s.p).per_day
                                   WHEN b.excess_apart THEN (s.p).pre_factor - (s.p).excess
                                   ELSE (s.p).pre_factor END,
                              (o.p).unit_price, r.unit_price) END AS expected_unit_price,
           CASE WHEN b.pod_kind = 'spell' AND (s.p).short_stay
                THEN (s.p).pre_factor - (s.p).base - (s.p).top_up + (s.p).full_base
                     + CASE WHEN (s.p).top_up = 0 OR (s.p).base = 0 THEN 0 ELSE round((s.p).top_up * (s.p).full_base / (s.p).base, 2) END
                END AS full_unit_price,
           CASE WHEN b.pod_kind = 'pass_through' THEN 1
                WHEN r.unit_price IS NOT NULL AND (o.p).unit_price IS NULL THEN CASE WHEN r.factor_applies THEN b.provider_factor ELSE 1 END
                WHEN s.asked OR o.asked THEN b.provider_factor END AS expected_factor
) q;
COMMENT ON VIEW @icb@.claim_price IS
    'claim_base with the expected parts of each line: units, price of one unit before the factor, factor. NULL with a price_reason where it could not be priced.';

CREATE VIEW @icb@.line_price_live WITH (security_invoker = true) AS
SELECT c.person_id, c.submission_id, c.line_no, c.line_key, c.activity_id, c.contract_id, c.tariff_name, c.price_date,
       c.expected_units::numeric(19,6) AS expected_units, c.expected_unit_price::numeric(19,6) AS expected_unit_price,
       c.expected_factor::numeric(10,6) AS expected_factor,
       c.expected_total,
       c.length_of_stay, c.qualifying_days, c.trim_point, c.short_stay, c.excess_days,
       CASE WHEN c.expected_unit_price IS NOT NULL AND c.expected_factor IS NULL THEN 'no factor for this provider and date'
            WHEN c.expected_unit_price IS NOT NULL THEN NULL
            WHEN c.pod_kind = 'pass_through' THEN 'no reference price and no purchase price of this item'
            WHEN NOT c.national_price OR c.pod_kind IN ('regular', 'other') THEN 'no local price for this line'
            WHEN c.tariff IS NULL THEN 'no price list for this contract and date'
            ELSE coalesce(c.price_reason, 'not priced at this point of delivery') END AS reason,
       c.price_kind, c.base_price::numeric(19,6) AS base_price, c.top_up_price::numeric(19,6) AS top_up_price, c.excess_price::numeric(19,6) AS excess_price,
       c.best_practice_price::numeric(19,6) AS best_practice_price, c.price_note
FROM @icb@.claim_price c;
COMMENT ON VIEW @icb@.line_price_live IS 'What line_price holds, computed from today''s data.';

CREATE TABLE @icb@.line_price (
    person_id           bigint NOT NULL,
    submission_id       bigint NOT NULL,
    line_no             bigint NOT NULL,
    line_key            text NOT NULL,
    activity_id         bigint,
    contract_id         text,
    tariff_name         text,
    price_date          date,
    expected_units      numeric(19,6),
    expected_unit_price numeric(19,6),
    expected_factor     numeric(10,6),
    expected_total      numeric(16,2),
    length_of_stay      integer,
    qualifying_days     integer,
    trim_point          integer,
    short_stay          boolean,
    excess_days         integer,
    reason              text,
    price_kind          text,
    base_price          numeric(19,6),
    top_up_price        numeric(19,6),
    excess_price        numeric(19,6),
    best_practice_price numeric(19,6),
    price_note          text,
    PRIMARY KEY (person_id, submission_id, line_no)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.line_price IS
    'What each line of the current position should have cost, with its parts: units (NULL: as claimed), price of one unit before the factor, factor. Written by icb.price().';
COMMENT ON COLUMN @icb@.line_price.reason IS 'Why there is no price; NULL where there is one.';

CREATE TABLE @icb@.record_price (
    person_id   bigint NOT NULL,
    activity_id bigint NOT NULL,
    provider_code text NOT NULL,
    pod         text,
    price_date  date,
    amount      numeric(16,2),
    reason      text,
    commissioner_code text,
    PRIMARY KEY (person_id, activity_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.record_price IS 'What recorded activity that no line claims would cost. Written by icb.price().';

COMMENT ON COLUMN @icb@.line_price.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb@.line_price.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.line_price.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.line_price.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.line_price.activity_id IS 'Hospital record that decided; NULL: none found.';
COMMENT ON COLUMN @icb@.line_price.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb@.line_price.tariff_name IS 'Price list.';
COMMENT ON COLUMN @icb@.line_price.price_date IS 'Date that decided price and factor.';
COMMENT ON COLUMN @icb@.line_price.expected_units IS 'Units there should be; NULL: as charged.';
COMMENT ON COLUMN @icb@.line_price.expected_unit_price IS 'Price of one unit before the factor.';
COMMENT ON COLUMN @icb@.line_price.expected_factor IS 'The provider''s factor.';
COMMENT ON COLUMN @icb@.line_price.expected_total IS 'What the line should have cost.';
COMMENT ON COLUMN @icb@.line_price.length_of_stay IS 'Nights.';
COMMENT ON COLUMN @icb@.line_price.qualifying_days IS 'Nights that count towards excess days.';
COMMENT ON COLUMN @icb@.line_price.trim_point IS 'Days covered by the base price.';
COMMENT ON COLUMN @icb@.line_price.short_stay IS 'Whether the short-stay price is due.';
COMMENT ON COLUMN @icb@.line_price.excess_days IS 'Days over the trim point.';
COMMENT ON COLUMN @icb@.record_price.person_id IS 'Person in this warehouse.';
COMMENT ON COLUMN @icb@.record_price.activity_id IS 'Hospital record.';
COMMENT ON COLUMN @icb@.record_price.provider_code IS 'Provider as recorded.';
COMMENT ON COLUMN @icb@.record_price.commissioner_code IS 'Commissioner on the record, NULL when none was given.';
COMMENT ON COLUMN @icb@.record_price.pod IS 'Point of delivery that the record amounts to.';
COMMENT ON COLUMN @icb@.record_price.price_date IS 'Discharge or attendance.';
COMMENT ON COLUMN @icb@.record_price.amount IS 'What it would cost; 0 for a missed appointment.';
COMMENT ON COLUMN @icb@.record_price.reason IS 'Why there is no price; NULL where there is one.';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.line_price_p%s PARTITION OF @icb@.line_price FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
        EXECUTE format('CREATE TABLE @icb@.record_price_p%s PARTITION OF @icb@.record_price FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;

CREATE VIEW @icb@.record_price_live AS
SELECT a.person_id, a.activity_id, a.provider_code, q.pod, d.price_date, q.amount::numeric(16,2) AS amount,
       CASE WHEN q.amount IS NULL THEN coalesce(q.reason, 'no price list for this contract and date') END AS reason,
       a.commissioner_billed AS commissioner_code
FROM @icb@.activity a
CROSS JOIN @icb@.default_tariff n
CROSS JOIN LATERAL (SELECT CASE a.dataset WHEN 'APC' THEN a.end_date ELSE a.start_date END AS price_date) d
LEFT JOIN @icb@.contract_cover k
  ON k.provider_code = a.provider_code AND k.commissioner_code = a.commissioner_billed AND k.from_day <= d.price_date AND d.price_date < k.to_day
LEFT JOIN @icb@.tariff t ON t.tariff_name = coalesce(k.tariff_name, n.tariff_name) AND t.valid @> d.price_date
LEFT JOIN @icb@.provider_factor f
  ON f.kind = 'market_forces' AND f.provider_code = a.provider_code AND f.from_day <= d.price_date AND d.price_date < f.to_day
LEFT JOIN LATERAL (
    SELECT sp.pod, sp.final AS amount, sp.reason
    FROM commissioning.price_spell(t.body, ROW(a.hrg, a.patient_classification, a.admission_method, a.start_date, a.end_date, a.age,
             a.critical_care_days, coalesce(a.rehabilitation_days, 0), coalesce(a.overlap_days, 0), coalesce(a.palliative_days, 0),
             coalesce(a.best_practice, false),
             @icb@.payable_top_ups(a.top_up_code, a.provider_code, coalesce(f.via, a.provider_code), d.price_date), f.value,
             coalesce(k.rounding, 'penny'))::commissioning.spell_line) sp
    WHERE a.dataset = 'APC' AND t.body IS NOT NULL
    UNION ALL
    -- care that no consultant leads, by main specialty
    SELECT CASE WHEN a.main_specialty ~ '^(560|9[0-5][0-9]|960)$' THEN pg_catalog.regexp_replace(ap.pod, 'PCL$', 'PNCL') ELSE ap.pod END, ap.final, ap.reason
    FROM commissioning.price_attendance(t.body, ROW(a.hrg, a.treatment_function, a.attendance_status, a.first_attendance, f.value,
             coalesce(k.rounding, 'penny'))::commissioning.attendance_line) ap
    WHERE a.dataset = 'OP' AND t.body IS NOT NULL
    UNION ALL
    SELECT ep.pod, ep.final, ep.reason
    FROM commissioning.price_emergency(t.body, ROW(a.hrg, f.value, coalesce(k.rounding, 'penny'))::commissioning.emergency_line) ep
    WHERE a.dataset = 'EC' AND t.body IS NOT NULL
) q ON true
WHERE NOT EXISTS (SELECT FROM @icb@.line_match m WHERE m.person_id = a.person_id AND m.activity_id = a.activity_id);
COMMENT ON VIEW @icb@.record_price_live IS 'What record_price holds, computed from today''s data.';

CREATE PROCEDURE @icb@.price(everything boolean DEFAULT true)
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    why text;
    touched boolean;
    parts integer := @icb@.partition_count();
    line record;
    rec record;
    added bigint := 0;
    removed bigint := 0;
    priced record;
BEGIN
    run := @icb@.start_run('price', pg_catalog.jsonb_build_object('everything', coalesce(everything, true)));
    COMMIT;
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.refresh_statistics('invoice_line', 'activity', 'line_match', 'tariff');
    why := @icb@.begin_touched('price', run, '{@icb@.line_price_live,@icb@.record_price_live}', everything);
    touched := why IS NULL;
    UPDATE @icb@.run r SET parameters = r.parameters || pg_catalog.jsonb_build_object('everybody', why) WHERE r.run_id = run;
    PERFORM @icb@.report_progress(run, 5, 'price lists compiled');
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        IF touched THEN
            PERFORM @icb@.stage_touched('price', run, part);
        END IF;
        line := @icb@.replace_rows('@icb@.line_price_p' || part, '{person_id,submission_id,line_no}', @icb@.partition_query('@icb@.line_price_live', part, touched), touched);
        rec := @icb@.replace_rows('@icb@.record_price_p' || part, '{person_id,activity_id}', @icb@.partition_query('@icb@.record_price_live', part, touched), touched);
        added := added + line.added + rec.added;
        removed := removed + line.removed + rec.removed;
        PERFORM @icb@.report_progress(run, 5 + 95.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.refresh_statistics('line_price', 'record_price');
    SELECT pg_catalog.count(*) AS lines, pg_catalog.count(*) FILTER (WHERE p.reason IS NOT NULL) AS unpriced, pg_catalog.sum(p.expected_total) AS expected
    INTO priced FROM @icb@.line_price p;
    PERFORM @icb@.finish_run(run, priced.lines, added, NULL, priced.expected, CASE WHEN added + removed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s lines, %s without a price', priced.lines, priced.unpriced));
    PERFORM @icb@.finish_touched('price', run);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.price(boolean) IS
    'Compiles the price lists, prices every line of the current position and all recorded activity that was not claimed; with everything => false only for the people about whom something came in or changed, unless prices, contracts or factors did. Commits per partition of persons; a repeat changes nothing.';
