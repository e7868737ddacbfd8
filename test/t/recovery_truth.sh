#!/usr/bin/env bash
# The county's providers answer as the truth says they do: what is credited equals the truth, line by line, to the penny.
set -euo pipefail
source "$top/test/lib/tap.sh"
source "$top/test/lib/rules_score.sh"
dir=$work/county_recovery
bash "$top/test/generator/run.sh" S 1 "$dir" >"$work/recovery.log" 2>&1
sql "SELECT commissioning.create_warehouse('icb', 'invoice_validation')" >/dev/null
load_county "$dir"
rm -rf "$dir"
stage match && stage price && stage validate
psql -Xq -v ON_ERROR_STOP=1 -f "$top/test/lib/rules_score.sql" -f - >"$work/recovery.log" 2>&1 <<'SQL' || { tail -n 5 "$work/recovery.log" | sed 's/^/# /'; ok 1 'answers are given'; }
SET icb.today = '2025-05-20';
INSERT INTO icb.challenge_policy (contract_id, setting, value) VALUES ('*', 'raise_within', NULL), ('*', 'least_line', 0), ('*', 'least_batch', 0), ('*', 'weekly_minutes', NULL);
CALL icb.raise_challenges();
CREATE TABLE public.answer AS
SELECT l.challenge_id, l.challenge_line_id, l.raised, t.outcome, t.accepted_gbp AS accepted
FROM icb.challenge_line l
JOIN current_line c ON c.line_key = l.line_key AND c.commissioner_code = l.commissioner_code
JOIN truth.planted p ON p.file_name = c.file_name AND p.line_no = c.line_no AND p.rule_code = l.rule_code AND p.kind = 'plant'
JOIN truth.answer t ON t.line_id = p.line_id AND t.rule_code = p.rule_code
WHERE l.state = 'raised' AND l.raised > 0;
SELECT icb.respond_challenge(a.challenge_id, CASE WHEN a.accepted = a.raised THEN 'accept' WHEN a.accepted > 0 THEN 'part' ELSE 'reject' END,
                             accepted => CASE WHEN a.accepted > 0 AND a.accepted < a.raised THEN a.accepted END, lines => ARRAY[a.challenge_line_id], happened_on => '2025-05-30')
FROM answer a WHERE a.outcome IN ('accept', 'part', 'reject');
SELECT icb.credit_challenge(a.challenge_id, 'credit note', lines => ARRAY[a.challenge_line_id], happened_on => '2025-06-10') FROM answer a WHERE a.accepted > 0;
SQL
is "$(sql 'SELECT count(*) > 100, count(DISTINCT outcome) >= 4 FROM public.answer')" 't|t' 'hundreds of lines get every kind of answer'
is "$(sql 'SELECT sum(accepted) FROM public.answer')" "$(sql 'SELECT sum(credited) FROM icb.challenge_balance')" 'what was recovered is what the truth says'
is "$(sql 'SELECT count(*) FROM public.answer a JOIN icb.challenge_balance b ON b.challenge_line_id = a.challenge_line_id WHERE b.credited <> a.accepted')" 0 'on every line'
is "$(sql 'SELECT sum(abs(difference) + ledger_difference) FROM icb.challenge_balance')" 0.00 'and the ledger adds up'
done_testing
