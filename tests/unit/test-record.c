// SPDX-License-Identifier: GPL-2.0-or-later
/* What real processes look at, as the recorder and record_take() tell it. */
#include "builder/reach/record.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builder/reach/map.h"
#include "lib/child.h"
#include "tests/unit/builder-tree.h"

#define SEEN_AND_COMPILED (REACH_BIT_SEEN | REACH_BIT_COMPILED)

struct work {
	char temp[32], src[64], obj[64], map[80], recorder[4096];
};

static void put(struct work *w, const char *name, const char *text, mode_t mode)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", w->src, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0755, NULL), 0);
	snprintf(path, sizeof(path), "%s/%s", w->src, name);
	assert_int_equal(file_write_atomic(path, text, strlen(text), mode, NULL), 0);
}

static int setup(void **state)
{
	struct work *w = calloc(1, sizeof(*w));

	temp_make(w->temp);
	snprintf(w->src, sizeof(w->src), "%s/src", w->temp);
	snprintf(w->obj, sizeof(w->obj), "%s/obj", w->temp);
	snprintf(w->map, sizeof(w->map), "%s/obj/map", w->temp);
	recorder_path(w->recorder);
	dir_make(w->obj, 0755, NULL);
	put(w, "Makefile", "all: $(wildcard parts/*.mk)\n", 0644);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct work *w = *state;

	dir_remove(w->temp, NULL);
	free(w);
	return 0;
}

/* Runs a command in src, and tells what it has looked at. */
static void watch(struct work *w, struct reach *reach, char *const *argv)
{
	char preload[4200], map[128];
	char *env[] = {preload, map, "LC_ALL=C", NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf out;
	struct err err = ERR_INIT;

	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", w->recorder);
	snprintf(map, sizeof(map), "TENFOLD_REACH=%s", w->map);
	buf_init(&out, 65536);
	spec.argv = argv;
	spec.cwd = w->src;
	spec.env = env;
	spec.out = &out;
	spec.timeout = 60;
	assert_int_equal(record_start(w->map, w->temp, NULL, NULL), 0);
	if (child_run(&spec, &result, &err) < 0)
		fail_msg("%s", err.text);
	if (result.exit_code > 1)
		fail_msg("%d: %s", result.exit_code, out.data);
	assert_int_equal(record_take(reach, w->map, w->temp, w->src, NULL), 0);
}

#define WATCH(w, reach, ...) watch(w, reach, (char *[]){__VA_ARGS__, NULL})

/* All of these; whether it was asked about before it was read is no matter. */
static void assert_has(const struct reach *reach, const char *path, unsigned int want)
{
	if ((reach_bits(reach, path) & want) != want)
		fail_msg("%s: %u lacks %u", path, reach_bits(reach, path), want);
}

static void assert_bits(const struct reach *reach, const char *path, unsigned int want)
{
	if (reach_bits(reach, path) != want)
		fail_msg("%s: %u, not %u", path, reach_bits(reach, path), want);
}

static void sees_a_make(void **state)
{
	static const char makefile[] =
		"O := ../obj\n"
		"parts := $(wildcard parts/*.mk) $(wildcard one.mk none.mk)\n"
		"all: $(O)/main\n"
		"$(O)/main: main.c $(parts)\n"
		"\tgcc -Iabsent -Ifirst -Isecond $< -o $@\n"
		"\t./script && test ! -e nothing && cat text >/dev/null\n"
		"\tcd deep/er && cat ../../from-below >/dev/null\n";
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};

	put(w, "Makefile", makefile, 0644);
	put(w, "main.c", "#include <x.h>\nint main(void)\n{\n\treturn X;\n}\n", 0644);
	put(w, "first/y.h", "", 0644);
	put(w, "second/x.h", "#define X 0\n", 0644);
	put(w, "parts/a.mk", "", 0644);
	put(w, "one.mk", "", 0644);
	put(w, "script", "#!/bin/sh\ntrue\n", 0755);
	put(w, "text", "t\n", 0644);
	put(w, "from-below", "t\n", 0644);
	put(w, "deep/er/x", "x\n", 0644);
	put(w, "unread.c", "", 0644);
	WATCH(w, &reach, "make", "-s");
	assert_false(reach.odd);
	assert_has(&reach, "Makefile", REACH_BIT_READ);
	assert_bits(&reach, "main.c", SEEN_AND_COMPILED);
	assert_bits(&reach, "second/x.h", REACH_BIT_COMPILED);
	assert_bits(&reach, "first/x.h", REACH_BIT_MISSED);
	/* the compiler looks for the folder once */
	assert_bits(&reach, "absent", REACH_BIT_MISSED);
	assert_bits(&reach, "none.mk", REACH_BIT_MISSED);
	assert_has(&reach, "one.mk", REACH_BIT_SEEN);
	assert_has(&reach, "script", REACH_BIT_READ);
	assert_bits(&reach, "nothing", REACH_BIT_MISSED);
	assert_has(&reach, "text", REACH_BIT_READ);
	assert_has(&reach, "from-below", REACH_BIT_READ);
	assert_bits(&reach, "unread.c", 0);
	assert_bits(&reach, "first/y.h", 0);
	assert_true(reach_bits(&reach, "parts") & REACH_BIT_LISTED);
	assert_has(&reach, "deep/er", REACH_BIT_SEEN);
	assert_true(reach_touched(&reach, "parts/b.mk", REACH_CAME));
	assert_true(reach_touched(&reach, "first/x.h", REACH_CAME));
	assert_false(reach_touched(&reach, "unread.c", REACH_CHANGED));
}

