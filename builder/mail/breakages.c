// SPDX-License-Identifier: GPL-2.0-or-later
#include "breakages.h"

#include <errno.h>
#include <string.h>

#include "breakage-list.h"
#include "breakage.h"
#include "builder/git/refs.h"
#include "builder/git/repo.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/message.h"
#include "mail.h"
#include "outbox.h"

#define RECORD_MAX (4 * 1024 * 1024)

/* One pass over all of them. */
struct look {
	const struct breakages *b;
	struct breakage_list list;
	const struct image_id *made;
	/* the one that is looked at */
	struct breakage *now;
	git_repository *repo;
	const struct conf_tree *tree;
	char tip[IMAGE_COMMIT_TEXT]; /* of its branch; "": the branch is gone */
	bool again;                  /* one was added: look once more */
};

static int take_tip(void *ctx, bool tag, const char *name, const char *commit)
{
	struct look *look = ctx;
	CLEANUP_BUF struct buf full = {0};

	if (tag)
		return 0;
	buf_init(&full, 4096);
	refs_name(look->b->conf, look->tree, name, &full);
	if (!strcmp(full.data, look->now->branch))
		snprintf(look->tip, sizeof(look->tip), "%s", commit);
	return 0;
}

static const struct conf_tree *find_tree(const struct look *look, const char *name)
{
	for (size_t i = 0; i < look->b->conf->n_trees; i++)
		if (!strcmp(look->b->conf->trees[i].name, name))
			return &look->b->conf->trees[i];
	return NULL;
}

/* The repository and the tip of its branch. -ENOENT: the tree is none of ours now. */
static int open_tree(struct look *look, struct breakage *now, struct err *err)
{
	CLEANUP_BUF struct buf path = {0};
	int r;

	look->now = now;
	look->tip[0] = '\0';
	look->tree = find_tree(look, now->tree);
	if (!look->tree)
		return -ENOENT;
	git_repository_free(look->repo);
	look->repo = NULL;
	r = refs_repo_path(look->b->conf, look->tree, &path);
	if (!r)
		r = repo_open(path.data, &look->repo, err);
	return r ? r : repo_each_ref(look->repo, take_tip, look, err);
}

static bool same_target(const struct image_id *a, const struct image_id *b)
{
	return !strcmp(a->arch, b->arch) && !strcmp(a->config, b->config);
}

static struct image_id with_commit(const struct image_id *id, const char *commit)
{
	struct image_id other = *id;

	snprintf(other.commit, sizeof(other.commit), "%s", commit);
	return other;
}

/* An image of the branch that has the commit in its past: the one just made, which may be
 * the first, or that of the tip. */
static bool find_mended(const struct look *look, struct image_id *ret_id)
{
	const struct image_id *id = &look->now->id;
	struct image_id tip = with_commit(id, look->tip);
	bool made = look->made && same_target(look->made, id) &&
		    store_has(look->b->store, look->made, true) &&
		    repo_descends(look->repo, look->tip, look->made->commit) &&
		    repo_descends(look->repo, look->made->commit, id->commit);

	*ret_id = made ? *look->made : tip;
	return made || (store_has(look->b->store, &tip, true) &&
			       repo_descends(look->repo, tip.commit, id->commit));
}

/* Another one on the same line of history. */
static bool is_told(const struct look *look)
{
	const struct breakage *now = look->now;

	for (size_t i = 0; i < look->list.n; i++) {
		const struct breakage *other = &look->list.v[i];

		if (other == now ||
			(other->state != BREAKAGE_TOLD &&
				other->state != BREAKAGE_KEPT) ||
			!same_target(&other->id, &now->id) ||
			strcmp(other->branch, now->branch))
			continue;
		if (repo_descends(look->repo, other->id.commit, now->id.commit) ||
			repo_descends(look->repo, now->id.commit, other->id.commit))
			return true;
	}
	return false;
}

/* A parent that failed with nobody to be told is taken down now: it may be the one. */
static int add_parent(struct look *look, const char *commit, struct breakage_facts *facts,
	struct err *err)
{
	const struct image_id id = with_commit(&look->now->id, commit);
	const struct breakages *b = look->b;

