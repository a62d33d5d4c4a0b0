#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The ready commands that reset a machine: what they call, how they end, and that nobody's
# words come to a shell. ipmitool, ssh and the others are programs that write down how they
# were called; what goes to a machine runs in a box that has nothing of this one.
set -u
cd "$(dirname "$0")/../.." || exit
helpers=$PWD/bisect/helpers
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin" "$dir/empty"
cat >"$dir/bin/ipmitool" <<'END'
#!/bin/sh
{ printf '[%s]' "${0##*/}" "$@"; echo; } >>"$CALLS"
case ${0##*/}:$* in
*' status') echo "$STATE"; exit "${STATUS:-0}" ;;
socat:*) cat >"$SENT"; echo "$ANSWER" ;;
ssh:*) for last; do :; done; printf %s "$last" >"$SENT" ;;
esac
exit "${CODE:-0}"
END
chmod +x "$dir/bin/ipmitool"
for program in ssh socat fence_apc; do ln -s ipmitool "$dir/bin/$program"; done
export CALLS=$dir/calls SENT=$dir/sent STATE='' STATUS='' ANSWER='' CODE=''

# runs HELPER WORD... - its exit code, and the calls; what it says is in $dir/said
runs() {
	local code
	: >"$CALLS"
	(cd "$dir/empty" && PATH=$dir/bin:/usr/bin:/bin "$helpers/$1" "${@:2}" </dev/null) \
		>"$dir/said" 2>&1
	code=$?
	{ echo $code; cat "$CALLS"; } | paste -sd ' '
}

for helper in power-fence power-ipmitool power-qemu power-ssh reboot-ssh warm-ssh; do
	is "$helper without words" '2' "$(runs $helper)"
	is 'tells how it is called' "usage: $helper" "$(cut -d ' ' -f 1-2 "$dir/said")"
done

# a BMC
bmc=(-I lanplus -H bmc3 -f "/etc/a b")
called='[ipmitool][-I][lanplus][-H][bmc3][-f][/etc/a b][chassis][power]'
STATE='Chassis Power is on'
is 'power-ipmitool: a machine that is on is cycled' "0 ${called}[status] ${called}[cycle]" \
	"$(runs power-ipmitool "${bmc[@]}")"
STATE='Chassis Power is off'
is 'one that is off is switched on' "0 ${called}[status] ${called}[on]" \
	"$(runs power-ipmitool "${bmc[@]}")"
CODE=4
is 'what ipmitool ends with is told' "4 ${called}[status] ${called}[on]" \
	"$(runs power-ipmitool "${bmc[@]}")"
STATE='Chassis Power is on'
is 'for a cycle too' "4 ${called}[status] ${called}[cycle]" "$(runs power-ipmitool "${bmc[@]}")"
CODE='' STATUS=3 STATE=''
is 'a BMC that does not answer: nothing is switched' "3 ${called}[status]" \
	"$(runs power-ipmitool "${bmc[@]}")"
STATUS=''

# a switched outlet
is 'power-fence: the agent reboots the plug' \
	'0 [fence_apc][--ip=pdu1][--plug=3][--action=reboot]' \
	"$(runs power-fence fence_apc --ip=pdu1 --plug=3)"
CODE=5
is 'what the agent ends with is told' '5 [fence_apc][--ip=pdu1][--action=reboot]' \
	"$(runs power-fence fence_apc --ip=pdu1)"
CODE=''
is 'an agent that is not there' '127' "$(runs power-fence fence_nosuch --ip=pdu1)"
for word in sh '' -x /bin/fence_apc ./fence_apc 'x fence_apc'; do
	is "'$word' is no agent" "2 power-fence: '$word' is no fence agent" \
		"$(runs power-fence "$word" -c true) $(cat "$dir/said")"
done

# a virtual machine
socket=$dir/qmp.sock
perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) or die $!' \
	"$socket"
