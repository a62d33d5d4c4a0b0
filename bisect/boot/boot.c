// SPDX-License-Identifier: GPL-2.0-or-later
#include "boot.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* What the server sends goes to terminals and into the log: no control characters. */
static void copy_text(char *ret, size_t size, const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	if (!text)
		return;
	snprintf(ret, size, "%s", text);
	for (char *p = ret; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
}

static void take_event(struct boot *boot, const json_t *event)
{
	const char *name = json_string_value(json_object_get(event, "stage"));
	double time = json_number_value(json_object_get(event, "time"));
	int stage = name ? stage_parse(name) : -1;

	if (stage >= 0)
		boot->seen[stage] = true;
	if (stage == STAGE_CHOSEN || stage == STAGE_KEXEC)
		copy_text(boot->image, sizeof(boot->image), event, "image");
	if (stage == STAGE_FAILED)
		copy_text(boot->detail, sizeof(boot->detail), event, "detail");
	if (time > boot->last)
		boot->last = time;
}

static void take_costs(struct cost *cost, json_t *breakdown)
{
	const char *name;
	json_t *seconds;

	cost_init(cost);
	json_object_foreach(breakdown, name, seconds)
	{
		enum cost_stage stage = cost_find(name);

		/* build, test and the step's total are the controller's own */
		if (stage > COST_BUILD && stage < COST_TEST && json_is_number(seconds))
			cost->seconds[stage] = json_number_value(seconds);
	}
}

static const char *const log_names[BOOT_LOGS] = {"netconsole", "pstore", "dmesg"};

const char *boot_log_name(enum boot_log log)
{
	return log_names[log];
}

static void take_log(struct boot *boot, const json_t *log)
{
	const char *kind = json_string_value(json_object_get(log, "kind"));

	for (int i = 0; kind && i < BOOT_LOGS; i++)
		if (!strcmp(kind, log_names[i]))
			boot->logs[i] = json_integer_value(json_object_get(log, "size"));
}

static int take_boot(const json_t *json, struct boot *boot, struct err *err)
{
	json_t *ok = json_object_get(json, "ok"), *event, *log;
	size_t i;

	*boot = (struct boot){.ok = json_is_boolean(ok) ? json_is_true(ok) : -1};
	copy_text(boot->id, sizeof(boot->id), json, "boot");
	if (!*boot->id)
		return err_set(err, -EINVAL, "the server tells of a boot without an id");
	copy_text(boot->image, sizeof(boot->image), json, "image");
	copy_text(boot->release, sizeof(boot->release), json, "release");
	copy_text(boot->build_id, sizeof(boot->build_id), json, "build_id");
	copy_text(boot->detail, sizeof(boot->detail), json, "detail");
	json_array_foreach(json_object_get(json, "events"), i, event)
		take_event(boot, event);
	json_array_foreach(json_object_get(json, "logs"), i, log) take_log(boot, log);
	take_costs(&boot->cost, json_object_get(json, "breakdown"));
	return 0;
}

int boots_parse(const char *text, size_t len, struct boots *ret_boots, struct err *err)
{
	json_error_t why;
	CLEANUP_JSON json_t *json = json_loadb(text, len, 0, &why);
	json_t *list = json_object_get(json, "boots"), *entry;
	size_t i;

	if (!json_is_array(list))
		return err_set(err, -EINVAL,
			"the server's list of boots is not what it should be: %s",
			json ? "there is no 'boots' in it" : why.text);
	ret_boots->n = 0;
	json_array_foreach(list, i, entry)
	{
		int r;

		if (ret_boots->n == BOOTS_MAX)
			break;
		r = take_boot(entry, &ret_boots->v[ret_boots->n], err);
		if (r < 0)
			return r;
		ret_boots->n++;
	}
	return 0;
}

const struct boot *boots_pick(const struct boots *boots, const char *id)
{
	for (size_t i = 0; i < boots->n; i++)
		if (!strcmp(boots->v[i].id, id))
			return &boots->v[i];
	return NULL;
}

const char *boot_stage_words(enum stage stage)
{
	static const char *const texts[STAGES] = {
		[STAGE_RESET] = "firmware",
		[STAGE_GRUB] = "GRUB loads the first stage",
		[STAGE_FIRST] = "first stage",
		[STAGE_LIST] = "first stage",
		[STAGE_CHOSEN] = "fetching the image",
		[STAGE_FETCHED] = "loading the image",
		[STAGE_KEXEC] = "candidate boots",
		[STAGE_UP] = "up",
		[STAGE_FAILED] = "the boot failed",
		[STAGE_LOCAL] = "local disk",
	};

	return texts[stage];
}

bool boot_in_flight(const struct boot *boot)
{
	static const enum stage past[] = {STAGE_CHOSEN, STAGE_FETCHED, STAGE_KEXEC,
		STAGE_UP, STAGE_FAILED, STAGE_LOCAL};

	for (size_t i = 0; i < ARRAY_SIZE(past); i++)
		if (boot->seen[past[i]])
			return false;
	return boot->seen[STAGE_GRUB] || boot->seen[STAGE_FIRST];
}
