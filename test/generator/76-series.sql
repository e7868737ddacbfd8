-- Truth of the rules on whole providers, counted from what the rules on lines leave: an amount less the shares of its money findings; no event
-- where nothing is left. Thresholds, caps and plans are set so that a series fails, stands just at its limit, or has none.

CREATE TABLE truth.series (rule_code text, kind text, expected text, contract text, series_key text, identified numeric(16,2), recoverable numeric(16,2));
COMMENT ON TABLE truth.series IS 'One row per rule and series of the year: what the product should say of it. The contracts that are not in it have the rule switched off.';

CREATE TABLE county.series_line AS
SELECT l.line_id, l.event_id, 'C-' || l.provider_code AS contract, l.provider, l.provider_code, l.pod, l.tfc, l.hrg, l.month, date_trunc('month', l.end_date)::date AS care_month,
       CASE WHEN f.net >= l.total AND f.net > 0 THEN 0 ELSE coalesce(l.units, 1) END AS events, l.total AS billed, l.total - coalesce(f.net, 0) AS validated,
       CASE WHEN r.rule_code = 'ENT07' AND r.kind <> 'near_miss' THEN NULL ELSE e.end_date - e.start_date END AS nights, e.dataset, e.first_attendance, r.rule_code = 'ENT07' AND r.kind <> 'near_miss' AS untraced
FROM county.line l JOIN county.event_fact e USING (event_id) CROSS JOIN county.setting s
LEFT JOIN county.role r ON r.event_id = l.event_id
LEFT JOIN (SELECT line_id, sum(net) AS net FROM truth.planted WHERE expected = 'fail' AND net > 0 AND detectable = 'full' GROUP BY line_id) f USING (line_id)
WHERE l.end_date BETWEEN s.first_day AND s.last_day AND l.commissioner IN ('90A', '90B', '90C') AND l.total IS NOT NULL;
CREATE INDEX ON county.series_line (contract);
ANALYZE county.series_line;

-- Which contract is asked what: of the county's own providers the biggest of each basis in turn.
CREATE TABLE county.series_role AS
SELECT 'C-' || provider_code AS contract, provider_code, n, basis, CASE WHEN s.tier = 'S' THEN o ELSE 1 + (o - 1) % 3 END AS third, o
FROM (SELECT v.*, row_number() OVER (ORDER BY k, basis DESC) AS o
      FROM (SELECT v.*, row_number() OVER (PARTITION BY basis ORDER BY weight DESC, n) AS k FROM county.provider v, county.setting s WHERE n BETWEEN 2 AND s.providers) v) v, county.setting s
WHERE o <= CASE s.tier WHEN 'S' THEN 3 ELSE 30 END;

-- CAP01: the cap of each specialty, so that follow-ups are one to three too many, as many as allowed, or no cap is agreed.
CREATE TABLE county.ratio AS
WITH t AS (
    SELECT contract, provider_code, tfc, coalesce(sum(events) FILTER (WHERE pod IN ('OPFASPCL', 'OPFAMPCL', 'NF2FFA')), 0) AS firsts,
           coalesce(sum(events) FILTER (WHERE pod IN ('OPFUPSPCL', 'OPFUPMPCL', 'NF2FFUP')), 0) AS follow_ups, coalesce(sum(validated) FILTER (WHERE pod IN ('OPFUPSPCL', 'OPFUPMPCL', 'NF2FFUP')), 0) AS value
    FROM county.series_line JOIN county.series_role r USING (contract, provider_code) WHERE r.o <= CASE (SELECT tier FROM county.setting) WHEN 'S' THEN 2 ELSE 6 END AND tfc IS NOT NULL GROUP BY 1, 2, 3),
