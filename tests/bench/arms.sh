# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Benches whose arms differ in a line of builder.conf: the same commits by each, in turns.
# They set $work, a folder, and $config, a config's name. Sourced behind tests/site.sh.

# arm_build ARM COMMIT
arm_build() {
	# shellcheck disable=SC2154 # work, config: the bench's
	"$BUILD/tenfold-builder" --conf "$work/$1.conf" build --arch x86_64 --config "$config" \
		"$2" >>"$work/$1.log" 2>&1 || site_die "no image of $2: see $work/$1.log"
}

# arm_costs ARM COMMIT - seconds of configure, make and modules
arm_costs() {
	awk -v commit="$2" '$2 == commit { print $8 + $9 + $10 }' \
		"$work/$1.state"/work/lab/x86_64/"$config"/costs.tsv
}

# arm_cpu ARM COMMIT - seconds of the processors, of all that make started
arm_cpu() {
	sed -n "s/.*$2: built.*, cpu \([0-9.]*\) s.*/\1/p" "$work/$1.log"
}
