-- What contract managers and BI tools see of challenges: provider's identifiers and pounds, nothing about persons.

-- The next step of everything that is under way, whose it is, and by when.
CREATE VIEW @icb@.challenge_duty AS
SELECT 'raise' AS action, 'commissioner' AS party, NULL::bigint AS challenge_id, c.provider_code, c.commissioner_code, c.contract_id, c.rule_code, c.rule_name, c.pod_class,
       count(*) AS lines, sum(c.recoverable) AS amount, sum(c.recoverable * c.chance) AS expected, sum(c.effort_minutes) AS minutes, c.raise_by AS due_on
FROM @icb@.challenge_candidate c
WHERE c.suppress_reason IS NULL
GROUP BY c.provider_code, c.commissioner_code, c.contract_id, c.rule_code, c.rule_name, c.pod_class, c.raise_by
UNION ALL
SELECT d.action, d.party, l.challenge_id, h.provider_code, h.commissioner_code, h.contract_id, h.rule_code, h.rule_name, h.pod_class,
       count(*), sum(d.amount), sum(d.amount * CASE WHEN d.sure THEN 1 ELSE coalesce(r.chance, g.rule_chance, 0.5) END),
       -- what is read line by line, and what is one letter
       CASE WHEN d.action IN ('review', 'inform', 'escalate', 'negotiate', 'mediate') THEN sum(l.effort_minutes) ELSE 5 END, l.due_on
FROM @icb@.challenge_line l
JOIN @icb@.challenge h ON h.challenge_id = l.challenge_id
CROSS JOIN LATERAL (
    SELECT CASE l.state WHEN 'selected' THEN 'send' WHEN 'raised' THEN 'acknowledge' WHEN 'acknowledged' THEN 'answer'
                        WHEN 'responded' THEN CASE l.response WHEN 'more_information' THEN 'inform' ELSE 'review' END
                        WHEN 'reviewed' THEN 'escalate' WHEN 'escalated' THEN 'negotiate' WHEN 'mediation' THEN 'mediate' END AS action,
           CASE WHEN l.state IN ('raised', 'acknowledged') THEN 'provider' ELSE 'commissioner' END AS party,
           CASE l.state WHEN 'selected' THEN l.recoverable ELSE l.open END AS amount, false AS sure
    WHERE l.open > 0 OR l.state = 'selected'
    UNION ALL
    SELECT 'credit', 'provider', l.accepted - l.credit_notes, true WHERE l.accepted > l.credit_notes
    UNION ALL
    SELECT 'return_credit', 'commissioner', l.returnable, true WHERE l.returnable > 0) d
LEFT JOIN @icb@.challenge_rate r ON r.rule_code = l.rule_code AND r.provider_code = l.provider_code
LEFT JOIN (SELECT DISTINCT x.rule_code, x.rule_chance FROM @icb@.challenge_rate x) g ON g.rule_code = l.rule_code
GROUP BY d.action, d.party, l.challenge_id, h.provider_code, h.commissioner_code, h.contract_id, h.rule_code, h.rule_name, h.pod_class, l.due_on;
COMMENT ON VIEW @icb@.challenge_duty IS
    'The next step of what is under way or could be raised: whose it is, by when, on how many pounds, with what to expect of them and how many minutes it takes.';
COMMENT ON COLUMN @icb@.challenge_duty.action IS
    'raise, send; acknowledge, answer (of the provider); review, inform, escalate, negotiate, mediate; credit (of the provider), return_credit.';
COMMENT ON COLUMN @icb@.challenge_duty.party IS 'commissioner or provider: whose step it is.';
COMMENT ON COLUMN @icb@.challenge_duty.challenge_id IS 'Challenge; NULL: to be raised.';
COMMENT ON COLUMN @icb@.challenge_duty.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb@.challenge_duty.lines IS 'Lines.';
COMMENT ON COLUMN @icb@.challenge_duty.amount IS 'Pounds at stake.';
COMMENT ON COLUMN @icb@.challenge_duty.expected IS 'The same times the chance that they are agreed.';
COMMENT ON COLUMN @icb@.challenge_duty.minutes IS 'Minutes of a reviewer: per line where lines are read, 5 for a letter.';
COMMENT ON COLUMN @icb@.challenge_duty.due_on IS 'Last day; NULL: no limit.';

