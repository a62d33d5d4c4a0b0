# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A machine that is reset in mid-transfer again and again boots each time at the next try:
# no half-open connection of the boot before may stand in GRUB's way.

# GRUB is in the middle of 14 MB: more than any configuration is waits to be sent to it.
transfer_is_under_way() {
	"$lab" -C "$LAB" exec ss -Htn state established '( sport = :8080 )' |
		awk -v to="$address" '$2 > 30000 && index($4, to) { n++ } END { exit !n }'
}

reset_in_mid_transfer() {
	console_from=$(console --size)
	power reset
	# GRUB asked for its configuration: the kernel's transfer comes next
	within 120 boot_is ".boot != \"$1\" and (.events | any(.stage == \"grub\"))" &&
		within 30 transfer_is_under_way && boot_json | jq -r .boot
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
