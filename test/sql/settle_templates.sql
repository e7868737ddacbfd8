-- Contract shapes: every one settles its worked example; parameters are checked.
CREATE SCHEMA settle_templates;
SET search_path = settle_templates, commissioning;
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE FUNCTION comes_to(terms settlement_terms, inputs jsonb, detail jsonb DEFAULT NULL) RETURNS numeric LANGUAGE sql AS $$
    SELECT l.amount FROM settle(terms, inputs::settlement_inputs, detail::settlement_detail) l WHERE l.line_code = 'settlement'
$$;

-- the worked example of every shape: published or computed by hand, see note and source
SELECT family, shape, expected, comes_to(new_terms(shape, example), inputs, detail - 'accounts') AS settled FROM contract_template ORDER BY family, shape;
SELECT count(*) AS shapes, count(*) FILTER (WHERE comes_to(new_terms(shape, example), inputs, detail - 'accounts') = expected) AS as_expected FROM contract_template;
-- and its other lines
SELECT t.shape, e.key AS line, e.value::numeric AS expected, l.amount
FROM contract_template t
CROSS JOIN LATERAL jsonb_each_text(t.expected_lines) e
LEFT JOIN LATERAL (
    SELECT s.line_code, s.party, s.amount
    FROM settle((SELECT jsonb_populate_record(new_terms(t.shape, t.example), jsonb_strip_nulls(jsonb_build_object('split', t.split::text, 'counterparty', CASE WHEN t.split IS NOT NULL AND t.shape <> 'gain_share' THEN 'other side' END)))),
                t.inputs::settlement_inputs, coalesce(t.detail, '{}')::settlement_detail) s) l
    ON concat_ws('/', l.line_code, l.party) = e.key
ORDER BY t.family, t.shape, e.key;
-- the terms of the example are the pattern with its parameters; template_terms and new_terms agree
SELECT count(*) FILTER (WHERE template_terms(shape) IS DISTINCT FROM new_terms(shape, example)) AS different FROM contract_template;

