// SPDX-License-Identifier: GPL-2.0-or-later
#include "blob.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

int blob_make(struct blob *b, size_t len, struct err *err)
{
	uint8_t *data = malloc(len ? len : 1);

	if (len > BLOB_MAX || !data) {
		free(data);
		return err_set(err, len > BLOB_MAX ? -EFBIG : -ENOMEM,
			"%zu bytes are more than memory takes", len);
	}
	*b = (struct blob){.data = data, .len = len};
	return 0;
}

int blob_copy(struct blob *b, const void *data, size_t len, struct err *err)
{
	int r = blob_make(b, len, err);

	if (!r && len)
		memcpy(b->data, data, len);
	return r;
}

int blob_add(struct blob *b, const void *data, size_t len, struct err *err)
{
	uint8_t *more = b->data;

	if (len > BLOB_MAX - b->len)
		return err_set(err, -EFBIG, "there are more than %zu bytes", BLOB_MAX);
	if (len)
		more = realloc(b->data, b->len + len);
	if (len && !more)
		return err_set(err, -ENOMEM, "out of memory");
	b->data = more;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	return 0;
}

int blob_read(struct blob *b, const char *path, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP_BLOB struct blob blob = {0};
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, -errno, "cannot open '%s'", path);
	r = blob_make(&blob, (size_t)st.st_size, err);
	for (size_t done = 0; !r && done < blob.len;) {
		ssize_t n = read(fd, blob.data + done, blob.len - done);

		if (n < 0)
			r = err_errno(err, -errno, "cannot read '%s'", path);
		else if (n == 0)
			r = err_set(err, -EIO, "'%s' has become shorter", path);
		else
			done += (size_t)n;
	}
	if (r < 0)
		return r;
	*b = blob;
	blob = (struct blob){0};
	return 0;
}

void blob_release(struct blob *b)
{
	free(b->data);
	*b = (struct blob){0};
}
