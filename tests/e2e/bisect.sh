# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2016 # jq's own variables
# Whole bisections on a real machine: the broken, the hanging and the merge commit on the
# way, the controller killed in the middle, and a boot that panics as the regression itself.

# shellcheck source=tests/e2e/report.sh
. tests/e2e/report.sh

bisect() {
	"$lab" -C "$LAB" exec "$BUILD/tenfold-bisect" "$@"
}

bisect_run() { # GOOD BAD OPTION... [-- TEST...]
	local good=$1 bad=$2
	shift 2
	bisect run --conf "$LAB/bisect.conf" --repo "$LINUX" --good "$good" --bad "$bad" \
		--host "$machine" --arch x86_64 --config lab "$@"
}

full_device_test() {
	cat >"$LAB/full-device" <<END
#!/bin/sh
# good: a write to /dev/full fails, as it must
exec "$lab" -C "$LAB" ssh "$machine" '! echo x >/dev/full'
END
	chmod +x "$LAB/full-device"
}

# Killed with -9 as soon as it has judged two commits, then continued.
killed_and_resumed() {
	local log=$LAB/bisect.out pid status=0
	bisect_run v-good v-bad -- "$LAB/full-device" >"$log" 2>&1 &
	pid=$!
	within 900 two_verdicts || { cat "$log"; return 1; }
	pkill -KILL -x -f "$BUILD/tenfold-bisect run --conf $LAB/bisect.conf.*" || return
	wait $pid
	cp "$bisect_log" "$LAB/before-kill"
	bisect run --conf "$LAB/bisect.conf" --resume --host "$machine" >>"$log" 2>&1 || status=$?
	cat "$log"
	return $status
}

two_verdicts() {
	[ "$(grep -cE '^git bisect (good|bad|skip) ' "$bisect_log" 2>/dev/null)" -ge 2 ]
}

nothing_was_judged_twice() {
	local judged
	judged=$(awk '/^git bisect (good|bad|skip) / { print $4 }' "$bisect_log") || return
	matches "$judged" "$regression" && same "$(sort <<<"$judged" | uniq -d)" ''
}

git_agrees() {
	local clone=$LAB/clone
	git clone -q --shared "$LINUX" "$clone" && cd "$clone" &&
		git bisect replay "$bisect_log" | tee "$LAB/replayed" | grep "$regression is the first"
}

# status_holds JQ-ARGUMENT... - of the bisection's status; else all its steps are shown
status_holds() {
	local json=$LAB/status.json
	bisect status --json --conf "$LAB/bisect.conf" --host "$machine" >"$json" &&
		holds "$@" <"$json" && return
	jq -c '.steps[] | [.step, .role, .commit[:12], .verdict, .way, .resets, .why]' "$json"
	return 1
}

# The reset that ends a hang is the one that brings the next candidate: as many resets as
# boots, or fewer where a panic resets by itself. A fault of the lab may cost one more.
one_reset_a_boot() {
	status_holds '[.steps[] | select(.boot != "")] as $booted |
		($booted | map(.resets) | add) <= ($booted | length) + .lab_faults'
}

# resets_of COMMIT AT-LEAST AT-MOST - in each step that tried it
resets_of() {
	status_holds --arg c "$1" --argjson least "$2" --argjson most "$3" \
		'[.steps[] | select(.commit == $c) | .resets] as $n | ($n | length) > 0 and
			($n | all(. >= $least and . <= $most))'
}

# A healthy host went on without a reset, and a hang was judged from a reset.
warm_and_reset() {
	status_holds --arg hangs "$hangs" '
		[.steps[] | select(.way == "warm" and .resets == 0)] != [] and
		[.steps[] | select(.commit == $hangs) | .way] == ["reset"]'
}

the_hang_is_told() {
	bisect report --conf "$LAB/bisect.conf" --host "$machine" | grep -A1 "${hangs:0:12} skip" |
		grep hang
}

the_owners_choice_stands() {
	same "$(api GET "/v1/hosts/$machine/default")" "x86_64/lab/$merge" &&
		same "$(api GET "/v1/hosts/$machine/next")" local
}

broken_ones_were_never_booted() {
	api GET "/v1/hosts/$mac/boots?limit=500" '' -H 'Accept: application/json' |
		holds --arg a "x86_64/lab/$breaks" --arg b "x86_64/lab/$t7" '(.boots | length) > 5 and
			([.boots[] | select(.image == $a or .image == $b)] | length) == 0'
}

