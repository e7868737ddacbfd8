# The rule scorer: makes the county of a tier in the current database, loads its files, runs the stages and judges every rule by the truth.
# Sourced by test/t/rules_s.sh and rules_m.sh after tap.sh. score_rules TIER LEAST_PER_RULE

took() { # LABEL COMMAND...
	local label=$1 t0=$SECONDS
	shift
	"$@" || { ok 1 "$label"; return 1; }
	diag "$label: $((SECONDS - t0)) s"
}

load_county() { # DIR
	local feed file received
	while read -r feed file received; do
		commissioning-load -w icb --feed "$feed" ${received:+--received-on "$received"} "$1/$file" >"$work/county_load.log" 2>&1 || { tail -n 5 "$work/county_load.log" | sed 's/^/# /'; return 1; }
	done <"$1/load_order.txt"
	psql -Xq -v ON_ERROR_STOP=1 -c 'CALL icb.load()' >>"$work/county_load.log" 2>&1 || { tail -n 5 "$work/county_load.log" | sed 's/^/# /'; return 1; }
}

stage() { psql -Xq -v ON_ERROR_STOP=1 -c "CALL icb.$1()" >"$work/$1.log" 2>&1 || { tail -n 5 "$work/$1.log" | sed 's/^/# /'; return 1; }; }

score_rules() {
	local tier=$1 least=$2 dir=$work/county_$1 row rule
	took 'county made and written' bash "$top/test/generator/run.sh" "$tier" 1 "$dir"
	sql "SELECT commissioning.create_warehouse('icb', 'invoice_validation')" >/dev/null
	took 'files loaded' load_county "$dir" || return 0
	rm -rf "$dir"
	# which rules are asked of whom, and notices of changes in coding, are no feeds
	sql "INSERT INTO icb.rule_switch (contract_id, rule_code, enabled, parameters)
		SELECT contract, rule, enabled, parameters::jsonb FROM county.rule_switch JOIN commissioning.rule_reference ON code = rule"
	sql "INSERT INTO icb.counting_change (contract_id, measure, notified_on, effective, source) SELECT contract, measure, notified_on, effective, 'SYNTHETIC notice' FROM county.counting_change"
	took 'matched' stage match && took 'priced' stage price && took 'validated' stage validate || return 0
	# the bar of 60 s is the benchmark's, which has the machine for itself
	diag "$(sql "SELECT rows_in || ' lines validated in ' || seconds || ' s' FROM icb_reporting.run_log WHERE stage = 'validate' ORDER BY run_id DESC LIMIT 1")"
	{ cat "$top/test/lib/rules_score.sql"; echo 'CREATE TABLE public.score AS TABLE score; CREATE TABLE public.judged AS TABLE judged;'; } | psql -Xq -v ON_ERROR_STOP=1
	psql -X -P pager=off -P footer=off -c 'SELECT * FROM public.score ORDER BY rule' | sed 's/^/# /'
	is "$(sql 'SELECT count(*) FROM public.score')" 83 'eighty-three rules are in the truth'
	is "$(sql "SELECT string_agg(code, ' ') FROM (SELECT code FROM commissioning.rule_reference EXCEPT SELECT rule FROM public.score WHERE plants > 0) x")" '' 'every shipped rule has plants'
	while IFS='|' read -r rule row; do
		is "$row" '' "$rule"
	done < <(sql "SELECT rule || '|' || concat_ws(', ',
			CASE WHEN coalesce(recall, 0) < 0.98 THEN 'recall ' || coalesce(recall, 0) END,
			CASE WHEN (r.detectable = 'partial' AND r.level <> 'provider') IS NOT TRUE AND coalesce(precision, 0) < 0.99 THEN 'precision ' || coalesce(precision, 0) END,
			CASE WHEN r.detectable = 'partial' AND r.level <> 'provider' AND coalesce(top_precision < 3 * base_rate, true)
			     THEN 'of the dearest 500 by money ' || coalesce(top_precision, 0) || ' for ' || coalesce(base_rate, 0) END,
			CASE WHEN money_wrong > 0 THEN 'money wrong on ' || money_wrong END,
			CASE WHEN near_flagged > 0.01 * near_misses THEN 'near misses flagged ' || near_flagged END,
			CASE WHEN decoys_pct >= 0.5 THEN 'decoys flagged ' || decoys_flagged END,
			CASE WHEN absent_right < absent THEN 'absent fields not told ' || absent - absent_right END,
			CASE WHEN least(plants, near_misses, absent) < $least THEN 'too few cases' END)
		FROM public.score LEFT JOIN commissioning.rule_reference r ON r.code = rule ORDER BY rule")
	is "$(sql "SELECT count(*) FROM (SELECT line_key, commissioner_code, max(billed) - sum(net) AS rest, (array_agg(expected_total ORDER BY priority DESC, rule_code DESC))[1] AS expected FROM icb.finding
		WHERE closed_run IS NULL AND outcome <> 'not_assessed' GROUP BY 1, 2) x WHERE rest <> expected")" 0 'billed less the shares of its rules is the expected total of every line'
	is "$(sql "SELECT count(*) FROM icb.finding WHERE concat(evidence, reason) ~ '\m[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\M'")" 0 'nothing of the length of an NHS number in evidence'
	is "$(sql 'SELECT count(*) FROM icb_reporting.reconciliation WHERE claimed_gbp <> record_gbp + claimed_only_gbp - record_only_gbp + price_difference_gbp')" 0 'claim and record reconcile in every row'
	is "$(sql 'SELECT sum(claimed_gbp) FROM icb_reporting.reconciliation')" "$(sql "SELECT round(sum(amount), 2) FROM icb.submission_slice WHERE dataset IN ('PLCM', 'DRPLCM', 'DEPLCM') AND status = 'current'")" 'the reconciliation holds all that was claimed'
	took 'validated again' stage validate || return 0
	is "$(sql "SELECT status || ' ' || rows_out FROM icb_reporting.run_log WHERE stage = 'validate' ORDER BY run_id DESC LIMIT 1")" 'unchanged 0' 'a repeat adds nothing'
}
