// SPDX-License-Identifier: GPL-2.0-or-later
/* Which log a run goes on with: --resume, the same command again, --replay, --fresh. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "log-start.h"
#include "run/owner.h"

static bool is_unfinished(const struct past *past)
{
	return (past->settings.n || past->n_steps) && !*past->result;
}

static int set_text(char **to, const char *value)
{
	char *copy = value && !*to ? strdup(value) : NULL;

	if (!copy)
		return value && !*to ? -ENOMEM : 0;
	*to = copy;
	return 0;
}

static int take_list(const struct past *past, const char *key, struct strvec *to)
{
	const char *value = NULL;

	if (to->n)
		return 0;
	while ((value = past_setting(past, key, value)))
		strvec_add(to, value);
	return strvec_check(to);
}

/* The start line: git's logs have one as well. */
static int take_walk(const struct past *past, struct params *given)
{
	given->first_parent |= past->first_parent;
	given->find_good |= past_setting(past, "find-good", NULL) != NULL;
	given->find_fix |= past_setting(past, "find-fix", NULL) != NULL;
	if (*past->terms.old && set_text(&given->term_old, past->terms.old) < 0)
		return -ENOMEM;
	if (*past->terms.new &&set_text(&given->term_new, past->terms.new) < 0)
		return -ENOMEM;
	for (size_t i = 0; !given->paths.n && i < past->paths.n; i++)
		strvec_add(&given->paths, past->paths.v[i]);
	return strvec_check(&given->paths);
}

