/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of a folder that were made from what changes, and could be spared: each was
 * up to date with all that it was made from.
 */
#ifndef TENFOLD_BUILDER_SPARE_OBJECTS_H
#define TENFOLD_BUILDER_SPARE_OBJECTS_H

#include <time.h>

#include "change.h"
#include "survey.h"

/* Where things are, and the names that make has for them. */
struct places {
	const char *src, *obj;
	const char *src_name; /* absolute; what is not absolute is in obj */
};

struct object {
	char *path; /* absolute; owned */
	struct timespec time;
	uint32_t *files; /* places in objects->files; owned */
	size_t n_files;
	struct strvec defined;
	uint64_t kind;    /* deps.h */
	uint64_t headers; /* that differ and are among its files, a bit each */
};

enum input_state {
	INPUT_SAME,
	INPUT_CHANGED, /* a header that is looked at */
	INPUT_REFUSED, /* it differs in another way, or is not plain to us */
};

/* A file that objects are made from. */
struct input {
	char *path;    /* absolute; NULL: it is not there */
	size_t header; /* CHANGED: which of the change's */
	enum input_state state;
	struct timespec time;
	uint32_t survey; /* its number there; 0: not yet */
	bool is_header;
};

struct objects {
	struct object *v; /* owned */
	size_t n;
	struct words names;   /* of inputs; a name's number is its input's */
	struct input *inputs; /* owned */
	size_t n_inputs, room_inputs;
};

/* -ENOMEM, or 0; what cannot be read is no object that could be spared. */
int objects_read(
	const struct places *places, const struct change *change, struct objects *ret);
void objects_release(struct objects *objects);
#define CLEANUP_OBJECTS CLEANUP(objects_release)

/* a is older than b. */
bool time_before(const struct timespec *a, const struct timespec *b);

#endif
