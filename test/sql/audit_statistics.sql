-- Statistics of audits against published examples.
\set VERBOSITY terse
SET search_path = commissioning, public;
SET extra_float_digits = 0;

-- Agresti, Categorical Data Analysis (1990), table 2.12: ratings by 91 couples; unweighted kappa 0.1293, standard error 0.0686
SELECT round(kappa::numeric, 4) AS kappa, round(std_error::numeric, 4) AS std_error, round(agreement::numeric, 4) AS agreement, n
FROM kappa('{{7,7,2,3},{2,8,3,7},{1,5,4,9},{2,8,9,14}}');
-- full agreement; none beyond chance; everything in one class; nothing
SELECT (kappa('{{10,0},{0,10}}')).kappa AS full_agreement, (kappa('{{25,25},{25,25}}')).kappa AS chance, (kappa('{{9,0},{0,0}}')).kappa AS one_class, (kappa('{{0,0},{0,0}}')).n AS nothing;
SELECT kappa('{{1,2,3},{4,5,6}}');
SELECT kappa('{{1,-2},{4,5}}');
SELECT kappa('{1,2}');
SELECT kappa(NULL) IS NULL AS null_gives_null;

-- Newcombe 1998, table II, example (a): 56/70 less 48/80, method 10: 0.0524 to 0.3339; (d) 9/10 less 3/10: 0.1705 to 0.8090
SELECT round(difference::numeric, 4) AS difference, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM proportion_difference(56, 70, 48, 80);
SELECT round(difference::numeric, 4) AS difference, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM proportion_difference(9, 10, 3, 10);
SELECT difference, lower, upper FROM proportion_difference(0, 0, 3, 10);
SELECT proportion_difference(11, 10, 3, 10);

-- Cochran 1977, chapter 2: 676 sheets of a petition, 50 drawn, 1,471 signatures, sum of squares 54,497: total 19,888, 80 % limits
-- 18,107 to 21,669 with the normal deviate 1.28, so a standard error of 1,391; Student's t with 49 degrees is a little wider
SELECT round(total) AS total, abs(std_error - (21669 - 18107) / 2.56) < 2 AS std_error_as_published, lower BETWEEN 18060 AND 18107 AS lower, upper BETWEEN 21669 AND 21716 AS upper
FROM sample_total(50, 1471, 54497, 676, 0.8);
-- the whole population is certain; one of many has no interval; none no total
SELECT * FROM sample_total(4, 10, 30, 4);
SELECT * FROM sample_total(1, 10, 100, 4);
SELECT * FROM sample_total(0, 0, 0, 4);
SELECT sample_total(5, 10, 30, 4);
-- tables of Student's t: 2.776 at 0.975 with 4 degrees, 1.725 at 0.95 with 20
SELECT round(t_quantile(0.975, 4)::numeric, 3) AS t_4, round(t_quantile(0.95, 20)::numeric, 3) AS t_20, round(t_quantile(0.05, 20)::numeric, 3) AS other_side;
SELECT t_quantile(1, 4);
SELECT t_quantile(0.5, 0);
