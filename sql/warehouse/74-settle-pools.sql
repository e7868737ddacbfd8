-- Pools between commissioners and with councils: contributions, year-end, shares of schemes, waterfalls, funds that do not suffice.

CREATE TABLE @icb@.pool (
    pool_id text PRIMARY KEY,
    title   text NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('commissioners', 'section_75')),
    host    text NOT NULL,
    source  text NOT NULL
);
COMMENT ON TABLE @icb@.pool IS 'Pools of money: between commissioners, or with a council under section 75 of the NHS Act 2006.';
COMMENT ON COLUMN @icb@.pool.pool_id IS 'Key of the pool.';
COMMENT ON COLUMN @icb@.pool.title IS 'Name of the pool.';
COMMENT ON COLUMN @icb@.pool.kind IS 'commissioners or section_75.';
COMMENT ON COLUMN @icb@.pool.host IS 'Member that hosts it.';

CREATE TABLE @icb@.pool_year (
    pool_id    text NOT NULL REFERENCES @icb@.pool,
    pool_year  daterange NOT NULL CHECK (NOT isempty(pool_year)),
    budget     numeric(18,2) NOT NULL CHECK (budget >= 0),
    actual     numeric(18,2) CHECK (actual >= 0),
    year_end   text NOT NULL DEFAULT 'pro rata' CHECK (year_end IN ('pro rata', 'as used')),
    collar     numeric CHECK (collar >= 0),
    PRIMARY KEY (pool_id, pool_year),
    EXCLUDE USING gist (pool_id WITH =, pool_year WITH &&)
);
COMMENT ON TABLE @icb@.pool_year IS 'A year of a pool.';
COMMENT ON COLUMN @icb@.pool_year.pool_year IS 'Days of the year.';
COMMENT ON COLUMN @icb@.pool_year.budget IS 'What the members put in together, in pounds.';
COMMENT ON COLUMN @icb@.pool_year.actual IS 'What the pool spent; NULL: not known yet.';
COMMENT ON COLUMN @icb@.pool_year.year_end IS 'How the spend is shared: pro rata to contributions, or as used over three years.';
COMMENT ON COLUMN @icb@.pool_year.collar IS 'As used: how far a share may move from that of the contribution, 0.1 is a tenth of it; NULL: freely.';

CREATE TABLE @icb@.pool_member (
    pool_id      text NOT NULL,
    pool_year    daterange NOT NULL,
    member_order integer NOT NULL CHECK (member_order > 0),
    member       text NOT NULL,
    weight       numeric NOT NULL CHECK (weight >= 0),
    three_year_use numeric(18,2) CHECK (three_year_use >= 0),
    PRIMARY KEY (pool_id, pool_year, member_order),
    UNIQUE (pool_id, pool_year, member),
    FOREIGN KEY (pool_id, pool_year) REFERENCES @icb@.pool_year
);
COMMENT ON TABLE @icb@.pool_member IS 'Members of a pool in a year.';
COMMENT ON COLUMN @icb@.pool_member.pool_year IS 'Year of the pool.';
COMMENT ON COLUMN @icb@.pool_member.member_order IS 'Order of the members: ties and odd pennies follow it.';
COMMENT ON COLUMN @icb@.pool_member.member IS 'Member.';
COMMENT ON COLUMN @icb@.pool_member.weight IS 'Weighted population, or the agreed contribution.';
COMMENT ON COLUMN @icb@.pool_member.three_year_use IS 'What the member used in the last three years, in pounds.';

