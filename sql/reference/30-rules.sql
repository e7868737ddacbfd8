-- The rule catalogue: facts about invoices that make a line wrong, as data. Each rule reads the columns of a warehouse's claim_facts
-- view and says what a right line would have been. Codes, names, priorities and tolerances: national payment rules and common contract
-- practice in England; the sources stand per rule.
--
-- Body: {"applies": [condition...], "fails": [condition...], "effect": {...}, "evidence": [field...], "parameters": {name: value}}
-- in the language of the type rule_set; {"parameter": name} stands for a value that a contract may set in rule_switch. A condition that
-- every known value meets, such as ["start_date", ">=", "1900-01-01"], says what must be known: without it the rule is not assessed.

CREATE TABLE rule_reference (
    code     text NOT NULL,
    version  text NOT NULL,
    name     text NOT NULL,
    level    text NOT NULL CHECK (level IN ('line', 'spell', 'pair', 'provider')),
    priority integer NOT NULL CHECK (priority BETWEEN 1 AND 6),
    valid    daterange NOT NULL DEFAULT '(,)',
    body     jsonb NOT NULL,
    source   text NOT NULL,
    note     text NOT NULL,
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE rule_reference IS
    'Rules that ship with the extension. A row of the same code in a warehouse''s rule table replaces the shipped one there; rule_switch turns a rule off, or sets its parameters, for one contract.';
COMMENT ON COLUMN rule_reference.level IS 'line, spell, pair (several lines of one person) or provider.';
COMMENT ON COLUMN rule_reference.priority IS
    'Order in which overlapping findings take their share of the money: 1 void identity, 2 void entitlement, 3 reclassify, 4 component, 5 price arithmetic, 6 statistical.';
COMMENT ON COLUMN rule_reference.valid IS 'Activity dates (price_date) for which the rule holds.';
COMMENT ON COLUMN rule_reference.body IS 'Conditions, effect and evidence in the language of the type rule_set.';

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note) VALUES
('DUP01', '1', 'Exact duplicate line', 'pair', 1, '{
    "applies": [["start_date", ">=", "1900-01-01"]],
    "fails": [["duplicate_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["duplicate_of", "start_date", "end_date", "pod", "hrg_sent", "unit_price"]}',
 'SUS+ record fields; contract practice',
 'Same provider, site, person, point of delivery, dates, treatment function, HRG and unit price, with the same record identifier or none; the first line sent is kept.'),
('DUP02', '1', 'Same attendance or spell number twice', 'pair', 1, '{
    "applies": [["provider_event_id", ">", ""]],
    "fails": [["repeat_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["repeat_of", "start_date", "end_date", "pod", "hrg_sent", "unit_price"]}',
 'SUS+ hospital provider spell number, attendance identifier; contract practice',
 'The same part (spell, excess days, critical care, attendance) of one provider event claimed twice with differing content; the first line sent is kept.'),
('OVL01', '1', 'Overlapping spells at one provider', 'pair', 1, '{
    "applies": [["spell_part", "=", true], ["start_date", ">=", "1900-01-01"], ["end_date", ">=", "1900-01-01"]],
    "fails": [["overlap_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["overlap_of", "start_date", "end_date", "pod", "hrg_sent"]}',
 'SUS+ admission and discharge dates; contract practice',
 'Two spells of one person at one provider share at least one night; dates are half-open, so a discharge on the day of the next admission is no overlap. The longer, then dearer, then first spell is kept.'),
('ENT06', '1', 'Deceased before activity', 'line', 1, '{
    "applies": [["death_state", "=", "dead"], ["start_date", ">=", "1900-01-01"]],
    "fails": [["days_after_death", ">", {"field": "death_grace_days"}]],
    "effect": {"kind": "void"},
    "evidence": ["start_date", "death_date", "days_after_death", "death_grace_days"]}',
 'Personal Demographics Service date of death',
 'Start date after the date of death; one day of grace for outpatient activity. A person who could not be traced is not assessed.'),
('ENT01', '1', 'Wrong commissioner', 'line', 2, '{
    "applies": [["prescribed_service", "is_null"]],
    "fails": [["responsible_commissioner", "<>", {"field": "commissioner_code"}]],
    "effect": {"kind": "void"},
    "evidence": ["start_date", "commissioner_code", "responsible_commissioner", "responsible_practice"]}',
 'Who Pays? (NHS England): practice of registration on the date of treatment',
 'The commissioner of the practice at which the person was registered on the start date differs from the one charged. No registration on that day: not assessed.'),
('ENT07', '1', 'Invalid or missing NHS number', 'line', 2, '{
    "applies": [["nhs_number_state", "<>", "withheld"]],
    "fails": [["nhs_number_state", "in", ["missing", "invalid", "placeholder"]]],
    "effect": {"kind": "hold"},
    "evidence": ["nhs_number_state"]}',
 'NHS number check digit (modulus 11); NHS Data Dictionary',
 'A query, not a deduction: the line cannot be validated until the person is traced. Withheld identities are exempt.'),
('CLS05', '1', 'Missed or cancelled appointment charged', 'line', 2, '{
    "applies": [["pod_kind", "in", ["attendance", "procedure"]], ["total", "<>", 0]],
    "fails": [["attendance_status", "in", ["2", "3", "4", "7"]]],
    "effect": {"kind": "void"},
    "evidence": ["attendance_status", "start_date", "total"]}',
 'NHS Data Dictionary ATTENDED OR DID NOT ATTEND CODE: 5 and 6 are paid',
 'The hospital''s own record says the patient did not attend or the appointment was cancelled.'),
('COD01', '1', 'Ungroupable HRG', 'line', 3, '{
    "applies": [["pod_needs_hrg", "=", true], ["national_price", "=", true], ["total", "<>", 0]],
    "fails": [["hrg_ungroupable", "=", true]],
    "effect": {"kind": "void"},
    "evidence": ["hrg_sent", "pod", "total"]}',
 'HRG4+ UZ01Z; national prices hold none for it',
 'HRG UZ01Z, or none, with a national price charged.'),
('COD05', '1', 'Age outside the HRG', 'line', 3, '{
    "applies": [["hrg_age_bounded", "=", true]],
    "fails": [{"any": [["age", "<", {"field": "hrg_age_min"}], ["age", ">", {"field": "hrg_age_max"}]]}],
    "effect": {"kind": "set", "unit_price": "twin_unit_price"},
    "evidence": ["age", "hrg_sent", "hrg_age_min", "hrg_age_max", "twin_hrg", "twin_unit_price"]}',
 'HRG4+ names',
 'Age at admission or attendance outside the ages in the name of the HRG; repriced to the HRG on the record where that fits the age, else to the twin that differs in the age alone. A birthday counts as the new age.'),
