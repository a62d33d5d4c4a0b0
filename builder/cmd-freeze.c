// SPDX-License-Identifier: GPL-2.0-or-later
/* freeze and thaw: images out of the way, and back. */
#include "builder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "cold/freeze.h"
#include "cold/named.h"
#include "cold/rule.h"
#include "cold/thaw.h"
#include "lib/child.h"
#include "lib/clock.h"

#define DAY 86400.0

/* The images that the rule looks at. */
struct choice {
	struct builder *b;
	struct strvec named;
	struct rule_image *v;
	size_t n;
	struct err *err;
};

static void choice_release(struct choice *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->v[i].branch);
		free(c->v[i].date);
	}
	free(c->v);
	strvec_release(&c->named);
}

static bool is_named(const struct choice *c, const struct image_id *id)
{
	char text[IMAGE_ID_TEXT];

	image_id_format(id, text);
	for (size_t i = 0; i < c->named.n; i++)
		if (!strcmp(c->named.v[i], text))
			return true;
	return false;
}

static bool asked_for(const struct strvec *asked, const char *name)
{
	for (size_t i = 0; i < asked->n; i++)
		if (!strcmp(asked->v[i], name))
			return true;
	return !asked->n;
}

static int consider(void *ctx, const struct image_id *id)
{
	struct choice *c = ctx;
	CLEANUP_IMAGE struct image image = {0};
	struct rule_image *v;

	if (!asked_for(&c->b->conf.arch, id->arch) ||
		!asked_for(&c->b->conf.config, id->config))
		return 0;
	if (store_load(&c->b->store, id, true, &image, NULL) < 0 ||
		!store_is_hot(&c->b->store, &image) || !image.n_files)
		return 0;
	v = reallocarray(c->v, c->n + 1, sizeof(*v));
	if (!v)
		return err_set(c->err, -ENOMEM, "out of memory");
	c->v = v;
	v = &c->v[c->n++];
	*v = (struct rule_image){.id = *id,
		.of = *id,
		.branch = strdup(image.branch),
		.date = strdup(image.date),
		.since = store_image_time(&c->b->store, id),
		.named = is_named(c, id)};
	if (*image.same_as)
		image_id_parse(image.same_as, &v->of, NULL);
	return v->branch && v->date ? 0 : err_set(c->err, -ENOMEM, "out of memory");
}

static bool is_cancelled(const struct builder *b)
{
	struct pollfd fd = {.fd = b->signal_fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

static int freeze_one(struct builder *b, struct freezer *freezer,
	const struct image_id *id, struct err *err)
{
	char text[IMAGE_ID_TEXT];
	struct frozen frozen = {0};
	int r = is_cancelled(b) ? err_set(err, -ECANCELED, "cancelled")
				: freezer_add(freezer, id, &frozen, err);

	if (r < 0)
		return r;
	image_id_format(id, text);
	printf("%s: %s, %.1f MB in %.1f KB%s\n", text,
		frozen.was_cold ? "was cold" : "frozen", (double)frozen.hot / 1e6,
		(double)frozen.pack / 1e3, frozen.packed ? "" : " that were there");
	fflush(stdout);
	return 0;
}

/* One image that cannot be frozen keeps nobody else from it. */
static int freeze_chosen(struct builder *b, struct freezer *freezer,
	const struct choice *c, struct err *err)
{
	int worst = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct err why = ERR_INIT;
		int r = c->v[i].freeze ? freeze_one(b, freezer, &c->v[i].id, &why) : 0;

		if (r < 0 && !worst) {
			worst = r;
			*err = why;
		}
		if (r == -ECANCELED || r == -ENOSPC || r == -EDQUOT)
			break;
	}
	return worst;
}

static int freeze_by_rule(struct builder *b, struct freezer *freezer, struct err *err)
{
	struct rule rule = {
		.age = b->conf.freeze_after * DAY, .keep = b->conf.freeze_keep};
	CLEANUP(choice_release) struct choice c = {.b = b, .err = err};
	int r = b->conf.server ? named_get(b->conf.server, &c.named, err) : 0;

	if (!r)
		r = store_each(&b->store, true, consider, &c, err);
	if (r < 0)
		return r;
	rule_choose(&rule, c.v, c.n, clock_wall());
	return freeze_chosen(b, freezer, &c, err);
}

static int check_words(
	const struct builder *b, const struct strvec *words, struct err *err)
{
	for (size_t i = 0; i < words->n; i++) {
		struct image_id id;
		int r = image_id_parse(words->v[i], &id, err);

		if (!r && !store_has(&b->store, &id, true))
			r = err_set(err, -ENOENT, "there is no image '%s'", words->v[i]);
		if (r < 0)
			return r;
	}
	return 0;
}

int builder_freeze(struct builder *b, const struct strvec *words, struct err *err)
{
	CLEANUP_FREEZER struct freezer freezer = {.lock_fd = -1};
	int r = check_words(b, words, err);

	if (r < 0)
		return EXIT_INPUT;
	r = freezer_open(&freezer, &b->store, err);
	if (!r && !words->n)
		r = freeze_by_rule(b, &freezer, err);
	for (size_t i = 0; !r && i < words->n; i++) {
		struct image_id id;

		r = image_id_parse(words->v[i], &id, err);
		if (!r)
			r = freeze_one(b, &freezer, &id, err);
	}
	return r < 0 ? EXIT_INFRA : EXIT_THERE;
}

int builder_freeze_by_rule(struct builder *b, int cancel_fd, struct err *err)
{
	struct child_result result;
	CLEANUP_BUF struct buf how = {0};
	int r = builder_run_self(b, "freeze", cancel_fd, NULL, &result, err);

	if (r < 0)
		return r;
	buf_init(&how, 100);
	child_describe(&result, &how);
	return result.exit_code == 0 ? 0 : err_set(err, -EIO, "freeze %s", how.data);
}

int builder_thaw(struct builder *b, const struct strvec *words, struct err *err)
{
	int r = words->n ? check_words(b, words, err)
			 : err_set(err, -EINVAL,
				   "thaw wants an image: ARCH/CONFIG/COMMIT");

	if (r < 0)
		return EXIT_INPUT;
	for (size_t i = 0; !r && i < words->n; i++) {
		double start = clock_monotonic();
		struct image_id id;
		bool cold;

		r = image_id_parse(words->v[i], &id, err);
		if (!r)
			r = thaw_image(&b->store, &id, &cold, err);
		if (!r && cold)
			printf("%s: thawed, %.2f s\n", words->v[i],
				clock_monotonic() - start);
		else if (!r)
			printf("%s: was there\n", words->v[i]);
	}
	return r < 0 ? EXIT_INFRA : EXIT_THERE;
}
