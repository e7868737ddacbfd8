# Roles x objects: what each group role may do with every table, view, routine and schema of a warehouse, the exact privileges,
# derived here from one sentence per role and compared with the catalogue; then a few sessions that try.
source "$top/test/lib/tap.sh"
roles=(reader analyst validator operator governance admin)
sql "SELECT commissioning.create_warehouse('r_icb', 'invoice_validation', 2)" "SELECT commissioning.create_warehouse('r_none', 'settlement', 1)" >/dev/null
is "$(sql "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'r\\_%'")" 0 'no role without being asked'
lives "SELECT commissioning.create_roles('r_icb')" 'create_roles'
is "$(sql "SELECT string_agg(rolname || CASE WHEN rolcanlogin THEN ' login' ELSE '' END || CASE WHEN rolinherit THEN '' ELSE ' noinherit' END, ', ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'r\\_icb\\_%'")" \
	'r_icb_admin noinherit, r_icb_analyst, r_icb_contract_manager, r_icb_governance, r_icb_operator, r_icb_practice, r_icb_reader, r_icb_validator' 'eight group roles without login'

# matrix ROLE: what has_*_privilege says, one line per object
matrix() {
	sql "
	SELECT format('%s %s: %s', k.kind, k.object, k.privileges) FROM (
		SELECT 'schema' AS kind, n.nspname::text AS object,
			(SELECT string_agg(p, ',') FROM unnest('{USAGE,CREATE}'::text[]) p WHERE has_schema_privilege('r_icb_$1', n.oid, p)) AS privileges
		FROM pg_namespace n WHERE n.nspname LIKE 'r\\_icb%'
		UNION ALL
		SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END, c.oid::regclass::text,
			(SELECT string_agg(p, ',') FROM unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p WHERE has_table_privilege('r_icb_$1', c.oid, p))
		FROM pg_class c WHERE c.relnamespace::regnamespace::text LIKE 'r\\_icb%' AND c.relkind IN ('r', 'p', 'v', 'm')
		UNION ALL
		SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure::text,
			CASE WHEN has_function_privilege('r_icb_$1', p.oid, 'EXECUTE') THEN 'EXECUTE' END
		FROM pg_proc p WHERE p.pronamespace::regnamespace::text LIKE 'r\\_icb%'
	) k WHERE k.privileges IS NOT NULL ORDER BY 1"
}

# expected ROLE: the same, from the rules in sql/install/82-roles.sql
expected() {
	local see change identity='' run='' config='' schemas
	case $1 in
		reader) schemas="'r_icb_reporting', 'USAGE'" see="n = 'r_icb_reporting' AND NOT invoker" ;;
		analyst) schemas="'r_icb_reporting', 'USAGE', 'r_icb', 'USAGE'" see="n <> 'r_icb_identity' AND NOT governance" ;;
		validator) schemas="'r_icb_reporting', 'USAGE', 'r_icb', 'USAGE', 'r_icb_identity', 'USAGE'" see='NOT governance' ;;
		governance) schemas="'r_icb_reporting', 'USAGE', 'r_icb', 'USAGE'" see='governance' ;;
		operator) schemas="'r_icb_reporting', 'USAGE', 'r_icb', 'USAGE', 'r_icb_identity', 'USAGE,CREATE'" see='true' run=true ;;
		admin) schemas="'r_icb_reporting', 'USAGE', 'r_icb', 'USAGE'" see="n <> 'r_icb_identity' AND NOT governance" config=true ;;
	esac
	sql "
	WITH relation AS (
		SELECT c.oid, c.oid::regclass::text AS object, c.relname, c.relnamespace::regnamespace::text AS n, c.relkind,
			coalesce(c.reloptions @> '{security_invoker=true}', false) AS invoker, c.relname LIKE 'governance\\_finding%' AS governance,
			EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('person_id', 'submission_id', 'run_id'))
				OR c.relispartition OR c.relname IN ('meta', 'deployed_object', 'row_reader', 'challenge', 'challenge_event', 'challenge_line_event', 'challenge_waiver',
					'suspense_event', 'payment', 'on_account_plan', 'accounting_period',
					'terms_signature', 'variation', 'baseline', 'exclusion_event', 'exclusion_signature', 'saving', 'saving_event', 'fund_payment', 'service_value') AS no_config
		FROM pg_class c WHERE c.relnamespace::regnamespace::text LIKE 'r\\_icb%' AND c.relkind IN ('r', 'p', 'v', 'm')
	)
	SELECT format('%s %s: %s', k.kind, k.object, k.privileges) FROM (
		SELECT 'schema' AS kind, key AS object, value AS privileges FROM jsonb_each_text(jsonb_build_object($schemas))
		UNION ALL
		SELECT CASE r.relkind WHEN 'v' THEN 'view' ELSE 'table' END, r.object,
			concat_ws(',', 'SELECT', CASE WHEN '$run' <> '' AND r.n <> 'r_icb_reporting' AND r.relname IN ('intervention_event', 'audit', 'audit_line', 'audit_review', 'challenge', 'challenge_event', 'challenge_line_event', 'fund_request') THEN 'INSERT'
				WHEN '$run' <> '' AND r.n <> 'r_icb_reporting' AND r.relname NOT IN ('meta', 'deployed_object', 'row_reader', 'reidentification', 'settlement_run', 'settlement_step',
					'settlement_line', 'run_agreement', 'suspense', 'suspense_event', 'payment', 'on_account_plan', 'accounting_period',
					'terms_signature', 'variation', 'baseline', 'exclusion_event', 'exclusion_signature', 'saving', 'saving_event', 'fund_payment') THEN 'INSERT,UPDATE,DELETE,TRUNCATE'
				WHEN '$config' <> '' AND r.n = 'r_icb' AND r.relkind <> 'v' AND NOT r.no_config THEN 'INSERT,UPDATE,DELETE' END)
		FROM relation r WHERE $see
		UNION ALL
		SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure::text, 'EXECUTE'
		FROM pg_proc p WHERE p.pronamespace = 'r_icb'::regnamespace AND '$1' <> 'governance' AND ('$run' <> '' OR (p.prokind <> 'p' AND p.provolatile <> 'v'))
	) k ORDER BY 1"
}
for role in "${roles[@]}"; do
	is "$(diff <(matrix "$role") <(expected "$role") | head -n 20)" '' "$role: exactly the expected privileges on $(matrix "$role" | wc -l) objects"