/* What the run was told when it began, where it is not told otherwise now. */
static int take_settings(struct session *s, const struct past *past, struct err *err)
{
	struct params *given = &s->settings;
	const char *cwd = past_setting(past, "cwd", NULL);

	if (set_text(&given->repo, past_setting(past, "repo", NULL)) < 0 ||
		set_text(&given->bad, past_setting(past, "bad", NULL)) < 0 ||
		take_list(past, "good", &given->goods) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	if (take_list(past, "failure", &given->failures) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	if (past_setting(past, "test-is-boot", NULL))
		given->test_is_boot = true;
	if (take_walk(past, given) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	if (!s->test.n && !given->test_is_boot && cwd) {
		free(s->cwd);
		s->cwd = strdup(cwd);
		return take_list(past, "test", &s->test);
	}
	return 0;
}

/* A run on several hosts is named by the first of them. */
static int take_hosts(struct params *given, const struct past *past, struct err *err)
{
	if (given->hosts.n > 1)
		return 0;
	strvec_release(&given->hosts);
	return take_list(past, "host", &given->hosts) < 0
		       ? err_set(err, -ENOMEM, "out of memory")
		       : 0;
}

/* What the run's start was told comes after this command line and before the config file.
 */
static int take_options(struct params *given, const struct past *past, struct err *err)
{
	CLEANUP_PARAMS struct params told = {0};
	int r = 0;

	for (const struct option_def *def = params_options; !r && def->name; def++) {
		const char *value = NULL;

		while (!r && def->kept != OPTION_PASSES &&
			(value = past_setting(past, def->name, value)))
			r = options_set(params_options, &told, def->name, value, err);
	}
	return r < 0 ? r : params_inherit(given, &told, err);
}

/* The config file as well; the log stays where it was found. */
static int take_conf(
	struct params *given, const struct past *past, const char *state, struct err *err)
{
	const char *conf = past_setting(past, "conf", NULL);

	if (given->config_file || !conf)
		return 0;
	return set_text(&given->config_file, conf) < 0 ||
			       set_text(&given->state, state) < 0
		       ? err_set(err, -ENOMEM, "out of memory")
		       : 0;
}

static int resume(struct session *s, const char *state, struct err *err)
{
	struct params *given = &s->settings;
	int r;

	if (!is_unfinished(&s->past))
		return err_set(err, -EINVAL,
			"there is no unfinished run of host '%s' in '%s'", given->host,
			s->place.folder.data);
	r = take_conf(given, &s->past, state, err);
	if (!r)
		r = take_hosts(given, &s->past, err);
	if (!r)
		r = take_options(given, &s->past, err);
	return r < 0 ? r : take_settings(s, &s->past, err);
}

/* The ends that a replayed log begins with, where they are not given. */
static int take_ends(struct session *s, const struct past *past)
{
	struct params *given = &s->settings;
	const struct strvec *revs = &past->start_revs;

	if (!given->bad && revs->n && set_text(&given->bad, revs->v[0]) < 0)
		return -ENOMEM;
	for (size_t i = 0; !given->bad && i < past->n_steps; i++)
		if (past->steps[i].verdict == VERDICT_BAD &&
			set_text(&given->bad, past->steps[i].commit) < 0)
			return -ENOMEM;
	if (given->goods.n)
		return 0;
	for (size_t i = 1; i < revs->n; i++)
		strvec_add(&given->goods, revs->v[i]);
	for (size_t i = 0; !given->goods.n && i < past->n_steps; i++)
		if (past->steps[i].verdict == VERDICT_GOOD)
			strvec_add(&given->goods, past->steps[i].commit);
	return strvec_check(&given->goods);
}

int session_take_past(struct session *s, struct err *err)
{
	struct params *given = &s->settings;
	CLEANUP_FREE char *state = NULL;
	int r = params_state(given, &state, err);

	if (r < 0)
		return r;
	place_init(&s->place, state, given->host);
	r = past_load(s->place.log.data, &s->past, err);
	if (r < 0 && r != -ENOENT)
		return r;
	if (given->resume)
		return resume(s, state, err);
	if (given->replay) {
		CLEANUP_PAST struct past past = {0};

		r = past_load(given->replay, &past, err);
		if (r == 0)
			r = take_settings(s, &past, err);
		return r < 0 ? r : take_ends(s, &past);
	}
	return 0;
}

static bool same_list(const struct past *past, const char *key, const struct strvec *list)
{
	const char *value = NULL;

	for (size_t i = 0; i < list->n; i++) {
		value = past_setting(past, key, value);
		if (!value || strcmp(value, list->v[i]))
			return false;
	}
	return !past_setting(past, key, value) || !list->n;
}

static bool same_text(const struct past *past, const char *key, const char *text)
{
	const char *value = past_setting(past, key, NULL);

	return value && !strcmp(value, text);
}

static bool same_walk(const struct past *past, const struct params *given)
{
	if (past->paths.n != given->paths.n ||
		past->first_parent != given->first_parent ||
		!past_setting(past, "find-fix", NULL) == given->find_fix)
		return false;
	for (size_t i = 0; i < given->paths.n; i++)
		if (strcmp(past->paths.v[i], given->paths.v[i]))
			return false;
	return true;
}

static bool is_same_run(const struct session *s)
{
	const struct past *past = &s->past;

	return same_text(past, "bad", s->bad) && same_list(past, "good", &s->goods) &&
	       same_list(past, "test", &s->test) &&
	       same_list(past, "failure", &s->settings.failures) &&
	       same_walk(past, &s->settings) &&
	       same_text(past, "arch", s->settings.arch) &&
	       same_text(past, "config", s->settings.config) &&
	       !past_setting(past, "test-is-boot", NULL) == !s->settings.test_is_boot;
}

/* What a run that was killed has left at a host; name: one of several, or NULL. */
static int undo_at(struct session *s, const char *name, struct err *err)
{
	const struct roster_host *host = name ? roster_find(&s->past.roster, name) : NULL;
	struct server server = s->server;
	int r = 0;

	if (host && *host->mac)
		server.host = host->mac;
	if (s->past.mode_changed && (!name || !strcmp(s->past.mode_host, name)))
		r = server_ops.set_mode(&server, s->past.mode_was, err);
	/* a host that is gone has nothing to put back */
	if (r == -ENOENT)
		r = 0;
	return r < 0 ? r
		     : owner_give_back_over(&s->past, name, &server_ops, &server, err);
}

static int undo_past(struct session *s, struct err *err)
{
	const struct roster *roster = &s->past.roster;
	int r = 0;

	if (roster->n < 2)
		return undo_at(s, NULL, err);
	for (size_t i = 0; !r && i < roster->n; i++)
		r = undo_at(s, roster->v[i].name, err);
	return r;
}

static int begin_log(struct session *s, struct err *err)
{
	CLEANUP_BUF struct buf b;
	int r;

	buf_init(&b, 16 * 1024 * 1024);
	r = undo_past(s, err);
	if (r < 0)
		return r;
	if (file_exists(s->place.log.data)) {
		r = place_put_aside(&s->place, err);
		if (r < 0)
			return r;
	}
	log_start_record(s, &b);
	r = s->settings.replay ? log_start_replay(s, &b, err) : 0;
	if (r < 0)
		return r;
	past_release(&s->past);
	r = journal_open(&s->journal, s->place.log.data, err);
	if (!r)
		r = journal_append(&s->journal, &b, err);
	return r < 0 ? r : past_parse(b.data, b.len, &s->past, err);
}

static bool has_host(const struct session *s, const char *name)
{
	bool has = !strcmp(s->settings.host, name);

	for (size_t i = 0; i < s->n_mates; i++)
		has |= !strcmp(s->mates[i].settings.host, name);
	return has;
}

/* Only it can have its way of booting back. */
static int check_mode_host(const struct session *s, struct err *err)
{
	const struct past *past = &s->past;

	if (!past->mode_changed || !*past->mode_host || has_host(s, past->mode_host))
		return 0;
	return err_set(err, -EINVAL,
		"host '%s' boots without kexec for this run: name it too, or put the run "
		"aside by --fresh",
		past->mode_host);
}

int session_open_log(struct session *s, struct err *err)
{
	const struct params *given = &s->settings;
	int r = place_make(&s->place, err);

	if (r < 0)
		return r;
	/* it may have moved on before we had the lock */
	past_release(&s->past);
	r = past_load(s->place.log.data, &s->past, err);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!is_unfinished(&s->past) || given->fresh)
		return begin_log(s, err);
	if (given->replay || !is_same_run(s))
		return err_set(err, -EEXIST,
			"there is an unfinished run of host '%s' in '%s': go on with it "
			"by "
			"--resume, or put it aside by --fresh",
			given->host, s->place.folder.data);
	r = check_mode_host(s, err);
	return r < 0 ? r : journal_open(&s->journal, s->place.log.data, err);
}
