# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A local OS whose init is systemd: the unit that the second stage leaves in /run reports that
# the machine is up, without anything installed.

# shellcheck source=tests/e2e/boot.sh
. tests/e2e/boot.sh

init_is() { # PROGRAM, or nothing for the disk's own
	api PATCH "/v1/hosts/$machine" "cmdline=${1:+init=$1}"
}

systemd_reached_its_target() {
	same "$(on_machine 'cat /proc/1/comm && systemctl is-active multi-user.target')" \
		$'systemd\nactive'
}

# it was started as a part of the target, has come to its end, and nothing else would report
the_unit_reported() {
	same "$(on_machine 'systemctl show tenfold-up.service --property=WantedBy,Result,ExecMainCode')" \
		$'Result=success\nExecMainCode=1\nWantedBy=multi-user.target' &&
		same "$(on_machine 'systemctl list-units --failed --plain --no-legend')" ''
}

the_report_is_whole() {
	boot_is ".ok == true and .image == \"$image\" and (.release | test(\"^6[.]1[.].*-tenfold\")) and
		.build_id == \"$(api GET "/v1/kernels/$image" | sed -n 's/^build_id\t//p')\""
}

subject_systemd() {
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	point 'a host whose init is systemd' init_is /usr/lib/systemd/systemd
	point 'PXE to the local OS on the image' up_on '6\.1\..*-tenfold'
	point 'systemd reached its target' systemd_reached_its_target
	point 'its unit reported that the machine is up' the_unit_reported
	point 'the report names boot, release and build id' the_report_is_whole
	point "the build id on the machine is the image's" the_machine_runs_the_image
	point 'a module of the candidate loads' a_module_loads
	point 'its own init again' init_is ''
}
