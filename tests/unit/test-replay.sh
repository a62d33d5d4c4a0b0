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
git -C "$dir/repo" bisect replay "$dir/state/h/log" >"$dir/said" 2>&1
is 'git takes it too' 1 "$(grep -c "^$(at t3) is the first bad commit" "$dir/said")"

echo "1..$n"
[ $failed -eq 0 ]
