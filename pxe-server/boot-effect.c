// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot-effect.h"

#include <errno.h>
#include <string.h>

#include "hosts.h"
#include "lib/text.h"

/* How long a wish for the local disk holds: firmware may take its time, and a wish is
 * used up by the first grub.cfg that grants it. */
#define LOCAL_SECONDS 3600

int boot_compare(const char *want_release, const char *want_build_id,
	const struct event *up, struct err *err)
{
	if (*want_release && strcmp(want_release, up->release) != 0)
		return err_set(err, 0, "the host runs '%.100s', not '%.100s'",
			up->release, want_release);
	if (*want_build_id && strcmp(want_build_id, up->build_id) != 0)
		return err_set(err, 0, "the host runs build id '%.100s', not '%.100s'",
			up->build_id, want_build_id);
	return 1;
}

/* Compares what is up with the catalogue. */
static int judge_up(
	struct db *db, struct boot *boot, const struct event *e, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(db, err,
		"SELECT release, build_id FROM images WHERE built = 1 AND id = ?", "t",
		boot->image);
	struct err why = ERR_INIT;
	int r = stmt ? db_step(db, stmt, err) : -EIO;

	if (r < 0)
		return r;
	text_copy(boot->release, sizeof(boot->release), e->release);
	text_copy(boot->build_id, sizeof(boot->build_id), e->build_id);
	if (!r) {
		text_copy(boot->detail, sizeof(boot->detail),
			*boot->image ? "the image is not in the store any more"
				     : "no image was chosen");
		return 0;
	}
	r = boot_compare(db_text(stmt, 0), db_text(stmt, 1), e, &why);
	if (!r)
		text_copy(boot->detail, sizeof(boot->detail), why.text);
	/* an earlier "failed" of this boot stands, whatever its fallback came to */
	if (boot->ok != 0)
		boot->ok = r;
	return r ? hosts_set_good(db, &boot->mac, boot->image, err) : 0;
}

int boot_use_up_next(
	struct db *db, const struct boot *boot, const char *image, struct err *err)
{
	return db_run(db, err,
		"UPDATE hosts SET next_image = NULL, next_wait = 1"
		" WHERE mac = ? AND next_image = ?",
		"tt", boot->mac.text, image);
}

/* The machine restarts for its local disk, which the next grub.cfg is to choose. Not if
 * another boot was announced meanwhile: that one has a purpose of its own. */
static int wish_for_local(
	struct db *db, const struct boot *boot, double until, struct err *err)
{
	return db_run(db, err,
		"UPDATE hosts SET local_until = ? WHERE mac = ?"
		" AND NOT EXISTS(SELECT 1 FROM boots WHERE boots.mac = hosts.mac"
		" AND seq > ?)",
		"dti", until, boot->mac.text, boot->seq);
}

int boot_take_effect(struct db *db, struct boot *boot, const struct event *e, double now,
	struct err *err)
{
	int r;

	text_copy(boot->state, sizeof(boot->state), stage_name(e->stage));
	if (boot->local) { /* somebody led it on from there to the first stage */
		boot->local = false;
		boot->image[0] = '\0';
	}
	if (*e->image &&
		(e->stage == STAGE_CHOSEN || e->stage == STAGE_KEXEC || !*boot->image))
		text_copy(boot->image, sizeof(boot->image), e->image);
	switch (e->stage) {
	case STAGE_KEXEC:
		if (!*boot->image)
			return err_set(
				err, -EINVAL, "'image' is missing from a kexec event");
		/* whatever was wished for before: a candidate is what was chosen */
		r = hosts_set_local(db, &boot->mac, 0, err);
		return r < 0 ? r : boot_use_up_next(db, boot, boot->image, err);
	case STAGE_UP:
		return judge_up(db, boot, e, err);
	case STAGE_FAILED:
		boot->ok = 0;
		text_copy(boot->detail, sizeof(boot->detail), e->detail);
		return 0;
	case STAGE_LOCAL:
		/* a `next` that is the local disk has had its boot */
		r = wish_for_local(db, boot, now + LOCAL_SECONDS, err);
		return r < 0 ? r : boot_use_up_next(db, boot, "local", err);
	default:
		return 0;
	}
}
