-- Decoys: right lines that look like some rule's plant.
CREATE TABLE truth.decoy AS
WITH l AS (SELECT l.*, e.status, e.critical_care_days AS cc, e.kind, e.los, e.type, e.referral_id, p.death_date FROM county.line l JOIN county.event_fact e USING (event_id) JOIN county.person p ON p.person_id = l.person_id
           WHERE l.line_id < 40000000000 AND NOT EXISTS (SELECT FROM county.role r WHERE r.person_id = l.person_id))
SELECT line_id, 'PRC12' AS rule_code FROM l WHERE units * unit_price * coalesce(factor, 1) <> total
UNION ALL SELECT line_id, 'PRC04' FROM l WHERE pod = 'NEL' AND (full_price IS NOT NULL OR qualifying = 2)
UNION ALL SELECT line_id, 'PRC05' FROM l WHERE part = 2 AND dataset = 'APC'
UNION ALL SELECT line_id, 'PRC06' FROM l WHERE part = 2 AND dataset = 'APC' AND cc > 0
UNION ALL SELECT l.line_id, 'COD05' FROM l JOIN (SELECT DISTINCT hrg FROM county.hrg_fact WHERE age_min IS NOT NULL OR age_max IS NOT NULL) h USING (hrg)
UNION ALL SELECT line_id, 'CLS05' FROM l WHERE status = '6'
UNION ALL SELECT line_id, 'PRC02' FROM l WHERE NOT national
UNION ALL SELECT line_id, 'ENT07' FROM l WHERE withheld IS NOT NULL
UNION ALL SELECT line_id, 'ENT06' FROM l WHERE start_date BETWEEN death_date - 30 AND death_date
UNION ALL SELECT line_id, 'ENT01' FROM l WHERE EXISTS (SELECT FROM county.registration r WHERE r.person_id = l.person_id AND r.valid_from BETWEEN l.start_date - 90 AND l.start_date)
UNION ALL SELECT line_id, 'PRC01' FROM l JOIN county.setting s ON l.start_date < s.first_day
UNION ALL SELECT line_id, 'OVL01' FROM (SELECT line_id, start_date, max(end_date) OVER (PARTITION BY person_id ORDER BY start_date, line_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                                        FROM l WHERE dataset = 'APC' AND part = 1) q WHERE before >= start_date - 2
UNION ALL SELECT line_id, CASE WHEN day = start_date THEN 'DUP01' ELSE 'DUP02' END
          FROM (SELECT line_id, start_date, lag(start_date) OVER (PARTITION BY person_id, provider, pod, tfc ORDER BY start_date, line_id) AS day FROM l WHERE part = 1) q WHERE day >= start_date - 1
UNION ALL SELECT line_id, unnest(CASE pod WHEN 'DRUG' THEN ARRAY['DRG01', 'DRG03', 'DRG05', 'DRG06', 'DUP05'] WHEN 'DEVICE' THEN ARRAY['DEV01'] WHEN 'MATPATHAN' THEN ARRAY['MAT02'] WHEN 'MATPATHPN' THEN ARRAY['MAT02'] WHEN 'DC' THEN ARRAY['CLS08', 'ENT12', 'ENT11'] WHEN 'UNBRAD' THEN ARRAY['PRC10']
          WHEN 'UNBACC' THEN ARRAY['PRC10'] WHEN 'NELXBD' THEN ARRAY['PRC07'] WHEN 'OPFAMPCL' THEN ARRAY['CLS03', 'COD10'] WHEN 'OPFUPMPCL' THEN ARRAY['CLS03'] WHEN 'NF2FFA' THEN ARRAY['CLS04'] WHEN 'NF2FFUP' THEN ARRAY['CLS04']
          WHEN 'NELNE' THEN ARRAY['MAT01', 'MAT03'] WHEN 'OPFUPSPCL' THEN ARRAY['CLS06'] END) FROM l
UNION ALL SELECT line_id, unnest(ARRAY['PRC11', 'PRC13']) FROM l WHERE NOT national AND pod NOT IN ('DRUG', 'DEVICE')
UNION ALL SELECT line_id, 'TIM03' FROM l WHERE extract(month FROM end_date + 1) <> extract(month FROM end_date)
UNION ALL SELECT line_id, CASE WHEN county.u(line_id, 901) < 0.015 THEN 'TIM02' ELSE 'TIM01' END FROM l WHERE month = 6 AND (county.u(line_id, 901) < 0.015 OR county.u(line_id, 900) < 0.03)
UNION ALL SELECT line_id, 'ENT13' FROM l WHERE tfc = '301' AND pod IN ('OPFASPCL', 'OPFAMPCL', 'NF2FFA') AND county.referral_source(event_id, tfc) = '05'
UNION ALL SELECT line_id, 'PRC03' FROM l JOIN county.setting s ON l.start_date < s.first_day
UNION ALL SELECT line_id, 'PRC09' FROM l WHERE hrg = 'EY21B' AND pod = 'EL'
UNION ALL SELECT line_id, 'CLS09' FROM l WHERE pod = 'EL' AND los = 0
UNION ALL SELECT line_id, 'COD04' FROM l WHERE sex = '2' AND left(hrg, 2) IN ('MA', 'MB', 'NZ') OR sex = '1' AND hrg LIKE 'LB2%'
UNION ALL SELECT line_id, 'OVL07' FROM l WHERE pod = 'NEL' AND los = 0
UNION ALL SELECT line_id, 'CLS12' FROM l WHERE pod = 'NEL' AND los > 0
-- visits near a stay in hospital, first visits near each other, stays near each other
UNION ALL SELECT l.line_id, unnest(CASE WHEN l.dataset = 'EC' THEN ARRAY['OVL05'] ELSE ARRAY['OVL03', 'OVL04', 'CLS07'] END) FROM l WHERE l.dataset IN ('OP', 'EC') AND part = 1
          AND EXISTS (SELECT FROM county.spell s WHERE s.person_id = l.person_id AND s.kind <> 5 AND (l.start_date BETWEEN s.start_date - 3 AND s.start_date - 1 OR l.start_date BETWEEN s.end_date AND s.end_date + 3))
UNION ALL SELECT line_id, 'CLS01' FROM (SELECT line_id, start_date, lag(start_date) OVER (PARTITION BY person_id, provider, tfc ORDER BY start_date, line_id) AS day FROM l WHERE pod = 'OPFASPCL') q WHERE day > start_date - 183
UNION ALL SELECT line_id, unnest(ARRAY['OVL06', 'CLS11']) FROM (SELECT line_id, start_date, lag(start_date) OVER (PARTITION BY person_id, tfc ORDER BY start_date, line_id) AS day FROM l WHERE dataset = 'OP' AND part = 1) q WHERE day > start_date - 7
UNION ALL SELECT line_id, unnest(ARRAY['OVL02', 'OVL08']) FROM (SELECT line_id, start_date, max(end_date) OVER (PARTITION BY person_id ORDER BY start_date, line_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                                        FROM l WHERE dataset = 'APC' AND part = 1) q WHERE before >= start_date - 2;
COMMENT ON TABLE truth.decoy IS 'Lines that look like a plant of the rule and are right; people without any role.';

-- Settlement truth of each contract year: claimed, correct, and the variable part, exactly as sums of pence.
CREATE TABLE truth.settlement AS
SELECT 'C-' || l.provider_code AS contract, l.commissioner, l.price_year AS financial_year, sum(l.total) AS claimed, sum(l.total) - coalesce(sum(t.net), 0) AS correct, coalesce(sum(t.recoverable), 0) AS recoverable
FROM county.line l LEFT JOIN (SELECT line_id, sum(net) AS net, sum(recoverable) AS recoverable FROM truth.planted WHERE expected = 'fail' GROUP BY line_id) t USING (line_id)
GROUP BY 1, 2, 3;

-- What the provider answers when a finding is raised: it accepts 55 in a hundred, a part of 15, rejects 20 (half of them wrongly: they stand on
-- review), and lets the time for 10 run out.
CREATE TABLE truth.answer AS
SELECT line_id, rule_code, outcome, wrong_rejection, CASE outcome WHEN 'accept' THEN recoverable WHEN 'part' THEN round(recoverable * part, 2) ELSE 0 END::numeric(16,2) AS accepted_gbp
FROM (SELECT line_id, rule_code, recoverable, CASE WHEN u < 0.55 THEN 'accept' WHEN u < 0.70 THEN 'part' WHEN u < 0.90 THEN 'reject' ELSE 'silence' END AS outcome,
             u >= 0.70 AND u < 0.80 AS wrong_rejection, (0.2 + 0.6 * county.u(line_id, 951))::numeric(4,3) AS part
      FROM (SELECT line_id, rule_code, recoverable, county.u(line_id * 4 + ascii(right(rule_code, 1)) % 4, 950) AS u
            FROM truth.planted WHERE expected = 'fail' AND recoverable > 0) q) a;
COMMENT ON TABLE truth.answer IS 'What the provider answers to a finding that is worth something, and what is recovered of it without review; a wrong rejection is worth all of it after review.';
