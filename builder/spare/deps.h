/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kbuild wrote down about one object: .NAME.o.cmd. Pure. */
#ifndef TENFOLD_BUILDER_SPARE_DEPS_H
#define TENFOLD_BUILDER_SPARE_DEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/strvec.h"

struct deps {
	char *target, *source; /* as make knows them; owned */
	struct strvec files;   /* what it was made from, the source too */
	struct strvec options; /* what may be there, and counts then */
	struct strvec defines; /* of the command, as "NAME=VALUE" */
	uint64_t kind;         /* a digest of those that say what is compiled, a module or
				* not, and not of what name */
};

/* False in doubt: not gcc -c of a .c file, a flag whose output has more of a text than
 * its code (-g), or that is not plain to us. */
bool deps_parse(const char *text, struct deps *ret);

void deps_release(struct deps *deps);
#define CLEANUP_DEPS CLEANUP(deps_release)

#endif
