-- Payment regimes: the published examples, what holds for every amount, and which share of a finding a contract gives back on which day.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SET datestyle = 'ISO, DMY';
SET search_path = commissioning, public;
-- baseline 2.0 million, actual 2.35 million: at 30 % 2,105,000, at 70 % 2,245,000
SELECT mret_payable(2350000, 2000000, 0.3), mret_payable(2350000, 2000000, 0.7);
-- plan 8.0 million, actual 8.5 million, 20 % of the variance: 8.1 million
SELECT blended_payable(8000000, 8500000, 8000000, 0.2);
-- target 10 million, actual 10.6 million, 75 %: +450,000; below target minus 450,000, or nothing where only gains count
SELECT api_variance(10600000, 10000000, 0.75), api_variance(9400000, 10000000, 0.75), api_variance(9400000, 10000000, 0.75, false);
-- one rounding, half away from zero: 100 + 0.3 x 0.335 = 100.1005; 100 + 0.3 x 0.35 = 100.105
SELECT mret_payable(100.335, 100, 0.3), mret_payable(100.35, 100, 0.3), mret_payable(NULL, 1, 0.3), api_variance(-0.05, 0, 0.1), api_variance(0.05, 0, 0.1);
SELECT mret_payable(1, 1, 70);
SELECT blended_payable(1, 'NaN', 1, 0.2);
SELECT api_variance(1, 'Infinity', 0.5);
-- 20,000 random cases: everything below the baseline in full, at the baseline no step, above it between the baseline and all, never less for more activity
SELECT setseed(0.5);
SELECT count(*) AS tried,
       count(*) FILTER (WHERE mret_payable(least(a, b), b, r) <> least(a, b)) AS below,
       count(*) FILTER (WHERE mret_payable(b + 0.01, b, r) - mret_payable(b, b, r) NOT BETWEEN 0 AND 0.01) AS continuous,
       count(*) FILTER (WHERE mret_payable(a, b, r) NOT BETWEEN least(a, b) AND a) AS between,
       count(*) FILTER (WHERE mret_payable(a + d, b, r) < mret_payable(a, b, r) OR blended_payable(f, a + d, b, r) < blended_payable(f, a, b, r)
                           OR api_variance(a + d, b, r) < api_variance(a, b, r)) AS monotone,
       count(*) FILTER (WHERE blended_payable(f, b, b, r) <> f OR api_variance(b, b, r) <> 0) AS on_plan,
       count(*) FILTER (WHERE abs(api_variance(a, b, r) - (blended_payable(f, a, b, r) - f)) > 0.01 OR api_variance(a, b, r, false) <> greatest(0, api_variance(a, b, r))) AS agree,
       count(*) FILTER (WHERE api_variance(a, b, r) <> -api_variance(b, a, r)) AS symmetric
FROM (SELECT round((random() * 1e7)::numeric, 2) AS a, round((random() * 1e7)::numeric, 2) AS b, round((random() * 1e7)::numeric, 2) AS f, round(random()::numeric, 3) AS r,
             round((random() * 1e5)::numeric, 2) AS d FROM generate_series(1, 20000)) x;

-- no two parameters of a basis and class hold on one day; every rate says whether it was verified
SELECT count(*) FROM payment_parameter_reference a JOIN payment_parameter_reference b ON a.basis = b.basis AND a.pod_class = b.pod_class AND a.valid && b.valid AND a.ctid <> b.ctid;
SELECT count(*) FROM payment_setting_reference a JOIN payment_setting_reference b ON a.parameter = b.parameter AND a.valid && b.valid AND a.ctid <> b.ctid;

SELECT create_warehouse('reg', 'invoice_validation', person_partitions => 1);
INSERT INTO reg.contract (contract_id, title, basis, valid) VALUES
('LONG', 'changes its basis every few years', 'api', '[2010-04-01,2027-04-01)'), ('BLOCK', 'block', 'block', '[2024-04-01,2025-04-01)'),
('PAIR', 'low volume', 'lva', '[2024-04-01,2025-04-01)'), ('OWN', 'own rates', 'api', '[2023-04-01,2025-04-01)'), ('LOCAL', 'local', 'local', '[2024-04-01,2025-04-01)');
INSERT INTO reg.contract_basis VALUES ('LONG', '[2010-04-01,2019-04-01)', 'mret'), ('LONG', '[2019-04-01,2020-04-01)', 'blended'), ('LONG', '[2020-04-01,2021-10-01)', 'block');
INSERT INTO reg.recovery_rate VALUES ('OWN', 'elective', '[2023-04-01,2024-04-01)', 0.5), ('OWN', 'any', '[2024-04-01,2024-10-01)', 0.25);
SELECT contract_id, valid, basis FROM reg.contract_basis_live WHERE contract_id = 'LONG' ORDER BY valid;
-- each regime of a contract over the years, by the day
SELECT d.day, c.pod_class, r.rate, r.rule, r.reason
FROM unnest('{2014-05-01,2018-05-01,2019-05-01,2020-05-01,2021-11-01,2022-05-01,2023-05-01,2026-05-01}'::date[]) d(day),
     unnest('{elective,emergency,outpatient_follow_up,any}'::text[]) c(pod_class), reg.recovery_of('LONG', c.pod_class, d.day) r
