// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which objects are spared: three of them read one header. One uses nothing of it and is
 * compiled in the place of the others, one the function old_one(), one the macro VALUE.
 */
#include "builder/spare/spare.h"

#include <fcntl.h>

#include "tests/unit/spare-lab.h"

static const char header[] = "#ifndef LAB_H\n#define LAB_H\n"
			     "struct list { struct list *next; };\n"
			     "typedef unsigned int u32;\n"
			     "#define VALUE 5\n"
			     "#define HERE() mark(__LINE__)\n"
			     "#define STATIC() ({ static int once; once++; })\n"
			     "#define GLUE(a, b) a##b\n"
			     "#define GLUE_4(a, b, c, d) a##b##c##d\n"
			     "extern int mark(int line);\n"
			     "extern int first_one(u32 x);\n"
			     "static inline int is_empty(struct list *head)\n{\n\treturn "
			     "head->next == head;\n}\n"
			     "extern int old_one(u32 x);\n"
			     "static inline int here(void)\n{\n\treturn HERE();\n}\n"
			     "#ifdef CONFIG_OFF\nextern int off(void);\n#endif\n"
			     "extern int last_one(struct list *head);\n"
			     "#endif\n";

static const char *const sources[] = {
	"#include \"lab.h\"\nint plain(void)\n{\n\treturn 1;\n}\n",
	"#include \"lab.h\"\nint user(void)\n{\n\treturn old_one(1) + here();\n}\n",
	("#include \"lab.h\"\nextern int GLUE(MA, DE), GLUE_4(FO, UR, PA, RT);\n"
	 "int value(void)\n{\n\treturn VALUE + GLUE(MA, DE);\n}\n"),
	"#include \"lab.h\"\nint idle(void)\n{\n\treturn 2;\n}\n",
};
static const char *const names[] = {"plain", "user", "value", "idle"};

/* want: the verdicts in the order of the names; "cccc" if in doubt. */
static const struct {
	const char *what, *old, *new, *want;
} cases[] = {
	{"prototype", "extern int last_one",
		"extern int lab_ask(u32 x);\nextern int last_one", "psss"},
	{"prototype in front moves a line", "extern int old_one",
		"extern int lab_ask(struct list *x);\nextern int old_one", "pcss"},
	{"unknown type", "extern int last_one",
		"extern int ask(u64 x);\nextern int last_one", "cccc"},
	{"a forward declaration and its user", "extern int last_one",
		"struct lab;\nextern int ask(struct lab *lab);\nextern int last_one",
		"psss"},
	{"a struct that nobody declared", "extern int last_one",
		"struct list;\nextern int ask(struct lab *lab);\nextern int last_one",
		"cccc"},
	{"signature", "old_one(u32 x)", "old_one(u32 x, int y)", "pcss"},
	{"value", "VALUE 5", "VALUE 6", "pscs"},
	{"comment", "#define VALUE 5", "#define VALUE 5 /* five */", "psss"},
	{"comment that moves lines", "#define VALUE 5", "/*\n */\n#define VALUE 5",
		"pcss"},
	{"macro that somebody glues", "#define VALUE 5",
		"#define VALUE 5\n#define MADE 1", "pccs"},
	{"macro that somebody glues of four parts", "#define VALUE 5",
		"#define VALUE 5\n#define FOURPART 1", "pccs"},
	{"inline function", "extern int last_one",
		"static inline struct list *lab_first(struct list *head)\n{\n"
		"\treturn is_empty(head) ? 0 : head->next;\n}\nextern int last_one",
		"psss"},
	{"inline function with another member", "extern int last_one",
		"static inline struct list *lab_first(struct list *head)\n{\n"
		"\treturn head->prev;\n}\nextern int last_one",
		"cccc"},
	{"inline function with a static", "extern int last_one",
		"static inline int lab_once(void)\n{\n\treturn STATIC();\n}\n"
		"extern int last_one",
		"cccc"},
	{"calls what nobody declared", "extern int last_one",
		"static inline int lab_call(void)\n{\n\treturn nobody();\n}\nextern int "
		"last_one",
		"cccc"},
	{"struct", "struct list *next; }", "struct list *next, *prev; }", "cccc"},
	{"condition", "#ifdef CONFIG_OFF", "#ifndef CONFIG_OFF", "cccc"},
	{"option", "#define VALUE 5", "#define VALUE 5 /* CONFIG_NEW */", "cccc"},
	{"a builtin", "extern int last_one",
		"extern int memcmp(u32 a, u32 b);\nextern int last_one", "cccc"},
	{"a variable", "extern int last_one",
		"extern u32 lab_count;\nextern int last_one", "psss"},
	{"a definition", "extern int last_one", "u32 lab_count;\nextern int last_one",
		"cccc"},
	{"an attribute", "extern int last_one",
		"extern int ask(void) __attribute__((weak));\nextern int last_one",
		"cccc"},
	{"broken", "extern int last_one", "extern int ask(;\nextern int last_one",
		"cccc"},
};

static void replace(const char *old, const char *new, struct buf *b)
{
	const char *at = strstr(header, old);

	assert_non_null(at);
	buf_init(b, 64 * 1024);
	buf_addf(b, "%.*s%s%s", (int)(at - header), header, new, at + strlen(old));
}

