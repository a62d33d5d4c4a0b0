// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole builds, and what comes of them in the store. */
#include "builder/job/job.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "builder/job/publish.h"
#include "tests/unit/mini-kernel.h"

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

static void publishes_an_image(void **state)
{
	static const char *const names[] = {
		"vmlinuz", "System.map", "config", "modules.cpio.zst", "build.log"};
	struct world *w = *state;
	struct outcome outcome = make(w, w->first);
	struct job job = mini_job(&w->mini, w->first);
	CLEANUP_IMAGE struct image image = {0};
	struct err err = ERR_INIT;
	char path[512], target[512] = "";

	assert_int_equal(outcome.result, RESULT_BUILT);
	assert_true(outcome.clean);
	assert_int_equal(store_load(&w->mini.store, &job.id, true, &image, &err), 0);
	assert_string_equal(image.subject, "first");
	assert_string_equal(image.author_email, "author@example.org");
	assert_string_equal(image.date, "2023-11-14T22:13:20Z");
	assert_string_equal(image.branch, "main");
	assert_string_equal(image.release, "6.1.0-mini");
	assert_string_equal(image.how, "clean");
	assert_int_equal(strlen(image.build_id), 40);
	assert_int_equal(strlen(image.config_sha256), 64);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct image_file *file = image_find_file(&image, names[i]);
		char sha[SHA256_TEXT];

		assert_non_null(file);
		snprintf(path, sizeof(path), "%s/images/x86_64/mini/%s/%s",
			w->mini.conf.store, w->first, names[i]);
		assert_int_equal(sha256_file(path, sha, NULL, NULL), 0);
		assert_string_equal(sha, file->sha256);
	}
	snprintf(path, sizeof(path), "%s/branches/main/x86_64/mini/0000001-%.12s",
		w->mini.conf.store, w->first);
	assert_true(readlink(path, target, sizeof(target) - 1) > 0);
	snprintf(path + strlen(path), sizeof(path) - strlen(path), "/vmlinuz");
	assert_true(file_exists(path));
	/* again: nothing to do */
	outcome = make(w, w->first);
	assert_int_equal(outcome.result, RESULT_THERE);
}

static void packs_modules(void **state)
{
	static const char *const want[] = {"usr", "usr/lib", "usr/lib/modules",
		"usr/lib/modules/6.1.0-mini", "usr/lib/modules/6.1.0-mini/kernel",
		"usr/lib/modules/6.1.0-mini/kernel/mod.ko"};
	struct world *w = *state;
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char path[512];
	size_t n = 0;

	make(w, w->first);
	snprintf(path, sizeof(path), "%s/images/x86_64/mini/%s/modules.cpio.zst",
		w->mini.conf.store, w->first);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_cpio(archive);
	assert_int_equal(archive_read_open_filename(archive, path, 65536), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		assert_true(n < ARRAY_SIZE(want));
		assert_string_equal(archive_entry_pathname(entry), want[n++]);
		assert_int_equal(archive_entry_mtime(entry), 0);
		assert_int_equal(archive_entry_uid(entry), 0);
	}
	assert_int_equal(archive_format(archive), ARCHIVE_FORMAT_CPIO_SVR4_NOCRC);
	assert_int_equal(n, ARRAY_SIZE(want));
	archive_read_free(archive);
}

static void compiles_what_changed_and_nothing_else(void **state)
{
	struct world *w = *state;
	struct outcome outcome;
	CLEANUP_BUF struct buf log;

	make(w, w->first);
	outcome = make(w, w->second);
	assert_int_equal(outcome.result, RESULT_BUILT);
	assert_false(outcome.clean);
	read_published(w, true, w->second, "build.log", &log);
	assert_int_equal(count(log.data, "  CC      "), 1);
	assert_int_equal(count(log.data, "  CC      core.o"), 1);
	assert_image_is_clean_one(w, w->second);
}

