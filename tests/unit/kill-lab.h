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

/* What the first controller had judged stands as it was. */
static inline void nothing_was_lost(const struct past *before, const struct past *after)
{
	assert_true(after->n_steps >= before->n_steps);
	for (size_t i = 0; i < before->n_steps; i++) {
		assert_string_equal(after->steps[i].commit, before->steps[i].commit);
		assert_int_equal(after->steps[i].verdict, before->steps[i].verdict);
		assert_string_equal(after->steps[i].host, before->steps[i].host);
		assert_string_equal(after->steps[i].boot, before->steps[i].boot);
	}
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
