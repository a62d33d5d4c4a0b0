# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the parts of the builder's bench share.

# bench_lock NAME - held until this script and all that it started have ended: whoever starts
# it again after a kill does not measure beside what the kill left running
bench_lock() {
	mkdir -p "$BUILD/bench"
	exec 9>>"$BUILD/bench/$1.lock"
	flock -n 9 && return
	echo "$1: waiting until an earlier run, or what it left, has ended" >&2
	flock 9
}

median() { # numbers on standard input; "none" if there are none
	sort -g | awk '{ v[NR] = $1 } END { if (!NR) { print "none"; exit }
		print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

# figure WORDS VALUE UNIT TARGET [NOTE] - VALUE may be at most TARGET; "-": there is no target.
# VALUE "none": there was nothing to measure it by.
figure() {
	awk -v words="$1" -v value="$2" -v unit="$3" -v target="$4" -v note="${5:-}" 'BEGIN {
		printf "%-66s ", words
		if (value == "none") { print "there were none"; exit }
		printf "%10.6g%s", value, unit == "" ? "" : " " unit
		if (target != "-")
			printf "   target <= %.6g%s", target, unit == "" ? "" : " " unit
		printf "%s", note == "" ? "" : "   " note
		print (target != "-" && value + 0 > target + 0 ? "   MISS" : "") }'
}
