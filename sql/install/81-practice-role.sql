-- The group role of general practices: it reads what row level security guards, and nothing else about people.

CREATE OR REPLACE FUNCTION practice_relations(name text) RETURNS SETOF regclass
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
WITH RECURSIVE reads AS (
    SELECT v.oid AS view, d.refobjid AS relation
    FROM pg_class v
    JOIN pg_rewrite w ON w.ev_class = v.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
    WHERE v.relnamespace IN ($1::regnamespace, ($1 || '_reporting')::regnamespace) AND v.relkind = 'v'
), closure AS (
    SELECT r.view, r.relation FROM reads r
    UNION
    SELECT c.view, r.relation FROM closure c JOIN reads r ON r.view = c.relation
), guarded AS (
    -- every table behind the view is guarded or not about people, and no view in between reads guarded rows with its owner's rights
    SELECT c.view
    FROM closure c
    JOIN pg_class v ON v.oid = c.view
    JOIN pg_class t ON t.oid = c.relation
    WHERE v.relnamespace = ($1 || '_reporting')::regnamespace AND v.reloptions @> '{security_invoker=true}'
    GROUP BY c.view
    HAVING bool_or(t.relrowsecurity)
       AND bool_and(t.relrowsecurity
            OR (t.relkind <> 'v' AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname IN ('person_id', 'submission_id')))
            OR (t.relkind = 'v' AND (coalesce(t.reloptions @> '{security_invoker=true}', false)
                OR NOT EXISTS (SELECT FROM closure x JOIN pg_class y ON y.oid = x.relation WHERE x.view = t.oid AND y.relrowsecurity))))
)
SELECT g.view::regclass FROM guarded g
UNION
SELECT c.relation::regclass FROM guarded g JOIN closure c ON c.view = g.view JOIN pg_class t ON t.oid = c.relation WHERE t.relnamespace = $1::regnamespace
UNION
SELECT r.relation::regclass FROM reads r WHERE r.view = to_regclass(quote_ident($1) || '.visible_practice')
UNION
SELECT to_regclass(quote_ident($1) || '.visible_practice')
$$;
COMMENT ON FUNCTION practice_relations(text) IS
    'What the group role of practices may read in a warehouse: the reporting views over tables that row level security guards, and what these read. 3F000 for an unknown warehouse.';

CREATE OR REPLACE FUNCTION grant_practice_role(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    practice text := name || '_practice';
    relation regclass;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    IF to_regrole(quote_ident(practice)) IS NULL THEN
        RAISE NOTICE 'role "%" does not exist, practices are given nothing', practice USING HINT = 'create_roles makes it.';
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I, %I TO %I', name, name || '_reporting', practice);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %1$I.nhs_number_of(bigint, text), %1$I.why_my_patient(bigint, text), %1$I.what_changed_for_my_patient(bigint, text) TO %2$I', name, practice);
    FOR relation IN SELECT r FROM @extschema@.practice_relations(name) r LOOP
        EXECUTE format('GRANT SELECT ON %s TO %I', relation, practice);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION grant_practice_role(text) FROM PUBLIC;
COMMENT ON FUNCTION grant_practice_role(text) IS
    'Gives NAME_practice its privileges on a warehouse as it stands; a notice where that role does not exist. Used by grant_roles. Raises 42704 for an unknown warehouse, 42501 unless called by its owner.';
