// SPDX-License-Identifier: GPL-2.0-or-later
#include "crew.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "wire.h"
#include "worker.h"

/* Ends with the controller, whatever ends that; the terminal's signals are for the
 * controller alone. */
static void become_worker(struct crew *crew, pid_t controller)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != controller)
		_exit(1);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < crew->n; i++)
		close(crew->v[i].fd);
}

int crew_add(struct crew *crew, const char *name,
	struct bench *(*prepare)(void *ctx, int cancel_fd), void *ctx, const char *folder,
	struct err *err)
{
	CLEANUP_FD int cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pid_t pid, controller = getpid();
	struct bench *bench;
	int pair[2];

	if (cancel_fd < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(err, -errno, "cannot serve host '%s'", name);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		become_worker(crew, controller);
		close(pair[0]);
		bench = prepare(ctx, cancel_fd);
		if (bench)
			worker_serve(pair[1], bench, folder);
		_exit(!bench);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return err_errno(err, -errno, "cannot serve host '%s'", name);
	}
	crew->v[crew->n++] = (struct crew_member){
		.name = name, .pid = pid, .fd = pair[0], .cancel_fd = TAKE_FD(cancel_fd)};
	return 0;
}

static void set_cancel(const struct crew_member *member, bool on)
{
	uint64_t value = 1;
	ssize_t n = on ? write(member->cancel_fd, &value, sizeof(value))
		       : read(member->cancel_fd, &value, sizeof(value));

	(void)n; /* it was set, or it was clear */
}

static int start(void *ctx, size_t host, const struct worker_order *order)
{
	struct crew_member *member = &((struct crew *)ctx)->v[host];
	struct wire_message message = WIRE_MESSAGE_INIT;

	message.kind = WIRE_STEP;
	message.step = order->step;
	message.words = order->words; /* still the caller's */
	message.by_reset = order->by_reset;
	message.shared = order->shared;
	set_cancel(member, false);
	member->busy = true;
	/* should it be gone, wait() tells */
	return wire_send(member->fd, &message) == -ENOMEM ? -ENOMEM : 0;
}

static void cancel(void *ctx, size_t host)
{
	set_cancel(&((struct crew *)ctx)->v[host], true);
}

static void lost(struct crew *crew, size_t host, struct crew_event *event)
{
	struct crew_member *member = &crew->v[host];
	int status = 0;

	close(member->fd);
	close(member->cancel_fd);
	member->fd = member->cancel_fd = -1;
	member->busy = false;
	waitpid(member->pid, &status, 0);
	board_phase(crew->board, host, "");
	event->news = CREW_GONE;
	if (WIFSIGNALED(status))
		snprintf(event->why, sizeof(event->why),
			"its process was killed by signal %d", WTERMSIG(status));
	else
		snprintf(event->why, sizeof(event->why), "its process ended with %d",
			WEXITSTATUS(status));
}

/* Takes one message of a host; true if it is news. */
static bool take(struct crew *crew, size_t host, struct crew_event *event)
{
	CLEANUP_WIRE struct wire_message message = WIRE_MESSAGE_INIT;

	event->host = host;
	if (wire_receive(crew->v[host].fd, &message) < 0) {
		lost(crew, host, event);
		return true;
	}
	switch (message.kind) {
	case WIRE_SAY:
		board_say(crew->board, host, message.text);
		return false;
	case WIRE_PHASE:
		board_phase(crew->board, host, message.text);
		return false;
	case WIRE_READY:
		event->news = CREW_READY;
		event->step = message.step;
		return true;
	case WIRE_FAULT:
		event->news = CREW_FAULT;
		event->step = message.step;
		memcpy(event->why, message.text, sizeof(event->why));
		return true;
	case WIRE_DONE:
		event->news = CREW_DONE;
		event->end = message.end;
		event->step = message.step;
		event->failure = message.failure;
		failure_init(&message.failure);
		crew->v[host].busy = false;
		board_phase(crew->board, host, "");
		return true;
	default:
		return false;
	}
}

/* Waits for what is to be read, and is idle meanwhile. */
static int poll_until(const struct crew *crew, struct pollfd *fds, double until)
{
	for (;;) {
		double left = until < 0 ? INFINITY : fmax(until - clock_monotonic(), 0);
		bool pauses = crew->idle && left > 1;
		int r;

		if (crew->idle)
			crew->idle(crew->idle_ctx);
		r = poll(fds, crew->n + 1,
			pauses        ? 1000
			: isinf(left) ? -1
			: left > 0    ? (int)(left * 1000) + 1
				      : 0);
		if (r || !pauses)
			return r;
	}
}

/* The next process that has something to tell, or the user; false: the time is over. */
static bool poll_all(
	const struct crew *crew, double until, bool *ret_stop, size_t *ret_host)
{
	struct pollfd fds[CREW_MAX + 1] = {{.fd = crew->signal_fd, .events = POLLIN}};
	int r;

	for (size_t i = 0; i < crew->n; i++)
		fds[i + 1] = (struct pollfd){.fd = crew->v[i].fd, .events = POLLIN};
	r = poll_until(crew, fds, until);
	*ret_stop = r > 0 && fds[0].revents;
	for (*ret_host = 0; *ret_host < crew->n; ++*ret_host)
		if (r > 0 && fds[*ret_host + 1].revents)
			break;
	return r != 0;
}

static void wait_for(void *ctx, double seconds, struct crew_event *ret_event)
{
	struct crew *crew = ctx;
	double until = seconds < 0 ? -1 : clock_monotonic() + seconds;
	struct signalfd_siginfo info;
	size_t host;
	bool stop;

	*ret_event = (struct crew_event){.news = CREW_TIME};
	while (poll_all(crew, until, &stop, &host)) {
		if (stop && read(crew->signal_fd, &info, sizeof(info)) > 0) {
			ret_event->news = CREW_STOP;
			return;
		}
		if (host < crew->n && take(crew, host, ret_event))
			return;
	}
}

const struct crew_ops crew_ops = {
	.start = start,
	.cancel = cancel,
	.wait = wait_for,
};

static void send_off(struct crew_member *member)
{
	struct wire_message message = WIRE_MESSAGE_INIT;

	message.kind = WIRE_LEAVE;
	set_cancel(member, false);
	member->leaving = true;
	wire_send(member->fd, &message);
}

/* How many processes are still there. */
static size_t send_off_idle(struct crew *crew)
{
	size_t there = 0;

	for (size_t i = 0; i < crew->n; i++) {
		struct crew_member *member = &crew->v[i];

		there += member->fd >= 0;
		if (member->fd >= 0 && !member->busy && !member->leaving)
			send_off(member);
	}
	return there;
}

void crew_leave(struct crew *crew)
{
	for (size_t i = 0; i < crew->n; i++)
		if (crew->v[i].busy)
			cancel(crew, i);
	while (send_off_idle(crew)) {
		struct crew_event event;

		wait_for(crew, -1, &event);
		if (event.news == CREW_DONE)
			failure_release(&event.failure);
		for (size_t i = 0; event.news == CREW_STOP && i < crew->n; i++)
			if (crew->v[i].fd >= 0)
				cancel(crew, i);
	}
	board_end(crew->board);
}
