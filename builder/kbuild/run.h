/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call of a kernel's make: its words, what shuts it in, its log. Of kbuild.c alone.
 */
#ifndef TENFOLD_BUILDER_KBUILD_RUN_H
#define TENFOLD_BUILDER_KBUILD_RUN_H

#include "kbuild.h"

/* make with the targets and settings of extra (NULL-terminated), and env added to the
 * environment (or NULL). A kbuild_result or a negative errno. */
int kbuild_run(
	struct kbuild *kb, const char *const *extra, char *const *env, struct err *err);

#endif