static void sees_other_programs(void **state)
{
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};

	put(w, "a/b/c", "x\n", 0644);
	put(w, "p/q", "x\n", 0644);
	put(w, "in", "b\na\n", 0644);
	put(w, "copied", "x\n", 0644);
	WATCH(w, &reach, "find", "a", "-name", "none");
	assert_true(reach_bits(&reach, "a") & REACH_BIT_LISTED);
	assert_true(reach_bits(&reach, "a/b") & REACH_BIT_LISTED);
	WATCH(w, &reach, "sort", "in");
	assert_has(&reach, "in", REACH_BIT_READ);
	WATCH(w, &reach, "cp", "copied", "../obj/copied");
	assert_has(&reach, "copied", REACH_BIT_READ);
	WATCH(w, &reach, "bash", "-c", "echo p/*; [ -f p/none ]; ls .");
	assert_true(reach_bits(&reach, "p") & REACH_BIT_LISTED);
	assert_bits(&reach, "p/none", REACH_BIT_MISSED);
	assert_true(reach_bits(&reach, ".") & REACH_BIT_LISTED);
	WATCH(w, &reach, "perl", "-e", "-e 'perl-none'; open F, '<', 'p/q'");
	assert_bits(&reach, "perl-none", REACH_BIT_MISSED);
	assert_has(&reach, "p/q", REACH_BIT_READ);
	assert_false(reach.odd);
}

/* A path through a symlink is what it leads to; obj may have one, as kbuild's does. */
static void follows_symlinks(void **state)
{
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};
	char path[256];

	put(w, "real/x.h", "x\n", 0644);
	snprintf(path, sizeof(path), "%s/linked", w->src);
	assert_int_equal(symlink("real", path), 0);
	snprintf(path, sizeof(path), "%s/last", w->src);
	assert_int_equal(symlink("real/x.h", path), 0);
	snprintf(path, sizeof(path), "%s/source", w->obj);
	assert_int_equal(symlink(w->src, path), 0);
	WATCH(w, &reach, "cat", "linked/x.h");
	assert_has(&reach, "real/x.h", REACH_BIT_READ);
	WATCH(w, &reach, "cat", "../obj/source/Makefile");
	assert_has(&reach, "Makefile", REACH_BIT_READ);
	WATCH(w, &reach, "test", "-e", "linked/none.h");
	assert_bits(&reach, "real/none.h", REACH_BIT_MISSED);
	reach_release(&reach);
	WATCH(w, &reach, "cat", "last");
	assert_has(&reach, "last", REACH_BIT_READ);
	assert_has(&reach, "real/x.h", REACH_BIT_READ);
	assert_false(reach.odd);
	/* where one leads that leads nowhere, something may appear at any time */
	snprintf(path, sizeof(path), "%s/broken", w->src);
	assert_int_equal(symlink("gone/away", path), 0);
	WATCH(w, &reach, "test", "-e", "broken");
	assert_true(reach.odd);
}

/* A child that shares its parent's memory goes into a folder of its own; the parent into
 * another, and back. */
static const char about[] =
	"#define _GNU_SOURCE\n"
	"#include <sys/wait.h>\n"
	"#include <unistd.h>\n"
	"int main(void)\n"
	"{\n"
	"	access(\"one\", F_OK);\n"
	"	pid_t pid = vfork();\n"
	"	if (!pid) {\n"
	"		if (chdir(\"deep\") == 0)\n"
	"			access(\"two\", F_OK);\n"
	"		_exit(0);\n"
	"	}\n"
	"	waitpid(pid, NULL, 0);\n"
	"	access(\"three\", F_OK);\n"
	"	if (pid < 0 || chdir(\"deep/er\") < 0 || access(\"four\", F_OK) == 0)\n"
	"		return 2;\n"
	"	return chdir(\"../..\") < 0 || access(\"five\", F_OK) == 0 ? 2 : 0;\n"
	"}\n";

