// SPDX-License-Identifier: GPL-2.0-or-later
#include "outbox.h"

#include <errno.h>
#include <string.h>

#include "builder/job/workplace.h"
#include "lib/file.h"
#include "lib/image.h"
#include "lib/message.h"
#include "mail.h"

static int entry_path(
	const char *state, const char *folder, const char *key, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/%s/%s", state, folder, key);
	return buf_check(b);
}

/* file_write_atomic()'s own temporary file ends in ".XXXXXX": keys end in a commit. */
static bool key_whole(const char *key)
{
	const char *at = strrchr(key, '@');

	return at && image_commit_valid(at + 1);
}

static int make_folder(const char *state, const char *folder, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", state, folder);
	return buf_check(&path) ? buf_check(&path) : dir_make(path.data, 0755, err);
}

static bool was_sent(const char *state, const char *key)
{
	CLEANUP_BUF struct buf path = {0};

	return entry_path(state, "mailed", key, &path) == 0 && file_exists(path.data);
}

int outbox_put(const char *state, const char *key, const char *message, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = entry_path(state, "outbox", key, &path);

	if (strchr(key, '/') || !key_whole(key))
		return err_set(err, -EINVAL, "'%.100s' is no name for a mail", key);
	if (was_sent(state, key))
		return 0;
	if (!r)
		r = make_folder(state, "outbox", err);
	return r ? r : file_write_atomic(path.data, message, strlen(message), 0644, err);
}

static int send_message(
	const char *path, const struct strvec *sendmail, int cancel_fd, struct err *err)
{
	CLEANUP_BUF struct buf message = {0};
	int r;

	buf_init(&message, MAIL_MAX * 2);
	r = file_read(path, &message, err);
	return r < 0 ? r : message_send(message.data, sendmail, cancel_fd, err);
}

static int send_one(const char *state, const char *key, const struct strvec *sendmail,
	int cancel_fd, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, mark = {0};
	int r = entry_path(state, "outbox", key, &path);

	if (!r)
		r = entry_path(state, "mailed", key, &mark);
	else
		buf_init(&mark, 0);
	if (!r && !file_exists(mark.data))
		r = send_message(path.data, sendmail, cancel_fd, err);
	if (!r)
		r = make_folder(state, "mailed", err);
	if (!r)
		r = file_write_atomic(mark.data, "", 0, 0644, err);
	if (!r)
		unlink(path.data);
	return r;
}

int outbox_send(
	const char *state, const struct strvec *sendmail, int cancel_fd, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, lock = {0};
	CLEANUP_DIR DIR *dir = NULL;
	CLEANUP_FD int fd = -1;
	struct dirent *entry;
	int r = 0, first = 0;

	buf_init(&path, 4096);
	buf_init(&lock, 4096);
	buf_addf(&path, "%s/outbox", state);
	buf_addf(&lock, "%s/outbox.lock", state);
	dir = buf_check(&lock) ? NULL : opendir(path.data);
	if (!dir)
		return 0; /* nothing was ever put there */
	r = lock_try(lock.data, &fd, err);
	if (r == -EAGAIN)
		return 0; /* another builder is sending */
	while (!r && (entry = readdir(dir))) {
		int sent;

		if (entry->d_type != DT_REG || !key_whole(entry->d_name))
			continue;
		sent = send_one(
			state, entry->d_name, sendmail, cancel_fd, first ? NULL : err);
		first = first ? first : sent;
	}
	return r ? r : first;
}
