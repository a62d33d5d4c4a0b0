# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A machine that is reset in mid-transfer again and again boots each time at the next try:
# no half-open connection of the boot before may stand in GRUB's way.

# GRUB in the middle of 14 MB: more than any configuration is waits to be sent to it. That lasts
# two seconds, so one shell looks again and again; the boot before must have left nothing.
wait_for_transfer() {
	# shellcheck disable=SC2016 # the inner shell expands
	timeout 120 "$lab" -C "$LAB" exec bash -c '
		under_way() {
			ss -Htn state established "( sport = :8080 )" |
				awk -v to="$1" "\$2 > 30000 && index(\$4, to) { n++ } END { exit !n }"
		}
		while under_way "$1"; do sleep 0.1; done
		until under_way "$1"; do sleep 0.1; done' wait "$address"
}

reset_in_mid_transfer() { # BOOT-BEFORE
	power reset
	wait_for_transfer && boot_is ".boot != \"$1\" and (.events | any(.stage == \"grub\"))" &&
		boot_json | jq -r .boot
}

subject_resets() {
	local boot n
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	power on
	boot=none
	resets_from=$(console --size)
	for n in 1 2 3 4 5; do
		point "reset $n in mid-transfer" reset_in_mid_transfer "$boot"
		boot=$(tail -n 1 "$point_log")
	done
	console_from=$(console --size)
	power reset
	point 'the boot after five resets in mid-transfer' comes_up_on_the_image
	point 'GRUB needed no second try after any of them' no_second_try
}

comes_up_on_the_image() {
	console_says 'local OS up on 6\.1' 300 &&
		within 30 boot_is ".ok == true and .image == \"x86_64/lab/$merge\""
}

no_second_try() {
	! console | tail -c "+$((resets_from + 1))" | grep -aE 'try [2-4] of 4'
}
