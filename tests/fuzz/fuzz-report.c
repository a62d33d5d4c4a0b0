// SPDX-License-Identifier: GPL-2.0-or-later
/* What a report takes from strangers: people, consoles, and text on its way to a page. */
#include "bisect/report/facts.h"
#include "bisect/report/people.h"
#include "lib/message.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static void all_people_are_plain(const struct people *people)
{
	assert(people->names.n == people->addresses.n);
	assert(people->names.n <= PEOPLE_MAX);
	for (size_t i = 0; i < people->addresses.n; i++)
		assert(message_address_valid(people->addresses.v[i]));
}

/* A mailbox is one line, whatever the name. */
static void a_name(const char *text)
{
	CLEANUP_BUF struct buf b;

	buf_init(&b, 64 * 1024);
	message_mailbox(&b, text, "a@b.org");
	for (const char *p = b.data; *p; p++)
		assert(*p != '\r' && (*p != '\n' || p[1] == ' '));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	CLEANUP_PEOPLE struct people to = {0}, cc = {0};
	CLEANUP_BUF struct buf page, b;

	buf_init(&page, 16 * 1024 * 1024);
	buf_init(&b, 16 * 1024 * 1024);
	people_take_maintainers(text, &to, &cc);
	people_take_signers(text, &to, &cc);
	all_people_are_plain(&to);
	all_people_are_plain(&cc);
	a_name(text);
	facts_excerpt(text, &b);
	facts_git_lines(text, &b);
	text_add_html(&page, text, size);
	assert(!strpbrk(page.data, "<>\"'"));
	return 0;
}
