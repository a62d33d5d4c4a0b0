// SPDX-License-Identifier: GPL-2.0-or-later
#include "params.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "git/simplify.h"
#include "lib/buf.h"
#include "lib/file.h"
#include "lib/image.h"
#include "lib/mac.h"
#include "lib/message.h"
#include "log/terms.h"

#define USUAL_FILE TENFOLD_SYSCONFDIR "/bisect.conf"

static bool is_verdict_rule(const char *text)
{
	return !strcmp(text, "bad") || !strcmp(text, "skip");
}

static bool is_method(const char *text)
{
	return !strcmp(text, "ssh") || !strcmp(text, "ipmitool") ||
	       !strcmp(text, "fence") || !strcmp(text, "qemu");
}

static bool is_format(const char *text)
{
	return !strcmp(text, "text") || !strcmp(text, "mail") || !strcmp(text, "html") ||
	       !strcmp(text, "json");
}

static bool is_mac(const char *text)
{
	struct mac mac;

	return mac_parse(text, &mac) == 0;
}

/* The name of a folder of its own, and a word of a URL. */
static bool is_host(const char *text)
{
	return *text && *text != '.' && *text != '-' && strlen(text) < 64 &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789.-_:")];
}

static bool is_address(const char *text)
{
	return is_host(text);
}

#define AT(field) .offset = offsetof(struct params, field)
#define SECONDS(option, field, text)                                               \
	{                                                                          \
		.name = option, .kind = OPTION_NUMBER, .where = OPTION_BOTH,       \
		.arg = "SECONDS", .min = 1, .max = 604800, .help = text, AT(field) \
	}