called="[socat][-t][5][-][UNIX-CONNECT:$socket]"
hello='{"QMP": {"version": {}, "capabilities": []}}'
ANSWER=$hello$'\n{"return": {}}\n{"return": {}}\n{"return": {}, "id": "reset"}'
is 'power-qemu: the monitor takes the reset' "0 $called" "$(runs power-qemu "$socket")"
is 'of a machine that is made to run' \
	'{"execute":"qmp_capabilities"} {"execute":"cont"} {"execute":"system_reset","id":"reset"}' \
	"$(paste -sd ' ' "$SENT")"
ANSWER=$hello$'\n{"return": {}}\n{"error": {"class": "x"}}\n{"return":{},"id":"reset"}'
ANSWER+=$'\n{"event": "RESET"}'
is 'whatever else it says' "0 $called" "$(runs power-qemu "$socket")"
ANSWER=$hello$'\n{"return": {}}\n{"return": {}}\n{"id": "reset", "error": {"class": "x"}}'
is 'one that refuses it' \
	"1 $called power-qemu: {\"id\": \"reset\", \"error\": {\"class\": \"x\"}}" \
	"$(runs power-qemu "$socket") $(cat "$dir/said")"
ANSWER=$hello$'\n{"return": {}}\n{"return": {}}'
is 'one that does not answer it' \
	"1 $called power-qemu: the machine's monitor does not answer" \
	"$(runs power-qemu "$socket") $(cat "$dir/said")"
ANSWER='' CODE=1
is 'one that nobody is behind' "1 $called" "$(runs power-qemu "$socket")"
CODE=''
is 'a file that is no socket' "1 power-qemu: '$dir/calls' is not a socket" \
	"$(runs power-qemu "$dir/calls") $(cat "$dir/said")"
is 'two sockets' 2 "$(runs power-qemu "$socket" "$socket")"

# ssh
usual='[ssh][-o][BatchMode=yes][-o][ConnectTimeout=10][-o][StrictHostKeyChecking=accept-new]'
ready() { # HELPER: the words behind the machine's
	[ "$1" != warm-ssh ] || echo 0123456789abcdef x86_64/lab-1.2_x/00ff
}
# by HELPER TARGET OPTION...: as runs, without the command that the machine gets
by() {
	local words code_and_calls
	# shellcheck disable=SC2046 # words
	set -- "$1" "$2" $(ready "$1") "${@:3}"
	code_and_calls=$(runs "$@" | tr '\n' ' ')
	words=$(paste -sd ' ' "$SENT")
	echo "${code_and_calls%"[$words] "}"
}
for helper in power-ssh reboot-ssh warm-ssh; do
	is "$helper: as root" "0 ${usual}[root@lab3]" "$(by $helper lab3)"
	command=$(cat "$SENT")
	is 'or as somebody else' "0 ${usual}[me@fe80::3]" "$(by $helper me@fe80::3)"
	is 'with options of ssh before the machine' "0 ${usual}[-i][/a b][root@lab3]" \
		"$(by $helper lab3 -i '/a b')"
	CODE=255
	is 'what ssh ends with is told' "255 ${usual}[root@lab3]" "$(by $helper lab3)"
	CODE=''
	# shellcheck disable=SC2016 # no shell may expand them
	for host in '$(touch x)' '`touch x`' 'a;touch x' "'; touch x; '" '*'; do
		is "'$host' stays one word" "0 ${usual}[root@$host] $command" \
			"$(by $helper "$host") $(cat "$SENT")"
	done
	: >"$CALLS"
	# shellcheck disable=SC2046 # words
	PATH=$dir/bin:/usr/bin:/bin "$helpers/$helper" '-oProxyCommand=touch x@y' $(ready $helper) \
		2>"$dir/said"
	is 'an option is no address' "2 $helper: bad address" "$? $(cat "$dir/said")$(cat "$CALLS")"
done
is 'no shell has had them' '' "$(ls -A "$dir/empty")"
is 'warm-ssh: the machine starts the step' \
	'sh /run/tenfold/warm 0123456789abcdef x86_64/lab-1.2_x/00ff' "$(cat "$SENT")"
