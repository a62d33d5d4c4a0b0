// SPDX-License-Identifier: GPL-2.0-or-later
/* estimate REV|RANGE: how long until the images are there. It orders nothing. */
#include "builder.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "git/refs.h"
#include "git/repo.h"
#include "git/revs.h"
#include "job/workplace.h"
#include "lib/clock.h"
#include "queue/activity.h"
#include "queue/wanted.h"
#include "reach/compare.h"

#define TOLD 500 /* commits that are looked into */

enum state {
	STATE_THERE,
	STATE_FAILED,  /* known not to build */
	STATE_RUNNING, /* being made */
	STATE_QUEUED,  /* wanted by somebody or a branch already */
	STATE_MISSING, /* as if it were asked for now */
};

struct answer {
	struct image_id id;
	enum state state;
	size_t place;   /* in the queue, from 1; 0: it is in none */
	double seconds; /* -1: nothing like it was ever measured */
	bool same;      /* it needs no make, as far as can be told */
};

/* What the workplace of an (arch, config) will hold when the forecast gets there. */
struct stand {
	const struct want *want;
	struct reach reach;
	char source[IMAGE_COMMIT_TEXT]; /* a tree; "": unknown */
};

struct estimate {
	struct builder *b;
	const struct revs *revs;
	git_repository *repo;
	const char *commit; /* being added */
	double now;
	struct activity activity;
	struct queue queue; /* what will be made, with what was asked for */
	enum forecast_kind *kinds;
	struct stand *stands;
	size_t n_stands;
	struct answer *v;
	size_t n;
};

static void estimate_release(struct estimate *e)
{
	for (size_t i = 0; i < e->n_stands; i++)
		reach_release(&e->stands[i].reach);
	free(e->stands);
	free(e->v);
	free(e->kinds);
	queue_release(&e->queue);
	activity_release(&e->activity);
	git_repository_free(e->repo);
}

static struct want *find(const struct queue *queue, const struct image_id *id)
{
	for (size_t i = 0; i < queue->n; i++)
		if (image_id_equal(&queue->v[i].id, id))
			return &queue->v[i];
	return NULL;
}

static int add_missing(struct estimate *e, const struct conf_config *config,
	const struct image_id *id, size_t number)
{
	struct want want = {.tree = e->revs->tree,
		.config = config,
		.id = *id,
		.class = e->revs->range ? WANT_BACKFILL : WANT_WISH,
		.asked = true,
		.when = e->now + (double)number * 1e-6};

	return queue_add(&e->queue, &want);
}

static int add_answer(void *ctx, const struct conf_config *config, const char *arch)
{
	struct estimate *e = ctx;
	struct answer *more = reallocarray(e->v, e->n + 1, sizeof(*more)), *answer;
	const struct store *store = &e->b->store;

	if (!more)
		return -ENOMEM;
	e->v = more;
	answer = &more[e->n];
	*answer = (struct answer){0};
	snprintf(answer->id.arch, sizeof(answer->id.arch), "%s", arch);
	snprintf(answer->id.config, sizeof(answer->id.config), "%s", config->name);
	snprintf(answer->id.commit, sizeof(answer->id.commit), "%s", e->commit);
	if (store_has(store, &answer->id, true))
		answer->state = STATE_THERE;
	else if (store_has(store, &answer->id, false) && !e->b->conf.retry)
		answer->state = STATE_FAILED;
	else if (activity_is_running(&e->activity, &answer->id, &answer->seconds))
		answer->state = STATE_RUNNING;
	else
		answer->state =
			find(&e->queue, &answer->id) ? STATE_QUEUED : STATE_MISSING;
	if (answer->state == STATE_MISSING &&
		add_missing(e, config, &answer->id, e->n) < 0)
		return -ENOMEM;
	e->n++;
	return 0;
}

