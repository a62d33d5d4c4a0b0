// SPDX-License-Identifier: GPL-2.0-or-later
#include "mark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	if (get(text, "clock", word, sizeof(word)))
		mark.clock = strtoll(word, NULL, 10);
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
	buf_addf(b, "clock %" PRId64 "\n", mark->clock);
	buf_addf(b, "floor %lld.%09ld\n", (long long)mark->floor.tv_sec,
		mark->floor.tv_nsec);
}
