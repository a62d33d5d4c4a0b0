# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What a person can do in the first stage's menu, on the serial console.

# in_the_menu KEYS... - a boot is stopped in the menu, and these are typed
in_the_menu() {
	start_boot && console_says 'any key stops the clock' 240 && keys "$@"
}

keys() { # TEXT...
	local text
	for text; do
		"$lab" -C "$LAB" key "$machine" "$text" || return
	done
}

command_line_is_edited() {
	in_the_menu e && console_says 'root=/dev/vda2 rw.*panic=1' 30 && keys ' typed.by=hand\r' &&
		console_says 'local OS up on 6\.1' 240 &&
		on_machine 'grep -w typed.by=hand /proc/cmdline' &&
		boot_is ".image == \"x86_64/lab/$merge\""
}

# From GRUB to the list with Esc, from the list to the local disk with l.
the_disk_is_chosen() {
	start_boot && console_says 'Esc: choose a kernel' 240 && keys '\e' &&
		console_says 'any key stops the clock' 240 && keys l &&
		console_says 'booting the local disk' 30 &&
		console_says 'local OS up on .*local disk' 300
}

# GRUB goes there by itself: no first stage, and the firmware is gone through once.
the_disk_is_usual() {
	start_boot && console_says 'the local disk in 4 seconds' 240 &&
		console_says 'local OS up on .*local disk' 300 && boot_is '.state == "local"' &&
		console | tail -c +$((console_from + 1)) >"$LAB/usual.console" &&
		same "$(grep -c 'first stage' "$LAB/usual.console")" 0
}

# The shell's own answer, not the echo of what was typed; then the menu again, no clock.
a_shell_and_back() {
	in_the_menu s && console_says "a shell on .*'exit' goes on" 30 &&
		keys 'echo said-$((40 + 2))\r' && console_says 'said-42' 30 &&
		console_from=$(console --size) && keys 'exit\r' &&
		console_says 'local disk   s: shell' 30 &&
		keys '\r' && console_says 'local OS up on 6\.1' 240
}

subject_menu() {
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	point 'e: the command line is edited for this boot' command_line_is_edited
	point 's: a shell, and back to the menu' a_shell_and_back
	api PUT "/v1/hosts/$machine/default" local >/dev/null
	# time for who types here on a busy machine
	api PATCH "/v1/hosts/$machine" timeout=15 >/dev/null
	point 'Esc in GRUB: the list; l: the local disk boots' the_disk_is_chosen
	api PATCH "/v1/hosts/$machine" timeout= >/dev/null
	point 'a host whose default is local boots it straight from GRUB' the_disk_is_usual
}