const struct option_def params_options[] = {
	{.name = "conf",
		.letter = 'c',
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "FILE",
		.help = "config file (" USUAL_FILE ")",
		AT(config_file)},
	{.name = "repo",
		.letter = 'r',
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "REPO",
		.help = "git repository, bare or not; it is only read",
		AT(repo)},
	{.name = "good",
		.letter = 'g',
		.kind = OPTION_LIST,
		.where = OPTION_ARGS,
		.arg = "REV",
		.help = "a good commit; may be given again",
		AT(goods)},
	{.name = "bad",
		.letter = 'b',
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "REV",
		.help = "the bad commit",
		AT(bad)},
	{.name = "find-good",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "no good commit is known: go back over the releases to one",
		AT(find_good)},
	{.name = "old",
		.kind = OPTION_LIST,
		.where = OPTION_ARGS,
		.arg = "REV",
		.help = "the same as --good",
		AT(goods)},
	{.name = "new",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "REV",
		.help = "the same as --bad",
		AT(bad)},
	{.name = "find-fix",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "the test fails at --old and passes at --new: find the fix",
		AT(find_fix)},
	{.name = "term-old",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "WORD",
		.valid = term_valid,
		.help = "what the older commits are called (good; broken)",
		AT(term_old)},
	{.name = "term-new",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "WORD",
		.valid = term_valid,
		.help = "what the newer commits are called (bad; fixed)",
		AT(term_new)},
	{.name = "first-parent",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "follow first parents only: which merge was it?",
		AT(first_parent)},
	{.name = "path",
		.kind = OPTION_LIST,
		.where = OPTION_ARGS,
		.arg = "PATH",
		.valid = path_valid,
		.help = "only commits that touch this; may be given again",
		AT(paths)},
	{.name = "host",
		.letter = 'H',
		.kind = OPTION_LIST,
		.where = OPTION_ARGS,
		.arg = "NAME",
		.help = "lab machine, as the server knows it; several: side by side",
		.valid = is_host,
		AT(hosts)},
	{.name = "resume",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "go on with the unfinished run of that host",
		AT(resume)},
	{.name = "fresh",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "put an unfinished run of that host aside and begin anew",
		AT(fresh)},
	{.name = "replay",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "FILE",
		.help = "take the verdicts of this log, ours or git's, as given",
		AT(replay)},
	{.name = "test-is-boot",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "no test: a kernel that comes up is good, any other bad",
		AT(test_is_boot)},
	{.name = "timeout",
		.letter = 't',
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.arg = "SECONDS",
		.min = 1,
		.max = 604800,
		.help = "what the test may take (600)",
		AT(timeout)},
	{.name = "on-timeout",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "bad|skip",
		.valid = is_verdict_rule,
		.help = "verdict when it takes longer, or the host dies in it (bad)",
		AT(on_timeout)},
	{.name = "on-boot-failure",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "bad|skip",
		.valid = is_verdict_rule,
		.help = "verdict on a kernel that never comes up (skip)",
		AT(on_boot_failure)},
	{.name = "failure",
		.letter = 'f',
		.kind = OPTION_LIST,
		.where = OPTION_ARGS,
		.arg = "any|exit=N|ktap=CASE|console=REGEX|class=KIND",
		.help = "the failure that counts; others are skips (that of the bad end)",
		AT(failures)},
	{.name = "attempts",
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.arg = "N",
		.min = 1,
		.max = 20,
		.help = "boots for one commit before a fault of the lab ends the run (3)",
		AT(attempts)},
	{.name = "confirm",
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.arg = "N",
		.min = 1,
		.max = 100,
		.help = "times that a culprit must fail again, its parents pass (1)",
		AT(confirm)},
	{.name = "confidence",
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.arg = "PERCENT",
		.min = 51,
		.max = 99,
		.help = "repeat tests until a culprit is as sure as that (95 if flaky)",
		AT(confidence)},
	{.name = "runs",
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.arg = "N",
		.min = 1,
		.max = 100,
		.help = "fails of the bad end that show how often it fails (8 if flaky)",
		AT(runs)},
	{.name = "no-confirm",
		.kind = OPTION_BOOL,
		.where = OPTION_BOTH,
		.help = "name the culprit without trying it again",
		AT(no_confirm)},
	{.name = "speculate",
		.kind = OPTION_NUMBER,
		.where = OPTION_BOTH,
		.arg = "N",
		.min = 1,
		.max = 8,
		.help = "images made at a time for the next steps, while one runs (1)",
		AT(speculate)},
	{.name = "no-speculate",
		.kind = OPTION_BOOL,
		.where = OPTION_BOTH,
		.help = "make no image before it is needed",
		AT(no_speculate)},
	{.name = "cold",
		.kind = OPTION_BOOL,
		.where = OPTION_BOTH,
		.help = "try the culprit and its parents once more without kexec",
		AT(cold)},
	{.name = "server",
		.letter = 's',
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "URL",
		.help = "tenfold-server (http://localhost:8080)",
		AT(server)},
	{.name = "token-file",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "FILE",
		.help = "file with the server's token, for another machine's server",
		AT(token_file)},
	{.name = "store",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "DIR",
		.help = "folder of images (/srv/tenfold)",
		AT(store)},
	{.name = "arch",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "ARCH",
		.valid = image_arch_valid,
		.help = "x86_64 or i386 (that of the host)",
		AT(arch)},
	{.name = "config",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "NAME",
		.valid = image_config_valid,
		.help = "kernel config (that of the host)",
		AT(config)},
	{.name = "state",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "DIR",
		.help = "where DIR/HOST/log is kept (~/.local/state/tenfold)",
		AT(state)},
	{.name = "build-command",
		.kind = OPTION_WORDS,
		.where = OPTION_BOTH,
		.arg = "WORDS",
		.help = "makes a missing image (tenfold-builder build --arch %A "
			"--config %C %c)",
		AT(build_command)},
	SECONDS("build-timeout", build_timeout, "what one build may take (14400)"),
	SECONDS("limit-reboot", limit_reboot, "old system's way down (180)"),
	SECONDS("limit-firmware", limit_firmware, "reset to GRUB (300)"),
	SECONDS("limit-grub", limit_grub, "GRUB to the first stage's report (180)"),
	SECONDS("limit-first-stage", limit_first_stage,
		"first stage to its choice (120)"),
	SECONDS("limit-fetch", limit_fetch, "choice to kexec (180)"),
	SECONDS("limit-kexec", limit_kexec, "kexec to the local OS being up (300)"),
	SECONDS("patience", patience, "how long the server may be silent (60)"),
	SECONDS("backoff", backoff, "pause before a second attempt, then doubled (10)"),
	SECONDS("poll", poll, "between two looks at the server (1)"),
	{.name = "console",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "FILE",
		.help = "log of the host's serial console, written by others",
		AT(console)},
	{.name = "no-warm",
		.kind = OPTION_BOOL,
		.where = OPTION_BOTH,
		.help = "each boot from the reset, never from the running system",
		AT(no_warm)},
	{.name = "format",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "text|mail|html|json",
		.valid = is_format,
		.help = "form of a report (text)",
		AT(format)},
	{.name = "send",
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "send the report as a mail to those it names",
		AT(send)},
	{.name = "to",
		.kind = OPTION_LIST,
		.where = OPTION_ARGS,
		.arg = "ADDRESS",
		.valid = message_address_valid,
		.help = "the report goes to these instead; may be given again",
		AT(to)},
	{.name = "title",
		.kind = OPTION_TEXT,
		.where = OPTION_ARGS,
		.arg = "TEXT",
		.help = "subject of the mail, behind [REGRESSION]",
		AT(title)},
	{.name = "mail-from",
		.kind = OPTION_TEXT,
		.where = OPTION_BOTH,
		.arg = "ADDRESS",
		.valid = message_address_valid,
		.help = "sender of a report (the mail system's choice)",
		AT(mail_from)},
	{.name = "sendmail",
		.kind = OPTION_WORDS,
		.where = OPTION_BOTH,
		.arg = "WORDS",
		.help = "takes a mail on its input (/usr/sbin/sendmail -t -i)",
		AT(sendmail)},
	{.name = "live",
		.letter = 'l',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "status that goes along until the run ends",
		AT(live)},
	{.name = "json",
		.letter = 'j',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "status as JSON",
		AT(json)},
	{.name = "help",
		.letter = 'h',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "this text",
		AT(help)},
	{.name = "version",
		.letter = 'V',
		.kind = OPTION_BOOL,
		.where = OPTION_ARGS,
		.help = "the version",
		AT(version)},
	/* the config file's own */
	{.name = "mac",
		.kind = OPTION_TEXT,
		.where = OPTION_FILE,
		.arg = "MAC",
		.valid = is_mac,
		.help = "the host's Ethernet address",
		AT(mac)},
	{.name = "address",
		.kind = OPTION_TEXT,
		.where = OPTION_FILE,
		.arg = "ADDRESS",
		.valid = is_address,
		.help = "where the host's local OS answers",
		AT(address)},
	{.name = "method",
		.kind = OPTION_TEXT,
		.where = OPTION_FILE,
		.arg = "ssh|ipmitool|fence|qemu",
		.valid = is_method,
		.help = "ready power command",
		AT(method)},
	{.name = "power-args",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.arg = "WORDS",
		.help = "what the ready power command needs to know",
		AT(power_args)},
	{.name = "reboot",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.arg = "WORDS",
		.help = "command that reboots the host through its OS",
		AT(reboot)},
	{.name = "warm",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.arg = "WORDS",
		.help = "command that starts a warm step on the host",
		AT(warm)},
	{.name = "power",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.arg = "WORDS",
		.help = "command that power-cycles the host",
		AT(power)},
	{.name = "command-timeout",
		.kind = OPTION_NUMBER,
		.where = OPTION_FILE,
		.arg = "SECONDS",
		.min = 1,
		.max = 3600,
		.help = "what the reboot or power command may take (60)",
		AT(command_timeout)},
	OPTION_END,
};

