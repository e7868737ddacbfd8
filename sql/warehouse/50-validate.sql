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
    predicate text,
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
COMMENT ON COLUMN @icb@.rule.predicate IS
    'A condition in SQL over the columns of claim_facts, besides those of the body or instead of them: $$pod = ''AE'' AND total > 500$$. One boolean expression of immutable functions, without sub-selects. Where it is NULL the line is not assessed.';
COMMENT ON COLUMN @icb@.rule_switch.contract_id IS 'Contract, or * for all.';
COMMENT ON COLUMN @icb@.rule_switch.rule_code IS 'Rule.';
COMMENT ON COLUMN @icb@.rule_switch.enabled IS 'false turns it off.';
COMMENT ON COLUMN @icb@.rule_switch.parameters IS 'Values for the parameters named in the body.';

CREATE VIEW @icb@.active_rule AS
SELECT l.code, l.version, l.name, l.level, l.priority, l.valid, l.body, l.source, l.note, true AS is_local,
       l.class, l.bases, l.detectable, l.needs, l.provider_text, l.clause, l.acceptance, l.effort_minutes, l.predicate
FROM @icb@.rule l
UNION ALL
SELECT r.code, r.version, r.name, r.level, r.priority, r.valid, r.body, r.source, r.note, false,
       r.class, r.bases, r.detectable, r.needs, r.provider_text, r.clause, r.acceptance, r.effort_minutes, NULL::text
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

-- What stands beside the conditions: how a finding of the rule is treated, and in which order the rules take their share.
CREATE TABLE @icb@.compiled_rule (
    fingerprint  text NOT NULL REFERENCES @icb@.compiled_rule_set,
    rule_code    text NOT NULL,
    rule_version text NOT NULL,
    place        integer NOT NULL,
    priority     integer NOT NULL,
    rule_class   text NOT NULL,
    detectable   text NOT NULL,
    effect       jsonb NOT NULL,
    source       text NOT NULL,
    predicate    text,
    PRIMARY KEY (fingerprint, rule_code)
);
COMMENT ON TABLE @icb@.compiled_rule IS 'The rules of every rule set that was ever in force here, in the order in which they take their share of the money; never changed.';
COMMENT ON COLUMN @icb@.compiled_rule.fingerprint IS 'Rule set.';
COMMENT ON COLUMN @icb@.compiled_rule.place IS 'Place in the order, 1 first.';
COMMENT ON COLUMN @icb@.compiled_rule.effect IS 'What a right line would have been.';
COMMENT ON COLUMN @icb@.compiled_rule.source IS 'Where the rule comes from.';
COMMENT ON COLUMN @icb@.compiled_rule.predicate IS 'Condition in SQL of a local rule; NULL: none.';

-- Which rules hold where --------------------------------------------------------------------------

-- To look whether there is any row may mean to look through all of a long table: done once for a compilation.
CREATE TABLE @icb@.input_seen (
    input text PRIMARY KEY
);
COMMENT ON TABLE @icb@.input_seen IS 'Inputs that rules need and that held rows when the rules were last compiled.';
COMMENT ON COLUMN @icb@.input_seen.input IS 'Name of the input, as in input_presence.';

CREATE FUNCTION @icb@.look_for_inputs() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    -- as one value it keeps the server from looking for what no rule needs
    needed text[] := ARRAY(SELECT DISTINCT n.input FROM @icb@.active_rule r CROSS JOIN LATERAL pg_catalog.unnest(r.needs) AS n (input));
    present text[] := ARRAY(SELECT i.input FROM @icb@.input_presence i WHERE i.input = ANY (needed) AND i.rows > 0);
BEGIN
    DELETE FROM @icb@.input_seen s WHERE s.input <> ALL (present);
    INSERT INTO @icb@.input_seen (input) SELECT DISTINCT p.input FROM pg_catalog.unnest(present) AS p (input) ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION @icb@.look_for_inputs() IS 'Brings input_seen up to date with input_presence. Used by compile_rules.';

