-- A second bookkeeper for challenges: whole pence, one line at a time, amounts moved between named purses in the order of the rules.
-- It uses no function of the product; chal_model.drive plays random histories on both and counts where they differ.
CREATE SCHEMA chal_model;
CREATE TABLE chal_model.purse (
    line_key text NOT NULL, rule text NOT NULL, id bigint, history integer NOT NULL, rate numeric NOT NULL,
    bill bigint NOT NULL, due bigint NOT NULL,      -- as last compared
    raised bigint NOT NULL, accepted bigint NOT NULL DEFAULT 0, corrected bigint NOT NULL DEFAULT 0, rejected bigint NOT NULL DEFAULT 0, withdrawn bigint NOT NULL DEFAULT 0,
    lapsed bigint NOT NULL DEFAULT 0, rebilled bigint NOT NULL DEFAULT 0, time_barred bigint NOT NULL DEFAULT 0, waived bigint NOT NULL DEFAULT 0, open bigint NOT NULL,
    notes bigint NOT NULL DEFAULT 0, back bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (line_key, rule)
);
CREATE INDEX ON chal_model.purse (history);
CREATE INDEX ON chal_model.purse (id);
CREATE INDEX ON chal_test.claim (contract);
CREATE TABLE chal_model.credit (history integer NOT NULL, pence bigint NOT NULL);  -- money that came by note, less what went back
CREATE TABLE chal_model.fault (step integer, history integer, what text, detail text);
CREATE TABLE chal_model.tally (what text PRIMARY KEY, n bigint NOT NULL);

CREATE FUNCTION chal_model.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::integer] $$;

-- whole pence by largest remainder, ties to the first
CREATE FUNCTION chal_model.split(total bigint, weights bigint[]) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    whole bigint := (SELECT sum(w) FROM unnest(weights) w);
    parts bigint[] := ARRAY(SELECT (total::numeric * w / whole)::bigint FROM unnest(weights) w);
    best integer;
BEGIN
    parts := ARRAY(SELECT div(total::numeric * w, whole)::bigint FROM unnest(weights) WITH ORDINALITY u(w, n) ORDER BY n);
    FOR odd IN 1 .. total - (SELECT sum(p) FROM unnest(parts) p) LOOP
        SELECT n INTO best FROM unnest(weights, parts) WITH ORDINALITY u(w, p, n)
        ORDER BY CASE WHEN p = div(total::numeric * w, whole) THEN mod(total::numeric * w, whole) ELSE -1 END DESC, n LIMIT 1;
        parts[best] := parts[best] + 1;
    END LOOP;
    RETURN parts;
END
$$;