CREATE VIEW @icb@.pool_share AS
WITH contributed AS (
    SELECT y.pool_id, y.pool_year, y.budget, y.actual, y.year_end, y.collar, m.member_order, m.member, m.weight, m.three_year_use,
           commissioning.split_weighted(y.budget, m.weight) OVER w AS contribution
    FROM @icb@.pool_year y
    JOIN @icb@.pool_member m ON m.pool_id = y.pool_id AND m.pool_year = y.pool_year
    WINDOW w AS (PARTITION BY y.pool_id, y.pool_year ORDER BY m.member_order)
), borne AS (
    SELECT c.*, CASE c.year_end WHEN 'pro rata' THEN c.weight ELSE c.three_year_use END AS bearing
    FROM contributed c
), collared AS (
    -- the limits hold to the penny: what they take or leave goes to the members within them, by use
    SELECT g.pool_id, g.pool_year, x.member_order, x.part
    FROM (SELECT c.pool_id, c.pool_year, c.actual, c.collar, pg_catalog.array_agg(c.member_order ORDER BY c.member_order) AS orders,
                 pg_catalog.array_agg(c.three_year_use ORDER BY c.member_order) AS used, pg_catalog.array_agg(c.weight ORDER BY c.member_order) AS weights
          FROM contributed c
          WHERE c.year_end = 'as used' AND c.collar IS NOT NULL AND c.actual IS NOT NULL
          GROUP BY c.pool_id, c.pool_year, c.actual, c.collar HAVING count(*) = count(c.three_year_use)) g
    CROSS JOIN LATERAL unnest(g.orders, commissioning.pay_as_used(g.actual, g.used, g.weights, g.collar)) x (member_order, part)
)
SELECT b.pool_id, b.pool_year, b.member_order, b.member, b.budget, b.actual, b.year_end, b.contribution,
       -- pro rata: the balance is divided; as used: the whole spend
       CASE WHEN b.year_end = 'as used' AND b.collar IS NOT NULL THEN l.part
            WHEN b.actual IS NOT NULL AND bool_and(b.bearing IS NOT NULL) OVER (PARTITION BY b.pool_id, b.pool_year)
            THEN CASE b.year_end WHEN 'pro rata' THEN b.contribution ELSE 0 END
                 + commissioning.split_weighted(coalesce(b.actual, 0) - CASE b.year_end WHEN 'pro rata' THEN b.budget ELSE 0 END, coalesce(b.bearing, 1))
                   OVER (PARTITION BY b.pool_id, b.pool_year ORDER BY b.member_order) END AS borne
FROM borne b
LEFT JOIN collared l ON l.pool_id = b.pool_id AND l.pool_year = b.pool_year AND l.member_order = b.member_order;
COMMENT ON VIEW @icb@.pool_share IS 'What each member contributes and, once the spend is known, bears; both to the penny. borne is NULL while the spend, or the use of a member, is not known.';
COMMENT ON COLUMN @icb@.pool_share.pool_year IS 'Year of the pool.';
COMMENT ON COLUMN @icb@.pool_share.member_order IS 'Order of the members.';
COMMENT ON COLUMN @icb@.pool_share.member IS 'Member.';
COMMENT ON COLUMN @icb@.pool_share.budget IS 'Contributions together.';
COMMENT ON COLUMN @icb@.pool_share.actual IS 'What the pool spent.';
COMMENT ON COLUMN @icb@.pool_share.year_end IS 'How the spend is shared.';
COMMENT ON COLUMN @icb@.pool_share.contribution IS 'Contribution of the member, in pounds.';
COMMENT ON COLUMN @icb@.pool_share.borne IS 'Its share in what was spent, in pounds.';

CREATE TABLE @icb@.pool_scheme (
    pool_id      text NOT NULL,
    pool_year    daterange NOT NULL,
    scheme       text NOT NULL,
    scheme_order integer NOT NULL,
    share        text NOT NULL CHECK (share IN ('variable', 'fixed', 'own')),
    host         text NOT NULL,
    budget       numeric(18,2) NOT NULL CHECK (budget >= 0),
    actual       numeric(18,2) CHECK (actual >= 0),
    PRIMARY KEY (pool_id, pool_year, scheme),
    UNIQUE (pool_id, pool_year, scheme_order),
    FOREIGN KEY (pool_id, pool_year) REFERENCES @icb@.pool_year
);
COMMENT ON TABLE @icb@.pool_scheme IS 'Schemes of a pool. variable: an overspend is shared pro rata to contributions; fixed: the host bears it; own: each member bears its own, and keeps what it saves. Any other underspend stays in the pool.';
COMMENT ON COLUMN @icb@.pool_scheme.pool_year IS 'Year of the pool.';
COMMENT ON COLUMN @icb@.pool_scheme.scheme IS 'Scheme.';
COMMENT ON COLUMN @icb@.pool_scheme.scheme_order IS 'Order of the schemes.';
COMMENT ON COLUMN @icb@.pool_scheme.share IS 'variable, fixed or own.';
COMMENT ON COLUMN @icb@.pool_scheme.host IS 'Member that hosts the scheme.';
COMMENT ON COLUMN @icb@.pool_scheme.budget IS 'Budget of the scheme, in pounds.';
COMMENT ON COLUMN @icb@.pool_scheme.actual IS 'What it spent; NULL: not known yet.';

