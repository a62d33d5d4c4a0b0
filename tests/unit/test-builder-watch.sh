#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real builder that watches, and real askers that come, go and are killed.
set -u
cd "$(dirname "$0")/../.." || exit
# shellcheck source=tests/unit/watched.sh
. tests/unit/watched.sh

# c1 - c2 (waits) - c3 - c4 - c5 - c6 (waits) - c7: main
git init -q --bare -b main "$dir/git"
c1=$(commit "$dir/git" 1)
c2=$(commit "$dir/git" '2 wait' "$c1")
c3=$(commit "$dir/git" 3 "$c2")
c4=$(commit "$dir/git" 4 "$c3")
c5=$(commit "$dir/git" 5 "$c4")
c6=$(commit "$dir/git" '6 wait' "$c5")
c7=$(commit "$dir/git" 7 "$c6")
git init -q --bare -b main "$dir/other"
commit "$dir/other" other >/dev/null

conf one="$dir/git" two="$dir/other" >"$dir/builder.conf"

wished() { # COMMIT
	compgen -G "$dir/state/wishes/one@x86_64@mini@$1*" >"$dir/names"
}

no_wishes() {
	! compgen -G "$dir/state/wishes/*" >"$dir/names"
}

gone() { # PID
	! kill -0 "$1" 2>/dev/null
}

left_alone() { # COMMIT
	grep -q "x86_64/mini/$1: left alone, as nobody waits for it any more" "$dir/log"
}

# what the builder made, in its order, since the line of the log
made_since() {
	sed -n "$1"',$s,.*mini/\(.\{40\}\): built.*,\1,p' "$dir/log" | while read -r made; do
		for c in c1 c2 c3 c4 c5 c6 c7 new; do
			[ "${!c:-}" != "$made" ] || printf '%s ' $c
		done
	done
}

watch
until_true has "$c7"
is 'the newest commit of a branch is made' 0 $?

# told to stop
ask "$c2"
until_true at_gate
is 'a commit that somebody asks for is made' 0 $?
kill -TERM $asker
wait $asker
is 'the asker ends when it is told to' 3 $?
until_true gone "$make"
is 'the make that nobody wants any more is ended' 0 $?
until_true left_alone "$c2"
is 'and the builder says so' 0 $?
is 'nothing is left ordered' 0 "$(no_wishes; echo $?)"
is 'nothing is on record about the commit' '' \
	"$(ls -d "$dir"/store/{images,failed}/x86_64/mini/"$c2" 2>/dev/null)"
ask "$c3"
wait $asker
is 'the object folder is as good as before' 0 $?
is 'and was not made anew' 1 "$(grep -c "$c3: built, incremental" "$dir/log")"

# killed
seen=$make
ask "$c2"
until_true at_gate
kill -9 $asker
wait $asker 2>/dev/null
until_true gone "$make"
is 'a make ends when its asker is killed' 0 $?
until_true no_wishes
is 'a killed asker leaves nothing ordered' 0 $?

# one of two
seen=$make
ask "$c2"
first=$asker
ask "$c2"
until_true at_gate
kill -TERM $first
wait $first
is 'one of two askers goes' 0 "$(wished "$c2"; echo $?)"
echo >"$dir/gate"
wait $asker
is 'and the other has its image' 0 $?
is 'by the make that was under way' "$make" "$(tail -n 1 "$dir/makes")"

# whose branch wants it
seen=$make
new=$(commit "$dir/git" 'new wait' "$c7")
until_true at_gate
ask "$new"
until_true wished "$new"
kill -9 $asker
wait $asker 2>/dev/null
echo >"$dir/gate"
until_true has "$new"
is 'what a branch wants is made, whoever goes' 0 $?
is 'by the same make' "$make" "$(tail -n 1 "$dir/makes")"

# the order, made up while the builder is busy
seen=$make
lines=$(($(wc -l <"$dir/log") + 1))
ask "$c6"
until_true at_gate
ask "$c3..$c5"
range=$asker
until_true wished "$c5"
new=$(commit "$dir/git" newer "$new")
ask "$c1"
until_true wished "$c1"
echo >"$dir/gate"
wait $range
is 'a wish goes before a new commit, and that before a range, oldest first' 'c6 c1 new c4 c5 ' \
	"$(made_since "$lines")"

# the builder dies, and the wish stands
seen=$make
rm -rf "$dir/store/images/x86_64/mini/$c2" "$dir/store/images/x86_64/mini/$c1"
ask "$c2"
until_true at_gate
kill -STOP $asker
kill -9 $watcher
wait $watcher 2>/dev/null
until_true gone "$make"
seen=$make
watch
until_true at_gate
is 'the next builder goes on with what was asked of the last' 0 $?
kill -CONT $asker
echo >"$dir/gate"
wait $asker
is 'and grants it' 0 $?

kill -TERM $watcher
wait $watcher
is 'SIGTERM ends the builder well' 0 $?

# no bwrap: a fault of the machine, in either way of asking
mkdir "$dir/tools"
sed 's/^sandbox = no$/sandbox = yes/' "$dir/builder.conf" >"$dir/shut-in"
shut_in() {
	PATH=$dir/tools "$program" --conf "$dir/shut-in" "$@" >"$dir/said" 2>&1
}
shut_in watch
is 'without a sandbox watch ends with 3' '3 1' "$? $(grep -c 'cannot shut a build in' "$dir/said")"
shut_in build "$(commit "$dir/git" "shut in" "$c1")"
is 'and so does build' '3 1' "$? $(grep -c 'cannot shut a build in' "$dir/said")"

# two trees of one name, two trees of one file
mkdir "$dir/copy"
cp -r "$dir/git" "$dir/copy/git"
ask --repo "$dir/git" --store "$dir/store-a" "$c1"
wait $asker
ask --repo "$dir/copy/git" --store "$dir/store-b" "$c1"
wait $asker
sort -u "$dir/objects" >"$dir/folders"
is 'four trees have four object folders' 4 "$(wc -l <"$dir/folders")"
is 'one of each' 4 "$(sed "s,^$dir/state/work/\([^/]*\)/.*,\1," "$dir/folders" | sort -u | wc -l)"

echo "1..$n"
[ "$failed" -eq 0 ] || { cat "$dir/log" "$dir/asked" | sed 's/^/# /'; exit 1; }
