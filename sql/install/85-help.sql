-- The manual inside the database: the comments of the extension and of the warehouses.

CREATE FUNCTION help(pattern text DEFAULT NULL, OUT object text, OUT kind text, OUT comment text) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
WITH warehouses AS (
    SELECT n.oid, n.nspname FROM pg_namespace n
    WHERE EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'deployed_object' AND c.relkind = 'r')
), schemas AS (
    SELECT n.oid FROM pg_namespace n
    WHERE n.nspname = 'commissioning'
       OR EXISTS (SELECT FROM warehouses w WHERE n.nspname IN (w.nspname, w.nspname || '_identity', w.nspname || '_reporting'))
), described AS (
    SELECT d.classoid, d.objoid, d.objsubid, d.description
    FROM pg_description d
    LEFT JOIN pg_class c ON d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
    LEFT JOIN pg_proc p ON d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
    LEFT JOIN pg_type t ON d.classoid = 'pg_type'::regclass AND t.oid = d.objoid
    LEFT JOIN pg_operator o ON d.classoid = 'pg_operator'::regclass AND o.oid = d.objoid
    WHERE coalesce(c.relnamespace, p.pronamespace, t.typnamespace, o.oprnamespace, CASE WHEN d.classoid = 'pg_namespace'::regclass THEN d.objoid END)
          IN (SELECT s.oid FROM schemas s)
)
SELECT replace(i.identity, 'pg_catalog.', '') AS identity, i.type, d.description
FROM described d
CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE $1 IS NULL OR i.identity ILIKE '%' || $1 || '%' OR d.description ILIKE '%' || $1 || '%'
ORDER BY 1, 2
$$;
COMMENT ON FUNCTION help(text) IS
    'Comments of everything in the extension and in the warehouses of this database whose name or comment contains the pattern (without case; percent sign and underscore as in LIKE). NULL lists everything.';
