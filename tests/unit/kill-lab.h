/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Controllers that are killed: where their log may be cut, and what must never be lost.
 */
#ifndef TENFOLD_TESTS_KILL_LAB_H
#define TENFOLD_TESTS_KILL_LAB_H

#include <sys/stat.h>

#include "tests/unit/bisect-lab.h"

static inline off_t log_size(const struct fixture *f)
{
	struct stat st;

	assert_int_equal(stat(f->log, &st), 0);
	return st.st_size;
}

static inline void are_first_of(
	const struct step *before, size_t n, const struct step *after, size_t n_after)
{
	assert_true(n_after >= n);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(after[i].commit, before[i].commit);
		assert_string_equal(after[i].role, before[i].role);
		assert_int_equal(after[i].verdict, before[i].verdict);
		assert_string_equal(after[i].host, before[i].host);
		assert_string_equal(after[i].boot, before[i].boot);
	}
}

/* What the first controller had judged stands as it was. */
static inline void nothing_was_lost(const struct past *before, const struct past *after)
{
	are_first_of(before->steps, before->n_steps, after->steps, after->n_steps);
	are_first_of(before->confirmations, before->n_confirmations, after->confirmations,
		after->n_confirmations);
}

/* Where a kill may have cut what was written between two calls: behind each of its
 * lines and in the middle of each. */
static inline size_t list_cuts(
	const struct fixture *f, off_t from, off_t *ret_cuts, size_t room)
{
	CLEANUP_BUF struct buf text;
	size_t n = 0;

	buf_init(&text, 1024 * 1024);
	assert_int_equal(file_read(f->log, &text, NULL), 0);
	ret_cuts[n++] = from;
	while (from < (off_t)text.len && n + 2 <= room) {
		off_t line = strcspn(text.data + from, "\n") + 1;

		ret_cuts[n++] = from + line / 2;
		from += line;
		ret_cuts[n++] = from;
	}
	return n;
}

#endif
