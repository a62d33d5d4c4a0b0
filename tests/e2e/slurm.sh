# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Images made by jobs of a real Slurm: a cluster of one node, and a tree of two files whose
# Makefile answers to what the builder asks of a kernel's.

slurm=$BUILD/e2e/slurm
slurm_store=$slurm/store

in_cluster() {
	tests/lab/cluster "$slurm/cluster" exec "$@"
}

slurm_builder() {
	in_cluster "$BUILD/tenfold-builder" --conf "$slurm/builder.conf" "$@"
}

# slurm_commit SUBJECT - what is in the work tree; its id
slurm_commit() {
	git -C "$slurm/tree" add -A && git -C "$slurm/tree" commit -qm "$1" &&
		git -C "$slurm/tree" rev-parse HEAD
}

# A make of a commit with a gate says that it is held, and waits for the word to go on.
slurm_tree() {
	local tree=$slurm/tree
	git init -q -b main "$tree"
	git -C "$tree" config user.name 'A U Thor'
	git -C "$tree" config user.email author@lab.example
	cat >"$tree/Makefile" <<'END_OF_FILE'
allnoconfig:
	@cp $(KCONFIG_ALLCONFIG) $(O)/.config
bzImage:
	@[ ! -e gate ] || { touch $(O)/held; until [ -e $(O)/go ]; do sleep 0.1; done; }
	@rm -f $(O)/held $(O)/go
	@gcc -Wl,--build-id=sha1 -o $(O)/vmlinux main.c
	@mkdir -p $(O)/arch/x86/boot $(O)/include/config
	@cp $(O)/vmlinux $(O)/arch/x86/boot/bzImage; nm $(O)/vmlinux >$(O)/System.map
	@echo 6.1.0-mini >$(O)/include/config/kernel.release
END_OF_FILE
	echo 'int main(void) { return 1; }' >"$tree/main.c"
	first=$(slurm_commit first)
	echo 'int main(void) { return 2; }' >"$tree/main.c"
	second=$(slurm_commit second)
	echo 'int main(void) { return nonsense; }' >"$tree/main.c"
	broken=$(slurm_commit broken)
	echo 'int main(void) { return 4; }' >"$tree/main.c"
	touch "$tree/gate"
	held=$(slurm_commit held)
	echo 'int main(void) { return 5; }' >"$tree/main.c"
	killed=$(slurm_commit killed)
	echo 'int main(void) { return 6; }' >"$tree/main.c"
	twin=$(slurm_commit twin)
	echo 'int main(void) { return 7; }' >"$tree/main.c"
	tip=$(slurm_commit tip)
	# on no branch, so that nobody wants it by himself
	git -C "$tree" checkout -q -b gone
	echo 'int main(void) { return 8; }' >"$tree/main.c"
	wished=$(slurm_commit wished)
	git -C "$tree" checkout -q main
	git -C "$tree" branch -q -D gone
}

slurm_conf() {
	: >"$slurm/fragment"
	cat >"$slurm/builder.conf" <<END_OF_FILE
store = $slurm_store
state = $slurm/state
jobs = 1
poll = 1
parallel = 2
[slurm]
work = $slurm/work
option = --partition=lab
option = --cpus-per-task=1
poll = 1
[tree mini]
remote = $slurm/tree
depth = 2
[config mini]
base = allnoconfig
file = fragment
END_OF_FILE
}

slurm_begin() {
	mkdir -p "$slurm"
	setpriv --pdeathsig KILL tests/lab/cluster "$slurm/cluster" >"$slurm/cluster.log" 2>&1 &
	cluster_pid=$!
	within 60 test -e "$slurm/cluster/ready" && return
	cat "$slurm/cluster.log" "$slurm/cluster/log"/*.out
	return 1
}

is_built() { # COMMIT
	[ -e "$slurm_store/images/x86_64/mini/$1/image.json" ]
}

node_place() { # SLOT - the node's folder for this tree and config
	echo "$slurm/work/node0/$1/mini/x86_64/mini"
}

is_held() { # SLOT
	[ -e "$(node_place "$1")/obj/held" ]
}

let_go() { # SLOT...
	local slot
	for slot; do
		touch "$(node_place "$slot")/obj/go"
	done
}

job_ids() {
	in_cluster squeue --noheader --format=%A
}

last_job() {
	in_cluster scontrol show job --oneliner | sed -E 's/^JobId=([0-9]+) .*/\1/' | sort -n | tail -n 1
}

