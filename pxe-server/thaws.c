// SPDX-License-Identifier: GPL-2.0-or-later
#include "thaws.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/child.h"
#include "lib/image.h"

#define THREADS 2
#define LIMIT 60 /* seconds for one image */
#define FAILURES_KEPT 32

struct waiter {
	struct waiter *next;
	void (*done)(void *ctx);
	void *ctx;
};

/* An image that is asked for; in the list until its thaw has ended. */
struct thaw {
	struct thaw *next;
	char id[IMAGE_ID_TEXT];
	bool running;
	struct waiter *waiters;
};

struct failure {
	char id[IMAGE_ID_TEXT];
	struct err err;
};

struct thaws {
	const struct strvec *command;
	const char *root;
	void (*say)(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
	pthread_t threads[THREADS];
	size_t n_threads;
	int stop_fd; /* readable: end */
	pthread_mutex_t lock;
	pthread_cond_t more;
	/* under the lock */
	struct thaw *list;
	struct failure failures[FAILURES_KEPT];
	size_t next_failure;
	bool stopped;
};

static struct thaw *find(struct thaws *thaws, const char *id)
{
	for (struct thaw *thaw = thaws->list; thaw; thaw = thaw->next)
		if (!strcmp(thaw->id, id))
			return thaw;
	return NULL;
}

static int check_result(
	const struct child_result *result, const struct buf *out, struct err *err)
{
	CLEANUP_BUF struct buf how = {0};

	if (!result->exit_code)
		return 0;
	buf_init(&how, 200);
	child_describe(result, &how);
	return err_set(err, -EIO, "the builder's thaw %s: %.*s", how.data,
		(int)strcspn(out->data, "\n"), out->data);
}

static int run(
	const struct thaws *thaws, const char *id, double *ret_seconds, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	struct child_result result;
	int r;

	strvec_addv(&argv, (const char *const *)thaws->command->v);
	strvec_add(&argv, "--store");
	strvec_add(&argv, thaws->root);
	strvec_add(&argv, id);
	r = strvec_check(&argv);
	if (r < 0)
		return err_set(err, r, "out of memory");
	buf_init(&out, 600);
	spec.argv = argv.v;
	spec.out = &out;
	spec.timeout = LIMIT;
	spec.cancel_fd = thaws->stop_fd;
	r = child_run(&spec, &result, err);
	if (r < 0)
		return r;
	*ret_seconds = result.seconds;
	return check_result(&result, &out, err);
}

static void forget(struct thaws *thaws, const char *id)
{
	for (size_t i = 0; i < FAILURES_KEPT; i++)
		if (!strcmp(thaws->failures[i].id, id))
			thaws->failures[i].id[0] = '\0';
}

static void remember(struct thaws *thaws, const char *id, const struct err *err)
{
	struct failure *failure = &thaws->failures[thaws->next_failure++ % FAILURES_KEPT];

	snprintf(failure->id, sizeof(failure->id), "%s", id);
	failure->err = *err;
}

/* Takes it out of the list and lets everybody go on. */
static void end(struct thaws *thaws, struct thaw *thaw)
{
	struct thaw **at = &thaws->list;

	while (*at != thaw)
		at = &(*at)->next;
	*at = thaw->next;
	for (struct waiter *waiter = thaw->waiters, *next; waiter; waiter = next) {
		next = waiter->next;
		waiter->done(waiter->ctx);
		free(waiter);
	}
	free(thaw);
}

/* One thaw; the lock is held but while the child runs. */
static void work_on(struct thaws *thaws, struct thaw *thaw)
{
	struct err err = ERR_INIT;
	double seconds = 0;
	int r;

	thaw->running = true;
	pthread_mutex_unlock(&thaws->lock);
	r = run(thaws, thaw->id, &seconds, &err);
	if (r < 0)
		thaws->say("%s: cannot be thawed: %s", thaw->id, err.text);
	else
		thaws->say("%s: thawed in %.1f s", thaw->id, seconds);
	pthread_mutex_lock(&thaws->lock);
	forget(thaws, thaw->id);
	if (r < 0)
		remember(thaws, thaw->id, &err);
	end(thaws, thaw);
}

static struct thaw *next_thaw(struct thaws *thaws)
{
	struct thaw *thaw = thaws->list;

