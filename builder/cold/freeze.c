// SPDX-License-Identifier: GPL-2.0-or-later
#include "freeze.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "thaw.h"
#include "weave.h"

#define SUFFIX ".pack"

int freezer_open(struct freezer *freezer, const struct store *store, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_FD int fd = -1;
	int r;

	*freezer = (struct freezer){.store = store, .lock_fd = -1};
	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/packs", store->root);
	r = buf_check(&path) ? buf_check(&path) : dir_make(path.data, 0755, err);
	if (r < 0)
		return r;
	fd = open(path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, -errno, "cannot open '%s'", path.data);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -EAGAIN, "somebody else freezes images in '%s'",
			store->root);
	freezer->lock_fd = TAKE_FD(fd);
	return 0;
}

void freezer_close(struct freezer *freezer)
{
	free(freezer->packs);
	freezer->packs = NULL;
	freezer->n_packs = 0;
	if (freezer->lock_fd >= 0)
		close(TAKE_FD(freezer->lock_fd));
}

/* The commit of a pack's file name; false if it is none. */
static bool commit_of(const char *name, char ret[IMAGE_COMMIT_TEXT])
{
	size_t len = strlen(name);

	if (len != IMAGE_COMMIT_TEXT - 1 + strlen(SUFFIX) ||
		strcmp(name + len - strlen(SUFFIX), SUFFIX) != 0)
		return false;
	memcpy(ret, name, IMAGE_COMMIT_TEXT - 1);
	ret[IMAGE_COMMIT_TEXT - 1] = '\0';
	return image_commit_valid(ret);
}

/* A pack that is made anew is no base for itself. */
static void forget(struct freezer *freezer, const char *commit)
{
	for (size_t i = 0; i < freezer->n_packs; i++)
		if (!strcmp(freezer->packs[i].commit, commit))
			freezer->packs[i--] = freezer->packs[--freezer->n_packs];
}

static int remember(struct freezer *freezer, const struct packfile *pack, struct err *err)
{
	struct plan_pack *packs =
		reallocarray(freezer->packs, freezer->n_packs + 1, sizeof(*packs));
	struct plan_pack *p;

	if (!packs)
		return err_set(err, -ENOMEM, "out of memory");
	freezer->packs = packs;
	p = &packs[freezer->n_packs++];
	*p = (struct plan_pack){.group = pack->group,
		.step = pack->step,
		.twin = pack->twin,
		.size = pack->size};
	memcpy(p->commit, pack->id.commit, sizeof(p->commit));
	memcpy(p->base, pack->base, sizeof(p->base));
	memcpy(p->kernel, pack->kernel, sizeof(p->kernel));
	return 0;
}

/* One name of a folder of packs. A damaged pack is no base for others; what a killed
 * freezer left goes. */
static int look_at(
	struct freezer *freezer, const char *folder, const char *name, struct err *err)
{
	CLEANUP_PACKFILE struct packfile pack = {0};
	CLEANUP_BUF struct buf path = {0};
	char commit[IMAGE_COMMIT_TEXT];

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/%s", folder, name);
	if (buf_check(&path) || !strcmp(name, ".") || !strcmp(name, ".."))
		return buf_check(&path);
	if (!commit_of(name, commit)) {
		unlink(path.data);
		return 0;
	}
	if (packfile_peek(path.data, &pack, NULL) < 0)
		return 0;
	return remember(freezer, &pack, err);
}

/* Reads what packs there are of an arch and config. */
static int use_packs(struct freezer *freezer, const struct image_id *id, struct err *err)
{
	CLEANUP_BUF struct buf folder = {0};
	CLEANUP_DIR DIR *dir = NULL;
	struct dirent *entry;
	int r;

	if (!strcmp(freezer->of.arch, id->arch) &&
		!strcmp(freezer->of.config, id->config))
		return 0;
	freezer->of = (struct image_id){0};
	freezer->n_packs = 0;
	r = chain_folder(freezer->store, id, &folder);
	if (!r)
		r = dir_make(folder.data, 0755, err);
	if (r < 0)
		return r;
	dir = opendir(folder.data);
	if (!dir)
		return err_errno(err, -errno, "cannot read '%s'", folder.data);
	while (!r && (entry = readdir(dir)))
		r = look_at(freezer, folder.data, entry->d_name, err);
	if (!r)
		freezer->of = *id;
	return r;
}

