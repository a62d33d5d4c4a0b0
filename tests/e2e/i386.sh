# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A 32-bit candidate on the same machine and the same disk: 64-bit first stage, kexec_load.

image=i386/lab/$bad

subject_i386() {
	mkdir -p "$LAB.store/images"
	rm -rf "$LAB.store/images/i386"
	cp -al "$STORE/images/i386" "$LAB.store/images/"
	point 'the image is in the list' wait_image "$image"
	point 'default by its full id' same "$(api PUT "/v1/hosts/$machine/default" "$image")" "$image"
	point 'a 32-bit candidate comes up' up_on '6\.1'
	point 'it was that image' boot_is ".image == \"$image\""
	point 'it is a 32-bit kernel' same "$(on_machine uname -m)" i686
	point 'its module loads' on_machine 'modprobe test_module && dmesg | grep Hello'
}
