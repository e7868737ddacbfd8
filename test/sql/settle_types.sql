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

-- text and binary round trips
SELECT bool_and(c::text::share_curve = c AND s::text::sliding_scale = s AND p::text::party_split = p) FROM v;
\set file `mktemp -ut settle_types.XXXXXX`
COPY v TO :'file' (FORMAT binary);
CREATE TABLE w (LIKE v);
COPY w FROM :'file' (FORMAT binary);
\setenv FILE :file
\! rm -f "$FILE"
SELECT count(*), bool_and(v.c = w.c AND v.s = w.s AND v.p = w.p) FROM (SELECT *, row_number() OVER () n FROM v) v JOIN (SELECT *, row_number() OVER () n FROM w) w ON v.n = w.n;
SELECT share_curve_send('gain 0..:50%'), party_split_send('a 1');

-- limits
SELECT length((SELECT 'gain ' || string_agg(i || '..' || i + 1 || ':1%', ',' ORDER BY i) FROM generate_series(0, 63) i)::share_curve::text);
SELECT (SELECT 'gain ' || string_agg(i || '..' || i + 1 || ':1%', ',' ORDER BY i) FROM generate_series(0, 64) i)::share_curve;
SELECT length((SELECT 'linear ' || string_agg(i || ':1%', ',' ORDER BY i) FROM generate_series(1, 64) i)::sliding_scale::text);
SELECT (SELECT 'linear ' || string_agg(i || ':1%', ',' ORDER BY i) FROM generate_series(1, 65) i)::sliding_scale;
SELECT (SELECT string_agg('>=' || i || ':1%', ',' ORDER BY -i) FROM generate_series(1, 65) i)::sliding_scale;
SELECT length((SELECT string_agg('p' || i || ' 1/1024', ',' ORDER BY i) FROM generate_series(1, 1024) i)::party_split::text);
SELECT (SELECT string_agg('p' || i || ' 1/1025', ',' ORDER BY i) FROM generate_series(1, 1025) i)::party_split;
SELECT ('"' || repeat('x', 256) || '" 1')::party_split;

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
DROP SCHEMA settle_types CASCADE;
