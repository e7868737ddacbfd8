#!/usr/bin/env bash
# bash export.sh DIR: write the county of the current database (PGHOST, PGDATABASE, ... as psql has them) as CSV files, one per feed and
# submission, and load_order.txt (feed and file, a line each, in the order to load them).
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
psql -XAtq -F ' ' -v ON_ERROR_STOP=1 -c 'SELECT feed, file_name FROM county.feed_header ORDER BY load_order, file_name' >"$dir/load_order.txt"
