-- Lint over the catalogue: the rules that keep every object explained, safe, parallel and fit for a distributed engine,
-- for the extension and for a warehouse of each purpose.
BEGIN;
SET LOCAL client_min_messages = warning;
SET search_path = public, pg_catalog;
SELECT no_plan();

SELECT commissioning.create_warehouse('lint_a', 'invoice_validation', 2);
SELECT commissioning.create_warehouse('lint_b', 'risk_stratification', 2);
SELECT commissioning.create_warehouse('lint_c', 'settlement', 2);

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT e.oid FROM pg_extension e WHERE e.extname = 'commissioning');
CREATE TEMP VIEW warehouse_schema AS
SELECT n.oid, n.nspname FROM pg_namespace n WHERE n.nspname ~ '^lint_[abc](_identity|_reporting)?$';
-- routines of the extension and of one warehouse (the text is the same in all)
CREATE TEMP VIEW routine AS
SELECT p.oid, p.oid::regprocedure::text AS signature, p.proname, p.prokind, p.provolatile, p.proparallel, p.prosrc, p.prosecdef, p.proconfig, p.proacl, p.proowner,
       p.prorettype, l.lanname, p.prosqlbody IS NOT NULL AS atomic, EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid) AS in_extension
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid) OR p.pronamespace::regnamespace::text ~ '^lint_a';
-- routines that change data, create objects or take locks, by their text
CREATE TEMP VIEW writer AS
SELECT r.* FROM routine r
WHERE r.lanname IN ('plpgsql', 'sql')
  AND regexp_replace(regexp_replace(r.prosrc, '--[^\n]*', '', 'g'), '''[^'']*''', '', 'g')
      ~* '\m(insert\s+into|update\s+[@a-z_.%$"]+(\s+(as\s+)?\w+)?\s+set|delete\s+from|truncate|create\s+(temp|temporary|unlogged|table|index|view|schema|role)|drop\s+|alter\s+|grant\s+|revoke\s+|execute\s+)\M';

-- every offender in one line per rule: none is expected
CREATE FUNCTION pg_temp.none(query text, description text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    EXECUTE format('SELECT string_agg(x::text, E''\n'' ORDER BY x::text) FROM (%s) q (x)', query) INTO found;
    RETURN is(found, NULL, description);
END
$$;

-- aggregates ---------------------------------------------------------------------------------------
SELECT pg_temp.none($$SELECT a.aggfnoid FROM pg_aggregate a JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = a.aggfnoid
    WHERE a.aggtranstype = 'internal'::regtype$$, 'no aggregate has an internal state');
SELECT pg_temp.none($$SELECT a.aggfnoid FROM pg_aggregate a JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = a.aggfnoid
    JOIN pg_proc p ON p.oid = a.aggfnoid
    -- statistics of sorted rows are one pass over them: parts of it cannot be united
    WHERE (a.aggcombinefn = 0 AND p.proname <> 'risk_auc') OR p.proparallel <> 's'$$, 'every aggregate combines and is parallel safe');
SELECT pg_temp.none($$SELECT a.aggfnoid FROM pg_aggregate a JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = a.aggfnoid
    JOIN pg_proc p ON p.oid = a.aggfnoid
    WHERE p.proargtypes::oid[] && ARRAY(SELECT t.oid FROM pg_type t WHERE t.typname IN ('risk_model', 'rule_set', 'tariff') AND t.typnamespace = 'commissioning'::regnamespace)$$,
    'no aggregate takes a model, rule set or tariff');

-- functions ------------------------------------------------------------------------------------------
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE r.in_extension AND r.prokind = 'f' AND r.lanname = 'c' AND (r.provolatile = 'v' OR r.proparallel <> 's')$$,
    'every C function is IMMUTABLE or STABLE, and PARALLEL SAFE');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE r.lanname = 'c' AND r.provolatile <> 'i' AND r.proname <> 'risk_fit'$$,
    'C functions on rows are IMMUTABLE: they read no tables');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE r.prokind = 'f' AND r.provolatile <> 'v' AND r.proparallel = 'u'
        -- a fit runs queries of its own, which may be parallel because it is not
        AND r.proname <> ALL (ARRAY['risk_fit', 'risk_fit_document', 'risk_fit_part', 'risk_fit_design', 'risk_fit_input', 'risk_fit_levels', 'risk_fit_spline', 'risk_fit_iterate', 'risk_fit_null_deviance'])$$,
    'no pure function is left with the default PARALLEL UNSAFE');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE r.prokind = 'f' AND r.provolatile = 'v' AND r.prorettype <> 'trigger'::regtype
        AND r.oid NOT IN (SELECT w.oid FROM writer w)
        AND NOT r.atomic AND r.prosrc !~* 'for update|for share|settlement_draft|pg_advisory|set_config|nextval|start_run|clock_timestamp|\mexecute\M'
        AND r.prosrc !~ 'refresh_statistics|replace_rows|deploy_warehouse_text'
        AND NOT EXISTS (SELECT FROM writer w WHERE r.prosrc ~ ('\m' || w.proname || '\('))$$,
    'what neither writes nor locks is not VOLATILE');
