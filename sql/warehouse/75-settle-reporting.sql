-- What a settlement meeting reads aloud, and what a chart draws.

-- The parties of a run: what each stands at and what was posted before it.
CREATE VIEW @icb@.settlement_account AS
SELECT r.run_id, p.party_order, p.party, p.role, p.vat_treatment, p.cumulative_amount::numeric(18,2) AS cumulative_amount, p.posted_before::numeric(18,2) AS posted_before,
       (p.cumulative_amount - p.posted_before)::numeric(18,2) AS amount
FROM @icb@.settlement_run r
CROSS JOIN LATERAL jsonb_to_recordset(r.parties) AS p (party_order integer, party text, role text, vat_treatment text, cumulative_amount numeric, posted_before numeric)
UNION ALL
-- runs of before 0.4 have them in the ledger alone
SELECT r.run_id, (row_number() OVER (PARTITION BY r.run_id ORDER BY bool_or(l.role = 'counterparty'), min(l.line_no), l.party))::integer, l.party, max(l.role), max(l.vat_treatment),
       sum(l.amount)::numeric(18,2), (sum(l.amount) - coalesce(sum(l.amount) FILTER (WHERE l.run_id = r.run_id), 0))::numeric(18,2), coalesce(sum(l.amount) FILTER (WHERE l.run_id = r.run_id), 0)::numeric(18,2)
FROM @icb@.settlement_run r
JOIN @icb@.settlement_run e ON e.contract_id = r.contract_id AND lower(e.period) = lower(r.period) AND e.run_id <= r.run_id
JOIN @icb@.settlement_line l ON l.run_id = e.run_id
WHERE r.parties IS NULL
GROUP BY r.run_id, l.party;
COMMENT ON VIEW @icb@.settlement_account IS 'What each party stands at after a run, what was posted to it before, and the difference, which the run posts.';
COMMENT ON COLUMN @icb@.settlement_account.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb@.settlement_account.party_order IS 'Order of the parties, the counterparty after them.';
COMMENT ON COLUMN @icb@.settlement_account.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb@.settlement_account.role IS 'party, counterparty or former.';
COMMENT ON COLUMN @icb@.settlement_account.vat_treatment IS 'VAT treatment of the account.';
COMMENT ON COLUMN @icb@.settlement_account.cumulative_amount IS 'What the party stands at for the period so far.';
COMMENT ON COLUMN @icb@.settlement_account.posted_before IS 'Posted to it before the run.';
COMMENT ON COLUMN @icb@.settlement_account.amount IS 'Posted by the run, or to be posted.';

