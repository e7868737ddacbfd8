# Bench: re-pricing a line with all line rules against the same hash joins with count(*); see DESIGN, "Speed, as ratios".
# Prints the queries, their plans, CPU times (other jobs do not count) and ratios. Bars: at most 2 x, at least 100,000 lines a second.
set -euo pipefail
export PGOPTIONS="-c search_path=bench,commissioning,public -c max_parallel_workers_per_gather=0 -c jit=off -c enable_mergejoin=off -c enable_nestloop=on -c work_mem=256MB"
psql -Xqv ON_ERROR_STOP=1 -f "$top/test/bench/invoice.sql" >/dev/null

joins="FROM line l
JOIN tariff_list t ON t.financial_year = l.financial_year
JOIN registration g ON g.person_id = l.person_id
JOIN factor m ON m.provider_code = l.provider_code"
baseline="SELECT count(*) $joins"
price="SELECT count((q.p).final) $joins
CROSS JOIN LATERAL (SELECT price_spell(t.body, ROW(l.hrg, l.patient_classification, l.admission_method, l.start_date, l.end_date, l.age,
    l.critical_care_days, 0, 0, 0, NULL, NULL, m.value, 'penny')::spell_line) AS p OFFSET 0) q"
# the row that rules judge is made once, by the query itself; line_check stands in the select list, where its rows are not kept
check="SELECT count((x.c).net), sum((x.c).net) FROM (SELECT line_check((SELECT body FROM rules), f) AS c FROM (
    SELECT l.*, g.practice_code, g.commissioner_code AS responsible_commissioner, 'alive'::text AS death_state, 'penny'::text AS rounding, NULL::integer AS hrg_age_min,
           (q.p).pre_factor - (q.p).excess AS expected_unit_price, (q.p).full_base AS full_unit_price, (q.p).short_stay, (q.p).excess_days AS expected_units,
           m.value AS expected_factor, l.total AS expected_product
    $joins
    CROSS JOIN LATERAL (SELECT price_spell(t.body, ROW(l.hrg, l.patient_classification, l.admission_method, l.start_date, l.end_date, l.age,
        l.critical_care_days, 0, 0, 0, NULL, NULL, m.value, 'penny')::spell_line) AS p OFFSET 0) q) f OFFSET 0) x"

# milliseconds QUERY: CPU time of its backend, the least of five, data warm
milliseconds() {
	local i
	for i in 1 2 3 4 5; do
		psql -XAtq -c 'SET log_executor_stats = on' -c 'SET client_min_messages = log' -c "$1" 2>&1 |
			awk '/s user,/ && /elapsed/ { sub(/^!/, ""); printf "%.1f\n", ($1 + $4) * 1000 }' | tail -n 1
	done | sort -n | head -n 1
}

for name in baseline price check; do
	echo "# $name:"
	sed 's/^/#   /' <<<"${!name}"
	psql -XAtqc "EXPLAIN (COSTS OFF) ${!name}" | sed 's/^/#     /'
done
echo "# findings: $(psql -XAtqc "$check")"
b=$(milliseconds "$baseline") p=$(milliseconds "$price") c=$(milliseconds "$check")
awk -v b="$b" -v p="$p" -v c="$c" 'BEGIN {
	printf "# baseline %.0f ms, priced %.0f ms (%.2f x), priced and checked %.0f ms (%.2f x), %.0f lines a second\n", b, p, p / b, c, c / b, 200000 / c * 1000
	printf "%sok 1 - re-pricing with all rules is at most 2 x the joins (%.2f)\n", (c / b <= 2 ? "" : "not "), c / b
	printf "%sok 2 - at least 100,000 lines a second and core (%.0f)\n", (200000 / c * 1000 >= 100000 ? "" : "not "), 200000 / c * 1000
	print "1..2" }'
