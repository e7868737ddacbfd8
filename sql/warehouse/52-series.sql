-- A provider as a whole: what is left of its lines after the rules on lines, counted by month, and what is found in such series.

CREATE TABLE @icb@.activity_variation (
    contract_id  text NOT NULL REFERENCES @icb@.contract,
    variation_id text NOT NULL,
    pod          text NOT NULL DEFAULT '',
    signed_on    date,
    effective    date NOT NULL,
    amount       numeric(16,2) NOT NULL,
    note         text NOT NULL DEFAULT '',
    source       text NOT NULL,
    PRIMARY KEY (contract_id, variation_id, pod)
);
COMMENT ON TABLE @icb@.activity_variation IS
    'Agreed changes of the activity plan. One counts from the day it takes effect, also when it was signed later, and not before it is signed.';
COMMENT ON COLUMN @icb@.activity_variation.variation_id IS 'Number of the variation in the contract.';
COMMENT ON COLUMN @icb@.activity_variation.pod IS 'Point of delivery; empty for all together.';
COMMENT ON COLUMN @icb@.activity_variation.signed_on IS 'Day of the last signature, NULL while it is not signed.';
COMMENT ON COLUMN @icb@.activity_variation.effective IS 'Day from which it holds; its amount belongs to the financial year of that day.';
COMMENT ON COLUMN @icb@.activity_variation.amount IS 'Value added to the plan of that year, in pounds; negative takes off.';
COMMENT ON COLUMN @icb@.activity_variation.note IS 'Remarks.';

CREATE TABLE @icb@.counting_change (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    measure     text NOT NULL,
    notified_on date NOT NULL,
    effective   date NOT NULL,
    note        text NOT NULL DEFAULT '',
    source      text NOT NULL,
    PRIMARY KEY (contract_id, measure, effective)
);
COMMENT ON TABLE @icb@.counting_change IS 'Changes in counting and coding that the provider gave notice of.';
COMMENT ON COLUMN @icb@.counting_change.measure IS 'What is counted or coded anew: a condition of rule COD08, such as sepsis.';
COMMENT ON COLUMN @icb@.counting_change.notified_on IS 'Day of the notice.';
COMMENT ON COLUMN @icb@.counting_change.effective IS 'Day from which it is counted so.';
COMMENT ON COLUMN @icb@.counting_change.note IS 'Remarks.';

-- Counting --------------------------------------------------------------------------------------

-- Undercharges are kept apart: what was found too low does not make up for what is void.
CREATE VIEW @icb@.series_line WITH (security_invoker = true) AS
SELECT l.person_id, l.provider_code, k.contract_id, l.pod, coalesce(p.kind, 'other') AS pod_kind, coalesce(p.pod_class, 'any') AS pod_class,
       l.treatment_function, l.hrg::text AS hrg, l.financial_year, l.month,
       date_trunc('month', coalesce(d.price_date, l.start_date)::timestamp)::date AS care_month,
       CASE WHEN f.net >= l.total_cost AND f.net > 0 THEN 0 ELSE coalesce(l.units, 1) END AS events,
       round(l.total_cost, 2) AS billed, round(l.total_cost - coalesce(f.net, 0), 2) AS validated,
       a.end_date - a.start_date AS nights, a.referral_source, a.diagnoses
FROM @icb@.invoice_line l
LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
LEFT JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
LEFT JOIN @icb@.activity a ON a.person_id = m.person_id AND a.activity_id = m.activity_id
LEFT JOIN (SELECT x.person_id, x.line_key, x.commissioner_code, sum(x.net) AS net
           FROM @icb@.finding x
           WHERE x.closed_run IS NULL AND x.outcome = 'fail' AND x.net > 0 AND x.rule_class = 'money' AND x.detectable = 'full'
           GROUP BY x.person_id, x.line_key, x.commissioner_code) f
  ON f.person_id = l.person_id AND f.line_key = l.line_key AND f.commissioner_code = l.commissioner_code
CROSS JOIN LATERAL (SELECT CASE WHEN p.dataset = 'APC' THEN coalesce(a.end_date, l.end_date)
                                ELSE coalesce(a.start_date, l.start_date, l.end_date) END AS price_date) d
