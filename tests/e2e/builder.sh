# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The builder on the real kernel: killed in the middle, resumed, mail by a real SMTP server.
# What it builds here is what all the other subjects boot.

conf=$SITE/builder.conf
mails=$SITE/mails

builder() {
	"$BUILD/tenfold-builder" --conf "$conf" "$@"
}

# A namespace without any network but its loopback: an SMTP server, and the builder that
# mails through it by msmtp, as a sendmail.
with_mail_server() { # COMMAND...
	# shellcheck disable=SC2016 # the inner shell expands
	unshare --net --pid --fork --kill-child --mount-proc bash -euc '
		ip link set lo up
		/usr/bin/python3 -m aiosmtpd -n -l 127.0.0.1:2525 -c aiosmtpd.handlers.Mailbox "$0" &
		until ss -Hltn | grep -q :2525; do read -rt 0.1 <> <(:) || true; done
		"$@"' "$mails" "$@"
}

builder_conf() {
	site_msmtprc "$SITE/msmtprc"
	site_builder_conf "$conf" "$STORE" "$SITE/state" \
		"sendmail = msmtp --file=$SITE/msmtprc --read-envelope-from -t" \
		'mail_to = maintainer@lab.example' 'mail_from = tenfold@lab.example'
}

images() {
	find "$STORE/images" -mindepth 3 -maxdepth 3 -type d ! -name '.*' 2>/dev/null | sort
}

# Every image there is whole: each file of its image.json with its SHA-256, and no other. An
# alias has them in the folder of the image that it is the same as, and none of its own.
images_are_whole() {
	local dir files
	for dir in $(images); do
		files=$dir
		if [ -n "$(jq -r '.same_as // ""' "$dir/image.json")" ]; then
			files=$STORE/images/$(jq -r .same_as "$dir/image.json")
			same "$(ls -A "$dir")" image.json || return
		fi
		(cd "$files" && jq -r '.files | to_entries[] | .value.sha256 + "  " + .key' "$dir/image.json" |
			sha256sum --check --quiet --strict) || { echo "in $dir"; return 1; }
		same "$(find "$files" -type f ! -name image.json -printf '%f\n' | sort)" \
			"$(jq -r '.files | keys[]' "$files/image.json" | sort)" || return
	done
}

# Those of the history; a run before may have built others.
history_images() {
	local commit
	for commit in $(git -C "$LINUX" rev-list v-bad); do
		[ ! -d "$STORE/images/x86_64/lab/$commit" ] || echo "$commit"
	done
}

count_is() { # NUMBER COMMAND...
	local number=$1
	shift
	same "$("$@" | wc -l)" "$number"
}

two_images() {
	[ "$(images | wc -l)" -ge 2 ]
}

# make_is_below PID: its sandbox stands between the two.
make_is_below() {
	ps -eo pid=,ppid=,comm= | awk -v top="$1" '
		{ parent[$1] = $2; if ($3 == "make") makes[$1] }
		END {
			for (pid in makes)
				for (p = pid; p in parent; p = parent[p])
					if (parent[p] == top) exit 0
			exit 1
		}'
}

# The kill falls into the make of a commit behind two that are there.
killed_in_a_build() {
	# of a run before
	rm -rf "$STORE/images/x86_64/lab/$regression"
	# no function here: its process would be bash's, and the kill would miss the builder
	"$BUILD/tenfold-builder" --conf "$conf" build --arch x86_64 --config lab v-good..v-bad \
		>"$SITE/killed.log" 2>&1 &
	local pid=$!
	within 1500 two_images || { cat "$SITE/killed.log"; return 1; }
	within 300 make_is_below $pid || return
	kill -KILL $pid
	! wait $pid
}

exits_with() { # CODE COMMAND...
	local code=$1 got=0
	shift
	"$@" || got=$?
	same "$got" "$code"
}

