-- Who sees which people: a practice its own, and NHS numbers one at a time, for a reason, on record.
--
-- Tables of results about people carry a policy that compares their practice with the roles of who asks. It looks at role membership
-- alone, no setting, so nobody widens his view by SET; and it is closed: a role that stands nowhere in row_reader sees no rows.
-- Owners are not held by it, and views that run with their owner's rights show counts only.

CREATE TABLE @icb@.row_reader (
    role_name     text NOT NULL,
    practice_code text NOT NULL,
    granted_by    text NOT NULL DEFAULT current_user,
    granted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (role_name, practice_code)
);
COMMENT ON TABLE @icb@.row_reader IS
    'Which database role sees results about the people of which practice. Written by the owner of the warehouse alone; create_roles enters the group roles of analysts, operators and administrators for all practices.';
COMMENT ON COLUMN @icb@.row_reader.role_name IS 'Database role; its members count too.';
COMMENT ON COLUMN @icb@.row_reader.practice_code IS 'ODS code of the practice, or * for all practices (which gives no right to NHS numbers).';
COMMENT ON COLUMN @icb@.row_reader.granted_by IS 'Role that entered it.';
COMMENT ON COLUMN @icb@.row_reader.granted_at IS 'When it was entered.';

CREATE VIEW @icb@.visible_practice WITH (security_invoker = true) AS
SELECT r.practice_code
FROM @icb@.row_reader r
WHERE pg_catalog.pg_has_role(current_user, pg_catalog.to_regrole(pg_catalog.quote_ident(r.role_name)), 'USAGE');
COMMENT ON VIEW @icb@.visible_practice IS 'Practices whose people the current role sees; * is all of them.';
COMMENT ON COLUMN @icb@.visible_practice.practice_code IS 'ODS code of the practice, or *.';

-- Every table of results that names person and practice; what was received (registrations, records, claims) is not granted to practices at all.
DO $policies$
DECLARE
    target record;
BEGIN
    FOR target IN
        SELECT c.relname
        FROM pg_catalog.pg_class c
        WHERE c.relnamespace = '@icb@'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname NOT IN ('registration', 'activity', 'invoice_line')
          AND 2 = (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('person_id', 'practice_code') AND NOT a.attisdropped)
        ORDER BY c.relname
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE @icb@.%I ENABLE ROW LEVEL SECURITY', target.relname);
        EXECUTE pg_catalog.format($policy$
            CREATE POLICY own_practice ON @icb@.%I
            USING ((SELECT EXISTS (SELECT FROM @icb@.visible_practice v WHERE v.practice_code = '*'))
                   OR practice_code IN (SELECT v.practice_code FROM @icb@.visible_practice v))
            $policy$, target.relname);
    END LOOP;
END
$policies$;

CREATE TABLE @icb@.reidentification (
    reidentification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id     bigint NOT NULL,
    practice_code text NOT NULL,
    asked_by      text NOT NULL,
    acting_as     text NOT NULL,
    client        text,
    asked_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason        text NOT NULL CHECK (reason ~ '\S')
);
COMMENT ON TABLE @icb@.reidentification IS 'Who was told whose NHS number, when and why. Written by nhs_number_of alone; no group role may change it.';
COMMENT ON COLUMN @icb@.reidentification.reidentification_id IS 'Number of the entry.';
COMMENT ON COLUMN @icb@.reidentification.person_id IS 'Person whose number was given.';
COMMENT ON COLUMN @icb@.reidentification.practice_code IS 'Practice of the person, to which the asking role belongs.';
COMMENT ON COLUMN @icb@.reidentification.asked_by IS 'Role that logged in.';
COMMENT ON COLUMN @icb@.reidentification.acting_as IS 'Role it had set, none if it had not.';
COMMENT ON COLUMN @icb@.reidentification.client IS 'application_name of the session.';
COMMENT ON COLUMN @icb@.reidentification.asked_at IS 'When.';
COMMENT ON COLUMN @icb@.reidentification.reason IS 'Reason given.';
ALTER TABLE @icb@.reidentification ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_practice ON @icb@.reidentification FOR SELECT
    USING ((SELECT EXISTS (SELECT FROM @icb@.visible_practice v WHERE v.practice_code = '*'))
           OR practice_code IN (SELECT v.practice_code FROM @icb@.visible_practice v));

-- Runs with its owner's rights: a practice reads neither registrations nor identifiers. The login counts, not a role set for the session.
CREATE FUNCTION @icb@.nhs_number_of(person_id bigint, reason text) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    practice text;
    number text;
BEGIN
    IF reason IS NULL OR reason !~ '\S' THEN
        RAISE EXCEPTION 'an NHS number is given for a stated reason only' USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Say why, for example: review of the case list of the practice.';
    END IF;
    SELECT g.practice_code INTO practice
    FROM @icb@.registration g
    JOIN @icb@.row_reader r ON r.practice_code = g.practice_code
    WHERE g.person_id = person_id AND g.valid_from <= current_date AND (g.valid_to > current_date OR g.valid_to IS NULL)
      AND pg_has_role(session_user, to_regrole(quote_ident(r.role_name)), 'MEMBER')
    LIMIT 1;
    IF practice IS NULL THEN
        -- the same words whether or not the person exists
        RAISE EXCEPTION 'person % is not registered with a practice of role "%"', person_id, session_user USING ERRCODE = 'insufficient_privilege',
            HINT = 'NHS numbers are for the practice that cares for the person: its role stands in row_reader.';
    END IF;
    SELECT i.value INTO number FROM @icb_identity@.person_identifier i
    WHERE i.person_id = person_id AND i.system = 'nhs_number' ORDER BY i.value LIMIT 1;
    IF number IS NULL THEN
        RAISE EXCEPTION 'no NHS number is held for person %', person_id USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO @icb@.reidentification (person_id, practice_code, asked_by, acting_as, client, reason)
    VALUES (person_id, practice, session_user, current_setting('role'), nullif(current_setting('application_name'), ''), reason);
    RETURN number;
END
$$;
COMMENT ON FUNCTION @icb@.nhs_number_of(bigint, text) IS
    'The NHS number of a person, for a role of the practice where the person is registered today, entered in reidentification with the reason. 42501 for anybody else and for unknown people, 22023 without a reason, P0002 when none is held. Membership of the role that logged in decides; SET ROLE changes nothing.';

CREATE VIEW @icb_reporting@.reidentification_log WITH (security_invoker = true) AS
SELECT l.reidentification_id::bigint AS reidentification_id,
       l.asked_at::timestamptz AS asked_at,
       l.asked_by::text AS asked_by,
       l.practice_code::text AS practice_code,
       l.person_id::bigint AS person_id,
       l.reason::text AS reason
FROM @icb@.reidentification l;
COMMENT ON VIEW @icb_reporting@.reidentification_log IS 'Who was told whose NHS number, when and why.';
COMMENT ON COLUMN @icb_reporting@.reidentification_log.reidentification_id IS 'Number of the entry.';
COMMENT ON COLUMN @icb_reporting@.reidentification_log.asked_at IS 'When.';
COMMENT ON COLUMN @icb_reporting@.reidentification_log.asked_by IS 'Role that logged in.';
COMMENT ON COLUMN @icb_reporting@.reidentification_log.practice_code IS 'Practice of the person.';
COMMENT ON COLUMN @icb_reporting@.reidentification_log.person_id IS 'Person.';
COMMENT ON COLUMN @icb_reporting@.reidentification_log.reason IS 'Reason given.';