JOIN @icb@.contract_cover k
  ON k.provider_code = l.provider_code AND k.commissioner_code = l.commissioner_code AND k.from_day <= d.price_date AND d.price_date < k.to_day
WHERE EXISTS (SELECT FROM @icb@.submission_slice s
              WHERE s.submission_id = l.submission_id AND s.status = 'current'
                AND concat_ws('|', s.dataset, s.provider_code, s.commissioner_code, s.financial_year, s.month)
                  = concat_ws('|', l.dataset, l.provider_code, l.commissioner_code, l.financial_year, l.month));
COMMENT ON VIEW @icb@.series_line IS
    'Lines of the current position under a contract, with what the open findings leave of them.';
COMMENT ON COLUMN @icb@.series_line.care_month IS 'First day of the month of discharge or attendance.';
COMMENT ON COLUMN @icb@.series_line.events IS 'Units charged; 0 where open findings leave nothing of the line.';
COMMENT ON COLUMN @icb@.series_line.validated IS 'Amount that open findings leave, in pounds.';
COMMENT ON COLUMN @icb@.series_line.nights IS 'Nights of the matched record, NULL without one.';
COMMENT ON COLUMN @icb@.series_line.referral_source IS 'Source of referral of the matched record.';
COMMENT ON COLUMN @icb@.series_line.diagnoses IS 'Diagnoses of the matched record.';

CREATE TABLE @icb@.series_point (
    measure       text NOT NULL,
    provider_code text NOT NULL,
    contract_id   text NOT NULL,
    financial_year text NOT NULL,
    month_start   date NOT NULL,
    series_key    text NOT NULL,
    events        numeric(19,6) NOT NULL,
    billed        numeric(19,2) NOT NULL,
    validated     numeric(19,2) NOT NULL,
    PRIMARY KEY (measure, provider_code, contract_id, financial_year, month_start, series_key)
);
COMMENT ON TABLE @icb@.series_point IS 'Points of the series that rules on whole providers look at. Written by icb.validate().';
COMMENT ON COLUMN @icb@.series_point.measure IS
    'What is counted: pod, class (of care), first and follow_up (by treatment function), split (spells by HRG), emergency and zero_night, sourced_first and consultant_first, diagnosed and condition.';
COMMENT ON COLUMN @icb@.series_point.financial_year IS 'Financial year of the claims.';
COMMENT ON COLUMN @icb@.series_point.month_start IS
    'First day of the month: claimed for pod, first, follow_up and the shares of rule CAP02; of discharge or attendance for class, split, diagnosed and condition.';
COMMENT ON COLUMN @icb@.series_point.series_key IS 'Point of delivery, class, treatment function, HRG or condition; empty where the measure is one number.';
COMMENT ON COLUMN @icb@.series_point.events IS 'Units of lines of which open findings leave something.';
COMMENT ON COLUMN @icb@.series_point.billed IS 'Amount claimed, in pounds.';
COMMENT ON COLUMN @icb@.series_point.validated IS 'Amount that open findings leave, in pounds.';

CREATE VIEW @icb@.series_condition AS
SELECT c.key AS condition, ARRAY(SELECT jsonb_array_elements_text(c.value)) AS prefixes
FROM @icb@.active_rule r
CROSS JOIN LATERAL jsonb_each(r.body -> 'parameters' -> 'conditions') AS c
WHERE r.code = 'COD08';
COMMENT ON VIEW @icb@.series_condition IS 'Conditions that rule COD08 follows, by the beginnings of their ICD-10 codes.';
COMMENT ON COLUMN @icb@.series_condition.condition IS 'Name of the condition.';
COMMENT ON COLUMN @icb@.series_condition.prefixes IS 'Beginnings of ICD-10 codes.';

