# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For tests of the shell libraries of both stages, in a world of files and fake programs, as
# TAP. Each case runs in every shell that an initramfs may have.
# shellcheck disable=SC2016 # the cases are for the inner shell

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0 failed=0

shells=()
command -v dash > /dev/null && shells+=(dash)
command -v busybox > /dev/null && shells+=('busybox sh')
shells+=('bash --posix')

# A fresh world: /proc, /sys, /dev, /run, and functions that stand for programs (busybox's
# shell prefers its own applets to any PATH).
world() {
	rm -rf "${work:?}/w"
	mkdir -p "$work"/w/{proc,dev} "$work/w/run/tenfold" "$work/w/sys/class/tty/console" \
		"$work/w/sys/class/net/lo" "$work/w/sys/class/net/eth0" "$work/w/sys/class/net/eth1" \
		"$work/w/sys/firmware/efi"
	echo '12.34 20.00' > "$work/w/proc/uptime"
	echo 'tty0 ttyS0' > "$work/w/sys/class/tty/console/active"
	: > "$work/w/dev/tty0"
	: > "$work/w/dev/ttyS0"
	echo 00:00:00:00:00:00 > "$work/w/sys/class/net/lo/address"
	echo 52:54:00:00:00:01 > "$work/w/sys/class/net/eth0/address"
	echo 52:54:00:aa:bb:cc > "$work/w/sys/class/net/eth1/address"
	echo 1 > "$work/w/sys/class/net/eth1/carrier"
	printf '%s\n' 'quiet rd.tenfold.server=10.0.0.1:8080 rd.tenfold.boot=00112233aabbccdd' \
		'BOOTIF=01-52-54-00-AA-BB-CC ip=10.0.0.9::10.0.0.1:255.255.254.0:lab::none' \
		'rd.tenfold.timeout=2 a.flag off=0 rd.tenfold.timeout=5' | tr '\n' ' ' > "$work/w/proc/cmdline"
	: > "$work/w/fakes"
	fake sleep 'echo "$1" >> "$W/slept"'
}

fake() { # NAME SCRIPT
	printf '%s() {\n%s\n}\n' "$1" "$2" >> "$work/w/fakes"
}

# case NAME LIBRARY SCRIPT WANTED: the script's output must be WANTED, in each shell.
case_is() {
	local shell out lib
	for shell in "${shells[@]}"; do
		n=$((n + 1))
		[[ -z ${setup-} ]] || { world && $setup; }
		lib=dracut-module/$2
		# shellcheck disable=SC2086 # a shell may be two words
		out=$(W=$work/w TF_ROOT=$work/w TF_LIB=dracut-module/50tenfold-base TF_LIB_FIRST=dracut-module/50tenfold \
			TENFOLD_ENV=/dev/null TENFOLD_UP_LIBRARY=1 \
			$shell -u -c ". ./$lib; . \$W/fakes; $3" 2>&1)
		if [[ $out == "$4" ]]; then
			echo "ok $n - $1 ($shell)"
		else
			failed=$((failed + 1))
			echo "not ok $n - $1 ($shell)"
			diff <(printf '%s\n' "$4") <(printf '%s\n' "$out") | sed 's/^/# /'
		fi
	done
}
lib=50tenfold-base/tenfold-lib.sh
first=50tenfold/tenfold-first.sh
local=50tenfold-local/tenfold-local.sh
up=50tenfold-local/up.sh
setup=:

finish() {
	echo "1..$n"
	[ $failed -eq 0 ]
}
