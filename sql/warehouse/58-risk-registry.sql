-- The warehouse's own risk models, beside the published ones.

CREATE TABLE @icb@.model (
    name          text NOT NULL,
    version       text NOT NULL,
    body          commissioning.risk_model NOT NULL,
    note          text,
    registered_by text NOT NULL DEFAULT current_user,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (name, version)
);
COMMENT ON TABLE @icb@.model IS
    'Risk models of this warehouse, beside the shipped ones in commissioning.risk_model_reference; a row here wins over a shipped model of the same name and version. Never change a body in place: add a version.';
COMMENT ON COLUMN @icb@.model.name IS 'Name of the model, as in its body.';
COMMENT ON COLUMN @icb@.model.version IS 'Version of the model, as in its body.';
COMMENT ON COLUMN @icb@.model.body IS 'The model; see the comment of the type commissioning.risk_model.';
COMMENT ON COLUMN @icb@.model.note IS 'Why it is here: where its weights come from, who agreed it.';
COMMENT ON COLUMN @icb@.model.registered_by IS 'Database role that registered it.';
COMMENT ON COLUMN @icb@.model.registered_at IS 'When it was registered; the latest version of a name is used where none is asked for.';

CREATE VIEW @icb@.known_model AS
SELECT k.name, k.version, k.body, k.local,
       row_number() OVER (
           PARTITION BY k.name
           -- own models first, the latest registered; shipped ones by dotted number
           ORDER BY k.local DESC, k.registered_at DESC NULLS LAST,
                    CASE WHEN k.version ~ '^[0-9]{1,9}(\.[0-9]{1,9})*$' THEN pg_catalog.string_to_array(k.version, '.')::integer[] END DESC NULLS LAST,
                    k.version COLLATE "C" DESC) = 1 AS newest
FROM (SELECT m.name, m.version, m.body, true AS local, m.registered_at
      FROM @icb@.model m
      UNION ALL
      SELECT s.name, s.version, s.body, false, NULL::timestamptz
      FROM commissioning.risk_model_reference s
      WHERE NOT EXISTS (SELECT FROM @icb@.model m WHERE m.name = s.name AND m.version = s.version)) k;
COMMENT ON VIEW @icb@.known_model IS 'Every risk model that can be used here, shipped or local, with the version used where none is asked for.';
COMMENT ON COLUMN @icb@.known_model.name IS 'Name of the model.';
COMMENT ON COLUMN @icb@.known_model.version IS 'Version of the model.';
COMMENT ON COLUMN @icb@.known_model.body IS 'The model.';
COMMENT ON COLUMN @icb@.known_model.local IS 'Whether it is registered in this warehouse, not shipped.';
COMMENT ON COLUMN @icb@.known_model.newest IS 'Whether it is the version used where none is asked for.';

CREATE FUNCTION @icb@.registered_model(name text, version text DEFAULT NULL) RETURNS commissioning.risk_model
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
#variable_conflict use_variable
DECLARE
    result commissioning.risk_model;
BEGIN
    SELECT k.body INTO result FROM @icb@.known_model k
    WHERE k.name = name AND (k.version = version OR (version IS NULL AND k.newest));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'risk model "%" %is not known in warehouse "@icb@"', name, coalesce('version "' || version || '" ', '')
            USING ERRCODE = 'undefined_object',
                  HINT = pg_catalog.format('Known models: %s.', (SELECT pg_catalog.string_agg(k.name, ', ' ORDER BY k.name) FROM @icb@.known_model k WHERE k.newest));
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION @icb@.registered_model(text, text) IS
    'A risk model of this warehouse or a shipped one, by name and version (NULL = the newest). 42704 for an unknown one.';

CREATE FUNCTION @icb@.register_model(body commissioning.risk_model, note text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
#variable_conflict use_variable
DECLARE
    description jsonb := body::jsonb;
    known commissioning.risk_model;
BEGIN
    IF body IS NULL THEN
        RAISE EXCEPTION 'risk model must not be NULL' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    SELECT m.body INTO known FROM @icb@.model m
    WHERE m.name = description ->> 'name' AND m.version = description ->> 'version';
    IF FOUND THEN
        IF known OPERATOR(commissioning.=) body THEN
            RETURN;
        END IF;
        RAISE EXCEPTION 'risk model "%" version "%" is registered with another content', description ->> 'name', description ->> 'version'
            USING ERRCODE = 'duplicate_object', HINT = 'Give the model a new version: scores already refer to this one.';
    END IF;
    INSERT INTO @icb@.model (name, version, body, note)
    VALUES (description ->> 'name', description ->> 'version', body, note);
END
$$;
COMMENT ON FUNCTION @icb@.register_model(commissioning.risk_model, text) IS
    'Adds a model to the registry under the name and version in its body; the same model again changes nothing. 42710 when that version stands there with another content, 22004 for NULL.';
