-- What a claim should have cost: price lists compiled, every line priced by the contract's list, the price kept with its parts.

-- One value per price list and year, from the loaded rows. Returns how many lists changed.
CREATE FUNCTION @icb@.compile_tariffs() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    list record;
    first_year integer;
    changed integer := 0;
BEGIN
    FOR list IN
        SELECT t.tariff_name, t.financial_year, pg_catalog.bool_or(t.synthetic) AS synthetic,
               pg_catalog.jsonb_build_object(
                   'name', t.tariff_name, 'version', '1', 'financial_year', t.financial_year,
                   'synthetic', pg_catalog.bool_or(t.synthetic), 'currency', 'GBP',
                   'short_stay', pg_catalog.jsonb_build_object('max_days', 1, 'min_age', 19),
                   'spells', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                           'hrg', t.hrg::text, 'combined', t.combined, 'day_case', t.day_case, 'elective', t.elective,
                           'elective_trim', t.elective_trim, 'non_elective', t.non_elective, 'non_elective_trim', t.non_elective_trim,
                           'per_day', t.per_day, 'best_practice_base', t.best_practice,
                           'short_stay_price', CASE WHEN t.short_stay_applicable THEN t.short_stay_price END,
                           'short_stay_percent', CASE WHEN t.short_stay_applicable AND t.short_stay_price IS NULL THEN t.short_stay_percent * 100 END))
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'spell'), '[]'),
                   'attendances', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                           'treatment_function', t.treatment_function, 'hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.treatment_function, t.hrg::text) FILTER (WHERE t.kind = 'attendance'), '[]'),
                   'procedures', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'procedure'), '[]'),
                   'emergency', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'emergency'), '[]'),
                   'unbundled', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('hrg', t.hrg::text, 'price', t.price)
                       ORDER BY t.hrg::text) FILTER (WHERE t.kind = 'unbundled'), '[]')) AS body
        FROM @icb@.tariff_price t
        GROUP BY t.tariff_name, t.financial_year
        ORDER BY t.tariff_name, t.financial_year
    LOOP
        first_year := pg_catalog.left(list.financial_year, 4)::integer;
        IF NOT EXISTS (SELECT FROM @icb@.tariff x
                       WHERE x.tariff_name = list.tariff_name AND x.financial_year = list.financial_year
                         AND x.body::text = (list.body::text)::commissioning.tariff::text) THEN
            DELETE FROM @icb@.tariff x WHERE x.tariff_name = list.tariff_name AND x.financial_year = list.financial_year;
            INSERT INTO @icb@.tariff (tariff_name, financial_year, valid, body, source, synthetic)
            VALUES (list.tariff_name, list.financial_year,
                    pg_catalog.daterange(pg_catalog.make_date(first_year, 4, 1), pg_catalog.make_date(first_year + 1, 4, 1)),
                    (list.body::text)::commissioning.tariff, 'price rows loaded', coalesce(list.synthetic, false));
            changed := changed + 1;
        END IF;
    END LOOP;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_tariffs() IS
    'Turns the loaded price rows (tariff_price) into one value per price list and financial year in the table tariff. Returns how many values changed; a repeat changes none.';

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

