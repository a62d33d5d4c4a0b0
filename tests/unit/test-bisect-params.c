// SPDX-License-Identifier: GPL-2.0-or-later
/* Options, bisect.conf and the commands made of them; what the docs say of them. */
#include "bisect/lab/command.h"
#include "bisect/params.h"

#include <errno.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

static const char *write_conf(const char *text)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/tenfold-params.%d.conf", getpid());
	assert_int_equal(file_write_atomic(path, text, strlen(text), 0644, NULL), 0);
	return path;
}

static void complete(struct params *p, const char *conf, const char *host)
{
	struct err err = ERR_INIT;

	p->config_file = strdup(write_conf(conf));
	p->host = strdup(host);
	if (params_complete(p, &err) < 0)
		fail_msg("%s", err.text);
}

static void a_host_comes_before_the_defaults(void **state)
{
	CLEANUP_PARAMS struct params p = {.limit_grub = 7};

	(void)state;
	complete(&p,
		"[defaults]\nlimit-grub = 1\nlimit-fetch = 2\nlimit-kexec = 3\n"
		"[host a]\nlimit-kexec = 4\naddress = 10.0.0.1\n"
		"[host b]\nlimit-kexec = 5\n",
		"a");
	assert_int_equal(p.limit_grub, 7);
	assert_int_equal(p.limit_fetch, 2);
	assert_int_equal(p.limit_kexec, 4);
	assert_int_equal(p.limit_firmware, 300);
	assert_string_equal(p.on_boot_failure, "skip");
	assert_string_equal(p.address, "10.0.0.1");
}

static void a_no_comes_before_a_yes_behind_it(void **state)
{
	CLEANUP_PARAMS struct params p = {.told = {.no_warm = true}};

	(void)state;
	complete(&p,
		"[defaults]\nno-warm = yes\ncold = yes\nno-confirm = yes\n"
		"[host a]\ncold = no\n",
		"a");
	assert_false(p.no_warm);
	assert_false(p.cold);
	assert_true(p.no_confirm);
}

static void a_boot_as_the_test_makes_dead_ones_bad(void **state)
{
	CLEANUP_PARAMS struct params p = {.test_is_boot = true};

	(void)state;
	complete(&p, "", "a");
	assert_string_equal(p.on_boot_failure, "bad");
}

static void all_mistakes_are_told_at_once(void **state)
{
	CLEANUP_PARAMS struct params p = {0};
	struct err err = ERR_INIT;

	(void)state;
	p.config_file = strdup(write_conf(
		"[defaults]\nfoo = 1\n[host b]\nlimit-grub = -1\nmethod = magic\n"
		"mac = 12\non-timeout = perhaps\n[host ../x]\npoll = 1\n[hosts]\nx = "
		"1\n[hosts r]\n"));
	p.host = strdup("a");
	assert_int_equal(params_complete(&p, &err), -EINVAL);
	for (int line = 2; line <= 12; line++) {
		char place[32];
		bool wrong = line != 3 && line != 9 && line != 11;

		snprintf(place, sizeof(place), "conf:%d: ", line);
		assert_int_equal(strstr(err.text, place) != NULL, wrong);
	}
}

static int hosts_of(
	struct params *p, const char *conf, const char *names, struct err *err)
{
	p->config_file = strdup(write_conf(conf));
	assert_int_equal(strvec_split(&p->hosts, names, NULL), 0);
	return params_hosts(p, err);
}

