-- Medicare Shared Savings Program, performance years 2014 to 2016, 2022 and 2023, settled by terms that are data.
-- Needs mssp.raw (test/lib/mssp_load.sh) and a warehouse; its name is the psql variable w (default icb).
\if :{?w}
\else
\set w icb
\endif
\set ON_ERROR_STOP on

-- Typed: blanks, "-" and "*" are missing; rates come as 6.46%.
CREATE OR REPLACE FUNCTION mssp.number(v text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN btrim(v) IN ('', '-', '*', '.') THEN NULL
            WHEN v LIKE '%\%' THEN rtrim(btrim(replace(v, ',', '')), '%')::numeric / 100
            ELSE replace(replace(btrim(v), ',', ''), '$', '')::numeric END;

-- Rates of 2015 are printed in percent, those of the other years as fractions; score "P4R" is reporting alone, in full.
CREATE OR REPLACE VIEW mssp.aco AS
SELECT r.performance_year, r.aco_id, r.aco_name, r.track, r.benchmark, r.difference, r.minimum_rate,
       -- before 2017 the file prints the final sharing rate: what quality left of the highest rate of the track
       CASE WHEN r.performance_year < 2017 THEN r.final_rate / r.highest_rate ELSE r.quality_score END AS score,
       r.loss_relief, r.published,
       -- half a unit of the last digit of the rate
       CASE WHEN r.performance_year < 2017 THEN CASE r.performance_year WHEN 2014 THEN 0.005 ELSE 0.00005 END * abs(r.difference) ELSE 0 END + 1 AS tolerance
FROM (SELECT w.performance_year,
             coalesce(w.row ->> 'aco_id', w.row ->> 'aco_num') AS aco_id,
             w.row ->> 'aco_name' AS aco_name,
             t.track,
             CASE t.track WHEN 'Track 1' THEN 0.50 WHEN 'Track 2' THEN 0.60 WHEN 'Track 3' THEN 0.75 END AS highest_rate,
             mssp.number(w.row ->> 'abtotbnchmk') AS benchmark,
             mssp.number(w.row ->> 'bnchmkminexp') AS difference,
             mssp.number(w.row ->> 'minsavperc') AS minimum_rate,
             CASE WHEN w.performance_year >= 2017 THEN mssp.number(w.row ->> 'qualscore') END AS quality_score,
             mssp.number(w.row ->> 'finalsharerate') / CASE w.performance_year WHEN 2015 THEN 100 ELSE 1 END AS final_rate,
             -coalesce(mssp.number(w.row ->> 'disadj'), 0) AS loss_relief,
             coalesce(mssp.number(w.row ->> 'earnsaveloss'), 0) AS published
      FROM mssp.raw w
      CROSS JOIN LATERAL (SELECT CASE WHEN w.row ->> 'current_track' = 'EN' THEN 'ENHANCED'
                                      WHEN w.row ? 'current_track' THEN 'BASIC ' || (w.row ->> 'current_track')
                                      WHEN '1' IN (w.row ->> 'track1', w.row ->> 'current_track_1') THEN 'Track 1'
                                      WHEN '1' IN (w.row ->> 'track2', w.row ->> 'current_track_2') THEN 'Track 2'
                                      WHEN '1' IN (w.row ->> 'current_track_3') THEN 'Track 3' END AS track) t) r;
COMMENT ON VIEW mssp.aco IS 'One row per ACO and year: inputs of the settlement and the published result, in dollars. The published difference is used, since benchmark less expenditure may be 2 dollars off by rounding.';

-- One contract per track, one signed version per year.
INSERT INTO :"w".contract (contract_id, title, basis, currency, valid)
SELECT 'MSSP ' || track, 'Medicare Shared Savings Program, ' || track, 'risk_share', 'USD', valid::daterange
FROM (SELECT track, '[2022-01-01,2024-01-01)' AS valid FROM unnest(ARRAY['BASIC A', 'BASIC B', 'BASIC C', 'BASIC D', 'BASIC E', 'ENHANCED']) AS track
      UNION ALL SELECT track, '[2014-01-01,2017-01-01)' FROM unnest(ARRAY['Track 1', 'Track 2', 'Track 3']) AS track) t
ON CONFLICT DO NOTHING;

INSERT INTO :"w".contract_terms (contract_id, version, valid, shape, curve, gate_by, loss_rate, factor_gain, rounding, split, counterparty, clauses, source, signed_by, signed_at)
SELECT 'MSSP ' || track, version, valid::daterange, shape, curve::commissioning.share_curve, 'minimum_rate', loss_rate::commissioning.sliding_scale, 0.98, 'unit 1.00',
       'ACO 100%', 'CMS', clauses::jsonb, '42 CFR 425.605, 425.610; 2 % sequestration of payments', 'CMS and ACO', '2021-12-31'
FROM (VALUES
    ('BASIC A',  1, '[2022-01-01,2023-01-01)', 'mssp_basic_a',  'gain 0..:40% max 10%', NULL, '{}'),
    ('BASIC B',  1, '[2022-01-01,2023-01-01)', 'mssp_basic_a',  'gain 0..:40% max 10%', NULL, '{}'),
    ('BASIC C',  1, '[2022-01-01,2023-01-01)', 'mssp_basic_e',  'gain 0..:50% max 10%; loss 0..:0%', NULL, '{"share": "losses of 2022 waived, public health emergency"}'),
    ('BASIC D',  1, '[2022-01-01,2023-01-01)', 'mssp_basic_e',  'gain 0..:50% max 10%; loss 0..:0%', NULL, '{"share": "losses of 2022 waived, public health emergency"}'),
    ('BASIC E',  1, '[2022-01-01,2023-01-01)', 'mssp_basic_e',  'gain 0..:50% max 10%; loss 0..:0%', NULL, '{"share": "losses of 2022 waived, public health emergency"}'),
    ('ENHANCED', 1, '[2022-01-01,2023-01-01)', 'mssp_enhanced', 'gain 0..:75% max 20%; loss 0..:0%', NULL, '{"share": "losses of 2022 waived, public health emergency"}'),
    ('BASIC A',  2, '[2023-01-01,2024-01-01)', 'mssp_basic_a',  'gain 0..:40% max 10%', NULL, '{}'),
    ('BASIC B',  2, '[2023-01-01,2024-01-01)', 'mssp_basic_a',  'gain 0..:40% max 10%', NULL, '{}'),
    ('BASIC C',  2, '[2023-01-01,2024-01-01)', 'mssp_basic_e',  'gain 0..:50% max 10%; loss 0..:30% max 1%', NULL, '{}'),
    ('BASIC D',  2, '[2023-01-01,2024-01-01)', 'mssp_basic_e',  'gain 0..:50% max 10%; loss 0..:30% max 2%', NULL, '{}'),
    ('BASIC E',  2, '[2023-01-01,2024-01-01)', 'mssp_basic_e',  'gain 0..:50% max 10%; loss 0..:30% max 4%', NULL, '{}'),
    ('ENHANCED', 2, '[2023-01-01,2024-01-01)', 'mssp_enhanced', 'gain 0..:75% max 20%; loss 0..:100% max 15%', 'linear 1/3:75%, 80%:40%', '{}')
) AS t (track, version, valid, shape, curve, loss_rate, clauses)
ON CONFLICT DO NOTHING;

-- The first tracks: the rate of the track times quality; a loss at one less that product, held between its limits, and capped
-- in the first, second and third year of an agreement at 5, 7.5 and 10 % (Track 2) or at 15 % (Track 3).
INSERT INTO :"w".contract_terms (contract_id, version, valid, shape, curve, gate_by, quality, loss_rate, factor_gain, rounding, split, counterparty, source, signed_by, signed_at)
SELECT 'MSSP ' || track, year - 2013, daterange(make_date(year, 1, 1), make_date(year + 1, 1, 1)), shape, curve::commissioning.share_curve, 'minimum_rate',
       'linear 0%:0%, 100%:100%', loss_rate::commissioning.sliding_scale, 0.98, 'unit 1.00',
       'ACO 100%', 'CMS', '42 CFR 425.604, 425.606, 425.610 as of 2015; 2 % sequestration of payments', 'CMS and ACO', make_date(year - 1, 12, 31)
FROM (VALUES
    ('Track 1', 'mssp_track_1', 'gain 0..:50% max 10%', NULL),
    ('Track 2', 'mssp_track_2', 'gain 0..:60% max 15%; loss 0..:100% max 10%', 'linear 2/3:60%, 100%:40%'),
    ('Track 3', 'mssp_track_3', 'gain 0..:75% max 20%; loss 0..:100% max 15%', 'linear 1/3:75%, 80%:40%')
) AS t (track, shape, curve, loss_rate)
CROSS JOIN generate_series(2014, 2016) AS year
WHERE track <> 'Track 3' OR year = 2016
ON CONFLICT DO NOTHING;

-- The settlement: one statement over all ACOs of all years.
SET client_min_messages = warning;
DROP TABLE IF EXISTS mssp.statement CASCADE;
RESET client_min_messages;
CREATE TABLE mssp.statement AS
SELECT a.performance_year, a.aco_id, t.contract_id, t.version, s.step, s.line_code, concat_ws(', ', t.clauses ->> s.line_code, s.clause) AS clause, s.formula, s.quantity, s.rate,
       s.exact_text, s.amount
FROM mssp.aco a
JOIN :"w".contract_terms t ON t.contract_id = 'MSSP ' || a.track AND t.valid @> make_date(a.performance_year, 12, 31) AND t.signed_at IS NOT NULL
CROSS JOIN LATERAL commissioning.settle(
    :"w".terms_of(t),
    jsonb_build_object('benchmark', a.benchmark, 'actual', a.benchmark - a.difference, 'minimum_rate', a.minimum_rate, 'score', a.score, 'loss_relief', a.loss_relief)::commissioning.settlement_inputs) s;

-- Beside the published result. Amounts go in as printed, in whole dollars, and before 2017 the rate as printed: that much is rounding.
CREATE VIEW mssp.result AS
SELECT a.performance_year, a.aco_id, a.aco_name, a.track, a.difference, a.loss_relief, a.published, s.amount AS settled, s.amount - a.published AS gap, a.tolerance,
       abs(s.amount - a.published) <= a.tolerance AS reproduced
FROM mssp.aco a
JOIN mssp.statement s ON s.performance_year = a.performance_year AND s.aco_id = a.aco_id AND s.line_code = 'settlement';

-- What the files cannot reproduce, and why.
CREATE VIEW mssp.not_reproduced AS
SELECT r.performance_year, r.aco_id, r.track, r.published, r.settled, r.gap,
       CASE WHEN r.track LIKE 'BASIC%' AND r.published < 0 AND r.settled < r.published
            THEN 'revenue-based loss limit applies, and the file does not give the revenue'
            ELSE 'unexplained' END AS reason
FROM mssp.result r
WHERE NOT r.reproduced;
CREATE VIEW mssp.waived AS
SELECT r.performance_year, r.aco_id, r.track, r.difference, r.loss_relief, r.published, r.settled, 'losses of 2022 waived in full, public health emergency' AS reason
FROM mssp.result r
JOIN mssp.statement s ON s.performance_year = r.performance_year AND s.aco_id = r.aco_id AND s.line_code = 'share' AND s.clause LIKE 'losses of 2022 waived%'
JOIN mssp.statement g ON g.performance_year = r.performance_year AND g.aco_id = r.aco_id AND g.line_code = 'gate' AND g.amount < 0;

CREATE VIEW mssp.summary AS
SELECT performance_year, count(*) AS acos,
       count(*) FILTER (WHERE published > 0) AS earners,
       count(*) FILTER (WHERE published > 0 AND reproduced) AS earners_reproduced,
       count(*) FILTER (WHERE published > 0 AND gap = 0) AS earners_equal,
       count(*) FILTER (WHERE published = 0) AS nothing,
       count(*) FILTER (WHERE published = 0 AND gap = 0) AS nothing_equal,
       count(*) FILTER (WHERE published < 0) AS losses,
       count(*) FILTER (WHERE published < 0 AND reproduced) AS losses_reproduced,
       count(*) FILTER (WHERE NOT reproduced) AS not_reproduced,
       sum(published) AS published_total,
       sum(settled) AS settled_total,
       sum(gap) FILTER (WHERE reproduced) AS rounding_gap,
       coalesce(sum(gap) FILTER (WHERE NOT reproduced), 0) AS unreproduced_gap
FROM mssp.result GROUP BY performance_year ORDER BY performance_year;
