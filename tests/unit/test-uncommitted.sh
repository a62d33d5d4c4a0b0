#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real tenfold-builder and a repository that somebody works in: what is not committed is
# not built, and all of it is left as it was.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath -m "${BUILD:-build}")
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh
# shellcheck source=tests/unit/kept.sh
. tests/unit/kept.sh

if [ ! -x "$build/tenfold-builder" ] || ! command -v jq >/dev/null; then
	echo "ok 1 - what is not committed is not built # SKIP no program in $build, or no jq"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
work() {
	git -C "$dir/work" "$@"
}
# everything in the repository and its second work tree, .git with its index too
state() {
	(cd "$dir/work" && find . ../side -printf '%M %T@ %p %l\n' | sort &&
		find . ../side -type f -exec sha256sum {} + | sort)
}
committed() { # COMMIT: what the kernel is made of
	local file
	for file in $(work ls-tree --name-only "$1" | grep '\.txt$') core.txt; do
		work show "$1:$file"
	done
}
kernel() { # COMMIT: the one of its image
	cat "$(image "$1")/vmlinuz"
}
leaked() { # files of the builder's that have a word of what is not committed
	grep -rla UNCOMMITTED "$dir/store" "$dir/state"
}
noted() { # REPO: lines that tell of changes in it
	grep -cxF "tenfold-builder: '$1' has changes that are not committed: they are in no image" \
		"$dir/said"
}
built_of() { # COMMIT WORD...: how the builder ends that builds it, of nothing that is there
	rm -rf "$dir/store" "$dir/state"
	mkdir "$dir/store"
	builds "$@"
}
builds() { # COMMIT WORD...
	local before
	before=$(state)
	builder build "${@:2}" "$1" >"$dir/said" 2>&1
	echo $?
	[ "$before" = "$(state)" ] || diff <(echo "$before") <(state)
}

# every way not to be committed
make_dirty() {
	echo UNCOMMITTED-changed >>"$dir/work/core.txt"
	echo UNCOMMITTED-staged >>"$dir/work/staged.txt" && work add staged.txt
	echo UNCOMMITTED-new >"$dir/work/new.txt"
	echo UNCOMMITTED-added >"$dir/work/added.txt" && work add added.txt
	rm "$dir/work/gone.txt"
	work rm -q --cached dropped.txt
	sed -i 's/6.1.0-mini/6.1.0-UNCOMMITTED/' "$dir/work/Makefile"
	echo UNCOMMITTED-hidden >>"$dir/work/hidden.txt"
	work update-index --assume-unchanged hidden.txt
	ln -sf UNCOMMITTED-link "$dir/work/link"
}

# one - two (main), dirty; the kernel is all of the tree's text files
git_world
# shellcheck disable=SC2016 # the recipe's shell expands
makefile 'cat "$$s"/*.txt "$$s/link" >vmlinux' >"$dir/work/Makefile"
for file in staged gone dropped hidden; do echo $file >"$dir/work/$file.txt"; done
ln -s core.txt "$dir/work/link"
commit one && one=$commit
commit two && two=$commit
work worktree add -q "$dir/side" "$one" 2>"$dir/said"
conf ''
echo untracked >"$dir/work/untracked"
is 'a repository in which all is committed' 0 "$(built_of main --repo "$dir/work")"
is 'is built without a word of it' 0 "$(noted "$dir/work")"
rm "$dir/work/untracked"
echo UNCOMMITTED-side >>"$dir/side/core.txt"
make_dirty
is 'a work tree that differs from what is committed in every way' \
	' M Makefile|A  added.txt| M core.txt|D  dropped.txt| D gone.txt| M link|M  staged.txt|?? dropped.txt|?? new.txt' \
	"$(work status --porcelain | paste -sd '|')"

is 'a repository in which somebody works is built, and left as it is' 0 \
	"$(built_of main --repo "$dir/work")"
is 'which is told once' 1 "$(noted "$dir/work")"
is 'the image is what was committed' "$(committed "$two")" "$(kernel "$two")"
is 'its release too' 6.1.0-mini "$(jq -r .release "$(image "$two")/image.json")"
is 'nothing of the rest came to the store or the sources' '' "$(leaked)"
echo UNCOMMITTED-again >>"$dir/work/core.txt"
is 'another commit, in the same folder' 0 "$(builds "$one" --repo "$dir/work")"
is 'is what was committed' "$(committed "$one")" "$(kernel "$one")"
is 'and no more' '' "$(leaked)"

is 'a second work tree of it' 0 "$(built_of HEAD --repo "$dir/side")"
is 'is told of by its own name' 1 "$(noted "$dir/side")"
is 'has what was committed there' "$(committed "$one")" "$(kernel "$one")"
is 'and no more than that' '' "$(leaked)"

sed -i "s,^remote = .*,remote = $dir/work," "$dir/builder.conf"
is 'a tree that is read in place' 0 "$(built_of main)"
is 'is built without a word: nobody has said that it is what he works on' 0 "$(noted "$dir/work")"
is 'is what was committed, too' "$(committed "$two")" "$(kernel "$two")"
is 'with nothing else' '' "$(leaked)"

# as a controller has a revert built, which stands in no tree
work push -q origin "$one:refs/heads/main"
sed -i "s,^remote = .*,remote = $dir/remote.git," "$dir/builder.conf"
is 'a commit that only the repository has' 0 "$(built_of "$two" --from "$dir/work")"
is 'is taken as it was committed' "$(committed "$two")" "$(kernel "$two")"
is 'without the rest' '' "$(leaked)"

echo "1..$n"
[ $failed -eq 0 ]
