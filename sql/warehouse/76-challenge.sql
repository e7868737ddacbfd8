-- Challenges: the ledger in which every pound that a finding lets be asked for is followed until it is credited or given up.
--
-- A challenge is one conversation with a provider about one cause; its lines are the findings. Lines carry state and money. Money moves
-- between the accounts of a line by postings alone, which are kept and never changed; post_changes is the one place that writes them.
-- Accounts of a line, and the identity that holds after every posting:
--     raised = agreed + withdrawn + rejected + time_barred + waived + open
--         agreed    = accepted (the provider accepts, or an expert determines) + corrected (the provider sent the bill again, lower)
--         withdrawn = withdrawn by us + lapsed (our own assessment no longer holds) + rebilled (the claim came back under another key,
--                     where it is checked afresh)
--     credited = credit notes + corrected <= agreed

-- Operational days ------------------------------------------------------------------------------------------------

CREATE VIEW @icb@.bank_holiday AS
SELECT b.day, b.name FROM commissioning.bank_holiday_reference b
UNION
SELECT c.day, c.bank_holiday FROM @icb@.calendar c
WHERE c.bank_holiday IS NOT NULL AND NOT EXISTS (SELECT FROM commissioning.bank_holiday_reference b WHERE b.day = c.day);
COMMENT ON VIEW @icb@.bank_holiday IS 'Bank holidays: the shipped ones and those that calendar adds.';
COMMENT ON COLUMN @icb@.bank_holiday.day IS 'Day.';
COMMENT ON COLUMN @icb@.bank_holiday.name IS 'Name.';

-- Readers of views may use them without rights on the tables.
CREATE FUNCTION @icb@.add_operational_days(day date, n integer) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN found.day BETWEEN known.first AND known.last AND add_operational_days.day BETWEEN known.first AND known.last THEN found.day END
    FROM (SELECT pg_catalog.date_trunc('year', min(b.day)::timestamp)::date AS first,
                 (pg_catalog.date_trunc('year', max(b.day)::timestamp) + interval '1 year - 1 day')::date AS last
          FROM @icb@.bank_holiday b) known
    CROSS JOIN LATERAL (
        -- n = 0 is the day itself where it is operational, else the next that is
        SELECT s.day
        FROM (SELECT (day + g.i * CASE WHEN n < 0 THEN -1 ELSE 1 END)::date AS day, g.i
              FROM pg_catalog.generate_series(CASE WHEN n = 0 THEN 0 ELSE 1 END, abs(n) * 2 + 20) AS g (i)) s
        WHERE extract(isodow FROM s.day) < 6 AND NOT EXISTS (SELECT FROM @icb@.bank_holiday h WHERE h.day = s.day)
        ORDER BY s.i
        OFFSET greatest(abs(n) - 1, 0) LIMIT 1) found;
END;
COMMENT ON FUNCTION @icb@.add_operational_days(date, integer) IS
    'The n-th operational day after a day, or before it for negative n: Monday to Friday less bank holidays. 0: the day itself, or the next operational day. NULL for NULL, and outside the years whose bank holidays are known.';

CREATE FUNCTION @icb@.today() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('@icb@.today', true), '')::date, current_date);
COMMENT ON FUNCTION @icb@.today() IS 'The day as of which deadlines are looked at: today, or the day that the session has set (SET @icb@.today = ''2024-07-01'').';

-- Policy ------------------------------------------------------------------------------------------------------------

CREATE TABLE @icb@.challenge_policy (
    contract_id text NOT NULL DEFAULT '*',
    setting     text NOT NULL CHECK (setting IN ('raise_within', 'acknowledge_within', 'respond_within', 'review_within', 'escalate_within', 'mediate_within',
                    'determine_within', 'credit_within', 'bar_unless_escalated', 'urgent_within', 'least_line', 'least_batch', 'least_precision', 'least_outcomes',
                    'confidence', 'prior_strength', 'weekly_minutes')),
    value       numeric CHECK (value >= 0),
    note        text NOT NULL DEFAULT '',
    PRIMARY KEY (contract_id, setting)
);
COMMENT ON TABLE @icb@.challenge_policy IS
    'Day counts, thresholds and planning values of challenges where they differ from commissioning.challenge_policy_reference: for one contract, or for all where contract_id is *. The contract''s own row wins. A change holds from the next step on.';
COMMENT ON COLUMN @icb@.challenge_policy.contract_id IS 'Contract, or * for all.';
COMMENT ON COLUMN @icb@.challenge_policy.setting IS 'Name of the setting.';
COMMENT ON COLUMN @icb@.challenge_policy.value IS 'Its value; NULL: no limit.';
COMMENT ON COLUMN @icb@.challenge_policy.note IS 'Who agreed it, and why.';

