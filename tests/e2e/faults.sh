# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # jq's own variables
# Recovery: tenfold-bisect against a lab that fails at each hop, then against candidates that
# never come up. Right commits at the end, one reset a hang, and nobody's hand.
# (A controller that is killed and a panic: see bisect.)

faults_conf() {
	local conf=$LAB/faults.conf
	site_bisect_conf "$conf" "$LAB" "$machine" "$mac" "$address"
	sed -i -e "s,^state = .*,state = $LAB/faults," -e "s,^power-args = .*,&\npower = $LAB/power-switch," \
		-e '/^limit-/d' "$conf"
	cat >>"$conf" <<-END
		limit-reboot = 10
		limit-firmware = 45
		limit-grub = 90
		limit-first-stage = 60
		limit-fetch = 60
		limit-kexec = 45
		patience = 8
		backoff = 1
		attempts = 8
	END
	# a switch that is busy when it is asked for the first time
	cat >"$LAB/power-switch" <<-END
		#!/bin/sh
		[ -e "$LAB/power-asked" ] && exec "$lab" -C "$LAB" power "$machine" cycle
		: >"$LAB/power-asked"
		echo 'the switch is busy' >&2
		exit 1
	END
	chmod +x "$LAB/power-switch"
}

# A warm step that hangs costs a reset of its own; here each hang has one.
faults_run() { # GOOD BAD OPTION...
	"$lab" -C "$LAB" exec "$BUILD/tenfold-bisect" run --conf "$LAB/faults.conf" --repo "$LINUX" \
		--good "$1" --bad "$2" --host "$machine" --arch x86_64 --config lab --no-confirm \
		--no-warm --test-is-boot "${@:3}"
}

faults_status() {
	"$lab" -C "$LAB" exec "$BUILD/tenfold-bisect" status --json --conf "$LAB/faults.conf" \
		--host "$machine"
}

fault_is_on_record() { # REGEX
	grep 'event=lab-fault' "$LAB/faults/$machine/log" 2>/dev/null | grep -E "$1"
}

# One thing is broken at a time, and is put right when it was noticed.
break_things() {
	local dir=$LAB.store/images/x86_64/lab tap
	tap=tap$((16#${mac##*:}))
	within 300 fault_is_on_record 'corrupted'
	forge "$dies" "$bad" 'this is no kernel'
	within 300 fault_is_on_record 'kexec refused'
	rm -rf "${dir:?}/$dies"
	mv "$LAB/whole" "$dir/$dies"
	"$lab" -C "$LAB" service stop ganesha
	within 300 fault_is_on_record 'cannot be mounted'
	"$lab" -C "$LAB" service start ganesha
	"$lab" -C "$LAB" exec ip link set "$tap" down
	within 300 fault_is_on_record 'grub.cfg'
	"$lab" -C "$LAB" exec ip link set "$tap" up
	"$lab" -C "$LAB" service stop server
	within 300 fault_is_on_record 'does not answer'
	"$lab" -C "$LAB" service start server
}

a_lab_that_fails() {
	local dir=$LAB.store/images/x86_64/lab
	cp -al "$dir/$dies" "$LAB/whole"
	corrupt "$dies"
	break_things >"$LAB/break-things.log" 2>&1 &
	faults_run "$bad" "$dies" 2>&1 | tee "$LAB/faults.out"
	wait $!
	grep -q "^$dies is the first bad commit" "$LAB/faults.out"
}

candidates_that_never_come_up() {
	faults_run "$bad" "$loops" --fresh --failure any 2>&1 | tee "$LAB/faults.out"
	grep -q "^$dies is the first bad commit" "$LAB/faults.out"
}

judged() { # COMMIT REGEX
	faults_status | holds --arg c "$1" --arg re "$2" \
		'.steps[] | select(.commit == $c) | .verdict == "bad" and (.why | test($re))'
}

# The reset that ends a hang brings the next candidate; the last one's is for its owner.
one_reset_each() {
	faults_status | holds '.lab_faults == 0 and ([.steps[].resets] | max) == 1'
}

subject_faults() {
	api PUT "/v1/hosts/$machine/default" "$bad" >/dev/null
	faults_conf
	point 'a lab that fails at each hop: the right commit' a_lab_that_fails
	point 'a power switch that fails once is asked again' \
		grep 'the switch is busy' "$LAB/faults.out"
	point 'image corrupted: tried again' fault_is_on_record 'corrupted'
	point 'kexec refused: tried again' fault_is_on_record 'kexec refused the image'
	point 'NFS gone: tried again' fault_is_on_record 'cannot be mounted'
	point 'network gone: tried again' fault_is_on_record 'grub.cfg'
	point 'server gone: tried again' fault_is_on_record 'does not answer'
	point 'candidates that never come up: the right commit' candidates_that_never_come_up
	point 'a loop before the first program' judged "$loops" '^hang'
	point 'a lock-up with interrupts off' judged "$locks_up" '^hang'
	point 'a first program that dies' judged "$dies" 'panic|reset by itself'
	point 'one reset each' one_reset_each
}
