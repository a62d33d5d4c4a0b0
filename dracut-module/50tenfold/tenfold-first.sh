#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The first stage: list, choice, fetch, check, kexec; and what to do when one fails.
#
# A choice that cannot be booted is reported and followed by the host's last known good
# image, then by the local disk. Nothing waits for a person who has not pressed a key.

# shellcheck source-path=SCRIPTDIR source=../50tenfold-base/tenfold-lib.sh disable=SC2153,SC2034
. "${TF_LIB:-/usr/lib/tenfold}/tenfold-lib.sh"
# shellcheck source-path=SCRIPTDIR source=../50tenfold-base/tenfold-image.sh
. "${TF_LIB:-/usr/lib/tenfold}/tenfold-image.sh"
# shellcheck source-path=SCRIPTDIR source=tenfold-pstore.sh
. "${TF_LIB_FIRST:-/usr/lib/tenfold}/tenfold-pstore.sh"

TF_NFS=$TF_RUN/nfs

# tf_fail SENTENCE: the console and the server are told, and the boot goes on.
tf_fail() {
	tf_say "FAILED: $1"
	TF_EVENT_TRIES=1 tf_event failed "detail=$1"
	return 1
}

# NFS 4.2, or 3 where the server says no to that; a server that is silent is not asked twice.
tf_nfs_try() {
	tf_addr=${TF_EXPORT%%:/*}
	tf_opts=ro,soft,timeo=50,retrans=2,nolock,proto=tcp,addr=$tf_addr
	mkdir -p "$TF_NFS"
	timeout 8 mount -i -t nfs4 -o "$tf_opts,vers=4.2,clientaddr=$TF_ADDRESS" \
		"$TF_EXPORT" "$TF_NFS" 2> "$TF_RUN/nfs.err" && return 0
	tf_value=
	read -r tf_value < "$TF_RUN/nfs.err"
	case $tf_value in
		'' | Terminated* | *refused* | *timed\ out* | *nreachable*) ;;
		*)
			timeout 8 mount -i -t nfs \
				-o "$tf_opts,vers=3,mountaddr=$tf_addr,mountproto=tcp" \
				"$TF_EXPORT" "$TF_NFS" 2> /dev/null && return 0
			;;
	esac
	tf_value=${tf_value##*failed: }
	tf_value=${tf_value#Terminated}
	TF_WHY="the image store $TF_EXPORT cannot be mounted: ${tf_value:-no answer within 8 s}"
	return 1
}

# The mount runs beside the list, so that it costs nothing when it is wanted.
tf_nfs_start() {
	TF_EXPORT=$(tf_arg rd.tenfold.nfs) || return 0
	tf_nfs_try > /dev/null 2>&1 &
	TF_NFS_JOB=$!
}

tf_nfs_ready() {
	[ -n "$TF_EXPORT" ] || {
		TF_WHY='no rd.tenfold.nfs= on the command line'
		return 1
	}
	[ -z "$TF_NFS_JOB" ] || wait "$TF_NFS_JOB"
	TF_NFS_JOB=
	grep -q " $TF_NFS " /proc/mounts || tf_retry 2 tf_nfs_try || {
		TF_NO_STORE=1
		TF_FINAL=1
		return 1
	}
}

tf_nfs_stop() {
	[ -z "$TF_NFS_JOB" ] || wait "$TF_NFS_JOB"
	TF_NFS_JOB=
	umount "$TF_NFS" 2> /dev/null || umount -l "$TF_NFS" 2> /dev/null
	return 0
}

tf_get_list() {
	tf_http "/v1/kernels?mac=$TF_MAC&limit=1000" > "$TF_RUN/list"
}

tf_get_boot() {
	tf_http "/v1/hosts/$TF_MAC/boots" '' > "$TF_RUN/boot" && read -r TF_BOOT < "$TF_RUN/boot"
}

# tf_marked MARK...: the id of the first entry of the list that has one of the marks.
tf_marked() {
	for tf_word in "$@"; do
		while IFS=$TF_TAB read -r tf_mark tf_id tf_line; do
			[ "$tf_mark" = "$tf_word" ] && printf '%s\n' "$tf_id" && return 0
		done < "$TF_RUN/list"
	done
	return 1
}

tf_take() { # FROM TO
	cp "$TF_NFS/$1" "$2" 2> "$TF_RUN/cp.err" && return 0
	tf_value=
	read -r tf_value < "$TF_RUN/cp.err"
	TF_WHY="cannot read ${1##*/} from the store: ${tf_value#cp: }"
	return 1
}

# A second try reads everything afresh, past this machine's cache, and by a description of
# now: the second stage may have been made anew.
tf_fetch() {
	tf_nfs_ready || return 1
	tf_fetch_files && return 0
	tf_nfs_stop
	tf_failed=$TF_WHY
	tf_get_meta "$TF_ID"
	TF_WHY=$tf_failed
	return 1
}

# A machine that hangs in the candidate resets itself, if it has a watchdog.
tf_watchdog() {
	tf_seconds=$(tf_arg rd.tenfold.watchdog) || return 0
	[ "${tf_seconds:-0}" != 0 ] || return 0
	modprobe -abq iTCO_wdt sp5100_tco 2> /dev/null
	if tf_seconds=$(tenfold-menu --watchdog "$tf_seconds" 2> "$TF_RUN/watchdog.err"); then
		tf_say "watchdog armed, $tf_seconds s"
	else
		tf_value=
		read -r tf_value < "$TF_RUN/watchdog.err"
		tf_say "no watchdog: ${tf_value:-none found}; going on without"
	fi
}

# What tf_boot asks of its stage, beside tf_fetch.
tf_loaded() {
	tf_nfs_stop
}

tf_leave() {
	tf_pstore_wait
	tf_watchdog
}

tf_words() {
	tf_acpi_rsdp
	# the candidate's own driver stops the dog as it starts; the second stage wakes it again
	tf_seconds=$(tf_arg rd.tenfold.watchdog) && [ "${tf_seconds:-0}" != 0 ] \
		&& printf 'tenfold.watchdog=%s\n' "$tf_seconds"
}

tf_local() {
	tf_say "booting the local disk: $1"
	tf_event local "detail=$1"
	tf_nfs_stop
	tf_pstore_wait
	tf_reboot
	# not reached on a machine that can reset
	return 1
}

# tf_quiet COMMAND...: the kernel keeps its chatter to itself meanwhile.
tf_quiet() {
	read -r tf_level tf_line < /proc/sys/kernel/printk
	echo 3 > /proc/sys/kernel/printk
	"$@"
	set -- $?
	echo "$tf_level" > /proc/sys/kernel/printk
	return "$1"
}

# tf_choose: sets TF_CHOICE (an id, local, or none) and TF_EDITED (its edited command line).
tf_choose() {
	TF_EDITED=
	command -v tenfold-menu > /dev/null || {
		TF_CHOICE=$(tf_marked now next default) || TF_CHOICE=local
		return 0
	}
	tf_timeout=$(tf_arg rd.tenfold.timeout)
	while :; do
		tf_quiet tenfold-menu --timeout "${tf_timeout:-2}" "$TF_RUN/list" \
			> "$TF_RUN/choice" 2> "$TF_RUN/menu.err" || {
			tf_value=
			read -r tf_value < "$TF_RUN/menu.err"
			tf_say "no menu: $tf_value"
			TF_CHOICE=$(tf_marked now next default) || TF_CHOICE=local
			return 0
		}
		read -r tf_word TF_CHOICE < "$TF_RUN/choice"
		case $tf_word in
			boot) return 0 ;;
			shell) tf_shell "$TF_CHOICE" ;;
			edit)
				tf_get_meta "$TF_CHOICE" || tf_say "$TF_WHY"
				tf_meta cmdline > "$TF_RUN/cmdline"
				tf_quiet tenfold-menu --edit "$TF_RUN/cmdline" > "$TF_RUN/edited" \
					&& TF_EDITED=$(cat "$TF_RUN/edited") && return 0
				;;
		esac
		# a person is at work here: no clock any more
		tf_timeout=none
	done
}

