# Risk values on the wire and on disk: binary copies, damaged messages, damaged JSON, dump and restore of a warehouse.
source "$top/test/lib/tap.sh"
dir=$(mktemp -d "${TMPDIR:-/tmp}/risk_io.XXXXXX")
trap 'rm -rf "$dir"' EXIT

sql "CREATE TABLE value AS SELECT name || CASE WHEN version <> '1' THEN ' ' || version ELSE '' END AS name, body AS model, commissioning.risk_match_codes(body, '{I21,C78,F00,W19,K704}') AS flags FROM commissioning.risk_model_reference
     UNION ALL SELECT 'inputs', '{\"name\":\"i\",\"version\":\"1\",\"link\":\"log\",\"inputs\":[{\"name\":\"x\",\"coefficient\":0.1,\"missing\":1e-300}]}', ''" \
	'CREATE TABLE back (LIKE value)'
psql -XAtq -c '\copy value TO '"'$dir/value'"' (FORMAT binary)'
psql -XAtq -v ON_ERROR_STOP=1 -c '\copy back FROM '"'$dir/value'"' (FORMAT binary)'
is "$(sql "SELECT count(*) FROM value v JOIN back b USING (name) WHERE v.model::text = b.model::text AND v.flags::text = b.flags::text AND v.flags OPERATOR(commissioning.=) b.flags")" "$(sql 'SELECT count(*) + 1 FROM commissioning.risk_model_reference')" 'a binary copy brings back every value'

# damaged KIND POSITION BYTES: copy one row with bytes written over it
damaged() {
	psql -XAtq -c "\\copy (SELECT $1 FROM value WHERE name = 'hfrs_gilbert2018') TO '$dir/one' (FORMAT binary)"
	printf "$3" | dd of="$dir/one" bs=1 seek="$2" conv=notrunc status=none
	psql -XAtq -v VERBOSITY=sqlstate -v ON_ERROR_STOP=1 -c "CREATE TEMP TABLE t ($1 commissioning.risk_$1)" -c "\\copy t FROM '$dir/one' (FORMAT binary)" 2>&1 | sed -n 's/.*ERROR:  //p' | head -n 1
}
# 19 bytes of head, 2 of columns, 4 of length: the value begins at 25
is "$(damaged model 25 '\x02')" 22P03 'a model in another binary form'
is "$(damaged model 26 'x')" 22P02 'a model that is no JSON'
is "$(damaged model 40 '\xff\xfe')" 22021 'a model in a wrong encoding'
is "$(damaged flags 25 '\x00\x02')" 22P03 'flags of another version'
is "$(damaged flags 27 '\x00\x11')" 22P03 'flags with too many words'
is "$(damaged flags 27 '\x00\x00')" 22P03 'flags without words'
is "$(damaged flags 27 '\x00\x10')" 08P01 'flags that end too early'
is "$(damaged flags 27 '\x00\x01')" 22P03 'flags that go on'

# Random changes of valid models and flags never do more than raise a class 22 or 54 error.
cat >"$dir/fuzz.sql" <<'SQL'
SELECT setseed(0.42);
DO $$
DECLARE
    base text[] := ARRAY(SELECT model::text FROM public.value);
    good text := (SELECT flags::text FROM public.value WHERE name = 'hfrs_gilbert2018');
    bytes text := '{}[]",:\u0123eE+-.nulltrue';
    t text;
    at integer;
    read integer := 0;
    refused integer := 0;
    odd text[] := '{}';
BEGIN
    FOR i IN 1..4000 LOOP
        t := CASE WHEN i % 4 = 0 THEN good ELSE base[1 + i % 4] END;
        FOR j IN 1..1 + i % 3 LOOP
            at := 1 + (random() * length(t))::integer;
            t := overlay(t placing substr(bytes, 1 + (random() * (length(bytes) - 1))::integer, (random() * 2)::integer) from at for (random() * 2)::integer);
        END LOOP;
        BEGIN
            IF i % 4 = 0 THEN
                PERFORM commissioning.risk_flags_or(t::commissioning.risk_flags, t::commissioning.risk_flags), t::commissioning.risk_flags::text;
            ELSE
                PERFORM commissioning.risk_score(t::commissioning.risk_model, '{I21,F00}', '{"x": 1}');
            END IF;
            read := read + 1;
        EXCEPTION WHEN OTHERS THEN
            refused := refused + 1;
            IF SQLSTATE NOT LIKE '22%' AND SQLSTATE NOT LIKE '54%' THEN
                odd := odd || (SQLSTATE || ' ' || SQLERRM);
            END IF;
        END;
    END LOOP;
    RAISE NOTICE 'read %, refused %, odd %', read > 100, refused > 1000, odd;
