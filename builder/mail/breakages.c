// SPDX-License-Identifier: GPL-2.0-or-later
#include "breakages.h"

#include <errno.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/file.h"
#include "lib/message.h"
#include "look.h"
#include "mail.h"
#include "outbox.h"

#define RECORD_MAX (4 * 1024 * 1024)

static int set_state(struct look *look, enum breakage_state state, struct err *err)
{
	struct breakage *now = look->now;

	now->state = state;
	return breakage_write(
		look->b->conf->state, &now->id, state, now->tree, now->branch, err);
}

/* What else the branch shows already, with another arch or config. */
static void add_seen(const struct look *look, struct buf *b)
{
	for (size_t i = 0; i < look->list.n; i++) {
		CLEANUP_IMAGE struct image image = {0};

		if (look->list.v[i].state == BREAKAGE_TOLD &&
			!strcmp(look->list.v[i].branch, look->now->branch) &&
			store_load(look->b->store, &look->list.v[i].id, false, &image,
				NULL) == 0)
			buf_addf(b, "%s\n", image.error);
	}
}

static int record_path(const struct look *look, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/breakages.sent", look->b->conf->state);
	return buf_check(b);
}

/* True if it may be told of; counts it either way. */
static int count_mail(
	struct look *look, bool *ret_tell, unsigned int *ret_kept, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, record = {0}, fresh = {0};
	int64_t now = clock_wall();
	struct breakage_rate rate;
	int r = record_path(look, &path);

	buf_init(&record, RECORD_MAX);
	buf_init(&fresh, RECORD_MAX);
	if (!r && file_exists(path.data))
		r = file_read(path.data, &record, err);
	if (r)
		return r;
	rate = breakage_rate(record.data, look->now->branch, now);
	*ret_tell = rate.told < look->b->conf->mail_limit;
	*ret_kept = rate.kept;
	breakage_record(record.data, look->now->branch, *ret_tell, now, &fresh);
	r = buf_check(&fresh);
	return r ? r : file_write_atomic(path.data, fresh.data, fresh.len, 0644, err);
}

/* What both mails have. */
static struct mail begin_mail(const struct look *look, const struct image *image)
{
	const struct conf *conf = look->b->conf;
	const struct conf_config *config = conf_find_config(conf, look->now->id.config);

	return (struct mail){.from = conf->mail_from,
		.to = &conf->mail_to,
		.author_copy = conf->mail_author ? image->author_email : NULL,
		.time = clock_wall(),
		.tree = look->tree->name,
		.remote = look->tree->remote,
		.branch = look->now->branch,
		.head = look->tip,
		.commit = look->now->id.commit,
		.subject = image->subject,
		.author_name = image->author_name,
		.author_email = image->author_email,
		.author_date = image->author_date,
		.arch = look->now->id.arch,
		.config = look->now->id.config,
		.make_args = config ? &config->make_args : NULL,
		.compiler = image->compiler,
		.seen = "",
		.errors = image->error};
}

static int put_mail(
	struct look *look, const char *kind, const struct mail *mail, struct err *err)
{
	CLEANUP_BUF struct buf text = {0}, key = {0};

	if (!mail->to->n &&
		!(mail->author_copy && message_address_valid(mail->author_copy)))
		return 0; /* nobody wants to know */
	buf_init(&text, MAIL_MAX);
	buf_init(&key, 256);
	buf_addf(&key, "%s%s@%s@%s", kind, mail->arch, mail->config, mail->commit);
	mail_compose(mail, &text);
	if (buf_check(&text) || buf_check(&key))
		return err_set(err, -EMSGSIZE, "cannot compose a mail");
	return outbox_put(look->b->conf->state, key.data, text.data, err);
}

/* Where a file of a record is: with an alias, at what it is the same as. */
static int find_file(const struct look *look, const struct image *image, const char *name,
	struct buf *b)
{
	buf_init(b, STORE_PATH_MAX);
	buf_addf(b, "%s/", look->b->store->root);
	store_files_path(image, b);
	buf_addf(b, "/%s", name);
	return buf_check(b);
}

