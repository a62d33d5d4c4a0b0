// SPDX-License-Identifier: GPL-2.0-or-later
#include "foresee.h"

#include <errno.h>
#include <string.h>

#include "weigh.h"

#define WAYS_MAX 64
#define CHOICES_MAX 16
#define NO_WAY SIZE_MAX

/* One way that it may go: a verdict, after those of the ways before it. */
struct way {
	size_t before; /* NO_WAY: it is the first */
	size_t commit; /* FORESEE_NONE: what is known now */
	enum mark mark;
	double chance;
	bool followed;
};

struct search {
	const struct prospect *prospect;
	struct known known;
	enum mark *marks; /* of known */
	struct way ways[WAYS_MAX];
	size_t n;
	struct foreseen seen;
};

static void add_way(
	struct search *s, size_t before, size_t commit, enum mark mark, double chance)
{
	if (s->n < WAYS_MAX && chance > 0)
		s->ways[s->n++] = (struct way){before, commit, mark, chance, false};
}

/* The three ends of a try that leaves if_bad or if_good candidates. */
static void fork_way(struct search *s, size_t before, double chance, size_t commit,
	double if_bad, double if_good)
{
	double skip = s->prospect->skip,
	       judged = chance * (1 - skip) / (if_bad + if_good);

	add_way(s, before, commit, MARK_BAD, judged * if_bad);
	add_way(s, before, commit, MARK_GOOD, judged * if_good);
	add_way(s, before, commit, MARK_SKIP, chance * skip);
}

void foreseen_add(
	struct foreseen *seen, const uint8_t *missing, size_t commit, double chance)
{
	if (seen->n == FORESEE_MAX || !missing[commit])
		return;
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i] == commit)
			return;
	seen->v[seen->n] = commit;
	seen->chance[seen->n++] = chance;
}

void foreseen_add_confirmation(struct foreseen *seen, const uint8_t *missing,
	const struct graph *graph, size_t culprit, double chance)
{
	foreseen_add(seen, missing, culprit, chance);
	for (uint32_t p = graph->first[culprit]; p < graph->first[culprit + 1]; p++)
		foreseen_add(seen, missing, graph->parents[p], chance);
}

void foreseen_leave_out(struct foreseen *seen, size_t commit)
{
	size_t kept = 0;

	for (size_t i = 0; i < seen->n; i++) {
		if (seen->v[i] == commit)
			continue;
		seen->v[kept] = seen->v[i];
		seen->chance[kept++] = seen->chance[i];
	}
	seen->n = kept;
}

/* Sets the marks of a way and of those before it, or takes them back. */
static void set_marks(struct search *s, size_t at, bool on)
{
	for (; at != NO_WAY; at = s->ways[at].before) {
		const struct way *way = &s->ways[at];

		if (way->commit != FORESEE_NONE)
			s->marks[way->commit] =
				on ? way->mark : s->prospect->known->marks[way->commit];
	}
}

static int follow(struct search *s, size_t at)
{
	struct choice choice;
	double chance = s->ways[at].chance;
	int r;

	s->ways[at].followed = true;
	set_marks(s, at, true);
	r = choose(&s->known, s->prospect->prices, &choice);
	set_marks(s, at, false);
	if (r < 0)
		return r;
	if (choice.kind == CHOICE_FOUND && s->prospect->confirms)
		foreseen_add_confirmation(&s->seen, s->prospect->missing, s->known.graph,
			choice.commit, chance);
	if (choice.kind != CHOICE_TRY)
		return 0;
	foreseen_add(&s->seen, s->prospect->missing, choice.commit, chance);
	fork_way(s, at, chance, choice.commit, choice.if_bad, choice.if_good);
	return 0;
}

static size_t likeliest(const struct search *s)
{
	size_t best = NO_WAY;

	for (size_t i = 0; i < s->n; i++)
		if (!s->ways[i].followed &&
			(best == NO_WAY || s->ways[i].chance > s->ways[best].chance))
			best = i;
	return best;
}

/* What may come of the try that is under way. */
static int fork_first(struct search *s)
{
	size_t commit = s->prospect->under_way, at = 0;
	CLEANUP_RANGE struct range range = {0};
	CLEANUP_WEIGH struct weigh weigh = {0};
	int r = range_make(s->prospect->known, &range);

	if (r < 0)
		return r;
	while (at < range.graph.n && range.outer[at] != commit)
		at++;
	if (at == range.graph.n || !range.total)
		return 0; /* its verdict tells nothing of the others */
	r = weigh_init(&weigh, &range);
	if (!r)
		r = weigh_exact(&weigh, &(uint32_t){at}, 1);
	if (!r)
		fork_way(
			s, NO_WAY, 1, commit, weigh.low[at], range.total - weigh.low[at]);
	return r;
}

int foresee(const struct prospect *prospect, struct foreseen *ret)
{
	size_t n = prospect->known->graph->n, at;
	CLEANUP_FREE enum mark *marks = calloc(n + 1, sizeof(*marks));
	struct search s = {
		.prospect = prospect, .known = *prospect->known, .marks = marks};
	int r = marks ? 0 : -ENOMEM;

	if (!r && prospect->under_way != FORESEE_NONE)
		r = fork_first(&s);
	if (r < 0)
		return r;
	if (!s.n)
		add_way(&s, NO_WAY, FORESEE_NONE, MARK_NONE, 1);
	memcpy(marks, prospect->known->marks, n * sizeof(*marks));
	s.known.marks = marks;
	for (int i = 0; !r && i < CHOICES_MAX && s.seen.n < FORESEE_MAX; i++) {
		at = likeliest(&s);
		if (at == NO_WAY)
			break;
		r = follow(&s, at);
	}
	if (r < 0)
		return r;
	foreseen_leave_out(&s.seen, prospect->under_way);
	*ret = s.seen;
	return 0;
}
