#!/usr/bin/env bash
# A settlement bundle checked by another database that has no warehouse: every line is reproduced, one penny is noticed.
set -euo pipefail
n=0
check() { # DESCRIPTION GOT WANTED
	n=$((n + 1))
	if [[ "$2" == "$3" ]]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		printf '# got: %s\n# wanted: %s\n' "$2" "$3"
	fi
}
q() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/bundle.XXXXXX")
other=${PGDATABASE}_other
trap 'rm -rf "$dir"; psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $other" >/dev/null 2>&1 || true' EXIT

q -c "SELECT commissioning.create_warehouse('w', purpose => 'settlement', person_partitions => 1)" >/dev/null
q <<'SQL' >/dev/null
INSERT INTO w.contract (contract_id, title, basis, valid) VALUES ('ALLIANCE', 'Community alliance', 'risk_share', '[2024-04-01,2026-04-01)'), ('CASES', 'High-cost cases', 'risk_share', '[2024-04-01,2026-04-01)');
INSERT INTO w.contract_terms (contract_id, version, valid, shape, curve, quality, gate, gate_by, factor_gain, cap_gain, split, counterparty, clauses, source, sign_off)
VALUES ('ALLIANCE', 1, '[2024-04-01,2026-04-01)', 'alliance', 'gain 0..5%:1/3, 5%..:25%; loss 0..5%:40% max 1000000', 'linear 50%:0%, 90%:100%', 'linear 5000:3.9%, 60000:1%', 'size', 0.98, '400000',
        'acute 1/3, community 1/3, gp remaining', 'icb', '{"share": "Schedule 3, 2.1"}', 'signed contract', 'none');
INSERT INTO w.contract_terms (contract_id, version, valid, shape, curve, stop_loss, split, counterparty, source, sign_off)
VALUES ('CASES', 1, '[2024-04-01,2026-04-01)', 'stop_loss', 'both 0..:50%', 'gain 0..60000:0%, 60000..300000:75%, 300000..:0%', 'acute 1', 'icb', 'signed contract', 'none');
INSERT INTO w.terms_indicator (contract_id, version, indicator_order, name, weight, scale) VALUES ('ALLIANCE', 1, 1, 'falls', 2, 'linear 60%:0%, 85%:100%'), ('ALLIANCE', 1, 2, 'flow', 1, NULL);
INSERT INTO w.terms_condition (contract_id, version, condition_order, name) VALUES ('ALLIANCE', 1, 1, 'reports in time');
SELECT w.sign_terms('ALLIANCE', 1, 'Chief finance officers'), w.sign_terms('CASES', 1, 'Chief finance officers');
INSERT INTO w.settlement_input (contract_id, period, benchmark, actual, size, data_cutoff, source) VALUES
    ('ALLIANCE', '[2024-04-01,2024-10-01)', 25000000, 24111222.33, 52000, '2024-11-01', 'month 6 flex'),
    ('ALLIANCE', '[2024-04-01,2025-04-01)', 50000000, 48765432.10, 52000, '2025-05-01', 'month 12 freeze'),
    ('CASES', '[2024-04-01,2025-04-01)', 5000000, 5200000, NULL, '2025-05-01', 'patient-level costs');
