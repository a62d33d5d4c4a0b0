# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # jq's own variables
# From a push to a boot: the watching builder fetches a branch, makes an image of its new
# commit, and a host without a default of its own boots the branch's newest.

pushing=$LAB/pushing.git # where the author works
remote=$LAB/remote.git   # what the builder watches

# The objects of the other builds are used: same state, same name of the tree. The mirror
# is there from before, so that no whole kernel tree is copied.
watch_begin() {
	rm -rf "$pushing" "$remote" "$SITE"/state/trees/lab.*
	git clone -q --bare --shared "$LINUX" "$pushing" &&
		git clone -q --bare --shared "$LINUX" "$remote" &&
		git -C "$remote" branch watched v-bad &&
		git clone -q --mirror --shared "$LINUX" "$SITE/state/trees/lab.git" || return
	mkdir -p "$LAB/mails"
	printf '#!/bin/sh\nexec cat >"$(mktemp "%s/mails/XXXXXX")"\n' "$LAB" >"$LAB/sendmail"
	chmod +x "$LAB/sendmail"
	cat >"$LAB/watch.conf" <<END
store = $LAB.store
state = $SITE/state
poll = 1
sendmail = $LAB/sendmail
mail_to = maintainer@lab.example
mail_from = tenfold@lab.example
[tree lab]
remote = file://$remote
branches = watched
[config lab]
arch = x86_64 i386
base = allnoconfig
file = $PWD/tests/lab/kernel/config-{arch}
END
	setpriv --pdeathsig TERM "$BUILD/tenfold-builder" --conf "$LAB/watch.conf" watch \
		>"$LAB/watch.log" 2>&1 &
	watch_pid=$!
	within 60 the_list_has_the_branch
}

# refs.json, which the watching builder writes for the server, has the branch's tip.
the_list_has_the_branch() {
	holds --arg tip "$(git -C "$remote" rev-parse watched)" '.branches.watched == $tip' \
		<"$LAB.store/refs.json" || { cat "$LAB/watch.log"; return 1; }
}

# push PARENT LINE SUBJECT - a line of code on top of a commit, made without a work tree; sets
# pushed
push() {
	local parent=$1 line=$2 subject=$3
	local file=drivers/char/mem.c blob tree
	local -x GIT_INDEX_FILE=$LAB/pushing.index GIT_DIR=$pushing
	local -x GIT_AUTHOR_NAME=Pusher GIT_AUTHOR_EMAIL=pusher@lab.example
	local -x GIT_COMMITTER_NAME=Pusher GIT_COMMITTER_EMAIL=pusher@lab.example
	git read-tree "$parent" &&
		blob=$({
			git cat-file blob "$parent:$file"
			echo "$line"
		} | git hash-object -w --stdin) &&
		git update-index --cacheinfo "100644,$blob,$file" &&
		tree=$(git write-tree) &&
		pushed=$(git commit-tree -p "$parent" -m "$subject" "$tree") &&
		git push -q "$remote" "$pushed:refs/heads/watched"
}

# the first kernel of a list that is newest first
the_branch_shows_it() {
	local list
	list=$(api GET '/v1/kernels?branch=watched&limit=1') || return
	same "$(cut -f 2,3 <<<"$list")" "x86_64/lab/$pushed"$'\t'watched
}

image_comes() { # ARCH
	within 600 api GET "/v1/kernels/$1/lab/$pushed" >/dev/null ||
		{ cat "$LAB/watch.log"; return 1; }
}

push_of_what_builds() {
	push v-bad 'static const char pushed[] __used = "a push to a watched branch";' \
		'char: mem: say that it was pushed'
}

push_of_what_does_not() {
	push "$pushed" 'int half_a_function(' 'char: mem: begin something'
}

mail_comes() {
	within 400 mail_names "$pushed" || { cat "$LAB/watch.log"; return 1; }
}

mail_names() { # COMMIT
	grep -l '^Subject: .*does not build' "$LAB"/mails/* 2>/dev/null | xargs -r grep -q "$1"
}

# default_of_all IMAGE - the server's own default, for hosts that have none
default_of_all() {
	sed -i '/^default = /d' "$LAB/conf/server.conf" &&
		echo "default = $1" >>"$LAB/conf/server.conf" &&
		"$lab" -C "$LAB" service restart server
}

watch_ends_well() {
	kill -TERM "$watch_pid" && wait "$watch_pid"
}

subject_watch() {
	api DELETE "/v1/hosts/$mac/default" >/dev/null 2>&1
	point 'the builder watches a branch of a remote' watch_begin
	point 'a commit is pushed' push_of_what_builds
	point 'its image is built and in the list' image_comes x86_64
	point 'for what changed alone' within 30 \
		grep -q "x86_64/lab/${pushed:0:12}.*: built, incremental" "$LAB/watch.log"
	point 'the list shows it as the newest of its branch' the_branch_shows_it
	point "the branch as the server's default" default_of_all watched
	point 'the newest image of the branch boots' up_on '6\.1'
	point 'it was the pushed commit' boot_is ".image == \"x86_64/lab/$pushed\""
	point 'the same for 32 bits' image_comes i386
	point 'a commit that does not build is pushed' push_of_what_does_not
	point 'that is mailed, with the commit' mail_comes
	point 'the builder ends when it is told' watch_ends_well
	default_of_all local
}
