-- Why did it move? Every kind of change on hand-made lines, alone and together; months left out and held; the totals by hand.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('res', 'invoice_validation', person_partitions => 2);

CREATE FUNCTION res.test_line(submission bigint, key text, commissioner text, in_month integer, pod text, hrg text, unit_price numeric, factor numeric,
                              event text DEFAULT NULL, total numeric DEFAULT NULL, codes_sent jsonb DEFAULT NULL, units numeric DEFAULT 1) RETURNS void LANGUAGE sql AS $$
INSERT INTO res.invoice_line (person_id, submission_id, line_no, line_key, claim_group, provider_code, commissioner_code, financial_year, month, pod, hrg_sent, hrg,
    start_date, nhs_number_state, units, unit_price, market_forces_factor, total_cost, provider_event_id, codes_sent)
SELECT substring(key FROM '[0-9]+')::bigint, submission, (SELECT count(*) + 2 FROM res.invoice_line), md5(key || pod || coalesce(hrg, '') || in_month), 'g', 'RZ1', commissioner, '2024/25',
       in_month, pod, hrg, commissioning.to_hrg(hrg), '2024-04-05', 'valid', units, unit_price, factor, coalesce(total, round(units * unit_price * coalesce(factor, 1), 2)), event, codes_sent
$$;
CREATE FUNCTION res.test_slices(submission bigint, status text DEFAULT 'current') RETURNS void LANGUAGE sql AS $$
UPDATE res.submission_slice s SET status = 'superseded'
WHERE test_slices.status = 'current' AND s.status = 'current'
  AND EXISTS (SELECT FROM res.invoice_line l WHERE l.submission_id = submission AND l.commissioner_code = s.commissioner_code AND l.month = s.month);
INSERT INTO res.submission_slice (submission_id, dataset, provider_code, commissioner_code, financial_year, month, line_count, amount, status, held_reason)
SELECT submission, 'PLCM', 'RZ1', l.commissioner_code, '2024/25', l.month, count(*), sum(l.total_cost), test_slices.status, CASE test_slices.status WHEN 'held' THEN 'falls' END
FROM res.invoice_line l WHERE l.submission_id = submission GROUP BY l.commissioner_code, l.month
$$;
INSERT INTO res.submission (feed, file_name, file_hash, status, loaded_at)
VALUES ('plcm', 'first', '1', 'loaded', '2024-06-01'), ('plcm', 'second', '2', 'loaded', '2024-07-01'), ('plcm', 'third', '3', 'loaded', '2024-08-01');

