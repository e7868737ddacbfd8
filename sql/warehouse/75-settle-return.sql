-- What a support contract costs and what it returns: promised, identified, agreed, verified, released as cash.

CREATE VIEW @icb_reporting@.support_contract_return AS
WITH latest AS (
    SELECT DISTINCT ON (r.contract_id, lower(r.period)) r.run_id, r.contract_id, r.period, r.kind, r.status, r.amount, r.inputs, r.terms_version
    FROM @icb@.settlement_run r
    WHERE r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated') AND r.status <> 'withdrawn'
    ORDER BY r.contract_id, lower(r.period), upper(r.period) DESC, r.run_id DESC
), claim AS (
    -- a saving belongs to the settlement year in which its scheme begins
    SELECT l.run_id, count(*) AS schemes, sum(s.identified_amount) AS identified, sum(s.agreed_amount) AS agreed,
           sum(s.verified_amount) FILTER (WHERE s.status IN ('verified', 'cash')) AS verified, sum(s.cash_amount) FILTER (WHERE s.status = 'cash') AS cash
    FROM latest l
    JOIN @icb@.saving s ON s.contract_id = l.contract_id AND lower(s.scheme_period) >= lower(l.period) AND lower(s.scheme_period) < lower(l.period) + interval '1 year'
    WHERE s.status <> 'rejected'
    GROUP BY l.run_id
), paid AS (
    SELECT b.contract_id, sum(b.paid) AS paid FROM @icb@.account_balance b WHERE NOT b.is_counterparty GROUP BY b.contract_id
), part AS (
    SELECT l.*, t.fee_at_risk, CASE WHEN t.measure = 'actual - benchmark' THEN (l.inputs ->> 'benchmark')::numeric END AS guaranteed, (l.inputs ->> 'fee')::numeric AS fee,
           -- where the terms pay the fee as well, it is in the settlement already
           CASE WHEN t.pays = 'fee + share' THEN l.amount ELSE (l.inputs ->> 'fee')::numeric + l.amount END AS cost,
           coalesce(c.schemes, 0) AS schemes, coalesce(c.identified, 0) AS identified, coalesce(c.agreed, 0) AS agreed, coalesce(c.verified, 0) AS verified, coalesce(c.cash, 0) AS cash
    FROM latest l
    JOIN @icb@.contract_terms t ON t.contract_id = l.contract_id AND t.version = l.terms_version
    LEFT JOIN claim c ON c.run_id = l.run_id
    WHERE l.inputs ->> 'fee' IS NOT NULL OR t.fee_at_risk IS NOT NULL OR c.schemes > 0
)
SELECT p.contract_id::text AS contract_id,
       c.title::text AS contract_title,
       lower(p.period)::date AS period_from,
       (upper(p.period) - 1)::date AS period_to,
       p.run_id AS run_id,
       p.kind::text AS kind,
       p.status::text AS status,
       p.fee::numeric(18,2) AS fee_gbp,
       p.fee_at_risk::numeric(18,2) AS fee_at_risk_gbp,
       p.guaranteed::numeric(18,2) AS guaranteed_gbp,
       p.schemes::bigint AS schemes,
       p.identified::numeric(18,2) AS identified_gbp,
       p.agreed::numeric(18,2) AS agreed_gbp,
       p.verified::numeric(18,2) AS verified_gbp,
       p.cash::numeric(18,2) AS cash_gbp,
       p.amount::numeric(18,2) AS settlement_gbp,
       p.cost::numeric(18,2) AS cost_gbp,
       b.paid::numeric(18,2) AS paid_gbp,
       (CASE WHEN p.fee > 0 THEN p.verified / p.fee END)::numeric(12,2) AS verified_per_pound_of_fee,
       (CASE WHEN p.fee > 0 THEN p.cash / p.fee END)::numeric(12,2) AS cash_per_pound_of_fee,
       (CASE WHEN p.cost > 0 THEN p.verified / p.cost END)::numeric(12,2) AS verified_per_pound_spent,
       (p.verified - p.cost)::numeric(18,2) AS net_return_gbp
FROM part p
JOIN @icb@.contract c ON c.contract_id = p.contract_id
LEFT JOIN paid b ON b.contract_id = p.contract_id;
COMMENT ON VIEW @icb_reporting@.support_contract_return IS
    'What each contract with a fee or with claimed savings costs and returns, one row a settlement year: fee, guarantee, savings by how sure they are, settlement, and pounds back for a pound of fee.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.contract_title IS 'Title of the contract.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.period_from IS 'First day of the settlement year.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.period_to IS 'Last day of what is settled.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.run_id IS 'Latest settlement of the year.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.kind IS 'Kind of the run.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.status IS 'Status of the run.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.fee_gbp IS 'Base fee of the period; NULL where it is not recorded.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.fee_at_risk_gbp IS 'Part of the fee that the terms put at risk as a sum.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.guaranteed_gbp IS 'Saving that is guaranteed; NULL where the terms compare spending with a benchmark instead.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.schemes IS 'Claims of the year that were not rejected.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.identified_gbp IS 'Savings identified.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.agreed_gbp IS 'Savings agreed to be possible.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.verified_gbp IS 'Savings verified: only these settle.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.cash_gbp IS 'Savings released as cash.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.settlement_gbp IS 'Settlement of the year so far: a share of the gain to the supplier, or (negative) the shortfall from it.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.cost_gbp IS 'Fee and settlement together: what the contract costs; NULL without a fee.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.paid_gbp IS 'Payments recorded under the contract, all years: to the supplier positive.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.verified_per_pound_of_fee IS 'Verified savings for each pound of fee.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.cash_per_pound_of_fee IS 'Cash released for each pound of fee.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.verified_per_pound_spent IS 'Verified savings for each pound of fee and settlement.';
COMMENT ON COLUMN @icb_reporting@.support_contract_return.net_return_gbp IS 'Verified savings less fee and settlement.';
