// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts that are served by processes: what they tell, how they are stopped, how they end.
 */
#include "bisect/team/crew.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "tests/unit/bisect-lab.h"

#define SOON 20.0 /* seconds; what takes longer has failed */

/* What a process makes its bench of; its test ends at once, or when it is told to. */
struct served {
	struct fixture *f;
	bool is_blocking;
	int started_fd; /* a byte when the test has begun; closed when nobody holds it */
	int cancel_fd;
	struct sim sim;
	struct world world;
	struct rules rules;
	struct bench bench;
};

static int run_as_told(void *ctx, unsigned int step, const struct candidate *candidate,
	const char *boot, struct test_result *ret_result, struct err *err)
{
	struct served *s = ctx;
	struct pollfd fd = {.fd = s->cancel_fd, .events = POLLIN};

	(void)step;
	(void)candidate;
	(void)boot;
	assert_int_equal(write(s->started_fd, "x", 1), 1);
	if (s->is_blocking) {
		poll(&fd, 1, -1);
		return err_set(err, -EINTR, "interrupted");
	}
	*ret_result =
		(struct test_result){.exit_code = 3, .seconds = 1, .words = "ended"};
	strvec_add(&ret_result->failed, "net/ping");
	return 0;
}

static struct bench *prepare(void *ctx, int cancel_fd)
{
	static const struct tester_ops tester = {.run = run_as_told};
	struct served *s = ctx;

	s->cancel_fd = cancel_fd;
	sim_init(&s->sim, &s->f->history, s->f->kinds);
	sim_world(&s->sim, &s->world);
	s->world.tester = &tester;
	s->world.tester_ctx = s;
	s->rules = make_rules(s->f, VERDICT_SKIP);
	s->bench = make_bench(&s->world, &s->rules);
	return &s->bench;
}

struct crew_fixture {
	struct crew crew;
	struct board board;
	struct served served;
	int started_fd; /* the other end */
	FILE *out;
	char *text;
	size_t len;
};

static void begin_crew(struct crew_fixture *c, struct fixture *f, bool is_blocking)
{
	sigset_t set;
	int fds[2];

	begin(f, &c->served.sim, 1);
	*c = (struct crew_fixture){0};
	assert_int_equal(pipe(fds), 0);
	c->out = tmpfile();
	board_init(&c->board, c->out);
	board_add(&c->board, "a");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	c->crew =
		(struct crew){.signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
			.board = &c->board};
	c->started_fd = fds[0];
	c->served =
		(struct served){.f = f, .is_blocking = is_blocking, .started_fd = fds[1]};
	assert_int_equal(crew_add(&c->crew, "a", prepare, &c->served, NULL, NULL), 0);
	close(fds[1]);
}

static void end_crew(struct crew_fixture *c)
{
	crew_leave(&c->crew);
	assert_int_equal(c->crew.v[0].fd, -1);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	close(c->started_fd);
	close(c->crew.signal_fd);
	fclose(c->out);
}

static void start_step(struct crew_fixture *c, const struct fixture *f)
{
	struct worker_order order = {.step = {.number = 7, .role = "split", .host = "a"}};

	memcpy(order.step.commit, f->commits[LAST], sizeof(order.step.commit));
	assert_int_equal(crew_ops.start(&c->crew, 0, &order), 0);
}

/* That its image is there. */
static void await_ready(struct crew_fixture *c)
{
	struct crew_event event;

	crew_ops.wait(&c->crew, SOON, &event);
	assert_int_equal(event.news, CREW_READY);
	assert_int_equal(event.step.number, 7);
}

static void await_test(const struct crew_fixture *c)
{
	struct pollfd fd = {.fd = c->started_fd, .events = POLLIN};
	char byte;

	assert_int_equal(poll(&fd, 1, (int)(1000 * SOON)), 1);
	assert_int_equal(read(c->started_fd, &byte, 1), 1);
}

