// SPDX-License-Identifier: GPL-2.0-or-later
/* What was made, or its failure, on its way into the store. */
#include "making.h"

#include <errno.h>
#include <string.h>

#include "builder/git/refs.h"
#include "builder/kbuild/kconfig.h"
#include "builder/keep/gone.h"
#include "builder/mail/breakages.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/log.h"
#include "pack.h"
#include "publish.h"

int making_object(struct making *m, const char *name, struct buf *b)
{
	buf_init(b, 4096);
	buf_addf(b, "%s/%s", m->place.obj, name);
	return sandbox_product(m->place.obj, name) ? buf_check(b) : -ENOENT;
}

static const struct {
	const char *from, *name;
} products[] = {
	{"arch/x86/boot/bzImage", "vmlinuz"},
	{"System.map", "System.map"},
	{".config", "config"},
};

static int add_image(struct making *m, struct draft *draft, struct err *err)
{
	CLEANUP_BUF struct buf pack = {0};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(products); i++) {
		CLEANUP_BUF struct buf path = {0};

		r = making_object(m, products[i].from, &path);
		if (!r)
			r = draft_add(draft, path.data, products[i].name, err);
	}
	if (!r)
		r = draft_path(draft, "modules.cpio.zst", &pack);
	return r ? r : pack_folder(m->place.stage, pack.data, err);
}

/* A failure keeps what it takes to see it again, if it can be had: whatever a stranger's
 * make did to its .config, the log alone is a record. */
static void add_config(struct making *m, struct draft *draft)
{
	CLEANUP_BUF struct buf path = {0}, text = {0}, to = {0};

	buf_init(&text, KCONFIG_MAX);
	if (m->configured && !making_object(m, ".config", &path) &&
		!file_read(path.data, &text, NULL) && !draft_path(draft, "config", &to))
		file_write_atomic(to.data, text.data, text.len, 0644, NULL);
}

static int fill_draft(struct making *m, struct draft *draft, struct err *err)
{
	int r = 0;

	if (draft->built)
		r = add_image(m, draft, err);
	else
		add_config(m, draft);
	return r ? r : draft_add(draft, m->place.log, "build.log", err);
}

static int find_branch(struct making *m, struct err *err)
{
	CLEANUP_FREE char *name = NULL;
	CLEANUP_BUF struct buf full = {0};
	int r;

	if (m->branch)
		return 0;
	if (m->job->branch) {
		m->branch = strdup(m->job->branch);
		return m->branch ? 0 : -ENOMEM;
	}
	r = repo_branch_of(m->repo, m->commit.name, &name, err);
	if (r < 0)
		return r;
	buf_init(&full, 4096);
	refs_name(m->conf, m->job->tree, name, &full);
	m->branch = buf_take(&full);
	return m->branch ? 0 : -ENOMEM;
}

/* What an image.json says of the commit. */
struct said {
	struct image image;
	char author_date[CLOCK_ISO_TEXT], date[CLOCK_ISO_TEXT];
};

static void say_commit(struct making *m, struct said *said)
{
	const struct commit *commit = &m->commit;
	struct image *image = &said->image;

	*said = (struct said){.image = {.subject = commit->subject,
				      .author_name = commit->author_name,
				      .author_email = commit->author_email,
				      .author_date = said->author_date,
				      .date = said->date,
				      .branch = m->branch,
				      .compiler = m->compiler}};
	clock_iso(commit->author_time, said->author_date);
	clock_iso(commit->time, said->date);
	for (size_t i = 0; i < commit->parents.n && i < IMAGE_PARENTS_MAX; i++)
		image->parents[image->n_parents++] = commit->parents.v[i];
	image->seconds = clock_monotonic() - m->progress.start;
}

static int link_branch(struct making *m, const struct image_id *files, struct err *err)
{
	unsigned int depth;
	int r;

	if (!*m->branch)
		return 0;
	r = repo_depth(m->repo, m->commit.name, &depth, err);
	return r ? r
		 : publish_branch_link(
			   m->store, &m->job->id, files, m->branch, depth, err);
}

/* First, so that a kill in between loses no mail. */
static int note_failure(struct making *m, struct err *err)
{
	return m->job->mail && *m->branch ? breakages_note(m->conf->state, &m->job->id,
						    m->job->tree->name, m->branch, err)
					  : 0;
}

/* With its link in branches/: before it, so that a kill in between leaves no image
 * without one, and again behind it, as who follows the branches may have taken the link
 * for one that was left. It is for people who browse: without it an image is still an
 * image. */
static int publish_linked(struct making *m, struct draft *draft, struct image *image,
	const struct image_id *files, struct err *err)
{
	struct err why = ERR_INIT;
	int r;

	link_branch(m, files, NULL);
	r = draft_publish(draft, image, err);
	if (!r && link_branch(m, files, &why) < 0)
		log_warn("%s", why.text);
	return r;
}

