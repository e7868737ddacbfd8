#!/usr/bin/env bash
# One month's flex of LINES lines (10,000) against 36 months of history and against 18: match, price and validate over the people touched.
# A person is in care for fifteen months, so that the people of a month have the same past however long the history is: then the time
# must not depend on it. The same with people who stay for ever is printed beside it, without a bar: their own lines are looked at.
set -euo pipefail
source "$top/test/lib/tap.sh"
lines=${LINES:-10000}

make_history() { # WAREHOUSE MONTHS MOVES: MOVES new people a month, of LINES * 3 at a time
	psql -Xq -v ON_ERROR_STOP=1 -v n="$lines" -v w="$1" -v months="$2" -v moves="$3" <<'SQL'
SELECT commissioning.create_warehouse(:'w', 'invoice_validation');
SET search_path = :w, commissioning, public;
INSERT INTO organisation (org_code, name, org_type) SELECT 'RZ' || i, 'Synthetic Trust ' || i, 'trust' FROM generate_series(1, 5) i;
INSERT INTO organisation_link SELECT 'Y9' || lpad(i::text, 4, '0'), 'commissioned_by', CASE WHEN i % 20 = 0 THEN '00Y' ELSE '00X' END, '[2020-01-01,)' FROM generate_series(1, 40) i;
INSERT INTO contract (contract_id, title, basis, valid, tariff_name) SELECT 'K' || i, 'Trust ' || i, 'tariff', '[2021-04-01,2026-04-01)', 'synthetic' FROM generate_series(1, 5) i;
INSERT INTO contract_party SELECT 'K' || i, 1, '00X', 'coordinating_commissioner' FROM generate_series(1, 5) i UNION ALL SELECT 'K' || i, 2, 'RZ' || i, 'provider' FROM generate_series(1, 5) i;
INSERT INTO factor (provider_code, valid, value, source) SELECT 'RZ' || i, '[2021-04-01,2026-04-01)', 1 + i / 100.0, 'synthetic' FROM generate_series(1, 5) i;
INSERT INTO tariff (tariff_name, financial_year, valid, body, source, synthetic)
SELECT 'synthetic', y || '/' || right((y + 1)::text, 2), daterange(make_date(y, 4, 1), make_date(y + 1, 4, 1)), jsonb_build_object('name', 'synthetic', 'version', '1',
    'financial_year', y || '/' || right((y + 1)::text, 2), 'synthetic', true, 'currency', 'GBP', 'short_stay', '{"max_days": 1, "min_age": 19}'::jsonb,
    'spells', '[{"hrg": "AA22C", "day_case": 500, "elective": 1500, "elective_trim": 8, "non_elective": 2000, "non_elective_trim": 10, "per_day": 200, "short_stay_price": 900}]'::jsonb,
    'attendances', '[{"treatment_function": "110", "hrg": "WF01B", "price": 165}, {"treatment_function": "110", "hrg": "WF01A", "price": 78}]'::jsonb,
    'procedures', '[]'::jsonb, 'emergency', '[{"hrg": "VB08Z", "price": 150}]'::jsonb, 'unbundled', '[]'::jsonb, 'top_ups', '[]'::jsonb)::text::commissioning.tariff, 'synthetic', true
FROM generate_series(2021, 2025) y;
-- people are there before they are in care, as on a register
INSERT INTO person (person_id, sex) SELECT i, '2' FROM generate_series(1, :n * 3 + :moves * 40) i;
INSERT INTO registration SELECT i, 'Y9' || lpad((1 + i % 40)::text, 4, '0'), '2020-01-01' FROM generate_series(1, :n * 3 + :moves * 40) i;
CREATE FUNCTION bench_month(m integer, lines integer, moves integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first_day date := date '2021-04-01' + make_interval(months => m);
    claims bigint;
    records bigint;
BEGIN
    INSERT INTO submission (feed, file_name, file_hash, status) VALUES ('sus_op', 'records', 'r' || m, 'loaded') RETURNING submission_id INTO records;
    INSERT INTO submission (feed, file_name, file_hash, status) VALUES ('plcm', 'claims', 'c' || m, 'loaded') RETURNING submission_id INTO claims;
    CREATE TEMP TABLE e AS
    SELECT m * lines + i AS id, (m * moves + 1 + (i::bigint * 7919 + m * 101) % (lines * 3))::bigint AS person_id, 'RZ' || 1 + i % 5 AS provider_code,
           CASE WHEN i % 10 = 0 THEN 'APC' WHEN i % 10 < 3 THEN 'EC' ELSE 'OP' END AS dataset, first_day + i % 20 AS start_date,
           CASE WHEN i % 10 = 0 THEN i / 10 % 9 ELSE 0 END AS nights, 20 + i % 70 AS age,
           CASE WHEN i % 10 = 0 THEN 'AA22C' WHEN i % 10 < 3 THEN 'VB08Z' WHEN i % 2 = 0 THEN 'WF01B' ELSE 'WF01A' END AS hrg, i
    FROM generate_series(1, lines) i;
    INSERT INTO activity (person_id, activity_id, submission_id, dataset, provider_code, provider_event_id, cds_id, commissioner_billed, start_date, end_date, age,
        patient_classification, admission_method, treatment_function, first_attendance, attendance_status, hrg, critical_care_days)
    SELECT person_id, id, records, dataset, provider_code, 'E' || id, 'C' || id, '00X', start_date, start_date + nights, age, '1', '21', '110', '1',
           CASE WHEN i % 400 = 7 THEN '3' ELSE '5' END, hrg::commissioning.hrg, 0 FROM e;
    INSERT INTO submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, status)
    SELECT claims, 'PLCM', 'RZ' || k, '00X', financial_year_of(first_day), financial_month_of(first_day), lines / 5, 'current' FROM generate_series(1, 5) k;
    INSERT INTO invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, treatment_function, hrg_sent, hrg,
        start_date, end_date, age, nhs_number_state, units, unit_price, market_forces_factor, total_cost, cds_id, provider_event_id)
    SELECT person_id, claims, i, md5(id::text), provider_code || '|E' || id, provider_code, '00X', financial_year_of(first_day), financial_month_of(first_day), pod, '110', hrg, hrg::commissioning.hrg,
           start_date, start_date + nights, age, 'valid', 1, p, f, round(p * f, 2) + CASE WHEN i % 500 = 1 THEN 10 ELSE 0 END, 'C' || id, 'E' || id
    FROM (SELECT e.*, CASE dataset WHEN 'APC' THEN 'NEL' WHEN 'EC' THEN 'AE' ELSE CASE hrg WHEN 'WF01B' THEN 'OPFASPCL' ELSE 'OPFUPSPCL' END END AS pod, 1 + right(provider_code, 1)::integer / 100.0 AS f,
                 CASE dataset WHEN 'APC' THEN CASE WHEN nights <= 1 THEN 900 ELSE 2000 END WHEN 'EC' THEN 150 ELSE CASE hrg WHEN 'WF01B' THEN 165 ELSE 78 END END + CASE WHEN i % 50 = 3 THEN 40 ELSE 0 END AS p
          FROM e) x;
    DROP TABLE e;