/* A crew in the middle of a test that does not end by itself. */
static void begin_test(struct crew_fixture *c, struct fixture *f)
{
	begin_crew(c, f, true);
	start_step(c, f);
	await_test(c);
}

static void a_step_is_told_whole(void **state)
{
	struct fixture *f = *state;
	struct crew_fixture c;
	struct crew_event event;

	begin_crew(&c, f, false);
	for (int i = 0; i < 2; i++) {
		start_step(&c, f);
		await_ready(&c);
		crew_ops.wait(&c.crew, SOON, &event);
		assert_int_equal(event.news, CREW_DONE);
		assert_int_equal(event.end, STEP_JUDGED);
		assert_int_equal(event.step.number, 7);
		assert_int_equal(event.step.verdict, VERDICT_BAD);
		assert_int_equal(event.failure.exit_code, 3);
		assert_string_equal(event.failure.cases.v[0], "net/ping");
		failure_release(&event.failure);
	}
	end_crew(&c);
}

static void count_idle(void *ctx)
{
	++*(unsigned int *)ctx;
}

static void nothing_comes_in_time(void **state)
{
	struct fixture *f = *state;
	struct crew_fixture c;
	struct crew_event event;
	unsigned int idle;

	begin_test(&c, f);
	await_ready(&c);
	c.crew.idle = count_idle;
	c.crew.idle_ctx = &idle;
	idle = 0;
	crew_ops.wait(&c.crew, 0.01, &event);
	assert_int_equal(event.news, CREW_TIME);
	assert_true(idle > 0);
	kill(getpid(), SIGUSR2);
	crew_ops.wait(&c.crew, SOON, &event);
	assert_int_equal(event.news, CREW_STOP);
	/* busy as it is, it is left */
	end_crew(&c);
}

/* And the step after it is not touched by that. */
static void a_step_is_broken_off(void **state)
{
	struct fixture *f = *state;
	struct crew_fixture c;
	struct crew_event event;

	begin_crew(&c, f, true);
	for (int i = 0; i < 3; i++) {
		start_step(&c, f);
		await_test(&c);
		await_ready(&c);
		crew_ops.cancel(&c.crew, 0);
		crew_ops.wait(&c.crew, SOON, &event);
		assert_int_equal(event.news, CREW_DONE);
		assert_int_equal(event.end, STEP_STOPPED);
		failure_release(&event.failure);
		/* one that comes too late */
		crew_ops.cancel(&c.crew, 0);
	}
	end_crew(&c);
}

static void a_process_is_killed(void **state)
{
	struct fixture *f = *state;
	struct crew_fixture c;
	struct crew_event event;

	begin_test(&c, f);
	await_ready(&c);
	kill(c.crew.v[0].pid, SIGKILL);
	crew_ops.wait(&c.crew, SOON, &event);
	assert_int_equal(event.news, CREW_GONE);
	assert_non_null(strstr(event.why, "signal 9"));
	end_crew(&c);
}

/* The process holds the pipe's other end: when it is closed, the process is no more. */
static void the_controller_is_killed(void **state)
{
	struct fixture *f = *state;
	struct pollfd fd = {.events = POLLIN};
	int fds[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		struct crew_fixture c;

		begin_test(&c, f);
		assert_int_equal(write(fds[1], "x", 1), 1);
		pause();
		_exit(0);
	}
	close(fds[1]);
	fd.fd = fds[0];
	assert_int_equal(poll(&fd, 1, (int)(1000 * SOON)), 1);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(poll(&fd, 1, (int)(1000 * SOON)), 1);
	assert_int_equal(read(fds[0], &byte, 1), 0);
	close(fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_told_whole),
		cmocka_unit_test(nothing_comes_in_time),
		cmocka_unit_test(a_step_is_broken_off),
		cmocka_unit_test(a_process_is_killed),
		cmocka_unit_test(the_controller_is_killed),
	};

	return cmocka_run_group_tests_name(
		"bisect-crew", tests, make_fixture, drop_fixture);
}
