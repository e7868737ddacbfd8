-- Challenges: which step may follow which, day counts and thresholds until a contract says otherwise, and what words in replies mean.

CREATE TABLE challenge_transition_reference (
    action     text NOT NULL,
    from_state text NOT NULL,
    to_state   text NOT NULL,
    actor      text NOT NULL CHECK (actor IN ('commissioner', 'provider', 'restatement', 'deadline')),
    PRIMARY KEY (action, from_state, to_state)
);
COMMENT ON TABLE challenge_transition_reference IS
    'The state machine of a challenged line: what may be done in which state and where it leads. Everything else is refused.';
COMMENT ON COLUMN challenge_transition_reference.action IS 'What is done.';
COMMENT ON COLUMN challenge_transition_reference.from_state IS 'State in which it may be done.';
COMMENT ON COLUMN challenge_transition_reference.to_state IS 'State that it may lead to.';
COMMENT ON COLUMN challenge_transition_reference.actor IS 'Who does it: commissioner, provider, a restatement or a deadline.';
GRANT SELECT ON challenge_transition_reference TO PUBLIC;

INSERT INTO challenge_transition_reference (action, from_state, to_state, actor)
SELECT a.action, f.state, t.state, CASE WHEN a.action IN ('acknowledge', 'respond', 'credit') THEN 'provider' WHEN a.action = 'time_bar' THEN 'deadline' ELSE 'commissioner' END
FROM (VALUES
    ('suppress', 'detected suppressed', 'suppressed'),
    ('select', 'detected suppressed', 'selected'),
    ('raise', 'selected', 'raised'),
    ('discard', 'selected', 'suppressed'),
    ('acknowledge', 'raised', 'acknowledged'),
    ('respond', 'raised acknowledged responded reviewed escalated mediation', 'responded'),
    ('inform', 'responded', 'acknowledged'),
    ('review', 'responded', 'reviewed agreed closed'),
    ('withdraw', 'raised acknowledged responded reviewed escalated mediation', 'agreed credited closed'),
    ('escalate', 'raised acknowledged responded reviewed', 'escalated'),
    ('mediate', 'escalated', 'mediation'),
    ('determine', 'escalated mediation', 'determined closed'),
    ('waive', 'raised acknowledged responded reviewed escalated mediation', 'waived agreed credited'),
    ('time_bar', 'detected suppressed selected raised acknowledged responded reviewed', 'time_barred agreed credited'),
    ('credit', 'agreed determined', 'credited'),
    ('close', 'credited', 'closed')) AS a (action, from_states, to_states)
CROSS JOIN LATERAL string_to_table(a.from_states, ' ') AS f (state)
CROSS JOIN LATERAL string_to_table(a.to_states, ' ') AS t (state);
-- Money may be credited while the rest is still argued about; a restatement moves money in every state.
INSERT INTO challenge_transition_reference (action, from_state, to_state, actor)
SELECT a.action, s.state, s.state, CASE a.action WHEN 'credit' THEN 'provider' WHEN 'return_credit' THEN 'commissioner' ELSE 'restatement' END
FROM (VALUES ('credit', 'raised acknowledged responded reviewed escalated mediation agreed determined'),
             ('raise_more', 'raised acknowledged responded reviewed escalated mediation'),
             ('return_credit', 'raised acknowledged responded reviewed escalated mediation agreed determined credited closed corrected_at_source rebilled time_barred waived'),
             ('correct', 'raised acknowledged responded reviewed escalated mediation agreed determined credited closed time_barred waived'),
             ('rebill', 'raised acknowledged responded reviewed escalated mediation agreed determined credited closed time_barred waived'),
             ('lapse', 'raised acknowledged responded reviewed escalated mediation')) AS a (action, states)
CROSS JOIN LATERAL string_to_table(a.states, ' ') AS s (state);
INSERT INTO challenge_transition_reference (action, from_state, to_state, actor)
SELECT a.action, f.state, t.state, 'restatement'
FROM (VALUES
    ('correct', 'raised acknowledged responded reviewed escalated mediation agreed determined', 'corrected_at_source'),
    ('correct', 'raised acknowledged responded reviewed escalated mediation', 'agreed credited'),
    ('correct', 'agreed determined', 'credited'),
    ('rebill', 'raised acknowledged responded reviewed escalated mediation agreed determined', 'rebilled'),
    ('rebill', 'raised acknowledged responded reviewed escalated mediation', 'agreed credited'),
    ('rebill', 'agreed determined', 'credited'),
    ('lapse', 'raised acknowledged responded reviewed escalated mediation', 'closed agreed credited'),
    ('reopen', 'agreed determined credited closed corrected_at_source rebilled time_barred waived', 'raised'),
    ('reopen', 'raised', 'raised'), ('reopen', 'acknowledged', 'acknowledged'), ('reopen', 'responded', 'responded'),
    ('reopen', 'reviewed', 'reviewed'), ('reopen', 'escalated', 'escalated'), ('reopen', 'mediation', 'mediation')) AS a (action, from_states, to_states)
CROSS JOIN LATERAL string_to_table(a.from_states, ' ') AS f (state)
CROSS JOIN LATERAL string_to_table(a.to_states, ' ') AS t (state);

CREATE TABLE challenge_policy_reference (
    setting text PRIMARY KEY,
    value   numeric,
    meaning text NOT NULL,
    source  text NOT NULL
);
COMMENT ON TABLE challenge_policy_reference IS
    'Day counts, thresholds and planning values of challenges, until a row of a warehouse''s challenge_policy says otherwise for all contracts or for one.';
