-- Independent re-computation of spell prices in plain SQL numeric, from invoice-validation rules 1.2; uses no price function.
-- Input: table oracle_spell (one row per spell), table oracle_price (one row per HRG). Output: view oracle_expected.
CREATE VIEW oracle_expected AS
WITH delivered AS (
    SELECT s.*, CASE WHEN s.patient_classification = '2' AND s.admission_method IN ('11', '12', '13') THEN 'DC'
                     WHEN s.patient_classification = '1' AND s.admission_method IN ('11', '12', '13') THEN 'EL'
                     WHEN s.admission_method IN ('21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D') THEN 'NEL'
                     WHEN s.admission_method IN ('31', '32', '81', '82', '83') THEN 'NELNE' END AS pod,
           s.discharge_date - s.admission_date AS los
    FROM oracle_spell s
    WHERE s.patient_classification IN ('1', '2') AND s.discharge_date BETWEEN '2024-04-01' AND '2025-03-31'
), stay AS (
    SELECT d.*, greatest(0, d.los - d.critical_care_days - d.rehabilitation_days - d.palliative_days
                            + CASE WHEN d.critical_care_days > 0 AND d.rehabilitation_days > 0 THEN d.overlap_days ELSE 0 END) AS qualifying,
           greatest(0, d.los - d.rehabilitation_days - d.palliative_days) AS with_critical_care
    FROM delivered d
    WHERE d.pod IS NOT NULL
), based AS (
    SELECT s.*, p.per_day, p.short_stay_price, p.short_stay_percent, CASE WHEN s.best_practice THEN coalesce(p.best_practice, 0) ELSE 0 END AS bp,
           CASE WHEN s.pod IN ('NEL', 'NELNE') THEN p.non_elective WHEN p.combined IS NOT NULL THEN p.combined WHEN s.pod = 'DC' THEN p.day_case ELSE p.elective END AS full_base,
           CASE WHEN s.pod IN ('NEL', 'NELNE') THEN p.non_elective_trim ELSE p.elective_trim END AS trim_point,
           CASE s.rounding WHEN 'sus' THEN 0 WHEN 'penny' THEN 2 ELSE 60 END AS places,
           s.pod = 'NEL' AND s.age >= 19 AND s.qualifying <= 1 AND (p.short_stay_price IS NOT NULL OR p.short_stay_percent IS NOT NULL) AS short_stay
    FROM stay s
    JOIN oracle_price p ON p.hrg = s.hrg
), parts AS (
    SELECT b.*, CASE WHEN NOT b.short_stay THEN b.full_base WHEN b.short_stay_price IS NOT NULL THEN b.short_stay_price
                     ELSE round(b.full_base * b.short_stay_percent * 0.01, b.places) END AS base,
           greatest(0, b.qualifying - b.trim_point) AS excess_days
    FROM based b
), summed AS (
    SELECT p.*, p.base * coalesce(t.percent, 0) * 0.01 AS top_up, p.excess_days * p.per_day AS excess,
           round(p.base + p.base * coalesce(t.percent, 0) * 0.01 + p.excess_days * p.per_day + p.bp, p.places) AS pre_factor
    FROM parts p
    LEFT JOIN oracle_top_up t ON t.code = p.top_up_code
)
SELECT s.id, s.pod, s.los, s.qualifying, s.trim_point, s.full_base, s.short_stay, s.base, s.top_up, s.excess_days, s.per_day, s.excess, s.bp,
       s.pre_factor, round(s.pre_factor * s.market_forces_factor, s.places) AS final, greatest(0, s.with_critical_care - s.trim_point) AS with_critical_care
FROM summed s;
