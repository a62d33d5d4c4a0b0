// SPDX-License-Identifier: GPL-2.0-or-later
#include "crew.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERROR_MAX 1024

/* What a child writes before it ends, in one piece. */
struct answer {
	int result;
	struct outcome outcome; /* its pointer means nothing here */
	char error[ERROR_MAX];  /* what it pointed to; "": nothing */
	struct err err;
};
_Static_assert(sizeof(struct answer) <= PIPE_BUF, "an answer fits into a pipe");

static void __attribute__((noreturn))
be_member(int fd, pid_t parent, const struct want *want,
	int (*work)(void *, const struct want *, struct outcome *, struct err *),
	void *ctx)
{
	struct answer answer = {.result = -EIO};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	answer.result = work(ctx, want, &answer.outcome, &answer.err);
	if (answer.outcome.error)
		snprintf(answer.error, sizeof(answer.error), "%s", answer.outcome.error);
	_exit(write(fd, &answer, sizeof(answer)) != sizeof(answer));
}

int crew_start(struct crew *crew, const struct want *want,
	int (*work)(void *ctx, const struct want *want, struct outcome *ret_outcome,
		struct err *err),
	void *ctx, struct err *err)
{
	struct crew_member *member = &crew->v[crew->n];
	pid_t parent = getpid();
	int fds[2];

	if (crew->n == CREW_MAX)
		return err_set(err, -EBUSY, "too many images are under way");
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_errno(err, -errno, "cannot make a pipe");
	*member = (struct crew_member){.want = *want, .fd = fds[0]};
	member->want.branch = want->branch ? strdup(want->branch) : NULL;
	member->pid = fork();
	if (member->pid == 0)
		be_member(fds[1], parent, want, work, ctx);
	close(fds[1]);
	if (member->pid < 0) {
		close(fds[0]);
		free(member->want.branch);
		return err_errno(err, -errno, "cannot start a maker");
	}
	crew->n++;
	return 0;
}

bool crew_has(const struct crew *crew, const struct want *want, bool place)
{
	for (size_t i = 0; i < crew->n; i++) {
		const struct want *w = &crew->v[i].want;

		if (image_id_equal(&w->id, &want->id))
			return true;
		if (place && !strcmp(w->tree->name, want->tree->name) &&
			!strcmp(w->id.arch, want->id.arch) &&
			!strcmp(w->id.config, want->id.config))
			return true;
	}
	return false;
}

void crew_settle_rests(const struct crew *crew, struct queue *queue, bool place)
{
	for (size_t i = 0; i < queue->n; i++) {
		struct want *want = &queue->v[i];

		if (crew_has(crew, want, place))
			want->rests_until = HUGE_VAL;
		else if (isinf(want->rests_until))
			want->rests_until = 0;
	}
}

struct crew_member *crew_next(struct crew *crew)
{
	struct pollfd fds[CREW_MAX];
	size_t n = crew_fds(crew, fds);

	if (!n || poll(fds, n, 0) <= 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (fds[i].revents)
			return &crew->v[i];
	return NULL;
}

int crew_take(struct crew *crew, struct crew_member *member, struct want *ret_want,
	struct outcome *ret_outcome, struct err *err)
{
	struct answer answer;
	ssize_t n = read(member->fd, &answer, sizeof(answer));

	close(member->fd);
	waitpid(member->pid, NULL, 0);
	*ret_want = member->want;
	*member = crew->v[--crew->n];
	if (n != sizeof(answer))
		return err_set(err, -EIO, "the process that made it died");
	*ret_outcome = answer.outcome;
	ret_outcome->error = *answer.error ? strdup(answer.error) : NULL;
	*err = answer.err;
	return answer.result;
}

size_t crew_fds(const struct crew *crew, struct pollfd *fds)
{
	for (size_t i = 0; i < crew->n; i++)
		fds[i] = (struct pollfd){.fd = crew->v[i].fd, .events = POLLIN};
	return crew->n;
}

void crew_end(struct crew *crew)
{
	for (size_t i = 0; i < crew->n; i++)
		kill(crew->v[i].pid, SIGTERM);
	while (crew->n) {
		CLEANUP_OUTCOME struct outcome outcome = {0};
		struct want want;
		struct err err;

		crew_take(crew, &crew->v[crew->n - 1], &want, &outcome, &err);
		free(want.branch);
	}
}
