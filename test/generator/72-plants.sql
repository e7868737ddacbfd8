-- Planted errors, near misses and lines that lack a needed field: one role a claim and a person, so that no two meet.
-- README.md says what each stands for.

CREATE TABLE truth.planted (
    line_id bigint, rule_code text, kind text CHECK (kind IN ('plant', 'near_miss', 'absent')), expected text CHECK (expected IN ('fail', 'hold', 'not_assessed', 'none')),
    pair text, field text, old_value text, new_value text, billed numeric(16,2), correct_amount numeric(16,2), identified numeric(16,2), net numeric(16,2),
    recoverable numeric(16,2), detectable text DEFAULT 'full', provider_code text, cds_id text, provider_event_id text, pod text, hrg text, seq integer, file_name text, line_no bigint);
COMMENT ON TABLE truth.planted IS
    'One row per line and rule. Join to the claim by file_name and line_no (1 = first row after the header), or by provider, cds_id, event, pod, hrg and seq (1, 2, ... among equals in file order).';

-- Candidates: claims of the last year, a sample plus whatever is rare.
CREATE TABLE county.pool AS
WITH b AS (SELECT l.*, e.kind, e.los, e.critical_care_days AS cc, e.rehabilitation_days AS rehab, e.overlap_days AS overlap, e.status, e.first_attendance, e.died
           FROM county.line l JOIN county.event_fact e USING (event_id), county.setting s
           WHERE l.part = 1 AND l.price_year = county.fy(s.last_day) AND e.x IS NULL),
c AS MATERIALIZED (SELECT b.*, xbd.units AS excess, o.line_id IS NOT NULL AS component, p.death_date, p.other_number, s.first_day, s.last_day,
             h.age_min, h.age_max, nxt.next_start
      FROM b JOIN county.person p USING (person_id) CROSS JOIN county.setting s
      LEFT JOIN county.line xbd ON xbd.line_id = b.event_id * 4 + 2
      LEFT JOIN county.line o ON o.line_id = b.event_id * 4 + 3
      LEFT JOIN (SELECT DISTINCT hrg, age_min, age_max FROM county.hrg_fact) h ON h.hrg = b.hrg
      LEFT JOIN (SELECT spell_id, lead(start_date) OVER (PARTITION BY person_id ORDER BY start_date, kind, spell_id) AS next_start FROM county.spell WHERE kind <> 5) nxt ON nxt.spell_id = b.event_id
      WHERE s.tier = 'S' OR county.u(b.event_id, 700) < 0.08 OR xbd.units IS NOT NULL OR b.start_date < s.first_day OR b.died OR b.withheld IS NOT NULL
         OR p.death_date IS NOT NULL AND county.u(b.event_id, 700) < 0.5 OR b.pod = 'NEL' AND b.los >= 2 OR h.age_min = b.age OR h.age_max = b.age OR NOT b.factor_published),
x AS (SELECT b.*, reg.n AS registrations, reg.previous_commissioner, reg.previous_practice, reg.since
      FROM c AS b
      LEFT JOIN LATERAL (SELECT count(*) AS n, max(r.valid_from) FILTER (WHERE r.valid_from <= b.start_date) AS since,
                                (array_agg(pr.commissioner ORDER BY r.valid_from DESC) FILTER (WHERE r.valid_to <= b.start_date))[1] AS previous_commissioner,
                                (array_agg(pr.practice_code ORDER BY r.valid_from DESC) FILTER (WHERE r.valid_to <= b.start_date))[1] AS previous_practice
                         FROM county.registration r JOIN county.practice pr ON pr.n = r.practice WHERE r.person_id = b.person_id) reg ON true)
SELECT x.*, withheld IS NULL AND factor_published AND other_number IS NULL AND total > 0 AND NOT coalesce(died, false) AS clean,
       excess IS NULL AND NOT component AS single,
       -- error rates differ between providers
       0.15 + 3 * county.u(provider, 701) ^ 2 AS propensity
FROM x;
CREATE INDEX ON county.pool (event_id);
ANALYZE county.pool;

-- The twin of an HRG that names an age: same four characters, only two of them on that list, one for 18 and under, one for 19 and over.
CREATE TABLE county.twin AS
SELECT a.setting, a.hrg, b.hrg AS twin
FROM county.hrg_fact a JOIN county.hrg_fact b ON b.setting = a.setting AND left(b.hrg, 4) = left(a.hrg, 4) AND b.hrg <> a.hrg
WHERE a.setting IN ('DC', 'OP') AND a.cell IN ('A', 'C') AND b.cell IN ('A', 'C') AND a.cell <> b.cell
  AND (SELECT count(DISTINCT hrg) FROM county.hrg_fact o WHERE left(o.hrg, 4) = left(a.hrg, 4)) = 2;

