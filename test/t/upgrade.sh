# Upgrades: of the extension from every released version (and from a simulated 0.0, so that the machinery is proven before
# there is a second release), of a warehouse across versions, with and without objects that the user changed.
source "$top/test/lib/tap.sh"
dir=$stage$("$PG_CONFIG" --sharedir)/extension
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$top/commissioning.control")
added=()
cleanup() { [[ ${#added[@]} == 0 ]] || rm -f "${added[@]}"; }
trap cleanup EXIT

inventory() { psql -XAtq -d "$1" -f "$top/test/lib/extension_inventory.sql"; }
# objects of a warehouse with its name taken out, with privileges and comments
warehouse_inventory() { # DATABASE WAREHOUSE
	PGDATABASE=$1 sql "
		SELECT replace(concat_ws(' | ', o.kind, o.object, md5(replace(o.definition, '$2', '@icb@')), p.proacl::text), '$2', '@icb@')
		FROM commissioning.warehouse_objects('$2') o
		LEFT JOIN pg_proc p ON o.kind IN ('function', 'procedure') AND p.oid = CASE WHEN o.kind IN ('function', 'procedure') THEN o.object::regprocedure END
		UNION ALL
		SELECT replace(concat_ws(' | ', c.object, c.comment), '$2', '@icb@') FROM commissioning.warehouse_comments('$2') c
		ORDER BY 1"
}
fresh=${PGDATABASE}_fresh old=${PGDATABASE}_old
for d in "$fresh" "$old"; do psql -Xq -d postgres -c "DROP DATABASE IF EXISTS $d" -c "CREATE DATABASE $d" 2>/dev/null; done
psql -Xq -d "$fresh" -c 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null

# A version 0.0: the current script without help(), without one part of the warehouse, with its own idea of two objects.
perl -0pe '
	BEGIN { local $/; open F, "<", "'"$top"'/sql/install/85-help.sql"; $help = <F>; }
	s/\Q$help\E// or die "help not found";
	s/INSERT INTO warehouse_source VALUES \(\x2790-pipeline\x27.*?\$commissioning_part\$.*?\$commissioning_part\$\);\n//s or die "pipeline not found";
	s/AS \x27MODULE_PATHNAME\x27, \x27commissioning_library_version\x27\n    LANGUAGE C/AS \x27SELECT \x27\x270.0\x27\x27::text\x27\n    LANGUAGE sql/ or die "version not found";
	s/Never NULL\.\x27;/Never.\x27;/ or die "comment not found";
' "$dir/commissioning--$version.sql" >"$work/commissioning--0.0.sql" || echo "Bail out! no version 0.0"
{
	echo "CREATE OR REPLACE FUNCTION library_version() RETURNS text AS 'MODULE_PATHNAME', 'commissioning_library_version' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;"
	echo "COMMENT ON FUNCTION library_version() IS 'Version compiled into the loaded library. Never NULL.';"
	cat "$top/sql/install/85-help.sql"
	sh "$top/sql/warehouse_to_reference.sh" --refresh "$top"/sql/warehouse/*.sql
} >"$work/commissioning--0.0--$version.sql"
for f in "$work/commissioning--0.0.sql" "$work/commissioning--0.0--$version.sql" "$top"/sql/released/commissioning--*.sql; do
	[[ -e $f && ! -e $dir/${f##*/} ]] || continue
	cp "$f" "$dir"; chmod a+r "$dir/${f##*/}"; added+=("$dir/${f##*/}")
done

for f in "$dir"/commissioning--*.sql; do
	from=${f##*/commissioning--}; from=${from%.sql}
	[[ $from == *--* || $from == "$version" ]] && continue
	isnt "$(sql "SELECT path FROM pg_extension_update_paths('commissioning') WHERE source = '$from' AND target = '$version'")" '' "a path leads from $from to $version"
	psql -Xq -d "$old" -c 'DROP EXTENSION IF EXISTS commissioning' -c "CREATE EXTENSION commissioning VERSION '$from' CASCADE" 2>/dev/null
	PGDATABASE=$old lives 'ALTER EXTENSION commissioning UPDATE' "update from $from"
	is "$(diff <(inventory "$old") <(inventory "$fresh") | head -n 20)" '' "updated from $from, every object is as in a fresh installation"
done

# A warehouse made under 0.1, with a model registered before models had a status.
export PGDATABASE=$old
psql -Xq -c 'DROP EXTENSION commissioning' -c "CREATE EXTENSION commissioning VERSION '0.1'" 2>/dev/null
psql -Xq -d "$fresh" -c "SELECT commissioning.create_warehouse('risk', 'risk_stratification', 2)" >/dev/null
# the old SQL asks the library for its version
sql "CREATE OR REPLACE FUNCTION commissioning.library_version() RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN '0.1'" \
	"SELECT commissioning.create_warehouse('risk', 'risk_stratification', 2)" "
	INSERT INTO risk.contract (contract_id, title, basis, valid) VALUES ('OLD', 'Signed before', 'risk_share', '[2024-04-01,2025-04-01)')" "
	INSERT INTO risk.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source, signed_by, signed_at)
	VALUES ('OLD', 1, '[2024-04-01,2025-04-01)', 'own', 'both 0..:50%', 'a 1/3, b remaining', 'icb', 'contract', 'both', '2024-03-31')" "
	SELECT risk.register_model('{\"name\": \"old\", \"version\": \"1\", \"categories\": [{\"key\": \"a\", \"points\": 1, \"prefixes\": [\"A\"]}]}')" "
	CREATE OR REPLACE FUNCTION commissioning.library_version() RETURNS text AS '\$libdir/commissioning', 'commissioning_library_version' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE" >/dev/null
lives 'ALTER EXTENSION commissioning UPDATE' 'the extension is updated under a warehouse of 0.1'
lives "SELECT commissioning.upgrade_warehouse('risk')" 'the warehouse is upgraded'
is "$(diff <(warehouse_inventory "$old" risk) <(warehouse_inventory "$fresh" risk) | head -n 20)" '' 'every object is as in a fresh warehouse'
is "$(sql "SELECT status, approved_by FROM risk.known_model WHERE name = 'old'" "SELECT risk.model_allowed('old') IS NULL")" $'approved|upgrade\nt' 'a model that was in use may be used'
is "$(sql "SELECT curve, sign_off, fee_at_risk, (SELECT l.amount FROM commissioning.settle(risk.terms_of(t), '{\"benchmark\": 100, \"actual\": 50}'::jsonb::commissioning.settlement_inputs) l WHERE l.line_code = 'settlement') FROM risk.contract_terms t")" \
	'both 0..:50%|four_eyes||25.00' 'terms signed before stand as they were and settle; from now on a second person reviews'
sql 'DROP SCHEMA risk, risk_identity, risk_reporting CASCADE' 2>/dev/null

# A ledger of settlements kept under 0.3 goes on: what was posted stays posted, the next settlement posts the difference.
export PGDATABASE=$old
psql -Xq -c 'DROP EXTENSION commissioning' -c "CREATE EXTENSION commissioning VERSION '0.3'" 2>/dev/null
sql "CREATE OR REPLACE FUNCTION commissioning.library_version() RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN '0.3'" \
	"SELECT commissioning.create_warehouse('ledger', 'settlement', 1)" "
	INSERT INTO ledger.contract (contract_id, title, basis, valid) VALUES ('A', 'Alliance', 'risk_share', '[2024-04-01,2026-04-01)')" "
	INSERT INTO ledger.contract_terms (contract_id, version, valid, shape, curve, split, counterparty, source)
	VALUES ('A', 1, '[2024-04-01,2026-04-01)', 'own', 'both 0..:50%', 'acute 60%, community 40%', 'icb', 'contract')" "
	SELECT ledger.sign_terms('A', 1, 'both')" "
	INSERT INTO ledger.settlement_input (contract_id, period, benchmark, actual, source) VALUES ('A', '[2024-04-01,2024-10-01)', 1000, 900, 'report'), ('A', '[2024-04-01,2025-04-01)', 2000, 1700.01, 'report')" "
	SELECT count(*) FROM ledger.settle_contract('A', '[2024-04-01,2024-10-01)', 'interim')" "
	CREATE OR REPLACE FUNCTION commissioning.library_version() RETURNS text AS '\$libdir/commissioning', 'commissioning_library_version' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE" >/dev/null
lives 'ALTER EXTENSION commissioning UPDATE' 'the extension is updated under a ledger of 0.3'
lives "SELECT commissioning.upgrade_warehouse('ledger')" 'the ledger is upgraded'
is "$(sql "SELECT status, amount FROM ledger.settlement_run" "SELECT party, formula, amount FROM ledger.settle_contract('A', '[2024-04-01,2025-04-01)', 'final') WHERE party IS NOT NULL ORDER BY line_order" "SELECT status FROM ledger.settlement_run WHERE run_id = 2")" \
	$'posted|50.00\nacute|90.00 less 30.00 posted before|60.00\ncommunity|60.00 less 20.00 posted before|40.00\nicb|-150.00 less -50.00 posted before|-100.00\nprepared' \
	'what was posted counts, and the next settlement waits for a second person'
is "$(sql "SELECT count(*) > 0 AND bool_and(ok) FROM commissioning.check_bundle(ledger.settlement_bundle(1))")" t 'a settlement of 0.3 can be recomputed from its bundle'
sql 'DROP SCHEMA ledger, ledger_identity, ledger_reporting CASCADE' 2>/dev/null

# A warehouse made under 0.0, used, and brought to the current version.
export PGDATABASE=$old
psql -Xq -c 'DROP EXTENSION commissioning' -c "CREATE EXTENSION commissioning VERSION '0.0'" 2>/dev/null
psql -Xq -d "$fresh" -c "SELECT commissioning.create_warehouse('icb', 'invoice_validation', 2)" >/dev/null
sql "SELECT commissioning.create_warehouse('icb', 'invoice_validation', 2)" "
	INSERT INTO icb.person (person_id) SELECT generate_series(1, 1000);
	INSERT INTO icb.activity (person_id, dataset, provider_code, start_date, hrg, diagnoses)
	SELECT i, 'APC', 'RXX', '2024-04-01', 'AA22C', '{I10}' FROM generate_series(1, 1000) i;
	CREATE VIEW icb_reporting.my_people AS SELECT count(*) AS people FROM icb.person" >/dev/null
is "$(sql "SELECT value FROM icb.meta WHERE key = 'version'")" 0.0 'a warehouse of version 0.0'
lives 'ALTER EXTENSION commissioning UPDATE' 'the extension is updated under it'
like "$(sql "SELECT action || ' ' || object FROM commissioning.upgrade_warehouse('icb')")" 'created procedure icb.run_pipeline\(boolean,boolean\)' 'the warehouse is upgraded and says what it did'
is "$(sql "SELECT value FROM icb.meta WHERE key = 'version'")" "$version" 'it carries the new version'
is "$(diff <(warehouse_inventory "$old" icb | grep -v my_people) <(warehouse_inventory "$fresh" icb) | head -n 20)" '' 'every object is as in a fresh warehouse'
is "$(sql 'SELECT people FROM icb_reporting.my_people' 'SELECT count(*) FROM icb.activity')" $'1000\n1000' 'data and a view of the user are untouched'
is "$(sql "SELECT count(*) FROM commissioning.upgrade_warehouse('icb')" 2>/dev/null)" 0 'upgrading again does nothing'

# A later text that changes everything an upgrade must be able to change.
export PGDATABASE=$fresh
sql "SELECT commissioning.create_warehouse('wh_two', 'invoice_validation', 2)" >/dev/null
sql "INSERT INTO wh_two.run (stage, version) VALUES ('load', 'x')" "
	INSERT INTO commissioning.warehouse_source VALUES ('99-before', \$part\$
		CREATE FUNCTION @icb@.leaving(x integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN x + 1;
		CREATE VIEW @icb_reporting@.growing AS SELECT r.run_id, @icb@.leaving(1) AS one FROM @icb@.run r;
		CREATE VIEW @icb_reporting@.going AS SELECT @icb@.leaving(2) AS two;
		CREATE VIEW @icb@.moving AS SELECT r.run_id, r.stage FROM @icb@.run r;
		CREATE FUNCTION @icb@.of_row(x @icb@.moving) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN x.stage;
		CREATE VIEW @icb_reporting@.upon AS SELECT m.run_id, @icb@.of_row(m) AS stage FROM @icb@.moving m;
		CREATE TYPE @icb@.pair AS (a integer, b text);
		CREATE TABLE @icb@.state (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'a' CONSTRAINT state_known CHECK (state IN ('a', 'b')));
		CREATE INDEX state_state ON @icb@.state (state);
		CREATE FUNCTION @icb@.guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
		CREATE TRIGGER kept BEFORE UPDATE ON @icb@.state FOR EACH ROW EXECUTE FUNCTION @icb@.guard();
		CREATE TRIGGER gone BEFORE DELETE ON @icb@.state FOR EACH ROW EXECUTE FUNCTION @icb@.guard();
		CREATE INDEX state_gone ON @icb@.state (state, id);
		COMMENT ON TABLE @icb@.state IS 'Before.';
	\$part\$)" "SELECT commissioning.create_warehouse('wh_three', 'invoice_validation', 2)" "
	INSERT INTO wh_three.state VALUES (1, 'a')" "
	UPDATE commissioning.warehouse_source SET body = \$part\$
		CREATE FUNCTION @icb@.arriving(x integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN x + 2;
		CREATE VIEW @icb_reporting@.growing WITH (security_invoker = true) AS
			SELECT r.run_id, @icb@.arriving(0) - 1 AS one, r.stage FROM @icb@.run r;
		COMMENT ON COLUMN @icb_reporting@.growing.stage IS 'Appended.';
		CREATE VIEW @icb@.moving AS SELECT r.run_id, r.status, r.stage FROM @icb@.run r;
		CREATE FUNCTION @icb@.of_row(x @icb@.moving) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN x.stage;
		CREATE VIEW @icb_reporting@.upon AS SELECT m.run_id, @icb@.of_row(m) AS stage FROM @icb@.moving m;
		COMMENT ON VIEW @icb_reporting@.upon IS 'Made of a view that changes.';
		CREATE TYPE @icb@.pair AS (a integer, b text);
		CREATE TYPE @icb@.other AS (a integer);
		CREATE TABLE @icb@.state (id bigint PRIMARY KEY, since date NOT NULL DEFAULT '2024-04-01', n bigint GENERATED ALWAYS AS IDENTITY,
			state text NOT NULL DEFAULT 'b' CONSTRAINT state_known CHECK (state IN ('a', 'b', 'c')), UNIQUE (state, id));
		CREATE INDEX state_state ON @icb@.state (state, since);
		CREATE FUNCTION @icb@.guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
		CREATE TRIGGER kept BEFORE INSERT OR UPDATE ON @icb@.state FOR EACH ROW EXECUTE FUNCTION @icb@.guard();
		CREATE TRIGGER new AFTER INSERT ON @icb@.state FOR EACH STATEMENT EXECUTE FUNCTION @icb@.guard();
		CREATE TABLE @icb@.note (person_id bigint, note_id bigint GENERATED BY DEFAULT AS IDENTITY, id bigint REFERENCES @icb@.state, PRIMARY KEY (person_id, note_id))
			PARTITION BY HASH (person_id);
		COMMENT ON TABLE @icb@.state IS 'After.';
		DO \$p\$ BEGIN FOR i IN 0 .. @person_partitions@ - 1 LOOP
			EXECUTE format('CREATE TABLE @icb@.note_p%s PARTITION OF @icb@.note FOR VALUES WITH (MODULUS @person_partitions@, REMAINDER %s)', i, i);
		END LOOP; END \$p\$;
		CREATE FUNCTION @icb@.atomic() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC SELECT count(*) FROM @icb_reporting@.growing g; END;
	\$part\$ WHERE part = '99-before'" "SELECT commissioning.create_warehouse('wh_four', 'invoice_validation', 2)" >/dev/null

sql 'CREATE ROLE upgrade_reader' 'GRANT SELECT ON wh_three.moving, wh_three_reporting.upon TO upgrade_reader' 'GRANT EXECUTE ON FUNCTION wh_three.of_row(wh_three.moving) TO upgrade_reader'
sql 'CREATE OR REPLACE FUNCTION wh_three.leaving(x integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN x + 7' \
	'DROP INDEX wh_three.state_state' 'ALTER TABLE wh_three.state ADD COLUMN mine text'
throws 55000 "SELECT commissioning.upgrade_warehouse('wh_three')" 'objects that the user changed are refused'
is "$(sql "SELECT kind, object, change FROM commissioning.warehouse_changes('wh_three')")" \
	$'function|wh_three.leaving(integer)|changed\nindex|wh_three.state_state|dropped' 'they are listed; an added column is not a change'
like "$(psql -Xq -c "SELECT commissioning.upgrade_warehouse('wh_three')" 2>&1 || true)" 'function wh_three.leaving\(integer\) \(changed\), index wh_three.state_state \(dropped\)' 'the error names them'
is "$(sql "SELECT count(*) FROM wh_three.state" "SELECT count(*) FROM pg_class WHERE relname = 'note' AND relnamespace = 'wh_three'::regnamespace")" $'1\n0' 'a refused upgrade changes nothing'
lives "SELECT commissioning.upgrade_warehouse('wh_three', '{wh_three.leaving(integer),wh_three.state_state}')" 'named in replace_changed they are replaced'
is "$(sql "SELECT has_table_privilege('upgrade_reader', 'wh_three.moving', 'SELECT'), has_table_privilege('upgrade_reader', 'wh_three_reporting.upon', 'SELECT'), has_function_privilege('upgrade_reader', 'wh_three.of_row(wh_three.moving)', 'EXECUTE')")" 't|t|t' 'a view that had to be made again, and what is made of it, keep their privileges'
sql 'DROP OWNED BY upgrade_reader' 'DROP ROLE upgrade_reader'
is "$(diff <(warehouse_inventory "$fresh" wh_three | grep -v 'state.mine') <(warehouse_inventory "$fresh" wh_four) | head -n 20)" '' 'every kind of change arrives'
is "$(sql 'SELECT id, since, n, state, mine FROM wh_three.state')" '1|2024-04-01|1|a|' 'rows have the new columns'
is "$(sql "INSERT INTO wh_three.note (person_id, id) VALUES (1, 1), (2, 1) RETURNING note_id" | paste -sd,)" '1,2' 'a new partitioned table works'
lives "SELECT commissioning.upgrade_warehouse('wh_two')" 'a warehouse without the part gets it'
is "$(diff <(warehouse_inventory "$fresh" wh_two) <(warehouse_inventory "$fresh" wh_four) | head -n 20)" '' 'as in a fresh warehouse'

sql 'CREATE VIEW public.outside AS SELECT x.stage FROM wh_three_reporting.upon x' \
	"UPDATE commissioning.warehouse_source SET body = replace(body, 'r.run_id, r.status, r.stage FROM', 'r.run_id, r.stage, r.status FROM') WHERE part = '99-before'"
throws 2BP01 "SELECT commissioning.upgrade_warehouse('wh_three')" 'a view that must be made again and that a view of the user needs is refused'
sql 'DROP VIEW public.outside'
lives "SELECT commissioning.upgrade_warehouse('wh_three')" 'without it the upgrade goes through'

# What needs a decision is refused, and nothing is dropped behind the back of the user.
sql 'CREATE VIEW public.outside AS SELECT wh_three.arriving(1) AS x' \
	"UPDATE commissioning.warehouse_source SET body = replace(body, 'state text NOT NULL', 'state varchar(9) NOT NULL') WHERE part = '99-before'"
throws 0A000 "SELECT commissioning.upgrade_warehouse('wh_three')" 'a changed column type is refused'
sql "DELETE FROM commissioning.warehouse_source WHERE part = '99-before'"
throws 2BP01 "SELECT commissioning.upgrade_warehouse('wh_three')" 'an obsolete function that a view of the user needs is refused'
sql 'DROP VIEW public.outside'
like "$(sql "SELECT action || ' ' || object FROM commissioning.upgrade_warehouse('wh_three')")" 'kept table wh_three.state' 'tables that a release no longer has are kept'
is "$(sql "SELECT count(*) FROM wh_three.state" "SELECT to_regproc('wh_three.arriving') IS NULL")" $'1\nt' 'functions and views it no longer has are dropped'
sql 'CREATE ROLE upgrade_other' 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA commissioning TO upgrade_other'
throws 42501 "SET ROLE upgrade_other; SELECT commissioning.upgrade_warehouse('wh_two')" 'only the owner upgrades'
sql 'REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA commissioning FROM upgrade_other' 'DROP ROLE upgrade_other'
for d in "$fresh" "$old"; do psql -Xq -d postgres -c "DROP DATABASE $d"; done
done_testing
