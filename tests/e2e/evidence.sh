# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel's words of a boot without a serial console: netconsole, what a panic leaves in the
# firmware, dmesg; on the server, and in the run's folder.

# Two ends: one comes up, the other's first process dies. The controller knows no console.
evidence_run() {
	local conf=$LAB/evidence.conf
	site_bisect_conf "$conf" "$LAB" "$machine" "$mac" "$address"
	sed -i '/^console = /d; s,^state = .*,state = '"$LAB/evidence," "$conf"
	"$lab" -C "$LAB" exec "$BUILD/tenfold-bisect" "$@" --conf "$conf" --host "$machine"
}

panic_without_a_console() {
	evidence_run run --repo "$LINUX" --good "$bad" --bad "$dies" --arch x86_64 --config lab \
		--no-confirm --test-is-boot | tee "$LAB/evidence.out"
	grep -q "^$dies is the first bad commit" "$LAB/evidence.out"
}

step_is() { # JQ-EXPRESSION - of the step that tried the bad end
	evidence_run status --json | holds --arg c "$dies" \
		".steps[] | select(.commit == \$c) | $1"
}

kept() { # KIND REGEX - in the bad end's folder
	grep -E "$2" "$LAB/evidence/$machine/steps/001-$1.log"
}

# A boot that is its own test may be judged before the host has sent it: report asks once more.
dmesg_came() {
	evidence_run report >/dev/null &&
		grep -q 'Kernel command line' "$LAB/evidence/$machine/steps/002-dmesg.log"
}

on_the_page() {
	local page boot
	boot=$(step_is .boot | tr -d '"') && page=$(api GET /) &&
		matches "$page" "/boots/$boot/logs/pstore"
}

subject_evidence() {
	api PATCH "/v1/hosts/$machine" netconsole=yes >/dev/null
	api PUT "/v1/hosts/$machine/default" "$bad" >/dev/null
	point 'a panic on a host without a serial console' panic_without_a_console
	point 'it was known by netconsole, at once' step_is '.why | test("^panic: .*kill init")'
	point 'netconsole: from the first line on' \
		kept netconsole 'Linux version'
	point 'netconsole: the panic' kept netconsole 'Kernel panic - not syncing: Attempted to kill init'
	point 'pstore: the panic, from the firmware' \
		kept pstore 'Kernel panic - not syncing: Attempted to kill init'
	point 'dmesg of the boot that came up' within 60 dmesg_came
	point 'the report names the files' \
		grep 'steps/001-pstore.log' <(evidence_run report)
	point 'the page links the logs' on_the_page
	api PATCH "/v1/hosts/$machine" netconsole= >/dev/null
}