-- What is wanted: rule, kind, variant, how many at tier S (x plants / 4), share of lines above that, who is eligible, in which order.
CREATE TABLE county.wish (n integer GENERATED ALWAYS AS IDENTITY, rule_code text, kind text, variant text, times float8, share float8, eligible text, preference text DEFAULT '0');
INSERT INTO county.wish (rule_code, kind, variant, times, share, eligible, preference) VALUES
('ENT06', 'plant', 'after', 1, 0.0003, $$clean AND dataset = 'OP' AND single AND registrations = 1 AND death_date BETWEEN first_day AND last_day - 6$$, '0'),
('ENT06', 'near_miss', 'in hospital', 0.5, 0, $$died AND withheld IS NULL AND factor_published$$, '0'),
('ENT06', 'near_miss', 'same day', 0.5, 0, $$clean AND dataset = 'OP' AND single AND registrations = 1 AND death_date BETWEEN first_day AND last_day$$, '0'),
('PRC06', 'plant', 'days', 1, 0, $$clean AND kind = 0 AND cc > overlap AND excess > 0 AND los - rehab > trim$$, '0'),
('PRC06', 'near_miss', 'overlap', 0.5, 0, $$clean AND kind = 0 AND excess > 0 AND overlap > 0$$, '0'),
('PRC06', 'near_miss', 'right', 0.75, 0, $$clean AND kind = 0 AND excess > 0 AND cc > 0$$, '0'),
('PRC06', 'absent', 'open', 1, 0, $$clean AND kind = 0 AND excess > 0 AND start_date >= first_day$$, '0'),
('PRC05', 'plant', 'days', 0.75, 0, $$clean AND kind = 0 AND excess > 0 AND cc = 0$$, '0'),
('PRC05', 'plant', 'none due', 0.5, 0, $$clean AND kind = 0 AND single AND los >= 5 AND qualifying <= trim AND cc = 0$$, '0'),
('PRC05', 'near_miss', 'first day over', 1, 0, $$clean AND kind = 0 AND excess > 0$$, 'excess'),
('PRC05', 'absent', 'open', 1, 0, $$clean AND kind = 0 AND excess > 0 AND start_date >= first_day$$, '0'),
('PRC05+PRC02', 'plant', 'pair', 0.75, 0, $$clean AND kind = 0 AND excess > 0 AND cc = 0$$, '0'),
('PRC01', 'near_miss', 'crosses 1 April', 0.5, 0, $$clean AND kind IN (0, 2) AND single AND start_date < first_day$$, '0'),
('PRC01', 'plant', 'crosses 1 April', 0.25, 0, $$clean AND kind IN (0, 2) AND single AND start_date < first_day AND full_price IS NULL$$, '0'),
('OVL01', 'plant', 'inside', 1, 0.0002, $$clean AND kind = 0 AND single AND los BETWEEN 4 AND 14 AND age BETWEEN 20 AND 90 AND start_date >= first_day$$, '0'),
('OVL01', 'near_miss', 'touching', 1, 0, $$clean AND kind = 0 AND single AND los BETWEEN 1 AND 9 AND age BETWEEN 20 AND 90 AND registrations = 1 AND death_date IS NULL AND start_date >= first_day
    AND end_date < last_day - 3 AND coalesce(next_start > end_date + 3, true)$$, '0'),
('OVL01', 'absent', 'open', 1, 0, $$clean AND kind IN (0, 2) AND single AND los >= 1 AND start_date >= first_day$$, '0'),
('PRC04', 'plant', 'full price', 1, 0.0008, $$clean AND kind = 0 AND single AND full_price > unit_price$$, '0'),
('PRC04+PRC02', 'plant', 'pair', 0.75, 0, $$clean AND kind = 0 AND single AND full_price > unit_price$$, '0'),
('PRC04', 'near_miss', 'age 18', 0.5, 0, $$clean AND kind = 0 AND single AND full_price IS NULL AND los <= 1 AND age BETWEEN 14 AND 18$$, '18 - age'),
('PRC04', 'near_miss', 'two nights', 0.5, 0, $$clean AND kind = 0 AND single AND los = 2 AND age >= 19$$, '0'),
('PRC04', 'near_miss', 'no flag', 0.5, 0, $$clean AND kind = 0 AND single AND full_price IS NULL AND los <= 1 AND age >= 19$$, '0'),
('PRC04', 'absent', 'no age', 1, 0, $$clean AND kind = 0 AND single AND full_price > unit_price$$, '0'),
('COD05', 'plant', 'twin', 1, 0.0008, $$clean AND single AND EXISTS (SELECT FROM county.twin t WHERE t.hrg = p.hrg AND t.setting = CASE p.pod WHEN 'DC' THEN 'DC' WHEN 'OPPROC' THEN 'OP' END)$$, '0'),
('COD05', 'near_miss', 'at the bound', 1, 0, $$clean AND single AND pod IN ('DC', 'OPPROC', 'EL') AND (age = age_min OR age = age_max)$$, '0'),
('COD05', 'absent', 'no age', 1, 0, $$clean AND single AND pod IN ('DC', 'OPPROC') AND (age_min IS NOT NULL OR age_max IS NOT NULL)$$, '0'),
('COD01', 'plant', 'UZ01Z', 1, 0.0008, $$clean AND single AND pod IN ('DC', 'EL', 'OPPROC')$$, '0'),
('COD01', 'near_miss', 'zero price', 1, 0, $$clean AND single AND pod IN ('DC', 'EL', 'OPPROC')$$, '0'),
('COD01', 'absent', 'blank', 1, 0, $$clean AND single AND pod IN ('DC', 'EL', 'OPPROC')$$, '0'),
('DUP01', 'plant', 'copy', 0.75, 0.0015, $$clean AND single AND dataset IN ('OP', 'EC') AND registrations = 1$$, '0'),
('DUP01', 'plant', 'copy without identifier', 0.5, 0.0003, $$clean AND single AND pod = 'DC' AND registrations = 1$$, '0'),
('DUP01', 'near_miss', 'two sites', 1, 0.0005, $$clean AND single AND pod IN ('OPFUPSPCL', 'RADAY', 'NF2FFUP')$$, '0'),
('DUP01', 'absent', 'no date', 1, 0, $$clean AND single AND dataset = 'OP'$$, '0'),
('DUP02', 'plant', 'next day', 1, 0.0015, $$clean AND single AND dataset IN ('OP', 'EC') AND registrations = 1 AND death_date IS NULL AND start_date > first_day + 2$$, '0'),
('DUP02', 'near_miss', 'next day', 1, 0.0005, $$clean AND single AND pod IN ('OPFUPSPCL', 'NF2FFUP', 'AE') AND registrations = 1 AND death_date IS NULL AND start_date > first_day + 2
    AND NOT EXISTS (SELECT FROM county.spell s WHERE s.person_id = p.person_id AND s.kind <> 5 AND p.start_date BETWEEN s.start_date - 3 AND s.end_date + 3)$$, '0'),
