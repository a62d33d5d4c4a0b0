#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real tenfold-builder keeps house: what goes by rule and what stays, with the real
# tenfold-server, over images that it has built itself.
set -u
cd "$(dirname "$0")/../.." || exit
build=$PWD/${BUILD:-build}
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh
# shellcheck source=tests/unit/kept.sh
. tests/unit/kept.sh

if [ ! -x "$build/tenfold-server" ] || [ ! -x "$build/tenfold-builder" ] ||
	! command -v curl >/dev/null || ! command -v jq >/dev/null; then
	echo "ok 1 - the store is kept in order # SKIP no programs in $build, or no curl or jq"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
server='' watcher=''
trap 'kill -9 $server $watcher 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
MAC=52:54:00:12:34:56

prune() { # OPTIONS: what it says, and how it ended
	builder prune "$@" >"$dir/said" 2>&1
	echo "ended with $?" >>"$dir/said"
}

said() { # WORDS COMMIT: the line about it
	grep -F "x86_64/mini/$1" "$dir/said" | cut -f 1,3
}

# 1 - 2 - 3 (of 2: a file that nobody reads) - 4 - 5 - 6   main
#                                               \ 7        topic
git_world
commit one && one=$commit
commit two && two=$commit
commit words README && three=$commit
commit four && four=$commit
commit five && five=$commit
git -C "$dir/work" branch topic
commit six && six=$commit
git -C "$dir/work" checkout -q topic
commit seven && seven=$commit
git -C "$dir/work" checkout -q main
push
mkdir -p "$dir/store"
conf 'prune-keep = 1'
builder fetch
builder build "$one~0" >"$dir/built" 2>&1
builder build "$one..main" >>"$dir/built" 2>&1
builder build "main..topic" >>"$dir/built" 2>&1
is 'seven images' 7 "$(find "$dir/store/images" -name image.json | wc -l)"
is 'one of them is an alias' "x86_64/mini/$two" "$(jq -r .same_as "$(image "$three")/image.json")"
make_old "$one" "$two" "$three" "$four" "$five" "$six" "$seven"

serve
in_list() { # COUNT
	[ "$(ask /v1/kernels | tr ' ' '\n' | grep -c x86_64/mini/)" = "$1" ]
}
until_true in_list 7
is 'all are in the list' 0 $?

# no rule, nobody to ask
prune --dry-run
is 'without a rule all stay' '0 of 7 images would go, 0.0 MB beside packs' \
	"$(conclusion)"
is 'and it says why' $'stays\tthere is no rule' "$(said "$one")"
prune --prune-after 30
is 'with a rule somebody must say what is used' \
	"nothing is removed: there is no 'server' that says what is used, ended with 2" \
	"$(sed 's/tenfold-builder: //' "$dir/said" | paste -sd '|' | sed 's/|/, /')"
prune --prune-after 30 --server "${where%:*}:1"
is 'a server that does not answer removes nothing' 'ended with 3' "$(tail -n 1 "$dir/said")"
is 'nothing has gone' 7 "$(find "$dir/store/images" -name image.json | wc -l)"

# what speaks for images
conf 'prune-keep = 1' 'prune-after = 30' "server = $where" 'keep = main~1'
ask -X PUT -d "$one" "/v1/hosts/$MAC/default" >/dev/null
is 'a bisection holds its range' 204 \
	"$(ask -X PUT -d "x86_64/mini/$two..$three" /v1/holds/bisect-lab3)"
git -C "$dir/work" tag v1 "$four" && push && builder fetch
prune --dry-run
is 'a host' $'stays\tused by \'a host, a boot or a bisection\'' "$(said "$one")"
is 'a bisection' $'stays\tused by \'a bisection\'' "$(said "$three")"
is 'a tag' $'stays\ttagged \'v1\'' "$(said "$four")"
is 'the owner' $'stays\tkept by \'main~1\'' "$(said "$five")"
is 'a branch' $'stays\tamong the newest of \'main\'' "$(said "$six")"
is 'another branch' $'stays\tamong the newest of \'topic\'' "$(said "$seven")"

