// SPDX-License-Identifier: GPL-2.0-or-later
#include "pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/strvec.h"

#define PATH_BYTES 4096

DEFINE_CLEANUP(archive, struct archive *, archive_write_free)
DEFINE_CLEANUP(entry, struct archive_entry *, archive_entry_free)

struct packing {
	const char *dir;
	struct archive *archive;
	int64_t inode; /* a number of our own for each entry */
	struct err *err;
};

static int archive_failed(struct packing *p, const char *path)
{
	int e = archive_errno(p->archive);

	return err_set(p->err, e > 0 ? -e : -EIO, "cannot pack '%s': %s", path,
		archive_error_string(p->archive));
}

static int add_data(struct packing *p, const char *full)
{
	CLEANUP_FD int fd = open(full, O_RDONLY | O_CLOEXEC);
	char chunk[65536];
	ssize_t n;

	if (fd < 0)
		return err_errno(p->err, -errno, "cannot open '%s'", full);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (archive_write_data(p->archive, chunk, n) != n)
			return archive_failed(p, full);
	return n < 0 ? err_errno(p->err, -errno, "cannot read '%s'", full) : 0;
}

static int add(
	struct packing *p, const char *name, const char *full, const struct stat *st)
{
	CLEANUP(cleanup_entry) struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return -ENOMEM;
	archive_entry_copy_pathname(entry, name);
	archive_entry_set_ino64(entry, ++p->inode);
	archive_entry_set_nlink(entry, S_ISDIR(st->st_mode) ? 2 : 1);
	archive_entry_set_uid(entry, 0);
	archive_entry_set_gid(entry, 0);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_filetype(entry, st->st_mode & S_IFMT);
	if (S_ISLNK(st->st_mode)) {
		char target[PATH_BYTES];
		ssize_t n = readlink(full, target, sizeof(target) - 1);

		if (n < 0)
			return err_errno(p->err, -errno, "cannot read '%s'", full);
		target[n] = '\0';
		archive_entry_set_perm(entry, 0777);
		archive_entry_copy_symlink(entry, target);
	} else {
		archive_entry_set_perm(entry,
			S_ISDIR(st->st_mode) || (st->st_mode & 0100) ? 0755 : 0644);
	}
	archive_entry_set_size(entry, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (archive_write_header(p->archive, entry) != ARCHIVE_OK)
		return archive_failed(p, full);
	return S_ISREG(st->st_mode) ? add_data(p, full) : 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted; none if it is not there. */
static int list(struct packing *p, const char *full, struct strvec *ret_names)
{
	CLEANUP_DIR DIR *dir = opendir(full);
	struct dirent *entry;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return err_errno(p->err, -errno, "cannot read '%s'", full);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			strvec_add(ret_names, entry->d_name);
	if (ret_names->n)
		qsort(ret_names->v, ret_names->n, sizeof(*ret_names->v), compare);
	return strvec_check(ret_names);
}

/* prefix: path inside of the archive, ending in '/', or "". */
static int add_folder(struct packing *p, const char *prefix)
{
	CLEANUP_STRVEC struct strvec names = STRVEC_INIT;
	CLEANUP_BUF struct buf full = {0};
	size_t base;
	int r;

	buf_init(&full, PATH_BYTES);
	buf_addf(&full, "%s/%s", p->dir, prefix);
	base = full.len;
	r = list(p, full.data, &names);
	for (size_t i = 0; !r && i < names.n; i++) {
		CLEANUP_BUF struct buf name = {0};
		struct stat st;

		buf_init(&name, PATH_BYTES);
		buf_addf(&name, "%s%s", prefix, names.v[i]);
		full.len = base;
		buf_adds(&full, names.v[i]);
		if (buf_check(&full) || lstat(full.data, &st) < 0)
			return err_errno(p->err, -ENOENT, "cannot pack '%s'", names.v[i]);
		if (S_ISLNK(st.st_mode) &&
			(!strcmp(names.v[i], "build") || !strcmp(names.v[i], "source")))
			continue;
		r = add(p, name.data, full.data, &st);
		buf_addc(&name, '/');
		if (!r && S_ISDIR(st.st_mode))
			r = buf_check(&name) ? buf_check(&name)
					     : add_folder(p, name.data);
	}
	return r;
}

int pack_folder(const char *dir, const char *path, struct err *err)
{
	CLEANUP(cleanup_archive) struct archive *archive = archive_write_new();
	struct packing p = {.dir = dir, .archive = archive, .err = err};
	int r;

	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	if (archive_write_set_format_cpio_newc(archive) != ARCHIVE_OK ||
		archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
		archive_write_open_filename(archive, path) != ARCHIVE_OK)
		return archive_failed(&p, path);
	r = add_folder(&p, "");
	if (!r && archive_write_close(archive) != ARCHIVE_OK)
		r = archive_failed(&p, path);
	return r;
}
