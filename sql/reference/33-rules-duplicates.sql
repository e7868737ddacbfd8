-- Rules on claims that repeat or overlap another.

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note, class, acceptance, provider_text) VALUES
('DUP01', '1', 'Exact duplicate line', 'pair', 1, '{
    "applies": [["start_date", ">=", "1900-01-01"]],
    "fails": [["duplicate_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["duplicate_of", "start_date", "end_date", "pod", "hrg_sent", "unit_price"]}',
 'SUS+ record fields; contract practice',
 'Same provider, site, person, point of delivery, dates, treatment function, HRG and unit price, with the same record identifier or none; the first line sent is kept.',
 'money', 0.9, 'The same line was claimed twice; please credit the second.'),
('DUP02', '1', 'Same attendance or spell number twice', 'pair', 1, '{
    "applies": [["provider_event_id", ">", ""]],
    "fails": [["repeat_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["repeat_of", "start_date", "end_date", "pod", "hrg_sent", "unit_price"]}',
 'SUS+ hospital provider spell number, attendance identifier; contract practice',
 'The same part (spell, excess days, critical care, attendance) of one provider event claimed twice with differing content; the first line sent is kept.',
 'money', 0.9, 'The same spell or attendance number was claimed twice; please credit the second.'),
('OVL01', '1', 'Overlapping spells at one provider', 'pair', 1, '{
    "applies": [["spell_part", "=", true], ["start_date", ">=", "1900-01-01"], ["end_date", ">=", "1900-01-01"]],
    "fails": [["overlap_of", "is_not_null"]],
    "effect": {"kind": "void"},
    "evidence": ["overlap_of", "start_date", "end_date", "pod", "hrg_sent"]}',
 'SUS+ admission and discharge dates; contract practice',
 'Two spells of one person at one provider share at least one night; dates are half-open, so a discharge on the day of the next admission is no overlap. The longer, then dearer, then first spell is kept.',
 'money', 0.9, 'Two spells of one patient overlap at your trust; please credit the shorter.');
