// SPDX-License-Identifier: GPL-2.0-or-later
#include "evidence.h"

#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "place.h"

#define LOG_MAX_BYTES (2 * 1024 * 1024)

static const struct step *step_of(
	const struct past *past, const struct step *step, const char *boot)
{
	const struct step *found;

	if (step && !strcmp(step->boot, boot))
		return step;
	for (size_t i = 0; (found = past_step(past, i)); i++)
		if (!strcmp(found->boot, boot))
			return found;
	return NULL;
}

/* The server's grew since, or was never fetched. */
static bool is_news(const char *path, int64_t size)
{
	struct stat st;

	return size > 0 && (stat(path, &st) < 0 || st.st_size != size);
}

static void fetch(const struct server_ops *server, void *server_ctx,
	const struct boot *boot, enum boot_log log, const char *path)
{
	CLEANUP_BUF struct buf text;
	struct err err = ERR_INIT;

	buf_init(&text, LOG_MAX_BYTES);
	if (server->log(server_ctx, boot->id, log, &text, &err) == 0)
		file_write_atomic(path, text.data, text.len, 0644, NULL);
}

void evidence_gather(const struct server_ops *server, void *server_ctx,
	const struct past *past, const struct step *step, const char *folder)
{
	struct err err = ERR_INIT;
	struct boots boots = {0};

	if (!folder || server->boots(server_ctx, &boots, &err) < 0)
		return;
	for (size_t i = 0; i < boots.n; i++) {
		const struct boot *boot = &boots.v[i];
		const struct step *of = step_of(past, step, boot->id);

		for (int log = 0; of && log < BOOT_LOGS; log++) {
			CLEANUP_BUF struct buf path;

			buf_init(&path, 4096);
			place_evidence(folder, of->number, boot_log_name(log), &path);
			if (is_news(path.data, boot->logs[log]))
				fetch(server, server_ctx, boot, log, path.data);
		}
	}
}