CREATE FUNCTION @icb@.challenge_policy_of(contract text, OUT raise_within integer, OUT acknowledge_within integer, OUT respond_within integer, OUT review_within integer,
        OUT escalate_within integer, OUT mediate_within integer, OUT determine_within integer, OUT credit_within integer, OUT bar_unless_escalated boolean,
        OUT urgent_within integer, OUT least_line numeric, OUT least_batch numeric, OUT least_precision numeric, OUT least_outcomes integer,
        OUT confidence double precision, OUT prior_strength numeric, OUT weekly_minutes numeric)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH setting AS (
        SELECT r.setting, CASE WHEN own.setting IS NOT NULL THEN own.value WHEN common.setting IS NOT NULL THEN common.value ELSE r.value END AS value
        FROM commissioning.challenge_policy_reference r
        LEFT JOIN @icb@.challenge_policy own ON own.setting = r.setting AND own.contract_id = contract
        LEFT JOIN @icb@.challenge_policy common ON common.setting = r.setting AND common.contract_id = '*'
    )
    SELECT max(s.value) FILTER (WHERE s.setting = 'raise_within')::integer, max(s.value) FILTER (WHERE s.setting = 'acknowledge_within')::integer,
           max(s.value) FILTER (WHERE s.setting = 'respond_within')::integer, max(s.value) FILTER (WHERE s.setting = 'review_within')::integer,
           max(s.value) FILTER (WHERE s.setting = 'escalate_within')::integer, max(s.value) FILTER (WHERE s.setting = 'mediate_within')::integer,
           max(s.value) FILTER (WHERE s.setting = 'determine_within')::integer, max(s.value) FILTER (WHERE s.setting = 'credit_within')::integer,
           coalesce(max(s.value) FILTER (WHERE s.setting = 'bar_unless_escalated'), 0) > 0, coalesce(max(s.value) FILTER (WHERE s.setting = 'urgent_within'), 0)::integer,
           coalesce(max(s.value) FILTER (WHERE s.setting = 'least_line'), 0), coalesce(max(s.value) FILTER (WHERE s.setting = 'least_batch'), 0),
           coalesce(max(s.value) FILTER (WHERE s.setting = 'least_precision'), 0), coalesce(max(s.value) FILTER (WHERE s.setting = 'least_outcomes'), 1)::integer,
           coalesce(max(s.value) FILTER (WHERE s.setting = 'confidence'), 0.95)::double precision, coalesce(max(s.value) FILTER (WHERE s.setting = 'prior_strength'), 0),
           max(s.value) FILTER (WHERE s.setting = 'weekly_minutes')
    FROM setting s;
END;
COMMENT ON FUNCTION @icb@.challenge_policy_of(text) IS
    'The settings of challenges under a contract; NULL or an unknown contract: those for all. NULL day counts and minutes mean no limit.';

-- The ledger ----------------------------------------------------------------------------------------------------------

