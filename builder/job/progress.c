// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/file.h"

#define EVERY 0.5        /* seconds between two tellings */
#define BAR 20           /* columns */
#define LINES_EVERY 30.0 /* seconds between two lines where there is no terminal */

void progress_init(struct progress *p, const struct image_id *id)
{
	*p = (struct progress){.id = *id,
		.terminal = isatty(STDERR_FILENO),
		.journal = getenv("JOURNAL_STREAM") != NULL,
		.phase = "waiting",
		.start = clock_monotonic()};
	p->said = p->start;
}

int progress_share(struct progress *p, const char *workplace)
{
	p->file = buf_format("%s/running", workplace);
	return p->file ? 0 : -ENOMEM;
}

void progress_duration(double seconds, struct buf *b)
{
	long s = (long)seconds;

	if (seconds < 0)
		buf_adds(b, "?");
	else if (s >= 3600)
		buf_addf(b, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
	else
		buf_addf(b, "%ld:%02ld", s / 60, s % 60);
}

void progress_format(const struct progress *p, double elapsed, struct buf *b)
{
	double left = costs_left(&p->expect, p->lines, elapsed);

	if (p->of > 1)
		buf_addf(b, "%u/%u ", p->number, p->of);
	buf_addf(b, "%.12s %s/%s %s", p->id.commit, p->id.arch, p->id.config, p->phase);
	if (p->expect.seconds)
		buf_addf(b, " %d %%", costs_percent(&p->expect, p->lines, elapsed));
	else if (p->lines)
		buf_addf(b, " %u lines", p->lines);
	if (left >= 0) {
		buf_adds(b, ", ");
		progress_duration(left, b);
		buf_adds(b, " left");
	}
}

static void write_file(const struct progress *p, double elapsed)
{
	CLEANUP_BUF struct buf text = {0};
	char id[IMAGE_ID_TEXT];

	buf_init(&text, 1024);
	image_id_format(&p->id, id);
	buf_addf(&text, "%s %s %d %.1f %.1f\n", id, p->phase,
		p->expect.seconds ? costs_percent(&p->expect, p->lines, elapsed) : 0,
		elapsed, costs_left(&p->expect, p->lines, elapsed));
	file_replace(p->file, text.data, text.len, NULL);
}

void progress_bar(int percent, struct buf *b)
{
	int full = (percent < 0 ? 0 : percent > 100 ? 100 : percent) * BAR / 100;

	buf_addf(b, "[%.*s%.*s] ", full, "====================", BAR - full,
		"                    ");
}

void progress_format_other(
	const struct progress *p, const struct progress_report *now, struct buf *b)
{
	bool mine = image_id_equal(&now->id, &p->id);

	if (p->of > 1)
		buf_addf(b, "%u/%u ", p->number, p->of);
	buf_addf(b, "%.12s %s/%s ", p->id.commit, p->id.arch, p->id.config);
	if (mine)
		buf_addf(b, "%s %d %%, ", now->phase, now->percent);
	else
		buf_addf(b, "waits for %.12s, ", now->id.commit);
	progress_duration(now->left, b);
	buf_adds(b, " left");
}

static bool is_time(const struct progress *p, double time)
{
	return p->terminal || (!p->journal && time - p->said >= LINES_EVERY);
}

static void say(struct progress *p, const char *line, double time)
{
	p->said = time;
	fprintf(stderr, p->terminal ? "\r%s\033[K" : "%s\n", line);
}

/* What people see, if it is time. */
static void show(struct progress *p, double time)
{
	CLEANUP_BUF struct buf line = {0};

	if (!is_time(p, time))
		return;
	buf_init(&line, 1024);
	if (p->terminal && p->expect.seconds)
		progress_bar(costs_percent(&p->expect, p->lines, time - p->start), &line);
	progress_format(p, time - p->start, &line);
	say(p, line.data, time);
}

void progress_show_other(struct progress *p, const char *workplace)
{
	CLEANUP_BUF struct buf line = {0};
	double time = clock_monotonic();
	struct progress_report now;

	if (!is_time(p, time) || progress_read(workplace, &now) < 0)
		return;
	buf_init(&line, 1024);
	if (p->terminal && image_id_equal(&now.id, &p->id))
		progress_bar(now.percent, &line);
	progress_format_other(p, &now, &line);
	say(p, line.data, time);
}

static void tell(struct progress *p, bool now)
{
	double time = clock_monotonic();

	if (!now && time - p->shown < EVERY)
		return;
	p->shown = time;
	if (p->file)
		write_file(p, time - p->start);
	show(p, time);
}

void progress_phase(struct progress *p, const char *phase)
{
	p->phase = phase;
	tell(p, true);
}

void progress_lines(struct progress *p, unsigned int lines)
{
	p->lines = lines;
	tell(p, false);
}

void progress_end(struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
	if (p->file)
		unlink(p->file);
}

void progress_release(struct progress *p)
{
	free(p->file);
	p->file = NULL;
}

int progress_read(const char *workplace, struct progress_report *ret_report)
{
	struct progress_report report = {0};
	CLEANUP_BUF struct buf path = {0}, text = {0};
	char id[IMAGE_ID_TEXT];
	int r;

	buf_init(&path, 4096);
	buf_init(&text, 4096);
	buf_addf(&path, "%s/running", workplace);
	r = buf_check(&path);
	if (!r)
		r = file_read(path.data, &text, NULL);
	if (r < 0)
		return r;
	if (sscanf(text.data, "%120s %31s %d %lf %lf", id, report.phase, &report.percent,
		    &report.elapsed, &report.left) != 5 ||
		image_id_parse(id, &report.id, NULL) < 0)
		return -EINVAL;
	*ret_report = report;
	return 0;
}