-- further results of the same shapes, from the same sources
CREATE TEMP TABLE further (shape text, parameters jsonb, inputs jsonb, expected numeric, why text);
INSERT INTO further VALUES
    ('guarantee_make_good', NULL, '{"benchmark": 3000000, "actual": 2900000}', -100000.00, 'a shortfall made good'),
    ('guarantee_make_good', NULL, '{"benchmark": 3000000, "actual": 1250000}', -300000.00, 'no more than the fee at risk'),
    ('guarantee_make_good', NULL, '{"benchmark": 3000000, "actual": 3000000}', 0.00, 'at the guarantee nothing moves'),
    ('guarantee_make_good', NULL, '{"benchmark": 3000000, "actual": 9000000}', 150000.00, 'the gain is capped'),
    ('guarantee_pro_rata', NULL, '{"benchmark": 3000000, "actual": 2900000}', -10000.00, '300,000 x 100,000 / 3,000,000'),
    ('guarantee_pro_rata', NULL, '{"benchmark": 3000000, "actual": -50}', -300000.00, 'negative savings cost the fee at risk'),
    ('guarantee_ladder', NULL, '{"benchmark": 3000000, "actual": 2550000}', -75000.00, 'exactly 85 %'),
    ('guarantee_ladder', NULL, '{"benchmark": 3000000, "actual": 2549999.99}', -150000.00, 'a penny below 85 %'),
    ('guarantee_ladder', NULL, '{"benchmark": 3000000, "actual": 2100000}', -150000.00, 'exactly 70 %'),
    ('guarantee_ladder', NULL, '{"benchmark": 3000000, "actual": 2099999.99}', -300000.00, 'below 70 %'),
    ('guarantee_ladder', NULL, '{"benchmark": 3000000, "actual": 3600000}', 130000.00, 'a gain as in the other guarantees'),
    ('guarantee_net_of_fee', NULL, '{"benchmark": 3000000, "actual": 3600000, "fee": 600000}', 600000.00, 'net savings at the guarantee: the fee alone'),
    ('guarantee_net_of_fee', NULL, '{"benchmark": 3000000, "actual": 3000000, "fee": 600000}', 300000.00, 'fee less fee at risk: the least'),
    ('guarantee_net_of_fee', NULL, '{"benchmark": 3000000, "actual": 30000000, "fee": 600000}', 750000.00, 'fee and capped gain: the most'),
    ('mssp_basic_a', NULL, '{"benchmark": 120000000, "actual": 116500000, "size": 10000}', 0.00, '2.917 % < 3.0 %'),
    ('mssp_basic_a', NULL, '{"benchmark": 120000000, "actual": 116400000, "size": 10000}', 1440000.00, 'meet or exceed'),
    ('mssp_basic_a', NULL, '{"benchmark": 100000000, "actual": 96700000, "size": 7500}', 1320000.00, 'CMS-1345-P: 3.3 % at 7,500'),
    ('mssp_basic_a', NULL, '{"benchmark": 100000000, "actual": 96700000.01, "size": 7500}', 0.00, 'a cent below'),
    ('mssp_basic_a', '{"payment_factor": 0.98}', '{"benchmark": 120000000, "actual": 116000000, "size": 10000}', 1568000.00, 'with sequestration'),
    ('mssp_low_revenue', NULL, '{"benchmark": 120000000, "actual": 116000000, "size": 10000}', 1600000.00, 'above the minimum in full'),
    ('mssp_low_revenue', '{"rate": "50%"}', '{"benchmark": 120000000, "actual": 117000000, "size": 10000}', 750000.00, 'half of 50 %'),
    ('mssp_basic_e', NULL, '{"benchmark": 100000000, "actual": 108000000, "minimum_rate": 0.02, "revenue": 90000000}', -2400000.00, '30 % of the loss, no cap'),
    ('mssp_basic_e', NULL, '{"benchmark": 100000000, "actual": 101999999.99, "minimum_rate": 0.02, "revenue": 10000000}', 0.00, 'below the minimum loss rate'),
    ('mssp_enhanced', NULL, '{"benchmark": 100000000, "actual": 110000000, "minimum_rate": 0.005, "score": 0}', -7500000.00, 'at most 75 %'),
    ('mssp_enhanced', NULL, '{"benchmark": 100000000, "actual": 110000000, "minimum_rate": 0.005, "score": 1}', -4000000.00, 'at least 40 %'),
    ('mssp_enhanced', NULL, '{"benchmark": 100000000, "actual": 130000000, "minimum_rate": 0.005, "score": 0}', -15000000.00, '15 % of the benchmark'),
    ('reach_professional', NULL, '{"benchmark": 100000000, "actual": 112000000}', -4550000.00, 'the same for losses'),
    ('corridor', NULL, '{"benchmark": 100000000, "actual": 108000000}', 2500000.00, '45 CFR 153.510: exactly 2.5 % of target'),
    ('corridor', NULL, '{"benchmark": 100000000, "actual": 103000000}', 0.00, 'within 3 %'),
    ('corridor', NULL, '{"benchmark": 100000000, "actual": 91000000}', -3300000.00, '50 % of 5 %, 80 % of 1 %'),
    ('part_d_2006', NULL, '{"benchmark": 100000000, "actual": 94000000}', -2675000.00, 'the mirror image: no jump at the second lower limit'),
    ('part_d_2012', '{"first": "5%", "second": "10%"}', '{"benchmark": 100000000, "actual": 112000000}', 4100000.00, 'the least thresholds are those of 2008'),
    ('part_d_2012', NULL, '{"benchmark": 100000000, "actual": 94000000}', 0.00, 'at the first threshold'),
    ('lead_provider', NULL, '{"benchmark": 20300000, "actual": 21000000}', -350000.00, 'the same for losses'),
    ('lead_provider', '{"cap": "1%"}', '{"benchmark": 21000000, "actual": 20300000}', 210000.00, 'held at 1 % of the benchmark'),
    ('guarantee_make_good', NULL, '{"benchmark": 2600000, "actual": 2900000}', 60000.00, 'agreed exclusions of 400,000 lower the guarantee'),
    ('part_d_2006', '{"near": "90%"}', '{"benchmark": 100000000, "actual": 105000000}', 2250000.00, '90 % between the thresholds'),
    ('mlr_rebate', NULL, '{"benchmark": 148000, "actual": 148001, "base": 185000, "size": 75000}', 0.00, 'ratio reached'),
    ('mlr_rebate', NULL, '{"benchmark": 148000, "actual": 130000, "base": 185000, "size": 2000}', 6468.33, '18,000 less 6.2333 % of 185,000'),
    ('mlr_rebate', NULL, '{"benchmark": 148000, "actual": 138750, "base": 185000, "size": 2000}', 0.00, '9,250 are within the credibility adjustment'),
    ('mlr_rebate', NULL, '{"benchmark": 148000, "actual": 100000, "base": 185000, "size": 999}', 0.00, 'not credible'),
    ('marginal_rate', '{"pays": "benchmark + share"}', '{"benchmark": 9876543.21, "actual": 11111111.11}', 10246913.58, 'the whole payment'),
    ('marginal_rate', '{"pays": "benchmark + share"}', '{"benchmark": 9876543.21, "actual": 9000000.01}', 9000000.01, 'below the baseline the activity is paid'),
    ('marginal_rate', '{"rate": "70%"}', '{"benchmark": 9876543.21, "actual": 11111111.11}', 864197.53, 'the rate of 2015/16'),
    ('aligned_2022', NULL, '{"benchmark": 5000000, "actual": 4300000}', -350000.00, 'HFMA: half below'),
    ('cap_and_collar', NULL, '{"benchmark": 8000000, "actual": 7000000}', -160000.00, 'the collar'),
    ('tolerance_block', NULL, '{"benchmark": 8000000, "actual": 7600000}', 0.00, 'at the tolerance'),
    ('minimum_volume', '{"minimum": 1000}', '{"benchmark": 2000000, "actual": 1900000, "size": 1000}', 50000.00, 'at the minimum'),
    ('subcontract', '{"rate": "30%"}', '{"benchmark": 600123.45, "actual": 0}', 180037.04, 'subcontract A of the lead provider'),
    ('alliance', NULL, '{"benchmark": 25000000, "actual": 28000000}', -500000.00, '40 % of the first 5 %'),
    ('stop_loss', NULL, '{"benchmark": 0, "actual": 412000}', 180000.00, 'up to the cap'),
    ('stop_loss', NULL, '{"benchmark": 0, "actual": 60000}', 0.00, 'at the attachment'),
    ('payment_for_performance', NULL, '{"benchmark": 44700000, "actual": 41000000}', 2800000.00, 'no more than the pot'),
    ('payment_for_performance', NULL, '{"benchmark": 44700000, "actual": 45000000}', 0.00, 'nothing for a rise'),
    ('personal_budget', NULL, '{"benchmark": 20800, "actual": 20300}', 0.00, 'what is left is within the contingency'),
    ('personal_budget', '{"kept": 0}', '{"benchmark": 20800, "actual": 15123.40}', 5676.60, 'nothing kept');