k AS (SELECT t.*, row_number() OVER (ORDER BY county.u(hashtext(contract || tfc)::bigint, 870)) % 3 AS what FROM t WHERE firsts > 0 AND follow_ups > 3)
SELECT k.*, CASE what WHEN 0 THEN trunc((follow_ups - 1 - floor(county.u(hashtext(contract || tfc)::bigint, 871) * 3)::integer) / firsts, 4) + 0.0001 WHEN 1 THEN trunc(follow_ups / firsts, 4) + 0.0001 END AS cap
FROM k;
INSERT INTO truth.series
SELECT 'CAP01', CASE what WHEN 0 THEN 'plant' WHEN 1 THEN 'near_miss' ELSE 'absent' END, CASE WHEN cap IS NULL THEN 'not_assessed' WHEN follow_ups > floor(cap * firsts) THEN 'fail' ELSE 'none' END, contract, tfc,
       CASE WHEN follow_ups > floor(cap * firsts) THEN round((follow_ups - floor(cap * firsts)) * value / follow_ups, 2) ELSE 0 END,
       CASE WHEN follow_ups > floor(cap * firsts) THEN round(round((follow_ups - floor(cap * firsts)) * value / follow_ups, 2) * county.rate(provider_code, 'OPFUPSPCL'), 2) ELSE 0 END
FROM county.ratio;

-- CAP02: shares. The first third of the contracts is over the agreed share, the second just at it, the last agrees none and has too few peers.
CREATE TABLE county.share_series AS
WITH t AS (
    SELECT r.contract, r.provider_code, r.third, k.key, k.at_most, sum(l.events) FILTER (WHERE k.part) AS part, sum(l.events) AS whole
    FROM county.series_line l JOIN county.series_role r USING (contract, provider_code),
         LATERAL (VALUES ('op_procedure', true, l.pod = 'OPPROC', l.pod IN ('OPPROC', 'OPFASPCL', 'OPFAMPCL', 'NF2FFA', 'OPFUPSPCL', 'OPFUPMPCL', 'NF2FFUP')),
                         ('day_case', false, l.pod = 'DC', l.pod IN ('DC', 'EL')),
                         ('consultant_referral', true, county.referral_source(l.event_id, l.tfc) = '05', l.pod IN ('OPFASPCL', 'OPFAMPCL', 'NF2FFA') AND NOT coalesce(l.untraced, false)),
                         ('zero_night', true, l.nights = 0, l.pod = 'NEL' AND l.nights IS NOT NULL)) AS k (key, at_most, part, whole)
    WHERE k.whole GROUP BY 1, 2, 3, 4, 5)
SELECT contract, provider_code, third, key, at_most, coalesce(part, 0) AS part, whole,
       CASE third WHEN 1 THEN CASE WHEN at_most THEN trunc((part - 1) / whole, 6) + 0.000001 ELSE trunc((part + 1) / whole, 6) END
                  WHEN 2 THEN CASE WHEN at_most THEN trunc(coalesce(part, 0) / whole, 6) + 0.000001 ELSE trunc(part / whole, 6) END END AS threshold
FROM t WHERE whole > 0 AND (third <> 1 OR part >= 2 AND part < whole - 1);
INSERT INTO truth.series
SELECT 'CAP02', CASE third WHEN 1 THEN 'plant' WHEN 2 THEN 'near_miss' ELSE 'absent' END,
       CASE WHEN threshold IS NULL THEN CASE WHEN whole >= 20 THEN 'not_assessed' ELSE 'none' END WHEN CASE WHEN at_most THEN part > floor(threshold * whole) ELSE part < ceil(threshold * whole) END THEN 'fail' ELSE 'none' END, contract, key,
       CASE WHEN third = 1 AND key IN ('op_procedure', 'zero_night') THEN 40 * (part - floor(threshold * whole)) ELSE 0 END,
       CASE WHEN third = 1 AND key IN ('op_procedure', 'zero_night') THEN round(40 * (part - floor(threshold * whole)) * county.rate(provider_code, 'UNBRAD'), 2) ELSE 0 END
FROM county.share_series WHERE threshold IS NOT NULL OR whole >= 20;

