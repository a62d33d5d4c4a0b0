// SPDX-License-Identifier: GPL-2.0-or-later
#include "list.h"

#include <string.h>

bool list_is_own(const struct list_own *own, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(own[i].id, id))
			return true;
	return false;
}

size_t list_own(const struct list_choices *choices, struct list_own ret_own[LIST_OWN_MAX])
{
	const struct list_own strongest_first[LIST_OWN_MAX] = {
		{choices->next_waits ? "next" : "now", choices->next},
		{"default", choices->usual},
		{"good", choices->good},
	};
	size_t n = 0;

	for (size_t i = 0; i < LIST_OWN_MAX; i++)
		if (*strongest_first[i].id &&
			!list_is_own(ret_own, n, strongest_first[i].id))
			ret_own[n++] = strongest_first[i];
	return n;
}

const char *list_first(const struct list_choices *choices,
	bool (*is_there)(void *ctx, const char *id), void *ctx)
{
	struct list_own own[LIST_OWN_MAX];
	size_t n = list_own(choices, own);

	for (size_t i = 0; i < n && strcmp(own[i].mark, "good") != 0; i++)
		if (!strcmp(own[i].id, "local") || is_there(ctx, own[i].id))
			return own[i].id;
	return "local";
}
