// SPDX-License-Identifier: GPL-2.0-or-later
#include "builder/reach/names.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/unit.h"

static char temp[32];

static void assert_real(
	const struct names *names, const char *text, const char *folder, const char *want)
{
	CLEANUP_FREE char *real = names_real(names, text), *whole = NULL;

	if (!want) {
		assert_null(real);
		return;
	}
	assert_true(asprintf(&whole, "%s%s", folder, want) > 0);
	assert_non_null(real);
	assert_string_equal(real, whole);
}

static void make(const char *name, const char *target)
{
	CLEANUP_FREE char *path = NULL;

	assert_true(asprintf(&path, "%s/%s", temp, name) > 0);
	if (target)
		assert_int_equal(symlink(target, path), 0);
	else
		assert_int_equal(dir_make(path, 0755, NULL), 0);
}

static void reads_names_from_inside(void **state)
{
	struct names names;

	(void)state;
	memcpy(temp, "/tmp/tenfold-test-XXXXXX", 25);
	assert_non_null(mkdtemp(temp));
	make("src/include", NULL);
	make("obj", NULL);
	make("obj/source", "/build/src");
	make("obj/here", "../src");
	make("obj/last", "here/include");
	make("obj/loop", "loop");
	make("obj/usr", "/usr");
	make("obj/up", "../../usr");
	names_init(&names, "/build", 100, temp);
	assert_real(&names, "/build/src/include", temp, "/src/include");
	assert_real(&names, "/build/obj/source/include", temp, "/src/include");
	assert_real(&names, "/build/obj/../src//include/.", temp, "/src/include");
	assert_real(&names, "/build/obj/here/include", temp, "/src/include");
	assert_real(&names, "/build/obj/last", temp, "/src/include");
	assert_real(&names, "/build", temp, "");
	assert_real(&names, "/build/obj/loop", temp, NULL);
	assert_real(&names, "/build/obj/none", temp, NULL);
	assert_real(&names, "/buildx", temp, NULL);
	/* what is above it in there is the root, and the system is where it is here */
	assert_real(&names, "/build/obj/up", "", "/usr");
	assert_real(&names, "/build/obj/usr", "", "/usr");
	/* without a sandbox both names are one */
	names_init(&names, temp, sizeof(temp), temp);
	make("obj/own", temp);
	{
		CLEANUP_FREE char *text = NULL;

		assert_true(asprintf(&text, "%s/obj/own/src/include", temp) > 0);
		assert_real(&names, text, temp, "/src/include");
	}
	dir_remove(temp, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(reads_names_from_inside)};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
