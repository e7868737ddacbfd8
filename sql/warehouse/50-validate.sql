-- Rules in force: shipped and local ones, switched and tuned per contract, compiled into one value that judges a line.

CREATE TABLE @icb@.rule (
    code     text NOT NULL,
    version  text NOT NULL,
    name     text NOT NULL,
    level    text NOT NULL DEFAULT 'line' CHECK (level IN ('line', 'spell', 'pair', 'provider')),
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 6),
    valid    daterange NOT NULL DEFAULT '(,)',
    body     jsonb NOT NULL,
    source   text NOT NULL,
    note     text NOT NULL DEFAULT '',
    class    text NOT NULL DEFAULT 'money' CHECK (class IN ('money', 'data_quality', 'governance', 'redesign')),
    bases    text[],
    detectable text NOT NULL DEFAULT 'full' CHECK (detectable IN ('full', 'partial')),
    needs    text[] NOT NULL DEFAULT '{}',
    provider_text text NOT NULL DEFAULT '',
    clause   text NOT NULL DEFAULT '',
    acceptance numeric(4,3) NOT NULL DEFAULT 0.5 CHECK (acceptance BETWEEN 0 AND 1),
    effort_minutes numeric(6,1) NOT NULL DEFAULT 5 CHECK (effort_minutes > 0),
    PRIMARY KEY (code)
);
COMMENT ON TABLE @icb@.rule IS
    'Local rules, in the form of commissioning.rule_reference. One row adds a rule; a row with the code of a shipped rule replaces it.';
COMMENT ON COLUMN @icb@.rule.body IS
    '{"applies": [condition...], "fails": [condition...], "effect": {...}, "evidence": [column...], "parameters": {...}}; the columns are those of the view claim_facts.';

CREATE TABLE @icb@.rule_switch (
    contract_id text NOT NULL DEFAULT '*',
    rule_code   text NOT NULL,
    enabled     boolean NOT NULL DEFAULT true,
    parameters  jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    PRIMARY KEY (contract_id, rule_code)
);
COMMENT ON TABLE @icb@.rule_switch IS
    'Turns a rule off, or sets its parameters, for one contract, or for all and for activity without a contract where contract_id is *. The contract''s own row wins.';

COMMENT ON COLUMN @icb@.rule.code IS 'Short name of the rule.';
COMMENT ON COLUMN @icb@.rule.version IS 'Version; part of finding_ref.';
COMMENT ON COLUMN @icb@.rule.name IS 'Name for people.';
COMMENT ON COLUMN @icb@.rule.level IS 'line, spell, pair or provider.';
COMMENT ON COLUMN @icb@.rule.priority IS '1 void identity, 2 void entitlement, 3 reclassify, 4 component, 5 price arithmetic, 6 statistical.';
COMMENT ON COLUMN @icb@.rule.valid IS 'Price dates for which it holds.';
COMMENT ON COLUMN @icb@.rule.source IS 'Where it comes from.';
COMMENT ON COLUMN @icb@.rule.note IS 'Remarks.';
COMMENT ON COLUMN @icb@.rule.class IS
    'money: a claim against the provider; data_quality: the data must be put right, nothing is deducted; governance: seen by the role governance alone, never priced; redesign: a question to the service.';
COMMENT ON COLUMN @icb@.rule.bases IS 'Contract bases for which the rule holds; NULL: all.';
COMMENT ON COLUMN @icb@.rule.detectable IS 'full: decided by the tables; partial: a sign that needs the case notes, so a sample and never a charge by itself.';
COMMENT ON COLUMN @icb@.rule.needs IS 'Inputs without which the rule is not assessed as a whole.';
COMMENT ON COLUMN @icb@.rule.provider_text IS 'What the provider is told.';
COMMENT ON COLUMN @icb@.rule.clause IS 'Contract clause or guidance it rests on; empty where none is named.';
COMMENT ON COLUMN @icb@.rule.acceptance IS 'Planning assumption of the share of value finally accepted, until own outcomes replace it.';
COMMENT ON COLUMN @icb@.rule.effort_minutes IS 'Planning assumption: minutes of a reviewer per line.';
COMMENT ON COLUMN @icb@.rule_switch.contract_id IS 'Contract, or * for all.';
COMMENT ON COLUMN @icb@.rule_switch.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.rule_switch.enabled IS 'false turns it off.';
COMMENT ON COLUMN @icb@.rule_switch.parameters IS 'Values for the parameters named in the body.';

CREATE VIEW @icb@.active_rule WITH (security_invoker = true) AS
SELECT l.code, l.version, l.name, l.level, l.priority, l.valid, l.body, l.source, l.note, true AS is_local,
       l.class, l.bases, l.detectable, l.needs, l.provider_text, l.clause, l.acceptance, l.effort_minutes
FROM @icb@.rule l
UNION ALL
SELECT r.code, r.version, r.name, r.level, r.priority, r.valid, r.body, r.source, r.note, false,
       r.class, r.bases, r.detectable, r.needs, r.provider_text, r.clause, r.acceptance, r.effort_minutes
FROM commissioning.rule_reference r
WHERE NOT EXISTS (SELECT FROM @icb@.rule l WHERE l.code = r.code);
COMMENT ON VIEW @icb@.active_rule IS 'Shipped and local rules; the local row of a code replaces the shipped one.';