END $$;
SQL
like "$(psql -XAtq -f "$dir/fuzz.sql" 2>&1)" 'read t, refused t, odd \{\}' '4000 damaged values are read or refused'

# A warehouse with scores, dumped and restored.
sql "SELECT commissioning.create_warehouse('icb', 'risk_stratification', 2)" \
	"INSERT INTO icb.person (person_id, birth_month) VALUES (1, '1940-01-01'), (2, '1950-01-01')" \
	"INSERT INTO icb.registration (person_id, practice_code, valid_from) VALUES (1, 'P81001', '2020-01-01'), (2, 'P81001', '2020-01-01')" \
	"INSERT INTO icb.activity (person_id, dataset, provider_code, start_date, end_date, diagnoses) VALUES (1, 'APC', 'RXX', '2024-01-01', '2024-01-05', '{F00,N39}')" \
	"SELECT icb.register_model('{\"name\":\"own\",\"version\":\"1\",\"categories\":[{\"key\":\"dementia\",\"points\":2,\"prefixes\":[\"F0\"]}]}')" "SELECT icb.approve_model('own', '1', allow_same_person => true)" >/dev/null
psql -XAtq -c "CALL icb.score_population(NULL, '2024-01-31')" 2>/dev/null
models=$(sql "SELECT count(DISTINCT name) FROM icb.scoring_model WHERE unit = 'person'")
before=$(sql "SELECT model, person_id, score, rank_overall FROM icb_reporting.risk_register ORDER BY 1, 2")
is "$(grep -c . <<<"$before")" $((2 * models)) 'every model of people scores two people'
sql 'CREATE DATABASE risk_io_restored' >/dev/null
pg_dump | psql -Xq -v ON_ERROR_STOP=1 -d risk_io_restored >/dev/null 2>"$dir/errors"
is "$(cat "$dir/errors")" '' 'the dump restores without a word'
is "$(PGDATABASE=risk_io_restored sql "SELECT model, person_id, score, rank_overall FROM icb_reporting.risk_register ORDER BY 1, 2")" "$before" 'and the scores are back'
PGDATABASE=risk_io_restored psql -XAtq -c "CALL icb.score_population(NULL, '2024-01-31')" 2>/dev/null
is "$(PGDATABASE=risk_io_restored sql 'SELECT count(*) FROM icb.risk_run')" "$models" 'scoring again there adds nothing'
psql -Xq -d postgres -c 'DROP DATABASE risk_io_restored'

# Roles: who may write and who may read
sql "CREATE ROLE risk_io_reader LOGIN"
throws 42501 'SET ROLE risk_io_reader; SELECT * FROM icb_reporting.risk_register' 'a stranger reads nothing'
throws 42501 "SET ROLE risk_io_reader; CALL icb.score_population()" 'and scores nothing'
# counts are open to whoever may read the view, person rows are not
sql 'GRANT USAGE ON SCHEMA icb_reporting TO risk_io_reader' 'GRANT SELECT ON icb_reporting.risk_pyramid, icb_reporting.risk_tier, icb_reporting.risk_register TO risk_io_reader'
lives 'SET ROLE risk_io_reader; SELECT * FROM icb_reporting.risk_pyramid' 'the pyramid needs no right on person rows'
lives 'SET ROLE risk_io_reader; SELECT * FROM icb_reporting.risk_tier' 'nor do the tiers'
throws 42501 'SET ROLE risk_io_reader; SELECT * FROM icb_reporting.risk_register' 'the register does'
sql 'DROP OWNED BY risk_io_reader' 'DROP ROLE risk_io_reader'

# Detaching leaves plain text, and the scores
lives "SELECT commissioning.detach_warehouse('icb')" 'a warehouse with models is detached'
is "$(sql "SELECT count(*) FROM icb.risk_score")" $((2 * models)) 'its scores stay'
done_testing
