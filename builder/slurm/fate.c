// SPDX-License-Identifier: GPL-2.0-or-later
#include "fate.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"

/* The value of the first " KEY=": those that people choose (a comment, a folder) come
 * behind all that are read here. */
static bool get(const char *line, const char *key, char *ret, size_t size)
{
	size_t len = strlen(key), n;

	for (const char *at = line; (at = strstr(at, key)); at += len) {
		if ((at != line && at[-1] != ' ') || at[len] != '=')
			continue;
		at += len + 1;
		n = strcspn(at, " \n");
		if (n >= size)
			return false;
		memcpy(ret, at, n);
		ret[n] = '\0';
		return true;
	}
	return false;
}

/* squeue(1), "JOB STATE CODES". */
static enum slurm_fate fate_of(const char *state, const char *exit)
{
	static const char *const alive[] = {"PENDING", "CONFIGURING", "RUNNING",
		"COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT",
		"RESIZING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD",
		"SPECIAL_EXIT"};

	for (size_t i = 0; i < ARRAY_SIZE(alive); i++)
		if (!strcmp(state, alive[i]))
			return SLURM_ALIVE;
	if (!strcmp(state, "COMPLETED"))
		return SLURM_ENDED;
	/* CODE:SIGNAL; a signal is never the program's own way to end */
	if (!strcmp(state, "FAILED") && *exit && !strcmp(exit + strcspn(exit, ":"), ":0"))
		return SLURM_ENDED;
	return SLURM_LOST;
}

void slurm_fate_parse(const char *line, const char *name, struct slurm_job *ret_job)
{
	struct slurm_job job = {.fate = SLURM_GONE};
	char is[256], code[16] = "";

	if (get(line, "JobName", is, sizeof(is)) && !strcmp(is, name) &&
		get(line, "JobState", job.state, sizeof(job.state))) {
		get(line, "ExitCode", code, sizeof(code));
		job.fate = fate_of(job.state, code);
		job.exit_code = atoi(code);
		if (!get(line, "BatchHost", job.node, sizeof(job.node)))
			get(line, "NodeList", job.node, sizeof(job.node));
		if (!strcmp(job.node, "(null)"))
			job.node[0] = '\0';
	}
	*ret_job = job;
}
