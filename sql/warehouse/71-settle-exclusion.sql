-- Exclusions: events that parties agree should not count for or against anybody, with what they change in pounds.

CREATE TABLE @icb@.exclusion_event (
    exclusion_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id  text NOT NULL REFERENCES @icb@.contract,
    happened_on  date NOT NULL,
    owner        text NOT NULL,
    what         text NOT NULL,
    effect       numeric NOT NULL CHECK (effect = round(effect, 2)),
    evidence     text NOT NULL DEFAULT '',
    parties      text[] NOT NULL CHECK (cardinality(parties) > 1),
    recorded_by  text NOT NULL DEFAULT session_user,
    recorded_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.exclusion_event IS
    'Register of exclusions: dated events outside what a contract is to be measured by, and what they change in its benchmark or guarantee. An effect counts once every party has signed it. Append-only: another effect is another event, which takes back the first.';
COMMENT ON COLUMN @icb@.exclusion_event.exclusion_id IS 'Number of the event.';
COMMENT ON COLUMN @icb@.exclusion_event.happened_on IS 'Day of the event; it counts in the settlement periods that hold it.';
COMMENT ON COLUMN @icb@.exclusion_event.owner IS 'Party answerable for the event.';
COMMENT ON COLUMN @icb@.exclusion_event.what IS 'What happened.';
COMMENT ON COLUMN @icb@.exclusion_event.effect IS 'Change of the benchmark or guarantee in pounds; negative lowers it.';
COMMENT ON COLUMN @icb@.exclusion_event.evidence IS 'What shows it.';
COMMENT ON COLUMN @icb@.exclusion_event.parties IS 'Parties that must sign.';
COMMENT ON COLUMN @icb@.exclusion_event.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.exclusion_event.recorded_at IS 'When it was recorded.';

CREATE TABLE @icb@.exclusion_signature (
    exclusion_id  bigint NOT NULL REFERENCES @icb@.exclusion_event,
    party         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL,
    signed_on     date NOT NULL,
    document_hash text NOT NULL,
    recorded_by   text NOT NULL DEFAULT session_user,
    recorded_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (exclusion_id, party)
);
COMMENT ON TABLE @icb@.exclusion_signature IS 'Who signed the agreed effect of an exclusion. Append-only.';
COMMENT ON COLUMN @icb@.exclusion_signature.exclusion_id IS 'Exclusion.';
COMMENT ON COLUMN @icb@.exclusion_signature.party IS 'Party that signed.';
COMMENT ON COLUMN @icb@.exclusion_signature.name IS 'Who signed for it.';
COMMENT ON COLUMN @icb@.exclusion_signature.role IS 'In what role.';
COMMENT ON COLUMN @icb@.exclusion_signature.signed_on IS 'Day of the signature.';
COMMENT ON COLUMN @icb@.exclusion_signature.document_hash IS 'SHA-256 of the signed document.';
COMMENT ON COLUMN @icb@.exclusion_signature.recorded_by IS 'Login that recorded it.';
COMMENT ON COLUMN @icb@.exclusion_signature.recorded_at IS 'When it was recorded.';
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['exclusion_event', 'exclusion_signature'] LOOP
        EXECUTE pg_catalog.format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.%I FOR EACH ROW EXECUTE FUNCTION @icb@.keep_as_recorded()', name);
        EXECUTE pg_catalog.format('CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.%I FOR EACH STATEMENT EXECUTE FUNCTION @icb@.keep_as_recorded()', name);
    END LOOP;
END
$$;

CREATE FUNCTION @icb@.record_exclusion(contract_id text, happened_on date, owner text, what text, effect numeric, evidence text DEFAULT '') RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    terms @icb@.contract_terms;
    id bigint;
BEGIN
    SELECT t.* INTO terms FROM @icb@.contract_terms t
    WHERE t.contract_id = record_exclusion.contract_id AND t.signed_at IS NOT NULL AND t.valid @> record_exclusion.happened_on;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no signed terms in force on %', record_exclusion.contract_id, record_exclusion.happened_on
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'An exclusion changes what has been signed: record it against signed terms.';
    ELSIF record_exclusion.owner IS NULL OR record_exclusion.owner <> ALL (@icb@.parties_to(terms)) THEN
        RAISE EXCEPTION '"%" is no party to contract "%"', record_exclusion.owner, terms.contract_id
            USING ERRCODE = 'undefined_object', HINT = format('The owner of an event is one of %s.', array_to_string(@icb@.parties_to(terms), ', '));
    END IF;
    INSERT INTO @icb@.exclusion_event (contract_id, happened_on, owner, what, effect, evidence, parties, recorded_by)
    VALUES (terms.contract_id, record_exclusion.happened_on, record_exclusion.owner, @icb@.expect_text(record_exclusion.what, 'what happened'), @icb@.expect_pounds(record_exclusion.effect, 'the effect of an exclusion'),
            coalesce(record_exclusion.evidence, ''), @icb@.parties_to(terms), session_user)
    RETURNING exclusion_event.exclusion_id INTO id;
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.record_exclusion(text, date, text, text, numeric, text) IS
    'Enters an event into the register of exclusions, with the change of the benchmark or guarantee that is to be agreed. Returns its number. 55000 without signed terms on that day, 42704 for an owner who is no party.';
REVOKE EXECUTE ON FUNCTION @icb@.record_exclusion(text, date, text, text, numeric, text) FROM PUBLIC;

CREATE FUNCTION @icb@.sign_exclusion(exclusion_id bigint, party text, name text, role text, signed_on date, document_hash text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    e @icb@.exclusion_event;
    missing text[];
BEGIN
    SELECT x.* INTO e FROM @icb@.exclusion_event x WHERE x.exclusion_id = sign_exclusion.exclusion_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no exclusion %', sign_exclusion.exclusion_id USING ERRCODE = 'undefined_object';
    ELSIF sign_exclusion.party IS NULL OR sign_exclusion.party <> ALL (e.parties) THEN
        RAISE EXCEPTION '"%" is no party to exclusion %', sign_exclusion.party, e.exclusion_id
            USING ERRCODE = 'undefined_object', HINT = format('Its parties are %s.', array_to_string(e.parties, ', '));
    END IF;
    PERFORM @icb@.expect_signature(sign_exclusion.name, sign_exclusion.role, sign_exclusion.signed_on, sign_exclusion.document_hash);
    INSERT INTO @icb@.exclusion_signature (exclusion_id, party, name, role, signed_on, document_hash, recorded_by)
    VALUES (e.exclusion_id, sign_exclusion.party, btrim(sign_exclusion.name), btrim(sign_exclusion.role), sign_exclusion.signed_on, sign_exclusion.document_hash, session_user);
    missing := ARRAY(SELECT p.party FROM unnest(e.parties) WITH ORDINALITY AS p (party, n)
                     WHERE NOT EXISTS (SELECT FROM @icb@.exclusion_signature s WHERE s.exclusion_id = e.exclusion_id AND s.party = p.party) ORDER BY p.n);
    RETURN CASE WHEN missing = '{}' THEN 'agreed' ELSE 'waiting for ' || array_to_string(missing, ', ') END;
END
$$;
COMMENT ON FUNCTION @icb@.sign_exclusion(bigint, text, text, text, date, text) IS
    'Records that a party agrees to the effect of an exclusion: who, in what role, when, and the SHA-256 of the document. The last signature makes it count. 42704 for an unknown event or party, 22023 for an incomplete signature, 23505 when the party has signed.';
REVOKE EXECUTE ON FUNCTION @icb@.sign_exclusion(bigint, text, text, text, date, text) FROM PUBLIC;

-- Each event and whether everybody has signed it.
CREATE VIEW @icb@.exclusion_standing AS
SELECT e.exclusion_id, e.contract_id, e.happened_on, e.owner, e.what, e.effect, e.evidence,
       ARRAY(SELECT p.party FROM unnest(e.parties) WITH ORDINALITY AS p (party, n)
             WHERE NOT EXISTS (SELECT FROM @icb@.exclusion_signature s WHERE s.exclusion_id = e.exclusion_id AND s.party = p.party) ORDER BY p.n) AS missing
FROM @icb@.exclusion_event e;
COMMENT ON VIEW @icb@.exclusion_standing IS 'Exclusions and the parties that have not signed them; those without any count.';
COMMENT ON COLUMN @icb@.exclusion_standing.exclusion_id IS 'Exclusion.';
COMMENT ON COLUMN @icb@.exclusion_standing.happened_on IS 'Day of the event.';
COMMENT ON COLUMN @icb@.exclusion_standing.owner IS 'Party answerable for the event.';
COMMENT ON COLUMN @icb@.exclusion_standing.what IS 'What happened.';
COMMENT ON COLUMN @icb@.exclusion_standing.effect IS 'Change of the benchmark or guarantee in pounds.';
COMMENT ON COLUMN @icb@.exclusion_standing.evidence IS 'What shows it.';
COMMENT ON COLUMN @icb@.exclusion_standing.missing IS 'Parties that have not signed.';

CREATE FUNCTION @icb@.exclusion_effect(contract_id text, period daterange) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT coalesce(sum(x.effect), 0) FROM @icb@.exclusion_standing x
        WHERE x.contract_id = exclusion_effect.contract_id AND exclusion_effect.period @> x.happened_on AND x.missing = '{}');
COMMENT ON FUNCTION @icb@.exclusion_effect(text, daterange) IS 'Sum of the effects, in pounds, of the exclusions of a period that every party has signed.';
