// SPDX-License-Identifier: GPL-2.0-or-later
#include "db.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define BUSY_MS 10000

/* How the tables look is numbered (PRAGMA user_version); a newer file is refused. */
#define SCHEMA_VERSION 3

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS images("
	" built INTEGER NOT NULL, id TEXT NOT NULL, arch TEXT NOT NULL,"
	" config TEXT NOT NULL, commit_id TEXT NOT NULL, branch TEXT NOT NULL,"
	" release TEXT NOT NULL, build_id TEXT NOT NULL, date TEXT NOT NULL,"
	" published TEXT NOT NULL, subject TEXT NOT NULL,"
	" same_as TEXT NOT NULL DEFAULT '',"
	" PRIMARY KEY(built, id)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS images_newest"
	" ON images(built, date DESC, published DESC, id);"
	"CREATE INDEX IF NOT EXISTS images_branch"
	" ON images(branch, built, date DESC, published DESC, id);"
	"CREATE INDEX IF NOT EXISTS images_commit ON images(commit_id);"
	"CREATE TABLE IF NOT EXISTS refs("
	" kind TEXT NOT NULL, name TEXT NOT NULL, commit_id TEXT NOT NULL,"
	" PRIMARY KEY(kind, name)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS hosts("
	" mac TEXT PRIMARY KEY, name TEXT UNIQUE, arch TEXT, config TEXT, cmdline TEXT,"
	" first_cmdline TEXT, timeout TEXT, boot TEXT, watchdog TEXT, netmask TEXT,"
	" gateway TEXT, netconsole TEXT, default_image TEXT, next_image TEXT,"
	" next_wait INTEGER NOT NULL DEFAULT 1, good_image TEXT,"
	" local_until REAL NOT NULL DEFAULT 0, seen REAL NOT NULL DEFAULT 0) WITHOUT "
	"ROWID;"
	"CREATE TABLE IF NOT EXISTS boots("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
	" mac TEXT NOT NULL REFERENCES hosts(mac) ON DELETE CASCADE,"
	" state TEXT NOT NULL, image TEXT, started REAL NOT NULL, asked REAL,"
	" address TEXT, local INTEGER NOT NULL DEFAULT 0, release TEXT, build_id TEXT,"
	" ok INTEGER, detail TEXT);"
	"CREATE INDEX IF NOT EXISTS boots_host ON boots(mac, seq DESC);"
	"CREATE TABLE IF NOT EXISTS events("
	" boot INTEGER NOT NULL REFERENCES boots(seq) ON DELETE CASCADE,"
	" number INTEGER NOT NULL, stage TEXT NOT NULL, time REAL NOT NULL, image TEXT,"
	" detail TEXT, uptime REAL, init REAL, release TEXT, build_id TEXT,"
	" PRIMARY KEY(boot, number)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS left_commits("
	" branch TEXT NOT NULL, commit_id TEXT NOT NULL,"
	" PRIMARY KEY(branch, commit_id)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS holds("
	" name TEXT NOT NULL, image TEXT NOT NULL, until REAL NOT NULL,"
	" PRIMARY KEY(name, image)) WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS boots_address ON boots(address, seq DESC);"
	"PRAGMA user_version = 3;";

/* What the tables of an older version lack; by that version. `done` counts what is not to
 * be made twice: upgrades were not always whole. */
static const struct upgrade {
	const char *sql, *done;
} upgrades[SCHEMA_VERSION] = {
	/* the catalogue is an index, and is made anew */
	[1] = {"DROP TABLE IF EXISTS images", NULL},
	[2] = {"ALTER TABLE hosts ADD COLUMN netconsole TEXT",
		"SELECT count(*) FROM pragma_table_info('hosts')"
		" WHERE name = 'netconsole'"},
};

static int failed(struct db *db, struct err *err)
{
	return err_set(err, -EIO, "the server's database failed: %s",
		sqlite3_errmsg(db->handle));
}

static int run_text(struct db *db, const char *sql, struct err *err)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : failed(db, err);
}

static int upgrade_from(struct db *db, const struct upgrade *upgrade, struct err *err)
{
	int64_t done = 0;
	int r = upgrade->done ? db_number(db, &done, err, upgrade->done, "") : 0;

	return r < 0 || done ? r : run_text(db, upgrade->sql, err);
}

/* Brings the tables of an older version up to this one. */
static int upgrade(struct db *db, const char *path, struct err *err)
{
	int64_t version;
	int r = db_number(db, &version, err, "PRAGMA user_version", "");

	if (r < 0)
		return r;
	if (version > SCHEMA_VERSION)
		return err_set(
			err, -EINVAL, "'%s' was written by a newer tenfold-server", path);
	for (; !r && version > 0 && version < SCHEMA_VERSION; version++)
		r = upgrade_from(db, &upgrades[version], err);
	return r;
}

