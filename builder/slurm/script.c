// SPDX-License-Identifier: GPL-2.0-or-later
#include "script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sha256.h"
#include "lib/text.h"

void slurm_job_name(
	const char *state, const char *tree, const struct image_id *id, struct buf *b)
{
	char digest[SHA256_TEXT];

	sha256_bytes(state, strlen(state), digest);
	buf_addf(b, "tenfold@%.8s@%s@%s@%s@%s", digest, tree, id->arch, id->config,
		id->commit);
}

int slurm_job_parse(const char *name, struct image_id *ret_id)
{
	CLEANUP_FREE char *text = NULL;

	if (strncmp(name, "tenfold@", 8))
		return -EINVAL;
	for (int i = 0; i < 3; i++) {
		name = strchr(name, '@');
		if (!name)
			return -EINVAL;
		name++;
	}
	text = strdup(name);
	if (!text)
		return -ENOMEM;
	for (char *c = text; *c; c++)
		if (*c == '@')
			*c = '/';
	return image_id_parse(text, ret_id, NULL);
}

int slurm_script(const struct strvec *argv, struct buf *b)
{
	buf_adds(b, "#!/bin/sh\nexec");
	for (size_t i = 0; i < argv->n; i++) {
		if (strpbrk(argv->v[i], "\r\n"))
			return -EINVAL;
		buf_addc(b, ' ');
		text_add_quoted(b, argv->v[i]);
	}
	buf_addc(b, '\n');
	return buf_check(b);
}
