-- Contract terms as values: text, binary, order, hash, refusals.
CREATE SCHEMA settle_types;
SET search_path = settle_types, commissioning, public;
\set VERBOSITY terse
\pset null '(null)'

-- canonical print, by value
SELECT v::share_curve FROM (VALUES
    ('gain 0..500000:20%, 500000..:30% max 150000; loss 0..:100% max 300000'),
    (' LOSS 0 .. : 1/1 MAX 300000.00 ;GAIN 0..500000.00:0.2,500000..:3/10 max 150000 '),
    ('gain 0..:1/10'), ('gain cliff 3% 0..:40% max 10%'),
    ('gain cliff 2% 0..:50% max 10%; loss cliff 2% 0..:30% max 4%'),
    ('both 0..5%:50%,5%..10%:35%,10%..15%:15%,15%..:5%'),
    ('both 0%..3.000000000%:0%,3%..8%:50%,8%..:80%'),
    ('gain 0..:2/6'), ('gain cliff 0 0..:40%'), ('gain cliff 0% 0..0.5:40% max 0%'),
    ('gain 0..0.123456789%:0.123456789, 0.123456789%..150%:123456789/987654321'),
    ('gain 0..5%:50%'), ('loss cliff 1000.50 0..2%:100% max 2000'),
    ('gain 0..:9223372036854775806/9223372036854775807')) t(v);
SELECT v::sliding_scale FROM (VALUES
    ('>=90%:100%,>=80%:75%,>=60%:50% else 0%'), ('>= 0.9 : 1, >=0.80:0.75,>=3/5:1/2'),
    ('linear 70%:0%,90%:100%'), ('LINEAR 1/3:75%, 80%:40%'), ('linear 5000:3.9%,6000:3.6%, 60000.5:2%'),
    ('linear 0:0%, 5000:100%'), ('linear 1:0%'), ('linear 1.5:0%'), ('>=0:1/3'),
    ('linear 1234567890123456789/2:1%')) t(v);
SELECT v::party_split FROM (VALUES
    ('acute 45%, community 30%, gp remaining'), ('15N 1/2, "15n" 0.5'), ('1.2.3 1/2, -a 1/2'), ('15N 1/3,RXX REMAINING'),
    ('"City ""Big"" Council" 50%,"remaining" 25%, x-1.b_2 25%'), ('a 100%'), ('a 1'), ('a 0%, b remaining'),
    ('a 1, b remaining'), ('"1.5" 1/2, 5E1 1/2'), ('"max" 2/4, 1.2a 1/2')) t(v);
SELECT '"é" 50%, "Größe der Stadt" remaining'::party_split;

-- equal by value; order of parties and the written forms matter
SELECT 'gain 0..:50%'::share_curve = 'GAIN 0 .. : 2/4'::share_curve AS rate,
       'gain 0..:50%; loss 0..:1'::share_curve = 'loss 0..:100% ; gain 0.00..:0.5'::share_curve AS sides,
       'both 0..:50%'::share_curve = 'gain 0..:50%; loss 0..:50%'::share_curve AS both_kept,
       'gain 0..:50%'::share_curve = 'loss 0..:50%'::share_curve AS other_side,
       'gain 0..1:50%'::share_curve = 'gain 0..1%:50%'::share_curve AS unit,
       'a 50%, b 50%'::party_split = 'b 50%, a 50%'::party_split AS party_order,
       'a 50%, b remaining'::party_split = 'a 50%, b 50%'::party_split AS remaining_kept,
       'a 50%, B 50%'::party_split = 'a 50%, b 50%'::party_split AS exact_names,
       '>=90%:1'::sliding_scale = '>=0.9:100%'::sliding_scale AS scale,
       '>=90%:1 else 0'::sliding_scale = '>=90%:100%'::sliding_scale AS otherwise,
       'linear 90%:1'::sliding_scale = '>=90%:100%'::sliding_scale AS kind;

-- spellings of one value: one value, one hash, one print
SELECT count(*) AS spellings, count(DISTINCT c) AS values, count(DISTINCT share_curve_hash_extended(c, 1)) AS hashes, count(DISTINCT c::text) AS prints, min(c::text) AS print
FROM unnest('{"gain cliff 2% 0..5%:50%, 5%..:25% max 10%; loss 0..1000:1/3","loss 0..1000.00:3/9;gain cliff 2.0% 0..5%:1/2,5%..:1/4 max 10%","GAIN CLIFF 2 % 0 .. 5.000 % : 0.5 , 5 % .. : 0.25 MAX 10 %  ;  Loss 0..1000.0:333333333333333333/999999999999999999",
    "gain cliff 2% 0%..5%:4611686018427387903/9223372036854775806,5%..:25.000000000% max 10%;loss 0.00..1000:1/3"}'::share_curve[]) c;
