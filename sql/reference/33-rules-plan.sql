-- Rules on a provider as a whole, on what is left after the rules on lines. They are no rules of a line: the views series_* of a warehouse
-- say how each is judged; the body holds its parameters alone.

INSERT INTO rule_reference (code, version, name, level, priority, body, source, note, class, detectable, needs, provider_text, clause, acceptance, effort_minutes, bases) VALUES
('CAP01', '1', 'First to follow-up ratio', 'provider', 6, '{"effect": {"kind": "recompute"}}',
 'Contract: agreed ratio of follow-up to first attendances by treatment function',
 'More follow-ups than floor(cap x firsts), year to date, void lines left out; the excess at the average follow-up price.',
 'money', 'full', '{}', 'More follow-up attendances were charged than the agreed ratio to first attendances allows.', 'contract term first_follow_up_cap', 0.5, 30, NULL),
('CAP02', '1', 'Conversion, day-case rate, referrals between consultants, zero nights', 'provider', 6,
 '{"effect": {"kind": "note"}, "parameters": {"sigmas": 3, "least_events": 20, "least_peers": 3}}',
 'Contract: agreed shares; where none is agreed, the share of the other providers (chart of proportions)',
 'A share outside its threshold, or outside 3 sigma of the other providers. Worth money only where the contract prices it.',
 'money', 'full', '{}', 'The share lies outside what the contract agrees or what other providers show.', 'contract terms ..._share and ..._clause', 0.1, 60, NULL),
('CAP03', '1', 'Marginal rate, blended payment, variable element', 'provider', 6, '{"effect": {"kind": "recompute"}, "parameters": {"api_both_signs": true}}',
 'National tariff guidance and payment schemes: marginal rate emergency tariff, blended payment, aligned payment and incentive',
 'What is charged at full price less what the regime pays, cumulative; findings on lines are worth what the regime would have paid for them.',
 'money', 'full', '{}', 'Activity above the agreed value is paid at the rate of the regime.', 'contract_baseline', 0.9, 30, '{mret,blended,api}'),
('CAP04', '1', 'Above the activity plan without a variation', 'provider', 6, '{"effect": {"kind": "recompute"}}',
 'Contract: indicative activity plan and activity management',
 'Validated value above plan, tolerance and signed variations. A variation signed later counts from the day it takes effect.',
 'money', 'full', '{}', 'More was charged than plan, tolerance and agreed variations cover.', 'contract terms plan_tolerance and activity_plan_cap', 0.1, 60, NULL),
('COD06', '1', 'Drift to the highest complication split', 'provider', 6, '{"effect": {"kind": "note"}, "parameters": {"sigmas": 3, "least_events": 30, "least_excess": 5}}',
 'Chart of proportions against own baseline or peers',
 'More spells in the highest complication split of an HRG root than before, or than elsewhere. A reason to audit, not a charge.',
 'redesign', 'partial', '{}', 'The share of spells with the most complications has risen. Please explain the change in coding or patients.', '', 0.1, 120, NULL),
('COD08', '1', 'Step in the coding of sepsis, pneumonia or acute kidney injury', 'provider', 6, '{"effect": {"kind": "note"}, "parameters": {
    "conditions": {"sepsis": ["A40", "A41"], "pneumonia": ["J12", "J13", "J14", "J15", "J16", "J17", "J18"], "kidney_injury": ["N17"]},
    "least_events": 20, "least_points": 12, "recent_points": 3, "notice_months": 6}}',
 'Contract: changes in counting and coding need notice and are neutralised; chart of individual values (XmR)',
 'The share of emergency spells with the diagnosis rises above its natural process limits without a notice given six months before.',
 'money', 'partial', '{record}', 'The share of emergency admissions coded with this condition has stepped up. Changes in counting and coding need notice.', 'counting and coding changes', 0.5, 120, NULL);
