-- Group roles of a warehouse, on request only. Roles belong to the cluster, so nothing here happens by itself.
--
--   NAME_reader     aggregate views of NAME_reporting
--   NAME_analyst    + all views, tables and read-only functions of NAME (people by person_id, no identifiers)
--   NAME_validator  + reads NAME_identity: alone among those who work with results
--   NAME_operator   analyst + loads files and runs the stages: writes everywhere, NAME_identity included, because loading is about identifiers
--   NAME_governance reads findings about the conduct of providers (NAME.governance_finding), which the analyst and who negotiates contracts do not
--   NAME_contract_manager  reader + challenges line by line with the provider's identifiers, settlements, and the steps of their life; nothing about people
--   NAME_practice   for roles of general practices: results about people, whose row level security shows each practice its own (NAME.row_reader),
--                   and NHS numbers of these one at a time, on record (NAME.nhs_number_of)
--   NAME_admin      what an analyst sees + keeps contracts, prices, rules, code maps; hands out the other roles. It does not see
--                   identity: the role does not inherit, so what it hands out it does not have in passing.

CREATE OR REPLACE FUNCTION grant_governance_role(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    governance text := name || '_governance';
    relation regclass;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    -- who reads and who administers everything else does not read these; the operator, who writes them, has a right of his own
    FOR relation IN
        SELECT c.oid FROM pg_class c
        WHERE c.relnamespace IN (name::regnamespace, (name || '_reporting')::regnamespace)
          AND (c.relname = 'governance_finding' OR c.relname ~ '^governance_finding_p[0-9]+$') AND c.relkind IN ('r', 'p', 'v')
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I, %I', relation, name || '_analyst', name || '_admin');
        EXECUTE format('GRANT SELECT ON %s TO %I', relation, name || '_operator');
        IF to_regrole(quote_ident(governance)) IS NOT NULL THEN
            EXECUTE format('GRANT SELECT ON %s TO %I', relation, governance);
        END IF;
    END LOOP;
    IF to_regrole(quote_ident(governance)) IS NULL THEN
        RAISE NOTICE 'role "%" does not exist, findings of governance are shown to nobody but the owner and the operator', governance
            USING HINT = 'create_roles makes it.';
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I, %I TO %I', name, name || '_reporting', governance);
END
$$;
REVOKE EXECUTE ON FUNCTION grant_governance_role(text) FROM PUBLIC;
COMMENT ON FUNCTION grant_governance_role(text) IS
    'Gives the role NAME_governance of a warehouse, and nobody else but the operator, the right to read findings of class governance. Used by grant_roles.';

CREATE OR REPLACE FUNCTION grant_roles(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    step record;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    FOR step IN
        SELECT replace(statement, 'NAME', name) AS statement FROM unnest(ARRAY[
            'GRANT NAME_reader TO NAME_analyst',
            'GRANT NAME_analyst TO NAME_validator, NAME_operator',
            'GRANT NAME_reader, NAME_analyst, NAME_validator, NAME_operator TO NAME_admin WITH ADMIN OPTION',
            'GRANT USAGE ON SCHEMA NAME_reporting TO NAME_reader, NAME_admin',
            'GRANT USAGE ON SCHEMA NAME TO NAME_analyst, NAME_admin',
            'GRANT USAGE ON SCHEMA NAME_identity TO NAME_validator',
            'GRANT USAGE, CREATE ON SCHEMA NAME_identity TO NAME_operator',
            'GRANT SELECT ON ALL TABLES IN SCHEMA NAME, NAME_reporting TO NAME_analyst, NAME_admin',
            'GRANT SELECT ON ALL TABLES IN SCHEMA NAME_identity TO NAME_validator',
            'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA NAME, NAME_identity TO NAME_operator',
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON NAME.meta, NAME.deployed_object FROM NAME_operator',
            'GRANT USAGE ON ALL SEQUENCES IN SCHEMA NAME, NAME_identity TO NAME_operator',
            'GRANT EXECUTE ON ALL ROUTINES IN SCHEMA NAME, NAME_identity TO NAME_operator',
            -- who sees which people is the owner's to say, and what was told about whom stays told
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON NAME.row_reader, NAME.reidentification FROM NAME_operator',
            -- what was offered to people is only added to
            'REVOKE UPDATE, DELETE, TRUNCATE ON NAME.intervention_event FROM NAME_operator',
            -- and so is what reviewers found
            'REVOKE UPDATE, DELETE, TRUNCATE ON NAME.audit, NAME.audit_line, NAME.audit_review FROM NAME_operator',
            -- and the history of challenges
            'REVOKE UPDATE, DELETE, TRUNCATE ON NAME.challenge, NAME.challenge_event, NAME.challenge_line_event FROM NAME_operator',
            -- the ledger of settlements is written by its functions alone
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON NAME.settlement_run, NAME.settlement_step, NAME.settlement_line, NAME.run_agreement, NAME.suspense, NAME.suspense_event, NAME.payment, NAME.on_account_plan, NAME.accounting_period FROM NAME_operator',
            -- and so are the registers behind it
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON NAME.terms_signature, NAME.variation, NAME.baseline, NAME.exclusion_event, NAME.exclusion_signature, NAME.saving, NAME.saving_event FROM NAME_operator',
            -- what a fund owes is only added to, what it paid is written by pay_fund_round alone
            'REVOKE UPDATE, DELETE, TRUNCATE ON NAME.fund_request FROM NAME_operator',
            'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON NAME.fund_payment FROM NAME_operator'
        ]) WITH ORDINALITY AS s (statement, n)
        ORDER BY s.n
    LOOP
        EXECUTE step.statement;
    END LOOP;
    -- views that run with their owner's rights show aggregates alone
    FOR step IN
        SELECT c.oid::regclass AS view FROM pg_class c
        WHERE c.relnamespace = (name || '_reporting')::regnamespace AND c.relkind IN ('v', 'm')
          AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO %I', step.view, name || '_reader');
    END LOOP;
    -- Without USAGE on the schema a reader cannot call these; views that use them can.
    FOR step IN
        SELECT p.oid::regprocedure AS routine FROM pg_proc p
        WHERE p.pronamespace = name::regnamespace AND p.prokind <> 'p' AND p.provolatile <> 'v'
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %I, %I', step.routine, name || '_reader', name || '_admin');
    END LOOP;
    -- configuration: tables that hold neither people nor what was received or computed
    FOR step IN
        SELECT c.oid::regclass AS relation FROM pg_class c
        WHERE c.relnamespace = name::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT IN ('meta', 'deployed_object', 'row_reader', 'challenge', 'challenge_event', 'challenge_line_event', 'challenge_waiver',
              'suspense_event', 'payment', 'on_account_plan', 'accounting_period',
              'terms_signature', 'variation', 'baseline', 'exclusion_event', 'exclusion_signature', 'saving', 'saving_event', 'fund_payment', 'service_value')
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('person_id', 'submission_id', 'run_id'))
    LOOP
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO %I', step.relation, name || '_admin');
    END LOOP;
    PERFORM @extschema@.grant_governance_role(name);
    PERFORM @extschema@.grant_contract_role(name);
    PERFORM @extschema@.grant_practice_role(name);
    EXECUTE format('INSERT INTO %1$I.row_reader (role_name, practice_code) SELECT r, ''*'' FROM unnest($1) r WHERE NOT EXISTS (SELECT FROM %1$I.row_reader WHERE practice_code = ''*'')', name)
        USING ARRAY[name || '_analyst', name || '_operator', name || '_admin'];
    -- Landing tables are made by the operator (SET ROLE) or by the owner, file by file.
    EXECUTE format('GRANT %I TO %I', name || '_operator', current_user);
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO %I', name || '_identity', name || '_validator');
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON TABLES TO %I', name || '_identity', name || '_operator');
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I', name || '_operator', name || '_identity', name || '_validator');
END
$$;
REVOKE EXECUTE ON FUNCTION grant_roles(text) FROM PUBLIC;
COMMENT ON FUNCTION grant_roles(text) IS
    'Gives the group roles of a warehouse their privileges on its objects as they stand. Used by create_roles and upgrade_warehouse. Raises 42704 when the warehouse or a role does not exist.';

CREATE OR REPLACE FUNCTION create_roles(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    suffix text;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    FOREACH suffix IN ARRAY ARRAY['reader', 'analyst', 'validator', 'operator', 'governance', 'contract_manager', 'practice', 'admin'] LOOP
        IF to_regrole(name || '_' || suffix) IS NOT NULL THEN
            RAISE NOTICE 'role "%" exists already, its privileges are extended to this database', name || '_' || suffix;
        ELSE
            EXECUTE format('CREATE ROLE %I NOLOGIN %s', name || '_' || suffix, CASE suffix WHEN 'admin' THEN 'NOINHERIT' ELSE 'INHERIT' END);
        END IF;
    END LOOP;
    PERFORM @extschema@.grant_roles(name);
    EXECUTE format('INSERT INTO %I.meta (key, value) VALUES (''roles'', ''created'') ON CONFLICT (key) DO NOTHING', name);
END
$$;
REVOKE EXECUTE ON FUNCTION create_roles(text) FROM PUBLIC;
COMMENT ON FUNCTION create_roles(text) IS
    'Creates the group roles NAME_reader, NAME_analyst, NAME_validator (who alone sees identity, beside the operator who loads it), NAME_operator, NAME_governance, NAME_contract_manager, NAME_practice and NAME_admin of a warehouse, without login, and grants them their privileges. Needs CREATEROLE. Raises 42704 for an unknown warehouse, 42501 unless called by its owner.';