done
is "$(sql "
	SELECT count(*) FROM pg_namespace n
	CROSS JOIN LATERAL (
		SELECT (aclexplode(n.nspacl)).grantee
		UNION ALL SELECT (aclexplode(c.relacl)).grantee FROM pg_class c WHERE c.relnamespace = n.oid
		UNION ALL SELECT (aclexplode(a.attacl)).grantee FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = n.oid
		UNION ALL SELECT (aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))).grantee FROM pg_proc p WHERE p.pronamespace = n.oid
	) a WHERE n.nspname LIKE 'r\\_%' AND a.grantee = 0")" 0 'nothing at all is granted to PUBLIC'
is "$(sql "
	SELECT string_agg(DISTINCT g.rolname, ', ') FROM pg_namespace n
	CROSS JOIN LATERAL (
		SELECT (aclexplode(n.nspacl)).grantee UNION SELECT (aclexplode(c.relacl)).grantee FROM pg_class c WHERE c.relnamespace = n.oid
	) a JOIN pg_roles g ON g.oid = a.grantee WHERE n.nspname = 'r_icb_identity' AND g.rolname LIKE 'r\\_%'")" 'r_icb_operator, r_icb_validator' 'identity is for validators and for those who load it'
is "$(sql "
	SELECT string_agg(format('%s in %s%s', m.rolname, g.rolname, CASE WHEN x.admin_option THEN ' with admin' ELSE '' END), '; ' ORDER BY m.rolname, g.rolname)
	FROM pg_auth_members x JOIN pg_roles g ON g.oid = x.roleid JOIN pg_roles m ON m.oid = x.member
	WHERE g.rolname LIKE 'r\\_icb%' AND m.rolname LIKE 'r\\_icb%'")" \
	'r_icb_admin in r_icb_analyst with admin; r_icb_admin in r_icb_operator with admin; r_icb_admin in r_icb_reader with admin; r_icb_admin in r_icb_validator with admin; r_icb_analyst in r_icb_reader; r_icb_contract_manager in r_icb_reader; r_icb_operator in r_icb_analyst; r_icb_validator in r_icb_analyst' 'memberships'

# People who try.
for role in "${roles[@]}" contract_manager nobody; do
	psql -Xq -c "DROP ROLE IF EXISTS r_$role" -c "CREATE ROLE r_$role LOGIN" 2>/dev/null
	[[ $role == nobody ]] || sql "GRANT r_icb_$role TO r_$role"
