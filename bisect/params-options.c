// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of all that a run can be told. */
#include "params.h"

#include <string.h>

#include "git/simplify.h"
#include "lib/image.h"
#include "lib/mac.h"
#include "lib/message.h"
#include "log/terms.h"

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
bool params_host_valid(const char *text)
{
	return *text && *text != '.' && *text != '-' && strlen(text) < 64 &&
	       !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789.-_:")];
}

static bool is_address(const char *text)
{
	return params_host_valid(text);
}

/* Words of a command: behind each percent sign stands one of the letters. */
static bool has_letters(const char *text, const char *letters)
{
	while ((text = strchr(text, '%'))) {
		if (!text[1] || !strchr(letters, text[1]))
			return false;
		text += 2;
	}
	return true;
}

static bool is_host_word(const char *text)
{
	return has_letters(text, "hmaAC%");
}

static bool is_warm_word(const char *text)
{
	return has_letters(text, "hmaACbi%");
}

static bool is_build_word(const char *text)
{
	return has_letters(text, "hmaACc%");
}

#define AT(field) .offset = offsetof(struct params, field)
#define TOLD(field) .told = offsetof(struct params, told.field)
#define SECONDS(option, field, text)                                               \
	{                                                                          \
		option, 0, OPTION_NUMBER, OPTION_BOTH, AT(field), "SECONDS", text, \
			.min = 1, .max = 604800, .kept = OPTION_KEPT_GIVEN         \
	}

