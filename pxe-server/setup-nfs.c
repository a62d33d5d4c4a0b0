// SPDX-License-Identifier: GPL-2.0-or-later
/* The NFS export of the store: read only, nobody is root on it. */
#include "setup-parts.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"

/* exports(5): blanks and what else would end a path, as octal. */
static void add_path(struct buf *out, const char *path)
{
	for (; *path; path++) {
		unsigned char c = *path;

		if (c <= ' ' || c == 0x7f || c == '"' || c == '\\' || c == '#')
			buf_addf(out, "\\%03o", c);
		else
			buf_addc(out, *path);
	}
}

int setup_nfs_line(const struct setup *s, struct buf *out, struct err *err)
{
	struct setup_network net;
	int r;

	if (s->store[0] != '/')
		return err_set(err, -EINVAL, "the store '%.200s' is not an absolute path",
			s->store);
	add_path(out, s->store);
	if (s->network) {
		r = setup_network_parse(s->network, &net, err);
		if (r < 0)
			return r;
		buf_addf(out, " %s/%u", net.address, net.bits);
	} else {
		buf_adds(out, " *");
	}
	buf_adds(out, "(ro,all_squash,no_subtree_check)\n");
	if (buf_check(out))
		return err_errno(err, buf_check(out), "the export does not fit");
	return 0;
}

int setup_nfs(const struct setup *s, struct err *err)
{
	CLEANUP_FREE char *folder = strdup(s->exports);
	CLEANUP_BUF struct buf line;
	int r;

	buf_init(&line, 8192);
	r = setup_nfs_line(s, &line, err);
	if (r < 0)
		return r;
	if (!s->write) {
		fputs(line.data, stdout);
		return 0;
	}
	/* Debian's package brings no exports.d */
	r = folder ? dir_make(dirname(folder), 0755, err)
		   : err_errno(err, -ENOMEM, "cannot write '%s'", s->exports);
	if (!r)
		r = file_write_atomic(s->exports, line.data, line.len, 0644, err);
	if (r < 0)
		return r;
	printf("%s is written; now run: exportfs -ra\n", s->exports);
	return 0;
}
