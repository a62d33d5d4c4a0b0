/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a bisection does to the world, as tables of functions: the builder, the
 * server, the machine, the tester and the clock. The real ones are in lab/, one file
 * each; the unit tests bring the simulated ones of sim/.
 * Functions return 0 or -errno with a sentence; -EINTR means that the user wants out.
 */
#ifndef TENFOLD_BISECT_WORLD_H
#define TENFOLD_BISECT_WORLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "boot/boot.h"
#include "lab/kernels.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/image.h"
#include "lib/strvec.h"

/* What the host must prove to run. */
struct candidate {
	struct image_id id;
	char image[IMAGE_ID_TEXT]; /* id as text */
	char release[128];         /* uname -r */
	char build_id[128];        /* "": the image does not tell */
};

struct builder_ops {
	/* 0: the image is there; -ENOENT: not yet; -ENOEXEC: it does not build */
	int (*find)(
		void *ctx, const char *commit, struct candidate *ret, struct err *err);
	/* 0: now it is there; -ENOEXEC: it does not build; else infra error */
	int (*build)(void *ctx, const char *commit, struct err *err);
	/* tells each() of every commit that has an image, then of those that are known
	 * not to build; *ret_seconds: what a build is expected to take, untouched if not
	 * known */
	int (*survey)(void *ctx,
		void (*each)(void *each_ctx, const char *commit, bool there),
		void *each_ctx, double *ret_seconds, struct err *err);
	/* these images will be wanted, the likeliest first: they are made in the
	 * background, as many at a time as the builder may; what is being made and is not
	 * among them is withdrawn. Never waits. build() waits for
	 * what is being made, else begins it at once, in the place of another if need be.
	 */
	void (*order)(void *ctx, const char *const *commits, size_t n);
	/* tells each() of what is being made, with the seconds since it was begun */
	void (*coming)(void *ctx,
		void (*each)(void *each_ctx, const char *commit, double since),
		void *each_ctx);
	/* names the kernel of the commit's image: equal names, equal kernels. -ENOENT: it
	 * has none */
	int (*kernel)(void *ctx, const char *commit, char ret_kernel[KERNEL_TEXT],
		struct err *err);
	/* makes a commit, to be built as any other, that is onto with culprit reverted;
	 * -EEXIST: the revert does not apply */
	int (*revert)(void *ctx, const char *culprit, const char *onto,
		char ret_commit[IMAGE_COMMIT_TEXT], struct err *err);
};

#define BOOT_MODE_TEXT 16

/* What is chosen for a host's next boot. */
struct chosen {
	char image[IMAGE_ID_TEXT]; /* or "local"; "": nothing */
	bool wait;                 /* the menu waits for a key */
};

struct server_ops {
	/* sets the host's next boot, no waiting in the menu */
	int (*set_next)(void *ctx, const char *image, struct err *err);
	/* takes it back if it is still that image */
	int (*clear_next)(void *ctx, const char *image, struct err *err);
	int (*get_next)(void *ctx, struct chosen *ret_chosen, struct err *err);
	/* chooses it where nothing is chosen; -EEXIST: something is */
	int (*give_next)(void *ctx, const struct chosen *chosen, struct err *err);
	/* tells that the host is about to be reset; the id of the boot that comes */
	int (*announce)(void *ctx, char ret_boot[BOOT_ID_TEXT], struct err *err);
	int (*boots)(void *ctx, struct boots *ret_boots, struct err *err);
	/* adds one of a boot's logs; -ENOENT: there is none */
	int (*log)(void *ctx, const char *boot, enum boot_log log, struct buf *text,
		struct err *err);
	/* how the host is set to load a candidate: "kexec", "grub", or "" */
	int (*get_mode)(void *ctx, char ret_mode[BOOT_MODE_TEXT], struct err *err);
	int (*set_mode)(void *ctx, const char *mode, struct err *err);
};

/* How a host is made to boot, the quickest first. */
enum rung {
	RUNG_WARM, /* kexec from the running OS: see machine_ops.warm */
	RUNG_OS,
	RUNG_POWER
};

/* What the console said since the last mark. */
struct console_news {
	bool panic;     /* the kernel has panicked */
	bool rebooting; /* and says that it reboots by itself */
	char line[160]; /* the line that told, cleaned */
};

struct machine_ops {
	bool (*can)(void *ctx, enum rung rung);
	int (*reset)(void *ctx, enum rung rung, struct err *err);
	/* starts a warm step: from the running OS into the image, as that boot. 0 only
	 * says that it was begun */
	int (*warm)(void *ctx, const char *boot, const char *image, struct err *err);
	/* what a boot has sent by netconsole until now, which stands for the console of a
	 * host that has none */
	void (*console_sent)(void *ctx, const char *text, size_t len);
	/* where the console's log ends now; what stands before a mark is not the
	 * candidate's */
	off_t (*console_end)(void *ctx);
	void (*console_mark)(void *ctx, off_t at);
	void (*console_read)(void *ctx, struct console_news *ret_news);
	/* keeps what it said since the mark, as evidence of that step */
	void (*console_keep)(void *ctx, unsigned int step);
	/* adds what it said from there on; from below 0: since the mark */
	void (*console_text)(void *ctx, off_t from, struct buf *text);
};

struct test_result {
	int exit_code; /* 0..255; -1: a signal ended it */
	bool timed_out;
	double seconds;
	char words[128];      /* how it ended, for people */
	struct strvec failed; /* failing KTAP cases in its output; the caller's */
};

struct tester_ops {
	/* an error means that the test could not be started */
	int (*run)(void *ctx, unsigned int step, const struct candidate *candidate,
		const char *boot, struct test_result *ret_result, struct err *err);
};

struct clock_ops {
	double (*now)(void *ctx);               /* seconds, never jumping */
	double (*wall)(void *ctx);              /* unix seconds */
	int (*wait)(void *ctx, double seconds); /* -EINTR: the user wants out */
};

/* Where a step is; for the live view. */
struct view_ops {
	void (*say)(void *ctx, const char *line);   /* a fact that stays */
	void (*phase)(void *ctx, const char *text); /* what is going on now */
};

struct world {
	const struct builder_ops *builder;
	const struct server_ops *server;
	const struct machine_ops *machine;
	const struct tester_ops *tester;
	const struct clock_ops *clock;
	const struct view_ops *view;
	void *builder_ctx, *server_ctx, *machine_ctx, *tester_ctx, *clock_ctx, *view_ctx;
};

#endif
