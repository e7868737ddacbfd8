-- Scripted people: each lives through one small story of a few events, made so that one rule is broken, just kept, or cannot be judged.
-- They have no other events, so no two stories meet; their providers, contracts and clauses are their own. The families of rules write
-- the stories (61 to 66); 68 casts people and makes the events; 74 spoils their records and claims and writes the truth.

CREATE TABLE county.act (
    n integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rule_code text NOT NULL, kind text NOT NULL CHECK (kind IN ('plant', 'near_miss', 'absent')),
    variant text NOT NULL, e integer NOT NULL DEFAULT 1, base text NOT NULL, ev jsonb NOT NULL DEFAULT '{}', rec text, line text, fix text,
    part integer NOT NULL DEFAULT 1, times float8 NOT NULL DEFAULT 1, large boolean NOT NULL DEFAULT false);
COMMENT ON TABLE county.act IS
    'One event of a story. base: template; ev: what differs from it, constant. rec and line: what record and claim say instead, a JSON object or an expression that gives one, over the columns of county.scene. fix: void, hold, note, none (near miss), na (absent), or the right units, unit_price, factor or total; an array where several rules meet; NULL: not judged. part: line of the claim that is judged. large: not at tier S.';

-- dataset CL: claimed only, in no hospital record; price and units are then in ev.
CREATE TABLE county.template (base text PRIMARY KEY, body jsonb NOT NULL);
INSERT INTO county.template VALUES
('first',      '{"dataset":"OP","hrg":"WF01B","tfc":"110","first":"1","status":"5"}'),
('follow',     '{"dataset":"OP","hrg":"WF01A","tfc":"110","first":"2","status":"5"}'),
('multi',      '{"dataset":"OP","hrg":"WF02B","tfc":"110","first":"1","status":"5","type":"M"}'),
('remote',     '{"dataset":"OP","hrg":"WF01D","tfc":"110","first":"3","status":"5"}'),
('procedure',  '{"dataset":"OP","hrg":"EY51Z","tfc":"320","first":"2","status":"5"}'),
('attendance', '{"dataset":"EC","hrg":"VB08Z","tfc":"180","first":"1","type":"01"}'),
('day case',   '{"dataset":"APC","kind":1,"hrg":"AB16Z","class":"2","method":"11","los":0}'),
('elective',   '{"dataset":"APC","kind":2,"hrg":"CA03A","class":"1","method":"11","los":2}'),
('emergency',  '{"dataset":"APC","kind":0,"hrg":"DZ65H","class":"1","method":"21","los":4}'),
('same day',   '{"dataset":"APC","kind":0,"hrg":"DZ65H","class":"1","method":"22","los":0}'),
('maternity',  '{"dataset":"APC","kind":3,"hrg":"NZ19B","class":"1","method":"31","los":1}'),
('birth',      '{"dataset":"APC","kind":4,"hrg":"PB04D","class":"1","method":"82","los":1}'),
('drug',       '{"dataset":"CL","pod":"DRUG","tfc":"300","hrg":"9000001","units":1,"price":352,"national":"N"}'),
('device',     '{"dataset":"CL","pod":"DEVICE","tfc":"320","hrg":"9100001","units":1,"price":2400,"national":"N"}'),
('claim',      '{"dataset":"CL","tfc":"110","units":1,"national":"N"}'),
('approval',   '{"dataset":"AP"}'),
('recovered',  '{"dataset":"RL"}');

-- Providers of the stories, one of every contract basis, numbered after the county's own. 1 to 8 share the stories that name none; 9 and 10
-- are of the low-volume list (10 in another year), 11 has a schedule of services, 12 was taken over by 1 in the middle of the year, 13 has the
-- clause on readmissions.
INSERT INTO county.provider
SELECT s.providers + k, 'T' || chr(88 + k / 10) || k % 10, 0, round((1.02 + 0.25 * county.u(1000 + CASE k WHEN 12 THEN 1 ELSE k END, 12))::numeric, 4),
       (ARRAY['tariff', 'api', 'block', 'activity', 'mret', 'blended', 'local', 'nca', 'lva', 'tariff', 'tariff', 'tariff', 'tariff'])[k], 0.9
FROM county.setting s, generate_series(1, 13) AS k;

-- What the expressions of a story may use.
CREATE FUNCTION county.j(VARIADIC "any") RETURNS jsonb LANGUAGE internal STABLE AS 'jsonb_build_object';
CREATE FUNCTION county.day(d date) RETURNS text LANGUAGE sql IMMUTABLE RETURN to_char(d, 'DD/MM/YYYY');
CREATE FUNCTION county.att(fy text, f text, h text) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT price FROM county.price_attendance WHERE financial_year = fy AND tfc = f AND hrg = h);
CREATE FUNCTION county.spell_price(fy text, h text, col text) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT (to_jsonb(p) ->> col)::numeric FROM county.price_spell p WHERE financial_year = fy AND hrg = h);
CREATE FUNCTION county.other_price(fy text, h text) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT price FROM county.price_other WHERE financial_year = fy AND hrg = h);
CREATE FUNCTION county.other_commissioner(c text) RETURNS text LANGUAGE sql IMMUTABLE RETURN CASE c WHEN '90A' THEN '90B' ELSE '90A' END;
-- small areas belong to the commissioners in turn
CREATE FUNCTION county.area_of(c text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN 'E01' || (900000 + CASE c WHEN '90A' THEN 3 WHEN '90B' THEN 1 ELSE 2 END)::text;
-- what a feed says of an event or a claim: the story's word, else the default
CREATE FUNCTION county.told(x jsonb, k text, otherwise text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN x ? k THEN x ->> k ELSE otherwise END;

-- Local prices, of all contracts.
CREATE TABLE county.local_price (pod text, tfc text, hrg_prefix text, provider_code text, unit_price numeric, factor_applies boolean);
INSERT INTO county.local_price VALUES
('RADAY', NULL, NULL, NULL, 214, false), ('OPFASPCL', '650', NULL, NULL, 74, false), ('NF2FFA', '650', NULL, NULL, 74, false), ('OPFAMPCL', '650', NULL, NULL, 74, false),
('OPFUPSPCL', '650', NULL, NULL, 48, false), ('NF2FFUP', '650', NULL, NULL, 48, false), ('OPFUPMPCL', '650', NULL, NULL, 48, false),
('WAFUP', NULL, NULL, NULL, 41, false), ('WAFA', NULL, NULL, NULL, 62, false), ('CDU', NULL, NULL, NULL, 245, false), ('SDEC', NULL, NULL, NULL, 310, false),
('MATPATHAN', NULL, NULL, NULL, 1180, false), ('MATPATHPN', NULL, NULL, NULL, 260, false), ('DAIMG', NULL, NULL, NULL, 90, false), ('ARD', NULL, NULL, NULL, 180, true);
CREATE FUNCTION county.local(p text, f text DEFAULT NULL) RETURNS numeric LANGUAGE sql STABLE
RETURN (SELECT unit_price FROM county.local_price WHERE pod = p AND (tfc IS NULL OR tfc = f) LIMIT 1);
-- antenatal clinics have a price and no referrals of their own
INSERT INTO county.price_attendance
SELECT financial_year, t, hrg, price FROM county.price_attendance, unnest(ARRAY['501', '560', '360']) AS t WHERE tfc = '502';
