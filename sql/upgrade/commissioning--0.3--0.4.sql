\echo Use "ALTER EXTENSION commissioning UPDATE TO '0.4'" to load this file. \quit
-- 0.3 to 0.4: the whole of settlement. Lines "--@ FILE" are replaced by the file when the step is made.

-- What changed in place.
-- The catalogue prints a function that makes one of these rows otherwise once the row has grown, which is no change by the
-- user: what stood unchanged in the warehouses before is taken down as unchanged again after.
CREATE TABLE unchanged_function AS SELECT ''::text AS warehouse, ''::text AS object WHERE false;
DO $$
DECLARE
    place name;
BEGIN
    FOR place IN SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'deployed_object' AND c.relkind = 'r' LOOP
        EXECUTE format('INSERT INTO @extschema@.unchanged_function SELECT %L, d.name FROM %I.deployed_object d
                        WHERE d.kind = ''function'' AND NOT EXISTS (SELECT FROM @extschema@.warehouse_changes(%L) w WHERE w.kind = d.kind AND w.object = d.name)', place, place, place);
    END LOOP;
END
$$;
ALTER TYPE settlement_terms
    ADD ATTRIBUTE stop_loss share_curve,
    ADD ATTRIBUTE adjust text,
    ADD ATTRIBUTE risk_limit numeric,
    ADD ATTRIBUTE withhold numeric,
    ADD ATTRIBUTE withhold_scale sliding_scale,
    ADD ATTRIBUTE allowance sliding_scale,
    ADD ATTRIBUTE minimum_size numeric,
    ADD ATTRIBUTE under_size text,
    ADD ATTRIBUTE below_gate numeric,
    ADD ATTRIBUTE guardrail boolean,
    ADD ATTRIBUTE quality_by text,
    ADD ATTRIBUTE loss_rate_by text,
    ADD ATTRIBUTE fee_at_risk numeric,
    ADD ATTRIBUTE net_of_fee boolean,
    ADD ATTRIBUTE pays text,
    ADD ATTRIBUTE reopener text,
    ADD ATTRIBUTE cap_when text,
    ADD ATTRIBUTE split party_split,
    ADD ATTRIBUTE split_method text,
    ADD ATTRIBUTE counterparty text,
    ADD ATTRIBUTE contingency numeric;
COMMENT ON COLUMN settlement_terms.stop_loss IS 'Part of the cost of one case that is taken off actual, case by case, each rounded: gain 0..60000:0%, 60000..300000:75%, 300000..:0%.';
COMMENT ON COLUMN settlement_terms.adjust IS 'What moves the benchmark with the population: ''volume'' (times volume / plan_volume), ''risk'' (times risk / plan_risk) or ''volume, risk''.';
COMMENT ON COLUMN settlement_terms.risk_limit IS 'Largest relative change that risk may make: 0.03 holds it between 0.97 and 1.03.';
COMMENT ON COLUMN settlement_terms.withhold IS 'Share of the benchmark that is withheld and earned back by quality, between 0 and 1.';
COMMENT ON COLUMN settlement_terms.withhold_scale IS 'Part of the withhold earned, by score; the score itself where NULL.';
COMMENT ON COLUMN settlement_terms.allowance IS 'Allowance for chance by size, as a share of the base: takes the difference towards 0.';
COMMENT ON COLUMN settlement_terms.minimum_size IS 'Size below which the result is not assessed; see under_size.';
COMMENT ON COLUMN settlement_terms.under_size IS '''nothing'' (default): below minimum_size nothing is shared; ''refuse'': an error.';
COMMENT ON COLUMN settlement_terms.below_gate IS 'Multiplier of a gain that does not reach the gate, in place of nothing: 0.5 gives half.';
COMMENT ON COLUMN settlement_terms.guardrail IS 'A loss counts only as far as it is one against guardrail_benchmark too.';
COMMENT ON COLUMN settlement_terms.quality_by IS 'What quality is looked up by: score (default), size, or ratio (actual / benchmark, as they are compared).';
COMMENT ON COLUMN settlement_terms.loss_rate_by IS 'What loss_rate is looked up by, likewise.';
COMMENT ON COLUMN settlement_terms.fee_at_risk IS 'In pounds: a loss costs this amount times loss_rate, whatever its size; the bands of the loss side are then not used.';
COMMENT ON COLUMN settlement_terms.net_of_fee IS 'The fee counts before the comparison: off what was saved, or onto what was spent.';
COMMENT ON COLUMN settlement_terms.pays IS 'What the settlement is: share (default), ''benchmark + share'' or ''fee + share''.';
COMMENT ON COLUMN settlement_terms.reopener IS 'Difference (150000, or 10% of the base) from which the statement says that the contract may be opened again.';
COMMENT ON COLUMN settlement_terms.cap_when IS '''after'' (default): caps hold what stands after quality and factor; ''before quality''.';
COMMENT ON COLUMN settlement_terms.split IS 'Who receives a gain and bears a loss, in contract order.';
COMMENT ON COLUMN settlement_terms.split_method IS 'hamilton (default) or first: where odd pennies go.';
COMMENT ON COLUMN settlement_terms.counterparty IS 'The party on the other side, which pays what the others receive; NULL where the parties settle among themselves (own_amount).';
COMMENT ON COLUMN settlement_terms.contingency IS 'In pounds: kept before a gain counts, for example some weeks of a personal budget.';
ALTER TYPE settlement_inputs
    ADD ATTRIBUTE volume numeric,
    ADD ATTRIBUTE plan_volume numeric,
    ADD ATTRIBUTE risk numeric,
    ADD ATTRIBUTE plan_risk numeric,
    ADD ATTRIBUTE guardrail_benchmark numeric,
    ADD ATTRIBUTE fee numeric;
COMMENT ON COLUMN settlement_inputs.volume IS 'Volume that the benchmark is adjusted by: activity, member months or heads.';
COMMENT ON COLUMN settlement_inputs.plan_volume IS 'Volume that the benchmark was set for.';
COMMENT ON COLUMN settlement_inputs.risk IS 'Average risk score of the year.';
COMMENT ON COLUMN settlement_inputs.plan_risk IS 'Average risk score that the benchmark was set for.';
COMMENT ON COLUMN settlement_inputs.guardrail_benchmark IS 'Second benchmark of the guardrail, in pounds.';
COMMENT ON COLUMN settlement_inputs.fee IS 'Base fee, in pounds.';
COMMENT ON FUNCTION settle(settlement_terms, settlement_inputs) IS
    'The lines of a settlement without its parties: what settle(terms, inputs, detail) gives for a NULL detail up to reopener. amount is what stands after the line in pounds (for a band: its part of the share), exact_text the unrounded fraction; the amount of the line settlement is the settlement, rounded once, negative when it is owed by the sharing side. Steps the terms do not have, and steps after nothing is left, are left out. A stop_loss needs cases, hence the longer form. 22004 for NULL arguments or no curve; 22023 for an input that is missing or unusable, saying what to do; 22003 when a number does not fit.';

DO $$
DECLARE
    place text;
BEGIN
    FOR place IN SELECT DISTINCT u.warehouse FROM @extschema@.unchanged_function u LOOP
        EXECUTE format('UPDATE %I.deployed_object d SET definition_hash = md5(o.definition)
                        FROM @extschema@.warehouse_objects(%L) o, @extschema@.unchanged_function u
                        WHERE o.kind = d.kind AND o.object = d.name AND u.warehouse = %L AND u.object = d.name AND d.kind = ''function'' AND d.definition_hash <> md5(o.definition)', place, place, place);
    END LOOP;
END
$$;
DROP TABLE unchanged_function;

DELETE FROM contract_template;
ALTER TABLE contract_template
    ADD COLUMN family text NOT NULL CHECK (family IN ('guarantee', 'shared_savings', 'corridor', 'nhs', 'outcomes', 'alliance', 'pool', 'stop_loss', 'personal')),
    ADD COLUMN pattern jsonb NOT NULL,
    ADD COLUMN parameters jsonb NOT NULL,
    ADD COLUMN example jsonb NOT NULL,
    ADD COLUMN detail jsonb,
    ADD COLUMN expected_lines jsonb NOT NULL DEFAULT '{}';
COMMENT ON TABLE contract_template IS
    'Contract shapes as patterns of terms: new_terms fills in the parameters. The example parameters, inputs and detail settle to expected.';
COMMENT ON COLUMN contract_template.shape IS 'Key of the shape.';
COMMENT ON COLUMN contract_template.title IS 'What the shape is called in the field.';
COMMENT ON COLUMN contract_template.terms IS 'Terms of the worked example: fields of settlement_terms that are not NULL.';
COMMENT ON COLUMN contract_template.split IS 'Example split, where the shape has one by nature.';
COMMENT ON COLUMN contract_template.inputs IS 'Worked example: fields of settlement_inputs.';
COMMENT ON COLUMN contract_template.expected IS 'What the worked example settles to, in pounds (or the scheme''s own currency).';
COMMENT ON COLUMN contract_template.note IS 'How to read inputs and result.';
COMMENT ON COLUMN contract_template.source IS 'Where the shape and its numbers come from.';
COMMENT ON COLUMN contract_template.family IS 'guarantee, shared_savings, corridor, nhs, outcomes, alliance, pool, stop_loss or personal.';
COMMENT ON COLUMN contract_template.parameters IS 'Array of {name, unit, default, optional, meaning}. unit: money, amount (money or percent), rate, whole, number, scale or word. Without a default a parameter must be given, unless it is optional.';
COMMENT ON COLUMN contract_template.example IS 'Parameters of the worked example.';
COMMENT ON COLUMN contract_template.detail IS 'Worked example: fields of settlement_detail, NULL where there are none.';
COMMENT ON COLUMN contract_template.expected_lines IS 'Other lines of the worked example that are checked: line code, or line code/party, to amount.';

-- What is new.
--@ sql/install/41-settle-detail.sql
--@ sql/install/42-settle-language.sql
--@ sql/install/44-settle-money.sql
--@ sql/install/45-settle-statistics.sql
--@ sql/install/46-settle-bundle.sql
--@ sql/install/47-settle-simulate.sql
--@ sql/install/48-settle-pools.sql
--@ sql/install/49-settle-result.sql
--@ sql/install/64-settle-charts.sql
--@ sql/reference/41-templates.sql
--@ sql/reference/42-templates-corridor.sql
--@ sql/reference/42-templates-guarantee.sql
--@ sql/reference/42-templates-nhs.sql
--@ sql/reference/42-templates-outcomes.sql
--@ sql/reference/42-templates-person.sql
--@ sql/reference/42-templates-savings.sql
--@ sql/reference/42-templates-shared.sql

-- Warehouses: these files say CREATE OR REPLACE.
--@ sql/install/80-warehouse.sql
--@ sql/install/81-contract-role.sql
--@ sql/install/82-roles.sql

-- Privileges on what is new, at the very end.
--@ sql/install/95-grants.sql
