// SPDX-License-Identifier: GPL-2.0-or-later
/* What a candidate and a test say: the console, KTAP in pieces, and signatures of it. */
#include "bisect/judge/console.h"
#include "bisect/judge/ktap.h"
#include "bisect/judge/signature.h"
#include "tests/fuzz/fuzz.h"

/* Cut anywhere, it must say the same as in one piece. */
static void a_test(const char *text, size_t size)
{
	CLEANUP_STRVEC struct strvec whole = STRVEC_INIT, pieces = STRVEC_INIT;
	size_t cut = size / 3;
	struct ktap ktap;

	ktap_init(&ktap);
	ktap_feed(&ktap, text, size);
	ktap_end(&ktap, &whole);
	ktap_release(&ktap);
	ktap_init(&ktap);
	ktap_feed(&ktap, text, cut);
	ktap_feed(&ktap, text + cut, size - cut);
	ktap_end(&ktap, &pieces);
	ktap_release(&ktap);
	assert(whole.n == pieces.n);
	for (size_t i = 0; i < whole.n; i++)
		assert(!strcmp(whole.v[i], pieces.v[i]));
}

static void a_signature(const char *text)
{
	CLEANUP_SIGNATURE struct signature signature = SIGNATURE_INIT;
	CLEANUP_STRVEC struct strvec words = STRVEC_INIT;

	if (signature_add(&signature, text, NULL) == 0)
		signature_words(&signature, &words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	CLEANUP_STRVEC struct strvec lines = STRVEC_INIT;
	CLEANUP_BUF struct buf b;

	buf_init(&b, 1024 * 1024);
	console_normalise(text, &b);
	console_lines(text, &lines);
	assert(lines.n <= CONSOLE_LINES_MAX);
	console_stage(text);
	a_test(text, size);
	a_signature(text);
	return 0;
}
