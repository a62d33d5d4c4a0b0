/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One typed table of options feeds the command line, the config file (INI, by inih),
 * --help, and the test that compares it with the man page.
 */
#ifndef TENFOLD_OPTIONS_H
#define TENFOLD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"
#include "strvec.h"

enum option_kind {
	OPTION_TEXT,   /* char *: owned by the values; replaced by a later one */
	OPTION_NUMBER, /* unsigned int, from min to max */
	OPTION_BOOL,  /* bool: yes/no, true/false, on/off, 1/0; alone on a command line */
	OPTION_LIST,  /* struct strvec: each use adds one string */
	OPTION_WORDS, /* struct strvec: one use sets all words (strvec_split()) */
};

enum option_where {
	OPTION_ARGS = 1,
	OPTION_FILE = 2,
	OPTION_BOTH = 3
};

/* What becomes of an option when that which was begun under it is gone on with later. */
enum option_kept {
	OPTION_PASSES,     /* it is to be said again */
	OPTION_KEPT_GIVEN, /* it holds if the command line has said it */
	OPTION_KEPT        /* it holds, wherever it came from */
};

struct option_def {
	const char *name; /* --name and name = ; words joined by '-', '_' taken as '-' */
	char letter;      /* -x, or 0 */
	enum option_kind kind;
	enum option_where where;
	size_t offset;   /* of the field in the values */
	const char *arg; /* what it takes, for --help: "FILE"; NULL for OPTION_BOOL */
	const char *help;
	/* OPTION_NUMBER: the value; OPTION_WORDS: how many; OPTION_LIST: max uses; max 0:
	 * no limit */
	unsigned int min, max;
	bool (*valid)(const char *text); /* OPTION_TEXT/LIST/WORDS: each; NULL: all */
	size_t told; /* OPTION_BOOL: of a bool that a yes and a no make true; 0: none */
	bool path;   /* OPTION_TEXT: a file or a folder, seen from the current folder */
	enum option_kept kept;
};

/* Tables end with a def whose name is NULL. */
#define OPTION_END           \
	{                    \
		.name = NULL \
	}

/* Reads a command line up to its first word that is no option (or behind "--");
 * *ret_next is that word's index. argv[0] is passed over. Options that the table lacks,
 * bad values: -EINVAL with a sentence. --help and --version are the caller's: put
 * them into the table as OPTION_BOOL. */
int options_args(const struct option_def *defs, void *values, int argc, char **argv,
	int *ret_next, struct err *err);

/* Sets one option from text, as a config file or an HTTP body does. -ENOENT: no such. */
int options_set(const struct option_def *defs, void *values, const char *name,
	const char *text, struct err *err);

/* Adds what options_set() makes the same value of, a text a use; none: it is not set. */
void options_get(const struct option_def *def, const void *values, struct strvec *texts);

/* What is wrong with a config file, by line. */
struct option_faults;

/* Which options a section of a config file has. */
struct option_section {
	const char *name; /* "" for what stands before any section; "host" for both
			   * [host] and [host NAME] */
	const struct option_def *defs;
	const char *required; /* an option that it must have; NULL: none */
	/* the values for a section as it begins; name is NAME or "". NULL result: bad
	 * name, with a sentence */
	void *(*open)(void *ctx, const char *name, struct err *err);
	/* Says what is wrong with a section beside its single options, by
	 * options_fault(). Called once a section (and once for those of one name) when
	 * the whole file is read, whatever else was wrong: what was is not among the
	 * values. NULL: nothing */
	void (*check)(void *ctx, const char *name, struct option_faults *faults);
};

/* For a section's check: one fault. It is told with the line of that option, or of the
 * section if the option is not there (NULL: it is about none). */
void options_fault(struct option_faults *faults, const char *option, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The option of that name in a config file; NULL. */
const struct option_def *options_find(const struct option_def *defs, const char *name);

/* Reads a config file. All errors at once: err gets "file:line: sentence" lines in the
 * file's order joined by newlines, as many as fit, and how many there are beside;
 * -EINVAL. -ENOENT if there is no such file. */
int options_file(const char *path, const struct option_section *sections, void *ctx,
	struct err *err);

/* The options' lines of --help. */
void options_help(const struct option_def *defs, FILE *out);

/* Frees the texts and lists of values. */
void options_release(const struct option_def *defs, void *values);

#endif
