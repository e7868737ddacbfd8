#!/usr/bin/env bash
# 500 contracts x 10,000 draws of terms with gate, two sides, quality, factor and caps: CPU seconds of one core, best of three.
set -euo pipefail
source "$top/test/lib/tap.sh"
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE contract AS
SELECT i AS contract_id,
       jsonb_build_object('curve', 'gain 0..5%:50%, 5%..10%:35%, 10%..:15% max 10%; loss 0..5%:30%, 5%..:20% max 4%', 'gate_by', 'size',
                          'gate', 'linear 5000:3.9%, 6000:3.6%, 7000:3.4%, 8000:3.2%, 9000:3.1%, 10000:3%, 15000:2.7%, 20000:2.5%, 50000:2.2%, 60000:2%',
                          'quality', 'linear 50%:0%, 90%:100%', 'loss_rate', 'linear 1/3:75%, 80%:40%', 'factor_gain', 0.98, 'cap_loss', '8% of revenue',
                          'split', 'acute 50%, community 30%, gp remaining')::commissioning.settlement_terms AS terms,
       jsonb_build_object('benchmark', 50000000 + 100000 * i, 'actual', 49500000 + 100000 * i, 'size', 6000 + 80 * i, 'revenue', 20000000)::commissioning.settlement_inputs AS inputs,
       jsonb_build_object('cv', 2, 'distribution', 'lognormal', 'size_sd', 200, 'score_mean', 0.8, 'score_sd', 0.1)::commissioning.settlement_uncertainty AS uncertainty
FROM generate_series(1, 500) i;
VACUUM ANALYZE contract;
SQL

# cpu QUERY: user and system seconds of one execution, by the server's own statistics; the best of three.
cpu() {
	PGOPTIONS='-c log_executor_stats=on -c client_min_messages=log -c max_parallel_workers_per_gather=0 -c jit=off' \
		psql -XAtq -c "$1" -c "$1" -c "$1" 2>&1 | sed -n 's/.*\t\([0-9.]*\) s user, \([0-9.]*\) s system, \([0-9.]*\) s elapsed.*/\1 \2/p' |
		awk '{ t = $1 + $2; if (!n++ || t < best) best = t } END { printf "%.3f", best }'
}
query="SELECT count(*), avg((s).p50) FROM (SELECT commissioning.simulate_settlement(terms, inputs, uncertainty, 10000, contract_id) AS s FROM contract OFFSET 0) x"
diag "$query"
diag "$(psql -XAt -c "$query")"
seconds=$(cpu "$query")
diag "500 contracts x 10,000 draws: $seconds CPU seconds, $(awk -v s="$seconds" 'BEGIN { printf "%.0f", s / 5e6 * 1e9 }') ns a draw"
ok "$(awk -v s="$seconds" 'BEGIN { print (s < 2) ? 0 : 1 }')" '500 contracts x 10,000 draws take less than 2 CPU seconds'
# where a gate stops most draws little is left to compute: the same with every draw past it
open=$(cpu "SELECT count(*), avg((s).p50) FROM (SELECT commissioning.simulate_settlement(jsonb_populate_record(terms, '{\"gate\": null, \"gate_by\": \"none\"}'), inputs, uncertainty, 10000, contract_id) AS s FROM contract OFFSET 0) x")
diag "the same without the gate, so that every draw is shared: $open CPU seconds"
ok "$(awk -v s="$open" 'BEGIN { print (s < 2) ? 0 : 1 }')" 'and so does every draw that is shared'
certain=$(cpu "SELECT avg((s).p50) FROM (SELECT commissioning.simulate_settlement(terms, inputs, jsonb_build_object('actual_sd', 2000000, 'score_mean', 0.8)::commissioning.settlement_uncertainty, 10000, contract_id) AS s FROM contract OFFSET 0) x")
diag "the same with an uncertain actual alone, normal: $certain CPU seconds"
parties=$(cpu "SELECT count(*) FROM contract, commissioning.simulated_parties(terms, inputs, uncertainty, 10000, contract_id)")
diag "the same divided over three parties with quantiles of each: $parties CPU seconds"
done_testing