const struct option_def params_options[] = {
	{"conf", 'c', OPTION_TEXT, OPTION_ARGS, AT(config_file), "FILE",
		"config file (" PARAMS_FILE ")"},
	{"repo", 'r', OPTION_TEXT, OPTION_ARGS, AT(repo), "REPO",
		"git repository, bare or not; it is only read"},
	{"good", 'g', OPTION_LIST, OPTION_ARGS, AT(goods), "REV",
		"a good commit; may be given again"},
	{"bad", 'b', OPTION_TEXT, OPTION_ARGS, AT(bad), "REV", "the bad commit"},
	{"find-good", 0, OPTION_BOOL, OPTION_ARGS, AT(find_good), NULL,
		"no good commit is known: go back over the releases to one"},
	{"old", 0, OPTION_LIST, OPTION_ARGS, AT(goods), "REV", "the same as --good"},
	{"new", 0, OPTION_TEXT, OPTION_ARGS, AT(bad), "REV", "the same as --bad"},
	{"find-fix", 0, OPTION_BOOL, OPTION_ARGS, AT(find_fix), NULL,
		"the test fails at --old and passes at --new: find the fix"},
	{"term-old", 0, OPTION_TEXT, OPTION_ARGS, AT(term_old), "WORD",
		"what the older commits are called (good; broken)", .valid = term_valid},
	{"term-new", 0, OPTION_TEXT, OPTION_ARGS, AT(term_new), "WORD",
		"what the newer commits are called (bad; fixed)", .valid = term_valid},
	{"first-parent", 0, OPTION_BOOL, OPTION_ARGS, AT(first_parent), NULL,
		"follow first parents only: which merge was it?"},
	{"path", 0, OPTION_LIST, OPTION_ARGS, AT(paths), "PATH",
		"only commits that touch this; may be given again", .valid = path_valid},
	{"host", 'H', OPTION_LIST, OPTION_ARGS, AT(hosts), "NAME",
		"lab machine, as the server knows it; several: side by side",
		.valid = params_host_valid},
	{"resume", 0, OPTION_BOOL, OPTION_ARGS, AT(resume), NULL,
		"go on with the unfinished run of that host"},
	{"fresh", 0, OPTION_BOOL, OPTION_ARGS, AT(fresh), NULL,
		"put an unfinished run of that host aside and begin anew"},
	{"replay", 0, OPTION_TEXT, OPTION_ARGS, AT(replay), "FILE",
		"take the verdicts of this log, ours or git's, as given"},
	{"test-is-boot", 0, OPTION_BOOL, OPTION_ARGS, AT(test_is_boot), NULL,
		"no test: a kernel that comes up is good, any other bad"},
	{"timeout", 't', OPTION_NUMBER, OPTION_BOTH, AT(timeout), "SECONDS",
		"what the test may take (600)", .min = 1, .max = 604800,
		.kept = OPTION_KEPT},
	{"on-timeout", 0, OPTION_TEXT, OPTION_BOTH, AT(on_timeout), "bad|skip",
		"verdict when it takes longer, or the host dies in it (bad)",
		.valid = is_verdict_rule, .kept = OPTION_KEPT},
	{"on-boot-failure", 0, OPTION_TEXT, OPTION_BOTH, AT(on_boot_failure), "bad|skip",
		"verdict on a kernel that never comes up (skip)",
		.valid = is_verdict_rule, .kept = OPTION_KEPT},
	{"failure", 'f', OPTION_LIST, OPTION_ARGS, AT(failures),
		"any|exit=N|ktap=CASE|console=REGEX|class=KIND",
		"the failure that counts; others are skips (that of the bad end)"},
	{"attempts", 0, OPTION_NUMBER, OPTION_BOTH, AT(attempts), "N",
		"boots for one commit before a fault of the lab ends the run (3)",
		.min = 1, .max = 20, .kept = OPTION_KEPT},
	{"confirm", 0, OPTION_NUMBER, OPTION_BOTH, AT(confirm), "N",
		"times that a culprit must fail again, its parents pass (1)", .min = 1,
		.max = 100, .kept = OPTION_KEPT},
	{"confidence", 0, OPTION_NUMBER, OPTION_BOTH, AT(confidence), "PERCENT",
		"repeat tests until a culprit is as sure as that (95 if flaky)",
		.min = 51, .max = 99, .kept = OPTION_KEPT},
	{"runs", 0, OPTION_NUMBER, OPTION_BOTH, AT(runs), "N",
		"fails of the bad end that show how often it fails (8 if flaky)",
		.min = 1, .max = 100, .kept = OPTION_KEPT},
	{"no-confirm", 0, OPTION_BOOL, OPTION_BOTH, AT(no_confirm), NULL,
		"name the culprit without trying it again", TOLD(no_confirm),
		.kept = OPTION_KEPT},
	{"speculate", 0, OPTION_NUMBER, OPTION_BOTH, AT(speculate), "N",
		"images made at a time for the next steps, while one runs (1)", .min = 1,
		.max = 8, .kept = OPTION_KEPT_GIVEN},
	{"no-speculate", 0, OPTION_BOOL, OPTION_BOTH, AT(no_speculate), NULL,
		"make no image before it is needed", TOLD(no_speculate),
		.kept = OPTION_KEPT_GIVEN},
	{"cold", 0, OPTION_BOOL, OPTION_BOTH, AT(cold), NULL,
		"try the culprit and its parents once more without kexec", TOLD(cold),
		.kept = OPTION_KEPT},
	{"server", 's', OPTION_TEXT, OPTION_BOTH, AT(server), "URL",
		"tenfold-server (http://localhost:8080)", .kept = OPTION_KEPT},
	{"token-file", 0, OPTION_TEXT, OPTION_BOTH, AT(token_file), "FILE",
		"file with the server's token, for another machine's server",
		.path = true, .kept = OPTION_KEPT_GIVEN},
	{"store", 0, OPTION_TEXT, OPTION_BOTH, AT(store), "DIR",
		"folder of images (/srv/tenfold)", .path = true, .kept = OPTION_KEPT},
	{"arch", 0, OPTION_TEXT, OPTION_BOTH, AT(arch), "ARCH",
		"x86_64 or i386 (that of the host)", .valid = image_arch_valid,
		.kept = OPTION_KEPT},
	{"config", 0, OPTION_TEXT, OPTION_BOTH, AT(config), "NAME",
		"kernel config (that of the host)", .valid = image_config_valid,
		.kept = OPTION_KEPT},
	{"state", 0, OPTION_TEXT, OPTION_BOTH, AT(state), "DIR",
		"where DIR/HOST/log is kept (~/.local/state/tenfold)"},
	{"build-command", 0, OPTION_WORDS, OPTION_BOTH, AT(build_command), "WORDS",
		"makes a missing image (tenfold-builder build --arch %A "
		"--config %C %c)",
		.valid = is_build_word, .kept = OPTION_KEPT_GIVEN},
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
	{"console", 0, OPTION_TEXT, OPTION_BOTH, AT(console), "FILE",
		"log of the host's serial console, written by others", .path = true,
		.kept = OPTION_KEPT_GIVEN},
	{"no-warm", 0, OPTION_BOOL, OPTION_BOTH, AT(no_warm), NULL,
		"each boot from the reset, never from the running system", TOLD(no_warm),
		.kept = OPTION_KEPT_GIVEN},
	{"format", 0, OPTION_TEXT, OPTION_ARGS, AT(format), "text|mail|html|json",
		"form of a report (text)", .valid = is_format},
	{"send", 0, OPTION_BOOL, OPTION_ARGS, AT(send), NULL,
		"send the report as a mail to those it names"},
	{"to", 0, OPTION_LIST, OPTION_ARGS, AT(to), "ADDRESS",
		"the report goes to these instead; may be given again",
		.valid = message_address_valid},
	{"title", 0, OPTION_TEXT, OPTION_ARGS, AT(title), "TEXT",
		"subject of the mail, behind [REGRESSION]"},
	{"mail-from", 0, OPTION_TEXT, OPTION_BOTH, AT(mail_from), "ADDRESS",
		"sender of a report (the mail system's choice)",
		.valid = message_address_valid},
	{"sendmail", 0, OPTION_WORDS, OPTION_BOTH, AT(sendmail), "WORDS",
		"takes a mail on its input (/usr/sbin/sendmail -t -i)"},
	{"live", 'l', OPTION_BOOL, OPTION_ARGS, AT(live), NULL,
		"status that goes along until the run ends"},
	{"json", 'j', OPTION_BOOL, OPTION_ARGS, AT(json), NULL, "status as JSON"},
	{"help", 'h', OPTION_BOOL, OPTION_ARGS, AT(help), NULL, "this text"},
	{"version", 'V', OPTION_BOOL, OPTION_ARGS, AT(version), NULL, "the version"},
	/* the config file's own */
	{"mac", 0, OPTION_TEXT, OPTION_FILE, AT(mac), "MAC",
		"the host's Ethernet address", .valid = is_mac},
	{"address", 0, OPTION_TEXT, OPTION_FILE, AT(address), "ADDRESS",
		"where the host's local OS answers", .valid = is_address},
	{"method", 0, OPTION_TEXT, OPTION_FILE, AT(method), "ssh|ipmitool|fence|qemu",
		"ready power command", .valid = is_method},
	{"power-args", 0, OPTION_WORDS, OPTION_FILE, AT(power_args), "WORDS",
		"what the ready power command needs to know", .valid = is_host_word},
	{"ssh-args", 0, OPTION_WORDS, OPTION_FILE, AT(ssh_args), "WORDS",
		"options of ssh for the ready commands", .valid = is_host_word},
	{"reboot", 0, OPTION_WORDS, OPTION_FILE, AT(reboot), "WORDS",
		"command that reboots the host through its OS", .valid = is_host_word},
	{"warm", 0, OPTION_WORDS, OPTION_FILE, AT(warm), "WORDS",
		"command that starts a warm step on the host", .valid = is_warm_word},
	{"power", 0, OPTION_WORDS, OPTION_FILE, AT(power), "WORDS",
		"command that power-cycles the host", .valid = is_host_word},
	{"command-timeout", 0, OPTION_NUMBER, OPTION_FILE, AT(command_timeout), "SECONDS",
		"what the reboot or power command may take (60)", .min = 1, .max = 3600},
	OPTION_END,
};
