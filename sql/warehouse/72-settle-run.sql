-- Settlement runs: statements and the append-only ledger that takes the differences.

CREATE TABLE @icb@.settlement_run (
    run_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract_id    text NOT NULL,
    terms_version  integer NOT NULL,
    period         daterange NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('interim', 'flex', 'freeze', 'final', 'restated')),
    input_hash     text NOT NULL,
    follows        bigint NOT NULL DEFAULT 0,
    data_cutoff    date,
    inputs         jsonb NOT NULL,
    amount         numeric(18,2) NOT NULL,
    engine_version text NOT NULL,
    created_by     text NOT NULL DEFAULT current_user,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (contract_id, terms_version) REFERENCES @icb@.contract_terms,
    -- the same settlement, right after itself, exists once
    CONSTRAINT settlement_run_once UNIQUE (contract_id, terms_version, period, kind, input_hash, follows)
);
COMMENT ON TABLE @icb@.settlement_run IS 'One posted settlement: terms version, inputs and result. Append-only.';
COMMENT ON COLUMN @icb@.settlement_run.follows IS 'The run of the same contract and settlement year that it restates, 0 for the first.';
COMMENT ON COLUMN @icb@.settlement_run.amount IS 'Cumulative settlement of the period in pounds; positive is due to the parties of the split, negative from them.';

CREATE TABLE @icb@.settlement_step (
    run_id     bigint NOT NULL REFERENCES @icb@.settlement_run,
    step       integer NOT NULL,
    line_code  text NOT NULL,
    clause     text NOT NULL,
    formula    text NOT NULL,
    quantity   numeric,
    rate       text,
    exact_text text NOT NULL,
    amount     numeric(18,2) NOT NULL,
    PRIMARY KEY (run_id, step)
);
COMMENT ON TABLE @icb@.settlement_step IS 'The statement of a run, as commissioning.settle gave it: what stands after each step, in pounds, and the exact fraction before rounding. Append-only.';

CREATE TABLE @icb@.settlement_line (
    run_id            bigint NOT NULL REFERENCES @icb@.settlement_run,
    line_no           integer NOT NULL,
    party             text NOT NULL,
    role              text NOT NULL CHECK (role IN ('party', 'counterparty', 'former')),
    cumulative_amount numeric(18,2) NOT NULL,
    posted_before     numeric(18,2) NOT NULL,
    amount            numeric(18,2) NOT NULL CHECK (amount <> 0),
    relates_to_period daterange NOT NULL,
    PRIMARY KEY (run_id, line_no),
    UNIQUE (run_id, party),
    CHECK (amount = cumulative_amount - posted_before)
);
COMMENT ON TABLE @icb@.settlement_line IS
    'The ledger: what each party gets (positive) or pays (negative) on top of what was posted before. Per run the lines sum to 0. Append-only; a correction is a new run.';

CREATE TABLE @icb@.suspense (
    suspense_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id           bigint NOT NULL,
    line_no          integer NOT NULL,
    contested_amount numeric(18,2) NOT NULL CHECK (contested_amount > 0),
    reason           text NOT NULL,
    opened_by        text NOT NULL DEFAULT current_user,
    opened_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    upheld_amount    numeric(18,2) CHECK (upheld_amount BETWEEN 0 AND contested_amount),
    resolved_by      text,
    resolved_at      timestamptz,
    FOREIGN KEY (run_id, line_no) REFERENCES @icb@.settlement_line,
    CHECK ((upheld_amount IS NULL) = (resolved_at IS NULL) AND (resolved_by IS NULL) = (resolved_at IS NULL))
);
COMMENT ON TABLE @icb@.suspense IS 'The contested part of a posted line: held until it is resolved, once. The uncontested part is paid.';
COMMENT ON COLUMN @icb@.suspense.upheld_amount IS 'How much of the contested amount the objection was right about; the rest is released for payment.';

CREATE FUNCTION @icb@.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_TABLE_NAME = 'suspense' AND TG_OP = 'UPDATE' THEN
        IF pg_catalog.to_jsonb(OLD) ->> 'resolved_at' IS NULL
           AND (pg_catalog.to_jsonb(NEW) - ARRAY['upheld_amount', 'resolved_by', 'resolved_at'])
             = (pg_catalog.to_jsonb(OLD) - ARRAY['upheld_amount', 'resolved_by', 'resolved_at']) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'Correct the inputs or add a new version of the terms, and settle again: the difference is posted.';
