// SPDX-License-Identifier: GPL-2.0-or-later
#include "releases.h"

#include <errno.h>
#include <git2.h>
#include <stdlib.h>
#include <string.h>

DEFINE_CLEANUP(git_commit, git_commit *, git_commit_free)

struct tag {
	const char *name; /* borrowed */
	git_oid commit;
	git_time_t time;
};

void releases_release(struct releases *releases)
{
	strvec_release(&releases->names);
	strvec_release(&releases->commits);
}

bool release_name_valid(const char *name)
{
	unsigned int numbers = 0;

	if (*name++ != 'v')
		return false;
	for (;;) {
		size_t digits = strspn(name, "0123456789");

		name += digits;
		if (!digits || ++numbers > 4)
			return false;
		if (!*name)
			return numbers > 1;
		if (*name++ != '.')
			return false;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return strcmp(y->name, x->name);
}

/* False for what is no commit, or no ancestor. */
static bool read_tag(
	struct history *h, const char *name, const git_oid *bad, struct tag *ret_tag)
{
	CLEANUP(cleanup_git_commit) git_commit *commit = NULL;
	char hex[IMAGE_COMMIT_TEXT];
	CLEANUP_BUF struct buf ref;

	buf_init(&ref, 1024);
	buf_addf(&ref, "refs/tags/%s", name);
	if (buf_check(&ref) || history_resolve(h, ref.data, hex, NULL) < 0)
		return false;
	*ret_tag = (struct tag){.name = name};
	git_oid_fromstr(&ret_tag->commit, hex);
	if (git_commit_lookup(&commit, h->repo, &ret_tag->commit))
		return false;
	ret_tag->time = git_commit_time(commit);
	return git_graph_descendant_of(h->repo, bad, &ret_tag->commit) == 1;
}

int releases_list(struct history *h, const char *bad, struct releases *ret_releases,
	struct err *err)
{
	git_strarray names = {0};
	CLEANUP_FREE struct tag *tags = NULL;
	size_t n = 0;
	git_oid id;

	git_oid_fromstr(&id, bad);
	if (git_tag_list_match(&names, "v[0-9]*", h->repo))
		return err_set(err, -EIO, "cannot list the tags");
	tags = calloc(names.count + 1, sizeof(*tags));
	for (size_t i = 0; tags && i < names.count; i++)
		if (release_name_valid(names.strings[i]) &&
			read_tag(h, names.strings[i], &id, &tags[n]))
			n++;
	if (tags)
		qsort(tags, n, sizeof(*tags), by_time);
	for (size_t i = 0; i < n; i++) {
		char hex[IMAGE_COMMIT_TEXT];

		git_oid_tostr(hex, sizeof(hex), &tags[i].commit);
		strvec_add(&ret_releases->names, tags[i].name);
		strvec_add(&ret_releases->commits, hex);
	}
	git_strarray_dispose(&names);
	if (!n)
		return err_set(err, -ENOENT,
			"there is no release tag (v6.1 and so on) before the bad end "
			"%.12s: say --good REV",
			bad);
	return strvec_check(&ret_releases->commits);
}

int releases_next(size_t n, int last, bool skipped, unsigned int failed)
{
	size_t next = last < 0 ? 0 : skipped ? (size_t)last + 1 : 0;

	if (last >= 0 && !skipped) {
		size_t back = 1;

		for (unsigned int i = 1; i < failed && back < n; i++)
			back *= 2;
		next = last + back;
		/* the oldest is tried before it is given up */
		if (next >= n && (size_t)last + 1 < n)
			next = n - 1;
	}
	return next < n ? (int)next : -1;
}

static int index_of(const struct releases *releases, const char *commit)
{
	for (size_t i = 0; i < releases->commits.n; i++)
		if (!strcmp(releases->commits.v[i], commit))
			return i;
	return -1;
}

static int give_up(
	struct run *run, const struct releases *releases, int last, struct err *err)
{
	buf_addf(&run->words,
		"no release passes: the oldest one that was tried is %s. Is it a "
		"regression? If so, say --good REV",
		last < 0 ? "none" : releases->names.v[last]);
	return run_end_without(run, "ends", RUN_ENDS, err);
}

int run_releases(struct run *run, const struct releases *releases, size_t *ret_good,
	struct err *err)
{
	int last = -1, r = run_start(run, err);
	unsigned int failed = 0;
	size_t seen = 0;

	if (r == RUN_GOING)
		r = run_check_bad(run, err);
	while (r == RUN_GOING) {
		const struct step *step = NULL;

		/* those of a run that is gone on with come first */
		while (seen < run->past->n_steps && !step) {
			step = &run->past->steps[seen++];
			step = strcmp(step->role, "release") ? NULL : step;
		}
		if (!step) {
			bool skipped = last >= 0 &&
				       run->past->steps[seen - 1].verdict == VERDICT_SKIP;
			int next =
				releases_next(releases->commits.n, last, skipped, failed);

			if (next < 0)
				return give_up(run, releases, last, err);
			r = run_take_step(
				run, releases->commits.v[next], "release", 0, err);
			continue;
		}
		last = index_of(releases, step->commit);
		failed += step->verdict == VERDICT_BAD;
		if (step->verdict == VERDICT_GOOD && last >= 0) {
			*ret_good = last;
			return RUN_GOING;
		}
	}
	return r;
}
