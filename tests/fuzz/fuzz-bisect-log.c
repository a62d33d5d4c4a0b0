// SPDX-License-Identifier: GPL-2.0-or-later
/* The log of a bisection, ours or git's, and what is told of it. */
#include "bisect/log/past.h"
#include "bisect/report/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = fuzz_text(data, size);
	CLEANUP_BUF struct buf b;
	struct past past = {0};

	buf_init(&b, 16 * 1024 * 1024);
	if (past_parse(text, size, &past, NULL) == 0) {
		report_result(&past, &b);
		report_table(&past, &b);
		buf_reset(&b);
		report_command(&past, &b);
		/* one line for people to paste, whatever the words */
		for (size_t i = 0; !buf_check(&b) && i + 1 < b.len; i++)
			assert((unsigned char)b.data[i] >= 0x20 && b.data[i] != 0x7f);
	}
	past_release(&past);
	return 0;
}
