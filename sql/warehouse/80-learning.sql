-- What the findings teach: error rates as auditors report them, data quality in pounds, coding depth against own past and peers,
-- root causes and the service reviews they open.

-- Volumes --------------------------------------------------------------------------------------

CREATE VIEW @icb@.claim_volume WITH (security_invoker = true) AS
SELECT l.provider_code, l.pod, @icb@.financial_month_start(l.financial_year, l.month) AS activity_month, count(*) AS lines, sum(l.total_cost) AS amount
FROM @icb@.current_invoice_line l
GROUP BY l.provider_code, l.pod, l.financial_year, l.month;
COMMENT ON VIEW @icb@.claim_volume IS 'Claimed lines and money of the current position by provider, point of delivery and month: the denominators of rates.';
COMMENT ON COLUMN @icb@.claim_volume.activity_month IS 'First day of the month claimed.';
COMMENT ON COLUMN @icb@.claim_volume.lines IS 'Lines claimed.';
COMMENT ON COLUMN @icb@.claim_volume.amount IS 'Amount claimed.';

CREATE VIEW @icb_reporting@.error_rate WITH (security_invoker = true) AS
WITH found AS (
    SELECT f.provider_code, @icb@.financial_year_of(f.activity_month) AS financial_year, f.person_id, f.line_key, f.commissioner_code, sum(f.net) AS net
    FROM @icb@.finding f
    WHERE f.closed_run IS NULL AND f.outcome = 'fail' AND f.net <> 0
    GROUP BY 1, 2, 3, 4, 5
), error AS (
    SELECT d.provider_code, d.financial_year, count(*) FILTER (WHERE d.net <> 0) AS lines, sum(greatest(d.net, 0)) AS over, sum(greatest(-d.net, 0)) AS under
    FROM found d GROUP BY 1, 2
), volume AS (
    SELECT v.provider_code, @icb@.financial_year_of(v.activity_month) AS financial_year, sum(v.lines) AS lines, sum(v.amount) AS amount
    FROM @icb@.claim_volume v GROUP BY 1, 2
)
SELECT v.provider_code::text AS provider_code, v.financial_year::text AS financial_year, v.lines::bigint AS claimed_lines, v.amount::numeric(16,2) AS claimed_gbp,
       coalesce(e.lines, 0)::bigint AS lines_in_error, coalesce(e.over, 0)::numeric(16,2) AS overcharged_gbp, coalesce(e.under, 0)::numeric(16,2) AS undercharged_gbp,
       (coalesce(e.over + e.under, 0) / nullif(v.amount, 0))::numeric(9,6) AS gross_error, (coalesce(e.over - e.under, 0) / nullif(v.amount, 0))::numeric(9,6) AS net_error
FROM volume v
LEFT JOIN error e ON e.provider_code = v.provider_code AND e.financial_year = v.financial_year;
COMMENT ON VIEW @icb_reporting@.error_rate IS
    'Errors as audit reports give them: gross is over- and undercharges added, net is one less the other, both as shares of what was claimed. A line counts once, with what all its rules together make of it.';
COMMENT ON COLUMN @icb_reporting@.error_rate.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.error_rate.financial_year IS 'Financial year, 2024/25.';
COMMENT ON COLUMN @icb_reporting@.error_rate.claimed_lines IS 'Lines claimed.';
COMMENT ON COLUMN @icb_reporting@.error_rate.claimed_gbp IS 'Amount claimed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.error_rate.lines_in_error IS 'Lines whose right amount differs.';
COMMENT ON COLUMN @icb_reporting@.error_rate.overcharged_gbp IS 'Overcharges, in pounds.';
COMMENT ON COLUMN @icb_reporting@.error_rate.undercharged_gbp IS 'Undercharges, in pounds.';
COMMENT ON COLUMN @icb_reporting@.error_rate.gross_error IS '(overcharged + undercharged) / claimed, 0 to 1.';
COMMENT ON COLUMN @icb_reporting@.error_rate.net_error IS '(overcharged - undercharged) / claimed; negative where the provider loses.';

