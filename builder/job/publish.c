// SPDX-License-Identifier: GPL-2.0-or-later
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"

#define TEMP_PREFIX ".tmp-"
#define HOST_TEXT 65
#define ABANDONED_SECONDS 86400 /* drafts of other machines: filled in seconds */

/* ROOT/images/ARCH/CONFIG, or failed/. */
static int folder_of(
	const struct store *store, const struct image_id *id, bool built, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	buf_addf(b, "%s/%s/%s/%s", store->root, built ? "images" : "failed", id->arch,
		id->config);
	return buf_check(b);
}

/* This machine, as a part of a file's name that has no '@'. */
static void host_name(char ret_host[HOST_TEXT])
{
	if (gethostname(ret_host, HOST_TEXT - 1) < 0)
		ret_host[0] = '\0';
	ret_host[HOST_TEXT - 1] = '\0';
	for (char *c = ret_host; *c; c++)
		if (*c == '/' || *c == '@')
			*c = '_';
}

/* Opens and locks a folder. Over NFS such a lock is known on this machine alone. */
static int lock_folder(const char *path, int *ret_fd)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int draft_open(struct draft *draft, const struct store *store, const struct image_id *id,
	bool built, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	char host[HOST_TEXT];
	size_t base;
	int r = folder_of(store, id, built, &path);

	host_name(host);
	*draft = (struct draft){.store = store, .id = *id, .built = built, .lock_fd = -1};
	if (!r)
		r = dir_make(path.data, 0755, err);
	if (r < 0)
		return r;
	buf_addf(&path, "/" TEMP_PREFIX "%s@%.12s-XXXXXX", host, id->commit);
	if (buf_check(&path))
		return err_errno(err, buf_check(&path), "cannot name a draft");
	base = path.len - 6;
	for (int tries = 0; tries < 10; tries++) {
		memcpy(path.data + base, "XXXXXX", 6);
		if (!mkdtemp(path.data))
			return err_errno(err, -errno, "cannot make '%s'", path.data);
		/* a builder that is starting may take it for a leftover until it is
		 * locked */
		if (lock_folder(path.data, &draft->lock_fd) < 0)
			continue;
		if (chmod(path.data, 0755) == 0) {
			draft->dir = buf_take(&path);
			return draft->dir ? 0 : -ENOMEM;
		}
		close(TAKE_FD(draft->lock_fd));
	}
	return err_set(err, -EBUSY, "cannot make a draft in '%s'", store->root);
}

int draft_path(const struct draft *draft, const char *name, struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	buf_addf(b, "%s/%s", draft->dir, name);
	return buf_check(b);
}

static int copy(int from, int to)
{
	ssize_t n;

	while ((n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0)
		;
	return n < 0 ? -errno : 0;
}

/* Where copy_file_range(2) does not reach. */
static int copy_by_hand(int from, int to)
{
	char chunk[65536];
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) < 0 || lseek(to, 0, SEEK_SET) < 0 ||
		ftruncate(to, 0) < 0)
		return -errno;
	while ((n = read(from, chunk, sizeof(chunk))) > 0)
		for (ssize_t done = 0, w; done < n; done += w)
			if ((w = write(to, chunk + done, n - done)) < 0)
				return -errno;
	return n < 0 ? -errno : 0;
}

int draft_add(struct draft *draft, const char *from, const char *name, struct err *err)
{
	CLEANUP_FD int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	CLEANUP_BUF struct buf path = {0};
	int r = draft_path(draft, name, &path);

	if (in < 0)
		return err_errno(err, -errno, "cannot open '%s'", from);
	if (!r)
		out = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (out < 0)
		return err_errno(err, r ? r : -errno, "cannot write '%s'", path.data);
	r = copy(in, out);
	if (r == -EXDEV || r == -EINVAL || r == -EOPNOTSUPP || r == -ENOSYS)
		r = copy_by_hand(in, out);
	return r < 0 ? err_errno(err, r, "cannot write '%s'", path.data) : 0;
}

static const char *const file_names[] = {
	"vmlinuz", "System.map", "config", "modules.cpio.zst", "build.log"};

int draft_list(struct draft *draft, struct image *image, struct err *err)
{
	image->n_files = 0;
	for (size_t i = 0; i < ARRAY_SIZE(file_names); i++) {
		struct image_file *file = &image->files[image->n_files];
		CLEANUP_BUF struct buf path = {0};
		int r = draft_path(draft, file_names[i], &path);

		if (!r && !file_exists(path.data))
			continue;
		if (!r)
			r = sha256_file(path.data, file->sha256, &file->size, err);
		if (r < 0)
			return r;
		file->name = file_names[i];
		image->n_files++;
	}
	return 0;
}

static int write_json(struct draft *draft, const struct image *image, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	int r = draft_path(draft, "image.json", &path);

	buf_init(&text, IMAGE_JSON_MAX);
	if (!r)
		r = image_dump(image, &text);
	if (r < 0)
		return err_errno(err, r, "cannot write '%s'", path.data);
	return file_write_atomic(path.data, text.data, text.len, 0644, err);
}

