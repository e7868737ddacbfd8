-- The published models as a table; sql/reference/20-*.sql fills it.

CREATE TABLE risk_model_reference (
    name    text NOT NULL,
    version text NOT NULL,
    title   text NOT NULL,
    source  text NOT NULL,
    licence text NOT NULL,
    body    risk_model NOT NULL,
    PRIMARY KEY (name, version)
);
COMMENT ON TABLE risk_model_reference IS
    'Published risk models as shipped with this release. A warehouse adds its own in its table model, which take precedence.';
COMMENT ON COLUMN risk_model_reference.name IS 'Index, code list and weights, for example charlson_quan2005_original.';
COMMENT ON COLUMN risk_model_reference.version IS 'Version of our restatement; changes whenever a score could.';
COMMENT ON COLUMN risk_model_reference.body IS 'The model: see the comment of the type risk_model.';

-- For people at psql; shipped SQL joins a registry instead, so that nothing reads a table per row.
CREATE FUNCTION registered_model(name text, version text DEFAULT NULL) RETURNS risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result @extschema@.risk_model;
BEGIN
    SELECT r.body INTO result
    FROM @extschema@.risk_model_reference r
    WHERE r.name = $1 AND (r.version = $2 OR $2 IS NULL)
    -- the newest: dotted numbers by value, anything else after them
    ORDER BY CASE WHEN r.version ~ '^[0-9]{1,9}(\.[0-9]{1,9})*$' THEN string_to_array(r.version, '.')::integer[] END DESC NULLS LAST,
             r.version COLLATE "C" DESC
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" %is not known', $1, coalesce('version "' || $2 || '" ', '')
            USING ERRCODE = 'undefined_object',
                  HINT = format('Shipped models: %s.', (SELECT string_agg(DISTINCT r.name, ', ' ORDER BY r.name) FROM @extschema@.risk_model_reference r));
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION registered_model(text, text) IS
    'A shipped risk model by name and version (NULL = the newest). 42704 for an unknown one. In queries over many rows write (SELECT registered_model(...)), which is evaluated once. A warehouse has its own function of this name that also knows its local models.';