CREATE TABLE @icb@.pool_scheme_member (
    pool_id      text NOT NULL,
    pool_year    daterange NOT NULL,
    scheme       text NOT NULL,
    member       text NOT NULL,
    contribution numeric(18,2) NOT NULL CHECK (contribution >= 0),
    own_actual   numeric(18,2) CHECK (own_actual >= 0),
    funding_limit numeric(18,2) CHECK (funding_limit >= 0),
    PRIMARY KEY (pool_id, pool_year, scheme, member),
    FOREIGN KEY (pool_id, pool_year, scheme) REFERENCES @icb@.pool_scheme,
    FOREIGN KEY (pool_id, pool_year, member) REFERENCES @icb@.pool_member (pool_id, pool_year, member)
);
COMMENT ON TABLE @icb@.pool_scheme_member IS 'What each member puts into a scheme.';
COMMENT ON COLUMN @icb@.pool_scheme_member.pool_year IS 'Year of the pool.';
COMMENT ON COLUMN @icb@.pool_scheme_member.scheme IS 'Scheme.';
COMMENT ON COLUMN @icb@.pool_scheme_member.member IS 'Member.';
COMMENT ON COLUMN @icb@.pool_scheme_member.contribution IS 'Contribution, in pounds.';
COMMENT ON COLUMN @icb@.pool_scheme_member.own_actual IS 'For a scheme of kind own: what was spent of the member''s part.';
COMMENT ON COLUMN @icb@.pool_scheme_member.funding_limit IS 'Most that the member pays of an overspend; NULL: no limit.';

CREATE VIEW @icb@.pool_scheme_share AS
SELECT q.pool_id, q.pool_year, q.scheme_order, q.scheme, q.share, q.member_order, q.member, q.contribution, q.overspend,
       CASE WHEN q.part > 0 THEN least(q.part, coalesce(q.funding_limit, q.part)) ELSE q.part END AS borne,
       CASE WHEN q.part > 0 THEN q.part - least(q.part, coalesce(q.funding_limit, q.part)) ELSE 0 END AS unfunded
FROM (
    SELECT s.pool_id, s.pool_year, s.scheme_order, s.scheme, s.share, m.member_order, x.member, x.contribution, x.funding_limit, s.actual - s.budget AS overspend,
           CASE s.share
               WHEN 'fixed' THEN CASE WHEN x.member = s.host AND NOT s.actual < s.budget THEN s.actual - s.budget WHEN s.actual IS NOT NULL OR x.member <> s.host THEN 0 END
               WHEN 'own' THEN x.own_actual - x.contribution
               ELSE CASE WHEN s.actual IS NOT NULL THEN commissioning.split_weighted(CASE s.share WHEN 'variable' THEN greatest(coalesce(s.actual - s.budget, 0), 0) ELSE 0 END, CASE s.share WHEN 'variable' THEN x.contribution ELSE 1 END)
                         OVER (PARTITION BY s.pool_id, s.pool_year, s.scheme ORDER BY m.member_order) END END AS part
    FROM @icb@.pool_scheme s
    JOIN @icb@.pool_scheme_member x ON x.pool_id = s.pool_id AND x.pool_year = s.pool_year AND x.scheme = s.scheme
    JOIN @icb@.pool_member m ON m.pool_id = x.pool_id AND m.pool_year = x.pool_year AND m.member = x.member) q;
