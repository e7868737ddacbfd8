-- Which findings are worth a conversation: grouped by cause, not below their thresholds, not where the rule is mostly wrong, as many as
-- the reviewers can follow this week, deadlines first.

-- The one place that says which findings may be challenged.
CREATE VIEW @icb@.challengeable_finding AS
SELECT f.finding_ref, f.person_id, f.line_key, NULL::text AS series_key, f.rule_code, f.rule_version, f.rule_name, f.provider_code, f.commissioner_code, f.contract_id, f.pod,
       f.pod_class, f.activity_month, f.billed, least(f.recoverable, round(f.billed, 2))::numeric(16,2) AS recoverable, f.recovery_rate, f.evidence, f.submission_id, f.line_no
FROM @icb@.finding f
-- never more than was charged
WHERE f.closed_run IS NULL AND f.outcome = 'fail' AND f.rule_class = 'money' AND f.detectable = 'full' AND least(f.recoverable, round(f.billed, 2)) > 0
UNION ALL
-- about a provider as a whole, year to date
SELECT s.finding_ref, NULL, NULL, s.series_key, s.rule_code, s.rule_version, s.rule_name, s.provider_code, s.commissioner_code, s.contract_id, 'series', 'any',
       pg_catalog.date_trunc('month', (upper(s.period) - 1)::timestamp)::date, CASE WHEN s.billed >= s.recoverable THEN s.billed END, s.recoverable, s.recovery_rate,
       s.evidence || pg_catalog.jsonb_build_object('series', s.series_key, 'from', lower(s.period), 'to', upper(s.period) - 1), NULL, NULL
FROM @icb@.series_finding s
WHERE s.closed_run IS NULL AND s.outcome = 'fail' AND s.rule_class = 'money' AND s.detectable = 'full' AND s.recoverable > 0;
COMMENT ON VIEW @icb@.challengeable_finding IS
    'Open findings that may be raised: money, decided by the tables, recoverable. Signs that need the case notes go to audit samples, undercharges are the provider''s to claim.';
COMMENT ON COLUMN @icb@.challengeable_finding.series_key IS 'Series it is about; NULL for findings on lines.';
COMMENT ON COLUMN @icb@.challengeable_finding.rule_name IS 'Name of the rule.';

-- Outcomes and what they teach ----------------------------------------------------------------------------------------------

CREATE VIEW @icb@.challenge_outcome AS
SELECT l.challenge_line_id, l.challenge_id, l.provider_code, l.commissioner_code, l.contract_id, l.rule_code, l.pod, l.activity_month, l.state, l.state_since,
       l.raised - l.waived - l.time_barred - l.rebilled - l.lapsed AS decided, l.accepted + l.corrected AS agreed,
       (l.accepted + l.corrected) / (l.raised - l.waived - l.time_barred - l.rebilled - l.lapsed) AS share, l.accepted + l.corrected > 0 AS upheld
FROM @icb@.challenge_line l
WHERE l.open = 0 AND l.raised - l.waived - l.time_barred - l.rebilled - l.lapsed > 0;
COMMENT ON VIEW @icb@.challenge_outcome IS
    'Lines decided on their merits, once each: nothing is open, and not everything was waived, time-barred, re-billed or lapsed. Settled in discussion or by dispute alike.';
COMMENT ON COLUMN @icb@.challenge_outcome.state IS 'Where it stands.';
COMMENT ON COLUMN @icb@.challenge_outcome.state_since IS 'Day since which it stands there.';
COMMENT ON COLUMN @icb@.challenge_outcome.decided IS 'Amount decided on its merits: raised less waived, time-barred, re-billed and lapsed.';
COMMENT ON COLUMN @icb@.challenge_outcome.agreed IS 'Amount agreed: accepted, determined or corrected at source.';
COMMENT ON COLUMN @icb@.challenge_outcome.share IS 'agreed / decided.';
COMMENT ON COLUMN @icb@.challenge_outcome.upheld IS 'Whether anything was agreed.';