void params_release(struct params *s)
{
	options_release(params_options, s);
	free(s->host);
	s->host = NULL;
}

static int inherit_text(char **to, char *const *from)
{
	if (*to || !*from)
		return 0;
	*to = strdup(*from);
	return *to ? 0 : -ENOMEM;
}

static int inherit_one(const struct option_def *def, void *to, const void *from)
{
	switch (def->kind) {
	case OPTION_TEXT:
		return inherit_text(to, from);
	case OPTION_NUMBER:
		if (!*(unsigned int *)to)
			*(unsigned int *)to = *(const unsigned int *)from;
		return 0;
	case OPTION_BOOL:
		*(bool *)to |= *(const bool *)from;
		return 0;
	case OPTION_LIST:
	case OPTION_WORDS:
		if (!((struct strvec *)to)->n && ((const struct strvec *)from)->n)
			strvec_addv(to,
				(const char *const *)((const struct strvec *)from)->v);
		return strvec_check(to);
	}
	return -EINVAL;
}

int params_inherit(struct params *to, const struct params *from, struct err *err)
{
	int r = 0;

	for (const struct option_def *def = params_options; !r && def->name; def++)
		r = inherit_one(
			def, (char *)to + def->offset, (const char *)from + def->offset);
	return r < 0 ? err_errno(err, r, "cannot take the settings in") : 0;
}

