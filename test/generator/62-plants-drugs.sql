-- Drugs, devices, healthy babies: DRG01 to DRG06, DUP05, DEV01, MAT03. The lists are synthetic; codes mean nothing.

CREATE TABLE county.drug_list (code text, indication text, payer text, price numeric, most numeric, every integer, approval text, valid_from date, valid_to date);
INSERT INTO county.drug_list
SELECT d.code, d.indication, d.payer, d.price, d.most, d.every, d.approval, s.first_day, CASE WHEN d.ends THEN s.first_day + 150 END
FROM county.setting s, (VALUES
    ('9000001', '', 'ICB', 352, 4, 14, 'N', false),      -- plain
    ('9000002', '', 'ICB', 610, 4, 14, 'Y', false),      -- needs an approval
    ('9000003', 'RA', 'ICB', 480, 4, 14, 'N', false),    -- paid by indication
    ('9000003', 'MS', 'NHSE', 480, 4, 14, 'N', false),
    ('9000004', '', 'ICB', NULL, 4, 14, 'N', false),     -- no reference price
    ('9000005', '', 'ICB', 295, 4, 14, 'N', true),       -- leaves the list
    ('9000006', '', 'ICB', 118, 9, NULL, 'N', false)     -- no interval
    ) AS d (code, indication, payer, price, most, every, approval, ends);
CREATE TABLE county.device_list (code text, procedures text, zero_cost text, price numeric);
INSERT INTO county.device_list VALUES ('9100001', 'K60 K61', 'N', 2400), ('9100002', 'K60 K61', 'Y', 2600);

-- a clinic visit stands near every dose, so that the dose is linked
INSERT INTO county.act (rule_code, kind, variant, e, base, ev, line, fix)
SELECT r, k, v, a.* FROM (VALUES
('DRG01', 'plant', 'not listed', '{"hrg":"9000099"}', NULL, 'void'),
('DRG01', 'near_miss', 'listed to that day', '{"hrg":"9000005","price":295,"on":150}', NULL, 'none'),
('DRG01', 'absent', 'no code', '{}', '{"hrg":null}', '[{"rule":"DRG01","do":"na"},{"rule":"DUP05","do":"na"}]'),
('DRG02', 'plant', 'not approved', '{"hrg":"9000002","price":610}', '{"indication":"PSO"}', 'void'),
('DRG02', 'near_miss', 'approved', '{"hrg":"9000002","price":610}', '{"indication":"PSO"}', 'none'),
('DRG02', 'absent', 'no indication', '{"hrg":"9000002","price":610}', '{"indication":null}', 'na'),
('DRG03', 'plant', 'too dear', '{"price":401.5}', NULL, '{"unit_price":352}'),
('DRG03', 'plant', 'tax on home care', '{"price":353}', '{"route":"homecare","vat":"Y"}', '{"unit_price":352}'),
('DRG03', 'near_miss', 'within one per cent', '{"price":355}', NULL, 'none'),
('DRG03', 'absent', 'no reference price', '{"hrg":"9000004","price":900}', NULL, 'na'),
('DRG04', 'plant', 'the region pays', '{"hrg":"9000003","price":480}', '{"indication":"MS"}', 'void'),
('DRG04', 'near_miss', 'we pay', '{"hrg":"9000003","price":480}', '{"indication":"RA"}', 'none'),
('DRG04', 'absent', 'no indication', '{"hrg":"9000003","price":480}', '{"indication":null}', 'na'),
('DRG05', 'plant', 'too many', '{"units":6}', NULL, '{"units":4}'),
('DRG05', 'near_miss', 'the most', '{"units":4}', NULL, 'none'),
('DRG05', 'absent', 'no quantity', '{}', '{"units":null}', 'na')) AS d (r, k, v, ev, line, fix),
    LATERAL (VALUES (1, 'follow', CASE WHEN d.ev LIKE '%"on"%' THEN '{"on":145,"tfc":"410"}' ELSE '{"day":-6,"tfc":"410"}' END::jsonb, NULL, NULL), (2, 'drug', d.ev::jsonb, d.line, d.fix)) AS a (e, base, ev, line, fix);

