# A model trained in the warehouse on the county over three years (340,000 people): against the truth that made the events, and with a
# last year whose base rate was raised.
source "$top/test/lib/tap.sh"
gen=$top/test/generator
# make WAREHOUSE SHIFT: the county with its truth, and a risk warehouse with its people and events
make() {
	psql -Xq -v ON_ERROR_STOP=1 -v tier=M3 -v seed=1 -v shift="$2" -v people_only=1 -f "$gen/generate.sql" >/dev/null
	sql "SELECT commissioning.create_warehouse('$1', 'risk_stratification', 4)" >/dev/null
	psql -Xq -v ON_ERROR_STOP=1 -v w="$1" -f "$top/test/lib/county_risk.sql"
}
SECONDS=0
make pop 0
diag "county and warehouse made in $SECONDS s: $(sql 'SELECT count(*) FROM pop.activity') events"
# years of the county begin 365 days after each other
days=$(sql "SELECT format('{%s,%s}', first_day + 364, first_day + 729) FROM county.setting")
SECONDS=0
lives "SELECT pop.make_cohort('admission', '$days', 'emergency_admission')" 'a cohort of two days, a year apart'
diag "cohort of $(sql 'SELECT count(*) FROM pop.cohort_admission') people and days made in $SECONDS s"
features="ARRAY['{\"input\": \"age\", \"spline\": {\"knots\": [15, 30, 50, 65, 80]}}', 'imd_decile', '{\"input\": \"emergency_admissions_12m\", \"max\": 4}',
	'{\"input\": \"emergency_attendances_12m\", \"max\": 4}', '{\"input\": \"cost_12m\", \"transform\": \"log1p\"}'] || (SELECT array_agg(condition ORDER BY n) FROM county.condition_fact)"
SECONDS=0
lives "SELECT pop.train_model('county_admission', '1', 'admission', $features)" 'a logistic model of age, deprivation, use of care and 21 conditions is trained on the first year'
diag "trained in $SECONDS s"
SECONDS=0
psql -XAtq -v ON_ERROR_STOP=1 -c "CREATE TABLE metric AS SELECT * FROM pop.validate_model('county_admission', '1', 'admission')" >/dev/null || true
diag "validated in $SECONDS s"
m() { sql "SELECT round($2::numeric, 4) FROM metric WHERE metric = '$1'"; }
# the ceiling: what the truth itself would have reached on the same people and events (its observable part, and with the latent frailty)
sql "CREATE TABLE ceiling AS
	SELECT (a.x).auc AS observable, (b.x).auc AS whole FROM
	(SELECT commissioning.risk_auc(c.outcome_emergency_admission = 1, t.p_observable ORDER BY t.p_observable) AS x
	 FROM pop.cohort_admission c JOIN truth.risk t ON t.person_id = c.person_id AND t.year_from = c.as_of + 1 WHERE NOT c.training) a,
	(SELECT commissioning.risk_auc(c.outcome_emergency_admission = 1, t.p_true ORDER BY t.p_true) AS x
	 FROM pop.cohort_admission c JOIN truth.risk t ON t.person_id = c.person_id AND t.year_from = c.as_of + 1 WHERE NOT c.training) b"
diag "AUC in the last year $(m auc value) ($(m auc lower) to $(m auc upper)); the truth reaches $(sql 'SELECT round(observable::numeric, 4), round(whole::numeric, 4) FROM ceiling'); slope $(m slope value) ($(m slope lower) to $(m slope upper)), observed/expected $(m oe value)"
ok "$(sql 'SELECT m.value >= 0.97 * c.whole FROM metric m, ceiling c WHERE m.metric = $$auc$$')" 'the AUC in the year after is at least 0.97 of what the truth itself reaches, its latent part included'
ok "$(sql "SELECT value BETWEEN 0.95 AND 1.05 FROM metric WHERE metric = 'slope'")" 'calibration slope between 0.95 and 1.05'
ok "$(sql "SELECT abs(value - 1) < 0.03 FROM metric WHERE metric = 'oe'")" 'observed/expected within 3 %'
later=${days#*,} later=${later%\}}
sql "SELECT pop.make_cohort('later', ARRAY['$later'::date], 'emergency_admission')" >/dev/null
sql "CREATE TABLE drift AS SELECT * FROM pop.check_drift('county_admission', '1', compared_with => 'later')" >/dev/null
is "$(sql "SELECT string_agg(subject || ' ' || measure || ' ' || reading, ', ') FROM drift WHERE reading <> 'stable'")" '' 'a year like the one before is stable'
ok "$(sql "SELECT count(*) > 25 FROM drift")" 'score, calibration and every input were looked at'

# the same county, but 15 % more emergency admissions in the last year than its people explain
make shifted 0.15
sql "SELECT shifted.make_cohort('later', ARRAY['$later'::date], 'emergency_admission')" \
	"SELECT shifted.register_model((SELECT body FROM pop.model WHERE name = 'county_admission'))" \
	"SELECT shifted.make_cohort('admission', '$days', 'emergency_admission')" >/dev/null
sql "CREATE TABLE shifted_drift AS SELECT * FROM shifted.check_drift('county_admission', '1', reference => 'admission', compared_with => 'later')" >/dev/null
diag "shifted by 15 %: $(sql "SELECT measure || ' ' || round(value::numeric, 3) || ' ' || reading FROM shifted_drift WHERE subject = 'calibration' ORDER BY 1" | paste -sd,)"
is "$(sql "SELECT reading IN ('watch', 'act') FROM shifted_drift WHERE measure = 'observed/expected'")" t 'the raised base rate is noticed'
is "$(sql "SELECT string_agg(subject, ', ') FROM shifted_drift WHERE measure = 'psi' AND reading <> 'stable'")" '' 'though people and scores look as before'
done_testing
