-- Rules on coding and on the class of care.

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note, class, acceptance, provider_text) VALUES
('CLS05', '1', 'Missed or cancelled appointment charged', 'line', 2, '{
    "applies": [["pod_kind", "in", ["attendance", "procedure"]], ["total", "<>", 0]],
    "fails": [["attendance_status", "in", ["2", "3", "4", "7"]]],
    "effect": {"kind": "void"},
    "evidence": ["attendance_status", "start_date", "total"]}',
 'NHS Data Dictionary ATTENDED OR DID NOT ATTEND CODE: 5 and 6 are paid',
 'The hospital''s own record says the patient did not attend or the appointment was cancelled.',
 'money', 0.9, 'Your record says that the patient did not attend, or that the appointment was cancelled.'),
('COD01', '1', 'Ungroupable HRG', 'line', 3, '{
    "applies": [["pod_needs_hrg", "=", true], ["national_price", "=", true], ["total", "<>", 0]],
    "fails": [["hrg_ungroupable", "=", true]],
    "effect": {"kind": "void"},
    "evidence": ["hrg_sent", "pod", "total"]}',
 'HRG4+ UZ01Z; national prices hold none for it',
 'HRG UZ01Z, or none, with a national price charged.',
 'money', 0.9, 'The HRG is missing or UZ01Z, for which no price exists.'),
('COD05', '1', 'Age outside the HRG', 'line', 3, '{
    "applies": [["hrg_age_bounded", "=", true]],
    "fails": [{"any": [["age", "<", {"field": "hrg_age_min"}], ["age", ">", {"field": "hrg_age_max"}]]}],
    "effect": {"kind": "set", "unit_price": "twin_unit_price"},
    "evidence": ["age", "hrg_sent", "hrg_age_min", "hrg_age_max", "twin_hrg", "twin_unit_price"]}',
 'HRG4+ names',
 'Age at admission or attendance outside the ages in the name of the HRG; repriced to the HRG on the record where that fits the age, else to the twin that differs in the age alone. A birthday counts as the new age.',
 'money', 0.9, 'The patients age does not fit the HRG.');
