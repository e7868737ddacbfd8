-- Validation: the facts that rules may use, the rules in force per contract, findings with their money, and their explanation.

-- Rules ---------------------------------------------------------------------------------------

CREATE TABLE @icb@.rule (
    code     text NOT NULL,
    version  text NOT NULL,
    name     text NOT NULL,
    level    text NOT NULL DEFAULT 'line' CHECK (level IN ('line', 'spell', 'pair', 'provider')),
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 6),
    valid    daterange NOT NULL DEFAULT '(,)',
    body     jsonb NOT NULL,
    source   text NOT NULL,
    note     text NOT NULL DEFAULT '',
    PRIMARY KEY (code)
);
COMMENT ON TABLE @icb@.rule IS
    'Local rules, in the form of commissioning.rule_reference. One row adds a rule; a row with the code of a shipped rule replaces it.';
COMMENT ON COLUMN @icb@.rule.body IS
    '{"applies": [condition...], "fails": [condition...], "effect": {...}, "evidence": [column...], "parameters": {...}}; the columns are those of the view claim_facts.';

CREATE TABLE @icb@.rule_switch (
    contract_id text NOT NULL DEFAULT '*',
    rule_code   text NOT NULL,
    enabled     boolean NOT NULL DEFAULT true,
    parameters  jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    PRIMARY KEY (contract_id, rule_code)
);
COMMENT ON TABLE @icb@.rule_switch IS
    'Turns a rule off, or sets its parameters, for one contract, or for all and for activity without a contract where contract_id is *. The contract''s own row wins.';

COMMENT ON COLUMN @icb@.rule.code IS 'Short name of the rule.';
COMMENT ON COLUMN @icb@.rule.version IS 'Version; part of finding_ref.';
COMMENT ON COLUMN @icb@.rule.name IS 'Name for people.';
COMMENT ON COLUMN @icb@.rule.level IS 'line, spell, pair or provider.';
COMMENT ON COLUMN @icb@.rule.priority IS '1 void identity, 2 void entitlement, 3 reclassify, 4 component, 5 price arithmetic, 6 statistical.';
COMMENT ON COLUMN @icb@.rule.valid IS 'Price dates for which it holds.';
COMMENT ON COLUMN @icb@.rule.source IS 'Where it comes from.';
COMMENT ON COLUMN @icb@.rule.note IS 'Remarks.';
COMMENT ON COLUMN @icb@.rule_switch.contract_id IS 'Contract, or * for all.';
COMMENT ON COLUMN @icb@.rule_switch.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.rule_switch.enabled IS 'false turns it off.';
COMMENT ON COLUMN @icb@.rule_switch.parameters IS 'Values for the parameters named in the body.';

CREATE VIEW @icb@.active_rule WITH (security_invoker = true) AS
SELECT l.code, l.version, l.name, l.level, l.priority, l.valid, l.body, l.source, l.note, true AS is_local
FROM @icb@.rule l
UNION ALL
SELECT r.code, r.version, r.name, r.level, r.priority, r.valid, r.body, r.source, r.note, false
FROM commissioning.rule_reference r
WHERE NOT EXISTS (SELECT FROM @icb@.rule l WHERE l.code = r.code);
COMMENT ON VIEW @icb@.active_rule IS 'Shipped and local rules; the local row of a code replaces the shipped one.';