/* Takes a published folder out of sight and then away. */
static int withdraw(const struct draft *draft, bool built, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, hidden = {0};
	int r = folder_of(draft->store, &draft->id, built, &hidden);

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(draft->store, &draft->id, built, &path);
	buf_addf(&hidden, "/" TEMP_PREFIX "%.12s-old", draft->id.commit);
	if (!r)
		r = buf_check(&path) ? buf_check(&path) : buf_check(&hidden);
	if (!r)
		r = dir_remove(hidden.data, err);
	if (r < 0)
		return r;
	if (rename(path.data, hidden.data) < 0)
		return errno == ENOENT
			       ? 0
			       : err_errno(err, -errno, "cannot remove '%s'", path.data);
	return dir_remove(hidden.data, err);
}

int draft_publish(struct draft *draft, struct image *image, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	char now[CLOCK_ISO_TEXT];
	int r;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(draft->store, &draft->id, draft->built, &path);
	clock_iso(clock_wall(), now);
	image->id = draft->id;
	image->built = draft->built;
	image->published = now;
	r = write_json(draft, image, err);
	image->published = NULL;
	if (!r && !draft->built)
		r = withdraw(draft, false, err);
	if (!r)
		r = buf_check(&path);
	if (!r)
		r = dir_publish(draft->dir, path.data, err);
	if (r == -EEXIST)
		return 0; /* and draft_close() removes ours */
	if (r < 0)
		return r;
	free(draft->dir);
	draft->dir = NULL;
	return draft->built ? withdraw(draft, false, err) : 0;
}

void draft_close(struct draft *draft)
{
	if (draft->dir)
		dir_remove(draft->dir, NULL);
	free(draft->dir);
	draft->dir = NULL;
	if (draft->lock_fd >= 0)
		close(draft->lock_fd);
	draft->lock_fd = -1;
}

/* Whether a lock of its maker's would be seen here: it is this machine's. */
static bool is_ours(const char *path)
{
	const char *name = strrchr(path, '/') + 1 + strlen(TEMP_PREFIX);
	size_t n = strcspn(name, "@");
	char host[HOST_TEXT];

	host_name(host);
	return !name[n] || (n == strlen(host) && !strncmp(name, host, n));
}

static bool is_abandoned(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 &&
	       clock_wall() - (double)st.st_mtime > ABANDONED_SECONDS;
}

static int clean_one(const char *path, struct err *err)
{
	CLEANUP_FD int fd = -1;

	if (!is_ours(path) && !is_abandoned(path))
		return 0;
	if (lock_folder(path, &fd) < 0)
		return 0; /* its builder lives */
	return dir_remove(path, err);
}

/* levels: how many folders deep the temporary ones may be. */
static int clean_folder(const char *folder, int levels, struct err *err)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT
			       ? 0
			       : err_errno(err, -errno, "cannot read '%s'", folder);
	while (!r && (entry = readdir(dir))) {
		CLEANUP_BUF struct buf path = {0};
		bool temp = !strncmp(entry->d_name, TEMP_PREFIX, strlen(TEMP_PREFIX));

		if (entry->d_type != DT_DIR || (entry->d_name[0] == '.' && !temp))
			continue;
		buf_init(&path, STORE_PATH_MAX);
		buf_addf(&path, "%s/%s", folder, entry->d_name);
		if (buf_check(&path))
			continue;
		if (temp)
			r = clean_one(path.data, err);
		else if (levels > 1)
			r = clean_folder(path.data, levels - 1, err);
	}
	return r;
}

int publish_clean(const struct store *store, struct err *err)
{
	static const char *const parts[] = {"images", "failed"};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(parts); i++) {
		CLEANUP_BUF struct buf path = {0};

		buf_init(&path, STORE_PATH_MAX);
		buf_addf(&path, "%s/%s", store->root, parts[i]);
		r = buf_check(&path);
		if (!r)
			r = clean_folder(path.data, 3, err);
	}
	return r;
}

/* What is there already may be of a build that was killed before it published. */
static int set_link(const char *target, const char *path)
{
	char there[STORE_PATH_MAX];
	ssize_t n;

	if (symlink(target, path) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	n = readlink(path, there, sizeof(there) - 1);
	there[n < 0 ? 0 : n] = '\0';
	if (!strcmp(there, target))
		return 0;
	return unlink(path) < 0 || symlink(target, path) < 0 ? -errno : 0;
}

int publish_branch_link(const struct store *store, const struct image_id *id,
	const struct image_id *files, const char *branch, unsigned int number,
	struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, target = {0};
	int r;

	if (!*branch)
		return 0;
	buf_init(&path, STORE_PATH_MAX);
	buf_init(&target, STORE_PATH_MAX);
	buf_addf(&path, "%s/branches/", store->root);
	image_branch_component(branch, &path);
	buf_addf(&path, "/%s/%s", id->arch, id->config);
	r = buf_check(&path);
	if (!r)
		r = dir_make(path.data, 0755, err);
	if (r < 0)
		return r;
	buf_addf(&path, "/%07u-%.12s", number, id->commit);
	buf_addf(&target, "../../../../images/%s/%s/%s", files->arch, files->config,
		files->commit);
	if (buf_check(&path) || buf_check(&target))
		return -ENAMETOOLONG;
	r = set_link(target.data, path.data);
	return r < 0 ? err_errno(err, r, "cannot link '%s'", path.data) : 0;
}
