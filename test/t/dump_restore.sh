# pg_dump and restore of a whole database and of single schemas, all as an owner who is no superuser: the extension is
# trusted, the warehouse is his, nothing is lost and nothing counts as changed.
source "$top/test/lib/tap.sh"
owner=t_dump_owner
copy=${PGDATABASE}_copy one=${PGDATABASE}_one
databases=("${PGDATABASE}_source" "$copy" "$one")
superuser() { PGUSER=postgres psql -Xq -d postgres "${@/#/-c}" 2>/dev/null; }
superuser "DROP ROLE IF EXISTS $owner" "CREATE ROLE $owner LOGIN NOSUPERUSER CREATEDB"
for d in "${databases[@]}"; do superuser "DROP DATABASE IF EXISTS $d" "CREATE DATABASE $d OWNER $owner"; done
export PGUSER=$owner PGDATABASE=${databases[0]}

# every table of the warehouse: rows and their content
content() { # DATABASE
	psql -XAtq -d "$1" -v ON_ERROR_STOP=1 <<-'SQL'
		SET search_path = '';
		SELECT pg_catalog.format('SELECT %L, count(*), pg_catalog.md5(pg_catalog.string_agg(t::text, E''\n'' ORDER BY t::text)) FROM %s t', c.oid::regclass, c.oid::regclass)
		FROM pg_catalog.pg_class c
		WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace::regnamespace::text LIKE 'icb%'
		ORDER BY c.oid::regclass::text COLLATE "C"
		\gexec
	SQL
}
objects() { psql -XAtq -d "$1" -c "SELECT kind, object, md5(definition) FROM commissioning.warehouse_objects('icb') ORDER BY 1, 2" -c "SELECT * FROM commissioning.warehouse_comments('icb') ORDER BY 1"; }

lives 'CREATE EXTENSION commissioning CASCADE' 'an owner without superuser rights creates the extension'
lives "SELECT commissioning.create_warehouse('icb', 'invoice_validation', 3)" 'and a warehouse'
is "$(sql "SELECT count(*) FROM pg_class c WHERE c.relnamespace::regnamespace::text LIKE 'icb%' AND c.relowner <> 'postgres'::regrole" \
	"SELECT count(*) FROM pg_class c WHERE c.relnamespace::regnamespace::text LIKE 'icb%' AND c.relowner <> '$owner'::regrole" | tail -n 1)" 0 'which is his'
sql "
	INSERT INTO icb.organisation (org_code, name, org_type) VALUES ('RXX', 'A hospital – \"St. Mary''s\"', 'trust'), ('Y00001', E'line\nbreak\ttab', 'practice');
	INSERT INTO icb.organisation_link VALUES ('Y00001', 'commissioned_by', '07P', '[2020-04-01,)');
	INSERT INTO icb.person (sex, birth_month) SELECT '1', '1950-01-01'::date + interval '1 month' * i FROM generate_series(1, 500) i;
	INSERT INTO icb_identity.person_identifier SELECT 'nhs_number', (9990000000 + i)::text, i FROM generate_series(1, 500) i;
	INSERT INTO icb.submission (feed, file_name, file_hash) VALUES ('plcm', 'a.csv', 'x');
	INSERT INTO icb_identity.reject_raw VALUES (1, 2, '{\"a\": \"£1\"}');
	INSERT INTO icb.activity (person_id, dataset, provider_code, start_date, end_date, hrg, diagnoses, procedures, extra)
		SELECT i, 'APC', 'RXX', '2024-04-01', '2024-04-03', 'AA22C', '{I10,E11.9,U07.1}', CASE WHEN i % 3 = 0 THEN '{K45.1}'::commissioning.opcs4[] END, '{\"x\": 1}'
		FROM generate_series(1, 500) i;
	INSERT INTO icb.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, hrg, nhs_number_state, units, unit_price, total_cost)
		SELECT i, 1, i, md5(i::text), 'g' || i, 'RXX', '07P', '2024/25', 1, 'NEL', 'AA22C', 'valid', 1, i + 0.123456, -i FROM generate_series(1, 500) i;
	INSERT INTO icb.tariff SELECT 'synthetic', '2024/25', '[2024-04-01,2025-04-01)', '{\"name\":\"s\",\"version\":\"1\",\"financial_year\":\"2024/25\",\"synthetic\":true,\"currency\":\"GBP\",\"spells\":[{\"hrg\":\"AA22C\",\"non_elective\":2911,\"non_elective_trim\":17,\"per_day\":233}]}', 'test', true;
	INSERT INTO icb.contract (contract_id, title, basis, valid, tariff_name) VALUES ('c', 'C', 'tariff', '[2024-04-01,2025-04-01)', 'synthetic');
	INSERT INTO icb.recovery_rate VALUES ('c', 'any', '[2024-04-01,2025-04-01)', 0.5);
	INSERT INTO icb.factor VALUES ('market_forces', 'RXX', '[2024-04-01,2025-04-01)', 1.064200, 'test');
