-- Who pays, and when: ENT02 to ENT14, TIM01 to TIM04.

INSERT INTO county.act (rule_code, kind, variant, e, base, ev, rec, line, fix) VALUES
('ENT02', 'plant', 'lives elsewhere', 1, 'follow', '{"unregistered":true}', $$j('practice', 'V81997', 'lsoa', area_of(other_commissioner(commissioner)))$$, '{"practice":"V81997"}', 'void'),
('ENT02', 'near_miss', 'lives here', 1, 'follow', '{"unregistered":true}', $$j('practice', 'V81997', 'lsoa', area_of(commissioner))$$, '{"practice":"V81997"}', 'none'),
('ENT02', 'absent', 'no area', 1, 'follow', '{"unregistered":true}', '{"practice":"V81997","lsoa":null}', '{"practice":"V81997"}', 'na'),

('ENT03', 'plant', 'prescribed service', 1, 'elective', '{}', '{"service":"NCBPS23A","cam":null}', '{"service":"NCBPS23A"}', 'void'),
('ENT03', 'near_miss', 'billed to the region', 1, 'elective', '{"bill":"13Q"}', '{"service":"NCBPS23A","commissioner":"13Q","cam":"13Q"}', '{"service":"NCBPS23A"}', 'none'),
('ENT03', 'absent', 'no record', 1, 'follow', '{"unrecorded":true}', NULL, NULL, '[{"rule":"ENT03","do":"na"},{"rule":"TIM04","do":"hold"}]'),

('ENT04', 'plant', 'assigned elsewhere', 1, 'procedure', '{}', $$j('cam', other_commissioner(commissioner))$$, NULL, 'void'),
('ENT04', 'near_miss', 'predecessor', 1, 'procedure', '{"pay":"90A"}', '{"cam":"90D"}', NULL, 'none'),
('ENT04', 'absent', 'not assigned', 1, 'procedure', '{}', '{"cam":null}', NULL, 'na'),

('ENT05', 'plant', 'private', 1, 'day case', '{}', '{"category":"02"}', NULL, 'void'),
('ENT05', 'plant', 'overseas', 1, 'day case', '{}', '{"overseas":"F"}', NULL, 'void'),
('ENT05', 'plant', 'devolved', 1, 'day case', '{}', '{"country":"W"}', NULL, 'void'),
('ENT05', 'near_miss', 'amenity', 1, 'day case', '{}', '{"category":"03"}', NULL, 'none'),
('ENT05', 'near_miss', 'exempt', 1, 'day case', '{}', '{"overseas":"A"}', NULL, 'none'),
('ENT05', 'absent', 'no category', 1, 'day case', '{}', '{"category":null}', NULL, 'na'),

('ENT08', 'plant', 'closed practice', 1, 'first', '{}', NULL, '{"practice":"Z19999"}', 'hold'),
('ENT08', 'near_miss', 'closes the day after', 1, 'first', '{"on":150}', NULL, '{"practice":"Z19998"}', 'none'),
('ENT08', 'absent', 'no practice', 1, 'first', '{}', NULL, '{"practice":null}', 'na'),

('ENT09', 'plant', 'low-volume pair', 1, 'first', '{"prov":9}', NULL, NULL, 'void'),
('ENT09', 'near_miss', 'listed last year', 1, 'first', '{"prov":10}', NULL, NULL, 'none'),
('ENT09', 'absent', 'no date', 1, 'claim', '{"pod":"DAIMG","price":90}', NULL, '{"start_date":null,"end_date":null}', '[{"rule":"ENT09","do":"na"},{"rule":"TIM03","do":"na"}]'),

('ENT10', 'plant', 'not in the schedule', 1, 'first', '{"prov":11,"tfc":"130"}', NULL, NULL, 'void'),
('ENT10', 'near_miss', 'decommissioned later', 1, 'first', '{"prov":11,"tfc":"120","on":180}', NULL, NULL, 'none'),
('ENT10', 'absent', 'no specialty', 1, 'attendance', '{"prov":11}', NULL, '{"tfc":null}', 'na'),