('DUP02', 'absent', 'no event', 1, 0, $$clean AND single AND dataset IN ('OP', 'EC')$$, '0'),
('ENT01+PRC01', 'plant', 'pair', 0.75, 0, $$clean AND single AND dataset = 'OP' AND registrations = 1$$, '0'),
('ENT01', 'plant', 'moved', 0.5, 0.0010, $$clean AND single AND previous_commissioner <> commissioner$$, '0'),
('ENT01', 'plant', 'other', 0.75, 0.0040, $$clean AND single AND registrations = 1$$, '0'),
('ENT01', 'near_miss', 'moved within', 1, 0.0005, $$clean AND single AND previous_commissioner = commissioner$$, '0'),
('ENT01', 'near_miss', 'same day', 0.5, 0, $$clean AND single AND since = start_date AND registrations > 1$$, '0'),
('ENT01', 'absent', 'unregistered', 1, 0, $$clean AND single AND dataset IN ('OP', 'EC')$$, '0'),
('ENT07', 'plant', 'check digit', 0.75, 0.0015, $$clean AND single$$, '0'),
('ENT07', 'plant', 'placeholder', 0.5, 0.0003, $$clean AND single$$, '0'),
('ENT07', 'absent', 'missing', 1, 0.0005, $$clean AND single$$, '0'),
('ENT07', 'near_miss', 'withheld', 1, 0.0010, $$withheld IS NOT NULL AND single$$, '0'),
('ENT06', 'absent', 'withheld', 1, 0.0010, $$withheld IS NOT NULL AND single$$, '0'),
('CLS05', 'near_miss', 'late but seen', 1, 0.0010, $$clean AND single AND dataset = 'OP' AND status = '6'$$, '0'),
('CLS05', 'absent', 'no status', 1, 0, $$clean AND single AND dataset = 'OP'$$, '0'),
('PRC01', 'plant', 'last year', 0.75, 0.0010, $$clean AND single AND national AND full_price IS NULL AND pod NOT LIKE 'UNB%' AND unit_price >= 90$$, '0'),
('PRC01', 'plant', 'too high', 0.5, 0.0010, $$clean AND single AND national AND full_price IS NULL AND unit_price >= 60$$, '0'),
('PRC01', 'plant', 'too low', 0.5, 0.0010, $$clean AND single AND national AND full_price IS NULL AND unit_price >= 60$$, '0'),
('PRC01', 'near_miss', 'within tolerance', 0.75, 0.0005, $$clean AND single AND national AND full_price IS NULL$$, '0'),
('PRC01', 'absent', 'no price', 1, 0, $$clean AND single AND pod IN ('DC', 'OPPROC') AND age_min IS NULL AND age_max IS NULL$$, '0'),
('PRC02', 'plant', 'omitted', 0.5, 0.0005, $$clean AND single AND national AND factor > 1.02 AND unit_price >= 60$$, '0'),
('PRC02', 'plant', 'doubled', 0.5, 0.0005, $$clean AND single AND national AND factor > 1.02 AND unit_price >= 60$$, '0'),
('PRC02', 'plant', 'other provider', 0.5, 0.0005, $$clean AND single AND national AND unit_price >= 60$$, '0'),
('PRC02', 'near_miss', 'local price', 1, 0.0005, $$withheld IS NULL AND factor_published AND NOT national$$, '0'),
('PRC02', 'absent', 'no factor', 1, 0, $$withheld IS NULL AND NOT factor_published AND national AND single$$, '0'),
('PRC12', 'plant', 'times two', 0.5, 0.0005, $$clean AND single AND unit_price >= 60$$, '0'),
('PRC12', 'plant', 'factor twice', 0.5, 0.0005, $$clean AND single AND national AND factor > 1.02 AND unit_price >= 60$$, '0'),
('PRC12', 'plant', 'too low', 0.5, 0.0005, $$clean AND single AND unit_price >= 60$$, '0'),
('PRC12', 'near_miss', 'half a penny', 1, 0.0010, $$clean AND single AND unit_price >= 60$$, '0'),
('PRC12', 'absent', 'no units', 1, 0, $$clean AND single AND dataset = 'OP'$$, '0');

CREATE TABLE county.role (event_id bigint PRIMARY KEY, person_id bigint UNIQUE, rule_code text, kind text, variant text);
DO $take$
DECLARE
    w record;
    s county.setting;
    lines bigint;
BEGIN
    SELECT * INTO s FROM county.setting;
    SELECT count(*) INTO lines FROM county.line;
    FOR w IN SELECT * FROM county.wish ORDER BY n LOOP
        EXECUTE format($q$
            INSERT INTO county.role
            SELECT DISTINCT ON (o) event_id, person_id, %L, %L, %L FROM (
                SELECT event_id, person_id, row_number() OVER (PARTITION BY person_id ORDER BY pref, k, event_id) AS nth, row_number() OVER (ORDER BY pref, k, event_id) AS o
                FROM (SELECT p.event_id, p.person_id, %s AS pref, county.u(p.event_id, %s) / p.propensity AS k FROM county.pool p
                      WHERE (%s) AND NOT EXISTS (SELECT FROM county.role r WHERE r.person_id = p.person_id)) e) q
            WHERE nth = 1 ORDER BY o LIMIT %s$q$,
            w.rule_code, w.kind, w.variant, w.preference, 710 + w.n, w.eligible, greatest(ceil(w.times * s.plants), ceil(w.share * s.errors * lines)));
    END LOOP;
    -- missed and cancelled appointments are on record and not claimed: some are charged after all
    INSERT INTO county.role
    SELECT event_id, person_id, 'CLS05', 'plant', 'charged' FROM (
        SELECT DISTINCT ON (person_id) event_id, person_id, county.u(event_id, 790) AS k
        FROM county.event_fact e JOIN county.person p USING (person_id)
        WHERE dataset = 'OP' AND status IN ('2', '3', '4', '7') AND tfc <> '650' AND commissioner IS NOT NULL AND factor IS NOT NULL AND withheld IS NULL AND p.other_number IS NULL
          AND price_year = county.fy(s.last_day) AND NOT EXISTS (SELECT FROM county.role r WHERE r.person_id = e.person_id)
          AND (s.tier = 'S' OR county.u(event_id, 791) < 0.1)
        ORDER BY person_id, k) q
    ORDER BY k LIMIT greatest(1 * s.plants, ceil(0.0020 * s.errors * lines));
