# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A host with a file of its own from tenfold-grub-cfg --tree: without an answer to
# /grub.cfg it goes on to the first stage, not to the local disk.

own_file() {
	cat >"$LAB/grub-hosts.ini" <<END
server = 10.77.0.1:8080
nfs = 10.77.0.1:/tenfold
first-cmdline = console=ttyS0
serial = ttyS0,115200
[host $machine]
mac = $mac
END
	"$BUILD/tenfold-grub-cfg" --config "$LAB/grub-hosts.ini" --tree "$LAB/tftp/grub" &&
		grub-script-check "$LAB/tftp/grub/grub.cfg-01-${mac//:/-}"
}

# The server comes back when GRUB has given up its questions. Beside a kernel build these have
# taken more than 240 s, where 89 s are usual.
asks_in_vain() {
	local said=0
	"$lab" -C "$LAB" service stop server
	start_boot && console_says 'going on without the kernel server' 600 || said=$?
	"$lab" -C "$LAB" service start server && return $said
}

subject_away() {
	api PUT "/v1/hosts/$mac/default" "$merge" >/dev/null
	point "the host's own file for GRUB" own_file
	point 'the server is away: GRUB gives up asking' asks_in_vain
	point 'the first stage is loaded by the own file' \
		console_says 'loading the first stage' 60
	point 'it takes its choice from the server that is back' console_says 'local OS up on 6\.1' 300
	point 'that boot is on record' within 30 \
		boot_is ".ok == true and .image == \"x86_64/lab/$merge\""
}