DO $$
BEGIN
    -- stays; is put right; goes; moves; moves with another price; other point of delivery; other HRG and factor; another month; read by the map
    PERFORM res.test_line(1, 'L1', '00X', 1, 'NEL', 'AA22C', 2000, 1.05, 'E1');          PERFORM res.test_line(2, 'L1', '00X', 1, 'NEL', 'AA22C', 2000, 1.05, 'E1');
    PERFORM res.test_line(1, 'L2', '00X', 1, 'NEL', 'AA22C', 2050, 1.05, 'E2');          PERFORM res.test_line(2, 'L2', '00X', 1, 'NEL', 'AA22C', 2000, 1.05, 'E2');
    PERFORM res.test_line(1, 'L3', '00X', 1, 'OPFASPCL', 'WF01B', 165, 1.05, 'E3');
    PERFORM res.test_line(1, 'L4', '00X', 1, 'OPFASPCL', 'WF01B', 165, 1.05, 'E4');      PERFORM res.test_line(2, 'L4', '00Y', 1, 'OPFASPCL', 'WF01B', 165, 1.05, 'E4');
    PERFORM res.test_line(1, 'L5', '00X', 1, 'NEL', 'AA22C', 2000, 1.05, 'E5');          PERFORM res.test_line(2, 'L5', '00Y', 1, 'NEL', 'AA22C', 1800, 1.05, 'E5');
    PERFORM res.test_line(1, 'L6', '00X', 1, 'DC', 'AA33C', 500, 1.05, 'E6');            PERFORM res.test_line(2, 'L6', '00X', 1, 'EL', 'AA33C', 700, 1.05, 'E6');
    PERFORM res.test_line(1, 'L7', '00X', 1, 'NEL', 'AA22C', 2000, 1.05, 'E7');          PERFORM res.test_line(2, 'L7', '00X', 1, 'NEL', 'AA33C', 600, 1.06, 'E7');
    PERFORM res.test_line(1, 'L8', '00X', 1, 'OPFASPCL', 'WF01B', 165, 1.05, 'E8');      PERFORM res.test_line(2, 'L8', '00X', 3, 'OPFASPCL', 'WF01B', 165, 1.05, 'E8');
    PERFORM res.test_line(1, 'L9', '00X', 1, 'XDAY', NULL, 100, NULL, 'E9');
    PERFORM res.test_line(2, 'L9', '00X', 1, 'DC', NULL, 100, NULL, 'E9', NULL, '{"pod": "XDAY"}');
    PERFORM res.test_line(2, 'L10', '00X', 1, 'OPFUPSPCL', 'WF01A', 82, 1, 'E10');
    -- commissioner, code, price and factor at once; halves of a penny; one of two equal lines; no event number; no unit price
    PERFORM res.test_line(1, 'L11', '00X', 1, 'DC', 'AA33C', 500, 1.05, 'E11');          PERFORM res.test_line(2, 'L11', '00Y', 1, 'EL', 'AA33C', 800, 1.1, 'E11');
    PERFORM res.test_line(1, 'L12', '00X', 1, 'DAIMG', NULL, NULL, NULL, 'E12', 10.005); PERFORM res.test_line(2, 'L12', '00X', 1, 'DAIMG', NULL, NULL, NULL, 'E12', 10.009);
    PERFORM res.test_line(1, 'L13', '00X', 1, 'DALAB', NULL, 7, NULL, 'E13');            PERFORM res.test_line(2, 'L13', '00X', 1, 'DALAB', NULL, 7, NULL, 'E13');
    PERFORM res.test_line(1, 'L13#2', '00X', 1, 'DALAB', NULL, 7, NULL, 'E13');
    PERFORM res.test_line(1, 'L14', '00X', 1, 'AE', 'VB08Z', 150, 1.05);                 PERFORM res.test_line(2, 'L14', '00X', 1, 'AE', 'VB07Z', 250, 1.05);
    PERFORM res.test_line(1, 'L15', '00X', 1, 'AE', 'VB08Z', NULL, NULL, 'E15', 150);    PERFORM res.test_line(2, 'L15', '00X', 1, 'AE', 'VB07Z', NULL, NULL, 'E15', 260);
    -- units; a line that comes to another commissioner as well as the first
    PERFORM res.test_line(1, 'L16', '00Y', 1, 'NELXBD', 'AA22C', 200, 1.05, 'E16', NULL, NULL, 3); PERFORM res.test_line(2, 'L16', '00Y', 1, 'NELXBD', 'AA22C', 200, 1.05, 'E16', NULL, NULL, 2);
    PERFORM res.test_line(1, 'L17', '00X', 1, 'CRD', NULL, 30, NULL, 'E17');             PERFORM res.test_line(2, 'L17', '00X', 1, 'CRD', NULL, 30, NULL, 'E17');
    PERFORM res.test_line(2, 'L17', '00Y', 1, 'CRD', NULL, 30, NULL, 'E17');
    -- a month left out by the second file; a new month; a third file that falls and waits
    PERFORM res.test_line(1, 'L20', '00X', 2, 'NEL', 'AA22C', 2000, 1.05, 'E20');
    PERFORM res.test_line(2, 'L21', '00X', 3, 'DC', 'AA33C', 500, 1.05, 'E21');
    PERFORM res.test_line(3, 'L21', '00X', 3, 'DC', 'AA33C', 100, 1, 'E21');
    PERFORM res.test_slices(1);
    PERFORM res.test_slices(2);
    PERFORM res.test_slices(3, 'held');
END $$;

-- by hand: opening, new, withdrawn, re-coded, re-priced, moved commissioner, moved month, remapped, closing
CREATE TABLE res.want (commissioner_code text, month integer, pod text, opening numeric, new numeric, withdrawn numeric, recoded numeric, repriced numeric,
                       moved_commissioner numeric, moved_month numeric, remapped numeric, closing numeric);
INSERT INTO res.want VALUES
    ('00X', 1, 'NEL',       8452.50, 0,     0,       -1470,   -46.50, -2100,   0,       0,    4836),
    ('00X', 1, 'OPFASPCL',   519.75, 0,     -173.25, 0,       0,      -173.25, -173.25, 0,    0),
    ('00X', 1, 'OPFUPSPCL',  0,      82,    0,       0,       0,      0,       0,       0,    82),
    ('00X', 1, 'DC',         1050,   0,     0,       -525,    0,      -525,    0,       100,  100),
    ('00X', 1, 'EL',         0,      0,     0,       735,     0,      0,       0,       0,    735),
    ('00X', 1, 'XDAY',       100,    0,     0,       0,       0,      0,       0,       -100, 0),
    ('00X', 1, 'DAIMG',      10.01,  0,     0,       0,       0,      0,       0,       0,    10.01),
    ('00X', 1, 'DALAB',      14,     0,     -7,      0,       0,      0,       0,       0,    7),
    ('00X', 1, 'AE',         307.50, 0,     0,       215,     0,      0,       0,       0,    522.50),
    ('00X', 1, 'CRD',        30,     0,     0,       0,       0,      0,       0,       0,    30),
    ('00X', 2, 'NEL',        2100,   0,     0,       0,       0,      0,       0,       0,    2100),
    ('00X', 3, 'OPFASPCL',   0,      0,     0,       0,       0,      0,       173.25,  0,    173.25),
    ('00X', 3, 'DC',         0,      525,   0,       0,       0,      0,       0,       0,    525),
    ('00Y', 1, 'OPFASPCL',   0,      0,     0,       0,       0,      173.25,  0,       0,    173.25),
    ('00Y', 1, 'NEL',        0,      0,     0,       0,       -210,   2100,    0,       0,    1890),
    ('00Y', 1, 'DC',         0,      0,     0,       -525,    0,      525,     0,       0,    0),
    ('00Y', 1, 'EL',         0,      0,     0,       840,     40,     0,       0,       0,    880),
    ('00Y', 1, 'NELXBD',     630,    0,     0,       0,       -210,   0,       0,       0,    420),
    ('00Y', 1, 'CRD',        0,      30,    0,       0,       0,      0,       0,       0,    30);

