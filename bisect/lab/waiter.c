// SPDX-License-Identifier: GPL-2.0-or-later
#include "waiter.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/clock.h"

int waiter_init(struct waiter *waiter, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	waiter->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	waiter->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (waiter->signal_fd < 0 || waiter->timer_fd < 0)
		return err_errno(err, -errno, "cannot wait for signals");
	return 0;
}

int waiter_attach(struct waiter *waiter, int cancel_fd, struct err *err)
{
	waiter->signal_fd = cancel_fd;
	waiter->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return waiter->timer_fd < 0 ? err_errno(err, -errno, "cannot wait") : 0;
}

void waiter_release(struct waiter *waiter)
{
	close(waiter->signal_fd);
	close(waiter->timer_fd);
}

void waiter_calm(struct waiter *waiter)
{
	struct signalfd_siginfo info;

	while (read(waiter->signal_fd, &info, sizeof(info)) > 0)
		;
}

static double waiter_now(void *ctx)
{
	(void)ctx;
	return clock_monotonic();
}

static double waiter_wall(void *ctx)
{
	(void)ctx;
	return clock_wall();
}

static int wait_once(struct waiter *waiter, double seconds)
{
	struct itimerspec in = {
		.it_value = {.tv_sec = (time_t)seconds,
			.tv_nsec = (long)((seconds - (time_t)seconds) * 1e9) + 1}};
	struct pollfd fds[] = {
		{.fd = waiter->signal_fd, .events = POLLIN},
		{.fd = waiter->timer_fd, .events = POLLIN},
	};

	timerfd_settime(waiter->timer_fd, 0, &in, NULL);
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[0].revents ? -EINTR : 0;
}

static int waiter_wait(void *ctx, double seconds)
{
	struct waiter *waiter = ctx;
	double until = clock_monotonic() + seconds, left = seconds;
	int r = 0;

	for (; !r && left > 0; left = until - clock_monotonic()) {
		if (waiter->idle)
			waiter->idle(waiter->idle_ctx);
		r = wait_once(waiter, waiter->idle && left > 1 ? 1 : left);
	}
	return r;
}

const struct clock_ops waiter_ops = {
	.now = waiter_now,
	.wall = waiter_wall,
	.wait = waiter_wait,
};