# Without the culprit the bad end is good; the bad end and all are tried from a reset.
confirmed() {
	status_holds --arg c "$regression" '
		[.steps[] | select(.role == "revert") | .verdict, .way] == ["good", "reset"] and
		[.steps[] | select(.role == "confirm-bad") | .commit, .verdict, .way] ==
			[$c, "bad", "reset"] and
		[.steps[] | select(.role == "confirm-good") | .verdict, .way] == ["good", "reset"]'
}

# The panic is the regression itself: each kernel that comes up is good.
a_panic_is_found() {
	bisect_run v-good "$panics" --fresh --test-is-boot --cold | tee "$LAB/panic.out"
	grep -q "^$panics is the first bad commit" "$LAB/panic.out"
}

# Once more by GRUB alone; the host boots as its owner wants it again.
confirmed_without_kexec() {
	status_holds --arg c "$panics" '
		[.steps[] | select(.role == "cold-bad") | .commit, .verdict] == [$c, "bad"] and
		[.steps[] | select(.role == "cold-good") | .verdict] == ["good"]' &&
		grep 'event=boot-mode mode=grub' "$bisect_log" &&
		api GET "/v1/hosts/$mac" '' -H 'Accept: application/json' | holds '.boot != "grub"'
}

# refused REGEX WORDS... - exit 2 and one sentence; nothing was begun
refused() {
	local regex=$1 out got=0
	shift
	out=$(bisect run --conf "$LAB/bisect.conf" --arch x86_64 --config lab "$@" 2>&1) || got=$?
	same "$got" 2 && matches "$out" "$regex" && same "$(wc -l <<<"$out")" 1 &&
		same "$(find "$LAB/bisect" -name log 2>/dev/null)" ''
}

bad_input() {
	local ends=(--good v-good --bad v-bad) at=(--host "$machine" --repo "$LINUX")
	point 'refused: good and bad swapped' \
		refused 'swapped' --good v-bad --bad v-good "${at[@]}" -- true
	point 'refused: a good commit that is no ancestor' \
		refused 'ancestor' --good "$s1" --bad "$m4" "${at[@]}" -- true
	point 'refused: a revision that does not exist' \
		refused 'v-none' --good v-none --bad v-bad "${at[@]}" -- true
	point 'refused: a repository that is not there' \
		refused '/nowhere' "${ends[@]}" --host "$machine" --repo /nowhere -- true
	point 'refused: a test command that is not there' \
		refused 'no-such-test' "${ends[@]}" "${at[@]}" -- ./no-such-test
	point 'refused: a host that nobody knows' \
		refused 'nobody' "${ends[@]}" --host nobody --repo "$LINUX" -- true
}

subject_bisect() {
	bisect_log=$LAB/bisect/$machine/log
	site_bisect_conf "$LAB/bisect.conf" "$LAB" "$machine" "$mac" "$address"
	full_device_test
	bad_input
	# a boot that is under way would use up what is chosen now
	within 300 on_machine true >/dev/null 2>&1
	api PUT "/v1/hosts/$machine/default" "$merge" >/dev/null
	api PUT "/v1/hosts/$machine/next" local >/dev/null
	point 'a bisection that is killed in the middle goes on to its end' killed_and_resumed
	point 'it names the culprit' grep "^$regression is the first bad commit" "$LAB/bisect.out"
	point 'no commit was judged twice' nothing_was_judged_twice
	point 'git bisect replay takes the log' git_agrees
	point 'healthy steps were warm ones, the hang was judged by a reset' warm_and_reset
	point 'the hang was found and is told' the_hang_is_told
	point 'the hang cost one reset' resets_of "$hangs" 1 1
	point 'there were no more resets than boots' one_reset_a_boot
	point 'what does not build was never booted' broken_ones_were_never_booted
	point "the owner's default is untouched, and next is put back" the_owners_choice_stands
	api DELETE "/v1/hosts/$machine/next" >/dev/null
	point 'the culprit was confirmed, and its revert passes' confirmed
	report_points
	point 'a panic at boot as the regression: the right commit' a_panic_is_found
	point 'each panic cost one reset at most' resets_of "$panics" 0 1
	point 'and by GRUB alone, without kexec' confirmed_without_kexec
}
