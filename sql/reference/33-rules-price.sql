-- Rules on price and arithmetic.

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note, class, acceptance, provider_text) VALUES
('PRC04', '1', 'Short-stay price not applied', 'spell', 4, '{
    "applies": [["pod", "=", "NEL"]],
    "fails": [["short_stay_missed", "=", true]],
    "effect": {"kind": "set", "unit_price": "expected_unit_price"},
    "evidence": ["length_of_stay", "age", "hrg_sent", "unit_price", "full_unit_price", "expected_unit_price"]}',
 'National tariff guidance, short stay emergency adjustment',
 'Emergency stay of at most one day (after critical care), adult, HRG with a short-stay price, charged at the full price.',
 'money', 0.9, 'The short-stay price applies to this admission.'),
('PRC05', '1', 'Excess-day arithmetic', 'spell', 4, '{
    "applies": [["pod_kind", "=", "excess"]],
    "fails": [["units", "<>", {"field": "expected_units"}], ["critical_care_counted", "=", false]],
    "effect": {"kind": "set", "units": "expected_units"},
    "evidence": ["length_of_stay", "critical_care_days", "trim_point", "units", "expected_units"]}',
 'National tariff guidance: days over the trim point',
 'Billed excess days differ from the days over the trim point.',
 'money', 0.9, 'The number of excess bed days does not follow from dates and trim point.'),
('PRC06', '1', 'Critical care days not removed', 'spell', 4, '{
    "applies": [["pod_kind", "=", "excess"]],
    "fails": [["critical_care_counted", "=", true]],
    "effect": {"kind": "set", "units": "expected_units"},
    "evidence": ["length_of_stay", "critical_care_days", "trim_point", "units", "expected_units"]}',
 'National tariff guidance: critical care days are paid as unbundled bed days',
 'Billed excess days are what they would be had the critical care days been left in the length of stay.',
 'money', 0.9, 'Critical care days were charged as excess bed days too.'),
('PRC01', '1', 'Price differs from tariff', 'line', 5, '{
    "applies": [["price_comparable", "=", true]],
    "fails": [["price_difference", ">", {"field": "price_tolerance"}], ["short_stay_missed", "=", false]],
    "effect": {"kind": "set", "unit_price": "expected_unit_price"},
    "evidence": ["hrg_sent", "treatment_function", "pod", "price_date", "tariff_name", "unit_price", "expected_unit_price", "price_tolerance"]}',
 'The contract''s price list in force on the date of discharge or attendance',
 'Price of one unit before the factor; differences up to the contract''s tolerance are let pass. Undercharges are found too.',
 'money', 0.9, 'The price differs from the price list in force on that date.'),
('PRC02', '1', 'Wrong market forces factor', 'line', 5, '{
    "applies": [["national_price", "=", true], ["factor", ">", 0]],
    "fails": [["factor", "<>", {"field": "expected_factor"}], ["factor_difference", ">", {"parameter": "tolerance"}]],
    "effect": {"kind": "set", "factor": "expected_factor"},
    "evidence": ["factor", "expected_factor", "price_date"],
    "parameters": {"tolerance": 0.000001}}',
 'Published market forces factor of the provider',
 'The factor billed differs from the provider''s own on the price date.',
 'money', 0.9, 'The market forces factor is not the one published for your trust.'),
('PRC12', '1', 'Units x price differs from total', 'line', 5, '{
    "applies": [["units", ">=", -1000000000], ["unit_price", ">=", -1000000000]],
    "fails": [["arithmetic_difference", ">", {"field": "arithmetic_tolerance"}]],
    "effect": {"kind": "recompute"},
    "evidence": ["units", "unit_price", "factor", "total", "product"]}',
 'Contract monitoring data set',
 'The total is not units x price x factor, by more than a penny per unit. Without units or price: not assessed.',
 'money', 0.9, 'Units, price and factor do not give the total.');
