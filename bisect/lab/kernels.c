// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernels.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

struct kernel_entry {
	struct image_id id;
	char kernel[KERNEL_TEXT];
};

static int compare(const void *a, const void *b)
{
	const struct image_id *x = a, *y = b;
	int r = strcmp(x->commit, y->commit);

	r = r ? r : strcmp(x->config, y->config);
	return r ? r : strcmp(x->arch, y->arch);
}

/* What boots: the rest of the files is for people. */
static bool is_booted(const struct image_file *file)
{
	return !strcmp(file->name, "vmlinuz") || !strncmp(file->name, "modules", 7);
}

static int name_kernel(const struct image *image, char ret_kernel[KERNEL_TEXT])
{
	CLEANUP_BUF struct buf b;
	char id[IMAGE_ID_TEXT];

	buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < image->n_files; i++)
		if (is_booted(&image->files[i]))
			buf_addf(&b, "%s %s\n", image->files[i].name,
				image->files[i].sha256);
	image_id_format(&image->id, id);
	if (!b.len)
		buf_adds(&b, *image->same_as ? image->same_as : id);
	if (buf_check(&b) < 0)
		return buf_check(&b);
	sha256_bytes(b.data, b.len, ret_kernel);
	return 0;
}

static int read_kernel(const struct store *store, const struct image_id *id,
	char ret_kernel[KERNEL_TEXT], struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	int r = store_load(store, id, true, &image, err);

	if (r == 0)
		r = name_kernel(&image, ret_kernel);
	return r;
}

int kernels_find(struct kernels *kernels, const struct store *store,
	const struct image_id *id, char ret_kernel[KERNEL_TEXT], struct err *err)
{
	/* an entry begins with its key */
	struct kernel_entry **found = tfind(id, &kernels->tree, compare);
	CLEANUP_FREE struct kernel_entry *entry = NULL;
	int r;

	if (!found) {
		entry = calloc(1, sizeof(*entry));
		if (!entry)
			return err_set(err, -ENOMEM, "out of memory");
		entry->id = *id;
		r = read_kernel(store, id, entry->kernel, err);
		if (r < 0)
			return r;
		found = tsearch(entry, &kernels->tree, compare);
		if (!found)
			return err_set(err, -ENOMEM, "out of memory");
		entry = NULL;
	}
	memcpy(ret_kernel, (*found)->kernel, KERNEL_TEXT);
	return 0;
}

void kernels_release(struct kernels *kernels)
{
	tdestroy(kernels->tree, free);
	kernels->tree = NULL;
}
