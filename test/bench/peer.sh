#!/usr/bin/env bash
# Ten rules in plain SQL, one pass over the same facts, beside the same ten through line_check: equal findings, and the CPU time of both.
# The SQL says which line fails and what the rule alone would take off. line_check says that too, and beside it the waterfall over
# overlapping rules, the evidence, and which lines could not be judged.
set -euo pipefail
source "$top/test/lib/tap.sh"
source "$top/test/lib/made_lines.sh"
lines=${LINES:-100000}
make_lines peer "$lines" >/dev/null
psql -Xq -v ON_ERROR_STOP=1 >/dev/null 2>&1 <<'SQL'
CALL peer.match();
SELECT peer.compile_rules();
CREATE TABLE peer.facts AS SELECT * FROM peer.claim_facts;
-- what made lines lack
UPDATE peer.facts SET duplicate_of = 'x' WHERE line_no % 97 = 0;
UPDATE peer.facts SET repeat_of = 'x' WHERE line_no % 89 = 0;
UPDATE peer.facts SET overlap_of = 'x' WHERE line_no % 83 = 0;
UPDATE peer.facts SET death_state = 'dead', days_after_death = line_no % 5 - 2 WHERE line_no % 79 = 0;
UPDATE peer.facts SET hrg_ungroupable = true WHERE line_no % 73 = 0;
UPDATE peer.facts SET attendance_status = NULL, expected_factor = NULL, price_difference = NULL WHERE line_no % 71 = 0;
UPDATE peer.facts SET pod_kind = 'excess', units = 3, expected_units = 1, critical_care_counted = false WHERE line_no % 67 = 0;
CREATE TABLE peer.ten AS
SELECT (jsonb_build_object('name', 'ten', 'version', '1', 'rules', jsonb_agg(peer.rule_json(r, '{}') ORDER BY r.priority, r.code))::text)::commissioning.rule_set AS body
FROM peer.active_rule r
WHERE r.code IN ('DUP01', 'DUP02', 'OVL01', 'ENT01', 'ENT06', 'CLS05', 'COD01', 'PRC05', 'PRC01', 'PRC02');
CREATE TABLE peer.every AS
SELECT (jsonb_build_object('name', 'every', 'version', '1', 'rules', jsonb_agg(peer.rule_json(r, '{}') ORDER BY r.priority, r.code))::text)::commissioning.rule_set AS body
FROM peer.active_rule r WHERE r.level <> 'provider';
VACUUM ANALYZE peer.facts;
SQL
export PGOPTIONS='-c max_parallel_workers_per_gather=0 -c jit=off'

# a line at another unit, price or factor, rounded as its contract says
priced() { echo "CASE l.rounding WHEN 'sus' THEN round(round($1 * $2) * coalesce($3, 1)) WHEN 'none' THEN $1 * $2 * coalesce($3, 1) ELSE round($1 * $2 * coalesce($3, 1), 2) END"; }
plain="SELECT l.person_id, l.submission_id, l.line_no, r.code, r.identified
FROM peer.facts l
CROSS JOIN LATERAL (VALUES
    ('DUP01', l.start_date >= '1900-01-01' AND l.duplicate_of IS NOT NULL, l.total),
    ('DUP02', l.provider_event_id > '' AND l.repeat_of IS NOT NULL, l.total),
    ('OVL01', l.spell_part AND l.start_date >= '1900-01-01' AND l.end_date >= '1900-01-01' AND l.overlap_of IS NOT NULL, l.total),
    ('ENT06', l.death_state = 'dead' AND l.start_date >= '1900-01-01' AND l.days_after_death > l.death_grace_days, l.total),
    ('ENT01', l.prescribed_service IS NULL AND l.responsible_commissioner <> l.commissioner_code, l.total),
    ('CLS05', l.pod_kind IN ('attendance', 'procedure') AND l.total <> 0 AND l.attendance_status IN ('2', '3', '4', '7'), l.total),
    ('COD01', l.pod_needs_hrg AND l.national_price AND l.total <> 0 AND l.hrg_ungroupable, l.total),
    ('PRC05', l.pod_kind = 'excess' AND l.units <> l.expected_units AND NOT l.critical_care_counted, l.total - $(priced l.expected_units l.unit_price l.factor)),
    ('PRC01', l.price_comparable AND l.price_difference > l.price_tolerance AND NOT l.short_stay_missed, l.total - $(priced l.units l.expected_unit_price l.factor)),
    ('PRC02', l.national_price AND l.factor > 0 AND l.factor <> l.expected_factor AND l.factor_difference > 0.000001, l.total - $(priced l.units l.unit_price l.expected_factor))
) r (code, fails, identified)
WHERE r.fails"
checked="SELECT x.person_id, x.submission_id, x.line_no, (x.r).rule_code AS code, (x.r).identified
FROM (SELECT l.person_id, l.submission_id, l.line_no, commissioning.line_check((SELECT t.body FROM peer.ten t), l) AS r FROM peer.facts l OFFSET 0) x
WHERE (x.r).outcome IN ('fail', 'hold')"

# milliseconds QUERY: CPU time of its backend, the least of five, data warm
milliseconds() {
	local i
	for i in 1 2 3 4 5; do
		psql -XAtq -c 'SET log_executor_stats = on' -c 'SET client_min_messages = log' -c "SELECT count(*), sum(identified) FROM ($1) q" 2>&1 |
			awk '/s user,/ && /elapsed/ { sub(/^!/, ""); printf "%.1f\n", ($1 + $4) * 1000 }' | tail -n 1
	done | sort -n | head -n 1
}

is "$(sql "SELECT count(*) FROM ((($plain) EXCEPT ALL ($checked)) UNION ALL (($checked) EXCEPT ALL ($plain))) x")" 0 'the ten rules find the same in plain SQL and through line_check, to the penny'
is "$(sql "SELECT count(DISTINCT code) FROM ($checked) x")" 10 'each of the ten finds something'
for name in plain checked; do
	diag "$name:"
	sed 's/^/#   /' <<<"${!name}"
	psql -XAtqc "EXPLAIN (COSTS OFF) ${!name}" | cut -c1-200 | sed 's/^/#     /'
done
s=$(milliseconds "SELECT 0 AS identified FROM peer.facts") p=$(milliseconds "$plain") c=$(milliseconds "$checked") e=$(milliseconds "${checked/peer.ten/peer.every}")
diag "$(awk -v n="$lines" -v s="$s" -v p="$p" -v c="$c" 'BEGIN { printf "%d lines: scan %.0f ms; plain SQL %.0f ms (%.0f lines a second); line_check %.0f ms (%.0f lines a second): %.2f x the plain SQL", n, s, p, n / p * 1000, c, n / c * 1000, c / p }')"
diag "$(sql "SELECT 'all ' || jsonb_array_length(body::text::jsonb -> 'rules') || ' line rules' FROM peer.every") through line_check: $e ms; findings $(sql "SELECT count(*) FROM (${checked/peer.ten/peer.every}) x")"
ok "$(awk -v n="$lines" -v c="$e" 'BEGIN { print (n / c * 1000 >= 100000) ? "t" : "f" }')" 'at least 100,000 lines a second and core through line_check with every rule'
done_testing
