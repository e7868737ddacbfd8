# The TAP helpers themselves, and that psql here reaches a database with the extension.
source "$top/test/lib/tap.sh"
ok 0 'ok of a zero status'
is "$(sql 'SELECT 1' 'SELECT 2')" $'1\n2' 'sql runs several statements'
is "$(sqlstate 'SELECT 1/0')" 22012 'sqlstate of an error'
is "$(sqlstate 'SELECT 1')" 00000 'sqlstate of success'
throws 42P01 'SELECT * FROM nowhere' 'throws'
lives 'SELECT 1' 'lives'
like "$(sql 'SELECT commissioning.version()')" '^[0-9]+\.[0-9]+' 'the extension is installed'
is "$( (tap_count=0; is a b x) | head -n 1)" 'not ok 1 - x' 'a difference is a failed test'
skip 'a skipped test' 'to show that it is counted' >/dev/null
tap_count=$((tap_count - 1))
done_testing
