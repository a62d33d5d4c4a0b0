#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real tenfold-server over images that the real builder has frozen: they come back by
# the first request for them, once for however many ask, and nobody else waits.
set -u
cd "$(dirname "$0")/../.." || exit
build=$PWD/${BUILD:-build}
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh

if [ ! -x "$build/tenfold-server" ] || [ ! -x "$build/tenfold-builder" ] ||
	! command -v curl >/dev/null; then
	echo "ok 1 - cold images come back # SKIP no programs in $build, or no curl"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
server=
trap 'kill -9 $server $(jobs -p) 2>/dev/null; rm -rf "$dir"' EXIT

A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
id=x86_64/lab/$A
image=$dir/store/images/$id
MAC=52:54:00:12:34:56

entry() { # NAME: its part of image.json
	printf '"%s":{"size":%d,"sha256":"%s"}' "$1" "$(stat -c %s "$image/$1")" \
		"$(sha256sum "$image/$1" | cut -d ' ' -f 1)"
}

builder() {
	"$build/tenfold-builder" --conf /dev/null --store "$dir/store" "$@" >"$dir/builder.log" 2>&1
}

freeze() {
	builder freeze "$id" && [ ! -e "$image/vmlinuz" ]
}

runs() {
	grep -c run "$dir/runs"
}

mkdir -p "$image" "$dir/store/boot/x86_64"
echo '{}' >"$dir/store/refs.json"
echo second stage >"$dir/store/boot/x86_64/second.img"
echo a kernel >"$image/vmlinuz"
echo modules | zstd -q >"$image/modules.cpio.zst"
cat >"$image/image.json" <<END
{"id":"$id","status":"built","branch":"master","date":"2026-01-01T00:00:00Z","release":"6.1.0",
"build_id":"b1d","subject":"a change","files":{$(entry vmlinuz),$(entry modules.cpio.zst)}}
END
kernel=$(cat "$image/vmlinuz")

# a thaw that is counted, and that waits until the gate is open
mkfifo "$dir/gate"
cat >"$dir/thaw" <<END
#!/bin/sh
echo run >>"$dir/runs"
read -r open <"$dir/gate"
exec "$build/tenfold-builder" --conf /dev/null thaw "\$@"
END
chmod +x "$dir/thaw"
: >"$dir/runs"

"$build/tenfold-server" --listen 127.0.0.1:0 --store "$dir/store" --state "$dir/state" \
	--thaw "$dir/thaw" 2>"$dir/log" &
server=$!
started() {
	where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/log")
	[ -n "$where" ]
}
until_true started || { cat "$dir/log"; echo "not ok 1 - the server starts"; exit 1; }

freeze
is 'the builder freezes an image' "image.json" "$(ls "$image")"
is 'it is in the list' "200 -	$id" "$(ask /v1/kernels | cut -f 1-2)"
is 'who only looks at it does not wait' 200 "$(ask "/v1/kernels/$id" | cut -c 1-3)"
is 'and nothing was thawed for that' 0 "$(runs)"

# a hundred machines at once
for i in {1..100}; do
	# a file each: curl mixes what arrives at once
	echo "url = http://$where/v1/kernels/$id?mac=$MAC&n=$i"
	echo "output = $dir/answer.$i"
done >"$dir/urls"
curl -sS -Z --parallel-immediate --parallel-max 100 -m 60 -w '%{http_code}\n' -K "$dir/urls" \
	>"$dir/answers" 2>&1 &
machines=$!
until_true grep -q run "$dir/runs"
is 'others go on while they wait' '200 ok' "$(ask /healthz)"
echo open >"$dir/gate"
wait $machines
is 'all of them are answered' 100 "$(grep -c '^200$' "$dir/answers")"
is 'with where the image is' 100 "$(cat "$dir"/answer.* | grep -c "^path	images/$id\$")"
is 'by one thaw' 1 "$(runs)"
is 'the kernel is what it was' "$kernel" "$(cat "$image/vmlinuz")"
is 'a machine that asks now does not wait' 200 "$(ask "/v1/kernels/$id?mac=$MAC" | cut -c 1-3)"
is 'and needs no thaw' 1 "$(runs)"

# boot=grub: the files themselves
open_gate() {
	echo open >"$dir/gate" &
}
freeze
open_gate
is 'a file of a cold image' "200 $kernel" "$(ask "/images/$id/vmlinuz")"
freeze
open_gate
curl -sS -m 20 -o "$dir/initrd" "http://$where/initrd/$id"
is 'its initramfs has the modules' modules "$(tail -c +17 "$dir/initrd" | zstd -dq 2>&1)"
is 'a file that it never had' "404 the store has no file 'images/$id/none'" \
	"$(ask "/images/$id/none")"

# a choice is prepared before the machine comes
freeze
is 'a default that is cold is taken at once' "200 $id" \
	"$(ask -X PUT -d $A "/v1/hosts/$MAC/default")"
open_gate
until_true test -e "$image/vmlinuz" -a -e "$image/modules.cpio.zst"
is 'and brought back for the boot to come' 0 $?
is 'the builder hears that it is used' "200 $id" "$(ask /v1/used)"
builder --server "$where" --freeze-after 0 --freeze-keep 0 freeze
is 'and leaves it' "$kernel" "$(cat "$image/vmlinuz")"
ask -X DELETE "/v1/hosts/$MAC/default" >/dev/null
builder --server "$where" --freeze-after 0 --freeze-keep 0 freeze
is 'until nobody names it' image.json "$(ls "$image")"
builder --server "${where%:*}:1" --freeze-after 0 --freeze-keep 0 freeze
is 'nothing is frozen where the server does not say' \
	"3 tenfold-builder: the server at '127.0.0.1:1' does not say what is used" \
	"$? $(cut -d : -f 1-3 "$dir/builder.log" | sed 's/:$//')"

# a damaged pack
pack=$dir/store/packs/$id.pack
printf X | dd of="$pack" bs=1 seek=300 conv=notrunc status=none
open_gate
is 'a damaged pack is one sentence' 503 "$(ask "/v1/kernels/$id?mac=$MAC" | cut -c 1-3)"
open_gate
is 'that names it' "503 the image '$id' cannot be brought back: the builder's thaw exited with 3: \
tenfold-builder: $id: '$pack': the pack is damaged: its bytes are not those of its SHA-256" \
	"$(ask "/v1/kernels/$id?mac=$MAC")"

# the end, with a machine that waits
before=$(runs)
curl -sS -m 20 -w '%{http_code}' "http://$where/v1/kernels/$id?mac=$MAC" >"$dir/answer" 2>&1 &
machine=$!
more_runs() {
	[ "$(runs)" -gt "$before" ]
}
until_true more_runs
kill -TERM $server
wait $server
is 'SIGTERM ends it well while a machine waits' 0 $?
server=
wait $machine

echo "1..$n"
[ $failed -eq 0 ]
