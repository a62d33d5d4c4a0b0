#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real tenfold-builder on a small disk of its own: it stops before the disk is full,
# and a disk that becomes full in the middle of a build is never the commit's fault.
set -u
cd "$(dirname "$0")/../.." || exit
build=$PWD/${BUILD:-build}
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh
# shellcheck source=tests/unit/kept.sh
. tests/unit/kept.sh

skip() {
	echo "ok 1 - a full disk is nobody's fault # SKIP $1"
	echo 1..1
	exit 0
}

if [ ! -x "$build/tenfold-builder" ] || ! command -v jq >/dev/null; then
	skip "no program in $build, or no jq"
fi
# a disk of one's own wants a mount namespace: this script once more, inside of one
if [ -z "${INSIDE:-}" ]; then
	unshare -rm --propagation private true 2>/dev/null || skip 'no user namespaces here'
	INSIDE=1 exec unshare -rm --propagation private "$0"
fi

dir=$(mktemp -d)
watcher='' server=''
trap 'kill -9 $watcher $server 2>/dev/null; wait 2>/dev/null; umount "$dir/disk" "$dir/other" 2>/dev/null; rm -rf "$dir"' EXIT
mkdir "$dir/disk"
mount -t tmpfs -o size=64m tmpfs "$dir/disk" || { echo "not ok 1 - a small disk"; exit 1; }
mkdir "$dir/disk/store" "$dir/disk/state"
ln -s disk/store "$dir/store"
ln -s disk/state "$dir/state"

fill() { # MB
	dd if=/dev/zero of="$dir/disk/filler" bs=1M count="$1" status=none
}
stopped() {
	builder status --json | jq -r .stopped
}
failures() {
	find "$dir/store/failed" -name image.json 2>/dev/null | wc -l
}
drafts() {
	find "$dir/store" -name '.tmp-*' | wc -l
}

git_world
commit one && one=$commit
push

# before it is full
conf 'disk-floor = 32M'
fill 40
watch_begin
until_true logged 'building has stopped'
is 'it stops before the disk is full' 0 $?
is 'with one clear sentence' \
	"the disk of '$dir/disk/state/work/lab/x86_64/mini' has 0.0 GiB free, and a build wants 0.0 GiB beside 'disk-floor', 0.0 GiB" \
	"$(stopped)"
is 'status says so to people' 1 "$(builder status | grep -c '^building has stopped: the disk of')"
mailed() {
	grep -q 'has stopped' "$dir/mails"
}
until_true mailed
is 'a mail as well' 0 $?
builder build main >"$dir/said" 2>&1
is 'who asks for an image is told' "3 1" "$? $(grep -c 'has 0.0 GiB free' "$dir/said")"
is 'nothing was built' 0 "$(find "$dir/store/images" -name image.json 2>/dev/null | wc -l)"
# a builder that is started again does not tell again
watch_end
watch_begin
builder build main >"$dir/said" 2>&1
is 'nor after a restart' 3 $?
rm "$dir/disk/filler"
until_true built "$one"
is 'it goes on by itself when there is room' 0 $?
until_true logged 'building goes on'
is 'and says so' 0 $?
is 'status has nothing more to say' '' "$(stopped)"
is 'all that was said once' '1 1 1' \
	"$(times "$dir/log" 'building has stopped') $(times "$dir/log" 'building goes on') $(times "$dir/mails" ----)"
watch_end
is 'it ends well' 0 $?
watcher=

# in the middle of make; there is room for what would be said of the commit
rm "$dir/store" && mkdir "$dir/store"
conf 'disk-floor = 1M'
makefile 'head -c 100000000 /dev/zero >rest; mv rest vmlinux' >"$dir/work/Makefile"
commit large && large=$commit
push && builder fetch
builder build main >"$dir/said" 2>&1
is 'a disk that make fills is no verdict' '3 0' "$? $(failures)"
is 'and that is said' 1 "$(grep -cE "the disk of .* is full|No space left" "$dir/said")"
builder build main >"$dir/said" 2>&1
is 'what it wants is known now' "3 1" "$? $(grep -c "and a build wants 0.1 GiB beside" "$dir/said")"
mount -o remount,size=512m "$dir/disk"
builder build main >"$dir/said" 2>&1
is 'with room it builds' '0 yes' "$? $(built "$large" && echo yes)"
is 'the whole of it' 100000000 "$(stat -c %s "$(image "$large")/vmlinuz")"