COMMENT ON VIEW @icb@.pool_scheme_share IS 'Overspends of schemes over the members; an underspend stays in the pool and moves nothing, except where each bears its own. borne stops at the member''s funding limit; what is beyond is unfunded and goes down the waterfall. NULL while the spend is not known.';
COMMENT ON COLUMN @icb@.pool_scheme_share.pool_year IS 'Year of the pool.';
COMMENT ON COLUMN @icb@.pool_scheme_share.scheme_order IS 'Order of the schemes.';
COMMENT ON COLUMN @icb@.pool_scheme_share.scheme IS 'Scheme.';
COMMENT ON COLUMN @icb@.pool_scheme_share.share IS 'variable, fixed or own.';
COMMENT ON COLUMN @icb@.pool_scheme_share.member_order IS 'Order of the members.';
COMMENT ON COLUMN @icb@.pool_scheme_share.member IS 'Member.';
COMMENT ON COLUMN @icb@.pool_scheme_share.contribution IS 'Contribution to the scheme.';
COMMENT ON COLUMN @icb@.pool_scheme_share.overspend IS 'What the scheme spent beyond its budget; negative: less.';
COMMENT ON COLUMN @icb@.pool_scheme_share.borne IS 'Part of the member, in pounds.';
COMMENT ON COLUMN @icb@.pool_scheme_share.unfunded IS 'What its funding limit leaves, in pounds.';

CREATE TABLE @icb@.pool_step (
    pool_id    text NOT NULL,
    pool_year  daterange NOT NULL,
    step_order integer NOT NULL CHECK (step_order > 0),
    step       text NOT NULL,
    capacity   numeric(18,2) NOT NULL CHECK (capacity >= 0),
    PRIMARY KEY (pool_id, pool_year, step_order),
    FOREIGN KEY (pool_id, pool_year) REFERENCES @icb@.pool_year
);
COMMENT ON TABLE @icb@.pool_step IS 'Where an overspend of a pool is met from, in order: underspends elsewhere in the pool, the risk pool, uncommitted schemes, outside resources.';
COMMENT ON COLUMN @icb@.pool_step.pool_year IS 'Year of the pool.';
COMMENT ON COLUMN @icb@.pool_step.step_order IS 'Order in which they are drawn on.';
COMMENT ON COLUMN @icb@.pool_step.step IS 'Source, in the words of the agreement.';
COMMENT ON COLUMN @icb@.pool_step.capacity IS 'Most that it gives, in pounds.';

CREATE VIEW @icb_reporting@.pool_statement AS
SELECT s.pool_id::text AS pool_id, p.title::text AS pool_title, lower(s.pool_year)::date AS period_from, (upper(s.pool_year) - 1)::date AS period_to,
       s.member_order::integer AS member_order, s.member::text AS member, s.year_end::text AS year_end, s.contribution::numeric(18,2) AS contribution_gbp,
       s.borne::numeric(18,2) AS borne_gbp, (s.contribution - s.borne)::numeric(18,2) AS balance_gbp, (s.budget - s.actual)::numeric(18,2) AS pool_balance_gbp
FROM @icb@.pool_share s JOIN @icb@.pool p ON p.pool_id = s.pool_id;
COMMENT ON VIEW @icb_reporting@.pool_statement IS 'Year-end of a pool by member: the balances of the members add up to the balance of the pool.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.pool_id IS 'Pool.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.pool_title IS 'Name of the pool.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.period_from IS 'First day of the year.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.period_to IS 'Last day of the year.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.member_order IS 'Order of the members.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.member IS 'Member.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.year_end IS 'pro rata or as used.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.contribution_gbp IS 'Contribution, in pounds.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.borne_gbp IS 'Share in what was spent, in pounds; NULL: not known yet.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.balance_gbp IS 'Contribution less share: above 0 it is owed to the member.';
COMMENT ON COLUMN @icb_reporting@.pool_statement.pool_balance_gbp IS 'Budget less spend of the pool.';