CREATE TABLE @icb@.compiled_rule_set (
    fingerprint text PRIMARY KEY,
    body        commissioning.rule_set NOT NULL,
    compiled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE @icb@.compiled_rule_set IS 'Every rule set that was ever in force here, by the md5 of its text; never changed.';

CREATE TABLE @icb@.contract_rule_set (
    contract_id text PRIMARY KEY,
    fingerprint text NOT NULL REFERENCES @icb@.compiled_rule_set
);
COMMENT ON TABLE @icb@.contract_rule_set IS 'The rule set in force per contract; * is activity without a contract. Contracts with the same rules share one value.';

COMMENT ON COLUMN @icb@.compiled_rule_set.fingerprint IS 'md5 of the rules as JSON.';
COMMENT ON COLUMN @icb@.compiled_rule_set.body IS 'The rules.';
COMMENT ON COLUMN @icb@.compiled_rule_set.compiled_at IS 'When it was first in force.';
COMMENT ON COLUMN @icb@.contract_rule_set.contract_id IS 'Contract, or * for activity without one.';
COMMENT ON COLUMN @icb@.contract_rule_set.fingerprint IS 'Rule set in force.';

-- {"parameter": name} becomes the contract's value, else the rule's own; a bounded validity becomes conditions on the price date.
CREATE FUNCTION @icb@.rule_json(r @icb@.active_rule, parameters jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    body text := (r.body - 'parameters')::text;
    p record;
    applies jsonb := '[]';
    filled jsonb;
BEGIN
    FOR p IN SELECT * FROM jsonb_each(coalesce(r.body -> 'parameters', '{}') || parameters) LOOP
        body := replace(body, format('{"parameter": %s}', to_jsonb(p.key)), p.value::text);
    END LOOP;
    filled := body::jsonb;
    IF strpos(body, '{"parameter": ') > 0 THEN
        RAISE EXCEPTION 'rule "%" names a parameter that has no value', r.code
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give it a default under "parameters" in the rule''s body.';
    END IF;
    IF NOT lower_inf(r.valid) THEN
        applies := applies || jsonb_build_array(jsonb_build_array('price_date', '>=', lower(r.valid)));
    END IF;
    IF NOT upper_inf(r.valid) THEN
        applies := applies || jsonb_build_array(jsonb_build_array('price_date', '<', upper(r.valid)));
    END IF;
    RETURN filled || jsonb_build_object('code', r.code, 'version', r.version, 'name', r.name, 'level', r.level, 'priority', r.priority,
                                        'source', r.source, 'applies', applies || coalesce(filled -> 'applies', '[]'));
END
$$;
COMMENT ON FUNCTION @icb@.rule_json(@icb@.active_rule, jsonb) IS
    'A rule as an element of a rule_set, parameters filled in. Raises 22023 when a parameter has no value.';

CREATE FUNCTION @icb@.compile_rules() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    k record;
    rules jsonb;
    mark text;
    changed integer := 0;
BEGIN
    FOR k IN SELECT '*' AS contract_id UNION SELECT c.contract_id FROM @icb@.contract c ORDER BY 1 LOOP
        SELECT pg_catalog.jsonb_agg(@icb@.rule_json(r, coalesce(common.parameters, '{}') || coalesce(own.parameters, '{}'))
                                    ORDER BY r.priority, r.code)
        INTO rules
        FROM @icb@.active_rule r
        LEFT JOIN @icb@.rule_switch common ON common.rule_code = r.code AND common.contract_id = '*'
        LEFT JOIN @icb@.rule_switch own ON own.rule_code = r.code AND own.contract_id = k.contract_id
        WHERE coalesce(own.enabled, common.enabled, true);
        mark := pg_catalog.md5(coalesce(rules, '[]')::text);
        IF NOT EXISTS (SELECT FROM @icb@.compiled_rule_set c WHERE c.fingerprint = mark) THEN
            INSERT INTO @icb@.compiled_rule_set (fingerprint, body)
            VALUES (mark, pg_catalog.jsonb_build_object('name', '@icb@', 'version', mark, 'rules', coalesce(rules, '[]'))::text::commissioning.rule_set);
            -- tried on an empty line: a field that is not there, or of another type, is refused now and not in the night
            PERFORM c.rule_code
            FROM @icb@.compiled_rule_set s
            CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::@icb@.claim_facts, '{}') f
            CROSS JOIN LATERAL commissioning.line_check(s.body, f) c
            WHERE s.fingerprint = mark;
        END IF;
        INSERT INTO @icb@.contract_rule_set AS s (contract_id, fingerprint) VALUES (k.contract_id, mark)
        ON CONFLICT (contract_id) DO UPDATE SET fingerprint = excluded.fingerprint WHERE s.fingerprint <> excluded.fingerprint;
        IF FOUND THEN
            changed := changed + 1;
        END IF;
    END LOOP;
    DELETE FROM @icb@.contract_rule_set s
    WHERE s.contract_id <> '*' AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id);
    FOR k IN
        SELECT s.contract_id, s.rule_code FROM @icb@.rule_switch s
        WHERE NOT EXISTS (SELECT FROM @icb@.active_rule r WHERE r.code = s.rule_code)
           OR s.contract_id <> '*' AND NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = s.contract_id)
        ORDER BY 1, 2
    LOOP
        RAISE WARNING 'rule_switch of contract "%" and rule "%" switches nothing', k.contract_id, k.rule_code
            USING HINT = 'There is no such contract or no such rule.';
    END LOOP;
    RETURN changed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_rules() IS
    'Puts the active rules, less those switched off and with the parameters set, into one rule_set value per contract. Returns for how many contracts the rules changed. Raises 22P02 with the path of the fault when a rule is not well formed, 42703 or 42804 when it names a field that claim_facts does not have or has in another type; warns of switches that switch nothing.';
