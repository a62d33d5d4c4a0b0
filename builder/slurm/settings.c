// SPDX-License-Identifier: GPL-2.0-or-later
#include "settings.h"

#include <string.h>

/* --name or --name=value, and none of those that the builder itself gives. */
static bool option_valid(const char *text)
{
	static const char *const ours[] = {"--parsable", "--job-name", "--output",
		"--error", "--open-mode", "--chdir", "--wrap", "--array", "--wait",
		"--requeue", "--no-requeue", "--test-only", "--help", "--version"};
	size_t n = strcspn(text, "=");

	if (strncmp(text, "--", 2) || n < 4 || strcspn(text, "\r\n") != strlen(text))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (strlen(ours[i]) == n && !strncmp(ours[i], text, n))
			return false;
	return true;
}

static bool absolute(const char *text)
{
	return *text == '/';
}

#define AT(field) .offset = offsetof(struct slurm_settings, field)

const struct option_def slurm_options[] = {
	{"work", 0, OPTION_TEXT, OPTION_FILE, AT(work), "DIR", "", .valid = absolute},
	{"option", 0, OPTION_LIST, OPTION_FILE, AT(option), "WORD", "",
		.valid = option_valid},
	{"poll", 0, OPTION_NUMBER, OPTION_FILE, AT(poll), "S", "", .min = 1, .max = 3600},
	OPTION_END,
};