CREATE VIEW @icb_reporting@.data_quality WITH (security_invoker = true) AS
SELECT f.provider_code::text AS provider_code, f.rule_code::text AS rule_code, f.rule_name::text AS rule_name,
       CASE WHEN f.outcome = 'not_assessed' THEN 'not assessed: ' || f.reason WHEN f.outcome = 'hold' THEN 'held until answered' ELSE 'data to be put right' END::text AS problem,
       count(*)::bigint AS lines, sum(f.billed)::numeric(16,2) AS billed_gbp
FROM @icb@.finding f
WHERE f.closed_run IS NULL AND (f.outcome IN ('hold', 'not_assessed') OR f.rule_class = 'data_quality')
GROUP BY f.provider_code, f.rule_code, f.rule_name, f.outcome, f.reason;
COMMENT ON VIEW @icb_reporting@.data_quality IS
    'Data quality in pounds: what stands behind lines that cannot be judged, are held, or have data to be put right. A line counts once for each rule.';
COMMENT ON COLUMN @icb_reporting@.data_quality.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.data_quality.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.data_quality.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.data_quality.problem IS 'What is wrong with the data.';
COMMENT ON COLUMN @icb_reporting@.data_quality.lines IS 'Lines.';
COMMENT ON COLUMN @icb_reporting@.data_quality.billed_gbp IS 'Amount claimed by them, in pounds.';

-- Coding depth ---------------------------------------------------------------------------------

CREATE VIEW @icb_reporting@.coding_depth WITH (security_invoker = true) AS
WITH spell AS (
    -- finished spells with a primary diagnosis; a spell without one is a gap of the record, not a depth of nothing
    SELECT a.provider_code, pg_catalog.date_trunc('month', a.end_date::timestamp)::date AS activity_month, substr(a.hrg::text, 1, 2) AS subchapter,
           substr(a.admission_method, 1, 1) AS admission_kind, cardinality(a.diagnoses) > 0 AS coded, greatest(cardinality(a.diagnoses) - 1, 0) AS secondary
    FROM @icb@.activity a
    WHERE a.dataset = 'APC' AND a.end_date IS NOT NULL AND a.patient_classification IN ('1', '2')
), peer AS (
    SELECT s.subchapter, s.admission_kind, avg(s.secondary) AS depth FROM spell s WHERE s.coded GROUP BY 1, 2
), month AS (
    SELECT s.provider_code, s.activity_month, count(*) AS spells, count(*) FILTER (WHERE s.coded) AS coded, avg(s.secondary) FILTER (WHERE s.coded) AS depth,
           avg(p.depth) FILTER (WHERE s.coded) AS expected
    FROM spell s
    LEFT JOIN peer p ON p.subchapter IS NOT DISTINCT FROM s.subchapter AND p.admission_kind IS NOT DISTINCT FROM s.admission_kind
    GROUP BY 1, 2
), ratio AS (
    SELECT m.*, m.depth / nullif(m.expected, 0) AS ratio,
           abs(m.depth / nullif(m.expected, 0) - lag(m.depth / nullif(m.expected, 0)) OVER (PARTITION BY m.provider_code ORDER BY m.activity_month)) AS step
    FROM month m
)
SELECT r.provider_code, r.activity_month::date AS activity_month, r.spells::bigint AS spells, (r.coded::numeric / r.spells)::numeric(7,4) AS completeness,
       r.depth::numeric(9,4) AS depth, r.expected::numeric(9,4) AS expected_depth, r.ratio::numeric(9,4) AS ratio,
       (avg(r.ratio) OVER p)::numeric(9,4) AS mean_ratio,
       (avg(r.ratio) OVER p - 2.66 * avg(r.step) OVER p)::numeric(9,4) AS lower_limit,
       (avg(r.ratio) OVER p + 2.66 * avg(r.step) OVER p)::numeric(9,4) AS upper_limit
