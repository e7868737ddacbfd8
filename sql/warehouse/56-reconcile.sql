-- Plan, claims and hospital record side by side, how well they meet, and the codes that nobody knows. Sums over many lines: with their
-- owner's rights, so that a dashboard needs no rights on lines.

-- A view inside a view with security_invoker would ask for the reader's rights: this one has none.
CREATE VIEW @icb@.current_claim AS
SELECT l.*
FROM @icb@.invoice_line l
WHERE EXISTS (SELECT FROM @icb@.submission_slice s
              WHERE s.submission_id = l.submission_id AND s.dataset <> 'ACM' AND s.status = 'current'
                AND concat_ws('|', s.provider_code, s.commissioner_code, s.financial_year, s.month)
                  = concat_ws('|', l.provider_code, l.commissioner_code, l.financial_year, l.month));
COMMENT ON VIEW @icb@.current_claim IS 'The lines of the current position, for views that show sums to readers without rights on lines.';

-- Amounts of lines are rounded to the penny first: sums add up in every row.
CREATE VIEW @icb_reporting@.reconciliation WITH (security_barrier = true) AS
WITH line AS (
    SELECT c.provider_code, c.commissioner_code, c.financial_year, c.month, c.pod, round(c.total_cost, 2) AS claimed, c.expected_total AS expected,
           c.activity_id IS NOT NULL AND num_nonnulls(q.duplicate_of, q.repeat_of, q.overlap_of) = 0 AS on_record
    FROM @icb@.claim_price c
    LEFT JOIN @icb@.claim_link q ON q.person_id = c.person_id AND q.submission_id = c.submission_id AND q.line_no = c.line_no
), aggregate AS (
    SELECT a.provider_code, a.commissioner_code, a.financial_year, a.month, a.pod, round(a.actual_price, 2) AS amount
    FROM @icb@.aggregate_line a
    JOIN @icb@.submission_slice s
      ON s.submission_id = a.submission_id AND s.dataset = 'ACM' AND s.provider_code = a.provider_code AND s.commissioner_code = a.commissioner_code
     AND s.financial_year = a.financial_year AND s.month = a.month AND s.status = 'current'
), part AS (
    SELECT l.provider_code, l.commissioner_code, l.financial_year, l.month, l.pod, 0::numeric AS plan, 0::numeric AS aggregate, sum(l.claimed) AS claimed,
           coalesce(sum(l.claimed) FILTER (WHERE l.on_record), 0) AS matched,
           coalesce(sum(coalesce(l.expected, l.claimed)) FILTER (WHERE l.on_record), 0) AS record,
           coalesce(sum(l.claimed) FILTER (WHERE l.on_record AND l.expected IS NULL), 0) AS unpriced, 0::numeric AS record_only
    FROM line l
    GROUP BY l.provider_code, l.commissioner_code, l.financial_year, l.month, l.pod
    UNION ALL
    SELECT r.provider_code, coalesce(r.commissioner_code, '-'), @icb@.financial_year_of(r.price_date), @icb@.financial_month_of(r.price_date), r.pod,
           0, 0, 0, 0, r.amount, 0, r.amount
    FROM (SELECT x.provider_code, x.commissioner_code, x.price_date, x.pod, sum(x.amount) AS amount
          FROM @icb@.record_price_live x WHERE x.amount <> 0 GROUP BY x.provider_code, x.commissioner_code, x.price_date, x.pod) r
    UNION ALL
    SELECT c.org_code, a.commissioner_code, a.financial_year, a.month, a.pod, a.planned_amount, 0, 0, 0, 0, 0, 0
    FROM @icb@.activity_plan a
    JOIN (SELECT DISTINCT ON (x.contract_id) x.contract_id, x.org_code FROM @icb@.contract_party x WHERE x.role = 'provider'
          ORDER BY x.contract_id, x.party_order) c ON c.contract_id = a.contract_id
    UNION ALL
    SELECT a.provider_code, a.commissioner_code, a.financial_year, a.month, a.pod, 0, a.amount, 0, 0, 0, 0, 0
    FROM aggregate a
), cell AS (
    SELECT p.provider_code, p.commissioner_code, p.financial_year, p.month, p.pod, sum(p.plan) AS plan, sum(p.claimed) AS claimed, sum(p.matched) AS matched,
           sum(p.record) AS record, sum(p.unpriced) AS unpriced, sum(p.record_only) AS record_only, sum(p.aggregate) AS aggregate
    FROM part p
    GROUP BY p.provider_code, p.commissioner_code, p.financial_year, p.month, p.pod
)
SELECT c.provider_code::text AS provider_code, c.commissioner_code::text AS commissioner_code,
       @icb@.financial_month_start(c.financial_year, c.month)::date AS activity_month, c.pod::text AS pod, c.plan::numeric(16,2) AS plan_gbp,
       (CASE WHEN s.status IS NOT NULL THEN c.aggregate END)::numeric(16,2) AS aggregate_gbp, c.claimed::numeric(16,2) AS claimed_gbp,
       c.record::numeric(16,2) AS record_gbp, c.matched::numeric(16,2) AS matched_gbp, (c.claimed - c.matched)::numeric(16,2) AS claimed_only_gbp,
       c.record_only::numeric(16,2) AS record_only_gbp, (c.matched - c.record + c.record_only)::numeric(16,2) AS price_difference_gbp,
       c.unpriced::numeric(16,2) AS unpriced_gbp, (CASE WHEN s.status IS NOT NULL THEN c.aggregate - c.claimed END)::numeric(16,2) AS unexplained_gbp