CREATE VIEW res.got AS
SELECT b.commissioner_code, b.month, b.pod, b.opening_gbp, b.new_gbp, b.withdrawn_gbp, b.recoded_gbp, b.repriced_gbp, b.moved_commissioner_gbp, b.moved_month_gbp, b.remapped_gbp, b.closing_gbp
FROM res.restatement_bridge(1, 2) b;
SELECT count(*) FROM res.want;
SELECT 'got' AS side, x.* FROM (TABLE res.got EXCEPT TABLE res.want) x UNION ALL SELECT 'want', x.* FROM (TABLE res.want EXCEPT TABLE res.got) x;
SELECT count(*) AS rows, count(*) FILTER (WHERE opening + new + withdrawn + recoded + repriced + moved_commissioner + moved_month + remapped <> closing) AS wrong_by_hand FROM res.want;

-- the lines behind it, and they add up to the bridge
SELECT commissioner_code, month, pod, part, amount_gbp, opening_gbp, closing_gbp, what_changed FROM res.restatement_lines(1, 2)
ORDER BY coalesce(opening_line, 1000 + closing_line), part, amount_gbp, commissioner_code;
SELECT count(*) AS cells_off
FROM (SELECT l.commissioner_code, l.month, l.pod, sum(l.amount_gbp) AS amount FROM res.restatement_lines(1, 2) l GROUP BY 1, 2, 3) l
FULL JOIN (SELECT b.*, b.closing_gbp - b.opening_gbp AS amount FROM res.restatement_bridge(1, 2) b) b ON b.commissioner_code = l.commissioner_code AND b.month = l.month AND b.pod = l.pod
WHERE coalesce(l.amount, 0) IS DISTINCT FROM coalesce(b.amount, 0);

-- what a dashboard sees: the last two statements of every slice, the month left out, the one that is held
SELECT commissioner_code, activity_month, pod, state, opening_gbp, closing_gbp, opening_lines, closing_lines, held_gbp FROM res_reporting.restatement ORDER BY 1, 2, 3;
-- the same but for the month that was stated once
SELECT count(*) FROM ((SELECT commissioner_code, pod, opening_gbp, recoded_gbp, repriced_gbp, closing_gbp FROM res_reporting.restatement
                       EXCEPT SELECT commissioner_code, pod, opening_gbp, recoded_gbp, repriced_gbp, closing_gbp FROM res.restatement_bridge(1, 2))) x;
-- by date: before the first, between, after
SELECT sum(opening_gbp), sum(new_gbp), sum(closing_gbp), count(*) FROM res.restatement_bridge_at('2024-05-01', '2024-06-15');
SELECT sum(opening_gbp) AS opening, sum(repriced_gbp) AS repriced, sum(closing_gbp) AS closing FROM res.restatement_bridge_at('2024-06-15', '2024-07-15');
SELECT count(*) FROM res.restatement_lines_at('2024-06-15', '2024-06-20');
-- from a file to itself nothing moves; back again everything turns round
SELECT count(*), sum(opening_gbp) = sum(closing_gbp) AS same FROM res.restatement_bridge(2, 2);
SELECT count(*) FROM res.restatement_lines(2, 2);
-- what waits does not move anything; released it does
SELECT commissioner_code, month, pod, state, opening_gbp, repriced_gbp, closing_gbp, held_gbp FROM res.restatement_bridge(2, 3) WHERE month = 3;
SELECT res.release_slice(3);
SELECT commissioner_code, month, pod, state, opening_gbp, withdrawn_gbp, repriced_gbp, closing_gbp, held_gbp FROM res.restatement_bridge(2, 3) WHERE month = 3;
SELECT * FROM res.restatement_bridge(1, 99);
-- no persons in what is shown
SELECT count(*) FROM pg_attribute WHERE attrelid = 'res_reporting.restatement'::regclass AND attname = 'person_id';
SET search_path = '';
SELECT pg_catalog.count(*) FROM res.restatement_bridge(1, 2);
RESET search_path;

DROP SCHEMA res_reporting CASCADE;
DROP SCHEMA res CASCADE;
DROP SCHEMA res_identity CASCADE;
