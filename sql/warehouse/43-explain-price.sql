-- How the price of a line came about, and what a whole event should have cost beside what its lines claim.

CREATE FUNCTION @icb@.explain_price(line text)
    RETURNS TABLE (step integer, part text, formula text, amount_gbp numeric, source text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
DECLARE
    c record;
    person bigint;
    s record;
    item record;
    rounded text;
BEGIN
    -- a key alone would scan every partition of persons
    SELECT l.person_id INTO person FROM @icb@.current_invoice_line l WHERE l.line_key = line ORDER BY l.submission_id, l.line_no LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown line "%"', line
            USING ERRCODE = 'undefined_object', HINT = 'The current position holds no line with this key.';
    END IF;
    SELECT x.* INTO c FROM @icb@.claim_price x WHERE x.person_id = person AND x.line_key = line ORDER BY x.submission_id, x.line_no LIMIT 1;
    rounded := CASE c.rounding WHEN 'sus' THEN 'rounded to whole pounds (sus)' WHEN 'none' THEN 'not rounded (none), shown to the penny' ELSE 'rounded to the penny' END;
    step := 1;
    part := 'as billed';
    formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(c.units), pg_catalog.trim_scale(c.unit_price), pg_catalog.trim_scale(c.market_forces_factor));
    amount_gbp := round(c.total_cost, 2);
    source := pg_catalog.format('claim of %s, %s, %s %s', c.provider_code, c.pod,
        CASE c.pod_kind WHEN 'pass_through' THEN 'item' WHEN 'pathway' THEN 'level' ELSE 'HRG' END, coalesce(c.hrg_sent, 'none'));
    RETURN NEXT;
    -- the price of one unit, asked for with a factor of 1
    FOR s IN
        SELECT x.step, x.part, x.formula, x.amount, x.source
        FROM commissioning.price_steps(c.tariff, ROW(c.hrg, c.patient_classification, c.admission_method, c.start_date, c.end_date, c.age,
                 c.critical_care_days, c.rehabilitation_days, c.overlap_days, c.palliative_days, c.best_practice, c.top_up_payable, 1,
                 c.rounding)::commissioning.spell_line) x
        WHERE c.pod_kind IN ('spell', 'excess') AND c.national_price AND c.tariff IS NOT NULL
        UNION ALL
        SELECT x.step, x.part, x.formula, x.amount, x.source
        FROM commissioning.attendance_steps(c.tariff, ROW(c.hrg, c.treatment_function, '5', c.first_attendance, 1,
                 c.rounding)::commissioning.attendance_line) x
        WHERE c.pod_kind IN ('attendance', 'procedure') AND c.national_price AND c.tariff IS NOT NULL AND x.part NOT IN ('before factor', 'final')
        UNION ALL
        SELECT x.step, x.part, x.formula, x.amount, x.source
        FROM commissioning.emergency_steps(c.tariff, ROW(c.hrg, 1, c.rounding)::commissioning.emergency_line) x
        WHERE c.pod_kind = 'emergency' AND c.national_price AND c.tariff IS NOT NULL AND x.part NOT IN ('before factor', 'final')
        UNION ALL
        SELECT x.step, x.part, x.formula, x.amount, x.source
        FROM commissioning.unbundled_steps(c.tariff, ROW(c.hrg, c.units, 1, c.rounding)::commissioning.unbundled_line) x
        WHERE (c.pod_kind IN ('critical_care', 'unbundled') OR c.pod = 'DAIMG' AND c.hrg IS NOT NULL) AND c.price_kind IS DISTINCT FROM 'local' AND c.national_price AND c.tariff IS NOT NULL AND x.part NOT IN ('before factor', 'final')
        UNION ALL
        SELECT x.step, x.part, x.formula, x.amount, x.source
        FROM commissioning.pathway_steps(c.tariff, ROW(
                 CASE c.pod WHEN 'MATPATHAN' THEN 'antenatal' WHEN 'MATPATHDEL' THEN 'delivery' ELSE 'postnatal' END, c.hrg_sent, 1,
                 c.rounding)::commissioning.pathway_line) x
        WHERE c.pod_kind = 'pathway' AND c.national_price AND c.tariff IS NOT NULL AND x.part NOT IN ('before factor', 'final')
        ORDER BY 1
    LOOP
        step := step + 1;
        part := s.part;
        formula := s.formula;
        amount_gbp := s.amount;
        source := s.source;
        RETURN NEXT;
    END LOOP;
    IF c.price_note IS NOT NULL THEN
        step := step + 1;
        part := c.price_note;
        formula := pg_catalog.format('imaging of a spell or emergency attendance (%s) is in its price: 0 units', c.event_kind);
        amount_gbp := 0;
        source := 'payment rules: imaging is paid on top of outpatients and direct access alone';
        RETURN NEXT;
    END IF;
    IF c.price_kind = 'local' THEN
        step := step + 1;
        part := 'local price';
        SELECT pg_catalog.format('%s, price rule %s (%s)', pg_catalog.trim_scale(r.unit_price), r.price_rule_id,
                   coalesce(nullif(pg_catalog.concat_ws(', ', 'contract ' || r.contract_id, 'provider ' || r.provider_code, 'point of delivery ' || r.pod,
                       'HRG ' || r.hrg_prefix, 'treatment function ' || r.treatment_function), ''), 'for all')), r.unit_price, r.source
        INTO formula, amount_gbp, source
        FROM @icb@.price_rule r
        WHERE r.valid @> c.price_date
          AND (r.contract_id IS NULL OR r.contract_id = c.contract_id) AND (r.provider_code IS NULL OR r.provider_code = c.provider_code)
          AND (r.pod IS NULL OR r.pod = c.pod) AND (r.hrg_prefix IS NULL OR pg_catalog.starts_with(c.hrg_sent, r.hrg_prefix))
          AND (r.treatment_function IS NULL OR r.treatment_function = c.treatment_function)
        ORDER BY pg_catalog.num_nonnulls(r.contract_id, r.provider_code, r.pod, r.hrg_prefix, r.treatment_function) DESC,
                 pg_catalog.length(r.hrg_prefix) DESC NULLS LAST, r.price_rule_id
        LIMIT 1;
        amount_gbp := round(amount_gbp, greatest(2, pg_catalog.scale(pg_catalog.trim_scale(amount_gbp))));
        RETURN NEXT;
    ELSIF c.pod_kind = 'pass_through' THEN
        SELECT x.* INTO item FROM (SELECT) one
        LEFT JOIN @icb@.pass_through_line x ON x.person_id = c.person_id AND x.submission_id = c.submission_id AND x.line_no = c.line_no;
        step := step + 1;
        part := 'cost';
        formula := CASE WHEN item.supplier_unit_price IS NOT NULL THEN 'what the provider paid, net of discounts' ELSE 'as charged: what the provider paid is not sent' END;
        amount_gbp := coalesce(item.supplier_unit_price, item.commissioner_unit_price, c.unit_price);
        amount_gbp := round(amount_gbp, greatest(2, pg_catalog.scale(pg_catalog.trim_scale(amount_gbp))));
        source := pg_catalog.format('claim of %s, item %s', c.provider_code, coalesce(c.hrg_sent, 'none'));
        RETURN NEXT;
        FOR s IN
            SELECT r.unit_price AS price, 'agreed price'::text AS part, r.source FROM @icb@.price_rule r
            WHERE r.valid @> c.price_date
              AND (r.contract_id IS NULL OR r.contract_id = c.contract_id) AND (r.provider_code IS NULL OR r.provider_code = c.provider_code)
              AND (r.pod IS NULL OR r.pod = c.pod) AND (r.hrg_prefix IS NULL OR pg_catalog.starts_with(c.hrg_sent, r.hrg_prefix))
              AND (r.treatment_function IS NULL OR r.treatment_function = c.treatment_function)
            UNION ALL
            SELECT d.reference_price, 'reference price', d.source FROM @icb@.drug_list d
            WHERE c.pod <> 'DEVICE' AND d.drug_code = c.hrg_sent AND d.valid @> c.price_date AND d.indication IN ('', item.indication) AND d.reference_price IS NOT NULL
            UNION ALL
            SELECT d.reference_price, 'reference price', 'device list' FROM @icb@.device_list d
            WHERE c.pod = 'DEVICE' AND d.device_code = c.hrg_sent AND d.valid @> c.price_date AND d.reference_price IS NOT NULL
            ORDER BY 2, 1
            LIMIT 1
        LOOP
            step := step + 1;
            part := s.part;
            formula := pg_catalog.format('%s: the cost counts up to it', pg_catalog.trim_scale(s.price));
            amount_gbp := round(s.price, greatest(2, pg_catalog.scale(pg_catalog.trim_scale(s.price))));
            source := s.source;
            RETURN NEXT;
        END LOOP;
        IF item.support_charge IS NOT NULL THEN
            step := step + 1;
            part := 'support charge';
            formula := pg_catalog.format('%s for the line, spread over %s units', pg_catalog.trim_scale(item.support_charge), pg_catalog.trim_scale(c.units));
            amount_gbp := round(item.support_charge / nullif(c.units, 0), 6);
            amount_gbp := round(amount_gbp, greatest(2, pg_catalog.scale(pg_catalog.trim_scale(amount_gbp))));
            source := pg_catalog.format('claim of %s', c.provider_code);
            RETURN NEXT;
        END IF;
    END IF;
    step := step + 1;
    part := 'this line';
    formula := CASE WHEN c.expected_unit_price IS NULL THEN 'not priced: ' || coalesce(c.price_reason, 'no price list or local price for this line')
                    ELSE pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(coalesce(c.expected_units, c.units)), pg_catalog.trim_scale(c.expected_unit_price),
                                              pg_catalog.trim_scale(c.expected_factor)) || ', ' || rounded END;
    amount_gbp := c.expected_total;
    source := CASE WHEN c.price_kind IN ('local', 'pass_through') THEN pg_catalog.format('%s price on %s', pg_catalog.replace(c.price_kind, '_', '-'), c.price_date)
                   ELSE pg_catalog.concat_ws(' ', 'price list', c.tariff_name, c.tariff_year, 'on', c.price_date) END
              || coalesce(', factor of ' || c.factor_via || ', successor of ' || c.provider_code, '');
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION @icb@.explain_price(text) IS
    'How the expected price of a line of the current position came about, step by step, whatever its kind: the parts of the price of one unit, then units, factor and rounding. Raises 42704 for an unknown line.';

