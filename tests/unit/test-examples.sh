#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The example settings that are installed, read by the programs that they are for: as they
# are, and with what they only show behind '#'.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath -m "${BUILD:-build}")
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh

for program in server bisect grub-cfg builder; do
	[ -x "$build/tenfold-$program" ] && continue
	echo "ok 1 - the examples are taken # SKIP no $build/tenfold-$program"
	echo 1..1
	exit 0
done

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

whole() { # EXAMPLE: with nothing behind '#' that is like an option or a section
	sed -E 's/^# ?([a-z_-]+ = |\[)/\1/' "$1" >"$dir/whole"
	echo "$dir/whole"
}
shown() { # EXAMPLE: it shows more than it sets
	! cmp -s "$1" "$(whole "$1")" && echo yes
}

# the machines that GRUB boots while the server is away
hosts=docs/examples/grub-hosts.ini tree=$dir/tree
mkdir "$tree"
is 'tenfold-grub-cfg takes its example' '0 ' \
	"$("$build/tenfold-grub-cfg" --config $hosts --tree "$tree" >"$dir/said" 2>&1
		echo "$? $(cat "$dir/said")")"
is 'a file for each host, and one that asks the server' \
	'grub.cfg grub.cfg-01-52-54-00-00-00-03 grub.cfg-01-52-54-00-00-00-04' \
	"$(cd "$tree" && echo *)"
first() { # MAC: what it gives to the first stage
	sed -n "s/.*if linux '[^']*' \(.*\); then if initrd .*/\1/p" "$tree/grub.cfg-01-$1" |
		tr -d "'\"" | tr ' ' '\n'
}
has() { # MAC WORD...: those that it lacks
	comm -13 <(first "$1" | sort) <(printf '%s\n' "${@:2}" | sort)
}
# shellcheck disable=SC2016 # GRUB expands
address='${net_default_ip}::10.0.0.254:255.255.255.0'
for mac in 52-54-00-00-00-03 52-54-00-00-00-04; do
	is 'what stands before the first section holds for all' '' "$(has $mac BOOTIF=01-$mac \
		rd.tenfold.server=10.0.0.1:8080 rd.tenfold.nfs=10.0.0.1:/srv/tenfold \
		console=tty0 console=ttyS0,115200)"
done
is 'the list waits 2 seconds' '' "$(has 52-54-00-00-00-03 rd.tenfold.timeout=2)"
is 'or half a minute where somebody asked for it' '' "$(has 52-54-00-00-00-04 rd.tenfold.timeout=30)"
is 'a host has its address' '' "$(has 52-54-00-00-00-03 "ip=$address:lab3::none")"
is 'another host has its own' '' "$(has 52-54-00-00-00-04 "ip=$address:lab4::none" \
	rd.tenfold.watchdog=120)"
is 'a host boots the first stage, or the local disk, as it is said' \
	'set default=tenfold-first set default=tenfold-local' \
	"$(grep -h 'set default' "$tree"/grub.cfg-01-* | paste -sd ' ')"
if command -v grub-script-check >"$dir/said"; then
	is 'GRUB reads all of them' '' "$(for file in "$tree"/*; do grub-script-check "$file" 2>&1; done)"
else
	is 'GRUB reads all of them # SKIP no grub-script-check' '' ''
fi

# the others
server() { # FILE
	"$build/tenfold-server" --check-config --config "$1" 2>"$dir/said" >"$dir/shown"
	echo "$? $(cat "$dir/said")"
}
example=pxe-server/server.conf.example
is 'tenfold-server takes its example' '0 ' "$(server $example)"
is 'with all that it shows' 'yes 0 ' "$(shown $example) $(server "$(whole $example)")"

bisect() { # FILE HOST
	"$build/tenfold-bisect" status --conf "$1" --host "$2" --state "$dir/none" 2>&1
}
example=bisect/bisect.conf.example
for host in lab3 lab4 vm1 board7 rack1; do
	is "tenfold-bisect takes its example, for $host" \
		"tenfold-bisect: there is no run of host '${host/rack1/lab3}' in '$dir/none'" \
		"$(bisect $example $host)"
	is 'with all that it shows' \
		"yes tenfold-bisect: there is no run of host '${host/rack1/lab3}' in '$dir/none'" \
		"$(shown $example) $(bisect "$(whole $example)" $host)"
done

builder() { # FILE
	"$build/tenfold-builder" --conf "$1" --store "$dir/store" --state "$dir/state" status \
		2>"$dir/said" >"$dir/shown"
	echo "$? $(cat "$dir/said")"
}
example=builder/builder.conf.example
is 'tenfold-builder takes its example' '0 ' "$(builder $example)"
is 'with all that it shows' 'yes 0 ' "$(shown $example) $(builder "$(whole $example)")"

echo "1..$n"
[ $failed -eq 0 ]
