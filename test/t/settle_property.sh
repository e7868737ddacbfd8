# Properties of settlement over thousands of made cases, and an independent settlement beside it.
source "$top/test/lib/tap.sh"
psql -Xq -v ON_ERROR_STOP=1 -f "$top/test/oracle/settle.sql"

# holds NAME QUERY: the query counts the cases that break the rule, and all cases.
holds() {
	local got
	got=$(psql -XAt -v ON_ERROR_STOP=1 -c "SET search_path = commissioning, public" -c "$2" | tail -n 1)
	if [[ $got == 0\|* && $got != '0|0' ]]; then ok 0 "$1 (${got#*|} cases)"; else ok 1 "$1"; diag "broken | cases: $got"; fi
}
share() { echo "curve_share(text::share_curve, $1, base / 100.0, factor / 100000000.0)"; }

holds 'the share is that of the oracle' "SELECT count(*) FILTER (WHERE $(share 'x / 100.0') * 100 IS DISTINCT FROM oracle.share(x, base, percent, upper_limits, nums, dens, gate, cap, factor)), count(*) FROM oracle.made"
holds 'the mirror image' "SELECT count(*) FILTER (WHERE $(share 'x / 100.0') <> -$(share '-x / 100.0')), count(*) FROM oracle.made"
holds 'nothing of nothing' "SELECT count(*) FILTER (WHERE $(share 0) <> 0), count(*) FROM oracle.made"
holds 'never more than there is, never the other sign' "SELECT count(*) FILTER (WHERE NOT $(share 'abs(x) / 100.0') BETWEEN 0 AND abs(x) / 100.0), count(*) FROM oracle.made"
holds 'a larger difference never gives less' "SELECT count(*) FILTER (WHERE $(share 'x / 100.0') > $(share "(x + oracle.r(id, 60, 5000)) / 100.0")), count(*) FROM oracle.made"
holds 'without a gate the share grows no faster than the difference' "SELECT count(*) FILTER (WHERE $(share "(x + oracle.r(id, 61, 500)) / 100.0") - $(share 'x / 100.0') > oracle.r(id, 61, 500) / 100.0 + 0.01), count(*) FROM oracle.made WHERE gate IS NULL"
holds 'never beyond the cap' "SELECT count(*) FILTER (WHERE abs($(share 'x / 100.0')) > round(CASE WHEN percent THEN cap * base / 100000 ELSE cap END / 100, 2)), count(*) FROM oracle.made WHERE cap IS NOT NULL"
holds 'lines add up to the share' "SELECT count(*) FILTER (WHERE $(share 'x / 100.0') <> coalesce((SELECT sum(amount) FROM curve_lines(text::share_curve, x / 100.0, base / 100.0, factor / 100000000.0)), 0)), count(*) FROM oracle.made"
holds 'percentages scale with the base' "SELECT count(*) FILTER (WHERE abs(curve_share(text::share_curve, 7 * x / 100.0, 7 * base / 100.0, factor / 100000000.0) - 7 * $(share 'x / 100.0')) > 0.04), count(*) FROM oracle.made WHERE percent"
holds 'a band cut in two shares the same' "SELECT count(*) FILTER (WHERE curve_share(('gain 0..100:' || nums[1] || '/' || dens[1])::share_curve, abs(x) / 100.0, NULL) <> curve_share(('gain 0..33.33:' || nums[1] || '/' || dens[1] || ',33.33..100:' || nums[1] || '/' || dens[1])::share_curve, abs(x) / 100.0, NULL)), count(*) FROM oracle.made"
holds 'what is printed reads back, equal with an equal hash' "SELECT count(*) FILTER (WHERE text::share_curve::text::share_curve <> text::share_curve OR share_curve_hash(text::share_curve::text::share_curve) <> share_curve_hash(text::share_curve)), count(*) FROM oracle.made"
holds 'gain and loss written apart share as both does' "SELECT count(*) FILTER (WHERE $(share 'x / 100.0') <> curve_share((replace(text, 'both', 'loss') || ';' || replace(text, 'both', 'gain'))::share_curve, x / 100.0, base / 100.0, factor / 100000000.0)), count(*) FROM oracle.made"
holds 'a statement settles what the curve shares, and its exact text rounds to it' "SELECT count(*) FILTER (WHERE s.amount <> curve_share(text::share_curve, x / 100.0, base / 100.0)
   OR 100 * s.amount <> sign(num) * div(200 * abs(num) + den, 2 * den)), count(*)
   FROM oracle.made m CROSS JOIN LATERAL settle(jsonb_build_object('measure', 'benchmark - actual', 'curve', text)::settlement_terms, jsonb_build_object('benchmark', base / 100.0, 'actual', (base - x) / 100.0)::settlement_inputs) s
   CROSS JOIN LATERAL (SELECT split_part(s.exact_text, '/', 1)::numeric AS num, coalesce(nullif(split_part(s.exact_text, '/', 2), '')::numeric, 1) AS den) e
   WHERE m.id <= 3000 AND s.line_code = 'settlement'"
