/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of whole builds: a tree of three files whose Makefile answers to the targets
 * that the builder asks of a kernel, with a real make and a real compiler.
 */
#ifndef TENFOLD_UNIT_MINI_KERNEL_H
#define TENFOLD_UNIT_MINI_KERNEL_H

#include "builder/kbuild/kbuild.h"
#include "tests/unit/mini-builder.h"

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

struct world {
	struct mini mini;
	char first[IMAGE_COMMIT_TEXT], second[IMAGE_COMMIT_TEXT],
		broken[IMAGE_COMMIT_TEXT], third[IMAGE_COMMIT_TEXT];
};

/* first - second (core.c) - broken (core.c) - third (core.c, util.h) */
static inline void make_history(struct world *w)
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

	tree_commit(
		w->mini.repo, "main", NULL, "first", first, ARRAY_SIZE(first), w->first);
	tree_commit(w->mini.repo, "main", w->first, "second", second, 1, w->second);
	tree_commit(
		w->mini.repo, "main", w->second, "broken\tcommit", broken, 1, w->broken);
	tree_commit(w->mini.repo, "main", w->broken, "third", third, 2, w->third);
}

static inline int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	mini_open(&w->mini,
		"store = ~/store\nstate = ~/state\njobs = 1\nsandbox = no\n"
		"mail_to = lab@example.org\n"
		"[tree mini]\nremote = ~/git\n"
		"[config mini]\nfile = mini-{arch}\nbase = allnoconfig\n",
		"CONFIG_MODULES=y\n");
	make_history(w);
	recorder_path(w->mini.recorder);
	w->mini.local.recorder = w->mini.recorder;
	*state = w;
	return 0;
}

/* As users have it. The others look into make, or let it kill them. */
static inline int setup_shut_in(void **state)
{
	struct world *w;
	int r = setup(state);

	w = *state;
	w->mini.conf.sandbox = true;
	return r;
}

static inline int teardown(void **state)
{
	struct world *w = *state;

	mini_close(&w->mini);
	free(w);
	return 0;
}

static inline struct outcome make_job(struct world *w, const struct job *job)
{
	struct outcome outcome = {0};
	struct err err = ERR_INIT;

	if (local_make(&w->mini.local, job, &outcome, &err) < 0)
		fail_msg("%s", err.text);
	return outcome;
}

static inline struct outcome make(struct world *w, const char *commit)
{
	struct job job = mini_job(&w->mini, commit);

	return make_job(w, &job);
}

static inline void read_published(
	struct world *w, bool built, const char *commit, const char *name, struct buf *b)
{
	struct job job = mini_job(&w->mini, commit);
	CLEANUP_IMAGE struct image image = {0};
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	buf_init(b, 16 << 20);
	assert_int_equal(store_load(&w->mini.store, &job.id, built, &image, NULL), 0);
	buf_addf(&path, "%s/", w->mini.conf.store);
	store_files_path(&image, &path);
	buf_addf(&path, "/%s", name);
	assert_int_equal(file_read(path.data, b, NULL), 0);
}

/* What an undisturbed builder makes of it. */
static inline void clean_image(
	struct world *w, const char *commit, struct buf *ret_kernel)
{
	struct job job = mini_job(&w->mini, commit);
	struct conf conf = w->mini.conf;
	struct store store;
	struct local_maker local = {.conf = &conf, .store = &store, .cancel_fd = -1};
	struct outcome outcome;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf path;
	char root[64], other[96];

	snprintf(root, sizeof(root), "%s/clean-%.12s", w->mini.temp, commit);
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

static inline void assert_image_is_clean_one(struct world *w, const char *commit)
{
	CLEANUP_BUF struct buf kernel, want;

	clean_image(w, commit, &want);
	read_published(w, true, commit, "vmlinuz", &kernel);
	assert_int_equal(kernel.len, want.len);
	assert_memory_equal(kernel.data, want.data, want.len);
}

/* Out of the store, so that it is made once more. */
static inline void remove_image(struct world *w, const char *commit)
{
	struct job job = mini_job(&w->mini, commit);
	CLEANUP_BUF struct buf path;

	buf_init(&path, 4096);
	store_image_path(&w->mini.store, &job.id, true, &path);
	assert_int_equal(dir_remove(path.data, NULL), 0);
}

static inline int run_child(struct world *w, const char *commit)
{
	struct job job = mini_job(&w->mini, commit);
	struct outcome outcome;

	_exit(local_make(&w->mini.local, &job, &outcome, NULL) < 0);
}

#endif
