// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole builds, of a tree of three files whose Makefile answers to the targets that the
 * builder asks of a kernel: a real make and a real compiler, and real kills.
 */
#include "builder/job/job.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "builder/git/repo.h"
#include "builder/job/publish.h"
#include "builder/job/workplace.h"
#include "builder/kbuild/kbuild.h"
#include "tests/unit/builder-tree.h"

/* Like kbuild: objects in O, rebuilt when a source is newer, targets of an interrupted
 * recipe removed. util.o's recipe dies with its builder when TEST_DIE names
 * a process, leaving garbage in TEST_HALF. */
static const char makefile[] =
	"REL := 6.1.0-mini\n"
	"objs := $(O)/init.o $(O)/core.o $(O)/util.o\n"
	".DELETE_ON_ERROR:\n"
	"allnoconfig:\n"
	"\t@mkdir -p $(O); cp $(KCONFIG_ALLCONFIG) $(O)/.config\n"
	"$(O)/%.o: %.c\n"
	"\t@echo '  CC      $*.o'\n"
	"\t@if [ -n \"$$TEST_DIE\" ] && [ $* = util ]; then "
	"echo garbage >$(O)/$$TEST_HALF; kill -9 $$TEST_DIE; kill -9 $$PPID; exit 1; fi\n"
	"\t@gcc -MMD -MP -MF $(O)/$*.d -c $< -o $@\n"
	"-include $(wildcard $(O)/*.d)\n"
	"$(O)/vmlinux: $(objs)\n"
	"\t@echo '  LD      vmlinux'; gcc -Wl,--build-id=sha1 -o $@ $^\n"
	"bzImage: $(O)/vmlinux\n"
	"\t@mkdir -p $(O)/arch/x86/boot $(O)/include/config\n"
	"\t@cp $< $(O)/arch/x86/boot/bzImage; nm $< >$(O)/System.map\n"
	"\t@echo $(REL) >$(O)/include/config/kernel.release\n"
	"modules: $(O)/core.o\n"
	"\t@cp $< $(O)/mod.ko\n"
	"modules_install:\n"
	"\t@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/$(REL)/kernel\n"
	"\t@cp $(O)/mod.ko $(INSTALL_MOD_PATH)/lib/modules/$(REL)/kernel/\n"
	"\t@ln -s $(O) $(INSTALL_MOD_PATH)/lib/modules/$(REL)/build\n";

#define FRAGMENT "CONFIG_MODULES=y\n"

struct world {
	char temp[32];
	char *git, *store_dir;
	git_repository *repo;
	struct conf conf;
	struct store store;
	struct local_maker local;
	char recorder[4096];
	char first[IMAGE_COMMIT_TEXT], second[IMAGE_COMMIT_TEXT],
		broken[IMAGE_COMMIT_TEXT], third[IMAGE_COMMIT_TEXT];
};

/* first - second (core.c) - broken (core.c) - third (core.c, util.h) */
static void make_history(struct world *w)
{
	const struct tree_file first[] = {
		{"Makefile", makefile, 0},
		{"init.c",
			"int core(void), util(void);\nint main(void)\n{\n\treturn core() "
			"+ util();\n}\n",
			0},
		{"core.c", "int core(void)\n{\n\treturn 1;\n}\n", 0},
		{"util.c", "#include \"util.h\"\nint util(void)\n{\n\treturn UTIL;\n}\n",
			0},
		{"util.h", "#define UTIL 1\n", 0},
		{"doc/base", "make lists the top folder, but not this one\n", 0},
	};
	const struct tree_file second[] = {
		{"core.c", "int core(void)\n{\n\treturn 2;\n}\n", 0}};
	const struct tree_file broken[] = {
		{"core.c", "int core(void)\n{\n\treturn nonsense;\n}\n", 0}};
	const struct tree_file third[] = {
		{"core.c", "int core(void)\n{\n\treturn 3;\n}\n", 0},
		{"util.h", "#define UTIL 3\n", 0}};

	tree_commit(w->repo, "main", NULL, "first", first, ARRAY_SIZE(first), w->first);
	tree_commit(w->repo, "main", w->first, "second", second, 1, w->second);
	tree_commit(w->repo, "main", w->second, "broken\tcommit", broken, 1, w->broken);
	tree_commit(w->repo, "main", w->broken, "third", third, 2, w->third);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char *conf_path, *fragment;
	struct err err = ERR_INIT;
	FILE *file;

	temp_make(w->temp);
	assert_true(asprintf(&w->git, "%s/git", w->temp) > 0);
	assert_true(asprintf(&w->store_dir, "%s/store", w->temp) > 0);
	assert_true(asprintf(&conf_path, "%s/builder.conf", w->temp) > 0);
	assert_true(asprintf(&fragment, "%s/mini-x86_64", w->temp) > 0);
	w->repo = tree_open(w->git);
	make_history(w);
	assert_int_equal(
		file_write_atomic(fragment, FRAGMENT, strlen(FRAGMENT), 0644, NULL), 0);
	file = fopen(conf_path, "w");
	fprintf(file,
		"store = %s\nstate = %s/state\njobs = 1\nsandbox = no\nmail_to = "
		"lab@example.org\n"
		"[tree mini]\nremote = %s\n"
		"[config mini]\nfile = mini-{arch}\nbase = allnoconfig\n",
		w->store_dir, w->temp, w->git);
	fclose(file);
	{
		char *argv[] = {"x", "--conf", conf_path, "status", NULL};
		CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

		if (conf_read(&w->conf, 4, argv, &words, &err) < 0)
			fail_msg("%s", err.text);
	}
	assert_int_equal(dir_make(w->store_dir, 0755, NULL), 0);
	w->store.root = w->store_dir;
	w->local = (struct local_maker){
		.conf = &w->conf, .store = &w->store, .cancel_fd = -1};
	recorder_path(w->recorder);
	w->local.recorder = w->recorder;
	free(conf_path);
	free(fragment);
	*state = w;
	return 0;
}

