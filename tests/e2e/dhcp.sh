# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The site's DHCP server stays as it is: a proxy beside it, from the text that
# `tenfold-server setup dhcp --mode dnsmasq-proxy` prints, names the boot file.

site_and_proxy() {
	"$lab" -C "$LAB" service stop dnsmasq &&
		"$lab" -C "$LAB" service start site-dhcp &&
		"$lab" -C "$LAB" service start proxy-dhcp
}

one_dhcp_again() {
	"$lab" -C "$LAB" service stop proxy-dhcp
	"$lab" -C "$LAB" service stop site-dhcp
	"$lab" -C "$LAB" service start dnsmasq
}

address_is_the_sites() {
	grep -q "DHCPACK(site1) $address $mac" "$LAB/log/site-dhcp.log" &&
		! grep -q "DHCPACK.* $address " "$LAB/log/proxy-dhcp.log"
}

# The programs themselves, from their packages, which are not installed.
dhcp_servers() {
	local deb debs
	dhcp_programs=$CACHE/dhcp-servers
	[ ! -e "$dhcp_programs" ] || return 0
	debs=$(tests/lab/fetch-deb amd64 isc-dhcp-server kea-dhcp4-server kea-common \
		liblog4cplus-2.0.5 libmariadb3 libpq5 libldap-2.5-0 libsasl2-2) || return
	rm -rf "$dhcp_programs.new"
	for deb in $debs; do
		dpkg-deb -x "$deb" "$dhcp_programs.new" || return
	done
	mv "$dhcp_programs.new" "$dhcp_programs"
}

dhcp_text() { # MODE
	"$BUILD/tenfold-server" setup dhcp --mode "$1" --address 10.77.0.1
}

isc_takes_it() {
	{
		dhcp_text isc
		echo 'subnet 10.77.0.0 netmask 255.255.255.0 { range 10.77.0.100 10.77.0.199; }'
	} >"$LAB/dhcpd.conf"
	"$dhcp_programs/usr/sbin/dhcpd" -t -cf "$LAB/dhcpd.conf"
}

kea_takes_it() {
	dhcp_text kea | jq '.Dhcp4 += {"interfaces-config": {interfaces: []},
		"lease-database": {type: "memfile", persist: false},
		subnet4: [{subnet: "10.77.0.0/24", pools: [{pool: "10.77.0.100-10.77.0.199"}]}]}' \
		>"$LAB/kea.json" &&
		LD_LIBRARY_PATH=$dhcp_programs/usr/lib/x86_64-linux-gnu \
			"$dhcp_programs/usr/sbin/kea-dhcp4" -t "$LAB/kea.json"
}

# what ISC's and Kea's servers say to the text that administrators get for them
servers_read_our_text() {
	point "the DHCP servers' packages" dhcp_servers
	point "ISC's dhcpd takes the lines for it" isc_takes_it
	point "Kea takes the lines for it" kea_takes_it
}

subject_dhcp() { # FIRMWARE
	api PUT "/v1/hosts/$mac/default" "$merge" >/dev/null
	point "$1: a proxy beside the site's DHCP server" site_and_proxy
	point "$1: PXE to the local OS through both" up_on '6\.1'
	point "$1: the address was the site's" address_is_the_sites
	point "$1: one DHCP server again" one_dhcp_again
	[ "$1" != bios ] || servers_read_our_text
}
