/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs another program: an argv, never a shell line; its own process group, so that a
 * time limit or a cancellation ends all it started (SIGTERM, then SIGKILL).
 */
#ifndef TENFOLD_CHILD_H
#define TENFOLD_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"
#include "err.h"

struct child_spec {
	char *const *argv;   /* NULL-terminated; argv[0] is looked up in PATH */
	const char *cwd;     /* folder to run in, or NULL */
	char *const *env;    /* KEY=VALUE added to our environment, or NULL */
	const char *input;   /* text for its standard input; NULL: see in_fd */
	int in_fd;           /* its standard input; -1: /dev/null */
	int out_fd;          /* its stdout and stderr go here as well; -1: nowhere */
	struct buf *out;     /* the first out->max bytes of both; NULL: not kept */
	double timeout;      /* seconds; 0: none */
	int cancel_fd;       /* readable: end the child; -1: none */
	bool inherit_output; /* leave stdout and stderr as ours (out, out_fd unused) */
	/* told of each chunk of output as it comes; NULL: nobody */
	void (*on_output)(void *ctx, const char *data, size_t len);
	/* in the new process, the last thing before the program: 0 or -errno */
	int (*prepare)(void *ctx);
	/* from time to time while it runs; false: end it */
	bool (*tick)(void *ctx);
	double tick_every; /* seconds; 0: 1 s */
	/* asks the child pid to end; NULL: SIGTERM to its process group */
	void (*ask)(void *ctx, pid_t pid);
	void *ctx;
};

#define CHILD_SPEC_INIT                                    \
	{                                                  \
		.in_fd = -1, .out_fd = -1, .cancel_fd = -1 \
	}

struct child_result {
	int exit_code;   /* 0..255, or -1 if a signal ended it */
	int signal;      /* the signal, or 0 */
	bool timed_out;  /* the limit ended it */
	bool cancelled;  /* cancel_fd ended it */
	bool stopped;    /* tick() ended it */
	double seconds;  /* wall time */
	double cpu;      /* user + system seconds of it and its waited-for children */
	long max_rss_kb; /* largest process */
};

/* 0 when the child was started and reaped, however it ended; -ENOENT and friends with
 * a sentence when it could not be started (ret_result then untouched). */
int child_run(
	const struct child_spec *spec, struct child_result *ret_result, struct err *err);

/* A program that runs beside us. */
struct child {
	pid_t pid;
	int pid_fd;     /* readable once it has ended */
	double start;   /* monotonic */
	double kill_at; /* monotonic; 0 while it was not asked to end */
};

/* Starts it and comes back. Of the spec argv, cwd, env, its inputs, out_fd (which it gets
 * itself) and prepare() count; a limit is the caller's. Errors as child_run(). */
int child_start(const struct child_spec *spec, struct child *ret_child, struct err *err);

/* Asks it and all it started to end: SIGTERM, and SIGKILL by a later child_poll(). */
void child_ask(struct child *child);

/* True once it has ended; then it is reaped, ret_result (NULL: not wanted) is set but for
 * what ended it, and the child is gone. To be called now and then while it lives. */
bool child_poll(struct child *child, struct child_result *ret_result);

/* One clear phrase: "exited with 2", "was killed by signal 9", "took longer than 60 s".
 */
void child_describe(const struct child_result *result, struct buf *b);

#endif
