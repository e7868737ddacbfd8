# No NHS number of the county's people in any table, view or text function of the warehouse outside its identity schema, in any
# message, or in the server's log.
source "$top/test/lib/tap.sh"
dir=$work/identifiers
numbers=$work/identifiers.numbers
bash "$top/demo/county.sh" "$dir" >"$work/identifiers.log" 2>&1
# the masked form of any number is ten nines
cat "$dir"/*.csv | grep -ohE '\b999[ -]?[0-9]{3}[ -]?[0-9]{4}\b' | tr -d ' -' | grep -v '^9999999999$' | sort -u >"$numbers"
is "$(($(wc -l <"$numbers") > 3000))" 1 'the files hold the numbers of thousands of people'

# holds FILE: how many of the numbers stand in it, written with or without blanks and hyphens
holds() {
	grep -oE '[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}' "$1" | tr -d ' -' | sort -u | comm -12 - "$numbers" | wc -l
}

log=$PGHOST/log
before=$(wc -c <"$log")
sql "SELECT commissioning.create_warehouse('icb', 'invoice_validation')" >/dev/null
said=$work/identifiers.said
while read -r feed file day; do
	commissioning-load -w icb --feed "$feed" ${day:+--received-on "$day"} "$dir/$file"
done <"$dir/load_order.txt" >"$said" 2>&1
psql -Xq -v ON_ERROR_STOP=1 -c 'CALL icb.load()' -c 'CALL icb.match()' -c 'CALL icb.price()' -c 'CALL icb.validate()' >>"$said" 2>&1
ok "$?" 'the county is loaded and validated'
is "$(sql 'SELECT count(*) > 0 FROM icb.reject')" t 'rows were refused, so there was something to quote'
is "$(holds "$said")" 0 'no number in what loader and stages said'
for statement in "SELECT * FROM icb.explain_finding('none')" "SELECT * FROM icb.explain_price('none')" "SELECT commissioning.to_icd10(n) FROM unnest(string_to_array('$(head -n 3 "$numbers" | paste -sd,)', ',')) n"; do
	psql -Xq -c "$statement" >>"$work/identifiers.errors" 2>&1 || true
done

is "$(sql 'SELECT count(*) FROM icb_identity.person_identifier' | awk '{print ($1 > 3000)}')" 1 'the identity schema knows them'
relation() { psql -XAtq -c "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname IN ('icb', 'icb_reporting') AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition ORDER BY 1"; }
bad='' seen=0
for r in $(relation); do
	psql -Xq -v ON_ERROR_STOP=1 -c "COPY (SELECT * FROM $r) TO STDOUT" >"$work/identifiers.rows" 2>"$work/identifiers.err" || { bad+=" $r(not read)"; sed 's/^/# /' "$work/identifiers.err"; }
	seen=$((seen + 1))
	n=$(holds "$work/identifiers.rows")
	[[ $n == 0 ]] || bad+=" $r($n)"
done
is "$bad" '' "no number in any of $seen tables and views"
tail -c +"$((before + 1))" "$log" >"$work/identifiers.server"
is "$(holds "$work/identifiers.server")" 0 "no number in the server's log"
rm -rf "$dir"
done_testing
