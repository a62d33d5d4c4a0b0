/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stranger's make, shut in by bubblewrap(1): no network, its own processes, /tmp and
 * /proc, the system's programs and the sources to read, the object folder to write, and
 * limits on memory, processes, disk and time. Folders have the same names inside wherever
 * they are outside, so that nothing of this machine gets into an image.
 *
 * When sandbox_run() returns, or its caller dies, every process inside is dead.
 */
#ifndef TENFOLD_BUILDER_SANDBOX_H
#define TENFOLD_BUILDER_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/child.h"
#include "lib/strvec.h"

/* Names inside. */
#define SANDBOX_ROOT "/build"
#define SANDBOX_SRC "/build/src"
#define SANDBOX_OBJ "/build/obj"
#define SANDBOX_STAGE "/build/stage"
#define SANDBOX_RECORDER "/build/recorder.so"

struct sandbox_limits {
	uint64_t memory;    /* bytes, all processes together; 0: 3/4 of the machine's */
	unsigned int parts; /* that those 3/4 are for, of which this is one; 0: 1 */
	unsigned int processes; /* at a time; threads count too */
	uint64_t disk;          /* bytes that the folders for writing may hold */
};

struct sandbox_bind {
	const char *from, *to; /* outside, inside; from must be there */
	bool writable;
};

struct sandbox {
	const char *src, *obj, *stage;   /* outside; stage NULL: none */
	const struct strvec *read;       /* more paths to read, the same name inside */
	const struct sandbox_bind *more; /* NULL: none */
	size_t n_more;
	struct sandbox_limits limits;
	int hold_fd; /* stays open, out of reach, as long as anything lives inside; -1 */
};

/* Which limit a command ran into. */
enum sandbox_over {
	OVER_NOTHING,
	OVER_TIME,
	OVER_MEMORY,
	OVER_PROCESSES,
	OVER_DISK,
};

/* Runs spec->argv with spec->env and nothing else in its environment but PATH. As
 * child_run() (a signal is the command's own), and: -EPERM when the sandbox cannot be
 * made. ask, prepare, tick and cwd of spec are the sandbox's own. */
int sandbox_run(const struct sandbox *box, const struct child_spec *spec,
	struct child_result *ret_result, enum sandbox_over *ret_over, struct err *err);

/* Tries it out. -EPERM with a sentence that says what can be done. */
int sandbox_check(struct err *err);

/* The words of bwrap(1) up to its command. status_fd: where it tells what it does. */
void sandbox_words(
	const struct sandbox *box, char *const *env, int status_fd, struct strvec *argv);

/* The sentence about a limit: "took more than 12 MB of memory". */
void sandbox_describe(const struct sandbox *box, enum sandbox_over over,
	const struct child_result *result, struct buf *b);

/* True if dir/name is a plain file of sane size, reached through plain folders: what runs
 * inside may leave links to what it must not read, and pipes on which a reader would
 * wait. */
bool sandbox_product(const char *dir, const char *name);

#endif
