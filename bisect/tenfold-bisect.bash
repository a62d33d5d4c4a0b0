# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion of tenfold-bisect; `make install` puts it where bash-completion looks

_tenfold_bisect_hosts() {
	sed -n 's/^\[hosts\{0,1\}[[:blank:]]\{1,\}\([^]]*\)\].*/\1/p' "${1:-/etc/tenfold/bisect.conf}" 2>/dev/null
}

# the value that an option has on the line so far
_tenfold_bisect_given() { # OPTION
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == "$1" ]] && printf '%s\n' "${COMP_WORDS[i + 1]}"
	done
}

_tenfold_bisect_revs() {
	git -C "$(_tenfold_bisect_given --repo)" for-each-ref --format='%(refname:short)' \
		refs/heads refs/tags 2>/dev/null
}

_tenfold_bisect_words() { # PREVIOUS
	case $1 in
	tenfold-bisect) echo run status log replay report ;;
	--on-timeout | --on-boot-failure) echo bad skip ;;
	--format) echo text mail html json ;;
	--arch) echo x86_64 i386 ;;
	--failure | -f) echo any exit= ktap= console= class= ;;
	--host | -H) _tenfold_bisect_hosts "$(_tenfold_bisect_given --conf)" ;;
	--good | --bad | --old | --new | -g | -b) _tenfold_bisect_revs ;;
	*) return 1 ;;
	esac
}

# the program's own table, so that none is missing
_tenfold_bisect_options() {
	"${COMP_WORDS[0]}" --help 2>/dev/null | sed -nE 's/^ +(-., )?(--[a-z-]+).*/\2/p'
}

_tenfold_bisect() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
	COMPREPLY=()
	case $previous in
	--conf | -c | --replay | --token-file | --console)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--repo | -r | --store | --state)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	esac
	[[ $COMP_CWORD -eq 1 ]] && previous=tenfold-bisect
	words=$(_tenfold_bisect_words "$previous") || words=$(_tenfold_bisect_options)
	[[ $current == -* ]] && words=$(_tenfold_bisect_options)
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	# a revision or a host that is no word of ours may be a file as well
	[[ ${#COMPREPLY[@]} -gt 0 || $current == -* ]] ||
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

complete -F _tenfold_bisect tenfold-bisect