SELECT pg_temp.none($$SELECT w.signature FROM writer w WHERE w.provolatile <> 'v' AND w.lanname = 'plpgsql'
        AND regexp_replace(w.prosrc, '--[^\n]*', '', 'g') ~* '\m(insert\s+into|delete\s+from|truncate|create\s+(temp|unlogged|table))\M'$$,
    'what writes is VOLATILE');
SELECT pg_temp.none($$SELECT w.signature FROM writer w
        WHERE EXISTS (SELECT FROM aclexplode(coalesce(w.proacl, acldefault('f', w.proowner))) a WHERE a.grantee = 0) AND w.provolatile = 'v'$$,
    'no function that writes may be executed by PUBLIC');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE r.prosecdef AND NOT coalesce(array_to_string(r.proconfig, ',') ~ 'search_path=.*pg_temp"?$', false)$$,
    'SECURITY DEFINER functions pin their search_path, pg_temp last');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE NOT r.in_extension AND r.prokind = 'p' AND r.proconfig IS NOT NULL$$,
    'no procedure has a SET clause: it could not commit');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE r.in_extension AND r.lanname IN ('plpgsql', 'sql') AND NOT r.atomic
        AND NOT coalesce(array_to_string(r.proconfig, ',') ~ 'search_path', false)
        AND r.prosrc ~* '\m(from|join)\s+[a-z_]+\s' AND r.prosrc !~* '@?commissioning@?\.' AND r.prosrc ~* '\m(from|join)\s+(?!pg_|unnest|generate_|json|lateral|only|regexp_|string_|\()'$$,
    'functions of the extension that read tables qualify them or pin the search_path');

-- types --------------------------------------------------------------------------------------------
SELECT pg_temp.none($$SELECT t.typname FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
    WHERE t.typtype = 'b' AND t.typelem = 0 AND (t.typsend = 0 OR t.typreceive = 0)$$, 'every base type has binary input and output');
SELECT pg_temp.none($$SELECT t.typname FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
    WHERE t.typname IN ('nhs_number', 'icd10', 'opcs4', 'hrg')
      AND NOT (EXISTS (SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod WHERE o.opcintype = t.oid AND a.amname = 'btree' AND o.opcdefault)
           AND EXISTS (SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod JOIN pg_amproc s ON s.amprocfamily = o.opcfamily AND s.amprocnum = 2
                       WHERE o.opcintype = t.oid AND a.amname = 'hash' AND o.opcdefault))$$, 'every key type has btree and extended hash');
SELECT pg_temp.none($$SELECT o.oid::regoperator FROM pg_operator o JOIN member m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid
    JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprname IN ('=', '<>', '<', '<=', '>', '>=') AND NOT p.proleakproof AND o.oprleft = o.oprright
      AND o.oprleft IN (SELECT t.oid FROM pg_type t WHERE t.typname IN ('nhs_number', 'icd10', 'opcs4', 'hrg'))$$,
    'comparison operators of the code types are LEAKPROOF');
SELECT pg_temp.none($$SELECT t.typname FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid WHERE t.typtype = 'd'$$,
    'no domains: a distributed engine answers wrongly on them');

-- tables -------------------------------------------------------------------------------------------
SELECT pg_temp.none($$SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attidentity <> '' AND a.atttypid <> 'int8'::regtype$$, 'identities are bigint');
SELECT pg_temp.none($$SELECT c.oid::regclass FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')$$,
    'every table has a primary key');