CREATE TABLE @icb@.challenge (
    challenge_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider_code text NOT NULL,
    commissioner_code text NOT NULL,
    contract_id   text,
    rule_code     text NOT NULL,
    rule_version  text NOT NULL,
    rule_name     text NOT NULL,
    pod_class     text NOT NULL,
    from_month    date,
    to_month      date,
    clause        text NOT NULL DEFAULT '',
    provider_text text NOT NULL DEFAULT '',
    opened_by     text NOT NULL DEFAULT session_user,
    opened_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE @icb@.challenge IS
    'One conversation with a provider: findings of one rule (the root cause) under one contract, for one commissioner and class of care. Never changed; what happens stands in challenge_event.';
COMMENT ON COLUMN @icb@.challenge.challenge_id IS 'Reference that letters and replies quote.';
COMMENT ON COLUMN @icb@.challenge.provider_code IS 'Provider it is addressed to.';
COMMENT ON COLUMN @icb@.challenge.commissioner_code IS 'Commissioner who was charged.';
COMMENT ON COLUMN @icb@.challenge.contract_id IS 'Contract, NULL without one.';
COMMENT ON COLUMN @icb@.challenge.rule_code IS 'Rule: the root cause.';
COMMENT ON COLUMN @icb@.challenge.rule_version IS 'Version of the rule.';
COMMENT ON COLUMN @icb@.challenge.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb@.challenge.pod_class IS 'Class of points of delivery.';
COMMENT ON COLUMN @icb@.challenge.from_month IS 'First month of activity in it.';
COMMENT ON COLUMN @icb@.challenge.to_month IS 'Last month of activity in it.';
COMMENT ON COLUMN @icb@.challenge.clause IS 'Clause or guidance it rests on, as it was when raised.';
COMMENT ON COLUMN @icb@.challenge.provider_text IS 'What the provider is told, as it was when raised.';
COMMENT ON COLUMN @icb@.challenge.opened_by IS 'Login that opened it.';
COMMENT ON COLUMN @icb@.challenge.opened_at IS 'When it was opened.';

CREATE TABLE @icb@.challenge_line (
    challenge_line_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    challenge_id  bigint REFERENCES @icb@.challenge,
    finding_ref   text NOT NULL UNIQUE,
    line_key      text,
    series_key    text,
    rule_code     text NOT NULL,
    provider_code text NOT NULL,
    commissioner_code text NOT NULL,
    contract_id   text,
    pod           text NOT NULL,
    activity_month date,
    provider_event_id text,
    cds_id        text,
    submission_id bigint,
    file_name     text,
    file_line     bigint,
    evidence      jsonb NOT NULL DEFAULT '{}',
    effort_minutes numeric(6,1) NOT NULL DEFAULT 5,
    recovery_rate numeric(7,6) NOT NULL DEFAULT 1,
    state         text NOT NULL DEFAULT 'detected' CHECK (state IN ('detected', 'selected', 'suppressed', 'raised', 'acknowledged', 'responded', 'reviewed', 'agreed',
                      'credited', 'closed', 'escalated', 'mediation', 'determined', 'corrected_at_source', 'time_barred', 'rebilled', 'waived')),
    state_since   date NOT NULL DEFAULT current_date,
    reason        text,
    response      text CHECK (response IN ('accept', 'part', 'reject', 'more_information')),
    raised_on     date,
    clock_on      date,
    due_on        date,
    billed        numeric(19,6),
    recoverable   numeric(16,2) NOT NULL CHECK (recoverable >= 0),
    billed_now    numeric(19,6),
    recoverable_now numeric(16,2) NOT NULL CHECK (recoverable_now >= 0),
    submission_now bigint,
    raised        numeric(16,2) NOT NULL DEFAULT 0 CHECK (raised >= 0),
    accepted      numeric(16,2) NOT NULL DEFAULT 0 CHECK (accepted >= 0),
    corrected     numeric(16,2) NOT NULL DEFAULT 0 CHECK (corrected >= 0),
    rejected      numeric(16,2) NOT NULL DEFAULT 0 CHECK (rejected >= 0),
    withdrawn     numeric(16,2) NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    lapsed        numeric(16,2) NOT NULL DEFAULT 0 CHECK (lapsed >= 0),
    rebilled      numeric(16,2) NOT NULL DEFAULT 0 CHECK (rebilled >= 0),
    time_barred   numeric(16,2) NOT NULL DEFAULT 0 CHECK (time_barred >= 0),
    waived        numeric(16,2) NOT NULL DEFAULT 0 CHECK (waived >= 0),
    open          numeric(16,2) NOT NULL DEFAULT 0 CHECK (open >= 0),
    credit_notes  numeric(16,2) NOT NULL DEFAULT 0 CHECK (credit_notes >= 0),
    returnable    numeric(16,2) NOT NULL DEFAULT 0 CHECK (returnable >= 0),
    CONSTRAINT challenge_line_adds_up CHECK (raised = accepted + corrected + rejected + withdrawn + lapsed + rebilled + time_barred + waived + open),
    CONSTRAINT challenge_line_raised CHECK (raised <= recoverable),
    CONSTRAINT challenge_line_recoverable CHECK (recoverable <= round(billed, 2)),
    CONSTRAINT challenge_line_credited CHECK (credit_notes <= accepted AND returnable <= credit_notes),
    CHECK (challenge_id IS NOT NULL OR state IN ('detected', 'suppressed', 'time_barred'))
);
CREATE INDEX challenge_line_challenge ON @icb@.challenge_line (challenge_id);
CREATE INDEX challenge_line_key ON @icb@.challenge_line (line_key, rule_code);
COMMENT ON TABLE @icb@.challenge_line IS
    'One finding in the ledger: state, money by account (changed by post_changes alone), and what the provider knows the line by. One row per issue for ever: a restatement or a new version of the rule never makes a second one. No identifiers of persons.';
COMMENT ON COLUMN @icb@.challenge_line.challenge_line_id IS 'Reference of the line that letters and replies quote.';
COMMENT ON COLUMN @icb@.challenge_line.challenge_id IS 'Challenge it is in; NULL while it is suppressed, or time-barred without having been raised.';
COMMENT ON COLUMN @icb@.challenge_line.finding_ref IS 'The finding; a new version of the rule puts the new reference here.';
COMMENT ON COLUMN @icb@.challenge_line.line_key IS 'Line it is about, across restatements; NULL for findings about a provider as a whole.';
COMMENT ON COLUMN @icb@.challenge_line.series_key IS 'Series it is about, for findings about a provider as a whole; NULL for lines.';
COMMENT ON COLUMN @icb@.challenge_line.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.challenge_line.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb@.challenge_line.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb@.challenge_line.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb@.challenge_line.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb@.challenge_line.provider_event_id IS 'Provider''s own number of the spell or attendance; NULL where the provider uses an NHS number for it.';
COMMENT ON COLUMN @icb@.challenge_line.cds_id IS 'CDS unique identifier; NULL where it holds an NHS number.';
COMMENT ON COLUMN @icb@.challenge_line.submission_id IS 'File in which the line stood when the finding was made.';
COMMENT ON COLUMN @icb@.challenge_line.file_name IS 'Name of that file.';
COMMENT ON COLUMN @icb@.challenge_line.file_line IS 'Line of that file.';
COMMENT ON COLUMN @icb@.challenge_line.evidence IS 'Facts behind the finding, without identifiers, as they were when raised.';
COMMENT ON COLUMN @icb@.challenge_line.effort_minutes IS 'Minutes of a reviewer that the line was planned with.';
COMMENT ON COLUMN @icb@.challenge_line.recovery_rate IS 'Share of a change of the bill that the contract lets be recovered.';
COMMENT ON COLUMN @icb@.challenge_line.state IS 'Where it stands; commissioning.challenge_transition_reference says what may follow.';
COMMENT ON COLUMN @icb@.challenge_line.state_since IS 'Day since which it stands there.';
COMMENT ON COLUMN @icb@.challenge_line.reason IS 'Why it is suppressed, time-barred, withdrawn or waived.';
COMMENT ON COLUMN @icb@.challenge_line.response IS 'Last answer of the provider: accept, part, reject or more_information.';
COMMENT ON COLUMN @icb@.challenge_line.raised_on IS 'Day on which it was raised, or raised again.';
COMMENT ON COLUMN @icb@.challenge_line.clock_on IS 'Day from which the provider''s time to answer runs: raised, or information given.';
COMMENT ON COLUMN @icb@.challenge_line.due_on IS 'Day by which the next step is due; NULL: none, or no limit.';
COMMENT ON COLUMN @icb@.challenge_line.billed IS 'Amount charged when it was raised (the highest, when raised more).';
COMMENT ON COLUMN @icb@.challenge_line.recoverable IS 'Recoverable amount when it was raised (the highest, when raised more).';
COMMENT ON COLUMN @icb@.challenge_line.billed_now IS 'Amount charged at the last comparison with the current position; 0: no longer charged.';
COMMENT ON COLUMN @icb@.challenge_line.recoverable_now IS 'Recoverable amount of the finding at that comparison; 0: no longer found.';
COMMENT ON COLUMN @icb@.challenge_line.submission_now IS 'File in which the line stood at that comparison.';
COMMENT ON COLUMN @icb@.challenge_line.raised IS 'Asked for.';
COMMENT ON COLUMN @icb@.challenge_line.accepted IS 'Accepted by the provider, or determined, and to be credited. Part of agreed.';
COMMENT ON COLUMN @icb@.challenge_line.corrected IS 'Put right by the provider in a later submission: the bill itself is lower. Part of agreed and of credited.';
COMMENT ON COLUMN @icb@.challenge_line.rejected IS 'Rejected by the provider, and we agree; or not upheld by an expert.';
COMMENT ON COLUMN @icb@.challenge_line.withdrawn IS 'Withdrawn by us.';
COMMENT ON COLUMN @icb@.challenge_line.lapsed IS 'No longer found by our own assessment while the bill stayed. Counts as withdrawn.';
COMMENT ON COLUMN @icb@.challenge_line.rebilled IS 'Came back under another key, where it is checked afresh. Counts as withdrawn.';
COMMENT ON COLUMN @icb@.challenge_line.time_barred IS 'Lost by a deadline.';
COMMENT ON COLUMN @icb@.challenge_line.waived IS 'Given up, with reason and a second person''s approval.';
COMMENT ON COLUMN @icb@.challenge_line.open IS 'Still asked for.';
COMMENT ON COLUMN @icb@.challenge_line.credit_notes IS 'Part of accepted for which a credit note came.';
COMMENT ON COLUMN @icb@.challenge_line.returnable IS 'Credited by a note and corrected in the bill as well: to be given back.';

CREATE TABLE @icb@.challenge_event (
    event_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    challenge_id bigint REFERENCES @icb@.challenge,
    action       text NOT NULL,
    outcome      text,
    happened_on  date NOT NULL,
    recorded_by  text NOT NULL DEFAULT session_user,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    reason_code  text,
    document_ref text,
    note         text,
    line_count   bigint NOT NULL,
    open_before  numeric(16,2) NOT NULL,
    open_after   numeric(16,2) NOT NULL,
    agreed_before numeric(16,2) NOT NULL,
    agreed_after  numeric(16,2) NOT NULL,
    credited_before numeric(16,2) NOT NULL,
    credited_after  numeric(16,2) NOT NULL
);
CREATE INDEX challenge_event_challenge ON @icb@.challenge_event (challenge_id);
COMMENT ON TABLE @icb@.challenge_event IS 'Every step of every challenge: what, who, when, why, on which document, and the money of the challenge before and after. Append-only.';
COMMENT ON COLUMN @icb@.challenge_event.event_id IS 'Number of the step.';
COMMENT ON COLUMN @icb@.challenge_event.challenge_id IS 'Challenge; NULL for findings that were not raised.';
COMMENT ON COLUMN @icb@.challenge_event.action IS 'What was done, as in commissioning.challenge_transition_reference.';
COMMENT ON COLUMN @icb@.challenge_event.outcome IS 'The provider''s answer, or the outcome of the review.';
COMMENT ON COLUMN @icb@.challenge_event.happened_on IS 'Day on which it happened.';
COMMENT ON COLUMN @icb@.challenge_event.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.challenge_event.recorded_at IS 'Transaction time.';
COMMENT ON COLUMN @icb@.challenge_event.reason_code IS 'Why.';
COMMENT ON COLUMN @icb@.challenge_event.document_ref IS 'Letter, e-mail or credit note it rests on.';
COMMENT ON COLUMN @icb@.challenge_event.note IS 'What else is to be known; never identifiers.';
COMMENT ON COLUMN @icb@.challenge_event.line_count IS 'Lines it touched.';
COMMENT ON COLUMN @icb@.challenge_event.open_before IS 'Open on the challenge before.';
COMMENT ON COLUMN @icb@.challenge_event.open_after IS 'Open on the challenge after.';
COMMENT ON COLUMN @icb@.challenge_event.agreed_before IS 'Agreed on the challenge before.';
COMMENT ON COLUMN @icb@.challenge_event.agreed_after IS 'Agreed on the challenge after.';
COMMENT ON COLUMN @icb@.challenge_event.credited_before IS 'Credited on the challenge before.';
COMMENT ON COLUMN @icb@.challenge_event.credited_after IS 'Credited on the challenge after.';

CREATE TABLE @icb@.challenge_line_event (
    challenge_line_id bigint NOT NULL REFERENCES @icb@.challenge_line,
    event_id     bigint NOT NULL REFERENCES @icb@.challenge_event,
    from_state   text NOT NULL,
    to_state     text NOT NULL,
    raised       numeric(16,2) NOT NULL DEFAULT 0,
    accepted     numeric(16,2) NOT NULL DEFAULT 0,
    corrected    numeric(16,2) NOT NULL DEFAULT 0,
    rejected     numeric(16,2) NOT NULL DEFAULT 0,
    withdrawn    numeric(16,2) NOT NULL DEFAULT 0,
    lapsed       numeric(16,2) NOT NULL DEFAULT 0,
    rebilled     numeric(16,2) NOT NULL DEFAULT 0,
    time_barred  numeric(16,2) NOT NULL DEFAULT 0,
    waived       numeric(16,2) NOT NULL DEFAULT 0,
    open         numeric(16,2) NOT NULL DEFAULT 0,
    credit_notes numeric(16,2) NOT NULL DEFAULT 0,
    returnable   numeric(16,2) NOT NULL DEFAULT 0,
    PRIMARY KEY (challenge_line_id, event_id),
    CHECK (raised = accepted + corrected + rejected + withdrawn + lapsed + rebilled + time_barred + waived + open)
);
COMMENT ON TABLE @icb@.challenge_line_event IS
    'The postings: what a step moved on a line, to the penny, each account as its change. The sums over time are the accounts of challenge_line. Append-only.';
COMMENT ON COLUMN @icb@.challenge_line_event.challenge_line_id IS 'Line.';
COMMENT ON COLUMN @icb@.challenge_line_event.event_id IS 'Step.';
COMMENT ON COLUMN @icb@.challenge_line_event.from_state IS 'State before.';
COMMENT ON COLUMN @icb@.challenge_line_event.to_state IS 'State after.';
COMMENT ON COLUMN @icb@.challenge_line_event.raised IS 'Change of what is asked for.';
COMMENT ON COLUMN @icb@.challenge_line_event.accepted IS 'Change of what is accepted.';
COMMENT ON COLUMN @icb@.challenge_line_event.corrected IS 'Change of what is corrected at source.';
COMMENT ON COLUMN @icb@.challenge_line_event.rejected IS 'Change of what is rejected.';
COMMENT ON COLUMN @icb@.challenge_line_event.withdrawn IS 'Change of what is withdrawn by us.';
COMMENT ON COLUMN @icb@.challenge_line_event.lapsed IS 'Change of what lapsed.';
COMMENT ON COLUMN @icb@.challenge_line_event.rebilled IS 'Change of what was re-billed.';
COMMENT ON COLUMN @icb@.challenge_line_event.time_barred IS 'Change of what is time-barred.';
COMMENT ON COLUMN @icb@.challenge_line_event.waived IS 'Change of what is waived.';
COMMENT ON COLUMN @icb@.challenge_line_event.open IS 'Change of what is open.';
COMMENT ON COLUMN @icb@.challenge_line_event.credit_notes IS 'Change of what is credited by note.';
COMMENT ON COLUMN @icb@.challenge_line_event.returnable IS 'Change of what is to be given back.';

CREATE FUNCTION @icb@.keep_challenge_history() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the history of challenges is append-only'
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A wrong step is put right by a further one.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_challenge_history() IS 'Trigger: challenges and their events are append-only (55000).';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.challenge FOR EACH ROW EXECUTE FUNCTION @icb@.keep_challenge_history();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.challenge_event FOR EACH ROW EXECUTE FUNCTION @icb@.keep_challenge_history();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.challenge_line_event FOR EACH ROW EXECUTE FUNCTION @icb@.keep_challenge_history();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.challenge FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_challenge_history();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.challenge_event FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_challenge_history();
CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.challenge_line_event FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_challenge_history();

CREATE TYPE @icb@.challenge_change AS (
    challenge_line_id bigint,
    to_state     text,
    raised       numeric,
    accepted     numeric,
    corrected    numeric,
    rejected     numeric,
    withdrawn    numeric,
    lapsed       numeric,
    rebilled     numeric,
    time_barred  numeric,
    waived       numeric,
    credit_notes numeric,
    returnable   numeric
);
COMMENT ON TYPE @icb@.challenge_change IS 'What a step does to a line: its next state, and the change of each account (NULL: none). What is open follows.';

-- Posting ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.lock_ledger() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(20240732, '@icb@'::pg_catalog.regnamespace::pg_catalog.oid::integer);
END
$$;
COMMENT ON FUNCTION @icb@.lock_ledger() IS
    'Lets one transaction at a time raise, compare and look at deadlines, to its end; answers to what is raised go on meanwhile.';

-- Takes the lines of a challenge in one order, so that two steps at once wait for each other and never cross.
CREATE FUNCTION @icb@.lock_lines(challenge bigint, action text, lines bigint[]) RETURNS SETOF @icb@.challenge_line
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    bad record;
BEGIN
    IF NOT EXISTS (SELECT FROM @icb@.challenge c WHERE c.challenge_id = challenge) THEN
        RAISE EXCEPTION 'unknown challenge %', challenge
            USING ERRCODE = 'undefined_object', HINT = 'The view @icb_reporting@.challenge lists them.';
    END IF;
    PERFORM FROM @icb@.challenge_line l
    WHERE l.challenge_id = challenge AND (lines IS NULL OR l.challenge_line_id = ANY (lines))
    ORDER BY l.challenge_line_id FOR UPDATE;
    IF lines IS NOT NULL THEN
        SELECT u.id INTO bad FROM unnest(lines) AS u (id)
        WHERE NOT EXISTS (SELECT FROM @icb@.challenge_line l WHERE l.challenge_id = challenge AND l.challenge_line_id = u.id) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'challenge % has no line %', challenge, bad.id
                USING ERRCODE = 'undefined_object', HINT = 'The view @icb_reporting@.challenge_line lists them.';
        END IF;
    END IF;
    -- a step named for single lines must fit each; a step on the whole challenge is for the lines that it fits
    SELECT l.challenge_line_id, l.state INTO bad FROM @icb@.challenge_line l
    WHERE l.challenge_id = challenge AND (lines IS NULL OR l.challenge_line_id = ANY (lines))
    ORDER BY EXISTS (SELECT FROM commissioning.challenge_transition_reference t WHERE t.action = action AND t.from_state = l.state) <> (lines IS NULL),
             l.challenge_line_id
    LIMIT 1;
    IF NOT EXISTS (SELECT FROM commissioning.challenge_transition_reference t WHERE t.action = action AND t.from_state = bad.state) THEN
        RAISE EXCEPTION 'cannot % %: line % is in state "%"', action,
                CASE WHEN lines IS NULL THEN 'challenge ' || challenge ELSE 'these lines of challenge ' || challenge END, bad.challenge_line_id, bad.state
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = pg_catalog.format('This can be done in state %s; in state "%s" there is: %s.',
                      (SELECT pg_catalog.string_agg(DISTINCT t.from_state, ', ') FROM commissioning.challenge_transition_reference t WHERE t.action = action),
                      bad.state,
                      coalesce((SELECT pg_catalog.string_agg(DISTINCT t.action, ', ') FROM commissioning.challenge_transition_reference t WHERE t.from_state = bad.state AND t.actor IN ('commissioner', 'provider')), 'nothing'));
    END IF;
    RETURN QUERY
    SELECT l.* FROM @icb@.challenge_line l
    WHERE l.challenge_id = challenge AND (lines IS NULL OR l.challenge_line_id = ANY (lines))
      AND EXISTS (SELECT FROM commissioning.challenge_transition_reference t WHERE t.action = action AND t.from_state = l.state)
    ORDER BY l.challenge_line_id;
END
$$;
COMMENT ON FUNCTION @icb@.lock_lines(bigint, text, bigint[]) IS
    'Locks the lines of a challenge (all, or those named) and returns those that a step fits, as they stand once locked. Raises 42704 for an unknown challenge or line, 55000 when the step fits none of the challenge''s lines, or not every line named.';

CREATE FUNCTION @icb@.challenge_due(contract text, state text, raised_on date, clock_on date, since date) RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE state
        WHEN 'raised' THEN @icb@.add_operational_days(clock_on, p.acknowledge_within)
        WHEN 'acknowledged' THEN @icb@.add_operational_days(clock_on, p.respond_within)
        WHEN 'responded' THEN @icb@.add_operational_days(since, p.review_within)
        WHEN 'reviewed' THEN @icb@.add_operational_days(raised_on, p.escalate_within)
        WHEN 'escalated' THEN @icb@.add_operational_days(since, p.mediate_within)
        WHEN 'mediation' THEN @icb@.add_operational_days(since, p.determine_within)
        WHEN 'agreed' THEN @icb@.add_operational_days(since, p.credit_within)
        WHEN 'determined' THEN @icb@.add_operational_days(since, p.credit_within)
        END
    FROM @icb@.challenge_policy_of(contract) p;
END;
COMMENT ON FUNCTION @icb@.challenge_due(text, text, date, date, date) IS
    'Day by which a line in this state is to go on, under the policy of its contract. NULL where no step is due or there is no limit.';

CREATE FUNCTION @icb@.post_changes(challenge bigint, action text, changes @icb@.challenge_change[], happened_on date, outcome text DEFAULT NULL,
                                   reason_code text DEFAULT NULL, document_ref text DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    bad record;
    event bigint;
    day date := coalesce(happened_on, @icb@.today());
BEGIN
    IF coalesce(pg_catalog.cardinality(changes), 0) = 0 THEN
        RETURN NULL;
    END IF;
    SELECT l.challenge_line_id, l.state, c.to_state INTO bad
    FROM unnest(changes) c JOIN @icb@.challenge_line l ON l.challenge_line_id = c.challenge_line_id
    WHERE NOT EXISTS (SELECT FROM commissioning.challenge_transition_reference t WHERE t.action = action AND t.from_state = l.state AND t.to_state = c.to_state)
    ORDER BY l.challenge_line_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % cannot go from "%" to "%" by %', bad.challenge_line_id, bad.state, bad.to_state, action
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'commissioning.challenge_transition_reference lists what may follow.';
    END IF;
    INSERT INTO @icb@.challenge_event AS e (challenge_id, action, outcome, happened_on, reason_code, document_ref, note, line_count,
        open_before, open_after, agreed_before, agreed_after, credited_before, credited_after)
    SELECT challenge, action, outcome, day, reason_code, document_ref, note, d.n,
           b.open, b.open + d.open, b.agreed, b.agreed + d.agreed, b.credited, b.credited + d.credited
    FROM (SELECT count(*) AS n,
                 sum(coalesce(c.accepted, 0) + coalesce(c.corrected, 0)) AS agreed, sum(coalesce(c.credit_notes, 0) + coalesce(c.corrected, 0)) AS credited,
                 sum(coalesce(c.raised, 0) - coalesce(c.accepted, 0) - coalesce(c.corrected, 0) - coalesce(c.rejected, 0) - coalesce(c.withdrawn, 0)
                     - coalesce(c.lapsed, 0) - coalesce(c.rebilled, 0) - coalesce(c.time_barred, 0) - coalesce(c.waived, 0)) AS open
          FROM unnest(changes) c) d
    CROSS JOIN (SELECT coalesce(sum(l.open), 0) AS open, coalesce(sum(l.accepted + l.corrected), 0) AS agreed, coalesce(sum(l.credit_notes + l.corrected), 0) AS credited
                FROM @icb@.challenge_line l WHERE l.challenge_id = challenge) b
    RETURNING e.event_id INTO event;
    INSERT INTO @icb@.challenge_line_event (challenge_line_id, event_id, from_state, to_state, raised, accepted, corrected, rejected, withdrawn, lapsed, rebilled,
        time_barred, waived, open, credit_notes, returnable)
    SELECT l.challenge_line_id, event, l.state, c.to_state, coalesce(c.raised, 0), coalesce(c.accepted, 0), coalesce(c.corrected, 0), coalesce(c.rejected, 0),
           coalesce(c.withdrawn, 0), coalesce(c.lapsed, 0), coalesce(c.rebilled, 0), coalesce(c.time_barred, 0), coalesce(c.waived, 0),
           coalesce(c.raised, 0) - coalesce(c.accepted, 0) - coalesce(c.corrected, 0) - coalesce(c.rejected, 0) - coalesce(c.withdrawn, 0)
           - coalesce(c.lapsed, 0) - coalesce(c.rebilled, 0) - coalesce(c.time_barred, 0) - coalesce(c.waived, 0),
           coalesce(c.credit_notes, 0), coalesce(c.returnable, 0)
    FROM unnest(changes) c JOIN @icb@.challenge_line l ON l.challenge_line_id = c.challenge_line_id;
    WITH moved AS (
        SELECT l.challenge_line_id AS id, l.contract_id, e.*,
               CASE WHEN e.to_state = e.from_state THEN l.state_since ELSE day END AS since,
               CASE WHEN e.to_state = 'raised' AND e.from_state <> 'raised' THEN day ELSE l.raised_on END AS new_raised_on,
               CASE WHEN e.to_state = 'raised' AND e.from_state <> 'raised' OR action = 'inform' THEN day ELSE l.clock_on END AS new_clock_on
        FROM @icb@.challenge_line_event e JOIN @icb@.challenge_line l ON l.challenge_line_id = e.challenge_line_id
        WHERE e.event_id = event
    ), due AS MATERIALIZED (
        SELECT d.*, @icb@.challenge_due(d.contract_id, d.to_state, d.new_raised_on, d.new_clock_on, d.since) AS due_on
        FROM (SELECT DISTINCT m.contract_id, m.to_state, m.new_raised_on, m.new_clock_on, m.since FROM moved m) d
    )
    UPDATE @icb@.challenge_line l
    SET state = m.to_state, state_since = m.since, raised_on = m.new_raised_on, clock_on = m.new_clock_on, due_on = d.due_on,
        reason = CASE WHEN m.to_state = m.from_state THEN l.reason ELSE reason_code END,
        response = CASE WHEN action = 'respond' THEN outcome ELSE l.response END,
        raised = l.raised + m.raised, accepted = l.accepted + m.accepted, corrected = l.corrected + m.corrected, rejected = l.rejected + m.rejected,
        withdrawn = l.withdrawn + m.withdrawn, lapsed = l.lapsed + m.lapsed, rebilled = l.rebilled + m.rebilled, time_barred = l.time_barred + m.time_barred,
        waived = l.waived + m.waived, open = l.open + m.open, credit_notes = l.credit_notes + m.credit_notes, returnable = l.returnable + m.returnable
    FROM moved m
    JOIN due d ON d.to_state = m.to_state AND d.since = m.since
     AND d.contract_id IS NOT DISTINCT FROM m.contract_id AND d.new_raised_on IS NOT DISTINCT FROM m.new_raised_on AND d.new_clock_on IS NOT DISTINCT FROM m.new_clock_on
    WHERE l.challenge_line_id = m.id;
    RETURN event;
END
$$;
COMMENT ON FUNCTION @icb@.post_changes(bigint, text, @icb@.challenge_change[], date, text, text, text, text) IS
    'The one place where challenged lines change: writes the step and its postings, then the lines, whose rows the caller has locked. Number of the step; NULL where there is nothing to change. Raises 55000 for a step that the state machine does not have.';

-- What the ledger says, from the postings, beside what the lines say.
CREATE VIEW @icb@.challenge_balance AS
SELECT l.challenge_line_id, l.challenge_id, l.state, p.raised, p.accepted + p.corrected AS agreed, p.withdrawn + p.lapsed + p.rebilled AS withdrawn,
       p.rejected, p.time_barred, p.waived, p.open, p.credit_notes + p.corrected AS credited,
       p.corrected AS of_agreed_corrected, p.rebilled AS of_withdrawn_rebilled, p.lapsed AS of_withdrawn_lapsed, p.returnable,
       p.raised - (p.accepted + p.corrected) - (p.withdrawn + p.lapsed + p.rebilled) - p.rejected - p.time_barred - p.waived - p.open AS difference,
       abs(p.raised - l.raised) + abs(p.accepted - l.accepted) + abs(p.corrected - l.corrected) + abs(p.rejected - l.rejected) + abs(p.withdrawn - l.withdrawn)
       + abs(p.lapsed - l.lapsed) + abs(p.rebilled - l.rebilled) + abs(p.time_barred - l.time_barred) + abs(p.waived - l.waived) + abs(p.open - l.open)
       + abs(p.credit_notes - l.credit_notes) + abs(p.returnable - l.returnable) AS ledger_difference
FROM @icb@.challenge_line l
CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.raised), 0) AS raised, coalesce(sum(e.accepted), 0) AS accepted, coalesce(sum(e.corrected), 0) AS corrected,
           coalesce(sum(e.rejected), 0) AS rejected, coalesce(sum(e.withdrawn), 0) AS withdrawn, coalesce(sum(e.lapsed), 0) AS lapsed,
           coalesce(sum(e.rebilled), 0) AS rebilled, coalesce(sum(e.time_barred), 0) AS time_barred, coalesce(sum(e.waived), 0) AS waived,
           coalesce(sum(e.open), 0) AS open, coalesce(sum(e.credit_notes), 0) AS credit_notes, coalesce(sum(e.returnable), 0) AS returnable
    FROM @icb@.challenge_line_event e WHERE e.challenge_line_id = l.challenge_line_id) p;
