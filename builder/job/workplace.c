// SPDX-License-Identifier: GPL-2.0-or-later
#include "workplace.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"

#define LOCK_RETRY_MS 200
/* A machine that lost its power lost what the kernel had not written yet: dirty pages
 * go out after 30 s (vm.dirty_expire_centisecs) and the next flusher's round. */
#define UNWRITTEN_SECONDS 120

static const char *const phases[] = {"idle", "checkout", "make"};

/* The value of a "KEY VALUE" line; false if there is none that fits. */
static bool get(const char *text, const char *key, char *ret, size_t size)
{
	size_t len = strlen(key);

	while (text && *text) {
		size_t n = strcspn(text, "\n");

		if (n > len && !strncmp(text, key, len) && text[len] == ' ') {
			n -= len + 1;
			if (n >= size)
				return false;
			memcpy(ret, text + len + 1, n);
			ret[n] = '\0';
			return true;
		}
		text += n + (text[n] == '\n');
	}
	return false;
}

void mark_parse(const char *text, struct mark *ret_mark)
{
	struct mark mark = {0};
	char word[64];
	long long sec;
	long nsec;
	size_t i;

	*ret_mark = mark;
	if (!get(text, "phase", word, sizeof(word)))
		return;
	for (i = 0; i < ARRAY_SIZE(phases) && strcmp(phases[i], word); i++)
		;
	if (i == ARRAY_SIZE(phases))
		return;
	mark.phase = i;
	/* the last line: without it the file is not whole */
	if (!get(text, "floor", word, sizeof(word)) ||
		sscanf(word, "%lld.%ld", &sec, &nsec) != 2 || nsec < 0 ||
		nsec > 999999999)
		return;
	mark.floor = (struct timespec){.tv_sec = sec, .tv_nsec = nsec};
	if (get(text, "source", mark.source, sizeof(mark.source)) &&
		!image_commit_valid(mark.source))
		mark.source[0] = '\0';
	if (get(text, "image", mark.image, sizeof(mark.image)) &&
		!image_commit_valid(mark.image))
		mark.image[0] = '\0';
	get(text, "config", mark.config, sizeof(mark.config));
	get(text, "names", mark.names, sizeof(mark.names));
	get(text, "boot", mark.boot, sizeof(mark.boot));
	mark.built = get(text, "built", word, sizeof(word)) && !strcmp(word, "yes");
	*ret_mark = mark;
}

void mark_format(const struct mark *mark, struct buf *b)
{
	buf_addf(b, "phase %s\n", phases[mark->phase]);
	if (mark->source[0])
		buf_addf(b, "source %s\n", mark->source);
	if (mark->image[0])
		buf_addf(b, "image %s\n", mark->image);
	if (mark->config[0])
		buf_addf(b, "config %s\n", mark->config);
	if (mark->names[0])
		buf_addf(b, "names %s\n", mark->names);
	buf_addf(b, "boot %s\n", mark->boot);
	buf_addf(b, "built %s\n", mark->built ? "yes" : "no");
	buf_addf(b, "floor %lld.%09ld\n", (long long)mark->floor.tv_sec,
		mark->floor.tv_nsec);
}

static int lock_fcntl(int fd, int command, struct flock *lock)
{
	*lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return fcntl(fd, command, lock) < 0 ? -errno : 0;
}

int lock_try(const char *path, int *ret_fd, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	struct flock lock;
	int r;

	if (fd < 0)
		return err_errno(err, -errno, "cannot open '%s'", path);
	r = lock_fcntl(fd, F_OFD_SETLK, &lock);
	if (r == -EAGAIN || r == -EACCES)
		return err_set(err, -EAGAIN, "'%s' is held by another builder", path);
	if (r < 0)
		return err_errno(err, r, "cannot lock '%s'", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

bool lock_held(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CLOEXEC);
	struct flock lock;

	return fd >= 0 && lock_fcntl(fd, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}

bool workplace_busy(const char *dir)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/lock", dir);
	return !buf_check(&path) && lock_held(path.data);
}

void workplace_path(const char *state, const char *tree, const char *arch,
	const char *config, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/work/%s/%s/%s", state, tree, arch, config);
}

int workplace_open(struct workplace *place, const char *work, const char *tree,
	const char *arch, const char *config, struct err *err)
{
	*place = (struct workplace){.lock_fd = -1};
	place->dir = buf_format("%s/%s/%s/%s", work, tree, arch, config);
	if (!place->dir || !(place->src = buf_format("%s/src", place->dir)) ||
		!(place->obj = buf_format("%s/obj", place->dir)) ||
		!(place->stage = buf_format("%s/stage", place->dir)) ||
		!(place->log = buf_format("%s/build.log", place->dir)))
		return err_set(err, -ENOMEM, "out of memory");
	return dir_make(place->dir, 0755, err);
}

void workplace_close(struct workplace *place)
{
	if (place->lock_fd >= 0)
		close(place->lock_fd);
	free(place->dir);
	free(place->src);
	free(place->obj);
	free(place->stage);
	free(place->log);
	*place = (struct workplace){.lock_fd = -1};
}

int workplace_try(struct workplace *place, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/lock", place->dir);
	return buf_check(&path) ? buf_check(&path)
				: lock_try(path.data, &place->lock_fd, err);
}

int workplace_lock(struct workplace *place, int cancel_fd, void (*waiting)(void *ctx),
	void *ctx, struct err *err)
{
	struct pollfd cancel = {.fd = cancel_fd, .events = POLLIN};
	bool told = false;
	int r = 0;

	/* a lock cannot be polled for; a cancellation ends the wait at once */
	while (!r && place->lock_fd < 0 && (r = workplace_try(place, err)) == -EAGAIN) {
		if (!told && waiting)
			waiting(ctx);
		told = true;
		r = 0;
		if (poll(&cancel, 1, LOCK_RETRY_MS) > 0)
			return err_set(err, -ECANCELED, "cancelled");
	}
	return r;
}

void workplace_share_lock(struct workplace *place, bool share)
{
	fcntl(place->lock_fd, F_SETFD, share ? 0 : FD_CLOEXEC);
}

static void read_boot(char ret_boot[BOOT_TEXT])
{
	CLEANUP_BUF struct buf text = {0};

	buf_init(&text, 4096);
	ret_boot[0] = '\0';
	if (file_read("/proc/sys/kernel/random/boot_id", &text, NULL) == 0 &&
		text.len == 37)
		snprintf(ret_boot, BOOT_TEXT, "%.36s", text.data);
}

static void mark_path(const char *dir, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/mark", dir);
}

int workplace_mark(struct workplace *place, const struct mark *mark, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	int r;

	mark_path(place->dir, &path);
	buf_init(&text, 4096);
	place->mark = *mark;
	read_boot(place->mark.boot);
	mark_format(&place->mark, &text);
	r = buf_check(&path);
	return r ? r : file_write_atomic(path.data, text.data, text.len, 0644, err);
}

/* ret_changed: when it was written. */
static void read_mark(
	const char *dir, struct mark *ret_mark, struct timespec *ret_changed)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	struct stat st = {0};

	mark_path(dir, &path);
	buf_init(&text, 4096);
	if (!buf_check(&path) && stat(path.data, &st) == 0)
		file_read(path.data, &text, NULL);
	mark_parse(text.data, ret_mark);
	*ret_changed = st.st_mtim;
}

