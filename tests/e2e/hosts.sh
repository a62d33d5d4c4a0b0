# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Two machines on one bisection: both agree on the ends, both try commits, the controller is
# killed in the middle; then one of them disagrees, and the other goes on alone.

hosts_bisect() {
	"$lab" -C "$LAB" exec "$BUILD/tenfold-bisect" "$@"
}

hosts_run() { # GOOD BAD OPTION... -- TEST
	hosts_bisect run --conf "$LAB/hosts.conf" --repo "$LINUX" --good "$1" --bad "$2" --host pair \
		--arch x86_64 --config lab --no-confirm "${@:3}"
}

# The test asks the machine itself which boot it is in; what the commit is worth, git knows.
ancestry_test() { # FILE CULPRIT
	cat >"$1" <<-END
		#!/bin/sh
		"$lab" -C "$LAB" ssh "\$TENFOLD_HOST" cat /proc/cmdline | grep -q "\$TENFOLD_BOOT" || exit 200
		! git -C "$LINUX" merge-base --is-ancestor $2 "\$TENFOLD_COMMIT"
	END
	chmod +x "$1"
}

# As on the second machine nothing ever failed.
blind_test() { # FILE TEST
	cat >"$1" <<-END
		#!/bin/sh
		[ "\$TENFOLD_HOST" != m2 ] || exit 0
		exec "$2"
	END
	chmod +x "$1"
}

hosts_log() {
	cat "$LAB/hosts/m1/log" 2>/dev/null
}

# Both have a commit under way, and at least one is judged.
both_at_work() {
	[ "$(hosts_log | grep -c 'role=split host=m[12]')" -ge 3 ]
}

workers() {
	pgrep -c -f "$BUILD/tenfold-bisect run --conf $LAB/hosts.conf"
}

no_workers() {
	[ "$(workers)" -eq 0 ]
}

# Killed with -9 in the middle of a round, then continued; no process outlives the controller.
hosts_killed_and_resumed() {
	local log=$LAB/hosts.out pid status=0
	hosts_run v-good "$merge" -- "$LAB/ancestry" >"$log" 2>&1 &
	pid=$!
	within 600 both_at_work || { cat "$log"; return 1; }
	pkill -KILL -o -x -f "$BUILD/tenfold-bisect run --conf $LAB/hosts.conf.*"
	wait $pid
	within 10 no_workers || { echo 'the processes of the hosts live on'; return 1; }
	hosts_bisect run --conf "$LAB/hosts.conf" --resume --host pair >>"$log" 2>&1 || status=$?
	cat "$log"
	return $status
}

hosts_json() {
	hosts_bisect status --json --conf "$LAB/hosts.conf" --host m1
}

both_took_steps() {
	hosts_json | jq -e '([.steps[] | select(.role == "split") | .host] | unique) == ["m1", "m2"] and
		([.steps[] | select(.role == "bad-end") | .host] | sort) == ["m1", "m2"]'
}

no_split_was_repeated() {
	hosts_json | jq -e '[.steps[] | select(.role == "split") | .commit] | length == (unique | length)'
}

hosts_git_agrees() {
	local clone=$LAB/hosts-clone
	git clone -q --shared "$LINUX" "$clone" && cd "$clone" &&
		git bisect replay "$LAB/hosts/m1/log" | tee "$LAB/hosts-replayed" | grep "$s3 is the first"
}

one_is_put_aside() {
	hosts_run "$s2" "$s3" --fresh -- "$LAB/blind" | tee "$LAB/aside.out"
	grep -q "^$s3 is the first bad commit" "$LAB/aside.out" &&
		grep -q 'host m2 is put aside: the bad end .* is good there' "$LAB/aside.out"
}

subject_hosts() {
	site_bisect_conf "$LAB/hosts.conf" "$LAB" "$machine" "$mac" "$address"
	machine_begin m2 03 bios
	site_bisect_host "$LAB/hosts.conf" "$LAB" "$machine" "$mac" "$address"
	sed -i "s,^state = .*,state = $LAB/hosts," "$LAB/hosts.conf"
	printf '\n[hosts pair]\nnames = m1 m2\n' >>"$LAB/hosts.conf"
	ancestry_test "$LAB/ancestry" "$s3"
	blind_test "$LAB/blind" "$LAB/ancestry"
	point 'two hosts, the controller killed in the middle: to its end' hosts_killed_and_resumed
	point 'it names the culprit' grep "^$s3 is the first bad commit" "$LAB/hosts.out"
	point 'both hosts tried both ends and commits' both_took_steps
	point 'no commit was tried twice' no_split_was_repeated
	point 'git bisect replay takes the log' hosts_git_agrees
	point 'a host that disagrees is put aside, the other goes on' one_is_put_aside
	"$lab" -C "$LAB" machine remove m2
}
