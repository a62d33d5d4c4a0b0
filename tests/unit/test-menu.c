// SPDX-License-Identifier: GPL-2.0-or-later
#include "dracut-module/menu.h"

#include <string.h>

#include "dracut-module/key.h"
#include "tests/unit/unit.h"

static const char three[] =
	"next\tx86_64/lab/aaaaaaaaaaaaaaaa\tmain\t6.1.0\t2026-01-03T00:00:00Z\tfirst\n"
	"good\tx86_64/lab/bbbbbbbbbbbbbbbb\tmain\t6.0.0\t2026-01-02T00:00:00Z\tsecond\n"
	"-\ti386/lab/cccccccccccccccc\tother\t6.0.0\t2026-01-01T00:00:00Z\tthird\n";

struct fixture {
	struct menu_list list;
	struct menu menu;
	struct buf screen;
};

static void start(struct fixture *f, const char *text, int seconds)
{
	assert_int_equal(menu_list_parse(&f->list, text, strlen(text), NULL), 0);
	menu_init(&f->menu, &f->list, seconds);
	buf_init(&f->screen, 1 << 16);
}

static void cleanup_fixture(struct fixture *f)
{
	menu_list_release(&f->list);
	buf_release(&f->screen);
}
#define CLEANUP_FIXTURE CLEANUP(cleanup_fixture)

/* Presses keys as a terminal sends them. */
static void type(struct fixture *f, const char *bytes)
{
	struct key_decoder d = {0};

	for (; *bytes; bytes++)
		menu_key(&f->menu, key_feed(&d, (unsigned char)*bytes));
	menu_key(&f->menu, key_flush(&d));
}

static const char *draw(struct fixture *f, size_t rows, size_t columns)
{
	buf_reset(&f->screen);
	menu_draw(&f->menu, &f->screen, rows, columns);
	assert_int_equal(buf_check(&f->screen), 0);
	return f->screen.data;
}

