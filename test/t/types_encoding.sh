# Readers and types in databases of other encodings: the pound sign is another byte there.
source "$top/test/lib/tap.sh"

own=$PGDATABASE
for encoding in WIN1252 LATIN1 SQL_ASCII; do
	PGDATABASE=${own}_$(tr A-Z a-z <<<"$encoding")
	psql -Xq -d "$own" -v ON_ERROR_STOP=1 -c "CREATE DATABASE $PGDATABASE ENCODING '$encoding' LOCALE 'C' TEMPLATE template0" >/dev/null
	sql 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null
	is "$(sql "SELECT commissioning.to_amount(convert_from('\\xa3312c3233342e3530', getdatabaseencoding()))")" 1234.50 "$encoding: the byte A3 is a pound sign"
	is "$(sql "SELECT commissioning.to_amount(convert_from('\\x28a33132292020', getdatabaseencoding()))")" -12 "$encoding: in brackets"
	is "$(sql "SELECT commissioning.to_nhs_number('943 476 5919'), commissioning.to_date_uk('01-Apr-2024'), 'i21.9'::commissioning.icd10")" \
		'9434765919|2024-04-01|I219' "$encoding: plain text reads as everywhere"
	throws 22P02 "SELECT convert_from('\\xc9323139', getdatabaseencoding())::commissioning.icd10" "$encoding: a letter beyond ASCII is no code"
	psql -Xq -d "$own" -c "DROP DATABASE $PGDATABASE" >/dev/null
done
PGDATABASE=$own

# Order does not follow the collation of the database.
locale=$(locale -a 2>/dev/null | grep -iE '^en_(GB|US)\.utf-?8$' | head -n 1) || true
if [[ -n $locale ]]; then
	PGDATABASE=${own}_locale
	psql -Xq -d "$own" -v ON_ERROR_STOP=1 -c "CREATE DATABASE $PGDATABASE LOCALE '$locale' TEMPLATE template0" >/dev/null
	sql 'CREATE EXTENSION commissioning CASCADE' 2>/dev/null
	is "$(sql "SELECT array_agg(c ORDER BY c) FROM unnest('{I21,I2A,I21X,I219,C7A}'::commissioning.icd10[]) c")" '{C7A,I21,I219,I21X,I2A}' "order in $locale"
	psql -Xq -d "$own" -c "DROP DATABASE $PGDATABASE" >/dev/null
	PGDATABASE=$own
else
	skip 'order in en_GB.UTF-8' 'that locale is not on this machine'
fi

# Dump and restore: values, hash partitions, indexes and column types come back.
sql 'CREATE TABLE t (n commissioning.nhs_number, i commissioning.icd10, codes commissioning.icd10[], o commissioning.opcs4, h commissioning.hrg) PARTITION BY HASH (n)' \
	'CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0)' 'CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)' \
	'CREATE INDEX ON t (i)' \
	"INSERT INTO t VALUES ('9434765919', 'I219', '{I21,NULL}', 'W37.1', 'AA22C'), ('4010232137', 'S72001A', '{}', NULL, 'UZ01Z'), ('2222222222', NULL, NULL, 'A000', NULL)"
before=$(sql 'SELECT tableoid::regclass, * FROM t ORDER BY n')
pg_dump -Fc -f "$work/types.dump" "$PGDATABASE"
psql -Xq -d "$own" -c "CREATE DATABASE ${own}_restored TEMPLATE template0" >/dev/null
ok "$(pg_restore -d "${own}_restored" --exit-on-error "$work/types.dump" >/dev/null 2>&1; echo $?)" 'the dump is restored'
is "$(PGDATABASE=${own}_restored sql 'SELECT tableoid::regclass, * FROM t ORDER BY n')" "$before" 'every row is back in its partition'
psql -Xq -d "$own" -c "DROP DATABASE ${own}_restored" >/dev/null
done_testing
