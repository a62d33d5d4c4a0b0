// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig.h"

#include <string.h>

#include "lib/cleanup.h"

static bool under(const char *path, const char *folder)
{
	return !strncmp(path, folder, strlen(folder));
}

bool kconfig_path_matters(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return !strncmp(name, "Kconfig", 7) || !strcmp(path, "Makefile") ||
	       !strcmp(path, "arch/x86/Makefile") || under(path, "scripts/") ||
	       under(path, "kernel/configs/") || under(path, "arch/x86/configs/") ||
	       under(path, "arch/x86/tools/") || strstr(path, ".config");
}

/* The next line of *text, which moves behind it; false at the end. */
static bool next_line(const char **text, const char **ret_line, size_t *ret_len)
{
	if (!**text)
		return false;
	*ret_line = *text;
	*ret_len = strcspn(*text, "\n");
	*text += *ret_len + ((*text)[*ret_len] == '\n');
	return true;
}

/* The option that a line decides on ("CONFIG_X=..." or "# CONFIG_X is not set"): where
 * its name is and how long; 0 if the line decides on none. */
static size_t option_of(const char *line, size_t len, const char **ret_name)
{
	static const char unset[] = " is not set";
	size_t n;

	if (len > 2 && !strncmp(line, "# ", 2)) {
		line += 2;
		len -= 2;
		n = strcspn(line, " \n");
		if (n >= len || strncmp(line + n, unset, strlen(unset)))
			return 0;
	} else {
		n = strcspn(line, "=\n");
		if (n >= len)
			return 0;
	}
	if (strncmp(line, "CONFIG_", 7) || n > len)
		return 0;
	*ret_name = line;
	return n;
}

/* The last line of text that decides on the option; NULL if none does. */
static const char *find_option(
	const char *text, const char *name, size_t len, size_t *ret_len)
{
	const char *line, *other = NULL, *found = NULL;
	size_t n;

	while (next_line(&text, &line, &n)) {
		if (option_of(line, n, &other) == len && other &&
			!strncmp(other, name, len)) {
			found = line;
			*ret_len = n;
		}
	}
	return found;
}

void kconfig_complete(const char *fragment, const char *config_name, struct buf *b)
{
	static const char local[] = "CONFIG_LOCALVERSION";
	size_t len = strlen(fragment), n;

	buf_adds(b, fragment);
	if (len && fragment[len - 1] != '\n')
		buf_addc(b, '\n');
	buf_adds(b, "# CONFIG_LOCALVERSION_AUTO is not set\n");
	if (!find_option(fragment, local, strlen(local), &n))
		buf_addf(b, "%s=\"-%s\"\n", local, config_name);
}

void kconfig_merge(const char *base, const char *fragment, struct buf *b)
{
	const char *line, *name;
	size_t len, n, ignored;

	while (next_line(&base, &line, &len)) {
		n = option_of(line, len, &name);
		if (n && find_option(fragment, name, n, &ignored))
			continue;
		buf_add(b, line, len);
		buf_addc(b, '\n');
	}
	buf_adds(b, fragment);
}

void kconfig_missing(const char *fragment, const char *result, struct buf *b)
{
	const char *text = fragment, *line, *name, *last, *got;
	size_t len, n, last_len, got_len;
	bool off;

	while (next_line(&text, &line, &len)) {
		n = option_of(line, len, &name);
		if (!n)
			continue;
		last = find_option(fragment, name, n, &last_len);
		if (last != line)
			continue; /* a later line rules */
		got = find_option(result, name, n, &got_len);
		off = line[0] == '#' || !strncmp(name + n, "=n", 2);
		if (off ? !got || got[0] == '#'
			: got && got_len == len && !strncmp(got, line, len))
			continue;
		buf_add(b, line, len);
		buf_addc(b, '\n');
	}
}

bool kconfig_is_set(const char *config, const char *name)
{
	CLEANUP_BUF struct buf option = {0};
	const char *line;
	size_t len;

	buf_init(&option, 256);
	buf_addf(&option, "CONFIG_%s", name);
	line = find_option(config, option.data, option.len, &len);
	return line && len == option.len + 2 && line[len - 1] == 'y';
}