-- One pass over the lines: what counts alike is added up first, and each sum then counts in a few measures.
CREATE VIEW @icb@.series_point_live WITH (security_invoker = true) AS
WITH condition AS MATERIALIZED (
    SELECT c.condition, c.prefixes FROM @icb@.series_condition c
), line AS (
    SELECT l.provider_code, l.contract_id, l.financial_year, l.month, l.care_month, l.pod, l.pod_class, l.events, l.billed, l.validated, h.hrg, l.diagnoses,
           CASE WHEN l.pod_class IN ('outpatient_first', 'outpatient_follow_up') THEN l.treatment_function END AS treatment_function,
           CASE WHEN l.pod_class <> 'outpatient_first' OR l.referral_source IS NULL THEN 'unknown'
                WHEN l.referral_source IN ('01', '05') THEN 'consultant' ELSE 'other' END AS source,
           CASE WHEN l.pod_class <> 'emergency' OR l.pod_kind <> 'spell' THEN 'none' WHEN l.nights IS NULL THEN 'unknown' WHEN l.nights = 0 THEN 'zero' ELSE 'nights' END AS stay
    FROM @icb@.series_line l
    LEFT JOIN commissioning.hrg_split h ON h.hrg = l.hrg AND l.pod_kind = 'spell'
), counted AS (
    SELECT l.provider_code, l.contract_id, l.financial_year, l.month, l.care_month, l.pod, l.pod_class, l.hrg, l.treatment_function, l.source, l.stay, x.conditions,
           sum(l.events) AS events, sum(l.billed) AS billed, sum(l.validated) AS validated
    FROM line l
    CROSS JOIN LATERAL (SELECT CASE WHEN l.stay <> 'none' AND l.diagnoses IS NOT NULL
                                    THEN ARRAY(SELECT c.condition FROM condition c WHERE commissioning.has_code(l.diagnoses, VARIADIC c.prefixes)) END AS conditions) x
    GROUP BY l.provider_code, l.contract_id, l.financial_year, l.month, l.care_month, l.pod, l.pod_class, l.hrg, l.treatment_function, l.source, l.stay, x.conditions
)
SELECT v.measure, c.provider_code, c.contract_id, c.financial_year, v.month_start, v.series_key, sum(c.events)::numeric(19,6) AS events, sum(c.billed)::numeric(19,2) AS billed,
       sum(c.validated)::numeric(19,2) AS validated
FROM counted c
CROSS JOIN LATERAL (SELECT @icb@.financial_month_start(c.financial_year, c.month) AS claim_month) m
CROSS JOIN LATERAL (
    SELECT x.*
    FROM (VALUES ('pod', true, m.claim_month, c.pod),
                 ('class', true, c.care_month, c.pod_class),
                 ('first', c.pod_class = 'outpatient_first', m.claim_month, c.treatment_function),
                 ('follow_up', c.pod_class = 'outpatient_follow_up', m.claim_month, c.treatment_function),
                 ('sourced_first', c.source <> 'unknown', m.claim_month, ''),
                 ('consultant_first', c.source = 'consultant', m.claim_month, ''),
                 ('split', c.hrg IS NOT NULL, c.care_month, c.hrg),
                 ('emergency', c.stay IN ('zero', 'nights'), m.claim_month, ''),
                 ('zero_night', c.stay = 'zero', m.claim_month, ''),
                 ('diagnosed', c.conditions IS NOT NULL, c.care_month, '')) AS x (measure, applies, month_start, series_key)
    UNION ALL
    SELECT 'condition', true, c.care_month, u.condition FROM unnest(c.conditions) AS u (condition)
    ) AS v
WHERE v.applies AND v.month_start IS NOT NULL AND v.series_key IS NOT NULL
GROUP BY v.measure, c.provider_code, c.contract_id, c.financial_year, v.month_start, v.series_key;
COMMENT ON VIEW @icb@.series_point_live IS 'What series_point holds, counted from today''s lines and findings.';
COMMENT ON COLUMN @icb@.series_point_live.measure IS 'What is counted.';
COMMENT ON COLUMN @icb@.series_point_live.month_start IS 'First day of the month.';
COMMENT ON COLUMN @icb@.series_point_live.series_key IS 'What the series is about.';

-- Care of one month may be claimed in two years.
CREATE VIEW @icb@.series_month WITH (security_invoker = true) AS
SELECT p.measure, p.provider_code, p.contract_id, p.month_start, p.series_key, sum(p.events) AS events, sum(p.billed) AS billed, sum(p.validated) AS validated
FROM @icb@.series_point p
GROUP BY p.measure, p.provider_code, p.contract_id, p.month_start, p.series_key;
COMMENT ON VIEW @icb@.series_month IS 'series_point by month alone.';

-- Findings --------------------------------------------------------------------------------------