SELECT f.shape, f.why, f.expected, comes_to(new_terms(f.shape, t.example || coalesce(f.parameters, '{}')), f.inputs) AS settled
FROM further f JOIN contract_template t ON t.shape = f.shape
WHERE comes_to(new_terms(f.shape, t.example || coalesce(f.parameters, '{}')), f.inputs) IS DISTINCT FROM f.expected;
SELECT count(*) AS further_results FROM further;
-- Axene, "Minimum Savings Rates": 500.00 against 495.50 a month over 125,000 member months, 50 %, with and without a minimum of 1 %
SELECT comes_to('{"curve": "gain 0..:50%"}'::jsonb::settlement_terms, '{"benchmark": 62500000, "actual": 61937500}') AS without_minimum,
       comes_to('{"curve": "gain cliff 1% 0..:50%"}'::jsonb::settlement_terms, '{"benchmark": 62500000, "actual": 61937500}') AS with_minimum,
       comes_to('{"curve": "gain cliff 1% 0..:50%"}'::jsonb::settlement_terms, '{"benchmark": 62500000, "actual": 61875000}') AS at_the_minimum;
-- marginal rate: what is paid and what is retained make the activity
SELECT line_code, amount FROM settle(new_terms('marginal_rate', '{"pays": "benchmark + share"}'), '{"benchmark": 9876543.21, "actual": 11111111.11}'::jsonb::settlement_inputs) WHERE line_code IN ('settlement', 'retained');
-- lead provider, back to back: the head gain less what the subcontracts take; with a poor head result the lead pays
SELECT head, comes_to(new_terms('lead_provider', '{"rate": "50%"}'), head::jsonb)
       - comes_to(new_terms('subcontract', '{"rate": "30%"}'), '{"benchmark": 600123.45, "actual": 0}')
       - comes_to(new_terms('subcontract', '{"rate": "25%"}'), '{"benchmark": 200010.02, "actual": 0}') AS residual
FROM unnest('{"{\"benchmark\": 21000000, \"actual\": 20300000}","{\"benchmark\": 21000000, \"actual\": 20900000}"}'::text[]) head;
-- the reopener speaks
SELECT formula FROM settle(new_terms('variance_block'), '{"benchmark": 8000000, "actual": 9000000}'::jsonb::settlement_inputs) WHERE line_code = 'reopener';

-- optional parts come and go
SELECT curve FROM new_terms('guarantee_make_good', '{"fee_at_risk": 250000.50, "first_band": 500000, "first_rate": "1/5", "then_rate": "30%"}');
SELECT curve, discount FROM new_terms('reach_professional');
SELECT curve, discount FROM new_terms('reach_professional', '{"discount": 0.02}');

-- refusals
SELECT new_terms('no such shape');
SELECT new_terms(NULL) IS NULL AS nothing;
SELECT new_terms('guarantee_make_good');
SELECT new_terms('marginal_rate', '{"rat": "50%"}');
SELECT new_terms('block', '[1]');
SELECT new_terms('marginal_rate', '{"rate": "150%"}');
SELECT new_terms('marginal_rate', '{"rate": "50%; loss 0..:0%"}');
SELECT new_terms('cap_and_collar', '{"corridor": "two"}');
SELECT new_terms('personal_budget', '{"kept": "5%"}');
SELECT new_terms('personal_budget', '{"kept": -1}');
SELECT new_terms('guarantee_pro_rata', '{"fee_at_risk": "0", "guarantee": "1", "first_band": 1, "first_rate": "1", "then_rate": "1"}');
SELECT new_terms('reach_professional', '{"discount": "a lot"}');
SELECT new_terms('outcomes', '{"ladder": ">=50%"}');
SELECT new_terms('marginal_rate', '{"pays": "{rate}"}');

-- a shape of one's own is terms written down: no template is needed
SELECT comes_to('{"measure": "actual - benchmark", "curve": "both 0..1%:0%, 1%..4%:60%, 4%..:20%", "cap_loss": "250000"}'::jsonb::settlement_terms, '{"benchmark": 10000000, "actual": 9500000}') AS own_shape;
DROP SCHEMA settle_templates CASCADE;