# a tool that does not notice that it wrote half of what it should
makefile 'head -c 600000000 /dev/zero >vmlinux 2>/dev/null || true' >"$dir/work/Makefile"
commit silent && silent=$commit
push && builder fetch
builder build main >"$dir/said" 2>&1
is 'nor is what looks like a success' '3 0 no' \
	"$? $(failures) $(built "$silent" && echo yes || echo no)"
# a failure whose reason is not in the log
rm -rf "$dir/state/work"
makefile 'head -c 600000000 /dev/zero >rest 2>/dev/null; echo core.c:1: error: this is the disk; exit 1' \
	>"$dir/work/Makefile"
commit lost && push && builder fetch
builder build main >"$dir/said" 2>&1
is 'nor what looks like the commit' '3 0' "$? $(failures)"
rm -rf "$dir/state/work"

# when the image is published: the objects fit, another copy of them does not
rm -rf "$dir/store" && mkdir "$dir/disk/other" && ln -s disk/other "$dir/store"
makefile 'head -c 180000000 /dev/zero >vmlinux' >"$dir/work/Makefile"
commit publish && publish=$commit
push && builder fetch
builder build main >"$dir/said" 2>&1
is 'a disk that publishing fills is no verdict' '3 0 0' "$? $(failures) $(drafts)"
is 'nor is anything published' no "$(built "$publish" && echo yes || echo no)"
mount -o remount,size=1024m "$dir/disk"
builder build main >"$dir/said" 2>&1
is 'with room it is' '0 yes' "$? $(built "$publish" && echo yes)"

# and a commit that does not build is one, on any disk
makefile 'echo core.c:1: error: no; exit 1' >"$dir/work/Makefile"
commit broken && push && builder fetch
builder build main >"$dir/said" 2>&1
is 'a commit that does not build is one' '1 1' "$? $(failures)"

# what the rules let go makes room, when it is needed and not an hour later
if [ -x "$build/tenfold-server" ]; then
	rm -rf "$dir/work" "$dir/remote.git" "$dir/store" "$dir/state"
	mkdir "$dir/other"
	mount -t tmpfs -o size=128m tmpfs "$dir/other"
	mkdir "$dir/other/store" "$dir/other/state"
	ln -s other/store "$dir/store"
	ln -s other/state "$dir/state"
	: >"$dir/server.log"
	"$build/tenfold-server" --listen 127.0.0.1:0 --store "$dir/store" \
		--state "$dir/server" 2>"$dir/server.log" &
	server=$!
	started() {
		where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/server.log")
		[ -n "$where" ]
	}
	until_true started
	git_world
	# shellcheck disable=SC2016 # these are make's
	makefile 'cp "$$s/core.txt" vmlinux; head -c 15000000 /dev/zero >>vmlinux' \
		>"$dir/work/Makefile"
	commit a && a=$commit
	commit b && b=$commit
	commit c && c=$commit
	push
	conf 'disk-floor = 45M' 'prune = yes' 'prune-after = 30' 'prune-keep = 1' \
		"server = $where"
	: >"$dir/log"
	: >"$dir/mails"
	watch_begin
	until_true built "$a" "$b" "$c"
	is 'there is room for three' 0 $?
	make_old "$a" "$b" "$c"
	commit d && d=$commit
	push
	until_true built "$d"
	is 'and for a fourth' 0 $?
	is 'because two others went' 'no no yes' "$(for i in "$a" "$b" "$c"; do
		built "$i" && echo yes || echo no
	done | paste -sd ' ')"
	is 'that is in the log' 1 "$(times "$dir/log" 'prune: 2 of 3 images went')"
	is 'and nobody was troubled' '0 ' "$(times "$dir/log" 'has stopped') $(cat "$dir/mails")"
	watch_end
	watcher=
fi

echo "1..$n"
[ $failed -eq 0 ]
