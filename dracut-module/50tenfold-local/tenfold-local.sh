#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The second stage: local root, the candidate's modules on it, and a way to report "up".
#
# dracut's base module mounts the root when it is in the initramfs; without it, root= must
# be a partition: /dev/NAME, UUID=, LABEL=, PARTUUID= or PARTLABEL=.

# shellcheck source-path=SCRIPTDIR source=../50tenfold-base/tenfold-lib.sh disable=SC2153,SC2034
. "${TF_LIB:-/usr/lib/tenfold}/tenfold-lib.sh"

TF_LIBDIR=${TF_LIBDIR:-/usr/lib/tenfold}
TF_NEWROOT=${TF_NEWROOT:-/sysroot}
TF_DOG=

# tf_hex FILE OFFSET COUNT: bytes as lower-case hex, without spaces.
tf_hex() {
	dd if="$1" bs=1 skip="$2" count="$3" 2> /dev/null | od -An -v -tx1 | tr -d ' \n'
}

# tf_fstype DEVICE: by its magic number, as busybox's mount only tries what is loaded.
tf_fstype() {
	if [ "$(tf_hex "$1" 1080 2)" = 53ef ]; then
		echo ext4
	elif [ "$(tf_hex "$1" 0 4)" = 58465342 ]; then
		echo xfs
	elif [ "$(tf_hex "$1" 65600 8)" = 5f42485266535f4d ]; then
		echo btrfs
	else
		return 1
	fi
}

# tf_guid HEX32: 16 bytes of a GPT entry as people write them.
tf_guid() {
	printf '%s\n' "$1" | sed \
		's/^\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(....\)/\4\3\2\1-\6\5-\8\7-\9-/'
}

# tf_partuuid NAME: PARTUUID of the partition NAME (as in /sys/class/block), from the
# partition table: GPT, else the disk's signature and the partition's number.
tf_partuuid() {
	tf_sysdir=$(readlink -f "/sys/class/block/$1")
	read -r tf_number < "$tf_sysdir/partition" || return 1
	tf_disk=${tf_sysdir%/*}
	tf_block=512
	read -r tf_block < "$tf_disk/queue/logical_block_size" 2> /dev/null
	tf_disk=/dev/${tf_disk##*/}
	if [ "$(tf_hex "$tf_disk" "$tf_block" 8)" = 4546492050415254 ]; then
		tf_guid "$(tf_hex "$tf_disk" $((2 * tf_block + (tf_number - 1) * 128 + 16)) 16)"
	else
		tf_value=$(tf_hex "$tf_disk" 440 4 | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/')
		printf '%s-%02x\n' "$tf_value" "$tf_number"
	fi
}

# tf_find_root SPEC: the device that root= names, if it is there by now.
tf_find_root() {
	case $1 in
		/dev/*) [ -b "$1" ] && printf '%s\n' "$1" ;;
		UUID=* | LABEL=*) findfs "$1" 2> /dev/null ;;
		PARTUUID=* | PARTLABEL=*)
			for tf_dir in /sys/class/block/*; do
				tf_name=${tf_dir##*/}
				[ -e "$tf_dir/partition" ] || continue
				case $1 in
					PARTLABEL=*) grep -qx "PARTNAME=${1#PARTLABEL=}" "$tf_dir/uevent" ;;
					*) [ "$(tf_partuuid "$tf_name")" = "$(printf '%s\n' "${1#PARTUUID=}" | tr A-F a-f)" ] ;;
				esac && printf '/dev/%s\n' "$tf_name" && return 0
			done
			return 1
			;;
		*) return 1 ;;
	esac
}

# tf_mount_root: mounts root= on TF_NEWROOT, as the kernel itself would.
tf_mount_root() {
	tf_root=$(tf_arg root) || {
		TF_WHY='no root= on the command line'
		return 1
	}
	case $tf_root in
		/dev/?* | UUID=?* | LABEL=?* | PARTUUID=?* | PARTLABEL=?*) ;;
		*)
			TF_WHY="root=$tf_root needs a second stage with dracut's base module (tenfold-mkboot --add)"
			return 1
			;;
	esac
	tf_limit=$(tf_arg rd.retry)
	case $tf_limit in
		'' | *[!0-9]*) tf_limit=30 ;;
	esac
	tf_try=0
	until tf_load_drivers && tf_device=$(tf_find_root "$tf_root"); do
		tf_try=$((tf_try + 1))
		[ "$tf_try" -lt $((tf_limit * 10)) ] || {
			TF_WHY="no device for root=$tf_root within $tf_limit s"
			return 1
		}
		[ "$tf_try" != 10 ] || tf_say "waiting for root=$tf_root"
		sleep 0.1
	done
	tf_type=$(tf_arg rootfstype) || tf_type=$(tf_fstype "$tf_device")
	tf_opts=$(tf_arg rootflags)
	tf_mode=ro
	tf_arg rw > /dev/null && tf_mode=rw
	tf_arg ro > /dev/null && tf_mode=ro
	[ -z "$tf_type" ] || modprobe -q "$tf_type" 2> /dev/null
	mkdir -p "$TF_NEWROOT"
	mount ${tf_type:+-t "$tf_type"} -o "$tf_mode${tf_opts:+,$tf_opts}" \
		"$tf_device" "$TF_NEWROOT" 2> "$TF_RUN/mount.err" && return 0
	tf_value=
	read -r tf_value < "$TF_RUN/mount.err"
	TF_WHY="cannot mount root=$tf_root (${tf_type:-unknown file system}): ${tf_value#mount: }"
	return 1
}

