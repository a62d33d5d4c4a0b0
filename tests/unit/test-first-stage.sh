#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What both stages share, and the first stage: from its command line to kexec.
# shellcheck disable=SC2016 # the cases are for the inner shell
set -u
cd "$(dirname "$0")/../.." || exit
. tests/unit/stages.sh

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
no_memory() {
	image
	fake cat 'case $1 in */modules) printf mod; return 1 ;; esac; command cat "$@"'
}
setup=no_memory
case_is 'an initramfs that does not fit is not booted' $first 'tf_fetch_files || echo "$TF_WHY"' \
	'there is no memory left for the initramfs'
corrupted() { image && printf X >> "$work/w/run/tenfold/nfs/images/x86_64/lab/abc/vmlinuz"; }
setup=corrupted
case_is 'a corrupted kernel is not booted' $first 'tf_fetch_files || echo "$TF_WHY"' \
	'vmlinuz is corrupted: its SHA-256 is not the published one'
second_corrupted() { image && printf X >> "$work/w/run/tenfold/nfs/boot/x86_64/second.img"; }
setup=second_corrupted
case_is 'a corrupted second stage is not booted' $first 'tf_fetch_files || echo "$TF_WHY"' \
	'second.img is corrupted: its SHA-256 is not the published one'
made_anew() { # the second stage, after its description was read
	image
	cp "$work/w/run/tenfold/meta" "$work/w/meta-now"
	sed -i "s/^second.*/second\tboot\/x86_64\/second.img\t5\t$(printf older | sha256sum | cut -d' ' -f1)/" \
		"$work/w/run/tenfold/meta"
	fake tf_nfs_ready :
	fake tf_nfs_stop :
	fake tf_http 'cat "$W/meta-now"'
}
setup=made_anew
case_is 'a second try goes by the description of now' $first \
	'TF_ID=x; tf_retry 2 tf_fetch && cat $TF_IMAGE/initrd | tr "\0" .' 'second..modules'
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

finish
