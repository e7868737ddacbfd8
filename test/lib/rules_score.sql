-- Findings against the truth of the synthetic county, one row per rule. The warehouse is icb; only this test reads schema truth.
-- The warehouse counts the header as line 1, truth the first row after it.
ANALYZE truth.planted;
ANALYZE truth.decoy;
ANALYZE county.plcm;
CREATE TEMP TABLE current_line AS
SELECT s.file_name, l.line_no - 1 AS line_no, l.person_id, l.line_key, l.commissioner_code, l.pod, l.total_cost
FROM icb.current_invoice_line l JOIN icb.submission s ON s.submission_id = l.submission_id;
CREATE UNIQUE INDEX ON current_line (file_name, line_no);
ANALYZE current_line;

CREATE TEMP TABLE found AS
SELECT c.file_name, c.line_no, f.rule_code, f.outcome, f.identified, f.net, f.recoverable
FROM icb.finding f
JOIN current_line c ON c.person_id = f.person_id AND c.line_key = f.line_key AND c.commissioner_code = f.commissioner_code
WHERE f.closed_run IS NULL;
CREATE UNIQUE INDEX ON found (file_name, line_no, rule_code);
ANALYZE found;

CREATE TEMP TABLE judged AS
SELECT t.*,
       -- what a provider never sends is told once for the run, not on every line
       coalesce(f.outcome, CASE WHEN t.kind = 'absent' AND EXISTS (SELECT FROM icb.rule_not_assessed n WHERE n.rule_code = t.rule_code AND n.provider_code = t.provider_code AND n.closed_run IS NULL)
                                THEN 'not_assessed' END, 'none') AS outcome,
       f.identified AS f_identified, f.net AS f_net, f.recoverable AS f_recoverable,
       -- truth gives an undercharge a negative recoverable amount; nothing is recovered of it
       greatest(t.recoverable, 0) AS t_recoverable
FROM truth.planted t
LEFT JOIN found f ON f.file_name = t.file_name AND f.line_no = t.line_no AND f.rule_code = t.rule_code;

CREATE TEMP TABLE score AS
SELECT p.rule_code AS rule, p.plants, p.found, round(p.found / nullif(p.plants, 0)::numeric, 4) AS recall, g.flagged, round(g.right_ones / nullif(g.flagged, 0)::numeric, 4) AS precision,
       p.identified, p.net, p.recoverable, p.money_wrong, p.near_misses, p.near_flagged, d.decoys, d.decoys_flagged,
       round(100.0 * d.decoys_flagged / nullif(d.decoys, 0), 3) AS decoys_pct, p.absent, p.absent_right, w.top_precision, w.base_rate
FROM (SELECT rule_code, count(*) FILTER (WHERE kind = 'plant') AS plants, count(*) FILTER (WHERE kind = 'plant' AND outcome = expected) AS found,
             sum(f_identified) FILTER (WHERE expected IN ('fail', 'hold')) AS identified, sum(f_net) FILTER (WHERE expected IN ('fail', 'hold'))::numeric(16,2) AS net,
             sum(f_recoverable) FILTER (WHERE expected IN ('fail', 'hold')) AS recoverable,
             count(*) FILTER (WHERE outcome = expected AND expected IN ('fail', 'hold')
                              AND (f_identified <> identified OR f_net <> net OR f_recoverable <> t_recoverable)) AS money_wrong,
             count(*) FILTER (WHERE kind = 'near_miss') AS near_misses, count(*) FILTER (WHERE kind = 'near_miss' AND outcome IN ('fail', 'hold')) AS near_flagged,
             count(*) FILTER (WHERE kind = 'absent') AS absent, count(*) FILTER (WHERE kind = 'absent' AND outcome = expected) AS absent_right
      FROM judged GROUP BY rule_code) p
LEFT JOIN (SELECT f.rule_code, count(*) AS flagged, count(t.line_no) AS right_ones
           FROM found f LEFT JOIN truth.planted t ON t.file_name = f.file_name AND t.line_no = f.line_no AND t.rule_code = f.rule_code AND t.expected = f.outcome
           WHERE f.outcome <> 'not_assessed' GROUP BY f.rule_code) g ON g.rule_code = p.rule_code
