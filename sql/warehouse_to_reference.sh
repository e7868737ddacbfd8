#!/bin/sh
# Prints the table that carries the text of sql/warehouse/*.sql, in file-name order, into the extension.
# create_warehouse replaces the placeholders and runs it; no server file is read at run time.
# With --refresh as the first word: for an upgrade, the table is there and gets the new text.
set -eu
if [ "$1" = --refresh ]; then
    shift
    echo 'DELETE FROM warehouse_source;'
else
cat <<'SQL'
CREATE TABLE warehouse_source (
    part text PRIMARY KEY,
    body text NOT NULL
);
COMMENT ON TABLE warehouse_source IS
    'SQL text of the warehouse, one row per part, run in order of part by create_warehouse. Placeholders: @icb@, @icb_identity@, @icb_reporting@, @purpose@, @person_partitions@.';
SQL
fi
for f in "$@"; do
    printf "INSERT INTO warehouse_source VALUES ('%s', \$commissioning_part\$" "$(basename "$f" .sql)"
    cat "$f"
    printf '$commissioning_part$);\n'
done
