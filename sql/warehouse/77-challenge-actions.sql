-- What people do with a challenge. Each function locks the lines, works out who gets which penny, and posts one step.
-- happened_on is the day on which it happened, today unless given; the transaction time stands beside it.
-- They run with the owner's rights: who may take these steps changes the ledger by them alone.

-- A sum over lines by their weight, to the penny: odd pennies go to the largest remainders, ties to the earlier line.
CREATE FUNCTION @icb@.share_over_lines(total numeric, lines bigint[], weights numeric[]) RETURNS TABLE (challenge_line_id bigint, amount numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT u.id, commissioning.split_weighted(total, u.weight) OVER (ORDER BY u.id)
    FROM unnest(lines, weights) AS u (id, weight);
END;
COMMENT ON FUNCTION @icb@.share_over_lines(numeric, bigint[], numeric[]) IS
    'Divides a sum over lines in proportion to weights, adding up to the penny (commissioning.split_weighted). A line never gets more than its weight while the sum is not above the sum of the weights.';

-- Where a line goes whose open part is settled: to the credit note that is still due, or to the end given.
CREATE FUNCTION @icb@.state_without_open(accepted numeric, credit_notes numeric, ending text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN accepted > credit_notes THEN 'agreed' WHEN credit_notes > 0 THEN 'credited' ELSE ending END;
COMMENT ON FUNCTION @icb@.state_without_open(numeric, numeric, text) IS
    'State of a line once nothing is open: agreed while a credit note is due, credited when all is credited, else the ending given.';

CREATE FUNCTION @icb@.acknowledge_challenge(challenge bigint, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, document_ref text DEFAULT NULL, note text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @icb@.post_changes(challenge, 'acknowledge', ARRAY(
        SELECT ROW(l.challenge_line_id, 'acknowledged', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, 'acknowledge', lines) l), happened_on, document_ref => document_ref, note => note);
END
$$;
COMMENT ON FUNCTION @icb@.acknowledge_challenge(bigint, bigint[], date, text, text) IS
    'The provider has the challenge. Number of the step; 42704 for an unknown challenge, 55000 where it does not fit.';

CREATE FUNCTION @icb@.respond_challenge(challenge bigint, response text, accepted numeric DEFAULT NULL, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL,
                                        reason_code text DEFAULT NULL, document_ref text DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    ids bigint[];
    weights numeric[];
    total numeric;
    event bigint;
BEGIN
    IF response IS NULL OR response NOT IN ('accept', 'part', 'reject', 'more_information') THEN
        RAISE EXCEPTION 'invalid response "%"', response
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A response is accept, part, reject or more_information.';
    END IF;
    SELECT pg_catalog.array_agg(l.challenge_line_id ORDER BY l.challenge_line_id), pg_catalog.array_agg(l.open ORDER BY l.challenge_line_id), sum(l.open)
    INTO ids, weights, total
    FROM @icb@.lock_lines(challenge, 'respond', lines) l WHERE l.open > 0;
    IF ids IS NULL THEN
        RAISE EXCEPTION 'nothing is open on challenge %', challenge USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF response = 'accept' AND coalesce(accepted, total) <> total THEN
        RAISE EXCEPTION 'accept means all that is open, % pounds, not %', total, accepted
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say part for less. More than is open cannot be accepted.';
    ELSIF response = 'part' AND (accepted IS NULL OR accepted <= 0 OR accepted >= total OR accepted <> round(accepted, 2)) THEN
        RAISE EXCEPTION 'part needs an amount in pence above 0 and below what is open, % pounds, not %', total, coalesce(accepted::text, 'none')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say accept for all of it, reject for nothing.';
    ELSIF response IN ('reject', 'more_information') AND coalesce(accepted, 0) <> 0 THEN
        RAISE EXCEPTION '% does not go with an accepted amount of %', response, accepted
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say part when something is accepted.';
    END IF;
    event := @icb@.post_changes(challenge, 'respond', ARRAY(
        SELECT ROW(s.challenge_line_id, 'responded', NULL, s.amount, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.share_over_lines(CASE response WHEN 'accept' THEN total WHEN 'part' THEN accepted ELSE 0 END, ids, weights) s),
        happened_on, response, reason_code, document_ref, note);
    IF response = 'accept' THEN
        -- there is nothing left to look at
        PERFORM @icb@.review_challenge(challenge, 'agree', ids, happened_on, 'accepted in full', document_ref);
    END IF;
    RETURN event;
END
$$;
COMMENT ON FUNCTION @icb@.respond_challenge(bigint, text, numeric, bigint[], date, text, text, text) IS
    'Records the provider''s answer to a challenge, or to the lines named: accept (all that is open; agreed at once), part (the amount accepted, divided over the lines to the penny), reject, more_information. What is not accepted stays open until review_challenge. Number of the step. Raises 22023 for an amount that does not fit the answer, 42704 for an unknown challenge or line, 55000 where no answer is awaited.';

CREATE FUNCTION @icb@.inform_challenge(challenge bigint, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, document_ref text DEFAULT NULL, note text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @icb@.post_changes(challenge, 'inform', ARRAY(
        SELECT ROW(l.challenge_line_id, 'acknowledged', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, 'inform', lines) l WHERE l.open > 0), happened_on, document_ref => document_ref, note => note);
END
$$;
COMMENT ON FUNCTION @icb@.inform_challenge(bigint, bigint[], date, text, text) IS
    'More information was given: the provider''s time to answer begins again. Number of the step; 42704 for an unknown challenge, 55000 where it does not fit.';

CREATE FUNCTION @icb@.review_challenge(challenge bigint, decision text, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, reason_code text DEFAULT NULL,
                                       document_ref text DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    changes @icb@.challenge_change[];
BEGIN
    IF decision IS NULL OR decision NOT IN ('agree', 'sustain', 'withdraw') THEN
        RAISE EXCEPTION 'invalid decision "%"', decision
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A review ends in agree (with the answer), sustain or withdraw.';
    END IF;
    changes := ARRAY(
        SELECT ROW(l.challenge_line_id,
                   CASE WHEN decision = 'sustain' AND l.open > 0 THEN 'reviewed'
                        WHEN l.accepted > l.credit_notes THEN 'agreed' ELSE 'closed' END,
                   NULL, NULL, NULL, CASE WHEN decision = 'agree' THEN l.open END, CASE WHEN decision = 'withdraw' THEN l.open END,
                   NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, 'review', lines) l
        -- a question is answered, not agreed with
        WHERE decision = 'withdraw' OR l.response <> 'more_information');
    IF pg_catalog.cardinality(changes) = 0 THEN
        RAISE EXCEPTION 'the provider asked for more information on challenge %', challenge
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Give it and record inform_challenge, or withdraw.';
    END IF;
    RETURN @icb@.post_changes(challenge, 'review', changes, happened_on, decision, reason_code, document_ref, note);
END
$$;
COMMENT ON FUNCTION @icb@.review_challenge(bigint, text, bigint[], date, text, text, text) IS
    'The commissioner''s review of an answer: agree (what was not accepted counts as rejected), sustain (it stays open), withdraw (it is given up). Number of the step; 22023 for another decision, 42704 for an unknown challenge or line, 55000 where no answer stands, or the answer is a question.';

CREATE FUNCTION @icb@.withdraw_challenge(challenge bigint, reason_code text, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, document_ref text DEFAULT NULL,
                                         note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF coalesce(reason_code, '') = '' THEN
        RAISE EXCEPTION 'a withdrawal needs a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN @icb@.post_changes(challenge, 'withdraw', ARRAY(
        SELECT ROW(l.challenge_line_id, @icb@.state_without_open(l.accepted, l.credit_notes, 'closed'), NULL, NULL, NULL, NULL, l.open,
                   NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, 'withdraw', lines) l), happened_on, NULL, reason_code, document_ref, note);
END
$$;
COMMENT ON FUNCTION @icb@.withdraw_challenge(bigint, text, bigint[], date, text, text) IS
    'Gives up what is open, with a reason, whatever the provider has said. Number of the step; 22023 without a reason, 42704 for an unknown challenge or line, 55000 where nothing is under way.';

CREATE FUNCTION @icb@.escalate_challenge(challenge bigint, to_stage text DEFAULT 'escalated', lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL,
                                         document_ref text DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    action text := CASE to_stage WHEN 'escalated' THEN 'escalate' WHEN 'mediation' THEN 'mediate' END;
BEGIN
    IF action IS NULL THEN
        RAISE EXCEPTION 'invalid stage "%"', to_stage
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A dispute is escalated, then goes to mediation; determine_challenge ends it.';
    END IF;
    RETURN @icb@.post_changes(challenge, action, ARRAY(
        SELECT ROW(l.challenge_line_id, to_stage, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, action, lines) l WHERE l.open > 0), happened_on, NULL, NULL, document_ref, note);
END
$$;
COMMENT ON FUNCTION @icb@.escalate_challenge(bigint, text, bigint[], date, text, text) IS
    'Takes what is open to dispute resolution: escalated (negotiation), then mediation. Number of the step; 22023 for another stage, 42704 for an unknown challenge or line, 55000 where it does not fit.';

CREATE FUNCTION @icb@.determine_challenge(challenge bigint, upheld numeric, document_ref text, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, note text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    held @icb@.challenge_line[];
    total numeric;
BEGIN
    IF coalesce(document_ref, '') = '' THEN
        RAISE EXCEPTION 'a determination needs the document it rests on' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    held := ARRAY(SELECT l FROM @icb@.lock_lines(challenge, 'determine', lines) l WHERE l.open > 0);
    SELECT sum(h.open) INTO total FROM unnest(held) h;
    IF upheld IS NULL OR upheld < 0 OR upheld > coalesce(total, 0) OR upheld <> round(upheld, 2) THEN
        RAISE EXCEPTION 'a determination upholds 0 to % pounds in pence, not %', coalesce(total, 0), coalesce(upheld::text, 'nothing')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name the lines when only some are determined.';
    END IF;
    RETURN @icb@.post_changes(challenge, 'determine', ARRAY(
        SELECT ROW(h.challenge_line_id, CASE WHEN h.accepted + s.amount > h.credit_notes THEN 'determined' ELSE 'closed' END, NULL, s.amount, NULL,
                   h.open - s.amount, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.share_over_lines(upheld, ARRAY(SELECT h.challenge_line_id FROM unnest(held) h ORDER BY 1), ARRAY(SELECT h.open FROM unnest(held) h ORDER BY h.challenge_line_id)) s
        JOIN unnest(held) h ON h.challenge_line_id = s.challenge_line_id), happened_on, NULL, NULL, document_ref, note);
END
$$;
COMMENT ON FUNCTION @icb@.determine_challenge(bigint, numeric, text, bigint[], date, text) IS
    'Ends a dispute: of what is open this much is upheld, divided over the lines to the penny, the rest rejected. Number of the step; 22023 for an impossible amount or without a document, 42704 for an unknown challenge or line, 55000 where there is no dispute.';

CREATE FUNCTION @icb@.credit_challenge(challenge bigint, document_ref text, amount numeric DEFAULT NULL, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, note text DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    held @icb@.challenge_line[];
    total numeric;
    sum_credited numeric;
    event bigint;
BEGIN
    IF coalesce(document_ref, '') = '' THEN
        RAISE EXCEPTION 'a credit needs the reference of the credit note' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    held := ARRAY(SELECT l FROM @icb@.lock_lines(challenge, 'credit', lines) l WHERE l.accepted > l.credit_notes);
    SELECT coalesce(sum(h.accepted - h.credit_notes), 0) INTO total FROM unnest(held) h;
    sum_credited := coalesce(amount, total);
    IF total = 0 THEN
        RAISE EXCEPTION 'nothing is agreed on challenge % that is not credited', challenge USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF sum_credited <= 0 OR sum_credited > total OR sum_credited <> round(sum_credited, 2) THEN
        RAISE EXCEPTION 'a credit is an amount in pence above 0 and up to what is agreed and not yet credited, % pounds, not %', total, sum_credited
            USING ERRCODE = 'invalid_parameter_value', HINT = 'What exceeds it belongs to another challenge.';
    END IF;
    event := @icb@.post_changes(challenge, 'credit', ARRAY(
        SELECT ROW(h.challenge_line_id,
                   CASE WHEN h.state IN ('agreed', 'determined') AND h.credit_notes + s.amount = h.accepted THEN 'credited' ELSE h.state END,
                   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, s.amount, NULL)::@icb@.challenge_change
        FROM @icb@.share_over_lines(sum_credited, ARRAY(SELECT h.challenge_line_id FROM unnest(held) h ORDER BY 1),
                                    ARRAY(SELECT h.accepted - h.credit_notes FROM unnest(held) h ORDER BY h.challenge_line_id)) s
        JOIN unnest(held) h ON h.challenge_line_id = s.challenge_line_id), happened_on, NULL, NULL, document_ref, note);
    -- a line of which nothing is left to pay is not to come back under another number
    INSERT INTO @icb@.recovered_line (person_id, provider_code, start_date, end_date, pod, hrg_sent, reference, line_key, recovered_on)
    SELECT i.person_id, i.provider_code, i.start_date, i.end_date, i.pod, coalesce(i.hrg_sent, ''), document_ref, i.line_key, coalesce(happened_on, @icb@.today())
    FROM @icb@.challenge_line l
    JOIN @icb@.invoice_line i ON i.line_key = l.line_key AND i.submission_id = l.submission_now AND i.commissioner_code = l.commissioner_code
    WHERE l.challenge_line_id IN (SELECT h.challenge_line_id FROM unnest(held) h) AND l.credit_notes >= round(l.billed_now * l.recovery_rate, 2) AND i.start_date IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN event;
END
$$;
COMMENT ON FUNCTION @icb@.credit_challenge(bigint, text, numeric, bigint[], date, text) IS
    'A credit note came, for all that is agreed or for an amount, divided over the lines to the penny. Lines of which nothing is left to pay are kept in recovered_line. Number of the step; 22023 for an impossible amount or without a reference, 42704 for an unknown challenge or line, 55000 where nothing is agreed.';

CREATE FUNCTION @icb@.return_credit(challenge bigint, document_ref text, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
BEGIN
    IF coalesce(document_ref, '') = '' THEN
        RAISE EXCEPTION 'a returned credit needs the reference of its document' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- the same pounds are recovered by the lower bill instead of the note
    RETURN @icb@.post_changes(challenge, 'return_credit', ARRAY(
        SELECT ROW(l.challenge_line_id, l.state, NULL, -l.returnable, l.returnable, NULL, NULL, NULL, NULL, NULL, NULL, -l.returnable, -l.returnable)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, 'return_credit', lines) l WHERE l.returnable > 0), happened_on, NULL, NULL, document_ref, note);
END
$$;
COMMENT ON FUNCTION @icb@.return_credit(bigint, text, bigint[], date, text) IS
    'Gives back the credit notes of what the provider has since corrected in the bill as well. Number of the step, NULL when nothing is to be given back; 22023 without a reference, 42704 for an unknown challenge or line.';

CREATE FUNCTION @icb@.close_challenge(challenge bigint, lines bigint[] DEFAULT NULL, happened_on date DEFAULT NULL, note text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN @icb@.post_changes(challenge, 'close', ARRAY(
        SELECT ROW(l.challenge_line_id, 'closed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.lock_lines(challenge, 'close', lines) l), happened_on, note => note);
END
$$;
COMMENT ON FUNCTION @icb@.close_challenge(bigint, bigint[], date, text) IS
    'Files what is credited. Number of the step; 42704 for an unknown challenge or line, 55000 where nothing is credited.';

-- Waivers: one proposes, another approves ---------------------------------------------------------------------------------

CREATE TABLE @icb@.challenge_waiver (
    waiver_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    challenge_id  bigint NOT NULL REFERENCES @icb@.challenge,
    lines         bigint[],
    reason        text NOT NULL CHECK (reason <> ''),
    proposed_by   text NOT NULL DEFAULT session_user,
    proposed_at   timestamptz NOT NULL DEFAULT now(),
    decision      text CHECK (decision IN ('approved', 'refused')),
    decided_by    text,
    decided_at    timestamptz,
    document_ref  text,
    waived        numeric(16,2),
    provider_exposure numeric(16,2),
    CHECK (decided_by <> proposed_by),
    CHECK ((decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision = 'approved') = (waived IS NOT NULL) AND (waived IS NULL) = (provider_exposure IS NULL))
);
COMMENT ON TABLE @icb@.challenge_waiver IS 'Proposals to give up what is open for reasons outside the claim, and who other than the proposer decided.';
COMMENT ON COLUMN @icb@.challenge_waiver.waiver_id IS 'Number of the proposal.';
COMMENT ON COLUMN @icb@.challenge_waiver.challenge_id IS 'Challenge.';
COMMENT ON COLUMN @icb@.challenge_waiver.lines IS 'Lines it is about; NULL: all.';
COMMENT ON COLUMN @icb@.challenge_waiver.reason IS 'Why.';
COMMENT ON COLUMN @icb@.challenge_waiver.proposed_by IS 'Login that proposed it.';
COMMENT ON COLUMN @icb@.challenge_waiver.proposed_at IS 'When.';
COMMENT ON COLUMN @icb@.challenge_waiver.decision IS 'approved or refused; NULL: not yet decided.';
COMMENT ON COLUMN @icb@.challenge_waiver.decided_by IS 'Login that decided; never the proposer.';
COMMENT ON COLUMN @icb@.challenge_waiver.decided_at IS 'When.';
COMMENT ON COLUMN @icb@.challenge_waiver.document_ref IS 'Document of the decision.';
COMMENT ON COLUMN @icb@.challenge_waiver.waived IS 'What was given up by it.';
COMMENT ON COLUMN @icb@.challenge_waiver.provider_exposure IS 'What was open, or agreed and not credited, at that provider in that moment, this included.';

CREATE FUNCTION @icb@.propose_waiver(challenge bigint, reason text, lines bigint[] DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    id bigint;
BEGIN
    IF coalesce(reason, '') = '' THEN
        RAISE EXCEPTION 'a waiver needs a reason' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM FROM @icb@.lock_lines(challenge, 'waive', lines) l;
    INSERT INTO @icb@.challenge_waiver AS w (challenge_id, lines, reason) VALUES (challenge, lines, reason) RETURNING w.waiver_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.propose_waiver(bigint, text, bigint[]) IS
    'Proposes to give up what is open on a challenge, or on the lines named, with the reason. Number of the proposal, which another login decides (decide_waiver). 22023 without a reason, 42704 for an unknown challenge or line, 55000 where nothing is under way.';

CREATE FUNCTION @icb@.decide_waiver(waiver bigint, approve boolean, document_ref text DEFAULT NULL, happened_on date DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    w @icb@.challenge_waiver;
    held @icb@.challenge_line[];
    exposure numeric;
    event bigint;
BEGIN
    SELECT x.* INTO w FROM @icb@.challenge_waiver x WHERE x.waiver_id = waiver FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown waiver %', waiver USING ERRCODE = 'undefined_object';
    ELSIF w.decision IS NOT NULL THEN
        RAISE EXCEPTION 'waiver % was % already', waiver, w.decision USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF w.proposed_by = session_user THEN
        RAISE EXCEPTION 'a waiver is decided by somebody other than its proposer'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another login has to decide it.';
    END IF;
    IF approve THEN
        held := ARRAY(SELECT l FROM @icb@.lock_lines(w.challenge_id, 'waive', w.lines) l WHERE l.open > 0);
        SELECT sum(l.open + l.accepted - l.credit_notes) INTO exposure
        FROM @icb@.challenge_line l
        WHERE l.provider_code = (SELECT c.provider_code FROM @icb@.challenge c WHERE c.challenge_id = w.challenge_id);
        event := @icb@.post_changes(w.challenge_id, 'waive', ARRAY(
            SELECT ROW(h.challenge_line_id, @icb@.state_without_open(h.accepted, h.credit_notes, 'waived'), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                       h.open, NULL, NULL)::@icb@.challenge_change
            FROM unnest(held) h), happened_on, NULL, w.reason, document_ref, pg_catalog.format('proposed by %s', w.proposed_by));
    END IF;
    UPDATE @icb@.challenge_waiver x
    SET decision = CASE WHEN approve THEN 'approved' ELSE 'refused' END, decided_by = session_user, decided_at = now(), document_ref = document_ref,
        waived = CASE WHEN approve THEN (SELECT coalesce(sum(h.open), 0) FROM unnest(held) h) END,
        provider_exposure = CASE WHEN approve THEN coalesce(exposure, 0) END
    WHERE x.waiver_id = waiver;
    RETURN event;
END
$$;
COMMENT ON FUNCTION @icb@.decide_waiver(bigint, boolean, text, date) IS
    'Approves or refuses a proposed waiver; approval gives up what is open and keeps what was at stake with the provider in that moment. Number of the step. 42501 for the proposer, 42704 for an unknown one, 55000 when it is decided already or nothing is under way any more.';