END $take$;

-- Rates at which each contract lets a finding be recovered.
CREATE TABLE county.recovery (basis text, pod_class text, rate numeric);
INSERT INTO county.recovery VALUES ('tariff', 'any', 1), ('block', 'any', 0), ('api', 'any', 0), ('api', 'elective', 0.75), ('api', 'outpatient_first', 0.75), ('api', 'outpatient_procedure', 0.75),
('activity', 'any', 1), ('mret', 'any', 1), ('mret', 'emergency', 0.7), ('blended', 'any', 1), ('blended', 'emergency', 0.2), ('blended', 'emergency_care', 0.2), ('local', 'any', 1), ('nca', 'any', 1), ('lva', 'any', 0);

-- What the line should have been: kept beside the line for those that change. part_of: the line changed.
CREATE TABLE county.truth_line AS
SELECT l.*, r.rule_code, r.kind AS role_kind, r.variant
FROM county.role r JOIN county.line l ON l.line_id = r.event_id * 4 + CASE WHEN r.rule_code IN ('PRC05', 'PRC06', 'PRC05+PRC02') AND r.variant <> 'none due' THEN 2 ELSE 1 END;
CREATE UNIQUE INDEX ON county.truth_line (event_id);

-- Lines that a plant or a near miss adds. Copies keep or change the identifiers; genuine second events get a record of their own.
CREATE TABLE county.added_event AS
WITH pick AS (
    SELECT r.rule_code, r.kind AS role_kind, r.variant, e.*, p.death_date, p.birth_date, l.last_day
    FROM county.role r JOIN county.event_fact e USING (event_id) JOIN county.person p ON p.person_id = e.person_id, county.setting l
    WHERE (r.rule_code, r.kind, r.variant) IN (('ENT06', 'plant', 'after'), ('ENT06', 'near_miss', 'same day'), ('OVL01', 'plant', 'inside'), ('OVL01', 'near_miss', 'touching'),
          ('DUP01', 'near_miss', 'two sites'), ('DUP02', 'near_miss', 'next day'))),
d AS (
    SELECT *, CASE WHEN rule_code = 'ENT06' AND role_kind = 'plant' THEN least(last_day, death_date + 3 + floor(county.u(event_id, 800) * 30)::integer)
                   WHEN rule_code = 'ENT06' THEN death_date
                   WHEN rule_code = 'OVL01' AND role_kind = 'plant' THEN start_date + 1 + floor(county.u(event_id, 801) * (los - 2))::integer
                   WHEN rule_code = 'OVL01' THEN end_date
                   WHEN rule_code = 'DUP02' THEN CASE WHEN county.fm(start_date + 1) = county.fm(start_date) AND start_date + 1 <= last_day THEN start_date + 1 ELSE start_date - 1 END
                   ELSE start_date END AS day FROM pick)
SELECT d.*, event_id + 4000000000 AS new_event, CASE WHEN rule_code = 'OVL01' THEN day + 1 ELSE day END AS last
FROM d;
INSERT INTO county.event_fact
SELECT dataset, new_event, person_id, kind, day, last, provider, CASE WHEN rule_code = 'OVL01' THEN h.hrg ELSE e.hrg END, sex,
       extract(year FROM age(day, birth_date))::integer, last - day, CASE WHEN dataset = 'APC' THEN 0 END, CASE WHEN dataset = 'APC' THEN 0 END, CASE WHEN dataset = 'APC' THEN 0 END,
       CASE WHEN dataset = 'APC' THEN 0 END, classification, admission_method, tfc, first_attendance, CASE WHEN dataset = 'OP' THEN '5' END, type, false, CASE WHEN dataset = 'OP' THEN new_event END, provider_code,
       CASE WHEN rule_code = 'DUP01' THEN left(site_code, -2) || CASE WHEN right(site_code, 2) = '01' THEN '02' ELSE '01' END ELSE site_code END,
       factor, coding_depth, nhs_number, withheld, practice_code, commissioner, 'B' || provider_code || lpad(new_event::text, 12, '0'), left(provider_event_id, 1) || new_event,
       last, county.fy(last), county.fm(last)
FROM county.added_event e
CROSS JOIN (SELECT hrg FROM county.price_spell JOIN (SELECT hrg FROM county.hrg_fact WHERE setting = 'NS' AND cell = 'X' AND weight > 0) n USING (hrg)
            WHERE short_stay AND short_stay_price < 900 ORDER BY hrg LIMIT 1) h;
INSERT INTO county.line
SELECT e.new_event * 4 + 1, e.new_event, 1, f.dataset, f.person_id, f.provider, f.provider_code, f.site_code, f.commissioner, f.practice_code, f.nhs_number::text, f.withheld, f.age, f.sex, f.tfc,
       l.pod, f.hrg, l.national, f.start_date, f.end_date, CASE WHEN f.dataset = 'APC' THEN f.los END, CASE WHEN e.rule_code = 'OVL01' THEN p.non_elective_trim END,
       CASE WHEN e.rule_code = 'OVL01' THEN p.non_elective END, f.cds_id, f.provider_event_id, 1,
       x.price, l.factor, l.factor_published, county.amount(1, x.price, l.factor), f.price_year, f.month
