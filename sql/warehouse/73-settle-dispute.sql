-- Disputes: the contested part of a line is held on both sides until it is released for payment, or upheld and corrected by lines.

CREATE TABLE @icb@.suspense (
    suspense_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id           bigint NOT NULL,
    line_no          integer NOT NULL,
    contested_amount numeric(18,2) NOT NULL CHECK (contested_amount > 0),
    reason           text NOT NULL,
    opened_by        text NOT NULL DEFAULT current_user,
    opened_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    upheld_amount    numeric(18,2) CHECK (upheld_amount BETWEEN 0 AND contested_amount),
    resolved_by      text,
    resolved_at      timestamptz,
    released_so_far  numeric(18,2) NOT NULL DEFAULT 0 CHECK (released_so_far >= 0),
    upheld_so_far    numeric(18,2) NOT NULL DEFAULT 0 CHECK (upheld_so_far >= 0),
    FOREIGN KEY (run_id, line_no) REFERENCES @icb@.settlement_line,
    CHECK ((upheld_amount IS NULL) = (resolved_at IS NULL) AND (resolved_by IS NULL) = (resolved_at IS NULL)),
    CONSTRAINT suspense_adds_up CHECK (released_so_far + upheld_so_far <= contested_amount)
);
CREATE INDEX suspense_line ON @icb@.suspense (run_id, line_no);
COMMENT ON TABLE @icb@.suspense IS 'The contested part of a posted line: held until it is resolved. The uncontested part is paid. Opened, added to and resolved by functions, whose steps stand in suspense_event.';
COMMENT ON COLUMN @icb@.suspense.upheld_amount IS 'How much of the contested amount the objection was right about, once all of it is resolved; the rest is released for payment.';
COMMENT ON COLUMN @icb@.suspense.released_so_far IS 'Released for payment so far.';
COMMENT ON COLUMN @icb@.suspense.upheld_so_far IS 'Upheld so far and corrected by lines.';

