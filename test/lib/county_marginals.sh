# The synthetic county against published figures, at tier M: activity a head, registers, HRG mix, costs, ages, providers, deprivation.
# Sourced by test/t/rules_m.sh, which has made that county.
while IFS='|' read -r name got want near; do
	ok "$near" "$name: $got for $want"
done < <(psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/generator/marginals.sql")
is "$(sql "SELECT string_agg(rule_code || ' ' || kind, ', ') FROM (SELECT DISTINCT rule_code FROM truth.planted) r, unnest(ARRAY['plant', 'near_miss', 'absent']) kind
	WHERE (SELECT count(*) FROM truth.planted p WHERE p.rule_code = r.rule_code AND p.kind = kind.kind) < 30")" '' 'each rule has thirty plants, near misses and absent fields at least'
is "$(sql "SELECT string_agg(rule_code || ' ' || kind, ', ') FROM (SELECT DISTINCT rule_code FROM truth.series) r, unnest(ARRAY['plant', 'near_miss', 'absent']) kind
	WHERE (SELECT count(*) FROM truth.series p WHERE p.rule_code = r.rule_code AND p.kind = kind.kind) < 30")" '' 'and each rule on whole providers thirty series'
is "$(sql 'SELECT count(*) BETWEEN 950000 AND 1050000 FROM county.plcm')" t 'a million lines sent'
diag "share of the cost of hospital care held by the dearest people: $(sql "SELECT string_agg(p || ' %: ' || round(100 * share) || ' %', ', ' ORDER BY p) FROM (
	SELECT p, (SELECT sum(cost) FROM (SELECT sum(total) AS cost FROM county.line GROUP BY person_id ORDER BY 1 DESC LIMIT (SELECT people * p / 100 FROM county.setting)) t) / (SELECT sum(total) FROM county.line) AS share
	FROM unnest(ARRAY[1, 5, 10]) p) q")"
