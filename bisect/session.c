// SPDX-License-Identifier: GPL-2.0-or-later
#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "git/simplify.h"
#include "lab/command.h"
#include "lib/file.h"
#include "mates.h"

void session_init(struct session *s)
{
	*s = (struct session){
		.journal = {.fd = -1}, .waiter = {.signal_fd = -1, .timer_fd = -1}};
	s->place.lock_fd = -1;
	run_init(&s->run);
	view_init(&s->view, stdout);
}

void session_release(struct session *s)
{
	view_end(&s->view);
	run_release(&s->run);
	journal_close(&s->journal);
	waiter_release(&s->waiter);
	machine_release(&s->machine);
	store_builder_release(&s->builder);
	past_release(&s->past);
	place_release(&s->place);
	http_free(s->server.http);
	if (s->history.repo)
		history_close(&s->history);
	strvec_release(&s->goods);
	releases_release(&s->releases);
	strvec_release(&s->test);
	free(s->cwd);
	mates_release(s);
	params_release(&s->given);
	params_release(&s->settings);
}

int session_read_args(struct session *s, int argc, char **argv, struct err *err)
{
	int next, r;

	r = options_args(params_options, &s->settings, argc, argv, &next, err);
	if (r < 0 || s->settings.help || s->settings.version)
		return r;
	for (; next < argc; next++)
		strvec_add(&s->test, argv[next]);
	r = params_hosts(&s->settings, err);
	if (r < 0)
		return r;
	if (!s->settings.host)
		return err_set(err, -EINVAL, "which host is to be used? say --host NAME");
	s->cwd = getcwd(NULL, 0);
	r = session_take_past(s, err);
	if (!r)
		r = params_inherit(&s->given, &s->settings, err);
	return r < 0 ? r : params_complete(&s->settings, err);
}

static int check_range_given(const struct params *given, struct err *err)
{
	if (!given->repo)
		return err_set(err, -EINVAL, "which repository? say --repo REPO");
	if (!given->bad)
		return err_set(err, -EINVAL, "which commit is bad? say --bad REV");
	if (given->find_good && (given->goods.n || given->find_fix))
		return err_set(err, -EINVAL,
			"--find-good goes with neither --good nor "
			"--find-fix");
	if (!given->goods.n && !given->find_good)
		return err_set(err, -EINVAL,
			"which commit is good? say --good REV, or --find-good if you do "
			"not know");
	return 0;
}

static int check_test_given(const struct session *s, struct err *err)
{
	const struct params *given = &s->settings;

	if (!s->test.n && !given->test_is_boot)
		return err_set(err, -EINVAL,
			"there is no test command: put it behind --, or say "
			"--test-is-boot");
	if (s->test.n && given->test_is_boot)
		return err_set(err, -EINVAL, "--test-is-boot takes no test command");
	return 0;
}

int session_check_history(struct session *s, struct err *err)
{
	const struct params *given = &s->settings;
	int r = check_range_given(given, err);

	if (!r)
		r = history_open(&s->history, given->repo, err);
	if (!r)
		r = history_resolve(&s->history, given->bad, s->bad, err);
	for (size_t i = 0; !r && i < given->goods.n; i++) {
		char good[IMAGE_COMMIT_TEXT];

		r = history_resolve(&s->history, given->goods.v[i], good, err);
		if (!r)
			strvec_add(&s->goods, good);
	}
	if (!r && given->find_good)
		r = releases_list(&s->history, s->bad, &s->releases, err);
	return r < 0 ? r : history_check_ends(&s->history, &s->goods, s->bad, err);
}

int session_check_machine(struct session *s, struct err *err)
{
	int r = command_reboot(&s->settings, &s->machine.reboot, err);

	if (!r)
		r = command_power(&s->settings, &s->machine.power, err);
	if (!r && !s->machine.reboot.n && !s->machine.power.n)
		return err_set(err, -EINVAL,
			"there is no way to reset host '%s': give it an address, a "
			"method, "
			"or a reboot or power command in bisect.conf",
			s->settings.host);
	return r;
}

static int read_token(const char *path, struct buf *token, struct err *err)
{
	int r = path ? file_read(path, token, err) : 0;

	if (r == 0)
		token->data[strcspn(token->data, "\r\n")] = '\0';
	return r;
}

int session_connect(struct session *s, struct err *err)
{
	CLEANUP_BUF struct buf token;
	int r;

	buf_init(&token, 4096);
	r = read_token(s->settings.token_file, &token, err);
	return r < 0 ? r
		     : http_new(s->settings.server,
			       s->settings.token_file ? token.data : NULL,
			       &s->server.http, err);
}

int session_check_server(struct session *s, struct err *err)
{
	struct mac mac;
	int r = session_connect(s, err);

	if (r < 0)
		return r;
	/* bisect.conf may know a name that the server does not */
	s->server.host = s->settings.mac ? s->settings.mac : s->settings.host;
	r = server_find_host(&s->server, &s->host, err);
	if (r == 0 && s->settings.mac && mac_parse(s->settings.mac, &mac) == 0 &&
		!mac_equal(&mac, &s->host.mac))
		return err_set(err, -EINVAL, "the server's host '%s' is another machine",
			s->settings.host);
	return r;
}

static int set_text(char **to, const char *from)
{
	if (*to || !*from)
		return 0;
	*to = strdup(from);
	return *to ? 0 : -ENOMEM;
}

