// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The TFTP tree: GRUB for BIOS and UEFI by grub-mknetdir, and the fixed grub.cfg.
 *
 * grub-mknetdir's own core image finds its files on the server that DHCP named, which is
 * the wrong one beside a proxy DHCP server, and stops at a prompt when it finds none. So
 * the core image is made anew: it names the TFTP server, and holds the fixed grub.cfg and
 * every module that this uses. Once it runs, the boot needs TFTP no more.
 */
#include "setup-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "grub-cfg-gen/grub-cfg.h"
#include "lib/child.h"
#include "lib/file.h"
#include "lib/strvec.h"

#define MAKER_SECONDS 300
#define TEMP_PREFIX ".tenfold-setup-"

struct platform {
	const char *name, *format, *core, *package;
};

static const struct platform platforms[] = {
	{"i386-pc", "i386-pc-pxe", SETUP_BIOS_FILE, "grub-pc-bin"},
	{"x86_64-efi", "x86_64-efi", SETUP_UEFI_FILE, "grub-efi-amd64-bin"},
};

/* What the configurations use. Each platform takes those that it has. */
static const char *const modules[] = {"biosdisk", "boot", "chain", "configfile", "echo",
	"efi_gop", "efi_uga", "efinet", "fat", "halt", "http", "linux", "linux16", "ls",
	"memdisk", "normal", "part_gpt", "part_msdos", "pxe", "reboot", "regexp",
	"serial", "sleep", "tar", "terminal", "test", "tftp", "true"};

static int join(struct buf *path, const char *dir, const char *name, struct err *err)
{
	buf_reset(path);
	buf_addf(path, "%s/%s", dir, name);
	if (buf_check(path))
		return err_errno(err, -ENAMETOOLONG, "cannot use '%.200s'", dir);
	return 0;
}

/* Runs one of GRUB's makers; its own words tell what went wrong. */
static int run(const struct strvec *argv, struct err *err)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf said, how;
	struct child_result result;
	int r = strvec_check(argv);

	buf_init(&said, 600);
	buf_init(&how, 200);
	if (r < 0)
		return err_errno(err, r, "cannot prepare the TFTP tree");
	spec.argv = argv->v;
	spec.out = &said;
	spec.timeout = MAKER_SECONDS;
	r = child_run(&spec, &result, err);
	if (r < 0 || result.exit_code == 0)
		return r;
	child_describe(&result, &how);
	return err_set(err, -EIO, "%s %s: %s", argv->v[0], how.data, said.data);
}

static int make_platform(const struct setup *s, const struct platform *platform,
	const char *temp, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf dir;
	int r;

	buf_init(&dir, 4096);
	r = join(&dir, s->grub_dir, platform->name, err);
	if (r < 0)
		return r;
	if (!file_exists(dir.data))
		return err_set(err, -ENOENT, "there is no GRUB in '%s': install %s",
			dir.data, platform->package);
	strvec_add(&argv, "grub-mknetdir");
	strvec_addf(&argv, "--net-directory=%s", temp);
	strvec_add(&argv, "--subdir=grub");
	strvec_addf(&argv, "--directory=%s", dir.data);
	strvec_add(&argv, "--locales=");
	strvec_add(&argv, "--fonts=");
	strvec_add(&argv, "--themes=");
	return run(&argv, err);
}

/* TEMP/early.cfg, which the core image runs first. The memory disk has made itself the
 * prefix; modules that are not in the image, and hosts' own files, are on the server. */
static int write_early(const struct setup *s, const char *temp, struct err *err)
{
	CLEANUP_BUF struct buf path, text;
	int r;

	buf_init(&path, 4096);
	buf_init(&text, 4096);
	buf_addf(
		&text, "set prefix=(tftp,%s)/grub\nnormal (memdisk)/grub.cfg\n", s->host);
	r = join(&path, temp, "early.cfg", err);
	return r ? r : file_write_atomic(path.data, text.data, text.len, 0644, err);
}

/* TEMP/memdisk.tar with the fixed grub.cfg. */
static int make_memdisk(const char *temp, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;

	strvec_add(&argv, "tar");
	strvec_add(&argv, "--create");
	strvec_add(&argv, "--format=ustar");
	strvec_addf(&argv, "--file=%s/memdisk.tar", temp);
	strvec_addf(&argv, "--directory=%s/grub", temp);
	strvec_add(&argv, "grub.cfg");
	return run(&argv, err);
}

static int make_core(const struct setup *s, const struct platform *platform,
	const char *temp, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf module;

	buf_init(&module, 4096);
	strvec_add(&argv, "grub-mkimage");
	strvec_addf(&argv, "--directory=%s/%s", s->grub_dir, platform->name);
	strvec_addf(&argv, "--format=%s", platform->format);
	strvec_addf(&argv, "--prefix=(tftp,%s)/grub", s->host);
	strvec_addf(&argv, "--config=%s/early.cfg", temp);
	strvec_addf(&argv, "--memdisk=%s/memdisk.tar", temp);
	strvec_addf(&argv, "--output=%s/%s", temp, platform->core);
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		buf_reset(&module);
		buf_addf(
			&module, "%s/%s/%s.mod", s->grub_dir, platform->name, modules[i]);
		if (file_exists(module.data))
			strvec_add(&argv, modules[i]);
	}
	return run(&argv, err);
}

