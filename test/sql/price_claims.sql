-- Claims of every kind priced in a warehouse: each worked number of the payment rules is a line; how every price is explained; a spell over 1 April.
-- Prices are SYNTHETIC, organisations invented.
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\set SHOW_CONTEXT never
SELECT commissioning.create_warehouse('pc', 'invoice_validation', person_partitions => 2);
\set ECHO none
\i test/sql/price_claims.psql
\set ECHO all
CALL pc.match();
CALL pc.price();

-- the worked numbers: what each line should have cost
SELECT l.person_id AS case_no, c.note, l.pod, l.hrg_sent, l.provider_code AS prov, p.expected_units AS units, p.expected_unit_price AS price, p.expected_factor AS factor, p.expected_total, p.reason
FROM pc.line_price p JOIN pc.invoice_line l USING (person_id, submission_id, line_no) JOIN pc_test.case c ON c.case_no = l.person_id
WHERE l.person_id < 90 ORDER BY l.person_id, l.line_no;
-- the overcharge of an excess day wrongly counted, and of a drug above its reference price: 12 x (352.00 - 334.84) = 205.92
SELECT (SELECT expected_total FROM pc.line_price WHERE person_id = 2) - (SELECT expected_total FROM pc.line_price WHERE person_id = 1) AS critical_care_not_removed,
       (SELECT l.total_cost - p.expected_total FROM pc.line_price p JOIN pc.invoice_line l USING (person_id, submission_id, line_no) WHERE l.person_id = 24) AS drug_above_reference,
       (SELECT sum(expected_total) FROM pc.line_price WHERE person_id = 11) AS attendance_and_scan, (SELECT sum(expected_total) FROM pc.line_price WHERE person_id = 13) AS chemotherapy;
-- every line that has a price says which; parts of a spell add up to its price before the factor
SELECT x.pod_kind, x.price_kind, count(*) FROM pc.claim_price x WHERE x.person_id < 90 GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) AS spells, count(*) FILTER (WHERE round(x.base_price + x.top_up_price + x.excess_price + x.best_practice_price, CASE x.rounding WHEN 'sus' THEN 0 ELSE 2 END) <> x.whole_price) AS off
FROM pc.claim_price x WHERE x.whole_price IS NOT NULL;

-- what is recorded and not claimed: the point of delivery says who leads the care
SELECT activity_id, pod, amount FROM pc.record_price WHERE person_id = 100 ORDER BY 1;

-- how a price came about, for every kind
SELECT e.* FROM pc.explain_price('C01-1') e;
SELECT e.* FROM pc.explain_price('C05-1') e;
SELECT e.* FROM pc.explain_price('C11-1') e;
SELECT e.* FROM pc.explain_price('C12-2') e;
SELECT e.* FROM pc.explain_price('C19-1') e;
SELECT e.* FROM pc.explain_price('C20-1') e;
SELECT e.* FROM pc.explain_price('C21-1') e;
SELECT e.* FROM pc.explain_price('C22-1') e;
SELECT e.* FROM pc.explain_price('C24-1') e;
SELECT e.* FROM pc.explain_price('C25-1') e;
SELECT e.* FROM pc.explain_price('C32-1') e;

-- events priced whole before their lines: base, excess days and critical care apart; excess days forgotten; counted too many; the base twice
SELECT c.note, g.lines, g.spell_lines, g.excess_lines, g.excess_days, g.claimed_total, g.expected_group_total, g.expected_line_total, g.base_price, g.excess_price, g.critical_care_total, g.expected_factor
FROM pc.claim_group_price g JOIN pc_test.case c ON c.case_no = g.person_id WHERE g.person_id BETWEEN 40 AND 49 ORDER BY g.person_id;

SELECT claim_group, lines, unpriced_lines, claimed_gbp, expected_gbp, difference_gbp FROM pc_reporting.event_price WHERE unpriced_lines = 0 AND claimed_gbp > 0 AND difference_gbp <> 0 ORDER BY claim_group;

-- a spell from 25 March to 5 April: the practice changes on 28 March, the commissioner and the provider merge on 1 April
SELECT c.note, f.start_date, f.responsible_practice AS practice, f.responsible_commissioner AS responsible, x.price_date, x.contract_id AS contract, x.basis, x.tariff_year, x.rounding,
       x.expected_unit_price AS price, x.expected_factor AS factor, x.factor_via AS via, x.expected_total
FROM pc.claim_price x JOIN pc.claim_facts f USING (person_id, submission_id, line_no) JOIN pc_test.case c ON c.case_no = x.person_id
WHERE x.person_id BETWEEN 90 AND 99 ORDER BY x.person_id, x.line_no;
SELECT e.* FROM pc.explain_price('C90-1') e;
SELECT r.* FROM pc.claim_price x CROSS JOIN LATERAL pc.recovery_of(x.contract_id, x.pod_class, x.price_date) r WHERE x.person_id = 90;

-- two readings of the rules
INSERT INTO pc.meta VALUES ('admission_method_81', 'EL'), ('short_stay_length', 'actual');
SELECT j -> 'admission_method_81' AS transfers, j -> 'short_stay' AS short_stay FROM pc.tariff_json('corrected', '2024/25', '2024-04-01', '2025-04-01') j;
DELETE FROM pc.meta WHERE key IN ('admission_method_81', 'short_stay_length');
-- a correction in the year: the list is loaded again from October on; the discharge decides
INSERT INTO pc.tariff_price (tariff_name, financial_year, kind, hrg, price, valid_from) VALUES ('corrected', '2024/25', 'emergency', 'VB08Z', 100, '-infinity'), ('corrected', '2024/25', 'emergency', 'VB08Z', 110, '2024-10-01');
CALL pc.price();
SELECT l.start_date, p.expected_unit_price, x.tariff_name, e.formula, e.source
FROM pc.line_price p JOIN pc.invoice_line l USING (person_id, submission_id, line_no) JOIN pc.claim_price x USING (person_id, submission_id, line_no), pc.explain_price(l.line_key) e
WHERE l.person_id IN (80, 81) AND e.part = 'unit price' ORDER BY 1;
-- a repeat changes nothing, and today's data say the same
CALL pc.price();
SELECT status FROM pc.run ORDER BY run_id DESC LIMIT 1;
SELECT count(*) FROM ((TABLE pc.line_price_live EXCEPT TABLE pc.line_price) UNION ALL (TABLE pc.line_price EXCEPT TABLE pc.line_price_live)) x;
DROP SCHEMA pc_test CASCADE;
DROP SCHEMA pc CASCADE;
DROP SCHEMA pc_identity CASCADE;
DROP SCHEMA pc_reporting CASCADE;
