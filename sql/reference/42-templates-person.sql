-- High costs of single cases.
INSERT INTO contract_template (shape, family, title, pattern, parameters, example, split, inputs, detail, expected, expected_lines, note, source) VALUES
('stop_loss', 'stop_loss', 'Individual stop-loss',
 '{"measure": "actual - benchmark", "curve": "gain 0..{attachment}:0%, {attachment}..{cap}:{coinsurance}, {cap}..:0%"}',
 '[
    {"name": "attachment", "unit": "money", "meaning": "cost from which it pays"},
    {"name": "cap", "unit": "money", "meaning": "cost up to which it pays"},
    {"name": "coinsurance", "unit": "rate", "meaning": "share it pays between"}]',
 '{"attachment": "60000", "cap": "300000", "coinsurance": "75%"}', NULL,
 '{"benchmark": 0, "actual": 187654.32}',
 NULL, 95740.74, '{}',
 'One case at a time: actual is the cost of the person-year, benchmark 0.',
 '45 CFR 153.230 wording; numbers are illustrative'),
('stop_loss_aggregate', 'stop_loss', 'Individual, then aggregate stop-loss',
 '{"measure": "actual - benchmark", "stop_loss": "gain 0..{attachment}:0%, {attachment}..{cap}:{coinsurance}, {cap}..:0%", "curve": "gain 0..{corridor}:0%, {corridor}..:{rate}; loss 0..:0%"}',
 '[
    {"name": "attachment", "unit": "money", "meaning": "cost of a case from which the individual cover pays"},
    {"name": "cap", "unit": "money", "meaning": "cost of a case up to which it pays"},
    {"name": "coinsurance", "unit": "rate", "meaning": "share it pays between"},
    {"name": "corridor", "unit": "amount", "meaning": "excess over the benchmark that stays with the insured"},
    {"name": "rate", "unit": "rate", "meaning": "share of the excess beyond it"}]',
 '{"attachment": "60000", "cap": "300000", "coinsurance": "75%", "corridor": "1%", "rate": "80%"}', NULL,
 '{"benchmark": 10000000, "actual": 10500000}',
 '{"cases": [187654.32, 412000, 41000]}', 99407.41, '{"stop_loss": "275740.74", "difference": "224259.26"}',
 'Individual payments of 95,740.74 and 180,000.00 come off first; of the 224,259.26 left above 10 million, 80 % of what is beyond 100,000.',
 '45 CFR 153.230 wording; numbers are illustrative'),
('risk_pool', 'stop_loss', 'Risk pool for high costs',
 '{"measure": "actual - benchmark", "curve": "gain 0..{threshold}:0%, {threshold}..:{rate}"}',
 '[
    {"name": "threshold", "unit": "money", "meaning": "cost of a person from which the pool pays", "default": "20450"},
    {"name": "rate", "unit": "rate", "meaning": "share it pays", "default": "60%"}]',
 '{}', NULL,
 '{"benchmark": 0, "actual": 30000}',
 NULL, 5730.00, '{}',
 'One person at a time.',
 'German risk pool 2002 to 2008, in euro; from memory');
-- Personal budgets.
INSERT INTO contract_template (shape, family, title, pattern, parameters, example, split, inputs, detail, expected, expected_lines, note, source) VALUES
('personal_budget', 'personal', 'Personal health budget, direct payment clawed back',
 '{"curve": "gain 0..:100%; loss 0..:0%", "contingency": "{kept}"}',
 '[
    {"name": "kept", "unit": "money", "meaning": "contingency left with the person: weeks times weekly budget"}]',
 '{"kept": "800"}', NULL,
 '{"benchmark": 20800.0, "actual": 15123.4}',
 NULL, 4876.60, '{}',
 'benchmark is the year''s budget, actual what was spent; two weeks of 400.00 are kept. One settlement per person, nothing is netted between people.',
 'NHS England direct payment guidance; contingency of 1 to 8 weeks is local');
