# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other parts
# The machines: QEMU with a network card that boots by PXE first, a disk, a serial console,
# a hardware watchdog, and a power switch. Each is a folder, machines/NAME, with its
# settings, its disk, its console.log and two sockets.

machine_dir() {
	[ -r "$LAB/machines/${1:-}/settings" ] || die "no machine '${1:-}'"
	printf '%s\n' "$LAB/machines/$1"
}

machine_command() {
	local verb=${1:-}
	[ $# -eq 0 ] || shift
	case $verb in
	add | remove) "machine_$verb" "$@" ;;
	*) die "lab machine: add or remove" ;;
	esac
}

machine_add() {
	local name=${1:-} mac='' firmware=bios nic=virtio memory=1024 cpus=1 disk='' boot=net
	[[ $name =~ ^[a-z][a-z0-9-]{0,30}$ ]] || die "lab machine add: bad name '$name'"
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--mac | --firmware | --nic | --memory | --cpus | --disk | --boot)
			printf -v "${1#--}" %s "${2:?lab machine add: $1 needs a value}"
			shift 2
			;;
		*) die "lab machine add: unknown option '$1'" ;;
		esac
	done
	mac=${mac,,}
	[[ $mac =~ ^$mac_prefix:[0-9a-f]{2}$ ]] || die "--mac must be $mac_prefix:NN, not '$mac'"
	[[ $firmware =~ ^(bios|uefi)$ ]] || die "--firmware is bios or uefi, not '$firmware'"
	[[ $nic =~ ^(virtio|e1000)$ ]] || die "--nic is virtio or e1000, not '$nic'"
	[[ $boot =~ ^(net|disk)$ ]] || die "--boot is net or disk, not '$boot'"
	[ ! -e "$LAB/machines/$name" ] || die "there is a machine '$name' already"
	local dir=$LAB/machines/$name
	mkdir "$dir"
	tap_up "$(tap_name "$mac")" || { rmdir "$dir"; die "is '$mac' in use already?"; }
	machine_disk "$dir" "$disk"
	[ "$firmware" = bios ] || cp /usr/share/OVMF/OVMF_VARS_4M.fd "$dir/vars.fd"
	: >"$dir/console.log"
	printf '%s=%q\n' mac "$mac" firmware "$firmware" nic "$nic" memory "$memory" cpus "$cpus" \
		boot "$boot" \
		>"$dir/settings"
}

tap_name() {
	printf 'tap%d\n' "$(mac_number "$1")"
}

# machine_disk DIR FILE|none|'' - the local OS by default; FILE itself is never written to
machine_disk() {
	local base=$2
	[ "$base" != none ] || return 0
	if [ -z "$base" ]; then
		base=$("$here/local-os/disk")
		lab_key >/dev/null
	fi
	qemu-img create -q -f qcow2 -F raw -b "$(realpath "$base")" "$1/disk.qcow2"
}

machine_remove() {
	local dir mac
	dir=$(machine_dir "${1:-}")
	power_off "$dir"
	# shellcheck source=/dev/null
	mac=$(. "$dir/settings" && echo "$mac")
	tap_down "$(tap_name "$mac")"
	rm -r "$dir"
}

machines_status() {
	local dir
	for dir in "$LAB"/machines/*/; do
		[ -r "$dir/settings" ] || continue
		# shellcheck source=/dev/null
		(. "$dir/settings"
		printf 'machine\t%s\t%s\t%s\t%s\t%s\n' "$(basename "$dir")" "$mac" \
			"$(mac_address "$mac")" "$firmware" "$(power_status "${dir%/}")")
	done
}

# machine_argv DIR - fills the array argv with QEMU's command line; paths are relative to DIR
machine_argv() {
	local mac firmware nic memory cpus boot device=virtio-net-pci net=1
	# shellcheck source=/dev/null
	. "$1/settings"
	[ "$nic" = virtio ] || device=$nic
	[ "$boot" = net ] || net=3
	argv=(qemu-system-x86_64 -name "$(basename "$1")" -nodefaults -no-user-config
		-display none -machine pc -m "$memory" -smp "$cpus" -daemonize -pidfile qemu.pid
		-qmp "unix:qmp.sock,server=on,wait=off"
		-chardev "socket,id=con,path=console.sock,server=on,wait=off,logfile=console.log,logappend=on"
		-serial chardev:con
		-netdev "tap,id=net,ifname=$(tap_name "$mac"),script=no,downscript=no"
		-device "$device,netdev=net,mac=$mac,bootindex=$net"
		-device i6300esb -action watchdog=reset)
	# a /dev/kvm alone proves nothing; nor does the flag, where there is no /dev/kvm
	if grep -qwE 'svm|vmx' /proc/cpuinfo; then
		argv+=(-accel kvm)
	fi
	argv+=(-accel "tcg,thread=multi" -cpu max)
	if [ -e "$1/disk.qcow2" ]; then
		argv+=(-drive "if=none,id=disk,file=disk.qcow2,format=qcow2,cache=unsafe"
			-device "virtio-blk-pci,drive=disk,bootindex=2")
	fi
	if [ "$firmware" = uefi ]; then
		argv+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"
			-drive "if=pflash,unit=1,format=raw,file=vars.fd")
	fi
}

power_command() {
	local dir
	dir=$(machine_dir "${1:-}")
	case ${2:-} in
	on | off | cycle | reset | status) "power_$2" "$dir" ;;
	*) die "lab power: on, off, cycle, reset or status" ;;
	esac
}

machine_pid() {
	local pid
	pid=$(cat "$1/qemu.pid" 2>/dev/null) || return
	[[ $(readlink "/proc/$pid/exe") == */qemu-system-* ]] && echo "$pid"
}

power_status() {
	machine_pid "$1" >/dev/null && echo on || echo off
}

power_on() {
	local argv
	machine_pid "$1" >/dev/null && return
	machine_argv "$1"
	(cd "$1" && rm -f -- *.sock && "${argv[@]}" </dev/null >qemu.log 2>&1) && return
	printf 'lab: QEMU did not start: %s\n' "$(tail -n 3 "$1/qemu.log")" >&2
	return 1
}

power_off() {
	local pid
	pid=$(machine_pid "$1") || return 0
	kill -KILL "$pid" 2>/dev/null || return 0
	gone "$pid" 10 || die "QEMU does not end"
}

power_cycle() {
	power_off "$1"
	power_on "$1"
}

power_reset() {
	machine_pid "$1" >/dev/null || die "the machine is off"
	qmp "$1" '{"execute":"system_reset"}' >/dev/null
}

# qmp DIR COMMAND - one QMP command; prints its answer, fails when it is an error
qmp() {
	local answer
	answer=$(cd "$1" && printf '%s\n' '{"execute":"qmp_capabilities"}' "$2" |
		socat -t 5 - UNIX-CONNECT:qmp.sock | jq -c 'select(has("return") or has("error"))' |
		sed -n 2p)
	printf '%s\n' "$answer"
	[[ $answer == *'"return"'* ]]
}
