# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests that ask a real tenfold-server share. They set $where, its address.

n=0 failed=0

is() { # NAME WANT GOT
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		echo "not ok $n - $1"
		printf 'wanted: %s\n   got: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

# until_true COMMAND...: asked again and again, within a minute
until_true() {
	local end=$((SECONDS + 60))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		read -rt 0.02 <> <(:) || true
	done
}

ask() { # CURL'S ARGUMENTS WITH A PATH LAST: "STATUS TEXT"
	local path=${*: -1}
	# shellcheck disable=SC2154 # where is the test's
	curl -sS -m 20 --path-as-is -w '\n%{http_code}' "${@:1:$#-1}" "http://$where$path" |
		sed '$!{H;d}; G; s/\n\+/ /g; s/ *$//'
}

serving() {
	where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/server.log")
	[ -n "$where" ]
}

# serve: a server of the store $dir/store; its pid is $server
serve() {
	: >"$dir/server.log"
	"$build/tenfold-server" --listen 127.0.0.1:0 --store "$dir/store" --state "$dir/server" \
		2>"$dir/server.log" &
	server=$!
	until_true serving || { cat "$dir/server.log"; echo "not ok 1 - the server starts"; exit 1; }
}