/* What it takes to pack one image. */
struct packing {
	struct freezer *freezer;
	const struct image *image;
	struct weave_source source;
	struct buf folder, draft, path;
};

static int weave(
	struct packing *p, const struct plan *plan, struct blob *ret, struct err *err)
{
	CLEANUP_CHAIN struct chain base = {0};
	struct image_id id = p->image->id;
	int r = 0;

	memcpy(id.commit, plan->base, sizeof(id.commit));
	if (*id.commit)
		r = chain_open(p->freezer->store, &id, NULL, &base, err);
	return r < 0 ? r
		     : weave_pack(&p->source, p->image, plan, base.n ? &base : NULL, ret,
			       err);
}

/* The bytes against whatever base is best; by itself if that base is damaged. */
static int make_bytes(struct packing *p, struct blob *ret, struct err *err)
{
	const struct freezer *f = p->freezer;
	const struct image_file *kernel = image_find_file(p->image, "vmlinuz");
	struct plan plan = plan_next(f->packs, f->n_packs, kernel ? kernel->sha256 : "");
	CLEANUP_BLOB struct blob bytes = {0};
	int r = weave(p, &plan, &bytes, err);

	if (*plan.base && (r == -EBADMSG || r == -ENOENT ||
				  (!r && plan_is_too_large(f->packs, f->n_packs, &plan,
						 bytes.len)))) {
		blob_release(&bytes);
		plan = plan_alone(f->packs, f->n_packs);
		r = weave(p, &plan, &bytes, err);
	}
	if (r < 0)
		return r;
	*ret = bytes;
	bytes = (struct blob){0};
	return 0;
}

/* The pack gets its name when it has been restored from the disk. */
static int write_pack(struct packing *p, const struct blob *bytes, struct err *err)
{
	CLEANUP_CHAIN struct chain chain = {0};
	int r = file_write_atomic(p->draft.data, bytes->data, bytes->len, 0644, err);

	if (!r)
		r = chain_open(
			p->freezer->store, &p->image->id, p->draft.data, &chain, err);
	if (!r)
		r = thaw_prove(&chain, p->image, err);
	if (!r && rename(p->draft.data, p->path.data) < 0)
		r = err_errno(err, -errno, "cannot write '%s'", p->path.data);
	if (r < 0) {
		unlink(p->draft.data);
		return r;
	}
	r = path_sync(p->folder.data, err);
	return r < 0 ? r : remember(p->freezer, chain_pack(&chain), err);
}

static int name_files(struct packing *p, struct err *err)
{
	int r = chain_folder(p->freezer->store, &p->image->id, &p->folder);

	if (!r)
		r = chain_path(p->freezer->store, &p->image->id, &p->path);
	buf_init(&p->draft, STORE_PATH_MAX);
	buf_addf(&p->draft, "%s/.new-%s", p->folder.data, p->image->id.commit);
	if (!r)
		r = buf_check(&p->draft);
	return r < 0 ? err_errno(err, r, "cannot name a pack") : 0;
}

static int make_pack(struct packing *p, struct err *err)
{
	CLEANUP_BUF struct buf images = {0};
	CLEANUP_BLOB struct blob bytes = {0};
	int r;

	buf_init(&images, STORE_PATH_MAX);
	store_image_path(p->freezer->store, &p->image->id, true, &images);
	r = buf_check(&images);
	if (!r)
		r = weave_read(images.data, p->image, &p->source, err);
	if (!r)
		r = make_bytes(p, &bytes, err);
	return r < 0 ? r : write_pack(p, &bytes, err);
}

static int remove_files(struct packing *p, struct frozen *frozen, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	size_t folder;

	buf_init(&path, STORE_PATH_MAX);
	store_image_path(p->freezer->store, &p->image->id, true, &path);
	folder = path.len;
	for (size_t i = 0; i < p->image->n_files; i++) {
		path.len = folder;
		buf_addf(&path, "/%s", p->image->files[i].name);
		if (buf_check(&path) || (unlink(path.data) < 0 && errno != ENOENT))
			return err_errno(err, -errno, "cannot remove '%s'", path.data);
		frozen->hot += p->image->files[i].size;
	}
	return 0;
}

/* A pack of old may be whole and give other bytes than once: what compresses them was
 * upgraded since. It is not made anew, as others may be made against it. */
