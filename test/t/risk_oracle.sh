# The published indices against the tables they are restated from, and scores of 20,000 patients against an independent computation:
# code lists from other publications (test/oracle/index_codes.sql), sums in plain SQL (test/oracle/risk.sql, risk_hcc.sql).
source "$top/test/lib/tap.sh"
data=$top/../shared/data/risk
models='charlson_quan2005_original charlson_quan2005_quan2011 charlson_shmi_uk charlson_se_original charlson_am_original charlson_quan2005_icd9cm_original elixhauser_quan2005_vanwalraven elixhauser_quan2005_swiss elixhauser_quan2005_ahrq_mortality elixhauser_quan2005_icd9cm_vanwalraven hfrs_gilbert2018'

psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/oracle/index_codes.sql"
psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
-- the models by the name the oracle uses: version 1 without a number
CREATE TABLE model AS
SELECT r.name || CASE WHEN r.version = '1' THEN '' ELSE ' ' || r.version END AS name, r.body, r.body::jsonb AS document
FROM commissioning.risk_model_reference r;
CREATE VIEW shipped AS
SELECT m.name AS model, c.member ->> 'key' AS category, p.prefix,
       (c.member ->> 'points')::numeric
       -- the points of an interaction of one category stand in the published table beside its categories
       + coalesce((SELECT sum((i.member ->> 'points')::numeric) FROM jsonb_array_elements(m.document -> 'interactions') AS i (member)
                   WHERE i.member #> '{all,0}' ? (c.member ->> 'key')), 0) AS weight
FROM model m
CROSS JOIN LATERAL jsonb_array_elements(m.document -> 'categories') AS c (member)
CROSS JOIN LATERAL jsonb_array_elements_text(c.member -> 'prefixes') AS p (prefix)
WHERE m.name NOT LIKE '% 2' AND m.name NOT LIKE 'parr30%';
CREATE TABLE published (model text, category text, code_pattern text, weight numeric, note text);
SQL

is "$(sql "SELECT count(*) FROM ((TABLE oracle_map EXCEPT ALL TABLE shipped) UNION ALL (TABLE shipped EXCEPT ALL TABLE oracle_map)) d")" 0 \
	'every prefix, category and weight of every model of codes is that of another publication'
is "$(sql "SELECT string_agg(d::text, ' ') FROM (SELECT w.model, h ->> 'category' AS category, h ->> 'removed_by' AS removed_by FROM (SELECT DISTINCT model FROM oracle_map) w JOIN model m ON m.name = w.model, jsonb_array_elements(m.document -> 'hierarchy') h
		EXCEPT ALL TABLE oracle_hierarchy) d")" '' 'the hierarchies too'
is "$(sql "SELECT count(*) FROM oracle_hierarchy")|$(sql "SELECT count(*) FROM model m, jsonb_array_elements(m.document -> 'hierarchy') h WHERE m.name IN (SELECT model FROM oracle_map)")" '36|36' 'and all of them'
is "$(sql "SELECT model, count(*), sum(weight) FROM oracle_map GROUP BY model ORDER BY model")" \
	$'charlson_am_original|182|308\ncharlson_quan2005_age_adjusted|289|493\ncharlson_quan2005_icd9cm_original|227|386\ncharlson_quan2005_original|289|493\ncharlson_quan2005_quan2011|289|431\ncharlson_se_original|267|489\ncharlson_shmi_uk|224|1529\nelixhauser_quan2005_ahrq_mortality|399|1088\nelixhauser_quan2005_icd9cm_vanwalraven|343|1104\nelixhauser_quan2005_swiss|399|1906\nelixhauser_quan2005_vanwalraven|399|1168\nhfrs_gilbert2018|109|173.2\nlace|273|598' \
	'prefixes and sums of weights'

if [[ -d $data ]]; then
	for file in $models cambridge_multimorbidity efi_clegg2016 ahrq_elixhauser_29_weights ahrq_elixhauser_refined_v2023_weights; do
		psql -XAtq -v ON_ERROR_STOP=1 -c "\\copy published FROM '$data/$file.csv' (FORMAT csv, HEADER)"
	done
	sql "CREATE TABLE hierarchies (LIKE published)"
	psql -XAtq -v ON_ERROR_STOP=1 -c "\\copy hierarchies FROM '$data/comorbidity_hierarchies.csv' (FORMAT csv, HEADER)"
	for model in $models; do
		is "$(sql "WITH p AS (SELECT model, regexp_replace(category, '^HFRS_', ''), code_pattern, weight FROM published WHERE model = '$model'), s AS (SELECT * FROM shipped WHERE model = '$model')
				SELECT count(*) FROM ((TABLE p EXCEPT ALL TABLE s) UNION ALL (TABLE s EXCEPT ALL TABLE p)) d")" 0 \
			"$model is what was published: every prefix, category and weight"
	done
	is "$(sql "SELECT string_agg(DISTINCT category || '<' || code_pattern, ' ' ORDER BY category || '<' || code_pattern) FROM hierarchies")" \
		"$(sql "SELECT string_agg(DISTINCT h.category || '<' || h.removed_by, ' ' ORDER BY h.category || '<' || h.removed_by) FROM oracle_hierarchy h WHERE h.model <> 'lace'")" 'so are the hierarchies'
	is "$(sql "SELECT count(*), count(*) FILTER (WHERE p.weight IS DISTINCT FROM (c.member ->> 'points')::numeric) FROM published p
			LEFT JOIN model m ON m.name = p.model LEFT JOIN LATERAL jsonb_array_elements(m.document -> 'categories') AS c (member) ON CASE WHEN p.model LIKE 'cambridge%' THEN c.member ->> 'label' ELSE c.member ->> 'key' END = p.category
			WHERE p.model ~ '^(cambridge|ahrq)'")" '174|0' 'the weights of the Cambridge score and of AHRQ'
else
	skip 'the models are what was published' 'the tables in ../shared/data/risk are not on this machine'
fi

psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/oracle/risk.sql"
psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE inputs AS
SELECT patient, jsonb_strip_nulls(jsonb_build_object('age', age, 'length_of_stay', stay, 'acute', acute, 'emergency_attendances_6m', visits, 'female', female,
                                                     'orec', orec, 'ltimcaid', ltimcaid, 'nemcaid', nemcaid)) AS inputs
FROM oracle_person;
CREATE TABLE typed AS SELECT family, patient, n, code AS sent, CASE WHEN family <> 'icd9cm' THEN commissioning.to_icd10(code) END AS code FROM oracle_code;
CREATE TABLE ours (patient integer, model text, raw float8, score float8, by_rows float8, by_match float8, by_text float8, explained float8, band text, categories text[], categories_by_rows text[]);

-- Scores by array, by rows, by text and through flags, explained and banded. One model at a time, so that it is read once. Where codes
-- become other categories (edits), those that count before the hierarchy are read from the explanation.
CREATE PROCEDURE score_all(name text, model commissioning.risk_model, of_family text) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ours
    SELECT i.patient, name, commissioning.risk_score_raw(model, c.codes, i.inputs), s.score, commissioning.risk_score_flags(model, c.flags, i.inputs),
           commissioning.risk_score_flags(model, commissioning.risk_match_codes(model, c.codes), i.inputs), commissioning.risk_score_text(model, c.sent, i.inputs),
           e.explained, commissioning.risk_band(model, s.score), CASE of_family WHEN 'icd10' THEN f.categories ELSE e.categories END,
           CASE WHEN of_family = 'icd10' THEN r.categories WHEN f.categories = r.categories THEN e.categories ELSE '{differ}' END
    FROM inputs i
    LEFT JOIN (SELECT t.patient, array_agg(t.code ORDER BY t.n) AS codes, array_agg(t.sent ORDER BY t.n) AS sent, commissioning.risk_flags_agg(commissioning.risk_match(model, t.code)) AS flags
               FROM typed t WHERE t.family = of_family GROUP BY t.patient) c ON c.patient = i.patient
    CROSS JOIN LATERAL (SELECT commissioning.risk_score(model, c.codes, i.inputs) AS score) s
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT k FROM unnest(commissioning.risk_categories(model, c.codes)) k ORDER BY k COLLATE "C") AS categories) f
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT k FROM unnest(commissioning.risk_flags_categories(model, c.flags)) k ORDER BY k COLLATE "C") AS categories) r
    CROSS JOIN LATERAL (SELECT CASE WHEN count(*) = count(x.contribution) THEN coalesce(sum(x.contribution), 0) END AS explained,
                               coalesce(array_agg(x.term ORDER BY x.term COLLATE "C") FILTER (WHERE x.term ~ '^HCC[0-9]+$' AND x.evidence !~ 'needs HCC'), '{}') AS categories
                        FROM commissioning.risk_explain(model, c.codes, i.inputs) x) e
    WHERE of_family <> 'icd9cm';
    -- codes of another system are text
    INSERT INTO ours
    SELECT i.patient, name, NULL, s.score, commissioning.risk_score_flags(model, c.flags, i.inputs), s.score, s.score,
           (SELECT coalesce(sum(e.contribution), 0) FROM commissioning.risk_explain_flags(model, c.flags, i.inputs) e), commissioning.risk_band(model, s.score),
           f.categories, f.categories
    FROM inputs i
    LEFT JOIN (SELECT t.patient, array_agg(t.sent ORDER BY t.n) AS sent, commissioning.risk_flags_agg(commissioning.risk_match_text(model, t.sent)) AS flags
               FROM typed t WHERE t.family = of_family GROUP BY t.patient) c ON c.patient = i.patient
    CROSS JOIN LATERAL (SELECT commissioning.risk_score_text(model, c.sent, i.inputs) AS score) s
    CROSS JOIN LATERAL (SELECT ARRAY(SELECT k FROM unnest(commissioning.risk_flags_categories(model, c.flags)) k ORDER BY k COLLATE "C") AS categories) f
    WHERE of_family = 'icd9cm';