CREATE TABLE @icb@.compiled_rule_set (
    fingerprint text PRIMARY KEY,
    body        commissioning.rule_set NOT NULL,
    compiled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.compiled_rule_set IS 'Every rule set that was ever in force here, by the md5 of its text; never changed.';

CREATE TABLE @icb@.contract_rule_set (
    contract_id text PRIMARY KEY,
    fingerprint text NOT NULL REFERENCES @icb@.compiled_rule_set
);
COMMENT ON TABLE @icb@.contract_rule_set IS 'The rule set in force per contract; * is activity without a contract. Contracts with the same rules share one value.';

COMMENT ON COLUMN @icb@.compiled_rule_set.fingerprint IS 'md5 of the rules as JSON.';
COMMENT ON COLUMN @icb@.compiled_rule_set.body IS 'The rules.';
COMMENT ON COLUMN @icb@.compiled_rule_set.compiled_at IS 'When it was first in force.';
COMMENT ON COLUMN @icb@.contract_rule_set.contract_id IS 'Contract, or * for activity without one.';
COMMENT ON COLUMN @icb@.contract_rule_set.fingerprint IS 'Rule set in force.';

-- {"parameter": name} becomes the contract's value, else the rule's own; a bounded validity becomes conditions on the price date.
CREATE FUNCTION @icb@.rule_json(r @icb@.active_rule, parameters jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    body text := (r.body - 'parameters')::text;
    p record;
    applies jsonb := '[]';
    filled jsonb;
BEGIN
    FOR p IN SELECT * FROM jsonb_each(coalesce(r.body -> 'parameters', '{}') || parameters) LOOP
        body := replace(body, format('{"parameter": %s}', to_jsonb(p.key)), p.value::text);
    END LOOP;
    filled := body::jsonb;
    IF strpos(body, '{"parameter": ') > 0 THEN
        RAISE EXCEPTION 'rule "%" names a parameter that has no value', r.code
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give it a default under "parameters" in the rule''s body.';
    END IF;
    IF NOT lower_inf(r.valid) THEN
        applies := applies || jsonb_build_array(jsonb_build_array('price_date', '>=', lower(r.valid)));
    END IF;
    IF NOT upper_inf(r.valid) THEN
        applies := applies || jsonb_build_array(jsonb_build_array('price_date', '<', upper(r.valid)));
    END IF;
    RETURN filled || jsonb_build_object('code', r.code, 'version', r.version, 'name', r.name, 'level', r.level, 'priority', r.priority,
                                        'source', r.source, 'applies', applies || coalesce(filled -> 'applies', '[]'));
END
$$;
COMMENT ON FUNCTION @icb@.rule_json(@icb@.active_rule, jsonb) IS
    'A rule as an element of a rule_set, parameters filled in. Raises 22023 when a parameter has no value.';

CREATE FUNCTION @icb@.compile_rules() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    k record;
    rules jsonb;
    mark text;
    changed integer := 0;
BEGIN
    FOR k IN SELECT '*' AS contract_id UNION SELECT c.contract_id FROM @icb@.contract c ORDER BY 1 LOOP
        SELECT pg_catalog.jsonb_agg(@icb@.rule_json(r, coalesce(common.parameters, '{}') || coalesce(own.parameters, '{}'))
                                    ORDER BY r.priority, r.code)
        INTO rules
        FROM @icb@.active_rule r
        LEFT JOIN @icb@.rule_switch common ON common.rule_code = r.code AND common.contract_id = '*'
        LEFT JOIN @icb@.rule_switch own ON own.rule_code = r.code AND own.contract_id = k.contract_id
        WHERE coalesce(own.enabled, common.enabled, true);
        mark := pg_catalog.md5(coalesce(rules, '[]')::text);
        IF NOT EXISTS (SELECT FROM @icb@.compiled_rule_set c WHERE c.fingerprint = mark) THEN
            INSERT INTO @icb@.compiled_rule_set (fingerprint, body)
            VALUES (mark, pg_catalog.jsonb_build_object('name', '@icb@', 'version', mark, 'rules', coalesce(rules, '[]'))::text::commissioning.rule_set);
            -- tried on an empty line: a field that is not there, or of another type, is refused now and not in the night
            PERFORM c.rule_code
            FROM @icb@.compiled_rule_set s
            CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::@icb@.claim_facts, '{}') f
            CROSS JOIN LATERAL commissioning.line_check(s.body, f) c
            WHERE s.fingerprint = mark;
        END IF;
        INSERT INTO @icb@.contract_rule_set AS s (contract_id, fingerprint) VALUES (k.contract_id, mark)
        ON CONFLICT (contract_id) DO UPDATE SET fingerprint = excluded.fingerprint WHERE s.fingerprint <> excluded.fingerprint;
        IF FOUND THEN
            changed := changed + 1;
        END IF;
    END LOOP;
    DELETE FROM @icb@.contract_rule_set s
    WHERE s.contract_id <> '*' AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id);
    FOR k IN
        SELECT s.contract_id, s.rule_code FROM @icb@.rule_switch s
        WHERE NOT EXISTS (SELECT FROM @icb@.active_rule r WHERE r.code = s.rule_code)
           OR s.contract_id <> '*' AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)
        ORDER BY 1, 2
    LOOP
        RAISE WARNING 'rule_switch of contract "%" and rule "%" switches nothing', k.contract_id, k.rule_code
            USING HINT = 'There is no such contract or no such rule.';
    END LOOP;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_rules() IS
    'Puts the active rules, less those switched off and with the parameters set, into one rule_set value per contract. Returns for how many contracts the rules changed. Raises 22P02 with the path of the fault when a rule is not well formed, 42703 or 42804 when it names a field that claim_facts does not have or has in another type; warns of switches that switch nothing.';