CREATE VIEW @icb_reporting@.pool_waterfall AS
WITH step AS (
    SELECT s.pool_id, s.pool_year, s.step_order, s.step, greatest(y.actual - y.budget, 0) AS overspend, row_number() OVER w AS n,
           pg_catalog.array_agg(s.capacity) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS capacities
    FROM @icb@.pool_year y JOIN @icb@.pool_step s ON s.pool_id = y.pool_id AND s.pool_year = y.pool_year
    WHERE y.actual IS NOT NULL
    WINDOW w AS (PARTITION BY s.pool_id, s.pool_year ORDER BY s.step_order)
)
SELECT s.pool_id::text AS pool_id, lower(s.pool_year)::date AS period_from, (upper(s.pool_year) - 1)::date AS period_to, s.step_order::integer AS step_order, s.step::text AS step,
       f.capacity::numeric(18,2) AS capacity_gbp, f.taken::numeric(18,2) AS taken_gbp, f.remaining::numeric(18,2) AS remaining_gbp
FROM step s JOIN LATERAL commissioning.waterfall(s.overspend, s.capacities) f ON f.step = s.n;
COMMENT ON VIEW @icb_reporting@.pool_waterfall IS 'Where the overspend of a pool is met from, step by step, and what remains after each. An underspend stays in the pool: nothing is taken.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.pool_id IS 'Pool.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.period_from IS 'First day of the year.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.period_to IS 'Last day of the year.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.step_order IS 'Order of the steps.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.step IS 'Source.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.capacity_gbp IS 'Most that it gives, in pounds.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.taken_gbp IS 'What is taken, in pounds.';
COMMENT ON COLUMN @icb_reporting@.pool_waterfall.remaining_gbp IS 'What remains of the overspend, in pounds.';

-- Funds that may not suffice ------------------------------------------------------------------

CREATE TABLE @icb@.fund_request (
    fund_id    text NOT NULL,
    request_no integer NOT NULL CHECK (request_no > 0),
    party      text NOT NULL,
    obligation numeric(18,2) NOT NULL CHECK (obligation >= 0),
    run_id     bigint REFERENCES @icb@.settlement_run,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (fund_id, request_no)
);
COMMENT ON TABLE @icb@.fund_request IS 'What a fund owes, request by request: the obligation. Append-only: a payment never changes it.';
COMMENT ON COLUMN @icb@.fund_request.fund_id IS 'Fund.';
COMMENT ON COLUMN @icb@.fund_request.request_no IS 'Number of the request; odd pennies go to the earlier.';
COMMENT ON COLUMN @icb@.fund_request.party IS 'Party that is owed.';
COMMENT ON COLUMN @icb@.fund_request.obligation IS 'What is owed, in pounds.';
COMMENT ON COLUMN @icb@.fund_request.run_id IS 'Settlement that it comes from, NULL where from elsewhere.';

CREATE TABLE @icb@.fund_payment (
    fund_id    text NOT NULL,
    round_no   integer NOT NULL,
    request_no integer NOT NULL,
    amount     numeric(18,2) NOT NULL CHECK (amount >= 0),
    paid_on    date NOT NULL,
    PRIMARY KEY (fund_id, round_no, request_no),
    FOREIGN KEY (fund_id, request_no) REFERENCES @icb@.fund_request
);
COMMENT ON TABLE @icb@.fund_payment IS 'What each round of funding paid on each request. Append-only.';
COMMENT ON COLUMN @icb@.fund_payment.fund_id IS 'Fund.';
COMMENT ON COLUMN @icb@.fund_payment.round_no IS 'Round of funding.';
COMMENT ON COLUMN @icb@.fund_payment.request_no IS 'Request.';
COMMENT ON COLUMN @icb@.fund_payment.paid_on IS 'Day of the payment.';

DO $triggers$
BEGIN
    EXECUTE 'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.fund_request FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change()';
    EXECUTE 'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON @icb@.fund_payment FOR EACH ROW EXECUTE FUNCTION @icb@.refuse_change()';
    EXECUTE 'CREATE TRIGGER never_empty BEFORE TRUNCATE ON @icb@.fund_payment FOR EACH STATEMENT EXECUTE FUNCTION @icb@.refuse_change()';