CREATE VIEW @icb@.rule_status AS
WITH basis AS (
    SELECT b.contract_id, b.basis, b.valid FROM @icb@.contract_basis_live b
    UNION ALL
    -- what no contract covers is non-contract activity
    SELECT '*', 'nca', '(,)'::daterange
), contract AS (
    SELECT b.contract_id, string_agg(DISTINCT b.basis, ', ' ORDER BY b.basis) AS basis FROM basis b GROUP BY b.contract_id
)
SELECT k.contract_id, k.basis, r.code AS rule_code, r.level,
       CASE WHEN NOT coalesce(own.enabled, common.enabled, true) THEN 'switched off'
            WHEN r.bases IS NOT NULL AND h.days IS NULL THEN 'not for contracts of basis ' || k.basis
            WHEN m.missing IS NOT NULL THEN 'no data: ' || m.missing
            ELSE 'in force' END AS status,
       m.missing AS missing_inputs,
       coalesce(common.parameters, '{}') || coalesce(own.parameters, '{}') AS parameters,
       -- days on which the contract has one of the bases, where it has others too
       CASE WHEN r.bases IS NOT NULL AND EXISTS (SELECT FROM basis b WHERE b.contract_id = k.contract_id AND b.basis <> ALL (r.bases)) THEN h.days END AS days
FROM contract k
CROSS JOIN @icb@.active_rule r
LEFT JOIN @icb@.rule_switch common ON common.rule_code = r.code AND common.contract_id = '*'
LEFT JOIN @icb@.rule_switch own ON own.rule_code = r.code AND own.contract_id = k.contract_id
LEFT JOIN LATERAL (SELECT range_agg(b.valid) AS days FROM basis b WHERE b.contract_id = k.contract_id AND b.basis = ANY (r.bases)) h ON r.bases IS NOT NULL
LEFT JOIN (SELECT r.code, string_agg(n.input, ', ' ORDER BY n.place) AS missing
           FROM @icb@.active_rule r
           CROSS JOIN LATERAL unnest(r.needs) WITH ORDINALITY AS n (input, place)
           WHERE NOT EXISTS (SELECT FROM @icb@.input_seen i WHERE i.input = n.input)
           GROUP BY r.code) m ON m.code = r.code;
COMMENT ON VIEW @icb@.rule_status IS
    'For every contract (* is activity without one, which counts as non-contract activity) and rule: in force, or why not: switched off, not for this basis, or without the data it needs.';
COMMENT ON COLUMN @icb@.rule_status.contract_id IS 'Contract, or * for activity without one.';
COMMENT ON COLUMN @icb@.rule_status.basis IS 'How the contract pays; several where that changes.';
COMMENT ON COLUMN @icb@.rule_status.days IS 'Price dates for which the rule holds under a contract that changes its basis; NULL: all.';
COMMENT ON COLUMN @icb@.rule_status.level IS 'line, spell, pair or provider.';
COMMENT ON COLUMN @icb@.rule_status.status IS 'in force, or the reason why not.';
COMMENT ON COLUMN @icb@.rule_status.missing_inputs IS 'Inputs that the rule needs and that hold no rows; NULL: none.';
COMMENT ON COLUMN @icb@.rule_status.parameters IS 'Values of the parameters of the rule under this contract.';

-- {"parameter": name} becomes the contract's value, else the rule's own; a bounded validity becomes conditions on the price date; a
-- predicate becomes a look into the list of those that hold. Only rules about money take any.
CREATE FUNCTION @icb@.rule_json(r @icb@.active_rule, parameters jsonb, days datemultirange DEFAULT NULL) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog
AS $$
DECLARE
    body text := (r.body - 'parameters')::text;
    p record;
    applies jsonb := '[]';
    fails jsonb;
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
    IF days IS NOT NULL THEN
        applies := applies || jsonb_build_array(jsonb_build_object('any', (
            SELECT jsonb_agg(jsonb_build_object('all',
                       CASE WHEN lower_inf(d) THEN '[]' ELSE jsonb_build_array(jsonb_build_array('price_date', '>=', lower(d))) END
                       || CASE WHEN upper_inf(d) THEN '[]' ELSE jsonb_build_array(jsonb_build_array('price_date', '<', upper(d))) END) ORDER BY d)
            FROM unnest(days) AS d)));
    END IF;
    fails := filled -> 'fails';
    IF r.predicate IS NOT NULL THEN
        -- local_rules lists the codes of those that hold, and with a question mark of those that are unknown
        fails := jsonb_build_array(jsonb_build_object('any', jsonb_build_array(
                     jsonb_build_array('local_rules', 'contains', r.code),
                     jsonb_build_object('all', jsonb_build_array(jsonb_build_array('local_rules', 'contains', r.code || '?'),
                                                                 jsonb_build_array('predicate', 'is_true'))))))
                 || coalesce(fails, '[]');
    END IF;
    IF r.class = 'governance' OR r.class <> 'money' AND filled -> 'effect' ->> 'kind' IN ('void', 'set', 'recompute') THEN
        filled := filled || '{"effect": {"kind": "note"}}';
    END IF;
    filled := filled || jsonb_build_object('code', r.code, 'version', r.version, 'name', r.name, 'level', r.level, 'priority', r.priority,
                                           'source', r.source, 'applies', applies || coalesce(filled -> 'applies', '[]'));
    RETURN CASE WHEN fails IS NULL THEN filled ELSE filled || jsonb_build_object('fails', fails) END;
