// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolve.h"

#include <errno.h>
#include <string.h>

#include "catalogue.h"
#include "nearest.h"

#define NAMED_MAX 4 /* candidates that a 409 names */
#define SENTENCE_MAX 900

/* What a search goes by, and what it has found. */
struct search {
	struct db *db;
	const char *text; /* as the person wrote it */
	struct image_spelling spelling;
	const char *arch, *config;             /* "": any */
	const char *usual_arch, *usual_config; /* "": none */
	size_t n;                              /* images found */
	size_t n_usual;                        /* of them as usual */
	char first[IMAGE_ID_TEXT];             /* the one found, or the usual one */
	struct buf named;                      /* the first few, for the sentence */
};

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static bool is_usual(const struct search *s, const char *arch, const char *config)
{
	return (!*s->usual_arch || !strcmp(arch, s->usual_arch)) &&
	       (!*s->usual_config || !strcmp(config, s->usual_config));
}

static void found(struct search *s, sqlite3_stmt *stmt)
{
	const char *id = db_text(stmt, 0);
	bool usual = is_usual(s, db_text(stmt, 1), db_text(stmt, 2));

	if (!s->n || (usual && !s->n_usual))
		snprintf(s->first, sizeof(s->first), "%s", id);
	if (s->n < NAMED_MAX)
		buf_addf(&s->named, "%s'%s'", s->n ? ", " : "", id);
	s->n++;
	s->n_usual += usual;
}

static int take_rows(struct search *s, sqlite3_stmt *stmt, struct err *err)
{
	int r;

	if (!stmt)
		return -EIO;
	while ((r = db_step(s->db, stmt, err)) > 0)
		found(s, stmt);
	return r;
}

/* All images of one commit. */
static int by_commit(struct search *s, const char *commit, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(s->db, err,
		"SELECT id, arch, config FROM images WHERE built = 1 AND commit_id = ?1"
		" AND (?2 = '' OR arch = ?2) AND (?3 = '' OR config = ?3)",
		"ttt", commit, s->arch, s->config);

	return take_rows(s, stmt, err);
}

static int by_prefix(struct search *s, struct err *err)
{
	/* 'g' is what comes behind the last hex digit */
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(s->db, err,
		"SELECT id, arch, config FROM images WHERE built = 1"
		" AND commit_id >= ?1 AND commit_id < ?1 || 'g'"
		" AND (?2 = '' OR arch = ?2) AND (?3 = '' OR config = ?3) LIMIT 1000",
		"ttt", s->spelling.name, s->arch, s->config);

	return take_rows(s, stmt, err);
}

/* The newest image of a branch for each (arch, config). */
static int by_branch_newest(struct search *s, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(s->db, err,
		"SELECT id, arch, config FROM (SELECT id, arch, config,"
		" row_number() OVER (PARTITION BY arch, config"
		" ORDER BY date DESC, published DESC, id) AS place"
		" FROM images WHERE branch = ?1 AND built = 1"
		" AND " CATALOGUE_NOT_LEFT("?1") " AND (?2 = '' OR arch = ?2) AND (?3 = "
						 "'' OR config = ?3)) WHERE place = "
						 "1",
		"ttt", s->spelling.name, s->arch, s->config);

	return take_rows(s, stmt, err);
}

/* 1: ret_commit is what the branch or tag points at, 0: no such ref. */
static int read_ref(struct search *s, const char *kind,
	char ret_commit[IMAGE_COMMIT_TEXT], struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(s->db, err,
		"SELECT commit_id FROM refs WHERE kind = ? AND name = ?", "tt", kind,
		s->spelling.name);
	int r = stmt ? db_step(s->db, stmt, err) : -EIO;

	if (r > 0)
		snprintf(ret_commit, IMAGE_COMMIT_TEXT, "%s", db_text(stmt, 0));
	return r;
}

/* A branch: its tip's image, else its newest. */
static int by_branch(struct search *s, struct err *err)
{
	char commit[IMAGE_COMMIT_TEXT];
	int r = read_ref(s, "branch", commit, err);

	if (r > 0)
		r = by_commit(s, commit, err);
	if (r < 0 || s->n)
		return r;
	return by_branch_newest(s, err);
}

/* 1: it is a tag, with images or without. */
static int by_tag(struct search *s, struct err *err)
{
	char commit[IMAGE_COMMIT_TEXT];
	int r = read_ref(s, "tag", commit, err);

	if (r <= 0)
		return r;
	r = by_commit(s, commit, err);
	if (r < 0 || s->n)
		return r < 0 ? r : 1;
	return err_set(err, -ENOENT,
		"the tag '%.255s' (commit %.12s) has no image%s%s%s%s", s->spelling.name,
		commit, *s->arch ? " for " : "", s->arch, *s->config ? "/" : "",
		s->config);
}

static int search_all(struct search *s, struct err *err)
{
	int r = 0;

	if (image_commit_valid(s->spelling.name))
		return by_commit(s, s->spelling.name, err);
	r = by_branch(s, err);
	if (!r && !s->n)
		r = by_tag(s, err);
	if (!r && !s->n && s->spelling.maybe_commit)
		r = by_prefix(s, err);
	return r < 0 ? r : 0;
}

