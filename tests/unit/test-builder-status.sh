#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a real builder tells of its work, by status, by estimate and by builder.json, which
# the real server shows with and without a builder.
set -u
cd "$(dirname "$0")/../.." || exit
server=$PWD/${BUILD:-build}/tenfold-server
# shellcheck source=tests/unit/watched.sh
. tests/unit/watched.sh

if [ ! -x "$server" ] || ! command -v jq >/dev/null || ! command -v curl >/dev/null; then
	echo "ok 1 - what a builder tells # SKIP no $server, no jq or no curl"
	echo 1..1
	exit 0
fi

# c1 - c2 (waits) - c3 - c4 - note - broken - c6: main
git init -q --bare -b main "$dir/git"
c1=$(commit "$dir/git" 1)
c2=$(commit "$dir/git" '2 wait' "$c1")
c3=$(commit "$dir/git" 3 "$c2")
c4=$(commit "$dir/git" 4 "$c3")
note=$(commit "$dir/git" 4 "$c4" 'a note')
cp "$dir/Makefile" "$dir/Makefile.good"
# shellcheck disable=SC2016 # make's own
printf 'bzImage: broken\n' >>"$dir/Makefile"
broken=$(commit "$dir/git" 6 "$note")
cp "$dir/Makefile.good" "$dir/Makefile"
c6=$(commit "$dir/git" 7 "$broken")
conf one="$dir/git" >"$dir/builder.conf"

estimate() { # REV|RANGE FILTER
	builder estimate --json "$1" | jq -r "$2"
}

status() { # FILTER
	builder status --json | jq -r "$1"
}

states='[.images[] | .state] | join(" ")'

is 'nothing was ever built: missing, and nobody knows' 'missing null null' \
	"$(estimate "$c1" '"\(.images[0].state) \(.images[0].seconds) \(.seconds)"')"
is 'what a branch wants is in no queue while nobody watches' 'missing 1' \
	"$(estimate "$c6" '.images[0] | "\(.state) \(.place)"')"
watch
until_true has "$c6"
builder build "$broken" >"$dir/out" 2>&1
is 'a commit that does not build' 1 $?
is 'there, and known not to build' 'there failed 0' \
	"$(estimate "$c6" "$states") $(estimate "$broken" '"\(.images[0].state) \(.seconds)"')"
is 'what was measured is what is expected' true "$(estimate "$c4" '.seconds > 0')"

ask "$c2"
first=$asker
until_true at_gate
ask "$c4"
second=$asker
queued() {
	[ "$(status '"\(.running | length) \(.queue.wish)"')" = '1 1' ]
}
until_true queued
is 'one is under way, one is queued' 0 $?
is 'each commit of a range' 'running missing queued missing failed there' \
	"$(estimate "$c1..$c6" "$states")"
is 'a wish has its place, and a range asked for now comes behind it' '0 2 1 3 0 0' \
	"$(estimate "$c1..$c6" '[.images[].place] | join(" ")')"
is 'who is in front is there sooner' true \
	"$(estimate "$c1..$c6" '.images[2].seconds < .images[3].seconds')"
is 'people read the same' "x86_64/mini/$c4 queued place 1" \
	"$(builder estimate "$c4" | cut -f 1-3 | tr '\t' ' ')"
is 'status: what is under way, and since when' "x86_64/mini/$c2 true" \
	"$(status '.running[0] | "\(.id) \(.since | fromdate <= now)"')"
is 'status: the queue by class' '{"wish":1,"new":0,"backfill":0}' "$(status .queue | jq -c .)"
is 'status: which one is queued' "x86_64/mini/$c4 wish" \
	"$(status '.queued[] | "\(.id) \(.class)"')"
is 'status: the rate' '1 0 1' "$(status '.hour | "\(.built) \(.same) \(.failed)"')"
is 'status: the disk' true "$(status '.disk.used > 0 and .disk.free > 0')"
is 'status: people read the same' 'queued: 1 wished for, 0 new, 0 back-fill; a builder watches' \
	"$(builder status | grep '^queued:')"

# who waits at a terminal; script(1) makes one
script -qec "$program --conf $dir/builder.conf build $c2" /dev/null </dev/null >"$dir/tty" 2>&1 &
third=$!
until_true grep -q "^.\[[= ]*\] ${c2:0:12} x86_64/mini compile [0-9]* %," "$dir/tty"
is 'who waits at a terminal sees a bar' 0 $?

: >"$dir/server.log"
"$server" --listen 127.0.0.1:0 --store "$dir/store" --state "$dir/served" 2>"$dir/server.log" &
started() {
	where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/server.log")
	[ -n "$where" ]
}
until_true started
said() { # FILTER: of what the builder published
	jq -e "$1" "$dir/store/builder.json" >"$dir/out" 2>&1
}
until_true said '.watched and (.running | length == 1)'
is 'builder.json says what is under way' 0 $?
is 'the page shows it' 1 "$(curl -sS "http://$where/" | grep -c "<tr><td><code>x86_64/mini/$c2<")"
is 'the page shows the failure' 1 \
	"$(curl -sS "http://$where/" | grep -c "<tr><td>x86_64/mini/$broken<")"
metric() {
	curl -sS "http://$where/metrics" | sed -n "s/^$1 //p"
}
is 'every metric is documented, and no other' \
	"$(curl -sS "http://$where/metrics" | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' | sort)" \
	"$(grep -o '`tenfold_[a-z_]*' docs/http-api.md | sed 's/`//; s/_seconds_\(sum\|count\)$/_seconds/' |
		sort -u)"
is 'the metrics: running' 1 "$(metric tenfold_builder_running)"
is 'the metrics: failures' 1 "$(metric 'tenfold_recent_builds{result="failed",window="1d"}')"

echo >"$dir/gate"
wait $first $second $third
is 'a commit that cannot differ needs no make' 'false true' \
	"$(estimate "$c3" '.images[].same') $(estimate "$note" '.images[].same')"
is 'and costs less' true "$(jq -n "$(estimate "$note" .seconds) < $(estimate "$c3" .seconds)")"
kill -TERM $watcher
wait $watcher
is 'a builder that ends says so' 0 "$(said '.watched == false'; echo $?)"
is 'and the page' 1 "$(curl -sS "http://$where/" | grep -c '<p>no builder watches;')"
is 'the metrics: nobody watches' 0 "$(metric tenfold_builder_watching)"
is 'no queue moves by itself now: only what was asked for is in it' '1 there' \
	"$(estimate "$c3" '.images[0].place') $(estimate "$c4" "$states")"
is 'nothing was left in the store' "builder.json
failed
images
refs.json" "$(find "$dir/store" -mindepth 1 -maxdepth 1 ! -name branches ! -name gone -printf '%f\n' | LC_ALL=C sort)"

echo "1..$n"
[ "$failed" -eq 0 ] || { cat "$dir/log" "$dir/asked" | sed 's/^/# /'; exit 1; }