-- active_rule runs with the rights of who asks; readers of the work queue have none on rules.
CREATE VIEW @icb@.rule_planning AS
SELECT l.code AS rule_code, l.acceptance, l.effort_minutes FROM @icb@.rule l
UNION ALL
SELECT r.code, r.acceptance, r.effort_minutes FROM commissioning.rule_reference r WHERE NOT EXISTS (SELECT FROM @icb@.rule l WHERE l.code = r.code);
COMMENT ON VIEW @icb@.rule_planning IS 'Planning values of the rules in force.';
COMMENT ON COLUMN @icb@.rule_planning.acceptance IS 'Share of value that is expected to be accepted.';
COMMENT ON COLUMN @icb@.rule_planning.effort_minutes IS 'Minutes of a reviewer per line.';

CREATE VIEW @icb@.challenge_rate AS
WITH rule AS (
    SELECT o.rule_code, count(*) AS n, sum(o.share) AS share FROM @icb@.challenge_outcome o GROUP BY o.rule_code
), provider AS (
    SELECT o.provider_code, o.rule_code, count(*) AS n, count(*) FILTER (WHERE o.upheld) AS upheld, sum(o.share) AS share
    FROM @icb@.challenge_outcome o GROUP BY o.provider_code, o.rule_code
)
SELECT a.rule_code, p.provider_code, coalesce(p.n, 0) AS decided, coalesce(p.upheld, 0) AS upheld, coalesce(r.n, 0) AS rule_decided, a.acceptance AS planned,
       -- the planning value gives way to the rule's own outcomes, these to the provider's
       (coalesce(p.share, 0) + y.prior_strength * m.mean) / nullif(coalesce(p.n, 0) + y.prior_strength, 0) AS chance,
       m.mean AS rule_chance, a.effort_minutes
FROM @icb@.rule_planning a
CROSS JOIN @icb@.challenge_policy_of('*') y
LEFT JOIN rule r ON r.rule_code = a.rule_code
CROSS JOIN LATERAL (SELECT coalesce((coalesce(r.share, 0) + y.prior_strength * a.acceptance) / nullif(coalesce(r.n, 0) + y.prior_strength, 0), a.acceptance) AS mean) m
LEFT JOIN provider p ON p.rule_code = a.rule_code;
COMMENT ON VIEW @icb@.challenge_rate IS
    'Chance that a pound raised under a rule is agreed, per provider with outcomes: mean of a beta distribution. Prior of a rule: its planning value, with the weight of prior_strength lines; prior of a provider: the rule''s mean so found, with the same weight. A line counts with the share of it that was agreed. A rule without outcomes has one row, provider NULL.';
COMMENT ON COLUMN @icb@.challenge_rate.provider_code IS 'Provider; NULL where the rule has no outcomes.';
COMMENT ON COLUMN @icb@.challenge_rate.decided IS 'Lines decided there.';
COMMENT ON COLUMN @icb@.challenge_rate.upheld IS 'Lines of them of which something was agreed.';
COMMENT ON COLUMN @icb@.challenge_rate.rule_decided IS 'Lines decided under the rule at all providers.';
COMMENT ON COLUMN @icb@.challenge_rate.planned IS 'Planning value of the rule.';
COMMENT ON COLUMN @icb@.challenge_rate.chance IS 'Chance at the provider, 0 to 1.';
COMMENT ON COLUMN @icb@.challenge_rate.rule_chance IS 'Chance under the rule at a provider without outcomes, 0 to 1.';
COMMENT ON COLUMN @icb@.challenge_rate.effort_minutes IS 'Minutes of a reviewer per line.';

-- What could be raised ------------------------------------------------------------------------------------------------------

