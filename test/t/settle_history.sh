# Random histories of settlements in any order (changed results, new terms, parties that leave, payments on account, disputes, VAT that
# changes), beside a second bookkeeper in another language, who works out every penny in fractions.
source "$top/test/lib/tap.sh"
seed=${HISTORY_SEED:-2024}
count=${HISTORY_COUNT:-10000}
export PGOPTIONS='-c client_min_messages=warning'
python=$(command -v python3) || { skip 'random histories' 'python3 is not there'; done_testing; exit; }
oracle() { "$python" "$top/test/oracle/settle_history.py" "$@"; }
sql "SELECT commissioning.create_warehouse('hist', 'settlement', 1)" >/dev/null
psql -Xq -v ON_ERROR_STOP=1 -f "$top/test/lib/settle_history.sql" >/dev/null
oracle make "$seed" "$count" >"$work/histories.tsv"
ok $? 'histories are made'
psql -Xq -v ON_ERROR_STOP=1 -c "\\copy drive.step FROM '$work/histories.tsv' WITH (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01')"
sql "INSERT INTO hist.contract (contract_id, title, basis, valid) SELECT 'H' || h, 'Random', 'risk_share', '[2024-04-01,2025-04-01)' FROM generate_series(1, $count) h"
start=$(date +%s)
# two at a time; contracts have nothing to do with each other
psql -Xq -v ON_ERROR_STOP=1 -c "CALL drive.run(1, $((count / 2)))" >"$work/drive1.log" 2>&1 &
first=$!
psql -Xq -v ON_ERROR_STOP=1 -c "CALL drive.run($((count / 2 + 1)), $count)" >"$work/drive2.log" 2>&1
second=$?
wait "$first"
ok $(($? + second)) "$count histories are driven, seed $seed"
diag "$(cat "$work/drive1.log" "$work/drive2.log")"
diag "$(($(date +%s) - start)) s; $(sql "SELECT count(*) FROM hist.settlement_run") runs, $(sql "SELECT count(*) FROM hist.settlement_line") lines"
sql "SET datestyle = 'ISO'" "\\copy (SELECT o.history, o.step, o.state, coalesce(l.party, ''), coalesce(l.vat_treatment, ''), coalesce(l.cumulative_amount, 0), coalesce(l.posted_before, 0), coalesce(l.amount, 0) FROM drive.outcome o LEFT JOIN hist.settlement_line l ON l.run_id = ANY (o.runs)) TO '$work/results.tsv'"
sql "\\copy (SELECT substr(b.contract_id, 2), b.party, b.vat_treatment, b.posted, b.held, b.paid, b.due FROM hist.account_balance b) TO '$work/balances.tsv'"
is "$(oracle check "$work/histories.tsv" "$work/results.tsv" "$work/balances.tsv" 2>"$work/tally")" '' \
	'both books say the same: every line, every refusal, every balance; runs sum to 0; the order of runs does not change where it ends'
diag "$(fold -sw 160 "$work/tally")"
is "$(sql 'SELECT count(*) FROM hist.settlement_check')" 0 'what is posted is what the latest settlement says, in every account'
is "$(sql 'SELECT count(*) FROM (SELECT run_id FROM hist.settlement_line GROUP BY run_id, vat_treatment HAVING sum(amount) <> 0) x')" 0 'every run balances'
is "$(sql 'SELECT count(*) FROM (SELECT contract_id, follows FROM hist.settlement_run WHERE status = $$posted$$ AND kind IN ($$interim$$, $$flex$$, $$freeze$$, $$final$$, $$restated$$) GROUP BY 1, 2 HAVING count(*) > 1) x')" 0 \
	'each settlement has one successor'
is "$(sql "SELECT string_agg(k, ',' ORDER BY k) FROM unnest('{interim,flex,freeze,final,restated,illustrative,on_account,upheld}'::text[]) k WHERE NOT EXISTS (SELECT FROM hist.settlement_run r WHERE r.kind = k)")" '' 'every kind of run was made'
is "$(sql "SELECT count(*) > $count / 100 FROM hist.settlement_line WHERE role = 'former'")" t 'parties left'
done_testing