LEFT JOIN (SELECT d.rule_code, count(*) AS decoys, count(f.line_no) AS decoys_flagged
           FROM truth.decoy d JOIN (SELECT line_id, file_name, line_no FROM county.plcm WHERE current
                                    UNION ALL SELECT line_id, file_name, line_no FROM county.drplcm UNION ALL SELECT line_id, file_name, line_no FROM county.deplcm) c ON c.line_id = d.line_id
           LEFT JOIN found f ON f.file_name = c.file_name AND f.line_no = c.line_no AND f.rule_code = d.rule_code AND f.outcome <> 'not_assessed'
           GROUP BY d.rule_code) d ON d.rule_code = p.rule_code
-- Rules that need the case notes are samples: of the dearest 500 findings the planted share of the money, against that share among all
-- lines of the same points of delivery.
LEFT JOIN LATERAL (
    SELECT (SELECT round(sum(money) FILTER (WHERE planted) / nullif(sum(money), 0), 4) FROM (
                SELECT coalesce(nullif(f.identified, 0), c.total_cost) AS money, t.line_id IS NOT NULL AS planted
                FROM found f JOIN current_line c ON c.file_name = f.file_name AND c.line_no = f.line_no
                LEFT JOIN truth.planted t ON t.file_name = f.file_name AND t.line_no = f.line_no AND t.rule_code = f.rule_code AND t.expected = f.outcome
                WHERE f.rule_code = p.rule_code AND f.outcome <> 'not_assessed' ORDER BY 1 DESC LIMIT 500) d) AS top_precision,
           (SELECT round(sum(c.total_cost) FILTER (WHERE t.line_id IS NOT NULL) / sum(c.total_cost), 4)
            FROM current_line c LEFT JOIN truth.planted t ON t.file_name = c.file_name AND t.line_no = c.line_no AND t.rule_code = p.rule_code AND t.kind = 'plant'
            WHERE c.pod IN (SELECT x.pod FROM truth.planted x WHERE x.rule_code = p.rule_code AND x.kind = 'plant')) AS base_rate
    WHERE EXISTS (SELECT FROM commissioning.rule_reference r WHERE r.code = p.rule_code AND r.detectable = 'partial')) w ON true;

-- Rules on whole providers: found by contract and series. A contract that is not in the truth has the rule switched off.
CREATE TEMP TABLE judged_series AS
SELECT t.*, coalesce(f.outcome, 'none') AS outcome, f.identified AS f_identified, f.net AS f_net, f.recoverable AS f_recoverable
FROM truth.series t
LEFT JOIN icb.series_finding f ON f.rule_code = t.rule_code AND f.contract_id = t.contract AND f.series_key = t.series_key AND f.closed_run IS NULL;
INSERT INTO score
SELECT j.rule_code, j.plants, j.found, round(j.found / nullif(j.plants, 0)::numeric, 4), g.flagged, round(g.right_ones / nullif(g.flagged, 0)::numeric, 4), j.identified, j.identified, j.recoverable, j.money_wrong,
       j.near_misses, j.near_flagged, NULL, NULL, NULL, j.absent, j.absent_right, NULL, NULL
FROM (SELECT rule_code, count(*) FILTER (WHERE kind = 'plant') AS plants, count(*) FILTER (WHERE kind = 'plant' AND outcome = 'fail' AND expected = 'fail') AS found,
             sum(f_identified) FILTER (WHERE expected = 'fail') AS identified, sum(f_recoverable) FILTER (WHERE expected = 'fail') AS recoverable,
             count(*) FILTER (WHERE outcome = 'fail' AND expected = 'fail' AND (f_identified <> identified OR f_net <> identified OR f_recoverable <> recoverable)) AS money_wrong,
             count(*) FILTER (WHERE kind = 'near_miss') AS near_misses, count(*) FILTER (WHERE kind = 'near_miss' AND outcome = 'fail') AS near_flagged,
             count(*) FILTER (WHERE kind = 'absent') AS absent, count(*) FILTER (WHERE kind = 'absent' AND outcome = 'not_assessed') AS absent_right
      FROM judged_series GROUP BY rule_code) j
LEFT JOIN (SELECT f.rule_code, count(*) AS flagged, count(t.contract) AS right_ones
           FROM icb.series_finding f LEFT JOIN truth.series t ON t.rule_code = f.rule_code AND t.contract = f.contract_id AND t.series_key = f.series_key AND t.expected = 'fail'
           WHERE f.closed_run IS NULL AND f.outcome = 'fail' GROUP BY f.rule_code) g ON g.rule_code = j.rule_code;
CREATE TABLE public.judged_series AS TABLE judged_series;