END
$$;
COMMENT ON FUNCTION @icb@.refuse_change() IS 'Trigger: the ledger is append-only (55000); an open suspense may be resolved once.';

CREATE FUNCTION @icb@.check_balance() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    balance numeric := (SELECT sum(l.amount) FROM @icb@.settlement_line l WHERE l.run_id = NEW.run_id);
BEGIN
    IF balance <> 0 THEN
        RAISE EXCEPTION 'settlement run % does not balance: its lines sum to %', NEW.run_id, balance
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION @icb@.check_balance() IS 'Trigger: the lines of a settlement run sum to 0 over all parties.';

DO $triggers$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['settlement_run', 'settlement_step', 'settlement_line', 'suspense'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.%I FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.%I FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change()', name);
    END LOOP;
END
$triggers$;
CREATE CONSTRAINT TRIGGER balance AFTER INSERT ON @icb@.settlement_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION @icb@.check_balance();

-- What each party stands at under a cumulative amount, and what was posted before; a party that left stands at 0.
CREATE FUNCTION @icb@.settlement_parties(terms @icb@.contract_terms, period daterange, amount numeric)
    RETURNS TABLE (party_order integer, party text, role text, cumulative_amount numeric, posted_before numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH share AS (
        SELECT s.party_order, s.party, 'party' AS role, s.amount
        FROM commissioning.split_amount(settlement_parties.amount, (settlement_parties.terms).split, (settlement_parties.terms).split_method) s
        UNION ALL
        SELECT 1000000, (settlement_parties.terms).counterparty, 'counterparty', - settlement_parties.amount
    ), posted AS (
        SELECT l.party, sum(l.amount) AS amount
        FROM @icb@.settlement_line l JOIN @icb@.settlement_run r ON r.run_id = l.run_id
        WHERE r.contract_id = (settlement_parties.terms).contract_id AND lower(r.period) = lower(settlement_parties.period)
        GROUP BY l.party
    )
    SELECT coalesce(share.party_order, 2000000), coalesce(share.party, posted.party), coalesce(share.role, 'former'),
           coalesce(share.amount, 0), coalesce(posted.amount, 0)
    FROM share FULL JOIN posted ON posted.party = share.party
$$;
COMMENT ON FUNCTION @icb@.settlement_parties(@icb@.contract_terms, daterange, numeric) IS
    'A cumulative settlement over parties and counterparty, beside what earlier runs of the settlement year posted to each.';

CREATE FUNCTION @icb@.settle_contract(contract_id text, period daterange, kind text)
    RETURNS TABLE (run_id bigint, line_order integer, line_code text, clause text, formula text, quantity numeric, rate text,
                   exact_text text, amount numeric, party text)
    LANGUAGE plpgsql
AS $$
DECLARE
    terms @icb@.contract_terms;
    inputs @icb@.settlement_input;
    last @icb@.settlement_run;
    hash text;
    total numeric;
    steps jsonb;
    parties jsonb;
    new_run bigint;
BEGIN
    IF settle_contract.kind IS NULL OR settle_contract.kind NOT IN ('interim', 'flex', 'freeze', 'final', 'restated', 'illustrative') THEN
        RAISE EXCEPTION 'unknown kind "%"', settle_contract.kind USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Use interim, flex, freeze, final or restated, or illustrative, which posts nothing.';
    END IF;
    IF settle_contract.period IS NULL OR lower(settle_contract.period) IS NULL OR upper(settle_contract.period) IS NULL THEN
        RAISE EXCEPTION 'period must have a first and a last day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM @icb@.contract c WHERE c.contract_id = settle_contract.contract_id) THEN
        RAISE EXCEPTION 'contract "%" does not exist', settle_contract.contract_id USING ERRCODE = 'undefined_object';
    END IF;
    -- two settlements of one contract wait for each other
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('@icb@.settle ' || settle_contract.contract_id, 0));
    terms := @icb@.terms_for(settle_contract.contract_id, settle_contract.period, settle_contract.kind);
    SELECT i.* INTO inputs FROM @icb@.settlement_input i
    WHERE i.contract_id = settle_contract.contract_id AND i.period = settle_contract.period;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no inputs for %', settle_contract.contract_id, settle_contract.period
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Record benchmark and actual of exactly this period in settlement_input.';
    END IF;
    IF EXISTS (SELECT 1 FROM commissioning.split_parties(terms.split) s WHERE s.party = terms.counterparty) THEN
        RAISE EXCEPTION 'counterparty "%" of contract "%" is also a party of the split', terms.counterparty, terms.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'What the counterparty keeps is what the curve does not share; leave it out of the split.';
    END IF;

    SELECT jsonb_agg(pg_catalog.to_jsonb(s) ORDER BY s.step) INTO steps
    FROM commissioning.settle(@icb@.terms_of(terms), @icb@.inputs_of(inputs)) s;
    total := (steps -> -1 ->> 'amount')::numeric;

    SELECT r.* INTO last FROM @icb@.settlement_run r
    WHERE r.contract_id = settle_contract.contract_id AND lower(r.period) = lower(settle_contract.period)
    ORDER BY r.run_id DESC LIMIT 1;
    hash := pg_catalog.md5((pg_catalog.to_jsonb(@icb@.inputs_of(inputs)) || pg_catalog.jsonb_build_object('data_cutoff', inputs.data_cutoff))::text);

    IF settle_contract.kind = 'illustrative' THEN
        new_run := NULL;
    ELSIF last.terms_version = terms.version AND last.period = settle_contract.period AND last.kind = settle_contract.kind AND last.input_hash = hash THEN
        -- the very same settlement again: nothing new to post
        RETURN QUERY SELECT * FROM @icb@.settlement_lines(last.run_id);
        RETURN;
    ELSE
        IF upper(last.period) > upper(settle_contract.period) THEN
            RAISE EXCEPTION 'contract "%" has been settled up to %, beyond the end of %', settle_contract.contract_id, upper(last.period) - 1, settle_contract.period
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'Periods are cumulative: settle the longer period again.';
        END IF;
        INSERT INTO @icb@.settlement_run (contract_id, terms_version, period, kind, input_hash, follows, data_cutoff, inputs, amount, engine_version)
        VALUES (settle_contract.contract_id, terms.version, settle_contract.period, settle_contract.kind, hash, coalesce(last.run_id, 0), inputs.data_cutoff,
                pg_catalog.to_jsonb(inputs), total, commissioning.version())
        RETURNING settlement_run.run_id INTO new_run;
        INSERT INTO @icb@.settlement_step (run_id, step, line_code, clause, formula, quantity, rate, exact_text, amount)
        SELECT new_run, s.step, s.line_code, coalesce(terms.clauses ->> s.line_code || ', ', '') || s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount
        FROM pg_catalog.jsonb_to_recordset(steps) AS s(step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric);
        INSERT INTO @icb@.settlement_line (run_id, line_no, party, role, cumulative_amount, posted_before, amount, relates_to_period)
        SELECT new_run, pg_catalog.row_number() OVER (ORDER BY p.party_order, p.party), p.party, p.role, p.cumulative_amount, p.posted_before,
               p.cumulative_amount - p.posted_before, settle_contract.period
        FROM @icb@.settlement_parties(terms, settle_contract.period, total) p
        WHERE p.cumulative_amount <> p.posted_before;
        RETURN QUERY SELECT * FROM @icb@.settlement_lines(new_run);
        RETURN;
    END IF;

    RETURN QUERY
    SELECT NULL::bigint, s.step, s.line_code, coalesce(terms.clauses ->> s.line_code || ', ', '') || s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount, NULL::text
    FROM pg_catalog.jsonb_to_recordset(steps) AS s(step integer, line_code text, clause text, formula text, quantity numeric, rate text, exact_text text, amount numeric)
    UNION ALL
    SELECT NULL, (1000 + pg_catalog.row_number() OVER (ORDER BY p.party_order, p.party))::integer, p.role, 'split',
           p.cumulative_amount || ' less ' || p.posted_before || ' posted before', NULL, NULL, NULL, p.cumulative_amount - p.posted_before, p.party
    FROM @icb@.settlement_parties(terms, settle_contract.period, total) p
    ORDER BY 2;
END
$$;
COMMENT ON FUNCTION @icb@.settle_contract(text, daterange, text) IS
    'Settles a contract for a cumulative period and posts, per party, the difference to what was posted before; the lines of a run sum to 0. The same terms, inputs and kind right after themselves return the earlier run and post nothing. kind: interim, flex, freeze, final, restated, or illustrative (posts nothing; drafts allowed). Returns the statement: steps, then one row per party with the amount posted. 42704 for an unknown contract; 55000 for unsigned or missing terms, missing inputs, or a period shorter than one already settled; 22023 for a missing actual, score or other input, saying what to record.';
REVOKE EXECUTE ON FUNCTION @icb@.settle_contract(text, daterange, text) FROM PUBLIC;

CREATE FUNCTION @icb@.settlement_lines(run_id bigint)
    RETURNS TABLE (run_id_out bigint, line_order integer, line_code text, clause text, formula text, quantity numeric, rate text,
                   exact_text text, amount numeric, party text)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT s.run_id, s.step, s.line_code, s.clause, s.formula, s.quantity, s.rate, s.exact_text, s.amount, NULL::text
    FROM @icb@.settlement_step s WHERE s.run_id = settlement_lines.run_id
    UNION ALL
    SELECT l.run_id, 1000 + l.line_no, l.role, 'split', l.cumulative_amount || ' less ' || l.posted_before || ' posted before',
           NULL, NULL, NULL, l.amount, l.party
    FROM @icb@.settlement_line l WHERE l.run_id = settlement_lines.run_id
    ORDER BY 2
$$;
COMMENT ON FUNCTION @icb@.settlement_lines(bigint) IS 'The statement of a posted run: its steps, then one row per party with the amount posted.';

CREATE PROCEDURE @icb@.settle_contracts(kind text DEFAULT 'interim')
    LANGUAGE plpgsql
AS $$
DECLARE
    id bigint := @icb@.start_run('settle', pg_catalog.jsonb_build_object('kind', settle_contracts.kind));
    todo @icb@.settlement_input[];
    item @icb@.settlement_input;
    refused text[] := '{}';
    n integer := 0;
    before bigint := (SELECT coalesce(max(r.run_id), 0) FROM @icb@.settlement_run r);
BEGIN
    COMMIT;
    -- the longest period of each settlement year includes the others
    SELECT pg_catalog.array_agg(i.input ORDER BY (i.input).contract_id, (i.input).period) INTO todo
    FROM (SELECT DISTINCT ON (s.contract_id, lower(s.period)) s AS input FROM @icb@.settlement_input s
          ORDER BY s.contract_id, lower(s.period), upper(s.period) DESC) i;
    FOREACH item IN ARRAY coalesce(todo, '{}') LOOP
        BEGIN
            PERFORM @icb@.settle_contract(item.contract_id, item.period, settle_contracts.kind);
        EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_parameter_value OR numeric_value_out_of_range THEN
            refused := refused || pg_catalog.format('%s: %s', item.contract_id, SQLERRM);
        END;
        n := n + 1;
        PERFORM @icb@.report_progress(id, 100.0 * n / pg_catalog.cardinality(todo), item.contract_id);
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, rows_in => n,
        rows_out => (SELECT count(*) FROM @icb@.settlement_line l WHERE l.run_id > before),
        amount_out => (SELECT coalesce(sum(l.amount), 0) FROM @icb@.settlement_line l WHERE l.run_id > before AND l.role <> 'counterparty'),
        status => CASE WHEN EXISTS (SELECT FROM @icb@.settlement_run r WHERE r.run_id > before) THEN 'done' ELSE 'unchanged' END,
        message => pg_catalog.format('%s settled, %s refused', n - pg_catalog.cardinality(refused), pg_catalog.cardinality(refused))
                   || CASE WHEN pg_catalog.cardinality(refused) > 0 THEN ': ' || pg_catalog.array_to_string(refused, '; ') ELSE '' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.settle_contracts(text) IS
    'Settles every contract for which inputs are recorded, each for the longest period of each settlement year, committing after each. A contract that cannot be settled is left, with the reason in the message of the run. A repeat posts nothing.';
REVOKE EXECUTE ON PROCEDURE @icb@.settle_contracts(text) FROM PUBLIC;
