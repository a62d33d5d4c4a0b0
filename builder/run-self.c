// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "builder.h"
#include "lib/child.h"

int builder_run_self(struct builder *b, const char *command, int cancel_fd,
	struct buf *out, struct child_result *ret_result, struct err *err)
{
	const char *file = b->conf.file ? b->conf.file : "/dev/null";
	char *argv[] = {"/proc/self/exe", "--conf", (char *)file, "--store",
		b->conf.store, "--state", b->conf.state, (char *)command, NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	int r;

	spec.argv = argv;
	spec.out = out;
	spec.inherit_output = !out;
	spec.cancel_fd = cancel_fd;
	r = child_run(&spec, ret_result, err);
	if (r < 0)
		return r;
	return ret_result->cancelled ? err_set(err, -ECANCELED, "cancelled") : 0;
}
