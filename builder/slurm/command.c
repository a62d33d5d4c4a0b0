// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/child.h"

#define COMMAND_SECONDS 60
#define OUTPUT_MAX (64 * 1024)

/* Its output is both of its streams. -EREMOTEIO: it ran and failed. */
static int run(
	const struct strvec *argv, const char *input, struct buf *out, struct err *err)
{
	struct child_spec spec = CHILD_SPEC_INIT;
	CLEANUP_BUF struct buf how = {0};
	struct child_result result = {0};
	int r = strvec_check(argv);

	buf_init(out, OUTPUT_MAX);
	buf_init(&how, 256);
	spec.argv = argv->v;
	spec.input = input;
	spec.out = out;
	spec.timeout = COMMAND_SECONDS;
	if (!r)
		r = child_run(&spec, &result, err);
	if (r < 0 || result.exit_code == 0)
		return r;
	child_describe(&result, &how);
	return err_set(err, result.timed_out ? -ETIMEDOUT : -EREMOTEIO, "%s %s%s%.*s",
		argv->v[0], how.data, out->len ? ": " : "", (int)strcspn(out->data, "\n"),
		out->data);
}

static int as_io(int r)
{
	return r == -EREMOTEIO ? -EIO : r;
}

/* The first line that is a job's id, alone or before ";CLUSTER"; 0: there is none. */
static unsigned int find_id(const char *text)
{
	while (*text) {
		size_t n = strspn(text, "0123456789");

		if (n && strchr(";\n", text[n]))
			return strtoul(text, NULL, 10);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return 0;
}

int slurm_submit(const struct slurm_batch *batch, unsigned int *ret_job, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	unsigned int job;
	int r;

	strvec_addv(&argv, (const char *const[]){"sbatch", "--parsable", "--requeue",
				   "--open-mode=append", "--chdir=/", NULL});
	strvec_addf(&argv, "--job-name=%s", batch->name);
	strvec_addf(&argv, "--output=%s", batch->log);
	if (batch->options->n)
		strvec_addv(&argv, (const char *const *)batch->options->v);
	r = as_io(run(&argv, batch->script, &out, err));
	if (r < 0)
		return r;
	job = find_id(out.data);
	if (!job)
		return err_set(err, -EIO, "sbatch does not tell the job's id: '%.200s'",
			out.data);
	*ret_job = job;
	return 0;
}

int slurm_find(const char *name, unsigned int *ret_job, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	int r;

	strvec_addv(&argv, (const char *const[]){
				   "squeue", "--me", "--noheader", "--format=%A", NULL});
	strvec_addf(&argv, "--name=%s", name);
	r = as_io(run(&argv, NULL, &out, err));
	if (!r)
		*ret_job = find_id(out.data);
	return r;
}

int slurm_ask(
	unsigned int job, const char *name, struct slurm_job *ret_job, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf out = {0};
	int r;

	strvec_addv(&argv,
		(const char *const[]){"scontrol", "--oneliner", "show", "job", NULL});
	strvec_addf(&argv, "%u", job);
	r = run(&argv, NULL, &out, err);
	if (r == -EREMOTEIO && strstr(out.data, "Invalid job id"))
		r = 0; /* a job that is over is forgotten after MinJobAge */
	if (!r)
		slurm_fate_parse(out.data, name, ret_job);
	return as_io(r);
}

int slurm_cancel(unsigned int job, struct err *err)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf out = {0};

	strvec_add(&argv, "scancel");
	strvec_addf(&argv, "%u", job);
	return as_io(run(&argv, NULL, &out, err));
}
