// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Made-up headers are changed at random. What is spared compiles to the same bytes with
 * the new text as with the old one, if that which is compiled in its place compiles.
 * TENFOLD_SEED=N makes case N alone, TENFOLD_THOROUGH=1 thousands.
 */
#include <stdio.h>

#include "builder/spare/decide.h"
#include "lib/child.h"
#include "tests/unit/builder-tree.h"
#include "tests/unit/spare-items.h"

#define CASES 12
#define THOROUGH 2000
#define SOURCES 4
#define EDITS 9 /* of one header, each of its own */

struct source {
	char *text, *path, *object; /* owned */
	struct buf old;             /* what it compiled to; empty: it did not */
	bool module, reads_other;
};

struct lab {
	char temp[32];
	struct maker m;
	struct items header;
	struct buf old, new, other; /* texts of lab.h and other.h */
	char *header_path, *other_path, *out;
	struct source sources[SOURCES];
	unsigned int number;
	size_t n_readers, n_spared; /* of all cases */
};

static const char config[] = "CONFIG_ON=y\n# CONFIG_OFF is not set\n";

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static bool compile(const struct lab *lab, const struct source *s, struct buf *ret)
{
	char *argv[] = {"gcc", "-O2", "-w", "-DCONFIG_ON=1",
		"-Werror=implicit-function-declaration", "-Werror=implicit-int",
		"-Werror=incompatible-pointer-types", "-c", "-o", lab->out, s->path,
		s->module ? "-DMODULE" : NULL, NULL};
	struct child_spec spec = CHILD_SPEC_INIT;
	struct child_result result;
	CLEANUP_BUF struct buf said = {0};

	buf_reset(ret);
	buf_init(&said, 1 << 20);
	spec.argv = argv;
	spec.out = &said;
	spec.timeout = 60;
	assert_int_equal(child_run(&spec, &result, NULL), 0);
	return result.exit_code == 0 && file_read(lab->out, ret, NULL) == 0;
}

/* A source's own words, some of which the header has or will have, too. */
static void make_own(struct lab *lab, struct buf *b)
{
	struct maker *m = &lab->m;
	unsigned int n = roll(m, NAMES);

	switch (roll(m, 7)) {
	case 6:
		buf_addf(b, "#define HOOK(x) ((x) + %s)\n",
			roll(m, 2) ? "__LINE__" : "v_0");
		return;
	case 0:
		buf_addf(b, "#define M_%u 7\n", n);
		return;
	case 1:
		buf_addf(b, "typedef long t_%u;\n", n);
		return;
	case 2:
		buf_addf(b, "struct s_%u { long b; int a; };\n", n);
		return;
	case 3:
		buf_addf(b, "#define fn_%u(x) ((x) + 2)\n", n);
		return;
	case 4:
		buf_addf(b, "static inline int fn_%u(int x) { return x; }\n", n);
		return;
	default:
		return;
	}
}

static void make_source(struct lab *lab, struct source *s)
{
	struct maker *m = &lab->m;
	CLEANUP_BUF struct buf b = {0}, around = {0};
	unsigned int order = roll(m, 4), n;

	buf_init(&b, 64 * 1024);
	buf_init(&around, 256 * 1024);
	s->module = !roll(m, 3);
	s->reads_other = order < 3;
	if (!roll(m, 3))
		make_own(lab, &b);
	buf_addf(&b, "%s#include \"lab.h\"\n%s",
		order < 2 ? "#include \"other.h\"\n" : "",
		order == 2 ? "#include \"other.h\"\n" : "");
	if (!roll(m, 4))
		make_own(lab, &b);
	buf_addf(&around, "%s%s%s", s->reads_other ? lab->other.data : "", lab->old.data,
		b.data);
	m->before = around.data;
	for (unsigned int i = 0; i < 1 + roll(m, 3); i++) {
		if (pick(m, "s", &n))
			buf_addf(&b, "int use_%u(int x, struct s_%u *p)\n{\n\treturn ", i,
				n);
		else
			buf_addf(&b, "int use_%u(int x, void *q)\n{\n\treturn ", i);
		m->parameter = "x";
		make_value(m, &b);
		buf_adds(&b, " + ");
		make_value(m, &b);
		buf_adds(&b, ";\n}\n");
		m->parameter = NULL;
	}
	m->before = "";
	free(s->text);
	s->text = buf_take(&b);
	put(s->path, s->text);
}

