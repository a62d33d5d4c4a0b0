// SPDX-License-Identifier: GPL-2.0-or-later
/* Commits that need no make; and the reach that says which these are. */
#include "making.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/reach/compare.h"
#include "builder/reach/record.h"
#include "lib/file.h"
#include "lib/log.h"

bool making_find(
	struct making *m, const char *commit, bool built, struct image *ret_image)
{
	struct image_id id = m->job->id, real;

	snprintf(id.commit, sizeof(id.commit), "%s", commit);
	return *commit && store_same_as(m->store, &id, built, &real, NULL) == 0 &&
	       store_load(m->store, &real, built, ret_image, NULL) == 0 &&
	       !*ret_image->same_as;
}

/* Without it, everything counts from now on until all objects are made anew. */
static void forget(struct making *m, const char *why)
{
	if (file_exists(m->reach_file) && unlink(m->reach_file) == 0)
		log_warn("every commit will be made until the next clean build: %s", why);
	unlink(m->record_file);
	reach_release(&m->reach);
	m->reach.odd = true;
	m->kb.record = NULL;
}

/* What make knows the workplace by; NULL: its own name. */
static const char *inside(const struct making *m)
{
	return m->kb.sandbox ? SANDBOX_ROOT : NULL;
}

void making_record(struct making *m)
{
	bool fresh = !file_exists(m->place.obj);
	struct err err = ERR_INIT;
	int r;

	m->kb.record = NULL;
	if (!m->recorder) {
		forget(m, "nobody writes down what is read");
		return;
	}
	r = dir_make(m->place.obj, 0755, &err);
	if (!r && fresh) {
		/* no object is there that was made from what is not known */
		reach_release(&m->reach);
		r = reach_save(&m->reach, m->reach_file, &err);
	}
	if (!r && !file_exists(m->reach_file))
		return;
	if (!r)
		r = record_start(m->record_file, m->place.dir, inside(m), &err);
	if (r < 0)
		forget(m, err.text);
	else
		m->kb.record = m->record_file;
}

/* The top Makefile stands for all: a make that it was not seen in was not written down.
 */
static bool is_whole(const struct reach *reach)
{
	return !reach->odd && (reach_bits(reach, "Makefile") & REACH_BIT_READ);
}

void making_take_record(struct making *m)
{
	struct err err = ERR_INIT;
	int r;

	if (!m->kb.record)
		return;
	r = record_take(&m->reach, m->record_file, m->place.dir, m->place.src, &err);
	if (!r && !is_whole(&m->reach))
		r = err_set(&err, -EINVAL, "what was read is not all known");
	if (!r && m->reach.grown)
		r = reach_save(&m->reach, m->reach_file, &err);
	if (r < 0)
		forget(m, err.text);
	else
		unlink(m->record_file);
}

int making_unhide(struct making *m, struct err *err)
{
	const struct reach *reach = is_whole(&m->reach) ? &m->reach : NULL;
	CLEANUP_BUF struct buf path = {0};
	int r;

	if (!file_exists(m->place.obj))
		return 0;
	buf_init(&path, 4096);
	r = reach_misleads(m->repo, reach, m->place.made_of, m->commit.tree, &path, err);
	if (r <= 0)
		return r;
	log_info("all objects are made anew: make does not see what '%s' changes",
		path.len ? path.data : m->commit.name);
	return making_start_over(m, err);
}

/* Whether the workplace is what an image was made from, with all its reach known. */
static bool is_settled(const struct making *m)
{
	const struct mark *mark = &m->place.mark;

	return mark->phase == PHASE_IDLE && mark->source[0] && mark->image[0] &&
	       !strcmp(mark->config, m->key) && is_whole(&m->reach);
}

int making_alias(struct making *m, struct err *err)
{
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf path = {0};
	int r;

	r = reach_load(&m->reach, m->reach_file, NULL);
	if (r < 0)
		reach_release(&m->reach);
	if (r < 0 || m->job->retry || !is_settled(m))
		return -ENOENT;
	buf_init(&path, 4096);
	r = reach_compare(
		m->repo, &m->reach, m->place.mark.source, m->commit.tree, &path, err);
	if (r <= 0)
		return r ? r : -ENOENT;
	if (!making_find(m, m->place.mark.image, true, &image) &&
		!making_find(m, m->place.mark.image, false, &image))
		return -ENOENT;
	m->outcome.result = image.built ? RESULT_BUILT : RESULT_FAILED;
	if (!image.built)
		m->outcome.error = strndup(image.error, strcspn(image.error, "\n"));
	r = making_share(m, &image, err);
	if (r != -ESTALE)
		return r;
	outcome_release(&m->outcome);
	return -ENOENT;
}