static void follows_a_process_into_folders(void **state)
{
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};

	put(w, "deep/er/x", "x\n", 0644);
	put(w, "about.c", about, 0644);
	WATCH(w, &reach, "gcc", "about.c", "-o", "../obj/about");
	WATCH(w, &reach, "../obj/about");
	assert_bits(&reach, "one", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/two", REACH_BIT_MISSED);
	assert_bits(&reach, "three", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/er/four", REACH_BIT_MISSED);
	assert_bits(&reach, "five", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/three", 0);
	assert_bits(&reach, "two", 0);
	assert_bits(&reach, "deep/er/five", 0);
	assert_has(&reach, "deep/er", REACH_BIT_SEEN);
	WATCH(w, &reach, "sh", "-c",
		"test -e six; (cd deep && test -e seven); test -e eight; cd deep/er; "
		"test -e nine; cd none || test -e ten");
	assert_bits(&reach, "six", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/seven", REACH_BIT_MISSED);
	assert_bits(&reach, "eight", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/er/nine", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/er/none", REACH_BIT_MISSED);
	assert_bits(&reach, "deep/er/ten", REACH_BIT_MISSED);
	assert_false(reach.odd);
}

/* What a process did before it was killed is known. */
static void outlives_its_processes(void **state)
{
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};

	put(w, "text", "t\n", 0644);
	WATCH(w, &reach, "sh", "-c", "sh -c 'read x <text; kill -9 $$'; exit 0");
	assert_has(&reach, "text", REACH_BIT_READ);
}

static void gives_up_rather_than_lose(void **state)
{
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};
	struct reach_map *map;
	FILE *file;

	assert_int_equal(record_start(w->map, w->temp, NULL, NULL), 0);
	map = malloc(sizeof(*map));
	file = fopen(w->map, "r+");
	assert_int_equal(fread(map, sizeof(*map), 1, file), 1);
	map->texts = REACH_MAP_FULL;
	reach_map_add(map, REACH_OPENED, "/x");
	assert_int_equal(map->lost, 1);
	rewind(file);
	fwrite(map, sizeof(*map), 1, file);
	fclose(file);
	free(map);
	assert_int_equal(record_take(&reach, w->map, w->temp, w->src, NULL), 0);
	assert_true(reach.odd);
	/* no map, no make */
	unlink(w->map);
	{
		char preload[4200], name[128];
		char *env[] = {preload, name, NULL};
		char *argv[] = {"true", NULL};
		struct child_spec spec = CHILD_SPEC_INIT;
		struct child_result result;

		snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", w->recorder);
		snprintf(name, sizeof(name), "TENFOLD_REACH=%s", w->map);
		spec.argv = argv;
		spec.env = env;
		assert_int_equal(child_run(&spec, &result, NULL), 0);
		assert_int_equal(result.exit_code, 127);
	}
}

/* Many processes at once lose nothing and write nothing twice. */
static void takes_many_at_once(void **state)
{
	struct work *w = *state;
	CLEANUP_REACH struct reach reach = {0};
	CLEANUP_BUF struct buf path;
	struct reach_map *map;
	FILE *file;
	int fd;

	assert_int_equal(record_start(w->map, w->temp, NULL, NULL), 0);
	file = fopen(w->map, "r+");
	fd = fileno(file);
	map = mmap(NULL, sizeof(*map), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	for (int i = 0; i < 4; i++) {
		if (fork())
			continue;
		for (int n = 0; n < 5000; n++) {
			char name[128];

			snprintf(name, sizeof(name), "%s/none/%d", w->src, n);
			reach_map_add(map, REACH_ABSENT, name);
		}
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	assert_int_equal(map->texts, 5000);
	assert_int_equal(map->lost, 0);
	munmap(map, sizeof(*map));
	fclose(file);
	assert_int_equal(record_take(&reach, w->map, w->temp, w->src, NULL), 0);
	buf_init(&path, 64);
	for (int n = 0; n < 5000; n++) {
		buf_reset(&path);
		buf_addf(&path, "none/%d", n);
		assert_bits(&reach, path.data, REACH_BIT_MISSED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sees_a_make, setup, teardown),
		cmocka_unit_test_setup_teardown(sees_other_programs, setup, teardown),
		cmocka_unit_test_setup_teardown(follows_symlinks, setup, teardown),
		cmocka_unit_test_setup_teardown(
			follows_a_process_into_folders, setup, teardown),
		cmocka_unit_test_setup_teardown(outlives_its_processes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			gives_up_rather_than_lose, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_many_at_once, setup, teardown),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
