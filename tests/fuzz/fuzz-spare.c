// SPDX-License-Identifier: GPL-2.0-or-later
/* Two texts of a header, parted by a byte 1: tokens, chunks, what differs. And .o.cmd. */
#include "builder/spare/deps.h"
#include "builder/spare/differ.h"
#include "tests/fuzz/fuzz.h"

static void check_chunks(const struct chunks *c)
{
	uint32_t end = 0;

	for (size_t i = 0; i < c->n; i++) {
		assert(c->v[i].first == end && c->v[i].n);
		assert(c->v[i].cond < c->n_branches);
		end += c->v[i].n;
	}
	assert(end == c->tokens.n);
}

static void differ(const char *old, size_t old_len, const char *new, size_t new_len)
{
	CLEANUP_SURVEY struct survey s = {0};
	struct differ d = {0};
	bool same = old_len == new_len && !memcmp(old, new, old_len);

	assert(survey_init(&s, "CONFIG_X=y\nCONFIG_Z=m\n"));
	differ_read(&d, &s.words, old, old_len, new, new_len);
	if (!d.opaque) {
		check_chunks(&d.old);
		check_chunks(&d.new);
	}
	differ_survey(&d, &s);
	if (survey_reach(&s, MARK_LINE | MARK_HAZARD | MARK_GLUE)) {
		bool read = !d.opaque;

		differ_judge(&d, &s);
		/* nothing differs, nothing is lost */
		assert(!same || !read || !d.opaque);
		survey_spread(&s);
		for (size_t i = 1; same && i < s.words.n; i++)
			assert(!(s.words.v[i].marks & (MARK_TEXT | MARK_VALUE)));
	}
	differ_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	const char *part = memchr(text, '\1', size);
	CLEANUP_DEPS struct deps deps = {0};
	size_t len = part ? (size_t)(part - text) : size;

	differ(text, len, text, len);
	if (part)
		differ(text, len, part + 1, size - len - 1);
	deps_parse(text, &deps);
	return 0;
}
