-- Stated prices by kind of hospital event, for activity that has no price of its own.

CREATE TABLE cost_rate_reference (
    dataset    text NOT NULL,
    kind       text NOT NULL,
    unit_cost  numeric(16,2) NOT NULL,
    price_year text NOT NULL,
    source     text NOT NULL,
    PRIMARY KEY (dataset, kind)
);
COMMENT ON TABLE cost_rate_reference IS
    'Mean costs by kind of hospital event, used where neither a claim nor a price list says what an event costs. One price base for every day: not adjusted to the year of the activity. A warehouse''s own rows in cost_rate win.';
COMMENT ON COLUMN cost_rate_reference.dataset IS 'APC admitted care, OP outpatients, EC emergency care.';
COMMENT ON COLUMN cost_rate_reference.kind IS 'Kind of event as the warehouse view activity_cost tells it.';
COMMENT ON COLUMN cost_rate_reference.unit_cost IS 'Cost of one event in pounds.';
COMMENT ON COLUMN cost_rate_reference.price_year IS 'Financial year whose prices these are.';
COMMENT ON COLUMN cost_rate_reference.source IS 'Publication and how the figure comes from it.';
GRANT SELECT ON cost_rate_reference TO PUBLIC;

-- Outpatient attendances are not in that collection by treatment function and stay for the warehouse to state.
INSERT INTO cost_rate_reference (dataset, kind, unit_cost, price_year, source)
SELECT r.dataset, r.kind, r.unit_cost, '2024/25',
       'NHS England, National Cost Collection 2024/25 (Open Government Licence), ' || r.department || ': unit cost by HRG weighted by activity, whole pounds'
FROM (VALUES
    ('APC', 'day_case', 1077, 'day case'),
    ('APC', 'elective', 6685, 'elective inpatients'),
    ('APC', 'non_elective_long', 5417, 'non-elective inpatients, long stay'),
    ('APC', 'non_elective_short', 825, 'non-elective inpatients, short stay'),
    ('APC', 'regular', 446, 'regular day or night admissions'),
    ('OP', 'outpatient_procedure', 232, 'outpatient procedures'),
    ('EC', 'emergency_care', 280, 'emergency care')) AS r (dataset, kind, unit_cost, department);