static void marks_what_boots_when_nobody_chooses(void **state)
{
	static const struct {
		const char *text, *id;
	} cases[] = {
		{"now\ta/b/1\n-\ta/b/2\n", "a/b/1"},
		{"next\ta/b/1\ndefault\ta/b/2\n", "a/b/1"},
		{"good\ta/b/1\ndefault\ta/b/2\n", "a/b/2"},
		{"default\tlocal\n-\ta/b/2\n", "local"},
		/* nobody has said what this host boots: its own disk, as before */
		{"good\ta/b/1\n-\ta/b/2\n", "local"},
		{"", "local"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FIXTURE struct fixture f;

		start(&f, cases[i].text, MENU_NO_CLOCK);
		assert_int_equal(f.menu.result, MENU_RUNNING);
		assert_string_equal(menu_id(&f.menu), cases[i].id);
	}
}

static void clock_boots_the_marked_one(void **state)
{
	CLEANUP_FIXTURE struct fixture f;

	(void)state;
	start(&f, three, 2);
	assert_non_null(strstr(draw(&f, 24, 80), "entry 1 boots in 2 s"));
	menu_tick(&f.menu);
	assert_int_equal(f.menu.result, MENU_RUNNING);
	assert_non_null(strstr(draw(&f, 24, 80), "entry 1 boots in 1 s"));
	menu_tick(&f.menu);
	assert_int_equal(f.menu.result, MENU_BOOT);
	assert_string_equal(menu_id(&f.menu), "x86_64/lab/aaaaaaaaaaaaaaaa");
}

static void any_key_stops_the_clock(void **state)
{
	CLEANUP_FIXTURE struct fixture f;

	(void)state;
	start(&f, three, 2);
	type(&f, "x");
	for (int i = 0; i < 100; i++)
		menu_tick(&f.menu);
	assert_int_equal(f.menu.result, MENU_RUNNING);
	assert_null(strstr(draw(&f, 24, 80), "boots in"));
}

/* A break of the line, as of a terminal server that is switched, is nobody's key. */
static void a_break_stops_no_clock(void **state)
{
	struct key_decoder decoder = {0};

	(void)state;
	assert_int_equal(key_feed(&decoder, 0), KEY_NONE);
}

static void no_wait_when_a_bisection_drives(void **state)
{
	CLEANUP_FIXTURE struct fixture f;
	CLEANUP_FIXTURE struct fixture zero;

	(void)state;
	start(&f, "now\ta/b/1\ndefault\ta/b/2\n", 2);
	assert_int_equal(f.menu.result, MENU_BOOT);
	assert_string_equal(menu_id(&f.menu), "a/b/1");
	start(&zero, three, 0);
	assert_int_equal(zero.menu.result, MENU_BOOT);
}

/* Somebody came back from the editor or the shell: even `now` waits for him. */
static void no_clock_means_no_clock(void **state)
{
	CLEANUP_FIXTURE struct fixture f;

	(void)state;
	start(&f, "now\ta/b/1\n", MENU_NO_CLOCK);
	menu_tick(&f.menu);
	assert_int_equal(f.menu.result, MENU_RUNNING);
}

static void keys_choose(void **state)
{
	static const struct {
		const char *keys, *id;
		enum menu_result result;
	} cases[] = {
		{"\r", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_BOOT},
		{"\n", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_BOOT},
		{"\033[B\r", "x86_64/lab/bbbbbbbbbbbbbbbb", MENU_BOOT},
		{"\033OB\033OB\r", "i386/lab/cccccccccccccccc", MENU_BOOT},
		{"\033[B\033[A\r", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_BOOT},
		{"\033[A\033[A\r", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_BOOT},
		{"3\r", "i386/lab/cccccccccccccccc", MENU_BOOT},
		{"2e", "x86_64/lab/bbbbbbbbbbbbbbbb", MENU_EDIT},
		{"4\r", "local", MENU_BOOT},
		{"l", "local", MENU_BOOT},
		{"5\r", "local", MENU_SHELL},
		{"s", "local", MENU_SHELL},
		{"\033[F\r", "local", MENU_SHELL},
		{"\033[4~\033[1~\r", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_BOOT},
		{"\033[6~\r", "local", MENU_SHELL},
		{"jjk\r", "x86_64/lab/bbbbbbbbbbbbbbbb", MENU_BOOT},
		/* nothing to edit there */
		{"4e", "local", MENU_RUNNING},
		{"5e", "local", MENU_RUNNING},
		{"\033", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_RUNNING},
		{"\033[M !!", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_RUNNING},
		{"\033[B\033OM", "x86_64/lab/bbbbbbbbbbbbbbbb", MENU_BOOT},
		{"\033[[A\033[15;2~", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_RUNNING},
		{"0", "x86_64/lab/aaaaaaaaaaaaaaaa", MENU_RUNNING},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FIXTURE struct fixture f;

		start(&f, three, 2);
		type(&f, cases[i].keys);
		assert_int_equal(f.menu.result, cases[i].result);
		assert_string_equal(menu_id(&f.menu), cases[i].id);
	}
}

static void numbers_of_more_digits(void **state)
{
	CLEANUP_FIXTURE struct fixture f;
	CLEANUP_BUF struct buf text;

	(void)state;
	buf_init(&text, 1 << 16);
	for (int i = 1; i <= 250; i++)
		buf_addf(&text, "-\ta/b/%d\n", i);
	start(&f, text.data, MENU_NO_CLOCK);
	type(&f, "123");
	assert_string_equal(menu_id(&f.menu), "a/b/123");
	/* another key ends the number */
	type(&f, "\033[B7");
	assert_string_equal(menu_id(&f.menu), "a/b/7");
	/* 79 would be there, 799 is not: it begins anew */
	type(&f, "99");
	assert_string_equal(menu_id(&f.menu), "a/b/9");
}

static void long_lists_have_pages(void **state)
{
	CLEANUP_FIXTURE struct fixture f;
	CLEANUP_BUF struct buf text;
	const char *screen;

	(void)state;
	buf_init(&text, 1 << 16);
	for (int i = 1; i <= 100; i++)
		buf_addf(&text, "-\ta/b/c%d\tmain\t6.1\t2026\tsubject %d.\n", i, i);
	start(&f, text.data, MENU_NO_CLOCK);
	type(&f, "1");
	screen = draw(&f, 24, 80);
	assert_non_null(strstr(screen, "1 to 19 of 102"));
	assert_non_null(strstr(screen, "subject 1."));
	assert_non_null(strstr(screen, "subject 19."));
	assert_null(strstr(screen, "subject 20."));
	type(&f, "\033[B20");
	screen = draw(&f, 24, 80);
	assert_non_null(strstr(screen, "20 to 38 of 102"));
	assert_non_null(strstr(screen, "subject 20."));
	type(&f, "\033[F");
	screen = draw(&f, 24, 80);
	assert_non_null(strstr(screen, "96 to 102 of 102"));
	assert_non_null(strstr(screen, "local disk"));
	assert_non_null(strstr(screen, "shell"));
}

static size_t shown_width(const char *line, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\033') {
			i += 2;
			while (i < len && !(line[i] >= '@' && line[i] <= '~'))
				i++;
		} else if (line[i] != '\r') {
			width++;
		}
	}
	return width;
}

