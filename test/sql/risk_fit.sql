-- Training in the database against R's glm and MASS::glm.nb, published fits and certified values. The examples and what R says
-- of them come from test/oracle/fit.
CREATE SCHEMA risk_fit_test;
SET search_path = risk_fit_test, commissioning, public;
SET client_min_messages = warning;
SET extra_float_digits = 0;
CREATE TABLE expected (example text, part text, term text, coefficient float8, std_error float8);
\set ECHO none
\i test/sql/risk_fit_data.psql
\i test/sql/risk_fit_expected.psql
\set ECHO all
CREATE FUNCTION problem(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'none';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN SQLSTATE || ' ' || message || '. ' || hint;
END
$$;
CREATE FUNCTION near(a float8, b float8, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
	SELECT a = b OR abs(a - b) <= tolerance * abs(b)
$$;

-- The example of MADlib's logistic regression; O-rings of the space shuttle (Dalal, Fowlkes and Hoadley 1989; Faraway 2006).
CREATE TABLE patients AS SELECT * FROM unnest(
	'{1,1,1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0}'::integer[], '{1,1,1,0,0,0,0,0,0,0,1,1,1,1,1,1,0,0,0,0}'::integer[],
	'{70,80,50,60,40,65,75,80,70,60,65,50,45,35,40,50,55,45,50,60}'::integer[]) p (attack, treatment, anxiety);
CREATE TABLE orings AS SELECT temp, damage, damage / 6.0 AS proportion, 6 AS rings, damage > 0 AS any_damage FROM unnest(
	'{53,57,58,63,66,67,67,67,68,69,70,70,70,70,72,73,75,75,76,76,78,79,81}'::integer[], '{5,1,1,1,0,0,0,0,0,0,1,0,1,0,0,0,0,1,0,0,0,0,0}'::integer[]) o (temp, damage);
-- Wampler 1970, in the NIST Statistical Reference Datasets: a polynomial with coefficients 1, without and with errors.
CREATE TABLE wampler AS SELECT x, x ^ 2 AS x2, x ^ 3 AS x3, x ^ 4 AS x4, x ^ 5 AS x5, 1 + x + x ^ 2 + x ^ 3 + x ^ 4 + x ^ 5 AS y1,
	1 + 0.1 * x + 0.01 * x ^ 2 + 0.001 * x ^ 3 + 0.0001 * x ^ 4 + 0.00001 * x ^ 5 AS y2, y3 FROM unnest(
	'{760,-2042,2111,-1684,3888,1858,11379,17560,39287,64382,113159,175108,273291,400186,581243,811568,1121004,1506550,2002767,2611612,3369180}'::float8[]) WITH ORDINALITY w (y3, n),
	LATERAL (SELECT (n - 1)::float8 AS x) v;
-- The cohort: the same formulas as in test/oracle/fit/fit.R.
CREATE FUNCTION u(i bigint, a bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT ((i * a) % 1000003 + 0.5) / 1000003 $$;
CREATE TABLE cohort AS
SELECT c.*, u(id, 141650939) < 1 / (1 + exp(-risk)) AS admitted, floor(-ln(u(id, 160481183)) * exp(risk + 1.5) * exposure * 2)::integer AS events, ln(exposure) AS log_exposure,
	CASE WHEN u(id, 179424673) < 1 / (1 + exp(-(risk + 1))) THEN round(1000 * exp(0.3 * risk) * -ln(u(id, 198491317)) * 100 + 1) / 100 ELSE 0 END AS cost, 1 + floor(3 * u(id, 217645177))::integer AS weight
FROM (SELECT b.*, -3 + 0.03 * (age - 50) + 0.3 * female::integer + 0.05 * imd + 0.4 * ln(1 + prior) + 0.2 * (ethnic = 'asian')::integer AS risk
	FROM (SELECT id, 18 + floor(75 * u(id, 7919))::integer AS age, u(id, 104729) < 0.52 AS female, 1 + floor(10 * u(id, 15485863))::integer AS imd, floor(-1.5 * ln(u(id, 32452843)))::float8 AS prior,
		CASE WHEN u(id, 49979687) < 0.15 THEN NULL ELSE 18 + 20 * u(id, 67867967) END AS bmi, (ARRAY['asian', 'black', 'other', 'white'])[1 + floor(4 * u(id, 86028121) ^ 2)::integer] AS ethnic,
		0.2 + u(id, 122949823) AS exposure FROM generate_series(1::bigint, 3000) id) b) c;
CREATE VIEW spender AS SELECT * FROM cohort WHERE cost > 0;

CREATE TABLE fit (example text PRIMARY KEY, document jsonb);
INSERT INTO fit VALUES
	('patients', risk_fit_document('patients', 'attack', '{treatment,anxiety}')),
	('birthwt', risk_fit_document('birthwt', 'low', '{age,lwt,race,ftv}')),
	('birthwt_all', risk_fit_document('birthwt', 'low', '{age,lwt,race,smoke,ptl,ht,ui,ftv}')),
	('birthwt_gamma', risk_fit_document('birthwt', 'bwt', '{age,lwt,race,smoke,ptl,ht,ui,ftv}', 'gamma')),
	('birthwt_gaussian', risk_fit_document('birthwt', 'bwt', '{age,lwt,race,smoke,ptl,ht,ui,ftv}', 'gaussian')),
	('orings', risk_fit_document('orings', 'proportion', '{temp}', weight => 'rings')),
	('orings_any', risk_fit_document('orings', 'any_damage', '{temp}')),
	('warpbreaks', risk_fit_document('warpbreaks', 'breaks', ARRAY['wool', '{"input": "tension", "levels": ["L", "M", "H"]}'], 'poisson')),
	('warpbreaks_nb', risk_fit_document('warpbreaks', 'breaks', ARRAY['wool', '{"input": "tension", "reference": "L"}'], 'negative_binomial')),
	('quine', risk_fit_document('quine', 'days', '{eth,sex,age,lrn}', 'poisson')),
	('quine_nb', risk_fit_document('quine', 'days', '{eth,sex,age,lrn}', 'negative_binomial'));
INSERT INTO fit VALUES
	('cohort', risk_fit_document('cohort', 'admitted', ARRAY['{"input": "age", "spline": {"knots": [40, 65]}}', 'female', '{"input": "imd", "bins": [{"label": "low"}, {"from": 4}, {"from": 8}]}',
		'{"input": "prior", "max": 6, "transform": "log1p"}', '{"input": "bmi", "missing": "mean", "missing_indicator": true}', '{"input": "ethnic", "reference": "white"}', '{"times": ["age", "female"]}'])),
	('cohort_complete', risk_fit_document('cohort', 'admitted', '{age,bmi}')),
	('cohort_weighted', risk_fit_document('cohort', 'admitted', '{age,female,imd}', weight => 'weight')),
	('cohort_poisson', risk_fit_document('cohort', 'events', '{age,female,imd,prior}', 'poisson', offset_column => 'log_exposure')),
	('cohort_nb', risk_fit_document('cohort', 'events', '{age,female,imd,prior}', 'negative_binomial', offset_column => 'log_exposure')),
	('cohort_cubic', risk_fit_document('cohort', 'admitted', ARRAY['{"input": "age", "spline": {"kind": "restricted_cubic", "knots": [25, 45, 60, 85]}}', 'female'])),
	('cohort_two', risk_fit_document('cohort', 'cost', '{age,female,imd,prior}', 'two_part')),
	('cohort_gamma_weighted', risk_fit_document('spender', 'cost', '{age,female,imd,prior}', 'gamma', weight => 'weight')),
	('cohort_gaussian_weighted', risk_fit_document('cohort', 'cost', '{age,female,imd,prior}', 'gaussian', weight => 'weight', top_code => 5000)),
	('cohort_ridge', risk_fit_document('cohort', 'admitted', '{age,female,imd,prior}', penalty => 5)),
	('cohort_ridge_standardised', risk_fit_document('cohort', 'admitted', '{age,female,imd,prior}', penalty => 5, standardise => true)),
	('cohort_ridge_gaussian', risk_fit_document('cohort', 'cost', '{age,female,imd,prior}', 'gaussian', penalty => 1000));

-- Coefficients to 1e-9, standard errors to 1e-6, and what is far off.
CREATE VIEW compared AS
SELECT e.example, e.part, e.term, e.coefficient, e.std_error, t.coefficient AS ours, t.std_error AS our_error, t.p_value
FROM expected e JOIN fit f ON f.example = e.example LEFT JOIN LATERAL risk_fit_terms(f.document) t ON t.term = e.term AND t.part = replace(e.part, ' p', '')
WHERE e.part <> 'summary';
SELECT example, part, count(*) AS terms, bool_and(near(ours, coefficient, 1e-9)) AS coefficients, bool_and(near(our_error, std_error, 1e-6)) AS std_errors
FROM compared WHERE part !~ ' p$' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT example, part, term, coefficient, ours, std_error, our_error FROM compared WHERE part !~ ' p$' AND (near(ours, coefficient, 1e-9) AND near(our_error, std_error, 1e-6)) IS NOT TRUE;
SELECT count(*) > 80 AS many, bool_and(near(p_value, coefficient, 1e-5)) AS p_values FROM compared WHERE part ~ ' p$';
SELECT example, part, term, coefficient, p_value FROM compared WHERE part ~ ' p$' AND near(p_value, coefficient, 1e-5) IS NOT TRUE;
-- every term that R has, and no other
SELECT f.example, count(*) FROM fit f, risk_fit_terms(f.document) t WHERE NOT EXISTS (SELECT FROM expected e WHERE e.example = f.example AND e.part = t.part AND e.term = t.term) GROUP BY 1;
SELECT e.term AS measure, count(*) AS fits, bool_and(near((f.document -> 'summary' ->> e.term)::float8, e.coefficient, 1e-9)) AS agree
FROM expected e JOIN fit f ON f.example = e.example WHERE e.part = 'summary' GROUP BY 1 ORDER BY 1;
SELECT e.example, e.term, e.coefficient, f.document -> 'summary' -> e.term FROM expected e JOIN fit f ON f.example = e.example
WHERE e.part = 'summary' AND near((f.document -> 'summary' ->> e.term)::float8, e.coefficient, 1e-9) IS NOT TRUE;

-- As published: MADlib's manual; Hosmer and Lemeshow's table 2.2; Faraway; Dalal and others; glm.nb in Venables and Ripley.
SELECT t.term, round(t.coefficient::numeric, 6) AS coefficient, round(t.std_error::numeric, 4) AS std_error FROM fit f, risk_fit_terms(f.document) t WHERE f.example = 'patients';
SELECT f.example, t.term, round(t.coefficient::numeric, 3) AS coefficient, round(t.std_error::numeric, 3) AS std_error FROM fit f, risk_fit_terms(f.document) t WHERE f.example ~ '^(birthwt|orings|orings_any)$' ORDER BY 1;
SELECT round((document -> 'summary' -> 'log_likelihood')::numeric, 3) AS hosmer_lemeshow FROM fit WHERE example = 'birthwt';

-- NIST: certified values of Longley; the scaled condition number of its columns is 43275 (Belsley, Kuh and Welsch 1980).
CREATE TABLE certified (term text, coefficient float8, std_error float8);
INSERT INTO certified VALUES ('intercept', -3482258.63459582, 890420.383607373), ('x1', 15.0618722713733, 84.9149257747669), ('x2', -0.358191792925910E-01, 0.334910077722432E-01),
	('x3', -2.02022980381683, 0.488399681651699), ('x4', -1.03322686717359, 0.214274163161675), ('x5', -0.511041056535807E-01, 0.226073200069370), ('x6', 1829.15146461355, 455.478499142212);
SELECT count(*), bool_and(near(t.coefficient, c.coefficient, 1e-11)) AS coefficients, bool_and(near(t.std_error, c.std_error, 1e-10)) AS std_errors
FROM risk_fit('longley', 'y', '{x1,x2,x3,x4,x5,x6}', 'gaussian') t JOIN certified c USING (term);
SELECT near((s ->> 'deviance')::float8, 836424.055505915, 1e-11) AS residual_squares, near(sqrt((s ->> 'dispersion')::float8), 304.854073561965, 1e-11) AS residual_deviation, round((s -> 'condition_number')::numeric) AS condition
FROM (SELECT risk_fit_document('longley', 'y', '{x1,x2,x3,x4,x5,x6}', 'gaussian') -> 'summary' AS s) d;
SELECT count(*) AS terms, bool_and(near(a.coefficient, 1, 1e-9)) AS wampler1, bool_and(near(b.coefficient, 0.1 ^ power, 1e-9)) AS wampler2, bool_and(near(c.coefficient, 1, 1e-9)) AS wampler3,
	bool_and(near(c.std_error, (ARRAY[2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752, 0.112324854679312])[power + 1], 1e-9)) AS wampler3_errors
FROM unnest('{intercept,x,x2,x3,x4,x5}'::text[], '{0,1,2,3,4,5}'::integer[]) p (term, power)
JOIN risk_fit('wampler', 'y1', '{x,x2,x3,x4,x5}', 'gaussian') a USING (term) JOIN risk_fit('wampler', 'y2', '{x,x2,x3,x4,x5}', 'gaussian') b USING (term) JOIN risk_fit('wampler', 'y3', '{x,x2,x3,x4,x5}', 'gaussian') c USING (term);

-- The model that comes of a fit scores rows as R predicts them, and every row as the terms say.
CREATE TABLE model AS SELECT example, risk_fit_model(document, example, '1', '{"title": "Fitted", "population": "adults"}') AS body FROM fit WHERE example IN ('cohort', 'cohort_two', 'cohort_cubic', 'birthwt_all', 'cohort_poisson_none');
SELECT count(*) AS rows, bool_and(near(risk_score(m.body, NULL, to_jsonb(c)), e.coefficient, 1e-9)) AS as_r
FROM expected e JOIN cohort c ON c.id = e.term::bigint JOIN model m ON m.example = replace(e.example, 'predict_', '') || CASE e.example WHEN 'predict_two' THEN '' ELSE '' END WHERE e.example = 'predict_cohort';
SELECT count(*) AS rows, bool_and(near(risk_score(m.body, NULL, to_jsonb(c)), e.coefficient, 1e-9)) AS as_r
FROM expected e JOIN cohort c ON c.id = e.term::bigint JOIN model m ON m.example = 'cohort_two' WHERE e.example = 'predict_two';
-- at the greatest likelihood of a model with an intercept the predictions add up to the outcomes
SELECT m.example, near(sum(risk_score(m.body, NULL, to_jsonb(c))), count(*) FILTER (WHERE admitted), 1e-12) AS adds_up FROM model m, cohort c WHERE m.example IN ('cohort', 'cohort_cubic') GROUP BY 1 ORDER BY 1;
-- mean contributions: with the intercept they are the mean of the linear predictor
SELECT m.example, near((m.body::jsonb -> 'intercept')::float8 + (SELECT sum((e -> 'average')::float8) FROM (SELECT jsonb_path_query(m.body::jsonb, '$.inputs[*]') UNION ALL SELECT jsonb_path_query(m.body::jsonb, '$.interactions[*]')) x (e)),
	avg(ln(risk_score(m.body, NULL, to_jsonb(c)) / (1 - risk_score(m.body, NULL, to_jsonb(c))))), 1e-9) AS averages FROM model m, cohort c WHERE m.example IN ('cohort', 'cohort_cubic') GROUP BY 1, m.body ORDER BY 1;
SELECT near(risk_predict(risk_fit_model(risk_fit_document('birthwt', 'low', '{age,lwt}'), 'two', '1'), ARRAY[30, 120]), 1 / (1 + exp(-(t.a + 30 * t.b + 120 * t.c))), 1e-14) AS predicts
FROM (SELECT max(coefficient) FILTER (WHERE term = 'intercept') AS a, max(coefficient) FILTER (WHERE term = 'age') AS b, max(coefficient) FILTER (WHERE term = 'lwt') AS c FROM risk_fit('birthwt', 'low', '{age,lwt}')) t;
SELECT problem($$SELECT risk_fit_model(document, 'o', '1') FROM fit WHERE example = 'cohort_poisson'$$), problem($$SELECT risk_fit_model('{}', 'o', '1')$$), problem($$SELECT risk_fit_model(NULL, 'o', '1')$$);

-- Rows left out are counted by reason; weights of zero too; values that are not finite can be refused.
CREATE TABLE messy AS SELECT id, admitted, age::float8, prior, bmi, ethnic, weight::float8, female FROM cohort WHERE id <= 1000;
UPDATE messy SET age = 'NaN' WHERE id IN (3, 4); UPDATE messy SET age = 'Infinity' WHERE id = 5; UPDATE messy SET admitted = NULL WHERE id IN (6, 7, 8, 9);
UPDATE messy SET prior = -1 WHERE id = 10; UPDATE messy SET weight = 0 WHERE id IN (11, 12); UPDATE messy SET weight = NULL WHERE id = 13; UPDATE messy SET ethnic = 'unheard of' WHERE id = 14;
SELECT d -> 'summary' -> 'rows_used' AS used, d -> 'summary' -> 'rows_skipped' AS skipped, d -> 'summary' -> 'skipped' AS reasons, (SELECT count(*) FROM messy WHERE bmi IS NULL AND id > 14) AS bmi_missing
FROM (SELECT risk_fit_document('messy', 'admitted', ARRAY['{"input": "age", "max": 90}', 'bmi', '{"input": "prior", "transform": "log1p"}', '{"input": "ethnic", "levels": ["white", "asian", "black", "other"]}'], weight => 'weight') AS d) q;
SELECT problem($$SELECT risk_fit('messy', 'admitted', '{age}', non_finite => 'refuse')$$);
-- other takes levels that are not listed, missing is a level too
SELECT t.term FROM risk_fit('messy', 'admitted', ARRAY['{"input": "ethnic", "levels": ["white", "asian"], "other": "white"}', '{"input": "bmi", "bins": [{"from": 0}, {"from": 25, "label": "heavy"}], "missing": 20}', '{"input": "female", "levels": ["false", "true"]}']) t;

-- Splits: by hashed key, the same for ever; by time; by a column. Held out rows are counted and do not count.
SELECT array_agg(risk_split(k, 1, 0.5) ORDER BY k) AS some, count(*) FILTER (WHERE risk_split(k, 1, 0.7)) AS seventy FROM generate_series(1, 20) k;
SELECT abs(avg(risk_split(k, 7, 0.7)::integer) - 0.7) < 0.005 AS share, bool_and(risk_split(k, 7, 0.8) OR NOT risk_split(k, 7, 0.7)) AS nested, abs(corr(risk_split(k, 7, 0.5)::integer, risk_split(k, 8, 0.5)::integer)) < 0.01 AS seeds_differ,
	bool_and(risk_split(k, 7, 1)) AS whole, bool_or(risk_split(k, 7, 0)) AS none FROM generate_series(1, 100000) k;
SELECT risk_split(NULL, 1, 0.5), problem('SELECT risk_split(1, 1, 1.5)'), problem($$SELECT risk_split(1, 1, 'NaN')$$);
CREATE VIEW dated AS SELECT *, risk_split(id, 3, 0.6) AS chosen, date '2024-01-01' + (id % 100)::integer AS as_of FROM cohort;
CREATE VIEW sixty AS SELECT * FROM cohort WHERE risk_split(id, 3, 0.6);
SELECT risk_fit_document('dated', 'admitted', '{age,ethnic}', split => 'train 60% by id seed 3') -> 'terms' = risk_fit_document('sixty', 'admitted', '{age,ethnic}') -> 'terms' AS by_key,
	risk_fit_document('dated', 'admitted', '{age,ethnic}', split => 'chosen') -> 'terms' = risk_fit_document('sixty', 'admitted', '{age,ethnic}') -> 'terms' AS by_column,
	(risk_fit_document('dated', 'admitted', '{age}', split => 'chosen') -> 'summary' -> 'rows_held_out')::integer = (SELECT count(*) FROM dated WHERE NOT chosen) AS held_out,
	risk_fit_document('dated', 'admitted', '{age}', split => 'train before 2024-02-10 by as_of') #> '{summary,rows_used}' AS by_time;
SELECT s, problem(format('SELECT risk_fit(''dated'', ''admitted'', ''{age}'', split => %L)', s)) FROM unnest(ARRAY['train 70 by id', 'train 170% by id seed 1', 'nobody', 'age', 'train 50% by ethnic seed 1', 'train before 2024-02-10 by age', 'train before noon by as_of',
	'true); DROP TABLE cohort; --']) s;

-- What cannot be fitted says so, with the terms named.
CREATE VIEW odd AS SELECT *, age > 50 AS over_50, age * 2 + imd AS both_of_them, 1 AS one, true AS everybody, id = 5 AS only_one, CASE WHEN id % 10 = 0 THEN NULL ELSE age END AS holes, 'x' AS letter, ARRAY[1] AS list,
	-cost AS debt, -1 AS below, (id % 3)::integer AS three, 0 AS nought, current_date AS today FROM cohort;
SELECT n, problem(s) FROM unnest(ARRAY[
	$$SELECT risk_fit('odd', 'over_50', '{imd,age}')$$,
	$$SELECT risk_fit('odd', 'only_one', '{imd,ethnic}')$$,
	$$SELECT risk_fit('odd', 'nought', '{age}', 'poisson')$$,
	$$SELECT risk_fit('odd', 'admitted', '{age,imd,both_of_them}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{age,one}')$$,
	$$SELECT risk_fit('odd', 'everybody', '{age}')$$,
	$$SELECT risk_fit('odd', 'three', '{age}')$$,
	$$SELECT risk_fit('odd', 'cost', '{age}', 'gamma')$$,
	$$SELECT risk_fit('odd', 'debt', '{age}', 'two_part')$$,
	$$SELECT risk_fit('odd', 'debt', '{age}', 'poisson')$$,
	$$SELECT risk_fit('odd', 'admitted', '{age}', weight => 'below')$$,
	$$SELECT risk_fit('odd', 'three', '{age}', 'negative_binomial')$$,
	$$SELECT risk_fit('odd', 'events', '{age}', 'poisson', max_iterations => 2)$$,
	$$SELECT risk_fit('odd', 'admitted', '{letter}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{Age}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{ctid}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{today}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{list}')$$,
	$$SELECT risk_fit('odd', 'ethnic', '{age}')$$,
	$$SELECT risk_fit('odd', 'admitted', ARRAY['age"); DROP TABLE cohort; --'])$$,
	$$SELECT risk_fit('odd', 'admitted', '{}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{age,age}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{NULL}')$$,
	$$SELECT risk_fit('odd', 'admitted', '{age}', 'probit')$$,
	$$SELECT risk_fit('odd', 'admitted', '{age}', penalty => -1)$$,
	$$SELECT risk_fit('odd', 'admitted', '{age}', confidence => 1)$$,
	$$SELECT risk_fit('odd', 'admitted', '{age}', aliased => 'ignore')$$,
	$$SELECT risk_fit('cohort_none', 'admitted', '{age}')$$]) WITH ORDINALITY u (s, n);
SELECT n, problem(format('SELECT risk_fit(''odd'', ''admitted'', ARRAY[%L])', f)) FROM unnest(ARRAY['{"input": "age", "colour": 1}', '{"input": 1}', '{"times": []}', '{"input": "age", "bins": [{"from": 1}]}', '{"input": "age", "bins": [{"from": 5}, {"from": 1}]}',
	'{"input": "age", "spline": {"knots": [50, 40]}}', '{"input": "age", "spline": {"kind": "cubic", "knots": [50]}}', '{"input": "age", "transform": "exp"}', '{"input": "age", "missing": "median"}', '{"input": "age", "max": "100"}', '{"input": "age", "bins": [], "levels": []}',
	'{"input": "ethnic", "levels": ["white", "white"]}', '{"input": "ethnic", "reference": "green"}', '{"input": "ethnic", "other": "green"}', '{"input": "ethnic", "min": 1}', '{"times": ["age", "ethnic"]}', '{"input": "age"']) WITH ORDINALITY u (f, n);
CREATE VIEW few AS SELECT * FROM cohort WHERE id <= 3;
CREATE VIEW nobody AS SELECT * FROM cohort WHERE false;
SELECT problem($$SELECT risk_fit('few', 'admitted', '{age,imd}')$$), problem($$SELECT risk_fit('nobody', 'admitted', '{age,imd}')$$), problem($$SELECT risk_fit('nobody', 'admitted', '{ethnic}')$$);
CREATE VIEW restless AS SELECT admitted, CASE WHEN random() < 0.5 THEN age END AS age FROM cohort;
SELECT problem($$SELECT risk_fit('restless', 'admitted', '{age}')$$) ~ '^55000 the source gave \d+ rows in one pass and \d+ in another' AS restless;
-- left out or shrunk instead
SELECT t.term, t.coefficient IS NULL AS left_out, t.std_error IS NULL AS no_error FROM risk_fit('odd', 'admitted', '{age,imd,both_of_them,one}', aliased => 'drop') t;
SELECT risk_fit_document('odd', 'admitted', '{age,imd,both_of_them,one}', aliased => 'drop') -> 'warnings';
SELECT bool_and(abs(coefficient) < 10) AS finite FROM risk_fit('odd', 'over_50', '{imd,age}', penalty => 1) WHERE term <> 'intercept';
SELECT risk_fit_document('quine', 'days', '{eth}', 'poisson') -> 'warnings';
SELECT near(a.coefficient, b.coefficient, 1e-10) AS dropped_agrees FROM risk_fit('odd', 'admitted', '{age,imd,both_of_them,one}', aliased => 'drop') a JOIN risk_fit('odd', 'admitted', '{age,imd}') b USING (term);

-- The same bits each time in one process; workers agree to 1e-9; a cohort wider than a function takes arguments.
CREATE TABLE large AS SELECT admitted, events, age, female, imd, bmi, prior, log_exposure FROM cohort, generate_series(1, 5);
ALTER TABLE large SET (parallel_workers = 3);
ANALYZE large;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE serial AS SELECT f AS family, risk_fit_document('large', CASE f WHEN 'logistic' THEN 'admitted' ELSE 'events' END, '{age,female,imd,prior,bmi}', f) AS d FROM unnest(ARRAY['logistic', 'poisson', 'negative_binomial', 'gaussian']) f;
SELECT bool_and(d = risk_fit_document('large', CASE family WHEN 'logistic' THEN 'admitted' ELSE 'events' END, '{age,female,imd,prior,bmi}', family)) AS reproducible FROM serial;
SET max_parallel_workers_per_gather = 3; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT risk_fit_pass('{0,0,1,0,0}', admitted::integer::float8, 1, 0, age::float8) FROM large;
SELECT count(*), bool_and(near(a.coefficient, b.coefficient, 1e-9) AND near(a.std_error, b.std_error, 1e-9)) AS parallel_agrees, bool_and(p.d -> 'summary' -> 'rows_used' = s.d -> 'summary' -> 'rows_used') AS rows_agree
FROM serial s CROSS JOIN LATERAL (SELECT risk_fit_document('large', CASE s.family WHEN 'logistic' THEN 'admitted' ELSE 'events' END, '{age,female,imd,prior,bmi}', s.family) AS d OFFSET 0) p
CROSS JOIN LATERAL risk_fit_terms(s.d) a JOIN LATERAL risk_fit_terms(p.d) b USING (term);
RESET max_parallel_workers_per_gather; RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
DO $$
BEGIN
	EXECUTE (SELECT format('CREATE VIEW wide AS SELECT admitted, %s FROM cohort', string_agg(format('u(id, %s) AS w%s', 15485863 + 104729 * g, g), ', ')) FROM generate_series(1, 120) g);
	EXECUTE (SELECT format('CREATE VIEW too_wide AS SELECT admitted, %s FROM cohort', string_agg(format('id + %s AS w%s', g, g), ', ')) FROM generate_series(1, 501) g);
END
$$;
SELECT count(*) AS terms, near((SELECT sum(risk_score(risk_fit_model(d, 'wide', '1'), NULL, to_jsonb(w))) FROM wide w), (SELECT count(*) FROM wide WHERE admitted), 1e-10) AS adds_up
FROM (SELECT risk_fit_document('wide', 'admitted', ARRAY(SELECT 'w' || g FROM generate_series(1, 120) g)) AS d OFFSET 0) q, LATERAL risk_fit_terms(d) t GROUP BY d;
SELECT problem($$SELECT risk_fit('too_wide', 'admitted', ARRAY(SELECT 'w' || g FROM generate_series(1, 501) g))$$);

-- Names that need quotes, hostile search paths, a read-only transaction.
CREATE SCHEMA "odd schema";
CREATE TABLE "odd schema"."a ""b" AS SELECT admitted AS "Out come", age AS "age ""x'y" FROM cohort;
SELECT count(*) FROM risk_fit('"odd schema"."a ""b"', 'Out come', ARRAY['age "x''y']);
BEGIN TRANSACTION READ ONLY;
SET LOCAL search_path = '';
SELECT count(*) FROM commissioning.risk_fit('risk_fit_test.cohort', 'admitted', '{age,ethnic}');
COMMIT;
-- The parts by themselves refuse what is not theirs.
SELECT problem(s) FROM unnest(ARRAY['SELECT risk_fit_totals(''{1,2}'')', 'SELECT risk_fit_totals(array_fill(1::float8, ARRAY[200]))', 'SELECT risk_fit_row(NULL, ''{0,0,1,0,0}'', 1, 1, 0, 1::float8)', 'SELECT risk_fit_pass(''{0,0,2,0,0}'', 1, 1, 0, 1::float8)',
	'SELECT risk_fit_pass(''{0,0,1,0,0}'', 1, 1, 0, 1::float8, 2::float8)', 'SELECT risk_fit_pass(''{0,9,1,0,0}'', 1, 1, 0, 1::float8)', 'SELECT risk_fit_pass(''{0,0,1,0,0}'', 1, 1, 0, 1)', 'SELECT risk_fit_pass(NULL, 1, 1, 0, 1::float8)',
	'SELECT risk_fit_newton(risk_fit_pass(''{0,0,1,0,0}'', 1, 1, 0, 1::float8), ''{0,0}'')']) s;
SELECT risk_fit_pass('{0,0,1,0,0}', admitted::integer::float8, 1, 0, age::float8) IS NULL AS no_rows FROM nobody;
SELECT (risk_fit_totals(risk_fit_pass('{0,0,2,0,0}', y, 1, 0, x))).unknown FROM (VALUES (1.0::float8, ARRAY[1, NULL]::float8[]), (0, NULL), (NULL, '{1,2}')) v (y, x);
DROP SCHEMA risk_fit_test CASCADE;
DROP SCHEMA "odd schema" CASCADE;
