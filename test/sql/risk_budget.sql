-- Practice budgets: worked by hand, then properties over thousands of random cases beside an independent computation.
\set SHOW_CONTEXT never
SET search_path = commissioning, public;
\pset null '(null)'
-- 100.00 by need 1 : 1 : 1: 33.33 each, the odd penny to the first
SELECT practice, target, amount, held_by FROM practice_budget('{a,b,c}', '{1,1,1}', 100.00);
-- by need 50 : 30 : 20 on baselines 600, 200, 200 (total 1000) with a budget of 1100: targets 550, 330, 220. Growth between 2 % and 20 %:
-- a cannot fall below 612, b not rise above 240, c not above 240; a held at 612 leaves 488 for b and c, by need 30 : 20 that is 292.80 and 195.20:
-- b is held at 240, c takes 248, above its ceiling of 240: held too, and a takes the rest, 620
SELECT practice, target, baseline, lower_limit, upper_limit, amount, growth, held_by, opening_distance, closing_distance
FROM practice_budget('{a,b,c}', '{50,30,20}', 1100, '{600,200,200}', 0.02, 0.20);
-- halfway: equal growth gives 660, 220, 220; target 550, 330, 220; half of the way 605, 275, 220
SELECT practice, amount, held_by FROM practice_budget('{a,b,c}', '{50,30,20}', 1100, '{600,200,200}', pace => 0.5);
-- a practice without a baseline gets its target's share
SELECT practice, baseline, amount FROM practice_budget('{a,b}', '{1,1}', 1000, ARRAY[500, NULL]::numeric[]);
-- nothing to share is shared
SELECT practice, amount FROM practice_budget('{a,b}', '{3,1}', 0);
SELECT * FROM practice_budget('{}', '{}', 100);
-- refused
SELECT * FROM practice_budget('{a,b}', '{1}', 100);
SELECT * FROM practice_budget('{a,b}', '{1,-1}', 100);
SELECT * FROM practice_budget('{a,b}', '{0,0}', 100);
SELECT * FROM practice_budget('{a,a}', '{1,1}', 100);
SELECT * FROM practice_budget('{a,b}', '{1,1}', 100.001);
SELECT * FROM practice_budget('{a,b}', '{1,NULL}', 100);
SELECT * FROM practice_budget('{a,b}', '{1,NaN}', 100);
SELECT * FROM practice_budget('{a,b}', '{1,1}', 100, '{100,100}', 0.02);
SELECT * FROM practice_budget('{a,b}', '{1,1}', 100, NULL, 0.02);
SELECT * FROM practice_budget('{a,b}', '{1,1}', 100, '{40,40}', 0.3, 0.1);
SELECT * FROM practice_budget('{a,b}', '{1,1}', 100, '{40,40}', pace => 2);