void workplace_look(const char *dir, struct mark *ret_mark)
{
	struct timespec changed;

	read_mark(dir, ret_mark, &changed);
}

static struct timespec purge_since;

static bool at_or_after(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec >= b->tv_nsec);
}

static bool ends(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !memcmp(text + len - n, end, n);
}

/* What a file of dependencies is about: .x.o.cmd and .x.o.d are about x.o, x.d is too.
 * An old object without it would never be made again when a header changes. */
static int purge_target(const char *path, size_t base)
{
	const char *name = path + base;
	size_t len = strlen(name);
	CLEANUP_BUF struct buf target = {0};
	bool d = ends(name, len, ".d");

	if (!d && !ends(name, len, ".cmd"))
		return 0;
	len -= d ? strlen(".d") : strlen(".cmd");
	if (name[0] == '.') {
		name++;
		len--;
	}
	buf_init(&target, 4096);
	buf_addf(&target, "%.*s%.*s%s", (int)base, path, (int)len, name,
		d && !ends(name, len, ".o") ? ".o" : "");
	if (buf_check(&target))
		return -1;
	return unlink(target.data) < 0 && errno != ENOENT && errno != EISDIR ? -1 : 0;
}

/* include/config stays: kconfig writes there by rename or writes empty files, in an order
 * that is safe; and a missing file of it would hide a change from its readers. */
static int purge_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	if (flag != FTW_F || !at_or_after(&st->st_mtim, &purge_since) ||
		strstr(path, "/obj/include/config/"))
		return 0;
	/* the object first: a kill in between must not forget it */
	if (purge_target(path, ftw->base) < 0)
		return -1;
	return unlink(path) < 0 && errno != ENOENT ? -1 : 0;
}

static int purge(struct workplace *place, struct timespec since, struct err *err)
{
	purge_since = since; /* nftw(3) has no context */
	if (file_exists(place->obj) && nftw(place->obj, purge_one, 32, FTW_PHYS) < 0)
		return err_errno(err, -errno, "cannot clear up '%s'", place->obj);
	return 0;
}

int workplace_recover(struct workplace *place, struct err *err)
{
	char boot[BOOT_TEXT];
	struct mark mark;
	struct timespec changed;
	bool rebooted;
	int r = 0;

	read_mark(place->dir, &mark, &changed);
	read_boot(boot);
	rebooted = strcmp(mark.boot, boot) != 0;
	if (!mark.floor.tv_sec) { /* no mark: nothing here is known */
		place->mark = (struct mark){0};
		return workplace_clean(place, err);
	}
	if (mark.phase == PHASE_MAKE || rebooted) {
		struct timespec since = mark.phase == PHASE_MAKE ? changed : mark.floor;

		if (at_or_after(&since, &mark.floor))
			mark.floor = since;
		if (rebooted)
			since.tv_sec -= UNWRITTEN_SECONDS;
		r = purge(place, since, err);
		mark.config[0] = '\0';
	}
	if (mark.phase != PHASE_IDLE || rebooted)
		mark.image[0] = '\0';
	if (mark.phase == PHASE_CHECKOUT || rebooted)
		mark.source[0] = '\0';
	place->mark = mark;
	return r;
}

int workplace_clean(struct workplace *place, struct err *err)
{
	place->mark.built = false;
	place->mark.config[0] = '\0';
	return dir_remove(place->obj, err);
}