static int write_fixed(const struct setup *s, const char *grub, struct err *err)
{
	CLEANUP_BUF struct buf text, path;
	int r;

	buf_init(&text, GRUB_CFG_MAX);
	buf_init(&path, 4096);
	r = grub_cfg_write_fixed(s->address, s->serial, &text, err);
	if (!r)
		r = join(&path, grub, "grub.cfg", err);
	return r ? r : file_write_atomic(path.data, text.data, text.len, 0644, err);
}

/* Files that the old tree has and the new one lacks (grub.cfg-01-... above all) are
 * linked into the new one. */
static int keep_others(const char *old, const char *new, struct err *err)
{
	CLEANUP_DIR DIR *dir = opendir(old);
	CLEANUP_FD int new_fd = open(new, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;

	if (!dir)
		return errno == ENOENT ? 0
				       : err_errno(err, -errno, "cannot read '%s'", old);
	if (new_fd < 0)
		return err_errno(err, -errno, "cannot read '%s'", new);
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_REG && entry->d_type != DT_LNK)
			continue;
		if (linkat(dirfd(dir), entry->d_name, new_fd, entry->d_name, 0) < 0 &&
			errno != EEXIST)
			return err_errno(
				err, -errno, "cannot keep '%s/%s'", old, entry->d_name);
	}
	return 0;
}

/* The new tree takes the old one's place in one step; temp then holds the old one. */
static int swap(const struct setup *s, const char *new, const char *path, struct err *err)
{
	CLEANUP_FD int fd = open(s->tftp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned int how = file_exists(path) ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	if (fd < 0 || syncfs(fd) < 0)
		return err_errno(err, -errno, "cannot sync '%s'", s->tftp);
	if (renameat2(AT_FDCWD, new, AT_FDCWD, path, how) < 0)
		return err_errno(err, -errno, "cannot put '%s' in place", path);
	if (fsync(fd) < 0)
		return err_errno(err, -errno, "cannot sync '%s'", s->tftp);
	return 0;
}

static int build(const struct setup *s, const char *temp, struct err *err)
{
	CLEANUP_BUF struct buf new, path;
	int r = 0;

	buf_init(&new, 4096);
	buf_init(&path, 4096);
	for (size_t i = 0; !r && i < ARRAY_SIZE(platforms); i++)
		r = make_platform(s, &platforms[i], temp, err);
	if (!r)
		r = join(&new, temp, "grub", err);
	if (!r)
		r = join(&path, s->tftp, "grub", err);
	if (!r)
		r = write_fixed(s, new.data, err);
	if (!r)
		r = write_early(s, temp, err);
	if (!r)
		r = make_memdisk(temp, err);
	for (size_t i = 0; !r && i < ARRAY_SIZE(platforms); i++)
		r = make_core(s, &platforms[i], temp, err);
	if (!r)
		r = keep_others(path.data, new.data, err);
	return r ? r : swap(s, new.data, path.data, err);
}

/* What a killed run left behind; we hold the lock, so nobody works in there. */
static int remove_leftovers(const char *tftp, struct err *err)
{
	CLEANUP_DIR DIR *dir = opendir(tftp);
	CLEANUP_BUF struct buf path;
	struct dirent *entry;
	int r = 0;

	buf_init(&path, 4096);
	if (!dir)
		return err_errno(err, -errno, "cannot read '%s'", tftp);
	while (!r && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX)))
			continue;
		r = join(&path, tftp, entry->d_name, err);
		if (!r)
			r = dir_remove(path.data, err);
	}
	return r;
}

static int make_tree(const struct setup *s, struct err *err)
{
	CLEANUP_FD int lock = -1;
	CLEANUP_BUF struct buf temp;
	int r, removed;

	buf_init(&temp, 4096);
	r = dir_make(s->tftp, 0755, err);
	if (r < 0)
		return r;
	lock = open(s->tftp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) < 0)
		return err_errno(err, -errno, "cannot lock '%s'", s->tftp);
	r = remove_leftovers(s->tftp, err);
	if (r < 0)
		return r;
	r = join(&temp, s->tftp, TEMP_PREFIX "XXXXXX", err);
	if (r < 0)
		return r;
	if (!mkdtemp(temp.data))
		return err_errno(err, -errno, "cannot write into '%s'", s->tftp);
	r = build(s, temp.data, err);
	removed = dir_remove(temp.data, r ? NULL : err);
	return r ? r : removed;
}

int setup_tftp(const struct setup *s, struct err *err)
{
	int r;

	umask(022); /* in.tftpd --secure serves only what everyone may read */
	r = make_tree(s, err);
	if (r < 0)
		return r;
	printf("%s/grub is ready: GRUB asks http://%s/grub.cfg\n", s->tftp, s->address);
	printf("DHCP names %s as next server and one of these files:\n", s->host);
	printf("  BIOS (client architecture 0)        %s\n", SETUP_BIOS_FILE);
	printf("  UEFI (client architectures 7 and 9) %s\n", SETUP_UEFI_FILE);
	return 0;
}

int setup_tftpd(const struct setup *s, struct err *err)
{
	if (*s->tftp != '/' || strpbrk(s->tftp, " \t\n\"$`\\"))
		return err_set(err, -EINVAL,
			"in.tftpd's settings cannot hold the folder '%.200s'", s->tftp);
	printf("# /etc/default/tftpd-hpa for tenfold\n"
	       "TFTP_USERNAME=\"tftp\"\n"
	       "TFTP_DIRECTORY=\"%s\"\n"
	       "TFTP_ADDRESS=\":69\"\n"
	       "TFTP_OPTIONS=\"--secure\"\n",
		s->tftp);
	return 0;
}
