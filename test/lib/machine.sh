# Shared by test/run and demo/run: packages by name, a staged build, a throwaway cluster.
# Sourced with `top` set to the checkout. Nothing outside the build directory and Debian packages is touched.

say() { printf '== %s\n' "$*"; }
die() { printf 'failed: %s\n' "$*" >&2; exit 1; }

as_root() {
	if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# need_packages NAME...: install the Debian packages that are missing, naming them.
need_packages() {
	local p missing=()
	for p in "$@"; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	[[ ${#missing[@]} == 0 ]] && return
	command -v apt-get >/dev/null || die "missing packages: ${missing[*]} (this machine has no apt-get)"
	say "installing Debian packages: ${missing[*]}"
	# No system cluster is wanted: ours is thrown away.
	as_root mkdir -p /etc/postgresql-common/createcluster.d
	echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/commissioning.conf >/dev/null
	as_root apt-get update -qq || true
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 \
		|| { tail -n 20 "$work/apt.log" >&2; die "could not install ${missing[*]}"; }
	as_root rm -f /etc/postgresql-common/createcluster.d/commissioning.conf
}

# find_postgres [PACKAGE...]: the major version the distribution ships (15 on Debian 12, 17 on 13), unless PG_CONFIG
# names a server, and the further packages the caller needs; pgtap stands for the one of that version.
find_postgres() {
	local extra=("$@")
	if [[ -z ${PG_CONFIG:-} ]]; then
		if ! apt-cache show postgresql >/dev/null 2>&1; then as_root apt-get update -qq || true; fi
		pg_major=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
		[[ -n $pg_major ]] || die "no postgresql package in this distribution"
		need_packages "postgresql-$pg_major" "postgresql-server-dev-$pg_major" libgsl-dev make gcc libc6-dev "${extra[@]/#pgtap/postgresql-$pg_major-pgtap}"
		PG_CONFIG=/usr/lib/postgresql/$pg_major/bin/pg_config
	else
		pg_major=$("$PG_CONFIG" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	fi
	export PG_CONFIG
	pg_bin=$("$PG_CONFIG" --bindir)
}

# build_staged: compile in a copy of the tree and install below $stage.
build_staged() {
	build=$work/build stage=$work/stage
	mkdir -p "$build" "$stage"
	(cd "$top" && tar cf - --exclude=.git --exclude=build .) | tar xf - -C "$build"
	make -s -C "$build" clean >/dev/null 2>&1 || true
	make -s -j2 -C "$build" with_llvm=no >"$work/make.log" 2>&1 || { cat "$work/make.log" >&2; die 'the build'; }
	make -s -C "$build" with_llvm=no install DESTDIR="$stage" >>"$work/make.log" 2>&1 || { cat "$work/make.log" >&2; die 'make install'; }
	chmod -R a+rX "$work"
}

# The server refuses to run as root.
as_server() {
	if [[ $(id -u) == 0 ]]; then runuser -u postgres -- env HOME="$work" "$@"; else "$@"; fi
}

# server_settings: the lines that make a server find the staged extension.
server_settings() {
	if "$pg_bin/postgres" --describe-config | grep '^extension_destdir' >/dev/null; then
		echo "extension_destdir = '$stage'"
	else
		echo "extension_control_path = '$stage$("$PG_CONFIG" --sharedir):\$system'"
		echo "dynamic_library_path = '$stage$("$PG_CONFIG" --pkglibdir):\$libdir'"
	fi
}

# start_cluster DIR [SETTING...]: a cluster of its own on a socket in DIR; sets PGHOST, PGPORT, PGUSER.
start_cluster() {
	local dir=$1 setting
	shift
	mkdir -p "$dir"
	[[ $(id -u) == 0 ]] && chown postgres "$dir"
	as_server "$pg_bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$work/initdb.log" 2>&1 \
		|| { cat "$work/initdb.log" >&2; die initdb; }
	{
		server_settings
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$dir'"
		echo "port = 5432"
		echo "fsync = off"
		echo "full_page_writes = off"
		echo "shared_buffers = 1GB"
		echo "max_wal_size = 8GB"
		echo "work_mem = 64MB"
		echo "maintenance_work_mem = 512MB"
		echo "checkpoint_timeout = 30min"
		echo "jit = off"
		echo "timezone = 'Europe/London'"
		for setting in "$@"; do echo "$setting"; done
	} | as_server tee -a "$dir/data/postgresql.conf" >/dev/null
	as_server "$pg_bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start >/dev/null || { cat "$dir/log" >&2; die 'starting the cluster'; }
	export PGHOST=$dir PGPORT=5432 PGUSER=postgres
	unset PGDATABASE PGPASSWORD PGSERVICE PGOPTIONS || true
	PATH=$pg_bin:$stage$("$PG_CONFIG" --bindir):$PATH
	export PATH
}

stop_cluster() {
	[[ -d $1/data ]] && as_server "$pg_bin/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1 || true
}

# begin_work: a directory that the server's user can read; removed at exit together with what runs in it.
begin_work() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/commissioning.XXXXXX")
	chmod 755 "$work"
	trap end_work EXIT
	trap 'exit 130' INT TERM
}

end_work() {
	local d
	for d in "$work"/*/data; do [[ -d $d ]] && stop_cluster "${d%/data}"; done
	[[ -n ${KEEP:-} ]] && { echo "kept: $work"; return; }
	rm -rf "$work"
}