CREATE VIEW @icb_reporting@.challenge WITH (security_barrier = true) AS
SELECT c.challenge_id::bigint AS challenge_id, c.provider_code::text AS provider_code, c.commissioner_code::text AS commissioner_code, c.contract_id::text AS contract_id,
       c.rule_code::text AS rule_code, c.rule_name::text AS rule_name, c.pod_class::text AS pod_class, c.from_month::date AS from_month, c.to_month::date AS to_month,
       s.state::text AS state, s.lines::bigint AS lines, s.raised_on::date AS raised_on, s.due_on::date AS due_on,
       s.raised::numeric(16,2) AS raised_gbp, s.agreed::numeric(16,2) AS agreed_gbp, s.credited::numeric(16,2) AS credited_gbp, s.rejected::numeric(16,2) AS rejected_gbp,
       s.withdrawn::numeric(16,2) AS withdrawn_gbp, s.time_barred::numeric(16,2) AS time_barred_gbp, s.waived::numeric(16,2) AS waived_gbp, s.open::numeric(16,2) AS open_gbp,
       s.corrected::numeric(16,2) AS of_agreed_corrected_gbp, s.rebilled::numeric(16,2) AS of_withdrawn_rebilled_gbp, s.returnable::numeric(16,2) AS returnable_gbp
FROM @icb@.challenge c
CROSS JOIN LATERAL (
    SELECT count(*) AS lines, min(l.raised_on) AS raised_on, min(l.due_on) AS due_on, sum(l.raised) AS raised, sum(l.accepted + l.corrected) AS agreed,
           sum(l.credit_notes + l.corrected) AS credited, sum(l.rejected) AS rejected, sum(l.withdrawn + l.lapsed + l.rebilled) AS withdrawn,
           sum(l.time_barred) AS time_barred, sum(l.waived) AS waived, sum(l.open) AS open, sum(l.corrected) AS corrected, sum(l.rebilled) AS rebilled, sum(l.returnable) AS returnable,
           -- the line that is furthest from its end says where the conversation stands
           (pg_catalog.array_agg(l.state ORDER BY coalesce(pg_catalog.array_position(
               '{selected,raised,acknowledged,responded,reviewed,escalated,mediation,determined,agreed,credited,rebilled,corrected_at_source,time_barred,waived,closed}'::text[], l.state), 99),
               l.challenge_line_id))[1] AS state
    FROM @icb@.challenge_line l WHERE l.challenge_id = c.challenge_id) s;
COMMENT ON VIEW @icb_reporting@.challenge IS
    'Challenges and where they stand: raised = agreed + withdrawn + rejected + time-barred + waived + open, credited <= agreed. The state is that of the line furthest from its end.';
COMMENT ON COLUMN @icb_reporting@.challenge.challenge_id IS 'Reference of the challenge.';
COMMENT ON COLUMN @icb_reporting@.challenge.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.challenge.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.challenge.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb_reporting@.challenge.rule_code IS 'Rule: the root cause.';
COMMENT ON COLUMN @icb_reporting@.challenge.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.challenge.pod_class IS 'Class of points of delivery.';
COMMENT ON COLUMN @icb_reporting@.challenge.from_month IS 'First month of activity.';
COMMENT ON COLUMN @icb_reporting@.challenge.to_month IS 'Last month of activity.';
COMMENT ON COLUMN @icb_reporting@.challenge.state IS 'State of the line furthest from its end.';
COMMENT ON COLUMN @icb_reporting@.challenge.lines IS 'Lines.';
COMMENT ON COLUMN @icb_reporting@.challenge.raised_on IS 'Day on which it was raised.';
COMMENT ON COLUMN @icb_reporting@.challenge.due_on IS 'First day by which a step is due.';
COMMENT ON COLUMN @icb_reporting@.challenge.raised_gbp IS 'Asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.agreed_gbp IS 'Accepted, determined or corrected at source, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.credited_gbp IS 'Credited by note or corrected at source, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.rejected_gbp IS 'Rejected, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.withdrawn_gbp IS 'Withdrawn, lapsed or re-billed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.time_barred_gbp IS 'Lost by a deadline, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.waived_gbp IS 'Given up, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.open_gbp IS 'Still asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.of_agreed_corrected_gbp IS 'Part of agreed and credited that the provider corrected in the bill, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.of_withdrawn_rebilled_gbp IS 'Part of withdrawn that came back under another key, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge.returnable_gbp IS 'Credited by note and corrected in the bill as well, to be given back, in pounds.';