/* As users have it. The others look into make, or let it kill them. */
static int setup_shut_in(void **state)
{
	struct world *w;
	int r = setup(state);

	w = *state;
	w->conf.sandbox = true;
	return r;
}

static int teardown(void **state)
{
	struct world *w = *state;

	git_repository_free(w->repo);
	dir_remove(w->temp, NULL);
	conf_release(&w->conf);
	free(w->git);
	free(w->store_dir);
	free(w);
	return 0;
}

static struct job job_for(struct world *w, const char *commit)
{
	struct job job = {.tree = &w->conf.trees[0], .config = &w->conf.configs[0]};

	snprintf(job.id.arch, sizeof(job.id.arch), "x86_64");
	snprintf(job.id.config, sizeof(job.id.config), "mini");
	snprintf(job.id.commit, sizeof(job.id.commit), "%s", commit);
	return job;
}

static struct outcome make_job(struct world *w, const struct job *job)
{
	struct outcome outcome = {0};
	struct err err = ERR_INIT;

	if (local_make(&w->local, job, &outcome, &err) < 0)
		fail_msg("%s", err.text);
	return outcome;
}

static struct outcome make(struct world *w, const char *commit)
{
	struct job job = job_for(w, commit);

	return make_job(w, &job);
}

static void read_published(
	struct world *w, bool built, const char *commit, const char *name, struct buf *b)
{
	struct job job = job_for(w, commit);
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_init(b, 16 << 20);
	assert_int_equal(store_load(&w->store, &job.id, built, &image, NULL), 0);
	buf_addf(&path, "%s/", w->store_dir);
	store_files_path(&image, &path);
	buf_addf(&path, "/%s", name);
	assert_int_equal(file_read(path.data, b, NULL), 0);
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

/* What an undisturbed builder makes of it. */
static void clean_image(struct world *w, const char *commit, struct buf *ret_kernel)
{
	struct job job = job_for(w, commit);
	struct conf conf = w->conf;
	struct store store;
	struct local_maker local = {.conf = &conf, .store = &store, .cancel_fd = -1};
	struct outcome outcome;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf path;
	char root[64], other[96];

	snprintf(root, sizeof(root), "%s/clean-%.12s", w->temp, commit);
	snprintf(other, sizeof(other), "%s/state", root);
	conf.store = root;
	conf.state = other;
	store.root = root;
	dir_make(root, 0755, NULL);
	if (local_make(&local, &job, &outcome, &err) < 0)
		fail_msg("%s", err.text);
	buf_init(&path, 4096);
	buf_init(ret_kernel, 16 << 20);
	store_image_path(&store, &job.id, true, &path);
	buf_adds(&path, "/vmlinuz");
	assert_int_equal(file_read(path.data, ret_kernel, NULL), 0);
}

static void assert_image_is_clean_one(struct world *w, const char *commit)
{
	CLEANUP_BUF struct buf kernel, want;

	clean_image(w, commit, &want);
	read_published(w, true, commit, "vmlinuz", &kernel);
	assert_int_equal(kernel.len, want.len);
	assert_memory_equal(kernel.data, want.data, want.len);
}

static void publishes_an_image(void **state)
{
	static const char *const names[] = {
		"vmlinuz", "System.map", "config", "modules.cpio.zst", "build.log"};
	struct world *w = *state;
	struct outcome outcome = make(w, w->first);
	struct job job = job_for(w, w->first);
	CLEANUP_IMAGE struct image image = {0};
	struct err err = ERR_INIT;
	char path[512], target[512] = "";

	assert_int_equal(outcome.result, RESULT_BUILT);
	assert_true(outcome.clean);
	assert_int_equal(store_load(&w->store, &job.id, true, &image, &err), 0);
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
		snprintf(path, sizeof(path), "%s/images/x86_64/mini/%s/%s", w->store_dir,
			w->first, names[i]);
		assert_int_equal(sha256_file(path, sha, NULL, NULL), 0);
		assert_string_equal(sha, file->sha256);
	}
	snprintf(path, sizeof(path), "%s/branches/main/x86_64/mini/0000001-%.12s",
		w->store_dir, w->first);
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
		w->store_dir, w->first);
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
	struct job job = job_for(w, w->broken);
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf log;
	struct outcome outcome;

	make(w, w->second);
	outcome = make(w, w->broken);
	assert_int_equal(outcome.result, RESULT_FAILED);
	assert_non_null(strstr(outcome.error, "core.c:3:16: error: "));
	outcome_release(&outcome);
	assert_int_equal(store_load(&w->store, &job.id, false, &image, NULL), 0);
	assert_memory_equal(image.error, "core.c:3:16: error: ", 20);
	assert_false(store_has(&w->store, &job.id, true));
	read_published(w, false, w->broken, "build.log", &log);
	assert_non_null(strstr(log.data, "nonsense"));
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

