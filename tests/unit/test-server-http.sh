#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real tenfold-server on a free port of the loopback, asked by curl: the examples of
# docs/http-api.md, and what only a socket shows (bodies, ranges, the end by a signal).
set -u
cd "$(dirname "$0")/../.." || exit
program=$PWD/${BUILD:-build}/tenfold-server
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh

if [ ! -x "$program" ] || ! command -v curl >/dev/null; then
	echo "ok 1 - tenfold-server answers curl # SKIP no $program, or no curl"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
server=
trap 'kill -9 $server 2>/dev/null; rm -rf "$dir"' EXIT

A=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
B=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
MAC=52:54:00:12:34:56

publish() { # COMMIT DATE
	local at=$dir/store/images/x86_64/lab
	mkdir -p "$at/.new"
	printf 'kernel %s' "$1" >"$at/.new/vmlinuz"
	cat >"$at/.new/image.json" <<-END
		{"id":"x86_64/lab/$1","status":"built","branch":"master","date":"$2",
		"release":"6.1.0-lab","build_id":"b1d","subject":"a change","files":{}}
	END
	mv "$at/.new" "$at/$1"
}

started() {
	where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/log")
	[ -n "$where" ]
}

publish $A 2026-01-01T00:00:00Z
echo "{\"branches\":{\"master\":\"$A\"},\"tags\":{\"v6.1-rc3\":\"$A\"}}" >"$dir/store/refs.json"
mkdir -p "$dir/store/boot/x86_64"
head -c 3000000 /dev/urandom >"$dir/store/boot/x86_64/initrd.img"

# a port that is free now, for datagrams
udp=$((20000 + RANDOM % 10000))
"$program" --netconsole $udp --listen 127.0.0.1:0 --store "$dir/store" --state "$dir/state" 2>"$dir/log" &
server=$!
until_true started || { cat "$dir/log"; echo "not ok 1 - the server starts"; exit 1; }

# A client with its hands full for longer than an idle connection lives; looked at in the end.
# What its socket and ours take in meanwhile is less than the file.
slow_client() {
	exec 5<>"/dev/tcp/${where%:*}/${where##*:}"
	printf 'GET /boot/x86_64/initrd.img HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&5
	read -rt 12 <> <(:) || true
	sed '1,/^\r$/d' <&5
}
slow_client >"$dir/slow" 2>/dev/null &
slow=$!
# and one that is idle: the server ends it
idle_client() {
	exec 5<>"/dev/tcp/${where%:*}/${where##*:}"
	printf 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n' >&5
	timeout 20 tail -n 1 <&5
}
idle_client >"$dir/idle" &
idle=$!

is 'it says where the token is, and not what it is' 1 \
	"$(grep -c "it is in '$dir/state/token'" "$dir/log")"
is 'the token is not in the log' 0 "$(grep -c "$(cat "$dir/state/token")" "$dir/log")"
is 'the token is private' 600 "$(stat -c %a "$dir/state/token")"
is 'health' '200 ok' "$(ask /healthz)"
is 'the list' "200 -	x86_64/lab/$A	master	6.1.0-lab	2026-01-01T00:00:00Z	a change" \
	"$(ask /v1/kernels)"
is 'a default by curl -d' "200 x86_64/lab/$A" \
	"$(ask -X PUT -d v6.1-rc3 /v1/hosts/$MAC/default)"
is 'a name for the host' 200 \
	"$(ask -X PATCH -d name=lab3 -d arch=x86_64 /v1/hosts/$MAC | cut -c 1-3)"
is 'a commit for one boot' "200 x86_64/lab/$A" "$(ask -X PUT -d aaaaaaa /v1/hosts/lab3/next)"
is 'a write by another name of this machine' \
	"401 writing needs the server's token: 'Authorization: Bearer TOKEN'" \
	"$(ask -X PUT -H 'Host: kernels' -d aaaaaaa /v1/hosts/lab3/next)"
