/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own build system, driven: .config from a fragment, the kernel and its
 * modules, the modules into a folder. Reproducible: the same tree and config give the
 * same bytes, whenever and by whomever they are built.
 */
#ifndef TENFOLD_BUILDER_KBUILD_H
#define TENFOLD_BUILDER_KBUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "builder/conf.h"
#include "builder/sandbox/sandbox.h"
#include "lib/err.h"
#include "lib/sha256.h"

/* The log keeps this much of what make says, and from there on what each make says last,
 * where its error is; the rest is counted, not kept. A log is never longer than BOUND. */
#define KBUILD_LOG_MAX (32 * 1024 * 1024)
#define KBUILD_LOG_BOUND (KBUILD_LOG_MAX + 1024 * 1024)

/* How the line of the log begins that says which limit was met. */
#define KBUILD_OVER "tenfold: the build "

/* The record of what a make reads, in obj. */
#define KBUILD_RECORD ".tenfold-reach"

enum kbuild_result {
	KBUILD_OK,
	KBUILD_FAILED, /* make said no: the commit's fault, or the machine's: see the log
			*/
};

struct kbuild {
	const char *src, *obj, *stage, *log; /* folders, file; absolute */
	struct sandbox *sandbox;             /* what make is shut in by; NULL: nothing */
	const char *arch;
	const struct conf_config *config;
	unsigned int jobs;
	const char *recorder, *record; /* what is read is written down there; or NULL */
	unsigned int ccache;           /* MB of the cache to compile by; 0: none */
	double timeout;                /* seconds, for each call of make */
	int cancel_fd;
	int log_fd;       /* opened by kbuild_log_open() */
	size_t log_bytes; /* written so far */
	char *tail;       /* said since, and not written yet; owned; NULL: nothing */
	size_t tail_len;
	int log_error;      /* 0, or the errno for which the log is not whole */
	unsigned int lines; /* that make has said so far */
	void (*on_line)(void *ctx, unsigned int lines);
	void *ctx;
	double cpu;             /* seconds used so far, all processes */
	long max_rss_kb;        /* of the largest process so far */
	bool torn;              /* make was ended by force: objects may be half-written */
	enum sandbox_over over; /* the limit that the last make ran into */
};

/* The names that make knows the folders by. */
const char *kbuild_src(const struct kbuild *kb);
const char *kbuild_obj(const struct kbuild *kb);
const char *kbuild_stage(const struct kbuild *kb);

/* Stands for these names: objects made under others are of no use. */
void kbuild_names_key(const struct kbuild *kb, char ret_key[SHA256_TEXT]);

/* Takes out of our environment what would change a build (MAKEFLAGS, ARCH, KCFLAGS, ...).
 */
int kbuild_environment(struct err *err);

/* The first line of the compiler's --version. */
int kbuild_compiler(const struct conf_config *config, char **ret_line, struct err *err);

/* The config's file for an arch, with what tenfold adds to it. */
int kbuild_fragment(const struct conf_config *config, const char *arch, char **ret_text,
	struct err *err);

/* What .config comes from beside the tree: equal keys, equal .config. */
void kbuild_config_key(const struct conf_config *config, const char *arch,
	const char *fragment, const char *compiler, char ret_key[SHA256_TEXT]);

int kbuild_log_open(struct kbuild *kb, struct err *err);
void kbuild_log_close(struct kbuild *kb);
/* Adds to the log, as far as it goes. */
void kbuild_say(struct kbuild *kb, const char *data, size_t len);

/* Each returns a kbuild_result, or a negative errno with a sentence when make could not
 * do its work for a reason that is not the commit's: -ECANCELED, -ETIMEDOUT (without a
 * sandbox), -ENOENT. A result that is not KBUILD_OK has its reason in the log; a limit of
 * the sandbox is one. */
int kbuild_configure(struct kbuild *kb, const char *fragment, struct err *err);
int kbuild_make(struct kbuild *kb, struct err *err);
/* Puts lib/modules/RELEASE under STAGE/usr; nothing if the config has no modules. */
int kbuild_install_modules(struct kbuild *kb, struct err *err);

/* uname -r of what was built. */
int kbuild_release(const struct kbuild *kb, char **ret_release, struct err *err);

#endif