COMMENT ON VIEW @icb@.challenge_balance IS
    'Every line of the ledger from its postings: raised = agreed + withdrawn + rejected + time_barred + waived + open, credited <= agreed. Corrected at source counts as agreed and credited, re-billed and lapsed count as withdrawn. difference and ledger_difference are always 0.';
COMMENT ON COLUMN @icb@.challenge_balance.agreed IS 'Accepted, determined or corrected at source.';
COMMENT ON COLUMN @icb@.challenge_balance.withdrawn IS 'Withdrawn, lapsed or re-billed.';
COMMENT ON COLUMN @icb@.challenge_balance.credited IS 'Credited by note or corrected at source.';
COMMENT ON COLUMN @icb@.challenge_balance.of_agreed_corrected IS 'Part of agreed, and of credited, that the provider corrected in the bill.';
COMMENT ON COLUMN @icb@.challenge_balance.of_withdrawn_rebilled IS 'Part of withdrawn that came back under another key.';
COMMENT ON COLUMN @icb@.challenge_balance.of_withdrawn_lapsed IS 'Part of withdrawn that our own assessment no longer finds.';
COMMENT ON COLUMN @icb@.challenge_balance.difference IS 'Raised less its parts: always 0.';
COMMENT ON COLUMN @icb@.challenge_balance.ledger_difference IS 'Sum of the differences between postings and lines: always 0.';
