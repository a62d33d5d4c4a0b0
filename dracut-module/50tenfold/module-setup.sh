#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # moddir and initdir are dracut's
#
# tenfold's first stage: shows the list of kernels, fetches one and kexecs it.
#
# Settings for /etc/dracut.conf.d/*.conf:
#   tenfold_drivers="virtio_net e1000e"   network drivers, instead of the usual ones
#   tenfold_add_drivers="mlx5_core"       more drivers
#   tenfold_menu="/path/tenfold-menu"     the menu program, if it is not in PATH

# called by dracut
check() {
	require_binaries kexec || return 1
	return 255
}

# called by dracut
depends() {
	echo tenfold-base
}

# The wired cards that are met in labs. Left out for their size: mellanox, chelsio, qlogic.
tenfold_usual_drivers() {
	echo virtio_net e1000 e1000e igb igc ixgbe i40e r8169 tg3 bnx2 bnx2x atlantic alx \
		atl1c sky2 skge forcedeth 8139cp 8139too pcnet32 ne2k-pci vmxnet3 hv_netvsc \
		ena gve xen-netfront r8152 ax88179_178a asix cdc_ether \
		realtek broadcom marvell
}

# called by dracut
installkernel() {
	local drivers=${tenfold_drivers:-$(tenfold_usual_drivers)} driver ko

	# shellcheck disable=SC2086 # a list of names
	hostonly='' instmods virtio_pci nfs nfsv3 nfsv4 $drivers
	# whoever names a driver wants to know that there is none; dracut goes no further then
	for driver in ${tenfold_add_drivers-}; do
		hostonly='' instmods -c "$driver"
	done
	# keyboards of people who stand at the machine; never a graphics driver, as it would
	# break the candidate's console
	hostonly='' instmods xhci_pci ehci_pci ohci_pci uhci_hcd usbhid hid_generic atkbd i8042
	hostonly='' instmods efi_pstore
	hostonly='' instmods i6300esb iTCO_wdt lpc_ich i2c_i801 sp5100_tco ib700wdt wdat_wdt

	# busybox loads plain modules only, and one compressor over all of them packs better
	while IFS= read -r -d '' ko; do
		case $ko in
			*.xz) xz -dqf "$ko" ;;
			*.zst) zstd -dqf --rm "$ko" ;;
			*.gz) gzip -df "$ko" ;;
		esac
	done < <(find "$initdir/" -name '*.ko.*' -type f -print0)
}

# called by dracut
install() {
	local menu=${tenfold_menu:-tenfold-menu}

	inst_multiple kexec
	if find_binary "$menu" > /dev/null; then
		inst "$(find_binary "$menu")" /usr/bin/tenfold-menu
	else
		dwarn "tenfold: no tenfold-menu: this first stage boots the default and shows no list"
	fi
	inst_simple "$moddir/tenfold-first.sh" /usr/lib/tenfold/tenfold-first.sh
	inst_simple "$moddir/tenfold-pstore.sh" /usr/lib/tenfold/tenfold-pstore.sh
	inst_script "$moddir/udhcpc.sh" /usr/lib/tenfold/udhcpc
	if dracut_module_included base; then
		inst_hook cmdline 50 "$moddir/cmdline.sh"
		inst_hook pre-udev 50 "$moddir/pre-udev.sh"
	else
		inst_script "$moddir/init.sh" /init
	fi
}
