# Who sees which people: row level security by practice, NHS numbers for a practice's own people alone and on record, nothing that
# SET could change; after an upgrade and a restore too.
source "$top/test/lib/tap.sh"
sql "SELECT commissioning.create_warehouse('p', 'risk_stratification', 2)" "SELECT commissioning.create_roles('p')" >/dev/null 2>&1
for r in gp_a gp_b gp_both clerk analyst outsider; do psql -Xq -c "DROP ROLE IF EXISTS pr_$r" -c "CREATE ROLE pr_$r LOGIN" 2>/dev/null; done
sql "GRANT p_practice TO pr_gp_a, pr_gp_b, pr_gp_both" "GRANT pr_gp_a TO pr_clerk" "GRANT p_analyst TO pr_analyst" \
	"INSERT INTO p.row_reader (role_name, practice_code) VALUES ('pr_gp_a', 'Y00001'), ('pr_gp_b', 'Y00002'), ('pr_gp_both', 'Y00001'), ('pr_gp_both', 'Y00002')" "
	INSERT INTO p.person (person_id, sex, birth_month) SELECT i, '1', '1940-01-01' FROM generate_series(1, 20) i;
	INSERT INTO p_identity.person_identifier SELECT 'nhs_number', (9990000000 + i)::text, i FROM generate_series(1, 19) i;
	-- ten people in each practice; person 3 has moved from the first to the second
	INSERT INTO p.registration (person_id, practice_code, valid_from) SELECT i, CASE WHEN i <= 10 THEN 'Y00001' ELSE 'Y00002' END, '2020-01-01' FROM generate_series(1, 20) i WHERE i <> 3;
	INSERT INTO p.registration VALUES (3, 'Y00001', '2020-01-01', '2024-01-01', NULL), (3, 'Y00002', '2024-01-01', NULL, NULL);
	INSERT INTO p.activity (person_id, dataset, provider_code, start_date, end_date, diagnoses) SELECT i, 'APC', 'RXX', '2024-05-01', '2024-05-02', '{I50}' FROM generate_series(1, 20) i;" >/dev/null
psql -Xq -c "CALL p.score_population('charlson_quan2005_original', '2024-06-01')" >/dev/null 2>&1

as() { local who=$1; shift; PGUSER=pr_$who psql -XAtq "${@/#/-c}" 2>&1 | sed 's/^psql:.*: ERROR/ERROR/' || true; }
state() { PGUSER=pr_$1 sqlstate "$2"; }
seen='SELECT count(*), count(DISTINCT practice_code), min(practice_code) FROM p_reporting.risk_register'
is "$(as gp_a "$seen")" '9|1|Y00001' 'a practice sees its own people'
is "$(as gp_b "$seen")" '11|1|Y00002' 'the other its own, the one who moved there included'
is "$(as gp_both "$seen")" '20|2|Y00001' 'a role of two practices sees both'
is "$(as analyst "$seen")" '20|2|Y00001' 'an analyst sees all'
is "$(as clerk "$seen")" '9|1|Y00001' 'a member of the practice role sees what the practice sees'
is "$(state outsider "$seen")" 42501 'anybody else sees nothing'
is "$(as gp_a 'SELECT count(*) FROM p.risk_score')" 9 'the table behind the view is guarded too'
is "$(as gp_a "SELECT count(*) FROM p_reporting.risk_register WHERE practice_code = 'Y00002'" "SELECT count(*) FROM p.risk_score WHERE person_id = 15")" $'0\n0' 'asking for others finds none'

# what a user can SET
is "$(as gp_a "SET row_security = off; SELECT count(*) FROM p.risk_score" | grep -c 'row-level security')" 1 'row_security = off is refused'
is "$(as gp_a "SET ROLE p_practice; $seen")" '0|0|' 'the group role alone sees no practice'
is "$(state gp_a 'SET ROLE pr_gp_b')" 42501 'no other practice can be put on'
is "$(state gp_a 'SET SESSION AUTHORIZATION pr_gp_b')" 42501 'nor another login'
is "$(as gp_a "SET search_path = pg_temp, p, public; CREATE TEMP VIEW visible_practice AS SELECT '*'::text AS practice_code; CREATE TEMP TABLE row_reader AS SELECT 'pr_gp_a'::text AS role_name, '*'::text AS practice_code; $seen" | tail -n 1)" '9|1|Y00001' 'objects of the same name change nothing'
is "$(as gp_a "SET \"p.practice\" = 'Y00002'; SET application_name = 'pr_gp_b'; $seen")" '9|1|Y00001' 'nor do settings'
is "$(state gp_a "INSERT INTO p.row_reader (role_name, practice_code) VALUES ('pr_gp_a', '*')")" 42501 'a practice does not widen its own view'
for table in person registration activity person_condition; do is "$(state gp_a "SELECT * FROM p.$table")" 42501 "a practice reads no $table"; done
is "$(state gp_a 'SELECT * FROM p_identity.person_identifier')" 42501 'nor identifiers'
is "$(state gp_a "CALL p.score_population('charlson_quan2005_original')")" 42501 'nor runs a stage'
leak='CREATE FUNCTION pg_temp.leak(bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '"'person %'"', $1; RETURN true; END $$'
is "$(as gp_a "$leak" 'SELECT count(*) FROM p.risk_score WHERE pg_temp.leak(person_id)' | grep -c 'person 1[1-9]')" 0 'a cheap function of the user is not shown the others first'