/* A line that is too long would wrap and push the others off the screen. */
static void no_line_is_wider_than_the_screen(void **state)
{
	static const size_t widths[] = {20, 40, 80, 132};
	CLEANUP_FIXTURE struct fixture f;
	CLEANUP_BUF struct buf text;

	(void)state;
	buf_init(&text, 1 << 16);
	buf_adds(&text, "default\tx86_64/lab/");
	for (int i = 0; i < 40; i++)
		buf_addc(&text, 'a');
	for (int field = 0; field < 4; field++) {
		buf_addc(&text, '\t');
		for (int i = 0; i < 300; i++)
			buf_addc(&text, 'w');
	}
	start(&f, text.data, 2);
	for (size_t w = 0; w < ARRAY_SIZE(widths); w++) {
		const char *line = draw(&f, 24, widths[w]);

		while (*line) {
			size_t len = strcspn(line, "\n");

			/* the status line and the one before it share no line feed */
			assert_true(shown_width(line, len) < widths[w] * 2);
			assert_true(strncmp(line, "\033[7m", 4) != 0 ||
				    shown_width(line, len) < widths[w]);
			line += len + (line[len] == '\n');
		}
	}
}

static void subjects_cannot_move_the_cursor(void **state)
{
	CLEANUP_FIXTURE struct fixture f;
	const char *screen;

	(void)state;
	start(&f, "-\ta/b/1\tm\033[2J\t6\x9b\t2026\tevil\033]0;x\007\n", MENU_NO_CLOCK);
	screen = draw(&f, 24, 80);
	assert_non_null(strstr(screen, "evil?]0;x?"));
	assert_null(strstr(screen + 4, "\033[2J"));
	assert_null(strchr(screen, '\007'));
	assert_null(strchr(screen, '\x9b'));
}

static void tiny_screens_do_no_harm(void **state)
{
	CLEANUP_FIXTURE struct fixture f;

	(void)state;
	start(&f, three, 2);
	assert_non_null(strstr(draw(&f, 0, 0), "aaaa"));
	assert_non_null(strstr(draw(&f, 6, 20), "aaaa"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_what_boots_when_nobody_chooses),
		cmocka_unit_test(clock_boots_the_marked_one),
		cmocka_unit_test(any_key_stops_the_clock),
		cmocka_unit_test(a_break_stops_no_clock),
		cmocka_unit_test(no_wait_when_a_bisection_drives),
		cmocka_unit_test(no_clock_means_no_clock),
		cmocka_unit_test(keys_choose),
		cmocka_unit_test(numbers_of_more_digits),
		cmocka_unit_test(long_lists_have_pages),
		cmocka_unit_test(no_line_is_wider_than_the_screen),
		cmocka_unit_test(subjects_cannot_move_the_cursor),
		cmocka_unit_test(tiny_screens_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
