#!/usr/bin/env bash
# Every rule against the planted errors of the synthetic county, 10,000 lines.
set -euo pipefail
source "$top/test/lib/tap.sh"
source "$top/test/lib/rules_score.sh"
score_rules S 3
done_testing