done
as() { PGUSER=r_$1 sqlstate "$2"; }
can() { local who=$1 name=$2; shift 2; is "$(as "$who" "$1")" 00000 "$who can $name"; }
cannot() { local who=$1 name=$2; shift 2; is "$(as "$who" "$1")" 42501 "$who cannot $name"; }
sql "INSERT INTO r_icb_identity.person_identifier VALUES ('nhs_number', '9990000018', 1)" "INSERT INTO r_icb.person (person_id) VALUES (1001)"
cannot nobody 'read reporting' 'SELECT * FROM r_icb_reporting.run_log'
cannot nobody 'create a warehouse' "SELECT commissioning.create_warehouse('r_mine', 'settlement')"
can reader 'read an aggregate view' 'SELECT * FROM r_icb_reporting.run_log'
cannot reader 'read people' 'SELECT * FROM r_icb.person'
cannot reader 'start a run' "SELECT r_icb.start_run('load')"
can analyst 'read people by number' 'SELECT * FROM r_icb.person'
can analyst 'read claims' 'SELECT count(*) FROM r_icb.current_invoice_line'
can analyst 'ask what changed' "SELECT * FROM commissioning.warehouse_changes('r_icb')"
cannot analyst 'read identity' 'SELECT * FROM r_icb_identity.person_identifier'
cannot analyst 'write' "INSERT INTO r_icb.person (person_id) VALUES (2)"
cannot analyst 'run the pipeline' 'CALL r_icb.run_pipeline()'
can validator 'read identity' 'SELECT * FROM r_icb_identity.person_identifier'
cannot validator 'write identity' "DELETE FROM r_icb_identity.person_identifier"
can operator 'load people' "INSERT INTO r_icb_identity.person_identifier VALUES ('nhs_number', '9990000026', 2); INSERT INTO r_icb.person DEFAULT VALUES"
can operator 'start a run' "SELECT r_icb.finish_run(r_icb.start_run('load'))"
cannot operator 'rewrite what was deployed' 'DELETE FROM r_icb.deployed_object'
cannot operator 'rewrite what people were offered' 'UPDATE r_icb.intervention_event SET note = NULL'
cannot operator 'rewrite what reviewers found' 'UPDATE r_icb.audit_review SET note = NULL'
can admin 'keep contracts' "INSERT INTO r_icb.contract (contract_id, title, basis, valid) VALUES ('c', 'C', 'block', '[2024-04-01,2025-04-01)')"
cannot admin 'read identity' 'SELECT * FROM r_icb_identity.person_identifier'
cannot admin 'change claims' 'DELETE FROM r_icb.invoice_line'
cannot admin 'change the ledger of runs' 'UPDATE r_icb.run SET message = NULL'
can admin 'hand out roles' 'SET ROLE r_icb_admin; GRANT r_icb_reader TO r_nobody; REVOKE r_icb_reader FROM r_nobody'
can contract_manager 'read challenges' 'SELECT * FROM r_icb_reporting.challenge_line; SELECT * FROM r_icb_reporting.challenge_export; SELECT * FROM r_icb_reporting.work_queue; SELECT * FROM r_icb.challenge_balance'
is "$(as contract_manager 'SELECT r_icb.acknowledge_challenge(1)')" 42704 'contract_manager can take the steps of a challenge'
cannot contract_manager 'write the ledger' 'UPDATE r_icb.challenge_line SET open = 0'
cannot contract_manager 'post past the functions' "SELECT r_icb.post_changes(1, 'waive', '{}', NULL)"
can contract_manager 'propose a baseline' "SELECT r_icb.propose_baseline('c', '[2024-04-01,2025-04-01)', 1000, 'plan', 'first')"
cannot contract_manager 'approve its own' "SELECT r_icb.approve_baseline('c', 1)"
can contract_manager 'claim a saving' "SELECT r_icb.claim_saving('c', 'scheme', '[2024-04-01,2025-04-01)', 'title', 'c', 'c', 1)"
cannot contract_manager 'write what is verified' "UPDATE r_icb.saving SET status = 'verified', verified_amount = 1"
cannot contract_manager 'sign terms' "SELECT r_icb.sign_terms('c', 1, 'x')"
cannot operator 'write what is verified' "UPDATE r_icb.saving SET status = 'verified', verified_amount = 1"
can operator 'record what a fund owes' "INSERT INTO r_icb.fund_request (fund_id, request_no, party, obligation) VALUES ('f', 1, 'acute', 10), ('f', 2, 'community', 20)"
can operator 'pay a round out of it' "SELECT r_icb.pay_fund_round('f', 15, '2025-01-01')"
cannot operator 'write a payment by hand' "INSERT INTO r_icb.fund_payment (fund_id, round_no, request_no, amount, paid_on) VALUES ('f', 2, 1, 100, '2025-01-01')"
cannot operator 'write a signature' "INSERT INTO r_icb.exclusion_signature SELECT 1, 'c', 'x', 'x', now(), 'x'"
cannot admin 'lock a baseline past its function' "UPDATE r_icb.baseline SET approved_by = 'x', approved_at = now()"
cannot contract_manager 'read findings by person' 'SELECT * FROM r_icb.finding'
cannot contract_manager 'read people' 'SELECT * FROM r_icb.person'
cannot contract_manager 'read claims' 'SELECT * FROM r_icb.invoice_line'
cannot contract_manager 'read identity' 'SELECT * FROM r_icb_identity.person_identifier'
can reader 'read where challenges stand' 'SELECT * FROM r_icb_reporting.challenge_position; SELECT * FROM r_icb_reporting.challenge_due; SELECT * FROM r_icb_reporting.work_queue; SELECT * FROM r_icb_reporting.challenge_ageing'
cannot reader 'read them line by line' 'SELECT * FROM r_icb_reporting.challenge_line'
# a settlement: one prepares, another reviews, and nobody writes the ledger past the functions
sql "INSERT INTO r_icb.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source) VALUES ('c', 1, '[2024-04-01,2025-04-01)', 'x', 'both 0..:50%', 'acute 1', 'icb', 's')" \
	"SELECT r_icb.sign_terms('c', 1, 'both')" "INSERT INTO r_icb.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('c', '[2024-04-01,2024-10-01)', 2, 1, 's')" >/dev/null
