# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A host with boot=grub, whose devices do not survive kexec: GRUB loads the candidate itself.

first_image=x86_64/lab/$merge
next_image=x86_64/lab/$bad

no_first_stage_ran() {
	! console | tail -c "+$((console_from + 1))" | grep -aE 'any key stops|rd\.tenfold\.server'
}

next_is_used_up() {
	same "$(status GET "/v1/hosts/$mac/next" | cut -c -3)" 404
}

a_module_loads() {
	on_machine 'modprobe test_module && dmesg | grep "Hello"'
}

subject_grub() {
	api PUT "/v1/hosts/$mac/default" "$merge" >/dev/null
	api PATCH "/v1/hosts/$mac" boot=grub >/dev/null
	point 'the default comes up' up_on '6\.1'
	point 'it was that image' boot_is ".image == \"$first_image\""
	point 'no first stage ran' no_first_stage_ran
	point 'a module of the candidate loads' a_module_loads
	api PUT "/v1/hosts/$mac/next" v-bad >/dev/null
	point 'next comes up' up_on '6\.1'
	point 'it was that image, by its build id' \
		boot_is ".image == \"$next_image\" and .ok == true"
	point 'its boot used it up' next_is_used_up
	api PATCH "/v1/hosts/$mac" boot= >/dev/null
}
