-- How series are judged: one view per rule, all with the same columns. Only what fails or cannot be assessed has a row.

-- Rules on whole providers, per contract, with their parameters.
CREATE VIEW @icb@.series_rule WITH (security_invoker = true) AS
SELECT s.contract_id, r.code, r.version, r.name, r.class, r.detectable, coalesce(r.body -> 'parameters', '{}') || s.parameters AS parameters
FROM @icb@.rule_status s
JOIN @icb@.active_rule r ON r.code = s.rule_code AND r.level = 'provider'
WHERE s.status = 'in force';
COMMENT ON VIEW @icb@.series_rule IS 'Rules on whole providers in force, per contract, with their parameters.';
COMMENT ON COLUMN @icb@.series_rule.code IS 'Rule.';
COMMENT ON COLUMN @icb@.series_rule.name IS 'Name of the rule.';
COMMENT ON COLUMN @icb@.series_rule.class IS 'money, data_quality, governance or redesign.';
COMMENT ON COLUMN @icb@.series_rule.detectable IS 'full or partial.';
COMMENT ON COLUMN @icb@.series_rule.parameters IS 'Its parameters under this contract.';

-- The term that holds on a day: of the treatment function or point of delivery, else of all.
CREATE FUNCTION @icb@.contract_term_on(contract_id text, term text, context text, day date) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT t.value FROM @icb@.contract_term t
    WHERE t.contract_id = contract_term_on.contract_id AND t.term = contract_term_on.term AND t.context IN (contract_term_on.context, '') AND t.valid @> day
    ORDER BY t.context DESC LIMIT 1;
END;
COMMENT ON FUNCTION @icb@.contract_term_on(text, text, text, date) IS
    'Number that a contract agrees under a term for a context, else for all, on a day; NULL when it agrees none.';

-- First to follow-up ----------------------------------------------------------------------------

CREATE VIEW @icb@.series_cap01 WITH (security_invoker = true) AS
WITH point AS (
    SELECT p.provider_code, p.contract_id, p.financial_year, p.series_key, p.measure, p.month_start, p.events, p.billed, p.validated,
           @icb@.contract_term_on(p.contract_id, 'first_follow_up_cap', p.series_key, p.month_start) AS cap
    FROM @icb@.series_point p
    WHERE p.measure IN ('first', 'follow_up')
      AND EXISTS (SELECT FROM @icb@.contract_term t
                  WHERE t.contract_id = p.contract_id AND t.term = 'first_follow_up_cap'
                    AND t.valid && daterange(make_date(left(p.financial_year, 4)::integer, 4, 1), (p.month_start + interval '1 month')::date))
), total AS (
    SELECT p.provider_code, p.contract_id, p.financial_year, p.series_key, max(p.month_start) AS last_month,
           coalesce(sum(p.events) FILTER (WHERE p.measure = 'first' AND p.cap IS NOT NULL), 0) AS firsts,
           floor(coalesce(sum(p.cap * p.events) FILTER (WHERE p.measure = 'first'), 0)) AS allowed,
           coalesce(sum(p.events) FILTER (WHERE p.measure = 'follow_up' AND p.cap IS NOT NULL), 0) AS follow_ups,
           coalesce(sum(p.validated) FILTER (WHERE p.measure = 'follow_up' AND p.cap IS NOT NULL), 0) AS value,
           coalesce(sum(p.events) FILTER (WHERE p.measure = 'follow_up'), 0) AS all_follow_ups, coalesce(sum(p.billed) FILTER (WHERE p.measure = 'follow_up'), 0) AS billed,
           max(p.cap) AS cap
    FROM point p
    GROUP BY p.provider_code, p.contract_id, p.financial_year, p.series_key
)
SELECT 'CAP01'::text AS rule_code, t.provider_code, t.contract_id, t.financial_year, t.series_key, t.last_month, NULL::date AS from_day,
       CASE WHEN t.cap IS NULL THEN 'not_assessed' ELSE 'fail' END AS outcome,
       CASE WHEN t.cap IS NULL THEN 'no ratio agreed for this treatment function' END AS reason,
       CASE WHEN t.cap IS NULL THEN t.all_follow_ups ELSE t.follow_ups END AS statistic, NULL::numeric AS lower_limit, CASE WHEN t.cap IS NOT NULL THEN t.allowed END AS upper_limit, t.billed,
       CASE WHEN t.cap IS NULL THEN 0 ELSE round((t.follow_ups - t.allowed) * t.value / t.follow_ups, 2) END AS identified,
       'outpatient_follow_up'::text AS pod_class, NULL::numeric AS own_rate, NULL::text AS own_reason,
       CASE WHEN t.cap IS NULL THEN jsonb_build_object('follow_ups', trim_scale(t.all_follow_ups))
            ELSE jsonb_build_object('first_attendances', trim_scale(t.firsts), 'follow_ups', trim_scale(t.follow_ups), 'cap', t.cap, 'allowed', t.allowed, 'follow_up_value', t.value) END AS evidence