END
$$;
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT m.name, m.body FROM model m WHERE m.name IN (SELECT a.model FROM oracle_answer a) LOOP
        CALL score_all(r.name, r.body, CASE WHEN r.name LIKE '%icd9cm%' THEN 'icd9cm' ELSE 'icd10' END);
    END LOOP;
END
$$;
SQL
diag "$(sql "SELECT format('%s codes, %s not readable; scores of %s patients', count(*) FILTER (WHERE family = 'icd10'), count(*) FILTER (WHERE family = 'icd10' AND code IS NULL), (SELECT count(DISTINCT patient) FROM ours)) FROM typed")"
is "$(sql "SELECT count(*) FROM typed WHERE family = 'icd10' AND (code IS NULL) <> (coalesce(trim(sent), '') = '')")" 0 'every code that is there is read'

# compare MODEL ANSWERS: every column of every patient; not assessed is compared too
compare() {
	is "$(sql "SELECT count(*), count(*) FILTER (WHERE o.categories <> a.categories OR o.categories_by_rows <> a.categories), count(*) FILTER (WHERE o.raw::numeric IS DISTINCT FROM a.raw AND o.model NOT LIKE '%icd9cm%'),
			count(*) FILTER (WHERE o.score::numeric IS DISTINCT FROM a.score), count(*) FILTER (WHERE o.by_rows IS DISTINCT FROM o.score OR o.by_match IS DISTINCT FROM o.score OR o.by_text IS DISTINCT FROM o.score),
			count(*) FILTER (WHERE round(o.explained::numeric, 6) IS DISTINCT FROM a.score), count(*) FILTER (WHERE o.band IS DISTINCT FROM a.band)
		FROM ours o JOIN $2 a ON a.patient = o.patient AND a.model = o.model WHERE o.model = '$1'")" '20000|0|0|0|0|0|0' \
		"$1: categories, raw score, score by array, rows, text and flags, explanation and band of 20,000 patients"
}
for model in $models charlson_quan2005_age_adjusted 'hfrs_gilbert2018 2' lace; do compare "$model" oracle_answer; done
isnt "$(sql "SELECT count(*) FROM oracle_answer WHERE model LIKE 'hfrs%' AND score IN (5, 15)")" 0 'there are scores on the edges of the bands'
is "$(sql "SELECT count(*) FROM (SELECT model FROM oracle_answer WHERE raw <> score GROUP BY model) m")" 12 'and scores that the hierarchy changes, in every model that has one'
isnt "$(sql "SELECT count(*) FROM oracle_sum WHERE model = 'charlson_shmi_uk' AND score < 0")" 0 'and negative totals that count as 0'
is "$(sql "SELECT count(*) FROM (SELECT DISTINCT model, unnest(categories) FROM oracle_answer) c")" 475 'every category of every model occurs'
is "$(sql "SELECT count(DISTINCT score) FROM oracle_answer WHERE model = 'lace'")" 20 'every LACE score from 0 to 19 occurs'

