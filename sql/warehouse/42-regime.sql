-- What of a finding the contract lets the commissioner have back, by class of care and date, and the values that regimes settle against.

CREATE TABLE @icb@.contract_baseline (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    kind        text NOT NULL CHECK (kind IN ('mret_baseline', 'blended_fixed', 'blended_plan', 'api_target')),
    valid       daterange NOT NULL CHECK (NOT isempty(valid)),
    amount      numeric(16,2) NOT NULL CHECK (amount >= 0),
    source      text NOT NULL,
    PRIMARY KEY (contract_id, kind, valid),
    EXCLUDE USING gist (contract_id WITH =, kind WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.contract_baseline IS
    'Agreed values that a payment regime settles against: mret_baseline (commissioning.mret_payable), blended_fixed and blended_plan (blended_payable), api_target (api_variance). They are for all of valid, usually a financial year.';
COMMENT ON COLUMN @icb@.contract_baseline.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.contract_baseline.kind IS 'mret_baseline, blended_fixed, blended_plan or api_target.';
COMMENT ON COLUMN @icb@.contract_baseline.valid IS 'Days that the value is for.';
COMMENT ON COLUMN @icb@.contract_baseline.amount IS 'Agreed value in the currency of the contract, market forces factor included.';
COMMENT ON COLUMN @icb@.contract_baseline.source IS 'Document that agrees it.';

CREATE VIEW @icb@.recovery_term AS
WITH class AS (
    SELECT c.pod_class
    FROM pg_catalog.unnest('{elective,emergency,non_elective,outpatient_first,outpatient_follow_up,outpatient_procedure,emergency_care,pass_through,any}'::text[]) AS c(pod_class)
), candidate AS (
    -- the contract's own rate of the class, then its rate of any; then the rate of the basis, likewise; then nothing known
    SELECT r.contract_id, c.pod_class, CASE WHEN r.pod_class = c.pod_class THEN 1 ELSE 2 END AS place, r.valid, r.rate,
           CASE r.rate WHEN 1 THEN 'whole' WHEN 0 THEN 'fixed' ELSE 'share' END AS rule,
           CASE WHEN r.rate < 1 THEN pg_catalog.format('%s: contract rate %s', k.basis, pg_catalog.trim_scale(r.rate)) END AS reason,
           'recovery rate of the contract' AS source
    FROM @icb@.recovery_rate r
    JOIN @icb@.contract k ON k.contract_id = r.contract_id
    JOIN class c ON c.pod_class = r.pod_class OR r.pod_class = 'any'
    UNION ALL
    SELECT b.contract_id, c.pod_class, CASE WHEN p.pod_class = c.pod_class THEN 3 ELSE 4 END, b.valid * p.valid, p.rate, p.rule, p.reason,
           p.source || CASE WHEN p.verified THEN '' ELSE ' (not verified)' END
    FROM @icb@.contract_basis_live b
    JOIN commissioning.payment_parameter_reference p ON p.basis = b.basis AND p.valid && b.valid
    JOIN class c ON c.pod_class = p.pod_class OR p.pod_class = 'any'
    UNION ALL
    SELECT b.contract_id, c.pod_class, 5, b.valid, 1, 'whole', NULL,
           pg_catalog.format('no rate known for basis %s on these days: taken whole', b.basis)
    FROM @icb@.contract_basis_live b
    CROSS JOIN class c
), ranked AS (
    SELECT c.*, pg_catalog.range_agg(c.valid) OVER (PARTITION BY c.contract_id, c.pod_class ORDER BY c.place
                                                    GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken
    FROM candidate c
)
SELECT r.contract_id, r.pod_class, v.valid, r.rate::numeric(7,6) AS rate, r.rule, r.reason, r.source
FROM ranked r
CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.multirange(r.valid) - coalesce(r.taken, '{}')) AS v(valid);
COMMENT ON VIEW @icb@.recovery_term IS
    'Share of a valid finding that a contract lets be recovered, one row per contract, class of care and stretch of days: its own recovery_rate first, then the published parameters of its basis then. Activity without a contract is not in it: all of that is recoverable.';
COMMENT ON COLUMN @icb@.recovery_term.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.recovery_term.pod_class IS 'Class of points of delivery.';
COMMENT ON COLUMN @icb@.recovery_term.valid IS 'Price dates for which it holds.';
COMMENT ON COLUMN @icb@.recovery_term.rate IS 'Share from 0 to 1; under rule above_baseline the rate above the baseline.';
COMMENT ON COLUMN @icb@.recovery_term.rule IS 'whole, share, above_baseline, variance or fixed.';
COMMENT ON COLUMN @icb@.recovery_term.reason IS 'Why not all is recoverable; NULL when all is.';
COMMENT ON COLUMN @icb@.recovery_term.source IS 'Where the rate comes from, and whether it was verified.';

CREATE FUNCTION @icb@.recovery_of(contract_id text, pod_class text, day date, OUT rate numeric, OUT rule text, OUT reason text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(t.rate, 1)::numeric(7,6), coalesce(t.rule, 'whole'), t.reason
    FROM (SELECT) x
    LEFT JOIN @icb@.recovery_term t ON t.contract_id = recovery_of.contract_id AND t.pod_class = recovery_of.pod_class AND t.valid @> recovery_of.day;
END;
COMMENT ON FUNCTION @icb@.recovery_of(text, text, date) IS
    'Share of a finding that a contract lets be recovered for a class of care on a day, the rule, and the reason when it is not all. Without a contract, and outside its days, all of it.';

CREATE VIEW @icb_reporting@.recovery_term WITH (security_invoker = true) AS
SELECT t.contract_id::text AS contract_id, t.pod_class::text AS pod_class, lower(t.valid)::date AS valid_from,
       CASE WHEN NOT upper_inf(t.valid) THEN upper(t.valid) - 1 END::date AS valid_to, t.rate::numeric(7,6) AS rate, t.rule::text AS rule,
       t.reason::text AS reason, t.source::text AS source
FROM @icb@.recovery_term t;
COMMENT ON VIEW @icb_reporting@.recovery_term IS 'Share of a valid finding that each contract gives back, by class of care and days, with the reason when it is not all.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.pod_class IS 'Class of points of delivery.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.valid_from IS 'First day; NULL: from the beginning.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.valid_to IS 'Last day; NULL: without end.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.rate IS 'Share from 0 to 1.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.rule IS 'whole, share, above_baseline, variance or fixed.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.reason IS 'Why not all is recoverable; NULL when all is.';
COMMENT ON COLUMN @icb_reporting@.recovery_term.source IS 'Where the rate comes from, and whether it was verified.';
