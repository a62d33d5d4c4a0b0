// SPDX-License-Identifier: GPL-2.0-or-later
#include "catalogue.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"

#define REFS_MAX (8 * 1024 * 1024)

/* Images read in one transaction: other writers wait for no more than these. */
#define BATCH 200

struct sync {
	struct db *db;
	const struct store *store;
	bool built;
	struct catalogue_change *change;
	struct err *err;
	size_t in_batch;
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

static int insert(struct sync *sync, const char *id, const struct image *image)
{
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

/* Ends the transaction now and then, so that hosts' events get their turn. */
static int breathe(struct sync *sync)
{
	int r;

	if (++sync->in_batch % BATCH)
		return 0;
	r = db_end(sync->db, true, sync->err);
	return r < 0 ? r : db_begin(sync->db, sync->err);
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
	r = insert(sync, id, &image);
	if (!r)
		r = mark_seen(sync, id);
	sync->change->added++;
	return r < 0 ? r : breathe(sync);
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

static int walk(struct sync *sync)
{
	int r;

	r = store_each(sync->store, true, add_image, sync, sync->err);
	if (r < 0)
		return r;
	sync->built = false;
	r = store_each(sync->store, false, add_image, sync, sync->err);
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
	struct sync sync = {
		.db = db, .store = store, .built = true, .change = &change, .err = err};
	int r = make_temporary(db, err);

	if (!r)
		r = db_begin(db, err);
	if (r < 0)
		return r;
	r = walk(&sync);
	if (r < 0) {
		db_end(db, false, NULL);
		return r;
	}
	r = db_end(db, true, err);
	if (!r)
		r = sync_refs(db, store, err);
	if (!r)
		*ret_change = change;
	return r;
}

static struct catalogue_entry entry_of(sqlite3_stmt *stmt)
{
	return (struct catalogue_entry){
		.id = db_text(stmt, 0),
		.arch = db_text(stmt, 1),
		.config = db_text(stmt, 2),
		.branch = db_text(stmt, 3),
		.release = db_text(stmt, 4),
		.build_id = db_text(stmt, 5),
		.date = db_text(stmt, 6),
		.subject = db_text(stmt, 7),
		.same_as = db_text(stmt, 8),
	};
}

#define ENTRY                                                                \
	"SELECT id, arch, config, branch, release, build_id, date, subject," \
	" same_as"
#define NEWEST " ORDER BY date DESC, published DESC, id"
#define BEHIND                               \
	" AND (date, published) <= (?2, ?3)" \
	" AND (date < ?2 OR published < ?3 OR id > ?4)"

/* The place of `after` in the order; far in the future for none. */
struct place {
	char date[64], published[64];
};

static int find_place(
	struct db *db, const char *after, struct place *ret_place, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = NULL;
	int r;

	snprintf(ret_place->date, sizeof(ret_place->date), "~");
	snprintf(ret_place->published, sizeof(ret_place->published), "~");
	if (!*after)
		return 0;
	stmt = db_query(db, err,
		"SELECT date, published FROM images WHERE built = 1 AND id = ?", "t",
		after);
	if (!stmt)
		return -EIO;
	r = db_step(db, stmt, err);
	if (r < 0)
		return r;
	if (!r)
		return err_set(
			err, -ENOENT, "there is no image '%.200s' to go on from", after);
	snprintf(ret_place->date, sizeof(ret_place->date), "%s", db_text(stmt, 0));
	snprintf(ret_place->published, sizeof(ret_place->published), "%s",
		db_text(stmt, 1));
	return 0;
}

static sqlite3_stmt *select_list(struct db *db, const struct catalogue_filter *filter,
	const struct place *place, struct err *err)
{
	/* a branch's images: built for it, or at its tip (built for another before) */
	if (*filter->branch)
		return db_query(db, err,
			ENTRY
			" FROM images WHERE built = 1 AND (?1 = '' OR arch = ?1)" BEHIND
			" AND ((branch = ?5 AND " CATALOGUE_NOT_LEFT(
				"?5") ")"
				      " OR commit_id = (SELECT commit_id FROM refs"
				      " WHERE kind = 'branch' AND name = ?5))" NEWEST
				      " LIMIT ?6",
			"ttttti", filter->arch, place->date, place->published,
			filter->after, filter->branch, (int64_t)filter->limit);
	return db_query(db, err,
		ENTRY
		" FROM images WHERE built = 1 AND (?1 = '' OR arch = ?1)" BEHIND NEWEST
		" LIMIT ?5",
		"tttti", filter->arch, place->date, place->published, filter->after,
		(int64_t)filter->limit);
}

static int give_rows(struct db *db, sqlite3_stmt *stmt,
	int (*each)(void *ctx, const struct catalogue_entry *entry), void *ctx,
	struct err *err)
{
	int r;

	while ((r = db_step(db, stmt, err)) > 0) {
		struct catalogue_entry entry = entry_of(stmt);

		r = each(ctx, &entry);
		if (r)
			return r;
	}
	return r;
}

int catalogue_list(struct db *db, const struct catalogue_filter *filter,
	int (*each)(void *ctx, const struct catalogue_entry *entry), void *ctx,
	struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = NULL;
	struct place place;
	int r = find_place(db, filter->after, &place, err);

	if (r < 0)
		return r;
	stmt = select_list(db, filter, &place, err);
	return stmt ? give_rows(db, stmt, each, ctx, err) : -EIO;
}

int catalogue_entry(struct db *db, const char *id,
	int (*each)(void *ctx, const struct catalogue_entry *entry), void *ctx,
	struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(
		db, err, ENTRY " FROM images WHERE built = 1 AND id = ?", "t", id);
	struct catalogue_entry entry;
	int r;

	if (!stmt)
		return -EIO;
	r = db_step(db, stmt, err);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	entry = entry_of(stmt);
	return each(ctx, &entry);
}