-- A spell is one price however many lines charge it: base, excess days and components of one provider event are set against the whole.
CREATE VIEW @icb@.claim_group_price WITH (security_invoker = true) AS
WITH line AS (
    SELECT c.*, row_number() OVER (PARTITION BY c.person_id, c.provider_code, c.claim_group, c.pod_kind IN ('spell', 'excess')
                                   ORDER BY c.pod_kind = 'excess', c.submission_id, c.line_no) AS place,
           c.pod_kind IN ('spell', 'excess') AS of_spell
    FROM @icb@.claim_price c
), whole AS (
    -- the spell as one: its price with excess days and top-up, rounded once before and once after the factor
    SELECT l.*, CASE l.rounding WHEN 'sus' THEN round(l.whole_price * l.expected_factor)
                                ELSE round(l.whole_price * l.expected_factor, 2) END AS spell_total
    FROM line l
)
SELECT w.person_id, w.provider_code, w.claim_group, min(w.commissioner_code) AS commissioner_code, min(w.contract_id) AS contract_id,
       (array_agg(w.pod ORDER BY w.of_spell DESC, w.place))[1] AS pod, min(w.start_date) AS start_date, max(w.price_date) AS price_date,
       count(*) AS lines, count(*) FILTER (WHERE w.pod_kind = 'spell') AS spell_lines, count(*) FILTER (WHERE w.pod_kind = 'excess') AS excess_lines,
       max(w.excess_days) AS excess_days,
       sum(w.total_cost)::numeric(16,2) AS claimed_total,
       sum(CASE WHEN w.of_spell THEN CASE WHEN w.place = 1 THEN w.spell_total ELSE 0 END ELSE w.expected_total END)::numeric(16,2) AS expected_group_total,
       sum(w.expected_total)::numeric(16,2) AS expected_line_total,
       max(w.base_price) AS base_price, max(w.top_up_price) AS top_up_price, max(w.excess_price) AS excess_price,
       max(w.best_practice_price) AS best_practice_price, max(w.expected_factor) FILTER (WHERE w.of_spell) AS expected_factor,
       coalesce(sum(w.expected_total) FILTER (WHERE w.pod_kind = 'critical_care'), 0)::numeric(16,2) AS critical_care_total,
       coalesce(sum(w.expected_total) FILTER (WHERE NOT w.of_spell AND w.pod_kind <> 'critical_care'), 0)::numeric(16,2) AS other_total,
       count(*) FILTER (WHERE w.expected_total IS NULL) AS unpriced_lines
