# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # jq's own variables
# A host without any power switch: its own watchdog ends a candidate that hangs.

comes_back_by_itself() {
	start_boot && console_says 'watchdog armed, 45 s' 300 &&
		console_says 'local OS up on 6\.1' 400
}

# The last boot is the default's; the one before it asked for the other image.
the_hang_is_on_record() {
	api GET "/v1/hosts/$mac/boots?limit=2" '' -H 'Accept: application/json' |
		holds --arg default "x86_64/lab/$merge" --arg hangs "x86_64/lab/$locks_up" \
			'.boots[0].image == $default and .boots[0].ok == true and
				.boots[1].image == $hangs and .boots[1].ok != true'
}

subject_watchdog() {
	api PATCH "/v1/hosts/$machine" watchdog=45 >/dev/null
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	api PUT "/v1/hosts/$machine/next" "$locks_up" >/dev/null
	point 'a lock-up with interrupts off: the machine comes back by itself' comes_back_by_itself
	point 'on its default, and the hang is on record' within 30 the_hang_is_on_record
	api PATCH "/v1/hosts/$machine" watchdog=0 >/dev/null
}