can operator 'settle a contract' "SELECT * FROM r_icb.settle_contract('c', '[2024-04-01,2024-10-01)', 'flex')"
cannot operator 'review what one has prepared' 'SELECT r_icb.review_run(max(run_id)) FROM r_icb.settlement_run'
cannot analyst 'review' 'SELECT r_icb.review_run(1)'
can contract_manager 'review what another prepared' 'SELECT r_icb.review_run(max(run_id)) FROM r_icb.settlement_run'
cannot contract_manager 'post money' 'SELECT r_icb.post_run(1)'
cannot operator 'write lines by hand' "INSERT INTO r_icb.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period) SELECT run_id, 1, 'acute', 'party', 1, 0, 1, period FROM r_icb.settlement_run"
cannot operator 'post past the functions' 'SELECT r_icb.post_lines(max(run_id)) FROM r_icb.settlement_run'
can operator 'post what was reviewed' 'SELECT r_icb.post_run(max(run_id)) FROM r_icb.settlement_run'
is "$(sql "SELECT status || ' ' || prepared_by || ' ' || reviewed_by || ' ' || posted_by || ' ' || (SELECT sum(abs(amount)) FROM r_icb.settlement_line) FROM r_icb.settlement_run")" 'posted r_operator r_contract_manager r_operator 1.00' 'and it is known who did what'
# landing tables that an operator makes are seen by validators, not by analysts
can operator 'make a landing table' 'SET ROLE r_icb_operator; CREATE TABLE r_icb_identity.landing_test (a text)'
can validator 'read it' 'SELECT * FROM r_icb_identity.landing_test'
cannot analyst 'read it' 'SELECT * FROM r_icb_identity.landing_test'

# an upgrade gives new objects to the roles
sql "INSERT INTO commissioning.warehouse_source VALUES ('99-new', 'CREATE TABLE @icb@.new_setting (key text PRIMARY KEY); CREATE VIEW @icb_reporting@.new_view AS SELECT s.key FROM @icb@.new_setting s;')" \
	"SELECT commissioning.upgrade_warehouse('r_icb')" >/dev/null
can reader 'read a new view after an upgrade' 'SELECT * FROM r_icb_reporting.new_view'
can admin 'keep a new table after an upgrade' "INSERT INTO r_icb.new_setting VALUES ('a')"
lives "SELECT commissioning.create_roles('r_icb')" 'create_roles again'
throws 42501 "SET ROLE r_operator; SELECT commissioning.create_roles('r_icb')" 'only the owner makes roles'

sql 'DROP TABLE r_icb_identity.landing_test' >/dev/null
for role in nobody contract_manager "${roles[@]}"; do psql -Xq -c "DROP OWNED BY r_$role" -c "DROP ROLE r_$role" 2>/dev/null; done
for role in "${roles[@]}" contract_manager practice; do psql -Xq -c "DROP OWNED BY r_icb_$role" -c "DROP ROLE r_icb_$role"; done
done_testing