/* Offers every name of a one-column query. */
static int offer(struct search *s, struct nearest *nearest, sqlite3_stmt *stmt)
{
	int r;

	if (!stmt)
		return -EIO;
	while ((r = db_step(s->db, stmt, NULL)) > 0)
		nearest_offer(nearest, db_text(stmt, 0));
	return r;
}

/* Commits next to the wanted one in the order of their digits share its beginning. */
static int offer_commits(struct search *s, struct nearest *nearest)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = db_query(s->db, NULL,
		"SELECT substr(commit_id, 1, max(?2, 7)) FROM images WHERE built = 1"
		" AND commit_id >= substr(?1, 1, 4) AND commit_id < substr(?1, 1, 4) || "
		"'g'"
		" LIMIT 1000",
		"ti", s->spelling.name, (int64_t)strlen(s->spelling.name));

	return offer(s, nearest, stmt);
}

static int offer_names(struct search *s, struct nearest *nearest)
{
	CLEANUP_STATEMENT sqlite3_stmt *refs =
		db_query(s->db, NULL, "SELECT name FROM refs", "");
	CLEANUP_STATEMENT sqlite3_stmt *branches =
		db_query(s->db, NULL, "SELECT DISTINCT branch FROM images", "");
	int r = offer(s, nearest, refs);

	return r < 0 ? r : offer(s, nearest, branches);
}

/* The sentence for a commit that is known not to build; 0 if it is not. */
static int say_failed(struct search *s, struct err *err)
{
	CLEANUP_STATEMENT sqlite3_stmt *stmt = NULL;

	if (!s->spelling.maybe_commit)
		return 0;
	stmt = db_query(s->db, err,
		"SELECT id FROM images WHERE built = 0 AND commit_id >= ?1"
		" AND commit_id < ?1 || 'g' AND (?2 = '' OR arch = ?2)"
		" AND (?3 = '' OR config = ?3)",
		"ttt", s->spelling.name, s->arch, s->config);
	if (!stmt || db_step(s->db, stmt, err) <= 0)
		return 0;
	return err_set(err, -ENOENT,
		"'%s' has no image: it does not build, see failed/%s/build.log", s->text,
		db_text(stmt, 0));
}

/* " for ARCH/CONFIG", as much of it as was asked for. */
static void add_narrowing(const struct search *s, struct buf *text)
{
	if (*s->arch || *s->config)
		buf_addf(text, " for %s%s%s", s->arch, *s->arch && *s->config ? "/" : "",
			s->config);
}

/* What the name would have been for other hosts; false if nothing. */
static bool add_elsewhere(const struct search *s, struct buf *text)
{
	struct search wide = *s;
	bool found_some;

	if (!*s->arch && !*s->config)
		return false;
	wide.arch = wide.config = "";
	buf_init(&wide.named, SENTENCE_MAX);
	found_some = !search_all(&wide, NULL) && wide.n;
	if (found_some)
		buf_addf(text, "; there is %s", wide.named.data);
	buf_release(&wide.named);
	return found_some;
}

static void add_nearest(struct search *s, struct buf *text)
{
	struct nearest nearest;

	nearest_init(&nearest, s->spelling.name);
	if (s->spelling.maybe_commit)
		offer_commits(s, &nearest);
	offer_names(s, &nearest);
	nearest_describe(&nearest, text);
}

static int say_unknown(struct search *s, struct err *err)
{
	CLEANUP_BUF struct buf text = {0};

	if (say_failed(s, err))
		return -ENOENT;
	buf_init(&text, SENTENCE_MAX);
	buf_addf(&text, "there is no image '%s'", s->text);
	add_narrowing(s, &text);
	if (!add_elsewhere(s, &text))
		add_nearest(s, &text);
	return err_set(err, -ENOENT, "%s", text.data);
}

static int say_several(struct search *s, struct err *err)
{
	return err_set(err, -ENOTUNIQ, "'%s' names %zu images: %s%s", s->text, s->n,
		s->named.data, s->n > NAMED_MAX ? ", ..." : "");
}

static int run(struct search *s, char ret_id[IMAGE_ID_TEXT], struct err *err)
{
	int r = search_all(s, err);

	if (r < 0)
		return r;
	if (!s->n)
		return say_unknown(s, err);
	if (s->n > 1 && s->n_usual != 1)
		return say_several(s, err);
	snprintf(ret_id, IMAGE_ID_TEXT, "%s", s->first);
	return 0;
}

int resolve_image(struct db *db, const char *text, const struct resolve_hint *hint,
	char ret_id[IMAGE_ID_TEXT], struct err *err)
{
	struct search s = {.db = db, .text = text};
	int r = image_spelling_parse(text, &s.spelling, err);

	if (r < 0)
		return r;
	s.arch = *s.spelling.arch ? s.spelling.arch : or_empty(hint->arch);
	s.config = *s.spelling.arch ? s.spelling.config : or_empty(hint->config);
	s.usual_arch = or_empty(hint->usual_arch);
	s.usual_config = or_empty(hint->usual_config);
	buf_init(&s.named, SENTENCE_MAX);
	r = run(&s, ret_id, err);
	buf_release(&s.named);
	return r;
}

int resolve_choice(struct db *db, const char *text, const struct resolve_hint *hint,
	char ret_id[IMAGE_ID_TEXT], struct err *err)
{
	if (strcmp(text, "local") != 0)
		return resolve_image(db, text, hint, ret_id, err);
	memcpy(ret_id, "local", sizeof("local"));
	return 0;
}
