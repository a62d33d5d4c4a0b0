// SPDX-License-Identifier: GPL-2.0-or-later
/* replay FILE: what a log, ours or git's, comes to on the history; touches nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "session.h"

static int replay_check(struct session *s, int argc, char **argv, struct err *err)
{
	int next, r;

	r = options_args(params_options, &s->settings, argc, argv, &next, err);
	if (r < 0 || s->settings.help)
		return r;
	if (argc - next != 1)
		return err_set(err, -EINVAL, "replay takes one log file");
	s->settings.replay = strdup(argv[next]);
	r = params_hosts(&s->settings, err);
	if (r < 0)
		return r;
	s->settings.host = s->settings.host ? s->settings.host : strdup("replay");
	if (!s->settings.replay || !s->settings.host)
		return err_set(err, -ENOMEM, "out of memory");
	r = session_take_past(s, err);
	if (!r)
		r = session_check_history(s, err);
	return r < 0 ? r : session_load_range(s, err);
}

static int replay_print(struct session *s, struct err *err)
{
	static const char *const words[] = {
		[CHOICE_TRY] = "next to try",
		[CHOICE_FOUND] = "the first",
		[CHOICE_ONLY_SKIPPED] = "bad; besides it, only skipped commits are left",
		[CHOICE_CONTRADICTION] = "bad, and an ancestor of a good commit",
	};
	static const int codes[] = {[CHOICE_TRY] = 0,
		[CHOICE_FOUND] = RUN_FOUND,
		[CHOICE_ONLY_SKIPPED] = RUN_ONLY_SKIPPED,
		[CHOICE_CONTRADICTION] = RUN_CONTRADICTION};
	struct history_commit commit;
	struct choice choice = {0};
	int r;

	past_release(&s->past);
	r = past_load(s->settings.replay, &s->past, err);
	if (r < 0)
		return r;
	s->run.history = &s->history;
	s->run.past = &s->past;
	s->run.bad = s->bad;
	r = run_choose(&s->run, &choice, err);
	if (!r)
		r = history_describe(
			&s->history, s->history.commits[choice.commit], &commit, err);
	if (r < 0)
		return r;
	printf("%zu verdicts, %zu commits left\n%s is %s", s->past.n_steps,
		choice.candidates, commit.commit, words[choice.kind]);
	if (choice.kind == CHOICE_FOUND)
		printf(" %s commit", terms_new(&s->past.terms));
	printf(": %s\n", commit.subject);
	return codes[choice.kind];
}

int cmd_replay(int argc, char **argv)
{
	CLEANUP_SESSION struct session s;
	struct err err = ERR_INIT;
	int r;

	session_init(&s);
	r = replay_check(&s, argc, argv, &err);
	if (r == 0 && s.settings.help)
		cmd_usage();
	else if (r == 0)
		r = replay_print(&s, &err);
	return r < 0 ? cmd_fail(&err) : r;
}