static int check_store(struct session *s, struct err *err)
{
	struct params *given = &s->settings;

	if (!file_exists(given->store))
		return err_set(
			err, -ENOENT, "there is no store of images '%s'", given->store);
	if (set_text(&given->arch, s->host.arch) < 0 ||
		set_text(&given->arch, "x86_64") < 0 ||
		set_text(&given->config, s->host.config) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	if (!given->config)
		return err_set(err, -EINVAL,
			"which kernel config? say --config NAME, or set that of host "
			"'%s'",
			given->host);
	return 0;
}

int session_check_failures(struct session *s, struct err *err)
{
	const struct params *given = &s->settings;
	CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;
	int r = 0;

	for (size_t i = 0; !r && i < given->failures.n; i++)
		r = signature_add(&signature, given->failures.v[i], err);
	if (!r && signature.patterns.n && !given->console)
		return err_set(err, -EINVAL,
			"--failure console= needs the console of host '%s': say "
			"--console FILE",
			given->host);
	return r;
}

static int check_test(struct session *s, struct err *err)
{
	const struct params *given = &s->settings;

	s->tester = (struct tester){.argv = &s->test,
		.cwd = s->cwd,
		.host = given->host,
		.address = given->address,
		.timeout = given->timeout};
	return tester_check(&s->tester, err);
}

int session_check(struct session *s, struct err *err)
{
	static int (*const checks[])(struct session *, struct err *) = {
		session_check_history, session_check_failures, check_test,
		session_check_server, session_check_machine, check_store, mates_check};
	int r = check_test_given(s, err);

	for (size_t i = 0; !r && i < ARRAY_SIZE(checks); i++)
		r = checks[i](s, err);
	return r;
}

static enum verdict rule(const char *word)
{
	return strcmp(word, "bad") ? VERDICT_SKIP : VERDICT_BAD;
}

static void set_rules(struct session *s)
{
	const struct params *given = &s->settings;

	s->rules = (struct rules){.attempts = given->attempts,
		.on_boot_failure = rule(given->on_boot_failure),
		.on_timeout = rule(given->on_timeout),
		.backoff = given->backoff};
	s->rules.find_fix = given->find_fix;
	s->limits = (struct limits){.reboot = given->limit_reboot,
		.firmware = given->limit_firmware,
		.grub = given->limit_grub,
		.first_stage = given->limit_first_stage,
		.fetch = given->limit_fetch,
		.kexec = given->limit_kexec};
}

void session_set_world(struct session *s)
{
	const char *folder = s->place.folder.data;

	set_rules(s);
	s->machine.settings = &s->settings;
	s->machine.timeout = s->settings.command_timeout;
	s->machine.console = s->settings.console;
	s->machine.folder = folder;
	s->machine.cancel_fd = s->waiter.signal_fd;
	s->builder = (struct store_builder){.settings = &s->settings,
		.store = {.root = s->settings.store},
		.folder = folder,
		.history = &s->history,
		.cancel_fd = s->waiter.signal_fd};
	store_builder_init(&s->builder);
	s->waiter.idle = s->tester.idle = store_builder_tend;
	s->waiter.idle_ctx = s->tester.idle_ctx = &s->builder;
	s->tester.folder = folder;
	s->tester.cancel_fd = s->waiter.signal_fd;
	s->world = (struct world){.builder = &store_builder_ops,
		.server = &server_ops,
		.machine = &machine_ops,
		.tester = &tester_ops,
		.clock = &waiter_ops,
		.view = &view_ops,
		.builder_ctx = &s->builder,
		.server_ctx = &s->server,
		.machine_ctx = &s->machine,
		.tester_ctx = &s->tester,
		.clock_ctx = &s->waiter,
		.view_ctx = &s->view};
	s->run.bench.world = &s->world;
	s->run.bench.rules = &s->rules;
	s->run.bench.drive = (struct drive){.world = &s->world,
		.limits = &s->limits,
		.poll = s->settings.poll,
		.patience = s->settings.patience};
	s->run.history = &s->history;
	s->run.journal = &s->journal;
	s->run.past = &s->past;
	s->run.folder = folder;
	s->run.goods = &s->goods;
	s->run.failures = &s->settings.failures;
	s->run.bad = s->bad;
	s->run.confirm = s->settings.no_confirm ? 0 : s->settings.confirm;
	s->run.confidence = s->settings.confidence;
	s->run.end_fails = s->settings.runs;
	s->run.cold = s->settings.cold;
	s->run.speculates = !s->settings.no_speculate;
	s->run.first_parent = s->settings.first_parent;
}

int session_load_range(struct session *s, struct err *err)
{
	int r = history_load(&s->history, &s->goods, s->bad, err);

	return r < 0 ? r
		     : history_simplify(&s->history, &s->goods, s->bad,
			       s->settings.first_parent, &s->settings.paths, err);
}

int session_find_good(struct session *s, struct err *err)
{
	size_t good = 0;
	char line[256];
	int r;

	if (s->goods.n)
		return RUN_GOING;
	r = run_releases(&s->run, &s->releases, &good, err);
	if (r != RUN_GOING)
		return r;
	snprintf(line, sizeof(line), "release %.100s passes: it is the good end",
		s->releases.names.v[good]);
	s->world.view->say(s->world.view_ctx, line);
	strvec_add(&s->goods, s->releases.commits.v[good]);
	r = session_load_range(s, err);
	return r < 0 ? r : RUN_GOING;
}

int session_begin(struct session *s, struct err *err)
{
	/* without a good end there is no range yet */
	int r = s->goods.n ? session_load_range(s, err) : 0;

	if (!r)
		r = place_lock(&s->place, &s->host.mac, s->settings.host, err);
	if (!r)
		r = mates_lock(s, err);
	if (!r)
		r = session_open_log(s, err);
	if (!r)
		r = waiter_init(&s->waiter, err);
	if (r < 0)
		return r;
	session_set_world(s);
	mates_set(s);
	return 0;
}
