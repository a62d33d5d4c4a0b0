// SPDX-License-Identifier: GPL-2.0-or-later
/* What several hosts make of a log that was begun elsewhere. */
#include "tests/unit/team-lab.h"

static void begin_with(
	struct fixture *f, struct sim_crew *crew, int culprit, int bad, int good)
{
	CLEANUP_BUF struct buf log;

	team_begin(f, crew, culprit, 2);
	buf_init(&log, 4096);
	buf_addf(&log,
		"# tenfold: event=start host=a host=b\n"
		"git bisect start\ngit bisect bad %s\n",
		f->commits[bad]);
	if (good)
		buf_addf(&log, "git bisect good %s\n", f->commits[good]);
	write_start(f, log.data);
}

/* git's log tells that the bad end fails, and not how; the one other host disagrees. */
static void a_log_that_knows_no_failure(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	enum sim_kind others[COMMITS_MAX];
	const struct roster_host *b;
	struct sim_crew crew;

	begin_with(f, &crew, 7, LAST, 0);
	memset(others, 0, sizeof(others));
	crew.v[1].sim.kinds = others;
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_string_equal(past.culprit, f->commits[7]);
	b = roster_find(&past.roster, "b");
	assert_non_null(b);
	assert_true(*b->aside && b->disagrees);
	crew_end(&crew);
}

/* Then tests are repeated. */
static void one_image_with_two_verdicts_is_a_contradiction(void **state)
{
	struct fixture *f = *state;
	CLEANUP_PAST struct past past = {0};
	uint32_t image_of[COMMITS_MAX];
	bool has_image[COMMITS_MAX];
	struct sim_crew crew;

	begin_with(f, &crew, 8, 12, 11);
	for (int i = 0; i < COMMITS_MAX; i++) {
		image_of[i] = IMAGE_OWN;
		has_image[i] = true;
	}
	image_of[number_of(f, 12)] = number_of(f, 11);
	for (size_t i = 0; i < 2; i++) {
		crew.v[i].sim.image_of = image_of;
		crew.v[i].sim.has_image = has_image;
	}
	assert_int_equal(team_once(f, &crew, &past), RUN_FOUND);
	assert_true(*past.belief);
	assert_string_equal(past.culprit, f->commits[8]);
	crew_end(&crew);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_that_knows_no_failure),
		cmocka_unit_test(one_image_with_two_verdicts_is_a_contradiction),
	};

	return cmocka_run_group_tests_name(
		"bisect-team-log", tests, make_fixture, drop_fixture);
}
