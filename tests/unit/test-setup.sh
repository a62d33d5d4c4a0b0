#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `tenfold-server setup` prints for other programs, given to those programs: in.tftpd's
# settings through the unit that starts it, and DHCP servers' own checks of their files.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath -m "${BUILD:-build}")
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh
PATH=$PATH:/usr/sbin:/sbin

if [ ! -x "$build/tenfold-server" ]; then
	echo "ok 1 - other programs take what setup prints # SKIP no $build/tenfold-server"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
: >"$dir/server.conf"
setup() { # PART OPTION...
	"$build/tenfold-server" setup "$1" --config "$dir/server.conf" "${@:2}"
}

# TFTP. The file is read by systemd, and by Debian's init script as shell.
settings() { # NAME... of what was last written, as a shell sees them
	# shellcheck disable=SC2016 # the other shell expands
	env -i "$BASH" -c '. "$0"; for name; do printf "[%s]" "${!name}"; done' "$dir/tftpd" "$@"
}
tftpd() { # OPTION...: its code
	setup tftpd "$@" >"$dir/tftpd" 2>"$dir/said"
	echo $?
}
# argv of in.tftpd as the unit starts it: ${NAME} is one word, $NAME all its words
argv() {
	local words word
	read -ra words < <(sed -n 's/^ExecStart=\(.\)/\1/p' docs/systemd/tftpd-hpa.conf)
	for word in "${words[@]}"; do
		# shellcheck disable=SC2016 # as it stands there
		case $word in
		'${'*) word=${word#??} && settings "${word%?}" ;;
		'$'*) settings "${word#?}" | tr ' ' '\n' | sed 's/^\[*/[/; s/]*$/]/' | tr -d '\n' ;;
		*) printf '[%s]' "$word" ;;
		esac
	done
}
is 'setup tftpd' 0 "$(tftpd)"
is 'in.tftpd sees the folder alone, as root of all' '[/srv/tftp][--secure][tftp][:69]' \
	"$(settings TFTP_DIRECTORY TFTP_OPTIONS TFTP_USERNAME TFTP_ADDRESS)"
is 'the unit starts it so' \
	'[/usr/sbin/in.tftpd][--foreground][--user][tftp][--address][:69][--secure][/srv/tftp]' "$(argv)"
is 'and takes the settings from where they are put' \
	"EnvironmentFile=$(sed -n '1s/# \([^ ]*\).*/\1/p' "$dir/tftpd")" \
	"$(grep EnvironmentFile docs/systemd/tftpd-hpa.conf)"
is 'waits for the folder' RequiresMountsFor=/srv/tftp "$(grep Mounts docs/systemd/tftpd-hpa.conf)"
is 'and is started when in.tftpd dies' Restart=on-failure \
	"$(grep '^Restart=' docs/systemd/tftpd-hpa.conf)"
is 'setup tftpd with another folder' 0 "$(tftpd --tftp "/srv/a'b%c*")"
is 'is the folder' "[/srv/a'b%c*][--secure]" "$(settings TFTP_DIRECTORY TFTP_OPTIONS)"
is 'of the unit too' "[--secure][/srv/a'b%c*]" "$(argv | sed 's/.*:69\]//')"
sed -i 's/--secure/& --verbose -m map/' "$dir/tftpd"
is 'more options are more words' "[--secure][--verbose][-m][map][/srv/a'b%c*]" \
	"$(argv | sed 's/.*:69\]//')"
bad=''
for c in ' ' $'\t' $'\n' '"' '$' '`' \\; do
	[ "$(tftpd --tftp "/srv/a${c}b") $(cat "$dir/tftpd")" = '2 ' ] || bad+="$c "
done
is 'a folder that the file cannot hold: nothing is written' '' "$bad"
is 'and it says so' "tenfold-server setup: in.tftpd's settings cannot hold the folder '/srv/a\b'" \
	"$(cat "$dir/said")"

# DHCP: dnsmasq is there, since the lab needs it, of the others those that happen to be
checked() { # MODE FILE: good or bad, by the server that it is for; and what that says
	local check=()
	case $1 in
	dnsmasq*) check=(dnsmasq --test -C) ;;
	isc) check=(dhcpd -t -cf) ;;
	kea) check=(kea-dhcp4 -t) ;;
	esac
	if "${check[@]}" "$2" >"$dir/said" 2>&1; then
		echo good
	else
		echo bad
		cat "$dir/said"
	fi
}
for mode in dnsmasq dnsmasq-proxy isc kea; do
	case $mode in
	dnsmasq*) server=dnsmasq fault=dhcp-range ;;
	isc) server=dhcpd fault=filename ;;
	kea) server=kea-dhcp4 fault=hex ;;
	esac
	if ! command -v "$server" >"$dir/said"; then
		is "setup dhcp --mode $mode # SKIP no $server" '' ''
		continue
	fi
	for network in 10.0.0.0/8 192.0.2.0/24 192.0.2.8/30; do
		setup dhcp --mode $mode --network $network --address 192.0.2.1:8080 >"$dir/dhcp"
		is "$server takes it: --mode $mode --network $network" good "$(checked $mode "$dir/dhcp")"
	done
	sed "s/$fault/none/" "$dir/dhcp" >"$dir/faulty"
	is "$server would find a fault" bad "$(checked $mode "$dir/faulty" | head -n 1)"
done

echo "1..$n"
[ $failed -eq 0 ]
