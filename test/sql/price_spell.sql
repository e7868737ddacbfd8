-- Prices of admitted spells: the worked examples of the payment rules, every part, every reason.
CREATE SCHEMA price_spell;
SET search_path = price_spell, commissioning;
CREATE TABLE t AS SELECT $${
  "name": "synthetic list", "version": "1", "financial_year": "2024/25", "currency": "GBP", "synthetic": true,
  "short_stay": {"max_days": 1, "min_age": 19},
  "spells": [
    {"hrg": "DZ11V", "combined": 2000, "non_elective": 2911, "elective_trim": 11, "non_elective_trim": 17, "per_day": 233},
    {"hrg": "EB10E", "non_elective": 1402, "non_elective_trim": 5, "per_day": 200, "short_stay_percent": 45},
    {"hrg": "AA22C", "day_case": 2500, "elective": 3000, "elective_trim": 5, "per_day": 250},
    {"hrg": "HE11A", "non_elective": 5000, "best_practice": 1335},
    {"hrg": "HE12A", "non_elective": 5000, "best_practice_base": 6335},
    {"hrg": "FZ90A", "elective": 1000, "day_case": 1000},
    {"hrg": "FZ91A", "non_elective": 1250, "short_stay_price": 700.5}],
  "top_ups": [{"code": "spinal", "percent": 11}, {"code": "child", "percent": 0.15}]
}$$::tariff AS tariff;

-- 2,911 + 8 days at 233 = 4,775; times 1.0733 = 5,125
SELECT p.* FROM t, price_spell(tariff, ('DZ11V', '1', '21', '2024-05-01', '2024-05-30', 70, 4, 0, 0, 0, NULL, NULL, 1.0733, 'sus')) p \gx
-- critical care not taken off: 12 days, 5,707; times 1.0733 = 6,125
SELECT pod, excess_days, pre_factor, final FROM t, price_spell(tariff, ('DZ11V', '1', '21', '2024-05-01', '2024-05-30', 70, 0, 0, 0, 0, NULL, NULL, 1.0733, 'sus'));
-- short stay: 1,402 * 45% = 630.9, stated as 631; times 1.05 = 663
SELECT pod, full_base, short_stay, base, pre_factor, final FROM t, price_spell(tariff, ('EB10E', '1', '21', '2024-05-01', '2024-05-02', 19, 0, 0, 0, 0, NULL, NULL, 1.05, 'sus'));
SELECT base, pre_factor, final FROM t, price_spell(tariff, ('EB10E', '1', '21', '2024-05-01', '2024-05-02', 19, 0, 0, 0, 0, NULL, NULL, 1.05, 'penny'));
-- top-up on the base, not on the excess days: 3,000 + 330 + 500 = 3,830; times 1.0888 = 4,170
SELECT pod, base, top_up, excess, pre_factor, final FROM t, price_spell(tariff, ('AA22C', '1', '11', '2024-05-01', '2024-05-08', 40, 0, 0, 0, 0, NULL, 'spinal', 1.0888, 'sus'));
-- the same spell under three roundings
SELECT rounding, pre_factor, final
FROM t, unnest('{sus,penny,none}'::text[]) rounding, price_spell(tariff, ('FZ90A', '1', '11', '2024-05-01', '2024-05-01', 40, 0, 0, 0, 0, NULL, 'child', 1.0345, rounding));
SELECT s.* FROM t, price_steps(tariff, ('DZ11V', '1', '21', '2024-05-01', '2024-05-30', 70, 4, 0, 0, 0, NULL, NULL, 1.0733, 'sus')) s;
DROP SCHEMA price_spell CASCADE;
