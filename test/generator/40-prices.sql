-- SYNTHETIC price lists: the restated costs in whole pounds, 3.5 % more each year. No price here was ever published or paid.

CREATE TABLE county.price_year AS
SELECT county.fy(first_day + 365 * y) AS financial_year, 1.035 ^ (y - years + 1) AS level
FROM county.setting, generate_series(-1, years - 1) AS y;

CREATE TABLE county.price_spell AS
WITH h AS (
    SELECT hrg, row_number() OVER (ORDER BY hrg) AS n, max(cost) FILTER (WHERE setting = 'DC') AS dc, max(cost) FILTER (WHERE setting = 'EL') AS el,
           max(cost) FILTER (WHERE setting IN ('NL', 'MT', 'BB')) AS nl, max(cost) FILTER (WHERE setting = 'NS') AS ns,
           max(cost) FILTER (WHERE setting = 'OP') AS op
    FROM county.hrg_fact GROUP BY hrg)
SELECT y.financial_year, h.hrg,
       CASE WHEN combined THEN round((dc * 3 + el) / 4 * y.level) END AS combined,
       CASE WHEN NOT combined THEN round(dc * y.level) END AS day_case, CASE WHEN NOT combined THEN round(el * y.level) END AS elective,
       -- trim points: upper quartile + 1.5 x inter-quartile range of the nights drawn above, shifted a little by HRG
       CASE WHEN el IS NOT NULL THEN 8 + n % 4 END AS elective_trim,
       round(nl * y.level) AS non_elective, CASE WHEN nl IS NOT NULL THEN 15 + n % 5 END AS non_elective_trim,
       CASE WHEN nl IS NOT NULL OR el IS NOT NULL THEN round((195 + n % 12 * 13) * y.level) END AS per_day,
       flagged AS short_stay, CASE WHEN flagged THEN percent END AS short_stay_percent,
       CASE WHEN flagged THEN round(round(nl * y.level) * percent / 100.0) END AS short_stay_price,
       round(op * y.level) AS procedure_price
FROM h, county.price_year y,
     LATERAL (SELECT dc IS NOT NULL AND el IS NOT NULL AND n % 9 = 0 AS combined,
                     coalesce(nl IS NOT NULL AND ns IS NOT NULL AND n % 5 <> 0, false) AS flagged,
                     CASE WHEN ns < 0.15 * nl THEN 25 WHEN ns < 0.25 * nl THEN 30 WHEN ns < 0.5 * nl THEN 45 ELSE 70 END AS percent) f;
CREATE UNIQUE INDEX ON county.price_spell (financial_year, hrg);

CREATE TABLE county.price_attendance AS
SELECT y.financial_year, t.tfc, k.hrg, round((CASE k.part WHEN 'f' THEN first_price ELSE follow_up_price END * k.part_of)::numeric * y.level) AS price
FROM county.price_year y, county.treatment_function t,
     (VALUES ('WF01B', 'f', 1.0), ('WF01A', 'u', 1.0), ('WF02B', 'f', 1.35), ('WF02A', 'u', 1.45), ('WF01D', 'f', 0.55), ('WF01C', 'u', 0.5), ('WF02D', 'f', 0.75), ('WF02C', 'u', 0.7)) AS k (hrg, part, part_of)
WHERE t.tfc <> '650';
CREATE UNIQUE INDEX ON county.price_attendance (financial_year, tfc, hrg);

CREATE TABLE county.price_other AS
SELECT y.financial_year, o.kind, o.hrg, round(o.cost * y.level) AS price FROM county.price_year y, county.other_fact o;
CREATE UNIQUE INDEX ON county.price_other (financial_year, hrg);
