// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/worktree.h"
#include "report/text.h"
#include "run/ahead.h"
#include "run/hold.h"
#include "run/owner.h"
#include "session.h"
#include "team/muster.h"

static bool is_resumable(int end)
{
	return end == RUN_LAB || end == RUN_ABORTED || end == RUN_STOPPED;
}

static void add_given(const char *option, const char *value, struct buf *b)
{
	if (!value)
		return;
	buf_addf(b, "%s ", option);
	text_add_bash(b, value);
	buf_addc(b, ' ');
}

static void add_resume(const struct session *s, struct buf *b)
{
	buf_adds(b, "\nNothing is lost: 'tenfold-bisect run --resume ");
	add_given("--conf", s->given.config_file, b);
	add_given("--state", s->given.state, b);
	buf_addf(b, "--host %s' goes on.\n", s->settings.host);
}

static void print_end(struct session *s, int end)
{
	bool resumable = is_resumable(end);
	CLEANUP_BUF struct buf b;

	view_end(&s->view);
	buf_init(&b, 16 * 1024 * 1024);
	if (!resumable) {
		report_result(&s->past, &b);
		buf_addc(&b, '\n');
	}
	report_table(&s->past, &b);
	if (resumable)
		add_resume(s, &b);
	buf_addf(&b, "\nLog and evidence: %s\n", s->place.folder.data);
	printf("\n%s", b.data);
	fflush(stdout);
	if (resumable)
		log_error("%.900s", s->run.words.data);
}

static void announce_run(struct session *s)
{
	char line[256];

	if (!s->past.n_steps)
		return;
	snprintf(line, sizeof(line), "going on: %zu steps are judged already",
		s->past.n_steps);
	view_ops.say(&s->view, line);
}

static void note_uncommitted(const struct session *s)
{
	struct err note = ERR_INIT;

	if (worktree_differs(s->history.repo, s->settings.repo, &note))
		log_warn("%s", note.text);
}

static int run_alone(struct session *s, struct err *err)
{
	int end = session_find_good(s, err);

	if (end == RUN_GOING && s->releases.commits.n)
		hold_range(s);
	if (end == RUN_GOING)
		end = run_bisection(&s->run, err);
	waiter_calm(&s->waiter);
	ahead_end(&s->run);
	drive_leave(&s->run.bench.drive);
	owner_give_back(&s->run);
	return end;
}

int cmd_run(int argc, char **argv)
{
	CLEANUP_SESSION struct session s;
	struct err err = ERR_INIT;
	int end;

	session_init(&s);
	if (session_read_args(&s, argc, argv, &err) < 0)
		return cmd_fail(&err);
	if (s.settings.help || s.settings.version) {
		cmd_usage();
		return 0;
	}
	if (session_check(&s, &err) < 0 || session_begin(&s, &err) < 0)
		return cmd_fail(&err);
	note_uncommitted(&s);
	announce_run(&s);
	hold_range(&s);
	end = s.n_mates ? muster_run(&s, &err) : run_alone(&s, &err);
	if (end < 0) {
		view_end(&s.view);
		log_error("%s", err.text);
		return RUN_LAB;
	}
	if (!is_resumable(end))
		hold_drop(&s);
	print_end(&s, end);
	return end;
}