FROM county.added_event e JOIN county.event_fact f ON f.event_id = e.new_event JOIN county.line l ON l.line_id = e.event_id * 4 + 1
LEFT JOIN county.price_spell p ON p.hrg = f.hrg AND p.financial_year = f.price_year,
     LATERAL (SELECT CASE WHEN e.rule_code = 'OVL01' THEN p.short_stay_price ELSE l.unit_price END AS price) x;

-- Copies without a record of their own, the charged missed appointment, excess days where none are due.
INSERT INTO county.line
SELECT l.line_id + 100000000000, l.event_id, l.part, l.dataset, l.person_id, l.provider, l.provider_code, l.site_code, l.commissioner, l.practice_code, l.nhs_number, l.withheld, l.age, l.sex, l.tfc,
       l.pod, l.hrg, l.national, CASE WHEN r.rule_code = 'DUP02' THEN d.day ELSE l.start_date END, CASE WHEN r.rule_code = 'DUP02' THEN d.day ELSE l.end_date END,
       l.qualifying, l.trim, l.full_price,
       CASE WHEN r.rule_code = 'DUP02' THEN l.cds_id || 'R' WHEN r.variant = 'copy without identifier' THEN NULL ELSE l.cds_id END, l.provider_event_id, l.units, l.unit_price, l.factor,
       l.factor_published, l.total, l.price_year, l.month
FROM county.role r JOIN county.line l ON l.line_id = r.event_id * 4 + 1, county.setting s,
     LATERAL (SELECT CASE WHEN county.fm(l.start_date + 1) = l.month AND l.start_date + 1 <= s.last_day THEN l.start_date + 1 ELSE l.start_date - 1 END AS day) d
WHERE r.kind = 'plant' AND r.rule_code IN ('DUP01', 'DUP02');
INSERT INTO county.line
SELECT e.event_id * 4 + 1, e.event_id, 1, 'OP', e.person_id, e.provider, e.provider_code, e.site_code, e.commissioner, e.practice_code, e.nhs_number::text, e.withheld, e.age, e.sex, e.tfc,
       CASE e.hrg WHEN 'WF01B' THEN 'OPFASPCL' WHEN 'WF01A' THEN 'OPFUPSPCL' WHEN 'WF02B' THEN 'OPFAMPCL' WHEN 'WF02A' THEN 'OPFUPMPCL' WHEN 'WF01D' THEN 'NF2FFA' ELSE 'NF2FFUP' END,
       e.hrg, true, e.start_date, e.end_date, NULL, NULL, NULL, e.cds_id, e.provider_event_id, 1, a.price, e.factor, true, county.amount(1, a.price, e.factor), e.price_year, e.month
FROM county.role r JOIN county.event_fact e USING (event_id) JOIN county.price_attendance a ON a.financial_year = e.price_year AND a.tfc = e.tfc AND a.hrg = e.hrg
WHERE r.rule_code = 'CLS05' AND r.kind = 'plant';
INSERT INTO county.line
SELECT l.event_id * 4 + 2, l.event_id, 2, l.dataset, l.person_id, l.provider, l.provider_code, l.site_code, l.commissioner, l.practice_code, l.nhs_number, l.withheld, l.age, l.sex, l.tfc,
       l.pod || 'XBD', l.hrg, true, l.start_date, l.end_date, l.qualifying, l.trim, NULL, l.cds_id, l.provider_event_id, 1 + floor(county.u(l.event_id, 803) * 4)::integer, p.per_day, l.factor,
       true, county.amount(1 + floor(county.u(l.event_id, 803) * 4)::integer, p.per_day, l.factor), l.price_year, l.month
FROM county.role r JOIN county.line l ON l.line_id = r.event_id * 4 + 1 JOIN county.price_spell p ON p.financial_year = l.price_year AND p.hrg = l.hrg
WHERE r.rule_code = 'PRC05' AND r.variant = 'none due';

-- What is billed instead. One row per changed line: the wrong units, price, factor, total, HRG, commissioner, number.
CREATE TABLE county.change AS
SELECT t.line_id, t.event_id, t.rule_code, t.variant, t.role_kind, t.units, t.unit_price, t.factor, t.total,
       n.units AS new_units, n.unit_price AS new_price, n.factor AS new_factor, n.total AS new_total