# start_building LOG WORDS... - in the background; no function here, whose process would be
# bash's: enter_pid is nsenter's, and builder_pid its child's
start_building() {
	tests/lab/cluster "$slurm/cluster" exec "$BUILD/tenfold-builder" \
		--conf "$slurm/builder.conf" "${@:2}" >"$slurm/$1" 2>&1 &
	enter_pid=$!
	within 10 pgrep --parent $enter_pid --exact tenfold-builder >/dev/null || return
	builder_pid=$(pgrep --parent $enter_pid --exact tenfold-builder)
}

two_commits() {
	slurm_builder build "$first" >"$slurm/two.log" && slurm_builder build "$second" && is_built "$first" &&
		is_built "$second" && same "$(last_job)" 2 &&
		grep -q "on node0" "$slurm/two.log" &&
		same "$(jq -r .how "$slurm_store/images/x86_64/mini/$second/image.json")" incremental &&
		test -e "$(node_place 0)/mark" && ! test -e "$slurm/state/work"
}

broken_commit() {
	exits_as 1 slurm_builder build "$broken" &&
		grep -q nonsense "$slurm_store/failed/x86_64/mini/$broken/image.json" &&
		same "$(find "$slurm/state/slurm" -type f)" ''
}

exits_as() { # CODE COMMAND...
	local code=$1 got=0
	shift
	"$@" || got=$?
	same "$got" "$code"
}

lost_job() {
	local job
	start_building lost.log build "$held" && within 30 is_held 0 || return
	job=$(job_ids)
	rm "$(node_place 0)/obj/held"
	in_cluster scancel "$job"
	within 60 is_held 0 && same "$(job_ids)" $((job + 1)) && let_go 0 && wait $enter_pid &&
		is_built "$held" && grep -q "job $job on 'node0' was lost: CANCELLED" "$slurm/lost.log"
}

killed_builder() {
	local job
	start_building killed.log build "$killed" && within 30 is_held 0 || return
	job=$(job_ids)
	kill -KILL "$builder_pid"
	wait $enter_pid
	start_building resumed.log build "$killed"
	within 20 grep -q "job $job" "$slurm/state/slurm"/* && same "$(job_ids)" "$job" && let_go 0 &&
		wait $enter_pid && is_built "$killed" && same "$(last_job)" "$job" &&
		same "$(find "$slurm/state/slurm" -type f)" ''
}

# Two of one tree, arch and config; each in a folder of its own.
two_at_a_time() {
	start_building watch.log watch && within 60 is_held 0 && within 30 is_held 1 &&
		same "$(job_ids | wc -l)" 2 || return
	let_go 0 1
	within 30 is_built "$twin" && within 30 is_built "$tip"
}

one_is_held() {
	is_held 0 || is_held 1
}

# Who asked the watching builder for it is ended.
withdrawn_wish() {
	local watch=("$enter_pid" "$builder_pid") code
	within 20 no_jobs && start_building wish.log build "$wished" && within 60 one_is_held || return
	kill -TERM "$builder_pid"
	! wait $enter_pid && within 30 no_jobs
	code=$?
	rm -f "$(node_place 0)/obj/held" "$(node_place 1)/obj/held"
	enter_pid=${watch[0]} builder_pid=${watch[1]}
	[ $code -eq 0 ] && within 10 grep -q "$wished: left alone" "$slurm/watch.log"
}

cancelled_builder() {
	within 10 grep -q "$tip: built" "$slurm/watch.log" || return
	rm -rf "$slurm_store/images/x86_64/mini/$tip"
	within 60 one_is_held || return
	kill -TERM "$builder_pid"
	wait $enter_pid && within 30 no_jobs && same "$(find "$slurm/state/slurm" -type f)" ''
}

no_jobs() {
	[ -z "$(job_ids)" ]
}

subject_slurm() {
	rm -rf "$slurm"
	point 'a cluster of one node' slurm_begin || return 0
	slurm_tree
	slurm_conf
	point 'two commits are made by jobs, in the node'\''s own folder' two_commits
	point 'a commit that does not build is on record' broken_commit
	point 'a job that is cancelled is submitted again' lost_job
	point 'a builder that was killed follows the job that it had submitted' killed_builder
	point 'the watching builder has two jobs at a time' two_at_a_time
	point 'a wish that is withdrawn cancels its job' withdrawn_wish
	point 'told to end, it cancels its jobs' cancelled_builder
	kill -KILL $cluster_pid
	wait $cluster_pid 2>/dev/null
}
