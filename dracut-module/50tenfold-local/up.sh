#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tells the kernel server that this machine is up, and with which kernel.
#
# Left in /run/tenfold by the second stage, run once by the local system: by systemd's
# tenfold-up.service, or by "sh /run/tenfold/up &" in rc.local. Tries until the network is
# there. Needs curl or any wget, and od, hexdump or xxd.

TENFOLD_NOTES=${TENFOLD_NOTES:-/sys/kernel/notes}
# shellcheck source=/dev/null
. "${TENFOLD_ENV:-/run/tenfold/boot.env}" || exit 1

# notes_bytes: the kernel's ELF notes as two-digit hex words.
notes_bytes() {
	od -An -v -tx1 "$TENFOLD_NOTES" 2> /dev/null \
		|| hexdump -v -e '/1 "%02x "' "$TENFOLD_NOTES" 2> /dev/null \
		|| xxd -p "$TENFOLD_NOTES" 2> /dev/null | sed 's/../& /g'
}

# build_id: each note is three little-endian 32-bit words (length of the name, length of
# the content, type), then name and content, both padded to four bytes. The build id is
# the note of type 3 by "GNU" (elf(5), ld's --build-id).
build_id() {
	# shellcheck disable=SC2046 # a list of bytes
	set -- $(notes_bytes)
	while [ $# -ge 16 ]; do
		name_size=$((0x$4$3$2$1))
		size=$((0x$8$7$6$5))
		type=$((0x${12}${11}${10}$9))
		name=${13}${14}${15}${16}
		shift 12
		skip=$(((name_size + 3) / 4 * 4))
		[ "$skip" -le $# ] || return 1
		shift "$skip"
		if [ "$type" = 3 ] && [ "$name" = 474e5500 ]; then
			[ "$size" -le $# ] || return 1
			id=
			while [ "$size" -gt 0 ]; do
				id=$id$1
				shift
				size=$((size - 1))
			done
			printf '%s\n' "$id"
			return 0
		fi
		skip=$(((size + 3) / 4 * 4))
		[ "$skip" -le $# ] || return 1
		shift "$skip"
	done
	return 1
}

post() { # URL BODY
	if command -v curl > /dev/null; then
		curl -fsS --max-time 10 --data-binary "$2" "$1"
	else
		wget -q -O - --post-data "$2" "$1"
	fi > /dev/null 2>&1
}

# The machine has come up: the watchdog that was to see to that is stopped. One that the
# local system has taken over is busy, and stays that system's.
dog_stop() {
	if [ -n "${TENFOLD_WATCHDOG-}" ] && [ -c /dev/watchdog ]; then
		printf V 2> /dev/null > /dev/watchdog
	fi
	return 0
}

# What the kernel has said so far, as evidence. Nothing depends on it.
dmesg_post() { # URL
	text=${TENFOLD_DMESG:-/run/tenfold/dmesg}
	dmesg 2> /dev/null | tail -c 200000 > "$text" && [ -s "$text" ] || return 0
	if command -v curl > /dev/null; then
		curl -fsS --max-time 10 --data-binary "@$text" "$1"
	else
		wget -q -O - --post-file "$text" "$1"
	fi > /dev/null 2>&1
	rm -f "$text"
}

# The first tries come fast, as each lost second is measured as this machine's.
pause() { # TRY
	if [ "$1" -lt 50 ]; then
		sleep 0.2 2> /dev/null || sleep 1
	else
		sleep 5
	fi
}

up() {
	url=http://$TENFOLD_SERVER/v1/hosts/$TENFOLD_HOST/boots/$TENFOLD_BOOT
	id=$(build_id)
	try=0
	while [ "$try" -lt 300 ]; do
		read -r uptime _ < /proc/uptime
		post "$url/events" "stage=up
release=$(uname -r)
build_id=$id
uptime=$uptime
init=$TENFOLD_INIT" && dog_stop && {
			dmesg_post "$url/logs/dmesg"
			return 0
		}
		try=$((try + 1))
		pause "$try"
	done
	echo "tenfold: the kernel server $TENFOLD_SERVER does not answer" >&2
	return 1
}

if [ "${TENFOLD_UP_LIBRARY-}" = "" ]; then
	up
fi
