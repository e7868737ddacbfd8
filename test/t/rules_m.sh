#!/usr/bin/env bash
# Every rule against the planted errors of the synthetic county, 1,000,000 lines: at least 30 plants, near misses and absent fields each;
# and that county against published figures. The longest test: minutes on two cores.
set -euo pipefail
source "$top/test/lib/tap.sh"
source "$top/test/lib/rules_score.sh"
score_rules M 30
source "$top/test/lib/county_marginals.sh"
done_testing