CREATE VIEW @icb_reporting@.settlement_statement AS
WITH line AS (
    SELECT s.run_id, s.step AS line_order, s.line_code, s.clause, s.formula, s.rate, s.exact_text, s.amount, s.party, NULL::numeric AS posted, NULL::numeric AS posted_before,
           NULL::numeric AS contested, NULL::numeric AS due,
           CASE s.line_code
               WHEN 'case' THEN 'One case: what is borne elsewhere'
               WHEN 'stop_loss' THEN 'All cases: taken off actual'
               WHEN 'adjustment' THEN 'Benchmark after adjustment'
               WHEN 'difference' THEN 'Difference between benchmark and actual'
               WHEN 'guardrail' THEN 'Loss as far as it is one against the second benchmark'
               WHEN 'contingency' THEN 'After the contingency that is kept'
               WHEN 'allowance' THEN 'After the allowance for chance'
               WHEN 'size' THEN 'Smallest population that is assessed'
               WHEN 'condition' THEN 'Condition of payment'
               WHEN 'gate' THEN 'Minimum before anything is shared'
               WHEN 'band' THEN 'Part of the share: ' || s.rate || ' of ' || commissioning.money_text(s.quantity)
               WHEN 'share' THEN 'Share before adjustments'
               WHEN 'below_gate' THEN 'Part that is paid below the minimum'
               WHEN 'indicator' THEN 'Indicator: what it earns of the share'
               WHEN 'carried_over' THEN 'Held for indicators that could not be assessed'
               WHEN 'quality' THEN 'After quality'
               WHEN 'loss_rate' THEN 'After the loss rate for the score'
               WHEN 'factor' THEN 'After the payment factor'
               WHEN 'cap' THEN 'Held within the limit'
               WHEN 'relief' THEN 'After relief'
               WHEN 'payment' THEN 'Payment with the share in it'
               WHEN 'settlement' THEN 'Settlement, rounded once'
               WHEN 'retained' THEN 'Part of actual that is not paid'
               WHEN 'reopener' THEN 'May the contract be opened again?'
               ELSE initcap(replace(s.line_code, '_', ' '))
           END AS words,
           CASE s.line_code
               WHEN 'case' THEN 'to the penny'
               WHEN 'stop_loss' THEN 'none: a sum of rounded parts'
               WHEN 'band' THEN 'largest remainder: the bands add up to the share'
               WHEN 'settlement' THEN 'to ' || coalesce(substring(t.rounding FROM 'unit ([0-9.]+)'), '0.01') || ', '
                   || CASE WHEN t.rounding LIKE 'half_even%' THEN 'half to even' WHEN t.rounding LIKE 'truncate%' THEN 'towards zero' ELSE 'half away from zero' END || ': the only rounding'
               ELSE 'none: exact, shown to the penny'
           END AS rounding,
           CASE s.line_code
               WHEN 'difference' THEN concat_ws('; ', 'benchmark ' || commissioning.money_text((r.inputs ->> 'benchmark')::numeric), 'actual ' || commissioning.money_text((r.inputs ->> 'actual')::numeric),
                   'carried forward ' || commissioning.money_text((r.inputs ->> 'carried_forward')::numeric), 'fee ' || CASE WHEN t.net_of_fee THEN commissioning.money_text((r.inputs ->> 'fee')::numeric) END,
                   'from ' || (r.inputs ->> 'source'))
               WHEN 'gate' THEN concat_ws('; ', 'base ' || commissioning.money_text((r.inputs ->> 'base')::numeric), CASE t.gate_by WHEN 'size' THEN 'size ' || (r.inputs ->> 'size') WHEN 'minimum_rate' THEN 'minimum rate ' || (r.inputs ->> 'minimum_rate') END)
               WHEN 'adjustment' THEN CASE
                   WHEN s.clause LIKE '%adjust: volume' THEN concat_ws('; ', 'volume ' || (r.inputs ->> 'volume'), 'planned volume ' || (r.inputs ->> 'plan_volume'))
                   WHEN s.clause LIKE '%adjust: risk' THEN concat_ws('; ', 'risk ' || (r.inputs ->> 'risk'), 'planned risk ' || (r.inputs ->> 'plan_risk'))
                   WHEN s.clause LIKE '%withhold' THEN 'score ' || (r.inputs ->> 'score') END
               WHEN 'size' THEN 'size ' || (r.inputs ->> 'size')
               WHEN 'allowance' THEN 'size ' || (r.inputs ->> 'size')
               WHEN 'quality' THEN 'score ' || (r.inputs ->> 'score')
               WHEN 'loss_rate' THEN 'score ' || (r.inputs ->> 'score')
               WHEN 'cap' THEN concat_ws('; ', 'base ' || commissioning.money_text((r.inputs ->> 'base')::numeric), 'revenue ' || commissioning.money_text((r.inputs ->> 'revenue')::numeric))
               WHEN 'relief' THEN 'relief ' || commissioning.money_text((r.inputs ->> 'loss_relief')::numeric)
               WHEN 'guardrail' THEN 'second benchmark ' || commissioning.money_text((r.inputs ->> 'guardrail_benchmark')::numeric)
           END AS inputs,
           CASE WHEN s.line_code = 'band' THEN substring(s.clause FROM 'band ([0-9]+)')::integer END AS band
    FROM @icb@.settlement_step s
    JOIN @icb@.settlement_run r ON r.run_id = s.run_id
    JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version
    -- what concerns one party stands below, with the ledger
    WHERE s.line_code NOT IN ('party', 'posted', 'contested', 'interest', 'due')
    UNION ALL
    SELECT a.run_id, 1000 + row_number() OVER (PARTITION BY a.run_id ORDER BY a.party_order, a.party, a.vat_treatment), 'party', 'split',
           commissioning.money_text(a.cumulative_amount) || ' less ' || commissioning.money_text(a.posted_before) || ' posted before: ' || commissioning.money_text(a.amount)
           || CASE WHEN r.status = 'posted' THEN ' in this run' ELSE ' to be posted' END
           || CASE WHEN h.amount <> 0 THEN ', ' || commissioning.money_text(h.amount) || ' of it contested' ELSE '' END,
           NULL, NULL, a.cumulative_amount, a.party, CASE WHEN r.status = 'posted' THEN a.amount ELSE 0 END, a.posted_before,
           coalesce(h.amount, 0), a.amount - coalesce(h.amount, 0),
           a.party || CASE WHEN a.cumulative_amount > 0 THEN ' receives' WHEN a.cumulative_amount < 0 THEN ' pays' ELSE ' is square' END || ' for the period so far',
           CASE WHEN a.role = 'counterparty' THEN 'none: the mirror of the others' ELSE 'largest remainder of the whole cumulative amount, ties to the earlier party' END,
           CASE WHEN a.role = 'party' THEN concat_ws('; ', 'share ' || (SELECT p.share FROM commissioning.split_parties(t.split) p WHERE p.party = a.party),
               'holds ' || (SELECT commissioning.money_text(sum(o.own_amount)) FROM jsonb_to_recordset(CASE WHEN jsonb_typeof(r.detail -> 'accounts') = 'array' THEN r.detail -> 'accounts' ELSE '[]' END)
                                AS o (party text, own_amount numeric) WHERE o.party = a.party)) END, NULL
    FROM @icb@.settlement_account a
    JOIN @icb@.settlement_run r ON r.run_id = a.run_id
    JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version
    LEFT JOIN (SELECT s.run_id, s.party, s.vat_treatment, sum(s.amount) AS amount FROM @icb@.suspense_held s GROUP BY s.run_id, s.party, s.vat_treatment) h
           ON h.run_id = a.run_id AND h.party = a.party AND h.vat_treatment = a.vat_treatment
    UNION ALL
    -- told beside it: how near the gate was, and what chance leaves
    SELECT g.run_id, 5001, 'to_gate', 'gate',
           CASE WHEN g.is_met THEN 'passed by ' || commissioning.money_text(- g.distance_gbp) ELSE 'short by ' || commissioning.money_text(g.distance_gbp) END
           || '; at the gate of ' || commissioning.money_text(g.gate_gbp) || ' the settlement is ' || commissioning.money_text(g.settlement_at_gate_gbp)
           || ', a penny before it ' || commissioning.money_text(g.settlement_below_gbp),
           NULL, NULL, g.settlement_at_gate_gbp, NULL, NULL, NULL, NULL, NULL, 'For information: the settlement exactly at the gate', 'as the settlement', NULL, NULL
    FROM @icb_reporting@.gate_distance g WHERE g.is_side_of_result
    UNION ALL
    SELECT c.run_id, 5002, 'chance', 'size',
           'between ' || commissioning.money_text(c.lower_gbp) || ' and ' || commissioning.money_text(c.upper_gbp) || ' with 95 % confidence; probability that there is no true saving '
           || trim_scale(round(c.no_saving_pct, 1)) || ' %',
           trim_scale(round(c.saving_pct, 2)) || '%', NULL, c.saving_gbp, NULL, NULL, NULL, NULL, NULL, 'For information: the measured saving and what chance leaves of it', 'to the penny',
           'size ' || trim_scale(c.size) || '; effective coefficient of variation 2.0', NULL
    FROM @icb_reporting@.saving_confidence c
)
SELECT r.run_id,
       r.contract_id::text AS contract_id,
       c.title::text AS contract_title,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       r.terms_version::integer AS terms_version,
       t.signed_by::text AS terms_signed_by,
       line.line_order::integer AS line_order,
       line.line_code::text AS line_code,
       line.clause::text AS clause,
       line.words::text AS words,
       line.formula::text AS formula,
       line.rate::text AS rate,
       line.exact_text::text AS exact_amount,
       line.amount::numeric(18,2) AS amount_gbp,
       line.party::text AS party,
       line.posted::numeric(18,2) AS posted_gbp,
       line.band::integer AS band,
       line.inputs::text AS inputs,
       line.rounding::text AS rounding,
       line.posted_before::numeric(18,2) AS posted_before_gbp,
       line.contested::numeric(18,2) AS contested_gbp,
       line.due::numeric(18,2) AS due_gbp,
       r.status::text AS status,
       r.data_cutoff::date AS data_cutoff,
       t.signed_at::timestamptz AS terms_signed_at,
       r.terms_hash::text AS terms_hash,
       r.input_hash::text AS input_hash,
       r.engine_version::text AS engine_version
