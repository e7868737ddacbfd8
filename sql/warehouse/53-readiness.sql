-- Readiness: which rules the files that came can support, and what was not assessed as a whole, told once and not line by line.

CREATE TABLE @icb@.rule_not_assessed (
    run_id        bigint NOT NULL,
    rule_code     text NOT NULL,
    provider_code text NOT NULL,
    reason        text NOT NULL,
    lines         bigint NOT NULL,
    value         numeric(16,2) NOT NULL,
    closed_run    bigint,
    PRIMARY KEY (run_id, rule_code, provider_code, reason)
);
COMMENT ON TABLE @icb@.rule_not_assessed IS
    'Rules that could not be applied as a whole: the data they need is not loaded (provider *), or the provider never sends a field. A row stands until a run finds it otherwise.';
COMMENT ON COLUMN @icb@.rule_not_assessed.run_id IS 'Run that told it first, with these numbers.';
COMMENT ON COLUMN @icb@.rule_not_assessed.provider_code IS 'Provider, or * for all.';
COMMENT ON COLUMN @icb@.rule_not_assessed.reason IS 'What is missing.';
COMMENT ON COLUMN @icb@.rule_not_assessed.lines IS 'Lines that the rule could not judge.';
COMMENT ON COLUMN @icb@.rule_not_assessed.value IS 'What was charged on them, in pounds.';
COMMENT ON COLUMN @icb@.rule_not_assessed.closed_run IS 'Run that found it otherwise; NULL: it still holds.';

