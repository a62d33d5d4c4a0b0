// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said to Slurm, and what its answers mean. */
#include "builder/slurm/fate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "builder/slurm/maker.h"
#include "builder/slurm/record.h"
#include "builder/slurm/script.h"
#include "tests/unit/builder-tree.h"

#define C40 "0123456789abcdef0123456789abcdef01234567"
#define NAME "tenfold@00000000@linux@x86_64@lab@" C40

static const struct image_id id = {"x86_64", "lab", C40};

static void a_name_is_of_one_builder_and_one_image(void **state)
{
	CLEANUP_BUF struct buf a = {0}, b = {0};

	(void)state;
	buf_init(&a, 512);
	buf_init(&b, 512);
	slurm_job_name("/var/lib/a", "linux", &id, &a);
	slurm_job_name("/var/lib/b", "linux", &id, &b);
	assert_string_not_equal(a.data, b.data);
	assert_string_equal(strchr(a.data + 8, '@'), "@linux@x86_64@lab@" C40);
}

static void a_name_tells_its_image(void **state)
{
	static const char *const bad[] = {"", "tenfold@", "tenfold@0@linux",
		"tenfold@0@linux@x86_64@lab@12", "other@0@linux@x86_64@lab@" C40,
		NAME ".log", "tenfold@0@linux@..@lab@" C40};
	struct image_id got;

	(void)state;
	assert_int_equal(slurm_job_parse(NAME, &got), 0);
	assert_true(image_id_equal(&got, &id));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (slurm_job_parse(bad[i], &got) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
}

/* What sh makes of the script is what was put in. */
static void words_go_through_the_shell_unchanged(void **state)
{
	const char *words[] = {"printf", "%s|", "plain", "", "a b", "it's", "'", "''",
		"$(reboot)", "`id`", "\\", "a\\'b", "\"x\"", "*", "~", ";", "#", "!x",
		"-n", "\xff", NULL};
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf script = {0};
	char got[256] = "", want[256] = "";
	size_t n = 0;
	FILE *out;
	int fds[2];
	pid_t pid;

	(void)state;
	strvec_addv(&argv, words);
	buf_init(&script, 4096);
	assert_int_equal(slurm_script(&argv, &script), 0);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		execl("/bin/sh", "sh", "-c", script.data, NULL);
		_exit(127);
	}
	close(fds[1]);
	waitpid(pid, NULL, 0);
	out = fdopen(fds[0], "r");
	assert_non_null(out);
	got[fread(got, 1, sizeof(got) - 1, out)] = '\0';
	fclose(out);
	for (size_t i = 2; words[i]; i++)
		n += snprintf(want + n, sizeof(want) - n, "%s|", words[i]);
	assert_string_equal(got, want);
}

static void a_word_of_two_lines_is_refused(void **state)
{
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	CLEANUP_BUF struct buf script = {0};

	(void)state;
	strvec_addv(&argv, (const char *const[]){"make", "a\nreboot", NULL});
	buf_init(&script, 4096);
	assert_int_equal(slurm_script(&argv, &script), -EINVAL);
}

/* An sbatch that keeps what it is given and takes no job. */
static void fake_sbatch(const char *temp)
{
	CLEANUP_FREE char *text = buf_format("#!/bin/sh\ncat >%s/script; exit 1\n", temp);
	CLEANUP_FREE char *tool = buf_format("%s/sbatch", temp);
	CLEANUP_FREE char *path = buf_format("%s:%s", temp, getenv("PATH"));

	assert_int_equal(file_write_atomic(tool, text, strlen(text), 0755, NULL), 0);
	setenv("PATH", path, 1);
}

/* Whoever may push may name a branch so. */
static void a_branch_is_no_option(void **state)
{
	const char *folders = getenv("PATH");
	CLEANUP_FREE char *before = strdup(folders ? folders : "");
	char temp[32], name[] = "linux", branch[] = "--conf=/tmp/evil";
	struct conf_tree tree = {.name = name};
	struct conf_config config = {.name = name};
	struct conf conf = {.store = temp, .state = temp, .file = temp};
	const struct store store = {temp};
	const struct slurm_maker maker = {&conf, &store, -1};
	const struct job job = {
		.tree = &tree, .config = &config, .id = id, .branch = branch};
	CLEANUP_BUF struct buf script = {0};
	CLEANUP_FREE char *path = NULL;
	struct outcome outcome;
	struct err err = ERR_INIT;

	(void)state;
	temp_make(temp);
	fake_sbatch(temp);
	assert_int_equal(slurm_make((void *)&maker, &job, &outcome, &err), -EIO);
	setenv("PATH", before, 1);
	path = buf_format("%s/script", temp);
	buf_init(&script, 4096);
	assert_int_equal(file_read(path, &script, NULL), 0);
	assert_non_null(strstr(script.data, " '--' '--conf=/tmp/evil'\n"));
	assert_int_equal(dir_remove(temp, NULL), 0);
}

