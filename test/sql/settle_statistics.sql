-- Chance in measured savings: published rates and probabilities, closed forms worked by hand.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET extra_float_digits = 0;
-- effective coefficient of variation 2.0, 90 % one-sided, 5,000 people: 1.2815516 x 2 / sqrt(5000) = 3.6248 %; 20,000: half of it
SELECT commissioning.minimum_savings_rate(5000), commissioning.minimum_savings_rate(20000), commissioning.minimum_savings_rate(5000, 2.0, 0.95) AS at_95,
       commissioning.minimum_savings_rate(5000, 4.0) AS twice;
-- Medicare's table: 3.9 % at 5,000, 3.3 % at 7,500 (published check in CMS-1345-P), 2 % from 60,000
SELECT n, commissioning.scale_value(commissioning.published_savings_rate(), n) AS rate FROM unnest('{5000,5999,7500,10000,12500,60000,200000}'::numeric[]) n;
SELECT commissioning.published_savings_rate() OPERATOR(commissioning.=) (commissioning.template_terms('mssp_basic_a')).gate AS as_in_the_template;
-- DeLia 2012, two-sided, gate 2 %, 5,000 people, no real change: 0.24 wrongly rewarded, and by symmetry as many wrongly penalised
SELECT round(commissioning.gate_probability(5000, 0.02)::numeric, 4) AS rewarded_5000, round(commissioning.gate_probability(5000, 0.02)::numeric, 2) AS published;
-- at its own minimum rate one in ten is rewarded by chance; a true saving that equals the gate is denied half the time
SELECT round(commissioning.gate_probability(5000, commissioning.minimum_savings_rate(5000))::numeric, 4) AS one_in_ten,
       commissioning.gate_probability(8000, 0.03, 0.03) AS half;
-- a true saving of 5 % before a gate of 2 %: denied with Phi(-0.03 x sqrt(5000) / 2) = Phi(-1.0607) = 0.1444
SELECT round((1 - commissioning.gate_probability(5000, 0.02, 0.05))::numeric, 4) AS denied;
-- (1.2815516 x 2 / 0.02)^2 = 16423.74
SELECT commissioning.minimum_population(0.02), commissioning.minimum_population(commissioning.minimum_savings_rate(5000)) AS back;
SELECT commissioning.minimum_savings_rate(16424) <= 0.02 AS enough, commissioning.minimum_savings_rate(16423, 2.0, 0.90) AS short_by_rounding;

-- 120,000,000 against 116,000,000, 10,000 people: rate 3.3333 %, standard error 2 / 100 = 2 % = 2,400,000.00; 1.959964 x 2,400,000 = 4,703,913.56;
-- p = Phi(-1.666667) = 0.047790
SELECT round(saving_rate::numeric, 6) AS rate, rate_std_error, round(rate_lower::numeric, 6) AS rate_lower, round(rate_upper::numeric, 6) AS rate_upper,
       saving, std_error, lower, upper, round(p_no_saving::numeric, 6) AS p_no_saving
FROM commissioning.saving_interval(120000000, 116000000, 10000);
-- the ends of the 90 % interval: 1.64485363 x 2,400,000 = 3,947,648.70
SELECT lower, upper FROM commissioning.saving_interval(120000000, 116000000, 10000, 2.0, 0.90);
-- no saving: even chances; an overspend of two standard errors: Phi(2) = 0.977250
SELECT (commissioning.saving_interval(100, 100, 10)).p_no_saving AS even, round((commissioning.saving_interval(1000000, 1040000, 10000)).p_no_saving::numeric, 6) AS loss;
-- published values of the normal distribution: 0.5, 0.975 at 1.959964, 0.0013499 at -3; far out it is no 0
SELECT commissioning.normal_probability(0) AS a, round(commissioning.normal_probability(1.959963985)::numeric, 9) AS b, round(commissioning.normal_probability(-3)::numeric, 7) AS c,
       commissioning.normal_probability(-30) > 0 AS d, commissioning.normal_probability('Infinity') AS e, commissioning.normal_probability('-Infinity') AS f;

-- NULL and what cannot be
SELECT commissioning.minimum_savings_rate(NULL) IS NULL AS a, (commissioning.saving_interval(NULL, 1, 1)) IS NULL AS b, commissioning.gate_probability(1, NULL) IS NULL AS c,
       commissioning.minimum_population(NULL) IS NULL AS d, commissioning.normal_probability(NULL) IS NULL AS e;
\set VERBOSITY default
SELECT commissioning.minimum_savings_rate(0);
SELECT commissioning.minimum_savings_rate(5000, 0);
SELECT commissioning.minimum_savings_rate(5000, 2, 90);
\set VERBOSITY terse
SELECT commissioning.minimum_savings_rate('NaN');
SELECT commissioning.minimum_savings_rate('Infinity');
SELECT commissioning.minimum_savings_rate(5000, 'NaN');
SELECT commissioning.minimum_savings_rate(5000, 2, 1);
SELECT commissioning.minimum_population(2);
SELECT commissioning.minimum_population(0);
SELECT commissioning.minimum_population(0.02, 2, 0.5);
SELECT commissioning.gate_probability(-1, 0.02);
SELECT commissioning.saving_interval(0, 1, 5000);
SELECT commissioning.saving_interval(100, 'NaN', 5000);
SELECT commissioning.saving_interval(100, 90, 5000, -1);
SELECT commissioning.normal_probability('NaN');