END
$$;
COMMENT ON FUNCTION @icb@.rule_json(@icb@.active_rule, jsonb, datemultirange) IS
    'A rule as an element of a rule_set, parameters filled in, for price dates of the days only. Raises 22023 when a parameter has no value.';

-- Predicates --------------------------------------------------------------------------------------

-- The condition of a partial index is exactly what is wanted: one boolean expression over the columns, of immutable functions, without
-- sub-selects, aggregates or windows. Nothing can follow it, for a statement ends with it.
CREATE FUNCTION @icb@.check_predicates() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT a.code, a.predicate FROM @icb@.active_rule a
        WHERE a.predicate IS NOT NULL
          AND NOT EXISTS (SELECT FROM @icb@.compiled_rule c WHERE c.rule_code = a.code AND c.predicate = a.predicate)
        ORDER BY a.code
    LOOP
        IF r.code !~ '^[A-Za-z0-9_.-]+$' THEN
            RAISE EXCEPTION 'rule "%" has a predicate and a code that cannot be listed', r.code
                USING ERRCODE = 'invalid_parameter_value', HINT = 'Use letters, digits, "_", "-" and "." in the code.';
        END IF;
        IF pg_catalog.strpos(r.predicate, ';') > 0 THEN
            RAISE EXCEPTION 'rule "%": the predicate is no single expression', r.code
                USING ERRCODE = 'syntax_error', HINT = 'Write one boolean expression over the columns of claim_facts, without a semicolon.';
        END IF;
        IF pg_catalog.to_regclass('@icb_identity@.stage_predicate') IS NOT NULL THEN
            DROP TABLE @icb_identity@.stage_predicate;
        END IF;
        CREATE UNLOGGED TABLE @icb_identity@.stage_predicate AS SELECT f.* FROM @icb@.claim_facts f WITH NO DATA;
        BEGIN
            EXECUTE 'CREATE INDEX ON @icb_identity@.stage_predicate (person_id) WHERE ' || r.predicate;
        EXCEPTION
            WHEN syntax_error_or_access_rule_violation OR feature_not_supported OR data_exception OR invalid_object_definition THEN
                RAISE EXCEPTION 'rule "%": %', r.code, SQLERRM
                    USING ERRCODE = SQLSTATE,
                          HINT = 'A predicate is one boolean expression over the columns of claim_facts, of immutable functions, without sub-selects.';
        END;
        DROP TABLE @icb_identity@.stage_predicate;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.check_predicates() IS
    'Refuses local rules whose predicate is not one boolean expression of immutable functions over the columns of claim_facts, with the rule''s code: 42601, 42703, 42804, 42P17, 0A000, 22023.';

-- The expression that lists, for a line named line, the local rules whose predicate holds or is unknown.
CREATE FUNCTION @icb@.local_rules_sql() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce('concat_ws('','', ' || pg_catalog.string_agg(
               pg_catalog.format(E'CASE (%s\n) WHEN true THEN %L WHEN false THEN NULL ELSE %L END', x.predicate, x.code, x.code || '?'), ', ' ORDER BY x.code) || ')',
               'NULL::text')
    FROM @icb@.active_rule x
    WHERE x.predicate IS NOT NULL;
END;
COMMENT ON FUNCTION @icb@.local_rules_sql() IS
    'SQL expression over the columns of claim_facts: the codes, divided by commas, of the local rules whose predicate is true, and with a question mark of those whose predicate is unknown.';

-- Live, line by line. A run puts the expression itself into its query, which comes to the same in a fraction of the time.
CREATE FUNCTION @icb@.local_rules(line record) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
AS $$
DECLARE
    expression text := @icb@.local_rules_sql();
    facts @icb@.claim_facts;
    codes text;
BEGIN
    IF expression = 'NULL::text' THEN
        RETURN NULL;
    END IF;
    facts := line;
    EXECUTE 'SELECT ' || expression || ' FROM (SELECT ($1).*) line' INTO codes USING facts;
    RETURN codes;
END
$$;
COMMENT ON FUNCTION @icb@.local_rules(record) IS
    'For a row of claim_facts: the codes, divided by commas, of the local rules whose predicate is true, and with a question mark of those whose predicate is unknown.';

