# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the end-to-end subjects share: points in TAP, a lab with one machine, its server.

# shellcheck source=tests/site.sh
. tests/site.sh

point_log=/dev/null # a file of each subject's own

# point DESCRIPTION COMMAND... - one line of TAP; what the command said when it failed
point() {
	local name=$1 from=$SECONDS
	shift
	if "$@" >"$point_log" 2>&1; then
		printf 'ok - %s: %s (%d s)\n' "$subject" "$name" $((SECONDS - from))
		return 0
	fi
	printf 'not ok - %s: %s (%d s)\n' "$subject" "$name" $((SECONDS - from))
	sed 's/^/# /' "$point_log" | tail -n 40
	if [ -n "${machine:-}" ]; then
		echo "# what tenfold and kernels in need said on the console:"
		"$lab" -C "$LAB" console "$machine" | tr -d '\r' | cut -c -200 | sed 's/^/#   /' >"$point_log"
		grep -E 'tenfold|Linux version|[Pp]anic|BUG|Oops|watchdog' "$point_log" | tail -n 40
		echo "# its end:"
		tail -n 10 "$point_log"
	fi
	return 0
}

# fails with both shown
same() {
	[ "$1" = "$2" ] || { printf 'expected: %s\n     got: %s\n' "$2" "$1"; return 1; }
}

# matches TEXT REGEX
matches() {
	[[ $1 =~ $2 ]] || { printf 'expected: /%s/\n     got: %s\n' "$2" "$1"; return 1; }
}

# holds JQ-ARGUMENT... - of the JSON that comes in; where nothing comes in, nothing holds
holds() {
	local json
	json=$(cat)
	[ -n "$json" ] && jq -e "$@" <<<"$json"
}

# within SECONDS COMMAND... - until it succeeds; its last words when it does not
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt "$end" ] || return 1
		read -rt 0.2 <> <(:) || true
	done
}

# --- the lab

# lab_begin NAME - a lab of its own with its own copy of the store (hard links)
lab_begin() {
	LAB=$BUILD/e2e/$1
	# what a killed run left there
	"$lab" -C "$LAB" down 2>/dev/null
	rm -rf "$LAB.store" "$LAB"
	cp -al "$STORE" "$LAB.store"
	"$lab" -C "$LAB" up --owner $$ --store "$LAB.store"
}

lab_leaves_nothing() {
	ends_without_a_trace "$LAB" "$lab" -C "$LAB" down
}

# ends_without_a_trace LAB COMMAND... - the command ends the lab
ends_without_a_trace() {
	local dir=$1 init inside
	shift
	init=$("$lab" -C "$dir" status | sed -n 's/^up\tinit \([0-9]*\)\t.*/\1/p') &&
		matches "$init" '^[0-9]+$' || return
	inside=$(readlink "/proc/$init/ns/net") && "$@" || return
	same "$(find /proc/[0-9]*/ns/net -lname "$inside" 2>/dev/null)" '' &&
		same "$(pgrep -af "lab-keeper start $dir")" '' &&
		same "$(grep -F "$dir/" /proc/mounts)" ''
}

# machine_begin NAME NN FIRMWARE [OPTION...]
machine_begin() {
	machine=$1
	mac=52:54:00:77:00:$2
	address=10.77.0.$((20 + 0x$2))
	"$lab" -C "$LAB" machine add "$1" --mac "$mac" --firmware "$3" "${@:4}"
	api PUT "/v1/hosts/$mac" "name=$machine" >/dev/null
}

# api METHOD PATH [BODY] [CURL OPTION...] - the answer; fails on an HTTP error, with its text
api() {
	local method=$1 path=$2 body=${3-}
	"$lab" -C "$LAB" exec curl -sS --fail-with-body -m 20 -X "$method" \
		${body:+--data-binary "$body"} "${@:4}" "http://127.0.0.1:8080$path"
}

# status METHOD PATH [BODY] [CURL OPTION...] - "CODE SENTENCE"
status() {
	local method=$1 path=$2 body=${3-}
	"$lab" -C "$LAB" exec curl -sS -m 20 -X "$method" -o /dev/stdout -w '\n%{http_code}' \
		${body:+--data-binary "$body"} "${@:4}" "http://127.0.0.1:8080$path" |
		awk '{ if (NR > 1 && last != "") text = text last " "; last = $0 } END { print last, text }'
}

console() {
	"$lab" -C "$LAB" console "$machine" "$@"
}

power() {
	"$lab" -C "$LAB" power "$machine" "$1"
}

on_machine() {
	"$lab" -C "$LAB" ssh "$machine" "$@"
}

# start_boot - power-cycles; what the console says from now on is behind $console_from
start_boot() {
	console_from=$(console --size)
	power cycle
}

# console_says REGEX SECONDS - behind $console_from
console_says() {
	"$lab" -C "$LAB" wait-console "$machine" "$1" "$2" "$console_from"
}

# boot_json - the newest boot of the machine
boot_json() {
	api GET "/v1/hosts/$mac/boots?limit=1" '' -H 'Accept: application/json' | jq '.boots[0]'
}

# boot_is JQ-EXPRESSION - true of the newest boot
boot_is() {
	boot_json | holds "$1"
}

# up_on RELEASE-REGEX - power-cycles into the local OS on that kernel, proved by the server
up_on() {
	start_boot && console_says "local OS up on $1" 300 || return
	within 30 boot_is '.ok == true' >/dev/null || { boot_json; return 1; }
}

# boots_the_disk REGEX - the next boot says REGEX, then the disk's own kernel comes up
boots_the_disk() {
	start_boot && console_says "$1" 600 && console_says 'local OS up on .*local disk' 400
}

without() { # SERVICE COMMAND...
	local service=$1 status=0
	shift
	"$lab" -C "$LAB" service stop "$service" || return
	"$@" || status=$?
	"$lab" -C "$LAB" service start "$service" || return
	return $status
}

# wait_image ID - it is in the server's catalogue
wait_image() {
	within 20 api GET "/v1/kernels/$1"
}

# forge COMMIT MODEL FILE-CONTENT - an image as MODEL's whose vmlinuz is this text, published with
# a right hash
forge() {
	local dir=$LAB.store/images/x86_64/lab temp sum
	temp=$dir/.tmp-forge
	rm -rf "$temp"
	cp -a "$dir/$2" "$temp"
	rm "$temp/vmlinuz" "$temp/image.json"
	printf %s "$3" >"$temp/vmlinuz"
	sum=$(sha256sum <"$temp/vmlinuz" | cut -c -64)
	jq --arg c "$1" --arg sum "$sum" --argjson size "$(stat -c %s "$temp/vmlinuz")" \
		'.commit = $c | .id = "x86_64/lab/" + $c | .files.vmlinuz = {size: $size, sha256: $sum}' \
		"$dir/$2/image.json" >"$temp/image.json"
	rm -rf "${dir:?}/$1"
	mv "$temp" "$dir/$1"
	wait_image "x86_64/lab/$1" >/dev/null
}

# corrupt COMMIT - one byte of its vmlinuz is another; the published file is not touched in
# place, because the other labs' stores share it. The NFS server must not have read it yet:
# it keeps what it knows of a published file, as that never changes
corrupt() {
	local file=$LAB.store/images/x86_64/lab/$1/vmlinuz
	cp "$file" "$file.new"
	printf X | dd of="$file.new" bs=1 seek=100000 conv=notrunc status=none
	mv "$file.new" "$file"
}
