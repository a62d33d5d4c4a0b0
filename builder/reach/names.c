// SPDX-License-Identifier: GPL-2.0-or-later
#include "names.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"

#define LINKS_MAX 40 /* as in the kernel */

void names_init(struct names *names, const char *inside, size_t max, const char *outside)
{
	size_t len = strnlen(inside, max < NAMES_MAX ? max : NAMES_MAX - 1);

	memcpy(names->inside, inside, len);
	names->inside[len] = '\0';
	names->outside = outside;
}

/* Bytes of text that are the folder's name; 0: it begins with something else. */
static size_t begins(const char *text, const char *folder)
{
	size_t len = strlen(folder);

	return !strncmp(text, folder, len) && (text[len] == '/' || !text[len]) ? len : 0;
}

/* An absolute text: done becomes what it starts from; returns the rest. */
static const char *start(const struct names *names, const char *text, struct buf *done)
{
	size_t len = begins(text, names->inside);

	buf_reset(done);
	if (!len)
		len = begins(text, names->outside);
	if (len)
		buf_adds(done, names->outside);
	return text + len;
}

/* The folder above; that of the folder itself, in there, is the root. */
static void go_up(const struct names *names, struct buf *done)
{
	const char *slash = strrchr(done->data, '/');
	CLEANUP_BUF struct buf up = {0};

	buf_init(&up, PATH_MAX);
	if (slash && strcmp(done->data, names->outside))
		buf_add(&up, done->data, slash - done->data);
	buf_reset(done);
	buf_adds(done, up.data);
}

/* A link at done: what is to be gone on with. NULL: it cannot be. */
static char *follow(const struct names *names, struct buf *done, const char *rest)
{
	CLEANUP_BUF struct buf text = {0};
	char target[PATH_MAX];
	ssize_t n = readlink(done->data, target, sizeof(target) - 1);

	if (n <= 0)
		return NULL;
	target[n] = '\0';
	buf_init(&text, PATH_MAX * 2);
	if (target[0] == '/') {
		buf_adds(&text, start(names, target, done));
	} else {
		go_up(names, done);
		buf_adds(&text, target);
	}
	buf_addf(&text, "/%s", rest);
	return buf_take(&text);
}

/* Takes the first part of *rest; false at the end. */
static bool next_part(const char **rest, const char **ret_part, size_t *ret_len)
{
	*rest += strspn(*rest, "/");
	*ret_part = *rest;
	*ret_len = strcspn(*rest, "/");
	*rest += *ret_len;
	return *ret_len;
}

char *names_real(const struct names *names, const char *text)
{
	CLEANUP_FREE char *held = NULL;
	CLEANUP_BUF struct buf done = {0};
	const char *rest, *part;
	unsigned int links = 0;
	struct stat st;
	size_t len;

	buf_init(&done, PATH_MAX);
	rest = start(names, text, &done);
	while (next_part(&rest, &part, &len)) {
		char *more;

		if (len == 1 && *part == '.')
			continue;
		if (len == 2 && !strncmp(part, "..", 2)) {
			go_up(names, &done);
			continue;
		}
		buf_addf(&done, "/%.*s", (int)len, part);
		if (buf_check(&done) || lstat(done.data, &st) < 0)
			return NULL;
		if (!S_ISLNK(st.st_mode)) {
			if (rest[strspn(rest, "/")] && !S_ISDIR(st.st_mode))
				return NULL;
			continue;
		}
		more = ++links <= LINKS_MAX ? follow(names, &done, rest) : NULL;
		if (!more)
			return NULL;
		free(held);
		rest = held = more;
	}
	if (!done.len)
		buf_addc(&done, '/');
	return buf_take(&done);
}
