#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What both stages of tenfold share: command line, console, network, HTTP, events.
#
# Sourced, never run. Functions return, never exit. A function that fails leaves one
# sentence in TF_WHY. TF_ROOT is put before /proc, /sys, /dev, /run and /lib paths, so that
# the unit tests can bring a world of their own.
# shellcheck disable=SC2034 # much of what is set here is read by the stages

TF_ROOT=${TF_ROOT-}
TF_RUN=$TF_ROOT/run/tenfold
TF_WHY=
TF_FINAL=
TF_SERVER=
TF_MAC=
TF_BOOT=
TF_IFACE=
TF_ADDRESS=
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/tenfold/bin
export PATH

# tf_arg KEY: prints the value of the last KEY=VALUE on the kernel command line; a bare
# KEY prints nothing and is found too.
tf_arg() {
	tf_line=
	read -r tf_line < "$TF_ROOT/proc/cmdline" || [ -n "$tf_line" ] || return 1
	tf_found=1
	tf_value=
	set -f
	for tf_word in $tf_line; do
		case $tf_word in
			"$1") tf_found=0 tf_value= ;;
			"$1"=*) tf_found=0 tf_value=${tf_word#*=} ;;
		esac
	done
	set +f
	[ "$tf_found" = 0 ] && printf '%s\n' "$tf_value"
	return "$tf_found"
}

# tf_flag KEY: true if KEY is there and not 0, no or off.
tf_flag() {
	tf_flag_value=$(tf_arg "$1") || return 1
	case $tf_flag_value in
		0 | no | off) return 1 ;;
	esac
	return 0
}

tf_uptime() {
	tf_up=0
	read -r tf_up tf_word < "$TF_ROOT/proc/uptime"
	printf '%s\n' "$tf_up"
}

# tf_say WORDS: one line on every console, so that a screen or a serial line that somebody
# looks at is never silent.
tf_say() {
	tf_up=0
	read -r tf_up tf_word < "$TF_ROOT/proc/uptime"
	tf_ttys=
	read -r tf_ttys < "$TF_ROOT/sys/class/tty/console/active" 2> /dev/null
	for tf_tty in ${tf_ttys:-console}; do
		printf 'tenfold: [%s] %s\n' "$tf_up" "$*" >> "$TF_ROOT/dev/$tf_tty"
	done 2> /dev/null
	return 0
}

# tf_retry TRIES COMMAND...: runs it until it works, waiting 1, 2, 4 ... seconds between.
# A step that sets TF_FINAL is not worth another try. The state is in the function's own
# arguments (WAIT TRIES COMMAND...), so that calls may nest.
tf_retry() {
	TF_FINAL=
	set -- 1 "$@"
	until tf_rest "$@"; do
		[ "$2" -gt 1 ] && [ -z "$TF_FINAL" ] || return 1
		tf_say "$TF_WHY; again in $1 s"
		sleep "$1"
		tf_wait=$(($1 * 2))
		tf_tries=$(($2 - 1))
		shift 2
		set -- "$tf_wait" "$tf_tries" "$@"
	done
	return 0
}

tf_rest() {
	shift 2
	"$@"
}

# tf_mac BOOTIF: 01-AA-BB-CC-DD-EE-FF as aa:bb:cc:dd:ee:ff.
tf_mac() {
	case $1 in
		??-??-??-??-??-??-??) tf_value=${1#??-} ;;
		??[:-]??[:-]??[:-]??[:-]??[:-]??) tf_value=$1 ;;
		*) return 1 ;;
	esac
	case $tf_value in
		*[!0-9A-Fa-f:-]*) return 1 ;;
	esac
	printf '%s\n' "$tf_value" | tr 'A-F-' 'a-f:'
}

