-- Findings: what the rules in force found in the lines, with its money, its run, and how it came about.

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
    rule_class     text NOT NULL DEFAULT 'money' CHECK (rule_class IN ('money', 'data_quality', 'governance', 'redesign')),
    recovery_reason text,
    detectable     text NOT NULL DEFAULT 'full' CHECK (detectable IN ('full', 'partial')),
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
COMMENT ON COLUMN @icb@.finding.rule_class IS 'money, data_quality, governance or redesign: only money is ever recoverable.';
COMMENT ON COLUMN @icb@.finding.recovery_reason IS 'Why not all of net is recoverable; NULL when it is.';
COMMENT ON COLUMN @icb@.finding.detectable IS 'full, or partial: a sign that needs the case notes.';

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
       x.rule_class, x.recovery_reason, x.detectable,
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
           coalesce(a.class, 'money') AS rule_class, NULL::text AS recovery_reason, coalesce(a.detectable, 'full') AS detectable,
           row_number() OVER (PARTITION BY f.person_id, f.line_key, r.rule_code ORDER BY f.financial_year, f.month, f.submission_id, f.line_no) AS n
    FROM @icb@.claim_facts f
    JOIN @icb@.contract_rule_set s ON s.contract_id = coalesce(f.contract_id, '*')
    JOIN @icb@.compiled_rule_set b ON b.fingerprint = s.fingerprint
    CROSS JOIN LATERAL commissioning.line_check(b.body, f) r
    LEFT JOIN @icb@.active_rule a ON a.code = r.rule_code
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
            billed, expected_total, identified, net, recovery_rate, recoverable, undercharged,
            rule_class, recovery_reason, detectable, content)
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
