-- The group role of those who talk to providers: challenges by the provider's own identifiers and settlements, and the steps of their life.

CREATE OR REPLACE FUNCTION grant_contract_role(name text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    manager text := name || '_contract_manager';
    step record;
BEGIN
    PERFORM @extschema@.owned_warehouse(name);
    IF to_regrole(quote_ident(manager)) IS NULL THEN
        RAISE NOTICE 'role "%" does not exist, contract managers are given nothing', manager USING HINT = 'create_roles makes it.';
        RETURN;
    END IF;
    EXECUTE format('GRANT %I TO %I', name || '_reader', manager);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', name, manager);
    FOR step IN
        SELECT c.oid::regclass AS relation FROM pg_class c
        WHERE c.relkind IN ('r', 'v')
          AND (c.relnamespace = name::regnamespace AND c.relname IN ('challenge', 'challenge_line', 'challenge_event', 'challenge_line_event', 'challenge_waiver', 'challenge_reply',
                   'challenge_policy', 'challenge_balance', 'challenge_outcome', 'provider_contact', 'reply_map', 'bank_holiday', 'organisation', 'contract',
                   'settlement_run', 'settlement_step', 'settlement_line', 'run_agreement', 'suspense', 'suspense_event', 'suspense_balance', 'payment', 'party_account',
                   'on_account_plan', 'accounting_period', 'account_balance', 'contract_terms', 'terms_indicator', 'terms_condition', 'terms_measure', 'terms_signature',
                   'variation', 'baseline', 'measure', 'measure_value', 'exclusion_event', 'exclusion_signature', 'exclusion_standing', 'saving', 'saving_event')
               OR c.relnamespace = (name || '_reporting')::regnamespace AND c.relname IN ('challenge_line', 'challenge_export'))
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO %I', step.relation, manager);
    END LOOP;
    FOR step IN
        SELECT p.oid::regprocedure AS routine FROM pg_proc p
        WHERE p.pronamespace = name::regnamespace
          AND p.proname IN ('acknowledge_challenge', 'respond_challenge', 'inform_challenge', 'review_challenge', 'withdraw_challenge', 'escalate_challenge', 'determine_challenge',
                            'credit_challenge', 'return_credit', 'close_challenge', 'propose_waiver', 'decide_waiver', 'challenge_letter',
                            'settle_contract', 'settlement_lines', 'review_run', 'agree_run', 'withdraw_run', 'contest_line', 'contest_more', 'resolve_suspense',
                            'plan_on_account', 'approve_on_account',
                            'add_signature', 'propose_variation', 'decide_variation', 'propose_baseline', 'approve_baseline', 'record_exclusion', 'sign_exclusion',
                            'claim_saving', 'agree_saving', 'verify_saving', 'cash_saving', 'reject_saving')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', step.routine, manager);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION grant_contract_role(text) FROM PUBLIC;
COMMENT ON FUNCTION grant_contract_role(text) IS
    'Gives NAME_contract_manager its privileges on a warehouse as it stands: the ledgers of challenges and settlements and the functions that take their steps, short of posting money; a notice where that role does not exist. Used by grant_roles. Raises 42704 for an unknown warehouse, 42501 unless called by its owner.';