FROM ratio r
WINDOW p AS (PARTITION BY r.provider_code);
COMMENT ON VIEW @icb_reporting@.coding_depth IS
    'Secondary diagnoses per coded spell by provider and month, against what all providers code for the same HRG sub-chapters and kinds of admission, with the limits of an XmR chart of the provider''s own ratio (mean +- 2.66 x mean moving range). Completeness stands beside it: a depth that rises with completeness is catching up, not drifting.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.activity_month IS 'First day of the month of discharge.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.spells IS 'Finished spells, day cases included.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.completeness IS 'Share of them with a primary diagnosis.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.depth IS 'Secondary diagnoses per coded spell.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.expected_depth IS 'The same at the rates of all providers for this casemix.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.ratio IS 'depth / expected_depth.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.mean_ratio IS 'Mean of the provider''s ratios.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.lower_limit IS 'Lower limit of chance; NULL with a single month.';
COMMENT ON COLUMN @icb_reporting@.coding_depth.upper_limit IS 'Upper limit of chance; NULL with a single month.';

-- Root causes and service reviews --------------------------------------------------------------

CREATE VIEW @icb_reporting@.root_cause_pareto WITH (security_invoker = true) AS
SELECT c.provider_code::text AS provider_code, c.rule_code::text AS rule_code, c.rule_name::text AS rule_name, c.pod::text AS pod, c.lines::bigint AS lines,
       c.recoverable_gbp::numeric(16,2) AS recoverable_gbp, row_number() OVER w::bigint AS cause_order,
       (sum(c.recoverable_gbp) OVER w / nullif(sum(c.recoverable_gbp) OVER (), 0))::numeric(7,4) AS cumulative_share
FROM @icb_reporting@.root_cause c
WHERE c.recoverable_gbp > 0
WINDOW w AS (ORDER BY c.recoverable_gbp DESC, c.provider_code, c.rule_code, c.pod);
COMMENT ON VIEW @icb_reporting@.root_cause_pareto IS 'Root causes by recoverable money, with their cumulative share: where a conversation is worth most.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.lines IS 'Lines found.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.recoverable_gbp IS 'Recoverable under the contracts, in pounds.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.cause_order IS 'Order by recoverable money.';
COMMENT ON COLUMN @icb_reporting@.root_cause_pareto.cumulative_share IS 'Share of this cause and those before it, 0 to 1.';

CREATE TABLE @icb@.service_review (
    review_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider_code text NOT NULL,
    rule_code     text NOT NULL,
    pod           text NOT NULL,
    question      text NOT NULL,
    owner         text NOT NULL,
    opened_on     date NOT NULL DEFAULT CURRENT_DATE,
    due_on        date NOT NULL,
    decision      text,
    effective_on  date,
    closed_on     date,
    CHECK (due_on >= opened_on AND (decision IS NULL) = (effective_on IS NULL) AND (closed_on IS NULL OR decision IS NOT NULL))
);
COMMENT ON TABLE @icb@.service_review IS 'Root causes taken to the service: who looks into it until when, what was decided and from when it holds. What came of it stands in the view service_review.';
COMMENT ON COLUMN @icb@.service_review.review_id IS 'Number of the review.';
COMMENT ON COLUMN @icb@.service_review.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb@.service_review.rule_code IS 'Rule whose findings opened it.';
COMMENT ON COLUMN @icb@.service_review.pod IS 'Point of delivery it is about.';
COMMENT ON COLUMN @icb@.service_review.question IS 'What is asked of the service.';
COMMENT ON COLUMN @icb@.service_review.owner IS 'Who answers for it.';
COMMENT ON COLUMN @icb@.service_review.opened_on IS 'Day it was opened.';
COMMENT ON COLUMN @icb@.service_review.due_on IS 'Day by which a decision is due.';
COMMENT ON COLUMN @icb@.service_review.decision IS 'What was decided; NULL while open.';
COMMENT ON COLUMN @icb@.service_review.effective_on IS 'First day on which the decision holds.';
COMMENT ON COLUMN @icb@.service_review.closed_on IS 'Day it was closed.';
CREATE UNIQUE INDEX service_review_open ON @icb@.service_review (provider_code, rule_code, pod) WHERE closed_on IS NULL;