-- Facts ---------------------------------------------------------------------------------------

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
       c.start_date, c.end_date, c.price_date, c.age, c.sex, c.patient_classification, c.admission_method, c.attendance_status,
       c.first_attendance, c.consultation_medium, c.multi_professional, c.main_specialty,
       c.length_of_stay, c.critical_care_days, c.rehabilitation_days, c.palliative_days, c.qualifying_days, c.trim_point,
       c.short_stay, c.excess_days, c.excess_days_with_critical_care,
       g.practice_code AS responsible_practice, o.parent AS responsible_commissioner,
       CASE WHEN pe.person_id IS NULL OR c.nhs_number_state <> 'valid' THEN NULL WHEN pe.death_date IS NULL THEN 'alive' ELSE 'dead' END AS death_state,
       pe.death_date, c.start_date - pe.death_date AS days_after_death,
       CASE WHEN c.pod_kind IN ('attendance', 'procedure') OR c.pod_class = 'pass_through' THEN 1 ELSE 0 END AS death_grace_days,
       c.units, c.unit_price, c.market_forces_factor AS factor, c.total_cost AS total, c.rounding,
       a.product, abs(c.total_cost - a.product) AS arithmetic_difference, 0.01 * greatest(abs(c.units), 1) AS arithmetic_tolerance,
       c.tariff_name, c.tariff_year, c.expected_units, c.expected_unit_price, c.full_unit_price, c.expected_factor, c.per_day, c.price_reason,
       abs(c.unit_price - c.expected_unit_price) AS price_difference, c.price_tolerance,
       abs(c.market_forces_factor - c.expected_factor) AS factor_difference,
       CASE WHEN w.kind = 'ungroupable' OR coalesce(c.hrg_sent, '') = '' OR c.national_price AND (c.hrg::text IS NULL OR c.pod_kind = 'other') THEN false
            WHEN c.age < b.age_min OR c.age > b.age_max THEN false
            WHEN NOT c.national_price THEN c.expected_unit_price IS NOT NULL
            ELSE true END AS price_comparable,
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
       CASE WHEN q.kind = 'duplicate' THEN q.kept_line_key END AS duplicate_of,
       CASE WHEN q.kind = 'repeat' THEN q.kept_line_key END AS repeat_of,
       CASE WHEN q.kind = 'overlap' THEN q.kept_line_key END AS overlap_of
FROM @icb@.claim_price c
LEFT JOIN @icb@.claim_pair q ON q.person_id = c.person_id AND q.submission_id = c.submission_id AND q.line_no = c.line_no
LEFT JOIN @icb@.person pe ON pe.person_id = c.person_id
LEFT JOIN @icb@.registration g
  ON g.person_id = c.person_id AND g.valid_from <= c.start_date AND (g.valid_to IS NULL OR c.start_date < g.valid_to)