END
$triggers$;

CREATE VIEW @icb@.fund_position AS
SELECT q.fund_id, q.request_no, q.party, q.obligation, coalesce(p.paid, 0) AS paid, q.obligation - coalesce(p.paid, 0) AS outstanding
FROM @icb@.fund_request q
LEFT JOIN (SELECT f.fund_id, f.request_no, sum(f.amount) AS paid FROM @icb@.fund_payment f GROUP BY f.fund_id, f.request_no) p
    ON p.fund_id = q.fund_id AND p.request_no = q.request_no;
COMMENT ON VIEW @icb@.fund_position IS 'Obligation, paid and outstanding of every request; the obligation is the sum of the other two.';
COMMENT ON COLUMN @icb@.fund_position.fund_id IS 'Fund.';
COMMENT ON COLUMN @icb@.fund_position.request_no IS 'Request.';
COMMENT ON COLUMN @icb@.fund_position.party IS 'Party that is owed.';
COMMENT ON COLUMN @icb@.fund_position.obligation IS 'What is owed, in pounds.';
COMMENT ON COLUMN @icb@.fund_position.paid IS 'Paid so far, in pounds.';
COMMENT ON COLUMN @icb@.fund_position.outstanding IS 'Still owed, in pounds.';

CREATE FUNCTION @icb@.pay_fund_round(fund_id text, amount numeric, paid_on date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
    open numeric;
    round integer;
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(20240732, pg_catalog.hashtext(fund_id));
    SELECT sum(p.outstanding) INTO open FROM @icb@.fund_position p WHERE p.fund_id = pay_fund_round.fund_id;
    IF open IS NULL THEN
        RAISE EXCEPTION 'fund "%" has no requests', fund_id USING ERRCODE = 'undefined_object', HINT = 'Record them in fund_request.';
    END IF;
    IF amount IS NULL OR amount <= 0 OR amount <> pg_catalog.round(amount, 2) OR amount > open OR paid_on IS NULL THEN
        RAISE EXCEPTION 'a round of funding must be above 0, at most what is outstanding (%) and have a date', open
            USING ERRCODE = 'invalid_parameter_value', HINT = 'What is beyond the obligations stays in the fund.';
    END IF;
    SELECT coalesce(max(p.round_no), 0) + 1 INTO round FROM @icb@.fund_payment p WHERE p.fund_id = pay_fund_round.fund_id;
    INSERT INTO @icb@.fund_payment (fund_id, round_no, request_no, amount, paid_on)
    SELECT fund_id, round, p.request_no, commissioning.split_weighted(amount, p.outstanding) OVER (ORDER BY p.request_no), paid_on
    FROM @icb@.fund_position p WHERE p.fund_id = pay_fund_round.fund_id AND p.outstanding > 0;
    RETURN round;
END
$$;
COMMENT ON FUNCTION @icb@.pay_fund_round(text, numeric, date) IS
    'Pays a sum out of a fund over what is outstanding, pro rata, to the penny and never more than is owed; returns the number of the round. The obligations stay as they are. 42704 for a fund without requests, 22023 for a sum that is not above 0, finer than a penny or beyond what is owed.';
REVOKE EXECUTE ON FUNCTION @icb@.pay_fund_round(text, numeric, date) FROM PUBLIC;

CREATE VIEW @icb_reporting@.fund_position AS
SELECT p.fund_id::text AS fund_id, p.request_no::integer AS request_no, p.party::text AS party, p.obligation::numeric(18,2) AS obligation_gbp, p.paid::numeric(18,2) AS paid_gbp,
       p.outstanding::numeric(18,2) AS outstanding_gbp, (100 * p.paid / nullif(p.obligation, 0))::numeric(7,4) AS pct_paid
FROM @icb@.fund_position p;
COMMENT ON VIEW @icb_reporting@.fund_position IS 'What funds that may not suffice owe, have paid, and still owe, request by request.';
COMMENT ON COLUMN @icb_reporting@.fund_position.fund_id IS 'Fund.';
COMMENT ON COLUMN @icb_reporting@.fund_position.request_no IS 'Request; odd pennies go to the earlier one.';
COMMENT ON COLUMN @icb_reporting@.fund_position.party IS 'Party that is owed.';
COMMENT ON COLUMN @icb_reporting@.fund_position.obligation_gbp IS 'What is owed, whatever the fund can pay, in pounds.';
COMMENT ON COLUMN @icb_reporting@.fund_position.paid_gbp IS 'Paid in all rounds, in pounds.';
COMMENT ON COLUMN @icb_reporting@.fund_position.outstanding_gbp IS 'Obligation less paid, in pounds.';
COMMENT ON COLUMN @icb_reporting@.fund_position.pct_paid IS 'Part of the obligation that is paid, percent.';

-- Retained funds --------------------------------------------------------------------------------

CREATE TABLE @icb@.retained_fund (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    period      daterange NOT NULL,
    retained    numeric(18,2) NOT NULL CHECK (retained >= 0),
    source      text NOT NULL,
    PRIMARY KEY (contract_id, period)
);
COMMENT ON TABLE @icb@.retained_fund IS 'Money kept back under a marginal rate, to be spent on managing demand and published.';
COMMENT ON COLUMN @icb@.retained_fund.period IS 'Days that it is for.';
COMMENT ON COLUMN @icb@.retained_fund.retained IS 'Kept back, in pounds: the line retained of a statement, or the plan.';

CREATE TABLE @icb@.retained_spend (
    contract_id text NOT NULL,
    period      daterange NOT NULL,
    scheme      text NOT NULL,
    spent       numeric(18,2) NOT NULL CHECK (spent >= 0),
    source      text NOT NULL,
    PRIMARY KEY (contract_id, period, scheme),
    FOREIGN KEY (contract_id, period) REFERENCES @icb@.retained_fund
);
COMMENT ON TABLE @icb@.retained_spend IS 'Schemes that retained money was spent on.';
COMMENT ON COLUMN @icb@.retained_spend.period IS 'Days of the retained money.';
COMMENT ON COLUMN @icb@.retained_spend.scheme IS 'Scheme.';
COMMENT ON COLUMN @icb@.retained_spend.spent IS 'Spent, in pounds.';

CREATE VIEW @icb_reporting@.retained_position AS
SELECT f.contract_id::text AS contract_id, lower(f.period)::date AS period_from, (upper(f.period) - 1)::date AS period_to, f.retained::numeric(18,2) AS retained_gbp,
       coalesce(s.spent, 0)::numeric(18,2) AS spent_gbp, (f.retained - coalesce(s.spent, 0))::numeric(18,2) AS unspent_gbp, coalesce(s.schemes, 0)::bigint AS schemes
FROM @icb@.retained_fund f
LEFT JOIN (SELECT x.contract_id, x.period, sum(x.spent) AS spent, count(*) AS schemes FROM @icb@.retained_spend x GROUP BY x.contract_id, x.period) s
    ON s.contract_id = f.contract_id AND s.period = f.period;
COMMENT ON VIEW @icb_reporting@.retained_position IS 'Money kept back under marginal rates against what it was spent on.';
COMMENT ON COLUMN @icb_reporting@.retained_position.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.retained_position.period_from IS 'First day.';
COMMENT ON COLUMN @icb_reporting@.retained_position.period_to IS 'Last day.';
COMMENT ON COLUMN @icb_reporting@.retained_position.retained_gbp IS 'Kept back, in pounds.';
COMMENT ON COLUMN @icb_reporting@.retained_position.spent_gbp IS 'Spent on schemes, in pounds.';
COMMENT ON COLUMN @icb_reporting@.retained_position.unspent_gbp IS 'Kept back less spent; negative: more was spent.';
COMMENT ON COLUMN @icb_reporting@.retained_position.schemes IS 'Number of schemes.';
