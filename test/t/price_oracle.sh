# 20,000 random spells under 300 random prices: price_spell agrees with the plain SQL oracle in every part, to the last digit;
# and prices behave: parts add up, one more day never costs less, a price does not depend on what stands beside it.
set -euo pipefail
psql -Xqv ON_ERROR_STOP=1 >/dev/null <<'SQL'
SELECT setseed(0.25);
CREATE TABLE oracle_price AS
SELECT (chr(65 + n / 100) || 'B' || lpad((n % 100)::text, 2, '0') || 'Z')::text AS hrg,
       CASE WHEN random() < 0.4 THEN round((random() * 5000)::numeric, n % 4) END AS combined,
       round((random() * 5000)::numeric, n % 3) AS day_case, round((random() * 9000)::numeric, n % 2) AS elective, round((random() * 9000)::numeric, n % 7) AS non_elective,
       (random() * 10)::integer AS elective_trim, (random() * 20)::integer AS non_elective_trim, round((random() * 400)::numeric, n % 5) AS per_day,
       CASE WHEN n % 3 = 0 THEN round((random() * 900)::numeric, n % 3) END AS short_stay_price, CASE WHEN n % 3 = 1 THEN round((random() * 100)::numeric, n % 3) END AS short_stay_percent,
       CASE WHEN n % 4 = 0 THEN round((random() * 1000)::numeric, 2) END AS best_practice
FROM generate_series(0, 299) n;
CREATE TABLE oracle_top_up AS SELECT 'T' || n AS code, round((random() * 40)::numeric, n % 5) AS percent FROM generate_series(0, 9) n;
CREATE TABLE oracle_spell AS
SELECT n AS id, (SELECT hrg FROM oracle_price OFFSET n % 300 LIMIT 1) AS hrg, (ARRAY['1', '1', '1', '2'])[1 + (random() * 3)::integer] AS patient_classification,
       (ARRAY['11', '12', '13', '21', '22', '23', '24', '25', '28', '2A', '2B', '2C', '2D', '31', '32', '81', '82', '83', '98'])[1 + (random() * 18)::integer] AS admission_method,
       date '2024-03-20' + (random() * 380)::integer AS admission_date, NULL::date AS discharge_date, (random() * 40)::integer AS age,
       (random() * 5)::integer * (n % 2) AS critical_care_days, (random() * 4)::integer * (n % 3 % 2) AS rehabilitation_days, 0 AS overlap_days, (random() * 2)::integer * (n % 5 % 2) AS palliative_days,
       random() < 0.5 AS best_practice, CASE WHEN random() < 0.3 THEN 'T' || (random() * 9)::integer END AS top_up_code,
       round((0.9 + random() * 0.3)::numeric, n % 7) AS market_forces_factor, (ARRAY['sus', 'penny', 'none'])[1 + n % 3] AS rounding
FROM generate_series(1, 20000) n;
UPDATE oracle_spell SET discharge_date = admission_date + (random() * CASE WHEN id % 3 = 0 THEN 2 ELSE 35 END)::integer,
    overlap_days = (random() * least(critical_care_days, rehabilitation_days))::integer;
UPDATE oracle_spell SET market_forces_factor = 1 WHERE market_forces_factor = 0;
SQL
psql -Xqv ON_ERROR_STOP=1 -f "$top/test/oracle/price.sql" >/dev/null
psql -Xqv ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE TABLE oracle_tariff AS
SELECT jsonb_build_object('name', 'oracle', 'version', '1', 'financial_year', '2024/25', 'currency', 'GBP', 'synthetic', true, 'short_stay', '{"max_days": 1, "min_age": 19}'::jsonb,
    'spells', (SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(p)) ORDER BY random()) FROM oracle_price p),
    'top_ups', (SELECT jsonb_agg(to_jsonb(t)) FROM oracle_top_up t))::commissioning.tariff AS body;
CREATE TABLE oracle_found AS
SELECT s.id, (q.p).* FROM oracle_spell s, oracle_tariff t,
    LATERAL (SELECT commissioning.price_spell(t.body, ROW(s.hrg::commissioning.hrg, s.patient_classification, s.admission_method, s.admission_date, s.discharge_date, s.age, s.critical_care_days,
        s.rehabilitation_days, s.overlap_days, s.palliative_days, s.best_practice, s.top_up_code, s.market_forces_factor, s.rounding)::commissioning.spell_line) AS p OFFSET 0) q;