# the bisection ends but for the alias: its files stay
ask -X PUT -d "x86_64/mini/$three" /v1/holds/bisect-lab3 >/dev/null
prune --dry-run
is 'files of an alias that stays' $'stays\tits files are those of \''"$three'" "$(said "$two")"
ask -X DELETE /v1/holds/bisect-lab3 >/dev/null
prune --dry-run --json
sed -i '$d' "$dir/said"
is 'as JSON' "[true,[\"$three\",\"$two\"],5,\"tagged\"]" "$(jq -c \
	"[.dry_run, [.goes[].id[-40:]], (.stays|length), (.stays[]|select(.id|endswith(\"$four\")).why)]" \
	"$dir/said")"
is 'saying so removed nothing' 7 "$(find "$dir/store/images" -name image.json | wc -l)"
prune
is 'two go' $'goes\t0.0 MB' "$(said "$two")"
is 'and that is said' '2 of 7 images went, 0.0 MB are free' "$(conclusion)"
is 'the others are there' 5 "$(find "$dir/store/images" -name image.json | wc -l)"
is 'nothing else is left of them' '' "$(find "$dir/store" -name ".*$two*" -o -name ".*$three*")"
until_true in_list 5
is 'the list follows' 0 $?
is 'a name of theirs is not known any more' 404 "$(ask "/v1/kernels/$two" | cut -c 1-3)"
is 'links go' 5 "$(find "$dir/store/branches" -type l | wc -l)"
is 'those that are left lead somewhere' '' "$(find "$dir/store/branches" -xtype l)"
prune
is 'again: nothing to do' '0 of 5 images went, 0.0 MB are free' "$(conclusion)"

# the branches still have these commits
is 'they are not queued again' 0 "$(builder status --json | jq '.queued | length')"
builder build "$two" >>"$dir/built" 2>&1
is 'but who asks for one gets it' yes "$(built "$two" && echo yes)"

# a cold image takes its pack along
make_old "$two"
builder freeze "x86_64/mini/$two" >/dev/null 2>&1
touch -d 2024-01-01 "$(image "$two")"
is 'a frozen image has a pack' 1 "$(find "$dir/store/packs" -name '*.pack' | wc -l)"
prune
is 'it goes' no "$(built "$two" && echo yes || echo no)"
is 'and its pack' 0 "$(find "$dir/store/packs" -name '*.pack' | wc -l)"

# the watching builder does it by itself
git -C "$dir/work" tag -d v1 >/dev/null && git -C "$dir/work" push -q origin :v1
conf 'prune-keep = 1' 'prune-after = 30' "server = $where" 'prune = yes'
watch_begin
until_true logged 'of 5 images went'
is 'the watching builder removes what the rules let go' 0 $?
is 'two of them' no "$(built "$four" || built "$five" && echo yes || echo no)"
is 'not the others' yes "$(built "$one" "$six" "$seven" && echo yes)"
watch_end
is 'and ends well' 0 $?
watcher=
conf 'prune = yes'
builder watch >"$dir/said" 2>&1
is 'it wants a rule, and somebody to ask' \
	"2 tenfold-builder: 'prune = yes' wants 'prune-after' and 'server' as well" \
	"$? $(cat "$dir/said")"

# killed with an image out of the way
mkdir -p "$dir/store/gone/x86_64/mini"
mv "$(image "$one")" "$dir/store/gone/x86_64/mini/.$one"
conf ""
watch_begin
until_true built "$one"
is 'what a killed one had put aside comes back' 0 $?
watch_end
watcher=

# a real run of the controller, on a machine that never comes up
if [ -x "$build/tenfold-bisect" ]; then
	cat >"$dir/bisect.conf" <<END
[host $MAC]
reboot = true
limit-reboot = 1
limit-firmware = 1
attempts = 1
END
	"$build/tenfold-bisect" run --conf "$dir/bisect.conf" --repo "$dir/work" --good "$one" \
		--bad "$six" --host "$MAC" --config mini --server "http://$where" \
		--store "$dir/store" --state "$dir/bisect" --test-is-boot >"$dir/said" 2>&1
	is 'a bisection that the lab has ended can go on' 5 $?
	is 'and holds its range until then' "200 x86_64/mini/$six x86_64/mini/$one..$six" \
		"$(ask /v1/holds | tr ' ' '\n' | sed 's/.*\t\(.*\)\t.*/\1/' | sort -u | paste -sd ' ')"
fi

echo "1..$n"
[ $failed -eq 0 ]
