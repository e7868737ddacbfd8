-- What analysts and BI tools see of validation. Amounts in pounds; no identifiers of persons. Sums over many lines run with their owner's
-- rights, so that a dashboard needs no rights on lines; what shows single lines, or few of them, runs with the reader's.

CREATE VIEW @icb_reporting@.finding WITH (security_invoker = true) AS
SELECT f.finding_ref::text AS finding_ref, f.line_key::text AS line_key, f.rule_code::text AS rule_code, f.rule_name::text AS rule_name,
       f.outcome::text AS outcome, f.reason::text AS reason, f.provider_code::text AS provider_code, f.commissioner_code::text AS commissioner_code,
       f.contract_id::text AS contract_id, f.pod::text AS pod, f.activity_month::date AS activity_month,
       f.billed::numeric(16,2) AS billed_gbp, f.identified::numeric(16,2) AS identified_gbp, f.net::numeric(16,2) AS net_gbp,
       f.recoverable::numeric(16,2) AS recoverable_gbp, f.undercharged::numeric(16,2) AS undercharged_gbp,
       f.evidence::jsonb AS evidence, f.opened_run::bigint AS opened_run, f.opened_at::timestamptz AS opened_at
FROM @icb@.finding f
WHERE f.closed_run IS NULL;
COMMENT ON VIEW @icb_reporting@.finding IS 'Open findings of the current position, one row per line and rule.';
COMMENT ON COLUMN @icb_reporting@.finding.finding_ref IS 'Stable reference; explain_finding() unfolds it.';
COMMENT ON COLUMN @icb_reporting@.finding.line_key IS 'Identity of the claimed line across restatements.';
COMMENT ON COLUMN @icb_reporting@.finding.rule_code IS 'Rule that found it.';
COMMENT ON COLUMN @icb_reporting@.finding.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.finding.outcome IS 'fail, hold (a query about the whole line) or not_assessed (a needed field is missing).';
COMMENT ON COLUMN @icb_reporting@.finding.reason IS 'What is missing where it was not assessed.';
COMMENT ON COLUMN @icb_reporting@.finding.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.finding.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.finding.contract_id IS 'Contract that covers the line, NULL without one.';
COMMENT ON COLUMN @icb_reporting@.finding.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.finding.activity_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb_reporting@.finding.billed_gbp IS 'Total of the line as claimed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding.identified_gbp IS 'What this rule alone would take off, in pounds; negative: an undercharge.';
COMMENT ON COLUMN @icb_reporting@.finding.net_gbp IS 'Share of this rule after the rules before it, in pounds; the shares of a line add up to claimed less expected.';
COMMENT ON COLUMN @icb_reporting@.finding.recoverable_gbp IS 'Positive net times the contract''s recovery rate, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding.undercharged_gbp IS 'Negative net turned round, in pounds: what the provider could have charged.';
COMMENT ON COLUMN @icb_reporting@.finding.evidence IS 'Values that the rule shows as evidence.';
COMMENT ON COLUMN @icb_reporting@.finding.opened_run IS 'Run that found it first in this form.';
COMMENT ON COLUMN @icb_reporting@.finding.opened_at IS 'When it was found in this form.';

CREATE VIEW @icb_reporting@.finding_summary WITH (security_barrier = true) AS
SELECT f.rule_code::text AS rule_code, max(f.rule_name)::text AS rule_name,
       (count(*) FILTER (WHERE f.outcome <> 'not_assessed'))::bigint AS lines,
       (coalesce(sum(f.identified) FILTER (WHERE f.outcome <> 'not_assessed'), 0))::numeric(16,2) AS identified_gbp,
       coalesce(sum(f.net), 0)::numeric(16,2) AS net_gbp,
       coalesce(sum(f.recoverable), 0)::numeric(16,2) AS recoverable_gbp,
       coalesce(sum(f.undercharged), 0)::numeric(16,2) AS undercharged_gbp,
       (count(*) FILTER (WHERE f.outcome = 'not_assessed'))::bigint AS not_assessed_lines
