# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Who chooses what a host boots: its default, its next, a key in the menu.

default_image=x86_64/lab/$merge
next_image=x86_64/lab/$bad

next_is_used_up_by_the_boot() {
	same "$(status GET "/v1/hosts/$mac/next" | cut -c -3)" 404 &&
		same "$(api GET "/v1/hosts/$mac/default")" "$default_image"
}

# Reading the list and grub.cfg again and again must not use it up.
next_survives_reads() {
	local _
	for _ in 1 2 3; do
		api GET "/v1/kernels?mac=$mac" >/dev/null && api GET "/grub.cfg?mac=$mac" >/dev/null || return
	done
	same "$(api GET "/v1/hosts/$mac/next")" "$next_image"
}

# An arrow stops the clock, a number goes to its entry.
a_key_in_the_menu_chooses() {
	local number
	number=$(api GET "/v1/kernels?mac=$mac" | awk -v id="$next_image" '$2 == id { print NR }')
	matches "$number" '^[0-9]+$' || return
	start_boot && console_says 'any key stops the clock' 240 || return
	"$lab" -C "$LAB" key "$machine" '\e[B'
	"$lab" -C "$LAB" key "$machine" "$number\r"
	console_says 'local OS up on' 240 && within 30 boot_is ".ok == true and .image == \"$next_image\""
}

# The lab's network is not the loopback: a write needs the token there.
outside() { # TOKEN: the status
	"$lab" -C "$LAB" exec curl -sS -m 20 -o /dev/null -w '%{http_code}' -X PUT -d v-bad \
		-H "Authorization: Bearer $1" "http://10.77.0.1:8080/v1/hosts/$mac/default"
}

subject_choice() {
	api PUT "/v1/hosts/$mac/default" "$merge" >/dev/null
	point 'a write from the network with a wrong token' same "$(outside 0123456789)" 403
	point 'it changed nothing' same "$(api GET "/v1/hosts/$mac/default")" "$default_image"
	point 'the same with the right token' same "$(outside "$(cat "$LAB/state/token")")" 200
	point 'next by curl names the image' \
		same "$(api PUT "/v1/hosts/$mac/default" "$merge" >/dev/null; api PUT "/v1/hosts/$mac/next" v-bad)" "$next_image"
	point 'reading uses up no next' next_survives_reads
	point 'next boots once' up_on '6\.1'
	point 'it was that image' boot_is ".image == \"$next_image\""
	point 'kexec used it up, the default stands' next_is_used_up_by_the_boot
	point 'the boot after it takes the default again' up_on '6\.1'
	point 'it was the default' boot_is ".image == \"$default_image\""
	point 'a key in the menu on the serial console chooses another' a_key_in_the_menu_chooses
}
