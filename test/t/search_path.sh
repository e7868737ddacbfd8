# Everything with an empty search_path: deployment, loading, all stages, every view, the explanations. What runs here
# neither depends on the settings of the caller nor can be diverted by objects in a schema of his.
source "$top/test/lib/tap.sh"
db=$PGDATABASE
psql -Xq -c "ALTER DATABASE $db SET search_path = ''" -c "ALTER DATABASE $db SET track_functions = 'pl'"
is "$(sql 'SHOW search_path')" '""' 'the search path is empty'
# Bait: were a name looked up in public, these would be found.
sql 'CREATE TABLE public.run (run_id text)' "CREATE FUNCTION public.round(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT 1/0.0'" \
	"CREATE FUNCTION public.coalesce_bait() RETURNS text LANGUAGE sql AS 'SELECT 1::text'"
for purpose in invoice_validation risk_stratification settlement; do
	lives "SELECT commissioning.create_warehouse('${purpose%%_*}', '$purpose', 2)" "create_warehouse for $purpose"
done
lives "UPDATE settlement.meta SET value = 'older' WHERE key = 'source_hash'; SELECT commissioning.upgrade_warehouse('settlement')" 'upgrade_warehouse'
lives "SELECT commissioning.create_roles('settlement')" 'create_roles'

# The county is made in a database of its own, with a path of its own.
psql -Xq -d postgres -c "DROP DATABASE IF EXISTS ${db}_county" -c "CREATE DATABASE ${db}_county" 2>/dev/null
PGDATABASE=${db}_county bash "$top/test/generator/run.sh" S 1 "$work/search_path_county" >"$work/county.log" 2>&1
ok $? 'a county'
psql -Xq -d postgres -c "DROP DATABASE ${db}_county"
loads=0
while read -r feed file _; do
	for w in invoice risk; do
		[[ $w == risk && $feed != sus_* && $feed != registrations* ]] && continue
		commissioning-load -w $w --feed "$feed" "$work/search_path_county/$file" >"$work/load.log" 2>&1 || { loads=1; diag "$w $feed: $(tail -n 3 "$work/load.log")"; }
	done
done <"$work/search_path_county/load_order.txt"
rm -rf "$work/search_path_county"
ok $loads 'files landed'
for w in invoice risk settlement; do
	out=$(psql -Xq -v ON_ERROR_STOP=1 -c "CALL $w.run_pipeline()" 2>&1); ok $? "$w: the whole pipeline"
	grep -q ERROR <<<"$out" && diag "$(grep -A3 ERROR <<<"$out" | head -n 5)"
done
is "$(sql "SELECT string_agg(stage || ' ' || status, ', ' ORDER BY run_id) FROM invoice.run")" 'pipeline done, load done, match done, price done, validate done, challenge unchanged' 'its stages'
like "$(sql 'SELECT count(*) FROM invoice.finding')" '^[1-9]' 'it found something'
like "$(sql 'SELECT count(*) FROM risk_reporting.risk_register')" '^[1-9]' 'it scored somebody'

out=$(psql -Xq -v ON_ERROR_STOP=1 -c 'CALL invoice.run_pipeline()' 2>&1); ok $? 'invoice: the pipeline again'
is "$(sql "SELECT string_agg(DISTINCT status, ', ') FROM invoice.run WHERE run_id >= (SELECT max(run_id) FROM invoice.run WHERE stage = 'pipeline')")" 'unchanged' 'changes nothing'

# Every view, to the last column.
while read -r view; do
	lives "SELECT count(v::text) FROM $view v" "view $view"
done < <(sql "SELECT c.oid::regclass FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace::regnamespace::text ~ '^(invoice|risk|settlement)(_reporting|_identity)?$' ORDER BY 1")

# Functions for people.
ref=$(sql 'SELECT f.finding_ref FROM invoice_reporting.finding f ORDER BY f.finding_ref LIMIT 1')
like "$(sql "SELECT count(*) FROM invoice.explain_finding('$ref')")" '^[1-9]' 'explain_finding'
like "$(sql "SELECT count(*) FROM invoice.explain_price((SELECT f.line_key FROM invoice.finding f WHERE f.rule_code = 'PRC01' LIMIT 1))")" '^[1-9]' 'explain_price'
like "$(sql "SELECT count(*) FROM risk.explain_risk((SELECT r.person_id FROM risk_reporting.risk_register r WHERE r.score > 0 LIMIT 1), 'charlson_quan2005_original')")" '^[1-9]' 'explain_risk'
like "$(sql 'SELECT count(*) FROM commissioning.help()')" '^[1-9]' 'help'
is "$(sql "SELECT count(*) FROM commissioning.warehouse_changes('invoice')")" 0 'warehouse_changes'

# What of the warehouse's PL/pgSQL did not run here is told.
sql 'SELECT pg_stat_force_next_flush()' >/dev/null
idle=$(sql "
	SELECT string_agg(DISTINCT p.proname, ', ' ORDER BY p.proname) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
	WHERE l.lanname = 'plpgsql' AND p.pronamespace::regnamespace::text = ANY ('{invoice,risk,settlement}')
	  AND NOT EXISTS (SELECT FROM pg_stat_user_functions s WHERE s.funcname = p.proname AND s.schemaname = ANY ('{invoice,risk,settlement}'))")
diag "routines that did not run here: $idle"
for w in invoice risk settlement; do lives "SELECT commissioning.detach_warehouse('$w')" "$w: detach_warehouse"; done
lives 'DROP EXTENSION commissioning' 'and the extension is gone'
for role in reader analyst validator operator admin; do psql -Xq -c "DROP OWNED BY settlement_$role" -c "DROP ROLE settlement_$role"; done
done_testing