# decimal rates, so that plain numeric is exact: difference, gate, 40 %, quality, factor, cap, one rounding
holds 'a statement in full is that of plain numeric' "SELECT count(*) FILTER (WHERE s.amount IS DISTINCT FROM CASE WHEN d < g * b THEN 0.00 ELSE round(least(d * 0.40 * q * 0.98, b * 0.01), 2) END), count(*)
   FROM (SELECT id, base / 100.0 * 0.98 AS b, base / 100.0 * 0.98 - base / 100.0 * (1 - oracle.r(id, 70, 9000) / 100000.0)::numeric(8,5) AS d, base / 100.0 * (1 - oracle.r(id, 70, 9000) / 100000.0)::numeric(8,5) AS a, base,
                oracle.r(id, 71, 4) / 100.0 AS g, CASE WHEN oracle.r(id, 72, 101) >= 80 THEN 1 WHEN oracle.r(id, 72, 101) >= 50 THEN 0.75 ELSE 0.5 END AS q, oracle.r(id, 72, 101) / 100.0 AS score
         FROM oracle.made WHERE id <= 3000) m
   CROSS JOIN LATERAL settle(jsonb_build_object('measure', 'benchmark - actual', 'curve', 'gain 0..:40% max 1%', 'gate_by', 'minimum_rate', 'gate_side', 'both', 'quality', '>=80%:1,>=50%:75% else 50%', 'quality_side', 'gain', 'factor_gain', 0.98, 'discount', 0.02)::settlement_terms,
        jsonb_build_object('benchmark', base / 100.0, 'actual', a, 'minimum_rate', g, 'score', score)::settlement_inputs) s
   WHERE d > 0 AND s.line_code = 'settlement'"

psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE oracle.pool AS
SELECT id, (oracle.r(id, 1, 2) * 2 - 1) * oracle.r(id, 2, 10000000) AS total,
       (SELECT array_agg(CASE WHEN i > 1 AND oracle.r(id, 10 + i, 5) = 0 THEN 0 ELSE 1 + oracle.r(id, 20 + i, CASE WHEN id % 2 = 0 THEN 6 ELSE 1000000 END) END::numeric ORDER BY i) FROM generate_series(1, 2 + oracle.r(id, 3, 6)::integer) i) AS weights
FROM generate_series(1, 10000) id;
CREATE TABLE oracle.part AS
SELECT p.id, p.total, w.i, w.weight, (oracle.parts(p.total, p.weights))[w.i] AS expected, sum(w.weight) OVER (PARTITION BY p.id) AS whole,
       commissioning.split_weighted(p.total / 100.0, w.weight) OVER (PARTITION BY p.id ORDER BY w.i) AS part,
       commissioning.split_weighted(-p.total / 100.0, w.weight * 0.07) OVER (PARTITION BY p.id ORDER BY w.i) AS mirrored
