# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A host whose image is in a pack boots it as any other.

cold_image=x86_64/lab/$merge

is_frozen() {
	"$BUILD/tenfold-builder" --conf /dev/null --store "$LAB.store" freeze "$cold_image" &&
		same "$(ls "$LAB.store/images/$cold_image")" image.json
}

is_back() {
	local file name
	while read -r name file; do
		same "$(sha256sum <"$LAB.store/images/$cold_image/$name")" "$file  -" || return
	done < <(jq -r '.files | to_entries[] | .key + " " + .value.sha256' \
		"$LAB.store/images/$cold_image/image.json")
}

# The server thaws what a host is about to boot at its grub.cfg, before the list.
boots_it() {
	up_on '6\.1' && boot_is ".image == \"$cold_image\"" && is_back
}

subject_cold() {
	api PUT "/v1/hosts/$mac/default" "$merge" >/dev/null
	point 'the image goes into a pack' is_frozen
	point 'it stays in the list' matches "$(api GET "/v1/kernels?mac=$mac")" "default.$cold_image"
	point 'a host boots it, and its files are back' boots_it
	point 'it goes again' is_frozen
	api PATCH "/v1/hosts/$mac" boot=grub >/dev/null
	point 'GRUB loads it' boots_it
	api PATCH "/v1/hosts/$mac" boot=kexec >/dev/null
}
