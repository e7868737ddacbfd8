#!/usr/bin/env bash
# Every rule against the planted errors of the synthetic county, 1,000,000 lines: at least 30 plants, near misses and absent fields each.
# Minutes on two cores, so only when asked for: RULES_TIER_M=1 bash test/run tap rules_m
set -euo pipefail
source "$top/test/lib/tap.sh"
source "$top/test/lib/rules_score.sh"
if [[ ${RULES_TIER_M:-0} != 1 ]]; then
	skip 'rules at tier M' 'takes minutes; RULES_TIER_M=1 runs it'
	done_testing
	exit
fi
score_rules M 30
done_testing
