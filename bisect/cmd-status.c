// SPDX-License-Identifier: GPL-2.0-or-later
/* status: what the log and the server tell, once or as a view that goes along. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "lab/server.h"
#include "lib/clock.h"
#include "report/status.h"
#include "show.h"

/* A host's boots as the server knows them; none when it does not answer. */
static void ask_server(const struct show *show, const char *mac, struct boots *boots)
{
	const char *url = past_setting(&show->past, "server", NULL);
	struct server server = {.host = mac};

	boots->n = 0;
	if (!mac || !*mac ||
		http_new(url ? url : show->settings.server, NULL, &server.http, NULL))
		return;
	if (server_ops.boots(&server, boots, NULL) < 0)
		boots->n = 0;
	http_free(server.http);
}

static bool is_at_work(const struct past *past)
{
	const char *text = past_setting(past, "mac", NULL);
	struct mac mac;

	return text && mac_parse(text, &mac) == 0 && place_is_locked(&mac);
}

/* boots: a place for each host. */
static void look(struct show *show, struct boots *boots, struct status *ret_status)
{
	const struct roster *roster = &show->past.roster;
	bool several = roster->n > 1;

	for (size_t i = 0; several && i < roster->n; i++)
		ask_server(show, roster->v[i].mac, &boots[i]);
	if (!several)
		ask_server(show, past_setting(&show->past, "mac", NULL), boots);
	*ret_status = (struct status){.host = show->settings.host,
		.at_work = is_at_work(&show->past),
		.past = &show->past,
		.folder = show->place.folder.data,
		.boot = !several && boots->n ? boots->v : NULL,
		.boots = several ? boots : NULL,
		.now = clock_wall()};
}

static struct boots *new_boots(const struct show *show, struct err *err)
{
	struct boots *boots = calloc(show->past.roster.n + 1, sizeof(*boots));

	if (!boots)
		err_set(err, -ENOMEM, "out of memory");
	return boots;
}

static void print_json(const struct status *status)
{
	CLEANUP_JSON json_t *json = status_json(status);

	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	putchar('\n');
}

/* On a terminal one picture in place of the other; elsewhere each that is new. */
static void draw(const struct buf *text, struct buf *shown, bool terminal)
{
	if (terminal)
		printf("\033[H\033[J%s", text->data);
	else if (strcmp(text->data, shown->data))
		printf("%s%s", shown->len ? "\n" : "", text->data);
	fflush(stdout);
	buf_reset(shown);
	buf_adds(shown, text->data);
}

/* Until the run ends or nobody is at work on it. */
static int go_along(struct show *show, struct err *err)
{
	CLEANUP_BUF struct buf shown;
	int r = 0;

	buf_init(&shown, 1024 * 1024);
	while (r == 0) {
		CLEANUP_FREE struct boots *boots = new_boots(show, err);
		CLEANUP_BUF struct buf text;
		struct status status;

		buf_init(&text, 1024 * 1024);
		if (!boots)
			return -ENOMEM;
		look(show, boots, &status);
		status_text(&status, &text);
		draw(&text, &shown, isatty(STDOUT_FILENO));
		if (!status.at_work)
			return 0;
		poll(NULL, 0, 1000 * show->settings.poll);
		past_release(&show->past);
		r = past_load(show->place.log.data, &show->past, err);
	}
	return r;
}

int cmd_status(int argc, char **argv)
{
	CLEANUP_SHOW struct show show = SHOW_INIT;
	CLEANUP_BUF struct buf text;
	struct err err = ERR_INIT;
	CLEANUP_FREE struct boots *boots = NULL;
	struct status status;
	int r = show_open(&show, argc, argv, &err);

	buf_init(&text, 1024 * 1024);
	if (r)
		return r < 0 ? cmd_fail(&err) : 0;
	if (show.settings.live && !show.settings.json) {
		r = go_along(&show, &err);
		return r < 0 ? cmd_fail(&err) : 0;
	}
	boots = new_boots(&show, &err);
	if (!boots)
		return cmd_fail(&err);
	look(&show, boots, &status);
	if (show.settings.json) {
		print_json(&status);
	} else {
		status_text(&status, &text);
		fputs(text.data, stdout);
	}
	return 0;
}
