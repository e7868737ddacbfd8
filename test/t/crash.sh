# A run that dies: the server killed under it, stopped at once, the session cancelled or terminated. Nothing committed is lost,
# nothing is counted twice, the lock is free, and the pipeline continues with the stage that was cut.
source "$top/test/lib/tap.sh"
source "$top/test/lib/machine.sh"
pg_bin=$("$PG_CONFIG" --bindir)
trap 'stop_cluster "$work/crash"' EXIT
start_cluster "$work/crash" 'fsync = on' 'full_page_writes = on' 'shared_buffers = 32MB' 'max_wal_size = 256MB' 'restart_after_crash = on'
export PGDATABASE=postgres
sql 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null
sql "SELECT commissioning.create_warehouse('icb', 'invoice_validation', 2)" "
	-- the stages stand for long ones: twenty steps, each committed, each repeatable
	CREATE TABLE icb.step_done (stage text, step integer, entered integer NOT NULL DEFAULT 1, PRIMARY KEY (stage, step));
	CREATE PROCEDURE icb.long_stage(stage text) LANGUAGE plpgsql AS \$\$
	DECLARE id bigint;
	BEGIN
		id := icb.start_run(stage); COMMIT;
		FOR i IN 1 .. 20 LOOP
			INSERT INTO icb.step_done AS d (stage, step) VALUES (stage, i) ON CONFLICT DO NOTHING;
			PERFORM icb.report_progress(id, i * 5);
			COMMIT;
			PERFORM pg_sleep(CASE stage WHEN 'price' THEN 0.1 ELSE 0 END);
		END LOOP;
		PERFORM icb.finish_run(id, 20, 20); COMMIT;
	END \$\$;
	DO \$\$
	DECLARE p regprocedure; s text;
	BEGIN
		FOREACH s IN ARRAY '{load,match,price,validate}'::text[] LOOP
			FOR p IN SELECT q.oid FROM pg_proc q WHERE q.pronamespace = 'icb'::regnamespace AND q.proname = s AND q.prokind = 'p' LOOP
				EXECUTE 'DROP PROCEDURE ' || p;
			END LOOP;
			EXECUTE format('CREATE PROCEDURE icb.%I(%s) LANGUAGE plpgsql AS \$p\$ BEGIN CALL icb.long_stage(%L); END \$p\$',
				s, CASE WHEN s <> 'load' THEN 'everything boolean' END, s);
		END LOOP;
	END \$\$" >/dev/null

# begin_run: start a pipeline in the background and wait until the slow stage is under way; sets runner (psql) and backend.
begin_run() {
	psql -Xq -c 'CALL icb.run_pipeline()' >"$work/runner.log" 2>&1 &
	runner=$!
	local i
	for i in $(seq 100); do
		backend=$(sql "SELECT r.backend_pid FROM icb.run r WHERE r.stage = 'price' AND r.status = 'running' AND r.done_pct >= 20 AND EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = r.backend_pid)")
		[[ -n $backend ]] && return
		sleep 0.1
	done
	diag "$(cat "$work/runner.log")"
}
server_up() { for _ in $(seq 100); do sql 'SELECT 1' >/dev/null 2>&1 && return; sleep 0.1; done; }
# after HOW: what must hold after a run was cut, and that the next one completes it
after() {
	wait "$runner" && diag 'the run was not cut' || true
	is "$(sql "SELECT string_agg(stage || ' ' || status, ', ' ORDER BY run_id) FROM icb_reporting.run_log WHERE run_id >= (SELECT max(run_id) FROM icb.run WHERE stage = 'pipeline')")" \
		'pipeline interrupted, load done, match done, price interrupted' "$1: the log shows which stage was cut"
	like "$(sql "SELECT count(*) FROM icb.step_done WHERE stage = 'price'")" '^([4-9]|1[0-9])$' "$1: its committed steps are there"
	is "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 "$1: the lock is free"
	like "$(psql -Xq -c 'CALL icb.run_pipeline()' 2>&1)" 'continuing run [0-9]+, which had done: load, match' "$1: the next run continues there"
	is "$(sql "SELECT string_agg(stage || ' ' || status, ', ' ORDER BY run_id) FROM icb.run WHERE run_id >= (SELECT max(run_id) FROM icb.run WHERE stage = 'pipeline')")" \
		'pipeline done, price done, validate done, challenge unchanged' "$1: with the stage that was cut"
	is "$(sql "SELECT stage, count(*), sum(entered) FROM icb.step_done GROUP BY stage ORDER BY stage")" $'load|20|20\nmatch|20|20\nprice|20|20\nvalidate|20|20' "$1: every step once"
	is "$(sql "SELECT count(*) FROM icb.run WHERE status = 'running'")" 0 "$1: no run is left open"
	sql 'TRUNCATE icb.step_done, icb.run'
}

begin_run
kill -9 "$backend"
server_up
after 'backend killed'

begin_run
kill -9 "$(head -n 1 "$work/crash/data/postmaster.pid")"
for _ in $(seq 100); do kill -0 "$backend" 2>/dev/null || break; sleep 0.1; done
as_server "$pg_bin/pg_ctl" -D "$work/crash/data" -l "$work/crash/log" -w start >/dev/null 2>&1
after 'server killed'

begin_run
as_server "$pg_bin/pg_ctl" -D "$work/crash/data" -m immediate -w stop >/dev/null
as_server "$pg_bin/pg_ctl" -D "$work/crash/data" -l "$work/crash/log" -w start >/dev/null
after 'immediate stop'

begin_run
started=$(date +%s%N)
sql "SELECT pg_cancel_backend($backend)" >/dev/null
while kill -0 "$runner" 2>/dev/null; do sleep 0.02; done
ok $((($(date +%s%N) - started) / 1000000 > 1000)) 'a cancelled run ends within a second'
after 'cancelled'

begin_run
sql "SELECT pg_terminate_backend($backend)" >/dev/null
after 'session terminated'

# Two at once: the second waits for the first and then finds nothing left of it to redo.
psql -Xq -c 'CALL icb.run_pipeline()' >"$work/one.log" 2>&1 & one=$!
sleep 0.5
psql -Xq -c 'CALL icb.run_pipeline()' >"$work/two.log" 2>&1 & two=$!
wait $one; ok $? 'two pipelines at once: the first completes'
wait $two; ok $? 'two pipelines at once: so does the second'
like "$(cat "$work/one.log" "$work/two.log")" 'waiting for session [0-9]+ to finish its run' 'the second said that it waits'
is "$(sql "SELECT count(*) FROM icb.run a JOIN icb.run b ON a.run_id < b.run_id AND a.parent_run_id <> b.parent_run_id AND a.finished_at > b.started_at")" 0 'their stages never overlap'
is "$(sql "SELECT string_agg(status, ',') FROM icb.run WHERE stage = 'pipeline'")" 'done,done' 'both are done'
done_testing