# tf_no_modules: fails if there should have been some. Before Linux 5.9 no kernel unpacks them.
tf_no_modules() {
	tf_arg tenfold.modules > /dev/null || return 0
	TF_WHY="the candidate has not unpacked its modules: does its config have RD_ZSTD?"
	case $tf_release in
		[0-4].* | 5.[0-8].* | 5.[0-8]-*) tf_say "$TF_WHY" ;;
		*) return 1 ;;
	esac
}

# tf_modules: the candidate's modules, in memory, where the local OS looks for them. All of
# them, or it fails: a test that lacks a driver would tell lies.
tf_modules() {
	tf_release=$(uname -r)
	[ -d "$TF_ROOT/lib/modules/$tf_release" ] || {
		tf_no_modules
		return
	}
	tf_dir=$TF_NEWROOT/lib/modules
	[ ! -h "$TF_NEWROOT/lib" ] || tf_dir=$TF_NEWROOT/usr/lib/modules
	[ -d "$tf_dir" ] || {
		tf_say "no modules for the local system: it has no folder /lib/modules to put them on"
		return 0
	}
	TF_WHY="the candidate's modules cannot be put on $tf_dir: no memory left?"
	mount -t tmpfs -o mode=0755,nosuid,nodev tenfold-modules "$tf_dir" 2> /dev/null \
		|| mount -t ramfs -o mode=0755 tenfold-modules "$tf_dir" || return 1
	cp -a "$TF_ROOT/lib/modules/$tf_release" "$tf_dir/"
}

# tf_env NAME ARGUMENT: one line of boot.env; words that are no plain words are left out.
tf_env() {
	tf_value=$(tf_arg "$2") || return 0
	case $tf_value in
		*[!A-Za-z0-9._:/@%+-]*) return 0 ;;
	esac
	printf '%s=%s\n' "$1" "$tf_value"
}

# tf_warm: what a warm step needs, see warm.sh.
tf_warm() {
	[ -s "$TF_LIBDIR/warm.list" ] || return 0
	tf_dir=$TF_RUN/tools
	mkdir -p "$tf_dir"
	# not on /run, from which some systems run no programs
	mount -t tmpfs -o mode=0700,nosuid tenfold-tools "$tf_dir" 2> /dev/null \
		|| mount -t ramfs -o mode=0700 tenfold-tools "$tf_dir" || return 0
	mkdir -p "$tf_dir/proc" "$tf_dir/sys" "$tf_dir/dev" "$tf_dir/run" "$tf_dir/bin"
	while read -r tf_word; do
		mkdir -p "$tf_dir${tf_word%/*}"
		cp -L "$tf_word" "$tf_dir$tf_word"
	done < "$TF_LIBDIR/warm.list"
	cp -a "$TF_LIBDIR/bin" "$tf_dir/usr/lib/tenfold/"
	ln -s ../usr/bin/busybox "$tf_dir/bin/sh"
	cp "$TF_LIBDIR/warm" "$TF_RUN/warm"
}

