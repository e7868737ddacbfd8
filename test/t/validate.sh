#!/usr/bin/env bash
# The hand-made lines again: other numbers of partitions, forced parallel plans and the operator's rights change no finding;
# a run that dies in the middle is taken up again.
set -euo pipefail
source "$top/test/lib/tap.sh"
cd "$top"

run_lines() { # PARTITIONS: makes warehouse val, prints a digest of its findings
	psql -Xq -v ON_ERROR_STOP=1 >"$work/validate_t.log" 2>&1 <<-SQL || { tail -n 5 "$work/validate_t.log" | sed 's/^/# /'; return 1; }
		DROP SCHEMA IF EXISTS val_reporting, val, val_identity, val_test CASCADE;
		SELECT commissioning.create_warehouse('val', 'invoice_validation', $1);
		\i test/sql/validate_lines.psql
		CALL val.match();
		CALL val.price();
		CALL val.validate();
	SQL
	digest
}

digest() {
	sql "SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', finding_ref, content, expected_total), ',' ORDER BY finding_ref)) FROM val.finding WHERE closed_run IS NULL"
}

one=$(run_lines 1)
like "$one" '^[1-9][0-9]+ ' 'one partition'
is "$(run_lines 5)" "$one" 'five partitions find the same'
PGOPTIONS='-c max_parallel_workers_per_gather=2 -c parallel_setup_cost=0 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0 -c enable_partitionwise_join=on'
export PGOPTIONS
is "$(run_lines 3)" "$one" 'parallel plans find the same'
export PGOPTIONS='-c search_path='
is "$(run_lines 2)" "$one" 'an empty search_path finds the same'
unset PGOPTIONS

# half done, then stopped: the partitions that were committed stand, and the next run adds what is missing
sql "DELETE FROM val.finding_p1"
sql 'CALL val.validate()' 2>/dev/null
is "$(digest)" "$one" 'what a stopped run left out is added'
is "$(sql 'SELECT count(*) FROM val.finding WHERE closed_run IS NOT NULL')" 0 'and nothing that stood was closed'

# the operator runs the stages, the reader sees the sums, the analyst the lines, nobody else
psql -Xq -c "SELECT commissioning.create_roles('val')" -c 'GRANT val_operator, val_reader, val_analyst TO CURRENT_USER' >/dev/null 2>&1
for stage in match price validate; do
	status=0
	sql 'SET ROLE val_operator' "CALL val.$stage()" 2>"$work/validate_t.log" || status=$?
	ok "$status" "the operator runs $stage"
	grep -v NOTICE "$work/validate_t.log" | sed 's/^/# /' || true
done
is "$(sql 'SET ROLE val_reader' 'SELECT count(*) > 10 FROM val_reporting.finding_summary')" t 'a reader sees the summary'
lives 'SET ROLE val_reader; SELECT * FROM val_reporting.reconciliation; SELECT * FROM val_reporting.money_funnel; SELECT * FROM val_reporting.rule_readiness' 'and reconciliation, funnel and readiness'
throws 42501 'SET ROLE val_reader; SELECT * FROM val_reporting.finding' 'but no single finding'
is "$(sql 'SET ROLE val_analyst' 'SELECT count(*) > 0 FROM val_reporting.finding')" t 'an analyst sees findings'
is "$(sql 'SET ROLE val_analyst' "SELECT count(*) > 1 FROM val.explain_finding((SELECT finding_ref FROM val_reporting.finding WHERE outcome = 'fail' ORDER BY 1 LIMIT 1))")" t 'and their explanation'
throws 42501 'SET ROLE val_analyst; CALL val.validate()' 'but does not validate'

# findings about conduct: the role governance sees them, nobody who negotiates does, stored or live
psql -Xq -c 'GRANT val_governance, val_admin TO CURRENT_USER' >/dev/null 2>&1
sql "INSERT INTO val.rule (code, version, name, priority, body, source, class) VALUES ('GOV', '1', 'Conduct', 1, '{\"fails\": [[\"pod\", \"=\", \"AE\"]], \"effect\": {\"kind\": \"void\"}}', 'test', 'governance')"
sql 'SET ROLE val_operator' 'CALL val.validate()' 2>/dev/null
like "$(sql 'SET ROLE val_governance' "SELECT count(*) || ' ' || min(rule_code) FROM val_reporting.governance_finding")" '^[1-9][0-9]* GOV$' 'governance sees findings about conduct'
for who in analyst validator admin practice reader; do
	throws 42501 "SET ROLE val_$who; SELECT * FROM val.governance_finding" "the $who does not"
	throws 42501 "SET ROLE val_$who; SELECT * FROM val_reporting.governance_finding" "nor through the view"
	throws 42501 "SET ROLE val_$who; SELECT * FROM val.governance_finding_p0" "nor a part of them"
done
is "$(sql 'SET ROLE val_analyst' "SELECT count(*) FROM val.finding_live WHERE rule_class = 'governance' OR rule_code = 'GOV'")" 0 'nor live'
is "$(sql 'SET ROLE val_operator' "SELECT count(*) > 0 FROM val.finding_live WHERE rule_code = 'GOV'")" t 'the operator, who keeps them, does'
is "$(sql "SELECT count(*) FROM val.finding WHERE rule_code = 'GOV'")" 0 'no finding on money is among them'
is "$(sql "SELECT count(*) || ' ' || sum(identified) || ' ' || sum(net) || ' ' || sum(recoverable) FROM val.governance_finding WHERE closed_run IS NULL" | sed 's/\.0*\b//g')" "$(sql "SELECT count(*) || ' 0 0 0' FROM val.current_invoice_line WHERE pod = 'AE'")" 'and they carry no money'
throws 42501 'SET ROLE val_governance; SELECT * FROM val.finding' 'governance sees no other findings'
psql -Xq -c "DROP SCHEMA val_reporting, val, val_identity, val_test CASCADE" -c 'DROP OWNED BY val_operator, val_reader, val_analyst, val_validator, val_admin, val_governance, val_practice' \
	-c 'DROP ROLE val_operator, val_reader, val_analyst, val_validator, val_admin, val_governance, val_practice' >/dev/null 2>&1 || true
done_testing
