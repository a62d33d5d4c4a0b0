#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An image from the store into memory, checked, and loaded for kexec: what the first stage
# does at every boot, and a warm step from the running local system.
#
# Sourced after tenfold-lib.sh. Who sources it brings tf_take FROM TO (its way to the store),
# tf_fetch (tf_fetch_files with what it needs around), tf_words (what the candidate's command
# line gets beside the server's), tf_loaded (after the load) and tf_leave (before the jump).
# shellcheck disable=SC2034,SC2153 # set and read by the stages

TF_IMAGE=$TF_RUN/image
TF_TAB=$(printf '\t')

tf_get_meta() {
	tf_http "/v1/kernels/$1?mac=$TF_MAC&boot=$TF_BOOT" > "$TF_RUN/meta.new" \
		&& mv "$TF_RUN/meta.new" "$TF_RUN/meta"
}

# tf_meta KEY [NAME]: the rest of the first line KEY (and NAME) of the image's description.
tf_meta() {
	while IFS= read -r tf_line; do
		case $tf_line in
			"$1$TF_TAB${2:+$2$TF_TAB}"*)
				tf_line=${tf_line#"$1$TF_TAB"}
				printf '%s\n' "${tf_line#"${2:+$2$TF_TAB}"}"
				return 0
				;;
		esac
	done < "$TF_RUN/meta"
	return 1
}

# tf_copy FROM SIZE SHA256 TO: from the store into memory, checked there.
tf_copy() {
	case $1 in
		/* | *../*)
			TF_WHY="the server named a file outside of the store: '$1'"
			return 1
			;;
	esac
	tf_take "$1" "$4" || return 1
	tf_sum=$(sha256sum < "$4")
	[ "${tf_sum%% *}" = "$3" ] || {
		TF_WHY="${1##*/} is corrupted: its SHA-256 is not the published one"
		return 1
	}
	tf_size=${2:-?}
	tf_say "${1##*/}: $tf_size bytes, SHA-256 is right"
}

tf_fetch_files() {
	rm -rf "$TF_IMAGE"
	mkdir -p "$TF_IMAGE"
	tf_dir=$(tf_meta path) || {
		TF_WHY='the server did not say where the image is'
		return 1
	}
	: > "$TF_IMAGE/initrd"
	tf_line=$(tf_meta second) && {
		tf_split "$tf_line"
		tf_copy "$TF_1" "$TF_2" "$TF_3" "$TF_IMAGE/initrd" || return 1
	}
	tf_line=$(tf_meta file modules.cpio.zst) && {
		tf_split "$tf_line"
		tf_copy "$tf_dir/modules.cpio.zst" "$TF_1" "$TF_2" "$TF_IMAGE/modules" || return 1
		# a kernel goes on without what it cannot unpack
		if ! tf_pad "$TF_IMAGE/initrd" || ! cat "$TF_IMAGE/modules" >> "$TF_IMAGE/initrd"; then
			TF_WHY='there is no memory left for the initramfs'
			return 1
		fi
		rm -f "$TF_IMAGE/modules"
	}
	tf_line=$(tf_meta file vmlinuz) || {
		TF_WHY='the image has no vmlinuz'
		return 1
	}
	tf_split "$tf_line"
	tf_copy "$tf_dir/vmlinuz" "$TF_1" "$TF_2" "$TF_IMAGE/vmlinuz"
}

# tf_split LINE: its tab-separated fields as TF_1, TF_2 and TF_3.
tf_split() {
	IFS=$TF_TAB read -r TF_1 TF_2 TF_3 << END
$1
END
}

# tf_pad FILE: zeroes up to a multiple of four, where the kernel looks for the next archive.
tf_pad() {
	tf_size=$(wc -c < "$1")
	while [ $((tf_size % 4)) -ne 0 ]; do
		printf '\0' >> "$1" || return 1
		tf_size=$((tf_size + 1))
	done
}

# On UEFI the candidate cannot find the ACPI tables by itself after a kexec.
tf_acpi_rsdp() {
	tf_value=
	[ -e "$TF_ROOT/sys/firmware/efi/systab" ] || return 1
	while IFS='=' read -r tf_word tf_line; do
		case $tf_word in
			ACPI20) tf_value=$tf_line ;;
			ACPI) tf_value=${tf_value:-$tf_line} ;;
		esac
	done < "$TF_ROOT/sys/firmware/efi/systab"
	[ -n "$tf_value" ] && printf 'acpi_rsdp=%s\n' "$tf_value"
}

# tf_kexec_load SYSCALL CMDLINE: SYSCALL is -s (kexec_file_load) or -c (kexec_load).
tf_kexec_load() {
	tf_initrd=$TF_IMAGE/initrd
	[ -s "$tf_initrd" ] || tf_initrd=
	kexec "$1" -l "$TF_IMAGE/vmlinuz" ${tf_initrd:+--initrd="$tf_initrd"} \
		--command-line="$2" > "$TF_RUN/kexec.err" 2>&1 && return 0
	tf_value=
	while read -r tf_line; do
		[ -z "$tf_line" ] || tf_value=$tf_line
	done < "$TF_RUN/kexec.err"
	TF_WHY="kexec refused the image: ${tf_value:-no reason given}"
	return 1
}

tf_load() {
	if [ "$(tf_meta arch)" = i386 ]; then
		tf_kexec_load -c "$1"
	else
		tf_kexec_load -s "$1" || tf_kexec_load -c "$1"
	fi
}

# tf_boot ID [CMDLINE]: does not come back when it works.
tf_boot() {
	tf_say "booting $1"
	tf_event chosen "image=$1"
	TF_ID=$1
	tf_retry 3 tf_get_meta "$TF_ID" || return 1
	TF_CMDLINE=${2:-$(tf_meta cmdline)}
	[ -n "$TF_CMDLINE" ] || {
		TF_WHY="the server gave no command line for $1"
		return 1
	}
	tf_retry 2 tf_fetch || return 1
	tf_event fetched
	for tf_word in $(tf_words); do
		TF_CMDLINE="$TF_CMDLINE $tf_word"
	done
	# a kernel that cannot unpack them goes on; the second stage must not
	! tf_meta file modules.cpio.zst > /dev/null || TF_CMDLINE="$TF_CMDLINE tenfold.modules=yes"
	tf_load "$TF_CMDLINE" || return 1
	tf_loaded
	TF_EVENT_TRIES=4 tf_event kexec "image=$1" || {
		TF_WHY="the server did not take the kexec event: $TF_WHY"
		return 1
	}
	tf_leave
	tf_say "jumping into $1 with: $TF_CMDLINE"
	rm -rf "$TF_IMAGE"
	kexec -e
	TF_WHY='kexec came back'
	return 1
}
