#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of the choice and of whole bisections, each on a line of its own with its
# target, and the word MISS where that is missed. BENCH_ONLY="split hosts" takes some.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
bench=$build/tests/bench
history=$build/bench/history-82000.git

wanted() { # NAME
	[ -z "${BENCH_ONLY:-}" ] || [[ " $BENCH_ONLY " == *" $1 "* ]]
}

make_history() {
	[ ! -e "$history" ] || return 0
	rm -rf "$history.tmp"
	mkdir -p "$history.tmp"
	git init -q --bare "$history.tmp"
	"$bench/make-history" 82000 | git -C "$history.tmp" fast-import --quiet
	mv "$history.tmp" "$history"
}

# A unit test that shows a figure stops at the first miss and says so.
lines_of() { # NAME
	sed -n -e "s/^$1: //p" -e 's/.*\(\[  FAILED  \] .*\)/MISS: \1/p' | sed "s/^/$1: /"
}

if wanted split; then
	make_history
	"$bench/bisect-split" "$history" main
	TENFOLD_THOROUGH=1 "$build/tests/unit/test-bisect-choose" 2>&1 | lines_of split
fi
if wanted kill; then
	"$build/tests/unit/test-bisect-kill" 2>&1 | lines_of kill
	"$build/tests/unit/test-bisect-team-kill" 2>&1 | lines_of kill
fi
if wanted ahead; then
	"$build/tests/unit/test-bisect-foretell" 2>&1 | lines_of ahead
fi
for program in "$bench"/bisect-*; do
	[ -x "$program" ] || continue
	name=${program##*/bisect-}
	if [ "$name" != split ] && wanted "$name"; then
		"$program"
	fi
done