FROM cell c
LEFT JOIN @icb@.submission_slice s
  ON s.dataset = 'ACM' AND s.status = 'current' AND s.provider_code = c.provider_code AND s.commissioner_code = c.commissioner_code
 AND s.financial_year = c.financial_year AND s.month = c.month;
COMMENT ON VIEW @icb_reporting@.reconciliation IS
    'Plan, aggregate claim, patient-level claims and hospital record by provider, commissioner, month and point of delivery. In every row: aggregate = claimed + unexplained; claimed = matched + claimed only; matched = record - record only + price difference. Claims stand in the month they are charged in, records that no claim meets in the month of discharge or attendance. Priced live; needs @icb@.match(). A claim that repeats another is claimed only.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.commissioner_code IS 'Commissioner charged; of a record that no claim meets the one on the record, - where it names none.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.activity_month IS 'First day of the month claimed; of a record that no claim meets, of discharge or attendance.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.pod IS 'Point of delivery.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.plan_gbp IS 'Planned value, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.aggregate_gbp IS 'Claimed in the aggregate contract monitoring, in pounds; NULL where none was sent for provider, commissioner and month.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.claimed_gbp IS 'Claimed line by line in the current position, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.record_gbp IS 'The hospital record at the contract''s prices, in pounds; where there is no price, as claimed.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.matched_gbp IS 'Claims that meet a record, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.claimed_only_gbp IS 'Claims that meet no record, or repeat a claim that does, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.record_only_gbp IS 'Records that no claim meets, at the contract''s prices, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.price_difference_gbp IS 'Claims less expected price where both are there, in pounds.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.unpriced_gbp IS 'Claims that meet a record and have no price to compare with, in pounds; part of matched and of record.';
COMMENT ON COLUMN @icb_reporting@.reconciliation.unexplained_gbp IS 'Aggregate claim less claims line by line, in pounds; NULL without an aggregate claim.';

CREATE VIEW @icb_reporting@.match_quality WITH (security_barrier = true) AS
SELECT x.provider_code::text AS provider_code, x.method_order::integer AS method_order, x.method::text AS method, x.score::integer AS score,
       x.lines::bigint AS lines, x.claimed::numeric(16,2) AS claimed_gbp,
       round(100.0 * x.lines / sum(x.lines) OVER (PARTITION BY x.provider_code), 2)::numeric(5,2) AS lines_pct,
       (CASE WHEN sum(x.claimed) OVER (PARTITION BY x.provider_code) > 0
             THEN round(100 * x.claimed / sum(x.claimed) OVER (PARTITION BY x.provider_code), 2) END)::numeric(10,2) AS claimed_pct,
       x.ambiguous::bigint AS ambiguous_lines
FROM (SELECT l.provider_code, coalesce(m.method, 'none') AS method, count(*) FILTER (WHERE m.candidates > 1) AS ambiguous, coalesce(m.score, 0) AS score, 101 - coalesce(m.score, 0) AS method_order,
             count(*) AS lines, sum(round(l.total_cost, 2)) AS claimed
      FROM @icb@.current_claim l
      LEFT JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
      GROUP BY l.provider_code, m.method, m.score) x;
