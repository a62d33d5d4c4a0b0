// SPDX-License-Identifier: GPL-2.0-or-later
#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "builder/job/workplace.h"

#define WATCHER_GONE_MS 2000 /* how soon a dead watcher is noticed */

bool ask_is_watched(const struct builder *b)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/watch.lock", b->conf.state);
	return !buf_check(&path) && lock_held(path.data);
}

int ask_await(struct builder *b, const struct wish *wish, struct progress *progress,
	struct err *err)
{
	const char *state = b->conf.state;
	CLEANUP_FD int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	CLEANUP_BUF struct buf folder = {0}, why = {0}, place = {0};
	int r = wish_folder(state, &folder, err);

	if (!r && (notify < 0 || inotify_add_watch(notify, folder.data, IN_DELETE) < 0))
		r = err_errno(err, -errno, "cannot watch '%s'", folder.data);
	workplace_path(state, wish->tree, wish->id.arch, wish->id.config, &place);
	while (!r && wish_open(state, wish)) {
		struct pollfd fds[] = {{.fd = notify, .events = POLLIN},
			{.fd = b->signal_fd, .events = POLLIN}};
		char events[4096];

		if (!ask_is_watched(b))
			return -EAGAIN;
		progress_show_other(progress, place.data);
		poll(fds, ARRAY_SIZE(fds), WATCHER_GONE_MS);
		if (fds[1].revents)
			return err_set(err, -ECANCELED, "cancelled");
		if (fds[0].revents && read(notify, events, sizeof(events)) < 0)
			continue;
	}
	if (!r && wish_why(state, wish, &why))
		r = err_set(err, -EIO, "%s", why.data);
	return r;
}