failed_commits() {
	find "$STORE/failed" -mindepth 3 -maxdepth 3 -type d ! -name '.*'
}

mail_files() {
	find "$mails/new" -type f 2>/dev/null
}

the_mail_tells_all() {
	local mail
	mail=$(mail_files | xargs grep -l '^Subject: .*does not build') || return
	cat "$mail"
	grep -q '^To: .*maintainer@lab.example' "$mail" && grep -q '^Subject: .*does not build' "$mail" &&
		grep -q '>> .*tick_prove' "$mail" && grep -q "$breaks" "$mail" &&
		grep -q 'Lab Kernel' "$mail" && grep -q 'x86_64/lab' "$mail"
}

# it answers the mail about the breakage
the_branch_is_said_to_build_again() {
	local mail
	mail=$(mail_files | xargs grep -l '^Subject: .*builds again') || return
	cat "$mail"
	grep -q "^In-Reply-To: <$breaks" "$mail"
}

says() { # CODE REGEX COMMAND...
	local code=$1 regex=$2 out got=0
	shift 2
	out=$("$@" 2>&1) || got=$?
	same "$got" "$code" && matches "$out" "$regex" && same "$(wc -l <<<"$out")" 1
}

# A commit on v-good that nothing of a build can notice, on no branch.
unnoticed_commit() {
	local index tree
	index=$(mktemp -u)
	tree=$(
		export GIT_INDEX_FILE=$index
		git -C "$LINUX" read-tree v-good
		git -C "$LINUX" update-index --add --cacheinfo "100644,$(
			echo 'the lab' | git -C "$LINUX" hash-object -w --stdin
		),Documentation/tools/lab.txt"
		git -C "$LINUX" write-tree
	)
	rm -f "$index"
	GIT_AUTHOR_DATE='2024-02-01T00:00:00Z' GIT_COMMITTER_DATE='2024-02-01T00:00:00Z' \
		git -C "$LINUX" commit-tree -p v-good -m 'doc: the lab' "$tree"
}

# Whether make ran depends on what an earlier run left; the files are shared in any case.
shares_its_parents_files() {
	local commit dir
	commit=$(unnoticed_commit) || return
	dir=$STORE/images/x86_64/lab/$commit
	rm -rf "$dir"
	builder build --arch x86_64 --config lab "$commit" &&
		same "$(jq -r .same_as "$dir/image.json")" "x86_64/lab/$good" &&
		images_are_whole || return
	rm -rf "$dir"
}

subject_builder() {
	builder_conf
	point 'a builder killed in the middle of a build' killed_in_a_build
	point 'it left no half image' images_are_whole
	point 'run again, it builds the rest and says that some do not build' \
		exits_with 1 with_mail_server "$BUILD/tenfold-builder" --conf "$conf" build --mail \
		--arch x86_64 --config lab v-good..v-bad
	point 'a single revision' builder build --arch x86_64 --config lab v-good
	point 'every other commit has its image' count_is 19 history_images
	point 'every image is whole' images_are_whole
	point 'a commit that nothing can notice shares the files of its parent' \
		shares_its_parents_files
	point 'the two broken commits are on record' count_is 2 failed_commits
	point 'two mails came to the SMTP server for both: it is broken, it is mended' \
		count_is 2 mail_files
	point 'the mail names commit, author, config and the error' the_mail_tells_all
	point 'the other says that it builds again' the_branch_is_said_to_build_again
	point 'what is there is not built again' \
		exits_with 1 timeout 20 "$BUILD/tenfold-builder" --conf "$conf" build --arch x86_64 \
		--config lab v-good..v-bad
	point 'a revision that does not exist: one sentence' \
		says 2 'no-such-rev' builder build --config lab no-such-rev
	point 'a config that does not exist: one sentence' \
		says 2 'no-config' builder build --config no-config v-good
	point 'a repository that is not there: one sentence' \
		says 2 '/nowhere' builder build --repo /nowhere --config lab v-good
}
