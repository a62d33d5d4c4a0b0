# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other parts
# The lab's network: one bridge in the lab's own network namespace, a tap for each machine.
# The namespaces of two labs know nothing of each other, so the addresses are always these.

server_address=10.77.0.1
server_address6=fd77::1
site_address=10.77.0.2
site_address6=fd77::2
server_port=8080
mac_prefix=52:54:00:77:00

network_up() {
	ip link set lo up
	ip link add br0 type bridge forward_delay 0
	ip address add "$server_address/24" dev br0
	ip address add "$server_address6/64" dev br0 nodad
	ip link set br0 up
}

# mac_number MAC - the last octet, as a decimal number
mac_number() {
	printf '%d\n' "0x${1##*:}"
}

# mac_address MAC - the address that DHCP gives to this machine
mac_address() {
	printf '10.77.0.%d\n' $((20 + $(mac_number "$1")))
}

# tap_up NAME - a tap on the bridge; prints nothing, fails if it is there already
tap_up() {
	ip tuntap add dev "$1" mode tap
	ip link set "$1" master br0
	ip link set "$1" up
}

tap_down() {
	ip link delete "$1" 2>/dev/null || true
}
