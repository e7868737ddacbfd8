-- Before signing: versions side by side, chance, scenarios, and this year's activity under other ways of paying for it.

-- Versions and their inputs --------------------------------------------------------------------

CREATE FUNCTION @icb@.terms_version(contract_id text, version integer) RETURNS @icb@.contract_terms
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    terms @icb@.contract_terms;
BEGIN
    SELECT t.* INTO terms FROM @icb@.contract_terms t WHERE t.contract_id = terms_version.contract_id AND t.version = terms_version.version;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no version % of its terms', terms_version.contract_id, terms_version.version USING ERRCODE = 'undefined_object',
            HINT = 'The table contract_terms lists them; a draft need not be signed.';
    END IF;
    RETURN terms;
END
$$;
COMMENT ON FUNCTION @icb@.terms_version(text, integer) IS 'The terms of a contract in one version, draft or signed. 42704 when there is none.';

CREATE FUNCTION @icb@.latest_inputs(contract_id text) RETURNS @icb@.settlement_input
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT i FROM @icb@.settlement_input i WHERE i.contract_id = latest_inputs.contract_id
    ORDER BY lower(i.period) DESC, upper(i.period) DESC LIMIT 1;
END;
COMMENT ON FUNCTION @icb@.latest_inputs(text) IS 'The inputs recorded for the latest settlement year of a contract and the longest period in it; NULL when there are none.';

-- Parties that settle among themselves do so with amounts that only a run knows: without a counterparty there are no lines of parties.
CREATE FUNCTION @icb@.compared_terms(t @icb@.contract_terms) RETURNS commissioning.settlement_terms
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN (t).counterparty IS NULL THEN pg_catalog.jsonb_populate_record(@icb@.terms_of(t), '{"split": null}') ELSE @icb@.terms_of(t) END;
END;
COMMENT ON FUNCTION @icb@.compared_terms(@icb@.contract_terms) IS 'The terms of a row as they are compared: with their split where they name a counterparty.';