CREATE VIEW @icb_reporting@.challenge_line WITH (security_invoker = true) AS
SELECT l.challenge_line_id::bigint AS challenge_line_id, l.challenge_id::bigint AS challenge_id, l.finding_ref::text AS finding_ref, l.provider_code::text AS provider_code,
       l.commissioner_code::text AS commissioner_code, l.contract_id::text AS contract_id, l.rule_code::text AS rule_code, l.pod::text AS pod,
       l.activity_month::date AS activity_month, l.provider_event_id::text AS provider_event_id, l.cds_id::text AS cds_id, l.file_name::text AS file_name,
       l.file_line::bigint AS file_line, l.state::text AS state, l.state_since::date AS state_since, l.reason::text AS reason, l.response::text AS response,
       l.raised_on::date AS raised_on, l.due_on::date AS due_on, l.billed::numeric(16,2) AS billed_gbp, l.recoverable::numeric(16,2) AS recoverable_gbp,
       l.raised::numeric(16,2) AS raised_gbp, (l.accepted + l.corrected)::numeric(16,2) AS agreed_gbp, (l.credit_notes + l.corrected)::numeric(16,2) AS credited_gbp,
       l.rejected::numeric(16,2) AS rejected_gbp, (l.withdrawn + l.lapsed + l.rebilled)::numeric(16,2) AS withdrawn_gbp, l.time_barred::numeric(16,2) AS time_barred_gbp,
       l.waived::numeric(16,2) AS waived_gbp, l.open::numeric(16,2) AS open_gbp, l.corrected::numeric(16,2) AS of_agreed_corrected_gbp,
       l.rebilled::numeric(16,2) AS of_withdrawn_rebilled_gbp, l.returnable::numeric(16,2) AS returnable_gbp
FROM @icb@.challenge_line l;
COMMENT ON VIEW @icb_reporting@.challenge_line IS 'Challenged, suppressed and time-barred findings one by one, by the provider''s own identifiers. No identifiers of patients.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.challenge_line_id IS 'Reference of the line.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.challenge_id IS 'Challenge; NULL when it was not raised.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.finding_ref IS 'The finding; explain_finding() unfolds it.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.provider_event_id IS 'Provider''s number of the spell or attendance.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.cds_id IS 'CDS unique identifier.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.file_name IS 'File it came with.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.file_line IS 'Line of that file.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.state IS 'Where it stands.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.state_since IS 'Day since which it stands there.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.reason IS 'Why it is suppressed, withdrawn, waived or time-barred.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.response IS 'Last answer of the provider.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.raised_on IS 'Day on which it was raised.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.due_on IS 'Day by which the next step is due.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.billed_gbp IS 'Charged when it was raised, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.recoverable_gbp IS 'Recoverable when it was raised, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.raised_gbp IS 'Asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.agreed_gbp IS 'Accepted, determined or corrected at source, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.credited_gbp IS 'Credited by note or corrected at source, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.rejected_gbp IS 'Rejected, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.withdrawn_gbp IS 'Withdrawn, lapsed or re-billed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.time_barred_gbp IS 'Lost by a deadline, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.waived_gbp IS 'Given up, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.open_gbp IS 'Still asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.of_agreed_corrected_gbp IS 'Part of agreed and credited that the provider corrected in the bill, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.of_withdrawn_rebilled_gbp IS 'Part of withdrawn that came back under another key, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_line.returnable_gbp IS 'Credited by note and corrected in the bill as well, to be given back, in pounds.';

CREATE VIEW @icb_reporting@.challenge_history WITH (security_barrier = true) AS
SELECT e.event_id::bigint AS event_id, e.challenge_id::bigint AS challenge_id, e.action::text AS action, e.outcome::text AS outcome, e.happened_on::date AS happened_on,
       e.recorded_by::text AS recorded_by, e.recorded_at::timestamptz AS recorded_at, e.reason_code::text AS reason, e.document_ref::text AS document_ref,
       e.line_count::bigint AS lines, e.open_before::numeric(16,2) AS open_before_gbp, e.open_after::numeric(16,2) AS open_after_gbp,
       e.agreed_before::numeric(16,2) AS agreed_before_gbp, e.agreed_after::numeric(16,2) AS agreed_after_gbp,
       e.credited_before::numeric(16,2) AS credited_before_gbp, e.credited_after::numeric(16,2) AS credited_after_gbp
