# Building and installing the extension, for the tests and the demo.  To be sourced by bash, at the top of the tree.

# quiet_make LOG target …: says something only when it fails.
quiet_make() {
	local log=$1
	shift
	${MAKE:-make} -j"$(nproc)" "$@" >"$log" 2>&1 </dev/null || {
		cat "$log" >&2
		echo "make $* failed" >&2
		exit 1
	}
}

# Is what is installed what has been built?
is_installed() {
	local file sharedir
	sharedir=$("$PG_CONFIG" --sharedir)/extension
	cmp -s llm_policy.so "$("$PG_CONFIG" --pkglibdir)/llm_policy.so" || return 1
	for file in llm_policy.control llm_policy--*.sql; do
		cmp -s "$file" "$sharedir/$file" || return 1
	done
}

# install_extension LOG: installs what has been built, as root or with sudo, unless it is there already.
install_extension() {
	if is_installed; then
		return
	elif [[ $(id -u) -eq 0 || -w $("$PG_CONFIG" --pkglibdir) ]]; then
		quiet_make "$1" install
	elif sudo -n true 2>/dev/null; then
		MAKE="sudo -n ${MAKE:-make} PG_CONFIG=$PG_CONFIG" quiet_make "$1" install
	else
		echo "The extension is built, but installing it needs root or a sudo without password:" >&2
		echo "run \"make install\" as root, then this again." >&2
		exit 3
	fi
}
