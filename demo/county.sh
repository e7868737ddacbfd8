#!/usr/bin/env bash
# bash demo/county.sh DIR: makes the synthetic county (tier S, seed 1) in a database of its own and writes its files to DIR.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
createdb county_source
PGDATABASE=county_source bash "$top/test/generator/run.sh" S 1
PGDATABASE=county_source bash "$top/test/generator/export.sh" "$1"
dropdb county_source