FROM @icb@.challenge_event e;
COMMENT ON VIEW @icb_reporting@.challenge_history IS 'Every step of every challenge: what, who, when, why, and the money before and after.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.event_id IS 'Number of the step.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.challenge_id IS 'Challenge; NULL for findings that were not raised.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.action IS 'What was done.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.outcome IS 'The provider''s answer, or the outcome of the review.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.happened_on IS 'Day on which it happened.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.reason IS 'Why.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.document_ref IS 'Document it rests on.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.lines IS 'Lines it touched.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.open_before_gbp IS 'Open before, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.open_after_gbp IS 'Open after, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.agreed_before_gbp IS 'Agreed before, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.agreed_after_gbp IS 'Agreed after, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.credited_before_gbp IS 'Credited before, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_history.credited_after_gbp IS 'Credited after, in pounds.';

CREATE VIEW @icb_reporting@.challenge_position WITH (security_barrier = true) AS
SELECT l.provider_code::text AS provider_code, l.activity_month::date AS activity_month, count(*)::bigint AS lines, sum(l.raised)::numeric(16,2) AS raised_gbp,
       sum(l.accepted + l.corrected)::numeric(16,2) AS agreed_gbp, sum(l.credit_notes + l.corrected)::numeric(16,2) AS credited_gbp,
       sum(l.rejected)::numeric(16,2) AS rejected_gbp, sum(l.withdrawn + l.lapsed + l.rebilled)::numeric(16,2) AS withdrawn_gbp,
       sum(l.time_barred)::numeric(16,2) AS time_barred_gbp, sum(l.waived)::numeric(16,2) AS waived_gbp, sum(l.open)::numeric(16,2) AS open_gbp,
       sum(l.corrected)::numeric(16,2) AS of_agreed_corrected_gbp, sum(l.rebilled)::numeric(16,2) AS of_withdrawn_rebilled_gbp,
       (sum(l.accepted + l.corrected) / nullif(sum(l.raised), 0))::numeric(7,4) AS agreed_share
FROM @icb@.challenge_line l
WHERE l.raised > 0
GROUP BY l.provider_code, l.activity_month;
COMMENT ON VIEW @icb_reporting@.challenge_position IS
    'What became of the money asked for, by provider and month of activity: raised = agreed + withdrawn + rejected + time-barred + waived + open, credited <= agreed.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.lines IS 'Lines raised.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.raised_gbp IS 'Asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.agreed_gbp IS 'Accepted, determined or corrected at source, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.credited_gbp IS 'Credited by note or corrected at source, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.rejected_gbp IS 'Rejected, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.withdrawn_gbp IS 'Withdrawn, lapsed or re-billed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.time_barred_gbp IS 'Lost by a deadline, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.waived_gbp IS 'Given up, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.open_gbp IS 'Still asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.of_agreed_corrected_gbp IS 'Part of agreed and credited that the provider corrected in the bill, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.of_withdrawn_rebilled_gbp IS 'Part of withdrawn that came back under another key, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_position.agreed_share IS 'agreed / raised, 0 to 1.';

CREATE VIEW @icb_reporting@.challenge_due WITH (security_barrier = true) AS
SELECT d.action::text AS action, d.party::text AS party, d.challenge_id::bigint AS challenge_id, d.provider_code::text AS provider_code,
       d.commissioner_code::text AS commissioner_code, d.contract_id::text AS contract_id, d.rule_code::text AS rule_code, d.rule_name::text AS rule_name,
       d.pod_class::text AS pod_class, d.lines::bigint AS lines, d.amount::numeric(16,2) AS amount_gbp, d.due_on::date AS due_on,
       (d.due_on - @icb@.today())::integer AS days_left,
       CASE WHEN d.due_on IS NULL THEN 'no deadline' WHEN d.due_on < @icb@.today() THEN 'overdue'
            WHEN d.due_on <= @icb@.add_operational_days(@icb@.today(), p.urgent_within) THEN 'due soon' ELSE 'in time' END::text AS status
FROM @icb@.challenge_duty d
CROSS JOIN @icb@.challenge_policy_of('*') p;
COMMENT ON VIEW @icb_reporting@.challenge_due IS 'What is due and overdue, of us and of providers, findings to be raised included. check_deadlines writes the events of what a deadline ends.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.action IS 'Next step.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.party IS 'commissioner or provider: whose step it is.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.challenge_id IS 'Challenge; NULL: to be raised.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.commissioner_code IS 'Commissioner.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.pod_class IS 'Class of points of delivery.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.lines IS 'Lines.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.amount_gbp IS 'At stake, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.due_on IS 'Last day; NULL: no limit.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.days_left IS 'Calendar days left; negative: overdue.';
COMMENT ON COLUMN @icb_reporting@.challenge_due.status IS 'overdue, due soon, in time or no deadline.';

