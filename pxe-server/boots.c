// SPDX-License-Identifier: GPL-2.0-or-later
#include "boots.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/random.h>

#include "boot-effect.h"
#include "hosts.h"
#include "lib/clock.h"
#include "lib/text.h"

/* A machine in GRUB that asks again within this many seconds is in the same boot: no
 * firmware comes back to GRUB as fast. */
#define SAME_BOOT_SECONDS 4

/* An announced reset that no grub.cfg request followed in this time is none any more. */
#define RESET_SECONDS 3600

bool boot_id_valid(const char *id)
{
	return strlen(id) == BOOT_ID_TEXT - 1 &&
	       strspn(id, "0123456789abcdef") == BOOT_ID_TEXT - 1;
}

static int make_id(char ret_id[BOOT_ID_TEXT], struct err *err)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_errno(err, -errno, "cannot make a boot id");
	snprintf(ret_id, BOOT_ID_TEXT, "%016llx", (unsigned long long)random);
	return 0;
}

#define BOOT_COLUMNS                                                                     \
	"seq, id, mac, state, image, address, release, build_id, started, asked, local," \
	" ok, detail"

static void read_row(sqlite3_stmt *stmt, struct boot *ret_boot)
{
	struct boot boot = {.seq = sqlite3_column_int64(stmt, 0)};

	text_copy(boot.id, sizeof(boot.id), db_text(stmt, 1));
	text_copy(boot.mac.text, sizeof(boot.mac.text), db_text(stmt, 2));
	text_copy(boot.state, sizeof(boot.state), db_text(stmt, 3));
	text_copy(boot.image, sizeof(boot.image), db_text(stmt, 4));
	text_copy(boot.address, sizeof(boot.address), db_text(stmt, 5));
	text_copy(boot.release, sizeof(boot.release), db_text(stmt, 6));
	text_copy(boot.build_id, sizeof(boot.build_id), db_text(stmt, 7));
	boot.started = sqlite3_column_double(stmt, 8);
	boot.asked = sqlite3_column_double(stmt, 9);
	boot.local = sqlite3_column_int(stmt, 10);
	boot.ok = sqlite3_column_type(stmt, 11) == SQLITE_NULL
			  ? -1
			  : sqlite3_column_int(stmt, 11);
	text_copy(boot.detail, sizeof(boot.detail), db_text(stmt, 12));
	*ret_boot = boot;
}

/* 1: found, 0: not. */
static int take_row(
	struct db *db, sqlite3_stmt *stmt, struct boot *ret_boot, struct err *err)
{
	int r = stmt ? db_step(db, stmt, err) : -EIO;

	if (r > 0)
		read_row(stmt, ret_boot);
	return r;
}

static int latest(
	struct db *db, const struct mac *mac, struct boot *ret_boot, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(db, err,
		"SELECT " BOOT_COLUMNS
		" FROM boots WHERE mac = ? ORDER BY seq DESC LIMIT 1",
		"t", mac->text);

	return take_row(db, stmt, ret_boot, err);
}

static int by_id(struct db *db, const char *id, struct boot *ret_boot, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(
		db, err, "SELECT " BOOT_COLUMNS " FROM boots WHERE id = ?", "t", id);

	return take_row(db, stmt, ret_boot, err);
}

int boots_find(struct db *db, const struct mac *mac, const char *id,
	struct boot *ret_boot, struct err *err)
{
	struct boot boot;
	int r = by_id(db, id, &boot, err);

	if (r < 0)
		return r;
	if (!r || (mac && !mac_equal(&boot.mac, mac)))
		return err_set(err, -ENOENT, "%s has no boot '%.32s'",
			mac ? mac->text : "the server", id);
	*ret_boot = boot;
	return 0;
}

static int add_event(struct db *db, const struct boot *boot, const struct event *e,
	double now, struct err *err)
{
	return db_run(db, err,
		"INSERT INTO events(boot, number, stage, time, image, detail, uptime, "
		"init,"
		" release, build_id) VALUES(?1,"
		" (SELECT count(*) FROM events WHERE boot = ?1), ?2, ?3, ?4, ?5, ?6, ?7, "
		"?8,"
		" ?9)",
		"itdttddtt", boot->seq, stage_name(e->stage), now, e->image, e->detail,
		e->uptime, e->init, e->release, e->build_id);
}

static int add_plain_event(struct db *db, const struct boot *boot, enum stage stage,
	double now, struct err *err)
{
	struct event event = event_plain(stage);

	return add_event(db, boot, &event, now, err);
}

/* The earlier boot of the host, if it had not come to an end, is lost. */
static int lose_earlier(struct db *db, const struct mac *mac, struct err *err)
{
	return db_run(db, err,
		"UPDATE boots SET state = 'lost' WHERE mac = ?"
		" AND state NOT IN ('up', 'lost', 'local', 'failed')",
		"t", mac->text);
}

