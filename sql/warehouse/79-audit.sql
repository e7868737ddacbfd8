-- Audits: reproducible samples of claimed lines, two reviewers, agreement, what the sample says of the whole.
--
-- Coding and clinical rules are signs, not proofs: nobody is charged before the case notes have been read.

CREATE TABLE @icb@.audit (
    audit_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title            text NOT NULL,
    provider_code    text NOT NULL,
    period           daterange NOT NULL CHECK (NOT isempty(period)),
    rule_code        text,
    pod_class        text,
    method           text NOT NULL CHECK (method IN ('random', 'risk')),
    seed             bigint NOT NULL,
    sample_size      integer NOT NULL CHECK (sample_size > 0),
    population_lines bigint NOT NULL,
    population_amount numeric(19,6) NOT NULL,
    drawn_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    drawn_by         text NOT NULL DEFAULT current_user
);
COMMENT ON TABLE @icb@.audit IS 'Samples drawn for audit. The same population, method and seed give the same sample.';
COMMENT ON COLUMN @icb@.audit.audit_id IS 'Number of the audit.';
COMMENT ON COLUMN @icb@.audit.title IS 'What it is about, for people.';
COMMENT ON COLUMN @icb@.audit.provider_code IS 'Provider audited.';
COMMENT ON COLUMN @icb@.audit.period IS 'Days of discharge or attendance.';
COMMENT ON COLUMN @icb@.audit.rule_code IS 'Rule whose findings are the population; NULL: all claimed lines.';
COMMENT ON COLUMN @icb@.audit.pod_class IS 'Class of care the population is limited to; NULL: all.';
COMMENT ON COLUMN @icb@.audit.method IS 'random: every line has the same chance; risk: the lines with most money at stake, which say nothing about the others.';
COMMENT ON COLUMN @icb@.audit.seed IS 'Seed of the random order.';
COMMENT ON COLUMN @icb@.audit.sample_size IS 'Lines in the sample.';
COMMENT ON COLUMN @icb@.audit.population_lines IS 'Lines it was drawn from.';
COMMENT ON COLUMN @icb@.audit.population_amount IS 'Amount claimed by them.';
COMMENT ON COLUMN @icb@.audit.drawn_at IS 'When it was drawn.';
COMMENT ON COLUMN @icb@.audit.drawn_by IS 'Who drew it.';

CREATE TABLE @icb@.audit_line (
    audit_id   bigint NOT NULL REFERENCES @icb@.audit,
    sample_no  integer NOT NULL,
    person_id  bigint NOT NULL,
    line_key   text NOT NULL,
    submission_id bigint NOT NULL,
    line_no    bigint NOT NULL,
    billed     numeric(19,6) NOT NULL,
    at_stake   numeric(19,6) NOT NULL,
    PRIMARY KEY (audit_id, sample_no),
    UNIQUE (audit_id, line_key)
);
COMMENT ON TABLE @icb@.audit_line IS 'The lines of a sample as they stood when it was drawn.';
COMMENT ON COLUMN @icb@.audit_line.audit_id IS 'Audit.';
COMMENT ON COLUMN @icb@.audit_line.sample_no IS 'Place in the sample, 1 upwards.';
COMMENT ON COLUMN @icb@.audit_line.person_id IS 'Person in this warehouse.';
COMMENT ON COLUMN @icb@.audit_line.line_key IS 'Identity of the line across restatements.';
COMMENT ON COLUMN @icb@.audit_line.submission_id IS 'Submission that brought the line.';
COMMENT ON COLUMN @icb@.audit_line.line_no IS 'Row of the file.';
COMMENT ON COLUMN @icb@.audit_line.billed IS 'Amount claimed.';
COMMENT ON COLUMN @icb@.audit_line.at_stake IS 'Money by which the risk method ranks: what the finding is worth, else the amount claimed.';