CREATE VIEW @icb_reporting@.work_queue WITH (security_barrier = true) AS
WITH item AS (
    SELECT CASE WHEN d.party = 'provider' THEN 'chase' ELSE d.action END AS action, d.challenge_id, d.provider_code, d.commissioner_code, d.contract_id, d.rule_code, d.rule_name,
           d.pod_class, d.lines, d.amount, d.expected, CASE WHEN d.party = 'provider' THEN 5 ELSE d.minutes END AS minutes, d.due_on, p.weekly_minutes,
           coalesce(d.due_on <= @icb@.add_operational_days(@icb@.today(), p.urgent_within), false) AS urgent
    FROM @icb@.challenge_duty d
    CROSS JOIN @icb@.challenge_policy_of('*') p
    WHERE (d.party = 'commissioner' AND (d.action <> 'raise' OR coalesce(d.due_on >= @icb@.today(), true))) OR d.due_on < @icb@.today()
), placed AS (
    SELECT i.*, row_number() OVER w AS place, sum(i.minutes) OVER w AS minutes_so_far
    FROM item i
    WINDOW w AS (ORDER BY i.urgent DESC, CASE WHEN i.urgent THEN i.due_on END, i.expected / i.minutes DESC, i.provider_code, i.rule_code, i.pod_class, i.challenge_id, i.action,
                 i.contract_id, i.commissioner_code, i.due_on)
)
SELECT q.place::bigint AS queue_order, q.action::text AS action, q.challenge_id::bigint AS challenge_id, q.provider_code::text AS provider_code,
       q.commissioner_code::text AS commissioner_code, q.contract_id::text AS contract_id, q.rule_code::text AS rule_code, q.rule_name::text AS rule_name,
       q.pod_class::text AS pod_class, q.lines::bigint AS lines, q.amount::numeric(16,2) AS amount_gbp, (q.expected / nullif(q.amount, 0))::numeric(7,4) AS chance,
       q.expected::numeric(16,2) AS expected_gbp, q.minutes::numeric(12,1) AS minutes, (q.expected / q.minutes * 60)::numeric(16,2) AS per_hour_gbp,
       q.due_on::date AS due_on, q.urgent::boolean AS urgent, q.minutes_so_far::numeric(14,1) AS minutes_so_far,
       coalesce(q.minutes_so_far <= q.weekly_minutes, true)::boolean AS this_week
FROM placed q;
COMMENT ON VIEW @icb_reporting@.work_queue IS
    'What reviewers should do next: what is due soon first, by day; the rest by pounds expected per hour: amount times the chance that it is agreed, per minute of effort. this_week marks what fits the weekly minutes of the policy. Overdue steps of providers stand in it as chase.';
COMMENT ON COLUMN @icb_reporting@.work_queue.queue_order IS 'Order, 1 first.';
COMMENT ON COLUMN @icb_reporting@.work_queue.action IS 'raise, send, review, inform, escalate, negotiate, mediate, return_credit, or chase a provider.';
COMMENT ON COLUMN @icb_reporting@.work_queue.challenge_id IS 'Challenge; NULL: to be raised.';
COMMENT ON COLUMN @icb_reporting@.work_queue.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.work_queue.commissioner_code IS 'Commissioner.';
COMMENT ON COLUMN @icb_reporting@.work_queue.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.work_queue.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.work_queue.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.work_queue.pod_class IS 'Class of points of delivery.';
COMMENT ON COLUMN @icb_reporting@.work_queue.lines IS 'Lines.';
COMMENT ON COLUMN @icb_reporting@.work_queue.amount_gbp IS 'At stake, in pounds.';
COMMENT ON COLUMN @icb_reporting@.work_queue.chance IS 'Chance that a pound of it is agreed, 0 to 1.';
COMMENT ON COLUMN @icb_reporting@.work_queue.expected_gbp IS 'Amount times chance, in pounds.';
COMMENT ON COLUMN @icb_reporting@.work_queue.minutes IS 'Minutes it takes.';
COMMENT ON COLUMN @icb_reporting@.work_queue.per_hour_gbp IS 'Pounds expected per hour.';
COMMENT ON COLUMN @icb_reporting@.work_queue.due_on IS 'Last day; NULL: no limit.';
COMMENT ON COLUMN @icb_reporting@.work_queue.urgent IS 'Due soon or overdue: first whatever its worth.';
COMMENT ON COLUMN @icb_reporting@.work_queue.minutes_so_far IS 'Minutes up to and with this.';
COMMENT ON COLUMN @icb_reporting@.work_queue.this_week IS 'Whether it fits this week''s minutes.';

