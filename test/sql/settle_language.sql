-- Terms as JSON and in English.
CREATE SCHEMA settle_language;
SET search_path = settle_language, commissioning;

\set SHOW_CONTEXT never
-- JSON says all of a value and reads back as it
SELECT 'gain cliff 2% 0..5%:50%, 5%..:1/3 max 150000; loss 0..250000.50:100%'::share_curve::jsonb;
SELECT 'both 0..:20%'::share_curve::jsonb;
SELECT '>=90%:100%, >=1/3:75% else 0%'::sliding_scale::jsonb, 'linear 5000:3.9%, 10000.5:3%'::sliding_scale::jsonb;
SELECT 'acute 50%, "City ""North"" Council" 1/3, gp remaining'::party_split::jsonb;
SELECT count(*) AS curves, count(*) FILTER (WHERE c::jsonb::share_curve IS DISTINCT FROM c) AS different
FROM (SELECT (terms ->> k)::share_curve AS c FROM contract_template, unnest('{curve,stop_loss}'::text[]) k WHERE terms ? k
      UNION ALL SELECT unnest('{"gain cliff 2% 0..5%:50%, 5%..:1/3 max 150000; loss 0..250000.50:100%","loss 0..0.000000001%:0.999999999","both cliff 0.01 0..999999999999.99:1/7 max 0"}'::share_curve[])) v;
SELECT count(*) AS scales, count(*) FILTER (WHERE s::jsonb::sliding_scale IS DISTINCT FROM s) AS different
FROM (SELECT (terms ->> k)::sliding_scale AS s FROM contract_template, unnest('{gate,quality,loss_rate,allowance,withhold_scale}'::text[]) k WHERE terms ? k
      UNION ALL SELECT unnest('{">=1/3:1/7",">=90%:100%, >=0.5:75% else 0%","linear 1/3:75%, 80%:40%"}'::sliding_scale[])) v;
SELECT count(*) AS splits, count(*) FILTER (WHERE s::jsonb::party_split IS DISTINCT FROM s) AS different
FROM (SELECT split AS s FROM contract_template WHERE split IS NOT NULL
      UNION ALL SELECT unnest('{"a 1","15N 1/3, \"City \"\"North\"\" Council\" remaining, b 0%"}'::party_split[])) v;
