// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/conf.h"

#include <errno.h>

/* the tables of its sections */
#include "builder/conf.c"
#include "tests/unit/builder-tree.h"

static char temp[32];

static int setup(void **state)
{
	(void)state;
	temp_make(temp);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(temp, NULL);
}

/* Reads a file with this text and these words of a command line. */
static int read_all(const char *text, char *const *words, struct conf *conf,
	struct strvec *rest, struct err *err)
{
	char path[64], *argv[16] = {"tenfold-builder", "--conf", path};
	int argc = 3;

	snprintf(path, sizeof(path), "%s/builder.conf", temp);
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
	while (*words)
		argv[argc++] = *words++;
	return conf_read(conf, argc, argv, rest, err);
}

static int read_conf(
	const char *text, char *const *words, struct conf *conf, struct err *err)
{
	CLEANUP_STRVEC struct strvec rest = STRVEC_INIT;

	return read_all(text, words, conf, &rest, err);
}

static const char full[] =
	"store = /s\njobs = 3\nmail-to = a@b.org\nmail_to = c@d.org\n"
	"[tree linux]\nremote = https://x.org/l.git\nbranches = main net/*\n"
	"[config lab]\narch = x86_64 i386\nfile = lab-{arch}\n"
	"make_args = CC=gcc-12\n";

