-- One line from the day it was sent to the day it was credited.

CREATE FUNCTION @icb@.explain_line(line text)
    RETURNS TABLE (place bigint, chapter text, day date, what text, amount_gbp numeric, source text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    person bigint;
BEGIN
    SELECT l.person_id INTO person FROM @icb@.invoice_line l WHERE l.line_key = line LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'unknown line "%"', line USING ERRCODE = 'undefined_object', HINT = 'The column line_key of the view finding names lines.';
    END IF;
    RETURN QUERY
    SELECT pg_catalog.row_number() OVER (ORDER BY s.part, s.at, s.n), s.chapter, s.day, s.what, s.amount, s.source
    FROM (
        SELECT 1 AS part, b.received_at AS at, l.line_no AS n, 'sent' AS chapter, b.received_at::date AS day,
               pg_catalog.format('%s, month %s: %s, %s x %s x %s%s', b.submission_kind, l.month, pg_catalog.concat_ws(' ', l.pod, l.hrg_sent),
                                 coalesce(pg_catalog.trim_scale(l.units)::text, '?'), coalesce(pg_catalog.trim_scale(l.unit_price)::text, '?'),
                                 coalesce(pg_catalog.trim_scale(l.market_forces_factor)::text, '1'),
                                 CASE WHEN c.status = 'current' THEN '' ELSE ' (' || c.status || ')' END) AS what,
               pg_catalog.round(l.total_cost, 2) AS amount, pg_catalog.format('%s, line %s', b.file_name, l.line_no) AS source
        FROM @icb@.invoice_line l
        JOIN @icb@.submission b ON b.submission_id = l.submission_id
        JOIN @icb@.submission_slice c ON c.submission_id = l.submission_id AND c.dataset = l.dataset AND c.provider_code = l.provider_code
                                     AND c.commissioner_code = l.commissioner_code AND c.financial_year = l.financial_year AND c.month = l.month
        WHERE l.person_id = person AND l.line_key = line
        UNION ALL
        SELECT 2, NULL, m.activity_id, 'record', a.start_date,
               pg_catalog.format('%s %s%s, HRG %s', CASE a.dataset WHEN 'APC' THEN 'admitted' WHEN 'OP' THEN 'attendance' ELSE 'emergency attendance' END, a.start_date,
                                 CASE WHEN a.dataset = 'APC' THEN pg_catalog.format(', discharged %s', coalesce(a.end_date::text, 'not yet')) ELSE '' END, coalesce(a.hrg::text, 'none')),
               NULL, pg_catalog.format('met by %s, score %s', m.method, m.score)
        FROM @icb@.line_match m JOIN @icb@.activity a ON a.person_id = m.person_id AND a.activity_id = m.activity_id
        WHERE m.person_id = person AND m.line_key = line
        UNION ALL
        SELECT 3, NULL, p.step, 'price', NULL, pg_catalog.concat_ws(': ', p.part, p.formula), p.amount_gbp, p.source
        FROM (SELECT x.* FROM @icb@.explain_price(line) x
              WHERE EXISTS (SELECT FROM @icb@.current_invoice_line c WHERE c.person_id = person AND c.line_key = line)) p
        UNION ALL
        SELECT 4, f.opened_at, f.priority, 'finding', f.opened_at::date,
               pg_catalog.concat_ws(', ', f.rule_code || ' ' || f.rule_name, CASE f.outcome WHEN 'fail' THEN pg_catalog.format('net %s, recoverable %s', f.net::numeric(16,2), f.recoverable)
                   WHEN 'hold' THEN 'held until answered' ELSE 'not assessed: ' || f.reason END, f.recovery_reason,
                   CASE WHEN f.closed_run IS NOT NULL THEN pg_catalog.format('closed %s: %s', f.closed_at::date, f.closed_reason) END),
               f.identified, pg_catalog.format('run %s', f.opened_run)
        FROM @icb@.finding f WHERE f.person_id = person AND f.line_key = line
        UNION ALL
        SELECT 5, e.recorded_at, e.event_id, 'challenge', e.happened_on,
               pg_catalog.concat_ws(', ', pg_catalog.format('challenge %s, %s: %s', l.challenge_id, l.rule_code, pg_catalog.concat_ws(' ', e.action, e.outcome)),
                   CASE WHEN x.from_state <> x.to_state THEN pg_catalog.format('%s -> %s', x.from_state, x.to_state) END,
                   CASE WHEN x.raised <> 0 THEN pg_catalog.format('raised %s', x.raised) END,
                   CASE WHEN x.accepted + x.corrected <> 0 THEN pg_catalog.format('agreed %s', x.accepted + x.corrected) END,
                   CASE WHEN x.credit_notes + x.corrected <> 0 THEN pg_catalog.format('credited %s', x.credit_notes + x.corrected) END,
                   CASE WHEN x.rejected <> 0 THEN pg_catalog.format('rejected %s', x.rejected) END),
               nullif(x.open, 0), pg_catalog.concat_ws(', ', e.reason_code, e.document_ref)
        FROM @icb@.challenge_line l
        JOIN @icb@.challenge_line_event x ON x.challenge_line_id = l.challenge_line_id
        JOIN @icb@.challenge_event e ON e.event_id = x.event_id
        WHERE l.line_key = line
    ) s
    ORDER BY 1;
END
$$;
COMMENT ON FUNCTION @icb@.explain_line(text) IS
    'Everything about one claimed line in order: each time it was sent, the hospital record it meets, how its price came about, what rules found, every step of its challenges (the amount there is the change of what is open). Raises 42704 for an unknown line.';