CREATE VIEW @icb@.claim_base AS
SELECT l.person_id, l.submission_id, l.line_no, l.line_key, l.claim_group, l.provider_code, l.site_code, l.commissioner_code, l.financial_year,
       l.month, l.pod, coalesce(p.kind, 'other') AS pod_kind, coalesce(p.pod_class, 'any') AS pod_class, coalesce(p.needs_hrg, false) AS pod_needs_hrg,
       l.treatment_function, l.hrg_sent, l.hrg, l.nhs_number_state, l.national_price, coalesce(a.prescribed_service, l.prescribed_service) AS prescribed_service,
       l.units, l.unit_price, l.market_forces_factor, l.total_cost, l.cds_id, l.provider_event_id,
       a.activity_id, m.method AS match_method, m.score AS match_score,
       coalesce(a.start_date, l.start_date) AS start_date,
       coalesce(a.end_date, l.end_date) AS end_date,
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
       a.discharge_ready_date AS ready_date, a.administrative_category, a.department_type, a.referral_id, a.diagnoses, a.procedures,
       x.claim_group IS NOT NULL AS excess_apart,
       k.contract_id, coalesce(k.tariff_name, n.tariff_name) AS tariff_name, t.body AS tariff, t.financial_year AS tariff_year,
       coalesce(k.rounding, 'penny') AS rounding, coalesce(k.price_tolerance, 1.00) AS price_tolerance,
       f.value AS provider_factor, f.via AS factor_via, k.basis, a.dataset AS event_kind
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
                                ELSE coalesce(a.start_date, l.start_date, l.end_date) END AS price_date) d
LEFT JOIN @icb@.contract_cover k
  ON k.provider_code = l.provider_code AND k.commissioner_code = l.commissioner_code AND k.from_day <= d.price_date AND d.price_date < k.to_day
LEFT JOIN @icb@.tariff t ON t.tariff_name = coalesce(k.tariff_name, n.tariff_name) AND t.valid @> d.price_date
LEFT JOIN @icb@.provider_factor f
  ON f.kind = 'market_forces' AND f.provider_code = l.provider_code AND f.from_day <= d.price_date AND d.price_date < f.to_day
-- Four columns that go together make the planner expect one row of a join and look everything up line by line: compared as one text.
WHERE EXISTS (SELECT FROM @icb@.submission_slice s
              WHERE s.submission_id = l.submission_id AND s.status = 'current'
                AND concat_ws('|', s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month)
                  = concat_ws('|', l.dataset, l.provider_code, l.commissioner_code, l.financial_year, l.month));
COMMENT ON VIEW @icb@.claim_base IS
    'One row per line of the current position with what pricing needs: the matched record, the contract, the price list and the provider''s factor on the price date.';

-- Each kind of line is priced by its own function; a missing price is told apart from a price of zero by price_reason. The price of one
-- unit does not depend on the factor, so it is asked for with a factor of 1: a provider without a factor row still has its prices checked.
CREATE VIEW @icb@.claim_price AS
SELECT b.*,
       q.expected_units, q.expected_unit_price, q.full_unit_price, q.expected_factor,
       CASE b.rounding WHEN 'sus' THEN round(round(coalesce(q.expected_units, b.units) * q.expected_unit_price) * q.expected_factor)
                       ELSE round(coalesce(q.expected_units, b.units) * q.expected_unit_price * q.expected_factor, 2) END::numeric(16,2) AS expected_total,
       q.length_of_stay, q.qualifying_days, q.trim_point, q.short_stay, q.excess_days, q.excess_days_with_critical_care, q.per_day, q.price_reason
