// SPDX-License-Identifier: GPL-2.0-or-later
/* What makes and compilers say, and what the builder keeps of it. */
#include "builder/job/costs.h"
#include "builder/job/workplace.h"
#include "builder/kbuild/build-log.h"
#include "builder/kbuild/kconfig.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static void of_make(const char *log, size_t len)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 1024 * 1024);
	build_log_errors(log, len, "/src", &b);
	build_log_has_compiler_error(log, len);
	build_log_blames_machine(log, len, &b);
	text_add_utf8(&b, log, len, 200);
}

static void of_a_config(const char *text)
{
	CLEANUP_BUF struct buf merged;

	buf_init(&merged, 1024 * 1024);
	kconfig_path_matters(text);
	kconfig_is_set(text, "MODULES");
	kconfig_merge(text, "CONFIG_A=y\n# CONFIG_B is not set\n", &merged);
	kconfig_merge("CONFIG_A=y\n", text, &merged);
	kconfig_missing(text, "CONFIG_A=y\n", &merged);
}

/* What mark_format() writes is read as it was. */
static void of_a_mark(const char *text)
{
	CLEANUP_BUF struct buf once, twice;
	struct mark mark;

	buf_init(&once, 4096);
	buf_init(&twice, 4096);
	mark_parse(text, &mark);
	mark_format(&mark, &once);
	mark_parse(once.data, &mark);
	mark_format(&mark, &twice);
	assert(!strcmp(once.data, twice.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	struct costs costs;

	of_make(text, size);
	of_a_config(text);
	of_a_mark(text);
	costs_parse(text, &costs);
	costs_expect(&costs, true);
	return 0;
}
