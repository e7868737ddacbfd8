-- The stories' claims: what they say instead, and what each rule should find in them, by the planter's own arithmetic.

-- Values of units, unit_price, factor, total and month go into the claim itself, the rest is read when the files are made.
DO $say$
DECLARE
    a record;
BEGIN
    PERFORM set_config('search_path', 'county, pg_catalog', true);
    FOR a IN SELECT n, line, part FROM act WHERE line IS NOT NULL ORDER BY n LOOP
        EXECUTE format($q$
            UPDATE line l SET x = q.say, unit_price = CASE WHEN q.say ? 'unit_price' THEN (q.say ->> 'unit_price')::numeric ELSE l.unit_price END,
                   units = CASE WHEN q.say ? 'units' THEN (q.say ->> 'units')::numeric ELSE l.units END,
                   factor = CASE WHEN q.say ? 'factor' THEN (q.say ->> 'factor')::numeric ELSE l.factor END,
                   month = coalesce((q.say ->> 'month')::integer, l.month),
                   start_date = CASE WHEN q.say ? 'start_date' THEN NULL ELSE l.start_date END, end_date = CASE WHEN q.say ? 'end_date' THEN NULL ELSE l.end_date END,
                   total = coalesce((q.say ->> 'total')::numeric,
                       CASE WHEN q.say ?| ARRAY['unit_price', 'units', 'factor']
                            THEN coalesce(amount(CASE WHEN q.say ? 'units' THEN coalesce((q.say ->> 'units')::numeric, l.units) ELSE l.units END,
                                        CASE WHEN q.say ? 'unit_price' THEN (q.say ->> 'unit_price')::numeric ELSE l.unit_price END,
                                        CASE WHEN q.say ? 'factor' THEN (q.say ->> 'factor')::numeric ELSE l.factor END), l.total)
                            ELSE l.total END)
            FROM (SELECT m.line_id, (%1$s)::jsonb AS say
                  FROM (SELECT m.*, s.billed_to FROM scene s JOIN line m ON m.line_id = s.event_id * 4 + %2$s WHERE s.act = %3$s) m) q
            WHERE q.line_id = l.line_id $q$,
            CASE WHEN left(a.line, 1) = '{' THEN quote_literal(a.line) ELSE a.line END, a.part, a.n);
    END LOOP;
END $say$;

-- What is right: an array of one or more rules, in the order in which they take their share.
CREATE TABLE county.verdict (line_id bigint PRIMARY KEY, rule_code text, role_kind text, variant text, fixes jsonb, units numeric, unit_price numeric, factor numeric, total numeric);
DO $judge$
DECLARE
    a record;
BEGIN
    PERFORM set_config('search_path', 'county, pg_catalog', true);
    FOR a IN SELECT n, rule_code, kind, variant, fix, part FROM act WHERE fix IS NOT NULL ORDER BY n LOOP
        EXECUTE format($q$
            INSERT INTO verdict
            SELECT l.line_id, %L, %L, %L, CASE jsonb_typeof(f.fix) WHEN 'array' THEN f.fix ELSE jsonb_build_array(f.fix || j('rule', %L)) END, l.units, l.unit_price, l.factor, l.total
            FROM line l, LATERAL (SELECT (%s)::jsonb AS fix) f WHERE l.line_id IN (SELECT event_id * 4 + %s FROM scene WHERE act = %s) $q$,
            a.rule_code, a.kind, a.variant, a.rule_code,
            CASE WHEN a.fix ~ '^[a-z]+$' THEN quote_literal(format('{"do":"%s"}', a.fix)) WHEN left(a.fix, 1) IN ('{', '[') THEN quote_literal(a.fix) ELSE a.fix END,
            a.part, a.n);
    END LOOP;
END $judge$;

-- One rule alone on the billed line, and after those before it: a price or number that one has set is only lowered by the next.
CREATE FUNCTION county.shares(v county.verdict, OUT k integer, OUT rule text, OUT what text, OUT identified numeric, OUT net numeric) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
    f jsonb;
    u numeric := v.units;
    p numeric := v.unit_price;
    m numeric := v.factor;
    left_over numeric := v.total;
    touched boolean := false;
    after numeric;
