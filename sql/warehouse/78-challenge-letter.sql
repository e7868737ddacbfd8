-- What goes to the provider and comes back: letter, export, reply; and the same rules on the provider's own desk.

CREATE TABLE @icb@.provider_contact (
    provider_code text PRIMARY KEY,
    contact_name  text NOT NULL,
    email         text,
    address       text,
    note          text NOT NULL DEFAULT ''
);
COMMENT ON TABLE @icb@.provider_contact IS 'To whom challenges go at a provider: an office, not a person, where there is a choice.';
COMMENT ON COLUMN @icb@.provider_contact.provider_code IS 'ODS code of the provider.';
COMMENT ON COLUMN @icb@.provider_contact.contact_name IS 'Office or person.';
COMMENT ON COLUMN @icb@.provider_contact.email IS 'E-mail address for letters without patient data.';
COMMENT ON COLUMN @icb@.provider_contact.address IS 'Postal address.';
COMMENT ON COLUMN @icb@.provider_contact.note IS 'What else is to be known.';

-- A value that is the key of a line says nothing to a provider: its own event and line of file do.
CREATE FUNCTION @icb@.provider_evidence(evidence jsonb, provider text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s', pg_catalog.replace(e.key, '_', ' '), coalesce(other.shown, e.value)), '; ' ORDER BY e.place)
    FROM pg_catalog.jsonb_each_text(@icb@.safe_evidence(evidence)) WITH ORDINALITY AS e (key, value, place)
    LEFT JOIN LATERAL (
        SELECT CASE WHEN l.provider_code = provider
                    THEN pg_catalog.concat_ws(', ', 'event ' || @icb@.shown_id(l.provider_event_id), 'line ' || l.line_no, 'file ' || s.file_name)
                    ELSE 'a claim of another provider' END AS shown
        FROM @icb@.invoice_line l JOIN @icb@.submission s ON s.submission_id = l.submission_id
        WHERE e.value ~ '^[0-9a-f]{32}(#[0-9]+)?$' AND l.line_key = e.value
        ORDER BY l.submission_id DESC LIMIT 1) other ON true
    WHERE e.value IS NOT NULL;
END;
COMMENT ON FUNCTION @icb@.provider_evidence(jsonb, text) IS
    'Evidence as a provider may read it: no identifiers of persons, the key of another line as the provider''s own event, line and file, and nothing about other providers'' claims.';

CREATE VIEW @icb_reporting@.challenge_export WITH (security_invoker = true) AS
SELECT c.challenge_id::bigint AS challenge_reference, l.challenge_line_id::bigint AS line_reference, c.provider_code::text AS provider_code,
       p.contact_name::text AS contact, p.email::text AS contact_email, c.commissioner_code::text AS commissioner_code, c.contract_id::text AS contract_id,
       c.rule_code::text AS rule_code, c.rule_name::text AS rule_name, c.provider_text::text AS rule_text, c.clause::text AS clause,
       @icb@.add_operational_days(l.clock_on, y.respond_within)::date AS respond_by, l.provider_event_id::text AS provider_event_id, l.cds_id::text AS cds_id,
       l.file_name::text AS file_name, l.file_line::bigint AS file_line, l.pod::text AS pod, l.activity_month::date AS activity_month, l.billed::numeric(16,2) AS billed_gbp,
       l.raised::numeric(16,2) AS challenged_gbp, l.open::numeric(16,2) AS open_gbp, l.state::text AS state,
       @icb@.provider_evidence(l.evidence, c.provider_code)::text AS evidence
FROM @icb@.challenge_line l
JOIN @icb@.challenge c ON c.challenge_id = l.challenge_id
CROSS JOIN LATERAL @icb@.challenge_policy_of(c.contract_id) y
LEFT JOIN @icb@.provider_contact p ON p.provider_code = c.provider_code
WHERE l.raised > 0;
COMMENT ON VIEW @icb_reporting@.challenge_export IS
    'What a provider gets of its challenges, one row per line, keyed by its own event, CDS identifier and line of file. No identifiers of patients. The answer comes back in the feed challenge_reply.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.challenge_reference IS 'Reference of the challenge.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.line_reference IS 'Reference of the line.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.contact IS 'To whom it goes.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.contact_email IS 'Where it goes.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.commissioner_code IS 'Commissioner charged.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.rule_text IS 'What is wrong, in words.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.clause IS 'Clause or guidance it rests on.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.respond_by IS 'Last day for the answer.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.provider_event_id IS 'Provider''s number of the spell or attendance.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.cds_id IS 'CDS unique identifier.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.file_name IS 'File the line came with.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.file_line IS 'Line of that file.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.activity_month IS 'First day of the month of activity.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.billed_gbp IS 'Charged, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.challenged_gbp IS 'Asked for, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.open_gbp IS 'Still open, in pounds.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.state IS 'Where the line stands.';
COMMENT ON COLUMN @icb_reporting@.challenge_export.evidence IS 'Facts behind it.';

CREATE FUNCTION @icb@.challenge_letter(challenge bigint) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    c record;
    body text;
    sums record;
BEGIN
    SELECT x.*, o.name AS provider_name, q.name AS commissioner_name, k.title AS contract_title, p.contact_name, p.email, p.address INTO c
    FROM @icb@.challenge x
    LEFT JOIN @icb@.organisation o ON o.org_code = x.provider_code
    LEFT JOIN @icb@.organisation q ON q.org_code = x.commissioner_code
    LEFT JOIN @icb@.contract k ON k.contract_id = x.contract_id
    LEFT JOIN @icb@.provider_contact p ON p.provider_code = x.provider_code
    WHERE x.challenge_id = challenge;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown challenge %', challenge
            USING ERRCODE = 'undefined_object', HINT = 'The view @icb_reporting@.challenge lists them.';
    END IF;
    SELECT count(*) AS n, sum(e.challenged_gbp) AS amount, min(e.respond_by) AS respond_by, (SELECT min(l.raised_on) FROM @icb@.challenge_line l WHERE l.challenge_id = challenge) AS raised_on,
           pg_catalog.string_agg(pg_catalog.concat_ws(E'\n',
               pg_catalog.format('Line %s: %s', e.line_reference, coalesce(nullif(pg_catalog.concat_ws(', ', 'event ' || e.provider_event_id, 'CDS ' || e.cds_id, 'line ' || e.file_line, 'file ' || e.file_name), ''), 'the activity of the year to date')),
               pg_catalog.format('  %s', pg_catalog.concat_ws(', ', nullif(e.pod, 'series'), pg_catalog.to_char(e.activity_month, 'FMMonth YYYY'), 'charged ' || e.billed_gbp, 'challenged ' || e.challenged_gbp)),
               '  ' || e.evidence), E'\n' ORDER BY e.line_reference) AS lines
    INTO sums
    FROM @icb_reporting@.challenge_export e WHERE e.challenge_reference = challenge;
    body := pg_catalog.concat_ws(E'\n',
        pg_catalog.format('To: %s', pg_catalog.concat_ws(', ', coalesce(c.contact_name, 'Contracts and income'), coalesce(c.provider_name, c.provider_code), c.address, c.email)),
        pg_catalog.format('From: %s', coalesce(c.commissioner_name, c.commissioner_code)),
        pg_catalog.format('Date: %s', coalesce(pg_catalog.to_char(sums.raised_on, 'FMDD FMMonth YYYY'), 'not sent yet')),
        pg_catalog.format('Reference: challenge %s%s', challenge, ', contract ' || coalesce(c.contract_title, c.contract_id)),
        '',
        pg_catalog.format('%s (%s version %s)', c.rule_name, c.rule_code, c.rule_version),
        c.provider_text,
        'Basis: ' || nullif(c.clause, ''),
        '',
        pg_catalog.format('We ask for %s pounds on %s of activity in %s.', coalesce(sums.amount, 0), CASE sums.n WHEN 1 THEN '1 line' ELSE sums.n || ' lines' END,
            CASE WHEN c.from_month IS NULL THEN 'the year' WHEN c.from_month = c.to_month THEN pg_catalog.to_char(c.from_month, 'FMMonth YYYY')
                 ELSE pg_catalog.to_char(c.from_month, 'FMMonth YYYY') || ' to ' || pg_catalog.to_char(c.to_month, 'FMMonth YYYY') END),
        pg_catalog.format('Please answer by %s.', pg_catalog.to_char(sums.respond_by, 'FMDD FMMonth YYYY')),
        '',
        sums.lines,
        '',
        'Answer in a file with the columns CHALLENGE REFERENCE, LINE REFERENCE (blank for all lines), RESPONSE (accept, part, reject, more information),',
        'AMOUNT ACCEPTED (for part), COMMENT. A corrected submission answers too. Please send no patient data.');
    RETURN body;
END
$$;
COMMENT ON FUNCTION @icb@.challenge_letter(bigint) IS
    'The letter of a challenge as text: contact, contract, rule in words, clause, deadline, and every line by the provider''s own identifiers with its evidence. No identifiers of patients. 42704 for an unknown challenge.';

-- Replies ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE @icb@.reply_map (
    provider_code text NOT NULL DEFAULT '*',
    pattern       text NOT NULL CHECK (pattern <> ''),
    response      text NOT NULL CHECK (response IN ('accept', 'part', 'reject', 'more_information')),
    preference    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (provider_code, pattern)
);
COMMENT ON TABLE @icb@.reply_map IS
    'What a provider''s words mean, before commissioning.reply_word_reference: regular expression for the whole answer in lower case, blanks single, without punctuation.';
COMMENT ON COLUMN @icb@.reply_map.provider_code IS 'Provider that uses the words, or * for all.';
COMMENT ON COLUMN @icb@.reply_map.pattern IS 'Regular expression for the whole answer.';
COMMENT ON COLUMN @icb@.reply_map.response IS 'accept, part, reject or more_information.';
COMMENT ON COLUMN @icb@.reply_map.preference IS 'Order in which patterns are tried.';

CREATE FUNCTION @icb@.reply_meaning(answer text, provider text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT m.response
    FROM (SELECT btrim(regexp_replace(lower(answer), '[^a-z0-9]+', ' ', 'g')) AS said) a
    JOIN (SELECT CASE r.provider_code WHEN '*' THEN 2 ELSE 1 END AS rank, r.preference, r.pattern, r.response
          FROM @icb@.reply_map r WHERE r.provider_code IN ('*', provider)
          UNION ALL
          SELECT 3, w.preference, w.pattern, w.response FROM commissioning.reply_word_reference w) m ON a.said ~ ('^(' || m.pattern || ')$')
    ORDER BY m.rank, m.preference, m.pattern LIMIT 1;
END;
COMMENT ON FUNCTION @icb@.reply_meaning(text, text) IS 'What an answer means: accept, part, reject or more_information; NULL when nobody has said what these words mean. The provider''s own patterns come first.';

CREATE TABLE @icb@.challenge_reply (
    submission_id bigint NOT NULL REFERENCES @icb@.submission,
    line_no       bigint NOT NULL,
    challenge_id  bigint NOT NULL REFERENCES @icb@.challenge,
    challenge_line_id bigint REFERENCES @icb@.challenge_line,
    answer        text NOT NULL,
    response      text NOT NULL,
    accepted      numeric(16,2),
    comment       text,
    responded_on  date,
    document_ref  text,
    extra         jsonb,
    event_id      bigint NOT NULL REFERENCES @icb@.challenge_event,
    PRIMARY KEY (submission_id, line_no)
);
COMMENT ON TABLE @icb@.challenge_reply IS 'Answers of providers as they came in files, and the step that each became.';
COMMENT ON COLUMN @icb@.challenge_reply.challenge_id IS 'Challenge.';
COMMENT ON COLUMN @icb@.challenge_reply.challenge_line_id IS 'Line; NULL: all lines not answered singly in the same file.';
COMMENT ON COLUMN @icb@.challenge_reply.answer IS 'Answer in the provider''s words.';
COMMENT ON COLUMN @icb@.challenge_reply.response IS 'What it means.';
COMMENT ON COLUMN @icb@.challenge_reply.accepted IS 'Amount accepted, as sent.';
COMMENT ON COLUMN @icb@.challenge_reply.comment IS 'Provider''s comment; long numbers are blacked out.';
COMMENT ON COLUMN @icb@.challenge_reply.responded_on IS 'Day of the answer, as sent.';
COMMENT ON COLUMN @icb@.challenge_reply.document_ref IS 'Document, as sent.';
COMMENT ON COLUMN @icb@.challenge_reply.event_id IS 'Step that it became.';

CREATE FUNCTION @icb@.without_numbers(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(words, '[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}', '##########', 'g');
COMMENT ON FUNCTION @icb@.without_numbers(text) IS 'Free text with everything blacked out that has the length of an NHS number.';

CREATE FUNCTION @icb@.apply_challenge_reply(submission_id bigint) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    r record;
    loaded bigint := 0;
    event bigint;
    fault text;
    answered bigint[] := '{}';
    answered_whole bigint[] := '{}';
    these bigint[];
    received date := (SELECT s.received_at::date FROM @icb@.submission s WHERE s.submission_id = submission_id);
BEGIN
    PERFORM @icb@.refuse(submission_id, 'challenge_id', 'unknown challenge', 'NOT EXISTS (SELECT FROM @icb@.challenge c WHERE c.challenge_id = s.challenge_id)');
    -- a line may be named by the provider's own numbers
    EXECUTE pg_catalog.format($q$
        UPDATE @icb_identity@.stage_%1$s s SET challenge_line_id = m.id
        FROM (SELECT s.line_no, min(l.challenge_line_id) AS id
              FROM @icb_identity@.stage_%1$s s
              JOIN @icb@.challenge_line l ON l.challenge_id = s.challenge_id AND (l.provider_event_id = s.provider_event_id OR l.cds_id = s.cds_id)
              WHERE s.faults IS NULL AND s.challenge_line_id IS NULL
              GROUP BY s.line_no HAVING count(*) = 1) m
        WHERE s.line_no = m.line_no $q$, submission_id);
    PERFORM @icb@.refuse(submission_id, 'provider_event_id', 'names no line, or several lines, of the challenge: send the line reference',
                         's.challenge_line_id IS NULL AND coalesce(s.provider_event_id, s.cds_id) IS NOT NULL');
    PERFORM @icb@.refuse(submission_id, 'challenge_line_id', 'not a line of the challenge',
                         's.challenge_line_id IS NOT NULL AND NOT EXISTS (SELECT FROM @icb@.challenge_line l WHERE l.challenge_id = s.challenge_id AND l.challenge_line_id = s.challenge_line_id)');
    PERFORM @icb@.refuse(submission_id, 'response', 'answer not understood: say in @icb@.reply_map what it means',
                         '@icb@.reply_meaning(s.response, (SELECT c.provider_code FROM @icb@.challenge c WHERE c.challenge_id = s.challenge_id)) IS NULL');
    -- single lines before the rest of their challenge
    FOR r IN EXECUTE pg_catalog.format($q$
        SELECT s.*, @icb@.reply_meaning(s.response, c.provider_code) AS meaning
        FROM @icb_identity@.stage_%1$s s JOIN @icb@.challenge c ON c.challenge_id = s.challenge_id
        WHERE s.faults IS NULL
        ORDER BY s.challenge_id, s.challenge_line_id NULLS LAST, s.line_no $q$, submission_id)
    LOOP
        fault := NULL;
        event := NULL;
        IF r.challenge_line_id = ANY (answered) OR (r.challenge_line_id IS NULL AND r.challenge_id = ANY (answered_whole)) THEN
            fault := 'response|answered twice in this file';
        ELSE
            -- what the file answers singly is not answered again by its answer for all
            these := CASE WHEN r.challenge_line_id IS NOT NULL THEN ARRAY[r.challenge_line_id]
                          WHEN pg_catalog.cardinality(answered) > 0 THEN ARRAY(
                              SELECT l.challenge_line_id FROM @icb@.challenge_line l
                              WHERE l.challenge_id = r.challenge_id AND l.challenge_line_id <> ALL (answered) AND l.open > 0
                                AND EXISTS (SELECT FROM commissioning.challenge_transition_reference t WHERE t.action = 'respond' AND t.from_state = l.state)) END;
            BEGIN
                event := @icb@.respond_challenge(r.challenge_id::bigint, r.meaning, r.accepted, these, coalesce(r.responded_on, received), 'reply file',
                                                 @icb@.without_numbers(r.document_ref), @icb@.without_numbers(r.comment));
            EXCEPTION
                WHEN invalid_parameter_value THEN fault := 'accepted|' || pg_catalog.replace(SQLERRM, '|', '/');
                WHEN object_not_in_prerequisite_state OR undefined_object THEN fault := 'challenge_id|' || pg_catalog.replace(SQLERRM, '|', '/');
            END;
        END IF;
        IF fault IS NOT NULL THEN
            PERFORM @icb@.refuse(submission_id, pg_catalog.split_part(fault, '|', 1), pg_catalog.split_part(fault, '|', 2), pg_catalog.format('s.line_no = %s', r.line_no));
        ELSE
            INSERT INTO @icb@.challenge_reply (submission_id, line_no, challenge_id, challenge_line_id, answer, response, accepted, comment, responded_on, document_ref, extra, event_id)
            VALUES (submission_id, r.line_no, r.challenge_id, r.challenge_line_id, @icb@.without_numbers(r.response), r.meaning, r.accepted, @icb@.without_numbers(r.comment),
                    r.responded_on, @icb@.without_numbers(r.document_ref), r.extra, event);
            loaded := loaded + 1;
            IF r.challenge_line_id IS NULL THEN
                answered_whole := answered_whole || r.challenge_id::bigint;
            ELSE
                answered := answered || r.challenge_line_id::bigint;
            END IF;
        END IF;
    END LOOP;
    RETURN loaded;
END
$$;
COMMENT ON FUNCTION @icb@.apply_challenge_reply(bigint) IS
    'Loads answers of a provider: each row becomes a step of respond_challenge. What is not understood, or does not fit what is open, is refused with the reason. Rows accepted.';

-- Pre-flight --------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.preflight(submission bigint)
    RETURNS TABLE (rule_code text, rule_name text, outcome text, reason text, lines bigint, billed numeric, identified numeric, net numeric, first_lines bigint[], told text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM @icb@.submission_slice s WHERE s.submission_id = submission AND s.status = 'current') THEN
        RAISE EXCEPTION 'submission % is not in the current position', submission
            USING ERRCODE = 'undefined_object', HINT = 'Load the file with commissioning-load, then CALL @icb@.load() and CALL @icb@.match().';
    END IF;
    -- the rules as they stand now; the rules alone are kept
    PERFORM @icb@.compile_tariffs();
    PERFORM @icb@.compile_contracts();
    PERFORM @icb@.compile_rules();
    RETURN QUERY
    WITH found AS MATERIALIZED (
        SELECT f.* FROM @icb@.finding_all_live f WHERE f.submission_id = submission AND f.rule_class <> 'governance'
    ), whole AS (
        -- a rule that needs what is not here says so once
        SELECT t.rule_code, t.status, r.name FROM @icb@.rule_status t JOIN @icb@.active_rule r ON r.code = t.rule_code
        WHERE t.status LIKE 'no data: %' AND r.class <> 'governance' AND r.level <> 'provider'
          AND t.contract_id IN (SELECT coalesce(c.contract_id, '*') FROM @icb@.claim_price c WHERE c.submission_id = submission)
        GROUP BY t.rule_code, t.status, r.name
    ), row AS (
        SELECT f.rule_code, max(f.rule_name) AS rule_name, f.outcome, f.reason, count(*) AS lines, sum(f.billed)::numeric(16,2) AS billed,
               sum(f.identified)::numeric(16,2) AS identified, sum(f.net)::numeric(16,2) AS net,
               (pg_catalog.array_agg(f.line_no ORDER BY f.net DESC, f.line_no))[1:20] AS first_lines,
               CASE WHEN f.outcome = 'not_assessed' THEN 'cannot be judged on these lines' ELSE max(coalesce(nullif(r.provider_text, ''), r.name)) END AS told
        FROM found f
        LEFT JOIN @icb@.active_rule r ON r.code = f.rule_code
        GROUP BY f.rule_code, f.outcome, f.reason
        UNION ALL
        SELECT w.rule_code, w.name, 'not_assessed', w.status, NULL, NULL, NULL, NULL, NULL, 'left to the commissioner, who has this' FROM whole w
    )
    SELECT x.* FROM row x
    ORDER BY pg_catalog.array_position('{fail,hold,not_assessed}'::text[], x.outcome), x.net DESC NULLS LAST, x.rule_code, x.reason;
END
$$;
COMMENT ON FUNCTION @icb@.preflight(bigint) IS
    'For a provider, before it sends a file: the open rules of its commissioner on the file as loaded into a warehouse of the provider''s own, without keeping what is found. One row per rule, outcome and reason, with up to twenty lines of the file, the dearest first; a rule that needs what the payer alone has is told once as not assessed. 42704 for a submission that is not loaded.';
