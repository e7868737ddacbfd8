-- What a settlement meeting reads aloud, and what a chart draws.

CREATE VIEW @icb_reporting@.settlement_statement AS
WITH line AS (
    SELECT s.run_id, s.step AS line_order, s.line_code, s.clause, s.formula, s.rate, s.exact_text, s.amount, NULL::text AS party, NULL::numeric AS posted,
           CASE s.line_code
               WHEN 'difference' THEN 'Difference between benchmark and actual'
               WHEN 'gate' THEN 'Minimum before anything is shared'
               WHEN 'band' THEN 'Part of the share: ' || s.rate || ' of ' || to_char(s.quantity, 'FM999,999,999,999,990.00')
               WHEN 'share' THEN 'Share before adjustments'
               WHEN 'quality' THEN 'After quality'
               WHEN 'loss_rate' THEN 'After the loss rate for the score'
               WHEN 'factor' THEN 'After the payment factor'
               WHEN 'cap' THEN 'Held within the limit'
               WHEN 'relief' THEN 'After relief'
               WHEN 'settlement' THEN 'Settlement, rounded once'
           END AS words
    FROM @icb@.settlement_step s
    UNION ALL
    SELECT r.run_id, 1000 + row_number() OVER (PARTITION BY r.run_id ORDER BY bool_or(l.role = 'counterparty'), min(l.line_no), l.party), 'party', 'split', 'posted in this run ' || to_char(coalesce(sum(l.amount) FILTER (WHERE l.run_id = r.run_id), 0), 'FM999,999,999,999,990.00'),
           NULL, NULL, sum(l.amount), l.party, coalesce(sum(l.amount) FILTER (WHERE l.run_id = r.run_id), 0),
           l.party || CASE WHEN sum(l.amount) > 0 THEN ' receives for the period so far' WHEN sum(l.amount) < 0 THEN ' pays for the period so far' ELSE ' is square for the period so far' END
    FROM @icb@.settlement_run r
    JOIN @icb@.settlement_run e ON e.contract_id = r.contract_id AND lower(e.period) = lower(r.period) AND e.run_id <= r.run_id
    JOIN @icb@.settlement_line l ON l.run_id = e.run_id
    GROUP BY r.run_id, l.party
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
       line.posted::numeric(18,2) AS posted_gbp
FROM line
JOIN @icb@.settlement_run r ON r.run_id = line.run_id
JOIN @icb@.contract c ON c.contract_id = r.contract_id
JOIN @icb@.contract_terms t ON t.contract_id = r.contract_id AND t.version = r.terms_version;
COMMENT ON VIEW @icb_reporting@.settlement_statement IS 'The statement of every posted settlement, one row per line in line_order: what clause, in words, with what numbers, what stands after it, and what each party gets or pays.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.run_id IS 'Settlement run.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.contract_title IS 'Title of the contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.period_from IS 'First day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.period_to IS 'Last day of the cumulative period.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.kind IS 'interim, flex, freeze, final or restated.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_version IS 'Version of the signed terms.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.terms_signed_by IS 'Who signed the terms.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.line_order IS 'Order of the line in its statement; parties from 1001.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.line_code IS 'difference, gate, band, share, quality, loss_rate, factor, cap, relief, settlement or party.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.clause IS 'Clause of the contract and column of the terms that the line applies.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.words IS 'The line in words.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.formula IS 'The calculation with its numbers.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.rate IS 'Rate applied, where there is one.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.exact_amount IS 'Amount before rounding, as an exact fraction of pounds; NULL for parties.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.amount_gbp IS 'What stands after the line; for a band its part of the share; for a party what it gets (or pays, negative) for the period so far.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.party IS 'Party of a party line, else NULL.';
COMMENT ON COLUMN @icb_reporting@.settlement_statement.posted_gbp IS 'Part of a party''s amount that this run posted; the rest was posted before.';

CREATE VIEW @icb_reporting@.settlement_waterfall AS
SELECT s.run_id,
       r.contract_id::text AS contract_id,
       lower(r.period)::date AS period_from,
       (upper(r.period) - 1)::date AS period_to,
       r.kind::text AS kind,
       s.step::integer AS step_order,
       (CASE s.line_code
            WHEN 'difference' THEN 'Difference'
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
       s.amount::numeric(18,2) AS to_gbp
FROM @icb@.settlement_step s
JOIN @icb@.settlement_run r ON r.run_id = s.run_id
WHERE s.line_code <> 'band';
COMMENT ON VIEW @icb_reporting@.settlement_waterfall IS 'From the difference to the settlement, one bar per step of every posted settlement; the last to_gbp is the settlement.';
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

CREATE VIEW @icb_reporting@.settlement_position AS
WITH held AS (
    SELECT s.run_id, s.line_no,
           sum(s.contested_amount) FILTER (WHERE s.resolved_at IS NULL) AS contested,
           sum(s.upheld_amount) AS upheld
    FROM @icb@.suspense s GROUP BY s.run_id, s.line_no
)
SELECT r.contract_id::text AS contract_id,
       l.party::text AS party,
       sum(l.amount)::numeric(18,2) AS posted_gbp,
       coalesce(sum(h.contested), 0)::numeric(18,2) AS contested_gbp,
       coalesce(sum(h.upheld), 0)::numeric(18,2) AS upheld_gbp,
       count(DISTINCT r.run_id)::bigint AS runs
FROM @icb@.settlement_line l
JOIN @icb@.settlement_run r ON r.run_id = l.run_id
LEFT JOIN held h ON h.run_id = l.run_id AND h.line_no = l.line_no
GROUP BY r.contract_id, l.party;
COMMENT ON VIEW @icb_reporting@.settlement_position IS 'Where each party to each contract stands: posted, still contested, and upheld objections.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.party IS 'Party or counterparty.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.posted_gbp IS 'Sum of all posted lines; positive is due to the party.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.contested_gbp IS 'Held in suspense, not yet resolved.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.upheld_gbp IS 'Contested amounts on which the objection was upheld.';
COMMENT ON COLUMN @icb_reporting@.settlement_position.runs IS 'Runs that posted to the party.';
