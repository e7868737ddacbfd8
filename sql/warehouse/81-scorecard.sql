-- What became of what was raised: how often rules are right, and one line for each provider.

CREATE VIEW @icb_reporting@.rule_precision WITH (security_invoker = true) AS
SELECT o.rule_code::text AS rule_code, o.provider_code::text AS provider_code, o.quarter::date AS raised_quarter, o.raised_lines::bigint AS raised_lines,
       o.judged_lines::bigint AS judged_lines, o.upheld::bigint AS upheld_lines, o.upheld_in_part::bigint AS upheld_in_part_lines,
       (o.judged_lines - o.upheld - o.upheld_in_part)::bigint AS not_upheld_lines, (o.raised_lines - o.judged_lines - o.open_lines)::bigint AS not_judged_lines,
       o.open_lines::bigint AS open_lines,
       ((ci.x).proportion)::numeric(7,4) AS precision, ((ci.x).lower)::numeric(7,4) AS precision_lower, ((ci.x).upper)::numeric(7,4) AS precision_upper,
       o.judged_amount::numeric(16,2) AS judged_gbp, o.agreed_amount::numeric(16,2) AS agreed_gbp, (o.agreed_amount / nullif(o.judged_amount, 0))::numeric(7,4) AS agreed_share
FROM (
    SELECT l.rule_code, l.provider_code, pg_catalog.date_trunc('quarter', l.raised_on::timestamp)::date AS quarter, count(*) AS raised_lines,
           count(x.challenge_line_id) AS judged_lines, count(*) FILTER (WHERE x.agreed = x.decided) AS upheld,
           count(*) FILTER (WHERE x.agreed > 0 AND x.agreed < x.decided) AS upheld_in_part, count(*) FILTER (WHERE l.open > 0) AS open_lines,
           coalesce(sum(x.decided), 0) AS judged_amount, coalesce(sum(x.agreed), 0) AS agreed_amount
    FROM @icb@.challenge_line l
    LEFT JOIN @icb@.challenge_outcome x ON x.challenge_line_id = l.challenge_line_id
    WHERE l.raised > 0
    GROUP BY 1, 2, 3
) o
CROSS JOIN LATERAL (SELECT commissioning.proportion_ci(o.upheld + o.upheld_in_part, o.judged_lines) AS x) ci;
COMMENT ON VIEW @icb_reporting@.rule_precision IS
    'How often a rule is right at a provider, by the quarter in which lines were raised: lines upheld, in full or in part, of the lines judged on their merits (view challenge_outcome), with the 95 % Wilson interval; and the agreed share of the money judged. Every denominator stands beside it.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.raised_quarter IS 'First day of the calendar quarter in which they were raised.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.raised_lines IS 'Lines raised.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.judged_lines IS 'Of these, decided on their merits.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.upheld_lines IS 'Of these, agreed in full.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.upheld_in_part_lines IS 'Agreed in part.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.not_upheld_lines IS 'Of these, nothing agreed.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.not_judged_lines IS 'Final without a judgement: lost to a deadline, waived, billed anew, or no longer found by ourselves.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.open_lines IS 'Not final yet.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.precision IS '(upheld + upheld in part) / judged, 0 to 1; NULL without a judged line.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.precision_lower IS 'Lower end of its interval.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.precision_upper IS 'Upper end of its interval.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.judged_gbp IS 'Raised on the judged lines, in pounds.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.agreed_gbp IS 'Agreed of it, in pounds.';
COMMENT ON COLUMN @icb_reporting@.rule_precision.agreed_share IS 'agreed / judged, 0 to 1.';

