// SPDX-License-Identifier: GPL-2.0-or-later
#include "deps.h"

#include <string.h>

/* Flags that put more of the text into an object than its code, or do so with more texts
 * than are written down. */
static const char *const refused[] = {"-g", "-flto", "-fplugin", "-fsanitize",
	"-fprofile", "-ftest-coverage", "--coverage", "-fcoverage", "-imacros",
	"-save-temps", "-x", "-E", "-S", "-fdump", "-frandom-seed",
	"-finstrument-functions-", "-B", "@", "-fpatchable", "-fkeep", "-fno-toplevel",
	"-fwhole", "-aux", "-specs", "-idirafter", "-finput", "-fpreprocessed",
	"-traditional", "-ftrack-macro", "-fdebug", "-Xp", "-wrapper", NULL};
/* The same letters at the start, and harmless. */
static const char *const fine[] = {"-g0", "-fsanitize=bounds-no-", NULL};

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool begins_one(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (begins(text, *list))
			return true;
	return false;
}

static bool ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n > m && !strcmp(text + n - m, end);
}

static bool take_define(const char *text, struct deps *deps)
{
	strvec_add(&deps->defines, text);
	if (begins(text, "KBUILD_") || begins(text, "__KBUILD_"))
		return true;
	for (; *text; text++)
		deps->kind = (deps->kind ^ (unsigned char)*text) * 1099511628211ull;
	deps->kind *= 1099511628211ull;
	return true;
}

static bool take_word(const char *word, struct deps *deps)
{
	if (begins(word, "-Wp,"))
		return begins(word, "-Wp,-MMD,") && !strchr(word + 9, ',');
	if (begins(word, "-D"))
		return word[2] && take_define(word + 2, deps);
	if (begins(word, "-U"))
		return word[2] && take_define(word, deps);
	return begins_one(word, fine) || !begins_one(word, refused);
}

/* "gcc ... -c -o TARGET SOURCE ; ./tools/objtool/objtool ... TARGET" */
static bool take_command(const char *line, struct deps *deps)
{
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;
	CLEANUP_FREE char *command = strndup(line, strcspn(line, ";\n"));
	const char *more = line + strcspn(line, ";\n");
	size_t n;

	if (!command || strvec_split(&words, command, NULL) < 0 || words.n < 6 ||
		strpbrk(command, "`$|&<>"))
		return false;
	if (*more == ';' && !begins(more + 1 + strspn(more + 1, " "), "./tools/objtool/"))
		return false;
	n = words.n;
	if (!begins(words.v[0], "gcc"))
		return false;
	if (strcmp(words.v[n - 4], "-c") != 0 || strcmp(words.v[n - 3], "-o") != 0 ||
		strcmp(words.v[n - 2], deps->target) != 0 || !ends(words.v[n - 1], ".c"))
		return false;
	deps->source = strdup(words.v[n - 1]);
	for (size_t i = 1; i < n - 4; i++)
		if (!take_word(words.v[i], deps))
			return false;
	return deps->source;
}

/* One word of the list: a file, or "$(wildcard FILE)", whose parts are two words. */
static bool take_dependency(const char *word, bool wild, struct deps *deps)
{
	size_t len = strlen(word);
	CLEANUP_FREE char *name = strndup(word, wild && len ? len - 1 : len);

	if (!name || !len || (wild && word[len - 1] != ')') ||
		strpbrk(name, "$()\\:*?[") || !*name)
		return false;
	strvec_add(wild ? &deps->options : &deps->files, name);
	return true;
}

/* What stands behind "deps_TARGET := \", to the end: words, ends of lines hidden by
 * backslashes; "TARGET: $(wildcard FILE)" may come behind the list. */
static bool take_list(const char *text, struct deps *deps)
{
	bool wild = false;
	size_t n;

	for (text += strspn(text, " \t\n\\"); *text;
		text += n + strspn(text + n, " \t\n\\")) {
		CLEANUP_FREE char *word = NULL;

		n = strcspn(text, " \t\n\\");
		word = strndup(text, n);
		if (!word)
			return false;
		if (!strcmp(word, "$(wildcard") && !wild) {
			wild = true;
			continue;
		}
		/* rules */
		if (!wild && (ends(word, ":") || begins(word, "$(deps_")))
			continue;
		if (!take_dependency(word, wild, deps))
			return false;
		wild = false;
	}
	return !wild && deps->files.n;
}

bool deps_parse(const char *text, struct deps *ret)
{
	const char *name, *line, *list;

	*ret = (struct deps){.kind = 14695981039346656037ull};
	if (begins(text, "savedcmd_"))
		name = text + strlen("savedcmd_");
	else if (begins(text, "cmd_"))
		name = text + strlen("cmd_");
	else
		return false;
	line = strstr(name, " := ");
	if (!line || strcspn(name, "\n") < (size_t)(line - name))
		return false;
	ret->target = strndup(name, line - name);
	list = strstr(line, "\ndeps_");
	if (!ret->target || !ends(ret->target, ".o") || !list ||
		strstr(text, "#SYMVER") || !take_command(line + strlen(" := "), ret))
		return false;
	list = strstr(list, " := ");
	if (!list || !take_list(list + strlen(" := "), ret))
		return false;
	strvec_add(&ret->files, ret->source);
	return !strvec_check(&ret->files) && !strvec_check(&ret->options) &&
	       !strvec_check(&ret->defines);
}

void deps_release(struct deps *deps)
{
	free(deps->target);
	free(deps->source);
	strvec_release(&deps->files);
	strvec_release(&deps->options);
	strvec_release(&deps->defines);
	*deps = (struct deps){0};
}
