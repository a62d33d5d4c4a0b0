# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Benches whose arms differ in a line of builder.conf: the same commits by each, in turns.
# They set $work, a folder, and $config, the config's name: lab, or tiny for one that a
# few minutes make. Sourced behind tests/site.sh.
# shellcheck disable=SC2154 # work, config: the bench's

# arm_conf ARM LINE
arm_conf() {
	site_builder_conf "$work/$1.conf" "$work/$1.store" "$work/$1.state" "$2"
	echo 'CONFIG_64BIT=y' >"$work/tiny"
	cat >>"$work/$1.conf" <<END_OF_FILE
[config tiny]
base = tinyconfig
file = tiny
END_OF_FILE
}

# arm_build ARM COMMIT
arm_build() {
	"$BUILD/tenfold-builder" --conf "$work/$1.conf" build --arch x86_64 --config "$config" \
		"$2" >>"$work/$1.log" 2>&1 || site_die "no image of $2: see $work/$1.log"
}

# arm_forget ARM - the config's objects and images; the next build is from nothing
arm_forget() {
	rm -rf "$work/$1.state/work/lab/x86_64/$config" "$work/$1.store/images/x86_64/$config" \
		"$work/$1.store/branches"/*/x86_64/"$config"
}

# arm_costs ARM COMMIT - seconds of configure, make and modules; nothing if make did not run
arm_costs() {
	awk -v commit="$2" '$2 == commit { seconds = $8 + $9 + $10 } END { print seconds }' \
		"$work/$1.state/work/lab/x86_64/$config/costs.tsv"
}

# arm_cpu ARM COMMIT - seconds of the processors, of all that make started
arm_cpu() {
	sed -n "s|.*/$config/$2: built.*, cpu \([0-9.]*\) s.*|\1|p" "$work/$1.log" | tail -n 1
}