CREATE VIEW @icb_reporting@.challenge_ageing WITH (security_barrier = true) AS
WITH line AS (
    SELECT l.provider_code, l.state, l.challenge_id, l.open + l.accepted - l.credit_notes AS amount, @icb@.today() - l.due_on AS days_late
    FROM @icb@.challenge_line l
    WHERE l.open + l.accepted - l.credit_notes > 0
), placed AS (
    SELECT x.*, CASE WHEN x.days_late IS NULL THEN 6 WHEN x.days_late <= 0 THEN 1 WHEN x.days_late <= 7 THEN 2 WHEN x.days_late <= 30 THEN 3 WHEN x.days_late <= 90 THEN 4 ELSE 5 END AS bucket_order
    FROM line x
)
SELECT p.provider_code::text AS provider_code, p.state::text AS state,
       coalesce(pg_catalog.array_position('{raised,acknowledged,responded,reviewed,escalated,mediation,determined,agreed}'::text[], p.state), 9)::integer AS state_order,
       ('{not yet due,1 to 7 days late,8 to 30 days late,31 to 90 days late,over 90 days late,no deadline}'::text[])[p.bucket_order]::text AS bucket,
       p.bucket_order::integer AS bucket_order, count(DISTINCT p.challenge_id)::bigint AS challenges, count(*)::bigint AS lines, sum(p.amount)::numeric(16,2) AS amount_gbp
FROM placed p
GROUP BY p.provider_code, p.state, p.bucket_order;
COMMENT ON VIEW @icb_reporting@.challenge_ageing IS 'What is open, or agreed and not credited, by provider, state and days past its deadline.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.state IS 'Where the lines stand.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.state_order IS 'Order of the states.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.bucket IS 'Days past the deadline.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.bucket_order IS 'Order of the buckets.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.challenges IS 'Challenges.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.lines IS 'Lines.';
COMMENT ON COLUMN @icb_reporting@.challenge_ageing.amount_gbp IS 'Open, or agreed and not credited, in pounds.';

CREATE VIEW @icb_reporting@.recovery_funnel WITH (security_barrier = true) AS
WITH raised AS (
    SELECT count(*) FILTER (WHERE l.raised > 0) AS raised_lines, sum(l.raised) AS raised, count(*) FILTER (WHERE l.accepted + l.corrected > 0) AS agreed_lines,
           sum(l.accepted + l.corrected) AS agreed, count(*) FILTER (WHERE l.credit_notes + l.corrected > 0) AS credited_lines, sum(l.credit_notes + l.corrected) AS credited
    FROM @icb@.challenge_line l
)
SELECT f.stage_order, f.stage, f.lines, f.amount_gbp FROM @icb_reporting@.money_funnel f
UNION ALL
SELECT s.stage_order, s.stage, coalesce(s.lines, 0)::bigint, coalesce(s.amount, 0)::numeric(16,2)
FROM raised r
CROSS JOIN LATERAL (VALUES (5, 'raised', r.raised_lines, r.raised), (6, 'agreed', r.agreed_lines, r.agreed), (7, 'credited', r.credited_lines, r.credited)) AS s (stage_order, stage, lines, amount);
COMMENT ON VIEW @icb_reporting@.recovery_funnel IS
    'From claimed to credited. The first stages are of the current position; raised, agreed and credited are of everything that was ever raised: what was put right since is no longer claimed, so a later stage may exceed an earlier one.';
COMMENT ON COLUMN @icb_reporting@.recovery_funnel.stage_order IS 'Order of the stages.';
COMMENT ON COLUMN @icb_reporting@.recovery_funnel.stage IS 'claimed, identified, net, recoverable, raised, agreed or credited.';
COMMENT ON COLUMN @icb_reporting@.recovery_funnel.lines IS 'Lines that reach the stage.';
COMMENT ON COLUMN @icb_reporting@.recovery_funnel.amount_gbp IS 'Money that reaches the stage, in pounds.';