before=$(ask /v1/hosts)
for method in PUT DELETE; do
	is "a wrong token: $method" "403 this is not the server's token" \
		"$(ask -X $method -d local -H 'Host: kernels' -H 'Authorization: Bearer wrong' \
			/v1/hosts/lab3/default)"
done
is 'it cannot make a host' "403 this is not the server's token" \
	"$(ask -X PUT -H 'Host: kernels' -H 'Authorization: Bearer wrong' -d name=lab9 \
		/v1/hosts/52:54:00:00:00:09)"
is 'and has changed nothing' "200 x86_64/lab/$A 200 x86_64/lab/$A $before" \
	"$(ask /v1/hosts/lab3/default) $(ask /v1/hosts/lab3/next) $(ask /v1/hosts)"
is 'the right one may' "200 x86_64/lab/$A" \
	"$(ask -X PUT -H 'Host: kernels' -H "Authorization: Bearer $(cat "$dir/state/token")" \
		-d aaaaaaa /v1/hosts/lab3/next)"
is 'an unknown image' \
	"404 there is no image 'v6.1-rc4' for x86_64; the nearest is 'v6.1-rc3'" \
	"$(ask -X PUT -d v6.1-rc4 /v1/hosts/lab3/default)"
is 'an unknown host' "404 there is no host 'lab4'; the nearest is 'lab3'" \
	"$(ask /v1/hosts/lab4)"
is 'a bad MAC' "400 '52:54:00' is not a MAC" "$(ask '/grub.cfg?mac=52:54:00')"
is 'a method that is none' "405 '/healthz' takes GET, HEAD, not DELETE" \
	"$(ask -X DELETE /healthz)"
is 'an oversized body' '413 the body may have 1024 bytes' \
	"$(head -c 50000 /dev/zero | tr '\0' a | ask -X PUT --data-binary @- /v1/hosts/lab3/default)"
is 'a huge body' '413 the body may have 65536 bytes' \
	"$(head -c 500000 /dev/zero | tr '\0' a | ask -X PUT --data-binary @- /v1/hosts/lab3/default)"
is 'a body that is none' "400 'nonsense' is not a line of the form key=value" \
	"$(ask -X PUT -d nonsense /v1/hosts/lab3)"
is 'traversal' "400 'boot/../../etc/passwd' is not a file of the store" \
	"$(ask /boot/../../etc/passwd)"
is 'traversal in disguise' "400 'boot/../../etc/passwd' is not a file of the store" \
	"$(ask /boot/%2e%2e/..%2fetc/passwd)"
is 'a zero byte in the path' '400 bad percent-encoding in the address' "$(ask /v1/%00)"

boot=$(curl -sS -X POST "http://$where/v1/hosts/lab3/boots")
is 'an event' 204 "$(ask --data-binary "stage=kexec
image=x86_64/lab/$A" "/v1/hosts/$MAC/boots/$boot/events")"
is 'next is used up' "404 'lab3' has no next image" "$(ask /v1/hosts/lab3/next)"

etag=$(curl -sSI "http://$where/v1/hosts/lab3/default" | tr -d '\r' | sed -n 's/^ETag: //p')
is 'an old ETag' 412 "$(ask -X DELETE -H 'If-Match: "0"' /v1/hosts/lab3/default | cut -c 1-3)"
is 'the right ETag' 204 "$(ask -X DELETE -H "If-Match: $etag" /v1/hosts/lab3/default)"

curl -sS -A 'GRUB 2.06' -o "$dir/got" -D "$dir/head" "http://$where/boot/x86_64/initrd.img"
is 'a file comes whole' '' "$(cmp "$dir/got" "$dir/store/boot/x86_64/initrd.img" 2>&1)"
is 'GRUB is told that the connection ends' 1 "$(grep -ci '^connection: close' "$dir/head")"
curl -sS -r 1000000-1999999 -o "$dir/got" "http://$where/boot/x86_64/initrd.img"
is 'a part of a file' '' "$(cmp -n 1000000 -i 0:1000000 "$dir/got" \
	"$dir/store/boot/x86_64/initrd.img" 2>&1)"
is 'the part has the right size' 1000000 "$(stat -c %s "$dir/got")"