/* The queue as it stands; where nobody watches, it does not move. */
static int take_queue(struct estimate *e)
{
	int r = 0;

	for (size_t i = 0; !r && e->activity.watched && i < e->activity.queue.n; i++) {
		struct want want = e->activity.queue.v[i];

		want.branch = NULL; /* the activity's */
		r = queue_add(&e->queue, &want);
	}
	return r;
}

/* A failed build has not looked at all that a build looks at, one under way has not yet.
 */
static bool is_settled(
	const struct estimate *e, const struct want *want, const struct mark *mark)
{
	struct image_id id = want->id;

	memcpy(id.commit, mark->image, sizeof(id.commit));
	return mark->phase == PHASE_IDLE && mark->source[0] && mark->image[0] &&
	       store_has(&e->b->store, &id, true);
}

static struct stand *stand_of(struct estimate *e, const struct want *want)
{
	CLEANUP_BUF struct buf dir = {0};
	CLEANUP_FREE char *file = NULL;
	struct stand *more;
	struct mark mark = {0};

	for (size_t i = 0; i < e->n_stands; i++)
		if (!strcmp(e->stands[i].want->id.arch, want->id.arch) &&
			!strcmp(e->stands[i].want->id.config, want->id.config))
			return &e->stands[i];
	more = reallocarray(e->stands, e->n_stands + 1, sizeof(*more));
	if (!more)
		return NULL;
	e->stands = more;
	more += e->n_stands++;
	*more = (struct stand){.want = want};
	workplace_path(
		e->b->conf.state, want->tree->name, want->id.arch, want->id.config, &dir);
	file = buf_check(&dir) ? NULL : buf_format("%s/reach", dir.data);
	if (!file)
		return more;
	workplace_look(dir.data, &mark);
	if (is_settled(e, want, &mark) && reach_load(&more->reach, file, NULL) == 0 &&
		!more->reach.odd)
		memcpy(more->source, mark.source, sizeof(more->source));
	return more;
}

/* By what the builds so far have looked at: what a make yet to come will look at besides
 * is not known. */
static enum forecast_kind tell_kind(struct estimate *e, const struct want *want)
{
	CLEANUP_COMMIT struct commit commit = {0};
	CLEANUP_BUF struct buf path = {0};
	struct stand *stand = stand_of(e, want);

	if (!stand || !stand->source[0] ||
		repo_commit(e->repo, want->id.commit, &commit, NULL) < 0)
		return FORECAST_UNKNOWN;
	buf_init(&path, 4096);
	if (reach_compare(
		    e->repo, &stand->reach, stand->source, commit.tree, &path, NULL) == 1)
		return FORECAST_SAME;
	memcpy(stand->source, commit.tree, sizeof(stand->source));
	return FORECAST_MADE;
}

static bool is_asked(const struct estimate *e, const struct want *want)
{
	for (size_t i = 0; i < e->revs->commits.n; i++)
		if (!strcmp(e->revs->commits.v[i], want->id.commit))
			return want->tree->name == e->revs->tree->name;
	return false;
}

static int forecast_all(struct estimate *e, struct err *err)
{
	CLEANUP_SCHEDULE struct schedule schedule = {0};
	int r;

	queue_sort(&e->queue);
	e->kinds = calloc(e->queue.n + 1, sizeof(*e->kinds));
	if (!e->kinds)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < e->queue.n && i < TOLD; i++)
		if (is_asked(e, &e->queue.v[i]))
			e->kinds[i] = tell_kind(e, &e->queue.v[i]);
	r = schedule_make(e->b->conf.state, &e->queue, e->kinds, &e->activity.recent,
		activity_busy(&e->activity), &schedule);
	if (r < 0)
		return err_errno(err, r, "cannot tell how long it takes");
	for (size_t i = 0; i < e->n; i++) {
		const struct want *want = find(&e->queue, &e->v[i].id);
		size_t at = want ? want - e->queue.v : 0;

		if (!want || e->v[i].state < STATE_QUEUED)
			continue;
		e->v[i].place = at + 1;
		e->v[i].seconds = schedule.seconds[at];
		e->v[i].same = e->kinds[at] == FORECAST_SAME;
	}
	return 0;
}

