# The shipped models against the published tables, and scores against an independent computation (test/oracle/risk.sql).
source "$top/test/lib/tap.sh"
data=$top/../shared/data/risk
models='charlson_quan2005_original charlson_quan2005_quan2011 hfrs_gilbert2018'

psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE oracle_map (model text, category text, prefix text, weight numeric);
CREATE TABLE oracle_hierarchy (model text, category text, removed_by text);
CREATE TABLE published (model text, category text, code_pattern text, weight numeric, note text);
CREATE VIEW shipped AS
SELECT r.name AS model, c.member ->> 'key' AS category, p.prefix, (c.member ->> 'points')::numeric AS weight
FROM commissioning.risk_model_reference r
CROSS JOIN LATERAL jsonb_array_elements(r.body::jsonb -> 'categories') AS c (member)
CROSS JOIN LATERAL jsonb_array_elements_text(c.member -> 'prefixes') AS p (prefix);
SQL

if [[ -d $data ]]; then
	for model in $models; do
		psql -XAtq -v ON_ERROR_STOP=1 -c "\\copy published FROM '$data/$model.csv' (FORMAT csv, HEADER)"
	done
	sql "CREATE TABLE hierarchies (LIKE published)"
	psql -XAtq -v ON_ERROR_STOP=1 -c "\\copy hierarchies FROM '$data/comorbidity_hierarchies.csv' (FORMAT csv, HEADER)"
	sql "INSERT INTO oracle_map SELECT model, regexp_replace(category, '^HFRS_', ''), code_pattern, weight FROM published" \
		"INSERT INTO oracle_hierarchy SELECT DISTINCT m.model, h.category, h.code_pattern FROM hierarchies h JOIN oracle_map m ON m.model LIKE h.model || '\\_%'"
	for model in $models; do
		is "$(sql "SELECT count(*) FROM ((TABLE oracle_map EXCEPT ALL TABLE shipped) UNION ALL (TABLE shipped EXCEPT ALL TABLE oracle_map)) d WHERE model = '$model'")" 0 \
			"$model is what was published: every prefix, category and weight"
		is "$(sql "SELECT string_agg(h ->> 'category' || '<' || (h ->> 'removed_by'), ' ' ORDER BY h ->> 'category') FROM jsonb_array_elements(commissioning.registered_model('$model')::jsonb -> 'hierarchy') h")" \
			"$(sql "SELECT string_agg(category || '<' || removed_by, ' ' ORDER BY category) FROM oracle_hierarchy WHERE model = '$model'")" \
			"$model: the hierarchy too"
	done
else
	for model in $models; do
		skip "$model is what was published" 'the tables in ../shared/data/risk are not on this machine'
	done
	sql "INSERT INTO oracle_map TABLE shipped" \
		"INSERT INTO oracle_hierarchy SELECT r.name, h ->> 'category', h ->> 'removed_by' FROM commissioning.risk_model_reference r, jsonb_array_elements(r.body::jsonb -> 'hierarchy') h"
fi
is "$(sql "SELECT model, count(*), sum(weight) FROM oracle_map GROUP BY model ORDER BY model")" \
	$'charlson_quan2005_original|289|493\ncharlson_quan2005_quan2011|289|431\nhfrs_gilbert2018|109|173.2' 'prefixes and sums of weights'

psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/oracle/risk.sql"
psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE typed AS SELECT patient, n, commissioning.to_icd10(code) AS code FROM oracle_code;
CREATE TABLE ours AS
SELECT p.patient, r.name AS model,
       commissioning.risk_score_raw(r.body, c.codes) AS raw, commissioning.risk_score(r.body, c.codes) AS score,
       commissioning.risk_score_flags(r.body, f.flags) AS by_rows, commissioning.risk_score_flags(r.body, commissioning.risk_match_codes(r.body, c.codes)) AS by_match,
       (SELECT coalesce(sum(contribution), 0) FROM commissioning.risk_explain(r.body, c.codes)) AS explained,
       commissioning.risk_band(r.body, commissioning.risk_score(r.body, c.codes)) AS band,
       ARRAY(SELECT k FROM unnest(commissioning.risk_categories(r.body, c.codes)) k ORDER BY k COLLATE "C") AS categories,
       ARRAY(SELECT k FROM unnest(commissioning.risk_flags_categories(r.body, f.flags)) k ORDER BY k COLLATE "C") AS categories_by_rows
FROM generate_series(1, 20000) p (patient)
CROSS JOIN commissioning.risk_model_reference r
LEFT JOIN (SELECT patient, array_agg(code ORDER BY n) AS codes FROM typed GROUP BY patient) c ON c.patient = p.patient
LEFT JOIN (SELECT t.patient, m.name, commissioning.risk_flags_agg(commissioning.risk_match(m.body, t.code)) AS flags
           FROM typed t CROSS JOIN commissioning.risk_model_reference m GROUP BY t.patient, m.name) f ON f.patient = p.patient AND f.name = r.name;
SQL
diag "$(sql "SELECT format('%s codes, %s not readable; scores of %s patients', (SELECT count(*) FROM typed), (SELECT count(*) FROM typed WHERE code IS NULL), (SELECT count(DISTINCT patient) FROM ours))")"
is "$(sql "SELECT count(*) FROM oracle_code o JOIN typed t ON t.patient = o.patient AND t.n = o.n WHERE (t.code IS NULL) <> (coalesce(trim(o.code), '') = '')")" 0 'every code that is there is read'
for model in $models; do
	is "$(sql "SELECT count(*), count(*) FILTER (WHERE o.categories <> a.categories OR o.categories_by_rows <> a.categories), count(*) FILTER (WHERE o.raw::numeric <> a.raw), count(*) FILTER (WHERE o.score::numeric <> a.score),
			count(*) FILTER (WHERE o.by_rows <> o.score OR o.by_match <> o.score), count(*) FILTER (WHERE round(o.explained::numeric, 6) <> a.score), count(*) FILTER (WHERE o.band IS DISTINCT FROM a.band)
		FROM ours o JOIN oracle_answer a ON a.patient = o.patient AND a.model = o.model WHERE o.model = '$model'")" '20000|0|0|0|0|0|0' \
		"$model: categories, raw score, score by array, rows and flags, explanation and band of 20,000 patients"
done
isnt "$(sql "SELECT count(*) FROM oracle_answer WHERE model LIKE 'hfrs%' AND score IN (5, 15)")" 0 'there are scores on the edges of the bands'
isnt "$(sql "SELECT count(*) FROM oracle_answer WHERE raw <> score AND model LIKE '%original'")" 0 'and scores that the hierarchy changes'
is "$(sql "SELECT count(*) FROM (SELECT DISTINCT model, unnest(categories) FROM oracle_answer) c")" 143 'every category of every model occurs'
done_testing
