// SPDX-License-Identifier: GPL-2.0-or-later
#include "pairs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

static int decode(char *pair, struct err *err)
{
	char *equals = strchr(pair, '=');

	if (!equals || equals == pair || equals[-1] != '*')
		return 0;
	if (text_decode_url(equals + 1) < 0)
		return err_set(err, -EINVAL, "'%.60s' has a bad %%XX", pair);
	memmove(equals - 1, equals, strlen(equals) + 1);
	return 0;
}

int pairs_split(struct strvec *pairs, const char *line, struct err *err)
{
	int r = strvec_split(pairs, line, err);

	for (size_t i = 0; !r && i < pairs->n; i++)
		r = decode(pairs->v[i], err);
	return r;
}

const char *pairs_next(const struct strvec *pairs, const char *key, const char *after)
{
	size_t len = strlen(key);
	bool passed = !after;

	for (size_t i = 0; i < pairs->n; i++) {
		const char *value = pairs->v[i] + len + 1;

		if (strncmp(pairs->v[i], key, len) || pairs->v[i][len] != '=')
			continue;
		if (passed)
			return value;
		passed = value == after;
	}
	return NULL;
}

const char *pairs_find(const struct strvec *pairs, const char *key)
{
	return pairs_next(pairs, key, NULL);
}

const char *pairs_text(const struct strvec *pairs, const char *key)
{
	const char *value = pairs_find(pairs, key);

	return value ? value : "";
}

long pairs_number(const struct strvec *pairs, const char *key, long fallback)
{
	const char *value = pairs_find(pairs, key);

	return value ? strtol(value, NULL, 10) : fallback;
}
