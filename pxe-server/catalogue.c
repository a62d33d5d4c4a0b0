// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"

#define REFS_MAX (8 * 1024 * 1024)

/* Images written in one transaction: each one's end is an fsync. */
#define BATCH 200

struct sync {
	struct db *db;
	const struct store *store;
	bool built;
	struct catalogue_change *change;
	struct err *err;
	struct image *found; /* read, and not yet in the index; BATCH of them */
	size_t n_found;
};

static int mark_seen(struct sync *sync, const char *id)
{
	return db_run(sync->db, sync->err, "INSERT OR IGNORE INTO temp.seen VALUES(?, ?)",
		"it", (int64_t)sync->built, id);
}

/* Whether the index knows the image; negative on failure. */
static int is_known(struct sync *sync, const char *id)
{
	int64_t n;
	int r = db_number(sync->db, &n, sync->err,
		"SELECT count(*) FROM images WHERE built = ? AND id = ?", "it",
		(int64_t)sync->built, id);

	return r < 0 ? r : n > 0;
}

static int insert(struct sync *sync, const struct image *image)
{
	char id[IMAGE_ID_TEXT];

	image_id_format(&image->id, id);
	return db_run(sync->db, sync->err,
		"INSERT OR REPLACE INTO images(built, id, arch, config, commit_id, "
		"branch,"
		" release, build_id, date, published, subject, same_as)"
		" VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"ittttttttttt", (int64_t)sync->built, id, image->id.arch,
		image->id.config, image->id.commit, image->branch, image->release,
		image->build_id, image->date, image->published, image->subject,
		image->same_as);
}

static int insert_found(struct sync *sync)
{
	int r = db_begin(sync->db, sync->err);

	if (r < 0)
		return r;
	for (size_t i = 0; !r && i < sync->n_found; i++)
		r = insert(sync, &sync->found[i]);
	return r < 0 ? (db_end(sync->db, false, NULL), r)
		     : db_end(sync->db, true, sync->err);
}

/* Nothing is read from the store meanwhile, which may be a slow one: hosts' events wait
 * for no more than the writing. */
static int write_found(struct sync *sync)
{
	int r = sync->n_found ? insert_found(sync) : 0;

	for (size_t i = 0; i < sync->n_found; i++)
		image_release(&sync->found[i]);
	if (!r)
		sync->change->added += sync->n_found;
	sync->n_found = 0;
	return r;
}

static int add_image(void *ctx, const struct image_id *image_id)
{
	struct sync *sync = ctx;
	CLEANUP_IMAGE struct image image = {0};
	char id[IMAGE_ID_TEXT];
	int r;

	image_id_format(image_id, id);
	r = is_known(sync, id);
	if (r < 0)
		return r;
	if (r)
		return mark_seen(sync, id);
	r = store_load(sync->store, image_id, sync->built, &image, sync->err);
	if (r < 0 || !image_id_equal(&image.id, image_id)) {
		if (!r)
			err_set(sync->err, r, "the image.json of '%s' is another's", id);
		sync->change->unreadable++;
		return 0;
	}
	sync->found[sync->n_found++] = image;
	image = (struct image){0};
	r = mark_seen(sync, id);
	return r < 0 || sync->n_found < BATCH ? r : write_found(sync);
}

static int drop_unseen(struct sync *sync)
{
	int r = db_run(sync->db, sync->err,
		"DELETE FROM images WHERE NOT EXISTS (SELECT 1 FROM temp.seen"
		" WHERE seen.built = images.built AND seen.id = images.id)",
		"");

	if (!r)
		sync->change->removed = db_changes(sync->db);
	return r;
}

static int walk_one(struct sync *sync, bool built)
{
	int r, written;

	sync->built = built;
	r = store_each(sync->store, built, add_image, sync, sync->err);
	written = write_found(sync);
	return r < 0 ? r : written;
}

/* Without a transaction of its own: a walk takes as long as the store's file system. */
static int walk(struct sync *sync)
{
	int r = walk_one(sync, true);

	if (!r)
		r = walk_one(sync, false);
	return r < 0 ? r : drop_unseen(sync);
}