static int forget_oldest(struct db *db, const struct mac *mac, struct err *err)
{
	return db_run(db, err,
		"DELETE FROM boots WHERE mac = ?1 AND seq <= (SELECT seq FROM boots"
		" WHERE mac = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
		"ti", mac->text, (int64_t)BOOTS_KEPT);
}

/* id NULL: a new one. */
static int insert(struct db *db, const struct mac *mac, const char *id, const char *state,
	double now, struct boot *ret_boot, struct err *err)
{
	char made[BOOT_ID_TEXT];
	int r = id ? 0 : make_id(made, err);

	if (!r)
		r = hosts_ensure(db, mac, err);
	if (!r)
		r = lose_earlier(db, mac, err);
	if (!r)
		r = db_run(db, err,
			"INSERT INTO boots(id, mac, state, started) VALUES(?, ?, ?, ?)",
			"tttd", id ? id : made, mac->text, state, now);
	if (!r)
		r = forget_oldest(db, mac, err);
	if (r < 0)
		return r;
	r = by_id(db, id ? id : made, ret_boot, err);
	if (!r) {
		err_set(err, -EIO, "a new boot is not there");
		return -EIO;
	}
	return r < 0 ? r : 0;
}

static bool awaits_host(const struct boot *boot, double now)
{
	return !strcmp(boot->state, "reset") && now - boot->started < RESET_SECONDS;
}

/* Whether a host that asks for grub.cfg is still in its latest boot. A clock that was set
 * back says nothing of how long ago that was. */
static bool is_same_boot(const struct boot *latest, bool wished, double now)
{
	if (now < latest->asked)
		return false;
	if (latest->local)
		return wished;
	return !strcmp(latest->state, "grub") && now - latest->asked < SAME_BOOT_SECONDS;
}

/* The boot that a host which asks for grub.cfg is in, new if need be. */
static int boot_of_asker(struct db *db, const struct mac *mac, bool wished, double now,
	struct boot *ret_boot, struct err *err)
{
	struct boot boot;
	int r = latest(db, mac, &boot, err);

	if (r > 0 && is_same_boot(&boot, wished, now)) {
		*ret_boot = boot;
		return 0;
	}
	if (r == 0 || (r > 0 && !awaits_host(&boot, now)))
		r = insert(db, mac, NULL, "grub", now, &boot, err);
	if (r < 0)
		return r;
	*ret_boot = boot;
	return add_plain_event(db, &boot, STAGE_GRUB, now, err);
}

/* The boot's grub.cfg chooses the local disk, as will its next try's; a `next` that is
 * the local disk has had its boot. */
static int take_local_disk(
	struct db *db, const struct boot *boot, double now, struct err *err)
{
	int r = db_run(db, err,
		"UPDATE boots SET local = 1, state = 'local', image = 'local' WHERE seq "
		"= ?",
		"i", boot->seq);

	if (!r)
		r = add_plain_event(db, boot, STAGE_LOCAL, now, err);
	if (!r)
		r = boot_use_up_next(db, boot, "local", err);
	return r ? r : hosts_set_local(db, &boot->mac, now + SAME_BOOT_SECONDS, err);
}

/* 1: an event wished for the host's local disk, 0: not, or nobody knows it. */
static int is_wished(struct db *db, const struct mac *mac, double now, struct err *err)
{
	int64_t n;
	int r = db_number(db, &n, err,
		"SELECT count(*) FROM hosts WHERE mac = ? AND local_until > ?", "td",
		mac->text, now);

	return r < 0 ? r : n > 0;
}

static int ask(struct db *db, const struct boots_asker *asker, double now,
	struct boot *ret_boot, bool *ret_wished, struct err *err)
{
	const struct mac *mac = asker->mac;
	int wished = is_wished(db, mac, now, err);
	struct boot boot;
	int r = wished;

	if (r >= 0)
		r = boot_of_asker(db, mac, wished, now, &boot, err);
	if (!r && !boot.local)
		r = db_run(db, err,
			"UPDATE boots SET state = 'grub', asked = ?, address = ? WHERE "
			"seq = ?",
			"dti", now, asker->address, boot.seq);
	if (!r && !boot.local && (wished || asker->local_first))
		r = take_local_disk(db, &boot, now, err);
	if (!r)
		r = hosts_set_seen(db, mac, now, err);
	if (!r)
		r = boots_find(db, mac, boot.id, ret_boot, err);
	*ret_wished = wished > 0;
	return r;
}

int boots_ask(struct db *db, const struct boots_asker *asker, double now,
	struct boot *ret_boot, bool *ret_wished, struct err *err)
{
	int r = db_begin(db, err);