FROM @icb@.finding f
WHERE f.closed_run IS NULL
GROUP BY f.rule_code;
COMMENT ON VIEW @icb_reporting@.finding_summary IS 'Open findings by rule.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.lines IS 'Lines found at fault or held.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.identified_gbp IS 'Sum of what the rule alone would take off each line, in pounds; overlaps with other rules count twice here, never in net_gbp.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.net_gbp IS 'Sum of the rule''s shares after earlier rules, in pounds, undercharges included as negative.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.recoverable_gbp IS 'Sum of what the contracts let the commissioner recover, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.undercharged_gbp IS 'Sum of undercharges, in pounds.';
COMMENT ON COLUMN @icb_reporting@.finding_summary.not_assessed_lines IS 'Lines that the rule could not judge because a needed field is missing.';

CREATE VIEW @icb_reporting@.root_cause WITH (security_invoker = true) AS
SELECT f.provider_code::text AS provider_code, f.rule_code::text AS rule_code, max(f.rule_name)::text AS rule_name, f.pod::text AS pod,
       count(*)::bigint AS lines, sum(f.identified)::numeric(16,2) AS identified_gbp, sum(f.net)::numeric(16,2) AS net_gbp,
       sum(f.recoverable)::numeric(16,2) AS recoverable_gbp, sum(f.undercharged)::numeric(16,2) AS undercharged_gbp
FROM @icb@.finding f
WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed'
GROUP BY f.provider_code, f.rule_code, f.pod;
COMMENT ON VIEW @icb_reporting@.root_cause IS 'Where errors come from: open findings by provider, rule and point of delivery, one conversation each.';
COMMENT ON COLUMN @icb_reporting@.root_cause.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.root_cause.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.root_cause.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.root_cause.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.root_cause.lines IS 'Lines found at fault or held.';
COMMENT ON COLUMN @icb_reporting@.root_cause.identified_gbp IS 'What the rule alone would take off, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause.net_gbp IS 'Share after earlier rules, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause.recoverable_gbp IS 'Recoverable under the contracts, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause.undercharged_gbp IS 'Undercharges, in pounds.';

CREATE VIEW @icb_reporting@.money_funnel WITH (security_barrier = true) AS
WITH claimed AS (
    SELECT sum(s.line_count) AS lines, sum(s.amount) AS amount
    FROM @icb@.submission_slice s WHERE s.dataset IN ('PLCM', 'DRPLCM', 'DEPLCM') AND s.status = 'current'
), line AS (
    SELECT f.person_id, f.line_key, f.submission_id, f.line_no,
           bool_or(f.net > 0) AS has_net, bool_or(f.recoverable > 0) AS has_recoverable,
           -- one line found by several rules counts once, at most with what was billed
           least(greatest(sum(greatest(f.identified, 0)), 0), max(f.billed)) AS identified, sum(f.net) AS net, sum(f.recoverable) AS recoverable
    FROM @icb@.finding f
    WHERE f.closed_run IS NULL AND f.outcome <> 'not_assessed' AND f.identified > 0
    GROUP BY f.person_id, f.line_key, f.submission_id, f.line_no
), stage AS (
    SELECT 1 AS stage_order, 'claimed' AS stage, c.lines, c.amount FROM claimed c
    UNION ALL
    SELECT 2, 'identified', count(*), sum(l.identified) FROM line l WHERE l.identified > 0
    UNION ALL
    SELECT 3, 'net', count(*) FILTER (WHERE l.has_net), sum(greatest(l.net, 0)) FROM line l
    UNION ALL
    SELECT 4, 'recoverable', count(*) FILTER (WHERE l.has_recoverable), sum(l.recoverable) FROM line l
)
SELECT s.stage_order::integer AS stage_order, s.stage::text AS stage, coalesce(s.lines, 0)::bigint AS lines, coalesce(s.amount, 0)::numeric(16,2) AS amount_gbp
FROM stage s;
COMMENT ON VIEW @icb_reporting@.money_funnel IS
    'From claimed to recoverable: identified counts a line once, at most with what was billed for it; net is what is left after overlaps; undercharges are not netted off.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.stage_order IS 'Order of the stages.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.stage IS 'claimed, identified, net or recoverable.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.lines IS 'Lines that reach the stage.';
COMMENT ON COLUMN @icb_reporting@.money_funnel.amount_gbp IS 'Money that reaches the stage, in pounds.';
