// SPDX-License-Identifier: GPL-2.0-or-later
#include "pairs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