-- 3,000 random cases: numbers from digests, the same everywhere
CREATE FUNCTION pg_temp.r(seed text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT ('x' || substr(md5(seed), 1, 8))::bit(32)::bigint $$;
CREATE TEMP TABLE trial AS
SELECT t, 1 + (pg_temp.r('n' || t) % 12)::integer AS n, t % 3 AS kind FROM generate_series(1, 3000) t;
CREATE TEMP TABLE case_row AS
SELECT x.*, g AS i, 'p' || g AS practice, (pg_temp.r(format('w %s %s', t, g)) % 100000)::numeric / 100 + CASE WHEN g = 1 THEN 1 ELSE 0 END AS need,
       CASE WHEN kind > 0 THEN ((pg_temp.r(format('b %s %s', t, g)) % 1000000)::numeric + 1) / 100 END AS baseline
FROM trial x, generate_series(1, x.n) g;
CREATE TEMP TABLE case_budget AS
SELECT t, kind, n, array_agg(practice ORDER BY i) AS practices, array_agg(need ORDER BY i) AS needs, CASE WHEN kind > 0 THEN array_agg(baseline ORDER BY i) END AS baselines,
       CASE kind WHEN 2 THEN round(sum(baseline) * (1 + (pg_temp.r('g' || t) % 1000)::numeric / 10000), 2) ELSE (pg_temp.r('a' || t) % 100000000)::numeric / 100 END AS budget,
       CASE kind WHEN 2 THEN -0.02 END AS least, CASE kind WHEN 2 THEN 0.12 END AS most, CASE WHEN kind = 1 THEN (pg_temp.r('p' || t) % 11)::numeric / 10 ELSE 1 END AS pace
FROM case_row GROUP BY t, kind, n;
CREATE TEMP TABLE outcome AS
SELECT c.t, c.kind, c.budget, c.least, c.most, b.* FROM case_budget c, practice_budget(c.practices, c.needs, c.budget, c.baselines, c.least, c.most, c.pace) b;
-- amounts and targets add up to the budget, none is negative, limits hold to the penny
SELECT kind, count(DISTINCT t) AS cases, count(*) AS lines,
       (SELECT count(*) FROM (SELECT q.t FROM outcome q WHERE q.kind = o.kind GROUP BY q.t HAVING sum(q.amount) <> min(q.budget) OR sum(q.target) <> min(q.budget)) x) AS not_whole,
       count(*) FILTER (WHERE amount < 0 OR amount <> round(amount, 2)) AS not_pence,
       count(*) FILTER (WHERE amount < round(baseline * (1 + least), 2) OR amount > round(baseline * (1 + most), 2)) AS beyond_limits
FROM outcome o GROUP BY kind ORDER BY kind;
-- targets are within a penny of the exact share; so are amounts where nothing holds them
SELECT count(*) FILTER (WHERE abs(target - budget * need / total) >= 0.01) AS target_off, count(*) FILTER (WHERE kind = 0 AND amount <> target) AS amount_off
FROM (SELECT o.*, sum(need) OVER (PARTITION BY t) AS total FROM outcome o) q;
-- an independent computation of the held amounts: the common factor by bisection in 120 steps, in numeric; each amount is within a penny
CREATE FUNCTION pg_temp.held(needs numeric[], baselines numeric[], budget numeric, floor_growth numeric, ceiling_growth numeric) RETURNS numeric[] LANGUAGE plpgsql AS $$
DECLARE
    low numeric := 0;
    high numeric := 1;
    mid numeric;
    total numeric;
BEGIN
    WHILE (SELECT sum(greatest(round(b * (1 + floor_growth), 2), least(round(b * (1 + ceiling_growth), 2), n * high))) FROM unnest(needs, baselines) u (n, b)) < budget AND high < 1e12 LOOP
        high := high * 2;
    END LOOP;
    FOR i IN 1 .. 120 LOOP
        mid := round((low + high) / 2, 40);
        total := (SELECT sum(greatest(round(b * (1 + floor_growth), 2), CASE WHEN n * mid > round(b * (1 + ceiling_growth), 2) THEN round(b * (1 + ceiling_growth), 2) ELSE n * mid END)) FROM unnest(needs, baselines) u (n, b));
        IF total < budget THEN low := mid; ELSE high := mid; END IF;
    END LOOP;
    RETURN ARRAY(SELECT greatest(round(b * (1 + floor_growth), 2), CASE WHEN n * high > round(b * (1 + ceiling_growth), 2) THEN round(b * (1 + ceiling_growth), 2) ELSE n * high END) FROM unnest(needs, baselines) WITH ORDINALITY u (n, b, i) ORDER BY i);
END $$;
SELECT count(*) AS compared, count(*) FILTER (WHERE abs(o.amount - e.amount) >= 0.01) AS differ
FROM (SELECT c.t, u.amount, u.i FROM case_budget c, unnest(pg_temp.held(c.needs, c.baselines, c.budget, c.least, c.most)) WITH ORDINALITY u (amount, i) WHERE c.kind = 2 AND c.t < 900) e
JOIN outcome o ON o.t = e.t AND o.place = e.i;
-- more need never means less money, all else equal; the order of the practices changes nothing but who gets an odd penny
SELECT count(*) FILTER (WHERE more.amount < less.amount) AS less_for_more
FROM (SELECT c.t, b.amount FROM case_budget c, practice_budget(c.practices, c.needs, c.budget, c.baselines, c.least, c.most, c.pace) b WHERE b.place = 1 AND c.t < 300) less
JOIN (SELECT c.t, b.amount FROM case_budget c, practice_budget(c.practices, ARRAY[c.needs[1] * 2] || c.needs[2:], c.budget, c.baselines, c.least, c.most, c.pace) b WHERE b.place = 1 AND c.t < 300) more ON more.t = less.t;
SELECT count(*) FILTER (WHERE abs(a.amount - b.amount) > 0.01) AS differ
FROM outcome a JOIN (SELECT c.t, b.practice, b.amount FROM case_budget c, LATERAL (SELECT array_agg(practices[i] ORDER BY i DESC) AS p, array_agg(needs[i] ORDER BY i DESC) AS w, array_agg(baselines[i] ORDER BY i DESC) AS l FROM generate_subscripts(c.practices, 1) i) v,
                           practice_budget(v.p, v.w, c.budget, CASE WHEN c.baselines IS NOT NULL THEN v.l END, c.least, c.most, c.pace) b WHERE c.t < 1000) b ON b.t = a.t AND b.practice = a.practice;