COMMENT ON COLUMN challenge_policy_reference.setting IS 'Name of the setting.';
COMMENT ON COLUMN challenge_policy_reference.value IS 'Its value; NULL: no limit.';
COMMENT ON COLUMN challenge_policy_reference.meaning IS 'What it says.';
COMMENT ON COLUMN challenge_policy_reference.source IS 'Where the value comes from.';
GRANT SELECT ON challenge_policy_reference TO PUBLIC;

INSERT INTO challenge_policy_reference (setting, value, meaning, source) VALUES
('raise_within', 10, 'operational days after the freeze data are published (or the line is received, if later) within which a challenge is raised; NULL: no limit', 'common local practice: 5 to 10 operational days'),
('acknowledge_within', 5, 'operational days after raising within which the provider acknowledges', 'common local practice'),
('respond_within', 10, 'operational days after raising, or after information is given, within which the provider answers', 'common local practice: provider reply within 10 operational days'),
('review_within', 5, 'operational days after an answer within which the commissioner reviews it', 'NHS Standard Contract SC36: accounts are agreed or contested within 5 operational days of receipt'),
('escalate_within', 20, 'operational days after raising after which what is still open goes to dispute resolution', 'NHS Standard Contract SC36: unresolved after 20 operational days'),
('mediate_within', 10, 'operational days of negotiation after escalation', 'NHS Standard Contract GC14: negotiation 10 operational days'),
('determine_within', 20, 'operational days of mediation before expert determination', 'NHS Standard Contract GC14: mediation 20 operational days'),
('credit_within', 10, 'operational days after agreement within which the provider credits', 'NHS Standard Contract SC36: payment within 10 operational days'),
('bar_unless_escalated', 0, '1: what is neither answered in full nor escalated in time is time-barred by check_deadlines; 0: it is shown as overdue', 'policy'),
('urgent_within', 5, 'operational days before a deadline from which it comes first in the work queue', 'policy'),
('least_line', 10, 'pounds below which a line is not raised', 'policy'),
('least_batch', 100, 'pounds below which a batch is not raised', 'policy'),
('least_precision', 0.2, 'a rule is not raised at a provider while the lower limit of its share of upheld lines there is below this', 'policy'),
('least_outcomes', 30, 'final outcomes at the provider before that limit counts', 'policy'),
('confidence', 0.95, 'confidence of the Wilson interval of that share', 'policy'),
('prior_strength', 20, 'lines that the planning value of a rule, and then the rule''s own rate, weigh in the chance of acceptance', 'policy'),
('weekly_minutes', 2250, 'minutes of reviewers a week for new challenges and the work queue; NULL: no limit', 'one full-time reviewer, 37.5 hours');

CREATE TABLE reply_word_reference (
    pattern    text PRIMARY KEY,
    response   text NOT NULL CHECK (response IN ('accept', 'part', 'reject', 'more_information')),
    preference integer NOT NULL
);
COMMENT ON TABLE reply_word_reference IS
    'What answers of providers mean. The answer is put in lower case without punctuation; the first pattern by preference that is the whole of it counts. A warehouse''s reply_map comes first.';
COMMENT ON COLUMN reply_word_reference.pattern IS 'Regular expression for the whole answer in lower case, blanks single, without punctuation.';
COMMENT ON COLUMN reply_word_reference.response IS 'accept, part, reject or more_information.';
COMMENT ON COLUMN reply_word_reference.preference IS 'Order in which patterns are tried.';
GRANT SELECT ON reply_word_reference TO PUBLIC;

INSERT INTO reply_word_reference (pattern, response, preference) VALUES
('(not agreed|not accepted|do not (agree|accept)|disagree(d)?|disputed?|reject(ed)?|refused?|declined?|no|n|decline)', 'reject', 1),
('(part(ly|ial|ially)?( (accept|agree)(ed)?)?|(accept|agree)(ed)? in part|accepted partially)', 'part', 2),
('(more info(rmation)?( (needed|required|please|requested))?|further info(rmation)?( (needed|required|please|requested))?|query|queried|need info|info(rmation)? (needed|required|requested))', 'more_information', 3),
('(accept(ed)?|agree(d)?|yes|y|upheld|accept(ed)? in full|agree(d)? in full|fully (accepted|agreed)|will credit|credit)', 'accept', 4);

INSERT INTO feed_reference (feed, dataset, load_order, has_header, description) VALUES
('challenge_reply', NULL, 80, true, 'Answers of a provider to challenges, by batch or by line');
INSERT INTO feed_column_reference (feed, target, source_header, reader, required, preference) VALUES
('challenge_reply', 'challenge_id', 'CHALLENGE REFERENCE', 'integer', true, 1),
('challenge_reply', 'challenge_line_id', 'LINE REFERENCE', 'integer', false, 1),
('challenge_reply', 'provider_event_id', 'PROVIDER EVENT IDENTIFIER', 'id', false, 1),
('challenge_reply', 'provider_event_id', 'HOSPITAL PROVIDER SPELL IDENTIFIER', 'id', false, 2),
('challenge_reply', 'cds_id', 'CDS UNIQUE IDENTIFIER', 'id', false, 1),
('challenge_reply', 'response', 'RESPONSE', 'text', true, 1),
('challenge_reply', 'response', 'PROVIDER RESPONSE', 'text', true, 2),
('challenge_reply', 'response', 'ANSWER', 'text', true, 3),
('challenge_reply', 'accepted', 'AMOUNT ACCEPTED', 'amount', false, 1),
('challenge_reply', 'accepted', 'ACCEPTED AMOUNT', 'amount', false, 2),
('challenge_reply', 'comment', 'COMMENT', 'text', false, 1),
('challenge_reply', 'comment', 'PROVIDER COMMENT', 'text', false, 2),
('challenge_reply', 'responded_on', 'RESPONSE DATE', 'date', false, 1),
('challenge_reply', 'document_ref', 'DOCUMENT REFERENCE', 'text', false, 1);
