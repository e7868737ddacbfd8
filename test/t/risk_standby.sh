# A model is fitted on a standby, where nothing can be written, to the same numbers as on the primary (but for the order in which parallel workers add); a fit that is cancelled ends within a second.
source "$top/test/lib/tap.sh"
source "$top/test/lib/machine.sh"
pg_bin=$("$PG_CONFIG" --bindir)
trap 'stop_cluster "$work/standby" || true; stop_cluster "$work/primary"' EXIT
start_cluster "$work/primary"
export PGDATABASE=postgres
sql 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null
sql "CREATE TABLE row AS SELECT i, (hashint4(i) & 1023) / 1024.0 AS a, (hashint4(i * 7) & 1023) / 1024.0 AS b,
            ((hashint4(i * 13) & 1023) / 1024.0 < 0.2 + 0.5 * ((hashint4(i) & 1023) / 1024.0))::integer AS y
     FROM generate_series(1, 400000) g (i)" 'ANALYZE row' 'CHECKPOINT' >/dev/null
fit="SELECT term, round(coefficient::numeric, 12), round(std_error::numeric, 12) FROM commissioning.risk_fit('row', 'y', '{a,b}')"
primary=$(sql "$fit")
is "$(sql "SELECT count(*) FROM commissioning.risk_fit('row', 'y', '{a,b}')")" 3 'fitted on the primary'

mkdir -p "$work/standby"
[[ $(id -u) == 0 ]] && chown postgres "$work/standby"
as_server "$pg_bin/pg_basebackup" -h "$work/primary" -U postgres -D "$work/standby/data" -R -X stream >"$work/basebackup.log" 2>&1 || diag "$(cat "$work/basebackup.log")"
echo "unix_socket_directories = '$work/standby'" | as_server tee -a "$work/standby/data/postgresql.conf" >/dev/null
as_server "$pg_bin/pg_ctl" -D "$work/standby/data" -l "$work/standby/log" -w start >/dev/null || diag "$(tail "$work/standby/log")"
is "$(PGHOST=$work/standby sql 'SELECT pg_is_in_recovery()')" t 'a standby'
is "$(PGHOST=$work/standby sql "$fit")" "$primary" 'gives the same coefficients and standard errors'

# eighty inputs in one process: seconds of work, so that it is there to be cancelled
many="SELECT count(*) FROM commissioning.risk_fit('wide', 'y', (SELECT array_agg('x' || j) FROM generate_series(1, 80) j))"
sql "CREATE TABLE wide AS SELECT y, $(for j in $(seq 80); do printf '(hashint4(i * 31 + %d) & 1023) / 1024.0::float8 AS x%d, ' "$j" "$j"; done) i FROM row" >/dev/null
PGOPTIONS="-c max_parallel_workers_per_gather=0" psql -Xq -c "/* the fit */ $many" >"$work/fit.log" 2>&1 &
runner=$!
for _ in $(seq 100); do
	backend=$(sql "SELECT pid FROM pg_stat_activity WHERE query LIKE '/* the fit */%' AND state = 'active'")
	[[ -n $backend ]] && break
	sleep 0.05
done
sleep 0.2
started=$(date +%s%N)
sql "SELECT pg_cancel_backend($backend)" >/dev/null
wait "$runner" || true
ok $((($(date +%s%N) - started) / 1000000 > 1000)) 'a cancelled fit ends within a second'
like "$(cat "$work/fit.log")" 'canceling statement due to user request' 'and says so'
done_testing