FROM county.truth_line t JOIN county.event_fact e USING (event_id)
LEFT JOIN county.price_spell p ON p.financial_year = t.price_year AND p.hrg = t.hrg
LEFT JOIN county.twin w ON w.hrg = t.hrg AND w.setting = CASE t.pod WHEN 'DC' THEN 'DC' WHEN 'OPPROC' THEN 'OP' END
LEFT JOIN county.price_spell wp ON wp.financial_year = t.price_year AND wp.hrg = w.twin
LEFT JOIN county.provider other ON other.n = 2 + t.provider % ((SELECT providers FROM county.setting) - 1)
CROSS JOIN LATERAL (SELECT county.u(t.event_id, 810) AS a) u
CROSS JOIN LATERAL (
    SELECT CASE WHEN t.rule_code IN ('PRC05', 'PRC05+PRC02') THEN CASE WHEN u.a < 0.25 AND t.units > 1 THEN t.units - 1 ELSE t.units + 1 + floor(u.a * 5) END::numeric
                WHEN t.rule_code = 'PRC06' THEN (e.los - e.rehabilitation_days - e.palliative_days - t.trim)::numeric ELSE t.units END AS units,
           CASE WHEN t.rule_code LIKE 'PRC04%' THEN t.full_price::numeric
                WHEN t.rule_code = 'COD05' THEN CASE t.pod WHEN 'DC' THEN coalesce(wp.combined, wp.day_case) ELSE wp.procedure_price END::numeric
                WHEN t.rule_code LIKE '%PRC01' AND t.role_kind = 'plant' THEN
                    CASE WHEN t.variant IN ('last year', 'crosses 1 April') THEN CASE WHEN round(t.unit_price / 1.035) > t.unit_price - 2 THEN t.unit_price - 3 ELSE round(t.unit_price / 1.035) END
                         WHEN t.variant = 'too low' THEN round(t.unit_price * 0.92) - 2 ELSE round(t.unit_price * 1.1) + 2 END
                WHEN t.rule_code = 'PRC01' AND t.variant = 'within tolerance' THEN t.unit_price + CASE WHEN u.a < 0.5 THEN 0.4 ELSE -0.4 END
                WHEN t.rule_code = 'COD01' AND t.role_kind = 'near_miss' THEN 0
                ELSE t.unit_price END AS unit_price,
           CASE WHEN t.rule_code LIKE '%PRC02' AND t.role_kind = 'plant' THEN
                    CASE WHEN t.variant = 'omitted' THEN 1 WHEN t.variant = 'doubled' THEN 1 + 2 * (t.factor - 1)
                         ELSE CASE WHEN abs(other.factor - t.factor) < 0.004 OR other.factor IS NULL THEN t.factor + 0.031 ELSE other.factor END END
                ELSE t.factor END AS factor) v
CROSS JOIN LATERAL (
    SELECT v.*, CASE WHEN t.rule_code = 'PRC12' AND t.role_kind = 'plant' THEN CASE t.variant WHEN 'times two' THEN t.total * 2 WHEN 'factor twice' THEN county.amount(t.units, t.unit_price * t.factor, t.factor) ELSE t.total - 10 END
                     WHEN t.rule_code = 'PRC12' AND t.role_kind = 'near_miss' THEN t.total + CASE WHEN u.a < 0.5 THEN 0.01 ELSE -0.01 END
                     ELSE county.amount(v.units, v.unit_price, v.factor) END AS total) n
-- of the near misses and absent fields only these are written otherwise than they are
WHERE t.variant <> 'none due' AND (t.role_kind = 'plant' OR (t.rule_code, t.role_kind) IN (('PRC01', 'near_miss'), ('PRC12', 'near_miss'), ('COD01', 'near_miss')));

-- Truth first, from the lines as they should be.
CREATE FUNCTION county.rate(provider_code text, pod text) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT rate FROM county.provider v JOIN county.recovery r USING (basis)
        WHERE v.provider_code = rate.provider_code
          AND r.pod_class IN ('any', CASE WHEN pod IN ('DC', 'EL', 'ELXBD', 'RADAY') THEN 'elective' WHEN pod IN ('NEL', 'NELXBD') THEN 'emergency' WHEN pod = 'AE' THEN 'emergency_care' WHEN pod IN ('OPFASPCL', 'OPFAMPCL', 'NF2FFA') THEN 'outpatient_first' WHEN pod = 'OPPROC' THEN 'outpatient_procedure' END)
        ORDER BY r.pod_class = 'any' LIMIT 1);

-- Voids and holds on the billed line itself.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, new_value, billed, correct_amount, identified, net)
SELECT CASE WHEN r.rule_code IN ('DUP01', 'DUP02') THEN r.event_id * 4 + 1 + 100000000000 WHEN r.rule_code IN ('ENT06', 'OVL01') THEN (r.event_id + 4000000000) * 4 + 1
            WHEN r.variant = 'none due' THEN r.event_id * 4 + 2 ELSE r.event_id * 4 + 1 END,
       r.rule_code, r.kind, CASE WHEN r.rule_code = 'ENT07' THEN 'hold' ELSE 'fail' END,
       CASE r.rule_code WHEN 'DUP01' THEN 'line' WHEN 'DUP02' THEN 'line' WHEN 'ENT06' THEN 'start_date' WHEN 'OVL01' THEN 'start_date' WHEN 'ENT01' THEN 'commissioner_code' WHEN 'ENT07' THEN 'nhs_number'
            WHEN 'CLS05' THEN 'attendance_status' WHEN 'COD01' THEN 'hrg' ELSE 'units' END, r.variant, l.total, CASE WHEN r.rule_code = 'ENT07' THEN l.total ELSE 0 END, l.total,
       CASE WHEN r.rule_code = 'ENT07' THEN 0 ELSE l.total END
FROM county.role r JOIN county.line l ON l.line_id = CASE WHEN r.rule_code IN ('DUP01', 'DUP02') THEN r.event_id * 4 + 1 + 100000000000
       WHEN r.rule_code IN ('ENT06', 'OVL01') THEN (r.event_id + 4000000000) * 4 + 1 WHEN r.variant = 'none due' THEN r.event_id * 4 + 2 ELSE r.event_id * 4 + 1 END
WHERE r.kind = 'plant' AND (r.rule_code IN ('DUP01', 'DUP02', 'ENT06', 'OVL01', 'ENT01', 'ENT07', 'CLS05', 'COD01') OR r.variant = 'none due')
   OR r.kind = 'absent' AND r.rule_code IN ('ENT07', 'COD01');
-- Wrong components.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, old_value, new_value, billed, correct_amount, identified, net)
SELECT line_id, rule_code, 'plant', 'fail', f.field, f.old, f.new, new_total, total, new_total - total, new_total - total
FROM county.change c, LATERAL (SELECT CASE WHEN units <> new_units THEN 'units' WHEN unit_price <> new_price THEN 'unit_price' WHEN factor <> new_factor THEN 'factor' ELSE 'total' END AS field,
     CASE WHEN units <> new_units THEN units WHEN unit_price <> new_price THEN unit_price WHEN factor <> new_factor THEN factor ELSE total END::text AS old,
     CASE WHEN units <> new_units THEN new_units WHEN unit_price <> new_price THEN new_price WHEN factor <> new_factor THEN new_factor ELSE new_total END::text AS new) f
