// SPDX-License-Identifier: GPL-2.0-or-later
#include "foretell.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define WAYS_MAX 64
#define PLANS_MAX 8
#define NO_WAY SIZE_MAX

/* One way that it may go: what some tries were judged, after the ways before it. */
struct way {
	size_t before; /* NO_WAY: it is the first */
	struct tries tries;
	uint64_t bad; /* a bit a try */
	double chance;
	bool followed;
};

struct search {
	const struct plan_state *state;
	const uint8_t *missing;
	bool confirms;
	struct known known;
	enum mark *marks;   /* of known */
	struct tries later; /* under way, not judged with the first ones */
	size_t hosts;
	struct way ways[WAYS_MAX];
	size_t n;
	struct foreseen seen;
};

/* Sets the marks of a way and of those before it, or takes them back. */
static void set_marks(struct search *s, size_t at, bool on)
{
	for (; at != NO_WAY; at = s->ways[at].before) {
		const struct way *way = &s->ways[at];

		for (size_t i = 0; i < way->tries.n; i++) {
			enum mark mark = way->bad >> i & 1 ? MARK_BAD : MARK_GOOD;
			size_t commit = way->tries.v[i];

			s->marks[commit] = on ? mark : s->state->known->marks[commit];
		}
	}
}

/* The way on which the tries are judged like that; NULL: no more fit. */
static struct way *way_of(struct search *s, size_t from, size_t before,
	const struct tries *tries, uint64_t bad)
{
	/* candidates side by side are mostly of one part */
	for (size_t i = s->n; i-- > from;)
		if (s->ways[i].bad == bad)
			return &s->ways[i];
	if (s->n == WAYS_MAX)
		return NULL;
	s->ways[s->n] = (struct way){.before = before, .tries = *tries, .bad = bad};
	return &s->ways[s->n++];
}

/* What may come of tries that are made side by side. */
static int fork_ways(
	struct search *s, size_t before, double chance, const struct tries *tries)
{
	CLEANUP_RANGE struct range range = {0};
	CLEANUP_FREE uint64_t *rows = NULL;
	size_t from = s->n;
	int r = range_make(&s->known, &range);

	if (r < 0)
		return r;
	rows = calloc(range.graph.n + 1, sizeof(*rows));
	r = rows ? tries_reach(&s->known, &range, tries, rows) : -ENOMEM;
	for (size_t i = 0; !r && i < range.graph.n; i++) {
		struct way *way = way_of(s, from, before, tries, rows[i]);

		if (way && range.value[i])
			way->chance += chance * range.value[i] / range.total;
	}
	return r;
}

/* Which of the steps under way go on, with those that the hosts are given beside them. A
 * host whose step is dropped is given another one. */
static int plan_way(struct search *s, const struct tries *under_way,
	const struct choice *choice, struct tries *ret_tries)
{
	struct plan_state state = {.known = &s->known,
		.prices = s->state->prices,
		.n_steps = under_way->n,
		.n_idle = s->hosts - under_way->n};
	struct plan plan = {0};
	struct tries kept = {0};
	int r;

	for (size_t i = 0; i < under_way->n; i++)
		state.steps[i].commit = under_way->v[i];
	r = plan_make(&state, &plan);
	if (r < 0)
		return r;
	for (size_t i = 0; i < under_way->n; i++)
		if (!plan.drop[i])
			kept.v[kept.n++] = under_way->v[i];
	if (kept.n < under_way->n)
		return plan_way(s, &kept, choice, ret_tries);
	if (!plan.tries.n && !kept.n)
		plan.tries = (struct tries){.v = {choice->commit}, .n = 1};
	for (size_t i = 0; i < kept.n && plan.tries.n < TRIES_MAX; i++)
		plan.tries.v[plan.tries.n++] = kept.v[i];
	*ret_tries = plan.tries;
	return 0;
}

static int follow_marked(struct search *s, size_t at)
{
	const struct way *way = &s->ways[at];
	const struct tries none = {0};
	struct tries tries = {0};
	struct choice choice;
	int r = choose(&s->known, s->state->prices, &choice);

	if (r < 0)
		return r;
	if (choice.kind == CHOICE_FOUND && s->confirms)
		foreseen_add_confirmation(
			&s->seen, s->missing, s->known.graph, choice.commit, way->chance);
	if (choice.kind != CHOICE_TRY)
		return 0;
	r = plan_way(s, way->before == NO_WAY ? &s->later : &none, &choice, &tries);
	for (size_t i = 0; !r && i < tries.n; i++)
		foreseen_add(&s->seen, s->missing, tries.v[i], way->chance);
	return r ? r : fork_ways(s, at, way->chance, &tries);
}

static size_t likeliest(const struct search *s)
{
	size_t best = NO_WAY;

	for (size_t i = 0; i < s->n; i++)
		if (!s->ways[i].followed && s->ways[i].chance > 0 &&
			(best == NO_WAY || s->ways[i].chance > s->ways[best].chance))
			best = i;
	return best;
}

/* The steps whose verdicts come next, and those that come later. */
static void part_steps(struct search *s, struct tries *ret_next)
{
	const struct plan_state *state = s->state;
	double oldest = 0;

	for (size_t i = 0; i < state->n_steps; i++)
		oldest = fmax(oldest, state->steps[i].age);
	for (size_t i = 0; i < state->n_steps; i++) {
		double behind = oldest - state->steps[i].age;
		struct tries *to =
			behind <= PLAN_PATIENCE * state->typical || state->typical <= 0
				? ret_next
				: &s->later;

		to->v[to->n++] = state->steps[i].commit;
	}
}

static int search(struct search *s)
{
	struct tries next = {0};
	int r;

	part_steps(s, &next);
	r = fork_ways(s, NO_WAY, 1, &next);
	for (int i = 0; !r && i < PLANS_MAX && s->seen.n < FORESEE_MAX; i++) {
		size_t at = likeliest(s);

		if (at == NO_WAY)
			break;
		s->ways[at].followed = true;
		set_marks(s, at, true);
		r = follow_marked(s, at);
		set_marks(s, at, false);
	}
	return r;
}

int foretell(const struct plan_state *state, const uint8_t *missing, bool confirms,
	struct foreseen *ret)
{
	size_t n = state->known->graph->n;
	CLEANUP_FREE enum mark *marks = calloc(n + 1, sizeof(*marks));
	struct search s = {.state = state,
		.missing = missing,
		.confirms = confirms,
		.known = *state->known,
		.marks = marks,
		.hosts = state->n_steps + state->n_others + state->n_idle +
			 state->n_coming};
	int r;

	if (!marks)
		return -ENOMEM;
	memcpy(marks, state->known->marks, n * sizeof(*marks));
	s.known.marks = marks;
	r = search(&s);
	if (r < 0)
		return r;
	for (size_t i = 0; i < state->n_steps; i++)
		foreseen_leave_out(&s.seen, state->steps[i].commit);
	*ret = s.seen;
	return 0;
}