FROM total t
WHERE t.cap IS NULL AND t.all_follow_ups > 0 OR t.follow_ups > t.allowed;
COMMENT ON VIEW @icb@.series_cap01 IS
    'Follow-ups beyond floor(cap x first attendances), year to date, by treatment function, each month under the cap that held in it (contract_term first_follow_up_cap). Worth the excess at the average follow-up value.';

-- Shares ------------------------------------------------------------------------------------------

CREATE VIEW @icb@.series_share WITH (security_invoker = true) AS
SELECT x.provider_code, x.contract_id, x.financial_year, x.series_key, x.at_most, max(x.month_start) AS last_month,
       coalesce(sum(x.events) FILTER (WHERE x.counts), 0) AS part, sum(x.events) AS whole, coalesce(sum(x.billed) FILTER (WHERE x.counts), 0) AS billed
FROM (
    SELECT p.provider_code, p.contract_id, p.financial_year, 'op_procedure'::text AS series_key, true AS at_most,
           p.month_start, p.events, p.billed, r.kind = 'procedure' AS counts
    FROM @icb@.series_point p
    JOIN commissioning.pod_reference r ON r.pod = p.series_key AND r.kind IN ('attendance', 'procedure')
    WHERE p.measure = 'pod'
    UNION ALL
    SELECT p.provider_code, p.contract_id, p.financial_year, 'day_case', false, p.month_start, p.events, p.billed, p.series_key = 'DC'
    FROM @icb@.series_point p
    WHERE p.measure = 'pod' AND p.series_key IN ('DC', 'EL')
    UNION ALL
    -- the part stands in a measure of its own: it counts there, and its whole does not
    SELECT p.provider_code, p.contract_id, p.financial_year,
           CASE WHEN p.measure IN ('emergency', 'zero_night') THEN 'zero_night' ELSE 'consultant_referral' END, true, p.month_start,
           p.events * s.sign, p.billed * s.sign, s.counts
    FROM @icb@.series_point p
    CROSS JOIN LATERAL (VALUES (1, true), (-1, false)) AS s (sign, counts)
    WHERE p.measure IN ('zero_night', 'consultant_first')
    UNION ALL
    SELECT p.provider_code, p.contract_id, p.financial_year, CASE p.measure WHEN 'emergency' THEN 'zero_night' ELSE 'consultant_referral' END, true,
           p.month_start, p.events, p.billed, false
    FROM @icb@.series_point p
    WHERE p.measure IN ('emergency', 'sourced_first')
) x
GROUP BY x.provider_code, x.contract_id, x.financial_year, x.series_key, x.at_most;
COMMENT ON VIEW @icb@.series_share IS
    'Shares that contracts agree and peers show, year to date: op_procedure (of outpatient attendances and procedures), day_case (of planned spells), consultant_referral (of first attendances whose source is recorded), zero_night (of emergency spells with a record).';
COMMENT ON COLUMN @icb@.series_share.series_key IS 'Name of the share.';
COMMENT ON COLUMN @icb@.series_share.at_most IS 'Whether too much of it is the fault; else too little.';
COMMENT ON COLUMN @icb@.series_share.last_month IS 'First day of the last month counted.';
COMMENT ON COLUMN @icb@.series_share.part IS 'Events that count.';
COMMENT ON COLUMN @icb@.series_share.whole IS 'Events of which they are a share.';

