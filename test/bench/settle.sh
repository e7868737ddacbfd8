#!/usr/bin/env bash
# One share curve against x * 0.5 in numeric, both summed over the same million rows, and statements in full: CPU seconds,
# warm, best of five.
set -euo pipefail
source "$top/test/lib/tap.sh"
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE difference AS SELECT ((hashint8extended(i, 1) % 2000000000) / 100.0)::numeric(14,2) AS x, 100000000.00::numeric AS base FROM generate_series(1, 1000000) i;
VACUUM ANALYZE difference;
SQL
curve="gain 0..5%:50%, 5%..10%:35%, 10%..15%:15%, 15%..:5%; loss cliff 2% 0..:30% max 4%"
empty="SELECT count(x) FROM difference"
half="SELECT sum(x * 0.5) FROM difference"
share="SELECT sum(commissioning.curve_share('$curve', x, base)) FROM difference"

# cpu QUERY: user seconds of one execution, by the server's own statistics; the best of five.
cpu() {
	PGOPTIONS='-c log_executor_stats=on -c client_min_messages=log -c max_parallel_workers_per_gather=0 -c jit=off' \
		psql -XAtq -c "$1" -c "$1" -c "$1" -c "$1" -c "$1" 2>&1 | sed -n 's/.*\t\([0-9.]*\) s user, \([0-9.]*\) s system, \([0-9.]*\) s elapsed.*/\1 \2/p' |
		awk '{ t = $1 + $2; if (!n++ || t < best) best = t } END { printf "%.3f", best }'
}
for q in "$half" "$share"; do
	diag "$q"
	diag "$(psql -XAt -c "SET max_parallel_workers_per_gather = 0" -c "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $q")"
done
e=$(cpu "$empty") h=$(cpu "$half") s=$(cpu "$share")
diag "CPU seconds for 1,000,000 rows: scan and count $e, x * 0.5 $h, curve_share $s"
whole=$(awk -v a="$s" -v b="$h" 'BEGIN { printf "%.2f", a / b }')
diag "ratio of the two queries: $whole; of the function to the multiplication alone, scan taken off: $(awk -v a="$s" -v b="$h" -v e="$e" 'BEGIN { printf "%.2f", (a - e) / (b - e) }')"
ok "$(awk -v r="$whole" 'BEGIN { print (r <= 3) ? 0 : 1 }')" 'one share curve costs at most 3 x one multiplication'

psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE statement_input AS SELECT 1000000 + i AS benchmark, 900000 + 2 * i AS actual FROM generate_series(1, 10000) i;
SQL
diag "10,000 statements of 6 lines: $(cpu "SELECT count(*) FROM statement_input, commissioning.settle(jsonb_build_object('measure', 'benchmark - actual', 'curve', 'gain 0..5%:40%, 5%..:25% max 10%; loss 0..:30%', 'gate_by', 'none', 'factor_gain', 0.98)::commissioning.settlement_terms, jsonb_build_object('benchmark', benchmark, 'actual', actual)::commissioning.settlement_inputs)") CPU seconds"

# Statements in full: every clause, three parties and a counterparty, each row sent to the client as text.
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
SET search_path = commissioning, public;
CREATE TABLE public.statement AS SELECT
    '{"curve": "gain 0..5%:50%, 5%..:25% max 10%; loss 0..5%:50%, 5%..:25%", "stop_loss": "gain 0..60000:0%, 60000..300000:75%, 300000..:0%",
      "adjust": "volume, risk", "risk_limit": 0.03, "discount": 0.01, "minimum_size": 5000, "gate": "linear 5000:3.9%, 60000:2%", "gate_by": "size",
      "cap_gain": "8%", "factor_gain": 0.98, "reopener": "10%", "split": "acute 45%, community 30%, gp remaining", "counterparty": "icb"}'::jsonb::settlement_terms AS terms,
    jsonb_build_object('benchmark', 25000000 + i, 'actual', 24011222.33 - 7 * i, 'volume', 10250, 'plan_volume', 10000, 'risk', 1.06, 'plan_risk', 1.05, 'size', 12000)::settlement_inputs AS inputs,
    '{"cases": [187654.32, 412000, 1000], "conditions": [{"name": "plan signed", "met": true}],
      "indicators": [{"name": "falls", "weight": 50, "score": 0.775, "scale": "linear 60%:0%, 85%:100%"}, {"name": "waits", "weight": 50, "score": 0.9}],
      "accounts": [{"party": "acute", "posted_before": 100000, "contested": 500.55, "overdue": 250000, "overdue_days": 75, "interest_rate": 0.1325}]}'::jsonb::settlement_detail AS detail
FROM generate_series(1, 2000) i;
VACUUM ANALYZE public.statement;
SQL
statements="SELECT s.* FROM statement, commissioning.settle(terms, inputs, detail) s"
steps="case,adjustment,difference,gate,band,quality,cap,settlement,party,posted,contested,interest"
found=$(psql -XAt -c "SELECT string_agg(c, ',' ORDER BY n) FROM unnest(string_to_array('$steps', ',')) WITH ORDINALITY u (c, n) WHERE 2000 <= (SELECT count(DISTINCT inputs) FROM statement, commissioning.settle(terms, inputs, detail) s WHERE line_code = c)")
is "$found" "$steps" 'every statement goes through all twelve steps'
lines=$(psql -XAt -c "SELECT count(*) / 2000 FROM ($statements) q")
t=$(cpu "$statements")
rate=$(awk -v t="$t" 'BEGIN { printf "%d", 2000 / t }')
diag "2,000 statements of $lines lines: $t CPU seconds, $rate statements per CPU second"
ok "$(awk -v r="$rate" -v l="$lines" 'BEGIN { print (r >= 2000 && l >= 15) ? 0 : 1 }')" 'at least 2,000 statements of at least 15 lines per CPU second, rows returned'
done_testing
