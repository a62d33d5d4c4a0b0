// SPDX-License-Identifier: GPL-2.0-or-later
/* status, log: what a log and the server tell, without touching anything. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "choice/choose.h"
#include "cmd.h"
#include "lib/file.h"
#include "lib/log.h"
#include "report/json.h"
#include "server.h"
#include "show.h"

void cmd_usage(void)
{
	puts("usage: tenfold-bisect run --repo REPO --good REV --bad REV --host NAME "
	     "[OPTION...] -- TEST [ARG...]\n"
	     "       tenfold-bisect run --resume --host NAME\n"
	     "       tenfold-bisect status|log|report --host NAME\n"
	     "       tenfold-bisect replay --repo REPO FILE\n");
	options_help(params_options, stdout);
}

int cmd_fail(const struct err *err)
{
	log_error_lines(err->text);
	return EXIT_BAD_INPUT;
}

/* What the host is doing, as the server knows; "" when it does not answer. */
static void ask_server(struct show *show, struct boots *boots, const char **stage)
{
	const char *url = past_setting(&show->past, "server", NULL);
	const char *mac = past_setting(&show->past, "mac", NULL);
	struct server server = {.host = mac};

	*stage = "";
	if (!mac || http_new(url ? url : show->settings.server, NULL, &server.http, NULL))
		return;
	if (server_ops.boots(&server, boots, NULL) == 0 && boots->n) {
		for (int i = 0; i < STAGES; i++)
			if (boots->v[0].seen[i])
				*stage = stage_name(i);
	}
	http_free(server.http);
}

static bool is_at_work(const struct past *past)
{
	const char *text = past_setting(past, "mac", NULL);
	struct mac mac;

	return text && mac_parse(text, &mac) == 0 && place_is_locked(&mac);
}

static const char *state_word(const struct past *past)
{
	if (*past->result)
		return past->result;
	return is_at_work(past) ? "running" : "stopped";
}

static void print_text(
	const struct show *show, const struct boots *boots, const char *stage)
{
	const struct past *past = &show->past;
	CLEANUP_BUF struct buf b;

	buf_init(&b, 1024 * 1024);
	buf_addf(&b, "host\t%s\nstate\t%s\nsteps\t%zu\n", show->settings.host,
		state_word(past), past->n_steps);
	if (*past->current)
		buf_addf(&b, "current\t%s\n", past->current);
	if (*past->current && past->current_candidates)
		buf_addf(&b, "left\t%zu commits, roughly %u more steps\n",
			past->current_candidates, choose_steps(past->current_candidates));
	for (size_t i = 0; i < past->signature.n; i++) {
		buf_adds(&b, "failure\t");
		buf_add_clean(&b, past->signature.v[i]);
		buf_addc(&b, '\n');
	}
	if (*past->belief)
		buf_addf(&b, "belief\t%s\n", past->belief);
	if (past->lab_faults)
		buf_addf(&b, "lab faults\t%u\n", past->lab_faults);
	if (*stage)
		buf_addf(&b, "boot\t%s\t%s\t%s\n", boots->v[0].id, stage,
			boots->v[0].image);
	if (past->mode_changed)
		buf_addf(&b, "boot mode\tgrub, until the run goes on; it was '%s'\n",
			past->mode_was);
	if (*past->words)
		buf_addf(&b, "end\t%s\n", past->words);
	fputs(b.data, stdout);
}

static void print_json(
	const struct show *show, const struct boots *boots, const char *stage)
{
	const struct past *past = &show->past;
	CLEANUP_JSON json_t *json = json_pack(
		"{s:s, s:s, s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:o}", "host",
		show->settings.host, "state", state_word(past), "current", past->current,
		"candidates", (int)past->current_candidates, "steps_left",
		(int)choose_steps(past->current_candidates), "lab_faults",
		(int)past->lab_faults, "culprit", past->culprit, "words", past->words,
		"belief", past->belief, "steps", report_json_steps(past));

	json_object_set_new(json, "failure", report_json_words(&past->signature));
	if (*stage)
		json_object_set_new(json, "boot",
			json_pack("{s:s, s:s, s:s}", "boot", boots->v[0].id, "stage",
				stage, "image", boots->v[0].image));
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	putchar('\n');
}

int cmd_status(int argc, char **argv)
{
	CLEANUP_SHOW struct show show = SHOW_INIT;
	struct err err = ERR_INIT;
	struct boots boots = {0};
	const char *stage;
	int r = show_open(&show, argc, argv, &err);

	if (r)
		return r < 0 ? cmd_fail(&err) : 0;
	ask_server(&show, &boots, &stage);
	if (show.settings.json)
		print_json(&show, &boots, stage);
	else
		print_text(&show, &boots, stage);
	return 0;
}

int cmd_log(int argc, char **argv)
{
	CLEANUP_SHOW struct show show = SHOW_INIT;
	struct err err = ERR_INIT;
	CLEANUP_BUF struct buf b;
	int r = show_open(&show, argc, argv, &err);

	buf_init(&b, 64 * 1024 * 1024);
	if (r == 0)
		r = file_read(show.place.log.data, &b, &err);
	if (r)
		return r < 0 ? cmd_fail(&err) : 0;
	fputs(b.data, stdout);
	return 0;
}