CREATE VIEW @icb@.series_cap02 WITH (security_invoker = true) AS
WITH provider AS (
    SELECT s.provider_code, s.financial_year, s.series_key, sum(s.part) AS part, sum(s.whole) AS whole
    FROM @icb@.series_share s
    GROUP BY s.provider_code, s.financial_year, s.series_key
), judged AS (
    SELECT s.*, r.parameters, o.part AS peer_part, o.whole AS peer_whole, o.peers,
           @icb@.contract_term_on(s.contract_id, s.series_key || '_share', '', s.last_month) AS threshold,
           @icb@.contract_term_on(s.contract_id, s.series_key || '_clause', '', s.last_month) AS clause
    FROM @icb@.series_share s
    JOIN @icb@.series_rule r ON r.contract_id = s.contract_id AND r.code = 'CAP02'
    LEFT JOIN LATERAL (SELECT sum(p.part) AS part, sum(p.whole) AS whole, count(*) AS peers
                       FROM provider p
                       WHERE p.financial_year = s.financial_year AND p.series_key = s.series_key AND p.provider_code <> s.provider_code
                         AND p.whole >= (r.parameters ->> 'least_events')::numeric) o ON true
    WHERE s.whole > 0
), limits AS (
    SELECT j.*,
           CASE WHEN j.threshold IS NOT NULL THEN CASE WHEN j.at_most THEN floor(j.threshold * j.whole) ELSE ceil(j.threshold * j.whole) END END AS allowed,
           j.threshold IS NULL AND j.peers >= (j.parameters ->> 'least_peers')::integer AS by_peers, c.lower, c.upper
    FROM judged j
    LEFT JOIN LATERAL commissioning.proportion_limits((j.peer_part / nullif(j.peer_whole, 0))::float8, j.whole::float8, (j.parameters ->> 'sigmas')::float8) c ON j.threshold IS NULL
)
SELECT 'CAP02'::text AS rule_code, l.provider_code, l.contract_id, l.financial_year, l.series_key, l.last_month, NULL::date AS from_day,
       CASE WHEN l.threshold IS NULL AND NOT l.by_peers THEN 'not_assessed' ELSE 'fail' END AS outcome,
       CASE WHEN l.threshold IS NULL AND NOT l.by_peers THEN 'no share agreed and too few other providers' END AS reason,
       round(l.part / l.whole, 6) AS statistic,
       CASE WHEN NOT l.at_most THEN coalesce(round(l.threshold, 6), round(l.lower::numeric, 6)) END AS lower_limit,
       CASE WHEN l.at_most THEN coalesce(round(l.threshold, 6), round(l.upper::numeric, 6)) END AS upper_limit, l.billed,
       CASE WHEN l.threshold IS NULL THEN 0 ELSE coalesce(round(abs(l.part - l.allowed) * l.clause, 2), 0) END AS identified,
       'any'::text AS pod_class, NULL::numeric AS own_rate, NULL::text AS own_reason,
       jsonb_strip_nulls(jsonb_build_object('events', trim_scale(l.part), 'of_events', trim_scale(l.whole), 'agreed_share', l.threshold, 'allowed', l.allowed, 'clause_gbp', l.clause,
           'peer_share', CASE WHEN l.by_peers THEN round(l.peer_part / nullif(l.peer_whole, 0), 6) END, 'peers', CASE WHEN l.by_peers THEN l.peers END)) AS evidence
FROM limits l
WHERE CASE WHEN l.threshold IS NOT NULL THEN CASE WHEN l.at_most THEN l.part > l.allowed ELSE l.part < l.allowed END
           WHEN l.whole < (l.parameters ->> 'least_events')::numeric THEN false
           WHEN l.by_peers THEN CASE WHEN l.at_most THEN l.part / l.whole > l.upper ELSE l.part / l.whole < l.lower END
           ELSE true END;
COMMENT ON VIEW @icb@.series_cap02 IS
    'Shares outside what the contract agrees (contract_term <share>_share), or, where it agrees none, outside the limits of the other providers'' share. Worth money where the contract prices an event too many or too few (<share>_clause).';

-- Regimes -----------------------------------------------------------------------------------------

