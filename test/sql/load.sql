-- The small parts of loading: headers, years, months, masks, readers, mapping of columns. Files and restatements: test/t/load.sh.
\set VERBOSITY terse
SELECT commissioning.create_warehouse('load_t', 'invoice_validation', 1);

SELECT v, load_t.read_year(v) FROM unnest(ARRAY['2024/25', '202425', '2425', '2024-25', '2024/2025', '20242025', 'FY2024/25', 'FY 24/25', '1999/00', '9900', '2099/00',
    '215551', '2024/26', '2024/2026', '2024', '24/26', '1989/90', '2024/25/26', 'last year', '', NULL]) v;
SELECT v, load_t.read_month(v) FROM unnest(ARRAY['1', '06', '12', '6.0', 'M06', 'm6', 'Month 6', 'P12', 'Apr', 'september', 'SEPT', 'Mar-25', 'Sep 2024', '2024-09', '2024/04', '202503',
    '01/10/2024', '0', '13', '1.5', 'M13', 'Septober', '2024-13', 'Month', '', NULL]) v;
-- whatever the server thinks of dates
SET datestyle = 'SQL, MDY';
SELECT load_t.read_month('01/10/2024');
RESET datestyle;
SELECT v, load_t.header_key(v) FROM unnest(ARRAY['TOTAL COST', ' total_cost ', 'Total-Cost (£)', 'spell.patient.identity.nhs_number.value Pseudo', 'pseudonym', '% applied', '', NULL]) v;
SELECT v, load_t.mask_value(v) FROM unnest(ARRAY['943 476 5919', 'TBC', '£1,234.50', 'Åbc-12', repeat('9', 100), '', NULL]) v;
SELECT d, load_t.financial_year_of(d), load_t.financial_month_of(d), load_t.financial_month_start(load_t.financial_year_of(d), load_t.financial_month_of(d))
FROM unnest(ARRAY['2024-03-31', '2024-04-01', '2024-12-31', '2025-01-01', '2000-03-01', '1999-04-30', NULL]::date[]) d;

-- every reader over the same values; what is read, what is refused
CREATE TEMP TABLE value AS SELECT v FROM unnest(ARRAY['1', '-3', '1.0', '1,234.5', '2.55', '£12.30', '30%', '0.3', '0', 'Y', 'no', 'M', 'female', 'X', 'aa22c', 'rxx', 'rxx00', 'a81001', 'a81001-1',
    '01/02/2024', '9434765919', '9434765918', 'I10 j45.9;E11.9 -', 'W37.1', 'TBC']) v;
DO $$
DECLARE
    r text;
    how record;
    answer text;
BEGIN
    FOREACH r IN ARRAY ARRAY['text', 'id', 'code', 'org', 'practice', 'integer', 'days', 'number', 'factor', 'amount', 'price', 'percent', 'date', 'yes_no', 'sex', 'nhs_number', 'hrg', 'icd10_list', 'opcs4_list'] LOOP
        how := load_t.reader_sql(r);
        EXECUTE format('SELECT string_agg(format(''%%s=%%s'', v, (%s)::text), '' | '') FILTER (WHERE (%s) IS NOT NULL) FROM pg_temp.value', format(how.expression, 'v'), format(how.expression, 'v')) INTO answer;
        RAISE NOTICE '% (%): % else %', r, how.type, answer, how.fault;
    END LOOP;
END
$$;
SELECT load_t.reader_sql('guess');
-- the shipped presets name only readers that exist, and every feed has columns
SELECT count(*) FROM commissioning.feed_column_reference c CROSS JOIN LATERAL load_t.reader_sql(c.reader) h WHERE h.expression IS NULL;
SELECT f.feed FROM commissioning.feed_reference f WHERE NOT EXISTS (SELECT FROM commissioning.feed_column_reference c WHERE c.feed = f.feed);

-- which column fills which target: case and punctuation do not matter, preference does, a local row goes first and takes its header away
SELECT submission_id FROM load_t.open_submission('plcm', 'a.csv', 'h', ARRAY['financial_month', 'Financial Year', 'NON CDS UNIQUE IDENTIFIER', 'Hospital Provider Spell Identifier', 'TOTAL COST', 'total cost', 'Local Point of Delivery Code', 'My cost']) \gset
SELECT landing_columns FROM load_t.submission;
SELECT target, columns FROM load_t.feed_mapping(:submission_id) WHERE columns <> '{}' ORDER BY target;
INSERT INTO load_t.feed_column (feed, target, source_header, reader) VALUES ('plcm', 'total_cost', 'MY-COST', 'amount'), ('plcm', 'prescribed_service', 'local point of delivery code', 'code');
SELECT target, required, columns FROM load_t.feed_mapping(:submission_id) WHERE target IN ('total_cost', 'local_pod', 'prescribed_service') ORDER BY target;
INSERT INTO load_t.feed_column (feed, target, source_header, reader) VALUES ('plcm', 'total_costs', 'X', 'amount');
SELECT load_t.build_stage(:submission_id);
-- header names as columns: one line, short, all different
SELECT landing_columns FROM load_t.open_submission('acm', 'b.csv', 'h', ARRAY['', NULL, 'line_no', 'a', 'a', 'a 2', E'two\nlines', repeat('é', 60), 'quo"te']);
SELECT landing_columns IS NULL FROM load_t.open_submission('acm', 'b.csv', 'h', ARRAY['x']);
SELECT load_t.close_submission(2);
SELECT landing_table FROM load_t.open_submission('acm', 'c.csv', 'h', ARRAY['x']);
-- the same content for another snapshot date is another file
SELECT count(DISTINCT o.submission_id) FROM (VALUES ('2024-04-01'::date), ('2024-05-01')) d(day) CROSS JOIN LATERAL load_t.open_submission('registrations_snapshot', 's.csv', 'h', ARRAY['NHS NUMBER'], snapshot_date => d.day) o;

SELECT count(load_t.discard_submission(s.submission_id)::text) FROM load_t.submission s;
\set VERBOSITY default
SET client_min_messages = warning;
DROP SCHEMA load_t, load_t_identity, load_t_reporting CASCADE;
