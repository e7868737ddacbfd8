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
    'What rules found, with money. A row is never changed but for being closed once: by a run in which its line is gone, in order, or found with other content (which opens a new row of the same finding_ref); and for recoverable under a marginal rate, which is settled on the contract as a whole after every run. Open rows have closed_run NULL.';
COMMENT ON COLUMN @icb@.finding.finding_ref IS 'Stable over re-runs and restatements: hash of line_key, rule and version.';
COMMENT ON COLUMN @icb@.finding.outcome IS 'fail, hold (a query about the whole line) or not_assessed (a needed field is missing).';
COMMENT ON COLUMN @icb@.finding.identified IS 'What this rule alone would take off the line as billed; negative: an undercharge.';
COMMENT ON COLUMN @icb@.finding.net IS 'Share of this rule in billed less expected, after the rules before it; the shares of a line add up exactly.';
COMMENT ON COLUMN @icb@.finding.recoverable IS 'net x recovery_rate where net is positive, rounded to the penny; its share of what the regime pays less where a marginal rate is settled on the contract as a whole; 0 for a hold.';
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

-- Findings about the conduct of a provider, not about money: a table of its own, so that nothing which reads findings shows them to
-- people who negotiate contracts.
CREATE TABLE @icb@.governance_finding (LIKE @icb@.finding INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS,
    PRIMARY KEY (person_id, finding_ref, opened_run)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE @icb@.governance_finding IS 'Findings of rules of class governance, in the form of finding, without money. Seen by the role governance, and by the operator who runs the stages.';
DO $partitions$
BEGIN
    FOR i IN 0 .. @person_partitions@ - 1 LOOP
        EXECUTE format('CREATE TABLE @icb@.governance_finding_p%s PARTITION OF @icb@.governance_finding FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
    END LOOP;
END
$partitions$;
CREATE UNIQUE INDEX governance_finding_open ON @icb@.governance_finding (person_id, finding_ref) WHERE closed_run IS NULL;

-- What a provider never sends is told once, not line by line.
CREATE TABLE @icb@.field_known (
    provider_code text NOT NULL,
    dataset       text NOT NULL,
    provider_lines bigint NOT NULL,
    looked_at     text[] NOT NULL,
    known         text[] NOT NULL,
    PRIMARY KEY (provider_code, dataset)
);
COMMENT ON TABLE @icb@.field_known IS
    'Which of the columns that rules read some line of a provider has, by the data set that records such care. Written by icb.validate().';
COMMENT ON COLUMN @icb@.field_known.dataset IS 'APC, OP, EC, or other where no data set of the three records it.';
COMMENT ON COLUMN @icb@.field_known.provider_lines IS 'Lines of the provider in the current position, of all data sets: of a few lines nobody says that something is never sent.';
COMMENT ON COLUMN @icb@.field_known.looked_at IS 'Columns that rules read.';
COMMENT ON COLUMN @icb@.field_known.known IS 'Those of them that some line has.';

INSERT INTO @icb@.meta (key, value) VALUES ('never_sent_lines', '1000') ON CONFLICT (key) DO NOTHING;

CREATE VIEW @icb@.never_sent WITH (security_invoker = true) AS
SELECT k.provider_code, k.dataset, l.field
FROM @icb@.field_known k
CROSS JOIN LATERAL unnest(k.looked_at) AS l (field)
WHERE l.field <> ALL (k.known) AND k.provider_lines >= (SELECT m.value::bigint FROM @icb@.meta m WHERE m.key = 'never_sent_lines');
COMMENT ON VIEW @icb@.never_sent IS
    'Columns that no line of a provider has, where it has at least as many lines as meta never_sent_lines says.';
COMMENT ON COLUMN @icb@.never_sent.dataset IS 'APC, OP, EC, or other where no data set of the three records it.';
COMMENT ON COLUMN @icb@.never_sent.field IS 'Column of claim_facts.';

CREATE VIEW @icb@.finding_all_live WITH (security_invoker = true) AS
SELECT x.person_id,
       pg_catalog.md5(pg_catalog.concat_ws('|', x.line_key, x.rule_code, x.rule_version,
           -- one key claimed in two slices of the position at once
           CASE WHEN x.n > 1 THEN x.n END)) AS finding_ref,
       x.line_key, x.submission_id, x.line_no, x.rule_code, x.rule_version, x.rule_name, x.priority, x.outcome, x.reason, x.evidence,
       x.provider_code, x.commissioner_code, x.contract_id, x.rule_set, x.pod, x.pod_class, x.activity_month, x.units, x.unit_price, x.factor,
       x.billed, x.expected_total, x.identified, x.net, x.recovery_rate, x.recoverable, x.undercharged,
       x.rule_class, x.recovery_reason, x.detectable,
       pg_catalog.md5(pg_catalog.concat_ws('|', x.outcome, x.reason, x.evidence, x.billed, x.identified, x.net, x.recoverable, x.contract_id, x.pod,
                                           pg_catalog.to_char(x.activity_month::timestamp, 'YYYY-MM-DD'), x.recovery_reason, nullif(x.rule_class, 'money'), nullif(x.detectable, 'full'))) AS content,
       x.dataset, x.unknown_field
FROM (
    SELECT f.person_id, f.line_key, f.submission_id, f.line_no, (f.r).rule_code AS rule_code, (f.r).rule_version AS rule_version,
           (f.r).rule_name AS rule_name, (f.r).priority AS priority, (f.r).outcome AS outcome, (f.r).reason AS reason,
           coalesce((f.r).evidence, '{}'::jsonb) AS evidence, f.provider_code, f.commissioner_code, f.contract_id, f.fingerprint AS rule_set, f.pod, f.pod_class,
           pg_catalog.date_trunc('month', coalesce(f.price_date, f.start_date)::timestamp)::date AS activity_month,
           f.units, f.unit_price, f.factor, f.total AS billed, (f.r).expected_total::numeric(16,2) AS expected_total,
           coalesce((f.r).identified, 0)::numeric(16,2) AS identified, coalesce((f.r).net, 0)::numeric(19,6) AS net,
           rate.value AS recovery_rate,
           CASE WHEN (f.r).outcome = 'fail' AND c.rule_class = 'money' AND c.detectable = 'full'
                THEN round(greatest((f.r).net, 0) * rate.value, 2) ELSE 0 END::numeric(16,2) AS recoverable,
           CASE WHEN (f.r).outcome = 'fail' THEN greatest(-(f.r).net, 0) ELSE 0 END::numeric(16,2) AS undercharged,
           c.rule_class,
           CASE WHEN c.rule_class <> 'money' THEN pg_catalog.replace(c.rule_class, '_', ' ') || ': nothing is charged back'
                WHEN (f.r).outcome <> 'fail' OR (f.r).net <= 0 THEN NULL
                WHEN c.detectable = 'partial' THEN 'a sign only, which needs the case notes'
                ELSE t.reason END AS recovery_reason,
           c.detectable, coalesce(d.dataset, 'other') AS dataset,
           pg_catalog.substring((f.r).reason, '^field "(.*)" is NULL$') AS unknown_field,
           row_number() OVER (PARTITION BY f.person_id, f.line_key, (f.r).rule_code ORDER BY f.financial_year, f.month, f.submission_id, f.line_no) AS n
    FROM (
        -- a function that returns rows, in the select list, is asked line by line without keeping its rows
        SELECT l.person_id, l.line_key, l.submission_id, l.line_no, l.provider_code, l.commissioner_code, l.contract_id, l.pod, l.pod_class, l.price_date,
               l.start_date, l.units, l.unit_price, l.factor, l.total, l.financial_year, l.month, s.fingerprint, commissioning.line_check(b.body, l) AS r
        FROM @icb@.checked_facts l
        JOIN @icb@.contract_rule_set s ON s.contract_id = coalesce(l.contract_id, '*')
        JOIN @icb@.compiled_rule_set b ON b.fingerprint = s.fingerprint
        OFFSET 0) f
    JOIN @icb@.compiled_rule c ON c.fingerprint = f.fingerprint AND c.rule_code = (f.r).rule_code
    LEFT JOIN commissioning.pod_reference d ON d.pod = f.pod
    LEFT JOIN @icb@.recovery_term t ON t.contract_id = f.contract_id AND t.pod_class = f.pod_class AND t.valid @> coalesce(f.price_date, f.start_date)
    CROSS JOIN LATERAL (SELECT coalesce(t.rate, 1)::numeric(7,6) AS value) rate
) x
WHERE x.rule_class <> 'governance' OR pg_catalog.has_table_privilege('@icb@.governance_finding', 'SELECT');
COMMENT ON VIEW @icb@.finding_all_live IS
    'The findings of today''s data under the rules in force, with those that hang on a field which the provider never sends. Findings of class governance only for who may read them. What is recoverable goes by recovery_term; without a contract it is all of the net.';
COMMENT ON COLUMN @icb@.finding_all_live.dataset IS 'APC, OP, EC, or other where no data set of the three records it.';
COMMENT ON COLUMN @icb@.finding_all_live.unknown_field IS 'Field that is NULL, where the rule hangs on it.';

CREATE VIEW @icb@.finding_live WITH (security_invoker = true) AS
SELECT f.person_id, f.finding_ref, f.line_key, f.submission_id, f.line_no, f.rule_code, f.rule_version, f.rule_name, f.priority, f.outcome, f.reason,
       f.evidence, f.provider_code, f.commissioner_code, f.contract_id, f.rule_set, f.pod, f.pod_class, f.activity_month, f.units, f.unit_price, f.factor,
       f.billed, f.expected_total, f.identified, f.net, f.recovery_rate, f.recoverable, f.undercharged, f.rule_class, f.recovery_reason, f.detectable, f.content
FROM @icb@.finding_all_live f
WHERE NOT EXISTS (SELECT FROM @icb@.never_sent n WHERE n.provider_code = f.provider_code AND n.dataset = f.dataset AND n.field = f.unknown_field);
COMMENT ON VIEW @icb@.finding_live IS
    'The findings of today''s data under the rules in force. icb.validate() persists them in finding, those of class governance in governance_finding.';

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
    right_value numeric;
    fixed jsonb := '{}';
    gone boolean := false;
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
        ELSIF effect ->> 'kind' = 'note' THEN
            formula := 'noted; nothing deducted';
        ELSIF gone THEN
            formula := 'nothing left of the claim';
        ELSIF effect ->> 'kind' = 'void' THEN
            formula := 'claim removed';
            gone := true;
        ELSIF effect ? 'total' THEN
            formula := pg_catalog.format('total becomes %s', f.evidence ->> (effect ->> 'total'));
        ELSE
            -- what an earlier rule has set is only lowered
            right_value := (f.evidence ->> (effect ->> 'units'))::numeric;
            IF right_value < u OR NOT fixed ? 'u' AND right_value IS NOT NULL THEN u := right_value; END IF;
            right_value := (f.evidence ->> (effect ->> 'unit_price'))::numeric;
            IF right_value < p OR NOT fixed ? 'p' AND right_value IS NOT NULL THEN p := right_value; END IF;
            right_value := (f.evidence ->> (effect ->> 'factor'))::numeric;
            IF right_value < k OR NOT fixed ? 'k' AND right_value IS NOT NULL THEN k := right_value; END IF;
            fixed := fixed || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('u', effect -> 'units', 'p', effect -> 'unit_price', 'k', effect -> 'factor'));
            formula := pg_catalog.concat_ws(' x ', pg_catalog.trim_scale(u), pg_catalog.trim_scale(p), pg_catalog.trim_scale(k));
        END IF;
        RETURN NEXT;
    END LOOP;
    IF asked.outcome = 'fail' THEN
        step := step + 1;
        rule := asked.rule_code || ', recoverable';
        formula := CASE WHEN asked.rule_class <> 'money' OR asked.detectable = 'partial' THEN asked.recovery_reason
                        WHEN asked.net > 0 AND asked.recoverable <> round(asked.net * asked.recovery_rate, 2)
                            THEN 'share, by net, in what the regime pays less on the contract as a whole'
                        WHEN asked.net > 0 THEN pg_catalog.format('%s x %s', pg_catalog.trim_scale(asked.net), pg_catalog.trim_scale(asked.recovery_rate))
                        ELSE 'an undercharge is reported, not recovered' END;
        billed_gbp := round(asked.net, 2);
        expected_gbp := asked.recoverable;
        source := coalesce(CASE WHEN asked.rule_class = 'money' AND asked.detectable = 'full' THEN asked.recovery_reason END,
                           'recovery rate of the contract for this class of care and date');
        RETURN NEXT;
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.explain_finding(text) IS
    'How a finding''s money came about, as rows: the line as billed, then each rule that found something on it in order of priority, from what was left before (billed_gbp) to what is left after (expected_gbp), and the recoverable part of the finding asked for. Raises 42704 for an unknown reference.';