BEGIN
    k := 0;
    FOR f IN SELECT * FROM jsonb_array_elements(v.fixes) LOOP
        k := k + 1;
        rule := f ->> 'rule';
        what := coalesce(f ->> 'do', 'set');
        identified := 0;
        net := 0;
        IF what = 'hold' THEN
            identified := v.total;
        ELSIF what = 'void' OR f ->> 'total' = '0' THEN
            identified := v.total;
            net := left_over;
            left_over := 0;
            touched := true;
        ELSIF f ? 'total' THEN
            identified := v.total - (f ->> 'total')::numeric;
            after := least((f ->> 'total')::numeric, left_over);
            net := left_over - after;
            left_over := after;
        ELSIF what IN ('set', 'recompute') THEN
            identified := v.total - county.amount(coalesce((f ->> 'units')::numeric, v.units), coalesce((f ->> 'unit_price')::numeric, v.unit_price), coalesce((f ->> 'factor')::numeric, v.factor));
            u := coalesce(CASE WHEN u <> v.units THEN least(u, (f ->> 'units')::numeric) ELSE (f ->> 'units')::numeric END, u);
            p := coalesce(CASE WHEN p <> v.unit_price THEN least(p, (f ->> 'unit_price')::numeric) ELSE (f ->> 'unit_price')::numeric END, p);
            m := coalesce(CASE WHEN m <> v.factor THEN least(m, (f ->> 'factor')::numeric) ELSE (f ->> 'factor')::numeric END, m);
            after := county.amount(u, p, m);
            IF left_over = 0 AND touched THEN
                after := 0;
            END IF;
            net := left_over - after;
            left_over := after;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;
INSERT INTO truth.planted (line_id, rule_code, kind, expected, pair, field, new_value, billed, correct_amount, identified, net, recoverable, provider_code, cds_id, provider_event_id, pod, hrg)
SELECT v.line_id, s.rule, CASE s.what WHEN 'na' THEN 'absent' WHEN 'none' THEN 'near_miss' ELSE 'plant' END,
       CASE s.what WHEN 'na' THEN 'not_assessed' WHEN 'none' THEN 'none' WHEN 'hold' THEN 'hold' ELSE 'fail' END,
       CASE WHEN s.rules > 1 AND s.what NOT IN ('na', 'none') THEN s.pair END, s.what, v.variant, l.total, l.total - s.all_net, s.identified, s.net,
       CASE WHEN s.what IN ('na', 'none', 'hold', 'note') OR s.rule IN ('CLS13', 'COD07') THEN 0 ELSE round(s.net * county.rate(l.provider_code, l.pod), 2) END,
       l.provider_code, county.told(l.x, 'cds_id', l.cds_id), county.told(l.x, 'event', l.provider_event_id), l.pod, county.told(l.x, 'hrg', l.hrg)
FROM county.verdict v
JOIN county.line l USING (line_id)
CROSS JOIN LATERAL (SELECT q.*, sum(q.net) OVER () AS all_net, count(*) FILTER (WHERE q.what NOT IN ('na', 'none')) OVER () AS rules,
                           string_agg(q.rule, '+') FILTER (WHERE q.what NOT IN ('na', 'none')) OVER () AS pair FROM county.shares(v) q) s;
-- What needs the case notes is a sign: nothing is recovered on it.
UPDATE truth.planted SET detectable = 'partial' WHERE rule_code IN ('CLS13', 'COD07');
-- Day cases whose HRG says that nothing was done are in the national mix: they are what they seem.
INSERT INTO truth.planted (line_id, rule_code, kind, expected, field, billed, correct_amount, identified, net, recoverable, provider_code, cds_id, provider_event_id, pod, hrg)
SELECT l.line_id, 'COD11', 'plant', 'hold', 'natural', l.total, l.total, l.total, 0, 0, l.provider_code, l.cds_id, l.provider_event_id, l.pod, l.hrg
FROM county.line l JOIN county.event_fact e USING (event_id) WHERE l.hrg IN ('WH50A', 'WH50B') AND l.part = 1 AND l.dataset = 'APC' AND e.los = 0 AND l.total IS NOT NULL
  AND NOT EXISTS (SELECT FROM county.role r WHERE r.event_id = l.event_id AND r.rule_code = 'ENT07');