LEFT JOIN @icb@.organisation_link o ON o.child = g.practice_code AND o.kind = 'commissioned_by' AND o.valid @> c.start_date
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
COMMENT ON COLUMN @icb@.claim_facts.pod_kind IS 'spell, excess, critical_care, unbundled, attendance, procedure, emergency or other.';
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
COMMENT ON COLUMN @icb@.claim_facts.sex IS 'Sex on the record, else on the claim.';
COMMENT ON COLUMN @icb@.claim_facts.patient_classification IS '1 ordinary, 2 day case, 3 and 4 regular; from the point of delivery without a record.';
COMMENT ON COLUMN @icb@.claim_facts.admission_method IS 'Admission method; from the point of delivery without a record.';
COMMENT ON COLUMN @icb@.claim_facts.attendance_status IS '5 and 6 attended, 2, 3, 4, 7 not; only from the record.';
COMMENT ON COLUMN @icb@.claim_facts.first_attendance IS 'First attendance code of the record.';
COMMENT ON COLUMN @icb@.claim_facts.consultation_medium IS 'Consultation medium of the record.';
COMMENT ON COLUMN @icb@.claim_facts.multi_professional IS 'Multi-professional indicator of the record.';
COMMENT ON COLUMN @icb@.claim_facts.main_specialty IS 'Main specialty of the record.';
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
COMMENT ON COLUMN @icb@.claim_facts.short_stay_missed IS 'The full price was charged where the short-stay price is due.';
COMMENT ON COLUMN @icb@.claim_facts.critical_care_counted IS 'The excess days charged are what they would be with critical care days left in.';
COMMENT ON COLUMN @icb@.claim_facts.duplicate_of IS 'Line that claims the very same; NULL: none.';
COMMENT ON COLUMN @icb@.claim_facts.repeat_of IS 'Line that claims the same part of the same event with other content.';
COMMENT ON COLUMN @icb@.claim_facts.overlap_of IS 'Spell, kept, with which this one shares a night.';

-- Findings ------------------------------------------------------------------------------------

CREATE TABLE @icb@.finding (
    person_id      bigint NOT NULL,
    finding_ref    text NOT NULL,
    opened_run     bigint NOT NULL,
    line_key       text NOT NULL,
    submission_id  bigint NOT NULL,
    line_no        bigint NOT NULL,
    rule_code      text NOT NULL,
    rule_version   text NOT NULL,
    rule_name      text NOT NULL,
    priority       integer NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('fail', 'hold', 'not_assessed')),
    reason         text,
    evidence       jsonb NOT NULL,
    provider_code  text NOT NULL,
    commissioner_code text NOT NULL,
    contract_id    text,
    rule_set       text NOT NULL,
    pod            text NOT NULL,
    pod_class      text NOT NULL,
    activity_month date,
    units          numeric(19,6),
    unit_price     numeric(19,6),
    factor         numeric(10,6),
    billed         numeric(19,6) NOT NULL,
    expected_total numeric(16,2),
    identified     numeric(16,2) NOT NULL,
    net            numeric(19,6) NOT NULL,
    recovery_rate  numeric(7,6) NOT NULL,
    recoverable    numeric(16,2) NOT NULL,
    undercharged   numeric(16,2) NOT NULL,
    content        text NOT NULL,
    opened_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_run     bigint,
    closed_at      timestamptz,
    closed_reason  text CHECK (closed_reason IN ('line no longer claimed', 'no longer found', 'restated')),
    PRIMARY KEY (person_id, finding_ref, opened_run),
    CHECK ((closed_run IS NULL) = (closed_at IS NULL) AND (closed_run IS NULL) = (closed_reason IS NULL))
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.finding IS
    'What rules found, with money. A row is never changed but for being closed once: by a run in which its line is gone, in order, or found with other content (which opens a new row of the same finding_ref). Open rows have closed_run NULL.';
COMMENT ON COLUMN @icb@.finding.finding_ref IS 'Stable over re-runs and restatements: hash of line_key, rule and version.';
COMMENT ON COLUMN @icb@.finding.outcome IS 'fail, hold (a query about the whole line) or not_assessed (a needed field is missing).';
COMMENT ON COLUMN @icb@.finding.identified IS 'What this rule alone would take off the line as billed; negative: an undercharge.';
COMMENT ON COLUMN @icb@.finding.net IS 'Share of this rule in billed less expected, after the rules before it; the shares of a line add up exactly.';
COMMENT ON COLUMN @icb@.finding.recoverable IS 'net x recovery_rate where net is positive, rounded to the penny; 0 for a hold.';
COMMENT ON COLUMN @icb@.finding.undercharged IS '-net where net is negative.';
COMMENT ON COLUMN @icb@.finding.evidence IS 'Values of the columns that the rule names as evidence. No identifiers of persons.';
COMMENT ON COLUMN @icb@.finding.content IS 'Hash of everything a run computed, to tell whether it changed.';