static void blames_no_commit_for_the_machine(void **state)
{
	struct world *w = *state;
	const struct tree_file full[] = {
		{"core.c", "#error a.c: write: No space left on device\n", 0}};
	char commit[IMAGE_COMMIT_TEXT];
	struct outcome outcome;
	struct err err = ERR_INIT;
	struct job job;

	tree_commit(w->repo, "main", w->first, "disk full", full, 1, commit);
	job = job_for(w, commit);
	assert_int_equal(local_make(&w->local, &job, &outcome, &err), -EIO);
	assert_non_null(strstr(err.text, "No space left on device"));
	assert_false(store_has(&w->store, &job.id, false));
}

static int run_child(struct world *w, const char *commit)
{
	struct job job = job_for(w, commit);
	struct outcome outcome;

	_exit(local_make(&w->local, &job, &outcome, NULL) < 0);
}

/* Builder and make die by SIGKILL with this file half-written and new. */
static void kill_in_make(struct world *w, const char *half)
{
	char self[32];
	int status;
	pid_t pid;

	make(w, w->second);
	pid = fork();
	if (pid == 0) {
		snprintf(self, sizeof(self), "%d", getpid());
		setenv("TEST_DIE", self, 1);
		setenv("TEST_HALF", half, 1);
		run_child(w, w->third);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(make(w, w->third).result, RESULT_BUILT);
	assert_image_is_clean_one(w, w->third);
}

static void survives_a_half_written_object(void **state)
{
	kill_in_make(*state, "util.o");
}

/* The object is whole and old, but what it depends on is lost. */
static void survives_half_written_dependencies(void **state)
{
	kill_in_make(*state, "util.d");
}

/* Kills at moments of no choice: whatever is published is whole, and the next builder
 * makes the right thing. */
static void survives_kills_at_any_moment(void **state)
{
	struct world *w = *state;
	const char *commits[] = {w->second, w->third};

	make(w, w->first);
	for (int i = 0; i < 4; i++) {
		const char *commit = commits[i % 2];
		struct job job = job_for(w, commit);
		CLEANUP_BUF struct buf path;
		pid_t pid = fork();

		if (pid == 0)
			run_child(w, commit);
		poll(NULL, 0, 30 * (i + 1));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		make(w, commit);
		assert_image_is_clean_one(w, commit);
		assert_int_equal(publish_clean(&w->store, NULL), 0);
		buf_init(&path, 4096);
		store_image_path(&w->store, &job.id, true, &path);
		assert_int_equal(dir_remove(path.data, NULL), 0);
	}
}

static void commit_one(struct world *w, const char *parent, const char *path,
	const char *text, char ret_name[IMAGE_COMMIT_TEXT])
{
	const struct tree_file file = {path, text, 0};

	tree_commit(w->repo, "main", parent, path, &file, 1, ret_name);
}

/* What a commit's image.json says that it is the same as; "" for an image of its own. */
static void same_as(struct world *w, bool built, const char *commit,
	char ret_commit[IMAGE_COMMIT_TEXT])
{
	struct job job = job_for(w, commit);
	struct image_id real;

	assert_int_equal(store_same_as(&w->store, &job.id, built, &real, NULL), 0);
	snprintf(ret_commit, IMAGE_COMMIT_TEXT, "%s",
		strcmp(real.commit, commit) ? real.commit : "");
}

/* first - text (README) - text2 (README) - word (a new file that nobody looks for) */
static void makes_nothing_that_cannot_differ(void **state)
{
	struct world *w = *state;
	char text[IMAGE_COMMIT_TEXT], text2[IMAGE_COMMIT_TEXT], word[IMAGE_COMMIT_TEXT],
		real[IMAGE_COMMIT_TEXT], path[512];
	struct job job;
	struct outcome outcome;
	CLEANUP_IMAGE struct image image = {0};

	commit_one(w, w->first, "doc/README", "one\n", text);
	commit_one(w, text, "doc/README", "two\n", text2);
	commit_one(w, text2, "doc/word", "x\n", word);
	make(w, w->first);
	outcome = make(w, text);
	assert_int_equal(outcome.result, RESULT_BUILT);
	assert_false(outcome.made);
	assert_string_equal(outcome.same_as, w->first);
	assert_false(make(w, text2).made);
	same_as(w, true, text2, real);
	assert_string_equal(real, w->first); /* never a chain */
	assert_false(make(w, word).made);
	job = job_for(w, word);
	assert_int_equal(store_load(&w->store, &job.id, true, &image, NULL), 0);
	assert_string_equal(image.subject, "doc/word");
	assert_string_equal(image.parents[0], text2);
	assert_string_equal(image.how, "same");
	assert_string_equal(image.release, "6.1.0-mini");
	assert_int_equal(image.n_files, 5);
	snprintf(path, sizeof(path), "%s/images/x86_64/mini/%s/vmlinuz", w->store_dir,
		word);
	assert_false(file_exists(path));
	snprintf(path, sizeof(path), "%s/branches/main/x86_64/mini/0000004-%.12s/vmlinuz",
		w->store_dir, word);
	assert_true(file_exists(path));
	assert_image_is_clean_one(w, word);
	/* the next one that is made goes on from what is there */
	assert_true(make(w, w->second).made);
	assert_image_is_clean_one(w, w->second);
}

static bool is_made(struct world *w, const char *commit)
{
	struct outcome outcome = make(w, commit);
	bool made = outcome.made;

	outcome_release(&outcome);
	return made;
}

static void makes_what_may_differ(void **state)
{
	static const struct tree_file cases[] = {
		{"util.h", "#define UTIL 7\n", 0},
		{"core.c", "int core(void)\n{\n\treturn 9;\n}\n", 0},
		{"Makefile", NULL, 0},
	};
	struct world *w = *state;
	char commit[IMAGE_COMMIT_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char self[32];

		make(w, w->first);
		snprintf(self, sizeof(self), "case %zu", i);
		tree_commit(w->repo, "main", w->first, self, &cases[i], 1, commit);
		assert_true(is_made(w, commit));
	}
	/* nor is anything believed of a workplace whose make nobody watched */
	make(w, w->first);
	commit_one(w, w->first, "doc/x", "x\n", commit);
	w->local.recorder = NULL;
	make(w, w->second);
	w->local.recorder = w->recorder;
	commit_one(w, w->second, "doc/x", "x\n", commit);
	assert_true(make(w, commit).made);
}

/* The bytes are the same, though make had to run to find out. */
static void shares_equal_bytes(void **state)
{
	struct world *w = *state;
	char commit[IMAGE_COMMIT_TEXT], real[IMAGE_COMMIT_TEXT];
	struct outcome outcome;

	commit_one(w, w->first, "core.c", "/* one */ int core(void)\n{\n\treturn 1;\n}\n",
		commit);
	make(w, w->first);
	outcome = make(w, commit);
	assert_true(outcome.made);
	assert_string_equal(outcome.same_as, w->first);
	same_as(w, true, commit, real);
	assert_string_equal(real, w->first);
	assert_image_is_clean_one(w, commit);
}

/* What cannot differ from a commit that does not build does not build either. */
static void knows_failures_that_cannot_differ(void **state)
{
	struct world *w = *state;
	char text[IMAGE_COMMIT_TEXT], real[IMAGE_COMMIT_TEXT];
	struct outcome outcome;

	commit_one(w, w->broken, "doc/README", "one\n", text);
	make(w, w->second);
	outcome = make(w, w->broken);
	outcome_release(&outcome);
	outcome = make(w, text);
	assert_int_equal(outcome.result, RESULT_FAILED);
	assert_false(outcome.made);
	assert_non_null(strstr(outcome.error, "core.c:3:16: error: "));
	outcome_release(&outcome);
	same_as(w, false, text, real);
	assert_string_equal(real, w->broken);
	assert_image_is_clean_one(w, w->second);
}

/* A builder that dies on its way to a commit leaves nothing that a later one takes for
 * that commit, or for the one before. */
static void survives_kills_without_wrong_aliases(void **state)
{
	struct world *w = *state;
	char text[IMAGE_COMMIT_TEXT];

	make(w, w->second);
	commit_one(w, w->third, "doc/README", "one\n", text);
	for (int i = 0; i < 6; i++) {
		struct job job = job_for(w, text);
		CLEANUP_BUF struct buf path;
		pid_t pid = fork();

		if (pid == 0)
			run_child(w, i % 2 ? w->second : w->third);
		poll(NULL, 0, 25 * (i + 1));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		make(w, text);
		assert_image_is_clean_one(w, text);
		buf_init(&path, 4096);
		store_image_path(&w->store, &job.id, true, &path);
		assert_int_equal(dir_remove(path.data, NULL), 0);
		buf_reset(&path);
		job = job_for(w, w->third);
		store_image_path(&w->store, &job.id, true, &path);
		assert_int_equal(dir_remove(path.data, NULL), 0);
	}
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
	struct job job = job_for(w, w->first);
	struct draft alive = {.lock_fd = -1};
	char folder[128], dead[160], other[160];
	const struct timespec yesterday[2] = {
		{.tv_sec = time(NULL) - 90000}, {.tv_sec = time(NULL) - 90000}};

	assert_int_equal(draft_open(&alive, &w->store, &job.id, true, NULL), 0);
	snprintf(folder, sizeof(folder), "%s/images/x86_64/mini", w->store_dir);
	snprintf(dead, sizeof(dead), "%s/.tmp-0123-dead", folder);
	assert_int_equal(dir_make(dead, 0755, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 2);
	assert_int_equal(publish_clean(&w->store, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 1);
	/* another machine's, whose lock may not be seen here */
	snprintf(other, sizeof(other), "%s/.tmp-no-such-host@0123-live", folder);
	assert_int_equal(dir_make(other, 0755, NULL), 0);
	assert_int_equal(publish_clean(&w->store, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 2);
	assert_int_equal(utimensat(AT_FDCWD, other, yesterday, 0), 0);
	assert_int_equal(publish_clean(&w->store, NULL), 0);
	assert_int_equal(count_names(folder, ".tmp-"), 1);
	draft_close(&alive);
	assert_int_equal(count_names(folder, ".tmp-"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(publishes_an_image, setup, teardown),
		cmocka_unit_test_setup_teardown(packs_modules, setup, teardown),
		cmocka_unit_test_setup_teardown(
			compiles_what_changed_and_nothing_else, setup, teardown),
		cmocka_unit_test_setup_teardown(
			records_what_does_not_build, setup, teardown),
		cmocka_unit_test_setup_teardown(
			blames_no_commit_for_the_machine, setup, teardown),
		cmocka_unit_test_setup_teardown(
			survives_a_half_written_object, setup, teardown),
		cmocka_unit_test_setup_teardown(
			survives_half_written_dependencies, setup, teardown),
		cmocka_unit_test_setup_teardown(
			survives_kills_at_any_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(
			makes_nothing_that_cannot_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(makes_what_may_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(shares_equal_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			knows_failures_that_cannot_differ, setup, teardown),
		cmocka_unit_test_setup_teardown(
			survives_kills_without_wrong_aliases, setup, teardown),
		cmocka_unit_test_setup_teardown(
			removes_what_the_dead_left, setup, teardown),
		cmocka_unit_test_setup_teardown(packs_modules, setup_shut_in, teardown),
		cmocka_unit_test_setup_teardown(
			survives_kills_at_any_moment, setup_shut_in, teardown),
		cmocka_unit_test_setup_teardown(
			makes_nothing_that_cannot_differ, setup_shut_in, teardown),
		cmocka_unit_test_setup_teardown(
			survives_kills_without_wrong_aliases, setup_shut_in, teardown),
	};

	kbuild_environment(NULL);
	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
