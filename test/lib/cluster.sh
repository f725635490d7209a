# Temporary PostgreSQL clusters, for the tests and the demo.  To be sourced by bash.
#
# A cluster lives in a directory that `cluster_workspace` makes, listens on nothing but a unix socket in it, and
# is gone when the script ends, however it ends.  It never looks at, uses or disturbs a cluster that exists.
# The server refuses to run as root, so root hands over to another user: LLM_POLICY_TEST_USER, or postgres.

PG_CONFIG=${PG_CONFIG:-pg_config}
pg_bindir=$("$PG_CONFIG" --bindir)
cluster_user=$(id -un)
[[ $(id -u) -ne 0 ]] || cluster_user=${LLM_POLICY_TEST_USER:-postgres}
workspace=

# Nothing of the caller's own sessions may lead anywhere else.
unset PGDATABASE PGHOSTADDR PGOPTIONS PGSERVICE PGSSLMODE PGPASSWORD PGPASSFILE PGCLIENTENCODING PGDATA PGTZ

# Runs a command as the user of the clusters.
as_cluster_user() {
	if [[ $(id -u) -eq 0 ]]; then
		runuser -u "$cluster_user" -- env HOME="$workspace" TMPDIR="$workspace" PATH="$pg_bindir:$PATH" "$@"
	else
		env TMPDIR="$workspace" PATH="$pg_bindir:$PATH" "$@"
	fi
}

# The same in the workspace: that user may not be allowed to be where we are.
in_workspace() { (cd "$workspace" && as_cluster_user "$@"); }

# Makes the directory `$workspace`, owned by that user, and sees to its end.
cluster_workspace() {
	workspace=$(mktemp -d "${TMPDIR:-/tmp}/llm_policy.XXXXXX")
	trap cluster_cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	if [[ $(id -u) -eq 0 ]]; then
		chown "$cluster_user" "$workspace"
	fi
	# A socket's path may have 107 bytes, which a deep TMPDIR leaves no room for.
	export PGHOST=$workspace PGPORT=5432 PGUSER=postgres PGAPPNAME=llm_policy
}

cluster_cleanup() {
	local status=$?
	trap '' INT TERM HUP
	[[ -z $workspace ]] || {
		stop_servers
		rm -rf "$workspace"
	}
	exit "$status"
}

# Every server whose data lie in the workspace, the ones that an interrupted test left behind too.
stop_servers() {
	local file
	while read -r file; do
		kill -QUIT "$(head -n 1 "$file")" 2>/dev/null || true
	done < <(find "$workspace" -name postmaster.pid 2>/dev/null)
}

# cluster_start [line of postgresql.conf …]: a fresh, empty cluster with superuser postgres.
cluster_start() {
	in_workspace initdb --pgdata="$workspace/data" --username=postgres --auth=trust \
		--encoding=UTF8 --locale=C.UTF-8 --no-sync >"$workspace/initdb.log" 2>&1 || {
		cat "$workspace/initdb.log" >&2
		return 1
	}
	printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$workspace'" "port = $PGPORT" \
		'fsync = off' 'max_prepared_transactions = 10' "timezone = 'UTC'" "log_timezone = 'UTC'" \
		"log_line_prefix = '%m [%p] %q%a '" 'log_min_messages = notice' "$@" |
		in_workspace tee -a "$workspace/data/postgresql.conf" >/dev/null
	in_workspace pg_ctl --pgdata="$workspace/data" --log="$workspace/server.log" --silent --wait start || {
		cat "$workspace/server.log" >&2
		return 1
	}
}

# Stops the cluster, if one runs, and removes it.
cluster_stop() {
	if [[ -f $workspace/data/postmaster.pid ]]; then
		in_workspace pg_ctl --pgdata="$workspace/data" --silent --wait --mode=immediate stop || true
	fi
	rm -rf "$workspace/data"
}
