#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The shell libraries of both stages, in a world of files and fake programs, as TAP. Each
# case runs in every shell that an initramfs may have.
# shellcheck disable=SC2016 # the cases are for the inner shell
set -u
cd "$(dirname "$0")/../.." || exit

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

# --- the command line -------------------------------------------------------------------
case_is 'an argument is found' $lib 'tf_arg rd.tenfold.server' 10.0.0.1:8080
case_is 'the last one counts' $lib 'tf_arg rd.tenfold.timeout' 5
case_is 'a bare word is there, and empty' $lib 'echo "[$(tf_arg a.flag)] $?"' '[] 0'
case_is 'an argument that is missing is not found' $lib 'tf_arg rd.tenfold || echo no' no
case_is 'flags' $lib 'tf_flag a.flag && echo yes; tf_flag off || echo no; tf_flag none || echo no' \
	$'yes\nno\nno'
glob_cmdline() { printf 'a=* b=/etc/*\n' > "$work/w/proc/cmdline"; }
setup=glob_cmdline
case_is 'stars are no file names' $lib 'tf_arg a; tf_arg b' $'*\n/etc/*'
setup=:

# --- network ----------------------------------------------------------------------------
case_is 'BOOTIF as a MAC' $lib 'tf_mac 01-52-54-00-AA-BB-CC' 52:54:00:aa:bb:cc
case_is 'a MAC as a MAC' $lib 'tf_mac 52:54:00:AA:bb:cc' 52:54:00:aa:bb:cc
case_is 'what is no MAC' $lib 'for m in "" 01 01-52-54-00-AA 01-52-54-00-AA-BB-GG "01-52-54-00-AA-BB-C;"; do tf_mac "$m" && echo bad; done; echo end' end
case_is 'netmasks' $lib \
	'for m in 255.255.255.0 255.255.254.0 255.240.0.0 0.0.0.0 255.255.255.255 23 ""; do tf_prefix "$m"; done' \
	$'24\n23\n12\n0\n32\n23\n24'
case_is 'what is no netmask' $lib \
	'for m in 255.255 255.255.255.7 x 1.2.3; do tf_prefix "$m" && echo bad; done; echo end' end
case_is 'the interface that the machine booted from' $lib \
	'TF_MAC=52:54:00:aa:bb:cc; tf_find_iface && echo $TF_IFACE' eth1
case_is 'no such interface' $lib 'TF_MAC=52:54:00:aa:bb:dd; tf_find_iface || echo "none$TF_IFACE"' none
fake_ip() {
	fake ip 'echo "ip $*" >> "$W/ip.log"'
	fake modprobe :
}
setup=fake_ip
case_is 'a static address' $lib \
	'tf_net_up && echo "$TF_IFACE $TF_MAC $TF_ADDRESS" && cat $W/ip.log' \
	'eth1 52:54:00:aa:bb:cc 10.0.0.9
ip link set lo up
ip link set eth1 up
ip addr add 10.0.0.9/23 broadcast + dev eth1
ip route add default via 10.0.0.1 dev eth1'
# the kernel's own IP_PNP has been there: adding fails, and the address is there
kernel_ip() {
	fake modprobe :
	fake ip 'case "$*" in
	"addr add"*) return 2 ;;
	"addr show"*) echo "    inet 10.0.0.9/23 brd 10.0.1.255 scope global eth1" ;;
	esac'
}
setup=kernel_ip
case_is 'a static address that the kernel has set already' $lib \
	'tf_net_up && echo "$TF_IFACE $TF_ADDRESS"' 'eth1 10.0.0.9'
# 110.0.0.9 and 10.0.0.90 are others
other_ip() {
	fake modprobe :
	fake ip 'case "$*" in
	"addr add"*) return 2 ;;
	"addr show"*) printf "    inet 110.0.0.9/23\n    inet 10.0.0.90/23\n" ;;
	esac'
}
setup=other_ip
case_is 'a static address that is refused' $lib 'tf_net_up || echo "$TF_WHY"' \
	"address '10.0.0.9/23' was refused on eth1"
no_link() { fake_ip && echo 0 > "$work/w/sys/class/net/eth1/carrier"; }
setup=no_link
case_is 'no cable' $lib 'tf_net_up || echo "$TF_WHY"' 'no link on eth1 (cable, switch port?)'
wrong_card() { fake_ip && sed -i 's/AA-BB-CC/AA-BB-00/' "$work/w/proc/cmdline"; }
setup=wrong_card
case_is 'no driver' $lib 'tf_net_up || echo "$TF_WHY"' \
	"no network interface with the address '52:54:00:aa:bb:00' (is its driver in this initramfs?)"