WHERE role_kind = 'plant' AND rule_code IN ('COD05', 'PRC01', 'PRC02', 'PRC04', 'PRC05', 'PRC06', 'PRC12');
-- Two on one line: identified is the effect alone, net falls in order of priority and adds up to billed less correct.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, pair, field, billed, correct_amount, identified, net)
SELECT line_id, split_part(rule_code, '+', k), 'plant', 'fail', rule_code, CASE k WHEN 1 THEN split_part(rule_code, '+', 1) ELSE split_part(rule_code, '+', 2) END, new_total,
       CASE WHEN rule_code LIKE 'ENT01%' THEN 0 ELSE total END,
       CASE WHEN rule_code LIKE 'ENT01%' THEN CASE k WHEN 1 THEN new_total ELSE new_total - county.amount(units, unit_price, factor) END
            ELSE new_total - CASE k WHEN 1 THEN county.amount(units, unit_price, new_factor) ELSE county.amount(new_units, new_price, factor) END END,
       CASE WHEN rule_code LIKE 'ENT01%' THEN CASE k WHEN 1 THEN new_total ELSE 0 END
            ELSE CASE k WHEN 1 THEN new_total - county.amount(units, unit_price, new_factor) ELSE county.amount(units, unit_price, new_factor) - total END END
FROM county.change, generate_series(1, 2) AS k WHERE rule_code LIKE '%+%';
-- Near misses and absent fields.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, new_value)
SELECT CASE WHEN r.rule_code IN ('DUP01', 'DUP02', 'OVL01') AND r.kind = 'near_miss' OR r.rule_code = 'ENT06' AND r.variant = 'same day' THEN (r.event_id + 4000000000) * 4 + 1
            WHEN r.rule_code IN ('PRC05', 'PRC06') THEN r.event_id * 4 + 2 ELSE r.event_id * 4 + 1 END,
       r.rule_code, r.kind, CASE r.kind WHEN 'absent' THEN 'not_assessed' ELSE 'none' END, r.variant, NULL
FROM county.role r WHERE r.kind <> 'plant' AND NOT (r.kind = 'absent' AND r.rule_code IN ('ENT07', 'COD01'));

-- Then the lines are spoilt.
UPDATE county.line l SET units = c.new_units, unit_price = c.new_price, factor = c.new_factor, total = c.new_total
FROM county.change c WHERE c.line_id = l.line_id AND (c.units, c.unit_price, coalesce(c.factor, 0), c.total) <> (c.new_units, c.new_price, coalesce(c.new_factor, 0), c.new_total);
UPDATE county.line l SET commissioner = CASE WHEN r.variant = 'moved' THEN p.previous_commissioner WHEN l.commissioner = '90A' THEN '90B' ELSE '90A' END,
       practice_code = CASE WHEN r.variant = 'moved' THEN p.previous_practice ELSE l.practice_code END
FROM county.role r JOIN county.pool p USING (event_id) WHERE l.line_id = r.event_id * 4 + 1 AND r.kind = 'plant' AND r.rule_code LIKE 'ENT01%';
UPDATE county.line l SET practice_code = p.previous_practice
FROM county.role r JOIN county.pool p USING (event_id) WHERE l.line_id = r.event_id * 4 + 1 AND r.rule_code = 'ENT01' AND r.variant = 'moved within';
UPDATE county.line l SET nhs_number = CASE r.variant WHEN 'check digit' THEN left(l.nhs_number, 9) || ((right(l.nhs_number, 1)::integer + 1 + r.event_id % 8) % 10)
                                           WHEN 'placeholder' THEN CASE r.event_id % 2 WHEN 0 THEN '0000000000' ELSE '9999999999' END END
FROM county.role r WHERE l.line_id = r.event_id * 4 + 1 AND r.rule_code = 'ENT07' AND r.variant IN ('check digit', 'placeholder', 'missing');
UPDATE county.line l SET hrg = CASE r.variant WHEN 'blank' THEN NULL ELSE 'UZ01Z' END FROM county.role r WHERE l.line_id = r.event_id * 4 + 1 AND r.rule_code = 'COD01';
UPDATE county.event_fact e SET hrg = CASE r.variant WHEN 'blank' THEN NULL ELSE 'UZ01Z' END FROM county.role r WHERE e.event_id = r.event_id AND r.rule_code = 'COD01';
UPDATE county.line l SET hrg = w.twin FROM county.role r, county.twin w
WHERE l.line_id = r.event_id * 4 + 1 AND r.rule_code = 'COD05' AND r.kind = 'plant' AND w.hrg = l.hrg AND w.setting = CASE l.pod WHEN 'DC' THEN 'DC' ELSE 'OP' END;
UPDATE county.event_fact e SET hrg = l.hrg FROM county.role r, county.line l WHERE e.event_id = r.event_id AND l.line_id = r.event_id * 4 + 1 AND r.rule_code = 'COD05' AND r.kind = 'plant';
-- absent fields
UPDATE county.line l SET
    age = CASE WHEN r.variant = 'no age' THEN NULL ELSE age END, nhs_number = CASE WHEN r.variant = 'no age' THEN NULL ELSE nhs_number END,
    withheld = CASE WHEN r.variant = 'no age' THEN '03' ELSE withheld END,
    practice_code = CASE r.variant WHEN 'no age' THEN NULL WHEN 'unregistered' THEN 'V81997' ELSE practice_code END,
    start_date = CASE WHEN r.variant = 'no date' THEN NULL ELSE start_date END, end_date = CASE WHEN r.variant IN ('open', 'no date') THEN NULL ELSE end_date END,
    qualifying = CASE WHEN r.variant = 'open' THEN NULL ELSE qualifying END, cds_id = CASE WHEN r.variant = 'no date' THEN NULL ELSE cds_id END,
    provider_event_id = CASE WHEN r.variant IN ('no date', 'no event') THEN NULL ELSE provider_event_id END,
    units = CASE WHEN r.variant = 'no units' THEN NULL ELSE units END, hrg = CASE WHEN r.variant = 'no price' THEN 'AA04Z' ELSE hrg END
