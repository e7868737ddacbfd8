#!/usr/bin/env bash
# All rules over 1,000,000 lines (LINES_TO_VALIDATE), a tenth and a hundredth of them: match, price, validate; seconds, growth, memory.
# The lines are made here, straight into the tables, with one fault in twenty: this measures, the scorers judge.
set -euo pipefail
source "$top/test/lib/tap.sh"
source "$top/test/lib/made_lines.sh"
lines=${LINES_TO_VALIDATE:-1000000}

seconds() { local t0 t1; t0=$(date +%s.%N); psql -Xq -v ON_ERROR_STOP=1 -c "$1" 2>"$work/bench.err" || { cat "$work/bench.err"; exit 1; }; t1=$(date +%s.%N); echo "$t1 $t0" | awk '{printf "%.1f", $1 - $2}'; }

for size in $((lines / 100)) $((lines / 10)) "$lines"; do
	w=bench$size
	make_lines "$w" "$size" >/dev/null
	m=$(seconds "CALL $w.match()") p=$(seconds "CALL $w.price()") v=$(seconds "CALL $w.validate()") r=$(seconds "CALL $w.validate()")
	diag "$(printf '%9d lines: match %s s, price %s s, validate %s s, validate again %s s; findings %s' "$size" "$m" "$p" "$v" "$r" "$(sql "SELECT count(*) FROM $w.finding")")"
	diag "$(sql "SELECT string_agg(rule_code || ' ' || n, ', ') FROM (SELECT rule_code || ' ' || outcome AS rule_code, count(*) AS n FROM $w.finding GROUP BY 1 ORDER BY 1) x")"
	eval "v$size=$v"
done
small="v$((lines / 10))" large="v$lines"
ok "$(awk -v v="${!large}" 'BEGIN { print (v < 60) ? "t" : "f" }')" "all rules over $lines lines take ${!large} s, under 60 s"
ok "$(awk -v a="${!small}" -v b="${!large}" 'BEGIN { print (b < 15 * a + 2) ? "t" : "f" }')" "ten times the lines take ${!large} s against ${!small} s"
done_testing