COMMENT ON VIEW @icb_reporting@.match_quality IS
    'How claims meet the hospital record, by provider: with which keys, how well, how many lines and how much money; none: no record was found.';
COMMENT ON COLUMN @icb_reporting@.match_quality.provider_code IS 'Provider that claims.';
COMMENT ON COLUMN @icb_reporting@.match_quality.method_order IS 'Best first.';
COMMENT ON COLUMN @icb_reporting@.match_quality.method IS 'Keys that agreed: cds_id (record identifier), event_id (the provider''s number of the event), else person and date with what is named; none.';
COMMENT ON COLUMN @icb_reporting@.match_quality.score IS '100: the record identifier; less the weaker the keys; 0: no record.';
COMMENT ON COLUMN @icb_reporting@.match_quality.lines IS 'Lines of the current position.';
COMMENT ON COLUMN @icb_reporting@.match_quality.claimed_gbp IS 'Their amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.match_quality.lines_pct IS 'Share of the provider''s lines, in per cent.';
COMMENT ON COLUMN @icb_reporting@.match_quality.claimed_pct IS 'Share of the provider''s money, in per cent; NULL where it adds up to nothing.';
COMMENT ON COLUMN @icb_reporting@.match_quality.ambiguous_lines IS 'Lines for which several records would have done as well; the first free one was taken.';

-- Codes that nobody knows -------------------------------------------------------------------------

-- Every code of the current claims that is neither standard nor mapped. A domain without a list to compare with says nothing.
CREATE VIEW @icb@.unmapped_code AS
WITH used AS (
    SELECT l.provider_code, l.pod, l.local_pod, l.treatment_function, l.hrg_sent, l.hrg IS NULL AS hrg_unreadable, l.national_price, l.commissioner_code, l.site_code,
           count(*) AS lines, sum(round(l.total_cost, 2)) AS amount
    FROM @icb@.current_claim l
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
)
SELECT 'pod'::text AS domain, u.provider_code, u.pod AS code, max(u.local_pod) AS called, sum(u.lines)::bigint AS lines, sum(u.amount) AS amount
FROM used u
WHERE NOT EXISTS (SELECT FROM commissioning.pod_reference r WHERE r.pod = u.pod)
  -- a code that the map itself hands out is one by agreement
  AND NOT EXISTS (SELECT FROM @icb@.code_map m WHERE m.domain = 'pod' AND m.standard_code = u.pod)
GROUP BY u.provider_code, u.pod
UNION ALL
SELECT 'treatment_function', u.provider_code, u.treatment_function, NULL, sum(u.lines)::bigint, sum(u.amount)
FROM used u
WHERE u.treatment_function !~ '^[1-9][0-9]{2}$'
  AND NOT EXISTS (SELECT FROM @icb@.code_map m WHERE m.domain = 'treatment_function' AND m.standard_code = u.treatment_function)
GROUP BY u.provider_code, u.treatment_function
UNION ALL
SELECT 'hrg', u.provider_code, u.hrg_sent, NULL, sum(u.lines)::bigint, sum(u.amount)
FROM used u
JOIN commissioning.pod_reference p ON p.pod = u.pod AND p.needs_hrg
WHERE u.national_price AND u.hrg_sent <> ''
  AND (u.hrg_unreadable
       OR EXISTS (SELECT FROM @icb@.tariff_price t)
          AND NOT EXISTS (SELECT FROM @icb@.tariff_price t WHERE t.hrg::text = u.hrg_sent)
          AND NOT EXISTS (SELECT FROM commissioning.hrg_without_price w WHERE w.hrg = u.hrg_sent))
  AND NOT EXISTS (SELECT FROM @icb@.code_map m WHERE m.domain = 'hrg' AND m.standard_code = u.hrg_sent)
GROUP BY u.provider_code, u.hrg_sent
UNION ALL
SELECT 'commissioner', u.provider_code, u.commissioner_code, NULL, sum(u.lines)::bigint, sum(u.amount)
FROM used u
WHERE EXISTS (SELECT FROM @icb@.organisation o WHERE o.org_type IN ('sub_icb', 'icb', 'region'))
  AND NOT EXISTS (SELECT FROM @icb@.organisation o WHERE o.org_code = u.commissioner_code)
  AND NOT EXISTS (SELECT FROM @icb@.organisation_link k WHERE k.child = u.commissioner_code AND k.kind = 'successor')