SELECT '{"gain": {"bands": [{"to": "5%", "rate": "150%"}]}}'::jsonb::share_curve;
SELECT '{"gain": {}}'::jsonb::share_curve;
SELECT '{}'::jsonb::share_curve;
SELECT '{"steps": []}'::jsonb::sliding_scale;
SELECT '{"knots": [{"at": "5"}]}'::jsonb::sliding_scale;
SELECT '[{"party": "a"}]'::jsonb::party_split;
-- a misspelt gate is not no gate, and one field holds one amount or rate
CREATE FUNCTION refusal(type regtype, value jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
    read text;
BEGIN
    EXECUTE format('SELECT ($1::%s)::text', type) INTO read USING value;
    RETURN 'read: ' || read;
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || SQLERRM || CASE WHEN hint <> '' THEN ' / ' || hint ELSE '' END;
END
$$;
SELECT v AS curve, refusal('share_curve', v) FROM unnest(ARRAY[
    '{"gain": {"gates": "2%", "bands": [{"rate": "50%"}]}}', '{"gain": {"bands": [{"rate": "50%", "upto": "5"}]}}', '{"Gain": {"bands": [{"rate": "50%"}]}}',
    '{"gain 0..5:10%; loss": {"bands": [{"rate": "50%"}]}}', '{"gain": {"bands": [{"rate": "50% max 5"}]}}', '{"gain": {"bands": [{"to": "5:1%,5..9", "rate": "50%"}]}}', '{"gain": {"cap": "5; loss 0..:1", "bands": [{"rate": "50%"}]}}',
    '{"gain": {"bands": {"rate": "50%"}}}', '{"gain": {"bands": null}}', '{"gain": null}', '{"gain": {"bands": ["50%"]}}', '{"gain": {"bands": [{"rate": true}]}}', '{"gain": {"bands": [{"rate": ["50%"]}]}}', '{"gain": {"bands": [{"to": "5"}]}}',
    '{"gain": {"bands": [{"rate": "50%"}]}, "both": {"bands": [{"rate": "50%"}]}}', '5', '[]', '"gain 0..:50%"',
    '{"gain": {"gate": null, "bands": [{"to": 500000.50, "rate": 0.2}, {"rate": " 1 / 3 "}]}}']::jsonb[]) v;
SELECT v AS scale, refusal('sliding_scale', v) FROM unnest(ARRAY[
    '{"steps": [{"at": "90%", "rate": "100%"}], "els": "0%"}', '{"steps": [{"at": "90%", "rate": "100%"}], "knots": [{"at": "1", "rate": "100%"}]}', '{"knots": [{"at": "1", "rate": "100%"}], "else": "0%"}',
    '{"steps": [{"at": "90%:1, >=80%", "rate": "75%"}]}', '{"steps": [{"at": "90%", "rate": "75% else 0"}]}', '{"steps": {"at": "90%"}}', '{"steps": [{"from": "90%", "rate": "1"}]}', '5', '["knots"]', '{"steps": [{"at": 0.9, "rate": 1}], "else": 0}']::jsonb[]) v;
SELECT v AS split, refusal('party_split', v) FROM unnest(ARRAY[
    '{}', '[{"party": "a", "share": "50%, b 50%"}]', '[{"party": "a", "portion": "100%"}]', '[{"party": 15, "share": "100%"}]', '[{"party": {"a": 1}, "share": "100%"}]', '[{"share": "100%"}]', '[{"party": "a\" 50%, \"b", "share": 1}]', '[{"party": "a", "share": "remaining"}]']::jsonb[]) v;
SELECT NULL::share_curve::jsonb IS NULL AND NULL::jsonb::sliding_scale IS NULL AS nothing;

-- English
\pset format unaligned
\pset tuples_only on
SELECT describe('both 0..:20%'::share_curve);
SELECT describe('gain 0..1234567.5:50%, 1234567.50..9999999999999999.99:1/3'::share_curve);
-- no digit is lost or made up
SELECT a || ' = ' || spoken_amount(a) FROM unnest('{0,999,1000,1000.125,1234567.5,123456,1234567890123456789012,0.001,10%,1234567%,1/3000,10000% of revenue,1.2.3}'::text[]) a;
SELECT describe('gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000'::share_curve);
SELECT describe('both 0..3%:0%, 3%..8%:50%, 8%..:80%'::share_curve);
SELECT describe('gain cliff 2% 0..:50% max 10%; loss 0..5%:40%'::share_curve);
SELECT describe('gain 0..60000:0%, 60000..300000.50:75%, 300000.50..:0%'::share_curve);
SELECT describe('>=90%:100%, >=80%:75% else 0%'::sliding_scale);
SELECT describe('>=1000:1/3'::sliding_scale);
SELECT describe('linear 5000:3.9%, 6000:3.6%, 60000:2%'::sliding_scale);
SELECT describe('acute 50%, community 1/3, "City Council" remaining'::party_split);
SELECT describe('a 1'::party_split);
SELECT describe(new_terms('mssp_low_revenue', '{"payment_factor": 0.98}'));
\echo
SELECT describe('{"stop_loss": "gain 0..60000:0%, 60000..:75%", "adjust": "volume, risk", "risk_limit": 0.03, "discount": 0.035, "withhold": 0.02, "measure": "actual - benchmark", "net_of_fee": true,
    "guardrail": true, "contingency": 800, "allowance": "linear 1000:8.3%, 75000:0%", "minimum_size": 1000, "under_size": "refuse", "gate_by": "minimum_rate", "gate_side": "gain", "below_gate": 0.5,
    "curve": "gain 0..:50%", "fee_at_risk": 300000, "quality": ">=90%:100% else 50%", "quality_side": "both", "quality_by": "ratio", "loss_rate": "linear 1/3:75%, 80%:40%", "factor_gain": 0.98, "factor_loss": 1,
    "cap_gain": "150000", "cap_loss": "8% of revenue", "cap_when": "before quality", "pays": "fee + share", "reopener": "10%", "rounding": "half_even unit 1.00",
    "split": "acute 60%, gp remaining", "split_method": "first", "counterparty": "icb"}'::jsonb::settlement_terms);
\pset tuples_only off
\pset format aligned
SELECT describe(NULL::settlement_terms) IS NULL AND describe(NULL::share_curve) IS NULL AS nothing;
SELECT count(*) AS shapes, count(*) FILTER (WHERE describe(template_terms(shape)) ~ '[{}]|NULL') AS unreadable FROM contract_template;
DROP SCHEMA settle_language CASCADE;