INSERT INTO county.act (rule_code, kind, variant, e, base, ev, line, fix) VALUES
('DRG02', 'near_miss', 'approved', 3, 'approval', '{"policy":"9000002","indication":"PSO","from":-100,"to":100}', NULL, NULL),
('DRG05', 'plant', 'too early', 1, 'follow', '{"day":-6,"tfc":"410"}', NULL, NULL),
('DRG05', 'plant', 'too early', 2, 'drug', '{"day":-10}', NULL, NULL),
('DRG05', 'plant', 'too early', 3, 'drug', '{}', NULL, '{"units":0}'),
('DRG05', 'near_miss', 'in time', 1, 'follow', '{"day":-6,"tfc":"410"}', NULL, NULL),
('DRG05', 'near_miss', 'in time', 2, 'drug', '{"day":-14}', NULL, NULL),
('DRG05', 'near_miss', 'in time', 3, 'drug', '{}', NULL, 'none'),
('DRG06', 'plant', 'no visit', 1, 'drug', '{}', NULL, 'note'),
('DRG06', 'near_miss', 'thirty days', 1, 'follow', '{"day":-30,"tfc":"410"}', NULL, NULL),
('DRG06', 'near_miss', 'thirty days', 2, 'drug', '{}', NULL, 'none'),
('DRG06', 'absent', 'no date', 1, 'follow', '{"tfc":"410"}', NULL, NULL),
('DRG06', 'absent', 'no date', 2, 'drug', '{"hrg":"9000006","price":118}', '{"start_date":null,"end_date":null}', 'na'),
('DUP05', 'plant', 'same dose again', 1, 'follow', '{"day":-6,"tfc":"410"}', NULL, NULL),
('DUP05', 'plant', 'same dose again', 2, 'drug', '{"hrg":"9000006","price":118}', NULL, NULL),
('DUP05', 'plant', 'same dose again', 3, 'drug', '{"hrg":"9000006","price":118}', NULL, 'void'),
('DUP05', 'near_miss', 'another quantity', 1, 'follow', '{"day":-6,"tfc":"410"}', NULL, NULL),
('DUP05', 'near_miss', 'another quantity', 2, 'drug', '{"hrg":"9000006","price":118}', NULL, NULL),
('DUP05', 'near_miss', 'another quantity', 3, 'drug', '{"hrg":"9000006","price":118,"units":2}', NULL, 'none');

INSERT INTO county.act (rule_code, kind, variant, e, base, ev, rec, line, fix) VALUES
('DEV01', 'plant', 'no such procedure', 1, 'elective', '{"los":1}', '{"procedures":"F093"}', NULL, NULL),
('DEV01', 'plant', 'no such procedure', 2, 'device', '{"like":1}', NULL, NULL, 'void'),
('DEV01', 'plant', 'zero-cost model', 1, 'elective', '{"los":1}', '{"procedures":"K601"}', NULL, NULL),
('DEV01', 'plant', 'zero-cost model', 2, 'device', '{"like":1,"hrg":"9100002","price":2600}', NULL, NULL, 'void'),
('DEV01', 'near_miss', 'pacemaker', 1, 'elective', '{"los":1}', '{"procedures":"F093 K601"}', NULL, NULL),
('DEV01', 'near_miss', 'pacemaker', 2, 'device', '{"like":1}', NULL, NULL, 'none'),
('DEV01', 'absent', 'no procedures', 1, 'elective', '{"los":1}', '{"procedures":null,"ebi":"2"}', NULL, NULL),
('DEV01', 'absent', 'no procedures', 2, 'device', '{"like":1}', NULL, NULL, 'na'),
('MAT03', 'plant', 'charged', 1, 'birth', '{"who":"baby"}', '{"hrg":"PB03Z"}', '{"hrg":"PB03Z"}', '[{"rule":"MAT03","do":"void"},{"rule":"PRC01","unit_price":0}]'),
('MAT03', 'near_miss', 'no charge', 1, 'birth', '{"who":"baby"}', '{"hrg":"PB03Z"}', '{"hrg":"PB03Z","unit_price":0,"total":0}', 'none'),
('MAT03', 'absent', 'no HRG', 1, 'birth', '{"who":"baby"}', '{"hrg":null}', '{"hrg":null}', '[{"rule":"MAT03","do":"na"},{"rule":"COD01","do":"void"}]');
