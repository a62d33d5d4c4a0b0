// SPDX-License-Identifier: GPL-2.0-or-later
#include "json.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "bisect/judge/confirm.h"
#include "bisect/log/place.h"
#include "lib/text.h"

/* jansson takes nothing but UTF-8. */
static json_t *text_json(const char *text)
{
	CLEANUP_BUF struct buf clean;

	buf_init(&clean, 32 * 1024 * 1024);
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		text_add_utf8(&clean, text, len, SIZE_MAX);
		if (text[len])
			buf_addc(&clean, '\n');
	}
	return json_string(clean.data);
}

static void set(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(object, key, text_json(text));
}

json_t *report_json_words(const struct strvec *words)
{
	json_t *list = json_array();

	for (size_t i = 0; i < words->n; i++)
		json_array_append_new(list, text_json(words->v[i]));
	return list;
}

static json_t *step_json(const struct step *step)
{
	json_t *costs = json_object(), *object = json_object();

	for (int c = 0; c < COST_STAGES; c++)
		if (step->cost.seconds[c] >= 0)
			json_object_set_new(
				costs, cost_name(c), json_real(step->cost.seconds[c]));
	json_object_set_new(object, "step", json_integer(step->number));
	set(object, "role", step->role);
	set(object, "host", step->host);
	set(object, "commit", step->commit);
	set(object, "subject", step->subject);
	set(object, "verdict", verdict_word(step->verdict));
	set(object, "why", step->why);
	set(object, "same_as", step->same_as);
	json_object_set_new(object, "boot", text_json(step->boot));
	json_object_set_new(object, "way", text_json(step_way(step)));
	json_object_set_new(object, "exit", json_integer(step->exit_code));
	json_object_set_new(object, "another_failure", json_boolean(step->another));
	json_object_set_new(object, "attempts", json_integer(step->attempts));
	json_object_set_new(object, "resets", json_integer(step->resets));
	json_object_set_new(object, "seconds", costs);
	return object;
}

/* Paths of what was kept of the step. */
static json_t *evidence_json(const char *folder, const struct step *step)
{
	json_t *list = json_array();
	CLEANUP_BUF struct buf path;
	size_t at = 0;

	buf_init(&path, PATH_MAX);
	while (place_next_evidence(folder, step->number, &at, &path))
		json_array_append_new(list, json_string(path.data));
	return list;
}

json_t *report_json_steps(const struct past *past, const char *folder)
{
	json_t *list = json_array();
	const struct step *step;

	for (size_t i = 0; (step = past_step(past, i)); i++) {
		json_t *one = step_json(step);

		json_object_set_new(one, "evidence", evidence_json(folder, step));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *culprit_json(const struct past *past)
{
	json_t *object = json_object();

	set(object, "commit", past->culprit);
	set(object, "subject", past->culprit_subject);
	set(object, "author", past->culprit_author);
	set(object, "date", past->culprit_date);
	json_object_set_new(object, "parents", json_integer(past->culprit_parents));
	return object;
}

static json_t *people_json(const struct people *people)
{
	json_t *list = json_array();

	for (size_t i = 0; i < people->addresses.n; i++) {
		json_t *one = json_object();

		set(one, "name", people->names.v[i]);
		set(one, "address", people->addresses.v[i]);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *settings_json(const struct past *past)
{
	static const char *const keys[] = {"repo", "good-rev", "bad-rev", "host", "arch",
		"config", "timeout", "on-timeout", "on-boot-failure", "confirm",
		"confidence", "runs"};
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		set(object, keys[i], past_setting(past, keys[i], NULL));
	return object;
}

json_t *report_json(const struct facts *facts)
{
	const struct past *past = facts->past;
	json_t *object = json_object();
	CLEANUP_BUF struct buf confirmed;

	buf_init(&confirmed, 64 * 1024);
	confirm_describe(past, &confirmed);
	set(object, "result", past->result);
	set(object, "introduced", facts->range);
	if (*past->culprit)
		json_object_set_new(object, "culprit", culprit_json(past));
	set(object, "words", past->words);
	set(object, "confirmed", confirmed.data);
	json_object_set_new(object, "failure", report_json_words(&past->signature));
	json_object_set_new(object, "settings", settings_json(past));
	json_object_set_new(object, "to", people_json(&facts->to));
	json_object_set_new(object, "cc", people_json(&facts->cc));
	json_object_set_new(object, "steps", report_json_steps(past, facts->folder));
	json_object_set_new(object, "lab_faults", json_integer(past->lab_faults));
	set(object, "console_bad", facts->dmesg_bad.data);
	set(object, "console_good", facts->dmesg_good.data);
	set(object, "bisect_log", facts->bisect_log.data);
	set(object, "command", facts->command.data);
	set(object, "kernel_config", facts->config.data);
	return object;
}