# why: for the practice's own people, though it reads no record
is "$(as gp_a "SELECT reason FROM p.why_my_patient(1, 'charlson_quan2005_original') WHERE term = 'chf'")" 'Congestive heart failure: I50, 1 event, 2024-05-02' 'a practice is told why its patient has the score'
is "$(as clerk "SET ROLE pr_gp_a; SELECT count(*) FROM p.what_changed_for_my_patient(1, 'charlson_quan2005_original')")" 2 'and what changed'
is "$(state gp_a "SELECT * FROM p.why_my_patient(15, 'charlson_quan2005_original')")$(state gp_a "SELECT * FROM p.what_changed_for_my_patient(3, 'charlson_quan2005_original')")" 4250142501 'not of others'
is "$(state analyst "SELECT * FROM p.why_my_patient(1, 'charlson_quan2005_original')")$(state gp_a "SELECT * FROM p.why_person(1, 'charlson_quan2005_original')")" 4250142501 'an analyst has his own function, which is not for practices'
is "$(as analyst "SELECT count(*) FROM p.why_person(1, 'charlson_quan2005_original') WHERE term = 'chf'")" 1 'and it answers him'

# NHS numbers
is "$(as gp_a "SELECT p.nhs_number_of(1, 'review of the list')")" 9990000001 'a practice is told the number of its patient'
is "$(as clerk "SET ROLE pr_gp_a; SELECT p.nhs_number_of(2, 'review of the list')")" 9990000002 'a member of its role too, whatever role is set'
is "$(state gp_a "SELECT p.nhs_number_of(15, 'review')")" 42501 'not that of a patient of another practice'
is "$(state gp_a "SELECT p.nhs_number_of(3, 'review')")" 42501 'nor of one who has left'
is "$(as gp_b "SELECT p.nhs_number_of(3, 'review')")" 9990000003 'but the practice where he is now'
is "$(as gp_a "SELECT p.nhs_number_of(4711, 'review')" | sed 's/4711/N/')" "$(as gp_a "SELECT p.nhs_number_of(15, 'review')" | sed 's/ 15 / N /')" 'an unknown person reads the same'
is "$(state gp_a "SELECT p.nhs_number_of(1, '  ')") $(state gp_a 'SELECT p.nhs_number_of(1, NULL)')" '22023 22023' 'a reason is needed'
is "$(state gp_b "SELECT p.nhs_number_of(20, 'review')")" P0002 'none is held: said so'
is "$(state analyst "SELECT p.nhs_number_of(1, 'curious')")" 42501 'an analyst is not told'
sql "GRANT EXECUTE ON FUNCTION p.nhs_number_of(bigint, text) TO pr_analyst" >/dev/null
is "$(state analyst "SELECT p.nhs_number_of(1, 'curious')")" 42501 'all practices are not every practice'
is "$(sql "SELECT person_id, practice_code, asked_by, acting_as, reason FROM p.reidentification ORDER BY reidentification_id")" \
	$'1|Y00001|pr_gp_a|none|review of the list\n2|Y00001|pr_clerk|pr_gp_a|review of the list\n3|Y00002|pr_gp_b|none|review' 'every answer is on record, with the login'
is "$(as gp_a 'SELECT count(*) FROM p_reporting.reidentification_log')" 2 'a practice sees what was told of its own'
is "$(as analyst 'SELECT count(*) FROM p_reporting.reidentification_log')" 3 'an analyst that and when'
sql "GRANT p_operator TO pr_outsider" >/dev/null
is "$(state outsider 'DELETE FROM p.reidentification')$(state outsider "INSERT INTO p.row_reader (role_name, practice_code) VALUES ('pr_outsider', 'Y00001')")" 4250142501 'an operator changes neither the record nor who sees whom'
is "$(PGUSER=pr_outsider sqlstate "CALL p.score_population('charlson_quan2005_original', '2024-06-02')")" 00000 'but scores everybody'
is "$(sql "SELECT people FROM p.current_risk_run WHERE model = 'charlson_quan2005_original'")" 20 'all twenty'
is "$(sql "SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c WHERE c.relnamespace = 'p'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND has_table_privilege('p_practice', c.oid, 'SELECT')
	AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'person_id') AND NOT c.relrowsecurity")" '' 'no table of people is readable to practices without a guard'

# Dumped and restored, the guard stands.
copy=${PGDATABASE}_copy
psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $copy" -c "CREATE DATABASE $copy" 2>/dev/null
pg_dump | psql -Xq -v ON_ERROR_STOP=1 -d "$copy" >/dev/null 2>"$work/privacy.err"; ok $? 'restored'
is "$(PGDATABASE=$copy as gp_a "$seen")" '9|1|Y00001' 'the copy is guarded too'
is "$(PGDATABASE=$copy sql "SELECT count(*) FROM commissioning.warehouse_changes('p')")" 0 'and nothing counts as changed'
sql "ALTER TABLE p.risk_score DISABLE ROW LEVEL SECURITY" "DROP POLICY own_practice ON p.risk_score" >/dev/null
is "$(sql "SELECT kind, change FROM commissioning.warehouse_changes('p')")" $'policy|dropped\nrow security|dropped' 'a guard that was taken away is noticed'
psql -Xq -d postgres -c "DROP DATABASE $copy"
for r in gp_a gp_b gp_both clerk analyst outsider; do psql -Xq -c "DROP OWNED BY pr_$r" -c "DROP ROLE pr_$r" 2>/dev/null; done
for r in reader analyst validator operator practice admin; do psql -Xq -c "DROP OWNED BY p_$r" -c "DROP ROLE p_$r" 2>/dev/null; done
done_testing
