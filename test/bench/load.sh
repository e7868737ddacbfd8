#!/usr/bin/env bash
# Loading a million claim lines: rows a second for landing (read, checked, copied) and for load (typed, resolved, indexed). Lines in COMMISSIONING_BENCH_LINES.
set -euo pipefail
source "$top/test/lib/tap.sh"
lines=${COMMISSIONING_BENCH_LINES:-1000000}
file=$work/bench_plcm.csv
sql "SELECT commissioning.create_warehouse('b', 'invoice_validation')" >/dev/null
# 200,000 people of the test range; one amount in a thousand cannot be read
psql -XAtq -v ON_ERROR_STOP=1 >"$file" <<SQL
CREATE TEMP TABLE number AS
SELECT row_number() OVER () - 1 AS k, d || mod(11 - s % 11, 11) AS v
FROM (SELECT d, (SELECT sum(substr(d, j, 1)::integer * (11 - j)) FROM generate_series(1, 9) j) AS s FROM (SELECT (999000000 + g)::text AS d FROM generate_series(0, 219999) g) a) b
WHERE 11 - s % 11 <> 10;
COPY (
    SELECT 1 + i % 6 AS "FINANCIAL MONTH", '202425' AS "FINANCIAL YEAR", '2024-10-20T09:00:00' AS "DATE AND TIME DATA SET CREATED", 'R' || chr(65 + i / 1000 % 4) || '1' AS "ORGANISATION IDENTIFIER (CODE OF PROVIDER)",
        'RA101' AS "ORGANISATION SITE IDENTIFIER (OF TREATMENT)", '07P' AS "ORGANISATION IDENTIFIER (CODE OF COMMISSIONER)", 'A' || 81000 + i % 50 AS "GENERAL MEDICAL PRACTICE CODE (PATIENT REGISTRATION)",
        n.v AS "NHS NUMBER", NULL AS "WITHHELD IDENTITY REASON", i % 90 AS "AGE AT ACTIVITY DATE (CONTRACT MONITORING)", 1 + i % 2 AS "PERSON STATED GENDER CODE", 100 + i % 50 AS "ACTIVITY TREATMENT FUNCTION CODE",
        (ARRAY['EL', 'DC', 'NEL', 'OPFASPCL', 'AE'])[1 + i % 5] AS "POINT OF DELIVERY CODE", NULL AS "LOCAL POINT OF DELIVERY CODE", 'AA' || lpad((i % 80)::text, 2, '0') || 'Z' AS "TARIFF CODE", 'Y' AS "NATIONAL TARIFF INDICATOR",
        to_char(date '2024-04-01' + i % 180, 'DD/MM/YYYY') AS "ACTIVITY START DATE (CONTRACT MONITORING)", to_char(date '2024-04-03' + i % 180, 'DD/MM/YYYY') AS "ACTIVITY END DATE (CONTRACT MONITORING)",
        2 AS "ADJUSTED LENGTH OF STAY", 'CDS' || lpad(i::text, 12, '0') AS "CDS UNIQUE IDENTIFIER", NULL AS "OUT-PATIENT ATTENDANCE IDENTIFIER", 'SP' || i AS "HOSPITAL PROVIDER SPELL IDENTIFIER",
        1 AS "ACTIVITY COUNT (POINT OF DELIVERY)", (100 + i % 5000)::numeric(10,2) AS "ACTIVITY UNIT PRICE", 1.045 AS "MARKET FORCES FACTOR", CASE WHEN i % 1000 = 0 THEN 'TBC' ELSE round((100 + i % 5000) * 1.045, 2)::text END AS "TOTAL COST"
    FROM generate_series(1, $lines) i JOIN number n ON n.k = i % (SELECT count(*) FROM number)
) TO STDOUT WITH (FORMAT csv, HEADER);
SQL
seconds() { local t0=$EPOCHREALTIME; "$@" >/dev/null 2>&1; awk -v a="$t0" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }
landing=$(seconds commissioning-load -w b --feed plcm "$file")
loading=$(seconds psql -Xq -c 'CALL b.load()')
rm -f "$file"
is "$(sql 'SELECT rows_received, rows_loaded, rows_rejected FROM b.submission')" "$lines|$((lines - lines / 1000))|$((lines / 1000))" 'every row is loaded or refused'
diag "$lines lines: landing $landing s ($(awk "BEGIN { printf \"%d\", $lines / $landing }") rows/s), load $loading s ($(awk "BEGIN { printf \"%d\", $lines / $loading }") rows/s)"
done_testing
