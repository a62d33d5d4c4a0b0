// SPDX-License-Identifier: GPL-2.0-or-later
/* tenfold-server(8) */
#include <string.h>

#include "lib/log.h"
#include "server.h"
#include "setup.h"

static int run(struct server *server, int argc, char **argv)
{
	struct err err = ERR_INIT;
	int next;

	if (config_read(&server->config, argc, argv, &next, &err) < 0) {
		log_error_lines(err.text);
		return 2;
	}
	if (server->config.help) {
		config_help(stdout);
		return 0;
	}
	if (server->config.version) {
		puts("tenfold-server " TENFOLD_VERSION);
		return 0;
	}
	if (next < argc) {
		log_error("'%s' is no option; see --help", argv[next]);
		return 2;
	}
	return server->config.check ? 0 : server_run(server);
}

int main(int argc, char **argv)
{
	struct server server = {0};
	int status;

	log_open("tenfold-server");
	if (argc > 1 && !strcmp(argv[1], "setup"))
		return setup_main(argc - 1, argv + 1);
	status = run(&server, argc, argv);
	config_release(&server.config);
	return status;
}
