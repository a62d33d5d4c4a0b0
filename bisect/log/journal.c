// SPDX-License-Identifier: GPL-2.0-or-later
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/text.h"

/* Cuts what stands behind the last newline. */
static int cut_half_line(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END), at = end;
	char c = 0;

	while (at > 0 && pread(fd, &c, 1, at - 1) == 1 && c != '\n')
		at--;
	return at < end && ftruncate(fd, at) < 0 ? -errno : 0;
}

static int sync_folder(const char *path)
{
	CLEANUP_FREE char *copy = strdup(path);
	CLEANUP_FD int fd = copy ? open(dirname(copy), O_RDONLY | O_CLOEXEC) : -1;

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int journal_open(struct journal *j, const char *path, struct err *err)
{
	CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int r;

	if (fd < 0)
		return err_errno(err, -errno, "cannot open the log '%s'", path);
	r = cut_half_line(fd);
	if (!r)
		r = sync_folder(path);
	if (r < 0)
		return err_errno(err, r, "cannot use the log '%s'", path);
	j->fd = TAKE_FD(fd);
	return 0;
}

void journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	j->fd = -1;
}

static int write_all(int fd, const char *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, data + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += n;
	}
	return 0;
}

int journal_append(struct journal *j, const struct buf *b, struct err *err)
{
	off_t end = lseek(j->fd, 0, SEEK_END);
	int r = buf_check(b);

	if (!r && end < 0)
		r = -errno;
	if (!r) {
		r = write_all(j->fd, b->data, b->len);
		/* nothing must come behind half a record */
		if (r < 0 && ftruncate(j->fd, end) < 0)
			r = -errno;
	}
	if (!r && fsync(j->fd) < 0)
		r = -errno;
	return r < 0 ? err_errno(err, r, "cannot write to the log") : 0;
}

void record_event(struct buf *b, const char *name)
{
	buf_addf(b, "# tenfold: event=%s", name);
}

void record_pair(struct buf *b, const char *key, const char *fmt, ...)
{
	CLEANUP_BUF struct buf value, clean;
	va_list ap;

	buf_init(&value, RECORD_MAX);
	buf_init(&clean, RECORD_MAX);
	va_start(ap, fmt);
	buf_vaddf(&value, fmt, ap);
	va_end(ap);
	buf_add_clean(&clean, value.data);
	buf_addf(b, " %s=", key);
	if (clean.len && !strpbrk(clean.data, " '\"\\"))
		buf_adds(b, clean.data);
	else
		text_add_quoted(b, clean.data);
}

void record_exact(struct buf *b, const char *key, const char *value)
{
	CLEANUP_BUF struct buf clean;

	buf_init(&clean, RECORD_MAX);
	buf_add_clean(&clean, value);
	if (!strcmp(clean.data, value)) {
		record_pair(b, key, "%s", value);
		return;
	}
	buf_addf(b, " %s*=", key);
	text_add_url(b, value);
}

void record_end(struct buf *b)
{
	buf_addc(b, '\n');
}

static void add_costs(struct buf *b, const struct cost *cost)
{
	for (int i = 0; i < COST_STAGES; i++)
		if (cost->seconds[i] >= 0)
			record_pair(b, cost_name(i), "%.3f", cost->seconds[i]);
}

void record_signature(struct buf *b, const struct strvec *words)
{
	record_event(b, "signature");
	for (size_t i = 0; i < words->n; i++)
		record_pair(b, "failure", "%s", words->v[i]);
	record_end(b);
}

static void add_step(struct buf *b, const struct step *step)
{
	record_pair(b, "step", "%u", step->number);
	record_pair(b, "role", "%s", step->role);
	if (*step->host)
		record_pair(b, "host", "%s", step->host);
	record_pair(b, "commit", "%s", step->commit);
	record_pair(b, "verdict", "%s", verdict_word(step->verdict));
	record_pair(b, "why", "%s", step->why);
	if (*step->boot) {
		record_pair(b, "boot", "%s", step->boot);
		record_pair(b, "way", "%s", step_way(step));
		record_pair(b, "release", "%s", step->release);
	}
	if (*step->same_as)
		record_pair(b, "same-as", "%s", step->same_as);
	if (step->exit_code >= 0)
		record_pair(b, "exit", "%d", step->exit_code);
	if (step->another)
		record_pair(b, "another-failure", "yes");
	record_pair(b, "candidates", "%zu", step->candidates);
	record_pair(b, "attempts", "%u", step->attempts);
	record_pair(b, "resets", "%u", step->resets);
	record_pair(b, "finished", "%s", step->finished);
	add_costs(b, &step->cost);
}

static void record_event_only(struct buf *b, const char *event, const struct step *step)
{
	record_event(b, event);
	record_pair(b, "subject", "%s", step->subject);
	add_step(b, step);
	record_end(b);
}

void record_confirmation(struct buf *b, const struct step *step)
{
	record_event_only(b, "confirmed", step);
}

void record_run(struct buf *b, const struct step *step)
{
	record_event_only(b, "run", step);
}

void record_conclusion(struct buf *b, const char *culprit, const struct strvec *parents,
	const struct terms *terms, bool first_parent)
{
	const struct strvec no_paths = STRVEC_INIT;

	record_event(b, "conclusion");
	record_end(b);
	terms_start(terms, first_parent, &no_paths, b);
	buf_addf(b, "git bisect %s %s\n", terms_new(terms), culprit);
	for (size_t i = 0; i < (first_parent && parents->n ? 1 : parents->n); i++)
		buf_addf(b, "git bisect %s %s\n", terms_old(terms), parents->v[i]);
}

void record_step(struct buf *b, const struct step *step, const struct terms *terms)
{
	const char *word = step->verdict == VERDICT_GOOD  ? terms_old(terms)
			   : step->verdict == VERDICT_BAD ? terms_new(terms)
							  : "skip";

	record_event(b, "judged");
	add_step(b, step);
	record_end(b);
	buf_addf(b, "# %s: [%s] ", word, step->commit);
	buf_add_clean(b, step->subject);
	buf_addf(b, "\ngit bisect %s %s\n", word, step->commit);
}

void record_found(
	struct buf *b, const char *commit, const char *subject, const struct terms *terms)
{
	buf_addf(b, "# first %s commit: [%s] ", terms_new(terms), commit);
	buf_add_clean(b, subject);
	buf_addc(b, '\n');
}
