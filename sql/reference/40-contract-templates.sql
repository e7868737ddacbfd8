-- Named contract shapes: terms to start from, each with a worked example that a test settles.
CREATE TABLE contract_template (
    shape    text PRIMARY KEY,
    title    text NOT NULL,
    terms    jsonb NOT NULL,
    split    party_split,
    inputs   jsonb NOT NULL,
    expected numeric(18,2) NOT NULL,
    note     text NOT NULL,
    source   text NOT NULL
);
COMMENT ON TABLE contract_template IS
    'Contract shapes as terms: copy the columns of template_terms into contract_terms and put your own numbers in. The example inputs settle to expected.';
COMMENT ON COLUMN contract_template.shape IS 'Key of the shape.';
COMMENT ON COLUMN contract_template.title IS 'What the shape is called in the field.';
COMMENT ON COLUMN contract_template.terms IS 'Fields of settlement_terms that are not NULL.';
COMMENT ON COLUMN contract_template.split IS 'Example split, where the shape has one by nature.';
COMMENT ON COLUMN contract_template.inputs IS 'Worked example: fields of settlement_inputs.';
COMMENT ON COLUMN contract_template.expected IS 'What the worked example settles to, in pounds (or the scheme''s own currency).';
COMMENT ON COLUMN contract_template.note IS 'How to read the result.';
COMMENT ON COLUMN contract_template.source IS 'Where the shape and its numbers come from.';

INSERT INTO contract_template (shape, title, terms, split, inputs, expected, note, source) VALUES
('guarantee_make_good', 'Savings guarantee, shortfall made good',
 '{"measure": "actual - benchmark", "curve": "gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000"}', NULL,
 '{"benchmark": 3000000, "actual": 3600000}', 130000.00,
 'benchmark is the guarantee, actual the verified savings; a gain goes to the supplier on top of the fee, a loss comes off it.',
 'Framework for procuring External Support for Commissioners (2007): fees at risk and gain share; numbers are illustrative'),
('guarantee_pro_rata', 'Savings guarantee, fee at risk pro rata',
 '{"measure": "actual - benchmark", "curve": "gain 0..500000:20%, 500000..:30% max 150000; loss 0..:1/10 max 300000"}', NULL,
 '{"benchmark": 3000000, "actual": 1250000}', -175000.00,
 'The loss rate is the fee at risk over the guarantee, here 300,000 / 3,000,000.',
 'Framework for procuring External Support for Commissioners (2007): fees at risk and gain share; numbers are illustrative'),
('mssp_basic_a', 'Medicare Shared Savings, BASIC A and B (one-sided)',
 '{"curve": "gain 0..:40% max 10%", "gate_by": "size", "gate": "linear 5000:3.9%, 6000:3.6%, 7000:3.4%, 8000:3.2%, 9000:3.1%, 10000:3%, 15000:2.7%, 20000:2.5%, 50000:2.2%, 60000:2%"}', NULL,
 '{"benchmark": 120000000, "actual": 116000000, "size": 10000}', 1600000.00,
 'Savings count from the first dollar once the minimum rate for the number of beneficiaries is met.',
 '42 CFR 425.604 and 425.605'),
('mssp_basic_e', 'Medicare Shared Savings, BASIC E (two-sided)',
 '{"curve": "gain 0..:50% max 10%; loss 0..:30% max 4%", "gate_by": "minimum_rate", "cap_loss": "8% of revenue"}', NULL,
 '{"benchmark": 100000000, "actual": 103000000, "minimum_rate": 0.02, "revenue": 10000000}', -800000.00,
 'The participant chooses the minimum rate; a loss is held by 8 % of revenue or 4 % of the benchmark, whichever is less.',
 '42 CFR 425.605'),
('mssp_enhanced', 'Medicare Shared Savings, ENHANCED (two-sided, loss rate by quality)',
 '{"curve": "gain 0..:75% max 20%; loss 0..:100% max 15%", "gate_by": "minimum_rate", "loss_rate": "linear 1/3:75%, 80%:40%"}', NULL,
 '{"benchmark": 100000000, "actual": 110000000, "minimum_rate": 0.005, "score": 0.7385}', -4461250.00,
 'loss_rate is 1 - 0.75 x quality, held between 40 % and 75 %; the caps come after it.',
 '42 CFR 425.610'),
('reach_professional', 'ACO REACH, Professional',
 '{"curve": "both 0..5%:50%, 5%..10%:35%, 10%..15%:15%, 15%..:5%"}', NULL,
 '{"benchmark": 100000000, "actual": 88000000}', 4550000.00,
 'Corridors by slice of the benchmark, the same for savings and losses.',
 'ACO REACH and Direct Contracting risk corridors, published summaries'),
('reach_global', 'ACO REACH, Global',
 '{"curve": "both 0..25%:100%, 25%..35%:50%, 35%..50%:25%, 50%..:10%", "discount": 0.035}', NULL,
 '{"benchmark": 100000000, "actual": 96000000}', 500000.00,
 'The discount comes off the benchmark first.',
 'ACO REACH and Direct Contracting risk corridors, published summaries'),
