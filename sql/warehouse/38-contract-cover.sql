-- Which contract pays, on which basis, with which factor: by provider, commissioner and day, through mergers.
--
-- The views that the reconciliation is built on run with their owner's rights, as it does: the server checks the views inside a
-- security_invoker view against the reader, who sees sums only.

-- A contract that runs over years may change its basis on the way.
CREATE TABLE @icb@.contract_basis (
    contract_id text NOT NULL REFERENCES @icb@.contract,
    valid       daterange NOT NULL CHECK (NOT isempty(valid)),
    basis       text NOT NULL CHECK (basis IN ('tariff', 'activity', 'api', 'block', 'blended', 'mret', 'lva', 'local', 'nca', 'risk_share')),
    PRIMARY KEY (contract_id, valid),
    EXCLUDE USING gist (contract_id WITH =, valid WITH &&)
);
COMMENT ON TABLE @icb@.contract_basis IS 'Payment basis of a contract where it is not the one of the table contract for all its days.';
COMMENT ON COLUMN @icb@.contract_basis.contract_id IS 'Contract.';
COMMENT ON COLUMN @icb@.contract_basis.valid IS 'Days on which the contract pays on this basis.';
COMMENT ON COLUMN @icb@.contract_basis.basis IS 'How it pays on them.';

CREATE VIEW @icb@.contract_basis_live AS
SELECT k.contract_id, k.valid * b.valid AS valid, b.basis
FROM @icb@.contract k
JOIN @icb@.contract_basis b ON b.contract_id = k.contract_id AND b.valid && k.valid
UNION ALL
SELECT k.contract_id, r.valid, k.basis
FROM @icb@.contract k
LEFT JOIN LATERAL (SELECT pg_catalog.range_agg(b.valid) AS stated FROM @icb@.contract_basis b WHERE b.contract_id = k.contract_id) s ON true
CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.multirange(k.valid) - coalesce(s.stated, '{}')) AS r(valid);
COMMENT ON VIEW @icb@.contract_basis_live IS 'Payment basis of every contract on each of its days: the dated one where there is one, else that of the contract.';

-- A code that splits has no one successor: what was its is not passed on.
CREATE VIEW @icb@.organisation_successor AS
WITH RECURSIVE link AS (
    SELECT l.child, l.parent, l.valid
    FROM @icb@.organisation_link l
    WHERE l.kind = 'successor'
      AND NOT EXISTS (SELECT FROM @icb@.organisation_link o
                      WHERE o.kind = 'successor' AND o.child = l.child AND o.parent <> l.parent AND o.valid && l.valid)
), chain AS (
    SELECT l.child AS org_code, l.parent AS successor, l.valid, 1 AS steps, ARRAY[l.child, l.parent] AS path
    FROM link l
    UNION ALL
    SELECT c.org_code, l.parent, c.valid * l.valid, c.steps + 1, c.path || l.parent
    FROM chain c
    JOIN link l ON l.child = c.successor AND l.valid && c.valid AND l.parent <> ALL (c.path)
)
SELECT c.org_code, c.successor, c.valid, c.steps
FROM chain c;
COMMENT ON VIEW @icb@.organisation_successor IS
    'Organisations that took over from a closed one, directly or in several steps, with the days on which they stand for it. Codes that split are left out.';
COMMENT ON COLUMN @icb@.organisation_successor.org_code IS 'Code that was closed.';
COMMENT ON COLUMN @icb@.organisation_successor.successor IS 'Code that stands for it.';
COMMENT ON COLUMN @icb@.organisation_successor.valid IS 'Days on which it does.';
COMMENT ON COLUMN @icb@.organisation_successor.steps IS 'Number of mergers between the two.';

CREATE VIEW @icb@.contract_cover_live AS
WITH code AS (
    SELECT s.org_code, s.successor AS party, s.valid, s.steps FROM @icb@.organisation_successor s
    UNION ALL
    SELECT DISTINCT p.org_code, p.org_code, '(,)'::daterange, 0 FROM @icb@.contract_party p
), pair AS (
    SELECT pc.org_code AS provider_code, cc.org_code AS commissioner_code, k.contract_id, k.tariff_name, k.rounding, k.price_tolerance, b.basis,
           pc.steps + cc.steps AS steps, coalesce(lower(k.valid), '-infinity'::date) AS began,
           coalesce(lower(v.valid), '-infinity'::date) AS from_day, coalesce(upper(v.valid), 'infinity'::date) AS to_day
    FROM @icb@.contract_basis_live b
    JOIN @icb@.contract k ON k.contract_id = b.contract_id
    JOIN @icb@.contract_party p ON p.contract_id = k.contract_id AND p.role = 'provider'
    JOIN @icb@.contract_party c ON c.contract_id = k.contract_id AND c.role IN ('coordinating_commissioner', 'associate_commissioner')
    JOIN code pc ON pc.party = p.org_code
    JOIN code cc ON cc.party = c.org_code
    CROSS JOIN LATERAL (SELECT b.valid * pc.valid * cc.valid AS valid) v
    -- a risk share settles money among parties; its members' activity is priced by their other contracts
    WHERE b.basis <> 'risk_share' AND NOT isempty(v.valid)
), edge AS (
    SELECT p.provider_code, p.commissioner_code, p.from_day AS day FROM pair p
    UNION
    SELECT p.provider_code, p.commissioner_code, p.to_day FROM pair p
), segment AS (
    SELECT e.provider_code, e.commissioner_code, e.day AS from_day,
           lead(e.day) OVER (PARTITION BY e.provider_code, e.commissioner_code ORDER BY e.day) AS to_day
    FROM edge e
)
SELECT DISTINCT ON (s.provider_code, s.commissioner_code, s.from_day)
       s.provider_code, s.commissioner_code, s.from_day, s.to_day, p.contract_id, p.tariff_name, p.rounding, p.price_tolerance, p.basis
