-- The National Cost Collection 2024/25 as a price list in the publisher's tariff layout, for the county in the current directory's files.
-- psql -v data=DIR. Unit costs to whole pounds stand as prices; trim points are those of the published HRG list. Costs, not tariff prices.
\set ON_ERROR_STOP on
CREATE SCHEMA ncc;
CREATE TABLE ncc.cost (department text, hrg text, name text, activity numeric, unit_cost numeric, cost numeric);
CREATE TABLE ncc.hrg (hrg text, name text, chapter text, subchapter text, age_min text, age_max text, sex_hint text, unbundled_hint text, trim_elective integer, trim_nonelective integer);
\setenv NCC :data
\copy ncc.cost FROM PROGRAM 'gunzip -c "$NCC/real/costs/ncc_2024_25_hrg.csv.gz" | sed ''s/,NA/,/g''' (FORMAT csv, HEADER)
\copy ncc.hrg FROM PROGRAM 'cat "$NCC/invoice/hrg4plus.csv"' (FORMAT csv, HEADER)

CREATE VIEW ncc.price AS
SELECT c.hrg, round(max(c.unit_cost) FILTER (WHERE c.department = 'Daycase')) AS day_case,
       round(max(c.unit_cost) FILTER (WHERE c.department = 'Elective Inpatients')) AS elective,
       round(max(c.unit_cost) FILTER (WHERE c.department = 'Non-Elective Inpatient - Long Stay')) AS non_elective,
       round(max(c.unit_cost) FILTER (WHERE c.department = 'Non-Elective Inpatient - Short Stay')) AS short_stay,
       round(max(c.unit_cost) FILTER (WHERE c.department = 'Outpatient Procedures')) AS procedure_price,
       h.trim_elective, h.trim_nonelective
FROM ncc.cost c LEFT JOIN ncc.hrg h ON h.hrg = c.hrg
WHERE c.department IN ('Daycase', 'Elective Inpatients', 'Non-Elective Inpatient - Long Stay', 'Non-Elective Inpatient - Short Stay', 'Outpatient Procedures')
  AND c.hrg ~ '^[A-Z]{2}[0-9]{2}[A-Z]$'
GROUP BY c.hrg, h.trim_elective, h.trim_nonelective;

\copy (SELECT 'NCC 2024/25' AS "TARIFF NAME", '2024/25' AS "FINANCIAL YEAR", 'N' AS "SYNTHETIC", hrg AS "HRG code", procedure_price AS "Outpatient procedure tariff (£)", day_case AS "Day case spell tariff (£)", elective AS "Ordinary elective spell tariff (£)", trim_elective AS "Ordinary elective long stay trim point (days)", non_elective AS "Non-elective spell tariff (£)", trim_nonelective AS "Non-elective long stay trim point (days)", CASE WHEN short_stay IS NOT NULL THEN 'Yes' ELSE 'No' END AS "Reduced short stay emergency tariff _applicable?", short_stay AS "Reduced short stay emergency tariff (£)" FROM ncc.price) TO 'ncc_prices.csv' (FORMAT csv, HEADER)
\copy (SELECT 'NCC 2024/25' AS "TARIFF NAME", '2024/25' AS "FINANCIAL YEAR", 'emergency' AS "KIND", hrg AS "HRG CODE", round(unit_cost) AS "PRICE" FROM ncc.cost WHERE department = 'Emergency Care' AND hrg LIKE 'VB%') TO 'ncc_prices_other.csv' (FORMAT csv, HEADER)
