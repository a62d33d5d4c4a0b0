#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A run that takes over the log of another one, with the real tenfold-bisect and
# tenfold-server: where the log tells the culprit, no machine is needed.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath -m "${BUILD:-build}")
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh

if [ ! -x "$build/tenfold-server" ] || [ ! -x "$build/tenfold-bisect" ] ||
	! command -v curl >/dev/null || ! command -v jq >/dev/null; then
	echo "ok 1 - a log is replayed # SKIP no programs in $build, or no curl or jq"
	echo 1..1
	exit 0
fi

dir=$(mktemp -d)
server=''
trap 'kill -9 $server 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
MAC=52:54:00:00:00:01
mkdir "$dir/store"
serve
ask -X PUT -d local "/v1/hosts/$MAC/default" >/dev/null

git init -q "$dir/repo"
git -C "$dir/repo" config user.email t@example.org
git -C "$dir/repo" config user.name T
for i in 1 2 3; do
	echo "$i" >"$dir/repo/file"
	git -C "$dir/repo" add file
	git -C "$dir/repo" commit -q -m "$i"
	git -C "$dir/repo" tag "t$i"
done
at() { # TAG
	git -C "$dir/repo" rev-parse "$1"
}
cat >"$dir/bisect.conf" <<END
[defaults]
server = http://$where
store = $dir/store
reboot = false
power = false
[host h]
mac = $MAC
address = 127.0.0.1
config = lab
END
bisect() { # COMMAND OPTION...
	"$build/tenfold-bisect" "$1" --conf "$dir/bisect.conf" --state "$dir/state" --host h "${@:2}"
}
replay() { # OPTION...: exit code, result, culprit, and the failure that it is known by
	local code
	bisect run --fresh --repo "$dir/repo" --replay "$dir/log" --no-confirm "$@" \
		-- true >"$dir/said" 2>&1
	code=$?
	bisect status --json | jq -c "[$code, .state, .culprit, .failure]"
}
log() { # LINE...: a log that leaves nothing to try
	printf '%s\n' 'git bisect start' "git bisect bad $(at t3)" "$@" \
		"git bisect good $(at t1)" "git bisect good $(at t2)" >"$dir/log"
}

log
is "git's log: the culprit" "[0,\"found\",\"$(at t3)\",[]]" "$(replay)"
note="tenfold-bisect: '$dir/repo' has changes that are not committed: they are in no image"
is 'nothing is said of a repository in which all is committed' 0 "$(grep -cxF "$note" "$dir/said")"
echo 4 >"$dir/repo/file"
is 'a change that is not committed changes nothing' "[0,\"found\",\"$(at t3)\",[]]" "$(replay)"
is 'and is told once' 1 "$(grep -cxF "$note" "$dir/said")"
git -C "$dir/repo" checkout -q file
log '# tenfold: event=signature failure=exit=3'
is 'which failure counted there counts here' "[0,\"found\",\"$(at t3)\",[\"exit=3\"]]" "$(replay)"
is 'unless another one is named' "[0,\"found\",\"$(at t3)\",[]]" "$(replay --failure exit=4)"
log '# tenfold: event=signature failure=exit=3' && replay >/dev/null
cp "$dir/state/h/log" "$dir/log"
is 'a log of ours again' "[0,\"found\",\"$(at t3)\",[\"exit=3\"]]" "$(replay)"
# what must come back as it was said, in the log and in the command of the report
hostile=$'it\'s a "line"\nand \t another \\n $(x) `y` %0a \e[2J'
options=(--console "/$hostile" --limit-grub 7 --no-warm=no --build-command "mk 'a b' %c")
replay "${options[@]}" >/dev/null
git -C "$dir/repo" bisect replay "$dir/state/h/log" >"$dir/said" 2>&1
is 'git takes it too' 1 "$(grep -c "^$(at t3) is the first bad commit" "$dir/said")"

report=$(bisect report | sed -n '/^To do it again:$/{n;p}')
eval "words=(${report#tenfold-bisect run})"
said_again() { # OPTION: what the report's command gives it, as bash reads that
	local i
	for ((i = 0; i < ${#words[@]} - 1; i++)); do
		[ "${words[i]}" != "$1" ] || printf '%s' "${words[i + 1]}"
	done
}
is 'the report tells a hostile option so that it can be said again' "/$hostile" "$(said_again --console)"
is 'a command, too' "mk 'a b' %c" "$(said_again --build-command)"
is 'a number' 7 "$(said_again --limit-grub)"
is 'and a no' 1 "$(grep -cF -- ' --no-warm=no ' <<<"$report")"

echo "1..$n"
[ $failed -eq 0 ]