# --- console, retries, events -----------------------------------------------------------
setup=:
case_is 'each console gets the line' $lib 'tf_say it works; cat $W/dev/tty0 $W/dev/ttyS0' \
	$'tenfold: [12.34] it works\ntenfold: [12.34] it works'
case_is 'tries with longer and longer waits' $lib \
	'fails() { echo try; TF_WHY=reason; return 1; }; tf_retry 4 fails || echo gave up; cat $W/slept' \
	$'try\ntry\ntry\ntry\ngave up\n1\n2\n4'
case_is 'tries may nest' $lib \
	'inner() { echo in; return 1; }; outer() { echo out; tf_retry 2 inner; }; tf_retry 2 outer || echo end; cat $W/slept' \
	$'out\nin\nin\nout\nin\nin\nend\n1\n1\n1'
case_is 'a clear no is not asked again' $lib \
	'no() { echo try; TF_FINAL=1; return 1; }; tf_retry 4 no || echo end' $'try\nend'
fake_wget() {
	fake timeout 'shift; "$@"'
	fake wget 'printf "%s\n" "$@"'
}
setup=fake_wget
server='TF_SERVER=10.0.0.1:8080 TF_MAC=52:54:00:aa:bb:cc TF_BOOT=0011;'
case_is 'a GET' $lib "$server tf_http /v1/kernels" $'-q\n-O\n-\nhttp://10.0.0.1:8080/v1/kernels'
wget_404() {
	fake_wget
	fake wget 'echo "wget: server returned error: HTTP/1.1 404 Not Found" >&2; return 1'
}
setup=wget_404
case_is 'a clear no of the server' $lib "$server"' tf_http "/v1/kernels/x?mac=1" || echo "$TF_WHY $TF_FINAL"' \
	'server 10.0.0.1:8080: HTTP/1.1 404 Not Found (/v1/kernels/x) 1'
wget_log() {
	fake_wget
	fake wget 'printf "%s\n" "$@" >> "$W/sent"'
}
setup=wget_log
case_is 'an event' $lib "$server tf_event kexec image=x86_64/lab/abc; cat \$W/sent" \
	'-q
-O
-
--post-data
stage=kexec
uptime=12.34
image=x86_64/lab/abc
http://10.0.0.1:8080/v1/hosts/52:54:00:aa:bb:cc/boots/0011/events'

# --- the image's description, fetching --------------------------------------------------
tab=$'\t'
image() { # a store with one image, its description, and what is mounted
	local dir=$work/w/run/tenfold/nfs/images/x86_64/lab/abc
	mkdir -p "$dir" "$work/w/run/tenfold/nfs/boot/x86_64"
	printf kernel > "$dir/vmlinuz"
	printf modules > "$dir/modules.cpio.zst"
	printf second > "$work/w/run/tenfold/nfs/boot/x86_64/second.img"
	{
		printf 'id\tx86_64/lab/abc\narch\tx86_64\npath\timages/x86_64/lab/abc\n'
		printf 'file\tconfig\t1\t0000\n'
		printf 'file\tmodules.cpio.zst\t7\t%s\n' "$(sha256sum < "$dir/modules.cpio.zst" | cut -d' ' -f1)"
		printf 'file\tvmlinuz\t6\t%s\n' "$(sha256sum < "$dir/vmlinuz" | cut -d' ' -f1)"
		printf 'second\tboot/x86_64/second.img\t6\t%s\n' \
			"$(sha256sum < "$work/w/run/tenfold/nfs/boot/x86_64/second.img" | cut -d' ' -f1)"
		printf 'cmdline\troot=/dev/vda2 rw a=b=c\n'
	} > "$work/w/run/tenfold/meta"
	printf 'default\tx86_64/lab/abc\tmain\t6.1\t2026\ts\ngood\tx86_64/lab/def\tmain\t6.1\t2026\ts\n' \
		| tee "$work/w/run/tenfold/list" > "$work/w/sent-list"
}
setup=image
case_is 'the description' $first 'tf_meta arch; tf_meta cmdline; tf_meta file config; tf_meta none || echo no' \
	"x86_64
