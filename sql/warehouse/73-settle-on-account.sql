-- Payments on account: a planned total of the year by months, each a difference of cumulative amounts, divided like the settlement.

CREATE TABLE @icb@.on_account_plan (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    year        daterange NOT NULL,
    plan_no     integer NOT NULL,
    total       numeric(18,2) NOT NULL,
    method      text NOT NULL CHECK (method IN ('catch_up', 'spread')),
    months      integer NOT NULL CHECK (months > 0),
    from_month  integer NOT NULL CHECK (from_month BETWEEN 1 AND months),
    paid_before numeric(18,2) NOT NULL,
    reason      text NOT NULL,
    planned_by  text NOT NULL DEFAULT session_user,
    planned_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    approved_by text CHECK (approved_by <> planned_by),
    approved_at timestamptz,
    PRIMARY KEY (contract_id, year, plan_no),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL))
);
COMMENT ON TABLE @icb@.on_account_plan IS 'What is to be paid on account in a year; a changed total is a new plan, and the latest one approved holds. Append-only, but for its approval.';
COMMENT ON COLUMN @icb@.on_account_plan.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.on_account_plan.year IS 'Settlement year, whole months.';
COMMENT ON COLUMN @icb@.on_account_plan.plan_no IS 'Number of the plan.';
COMMENT ON COLUMN @icb@.on_account_plan.total IS 'Total of the year in pounds; negative is paid by the parties of the split.';
COMMENT ON COLUMN @icb@.on_account_plan.method IS 'catch_up: month k brings what is paid to k twelfths of the total; spread: what is left is spread evenly over the months left.';
COMMENT ON COLUMN @icb@.on_account_plan.months IS 'Months of the year.';
COMMENT ON COLUMN @icb@.on_account_plan.from_month IS 'First month it pays.';
COMMENT ON COLUMN @icb@.on_account_plan.paid_before IS 'Paid on account under earlier plans.';
COMMENT ON COLUMN @icb@.on_account_plan.reason IS 'Why this total.';
COMMENT ON COLUMN @icb@.on_account_plan.planned_by IS 'Login that planned it.';
COMMENT ON COLUMN @icb@.on_account_plan.planned_at IS 'When it was planned.';
COMMENT ON COLUMN @icb@.on_account_plan.approved_by IS 'Login that approved it: another one. Not needed where the terms ask for no sign-off.';
COMMENT ON COLUMN @icb@.on_account_plan.approved_at IS 'When it was approved.';

