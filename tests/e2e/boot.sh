# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# From power-on to the local OS on a candidate, and what the server knows of it then.

image=x86_64/lab/$merge

the_list_has_the_own_entry_on_top() {
	local list
	list=$(api GET "/v1/kernels?mac=$mac") || return
	same "$(head -n 1 <<<"$list" | cut -f 1,2)" "default"$'\t'"$image" &&
		matches "$list" "x86_64/lab/$bad" && matches "$list" "x86_64/lab/$good"
}

the_machine_runs_the_image() {
	local id
	id=$(on_machine 'od -An -tx1 -v /sys/kernel/notes' | tr -d ' \n') || return
	matches "$id" "$(api GET "/v1/kernels/$image" | sed -n 's/^build_id\t//p')"
}

the_breakdown_is_whole() {
	boot_is '.breakdown | [.grub, ."first-stage", .fetch, .kexec, .kernel, .userspace, .total]
		| all(. != null and . >= 0)'
}

a_module_loads() {
	on_machine 'modprobe test_module && dmesg | grep "Hello"'
}

# What the disk has below its mounts is seen beside them.
modules_are_in_memory_alone() {
	same "$(on_machine 'grep " /lib/modules \| /usr/lib/modules " /proc/mounts | cut -d" " -f3')" tmpfs &&
		same "$(on_machine 'mkdir /tmp/disk && mount --bind / /tmp/disk &&
			ls -d /lib/modules/"$(uname -r)" &&
			! ls -d /tmp/disk/lib/modules/"$(uname -r)" 2>/dev/null && umount /tmp/disk')" \
			"/lib/modules/$(on_machine 'uname -r')"
}

# Without it a kernel that was not started by the firmware finds no ACPI tables.
the_candidate_knows_the_acpi_tables() {
	on_machine 'grep -Ew "acpi_rsdp=0x[0-9a-f]+" /proc/cmdline'
}

# Ends when a connection to GRUB (whose ports are lower than Linux's own) has them.
watch_for_whole_frames() {
	# shellcheck disable=SC2016
	timeout 300 "$lab" -C "$LAB" exec sh -c '
		until ss -tin "sport = :8080 and dport < :32768" | grep -ow "mss:14[0-9][0-9]"; do sleep 0.2; done'
}

subject_boot() { # FIRMWARE
	local firmware=$1 watcher
	point "$firmware: default by curl" same "$(api PUT "/v1/hosts/$machine/default" "$merge")" "$image"
	watch_for_whole_frames >/dev/null &
	watcher=$!
	point "$firmware: PXE to the local OS on the image" up_on '6\.1\..*-tenfold'
	point "$firmware: GRUB was sent whole frames" wait $watcher
	point "$firmware: the build id on the machine is the image's" the_machine_runs_the_image
	point "$firmware: the menu has the host's own entry on top" \
		console_says " > +1 default ${merge:0:12} " 1
	[ "$firmware" != uefi ] ||
		point "$firmware: the candidate is told of the ACPI tables" the_candidate_knows_the_acpi_tables
	point "$firmware: each stage has its time" the_breakdown_is_whole
	point "$firmware: a module of the candidate loads" a_module_loads
	point "$firmware: the modules are not on the disk" modules_are_in_memory_alone
	point "$firmware: the host's own entry is on top of the list" the_list_has_the_own_entry_on_top
}