CREATE FUNCTION @icb@.open_service_review(provider_code text, rule_code text, pod text, owner text, due_on date, question text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    cause record;
    id bigint;
BEGIN
    SELECT c.* INTO cause FROM @icb_reporting@.root_cause c WHERE c.provider_code = provider_code AND c.rule_code = rule_code AND c.pod = pod;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no open finding of rule "%" at provider "%" and point of delivery "%"', rule_code, provider_code, pod
            USING ERRCODE = 'undefined_object', HINT = 'The view root_cause lists what a review can be about.';
    END IF;
    INSERT INTO @icb@.service_review (provider_code, rule_code, pod, question, owner, due_on)
    VALUES (provider_code, rule_code, pod,
            coalesce(question, pg_catalog.format('%s at %s, %s: %s lines, %s pounds recoverable. What has to change so that it does not happen again?',
                                                 cause.rule_name, provider_code, pod, cause.lines, cause.recoverable_gbp)), owner, due_on)
    RETURNING review_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.open_service_review(text, text, text, text, date, text) IS
    'Opens a service review about a root cause and returns its number. Raises 42704 when there is no such cause, 23505 when a review of it is open.';

CREATE FUNCTION @icb@.decide_service_review(review_id bigint, decision text, effective_on date, close boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE @icb@.service_review r
    SET decision = decide_service_review.decision, effective_on = decide_service_review.effective_on, closed_on = CASE WHEN close THEN CURRENT_DATE ELSE r.closed_on END
    WHERE r.review_id = decide_service_review.review_id AND r.closed_on IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no open service review %', review_id USING ERRCODE = 'undefined_object';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.decide_service_review(bigint, text, date, boolean) IS
    'Writes down what was decided in a service review and from when it holds, and closes it where asked to. Raises 42704 when it is not open, 23514 without a decision or day.';

CREATE VIEW @icb_reporting@.service_review WITH (security_invoker = true) AS
SELECT r.review_id::bigint AS review_id, r.provider_code::text AS provider_code, r.rule_code::text AS rule_code, r.pod::text AS pod, r.question::text AS question,
       r.owner::text AS owner, r.opened_on::date AS opened_on, r.due_on::date AS due_on, r.decision::text AS decision, r.effective_on::date AS effective_on,
       CASE WHEN r.closed_on IS NOT NULL THEN 'closed' WHEN r.decision IS NOT NULL THEN 'decided' WHEN r.due_on < CURRENT_DATE THEN 'overdue' ELSE 'open' END::text AS state,
       v.lines_before::bigint AS lines_before, f.found_before::bigint AS found_before, v.lines_after::bigint AS lines_after, f.found_after::bigint AS found_after,
       (1000.0 * f.found_before / nullif(v.lines_before, 0))::numeric(12,3) AS per_thousand_before, (1000.0 * f.found_after / nullif(v.lines_after, 0))::numeric(12,3) AS per_thousand_after,
       (1000 * (d.x).difference)::numeric(12,3) AS change, (1000 * (d.x).lower)::numeric(12,3) AS change_lower, (1000 * (d.x).upper)::numeric(12,3) AS change_upper,
       CASE WHEN r.effective_on IS NULL THEN 'no decision yet' WHEN coalesce(v.lines_before, 0) = 0 OR coalesce(v.lines_after, 0) = 0 THEN 'not known: nothing claimed before or after'
            WHEN (d.x).upper < 0 THEN 'fewer' WHEN (d.x).lower > 0 THEN 'more' ELSE 'no change beyond chance' END::text AS effect
FROM @icb@.service_review r
LEFT JOIN LATERAL (
    -- twelve whole months before the month in which the decision takes hold, twelve from the month after it on
    SELECT sum(x.lines) FILTER (WHERE x.activity_month < m.month) AS lines_before, sum(x.lines) FILTER (WHERE x.activity_month > m.month) AS lines_after
    FROM @icb@.claim_volume x CROSS JOIN LATERAL (SELECT pg_catalog.date_trunc('month', r.effective_on::timestamp)::date AS month) m
    WHERE x.provider_code = r.provider_code AND x.pod = r.pod
      AND x.activity_month BETWEEN (m.month - interval '12 months')::date AND (m.month + interval '12 months')::date
) v ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE x.activity_month < m.month) AS found_before, count(*) FILTER (WHERE x.activity_month > m.month) AS found_after
    FROM @icb@.finding x CROSS JOIN LATERAL (SELECT pg_catalog.date_trunc('month', r.effective_on::timestamp)::date AS month) m
    WHERE x.closed_run IS NULL AND x.outcome <> 'not_assessed' AND x.provider_code = r.provider_code AND x.pod = r.pod AND x.rule_code = r.rule_code
      AND x.activity_month BETWEEN (m.month - interval '12 months')::date AND (m.month + interval '12 months')::date
) f ON true
LEFT JOIN LATERAL (
    SELECT commissioning.proportion_difference(least(f.found_after, v.lines_after)::bigint, v.lines_after::bigint, least(f.found_before, v.lines_before)::bigint, v.lines_before::bigint) AS x
) d ON true;
COMMENT ON VIEW @icb_reporting@.service_review IS
    'Service reviews and what came of them: findings per thousand claimed lines in the twelve months before the month the decision took hold and in the twelve after it, with the change and its 95 % interval.';
