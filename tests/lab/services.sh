# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other parts
# The servers of the lab. Each has SERVICE_config (writes its files), SERVICE_run (becomes
# the server, in the foreground) and SERVICE_ready (waits, with a limit, until it answers).

services=(dnsmasq tftpd rpcbind ganesha server)
# for who asks: a site's own DHCP server, and a proxy beside it, in the place of dnsmasq
other_services=(site-dhcp proxy-dhcp)

# dhcp_config INTERFACE ADDRESS6 [BOOT-LINE...] - what every DHCP server of the lab has
dhcp_config() {
	local n interface=$1 address6=$2
	shift 2
	cat <<EOF
port=0
interface=$interface
bind-interfaces
dhcp-authoritative
no-ping
log-dhcp
log-facility=-
dhcp-leasefile=$LAB/state/dnsmasq.leases
dhcp-range=10.77.0.100,10.77.0.199,255.255.255.0,1h
$(printf '%s\n' "$@")
# without a router's advertisement the iPXE ROM waits for one for 13 seconds
enable-ra
dhcp-range=${address6%:*}:,ra-only,64
ra-param=$interface,high,5
EOF
	for n in {1..60}; do
		printf 'dhcp-host=%s:%02x,10.77.0.%d\n' "$mac_prefix" "$n" $((20 + n))
	done
}

dnsmasq_run() {
	dhcp_config br0 "$server_address6" \
		dhcp-match=set:bios,option:client-arch,0 \
		dhcp-match=set:uefi,option:client-arch,7 \
		dhcp-match=set:uefi,option:client-arch,9 \
		"dhcp-boot=tag:bios,grub/i386-pc/core.0,,$server_address" \
		"dhcp-boot=tag:uefi,grub/x86_64-efi/core.efi,,$server_address" \
		>"$LAB/conf/dnsmasq.conf"
	exec dnsmasq --keep-in-foreground --user=root --conf-file="$LAB/conf/dnsmasq.conf"
}

dnsmasq_ready() {
	log_shows dnsmasq 'DHCP, IP range' 10
}

# A machine of its own on the bridge, that knows nothing of network boot.
site-dhcp_run() {
	dhcp_config site1 "$site_address6" >"$LAB/conf/site-dhcp.conf"
	ip link add site0 type veth peer name site1
	ip link set site0 master br0 up
	# shellcheck disable=SC2016 # the inner shell expands
	unshare --net bash -euc '
		nsenter --net="/proc/$PPID/ns/net" ip link set site1 netns $$
		ip address add "$1/24" dev site1
		ip address add "$2/64" dev site1 nodad
		ip link set site1 up
		exec dnsmasq --keep-in-foreground --user=root --conf-file="$3"' - \
		"$site_address" "$site_address6" "$LAB/conf/site-dhcp.conf"
}

site-dhcp_ready() {
	log_shows site-dhcp 'DHCP, IP range' 10
}

# Word for word what an administrator is told to write.
proxy-dhcp_run() {
	"$TENFOLD_SERVER" setup dhcp --mode dnsmasq-proxy --network 10.77.0.0/24 \
		--address "$server_address:$server_port" >"$LAB/conf/proxy-dhcp.conf"
	exec dnsmasq --keep-in-foreground --user=root --log-dhcp --log-facility=- \
		--conf-file="$LAB/conf/proxy-dhcp.conf"
}

proxy-dhcp_ready() {
	log_shows proxy-dhcp 'proxy on subnet' 10
}

# By tenfold-server, when that is there; else a GRUB that asks for the same.
tftpd_config() {
	if has_server; then
		"$TENFOLD_SERVER" setup tftp --tftp "$LAB/tftp" \
			--address "$server_address:$server_port" --serial ttyS0,115200
		return
	fi
	grub-mknetdir --net-directory="$LAB/tftp" --subdir=grub >/dev/null
	cat <<EOF >"$LAB/tftp/grub/grub.cfg"
serial --unit=0 --speed=115200
terminal_input serial
terminal_output serial
set timeout=0
configfile (http,$server_address:$server_port)/grub.cfg?mac=\$net_default_mac
EOF
}

tftpd_run() {
	tftpd_config || die "the TFTP tree could not be made"
	exec in.tftpd --foreground --verbose --secure --address "$server_address:69" \
		--user root "$LAB/tftp"
}

tftpd_ready() {
	udp_open 69 20
}

rpcbind_run() {
	mkdir -p /run/rpcbind
	exec rpcbind -f -w
}

rpcbind_ready() {
	tcp_open 111 10
}

ganesha_config() {
	cat <<EOF
NFS_CORE_PARAM {
	Protocols = 3,4;
	Bind_addr = $server_address;
	NFS_Port = 2049;
	Enable_NLM = false;
	Enable_RQUOTA = false;
}
NFSv4 {
	Graceless = true;
	RecoveryRoot = $LAB/state/ganesha;
}
EXPORT {
	Export_Id = 1;
	Path = $(lab_store);
	Pseudo = /tenfold;
	Protocols = 3,4;
	Access_Type = RO;
	Squash = All_Squash;
	SecType = sys;
	FSAL {
		Name = VFS;
	}
}
EOF
}