-- What regimes pay for the classes of care that they settle, on what was billed and on what is left.
CREATE VIEW @icb@.regime_settlement WITH (security_invoker = true) AS
WITH scope AS (
    SELECT p.provider_code, p.contract_id, p.month_start, p.series_key AS pod_class, p.billed, p.validated, t.rate, b.basis
    FROM @icb@.series_month p
    JOIN @icb@.recovery_term t ON t.contract_id = p.contract_id AND t.pod_class = p.series_key AND t.valid @> p.month_start
    JOIN @icb@.contract_basis_live b ON b.contract_id = p.contract_id AND b.valid @> p.month_start AND b.basis IN ('mret', 'blended', 'api')
    -- the variable element of an aligned payment is a share of every line, and of the variance as a whole
    WHERE p.measure = 'class' AND (t.rule IN ('above_baseline', 'variance') OR t.rule = 'share' AND b.basis = 'api')
), agreed AS (
    SELECT k.contract_id, v.basis, k.valid, k.amount, f.amount AS fixed
    FROM @icb@.contract_baseline k
    JOIN (VALUES ('mret', 'mret_baseline'), ('blended', 'blended_plan'), ('api', 'api_target')) AS v (basis, kind) ON v.kind = k.kind
    LEFT JOIN @icb@.contract_baseline f ON f.contract_id = k.contract_id AND f.kind = 'blended_fixed' AND f.valid = k.valid AND v.basis = 'blended'
), value AS (
    SELECT s.contract_id, s.basis, coalesce(a.valid, daterange(make_date(left(@icb@.financial_year_of(s.month_start), 4)::integer, 4, 1),
                                                               make_date(left(@icb@.financial_year_of(s.month_start), 4)::integer + 1, 4, 1))) AS valid,
           a.amount, a.fixed, min(s.provider_code) AS provider_code, max(s.month_start) AS last_month, min(s.rate) AS rate, max(s.rate) AS most_rate,
           array_agg(DISTINCT s.pod_class ORDER BY s.pod_class) AS pod_classes, sum(s.billed) AS billed, sum(s.validated) AS validated
    FROM scope s
    LEFT JOIN agreed a ON a.contract_id = s.contract_id AND a.basis = s.basis AND a.valid @> s.month_start
    GROUP BY 1, 2, 3, 4, 5
)
SELECT v.contract_id, v.basis, v.valid, v.provider_code, v.last_month, v.pod_classes, v.amount AS agreed, v.fixed, v.rate, v.billed, v.validated,
       CASE WHEN v.amount IS NULL OR v.basis = 'blended' AND v.fixed IS NULL THEN 'no agreed value for these days'
            WHEN v.rate <> v.most_rate THEN 'more than one rate in these days' END AS reason,
       CASE v.basis WHEN 'mret' THEN commissioning.mret_payable(v.billed, v.amount, v.rate)
                    WHEN 'blended' THEN commissioning.blended_payable(v.fixed, v.billed, v.amount, v.rate)
                    ELSE v.amount + commissioning.api_variance(v.billed, v.amount, v.rate, x.both_signs) END AS payable_billed,
       CASE v.basis WHEN 'mret' THEN commissioning.mret_payable(v.validated, v.amount, v.rate)
                    WHEN 'blended' THEN commissioning.blended_payable(v.fixed, v.validated, v.amount, v.rate)
                    ELSE v.amount + commissioning.api_variance(v.validated, v.amount, v.rate, x.both_signs) END AS payable_validated
FROM value v
JOIN @icb@.series_rule r ON r.contract_id = v.contract_id AND r.code = 'CAP03'
CROSS JOIN LATERAL (SELECT coalesce((r.parameters ->> 'api_both_signs')::boolean, true) AS both_signs) x;
COMMENT ON VIEW @icb@.regime_settlement IS
    'Marginal rate, blended payment and variable element settled on the lines charged so far: what the regime pays for what was billed, and for what open findings leave of it (commissioning.mret_payable, blended_payable, api_variance).';
