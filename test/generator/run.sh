#!/usr/bin/env bash
# bash run.sh [TIER [SEED [DIR]]]: make the county (S, M or M3) in the current database and, where DIR is given, export it there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
psql -Xq -v ON_ERROR_STOP=1 -v tier="${1:-S}" -v seed="${2:-1}" -f "$here/generate.sql"
if [[ -n ${3:-} ]]; then bash "$here/export.sh" "$3"; fi
