// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/db.h"

#include <errno.h>
#include <string.h>

#include "lib/file.h"
#include "tests/unit/unit.h"

/* A file as version 2 left it: a catalogue, and hosts that know no netconsole. */
#define VERSION_2                                                                     \
	"CREATE TABLE images(built INTEGER NOT NULL, id TEXT NOT NULL, arch TEXT,"    \
	" config TEXT, commit_id TEXT, branch TEXT, release TEXT, build_id TEXT,"     \
	" date TEXT, published TEXT, subject TEXT, same_as TEXT NOT NULL DEFAULT ''," \
	" PRIMARY KEY(built, id)) WITHOUT ROWID;"                                     \
	"CREATE TABLE hosts(mac TEXT PRIMARY KEY, name TEXT UNIQUE, arch TEXT,"       \
	" config TEXT, cmdline TEXT, first_cmdline TEXT, timeout TEXT, boot TEXT,"    \
	" watchdog TEXT, netmask TEXT, gateway TEXT, default_image TEXT,"             \
	" next_image TEXT, next_wait INTEGER NOT NULL DEFAULT 1, good_image TEXT,"    \
	" local_until REAL NOT NULL DEFAULT 0, seen REAL NOT NULL DEFAULT 0)"         \
	" WITHOUT ROWID;"                                                             \
	"INSERT INTO hosts(mac, name) VALUES('52:54:00:12:34:56', 'lab3');"           \
	"PRAGMA user_version = 2;"

struct fixture {
	char folder[32], path[64];
};

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/tenfold-db.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/tenfold.db", f->folder);
	*state = f;
	return 0;
}

static int drop(void **state)
{
	struct fixture *f = *state;

	dir_remove(f->folder, NULL);
	free(f);
	return 0;
}

/* What is done to the file by others than db.c. */
static void run(const struct fixture *f, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(handle);
}

static int64_t number(const struct fixture *f, const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *handle;
	int64_t n;

	assert_int_equal(sqlite3_open(f->path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(handle);
	return n;
}

static void opens(const struct fixture *f)
{
	struct err err = ERR_INIT;
	struct db db;

	if (db_open(&db, f->path, &err) < 0)
		fail_msg("%s", err.text);
	db_close(&db);
}

static void is_whole(const struct fixture *f)
{
	assert_int_equal(number(f, "PRAGMA user_version"), 3);
	assert_int_equal(number(f, "SELECT count(*) FROM hosts WHERE name = 'lab3'"
				   " AND netconsole IS NULL"),
		1);
	assert_int_equal(number(f, "SELECT count(*) FROM boots"), 0);
}

static void an_older_version_is_brought_up(void **state)
{
	struct fixture *f = *state;

	run(f, VERSION_2);
	opens(f);
	is_whole(f);
	opens(f);
	is_whole(f);
}

static void the_oldest_makes_its_catalogue_anew(void **state)
{
	struct fixture *f = *state;

	run(f, VERSION_2 "ALTER TABLE images DROP COLUMN same_as;"
			 "PRAGMA user_version = 1;");
	opens(f);
	is_whole(f);
	assert_int_equal(number(f, "SELECT count(same_as) FROM images"), 0);
}

static void an_upgrade_that_fails_leaves_the_old_version(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	struct db db;

	/* the last index finds its name taken, when all else is done */
	run(f, VERSION_2 "CREATE TABLE boots_address(x);");
	assert_int_equal(db_open(&db, f->path, &err), -EIO);
	assert_non_null(strstr(err.text, "boots_address"));
	assert_int_equal(number(f, "PRAGMA user_version"), 2);
	assert_int_equal(number(f, "SELECT count(*) FROM pragma_table_info('hosts')"
				   " WHERE name = 'netconsole'"),
		0);
	assert_int_equal(
		number(f, "SELECT count(*) FROM sqlite_schema WHERE name = 'boots'"), 0);
	run(f, "DROP TABLE boots_address");
	opens(f);
	is_whole(f);
}

/* Older servers could be killed between two steps. */
static void an_upgrade_that_was_left_half_done_goes_on(void **state)
{
	struct fixture *f = *state;

	run(f, VERSION_2
		"ALTER TABLE hosts ADD COLUMN netconsole TEXT;"
		"CREATE TABLE holds(name TEXT NOT NULL, image TEXT NOT NULL,"
		" until REAL NOT NULL, PRIMARY KEY(name, image)) WITHOUT ROWID;");
	opens(f);
	is_whole(f);
}

static void a_newer_version_is_refused(void **state)
{
	struct fixture *f = *state;
	struct err err = ERR_INIT;
	struct db db;

	run(f, "PRAGMA user_version = 99");
	assert_int_equal(db_open(&db, f->path, &err), -EINVAL);
	assert_non_null(strstr(err.text, "newer"));
	assert_int_equal(number(f, "PRAGMA user_version"), 99);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(an_older_version_is_brought_up),
		test(the_oldest_makes_its_catalogue_anew),
		test(an_upgrade_that_fails_leaves_the_old_version),
		test(an_upgrade_that_was_left_half_done_goes_on),
		test(a_newer_version_is_refused),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