CREATE VIEW @icb_reporting@.provider_scorecard WITH (security_invoker = true) AS
WITH volume AS (
    SELECT v.provider_code, sum(v.lines) AS lines, sum(v.amount) AS amount FROM @icb@.claim_volume v GROUP BY v.provider_code
), matched AS (
    SELECT l.provider_code, count(*) AS due, count(m.line_key) AS met
    FROM @icb@.current_invoice_line l
    JOIN commissioning.pod_reference p ON p.pod = l.pod AND p.dataset IS NOT NULL
    LEFT JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
    GROUP BY l.provider_code
), line AS (
    SELECT f.provider_code, sum(f.net) FILTER (WHERE f.outcome = 'fail') AS net, sum(f.recoverable) AS recoverable, count(*) FILTER (WHERE f.outcome = 'hold') AS held
    FROM @icb@.finding f WHERE f.closed_run IS NULL GROUP BY f.provider_code, f.person_id, f.line_key, f.commissioner_code
), found AS (
    SELECT l.provider_code, count(*) FILTER (WHERE l.net <> 0) AS lines_in_error, sum(greatest(l.net, 0)) AS over, sum(greatest(-l.net, 0)) AS under,
           sum(l.recoverable) AS recoverable, sum(l.held) AS held
    FROM line l GROUP BY l.provider_code
), raised AS (
    SELECT l.provider_code, sum(l.raised) AS raised, sum(l.accepted + l.corrected) AS agreed, sum(l.credit_notes + l.corrected) AS credited,
           count(o.challenge_line_id) AS judged, count(*) FILTER (WHERE o.upheld) AS upheld
    FROM @icb@.challenge_line l LEFT JOIN @icb@.challenge_outcome o ON o.challenge_line_id = l.challenge_line_id
    WHERE l.raised > 0 GROUP BY l.provider_code
), answered AS (
    -- from raising to the first answer
    SELECT c.provider_code, avg(r.day - e.day) AS days
    FROM @icb@.challenge c
    JOIN (SELECT x.challenge_id, min(x.happened_on) AS day FROM @icb@.challenge_event x WHERE x.action = 'raise' GROUP BY x.challenge_id) e ON e.challenge_id = c.challenge_id
    JOIN (SELECT x.challenge_id, min(x.happened_on) AS day FROM @icb@.challenge_event x WHERE x.action = 'respond' GROUP BY x.challenge_id) r ON r.challenge_id = c.challenge_id
    GROUP BY c.provider_code
), late AS (
    SELECT g.provider_code, count(*) FILTER (WHERE g.state = 'missing') AS missing, count(*) FILTER (WHERE g.state = 'late') AS late
    FROM (SELECT DISTINCT x.provider_code, x.dataset, x.financial_year, x.month, x.submission_kind, x.state FROM @icb@.submission_gaps(CURRENT_DATE) x) g
    GROUP BY g.provider_code
)
SELECT v.provider_code::text AS provider_code, v.lines::bigint AS claimed_lines, v.amount::numeric(16,2) AS claimed_gbp,
       (m.met::numeric / nullif(m.due, 0))::numeric(7,4) AS matched_share,
       coalesce(f.lines_in_error, 0)::bigint AS lines_in_error, (1000.0 * coalesce(f.lines_in_error, 0) / nullif(v.lines, 0))::numeric(12,3) AS errors_per_thousand,
       (coalesce(f.over + f.under, 0) / nullif(v.amount, 0))::numeric(9,6) AS gross_error, (coalesce(f.over - f.under, 0) / nullif(v.amount, 0))::numeric(9,6) AS net_error,
       coalesce(f.held, 0)::bigint AS held_lines, coalesce(f.recoverable, 0)::numeric(16,2) AS recoverable_gbp,
       coalesce(r.raised, 0)::numeric(16,2) AS raised_gbp, coalesce(r.agreed, 0)::numeric(16,2) AS agreed_gbp, coalesce(r.credited, 0)::numeric(16,2) AS credited_gbp,
       (r.upheld::numeric / nullif(r.judged, 0))::numeric(7,4) AS upheld_share, a.days::numeric(9,1) AS days_to_answer,
       coalesce(l.late, 0)::bigint AS late_submissions, coalesce(l.missing, 0)::bigint AS missing_submissions
FROM volume v
LEFT JOIN matched m ON m.provider_code = v.provider_code
LEFT JOIN found f ON f.provider_code = v.provider_code
LEFT JOIN raised r ON r.provider_code = v.provider_code
LEFT JOIN answered a ON a.provider_code = v.provider_code
LEFT JOIN late l ON l.provider_code = v.provider_code;
COMMENT ON VIEW @icb_reporting@.provider_scorecard IS
    'One line for each provider: what it claims, how well claim and record agree, how much is wrong both ways, what was asked for and came back, how fast it answers, what it did not send. Rates, so that large and small stand side by side.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.claimed_lines IS 'Lines of the current position.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.claimed_gbp IS 'Amount claimed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.matched_share IS 'Share of lines, among those that a record should stand behind, that meet one.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.lines_in_error IS 'Lines whose right amount differs.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.errors_per_thousand IS 'These for each thousand lines claimed.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.gross_error IS 'Over- and undercharges added, as a share of what was claimed.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.net_error IS 'Overcharges less undercharges, as a share of what was claimed.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.held_lines IS 'Lines held until a question is answered; once for each rule.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.recoverable_gbp IS 'Recoverable in the current position, in pounds.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.raised_gbp IS 'Asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.agreed_gbp IS 'Agreed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.credited_gbp IS 'Credited, in pounds.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.upheld_share IS 'Share of the lines judged on their merits that were upheld, in full or in part.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.days_to_answer IS 'Mean days from raising to the first answer.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.late_submissions IS 'Submissions that came late by the published timetable.';
COMMENT ON COLUMN @icb_reporting@.provider_scorecard.missing_submissions IS 'Submissions that did not come.';