FROM oracle.pool p CROSS JOIN LATERAL unnest(p.weights) WITH ORDINALITY AS w (weight, i);
SQL
holds 'weighted parts are those of the oracle' "SELECT count(*) FILTER (WHERE part * 100 IS DISTINCT FROM expected), count(*) FROM oracle.part"
holds 'parts add up to the total' "SELECT count(*) FILTER (WHERE s <> t), count(*) FROM (SELECT sum(part) AS s, min(total) / 100.0 AS t FROM oracle.part GROUP BY id) p"
holds 'each part is within a penny of exact' "SELECT count(*) FILTER (WHERE abs(part * 100 * whole - total * weight) >= whole), count(*) FROM oracle.part"
holds 'a weight of nothing gets nothing' "SELECT count(*) FILTER (WHERE part <> 0), count(*) FROM oracle.part WHERE weight = 0"
holds 'mirror image, and weights to any scale' "SELECT count(*) FILTER (WHERE mirrored <> -part), count(*) FROM oracle.part"
holds 'a split with these shares gives the same' "SELECT count(*) FILTER (WHERE (SELECT array_agg(amount * 100 ORDER BY party_order) FROM split_amount(total / 100.0, t::party_split)) <> oracle.parts(total, weights)), count(*)
   FROM (SELECT p.*, (SELECT string_agg('p' || i || ' ' || w || '/' || (SELECT sum(v) FROM unnest(weights) v), ',' ORDER BY i) FROM unnest(weights) WITH ORDINALITY u (w, i)) AS t FROM oracle.pool p) p"

holds 'another order of the parties moves pennies between equal remainders alone' "SELECT count(*) FILTER (WHERE part <> backwards AND (abs(part - backwards) > 0.01 OR ties = 1)) + CASE WHEN count(*) FILTER (WHERE part <> backwards) = 0 THEN 1 ELSE 0 END, count(*)
   FROM (SELECT part, split_weighted(total / 100.0, weight) OVER (PARTITION BY id ORDER BY i DESC) AS backwards, count(*) OVER (PARTITION BY id, mod(abs(total) * weight, whole)) AS ties FROM oracle.part) p"

# three bands whose rates fall from u to w, and the same with the middle band cut somewhere
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE TABLE oracle.bent AS
SELECT id, x, h, format('gain 0..%1$s:%4$s/1000, %1$s..%3$s:%5$s/1000, %3$s..:%6$s/1000', a, m, b, u, v, w) AS falling, format('gain 0..%1$s:%6$s/1000, %1$s..%3$s:%5$s/1000, %3$s..:%4$s/1000', a, m, b, u, v, w) AS rising,
       format('gain 0..%1$s:%4$s/1000, %1$s..%2$s:%5$s/1000, %2$s..%3$s:%5$s/1000, %3$s..:%6$s/1000', a, m, b, u, v, w) AS cut
FROM (SELECT id, round(a / 100.0, 2) AS a, round((a + m) / 100.0, 2) AS m, round((a + m + b) / 100.0, 2) AS b, r[3] AS u, r[2] AS v, r[1] AS w, (h + z) / 100.0 AS x, h / 100.0 AS h
      FROM (SELECT id, 1 + oracle.r(id, 81, 40000) AS a, 1 + oracle.r(id, 82, 40000) AS m, 1 + oracle.r(id, 83, 40000) AS b, 1 + oracle.r(id, 84, 30000) AS h, oracle.r(id, 85, 150000) AS z,
                   (SELECT array_agg(q ORDER BY q) FROM (SELECT oracle.r(id, 86 + k, 1001) AS q FROM generate_series(1, 3) k) s) AS r FROM generate_series(1, 10000) id) d) e;
SQL
# each of the three results may be rounded by half a penny
holds 'rates that fall bend the share down' "SELECT count(*) FILTER (WHERE 2 * curve_share(falling::share_curve, x, NULL) < curve_share(falling::share_curve, x - h, NULL) + curve_share(falling::share_curve, x + h, NULL) - 0.02), count(*) FROM oracle.bent"
holds 'rates that rise bend it up' "SELECT count(*) FILTER (WHERE 2 * curve_share(rising::share_curve, x, NULL) > curve_share(rising::share_curve, x - h, NULL) + curve_share(rising::share_curve, x + h, NULL) + 0.02), count(*) FROM oracle.bent"
holds 'a band in the middle cut anywhere shares the same' "SELECT count(*) FILTER (WHERE curve_share(falling::share_curve, x, NULL) <> curve_share(cut::share_curve, x, NULL)), count(*) FROM oracle.bent"
holds 'a gate opens at once, by rate x gate' "SELECT count(*) FILTER (WHERE curve_share(c::share_curve, g - 0.01, NULL) <> 0 OR curve_share(c::share_curve, g, NULL) <> round(g * u / 1000, 2)), count(*)
   FROM (SELECT g, u, format('gain cliff %s 0..:%s/1000', g, u) AS c FROM (SELECT round((1 + oracle.r(id, 91, 9000000)) / 100.0, 2) AS g, oracle.r(id, 92, 1001) AS u FROM generate_series(1, 10000) id) d) e"
