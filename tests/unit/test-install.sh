#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install and make install-dracut into a folder: all is there, complete, and knows where
# it lies. Installs what was built; compiles nothing.
set -u
cd "$(dirname "$0")/../.." || exit
build=$(realpath -m "${BUILD:-build}")
# shellcheck source=tests/unit/served.sh
. tests/unit/served.sh
PATH=$PATH:/usr/sbin:/sbin

for program in tenfold-{builder,bisect,grub-cfg,server,menu} tenfold-reach.so; do
	[ -e "$build/$program" ] && continue
	echo "ok 1 - it is installed # SKIP no $build/$program"
	echo 1..1
	exit 0
done

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# made TARGET... VARIABLE=VALUE... - make as a user calls it, whatever make has called this
# test. Another PREFIX means other flags: without -o all would be compiled anew.
made() {
	env -i PATH="$PATH" make -s -o all -o "$build/tenfold-menu" "BUILD=$build" "$@" \
		>"$dir/said" 2>&1
	echo "$? $(cat "$dir/said")"
}

names() { # FOLDER: every file in it
	(cd "$1" && find . -type f -printf '/%P\n' | sort)
}

absent() { # FILE...: those that make install has not brought
	local file
	for file; do
		[ -f "$root$file" ] || echo "$file"
	done
}

state() { # FOLDER
	(cd "$1" && find . -printf '%M %P\n' | sort && find . -type f -exec sha256sum {} + | sort)
}

root=$dir/root prefix=/opt/lab units=/usr/lib/systemd/system modules=/usr/lib/dracut/modules.d
dracut=(
	"$prefix"/bin/tenfold-menu
	"$prefix"/sbin/tenfold-mkboot
	"$prefix"/share/man/man7/tenfold.dracut.7
	"$modules"/50tenfold/{cmdline,init,module-setup,pre-udev,tenfold-first,tenfold-pstore,udhcpc}.sh
	"$modules"/50tenfold-base/{module-setup.sh,tenfold-image.sh,tenfold-ldd,tenfold-lib.sh}
	"$modules"/50tenfold-local/{cmdline,emergency,init,module-setup,pre-pivot}.sh
	"$modules"/50tenfold-local/{tenfold-local,tenfold-warm,up,warm}.sh
	"$modules"/50tenfold-local/tenfold-up.service
)
programs=(
	"$prefix"/bin/tenfold-{bisect,builder,grub-cfg}
	"$prefix"/sbin/tenfold-server
	"$prefix"/libexec/tenfold/{power-fence,power-ipmitool,power-qemu,power-ssh,reboot-ssh,warm-ssh}
	"$prefix"/bin/tenfold-menu
	"$prefix"/sbin/tenfold-mkboot
)
rest=(
	"$prefix"/libexec/tenfold/tenfold-reach.so
	"$prefix"/share/man/man1/tenfold-{bisect,grub-cfg,menu}.1
	"$prefix"/share/man/man8/tenfold-{builder,mkboot,server}.8
	"$prefix"/share/bash-completion/completions/tenfold-bisect
	"$prefix"/share/doc/tenfold/examples/{bisect.conf,builder.conf,server.conf,grub-hosts.ini}
	"$units"/tenfold-{builder,server}.service
	"$units"/tftpd-hpa.service.d/tenfold.conf
	/usr/lib/sysusers.d/tenfold.conf
	/usr/lib/tmpfiles.d/tenfold.conf
)

is 'make install' '0 ' "$(made install "PREFIX=$prefix" "DESTDIR=$root")"
is 'every file is there' '' "$(absent "${programs[@]}" "${rest[@]}" "${dracut[@]}")"
is 'every man page is' '' "$(for page in docs/man/*; do
	absent "$prefix/share/man/man${page##*.}/${page##*/}"
done)"
is 'every ready command is' '' \
	"$(for file in bisect/helpers/*; do absent "$prefix/libexec/tenfold/${file##*/}"; done)"
is 'every example is, as the file that it is an example of' '' \
	"$(for file in */*.conf.example; do
		file=${file##*/}
		absent "$prefix/share/doc/tenfold/examples/${file%.example}"
	done)"
is 'every dracut module has its files' '' "$(for file in dracut-module/50*/*; do
	absent "$modules/${file#dracut-module/}"
done)"
is 'programs can be run' '' "$(for file in "${programs[@]}"; do
	[ "$(stat -c %a "$root$file")" = 755 ] || echo "$file"
done)"
is 'all can be read, and is changed by its owner alone' '' \
	"$(find "$root" -type f \( ! -perm -444 -o -perm /022 \))"
is 'no placeholder is left' '' "$(grep -rIE '@[A-Za-z_]+@' "$root")"
is 'the folder it was built in is not named' '' "$(grep -rIFe "$PWD" -e "$build" -e "$dir" "$root")"
is 'a folder for settings, and nothing in it' "$root$prefix/etc/tenfold" \
	"$(find "$root$prefix/etc/tenfold")"
