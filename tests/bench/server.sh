#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tenfold-server when a whole lab comes up at once: 10,000 images, 500 hosts that ask for
# their list, 500 that ask for grub.cfg, and how soon a published image is in the list.
# Each figure on its line with its target; MISS where it is not met. The targets are what
# the asking side waits: 5 s the first stage, 16 s GRUB.
set -eu
cd "$(dirname "$0")/../.."
program=$PWD/${BUILD:-build}/tenfold-server
images=10000 hosts=500 publications=21

dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$dir"' EXIT

now() { # milliseconds
	local t=${EPOCHREALTIME/./}
	echo $((t / 1000))
}

image_json() { # COMMIT NUMBER
	printf '{"id":"x86_64/lab/%s","status":"built","branch":"master","date":"%s",' "$1" \
		"$(printf '20%02d-01-01T00:00:00Z' $(($2 % 26)))"
	printf '"release":"6.1.0-lab","build_id":"%s","subject":"change number %d","files":{}}\n' \
		"$1" "$2"
}

make_store() {
	local i commit commits=()
	for ((i = 0; i < images; i++)); do
		printf -v commit '%08x%032d' $((i * 2654435761 % 4294967296)) "$i"
		commits+=("$commit")
	done
	mkdir -p "$dir/store/images/x86_64/lab"
	(cd "$dir/store/images/x86_64/lab" && printf '%s\n' "${commits[@]}" | xargs mkdir)
	for i in "${!commits[@]}"; do
		printf '{"id":"x86_64/lab/%s","status":"built","branch":"master","date":"20%02d-01-01T00:00:00Z","release":"6.1.0-lab","build_id":"%s","subject":"change number %d","files":{}}\n' \
			"${commits[i]}" $((i % 26)) "${commits[i]}" "$i" \
			>"$dir/store/images/x86_64/lab/${commits[i]}/image.json"
	done
}

# wait_for COMMAND... - polls without a pause between the answers, at most 60 s
wait_for() {
	local end=$((SECONDS + 60))
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "bench-server: waited in vain for: $*" >&2; exit 1; }
	done
}

is_up() {
	where=$(sed -n 's,.*serving http://\([^/]*\)/.*,\1,p' "$dir/log")
	[ -n "$where" ] && curl -sf "http://$where/healthz" >/dev/null
}

all_are_known() {
	curl -sf "http://$where/metrics" | grep -q "^tenfold_images $images\$"
}

# figure NAME VALUE UNIT TARGET
figure() {
	awk -v name="$1" -v value="$2" -v unit="$3" -v target="$4" 'BEGIN {
		printf "%-52s %9.3f %s (target: <= %s)%s\n", name, value, unit, target,
			(value + 0 > target + 0 ? " MISS" : "") }'
}

mac_of() {
	printf '52:54:00:00:%02x:%02x' $(($1 / 256)) $(($1 % 256))
}

# storm NAME PATH TARGET - all hosts ask at once: PATH with its MAC at the end
storm() {
	local i from half=$((hosts / 2)) times=$dir/times
	: >"$times"
	for ((i = 0; i < hosts; i++)); do
		printf 'url = "http://%s%s%s"\noutput = /dev/null\n' "$where" "$2" "$(mac_of $i)" \
			>>"$dir/ask$((i / half))"
	done
	from=$(now)
	for i in 0 1; do # curl takes 300 at a time
		curl -s --parallel --parallel-immediate --parallel-max 300 -m 60 \
			-w '%{http_code} %{time_total}\n' -K "$dir/ask$i" >"$times.$i" 2>/dev/null &
		pids[i]=$!
	done
	wait "${pids[@]}" || true
	local all=$(($(now) - from))
	sort -n -k 2 "$times".[01] >"$times"
	rm "$dir"/ask?
	figure "$hosts x $1: not answered" $((hosts - $(grep -c '^200 ' "$times"))) '  ' 0
	figure "$hosts x $1: all of them" "${all}e-3" s "$3"
	figure "$hosts x $1: median" "$(sed -n "$((hosts / 2))p" "$times" | cut -d' ' -f2)" s "$3"
	figure "$hosts x $1: slowest" "$(tail -n 1 "$times" | cut -d' ' -f2)" s "$3"
}

is_in_list() {
	curl -sf "http://$where/v1/kernels/x86_64/lab/$1" >/dev/null
}

publication() { # NUMBER: milliseconds from the rename to the list
	local commit from at=$dir/store/images/x86_64/lab
	printf -v commit 'ffffffff%032d' "$1"
	mkdir "$at/.new"
	image_json "$commit" "$1" >"$at/.new/image.json"
	from=$(now)
	mv "$at/.new" "$at/$commit"
	wait_for is_in_list "$commit"
	echo $(($(now) - from))
}

echo "tenfold-server, $images images, $(nproc) processors"
make_store
from=$(now)
"$program" --listen 127.0.0.1:0 --store "$dir/store" --state "$dir/state" 2>"$dir/log" &
server=$!
wait_for is_up
wait_for all_are_known
figure "from its start to all images in the list" "$(($(now) - from))e-3" s 60
storm 'the list of a host' '/v1/kernels?limit=1000&mac=' 5
storm grub.cfg '/grub.cfg?mac=' 16
for ((i = 0; i < publications; i++)); do
	publication $i
done | sort -n >"$dir/published"
figure "a published image in the list: median" \
	"$(sed -n "$((publications / 2 + 1))p" "$dir/published")e-3" s 1
figure "a published image in the list: slowest" "$(tail -n 1 "$dir/published")e-3" s 1
