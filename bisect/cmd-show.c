// SPDX-License-Identifier: GPL-2.0-or-later
/* log, and what all commands share. */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "lib/file.h"
#include "lib/log.h"
#include "show.h"

void cmd_usage(void)
{
	puts("usage: tenfold-bisect run --repo REPO --good REV --bad REV --host NAME "
	     "[OPTION...] -- TEST [ARG...]\n"
	     "       tenfold-bisect run --resume --host NAME\n"
	     "       tenfold-bisect status|log|report --host NAME [OPTION...]\n"
	     "       tenfold-bisect replay --repo REPO FILE\n");
	options_help(params_options, stdout);
}

int cmd_fail(const struct err *err)
{
	log_error_lines(err->text);
	return EXIT_BAD_INPUT;
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
