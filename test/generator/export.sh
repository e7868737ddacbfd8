#!/usr/bin/env bash
# bash export.sh DIR: write the county of the current database (PGHOST, PGDATABASE, ... as psql has them) as CSV files, one per feed and
# submission, and two lists of feed and file, a line each, in the order to load them: load_order.txt for invoice validation (claims with the
# day on which they count as received), population_order.txt for risk stratification.
set -euo pipefail
dir=${1:?usage: export.sh DIR}
mkdir -p "$dir"
{
	echo '\set ON_ERROR_STOP on'
	psql -XAtq -F ' ' -v ON_ERROR_STOP=1 <<-'SQL'
		SELECT '\echo ' || file_name || E'\n' || '\o ' || file_name || E'\n' || '\qecho ''' || header || '''' || E'\n' || 'COPY (' || body || ') TO STDOUT (FORMAT csv);' || E'\n' || '\o'
		FROM county.feed_header ORDER BY load_order, file_name;
	SQL
} >"$dir/.export.sql"
(cd "$dir" && psql -Xq -f .export.sql >/dev/null)
rm -f "$dir/.export.sql"
# what risk stratification alone may hold stays out of the files for invoice validation, and claims out of those for risk stratification
psql -XAtq -F ' ' -v ON_ERROR_STOP=1 -c "SELECT concat_ws(' ', feed, file_name, received) FROM county.feed_header
	WHERE feed NOT IN ('areas', 'opt_outs', 'exclusions', 'conditions') ORDER BY load_order, file_name" >"$dir/load_order.txt"
psql -XAtq -F ' ' -v ON_ERROR_STOP=1 -c "SELECT feed, file_name FROM county.feed_header
	WHERE feed IN ('organisations', 'registrations', 'areas', 'opt_outs', 'exclusions', 'conditions', 'sus_apc', 'sus_op', 'sus_ec') ORDER BY load_order, file_name" >"$dir/population_order.txt"
