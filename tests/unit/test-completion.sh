#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The bash completion against the option table, as --help prints it.
set -u
cd "$(dirname "$0")/../.." || exit
program=${BUILD:-build}/tenfold-bisect
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
n=0 failed=0
# shellcheck source=bisect/tenfold-bisect.bash
. bisect/tenfold-bisect.bash

is() { # NAME GOT WANTED
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		echo "not ok $n - $1"
		diff <(echo "$3") <(echo "$2") | sed 's/^/# /'
	fi
}

# completed WORD... - what the last word can become
completed() {
	COMP_WORDS=("$program" "$@")
	COMP_CWORD=$#
	_tenfold_bisect
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

printf '[defaults]\n[host lab3]\nmac = 1\n[host  vm-1]\n[hosts rack1]\n' >"$temp/conf"
git init -q "$temp/repo" && git -C "$temp/repo" -c user.name=x -c user.email=x@e \
	commit -q --allow-empty -m x && git -C "$temp/repo" tag v6.1
is 'every option of the table, and no other' \
	"$(completed run -- | tr ' ' '\n' | sed '/^$/d')" \
	"$("$program" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -e '--[a-z-]+' | sort)"
is 'commands' "$(completed re)" 'replay report '
is 'hosts of the config file' \
	"$(completed status --conf "$temp/conf" --host '')" 'lab3 rack1 vm-1 '
is 'tags of the repository' "$(completed run --repo "$temp/repo" --good v)" 'v6.1 '
is 'values' "$(completed report --format '')" 'html json mail text '
is 'a prefix of an option' "$(completed run --on-)" '--on-boot-failure --on-timeout '
echo "1..$n"
[ $failed -eq 0 ]
