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
lives 'SET ROLE val_reader; SELECT * FROM val_reporting.reconciliation; SELECT * FROM val_reporting.money_funnel' 'and reconciliation and funnel'
throws 42501 'SET ROLE val_reader; SELECT * FROM val_reporting.finding' 'but no single finding'
is "$(sql 'SET ROLE val_analyst' 'SELECT count(*) > 0 FROM val_reporting.finding')" t 'an analyst sees findings'
is "$(sql 'SET ROLE val_analyst' "SELECT count(*) > 1 FROM val.explain_finding((SELECT finding_ref FROM val_reporting.finding WHERE outcome = 'fail' ORDER BY 1 LIMIT 1))")" t 'and their explanation'
throws 42501 'SET ROLE val_analyst; CALL val.validate()' 'but does not validate'
psql -Xq -c "DROP SCHEMA val_reporting, val, val_identity, val_test CASCADE" -c 'DROP OWNED BY val_operator, val_reader, val_analyst, val_validator, val_admin' \
	-c 'DROP ROLE val_operator, val_reader, val_analyst, val_validator, val_admin' >/dev/null 2>&1 || true
done_testing
