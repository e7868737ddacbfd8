-- Takes the steps of random settlement histories (see test/oracle/settle_history.py) in warehouse hist.
CREATE SCHEMA drive;
CREATE TABLE drive.step (history integer, step integer, action text, arguments jsonb, PRIMARY KEY (history, step));
CREATE TABLE drive.outcome (history integer, step integer, state text, runs bigint[] NOT NULL DEFAULT '{}', PRIMARY KEY (history, step));

CREATE FUNCTION drive.month_end(months integer) RETURNS date LANGUAGE sql IMMUTABLE RETURN (date '2024-04-01' + make_interval(months => months))::date;

-- the runs that the step made
CREATE FUNCTION drive.take(contract text, history integer, step integer, action text, a jsonb) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
    again bigint;
    n bigint;
    line hist.settlement_line;
    item hist.suspense;
    amount numeric;
    released numeric;
    upheld numeric;
BEGIN
    CASE action
        WHEN 'terms' THEN
            UPDATE hist.contract_terms t SET valid = daterange(lower(t.valid), drive.month_end((a ->> 'from')::integer - 1)) WHERE t.contract_id = contract AND upper(t.valid) = '2025-04-01';
            INSERT INTO hist.contract_terms (contract_id, version, valid, shape, curve, split, split_method, counterparty, source, sign_off)
            SELECT contract, coalesce(max(t.version), 0) + 1, daterange(drive.month_end((a ->> 'from')::integer - 1), '2025-04-01'), 'random', (a ->> 'curve')::commissioning.share_curve,
                   (a ->> 'split')::commissioning.party_split, a ->> 'method', 'icb', 'random', 'none'
            FROM hist.contract_terms t WHERE t.contract_id = contract;
            PERFORM hist.sign_terms(contract, (SELECT max(t.version) FROM hist.contract_terms t WHERE t.contract_id = contract), 'both');
        WHEN 'input' THEN
            INSERT INTO hist.settlement_input (contract_id, period, benchmark, actual, source)
            VALUES (contract, daterange('2024-04-01', drive.month_end((a ->> 'm')::integer)), (a ->> 'benchmark')::numeric / 100, (a ->> 'actual')::numeric / 100, 'random')
            ON CONFLICT (contract_id, period) DO UPDATE SET benchmark = excluded.benchmark, actual = excluded.actual;
        WHEN 'vat' THEN
            INSERT INTO hist.party_account (contract_id, party, vat_treatment) VALUES (contract, a ->> 'party', a ->> 'vat')
            ON CONFLICT (contract_id, party) DO UPDATE SET vat_treatment = excluded.vat_treatment;
        WHEN 'settle' THEN
            SELECT max(r.run_id) INTO n FROM hist.settlement_run r WHERE r.contract_id = contract;
            SELECT s.run_id INTO id FROM hist.settle_contract(contract, daterange('2024-04-01', drive.month_end((a ->> 'm')::integer)), a ->> 'kind') s LIMIT 1;
            IF (a ->> 'twice')::boolean THEN
                SELECT s.run_id INTO again FROM hist.settle_contract(contract, daterange('2024-04-01', drive.month_end((a ->> 'm')::integer)), a ->> 'kind') s LIMIT 1;
                IF again <> id THEN
                    RAISE EXCEPTION 'settled twice';
                END IF;
            END IF;
            RETURN CASE WHEN id > coalesce(n, 0) THEN ARRAY[id] ELSE '{}' END;
        WHEN 'plan' THEN
            PERFORM hist.plan_on_account(contract, '[2024-04-01,2025-04-01)', (a ->> 'total')::numeric / 100, a ->> 'method');
        WHEN 'account' THEN
            SELECT max(r.run_id) INTO n FROM hist.settlement_run r WHERE r.contract_id = contract;
            id := hist.post_on_account(contract, drive.month_end((a ->> 'month')::integer - 1));
            RETURN CASE WHEN id > coalesce(n, 0) THEN ARRAY[id] ELSE '{}' END;
        WHEN 'contest' THEN
            SELECT l.* INTO line FROM hist.settlement_run r JOIN hist.settlement_line l ON l.run_id = r.run_id
            WHERE r.contract_id = contract AND l.party = a ->> 'party' AND r.kind IN ('interim', 'flex', 'freeze', 'final', 'restated')
            ORDER BY r.run_id DESC, l.vat_treatment LIMIT 1;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'no line' USING ERRCODE = 'undefined_object';
            END IF;
            PERFORM hist.contest_line(line.run_id, line.line_no, div(abs(line.amount) * 100 * (a ->> 'num')::integer, (a ->> 'den')::integer) / 100, 'random');
        WHEN 'more', 'resolve' THEN
            SELECT s.* INTO item FROM hist.settlement_run r JOIN hist.suspense s ON s.run_id = r.run_id
            WHERE r.contract_id = contract AND s.resolved_at IS NULL ORDER BY s.suspense_id DESC LIMIT 1;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'no dispute' USING ERRCODE = 'undefined_object';
            END IF;
            SELECT l.* INTO line FROM hist.settlement_line l WHERE l.run_id = item.run_id AND l.line_no = item.line_no;
            IF action = 'more' THEN
                PERFORM hist.contest_more(item.suspense_id, div(abs(line.amount) * 100 * (a ->> 'num')::integer, (a ->> 'den')::integer) / 100, 'random');
            ELSE
                amount := (item.contested_amount - item.released_so_far - item.upheld_so_far) * 100;
                PERFORM hist.resolve_suspense(item.suspense_id, div(amount * (a ->> 'rn')::integer, (a ->> 'den')::integer) / 100, div(amount * (a ->> 'un')::integer, (a ->> 'den')::integer) / 100, 'random');
                RETURN ARRAY(SELECT e.correction_run FROM hist.suspense_event e WHERE e.suspense_id = item.suspense_id AND e.action = 'uphold' AND e.recorded_at >= statement_timestamp()
                             AND e.event_no = (SELECT max(x.event_no) FROM hist.suspense_event x WHERE x.suspense_id = item.suspense_id)
                             AND NOT EXISTS (SELECT FROM drive.outcome o WHERE o.history = take.history AND e.correction_run = ANY (o.runs)));
            END IF;
        WHEN 'cancel' THEN
            SELECT r.run_id INTO id FROM hist.settlement_run r
            WHERE r.contract_id = contract AND r.kind = 'upheld' AND r.inputs ->> 'reason_code' = 'upheld'
              AND NOT EXISTS (SELECT FROM hist.settlement_run x WHERE x.contract_id = contract AND x.input_hash = 'cancels ' || r.run_id)
            ORDER BY r.run_id DESC LIMIT 1;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'no correction' USING ERRCODE = 'undefined_object';
            END IF;
            RETURN ARRAY[hist.cancel_correction(id, 'random')];
        WHEN 'pay' THEN
            PERFORM hist.record_payment(contract, a ->> 'party', '2024-12-01', (a ->> 'amount')::numeric / 100, format('%s.%s', history, step));
    END CASE;
    RETURN '{}';
END
$$;

CREATE PROCEDURE drive.run(from_history integer, to_history integer) LANGUAGE plpgsql AS $$
DECLARE
    s drive.step;
    made bigint[];
    code text;
    last integer := from_history;
BEGIN
    FOR h IN from_history .. to_history LOOP
        FOR s IN SELECT * FROM drive.step x WHERE x.history = h ORDER BY x.step LOOP
            made := '{}';
            code := '00000';
            BEGIN
                made := drive.take('H' || s.history, s.history, s.step, s.action, s.arguments);
            EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_parameter_value OR undefined_object THEN
                code := SQLSTATE;
            END;
            INSERT INTO drive.outcome VALUES (s.history, s.step, code, made);
        END LOOP;
        IF h % 50 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END
$$;