END $$;
SELECT count(bench_month(m, :n, :moves)) FROM generate_series(0, :months - 1) m;
VACUUM ANALYZE invoice_line; VACUUM ANALYZE activity; VACUUM ANALYZE person; VACUUM ANALYZE registration;
CALL match();
CALL price();
CALL validate();
SELECT bench_month(:months, :n, :moves);
SQL
}

seconds() { local t0 t1; t0=$(date +%s.%N); psql -Xq -v ON_ERROR_STOP=1 -c "$1" 2>"$work/bench.err" || { cat "$work/bench.err" >&2; exit 1; }; t1=$(date +%s.%N); echo "$t1 $t0" | awk '{printf "%.2f", $1 - $2}'; }

# flex MONTHS MOVES: seconds of the new month's match, price, validate, and their sum
flex() {
	local w=f$1_$2 m p v
	make_history "$w" "$1" "$2" >/dev/null 2>&1
	m=$(seconds "CALL $w.match(false)") p=$(seconds "CALL $w.price(false)") v=$(seconds "CALL $w.validate(false)")
	is "$(sql "SELECT string_agg(coalesce(parameters ->> 'everybody', 'touched'), ',') FROM $w.run WHERE run_id > (SELECT max(run_id) - 3 FROM $w.run)")" 'touched,touched,touched' "$1 months: only the people touched" >&2
	echo "$m $p $v $(echo "$m $p $v" | awk '{print $1 + $2 + $3}')"
	[[ $1 != 18 ]] || is "$(sql "CALL $w.validate()" "SELECT status FROM $w.run ORDER BY run_id DESC LIMIT 1" 2>/dev/null)" unchanged 'and a run over everybody finds nothing more' >&2
	psql -Xq -c "DROP SCHEMA $w, ${w}_identity, ${w}_reporting CASCADE" >/dev/null 2>&1
}

moves=$((lines / 5))
for k in moving staying; do
	step=$moves
	[[ $k == staying ]] && step=0
	read -r m1 p1 v1 s1 < <(flex 18 "$step" 2>>"$work/flex.tap")
	read -r m2 p2 v2 s2 < <(flex 36 "$step" 2>>"$work/flex.tap")
	diag "people $k, $lines lines against 18 months: match $m1 s, price $p1 s, validate $v1 s; against 36: $m2 s, $p2 s, $v2 s; ratio $(echo "$s1 $s2" | awk '{printf "%.2f", $2 / $1}')"
	[[ $k == moving ]] && moving=$(echo "$s1 $s2" | awk '{print ($2 < 1.1 * $1) ? "t" : "f"}')
done
sed 's/^/# /' "$work/flex.tap"
ok "$([[ $moving == t ]] && echo 0 || echo 1)" 'a month against 36 months of history takes less than 1.1 x the time against 18'
ok "$(grep -c '^not ok' "$work/flex.tap" || true)" 'runs over the people touched, which leave nothing for a run over everybody'
done_testing