CREATE VIEW @icb@.challenge_candidate AS
WITH policy AS MATERIALIZED (
    SELECT k.contract_id AS policy_contract, p.*
    FROM (SELECT '*' AS contract_id UNION SELECT c.contract_id FROM @icb@.challenge_policy c) k
    CROSS JOIN LATERAL @icb@.challenge_policy_of(k.contract_id) p
), rate AS MATERIALIZED (
    SELECT r.rule_code, r.provider_code, r.chance, r.rule_chance, r.effort_minutes, r.decided,
           (commissioning.proportion_ci(r.upheld, nullif(r.decided, 0), p.confidence)).lower AS lower
    FROM @icb@.challenge_rate r CROSS JOIN policy p WHERE p.policy_contract = '*'
), free AS (
    SELECT f.*, l.challenge_line_id, coalesce(k.policy_contract, '*') AS policy_contract
    FROM @icb@.challengeable_finding f
    LEFT JOIN @icb@.challenge_line l ON l.finding_ref = f.finding_ref
    LEFT JOIN policy k ON k.policy_contract = f.contract_id
    WHERE l.challenge_line_id IS NULL OR l.state = 'suppressed'
), dated AS (
    SELECT f.*, p.least_line, p.least_batch, p.least_precision, p.least_outcomes, p.urgent_within, s.file_name,
           p.raise_within, greatest(d.publication_date, coalesce(s.received_on, s.received_at::date)) AS clock_on,
           coalesce(r.chance, g.rule_chance, 0.5) AS chance, coalesce(r.effort_minutes, g.effort_minutes, 5) AS effort_minutes, coalesce(r.decided, 0) AS decided, r.lower
    FROM free f
    JOIN policy p ON p.policy_contract = f.policy_contract
    LEFT JOIN @icb@.submission s ON s.submission_id = f.submission_id
    LEFT JOIN @icb@.submission_date d ON d.submission_kind = 'freeze' AND d.financial_year = @icb@.financial_year_of(f.activity_month)
     AND d.month = @icb@.financial_month_of(f.activity_month)
    LEFT JOIN rate r ON r.rule_code = f.rule_code AND r.provider_code = f.provider_code
    LEFT JOIN (SELECT DISTINCT x.rule_code, x.rule_chance, x.effort_minutes FROM rate x) g ON g.rule_code = f.rule_code
), deadline AS MATERIALIZED (
    SELECT x.clock_on, x.raise_within, @icb@.add_operational_days(x.clock_on, x.raise_within) AS raise_by
    FROM (SELECT DISTINCT d.clock_on, d.raise_within FROM dated d WHERE d.clock_on IS NOT NULL AND d.raise_within IS NOT NULL) x
), judged AS (
    SELECT d.*, t.raise_by,
           CASE WHEN d.recoverable < d.least_line THEN pg_catalog.format('below %s pounds a line', pg_catalog.trim_scale(d.least_line))
                WHEN d.decided >= d.least_outcomes AND d.lower < d.least_precision
                THEN pg_catalog.format('the rule is rarely upheld at this provider: at least %s %% of %s outcomes', round((d.lower * 100)::numeric, 1), d.decided)
           END AS line_reason
    FROM dated d
    LEFT JOIN deadline t ON t.clock_on = d.clock_on AND t.raise_within = d.raise_within
), summed AS (
    SELECT j.*, sum(j.recoverable) FILTER (WHERE j.line_reason IS NULL) OVER (PARTITION BY j.provider_code, j.contract_id, j.commissioner_code, j.rule_code, j.pod_class) AS batch_total
    FROM judged j
)
SELECT s.finding_ref, s.person_id, s.line_key, s.series_key, s.rule_code, s.rule_version, s.rule_name, s.provider_code, s.commissioner_code, s.contract_id, s.pod, s.pod_class,
       s.activity_month, s.billed, s.recoverable, s.recovery_rate, s.evidence, s.submission_id, s.line_no, s.file_name, s.challenge_line_id, s.raise_by,
       s.urgent_within, s.chance, s.effort_minutes, s.decided, s.lower,
       CASE WHEN s.line_reason IS NOT NULL THEN s.line_reason
            WHEN s.batch_total < s.least_batch THEN pg_catalog.format('below %s pounds a batch', pg_catalog.trim_scale(s.least_batch)) END AS suppress_reason
FROM summed s;
COMMENT ON VIEW @icb@.challenge_candidate IS
    'Findings that may be challenged and are not, with what decides whether they are: deadline, chance of acceptance, effort, and why not.';