static void what_slurm_says(void **state)
{
	static const struct {
		const char *words;
		enum slurm_fate fate;
		int exit_code;
	} table[] = {
		{"JobState=PENDING Reason=Priority ExitCode=0:0", SLURM_ALIVE, 0},
		{"JobState=RUNNING ExitCode=0:0", SLURM_ALIVE, 0},
		{"JobState=COMPLETING ExitCode=1:0", SLURM_ALIVE, 1},
		{"JobState=COMPLETED ExitCode=0:0", SLURM_ENDED, 0},
		{"JobState=FAILED ExitCode=1:0", SLURM_ENDED, 1},
		{"JobState=FAILED ExitCode=3:0", SLURM_ENDED, 3},
		{"JobState=FAILED ExitCode=0:9", SLURM_LOST, 0},
		{"JobState=NODE_FAIL ExitCode=0:0", SLURM_LOST, 0},
		{"JobState=BOOT_FAIL ExitCode=0:0", SLURM_LOST, 0},
		{"JobState=PREEMPTED ExitCode=0:0", SLURM_LOST, 0},
		{"JobState=TIMEOUT ExitCode=0:1", SLURM_LOST, 0},
		{"JobState=CANCELLED ExitCode=0:15", SLURM_LOST, 0},
		{"JobState=OUT_OF_MEMORY ExitCode=0:125", SLURM_LOST, 0},
		{"JobState=SOMETHING_NEW ExitCode=1:0", SLURM_LOST, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char line[512];
		struct slurm_job job;

		snprintf(line, sizeof(line),
			"JobId=7 JobName=" NAME " UserId=root(0) %s BatchHost=n3 "
			"Comment=x JobState=RUNNING ExitCode=9:9\n",
			table[i].words);
		slurm_fate_parse(line, NAME, &job);
		if (job.fate != table[i].fate || job.exit_code != table[i].exit_code)
			fail_msg("%s: %d, %d", table[i].words, job.fate, job.exit_code);
		assert_string_equal(job.node, "n3");
	}
}

static void a_job_of_another_name_is_gone(void **state)
{
	struct slurm_job job;

	(void)state;
	slurm_fate_parse(
		"JobId=7 JobName=other JobState=RUNNING ExitCode=0:0", NAME, &job);
	assert_int_equal(job.fate, SLURM_GONE);
	slurm_fate_parse("slurm_load_jobs error: Invalid job id specified", NAME, &job);
	assert_int_equal(job.fate, SLURM_GONE);
}

static int count_one(void *ctx, const char *name, const struct image_id *which)
{
	assert_string_equal(name, NAME);
	assert_true(image_id_equal(which, &id));
	++*(int *)ctx;
	return 0;
}

static int count_records(const char *dir)
{
	int n = 0;

	assert_int_equal(slurm_record_each(dir, count_one, &n), 0);
	return n;
}

static void a_record_outlives_its_writer(void **state)
{
	CLEANUP_SLURM_RECORD struct slurm_record a = {.fd = -1}, b = {.fd = -1};
	CLEANUP_BUF struct buf image = {0};
	char temp[32];
	const struct store store = {temp};
	int gone[2];

	(void)state;
	temp_make(temp);
	buf_init(&image, 4096);
	assert_int_equal(pipe(gone), 0);
	assert_int_equal(slurm_record_open(&a, temp, NAME, gone[0], NULL), 0);
	assert_false(a.old);
	assert_int_equal(slurm_record_write(&a, 0, NULL), 0);
	assert_int_equal(slurm_record_write(&a, 1234567, NULL), 0);
	assert_int_equal(slurm_record_write(&a, 42, NULL), 0);
	/* another follower waits as long as the first one lives */
	assert_int_equal(write(gone[1], "x", 1), 1);
	assert_int_equal(slurm_record_open(&b, temp, NAME, gone[0], NULL), -ECANCELED);
	slurm_record_close(&b);
	slurm_record_close(&a);
	assert_int_equal(slurm_record_open(&b, temp, NAME, gone[0], NULL), 0);
	assert_true(b.old);
	assert_int_equal(b.job, 42);
	slurm_record_remove(&b);
	slurm_record_close(&b);
	assert_int_equal(slurm_record_open(&b, temp, NAME, gone[0], NULL), 0);
	assert_false(b.old);
	assert_int_equal(b.job, 0);
	/* its image came while nobody looked: neither a followed nor an open one goes */
	assert_int_equal(slurm_record_write(&b, 7, NULL), 0);
	slurm_record_sweep(temp, &store);
	assert_true(file_exists(b.path));
	slurm_record_close(&b);
	slurm_record_sweep(temp, &store);
	assert_int_equal(count_records(temp), 1);
	store_image_path(&store, &id, true, &image);
	assert_int_equal(dir_make(image.data, 0755, NULL), 0);
	buf_adds(&image, "/image.json");
	assert_int_equal(file_write_atomic(image.data, "{}", 2, 0644, NULL), 0);
	slurm_record_sweep(temp, &store);
	assert_int_equal(count_records(temp), 0);
	close(gone[0]);
	close(gone[1]);
	assert_int_equal(dir_remove(temp, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_of_one_builder_and_one_image),
		cmocka_unit_test(a_name_tells_its_image),
		cmocka_unit_test(words_go_through_the_shell_unchanged),
		cmocka_unit_test(a_word_of_two_lines_is_refused),
		cmocka_unit_test(a_branch_is_no_option),
		cmocka_unit_test(what_slurm_says),
		cmocka_unit_test(a_job_of_another_name_is_gone),
		cmocka_unit_test(a_record_outlives_its_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