CREATE TABLE @icb@.series_finding (
    finding_ref   text NOT NULL,
    opened_run    bigint NOT NULL,
    rule_code     text NOT NULL,
    rule_version  text NOT NULL,
    rule_name     text NOT NULL,
    rule_class    text NOT NULL CHECK (rule_class IN ('money', 'data_quality', 'governance', 'redesign')),
    detectable    text NOT NULL DEFAULT 'full' CHECK (detectable IN ('full', 'partial')),
    provider_code text NOT NULL,
    commissioner_code text NOT NULL,
    contract_id   text NOT NULL,
    series_key    text NOT NULL,
    period        daterange NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('fail', 'not_assessed')),
    reason        text,
    statistic     numeric,
    lower_limit   numeric,
    upper_limit   numeric,
    evidence      jsonb NOT NULL,
    billed        numeric(19,6) NOT NULL,
    identified    numeric(16,2) NOT NULL,
    net           numeric(16,2) NOT NULL,
    recovery_rate numeric(7,6) NOT NULL,
    recoverable   numeric(16,2) NOT NULL,
    recovery_reason text,
    content       text NOT NULL,
    opened_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_run    bigint,
    closed_at     timestamptz,
    closed_reason text CHECK (closed_reason IN ('no longer found', 'restated')),
    PRIMARY KEY (finding_ref, opened_run),
    CHECK ((closed_run IS NULL) = (closed_at IS NULL) AND (closed_run IS NULL) = (closed_reason IS NULL))
);
CREATE UNIQUE INDEX series_finding_open ON @icb@.series_finding (finding_ref) WHERE closed_run IS NULL;
COMMENT ON TABLE @icb@.series_finding IS
    'What rules on whole providers found, year to date, on what the rules on lines left. A row is never changed but for being closed once. Open rows have closed_run NULL.';
COMMENT ON COLUMN @icb@.series_finding.finding_ref IS 'Stable over runs: hash of rule, version, provider, contract, series and financial year.';
COMMENT ON COLUMN @icb@.series_finding.opened_run IS 'Run that opened the row.';
COMMENT ON COLUMN @icb@.series_finding.rule_class IS 'money, data_quality, governance or redesign.';
COMMENT ON COLUMN @icb@.series_finding.detectable IS 'full, or partial: a sign that needs the case notes.';
COMMENT ON COLUMN @icb@.series_finding.commissioner_code IS 'Coordinating commissioner of the contract.';
COMMENT ON COLUMN @icb@.series_finding.series_key IS 'What the series is about: treatment function, share, regime, point of delivery, HRG root or condition.';
COMMENT ON COLUMN @icb@.series_finding.period IS 'Days it is about.';
COMMENT ON COLUMN @icb@.series_finding.outcome IS 'fail or not_assessed.';
COMMENT ON COLUMN @icb@.series_finding.reason IS 'What is missing, when not assessed.';
COMMENT ON COLUMN @icb@.series_finding.statistic IS 'Number that was judged.';
COMMENT ON COLUMN @icb@.series_finding.lower_limit IS 'Least it may be; NULL: no such limit.';
COMMENT ON COLUMN @icb@.series_finding.upper_limit IS 'Most it may be; NULL: no such limit.';
COMMENT ON COLUMN @icb@.series_finding.evidence IS 'Numbers behind it.';
COMMENT ON COLUMN @icb@.series_finding.billed IS 'Amount charged in the series and period, in pounds.';
COMMENT ON COLUMN @icb@.series_finding.identified IS 'What it is worth at full price, in pounds; 0 for a note.';
COMMENT ON COLUMN @icb@.series_finding.net IS 'The same: series are counted on what other rules left.';
COMMENT ON COLUMN @icb@.series_finding.recovery_reason IS 'Why not all is recoverable; NULL when all is.';
COMMENT ON COLUMN @icb@.series_finding.opened_at IS 'When the row was written.';
COMMENT ON COLUMN @icb@.series_finding.closed_run IS 'Run that closed it; NULL: open.';
COMMENT ON COLUMN @icb@.series_finding.closed_at IS 'When it was closed.';
COMMENT ON COLUMN @icb@.series_finding.closed_reason IS 'no longer found, or restated (found with other numbers).';