FROM whole w
GROUP BY w.person_id, w.provider_code, w.claim_group;
COMMENT ON VIEW @icb@.claim_group_price IS
    'Every provider event of the current position priced as a whole before its lines: what the lines claim together, what the event should have cost (a spell once, with all its excess days, whether or not they are charged apart), and its parts. expected_line_total is the sum of the lines priced one by one; it differs by a line that is missing or charged twice, or by the rounding.';
COMMENT ON COLUMN @icb@.claim_group_price.commissioner_code IS 'Commissioner charged; of several the first by name.';
COMMENT ON COLUMN @icb@.claim_group_price.pod IS 'Point of delivery of the spell, else of the first line.';
COMMENT ON COLUMN @icb@.claim_group_price.price_date IS 'Latest day that decides a price.';
COMMENT ON COLUMN @icb@.claim_group_price.lines IS 'Lines that charge the event.';
COMMENT ON COLUMN @icb@.claim_group_price.spell_lines IS 'Of them those that charge the spell.';
COMMENT ON COLUMN @icb@.claim_group_price.excess_lines IS 'Of them those that charge excess days.';
COMMENT ON COLUMN @icb@.claim_group_price.claimed_total IS 'Amount that the lines claim together, in pounds.';
COMMENT ON COLUMN @icb@.claim_group_price.expected_group_total IS 'What the event should have cost as a whole, in pounds; lines without a price are left out and counted in unpriced_lines.';
COMMENT ON COLUMN @icb@.claim_group_price.expected_line_total IS 'Sum of what its lines should have cost one by one, in pounds.';
COMMENT ON COLUMN @icb@.claim_group_price.critical_care_total IS 'What the critical care lines should have cost, in pounds.';
COMMENT ON COLUMN @icb@.claim_group_price.other_total IS 'What lines that are neither spell, excess days nor critical care should have cost, in pounds.';
COMMENT ON COLUMN @icb@.claim_group_price.unpriced_lines IS 'Lines without a price.';

