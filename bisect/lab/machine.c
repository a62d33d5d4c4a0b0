// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bisect/log/place.h"
#include "command.h"
#include "lib/buf.h"
#include "lib/child.h"
#include "lib/file.h"

#define CONSOLE_MAX (8 * 1024 * 1024)
#define OUTPUT_MAX 4096

void machine_release(struct machine *machine)
{
	strvec_release(&machine->reboot);
	strvec_release(&machine->power);
	buf_release(&machine->sent);
}

static const struct strvec *command_of(const struct machine *machine, enum rung rung)
{
	return rung == RUNG_OS ? &machine->reboot : &machine->power;
}

static bool machine_can(void *ctx, enum rung rung)
{
	const struct machine *machine = ctx;
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;

	if (rung != RUNG_WARM)
		return command_of(machine, rung)->n > 0;
	return machine->settings &&
	       command_warm(machine->settings, "-", "-", &argv, NULL) == 0 && argv.n > 0;
}

/* The last line that a command wrote: where it says what went wrong. */
static const char *last_line(struct buf *out)
{
	char *newline;

	while (out->len && strchr("\r\n ", out->data[out->len - 1]))
		out->data[--out->len] = '\0';
	newline = strrchr(out->data, '\n');
	return newline ? newline + 1 : out->data;
}

static int run_command(const struct machine *machine, const char *what,
	const struct strvec *argv, struct err *err)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out, how;
	int r;

	buf_init(&out, OUTPUT_MAX);
	buf_init(&how, 256);
	spec.argv = argv->v;
	spec.timeout = machine->timeout;
	spec.cancel_fd = machine->cancel_fd;
	spec.out = &out;
	r = child_run(&spec, &result, err);
	if (r < 0)
		return r == -EINTR ? -EIO : r;
	if (result.cancelled)
		return err_set(err, -EINTR, "interrupted");
	if (result.exit_code == 0)
		return 0;
	child_describe(&result, &how);
	return err_set(err, -EIO, "the %s command '%s' %s%s%s", what, argv->v[0],
		how.data, out.len ? ": " : "", last_line(&out));
}

static int machine_reset(void *ctx, enum rung rung, struct err *err)
{
	return run_command(
		ctx, rung == RUNG_OS ? "reboot" : "power", command_of(ctx, rung), err);
}

static int machine_warm(void *ctx, const char *boot, const char *image, struct err *err)
{
	const struct machine *machine = ctx;
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	int r = command_warm(machine->settings, boot, image, &argv, err);

	return r < 0 ? r : run_command(machine, "warm", &argv, err);
}

static off_t console_end(void *ctx)
{
	struct machine *machine = ctx;
	struct stat st;

	if (!machine->console)
		return (off_t)machine->sent.len;
	return stat(machine->console, &st) == 0 ? st.st_size : 0;
}

/* What is sent is sent as one boot's: there is nothing of an earlier one before it. */
static void console_mark(void *ctx, off_t at)
{
	struct machine *machine = ctx;

	machine->mark = machine->console ? at : 0;
	buf_release(&machine->sent);
}

static void console_sent(void *ctx, const char *text, size_t len)
{
	struct machine *machine = ctx;

	if (machine->console)
		return;
	buf_release(&machine->sent);
	buf_init(&machine->sent, CONSOLE_MAX);
	buf_add(&machine->sent, text, len);
}

/* What stands behind `at`; a log that became shorter was begun anew. */
static int read_console(const struct machine *machine, off_t at, struct buf *b)
{
	CLEANUP_FD int fd = machine->console ? open(machine->console,
						       O_RDONLY | O_CLOEXEC | O_NONBLOCK)
					     : -1;
	char chunk[65536];
	struct stat st;
	ssize_t n;

	if (!machine->console && machine->sent.len) {
		buf_adds(
			b, machine->sent.data + (at < (off_t)machine->sent.len ? at : 0));
		return 0;
	}
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -ENOENT;
	if (st.st_size < at)
		at = 0;
	while (!buf_check(b) && (n = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		/* a string is searched: no zeroes in it */
		for (ssize_t i = 0; i < n; i++)
			if (!chunk[i])
				chunk[i] = '?';
		if (b->len + n > b->max)
			break;
		buf_add(b, chunk, n);
		at += n;
	}
	return 0;
}

void console_scan(const char *text, struct console_news *ret_news)
{
	const char *panic = strstr(text, "Kernel panic - not syncing");
	CLEANUP_BUF struct buf line;

	buf_init(&line, 4096);
	*ret_news = (struct console_news){0};
	if (!panic)
		return;
	/* until its last line the kernel may still say that it reboots */
	ret_news->rebooting = strstr(panic, "Rebooting in ") != NULL;
	ret_news->panic = ret_news->rebooting || strstr(panic, "---[ end Kernel panic");
	for (const char *p = panic; *p && *p != '\r' && *p != '\n' && line.len < 150; p++)
		buf_addc(&line, (unsigned char)*p < ' ' || *p == 127 ? '?' : *p);
	snprintf(ret_news->line, sizeof(ret_news->line), "%s", line.data);
}

static void console_read(void *ctx, struct console_news *ret_news)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, CONSOLE_MAX);
	*ret_news = (struct console_news){0};
	if (read_console(ctx, ((struct machine *)ctx)->mark, &b) == 0)
		console_scan(b.data, ret_news);
}

/* Evidence is a help, not a need: a disk that is full must not stop the run. */
static void console_keep(void *ctx, unsigned int step)
{
	struct machine *machine = ctx;
	CLEANUP_BUF struct buf b, path;

	buf_init(&b, CONSOLE_MAX);
	buf_init(&path, 4096);
	if (!machine->console || read_console(machine, machine->mark, &b) < 0)
		return; /* what was sent is with the server */
	place_evidence(machine->folder, step, "console", &path);
	file_write_atomic(path.data, b.data, b.len, 0644, NULL);
}

static void console_text(void *ctx, off_t from, struct buf *text)
{
	const struct machine *machine = ctx;

	read_console(machine, from < 0 ? machine->mark : from, text);
}

const struct machine_ops machine_ops = {
	.can = machine_can,
	.reset = machine_reset,
	.warm = machine_warm,
	.console_sent = console_sent,
	.console_end = console_end,
	.console_mark = console_mark,
	.console_read = console_read,
	.console_keep = console_keep,
	.console_text = console_text,
};
