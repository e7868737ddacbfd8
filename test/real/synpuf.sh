#!/usr/bin/env bash
# The CMS synthetic public use files, samples 1 to 10: 100,000 people and 57,390 inpatient claims through the loader into a
# warehouse, diagnoses mapped to ICD-10, everyone scored; scores compared with a re-computation in plain SQL from the published tables.
set -euo pipefail
source "$top/test/lib/tap.sh"
out=$work/synpuf
mkdir -p "$out" && chmod 777 "$out"

psql -Xq -v data="$real_data" -v out="$out" -f "$top/test/real/synpuf.sql"
is "$(sql 'SELECT count(*), count(icd10cm) FROM synpuf.diagnosis')" '462018|452813' 'diagnoses, and those the published map knows'

sql "SELECT commissioning.create_warehouse('medicare', purpose => 'risk_stratification')" >/dev/null
# the people are keyed by the publisher's pseudonym; columns the feed does not know are kept
(cd "$out" && commissioning-load -w medicare --feed registrations registrations.csv && commissioning-load -w medicare --feed conditions conditions.csv && commissioning-load -w medicare --feed sus_apc sus_apc.csv) >"$out/load.log" 2>&1 \
	|| diag "$(cat "$out/load.log")"
psql -Xq -v ON_ERROR_STOP=1 -c 'CALL medicare.load()' >"$out/run.log" 2>&1 || diag "$(tail -n 5 "$out/run.log")"

is "$(sql 'SELECT count(*) FROM medicare.person')" 100000 'people'
is "$(sql 'SELECT count(*) FROM medicare.activity')" 57390 'claims'
is "$(sql 'SELECT count(*) FROM medicare.reject')" 0 'rows refused'
is "$(sql 'SELECT sum(cardinality(diagnoses)) FROM medicare.activity')" 452813 'diagnoses on the record'
is "$(sql "SELECT count(*) FROM medicare.activity WHERE extra ->> 'diagnosis related group' <> ''")" \
	"$(sql "SELECT count(*) FROM synpuf.claim WHERE drg <> ''")" 'unknown columns are kept'

# everyone scored, whether or not they lived to the end of the files
sql "CREATE TABLE scored AS
     SELECT p.person_id, m.name AS model, commissioning.risk_score_flags(m.body, f.flags) AS score
     FROM medicare.person p
     CROSS JOIN (SELECT name, body FROM medicare.known_model WHERE newest AND name IN ('charlson_quan2005_original', 'charlson_quan2005_quan2011', 'hfrs_gilbert2018')) m
     CROSS JOIN LATERAL (SELECT commissioning.risk_flags_agg(commissioning.risk_match(m.body, d.code)) AS flags
                         FROM medicare.activity a, unnest(a.diagnoses) AS d(code) WHERE a.person_id = p.person_id) f"
is "$(sql 'SELECT model, count(*), count(score) FROM scored GROUP BY model ORDER BY model')" \
	$'charlson_quan2005_original|100000|100000\ncharlson_quan2005_quan2011|100000|100000\nhfrs_gilbert2018|100000|100000' 'everyone is scored by three models'

# the oracle: the published tables joined by prefix, in numeric
sql 'CREATE TABLE published (model text, category text, code_pattern text, weight numeric, note text)'
for model in charlson_quan2005_original charlson_quan2005_quan2011 hfrs_gilbert2018; do
	psql -Xq -c "\\copy published FROM '$real_data/risk/$model.csv' (FORMAT csv, HEADER)"
done
sql "CREATE TABLE oracle AS
     WITH code AS (SELECT DISTINCT c.pseudonym, d.icd10cm FROM synpuf.claim c JOIN synpuf.diagnosis d ON d.claim_no = c.claim_no WHERE d.icd10cm IS NOT NULL),
     known AS (SELECT DISTINCT k.icd10cm, p.model, p.category, p.weight FROM (SELECT DISTINCT icd10cm FROM code) k JOIN published p ON starts_with(k.icd10cm, p.code_pattern)),
     hit AS (SELECT DISTINCT code.pseudonym, known.model, known.category, known.weight FROM code JOIN known ON known.icd10cm = code.icd10cm)
     SELECT h.pseudonym, h.model, sum(h.weight) AS score
     FROM hit h
     WHERE NOT EXISTS (SELECT FROM hit x WHERE x.pseudonym = h.pseudonym AND x.model = h.model
                       AND (h.category, x.category) IN (('mld', 'msld'), ('diab', 'diabwc'), ('canc', 'metacanc')))
     GROUP BY h.pseudonym, h.model"
