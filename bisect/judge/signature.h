/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a failure looked like, and whether another one is the same. Pure.
 * The signature is learnt from the failure of the bad end, or given by hand; a failure
 * that does not match it says nothing about the regression: it is a skip.
 */
#ifndef TENFOLD_BISECT_SIGNATURE_H
#define TENFOLD_BISECT_SIGNATURE_H

#include <stdbool.h>

#include "console.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/strvec.h"

enum failure_kind {
	FAILURE_NONE,
	FAILURE_TEST,    /* the test's exit code */
	FAILURE_TIMEOUT, /* the test found no end */
	FAILURE_DIED,    /* the host went down during the test */
	FAILURE_HANG,    /* silence between the kexec and `up` */
	FAILURE_PANIC,   /* a panic there, or a reset by itself */
	FAILURE_ROOT,    /* the second stage could not start the local OS */
	FAILURE_KINDS
};

struct failure {
	enum failure_kind kind;
	int exit_code;            /* of the test; -1: it had none */
	enum console_stage stage; /* hang, panic: how far it had come */
	struct strvec cases;      /* failing KTAP cases */
	struct strvec lines;      /* of the console, see console_lines() */
	struct buf text;          /* the console, for patterns given by hand */
};

void failure_init(struct failure *failure);
void failure_release(struct failure *failure);

/* What a failure must have; an empty member asks for nothing. */
struct signature {
	bool any;                 /* every failure counts */
	enum failure_kind kind;   /* FAILURE_NONE: any */
	int exit_code;            /* -1: any */
	enum console_stage stage; /* CONSOLE_UNKNOWN: any */
	struct strvec cases;      /* one of them fails */
	struct strvec lines;      /* one of them is on the console */
	struct strvec patterns;   /* one of these extended regexes matches the console */
};

#define SIGNATURE_INIT          \
	{                       \
		.exit_code = -1 \
	}

void signature_release(struct signature *s);

/* True if nothing was learnt or given yet. */
bool signature_is_empty(const struct signature *s);

/* Takes one word: any, exit=N, ktap=CASE, console=REGEX, class=KIND or
 * class=KIND:STAGE, line=TEXT. -EINVAL with a sentence. */
int signature_add(struct signature *s, const char *word, struct err *err);

/* The words that signature_add() makes it of again. */
void signature_words(const struct signature *s, struct strvec *words);

/* Makes the signature of the failure that is looked for. */
void signature_learn(struct signature *s, const struct failure *failure);

/* The reverse: a failure, after failure_init(), that has all that the signature asks for
 * and nothing else. */
void signature_show(const struct signature *s, struct failure *failure);

/* Drops the console lines that a boot which passed has shown as well; true if any was
 * dropped. */
bool signature_forget(struct signature *s, const struct strvec *lines);

bool signature_matches(const struct signature *s, const struct failure *failure);

/* A failure in a few words: "exit code 1, case net/ping". */
void failure_describe(const struct failure *failure, struct buf *b);

/* A signature in a few words. */
void signature_describe(const struct signature *s, struct buf *b);

#define CLEANUP_SIGNATURE CLEANUP(signature_release)
#define CLEANUP_FAILURE CLEANUP(failure_release)

#endif