# tf_hand_over: all that the local system finds of tenfold.
tf_hand_over() {
	mkdir -p "$TF_RUN"
	tf_modules || return 1
	tf_init=
	[ ! -e "$TF_RUN/init" ] || read -r tf_init < "$TF_RUN/init"
	{
		tf_env TENFOLD_SERVER tenfold.server
		tf_env TENFOLD_HOST tenfold.host
		tf_env TENFOLD_BOOT tenfold.boot
		tf_env TENFOLD_IMAGE tenfold.image
		tf_env TENFOLD_WATCHDOG tenfold.watchdog
		printf 'TENFOLD_INIT=%s\n' "$tf_init"
	} > "$TF_RUN/boot.env"
	cp "$TF_LIBDIR/up" "$TF_RUN/up"
	chmod 755 "$TF_RUN/up"
	tf_warm
	tf_dir=$TF_ROOT/run/systemd/system
	mkdir -p "$tf_dir/multi-user.target.wants"
	cp "$TF_LIBDIR/tenfold-up.service" "$tf_dir/"
	ln -sf ../tenfold-up.service "$tf_dir/multi-user.target.wants/tenfold-up.service"
	rm -f "$TF_RUN/init" "$TF_RUN/aliases" "$TF_RUN/aliases.new" "$TF_RUN"/*.err
}

# tf_watchdog_wake: a candidate that hangs from here on resets the machine. The first stage
# armed the dog, but its driver in the candidate has stopped it.
tf_watchdog_wake() {
	tf_seconds=$(tf_arg tenfold.watchdog) || return 0
	[ -c /dev/watchdog ] && command -v watchdog > /dev/null || return 0
	watchdog -F -T "$tf_seconds" -t "$tf_seconds" /dev/watchdog > /dev/null 2>&1 &
	TF_DOG=$!
}

# The program is killed, not ended: so it leaves the dog awake until "up" was reported.
tf_watchdog_leave() {
	[ -z "$TF_DOG" ] || kill -9 "$TF_DOG"
	TF_DOG=
}

# tf_netconsole: where it is a module, it comes as soon as the network card can be there; what
# the kernel has said before is sent too.
tf_netconsole() {
	tf_value=$(tf_arg netconsole) || return 0
	modprobe -q netconsole "netconsole=$tf_value" 2> /dev/null
	return 0
}

# tf_find_init: the local system's first program.
tf_find_init() {
	for tf_program in $(tf_arg init) /sbin/init /etc/init /bin/init /bin/sh; do
		# a link is followed only after the switch, when / is the local root
		[ -x "$TF_NEWROOT$tf_program" ] || [ -h "$TF_NEWROOT$tf_program" ] || continue
		printf '%s\n' "$tf_program"
		return 0
	done
	TF_WHY='the local root has no init'
	return 1
}

# tf_init_args: the words of the command line that an init takes as its own.
tf_init_args() {
	set -f
	read -r tf_line < /proc/cmdline
	for tf_word in $tf_line; do
		case $tf_word in
			[0-9] | s | S | single | emergency | auto | -b) printf '%s ' "$tf_word" ;;
		esac
	done
	set +f
}

tf_switch_root() {
	tf_program=$(tf_find_init) || {
		TF_WHY='the local root has no init'
		return 1
	}
	tf_args=$(tf_init_args)
	[ -d "$TF_NEWROOT/run" ] \
		|| tf_say "the local root has no folder /run: it cannot report that it is up"
	tf_say "switching to $tf_program on $tf_device"
	tf_watchdog_leave
	for tf_dir in run dev sys proc; do
		[ ! -d "$TF_NEWROOT/$tf_dir" ] || mount -o move "/$tf_dir" "$TF_NEWROOT/$tf_dir"
	done
	# shellcheck disable=SC2086 # a list of words
	exec switch_root "$TF_NEWROOT" "$tf_program" $tf_args
}

# tf_second_stage: comes back only if something failed, with TF_WHY.
tf_second_stage() {
	tf_say "second stage, kernel $(uname -r)"
	tf_load_drivers
	tf_netconsole
	tf_watchdog_wake
	tf_mount_root && tf_hand_over && tf_switch_root
}

# tf_second_stage_failed: tells who can be told.
tf_second_stage_failed() {
	tf_why=$TF_WHY
	tf_say "FAILED: $tf_why"
	if tf_flag rd.shell; then
		tf_shell console
	fi
	TF_SERVER=$(tf_arg tenfold.server) && TF_BOOT=$(tf_arg tenfold.boot) || return 0
	if ! tf_net_up || ! tf_event failed "detail=second stage: $tf_why"; then
		tf_say "the server was not told: $TF_WHY"
	fi
}

# tf_dracut_failed: comes back only if a person wants dracut's own shell.
tf_dracut_failed() {
	! tf_flag rd.shell && ! tf_arg rd.break > /dev/null || return 0
	mkdir -p "$TF_RUN"
	TF_WHY="dracut could not mount root=$(tf_arg root)"
	! grep -q " $TF_NEWROOT " "$TF_ROOT/proc/mounts" \
		|| TF_WHY="dracut mounted root=$(tf_arg root) but could not switch to it"
	tf_second_stage_failed
	tf_reboot
}
