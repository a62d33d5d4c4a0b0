// SPDX-License-Identifier: GPL-2.0-or-later
#include "dracut-module/menu-run.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/cleanup.h"

enum {
	ESCAPE_MS = 100
}; /* how long the rest of an escape sequence may take */

/* What the poll loop calls. */
struct screen {
	void *what;
	void (*key)(void *what, int key);
	void (*tick)(void *what);
	void (*draw)(void *what, struct buf *out, const struct terminal *t, bool whole);
	bool (*done)(void *what);
};

static int timer_open(struct err *err)
{
	const struct itimerspec each = {
		.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &each, NULL) < 0)
		return err_errno(err, -errno, "no timer for the menu");
	return fd;
}

static void screen_draw(const struct screen *s, struct terminals *t, bool whole)
{
	for (size_t i = 0; i < t->count; i++) {
		CLEANUP_BUF struct buf out;

		buf_init(&out, 1 << 16);
		s->draw(s->what, &out, &t->at[i], whole || t->at[i].torn);
		t->at[i].torn = false;
		terminal_write(&t->at[i], out.data, out.len);
	}
}

/* All that one terminal has sent; false if nothing came of it. */
static bool screen_read(const struct screen *s, struct terminal *t)
{
	unsigned char bytes[64];
	ssize_t n = read(t->fd, bytes, sizeof(bytes));
	bool any = false;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		/* hung up: it would be ready for ever */
		tcsetattr(t->fd, TCSANOW, &t->saved);
		close(t->fd);
		t->fd = -1;
		return false;
	}
	for (ssize_t i = 0; i < n && !s->done(s->what); i++) {
		int key = key_feed(&t->decoder, bytes[i]);

		if (key != KEY_NONE) {
			s->key(s->what, key);
			any = true;
		}
	}
	return any;
}

static bool screen_flush(const struct screen *s, struct terminals *t)
{
	bool any = false;

	for (size_t i = 0; i < t->count && !s->done(s->what); i++) {
		int key = key_flush(&t->at[i].decoder);

		if (key != KEY_NONE) {
			s->key(s->what, key);
			any = true;
		}
	}
	return any;
}

static bool escape_pending(const struct terminals *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->at[i].fd >= 0 && t->at[i].decoder.state != KEY_PLAIN)
			return true;
	}
	return false;
}

static int screen_run(const struct screen *s, struct terminals *t,
	const char **ret_terminal, struct err *err)
{
	CLEANUP_FD int timer = timer_open(err);
	struct pollfd fds[TERMINALS_MAX + 1];

	if (timer < 0)
		return timer;
	*ret_terminal = t->at[t->count - 1].name;
	screen_draw(s, t, true);
	while (!s->done(s->what)) {
		bool whole = false, tick = false;
		int n;

		for (size_t i = 0; i < t->count; i++)
			fds[i] = (struct pollfd){.fd = t->at[i].fd, .events = POLLIN};
		fds[t->count] = (struct pollfd){.fd = timer, .events = POLLIN};
		n = poll(fds, t->count + 1, escape_pending(t) ? ESCAPE_MS : -1);
		if (n < 0 && errno != EINTR)
			return err_errno(err, -errno, "cannot wait for a key");
		if (n == 0)
			whole = screen_flush(s, t);
		for (size_t i = 0; n > 0 && i < t->count && !s->done(s->what); i++) {
			if (fds[i].revents && screen_read(s, &t->at[i])) {
				*ret_terminal = t->at[i].name;
				whole = true;
			}
		}
		if (n > 0 && fds[t->count].revents) {
			uint64_t seconds = 0;

			tick = read(timer, &seconds, sizeof(seconds)) > 0;
			for (; seconds > 0 && !s->done(s->what); seconds--)
				s->tick(s->what);
		}
		if (whole || tick)
			screen_draw(s, t, whole);
	}
	return 0;
}

static void menu_screen_key(void *what, int key)
{
	menu_key(what, key);
}

static void menu_screen_tick(void *what)
{
	menu_tick(what);
}

static void menu_screen_draw(
	void *what, struct buf *out, const struct terminal *t, bool whole)
{
	if (whole)
		menu_draw(what, out, t->rows, t->columns);
	else
		menu_draw_status(what, out, t->rows, t->columns);
}

static bool menu_screen_done(void *what)
{
	const struct menu *m = what;

	return m->result != MENU_RUNNING;
}

int menu_run(
	struct menu *m, struct terminals *t, const char **ret_terminal, struct err *err)
{
	const struct screen s = {
		.what = m,
		.key = menu_screen_key,
		.tick = menu_screen_tick,
		.draw = menu_screen_draw,
		.done = menu_screen_done,
	};
	int ret = screen_run(&s, t, ret_terminal, err);

	for (size_t i = 0; i < t->count; i++) {
		CLEANUP_BUF struct buf out;

		/* what is printed next starts below the menu */
		buf_init(&out, 1024);
		menu_draw_status(m, &out, t->at[i].rows, t->at[i].columns);
		buf_addf(&out, "\033[%zu;1H\r\n", t->at[i].rows);
		terminal_write(&t->at[i], out.data, out.len);
	}
	return ret;
}

static void edit_screen_key(void *what, int key)
{
	line_edit_key(what, key);
}

static void edit_screen_tick(void *what)
{
	(void)what;
}

static void edit_screen_draw(
	void *what, struct buf *out, const struct terminal *t, bool whole)
{
	if (whole)
		line_edit_draw(what, out, t->columns);
}

static bool edit_screen_done(void *what)
{
	const struct line_edit *e = what;

	return e->result != LINE_EDIT_RUNNING;
}

int line_edit_run(struct line_edit *e, struct terminals *t, struct err *err)
{
	const struct screen s = {
		.what = e,
		.key = edit_screen_key,
		.tick = edit_screen_tick,
		.draw = edit_screen_draw,
		.done = edit_screen_done,
	};
	const char *terminal;

	return screen_run(&s, t, &terminal, err);
}
