#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The part of a warm step that runs on the second stage's own tools (see warm.sh):
# tenfold-warm.sh BOOT IMAGE, with TENFOLD_SERVER and TENFOLD_HOST from boot.env.

# shellcheck source-path=SCRIPTDIR source=../50tenfold-base/tenfold-lib.sh disable=SC2034
. "${TF_LIB:-/usr/lib/tenfold}/tenfold-lib.sh"
# shellcheck source-path=SCRIPTDIR source=../50tenfold-base/tenfold-image.sh
. "${TF_LIB:-/usr/lib/tenfold}/tenfold-image.sh"

# By HTTP: the running candidate need not know NFS. (A static busybox may die of wget -T.)
tf_take() { # FROM TO
	timeout 120 wget -q -O "$2" "http://$TF_SERVER/$1" 2> "$TF_RUN/http.err" && return 0
	tf_value=
	read -r tf_value < "$TF_RUN/http.err"
	TF_WHY="cannot fetch ${1##*/}: ${tf_value#wget: }"
	return 1
}

tf_fetch() {
	tf_fetch_files
}

# What the first stage once told this kernel holds for the next one too.
tf_words() {
	for tf_key in acpi_rsdp tenfold.watchdog; do
		tf_told=$(tf_arg "$tf_key") && printf '%s=%s\n' "$tf_key" "$tf_told"
	done
}

tf_loaded() {
	:
}

# The local disk is left clean: everything written, then read-only as before a power cut.
tf_leave() {
	sync
	[ -w /proc/sysrq-trigger ] || return 0
	echo u > /proc/sysrq-trigger
	tf_try=0
	while grep -qE '^/dev/[^ ]+ [^ ]+ [^ ]+ rw[, ]' /proc/mounts && [ "$tf_try" -lt 20 ]; do
		tf_try=$((tf_try + 1))
		sleep 0.1
	done
}

TF_SERVER=$TENFOLD_SERVER
TF_MAC=$TENFOLD_HOST
TF_BOOT=$1
mkdir -p "$TF_RUN"
tf_boot "$2"
tf_say "FAILED: $2: $TF_WHY"
TF_EVENT_TRIES=1 tf_event failed "detail=warm step: $TF_WHY"
rm -rf "$TF_IMAGE"