SELECT count(*) AS spellings, count(DISTINCT s) AS values, count(DISTINCT sliding_scale_hash_extended(s, 1)) AS hashes, count(DISTINCT s::text) AS prints, min(s::text) AS print
FROM unnest('{">=90%:100%, >=1/2:75% else 0",">=0.9:1,>=50%:3/4 ELSE 0%",">= 9/10 : 2/2 , >= 0.50 : 0.75 else 0/7"}'::sliding_scale[]) s;
SELECT count(*) AS spellings, count(DISTINCT p) AS values, count(DISTINCT party_split_hash_extended(p, 1)) AS hashes, count(DISTINCT p::text) AS prints, min(p::text) AS print
FROM unnest(ARRAY['a 50%, 15N 1/4, b remaining', '"a" 1/2 ,"15N" 25% , "b" REMAINING', E'a\t0.5,\n15N 0.250 ,b Remaining']::party_split[]) p;
-- a step to another limit, rate, gate, cap, party or order is another value
SELECT count(DISTINCT c) AS different, count(*) AS of, count(DISTINCT share_curve_hash_extended(c, 0)) AS hashes FROM unnest('{"gain 0..5:50%","gain 0..5:50.000000001%","gain 0..5.01:50%","gain 0..5%:50%","gain cliff 1 0..5:50%","gain cliff 1% 0..5:50%","gain 0..5:50% max 1","gain 0..5:50% max 0",
    "gain 0..5:50%,5..:0%","loss 0..5:50%","both 0..5:50%","gain 0..5:50%; loss 0..5:50%","gain 0..4:50%,4..5:50%"}'::share_curve[]) c;

-- order and hash classes; the hashes never change
CREATE TABLE v (c share_curve, s sliding_scale, p party_split);
INSERT INTO v VALUES ('gain 0..:50%', '>=90%:1', 'a 1'), ('gain 0..:1/2', '>=0.9:100%', 'a 100%'),
    ('loss 0..:50%', '>=80%:1', 'b 1'), ('gain 0..:40%', 'linear 1:1', 'a 1/2, b 1/2');
SELECT c, count(*) FROM v GROUP BY c ORDER BY c;
SELECT s, count(*) FROM v GROUP BY s ORDER BY s DESC;
SELECT p, count(*) FROM v GROUP BY p ORDER BY p;
SELECT c < 'gain 0..:50%' lt, c <= 'gain 0..:50%' le, c > 'gain 0..:50%' gt, c >= 'gain 0..:50%' ge, c <> 'gain 0..:50%' ne,
       share_curve_cmp(c, 'gain 0..:50%') FROM v ORDER BY c;
SELECT share_curve_hash('gain 0..:50%'), sliding_scale_hash('>=90%:1'), party_split_hash('a 1/2, b 1/2'),
       share_curve_hash_extended('gain 0..:50%', 0), share_curve_hash_extended('gain 0..:50%', 1);
SELECT bool_and(share_curve_hash_extended(c, 0)::bit(64)::bit(64) << 32 = share_curve_hash(c)::bit(32)::bit(64)) AS same_low_half FROM v;
SET enable_hashagg = off;
SELECT count(DISTINCT c), count(DISTINCT s), count(DISTINCT p) FROM v;
RESET enable_hashagg;
CREATE UNIQUE INDEX ON v (c) WHERE c <> 'gain 0..:50%';
CREATE INDEX ON v USING hash (p);

-- text, binary and JSON round trips: every kind of value
SELECT bool_and(c::text::share_curve = c AND s::text::sliding_scale = s AND p::text::party_split = p) FROM v;
CREATE TABLE kept (n integer, c share_curve, s sliding_scale, p party_split);
INSERT INTO kept SELECT row_number() OVER (), c, s, p FROM
    unnest('{"gain cliff 2% 0..5%:50%, 5%..:1/3 max 150000; loss cliff 1000.50 0..2%:100% max 2000","both 0..5%:50%,5%..10%:35%,10%..:0","loss 0..0.01:0.000000001 max 0",
        "gain 0..:9223372036854775806/9223372036854775807","gain 0..9999999999999999.99:1/9223372036854775807 max 123456789012345678%","gain 0..0.000000001%:99.999999999%",NULL}'::share_curve[]) WITH ORDINALITY a (c, i)
    FULL JOIN unnest('{">=90%:100%,>=80%:75%,>=60%:50% else 0%",">=1/3:1/7","linear 1/3:75%, 80%:40%","linear 5000:3.9%, 60000.000000001:2%",">=1234567890123456789/2:1% else 1","linear 0.000000001%:0, 2:1",NULL}'::sliding_scale[]) WITH ORDINALITY b (s, i) USING (i)
    FULL JOIN unnest(ARRAY['a 1', '15N 1/3, RXX remaining, "City ""Big"" Council" 0%', '"é" 50%, "Größe der Stadt" remaining', '"remaining" 1/2, "1.5" 1/2', '"a,b: c;d" 1/9223372036854775807, e remaining', NULL, NULL]::party_split[]) WITH ORDINALITY d (p, i) USING (i);
