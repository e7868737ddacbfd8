# Medicare Shared Savings Program 2022 and 2023: the published payments, reproduced by terms that are data.
source "$top/test/lib/tap.sh"

bash "$top/test/lib/mssp_load.sh" "$real_data/real/mssp" 2022 2023
psql -Xq -v ON_ERROR_STOP=1 -c "SELECT commissioning.create_warehouse('icb', purpose => 'settlement', person_partitions => 1)" >/dev/null
psql -Xq -v ON_ERROR_STOP=1 -f "$top/test/real/mssp.sql"

row() { psql -XAt -c "SELECT $1 FROM mssp.summary WHERE performance_year = $2"; }
value() { psql -XAt -c "$1"; }

is "$(row acos 2022)" 482 '2022: every ACO of the file is settled'
is "$(row acos 2023)" 453 '2023: every ACO of the file is settled'
is "$(row 'earners, earners_within_a_dollar' 2022)" '304|304' '2022: all 304 payments within one dollar'
is "$(row 'earners, earners_within_a_dollar' 2023)" '313|313' '2023: all 313 payments within one dollar'
is "$(row earners_equal 2022)" 256 '2022: 256 payments equal outright'
is "$(row earners_equal 2023)" 263 '2023: 263 payments equal outright'
is "$(row 'nothing, nothing_equal' 2022)" '178|178' '2022: who gets nothing gets nothing'
is "$(row 'nothing, nothing_equal' 2023)" '120|120' '2023: who gets nothing gets nothing'
is "$(row published_total 2022)" 2524453557 '2022: the published total is that of the file'
is "$(row published_total 2023)" 3080241484 '2023: the published total is that of the file'
is "$(row 'rounding_gap, settled_total - published_total - rounding_gap - unreproduced_gap' 2022)" '2.00|0.00' '2022: totals differ by 2 dollars of rounding'
is "$(row 'rounding_gap, settled_total - published_total - rounding_gap - unreproduced_gap' 2023)" '13.00|0.00' '2023: totals differ by 13 dollars of rounding and the rows listed below'
is "$(row 'losses, losses_within_a_dollar' 2023)" '20|17' '2023: 17 of 20 losses within one dollar'
is "$(value "SELECT string_agg(aco_id, ' ' ORDER BY aco_id) FROM mssp.not_reproduced WHERE reason LIKE 'revenue-based%'")" 'A1241 A4627 A5293' 'rows that need the unpublished revenue are named'
is "$(value "SELECT count(*) FROM mssp.not_reproduced WHERE reason = 'unexplained'")" 0 'and no other row differs'
is "$(value 'SELECT count(*) FROM mssp.waived')" 15 '2022: the 15 waived losses are named'
is "$(value "SELECT amount FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A1001' AND line_code = 'settlement'")" 73426268.00 'A1001'
is "$(value "SELECT amount FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A2029' AND line_code = 'settlement'")" -3704703.00 'A2029'
is "$(value "SELECT string_agg(line_code, ' ' ORDER BY step) FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A1001'")" \
	'difference gate band share factor cap settlement' 'gate, factor and cap stand as lines of their own'
is "$(value "SELECT rate FROM mssp.statement WHERE performance_year = 2022 AND aco_id = 'A1001' AND line_code = 'factor'")" 98% 'the 2 % is a line'
is "$(value "SELECT bool_and(s.lines = 1) FROM (SELECT count(*) FILTER (WHERE line_code = 'factor') AS lines FROM mssp.statement st JOIN mssp.result r USING (performance_year, aco_id) WHERE r.published > 0 GROUP BY performance_year, aco_id) s")" t 'for every payment'
is "$(value "SELECT count(DISTINCT (contract_id, version)) FROM mssp.statement")" 12 'one signed version per track and year'
diag "$(psql -X -c 'SELECT performance_year, aco_id, track, published, settled, reason FROM mssp.not_reproduced')"
done_testing
