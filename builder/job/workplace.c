// SPDX-License-Identifier: GPL-2.0-or-later
#include "workplace.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"

#define LOCK_RETRY_MS 200
/* A machine that lost its power lost what the kernel had not written yet: dirty pages
 * go out after 30 s (vm.dirty_expire_centisecs) and the next flusher's round. */
#define UNWRITTEN_SECONDS 120
/* In nanoseconds. Two clocks are read one after the other: less than NOISE is no step. */
#define SECOND INT64_C(1000000000)
#define NOISE (SECOND / 100)

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

static int64_t nanoseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* How far the wall clock is ahead of the one that nobody sets. */
static int64_t clock_ahead(void)
{
	int64_t before, wall, after;

	do {
		before = nanoseconds(CLOCK_BOOTTIME);
		wall = nanoseconds(CLOCK_REALTIME);
		after = nanoseconds(CLOCK_BOOTTIME);
	} while (after - before > NOISE / 2); /* we did not run in between */
	return wall - before;
}

/* By how much the wall clock was set back since the mark of this boot was written. */
static int64_t clock_set_back(const struct mark *mark)
{
	int64_t by = mark->clock ? mark->clock - clock_ahead() : 0;

	return by > NOISE ? by : 0;
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
	place->mark.clock = clock_ahead();
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

struct timespec workplace_floor(const struct workplace *place)
{
	int64_t now = nanoseconds(CLOCK_REALTIME) + clock_set_back(&place->mark);

	return (struct timespec){.tv_sec = now / SECOND, .tv_nsec = now % SECOND};
}

bool workplace_is_ahead(const struct workplace *place)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return !at_or_after(&now, &place->mark.floor);
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
	if (flag == FTW_DNR || flag == FTW_NS)
		return -1;
	if (flag != FTW_F || !at_or_after(&st->st_mtim, &purge_since) ||
		strstr(path, "/obj/include/config/"))
		return 0;
	/* the object first: a kill in between must not forget it */
	if (purge_target(path, ftw->base) < 0)
		return -1;
	return unlink(path) < 0 && errno != ENOENT ? -1 : 0;
}

/* Where a hostile make has left folders that cannot be gone through, all objects go. */
static int purge(struct workplace *place, struct timespec since, struct err *err)
{
	purge_since = since; /* nftw(3) has no context */
	if (file_exists(place->obj) && nftw(place->obj, purge_one, 32, FTW_PHYS) < 0)
		return workplace_clean(place, err);
	return 0;
}

/* No mark: nothing here is known. Or all of it is from times that are still to come. */
static int start_afresh(struct workplace *place, struct err *err)
{
	int r = place->mark.floor.tv_sec ? dir_remove(place->src, err) : 0;

	place->mark = (struct mark){0};
	return r ? r : workplace_clean(place, err);
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
	place->mark = mark;
	memcpy(place->made_of, mark.source, sizeof(place->made_of));
	if (!mark.floor.tv_sec || workplace_is_ahead(place))
		return start_afresh(place, err);
	if (mark.phase == PHASE_MAKE || rebooted) {
		struct timespec since = mark.phase == PHASE_MAKE ? changed : mark.floor;

		/* what was made after the clock was set back looks older than it is */
		since.tv_sec -= rebooted ? UNWRITTEN_SECONDS
					 : (clock_set_back(&mark) + SECOND - 1) / SECOND;
		if (at_or_after(&since, &mark.floor))
			mark.floor = since;
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
