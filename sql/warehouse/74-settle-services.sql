-- A block divided over services by stated weights, and the value hidden in it.

CREATE TABLE @icb@.block_amount (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    valid       daterange NOT NULL CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL AND upper(valid) IS NOT NULL),
    amount      numeric(18,2) NOT NULL,
    source      text NOT NULL,
    PRIMARY KEY (contract_id, valid),
    EXCLUDE USING gist (contract_id WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.block_amount IS 'Block of a contract for a period, as a rule a financial year.';
COMMENT ON COLUMN @icb@.block_amount.amount IS 'Amount for the whole period, in pounds.';

CREATE TABLE @icb@.service_weight_set (
    contract_id    text NOT NULL REFERENCES @icb@.contract,
    weight_version integer NOT NULL CHECK (weight_version > 0),
    valid          daterange NOT NULL CHECK (NOT isempty(valid)),
    basis          text NOT NULL CHECK (basis IN ('schedule', 'priced activity', 'plan', 'count', 'agreement')),
    unallocated    numeric NOT NULL DEFAULT 0 CHECK (unallocated >= 0),
    reason         text NOT NULL,
    agreed_by      text,
    agreed_at      timestamptz,
    PRIMARY KEY (contract_id, weight_version),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    EXCLUDE USING gist (contract_id WITH =, valid WITH &&) WHERE (agreed_at IS NOT NULL)
);
COMMENT ON TABLE @icb@.service_weight_set IS 'How the block of a contract is divided over services, one row per version. An agreed version stays as it is.';
COMMENT ON COLUMN @icb@.service_weight_set.weight_version IS 'Version, 1 upwards.';
COMMENT ON COLUMN @icb@.service_weight_set.basis IS 'Where the weights come from: schedule of the contract, priced activity of a base year, plan, count, or agreement.';
COMMENT ON COLUMN @icb@.service_weight_set.unallocated IS 'Weight of the part that no service gets; shown as a row of its own.';
COMMENT ON COLUMN @icb@.service_weight_set.reason IS 'Why these weights.';
COMMENT ON COLUMN @icb@.service_weight_set.agreed_by IS 'Who agreed; NULL: a draft.';
COMMENT ON COLUMN @icb@.service_weight_set.agreed_at IS 'When.';

CREATE TABLE @icb@.service_weight (
    contract_id     text NOT NULL,
    weight_version  integer NOT NULL,
    service_order   integer NOT NULL CHECK (service_order > 0),
    service_id      text NOT NULL,
    service_version integer NOT NULL,
    weight          numeric NOT NULL CHECK (weight >= 0),
    source          text NOT NULL,
    PRIMARY KEY (contract_id, weight_version, service_order),
    UNIQUE (contract_id, weight_version, service_id),
    FOREIGN KEY (contract_id, weight_version) REFERENCES @icb@.service_weight_set,
    FOREIGN KEY (service_id, service_version) REFERENCES @icb@.service
);
COMMENT ON TABLE @icb@.service_weight IS 'Weight of each service in a version. Activity that several services could claim goes to the first in order.';
COMMENT ON COLUMN @icb@.service_weight.weight_version IS 'Version of the weights.';
COMMENT ON COLUMN @icb@.service_weight.service_order IS 'Order of the services: ties, odd pennies and activity claimed twice go to the earlier.';
COMMENT ON COLUMN @icb@.service_weight.service_id IS 'Service.';
COMMENT ON COLUMN @icb@.service_weight.service_version IS 'Version of its predicate.';
COMMENT ON COLUMN @icb@.service_weight.weight IS 'Weight, relative to the others and to the unallocated part.';

CREATE FUNCTION @icb@.keep_agreed_weights() RETURNS trigger
    LANGUAGE plpgsql
AS $$
DECLARE
    old_row jsonb := CASE WHEN TG_OP <> 'INSERT' THEN pg_catalog.to_jsonb(OLD) END;
    new_row jsonb := CASE WHEN TG_OP <> 'DELETE' THEN pg_catalog.to_jsonb(NEW) END;
    agreed integer;
BEGIN
    IF TG_TABLE_NAME = 'service_weight_set' THEN
        agreed := CASE WHEN old_row ->> 'agreed_at' IS NOT NULL
                        AND NOT coalesce((old_row - 'valid') = (new_row - 'valid') AND NEW.valid <@ OLD.valid AND lower(NEW.valid) = lower(OLD.valid), false)
                       THEN (old_row ->> 'weight_version')::integer END;
    ELSE
        SELECT s.weight_version INTO agreed FROM @icb@.service_weight_set s
        WHERE s.agreed_at IS NOT NULL AND (s.contract_id, s.weight_version)
              IN ((old_row ->> 'contract_id', (old_row ->> 'weight_version')::integer), (new_row ->> 'contract_id', (new_row ->> 'weight_version')::integer)) LIMIT 1;
    END IF;
    IF agreed IS NOT NULL THEN
        RAISE EXCEPTION 'version % of the service weights is agreed and cannot be changed', agreed
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Add a new version with its own validity; the agreed one may only end earlier.';
    END IF;
    IF TG_TABLE_NAME = 'service_weight_set' AND TG_OP = 'UPDATE' AND new_row ->> 'agreed_at' IS NOT NULL AND old_row ->> 'agreed_at' IS NULL
       AND NOT EXISTS (SELECT FROM @icb@.service_weight w WHERE w.contract_id = new_row ->> 'contract_id' AND w.weight_version = (new_row ->> 'weight_version')::integer AND w.weight > 0) THEN
        RAISE EXCEPTION 'version % of the service weights has no service with a weight above 0', new_row ->> 'weight_version'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Add the services to service_weight before it is agreed.';
    END IF;
    -- a predicate that cannot be read is found before it is agreed
    IF TG_TABLE_NAME = 'service_weight_set' AND TG_OP = 'UPDATE' AND new_row ->> 'agreed_at' IS NOT NULL THEN
        PERFORM commissioning.service_condition(v.predicate)
        FROM @icb@.service_weight w JOIN @icb@.service v ON v.service_id = w.service_id AND v.version = w.service_version
        WHERE w.contract_id = new_row ->> 'contract_id' AND w.weight_version = (new_row ->> 'weight_version')::integer;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION @icb@.keep_agreed_weights() IS 'Trigger: agreed service weights stay as they are (55000), except that their validity may end earlier; weights of nothing, and services whose predicate cannot be read, are not agreed.';
CREATE TRIGGER keep_agreed_weights BEFORE UPDATE OR DELETE ON @icb@.service_weight_set FOR EACH ROW EXECUTE FUNCTION @icb@.keep_agreed_weights();
CREATE TRIGGER keep_agreed_weights BEFORE INSERT OR UPDATE OR DELETE ON @icb@.service_weight FOR EACH ROW EXECUTE FUNCTION @icb@.keep_agreed_weights();

CREATE FUNCTION @icb@.keep_agreed_service() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM @icb@.service_weight w JOIN @icb@.service_weight_set s ON s.contract_id = w.contract_id AND s.weight_version = w.weight_version
               WHERE w.service_id = OLD.service_id AND w.service_version = OLD.version AND s.agreed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'version % of service "%" stands in agreed weights and stays as it is', OLD.version, OLD.service_id
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Add a new version of the service, and have weights agreed that use it.';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION @icb@.keep_agreed_service() IS 'Trigger: a service that agreed weights use stays as it is (55000).';
CREATE TRIGGER keep_agreed_service BEFORE UPDATE OR DELETE ON @icb@.service FOR EACH ROW EXECUTE FUNCTION @icb@.keep_agreed_service();

CREATE TABLE @icb@.service_value (
    contract_id    text NOT NULL,
    weight_version integer NOT NULL,
    month          date NOT NULL CHECK (extract(day FROM month) = 1),
    service_order  integer NOT NULL CHECK (service_order >= 0),
    lines          bigint NOT NULL,
    units          numeric NOT NULL,
    unpriced_lines bigint NOT NULL,
    value          numeric(18,2) NOT NULL,
    shared_value   numeric(18,2) NOT NULL,
    PRIMARY KEY (contract_id, weight_version, month, service_order),
    FOREIGN KEY (contract_id, weight_version) REFERENCES @icb@.service_weight_set
);
COMMENT ON TABLE @icb@.service_value IS 'Priced activity of each service by month, as count_services left it.';
COMMENT ON COLUMN @icb@.service_value.weight_version IS 'Version of the weights.';
COMMENT ON COLUMN @icb@.service_value.month IS 'First day of the month of the price date.';
COMMENT ON COLUMN @icb@.service_value.service_order IS 'Service in the order of the version; 0: activity that no service claims.';
COMMENT ON COLUMN @icb@.service_value.lines IS 'Lines of activity.';
COMMENT ON COLUMN @icb@.service_value.units IS 'Units charged.';
COMMENT ON COLUMN @icb@.service_value.unpriced_lines IS 'Lines without a price, counted as charged.';
COMMENT ON COLUMN @icb@.service_value.value IS 'What the activity costs at price, in pounds.';
COMMENT ON COLUMN @icb@.service_value.shared_value IS 'Part of it that a later service claims too.';

CREATE FUNCTION @icb@.count_services(contract_id text, weight_version integer) RETURNS bigint
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    conditions text[];
    query text;
    n bigint;
BEGIN
    SELECT pg_catalog.array_agg('(' || commissioning.service_condition(s.predicate) || ') IS TRUE' ORDER BY w.service_order) INTO conditions
    FROM @icb@.service_weight w JOIN @icb@.service s ON s.service_id = w.service_id AND s.version = w.service_version
    WHERE w.contract_id = count_services.contract_id AND w.weight_version = count_services.weight_version;
    IF conditions IS NULL THEN
        RAISE EXCEPTION 'contract "%" has no version % of its service weights', contract_id, weight_version
            USING ERRCODE = 'undefined_object', HINT = 'Add rows to service_weight_set and service_weight.';
    END IF;
    SELECT pg_catalog.format($query$
        INSERT INTO @icb@.service_value (contract_id, weight_version, month, service_order, lines, units, unpriced_lines, value, shared_value)
        SELECT $1, $2, v.month, coalesce((SELECT min(w.service_order) FROM (SELECT x.service_order, row_number() OVER (ORDER BY x.service_order) AS n FROM @icb@.service_weight x
                                           WHERE x.contract_id = $1 AND x.weight_version = $2) w WHERE w.n = v.first), 0),
               count(*), coalesce(sum(v.units), 0), count(*) FILTER (WHERE v.unpriced), round(coalesce(sum(v.value), 0), 2), round(coalesce(sum(v.value) FILTER (WHERE v.claims > 1), 0), 2)
        FROM (SELECT pg_catalog.date_trunc('month', p.price_date)::date AS month, l.units, p.expected_total IS NULL AS unpriced, coalesce(p.expected_total, l.total_cost) AS value,
                     CASE %s END AS first, %s AS claims
              FROM @icb@.line_price p
              JOIN @icb@.invoice_line l ON l.person_id = p.person_id AND l.submission_id = p.submission_id AND l.line_no = p.line_no
              LEFT JOIN commissioning.pod_reference r ON r.pod = l.pod
              LEFT JOIN @icb@.activity a ON a.person_id = p.person_id AND a.activity_id = p.activity_id
              WHERE p.contract_id = $1 AND p.price_date IS NOT NULL) v
        GROUP BY v.month, v.first
        $query$,
        (SELECT pg_catalog.string_agg('WHEN ' || c.condition || ' THEN ' || c.n, ' ' ORDER BY c.n) FROM unnest(conditions) WITH ORDINALITY c (condition, n)),
        (SELECT pg_catalog.string_agg('(' || c.condition || ')::integer', ' + ' ORDER BY c.n) FROM unnest(conditions) WITH ORDINALITY c (condition, n)))
    INTO query;
    DELETE FROM @icb@.service_value v WHERE v.contract_id = count_services.contract_id AND v.weight_version = count_services.weight_version;
    EXECUTE query USING contract_id, weight_version;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
COMMENT ON FUNCTION @icb@.count_services(text, integer) IS
    'Counts the priced activity of a contract (as of the last price()) over the services of a version of its weights, by month; each line once, for the first service that claims it. Returns the number of rows in service_value; a repeat gives the same. 42704 for an unknown version, errors of service_condition for a predicate.';
REVOKE EXECUTE ON FUNCTION @icb@.count_services(text, integer) FROM PUBLIC;

CREATE FUNCTION @icb@.fill_weights(contract_id text, weight_version integer, base daterange) RETURNS integer
    LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    basis text := (SELECT s.basis FROM @icb@.service_weight_set s WHERE s.contract_id = fill_weights.contract_id AND s.weight_version = fill_weights.weight_version);
    filled integer;
BEGIN
    IF basis IS NULL OR basis NOT IN ('priced activity', 'count') OR base IS NULL THEN
        RAISE EXCEPTION 'version % of the service weights of contract "%" is not taken from the activity of a period', weight_version, contract_id
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Name a version of basis "priced activity" or "count", and its base period; weights of a schedule or plan are written as they stand there.';
    END IF;
    PERFORM @icb@.count_services(contract_id, weight_version);
    UPDATE @icb@.service_weight w
    SET weight = coalesce((SELECT sum(CASE basis WHEN 'count' THEN v.units ELSE v.value END) FROM @icb@.service_value v
                           WHERE v.contract_id = w.contract_id AND v.weight_version = w.weight_version AND v.service_order = w.service_order AND v.month <@ base), 0),
        source = pg_catalog.format('%s from %s to %s', basis, pg_catalog.to_char(lower(base), 'YYYY-MM-DD'), pg_catalog.to_char(upper(base) - 1, 'YYYY-MM-DD'))
    WHERE w.contract_id = fill_weights.contract_id AND w.weight_version = fill_weights.weight_version;
    GET DIAGNOSTICS filled = ROW_COUNT;
    -- activity that no service claims weighs too
    UPDATE @icb@.service_weight_set s
    SET unallocated = coalesce((SELECT sum(CASE basis WHEN 'count' THEN v.units ELSE v.value END) FROM @icb@.service_value v
                                WHERE v.contract_id = s.contract_id AND v.weight_version = s.weight_version AND v.service_order = 0 AND v.month <@ base), 0)
    WHERE s.contract_id = fill_weights.contract_id AND s.weight_version = fill_weights.weight_version;
    RETURN filled;
END
$$;
COMMENT ON FUNCTION @icb@.fill_weights(text, integer, daterange) IS
    'Fills the weights of a draft from the activity of a base period (months that begin in it): price or units of each service, and those of activity that no service claims as the unallocated part. Returns the services filled. 22023 for a version of another basis, 55000 for an agreed one.';
REVOKE EXECUTE ON FUNCTION @icb@.fill_weights(text, integer, daterange) FROM PUBLIC;

CREATE VIEW @icb@.block_part AS
SELECT b.contract_id, b.valid AS block_valid, w.weight_version, w.service_order, w.service_id, w.service_version, w.weight, b.amount AS block,
       commissioning.split_weighted(b.amount, w.weight) OVER (PARTITION BY b.contract_id, b.valid ORDER BY w.service_order) AS amount
FROM @icb@.block_amount b
JOIN @icb@.service_weight_set s ON s.contract_id = b.contract_id AND s.valid @> lower(b.valid) AND s.agreed_at IS NOT NULL
JOIN (SELECT x.contract_id, x.weight_version, x.service_order, x.service_id, x.service_version, x.weight FROM @icb@.service_weight x
      UNION ALL SELECT u.contract_id, u.weight_version, 1000000, NULL, NULL, u.unallocated FROM @icb@.service_weight_set u) w
    ON w.contract_id = s.contract_id AND w.weight_version = s.weight_version;
COMMENT ON VIEW @icb@.block_part IS 'Blocks divided over services by the agreed weights, to the penny: odd pennies to the largest remainders, then to the earlier service. service_id NULL: the unallocated part.';
COMMENT ON COLUMN @icb@.block_part.block_valid IS 'Period of the block.';
COMMENT ON COLUMN @icb@.block_part.weight_version IS 'Version of the weights, agreed and valid on the first day of the block.';
COMMENT ON COLUMN @icb@.block_part.service_order IS 'Order of the service; 1,000,000 for the unallocated part.';
COMMENT ON COLUMN @icb@.block_part.service_id IS 'Service; NULL: unallocated.';
COMMENT ON COLUMN @icb@.block_part.service_version IS 'Version of its predicate.';
COMMENT ON COLUMN @icb@.block_part.weight IS 'Weight.';
COMMENT ON COLUMN @icb@.block_part.block IS 'Whole block, in pounds.';
COMMENT ON COLUMN @icb@.block_part.amount IS 'Part of the service, in pounds.';

CREATE VIEW @icb_reporting@.block_split AS
SELECT p.contract_id::text AS contract_id, lower(p.block_valid)::date AS period_from, (upper(p.block_valid) - 1)::date AS period_to,
       p.service_order::integer AS service_order, coalesce(p.service_id, 'unallocated')::text AS service_id, coalesce(s.title, 'Not allocated to a service')::text AS service_title,
       p.weight::numeric(18,6) AS weight, (100 * p.weight / sum(p.weight) OVER (PARTITION BY p.contract_id, p.block_valid))::numeric(7,4) AS pct_of_block,
       p.amount::numeric(18,2) AS allocated_gbp, p.block::numeric(18,2) AS block_gbp, w.basis::text AS basis, w.reason::text AS reason, w.agreed_by::text AS agreed_by
FROM @icb@.block_part p
JOIN @icb@.service_weight_set w ON w.contract_id = p.contract_id AND w.weight_version = p.weight_version
LEFT JOIN @icb@.service s ON s.service_id = p.service_id AND s.version = p.service_version;
COMMENT ON VIEW @icb_reporting@.block_split IS 'Each block divided over services by agreed weights; the parts of a block add up to it, the unallocated part included.';
COMMENT ON COLUMN @icb_reporting@.block_split.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.block_split.period_from IS 'First day of the block.';
COMMENT ON COLUMN @icb_reporting@.block_split.period_to IS 'Last day of the block.';
COMMENT ON COLUMN @icb_reporting@.block_split.service_order IS 'Order of the services; the unallocated part comes last.';
COMMENT ON COLUMN @icb_reporting@.block_split.service_id IS 'Service, or unallocated.';
COMMENT ON COLUMN @icb_reporting@.block_split.service_title IS 'Name of the service.';
COMMENT ON COLUMN @icb_reporting@.block_split.weight IS 'Weight.';
COMMENT ON COLUMN @icb_reporting@.block_split.pct_of_block IS 'Its share in the weights, percent.';
COMMENT ON COLUMN @icb_reporting@.block_split.allocated_gbp IS 'Part of the block, in pounds.';
COMMENT ON COLUMN @icb_reporting@.block_split.block_gbp IS 'Whole block, in pounds.';
COMMENT ON COLUMN @icb_reporting@.block_split.basis IS 'Where the weights come from.';
COMMENT ON COLUMN @icb_reporting@.block_split.reason IS 'Why these weights.';
COMMENT ON COLUMN @icb_reporting@.block_split.agreed_by IS 'Who agreed them.';

CREATE VIEW @icb_reporting@.block_split_month AS
SELECT q.contract_id::text AS contract_id, q.month::date AS month, q.service_order::integer AS service_order, coalesce(q.service_id, 'unallocated')::text AS service_id,
       (q.so_far - lag(q.so_far, 1, 0.00) OVER (PARTITION BY q.contract_id, q.block_valid, q.service_order ORDER BY q.n))::numeric(18,2) AS allocated_gbp
FROM (
    SELECT p.contract_id, p.block_valid, p.service_order, p.service_id, m.n, (lower(p.block_valid) + pg_catalog.make_interval(months => m.n - 1))::date AS month,
           commissioning.split_weighted(round(p.block * m.n / c.months, 2), p.weight) OVER (PARTITION BY p.contract_id, p.block_valid, m.n ORDER BY p.service_order) AS so_far
    FROM @icb@.block_part p
    CROSS JOIN LATERAL (SELECT (12 * extract(year FROM a.age) + extract(month FROM a.age) + CASE WHEN extract(day FROM a.age) > 0 THEN 1 ELSE 0 END)::integer AS months
                        FROM (SELECT pg_catalog.age(upper(p.block_valid), lower(p.block_valid)) AS age) a) c
    CROSS JOIN LATERAL pg_catalog.generate_series(1, c.months) m (n)) q;
COMMENT ON VIEW @icb_reporting@.block_split_month IS
    'The division of blocks by month. The block so far is divided, and the month is what that adds to the month before: so the services of a month add up to the month and the months of a service to its year. A penny may go back where rounding turns.';
COMMENT ON COLUMN @icb_reporting@.block_split_month.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.block_split_month.month IS 'First day of the month of the block.';
COMMENT ON COLUMN @icb_reporting@.block_split_month.service_order IS 'Order of the services; the unallocated part comes last.';
COMMENT ON COLUMN @icb_reporting@.block_split_month.service_id IS 'Service, or unallocated.';
COMMENT ON COLUMN @icb_reporting@.block_split_month.allocated_gbp IS 'Part of the block that falls to the service in the month, in pounds.';

CREATE VIEW @icb_reporting@.block_value AS
WITH priced AS (
    SELECT b.contract_id, b.valid, v.weight_version, CASE v.service_order WHEN 0 THEN 1000000 ELSE v.service_order END AS service_order,
           sum(v.lines) AS lines, sum(v.units) AS units, sum(v.unpriced_lines) AS unpriced_lines, sum(v.value) AS value, sum(v.shared_value) AS shared_value
    FROM @icb@.block_amount b
    JOIN @icb@.service_value v ON v.contract_id = b.contract_id AND b.valid @> v.month
    GROUP BY b.contract_id, b.valid, v.weight_version, 4
)
SELECT p.contract_id::text AS contract_id, lower(p.block_valid)::date AS period_from, (upper(p.block_valid) - 1)::date AS period_to,
       p.service_order::integer AS service_order, coalesce(p.service_id, 'unallocated')::text AS service_id, coalesce(s.title, 'Not allocated to a service')::text AS service_title,
       p.amount::numeric(18,2) AS allocated_gbp, coalesce(v.value, 0)::numeric(18,2) AS priced_gbp, (p.amount - coalesce(v.value, 0))::numeric(18,2) AS hidden_gbp,
       coalesce(v.lines, 0)::bigint AS lines, coalesce(v.units, 0)::numeric(18,3) AS units, coalesce(v.unpriced_lines, 0)::bigint AS unpriced_lines,
       coalesce(v.shared_value, 0)::numeric(18,2) AS claimed_twice_gbp, round(p.amount / nullif(v.units, 0), 2)::numeric(18,2) AS implied_price_gbp,
       round(v.value / nullif(v.units, 0), 2)::numeric(18,2) AS unit_price_gbp
FROM @icb@.block_part p
LEFT JOIN priced v ON v.contract_id = p.contract_id AND v.valid = p.block_valid AND v.weight_version = p.weight_version AND v.service_order = p.service_order
LEFT JOIN @icb@.service s ON s.service_id = p.service_id AND s.version = p.service_version;
COMMENT ON VIEW @icb_reporting@.block_value IS 'The value hidden in a block: what each service gets of it against its activity at price (count_services brings that up to date). The unallocated row holds activity that no service claims.';
COMMENT ON COLUMN @icb_reporting@.block_value.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb_reporting@.block_value.period_from IS 'First day of the block.';
COMMENT ON COLUMN @icb_reporting@.block_value.period_to IS 'Last day of the block.';
COMMENT ON COLUMN @icb_reporting@.block_value.service_order IS 'Order of the services; the unallocated part comes last.';
COMMENT ON COLUMN @icb_reporting@.block_value.service_id IS 'Service, or unallocated.';
COMMENT ON COLUMN @icb_reporting@.block_value.service_title IS 'Name of the service.';
COMMENT ON COLUMN @icb_reporting@.block_value.allocated_gbp IS 'Part of the block, in pounds.';
COMMENT ON COLUMN @icb_reporting@.block_value.priced_gbp IS 'Its activity in the period at price, in pounds.';
COMMENT ON COLUMN @icb_reporting@.block_value.hidden_gbp IS 'Allocated less priced: above 0 the block pays more than the activity would cost.';
COMMENT ON COLUMN @icb_reporting@.block_value.lines IS 'Lines of activity.';
COMMENT ON COLUMN @icb_reporting@.block_value.units IS 'Units charged.';
COMMENT ON COLUMN @icb_reporting@.block_value.unpriced_lines IS 'Lines without a price, counted as charged.';
COMMENT ON COLUMN @icb_reporting@.block_value.claimed_twice_gbp IS 'Part of the priced activity that a later service claims too.';
COMMENT ON COLUMN @icb_reporting@.block_value.implied_price_gbp IS 'What the block pays for a unit; NULL without units.';
COMMENT ON COLUMN @icb_reporting@.block_value.unit_price_gbp IS 'What a unit costs at price; NULL without units.';
