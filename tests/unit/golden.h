/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares a text with a file of tests/unit/golden and shows what differs; UPDATE=1
 * rewrites the file. */
#ifndef TENFOLD_TESTS_GOLDEN_H
#define TENFOLD_TESTS_GOLDEN_H

#include <stdlib.h>

#include "lib/child.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

#define GOLDEN "tests/unit/golden/"

static inline void golden_check(const char *path, const struct buf *text)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	struct err err = ERR_INIT;

	assert_int_equal(buf_check(text), 0);
	if (getenv("UPDATE"))
		assert_int_equal(
			file_write_atomic(path, text->data, text->len, 0644, &err), 0);
	spec.argv = (char *[]){"diff", "-u", (char *)path, "-", NULL};
	spec.input = text->data;
	spec.inherit_output = true;
	assert_int_equal(child_run(&spec, &result, &err), 0);
	assert_int_equal(result.exit_code, 0);
}

#endif