('PRC04', '1', 'Short-stay price not applied', 'spell', 4, '{
    "applies": [["pod", "=", "NEL"]],
    "fails": [["short_stay_missed", "=", true]],
    "effect": {"kind": "set", "unit_price": "expected_unit_price"},
    "evidence": ["length_of_stay", "age", "hrg_sent", "unit_price", "full_unit_price", "expected_unit_price"]}',
 'National tariff guidance, short stay emergency adjustment',
 'Emergency stay of at most one day (after critical care), adult, HRG with a short-stay price, charged at the full price.'),
('PRC05', '1', 'Excess-day arithmetic', 'spell', 4, '{
    "applies": [["pod_kind", "=", "excess"]],
    "fails": [["units", "<>", {"field": "expected_units"}], ["critical_care_counted", "=", false]],
    "effect": {"kind": "set", "units": "expected_units"},
    "evidence": ["length_of_stay", "critical_care_days", "trim_point", "units", "expected_units"]}',
 'National tariff guidance: days over the trim point',
 'Billed excess days differ from the days over the trim point.'),
('PRC06', '1', 'Critical care days not removed', 'spell', 4, '{
    "applies": [["pod_kind", "=", "excess"]],
    "fails": [["critical_care_counted", "=", true]],
    "effect": {"kind": "set", "units": "expected_units"},
    "evidence": ["length_of_stay", "critical_care_days", "trim_point", "units", "expected_units"]}',
 'National tariff guidance: critical care days are paid as unbundled bed days',
 'Billed excess days are what they would be had the critical care days been left in the length of stay.'),
('PRC01', '1', 'Price differs from tariff', 'line', 5, '{
    "applies": [["price_comparable", "=", true]],
    "fails": [["price_difference", ">", {"field": "price_tolerance"}], ["short_stay_missed", "=", false]],
    "effect": {"kind": "set", "unit_price": "expected_unit_price"},
    "evidence": ["hrg_sent", "treatment_function", "pod", "price_date", "tariff_name", "unit_price", "expected_unit_price", "price_tolerance"]}',
 'The contract''s price list in force on the date of discharge or attendance',
 'Price of one unit before the factor; differences up to the contract''s tolerance are let pass. Undercharges are found too.'),
('PRC02', '1', 'Wrong market forces factor', 'line', 5, '{
    "applies": [["national_price", "=", true], ["factor", ">", 0]],
    "fails": [["factor", "<>", {"field": "expected_factor"}], ["factor_difference", ">", {"parameter": "tolerance"}]],
    "effect": {"kind": "set", "factor": "expected_factor"},
    "evidence": ["factor", "expected_factor", "price_date"],
    "parameters": {"tolerance": 0.000001}}',
 'Published market forces factor of the provider',
 'The factor billed differs from the provider''s own on the price date.'),
