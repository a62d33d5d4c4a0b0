// SPDX-License-Identifier: GPL-2.0-or-later
#include "status.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bisect/choice/choose.h"
#include "bisect/log/place.h"
#include "bisect/run/pace.h"
#include "json.h"

const char *status_word(const struct status *status)
{
	if (*status->past->result)
		return status->past->result;
	return status->at_work ? "running" : "stopped";
}

static unsigned int confirm_of(const struct past *past)
{
	const char *text = past_setting(past, "confirm", NULL);

	if (past_is_set(past, "no-confirm"))
		return 0;
	return text ? strtoul(text, NULL, 10) : 0;
}

static bool has_several(const struct past *past)
{
	return past->roster.n > 1;
}

static size_t candidates_of(const struct past *past)
{
	if (has_several(past))
		return roster_candidates(&past->roster);
	return *past->current ? past->current_candidates : 0;
}

static void add_left(const struct status *status, struct buf *b)
{
	const struct past *past = status->past;
	struct pace pace;

	if (*past->result)
		return;
	pace_measure(past, 0, confirm_of(past), &pace);
	if (*past->belief && pace.left)
		buf_addf(b, "left\troughly %u more run%s\n", past->belief_left,
			past->belief_left == 1 ? "" : "s");
	else if (candidates_of(past))
		buf_addf(b, "left\t%zu commits, roughly %u more step%s\n",
			candidates_of(past), pace.left, pace.left == 1 ? "" : "s");
	if (pace.left_seconds < 0)
		return;
	buf_adds(b, "time left\t");
	pace_words(pace.left_seconds, b);
	buf_addf(b, ", %.0f s a step\n", pace.step);
}

static enum stage stage_of(const struct boot *boot)
{
	int stage = STAGE_RESET;

	for (int i = 0; i < STAGES; i++)
		if (boot->seen[i])
			stage = i;
	return stage;
}

static void add_machine(const struct status *status, struct buf *b)
{
	const struct boot *boot = status->boot;
	enum stage stage;

	if (!boot)
		return;
	stage = stage_of(boot);
	buf_addf(b, "boot\t%s\t%s\t%s\n", boot->id, stage_name(stage), boot->image);
	buf_addf(b, "machine\t%s", boot_stage_words(stage));
	if (boot->last > 0 && status->now > boot->last)
		buf_addf(b, ", for %.0f s", status->now - boot->last);
	buf_addc(b, '\n');
}

static const struct boot *boot_of(const struct status *status, size_t host)
{
	const struct boots *boots = status->boots ? &status->boots[host] : NULL;

	return boots && boots->n ? boots->v : NULL;
}

/* A line a host: what it has under way, and how far that is. */
static void add_hosts(const struct status *status, struct buf *b)
{
	const struct roster *roster = &status->past->roster;

	for (size_t i = 0; has_several(status->past) && i < roster->n; i++) {
		const struct roster_host *host = &roster->v[i];
		const struct boot *boot = boot_of(status, i);

		buf_addf(b, "host %s\t", host->name);
		if (*host->aside)
			buf_addf(b, "aside\t%s\n", host->aside);
		else if (!*host->commit)
			buf_adds(b, "idle\n");
		else
			buf_addf(b, "%s\t%s\n", host->commit,
				boot ? boot_stage_words(stage_of(boot)) : "");
	}
}

/* Numbers are given when steps begin. */
static bool is_later(const struct step *a, const struct step *b)
{
	int order = strcmp(a->finished, b->finished);

	return order > 0 || (!order && a->number > b->number);
}

/* What was judged last, why, and what was kept of it. */
static void add_last(const struct status *status, struct buf *b)
{
	const struct past *past = status->past;
	const struct step *step = NULL, *next;
	CLEANUP_BUF struct buf path;
	size_t at = 0;

	buf_init(&path, PATH_MAX);
	for (size_t i = 0; (next = past_step(past, i)); i++)
		if (!step || is_later(next, step))
			step = next;
	if (!step)
		return;
	buf_addf(b, "last\t%u\t%s\t%s\t%s\n", step->number, step->commit,
		past_word(past, step->verdict), step->why);
	while (place_next_evidence(status->folder, step->number, &at, &path))
		buf_addf(b, "evidence\t%s\n", path.data);
}

void status_text(const struct status *status, struct buf *b)
{
	const struct past *past = status->past;

	buf_addf(b, "host\t%s\nstate\t%s\nsteps\t%zu\n", status->host,
		status_word(status), past->n_steps);
	if (past->n_confirmations)
		buf_addf(b, "confirmations\t%zu\n", past->n_confirmations);
	add_last(status, b);
	if (*past->current && !has_several(past))
		buf_addf(b, "current\t%s\n", past->current);
	add_hosts(status, b);
	add_left(status, b);
	for (size_t i = 0; i < past->signature.n; i++) {
		buf_adds(b, "failure\t");
		buf_add_clean(b, past->signature.v[i]);
		buf_addc(b, '\n');
	}
	if (*past->belief)
		buf_addf(b, "belief\t%s\n", past->belief);
	if (past->lab_faults)
		buf_addf(b, "lab faults\t%u\n", past->lab_faults);
	add_machine(status, b);
	if (past->mode_changed)
		buf_addf(b, "boot mode\tgrub, until the run goes on; it was '%s'\n",
			past->mode_was);
	if (past->owner_noted && *past->owner_next.image)
		buf_addf(b, "next\t%s, put back when the run ends\n",
			past->owner_next.image);
	if (*past->words)
		buf_addf(b, "end\t%s\n", past->words);
}

static json_t *boot_json(const struct boot *boot)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "boot", boot->id, "stage",
		stage_name(stage_of(boot)), "machine", boot_stage_words(stage_of(boot)),
		"image", boot->image);
}

static json_t *hosts_json(const struct status *status)
{
	const struct roster *roster = &status->past->roster;
	json_t *list = json_array();

	for (size_t i = 0; i < roster->n; i++) {
		const struct roster_host *host = &roster->v[i];
		const struct boot *boot = boot_of(status, i);
		json_t *one = json_pack("{s:s, s:s, s:s, s:i, s:s}", "host", host->name,
			"mac", host->mac, "current", host->commit, "candidates",
			(int)host->candidates, "aside", host->aside);

		if (boot)
			json_object_set_new(one, "boot", boot_json(boot));
		json_array_append_new(list, one);
	}
	return list;
}

json_t *status_json(const struct status *status)
{
	const struct past *past = status->past;
	const struct boot *boot = status->boot;
	size_t candidates =
		has_several(past) ? candidates_of(past) : past->current_candidates;
	struct pace pace;
	json_t *json;

	pace_measure(past, 0, confirm_of(past), &pace);
	json = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:o, s:o}",
		"host", status->host, "state", status_word(status), "current",
		past->current, "candidates", (int)candidates, "steps_left",
		(int)(*past->belief ? pace.left : choose_steps(candidates)), "lab_faults",
		(int)past->lab_faults, "culprit", past->culprit, "words", past->words,
		"belief", past->belief, "steps", report_json_steps(past, status->folder),
		"failure", report_json_words(&past->signature));
	if (pace.left_seconds >= 0)
		json_object_set_new(json, "seconds_left", json_real(pace.left_seconds));
	if (pace.step >= 0)
		json_object_set_new(json, "step_seconds", json_real(pace.step));
	if (boot)
		json_object_set_new(json, "boot", boot_json(boot));
	if (has_several(past))
		json_object_set_new(json, "hosts", hosts_json(status));
	return json;
}