CREATE TABLE @icb@.suspense_event (
    suspense_id    bigint NOT NULL REFERENCES @icb@.suspense,
    event_no       integer NOT NULL,
    action         text NOT NULL CHECK (action IN ('open', 'add', 'release', 'uphold')),
    amount         numeric(18,2) NOT NULL CHECK (amount > 0),
    reason         text NOT NULL,
    correction_run bigint REFERENCES @icb@.settlement_run,
    posting_period daterange NOT NULL,
    recorded_by    text NOT NULL DEFAULT session_user,
    recorded_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (suspense_id, event_no)
);
COMMENT ON TABLE @icb@.suspense_event IS 'What happened to a contested sum, step by step. Append-only.';
COMMENT ON COLUMN @icb@.suspense_event.suspense_id IS 'Contested sum.';
COMMENT ON COLUMN @icb@.suspense_event.event_no IS 'Number of the step.';
COMMENT ON COLUMN @icb@.suspense_event.action IS 'open, add (more is contested), release (is paid after all) or uphold (the objection was right).';
COMMENT ON COLUMN @icb@.suspense_event.amount IS 'Amount of the step in pounds.';
COMMENT ON COLUMN @icb@.suspense_event.reason IS 'Why.';
COMMENT ON COLUMN @icb@.suspense_event.correction_run IS 'Run whose lines correct what was upheld.';
COMMENT ON COLUMN @icb@.suspense_event.posting_period IS 'Accounting period of the step.';
COMMENT ON COLUMN @icb@.suspense_event.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.suspense_event.recorded_at IS 'When it was recorded.';
DO $triggers$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['suspense', 'suspense_event'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.%I FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.%I FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change()', name);
    END LOOP;
END
$triggers$;
CREATE TRIGGER open_period BEFORE INSERT ON @icb@.suspense_event FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_closed_period();

CREATE FUNCTION @icb@.check_contested() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    line numeric := (SELECT abs(l.amount) FROM @icb@.settlement_line l WHERE l.run_id = NEW.run_id AND l.line_no = NEW.line_no);
    held numeric := (SELECT coalesce(sum(b.open_amount + b.upheld_amount), 0) FROM @icb@.suspense_balance b
                     WHERE b.run_id = NEW.run_id AND b.line_no = NEW.line_no AND b.suspense_id <> NEW.suspense_id);
BEGIN
    IF held + NEW.contested_amount - NEW.released_so_far > line THEN
        RAISE EXCEPTION 'line % of settlement run % is %, of which % cannot be contested', NEW.line_no, NEW.run_id, line, held + NEW.contested_amount - NEW.released_so_far
            USING ERRCODE = 'invalid_parameter_value', HINT = 'No more than the line can be contested, all objections to it together.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.check_contested() IS 'Trigger: no more of a line is contested than it holds (22023).';
CREATE TRIGGER check_contested BEFORE INSERT OR UPDATE OF contested_amount ON @icb@.suspense FOR EACH ROW EXECUTE FUNCTION @icb@.check_contested();

-- Who stands to lose what the objector disputes: those whose lines of the same run have the other sign, in proportion.
CREATE FUNCTION @icb@.suspense_sides(run_id bigint, line_no integer, amount numeric)
    RETURNS TABLE (party text, role text, vat_treatment text, amount numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT l.party, l.role, l.vat_treatment, sign(l.amount) * suspense_sides.amount
    FROM @icb@.settlement_line l WHERE l.run_id = suspense_sides.run_id AND l.line_no = suspense_sides.line_no
    UNION ALL
    SELECT o.party, o.role, o.vat_treatment, sign(o.amount) * commissioning.split_weighted(suspense_sides.amount, abs(o.amount)) OVER (ORDER BY o.line_no)
    FROM @icb@.settlement_line l
    JOIN @icb@.settlement_line o ON o.run_id = l.run_id AND o.vat_treatment = l.vat_treatment AND sign(o.amount) = - sign(l.amount)
    WHERE l.run_id = suspense_sides.run_id AND l.line_no = suspense_sides.line_no
$$;
COMMENT ON FUNCTION @icb@.suspense_sides(bigint, integer, numeric) IS
    'Both sides of a contested part of a line: the party of the line, and the parties of the other sign in the same run in proportion to their lines. The rows sum to 0.';

CREATE FUNCTION @icb@.suspense_step(suspense_id bigint, action text, amount numeric, reason text) RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    item @icb@.suspense;
    run @icb@.settlement_run;
    correction bigint;
    next_event integer;
BEGIN
    SELECT s.* INTO item FROM @icb@.suspense s WHERE s.suspense_id = suspense_step.suspense_id FOR UPDATE;
    SELECT coalesce(max(e.event_no), 0) + 1 INTO next_event FROM @icb@.suspense_event e WHERE e.suspense_id = item.suspense_id;
    IF suspense_step.action = 'uphold' THEN
        SELECT r.* INTO run FROM @icb@.settlement_run r WHERE r.run_id = item.run_id;
        correction := @icb@.post_correction(run.contract_id, run.terms_version, run.period, 'upheld', pg_catalog.format('suspense %s step %s', item.suspense_id, next_event), 'upheld', suspense_step.reason,
            (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('party', s.party, 'role', s.role, 'vat_treatment', s.vat_treatment, 'amount', - s.amount))
             FROM @icb@.suspense_sides(item.run_id, item.line_no, suspense_step.amount) s));
    END IF;
    INSERT INTO @icb@.suspense_event (suspense_id, event_no, action, amount, reason, correction_run, posting_period, recorded_by)
    VALUES (item.suspense_id, next_event, suspense_step.action, suspense_step.amount, suspense_step.reason, correction, @icb@.posting_period(), session_user);
END
$$;
COMMENT ON FUNCTION @icb@.suspense_step(bigint, text, numeric, text) IS 'Records a step of a contested sum; what is upheld is corrected by lines.';
REVOKE EXECUTE ON FUNCTION @icb@.suspense_step(bigint, text, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.check_suspense_arguments(amount numeric, reason text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF amount IS NULL OR amount < 0 OR amount = 'NaN' OR amount <> pg_catalog.round(amount, 2) THEN
        RAISE EXCEPTION 'a contested amount is given in pence, not as %', coalesce(amount::text, 'nothing')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'In pounds with at most 2 decimals, not negative, whatever the sign of the line.';
    ELSIF coalesce(pg_catalog.btrim(reason), '') = '' THEN
        RAISE EXCEPTION 'say why' USING ERRCODE = 'invalid_parameter_value', HINT = 'The reason is kept with the step.';
    END IF;
END
$$;
COMMENT ON FUNCTION @icb@.check_suspense_arguments(numeric, text) IS 'Refuses an amount that is no amount in pence, and a missing reason (22023).';

CREATE FUNCTION @icb@.contest_line(run_id bigint, line_no integer, amount numeric, reason text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run @icb@.settlement_run := @icb@.lock_settlement(contest_line.run_id);
    id bigint;
BEGIN
    PERFORM @icb@.check_suspense_arguments(nullif(contest_line.amount, 0), contest_line.reason);
    IF NOT EXISTS (SELECT FROM @icb@.settlement_line l WHERE l.run_id = run.run_id AND l.line_no = contest_line.line_no) THEN
        RAISE EXCEPTION 'settlement run % has no line %', run.run_id, contest_line.line_no
            USING ERRCODE = 'undefined_object', HINT = 'Lines of posted runs can be contested; see settlement_line.';
    END IF;
    INSERT INTO @icb@.suspense (run_id, line_no, contested_amount, reason, opened_by)
    VALUES (run.run_id, contest_line.line_no, contest_line.amount, contest_line.reason, session_user) RETURNING suspense_id INTO id;
    PERFORM @icb@.suspense_step(id, 'open', contest_line.amount, contest_line.reason);
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.contest_line(bigint, integer, numeric, text) IS
    'Holds a contested part of a posted line; the rest is paid. Number of the contested sum. 22023 for more than the line holds, no amount or no reason, 42704 for an unknown run or line.';
REVOKE EXECUTE ON FUNCTION @icb@.contest_line(bigint, integer, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.lock_suspense(suspense_id bigint) RETURNS @icb@.suspense
    LANGUAGE plpgsql
AS $$
DECLARE
    item @icb@.suspense;
BEGIN
    PERFORM @icb@.lock_settlement(s.run_id) FROM @icb@.suspense s WHERE s.suspense_id = lock_suspense.suspense_id;
    SELECT s.* INTO item FROM @icb@.suspense s WHERE s.suspense_id = lock_suspense.suspense_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no contested sum %', lock_suspense.suspense_id USING ERRCODE = 'undefined_object';
    ELSIF item.resolved_at IS NOT NULL THEN
        RAISE EXCEPTION 'contested sum % is resolved', item.suspense_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Contest the line again if there is something new.';
    END IF;
    RETURN item;
END
$$;
COMMENT ON FUNCTION @icb@.lock_suspense(bigint) IS 'A contested sum that is open, held until the end of the transaction. 42704 for an unknown one, 55000 for one that is resolved.';
REVOKE EXECUTE ON FUNCTION @icb@.lock_suspense(bigint) FROM PUBLIC;

CREATE FUNCTION @icb@.contest_more(suspense_id bigint, amount numeric, reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item @icb@.suspense := @icb@.lock_suspense(contest_more.suspense_id);
BEGIN
    PERFORM @icb@.check_suspense_arguments(nullif(contest_more.amount, 0), contest_more.reason);
    UPDATE @icb@.suspense s SET contested_amount = s.contested_amount + contest_more.amount WHERE s.suspense_id = item.suspense_id;
    PERFORM @icb@.suspense_step(item.suspense_id, 'add', contest_more.amount, contest_more.reason);
END
$$;
COMMENT ON FUNCTION @icb@.contest_more(bigint, numeric, text) IS 'Adds to an open contested sum. 22023 for more than the line holds, 55000 once it is resolved, 42704 for an unknown one.';
REVOKE EXECUTE ON FUNCTION @icb@.contest_more(bigint, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.resolve_suspense(suspense_id bigint, released numeric, upheld numeric, reason text) RETURNS numeric
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    item @icb@.suspense := @icb@.lock_suspense(resolve_suspense.suspense_id);
    open_before numeric := item.contested_amount - item.released_so_far - item.upheld_so_far;
    open_after numeric;
BEGIN
    PERFORM @icb@.check_suspense_arguments(resolve_suspense.released, resolve_suspense.reason), @icb@.check_suspense_arguments(resolve_suspense.upheld, resolve_suspense.reason);
    open_after := open_before - resolve_suspense.released - resolve_suspense.upheld;
    IF open_after < 0 OR open_after = open_before THEN
        RAISE EXCEPTION '% is open of contested sum %, of which % cannot be resolved', open_before, item.suspense_id, resolve_suspense.released + resolve_suspense.upheld
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Say how much is released for payment and how much is upheld; what is left stays open.';
    END IF;
    IF resolve_suspense.released > 0 THEN
        PERFORM @icb@.suspense_step(item.suspense_id, 'release', resolve_suspense.released, resolve_suspense.reason);
    END IF;
    IF resolve_suspense.upheld > 0 THEN
        PERFORM @icb@.suspense_step(item.suspense_id, 'uphold', resolve_suspense.upheld, resolve_suspense.reason);
    END IF;
    UPDATE @icb@.suspense s
    SET released_so_far = s.released_so_far + resolve_suspense.released, upheld_so_far = s.upheld_so_far + resolve_suspense.upheld,
        upheld_amount = CASE WHEN open_after = 0 THEN s.upheld_so_far + resolve_suspense.upheld END,
        resolved_by = CASE WHEN open_after = 0 THEN session_user END, resolved_at = CASE WHEN open_after = 0 THEN clock_timestamp() END
    WHERE s.suspense_id = item.suspense_id;
    RETURN open_after;
END
$$;
COMMENT ON FUNCTION @icb@.resolve_suspense(bigint, numeric, numeric, text) IS
    'Resolves a contested sum, or part of it: released is paid after all; upheld is taken from the line and given back to the other side by lines of their own, which stay however often the contract is settled again (cancel_correction takes them back). What is still open. 22023 for more than is open, 55000 once it is resolved, 42704 for an unknown one.';
REVOKE EXECUTE ON FUNCTION @icb@.resolve_suspense(bigint, numeric, numeric, text) FROM PUBLIC;

CREATE VIEW @icb@.suspense_balance AS
SELECT s.suspense_id, s.run_id, s.line_no, s.contested_amount,
       CASE WHEN s.resolved_at IS NULL THEN s.contested_amount - s.released_so_far - s.upheld_so_far ELSE 0 END::numeric(18,2) AS open_amount,
       CASE WHEN s.resolved_at IS NULL THEN s.released_so_far ELSE s.contested_amount - s.upheld_amount END::numeric(18,2) AS released_amount,
       coalesce(s.upheld_amount, s.upheld_so_far)::numeric(18,2) AS upheld_amount,
       s.upheld_so_far::numeric(18,2) AS corrected_amount
FROM @icb@.suspense s;
COMMENT ON VIEW @icb@.suspense_balance IS 'Each contested sum by what became of it: contested = open + released + upheld.';
COMMENT ON COLUMN @icb@.suspense_balance.suspense_id IS 'Contested sum.';
COMMENT ON COLUMN @icb@.suspense_balance.run_id IS 'Settlement run of the line.';
COMMENT ON COLUMN @icb@.suspense_balance.line_no IS 'Line of that run.';
COMMENT ON COLUMN @icb@.suspense_balance.contested_amount IS 'Contested in all.';
COMMENT ON COLUMN @icb@.suspense_balance.open_amount IS 'Still held.';
COMMENT ON COLUMN @icb@.suspense_balance.released_amount IS 'Released for payment.';
COMMENT ON COLUMN @icb@.suspense_balance.upheld_amount IS 'Upheld.';
COMMENT ON COLUMN @icb@.suspense_balance.corrected_amount IS 'Part of what was upheld that lines have corrected; the rest, resolved before 0.4, is left out of what is due.';

-- What of each party's account is not to be paid: open sums, and sums upheld before there were correcting lines.
CREATE VIEW @icb@.suspense_held AS
SELECT r.contract_id, lower(r.period) AS year_from, b.suspense_id, b.run_id, b.line_no, s.party, s.role, s.vat_treatment, s.amount::numeric(18,2) AS amount
FROM @icb@.suspense_balance b
JOIN @icb@.settlement_run r ON r.run_id = b.run_id
CROSS JOIN LATERAL @icb@.suspense_sides(b.run_id, b.line_no, b.open_amount + b.upheld_amount - b.corrected_amount) s
WHERE b.open_amount + b.upheld_amount - b.corrected_amount <> 0;
COMMENT ON VIEW @icb@.suspense_held IS 'What is held of each party''s account, both sides of every dispute; the rows of a contested sum add up to 0.';
COMMENT ON COLUMN @icb@.suspense_held.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.suspense_held.year_from IS 'First day of the settlement year.';
COMMENT ON COLUMN @icb@.suspense_held.suspense_id IS 'Contested sum.';
COMMENT ON COLUMN @icb@.suspense_held.run_id IS 'Settlement run of the contested line.';
COMMENT ON COLUMN @icb@.suspense_held.line_no IS 'Contested line.';
COMMENT ON COLUMN @icb@.suspense_held.party IS 'Party whose account it is part of.';
COMMENT ON COLUMN @icb@.suspense_held.role IS 'party, counterparty or former.';
COMMENT ON COLUMN @icb@.suspense_held.vat_treatment IS 'VAT treatment of the line.';
COMMENT ON COLUMN @icb@.suspense_held.amount IS 'Held: positive of what the party would get, negative of what it would pay.';
