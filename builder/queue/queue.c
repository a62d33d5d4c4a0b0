// SPDX-License-Identifier: GPL-2.0-or-later
#include "queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *want_class_name(enum want_class class)
{
	static const char *const names[WANT_CLASSES] = {"wish", "new", "backfill"};

	return names[class];
}

static struct want *find(const struct queue *queue, const struct want *want)
{
	for (size_t i = 0; i < queue->n; i++)
		if (image_id_equal(&queue->v[i].id, &want->id))
			return &queue->v[i];
	return NULL;
}

int queue_add(struct queue *queue, const struct want *want)
{
	struct want *there = find(queue, want), *more;

	if (there) {
		if (want->asked && (!there->asked || want->class < there->class))
			there->when = want->when;
		if (want->class < there->class)
			there->class = want->class;
		there->asked |= want->asked;
		there->watched |= want->watched;
		there->tip |= want->tip;
		there->retry |= want->retry;
		if (!there->branch)
			there->branch = want->branch;
		else
			free(want->branch);
		return 0;
	}
	more = reallocarray(queue->v, queue->n + 1, sizeof(*more));
	if (!more) {
		free(want->branch);
		return -ENOMEM;
	}
	queue->v = more;
	more[queue->n++] = *want;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct want *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->class != WANT_NEW && x->asked != y->asked)
		return x->asked ? -1 : 1;
	if (x->class != WANT_NEW && x->asked && x->when != y->when)
		return x->when < y->when ? -1 : 1;
	if (x->tip != y->tip)
		return x->tip ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* Stable, and the queue is as good as sorted when it is made. */
void queue_sort(struct queue *queue)
{
	for (size_t i = 1; i < queue->n; i++) {
		struct want want = queue->v[i];
		size_t j = i;

		for (; j > 0 && compare(&queue->v[j - 1], &want) > 0; j--)
			queue->v[j] = queue->v[j - 1];
		queue->v[j] = want;
	}
}

struct want *queue_next(struct queue *queue, double now)
{
	for (size_t i = 0; i < queue->n; i++)
		if (queue->v[i].rests_until <= now)
			return &queue->v[i];
	return NULL;
}

void queue_carry_rests(struct queue *queue, const struct queue *old)
{
	for (size_t i = 0; i < queue->n; i++) {
		const struct want *was = find(old, &queue->v[i]);

		if (was)
			queue->v[i].rests_until = was->rests_until;
	}
}

void queue_release(struct queue *queue)
{
	for (size_t i = 0; i < queue->n; i++)
		free(queue->v[i].branch);
	free(queue->v);
	*queue = (struct queue){0};
}
