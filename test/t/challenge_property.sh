# Random histories of challenges over flex, freeze and refresh in any order, beside a second bookkeeper who keeps the pence on his own.
source "$top/test/lib/tap.sh"
seed=${CHALLENGE_SEED:-0.2024}
export PGOPTIONS='-c client_min_messages=warning'
sql "SELECT commissioning.create_warehouse('chal', 'invoice_validation', 2)" >/dev/null
psql -Xq -v ON_ERROR_STOP=1 -f "$top/test/lib/challenge_claims.sql" -f "$top/test/lib/challenge_model.sql" >/dev/null
ok $? 'claims and the second bookkeeper'
start=$(date +%s)
lives "SELECT chal_model.drive(300, 15, $seed::float8)" "300 histories of 15 steps, seed $seed"
diag "$(($(date +%s) - start)) s; $(sql "SELECT string_agg(what || ' ' || n, ', ' ORDER BY what) FROM chal_model.tally")"
is "$(sql "SELECT string_agg(x.t, E'\n') FROM (SELECT concat_ws(' | ', step, history, what, left(detail, 900)) AS t FROM chal_model.fault ORDER BY step, history LIMIT 5) x")" '' \
	'at every moment both books say the same, raised is the sum of its parts, credited is at most agreed, per line and in total'
is "$(sql "SELECT count(*) FROM unnest('{acknowledge,accept,part,reject,more_information,inform,agree,sustain,withdraw_review,withdraw,escalate,mediate,determine,credit,credit_part,return,close,waive,refused}'::text[]) a
	WHERE NOT EXISTS (SELECT FROM chal_model.tally t WHERE t.what = a)")" 0 'every kind of step was taken, and some were refused'
is "$(sql "SELECT string_agg(a, ', ') FROM unnest('{raised,acknowledged,responded,reviewed,escalated,mediation,determined,agreed,credited,closed,corrected_at_source,rebilled,time_barred,waived}'::text[]) a
	WHERE NOT EXISTS (SELECT FROM chal.challenge_line_event e WHERE e.to_state = a)")" '' 'every state was reached'
is "$(sql "SELECT count(*) FROM (SELECT DISTINCT action FROM chal.challenge_event) e WHERE e.action IN ('correct', 'rebill', 'lapse', 'reopen', 'raise_more', 'time_bar')")" 6 \
	'restatements corrected, re-billed, withdrew, brought back and raised more; deadlines ended'
# recovered: the notes that came less those that went back, and the bills that were put right
is "$(sql "SELECT sum(credited) FROM chal.challenge_balance")" \
	"$(sql "SELECT ((SELECT sum(pence) FROM chal_model.credit) - (SELECT coalesce(sum(-credit_notes), 0) * 100 FROM chal.challenge_line_event e JOIN chal.challenge_event v ON v.event_id = e.event_id AND v.action = 'return_credit') + (SELECT sum(corrected) FROM chal_model.purse))::numeric(16,2) / 100" | sed 's/\(\.[0-9][0-9]\)0*$/\1/')" \
	'recovered pounds are the credit notes that came, less those given back, and what was put right in the bill'
is "$(sql "SELECT (sum(notes + corrected) / 100.0)::numeric(16,2) FROM chal_model.purse")" "$(sql "SELECT sum(credited) FROM chal.challenge_balance")" 'and what the second bookkeeper has'
is "$(sql "SELECT count(*) FROM (SELECT line_key, rule_code FROM chal.challenge_line GROUP BY 1, 2 HAVING count(*) > 1) x")" 0 'no issue was raised twice'
done_testing
