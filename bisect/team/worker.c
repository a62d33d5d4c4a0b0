// SPDX-License-Identifier: GPL-2.0-or-later
#include "worker.h"

#include <stdio.h>

#include "bisect/log/evidence.h"
#include "wire.h"

struct worker {
	int fd;
	struct bench *bench;
	const char *folder;
	struct past past; /* what all hosts have judged */
};

static void tell(struct worker *worker, enum wire_kind kind, const char *text)
{
	struct wire_message message = WIRE_MESSAGE_INIT;

	message.kind = kind;
	snprintf(message.text, sizeof(message.text), "%s", text);
	wire_send(worker->fd, &message);
}

static void say(void *ctx, const char *line)
{
	tell(ctx, WIRE_SAY, line);
}

static void phase(void *ctx, const char *text)
{
	tell(ctx, WIRE_PHASE, text);
}

static void tell_ready(void *ctx, const struct step *step)
{
	struct wire_message message = WIRE_MESSAGE_INIT;
	struct worker *worker = ctx;

	message.kind = WIRE_READY;
	message.step = *step;
	wire_send(worker->fd, &message);
}

static int tell_fault(void *ctx, const struct step *step, const char *why)
{
	struct wire_message message = WIRE_MESSAGE_INIT;
	struct worker *worker = ctx;

	message.kind = WIRE_FAULT;
	message.step = *step;
	snprintf(message.text, sizeof(message.text), "%s", why);
	return wire_send(worker->fd, &message);
}

int worker_step(struct bench *bench, const struct worker_order *order,
	const struct past *past, struct step *ret_step, enum step_end *ret_end)
{
	CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;
	int r = 0;

	for (size_t i = 0; !r && i < order->words.n; i++)
		r = signature_add(&signature, order->words.v[i], NULL);
	if (r < 0)
		return r;
	*ret_step = order->step;
	bench->signature = &signature;
	bench->shared = order->shared ? past : NULL;
	bench->drive.by_reset |= order->by_reset;
	*ret_end = step_run(bench, ret_step);
	bench->signature = NULL;
	bench->shared = NULL;
	if (*ret_end != STEP_STOPPED)
		return 0;
	bench->drive.state = HOST_UNKNOWN;
	bench->drive.by_reset = true;
	return 0;
}

/* The controller's log tells it. */
static void read_past(void *ctx)
{
	struct worker *worker = ctx;
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	past_release(&worker->past);
	if (!worker->folder)
		return;
	buf_addf(&path, "%s/log", worker->folder);
	past_load(path.data, &worker->past, NULL);
}

static int serve_one(struct worker *worker, const struct wire_message *message)
{
	const struct worker_order order = {.step = message->step,
		.words = message->words, /* still the message's */
		.by_reset = message->by_reset,
		.shared = message->shared};
	const struct world *w = worker->bench->world;
	struct wire_message done = WIRE_MESSAGE_INIT;
	int r;

	read_past(worker);
	done.kind = WIRE_DONE;
	r = worker_step(worker->bench, &order, &worker->past, &done.step, &done.end);
	if (r < 0)
		return r;
	if (done.end != STEP_STOPPED)
		evidence_gather(w->server, w->server_ctx, &worker->past, &done.step,
			worker->folder);
	done.failure = worker->bench->failure; /* still the bench's */
	return wire_send(worker->fd, &done);
}

void worker_serve(int fd, struct bench *bench, const char *folder)
{
	static const struct view_ops view = {.say = say, .phase = phase};
	struct worker worker = {.fd = fd, .bench = bench, .folder = folder};
	struct world world = *bench->world;
	int r = 0;

	world.view = &view;
	world.view_ctx = &worker;
	bench->world = bench->drive.world = &world;
	bench->look_ahead = tell_ready;
	bench->on_lab_fault = tell_fault;
	bench->refresh_shared = read_past;
	bench->ctx = &worker;
	while (!r) {
		CLEANUP_WIRE struct wire_message order = WIRE_MESSAGE_INIT;

		r = wire_receive(fd, &order);
		if (r < 0 || order.kind != WIRE_STEP)
			break;
		r = serve_one(&worker, &order);
	}
	drive_leave(&bench->drive);
	past_release(&worker.past);
}
