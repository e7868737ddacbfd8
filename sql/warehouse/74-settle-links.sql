-- Lead providers and their subcontracts, personal health budgets, stop-loss case by case.

CREATE TABLE @icb@.contract_link (
    head_contract text NOT NULL REFERENCES @icb@.contract,
    sub_contract  text NOT NULL REFERENCES @icb@.contract,
    lead          text NOT NULL,
    PRIMARY KEY (head_contract, sub_contract),
    CHECK (head_contract <> sub_contract)
);
COMMENT ON TABLE @icb@.contract_link IS 'Subcontracts of a lead provider: each settles on its own terms, the lead keeps or bears the rest.';
COMMENT ON COLUMN @icb@.contract_link.head_contract IS 'Contract between commissioner and lead.';
COMMENT ON COLUMN @icb@.contract_link.sub_contract IS 'Contract between lead and subcontractor.';
COMMENT ON COLUMN @icb@.contract_link.lead IS 'The lead, named as in the splits and counterparties of the contracts.';

CREATE VIEW @icb_reporting@.lead_position AS
WITH settled AS (
    SELECT r.contract_id, lower(r.period) AS year_from, l.party, sum(l.amount) AS amount
    FROM @icb@.settlement_line l JOIN @icb@.settlement_run r ON r.run_id = l.run_id
    GROUP BY r.contract_id, lower(r.period), l.party
), head AS (
    SELECT DISTINCT k.head_contract, k.lead, s.year_from FROM @icb@.contract_link k JOIN settled s ON s.contract_id = k.head_contract
), line AS (
    SELECT h.head_contract, h.year_from, h.lead, 0 AS line_order, h.head_contract AS contract_id, coalesce(s.amount, 0) AS amount
    FROM head h LEFT JOIN settled s ON s.contract_id = h.head_contract AND s.year_from = h.year_from AND s.party = h.lead
    UNION ALL
    SELECT h.head_contract, h.year_from, h.lead, 1, k.sub_contract, s.amount
    FROM head h
    JOIN @icb@.contract_link k ON k.head_contract = h.head_contract AND k.lead = h.lead
    LEFT JOIN settled s ON s.contract_id = k.sub_contract AND s.year_from = h.year_from AND s.party = h.lead
)
SELECT l.head_contract::text AS head_contract, l.lead::text AS lead, l.year_from::date AS period_from, l.line_order::integer AS line_order, l.contract_id::text AS contract_id,
       (CASE l.line_order WHEN 0 THEN 'head contract' ELSE 'subcontract' END)::text AS line, l.amount::numeric(18,2) AS amount_gbp
FROM line l
UNION ALL
-- not known before every subcontract is settled
SELECT l.head_contract, l.lead, l.year_from, 2, NULL, 'what the lead keeps', (CASE WHEN count(*) = count(l.amount) THEN sum(l.amount) END)::numeric(18,2)
FROM line l GROUP BY l.head_contract, l.lead, l.year_from;
COMMENT ON VIEW @icb_reporting@.lead_position IS 'A lead provider between its head contract and its subcontracts, per settlement year: what it gets from the one, pays under the others, and keeps. The rest may be negative.';
COMMENT ON COLUMN @icb_reporting@.lead_position.head_contract IS 'Head contract.';
COMMENT ON COLUMN @icb_reporting@.lead_position.lead IS 'Lead provider.';
COMMENT ON COLUMN @icb_reporting@.lead_position.period_from IS 'First day of the settlement year.';
COMMENT ON COLUMN @icb_reporting@.lead_position.line_order IS '0 head contract, 1 subcontracts, 2 the rest.';
COMMENT ON COLUMN @icb_reporting@.lead_position.contract_id IS 'Contract of the line; NULL for the rest.';
COMMENT ON COLUMN @icb_reporting@.lead_position.line IS 'What the line is.';
COMMENT ON COLUMN @icb_reporting@.lead_position.amount_gbp IS 'Posted to the lead, in pounds; negative: it pays. NULL for a subcontract that is not settled, and then for what the lead keeps.';