static void set_up(struct spare_lab *lab)
{
	static const char *const headers[] = {"lab.h", NULL};
	struct tree_file files[] = {{"lab.h", header, 0}};

	lab_open(lab);
	lab_write(lab->src, "lab.h", header, 1000);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP_FREE char *name = buf_format("%s.c", names[i]);

		lab_write(lab->src, name, sources[i], 1000);
		lab_make(lab, names[i], "", headers);
	}
	lab_commit(lab, "old", files, 1, lab->from);
}

static void read_object(const char *path, struct buf *b)
{
	buf_init(b, 1 << 20);
	assert_int_equal(file_read(path, b, NULL), 0);
}

/* With the new header in place: what is spared compiles to the same bytes, if what proves
 * it compiles at all. */
static void holds_true(const struct spare_lab *lab, const struct spare *spare,
	const char *text, const char *what)
{
	CLEANUP_FREE char *out = buf_format("%s/new.o", lab->temp);
	bool proven = true;

	lab_write(lab->src, "lab.h", text, 3000);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (lab_verdict(spare, names[i]) == 'p')
			proven &= lab_compile(lab, names[i], out);
	for (size_t i = 0; proven && i < ARRAY_SIZE(names); i++) {
		CLEANUP_FREE char *old = buf_format("%s/%s.o", lab->obj, names[i]);
		CLEANUP_BUF struct buf a = {0}, b = {0};

		if (lab_verdict(spare, names[i]) != 's')
			continue;
		if (!lab_compile(lab, names[i], out))
			fail_msg("%s: %s does not compile", what, names[i]);
		read_object(old, &a);
		read_object(out, &b);
		if (a.len != b.len || memcmp(a.data, b.data, a.len))
			fail_msg("%s: %s is another", what, names[i]);
	}
	lab_write(lab->src, "lab.h", header, 1000);
}

static void decides(void **state)
{
	struct spare_lab lab;

	(void)state;
	set_up(&lab);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_BUF struct buf text = {0};
		struct tree_file files[] = {{"lab.h", NULL, 0}};
		struct spare spare;

		replace(cases[i].old, cases[i].new, &text);
		files[0].text = text.data;
		lab_commit(&lab, "new", files, 1, lab.to);
		lab_plan(&lab, &spare);
		for (size_t j = 0; j < ARRAY_SIZE(names); j++)
			if (lab_verdict(&spare, names[j]) != cases[i].want[j])
				fail_msg("%s: %s is '%c'", cases[i].what, names[j],
					lab_verdict(&spare, names[j]));
		holds_true(&lab, &spare, text.data, cases[i].what);
		spare_release(&spare);
	}
	lab_close(&lab);
}

static time_t time_of(const struct spare_lab *lab, const char *name)
{
	CLEANUP_FREE char *path = buf_format("%s/%s.o", lab->obj, name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mtim.tv_sec;
}

/* The first case's header as a commit; ret_text: its text. */
static void commit_first(struct spare_lab *lab, struct buf *ret_text)
{
	struct tree_file files[] = {{"lab.h", NULL, 0}};

	replace(cases[0].old, cases[0].new, ret_text);
	files[0].text = ret_text->data;
	lab_commit(lab, "new", files, 1, lab->to);
}

/* The header is written, also by a clock that runs ahead: what is kept is not older. */
static void gives_and_takes_times(void **state)
{
	const time_t ahead = time(NULL) + 1000;
	CLEANUP_BUF struct buf text = {0};
	struct spare_lab lab;
	struct spare spare;

	(void)state;
	set_up(&lab);
	commit_first(&lab, &text);
	lab_plan(&lab, &spare);
	assert_int_equal(spare.n_spared, 3);
	lab_write(lab.src, "lab.h", text.data, ahead);
	spare_apply(&spare);
	assert_int_equal(time_of(&lab, "plain"), 2000);
	assert_int_equal(time_of(&lab, "user"), ahead);
	assert_false(spare_proven(&spare));
	lab_write(lab.obj, "plain.o", "made", 2001);
	assert_true(spare_proven(&spare));
	spare_undo(&spare);
	assert_int_equal(time_of(&lab, "user"), 2000);
	spare_release(&spare);
	lab_close(&lab);
}

/* What was not up to date before, and what is made in a way that tells more of a text. */
static void leaves_others_alone(void **state)
{
	static const char *const headers[] = {"lab.h", NULL};
	CLEANUP_BUF struct buf text = {0};
	struct spare_lab lab;
	struct spare spare;

	(void)state;
	set_up(&lab);
	commit_first(&lab, &text);
	lab_make(&lab, "user", "-g", headers);
	lab_write(lab.src, "idle.c", sources[3], 2500);
	lab_plan(&lab, &spare);
	assert_int_equal(lab_verdict(&spare, "user"), 'c');
	assert_int_equal(lab_verdict(&spare, "idle"), 'c');
	assert_int_equal(lab_verdict(&spare, "value"), 's');
	spare_release(&spare);
	lab_write(lab.obj, ".config", "CONFIG_MODVERSIONS=y\n", 1000);
	lab_plan(&lab, &spare);
	assert_int_equal(spare.n_spared, 0);
	spare_release(&spare);
	lab_close(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(decides),
		cmocka_unit_test(gives_and_takes_times),
		cmocka_unit_test(leaves_others_alone)};

	return cmocka_run_group_tests_name("spare", tests, NULL, NULL);
}