FROM segment s
JOIN pair p ON p.provider_code = s.provider_code AND p.commissioner_code = s.commissioner_code
           AND p.from_day <= s.from_day AND p.to_day >= s.to_day
WHERE s.to_day IS NOT NULL
ORDER BY s.provider_code, s.commissioner_code, s.from_day, p.steps, p.began DESC, p.contract_id;
COMMENT ON VIEW @icb@.contract_cover_live IS
    'The one contract that covers a provider and commissioner from one day (included) to another (excluded), and its payment basis then; after a merger that of the successor. Of several the nearest in mergers, then the one that began last, then the first by name. Risk shares price nothing.';

-- Every line is joined to it: as a table it has statistics, and the planner does not compare each line with each contract.
CREATE TABLE @icb@.contract_cover (
    provider_code     text NOT NULL,
    commissioner_code text NOT NULL,
    from_day          date NOT NULL,
    to_day            date NOT NULL,
    contract_id       text NOT NULL,
    tariff_name       text,
    rounding          text NOT NULL,
    price_tolerance   numeric(10,2) NOT NULL,
    basis             text NOT NULL,
    PRIMARY KEY (provider_code, commissioner_code, from_day)
);
COMMENT ON TABLE @icb@.contract_cover IS 'What contract_cover_live says; match, price and validate bring it up to date first.';
COMMENT ON COLUMN @icb@.contract_cover.provider_code IS 'Provider.';
COMMENT ON COLUMN @icb@.contract_cover.commissioner_code IS 'Commissioner.';
COMMENT ON COLUMN @icb@.contract_cover.from_day IS 'First day.';
COMMENT ON COLUMN @icb@.contract_cover.to_day IS 'First day on which it no longer holds.';
COMMENT ON COLUMN @icb@.contract_cover.contract_id IS 'Contract that covers both.';
COMMENT ON COLUMN @icb@.contract_cover.tariff_name IS 'Its price list; NULL: the default one.';
COMMENT ON COLUMN @icb@.contract_cover.rounding IS 'sus, penny or none.';
COMMENT ON COLUMN @icb@.contract_cover.price_tolerance IS 'Price difference let pass, in pounds.';
COMMENT ON COLUMN @icb@.contract_cover.basis IS 'Payment basis.';

-- The factor of a provider: a merged trust has one, whichever code the claim bears.
CREATE VIEW @icb@.provider_factor_live AS
WITH candidate AS (
    SELECT f.provider_code, f.kind, 0 AS steps, f.valid, f.value, NULL::text AS via, f.source FROM @icb@.factor f
    UNION ALL
    SELECT s.org_code, f.kind, s.steps, s.valid * f.valid, f.value, s.successor, f.source
    FROM @icb@.organisation_successor s
    JOIN @icb@.factor f ON f.provider_code = s.successor AND f.valid && s.valid
), ranked AS (
    -- the last successor goes first
    SELECT c.*, pg_catalog.range_agg(c.valid) OVER (PARTITION BY c.provider_code, c.kind ORDER BY c.steps DESC
                                                    GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken
    FROM candidate c
)
SELECT r.provider_code, r.kind, coalesce(lower(v.valid), '-infinity'::date) AS from_day, coalesce(upper(v.valid), 'infinity'::date) AS to_day,
       r.value, r.via, r.source
FROM ranked r
CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.multirange(r.valid) - coalesce(r.taken, '{}')) AS v(valid);
COMMENT ON VIEW @icb@.provider_factor_live IS
    'The one factor of a provider from one day (included) to another (excluded): from the day of a merger that of the successor, where it has one.';

CREATE TABLE @icb@.provider_factor (
    provider_code text NOT NULL,
    kind          text NOT NULL,
    from_day      date NOT NULL,
    to_day        date NOT NULL,
    value         numeric(10,6) NOT NULL,
    via           text,
    source        text NOT NULL,
    PRIMARY KEY (provider_code, kind, from_day)
);
COMMENT ON TABLE @icb@.provider_factor IS 'What provider_factor_live says; match, price and validate bring it up to date first.';
COMMENT ON COLUMN @icb@.provider_factor.provider_code IS 'Provider as claims name it.';
COMMENT ON COLUMN @icb@.provider_factor.kind IS 'market_forces, or another multiplier.';
COMMENT ON COLUMN @icb@.provider_factor.from_day IS 'First day.';
COMMENT ON COLUMN @icb@.provider_factor.to_day IS 'First day on which it no longer holds.';
COMMENT ON COLUMN @icb@.provider_factor.value IS 'The factor.';
COMMENT ON COLUMN @icb@.provider_factor.via IS 'Successor whose factor it is; NULL: its own.';
COMMENT ON COLUMN @icb@.provider_factor.source IS 'Where it comes from.';

CREATE FUNCTION @icb@.compile_contracts() RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $$
DECLARE
    covered record;
    weighted record;
BEGIN
    covered := @icb@.replace_rows('@icb@.contract_cover', '{provider_code,commissioner_code,from_day}', 'SELECT * FROM @icb@.contract_cover_live');
    weighted := @icb@.replace_rows('@icb@.provider_factor', '{provider_code,kind,from_day}', 'SELECT * FROM @icb@.provider_factor_live');
    PERFORM @icb@.refresh_statistics('contract_cover', 'provider_factor');
    RETURN covered.added + covered.removed + weighted.added + weighted.removed;
END
$$;
COMMENT ON FUNCTION @icb@.compile_contracts() IS
    'Brings contract_cover and provider_factor up to date with contracts, their parties, factors and mergers. Returns how many rows came and went; a repeat changes none.';
