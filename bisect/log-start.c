// SPDX-License-Identifier: GPL-2.0-or-later
#include "log-start.h"

#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>

static void add_list(struct buf *b, const char *key, const struct strvec *list)
{
	for (size_t i = 0; i < list->n; i++)
		record_exact(b, key, list->v[i]);
}

static void add_option(
	struct buf *b, const struct option_def *def, const char *value, const char *cwd)
{
	CLEANUP_BUF struct buf path;

	buf_init(&path, RECORD_MAX);
	/* whoever resumes may stand elsewhere */
	if (def->path && cwd && *value && *value != '/')
		buf_addf(&path, "%s/", cwd);
	buf_adds(&path, value);
	record_exact(b, def->name, path.data);
}

static void add_options(const struct session *s, struct buf *b)
{
	CLEANUP_FREE char *cwd = getcwd(NULL, 0);

	for (const struct option_def *def = params_options; def->name; def++) {
		CLEANUP_STRVEC struct strvec values = STRVEC_INIT;

		if (def->kept == OPTION_PASSES)
			continue;
		options_get(def, def->kept == OPTION_KEPT ? &s->settings : &s->given,
			&values);
		for (size_t i = 0; i < values.n; i++)
			add_option(b, def, values.v[i], cwd);
		if (strvec_check(&values) < 0)
			b->failed = strvec_check(&values);
	}
}

static struct terms terms_of(const struct params *given)
{
	struct terms terms = {0};

	if (given->find_fix)
		terms = (struct terms){.old = "broken", .new = "fixed"};
	if (given->term_old)
		snprintf(terms.old, sizeof(terms.old), "%s", given->term_old);
	if (given->term_new)
		snprintf(terms.new, sizeof(terms.new), "%s", given->term_new);
	return terms;
}

void log_start_record(const struct session *s, struct buf *b)
{
	const struct params *given = &s->settings;
	CLEANUP_FREE char *repo = realpath(given->repo, NULL);
	CLEANUP_FREE char *conf =
		given->config_file ? realpath(given->config_file, NULL) : NULL;
	struct terms terms = terms_of(given);

	terms_start(&terms, given->first_parent, &given->paths, b);
	record_event(b, "start");
	record_pair(b, "version", "%s", TENFOLD_VERSION);
	record_pair(b, "host", "%s", given->host);
	record_pair(b, "mac", "%s", s->host.mac.text);
	for (size_t i = 0; i < s->n_mates; i++) {
		record_pair(b, "host", "%s", s->mates[i].settings.host);
		record_pair(b, "mac", "%s", s->mates[i].host.mac.text);
	}
	if (conf)
		record_exact(b, "conf", conf);
	record_exact(b, "repo", repo ? repo : given->repo);
	record_pair(b, "bad", "%s", s->bad);
	record_pair(b, "bad-rev", "%s", given->bad);
	add_list(b, "good", &s->goods);
	add_list(b, "good-rev", &given->goods);
	add_options(s, b);
	if (given->find_good)
		record_pair(b, "find-good", "yes");
	if (given->find_fix)
		record_pair(b, "find-fix", "yes");
	if (given->test_is_boot)
		record_pair(b, "test-is-boot", "yes");
	record_exact(b, "cwd", s->cwd ? s->cwd : "/");
	add_list(b, "failure", &given->failures);
	add_list(b, "test", &s->test);
	record_end(b);
}

int log_start_replay(const struct session *s, struct buf *b, struct err *err)
{
	CLEANUP_PAST struct past past = {0};
	struct terms terms = terms_of(&s->settings);
	int r = past_load(s->settings.replay, &past, err);
	unsigned int number = 0;

	for (size_t i = 0; r == 0 && i < past.n_steps; i++) {
		struct step *step = &past.steps[i];

		if (!past_counts(&past, step))
			continue;
		/* whose hosts are no hosts of this run */
		step->host[0] = '\0';
		step->number = ++number;
		if (!*step->why)
			snprintf(step->why, sizeof(step->why), "replayed");
		/* a repeated test is no verdict of git's */
		if (*past.belief)
			record_run(b, step);
		else
			record_step(b, step, &terms);
	}
	/* which failure was meant there is meant here, unless the user says another */
	if (r == 0 && past.signature.n && !s->settings.failures.n)
		record_signature(b, &past.signature);
	return r;
}