('ENT11', 'plant', 'no approval', 1, 'day case', '{}', '{"procedures":"S021 Y801"}', NULL, 'void'),
('ENT11', 'near_miss', 'approved to that day', 1, 'day case', '{}', '{"procedures":"S021 Y801"}', NULL, 'none'),
('ENT11', 'near_miss', 'approved to that day', 2, 'approval', '{"policy":"POL-S02","from":-90,"to":0}', NULL, NULL, NULL),
-- no procedures: neither approval, nor evidence-based intervention, nor doable in clinic can be told
('ENT11', 'absent', 'no procedures', 1, 'day case', '{"hrg":"SB14Z"}', '{"procedures":null}', NULL, '[{"rule":"ENT11","do":"na"},{"rule":"ENT12","do":"na"},{"rule":"CLS08","do":"na"}]'),

('ENT12', 'plant', 'category 1', 1, 'day case', '{}', '{"ebi":"1"}', NULL, 'void'),
('ENT12', 'near_miss', 'category 2', 1, 'day case', '{}', '{"ebi":"2"}', NULL, 'none'),
('ENT12', 'near_miss', 'request granted', 1, 'day case', '{}', '{"ebi":"1"}', NULL, 'none'),
('ENT12', 'near_miss', 'request granted', 2, 'approval', '{"policy":"IFR","from":-60,"to":60}', NULL, NULL, NULL),

('ENT13', 'plant', 'consultant', 1, 'first', '{}', '{"source":"05"}', NULL, 'void'),
('ENT13', 'plant', 'emergency consultant', 1, 'first', '{"tfc":"130"}', '{"source":"01"}', NULL, 'void'),
('ENT13', 'near_miss', 'allowed specialty', 1, 'first', '{"tfc":"301"}', '{"source":"05"}', NULL, 'none'),
('ENT13', 'near_miss', 'general practitioner', 1, 'first', '{}', '{"source":"03"}', NULL, 'none'),
('ENT13', 'absent', 'no source', 1, 'first', '{}', '{"source":null}', NULL, 'na'),

('ENT14', 'plant', 'sexual health', 1, 'procedure', '{"tfc":"360"}', NULL, NULL, 'void'),
('ENT14', 'near_miss', 'another specialty', 1, 'procedure', '{"tfc":"340"}', NULL, NULL, 'none'),
('ENT14', 'absent', 'no specialty', 1, 'attendance', '{}', NULL, '{"tfc":null}', 'na'),

-- day 153 to 182 is September, the month that is sent a third time
('TIM01', 'plant', 'in the refresh only', 1, 'follow', '{"on":160}', NULL, '{"file":"refresh"}', 'void'),
('TIM01', 'near_miss', 'seen on the final day', 1, 'follow', '{"on":165}', NULL, NULL, 'none'),
('TIM01', 'absent', 'no final date', 1, 'follow', '{"on":-40}', NULL, NULL, '[{"rule":"TIM01","do":"na"},{"rule":"TIM02","do":"na"}]'),
('TIM02', 'plant', 'raised after freeze', 1, 'procedure', '{"on":170}', NULL, $$j('frozen_price', 100)$$, $$j('total', amount(1, 100, factor))$$),
('TIM02', 'near_miss', 'lowered after freeze', 1, 'procedure', '{"on":172}', NULL, $$j('frozen_price', 300)$$, 'none'),

('TIM03', 'plant', 'another month', 1, 'follow', '{}', NULL, $$j('month', month % 12 + 1)$$, 'void'),
('TIM03', 'plant', 'open spell', 1, 'emergency', '{}', '{"end_date":null}', '{"end_date":null}', 'void'),
('TIM03', 'near_miss', 'last of the month', 1, 'follow', '{"on":121}', NULL, NULL, 'none'),

('TIM04', 'plant', 'no record', 1, 'follow', '{"unrecorded":true}', NULL, NULL, 'hold'),
('TIM04', 'plant', 'no record of the attendance', 1, 'attendance', '{"unrecorded":true}', NULL, NULL, 'hold'),
('TIM04', 'near_miss', 'met by date', 1, 'follow', '{}', NULL, '{"cds_id":null,"event":null}', 'none'),
('TIM04', 'absent', 'nothing to look for', 1, 'follow', '{}', NULL, '{"cds_id":null,"event":null,"start_date":null,"end_date":null}', 'na');
