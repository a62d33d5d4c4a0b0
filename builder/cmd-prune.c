// SPDX-License-Identifier: GPL-2.0-or-later
/* prune: images that nobody needs leave the store, by the owner's rules. */
#include "builder.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "keep/prune.h"
#include "lib/child.h"
#include "lib/log.h"

static void show_image(const struct retain_image *image)
{
	CLEANUP_BUF struct buf why = {0};
	char id[IMAGE_ID_TEXT];

	image_id_format(&image->id, id);
	buf_init(&why, 1024);
	if (image->why == RETAIN_GOES)
		buf_addf(&why, "%.1f MB", (double)image->bytes / 1e6);
	else
		retain_describe(image, &why);
	printf("%s\t%s\t%s\n", image->why == RETAIN_GOES ? "goes" : "stays", id,
		why.data);
}

static uint64_t bytes_of(const struct prune *prune)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < prune->goes; i++)
		bytes += prune->gather.set.v[i].bytes;
	return bytes;
}

/* The last line is what the watching builder logs. */
static void show_text(const struct prune *prune, bool dry)
{
	const struct retain_set *set = &prune->gather.set;

	for (size_t i = 0; i < set->n; i++)
		show_image(&set->v[i]);
	if (dry)
		printf("%zu of %zu images would go, %.1f MB beside packs\n", prune->goes,
			set->n, (double)bytes_of(prune) / 1e6);
	else
		printf("%zu of %zu images went, %.1f MB are free\n", prune->goes, set->n,
			(double)prune->freed / 1e6);
}

static json_t *image_json(const struct retain_image *image)
{
	char id[IMAGE_ID_TEXT];

	image_id_format(&image->id, id);
	if (image->why == RETAIN_GOES)
		return json_pack(
			"{s:s, s:I}", "id", id, "bytes", (json_int_t)image->bytes);
	return json_pack("{s:s, s:s, s:s}", "id", id, "why", retain_word(image->why),
		"by", image->by);
}

static int show_json(const struct prune *prune, bool dry)
{
	const struct retain_set *set = &prune->gather.set;
	CLEANUP_JSON json_t *all = NULL;
	json_t *goes = json_array(), *stays = json_array();

	for (size_t i = 0; i < set->n; i++)
		json_array_append_new(
			i < prune->goes ? goes : stays, image_json(&set->v[i]));
	all = json_pack("{s:b, s:o, s:o, s:I}", "dry_run", dry, "goes", goes, "stays",
		stays, "freed", (json_int_t)prune->freed);
	if (!all || json_dumpf(all, stdout, JSON_INDENT(2)) < 0)
		return EXIT_INFRA;
	putchar('\n');
	return EXIT_THERE;
}

int builder_prune(struct builder *b, const struct strvec *words, struct err *err)
{
	CLEANUP_PRUNE struct prune prune = {
		.gather = {.conf = &b->conf, .store = &b->store},
		.cancel_fd = b->signal_fd};
	bool dry = b->conf.dry_run;
	int r;

	if (words->n) {
		err_set(err, -EINVAL, "prune takes no '%.100s'", words->v[0]);
		return EXIT_INPUT;
	}
	r = prune_decide(&prune, err);
	if (!r && !dry)
		r = prune_do(&prune, err);
	if (r < 0)
		return r == -EINVAL || r == -ENOENT ? EXIT_INPUT : EXIT_INFRA;
	if (b->conf.json)
		return show_json(&prune, dry);
	show_text(&prune, dry);
	return EXIT_THERE;
}

/* The last line of what it said; all of it if it failed. */
static const char *last_line(struct buf *out)
{
	char *newline;

	if (out->len && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
	newline = strrchr(out->data, '\n');
	return newline ? newline + 1 : out->data;
}

int builder_prune_by_rule(struct builder *b, int cancel_fd, struct err *err)
{
	struct child_result result;
	CLEANUP_BUF struct buf out = {0};
	int r;

	buf_init(&out, 64 * 1024 * 1024);
	r = builder_run_self(b, "prune", cancel_fd, &out, &result, err);
	if (r < 0)
		return r;
	if (result.exit_code != 0)
		return err_set(err, -EIO, "prune: %s", last_line(&out));
	if (strncmp(last_line(&out), "0 of ", 5))
		log_info("prune: %s", last_line(&out));
	return 0;
}
