-- Rules on how lines of one person follow each other: firsts and follow-ups, day cases of a month, procedures and codes of one day.

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note, class, detectable, needs, acceptance, provider_text) VALUES
('CLS02', '1', 'Follow-up without a first attendance', 'pair', 3, '{
    "applies": [["has_record", "is_true"], ["pod_kind", "in", ["attendance", "procedure"]], ["first_attendance", "in", ["2", "4"]],
                ["history_days", ">=", {"parameter": "window"}], ["treatment_function", ">", ""]],
    "fails": [["days_since_first", ">", {"parameter": "window"}]],
    "effect": {"kind": "note"},
    "evidence": ["days_since_first", "history_days", "start_date", "treatment_function"],
    "parameters": {"window": 730}}',
 'NHS Data Dictionary FIRST ATTENDANCE CODE; contract practice',
 'No first attendance in the treatment function, at any provider, and no discharge from a stay in it within the days of the parameter, where the records of the person reach back that far. 9999 stands for none known. A query without money.',
 'money', 'full', '{}', 0.1, 'We know of no first attendance or stay in this specialty in the last two years; please tell how the patient came to be followed up.'),
('CLS11', '1', 'Attendance beside its procedure', 'pair', 4, '{
    "applies": [["pod_kind", "=", "attendance"], ["start_date", ">=", "1900-01-01"], ["treatment_function", ">", ""]],
    "fails": [["procedure_same_day", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["procedure_same_day", "start_date", "treatment_function", "hrg_sent"]}',
 'National payment rules: the price of an outpatient procedure replaces that of the attendance',
 'Attendance (HRG WF) of the same person, provider, day and treatment function as an outpatient procedure that is charged.',
 'money', 'full', '{}', 0.9, 'The outpatient procedure of this day holds the attendance.'),
('COD09', '1', 'Codes that belong together', 'pair', 4, '{
    "applies": [["start_date", ">=", "1900-01-01"], ["hrg_sent", "is_not_null"]],
    "fails": [["code_pair_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["code_pair_of", "hrg_sent", "start_date", "total"]}',
 'Pairs agreed locally (table code_pair), after the procedure-to-procedure edits of the US',
 'Another line of the same person, provider and day has an HRG that is not paid beside this one; the dearer is kept, the first sent where they are equal.',
 'money', 'full', '{code_pairs}', 0.5, 'This item is part of another charged on the same day.');