CREATE FUNCTION @icb@.tell_not_assessed(run bigint, touched boolean) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    told bigint;
BEGIN
    CREATE UNLOGGED TABLE @icb_identity@.stage_told AS
    SELECT s.rule_code, '*'::text AS provider_code, 'no data: ' || s.missing_inputs AS reason, coalesce(max(p.lines), 0)::bigint AS lines,
           coalesce(max(p.value), 0)::numeric(16,2) AS value
    FROM @icb@.rule_status s
    CROSS JOIN (SELECT pg_catalog.sum(c.line_count) AS lines, pg_catalog.sum(c.amount) AS value FROM @icb@.submission_slice c
                WHERE c.status = 'current' AND c.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM')) p
    WHERE s.status LIKE 'no data: %'
    GROUP BY s.rule_code, s.missing_inputs
    UNION ALL
    SELECT w.rule_code, w.provider_code, pg_catalog.format('field "%s" is never sent (%s)', w.unknown_field, w.dataset), count(*), pg_catalog.sum(w.billed)::numeric(16,2)
    FROM @icb_identity@.stage_waiting w
    JOIN @icb_identity@.stage_never v ON v.provider_code = w.provider_code AND v.dataset = w.dataset AND v.field = w.unknown_field
    GROUP BY w.rule_code, w.provider_code, w.unknown_field, w.dataset;
    IF touched THEN
        -- of the others nothing new is known
        DELETE FROM @icb_identity@.stage_told t USING @icb@.rule_not_assessed o
        WHERE o.closed_run IS NULL AND o.provider_code <> '*' AND o.rule_code = t.rule_code AND o.provider_code = t.provider_code AND o.reason = t.reason;
        INSERT INTO @icb_identity@.stage_told
        SELECT o.rule_code, o.provider_code, o.reason, o.lines, o.value FROM @icb@.rule_not_assessed o WHERE o.closed_run IS NULL AND o.provider_code <> '*';
    END IF;
    UPDATE @icb@.rule_not_assessed o SET closed_run = run
    WHERE o.closed_run IS NULL
      AND NOT EXISTS (SELECT FROM @icb_identity@.stage_told t
                      WHERE t.rule_code = o.rule_code AND t.provider_code = o.provider_code AND t.reason = o.reason AND t.lines = o.lines AND t.value = o.value);
    INSERT INTO @icb@.rule_not_assessed (run_id, rule_code, provider_code, reason, lines, value)
    SELECT run, t.rule_code, t.provider_code, t.reason, t.lines, t.value
    FROM @icb_identity@.stage_told t
    WHERE NOT EXISTS (SELECT FROM @icb@.rule_not_assessed o
                      WHERE o.closed_run IS NULL AND o.rule_code = t.rule_code AND o.provider_code = t.provider_code AND o.reason = t.reason);
    GET DIAGNOSTICS told = ROW_COUNT;
    DROP TABLE @icb_identity@.stage_told;
    RETURN told;
END
$$;
COMMENT ON FUNCTION @icb@.tell_not_assessed(bigint, boolean) IS
    'One step of icb.validate(): tells in rule_not_assessed which rules could not be applied as a whole, and why. Number of rows that are new.';

CREATE VIEW @icb_reporting@.rule_readiness WITH (security_barrier = true) AS
WITH provider AS (
    SELECT c.provider_code, sum(c.line_count) AS lines, sum(c.amount) AS value
    FROM @icb@.submission_slice c
    WHERE c.status = 'current' AND c.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM')
    GROUP BY c.provider_code
), status AS (
    -- a rule that is in force under one of its contracts is in force for the provider; what no contract covers goes by *
    SELECT p.provider_code, s.rule_code, bool_or(s.status = 'in force') AS in_force, min(s.status) FILTER (WHERE s.status <> 'in force') AS why
    FROM provider p
    LEFT JOIN @icb@.contract_party c ON c.org_code = p.provider_code AND c.role = 'provider'
    JOIN @icb@.rule_status s ON s.contract_id = coalesce(c.contract_id, '*')
    GROUP BY p.provider_code, s.rule_code
), unknown AS (
    SELECT f.provider_code, f.rule_code, count(*) AS lines, sum(f.billed) AS value, min(f.reason) AS reason
    FROM @icb@.finding f
    WHERE f.closed_run IS NULL AND f.outcome = 'not_assessed'
    GROUP BY f.provider_code, f.rule_code
), whole AS (
    SELECT n.provider_code, n.rule_code, sum(n.lines) AS lines, sum(n.value) AS value, string_agg(n.reason, '; ' ORDER BY n.reason) AS reason
    FROM @icb@.rule_not_assessed n
    WHERE n.closed_run IS NULL AND n.provider_code <> '*'
    GROUP BY n.provider_code, n.rule_code
), judged AS (
    SELECT r.code AS rule_code, r.name, r.class, r.priority, p.provider_code, array_to_string(r.needs, ', ') AS needs, s.in_force, s.why,
           p.lines, p.value,
           CASE WHEN s.in_force THEN least(coalesce(u.lines, 0) + coalesce(w.lines, 0), p.lines) ELSE p.lines END AS unjudged,
           CASE WHEN s.in_force THEN coalesce(u.value, 0) + coalesce(w.value, 0) ELSE p.value END AS unjudged_value,
           CASE WHEN NOT s.in_force THEN s.why ELSE coalesce(w.reason, u.reason) END AS reason
    FROM @icb@.active_rule r
    CROSS JOIN provider p
    JOIN status s ON s.provider_code = p.provider_code AND s.rule_code = r.code
    LEFT JOIN unknown u ON u.provider_code = p.provider_code AND u.rule_code = r.code
    LEFT JOIN whole w ON w.provider_code = p.provider_code AND w.rule_code = r.code
)
SELECT j.rule_code::text AS rule_code, j.name::text AS rule_name, j.class::text AS rule_class, j.provider_code::text AS provider_code, j.needs::text AS needs,
       CASE WHEN j.in_force AND j.unjudged = 0 THEN 'ready'
            WHEN j.in_force THEN 'in part'
            WHEN j.why LIKE 'no data: %' THEN 'no data'
            ELSE 'not wanted' END::text AS readiness,
       (j.lines - j.unjudged)::bigint AS lines,
       greatest(j.value - j.unjudged_value, 0)::numeric(16,2) AS value_gbp,
       j.unjudged::bigint AS not_assessed_lines,
       j.unjudged_value::numeric(16,2) AS not_assessed_value_gbp,
       j.reason::text AS reason,
       (row_number() OVER (ORDER BY CASE WHEN j.in_force OR j.why LIKE 'no data: %' THEN 0 ELSE 1 END, j.unjudged_value DESC, j.priority, j.rule_code, j.provider_code))::integer AS ask_order
FROM judged j;
COMMENT ON VIEW @icb_reporting@.rule_readiness IS
    'Which rules the files of each provider support: lines and value that a rule can judge and those it cannot, and why. ask_order puts first what is worth asking for first.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.rule_class IS 'money, data_quality, governance or redesign.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.needs IS 'Inputs that it needs beside the claim.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.readiness IS 'ready; in part (some lines lack a field); no data (an input is not loaded); not wanted (switched off, or not for these contracts).';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.lines IS 'Lines of the current position that it can judge.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.value_gbp IS 'What is charged on them, in pounds.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.not_assessed_lines IS 'Lines that it cannot judge.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.not_assessed_value_gbp IS 'What is charged on those, in pounds.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.reason IS 'What is missing.';
COMMENT ON COLUMN @icb_reporting@.rule_readiness.ask_order IS 'What to ask for first: 1 has the most money behind it.';

-- All that may be raised with a provider: findings on lines, and on series of them.
CREATE VIEW @icb@.any_finding WITH (security_invoker = true) AS
SELECT f.finding_ref, f.person_id, f.line_key, f.rule_code, f.rule_version, f.rule_name, f.rule_class, f.provider_code, f.commissioner_code, f.contract_id,
       f.pod, f.activity_month, f.outcome, f.detectable, f.billed, f.identified, f.net, f.recoverable, f.undercharged, f.recovery_reason,
       f.opened_run, f.opened_at, f.closed_run, f.closed_at, f.closed_reason, f.content, NULL::text AS series_key
FROM @icb@.finding f
UNION ALL
SELECT s.finding_ref, NULL, NULL, s.rule_code, s.rule_version, s.rule_name, s.rule_class, s.provider_code, s.commissioner_code, s.contract_id,
       CASE WHEN s.rule_code = 'CAP04' THEN s.series_key END, date_trunc('month', (upper(s.period) - 1)::timestamp)::date, s.outcome, s.detectable, s.billed, s.identified,
       s.net, s.recoverable, 0, s.recovery_reason, s.opened_run, s.opened_at, s.closed_run, s.closed_at, s.closed_reason, s.content, s.series_key
FROM @icb@.series_finding s
WHERE s.rule_class <> 'governance';
COMMENT ON COLUMN @icb@.any_finding.series_key IS 'What a series is about; NULL for a line.';
COMMENT ON VIEW @icb@.any_finding IS
    'Findings on lines and on series of lines, with the columns they share; line_key and person_id are NULL for a series. Findings of class governance are not among them.';

CREATE VIEW @icb_reporting@.governance_finding WITH (security_invoker = true) AS
SELECT f.finding_ref::text AS finding_ref, f.line_key::text AS line_key, f.rule_code::text AS rule_code, f.rule_name::text AS rule_name,
       f.outcome::text AS outcome, f.reason::text AS reason, f.provider_code::text AS provider_code, f.commissioner_code::text AS commissioner_code,
       f.pod::text AS pod, f.activity_month::date AS activity_month, f.billed::numeric(16,2) AS billed_gbp, f.evidence::jsonb AS evidence,
       f.opened_run::bigint AS opened_run, f.opened_at::timestamptz AS opened_at
FROM @icb@.governance_finding f
WHERE f.closed_run IS NULL;
COMMENT ON VIEW @icb_reporting@.governance_finding IS 'Open findings of rules of class governance, for the role governance. They carry no money.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.finding_ref IS 'Stable reference.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.line_key IS 'Identity of the claimed line across restatements.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.rule_code IS 'Rule that found it.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.outcome IS 'fail, or not_assessed (a needed field is missing).';
COMMENT ON COLUMN @icb_reporting@.governance_finding.reason IS 'What is missing where it was not assessed.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.activity_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.billed_gbp IS 'Amount charged on the line, in pounds: nothing of it is charged back.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.evidence IS 'Values that the rule shows as evidence.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.opened_run IS 'Run that found it first in this form.';
COMMENT ON COLUMN @icb_reporting@.governance_finding.opened_at IS 'When it was found in this form.';