FROM line
JOIN @icb@.settlement_run r ON r.run_id = line.run_id
JOIN @icb@.contract c ON c.contract_id = r.contract_id
JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version;
COMMENT ON VIEW @icb_reporting@.settlement_statement IS 'The statement of every settlement, one row per line in line_order: what clause, in words, from what inputs, with what numbers and rounding, what stands after it, what each party gets or pays, what was posted before and what is due. status says whether it is posted.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contract_title IS 'Title of the contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.kind IS 'interim, flex, freeze, final or restated; illustrative: one that never posts; on_account, upheld, interest: parties alone.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_version IS 'Version of the signed terms.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_signed_by IS 'Who signed the terms.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.line_order IS 'Order of the line in its statement; parties from 1001, what is told for information from 5001.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.line_code IS 'Step of the statement: difference, gate, band, share, quality, cap, settlement and so on; party; to_gate and chance for information.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.clause IS 'Clause of the contract and column of the terms that the line applies.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.words IS 'The line in words.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.formula IS 'The calculation with its numbers.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.rate IS 'Rate applied, where there is one.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.exact_amount IS 'Amount before rounding, as an exact fraction of pounds; NULL for parties.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.amount_gbp IS 'What stands after the line; for a band its part of the share; for a party what it gets (or pays, negative) for the period so far.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.party IS 'Party of a party line, else NULL.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.posted_gbp IS 'Part of a party''s amount that this run posted; the rest was posted before. 0 while the run is not posted.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.band IS 'Band of the curve, for the lines of bands.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.inputs IS 'Inputs that the line takes, besides what stood before it, with their source.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.rounding IS 'How the amount was rounded.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.posted_before_gbp IS 'Posted to the party before this run, on account and in earlier runs.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contested_gbp IS 'Part of what this run posted that is in dispute and held.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.due_gbp IS 'What the run makes due: its posting less what is contested of it. Payments are in settlement_position.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.status IS 'prepared, reviewed, agreed, posted, withdrawn or illustrative.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.data_cutoff IS 'Day up to which the data were complete.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_signed_at IS 'When the terms were signed; NULL for a draft.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_hash IS 'Fingerprint (SHA-256) of the terms; NULL for runs before 0.4.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.input_hash IS 'Fingerprint of everything else it was computed from.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.engine_version IS 'Version that computed it.';

