// SPDX-License-Identifier: GPL-2.0-or-later
#include "compressor.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/child.h"
#include "lib/strvec.h"

#define PATIENCE 10 /* wall-clock seconds for one of processor time */

DEFINE_CLEANUP(archive, struct archive *, archive_free)
DEFINE_CLEANUP(entry, struct archive_entry *, archive_entry_free)

/* The first that gives the same bytes is taken: the usual ones first. */
static const struct compressor compressors[] = {
	{"gzip -n -9", {0x1f, 0x8b}, 2, 0, true},
	{"libarchive zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, 0, false},
	{"zstd -22 --ultra", {0x28, 0xb5, 0x2f, 0xfd}, 4, 4, true},
	{"zstd -19", {0x28, 0xb5, 0x2f, 0xfd}, 4, 4, true},
	{"lz4 -l -c1", {0x02, 0x21, 0x4c, 0x18}, 4, 4, true},
	{"lz4 -l -9", {0x02, 0x21, 0x4c, 0x18}, 4, 4, true},
	{"xz --check=crc32 --x86 --lzma2=,dict=32MiB", {0xfd, '7', 'z', 'X'}, 4, 4, true},
	{"lzop -9", {0x89, 'L', 'Z', 'O'}, 4, 4, true},
	{"bzip2 -9", {'B', 'Z', 'h', '9'}, 4, 4, true},
	{"lzma -9", {0x5d, 0, 0}, 3, 4, true},
};

const struct compressor *compressor_next(
	const struct compressor *before, const struct blob *packed)
{
	const struct compressor *c = before ? before + 1 : compressors;

	for (; c < compressors + ARRAY_SIZE(compressors); c++)
		if (packed->len > c->n_magic + c->suffix &&
			!memcmp(packed->data, c->magic, c->n_magic))
			return c;
	return NULL;
}

const struct compressor *compressor_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(compressors); i++)
		if (!strcmp(compressors[i].name, name))
			return &compressors[i];
	return NULL;
}

/* A file that a child can read, without a name. */
static int hidden_file(const struct blob *data, int *ret_fd, struct err *err)
{
	CLEANUP_FD int fd = memfd_create("data", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, -errno, "cannot hand data to a program");
	for (size_t done = 0; done < data->len;) {
		ssize_t n = write(fd, data->data + done, data->len - done);

		if (n < 0)
			return err_errno(err, -errno, "cannot hand data to a program");
		done += (size_t)n;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_errno(err, -errno, "cannot hand data to a program");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int check_run(const struct compressor *c, const struct child_result *result,
	double seconds, struct err *err)
{
	CLEANUP_BUF struct buf how = {0};

	if (seconds > 0 && (result->timed_out || result->cpu > seconds))
		return err_set(
			err, -ETIME, "'%s' takes longer than %.0f s", c->name, seconds);
	if (!result->exit_code)
		return 0;
	buf_init(&how, 200);
	child_describe(result, &how);
	return err_set(err, -EIO, "'%s' %s", c->name, how.data);
}

static int run_program(const struct compressor *c, const struct blob *data,
	double seconds, struct blob *ret_packed, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	struct child_result result;
	CLEANUP_FD int in = -1;
	int r = strvec_split(&argv, c->name, err);

	if (!r)
		r = hidden_file(data, &in, err);
	if (r < 0)
		return r;
	buf_init(&out, BLOB_MAX);
	spec.argv = argv.v;
	spec.in_fd = in;
	spec.out = &out;
	spec.timeout = seconds * PATIENCE;
	r = child_run(&spec, &result, err);
	if (!r)
		r = check_run(c, &result, seconds, err);
	if (!r)
		r = buf_check(&out);
	return r < 0 ? r : blob_copy(ret_packed, out.data, out.len, err);
}

static int archive_trouble(struct archive *archive, int code, struct err *err)
{
	const char *why = archive_error_string(archive);

	return err_set(err, code, "libarchive: %s", why ? why : "out of memory");
}

/* The filter of builder/pack.c around bytes that are an archive already. */
static int run_library(const struct blob *data, struct blob *ret_packed, struct err *err)
{
	CLEANUP(cleanup_archive) struct archive *archive = archive_write_new();
	CLEANUP(cleanup_entry) struct archive_entry *entry = archive_entry_new();
	CLEANUP_BLOB struct blob room = {0};
	size_t used = 0;
	int r = blob_make(&room, data->len + data->len / 128 + 65536, err);

	if (r < 0 || !archive || !entry)
		return r ? r : err_set(err, -ENOMEM, "out of memory");
	archive_entry_set_filetype(entry, S_IFREG);
	if (archive_write_set_format_raw(archive) != ARCHIVE_OK ||
		archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(archive, 1) != ARCHIVE_OK ||
		archive_write_open_memory(archive, room.data, room.len, &used) !=
			ARCHIVE_OK ||
		archive_write_header(archive, entry) != ARCHIVE_OK ||
		archive_write_data(archive, data->data, data->len) !=
			(la_ssize_t)data->len ||
		archive_write_close(archive) != ARCHIVE_OK)
		return archive_trouble(archive, -EIO, err);
	return blob_copy(ret_packed, room.data, used, err);
}

int compressor_run(const struct compressor *c, const struct blob *data, double seconds,
	struct blob *ret_packed, struct err *err)
{
	return c->program ? run_program(c, data, seconds, ret_packed, err)
			  : run_library(data, ret_packed, err);
}

int compressor_undo(const struct blob *packed, struct blob *ret_data, struct err *err)
{
	CLEANUP(cleanup_archive) struct archive *archive = archive_read_new();
	CLEANUP_BLOB struct blob data = {0};
	struct archive_entry *entry;
	const void *chunk;
	la_int64_t at;
	size_t n;
	int r = 0, code;

	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	archive_read_support_filter_all(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_memory(archive, packed->data, packed->len) != ARCHIVE_OK ||
		archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return archive_trouble(archive, -EINVAL, err);
	while (!r &&
		(code = archive_read_data_block(archive, &chunk, &n, &at)) == ARCHIVE_OK)
		r = blob_add(&data, chunk, n, err);
	if (r < 0)
		return r;
	if (code != ARCHIVE_EOF)
		return archive_trouble(archive, -EINVAL, err);
	*ret_data = data;
	data = (struct blob){0};
	return 0;
}
