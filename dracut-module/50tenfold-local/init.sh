#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# /init of a second stage without dracut's base module.

PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/tenfold/bin
export PATH
# made of a tree whose busybox did not run there
[ -e /usr/lib/tenfold/bin/mount ] || /usr/bin/busybox --install -s /usr/lib/tenfold/bin
mount -t proc -o nosuid,noexec,nodev proc /proc
mount -t sysfs -o nosuid,noexec,nodev sysfs /sys
mount -t devtmpfs -o mode=0755,nosuid devtmpfs /dev
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs /run || mount -t ramfs -o mode=0755 ramfs /run
exec 0<> /dev/console 1>&0 2>&1
mkdir -p /run/tenfold
read -r tf_init _ < /proc/uptime
echo "$tf_init" > /run/tenfold/init

# shellcheck source-path=SCRIPTDIR source=tenfold-local.sh
. /usr/lib/tenfold/tenfold-local.sh
tf_flag rd.debug && set -x
tf_second_stage
tf_second_stage_failed
# the first process must never end
tf_reboot
while :; do sleep 60; done
