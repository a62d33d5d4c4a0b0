# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests of a builder that watches share: a tree of three files, whose make waits at
# a gate where its commit says so. Sets $dir, $program; $watcher and $asker are processes.

# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh

program=$PWD/${BUILD:-build}/tenfold-builder
if [ ! -x "$program" ]; then
	echo "ok 1 - a builder that watches # SKIP no $program"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
watcher='' asker=''
trap 'kill -9 $watcher $(jobs -p) 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
mkfifo "$dir/gate"
: >"$dir/mini"

# make's own number is written down when it comes to the gate
cat >"$dir/Makefile" <<END
allnoconfig:
	@cp \$(KCONFIG_ALLCONFIG) \$(O)/.config
bzImage:
	@mkdir -p \$(O)/arch/x86/boot \$(O)/include/config; echo \$(O) >>$dir/objects
	@echo 6.1.0 >\$(O)/include/config/kernel.release; echo x >\$(O)/System.map
	@cp text \$(O)/vmlinux; cp text \$(O)/arch/x86/boot/bzImage
	@if grep -q wait text; then echo \$\$PPID >>$dir/makes; read -r opened <$dir/gate; fi
END

# commit REPO TEXT [PARENT [NOTE]] - on its branch main; prints its name. No build looks at
# the note.
commit() {
	local -x GIT_DIR=$1 GIT_INDEX_FILE=$dir/index
	local -x GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org
	local -x GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org
	local tree made
	rm -f "$dir/index"
	git update-index --add --cacheinfo "100644,$(git hash-object -w "$dir/Makefile"),Makefile" \
		--cacheinfo "100644,$(git hash-object -w --stdin <<<"$2"),text" \
		--cacheinfo "100644,$(git hash-object -w --stdin <<<"${4:-}"),doc/note"
	tree=$(git write-tree)
	made=$(git commit-tree ${3:+-p "$3"} -m "$2" "$tree")
	git update-ref refs/heads/main "$made"
	echo "$made"
}

# conf TREE=REPO...
conf() {
	local tree
	cat <<END
store = $dir/store
state = $dir/state
poll = 1
jobs = 1
sandbox = no
[config mini]
file = mini
base = allnoconfig
END
	for tree; do
		printf '[tree %s]\nremote = %s\n' "${tree%%=*}" "${tree#*=}"
	done
}

builder() {
	"$program" --conf "$dir/builder.conf" "$@"
}

watch() {
	"$program" --conf "$dir/builder.conf" watch 2>>"$dir/log" &
	watcher=$!
}

# ask COMMIT|RANGE - in the background, as $asker
ask() {
	"$program" --conf "$dir/builder.conf" build "$@" >>"$dir/asked" 2>&1 &
	asker=$!
}

has() { # COMMIT
	[ -e "$dir/store/images/x86_64/mini/$1/image.json" ]
}

# the make at the gate; it waits for nothing else
at_gate() {
	make=$(tail -n 1 "$dir/makes" 2>&1) && [ -d "/proc/$make" ] && [ "$make" != "${seen:-}" ]
}