int making_share(struct making *m, const struct image *of, struct err *err)
{
	CLEANUP_DRAFT struct draft draft = {.lock_fd = -1};
	CLEANUP_FD int lock = -1;
	char id[IMAGE_ID_TEXT];
	struct said said;
	int r = find_branch(m, err);

	if (!r)
		r = gone_lock(m->store, false, &lock, err);
	if (!r && !store_has(m->store, &of->id, of->built))
		return -ESTALE;
	if (!r && !of->built)
		r = note_failure(m, err);
	if (!r)
		r = draft_open(&draft, m->store, &m->job->id, of->built, err);
	if (r < 0)
		return r;
	say_commit(m, &said);
	image_id_format(&of->id, id);
	said.image.same_as = id;
	said.image.how = "same";
	said.image.config_sha256 = of->config_sha256;
	said.image.release = of->release;
	said.image.build_id = of->build_id;
	said.image.error = of->error;
	memcpy(said.image.files, of->files, sizeof(of->files));
	said.image.n_files = of->n_files;
	r = of->built ? publish_linked(m, &draft, &said.image, &of->id, err)
		      : draft_publish(&draft, &said.image, err);
	snprintf(m->outcome.same_as, sizeof(m->outcome.same_as), "%s", of->id.commit);
	return r;
}

static bool same_file(const struct image *a, const struct image *b, const char *name)
{
	const struct image_file *x = image_find_file(a, name),
				*y = image_find_file(b, name);

	return !x == !y && (!x || !strcmp(x->sha256, y->sha256));
}

/* All that boots; build.log tells of the making. */
static bool same_bytes(const struct image *a, const struct image *b)
{
	return same_file(a, b, "vmlinuz") && same_file(a, b, "modules.cpio.zst") &&
	       same_file(a, b, "System.map") && same_file(a, b, "config");
}

static bool is_that_of(struct making *m, const struct image *image, const char *commit,
	struct image *ret_other)
{
	if (!making_find(m, commit, true, ret_other))
		return false;
	if (same_bytes(image, ret_other))
		return true;
	image_release(ret_other);
	return false;
}

/* The image before, or a parent's, if the one in the draft has its bytes. */
static bool is_known(struct making *m, const struct image *image, struct image *ret_known)
{
	if (is_that_of(m, image, m->before, ret_known))
		return true;
	for (size_t i = 0; i < m->commit.parents.n; i++)
		if (is_that_of(m, image, m->commit.parents.v[i], ret_known))
			return true;
	return false;
}

static int step_publish(struct making *m, struct err *err)
{
	CLEANUP_DRAFT struct draft draft = {.lock_fd = -1};
	CLEANUP_FD int lock = -1; /* the link to the image is made while it is there */
	CLEANUP_BUF struct buf config = {0};
	CLEANUP_IMAGE struct image known = {0};
	bool built = m->outcome.result == RESULT_BUILT;
	char config_sha256[SHA256_TEXT] = "";
	struct said said;
	int r = draft_open(&draft, m->store, &m->job->id, built, err);

	say_commit(m, &said);
	if (!r)
		r = fill_draft(m, &draft, err);
	if (!r)
		r = draft_list(&draft, &said.image, err);
	if (r < 0)
		return r;
	if (built && is_known(m, &said.image, &known)) {
		r = making_share(m, &known, err);
		if (r != -ESTALE)
			return r;
	}
	if (making_object(m, ".config", &config) == 0)
		sha256_file(config.data, config_sha256, NULL, NULL);
	said.image.config_sha256 = config_sha256;
	said.image.release = m->release;
	said.image.build_id = m->build_id;
	said.image.how = m->outcome.clean ? "clean" : "incremental";
	said.image.error = m->errors.data;
	r = gone_lock(m->store, false, &lock, err);
	if (r < 0)
		return r;
	return built ? publish_linked(m, &draft, &said.image, &m->job->id, err)
		     : draft_publish(&draft, &said.image, err);
}

static int describe_image(struct making *m, struct err *err)
{
	CLEANUP_BUF struct buf vmlinux = {0};
	int r = kbuild_release(&m->kb, &m->release, err);

	if (!r)
		r = making_object(m, "vmlinux", &vmlinux);
	if (r < 0)
		return r;
	/* without one the image is still an image; a host just cannot prove what it runs
	 */
	if (build_id_read(vmlinux.data, m->build_id, NULL) < 0)
		log_warn("'%.12s' has no GNU build id", m->commit.name);
	return 0;
}

int making_deliver(struct making *m, bool built, struct err *err)
{
	int r = find_branch(m, err);

	if (r < 0)
		return r;
	m->outcome.result = built ? RESULT_BUILT : RESULT_FAILED;
	if (built) {
		buf_reset(&m->errors);
		r = describe_image(m, err);
	} else {
		m->outcome.error = strndup(m->errors.data, strcspn(m->errors.data, "\n"));
		r = note_failure(m, err);
	}
	return r ? r : making_timed(m, "publish", step_publish, &m->outcome.publish, err);
}