refused() { # BOOT IMAGE
	PATH=$dir/bin:/usr/bin:/bin "$helpers/warm-ssh" lab3 "$1" "$2" 2>"$dir/said"
	[ $? -eq 2 ]
}
bad=''
: >"$CALLS"
for c in ';' '&' '|' '<' '>' '(' ')' '{' '}' '[' ']' '*' '?' '!' '#' '~' '=' '%' '^' '@' ',' ':' \
	'$' '"' "'" '`' \\ ' ' $'\t' $'\n' $'\r' $'\e' $'\x80' ä; do
	refused "01${c}23" x86_64/lab/00ff || bad+="boot $c "
	refused 0123 "x86_64/lab/00ff$c" || bad+="image $c "
done
refused '' x86_64/lab/00ff || bad+='no boot '
refused 0123 '' || bad+='no image '
is 'it takes a boot and an image, and nothing that a shell would' '' "$bad$(cat "$CALLS")"
is 'and says so' 'warm-ssh: bad boot or image' "$(cat "$dir/said")"
is 'a step to nowhere' 2 "$(runs warm-ssh lab3 0123)"

# What the machine does. sleep waits until ssh has ended: who reboots must not hold it.
box() { # COMMAND WAIT: ends when WAIT has, and says what happened
	rm -rf "$dir"/there/{log,go,done}
	mkfifo "$dir/there/go" "$dir/there/done"
	# shellcheck disable=SC2016 # the box's shell expands
	timeout 60 bwrap --unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/bin /bin \
		--symlink usr/lib /lib --symlink usr/lib64 /lib64 --dev /dev --bind "$dir/proc" /proc \
		--bind "$dir/there" /there --setenv PATH /there:/usr/bin sh -c 'exec 3>>/there/log
			said=$(sh -c "$1" 2>&1 3>&-)
			echo "ssh ends with $?$said" >&3
			'"$2" sh "$1" >"$dir/said" 2>&1 || echo "it took $?: $(cat "$dir/said")"
	paste -sd ',' "$dir/there/log" | sed 's/,/, /g'
}
machine() { # PROGRAM CODE: it has one that ends so
	cat >"$dir/there/$1" <<END
#!/bin/sh
[ $1 != sleep ] || read -r go </there/go
echo "$1 \$*" >>/there/log
[ $1 = sleep ] || [ $2 -ne 0 ] || echo >/there/done
exit $2
END
	chmod +x "$dir/there/$1"
}
mkdir -p "$dir/there" "$dir/proc/sys/kernel"
machine sleep 0
machine reboot 0
machine systemctl 0
machine shutdown 0
if [ "$(box true :)" = 'ssh ends with 0' ]; then
	by reboot-ssh lab3 >"$dir/said"
	after='echo >/there/go; read -r x </there/done'
	is 'reboot-ssh: ssh ends, then the machine reboots' 'ssh ends with 0, sleep 1, reboot ' \
		"$(box "$(cat "$SENT")" "$after")"
	machine reboot 1
	is 'by systemd, where reboot cannot' \
		'ssh ends with 0, sleep 1, reboot , systemctl reboot' "$(box "$(cat "$SENT")" "$after")"
	machine systemctl 1
	is 'or by shutdown' \
		'ssh ends with 0, sleep 1, reboot , systemctl reboot, shutdown -r now' \
		"$(box "$(cat "$SENT")" "$after")"
	by power-ssh lab3 >"$dir/said"
	mkfifo "$dir/proc/sysrq-trigger"
	# shellcheck disable=SC2016 # the box's shell expands
	after='exec 4<>/proc/sysrq-trigger
		echo >/there/go
		read -r a <&4
		read -r b <&4
		echo "$a $b" >&3'
	is 'power-ssh: ssh ends, then SysRq syncs and resets' 'ssh ends with 0, sleep 1, s b' \
		"$(box "$(cat "$SENT")" "$after")"
	is 'once SysRq is allowed' 1 "$(cat "$dir/proc/sys/kernel/sysrq")"
	rm -r "$dir/proc/sys"
	is 'where it cannot be, ssh fails' no \
		"$(box "$(cat "$SENT")" : | grep -q 'ends with 0' && echo yes || echo no)"
else
	is 'what the machine does # SKIP no bwrap that works here' '' ''
fi

echo "1..$n"
[ $failed -eq 0 ]