holds 'and nowhere else: a penny more never moves more than a penny' "SELECT count(*) FILTER (WHERE abs(curve_share(c, at + 0.01, b) - curve_share(c, at, b)) > 0.01), count(*)
   FROM (SELECT text::share_curve AS c, base / 100.0 AS b, (oracle.r(id, 93, 3 * base::bigint)) / 100.0 AS at, CASE WHEN percent THEN gate * base / 100000 ELSE gate END / 100 AS g FROM oracle.made WHERE id <= 15000) m
   WHERE g IS NULL OR at >= g OR at + 0.01 < g"

# beside_python NAME KIND CASES FOUND: random cases made by a program in another language, which reads the terms by itself.
beside_python() {
	local got
	python3 "$top/test/oracle/settle.py" make "$2" "$3" 20260401 >"$work/made.json"
	psql -Xq -v ON_ERROR_STOP=1 -c 'DROP TABLE IF EXISTS oracle.line' -c 'CREATE TABLE oracle.line (line jsonb)' \
		-c "\\copy oracle.line FROM '$work/made.json' (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')" 2>/dev/null
	got=$(psql -XAtq -v ON_ERROR_STOP=1 -c 'SET search_path = commissioning, public' \
		-c "SELECT line || jsonb_build_object('found', $4) FROM oracle.line" | python3 "$top/test/oracle/settle.py" check "$2" 2>"$work/broken.txt")
	is "$got" "0|$3" "$1"
	[[ ! -s $work/broken.txt ]] || diag "$(cut -c 1-600 "$work/broken.txt")"
}
beside_python 'shares are those of a program in another language' curve 10000 "curve_share((line ->> 'curve')::share_curve, (line ->> 'x')::numeric, (line ->> 'base')::numeric, (line ->> 'factor')::numeric)::text"
# rates as wide as they can be written: the exact penny, or 22003; and neither of them always
psql -Xq -v ON_ERROR_STOP=1 <<'SQL'
CREATE FUNCTION oracle.share_or_refused(curve text, x numeric, factor numeric) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN commissioning.curve_share(curve::commissioning.share_curve, x, NULL, factor)::text;
EXCEPTION WHEN numeric_value_out_of_range THEN
    RETURN 'refused';
END
$$;
SQL
beside_python 'rates of 63 bits: the exact penny or an error, never a wrong penny' wide 10000 "oracle.share_or_refused(line ->> 'curve', (line ->> 'x')::numeric, (line ->> 'factor')::numeric)"
is "$(psql -XAt -c "SELECT count(*) FILTER (WHERE f = 'refused') BETWEEN 1 AND 5000, count(*) FROM (SELECT oracle.share_or_refused(line ->> 'curve', (line ->> 'x')::numeric, (line ->> 'factor')::numeric) AS f FROM oracle.line) l")" 't|10000' 'most of them fit, some do not'
# narrow ones always fit: a band or two of rates with few digits and a difference as wide as a bigint of pence
is "$(psql -XAt -c "SELECT count(*) FROM generate_series(1, 99) d WHERE oracle.share_or_refused('both 0..5000:1/' || d || ',5000..:' || d - 1 || '/' || d, 92233720368547758.07, 0.98) = 'refused'")" 0 'a few digits never fail to fit'
beside_python 'rates of scales too' scale 10000 "scale_value((line ->> 'scale')::sliding_scale, (line ->> 'v')::numeric)::text"
beside_python 'parts of splits too' split 10000 "(SELECT jsonb_object_agg(s.party, s.amount::text) FROM split_amount((line ->> 'total')::numeric, (line ->> 'split')::party_split, line ->> 'method') s)"
beside_python 'whole statements too, every clause and what is due to every party' statement 10000 "(SELECT jsonb_build_object('settlement', max(l.amount::text) FILTER (WHERE l.line_code = 'settlement'),
	'due', jsonb_object_agg(l.party, l.amount::text) FILTER (WHERE l.line_code = 'due')) FROM settle((line -> 'terms')::settlement_terms, (line -> 'inputs')::settlement_inputs, (line -> 'detail')::settlement_detail) l)"
done_testing
