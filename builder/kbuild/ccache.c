// SPDX-License-Identifier: GPL-2.0-or-later
#include "ccache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

#define COMPILERS "/usr/lib/ccache" /* Debian's links, named as the compilers are */

int ccache_parse(const char *text, enum ccache_when *ret_when)
{
	static const char *const words[] = {
		[CCACHE_NEVER] = "no", [CCACHE_ALWAYS] = "yes", [CCACHE_CLEAN] = "auto"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i])) {
			*ret_when = i;
			return 0;
		}
	return -EINVAL;
}

bool ccache_valid(const char *text)
{
	enum ccache_when when;

	return ccache_parse(text, &when) == 0;
}

bool ccache_there(void)
{
	return file_exists(COMPILERS) && file_exists("/usr/bin/ccache");
}

void ccache_environment(unsigned int max_mb, struct strvec *env)
{
	const char *path = getenv("PATH");

	strvec_addf(env, "PATH=" COMPILERS ":%s", path ? path : "/usr/bin:/bin");
	strvec_addf(env, "CCACHE_MAXSIZE=%uM", max_mb);
	strvec_addf(env, "CCACHE_DIR=%s", CCACHE_INSIDE);
	/* what an earlier make has put into its folder is no setting */
	strvec_add(env, "CCACHE_CONFIGPATH=/dev/null");
	strvec_add(env, "CCACHE_NODIRECT=1");
	strvec_add(env, "CCACHE_COMPILERCHECK=content");
}