static int prove_again(struct packing *p, struct chain *chain, struct err *err)
{
	int r = thaw_prove(chain, p->image, err);

	return r < 0 ? err_prefix(err, r, "its files stay where they are") : 0;
}

static int freeze(struct packing *p, struct frozen *frozen, struct err *err)
{
	const struct store *store = p->freezer->store;
	CLEANUP_CHAIN struct chain chain = {0};
	bool hot = store_is_hot(store, p->image);
	bool packed = chain_open(store, &p->image->id, NULL, &chain, NULL) == 0;
	struct stat st;
	int r;

	if (!hot && !packed)
		return err_set(err, -ENOENT, "its files are missing, and its pack");
	if (!packed)
		forget(p->freezer, p->image->id.commit);
	r = packed ? prove_again(p, &chain, err) : make_pack(p, err);
	if (r < 0)
		return r;
	frozen->packed = !packed;
	frozen->was_cold = !hot;
	if (stat(p->path.data, &st) == 0)
		frozen->pack = (uint64_t)st.st_size;
	return remove_files(p, frozen, err);
}

int freezer_add(struct freezer *freezer, const struct image_id *id,
	struct frozen *ret_frozen, struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	struct packing p = {.freezer = freezer, .image = &image};
	struct frozen frozen = {0};
	CLEANUP_FD int lock = -1;
	char text[IMAGE_ID_TEXT];
	struct image_id real;
	int r = store_same_as(freezer->store, id, true, &real, err);

	if (!r)
		r = store_load(freezer->store, &real, true, &image, err);
	if (!r)
		r = use_packs(freezer, &real, err);
	if (!r)
		r = thaw_lock(freezer->store, &image, &lock, err);
	if (r < 0)
		return r;
	r = name_files(&p, err);
	if (!r)
		r = freeze(&p, &frozen, err);
	weave_release(&p.source);
	buf_release(&p.folder);
	buf_release(&p.draft);
	buf_release(&p.path);
	image_id_format(id, text);
	if (r < 0)
		return err_prefix(err, r, "%s", text);
	*ret_frozen = frozen;
	return 0;
}

/* Removes one pack that nothing needs; false if there is none left. */
static bool sweep_one(struct freezer *freezer, const struct image_id *of)
{
	for (size_t i = 0; i < freezer->n_packs; i++) {
		CLEANUP_BUF struct buf path = {0};
		struct image_id id = *of;

		memcpy(id.commit, freezer->packs[i].commit, sizeof(id.commit));
		if (store_has(freezer->store, &id, true) ||
			!plan_is_free(freezer->packs, freezer->n_packs, id.commit) ||
			chain_path(freezer->store, &id, &path) < 0)
			continue;
		if (unlink(path.data) < 0 && errno != ENOENT)
			continue;
		freezer->packs[i] = freezer->packs[--freezer->n_packs];
		return true;
	}
	return false;
}

int freezer_sweep(struct freezer *freezer, const struct image_id *of, size_t *ret_removed,
	struct err *err)
{
	size_t removed = 0;
	int r = use_packs(freezer, of, err);

	while (!r && sweep_one(freezer, of))
		removed++;
	*ret_removed = removed;
	return r;
}

struct count {
	size_t n;
	uint64_t bytes;
};

/* level: folders between this one and the packs. */
static void count_folder(const char *folder, int level, struct count *count)
{
	CLEANUP_DIR DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		CLEANUP_BUF struct buf path = {0};
		char commit[IMAGE_COMMIT_TEXT];
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		buf_init(&path, STORE_PATH_MAX);
		buf_addf(&path, "%s/%s", folder, entry->d_name);
		if (buf_check(&path))
			continue;
		if (level) {
			count_folder(path.data, level - 1, count);
		} else if (commit_of(entry->d_name, commit) && !stat(path.data, &st)) {
			count->n++;
			count->bytes += (uint64_t)st.st_size;
		}
	}
}

void freeze_count(const struct store *store, size_t *ret_n, uint64_t *ret_bytes)
{
	CLEANUP_BUF struct buf path = {0};
	struct count count = {0};

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/packs", store->root);
	if (!buf_check(&path))
		count_folder(path.data, 2, &count);
	*ret_n = count.n;
	*ret_bytes = count.bytes;
}