if [[ -d $data ]]; then
	psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/oracle/risk_conditions.sql"
	is "$(sql "WITH given AS (SELECT i.patient, i.inputs || jsonb_build_object('conditions', coalesce(c.list, '[]')) AS inputs, c.conditions
				FROM inputs i LEFT JOIN (SELECT patient, jsonb_agg(condition) AS list, array_agg(condition) AS conditions FROM condition_of GROUP BY patient) c ON c.patient = i.patient)
			SELECT a.model, count(*), count(*) FILTER (WHERE s.score IS DISTINCT FROM a.score), count(*) FILTER (WHERE commissioning.risk_score_flags(m.body, commissioning.risk_match_conditions(m.body, g.conditions), g.inputs) IS DISTINCT FROM a.score),
				count(*) FILTER (WHERE commissioning.risk_band(m.body, s.score) IS DISTINCT FROM a.band), count(*) FILTER (WHERE cardinality(commissioning.risk_flags_categories(m.body, commissioning.risk_match_conditions(m.body, g.conditions))) <> a.categories)
			FROM condition_answer a JOIN model m ON m.name = a.model JOIN given g ON g.patient = a.patient CROSS JOIN LATERAL (SELECT commissioning.risk_score(m.body, NULL, g.inputs) AS score) s GROUP BY a.model ORDER BY a.model")" \
		"$(printf '%s|20000|0|0|0|0\n' ahrq_elixhauser_29_mortality ahrq_elixhauser_29_readmission ahrq_refined_v2023_mortality ahrq_refined_v2023_readmission cambridge_general_20 cambridge_mortality_20 efi_clegg2016)" \
		'scores of conditions by name: score, by flags, band and categories of 20,000 patients'
	is "$(sql "SELECT count(DISTINCT band) FROM condition_answer WHERE model = 'efi_clegg2016'")" 4 'in every band of the frailty index'

	sql "CREATE TABLE hcc_dx (model text, category text, code_pattern text, weight text, note text)"
	for t in hierarchy coefficient label edit interaction; do sql "CREATE TABLE hcc_$t (LIKE hcc_dx)"; done
	copy() { psql -XAtq -v ON_ERROR_STOP=1 -c "\\copy $1 FROM '$data/$2.csv' (FORMAT csv, HEADER)"; }
	for v in v24 v28; do
		copy hcc_dx cms_hcc_${v}_dx; copy hcc_hierarchy cms_hcc_${v}_hierarchy; copy hcc_label cms_hcc_${v}_labels; copy hcc_coefficient cms_hcc_${v}_coefficients
	done
	copy hcc_edit cms_hcc_edits; copy hcc_interaction cms_hcc_interactions
	psql -XAtq -v ON_ERROR_STOP=1 -f "$top/test/oracle/risk_hcc.sql"
	psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
