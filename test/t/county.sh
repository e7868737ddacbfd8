#!/usr/bin/env bash
# The synthetic county at tier S: sizes, what is planted, money, the same rows for the same seed.
set -euo pipefail
source "$top/test/lib/tap.sh"
gen=$top/test/generator
sums() {
	sql "SELECT md5(string_agg(t::text, E'\n' ORDER BY t::text)) FROM $1 t"
}

bash "$gen/run.sh" S 1 "$work/county_s" >/dev/null
is "$(sql "SELECT count(*) BETWEEN 8800 AND 11200 FROM county.plcm WHERE current AND line_id < 40000000000")" t 'ten thousand lines, give or take'
is "$(sql 'SELECT count(*) FROM county.person, county.setting WHERE person_id <= people')" 3400 '3,400 people'
is "$(sql "SELECT string_agg(rule_code || ' ' || kind, ', ') FROM (SELECT rule_code, kind FROM (SELECT DISTINCT rule_code FROM truth.planted) r, unnest(ARRAY['plant', 'near_miss', 'absent']) kind
	WHERE (SELECT count(*) FROM truth.planted p WHERE p.rule_code = r.rule_code AND p.kind = kind.kind) < 3) q")" '' 'each rule has three plants, near misses and absent fields at least'
is "$(sql "SELECT string_agg(rule_code || ' ' || kind, ', ') FROM (SELECT rule_code, kind FROM (SELECT DISTINCT rule_code FROM truth.series) r, unnest(ARRAY['plant', 'near_miss', 'absent']) kind
	WHERE (SELECT count(*) FROM truth.series p WHERE p.rule_code = r.rule_code AND p.kind = kind.kind) < 3) q")" '' 'each rule on whole providers has three series of each kind at least'
is "$(sql 'SELECT count(DISTINCT rule_code) FROM truth.series')" 6 'six of them'
is "$(sql 'SELECT count(DISTINCT rule_code) FROM truth.planted')" 77 'seventy-seven rules that judge lines'
is "$(sql "SELECT string_agg(DISTINCT n::text, ' ') FROM (SELECT count(*) AS n FROM truth.planted WHERE kind = 'plant' GROUP BY line_id) q WHERE n IN (2, 3, 5)")" '2 3 5' 'lines hit by two, three and five rules'
is "$(sql "SELECT count(*) FROM truth.planted WHERE line_no IS NULL OR file_name IS NULL OR seq IS NULL OR provider_code IS NULL")" 0 'every planted line stands in a file'
is "$(sql "SELECT count(*) FROM (SELECT provider_code, cds_id, provider_event_id, pod, hrg, seq, rule_code FROM truth.planted WHERE cds_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING count(*) > 1) q")" 0 'the natural key of a planted line is one where it has a record identifier'
is "$(sql "SELECT count(*) FROM (SELECT line_id FROM truth.planted WHERE kind = 'plant' GROUP BY line_id HAVING sum(net) <> min(billed) - min(correct_amount) AND min(expected) = 'fail') q")" 0 'net adds up to billed less correct'
is "$(sql "SELECT count(*) FROM truth.planted WHERE expected = 'fail' AND identified = 0 AND field NOT IN ('note', 'keep')")" 0 'every plant is worth something, but for notes and the one of two spells that is paid'
is "$(sql "SELECT count(*) > 0 FROM truth.planted WHERE identified < 0")" t 'there are undercharges'
is "$(sql "SELECT count(*) FROM county.line l WHERE total <> round(units * unit_price * coalesce(factor, 1), 2)
	AND NOT EXISTS (SELECT FROM truth.planted t WHERE t.line_id = l.line_id AND (rule_code = 'PRC12' OR kind = 'absent'))")" 0 'units x price x factor is the total of all others'
is "$(sql "SELECT count(*) FROM (SELECT person_id FROM county.spell a WHERE kind <> 5 AND EXISTS (SELECT FROM county.spell b WHERE b.kind <> 5 AND b.person_id = a.person_id AND b.spell_id <> a.spell_id
	AND daterange(a.start_date, a.end_date) && daterange(b.start_date, b.end_date))) q")" 0 'no two spells of a person overlap unless planted'
is "$(sql "SELECT count(*) FROM county.spell s JOIN county.hrg_fact h USING (hrg) WHERE s.age < h.age_min OR s.age > h.age_max OR h.sex = 'F' AND s.sex = '1' OR h.sex = 'M' AND s.sex = '2'")" 0 'every HRG suits the age and sex of its spell'
is "$(sql "SELECT count(*) FROM county.person WHERE nhs_number NOT BETWEEN 9990000000 AND 9999999999
	OR (11 - (SELECT sum(substr(nhs_number::text, i, 1)::integer * (11 - i)) FROM generate_series(1, 9) i) % 11) % 11 <> nhs_number % 10")" 0 'NHS numbers are test numbers with right check digits'
is "$(sql "SELECT count(*) * 2 >= (SELECT count(*) FROM county.line) FROM (SELECT DISTINCT line_id FROM truth.decoy) d")" t 'half of the lines are decoys of something'
is "$(sort -u "$work/county_s/load_order.txt" "$work/county_s/population_order.txt" | grep -c .)" "$(sql 'SELECT count(*) FROM county.feed_header')" 'every feed is in a file'
is "$(cat "$work"/county_s/plcm_*.csv | grep -vc '^FINANCIAL')" "$(sql 'SELECT count(*) FROM county.plcm')" 'the claim files hold every line'

first=$(for t in county.plcm county.sus_apc county.sus_op county.sus_ec county.registrations county.prices county.plan county.drplcm county.deplcm county.code_releases truth.planted truth.series truth.risk; do sums $t; done)
is "$(md5sum <<<"$first" | cut -c1-32)" "$(cat "$gen/tier_s_seed_1.md5")" 'seed 1 gives the rows it always gave'
PGOPTIONS='-c max_parallel_workers_per_gather=2 -c parallel_setup_cost=10 -c parallel_tuple_cost=0 -c min_parallel_table_scan_size=0' bash "$gen/run.sh" S 1 >/dev/null
is "$(for t in county.plcm county.sus_apc county.sus_op county.sus_ec county.registrations county.prices county.plan county.drplcm county.deplcm county.code_releases truth.planted truth.series truth.risk; do sums $t; done)" "$first" 'and so it does in parallel'
bash "$gen/run.sh" S 2 >/dev/null
isnt "$(sums county.plcm)" "$(head -n 1 <<<"$first")" 'another seed gives others'
done_testing
