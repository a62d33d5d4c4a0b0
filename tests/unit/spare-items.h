/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up header as a list of pieces, which come, go and move. */
#ifndef TENFOLD_UNIT_SPARE_ITEMS_H
#define TENFOLD_UNIT_SPARE_ITEMS_H

#include "tests/unit/spare-maker.h"

#define ITEMS_MAX 64

struct items {
	char *v[ITEMS_MAX]; /* owned */
	size_t n;
};

static inline void items_text(const struct items *items, size_t n, struct buf *b)
{
	for (size_t i = 0; i < n; i++)
		buf_adds(b, items->v[i]);
}

static inline void items_insert(struct items *items, size_t at, char *text)
{
	assert_non_null(text);
	if (items->n == ITEMS_MAX) {
		free(text);
		return;
	}
	memmove(items->v + at + 1, items->v + at, (items->n - at) * sizeof(*items->v));
	items->v[at] = text;
	items->n++;
}

static inline char *items_take(struct items *items, size_t at)
{
	char *text = items->v[at];

	items->n--;
	memmove(items->v + at, items->v + at + 1, (items->n - at) * sizeof(*items->v));
	return text;
}

/* A new piece, which fits behind those before it and a text outside. */
static inline void items_grow(
	struct maker *m, struct items *items, size_t at, const char *outside)
{
	CLEANUP_BUF struct buf before = {0}, around = {0};

	buf_init(&before, 1 << 20);
	buf_init(&around, 1 << 20);
	buf_adds(&before, outside);
	buf_adds(&around, outside);
	items_text(items, at, &before);
	items_text(items, items->n, &around);
	m->before = before.data;
	m->around = around.data;
	items_insert(items, at, make_item(m));
	m->before = m->around = "";
}

/* Puts some of the pieces from the first on under a condition. */
static inline void items_condition(struct maker *m, struct items *items, size_t first)
{
	static const char *const ifs[] = {"#ifdef CONFIG_ON\n", "#ifdef CONFIG_OFF\n",
		"#ifndef MODULE\n", "#ifdef MODULE\n", "#ifdef M_2\n", "#ifndef fn_3\n",
		"#if defined(CONFIG_ON) && !defined(CONFIG_OFF)\n", "#if M_1 > 4\n"};
	size_t from = first + roll(m, items->n - first), to = from + 1 + roll(m, 4);

	if (to > items->n)
		to = items->n;
	items_insert(items, to, strdup("#endif\n"));
	if (to > from + 1 && !roll(m, 2))
		items_insert(items, from + 1, strdup("#else\n"));
	items_insert(items, from, strdup(ifs[roll(m, ARRAY_SIZE(ifs))]));
}

static inline void items_release(struct items *items)
{
	for (size_t i = 0; i < items->n; i++)
		free(items->v[i]);
	items->n = 0;
}

#endif
