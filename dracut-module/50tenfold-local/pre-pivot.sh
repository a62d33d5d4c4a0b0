#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut hook: the root is mounted; give it the candidate's modules and the up unit.

if getarg tenfold.server= > /dev/null; then
	TF_NEWROOT=$NEWROOT sh -c '. /usr/lib/tenfold/tenfold-local.sh
		tf_hand_over || {
			tf_second_stage_failed
			tf_reboot
		}'
fi