CREATE VIEW @icb@.checked_facts WITH (security_invoker = true) AS
SELECT f.*, CASE WHEN p.there THEN @icb@.local_rules(f) END AS local_rules, NULL::boolean AS predicate
FROM @icb@.claim_facts f
CROSS JOIN (SELECT EXISTS (SELECT FROM @icb@.rule r WHERE r.predicate IS NOT NULL) AS there) p;
COMMENT ON VIEW @icb@.checked_facts IS 'The rows that rules judge: claim_facts and which local rules with a predicate hold.';
COMMENT ON COLUMN @icb@.checked_facts.local_rules IS 'Codes, divided by commas, of the local rules whose predicate is true; with a question mark those whose predicate is unknown.';
COMMENT ON COLUMN @icb@.checked_facts.predicate IS 'Always NULL: what an unknown predicate is.';

-- Compilation -------------------------------------------------------------------------------------

CREATE FUNCTION @icb@.compile_rules() RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    k record;
    rules jsonb;
    treatment jsonb;
    mark text;
    changed integer := 0;
BEGIN
    PERFORM @icb@.check_predicates();
    PERFORM @icb@.look_for_inputs();
    FOR k IN
        WITH status AS MATERIALIZED (
            -- the rules of whole providers are no rules of a line
            SELECT s.contract_id, s.rule_code, s.parameters, coalesce(s.days, '{(,)}') AS days, s.days IS NULL AS always
            FROM @icb@.rule_status s WHERE s.status = 'in force' AND s.level <> 'provider'
        ), element AS MATERIALIZED (
            -- most contracts have a rule in the same form
            SELECT d.rule_code, d.parameters, d.days, r.priority, @icb@.rule_json(r, d.parameters, CASE WHEN NOT d.always THEN d.days END) AS body,
                   pg_catalog.jsonb_build_object('class', r.class, 'detectable', r.detectable, 'predicate', r.predicate) AS treatment
            FROM (SELECT DISTINCT s.rule_code, s.parameters, s.days, s.always FROM status s) d
            JOIN @icb@.active_rule r ON r.code = d.rule_code
        )
        SELECT c.contract_id, f.rules, f.treatment
        FROM (SELECT '*' AS contract_id UNION SELECT x.contract_id FROM @icb@.contract x) c
        LEFT JOIN (SELECT s.contract_id, pg_catalog.jsonb_agg(e.body ORDER BY e.priority, e.rule_code) AS rules,
                          pg_catalog.jsonb_object_agg(e.rule_code, e.treatment) AS treatment
                   FROM status s
                   JOIN element e ON e.rule_code = s.rule_code AND e.parameters = s.parameters AND e.days = s.days
                   GROUP BY s.contract_id) f ON f.contract_id = c.contract_id
        ORDER BY c.contract_id
    LOOP
        rules := k.rules;
        treatment := k.treatment;
        mark := pg_catalog.md5(pg_catalog.concat(coalesce(rules, '[]'), treatment));
        IF NOT EXISTS (SELECT FROM @icb@.compiled_rule_set c WHERE c.fingerprint = mark) THEN
            INSERT INTO @icb@.compiled_rule_set (fingerprint, body)
            VALUES (mark, pg_catalog.jsonb_build_object('name', '@icb@', 'version', mark, 'rules', coalesce(rules, '[]'))::text::commissioning.rule_set);
            INSERT INTO @icb@.compiled_rule (fingerprint, rule_code, rule_version, place, priority, rule_class, detectable, effect, source, predicate)
            SELECT mark, x.element ->> 'code', x.element ->> 'version', x.place, (x.element ->> 'priority')::integer, t.value ->> 'class',
                   t.value ->> 'detectable', x.element -> 'effect', coalesce(x.element ->> 'source', ''), t.value ->> 'predicate'
            FROM pg_catalog.jsonb_array_elements(rules) WITH ORDINALITY AS x (element, place)
            JOIN pg_catalog.jsonb_each(treatment) t ON t.key = x.element ->> 'code';
            -- tried on an empty line: a field that is not there, or of another type, is refused now and not in the night
            PERFORM c.rule_code
            FROM @icb@.compiled_rule_set s
            CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::@icb@.checked_facts, '{}') f
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
    'Puts the rules in force for a contract (view rule_status), with its parameters, into one rule_set value per contract. Returns for how many contracts the rules changed. Raises 22P02 with the path of the fault when a rule is not well formed, 42703 or 42804 when it names a field that claim_facts does not have or has in another type, what check_predicates() raises for a predicate; warns of switches that switch nothing.';
