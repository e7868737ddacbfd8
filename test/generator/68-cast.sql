-- Casting: people for the stories, their registrations, their events. Numbers after the county's own.

CREATE TABLE county.story AS
SELECT row_number() OVER (ORDER BY a.first_n, i)::integer AS k, s.people + row_number() OVER (ORDER BY a.first_n, i) AS person_id,
       a.rule_code, a.kind, a.variant, a.who, a.pay, a.unregistered,
       s.first_day + 100 + floor(county.u(a.first_n * 1000 + i, 850) * 150)::integer AS anchor
FROM (SELECT rule_code, kind, variant, min(n) AS first_n, max(times) AS times, max(ev ->> 'who') AS who, max(ev ->> 'pay') AS pay, bool_or(ev ? 'unregistered') AS unregistered
      FROM county.act, county.setting WHERE NOT large OR tier <> 'S' GROUP BY rule_code, kind, variant) a,
     county.setting s, LATERAL generate_series(1, greatest(1, ceil(a.times * s.plants / CASE WHEN s.tier = 'S' THEN 1.3 ELSE 1 END))::integer) AS i;
CREATE TABLE county.story_person AS
SELECT k, s.person_id, n.number AS nhs_number,
       CASE who WHEN 'M' THEN '1' WHEN 'F' THEN '2' ELSE CASE WHEN county.u(s.person_id, 851) < 0.5 THEN '1' ELSE '2' END END AS sex,
       CASE who WHEN 'baby' THEN anchor ELSE t.first_day - 8000 - floor(county.u(s.person_id, 852) * 10000)::integer END AS birth_date,
       1 + floor(county.u(s.person_id, 853) * greatest(3, t.people / 1623))::integer AS area, pr.n AS practice, pr.practice_code, pr.commissioner
FROM county.story s CROSS JOIN county.setting t
JOIN county.nhs_number n ON n.n = t.people * 1.05 + 500 + s.k
CROSS JOIN LATERAL (SELECT p.* FROM county.practice p WHERE s.pay IS NULL OR p.commissioner = s.pay ORDER BY county.u(s.person_id * 100 + p.n, 854) LIMIT 1) pr;
INSERT INTO county.person
SELECT p.person_id, p.nhs_number, NULL, p.sex, p.sex = '2', p.birth_date, p.area, least(10, 1 + floor(10 * county.u(p.area, 6)))::integer, 0, 0, false, NULL,
       greatest(t.first_day, p.birth_date), t.last_day, (t.last_day - p.birth_date) / 365.2425
FROM county.story_person p, county.setting t;
INSERT INTO county.registration
SELECT s.person_id, p.practice, p.birth_date, NULL FROM county.story s JOIN county.story_person p USING (k) WHERE NOT s.unregistered;

-- One row per event of a story.
CREATE TABLE county.scene AS
WITH b AS (
    SELECT st.k, st.person_id, a.n AS act, a.e, a.part, a.rule_code, a.kind AS role_kind, a.variant, a.rec, a.line, a.fix, t.body || a.ev AS w, st.anchor, st.unregistered
    FROM county.story st JOIN county.act a USING (rule_code, kind, variant) JOIN county.template t USING (base)),
d AS (
    SELECT b.*, p.nhs_number, p.sex, p.birth_date, p.practice_code, p.commissioner, s.first_day,
           CASE WHEN w ? 'on' THEN s.first_day + (w ->> 'on')::integer ELSE anchor + coalesce((w ->> 'day')::integer, 0) END AS start_date,
           s.providers + CASE WHEN w ? 'prov' THEN (w ->> 'prov')::integer ELSE 1 + (b.k + (w ? 'other')::integer) % 8 END AS provider
    FROM b JOIN county.story_person p USING (k), county.setting s)
SELECT d.k, d.act, d.e, d.part, d.rule_code, d.role_kind, d.variant, d.rec, d.line, d.fix, d.w, d.person_id, 12000000000 + d.k::bigint * 8 + d.e AS event_id, d.w ->> 'dataset' AS dataset,
       (w ->> 'kind')::integer AS kind, start_date, start_date + coalesce((w ->> 'los')::integer, 0) AS end_date, d.provider, v.provider_code,
       v.provider_code || CASE WHEN w ? 'site' THEN '02' ELSE '01' END AS site_code, v.factor, w ->> 'hrg' AS hrg, sex,
       extract(year FROM age(start_date, birth_date))::integer AS age, coalesce(w ->> 'tfc', c.tfc) AS tfc, d.nhs_number, d.practice_code, d.commissioner,
       coalesce(w ->> 'bill', d.commissioner) AS billed_to,
       12000000000 + d.k::bigint * 8 + coalesce((w ->> 'like')::integer, d.e) AS identity, county.fy(start_date + coalesce((w ->> 'los')::integer, 0)) AS price_year,
       county.fm(start_date + coalesce((w ->> 'los')::integer, 0)) AS month
FROM d JOIN county.provider v ON v.n = d.provider LEFT JOIN county.chapter c ON w ->> 'dataset' = 'APC' AND c.letter = left(w ->> 'hrg', 1);
CREATE UNIQUE INDEX ON county.scene (event_id);
CREATE INDEX ON county.scene (act);
ANALYZE county.scene;

INSERT INTO county.event_fact
SELECT dataset, event_id, person_id, kind, start_date, end_date, provider, hrg, sex, age, end_date - start_date, z, z, z, z, w ->> 'class', w ->> 'method', tfc, w ->> 'first', w ->> 'status',
       w ->> 'type', false, CASE WHEN dataset = 'OP' THEN 12000000000 + k::bigint * 8 + coalesce((w ->> 'ref')::integer, 3 + e) END, provider_code, site_code, factor, 0.9, nhs_number, NULL,
       practice_code, billed_to, 'B' || provider_code || lpad(identity::text, 12, '0'),
       CASE dataset WHEN 'APC' THEN 'S' WHEN 'OP' THEN 'A' WHEN 'EC' THEN 'E' ELSE (SELECT CASE o.dataset WHEN 'APC' THEN 'S' WHEN 'OP' THEN 'A' WHEN 'EC' THEN 'E' ELSE 'N' END FROM county.scene o WHERE o.event_id = scene.identity) END || identity,
       end_date, price_year, month, CASE WHEN w ? 'unrecorded' THEN '{"unrecorded":true}'::jsonb ELSE '{}' END
FROM county.scene, LATERAL (SELECT CASE WHEN dataset = 'APC' THEN 0 END AS z) q
WHERE dataset IN ('APC', 'OP', 'EC', 'CL');

-- What the record says instead.
DO $say$
DECLARE
    a record;
BEGIN
    PERFORM set_config('search_path', 'county, pg_catalog', true);
    FOR a IN SELECT n, rec FROM act WHERE rec IS NOT NULL ORDER BY n LOOP
        EXECUTE format('UPDATE event_fact f SET x = f.x || q.say FROM (SELECT event_id, (%s)::jsonb AS say FROM scene WHERE act = %s) q WHERE q.event_id = f.event_id',
                       CASE WHEN left(a.rec, 1) = '{' THEN quote_literal(a.rec) ELSE a.rec END, a.n);
    END LOOP;
END $say$;
ANALYZE county.event_fact;
ANALYZE county.person;
ANALYZE county.registration;