-- A restatement as the second bookkeeper sees it. before: the lines of the event as they were last sent.
CREATE FUNCTION chal_model.restate(h integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    l record;
    p chal_model.purse;
    gone bigint := 0;
    fresh bigint := 0;
    pool bigint;
    fall bigint;
    c bigint;
    x bigint;
    vanished boolean;
    active boolean;
    reopened boolean;
    left_over bigint;
BEGIN
    SELECT coalesce(sum(b.bill), 0) INTO gone FROM chal_model.sent_before b WHERE b.history = h AND NOT EXISTS (SELECT FROM chal_test.claim c WHERE c.line_key = b.line_key);
    SELECT coalesce(sum(k.billed * 100), 0) INTO fresh FROM chal_test.claim k
    WHERE k.contract = 'H' || h AND NOT EXISTS (SELECT FROM chal_model.sent_before b WHERE b.line_key = k.line_key);
    FOR l IN
        SELECT q.line_key, q.rate, coalesce(max(k.billed * 100), 0)::bigint AS bill_now, bool_and(k.line_key IS NULL) AS away, max(q.bill) AS bill_then
        FROM chal_model.purse q LEFT JOIN chal_test.claim k ON k.line_key = q.line_key
        WHERE q.history = h GROUP BY q.line_key, q.rate
    LOOP
        vanished := l.away;
        pool := NULL;
        FOR p IN SELECT q.* FROM chal_model.purse q WHERE q.line_key = l.line_key ORDER BY q.id LOOP
            x := coalesce((SELECT round(w.amount * w.rate * 100) FROM chal_test.wrong w JOIN chal_test.claim k ON k.line_key = w.line_key WHERE w.line_key = p.line_key AND w.rule = p.rule), 0);
            fall := p.due - x;
            CONTINUE WHEN fall = 0 AND (p.bill = l.bill_now OR x = 0);
            active := (SELECT s.state IN ('raised', 'acknowledged', 'responded', 'reviewed', 'escalated', 'mediation') FROM chal_model.state_before s WHERE s.challenge_line_id = p.id) OR p.accepted + p.corrected > 0;
            IF fall > 0 THEN
                -- what the lower bill saves us, handed to the findings on it in turn
                pool := coalesce(pool, round(greatest(p.bill - l.bill_now - CASE WHEN vanished THEN round(p.bill * least(fresh::numeric / nullif(gone, 0), 1), 4) ELSE 0 END, 0) * p.rate)::bigint);
                c := least(fall, pool);
                pool := pool - c;
                fall := fall - c;
                x := least(c, p.open);                       p.open := p.open - x;         p.corrected := p.corrected + x; c := c - x;
                x := least(c, p.accepted - p.notes);         p.accepted := p.accepted - x; p.corrected := p.corrected + x; c := c - x;
                p.back := p.back + least(c, p.notes - p.back);
                IF vanished AND fresh > 0 THEN
                    x := least(fall, p.open);                p.open := p.open - x;         p.rebilled := p.rebilled + x; fall := fall - x;
                    x := least(fall, p.accepted - p.notes);  p.accepted := p.accepted - x; p.rebilled := p.rebilled + x;
                ELSE
                    x := least(fall, p.open);                p.open := p.open - x;         p.lapsed := p.lapsed + x;
                END IF;
            ELSIF fall < 0 THEN
                left_over := -fall;
                x := least(left_over, p.back);      p.back := p.back - x;           left_over := left_over - x;
                x := least(left_over, p.corrected); p.corrected := p.corrected - x; p.open := p.open + x; left_over := left_over - x; reopened := x > 0;
                x := least(left_over, p.rebilled);  p.rebilled := p.rebilled - x;   p.open := p.open + x; left_over := left_over - x; reopened := reopened OR x > 0;
                x := least(left_over, p.lapsed);    p.lapsed := p.lapsed - x;       p.open := p.open + x; left_over := left_over - x; reopened := reopened OR x > 0;
                IF reopened OR active THEN
                    x := greatest(least(left_over, p.due - fall - p.raised), 0);
                    p.raised := p.raised + x;
                    p.open := p.open + x;
                END IF;
            END IF;
            UPDATE chal_model.purse q
            SET bill = l.bill_now, due = coalesce((SELECT round(w.amount * w.rate * 100) FROM chal_test.wrong w JOIN chal_test.claim k ON k.line_key = w.line_key WHERE w.line_key = p.line_key AND w.rule = p.rule), 0),
                raised = p.raised, accepted = p.accepted, corrected = p.corrected, lapsed = p.lapsed, rebilled = p.rebilled, open = p.open, back = p.back
            WHERE q.line_key = p.line_key AND q.rule = p.rule;
        END LOOP;
    END LOOP;
END
$$;

-- What the provider changes in a submission: bills and errors of one event.
CREATE FUNCTION chal_model.change(h integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    l chal_test.claim;
    how text;
    away text;
BEGIN
    FOR l IN SELECT k.* FROM chal_test.claim k WHERE k.contract = 'H' || h ORDER BY k.line_key LOOP
        how := chal_model.pick('same', 'lower', 'lower', 'right', 'higher', 'reassess', 'reassess', 'gone', 'rebill', 'unfound');
        IF how = 'lower' THEN
            UPDATE chal_test.claim SET billed = billed - round((random() * 60)::numeric, 2) WHERE line_key = l.line_key AND billed > 70;
            UPDATE chal_test.wrong SET amount = round((amount * (0.3 + random() * 0.7))::numeric, 2) WHERE line_key = l.line_key;
        ELSIF how = 'right' THEN
            UPDATE chal_test.claim SET billed = greatest(billed - (SELECT coalesce(sum(amount), 0) FROM chal_test.wrong w WHERE w.line_key = l.line_key), 0) WHERE line_key = l.line_key;
            UPDATE chal_test.wrong SET amount = 0 WHERE line_key = l.line_key;
        ELSIF how = 'higher' THEN
            UPDATE chal_test.claim SET billed = billed + 40 WHERE line_key = l.line_key;
            UPDATE chal_test.wrong SET amount = amount + round((random() * 40)::numeric, 2) WHERE line_key = l.line_key;
        ELSIF how = 'reassess' THEN
            UPDATE chal_test.wrong SET amount = round((random() * l.billed::float8 / 3)::numeric, 2) WHERE line_key = l.line_key;
        ELSIF how = 'unfound' THEN
            UPDATE chal_test.wrong SET amount = 0 WHERE line_key = l.line_key;
        ELSIF how IN ('gone', 'rebill') THEN
            INSERT INTO chal_model.away SELECT (l).*;
            DELETE FROM chal_test.claim WHERE line_key = l.line_key;
            IF how = 'rebill' THEN
                INSERT INTO chal_test.claim (line_key, person, contract, event, billed)
                VALUES (l.line_key || '+', l.person, l.contract, l.event, round((l.billed * (0.4 + random() * 0.7)::numeric), 2)) ON CONFLICT DO NOTHING;
                INSERT INTO chal_test.wrong (line_key, rule, amount, rate)
                SELECT l.line_key || '+', w.rule, round((random() * 30)::numeric, 2), w.rate FROM chal_test.wrong w WHERE w.line_key = l.line_key AND random() < 0.5 ON CONFLICT DO NOTHING;
            END IF;
        END IF;
    END LOOP;
    -- what had gone may come back, as it was or not
    FOR l IN SELECT a.* FROM chal_model.away a WHERE a.contract = 'H' || h AND random() < 0.4
        AND NOT EXISTS (SELECT FROM chal_test.claim k WHERE k.line_key = a.line_key) LOOP
        INSERT INTO chal_test.claim SELECT (l).* ;
        DELETE FROM chal_model.away a WHERE a.line_key = l.line_key;
        DELETE FROM chal_test.claim k WHERE k.line_key = l.line_key || '+' AND random() < 0.7;
        UPDATE chal_test.wrong SET amount = round((random() * l.billed::float8 / 3)::numeric, 2) WHERE line_key = l.line_key AND random() < 0.6;
    END LOOP;
    UPDATE chal_test.wrong w SET amount = least(w.amount, floor(k.billed / 2)) FROM chal_test.claim k WHERE k.line_key = w.line_key AND k.contract = 'H' || h;
END
$$;

-- One step of one history by one of the two sides, on the product and in the books.
CREATE FUNCTION chal_model.act(h integer, step_no integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ch bigint := (SELECT l.challenge_id FROM chal.challenge_line l WHERE l.contract_id = 'H' || h ORDER BY random() LIMIT 1);
    act text;
    here text;
    step text;
    allowed text[];
    those bigint[];
    ids bigint[];
    opens bigint[];
    shares bigint[];
    total bigint;
    amount bigint;
    wrong_amount boolean := random() < 0.1;
    legal boolean;
    failed text;
    p record;
BEGIN
    IF ch IS NULL THEN
        RETURN;
    END IF;
    IF random() < 0.4 THEN
        those := ARRAY(SELECT l.challenge_line_id FROM chal.challenge_line l WHERE l.challenge_id = ch AND random() < 0.6 ORDER BY 1);
        those := nullif(those, '{}');
    END IF;
    SELECT l.state INTO here FROM chal.challenge_line l WHERE l.challenge_id = ch AND (those IS NULL OR l.challenge_line_id = ANY (those)) ORDER BY l.open > 0 DESC, random() LIMIT 1;
    -- mostly what can be done, now and then what cannot; the state machine, written down a second time
    FOR try IN 1 .. 12 LOOP
        act := chal_model.pick('acknowledge', 'accept', 'part', 'part', 'reject', 'reject', 'more_information', 'inform', 'agree', 'sustain', 'sustain', 'withdraw_review', 'withdraw',
                               'escalate', 'mediate', 'determine', 'credit', 'credit_part', 'credit_part', 'return', 'close', 'waive');
        step := CASE WHEN act IN ('accept', 'part', 'reject', 'more_information') THEN 'respond' WHEN act IN ('agree', 'sustain', 'withdraw_review') THEN 'review'
                     WHEN act = 'credit_part' THEN 'credit' ELSE act END;
        allowed := CASE step
            WHEN 'acknowledge' THEN '{raised}' WHEN 'respond' THEN '{raised,acknowledged,responded,reviewed,escalated,mediation}' WHEN 'inform' THEN '{responded}' WHEN 'review' THEN '{responded}'
            WHEN 'withdraw' THEN '{raised,acknowledged,responded,reviewed,escalated,mediation}' WHEN 'escalate' THEN '{raised,acknowledged,responded,reviewed}' WHEN 'mediate' THEN '{escalated}'
            WHEN 'determine' THEN '{escalated,mediation}' WHEN 'credit' THEN '{raised,acknowledged,responded,reviewed,escalated,mediation,agreed,determined}'
            WHEN 'return' THEN '{raised,acknowledged,responded,reviewed,escalated,mediation,agreed,determined,credited,closed,corrected_at_source,rebilled,time_barred,waived}'
            WHEN 'close' THEN '{credited}' WHEN 'waive' THEN '{raised,acknowledged,responded,reviewed,escalated,mediation}' END::text[];
        EXIT WHEN here = ANY (allowed) AND (step <> 'return' OR random() < 0.1) OR random() < 0.05;
    END LOOP;
    SELECT CASE WHEN those IS NULL THEN bool_or(l.state = ANY (allowed)) ELSE bool_and(l.state = ANY (allowed)) END INTO legal
    FROM chal.challenge_line l WHERE l.challenge_id = ch AND (those IS NULL OR l.challenge_line_id = ANY (those));
    SELECT array_agg(q.id ORDER BY q.id), array_agg(q.open ORDER BY q.id), sum(q.open) INTO ids, opens, total
    FROM chal_model.purse q JOIN chal.challenge_line l ON l.challenge_line_id = q.id
    WHERE l.challenge_id = ch AND (those IS NULL OR q.id = ANY (those)) AND l.state = ANY (allowed)
      AND CASE step WHEN 'respond' THEN q.open > 0 WHEN 'determine' THEN q.open > 0 WHEN 'credit' THEN q.accepted > q.notes WHEN 'return' THEN q.back > 0
                    WHEN 'review' THEN act = 'withdraw_review' OR l.response <> 'more_information' ELSE true END;
    IF step = 'credit' THEN
        opens := ARRAY(SELECT q.accepted - q.notes FROM chal_model.purse q WHERE q.id = ANY (ids) ORDER BY q.id);
        total := (SELECT sum(o) FROM unnest(opens) o);
    END IF;
    legal := legal AND (ids IS NOT NULL OR step IN ('return', 'inform', 'escalate', 'mediate', 'waive') OR (step = 'determine' AND NOT wrong_amount));
    amount := CASE WHEN wrong_amount THEN coalesce(total, 0) + 1 + floor(random() * 100) WHEN act = 'part' THEN 1 + floor(random() * greatest(total - 1, 0)) ELSE floor(random() * (coalesce(total, 0) + 1)) END;
    IF act = 'part' THEN
        legal := legal AND amount > 0 AND amount < total;
    ELSIF act = 'credit_part' THEN
        legal := legal AND amount > 0 AND amount <= total;
    ELSIF step = 'determine' THEN
        legal := legal AND amount <= coalesce(total, 0);
    END IF;
    BEGIN
        CASE step
            WHEN 'acknowledge' THEN PERFORM chal.acknowledge_challenge(ch, those);
            WHEN 'respond' THEN PERFORM chal.respond_challenge(ch, act, CASE WHEN act = 'part' THEN amount / 100.0 END, those);
            WHEN 'inform' THEN PERFORM chal.inform_challenge(ch, those);
            WHEN 'review' THEN PERFORM chal.review_challenge(ch, replace(act, '_review', ''), those);
            WHEN 'withdraw' THEN PERFORM chal.withdraw_challenge(ch, 'random', those);
            WHEN 'escalate' THEN PERFORM chal.escalate_challenge(ch, 'escalated', those);
            WHEN 'mediate' THEN PERFORM chal.escalate_challenge(ch, 'mediation', those);
            WHEN 'determine' THEN PERFORM chal.determine_challenge(ch, amount / 100.0, 'paper', those);
            WHEN 'credit' THEN PERFORM chal.credit_challenge(ch, 'note', CASE WHEN act = 'credit_part' THEN amount / 100.0 END, those);
            WHEN 'return' THEN PERFORM chal.return_credit(ch, 'note', those);
            WHEN 'close' THEN PERFORM chal.close_challenge(ch, those);
            WHEN 'waive' THEN
                INSERT INTO chal.challenge_waiver (challenge_id, lines, reason, proposed_by) VALUES (ch, those, 'random', 'somebody');
                PERFORM chal.decide_waiver((SELECT max(waiver_id) FROM chal.challenge_waiver), true);
        END CASE;
    EXCEPTION WHEN OTHERS THEN
        failed := SQLSTATE || ' ' || SQLERRM;
    END;
    INSERT INTO chal_model.tally VALUES (CASE WHEN failed IS NULL THEN act ELSE 'refused' END, 1) ON CONFLICT (what) DO UPDATE SET n = tally.n + 1;
    IF coalesce(legal, false) <> (failed IS NULL) OR failed !~ '^(55000|22023) ' THEN
        INSERT INTO chal_model.fault VALUES (step_no, h, act || CASE WHEN legal THEN ' refused' ELSE ' not refused' END, failed);
    END IF;
    IF failed IS NOT NULL OR ids IS NULL THEN
        RETURN;
    END IF;
    shares := CASE WHEN act = 'part' OR step = 'determine' OR act = 'credit_part' THEN chal_model.split(amount, opens)
                   WHEN act IN ('accept', 'credit') THEN opens ELSE array_fill(0::bigint, ARRAY[cardinality(ids)]) END;
    FOR p IN SELECT u.id, u.share FROM unnest(ids, shares) AS u (id, share) LOOP
        UPDATE chal_model.purse q SET
            accepted = q.accepted + CASE WHEN step IN ('respond', 'determine') THEN p.share WHEN step = 'return' THEN -q.back ELSE 0 END,
            notes = q.notes + CASE WHEN step = 'credit' THEN p.share WHEN step = 'return' THEN -q.back ELSE 0 END,
            corrected = q.corrected + CASE WHEN step = 'return' THEN q.back ELSE 0 END,
            back = CASE WHEN step = 'return' THEN 0 ELSE q.back END,
            rejected = q.rejected + CASE WHEN act = 'agree' THEN q.open WHEN step = 'determine' THEN q.open - p.share ELSE 0 END,
            withdrawn = q.withdrawn + CASE WHEN act IN ('withdraw', 'withdraw_review') THEN q.open ELSE 0 END,
            waived = q.waived + CASE WHEN step = 'waive' THEN q.open ELSE 0 END,
            open = CASE WHEN act IN ('agree', 'withdraw', 'withdraw_review', 'waive', 'determine') THEN 0 WHEN step = 'respond' THEN q.open - p.share ELSE q.open END
        WHERE q.id = p.id;
        IF step = 'credit' THEN
            INSERT INTO chal_model.credit VALUES (h, p.share);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION chal_model.check_books(step_no integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO chal_model.fault
    SELECT step_no, q.history, 'books differ', concat_ws(' ', l.line_key, l.state, to_jsonb(q)::text, to_jsonb(l)::text)
    FROM chal_model.purse q LEFT JOIN chal.challenge_line l ON l.challenge_line_id = q.id
    WHERE (q.raised, q.accepted, q.corrected, q.rejected, q.withdrawn, q.lapsed, q.rebilled, q.time_barred, q.waived, q.open, q.notes, q.back)
          IS DISTINCT FROM ((l.raised * 100)::bigint, (l.accepted * 100)::bigint, (l.corrected * 100)::bigint, (l.rejected * 100)::bigint, (l.withdrawn * 100)::bigint, (l.lapsed * 100)::bigint,
                            (l.rebilled * 100)::bigint, (l.time_barred * 100)::bigint, (l.waived * 100)::bigint, (l.open * 100)::bigint, (l.credit_notes * 100)::bigint, (l.returnable * 100)::bigint);
    INSERT INTO chal_model.fault
    SELECT step_no, NULL, 'identity', b::text FROM chal.challenge_balance b
    WHERE b.raised <> b.agreed + b.withdrawn + b.rejected + b.time_barred + b.waived + b.open OR b.credited > b.agreed OR b.difference <> 0 OR b.ledger_difference <> 0;
    INSERT INTO chal_model.fault
    SELECT step_no, NULL, 'total', b::text FROM (SELECT sum(raised) AS raised, sum(agreed + withdrawn + rejected + time_barred + waived + open) AS parts, sum(credited) AS credited, sum(agreed) AS agreed
                                                FROM chal.challenge_balance) b WHERE b.raised <> b.parts OR b.credited > b.agreed;
    INSERT INTO chal_model.tally SELECT 'lines looked at', count(*) FROM chal_model.purse ON CONFLICT (what) DO UPDATE SET n = tally.n + excluded.n;
$$;

CREATE TABLE chal_model.away (LIKE chal_test.claim);
CREATE TABLE chal_model.sent_before (line_key text, history integer, bill bigint);
CREATE TABLE chal_model.state_before (challenge_line_id bigint, state text);
CREATE INDEX ON chal_model.sent_before (history);
CREATE INDEX ON chal_model.state_before (challenge_line_id);
CREATE INDEX ON chal.challenge_line (contract_id);

CREATE FUNCTION chal_model.drive(histories integer, steps integer, seed float8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    h integer;
    today date := '2024-08-05';
BEGIN
    PERFORM setseed(seed);
    INSERT INTO chal.challenge_policy (setting, value) VALUES ('least_line', 0), ('least_batch', 0), ('least_precision', 0), ('weekly_minutes', NULL);
    INSERT INTO chal.challenge_policy (contract_id, setting, value)
    SELECT 'H' || n, p.setting, p.value FROM generate_series(1, histories) n, (VALUES ('bar_unless_escalated', 1), ('escalate_within', 8)) AS p (setting, value) WHERE n % 3 = 0;
    -- one to three lines of one event, some of them wrong twice, some of them recoverable in part
    INSERT INTO chal_test.claim (line_key, person, contract, event, billed)
    SELECT format('h%s.%s', n, i), n, 'H' || n, 'E' || n, round((100 + random() * 900)::numeric, 2) FROM generate_series(1, histories) n, generate_series(1, 1 + n % 3) i;
    INSERT INTO chal_test.wrong (line_key, rule, amount, rate)
    SELECT k.line_key, r, round((1 + random() * k.billed::float8 / 3)::numeric, 2), CASE WHEN k.person % 4 = 0 THEN 0.5 ELSE 1 END
    FROM chal_test.claim k, unnest('{PRC01,PRC05}'::text[]) r WHERE r = 'PRC01' OR k.person % 2 = 0;
    FOR s IN 1 .. steps LOOP
        today := today + floor(random() * 9)::integer;
        PERFORM set_config('chal.today', today::text, false);
        IF s = 1 OR random() < 0.6 THEN
            TRUNCATE chal_model.sent_before, chal_model.state_before;
            INSERT INTO chal_model.sent_before SELECT k.line_key, substr(k.contract, 2)::integer, (k.billed * 100)::bigint FROM chal_test.claim k WHERE s > 1;
            INSERT INTO chal_model.state_before SELECT l.challenge_line_id, l.state FROM chal.challenge_line l;
            FOR h IN SELECT n FROM generate_series(1, histories) n WHERE s > 1 AND random() < 0.5 LOOP
                PERFORM chal_model.change(h);
            END LOOP;
            PERFORM chal_test.submit('RZ1', chal_model.pick('flex', 'freeze', 'refresh'), today);
            PERFORM chal.sync_step();
            FOR h IN SELECT n FROM generate_series(1, histories) n WHERE s > 1 LOOP
                PERFORM chal_model.restate(h);
            END LOOP;
            INSERT INTO chal_model.tally VALUES ('submissions', 1) ON CONFLICT (what) DO UPDATE SET n = tally.n + 1;
            PERFORM chal_model.check_books(s);
            -- what is new is raised, once
            PERFORM chal.raise_step();
            INSERT INTO chal_model.purse (line_key, rule, history, rate, bill, due, raised, open)
            SELECT k.line_key, w.rule, substr(k.contract, 2)::integer, w.rate, k.billed * 100, round(w.amount * w.rate * 100), round(w.amount * w.rate * 100), round(w.amount * w.rate * 100)
            FROM chal_test.claim k JOIN chal_test.wrong w ON w.line_key = k.line_key WHERE round(w.amount * w.rate, 2) > 0
            ON CONFLICT DO NOTHING;
            UPDATE chal_model.purse q SET id = l.challenge_line_id FROM chal.challenge_line l WHERE l.line_key = q.line_key AND l.rule_code = q.rule AND q.id IS NULL;
            INSERT INTO chal_model.fault SELECT s, NULL, 'raised twice or not at all', count(*)::text FROM chal.challenge_line HAVING count(*) <> (SELECT count(*) FROM chal_model.purse);
            PERFORM chal_model.check_books(s);
        END IF;
        FOR h IN 1 .. histories LOOP
            PERFORM chal_model.act(h, s);
        END LOOP;
        IF random() < 0.4 THEN
            UPDATE chal_model.purse q SET time_barred = q.time_barred + q.open, open = 0
            FROM chal.challenge_line l
            WHERE l.challenge_line_id = q.id AND q.history % 3 = 0 AND l.state IN ('raised', 'acknowledged', 'responded', 'reviewed')
              AND (SELECT count(*) FROM generate_series(l.raised_on + 1, today - 1, interval '1 day') d
                   WHERE extract(isodow FROM d) < 6 AND NOT EXISTS (SELECT FROM commissioning.bank_holiday_reference b WHERE b.day = d::date)) >= 8;
            PERFORM chal.deadline_step();
        END IF;
        PERFORM chal_model.check_books(s);
    END LOOP;
END
$$;