('corridor', 'Symmetric corridors around a target',
 '{"measure": "actual - benchmark", "curve": "both 0..3%:0%, 3%..8%:50%, 8%..:80%"}', NULL,
 '{"benchmark": 100000000, "actual": 107654321.09}', 2327160.55,
 'A positive result is paid to the plan, a negative one by it.',
 '45 CFR 153.510; 42 CFR 423.336 has the same form'),
('marginal_rate', 'Marginal rate above a baseline',
 '{"measure": "actual - benchmark", "curve": "gain 0..:30%; loss 0..:100%"}', NULL,
 '{"benchmark": 9876543.21, "actual": 11111111.11}', 370370.37,
 'Payment is baseline plus the result; what is above both is retained for demand management.',
 'Marginal rate emergency rule, HFMA briefings 2013 to 2018'),
('blended', 'Blended payment',
 '{"measure": "actual - benchmark", "curve": "both 0..:20%"}', NULL,
 '{"benchmark": 10000000, "actual": 9000000}', -200000.00,
 'Payment is plan plus the result.',
 'Blended payment for emergency care 2019/20, HSJ'),
('aligned_2022', 'Aligned payment and incentive, 2022/23 rates',
 '{"measure": "actual - benchmark", "curve": "gain 0..:75%; loss 0..:50%"}', NULL,
 '{"benchmark": 5000000, "actual": 5800000}', 600000.00,
 'Payment is the fixed element plus the result; the rates differ above and below.',
 'HFMA, January 2022'),
('cap_and_collar', 'Cap and collar',
 '{"measure": "actual - benchmark", "curve": "both 0..2%:100%, 2%..:0%"}', NULL,
 '{"benchmark": 8000000, "actual": 8765432.10}', 160000.00,
 'Payment is plan plus the result: actual value held within 2 % of plan.',
 'NHS contract practice; numbers are illustrative'),
('tolerance_block', 'Block with tolerance',
 '{"measure": "actual - benchmark", "curve": "both 0..5%:0%, 5%..:50%"}', NULL,
 '{"benchmark": 8000000, "actual": 8765432.10}', 182716.05,
 'Payment is plan plus the result: nothing within 5 %, half beyond.',
 'NHS contract practice; numbers are illustrative'),
('stop_loss', 'Individual stop-loss',
 '{"measure": "actual - benchmark", "curve": "gain 0..60000:0%, 60000..300000:75%, 300000..:0%"}', NULL,
 '{"benchmark": 0, "actual": 187654.32}', 95740.74,
 'One case at a time: actual is the cost of the person-year, benchmark 0.',
 '45 CFR 153.230 wording; numbers are illustrative'),
('alliance', 'Alliance, pain and gain',
 '{"curve": "gain 0..5%:40%, 5%..:0%; loss 0..5%:40%, 5%..:0% max 1000000"}', 'acute 50%, community 30%, gp 20%',
 '{"benchmark": 25000000, "actual": 24111222.33}', 355511.07,
 'The split divides the providers'' share; the commissioner keeps the rest.',
 'Alliance contracting practice; numbers are illustrative'),
('pooled_fund', 'Section 75 pooled fund, pro rata to contributions',
 '{"curve": "both 0..:100%"}', 'council 10132342/18136342, icb remaining',
 '{"benchmark": 18136342, "actual": 18636342.01}', -500000.01,
 'An overspend is negative: the partners pay it in proportion to their contributions.',
 'NHS Act 2006 section 75; Better Care Fund, Bracknell Forest 2022/23 contributions'),
('outcomes', 'Capitated outcomes: a withhold earned by quality',
 '{"curve": "gain 0..:100%", "quality": ">=90%:100%, >=80%:75%, >=60%:50% else 0%"}', NULL,
 '{"benchmark": 4292066.16, "actual": 0, "score": 0.65}', 2146033.08,
 'benchmark is the withhold of the indicator group, actual 0.',
 'Capitated outcomes-based contracts; numbers are illustrative'),
('indicator', 'Indicator paid between a minimum and a maximum',
 '{"curve": "gain 0..:100%", "quality": "linear 60%:0%, 85%:100%"}', NULL,
 '{"benchmark": 140000.00, "actual": 0, "score": 0.775}', 98000.00,
 'benchmark is the value of the indicator.',
 'CQUIN 2022/23: 1.25 % of 56,000,000 over five indicators');

CREATE FUNCTION template_terms(shape text) RETURNS settlement_terms
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    terms jsonb := (SELECT t.terms FROM @extschema@.contract_template t WHERE t.shape = template_terms.shape);
BEGIN
    IF terms IS NULL THEN
        RAISE EXCEPTION 'contract template "%" does not exist', shape USING ERRCODE = 'undefined_object',
            HINT = 'The table contract_template lists them.';
    END IF;
    RETURN jsonb_populate_record(NULL::@extschema@.settlement_terms, terms);
END
$$;
COMMENT ON FUNCTION template_terms(text) IS 'The terms of a shipped contract shape, ready for settle. NULL for NULL; 42704 for an unknown shape.';
