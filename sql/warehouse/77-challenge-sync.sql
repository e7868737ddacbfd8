-- What restatements and deadlines do to challenges.

-- What changed on challenged lines since they were last compared with the current position: bill and finding, then and now.
CREATE VIEW @icb@.challenge_restatement AS
WITH watched AS (
    SELECT l.*, coalesce(f.recoverable, 0) AS recoverable_after, f.billed AS finding_billed, f.submission_id AS finding_submission, f.finding_ref IS NOT NULL AS found
    FROM @icb@.challenge_line l
    LEFT JOIN @icb@.challengeable_finding f ON f.finding_ref = l.finding_ref
    WHERE l.challenge_id IS NOT NULL AND l.state <> 'selected'
), moved AS MATERIALIZED (
    SELECT w.* FROM watched w
    WHERE w.recoverable_after <> w.recoverable_now OR w.finding_billed <> w.billed_now
), bill AS (
    -- what the provider charges for the line now
    SELECT m.challenge_line_id, CASE WHEN m.line_key IS NULL THEN coalesce(m.finding_billed, 0) ELSE coalesce(sum(c.total_cost), 0) END AS billed_after, max(c.submission_id) AS submission_after
    FROM moved m
    LEFT JOIN @icb@.current_invoice_line c ON c.line_key = m.line_key AND c.commissioner_code = m.commissioner_code
    GROUP BY m.challenge_line_id, m.line_key, m.finding_billed
), gone AS MATERIALIZED (
    SELECT DISTINCT o.claim_group, m.commissioner_code, m.submission_now, m.line_key
    FROM moved m
    JOIN bill b ON b.challenge_line_id = m.challenge_line_id
    JOIN @icb@.invoice_line o ON o.line_key = m.line_key AND o.submission_id = m.submission_now AND o.commissioner_code = m.commissioner_code
    WHERE b.submission_after IS NULL
), event AS MATERIALIZED (
    SELECT DISTINCT g.claim_group, g.commissioner_code, g.submission_now FROM gone g
), event_line AS (
    SELECT x.claim_group, x.commissioner_code, x.submission_now, x.line_key, sum(x.was) AS was, sum(x.now) AS now
    FROM (SELECT e.claim_group, e.commissioner_code, e.submission_now, o.line_key, o.total_cost AS was, NULL::numeric AS now
          FROM event e
          JOIN @icb@.invoice_line o ON o.submission_id = e.submission_now AND o.claim_group = e.claim_group AND o.commissioner_code = e.commissioner_code
          UNION ALL
          SELECT e.claim_group, e.commissioner_code, e.submission_now, c.line_key, NULL, c.total_cost
          FROM event e
          JOIN @icb@.current_invoice_line c ON c.claim_group = e.claim_group AND c.commissioner_code = e.commissioner_code) x
    GROUP BY x.claim_group, x.commissioner_code, x.submission_now, x.line_key
), rebill AS (
    -- of the lines of an event that are gone, the share that came back under other keys
    SELECT y.claim_group, y.commissioner_code, y.submission_now,
           least(greatest(coalesce(sum(y.now) FILTER (WHERE y.was IS NULL), 0), 0) / nullif(sum(y.was) FILTER (WHERE y.now IS NULL), 0), 1) AS share
    FROM event_line y
    GROUP BY y.claim_group, y.commissioner_code, y.submission_now
), change AS (
    SELECT m.challenge_line_id, m.line_key, m.commissioner_code, b.billed_after, coalesce(b.submission_after, m.submission_now) AS submission_after,
           m.recoverable_after, m.recoverable_now - m.recoverable_after AS fall,
           b.submission_after IS NULL AND coalesce(r.share, 0) > 0 AS rebilled,
           -- by how much the provider's own correction lowers what we pay; of a series nobody can say
           CASE WHEN m.line_key IS NULL THEN 0 ELSE round(greatest(m.billed_now - b.billed_after - CASE WHEN b.submission_after IS NULL THEN round(coalesce(r.share, 0) * m.billed_now, 6) ELSE 0 END, 0) * m.recovery_rate, 2) END AS relief
    FROM moved m
    JOIN bill b ON b.challenge_line_id = m.challenge_line_id
    LEFT JOIN gone g ON g.line_key = m.line_key AND g.commissioner_code = m.commissioner_code AND g.submission_now = m.submission_now
    LEFT JOIN rebill r ON r.claim_group = g.claim_group AND r.commissioner_code = g.commissioner_code AND r.submission_now = g.submission_now
)
SELECT c.challenge_line_id, c.billed_after, c.submission_after, c.recoverable_after, c.fall, c.rebilled,
       -- several findings on one line share the correction in their order
       greatest(least(c.fall, coalesce(c.relief, 0) - (sum(greatest(c.fall, 0)) OVER w - greatest(c.fall, 0))), 0) AS corrected
