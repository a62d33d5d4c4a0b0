/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which images are to be frozen. Pure. */
#ifndef TENFOLD_BUILDER_COLD_RULE_H
#define TENFOLD_BUILDER_COLD_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/image.h"

struct rule {
	double age;        /* seconds that an image stays after it came, or came back */
	unsigned int keep; /* newest of each branch, arch and config that stay */
};

struct rule_image {
	struct image_id id;
	struct image_id
		of; /* whose files it has: its own id, or, of an alias, another's */
	char *branch, *date; /* owned; date: of the commit, ISO 8601 UTC */
	double since;        /* seconds since 1970: when its files came */
	bool named;          /* by a host or a boot */
	bool freeze;         /* the answer */
};

/* Sets each one's `freeze`, never that of an alias or of an image whose alias stays. Puts
 * them into the order in which packs are small: by arch and config, oldest commit first.
 */
void rule_choose(const struct rule *rule, struct rule_image *v, size_t n, double now);

#endif