" "SELECT icb.finish_run(icb.start_run('load'), 500, 500)" "
	CREATE VIEW icb_reporting.mine AS SELECT count(*) AS lines FROM icb.invoice_line" >/dev/null
before=$(content "$PGDATABASE")
definitions=$(objects "$PGDATABASE")
like "$before" 'icb.activity\|500\|' 'there are data to lose'

# The whole database as SQL text, and as an archive restored by two workers.
for form in plain archive; do
	if [[ $form == plain ]]; then
		pg_dump >"$work/dump.sql" 2>"$work/dump.err"; ok $? "$form: dumped"
		psql -Xq -v ON_ERROR_STOP=1 -d "$copy" -f "$work/dump.sql" >/dev/null 2>"$work/restore.err"; ok $? "$form: restored by the owner"
	else
		superuser "DROP DATABASE $copy" "CREATE DATABASE $copy OWNER $owner"
		pg_dump -Fc -f "$work/dump.archive" 2>"$work/dump.err"; ok $? "$form: dumped"
		pg_restore -e -j 2 -d "$copy" "$work/dump.archive" 2>"$work/restore.err"; ok $? "$form: restored by the owner"
	fi
	[[ -s $work/dump.err || -s $work/restore.err ]] && diag "$(cat "$work/dump.err" "$work/restore.err")"
	is "$(diff <(echo "$before") <(content "$copy"))" '' "$form: every table has the same rows"
	is "$(diff <(echo "$definitions") <(objects "$copy") | head -n 10)" '' "$form: every object has the same definition and comment"
	is "$(PGDATABASE=$copy sql "SELECT count(*) FROM commissioning.warehouse_changes('icb')")" 0 "$form: nothing counts as changed"
	is "$(PGDATABASE=$copy sql "SELECT count(*) FROM commissioning.upgrade_warehouse('icb')" 2>/dev/null)" 0 "$form: the copy is at the current version"
	is "$(PGDATABASE=$copy sql "INSERT INTO icb.person DEFAULT VALUES RETURNING person_id" "SELECT icb.start_run('match')")" $'501\n2' "$form: numbers go on where they were, runs work"
	PGDATABASE=$copy throws 23P01 "INSERT INTO icb.factor VALUES ('market_forces', 'RXX', '[2024-06-01,2024-07-01)', 1, 'test')" "$form: exclusion constraints hold"
	is "$(PGDATABASE=$copy sql "SELECT count(*) FROM pg_proc p WHERE p.pronamespace = 'icb'::regnamespace AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)")" 0 "$form: still nothing for PUBLIC"
done

# One schema alone, into a database that has the extension.
psql -Xq -d "$one" -c 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null
for schema in icb icb_identity icb_reporting; do
	pg_dump -n "$schema" >"$work/$schema.sql" 2>/dev/null
	psql -Xq -v ON_ERROR_STOP=1 -d "$one" -f "$work/$schema.sql" >/dev/null 2>"$work/restore.err"; ok $? "schema $schema alone is restored"
	[[ -s $work/restore.err ]] && diag "$(cat "$work/restore.err")"
done
is "$(diff <(echo "$before") <(content "$one"))" '' 'schema by schema: every table has the same rows'
is "$(PGDATABASE=$one sql "SELECT count(*) FROM commissioning.warehouse_changes('icb')" 'SELECT lines FROM icb_reporting.mine')" $'0\n500' 'schema by schema: nothing counts as changed'

# The owner detaches his warehouse and does without the extension.
export PGDATABASE=$copy
sql "SELECT icb.finish_run(2)" >/dev/null
throws 2BP01 'DROP EXTENSION commissioning' 'the extension stays while the warehouse needs it'
lives "SELECT commissioning.detach_warehouse('icb')" 'detach'
lives 'DROP EXTENSION commissioning' 'then it can go'
is "$(sql 'SELECT count(*), min(hrg), min(diagnoses::text) FROM icb.activity' "SELECT pg_typeof(body), body::jsonb ->> 'currency' FROM icb.tariff")" \
	$'500|AA22C|{I10,E119,U071}\ntext|GBP' 'and the data are there, as text'
export PGUSER=postgres
for d in "${databases[@]}"; do superuser "DROP DATABASE IF EXISTS $d"; done
superuser "DROP ROLE $owner"
done_testing
