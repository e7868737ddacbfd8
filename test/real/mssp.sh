# Medicare Shared Savings Program 2014 to 2016, 2022 and 2023: the published payments, reproduced by terms that are data.
source "$top/test/lib/tap.sh"

bash "$top/test/lib/mssp_load.sh" "$real_data/real/mssp" 2014 2015 2016 2022 2023
psql -Xq -v ON_ERROR_STOP=1 -c "SELECT commissioning.create_warehouse('icb', purpose => 'settlement', person_partitions => 1)" >/dev/null
psql -Xq -v ON_ERROR_STOP=1 -f "$top/test/real/mssp.sql"

row() { psql -XAt -c "SELECT $1 FROM mssp.summary WHERE performance_year = $2"; }
value() { psql -XAt -c "$1"; }

is "$(row acos 2022)" 482 '2022: every ACO of the file is settled'
is "$(row acos 2023)" 453 '2023: every ACO of the file is settled'
is "$(row 'earners, earners_reproduced' 2022)" '304|304' '2022: all 304 payments within one dollar'
is "$(row 'earners, earners_reproduced' 2023)" '313|313' '2023: all 313 payments within one dollar'
is "$(row earners_equal 2022)" 256 '2022: 256 payments equal outright'
is "$(row earners_equal 2023)" 263 '2023: 263 payments equal outright'
is "$(row 'nothing, nothing_equal' 2022)" '178|178' '2022: who gets nothing gets nothing'
is "$(row 'nothing, nothing_equal' 2023)" '120|120' '2023: who gets nothing gets nothing'
is "$(row published_total 2022)" 2524453557 '2022: the published total is that of the file'
is "$(row published_total 2023)" 3080241484 '2023: the published total is that of the file'
is "$(row 'rounding_gap, settled_total - published_total - rounding_gap - unreproduced_gap' 2022)" '2.00|0.00' '2022: totals differ by 2 dollars of rounding'
is "$(row 'rounding_gap, settled_total - published_total - rounding_gap - unreproduced_gap' 2023)" '13.00|0.00' '2023: totals differ by 13 dollars of rounding and the rows listed below'
is "$(row 'losses, losses_reproduced' 2023)" '20|17' '2023: 17 of 20 losses within one dollar'
is "$(value "SELECT string_agg(aco_id, ' ' ORDER BY aco_id) FROM mssp.not_reproduced WHERE reason LIKE 'revenue-based%'")" 'A1241 A4627 A5293' 'rows that need the unpublished revenue are named'
is "$(value "SELECT count(*) FROM mssp.not_reproduced WHERE reason = 'unexplained'")" 0 'and no other row differs'
is "$(value 'SELECT count(*) FROM mssp.waived')" 15 '2022: the 15 waived losses are named'
is "$(value "SELECT amount FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A1001' AND line_code = 'settlement'")" 73426268.00 'A1001'
is "$(value "SELECT amount FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A2029' AND line_code = 'settlement'")" -3704703.00 'A2029'
is "$(value "SELECT string_agg(line_code, ' ' ORDER BY step) FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A1001'")" \
	'difference gate band share factor cap settlement' 'gate, factor and cap stand as lines of their own'
is "$(value "SELECT rate FROM mssp.statement WHERE performance_year = 2022 AND aco_id = 'A1001' AND line_code = 'factor'")" 98% 'the 2 % is a line'
is "$(value "SELECT bool_and(s.lines = 1) FROM (SELECT count(*) FILTER (WHERE line_code = 'factor') AS lines FROM mssp.statement st JOIN mssp.result r USING (performance_year, aco_id) WHERE r.published > 0 GROUP BY performance_year, aco_id) s")" t 'for every payment'
is "$(value "SELECT count(DISTINCT (contract_id, version)) FROM mssp.statement")" 19 'one signed version per track and year'

# 2014 to 2016: rates are printed rounded (0.01 in 2014, 0.0001 after), so a payment is known to half of that times the saving, and a dollar
for year in '2014 333 86 341246303' '2015 392 119 645543866' '2016 432 134 691275105'; do
	set -- $year
	is "$(row acos $1)" $2 "$1: every ACO of the file is settled"
	is "$(row 'earners, earners_reproduced, not_reproduced' $1)" "$3|$3|0" "$1: all $3 payments within the rounding of the printed rate"
	is "$(row 'nothing - nothing_equal' $1)" 0 "$1: who gets nothing gets nothing"
	is "$(row published_total $1)" $4 "$1: the published total is that of the file"
	is "$(value "SELECT abs($4 - sum(settled)) <= sum(tolerance) FROM mssp.result WHERE performance_year = $1")" t "$1: and so are the totals"
	ok "$(value "SELECT CASE WHEN max(abs(gap)) > 1 THEN 0 ELSE 1 END FROM mssp.result WHERE performance_year = $1")" "$1: the printed rate does not give every dollar, so the tolerance is used"
done
is "$(row 'losses, losses_reproduced' 2016)" '4|4' '2016: all four losses'
is "$(value "SELECT count(*) FROM mssp.result WHERE performance_year = 2016 AND published < 0 AND abs(gap) <= 1")" 4 'to the dollar'
is "$(value "SELECT s.amount || ' ' || c.formula FROM mssp.statement s JOIN mssp.statement c USING (performance_year, aco_id) WHERE performance_year = 2016 AND aco_id = 'A00755' AND s.line_code = 'settlement' AND c.line_code = 'cap'" | tr '\n' ' ')" \
	'11976300.00 12,264,611.821462 at most 10% of base 119,762,995.00 = 11,976,299.50: capped ' 'A00755: the cap comes after the 2 %'
is "$(value "SELECT string_agg(n::text, ' ' ORDER BY y) FROM (SELECT performance_year AS y, count(*) AS n FROM mssp.aco WHERE score = 0 AND difference >= minimum_rate * benchmark AND difference > 0 GROUP BY 1) q")" '6 1' \
	'the quality gate: 6 ACOs of 2014 and 1 of 2015 saved enough and earned nothing'
diag "$(psql -X -c 'SELECT performance_year, aco_id, track, published, settled, reason FROM mssp.not_reproduced')"
done_testing