	while (thaw && thaw->running)
		thaw = thaw->next;
	return thaw;
}

static void *work(void *ctx)
{
	struct thaws *thaws = ctx;

	pthread_mutex_lock(&thaws->lock);
	while (!thaws->stopped) {
		struct thaw *thaw = next_thaw(thaws);

		if (thaw)
			work_on(thaws, thaw);
		else
			pthread_cond_wait(&thaws->more, &thaws->lock);
	}
	pthread_mutex_unlock(&thaws->lock);
	return NULL;
}

int thaws_new(const struct strvec *command, const char *root,
	void (*say)(const char *fmt, ...) __attribute__((format(printf, 1, 2))),
	struct thaws **ret_thaws, struct err *err)
{
	struct thaws *thaws = calloc(1, sizeof(*thaws));

	if (!thaws)
		return err_set(err, -ENOMEM, "out of memory");
	thaws->command = command;
	thaws->root = root;
	thaws->say = say;
	thaws->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&thaws->lock, NULL);
	pthread_cond_init(&thaws->more, NULL);
	while (thaws->n_threads < THREADS && thaws->stop_fd >= 0 &&
		!pthread_create(&thaws->threads[thaws->n_threads], NULL, work, thaws))
		thaws->n_threads++;
	if (thaws->n_threads == THREADS) {
		*ret_thaws = thaws;
		return 0;
	}
	thaws_stop(thaws);
	thaws_free(thaws);
	return err_set(err, -EAGAIN, "cannot start a thread");
}

/* At the end of the list: first come, first served. */
static struct thaw *add(struct thaws *thaws, const char *id)
{
	struct thaw *thaw = calloc(1, sizeof(*thaw)), **at = &thaws->list;

	if (!thaw)
		return NULL;
	snprintf(thaw->id, sizeof(thaw->id), "%s", id);
	while (*at)
		at = &(*at)->next;
	*at = thaw;
	pthread_cond_signal(&thaws->more);
	return thaw;
}

static int ask(struct thaws *thaws, const char *id, void (*done)(void *ctx), void *ctx)
{
	struct waiter *waiter = done ? malloc(sizeof(*waiter)) : NULL;
	struct thaw *thaw = thaws->stopped ? NULL : find(thaws, id);

	if (!thaw && !thaws->stopped && (waiter || !done))
		thaw = add(thaws, id);
	if (!thaw || (done && !waiter)) {
		free(waiter);
		return thaws->stopped ? -ESHUTDOWN : -ENOMEM;
	}
	if (waiter) {
		*waiter =
			(struct waiter){.next = thaw->waiters, .done = done, .ctx = ctx};
		thaw->waiters = waiter;
	}
	return 0;
}

int thaws_ask(struct thaws *thaws, const char *id, void (*done)(void *ctx), void *ctx)
{
	int r;

	pthread_mutex_lock(&thaws->lock);
	r = ask(thaws, id, done, ctx);
	pthread_mutex_unlock(&thaws->lock);
	return r;
}

bool thaws_why(struct thaws *thaws, const char *id, struct err *err)
{
	bool found = false;

	pthread_mutex_lock(&thaws->lock);
	for (size_t i = 0; !found && i < FAILURES_KEPT; i++) {
		found = !strcmp(thaws->failures[i].id, id);
		if (found)
			*err = thaws->failures[i].err;
	}
	pthread_mutex_unlock(&thaws->lock);
	return found;
}

void thaws_stop(struct thaws *thaws)
{
	pthread_mutex_lock(&thaws->lock);
	thaws->stopped = true;
	pthread_cond_broadcast(&thaws->more);
	pthread_mutex_unlock(&thaws->lock);
	if (thaws->stop_fd >= 0)
		eventfd_write(thaws->stop_fd, 1);
	for (size_t i = 0; i < thaws->n_threads; i++)
		pthread_join(thaws->threads[i], NULL);
	thaws->n_threads = 0;
	while (thaws->list)
		end(thaws, thaws->list);
}

void thaws_free(struct thaws *thaws)
{
	if (thaws->stop_fd >= 0)
		close(thaws->stop_fd);
	pthread_cond_destroy(&thaws->more);
	pthread_mutex_destroy(&thaws->lock);
	free(thaws);
}