-- CAP03: the variable element of an aligned payment: 75 % of what is above the target.
INSERT INTO truth.series
SELECT 'CAP03', CASE p.grp WHEN 'over' THEN 'plant' WHEN 'on' THEN 'near_miss' ELSE 'absent' END, CASE p.grp WHEN 'over' THEN 'fail' WHEN 'on' THEN 'none' ELSE 'not_assessed' END, l.contract, 'api',
       CASE p.grp WHEN 'over' THEN sum(billed) - (t.target + round(0.75 * (sum(billed) - t.target), 2)) ELSE 0 END, CASE p.grp WHEN 'over' THEN sum(billed) - (t.target + round(0.75 * (sum(billed) - t.target), 2)) ELSE 0 END
FROM county.series_line l JOIN county.series_provider p ON p.n = l.provider, LATERAL (SELECT 1800 + 10 * p.i AS target) t WHERE p.grp IN ('over', 'on', 'none') GROUP BY p.grp, l.contract, t.target;
CREATE TABLE county.contract_baselines AS
SELECT l.contract, 'api_target' AS kind, CASE p.grp WHEN 'over' THEN 1800 + 10 * p.i ELSE sum(billed) END AS amount
FROM county.series_line l JOIN county.series_provider p ON p.n = l.provider WHERE p.grp IN ('over', 'on') GROUP BY l.contract, p.grp, p.i;

-- CAP04: plans of some contracts, 2 % tolerated: below, just enough, none.
CREATE TABLE county.plan_series AS
WITH t AS (SELECT contract, provider_code, pod, sum(validated) AS validated FROM county.series_line JOIN county.series_role r USING (contract, provider_code)
           WHERE r.o <= CASE (SELECT tier FROM county.setting) WHEN 'S' THEN 2 ELSE 8 END GROUP BY 1, 2, 3)
SELECT t.*, 1 + row_number() OVER (ORDER BY county.u(hashtext(contract || pod)::bigint, 872)) % 3 AS third FROM t WHERE validated > 100;
ALTER TABLE county.plan_series ADD planned numeric;
UPDATE county.plan_series SET planned = CASE third WHEN 1 THEN round(validated * 0.95, 2) WHEN 2 THEN ceil(validated / 1.02 * 100) / 100 END;
INSERT INTO truth.series
SELECT 'CAP04', CASE third WHEN 1 THEN 'plant' WHEN 2 THEN 'near_miss' ELSE 'absent' END, CASE third WHEN 1 THEN 'fail' WHEN 2 THEN 'none' ELSE 'not_assessed' END, contract, pod,
       CASE third WHEN 1 THEN validated - round(planned * 1.02, 2) ELSE 0 END, CASE third WHEN 1 THEN round((validated - round(planned * 1.02, 2)) * county.rate(provider_code, pod), 2) ELSE 0 END
FROM county.plan_series;

-- COD06: the share of the most complicated split against that of all other providers together: three standard errors above, five spells at least.
INSERT INTO truth.series
WITH t AS (SELECT l.provider, l.contract, left(l.hrg, 4) AS stem, sum(events) FILTER (WHERE right(l.hrg, 1) = 'A') AS top, sum(events) AS spells
           FROM county.series_line l WHERE l.hrg ~ '^EB(03|07|10)[A-E]$' AND l.pod IN ('NEL', 'NELNE', 'EL', 'DC') GROUP BY 1, 2, 3),
c AS (SELECT t.*, p.grp, q.top / q.spells AS share FROM t JOIN county.series_provider p ON p.n = t.provider,
           LATERAL (SELECT coalesce(sum(o.top), 0)::numeric AS top, sum(o.spells) AS spells FROM t o WHERE o.stem = t.stem AND o.provider <> t.provider) q)
SELECT 'COD06', CASE grp WHEN 'A' THEN 'plant' ELSE 'near_miss' END,
       CASE WHEN coalesce(top, 0) / spells > share + 3 * sqrt(share * (1 - share) / spells) AND top - share * spells >= 5 THEN 'fail' ELSE 'none' END, contract, stem || CASE WHEN stem IN ('EB03', 'EB07') THEN 'E' ELSE '' END, 0, 0
