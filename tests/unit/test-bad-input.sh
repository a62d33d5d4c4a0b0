#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the programs say to bad input: sentences, exit code 2, and nothing changed. What the
# server says over HTTP is in test-server-http.sh, what needs a machine in tests/e2e.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath -m "${BUILD:-build}")
n=0 failed=0

for program in builder bisect grub-cfg server; do
	[ -x "$build/tenfold-$program" ] && continue
	echo "ok 1 - bad input # SKIP no $build/tenfold-$program"
	echo 1..1
	exit 0
done

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir" || exit

# refuses NAME SENTENCES PROGRAM ARGUMENT... - those sentences, 2, and the folder as it was
refuses() {
	local name=$1 sentences=$2 program=tenfold-$3 prefix got before after
	shift 3
	prefix="$program: "
	[ "$1" != setup ] || prefix="$program setup: "
	sentences=$prefix${sentences//$'\n'/$'\n'$prefix}
	before=$(state)
	got=$("$build/$program" "$@" 2>&1 </dev/null)
	got="$? $got"
	after=$(state)
	n=$((n + 1))
	if [ "$got" = "2 $sentences" ] && [ "$before" = "$after" ]; then
		echo "ok $n - $program: $name"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $n - $program: $name"
	printf 'wanted: %s\n   got: %s\n' "$sentences" "$got" | sed 's/^/# /'
	diff <(echo "$before") <(echo "$after") | sed 's/^/# /'
}

# every file below the folder, and what is in it; the builder may make its own folders
state() {
	find . -type f ! -path './repo/.git/*' ! -path './state/*' -exec sha256sum {} + | sort
}

# t1 - t2 - t3, and a root of its own; a file in the work tree is not committed
history() {
	local i
	git init -q repo
	git -C repo config user.email t@example.org
	git -C repo config user.name T
	for i in 1 2 3; do
		echo "$i" >repo/file
		git -C repo add file
		git -C repo commit -q -m "$i"
		git -C repo tag t$i
	done
	git -C repo checkout -q --orphan other
	git -C repo commit -q --allow-empty -m other
	git -C repo tag unrelated
	git -C repo checkout -q -f t3
	echo 'not committed' >repo/file
}

at() { # TAG: its short name
	git -C repo rev-parse --short=12 "$1"
}

builder() { # NAME SENTENCES WORD...
	refuses "$1" "$2" builder --conf builder.conf --store store --state state "${@:3}"
}

bisect() { # NAME SENTENCES OPTION...
	refuses "$1" "$2" bisect run --conf bisect.conf --state bisect --host h "${@:3}"
}

history
touch fragment
cat >builder.conf <<EOF
[tree t]
remote = $dir/repo
[config lab]
arch = x86_64
base = tinyconfig
file = fragment
EOF
printf '[defaults]\nserver = http://127.0.0.1:1\n[host h]\nmac = 52:54:00:00:00:01\naddress = h\n' \
	>bisect.conf

builder 'a revision that does not exist' "there is no commit 'nosuch'" build nosuch
builder 'a range whose end does not exist' "there is no commit 'nosuch'" build t1..nosuch
builder 'a range with its ends swapped' "there are no commits in 't3..t1'" build t3..t1
builder 'a repository that is not there' "there is no repository '/nowhere'" \
	build --repo /nowhere t1
builder 'a folder that is no repository' "'$dir' is not a git repository" build --repo "$dir" t1
builder 'a config that leads elsewhere' "'config' cannot be '../x'" build --config ../x t1
builder 'an arch that is none' "'arch' cannot be 'arm'" build --arch arm t1
builder 'two revisions' 'build wants one REV or RANGE, and got 2' build t1 t2
builder 'a command that is none' \
	"there is no command 'nosuch': see tenfold-builder --help" nosuch
printf 'stor = x\npoll = abc\n[tree ../x]\nremote = /x\n' >bad.conf
refuses 'a bad file: all of it, with its lines' "bad.conf:1: there is no option 'stor'
bad.conf:2: 'poll' takes a whole number from 1 to 4294967295, not 'abc'
bad.conf:3: [tree NAME] wants a name of letters, digits and ._+-, not '../x'" \
	builder --conf bad.conf status
cat >bad.conf <<EOF
store = x
ccache = yes
sandbox = no
[tree a]
branches = main
[tree b]
[config c]
arch = x86_64 arm
base = nosuch
not an option
[config d]
file = f
neither is this
[slurm]
EOF
refuses 'sections that lack something: all of them, each with its line' \
	"bad.conf:2: 'ccache' works with 'sandbox = yes' alone
bad.conf:4: [tree a] has no 'remote'
bad.conf:6: [tree b] has no 'remote'
bad.conf:7: [config c] has no 'file'
bad.conf:8: 'arch' cannot be 'arm'
bad.conf:9: 'base' cannot be 'nosuch'
bad.conf:10: this is neither 'name = value' nor a [section]
bad.conf:13: this is neither 'name = value' nor a [section]
bad.conf:14: [slurm] has no 'work'" builder --conf bad.conf build HEAD

ends=(--repo repo --good t1 --bad t3)
bisect 'good and bad swapped' \
	"good $(at t3) comes after bad $(at t1): they look swapped" \
	--repo repo --good t3 --bad t1 -- true
bisect 'good and bad unrelated' \
	"good $(at unrelated) and bad $(at t3) are unrelated histories" \
	--repo repo --good unrelated --bad t3 -- true
bisect 'good and bad the same' "good and bad are the same commit $(at t1)" \
	--repo repo --good t1 --bad t1 -- true
bisect 'a revision that does not exist' "there is no revision 'nosuch' in '$dir/repo/.git/'" \
	--repo repo --good nosuch --bad t3 -- true
bisect 'a repository that is not there' "there is no repository 'none'" \
	--repo none --good t1 --bad t3 -- true
bisect 'a test command that is not there' "the test command './nosuch' is not there" \
	"${ends[@]}" -- ./nosuch
bisect 'a host that leads elsewhere' "'host' cannot be '../../x'" \
	"${ends[@]}" --host ../../x -- true
bisect 'a server that is not there' \
	"the server at 'http://127.0.0.1:1' does not answer: Couldn't connect to server" \
	"${ends[@]}" -- true
printf '[defaults]\nfoo = 1\n[host h]\nmac = zz\npower-args = "a\n' >bad.conf
refuses 'a bad file: all of it, with its lines' "bad.conf:2: there is no option 'foo'
bad.conf:4: 'mac' cannot be 'zz'
bad.conf:5: a quote is not closed in '\"a'" \
	bisect run --conf bad.conf --state bisect --host h "${ends[@]}" -- true
cat >bad.conf <<EOF
[defaults]
reboot = reset %z
warm = again %m
[host h]
method = ssh
[host i]
mac = 52:54:00:00:00:01
power = relay %a
reboot = ssh %a
[hosts rack]
names = h ../i
[hosts row]
[hosts both]
names = h i h
EOF
refuses 'hosts that lack something: all of them, each with its line' \
	"bad.conf:2: 'reboot' cannot be '%z'
bad.conf:4: there is nothing to put for '%m' in '%m'
bad.conf:5: method 'ssh' wants the host's address, or power-args
bad.conf:8: there is nothing to put for '%a' in '%a'
bad.conf:9: there is nothing to put for '%a' in '%a'
bad.conf:11: 'names' cannot be '../i'
bad.conf:12: [hosts row] has no 'names'
bad.conf:14: host 'h' is named twice" \
	bisect run --conf bad.conf --state bisect --host h "${ends[@]}" -- true

printf 'server = x y\n[host a]\nmac = zz\ncolour = red\n' >bad.ini
refuses 'a bad file: all of it, with its lines' "bad.ini:1: 'server' cannot be 'x y'
bad.ini:3: 'mac' cannot be 'zz'
bad.ini:4: there is no option 'colour'" grub-cfg --config bad.ini --tree tree
cat >bad.ini <<EOF
server = 10.0.0.1:8080
[host a]
mac = 52:54:00:00:00:01
[host b]
[host c]
kernel = /a b
mac = 52-54-00-00-00-01
initrd = /1
initrd = /2
initrd = /3
initrd = /4
initrd = /5
[host a]
mac = 52:54:00:00:00:02
EOF
refuses 'hosts that lack something: all of them, each with its line' \
	"bad.ini:4: [host b] has no 'mac'
bad.ini:6: 'kernel' cannot be '/a b'
bad.ini:7: hosts 'a' and 'c' have the same mac 52:54:00:00:00:01
bad.ini:12: 'initrd' may stand 4 times, not more
bad.ini:13: there is a host 'a' already" grub-cfg --config bad.ini --tree tree
refuses 'a file that is not there' "cannot open 'none': No such file or directory" \
	grub-cfg --config none --tree tree
refuses 'a MAC that is none' "'mac' cannot be '52:54'" grub-cfg --mac 52:54 --server a:1

printf 'listen = x\ncolour = red\n' >bad.conf
refuses 'setup with a bad file: all of it, with its lines' "bad.conf:1: 'listen' cannot be 'x'
bad.conf:2: there is no option 'colour'" server setup tftp --config bad.conf --tftp tftp
refuses 'a network that is none' "'10.0.0.1/24' has bits behind its first 24" \
	server setup nfs --network 10.0.0.1/24 --exports exports --write

# a builder that root starts works as the store's owner
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$dir"
	mkdir owned
	chown nobody owned
	"$build/tenfold-builder" --conf builder.conf --store owned --state owned-state status >shown
	n=$((n + 1))
	if [ "$(stat -c %U owned-state owned-state/trees | uniq)" = nobody ]; then
		echo "ok $n - tenfold-builder: root becomes the store's owner"
	else
		failed=$((failed + 1))
		echo "not ok $n - tenfold-builder: root becomes the store's owner"
		stat -c '# %U %n' owned-state owned-state/trees
	fi
fi

echo "1..$n"
[ $failed -eq 0 ]
