// SPDX-License-Identifier: GPL-2.0-or-later
#include "outbox.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"
#include "lib/message.h"
#include "mail.h"
#include "workplace.h"

/* STATE/FOLDER/ARCH@CONFIG@COMMIT40 */
static int entry_path(
	const char *state, const char *folder, const struct image_id *id, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/%s/%s@%s@%s", state, folder, id->arch, id->config, id->commit);
	return buf_check(b);
}

static bool entry_id(const char *name, struct image_id *ret_id)
{
	CLEANUP_FREE char *copy = strdup(name);

	for (char *p = copy; p && *p; p++)
		if (*p == '@')
			*p = '/';
	return copy && image_id_parse(copy, ret_id, NULL) == 0;
}

static int make_folder(const char *state, const char *folder, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};

	buf_init(&path, 4096);
	buf_addf(&path, "%s/%s", state, folder);
	return buf_check(&path) ? buf_check(&path) : dir_make(path.data, 0755, err);
}

bool outbox_sent(const char *state, const struct image_id *id)
{
	CLEANUP_BUF struct buf path = {0};

	return entry_path(state, "mailed", id, &path) == 0 && file_exists(path.data);
}

int outbox_put(const char *state, const struct image_id *id, const char *message,
	struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r = entry_path(state, "outbox", id, &path);

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

static int send_one(const char *state, const struct image_id *id,
	const struct strvec *sendmail, int cancel_fd, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, mark = {0};
	int r = entry_path(state, "outbox", id, &path);

	if (!r)
		r = entry_path(state, "mailed", id, &mark);
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

int outbox_send(const char *state, const struct store *store,
	const struct strvec *sendmail, int cancel_fd, struct err *err)
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
		struct image_id id;
		int sent;

		if (!entry_id(entry->d_name, &id) || !store_has(store, &id, false))
			continue;
		sent = send_one(state, &id, sendmail, cancel_fd, first ? NULL : err);
		first = first ? first : sent;
	}
	return r ? r : first;
}
