// SPDX-License-Identifier: GPL-2.0-or-later
#include "wish.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "builder/conf.h"
#include "lib/clock.h"
#include "lib/file.h"

#define WHY_MAX 2048
#define WHY_END ".why"
#define WHY_KEPT 3600.0 /* seconds; whoever asked has read it by then */

void wish_name(const struct wish *wish, struct buf *b)
{
	buf_addf(b, "%s@%s@%s@%s%s%s", wish->tree, wish->id.arch, wish->id.config,
		wish->id.commit, wish->range ? "@range" : "",
		wish->retry ? "@retry" : "");
}

/* Takes the word off the end of a text. */
static bool take_end(char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	if (len < n || strcmp(text + len - n, end))
		return false;
	text[len - n] = '\0';
	return true;
}

int wish_parse_name(const char *name, struct wish *ret_wish)
{
	const char *at = strchr(name, '@');
	CLEANUP_FREE char *id = at ? strdup(at + 1) : NULL;
	struct wish wish = {0};

	if (!id || (size_t)(at - name) >= sizeof(wish.tree))
		return -EINVAL;
	memcpy(wish.tree, name, at - name);
	wish.retry = take_end(id, "@retry");
	wish.range = take_end(id, "@range");
	for (char *p = id; *p; p++)
		if (*p == '@')
			*p = '/';
	if (!conf_name_valid(wish.tree) || image_id_parse(id, &wish.id, NULL) < 0)
		return -EINVAL;
	*ret_wish = wish;
	return 0;
}

int wish_folder(const char *state, struct buf *b, struct err *err)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/wishes", state);
	return buf_check(b) ? buf_check(b) : dir_make(b->data, 0755, err);
}

static int wish_path(
	const char *state, const struct wish *wish, const char *end, struct buf *b)
{
	int r = wish_folder(state, b, NULL);

	buf_addc(b, '/');
	wish_name(wish, b);
	buf_adds(b, end);
	return r ? r : buf_check(b);
}

/* Names come and go under this lock alone: nobody's wish is taken for one that was left
 * behind while it is being made. -1: there is no folder. */
static int lock_folder(const char *state)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_FD int fd = -1;

	if (wish_folder(state, &path, NULL) < 0)
		return -1;
	fd = open(path.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return -1;
	return TAKE_FD(fd);
}

/* The builder's end; asked: whether anybody holds the other one. */
static int open_end(int dir, const char *name, bool *ret_asked)
{
	int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	char byte;

	/* end of file: no writer; EAGAIN: one that writes nothing */
	*ret_asked = fd >= 0 && read(fd, &byte, 1) < 0 && errno == EAGAIN;
	return fd;
}

static bool is_asked(int dir, const char *name)
{
	bool asked;
	int fd = open_end(dir, name, &asked);

	if (fd >= 0)
		close(fd);
	return asked;
}

/* A FIFO's time is the wish's. */
static int make_fifo(const char *path, double when)
{
	struct timespec at = {.tv_sec = (time_t)when,
		.tv_nsec = (long)((when - (double)(time_t)when) * 1e9)};

	if (mkfifo(path, 0644) < 0)
		return errno == EEXIST ? 0 : -errno;
	return utimensat(AT_FDCWD, path, (struct timespec[]){at, at}, 0) < 0 ? -errno : 0;
}