static void make_header(struct lab *lab)
{
	static const char *const first[] = {
		"typedef unsigned int u32;\ntypedef _Bool bool;\n",
		"#define __attribute_const__ __attribute__((__const__))\n",
		"#define HERE(x) ((x) + __LINE__)\nextern int v_0;\n",
		"#ifndef HOOK\n#define HOOK(x) (x)\n#endif\n"};
	struct maker *m = &lab->m;
	struct items other = {0};
	size_t always;

	items_release(&lab->header);
	for (size_t i = 0; i < ARRAY_SIZE(first); i++)
		if (!i || roll(m, 5))
			items_insert(&lab->header, lab->header.n, strdup(first[i]));
	always = lab->header.n;
	for (unsigned int i = 8 + roll(m, 20); i; i--)
		items_grow(m, &lab->header, lab->header.n, "");
	for (unsigned int i = roll(m, 3); i; i--)
		items_condition(m, &lab->header, always);
	items_insert(&lab->header, 0, strdup("#ifndef LAB_H\n#define LAB_H\n"));
	items_insert(&lab->header, lab->header.n, strdup("#endif\n"));
	buf_reset(&lab->old);
	items_text(&lab->header, lab->header.n, &lab->old);
	for (unsigned int i = 1 + roll(m, 6); i; i--)
		items_grow(m, &other, other.n, roll(m, 2) ? lab->old.data : "");
	buf_reset(&lab->other);
	buf_adds(&lab->other, "#define OTHER_H\n");
	items_text(&other, other.n, &lab->other);
	items_release(&other);
	put(lab->header_path, lab->old.data);
	put(lab->other_path, lab->other.data);
}

/* One token of a piece becomes another of the same form. */
static char *change_digit(struct maker *m, const char *text)
{
	char *copy = strdup(text);
	unsigned int left = roll(m, 6);

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		if (*at >= '0' && *at <= '9' && !left--)
			*at = '0' + roll(m, NAMES);
	return copy;
}

static void edit(struct lab *lab, struct items *items)
{
	struct maker *m = &lab->m;
	size_t last = items->n - 1, at = 1 + roll(m, last), one = 1 + roll(m, last - 1);

	switch (roll(m, 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		items_grow(m, items, at, roll(m, 10) ? "" : lab->other.data);
		return;
	case 4:
		if (items->v[one][0] != '#' || !roll(m, 10))
			free(items_take(items, one));
		return;
	case 5:
		items_insert(items, at, items_take(items, one));
		return;
	case 6:
		items_insert(items, one, change_digit(m, items->v[one]));
		free(items_take(items, one + 1));
		return;
	case 7:
		items_insert(
			items, at, strdup(roll(m, 2) ? "\n" : "/* one\n * two */\n"));
		return;
	case 8:
		items_insert(items, at, change_digit(m, items->v[one]));
		return;
	default:
		items_grow(m, items, last, "");
	}
}

static void make_new(struct lab *lab)
{
	struct items items = {0};
	unsigned int n = roll(&lab->m, 2) ? 1 : 1 + roll(&lab->m, 3);

	for (size_t i = 0; i < lab->header.n; i++)
		items_insert(&items, i, strdup(lab->header.v[i]));
	for (; n && items.n > 3; n--)
		edit(lab, &items);
	buf_reset(&lab->new);
	items_text(&items, items.n, &lab->new);
	items_release(&items);
}

static void fill_input(struct input *in, const char *path, bool header)
{
	*in = (struct input){.path = strdup(path), .is_header = header};
	assert_non_null(in->path);
}

/* Each source that compiles is an object; ret_which: of which source each is. */
static void make_objects(struct lab *lab, struct objects *ret, size_t ret_which[SOURCES])
{
	*ret = (struct objects){.n_inputs = 3 + SOURCES};
	ret->inputs = calloc(ret->n_inputs, sizeof(*ret->inputs));
	ret->v = calloc(SOURCES, sizeof(*ret->v));
	assert_true(ret->inputs && ret->v);
	fill_input(&ret->inputs[1], lab->header_path, true);
	ret->inputs[1].state = INPUT_CHANGED;
	fill_input(&ret->inputs[2], lab->other_path, true);
	for (size_t i = 0; i < SOURCES; i++) {
		const struct source *s = &lab->sources[i];
		struct object *o = &ret->v[ret->n];

		fill_input(&ret->inputs[3 + i], s->path, false);
		if (!s->old.len)
			continue;
		*o = (struct object){.headers = 1, .kind = s->module};
		o->files = calloc(3, sizeof(*o->files));
		assert_non_null(o->files);
		o->files[o->n_files++] = 1;
		if (s->reads_other)
			o->files[o->n_files++] = 2;
		o->files[o->n_files++] = 3 + i;
		if (s->module)
			strvec_add(&o->defined, "MODULE");
		ret_which[ret->n++] = i;
	}
}

static void complain(const struct lab *lab, const struct source *s, const char *what)
{
	fprintf(stderr,
		"--- other.h\n%s--- old lab.h\n%s--- new lab.h\n%s--- source\n%s"
		"--- TENFOLD_SEED=%u%s: %s\n",
		lab->other.data, lab->old.data, lab->new.data, s->text, lab->number,
		s->module ? ", a module" : "", what);
	fail();
}

/* With the new header in place. */
static void hold_true(
	struct lab *lab, const enum verdict *verdicts, const size_t *which, size_t n)
{
	CLEANUP_BUF struct buf b = {0};

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++)
		if (verdicts[i] == VERDICT_PROVE &&
			!compile(lab, &lab->sources[which[i]], &b))
			return;
	for (size_t i = 0; i < n; i++) {
		const struct source *s = &lab->sources[which[i]];

		if (verdicts[i] != VERDICT_SPARE)
			continue;
		lab->n_spared++;
		if (!compile(lab, s, &b))
			complain(lab, s, "it is spared, and does not compile");
		if (b.len != s->old.len || memcmp(b.data, s->old.data, b.len))
			complain(lab, s, "it is spared, and comes out different");
	}
}