COMMENT ON COLUMN @icb@.regime_settlement.basis IS 'mret, blended or api.';
COMMENT ON COLUMN @icb@.regime_settlement.valid IS 'Days that the agreed value is for.';
COMMENT ON COLUMN @icb@.regime_settlement.last_month IS 'First day of the last month counted.';
COMMENT ON COLUMN @icb@.regime_settlement.pod_classes IS 'Classes of care it settles.';
COMMENT ON COLUMN @icb@.regime_settlement.agreed IS 'Baseline, planned value or target, in pounds.';
COMMENT ON COLUMN @icb@.regime_settlement.fixed IS 'Fixed payment of a blended payment, in pounds.';
COMMENT ON COLUMN @icb@.regime_settlement.reason IS 'Why it cannot be settled; NULL where it can.';
COMMENT ON COLUMN @icb@.regime_settlement.validated IS 'Amount that open findings leave, in pounds.';
COMMENT ON COLUMN @icb@.regime_settlement.payable_billed IS 'What the regime pays for what was billed, in pounds.';
COMMENT ON COLUMN @icb@.regime_settlement.payable_validated IS 'What it pays for what is left; the difference is what findings on lines recover, in pounds.';

CREATE VIEW @icb@.series_cap03 WITH (security_invoker = true) AS
SELECT 'CAP03'::text AS rule_code, s.provider_code, s.contract_id, @icb@.financial_year_of(lower(s.valid)) AS financial_year, s.basis AS series_key, s.last_month,
       lower(s.valid) AS from_day, CASE WHEN s.reason IS NULL THEN 'fail' ELSE 'not_assessed' END AS outcome, s.reason,
       s.billed AS statistic, NULL::numeric AS lower_limit, CASE WHEN s.reason IS NULL THEN s.payable_billed END AS upper_limit, s.billed,
       CASE WHEN s.reason IS NULL THEN s.billed - s.payable_billed ELSE 0 END AS identified,
       'any'::text AS pod_class, 1::numeric AS own_rate, NULL::text AS own_reason,
       jsonb_strip_nulls(jsonb_build_object('billed', s.billed, 'validated', s.validated, 'agreed', s.agreed, 'fixed', s.fixed, 'rate', trim_scale(s.rate),
           'payable_billed', s.payable_billed, 'payable_validated', s.payable_validated, 'line_findings_recover', s.payable_billed - s.payable_validated,
           'classes', to_jsonb(s.pod_classes))) AS evidence
FROM @icb@.regime_settlement s
WHERE s.reason IS NOT NULL OR s.billed > s.payable_billed;
COMMENT ON VIEW @icb@.series_cap03 IS
    'Charges at full price beyond what the regime pays for them. Together with what findings on lines recover they bring the charge to what the regime pays for the validated value.';

-- Plan --------------------------------------------------------------------------------------------

CREATE VIEW @icb@.series_cap04 WITH (security_invoker = true) AS
WITH actual AS (
    SELECT p.provider_code, p.contract_id, p.financial_year, p.series_key, sum(p.billed) AS billed, sum(p.validated) AS validated
    FROM @icb@.series_point p
    WHERE p.measure = 'pod'
    GROUP BY 1, 2, 3, 4
), until AS (
    SELECT p.contract_id, p.financial_year, max(p.month_start) AS last_month
    FROM @icb@.series_point p
    WHERE p.measure = 'pod'
    GROUP BY 1, 2
), compared AS (
    SELECT a.*, u.last_month, n.plan, round(n.plan * (1 + t.tolerance), 2) AS plan_and_tolerance, t.tolerance, v.variations, coalesce(r.pod_class, 'any') AS pod_class,
           coalesce(@icb@.contract_term_on(a.contract_id, 'activity_plan_cap', a.series_key, u.last_month), 0) AS capped
    FROM actual a
    JOIN until u ON u.contract_id = a.contract_id AND u.financial_year = a.financial_year
    LEFT JOIN commissioning.pod_reference r ON r.pod = a.series_key
    CROSS JOIN LATERAL (SELECT @icb@.contract_term_on(a.contract_id, 'plan_tolerance', a.series_key, u.last_month) AS tolerance) t
    LEFT JOIN LATERAL (SELECT sum(x.planned_amount) AS plan
                       FROM @icb@.activity_plan x
                       WHERE x.contract_id = a.contract_id AND x.financial_year = a.financial_year AND x.pod = a.series_key
                         AND @icb@.financial_month_start(x.financial_year, x.month) <= u.last_month) n ON true
    LEFT JOIN LATERAL (SELECT coalesce(sum(x.amount), 0) AS variations
                       FROM @icb@.activity_variation x
                       WHERE x.contract_id = a.contract_id AND x.pod = a.series_key AND x.signed_on IS NOT NULL
                         AND @icb@.financial_year_of(x.effective) = a.financial_year AND x.effective < u.last_month + interval '1 month') v ON true
    -- a contract that agrees no tolerance pays for what is done
    WHERE t.tolerance IS NOT NULL
      AND EXISTS (SELECT FROM @icb@.activity_plan x WHERE x.contract_id = a.contract_id AND x.financial_year = a.financial_year)
)
SELECT 'CAP04'::text AS rule_code, c.provider_code, c.contract_id, c.financial_year, c.series_key, c.last_month, NULL::date AS from_day,
       CASE WHEN c.plan IS NULL THEN 'not_assessed' ELSE 'fail' END AS outcome,
       CASE WHEN c.plan IS NULL THEN 'no plan for this point of delivery' END AS reason,
       c.validated AS statistic, NULL::numeric AS lower_limit, c.plan_and_tolerance + c.variations AS upper_limit, c.billed,
       CASE WHEN c.plan IS NULL THEN 0 ELSE c.validated - c.plan_and_tolerance - c.variations END AS identified,
       c.pod_class, CASE WHEN c.capped <> 1 THEN 0 END::numeric AS own_rate, CASE WHEN c.capped <> 1 THEN 'no activity plan cap agreed' END AS own_reason,
       jsonb_strip_nulls(jsonb_build_object('validated', c.validated, 'plan', c.plan, 'tolerance', c.tolerance, 'signed_variations', c.variations)) AS evidence