CREATE TABLE @icb@.audit_review (
    review_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audit_id    bigint NOT NULL,
    sample_no   integer NOT NULL,
    stage       text NOT NULL CHECK (stage IN ('first', 'second', 'final')),
    reviewer    text NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('confirmed', 'changed', 'not_evidenced')),
    hrg_found   text,
    correct_amount numeric(16,2),
    note        text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user,
    FOREIGN KEY (audit_id, sample_no) REFERENCES @icb@.audit_line,
    CHECK ((outcome = 'not_evidenced') = (correct_amount IS NULL))
);
COMMENT ON TABLE @icb@.audit_review IS 'What reviewers found, only added to: the latest row of a line and stage counts.';
COMMENT ON COLUMN @icb@.audit_review.review_id IS 'Number of the entry.';
COMMENT ON COLUMN @icb@.audit_review.audit_id IS 'Audit.';
COMMENT ON COLUMN @icb@.audit_review.sample_no IS 'Line of the sample.';
COMMENT ON COLUMN @icb@.audit_review.stage IS 'first, second, or final where the two differ.';
COMMENT ON COLUMN @icb@.audit_review.reviewer IS 'Who read the notes.';
COMMENT ON COLUMN @icb@.audit_review.outcome IS 'confirmed: right as claimed; changed; not_evidenced: the notes do not say.';
COMMENT ON COLUMN @icb@.audit_review.hrg_found IS 'HRG after review, NULL where it is not about the HRG.';
COMMENT ON COLUMN @icb@.audit_review.correct_amount IS 'What the line should have cost; NULL when not evidenced.';
COMMENT ON COLUMN @icb@.audit_review.note IS 'Remarks; no identifiers of persons.';
COMMENT ON COLUMN @icb@.audit_review.recorded_at IS 'When it was written down.';
COMMENT ON COLUMN @icb@.audit_review.recorded_by IS 'Who wrote it down.';
CREATE INDEX audit_review_line ON @icb@.audit_review (audit_id, sample_no);

-- Drawing -------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.draw_audit(title text, provider_code text, period daterange, sample_size integer, method text DEFAULT 'random',
                                 rule_code text DEFAULT NULL, pod_class text DEFAULT NULL, seed bigint DEFAULT 1) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    id bigint;
    lines bigint;
    amount numeric;
BEGIN
    IF sample_size < 1 OR method NOT IN ('random', 'risk') THEN
        RAISE EXCEPTION 'a sample has at least one line and its method is random or risk' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    CREATE TEMP TABLE audit_population ON COMMIT DROP AS
    SELECT l.person_id, l.line_key, l.submission_id, l.line_no, l.total_cost AS billed,
           coalesce(pg_catalog.abs(f.net), l.total_cost) AS at_stake
    FROM @icb@.current_invoice_line l
    LEFT JOIN commissioning.pod_reference p ON p.pod = l.pod
    LEFT JOIN @icb@.finding f ON f.person_id = l.person_id AND f.line_key = l.line_key AND f.rule_code = rule_code AND f.closed_run IS NULL
                             AND f.outcome <> 'not_assessed'
    WHERE l.provider_code = provider_code AND period @> coalesce(l.end_date, l.start_date) AND l.total_cost <> 0
      AND (pod_class IS NULL OR p.pod_class = pod_class) AND (rule_code IS NULL OR f.line_key IS NOT NULL);
    SELECT pg_catalog.count(*), pg_catalog.sum(x.billed) INTO lines, amount FROM audit_population x;
    IF lines < sample_size THEN
        RAISE EXCEPTION 'the population has % lines, fewer than the % asked for', lines, sample_size USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Widen the period or the class of care, or ask for fewer lines.';
    END IF;
    INSERT INTO @icb@.audit (title, provider_code, period, rule_code, pod_class, method, seed, sample_size, population_lines, population_amount)
    VALUES (title, provider_code, period, rule_code, pod_class, method, seed, sample_size, lines, amount) RETURNING audit_id INTO id;
    INSERT INTO @icb@.audit_line (audit_id, sample_no, person_id, line_key, submission_id, line_no, billed, at_stake)
    SELECT id, pg_catalog.row_number() OVER (ORDER BY o.place), o.person_id, o.line_key, o.submission_id, o.line_no, o.billed, o.at_stake
    FROM (SELECT x.*, pg_catalog.row_number() OVER (ORDER BY CASE WHEN method = 'risk' THEN x.at_stake END DESC NULLS LAST,
                                                            pg_catalog.md5(seed || '|' || x.line_key) COLLATE "C") AS place
          FROM audit_population x) o
    WHERE o.place <= sample_size;
    DROP TABLE audit_population;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.draw_audit(text, text, daterange, integer, text, text, text, bigint) IS
    'Draws an audit sample of a provider''s current lines with an amount, discharged or attended in the period: of all, of one class of care, or of those that a rule found. random: in the order of a hash of seed and line, so anybody can draw it again; risk: the lines with most money at stake. Returns the number of the audit. Raises 22023 when the population is smaller than the sample.';