static void a_name_may_stand_for_hosts(void **state)
{
	static const char conf[] = "[hosts rack]\nnames = b c\n[host b]\npoll = 7\n";
	static const struct {
		const char *names, *hosts, *why;
	} cases[] = {
		{"a", "a", NULL},
		{"a b", "a b", NULL},
		{"rack a", "b c a", NULL},
		{"a a", NULL, "named twice"},
		{"rack c", NULL, "host 'c' is named twice"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_PARAMS struct params p = {0};
		CLEANUP_BUF struct buf b;
		struct err err = ERR_INIT;
		int r = hosts_of(&p, conf, cases[i].names, &err);

		buf_init(&b, 256);
		if (cases[i].why) {
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(err.text, cases[i].why));
			continue;
		}
		assert_int_equal(r, 0);
		for (size_t j = 0; j < p.hosts.n; j++)
			buf_addf(&b, "%s%s", j ? " " : "", p.hosts.v[j]);
		assert_string_equal(b.data, cases[i].hosts);
		assert_string_equal(p.host, p.hosts.v[0]);
		assert_int_equal(params_complete(&p, &err), 0);
		assert_int_equal(p.poll, !strcmp(p.host, "b") ? 7 : 1);
	}
}

static int drop_conf(void **state)
{
	(void)state;
	unlink(write_conf(""));
	return 0;
}

static void expect(const struct strvec *argv, const char *line)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < argv->n; i++)
		buf_addf(&b, "%s[%s]", i ? " " : "", argv->v[i]);
	assert_string_equal(b.data, line);
}

static void commands_are_words(void **state)
{
	CLEANUP_PARAMS struct params p = {0};
	CLEANUP_STRVEC struct strvec reboot = STRVEC_INIT, power = STRVEC_INIT;
	CLEANUP_STRVEC struct strvec build = STRVEC_INIT;

	(void)state;
	complete(&p,
		"[host a]\naddress = 10.0.0.1\nmac = 52:54:00:00:00:01\n"
		"arch = i386\nconfig = lab\n"
		"reboot = ssh root@%a 'reboot; $(x) %h'\npower = relay %m 100%%\n",
		"a");
	assert_int_equal(command_reboot(&p, &reboot, NULL), 0);
	expect(&reboot, "[ssh] [root@10.0.0.1] [reboot; $(x) a]");
	assert_int_equal(command_power(&p, &power, NULL), 0);
	expect(&power, "[relay] [52:54:00:00:00:01] [100%]");
	assert_int_equal(command_build(&p, "abc", &build, NULL), 0);
	expect(&build,
		"[tenfold-builder] [build] [--arch] [i386] [--config] [lab] [abc]");
}

static void ready_commands_are_found(void **state)
{
	CLEANUP_PARAMS struct params p = {0};
	CLEANUP_STRVEC struct strvec reboot = STRVEC_INIT, power = STRVEC_INIT;

	(void)state;
	setenv("TENFOLD_LIBEXECDIR", "/x", 1);
	complete(&p, "[host a]\naddress = b\nmethod = qemu\npower-args = /run/%h.sock\n",
		"a");
	assert_int_equal(command_reboot(&p, &reboot, NULL), 0);
	expect(&reboot, "[/x/reboot-ssh] [b]");
	assert_int_equal(command_power(&p, &power, NULL), 0);
	expect(&power, "[/x/power-qemu] [/run/a.sock]");
	unsetenv("TENFOLD_LIBEXECDIR");
}

static void ssh_has_options_of_its_own(void **state)
{
	CLEANUP_PARAMS struct params p = {0};
	CLEANUP_STRVEC struct strvec reboot = STRVEC_INIT, power = STRVEC_INIT,
				     warm = STRVEC_INIT;

	(void)state;
	setenv("TENFOLD_LIBEXECDIR", "/x", 1);
	complete(&p, "[host a]\naddress = b\nmethod = ssh\nssh-args = -i '/k %h'\n", "a");
	assert_int_equal(command_reboot(&p, &reboot, NULL), 0);
	expect(&reboot, "[/x/reboot-ssh] [b] [-i] [/k a]");
	assert_int_equal(command_warm(&p, "B", "I", &warm, NULL), 0);
	expect(&warm, "[/x/warm-ssh] [b] [B] [I] [-i] [/k a]");
	assert_int_equal(command_power(&p, &power, NULL), 0);
	expect(&power, "[/x/power-ssh] [b] [-i] [/k a]");
	unsetenv("TENFOLD_LIBEXECDIR");
}