FROM compared c
WHERE c.plan IS NULL OR c.validated > c.plan_and_tolerance + c.variations;
COMMENT ON VIEW @icb@.series_cap04 IS
    'Validated value above plan, tolerance (contract_term plan_tolerance; without it the rule says nothing) and signed variations, year to date, by point of delivery. Recoverable where the contract caps activity at the plan (contract_term activity_plan_cap = 1).';

-- Coding ------------------------------------------------------------------------------------------

CREATE VIEW @icb@.series_cod06 WITH (security_invoker = true) AS
WITH spell AS (
    SELECT p.provider_code, p.contract_id, p.month_start, h.root, h.cc_rank = h.cc_ranks AS is_top, p.events, p.billed, p.validated,
           -- the latest year of the provider against the twelve months before it
           make_date(left(@icb@.financial_year_of(max(p.month_start) OVER (PARTITION BY p.provider_code, p.contract_id)), 4)::integer, 4, 1) AS year_start,
           max(p.month_start) OVER (PARTITION BY p.provider_code, p.contract_id) AS last_month
    FROM @icb@.series_month p
    JOIN commissioning.hrg_split h ON h.hrg = p.series_key
    WHERE p.measure = 'split'
), series AS (
    SELECT s.provider_code, s.contract_id, s.root, s.year_start, s.last_month,
           coalesce(sum(s.events) FILTER (WHERE s.is_top AND s.month_start >= s.year_start), 0) AS top, coalesce(sum(s.events) FILTER (WHERE s.month_start >= s.year_start), 0) AS spells,
           coalesce(sum(s.events) FILTER (WHERE s.is_top AND s.month_start < s.year_start AND s.month_start >= s.year_start - interval '1 year'), 0) AS top_before,
           coalesce(sum(s.events) FILTER (WHERE s.month_start < s.year_start AND s.month_start >= s.year_start - interval '1 year'), 0) AS spells_before,
           coalesce(sum(s.validated) FILTER (WHERE s.is_top AND s.month_start >= s.year_start), 0) AS top_value,
           coalesce(sum(s.validated) FILTER (WHERE NOT s.is_top AND s.month_start >= s.year_start), 0) AS other_value,
           coalesce(sum(s.billed) FILTER (WHERE s.is_top AND s.month_start >= s.year_start), 0) AS billed
    FROM spell s
    GROUP BY s.provider_code, s.contract_id, s.root, s.year_start, s.last_month
), provider AS (
    SELECT s.provider_code, s.root, s.year_start, sum(s.top) AS top, sum(s.spells) AS spells FROM series s GROUP BY s.provider_code, s.root, s.year_start
), compared AS (
    SELECT s.*, (r.parameters ->> 'sigmas')::float8 AS sigmas, (r.parameters ->> 'least_events')::numeric AS least_events, (r.parameters ->> 'least_excess')::numeric AS least_excess,
           o.top AS peer_top, o.spells AS peer_spells, o.peers
    FROM series s
    JOIN @icb@.series_rule r ON r.contract_id = s.contract_id AND r.code = 'COD06'
    LEFT JOIN LATERAL (SELECT sum(p.top) AS top, sum(p.spells) AS spells, count(*) FILTER (WHERE p.spells > 0) AS peers
                       FROM provider p WHERE p.root = s.root AND p.year_start = s.year_start AND p.provider_code <> s.provider_code) o ON true
    WHERE s.spells >= (r.parameters ->> 'least_events')::numeric
), expected AS (
    SELECT c.*,
           CASE WHEN c.spells_before >= c.least_events THEN c.top_before / c.spells_before
                WHEN c.peers >= 2 AND c.peer_spells >= c.least_events THEN c.peer_top / c.peer_spells END AS share,
           CASE WHEN c.spells_before >= c.least_events THEN 'own twelve months before' WHEN c.peers >= 2 AND c.peer_spells >= c.least_events THEN 'other providers' END AS compared_with
    FROM compared c
)
SELECT 'COD06'::text AS rule_code, e.provider_code, e.contract_id, @icb@.financial_year_of(e.last_month) AS financial_year, e.root AS series_key, e.last_month, NULL::date AS from_day,
       CASE WHEN e.share IS NULL THEN 'not_assessed' ELSE 'fail' END AS outcome,
       CASE WHEN e.share IS NULL THEN 'no year before and too few other providers' END AS reason,
       round(e.top / e.spells, 6) AS statistic, round(l.lower::numeric, 6) AS lower_limit, round(l.upper::numeric, 6) AS upper_limit, e.billed, 0::numeric AS identified,
       'any'::text AS pod_class, NULL::numeric AS own_rate, NULL::text AS own_reason,
       jsonb_strip_nulls(jsonb_build_object('top_split_spells', trim_scale(e.top), 'spells', trim_scale(e.spells), 'expected_share', round(e.share, 6), 'compared_with', e.compared_with,
           'spells_above_expected', round(e.top - e.share * e.spells, 1),
           'worth_gbp', CASE WHEN e.share IS NOT NULL AND e.spells > e.top
                             THEN round((e.top - e.share * e.spells) * (e.top_value / nullif(e.top, 0) - e.other_value / (e.spells - e.top)), 2) END)) AS evidence
