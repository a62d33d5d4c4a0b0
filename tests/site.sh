# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel server that the demo and the end-to-end tests share: a kernel tree with its
# history, a store, the configuration files, the boot images. Sourced from the tree's root.

BUILD=$(realpath -m "${BUILD:-build}")
CACHE=$BUILD/cache
SITE=${SITE:-$BUILD/site}
LINUX=$SITE/linux
STORE=$SITE/store
lab=$PWD/tests/lab/lab
TENFOLD_LIBEXECDIR=$PWD/bisect/helpers
export BUILD CACHE TENFOLD_LIBEXECDIR
# these would reach the makes of the kernels
unset MAKEFLAGS MFLAGS MAKELEVEL

site_die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# The git tree of Debian's kernel with the lab's history; history.env names its commits.
site_tree() {
	if [ ! -e "$LINUX/.git/history.env" ]; then
		rm -rf "$LINUX"
		mkdir -p "$SITE"
		tests/lab/kernel/tree "$LINUX" || return
		tests/lab/kernel/history "$LINUX" || return
	fi
	# shellcheck source=/dev/null
	. "$LINUX/.git/history.env"
}

# A tree of its own for the measurements: the same base, and long-history's 75 commits. The copy
# of the script is its last file: what it was not copied into is half made, or of another mix.
site_long_tree() {
	local dir=$SITE/linux-long
	if ! cmp -s tests/lab/kernel/long-history "$dir/.git/long-history"; then
		rm -rf "$dir"
		git clone -q "$LINUX" "$dir" || return
		git -C "$dir" config user.name 'Lab Kernel'
		git -C "$dir" config user.email kernel@lab.example
		tests/lab/kernel/long-history "$dir" || return
		cp tests/lab/kernel/long-history "$dir/.git/long-history"
	fi
}

# site_long_conf FILE STORE STATE - builder.conf for it; its kernels have modules
site_long_conf() {
	local file=$1 store=$2 state=$3
	mkdir -p "$store" "$state"
	cat tests/lab/kernel/config-{x86_64,modules} >"$state/config-long"
	cat >"$file" <<END
store = $store
state = $state
spare = yes

[tree long]
remote = $SITE/linux-long

[config long]
arch = x86_64
base = allnoconfig
file = $state/config-long
END
}

# site_builder_conf FILE STORE STATE [LINE...]
site_builder_conf() {
	local file=$1 store=$2 state=$3
	shift 3
	mkdir -p "$store" "$state"
	cat >"$file" <<END
store = $store
state = $state
$(printf '%s\n' "$@")

[tree lab]
remote = $LINUX

[config lab]
arch = x86_64 i386
base = allnoconfig
file = $PWD/tests/lab/kernel/config-{arch}
END
}

# The first stage, and the second one for each ARCH given.
site_boot_images() {
	tests/lab/boot-files "$STORE" "$@"
}

# site_bisect_conf FILE LAB MACHINE MAC ADDRESS
site_bisect_conf() {
	cat >"$1" <<END
[defaults]
server = http://127.0.0.1:8080
store = $(cat "$2/conf/store")
state = $2/bisect
build-command = $BUILD/tenfold-builder --conf $SITE/builder.conf --store $(cat "$2/conf/store") build --arch %A --config %C %c

END
	site_bisect_host "$@"
}

# site_bisect_host FILE LAB MACHINE MAC ADDRESS - adds one more host, by the ready commands; a
# reset is for a machine that is on
site_bisect_host() {
	"$lab" -C "$2" power "$3" on || return
	cat >>"$1" <<END
[host $3]
mac = $4
address = $5
method = qemu
power-args = $2/machines/$3/qmp.sock
ssh-args = -i $2/ssh/id -F none -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
console = $2/machines/$3/console.log
limit-reboot = 60
limit-firmware = 120
limit-grub = 120
limit-first-stage = 120
limit-fetch = 120
limit-kexec = 60
END
}

# site_msmtprc FILE - msmtp, as a sendmail, gives mail to an SMTP server on the loopback
site_msmtprc() {
	cat >"$1" <<'END'
defaults
auth off
tls off
account default
host 127.0.0.1
port 2525
END
	chmod 600 "$1"
}