static void reads_the_file_and_then_the_words(void **state)
{
	char *words[] = {"build", "-j7", "v6.1", "--arch", "i386", NULL};
	CLEANUP_CONF struct conf conf = {0};
	struct err err = ERR_INIT;
	char want[64];

	(void)state;
	if (read_conf(full, words, &conf, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf.jobs, 7);
	assert_int_equal(conf.poll, 60);
	assert_int_equal(conf.mail_to.n, 2);
	assert_string_equal(conf.state, "/var/lib/tenfold/builder");
	assert_string_equal(conf.sendmail.v[0], "/usr/sbin/sendmail");
	assert_int_equal(conf.arch.n, 1);
	assert_false(conf.trees[0].in_place);
	assert_true(conf_matches(&conf.trees[0].branches, "net/next"));
	assert_false(conf_matches(&conf.trees[0].branches, "mainline"));
	snprintf(want, sizeof(want), "%s/lab-{arch}", temp);
	assert_string_equal(conf.configs[0].file, want);
}

static void what_stands_behind_two_dashes_is_a_word(void **state)
{
	char *words[] = {"make", "--jobs", "7", "linux", "--", "--jobs=9", NULL};
	CLEANUP_STRVEC struct strvec rest = STRVEC_INIT;
	CLEANUP_CONF struct conf conf = {0};

	(void)state;
	assert_int_equal(read_all(full, words, &conf, &rest, NULL), 0);
	assert_int_equal(conf.jobs, 7);
	assert_int_equal(rest.n, 3);
	assert_string_equal(rest.v[2], "--jobs=9");
}

static void a_repo_is_a_tree_of_its_own(void **state)
{
	char *words[] = {"status", "--repo", temp, NULL},
	     *gone[] = {"status", "--repo", "/nowhere", NULL};
	CLEANUP_CONF struct conf conf = {0}, other = {0};
	struct err err = ERR_INIT;

	(void)state;
	if (read_conf(full, words, &conf, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf.n_trees, 2);
	assert_true(conf.trees[1].in_place);
	assert_string_equal(conf.tree, conf.trees[1].name);
	assert_int_equal(read_conf(full, gone, &other, &err), -EINVAL);
	assert_string_equal(err.text, "there is no repository '/nowhere'");
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "no store"},
		{"store = /s\nfrob = 1\njobs = many\n", "builder.conf:3: 'jobs'"},
		{"store = /s\nfrob = 1\n", "builder.conf:2: there is no option 'frob'"},
		{"store = /s\n[tree ../x]\nremote = y\n", "builder.conf:2: [tree NAME]"},
		{"store = /s\n[config lab]\nfile = f\narch = x86_64 arm\n",
			"builder.conf:4: 'arch' cannot be 'arm'"},
		{"store = /s\n[tree x]\n[config lab]\nfile = f\n",
			"builder.conf:2: [tree x] has no 'remote'"},
		{"store = /s\n[config lab]\narch = i386\n",
			"builder.conf:2: [config lab] has no 'file'"},
		{"store = /s\nmail_to = a@b.org, c@d.org\n", "mail-to"},
		{"store = /s\n[slurm]\npoll = 1\n",
			"builder.conf:2: [slurm] has no 'work'"},
		{"store = /s\n[slurm]\nwork = here\n", "builder.conf:3: 'work'"},
		{"store = /s\n[slurm]\nwork = /w\noption = -p lab\n",
			"builder.conf:4: 'option'"},
		{"store = /s\n[slurm]\nwork = /w\noption = --job-name=x\n",
			"builder.conf:4: 'option'"},
		{"store = /s\n[slurm x]\nwork = /w\n", "[slurm] takes no name"},
		{"store = /s\nccache = often\n", "builder.conf:2: 'ccache'"},
		{"store = /s\nccache = yes\nsandbox = no\n",
			"builder.conf:2: 'ccache' works with"},
		{"store = /s\nparallel = 0\n", "builder.conf:2: 'parallel'"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_CONF struct conf conf = {0};
		struct err err = ERR_INIT;
		char *none[] = {"status", NULL};

		assert_int_equal(read_conf(cases[i].text, none, &conf, &err), -EINVAL);
		if (!strstr(err.text, cases[i].says))
			fail_msg("'%s' does not say '%s'", err.text, cases[i].says);
	}
}

static void a_section_has_images_made_on_a_cluster(void **state)
{
	CLEANUP_CONF struct conf conf = {0};
	struct err err = ERR_INIT;
	char *none[] = {"status", NULL};

	(void)state;
	if (read_conf("store = /s\nparallel = 3\n[slurm]\nwork = /w\n"
		      "option = --partition=lab\noption = --exclusive\n",
		    none, &conf, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(conf.slurm.on);
	assert_int_equal(conf.parallel, 3);
	assert_int_equal(conf.slurm.poll, 5);
	assert_string_equal(conf.slurm.work, "/w");
	assert_string_equal(conf.slurm.option.v[1], "--exclusive");
	assert_int_equal(conf.slurm.option.n, 2);
}

/* The file's text with what stands in it behind '#' like an option or a section. */
static void uncomment(const char *path, struct buf *ret_text, int *ret_lines)
{
	CLEANUP_BUF struct buf file;
	char *line, *rest;

	buf_init(&file, 1 << 16);
	assert_int_equal(file_read(path, &file, NULL), 0);
	*ret_lines = 0;
	rest = file.data;
	while ((line = strsep(&rest, "\n"))) {
		const char *name = line + strspn(line, "# ");
		size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz-_");
		bool is = *name == '[' || (len && !strncmp(name + len, " = ", 3));

		*ret_lines += is && name > line;
		buf_addf(ret_text, "%s\n", is ? name : line);
	}
	assert_int_equal(buf_check(ret_text), 0);
}

/* As it is, and with all that it only shows. */
static void the_example_is_taken(void **state)
{
	char *argv[] = {"tenfold-builder", "--conf", "builder/builder.conf.example",
		"status", NULL},
	     *none[] = {"status", NULL};
	CLEANUP_CONF struct conf conf = {0}, whole = {0};
	CLEANUP_STRVEC struct strvec rest = STRVEC_INIT;
	CLEANUP_BUF struct buf text;
	struct err err = ERR_INIT;
	int lines;

	(void)state;
	if (conf_read(&conf, ARRAY_SIZE(argv) - 1, argv, &rest, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(conf.n_trees, 1);
	assert_int_equal(conf.n_configs, 1);
	assert_false(conf.slurm.on);

	buf_init(&text, 1 << 16);
	uncomment(argv[2], &text, &lines);
	assert_true(lines > 20);
	if (read_conf(text.data, none, &whole, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(whole.freeze && whole.prune && whole.slurm.on);
	assert_int_equal(whole.slurm.option.n, 3);
	assert_int_equal(whole.n_trees, 1);
	assert_int_equal(whole.n_configs, 1);
	if (whole.trees && whole.configs) {
		assert_int_equal(whole.trees[0].depth, 100);
		assert_int_equal(whole.configs[0].arch.n, 2);
	}
}

/* Where a page tells names: in lines that begin so, between two marks. */
struct place {
	const char *from, *to, *begin;
	const char *before; /* in such a line; more names may follow behind commas */
};

/* "|name|name|" */
static void names_at(const char *page, const struct place *place, struct buf *names)
{
	const char *line = strstr(page, place->from);
	const char *end = line ? strstr(line + strlen(place->from), place->to) : NULL;

	if (!end)
		fail_msg("the man page has no '%s', or no '%s'", place->from, place->to);
	buf_adds(names, "|");
	for (; end && line < end; line += strcspn(line, "\n") + 1) {
		const char *name = strstr(line, place->before);

		if (!name || strncmp(line, place->begin, strlen(place->begin)))
			continue;
		name += strlen(place->before);
		for (size_t len; (len = strcspn(name, " \n")); name += len + 3) {
			buf_addf(names, "%.*s|", (int)len, name);
			if (strncmp(name + len, " , ", 3))
				break;
		}
	}
	assert_int_equal(buf_check(names), 0);
}

/* The names are those of the options for which where, masked, is this. */
static void names_are(struct buf *names, const struct option_def *defs,
	enum option_where mask, enum option_where is)
{
	char *name, *rest;

	for (const struct option_def *def = defs; def->name; def++) {
		char want[64];

		snprintf(want, sizeof(want), "|%s|", def->name);
		if ((def->where & mask) == is && !strstr(names->data, want))
			fail_msg("the man page lacks '%s'", def->name);
	}
	rest = names->data + 1;
	while ((name = strsep(&rest, "|"))) {
		const struct option_def *def = defs;

		while (def->name && strcmp(def->name, name))
			def++;
		if (*name && !def->name)
			fail_msg("the man page has made up '%s'", name);
		if (*name && (def->where & mask) != is)
			fail_msg("the man page has '%s' in the wrong place", name);
	}
}

/* Every option stands in the man page, in its place, and nothing there is made up. */
static void the_man_page_has_all_options(void **state)
{
	static const struct {
		struct place place;
		const struct option_def *defs;
		enum option_where mask, is;
	} cases[] = {
		{{".It Fl f ,", ".Sh THE FILE", ".It Fl ", "Fl -"}, conf_options,
			OPTION_ARGS, OPTION_ARGS},
		{{".Sh THE FILE", ".Bl ", ".Ic ", ".Ic "}, conf_options, OPTION_BOTH,
			OPTION_BOTH},
		{{".Sh THE FILE", ".Ic [", ".It ", "Ic "}, conf_options, OPTION_BOTH,
			OPTION_FILE},
		{{".Ic [tree NAME]\n", ".El", ".It ", "Ic "}, tree_options, OPTION_FILE,
			OPTION_FILE},
		{{".Ic [config NAME]\n", ".El", ".It ", "Ic "}, config_options,
			OPTION_FILE, OPTION_FILE},
		{{".Ic [slurm]\n", ".El", ".It ", "Ic "}, slurm_options, OPTION_FILE,
			OPTION_FILE},
	};
	CLEANUP_BUF struct buf page;

	(void)state;
	buf_init(&page, 1 << 20);
	assert_int_equal(file_read("docs/man/tenfold-builder.8", &page, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_BUF struct buf names;

		buf_init(&names, 4096);
		names_at(page.data, &cases[i].place, &names);
		names_are(&names, cases[i].defs, cases[i].mask, cases[i].is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_file_and_then_the_words),
		cmocka_unit_test(what_stands_behind_two_dashes_is_a_word),
		cmocka_unit_test(a_repo_is_a_tree_of_its_own),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(a_section_has_images_made_on_a_cluster),
		cmocka_unit_test(the_example_is_taken),
		cmocka_unit_test(the_man_page_has_all_options),
	};

	return cmocka_run_group_tests_name("builder-conf", tests, setup, teardown);
}
