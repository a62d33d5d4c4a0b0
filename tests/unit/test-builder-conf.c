// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/conf.h"

#include <errno.h>

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
static int read_conf(
	const char *text, char *const *words, struct conf *conf, struct err *err)
{
	CLEANUP_STRVEC struct strvec rest = STRVEC_INIT;
	char path[64], *argv[16] = {"tenfold-builder", "--conf", path};
	int argc = 3;

	snprintf(path, sizeof(path), "%s/builder.conf", temp);
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
	while (*words)
		argv[argc++] = *words++;
	return conf_read(conf, argc, argv, &rest, err);
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
		{"store = /s\n[tree ../x]\nremote = y\n", "builder.conf:3: [tree NAME]"},
		{"store = /s\n[tree x]\n[config lab]\nfile = f\narch = arm\n", "arch"},
		{"store = /s\n[config lab]\narch = i386\n", "[config lab] has no 'file'"},
		{"store = /s\nmail_to = a@b.org, c@d.org\n", "mail-to"},
		{"store = /s\n[slurm]\npoll = 1\n", "[slurm] has no 'work'"},
		{"store = /s\n[slurm]\nwork = here\n", "builder.conf:3: 'work'"},
		{"store = /s\n[slurm]\nwork = /w\noption = -p lab\n",
			"builder.conf:4: 'option'"},
		{"store = /s\n[slurm]\nwork = /w\noption = --job-name=x\n",
			"builder.conf:4: 'option'"},
		{"store = /s\n[slurm x]\nwork = /w\n", "[slurm] takes no name"},
		{"store = /s\nccache = often\n", "builder.conf:2: 'ccache'"},
		{"store = /s\nccache = yes\nsandbox = no\n", "'ccache' works with"},
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

/* Every option stands in the man page, and nothing there is made up. */
static void the_man_page_has_all_options(void **state)
{
	CLEANUP_BUF struct buf page;

	(void)state;
	buf_init(&page, 1 << 20);
	if (file_read("docs/man/tenfold-builder.8", &page, NULL) < 0)
		skip();
	for (const struct option_def *def = conf_options; def->name; def++) {
		char want[64];

		/* .Fl -name on the command line, .Ic name in the file */
		snprintf(want, sizeof(want), "%s%s",
			def->where & OPTION_ARGS ? "Fl -" : "It Ic ", def->name);
		if (!strstr(page.data, want))
			fail_msg("the man page lacks '%s'", want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_file_and_then_the_words),
		cmocka_unit_test(a_repo_is_a_tree_of_its_own),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(a_section_has_images_made_on_a_cluster),
		cmocka_unit_test(the_man_page_has_all_options),
	};

	return cmocka_run_group_tests_name("builder-conf", tests, setup, teardown);
}
