-- Bank holidays against the calendar itself, and operational days.
SET client_min_messages = warning;
SELECT commissioning.create_warehouse('chal', 'invoice_validation', person_partitions => 2);

-- Easter by the anonymous Gregorian algorithm (Meeus, Jones, Butcher), written apart from the table
CREATE FUNCTION pg_temp.easter(y integer) RETURNS date LANGUAGE sql AS $$
    SELECT make_date(y, x.n / 31, x.n % 31 + 1)
    FROM (SELECT y % 19 AS a, y / 100 AS b, y % 100 AS c) p
    CROSS JOIN LATERAL (SELECT (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30 AS h, c / 4 AS i, c % 4 AS k, b % 4 AS e) q
    CROSS JOIN LATERAL (SELECT (32 + 2 * e + 2 * i - h - k) % 7 AS l) r
    CROSS JOIN LATERAL (SELECT h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114 AS n) x
$$;
SELECT pg_temp.easter(2024) AS e2024, pg_temp.easter(2019) AS e2019;
-- the days that the rule gives: New Year, Good Friday, Easter Monday, first and last Monday of May, last Monday of August, Christmas, Boxing Day, with substitutes
CREATE TEMP VIEW rule_day AS
SELECT y.y, d.day FROM generate_series(2019, 2028) AS y (y)
CROSS JOIN LATERAL (
    SELECT (make_date(y, 1, 1) + CASE extract(isodow FROM make_date(y, 1, 1)) WHEN 6 THEN 2 WHEN 7 THEN 1 ELSE 0 END)::date
    UNION ALL SELECT pg_temp.easter(y) - 2 UNION ALL SELECT pg_temp.easter(y) + 1
    UNION ALL SELECT (date_trunc('week', make_date(y, 5, 1) + 6))::date
    UNION ALL SELECT (date_trunc('week', make_date(y, 5, 31)))::date
    UNION ALL SELECT (date_trunc('week', make_date(y, 8, 31)))::date
    UNION ALL SELECT (make_date(y, 12, 25) + CASE extract(isodow FROM make_date(y, 12, 25)) WHEN 6 THEN 2 WHEN 7 THEN 2 ELSE 0 END)::date
    UNION ALL SELECT (make_date(y, 12, 26) + CASE extract(isodow FROM make_date(y, 12, 26)) WHEN 6 THEN 2 WHEN 7 THEN 2 ELSE 0 END)::date) AS d (day);
-- where the table differs from the rule: moved for VE day 2020 and the jubilee 2022, added for jubilee, funeral and coronation
SELECT 'only in the rule' AS side, day FROM rule_day WHERE day NOT IN (SELECT day FROM commissioning.bank_holiday_reference)
UNION ALL
SELECT 'only in the table', day FROM commissioning.bank_holiday_reference WHERE day NOT IN (SELECT day FROM rule_day) ORDER BY 2;
SELECT count(*) AS weekends FROM commissioning.bank_holiday_reference WHERE extract(isodow FROM day) > 5;

SELECT q.n, q.day, chal.add_operational_days(q.day, q.n) AS found, q.expected, chal.add_operational_days(q.day, q.n) IS NOT DISTINCT FROM q.expected AS ok
FROM (VALUES
    ('2024-08-05'::date, 5, '2024-08-12'::date),    -- Monday to Monday
    ('2024-08-23', 1, '2024-08-27'),                -- Friday over the summer bank holiday
    ('2024-08-24', 1, '2024-08-27'), ('2024-08-24', 0, '2024-08-27'), ('2024-08-27', 0, '2024-08-27'),
    ('2024-12-23', 3, '2024-12-30'),                -- 24, 27, 30
    ('2024-12-31', 1, '2025-01-02'),
    ('2022-09-16', 1, '2022-09-20'),                -- the funeral
    ('2024-08-27', -1, '2024-08-23'), ('2025-04-22', -2, '2025-04-16'),
    ('2024-04-01', 250, '2025-03-25'),              -- 51 weeks and a day are 256 weekdays, less 6
    ('2018-12-31', 1, NULL), ('2028-12-28', 2, NULL), ('2028-12-28', 1, '2028-12-29'), (NULL, 1, NULL), ('2024-08-05', NULL, NULL)) AS q (day, n, expected);
-- every day of ten years, counted one by one
SELECT count(*) AS days, count(*) FILTER (WHERE chal.add_operational_days(d.day::date, 7) <> (
    SELECT max(x.day) FROM (SELECT g::date AS day FROM generate_series(d.day + interval '1 day', d.day + interval '40 days', interval '1 day') g
        WHERE extract(isodow FROM g) NOT IN (6, 7) AND g::date NOT IN (SELECT day FROM commissioning.bank_holiday_reference) ORDER BY g LIMIT 7) x)) AS wrong
FROM generate_series('2019-01-01', '2028-11-30', interval '1 day') AS d (day);
-- a warehouse adds days of its own
INSERT INTO chal.calendar VALUES ('2024-08-28', 'Local closure'), ('2024-08-29', NULL);
SELECT chal.add_operational_days('2024-08-23', 2);
SET chal.today = '2024-02-03';
SELECT chal.today();
DROP SCHEMA chal_reporting, chal, chal_identity CASCADE;
