#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tenfold-mkboot needs to make a second stage of a tree that cannot run here: the
# libraries of its programs, found by reading them, and a sentence where the tree is none.
set -u
cd "$(dirname "$0")/../.." || exit
mkboot=dracut-module/tenfold-mkboot
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
n=0 failed=0

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

read_ldd() {
	TENFOLD_LDD_ROOT=/ dracut-module/50tenfold-base/tenfold-ldd "$@"
}

# "NAME PATH" a line, of all that a program names
libraries() {
	sed -n 's/^\s*\(\S*\) => \(\S*\) (.*/\1 \2/p' | grep -v '^ld-linux' | sort
}

said() { # COMMAND...
	"$@" 2>&1
	echo "exit $?"
}

for program in bash git; do
	path=$(readlink -f "$(command -v $program)")
	is "the libraries of $program, as ldd has them" \
		"$(read_ldd "$path" | libraries)" "$(ldd "$path" | libraries)"
done
echo text >"$temp/text"
is 'a file that is no program' "$(said read_ldd "$temp/text")" 'exit 1'
is 'a tree that is not there' \
	"$(said $mkboot --store "$temp" --arch i386 --root /no/such/tree)" \
	"tenfold-mkboot: no busybox in '/no/such/tree'
exit 1"
is 'no tree' "$(said $mkboot --store "$temp" --arch i386)" \
	'tenfold-mkboot: an i386 second stage is made in an i386 tree: give --root
exit 1'
is 'nothing was written' "$(ls "$temp")" text
echo "1..$n"
[ $failed -eq 0 ]