COMMENT ON COLUMN @icb@.finding.person_id IS 'Person in this warehouse.';
COMMENT ON COLUMN @icb@.finding.opened_run IS 'Run that opened the row.';
COMMENT ON COLUMN @icb@.finding.line_key IS 'Line it is about, across restatements.';
COMMENT ON COLUMN @icb@.finding.submission_id IS 'Submission that brought the line when the row was opened; a later one may have sent it again unchanged.';
COMMENT ON COLUMN @icb@.finding.line_no IS 'Row of that file.';
COMMENT ON COLUMN @icb@.finding.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.finding.rule_version IS 'Version of the rule.';
COMMENT ON COLUMN @icb@.finding.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb@.finding.priority IS 'Order in which rules share the money.';
COMMENT ON COLUMN @icb@.finding.reason IS 'What is missing, when not assessed.';
COMMENT ON COLUMN @icb@.finding.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb@.finding.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb@.finding.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb@.finding.rule_set IS 'Fingerprint of the rule set that judged.';
COMMENT ON COLUMN @icb@.finding.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb@.finding.pod_class IS 'Class of care for the recovery rate.';
COMMENT ON COLUMN @icb@.finding.activity_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb@.finding.units IS 'Units as charged.';
COMMENT ON COLUMN @icb@.finding.unit_price IS 'Price of one unit as charged.';
COMMENT ON COLUMN @icb@.finding.factor IS 'Factor as charged.';
COMMENT ON COLUMN @icb@.finding.billed IS 'Amount charged.';
COMMENT ON COLUMN @icb@.finding.expected_total IS 'What is left of the line after this rule and those before it; after the last, what it should have cost.';
COMMENT ON COLUMN @icb@.finding.recovery_rate IS 'Share the contract lets be recovered for this class and date.';
COMMENT ON COLUMN @icb@.finding.opened_at IS 'When the row was written.';
COMMENT ON COLUMN @icb@.finding.closed_run IS 'Run that closed it; NULL: open.';
COMMENT ON COLUMN @icb@.finding.closed_at IS 'When it was closed.';
COMMENT ON COLUMN @icb@.finding.closed_reason IS 'line no longer claimed, no longer found, or restated (found with other content).';

DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.finding_p%s PARTITION OF @icb@.finding FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE UNIQUE INDEX finding_open ON @icb@.finding (person_id, finding_ref) WHERE closed_run IS NULL;
CREATE INDEX finding_by_ref ON @icb@.finding (finding_ref);
CREATE INDEX finding_by_line ON @icb@.finding (line_key);

CREATE VIEW @icb@.finding_live WITH (security_invoker = true) AS
SELECT x.person_id,
       pg_catalog.md5(pg_catalog.concat_ws('|', x.line_key, x.rule_code, x.rule_version,
           -- one key claimed in two slices of the position at once
           CASE WHEN x.n > 1 THEN x.n END)) AS finding_ref,
       x.line_key, x.submission_id, x.line_no, x.rule_code, x.rule_version, x.rule_name, x.priority, x.outcome, x.reason, x.evidence,
       x.provider_code, x.commissioner_code, x.contract_id, x.rule_set, x.pod, x.pod_class, x.activity_month, x.units, x.unit_price, x.factor,
       x.billed, x.expected_total, x.identified, x.net, x.recovery_rate, x.recoverable, x.undercharged,
       pg_catalog.md5(pg_catalog.concat_ws('|', x.outcome, x.reason, x.evidence, x.billed, x.identified, x.net, x.recoverable, x.contract_id, x.pod,
                                           x.activity_month)) AS content