FROM @icb@.claim_base b
LEFT JOIN LATERAL (
    SELECT CASE WHEN b.pod_kind = 'excess' THEN sp.excess_days ELSE 1 END::numeric AS expected_units,
           CASE WHEN b.pod_kind = 'excess' THEN sp.per_day WHEN b.excess_apart THEN sp.pre_factor - sp.excess ELSE sp.pre_factor END AS expected_unit_price,
           CASE WHEN b.pod_kind = 'spell' AND sp.short_stay
                THEN sp.pre_factor - sp.base - sp.top_up + sp.full_base
                     + CASE WHEN sp.top_up = 0 OR sp.base = 0 THEN 0 ELSE round(sp.top_up * sp.full_base / sp.base, 2) END END AS full_unit_price,
           b.provider_factor AS expected_factor, sp.length_of_stay, sp.qualifying_days, sp.trim_point, sp.short_stay, sp.excess_days,
           sp.excess_days_with_critical_care, sp.per_day, sp.reason AS price_reason
    FROM commissioning.price_spell(b.tariff, ROW(b.hrg, b.patient_classification, b.admission_method, b.start_date, b.end_date, b.age,
             b.critical_care_days, b.rehabilitation_days, b.overlap_days, b.palliative_days, b.best_practice, NULL::text, 1,
             b.rounding)::commissioning.spell_line) sp
    WHERE b.national_price AND b.pod_kind IN ('spell', 'excess') AND b.tariff IS NOT NULL
    UNION ALL
    SELECT NULL::numeric, ap.unit_price, NULL::numeric, b.provider_factor, NULL::integer, NULL::integer, NULL::integer, NULL::boolean, NULL::integer,
           NULL::integer, NULL::numeric, ap.reason
    -- whether the patient came is a rule of its own: here the attendance is priced as attended
    FROM commissioning.price_attendance(b.tariff, ROW(b.hrg, b.treatment_function, '5', b.first_attendance, 1,
             b.rounding)::commissioning.attendance_line) ap
    WHERE b.national_price AND b.pod_kind IN ('attendance', 'procedure') AND b.tariff IS NOT NULL
    UNION ALL
    SELECT NULL::numeric, ep.unit_price, NULL::numeric, b.provider_factor, NULL::integer, NULL::integer, NULL::integer, NULL::boolean, NULL::integer,
           NULL::integer, NULL::numeric, ep.reason
    FROM commissioning.price_emergency(b.tariff, ROW(b.hrg, 1, b.rounding)::commissioning.emergency_line) ep
    WHERE b.national_price AND b.pod_kind = 'emergency' AND b.tariff IS NOT NULL
    UNION ALL
    SELECT NULL::numeric, up.unit_price, NULL::numeric, b.provider_factor, NULL::integer, NULL::integer, NULL::integer, NULL::boolean, NULL::integer,
           NULL::integer, NULL::numeric, up.reason
    FROM commissioning.price_unbundled(b.tariff, ROW(b.hrg, b.units, 1, b.rounding)::commissioning.unbundled_line) up
    WHERE b.national_price AND b.pod_kind IN ('critical_care', 'unbundled') AND b.tariff IS NOT NULL
    UNION ALL
    (SELECT NULL::numeric, r.unit_price, NULL::numeric, CASE WHEN r.factor_applies THEN b.provider_factor ELSE 1 END, NULL::integer, NULL::integer,
            NULL::integer, NULL::boolean, NULL::integer, NULL::integer, NULL::numeric, NULL::text
     FROM @icb@.price_rule r
     WHERE NOT b.national_price AND r.valid @> b.price_date
       AND (r.contract_id IS NULL OR r.contract_id = b.contract_id) AND (r.provider_code IS NULL OR r.provider_code = b.provider_code)
       AND (r.pod IS NULL OR r.pod = b.pod) AND (r.hrg_prefix IS NULL OR pg_catalog.starts_with(b.hrg_sent, r.hrg_prefix))
       AND (r.treatment_function IS NULL OR r.treatment_function = b.treatment_function)
     ORDER BY pg_catalog.num_nonnulls(r.contract_id, r.provider_code, r.pod, r.hrg_prefix, r.treatment_function) DESC,
              pg_catalog.length(r.hrg_prefix) DESC NULLS LAST, r.price_rule_id
     LIMIT 1)
) q ON true;
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
            WHEN c.tariff IS NULL AND c.national_price THEN 'no price list for this contract and date'
            WHEN NOT c.national_price THEN 'no local price for this line'
            ELSE coalesce(c.price_reason, 'not priced at this point of delivery') END AS reason
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
             coalesce(a.best_practice, false), NULL::text, f.value,
             coalesce(k.rounding, 'penny'))::commissioning.spell_line) sp
    WHERE a.dataset = 'APC' AND t.body IS NOT NULL
    UNION ALL
    SELECT ap.pod, ap.final, ap.reason
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