/* Reads one object of refs.json. */
static int add_refs(struct db *db, const char *kind, json_t *object, struct err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		const char *commit = json_string_value(value);
		int r;

		if (!commit || !image_commit_valid(commit) || !image_refname_valid(name))
			continue; /* a stranger's branch name is no reason to lose the
				     rest */
		r = db_run(db, err,
			"INSERT INTO refs(kind, name, commit_id) VALUES(?, ?, ?)", "ttt",
			kind, name, commit);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What a branch has no more, though it was built for it: its history was rewritten. */
static int add_left(struct db *db, json_t *object, struct err *err)
{
	json_t *commits, *value;
	const char *branch;
	int r = db_run(db, err, "DELETE FROM left_commits", "");
	size_t i;

	json_object_foreach(object, branch, commits)
	{
		json_array_foreach(commits, i, value)
		{
			const char *commit = json_string_value(value);

			if (!r && commit && image_commit_valid(commit))
				r = db_run(db, err,
					"INSERT OR IGNORE INTO left_commits VALUES(?, ?)",
					"tt", branch, commit);
		}
	}
	return r;
}

static int replace_refs(struct db *db, json_t *json, struct err *err)
{
	int r = db_run(db, err, "DELETE FROM refs", "");

	if (!r)
		r = add_refs(db, "branch", json_object_get(json, "branches"), err);
	if (!r)
		r = add_refs(db, "tag", json_object_get(json, "tags"), err);
	if (!r)
		r = add_left(db, json_object_get(json, "left"), err);
	return r;
}

int catalogue_set_refs(struct db *db, const char *text, size_t len, struct err *err)
{
	json_error_t where;
	CLEANUP_JSON json_t *json = json_loadb(text, len, 0, &where);
	int r;

	if (!json)
		return err_set(err, -EINVAL, "refs.json:%d: %s", where.line, where.text);
	if (!json_is_object(json))
		return err_set(err, -EINVAL, "refs.json is not a JSON object");
	r = db_begin(db, err);
	if (r < 0)
		return r;
	r = replace_refs(db, json, err);
	return r < 0 ? db_end(db, false, NULL), r : db_end(db, true, err);
}

/* The refs.json that the index has is known by its digest. */
static int sync_refs(struct db *db, const struct store *store, struct err *err)
{
	CLEANUP_BUF struct buf path = {0}, text = {0};
	char hex[SHA256_TEXT];
	int64_t same;
	int r = 0;

	buf_init(&path, STORE_PATH_MAX);
	buf_addf(&path, "%s/refs.json", store->root);
	buf_init(&text, REFS_MAX);
	if (file_exists(path.data))
		r = file_read(path.data, &text, err);
	else
		buf_adds(&text, "{}");
	if (r < 0)
		return r;
	sha256_bytes(text.data, text.len, hex);
	r = db_number(db, &same, err, "SELECT count(*) FROM temp.refs_seen WHERE hex = ?",
		"t", hex);
	if (r < 0 || same)
		return r;
	r = catalogue_set_refs(db, text.data, text.len, err);
	if (!r)
		r = db_run(db, err, "INSERT OR REPLACE INTO temp.refs_seen VALUES(0, ?)",
			"t", hex);
	return r < 0 ? err_prefix(err, r, "%s", path.data) : 0;
}

static int make_temporary(struct db *db, struct err *err)
{
	int r = db_run(db, err,
		"CREATE TEMP TABLE IF NOT EXISTS seen("
		" built INTEGER, id TEXT, PRIMARY KEY(built, id)) WITHOUT ROWID",
		"");

	if (!r)
		r = db_run(db, err,
			"CREATE TEMP TABLE IF NOT EXISTS refs_seen("
			" one INTEGER PRIMARY KEY, hex TEXT)",
			"");
	return r ? r : db_run(db, err, "DELETE FROM temp.seen", "");
}

int catalogue_sync(struct db *db, const struct store *store,
	struct catalogue_change *ret_change, struct err *err)
{
	struct catalogue_change change = {0};
	CLEANUP_FREE struct image *found = calloc(BATCH, sizeof(*found));
	struct sync sync = {
		.db = db, .store = store, .change = &change, .err = err, .found = found};
	int r = found ? make_temporary(db, err) : err_set(err, -ENOMEM, "out of memory");

	if (!r)
		r = walk(&sync);
	if (!r)
		r = sync_refs(db, store, err);
	if (!r)
		*ret_change = change;
	return r;
}