CREATE FUNCTION @icb@.keep_plan() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.approved_at IS NULL
       AND pg_catalog.to_jsonb(NEW) - ARRAY['approved_by', 'approved_at'] = pg_catalog.to_jsonb(OLD) - ARRAY['approved_by', 'approved_at'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a plan of payments on account stays as it is'
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Plan the rest of the year anew with plan_on_account.';
END
$$;
COMMENT ON FUNCTION @icb@.keep_plan() IS 'Trigger: a plan is only ever approved, once (55000).';
CREATE TRIGGER keep_plan BEFORE UPDATE OR DELETE ON @icb@.on_account_plan FOR EACH ROW EXECUTE FUNCTION @icb@.keep_plan();

-- Paid on account so far in a year: amount and number of the last month.
CREATE FUNCTION @icb@.paid_on_account(contract_id text, year_from date, OUT amount numeric, OUT last_month integer, OUT settled_months integer)
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT coalesce((SELECT r.amount FROM @icb@.settlement_run r
                     WHERE r.contract_id = paid_on_account.contract_id AND lower(r.period) = paid_on_account.year_from AND r.kind = 'on_account' ORDER BY r.run_id DESC LIMIT 1), 0),
           coalesce(max(m.n) FILTER (WHERE r.kind = 'on_account'), 0), coalesce(max(m.n) FILTER (WHERE r.kind <> 'on_account'), 0)
    FROM @icb@.settlement_run r
    CROSS JOIN LATERAL (SELECT (12 * (extract(year FROM upper(r.period)) - extract(year FROM lower(r.period))) + extract(month FROM upper(r.period)) - extract(month FROM lower(r.period)))::integer AS n) m
    WHERE r.contract_id = paid_on_account.contract_id AND lower(r.period) = paid_on_account.year_from AND r.status = 'posted'
      AND r.kind IN ('on_account', 'interim', 'flex', 'freeze', 'final', 'restated')
$$;
COMMENT ON FUNCTION @icb@.paid_on_account(text, date) IS 'What was paid on account in a settlement year, up to which month, and how many months have been settled.';

CREATE FUNCTION @icb@.plan_on_account(contract_id text, year daterange, total numeric, method text DEFAULT 'catch_up', reason text DEFAULT 'plan of the year') RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n integer := (extract(year FROM age(upper(plan_on_account.year)::timestamp, lower(plan_on_account.year)::timestamp)) * 12
                  + extract(month FROM age(upper(plan_on_account.year)::timestamp, lower(plan_on_account.year)::timestamp)))::integer;
    paid record;
    id integer;
BEGIN
    IF n IS NULL OR n < 1 OR extract(day FROM lower(plan_on_account.year)) <> 1 OR extract(day FROM upper(plan_on_account.year)) <> 1 THEN
        RAISE EXCEPTION 'a year of payments on account is made of whole months, not %', plan_on_account.year
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For example [2025-04-01,2026-04-01).';
    ELSIF plan_on_account.total IS NULL OR plan_on_account.total = 'NaN' OR plan_on_account.total <> round(plan_on_account.total, 2) THEN
        RAISE EXCEPTION 'a total paid on account is given in pence, not as %', coalesce(plan_on_account.total::text, 'NULL') USING ERRCODE = 'invalid_parameter_value';
    ELSIF plan_on_account.method IS NULL OR plan_on_account.method NOT IN ('catch_up', 'spread') THEN
        RAISE EXCEPTION 'unknown method "%"', plan_on_account.method USING ERRCODE = 'invalid_parameter_value',
            HINT = 'catch_up brings the next month to its twelfths of the new total; spread divides what is left over the months left.';
    ELSIF NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = plan_on_account.contract_id) THEN
        RAISE EXCEPTION 'contract "%" does not exist', plan_on_account.contract_id USING ERRCODE = 'undefined_object';
    END IF;
    PERFORM @icb@.lock_contract(plan_on_account.contract_id);
    SELECT * INTO paid FROM @icb@.paid_on_account(plan_on_account.contract_id, lower(plan_on_account.year));
    IF greatest(paid.last_month, paid.settled_months) >= n THEN
        RAISE EXCEPTION 'the year % of contract "%" is paid or settled', plan_on_account.year, plan_on_account.contract_id USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'What the year comes to is settled by settle_contract.';
    END IF;
    SELECT coalesce(max(p.plan_no), 0) + 1 INTO id FROM @icb@.on_account_plan p WHERE p.contract_id = plan_on_account.contract_id AND p.year = plan_on_account.year;
    INSERT INTO @icb@.on_account_plan (contract_id, year, plan_no, total, method, months, from_month, paid_before, reason, planned_by)
    VALUES (plan_on_account.contract_id, plan_on_account.year, id, plan_on_account.total, plan_on_account.method, n, greatest(paid.last_month, paid.settled_months) + 1,
            paid.amount, plan_on_account.reason, session_user);
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.plan_on_account(text, daterange, numeric, text, text) IS
    'Plans what is paid on account in a year, or changes the plan from the next month on: catch_up or spread. Number of the plan. 22023 for a year that is not made of whole months or a total not in pence, 42704 for an unknown contract, 55000 when the year is paid or settled.';
REVOKE EXECUTE ON FUNCTION @icb@.plan_on_account(text, daterange, numeric, text, text) FROM PUBLIC;

