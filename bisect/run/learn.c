// SPDX-License-Identifier: GPL-2.0-or-later
#include "learn.h"

#include <string.h>

static void say_signature(struct run *run)
{
	const struct world *w = run->bench.world;
	CLEANUP_BUF struct buf b;

	buf_init(&b, 4096);
	buf_adds(&b, "the failure that counts: ");
	signature_describe(&run->signature, &b);
	w->view->say(w->view_ctx, b.data);
}

void run_learn(struct run *run, const struct step *step, struct buf *b)
{
	struct signature *signature = &run->signature;
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	bool fix = run->bench.rules->find_fix;
	enum verdict fails = fix ? VERDICT_GOOD : VERDICT_BAD;
	enum verdict passes = fix ? VERDICT_BAD : VERDICT_GOOD;

	if ((run->failures && run->failures->n) || *step->same_as)
		return;
	if (step->verdict == fails && signature_is_empty(signature) &&
		!strcmp(step->role, fix ? "good-end" : "bad-end"))
		signature_learn(signature, &run->bench.failure);
	else if (step->verdict != passes ||
		 !signature_forget(signature, &run->bench.failure.lines))
		return;
	signature_words(signature, &words);
	record_signature(b, &words);
	strvec_release(&run->past->signature);
	run->past->signature = words;
	words = (struct strvec)STRVEC_INIT;
	say_signature(run);
}

int run_recall(struct run *run, struct err *err)
{
	const struct strvec *words = &run->past->signature;
	int r = 0;

	signature_release(&run->signature);

	if (run->failures && run->failures->n)
		words = run->failures;
	for (size_t i = 0; !r && i < words->n; i++)
		r = signature_add(&run->signature, words->v[i], err);
	return r;
}