FROM (
    SELECT f.person_id, f.line_key, f.submission_id, f.line_no, r.rule_code, r.rule_version, r.rule_name, r.priority, r.outcome, r.reason,
           coalesce(r.evidence, '{}'::jsonb) AS evidence, f.provider_code, f.commissioner_code, f.contract_id, s.fingerprint AS rule_set, f.pod, f.pod_class,
           pg_catalog.date_trunc('month', coalesce(f.price_date, f.start_date)::timestamp)::date AS activity_month,
           f.units, f.unit_price, f.factor, f.total AS billed, r.expected_total::numeric(16,2) AS expected_total,
           coalesce(r.identified, 0)::numeric(16,2) AS identified, coalesce(r.net, 0)::numeric(19,6) AS net,
           rate.value AS recovery_rate,
           CASE WHEN r.outcome = 'fail' THEN round(greatest(r.net, 0) * rate.value, 2) ELSE 0 END::numeric(16,2) AS recoverable,
           CASE WHEN r.outcome = 'fail' THEN greatest(-r.net, 0) ELSE 0 END::numeric(16,2) AS undercharged,
           row_number() OVER (PARTITION BY f.person_id, f.line_key, r.rule_code ORDER BY f.financial_year, f.month, f.submission_id, f.line_no) AS n
    FROM @icb@.claim_facts f
    JOIN @icb@.contract_rule_set s ON s.contract_id = coalesce(f.contract_id, '*')
    JOIN @icb@.compiled_rule_set b ON b.fingerprint = s.fingerprint
    CROSS JOIN LATERAL commissioning.line_check(b.body, f) r
    LEFT JOIN @icb@.recovery_rate own ON own.contract_id = f.contract_id AND own.pod_class = f.pod_class AND own.valid @> f.price_date
    LEFT JOIN @icb@.recovery_rate other ON other.contract_id = f.contract_id AND other.pod_class = 'any' AND other.valid @> f.price_date
    CROSS JOIN LATERAL (SELECT coalesce(own.rate, other.rate, 1)::numeric(7,6) AS value) rate
) x;
COMMENT ON VIEW @icb@.finding_live IS
    'The findings of today''s data under the rules in force. icb.validate() persists them in finding. Without a recovery rate for the contract, class and date all of the net is recoverable.';