for program in bisect builder grub-cfg server; do
	file=$(echo "$root$prefix"/*bin/tenfold-$program)
	is "tenfold-$program can be started" "tenfold-$program" \
		"$(cd / && "$file" --version 2>&1 | cut -d ' ' -f 1)"
done

# what names another file of it
is 'units start what is installed' \
	"tenfold-builder $prefix/bin/tenfold-builder tenfold-server $prefix/sbin/tenfold-server" \
	"$(for unit in tenfold-builder tenfold-server; do
		echo "$unit $(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$root$units/$unit.service")"
	done | paste -sd ' ')"
known=$(env -i PATH="$PATH" make -n "BUILD=$dir/none" "PREFIX=$prefix" "$dir/none/builder/cli.o" |
	grep -o -- "-DTENFOLD_[A-Z]*DIR='\"[^\"]*" | sed 's/.*"//' | sort -u | paste -sd ' ')
is 'programs are compiled for these folders' "$prefix/etc/tenfold $prefix/libexec/tenfold" "$known"
is 'dracut takes the menu that is installed' "$prefix/bin/tenfold-menu /usr/bin/tenfold-menu" "$(
	inst() { echo "$@"; }
	find_binary() { echo "$1"; }
	dracut_module_included() { false; }
	inst_multiple() { :; }
	inst_simple() { :; }
	inst_script() { :; }
	moddir=$root$modules/50tenfold
	# shellcheck source=/dev/null
	. "$moddir/module-setup.sh"
	install
)"
if systemd-analyze --help 2>/dev/null | grep -q -- '--root=' && [ -e $units/sysinit.target ]; then
	# a system that has nothing else, but for what Debian's tftpd-hpa brings, a shell, and the
	# unit that the second stage leaves there
	system=$dir/system
	cp -a "$root" "$system"
	cp -a $units/*.target "$system$units/"
	mkdir -p "$system/usr/sbin" "$system/bin"
	install -m 755 /dev/null "$system/usr/sbin/in.tftpd"
	install -m 755 /dev/null "$system/bin/kill"
	install -m 755 /dev/null "$system/bin/sh"
	cp "$root$modules/50tenfold-local/tenfold-up.service" "$system$units/"
	printf '[Service]\nExecStart=/nowhere\n' >"$system$units/tftpd-hpa.service"
	for unit in tenfold-server tenfold-builder tftpd-hpa tenfold-up; do
		is "systemd finds no fault with $unit.service" '0 ' "$(
			systemd-analyze verify --man=no --root="$system" "$unit.service" >"$dir/said" 2>&1
			echo "$? $(cat "$dir/said")"
		)"
	done
	rm -r "$system"
else
	is 'systemd finds no fault # SKIP no systemd-analyze that takes --root' '' ''
fi

# over what is there
before=$(state "$root")
etc=$root$prefix/etc/tenfold
cp "$root$prefix"/share/doc/tenfold/examples/* "$etc/"
for file in "$etc"/*; do echo "# ours" >>"$file"; done
echo secret >"$etc/token"
chmod 600 "$etc/token"
settings=$(state "$etc")
echo old >"$root$units/tenfold-server.service"
rm "$root$prefix/bin/tenfold-bisect"
is 'make install over it' '0 ' "$(made install "PREFIX=$prefix" "DESTDIR=$root")"
is 'settings stay as they were edited' "$settings" "$(state "$etc")"
rm "$etc"/*
is 'all else is as new' "$before" "$(state "$root")"

# other folders
is 'make install-dracut' '0 ' "$(made install-dracut "PREFIX=$prefix" "DESTDIR=$dir/first")"
is 'brings the dracut modules and what belongs to them' "$(printf '%s\n' "${dracut[@]}" | sort)" \
	"$(names "$dir/first")"
is 'again' '0 ' "$(made install-dracut "PREFIX=$prefix" "DESTDIR=$dir/first")"
is 'make install-dracut, in place' '0 ' \
	"$(made install-dracut "PREFIX=$dir/here" "DRACUTDIR=$dir/modules")"
mkdir "$dir/store"
mkboot() {
	TMPDIR=$dir "$dir/here/sbin/tenfold-mkboot" --store "$dir/store" --kernel /nowhere 2>&1
}
is 'tenfold-mkboot finds the modules' \
	"tenfold-mkboot: no kernel '/nowhere': give --kernel and --modules" "$(mkboot)"
mv "$dir/modules" "$dir/away"
is 'there and nowhere else' "tenfold-mkboot: no dracut modules of tenfold in '$dir/modules'" \
	"$(mkboot)"
is 'make install into /usr' '0 ' "$(made install PREFIX=/usr "DESTDIR=$dir/usr")"
is 'has its settings in /etc' "$dir/usr/etc/tenfold" "$(find "$dir/usr/etc" -mindepth 1)"

echo "1..$n"
[ $failed -eq 0 ]
