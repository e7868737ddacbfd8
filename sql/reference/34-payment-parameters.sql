-- What a contract pays for a change in activity, by basis, class of care and date; and single parameters of the payment rules.
-- Restated from publications; verified = false marks what is from memory. Check it against the year's payment rules before relying on it:
-- own rows in recovery_rate of a warehouse win over these.

CREATE TABLE payment_parameter_reference (
    basis     text NOT NULL,
    pod_class text NOT NULL,
    valid     daterange NOT NULL CHECK (NOT isempty(valid)),
    rate      numeric(7,6) NOT NULL CHECK (rate BETWEEN 0 AND 1),
    rule      text NOT NULL CHECK (rule IN ('whole', 'share', 'above_baseline', 'variance', 'fixed')),
    reason    text CHECK ((reason IS NULL) = (rate = 1)),
    source    text NOT NULL,
    verified  boolean NOT NULL,
    PRIMARY KEY (basis, pod_class, valid)
);
COMMENT ON TABLE payment_parameter_reference IS
    'Share of a valid line finding that the commissioner gets back, by payment basis, class of care and date. A row of its own class goes before the row any. What no row covers is not known.';
COMMENT ON COLUMN payment_parameter_reference.basis IS 'Payment basis of the contract.';
COMMENT ON COLUMN payment_parameter_reference.pod_class IS 'Class of points of delivery; any for all that have no row of their own.';
COMMENT ON COLUMN payment_parameter_reference.valid IS 'Price dates for which it holds.';
COMMENT ON COLUMN payment_parameter_reference.rate IS 'Share from 0 to 1.';
COMMENT ON COLUMN payment_parameter_reference.rule IS
    'whole: every pound; share: the rate of every pound; above_baseline: the rate above an agreed baseline, every pound below it; variance: the rate of the difference from plan, either way; fixed: nothing.';
COMMENT ON COLUMN payment_parameter_reference.reason IS 'Why not all is recoverable, in words; NULL when all is.';
COMMENT ON COLUMN payment_parameter_reference.source IS 'Where it comes from.';
COMMENT ON COLUMN payment_parameter_reference.verified IS 'Whether rate and dates were read in the source; false: from memory, wholly or in part.';