CREATE FUNCTION @icb@.compare_versions(contract_id text, a_version integer, b_version integer, period daterange)
    RETURNS TABLE (line_order integer, line_code text, clause text, party text, a_amount numeric, b_amount numeric, difference numeric, a_formula text, b_formula text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    a @icb@.contract_terms := @icb@.terms_version(compare_versions.contract_id, compare_versions.a_version);
    b @icb@.contract_terms := @icb@.terms_version(compare_versions.contract_id, compare_versions.b_version);
    inputs @icb@.settlement_input;
BEGIN
    SELECT i.* INTO inputs FROM @icb@.settlement_input i WHERE i.contract_id = compare_versions.contract_id AND i.period = compare_versions.period;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'contract "%" has no inputs for %', compare_versions.contract_id, compare_versions.period
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Record benchmark and actual of exactly this period in settlement_input.';
    END IF;
    RETURN QUERY SELECT c.*
    FROM commissioning.compare_terms(@icb@.compared_terms(a), @icb@.compared_terms(b), @icb@.inputs_of(inputs), @icb@.detail_of(a.contract_id, a.version, inputs.period),
                                     coalesce(@icb@.detail_of(b.contract_id, b.version, inputs.period), ROW(NULL, NULL, NULL, NULL)::commissioning.settlement_detail)) c;
END
$$;
COMMENT ON FUNCTION @icb@.compare_versions(text, integer, integer, daterange) IS
    'What two versions of the terms make of the recorded inputs of a period, line by line (commissioning.compare_terms). 42704 for a version there is not, 55000 without inputs.';

-- Indicators have no spread of their own: the score drawn is the part of the quality that is earned.
CREATE FUNCTION @icb@.simulated_terms(t @icb@.contract_terms) RETURNS commissioning.settlement_terms
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN (t).quality IS NULL AND EXISTS (SELECT FROM @icb@.terms_indicator i WHERE i.contract_id = (t).contract_id AND i.version = (t).version)
                THEN pg_catalog.jsonb_populate_record(@icb@.terms_of(t), '{"quality": "linear 0:0%, 1:100%", "quality_by": "score"}')
                ELSE @icb@.terms_of(t) END;
END;
COMMENT ON FUNCTION @icb@.simulated_terms(@icb@.contract_terms) IS
    'The terms of a row as simulations take them: where indicators make the quality, the score stands for the part of it that is earned.';

CREATE FUNCTION @icb@.simulate_contract(contract_id text, version integer, uncertainty commissioning.settlement_uncertainty, draws integer DEFAULT 10000, seed bigint DEFAULT 1)
    RETURNS commissioning.settlement_simulation
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    terms @icb@.contract_terms := @icb@.terms_version(simulate_contract.contract_id, simulate_contract.version);
BEGIN
    RETURN commissioning.simulate_settlement(@icb@.simulated_terms(terms), @icb@.inputs_of(@icb@.latest_inputs(simulate_contract.contract_id)), simulate_contract.uncertainty,
                                             simulate_contract.draws, simulate_contract.seed);
END
$$;
COMMENT ON FUNCTION @icb@.simulate_contract(text, integer, commissioning.settlement_uncertainty, integer, bigint) IS
    'What a version of the terms would pay if the latest recorded inputs are what is expected, chance included (commissioning.simulate_settlement). Where indicators make the quality, score_mean is the part of it that is expected to be earned; conditions count as met.';

CREATE FUNCTION @icb@.simulate_contract_parties(contract_id text, version integer, uncertainty commissioning.settlement_uncertainty, draws integer DEFAULT 10000, seed bigint DEFAULT 1)
    RETURNS TABLE (party_order integer, party text, role text, mean numeric, sd numeric, minimum numeric, p05 numeric, p10 numeric, p25 numeric, p50 numeric, p75 numeric, p90 numeric,
                   p95 numeric, maximum numeric, p_receives numeric, p_pays numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    terms @icb@.contract_terms := @icb@.terms_version(simulate_contract_parties.contract_id, simulate_contract_parties.version);
BEGIN
    RETURN QUERY SELECT s.* FROM commissioning.simulated_parties(@icb@.simulated_terms(terms), @icb@.inputs_of(@icb@.latest_inputs(simulate_contract_parties.contract_id)),
        simulate_contract_parties.uncertainty, simulate_contract_parties.draws, simulate_contract_parties.seed) s ORDER BY s.party_order;
END
$$;
COMMENT ON FUNCTION @icb@.simulate_contract_parties(text, integer, commissioning.settlement_uncertainty, integer, bigint) IS
    'The same for each party of the terms and the counterparty (commissioning.simulated_parties).';

-- Three results that are talked about before anybody signs: each restates only what differs from the recorded inputs.
CREATE FUNCTION @icb@.scenario_range(contract_id text, version integer, low jsonb, expected jsonb, high jsonb)
    RETURNS TABLE (scenario text, actual numeric, settlement numeric, party_order integer, party text, role text, amount numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    terms @icb@.contract_terms := @icb@.terms_version(scenario_range.contract_id, scenario_range.version);
    latest @icb@.settlement_input := @icb@.latest_inputs(scenario_range.contract_id);
    recorded jsonb := pg_catalog.to_jsonb(@icb@.inputs_of(latest));
    detail commissioning.settlement_detail := @icb@.detail_of(terms.contract_id, terms.version, latest.period);
    inputs commissioning.settlement_inputs;
    one record;
BEGIN
    FOR one IN SELECT * FROM (VALUES ('low', scenario_range.low), ('expected', scenario_range.expected), ('high', scenario_range.high)) AS v(name, stated) LOOP
        inputs := commissioning.to_settlement_inputs(pg_catalog.jsonb_strip_nulls(coalesce(recorded, '{}')) || coalesce(one.stated, '{}'));
        RETURN QUERY
        SELECT one.name, inputs.actual, s.amount, p.party_order, p.party, p.role, p.amount
        FROM (SELECT l.amount FROM commissioning.settle(@icb@.compared_terms(terms), inputs, detail) l WHERE l.line_code = 'settlement') s
        CROSS JOIN LATERAL (
            SELECT a.party_order, a.party, 'party' AS role, a.amount FROM commissioning.split_amount(s.amount, terms.split, terms.split_method) a
            UNION ALL
            SELECT 1 + (SELECT max(a.party_order) FROM commissioning.split_parties(terms.split) a), terms.counterparty, 'counterparty', -s.amount WHERE terms.counterparty IS NOT NULL
        ) p
        ORDER BY p.party_order;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @icb@.scenario_range(text, integer, jsonb, jsonb, jsonb) IS
    'What each party would get (positive) or pay in three scenarios: {"actual": 9500000, "score": 0.9}, each on top of the latest recorded inputs, with the indicators, conditions and cases recorded with them. A NULL scenario is the recorded one. Errors as settle.';

-- The shadow contract --------------------------------------------------------------------------

CREATE FUNCTION @icb@.priced_by_class(contract_id text, period daterange)
    RETURNS TABLE (pod_class text, lines bigint, unpriced bigint, charged numeric, priced numeric, planned numeric)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH line AS (
        SELECT coalesce(r.pod_class, 'any') AS pod_class, l.total_cost, p.expected_total
        FROM @icb@.line_price p
        JOIN @icb@.invoice_line l ON l.person_id = p.person_id AND l.submission_id = p.submission_id AND l.line_no = p.line_no
        LEFT JOIN commissioning.pod_reference r ON r.pod = l.pod
        WHERE p.contract_id = priced_by_class.contract_id AND priced_by_class.period @> p.price_date
    ), actual AS (
        -- what has no price counts as charged
        SELECT l.pod_class, count(*) AS lines, count(*) FILTER (WHERE l.expected_total IS NULL) AS unpriced, round(sum(l.total_cost), 2) AS charged,
               round(sum(coalesce(l.expected_total, l.total_cost)), 2) AS priced
        FROM line l GROUP BY l.pod_class
    ), plan AS (
        SELECT coalesce(r.pod_class, 'any') AS pod_class, sum(a.planned_amount) AS planned
        FROM @icb@.activity_plan a
        LEFT JOIN commissioning.pod_reference r ON r.pod = a.pod
        WHERE a.contract_id = priced_by_class.contract_id
          -- month 1 is April
          AND priced_by_class.period @> pg_catalog.make_date(left(a.financial_year, 4)::integer + (a.month + 2) / 12, (a.month + 2) % 12 + 1, 1)
        GROUP BY 1
    )
    SELECT coalesce(c.pod_class, p.pod_class), coalesce(c.lines, 0), coalesce(c.unpriced, 0), coalesce(c.charged, 0), coalesce(c.priced, 0), p.planned
    FROM actual c
    FULL JOIN plan p ON p.pod_class = c.pod_class;
END;
COMMENT ON FUNCTION @icb@.priced_by_class(text, daterange) IS
    'Lines of a contract with a price date in a period, by class of care: number, how many have no price, what was charged, what they should cost (as charged where there is no price), and what was planned for the months that begin in it (NULL: no plan). Prices as of the last price().';

CREATE FUNCTION @icb@.agreed_value(contract_id text, kind text, period daterange) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    -- a part of the days has that part of the value
    SELECT sum(round(b.amount * (upper(b.valid * agreed_value.period) - lower(b.valid * agreed_value.period)) / (upper(b.valid) - lower(b.valid)), 2))
    FROM @icb@.contract_baseline b
    WHERE b.contract_id = agreed_value.contract_id AND b.kind = agreed_value.kind AND b.valid && agreed_value.period
      AND NOT lower_inf(b.valid) AND NOT upper_inf(b.valid);
END;
COMMENT ON FUNCTION @icb@.agreed_value(text, text, daterange) IS 'What contract_baseline agrees for a period: the value of its days where it is for longer. NULL without one.';

CREATE FUNCTION @icb@.shadow_terms(template text, own jsonb) RETURNS commissioning.settlement_terms
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    -- benchmark and share are shown apart
    SELECT pg_catalog.jsonb_populate_record(commissioning.template_terms(shadow_terms.template),
               '{"pays": null, "split": null, "counterparty": null}'::jsonb || commissioning.refuse_unknown_keys(coalesce(shadow_terms.own, '{}'), 'commissioning.settlement_terms'::regtype));
END;
COMMENT ON FUNCTION @icb@.shadow_terms(text, jsonb) IS 'A shipped template with clauses of one''s own in place of the template''s. 42704 for a template, 42703 for a clause there is not.';

CREATE FUNCTION @icb@.plain_terms(curve text) RETURNS commissioning.settlement_terms
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT commissioning.to_settlement_terms(pg_catalog.jsonb_build_object('measure', 'actual - benchmark', 'curve', plain_terms.curve));
END;
COMMENT ON FUNCTION @icb@.plain_terms(text) IS 'Terms that are a curve over what exceeds the plan.';

-- Every way of paying is made of parts: a plan, what was done, and terms over the difference.
CREATE FUNCTION @icb@.shadow_part(contract_id text, period daterange, own jsonb DEFAULT '{}')
    RETURNS TABLE (basis_order integer, basis text, part_order integer, part text, planned numeric, priced numeric, beside numeric, terms commissioning.settlement_terms, reason text)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH class AS (
        SELECT c.pod_class, c.priced, c.planned FROM @icb@.priced_by_class(shadow_part.contract_id, shadow_part.period) c
    ), total AS (
        SELECT sum(c.priced) AS priced, sum(c.planned) AS planned,
               sum(c.priced) FILTER (WHERE c.pod_class IN ('emergency', 'emergency_care')) AS urgent, sum(c.planned) FILTER (WHERE c.pod_class IN ('emergency', 'emergency_care')) AS urgent_planned,
               sum(c.priced) FILTER (WHERE c.pod_class = 'emergency') AS spells, sum(c.planned) FILTER (WHERE c.pod_class = 'emergency') AS spells_planned,
               sum(c.priced) FILTER (WHERE c.pod_class = 'elective' OR c.pod_class LIKE 'outpatient%') AS elective,
               sum(c.planned) FILTER (WHERE c.pod_class = 'elective' OR c.pod_class LIKE 'outpatient%') AS elective_planned,
               @icb@.agreed_value(shadow_part.contract_id, 'mret_baseline', shadow_part.period) AS mret, @icb@.agreed_value(shadow_part.contract_id, 'blended_plan', shadow_part.period) AS blended_plan,
               @icb@.agreed_value(shadow_part.contract_id, 'blended_fixed', shadow_part.period) AS blended_fixed, @icb@.agreed_value(shadow_part.contract_id, 'api_target', shadow_part.period) AS api_target
        FROM class c
    ), national AS (
        -- the rate of the class goes before the rate of any
        SELECT DISTINCT ON (k.pod_class) k.pod_class, r.rate
        FROM class k
        JOIN commissioning.payment_parameter_reference r ON r.basis = 'api' AND r.pod_class IN (k.pod_class, 'any') AND r.valid @> lower(shadow_part.period)
        ORDER BY k.pod_class, r.pod_class = 'any'
    ), marginal AS (
        SELECT r.rate FROM commissioning.payment_parameter_reference r WHERE r.basis = 'mret' AND r.pod_class = 'emergency' AND r.valid @> lower(shadow_part.period)
    )
    SELECT 1, 'activity', 1, 'all activity', coalesce(t.planned, 0), t.priced, 0::numeric, @icb@.plain_terms('both 0..:100%'), NULL::text FROM total t
    UNION ALL
    SELECT 2, 'block', 1, 'all activity', t.planned, t.priced, 0, @icb@.plain_terms('both 0..:0%'), CASE WHEN t.planned IS NULL THEN 'no plan for these days' END FROM total t
    UNION ALL
    SELECT 3, 'api', pg_catalog.row_number() OVER (ORDER BY n.rate)::integer,
           CASE n.rate WHEN 0 THEN 'fixed element' ELSE 'variable element' END || ' (' || pg_catalog.string_agg(c.pod_class, ', ' ORDER BY c.pod_class) || ')',
           coalesce(sum(c.planned), 0), sum(c.priced), 0,
           @icb@.plain_terms('both 0..:' || pg_catalog.trim_scale(n.rate * 100) || '%'),
           CASE WHEN (SELECT t.planned FROM total t) IS NULL THEN 'no plan for these days' WHEN n.rate IS NULL THEN 'no national rates for these days' END
    FROM class c LEFT JOIN national n ON n.pod_class = c.pod_class
    GROUP BY n.rate
    UNION ALL
    SELECT 4, 'api_2022', 1, 'variable element (elective and outpatient care)', coalesce(t.api_target, t.elective_planned), coalesce(t.elective, 0), 0,
           @icb@.shadow_terms('aligned_2022', shadow_part.own -> 'api_2022'), CASE WHEN t.planned IS NULL OR coalesce(t.api_target, t.elective_planned) IS NULL THEN 'no plan for these days' END FROM total t
    UNION ALL
    SELECT 4, 'api_2022', 2, 'fixed element', t.planned - coalesce(t.elective_planned, 0), t.priced - coalesce(t.elective, 0), 0, @icb@.plain_terms('both 0..:0%'),
           CASE WHEN t.planned IS NULL THEN 'no plan for these days' END FROM total t
    UNION ALL
    SELECT 5, 'cap_and_collar', 1, 'all activity', t.planned, t.priced, 0, @icb@.shadow_terms('cap_and_collar', shadow_part.own -> 'cap_and_collar'),
           CASE WHEN coalesce(t.planned, 0) <= 0 THEN 'no plan for these days' END FROM total t
    UNION ALL
    SELECT 6, 'tolerance_block', 1, 'all activity', t.planned, t.priced, 0, @icb@.shadow_terms('tolerance_block', shadow_part.own -> 'tolerance_block'),
           CASE WHEN coalesce(t.planned, 0) <= 0 THEN 'no plan for these days' END FROM total t
    UNION ALL
    SELECT 7, 'blended', 1, 'emergency care', coalesce(t.blended_plan, t.urgent_planned, 0), coalesce(t.urgent, 0),
           coalesce(t.blended_fixed - coalesce(t.blended_plan, t.urgent_planned), 0), @icb@.shadow_terms('blended', shadow_part.own -> 'blended'),
           CASE WHEN coalesce(t.blended_plan, t.urgent_planned) IS NULL AND t.urgent <> 0 THEN 'no plan for these days' END FROM total t
    UNION ALL
    SELECT 7, 'blended', 2, 'all other activity', coalesce(t.planned - coalesce(t.urgent_planned, 0), 0), t.priced - coalesce(t.urgent, 0), 0, @icb@.plain_terms('both 0..:100%'), NULL FROM total t
    UNION ALL
    SELECT 8, 'mret', 1, 'emergency spells', coalesce(t.mret, t.spells_planned, 0), coalesce(t.spells, 0), 0,
           @icb@.shadow_terms('marginal_rate', coalesce((SELECT pg_catalog.jsonb_build_object('curve', 'gain 0..:' || pg_catalog.trim_scale(m.rate * 100) || '%; loss 0..:100%') FROM marginal m), '{}')
                                               || coalesce(shadow_part.own -> 'mret', '{}')),
           CASE WHEN coalesce(t.mret, t.spells_planned) IS NULL AND t.spells <> 0 THEN 'no baseline for these days' END FROM total t
    UNION ALL
    SELECT 8, 'mret', 2, 'all other activity', coalesce(t.planned - coalesce(t.spells_planned, 0), 0), t.priced - coalesce(t.spells, 0), 0, @icb@.plain_terms('both 0..:100%'), NULL FROM total t;
END;
COMMENT ON FUNCTION @icb@.shadow_part(text, daterange, jsonb) IS
    'The parts of each way of paying for a contract''s activity: plan, priced activity, what is paid beside both, and the terms over the difference: national rates of the period where there are any, shipped templates else, clauses of one''s own before either.';

CREATE FUNCTION @icb@.money_text(amount numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.to_char(money_text.amount, 'FM999,999,999,999,990.00');
COMMENT ON FUNCTION @icb@.money_text(numeric) IS 'An amount as statements print it.';

CREATE FUNCTION @icb@.shadow_contract(contract_id text, period daterange, terms jsonb DEFAULT '{}')
    RETURNS TABLE (basis_order integer, basis text, is_present boolean, value_gbp numeric, difference_gbp numeric, formula text, reason text, parts jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    present text;
    unknown text;
BEGIN
    IF shadow_contract.period IS NULL OR lower(shadow_contract.period) IS NULL OR upper(shadow_contract.period) IS NULL OR isempty(shadow_contract.period) THEN
        RAISE EXCEPTION 'period must have a first and a last day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.contract c WHERE c.contract_id = shadow_contract.contract_id) THEN
        RAISE EXCEPTION 'contract "%" does not exist', shadow_contract.contract_id USING ERRCODE = 'undefined_object';
    END IF;
    IF NOT EXISTS (SELECT FROM @icb@.line_price p WHERE p.contract_id = shadow_contract.contract_id AND shadow_contract.period @> p.price_date) THEN
        RAISE EXCEPTION 'contract "%" has no priced activity in %', shadow_contract.contract_id, shadow_contract.period
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Load and match its claims, and CALL @icb@.price().';
    END IF;
    SELECT k INTO unknown FROM pg_catalog.jsonb_object_keys(shadow_contract.terms) k WHERE k <> ALL ('{api_2022,cap_and_collar,tolerance_block,blended,mret}'::text[]) ORDER BY k LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'there is no basis "%" with terms of its own', unknown USING ERRCODE = 'undefined_column',
            HINT = 'Terms may be given for api_2022, cap_and_collar, tolerance_block, blended and mret.';
    END IF;
    present := (SELECT CASE WHEN b.basis IN ('block', 'lva') THEN 'block' WHEN b.basis IN ('api', 'blended', 'mret') THEN b.basis ELSE 'activity' END
                FROM @icb@.contract_basis_live b WHERE b.contract_id = shadow_contract.contract_id AND b.valid @> lower(shadow_contract.period));
    RETURN QUERY
    WITH settled AS (
        SELECT p.*, s.share, p.beside + p.planned + s.share AS value,
               p.part || ': ' || @icb@.money_text(p.planned) || coalesce(s.bands, '')
               || CASE WHEN p.beside <> 0 THEN CASE WHEN p.beside < 0 THEN ' - ' ELSE ' + ' END || @icb@.money_text(pg_catalog.abs(p.beside)) || ' fixed payment less plan' ELSE '' END
               || ' = ' || @icb@.money_text(p.beside + p.planned + s.share) AS formula
        FROM @icb@.shadow_part(shadow_contract.contract_id, shadow_contract.period, shadow_contract.terms) p
        LEFT JOIN LATERAL (
            SELECT max(l.amount) FILTER (WHERE l.line_code = 'settlement') AS share, pg_catalog.string_agg(CASE WHEN p.priced < p.planned THEN ' - ' ELSE ' + ' END || l.formula, '' ORDER BY l.step) FILTER (WHERE l.line_code = 'band') AS bands
            FROM commissioning.settle(p.terms, commissioning.to_settlement_inputs(pg_catalog.jsonb_build_object('benchmark', p.planned, 'actual', p.priced))) l
            WHERE p.reason IS NULL
        ) s ON true
        -- a part with nothing in it says nothing, unless there is no other
        WHERE p.planned <> 0 OR p.priced <> 0 OR p.reason IS NOT NULL OR p.basis NOT IN ('blended', 'mret')
    ), valued AS (
        SELECT s.basis_order, s.basis, CASE WHEN count(s.reason) = 0 THEN sum(s.value) END AS value,
               CASE WHEN count(s.reason) = 0 THEN pg_catalog.string_agg(s.formula, '; ' ORDER BY s.part_order) END AS formula, min(s.reason) AS reason,
               pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('part', s.part, 'planned', s.planned, 'priced', s.priced, 'share', s.share, 'value', s.value,
                                    'terms', pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(s.terms))) ORDER BY s.part_order) AS parts
        FROM settled s GROUP BY s.basis_order, s.basis
    )
    SELECT v.basis_order, v.basis, v.basis IS NOT DISTINCT FROM present, v.value, v.value - (SELECT n.value FROM valued n WHERE n.basis = present), v.formula, v.reason, v.parts
    FROM valued v
    UNION ALL
    SELECT 0, 'as charged', false, c.charged, c.charged - (SELECT n.value FROM valued n WHERE n.basis = present),
           pg_catalog.format('lines as charged: %s, without a price: %s', c.lines, c.unpriced), NULL, NULL
    FROM (SELECT sum(k.charged) AS charged, sum(k.lines) AS lines, sum(k.unpriced) AS unpriced FROM @icb@.priced_by_class(shadow_contract.contract_id, shadow_contract.period) k) c
    ORDER BY 1;
END
$$;
COMMENT ON FUNCTION @icb@.shadow_contract(text, daterange, jsonb) IS
    'What the priced activity of a contract in a period would cost under each way of paying, and the difference to the contract''s own basis (is_present): as charged, activity, block, api (national rates), api_2022 (75 % above, 50 % below), cap_and_collar, tolerance_block, blended, mret. formula shows the numbers, parts the terms that commissioning.settle was given; reason says why there is no value. terms: clauses of one''s own by basis, {"cap_and_collar": {"curve": "both 0..3%:100%, 3%..:0%"}}. 42704 for an unknown contract, 55000 without priced activity.';
