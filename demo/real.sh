# Sourced by demo/run --real: the main job on real public data, read in place.
real_data=$top/../shared/data
[[ -d $real_data/real ]] || { echo "skipped: the real data folder ../shared/data/real is not on this machine"; exit 0; }
show() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off "$@"; }
quiet() { PGOPTIONS='-c client_min_messages=warning' psql -Xq -v ON_ERROR_STOP=1 -P pager=off "$@" >/dev/null; }
createdb demo
export PGDATABASE=demo
quiet -c 'CREATE EXTENSION commissioning CASCADE'

say 'Medicare Shared Savings Program 2014 to 2016, 2022 and 2023: every accountable care organisation settled by signed terms, in one statement'
bash test/lib/mssp_load.sh "$real_data/real/mssp" 2014 2015 2016 2022 2023
quiet -c "SELECT commissioning.create_warehouse('icb', purpose => 'settlement', person_partitions => 1)"
quiet -f test/real/mssp.sql
show -c 'SELECT performance_year, acos, earners, earners_reproduced, earners_equal, losses, losses_reproduced, published_total, settled_total FROM mssp.summary ORDER BY performance_year' \
	-c 'SELECT performance_year, aco_id, track, published, settled, reason FROM mssp.not_reproduced ORDER BY performance_year, aco_id'
echo 'One statement, A1001 in 2023:'
show -c "SELECT step, line_code, clause, formula, amount FROM mssp.statement WHERE performance_year = 2023 AND aco_id = 'A1001' ORDER BY step"

say 'Medicare synthetic files: 100,000 people and 57,390 hospital claims through the loader, everyone scored; admissions of 2009 predicted from 2008'
mkdir -p "$work/synpuf" && chmod 777 "$work/synpuf"
quiet -v data="$real_data" -v out="$work/synpuf" -f test/real/synpuf.sql
quiet -c "SELECT commissioning.create_warehouse('medicare', purpose => 'risk_stratification')"
for feed in registrations conditions sus_apc; do commissioning-load -w medicare --feed "$feed" "$work/synpuf/$feed.csv" >/dev/null; done
quiet -c 'CALL medicare.load()' -c "CALL medicare.score_population('charlson_quan2005_original', '2009-12-31')" -c "CALL medicare.score_population('hfrs_gilbert2018', '2009-12-31')"
show -c 'SELECT model, tier, patients, lowest_score, mean_score FROM medicare_reporting.risk_tier ORDER BY model, tier_order DESC'
quiet -c "SELECT medicare.make_cohort('admission_2009', '{2008-12-31}', 'admission', training_share => 0.7, min_age => 0)" -f test/real/synpuf_model.sql
show -c "SELECT metric, round(value::numeric, 4) AS value, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM synpuf.metric WHERE metric IN ('auc', 'brier', 'oe', 'slope')"
psql -XAtq -v ON_ERROR_STOP=1 -f demo/real_report.sql >"$report"

say 'National Cost Collection 2024/25: the real unit costs of 2,500 HRGs price the synthetic county'
createdb priced
export PGDATABASE=priced real_data
quiet -c 'CREATE EXTENSION commissioning CASCADE'
bash test/real/ncc.sh >"$work/ncc_tests.log"
show -c "SELECT pod, count(*) AS lines, sum(l.total_cost)::numeric(16,2) AS claimed_gbp, sum(p.expected_total) AS at_collection_cost_gbp, count(*) FILTER (WHERE p.reason IS NOT NULL) AS not_priced
         FROM icb.current_invoice_line l JOIN icb.line_price p ON p.person_id = l.person_id AND p.submission_id = l.submission_id AND p.line_no = l.line_no
         WHERE pod IN ('DC', 'EL', 'NEL', 'NELNE', 'AE') GROUP BY pod ORDER BY claimed_gbp DESC"
echo "done in $((SECONDS - clock)) s: real data settled, scored and priced; the pictures of the model are in $report"