FROM expected e
LEFT JOIN LATERAL commissioning.proportion_limits(e.share::float8, e.spells::float8, e.sigmas) l ON true
WHERE e.share IS NULL OR e.top / e.spells > l.upper AND e.top - e.share * e.spells >= e.least_excess;
COMMENT ON VIEW @icb@.series_cod06 IS
    'HRG roots whose share of spells in the split with the most complications stands above its limits: against the provider''s own twelve months before the year, else against the other providers. A sign, worth nothing by itself; evidence says what the shift would be worth.';

CREATE VIEW @icb@.series_cod08 WITH (security_invoker = true) AS
WITH point AS (
    SELECT d.provider_code, d.contract_id, c.condition, d.month_start, coalesce(p.events, 0) / d.events AS share, coalesce(p.events, 0) AS events, d.events AS spells,
           coalesce(p.billed, 0) AS billed, coalesce(p.validated, 0) AS validated, r.parameters,
           row_number() OVER (PARTITION BY d.provider_code, d.contract_id, c.condition ORDER BY d.month_start DESC) AS back,
           count(*) OVER (PARTITION BY d.provider_code, d.contract_id, c.condition) AS points
    FROM @icb@.series_month d
    JOIN @icb@.series_rule r ON r.contract_id = d.contract_id AND r.code = 'COD08'
    CROSS JOIN @icb@.series_condition c
    LEFT JOIN @icb@.series_month p
      ON p.measure = 'condition' AND p.provider_code = d.provider_code AND p.contract_id = d.contract_id AND p.month_start = d.month_start AND p.series_key = c.condition
    WHERE d.measure = 'diagnosed' AND d.events >= (r.parameters ->> 'least_events')::numeric
), series AS (
    SELECT p.provider_code, p.contract_id, p.condition, p.points, p.parameters, max(p.month_start) AS last_month,
           CASE WHEN p.points >= (p.parameters ->> 'least_points')::integer
                THEN commissioning.xmr_limits(array_agg(p.share::float8 ORDER BY p.month_start) FILTER (WHERE p.back > (p.parameters ->> 'recent_points')::integer)) END AS limits
    FROM point p
    GROUP BY p.provider_code, p.contract_id, p.condition, p.points, p.parameters
), step AS (
    SELECT s.provider_code, s.contract_id, s.condition, min(p.month_start) AS from_day, count(*) AS months, sum(p.billed) AS billed, sum(p.events) AS events, sum(p.spells) AS spells,
           max(p.share) AS share
    FROM series s
    JOIN point p ON p.provider_code = s.provider_code AND p.contract_id = s.contract_id AND p.condition = s.condition
    WHERE p.back <= (s.parameters ->> 'recent_points')::integer AND p.share > (s.limits).upper
    GROUP BY s.provider_code, s.contract_id, s.condition
)
SELECT 'COD08'::text AS rule_code, s.provider_code, s.contract_id, @icb@.financial_year_of(coalesce(t.from_day, s.last_month)) AS financial_year, s.condition AS series_key, s.last_month, t.from_day,
       CASE WHEN s.points < (s.parameters ->> 'least_points')::integer THEN 'not_assessed' ELSE 'fail' END AS outcome,
       CASE WHEN s.points < (s.parameters ->> 'least_points')::integer THEN format('%s months, %s are needed', s.points, s.parameters ->> 'least_points') END AS reason,
       round(t.share, 6) AS statistic, round((s.limits).lower::numeric, 6) AS lower_limit, round((s.limits).upper::numeric, 6) AS upper_limit, coalesce(t.billed, 0) AS billed,
       0::numeric AS identified, 'emergency'::text AS pod_class, NULL::numeric AS own_rate, NULL::text AS own_reason,
       jsonb_strip_nulls(jsonb_build_object('months_above', t.months, 'from', t.from_day, 'spells_with_it', trim_scale(t.events), 'spells', trim_scale(t.spells), 'mean_before', round((s.limits).mean::numeric, 6),
           'spells_above_mean', round(t.events - (s.limits).mean::numeric * t.spells, 1))) AS evidence
