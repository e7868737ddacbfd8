-- Rules on who pays, for whom and when.

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note, class, acceptance, provider_text) VALUES
('ENT06', '1', 'Deceased before activity', 'line', 1, '{
    "applies": [["death_state", "=", "dead"], ["start_date", ">=", "1900-01-01"]],
    "fails": [["days_after_death", ">", {"field": "death_grace_days"}]],
    "effect": {"kind": "void"},
    "evidence": ["start_date", "death_date", "days_after_death", "death_grace_days"]}',
 'Personal Demographics Service date of death',
 'Start date after the date of death; one day of grace for outpatient activity. A person who could not be traced is not assessed.',
 'money', 0.9, 'The activity is dated after the patients recorded date of death.'),
('ENT01', '1', 'Wrong commissioner', 'line', 2, '{
    "applies": [["prescribed_service", "is_null"]],
    "fails": [["responsible_commissioner", "<>", {"field": "commissioner_code"}]],
    "effect": {"kind": "void"},
    "evidence": ["start_date", "commissioner_code", "responsible_commissioner", "responsible_practice"]}',
 'Who Pays? (NHS England): practice of registration on the date of treatment',
 'The commissioner of the practice at which the person was registered on the start date differs from the one charged. No registration on that day: not assessed.',
 'money', 0.9, 'The patient was registered with a practice of another commissioner on this day; please redirect the charge.'),
('ENT07', '1', 'Invalid or missing NHS number', 'line', 2, '{
    "applies": [["nhs_number_state", "<>", "withheld"]],
    "fails": [["nhs_number_state", "in", ["missing", "invalid", "placeholder"]]],
    "effect": {"kind": "hold"},
    "evidence": ["nhs_number_state"]}',
 'NHS number check digit (modulus 11); NHS Data Dictionary',
 'A query, not a deduction: the line cannot be validated until the person is traced. Withheld identities are exempt.',
 'money', 0.9, 'The NHS number is missing or not valid; please trace the patient and send the line again.');