	if (store_has(b->store, &id, true))
		return 0;
	if (!store_has(b->store, &id, false)) {
		facts->parents_awaited += b->awaited && b->awaited(b->ctx, &id);
		return 0;
	}
	facts->parents_failed++;
	if (breakage_list_has(&look->list, &id))
		return 0;
	look->again = true;
	return breakages_note(
		b->conf->state, &id, look->now->tree, look->now->branch, err);
}

static int find_facts(
	struct look *look, struct breakage_facts *ret_facts, struct err *err)
{
	CLEANUP_COMMIT struct commit commit = {0};
	struct image_id mended;
	struct breakage_facts facts = {
		.on_branch = look->tip[0] &&
			     repo_descends(look->repo, look->tip, look->now->id.commit)};
	int r = 0;

	if (facts.on_branch) {
		facts.told = is_told(look);
		facts.mended = find_mended(look, &mended);
		r = repo_commit(look->repo, look->now->id.commit, &commit, err);
	}
	for (size_t i = 0; !r && i < commit.parents.n; i++)
		r = add_parent(look, commit.parents.v[i], &facts, err);
	*ret_facts = facts;
	return r;
}

/* --- what is done about it */

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

	return (struct mail){.from = conf->mail_from,
		.to = &conf->mail_to,
		.author_copy = conf->mail_author ? image->author_email : NULL,
		.time = clock_wall(),
		.tree = look->tree->remote,
		.branch = look->now->branch,
		.head = look->tip,
		.commit = look->now->id.commit,
		.subject = image->subject,
		.author_name = image->author_name,
		.author_email = image->author_email,
		.author_date = image->author_date,
		.arch = look->now->id.arch,
		.config = look->now->id.config,
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

static int tell(struct look *look, struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf log = {0}, seen = {0};
	struct mail mail;
	bool may = true;
	int r = store_load(look->b->store, &look->now->id, false, &image, err);

	if (r < 0)
		return r;
	mail = begin_mail(look, &image);
	r = count_mail(look, &may, &mail.kept, err);
	if (r || !may)
		return r ? r : set_state(look, BREAKAGE_KEPT, err);
	buf_init(&log, STORE_PATH_MAX);
	buf_init(&seen, RECORD_MAX);
	store_image_path(look->b->store, &look->now->id, false, &log);
	buf_adds(&log, "/build.log");
	add_seen(look, &seen);
	mail.log = log.data;
	mail.seen = seen.data;
	r = put_mail(look, "", &mail, err);
	return r ? r : set_state(look, BREAKAGE_TOLD, err);
}

/* The branch builds again. */
static int tell_mended(struct look *look, const struct image_id *by, struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_COMMIT struct commit commit = {0};
	struct mail mail;
	int r = store_load(look->b->store, &look->now->id, false, &image, err);

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
	r = find_facts(look, &facts, err);
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
	if (!find_mended(look, &by))
		return 0;
	return look->now->state == BREAKAGE_TOLD ? tell_mended(look, &by, err)
						 : set_state(look, BREAKAGE_OLD, err);
}

static int look_at(struct look *look, struct breakage *now, struct err *err)
{
	int r;

	if (now->state == BREAKAGE_OLD)
		return 0;
	r = open_tree(look, now, err);
	if (r == -ENOENT && !look->tree)
		return set_state(look, BREAKAGE_OLD, err);
	if (r)
		return r;
	return now->state == BREAKAGE_NEW ? look_at_new(look, err)
					  : look_at_told(look, err);
}

static int look_once(const struct breakages *b, const struct image_id *made,
	bool *ret_again, struct err *err)
{
	struct look look = {.b = b, .made = made};
	int r = breakage_list_read(&look.list, b->conf->state, err);

	for (size_t i = 0; !r && i < look.list.n; i++)
		r = look_at(&look, &look.list.v[i], err);
	*ret_again = look.again;
	git_repository_free(look.repo);
	breakage_list_release(&look.list);
	return r;
}

int breakages_look(
	const struct breakages *b, const struct image_id *made, struct err *err)
{
	bool again = true;
	int r = 0;

	while (!r && again)
		r = look_once(b, made, &again, err);
	return r;
}