FROM change c
WINDOW w AS (PARTITION BY c.line_key, c.commissioner_code ORDER BY c.challenge_line_id);
COMMENT ON VIEW @icb@.challenge_restatement IS
    'Challenged lines whose bill or finding has changed since they were last compared: what is charged and recoverable now, by how much the finding fell, and how much of that fall the provider''s own correction accounts for. sync_challenges posts it.';
COMMENT ON COLUMN @icb@.challenge_restatement.challenge_line_id IS 'Line.';
COMMENT ON COLUMN @icb@.challenge_restatement.billed_after IS 'Amount charged now; 0: no longer charged.';
COMMENT ON COLUMN @icb@.challenge_restatement.submission_after IS 'File in which the line stands now.';
COMMENT ON COLUMN @icb@.challenge_restatement.recoverable_after IS 'Recoverable now; 0: no longer found.';
COMMENT ON COLUMN @icb@.challenge_restatement.fall IS 'By how much the recoverable amount fell; negative: it rose.';
COMMENT ON COLUMN @icb@.challenge_restatement.rebilled IS 'Whether the line is gone and its event is charged under another key.';
COMMENT ON COLUMN @icb@.challenge_restatement.corrected IS 'Part of the fall that comes from a lower bill.';

CREATE FUNCTION @icb@.sync_step(as_of date DEFAULT NULL, OUT compared bigint, OUT changed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    today date := coalesce(as_of, @icb@.today());
    step record;
    seen @icb@.challenge_restatement[];
    moved bigint;
    loops text := pg_catalog.current_setting('enable_nestloop');
BEGIN
    -- one comparison at a time; answers go on
    PERFORM @icb@.lock_ledger();
    changed := 0;
    PERFORM @icb@.follow_rule_versions();
    SELECT count(*), count(*) FILTER (WHERE coalesce(f.recoverable, 0) <> l.recoverable_now OR f.billed <> l.billed_now) INTO compared, moved
    FROM @icb@.challenge_line l LEFT JOIN @icb@.challengeable_finding f ON f.finding_ref = l.finding_ref
    WHERE l.challenge_id IS NOT NULL AND l.state <> 'selected';
    -- a few lines are looked up, many are joined: the server cannot know how many
    PERFORM pg_catalog.set_config('enable_nestloop', CASE WHEN moved > 1000 THEN 'off' ELSE loops END, true);
    seen := ARRAY(SELECT r FROM @icb@.challenge_restatement r);
    -- an answer under way is waited for, and what is read afterwards contains it
    PERFORM FROM @icb@.challenge_line l
    WHERE l.challenge_line_id IN (SELECT r.challenge_line_id FROM unnest(seen) r)
    ORDER BY l.challenge_line_id FOR UPDATE;
    FOR step IN
        WITH line AS (
            SELECT l.*, r.recoverable_after, greatest(r.fall, 0) AS fall, greatest(-r.fall, 0) AS rise, r.rebilled AS came_back, r.corrected AS c, r.billed_after,
                   l.accepted - l.credit_notes AS owed
            FROM unnest(seen) r
            JOIN @icb@.challenge_line l ON l.challenge_line_id = r.challenge_line_id
        ), down AS (
            -- out of what is open first, then out of what is agreed and not yet credited
            SELECT x.*, least(x.c, x.open) AS c_open, least(greatest(x.c - x.open, 0), x.owed) AS c_owed,
                   least(greatest(x.c - x.open - x.owed, 0), x.credit_notes - x.returnable) AS c_back
            FROM line x
        ), again AS (
            SELECT x.*, CASE WHEN x.came_back THEN least(x.fall - x.c, x.open - x.c_open) ELSE 0 END AS b_open,
                   CASE WHEN x.came_back THEN least(greatest(x.fall - x.c - (x.open - x.c_open), 0), x.owed - x.c_owed) ELSE 0 END AS b_owed,
                   CASE WHEN x.came_back THEN 0 ELSE least(x.fall - x.c, x.open - x.c_open) END AS lapse,
                   -- a finding that comes back takes back what its going had given
                   least(x.rise, x.returnable) AS u_back,
                   least(x.rise - least(x.rise, x.returnable), x.corrected) AS u_corrected
            FROM down x
        ), up AS (
            SELECT x.*, least(x.rise - x.u_back - x.u_corrected, x.rebilled) AS u_rebilled,
                   least(greatest(x.rise - x.u_back - x.u_corrected - x.rebilled, 0), x.lapsed) AS u_lapsed
            FROM again x
        ), all_moves AS (
            SELECT x.*, x.u_corrected + x.u_rebilled + x.u_lapsed > 0 AS reopened,
                   -- what was refused is not asked for again because it grew; what was agreed is
                   CASE WHEN x.u_corrected + x.u_rebilled + x.u_lapsed > 0 OR x.accepted + x.corrected > 0 OR x.state IN ('raised', 'acknowledged', 'responded', 'reviewed', 'escalated', 'mediation')
                        THEN greatest(least(x.rise - x.u_back - x.u_corrected - x.u_rebilled - x.u_lapsed, x.recoverable_after - x.raised), 0) ELSE 0 END AS more
            FROM up x
        ), posting AS (
            SELECT x.*,
                   CASE WHEN x.more > 0 AND NOT x.reopened AND x.state IN ('raised', 'acknowledged', 'responded', 'reviewed', 'escalated', 'mediation') THEN 'raise_more'
                        WHEN x.reopened OR x.more > 0 THEN 'reopen' WHEN x.b_open + x.b_owed > 0 THEN 'rebill'
                        WHEN x.lapse > 0 AND x.c_open + x.c_owed + x.c_back = 0 THEN 'lapse' ELSE 'correct' END AS action,
                   CASE WHEN x.reopened OR x.more > 0 THEN CASE WHEN x.state IN ('raised', 'acknowledged', 'responded', 'reviewed', 'escalated', 'mediation') THEN x.state ELSE 'raised' END
                        WHEN x.open - x.c_open - x.b_open - x.lapse > 0 OR x.c_open + x.c_owed + x.b_open + x.b_owed + x.lapse = 0 THEN x.state
                        WHEN x.accepted - x.c_owed - x.b_owed > x.credit_notes THEN CASE WHEN x.state = 'determined' THEN x.state ELSE 'agreed' END
                        WHEN x.credit_notes > 0 THEN 'credited'
                        WHEN x.b_open + x.b_owed > 0 THEN 'rebilled' WHEN x.c_open + x.c_owed > 0 THEN 'corrected_at_source' ELSE 'closed' END AS to_state
            FROM all_moves x
            WHERE x.c_open + x.c_owed + x.c_back + x.b_open + x.b_owed + x.lapse + x.u_back + x.more > 0 OR x.reopened
        )
        SELECT p.challenge_id, p.action, p.action = 'raise_more' OR p.action = 'reopen' AS rises,
               pg_catalog.array_agg(p.challenge_line_id) AS ids, pg_catalog.array_agg(greatest(p.recoverable, p.recoverable_after)) AS recoverables,
               pg_catalog.array_agg(greatest(p.billed, p.billed_after)) AS bills,
               pg_catalog.array_agg(ROW(p.challenge_line_id, p.to_state, p.more, -p.c_owed - p.b_owed, p.c_open + p.c_owed - p.u_corrected, NULL, NULL,
                   p.lapse - p.u_lapsed, p.b_open + p.b_owed - p.u_rebilled, NULL, NULL, NULL, p.c_back - p.u_back)::@icb@.challenge_change ORDER BY p.challenge_line_id) AS changes
        FROM posting p
        GROUP BY p.challenge_id, p.action
        ORDER BY p.challenge_id, p.action
    LOOP
        IF step.rises THEN
            UPDATE @icb@.challenge_line l SET recoverable = u.recoverable, billed = u.billed
            FROM unnest(step.ids, step.recoverables, step.bills) AS u (id, recoverable, billed) WHERE l.challenge_line_id = u.id;
        END IF;
        PERFORM @icb@.post_changes(step.challenge_id, step.action, step.changes, today, NULL,
            CASE step.action WHEN 'correct' THEN 'corrected in a later submission' WHEN 'rebill' THEN 'charged again under another key' WHEN 'lapse' THEN 'no longer found'
                 WHEN 'reopen' THEN 'found again, or more of it' ELSE 'the finding has grown' END);
        changed := changed + pg_catalog.cardinality(step.changes);
    END LOOP;
    -- compared: the next look is against this position
    UPDATE @icb@.challenge_line l SET submission_now = c.submission_id
    FROM @icb@.current_invoice_line c
    WHERE c.line_key = l.line_key AND c.commissioner_code = l.commissioner_code AND c.submission_id <> l.submission_now;
    UPDATE @icb@.challenge_line l
    SET billed_now = r.billed_after, recoverable_now = r.recoverable_after, submission_now = r.submission_after
    FROM unnest(seen) r WHERE r.challenge_line_id = l.challenge_line_id;
    PERFORM pg_catalog.set_config('enable_nestloop', loops, true);
END
$$;
COMMENT ON FUNCTION @icb@.sync_step(date) IS 'What sync_challenges does in its transaction. Lines compared, lines changed.';

CREATE PROCEDURE @icb@.sync_challenges(as_of date DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    result record;
BEGIN
    run := @icb@.start_run('challenge', pg_catalog.jsonb_build_object('step', 'sync', 'as_of', as_of));
    COMMIT;
    result := @icb@.sync_step(as_of);
    PERFORM @icb@.finish_run(run, result.compared, result.changed, NULL, NULL, CASE WHEN result.changed = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s challenged lines compared, %s changed', result.compared, result.changed));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.sync_challenges(date) IS
    'Brings challenges in line with the current position; run it after validate. A lower bill counts as corrected at source (first out of what is open, then out of what is agreed and not credited; what was credited by note already becomes returnable); a line that is gone and came back under another key as re-billed; a finding that we no longer make as lapsed; one that grew is raised by the difference, unless it was refused before; one that comes back is the same line again. A repeat changes nothing.';

-- Deadlines ---------------------------------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.deadline_step(as_of date DEFAULT NULL, OUT barred_lines bigint, OUT barred numeric)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    today date := coalesce(as_of, @icb@.today());
    late record;
    ids bigint[];
BEGIN
    PERFORM @icb@.lock_ledger();
    barred_lines := 0;
    barred := 0;
    FOR late IN
        SELECT c.provider_code, c.raise_by, count(*) AS n, sum(c.recoverable) AS amount, pg_catalog.array_agg(c ORDER BY c.finding_ref) AS lines
        FROM @icb@.challenge_candidate c WHERE c.raise_by < today
        GROUP BY 1, 2 ORDER BY 2, 1
    LOOP
        ids := @icb@.enter_candidates(late.lines, NULL);
        PERFORM @icb@.post_changes(NULL, 'time_bar', ARRAY(
            SELECT ROW(u.id, 'time_barred', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change FROM unnest(ids) AS u (id)),
            today, NULL, pg_catalog.format('not raised by %s', pg_catalog.to_char(late.raise_by, 'YYYY-MM-DD')));
        barred_lines := barred_lines + pg_catalog.cardinality(ids);
        barred := barred + late.amount;
        RAISE NOTICE 'time-barred: % lines of % over % pounds were not raised by %', late.n, late.provider_code, late.amount, pg_catalog.to_char(late.raise_by, 'YYYY-MM-DD');
    END LOOP;
    PERFORM FROM @icb@.challenge_line l
    WHERE l.state IN ('raised', 'acknowledged', 'responded', 'reviewed') AND l.open > 0
    ORDER BY l.challenge_line_id FOR UPDATE;
    FOR late IN
        SELECT x.challenge_id, x.provider_code, x.escalate_by, count(*) AS n, sum(x.open) AS amount,
               pg_catalog.array_agg(ROW(x.challenge_line_id, @icb@.state_without_open(x.accepted, x.credit_notes, 'time_barred'), NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                   x.open, NULL, NULL, NULL)::@icb@.challenge_change ORDER BY x.challenge_line_id) AS changes
        FROM (SELECT l.*, @icb@.add_operational_days(l.raised_on, p.escalate_within) AS escalate_by
              FROM @icb@.challenge_line l CROSS JOIN LATERAL @icb@.challenge_policy_of(l.contract_id) p
              WHERE l.state IN ('raised', 'acknowledged', 'responded', 'reviewed') AND l.open > 0 AND p.bar_unless_escalated) x
        WHERE x.escalate_by < today
        GROUP BY 1, 2, 3 ORDER BY 1
    LOOP
        PERFORM @icb@.post_changes(late.challenge_id, 'time_bar', late.changes, today, NULL, pg_catalog.format('not escalated by %s', pg_catalog.to_char(late.escalate_by, 'YYYY-MM-DD')));
        barred_lines := barred_lines + late.n;
        barred := barred + late.amount;
        RAISE NOTICE 'time-barred: % pounds of challenge % to % were neither settled nor escalated by %', late.amount, late.challenge_id, late.provider_code,
            pg_catalog.to_char(late.escalate_by, 'YYYY-MM-DD');
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.deadline_step(date) IS 'What check_deadlines does in its transaction. Lines and pounds time-barred.';

CREATE PROCEDURE @icb@.check_deadlines(as_of date DEFAULT NULL)
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    result record;
    soon record;
    today date := coalesce(as_of, @icb@.today());
BEGIN
    run := @icb@.start_run('challenge', pg_catalog.jsonb_build_object('step', 'deadlines', 'as_of', as_of));
    COMMIT;
    result := @icb@.deadline_step(as_of);
    FOR soon IN
        SELECT d.action, count(*) FILTER (WHERE d.due_on < today) AS overdue, count(*) FILTER (WHERE d.due_on >= today) AS due, sum(d.amount) AS amount
        FROM @icb@.challenge_duty d
        CROSS JOIN @icb@.challenge_policy_of('*') p
        WHERE d.due_on <= @icb@.add_operational_days(today, p.urgent_within)
        GROUP BY d.action ORDER BY d.action
    LOOP
        RAISE NOTICE '%: % overdue, % due soon, % pounds', soon.action, soon.overdue, soon.due, soon.amount;
    END LOOP;
    PERFORM @icb@.finish_run(run, NULL, result.barred_lines, NULL, result.barred, CASE WHEN result.barred_lines = 0 THEN 'unchanged' ELSE 'done' END,
                             pg_catalog.format('%s lines over %s pounds time-barred', result.barred_lines, result.barred));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.check_deadlines(date) IS
    'Writes an event for everything that a deadline ends: findings not raised in time, and, where the policy says bar_unless_escalated, challenges neither settled nor escalated in time. A NOTICE names each, and what is due or overdue. Nothing expires without it.';