int wish_add(const char *state, const struct wish *wish, int *ret_fd, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, why = {0};
	CLEANUP_FD int lock = lock_folder(state);
	int r = wish_path(state, wish, "", &path), fd;

	if (!r)
		r = wish_path(state, wish, WHY_END, &why);
	if (r || lock < 0)
		return err_errno(err, r ? r : -EIO, "cannot place a wish");
	unlink(why.data);
	r = make_fifo(path.data, wish->when);
	/* both ways: it neither waits for the builder nor fails without one */
	fd = r ? -1 : open(path.data, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_errno(err, r ? r : -errno, "cannot make '%s'", path.data);
	*ret_fd = fd;
	return 0;
}

bool wish_open(const char *state, const struct wish *wish)
{
	CLEANUP_BUF struct buf path = {0};

	return wish_path(state, wish, "", &path) == 0 && file_exists(path.data);
}

void wish_withdraw(const char *state, const struct wish *wish, int *fd)
{
	CLEANUP_BUF struct buf path = {0};
	CLEANUP_FD int lock = -1;

	if (*fd < 0)
		return;
	lock = lock_folder(state);
	close(TAKE_FD(*fd));
	if (lock >= 0 && wish_path(state, wish, "", &path) == 0 &&
		!is_asked(AT_FDCWD, path.data))
		unlink(path.data);
}

static struct wish kind_of(const char *tree, const struct image_id *id, int kind)
{
	struct wish wish = {.id = *id, .range = kind & 1, .retry = kind & 2};

	snprintf(wish.tree, sizeof(wish.tree), "%s", tree);
	return wish;
}

static int answer(
	const char *state, const struct wish *wish, const char *why, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, why_path = {0};
	int r = wish_path(state, wish, "", &path);

	if (!r)
		r = wish_path(state, wish, WHY_END, &why_path);
	if (r < 0 || !file_exists(path.data))
		return r;
	if (why)
		r = file_write_atomic(why_path.data, why, strlen(why), 0644, err);
	if (!r && unlink(path.data) < 0 && errno != ENOENT)
		r = err_errno(err, -errno, "cannot remove '%s'", path.data);
	return r;
}

int wish_done(const char *state, const char *tree, const struct image_id *id,
	const char *why, struct err *err)
{
	CLEANUP_FD int lock = lock_folder(state);
	int r = lock < 0 ? err_set(err, -EIO, "cannot lock the wishes") : 0;

	for (int i = 0; i < WISH_KINDS; i++) {
		struct wish wish = kind_of(tree, id, i);
		int one = answer(state, &wish, why, err);

		r = r ? r : one;
	}
	return r;
}

bool wish_why(const char *state, const struct wish *wish, struct buf *ret_why)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(ret_why, WHY_MAX);
	return wish_path(state, wish, WHY_END, &path) == 0 && file_exists(path.data) &&
	       file_read(path.data, ret_why, NULL) == 0;
}

static int push(struct wish **wishes, size_t *n, const struct wish *wish)
{
	struct wish *more = reallocarray(*wishes, *n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	*wishes = more;
	more[(*n)++] = *wish;
	return 0;
}

/* Whether the name is a wish that somebody waits for. */
static bool look_at_name(int dir, const char *name, bool sweep, struct wish *ret_wish)
{
	size_t len = strlen(name), end = strlen(WHY_END);
	bool why = len > end && !strcmp(name + len - end, WHY_END), asked;
	struct stat st;

	if ((!why && wish_parse_name(name, ret_wish) < 0) ||
		fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	ret_wish->when = st.st_mtim.tv_sec + st.st_mtim.tv_nsec / 1e9;
	asked = !why && S_ISFIFO(st.st_mode) && is_asked(dir, name);
	if (sweep && !asked && (!why || clock_wall() - st.st_mtim.tv_sec > WHY_KEPT))
		unlinkat(dir, name, 0);
	return asked;
}

int wish_list(const char *state, bool sweep, struct wish **ret_wishes, size_t *ret_n,
	struct err *err)
{
	CLEANUP_FREE struct wish *wishes = NULL;
	CLEANUP_FD int lock = sweep ? lock_folder(state) : -1;
	CLEANUP_DIR DIR *dir = NULL;
	CLEANUP_BUF struct buf path = {0};
	struct dirent *entry;
	size_t n = 0;
	int r = wish_folder(state, &path, err);

	dir = r ? NULL : opendir(path.data);
	if (!dir)
		return err_errno(err, r ? r : -errno, "cannot read '%s'", path.data);
	while ((entry = readdir(dir))) {
		struct wish wish;

		if (look_at_name(dirfd(dir), entry->d_name, sweep && lock >= 0, &wish) &&
			push(&wishes, &n, &wish) < 0)
			return err_set(err, -ENOMEM, "out of memory");
	}
	*ret_wishes = TAKE_PTR(wishes);
	*ret_n = n;
	return 0;
}

bool wish_askers_watch(struct wish_askers *askers, const char *state, const char *tree,
	const struct image_id *id, int epoll_fd)
{
	*askers = (struct wish_askers){0};
	for (int i = 0; i < WISH_KINDS; i++) {
		struct wish wish = kind_of(tree, id, i);
		CLEANUP_BUF struct buf path = {0};
		CLEANUP_FD int fd = -1;
		bool asked = false;

		if (wish_path(state, &wish, "", &path) == 0)
			fd = open_end(AT_FDCWD, path.data, &asked);
		/* EPOLLHUP, which needs no asking for, is the end of the last asker */
		if (asked && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd,
				     &(struct epoll_event){.events = 0}) == 0)
			askers->fd[askers->n++] = TAKE_FD(fd);
	}
	return askers->n > 0;
}

void wish_askers_release(struct wish_askers *askers)
{
	while (askers->n)
		close(askers->fd[--askers->n]);
}