INSERT INTO payment_parameter_reference VALUES
    ('tariff',   'any', '[2003-04-01,)', 1, 'whole', NULL, 'payment by results and national tariff: price times activity', true),
    ('activity', 'any', '[2003-04-01,)', 1, 'whole', NULL, 'NHS Payment Scheme: activity-based payment, 100 % of unit prices', true),
    ('local',    'any', '[2003-04-01,)', 1, 'whole', NULL, 'local agreement', true),
    ('nca',      'any', '[2003-04-01,)', 1, 'whole', NULL, 'non-contract activity, invoiced per patient', true),
    ('block',    'any', '[2003-04-01,)', 0, 'fixed', 'block: fixed payment', 'a block is fixed whatever is done; nationally 2020/21 and the first half of 2021/22 (memory)', true),
    ('lva',      'any', '[2021-04-01,)', 0, 'fixed', 'low-volume pair: no in-year transactions',
        'NHS Payment Scheme 2023/25 (below 0.5 million pounds a year) and 2025/26 (up to 1.5 million); earlier years memory', true),
    -- marginal rate for emergency admissions above the 2008/09 value
    ('mret', 'emergency', '[2010-04-01,2015-04-01)', 0.3, 'above_baseline', 'marginal rate 0.3 above the baseline', 'HSJ 2018: 30 % originally, 70 % later; the year of the change is from memory', false),
    ('mret', 'emergency', '[2015-04-01,2016-04-01)', 0.7, 'above_baseline', 'marginal rate 0.7 above the baseline', 'memory: enhanced tariff option; 0.3 under the default rollover, to be set as own rate', false),
    ('mret', 'emergency', '[2016-04-01,2019-04-01)', 0.7, 'above_baseline', 'marginal rate 0.7 above the baseline', 'HSJ 2018; years memory', false),
    ('mret', 'any',       '[2010-04-01,2019-04-01)', 1, 'whole', NULL, 'the marginal rate is about emergency spells only', true),
    -- blended payment for emergency care
    ('blended', 'emergency',      '[2019-04-01,2020-04-01)', 0.2, 'variance', 'blended: 20 % of the variance', 'memory: National Tariff 2019/20', false),
    ('blended', 'emergency_care', '[2019-04-01,2020-04-01)', 0.2, 'variance', 'blended: 20 % of the variance', 'memory: National Tariff 2019/20', false),
    ('blended', 'any',            '[2019-04-01,2020-04-01)', 1, 'whole', NULL, 'memory: the rest of 2019/20 at national prices', false),
    -- aligned payment and incentive
    ('api', 'elective',              '[2021-10-01,2022-04-01)', 0.5, 'share', 'api: variable element at 50 %', 'memory', false),
    ('api', 'outpatient_first',      '[2021-10-01,2022-04-01)', 0.5, 'share', 'api: variable element at 50 %', 'memory', false),
    ('api', 'outpatient_procedure',  '[2021-10-01,2022-04-01)', 0.5, 'share', 'api: variable element at 50 %', 'memory', false),
    ('api', 'outpatient_follow_up',  '[2021-10-01,2022-04-01)', 0.5, 'share', 'api: variable element at 50 %', 'memory', false),
    ('api', 'elective',              '[2022-04-01,2023-04-01)', 0.75, 'share', 'api: variable element at 75 %', 'HFMA, 5 January 2023; clawback below target was proposed and not applied', true),
    ('api', 'outpatient_first',      '[2022-04-01,2023-04-01)', 0.75, 'share', 'api: variable element at 75 %', 'HFMA, 5 January 2023', true),
    ('api', 'outpatient_procedure',  '[2022-04-01,2023-04-01)', 0.75, 'share', 'api: variable element at 75 %', 'HFMA, 5 January 2023', true),
    ('api', 'outpatient_follow_up',  '[2022-04-01,2023-04-01)', 0.75, 'share', 'api: variable element at 75 %', 'HFMA, 5 January 2023: follow-ups moved to the fixed element in 2023/24', true),
    ('api', 'elective',              '[2023-04-01,2025-04-01)', 1, 'whole', NULL, 'NHS Payment Scheme 2023/25: elective activity at 100 % of unit prices, outside the fixed element', true),
    ('api', 'outpatient_first',      '[2023-04-01,2025-04-01)', 1, 'whole', NULL, 'NHS Payment Scheme 2023/25', true),
    ('api', 'outpatient_procedure',  '[2023-04-01,2025-04-01)', 1, 'whole', NULL, 'NHS Payment Scheme 2023/25', true),
    ('api', 'elective',              '[2025-04-01,)', 1, 'whole', NULL, 'memory: 2025/26 at 100 % with payment limits, which a contract states itself; later years not known', false),
    ('api', 'outpatient_first',      '[2025-04-01,)', 1, 'whole', NULL, 'memory: 2025/26 at 100 % with payment limits; later years not known', false),
    ('api', 'outpatient_procedure',  '[2025-04-01,)', 1, 'whole', NULL, 'memory: 2025/26 at 100 % with payment limits; later years not known', false),
    ('api', 'outpatient_follow_up',  '[2023-04-01,)', 0, 'fixed', 'api: fixed element from 2023/24', 'HFMA, 5 January 2023; beyond 2024/25 memory', true),
    ('api', 'emergency',             '[2021-10-01,2026-04-01)', 0, 'fixed', 'api: fixed element', 'HFMA, 5 January 2023: emergency, maternity, mental health and community care', true),
    ('api', 'emergency_care',        '[2021-10-01,2026-04-01)', 0, 'fixed', 'api: fixed element', 'HFMA, 5 January 2023', true),
    ('api', 'non_elective',          '[2021-10-01,)', 0, 'fixed', 'api: fixed element', 'HFMA, 5 January 2023: maternity; beyond 2025/26 memory', true),
    ('api', 'emergency',             '[2026-04-01,)', 0.2, 'variance', 'urgent and emergency care: 20 % of the variance', '2026/27 consultation lists a blended payment; the rate is from memory', false),
    ('api', 'emergency_care',        '[2026-04-01,)', 0.2, 'variance', 'urgent and emergency care: 20 % of the variance', '2026/27 consultation lists a blended payment; the rate is from memory', false),
    ('api', 'pass_through',          '[2021-10-01,)', 1, 'whole', NULL, 'memory: listed drugs and devices at cost', false),
    ('api', 'any',                   '[2021-10-01,)', 0, 'fixed', 'api: fixed element', 'memory: what is not named as variable', false);

CREATE TABLE payment_setting_reference (
    parameter text NOT NULL,
    valid     daterange NOT NULL CHECK (NOT isempty(valid)),
    value     numeric NOT NULL,
    note      text NOT NULL,
    source    text NOT NULL,
    verified  boolean NOT NULL,
    PRIMARY KEY (parameter, valid)
);
COMMENT ON TABLE payment_setting_reference IS 'Single numbers of the payment rules, dated. Price lists are compiled with the short stay settings of the day they begin.';
COMMENT ON COLUMN payment_setting_reference.parameter IS 'Name of the parameter.';
COMMENT ON COLUMN payment_setting_reference.valid IS 'Days on which it holds.';
COMMENT ON COLUMN payment_setting_reference.value IS 'Its value.';
COMMENT ON COLUMN payment_setting_reference.note IS 'What it means.';
COMMENT ON COLUMN payment_setting_reference.source IS 'Where it comes from.';
COMMENT ON COLUMN payment_setting_reference.verified IS 'Whether value and dates were read in the source; false: from memory, wholly or in part.';

INSERT INTO payment_setting_reference VALUES
    ('short_stay_max_days',     '[2006-04-01,)', 1, 'longest adjusted stay of a short stay emergency spell, in days', 'memory; public code', false),
    ('short_stay_min_age',      '[2006-04-01,)', 19, 'youngest age at admission of a short stay emergency price', 'memory; two of three public samples of code agree', false),
    ('readmission_window_days', '[2010-12-01,2011-04-01)', 14, 'days after a discharge; above local thresholds', 'HFMA, November 2010', true),
    ('readmission_window_days', '[2011-04-01,2019-04-01)', 30, 'days after a discharge', 'HFMA, March 2011; the end is from memory', false),
    ('low_volume_threshold',    '[2023-04-01,2025-04-01)', 500000, 'pounds a year below which a pair of provider and commissioner has no in-year transactions', 'NHS Payment Scheme page', true),
    ('low_volume_threshold',    '[2025-04-01,2026-04-01)', 1500000, 'pounds a year up to which a pair normally has no in-year transactions', '2025/26 NHS provider payment mechanisms', true);
