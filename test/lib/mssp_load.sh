#!/usr/bin/env bash
# mssp_load.sh DIR YEAR...: the Medicare ACO files mssp_pyYEAR.csv.gz of DIR into mssp.raw, as text, one JSON object a row.
# The files are read in place; their columns differ every year, so the landing table is built from the header.
set -euo pipefail
dir=$1
shift
run() { psql -Xq -v ON_ERROR_STOP=1 "$@"; }
run -c 'CREATE SCHEMA IF NOT EXISTS mssp' -c 'CREATE TABLE IF NOT EXISTS mssp.raw (performance_year integer, row jsonb)' 2>/dev/null
for year in "$@"; do
	file=$dir/mssp_py$year.csv.gz
	# head closes the pipe early; awk reads on
	columns=$(gunzip -c "$file" | awk 'NR == 1 { gsub(/\r|"|^\xef\xbb\xbf/, ""); n = split(tolower($0), c, ",")
		for (i = 1; i <= n; i++) printf "%s\"%s\" text", (i > 1 ? ", " : ""), c[i] }')
	run -c "DROP TABLE IF EXISTS mssp.landing" -c "CREATE TABLE mssp.landing ($columns)" 2>/dev/null
	gunzip -c "$file" | run -c '\copy mssp.landing FROM STDIN (FORMAT csv, HEADER)'
	run -c "DELETE FROM mssp.raw WHERE performance_year = $year" \
		-c "INSERT INTO mssp.raw SELECT $year, to_jsonb(l) FROM mssp.landing l WHERE coalesce(l.aco_name, '') <> ''" \
		-c 'DROP TABLE mssp.landing'
done
