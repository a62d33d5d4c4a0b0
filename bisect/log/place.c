// SPDX-License-Identifier: GPL-2.0-or-later
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"

#define PATH_MAX_BYTES 4096

void place_init(struct place *place, const char *state, const char *host)
{
	place->lock_fd = -1;
	buf_init(&place->folder, PATH_MAX_BYTES);
	buf_init(&place->log, PATH_MAX_BYTES);
	buf_addf(&place->folder, "%s/%s", state, host);
	buf_addf(&place->log, "%s/log", place->folder.data);
}

void place_release(struct place *place)
{
	buf_release(&place->folder);
	buf_release(&place->log);
	if (place->lock_fd >= 0)
		close(place->lock_fd);
	place->lock_fd = -1;
}

int place_make(struct place *place, struct err *err)
{
	CLEANUP_BUF struct buf steps;

	buf_init(&steps, PATH_MAX_BYTES);
	buf_addf(&steps, "%s/steps", place->folder.data);
	if (buf_check(&steps) || buf_check(&place->log))
		return err_set(
			err, -ENAMETOOLONG, "the name of the state folder is too long");
	return dir_make(steps.data, 0755, err);
}

/* /run/lock is for all users; without it (a container), /tmp is. A file of another user
 * in such a folder cannot be opened with O_CREAT (fs.protected_regular). */
static int open_lock(const struct mac *mac)
{
	const char *folder = access("/run/lock", W_OK) == 0 ? "/run/lock" : "/tmp";
	char dashed[MAC_TEXT];
	CLEANUP_BUF struct buf path;
	int fd;

	mac_format(mac, '-', dashed);
	buf_init(&path, PATH_MAX_BYTES);
	buf_addf(&path, "%s/tenfold-bisect-%s", folder, dashed);
	fd = open(path.data, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		fd = open(path.data, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

int place_lock(
	struct place *place, const struct mac *mac, const char *host, struct err *err)
{
	CLEANUP_FD int fd = open_lock(mac);

	if (fd < 0)
		return err_errno(err, fd, "cannot lock host '%s'", host);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -EBUSY,
			"another tenfold-bisect is at work on host '%s'", host);
	place->lock_fd = TAKE_FD(fd);
	return 0;
}

bool place_is_locked(const struct mac *mac)
{
	CLEANUP_FD int fd = open_lock(mac);

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0;
}

static int rename_part(
	const struct place *place, const char *part, const char *stamp, struct err *err)
{
	CLEANUP_BUF struct buf from, to;

	buf_init(&from, PATH_MAX_BYTES);
	buf_init(&to, PATH_MAX_BYTES);
	buf_addf(&from, "%s/%s", place->folder.data, part);
	buf_addf(&to, "%s/%s.%s", place->folder.data, part, stamp);
	if (renameat2(AT_FDCWD, from.data, AT_FDCWD, to.data, RENAME_NOREPLACE) < 0 &&
		errno != ENOENT)
		return err_errno(err, -errno, "cannot put '%s' aside", from.data);
	return 0;
}

int place_put_aside(struct place *place, struct err *err)
{
	char now[CLOCK_ISO_TEXT];
	CLEANUP_BUF struct buf stamp;
	int r = 0;

	clock_iso(clock_wall(), now);
	buf_init(&stamp, 128);
	buf_addf(&stamp, "%s-%d", now, getpid());
	/* evidence first: a log without any is still a log */
	r = rename_part(place, "steps", stamp.data, err);
	if (!r)
		r = rename_part(place, "log", stamp.data, err);
	return r < 0 ? r : place_make(place, err);
}

const char *const place_kinds[PLACE_KINDS] = {
	"test", "console", "netconsole", "pstore", "dmesg"};

void place_evidence(
	const char *folder, unsigned int step, const char *what, struct buf *b)
{
	buf_addf(b, "%s/steps/%03u-%s.log", folder, step, what);
}

bool place_next_evidence(
	const char *folder, unsigned int step, size_t *at, struct buf *path)
{
	while (folder && *at < PLACE_KINDS) {
		buf_reset(path);
		place_evidence(folder, step, place_kinds[(*at)++], path);
		if (!buf_check(path) && file_exists(path->data))
			return true;
	}
	return false;
}