CREATE FUNCTION @icb@.approve_on_account(contract_id text, year daterange, plan_no integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plan @icb@.on_account_plan;
BEGIN
    PERFORM @icb@.lock_contract(approve_on_account.contract_id);
    SELECT p.* INTO plan FROM @icb@.on_account_plan p
    WHERE p.contract_id = approve_on_account.contract_id AND p.year = approve_on_account.year AND p.plan_no = approve_on_account.plan_no AND p.approved_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no plan % for % that waits for approval', approve_on_account.contract_id, approve_on_account.plan_no, approve_on_account.year USING ERRCODE = 'undefined_object';
    ELSIF plan.planned_by = session_user THEN
        RAISE EXCEPTION 'the plan was made by "%", who cannot approve it', plan.planned_by
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another person approves what one has planned.';
    END IF;
    UPDATE @icb@.on_account_plan p SET approved_by = session_user, approved_at = clock_timestamp()
    WHERE p.contract_id = plan.contract_id AND p.year = plan.year AND p.plan_no = plan.plan_no;
END
$$;
COMMENT ON FUNCTION @icb@.approve_on_account(text, daterange, integer) IS 'Approves a plan of payments on account. 42501 for who made it, 42704 when there is none that waits.';
REVOKE EXECUTE ON FUNCTION @icb@.approve_on_account(text, daterange, integer) FROM PUBLIC;

-- What is paid on account up to a month under a plan, cumulatively.
CREATE FUNCTION @icb@.on_account_target(plan @icb@.on_account_plan, k integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (plan).method = 'spread'
            THEN (plan).paid_before + (SELECT coalesce(sum(commissioning.on_account_amount((plan).total - (plan).paid_before, (plan).months - (plan).from_month + 1, n)), 0)
                                       FROM pg_catalog.generate_series(1, k - (plan).from_month + 1) AS n)
            ELSE (SELECT coalesce(sum(commissioning.on_account_amount((plan).total, (plan).months, n)), 0) FROM pg_catalog.generate_series(1, k) AS n) END;
COMMENT ON FUNCTION @icb@.on_account_target(@icb@.on_account_plan, integer) IS 'What a plan has paid once month k is paid.';

CREATE FUNCTION @icb@.post_on_account(contract_id text, month date) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plan @icb@.on_account_plan;
    terms @icb@.contract_terms;
    paid record;
    k integer;
    run_period daterange;
    id bigint;
    target numeric;
    found_parties jsonb;
BEGIN
    PERFORM @icb@.lock_contract(post_on_account.contract_id);
    SELECT p.* INTO plan FROM @icb@.on_account_plan p WHERE p.contract_id = post_on_account.contract_id AND p.year @> post_on_account.month ORDER BY p.plan_no DESC LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no plan of payments on account for %', post_on_account.contract_id, post_on_account.month
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Make one with plan_on_account.';
    END IF;
    k := (12 * (extract(year FROM post_on_account.month) - extract(year FROM lower(plan.year))) + extract(month FROM post_on_account.month) - extract(month FROM lower(plan.year)) + 1)::integer;
    run_period := daterange(lower(plan.year), (lower(plan.year) + make_interval(months => k))::date);
    terms := @icb@.terms_for(plan.contract_id, run_period, 'on_account');
    SELECT r.run_id INTO id FROM @icb@.settlement_run r WHERE r.contract_id = plan.contract_id AND lower(r.period) = lower(plan.year) AND r.period = run_period AND r.kind = 'on_account';
    IF FOUND THEN
        RETURN id;
    END IF;
    SELECT * INTO paid FROM @icb@.paid_on_account(plan.contract_id, lower(plan.year));
    IF plan.approved_at IS NULL AND terms.sign_off <> 'none' THEN
        RAISE EXCEPTION 'plan % of payments on account for % is not approved', plan.plan_no, plan.year
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Another person than who planned it approves it with approve_on_account.';
    ELSIF terms.counterparty IS NULL THEN
        RAISE EXCEPTION 'contract "%" has no counterparty that pays on account', plan.contract_id USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF k <= paid.last_month OR k <= paid.settled_months THEN
        RAISE EXCEPTION 'month % of contract "%" is paid or settled already', k, plan.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Pay the months in their order; a settlement takes in what was not paid on account.';
    ELSIF paid.settled_months > paid.last_month AND plan.from_month <= paid.settled_months THEN
        RAISE EXCEPTION 'months % to % of contract "%" are settled without having been paid on account', paid.last_month + 1, paid.settled_months, plan.contract_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Plan what is left of the year with method spread: total = paid on account so far + what the months left shall bring.';
    END IF;
    target := @icb@.on_account_target(plan, k);
    -- like a settlement, but against what was paid on account alone
    WITH share AS (
        SELECT s.party_order, s.party, coalesce(a.vat_treatment, 'outside_scope') AS vat_treatment, s.amount
        FROM commissioning.split_amount(target, terms.split, terms.split_method) s
        LEFT JOIN @icb@.party_account a ON a.contract_id = terms.contract_id AND a.party = s.party
    ), standing AS (
        SELECT s.party_order, s.party, 'party' AS role, s.vat_treatment, s.amount FROM share s
        UNION ALL
        SELECT 1000000, terms.counterparty, 'counterparty', s.vat_treatment, - sum(s.amount) FROM share s GROUP BY s.vat_treatment
    ), posted AS (
        SELECT l.party, l.vat_treatment, sum(l.amount) AS amount
        FROM @icb@.settlement_run r JOIN @icb@.settlement_line l ON l.run_id = r.run_id
        WHERE r.contract_id = plan.contract_id AND lower(r.period) = lower(plan.year) AND r.kind = 'on_account'
        GROUP BY l.party, l.vat_treatment
    )
    SELECT jsonb_agg(jsonb_build_object('party_order', coalesce(s.party_order, 2000000), 'party', coalesce(s.party, p.party),
               'role', coalesce(s.role, CASE WHEN p.party = terms.counterparty THEN 'counterparty' ELSE 'former' END), 'vat_treatment', coalesce(s.vat_treatment, p.vat_treatment),
               'cumulative_amount', coalesce(s.amount, 0), 'posted_before', coalesce(p.amount, 0)) ORDER BY s.party_order, coalesce(s.party, p.party))
    INTO found_parties
    FROM standing s FULL JOIN posted p ON p.party = s.party AND p.vat_treatment = s.vat_treatment;
    INSERT INTO @icb@.settlement_run (contract_id, terms_version, period, kind, input_hash, inputs, amount, engine_version, created_by, status, terms_hash, parties, sign_off, prepared_by)
    VALUES (plan.contract_id, terms.version, run_period, 'on_account', format('plan %s month %s', plan.plan_no, k),
            jsonb_build_object('total', plan.total, 'method', plan.method, 'months', plan.months, 'month', k, 'plan_no', plan.plan_no, 'reason_code', 'on_account'), target,
            commissioning.version(), session_user, 'prepared', @icb@.terms_hash(terms), found_parties, 'none', plan.planned_by)
    RETURNING run_id INTO id;
    PERFORM @icb@.post_lines(id);
    RETURN id;
END
$$;
COMMENT ON FUNCTION @icb@.post_on_account(text, date) IS
    'Posts the payment on account of the month that a day lies in: round(total x k / 12) - paid so far, or as spread, divided over the parties by the terms of that month; months left out are made up. The run; a month that was posted is not posted again. 55000 without an approved plan, or for a month that was passed or settled.';
REVOKE EXECUTE ON FUNCTION @icb@.post_on_account(text, date) FROM PUBLIC;

CREATE VIEW @icb_reporting@.on_account_schedule AS
WITH plan AS (
    SELECT DISTINCT ON (p.contract_id, p.year) p AS plan, p.contract_id, p.year, p.plan_no, p.months, p.from_month, p.method, p.total
    FROM @icb@.on_account_plan p ORDER BY p.contract_id, p.year, p.plan_no DESC
)
SELECT p.contract_id::text AS contract_id,
       lower(p.year)::date AS year_from,
       p.plan_no::integer AS plan_no,
       p.total::numeric(18,2) AS total_gbp,
       p.method::text AS method,
       k::integer AS month_no,
       (lower(p.year) + make_interval(months => k - 1))::date AS month,
       CASE WHEN r.run_id IS NOT NULL THEN (SELECT sum(l.amount) FROM @icb@.settlement_line l WHERE l.run_id = r.run_id AND l.role <> 'counterparty')
            WHEN k >= p.from_month THEN @icb@.on_account_target(p.plan, k) - CASE WHEN k = p.from_month THEN paid.amount ELSE @icb@.on_account_target(p.plan, k - 1) END END::numeric(18,2) AS amount_gbp,
       r.run_id::bigint AS run_id
FROM plan p
CROSS JOIN LATERAL generate_series(1, p.months) AS k
CROSS JOIN LATERAL @icb@.paid_on_account(p.contract_id, lower(p.year)) AS paid
LEFT JOIN @icb@.settlement_run r ON r.contract_id = p.contract_id AND r.kind = 'on_account' AND r.period = daterange(lower(p.year), (lower(p.year) + make_interval(months => k))::date);
COMMENT ON VIEW @icb_reporting@.on_account_schedule IS 'Payments on account month by month: posted ones as posted, those to come as the latest plan has them when no month is left out.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.year_from IS 'First day of the settlement year.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.plan_no IS 'Number of the latest plan.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.total_gbp IS 'Planned total of the year.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.method IS 'catch_up or spread.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.month_no IS 'Number of the month in the year.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.month IS 'First day of the month.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.amount_gbp IS 'Paid to the parties of the split (negative: by them); NULL for a month that was left out.';
COMMENT ON COLUMN @icb_reporting@.on_account_schedule.run_id IS 'Run that posted it; NULL while it is to come.';
