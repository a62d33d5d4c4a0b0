#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What a candidate that panicked has left over the reset, in the firmware's variables (UEFI)
# or its error record (ACPI ERST): sent to the server, then deleted.
#
# Sourced after tenfold-lib.sh. Runs beside the list and the fetch. Records that the server
# does not take, as no candidate came before or the local disk was booted since, are those of the
# local system, and stay.
# shellcheck disable=SC2153 # set by tenfold-lib.sh

TF_PSTORE_JOB=

# tf_pstore_records DIR: those that can be read, the oldest part of one first: by their names
# the newest part is.
tf_pstore_records() {
	tf_list=
	for tf_name in "$1"/dmesg-*; do
		case $tf_name in
			# which this kernel could not unpack; none at all
			*.enc.z | *\*) ;;
			*) tf_list="$tf_name $tf_list" ;;
		esac
	done
	printf '%s\n' "$tf_list"
}

tf_pstore_send() { # DIR
	tf_list=$(tf_pstore_records "$1")
	[ -n "${tf_list% }" ] || return 0
	for tf_name in $tf_list; do
		printf '== %s\n' "${tf_name##*/}"
		cat "$tf_name"
		printf '\n'
	done > "$TF_RUN/text"
	# one argument of a program may have 128 KiB
	tf_retry 2 tf_http "/v1/hosts/$TF_MAC/boots/$TF_BOOT/logs/pstore?of=previous" \
		"$(tail -c 100000 "$TF_RUN/text")" > /dev/null || {
		tf_say "pstore has records; $TF_WHY"
		return 1
	}
	# shellcheck disable=SC2086 # a list of names
	rm -f $tf_list
	tf_say "the last panic's records are on the server"
}

tf_pstore() {
	mkdir -p "$TF_RUN"
	modprobe -q efi_pstore 2> /dev/null
	tf_dir=$TF_ROOT/sys/fs/pstore
	mount -t pstore pstore "$tf_dir" 2> /dev/null || return 0
	tf_pstore_send "$tf_dir"
	umount "$tf_dir"
}

tf_pstore_start() {
	[ -d "$TF_ROOT/sys/firmware/efi" ] \
		|| [ -e "$TF_ROOT/sys/firmware/acpi/tables/ERST" ] || return 0
	[ -n "$TF_BOOT" ] || return 0
	# with files of its own
	TF_RUN=$TF_RUN/pstore tf_pstore &
	TF_PSTORE_JOB=$!
}

# Nothing is written to the firmware while this kernel goes.
tf_pstore_wait() {
	[ -z "$TF_PSTORE_JOB" ] || wait "$TF_PSTORE_JOB"
	TF_PSTORE_JOB=
}
