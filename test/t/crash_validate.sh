# Validation itself, cut in the middle: the backend killed, the session cancelled. What was committed stands, nothing is lost, nothing is
# found twice; a cancelled run ends within a second; what the backend needs is bounded by work_mem.
source "$top/test/lib/tap.sh"
source "$top/test/lib/machine.sh"
source "$top/test/lib/made_lines.sh"
pg_bin=$("$PG_CONFIG" --bindir)
trap 'stop_cluster "$work/crash_validate"' EXIT
start_cluster "$work/crash_validate" 'fsync = on' 'full_page_writes = on' 'shared_buffers = 128MB' 'restart_after_crash = on' 'work_mem = 4MB'
export PGDATABASE=postgres
sql 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null
make_lines icb 60000 >/dev/null 2>&1
sql 'CALL icb.match()' 'SELECT icb.compile_rules()' >/dev/null 2>&1

# begin_validate: in the background, until some partitions are committed and others are not; sets runner (psql) and backend
begin_validate() {
	local i
	psql -Xq -c 'CALL icb.validate()' >"$work/runner.log" 2>&1 &
	runner=$!
	for i in $(seq 400); do
		backend=$(sql "SELECT r.backend_pid FROM icb.run r WHERE r.stage = 'validate' AND r.status = 'running' AND r.done_pct BETWEEN 20 AND 70 AND EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = r.backend_pid)" 2>/dev/null)
		[[ -n $backend ]] && return
		sleep 0.02
	done
	diag "$(tail -n 3 "$work/runner.log")"
}
server_up() { for _ in $(seq 200); do sql 'SELECT 1' >/dev/null 2>&1 && return; sleep 0.1; done; }
digest() { sql "SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', finding_ref, content, expected_total), ',' ORDER BY finding_ref)) FROM icb.finding WHERE closed_run IS NULL"; }
live() { sql "SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', finding_ref, content, expected_total), ',' ORDER BY finding_ref)) FROM icb.finding_live"; }
# a run that nothing cuts: what a provider never sends is known from then on, to the live view too
sql 'CALL icb.validate()' 2>/dev/null
expected=$(digest)
like "$expected" '^[1-9][0-9]{3}' 'lines with faults'
is "$(live)" "$expected" 'the live view shows the same'
sql 'TRUNCATE icb.finding'

begin_validate
kill -9 "$backend"
wait "$runner" || true
server_up
is "$(sql "SELECT status FROM icb_reporting.run_log WHERE stage = 'validate' ORDER BY run_id DESC LIMIT 1")" interrupted 'killed: the log says so'
is "$(sql "SELECT count(*) > 0 AND count(*) < $(cut -d' ' -f1 <<<"$expected") FROM icb.finding")" t 'killed: the partitions that were committed stand, the others wait'
is "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 'killed: the lock is free'
lives 'CALL icb.validate()' 'killed: the next run takes it up'
is "$(digest)" "$expected" 'killed: and finds all, each once'
is "$(sql 'SELECT count(*) FROM icb.finding WHERE closed_run IS NOT NULL')" 0 'killed: nothing that stood was closed'
is "$(sql "SELECT count(*) FROM pg_class WHERE relnamespace = 'icb_identity'::regnamespace AND relname LIKE 'stage%'")" 0 'killed: no work table is left'
is "$(sql 'CALL icb.validate()' "SELECT status FROM icb.run ORDER BY run_id DESC LIMIT 1" 2>/dev/null)" unchanged 'killed: a repeat adds nothing'

sql 'TRUNCATE icb.finding'
begin_validate
started=$(date +%s%N)
sql "SELECT pg_cancel_backend($backend)" >/dev/null
while kill -0 "$runner" 2>/dev/null; do sleep 0.02; done
took=$((($(date +%s%N) - started) / 1000000))
ok $((took > 1000)) "cancelled: ends within a second ($took ms)"
lives 'CALL icb.validate()' 'cancelled: the next run takes it up'
is "$(digest)" "$expected" 'cancelled: and finds all, each once'

# what the backend has of its own, at its most, with work_mem at 4 MB: many times the lines would need many times that if it held them
psql -Xq -c 'CALL icb.validate()' >/dev/null 2>&1 &
runner=$!
most=0
while kill -0 "$runner" 2>/dev/null; do
	backend=$(sql "SELECT r.backend_pid FROM icb.run r WHERE r.status = 'running' AND r.stage = 'validate'" 2>/dev/null)
	own=$(awk '/^RssAnon/ { print $2 }' "/proc/${backend:-0}/status" 2>/dev/null || true)
	[[ ${own:-0} -gt $most ]] && most=$own
	sleep 0.05
done
diag "a run over 60,000 lines with work_mem = 4 MB: at most $((most / 1024)) MB of memory of its own"
ok $((most == 0 || most > 200 * 1024)) 'memory stays bounded'
done_testing
