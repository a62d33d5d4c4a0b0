// SPDX-License-Identifier: GPL-2.0-or-later
#include "dracut-module/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static void terminal_measure(struct terminal *t)
{
	struct winsize size;

	t->rows = 24;
	t->columns = 80;
	if (ioctl(t->fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 5 && size.ws_col > 20) {
		t->rows = size.ws_row;
		t->columns = size.ws_col;
	}
}

static int terminal_open(struct terminal *t, const char *name)
{
	CLEANUP_BUF struct buf path;
	struct termios raw;

	buf_init(&path, 256);
	buf_addf(&path, "%s%s", *name == '/' ? "" : "/dev/", name);
	if (buf_check(&path))
		return -ENAMETOOLONG;
	t->fd = open(path.data, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	t->name = strdup(name);
	if (!t->name || tcgetattr(t->fd, &t->saved) < 0) {
		free(t->name);
		close(t->fd);
		return -ENOTTY;
	}
	raw = t->saved;
	cfmakeraw(&raw);
	raw.c_cflag |= CLOCAL;
	tcsetattr(t->fd, TCSANOW, &raw);
	terminal_measure(t);
	return 0;
}

int terminals_open(struct terminals *t, const struct strvec *names, struct err *err)
{
	*t = (struct terminals){0};
	for (size_t i = 0; i < names->n && t->count < TERMINALS_MAX; i++) {
		if (terminal_open(&t->at[t->count], names->v[i]) == 0)
			t->count++;
		else
			t->at[t->count] = (struct terminal){0};
	}
	return t->count ? 0 : err_set(err, -ENODEV, "no console opens");
}

int terminals_consoles(struct strvec *names, struct err *err)
{
	CLEANUP_BUF struct buf text;
	int ret;

	buf_init(&text, 1024);
	ret = file_read("/sys/class/tty/console/active", &text, err);
	if (ret)
		return ret;
	text.data[strcspn(text.data, "\n")] = '\0';
	return strvec_split(names, text.data, err);
}

/* A slow line still takes what it was given. */
static bool is_moving(const struct terminal *t, int *queued)
{
	int before = *queued;

	return ioctl(t->fd, TIOCOUTQ, queued) == 0 && *queued < before;
}

void terminal_write(struct terminal *t, const char *text, size_t len)
{
	int queued = INT_MAX;

	while (len > 0 && t->fd >= 0) {
		struct pollfd p = {.fd = t->fd, .events = POLLOUT};
		ssize_t n = write(t->fd, text, len);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return;
		} else if (poll(&p, 1, 500) <= 0 && !is_moving(t, &queued)) {
			tcflush(t->fd, TCOFLUSH);
			t->torn = true;
			return;
		}
	}
}

void terminals_release(struct terminals *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct terminal *one = &t->at[i];

		if (one->fd >= 0) {
			tcsetattr(one->fd, TCSANOW, &one->saved);
			close(one->fd);
		}
		free(one->name);
	}
	t->count = 0;
}