is "$(sql "SELECT count(*) FROM scored s
           JOIN medicare_identity.person_identifier i ON i.person_id = s.person_id
           LEFT JOIN oracle o ON o.pseudonym = i.value AND o.model = s.model
           WHERE s.score::numeric <> coalesce(o.score, 0)")" 0 'every score equals the re-computation'
diag "$(sql "SELECT model || ': mean ' || round(avg(score)::numeric, 3) || ', highest ' || max(score) || ', above zero ' || count(*) FILTER (WHERE score > 0) FROM scored GROUP BY model ORDER BY model")"

# the persisted run: those registered and alive on the day
psql -Xq -v ON_ERROR_STOP=1 -c "CALL medicare.score_population('charlson_quan2005_original', '2009-12-31')" >>"$out/run.log" 2>&1 || diag "$(tail -n 5 "$out/run.log")"
is "$(sql "SELECT people FROM medicare.current_risk_run WHERE model = 'charlson_quan2005_original'")" \
	"$(sql "SELECT count(*) FROM synpuf.person WHERE death_date = '' OR death_date::date > '2009-12-31'")" 'the population run scores those alive on the day'
# A model of admissions in 2009 from what was known at the end of 2008, trained on a share of the people and held against the others.
# The files are synthetic, their joint distribution is not that of real people, and discrimination is weak.
is "$(sql "SELECT medicare.make_cohort('admission_2009', '{2008-12-31}', 'admission', training_share => 0.7, min_age => 0)")" \
	"$(sql "SELECT count(*) FROM synpuf.person WHERE death_date = '' OR death_date::date > '2008-12-31'")" 'a cohort of everybody alive at the end of 2008'
is "$(sql 'SELECT sum(outcome_admission), sum(outcome_admissions) FROM medicare.cohort_admission_2009')" \
	"$(sql "SELECT count(DISTINCT pseudonym), count(*) FROM synpuf.claim c JOIN synpuf.person p USING (pseudonym)
		WHERE c.admitted::date BETWEEN '2009-01-01' AND '2009-12-31' AND (p.death_date = '' OR p.death_date::date > '2008-12-31')")" 'who was admitted in 2009, and how often'
psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/real/synpuf_model.sql" >"$out/model.log" 2>&1; ok $? 'trained, validated, approved, scored, reported'
[[ $(grep -c ERROR "$out/model.log") == 0 ]] || diag "$(grep ERROR "$out/model.log")"
diag "$(sql "SELECT string_agg(metric || ' ' || round(value::numeric, 4), ', ') FROM synpuf.metric WHERE metric IN ('auc', 'slope', 'oe', 'brier', 'citl')")"
ok "$(sql "SELECT lower > 0.55 FROM synpuf.metric WHERE metric = 'auc'")" 'it tells people apart better than chance, if not by much'
ok "$(sql "SELECT value BETWEEN 0.9 AND 1.1 FROM synpuf.metric WHERE metric = 'slope'")" 'the slope in the other people is near one'
ok "$(sql "SELECT lower < 1 AND upper > 1 FROM synpuf.metric WHERE metric = 'oe'")" 'so is observed/expected'
# the fit against an independent one: the sums that a maximum of the likelihood makes vanish, computed in plain SQL from the published coefficients
# (coefficients of conditions are kept in millionths)
is "$(sql "SELECT max(abs(g)) < 0.01 FROM synpuf.gradient")" t 'the likelihood is at its maximum: every score equation is zero'
like "$(sql "SELECT medicare.model_report('admission_2009', '1')")" 'beneficiary|admission' 'the report is written from the registry'
done_testing
