# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # jq's own variables
# A fault of the lab at each hop: one clear line, then the fallback, and no person.

good_image=x86_64/lab/$merge

# falls_back_to ID REGEX - the next boot says REGEX, then comes up on that image instead; it
# is on record as not ok, as it does not run what was asked for
falls_back_to() {
	start_boot && console_says "$2" 300 && console_says 'local OS up on' 300 &&
		within 30 boot_is ".state == \"up\" and .image == \"$1\" and .ok == false"
}

failure_is_on_record() { # REGEX
	api GET "/v1/hosts/$mac/boots?limit=4" '' -H 'Accept: application/json' |
		holds --arg re "$1" '[.boots[].events[] | select(.stage == "failed") | .detail] |
			any(test($re))'
}

the_first_stage_goes_without() {
	console_says 'FAILED: no list of kernels' 300 &&
		console_says 'local OS up on .*local disk' 400
}

server_dies_in_mid_boot() {
	start_boot && console_says 'Linux version' 200 || return
	without server the_first_stage_goes_without
}

subject_failures() {
	local forged=ffffffffffffffffffffffffffffffffffffff01
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	point 'a good boot first' up_on '6\.1'

	forge $forged "$merge" 'this is no kernel'
	api PUT "/v1/hosts/$machine/default" "x86_64/lab/$forged" >/dev/null
	point 'kexec refused: said, and the last known good image boots' \
		falls_back_to "$good_image" 'FAILED: .*kexec refused the image'
	point 'kexec refused: on record' failure_is_on_record 'kexec refused the image'

	corrupt "$t2"
	api PUT "/v1/hosts/$machine/default" "x86_64/lab/$t2" >/dev/null
	point 'image corrupted: said, and the last known good image boots' \
		falls_back_to "$good_image" 'FAILED: .*vmlinuz is corrupted: its SHA-256'
	point 'image corrupted: on record' failure_is_on_record 'vmlinuz is corrupted: its SHA-256'

	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	point 'server down: GRUB says so, and the local disk boots' \
		without server boots_the_disk 'going on without the kernel server'
	point 'server gone between GRUB and the list: said, and the local disk boots' \
		server_dies_in_mid_boot
}