ganesha_run() {
	mkdir -p /run/ganesha "$LAB/state/ganesha"
	ganesha_config >"$LAB/conf/ganesha.conf"
	exec ganesha.nfsd -F -L /dev/stderr -N EVENT -f "$LAB/conf/ganesha.conf" \
		-p "$LAB/run/ganesha.nfsd.pid"
}

ganesha_ready() {
	log_shows ganesha 'NFS SERVER INITIALIZED' 60 &&
		! tail -c "+$(($(<"$LAB/run/ganesha.from") + 1))" "$LAB/log/ganesha.log" |
		grep -q 'No export entries found'
}

# Kept when it is there, so that a test can have its own.
server_config() {
	[ -e "$LAB/conf/server.conf" ] && return
	cat <<EOF >"$LAB/conf/server.conf"
listen = 0.0.0.0:$server_port
address = $server_address:$server_port
store = $(lab_store)
state = $LAB/state
nfs = $server_address:/tenfold
cmdline = root=/dev/vda2 rw console=ttyS0 panic=1
first-cmdline = console=ttyS0
serial = ttyS0,115200
thaw = $BUILD/tenfold-builder --conf /dev/null thaw
EOF
}

server_run() {
	server_config
	exec "$TENFOLD_SERVER" --config "$LAB/conf/server.conf"
}

server_ready() {
	tcp_open "$server_port" 20
}

# --- starting, stopping, waiting

TENFOLD_SERVER=${TENFOLD_SERVER:-$BUILD/tenfold-server}

service_start() {
	local name=$1
	service_pid "$name" >/dev/null && return
	: >>"$LAB/log/$name.log"
	wc -c <"$LAB/log/$name.log" >"$LAB/run/$name.from"
	(
		trap - EXIT
		# shellcheck disable=SC2016 # the inner shell expands
		exec setsid bash -c 'echo $$ >"$1"; shift; exec "$@"' - "$LAB/run/$name.pid" \
			"$here/lab" -C "$LAB" service run "$name" </dev/null >>"$LAB/log/$name.log" 2>&1
	) &
	"${name}_ready" && service_pid "$name" >/dev/null && return
	service_failed "$name"
}

service_failed() {
	printf 'lab: %s did not start; the end of %s:\n' "$1" "$LAB/log/$1.log" >&2
	tail -n 15 "$LAB/log/$1.log" >&2
	return 1
}

service_pid() {
	local pid
	pid=$(cat "$LAB/run/$1.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null && echo "$pid"
}

service_stop() {
	local pid
	pid=$(service_pid "$1") || return 0
	kill -TERM -- "-$pid" 2>/dev/null || kill -TERM "$pid" 2>/dev/null || true
	gone "$pid" 5 || kill -KILL -- "-$pid" 2>/dev/null || true
	gone "$pid" 5 || die "$1 does not stop"
	rm -f "$LAB/run/$1.pid"
}

# gone PID SECONDS
gone() {
	timeout "$2" tail -s 0.05 --pid="$1" -f /dev/null
}

log_shows() {
	"$await" "$LAB/log/$1.log" "$2" "$3" "$(<"$LAB/run/$1.from")" >/dev/null
}

# port_open PROTOCOL PORT SECONDS - a socket of this namespace listens there
port_open() {
	local end=$((SECONDS + $3)) hex
	hex=$(printf ':%04X ' "$2")
	until grep -q "$hex" <(cut -c -30 "/proc/net/$1" "/proc/net/${1}6"); do
		[ $SECONDS -lt "$end" ] || return 1
		read -rt 0.05 <> <(:) || true
	done
}

tcp_open() {
	port_open tcp "$1" "$2"
}

udp_open() {
	port_open udp "$1" "$2"
}

has_server() {
	[ -x "$TENFOLD_SERVER" ] && [ -z "${NO_SERVER:-}" ]
}

services_up() {
	local name
	for name in "${services[@]}"; do
		[ "$name" != server ] || has_server || continue
		service_start "$name" || return 1
	done
}

services_status() {
	local name pid
	for name in "${services[@]}" "${other_services[@]}"; do
		pid=$(service_pid "$name") || pid='-'
		printf 'service\t%s\t%s\t%s\n' "$name" "$pid" "$LAB/log/$name.log"
	done
}

service_command() {
	local verb=${1:-} name=${2:-}
	printf '%s\n' "${services[@]}" "${other_services[@]}" | grep -qxF "$name" || die "no service '$name'"
	case $verb in
	start | stop) "service_$verb" "$name" ;;
	restart) service_stop "$name" && service_start "$name" ;;
	run) "${name}_run" ;;
	*) die "lab service: start, stop or restart" ;;
	esac
}