SELECT pg_temp.none($$SELECT c.oid::regclass FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    WHERE c.relkind = 'p' AND a.attname <> 'person_id'$$, 'the primary key of a partitioned table begins with the person');
SELECT pg_temp.none($$SELECT k.conrelid::regclass || ': ' || k.conname FROM pg_constraint k JOIN warehouse_schema s ON s.oid = k.connamespace
    JOIN pg_class c ON c.oid = k.conrelid WHERE c.relkind = 'p' AND k.contype IN ('u', 'x')$$, 'no uniqueness across persons');
SELECT pg_temp.none($$SELECT t.tgrelid::regclass || ': ' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN warehouse_schema s ON s.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND (c.relkind = 'p' OR c.relispartition
        OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'person_id'))$$, 'no triggers on tables of persons');
SELECT pg_temp.none($$SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.atttypid IN ('float4'::regtype, 'money'::regtype)$$, 'no float4 or money columns');
SELECT pg_temp.none($$SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.atttypid = 'float8'::regtype AND a.attname ~ '(amount|price|cost|total|value_gbp|_gbp)$'$$, 'money never floats');
SELECT pg_temp.none($$SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace AND s.nspname !~ '_identity$'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE a.attname ~ '^nhs_number$|nhs_no|postcode$|surname|birth_date|date_of_birth' AND a.attname <> 'nhs_number_state' AND NOT (c.relname = 'organisation' AND a.attname = 'postcode')
       OR a.atttypid = 'commissioning.nhs_number'::regtype$$, 'identifiers stand in the identity schema alone');

-- views ---------------------------------------------------------------------------------------------
CREATE TEMP VIEW shipped_view AS
SELECT c.oid, c.oid::regclass::text AS name, s.nspname, c.reloptions, pg_get_viewdef(c.oid) AS definition
FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace AND s.nspname ~ '^lint_a' WHERE c.relkind = 'v';
SELECT pg_temp.none($$SELECT v.name FROM shipped_view v WHERE v.definition ~* '\mUSING\s*\(|\mNATURAL\M|GROUPING SETS|\mROLLUP\M|\mCUBE\M'$$,
    'no USING, NATURAL, GROUPING SETS in views');
SELECT pg_temp.none($$SELECT v.name FROM shipped_view v WHERE v.definition ~* 'IS (NOT )?DISTINCT FROM|\mNULLIF\M|\mCASE\s+[^W\s][^\n]*\n?\s*WHEN'
        AND EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                    JOIN member m ON m.classid = d.refclassid AND m.objid = d.refobjid AND m.classid = 'pg_operator'::regclass WHERE r.ev_class = v.oid)$$,
    'no IS DISTINCT FROM, NULLIF or simple CASE on types of the extension');
SELECT pg_temp.none($$SELECT v.name || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM shipped_view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
    JOIN pg_type t ON t.oid = a.atttypid WHERE v.nspname = 'lint_a_reporting' AND t.typnamespace <> 'pg_catalog'::regnamespace$$, 'reporting views have base types only');
SELECT pg_temp.none($$SELECT v.name || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM shipped_view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
    WHERE v.nspname = 'lint_a_reporting'
      AND a.atttypid <> ALL (ARRAY['text', 'int8', 'int4', 'numeric', 'bool', 'date', 'timestamptz', 'float8', 'jsonb']::regtype[])$$, 'of kinds that every tool knows');
SELECT pg_temp.none($$SELECT v.name || '.' || a.attname FROM shipped_view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
    WHERE v.nspname = 'lint_a_reporting' AND a.atttypid = 'numeric'::regtype AND a.atttypmod = -1$$, 'every numeric column of a reporting view has precision and scale, which keep NaN and surprises out');
SELECT pg_temp.none($$SELECT v.name || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM shipped_view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
    WHERE v.nspname = 'lint_a_reporting' AND a.attname ~ '_gbp$' AND format_type(a.atttypid, a.atttypmod) !~ '^numeric\(1[68],2\)$'$$, 'money has two decimals');
SELECT pg_temp.none($$SELECT v.name || '.' || a.attname FROM shipped_view v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0
    WHERE v.nspname = 'lint_a_reporting' AND a.atttypid = 'numeric'::regtype AND a.attname ~ '^(amount|value|price|cost)$|_(amount|value|price|cost|total)$'$$, 'money columns say their currency');
SELECT pg_temp.none($$SELECT v.name FROM shipped_view v WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = v.oid AND a.attname = 'person_id')
    AND v.nspname = 'lint_a_reporting' AND NOT coalesce(v.reloptions @> '{security_invoker=true}', false)$$, 'person-level views run with the rights of who asks');