root=/dev/vda2 rw a=b=c
1${tab}0000
no"
case_is 'marks in the list' $first 'tf_marked now next default; tf_marked good; tf_marked now || echo no' \
	$'x86_64/lab/abc\nx86_64/lab/def\nno'
case_is 'second stage and modules make one initramfs, each on a multiple of four' $first \
	'tf_fetch_files && cat $TF_IMAGE/initrd | tr "\0" . && echo && cat $TF_IMAGE/vmlinuz' \
	$'second..modules\nkernel'
corrupted() { image && printf X >> "$work/w/run/tenfold/nfs/images/x86_64/lab/abc/vmlinuz"; }
setup=corrupted
case_is 'a corrupted kernel is not booted' $first 'tf_fetch_files || echo "$TF_WHY"' \
	'vmlinuz is corrupted: its SHA-256 is not the published one'
second_corrupted() { image && printf X >> "$work/w/run/tenfold/nfs/boot/x86_64/second.img"; }
setup=second_corrupted
case_is 'a corrupted second stage is not booted' $first 'tf_fetch_files || echo "$TF_WHY"' \
	'second.img is corrupted: its SHA-256 is not the published one'
missing() { image && rm "$work/w/run/tenfold/nfs/images/x86_64/lab/abc/vmlinuz"; }
setup=missing
case_is 'a file that is gone' $first 'tf_fetch_files || echo "${TF_WHY%%:*}"' \
	'cannot read vmlinuz from the store'
outside() { image && sed -i 's,images/x86_64/lab/abc$,images/../../etc,' "$work/w/run/tenfold/meta"; }
setup=outside
case_is 'a path out of the store' $first 'tf_fetch_files || echo "${TF_WHY%%:*}"' \
	'the server named a file outside of the store'

# --- kexec ------------------------------------------------------------------------------
systab() { printf 'ACPI20=0x7f7e014\nACPI=0x7f7e000\nSMBIOS=0x1\n' > "$work/w/sys/firmware/efi/systab"; }
setup=systab
case_is 'UEFI: where the ACPI tables are' $first 'tf_acpi_rsdp' acpi_rsdp=0x7f7e014
setup=:
case_is 'BIOS: nothing to pass on' $first 'tf_acpi_rsdp || echo none' none
kexec_old() {
	image
	fake kexec 'echo "$1" >> "$W/kexec.log"; [ "$1" = -c ] || { echo "file_load failed"; return 1; }'
}
setup=kexec_old
case_is 'the old kexec call when the new one refuses' $first 'tf_load "a b" && cat $W/kexec.log' $'-s\n-c'
kexec_i386() { kexec_old && sed -i 's/^arch.*/arch\ti386/' "$work/w/run/tenfold/meta"; }
setup=kexec_i386
case_is 'a 32-bit image: the old call alone' $first 'tf_load "a b" && cat $W/kexec.log' -c
kexec_never() {
	image
	fake kexec 'echo "kexec: bad magic"; echo; return 255'
}
setup=kexec_never
case_is 'kexec refuses' $first 'tf_load "a b" || echo "$TF_WHY"' \
	'kexec refused the image: kexec: bad magic'

# --- what follows a failure -------------------------------------------------------------
# The steps that touch the world are replaced; what they are asked to do is the result.
steps='tf_event() { echo "event $*"; }
tf_nfs_stop() { :; }
tf_reboot() { echo reboot; }
tf_http() { cat $W/sent-list; }
tf_boot() { echo "boot $*"; TF_WHY="why not"; return 1; };
TF_SERVER=s TF_MAC=m TF_BOOT=b TF_NO_STORE=;'
setup=image
case_is 'the choice, then the last known good image, then the local disk' $first "$steps tf_run" \
	'event first-stage
event list
boot x86_64/lab/abc 
event failed detail=x86_64/lab/abc: why not
boot x86_64/lab/def
event failed detail=x86_64/lab/def: why not
event local detail=no image could be booted
reboot'
good_is_default() {
	image
	printf 'default\tx/y/z\t\t\t\t\ngood\tx/y/z\t\t\t\t\n' > "$work/w/sent-list"
}
setup=good_is_default
case_is 'no second try of the same image' $first "$steps tf_run" \
	'event first-stage