FROM c
UNION ALL
SELECT DISTINCT 'COD06', 'absent', 'not_assessed', l.contract, left(l.hrg, 4), 0, 0 FROM county.series_line l JOIN county.series_provider p ON p.n = l.provider WHERE p.grp = 'C';

-- COD08: monthly shares, limits of individual values (mean and 2.66 times the mean moving range) of the first nine months.
INSERT INTO truth.series
WITH m AS (SELECT p.grp, p.i, e.provider, e.m, c.key, (count(*) FILTER (WHERE county.series_diagnoses(e.grp, e.i, e.slot, e.m) LIKE '%' || c.code || '%'))::numeric / count(*) AS share
           FROM county.series_event e JOIN county.series_provider p ON p.n = e.provider, (VALUES ('sepsis', 'A419'), ('pneumonia', 'J189'), ('kidney_injury', 'N179')) AS c (key, code)
           WHERE p.grp IN ('A', 'B', 'C') GROUP BY 1, 2, 3, 4, 5),
r AS (SELECT m.*, abs(share - lag(share) OVER (PARTITION BY provider, key ORDER BY m)) AS range FROM m),
l AS (SELECT grp, i, provider, key, count(*) AS months, avg(share) FILTER (WHERE m <= 9) + 2.66 * avg(range) FILTER (WHERE m <= 9) AS upper, max(share) FILTER (WHERE m >= 10) AS last FROM r GROUP BY 1, 2, 3, 4)
SELECT 'COD08', CASE grp WHEN 'A' THEN 'plant' WHEN 'B' THEN 'near_miss' ELSE 'absent' END,
       CASE WHEN months < 12 THEN 'not_assessed' WHEN last > upper AND NOT (grp = 'B' AND i % 2 = 0) THEN 'fail' ELSE 'none' END, 'C-' || v.provider_code, key, 0, 0
FROM l JOIN county.provider v ON v.n = l.provider;
CREATE TABLE county.counting_change AS
SELECT 'C-' || v.provider_code AS contract, key AS measure, s.first_day AS notified_on, (s.first_day + interval '9 months')::date AS effective
FROM county.series_provider p JOIN county.provider v USING (n), county.setting s, unnest(ARRAY['sepsis', 'pneumonia', 'kidney_injury']) AS key WHERE p.grp = 'B' AND p.i % 2 = 0;

-- Terms of these contracts, and which rule is asked of whom.
CREATE TABLE county.series_terms AS
SELECT contract, 'first_follow_up_cap' AS term, tfc AS context, cap AS value FROM county.ratio WHERE cap IS NOT NULL
UNION ALL SELECT contract, key || '_share', '', threshold FROM county.share_series WHERE threshold IS NOT NULL
UNION ALL SELECT contract, key || '_clause', '', 40 FROM county.share_series WHERE third = 1 AND key IN ('op_procedure', 'zero_night')
UNION ALL SELECT DISTINCT contract, 'plan_tolerance', '', 0.02 FROM county.plan_series
UNION ALL SELECT DISTINCT contract, 'activity_plan_cap', '', 1 FROM county.plan_series;
CREATE TABLE county.rule_switch AS
SELECT 'C-' || provider_code AS contract, rule, EXISTS (SELECT FROM truth.series t WHERE t.rule_code = rule AND t.contract = 'C-' || provider_code) AS enabled,
       CASE WHEN rule = 'CAP02' AND EXISTS (SELECT FROM county.series_role r WHERE r.contract = 'C-' || provider_code AND r.third = 3) THEN '{"least_peers": 100000}' ELSE '{}' END AS parameters
FROM county.provider, unnest(ARRAY['CAP01', 'CAP02', 'CAP03', 'CAP04', 'COD06', 'COD08']) AS rule
UNION ALL SELECT 'C-' || provider_code, 'CLS02', true, '{"window": 200}' FROM county.provider, county.setting WHERE n = providers + 10;