GROUP BY u.provider_code, u.commissioner_code
UNION ALL
SELECT 'site', u.provider_code, u.site_code, NULL, sum(u.lines)::bigint, sum(u.amount)
FROM used u
WHERE u.site_code <> u.provider_code
  AND EXISTS (SELECT FROM @icb@.organisation o WHERE o.org_type = 'site')
  AND NOT EXISTS (SELECT FROM @icb@.organisation o WHERE o.org_code = u.site_code)
  AND NOT EXISTS (SELECT FROM @icb@.organisation_link k WHERE k.child = u.site_code AND k.kind = 'site_of')
GROUP BY u.provider_code, u.site_code;
COMMENT ON VIEW @icb@.unmapped_code IS
    'Codes of the current claims that the standard does not know and code_map does not read: points of delivery, treatment functions, HRGs (unreadable, or in no price list), commissioners and sites.';
COMMENT ON COLUMN @icb@.unmapped_code.domain IS 'pod, treatment_function, hrg, commissioner or site.';
COMMENT ON COLUMN @icb@.unmapped_code.code IS 'The code as sent.';
COMMENT ON COLUMN @icb@.unmapped_code.called IS 'What the provider calls it, where it says so.';
COMMENT ON COLUMN @icb@.unmapped_code.lines IS 'Lines.';

-- What each record amounts to, without a price.
CREATE VIEW @icb@.record_reading AS
SELECT a.person_id, a.activity_id, a.treatment_function, a.hrg::text AS hrg, a.commissioner_billed AS commissioner, a.site_code AS site,
       CASE WHEN a.dataset = 'EC' THEN 'AE'
            WHEN a.dataset = 'OP' AND a.hrg::text !~ '^(WF|UZ)' THEN 'OPPROC'
            WHEN a.dataset = 'OP' THEN CASE a.first_attendance WHEN '1' THEN 'OPFASPCL' WHEN '2' THEN 'OPFUPSPCL' WHEN '3' THEN 'NF2FFA' WHEN '4' THEN 'NF2FFUP' END
            WHEN a.patient_classification = '3' THEN 'RADAY'
            WHEN a.patient_classification = '4' THEN 'RANIGHT'
            WHEN a.admission_method IN ('11', '12', '13') THEN CASE WHEN a.patient_classification = '2' THEN 'DC' ELSE 'EL' END
            WHEN a.admission_method ~ '^2' THEN 'NEL'
            WHEN a.admission_method IS NOT NULL THEN 'NELNE' END AS pod
FROM @icb@.activity a;
COMMENT ON VIEW @icb@.record_reading IS 'The standard codes that a hospital record stands for, as far as they follow from the record alone.';
COMMENT ON COLUMN @icb@.record_reading.commissioner IS 'Commissioner on the record.';
COMMENT ON COLUMN @icb@.record_reading.site IS 'Site on the record.';