CREATE FUNCTION @icb@.validate_partition(run bigint, part integer, OUT opened bigint, OUT closed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    held text := '@icb@.finding_p' || part;
    loops text := pg_catalog.current_setting('enable_nestloop');
BEGIN
    IF pg_catalog.to_regclass('@icb_identity@.stage_finding') IS NOT NULL THEN
        DROP TABLE @icb_identity@.stage_finding;
    END IF;
    EXECUTE 'CREATE UNLOGGED TABLE @icb_identity@.stage_finding AS ' || @icb@.partition_query('@icb@.finding_live', part);
    ANALYZE @icb_identity@.stage_finding;
    PERFORM pg_catalog.set_config('enable_nestloop', 'off', true);
    EXECUTE pg_catalog.format($q$
        UPDATE %1$s f
        SET closed_run = $1, closed_at = pg_catalog.clock_timestamp(),
            closed_reason = CASE
                WHEN EXISTS (SELECT FROM @icb_identity@.stage_finding s WHERE s.finding_ref = f.finding_ref) THEN 'restated'
                WHEN EXISTS (SELECT FROM @icb@.current_invoice_line l WHERE l.person_id = f.person_id AND l.line_key = f.line_key) THEN 'no longer found'
                ELSE 'line no longer claimed' END
        WHERE f.closed_run IS NULL
          AND NOT EXISTS (SELECT FROM @icb_identity@.stage_finding s WHERE s.finding_ref = f.finding_ref AND s.content = f.content)$q$, held) USING run;
    GET DIAGNOSTICS closed = ROW_COUNT;
    EXECUTE pg_catalog.format($q$
        INSERT INTO %1$s (opened_run, person_id, finding_ref, line_key, submission_id, line_no, rule_code, rule_version, rule_name, priority, outcome,
            reason, evidence, provider_code, commissioner_code, contract_id, rule_set, pod, pod_class, activity_month, units, unit_price, factor,
            billed, expected_total, identified, net, recovery_rate, recoverable, undercharged, content)
        SELECT $1, s.*
        FROM @icb_identity@.stage_finding s
        WHERE NOT EXISTS (SELECT FROM %1$s f WHERE f.finding_ref = s.finding_ref AND f.person_id = s.person_id AND f.closed_run IS NULL)$q$, held) USING run;
    GET DIAGNOSTICS opened = ROW_COUNT;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
    DROP TABLE @icb_identity@.stage_finding;
END
$$;
COMMENT ON FUNCTION @icb@.validate_partition(bigint, integer) IS
    'One step of icb.validate(): computes the findings of one partition of persons, closes those that no longer hold and opens the new ones.';

CREATE PROCEDURE @icb@.validate()
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    parts integer := @icb@.partition_count();
    step record;
    opened bigint := 0;
    closed bigint := 0;
    lines bigint;
    claimed numeric;
    result record;
BEGIN
    run := @icb@.start_run('validate');
    COMMIT;
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.compile_rules();
    PERFORM @icb@.refresh_statistics('invoice_line', 'activity', 'line_match', 'claim_pair', 'person', 'registration', 'tariff', 'compiled_rule_set',
                                     'contract_rule_set', 'recovery_rate');
    PERFORM @icb@.report_progress(run, 2, 'price lists and rules compiled');
    COMMIT;
    FOR part IN 0 .. parts - 1 LOOP
        step := @icb@.validate_partition(run, part);
        opened := opened + step.opened;
        closed := closed + step.closed;
        PERFORM @icb@.report_progress(run, 2 + 98.0 * (part + 1) / parts, pg_catalog.format('partition %s of %s', part + 1, parts));
        COMMIT;
    END LOOP;
    PERFORM @icb@.refresh_statistics('finding');
    SELECT pg_catalog.sum(s.line_count), pg_catalog.sum(s.amount) INTO lines, claimed
    FROM @icb@.submission_slice s WHERE s.status = 'current' AND s.dataset = 'PLCM';
    SELECT pg_catalog.count(*) FILTER (WHERE f.outcome = 'fail') AS failed, pg_catalog.sum(f.recoverable) AS recoverable INTO result
    FROM @icb@.finding f WHERE f.closed_run IS NULL;
    PERFORM @icb@.finish_run(run, lines, opened, claimed, result.recoverable, CASE WHEN opened + closed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s findings opened, %s closed', opened, closed));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.validate() IS
    'Compiles price lists and rules, applies all rules to every line of the current position and keeps the findings. Run icb.match() first. Commits per partition of persons; a repeat adds nothing.';

-- Explanation ---------------------------------------------------------------------------------

-- The waterfall of a finding's line as it stood in the run that opened the finding: each rule takes its share of what the earlier ones left.
CREATE FUNCTION @icb@.explain_finding(ref text)
    RETURNS TABLE (step integer, rule text, formula text, billed_gbp numeric, expected_gbp numeric, source text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
DECLARE
    asked record;
    f record;
    effect jsonb;
    u numeric;
    p numeric;
    k numeric;
    value text;
    running numeric;
BEGIN
    SELECT x.* INTO asked FROM @icb@.finding x WHERE x.finding_ref = ref ORDER BY x.opened_run DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown finding "%"', ref
            USING ERRCODE = 'undefined_object', HINT = 'The column finding_ref of the view finding lists them.';
    END IF;
    u := asked.units;
    p := asked.unit_price;
    k := asked.factor;
    running := asked.billed;
    step := 1;
    rule := 'as billed';
    formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(u), pg_catalog.trim_scale(p), pg_catalog.trim_scale(k));
    billed_gbp := round(running, 2);
    expected_gbp := round(running, 2);
    source := pg_catalog.format('claim of %s, %s', asked.provider_code, asked.pod);
    RETURN NEXT;
    FOR f IN
        SELECT x.*, coalesce(b.element -> 'effect', '{}') AS effect, b.element ->> 'source' AS rule_source
        FROM @icb@.finding x
        LEFT JOIN LATERAL (
            SELECT r.element
            FROM @icb@.compiled_rule_set s, pg_catalog.jsonb_array_elements(s.body::text::jsonb -> 'rules') WITH ORDINALITY AS r(element, place)
            WHERE s.fingerprint = x.rule_set AND r.element ->> 'code' = x.rule_code
            LIMIT 1) b ON true
        WHERE x.person_id = asked.person_id AND x.line_key = asked.line_key AND x.commissioner_code = asked.commissioner_code
          AND x.opened_run <= coalesce(asked.closed_run - 1, x.opened_run)
          AND coalesce(x.closed_run, asked.opened_run + 1) > asked.opened_run
          AND (x.outcome <> 'not_assessed' OR x.finding_ref = ref)
        ORDER BY x.priority, x.rule_code
    LOOP
        step := step + 1;
        rule := f.rule_code || ' ' || f.rule_name;
        source := f.rule_source;
        billed_gbp := round(running, 2);
        running := running - f.net;
        expected_gbp := round(running, 2);
        effect := f.effect;
        IF f.outcome = 'not_assessed' THEN
            formula := 'not assessed: ' || f.reason;
        ELSIF f.outcome = 'hold' THEN
            formula := 'held until answered; nothing deducted';
        ELSIF effect ->> 'kind' = 'void' THEN
            formula := 'claim removed';
            u := 0;
        ELSIF effect ? 'total' THEN
            formula := pg_catalog.format('total becomes %s', f.evidence ->> (effect ->> 'total'));
        ELSE
            IF effect ? 'units' THEN u := coalesce((f.evidence ->> (effect ->> 'units'))::numeric, u); END IF;
            IF effect ? 'unit_price' THEN p := coalesce((f.evidence ->> (effect ->> 'unit_price'))::numeric, p); END IF;
            IF effect ? 'factor' THEN k := coalesce((f.evidence ->> (effect ->> 'factor'))::numeric, k); END IF;
            formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(u), pg_catalog.trim_scale(p), pg_catalog.trim_scale(k));
        END IF;
        RETURN NEXT;
    END LOOP;
    IF asked.outcome = 'fail' THEN
        step := step + 1;
        rule := asked.rule_code || ', recoverable';
        formula := CASE WHEN asked.net > 0 THEN pg_catalog.format('%s x %s', pg_catalog.trim_scale(asked.net), pg_catalog.trim_scale(asked.recovery_rate))
                        ELSE 'an undercharge is reported, not recovered' END;
        billed_gbp := round(asked.net, 2);
        expected_gbp := asked.recoverable;
        source := 'recovery rate of the contract for this class of care and date';
        RETURN NEXT;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.explain_finding(text) IS
    'How a finding''s money came about, as rows: the line as billed, then each rule that found something on it in order of priority, from what was left before (billed_gbp) to what is left after (expected_gbp), and the recoverable part of the finding asked for. Raises 42704 for an unknown reference.';

CREATE FUNCTION @icb@.explain_price(line text)
    RETURNS TABLE (step integer, part text, formula text, amount_gbp numeric, source text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_column
DECLARE
    c record;
    person bigint;
    s record;
BEGIN
    -- a key alone would scan every partition of persons
    SELECT l.person_id INTO person FROM @icb@.current_invoice_line l WHERE l.line_key = line ORDER BY l.submission_id, l.line_no LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown line "%"', line
            USING ERRCODE = 'undefined_object', HINT = 'The current position holds no line with this key.';
    END IF;
    SELECT x.* INTO c FROM @icb@.claim_price x WHERE x.person_id = person AND x.line_key = line ORDER BY x.submission_id, x.line_no LIMIT 1;
    step := 1;
    part := 'as billed';
    formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(c.units), pg_catalog.trim_scale(c.unit_price), pg_catalog.trim_scale(c.market_forces_factor));
    amount_gbp := round(c.total_cost, 2);
    source := pg_catalog.format('claim of %s, %s, HRG %s', c.provider_code, c.pod, coalesce(c.hrg_sent, 'none'));
    RETURN NEXT;
    IF c.pod_kind IN ('spell', 'excess') AND c.national_price AND c.tariff IS NOT NULL THEN
        FOR s IN
            SELECT x.part, x.formula, x.amount, x.source
            FROM commissioning.price_steps(c.tariff, ROW(c.hrg, c.patient_classification, c.admission_method, c.start_date, c.end_date, c.age,
                     c.critical_care_days, c.rehabilitation_days, c.overlap_days, c.palliative_days, c.best_practice, NULL::text, 1,
                     c.rounding)::commissioning.spell_line) x
            ORDER BY x.step
        LOOP
            step := step + 1;
            part := s.part;
            formula := s.formula;
            amount_gbp := s.amount;
            source := s.source;
            RETURN NEXT;
        END LOOP;
    END IF;
    step := step + 1;
    part := 'this line';
    formula := CASE WHEN c.expected_unit_price IS NULL THEN 'not priced: ' || coalesce(c.price_reason, 'no price list or local price for this line')
                    ELSE pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(coalesce(c.expected_units, c.units)), pg_catalog.trim_scale(c.expected_unit_price),
                                              pg_catalog.trim_scale(c.expected_factor)) END;
    amount_gbp := c.expected_total;
    source := pg_catalog.concat_ws(' ', 'price list', c.tariff_name, c.tariff_year, 'on', c.price_date);
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION @icb@.explain_price(text) IS
    'How the expected price of a line of the current position came about, step by step. Raises 42704 for an unknown line.';