static void records_what_does_not_build(void **state)
{
	struct world *w = *state;
	struct job job = mini_job(&w->mini, w->broken);
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf log, config;
	struct outcome outcome;

	make(w, w->second);
	outcome = make(w, w->broken);
	assert_int_equal(outcome.result, RESULT_FAILED);
	assert_non_null(strstr(outcome.error, "core.c:3:16: error: "));
	outcome_release(&outcome);
	assert_int_equal(store_load(&w->mini.store, &job.id, false, &image, NULL), 0);
	assert_memory_equal(image.error, "core.c:3:16: error: ", 20);
	assert_false(store_has(&w->mini.store, &job.id, true));
	read_published(w, false, w->broken, "build.log", &log);
	assert_non_null(strstr(log.data, "nonsense"));
	read_published(w, false, w->broken, "config", &config);
	assert_true(config.len > 0);
	/* it is known from then on, and made again when asked */
	outcome = make(w, w->broken);
	assert_int_equal(outcome.result, RESULT_KNOWN);
	outcome_release(&outcome);
	job.retry = true;
	outcome = make_job(w, &job);
	assert_int_equal(outcome.result, RESULT_FAILED);
	outcome_release(&outcome);
	/* and what comes after it is right */
	outcome = make(w, w->third);
	assert_int_equal(outcome.result, RESULT_BUILT);
	assert_image_is_clean_one(w, w->third);
}

/* Whatever a commit has make say: the log has an end, and the reason is told. */
static void cuts_a_log_and_keeps_its_end(void **state)
{
	struct world *w = *state;
	const char *gcc = strstr(makefile, "\t@gcc");
	CLEANUP_FREE char *loud =
		buf_format("%.*s"
			   "\t@[ $* = util ] || yes noise | head -c %d\n%s",
			(int)(gcc - makefile), makefile, KBUILD_LOG_MAX + 4096, gcc);
	const struct tree_file files[] = {{"Makefile", loud, 0},
		{"core.c", "int core(void)\n{\n\treturn nonsense;\n}\n", 0}};
	char commit[IMAGE_COMMIT_TEXT], path[512];
	struct outcome outcome;
	CLEANUP_BUF struct buf log;
	const char *cut;

	tree_commit(w->mini.repo, "main", w->first, "loud", files, 2, commit);
	outcome = make(w, commit);
	assert_int_equal(outcome.result, RESULT_FAILED);
	assert_non_null(strstr(outcome.error, "core.c:3:16: error: "));
	outcome_release(&outcome);
	snprintf(path, sizeof(path), "%s/failed/x86_64/mini/%s/build.log",
		w->mini.conf.store, commit);
	buf_init(&log, KBUILD_LOG_BOUND);
	assert_int_equal(file_read(path, &log, NULL), 0);
	assert_true(log.len >= KBUILD_LOG_MAX);
	cut = strstr(log.data, "\n[the log is cut here]\n");
	assert_non_null(cut);
	assert_null(strstr(cut + 2, "[the log is cut here]"));
	assert_non_null(strstr(cut, "core.c:3:16: error: "));
}

/* Whatever its make did to the .config, a failure is on record. */
static void a_failure_without_a_config_is_on_record(void **state)
{
	static const char *const ways[] = {"truncate -s 64M $(O)/.config",
		"rm $(O)/.config", "ln -sf elsewhere $(O)/.config",
		"rm $(O)/.config; mkfifo $(O)/.config"};
	struct world *w = *state;
	const char *gcc = strstr(makefile, "\t@gcc");

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		CLEANUP_FREE char *text = buf_format("%.*s\t@%s; false\n%s",
			(int)(gcc - makefile), makefile, ways[i], gcc);
		const struct tree_file file = {"Makefile", text, 0};
		CLEANUP_IMAGE struct image image = {0};
		char commit[IMAGE_COMMIT_TEXT];
		struct outcome outcome;
		struct job job;

		tree_commit(w->mini.repo, "main", w->first, ways[i], &file, 1, commit);
		job = mini_job(&w->mini, commit);
		outcome = make_job(w, &job);
		assert_int_equal(outcome.result, RESULT_FAILED);
		outcome_release(&outcome);
		assert_int_equal(
			store_load(&w->mini.store, &job.id, false, &image, NULL), 0);
		assert_non_null(image_find_file(&image, "build.log"));
		assert_null(image_find_file(&image, "config"));
	}
}

