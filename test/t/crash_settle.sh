# Settlement of all contracts, cut in the middle: the backend killed, the session cancelled. What was committed stands and balances, what was
# not is not there at all, and a repeat completes it without posting anything twice.
source "$top/test/lib/tap.sh"
source "$top/test/lib/machine.sh"
pg_bin=$("$PG_CONFIG" --bindir)
trap 'stop_cluster "$work/crash_settle"' EXIT
start_cluster "$work/crash_settle" 'fsync = on' 'full_page_writes = on' 'shared_buffers = 128MB' 'restart_after_crash = on'
export PGDATABASE=postgres
sql 'CREATE EXTENSION commissioning CASCADE' "SELECT commissioning.create_warehouse('icb', 'settlement', 1)" >/dev/null 2>&1
contracts=1000
# every tenth contract needs sign-off, and waits; two parties and a counterparty: three lines each
sql "INSERT INTO icb.contract (contract_id, title, basis, valid) SELECT 'C' || g, 'Contract', 'risk_share', '[2024-04-01,2025-04-01)' FROM generate_series(1, $contracts) g" \
	"INSERT INTO icb.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, sign_off)
	 SELECT 'C' || g, 1, '[2024-04-01,2025-04-01)', 'x', 'both 0..:50%', 'acute 60%, community 40%', 'icb', 's', CASE WHEN g % 10 = 0 THEN 'four_eyes' ELSE 'none' END FROM generate_series(1, $contracts) g" \
	"SELECT icb.sign_terms(c.contract_id, 1, 'both') FROM icb.contract c" \
	"INSERT INTO icb.settlement_input (contract_id, period, benchmark, actual, source) SELECT 'C' || g, '[2024-04-01,2024-10-01)', 1000000, 1000000 - g * 3.33, 's' FROM generate_series(1, $contracts) g" >/dev/null

# begin_settle KIND: in the background, until some contracts are committed and others are not; sets runner (psql) and backend
begin_settle() {
	local i
	psql -Xq -c "CALL icb.settle_contracts('$1')" >"$work/runner.log" 2>&1 &
	runner=$!
	for i in $(seq 1000); do
		backend=$(sql "SELECT r.backend_pid FROM icb.run r WHERE r.stage = 'settle' AND r.status = 'running' AND r.done_pct BETWEEN 15 AND 80 AND EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = r.backend_pid)" 2>/dev/null)
		[[ -n $backend ]] && return
		sleep 0.02
	done
	diag "$(tail -n 3 "$work/runner.log")"
}
server_up() { for _ in $(seq 200); do sql 'SELECT 1' >/dev/null 2>&1 && return; sleep 0.1; done; }
posted() { sql "SELECT count(*) FROM icb.settlement_run WHERE status = 'posted' AND kind = '$1'"; }
# balanced WHEN: everything that stands is whole
balanced() {
	is "$(sql 'SELECT count(*) FROM (SELECT run_id FROM icb.settlement_line GROUP BY run_id HAVING sum(amount) <> 0) x')" 0 "$1: every run balances"
	is "$(sql "SELECT count(*) FROM icb.settlement_run r WHERE (r.status = 'posted') <> EXISTS (SELECT FROM icb.settlement_line l WHERE l.run_id = r.run_id) AND r.kind = 'interim'")" 0 "$1: posted runs have lines, others have none"
	is "$(sql 'SELECT count(*) FROM icb.settlement_run r WHERE NOT EXISTS (SELECT FROM icb.settlement_step s WHERE s.run_id = r.run_id)')" 0 "$1: every run has its statement"
	is "$(sql 'SELECT count(*) FROM icb.settlement_check')" 0 "$1: what is posted is what the runs say"
	is "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 "$1: no lock is left"
}

begin_settle interim
kill -9 "$backend"
wait "$runner" || true
server_up
is "$(sql "SELECT status FROM icb_reporting.run_log WHERE stage = 'settle' ORDER BY run_id DESC LIMIT 1")" interrupted 'killed: the log says so'
some=$(posted interim)
ok $((some < 1 || some >= contracts * 9 / 10)) "killed: what was committed stands, the rest is not there ($some of $((contracts * 9 / 10)))"
balanced killed
lives "CALL icb.settle_contracts('interim')" 'killed: a repeat completes it'
is "$(posted interim) $(sql "SELECT count(*) FROM icb.settlement_run WHERE status = 'prepared'") $(sql 'SELECT count(*) FROM icb.settlement_line')" "$((contracts * 9 / 10)) $((contracts / 10)) $((contracts * 27 / 10))" \
	'killed: each contract once, posted or prepared'
# 50 % of g x 3.33, over those that are not a tenth one
is "$(sql "SELECT sum(amount) FROM icb.settlement_line WHERE role = 'counterparty'")" "$(sql "SELECT - sum(round(g * 3.33 / 2, 2)) FROM generate_series(1, $contracts) g WHERE g % 10 <> 0")" 'killed: to the penny'
balanced 'completed'
is "$(sql "CALL icb.settle_contracts('interim')" "SELECT status || ' ' || rows_out FROM icb.run ORDER BY run_id DESC LIMIT 1" 2>/dev/null)" 'unchanged 0' 'killed: a third time posts nothing'

# other results, and the session is cancelled
sql 'UPDATE icb.settlement_input SET actual = 1000000 + actual - 990000' >/dev/null
begin_settle freeze
started=$(date +%s%N)
sql "SELECT pg_cancel_backend($backend)" >/dev/null
while kill -0 "$runner" 2>/dev/null; do sleep 0.02; done
took=$((($(date +%s%N) - started) / 1000000))
ok $((took > 1000)) "cancelled: ends within a second ($took ms)"
some=$(posted freeze)
ok $((some < 1 || some >= contracts * 9 / 10)) "cancelled: what was committed stands ($some)"
balanced cancelled
lives "CALL icb.settle_contracts('freeze')" 'cancelled: a repeat completes it'
is "$(posted freeze)" "$((contracts * 9 / 10))" 'cancelled: each contract once'
is "$(sql "SELECT sum(amount) FROM icb.settlement_line WHERE role = 'counterparty'")" "$(sql "SELECT - sum(CASE WHEN 10000 - g * 3.33 > 0 THEN -1 ELSE 1 END * round(abs(10000 - g * 3.33) / 2, 2)) FROM generate_series(1, $contracts) g WHERE g % 10 <> 0")" 'cancelled: to the penny'
balanced 'completed again'
done_testing