/* All of it or nothing: a server that is killed in between leaves the old version. */
static int make_tables(struct db *db, const char *path, struct err *err)
{
	int r = db_begin(db, err);

	if (r < 0)
		return r;
	r = upgrade(db, path, err);
	if (!r)
		r = run_text(db, schema, err);
	return r < 0 ? (db_end(db, false, NULL), r) : db_end(db, true, err);
}

int db_open(struct db *db, const char *path, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int r;

	memset(db, 0, sizeof(*db));
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
		err_set(err, -EIO, "cannot open '%s': %s", path,
			sqlite3_errmsg(db->handle));
		db_close(db);
		return -EIO;
	}
	sqlite3_busy_timeout(db->handle, BUSY_MS);
	r = run_text(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
		"PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384;"
		/* catalogue.c writes there at each image that it passes */
		"PRAGMA temp_store = MEMORY;",
		err);
	if (!r)
		r = make_tables(db, path, err);
	if (r < 0) {
		err_prefix(err, r, "'%s'", path);
		db_close(db);
	}
	return r;
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < db->n_statements; i++)
		sqlite3_finalize(db->statements[i].stmt);
	db->n_statements = 0;
	sqlite3_close(db->handle);
	db->handle = NULL;
}

/* The statement of that literal, prepared at its first use. */
static sqlite3_stmt *prepare(struct db *db, const char *sql, struct err *err)
{
	sqlite3_stmt *stmt;

	for (size_t i = 0; i < db->n_statements; i++)
		if (db->statements[i].sql == sql)
			return db->statements[i].stmt;
	if (db->n_statements == DB_STATEMENTS_MAX) {
		err_set(err, -EIO, "too many database statements");
		return NULL;
	}
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
		    NULL) != SQLITE_OK) {
		failed(db, err);
		return NULL;
	}
	db->statements[db->n_statements].sql = sql;
	db->statements[db->n_statements++].stmt = stmt;
	return stmt;
}

static sqlite3_stmt *bind(
	struct db *db, struct err *err, const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *stmt = prepare(db, sql, err);
	int rc = SQLITE_OK;

	if (!stmt)
		return NULL;
	sqlite3_reset(stmt);
	for (int i = 1; types[i - 1] && rc == SQLITE_OK; i++) {
		if (types[i - 1] == 't')
			rc = sqlite3_bind_text(
				stmt, i, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
		else if (types[i - 1] == 'i')
			rc = sqlite3_bind_int64(stmt, i, va_arg(ap, int64_t));
		else
			rc = sqlite3_bind_double(stmt, i, va_arg(ap, double));
	}
	if (rc != SQLITE_OK) {
		failed(db, err);
		return NULL;
	}
	return stmt;
}

sqlite3_stmt *db_query(
	struct db *db, struct err *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = bind(db, err, sql, types, ap);
	va_end(ap);
	return stmt;
}

int db_step(struct db *db, sqlite3_stmt *stmt, struct err *err)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : failed(db, err);
}

/* As db_step() of a new statement; the statement stays the caller's. */
static int bind_and_step(struct db *db, sqlite3_stmt **ret_stmt, struct err *err,
	const char *sql, const char *types, va_list ap)
{
	*ret_stmt = bind(db, err, sql, types, ap);
	return *ret_stmt ? db_step(db, *ret_stmt, err) : -EIO;
}

const char *db_text(sqlite3_stmt *stmt, int column)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);

	return text ? text : "";
}

int db_run(struct db *db, struct err *err, const char *sql, const char *types, ...)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = NULL;
	va_list ap;
	int r;

	va_start(ap, types);
	r = bind_and_step(db, &stmt, err, sql, types, ap);
	va_end(ap);
	return r < 0 ? r : 0;
}

int db_number(struct db *db, int64_t *ret_number, struct err *err, const char *sql,
	const char *types, ...)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = NULL;
	va_list ap;
	int r;

	va_start(ap, types);
	r = bind_and_step(db, &stmt, err, sql, types, ap);
	va_end(ap);
	if (r < 0)
		return r;
	*ret_number = r ? sqlite3_column_int64(stmt, 0) : 0;
	return 0;
}

int db_changes(const struct db *db)
{
	return sqlite3_changes(db->handle);
}

int db_begin(struct db *db, struct err *err)
{
	return db_run(db, err, "BEGIN IMMEDIATE", "");
}

int db_end(struct db *db, bool commit, struct err *err)
{
	if (commit && !db_run(db, err, "COMMIT", ""))
		return 0;
	db_run(db, NULL, "ROLLBACK", "");
	return commit ? -EIO : 0;
}
