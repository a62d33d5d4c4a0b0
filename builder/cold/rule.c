// SPDX-License-Identifier: GPL-2.0-or-later
#include "rule.h"

#include <stdlib.h>
#include <string.h>

static int compare_target(const struct rule_image *a, const struct rule_image *b)
{
	int r = strcmp(a->id.arch, b->id.arch);

	return r ? r : strcmp(a->id.config, b->id.config);
}

static int by_branch(const void *a, const void *b)
{
	const struct rule_image *x = a, *y = b;
	int r = compare_target(x, y);

	if (!r)
		r = strcmp(x->branch, y->branch);
	if (!r)
		r = strcmp(y->date, x->date); /* newest first */
	return r ? r : strcmp(x->id.commit, y->id.commit);
}

static int by_date(const void *a, const void *b)
{
	const struct rule_image *x = a, *y = b;
	int r = compare_target(x, y);

	if (!r)
		r = strcmp(x->date, y->date);
	return r ? r : strcmp(x->id.commit, y->id.commit);
}

/* What is the same as an image that stays, stays; an alias has nothing to be frozen. */
static void heed_aliases(struct rule_image *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (image_id_equal(&v[i].of, &v[i].id))
			continue;
		for (size_t j = 0; !v[i].freeze && j < n; j++)
			if (image_id_equal(&v[j].id, &v[i].of))
				v[j].freeze = false;
		v[i].freeze = false;
	}
}

void rule_choose(const struct rule *rule, struct rule_image *v, size_t n, double now)
{
	unsigned int place = 0;

	qsort(v, n, sizeof(*v), by_branch);
	for (size_t i = 0; i < n; i++) {
		bool same = i && !compare_target(&v[i], &v[i - 1]) &&
			    !strcmp(v[i].branch, v[i - 1].branch);

		place = same ? place + 1 : 0;
		v[i].freeze = place >= rule->keep && !v[i].named &&
			      now - v[i].since >= rule->age;
	}
	heed_aliases(v, n);
	qsort(v, n, sizeof(*v), by_date);
}
