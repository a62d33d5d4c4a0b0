// SPDX-License-Identifier: GPL-2.0-or-later
/* The index as it is read: the list, and an entry of it. */
#include "catalogue.h"

#include <errno.h>

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