FROM series s
LEFT JOIN step t ON t.provider_code = s.provider_code AND t.contract_id = s.contract_id AND t.condition = s.condition
WHERE s.points < (s.parameters ->> 'least_points')::integer
   OR t.from_day IS NOT NULL
      AND NOT EXISTS (SELECT FROM @icb@.counting_change n
                      WHERE n.contract_id = s.contract_id AND n.measure = s.condition
                        AND n.effective < t.from_day + interval '1 month'
                        AND n.notified_on <= t.from_day - make_interval(months => (s.parameters ->> 'notice_months')::integer));
COMMENT ON VIEW @icb@.series_cod08 IS
    'Conditions whose share of emergency spells rises in one of the last months above the natural process limits of the months before, without a notice given in time (counting_change). A question, worth nothing by itself.';

DO $comments$
DECLARE
    meanings jsonb := $json$ {"rule_code": "Rule.", "series_key": "What the series is about.", "last_month": "First day of the last month counted.",
        "from_day": "First day it is about; NULL: the first of the financial year.", "outcome": "fail or not_assessed.", "statistic": "Number that was judged.",
        "lower_limit": "Least it may be; NULL: no such limit.", "upper_limit": "Most it may be; NULL: no such limit.",
        "own_rate": "Recovery rate where the rule says it; NULL: that of the class of care.", "own_reason": "Why that rate.",
        "billed": "Amount charged in the series, in pounds.", "identified": "What it is worth, in pounds.", "evidence": "Numbers behind it."} $json$;
    target record;
BEGIN
    FOR target IN
        SELECT a.attrelid::pg_catalog.regclass AS view, a.attname, meanings ->> a.attname AS meaning
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = ANY ('{@icb@.series_cap01,@icb@.series_cap02,@icb@.series_cap03,@icb@.series_cap04,@icb@.series_cod06,@icb@.series_cod08}'::pg_catalog.regclass[])
          AND a.attnum > 0 AND meanings ? a.attname
    LOOP
        EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', target.view, target.attname, target.meaning);
    END LOOP;
END
$comments$;