CREATE VIEW @icb_reporting@.settlement_waterfall AS
SELECT s.run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       s.step::integer AS step_order,
       (CASE s.line_code
            WHEN 'difference' THEN 'Difference'
            WHEN 'guardrail' THEN 'Second benchmark'
            WHEN 'contingency' THEN 'Contingency'
            WHEN 'allowance' THEN 'Allowance for chance'
            WHEN 'size' THEN 'Smallest population'
            WHEN 'condition' THEN 'Condition'
            WHEN 'below_gate' THEN 'Below the minimum'
            WHEN 'payment' THEN 'Benchmark or fee'
            WHEN 'gate' THEN 'Minimum'
            WHEN 'share' THEN 'Share'
            WHEN 'quality' THEN 'Quality'
            WHEN 'loss_rate' THEN 'Loss rate'
            WHEN 'factor' THEN 'Payment factor'
            WHEN 'cap' THEN 'Limit'
            WHEN 'relief' THEN 'Relief'
            WHEN 'settlement' THEN 'Settlement'
        END)::text AS step,
       (CASE s.line_code WHEN 'difference' THEN 'start' WHEN 'settlement' THEN 'total' ELSE 'change' END)::text AS step_kind,
       (s.amount - lag(s.amount, 1, 0.00) OVER (PARTITION BY s.run_id ORDER BY s.step))::numeric(18,2) AS delta_gbp,
       (lag(s.amount, 1, 0.00) OVER (PARTITION BY s.run_id ORDER BY s.step))::numeric(18,2) AS from_gbp,
       s.amount::numeric(18,2) AS to_gbp,
       s.formula::text AS formula,
       r.status::text AS status
