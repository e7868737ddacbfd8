# TAP in bash. Sourced by test/t/*.sh and test/real/*.sh, which run in a database of their own (see test/run).
# A failed test prints what was got and what was expected, and the file goes on.

tap_count=0
tap_failed=0

# diag TEXT: a comment in the TAP stream.
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

# ok STATUS NAME: passes when STATUS is 0 (or the word true, or t as psql prints it).
ok() {
	tap_count=$((tap_count + 1))
	case $1 in
		0 | t | true) printf 'ok %d - %s\n' "$tap_count" "$2" ;;
		*) tap_failed=$((tap_failed + 1)); printf 'not ok %d - %s\n' "$tap_count" "$2"; return 0 ;;
	esac
}

# is GOT EXPECTED NAME
is() {
	if [[ $1 == "$2" ]]; then ok 0 "$3"; else ok 1 "$3"; diag "     got: $1"; diag "expected: $2"; fi
}

# isnt GOT UNEXPECTED NAME
isnt() {
	if [[ $1 != "$2" ]]; then ok 0 "$3"; else ok 1 "$3"; diag "got, but not wanted: $1"; fi
}

# like TEXT EXTENDED_REGEX NAME
like() {
	if [[ $1 =~ $2 ]]; then ok 0 "$3"; else ok 1 "$3"; diag "     got: $1"; diag "no match: $2"; fi
}

# skip NAME REASON
skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# sql STATEMENT...: unaligned tuples of the statements, errors on stderr.
sql() { psql -XAtq -v ON_ERROR_STOP=1 "${@/#/-c}"; }

# sqlstate STATEMENT: 00000 or the SQLSTATE it failed with.
sqlstate() {
	local out
	out=$(psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=sqlstate -c "$1" 2>&1 >/dev/null) || true
	out=$(sed -n 's/^\(psql:.*: \)\{0,1\}\(ERROR\|FATAL\):  \([0-9A-Z]\{5\}\)$/\3/p' <<<"$out" | head -n 1)
	printf '%s\n' "${out:-00000}"
}

# lives STATEMENT NAME
lives() {
	local out
	if out=$(psql -XAtq -v ON_ERROR_STOP=1 -c "$1" 2>&1); then ok 0 "$2"; else ok 1 "$2"; diag "$out"; fi
}

# throws SQLSTATE STATEMENT NAME
throws() { is "$(sqlstate "$2")" "$1" "$3"; }

# done_testing: the plan; call it last.
done_testing() {
	printf '1..%d\n' "$tap_count"
	[[ $tap_failed == 0 ]]
}
