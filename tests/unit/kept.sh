# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the tests of a real tenfold-builder share: a tree of one file, whose Makefile
# answers to the targets that the builder asks of a kernel. They set $dir and $build.

# the tree's Makefile; a commit may replace the recipe of vmlinux, which runs in O
makefile() { # [RECIPE]
	cat <<END
.DELETE_ON_ERROR:
allnoconfig:
	@mkdir -p \$(O); cp \$(KCONFIG_ALLCONFIG) \$(O)/.config
\$(O)/vmlinux: core.txt Makefile
	@s=\$\$PWD; cd \$(O) && { ${1:-cp "\$\$s/core.txt" vmlinux}; }
bzImage: \$(O)/vmlinux
	@mkdir -p \$(O)/arch/x86/boot \$(O)/include/config
	@cp \$< \$(O)/arch/x86/boot/bzImage
	@echo map >\$(O)/System.map
	@echo 6.1.0-mini >\$(O)/include/config/kernel.release
END
}

# dir: where all is
git_world() {
	export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
	export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
	export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
	git init -q -b main "$dir/work" && git init -q --bare "$dir/remote.git"
	git -C "$dir/work" remote add origin "$dir/remote.git"
	makefile >"$dir/work/Makefile"
	date_of=1700000000
}

# the last line that was said
conclusion() {
	tail -n 2 "$dir/said" | head -n 1
}

# commit TEXT [FILE]: adds a line and prints nothing; $commit is its name
commit() {
	echo "$1" >>"$dir/work/${2:-core.txt}"
	git -C "$dir/work" add -A
	date_of=$((date_of + 60))
	GIT_AUTHOR_DATE="$date_of +0000" GIT_COMMITTER_DATE="$date_of +0000" \
		git -C "$dir/work" commit -qm "$1"
	commit=$(git -C "$dir/work" rev-parse HEAD)
}

push() {
	git -C "$dir/work" push -qf origin --all && git -C "$dir/work" push -q origin --tags
}

# conf LINE...: the builder's, with these lines before its sections
conf() {
	cat >"$dir/sendmail" <<END
#!/bin/sh
{ cat; echo ----; } >>"$dir/mails"
END
	chmod +x "$dir/sendmail"
	: >>"$dir/mails"
	echo CONFIG_X86=y >"$dir/mini"
	{
		printf '%s\n' "store = $dir/store" "state = $dir/state" 'poll = 1' \
			'sandbox = no' 'jobs = 1' 'mail-to = lab@example.org' \
			"sendmail = $dir/sendmail" "$@"
		printf '%s\n' '[tree lab]' "remote = file://$dir/remote.git" 'depth = 20' \
			'[config mini]' 'arch = x86_64' 'base = allnoconfig' "file = $dir/mini"
	} >"$dir/builder.conf"
}

builder() {
	"$build/tenfold-builder" --conf "$dir/builder.conf" "$@"
}

image() { # COMMIT: its folder
	echo "$dir/store/images/x86_64/mini/$1"
}

built() { # COMMIT...: all of them have an image
	local c
	for c in "$@"; do
		[ -e "$(image "$c")/image.json" ] || return 1
	done
}

logged() { # WORDS
	grep -qF -- "$*" "$dir/log"
}

times() { # FILE WORDS: lines that have them
	grep -cF -- "$2" "$1"
}

# make images old: COMMIT...
make_old() {
	local c
	for c in "$@"; do
		sed -i 's/"published": "[^"]*"/"published": "2024-01-01T00:00:00Z"/' \
			"$(image "$c")/image.json"
		touch -d 2024-01-01 "$(image "$c")"
	done
}

watch_begin() {
	: >>"$dir/log"
	"$build/tenfold-builder" --conf "$dir/builder.conf" watch >>"$dir/log" 2>&1 &
	watcher=$!
}

watch_end() {
	kill -TERM "$watcher"
	wait "$watcher"
}