CREATE VIEW @icb_reporting@.event_price WITH (security_invoker = true) AS
SELECT g.person_id::bigint AS person_id, g.provider_code::text AS provider_code, g.claim_group::text AS claim_group, g.commissioner_code::text AS commissioner_code,
       g.contract_id::text AS contract_id, g.pod::text AS pod, g.start_date::date AS start_date, g.price_date::date AS price_date,
       g.lines::bigint AS lines, g.spell_lines::bigint AS spell_lines, g.excess_lines::bigint AS excess_lines, g.unpriced_lines::bigint AS unpriced_lines,
       g.excess_days::integer AS excess_days, g.claimed_total::numeric(16,2) AS claimed_gbp, g.expected_group_total::numeric(16,2) AS expected_gbp,
       (g.claimed_total - g.expected_group_total)::numeric(16,2) AS difference_gbp, g.base_price::numeric(16,2) AS base_gbp,
       g.top_up_price::numeric(16,2) AS top_up_gbp, g.excess_price::numeric(16,2) AS excess_gbp, g.best_practice_price::numeric(16,2) AS best_practice_gbp,
       g.critical_care_total::numeric(16,2) AS critical_care_gbp, g.other_total::numeric(16,2) AS other_gbp
FROM @icb@.claim_group_price g;
COMMENT ON VIEW @icb_reporting@.event_price IS
    'Every provider event of the current position: what its lines claim together and what it should have cost as a whole, with its parts. An event with unpriced lines is not comparable.';
COMMENT ON COLUMN @icb_reporting@.event_price.person_id IS 'Person in this warehouse; no identifier outside it.';
COMMENT ON COLUMN @icb_reporting@.event_price.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.event_price.claim_group IS 'Lines of one event: provider and event identifier.';
COMMENT ON COLUMN @icb_reporting@.event_price.commissioner_code IS 'Commissioner charged; of several the first by name.';
COMMENT ON COLUMN @icb_reporting@.event_price.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb_reporting@.event_price.pod IS 'Point of delivery of the spell, else of the first line.';
COMMENT ON COLUMN @icb_reporting@.event_price.start_date IS 'Admission or attendance.';
COMMENT ON COLUMN @icb_reporting@.event_price.price_date IS 'Latest day that decides a price.';
COMMENT ON COLUMN @icb_reporting@.event_price.lines IS 'Lines that charge the event.';
COMMENT ON COLUMN @icb_reporting@.event_price.spell_lines IS 'Of them those that charge the spell.';
COMMENT ON COLUMN @icb_reporting@.event_price.excess_lines IS 'Of them those that charge excess days.';
COMMENT ON COLUMN @icb_reporting@.event_price.unpriced_lines IS 'Lines without a price.';
COMMENT ON COLUMN @icb_reporting@.event_price.excess_days IS 'Days beyond the trim point.';
COMMENT ON COLUMN @icb_reporting@.event_price.claimed_gbp IS 'Amount that the lines claim together, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.expected_gbp IS 'What the event should have cost as a whole, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.difference_gbp IS 'Claimed less expected, in pounds; negative: too little was claimed.';
COMMENT ON COLUMN @icb_reporting@.event_price.base_gbp IS 'Base price of the spell before the factor, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.top_up_gbp IS 'Specialised top-up before the factor, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.excess_gbp IS 'Excess days before the factor, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.best_practice_gbp IS 'Best practice price added before the factor, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.critical_care_gbp IS 'Critical care lines with the factor, in pounds.';
COMMENT ON COLUMN @icb_reporting@.event_price.other_gbp IS 'Other lines with their factor, in pounds.';
