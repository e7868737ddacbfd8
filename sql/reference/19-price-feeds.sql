-- Feeds of contracts' changing terms and of prices. VALID TO is the last day.

INSERT INTO feed_reference (feed, dataset, load_order, has_header, description) VALUES
('contract_bases',     NULL, 23, true, 'Payment bases of contracts that change theirs'),
('contract_baselines', NULL, 23, true, 'Agreed values that a payment regime settles against'),
('local_prices',        NULL, 24, true, 'Prices that a contract or all of them agree where there is no national one, or in its place'),
('price_book',          NULL, 30, true, 'Prices of every kind in long form, a row per price, for all or a part of a year'),
('annex_a',             NULL, 30, true, 'Workbook sheet of admitted care and outpatient procedures: the columns of Annex A'),
('annex_a_outpatients', NULL, 31, true, 'Workbook sheet of outpatient attendances, a row per treatment function; layout from memory'),
('annex_a_emergency',   NULL, 31, true, 'Workbook sheet of emergency care; layout from memory'),
('annex_a_unbundled',   NULL, 31, true, 'Workbook sheet of unbundled services; layout from memory'),
('annex_a_best_practice', NULL, 32, true, 'Workbook sheet of best practice prices, after the sheet of admitted care; layout from memory');

INSERT INTO feed_column_reference (feed, target, source_header, reader, required, preference) VALUES
('contract_bases', 'contract_id', 'CONTRACT', 'text', true, 1),
('contract_bases', 'basis', 'BASIS', 'text', true, 1),
('contract_bases', 'valid_from', 'VALID FROM', 'date', true, 1),
('contract_bases', 'valid_to', 'VALID TO', 'date', false, 1),
('contract_baselines', 'contract_id', 'CONTRACT', 'text', true, 1),
('contract_baselines', 'kind', 'KIND', 'text', true, 1),
('contract_baselines', 'amount', 'AMOUNT', 'amount', true, 1),
('contract_baselines', 'valid_from', 'VALID FROM', 'date', true, 1),
('contract_baselines', 'valid_to', 'VALID TO', 'date', false, 1),
('contract_baselines', 'source', 'SOURCE', 'text', false, 1),
-- blank: for all
('local_prices', 'contract_id', 'CONTRACT', 'text', false, 1),
('local_prices', 'provider_code', 'PROVIDER CODE', 'org', false, 1),
('local_prices', 'pod', 'POINT OF DELIVERY CODE', 'code', false, 1),
('local_prices', 'hrg_prefix', 'HRG PREFIX', 'code', false, 1),
('local_prices', 'treatment_function', 'TREATMENT FUNCTION CODE', 'code', false, 1),
('local_prices', 'unit_price', 'UNIT PRICE', 'amount', true, 1),
('local_prices', 'factor_applies', 'FACTOR APPLIES', 'yes_no', false, 1),
('local_prices', 'valid_from', 'VALID FROM', 'date', true, 1),
('local_prices', 'valid_to', 'VALID TO', 'date', false, 1),
('local_prices', 'source', 'SOURCE', 'text', false, 1),
-- Long form. KIND: spell, attendance, procedure, emergency, unbundled, pathway, top_up. GROUP: treatment function of an attendance, module of a
-- pathway. MEASURE of a spell: combined, day_case, elective, elective_trim, non_elective, non_elective_trim, per_day, short_stay_price,
-- short_stay_percent, best_practice (in place of the base), best_practice_addition (on top of it); of anything else price, of a top-up percent.
('price_book', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('price_book', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('price_book', 'kind', 'KIND', 'text', true, 1),
('price_book', 'code', 'CODE', 'code', true, 1),
('price_book', 'price_group', 'GROUP', 'text', false, 1),
('price_book', 'measure', 'MEASURE', 'text', false, 1),
('price_book', 'price', 'PRICE', 'price', true, 1),
('price_book', 'valid_from', 'VALID FROM', 'date', false, 1),
('price_book', 'valid_to', 'VALID TO', 'date', false, 1),
('price_book', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
-- Sheets of the workbook; which list and year they are of stands in two columns of our own
('annex_a', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('annex_a', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('annex_a', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('annex_a', 'valid_from', 'VALID FROM', 'date', false, 1),
('annex_a', 'valid_to', 'VALID TO', 'date', false, 1),
('annex_a', 'code', 'HRG code', 'code', true, 1),
('annex_a', 'procedure', 'Outpatient procedure tariff (£)', 'price', false, 1),
('annex_a', 'combined', 'Combined day case / ordinary elective spell tariff (£)', 'price', false, 1),
('annex_a', 'day_case', 'Day case spell tariff (£)', 'price', false, 1),
('annex_a', 'elective', 'Ordinary elective spell tariff (£)', 'price', false, 1),
('annex_a', 'elective_trim', 'Ordinary elective long stay trim point (days)', 'days', false, 1),
('annex_a', 'non_elective', 'Non-elective spell tariff (£)', 'price', false, 1),
('annex_a', 'non_elective_trim', 'Non-elective long stay trim point (days)', 'days', false, 1),
('annex_a', 'per_day', 'Per day long stay payment (for days exceeding trim point) (£)', 'price', false, 1),
('annex_a', 'short_stay_applicable', 'Reduced short stay emergency tariff _applicable?', 'yes_no', false, 1),
('annex_a', 'short_stay_percent', '% applied in calculation of reduced short stay emergency tariff', 'percent', false, 1),
('annex_a', 'short_stay_price', 'Reduced short stay emergency tariff (£)', 'price', false, 1),
('annex_a_outpatients', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('annex_a_outpatients', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('annex_a_outpatients', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('annex_a_outpatients', 'valid_from', 'VALID FROM', 'date', false, 1),
('annex_a_outpatients', 'valid_to', 'VALID TO', 'date', false, 1),
('annex_a_outpatients', 'price_group', 'Treatment function code', 'code', true, 1),
('annex_a_outpatients', 'wf01b', 'WF01B First Attendance - Single Professional', 'price', false, 1),
('annex_a_outpatients', 'wf02b', 'WF02B First Attendance - Multi Professional', 'price', false, 1),
('annex_a_outpatients', 'wf01a', 'WF01A Follow Up Attendance - Single Professional', 'price', false, 1),
('annex_a_outpatients', 'wf02a', 'WF02A Follow Up Attendance - Multi Professional', 'price', false, 1),
('annex_a_outpatients', 'wf01d', 'WF01D Non Face to Face First Attendance - Single Professional', 'price', false, 1),
('annex_a_outpatients', 'wf01c', 'WF01C Non Face to Face Follow Up Attendance - Single Professional', 'price', false, 1),
('annex_a_outpatients', 'wf02d', 'WF02D Non Face to Face First Attendance - Multi Professional', 'price', false, 1),
('annex_a_outpatients', 'wf02c', 'WF02C Non Face to Face Follow Up Attendance - Multi Professional', 'price', false, 1),
('annex_a_emergency', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('annex_a_emergency', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('annex_a_emergency', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('annex_a_emergency', 'valid_from', 'VALID FROM', 'date', false, 1),
('annex_a_emergency', 'valid_to', 'VALID TO', 'date', false, 1),
('annex_a_emergency', 'code', 'HRG code', 'code', true, 1),
('annex_a_emergency', 'emergency', 'Tariff (£)', 'price', true, 1),
('annex_a_emergency', 'emergency', 'Type 1 and 2 Departments Tariff (£)', 'price', true, 2),
('annex_a_unbundled', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('annex_a_unbundled', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('annex_a_unbundled', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('annex_a_unbundled', 'valid_from', 'VALID FROM', 'date', false, 1),
('annex_a_unbundled', 'valid_to', 'VALID TO', 'date', false, 1),
('annex_a_unbundled', 'code', 'HRG code', 'code', true, 1),
('annex_a_unbundled', 'unbundled', 'Tariff (£)', 'price', true, 1),
('annex_a_unbundled', 'unbundled', 'Tariff (including cost of reporting) (£)', 'price', true, 2),
('annex_a_best_practice', 'tariff_name', 'TARIFF NAME', 'text', true, 1),
('annex_a_best_practice', 'financial_year', 'FINANCIAL YEAR', 'year', true, 1),
('annex_a_best_practice', 'synthetic', 'SYNTHETIC', 'yes_no', false, 1),
('annex_a_best_practice', 'valid_from', 'VALID FROM', 'date', false, 1),
('annex_a_best_practice', 'valid_to', 'VALID TO', 'date', false, 1),
('annex_a_best_practice', 'code', 'HRG code', 'code', true, 1),
('annex_a_best_practice', 'best_practice', 'BPT price (£)', 'price', false, 1),
('annex_a_best_practice', 'best_practice_addition', 'Conditional top-up payment (£)', 'price', false, 1);

-- What a sheet must have as a column, though a row may leave it blank: a sheet of another layout is refused whole.
CREATE TABLE feed_layout_reference (
    feed   text NOT NULL REFERENCES feed_reference,
    target text NOT NULL,
    PRIMARY KEY (feed, target)
);
COMMENT ON TABLE feed_layout_reference IS
    'Columns that a file of the feed must have though single rows may leave them blank: a file without one of them is refused whole, and told which.';
COMMENT ON COLUMN feed_layout_reference.feed IS 'Name of the feed.';
COMMENT ON COLUMN feed_layout_reference.target IS 'Target whose column must be there.';

INSERT INTO feed_layout_reference
SELECT 'annex_a', t FROM pg_catalog.unnest('{procedure,combined,day_case,elective,elective_trim,non_elective,non_elective_trim,per_day,short_stay_applicable,short_stay_percent,short_stay_price}'::text[]) AS t
UNION ALL
SELECT 'annex_a_outpatients', t FROM pg_catalog.unnest('{wf01b,wf02b,wf01a,wf02a,wf01d,wf01c}'::text[]) AS t
UNION ALL
SELECT 'annex_a_best_practice', t FROM pg_catalog.unnest('{best_practice,best_practice_addition}'::text[]) AS t;