-- Personal health budgets: one ledger per person, nothing netted between people.
CREATE TABLE @icb@.personal_budget (
    person_id         bigint NOT NULL REFERENCES @icb@.person,
    budget_no         integer NOT NULL CHECK (budget_no > 0),
    valid             daterange NOT NULL CHECK (NOT isempty(valid)),
    budget            numeric(18,2) NOT NULL CHECK (budget >= 0),
    weekly            numeric(18,2) NOT NULL CHECK (weekly >= 0),
    contingency_weeks integer NOT NULL DEFAULT 4 CHECK (contingency_weeks BETWEEN 0 AND 52),
    PRIMARY KEY (person_id, budget_no)
);
COMMENT ON TABLE @icb@.personal_budget IS 'Personal health budgets paid as direct payments.';
COMMENT ON COLUMN @icb@.personal_budget.budget_no IS 'Number of the budget of the person.';
COMMENT ON COLUMN @icb@.personal_budget.budget IS 'Budget for the whole time, in pounds.';
COMMENT ON COLUMN @icb@.personal_budget.weekly IS 'Budget of a week, in pounds.';
COMMENT ON COLUMN @icb@.personal_budget.contingency_weeks IS 'Weeks that may be kept: locally 1 to 8.';

CREATE TABLE @icb@.personal_spend (
    person_id bigint NOT NULL,
    budget_no integer NOT NULL,
    spend_no  integer NOT NULL CHECK (spend_no > 0),
    spent_on  date NOT NULL,
    amount    numeric(18,2) NOT NULL,
    what      text NOT NULL,
    PRIMARY KEY (person_id, budget_no, spend_no),
    FOREIGN KEY (person_id, budget_no) REFERENCES @icb@.personal_budget
);
COMMENT ON TABLE @icb@.personal_spend IS 'What a personal health budget was spent on; a negative amount takes a spend back.';
COMMENT ON COLUMN @icb@.personal_spend.budget_no IS 'Budget.';
COMMENT ON COLUMN @icb@.personal_spend.spend_no IS 'Number of the spend.';
COMMENT ON COLUMN @icb@.personal_spend.spent_on IS 'Day.';
COMMENT ON COLUMN @icb@.personal_spend.what IS 'What for.';

CREATE VIEW @icb@.personal_budget_position WITH (security_invoker = true) AS
SELECT b.person_id, b.budget_no, b.valid, b.budget, coalesce(s.spent, 0) AS spent, b.contingency_weeks * b.weekly AS kept,
       greatest(b.budget - coalesce(s.spent, 0) - b.contingency_weeks * b.weekly, 0) AS clawback,
       greatest(coalesce(s.spent, 0) - b.budget, 0) AS overspent
FROM @icb@.personal_budget b
LEFT JOIN (SELECT p.person_id, p.budget_no, sum(p.amount) AS spent FROM @icb@.personal_spend p GROUP BY p.person_id, p.budget_no) s
    ON s.person_id = b.person_id AND s.budget_no = b.budget_no;
COMMENT ON VIEW @icb@.personal_budget_position IS 'Per person and budget: spent, what may be kept (weeks times weekly budget), and what is to be paid back: budget less spent less kept, not below 0.';
COMMENT ON COLUMN @icb@.personal_budget_position.budget_no IS 'Budget.';
COMMENT ON COLUMN @icb@.personal_budget_position.budget IS 'Budget, in pounds.';
COMMENT ON COLUMN @icb@.personal_budget_position.spent IS 'Spent, in pounds.';
COMMENT ON COLUMN @icb@.personal_budget_position.kept IS 'Contingency that may be kept, in pounds.';
COMMENT ON COLUMN @icb@.personal_budget_position.clawback IS 'To be paid back, in pounds.';
COMMENT ON COLUMN @icb@.personal_budget_position.overspent IS 'Spent beyond the budget, in pounds; never set off against others.';

