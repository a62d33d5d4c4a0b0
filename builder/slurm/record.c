// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/job/workplace.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "script.h"

#define LOCK_RETRY_MS 200
#define TEXT_MAX 256

/* -EAGAIN: somebody has it, or removed it just now. */
static int lock_once(struct slurm_record *record, struct err *err)
{
	struct stat st;
	int r = lock_try(record->path, &record->fd, err);

	if (r < 0)
		return r;
	if (fstat(record->fd, &st) == 0 && st.st_nlink > 0)
		return 0;
	close(TAKE_FD(record->fd));
	return -EAGAIN;
}

static int read_text(struct slurm_record *record, struct err *err)
{
	char text[TEXT_MAX];
	ssize_t n = pread(record->fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return err_errno(err, -errno, "cannot read '%s'", record->path);
	text[n] = '\0';
	record->old = n > 0;
	/* half a line is as good as none: the job is looked for by its name */
	if (n > 0 && text[n - 1] == '\n' && !strncmp(text, "job ", 4))
		record->job = strtoul(text + 4, NULL, 10);
	return 0;
}

static int name_paths(struct slurm_record *record, const char *state, const char *name)
{
	*record = (struct slurm_record){.fd = -1};
	record->path = buf_format("%s/slurm/%s", state, name);
	record->log = buf_format("%s/slurm/%s.log", state, name);
	return record->path && record->log ? 0 : -ENOMEM;
}

int slurm_record_open(struct slurm_record *record, const char *state, const char *name,
	int cancel_fd, struct err *err)
{
	struct pollfd cancel = {.fd = cancel_fd, .events = POLLIN};
	CLEANUP_FREE char *folder = buf_format("%s/slurm", state);
	int r = name_paths(record, state, name);

	if (r < 0 || !folder)
		return err_set(err, -ENOMEM, "out of memory");
	r = dir_make(folder, 0755, err);
	while (!r && (r = lock_once(record, err)) == -EAGAIN) {
		if (poll(&cancel, 1, LOCK_RETRY_MS) > 0)
			return err_set(err, -ECANCELED, "cancelled");
		r = 0;
	}
	return r ? r : read_text(record, err);
}

int slurm_record_write(struct slurm_record *record, unsigned int job, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	buf_init(&text, TEXT_MAX);
	buf_addf(&text, "job %u\n", job);
	if (ftruncate(record->fd, 0) < 0 ||
		pwrite(record->fd, text.data, text.len, 0) != (ssize_t)text.len ||
		fsync(record->fd) < 0)
		return err_errno(err, -errno, "cannot write '%s'", record->path);
	record->job = job;
	return 0;
}

void slurm_record_remove(struct slurm_record *record)
{
	unlink(record->log);
	unlink(record->path);
}

void slurm_record_close(struct slurm_record *record)
{
	if (record->fd >= 0)
		close(record->fd);
	free(record->path);
	free(record->log);
	*record = (struct slurm_record){.fd = -1};
}

int slurm_record_each(const char *state,
	int (*each)(void *ctx, const char *name, const struct image_id *id), void *ctx)
{
	CLEANUP_FREE char *folder = buf_format("%s/slurm", state);
	CLEANUP_DIR DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *entry;
	struct image_id id;
	int r = 0;

	while (dir && !r && (entry = readdir(dir)))
		if (slurm_job_parse(entry->d_name, &id) == 0)
			r = each(ctx, entry->d_name, &id);
	return r;
}

struct sweep {
	const char *state;
	const struct store *store;
};

static int sweep_one(void *ctx, const char *name, const struct image_id *id)
{
	const struct sweep *sweep = ctx;
	CLEANUP_SLURM_RECORD struct slurm_record record = {.fd = -1};

	if (!store_has(sweep->store, id, true) && !store_has(sweep->store, id, false))
		return 0;
	if (name_paths(&record, sweep->state, name) == 0 && lock_once(&record, NULL) == 0)
		slurm_record_remove(&record);
	return 0;
}

void slurm_record_sweep(const char *state, const struct store *store)
{
	struct sweep sweep = {state, store};

	slurm_record_each(state, sweep_one, &sweep);
}