event list
boot x/y/z 
event failed detail=x/y/z: why not
event local detail=no image could be booted
reboot'
local_default() { image && printf 'default\tlocal\t\t\t\tlocal disk\n' > "$work/w/sent-list"; }
setup=local_default
case_is 'the local disk as a choice is no failure' $first "$steps tf_run" \
	'event first-stage
event list
event local detail=it was chosen
reboot'
setup=image
case_is 'no list: the local disk' $first "$steps tf_http() { TF_WHY=down; return 1; }; tf_run" \
	'event first-stage
event failed detail=no list of kernels: down
event local detail=there is no list of kernels
reboot'

# --- second stage -----------------------------------------------------------------------
guid_disk() {
	printf '\050\163\052\301\037\370\322\021\272\113\000\240\311\076\311\073' > "$work/w/guid"
}
setup=guid_disk
case_is 'a partition id as people write it' $local \
	'h=$(tf_hex $W/guid 0 16); tf_guid $h' c12a7328-f81f-11d2-ba4b-00a0c93ec93b
env_cmdline() {
	printf 'tenfold.server=10.0.0.1:8080 tenfold.host=52:54:00:aa:bb:cc tenfold.image=$(reboot) root=/dev/vda2\n' \
		> "$work/w/proc/cmdline"
}
setup=env_cmdline
case_is 'only plain words get into boot.env' $local \
	'tf_env A tenfold.server; tf_env B tenfold.image; tf_env C none; tf_env D tenfold.host' \
	$'A=10.0.0.1:8080\nD=52:54:00:aa:bb:cc'
no_root() { printf 'quiet\n' > "$work/w/proc/cmdline"; }
setup=no_root
case_is 'no root=' $local 'tf_mount_root || echo "$TF_WHY"' 'no root= on the command line'
nfs_root() { printf 'root=nfs:10.0.0.1:/x\n' > "$work/w/proc/cmdline"; }
setup=nfs_root
case_is 'a root= that it cannot mount' $local 'tf_mount_root || echo "${TF_WHY%% (*}"' \
	"root=nfs:10.0.0.1:/x needs a second stage with dracut's base module"
# --- where dracut would wait in its emergency shell --------------------------------------
dracut_steps='tf_event() { echo "event $*"; }; tf_net_up() { :; }; tf_reboot() { echo reboot; }
tf_shell() { echo shell; }; TF_NEWROOT=/sysroot;'
dracut_root() {
	echo 'tenfold.server=10.0.0.1:8080 tenfold.boot=b root=/dev/mapper/vg-root' \
		> "$work/w/proc/cmdline"
	echo 'proc /proc proc rw 0 0' > "$work/w/proc/mounts"
}
setup=dracut_root
case_is 'dracut without its root: told, and a reboot' $local "$dracut_steps tf_dracut_failed" \
	'event failed detail=second stage: dracut could not mount root=/dev/mapper/vg-root
reboot'
dracut_mounted() { dracut_root && echo '/dev/dm-0 /sysroot ext4 ro 0 0' >> "$work/w/proc/mounts"; }
setup=dracut_mounted
case_is 'dracut with a root that it cannot start' $local "$dracut_steps tf_dracut_failed" \
	'event failed detail=second stage: dracut mounted root=/dev/mapper/vg-root but could not switch to it
reboot'
dracut_person() { dracut_root && sed -i 's/$/ rd.shell/' "$work/w/proc/cmdline"; }
setup=dracut_person
case_is "a person wants dracut's own shell" $local "$dracut_steps tf_dracut_failed; echo back" back
dracut_break() { dracut_root && sed -i 's/$/ rd.break=pre-mount/' "$work/w/proc/cmdline"; }
setup=dracut_break
case_is 'a person wants to stop on the way' $local "$dracut_steps tf_dracut_failed; echo back" back

inits() {
	mkdir -p "$work/w/new/sbin" "$work/w/new/bin"
	ln -s /lib/systemd/systemd "$work/w/new/sbin/init"
}
setup=inits
case_is 'an init that is an absolute link' $local 'TF_NEWROOT=$W/new; tf_find_init' /sbin/init

# --- the build id -----------------------------------------------------------------------
notes() {
	# Xen's note, one with an odd size, then GNU's build id
	{
		printf '\004\0\0\0\004\0\0\0\022\0\0\0Xen\0\001\002\003\004'
		printf '\006\0\0\0\003\0\0\0\003\0\0\0Linux\0\0\0\001\002\003\0'
		printf '\004\0\0\0\024\0\0\0\003\0\0\0GNU\0'
		printf '\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\377\376\375\374'
	} > "$work/w/notes"
}
setup=notes
case_is 'the build id among other notes' $up 'TENFOLD_NOTES=$W/notes build_id' \
	0102030405060708090a0b0c0d0e0f10fffefdfc
