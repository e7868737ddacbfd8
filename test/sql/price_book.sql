-- Price books: the long form, every sheet of the workbook, corrections within a year, layouts and rows that are refused. All prices are invented.
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('book', 'invoice_validation', person_partitions => 1);
CREATE FUNCTION pg_temp.feed(feed text, header text[], rows text[][]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE s record;
BEGIN
    SELECT * INTO s FROM book.open_submission(feed, feed || '.csv', md5(feed || header::text || rows::text), header);
    FOR i IN 1 .. array_length(rows, 1) LOOP
        EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', s.landing_table, s.landing_columns, (SELECT string_agg(quote_nullable(rows[i][j]), ', ' ORDER BY j) FROM generate_series(1, array_length(rows, 2)) j));
    END LOOP;
    PERFORM book.close_submission(s.submission_id);
END $$;

-- the long form: every kind of price
SELECT pg_temp.feed('price_book', '{TARIFF NAME,FINANCIAL YEAR,KIND,CODE,GROUP,MEASURE,PRICE,VALID FROM,VALID TO,SYNTHETIC}', ARRAY[
    ['synthetic', '2024/25', 'spell', 'DZ11V', NULL, 'non_elective', '£2,911', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'spell', 'DZ11V', NULL, 'non_elective_trim', '17', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'spell', 'DZ11V', NULL, 'per_day', '233', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'spell', 'EB10E', NULL, 'non_elective', '1402', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'spell', 'EB10E', NULL, 'short_stay_percent', '45', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'spell', 'HE11A', NULL, 'non_elective', '5000', '01/04/2024', '31/03/2025', 'Y'],
    ['synthetic', '2024/25', 'spell', 'HE11A', NULL, 'best_practice_addition', '1335', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'attendance', 'WF01B', '110', NULL, '165', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'procedure', 'AA11A', NULL, 'price', '143', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB08Z', NULL, NULL, '84.50', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'unbundled', 'RD20A', NULL, NULL, '84', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'pathway', 'Intensive', 'antenatal', NULL, '2900', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'top_up', 'spinal', NULL, 'percent', '11', NULL, NULL, 'Y'],
    -- corrected in October: the emergency price and one measure of a spell; the rest stays
    ['synthetic', '2024/25', 'spell', 'DZ11V', NULL, 'per_day', '250', '01/10/2024', NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB08Z', NULL, NULL, '90', '01/10/2024', '31/12/2024', 'Y'],
    -- another year
    ['synthetic', '2025/26', 'emergency', 'VB08Z', NULL, NULL, '100', NULL, NULL, 'Y'],
    -- refused
    ['synthetic', '2024/25', 'spell', 'AA22C', NULL, NULL, '1', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'meal', 'AA22C', NULL, NULL, '1', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB0', NULL, NULL, '1', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB09Z', NULL, 'per_day', '1', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB09Z', NULL, NULL, 'on request', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB09Z', NULL, NULL, '-1', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'emergency', 'VB08Z', NULL, NULL, '85', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'attendance', 'WF01A', NULL, NULL, '85', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'pathway', 'STANDARD', 'birth', NULL, '85', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'spell', 'AA22C', NULL, 'elective_trim', '8.5', NULL, NULL, 'Y'],
    ['synthetic', '2024/25', 'procedure', 'AA22C', NULL, NULL, '85', '01/04/2025', NULL, 'Y'],
    ['synthetic', '2024/25', 'procedure', 'AA22C', NULL, NULL, '85', '01/10/2024', '30/09/2024', 'Y']]);
CALL book.load();
SELECT b.rows_received, b.rows_loaded, b.rows_rejected FROM book.submission b;
SELECT r.line_no, r.column_name, r.reason FROM book.reject r ORDER BY 1, 2;
SELECT financial_year, kind, treatment_function AS tf, hrg, valid_from, valid_to, non_elective, non_elective_trim AS trim, per_day, short_stay_percent, best_practice_addition AS added, price
FROM book.tariff_price ORDER BY 1, 2, 3, hrg::text, valid_from;
SELECT code, percent FROM book.tariff_top_up;
SELECT module, level, price FROM book.tariff_pathway;
SELECT tariff_name, financial_year, from_day, to_day FROM book.tariff_segment ORDER BY 3;
SELECT book.compile_tariffs() AS changed;
SELECT book.compile_tariffs() AS changed_again;
-- the price on the days around each edge, by the list of that day
SELECT d.day, t.valid, (commissioning.price_emergency(t.body, ('VB08Z', 1, 'penny'))).unit_price AS emergency,
       (commissioning.price_spell(t.body, ('DZ11V', '1', '21', d.day - 19, d.day, 70, 0, 0, 0, 0, NULL, NULL, 1, 'penny'))).per_day
FROM unnest('{2024-03-31,2024-04-01,2024-09-30,2024-10-01,2024-12-31,2025-01-01,2025-03-31,2025-04-01}'::date[]) d(day)
JOIN book.tariff t ON t.valid @> d.day
ORDER BY 1;
SELECT t.body::jsonb ->> 'valid_from' AS valid_from, t.body::jsonb ->> 'valid_to' AS valid_to, t.body::jsonb -> 'short_stay' AS short_stay, t.synthetic FROM book.tariff t ORDER BY t.valid;
-- a spell is priced by its own list only
SELECT (commissioning.price_spell(t.body, ('DZ11V', '1', '21', '2024-09-20', '2024-10-01', 70, 0, 0, 0, 0, NULL, NULL, 1, 'penny'))).reason FROM book.tariff t WHERE t.valid @> date '2024-09-30';
-- a correction is corrected, another taken back
SELECT pg_temp.feed('price_book', '{TARIFF NAME,FINANCIAL YEAR,KIND,CODE,PRICE,VALID FROM,VALID TO}', ARRAY[
    ['synthetic', '2024/25', 'emergency', 'VB08Z', '84.50', '01/10/2024', '31/12/2024']]);
CALL book.load();
DELETE FROM book.tariff_price WHERE hrg::text = 'DZ11V' AND valid_from > '-infinity';
SELECT book.compile_tariffs() AS changed;
SELECT DISTINCT t.valid, (commissioning.price_emergency(t.body, ('VB08Z', 1, 'penny'))).unit_price FROM book.tariff t WHERE t.financial_year = '2024/25' ORDER BY 1;

-- the sheets of the workbook
SELECT pg_temp.feed('annex_a', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'HRG code', 'HRG name', 'Outpatient procedure tariff (£)', 'Combined day case / ordinary elective spell tariff (£)', 'Day case spell tariff (£)',
    'Ordinary elective spell tariff (£)', 'Ordinary elective long stay trim point (days)', 'Non-elective spell tariff (£)', 'Non-elective long stay trim point (days)', 'Per day long stay payment (for days exceeding trim point) (£)',
    'Reduced short stay emergency tariff _applicable?', '% applied in calculation of reduced short stay emergency tariff ', 'Reduced short stay emergency tariff (£)', ' BPT applies to HRG or sub-HRG level'], ARRAY[
    ['sheets', '2017/18', 'AA22C', 'a name', '-', '', '2,500', '3,000', '5', '-', '17', '233', 'No', '-', '-', ''],
    ['sheets', '2017/18', 'EB10E', 'a name', '143', '1,000', '', '', '5', '1402', '11', '200', 'Yes', '45%', '631', 'x'],
    ['sheets', '2017/18', 'EB10F', 'a name', '', '', '', '', '', 'n/a', '', '', '', '', '', ''],
    ['sheets', '2017/18', 'EB10E', 'again', '', '', '', '', '', '1', '', '', '', '', '', '']]);
SELECT pg_temp.feed('annex_a_outpatients', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'Treatment function code', 'Treatment function name', 'WF01B First Attendance - Single Professional', 'WF02B First Attendance - Multi Professional',
    'WF01A Follow Up Attendance - Single Professional', 'WF02A Follow Up Attendance - Multi Professional', 'WF01D Non Face to Face First Attendance - Single Professional',
    'WF01C Non Face to Face Follow Up Attendance - Single Professional'], ARRAY[
    ['sheets', '2017/18', '110', 'Trauma', '165', '212', '78', '-', '', '41'],
    ['sheets', '2017/18', '120', 'Ears', '-99', '', '', '', '', '']]);
SELECT pg_temp.feed('annex_a_emergency', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'HRG code', 'Type 1 and 2 Departments Tariff (£)'], ARRAY[['sheets', '2017/18', 'VB08Z', '£84.50'], ['sheets', '2017/18', 'VB09Z', '']]);
SELECT pg_temp.feed('annex_a_unbundled', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'HRG code', 'Tariff (including cost of reporting) (£)'], ARRAY[['sheets', '2017/18', 'RD20A', '84']]);
SELECT pg_temp.feed('annex_a_best_practice', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'HRG code', 'BPT price (£)', 'Conditional top-up payment (£)'], ARRAY[['sheets', '2017/18', 'AA22C', '3100', ''], ['sheets', '2017/18', 'EB10E', '', '200']]);
-- sheets of another layout
SELECT pg_temp.feed('annex_a', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'HRG code', 'Day case spell tariff (£)', 'Ordinary elective spell tariff (£)'], ARRAY[['sheets', '2017/18', 'AA22D', '1', '2']]);
SELECT pg_temp.feed('annex_a_unbundled', ARRAY['TARIFF NAME', 'FINANCIAL YEAR', 'HRG code', 'Price in pounds'], ARRAY[['sheets', '2017/18', 'RD21A', '84']]);
CALL book.load();
SELECT b.feed, b.status, b.rows_loaded, b.rows_rejected, b.message FROM book.submission b WHERE b.feed LIKE 'annex%' ORDER BY b.submission_id;
SELECT b.feed, r.line_no, r.column_name, r.reason FROM book.reject r JOIN book.submission b USING (submission_id) WHERE b.feed LIKE 'annex%' ORDER BY 1, 2, 3;
SELECT kind, treatment_function AS tf, hrg, combined, day_case AS dc, elective AS el, elective_trim AS elt, non_elective AS nel, non_elective_trim AS nelt, per_day, short_stay_percent AS pct, short_stay_price AS ss, best_practice AS bp, best_practice_addition AS added, price
FROM book.tariff_price WHERE tariff_name = 'sheets' ORDER BY 1, 2, hrg::text;
SELECT book.compile_tariffs() AS changed;
-- 1,000 elective and 200 on top of it when best practice is met; 3,100 in place of 3,000
SELECT (commissioning.price_spell(t.body, ('EB10E', '1', '11', '2017-06-01', '2017-06-01', 70, 0, 0, 0, 0, true, NULL, 1, 'penny'))).final AS added,
       (commissioning.price_spell(t.body, ('AA22C', '1', '11', '2017-06-01', '2017-06-01', 70, 0, 0, 0, 0, true, NULL, 1, 'penny'))).final AS replaced,
       (commissioning.price_spell(t.body, ('AA22C', '1', '11', '2017-06-01', '2017-06-01', 70, 0, 0, 0, 0, false, NULL, 1, 'penny'))).final AS not_met,
       (commissioning.price_spell(t.body, ('EB10E', '1', '21', '2017-06-01', '2017-06-01', 70, 0, 0, 0, 0, false, NULL, 1, 'penny'))).final AS short_stay