-- the published table has the edits of V28 alone; those of V24 are in the publisher's program V24I0ED2
INSERT INTO hcc_edit
SELECT 'cms_hcc_v24', 'HCC48', c, NULL, 'sex; override; sex=2; age_min=; age_max=' FROM unnest('{D66,D67}'::text[]) c
UNION ALL SELECT 'cms_hcc_v24', 'HCC112', c, NULL, 'age; override; sex=; age_min=; age_max=17' FROM unnest('{J410,J411,J418,J42,J430,J431,J432,J438,J439,J440,J441,J449,J982,J983}'::text[]) c
UNION ALL SELECT 'cms_hcc_v24', NULL, 'F3481', NULL, 'age; invalid; sex=; age_min=19; age_max=5';
INSERT INTO typed SELECT 'icd10cm', patient, n, code, commissioning.to_icd10(code) FROM hcc_code;
CREATE TABLE hcc_model AS
SELECT h.body::jsonb ->> 'name' AS name, h.body
FROM (VALUES ('cms_hcc_v24'), ('cms_hcc_v28')) v (model)
CROSS JOIN LATERAL commissioning.cms_hcc_models(v.model, '2026', 'hcc_dx', 'hcc_hierarchy', 'hcc_label', 'hcc_coefficient', 'hcc_edit', 'hcc_interaction') h;
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT * FROM hcc_model LOOP
        CALL score_all(r.name, r.body, 'icd10cm');
    END LOOP;
END
$$;
ALTER TABLE hcc_answer ADD band text;
SQL
	for v in v24 v28; do for s in cna cnd cfa cfd cpa cpd ins ne snpne; do compare cms_hcc_${v}_$s hcc_answer; done; done
	is "$(sql "SELECT count(*) FROM hcc_answer WHERE raw IS NOT NULL"),$(sql "SELECT count(DISTINCT name) FROM hcc_variable v JOIN hcc_pair p USING (model, name)"),$(sql "SELECT count(DISTINCT (model, name)) FROM hcc_variable WHERE name ~ '^D[0-9]'")" \
		"$(sql "SELECT count(*) FROM hcc_answer WHERE raw IS NOT NULL"),33,20" 'every interaction and every payment count occurs'
	is "$(sql "SELECT sum(g.n) FROM (SELECT count(DISTINCT category) AS n FROM hcc_found GROUP BY model) g")" 201 'and every category of both versions'
else
	skip 'CMS-HCC' 'the tables in ../shared/data/risk are not on this machine'
fi
done_testing
