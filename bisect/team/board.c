// SPDX-License-Identifier: GPL-2.0-or-later
#include "board.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"

void board_init(struct board *board, FILE *out)
{
	const char *term = getenv("TERM");

	*board = (struct board){
		.out = out, .live = isatty(fileno(out)) && term && strcmp(term, "dumb")};
}

void board_add(struct board *board, const char *name)
{
	if (board->n < BOARD_MAX)
		board->lines[board->n++].name = name;
}

/* Up over the lines, and all below is gone. */
void board_end(struct board *board)
{
	if (board->shown)
		fprintf(board->out, "\r\033[%zuA\033[J", board->shown);
	board->shown = 0;
	fflush(board->out);
}

static void put(struct board *board, const char *indent, const char *name,
	const char *text, double when)
{
	CLEANUP_BUF struct buf clean;
	time_t time = when;
	struct tm tm;

	buf_init(&clean, 1024 * 1024);
	buf_add_clean(&clean, text);
	localtime_r(&time, &tm);
	fprintf(board->out, "%02d:%02d:%02d %s%s%s%s\n", tm.tm_hour, tm.tm_min, tm.tm_sec,
		indent, name, *name ? ": " : "", clean.data);
}

static void draw(struct board *board)
{
	for (size_t i = 0; board->live && i < board->n; i++) {
		if (!*board->lines[i].doing)
			continue;
		put(board, "  ", board->lines[i].name, board->lines[i].doing,
			board->lines[i].since);
		board->shown++;
	}
	fflush(board->out);
}

void board_say(struct board *board, size_t host, const char *line)
{
	board_end(board);
	put(board, "", board->lines[host].name, line, clock_wall());
	draw(board);
}

void board_phase(struct board *board, size_t host, const char *text)
{
	snprintf(board->lines[host].doing, sizeof(board->lines[host].doing), "%s", text);
	board->lines[host].since = clock_wall();
	board_end(board);
	if (!board->live && *text)
		put(board, "  ", board->lines[host].name, text, clock_wall());
	draw(board);
}

static void say(void *ctx, const char *line)
{
	struct board *board = ctx;

	board_end(board);
	put(board, "", "", line, clock_wall());
	draw(board);
}

/* Only hosts do things. */
static void phase(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

const struct view_ops board_view = {
	.say = say,
	.phase = phase,
};
