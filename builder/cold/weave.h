/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a pack of an image's files, against another pack or by itself. */
#ifndef TENFOLD_BUILDER_COLD_WEAVE_H
#define TENFOLD_BUILDER_COLD_WEAVE_H

#include "chain.h"
#include "plan.h"

/* An image's files, taken apart. */
struct weave_source {
	struct {
		const char *name; /* borrowed */
		struct apart apart;
	} file[IMAGE_FILES_MAX];
	size_t n;
};

/* Reads the files that image.json names from the image's folder. -EBADMSG with a sentence
 * if one is not what was published. */
int weave_read(const char *folder, const struct image *image,
	struct weave_source *ret_source, struct err *err);
void weave_release(struct weave_source *source);

/* The pack's bytes. base: the open chain of plan->base, NULL if that is "". */
int weave_pack(const struct weave_source *source, const struct image *image,
	const struct plan *plan, struct chain *base, struct blob *ret_bytes,
	struct err *err);

#define CLEANUP_WEAVE CLEANUP(weave_release)

#endif
