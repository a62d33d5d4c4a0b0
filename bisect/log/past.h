/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a log tells: the settings of the run, the steps that were judged, the end. */
#ifndef TENFOLD_BISECT_PAST_H
#define TENFOLD_BISECT_PAST_H

#include <string.h>

#include "bisect/boot/boot.h"
#include "bisect/boot/cost.h"
#include "bisect/git/history.h"
#include "bisect/team/roster.h"
#include "bisect/world.h"
#include "lib/err.h"
#include "lib/strvec.h"
#include "terms.h"

enum verdict {
	VERDICT_GOOD,
	VERDICT_BAD,
	VERDICT_SKIP
};

const char *verdict_word(enum verdict verdict);

/* One judged commit. Texts are clean (no control characters). */
struct step {
	unsigned int number;  /* from 1 */
	char role[16];        /* "bad-end", "good-end", "release", "split", those of
			       * judge/confirm.h; "" in a log of git's */
	char host[HOST_TEXT]; /* of several; "": there is one only */
	char commit[IMAGE_COMMIT_TEXT];
	char subject[HISTORY_SUBJECT_TEXT];
	enum verdict verdict;
	char why[384];
	char boot[BOOT_ID_TEXT]; /* "": it was not booted */
	bool warm; /* booted from the system that ran before; else by a reset */
	char release[128];
	int exit_code;         /* of the test; -1: it did not run */
	bool another;          /* it failed, but not as the bad end does: skip */
	unsigned int attempts; /* boots that it took */
	unsigned int resets;   /* by our hand */
	size_t candidates;     /* before this step; 0 for the ends */
	char same_as[IMAGE_COMMIT_TEXT]; /* it was not booted: the verdict is that of this
					  * commit, which has the same image; "" */
	char finished[32];               /* ISO 8601 UTC */
	struct cost cost;
};

/* How the host came into it: "warm", "reset"; "": it was not booted. */
static inline const char *step_way(const struct step *step)
{
	return !*step->boot ? "" : step->warm ? "warm" : "reset";
}

struct past {
	struct strvec settings; /* key=value of the run's start */
	struct step *steps;     /* owned; in the order they were judged */
	size_t n_steps;
	struct step *confirmations; /* owned; of the culprit */
	size_t n_confirmations;
	char no_revert[384];            /* why the revert was not tried; "" */
	char reverted[192];             /* what it came to where tests are repeated; "" */
	char undone[IMAGE_COMMIT_TEXT]; /* the suspect that these two are about; "": the
					 * log does not say */
	bool mode_changed;              /* the host boots without kexec for us; before: */
	char mode_was[BOOT_MODE_TEXT], mode_host[HOST_TEXT];
	bool owner_noted; /* the host's next boot was noted, to be put back (owner.h): */
	struct chosen owner_next;
	char current[IMAGE_COMMIT_TEXT]; /* the step under way, or "" */
	size_t current_candidates;
	char last[IMAGE_COMMIT_TEXT]; /* the last step of a run on one host, or "" */
	unsigned int lab_faults;
	struct roster roster;    /* the run's hosts */
	struct strvec signature; /* of the failure that counts: signature_add() words */
	char result[16];         /* "found", "only-skipped", "contradiction", "ends"; "":
				    unfinished */
	char culprit[IMAGE_COMMIT_TEXT];
	char culprit_subject[HISTORY_SUBJECT_TEXT];
	char culprit_author[HISTORY_SUBJECT_TEXT];
	char culprit_date[32];
	unsigned int culprit_parents; /* 2 and more: a merge */
	char belief[512];             /* in sentences: who is suspected, and why; "" */
	unsigned int belief_left; /* so many more runs were expected then; 0: unknown */
	char words[512];          /* the end in a sentence */
	/* revisions of a `git bisect start BAD GOOD...` line and verdict lines that may
	 * not be 40 digits are kept as they stand; see past_verdicts */
	struct strvec start_revs;
	struct terms terms;  /* of the start line */
	bool first_parent;   /* the same */
	struct strvec paths; /* the same */
};

/* Reads a log, ours or git's. -EINVAL with LINE: sentence. */
int past_parse(const char *text, size_t len, struct past *ret_past, struct err *err);

/* The same, added to what was read before: whole lines that were appended since. */
int past_feed(struct past *past, const char *text, size_t len, struct err *err);

/* past_parse() of a file; -ENOENT if there is none. */
int past_load(const char *path, struct past *ret_past, struct err *err);
void past_release(struct past *past);

/* Adds a copy; -ENOMEM. */
int past_add(struct past *past, const struct step *step);
int past_confirm(struct past *past, const struct step *step);

/* Whether a step counts: what a host made that was found to disagree on the ends does
 * not. */
bool past_counts(const struct past *past, const struct step *step);

/* A verdict in the words of this bisection: "good", "broken", "skip". */
const char *past_word(const struct past *past, enum verdict verdict);

/* All that was tried, in order: the steps, then the confirmations. NULL behind them. */
static inline const struct step *past_step(const struct past *past, size_t i)
{
	if (i < past->n_steps)
		return &past->steps[i];
	i -= past->n_steps;
	return i < past->n_confirmations ? &past->confirmations[i] : NULL;
}

/* Whether what stands of a revert is about this commit. */
static inline bool past_undid(const struct past *past, const char *culprit)
{
	return !*past->undone || !strcmp(past->undone, culprit);
}

/* A setting's value; NULL if it was not set. A key may stand more than once: after is
 * the last value got, or NULL for the first. */
const char *past_setting(const struct past *past, const char *key, const char *after);

/* Whether a setting of yes or no is yes. */
static inline bool past_is_set(const struct past *past, const char *key)
{
	const char *value = past_setting(past, key, NULL);

	return value && !strcmp(value, "yes");
}

static inline void cleanup_past(struct past *past)
{
	past_release(past);
}
#define CLEANUP_PAST CLEANUP(cleanup_past)

#endif
