# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The demo's last page: the culprit, each step by stage, and the two ways side by side.

median() {
	sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Seconds that a stage took in the steps that came up, one a line.
step_seconds() { # JQ-EXPRESSION on .seconds [WAY]
	jq -r --arg way "${2:-}" "[.steps[] | select(.verdict != \"skip\") |
		select(\$way == \"\" or .way == \$way) | .seconds | $1] | .[]" "$SITE/bisect.json"
}

# From the reset, or its announcement, to the test.
boot_seconds() { # WAY
	step_seconds '[.firmware, .grub, ."first-stage", .fetch, .kexec, .kernel, .userspace] | add' \
		"$1" | median
}

# What the commits after the first cost to build.
incremental_seconds() {
	find "$STORE/images" -name image.json -exec jq -r \
		'select(.how == "incremental") | .seconds' {} +
}

row() { # NAME OLD NEW
	awk -v name="$1" -v old="$2" -v new="$3" 'BEGIN {
		if (new > 0) ratio = sprintf("%8.1f x", old / new); else ratio = "       -"
		printf "%-22s %9.1f s %9.1f s  %s\n", name, old, new, ratio }'
}

summary() {
	local compile warm reset test total_old total_new
	bisect report --conf "$SITE/bisect.conf" --host "$machine"
	compile=$(incremental_seconds | median)
	warm=$(boot_seconds warm)
	reset=$(boot_seconds reset)
	test=$(step_seconds .test | median)
	total_old=$(awk "BEGIN { print $old_compile + $old_install + $old_reboot + $old_test }")
	total_new=$(awk "BEGIN { print $compile + $warm + $test }")
	printf '\nOne commit tried, the old way against tenfold (medians of this run):\n'
	printf '%-22s %11s %11s  %10s\n' '' 'old way' 'tenfold' 'ratio'
	row compile "$old_compile" "$compile"
	row install "$old_install" 0
	row 'reboot to the local OS' "$old_reboot" "$warm"
	row test "$old_test" "$test"
	row 'all of it' "$total_old" "$total_new"
	row 'image built beforehand' "$total_old" "$(awk "BEGIN { print $warm + $test }")"
	echo "tenfold's steps above are warm ones; from a reset:"
	row 'reboot to the local OS' "$old_reboot" "$reset"
	row 'image built beforehand' "$total_old" "$(awk "BEGIN { print $reset + $test }")"
	awk -v warm="$warm" -v reset="$reset" 'BEGIN {
		printf "a warm step, to the test: %.1f s, one from a reset %.1f s: %.2f of it (target <= 0.33)%s\n",
			warm, reset, warm / reset, (warm / reset > 1 / 3) ? " MISS" : "" }'
	jq -r '.steps[] | select(.verdict == "skip" and .boot != "") |
		"\(.commit[0:12]) never came up: \(.resets) reset by the controller, none by a person"' \
		"$SITE/bisect.json"
}