FROM book.tariff t WHERE t.tariff_name = 'sheets';

-- local prices: ties are refused, a price sent again replaces the one of its days
INSERT INTO book.contract (contract_id, title, basis, valid) VALUES ('K', 'contract', 'local', '[2024-04-01,2025-04-01)');
SELECT pg_temp.feed('local_prices', '{CONTRACT,PROVIDER CODE,POINT OF DELIVERY CODE,HRG PREFIX,TREATMENT FUNCTION CODE,UNIT PRICE,FACTOR APPLIES,VALID FROM,VALID TO}', ARRAY[
    ['K', NULL, 'RADAY', NULL, NULL, '95', NULL, '01/04/2024', NULL], ['K', NULL, 'RADAY', 'LA', NULL, '120.50', 'Y', '01/04/2024', NULL], ['K', NULL, 'RADAY', NULL, NULL, '96', NULL, '01/10/2024', NULL],
    ['X', NULL, 'ARD', NULL, NULL, '1', NULL, '01/04/2024', NULL], [NULL, 'RT1', 'ARD', NULL, '840', '-1', NULL, '01/04/2024', NULL], [NULL, 'RT1', 'ARD', NULL, '840', '62', NULL, '01/04/2024', '31/03/2025']]);
CALL book.load();
SELECT pg_temp.feed('local_prices', '{CONTRACT,POINT OF DELIVERY CODE,UNIT PRICE,VALID FROM,VALID TO,SOURCE}', ARRAY[['K', 'RADAY', '97', '01/04/2024', '30/09/2024', 'letter of May']]);
CALL book.load();
SELECT contract_id, provider_code, pod, hrg_prefix, treatment_function, valid, unit_price, factor_applies, source FROM book.price_rule ORDER BY price_rule_id;
SELECT r.line_no, r.column_name, r.reason FROM book.reject r JOIN book.submission b USING (submission_id) WHERE b.feed = 'local_prices' ORDER BY 1;
DROP SCHEMA book CASCADE;
DROP SCHEMA book_identity CASCADE;
DROP SCHEMA book_reporting CASCADE;