FROM county.role r, generate_series(1, 3) AS k
WHERE l.line_id = r.event_id * 4 + k AND r.kind = 'absent' AND r.variant IN ('no age', 'unregistered', 'open', 'no date', 'no event', 'no units', 'no price');
UPDATE county.event_fact e SET
    age = CASE WHEN r.variant = 'no age' THEN NULL ELSE age END, withheld = CASE WHEN r.variant = 'no age' THEN '03' ELSE withheld END,
    end_date = CASE WHEN r.variant = 'open' THEN NULL ELSE end_date END, status = CASE WHEN r.variant = 'no status' THEN NULL ELSE status END,
    hrg = CASE WHEN r.variant = 'no price' THEN 'AA04Z' ELSE hrg END
FROM county.role r WHERE e.event_id = r.event_id AND r.kind = 'absent' AND r.variant IN ('no age', 'open', 'no status', 'no price');

UPDATE truth.planted t SET provider_code = l.provider_code, cds_id = l.cds_id, provider_event_id = l.provider_event_id, pod = l.pod, hrg = l.hrg, billed = l.total,
       correct_amount = coalesce(t.correct_amount, l.total), identified = coalesce(t.identified, 0), net = coalesce(t.net, 0),
       recoverable = CASE t.expected WHEN 'fail' THEN round(t.net * county.rate(l.provider_code, l.pod), 2) ELSE 0 END
FROM county.line l WHERE l.line_id = t.line_id;

-- What the later rules see in the same lines. Last year's price is a rule of its own.
UPDATE truth.planted SET rule_code = 'PRC03' WHERE rule_code = 'PRC01' AND kind = 'plant' AND pair IS NULL AND new_value IS NOT NULL
   AND line_id IN (SELECT r.event_id * 4 + 1 FROM county.role r WHERE r.rule_code = 'PRC01' AND r.variant IN ('last year', 'crosses 1 April'));
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, billed, correct_amount, identified, net, recoverable, provider_code, cds_id, provider_event_id, pod, hrg)
SELECT t.line_id, 'PRC03', 'near_miss', 'none', 'crosses 1 April', t.billed, t.billed, 0, 0, 0, t.provider_code, t.cds_id, t.provider_event_id, t.pod, t.hrg
FROM truth.planted t WHERE t.rule_code = 'PRC01' AND t.kind = 'near_miss' AND t.field = 'crosses 1 April';
-- The record's own assignment disagrees with the bill where it is told; where the patient moved it is not.
UPDATE county.event_fact e SET x = '{"cam":null}' FROM county.role r
WHERE r.event_id = e.event_id AND r.kind = 'plant' AND (r.rule_code = 'ENT01+PRC01' OR r.rule_code = 'ENT01' AND r.variant = 'moved');
INSERT INTO truth.planted (line_id, rule_code, kind, expected, pair, field, billed, correct_amount, identified, net, recoverable, provider_code, cds_id, provider_event_id, pod, hrg)
SELECT t.line_id, 'ENT04', 'plant', 'fail', 'ENT01+ENT04', 'commissioner_code', t.billed, 0, t.billed, 0, 0, t.provider_code, t.cds_id, t.provider_event_id, t.pod, t.hrg
FROM truth.planted t JOIN county.role r ON t.line_id = r.event_id * 4 + 1 WHERE t.rule_code = 'ENT01' AND r.rule_code = 'ENT01' AND r.kind = 'plant' AND r.variant = 'other';
UPDATE truth.planted t SET pair = 'ENT01+ENT04' WHERE t.rule_code = 'ENT01' AND EXISTS (SELECT FROM truth.planted o WHERE o.line_id = t.line_id AND o.rule_code = 'ENT04');
-- Who is registered nowhere lives where the bill goes.
UPDATE county.event_fact e SET x = county.j('lsoa', county.area_of(e.commissioner)) FROM county.role r
WHERE r.event_id = e.event_id AND r.kind = 'absent' AND r.variant IN ('no age', 'unregistered');
-- A spell without an end is charged too soon.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, billed, correct_amount, identified, net, recoverable, provider_code, cds_id, provider_event_id, pod, hrg)
SELECT l.line_id, 'TIM03', 'plant', 'fail', 'end_date', l.total, 0, l.total, l.total, round(l.total * county.rate(l.provider_code, l.pod), 2), l.provider_code, l.cds_id, l.provider_event_id, l.pod, l.hrg
FROM county.role r JOIN county.line l ON l.line_id = r.event_id * 4 + 1 WHERE r.kind = 'absent' AND r.variant = 'open';
-- Who cannot be traced is not found in the record.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, billed, correct_amount, identified, net, recoverable, provider_code, cds_id, provider_event_id, pod, hrg)
SELECT l.line_id, 'TIM04', 'plant', 'hold', 'nhs_number', l.total, l.total, l.total, 0, 0, l.provider_code, l.cds_id, l.provider_event_id, l.pod, l.hrg
FROM county.role r JOIN county.line l ON l.line_id = r.event_id * 4 + 1 WHERE r.rule_code = 'ENT07' AND r.kind <> 'near_miss';
