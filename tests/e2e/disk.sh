# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The first stage gives up and the local disk boots: by BIOS from its boot sector, by UEFI
# from a loader in its EFI system partition.

subject_disk() { # FIRMWARE
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	point "$1: NFS down: said, and the local disk boots" \
		without ganesha boots_the_disk 'FAILED: .*cannot be mounted'
}