ORDER BY d.day, c.pod_class;
SELECT k.contract_id, c.pod_class, d.day, r.rate, r.reason
FROM (VALUES ('BLOCK'), ('PAIR'), ('LOCAL'), ('OWN'), ('none'), (NULL)) k(contract_id), unnest('{elective,emergency}'::text[]) c(pod_class), unnest('{2023-06-01,2024-06-01,2024-12-01}'::date[]) d(day),
     reg.recovery_of(k.contract_id, c.pod_class, d.day) r
ORDER BY 1, 2, 3;
-- every day of a contract has one term per class, and no more
SELECT count(*) AS days, count(*) FILTER (WHERE n <> 1) AS not_one
FROM (SELECT k.contract_id, c.pod_class, d.day::date, (SELECT count(*) FROM reg.recovery_term t WHERE t.contract_id = k.contract_id AND t.pod_class = c.pod_class AND t.valid @> d.day::date) AS n
      FROM reg.contract k, unnest('{elective,any,pass_through}'::text[]) c(pod_class), generate_series(greatest(lower(k.valid), '2018-01-01')::timestamp, upper(k.valid) - 1, '13 days') d(day)) x;
SELECT DISTINCT source FROM reg.recovery_term WHERE contract_id = 'LONG' AND pod_class = 'elective' AND valid @> date '2026-05-01';

SELECT pod_class, valid_from, valid_to, rate, rule, reason FROM reg_reporting.recovery_term WHERE contract_id = 'OWN' AND pod_class IN ('elective', 'emergency') ORDER BY 1, 2;

-- the contract that covers a pair of codes, through mergers on both sides: RX1 joins RX2 in October 2024, 01A joins 02B in January 2025; RX3 splits
INSERT INTO reg.contract_party VALUES ('BLOCK', 1, '01A', 'coordinating_commissioner'), ('BLOCK', 2, 'RX2', 'provider'), ('LOCAL', 1, '02B', 'coordinating_commissioner'), ('LOCAL', 2, 'RX2', 'provider');
INSERT INTO reg.organisation_link VALUES ('RX1', 'successor', 'RX2', '[2024-10-01,)'), ('01A', 'successor', '02B', '[2025-01-01,)'), ('RX3', 'successor', 'RX2', '[2024-10-01,)'), ('RX3', 'successor', 'RX4', '[2024-10-01,)'),
('RX0', 'successor', 'RX1', '[2024-06-01,)');
INSERT INTO reg.factor (provider_code, valid, value, source) VALUES ('RX1', '[2024-04-01,2025-04-01)', 1.01, 'list'), ('RX2', '[2024-04-01,2025-04-01)', 1.02, 'list'), ('RX3', '[2024-04-01,2025-04-01)', 1.03, 'list');
SELECT reg.compile_contracts() > 0 AS changed;
SELECT reg.compile_contracts() AS changed_again;
SELECT provider_code, commissioner_code, from_day, to_day, contract_id, basis FROM reg.contract_cover ORDER BY 1, 2, 3;
SELECT provider_code, from_day, to_day, value, via FROM reg.provider_factor ORDER BY 1, 2;
SELECT * FROM reg.organisation_successor ORDER BY 1, 2;
-- loaded from files: a bad row waits with its reason
CREATE FUNCTION pg_temp.feed(feed text, name text, header text[], rows text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE s record;
BEGIN
    SELECT * INTO s FROM reg.open_submission(feed, name, md5(name), header);
    EXECUTE format('INSERT INTO %s (%s) VALUES %s', s.landing_table, s.landing_columns, array_to_string(rows, ', '));
    PERFORM reg.close_submission(s.submission_id);
END $$;
SELECT pg_temp.feed('contract_bases', 'bases.csv', '{CONTRACT,BASIS,VALID FROM,VALID TO}', ARRAY[
    $$('LOCAL', 'nca', '01/04/2024', '30/06/2024')$$, $$('LOCAL', 'local', '30/06/2024', NULL)$$, $$('LOCAL', 'barter', '01/09/2024', NULL)$$, $$('NONE', 'nca', '01/04/2024', NULL)$$]);
SELECT pg_temp.feed('contract_baselines', 'baselines.csv', '{CONTRACT,KIND,AMOUNT,VALID FROM,VALID TO}', ARRAY[
    $$('LONG', 'MRET_baseline', '£2,000,000.00', '01/04/2018', '31/03/2019')$$, $$('LONG', 'mret', '1', '01/04/2018', '31/03/2019')$$, $$('LONG', 'api_target', '-5', '01/04/2022', NULL)$$]);
CALL reg.load();
SELECT contract_id, valid, basis FROM reg.contract_basis ORDER BY 1, 2;
SELECT contract_id, kind, valid, amount, source FROM reg.contract_baseline;
SELECT b.file_name, r.line_no, r.column_name, r.reason FROM reg.reject r JOIN reg.submission b USING (submission_id) ORDER BY 1, 2;
DROP SCHEMA reg CASCADE;
DROP SCHEMA reg_identity CASCADE;
DROP SCHEMA reg_reporting CASCADE;