static int tell(struct look *look, struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf log = {0}, config = {0}, seen = {0};
	struct mail mail;
	bool may = true;
	int r = store_load(look->b->store, &look->now->id, false, &image, err);

	if (r < 0)
		return r;
	mail = begin_mail(look, &image);
	r = count_mail(look, &may, &mail.kept, err);
	if (r || !may)
		return r ? r : set_state(look, BREAKAGE_KEPT, err);
	r = find_file(look, &image, "build.log", &log);
	if (!r)
		r = find_file(look, &image, "config", &config);
	if (r < 0)
		return err_errno(
			err, r, "cannot name the files of '%s'", image.id.commit);
	buf_init(&seen, RECORD_MAX);
	add_seen(look, &seen);
	mail.log = log.data;
	if (image_find_file(&image, "config"))
		mail.config_file = config.data;
	mail.seen = seen.data;
	r = put_mail(look, "", &mail, err);
	return r ? r : set_state(look, BREAKAGE_TOLD, err);
}

/* The branch builds again. Made once more, the commit itself may have turned out to
 * build, or somebody has removed all that was known of it. */
static int tell_mended(struct look *look, const struct image_id *by, struct err *err)
{
	const struct store *store = look->b->store;
	const struct image_id *id = &look->now->id;
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_COMMIT struct commit commit = {0};
	struct mail mail;
	int r;

	if (!store_has(store, id, true) && !store_has(store, id, false))
		return set_state(look, BREAKAGE_OLD, err);
	r = store_load(store, id, store_has(store, id, true), &image, err);
	if (!r)
		r = repo_commit(look->repo, by->commit, &commit, err);
	if (r < 0)
		return r;
	mail = begin_mail(look, &image);
	mail.mended = commit.name;
	mail.mended_subject = commit.subject;
	r = put_mail(look, "mended@", &mail, err);
	return r ? r : set_state(look, BREAKAGE_OLD, err);
}

static int look_at_new(struct look *look, struct err *err)
{
	struct breakage_facts facts;
	int r;

	if (!store_has(look->b->store, &look->now->id, false))
		return 0; /* not published yet, or built after all */
	r = look_find_facts(look, &facts, err);
	if (r < 0)
		return r;
	switch (breakage_judge(&facts)) {
	case BREAKAGE_WAIT:
		return 0;
	case BREAKAGE_DROP:
		return set_state(look, BREAKAGE_OLD, err);
	case BREAKAGE_TELL:
		return tell(look, err);
	}
	return 0;
}

static int look_at_told(struct look *look, struct err *err)
{
	struct image_id by;

	if (!look->tip[0] || !repo_descends(look->repo, look->tip, look->now->id.commit))
		return set_state(
			look, BREAKAGE_OLD, err); /* a forced push took it away */
	if (!look_find_mended(look, &by))
		return 0;
	return look->now->state == BREAKAGE_TOLD ? tell_mended(look, &by, err)
						 : set_state(look, BREAKAGE_OLD, err);
}

static int look_at(struct look *look, struct breakage *now, struct err *err)
{
	int r;

	if (now->state == BREAKAGE_OLD)
		return 0;
	r = look_open_tree(look, now, err);
	if (r == -ENOENT && !look->tree)
		return set_state(look, BREAKAGE_OLD, err);
	if (r)
		return r;
	return now->state == BREAKAGE_NEW ? look_at_new(look, err)
					  : look_at_told(look, err);
}

/* One that cannot be looked at keeps no other's mail back: the first error is returned.
 */
static int look_once(const struct breakages *b, const struct image_id *made,
	bool *ret_again, struct err *err)
{
	struct look look = {.b = b, .made = made};
	int worst = breakage_list_read(&look.list, b->conf->state, err);

	for (size_t i = 0; i < look.list.n; i++) {
		int r = look_at(&look, &look.list.v[i], worst ? NULL : err);

		worst = worst ? worst : r;
	}
	*ret_again = look.again;
	git_repository_free(look.repo);
	breakage_list_release(&look.list);
	return worst;
}

int breakages_look(
	const struct breakages *b, const struct image_id *made, struct err *err)
{
	bool again = true;
	int worst = 0;

	while (again) {
		int r = look_once(b, made, &again, worst ? NULL : err);

		worst = worst ? worst : r;
	}
	return worst;
}