static int look_at_builder(struct estimate *e, struct queue *queue, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	struct recent recent;
	int r = wanted_collect(e->b, false, queue, err);

	if (!r)
		r = recent_scan(&e->b->store, e->now, &recent, err);
	if (!r)
		r = activity_gather(e->b, queue, &recent, &e->activity, err);
	if (!r)
		r = refs_repo_path(&e->b->conf, e->revs->tree, &path);
	if (!r)
		r = repo_open(path.data, &e->repo, err);
	return r ? r : take_queue(e);
}

/* Until the last of them is there; -1: unknown. */
static double longest(const struct estimate *e)
{
	double seconds = 0;

	for (size_t i = 0; i < e->n && seconds >= 0; i++)
		if (e->v[i].seconds < 0 || e->v[i].seconds > seconds)
			seconds = e->v[i].seconds;
	return seconds;
}

static void show_text(const struct estimate *e)
{
	for (size_t i = 0; i < e->n; i++) {
		static const char *const words[] = {
			"there", "does not build", "being made", "queued", "not queued"};
		const struct answer *answer = &e->v[i];
		CLEANUP_BUF struct buf line = {0};
		char id[IMAGE_ID_TEXT];

		buf_init(&line, 512);
		image_id_format(&answer->id, id);
		buf_addf(&line, "%s\t%s\t", id, words[answer->state]);
		if (answer->place)
			buf_addf(&line, "place %zu", answer->place);
		buf_adds(&line, "\t");
		progress_duration(answer->seconds, &line);
		buf_addf(&line, "\t%s", answer->same ? "needs no make" : "");
		puts(line.data);
	}
}

static int show_json(const struct estimate *e)
{
	static const char *const words[] = {
		"there", "failed", "running", "queued", "missing"};
	CLEANUP_JSON json_t *all = json_object();
	json_t *list = json_array();
	double seconds = longest(e);

	for (size_t i = 0; i < e->n; i++) {
		const struct answer *answer = &e->v[i];
		char id[IMAGE_ID_TEXT];

		image_id_format(&answer->id, id);
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:I, s:o, s:b}", "id", id, "state",
				      words[answer->state], "place",
				      (json_int_t)answer->place, "seconds",
				      answer->seconds < 0 ? json_null()
							  : json_real(answer->seconds),
				      "same", answer->same));
	}
	json_object_set_new(all, "images", list);
	json_object_set_new(
		all, "seconds", seconds < 0 ? json_null() : json_real(seconds));
	json_object_set_new(all, "watched", json_boolean(e->activity.watched));
	if (!all || json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) < 0)
		return EXIT_INFRA;
	putchar('\n');
	return EXIT_THERE;
}

int builder_estimate(struct builder *b, const struct strvec *words, struct err *err)
{
	CLEANUP_REVS struct revs revs = {0};
	CLEANUP_QUEUE struct queue queue = {0};
	CLEANUP(estimate_release)
	struct estimate e = {.b = b, .revs = &revs, .now = clock_wall()};
	int r = revs_find(b, "estimate", words, &revs, err);

	if (r < 0)
		return r == -ENOENT || r == -EINVAL ? EXIT_INPUT : EXIT_INFRA;
	r = look_at_builder(&e, &queue, err);
	for (size_t i = 0; !r && i < revs.commits.n; i++) {
		e.commit = revs.commits.v[i];
		r = builder_each_target(b, add_answer, &e);
	}
	if (!r && !e.n) {
		err_set(err, -EINVAL, "there is no such config: say --config NAME");
		return EXIT_INPUT;
	}
	if (!r)
		r = forecast_all(&e, err);
	if (r < 0)
		return EXIT_INFRA;
	if (b->conf.json)
		return show_json(&e);
	show_text(&e);
	return EXIT_THERE;
}
