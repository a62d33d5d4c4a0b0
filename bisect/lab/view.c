// SPDX-License-Identifier: GPL-2.0-or-later
#include "view.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"

void view_init(struct view *view, FILE *out)
{
	const char *term = getenv("TERM");

	*view = (struct view){
		.out = out, .live = isatty(fileno(out)) && term && strcmp(term, "dumb")};
}

void view_end(struct view *view)
{
	if (view->pending)
		fputs("\r\033[K", view->out);
	view->pending = false;
	fflush(view->out);
}

static void put_time(struct view *view)
{
	time_t now = clock_wall();
	struct tm tm;

	localtime_r(&now, &tm);
	fprintf(view->out, "%02d:%02d:%02d ", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put(struct view *view, const char *indent, const char *text)
{
	CLEANUP_BUF struct buf clean;

	buf_init(&clean, 1024 * 1024);
	buf_add_clean(&clean, text);
	put_time(view);
	fprintf(view->out, "%s%s", indent, clean.data);
}

static void say(void *ctx, const char *line)
{
	struct view *view = ctx;

	view_end(view);
	put(view, "", line);
	fputc('\n', view->out);
	fflush(view->out);
}

static void phase(void *ctx, const char *text)
{
	struct view *view = ctx;

	view_end(view);
	put(view, "  ", text);
	if (!view->live)
		fputc('\n', view->out);
	view->pending = view->live;
	fflush(view->out);
}

const struct view_ops view_ops = {
	.say = say,
	.phase = phase,
};