('PRC12', '1', 'Units x price differs from total', 'line', 5, '{
    "applies": [["units", ">=", -1000000000], ["unit_price", ">=", -1000000000]],
    "fails": [["arithmetic_difference", ">", {"field": "arithmetic_tolerance"}]],
    "effect": {"kind": "recompute"},
    "evidence": ["units", "unit_price", "factor", "total", "product"]}',
 'Contract monitoring data set',
 'The total is not units x price x factor, by more than a penny per unit. Without units or price: not assessed.');

CREATE TABLE pod_reference (
    pod       text PRIMARY KEY,
    dataset   text CHECK (dataset IN ('APC', 'OP', 'EC')),
    unit      text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('spell', 'excess', 'critical_care', 'unbundled', 'attendance', 'procedure', 'emergency', 'other')),
    pod_class text NOT NULL,
    needs_hrg boolean NOT NULL
);
COMMENT ON TABLE pod_reference IS
    'Points of delivery as charged: the data set in which the hospital records such care (NULL: none of the three), what one unit is, how it is priced, and the class under which contracts set recovery rates.';

INSERT INTO pod_reference VALUES
    ('NEL', 'APC', 'spell', 'spell', 'emergency', true),
    ('NELST', 'APC', 'spell', 'spell', 'emergency', true),
    ('NELXBD', 'APC', 'bed day', 'excess', 'emergency', false),
    ('NELOBD', 'APC', 'bed day', 'other', 'emergency', false),
    ('NELNE', 'APC', 'spell', 'spell', 'non_elective', true),
    ('NELNEXBD', 'APC', 'bed day', 'excess', 'non_elective', false),
    ('NELNEOBD', 'APC', 'bed day', 'other', 'non_elective', false),
    ('DC', 'APC', 'spell', 'spell', 'elective', true),
    ('EL', 'APC', 'spell', 'spell', 'elective', true),
    ('RADAY', 'APC', 'spell', 'other', 'elective', false),
    ('RANIGHT', 'APC', 'spell', 'other', 'elective', false),
    ('ELXBD', 'APC', 'bed day', 'excess', 'elective', false),
    ('ELOBD', 'APC', 'bed day', 'other', 'elective', false),
    ('IPOBD', 'APC', 'bed day', 'other', 'any', false),
    ('IPFCE', 'APC', 'episode', 'other', 'any', false),
    ('OPFASPCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFASPNCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAMPCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAMPNCL', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('NF2FFA', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAHOME', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFAPREOP', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('WAFA', 'OP', 'attendance', 'attendance', 'outpatient_first', true),
    ('OPFUPSPCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPSPNCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPMPCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPMPNCL', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('NF2FFUP', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPHOME', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPFUPPREOP', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('WAFUP', 'OP', 'attendance', 'attendance', 'outpatient_follow_up', true),
    ('OPPROCFA', 'OP', 'attendance', 'procedure', 'outpatient_procedure', true),
    ('OPPROCFUP', 'OP', 'attendance', 'procedure', 'outpatient_procedure', true),
    ('OPPROC', 'OP', 'attendance', 'procedure', 'outpatient_procedure', true),
    ('DAIMG', NULL, 'test', 'other', 'any', false),
    ('DALAB', NULL, 'test', 'other', 'any', false),
    ('AE', 'EC', 'attendance', 'emergency', 'emergency_care', true),
    ('DRUG', NULL, 'cost', 'other', 'pass_through', false),
    ('DEVICE', NULL, 'cost', 'other', 'pass_through', false),
    ('UNBCHEMO', NULL, 'HRG', 'unbundled', 'any', true),
    ('UNBRAD', NULL, 'HRG', 'unbundled', 'any', true),
    ('UNBRTHPY', NULL, 'HRG', 'unbundled', 'any', true),
    ('UNBREHAB', 'APC', 'bed day', 'unbundled', 'any', true),
    ('UNBPALL', 'APC', 'HRG', 'unbundled', 'any', true),
    ('UNBACC', 'APC', 'bed day', 'critical_care', 'any', true),
    ('UNBPCC', 'APC', 'bed day', 'critical_care', 'any', true),
    ('UNBNCC', 'APC', 'cot day', 'critical_care', 'any', true),
    ('MATPATHAN', NULL, 'pathway', 'other', 'any', false),
    ('MATPATHPN', NULL, 'pathway', 'other', 'any', false),
    ('ARD', NULL, 'session', 'other', 'any', false),
    ('CRD', NULL, 'session', 'other', 'any', false);
