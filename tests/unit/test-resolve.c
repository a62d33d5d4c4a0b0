// SPDX-License-Identifier: GPL-2.0-or-later
#include "pxe-server/resolve.h"

#include <errno.h>
#include <string.h>

#include "tests/unit/server-world.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define AB "aaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"
#define D "dddddddddddddddddddddddddddddddddddddddd"
#define F "ffffffffffffffffffffffffffffffffffffffff"
#define X "x86_64/lab/"
#define I "i386/lab/"

static const struct resolve_hint anything = {"", "", "", ""};
static const struct resolve_hint usually_64 = {"", "", "x86_64", ""};
static const struct resolve_hint only_32 = {"i386", "", "x86_64", ""};

/* master: A (day 1), AB (day 2), C (day 3, both arches); topic: D; F does not build. */
static int make(void **state)
{
	struct world *w;

	world_make(state);
	w = *state;
	world_image(w, "x86_64", A, "master", 1);
	world_image(w, "x86_64", AB, "master", 2);
	world_image(w, "x86_64", C, "master", 3);
	world_image(w, "i386", C, "master", 3);
	world_image(w, "x86_64", D, "net/topic", 4);
	world_write(w, "failed/" X F "/image.json",
		"{\"id\":\"" X F "\",\"status\":\"failed\"}");
	world_write(w, "refs.json",
		"{\"branches\":{\"master\":\"" F "\",\"old\":\"" A "\",\"abcdefa\":\"" D
		"\",\"../bad\":\"" A "\"},"
		"\"tags\":{\"v6.1\":\"" A "\",\"v6.1-rc3\":\"" AB "\",\"v9\":\"" F
		"\"}}");
	world_sync(w);
	return 0;
}

static void finds(
	void **state, const char *text, const struct resolve_hint *hint, const char *want)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	char id[IMAGE_ID_TEXT] = "";

	assert_int_equal(resolve_choice(&w->server.db, text, hint, id, &err), 0);
	assert_string_equal(id, want);
}

static void fails(void **state, const char *text, const struct resolve_hint *hint,
	int code, const char *says)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	char id[IMAGE_ID_TEXT];

	assert_int_equal(resolve_choice(&w->server.db, text, hint, id, &err), code);
	assert_string_equal(err.text, says);
}

static void every_spelling(void **state)
{
	finds(state, X A, &anything, X A);
	finds(state, A, &anything, X A);
	finds(state, "aaaaaaaaa", &anything, X A);
	finds(state, "aaaaaaaab", &anything, X AB);
	finds(state, "v6.1", &anything, X A);
	finds(state, "v6.1-rc3", &anything, X AB);
	finds(state, "net/topic", &anything, X D);
	finds(state, "old", &anything, X A);
	finds(state, I "ccccccc", &anything, I C);
	finds(state, I "master", &anything, I C);
	finds(state, "local", &anything, "local");
}

static void a_branch_is_its_newest_while_its_tip_has_no_image(void **state)
{
	finds(state, "master", &usually_64, X C);
}

/* History was rewritten: C is not on master any more, though it was built for it. */
static void a_branch_does_not_mean_what_it_has_left(void **state)
{
	static const char refs[] = "{\"branches\":{\"master\":\"" F "\"},"
				   "\"left\":{\"master\":[\"" C "\",7],\"x\":7}}";
	struct world *w = *state;

	assert_int_equal(catalogue_set_refs(&w->server.db, refs, strlen(refs), NULL), 0);
	finds(state, "master", &usually_64, X AB);
	finds(state, C, &usually_64, X C);
}

static void a_branch_wins_over_a_short_commit(void **state)
{
	finds(state, "abcdefa", &anything, X D);
}

static void a_host_narrows_and_the_server_settles_ties(void **state)
{
	finds(state, C, &usually_64, X C);
	finds(state, C, &only_32, I C);
	fails(state, C, &anything, -ENOTUNIQ,
		"'" C "' names 2 images: '" I C "', '" X C "'");
	fails(state, "aaaaaaa", &usually_64, -ENOTUNIQ,
		"'aaaaaaa' names 2 images: '" X A "', '" X AB "'");
	fails(state, "v6.1", &only_32, -ENOENT,
		"the tag 'v6.1' (commit aaaaaaaaaaaa) has no image for i386");
	/* what the person wrote rules over both */
	finds(state, X C, &only_32, X C);
}

static void the_unknown_names_the_nearest(void **state)
{
	fails(state, "v6.1-rc4", &anything, -ENOENT,
		"there is no image 'v6.1-rc4'; the nearest are 'v6.1-rc3', 'v6.1'");
	fails(state, "mastre", &anything, -ENOENT,
		"there is no image 'mastre'; the nearest is 'master'");
	fails(state, "aaaaaaaac", &anything, -ENOENT,
		"there is no image 'aaaaaaaac'; the nearest are 'aaaaaaaaa', "
		"'aaaaaaaab'");
	fails(state, "zzz", &anything, -ENOENT, "there is no image 'zzz'");
	fails(state, I A, &anything, -ENOENT,
		"there is no image '" I A "' for i386/lab; there is '" X A "'");
}

static void what_does_not_build_says_so(void **state)
{
	fails(state, "fffffff", &anything, -ENOENT,
		"'fffffff' has no image: it does not build, see failed/" X F
		"/build.log");
	fails(state, "v9", &anything, -ENOENT,
		"the tag 'v9' (commit ffffffffffff) has no image");
}

static void traversal_is_no_spelling(void **state)
{
	struct world *w = *state;
	static const char *const bad[] = {
		"", "..", "../../etc/passwd", (X ".."), "/etc", "a b", "a\nb", "-x"};
	char id[IMAGE_ID_TEXT];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(
			resolve_image(&w->server.db, bad[i], &anything, id, NULL),
			-EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling),
		cmocka_unit_test(a_branch_is_its_newest_while_its_tip_has_no_image),
		cmocka_unit_test(a_branch_wins_over_a_short_commit),
		cmocka_unit_test(a_host_narrows_and_the_server_settles_ties),
		cmocka_unit_test(the_unknown_names_the_nearest),
		cmocka_unit_test(what_does_not_build_says_so),
		cmocka_unit_test(traversal_is_no_spelling),
		/* last: it changes what the branches are */
		cmocka_unit_test(a_branch_does_not_mean_what_it_has_left),
	};

	return cmocka_run_group_tests_name("resolve", tests, make, world_drop);
}
