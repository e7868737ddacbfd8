-- The model of test/real/synpuf.sh, also made by the demo on real data: admissions in 2009 from what was known at the end of 2008.
\set ON_ERROR_STOP on
SELECT medicare.train_model('admission_2009', '1', 'admission_2009', ARRAY['{"input": "age", "spline": {"knots": [65, 75, 85]}}', 'female', '{"input": "admissions_12m", "max": 4}',
    '{"input": "cost_12m", "transform": "log1p"}', 'alzheimers_dementia', 'heart_failure', 'chronic_kidney_disease', 'cancer', 'copd', 'depression', 'diabetes',
    'ischaemic_heart_disease', 'osteoporosis', 'arthritis', 'stroke_tia'],
    title => 'Admission in the year after, Medicare synthetic files',
    limitations => 'Synthetic people: their joint distribution is not that of real ones. No conclusion about any real population.');
CREATE TABLE synpuf.metric AS SELECT * FROM medicare.validate_model('admission_2009', '1', 'admission_2009');
-- score equations of the logistic model over its training rows: sum of (outcome - p) * x for x = 1, sex, every condition
CREATE VIEW synpuf.predicted AS
SELECT c.*, commissioning.risk_score(m.body, NULL, to_jsonb(c) || jsonb_build_object('conditions', (SELECT jsonb_agg(k.condition) FROM medicare.person_condition k WHERE k.person_id = c.person_id))) AS p
FROM medicare.cohort_admission_2009 c, medicare.model m WHERE m.name = 'admission_2009' AND m.version = '1' AND c.training;
CREATE TABLE synpuf.gradient AS
SELECT k.key, sum((s.outcome_admission - s.p) * (k.value #>> '{}')::float8) AS g
FROM synpuf.predicted s CROSS JOIN LATERAL jsonb_each(jsonb_build_object('intercept', 1, 'female', s.female, 'heart_failure', s.heart_failure, 'diabetes', s.diabetes, 'copd', s.copd, 'cancer', s.cancer)) k
GROUP BY k.key;
SELECT medicare.approve_model('admission_2009', '1', note => 'demonstration', allow_same_person => true);
CALL medicare.score_population('admission_2009', '2009-12-31');
