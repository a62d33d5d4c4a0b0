// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "buf.h"
#include "text.h"

static void *field(const struct option_def *def, void *values)
{
	return (char *)values + def->offset;
}

static bool same_name(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i] && !(a[i] == '-' && b[i] == '_'))
			return false;
	return !a[len];
}

static const struct option_def *find(
	const struct option_def *defs, const char *name, size_t len, int where)
{
	for (; defs->name; defs++)
		if ((defs->where & where) && same_name(defs->name, name, len))
			return defs;
	return NULL;
}

static const struct option_def *find_letter(const struct option_def *defs, char letter)
{
	for (; defs->name; defs++)
		if ((defs->where & OPTION_ARGS) && defs->letter == letter)
			return defs;
	return NULL;
}

static int set_number(const struct option_def *def, unsigned int *value, const char *text,
	struct err *err)
{
	unsigned int max = def->max ? def->max : UINT32_MAX;
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (!*text || *end || errno || text[0] == '-' || n < def->min || n > max)
		return err_set(err, -EINVAL,
			"'%s' takes a whole number from %u to %u, not '%s'", def->name,
			def->min, max, text);
	*value = n;
	return 0;
}

static int set_bool(
	const struct option_def *def, void *values, const char *text, struct err *err)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (!strcmp(text, yes[i]) || !strcmp(text, no[i])) {
			*(bool *)field(def, values) = !strcmp(text, yes[i]);
			if (def->told)
				*(bool *)((char *)values + def->told) = true;
			return 0;
		}
	}
	return err_set(err, -EINVAL, "'%s' takes yes or no, not '%s'", def->name, text);
}

static int check_text(const struct option_def *def, const char *text, struct err *err)
{
	if (def->valid && !def->valid(text))
		return err_set(err, -EINVAL, "'%s' cannot be '%.200s'", def->name, text);
	return 0;
}

static int set_words(const struct option_def *def, struct strvec *value, const char *text,
	struct err *err)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	int r = strvec_split(&words, text, err);

	for (size_t i = 0; !r && i < words.n; i++)
		r = check_text(def, words.v[i], err);
	if (r < 0)
		return r;
	if (words.n < def->min)
		return err_set(err, -EINVAL, "'%s' cannot be '%.200s'", def->name, text);
	if (def->max && words.n > def->max)
		return err_set(err, -EINVAL, "'%s' takes up to %u words, not %zu",
			def->name, def->max, words.n);
	strvec_release(value);
	*value = words;
	words = (struct strvec)STRVEC_INIT;
	return 0;
}

static int add_text(const struct option_def *def, struct strvec *value, const char *text,
	struct err *err)
{
	int r = check_text(def, text, err);

	if (r < 0)
		return r;
	if (def->max && value->n >= def->max)
		return err_set(err, -EINVAL, "'%s' may stand %u times, not more",
			def->name, def->max);
	strvec_add(value, text);
	return 0;
}

static int set_text(
	const struct option_def *def, char **value, const char *text, struct err *err)
{
	int r = check_text(def, text, err);
	char *copy;

	if (r < 0)
		return r;
	copy = strdup(text);
	if (!copy)
		return err_set(err, -ENOMEM, "out of memory");
	free(*value);
	*value = copy;
	return 0;
}

static int set(
	const struct option_def *def, void *values, const char *text, struct err *err)
{
	switch (def->kind) {
	case OPTION_TEXT:
		return set_text(def, field(def, values), text, err);
	case OPTION_NUMBER:
		return set_number(def, field(def, values), text, err);
	case OPTION_BOOL:
		return set_bool(def, values, text, err);
	case OPTION_LIST:
		return add_text(def, field(def, values), text, err);
	case OPTION_WORDS:
		return set_words(def, field(def, values), text, err);
	}
	return -EINVAL;
}

const struct option_def *options_find(const struct option_def *defs, const char *name)
{
	return find(defs, name, strlen(name), OPTION_FILE);
}

int options_set(const struct option_def *defs, void *values, const char *name,
	const char *text, struct err *err)
{
	const struct option_def *def = options_find(defs, name);

	if (!def)
		return err_set(err, -ENOENT, "there is no option '%.100s'", name);
	return set(def, values, text, err);
}

