-- All stages that fit the purpose, in order.

CREATE PROCEDURE @icb@.run_pipeline(restart boolean DEFAULT false, everything boolean DEFAULT true)
    LANGUAGE plpgsql
AS $$
DECLARE
    stages text[] := CASE '@purpose@'
        WHEN 'invoice_validation' THEN '{load,match,price,validate,challenge}'
        WHEN 'risk_stratification' THEN '{load,score}'
        ELSE '{load,settle}'
    END;
    id bigint;
    earlier bigint;
    done text[] := '{}';
    stage text;
    n integer := 0;
BEGIN
    id := @icb@.start_run('pipeline', pg_catalog.jsonb_build_object('stages', stages, 'restart', restart, 'everything', everything));
    -- Continue the last pipeline where it stopped, unless it was asked to begin again or files came in meanwhile.
    SELECT r.run_id INTO earlier FROM @icb@.run r
    WHERE r.stage = 'pipeline' AND r.status = 'failed' AND NOT coalesce(restart, false)
      AND r.run_id = (SELECT max(p.run_id) FROM @icb@.run p WHERE p.stage = 'pipeline' AND p.run_id < id)
      AND NOT EXISTS (SELECT FROM @icb@.submission s WHERE s.status IN ('landed', 'loading'));
    IF earlier IS NOT NULL THEN
        SELECT coalesce(pg_catalog.array_agg(s.stage), '{}') INTO done
        FROM (SELECT r.stage FROM @icb@.run r WHERE r.parent_run_id = earlier AND r.status IN ('done', 'unchanged')
              UNION
              SELECT e.stage FROM @icb@.run r CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(r.parameters -> 'done_before') AS e (stage)
              WHERE r.run_id = earlier) s;
        RAISE NOTICE 'continuing run %, which had done: %', earlier, coalesce(pg_catalog.array_to_string(done, ', '), '');
    END IF;
    UPDATE @icb@.run r SET parameters = r.parameters || pg_catalog.jsonb_build_object('continues', earlier, 'done_before', done) WHERE r.run_id = id;
    COMMIT;

    FOREACH stage IN ARRAY stages LOOP
        IF stage <> ALL (done) THEN
            -- static calls: only these may COMMIT
            IF stage = 'load' THEN
                CALL @icb@.load();
            ELSIF stage = 'match' THEN
                CALL @icb@.match(everything);
            ELSIF stage = 'price' THEN
                CALL @icb@.price(everything);
            ELSIF stage = 'validate' THEN
                CALL @icb@.validate(everything);
            ELSIF stage = 'challenge' THEN
                CALL @icb@.sync_challenges();
            ELSIF stage = 'score' THEN
                CALL @icb@.score_population();
            ELSIF stage = 'settle' THEN
                CALL @icb@.settle_contracts();
            END IF;
        END IF;
        n := n + 1;
        PERFORM @icb@.report_progress(id, 100.0 * n / pg_catalog.cardinality(stages), stage);
        COMMIT;
    END LOOP;
    PERFORM @icb@.finish_run(id, status => CASE WHEN EXISTS (
        SELECT FROM @icb@.run r WHERE r.parent_run_id = id AND r.status = 'done') THEN 'done' ELSE 'unchanged' END);
    COMMIT;
END
$$;
COMMENT ON PROCEDURE @icb@.run_pipeline(boolean, boolean) IS
    'Runs every stage that fits the purpose of the warehouse, in order, committing after each: load, match, price, validate, challenge (sync_challenges: what was raised meets the new position); or load, score; or load, settle. A pipeline that was interrupted continues after its last finished stage, unless restart is true or new files have landed. With everything => false match, price and validate do only the people touched since their last runs. Raises 55P03 when the run lock is held by an idle session.';