INSERT INTO kept SELECT 100, (SELECT 'gain ' || string_agg(i || '..' || i + 1 || ':1/' || i + 1000003, ',' ORDER BY i) FROM generate_series(0, 63) i)::share_curve,
    (SELECT 'linear ' || string_agg(i || ':1/' || i + 7, ',' ORDER BY i) FROM generate_series(1, 64) i)::sliding_scale,
    (SELECT string_agg(format('"%s%s" 1/1024', repeat('é', 125), i), ',' ORDER BY i) FROM generate_series(1, 1024) i)::party_split;
\set file `mktemp -ut settle_types.XXXXXX`
COPY kept TO :'file' (FORMAT binary);
CREATE TABLE read_back (LIKE kept);
COPY read_back FROM :'file' (FORMAT binary);
SELECT count(*) AS rows, count(k.c) AS curves, count(k.s) AS scales, count(k.p) AS splits,
       count(*) FILTER (WHERE (k.c, k.s, k.p) IS DISTINCT FROM (r.c, r.s, r.p)) AS binary_differs,
       count(*) FILTER (WHERE (k.c, k.s, k.p) IS DISTINCT FROM (k.c::text::share_curve, k.s::text::sliding_scale, k.p::text::party_split)) AS text_differs,
       count(*) FILTER (WHERE (k.c, k.s, k.p) IS DISTINCT FROM (k.c::jsonb::share_curve, k.s::jsonb::sliding_scale, k.p::jsonb::party_split)) AS json_differs,
       count(*) FILTER (WHERE (k.c::text, k.s::text, k.p::text) IS DISTINCT FROM (r.c::text, r.s::text, r.p::text)) AS print_differs,
       count(*) FILTER (WHERE (share_curve_hash_extended(k.c, 7), sliding_scale_hash_extended(k.s, 7), party_split_hash_extended(k.p, 7))
                        IS DISTINCT FROM (share_curve_hash_extended(r.c, 7), sliding_scale_hash_extended(r.s, 7), party_split_hash_extended(r.p, 7))) AS hash_differs
FROM kept k JOIN read_back r ON r.n = k.n;
SELECT count(*) AS stored_out_of_line_reads_back FROM kept WHERE n = 100 AND pg_column_size(p) > 2000 AND (SELECT count(*) FROM split_parties(p)) = 1024;
SELECT share_curve_send('gain 0..:50%'), sliding_scale_send('>=90%:1'), party_split_send('a 1');