notes_hexdump() { notes && fake od 'return 127'; }
setup=notes_hexdump
case_is 'the build id without od' $up 'TENFOLD_NOTES=$W/notes build_id' \
	0102030405060708090a0b0c0d0e0f10fffefdfc
cut_notes() { notes && truncate -s 70 "$work/w/notes"; }
setup=cut_notes
case_is 'notes that end too soon' $up 'TENFOLD_NOTES=$W/notes build_id; echo end' \
	end
no_notes() { : > "$work/w/notes"; }
setup=no_notes
case_is 'no notes' $up 'TENFOLD_NOTES=$W/notes build_id || echo none' none

# --- evidence ----------------------------------------------------------------------------
# two parts of one panic, the newest named first; something else; what nobody can unpack
left_over() {
	mkdir -p "$work/w/sys/fs/pstore" "$work/w/run/tenfold/pstore"
	printf 'Panic#1 Part1\nend' > "$work/w/sys/fs/pstore/dmesg-efi_pstore-1001001"
	printf 'Panic#1 Part2\nbegin' > "$work/w/sys/fs/pstore/dmesg-efi_pstore-1002001"
	printf 'x' > "$work/w/sys/fs/pstore/console-ramoops-0"
	printf 'x' > "$work/w/sys/fs/pstore/dmesg-efi_pstore-1003001.enc.z"
	fake modprobe 'echo "modprobe $*"'
	fake mount :
	fake umount :
	fake tf_http 'printf "%s\n" "$@" > "$W/sent"'
}
setup=left_over
case_is 'a panic that was left over is sent, in order, and deleted' $first \
	"$server"' tf_pstore; cat "$W/sent"; ls "$W/sys/fs/pstore"' \
	'modprobe -q efi_pstore
/v1/hosts/52:54:00:aa:bb:cc/boots/0011/logs/pstore?of=previous
== dmesg-efi_pstore-1002001
Panic#1 Part2
begin
== dmesg-efi_pstore-1001001
Panic#1 Part1
end
console-ramoops-0
dmesg-efi_pstore-1003001.enc.z'
not_ours() {
	left_over
	fake tf_http 'TF_WHY=no TF_FINAL=1; return 1'
}
setup=not_ours
case_is 'what the server does not take stays' $first \
	"$server"' tf_pstore > /dev/null; ls "$W/sys/fs/pstore" | wc -l; cat "$W/dev/tty0"' \
	$'4\ntenfold: [12.34] pstore has records; no'
nothing_left() {
	left_over
	rm "$work/w/sys/fs/pstore"/*
}
setup=nothing_left
case_is 'nothing left over sends nothing' $first \
	"$server"' tf_pstore > /dev/null; ls "$W/sent" 2> /dev/null; echo end' end
no_firmware() {
	left_over
	rmdir "$work/w/sys/firmware/efi"
}
setup=no_firmware
case_is 'without such a firmware nothing is loaded' $first \
	"$server"' tf_pstore_start; tf_pstore_wait; ls "$W/sent" 2> /dev/null; echo end' end
wants_netconsole() {
	printf 'quiet netconsole=@10.0.0.9/eth0,6666@10.0.0.1/\n' > "$work/w/proc/cmdline"
	fake modprobe 'echo "modprobe $*"'
}
setup=wants_netconsole
case_is 'netconsole as a module gets its option' $local tf_netconsole \
	'modprobe -q netconsole netconsole=@10.0.0.9/eth0,6666@10.0.0.1/'
log_of_the_kernel() {
	fake dmesg 'echo words'
	fake command 'false'
	fake wget 'echo "$*" > "$W/sent"; cat "$5" >> "$W/sent"'
}
setup=log_of_the_kernel
case_is "the kernel's log is posted" $up \
	'TENFOLD_DMESG=$W/dmesg; dmesg_post http://x/logs/dmesg; cat $W/sent; ls $W/dmesg 2> /dev/null; echo end' \
	'-q -O - --post-file '"$work"'/w/dmesg http://x/logs/dmesg
words
end'

echo "1..$n"
[ $failed -eq 0 ]
