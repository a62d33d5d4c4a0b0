// SPDX-License-Identifier: GPL-2.0-or-later
#include "log-owner.h"

#include <errno.h>
#include <string.h>

#define HAS_JUMPED \
	"EXISTS(SELECT 1 FROM events WHERE boot = boots.seq AND stage = 'kexec')"
#define IS_LOCAL "(local OR state = 'local')"

/* The boot whose id the query finds. */
static int find(
	struct db *db, sqlite3_stmt *query, struct boot *ret_boot, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = query;
	char id[BOOT_ID_TEXT];
	int r = stmt ? db_step(db, stmt, err) : -EIO;

	if (r < 0)
		return r;
	if (!r)
		return -ENOENT;
	snprintf(id, sizeof(id), "%s", db_text(stmt, 0));
	return boots_find(db, NULL, id, ret_boot, err);
}

int log_owner_at(
	struct db *db, const char *address, struct boot *ret_boot, struct err *err)
{
	int r = find(db,
		db_query(db, err,
			"SELECT id FROM boots WHERE address = ? AND " HAS_JUMPED
			" ORDER BY seq DESC LIMIT 1",
			"t", address),
		ret_boot, err);

	return r == -ENOENT ? err_set(err, r, "no boot came from '%s'", address) : r;
}

int log_owner_before(
	struct db *db, const struct boot *boot, struct boot *ret_boot, struct err *err)
{
	struct boot before;
	int r = find(db,
		db_query(db, err,
			"SELECT id FROM boots WHERE mac = ? AND seq < ?"
			" AND (" HAS_JUMPED " OR " IS_LOCAL ") ORDER BY seq DESC LIMIT 1",
			"ti", boot->mac.text, boot->seq),
		&before, err);

	if (r == -ENOENT)
		return err_set(err, r, "no boot before '%s' had a candidate", boot->id);
	if (!r && (before.local || !strcmp(before.state, "local")))
		return err_set(err, -ENOENT,
			"the last system before '%s' was that of the local disk",
			boot->id);
	if (!r)
		*ret_boot = before;
	return r;
}

int log_owner_note(
	struct db *db, const struct boot *boot, const char *address, struct err *err)
{
	if (*boot->address)
		return 0;
	return db_run(db, err, "UPDATE boots SET address = ? WHERE seq = ?", "ti",
		address, boot->seq);
}