-- From the tables: who reads totals has no right to the view of people, which runs with the rights of who asks.
CREATE VIEW @icb_reporting@.personal_budget_total AS
SELECT q.year_from::date AS year_from, q.people::bigint AS people, q.budget::numeric(18,2) AS budget_gbp, q.spent::numeric(18,2) AS spent_gbp,
       q.clawback::numeric(18,2) AS clawback_gbp, q.overspent::numeric(18,2) AS overspent_gbp, q.small::boolean AS suppressed
FROM (SELECT n.year_from, n.people < 5 AS small, CASE WHEN n.people >= 5 THEN n.people END AS people, CASE WHEN n.people >= 5 THEN n.budget END AS budget, CASE WHEN n.people >= 5 THEN n.spent END AS spent,
             CASE WHEN n.people >= 5 THEN n.clawback END AS clawback, CASE WHEN n.people >= 5 THEN n.overspent END AS overspent
      FROM (SELECT lower(p.valid) AS year_from, count(DISTINCT p.person_id) AS people, sum(p.budget) AS budget, sum(p.spent) AS spent, sum(p.clawback) AS clawback, sum(p.overspent) AS overspent
            FROM (SELECT b.person_id, b.valid, b.budget, coalesce(s.spent, 0) AS spent, greatest(b.budget - coalesce(s.spent, 0) - b.contingency_weeks * b.weekly, 0) AS clawback,
                         greatest(coalesce(s.spent, 0) - b.budget, 0) AS overspent
                  FROM @icb@.personal_budget b
                  LEFT JOIN (SELECT x.person_id, x.budget_no, sum(x.amount) AS spent FROM @icb@.personal_spend x GROUP BY x.person_id, x.budget_no) s
                      ON s.person_id = b.person_id AND s.budget_no = b.budget_no) p
            GROUP BY lower(p.valid)) n) q;
COMMENT ON VIEW @icb_reporting@.personal_budget_total IS 'Personal health budgets together, by the day they start; numbers of fewer than five people are not shown.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.year_from IS 'First day of the budgets.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.people IS 'People; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.budget_gbp IS 'Budgets, in pounds; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.spent_gbp IS 'Spent, in pounds; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.clawback_gbp IS 'To be paid back, person by person, in pounds; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.overspent_gbp IS 'Spent beyond budgets, person by person, in pounds; NULL when suppressed.';
COMMENT ON COLUMN @icb_reporting@.personal_budget_total.suppressed IS 'Whether the numbers are not shown because fewer than five people are behind them.';

CREATE VIEW @icb_reporting@.stop_loss_case AS
SELECT c.contract_id::text AS contract_id, lower(c.period)::date AS period_from, (upper(c.period) - 1)::date AS period_to, t.version::integer AS terms_version, c.case_no::integer AS case_no,
       c.cost::numeric(18,2) AS cost_gbp, commissioning.curve_share(t.stop_loss, c.cost, NULL)::numeric(18,2) AS covered_gbp,
       (c.cost - commissioning.curve_share(t.stop_loss, c.cost, NULL))::numeric(18,2) AS retained_gbp
FROM @icb@.settlement_case_input c
JOIN @icb@.contract_terms t ON t.contract_id = c.contract_id AND t.valid @> (upper(c.period) - 1) AND t.signed_at IS NOT NULL AND t.stop_loss IS NOT NULL;
COMMENT ON VIEW @icb_reporting@.stop_loss_case IS 'Individual stop-loss, case by case, each rounded: what the cover pays and what stays. The aggregate stop-loss on what stays is the statement of the contract.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.period_from IS 'First day of the period.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.period_to IS 'Last day of the period.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.terms_version IS 'Signed terms in force on the last day.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.case_no IS 'Number of the case; nothing tells who it is.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.cost_gbp IS 'Cost of the case, in pounds.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.covered_gbp IS 'Paid by the cover, in pounds.';
COMMENT ON COLUMN @icb_reporting@.stop_loss_case.retained_gbp IS 'What stays, in pounds.';
