// SPDX-License-Identifier: GPL-2.0-or-later
#include "thaw.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/file.h"

/* A file under the temporary name that lib/file.c gives it: NAME.XXXXXX. */
static bool is_leftover(const struct image *image, const char *entry)
{
	for (size_t i = 0; i < image->n_files; i++) {
		size_t len = strlen(image->files[i].name);

		if (!strncmp(entry, image->files[i].name, len) && entry[len] == '.' &&
			strlen(entry + len) == 7 && !image_find_file(image, entry))
			return true;
	}
	return false;
}

static void remove_leftovers(const char *folder, const struct image *image)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_leftover(image, entry->d_name))
			unlinkat(dirfd(dir), entry->d_name, 0);
}

int thaw_lock(const struct store *store, const struct image *image, int *ret_fd,
	struct err *err)
{
	CLEANUP_BUF struct buf folder = {0};
	CLEANUP_FD int fd = -1;
	int r;

	buf_init(&folder, STORE_PATH_MAX);
	store_image_path(store, &image->id, true, &folder);
	r = buf_check(&folder);
	if (r < 0)
		return err_errno(err, r, "cannot name image '%s'", image->id.commit);
	fd = open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return err_errno(err, -errno, "cannot lock '%s'", folder.data);
	remove_leftovers(folder.data, image);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* One file out of the chain, proved. */
static int take_out(struct chain *chain, const struct image_file *file,
	struct blob *ret_data, struct err *err)
{
	const struct packfile_file *packed;
	char digest[SHA256_TEXT];
	int r = chain_file(chain, file->name, ret_data, err);

	if (r < 0)
		return r;
	sha256_bytes(ret_data->data, ret_data->len, digest);
	if (ret_data->len == file->size && !strcmp(digest, file->sha256))
		return 0;
	blob_release(ret_data);
	packed = packfile_find(chain_pack(chain), file->name);
	return err_set(err, -EBADMSG, "'%s' does not come out of its pack as it was%s%s",
		file->name, *packed->tool ? ": another version of what made it, " : "",
		packed->tool);
}

int thaw_prove(struct chain *chain, const struct image *image, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < image->n_files; i++) {
		CLEANUP_BLOB struct blob data = {0};

		r = take_out(chain, &image->files[i], &data, err);
	}
	return r;
}

static bool is_there(const char *path, const struct image_file *file)
{
	struct stat st;

	return stat(path, &st) == 0 && (uint64_t)st.st_size == file->size;
}

static int bring_back(const struct store *store, const struct image *image,
	struct chain *chain, const struct image_file *file, struct err *err)
{
	CLEANUP_BLOB struct blob data = {0};
	CLEANUP_BUF struct buf path = {0};
	int r;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(store, &image->id, true, &path);
	buf_addf(&path, "/%s", file->name);
	r = buf_check(&path);
	if (r < 0 || is_there(path.data, file))
		return r;
	r = take_out(chain, file, &data, err);
	return r < 0 ? r : file_write_atomic(path.data, data.data, data.len, 0644, err);
}

static int thaw(const struct store *store, const struct image *image, struct err *err)
{
	CLEANUP_CHAIN struct chain chain = {0};
	int r = chain_open(store, &image->id, NULL, &chain, err);

	for (size_t i = 0; !r && i < image->n_files; i++)
		r = bring_back(store, image, &chain, &image->files[i], err);
	return r;
}

int thaw_image(const struct store *store, const struct image_id *id, bool *ret_cold,
	struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_FD int lock = -1;
	char text[IMAGE_ID_TEXT];
	struct image_id real;
	int r = store_same_as(store, id, true, &real, err);

	if (!r)
		r = store_load(store, &real, true, &image, err);
	if (r < 0)
		return r;
	*ret_cold = false;
	if (store_is_hot(store, &image))
		return 0;
	r = thaw_lock(store, &image, &lock, err);
	if (r < 0)
		return r;
	*ret_cold = !store_is_hot(store, &image); /* another may have thawed it */
	r = *ret_cold ? thaw(store, &image, err) : 0;
	image_id_format(id, text);
	return r < 0 ? err_prefix(err, r, "%s", text) : 0;
}