CREATE FUNCTION @icb@.record_review(audit_id bigint, sample_no integer, stage text, reviewer text, outcome text, correct_amount numeric DEFAULT NULL,
                                    hrg_found text DEFAULT NULL, note text DEFAULT '') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    line @icb@.audit_line;
    id bigint;
BEGIN
    SELECT l.* INTO line FROM @icb@.audit_line l WHERE l.audit_id = audit_id AND l.sample_no = sample_no;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'audit % has no line %', audit_id, sample_no USING ERRCODE = 'undefined_object',
            HINT = 'The view audit_list shows the lines of a sample.';
    END IF;
    IF outcome = 'changed' AND correct_amount IS NULL THEN
        RAISE EXCEPTION 'a changed line needs the amount it should have cost' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF stage = 'final' AND (SELECT pg_catalog.count(DISTINCT r.stage) FROM @icb@.audit_review r
                            WHERE r.audit_id = audit_id AND r.sample_no = sample_no AND r.stage IN ('first', 'second')) < 2 THEN
        RAISE EXCEPTION 'line % of audit % was not seen by two reviewers yet', sample_no, audit_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF EXISTS (SELECT FROM @icb@.audit_review r WHERE r.audit_id = audit_id AND r.sample_no = sample_no AND r.stage <> stage
                 AND stage IN ('first', 'second') AND r.stage IN ('first', 'second') AND r.reviewer = reviewer) THEN
        RAISE EXCEPTION 'the two reviews of a line are those of two people' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO @icb@.audit_review (audit_id, sample_no, stage, reviewer, outcome, hrg_found, correct_amount, note)
    VALUES (audit_id, sample_no, stage, reviewer, outcome, hrg_found,
            CASE outcome WHEN 'confirmed' THEN pg_catalog.round(line.billed, 2) WHEN 'changed' THEN pg_catalog.round(correct_amount, 2) END, note)
    RETURNING review_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.record_review(bigint, integer, text, text, text, numeric, text, text) IS
    'Writes down what a reviewer found about a line of a sample: stage first, second or final; outcome confirmed, changed (with the amount it should have cost) or not_evidenced. A later entry of the same stage replaces the earlier one. Raises 42704 for an unknown line, 22004 without the amount, 55000 for a final word before two reviews, 22023 when one person reviews twice, 23514 for another stage or outcome.';

-- Results -------------------------------------------------------------------------------------

CREATE VIEW @icb@.audit_outcome WITH (security_invoker = true) AS
SELECT l.audit_id, l.sample_no, l.line_key, l.billed, f.outcome AS first_outcome, s.outcome AS second_outcome,
       CASE WHEN e.review_id IS NOT NULL THEN e.outcome
            WHEN f.outcome = s.outcome AND f.correct_amount IS NOT DISTINCT FROM s.correct_amount THEN f.outcome END AS outcome,
       CASE WHEN e.review_id IS NOT NULL THEN e.correct_amount
            WHEN f.outcome = s.outcome AND f.correct_amount IS NOT DISTINCT FROM s.correct_amount THEN f.correct_amount END AS correct_amount
FROM @icb@.audit_line l
LEFT JOIN LATERAL (SELECT r.review_id, r.outcome, r.correct_amount FROM @icb@.audit_review r
                   WHERE r.audit_id = l.audit_id AND r.sample_no = l.sample_no AND r.stage = 'first' ORDER BY r.review_id DESC LIMIT 1) f ON true
LEFT JOIN LATERAL (SELECT r.review_id, r.outcome, r.correct_amount FROM @icb@.audit_review r
                   WHERE r.audit_id = l.audit_id AND r.sample_no = l.sample_no AND r.stage = 'second' ORDER BY r.review_id DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT r.review_id, r.outcome, r.correct_amount FROM @icb@.audit_review r
                   WHERE r.audit_id = l.audit_id AND r.sample_no = l.sample_no AND r.stage = 'final' ORDER BY r.review_id DESC LIMIT 1) e ON true;