	if (r < 0)
		return r;
	r = ask(db, asker, now, ret_boot, ret_wished, err);
	return r < 0 ? (db_end(db, false, NULL), r) : db_end(db, true, err);
}

static int make(struct db *db, const struct mac *mac, bool reset, double now,
	struct boot *ret_boot, struct err *err)
{
	int r = 0;

	if (!reset)
		r = latest(db, mac, ret_boot, err);
	if (r > 0 && awaits_host(ret_boot, now)) {
		r = hosts_set_seen(db, mac, now, err);
		return r < 0 ? r
			     : db_run(db, err,
				       "UPDATE boots SET state = 'new' WHERE seq = ?",
				       "i", ret_boot->seq);
	}
	if (r >= 0)
		r = insert(db, mac, NULL, reset ? "reset" : "new", now, ret_boot, err);
	if (r || !reset)
		return r;
	r = add_plain_event(db, ret_boot, STAGE_RESET, now, err);
	/* whoever resets a host has another boot in mind than the one before had */
	return r ? r : hosts_set_local(db, mac, 0, err);
}

int boots_make(struct db *db, const struct mac *mac, bool reset, double now,
	struct boot *ret_boot, struct err *err)
{
	int r = db_begin(db, err);

	if (r < 0)
		return r;
	r = make(db, mac, reset, now, ret_boot, err);
	return r < 0 ? (db_end(db, false, NULL), r) : db_end(db, true, err);
}

static int save(struct db *db, const struct boot *boot, struct err *err)
{
	int r = db_run(db, err,
		"UPDATE boots SET state = ?, image = ?, release = ?, build_id = ?, "
		"detail = ?, local = ?"
		" WHERE seq = ?",
		"tttttii", boot->state, boot->image, boot->release, boot->build_id,
		boot->detail, (int64_t)boot->local, boot->seq);

	if (!r && boot->ok >= 0)
		r = db_run(db, err, "UPDATE boots SET ok = ? WHERE seq = ?", "ii",
			(int64_t)boot->ok, boot->seq);
	return r;
}

/* The boot of that id and host; made if nobody knows the id. */
static int boot_for_event(struct db *db, const struct mac *mac, const char *id,
	double now, struct boot *ret_boot, struct err *err)
{
	int r = by_id(db, id, ret_boot, err);

	if (r < 0)
		return r;
	if (!r)
		return insert(db, mac, id, "new", now, ret_boot, err);
	if (!mac_equal(&ret_boot->mac, mac))
		return err_set(
			err, -ENOENT, "the boot '%s' is not one of %s", id, mac->text);
	return 0;
}

static int check_room(struct db *db, const struct boot *boot, struct err *err)
{
	int64_t n;
	int r = db_number(db, &n, err, "SELECT count(*) FROM events WHERE boot = ?", "i",
		boot->seq);

	if (r < 0)
		return r;
	return n < BOOT_EVENTS_MAX
		       ? 0
		       : err_set(err, -EDQUOT, "the boot '%s' has %d events already",
				 boot->id, BOOT_EVENTS_MAX);
}

static int record(struct db *db, const struct mac *mac, const char *id,
	const struct event *event, double now, struct boot *ret_boot, struct err *err)
{
	int r = boot_for_event(db, mac, id, now, ret_boot, err);

	if (!r)
		r = check_room(db, ret_boot, err);
	if (!r)
		r = add_event(db, ret_boot, event, now, err);
	if (!r)
		r = boot_take_effect(db, ret_boot, event, now, err);
	if (!r)
		r = save(db, ret_boot, err);
	return r ? r : hosts_set_seen(db, mac, now, err);
}

int boots_event(struct db *db, const struct mac *mac, const char *id,
	const struct event *event, double now, struct boot *ret_boot, struct err *err)
{
	int r = db_begin(db, err);

	if (r < 0)
		return r;
	r = record(db, mac, id, event, now, ret_boot, err);
	return r < 0 ? (db_end(db, false, NULL), r) : db_end(db, true, err);
}

int boots_each(struct db *db, const struct mac *mac, unsigned int limit,
	int (*each)(void *ctx, const struct boot *boot), void *ctx, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt =
		mac ? db_query(db, err,
			      "SELECT " BOOT_COLUMNS
			      " FROM boots WHERE mac = ? ORDER BY seq DESC LIMIT ?",
			      "ti", mac->text, (int64_t)limit)
		    : db_query(db, err,
			      "SELECT " BOOT_COLUMNS
			      " FROM boots ORDER BY seq DESC LIMIT ?",
			      "i", (int64_t)limit);
	struct boot boot;
	int r = 0;

	while (!r && (r = take_row(db, stmt, &boot, err)) > 0)
		r = each(ctx, &boot);
	return r;
}
