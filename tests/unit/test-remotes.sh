#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real tenfold-builder watches a remote to which all the things happen that happen to
# remotes: a branch is removed, one is rewritten, the remote goes away and comes back.
set -u
cd "$(dirname "$0")/../.." || exit
build=$PWD/${BUILD:-build}
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh
# shellcheck source=tests/unit/kept.sh
. tests/unit/kept.sh

if [ ! -x "$build/tenfold-builder" ] || ! command -v jq >/dev/null; then
	echo "ok 1 - remotes come and go # SKIP no program in $build, or no jq"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
server='' watcher=''
trap 'kill -9 $server $watcher 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT

at() { # BRANCH COMMIT: where refs.json has it; "null": nowhere
	[ "$(jq -r ".branches[\"$1\"]" "$dir/store/refs.json" 2>/dev/null)" = "$2" ]
}
links() { # BRANCH: the commits that branches/ shows
	find "$dir/store/branches/$1" -type l 2>/dev/null | sed 's/.*-//' | sort | paste -sd ' '
}
short() { # COMMIT...
	printf '%.12s\n' "$@" | sort | paste -sd ' '
}
work() {
	git -C "$dir/work" "$@"
}

# one - two - three   main          one - side   net/x
git_world
commit one && one=$commit
commit two && two=$commit
commit three && three=$commit
work checkout -q -b net/x "$one" && commit side && side=$commit
work checkout -q main
push
mkdir -p "$dir/store"
conf ""
watch_begin
until_true built "$one" "$two" "$three" "$side"
is 'all that the branches have is built' 0 $?
is 'and shown below its branch' "$(short "$two" "$three")" \
	"$(links main | tr ' ' '\n' | grep -v "$(short "$one")" | paste -sd ' ')"
is 'of a branch with a slash too' yes "$(links net%2Fx | grep -q "$(short "$side")" && echo yes)"

# a removed branch
work branch -qD net/x && work push -q origin :net/x
until_true at net/x null
is 'a removed branch leaves the list of branches' 0 $?
is 'and the folder of branches' no "$([ -e "$dir/store/branches/net%2Fx" ] && echo yes || echo no)"
is 'its images stay, until a rule lets them go' yes "$(built "$side" && echo yes)"

# a forced push: one - other   main
work reset -q --hard "$one"
commit other && other=$commit
push
until_true built "$other"
is 'a forced push is built' 0 $?
until_true at main "$other"
is 'the branch is where it was pushed to' 0 $?
rewritten() {
	links main | grep -q "$(short "$other")" && ! links main | grep -q "$(short "$two")"
}
until_true rewritten
is 'it shows what it has, and not what was taken away' 0 $?
is 'what it has left is known' "$(printf '%s\n' "$two" "$three" | sort | paste -sd ' ')" \
	"$(jq -r '.left.main[]' "$dir/store/refs.json" | sort | paste -sd ' ')"

# the server's list of the branch
if [ -x "$build/tenfold-server" ] && command -v curl >/dev/null; then
	: >"$dir/server.log"
	"$build/tenfold-server" --listen 127.0.0.1:0 --store "$dir/store" \
		--state "$dir/server" 2>"$dir/server.log" &
	server=$!
	started() {
		where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/server.log")
		[ -n "$where" ]
	}
	until_true started
	ask '/v1/kernels?branch=main' >"$dir/list"
	is "the server's list of the branch has the new one" yes "$(grep -q "$other" "$dir/list" && echo yes)"
	is 'and not the old ones' no "$(grep -q "$two\|$three" "$dir/list" && echo yes || echo no)"
	is 'which are known by their names all the same' 200 "$(ask "/v1/kernels/$three" | cut -c 1-3)"
fi

# a history that comes back: other and three are merged
work merge -q -s ours --no-edit "$three" 2>/dev/null
merged=$(work rev-parse HEAD)
push
until_true built "$merged"
is 'a merge brings it back' 0 $?
is 'nothing is left any more' null "$(jq -r '.left.main' "$dir/store/refs.json")"

# the remote goes away, and others are built meanwhile
mv "$dir/remote.git" "$dir/gone.git"
until_true logged "cannot fetch 'lab'"
is 'a remote that goes away is told' 0 $?
is 'with what that means' 1 "$(times "$dir/log" 'it is asked again, less and less often')"
builder --retry build main~1 >"$dir/said" 2>&1
is 'who wants something from what is there gets it' 0 $?
is 'nothing of what the branches had is forgotten' yes "$(at main "$merged" && echo yes)"

# back, but empty: somebody is moving it
git init -q --bare "$dir/remote.git"
builder fetch >"$dir/said" 2>&1
is 'a remote without any branch is a broken one' \
	'3 tenfold-builder: the remote has no branch any more' "$? $(cat "$dir/said")"
is 'its branches stay' yes "$(at main "$merged" && echo yes)"

# and back as it was, with something new
rm -rf "$dir/remote.git"
mv "$dir/gone.git" "$dir/remote.git"
commit back && back=$commit
push
until_true built "$back"
is 'when it is back, it is built' 0 $?
is 'that is told as well' 1 "$(times "$dir/log" "tree 'lab': its remote is back")"
is 'and the trouble was told once' 1 "$(times "$dir/log" "cannot fetch")"
is 'nobody was mailed' '' "$(cat "$dir/mails")"
watch_end
is 'the builder lived through all that' 0 $?
watcher=

# another forced push, and somebody asks for it before the builder watches again
work reset -q --hard "$one"
commit again && again=$commit
push
builder build "$again" >"$dir/said" 2>&1
is 'without a builder that watches it can be had too' '0 yes' "$? $(at main "$again" && echo yes)"
is 'and what the branch has left is known as well' \
	"$(printf '%s\n' "$back" "$merged" "$other" "$two" "$three" | sort | paste -sd ' ')" \
	"$(jq -r '.left.main[]?' "$dir/store/refs.json" | sort | paste -sd ' ')"
is 'its folder shows what it has' "$(short "$again")" "$(links main | tr ' ' '\n' | grep -v "$(short "$one")")"

echo "1..$n"
[ $failed -eq 0 ]
