#!/usr/bin/env bash
# Every example of README.md and docs/ runs, on the demo's county, and prints what the page shows.
# WRITE=1 writes the output into the pages of the checkout instead; read them before they are committed.
set -euo pipefail
files=$work/examples
bash "$top/demo/county.sh" "$files" >"$work/examples-county.log" 2>&1
perl "$top/test/lib/examples.pl" ${WRITE:+--write} "$files" "$top/README.md" $(ls "$top"/docs/*.md 2>/dev/null)