# tf_prefix NETMASK: 255.255.255.0 as 24; a plain number stays.
tf_prefix() {
	case $1 in
		'') printf '24\n' && return 0 ;;
		*[!0-9.]*) return 1 ;;
		*.*.*.*) ;;
		*.*) return 1 ;;
		*) printf '%s\n' "$1" && return 0 ;;
	esac
	tf_bits=0
	tf_value=$1.
	while [ -n "$tf_value" ]; do
		case ${tf_value%%.*} in
			255) tf_bits=$((tf_bits + 8)) ;;
			254) tf_bits=$((tf_bits + 7)) ;;
			252) tf_bits=$((tf_bits + 6)) ;;
			248) tf_bits=$((tf_bits + 5)) ;;
			240) tf_bits=$((tf_bits + 4)) ;;
			224) tf_bits=$((tf_bits + 3)) ;;
			192) tf_bits=$((tf_bits + 2)) ;;
			128) tf_bits=$((tf_bits + 1)) ;;
			0) ;;
			*) return 1 ;;
		esac
		tf_value=${tf_value#*.}
	done
	printf '%s\n' "$tf_bits"
}

# tf_load_drivers: loads what the devices ask for and was not yet asked for.
tf_load_drivers() {
	[ -d "/lib/modules/$(uname -r)" ] || return 0
	mkdir -p "$TF_RUN"
	# never empty: busybox's grep takes an empty list of patterns as one that fits all
	[ -s "$TF_RUN/aliases" ] || echo none > "$TF_RUN/aliases"
	find "$TF_ROOT/sys/devices" -name modalias -exec cat {} + 2> /dev/null \
		| sort -u | grep -vxFf "$TF_RUN/aliases" > "$TF_RUN/aliases.new"
	[ -s "$TF_RUN/aliases.new" ] || return 0
	cat "$TF_RUN/aliases.new" >> "$TF_RUN/aliases"
	xargs modprobe -abq -- < "$TF_RUN/aliases.new" > /dev/null 2>&1
	return 0
}

# tf_find_iface: the interface that carries TF_MAC, or the first one if no MAC is known.
tf_find_iface() {
	for tf_dir in "$TF_ROOT"/sys/class/net/*; do
		tf_value=
		read -r tf_value < "$tf_dir/address" || continue
		TF_IFACE=${tf_dir##*/}
		[ "$TF_IFACE" != lo ] || continue
		if [ -z "$TF_MAC" ] && [ -e "$tf_dir/device" ]; then
			TF_MAC=$tf_value
			return 0
		fi
		[ "$tf_value" = "$TF_MAC" ] && return 0
	done 2> /dev/null
	TF_IFACE=
	return 1
}

# tf_net_static IP: IP is the value of ip=, CLIENT:PEER:GATEWAY:NETMASK:NAME:DEVICE:METHOD.
tf_net_static() {
	tf_ifs=$IFS
	IFS=:
	# shellcheck disable=SC2086 # the colons are there to be split at
	set -- $1
	IFS=$tf_ifs
	tf_bits=$(tf_prefix "$4") || {
		TF_WHY="bad netmask '$4' in ip="
		return 1
	}
	# a kernel with IP_PNP has read ip= too, and has set it
	ip addr add "$1/$tf_bits" broadcast + dev "$TF_IFACE" 2> /dev/null \
		|| ip addr show dev "$TF_IFACE" 2> /dev/null | grep -qF " $1/" || {
		TF_WHY="address '$1/$tf_bits' was refused on $TF_IFACE"
		return 1
	}
	TF_ADDRESS=$1
	[ -z "$3" ] || [ "$3" = "$1" ] || ip route add default via "$3" dev "$TF_IFACE" 2> /dev/null
	return 0
}