COMMENT ON COLUMN @icb_reporting@.service_review.review_id IS 'Review.';
COMMENT ON COLUMN @icb_reporting@.service_review.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.service_review.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.service_review.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.service_review.question IS 'What is asked.';
COMMENT ON COLUMN @icb_reporting@.service_review.owner IS 'Who answers for it.';
COMMENT ON COLUMN @icb_reporting@.service_review.opened_on IS 'Day it was opened.';
COMMENT ON COLUMN @icb_reporting@.service_review.due_on IS 'Day by which a decision is due.';
COMMENT ON COLUMN @icb_reporting@.service_review.decision IS 'What was decided.';
COMMENT ON COLUMN @icb_reporting@.service_review.effective_on IS 'First day on which it holds.';
COMMENT ON COLUMN @icb_reporting@.service_review.state IS 'open, overdue, decided or closed.';
COMMENT ON COLUMN @icb_reporting@.service_review.lines_before IS 'Lines claimed in the twelve months before.';
COMMENT ON COLUMN @icb_reporting@.service_review.found_before IS 'Findings among them.';
COMMENT ON COLUMN @icb_reporting@.service_review.lines_after IS 'Lines claimed in the twelve months after.';
COMMENT ON COLUMN @icb_reporting@.service_review.found_after IS 'Findings among them.';
COMMENT ON COLUMN @icb_reporting@.service_review.per_thousand_before IS 'Findings per thousand lines before.';
COMMENT ON COLUMN @icb_reporting@.service_review.per_thousand_after IS 'Findings per thousand lines after.';
COMMENT ON COLUMN @icb_reporting@.service_review.change IS 'Change, per thousand lines.';
COMMENT ON COLUMN @icb_reporting@.service_review.change_lower IS 'Lower end of its interval.';
COMMENT ON COLUMN @icb_reporting@.service_review.change_upper IS 'Upper end of its interval.';
COMMENT ON COLUMN @icb_reporting@.service_review.effect IS 'fewer, more, no change beyond chance, or why it is not known.';