COMMENT ON COLUMN @icb@.challenge_candidate.series_key IS 'Series it is about; NULL for findings on lines.';
COMMENT ON COLUMN @icb@.challenge_candidate.rule_name IS 'Name of the rule.';
COMMENT ON COLUMN @icb@.challenge_candidate.challenge_line_id IS 'Line of the ledger where the finding stands as suppressed, else NULL.';
COMMENT ON COLUMN @icb@.challenge_candidate.raise_by IS 'Last day on which it can be raised; NULL: no freeze date is known, or there is no limit.';
COMMENT ON COLUMN @icb@.challenge_candidate.urgent_within IS 'Operational days before the deadline from which it comes first.';
COMMENT ON COLUMN @icb@.challenge_candidate.chance IS 'Chance that a pound of it is agreed.';
COMMENT ON COLUMN @icb@.challenge_candidate.effort_minutes IS 'Minutes of a reviewer.';
COMMENT ON COLUMN @icb@.challenge_candidate.decided IS 'Lines decided under the rule at the provider.';
COMMENT ON COLUMN @icb@.challenge_candidate.lower IS 'Lower limit of the share of lines upheld there (Wilson); NULL without outcomes.';
COMMENT ON COLUMN @icb@.challenge_candidate.suppress_reason IS 'Why it is not raised; NULL: it may be.';