/* [hosts NAME] */
struct names {
	struct strvec names;
};

static const struct option_def names_options[] = {
	{.name = "names",
		.kind = OPTION_WORDS,
		.where = OPTION_FILE,
		.arg = "NAMES",
		.help = "hosts that --host NAME stands for",
		.offset = offsetof(struct names, names)},
	OPTION_END,
};

struct conf {
	const char *host;
	struct params defaults, ours, others;
	struct names named, other_names;
};

static void *open_defaults(void *ctx, const char *name, struct err *err)
{
	if (*name) {
		err_set(err, -EINVAL, "[defaults] takes no name");
		return NULL;
	}
	return &((struct conf *)ctx)->defaults;
}

static void *open_host(void *ctx, const char *name, struct err *err)
{
	struct conf *conf = ctx;

	if (!is_host(name)) {
		err_set(err, -EINVAL, "a host's section is [host NAME], not '%.60s'",
			name);
		return NULL;
	}
	/* other hosts are read too: their mistakes are told all at once */
	return conf->host && !strcmp(name, conf->host) ? &conf->ours : &conf->others;
}

static void *open_names(void *ctx, const char *name, struct err *err)
{
	struct conf *conf = ctx;

	if (!is_host(name)) {
		err_set(err, -EINVAL, "hosts are named by [hosts NAME], not '%.60s'",
			name);
		return NULL;
	}
	return conf->host && !strcmp(name, conf->host) ? &conf->named
						       : &conf->other_names;
}

static void conf_release(struct conf *conf)
{
	params_release(&conf->defaults);
	params_release(&conf->ours);
	params_release(&conf->others);
	options_release(names_options, &conf->named);
	options_release(names_options, &conf->other_names);
}

#define CLEANUP_CONF CLEANUP(conf_release)

/* The file of --conf must be there, the usual one need not. */
static int read_conf(const struct params *s, struct conf *conf, struct err *err)
{
	static const struct option_section sections[] = {
		{"defaults", params_options, open_defaults},
		{"host", params_options, open_host},
		{"hosts", names_options, open_names},
		{NULL, NULL, NULL},
	};
	const char *path = s->config_file ? s->config_file : USUAL_FILE;

	if (!s->config_file && !file_exists(path))
		return 0;
	return options_file(path, sections, conf, err);
}