static void a_placeholder_needs_a_value(void **state)
{
	CLEANUP_PARAMS struct params p = {0};
	CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
	struct err err = ERR_INIT;

	(void)state;
	complete(&p, "[host a]\npower = relay %A\n", "a");
	assert_int_equal(command_power(&p, &argv, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'%A'"));
}

static void assert_refused(const char *conf, const char *says)
{
	CLEANUP_PARAMS struct params p = {0};
	struct err err = ERR_INIT;

	p.config_file = strdup(write_conf(conf));
	p.host = strdup("a");
	assert_int_equal(params_complete(&p, &err), -EINVAL);
	if (!strstr(err.text, says))
		fail_msg("'%s' does not say '%s'", err.text, says);
}

/* What the file alone can tell is told of every host, with its line. */
static void a_host_has_what_its_commands_need(void **state)
{
	(void)state;
	assert_refused("[host b]\npoll = 1\npower = relay %a\n",
		"conf:3: there is nothing to put for '%a'");
	assert_refused("[defaults]\nreboot = ssh %a\n[host b]\npoll = 1\n",
		"conf:3: there is nothing to put for '%a'");
	assert_refused("[host b]\npoll = 1\nmethod = ssh\n",
		"conf:3: method 'ssh' wants the host's address");
	assert_refused(
		"[defaults]\npower = relay %Q\n", "conf:2: 'power' cannot be '%Q'");
	assert_refused("[defaults]\nbuild-command = make %c %\n",
		"conf:2: 'build-command' cannot be '%'");
	assert_refused("[hosts r]\nnames = a b a\n", "conf:2: host 'a' is named twice");
	assert_refused("[hosts r]\nnames =\n", "conf:2: 'names' cannot be ''");
}

static void the_man_page_has_every_option(void **state)
{
	CLEANUP_BUF struct buf page;

	(void)state;
	buf_init(&page, 1024 * 1024);
	assert_int_equal(file_read("docs/man/tenfold-bisect.1", &page, NULL), 0);
	for (const struct option_def *def = params_options; def->name; def++) {
		bool args = def->where & OPTION_ARGS;
		char word[64];

		snprintf(word, sizeof(word), args ? "Fl -%s" : "It Ic %s", def->name);
		if (!strstr(page.data, word))
			fail_msg("the man page lacks %s", word);
	}
}

static void the_example_is_taken(void **state)
{
	static const char *const hosts[] = {"lab3", "lab4", "vm1", "board7"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		CLEANUP_PARAMS struct params p = {0};
		CLEANUP_STRVEC struct strvec argv = STRVEC_INIT;
		struct err err = ERR_INIT;

		p.config_file = strdup("bisect/bisect.conf.example");
		p.host = strdup(hosts[i]);
		if (params_complete(&p, &err) < 0)
			fail_msg("%s", err.text);
		assert_int_equal(command_power(&p, &argv, NULL), 0);
		assert_true(argv.n > 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_comes_before_the_defaults),
		cmocka_unit_test(a_no_comes_before_a_yes_behind_it),
		cmocka_unit_test(a_boot_as_the_test_makes_dead_ones_bad),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(a_name_may_stand_for_hosts),
		cmocka_unit_test(commands_are_words),
		cmocka_unit_test(ready_commands_are_found),
		cmocka_unit_test(ssh_has_options_of_its_own),
		cmocka_unit_test(a_placeholder_needs_a_value),
		cmocka_unit_test(a_host_has_what_its_commands_need),
		cmocka_unit_test(the_man_page_has_every_option),
		cmocka_unit_test(the_example_is_taken),
	};

	return cmocka_run_group_tests_name("bisect-params", tests, NULL, drop_conf);
}