CREATE VIEW @icb_reporting@.unmapped WITH (security_barrier = true) AS
WITH code AS MATERIALIZED (
    SELECT u.* FROM @icb@.unmapped_code u
), told AS (
    -- what the records say that the lines with this code meet
    SELECT c.domain, c.provider_code, c.code, v.standard_code, count(*) AS lines, sum(count(*)) OVER (PARTITION BY c.domain, c.provider_code, c.code) AS of_lines
    FROM @icb@.current_claim l
    CROSS JOIN LATERAL (VALUES ('pod', l.pod), ('treatment_function', l.treatment_function), ('hrg', l.hrg_sent), ('commissioner', l.commissioner_code),
                               ('site', l.site_code)) AS s (domain, code)
    JOIN code c ON c.domain = s.domain AND c.code = s.code AND c.provider_code = l.provider_code
    JOIN @icb@.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
    JOIN @icb@.record_reading r ON r.person_id = m.person_id AND r.activity_id = m.activity_id
    CROSS JOIN LATERAL (SELECT CASE c.domain WHEN 'pod' THEN r.pod WHEN 'treatment_function' THEN r.treatment_function WHEN 'hrg' THEN r.hrg
                                             WHEN 'commissioner' THEN r.commissioner ELSE r.site END AS standard_code) v
    WHERE v.standard_code <> c.code
    GROUP BY c.domain, c.provider_code, c.code, v.standard_code
), proposal AS (
    SELECT c.domain, c.provider_code, c.code, m.standard_code, 1 AS place,
           format('mapped so %s', CASE m.local_context WHEN '' THEN 'for everybody' ELSE 'for ' || m.local_context END) AS reason, 1::numeric AS weight
    FROM code c
    JOIN @icb@.code_map m ON m.domain = c.domain AND m.local_code = c.code
    UNION ALL
    SELECT t.domain, t.provider_code, t.code, t.standard_code, 2, format('%s of %s matched records say so', t.lines, t.of_lines), t.lines
    FROM told t WHERE t.lines > 1 AND 2 * t.lines > t.of_lines
    UNION ALL
    SELECT c.domain, c.provider_code, c.code, left(c.code, 3), 3, 'begins with a standard code', 1
    FROM code c WHERE c.domain = 'treatment_function' AND c.code ~ '^[1-9][0-9]{2}'
    UNION ALL
    SELECT c.domain, c.provider_code, c.code, min(t.hrg::text), 3, 'first split of the same root in the price lists', 1
    FROM code c
    JOIN @icb@.tariff_price t ON left(t.hrg::text, 4) = left(c.code, 4)
    WHERE c.domain = 'hrg'
    GROUP BY c.domain, c.provider_code, c.code
    UNION ALL
    SELECT c.domain, c.provider_code, c.code, p.pod, 4, format('nearest by name: %s', p.title), n.likeness::numeric
    FROM code c
    CROSS JOIN commissioning.pod_title p
    CROSS JOIN LATERAL (SELECT greatest(commissioning.text_likeness(c.code, p.pod), commissioning.text_likeness(c.called, p.title),
                                        commissioning.text_likeness(c.code, p.title)) AS likeness) n
    WHERE c.domain = 'pod' AND n.likeness >= 0.4
    UNION ALL
    SELECT c.domain, c.provider_code, c.code, m.standard_code, 5, format('like %s, which is mapped so', m.local_code),
           commissioning.text_likeness(c.code, m.local_code)::numeric
    FROM code c
    JOIN @icb@.code_map m ON m.domain = c.domain AND commissioning.text_likeness(c.code, m.local_code) >= 0.5
), best AS (
    SELECT DISTINCT ON (p.domain, p.provider_code, p.code) p.*
    FROM proposal p
    ORDER BY p.domain, p.provider_code, p.code, p.place, p.weight DESC, p.standard_code
)
SELECT c.domain::text AS domain, c.provider_code::text AS provider_code, c.code::text AS code, c.called::text AS called_by_provider, c.lines::bigint AS lines,
       c.amount::numeric(16,2) AS claimed_gbp, b.standard_code::text AS suggestion, coalesce(b.reason, 'nothing alike')::text AS reason
FROM code c
LEFT JOIN best b ON b.domain = c.domain AND b.provider_code = c.provider_code AND b.code = c.code
ORDER BY c.amount DESC, c.domain, c.provider_code, c.code;
COMMENT ON VIEW @icb_reporting@.unmapped IS
    'Codes of the current claims that neither the standard nor code_map knows, dearest first, with the standard code they most likely stand for and why. A row in code_map and SELECT @icb@.remap_codes() put it right; for a commissioner, a link to its successor in organisation_link.';
COMMENT ON COLUMN @icb_reporting@.unmapped.domain IS 'pod, treatment_function, hrg, commissioner or site: domain of code_map.';
COMMENT ON COLUMN @icb_reporting@.unmapped.provider_code IS 'Provider that uses it: local_context of code_map.';
COMMENT ON COLUMN @icb_reporting@.unmapped.code IS 'The code as sent: local_code of code_map.';
COMMENT ON COLUMN @icb_reporting@.unmapped.called_by_provider IS 'What the provider calls it, where it says so.';
COMMENT ON COLUMN @icb_reporting@.unmapped.lines IS 'Lines of the current position.';
COMMENT ON COLUMN @icb_reporting@.unmapped.claimed_gbp IS 'Their amount, in pounds.';
COMMENT ON COLUMN @icb_reporting@.unmapped.suggestion IS 'Standard code it most likely stands for; NULL when nothing is alike.';
COMMENT ON COLUMN @icb_reporting@.unmapped.reason IS 'Why that one: mapped so elsewhere, what the matched records say, a successor, or the nearest name.';
