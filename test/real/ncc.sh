#!/usr/bin/env bash
# The National Cost Collection 2024/25, 2,800 HRGs, prices the synthetic county; every price is compared with a re-computation in plain SQL.
set -euo pipefail
source "$top/test/lib/tap.sh"
files=$work/ncc
bash "$top/demo/county.sh" "$files" >"$work/ncc.log" 2>&1
chmod 777 "$files"
(cd "$files" && psql -Xq -v data="$real_data" -f "$top/test/real/ncc.sql")
sql "SELECT commissioning.create_warehouse('icb', purpose => 'invoice_validation')" >/dev/null
(cd "$files"
 sed 's/SYNTHETIC county list/NCC 2024\/25/' contracts.csv >ncc_contracts.csv
 load() { commissioning-load -w icb --feed "$@" >>"$work/ncc.log" 2>&1 || diag "$(tail -n 3 "$work/ncc.log")"; }
 load organisations organisations.csv; load contracts ncc_contracts.csv; load contract_parties contract_parties.csv
 load prices ncc_prices.csv; load prices_other ncc_prices_other.csv; load factors factors.csv
 load registrations registrations.csv; load sus_apc sus_apc.csv; load sus_ec sus_ec.csv
 for f in plcm_*_freeze.csv; do load plcm "$f"; done)
psql -Xq -v ON_ERROR_STOP=1 -c 'CALL icb.load()' -c 'CALL icb.match()' -c 'CALL icb.price()' >>"$work/ncc.log" 2>&1 || diag "$(tail -n 5 "$work/ncc.log")"

is "$(sql "SELECT count(*) FROM icb.reject r JOIN icb.submission s ON s.submission_id = r.submission_id WHERE s.feed LIKE 'prices%'")" 0 'no price row is refused'
is "$(sql "SELECT count(*) FROM icb.tariff_price WHERE tariff_name = 'NCC 2024/25' AND kind = 'spell'")" "$(sql 'SELECT count(*) FROM ncc.price WHERE num_nonnulls(day_case, elective, non_elective) > 0')" 'every HRG of the collection is in the list'

# base lines of spells and emergency attendances with a matched record, priced again
sql "CREATE TABLE expected AS
     SELECT l.line_key, l.submission_id, l.line_no,
            CASE WHEN l.hrg::text IN ('UZ01Z', 'PB03Z') THEN 0 -- data that group to nothing and a healthy baby have no price
                 WHEN l.pod = 'AE' THEN (SELECT round(c.unit_cost) FROM ncc.cost c WHERE c.department = 'Emergency Care' AND c.hrg = a.hrg::text)
                 WHEN a.patient_classification = '2' THEN p.day_case
                 WHEN a.admission_method LIKE '1%' THEN p.elective
                 WHEN a.admission_method LIKE '2%' AND a.age >= 19 AND p.short_stay IS NOT NULL
                      AND greatest(a.end_date - a.start_date - a.critical_care_days - coalesce(a.rehabilitation_days, 0) + coalesce(a.overlap_days, 0) - coalesce(a.palliative_days, 0), 0) <= 1
                 THEN p.short_stay
                 ELSE p.non_elective END AS unit_price,
            f.value AS factor
     FROM icb.current_invoice_line l
     JOIN icb.line_match m ON m.person_id = l.person_id AND m.line_key = l.line_key
     JOIN icb.activity a ON a.person_id = m.person_id AND a.activity_id = m.activity_id
     LEFT JOIN ncc.price p ON p.hrg = l.hrg::text
     JOIN icb.factor f ON f.provider_code = l.provider_code AND f.valid @> coalesce(a.end_date, a.start_date)
     WHERE l.pod IN ('DC', 'EL', 'NEL', 'NELNE', 'AE') AND l.national_price AND a.end_date BETWEEN '2024-04-01' AND '2025-03-31' AND a.age IS NOT NULL
       AND a.hrg::text = l.hrg::text"
compare="FROM expected e JOIN icb.line_price p ON p.submission_id = e.submission_id AND p.line_no = e.line_no"
is "$(sql "SELECT count(*) $compare WHERE p.reason IS NULL AND (p.expected_unit_price <> e.unit_price OR p.expected_total <> round(e.unit_price * e.factor, 2) OR e.unit_price IS NULL)")" 0 \
	'every price equals the re-computation'
is "$(sql "SELECT count(*) $compare WHERE p.reason IS NOT NULL AND e.unit_price IS NOT NULL AND p.reason NOT LIKE 'no per-day price for HRG %'")" 0 \
	'nothing is left unpriced that has a price, except for excess days, which the collection does not cost'
priced=$(sql "SELECT count(*) FILTER (WHERE p.reason IS NULL) > 0.9 * count(*) $compare")
ok "$priced" 'nine spells of ten are priced'
diag "$(sql "SELECT coalesce(p.reason, 'priced') || ': ' || count(*) || ' lines, ' || coalesce(sum(p.expected_total), 0) $compare GROUP BY p.reason ORDER BY count(*) DESC LIMIT 6")"
done_testing