INSERT INTO w.settlement_indicator_input (contract_id, period, name, score) SELECT 'ALLIANCE', p::daterange, n.name, n.score
FROM unnest('{"[2024-04-01,2024-10-01)","[2024-04-01,2025-04-01)"}'::text[]) p, (VALUES ('falls', 0.775), ('flow', 0.8)) n (name, score);
INSERT INTO w.settlement_condition_input (contract_id, period, name, met, evidence) SELECT 'ALLIANCE', p::daterange, 'reports in time', true, 'log of reports'
FROM unnest('{"[2024-04-01,2024-10-01)","[2024-04-01,2025-04-01)"}'::text[]) p;
INSERT INTO w.settlement_case_input (contract_id, period, case_no, cost) VALUES ('CASES', '[2024-04-01,2025-04-01)', 1, 187654.32), ('CASES', '[2024-04-01,2025-04-01)', 2, 412000), ('CASES', '[2024-04-01,2025-04-01)', 3, 1000);
SELECT count(*) FROM w.settle_contract('ALLIANCE', '[2024-04-01,2024-10-01)', 'interim');
SELECT count(*) FROM w.settle_contract('ALLIANCE', '[2024-04-01,2025-04-01)', 'final');
SELECT count(*) FROM w.settle_contract('CASES', '[2024-04-01,2025-04-01)', 'final');
SQL
runs=$(q -c "SELECT count(*) FROM w.settlement_run WHERE status = 'posted'")
check 'three settlements are posted' "$runs" 3
# stop-loss of settlement.md: 95,740.74 and 180,000.00; 5,000,000 - (5,200,000 - 275,740.74) = 75,740.74, half of it 37,870.37
check 'stop-loss and half of the rest' "$(q -c "SELECT amount FROM w.settlement_run WHERE contract_id = 'CASES'")" 37870.37
q -c "COPY (SELECT w.settlement_bundle(run_id) FROM w.settlement_run ORDER BY run_id) TO STDOUT" >"$dir/bundles"
check 'a bundle names no person' "$(grep -ciE 'person_id|nhs_number|birth' "$dir/bundles" || true)" 0

psql -Xq -d postgres -c "CREATE DATABASE $other" >/dev/null
q -d "$other" -c 'CREATE EXTENSION commissioning CASCADE' >/dev/null 2>&1
check 'the other database has no warehouse' "$(q -d "$other" -c "SELECT count(*) FROM pg_namespace WHERE nspname IN ('w', 'w_reporting')")" 0
q -d "$other" -c 'CREATE TABLE got (n integer GENERATED ALWAYS AS IDENTITY, bundle jsonb)'
q -d "$other" -c '\copy got (bundle) FROM '"$dir/bundles"
check 'every line of every bundle is reproduced' \
	"$(q -d "$other" -c 'SELECT g.n, bool_and(c.ok), count(*) > 15 FROM got g CROSS JOIN LATERAL commissioning.check_bundle(g.bundle) c GROUP BY g.n ORDER BY g.n')" "$(printf '1|t|t\n2|t|t\n3|t|t')"
check 'nothing was left unjudged' "$(q -d "$other" -c 'SELECT count(*) FROM got g CROSS JOIN LATERAL commissioning.check_bundle(g.bundle) c WHERE c.ok IS NULL')" 0
check 'cases, indicators and conditions are lines' \
	"$(q -d "$other" -c "SELECT string_agg(DISTINCT l ->> 'line_code', ' ' ORDER BY l ->> 'line_code') FROM got g, jsonb_array_elements(g.bundle -> 'lines') l WHERE l ->> 'line_code' IN ('case', 'stop_loss', 'indicator', 'condition', 'quality', 'factor')")" \
	'case condition factor indicator quality stop_loss'
# one penny more in any amount of any line
check 'one penny is noticed in every line' "$(q -d "$other" -c "
	SELECT count(*) > 20, count(*) FILTER (WHERE NOT EXISTS (
	    SELECT FROM commissioning.check_bundle(jsonb_set(g.bundle, ARRAY['lines', (l.i - 1)::text, 'amount'], to_jsonb((l.line ->> 'amount')::numeric + 0.01))) c WHERE NOT c.ok AND c.line < 2000))
	FROM got g CROSS JOIN LATERAL jsonb_array_elements(g.bundle -> 'lines') WITH ORDINALITY l (line, i)")" 't|0'
check 'a case that cost a penny more is noticed' \
	"$(q -d "$other" -c "SELECT bool_and(c.ok) FROM got g CROSS JOIN LATERAL commissioning.check_bundle(jsonb_set(g.bundle, '{detail,cases,0}', '187654.33')) c WHERE g.n = 3")" f
check 'a cut bundle is refused' "$(q -d "$other" -c "SELECT * FROM got g CROSS JOIN LATERAL commissioning.check_bundle(g.bundle - 'terms') c" 2>&1 | grep -c 'no usable "terms"')" 1
echo "1..$n"