tf_first_stage() {
	mkdir -p "$TF_RUN"
	TF_NFS_JOB=
	TF_NO_STORE=
	tf_say 'first stage'
	TF_SERVER=$(tf_arg rd.tenfold.server) || {
		tf_say 'FAILED: no rd.tenfold.server= on the command line'
		return 1
	}
	TF_BOOT=$(tf_arg rd.tenfold.boot)
	if tf_retry 2 tf_net_up; then
		tf_say "network: $TF_IFACE $TF_MAC $TF_ADDRESS"
		tf_nfs_start
		tf_run
	else
		tf_say "FAILED: $TF_WHY"
	fi
	if tf_flag rd.shell; then
		tf_shell console
	fi
	tf_reboot
}

tf_run() {
	[ -n "$TF_BOOT" ] || tf_retry 3 tf_get_boot
	# the list comes next, and has tries enough for a server that is slow
	TF_EVENT_TRIES=1 tf_event first-stage
	tf_pstore_start
	tf_retry 4 tf_get_list || {
		tf_fail "no list of kernels: $TF_WHY"
		TF_EVENT_TRIES=1 tf_local 'there is no list of kernels'
		return 1
	}
	tf_event list
	TF_TRIED=
	tf_choose
	if [ "$TF_CHOICE" != local ]; then
		TF_TRIED=$TF_CHOICE
		tf_boot "$TF_CHOICE" "$TF_EDITED"
		tf_fail "$TF_CHOICE: $TF_WHY"
		# another image cannot come from a store that is not there
		[ -z "$TF_NO_STORE" ] && TF_CHOICE=$(tf_marked good) \
			&& [ "$TF_CHOICE" != "$TF_TRIED" ] && {
			tf_say 'falling back to the last known good image'
			tf_boot "$TF_CHOICE"
			tf_fail "$TF_CHOICE: $TF_WHY"
		}
		tf_local 'no image could be booted'
	else
		tf_local 'it was chosen'
	fi
}