FROM @icb@.settlement_step s
JOIN @icb@.settlement_run r ON r.run_id = s.run_id
-- steps that change what stands; parts of a step and what is told for information are left out
WHERE s.line_code IN ('difference', 'guardrail', 'contingency', 'allowance', 'size', 'condition', 'gate', 'share', 'below_gate', 'quality', 'loss_rate', 'factor', 'cap', 'relief', 'payment', 'settlement');
COMMENT ON VIEW @icb_reporting@.settlement_waterfall IS 'From the difference to the settlement, one bar per step of every settlement; the last to_gbp is the settlement.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.kind IS 'Kind of the run: interim, flex, freeze, final or restated.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.step_order IS 'Order of the bars.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.step IS 'Name of the bar.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.step_kind IS 'start, change or total.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.delta_gbp IS 'What the step adds or takes.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.from_gbp IS 'Where the bar starts.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.to_gbp IS 'Where the bar ends: what stands after the step.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.formula IS 'The calculation with its numbers.';
COMMENT ON COLUMN @icb_reporting@.settlement_waterfall.status IS 'Status of the run.';

CREATE VIEW @icb_reporting@.settlement_position AS
WITH held AS (
    SELECT s.run_id, s.line_no, sum(s.open_amount) AS contested, sum(s.upheld_amount) AS upheld
    FROM @icb@.suspense_balance s GROUP BY s.run_id, s.line_no
), line AS (
    SELECT r.contract_id, l.party, sum(l.amount) AS posted, coalesce(sum(h.contested), 0) AS contested, coalesce(sum(h.upheld), 0) AS upheld, count(DISTINCT r.run_id) AS runs
    FROM @icb@.settlement_line l
    JOIN @icb@.settlement_run r ON r.run_id = l.run_id
    LEFT JOIN held h ON h.run_id = l.run_id AND h.line_no = l.line_no
    GROUP BY r.contract_id, l.party
), balance AS (
    SELECT b.contract_id, b.party, sum(b.paid) AS paid, sum(b.interest) AS interest, sum(b.held) AS held,
           -- accounts of different VAT treatment are never netted
           CASE WHEN count(*) = 1 THEN sum(b.due) END AS due
    FROM @icb@.account_balance b GROUP BY b.contract_id, b.party
)
SELECT l.contract_id::text AS contract_id,
       l.party::text AS party,
       l.posted::numeric(18,2) AS posted_gbp,
       l.contested::numeric(18,2) AS contested_gbp,
       l.upheld::numeric(18,2) AS upheld_gbp,
       l.runs::bigint AS runs,
       c.title::text AS contract_title,
       b.interest::numeric(18,2) AS interest_gbp,
       b.held::numeric(18,2) AS held_gbp,
       b.paid::numeric(18,2) AS paid_gbp,
       b.due::numeric(18,2) AS due_gbp
FROM line l
JOIN @icb@.contract c ON c.contract_id = l.contract_id
LEFT JOIN balance b ON b.contract_id = l.contract_id AND b.party = l.party;
COMMENT ON VIEW @icb_reporting@.settlement_position IS 'Where each party to each contract stands: posted, still contested, upheld objections, paid, and due.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.posted_gbp IS 'Sum of all posted lines; positive is due to the party.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contested_gbp IS 'Held in suspense on lines of the party, not yet resolved.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.upheld_gbp IS 'Contested amounts on which the objection was upheld.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.runs IS 'Runs that posted to the party.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contract_title IS 'Title of the contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.interest_gbp IS 'Part of what was posted that is interest on late payment.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.held_gbp IS 'Held of the account because of disputes, on both sides.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.paid_gbp IS 'Paid to the party (positive) or received from it (negative).';
COMMENT ON COLUMN @icb_reporting@.settlement_position.due_gbp IS 'Posted less held and paid: still to be paid to the party, or by it (negative). NULL for accounts of several VAT treatments, which are not netted: see payment_due, which says also by when.';
