# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What `make lab` gives a person: a lab of its own, until Ctrl-C.

own=$BUILD/e2e/own

own_lab() {
	"$lab" -C "$own" "$@"
}

# Without job control a shell lets what it starts in the background ignore Ctrl-C.
start_own_lab() {
	"$lab" -C "$own" down 2>/dev/null
	rm -rf "$own"
	LAB=$own env --default-signal=INT tests/lab/run-lab >"$own.out" 2>&1 &
	own_pid=$!
}

ctrl_c_ends_it() {
	kill -INT "$own_pid"
	wait "$own_pid"
	grep -x 'The lab is gone.' "$own.out"
}

subject_own-lab() {
	start_own_lab
	point 'it starts, and says how to end it' within 200 grep -x 'Ctrl-C ends it.' "$own.out"
	point 'and how to watch a console' grep -F 'tests/lab/lab console m1 --follow' "$own.out"
	point 'its machine boots its local disk' own_lab wait-console m1 'local OS up on' 300 0
	point 'a command in its local OS' own_lab ssh m1 uname -a
	point 'the kernel server, from inside' \
		own_lab exec curl -sS --fail http://10.77.0.1:8080/v1/kernels
	point 'Ctrl-C ends it, and nothing is left' ends_without_a_trace "$own" ctrl_c_ends_it
}