SQL
number=0
# is NAME QUERY: the query returns t
is() {
	local found
	found=$(psql -XAtqv ON_ERROR_STOP=1 -c "$2")
	number=$((number + 1))
	if [[ $found == t ]]; then echo "ok $number - $1"; else echo "not ok $number - $1"; sed 's/^/# /' <<<"$found"; fi
}
is 'the oracle prices what price_spell prices' \
	"SELECT count(*) > 15000 AND bool_and((e.id IS NULL) = (f.reason IS NOT NULL)) FROM oracle_found f LEFT JOIN oracle_expected e ON e.id = f.id"
for part in pod=pod length_of_stay=los qualifying_days=qualifying trim_point=trim_point full_base=full_base short_stay=short_stay base=base top_up=top_up \
	excess_days=excess_days per_day=per_day excess=excess best_practice=bp pre_factor=pre_factor final=final excess_days_with_critical_care=with_critical_care; do
	is "every spell: ${part%=*}" \
		"SELECT bool_and(f.${part%=*} = e.${part#*=}) FROM oracle_found f JOIN oracle_expected e ON e.id = f.id"
done
is 'every kind of price occurs a hundred times' \
	"SELECT bool_and(n > 100) FROM (SELECT count(*) FILTER (WHERE short_stay) AS a, count(*) FILTER (WHERE excess > 0) AS b, count(*) FILTER (WHERE top_up > 0) AS c,
	        count(*) FILTER (WHERE best_practice > 0) AS d, count(*) FILTER (WHERE excess_days_with_critical_care > excess_days) AS e, count(*) FILTER (WHERE pod = 'DC') AS f
	 FROM oracle_found) x, unnest(ARRAY[a, b, c, d, e, f]) n"
is 'parts add up to the price before the factor, less at most half a unit of the rounding' \
	"SELECT bool_and(abs(f.pre_factor - (f.base + f.top_up + f.excess + f.best_practice)) <= CASE s.rounding WHEN 'sus' THEN 0.5 WHEN 'penny' THEN 0.005 ELSE 0 END)
	 FROM oracle_found f JOIN oracle_spell s USING (id) WHERE f.reason IS NULL"
is 'one more day never costs less, once past the short stay' \
	"SELECT bool_and((a.p).final <= (b.p).final) FROM oracle_tariff t, oracle_price p, generate_series(2, 40) d,
	 LATERAL (SELECT commissioning.price_spell(t.body, ROW(p.hrg::commissioning.hrg, '1', '21', date '2025-03-31' - d, '2025-03-31', 50, 0, 0, 0, 0, false, NULL, 1.0733, 'sus')::commissioning.spell_line) AS p OFFSET 0) a,
	 LATERAL (SELECT commissioning.price_spell(t.body, ROW(p.hrg::commissioning.hrg, '1', '21', date '2025-03-31' - d - 1, '2025-03-31', 50, 0, 0, 0, 0, false, NULL, 1.0733, 'sus')::commissioning.spell_line) AS p OFFSET 0) b"
is 'the last step of price_steps is the price' \
	"SELECT count(*) > 100 AND bool_and(s.amount = f.final) FROM oracle_found f JOIN oracle_spell o USING (id), oracle_tariff t,
	 LATERAL (SELECT amount FROM commissioning.price_steps(t.body, ROW(o.hrg::commissioning.hrg, o.patient_classification, o.admission_method, o.admission_date, o.discharge_date, o.age, o.critical_care_days,
	        o.rehabilitation_days, o.overlap_days, o.palliative_days, o.best_practice, o.top_up_code, o.market_forces_factor, o.rounding)::commissioning.spell_line) ORDER BY step DESC LIMIT 1) s
	 WHERE f.reason IS NULL AND f.id <= 500"
is 'the tariff survives dump and restore as text' \
	"SELECT bool_and(body::text::commissioning.tariff::text = body::text) FROM oracle_tariff"
echo "1..$number"