/* Git holds trees that no file system does: nobody is to wait for their images. */
static void records_a_tree_that_is_no_folder(void **state)
{
	struct world *w = *state;
	char name[300], bad[IMAGE_COMMIT_TEXT], good[IMAGE_COMMIT_TEXT];
	const struct tree_file odd[] = {{name, "x", 0}};
	const struct tree_file gone[] = {
		{name, NULL, 0}, {"util.h", "#define UTIL 5\n", 0}};
	CLEANUP_BUF struct buf log;
	struct outcome outcome;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	tree_commit(w->mini.repo, "main", w->first, "odd", odd, 1, bad);
	tree_commit(w->mini.repo, "main", bad, "gone", gone, 2, good);
	for (int i = 0; i < 2; i++) {
		outcome = make(w, bad);
		assert_int_equal(outcome.result, i ? RESULT_KNOWN : RESULT_FAILED);
		assert_non_null(strstr(outcome.error, "File name too long"));
		outcome_release(&outcome);
		make(w, w->second);
	}
	read_published(w, false, bad, "build.log", &log);
	assert_non_null(strstr(log.data, "File name too long"));
	assert_int_equal(make(w, good).result, RESULT_BUILT);
	assert_image_is_clean_one(w, good);
}

static void blames_no_commit_for_the_machine(void **state)
{
	struct world *w = *state;
	const struct tree_file full[] = {
		{"core.c", "#error a.c: write: No space left on device\n", 0}};
	char commit[IMAGE_COMMIT_TEXT];
	struct outcome outcome;
	struct err err = ERR_INIT;
	struct job job;

	tree_commit(w->mini.repo, "main", w->first, "disk full", full, 1, commit);
	job = mini_job(&w->mini, commit);
	assert_int_equal(local_make(&w->mini.local, &job, &outcome, &err), -EIO);
	assert_non_null(strstr(err.text, "No space left on device"));
	assert_false(store_has(&w->mini.store, &job.id, false));
}

static int count_names(const char *path, const char *prefix)
{
	CLEANUP_DIR DIR *dir = opendir(path);
	struct dirent *entry;
	int n = 0;

	while (dir && (entry = readdir(dir)))
		n += !strncmp(entry->d_name, prefix, strlen(prefix));
	return n;
}

static void removes_what_the_dead_left(void **state)
{
	struct world *w = *state;
	struct job job = mini_job(&w->mini, w->first);
	struct draft alive = {.lock_fd = -1};
	char folder[128], dead[160], other[160];
	const struct timespec yesterday[2] = {
		{.tv_sec = time(NULL) - 90000}, {.tv_sec = time(NULL) - 90000}};

	assert_int_equal(draft_open(&alive, &w->mini.store, &job.id, true, NULL), 0);
	snprintf(folder, sizeof(folder), "%s/images/x86_64/mini", w->mini.conf.store);
	snprintf(dead, sizeof(dead), "%s/.tmp-0123-dead", folder);
	assert_int_equal(dir_make(dead, 0755, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 2);
	assert_int_equal(publish_clean(&w->mini.store, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 1);
	/* another machine's, whose lock may not be seen here */
	snprintf(other, sizeof(other), "%s/.tmp-no-such-host@0123-live", folder);
	assert_int_equal(dir_make(other, 0755, NULL), 0);
	assert_int_equal(publish_clean(&w->mini.store, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 2);
	assert_int_equal(utimensat(AT_FDCWD, other, yesterday, 0), 0);
	assert_int_equal(publish_clean(&w->mini.store, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 1);
	draft_close(&alive);
	assert_int_equal(count_names(folder, ".tmp-"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define SHUT_IN(name) cmocka_unit_test_setup_teardown(name, setup_shut_in, teardown)
	const struct CMUnitTest tests[] = {TEST(publishes_an_image), TEST(packs_modules),
		TEST(compiles_what_changed_and_nothing_else),
		TEST(records_what_does_not_build), TEST(cuts_a_log_and_keeps_its_end),
		TEST(a_failure_without_a_config_is_on_record),
		TEST(records_a_tree_that_is_no_folder),
		TEST(blames_no_commit_for_the_machine), TEST(removes_what_the_dead_left),
		SHUT_IN(packs_modules)};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