static void get_bool(
	const struct option_def *def, const char *values, struct strvec *texts)
{
	bool value = *(const bool *)(values + def->offset);

	if (value || (def->told && *(const bool *)(values + def->told)))
		strvec_add(texts, value ? "yes" : "no");
}

static void get_words(const struct strvec *words, struct strvec *texts)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < words->n; i++) {
		if (i)
			buf_addc(&b, ' ');
		text_add_word(&b, words->v[i]);
	}
	if (buf_check(&b))
		texts->failed = buf_check(&b);
	else if (words->n)
		strvec_add(texts, b.data);
}

void options_get(const struct option_def *def, const void *values, struct strvec *texts)
{
	const void *value = (const char *)values + def->offset;
	const struct strvec *list = value;

	switch (def->kind) {
	case OPTION_TEXT:
		if (*(char *const *)value)
			strvec_add(texts, *(char *const *)value);
		break;
	case OPTION_NUMBER:
		if (*(const unsigned int *)value)
			strvec_addf(texts, "%u", *(const unsigned int *)value);
		break;
	case OPTION_BOOL:
		get_bool(def, values, texts);
		break;
	case OPTION_LIST:
		for (size_t i = 0; i < list->n; i++)
			strvec_add(texts, list->v[i]);
		break;
	case OPTION_WORDS:
		get_words(list, texts);
		break;
	}
}

/* --name, --name=value or --name value; *i moves over what was read. */
static int read_long(
	const struct option_def *defs, void *values, char **argv, int *i, struct err *err)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_def *def = find(defs, name, len, OPTION_ARGS);

	if (!def)
		return err_set(
			err, -EINVAL, "there is no option '--%.*s'", (int)len, name);
	if (equals)
		return set(def, values, equals + 1, err);
	if (def->kind == OPTION_BOOL)
		return set(def, values, "yes", err);
	if (!argv[*i + 1])
		return err_set(err, -EINVAL, "'--%s' wants %s", def->name, def->arg);
	return set(def, values, argv[++*i], err);
}

/* -x, -xVALUE, -x VALUE or -xyz. */
static int read_short(
	const struct option_def *defs, void *values, char **argv, int *i, struct err *err)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct option_def *def = find_letter(defs, *p);
		int r;

		if (!def)
			return err_set(err, -EINVAL, "there is no option '-%c'", *p);
		if (def->kind != OPTION_BOOL) {
			if (p[1])
				return set(def, values, p + 1, err);
			if (!argv[*i + 1])
				return err_set(
					err, -EINVAL, "'-%c' wants %s", *p, def->arg);
			return set(def, values, argv[++*i], err);
		}
		r = set(def, values, "yes", err);
		if (r < 0)
			return r;
	}
	return 0;
}

int options_args(const struct option_def *defs, void *values, int argc, char **argv,
	int *ret_next, struct err *err)
{
	int i, r;

	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (argv[i][1] == '-')
			r = read_long(defs, values, argv, &i, err);
		else
			r = read_short(defs, values, argv, &i, err);
		if (r < 0)
			return r;
	}
	*ret_next = i;
	return 0;
}

void options_help(const struct option_def *defs, FILE *out)
{
	for (; defs->name; defs++) {
		CLEANUP_BUF struct buf left;

		buf_init(&left, 256);
		if (!(defs->where & OPTION_ARGS))
			continue;
		if (defs->letter)
			buf_addf(&left, "-%c, ", defs->letter);
		else
			buf_adds(&left, "    ");
		buf_addf(&left, "--%s", defs->name);
		if (defs->arg)
			buf_addf(&left, " %s", defs->arg);
		fprintf(out, "  %-28s %s\n", left.data, defs->help);
	}
}

void options_release(const struct option_def *defs, void *values)
{
	for (; defs->name; defs++) {
		void *value = field(defs, values);

		if (defs->kind == OPTION_TEXT) {
			free(*(char **)value);
			*(char **)value = NULL;
		} else if (defs->kind == OPTION_LIST || defs->kind == OPTION_WORDS) {
			strvec_release(value);
		}
	}
}