COMMENT ON VIEW @icb@.audit_outcome IS 'Where each line of a sample stands: what the two reviewers said, and what holds: the final word, else what both said; NULL while open.';
COMMENT ON COLUMN @icb@.audit_outcome.first_outcome IS 'Outcome of the first review.';
COMMENT ON COLUMN @icb@.audit_outcome.second_outcome IS 'Outcome of the second review.';
COMMENT ON COLUMN @icb@.audit_outcome.outcome IS 'What holds; NULL while open.';
COMMENT ON COLUMN @icb@.audit_outcome.correct_amount IS 'What the line should have cost; NULL while open or not evidenced.';

CREATE FUNCTION @icb@.audit_result(audit_id bigint, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (place integer, measure text, value numeric, lower numeric, upper numeric, note text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    a @icb@.audit;
    s record;
    agreement commissioning.kappa_interval;
    rate commissioning.proportion_interval;
    estimate commissioning.total_interval;
    open_note text;
BEGIN
    SELECT x.* INTO a FROM @icb@.audit x WHERE x.audit_id = audit_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'audit % does not exist', audit_id USING ERRCODE = 'undefined_object';
    END IF;
    SELECT pg_catalog.count(*) AS lines, pg_catalog.count(o.outcome) AS settled, pg_catalog.count(*) FILTER (WHERE o.outcome = 'not_evidenced') AS not_evidenced,
           pg_catalog.count(*) FILTER (WHERE o.outcome = 'changed') AS changed, pg_catalog.count(o.correct_amount) AS evidenced,
           coalesce(pg_catalog.sum(o.billed) FILTER (WHERE o.correct_amount IS NOT NULL), 0) AS billed,
           coalesce(pg_catalog.sum(greatest(e.error, 0)), 0) AS over, coalesce(pg_catalog.sum(greatest(-e.error, 0)), 0) AS under,
           coalesce(pg_catalog.sum(e.error * e.error), 0) AS squares,
           coalesce(pg_catalog.sum(o.billed) FILTER (WHERE o.outcome = 'not_evidenced'), 0) AS unproven,
           coalesce(pg_catalog.sum(o.billed * o.billed) FILTER (WHERE o.outcome = 'not_evidenced'), 0) AS unproven_squares
    INTO s
    FROM @icb@.audit_outcome o CROSS JOIN LATERAL (SELECT o.billed - o.correct_amount AS error) e
    WHERE o.audit_id = audit_id;
    SELECT (k.x).* INTO agreement
    FROM (SELECT commissioning.kappa(ARRAY[ARRAY[t.n[1], t.n[2], t.n[3]], ARRAY[t.n[4], t.n[5], t.n[6]], ARRAY[t.n[7], t.n[8], t.n[9]]], confidence) AS x
          FROM (SELECT pg_catalog.array_agg(c.n ORDER BY c.i) AS n
                FROM (SELECT i, (SELECT pg_catalog.count(*) FROM @icb@.audit_outcome o
                                 WHERE o.audit_id = audit_id AND o.first_outcome = (ARRAY['confirmed', 'changed', 'not_evidenced'])[1 + (i - 1) / 3]
                                   AND o.second_outcome = (ARRAY['confirmed', 'changed', 'not_evidenced'])[1 + (i - 1) % 3]) AS n
                      FROM pg_catalog.generate_series(1, 9) i) c) t) k;
    rate := commissioning.proportion_ci(s.changed, s.evidenced, confidence);
    open_note := CASE WHEN s.settled < s.lines THEN pg_catalog.format('%s of %s lines still open', s.lines - s.settled, s.lines) ELSE '' END;
    RETURN QUERY VALUES
        (1, 'lines in the population', a.population_lines::numeric, NULL::numeric, NULL::numeric, ''),
        (2, 'lines in the sample', s.lines::numeric, NULL, NULL, a.method || ', seed ' || a.seed),
        (3, 'lines settled', s.settled::numeric, NULL, NULL, open_note),
        (4, 'agreement of the reviewers (kappa)', pg_catalog.round(agreement.kappa::numeric, 4), pg_catalog.round(agreement.lower::numeric, 4),
            pg_catalog.round(agreement.upper::numeric, 4), pg_catalog.format('agreed on %s of %s lines', pg_catalog.round(agreement.agreement * agreement.n), agreement.n)),
        (5, 'lines not evidenced', s.not_evidenced::numeric, NULL, NULL, 'the notes do not say; counted apart from errors'),
        (6, 'share of evidenced lines in error', pg_catalog.round(rate.proportion::numeric, 4), pg_catalog.round(rate.lower::numeric, 4), pg_catalog.round(rate.upper::numeric, 4),
            pg_catalog.format('%s of %s', s.changed, s.evidenced)),
        (7, 'overcharged in the sample, pounds', pg_catalog.round(s.over, 2), NULL, NULL, ''),
        (8, 'undercharged in the sample, pounds', pg_catalog.round(s.under, 2), NULL, NULL, ''),
        (9, 'gross error, share of value', pg_catalog.round((s.over + s.under) / nullif(s.billed, 0), 4), NULL, NULL, 'over and under added'),
        (10, 'net error, share of value', pg_catalog.round((s.over - s.under) / nullif(s.billed, 0), 4), NULL, NULL, 'over less under');
    IF a.method = 'risk' THEN
        RETURN QUERY VALUES (11, 'net error of the population, pounds', NULL::numeric, NULL::numeric, NULL::numeric, 'not estimated: a sample by risk says nothing about the other lines');
        RETURN;
    END IF;
    estimate := commissioning.sample_total(s.settled, s.over - s.under, s.squares, a.population_lines, confidence);
    RETURN QUERY VALUES (11, 'net error of the population, pounds', estimate.total, estimate.lower, estimate.upper,
                         pg_catalog.concat_ws('; ', 'lines not evidenced count as right', nullif(open_note, '')));
    estimate := commissioning.sample_total(s.settled, s.over + s.under, s.squares, a.population_lines, confidence);
    -- what was seen is there
    RETURN QUERY VALUES (12, 'gross error of the population, pounds', estimate.total, greatest(estimate.lower, pg_catalog.round(s.over + s.under, 2)), estimate.upper, '');
    estimate := commissioning.sample_total(s.settled, s.over - s.under + s.unproven, s.squares + s.unproven_squares, a.population_lines, confidence);
    RETURN QUERY VALUES (13, 'the same with lines not evidenced disallowed', estimate.total, estimate.lower, estimate.upper, 'a scenario, not an estimate');
END
$$;
COMMENT ON FUNCTION @icb@.audit_result(bigint, float8) IS
    'What an audit says, row by row, with intervals: agreement of the reviewers, lines in error, gross and net error, and for a random sample the error of the whole population. Raises 42704 for an unknown audit.';

CREATE FUNCTION @icb@.compare_audits(first bigint, second bigint, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (place integer, measure text, first_value numeric, second_value numeric, change numeric, lower numeric, upper numeric, verdict text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    b record;
    d commissioning.difference_interval;
BEGIN
    IF (SELECT pg_catalog.count(*) FROM @icb@.audit x WHERE x.audit_id IN (first, second)) <> 2 THEN
        RAISE EXCEPTION 'two audits are needed' USING ERRCODE = 'undefined_object', HINT = 'The view audit_position lists them.';
    END IF;
    SELECT pg_catalog.count(*) FILTER (WHERE o.audit_id = first AND o.outcome = 'changed') AS hits_1,
           pg_catalog.count(o.correct_amount) FILTER (WHERE o.audit_id = first) AS n_1,
           pg_catalog.count(*) FILTER (WHERE o.audit_id = second AND o.outcome = 'changed') AS hits_2,
           pg_catalog.count(o.correct_amount) FILTER (WHERE o.audit_id = second) AS n_2,
           pg_catalog.sum(o.billed - o.correct_amount) FILTER (WHERE o.audit_id = first) / nullif(pg_catalog.sum(o.billed) FILTER (WHERE o.audit_id = first AND o.correct_amount IS NOT NULL), 0) AS net_1,
           pg_catalog.sum(o.billed - o.correct_amount) FILTER (WHERE o.audit_id = second) / nullif(pg_catalog.sum(o.billed) FILTER (WHERE o.audit_id = second AND o.correct_amount IS NOT NULL), 0) AS net_2,
           pg_catalog.sum(pg_catalog.abs(o.billed - o.correct_amount)) FILTER (WHERE o.audit_id = first) / nullif(pg_catalog.sum(o.billed) FILTER (WHERE o.audit_id = first AND o.correct_amount IS NOT NULL), 0) AS gross_1,
           pg_catalog.sum(pg_catalog.abs(o.billed - o.correct_amount)) FILTER (WHERE o.audit_id = second) / nullif(pg_catalog.sum(o.billed) FILTER (WHERE o.audit_id = second AND o.correct_amount IS NOT NULL), 0) AS gross_2
    INTO b FROM @icb@.audit_outcome o WHERE o.audit_id IN (first, second);
    d := commissioning.proportion_difference(b.hits_2, b.n_2, b.hits_1, b.n_1, confidence);
    RETURN QUERY VALUES
        (1, 'share of evidenced lines in error', pg_catalog.round(b.hits_1::numeric / nullif(b.n_1, 0), 4), pg_catalog.round(b.hits_2::numeric / nullif(b.n_2, 0), 4),
            pg_catalog.round(d.difference::numeric, 4), pg_catalog.round(d.lower::numeric, 4), pg_catalog.round(d.upper::numeric, 4),
            CASE WHEN d.difference IS NULL THEN 'nothing to compare' WHEN d.upper < 0 THEN 'better' WHEN d.lower > 0 THEN 'worse' ELSE 'no difference beyond chance' END),
        (2, 'gross error, share of value', pg_catalog.round(b.gross_1, 4), pg_catalog.round(b.gross_2, 4), pg_catalog.round(b.gross_2 - b.gross_1, 4), NULL::numeric, NULL::numeric, ''),
        (3, 'net error, share of value', pg_catalog.round(b.net_1, 4), pg_catalog.round(b.net_2, 4), pg_catalog.round(b.net_2 - b.net_1, 4), NULL, NULL, '');
END
$$;
COMMENT ON FUNCTION @icb@.compare_audits(bigint, bigint, float8) IS
    'Two audits compared, second against first: the share of lines in error with an interval of the change, gross and net error. Raises 42704 when one is unknown.';

CREATE VIEW @icb_reporting@.audit_list WITH (security_invoker = true) AS
SELECT l.audit_id::bigint AS audit_id, l.sample_no::integer AS sample_no, a.provider_code::text AS provider_code, i.provider_event_id::text AS provider_event_id,
       i.cds_id::text AS cds_id, i.pod::text AS pod, i.hrg_sent::text AS hrg_sent, i.start_date::date AS start_date, i.end_date::date AS end_date,
       l.billed::numeric(16,2) AS billed_gbp, o.first_outcome::text AS first_outcome, o.second_outcome::text AS second_outcome,
       coalesce(o.outcome, 'open')::text AS outcome, o.correct_amount::numeric(16,2) AS correct_gbp
FROM @icb@.audit_line l
JOIN @icb@.audit a ON a.audit_id = l.audit_id
JOIN @icb@.audit_outcome o ON o.audit_id = l.audit_id AND o.sample_no = l.sample_no
JOIN @icb@.invoice_line i ON i.person_id = l.person_id AND i.submission_id = l.submission_id AND i.line_no = l.line_no;
COMMENT ON VIEW @icb_reporting@.audit_list IS 'The lines of audit samples by the provider''s own numbers, and where each stands.';
COMMENT ON COLUMN @icb_reporting@.audit_list.audit_id IS 'Audit.';
COMMENT ON COLUMN @icb_reporting@.audit_list.sample_no IS 'Place in the sample.';
COMMENT ON COLUMN @icb_reporting@.audit_list.provider_code IS 'Provider audited.';
COMMENT ON COLUMN @icb_reporting@.audit_list.provider_event_id IS 'The provider''s number of the spell or attendance.';
COMMENT ON COLUMN @icb_reporting@.audit_list.cds_id IS 'Record identifier sent with the claim.';
COMMENT ON COLUMN @icb_reporting@.audit_list.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.audit_list.hrg_sent IS 'Tariff code as sent.';
COMMENT ON COLUMN @icb_reporting@.audit_list.start_date IS 'Admission or attendance as claimed.';
COMMENT ON COLUMN @icb_reporting@.audit_list.end_date IS 'Discharge as claimed.';
COMMENT ON COLUMN @icb_reporting@.audit_list.billed_gbp IS 'Amount claimed, in pounds.';
COMMENT ON COLUMN @icb_reporting@.audit_list.first_outcome IS 'First review: confirmed, changed or not_evidenced; NULL while there is none.';
COMMENT ON COLUMN @icb_reporting@.audit_list.second_outcome IS 'Second review, in the same words.';
COMMENT ON COLUMN @icb_reporting@.audit_list.outcome IS 'What holds, or open.';
COMMENT ON COLUMN @icb_reporting@.audit_list.correct_gbp IS 'What it should have cost, in pounds; NULL while open or not evidenced.';

CREATE VIEW @icb_reporting@.audit_position WITH (security_invoker = true) AS
SELECT a.audit_id::bigint AS audit_id, a.title::text AS title, a.provider_code::text AS provider_code, a.rule_code::text AS rule_code, a.method::text AS method,
       a.population_lines::bigint AS population_lines, a.population_amount::numeric(16,2) AS population_gbp, o.lines::bigint AS sample_lines,
       o.settled::bigint AS settled_lines, o.changed::bigint AS changed_lines, o.not_evidenced::bigint AS not_evidenced_lines,
       coalesce(o.over, 0)::numeric(16,2) AS overcharged_gbp, coalesce(o.under, 0)::numeric(16,2) AS undercharged_gbp, a.drawn_at::timestamptz AS drawn_at
FROM @icb@.audit a
JOIN (SELECT x.audit_id, count(*) AS lines, count(x.outcome) AS settled, count(*) FILTER (WHERE x.outcome = 'changed') AS changed,
             count(*) FILTER (WHERE x.outcome = 'not_evidenced') AS not_evidenced,
             sum(greatest(x.billed - x.correct_amount, 0)) AS over, sum(greatest(x.correct_amount - x.billed, 0)) AS under
      FROM @icb@.audit_outcome x GROUP BY x.audit_id) o ON o.audit_id = a.audit_id;
COMMENT ON VIEW @icb_reporting@.audit_position IS 'Audits and how far they are; audit_result() says what they found.';
COMMENT ON COLUMN @icb_reporting@.audit_position.audit_id IS 'Audit.';
COMMENT ON COLUMN @icb_reporting@.audit_position.title IS 'What it is about.';
COMMENT ON COLUMN @icb_reporting@.audit_position.provider_code IS 'Provider audited.';
COMMENT ON COLUMN @icb_reporting@.audit_position.rule_code IS 'Rule whose findings were sampled; NULL: all lines.';
COMMENT ON COLUMN @icb_reporting@.audit_position.method IS 'random or risk.';
COMMENT ON COLUMN @icb_reporting@.audit_position.population_lines IS 'Lines it was drawn from.';
COMMENT ON COLUMN @icb_reporting@.audit_position.population_gbp IS 'Amount claimed by them, in pounds.';
COMMENT ON COLUMN @icb_reporting@.audit_position.sample_lines IS 'Lines in the sample.';
COMMENT ON COLUMN @icb_reporting@.audit_position.settled_lines IS 'Lines on which two reviewers agree or a final word was spoken.';
COMMENT ON COLUMN @icb_reporting@.audit_position.changed_lines IS 'Of these, lines in error.';
COMMENT ON COLUMN @icb_reporting@.audit_position.not_evidenced_lines IS 'Of these, lines that the notes do not prove.';
COMMENT ON COLUMN @icb_reporting@.audit_position.overcharged_gbp IS 'Overcharges in the sample, in pounds.';
COMMENT ON COLUMN @icb_reporting@.audit_position.undercharged_gbp IS 'Undercharges in the sample, in pounds.';
COMMENT ON COLUMN @icb_reporting@.audit_position.drawn_at IS 'When the sample was drawn.';