-- binary that was damaged or is of another version: what the server says, and it goes on serving
CREATE FUNCTION from_wire(type regtype, file text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    value text;
BEGIN
    EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', bytes, file);
    EXECUTE format('CREATE TEMP TABLE received (v %s) ON COMMIT DROP', type);
    EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
    EXECUTE 'SELECT v::text FROM received' INTO value;
    DROP TABLE received;
    RETURN 'read: ' || value;
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT t, b, from_wire(t, :'file', b) FROM (VALUES
    ('share_curve'::regtype, '\x01'::bytea || 'gain 0..:50%'), ('share_curve', '\x01'::bytea || 'BOTH 0 .. : 2/4'), ('share_curve', ''), ('share_curve', '\x01'), ('share_curve', '\x00'::bytea || 'gain 0..:50%'),
    ('share_curve', '\x02'::bytea || 'gain 0..:50%'), ('share_curve', '\xff'::bytea || 'gain 0..:50%'), ('share_curve', '\x01'::bytea || 'gain 0..:50'), ('share_curve', '\x01'::bytea || 'gain 0..:5' || '\x00'::bytea || '%'),
    ('share_curve', '\x01'::bytea || 'gain 0..:50%' || '\xff'::bytea), ('share_curve', '\x01'::bytea || 'gain 0..:9/4'), ('share_curve', '\x01'::bytea || '>=90%:1'),
    ('sliding_scale', '\x01'::bytea || '>=90%:1'), ('sliding_scale', ''), ('sliding_scale', '\x02'::bytea || '>=90%:1'), ('sliding_scale', '\x01'::bytea || '>=90%:1,>=95%:1'), ('sliding_scale', '\x01'::bytea || 'a 1'),
    ('party_split', '\x01'::bytea || '"a" 1'), ('party_split', ''), ('party_split', '\x07'::bytea || 'a 1'), ('party_split', '\x01'::bytea || 'a 1/2'), ('party_split', '\x01'::bytea || '"' || '\xc328'::bytea || '" 1'),
    ('party_split', '\x01'::bytea || '"a' || '\x00'::bytea || '" 1'), ('party_split', '\x01'::bytea || '"a')) w (t, b);
\setenv FILE :file
\! rm -f "$FILE"

-- numbers at the edge of 64 bits: the exact penny (worked out by hand with whole numbers) or an error, never a wrong penny
SELECT q AS curve, x, curve_share(q::share_curve, x, NULL) AS share FROM (VALUES
    ('gain 0..:9223372036854775806/9223372036854775807', 92233720368547758.07), ('gain 0..:1/9223372036854775807', 92233720368547758.07), ('gain 0..:1/9223372036854775807', 46116860184273879.04),
    ('gain 0..:1/9223372036854775807', 46116860184273879.03), ('gain 0..:4611686018427387904/9223372036854775807', 0.01), ('gain 0..:4611686018427387903/9223372036854775807', 0.01),
    ('gain 0..0.01:1/9223372036854775783, 0.01..:9223372036854775782/9223372036854775783', 0.02), ('gain 0..9999999999999999.99:1 max 9999999999999999.98', 92233720368547758.07)) v (q, x);
SELECT curve_share('gain 0..:100%', 92233720368547758.07, NULL, 2);
SELECT curve_share('gain 0..123456789012345678%:100%', 92233720368547758.07, 92233720368547758.07);
SELECT curve_share((SELECT 'gain ' || string_agg(format('%s..%s:1/%s', i, CASE WHEN i < 63 THEN (i + 1)::text END, 9223372036854775807 - 2 * i), ',' ORDER BY i) FROM generate_series(0, 63) i)::share_curve, 64, NULL);
SELECT sum(amount) AS a_million_in_1024_parts, min(amount), max(amount) FROM split_amount(1000000.00, (SELECT string_agg('p' || i || ' 1/1024', ',' ORDER BY i) FROM generate_series(1, 1024) i)::party_split);
SELECT amount FROM split_amount(92233720368547758.07, 'a 9223372036854775806/9223372036854775807, b remaining');
SELECT scale_value('linear 0:0%, 9223372036854775807/1:100%', 4611686018427387903.5), scale_value('>=9223372036854775807/1:1 else 0', 9223372036854775806.999999999);

-- limits
SELECT length((SELECT 'gain ' || string_agg(i || '..' || i + 1 || ':1%', ',' ORDER BY i) FROM generate_series(0, 63) i)::share_curve::text);
SELECT (SELECT 'gain ' || string_agg(i || '..' || i + 1 || ':1%', ',' ORDER BY i) FROM generate_series(0, 64) i)::share_curve;
SELECT length((SELECT 'linear ' || string_agg(i || ':1%', ',' ORDER BY i) FROM generate_series(1, 64) i)::sliding_scale::text);
SELECT (SELECT 'linear ' || string_agg(i || ':1%', ',' ORDER BY i) FROM generate_series(1, 65) i)::sliding_scale;
SELECT (SELECT string_agg('>=' || i || ':1%', ',' ORDER BY -i) FROM generate_series(1, 65) i)::sliding_scale;
SELECT length((SELECT string_agg('p' || i || ' 1/1024', ',' ORDER BY i) FROM generate_series(1, 1024) i)::party_split::text);
SELECT (SELECT 'gain ' || string_agg(i || '..' || i + 1 || ':1%', ',' ORDER BY i) || '; loss ' || string_agg(i || '..' || i + 1 || ':2%', ',' ORDER BY i) FROM generate_series(0, 63) i)::share_curve IS NOT NULL AS sixty_four_bands_a_side;
SELECT (SELECT 'gain 0..:1; loss ' || string_agg(i || '..' || i + 1 || ':1%', ',' ORDER BY i) FROM generate_series(0, 64) i)::share_curve;
SELECT (SELECT string_agg('p' || i || ' 1/1025', ',' ORDER BY i) FROM generate_series(1, 1025) i)::party_split;
SELECT ('"' || repeat('x', 256) || '" 1')::party_split;
SELECT length(('"' || repeat('x', 255) || '" 1')::party_split::text), (SELECT length(party) FROM split_parties(('"' || repeat('é', 127) || '" 1')::party_split));
SELECT ('"' || repeat('é', 128) || '" 1')::party_split;

-- what is refused, and what it says: every message names the place
CREATE FUNCTION refusal(type regtype, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT %L::%s', value, type);
    RETURN 'accepted';
EXCEPTION WHEN others THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END
$$;
SELECT v, refusal('share_curve', v) FROM unnest(ARRAY[
    '', ' ', 'gains 0..:1', 'gain', 'gain 0', 'gain 0..', 'gain 0..:', 'gain 0..:40', 'gain 0..:101%', 'gain 0..:3/2', 'gain 0..:-1',
    'gain 1..:40%', 'gain 0..5:40%,6..:40%', 'gain 0..5:40%,5%..:40%', 'gain 0..5%:40%,5%..10:40%', 'gain 0..5:40%,5..5:40%', 'gain 0..5:40%,5..4:40%',
    'gain 0..0:1%', 'gain 0..:1%,0..:1%', 'gain 0..:1%;', 'gain 0..:1%; gain 0..:1%', 'both 0..:1%; loss 0..:1%', 'loss 0..:1%; both 0..:1%', 'gain 0..:1%; loss 0..:1%; gain 0..:1%',
    'gain 0..:.5', 'gain 0..:5e1%', 'gain 0..:+50%', 'gain 0..1_000:50%', 'gain 0..1,000:50%', 'gain 0..5.001:1%', 'gain 0..:0.1234567890', 'gain 0..:0.1234567890%',
    'gain 0..1234567890123456789:1%', 'gain 0..99999999999999999:1%', 'gain 0..92233720368547758.08:1%', 'gain 0..12345678901234567890:1%', 'gain 0..:1/0', 'gain 0..:1.0/2', 'gain 0..:1/2.0', 'gain 0..:1/2%', 'gain 0..:1/9223372036854775808',
    'gain cliff 0..:1%', 'gain cliff -1 0..:1%', 'gain 0..:1% max', 'gain 0..:1% max 5 max 6', 'gain 0..:1% 5', E'gain\u00A00..:1%', 'gain 0...5:1%', 'gain 0..:1%,', 'gain NaN..:1%', 'gain 0.:1%']) v;
SELECT v, refusal('sliding_scale', v) FROM unnest(ARRAY[
    '', '90%:1', '>=90%', '>=90%:', '>=90%:1,>=90%:1', '>=80%:1,>=0.9:1', '>=90%:1 else', '>=90%:1 else 2', 'linear', 'linear 1:1,1:1', 'linear 2:1,1:1', 'linear 1/2:1, 2/4:1',
    'linear 1:1 else 0', 'linear >=1:1', '>=-1:1', '>=90%:1,', '>=90%:1, else 0', '>= 90 % : 1 x', '>=0.1234567891:1', '>=1,000:5%']) v;
SELECT v, refusal('party_split', v) FROM unnest(ARRAY[
    '', 'a', 'a 50%', 'a 50%,b 51%', 'a 50%,b 49.999999999%', 'a 1/3,b 1/3,c 1/3', 'a 50%,a 50%', 'a 50%,"a" 50%', 'a remaining,b remaining', '50% a', '5 50%', '1.5 50%', 'remaining 50%', 'max 1', 'Gain 1',
    '"" 1', '"a 1', '"a"" 1', 'a 50% b 50%', 'a 50%,', 'a -50%,b 150%', 'a 150%', 'a b', 'a=50%', 'é 50%', 'a remain', E'a\u00A050%,b 50%', '-5 1', '5. 1', 'a 1_0']) v;
-- places are counted in characters, not bytes, and no character is cut in two
SELECT v, refusal('party_split', v) FROM unnest(ARRAY['"é" 50%, b 6x', '"Größe" 1/3, "Übung" 1/3, "Größe" 1/3', '"日本" 50%, 日本日本日本日本日本日本 50%', 'a 50%, "é']) v;
SELECT refusal('share_curve', 'gain 0..5' || repeat(' ', 300) || ':1; löss 0..:1'), refusal('sliding_scale', E'>=90%:1,\n>=80%:é');
DROP SCHEMA settle_types CASCADE;