# a machine at 127.0.0.1 that sends its kernel's log
curl -sS -o "$dir/got" "http://$where/grub.cfg?mac=$MAC&ip=127.0.0.1"
boot=$(curl -sS "http://$where/v1/hosts/lab3/boots?limit=1" | cut -f 1)
ask --data-binary "stage=kexec
image=x86_64/lab/$A" "/v1/hosts/lab3/boots/$boot/events" >"$dir/got"
log=/v1/hosts/lab3/boots/$boot/logs
for line in 'Kernel panic - not syncing' 'clear\033[2J\rscreen'; do
	printf '%b\n' "$line" >"/dev/udp/127.0.0.1/$udp"
done
has_log() {
	[ "$(ask "$log")" = '200 netconsole	47' ]
}
until_true has_log
is 'datagrams become the log of their boot' \
	'200 Kernel panic - not syncing clear?[2Jscreen' "$(ask "$log/netconsole")"
is 'a browser may not take it for a page' 'nosniff text/plain; charset=utf-8' \
	"$(curl -sSI "http://$where$log/netconsole" | tr -d '\r' |
		sed -n 's/^X-Content-Type-Options: //p; s/^Content-Type: //p' | sort | xargs)"
is 'a log of a megabyte' 204 "$(head -c 1048576 /dev/zero | tr '\0' a |
	ask -X POST --data-binary @- "$log/dmesg")"
is 'and no more' '413 the body may have 1048576 bytes' \
	"$(head -c 1048577 /dev/zero | tr '\0' a | ask -X POST --data-binary @- "$log/dmesg")"

in_list() {
	curl -sS "http://$where/v1/kernels" | grep -q "$1"
}
publish $B 2026-01-02T00:00:00Z
before=$(date +%s%N)
until_true in_list $B
is 'a new image is in the list' "200 -	x86_64/lab/$B" \
	"$(ask '/v1/kernels?limit=1' | cut -f 1-2)"
is 'within a second' 1 $((($(date +%s%N) - before) / 1000000 < 1000))

# one whose cause goes without a trace in the store's folders
list_fails() {
	grep -q 'refs.json:1: ' "$dir/log"
}
knows_tag() {
	[ "$(ask /v1/kernels/v6.2 | cut -c 1-3)" = 200 ]
}
printf '{"tags":{"v6.2":"%s"}}' $A >"$dir/good"
printf '{' >"$dir/bad"
touch -d @1700000000 "$dir/good" "$dir/bad"
cp -p "$dir/bad" "$dir/store/refs.json"
until_true list_fails
cp -p "$dir/good" "$dir/store/refs.json"
is 'a look at the store that failed is taken again' 0 \
	"$(until_true knows_tag; echo $?)"

wait $slow
is 'a client may pause for longer than it may be idle' '' \
	"$(cmp "$dir/slow" "$dir/store/boot/x86_64/initrd.img" 2>&1)"
wait $idle
is 'an idle connection ends from here' 'ok' "$(cat "$dir/idle")"

kill -TERM $server
wait $server
is 'SIGTERM ends it well' 0 $?
server=

"$program" --config "$dir/none" 2>"$dir/log"
is 'a missing config file' "2 tenfold-server: cannot open '$dir/none': No such file or directory" \
	"$? $(cat "$dir/log")"
printf 'listen = x\ncolour = red\n' >"$dir/conf"
"$program" --check-config --config "$dir/conf" 2>"$dir/log"
is 'a bad config file' "2 tenfold-server: $dir/conf:1: 'listen' cannot be 'x'
tenfold-server: $dir/conf:2: there is no option 'colour'" "$? $(cat "$dir/log")"
"$program" --listen 192.0.2.1:80 --store "$dir/store" --state "$dir/state" 2>"$dir/log"
is 'an address that is not ours' \
	"1 tenfold-server: cannot listen on 192.0.2.1:80: Cannot assign requested address" \
	"$? $(tail -n 1 "$dir/log")"

echo "1..$n"
[ $failed -eq 0 ]
