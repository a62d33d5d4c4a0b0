// SPDX-License-Identifier: GPL-2.0-or-later
/* Which chunks of two texts are the same: a longest common sequence. */
#include <string.h>

#include "differ.h"

/* Pairs that are looked at where neither begin nor end agree. */
#define PAIRS_MAX (4u << 20)

struct pairing {
	struct differ *d;
	size_t first, old_end, new_end; /* what is left in the middle */
};

static bool same(const struct differ *d, size_t i, size_t j)
{
	return chunk_same(&d->old, &d->old.v[i], &d->new, &d->new.v[j]);
}

static void pair(struct differ *d, size_t i, size_t j)
{
	d->went[i] = d->came[j] = false;
	d->twin[j] = i;
}

static void pair_ends(struct pairing *p)
{
	struct differ *d = p->d;

	p->old_end = d->old.n;
	p->new_end = d->new.n;
	while (p->first < p->old_end && p->first < p->new_end &&
		same(d, p->first, p->first)) {
		pair(d, p->first, p->first);
		p->first++;
	}
	while (p->old_end > p->first && p->new_end > p->first &&
		same(d, p->old_end - 1, p->new_end - 1))
		pair(d, --p->old_end, --p->new_end);
}

/* best[i][j]: how many pairs the chunks from i and j on have. */
static bool pair_middle(struct pairing *p)
{
	size_t rows = p->old_end - p->first, columns = p->new_end - p->first;
	size_t width = columns + 1;
	CLEANUP_FREE uint16_t *best = NULL;

	if (!rows || !columns)
		return true;
	if (rows > UINT16_MAX / 2 || (rows + 1) * width > PAIRS_MAX)
		return false;
	best = calloc((rows + 1) * width, sizeof(*best));
	if (!best)
		return false;
	for (size_t i = rows; i-- > 0;)
		for (size_t j = columns; j-- > 0;) {
			uint16_t down = best[(i + 1) * width + j];
			uint16_t right = best[i * width + j + 1];

			best[i * width + j] = same(p->d, p->first + i, p->first + j)
						      ? best[(i + 1) * width + j + 1] + 1
					      : down > right ? down
							     : right;
		}
	for (size_t i = 0, j = 0; i < rows && j < columns;) {
		if (same(p->d, p->first + i, p->first + j)) {
			pair(p->d, p->first + i, p->first + j);
			i++;
			j++;
		} else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	return true;
}

void differ_read(struct differ *d, struct words *words, const char *old, size_t old_len,
	const char *new, size_t new_len)
{
	struct pairing p = {.d = d};

	d->opaque = true;
	if (!chunks_read(words, old, old_len, &d->old) ||
		!chunks_read(words, new, new_len, &d->new) || d->old.odd || d->new.odd)
		return;
	d->went = malloc(d->old.n + 1);
	d->came = malloc(d->new.n + 1);
	d->twin = calloc(d->new.n + 1, sizeof(*d->twin));
	if (!d->went || !d->came || !d->twin)
		return;
	memset(d->went, true, d->old.n + 1);
	memset(d->came, true, d->new.n + 1);
	pair_ends(&p);
	d->opaque = !pair_middle(&p);
}
