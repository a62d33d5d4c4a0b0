// SPDX-License-Identifier: GPL-2.0-or-later
#include "breakage.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"

#define BRANCH_BYTES 1024

enum breakage_verdict breakage_judge(const struct breakage_facts *facts)
{
	if (!facts->on_branch || facts->mended || facts->inherited)
		return BREAKAGE_DROP;
	/* also if another was told of: a parent may be what mends that one */
	if (facts->parents_awaited)
		return BREAKAGE_WAIT;
	return facts->told ? BREAKAGE_DROP : BREAKAGE_TELL;
}

struct entry {
	int64_t when;
	bool told;
	char branch[BRANCH_BYTES];
};

/* The next whole line; false at the end. Lines that make no sense are passed over. */
static bool next_entry(const char **record, struct entry *ret_entry)
{
	while (**record) {
		const char *line = *record;
		size_t len = strcspn(line, "\n");
		char word[8];

		*record += len + (line[len] == '\n');
		if (line[len] == '\n' && len < BRANCH_BYTES &&
			sscanf(line, "%" SCNd64 " %7s %1023s", &ret_entry->when, word,
				ret_entry->branch) == 3) {
			ret_entry->told = !strcmp(word, "told");
			return true;
		}
	}
	return false;
}

struct breakage_rate breakage_rate(const char *record, const char *branch, int64_t now)
{
	struct breakage_rate rate = {0};
	struct entry entry;

	while (next_entry(&record, &entry)) {
		if (strcmp(entry.branch, branch) || entry.when <= now - BREAKAGE_DAY)
			continue;
		rate.told += entry.told;
		rate.kept = entry.told ? 0 : rate.kept + 1;
	}
	return rate;
}

static void add_entry(const struct entry *entry, struct buf *b)
{
	buf_addf(b, "%" PRId64 " %s %s\n", entry->when, entry->told ? "told" : "kept",
		entry->branch);
}

void breakage_record(
	const char *record, const char *branch, bool told, int64_t now, struct buf *b)
{
	struct entry entry;

	while (next_entry(&record, &entry))
		if (entry.when > now - BREAKAGE_DAY)
			add_entry(&entry, b);
	entry = (struct entry){.when = now, .told = told};
	snprintf(entry.branch, sizeof(entry.branch), "%s", branch);
	add_entry(&entry, b);
}

/* "a.c:12:3: error: x" and "a.c:14:3: error: x" are the same error. */
static void add_without_numbers(struct buf *b, const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		buf_addc(b, line[i]);
		if (line[i] == ':')
			while (i + 1 < len && isdigit((unsigned char)line[i + 1]))
				i++;
	}
}

static bool has_line(const char *text, const char *line, size_t len)
{
	CLEANUP_BUF struct buf wanted = {0};
	bool found = false;

	buf_init(&wanted, 4096);
	add_without_numbers(&wanted, line, len);
	while (!found && *text) {
		CLEANUP_BUF struct buf other = {0};
		size_t n = strcspn(text, "\n");

		buf_init(&other, 4096);
		add_without_numbers(&other, text, n);
		found = other.len == wanted.len && !strcmp(other.data, wanted.data);
		text += n + (text[n] == '\n');
	}
	return found;
}

size_t breakage_common(const char *errors, const char *other, struct buf *b)
{
	size_t missing = 0;

	while (*errors) {
		size_t len = strcspn(errors, "\n");
		bool common = has_line(other, errors, len);

		if (*errors != ' ' && common)
			buf_addf(b, "%.*s\n", (int)len, errors);
		missing += *errors != ' ' && !common;
		errors += len + (errors[len] == '\n');
	}
	return missing;
}

static void add_errors(const char *errors, const char *seen, bool fresh, struct buf *b)
{
	bool take = false;

	while (*errors) {
		size_t len = strcspn(errors, "\n");
		bool part = *errors == ' ';

		if (!part)
			take = has_line(seen, errors, len) != fresh;
		if (take) {
			buf_adds(b, fresh && !part ? ">> " : "   ");
			buf_add(b, errors, len);
			buf_addc(b, '\n');
		}
		errors += len + (errors[len] == '\n');
	}
}

void breakage_sort_errors(const char *errors, const char *seen, struct buf *b)
{
	add_errors(errors, seen, true, b);
	add_errors(errors, seen, false, b);
}
