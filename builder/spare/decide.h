/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the objects that could be spared are: reads the texts of all of them. */
#ifndef TENFOLD_BUILDER_SPARE_DECIDE_H
#define TENFOLD_BUILDER_SPARE_DECIDE_H

#include "objects.h"

enum verdict {
	VERDICT_COMPILE,
	VERDICT_SPARE,
	VERDICT_PROVE, /* compiled, in the place of others that are spared */
};

/* One verdict an object; false: nothing can be told. */
bool decide(const struct change *change, const char *config, struct objects *objects,
	enum verdict *ret);

#endif