SELECT pg_temp.none($$SELECT v.name FROM shipped_view v WHERE v.nspname = 'lint_a_reporting' AND v.definition ~ 'lint_a_identity'$$, 'no reporting view reads the identity schema');

-- names and comments --------------------------------------------------------------------------------
SELECT pg_temp.none($$SELECT i.type || ' ' || i.identity FROM member m CROSS JOIN LATERAL pg_identify_object(m.classid, m.objid, 0) i
    WHERE m.classid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_class'::regclass)
      AND obj_description(m.objid, m.classid::regclass::text::name) IS NULL
      AND NOT (m.classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = m.objid AND (t.typelem <> 0 OR (t.typtype = 'c' AND EXISTS (
               SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')))))
      AND NOT (m.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = m.objid AND c.relkind NOT IN ('r', 'p', 'v', 'm')))
      -- what implements a type, an operator, an aggregate, a cast or an index class is explained there
      AND NOT (m.classid = 'pg_proc'::regclass AND (
           EXISTS (SELECT FROM pg_type t WHERE m.objid IN (t.typinput, t.typoutput, t.typsend, t.typreceive, t.typmodin, t.typmodout))
        OR EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = m.objid)
        OR EXISTS (SELECT FROM pg_aggregate a WHERE m.objid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn))
        OR EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = m.objid)
        OR EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = m.objid)
        OR EXISTS (SELECT FROM pg_proc p WHERE p.prosupport = m.objid)))$$, 'every public function, type, table and view of the extension has a comment');
SELECT pg_temp.none($$SELECT c.oid::regclass || '.' || a.attname FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind IN ('r', 'v')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE col_description(c.oid, a.attnum) IS NULL$$, 'every column of its tables has a comment');
SELECT pg_temp.none($$SELECT c.oid::regclass FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace
    WHERE s.nspname ~ '^lint_a' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND obj_description(c.oid, 'pg_class') IS NULL$$, 'every table and view of a warehouse has a comment');
SELECT pg_temp.none($$SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE s.nspname ~ '^lint_a' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition AND col_description(c.oid, a.attnum) IS NULL$$, 'every column of a warehouse has a comment');
SELECT pg_temp.none($$SELECT r.signature FROM routine r WHERE NOT r.in_extension AND obj_description(r.oid, 'pg_proc') IS NULL$$, 'every routine of a warehouse has a comment');
SELECT pg_temp.none($$SELECT t.typname FROM pg_type t JOIN warehouse_schema s ON s.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c'
    WHERE s.nspname ~ '^lint_a' AND obj_description(t.oid, 'pg_type') IS NULL$$, 'every type of a warehouse has a comment');
SELECT pg_temp.none($$SELECT c.relname FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace WHERE length(c.relname) > 60
    UNION ALL SELECT p.proname FROM pg_proc p JOIN warehouse_schema s ON s.oid = p.pronamespace WHERE length(p.proname) > 60$$, 'names leave room below 63 bytes');

-- privileges ------------------------------------------------------------------------------------------
SELECT pg_temp.none($$SELECT s.nspname FROM warehouse_schema s JOIN pg_namespace n ON n.oid = s.oid WHERE EXISTS (SELECT FROM aclexplode(n.nspacl) a WHERE a.grantee = 0)
    UNION ALL SELECT c.oid::regclass::text FROM pg_class c JOIN warehouse_schema s ON s.oid = c.relnamespace WHERE EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0)
    UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p JOIN warehouse_schema s ON s.oid = p.pronamespace
    WHERE EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)$$, 'nothing in a warehouse is granted to PUBLIC');
SELECT pg_temp.none($$SELECT m.objid::regclass FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
    CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE a.grantee = 0 AND a.privilege_type <> 'SELECT'$$, 'the shipped facts are read-only for PUBLIC');
SELECT pg_temp.none($$SELECT m.objid::regclass FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid AND c.relkind IN ('r', 'v')
    WHERE NOT has_table_privilege('public', c.oid, 'SELECT')$$, 'and readable');
SELECT pg_temp.none($$SELECT e.extname FROM pg_extension e WHERE e.extname = 'commissioning' AND e.extconfig IS NOT NULL$$, 'no table of the extension is dumped: its facts come with the release');

SELECT * FROM finish();
ROLLBACK;
