// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/list.h"

#include <string.h>

#include "lib/cleanup.h"
#include "tests/unit/unit.h"

static bool is_not_gone(void *ctx, const char *id)
{
	return !strchr(ctx, *id);
}

/* "mark:id mark:id" for the choices. */
static void own_is(const char *next, bool waits, const char *usual, const char *good,
	const char *want, const char *want_first)
{
	const struct list_choices choices = {next, waits, usual, good};
	struct list_own own[LIST_OWN_MAX];
	size_t n = list_own(&choices, own), len = 0;
	char got[256] = "";

	for (size_t i = 0; i < n; i++)
		len += snprintf(got + len, sizeof(got) - len, "%s%s:%s", i ? " " : "",
			own[i].mark, own[i].id);
	assert_string_equal(got, want);
	assert_string_equal(list_first(&choices, is_not_gone, ""), want_first);
}

static void the_hosts_own_come_first(void **state)
{
	(void)state;
	own_is("", true, "", "", "", "local");
	own_is("", true, "local", "", "default:local", "local");
	own_is("", true, "D", "G", "default:D good:G", "D");
	own_is("N", true, "D", "G", "next:N default:D good:G", "N");
	own_is("N", false, "D", "G", "now:N default:D good:G", "N");
}

static void each_stands_once_with_its_strongest_mark(void **state)
{
	(void)state;
	own_is("A", true, "A", "A", "next:A", "A");
	own_is("A", false, "D", "A", "now:A default:D", "A");
	own_is("", true, "D", "D", "default:D", "D");
	own_is("local", false, "local", "G", "now:local good:G", "local");
}

static void a_good_one_alone_boots_nothing(void **state)
{
	(void)state;
	own_is("", true, "", "G", "good:G", "local");
}

static void what_is_gone_is_passed_over(void **state)
{
	static const struct list_choices choices = {"N", true, "D", "G"},
					 local = {"N", true, "local", "G"};

	(void)state;
	assert_string_equal(list_first(&choices, is_not_gone, "N"), "D");
	assert_string_equal(list_first(&choices, is_not_gone, "D"), "N");
	assert_string_equal(list_first(&choices, is_not_gone, "ND"), "local");
	/* the local disk is always there */
	assert_string_equal(list_first(&local, is_not_gone, "Nl"), "local");
}

static void own_ones_are_not_repeated(void **state)
{
	static const struct list_own own[] = {{"next", "A"}, {"default", "B"}};

	(void)state;
	assert_true(list_is_own(own, 2, "B"));
	assert_false(list_is_own(own, 2, "C"));
	assert_false(list_is_own(own, 0, "A"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hosts_own_come_first),
		cmocka_unit_test(each_stands_once_with_its_strongest_mark),
		cmocka_unit_test(a_good_one_alone_boots_nothing),
		cmocka_unit_test(what_is_gone_is_passed_over),
		cmocka_unit_test(own_ones_are_not_repeated),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