tf_net_dhcp() {
	rm -f "$TF_RUN/dhcp"
	command -v udhcpc > /dev/null || {
		TF_WHY='no static ip= on the command line and no udhcpc in this initramfs'
		return 1
	}
	udhcpc -n -q -f -t 5 -T 2 -i "$TF_IFACE" -s /usr/lib/tenfold/udhcpc > /dev/null 2>&1
	[ -s "$TF_RUN/dhcp" ] || {
		TF_WHY="no answer to DHCP on $TF_IFACE"
		return 1
	}
	read -r tf_lease < "$TF_RUN/dhcp"
	tf_net_static "$tf_lease"
}

# tf_net_up: brings up the interface that the machine booted from.
tf_net_up() {
	tf_value=$(tf_arg BOOTIF) && TF_MAC=$(tf_mac "$tf_value")
	tf_try=0
	until tf_load_drivers && tf_find_iface; do
		tf_try=$((tf_try + 1))
		[ "$tf_try" -lt 100 ] || {
			TF_WHY="no network interface with the address '$TF_MAC' (is its driver in this initramfs?)"
			return 1
		}
		sleep 0.1
	done
	ip link set lo up
	ip link set "$TF_IFACE" up || {
		TF_WHY="the interface $TF_IFACE does not come up"
		return 1
	}
	tf_try=0
	until read -r tf_value < "$TF_ROOT/sys/class/net/$TF_IFACE/carrier" && [ "$tf_value" = 1 ]; do
		tf_try=$((tf_try + 1))
		[ "$tf_try" -lt 100 ] || {
			TF_WHY="no link on $TF_IFACE (cable, switch port?)"
			return 1
		}
		sleep 0.1
	done 2> /dev/null
	tf_ip=$(tf_arg ip)
	case $tf_ip in
		*.*.*.*:*) tf_net_static "$tf_ip" ;;
		*) tf_net_dhcp ;;
	esac
}

# tf_http PATH [BODY]: GET, or POST of BODY; the answer goes to stdout.
tf_http() {
	tf_url=http://$TF_SERVER$1
	if command -v wget > /dev/null; then
		timeout 5 wget -q -O - ${2+--post-data "$2"} "$tf_url" 2> "$TF_RUN/http.err"
	else
		curl -fsS --max-time 5 ${2+--data-binary "$2"} "$tf_url" 2> "$TF_RUN/http.err"
	fi && return 0
	tf_value=
	read -r tf_value < "$TF_RUN/http.err"
	tf_value=${tf_value#*server returned error: }
	tf_value=${tf_value#wget: }
	tf_value=${tf_value#Terminated}
	TF_WHY="server $TF_SERVER: ${tf_value:-no answer within 5 s}"
	# a clear no stays a no
	case $tf_value in
		*' 40'[0-9]*) TF_WHY="$TF_WHY (${1%%\?*})" TF_FINAL=1 ;;
	esac
	return 1
}

# tf_event STAGE [KEY=VALUE]...: tells the server how far this boot has come. TF_EVENT_TRIES
# (2) says how hard it tries.
tf_event() {
	tf_body="stage=$1
uptime=$(tf_uptime)"
	shift
	for tf_word in "$@"; do
		tf_body="$tf_body
$tf_word"
	done
	[ -n "$TF_BOOT" ] || {
		TF_WHY='this boot has no id from the server'
		return 1
	}
	tf_retry "${TF_EVENT_TRIES:-2}" tf_http "/v1/hosts/$TF_MAC/boots/$TF_BOOT/events" "$tf_body" \
		> /dev/null
}

# tf_shell TTY: a shell for a person who asked for one.
tf_shell() {
	tf_say "a shell on $1; 'exit' goes on"
	if setsid -c true 2> /dev/null; then
		setsid -c sh -i 0<> "/dev/$1" 1>&0 2>&1
	else
		sh -i 0<> "/dev/$1" 1>&0 2>&1
	fi
}

tf_reboot() {
	tf_say 'rebooting'
	sync
	sleep 1
	reboot -f
	# without the tool, the kernel's own way
	echo 1 > /proc/sys/kernel/sysrq
	echo b > /proc/sysrq-trigger
}
