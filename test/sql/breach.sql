-- Missing and late submissions, and withholding, worked by hand.
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('bre', 'invoice_validation', person_partitions => 1);
INSERT INTO bre.contract (contract_id, title, basis, valid) VALUES ('K1', 'Acute', 'api', '[2024-04-01,2025-04-01)'), ('K2', 'Share', 'risk_share', '[2024-04-01,2025-04-01)');
INSERT INTO bre.contract_party VALUES ('K1', 1, '00X', 'coordinating_commissioner'), ('K1', 2, 'RZ1', 'provider'), ('K2', 1, '00X', 'coordinating_commissioner'), ('K2', 2, 'RZ1', 'provider');
INSERT INTO bre.submission_date (financial_year, month, submission_kind, inclusion_date, publication_date) VALUES
    ('2024/25', 1, 'flex', '2024-05-20', '2024-05-28'), ('2024/25', 1, 'freeze', '2024-06-19', '2024-06-26'),
    ('2024/25', 2, 'flex', '2024-06-19', '2024-06-26'), ('2024/25', 2, 'freeze', '2024-07-18', '2024-07-25'),
    ('2024/25', 3, 'flex', '2024-07-18', '2024-07-25'), ('2023/24', 12, 'flex', '2024-04-18', '2024-04-25');
INSERT INTO bre.activity_plan VALUES ('K1', '00X', '2024/25', 1, 'NEL', 10, 60000), ('K1', '00X', '2024/25', 1, 'EL', 10, 40000), ('K1', '00X', '2024/25', 2, 'NEL', 10, 200000);
-- April: flex on the last day, freeze five days late; May: flex never, the freeze in time for both but after the flex date; June: nothing yet
INSERT INTO bre.submission (feed, file_name, file_hash, status, received_at) VALUES
    ('plcm', 'm1 flex', 'a', 'loaded', '2024-05-20 09:00+01'), ('plcm', 'm1 freeze', 'b', 'loaded', '2024-06-24 09:00+01'),
    ('plcm', 'm2 freeze', 'c', 'loaded', '2024-07-10 09:00+01'), ('sus_op', 'm1 op', 'd', 'loaded', '2024-05-20 09:00+01');
INSERT INTO bre.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, submission_kind, line_count, amount, status) VALUES
    (1, 'PLCM', 'RZ1', '00X', '2024/25', 1, 'flex', 1, 90000, 'superseded'), (2, 'PLCM', 'RZ1', '00X', '2024/25', 1, 'freeze', 1, 95000, 'current'),
    (3, 'PLCM', 'RZ1', '00X', '2024/25', 2, 'freeze', 1, 210000, 'current'), (4, 'OP', 'RZ1', '00X', '2024/25', 1, 'flex', 1, 0, 'current');
-- on 20 July: April freeze 5 days late, May flex 21 days late, June flex 2 days missing; outpatients were sent once and are due since. March is before the contract.
SELECT * FROM bre.submission_gaps('2024-07-20') ORDER BY dataset DESC, financial_year, month, submission_kind;

-- noticed in April, put right in June in time: one per cent of 100,000, 200,000 and (no plan) of what was claimed for June: nothing known
INSERT INTO bre.information_breach (contract_id, provider_code, requirement, noticed_on, cured_on, retain_after) VALUES ('K1', 'RZ1', 'April freeze', '2024-04-25', '2024-06-03', '2024-07-31');
-- two more in May, at nine per cent each: ten per cent of 200,000 is all there is: 2,000 + 18,000 + 0; the third is kept for good
INSERT INTO bre.information_breach (contract_id, provider_code, requirement, noticed_on, retain_after, rate) VALUES ('K1', 'RZ1', 'May flex', '2024-05-02', NULL, 0.09), ('K1', 'RZ1', 'Outpatients', '2024-05-03', '2024-05-20', 0.09);
SELECT breach_id, activity_month, month_value, withheld, state FROM bre.breach_withholding('2024-05-31') ORDER BY breach_id, activity_month;
SELECT breach_id, activity_month, month_value, withheld, state FROM bre.breach_withholding('2024-06-30') ORDER BY breach_id, activity_month;
SELECT count(*) > 0 AS today_there_is_more FROM bre_reporting.missing_submission;
SELECT count(*) > 0 AS and_withheld FROM bre_reporting.breach_withholding;
INSERT INTO bre.information_breach (contract_id, provider_code, requirement, noticed_on, cured_on) VALUES ('K1', 'RZ1', 'April freeze', '2024-04-25', '2024-04-03');