-- What a provider calls the event, unless that is an NHS number.
CREATE FUNCTION @icb@.shown_id(id text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN id LIKE 'person-%' OR commissioning.to_nhs_number(substring(id FROM '(?:^|[^0-9])([0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4})(?:[^0-9]|$)')) IS NOT NULL THEN NULL ELSE id END;
COMMENT ON FUNCTION @icb@.shown_id(text) IS 'A record identifier as it may be shown; NULL where it is, holds or stands for an NHS number.';

CREATE FUNCTION @icb@.safe_evidence(evidence jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(pg_catalog.jsonb_object_agg(e.key, e.value), '{}')
    FROM pg_catalog.jsonb_each(evidence) AS e (key, value)
    WHERE pg_catalog.jsonb_typeof(e.value) <> 'null' AND (e.key !~ 'nhs_number' OR e.key = 'nhs_number_state')
      AND e.key !~ 'person|pseudonym|birth|death_date|postcode|lsoa|surname|forename' AND commissioning.to_nhs_number(e.value #>> '{}') IS NULL;
END;
COMMENT ON FUNCTION @icb@.safe_evidence(jsonb) IS 'Evidence without what identifies a person, or says where they live or when they were born or died.';

CREATE FUNCTION @icb@.enter_candidates(candidates @icb@.challenge_candidate[], challenge bigint) RETURNS bigint[]
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    ids bigint[];
BEGIN
    WITH candidate AS (
        SELECT c.* FROM unnest(candidates) c
    ), line AS (
        SELECT c.*, @icb@.shown_id(i.provider_event_id) AS event_id, @icb@.shown_id(i.cds_id) AS shown_cds_id
        FROM candidate c
        LEFT JOIN @icb@.invoice_line i ON i.person_id = c.person_id AND i.submission_id = c.submission_id AND i.line_no = c.line_no
    ), entered AS (
        INSERT INTO @icb@.challenge_line AS t (challenge_id, finding_ref, line_key, series_key, rule_code, provider_code, commissioner_code, contract_id, pod, activity_month,
            provider_event_id, cds_id, submission_id, file_name, file_line, evidence, effort_minutes, recovery_rate, state, billed, recoverable, billed_now, recoverable_now,
            submission_now)
        SELECT challenge, l.finding_ref, l.line_key, l.series_key, l.rule_code, l.provider_code, l.commissioner_code, l.contract_id, l.pod, l.activity_month,
               l.event_id, l.shown_cds_id, l.submission_id, l.file_name, l.line_no, @icb@.safe_evidence(l.evidence), l.effort_minutes, l.recovery_rate, 'detected', l.billed, l.recoverable,
               l.billed, l.recoverable, l.submission_id
        FROM line l
        ORDER BY l.submission_id, l.line_no, l.finding_ref
        ON CONFLICT (finding_ref) DO UPDATE
        SET challenge_id = excluded.challenge_id, billed = excluded.billed, recoverable = excluded.recoverable, billed_now = excluded.billed, recoverable_now = excluded.recoverable,
            evidence = excluded.evidence, effort_minutes = excluded.effort_minutes, recovery_rate = excluded.recovery_rate, submission_id = excluded.submission_id,
            file_name = excluded.file_name, file_line = excluded.file_line, submission_now = excluded.submission_id
        -- what somebody else has raised meanwhile is left to them
        WHERE t.state IN ('detected', 'suppressed')
        RETURNING t.challenge_line_id
    )
    SELECT pg_catalog.array_agg(e.challenge_line_id ORDER BY e.challenge_line_id) INTO ids FROM entered e;
    RETURN coalesce(ids, '{}');
END
$$;
COMMENT ON FUNCTION @icb@.enter_candidates(@icb@.challenge_candidate[], bigint) IS
    'Enters findings into the ledger, in a challenge or (NULL) in none; a suppressed one is taken up again. Their line numbers.';

-- A new version of a rule gives its findings new references: the lines of the old ones go on under them.
CREATE FUNCTION @icb@.follow_rule_versions() RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    moved bigint;
BEGIN
    -- the same thing under the same rule: the line, or the series of the contract in the year
    WITH orphan AS (
        SELECT l.challenge_line_id, l.rule_code, l.commissioner_code, k.subject,
               row_number() OVER (PARTITION BY k.subject, l.rule_code, l.commissioner_code ORDER BY l.challenge_line_id) AS n
        FROM @icb@.challenge_line l
        CROSS JOIN LATERAL (SELECT coalesce(l.line_key, pg_catalog.concat_ws('|', l.provider_code, l.contract_id, l.series_key, @icb@.financial_year_of(l.activity_month))) AS subject) k
        WHERE NOT EXISTS (SELECT FROM @icb@.finding f WHERE f.finding_ref = l.finding_ref AND f.closed_run IS NULL)
          AND NOT EXISTS (SELECT FROM @icb@.series_finding f WHERE f.finding_ref = l.finding_ref AND f.closed_run IS NULL)
    ), heir AS (
        SELECT f.finding_ref, f.rule_code, f.commissioner_code, k.subject,
               row_number() OVER (PARTITION BY k.subject, f.rule_code, f.commissioner_code ORDER BY f.finding_ref) AS n
        FROM @icb@.challengeable_finding f
        CROSS JOIN LATERAL (SELECT coalesce(f.line_key, pg_catalog.concat_ws('|', f.provider_code, f.contract_id, f.series_key, @icb@.financial_year_of(f.activity_month))) AS subject) k
        WHERE NOT EXISTS (SELECT FROM @icb@.challenge_line l WHERE l.finding_ref = f.finding_ref)
    )
    UPDATE @icb@.challenge_line l SET finding_ref = h.finding_ref
    FROM orphan o
    JOIN heir h ON h.subject = o.subject AND h.rule_code = o.rule_code AND h.commissioner_code = o.commissioner_code AND h.n = o.n
    WHERE l.challenge_line_id = o.challenge_line_id;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END
$$;
COMMENT ON FUNCTION @icb@.follow_rule_versions() IS
    'Puts the references that a new version of a rule gives its findings on the lines that were challenged under the old one, so that the same issue is never raised twice. Number of lines.';

CREATE FUNCTION @icb@.raise_step(as_of date DEFAULT NULL, minutes numeric DEFAULT NULL, send boolean DEFAULT true,
                                 OUT challenges bigint, OUT raised_lines bigint, OUT raised numeric, OUT suppressed_lines bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    today date := coalesce(as_of, @icb@.today());
    left_minutes numeric;
    batch record;
    challenge bigint;
    ids bigint[];
BEGIN
    -- one at a time; answers to what is raised already go on
    PERFORM @icb@.lock_ledger();
    PERFORM @icb@.follow_rule_versions();
    challenges := 0;
    raised_lines := 0;
    raised := 0;
    suppressed_lines := 0;

    -- what is not worth it is on record too, once per reason
    FOR batch IN
        SELECT c.suppress_reason, pg_catalog.array_agg(c ORDER BY c.finding_ref) AS lines
        FROM @icb@.challenge_candidate c
        LEFT JOIN @icb@.challenge_line l ON l.challenge_line_id = c.challenge_line_id
        WHERE c.suppress_reason IS NOT NULL AND c.suppress_reason IS DISTINCT FROM l.reason AND coalesce(c.raise_by >= today, true)
        GROUP BY c.suppress_reason
        ORDER BY c.suppress_reason
    LOOP
        ids := @icb@.enter_candidates(batch.lines, NULL);
        PERFORM @icb@.post_changes(NULL, 'suppress', ARRAY(
            SELECT ROW(u.id, 'suppressed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change FROM unnest(ids) AS u (id)),
            today, NULL, batch.suppress_reason);
        UPDATE @icb@.challenge_line l SET reason = batch.suppress_reason WHERE l.challenge_line_id = ANY (ids);
        suppressed_lines := suppressed_lines + pg_catalog.cardinality(ids);
    END LOOP;

    -- what reviewers can still take on in this week
    left_minutes := coalesce(minutes, (SELECT p.weekly_minutes FROM @icb@.challenge_policy_of('*') p)
        - (SELECT coalesce(sum(l.effort_minutes), 0) FROM @icb@.challenge_line l
           WHERE l.challenge_id IS NOT NULL AND coalesce(l.raised_on, l.state_since) >= pg_catalog.date_trunc('week', today::timestamp)::date
             AND coalesce(l.raised_on, l.state_since) < pg_catalog.date_trunc('week', today::timestamp)::date + 7));
    FOR batch IN
        WITH candidate AS MATERIALIZED (
            SELECT c.* FROM @icb@.challenge_candidate c WHERE c.suppress_reason IS NULL AND coalesce(c.raise_by >= today, true)
        ), horizon AS MATERIALIZED (
            SELECT u.urgent_within, @icb@.add_operational_days(today, u.urgent_within) AS until FROM (SELECT DISTINCT c.urgent_within FROM candidate c) u
        ), timed AS (
            SELECT c.*, coalesce(c.raise_by <= h.until, false) AS urgent FROM candidate c JOIN horizon h ON h.urgent_within = c.urgent_within
        ), caused AS (
            SELECT t.*, min(t.raise_by) OVER w AS batch_raise_by, sum(t.recoverable * t.chance) OVER w / sum(t.effort_minutes) OVER w AS worth
            FROM timed t
            WINDOW w AS (PARTITION BY t.provider_code, t.contract_id, t.commissioner_code, t.rule_code, t.pod_class, t.urgent)
        ), placed AS (
            SELECT c.*,
                   sum(c.effort_minutes) OVER (ORDER BY c.urgent DESC, CASE WHEN c.urgent THEN c.batch_raise_by END, c.worth DESC, c.provider_code, c.contract_id, c.commissioner_code,
                                               c.rule_code, c.pod_class, c.recoverable DESC, c.finding_ref) AS minutes_so_far
            FROM caused c
        )
        SELECT p.provider_code, p.contract_id, p.commissioner_code, p.rule_code, p.pod_class, max(p.rule_version) AS rule_version, max(p.rule_name) AS rule_name,
               min(p.activity_month) AS from_month, max(p.activity_month) AS to_month, min(p.minutes_so_far) AS place,
               pg_catalog.array_agg(ROW(p.finding_ref, p.person_id, p.line_key, p.series_key, p.rule_code, p.rule_version, p.rule_name, p.provider_code, p.commissioner_code, p.contract_id, p.pod,
                   p.pod_class, p.activity_month, p.billed, p.recoverable, p.recovery_rate, p.evidence, p.submission_id, p.line_no, p.file_name, p.challenge_line_id, p.raise_by,
                   p.urgent_within, p.chance, p.effort_minutes, p.decided, p.lower, p.suppress_reason)::@icb@.challenge_candidate ORDER BY p.finding_ref) AS lines
        FROM placed p
        WHERE left_minutes IS NULL OR p.minutes_so_far <= left_minutes
        GROUP BY 1, 2, 3, 4, 5
        ORDER BY place
    LOOP
        INSERT INTO @icb@.challenge AS c (provider_code, commissioner_code, contract_id, rule_code, rule_version, rule_name, pod_class, from_month, to_month, clause, provider_text)
        SELECT batch.provider_code, batch.commissioner_code, batch.contract_id, batch.rule_code, batch.rule_version, batch.rule_name, batch.pod_class, batch.from_month,
               batch.to_month, coalesce(r.clause, ''), coalesce(nullif(r.provider_text, ''), r.name, batch.rule_name)
        FROM (SELECT 1) one LEFT JOIN @icb@.active_rule r ON r.code = batch.rule_code
        RETURNING c.challenge_id INTO challenge;
        ids := @icb@.enter_candidates(batch.lines, challenge);
        PERFORM @icb@.post_changes(challenge, 'select', ARRAY(
            SELECT ROW(u.id, 'selected', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change FROM unnest(ids) AS u (id)), today);
        IF send THEN
            PERFORM @icb@.send_challenge(challenge, today);
        END IF;
        challenges := challenges + 1;
        raised_lines := raised_lines + pg_catalog.cardinality(ids);
        raised := raised + (SELECT sum(l.recoverable) FROM @icb@.challenge_line l WHERE l.challenge_line_id = ANY (ids));
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.raise_step(date, numeric, boolean) IS
    'What raise_challenges does in its transaction: suppresses what is not worth it, opens challenges for the rest, and sends them unless told not to.';

CREATE FUNCTION @icb@.send_challenge(challenge bigint, happened_on date DEFAULT NULL, document_ref text DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    held bigint[] := ARRAY(SELECT l.challenge_line_id FROM @icb@.lock_lines(challenge, 'raise', NULL) l);
BEGIN
    -- it may have been selected some time ago
    UPDATE @icb@.challenge_line l
    SET recoverable = f.recoverable, billed = f.billed, recoverable_now = f.recoverable, billed_now = f.billed, submission_now = f.submission_id
    FROM @icb@.challengeable_finding f
    WHERE f.finding_ref = l.finding_ref AND l.challenge_line_id = ANY (held) AND (f.recoverable <> l.recoverable OR f.billed <> l.billed);
    PERFORM @icb@.post_changes(challenge, 'discard', ARRAY(
        SELECT ROW(l.challenge_line_id, 'suppressed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.challenge_line l
        WHERE l.challenge_line_id = ANY (held) AND NOT EXISTS (SELECT FROM @icb@.challengeable_finding f WHERE f.finding_ref = l.finding_ref)),
        happened_on, NULL, 'no longer found');
    RETURN @icb@.post_changes(challenge, 'raise', ARRAY(
        SELECT ROW(l.challenge_line_id, 'raised', l.recoverable, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::@icb@.challenge_change
        FROM @icb@.challenge_line l WHERE l.challenge_line_id = ANY (held) AND l.state = 'selected'), happened_on, document_ref => document_ref);
END
$$;
COMMENT ON FUNCTION @icb@.send_challenge(bigint, date, text) IS
    'Raises a selected challenge: every line asks for what is recoverable now, lines no longer found are left out, and the provider''s time runs. Number of the step; 42704 for an unknown challenge, 55000 when it is raised already.';

CREATE PROCEDURE @icb@.raise_challenges(as_of date DEFAULT NULL, minutes numeric DEFAULT NULL, send boolean DEFAULT true)
    LANGUAGE plpgsql
AS $$
DECLARE
    run bigint;
    synced record;
    result record;
BEGIN
    run := @icb@.start_run('challenge', pg_catalog.jsonb_build_object('step', 'raise', 'as_of', as_of, 'minutes', minutes, 'send', send));
    COMMIT;
    synced := @icb@.sync_step(as_of);
    PERFORM @icb@.report_progress(run, 30, pg_catalog.format('%s challenged lines compared with the current position, %s changed', synced.compared, synced.changed));
    COMMIT;
    result := @icb@.raise_step(as_of, minutes, send);
    PERFORM @icb@.finish_run(run, result.raised_lines + result.suppressed_lines, result.raised_lines, NULL, result.raised,
        CASE WHEN result.raised_lines + result.suppressed_lines + synced.changed = 0 THEN 'unchanged' ELSE 'done' END,
        pg_catalog.format('%s challenges of %s lines over %s pounds, %s lines suppressed', result.challenges, result.raised_lines, result.raised, result.suppressed_lines));
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.raise_challenges(date, numeric, boolean) IS
    'Turns open findings into challenges, one per provider, contract, commissioner, rule and class of care: those whose deadline is near first, then by pounds expected per minute, as many as fit the minutes (those of the policy that are left in the week, unless given). Suppresses with the reason what is below the thresholds or where the rule is rarely upheld. send => false leaves them selected until send_challenge. A repeat adds nothing.';
