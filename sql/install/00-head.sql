-- commissioning: install script, joined by make from sql/install, sql/reference and sql/warehouse.
\echo Use "CREATE EXTENSION commissioning CASCADE" to load this file. \quit

CREATE FUNCTION library_version() RETURNS text
    AS 'MODULE_PATHNAME', 'commissioning_library_version'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION library_version() IS
    'Version compiled into the loaded library. Never NULL.';

-- One statement tells whether the files of two releases were mixed on this server.
CREATE FUNCTION version() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sql_version text := (SELECT extversion FROM pg_extension WHERE extname = 'commissioning');
    library text := @extschema@.library_version();
BEGIN
    IF library IS DISTINCT FROM sql_version THEN
        RAISE EXCEPTION 'commissioning library is version %, the installed SQL objects are version %', library, sql_version
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Run ALTER EXTENSION commissioning UPDATE, or install the library of the same release.';
    END IF;
    RETURN sql_version;
END
$$;
COMMENT ON FUNCTION @extschema@.version() IS
    'Version of the extension. Raises 55000 when the loaded library and the installed SQL objects come from different releases. Never NULL.';
