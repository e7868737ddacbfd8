# A logistic model of 20 columns: processor time against R's glm.fit with the data in R's memory already, one process against two, and
# how time grows with rows. R is skipped aloud where it is not installed. A bar missed by a factor of two fails; a smaller miss is printed.
source "$top/test/lib/tap.sh"
columns=$(seq -s, -f 'x%g' 20)
for rows in 10000 100000 1000000; do
	sql "CREATE TABLE fit_$rows AS SELECT (u < 1 / (1 + exp(-(-2 + 0.3 * x1 - 0.2 * x2 + 0.1 * x3))))::integer AS y, $columns
	     FROM (SELECT (hashint8extended(i, 99) & 1048575)::float8 / 1048576 AS u$(for i in $(seq 20); do printf ', (hashint8extended(i, %s) & 1048575)::float8 / 524288 - 1 AS x%s' "$i" "$i"; done) FROM generate_series(1, $rows) i) d" "VACUUM ANALYZE fit_$rows"
done
features="'{$columns}'"
# seconds on a processor of one backend, and by the clock
timed() { # TABLE SETTINGS
	sql "SET jit = off; $2" "DO \$\$
	DECLARE
		cpu numeric := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric;
		clock timestamptz := clock_timestamp();
	BEGIN
		PERFORM commissioning.risk_fit_document('$1', 'y', $features);
		PERFORM set_config('bench.cpu', round((split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric - cpu) / 1e9, 3)::text, false);
		PERFORM set_config('bench.wall', round(extract(epoch FROM clock_timestamp() - clock)::numeric, 3)::text, false);
	END \$\$" "SELECT current_setting('bench.cpu') || ' ' || current_setting('bench.wall')" | tail -n 1
}
serial='SET max_parallel_workers_per_gather = 0'
timed fit_1000000 "$serial" >/dev/null
for rows in 10000 100000 1000000; do
	read -r cpu wall <<<"$(timed "fit_$rows" "$serial")"
	echo "# $rows rows x 20: $cpu s of processor, $wall s by the clock, $(awk "BEGIN {printf \"%.2f\", 1e6 * $cpu / $rows}") microseconds a row"
	eval "cpu_$rows=$cpu wall_$rows=$wall"
done
ok "$(awk "BEGIN {print ($cpu_1000000 <= 1.5 * 10 * $cpu_100000) ? 0 : 1}")" 'time grows as the rows do'
read -r cpu_two wall_two <<<"$(timed fit_1000000 'SET max_parallel_workers_per_gather = 1; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0')"
ratio=$(awk "BEGIN {printf \"%.2f\", $wall_1000000 / $wall_two}")
echo "# two processes: $wall_two s by the clock, $ratio times as fast as one, bar 1.6 $(awk "BEGIN {print ($ratio >= 1.6) ? \"met\" : \"MISSED\"}")"
ok "$(awk "BEGIN {print ($ratio >= 0.8) ? 0 : 1}")" "two processes: $ratio times as fast as one (bar 1.6)"
if command -v Rscript >/dev/null; then
	psql -Xq -c "\\copy (SELECT y, $columns FROM fit_1000000) TO '$work/fit.csv' (FORMAT csv)"
	psql -XAtq -F, -c "SELECT term, coefficient FROM commissioning.risk_fit('fit_1000000', 'y', $features)" >"$work/fit_ours.csv"
	cat >"$work/fit.R" <<-R
		d <- as.matrix(read.csv("$work/fit.csv", header = FALSE)); y <- d[, 1]; X <- cbind(1, d[, -1])
		t <- system.time(f <- glm.fit(X, y, family = binomial(), control = glm.control(epsilon = 1e-10)))
		ours <- read.csv("$work/fit_ours.csv", header = FALSE)\$V2
		cat(t[1] + t[2], max(abs(f\$coefficients - ours) / abs(ours)), "\n")
	R
	read -r r_cpu r_off <<<"$(Rscript "$work/fit.R")"
	ratio=$(awk "BEGIN {printf \"%.2f\", $cpu_1000000 / $r_cpu}")
	echo "# R glm.fit: $r_cpu s of processor; ours $cpu_1000000 s: ratio $ratio, bar below 1 $(awk "BEGIN {print ($ratio < 1) ? \"met\" : \"MISSED\"}"); coefficients differ by $r_off at most"
	ok "$(awk "BEGIN {print ($ratio < 2) ? 0 : 1}")" "processor time against R: ratio $ratio (bar 1)"
	ok "$(awk "BEGIN {print ($r_off < 1e-9) ? 0 : 1}")" 'coefficients as R has them to nine digits'
else
	skip 'processor time against R' 'R (Debian r-base-core) is not installed'
	skip 'coefficients as R has them to nine digits' 'R (Debian r-base-core) is not installed'
fi
done_testing