static void check_edit(struct lab *lab)
{
	struct change_header header = {.path = "lab.h"};
	struct change change = {.headers = &header, .n = 1};
	CLEANUP_OBJECTS struct objects objects = {0};
	enum verdict verdicts[SOURCES] = {0};
	size_t which[SOURCES];

	make_new(lab);
	header.old = lab->old;
	header.new = lab->new;
	make_objects(lab, &objects, which);
	lab->n_readers += objects.n;
	if (!objects.n || !decide(&change, config, &objects, verdicts))
		return;
	put(lab->header_path, lab->new.data);
	hold_true(lab, verdicts, which, objects.n);
	put(lab->header_path, lab->old.data);
}

static void check_case(struct lab *lab, unsigned int number)
{
	lab->number = number;
	lab->m = (struct maker){.seed = (number + 1) * 0x9e3779b97f4a7c15u, .before = ""};
	make_header(lab);
	for (size_t i = 0; i < SOURCES; i++) {
		struct source *s = &lab->sources[i];

		make_source(lab, s);
		if (!compile(lab, s, &s->old))
			buf_reset(&s->old);
	}
	for (int i = 0; i < EDITS; i++)
		check_edit(lab);
}

static void lab_open(struct lab *lab)
{
	temp_make(lab->temp);
	lab->header_path = buf_format("%s/lab.h", lab->temp);
	lab->other_path = buf_format("%s/other.h", lab->temp);
	lab->out = buf_format("%s/out.o", lab->temp);
	buf_init(&lab->old, 1 << 20);
	buf_init(&lab->new, 1 << 20);
	buf_init(&lab->other, 1 << 20);
	for (size_t i = 0; i < SOURCES; i++) {
		lab->sources[i].path = buf_format("%s/%zu.c", lab->temp, i);
		buf_init(&lab->sources[i].old, 1 << 20);
	}
}

static void lab_close(struct lab *lab)
{
	dir_remove(lab->temp, NULL);
	items_release(&lab->header);
	buf_release(&lab->old);
	buf_release(&lab->new);
	buf_release(&lab->other);
	free(lab->header_path);
	free(lab->other_path);
	free(lab->out);
	for (size_t i = 0; i < SOURCES; i++) {
		free(lab->sources[i].text);
		free(lab->sources[i].path);
		buf_release(&lab->sources[i].old);
	}
}

static void spares_what_stays(void **state)
{
	const char *one = getenv("TENFOLD_SEED");
	unsigned int n = getenv("TENFOLD_THOROUGH") ? THOROUGH : CASES;
	struct lab lab = {0};

	(void)state;
	lab_open(&lab);
	for (unsigned int i = 0; i < n && !one; i++)
		check_case(&lab, i);
	if (one)
		check_case(&lab, strtoul(one, NULL, 10));
	else /* or nothing was tried */
		assert_true(lab.n_spared * 10 > lab.n_readers);
	print_message("spare: %zu of %zu objects are spared, each as it was\n",
		lab.n_spared, lab.n_readers);
	lab_close(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(spares_what_stays)};

	return cmocka_run_group_tests_name("spare-random", tests, NULL, NULL);
}
