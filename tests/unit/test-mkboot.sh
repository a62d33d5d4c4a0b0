#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What tenfold-mkboot needs to make a second stage of a tree that cannot run here: the
# libraries of its programs, found by reading them, and a sentence where the tree is none. And
# what the dracut modules ask of the machine, and which drivers they put in.
set -u
cd "$(dirname "$0")/../.." || exit
mkboot=dracut-module/tenfold-mkboot
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
n=0 failed=0

is() { # NAME GOT WANTED
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		echo "not ok $n - $1"
		diff <(echo "$3") <(echo "$2") | sed 's/^/# /'
	fi
}

read_ldd() {
	TENFOLD_LDD_ROOT=/ dracut-module/50tenfold-base/tenfold-ldd "$@"
}

# "NAME PATH" a line, of all that a program names
libraries() {
	sed -n 's/^\s*\(\S*\) => \(\S*\) (.*/\1 \2/p' | grep -v '^ld-linux' | sort
}

said() { # COMMAND...
	"$@" 2>&1
	echo "exit $?"
}

for program in bash git; do
	path=$(readlink -f "$(command -v $program)")
	is "the libraries of $program, as ldd has them" \
		"$(read_ldd "$path" | libraries)" "$(ldd "$path" | libraries)"
done
echo text >"$temp/text"
is 'a file that is no program' "$(said read_ldd "$temp/text")" 'exit 1'
is 'a tree that is not there' \
	"$(said $mkboot --store "$temp" --arch i386 --root /no/such/tree)" \
	"tenfold-mkboot: no busybox in '/no/such/tree'
exit 1"
is 'no tree' "$(said $mkboot --store "$temp" --arch i386)" \
	'tenfold-mkboot: an i386 second stage is made in an i386 tree: give --root
exit 1'
is 'nothing was written' "$(ls "$temp")" text

mkdir -p "$temp"/{dracut,kexec}/usr/bin
for file in dracut/usr/bin/dracut kexec/usr/bin/{dracut,busybox}; do
	install -m 755 /dev/null "$temp/$file"
done
for missing in 'busybox dracut' 'kexec kexec'; do
	tree=$temp/${missing#* }
	is "a tree without ${missing% *}" "$(said $mkboot --store "$temp" --root "$tree")" \
		"tenfold-mkboot: no ${missing% *} in '$tree'
exit 1"
done

# module NAME COMMAND... - in a shell with the functions of this dracut module
module() {
	(
		moddir=dracut-module/50$1
		# shellcheck source=/dev/null
		. "$moddir/module-setup.sh"
		"${@:2}"
	)
}

# checked MODULE PROGRAM... - what dracut is told on a machine that has these
checked() {
	local module=$1
	shift
	# shellcheck source=/dev/null
	. <(sed -n '/^require_binaries() {/,/^}/p' /usr/lib/dracut/dracut-init.sh)
	find_binary() { [[ " $has " == *" $1 "* ]]; }
	dinfo() { echo "$*"; }
	has=$* said module "$module" check
}

refused() { # MODULE PROGRAM
	echo "dracut module '$1' will not be installed, because command '$2' could not be found!"
	echo 'exit 1'
}

is 'dracut without busybox puts neither stage in' "$(checked tenfold-base kexec)" \
	"$(refused tenfold-base busybox)"
is 'and without kexec no first stage' "$(checked tenfold busybox)" "$(refused tenfold kexec)"
is 'with both, each is put in on request only' \
	"$(for name in tenfold-base tenfold tenfold-local; do checked $name busybox kexec; done)" \
	$'exit 255\nexit 255\nexit 255'

# drivers VARIABLE=VALUE... - the names that the first stage asks dracut for
drivers() {
	local tenfold_drivers='' tenfold_add_drivers='' initdir=$temp
	[ $# -eq 0 ] || local "$@"
	instmods() { [ "$1" != -c ] && printf '%s\n' "$@" || echo "$*"; }
	module tenfold installkernel
}

# more FILE FILE - the lines that the second has beside the first's
more() {
	comm -13 <(sort "$1") <(sort "$2") | paste -sd ' '
}

drivers >"$temp/usual"
drivers tenfold_drivers='r8169 ours' >"$temp/few"
drivers tenfold_add_drivers='one two' >"$temp/all"
drivers tenfold_drivers='r8169 ours' tenfold_add_drivers='one two' >"$temp/both"
is 'drivers take the place of the usual ones' \
	"$(more "$temp/usual" "$temp/few") $(grep -cxF e1000e "$temp/few")" 'ours 0'
is 'more drivers leave the usual ones in' \
	"$(more "$temp/usual" "$temp/all") $(grep -cxF e1000e "$temp/all")" '-c one -c two 1'
is 'both at once' "$(more "$temp/few" "$temp/both")" '-c one -c two'
echo "1..$n"
[ $failed -eq 0 ]