static int add_host(struct strvec *hosts, const char *name, struct err *err)
{
	for (size_t i = 0; i < hosts->n; i++)
		if (!strcmp(hosts->v[i], name))
			return err_set(err, -EINVAL, "host '%s' is named twice", name);
	if (!is_host(name))
		return err_set(err, -EINVAL, "'%.60s' is no name of a host", name);
	if (hosts->n == PARAMS_HOSTS_MAX)
		return err_set(err, -EINVAL, "more than %d hosts", PARAMS_HOSTS_MAX);
	strvec_add(hosts, name);
	return strvec_check(hosts);
}

/* The hosts that one name stands for. */
static int add_named(
	const struct params *s, const char *name, struct strvec *hosts, struct err *err)
{
	CLEANUP_CONF struct conf conf = {.host = name};
	const struct strvec *names = &conf.named.names;
	int r = read_conf(s, &conf, err);

	if (!r && !names->n)
		return add_host(hosts, name, err);
	for (size_t i = 0; !r && i < names->n; i++)
		r = add_host(hosts, names->v[i], err);
	return r;
}

int params_hosts(struct params *s, struct err *err)
{
	struct strvec hosts = STRVEC_INIT;
	int r = 0;

	for (size_t i = 0; !r && i < s->hosts.n; i++)
		r = add_named(s, s->hosts.v[i], &hosts, err);
	strvec_release(&s->hosts);
	s->hosts = hosts;
	return r < 0 || !hosts.n ? r : inherit_text(&s->host, hosts.v);
}

/* $XDG_STATE_HOME/tenfold, as the XDG base directories have it. */
static int usual_state(char **state)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	CLEANUP_BUF struct buf b;

	buf_init(&b, 4096);
	if (*state)
		return 0;
	if (xdg && *xdg == '/')
		buf_addf(&b, "%s/tenfold", xdg);
	else
		buf_addf(&b, "%s/.local/state/tenfold", home ? home : "");
	*state = buf_take(&b);
	return *state ? 0 : -ENOMEM;
}

static int add_defaults(struct params *s, struct err *err)
{
	char server[] = "http://localhost:8080", store[] = "/srv/tenfold", bad[] = "bad";
	char skip[] = "skip", builder[] = "tenfold-builder", build[] = "build";
	char *words[] = {builder, build, NULL}, text[] = "text";
	char sendmail[] = "/usr/sbin/sendmail", t[] = "-t", i[] = "-i";
	char *mail_words[] = {sendmail, t, i, NULL};
	const struct params builtin = {
		.server = server,
		.store = store,
		.on_timeout = bad,
		.on_boot_failure = s->test_is_boot ? bad : skip,
		.format = text,
		.build_command = {.v = words, .n = 2},
		.sendmail = {.v = mail_words, .n = 3},
		.timeout = 600,
		.build_timeout = 14400,
		.attempts = 3,
		.confirm = 1,
		.speculate = 1,
		.backoff = 10,
		.poll = 1,
		.patience = 60,
		.limit_reboot = 180,
		.limit_firmware = 300,
		.limit_grub = 180,
		.limit_first_stage = 120,
		.limit_fetch = 180,
		.limit_kexec = 300,
		.command_timeout = 60,
	};

	if (usual_state(&s->state) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	return params_inherit(s, &builtin, err);
}

int params_complete(struct params *s, struct err *err)
{
	CLEANUP_CONF struct conf conf = {.host = s->host};
	int r = read_conf(s, &conf, err);

	if (!r)
		r = params_inherit(s, &conf.ours, err);
	if (!r)
		r = params_inherit(s, &conf.defaults, err);
	return r < 0 ? r : add_defaults(s, err);
}

int params_state(const struct params *s, char **ret_state, struct err *err)
{
	CLEANUP_PARAMS struct params whole = {0};
	int r = params_inherit(&whole, s, err);

	if (!r && s->host)
		r = inherit_text(&whole.host, &s->host);
	if (!r)
		r = params_complete(&whole, err);
	if (!r)
		*ret_state = TAKE_PTR(whole.state);
	return r;
}
