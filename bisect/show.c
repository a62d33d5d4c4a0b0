// SPDX-License-Identifier: GPL-2.0-or-later
#include "show.h"

#include <errno.h>

#include "cmd.h"
#include "lab/server.h"
#include "log/evidence.h"

void show_release(struct show *show)
{
	past_release(&show->past);
	place_release(&show->place);
	params_release(&show->settings);
}

int show_open(struct show *show, int argc, char **argv, struct err *err)
{
	int r = options_args(
		params_options, &show->settings, argc, argv, &show->next, err);

	if (r < 0)
		return r;
	if (show->settings.help) {
		cmd_usage();
		return 1;
	}
	r = params_hosts(&show->settings, err);
	if (r < 0)
		return r;
	if (!show->settings.host)
		return err_set(err, -EINVAL, "which host? say --host NAME");
	r = params_complete(&show->settings, err);
	if (r < 0)
		return r;
	place_init(&show->place, show->settings.state, show->settings.host);
	r = past_load(show->place.log.data, &show->past, err);
	if (r == -ENOENT)
		err_set(err, r, "there is no run of host '%s' in '%s'",
			show->settings.host, show->settings.state);
	return r;
}

void show_fetch_evidence(const struct show *show)
{
	const char *url = past_setting(&show->past, "server", NULL);
	struct server server = {0};

	if (http_new(url ? url : show->settings.server, NULL, &server.http, NULL) < 0)
		return;
	while ((server.host = past_setting(&show->past, "mac", server.host)))
		evidence_gather(
			&server_ops, &server, &show->past, NULL, show->place.folder.data);
	http_free(server.http);
}
